"""A4 pages of text, rules and frames, set at exact millimetres: papers that edocs itself writes.

Tờ giấy A4, upright or across. Left-to-right text in a Times-metric font, embedded and cut down to the letters in use.
Measures are millimetres from the upper left corner; ``y`` is a base line. No images.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

from edocs._pdf.fonts import FontStyle
from edocs._pdf.typeface import embed_typeface, encode_text, known_letters, text_width

__all__ = ["MM", "Ink", "Sheet", "bind", "broken", "width_mm"]

MM = 72 / 25.4
_WIDTH_MM, _HEIGHT_MM = 210.0, 297.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """How text is set."""

    style: FontStyle = FontStyle.REGULAR
    size_pt: float = 13.0
    colour: tuple[float, float, float] = (0.0, 0.0, 0.0)


def width_mm(text: str, ink: Ink) -> float:
    """How long ``text`` is.

    Raises:
        NoFontError: No Times-metric font with Vietnamese letters is installed.
    """
    return text_width(ink.style, _shown(text, ink.style), ink.size_pt) / MM


@dataclass(slots=True)
class Sheet:
    """A page being drawn."""

    is_landscape: bool = False
    """Across: 297 mm wide, 210 mm high."""
    _operators: list[bytes] = field(default_factory=list)
    _letters: dict[FontStyle, set[str]] = field(default_factory=dict)

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height."""
        return (_HEIGHT_MM, _WIDTH_MM) if self.is_landscape else (_WIDTH_MM, _HEIGHT_MM)

    def text(self, x: float, y: float, text: str, ink: Ink, *, stretch_mm: float = 0.0) -> None:
        """Set ``text`` from ``x``; letters that the font lacks become question marks.

        Args:
            stretch_mm: Added to every space, so that a line fills its measure (canh đều).
        """
        shown = _shown(text, ink.style)
        self._letters.setdefault(ink.style, set()).update(shown)
        red, green, blue = ink.colour
        string = encode_text(shown) + b" Tj"
        if stretch_mm and " " in shown:
            # Word spacing (Tw) does not apply to two-byte codes (ISO 32000-2, 9.3.3): each space is followed by a kern.
            *words, last = shown.split(" ")
            kern = b" %.1f " % (-stretch_mm * MM * 1000 / ink.size_pt)
            string = b"[" + kern.join([*(encode_text(f"{word} ") for word in words), encode_text(last)]) + b"] TJ"
        self._operators.append(
            b"BT /%s %.2f Tf %.2f %.2f %.2f rg %.2f %.2f Td %s ET"
            % (_resource(ink.style).encode(), ink.size_pt, red, green, blue, x * MM, self._up(y), string)
        )

    def centred(self, x: float, y: float, text: str, ink: Ink) -> None:
        """Set ``text`` with its middle at ``x``."""
        self.text(x - width_mm(text, ink) / 2, y, text, ink)

    def rule(self, start: tuple[float, float], end: tuple[float, float], ink: Ink, width_pt: float = 0.8) -> None:
        """Draw a straight line."""
        red, green, blue = ink.colour
        self._operators.append(
            b"%.2f %.2f %.2f RG %.2f w %.2f %.2f m %.2f %.2f l S"
            % (red, green, blue, width_pt, start[0] * MM, self._up(start[1]), end[0] * MM, self._up(end[1]))
        )

    def fill(self, start: tuple[float, float], end: tuple[float, float], ink: Ink) -> None:
        """Fill the rectangle between two corners, ``start`` the upper left one."""
        red, green, blue = ink.colour
        width, height = (end[0] - start[0]) * MM, (end[1] - start[1]) * MM
        self._operators.append(
            b"%.2f %.2f %.2f rg %.2f %.2f %.2f %.2f re f"
            % (red, green, blue, start[0] * MM, self._up(end[1]), width, height)
        )

    def finish(self, title: str) -> bytes:
        """A file of this page alone."""
        return bind([self], title)

    def page(self, fonts: generic.DictionaryObject) -> tuple[generic.StreamObject, generic.DictionaryObject]:
        """The content of the page, and its resources out of the file's ``fonts``."""
        contents = generic.StreamObject(stream_data=b"\n".join(self._operators))
        contents.compress()
        return contents, generic.DictionaryObject({pdf_name("/Font"): fonts})

    def digest(self) -> bytes:
        """SHA-256 of what is drawn."""
        return hashlib.sha256(b"\n".join(self._operators)).digest()

    @property
    def letters(self) -> dict[FontStyle, set[str]]:
        """What it takes of each font."""
        return self._letters

    def _up(self, y: float) -> float:
        return (self.size_mm[1] - y) * MM


def bind(sheets: Sequence[Sheet], title: str, lang: str = "vi-VN") -> bytes:
    """The file that holds ``sheets`` in their order; each font is embedded once."""
    writer: PdfFileWriter = _Writer(stream_xrefs=False)  # type: ignore[no-untyped-call]  # pyHanko types none
    fonts = generic.DictionaryObject()
    for style in FontStyle:
        letters = set().union(*(sheet.letters.get(style, set()) for sheet in sheets))
        if letters:
            fonts[pdf_name(f"/{_resource(style)}")] = embed_typeface(writer, style, "".join(sorted(letters))).reference
    for sheet in sheets:
        contents, resources = sheet.page(fonts)
        page = PageObject(
            contents=writer.add_object(contents),
            media_box=tuple(round(side * MM, 2) for side in (0, 0, *sheet.size_mm)),
            resources=resources,
        )
        writer.insert_page(page)
    writer.root["/Lang"] = generic.pdf_string(lang)
    writer.set_info(generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string(title)}))
    # Same papers, same bytes: the identifier comes from what is on them (ISO 32000-2, 14.4).
    identifier = generic.ByteStringObject(hashlib.sha256(b"".join(sheet.digest() for sheet in sheets)).digest()[:16])
    writer._document_id = generic.ArrayObject([identifier, identifier])
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


class _Writer(PdfFileWriter):
    """Writes no date of its own: same papers, same bytes. What a paper is dated is on it."""

    def _update_meta(self) -> None:
        """pyHanko would put the time of writing here."""


def broken(text: str, ink: Ink, room: float) -> list[str]:
    """``text`` in lines of at most ``room`` mm, its indent kept; a word that is longer is cut."""
    indent = " " * (len(text) - len(text.lstrip()))
    parts = [indent]
    for word in text.split():
        rest = word
        if parts[-1].strip() and width_mm(f"{parts[-1]} {rest}", ink) > room:
            parts.append(indent)
        parts[-1] += f" {rest}" if parts[-1].strip() else rest
        while width_mm(parts[-1], ink) > room:
            cut = next(end for end in range(len(parts[-1]) - 1, 0, -1) if width_mm(parts[-1][:end], ink) <= room)
            parts[-1:] = [parts[-1][:cut], indent + parts[-1][cut:]]
    return parts


def _shown(text: str, style: FontStyle) -> str:
    known = known_letters(style)
    return "".join(letter if letter in known else "?" for letter in unicodedata.normalize("NFC", text))


def _resource(style: FontStyle) -> str:
    return f"F{list(FontStyle).index(style)}"
