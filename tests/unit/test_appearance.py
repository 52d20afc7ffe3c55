"""What a reserved field shows (Decree 30, article 14): plain text is read, what could be seen otherwise refused."""

from __future__ import annotations

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from edocs._pdf.appearance import AppearanceError, shown_text

TO_UNICODE = b"2 beginbfchar\n<0031> <0031> <0032> <0032>\nendbfchar\n1 beginbfrange\n<0041> <0043> <0033>\nendbfrange"


def dictionary(**entries: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(f"/{name}"): value for name, value in entries.items()})


def numbers(*values: float) -> generic.ArrayObject:
    return generic.ArrayObject(generic.FloatObject(str(value)) for value in values)


def standard(**entries: generic.PdfObject) -> generic.DictionaryObject:
    """A font that every viewer has."""
    base: dict[str, generic.PdfObject] = {"Subtype": pdf_name("/Type1"), "BaseFont": pdf_name("/Times-Roman")}
    return dictionary(**(base | entries))


def embedded(**entries: generic.PdfObject) -> generic.DictionaryObject:
    """A composite font, every letter half an em wide."""
    program = generic.StreamObject(stream_data=b"")
    descendant = dictionary(
        Subtype=pdf_name("/CIDFontType2"), DW=generic.NumberObject(500), FontDescriptor=dictionary(FontFile2=program)
    )
    base: dict[str, generic.PdfObject] = {
        "Subtype": pdf_name("/Type0"),
        "Encoding": pdf_name("/Identity-H"),
        "ToUnicode": generic.StreamObject(stream_data=TO_UNICODE),
        "DescendantFonts": generic.ArrayObject([descendant]),
    }
    return dictionary(**(base | entries))


def form(
    content: bytes, font: generic.DictionaryObject | None = None, **entries: generic.PdfObject
) -> generic.StreamObject:
    fonts = dictionary(F=font or standard())
    base: dict[str, generic.PdfObject] = {
        "Type": pdf_name("/XObject"),
        "Subtype": pdf_name("/Form"),
        "BBox": numbers(0, 0, 100, 20),
        "Resources": dictionary(Font=fonts),
    }
    return generic.StreamObject(dictionary(**(base | entries)), stream_data=content)


@pytest.mark.parametrize(
    "content",
    [
        b"BT /F 12 Tf 2 5 Td (142) Tj ET",
        b"/Tx BMC q BT /F 12 Tf 0 g 2 5 Td <313432> Tj ET Q EMC",
        b"/Tx BMC q 1 1 98 18 re W n BT /F 12 Tf 0 0 0.5 rg 1 0 0 1 2 5 Tm (142) Tj ET Q EMC",
        b"q 1 0 0 1 2 5 cm BT 0 0 0 1 k /F 12 Tf 0 Tc 0 Tr 100 Tz [(1) -20 (4) 30 (2)] TJ ET Q",
        b"BT /F 12 Tf 2 5 Td (1) Tj 20 0 Td (4) Tj 20 0 Td (2) Tj ET",
    ],
)
def test_plain_text_is_understood(content: bytes) -> None:
    assert shown_text(form(content), (100, 20)) == "142"


def test_escaped_parentheses_are_text() -> None:
    assert shown_text(form(rb"BT /F 12 Tf 2 5 Td (\(1\)) Tj ET")) == "(1)"


@pytest.mark.parametrize("literal", [rb"(\06142)", rb"(\n142)", b"(1\\\n42)", b"(1\r42)"])
def test_an_escape_that_viewers_draw_as_another_letter_is_refused(literal: bytes) -> None:
    """ISO 32000-2, 7.3.4.2: \\061 is the figure 1."""
    with pytest.raises(AppearanceError):
        shown_text(form(b"BT /F 12 Tf 2 5 Td " + literal + b" Tj ET"))


@pytest.mark.parametrize(
    "content",
    [
        b"BT /F 12 Tf 1 g 2 5 Td (142) Tj ET",
        b"BT /F 12 Tf 1 1 0.9 rg 2 5 Td (142) Tj ET",
        b"BT /F 12 Tf 0 0 0 0 k 2 5 Td (142) Tj ET",
        b"BT /F 0 Tf 2 5 Td (142) Tj ET",
        b"BT /F -12 Tf 2 5 Td (142) Tj ET",
        b"BT /F 0.1 Tf 2 5 Td (142) Tj ET",
        b"BT /F 400 Tf 2 5 Td (142) Tj ET",
        b"BT /F 12 Tf 3 Tr 2 5 Td (142) Tj ET",
        b"BT /F 12 Tf 1 Tz 2 5 Td (142) Tj ET",
        b"BT /F 12 Tf -6 Tc 2 5 Td (142) Tj ET",
        b"BT /F 12 Tf 90 Ts 2 5 Td (142) Tj ET",
        b"BT /F 12 Tf 1 0 0 -1 2 5 Tm (142) Tj ET",
        b"q 0.1 0 0 0.1 0 0 cm BT /F 12 Tf 2 5 Td (142) Tj ET Q",
    ],
)
def test_text_that_is_not_seen_is_refused(content: bytes) -> None:
    with pytest.raises(AppearanceError):
        shown_text(form(content))


