"""Pages with marks on them, for the tests of state secrets: any text in any Unicode form, at any place, turned."""

from __future__ import annotations

import math
import unicodedata
import zipfile
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name

_FIRST_CODE = 33


def letter_with(document: bytes, *operators: bytes, font: Dictionary | None = None) -> bytes:
    """``document`` with ``operators`` drawn on its first page; ``fonts`` are /X0, /X1 …"""
    with pikepdf.open(BytesIO(document)) as pdf:
        page = pdf.pages[0]
        page.Resources = Dictionary(Font=Dictionary(page.Resources.get("/Font", Dictionary())))
        drawn = b"q " + b"\n".join(operators) + b" Q"
        if font is not None:
            name = f"/X{len(page.Resources.Font)}"
            page.Resources.Font[name] = font_of(pdf, font)
            drawn = drawn.replace(b"/X0", name.encode())
        page.contents_add(drawn)
        stream = BytesIO()
        pdf.save(stream)
    return stream.getvalue()


def marked(
    document: bytes,
    text: str,
    at: tuple[float, float] = (90, 600),
    *,
    angle: float = 0.0,
    size: float = 14.0,
    by_letter: bool = False,
    name: str = "/Helvetica",
) -> bytes:
    """``document`` with ``text`` drawn on its first page, in one text object or in one for each letter."""
    font = lettered(text, name)
    pieces = [*clusters(text)] if by_letter else [text]
    operators, (x, y) = [], at
    turn = math.radians(angle)
    for piece in pieces:
        matrix = f"{math.cos(turn):.5f} {math.sin(turn):.5f} {-math.sin(turn):.5f} {math.cos(turn):.5f} {x:.3f} {y:.3f}"
        operators.append(f"BT /X0 {size} Tf {matrix} Tm <{codes(text, piece)}> Tj ET".encode())
        width = sum(advance(letter) for letter in piece) * size / 1000
        x, y = x + width * math.cos(turn), y + width * math.sin(turn)
    return letter_with(document, *operators, font=font)


def clusters(text: str) -> list[str]:
    """Letters with the marks that combine with them."""
    found: list[str] = []
    for letter in text:
        if found and unicodedata.combining(letter):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def codes(text: str, piece: str) -> str:
    """``piece`` in the font that :func:`lettered` makes for ``text``."""
    table = {letter: _FIRST_CODE + index for index, letter in enumerate(sorted({*text} - {" "}))}
    return "".join(f"{table.get(letter, 32):02X}" for letter in piece)


def advance(letter: str) -> int:
    return 0 if unicodedata.combining(letter) else 250 if letter == " " else 650


def lettered(text: str, name: str = "/Helvetica") -> Dictionary:
    """A font whose codes stand for the letters of ``text``; its tables come with :func:`font_of`."""
    return Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name(name), Letters=pikepdf.String(text))


def font_of(pdf: pikepdf.Pdf, font: Dictionary) -> pikepdf.Object:
    letters = sorted({*str(font.Letters)} - {" "})
    lines = [f"<{_FIRST_CODE + index:02X}> <{one.encode('utf-16-be').hex()}>" for index, one in enumerate(letters)]
    table = "\n".join(["<20> <0020>", *lines])
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <FF> endcodespacerange {len(lines) + 1} beginbfchar\n{table}\nendbfchar\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )
    made = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=font.BaseFont, Encoding=Name.WinAnsiEncoding)
    made.FirstChar, made.LastChar = 32, 32 + len(letters)
    made.Widths = Array([250, *(advance(letter) for letter in letters)])
    made.ToUnicode = pdf.make_stream(cmap.encode())
    return pdf.make_indirect(made)


def commented(document: bytes, text: str, kind: str = "/Stamp", *, flags: int = 4, appearance: bool = True) -> bytes:
    """``document`` with a comment on its first page that shows ``text``."""
    with pikepdf.open(BytesIO(document)) as pdf:
        note = Dictionary(
            Type=Name.Annot, Subtype=Name(kind), Rect=[90, 590, 250, 620], F=flags, Contents=pikepdf.String(text)
        )
        if kind == "/Widget":
            note.FT, note.T, note.V = Name.Tx, pikepdf.String("mark"), pikepdf.String(text)
            pdf.Root.AcroForm = Dictionary(Fields=Array())
        if appearance:
            note.AP = Dictionary(N=_form(pdf, text))
        indirect = pdf.make_indirect(note)
        if kind == "/Widget":
            pdf.Root.AcroForm.Fields.append(indirect)
        pdf.pages[0].Annots = Array([indirect])
        stream = BytesIO()
        pdf.save(stream)
    return stream.getvalue()


def nested(document: bytes, text: str) -> bytes:
    """``document`` with ``text`` in a form XObject inside another."""
    with pikepdf.open(BytesIO(document)) as pdf:
        page = pdf.pages[0]
        outer = pdf.make_stream(b"q 1 0 0 1 60 40 cm /In Do Q")
        outer.Type, outer.Subtype, outer.BBox = Name.XObject, Name.Form, Array([0, 0, 600, 800])
        outer.Resources = Dictionary(XObject=Dictionary(In=_form(pdf, text)))
        page.Resources = Dictionary(
            Font=Dictionary(page.Resources.Font), XObject=Dictionary(Out=pdf.make_indirect(outer))
        )
        page.contents_add(b"q 1 0 0 1 30 560 cm /Out Do Q")
        stream = BytesIO()
        pdf.save(stream)
    return stream.getvalue()


def _form(pdf: pikepdf.Pdf, text: str) -> pikepdf.Object:
    form = pdf.make_stream(f"BT /X0 14 Tf 0.8 0 0 rg 10 10 Td <{codes(text, text)}> Tj ET".encode())
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 160, 30])
    form.Resources = Dictionary(Font=Dictionary(X0=font_of(pdf, lettered(text))))
    return pdf.make_indirect(form)


def turned(document: bytes, angle: int) -> bytes:
    """``document`` with its first page shown turned."""
    with pikepdf.open(BytesIO(document)) as pdf:
        pdf.pages[0].Rotate = angle
        stream = BytesIO()
        pdf.save(stream)
    return stream.getvalue()


def word_document(body: str, **parts: str) -> bytes:
    """A .docx whose main part has ``body``; ``parts`` by name without ``.xml``."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
        for name, text in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:hdr {space}>{text}</w:hdr>")
    return stream.getvalue()


def paragraph(*runs: str, properties: str = "") -> str:
    return "<w:p>" + "".join(f"<w:r><w:rPr>{properties}</w:rPr><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"
