"""Pages as pictures, with PDFium: for previews.

Hình ảnh trang. Form fields and signatures are drawn too, as a viewer shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pypdfium2
from PIL import Image

from edocs.errors import NotPdfError

__all__ = ["render_png"]

_DPI = 110
_GAP_PX = 12


def render_png(document: bytes, pages: Sequence[int]) -> bytes:
    """``pages`` side by side, as a PNG of 110 dpi.

    Raises:
        NotPdfError: PDFium cannot open the document or a page.
    """
    try:
        with pypdfium2.PdfDocument(document) as pdf:
            pdf.init_forms()
            pictures = [pdf[page].render(scale=_DPI / 72, may_draw_forms=True).to_pil() for page in pages]
    except (pypdfium2.PdfiumError, IndexError) as exc:
        raise NotPdfError("not a PDF that can be read: {why}", why=exc) from exc
    sheet = Image.new(
        "RGB",
        (sum(p.width for p in pictures) + _GAP_PX * (len(pictures) - 1), max(p.height for p in pictures)),
        (128, 128, 128),
    )
    left = 0
    for picture in pictures:
        sheet.paste(picture.convert("RGB"), (left, 0))
        left += picture.width + _GAP_PX
    stream = BytesIO()
    sheet.save(stream, "PNG", dpi=(_DPI, _DPI))
    return stream.getvalue()