@pytest.mark.parametrize(
    "content",
    [
        b"BT /F 12 Tf 20 5 Td (1) Tj -10 0 Td (42) Tj ET",
        b"BT /F 12 Tf 20 5 Td [(1) 3000 (42)] TJ ET",
        b"BT /F 12 Tf 2 5 Td (1) Tj (42) Tj 1 0 0 1 2 5 Tm (9) Tj ET",
        b"BT /F 12 Tf 2 14 Td (1) Tj 8 -12 Td (42) Tj ET",
        b"BT /F 12 Tf 2 5 Td (1) Tj ET BT 2 5 Td (42) Tj ET",
        b"q 1 0 0 1 50 0 cm BT /F 12 Tf 2 5 Td (1) Tj ET Q BT /F 12 Tf 2 5 Td (42) Tj ET",
    ],
)
def test_text_that_is_read_in_another_order_is_refused(content: bytes) -> None:
    with pytest.raises(AppearanceError):
        shown_text(form(content))


@pytest.mark.parametrize(
    "content",
    [
        b"BT /F 12 Tf -6 5 Td (142) Tj ET",
        b"BT /F 12 Tf 90 5 Td (142) Tj ET",
        b"BT /F 12 Tf 2 30 Td (142) Tj ET",
        b"BT /F 12 Tf 2 -9 Td (142) Tj ET",
        b"10 0 90 20 re W n BT /F 12 Tf 2 5 Td (142) Tj ET",
        b"0 0 0 0 re W n BT /F 12 Tf 2 5 Td (142) Tj ET",
    ],
)
def test_text_outside_of_what_is_drawn_is_refused(content: bytes) -> None:
    with pytest.raises(AppearanceError):
        shown_text(form(content))


@pytest.mark.parametrize(
    "content",
    [
        b"q /F 12 Tf Q BT 2 5 Td (142) Tj ET",
        b"/F 12 Tf 2 5 Td (142) Tj",
        b"BT /F 12Tf 2 5 Td (142) Tj ET",
        b"BT /F 12 Tf 2 5 Td (142) (7) Tj ET",
        b"BT /F 12 Tf 2 5 Td (142) Tj % (7) Tj\r ET",
        b"BT /F 12 Tf 2 5 Td (142) ' ET",
        b"/OC /hidden BDC BT /F 12 Tf 2 5 Td (142) Tj ET EMC",
        b"Q BT /F 12 Tf 2 5 Td (142) Tj ET",
        b"BT /F 12 Tf 2 5 Td <3134320> Tj ET",
    ],
)
def test_what_viewers_may_read_differently_is_refused(content: bytes) -> None:
    with pytest.raises(AppearanceError):
        shown_text(form(content))


@pytest.mark.parametrize(
    "font",
    [
        standard(Subtype=pdf_name("/Type3")),
        standard(Subtype=pdf_name("/MMType1")),
        standard(BaseFont=pdf_name("/ZapfDingbats")),
        standard(BaseFont=pdf_name("/Wingdings"), Encoding=pdf_name("/WinAnsiEncoding")),
        standard(Encoding=dictionary(Differences=generic.ArrayObject([generic.NumberObject(0x31), pdf_name("/nine")]))),
        standard(Encoding=pdf_name("/WinAnsiEncoding"), FontDescriptor=dictionary(Flags=generic.NumberObject(4))),
        standard(FontDescriptor=dictionary(FontFile=generic.StreamObject(stream_data=b""))),
        standard(FirstChar=generic.NumberObject(0x31), Widths=numbers(0, 0, 0, 0)),
        standard(FirstChar=generic.NumberObject(0x31), Widths=numbers(500)),
    ],
)
def test_a_font_that_may_show_other_letters_is_refused(font: generic.DictionaryObject) -> None:
    with pytest.raises(AppearanceError):
        shown_text(form(b"BT /F 12 Tf 2 5 Td (142) Tj ET", font))


def test_a_composite_font_shows_what_its_table_says() -> None:
    content = b"BT /F 12 Tf 2 5 Td <0031003200410043> Tj ET"

    assert shown_text(form(content, embedded())) == "1235"


@pytest.mark.parametrize(
    "font",
    [
        embedded(Encoding=pdf_name("/Identity-V")),
        embedded(Encoding=pdf_name("/UniGB-UCS2-H")),
        embedded(ToUnicode=generic.NullObject()),
        embedded(DescendantFonts=generic.ArrayObject()),
        embedded(DescendantFonts=generic.ArrayObject([dictionary(Subtype=pdf_name("/CIDFontType2"))])),
    ],
)
def test_a_composite_font_whose_glyphs_are_open_is_refused(font: generic.DictionaryObject) -> None:
    with pytest.raises(AppearanceError):
        shown_text(form(b"BT /F 12 Tf 2 5 Td <0031> Tj ET", font))


@pytest.mark.parametrize("codes", [b"<0039>", b"<003100>"])
def test_a_code_without_a_letter_is_refused(codes: bytes) -> None:
    with pytest.raises(AppearanceError, match="cannot be read"):
        shown_text(form(b"BT /F 12 Tf 2 5 Td " + codes + b" Tj ET", embedded()))


@pytest.mark.parametrize(
    "entries",
    [
        {"OC": dictionary()},
        {"Group": dictionary()},
        {"Matrix": numbers(-1, 0, 0, 1, 0, 0)},
        {"BBox": numbers(0, 0, 1000, 200)},
        {"BBox": numbers(0, 0)},
        {"Resources": dictionary(Font=dictionary(F=standard()), ExtGState=dictionary())},
    ],
)
def test_a_form_that_hides_turns_or_shrinks_its_text_is_refused(entries: dict[str, generic.PdfObject]) -> None:
    with pytest.raises(AppearanceError):
        shown_text(form(b"BT /F 12 Tf 2 5 Td (142) Tj ET", None, **entries), (100, 20))
