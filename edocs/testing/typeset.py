"""Setting text at exact millimetres: a small PDF 1.7 writer with embedded, subset, Times-metric fonts.

ISO 32000-1: 9.7 (Type 0 fonts, Identity-H), 9.10.3 (ToUnicode), 7.5 (file structure). The same input gives the same
bytes. It sets left-to-right text in black, rules and red frames; no images, no hyphenation, no kerning, no tags.

Each style is subset once a process, to ASCII and the letters of Vietnamese (about 10 KB compressed); a page that is
drawn afterwards costs a few milliseconds.
"""

from __future__ import annotations

import hashlib
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from io import BytesIO
from itertools import pairwise

from fontTools import subset
from fontTools.ttLib import TTFont

from edocs._pdf.fonts import VIETNAMESE, FontStyle, find_font
from edocs.errors import UsageError

__all__ = ["A4_MM", "MM", "DocumentInfo", "Font", "Line", "Typesetter", "width_mm", "wrap"]

MM = 72 / 25.4
"""Points in a millimetre."""
A4_MM = (210.0, 297.0)

_LETTERS = "".join(map(chr, range(0x20, 0x7F))) + VIETNAMESE + "\u00a0‘’•°²§×…"
_RED = "0.8 0 0"


@dataclass(frozen=True, slots=True)
class Font:
    """A style at a size (kiểu chữ, cỡ chữ)."""

    style: FontStyle
    size_pt: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """What the information dictionary says (ISO 32000-1, 14.3.3)."""

    title: str
    author: str
    created_at: datetime
    """Aware."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a paragraph, ready to be set."""

    text: str
    indent_mm: float = 0.0
    is_last: bool = False
    """The last line of a paragraph is not stretched to the right margin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Face:
    name: str
    glyphs: dict[str, int]
    advances: dict[str, float]
    """Thousandths of the font size."""
    program: bytes
    """The subset TrueType file, deflated."""
    program_size: int
    to_unicode: bytes
    widths: str
    descriptor: str


def width_mm(text: str, font: Font) -> float:
    """How long ``text`` is when set in ``font``.

    Raises:
        UsageError: A letter that the subset does not have.
    """
    advances = _face(font.style).advances
    try:
        return sum(advances[letter] for letter in unicodedata.normalize("NFC", text)) * font.size_pt / 1000 / MM
    except KeyError as exc:
        raise _no_glyph(exc) from exc


def wrap(text: str, font: Font, width: float, indent_mm: float = 0.0) -> list[Line]:
    """Break a paragraph into lines of at most ``width`` mm, the first one indented."""
    space = width_mm(" ", font)
    lines: list[Line] = []
    words: list[str] = []
    used, indent = 0.0, indent_mm
    for word in unicodedata.normalize("NFC", text).split():
        length = width_mm(word, font)
        if words and used + space + length > width - indent:
            lines.append(Line(text=" ".join(words), indent_mm=indent))
            words, used, indent = [], 0.0, 0.0
        used += (space if words else 0.0) + length
        words.append(word)
    return [*lines, Line(text=" ".join(words), indent_mm=indent, is_last=True)]


@dataclass(slots=True)
class Typesetter:
    """Pages being drawn. Measures are millimetres from the page's upper left corner; ``y`` is a base line."""

    _pages: list[list[str]] = field(default_factory=list)
    _styles: dict[FontStyle, None] = field(default_factory=dict)

    def new_page(self) -> None:
        """Begin the next page; everything that follows is drawn there."""
        self._pages.append([])

    @property
    def page(self) -> int:
        """The number of the page being drawn; the first is 1."""
        return len(self._pages)

    def text(self, x: float, y: float, text: str, font: Font, *, stretch_mm: float = 0.0) -> None:
        """Set ``text`` from ``x``; ``stretch_mm`` is added to every space."""
        face = _face(font.style)
        self._styles.setdefault(font.style)
        shown = unicodedata.normalize("NFC", text)
        try:
            codes = [f"{face.glyphs[letter]:04X}" for letter in shown]
        except KeyError as exc:
            raise _no_glyph(exc) from exc
        string = f"<{''.join(codes)}> Tj"
        if stretch_mm:
            # Word spacing (Tw) does not apply to two-byte codes (ISO 32000-1, 9.3.3), so each space is kerned.
            kern = f"> {-stretch_mm * MM * 1000 / font.size_pt:.1f} <"
            parts = (code + kern if letter == " " else code for letter, code in zip(shown, codes, strict=True))
            string = f"[<{''.join(parts)}>] TJ"
        self._draw(f"BT /{_resource(font.style)} {font.size_pt:g} Tf {x * MM:.2f} {_up(y):.2f} Td {string} ET")

    def centred(self, x: float, y: float, text: str, font: Font) -> float:
        """Set ``text`` so that its middle is at ``x``; returns its width in mm."""
        width = width_mm(text, font)
        self.text(x - width / 2, y, text, font)
        return width

    def justified(self, x: float, y: float, line: Line, width: float, font: Font) -> None:
        """Set one line of a paragraph between ``x`` and ``x + width`` (canh đều cả hai lề)."""
        gaps = line.text.count(" ")
        spare = width - line.indent_mm - width_mm(line.text, font)
        stretch = spare / gaps if gaps and not line.is_last else 0.0
        self.text(x + line.indent_mm, y, line.text, font, stretch_mm=stretch)

    def rule(self, x: float, y: float, length: float, width_pt: float = 0.6) -> None:
        """Draw a horizontal rule from ``x`` (đường kẻ ngang, nét liền)."""
        self._draw(f"{width_pt:g} w {x * MM:.2f} {_up(y):.2f} m {(x + length) * MM:.2f} {_up(y):.2f} l S")

    def red_frame(self, x: float, y: float, width: float, text: str) -> None:
        """Draw a red frame, 8 mm high, with bold red text in its middle (dấu chỉ độ mật, mức độ khẩn)."""
        box = f"{x * MM:.2f} {_up(y + 8):.2f} {width * MM:.2f} {8 * MM:.2f} re S"
        self._draw(f"q {_RED} RG {_RED} rg 1 w {box}")
        self.centred(x + width / 2, y + 5.5, text, Font(FontStyle.BOLD, 13))
        self._draw("Q")

    def finish(self, info: DocumentInfo, private: bytes = b"") -> bytes:
        """The whole file.

        Args:
            private: Data that no viewer shows, kept as the application's own (ISO 32000-1, 14.5).
        """
        file = _File()
        fonts = " ".join(f"/{_resource(style)} {file.font(_face(style))} 0 R" for style in self._styles)
        resources = file.add(f"<< /Font << {fonts} >> >>".encode())
        tree = file.reserve()
        box = f"[0 0 {A4_MM[0] * MM:.2f} {A4_MM[1] * MM:.2f}]"
        kids = []
        for operators in self._pages:
            content = file.stream("\n".join(operators).encode())
            page = f"/Type /Page /Parent {tree} 0 R /MediaBox {box} /Resources {resources} 0 R /Contents {content} 0 R"
            kids.append(file.add(f"<< {page} >>".encode()))
        refs = " ".join(f"{kid} 0 R" for kid in kids)
        file.fill(tree, f"<< /Type /Pages /Kids [{refs}] /Count {len(kids)} >>".encode())
        own = ""
        if private:
            data = f"/LastModified {_moment(info)} /Private {file.stream(private)} 0 R"
            own = f" /PieceInfo << /edocs << {data} >> >>"
        catalog = file.add(f"<< /Type /Catalog /Pages {tree} 0 R /Lang (vi-VN){own} >>".encode())
        return file.finish(catalog, file.add(_information(info)))

    def _draw(self, operators: str) -> None:
        self._pages[-1].append(operators)


