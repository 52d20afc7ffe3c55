"""The words that a page shows, each with its place on its own base line, however it is turned, read with PDFium.

Chữ trên trang. What comments and form fields draw is shown too, so it is read too. Text that is drawn as an image has
no letters here.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from edocs.errors import EncryptedError, NotPdfError

__all__ = ["PageText", "Word", "read_page"]

MAX_LETTERS = 200_000
MAX_TEXTS = 10_000
"""Text objects. PDFium takes time by their square where they stand on one line."""
MAX_NOTES = 10_000
_MAX_DEPTH = 15
_MAX_WORD = 200
_MAX_FONT_NAME = 128
_CAPITALS = re.compile(rb"(?:^|\+)\.?Vn[A-Za-z ]*H\b")
_NOTE_BYTES = 4096
_SAME_LINE_EM = 0.2
_BACK_EM, _ON_EM = -0.5, 0.25
"""How far before and behind the end of a letter the next one of its word may begin."""
_TURNED_EM = 0.7
"""Width assumed for a letter of a slanting line: PDFium's boxes are neither level nor upright there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Letters drawn one after the other without a blank (points; ``start`` and ``end`` along the base line)."""

    text: str
    start: float
    end: float
    baseline: float
    angle: float
    """Of the base line, in degrees, to one tenth."""
    size: float

    def is_level_with(self, other: Word) -> bool:
        """Whether both stand on one base line."""
        return self.angle == other.angle and abs(self.baseline - other.baseline) <= _SAME_LINE_EM * self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """What can be read on a page."""

    words: tuple[Word, ...]
    """In the order in which they are drawn."""
    notes: tuple[str, ...] = ()
    """Texts of free text comments, which viewers draw themselves where no appearance comes along."""
    is_whole: bool = True
    """False: there is more than the limits let through."""


def read_page(document: bytes | Path, page: int = 0) -> PageText:
    """The words of ``page`` (0 is the first): up to ``MAX_LETTERS``, and none of more than ``MAX_TEXTS`` text objects.

    Args:
        document: The bytes, or the path of a file, which is not read into memory as a whole.

    Raises:
        EncryptedError: It cannot be opened without a password.
        NotPdfError: PDFium cannot open the document or the page.
    """
    try:
        with pypdfium2.PdfDocument(document) as pdf:
            sheet = pdf[page]
            notes = tuple(_notes(sheet))
            pdfium.FPDFPage_Flatten(sheet, pdfium.FLAT_NORMALDISPLAY)  # in memory; what cannot be flattened stays out
            sheet.close()
            sheet = pdf[page]
            if _has_too_much(sheet):
                return PageText(words=(), notes=notes, is_whole=False)
            text = sheet.get_textpage()
            count = text.count_chars()
            words = tuple(_words(_letters(text, min(count, MAX_LETTERS))))
            text.close()
            sheet.close()
    except (pypdfium2.PdfiumError, IndexError, OSError) as exc:
        if getattr(exc, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
            raise EncryptedError("the PDF is encrypted", hint="give its password") from exc
        raise NotPdfError("not a PDF that can be read: {why}", why=exc) from exc
    return PageText(words=words, notes=notes, is_whole=count <= MAX_LETTERS and len(notes) < MAX_NOTES)


def _has_too_much(sheet: pypdfium2.PdfPage) -> bool:
    texts = sheet.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=_MAX_DEPTH)
    return sum(1 for _ in islice(texts, MAX_TEXTS + 1)) > MAX_TEXTS


def _letters(page: pypdfium2.PdfTextPage, count: int) -> Iterator[Word | None]:
    """The letters in the order in which they are drawn; None for blanks between them."""
    x, y, matrix = ctypes.c_double(), ctypes.c_double(), pdfium.FS_MATRIX()
    for index in range(count):
        text = chr(pdfium.FPDFText_GetUnicode(page, index))
        if text.isspace() or not text.isprintable():
            yield None
            continue
        if "a" <= text <= "z" and _shows_capitals(page, index):
            text = text.upper()
        pdfium.FPDFText_GetCharOrigin(page, index, x, y)
        pdfium.FPDFText_GetMatrix(page, index, matrix)
        angle = round(math.degrees(math.atan2(matrix.b, matrix.a)), 1)
        size = abs(pdfium.FPDFText_GetFontSize(page, index)) * math.hypot(matrix.a, matrix.b)
        along, across = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        start = x.value * along + y.value * across
        end = start + _TURNED_EM * size
        if angle % 90 == 0:
            left, bottom, right, top = page.get_charbox(index, loose=True)
            end = max(left * along + bottom * across, right * along + top * across)
        baseline = y.value * along - x.value * across
        yield Word(text=text, start=start, end=end, baseline=baseline, angle=angle, size=size)


def _shows_capitals(page: pypdfium2.PdfTextPage, index: int) -> bool:
    """Whether the font is one of those of TCVN 5712 that show capitals for small letters, such as .VnTimeH."""
    name = ctypes.create_string_buffer(_MAX_FONT_NAME)
    length = pdfium.FPDFText_GetFontInfo(page, index, name, _MAX_FONT_NAME, None)
    return 0 < length <= _MAX_FONT_NAME and _CAPITALS.search(name.value) is not None


def _words(letters: Iterator[Word | None]) -> Iterator[Word]:
    word: Word | None = None
    is_apart = False
    for letter in letters:
        if letter is None:
            is_apart = True
            continue
        if word and unicodedata.combining(letter.text):  # wherever the font puts it
            word = replace(word, text=word.text + letter.text)
        elif word and not is_apart and _continues(word, letter):
            word = replace(word, text=word.text + letter.text, end=max(word.end, letter.end))
        else:
            if word:
                yield word
            word = letter
        is_apart = False
    if word:
        yield word


def _continues(word: Word, letter: Word) -> bool:
    gap = letter.start - word.end
    return (
        len(word.text) < _MAX_WORD and word.is_level_with(letter) and _BACK_EM * word.size <= gap <= _ON_EM * word.size
    )


def _notes(sheet: pypdfium2.PdfPage) -> Iterator[str]:
    buffer = (ctypes.c_ushort * (_NOTE_BYTES // 2))()
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(sheet), MAX_NOTES)):
        note = pdfium.FPDFPage_GetAnnot(sheet, index)
        if not note:
            continue
        is_seen = not pdfium.FPDFAnnot_GetFlags(note) & pdfium.FPDF_ANNOT_FLAG_HIDDEN
        if is_seen and pdfium.FPDFAnnot_GetSubtype(note) == pdfium.FPDF_ANNOT_FREETEXT:
            size = pdfium.FPDFAnnot_GetStringValue(note, b"Contents", buffer, _NOTE_BYTES)
            yield bytes(buffer)[: min(size, _NOTE_BYTES)].decode("utf-16-le", "replace").rstrip("\0")
        pdfium.FPDFPage_CloseAnnot(note)
