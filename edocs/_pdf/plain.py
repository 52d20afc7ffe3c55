"""An encrypted document as PDFium opens it, to read and draw from.

Bản không mã hóa để đọc. Apart from the rest, because loading PDFium takes time that verifying need not spend.
"""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium

from edocs.errors import EncryptedError

__all__ = ["plain_copy"]


def plain_copy(document: bytes, password: str | None) -> bytes:
    """``document`` without its encryption, to read text from; never to sign.

    Raises:
        EncryptedError: PDFium does not open it.
    """
    copy = BytesIO()
    try:
        with pypdfium2.PdfDocument(document, password=password or "") as pdf:
            pdf.save(copy, flags=pdfium.FPDF_REMOVE_SECURITY)
    except pypdfium2.PdfiumError as exc:
        raise EncryptedError("the PDF is encrypted, and the password is wrong", hint="give its password") from exc
    return copy.getvalue()