def _up(y: float) -> float:
    return (A4_MM[1] - y) * MM


def _resource(style: FontStyle) -> str:
    return f"F{list(FontStyle).index(style)}"


def _no_glyph(exc: KeyError) -> UsageError:
    letter = str(exc.args[0])
    return UsageError(
        "letter that a sample cannot show: {letter} (U+{code})",
        hint="ASCII and the letters of Vietnamese, precomposed",
        letter=letter,
        code=f"{ord(letter):04X}",
    )


@cache
def _face(style: FontStyle) -> _Face:
    options = subset.Options(hinting=False, notdef_outline=True, glyph_names=False, recalc_timestamp=False)
    options.layout_features = []
    options.drop_tables += ["GDEF", "GPOS", "GSUB", "kern", "DSIG", "FFTM", "hdmx", "VDMX", "LTSH", "gasp", "meta"]
    with TTFont(find_font(style), lazy=True, recalcTimestamp=False) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=_LETTERS)
        subsetter.subset(font)
        stream = BytesIO()
        font.save(stream, reorderTables=False)
    program = stream.getvalue()
    with TTFont(BytesIO(program), lazy=True) as small:
        return _describe(style, small, program)


def _describe(style: FontStyle, font: TTFont, program: bytes) -> _Face:
    names: dict[int, str] = font.getBestCmap()
    scale = 1000 / font["head"].unitsPerEm
    glyphs = {chr(code): font.getGlyphID(name) for code, name in names.items()}
    advances = {chr(code): font["hmtx"][name][0] * scale for code, name in names.items()}
    by_glyph = {glyphs[letter]: advances[letter] for letter in glyphs}
    head, hhea = font["head"], font["hhea"]
    capital = getattr(font["OS/2"], "sCapHeight", hhea.ascent)
    box = " ".join(str(round(edge * scale)) for edge in (head.xMin, head.yMin, head.xMax, head.yMax))
    bold, italic = style.value.startswith("bold"), style.value.endswith("italic")
    # (2) serif, (4) symbolic, as every font that is addressed by glyph, (64) italic: ISO 32000-1, table 123.
    descriptor = (
        f"/Flags {2 | 4 | (64 if italic else 0)} /FontBBox [{box}] /ItalicAngle {font['post'].italicAngle:g} "
        f"/Ascent {round(hhea.ascent * scale)} /Descent {round(hhea.descent * scale)} "
        f"/CapHeight {round(capital * scale)} /StemV {140 if bold else 80}"
    )
    tag = "".join(chr(ord("A") + byte % 26) for byte in hashlib.sha256(program).digest()[:6])
    family = str(font["name"].getDebugName(6) or "Serif").replace(" ", "")
    return _Face(
        name=f"{tag}+{family}",
        glyphs=glyphs,
        advances=advances,
        program=zlib.compress(program, 9),
        program_size=len(program),
        to_unicode=_to_unicode(glyphs),
        widths=_widths(by_glyph),
        descriptor=descriptor,
    )


