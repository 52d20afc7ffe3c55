"""Rebuilding a damaged PDF with qpdf, through pikepdf, into new bytes. Only before the first signature.

Sửa tệp PDF hỏng. The cross-reference table is found again, objects are written anew; what is lost stays lost. A
document that bears a signature, or traces of one, is refused: rebuilding would destroy it. Comes with the extra
``edocs[repair]``.
"""

from __future__ import annotations

import re
from io import BytesIO

from edocs.errors import EncryptedError, MissingExtraError, NotPdfError, PermissionRefusedError

__all__ = ["repair"]

_SIGNATURE = re.compile(rb"/ByteRange\s*\[|/Adobe\.PPK(?:Lite|MS)|/ETSI\.(?:CAdES|RFC3161)|/adbe\.(?:pkcs7|x509)")


def repair(document: bytes, password: str | None = None) -> bytes:
    """``document`` rebuilt; the same bytes every time, unless it is encrypted.

    Raises:
        MissingExtraError: pikepdf is not installed.
        NotPdfError: Not even qpdf makes pages of it.
        EncryptedError: The password is wrong.
        PermissionRefusedError: It is signed.
    """
    try:
        import pikepdf  # noqa: PLC0415 - an extra
    except ImportError as exc:
        raise MissingExtraError(
            "PDFs cannot be repaired: the package pikepdf is not installed", hint="pip install edocs[repair]"
        ) from exc
    # The traces count as well as the fields: a table that is lost may have led to a signature.
    if _SIGNATURE.search(document):
        raise _signed()
    output = BytesIO()
    try:
        with pikepdf.open(BytesIO(document), password=password or "") as pdf:
            if not len(pdf.pages):
                raise NotPdfError("the PDF has no page that could be saved", hint="write the draft to PDF again")
            if any("/ByteRange" in item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)):
                raise _signed()
            pdf.save(output, deterministic_id=not pdf.is_encrypted, encryption=pdf.is_encrypted)
    except pikepdf.PasswordError as exc:
        raise EncryptedError(
            "the PDF is encrypted, and the password is wrong" if password else "the PDF is encrypted",
            hint="give its password: --password",
        ) from exc
    except (pikepdf.PdfError, ValueError, RuntimeError) as exc:
        raise NotPdfError("the PDF is damaged beyond repair", hint="write the draft to PDF again") from exc
    return output.getvalue()


def _signed() -> PermissionRefusedError:
    return PermissionRefusedError("the damaged PDF is signed: repairing would destroy that", hint="ask for it again")
