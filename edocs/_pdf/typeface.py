"""Embedding the few letters that a stamp or a field shows: a Type 0 TrueType subset (ISO 32000-2, 9.7).

Nhúng phông chữ. A character's code is its Unicode value, mapped to the glyph by ``/CIDToGIDMap``, so that whoever fills
a reserved field later needs the PDF alone and no font file. Widths are thousandths of an em, whatever the units of the
font (9.7.4.3). No shaping: precomposed Vietnamese letters need none.
"""

from __future__ import annotations

import hashlib
import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from edocs._pdf.fonts import FontStyle, find_font
from edocs.errors import StampError

__all__ = ["Typeface", "embed_typeface", "encode_text", "known_letters", "read_typeface", "text_width"]

ASCENT, DESCENT = 891, -216
"""Of Times and its metric equals, in thousandths of an em."""


@dataclass(frozen=True, slots=True)
class Typeface:
    """A font inside the document, and the widths of the letters that it has."""

    reference: generic.IndirectObject
    widths: Mapping[int, float]
    """Unicode value to advance, in thousandths of an em."""

    def has(self, text: str) -> bool:
        """Whether every letter of ``text`` can be shown."""
        return all(ord(letter) in self.widths for letter in unicodedata.normalize("NFC", text))

    def width(self, text: str, size_pt: float) -> float:
        """Points that ``text`` takes."""
        return sum(self.widths[ord(letter)] for letter in unicodedata.normalize("NFC", text)) * size_pt / 1000

    def encode(self, text: str) -> bytes:
        """``text`` as a string operand of a content stream."""
        return encode_text(text)


def encode_text(text: str) -> bytes:
    """``text`` as a string operand: the codes of an embedded typeface are Unicode values, whichever letters it has."""
    return b"<" + unicodedata.normalize("NFC", text).encode("utf-16-be").hex().encode("ascii") + b">"


def embed_typeface(increment: BasePdfFileWriter, style: FontStyle, letters: str) -> Typeface:
    """Embed ``letters`` of the Times-metric font of this machine.

    Raises:
        NoFontError: There is none.
        StampError: The font lacks one of the letters.
    """
    path = find_font(style)
    cut = _cut(path, "".join(sorted(set(unicodedata.normalize("NFC", letters)))))
    name = pdf_name(f"/{cut.tag}+{path.stem.replace(' ', '')}")
    program = generic.StreamObject({pdf_name("/Length1"): generic.NumberObject(len(cut.program))}, cut.program)
    descriptor = _descriptor(name, style, increment.add_object(_packed(program)))
    descendant = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/CIDFontType2"),
            pdf_name("/BaseFont"): name,
            pdf_name("/CIDSystemInfo"): generic.DictionaryObject(
                {
                    pdf_name("/Registry"): generic.TextStringObject("Adobe"),
                    pdf_name("/Ordering"): generic.TextStringObject("Identity"),
                    pdf_name("/Supplement"): generic.NumberObject(0),
                }
            ),
            pdf_name("/FontDescriptor"): increment.add_object(descriptor),
            pdf_name("/DW"): generic.NumberObject(0),
            pdf_name("/W"): _widths_array(cut.widths),
            pdf_name("/CIDToGIDMap"): increment.add_object(_packed(generic.StreamObject(stream_data=cut.glyph_map))),
        }
    )
    font = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/Type0"),
            pdf_name("/BaseFont"): name,
            pdf_name("/Encoding"): pdf_name("/Identity-H"),
            pdf_name("/DescendantFonts"): generic.ArrayObject([increment.add_object(descendant)]),
            pdf_name("/ToUnicode"): increment.add_object(
                _packed(generic.StreamObject(stream_data=_to_unicode(cut.widths)))
            ),
        }
    )
    return Typeface(increment.add_object(font), cut.widths)


def text_width(style: FontStyle, text: str, size_pt: float) -> float:
    """Points that ``text`` takes in the Times-metric font of this machine.

    Raises:
        NoFontError: There is none.
        StampError: The font cannot be read, or lacks one of the letters.
    """
    path = find_font(style)
    widths = _advances(path)
    total = 0.0
    for letter in unicodedata.normalize("NFC", text):
        if ord(letter) not in widths:
            raise StampError("the font {font} has no letter {letter}", font=path.name, letter=letter)
        total += widths[ord(letter)]
    return total * size_pt / 1000


@lru_cache(maxsize=8)
def known_letters(style: FontStyle) -> frozenset[str]:
    """Every letter that the font of this machine has.

    Raises:
        NoFontError, StampError: As :func:`text_width`.
    """
    return frozenset(map(chr, _advances(find_font(style))))