def _widths(by_glyph: dict[int, float]) -> str:
    """Runs of glyphs (ISO 32000-1, 9.7.4.3): a reader that walks all objects meets few instead of hundreds."""
    text = ""
    for glyph in sorted(by_glyph):
        text += f" {by_glyph[glyph]:.0f}" if glyph - 1 in by_glyph else f"] {glyph} [{by_glyph[glyph]:.0f}"
    return text.removeprefix("] ") + "]"


def _to_unicode(glyphs: dict[str, int]) -> bytes:
    letters: dict[int, str] = {}
    for letter, glyph in sorted(glyphs.items()):
        letters.setdefault(glyph, letter)  # the space and the no-break space share a glyph
    entries = [f"<{glyph:04X}> <{letter.encode('utf-16-be').hex()}>" for glyph, letter in sorted(letters.items())]
    blocks = (entries[start : start + 100] for start in range(0, len(entries), 100))
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return zlib.compress(
        (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
            "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
            f"{body}\nendcmap CMapName currentdict /CMap defineresource pop end end"
        ).encode("ascii"),
        9,
    )


def _information(info: DocumentInfo) -> bytes:
    return f"<< /Title {_string(info.title)} /Author {_string(info.author)} /CreationDate {_moment(info)} >>".encode()


def _moment(info: DocumentInfo) -> str:
    offset = info.created_at.strftime("%z")
    return f"({info.created_at.strftime('D:%Y%m%d%H%M%S')}{offset[:3]}'{offset[3:5]}')"


def _string(text: str) -> str:
    return f"<FEFF{unicodedata.normalize('NFC', text).encode('utf-16-be').hex().upper()}>"


class _File:
    """Objects on their way into a file (ISO 32000-1, 7.5)."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []

    def reserve(self) -> int:
        self._bodies.append(b"")
        return len(self._bodies)

    def fill(self, number: int, body: bytes) -> None:
        self._bodies[number - 1] = body

    def add(self, body: bytes) -> int:
        self._bodies.append(body)
        return len(self._bodies)

    def stream(self, data: bytes, extra: str = "", *, is_deflated: bool = False) -> int:
        packed = data if is_deflated else zlib.compress(data, 6)
        head = f"<< /Length {len(packed)} /Filter /FlateDecode{extra} >>\nstream\n"
        return self.add(head.encode() + packed + b"\nendstream")

    def font(self, face: _Face) -> int:
        program = self.stream(face.program, f" /Length1 {face.program_size}", is_deflated=True)
        to_unicode = self.stream(face.to_unicode, is_deflated=True)
        descriptor = self.add(
            f"<< /Type /FontDescriptor /FontName /{face.name} {face.descriptor} /FontFile2 {program} 0 R >>".encode()
        )
        descendant = self.add(
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{face.name} /CIDToGIDMap /Identity "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
            f"/FontDescriptor {descriptor} 0 R /W [{face.widths}] >>".encode()
        )
        return self.add(
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{face.name} /Encoding /Identity-H "
            f"/DescendantFonts [{descendant} 0 R] /ToUnicode {to_unicode} 0 R >>".encode()
        )

    def finish(self, catalog: int, information: int) -> bytes:
        pieces = list(_framed(self._bodies))
        offsets = [len(pieces[0])]
        for before, _ in pairwise(pieces[1:]):
            offsets.append(offsets[-1] + len(before))
        body = b"".join(pieces)
        entries = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
        identity = hashlib.sha256(body).hexdigest()[:32].upper()
        size = len(self._bodies) + 1
        trailer = (
            f"xref\n0 {size}\n0000000000 65535 f \n{entries}trailer\n<< /Size {size} /Root {catalog} 0 R "
            f"/Info {information} 0 R /ID [<{identity}> <{identity}>] >>\nstartxref\n{len(body)}\n%%EOF\n"
        )
        return body + trailer.encode("ascii")


def _framed(bodies: Iterable[bytes]) -> Iterator[bytes]:
    yield b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    for number, body in enumerate(bodies, 1):
        yield b"%d 0 obj\n%b\nendobj\n" % (number, body)
