"""Where each letter of a page stands, read with PDFium: lines of characters with their boxes, in points.

Hình học chữ trên trang. pypdf knows only where a run of text begins; a blank between two letters needs the boxes
of both. Text that is drawn as an image has no letters here.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from edocs.errors import NotPdfError

__all__ = ["Letter", "TextLine", "read_area", "read_lines"]

_SAME_LINE_PT = 2.0
_MAX_LETTERS = 100_000
_MAX_FONT_NAME = 128
_BOLD = 600
_FINE = 100_000
"""Steps that a page is divided into, each way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One character and where it stands (points, from the lower left)."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    is_bold: bool = False
    """Only where it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """The characters on one baseline, from left to right; blanks are left out."""

    letters: tuple[Letter, ...]

    @property
    def text(self) -> str:
        """The characters without blanks, precomposed."""
        return unicodedata.normalize("NFC", "".join(letter.text for letter in self.letters))

    @property
    def baseline(self) -> float:
        """Height of the baseline."""
        return self.letters[0].baseline


def read_lines(document: bytes, page: int, *, with_weight: bool = False) -> list[TextLine]:
    """The text of ``page`` (0 is the first), from top to bottom.

    Args:
        with_weight: Find out which letters are bold too.

    Raises:
        NotPdfError: PDFium cannot open the document or the page.
    """
    try:
        with pypdfium2.PdfDocument(document) as pdf:
            sheet = pdf[page]
            text = sheet.get_textpage()
            letters = list(_letters(text, with_weight))
            text.close()
            sheet.close()
    except (pypdfium2.PdfiumError, IndexError) as exc:
        raise NotPdfError("not a PDF that can be read: {why}", why=exc) from exc
    return _lines(letters)


def read_area(document: bytes, page: int, area: tuple[float, float, float, float]) -> str:
    """The characters, without blanks, that are seen in a part of ``page``, however it is turned.

    Args:
        area: Left, top, right and bottom, as shares of the page as it is shown, from its upper left corner.

    Raises:
        NotPdfError: PDFium cannot open the document or the page.
    """
    try:
        with pypdfium2.PdfDocument(document) as pdf:
            sheet = pdf[page]
            text = sheet.get_textpage()
            found = "".join(text.get_text_bounded(*_own_area(sheet, area)).split())
            text.close()
            sheet.close()
    except (pypdfium2.PdfiumError, IndexError) as exc:
        raise NotPdfError("not a PDF that can be read: {why}", why=exc) from exc
    return unicodedata.normalize("NFC", found)


def _own_area(sheet: pypdfium2.PdfPage, area: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """``area`` in the page's own coordinates: left, bottom, right, top."""
    near, high, far, low = (round(share * _FINE) for share in area)
    x, y = ctypes.c_double(), ctypes.c_double()
    corners = []
    for corner in ((near, high), (far, low)):
        pdfium.FPDF_DeviceToPage(sheet, 0, 0, _FINE, _FINE, 0, *corner, x, y)
        corners.append((x.value, y.value))
    (left, right), (bottom, top) = (sorted(axis) for axis in zip(*corners, strict=True))
    return left, bottom, right, top


def _letters(page: pypdfium2.PdfTextPage, with_weight: bool) -> Iterator[Letter]:
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(min(page.count_chars(), _MAX_LETTERS)):
        character = chr(pdfium.FPDFText_GetUnicode(page, index))
        if character.isspace() or not character.isprintable():
            continue
        left, _, right, _ = page.get_charbox(index, loose=True)
        pdfium.FPDFText_GetCharOrigin(page, index, x, y)
        size = pdfium.FPDFText_GetFontSize(page, index)
        is_bold = with_weight and _is_bold(page, index)
        yield Letter(text=character, left=left, right=right, baseline=y.value, size=size, is_bold=is_bold)


def _is_bold(page: pypdfium2.PdfTextPage, index: int) -> bool:
    """Whether the font's name or its weight says so."""
    name = ctypes.create_string_buffer(_MAX_FONT_NAME)
    length = pdfium.FPDFText_GetFontInfo(page, index, name, _MAX_FONT_NAME, None)
    is_named = 0 < length <= _MAX_FONT_NAME and b"bold" in name.value.lower()
    return is_named or pdfium.FPDFText_GetFontWeight(page, index) >= _BOLD


def _lines(letters: list[Letter]) -> list[TextLine]:
    rows: list[list[Letter]] = []
    for letter in sorted(letters, key=lambda item: -item.baseline):
        if rows and rows[-1][0].baseline - letter.baseline <= _SAME_LINE_PT:
            rows[-1].append(letter)
        else:
            rows.append([letter])
    return [TextLine(letters=tuple(sorted(row, key=lambda item: item.left))) for row in rows]
