"""Which letters a font of an appearance shows for which codes, and how wide they are (ISO 32000-2, 9.6, 9.7, 9.10).

Phông chữ. Two kinds are understood: a Type 0 font with two-byte codes and a table of their letters, and a simple font
in one of the standard encodings. A font that renames its glyphs is refused. Outlines are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyhanko.pdf_utils import generic

from edocs._pdf.entries import array, dictionary, entry, number, numbers, text
from edocs.errors import UnreadableError

__all__ = ["AppearanceError", "Lettering", "read_lettering"]

_MOST_CODES = 0x10000
_MOST_LETTERS = 1000
_WIDTHS = (200.0, 2000.0)
"""Of a letter that is seen, in thousandths of an em: narrower, letters would stand over one another."""
_ROMAN_WIDTH = 600.0  # no figure of the standard fonts is wider
_SYMBOLIC = 4
_BF_CHAR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_BF_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SECTION = re.compile(rb"beginbf(char|range)(.*?)endbf\1", re.DOTALL)
_STYLE = r"(?:[-,](?:Roman|Bold|Italic|Oblique|BoldItalic|BoldOblique)(?:MT)?)?"
# The standard 14 and their metric equals, but for the two of symbols (9.6.2.2).
_STANDARD = re.compile(rf"/(?:Times|Helvetica|Courier|Arial|TimesNewRoman|CourierNew)(?:PS)?(?:MT)?{_STYLE}")
_ENCODINGS = {"/WinAnsiEncoding": "cp1252", "/StandardEncoding": "ascii"}
_UNLIKE_ASCII = frozenset(b"'`")  # in StandardEncoding (annex D.2)


class AppearanceError(UnreadableError):
    """The appearance shows something else than text, or text that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """A font's codes."""

    code_bytes: int
    table: Mapping[int, str]
    """Code to letter."""
    widths: Mapping[int, float]
    """Code to advance, in thousandths of an em."""
    width: float
    """Of every other code."""

    def letters(self, data: bytes) -> Iterator[tuple[str, float]]:
        """Each letter of a string operand, with its width.

        Raises:
            AppearanceError: A code has no letter, or no width that shows it.
        """
        if len(data) % self.code_bytes or len(data) > _MOST_LETTERS:
            raise AppearanceError("its text cannot be read")
        for start in range(0, len(data), self.code_bytes):
            code = int.from_bytes(data[start : start + self.code_bytes], "big")
            letter, width = self.table.get(code), self.widths.get(code, self.width)
            least = 0.0 if letter == " " else _WIDTHS[0]
            if letter is None or not least <= width <= _WIDTHS[1]:
                raise AppearanceError("its text cannot be read")
            yield letter, width


def read_lettering(font: object) -> Lettering:
    """The codes of ``font``.

    Raises:
        AppearanceError: It is no font dictionary, or one that could show anything.
    """
    if not isinstance(font, generic.DictionaryObject):
        raise AppearanceError("its font is missing")
    kind = text(font, "/Subtype")
    if kind == "/Type0":
        return _composite(font)
    if kind in ("/Type1", "/TrueType"):
        return _simple(font)
    raise AppearanceError("its font can show other letters than it says")


def _composite(font: generic.DictionaryObject) -> Lettering:
    to_unicode = entry(font, "/ToUnicode")
    if not isinstance(to_unicode, generic.StreamObject):
        raise AppearanceError("its text cannot be read")
    table = _unicode_map(to_unicode.data)
    descendants = array(font, "/DescendantFonts") or generic.ArrayObject()
    descendant = descendants[0] if len(descendants) == 1 else None
    if not isinstance(descendant, generic.DictionaryObject):
        raise AppearanceError("its text cannot be read")
    descriptor = dictionary(descendant, "/FontDescriptor") or generic.DictionaryObject()
    # Without a font program the viewer chooses what a glyph number shows.
    if text(font, "/Encoding") != "/Identity-H" or not {"/FontFile2", "/FontFile3"} & set(descriptor):
        raise AppearanceError("its font can show other letters than it says")
    return Lettering(
        code_bytes=2, table=table, widths=_composite_widths(descendant), width=number(descendant, "/DW", 1000)
    )


def _composite_widths(descendant: generic.DictionaryObject) -> dict[int, float]:
    """``/W``: a code and the widths from it on, or first code, last code and their one width (9.7.4.3)."""
    items = array(descendant, "/W") or generic.ArrayObject()
    widths: dict[int, float] = {}
    at = 0
    while at + 1 < len(items) and len(widths) <= _MOST_CODES:
        first, second = int(items[at]), items[at + 1]
        if isinstance(second, generic.ArrayObject):
            widths.update({first + offset: float(second[offset]) for offset in range(len(second))})
            at += 2
            continue
        last = min(int(second), first + _MOST_CODES)
        widths.update(dict.fromkeys(range(first, last + 1), float(items[at + 2])))
        at += 3
    return widths


def _simple(font: generic.DictionaryObject) -> Lettering:
    descriptor = dictionary(font, "/FontDescriptor")
    is_embedded = bool(descriptor and {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor))
    is_standard = _STANDARD.fullmatch(text(font, "/BaseFont")) is not None
    is_symbolic = bool(descriptor and number(descriptor, "/Flags", 0) & _SYMBOLIC)
    encoding = entry(font, "/Encoding")
    if encoding is None and is_standard and not is_embedded:
        encoding = generic.NameObject("/StandardEncoding")
    if not isinstance(encoding, generic.NameObject) or encoding not in _ENCODINGS or is_symbolic:
        raise AppearanceError("its font can show other letters than it says")
    if not (is_embedded or is_standard):
        raise AppearanceError("its font can show other letters than it says")
    first, widths = number(font, "/FirstChar", 0), numbers(font, "/Widths")
    if not widths and not is_standard:
        raise AppearanceError("its text cannot be read")
    return Lettering(
        code_bytes=1,
        table=_letters(_ENCODINGS[encoding]),
        widths={first + offset: width for offset, width in enumerate(widths)},
        width=0.0 if widths else _ROMAN_WIDTH,
    )


def _letters(codec: str) -> dict[int, str]:
    codes = [code for code in range(0x20, 0x100) if codec != "ascii" or (code < 0x7F and code not in _UNLIKE_ASCII)]
    decoded = {code: bytes([code]).decode(codec, "replace") for code in codes}
    return {code: letter for code, letter in decoded.items() if letter.isprintable() and letter != "\ufffd"}


def _unicode_map(cmap: bytes) -> dict[int, str]:
    table: dict[int, str] = {}
    mapped = 0
    for kind, body in _SECTION.findall(cmap):
        if kind == b"char":
            for code, value in _BF_CHAR.findall(body):
                table[int(code, 16)] = bytes.fromhex(value.decode()).decode("utf-16-be")
        else:
            for low, high, value in _BF_RANGE.findall(body):
                first = int(value, 16)
                size = int(high, 16) - int(low, 16) + 1
                mapped += size
                if size < 1 or mapped > _MOST_CODES:
                    raise AppearanceError("its text cannot be read")
                for offset in range(size):
                    table[int(low, 16) + offset] = chr(first + offset)
    return table