@lru_cache(maxsize=8)
def _advances(path: Path) -> Mapping[int, float]:
    """Unicode value to advance, in thousandths of an em, of the whole font."""
    try:
        with TTFont(path, lazy=True) as font:
            units, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
            return {code: metrics[glyph][0] * 1000 / units for code, glyph in font.getBestCmap().items()}
    except (TTLibError, OSError, struct.error, LookupError, ValueError) as exc:
        raise StampError("the font {font} cannot be read", hint="install another one", font=path.name) from exc


def read_typeface(reference: generic.IndirectObject) -> Typeface:
    """A typeface that :func:`embed_typeface` put into the document earlier."""
    array = reference.get_object()["/DescendantFonts"][0]["/W"]
    widths: dict[int, float] = {}
    for index in range(0, len(array), 2):
        first, run = int(array[index]), array[index + 1]
        widths.update({first + offset: float(run[offset]) for offset in range(len(run))})
    return Typeface(reference, widths)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A font cut down to some letters."""

    program: bytes
    widths: Mapping[int, float]
    glyph_map: bytes
    tag: str
    """Six capitals that tell one subset of a font from another (9.9.2)."""


@lru_cache(maxsize=32)
def _cut(path: Path, letters: str) -> _Cut:
    try:
        with TTFont(path, lazy=True, recalcTimestamp=False) as font:  # same letters, same bytes
            return _subset(font, path.name, letters)
    except (TTLibError, OSError, struct.error, LookupError, ValueError) as exc:
        raise StampError("the font {font} cannot be read", hint="install another one", font=path.name) from exc


def _subset(font: TTFont, name: str, letters: str) -> _Cut:
    from fontTools import subset  # noqa: PLC0415 - costs more than an invisible signature, which needs none of it

    known = font.getBestCmap()
    missing = [letter for letter in letters if ord(letter) not in known]
    if missing:
        raise StampError("the font {font} has no letter {letter}", font=name, letter=missing[0])
    options = subset.Options()
    options.set(layout_features=[], hinting=False, glyph_names=False, notdef_outline=True, name_IDs=[])
    options.drop_tables = [*options.drop_tables, "FFTM"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(letter) for letter in letters])
    cutter.subset(font)
    units = font["head"].unitsPerEm
    glyphs = font.getBestCmap()
    widths = {code: font["hmtx"][glyph][0] * 1000 / units for code, glyph in sorted(glyphs.items())}
    glyph_map = bytearray(2 * (max(widths, default=0) + 1))
    for code, glyph in glyphs.items():
        glyph_map[2 * code : 2 * code + 2] = font.getGlyphID(glyph).to_bytes(2, "big")
    buffer = BytesIO()
    font.save(buffer)
    number = int.from_bytes(hashlib.sha256(letters.encode()).digest()[:8], "big")
    tag = "".join(chr(ord("A") + number // 26**place % 26) for place in range(6))
    return _Cut(buffer.getvalue(), widths, bytes(glyph_map), tag)


def _descriptor(
    name: generic.NameObject, style: FontStyle, program: generic.IndirectObject
) -> generic.DictionaryObject:
    is_italic = style in (FontStyle.ITALIC, FontStyle.BOLD_ITALIC)
    numbers = {
        "/Flags": 4 | 2 | (64 if is_italic else 0),  # symbolic, serif, italic (9.8.2)
        "/ItalicAngle": -16 if is_italic else 0,
        "/Ascent": ASCENT,
        "/Descent": DESCENT,
        "/CapHeight": 662,
        "/StemV": 140 if style in (FontStyle.BOLD, FontStyle.BOLD_ITALIC) else 80,
    }
    box = generic.ArrayObject(generic.NumberObject(number) for number in (-200, -303, 1100, 1000))
    return generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/FontDescriptor"),
            pdf_name("/FontName"): name,
            pdf_name("/FontBBox"): box,
            pdf_name("/FontFile2"): program,
            **{pdf_name(key): generic.NumberObject(value) for key, value in numbers.items()},
        }
    )


def _widths_array(widths: Mapping[int, float]) -> generic.ArrayObject:
    array = generic.ArrayObject()
    for code, width in sorted(widths.items()):
        array += [generic.NumberObject(code), generic.ArrayObject([generic.FloatObject(f"{width:.2f}")])]
    return array


def _to_unicode(widths: Mapping[int, float]) -> bytes:
    codes = [f"<{code:04X}> <{code:04X}>" for code in sorted(widths)]
    blocks = [codes[start : start + 100] for start in range(0, len(codes), 100)]  # at most 100 a block (9.10.3)
    body = "".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{body}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


def _packed(stream: generic.StreamObject) -> generic.StreamObject:
    stream.compress()
    return stream
