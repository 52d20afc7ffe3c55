"""Whether the pages of a PDF are scans as Decree 30 wants them: colour, 200 dpi at least (annex I, part II, I.2).

Tiêu chuẩn của văn bản số hóa. What a page shows is taken for a scan where one image covers half of it or more; text
that a recogniser laid under or over it does not matter. The scale of 100 % cannot be measured.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from edocs.errors import NotPdfError

__all__ = ["Scan", "read_scans"]

_COVERED = 0.5
_MAX_DEPTH = 3
_COLOUR_BITS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The image, or the best of the images, that makes up a page."""

    page: int
    """0 is the first."""
    dpi: float
    """The lesser of both directions; 0: no image covers half of the page."""
    is_colour: bool


def read_scans(document: bytes) -> list[Scan]:
    """What every page is scanned as.

    Raises:
        NotPdfError: PDFium cannot open the document or a page.
    """
    try:
        with pypdfium2.PdfDocument(document) as pdf:
            return [_scan(index, pdf[index]) for index in range(len(pdf))]
    except pypdfium2.PdfiumError as exc:
        raise NotPdfError("not a PDF that can be read: {why}", why=exc) from exc


def _scan(index: int, page: pypdfium2.PdfPage) -> Scan:
    width, height = page.get_size()
    dpi, is_colour = 0.0, False
    # A scan may be split into a coloured ground and a finer mask of the letters: each counts for what it is.
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=_MAX_DEPTH):
        left, bottom, right, top = _bounds(item)
        if (right - left) * (top - bottom) < _COVERED * width * height:
            continue
        data = pdfium.FPDF_IMAGEOBJ_METADATA()
        pdfium.FPDFImageObj_GetImageMetadata(item.raw, page.raw, data)
        across, down = data.width / (right - left) * 72, data.height / (top - bottom) * 72
        dpi = max(dpi, min(across, down))
        is_indexed = data.colorspace == pdfium.FPDF_COLORSPACE_INDEXED
        is_colour = is_colour or is_indexed or data.bits_per_pixel >= _COLOUR_BITS
    return Scan(page=index, dpi=dpi, is_colour=is_colour)


def _bounds(item: pypdfium2.PdfObject) -> tuple[float, float, float, float]:
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(item.raw, *edges):
        return 0.0, 0.0, 0.0, 0.0
    left, bottom, right, top = (edge.value for edge in edges)
    return left, bottom, right, top
