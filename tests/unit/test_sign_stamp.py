"""The visible stamp: where it stands, that its letters are the right ones at the right widths, what is refused."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from edocs._pdf.fonts import VIETNAMESE, FontStyle, find_font
from edocs._pdf.increment import open_increment
from edocs._pdf.typeface import embed_typeface, read_typeface
from edocs.errors import FieldError, StampError
from edocs.model import Box, Role, SignatureSpec, Stamp, TrustStore, Verdict
from edocs.ports import Signer
from edocs.sign import sign_pdf
from edocs.testing import sample_pdf
from edocs.verify import verify_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
BOX = Box(page=1, left_mm=100, top_mm=100, width_mm=60, height_mm=30)

Sign = Callable[..., bytes]


@pytest.fixture
def sign(open_key: Callable[[str], Signer]) -> Sign:
    def do(stamp: Stamp, document: bytes | None = None) -> bytes:
        spec = SignatureSpec(role=Role.ORGANISATION, stamp=stamp)
        return sign_pdf(document or sample_pdf(), open_key("seal"), spec, now=NOW)

    return do


def png(width: int, height: int, mode: str = "RGBA") -> bytes:
    colour = {"RGBA": (220, 0, 0, 128), "RGB": (220, 0, 0), "L": 90, "LA": (90, 128), "P": 1}[mode]
    out = io.BytesIO()
    Image.new(mode, (width, height), colour).save(out, "PNG")
    return out.getvalue()


def ink(document: bytes, box: Box) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the red ink inside ``box``, in millimetres from its corner."""
    scale = 4.0
    with pypdfium2.PdfDocument(document) as pdf:
        pdf.init_forms()
        image = pdf[box.page - 1].render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    mm = 72 / 25.4 * scale
    area = tuple(
        round(n * mm) for n in (box.left_mm, box.top_mm, box.left_mm + box.width_mm, box.top_mm + box.height_mm)
    )
    red = image.crop(area).point(lambda v: v).split()[1].point(lambda v: 255 if v < 200 else 0)
    found = red.getbbox()
    assert found is not None
    return tuple(n / mm for n in found)


@pytest.mark.parametrize(("pixels", "size"), [((100, 100), (30, 30)), ((400, 100), (60, 15)), ((50, 200), (7.5, 30))])
def test_an_image_keeps_its_aspect_ratio_in_the_middle(
    sign: Sign, pixels: tuple[int, int], size: tuple[float, float]
) -> None:
    signed = sign(Stamp(box=BOX, image_png=png(*pixels)))

    left, top, right, bottom = ink(signed, BOX)
    assert (right - left, bottom - top) == pytest.approx(size, abs=0.3)
    assert (left + right, top + bottom) == pytest.approx((BOX.width_mm, BOX.height_mm), abs=0.3)


def test_a_transparent_image_gets_a_mask(sign: Sign) -> None:
    assert b"/SMask" in sign(Stamp(box=BOX, image_png=png(10, 10)))
    assert b"/SMask" not in sign(Stamp(box=BOX, image_png=png(10, 10, "RGB")))


@pytest.mark.parametrize("mode", ["RGBA", "RGB", "L", "LA", "P"])
def test_every_kind_of_png_passes(sign: Sign, trust: TrustStore, mode: str) -> None:
    signed = sign(Stamp(box=BOX, image_png=png(10, 10, mode)))

    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED


def test_text_reads_back_with_its_diacritics(sign: Sign, witness: Callable[[str], str], tmp_path: Path) -> None:
    lines = ("Số: 07/UBND-VP", "Ủy ban nhân dân tỉnh Lam Giang", "Thời gian ký: {time}")
    path = tmp_path / "stamped.pdf"
    path.write_bytes(sign(Stamp(box=BOX, lines=lines, image_png=png(10, 10))))

    text = subprocess.run(
        [witness("pdftotext"), "-enc", "UTF-8", path, "-"], capture_output=True, encoding="utf-8", check=True
    ).stdout

    assert "Số: 07/UBND-VP\nỦy ban nhân dân tỉnh Lam Giang\nThời gian ký: 2026-03-05T14:30:00+07:00" in text


def test_decomposed_letters_are_composed(sign: Sign, witness: Callable[[str], str], tmp_path: Path) -> None:
    import unicodedata

    path = tmp_path / "stamped.pdf"
    path.write_bytes(sign(Stamp(box=BOX, lines=(unicodedata.normalize("NFD", "Ủy ban nhân dân"),))))

    text = subprocess.run(
        [witness("pdftotext"), "-enc", "UTF-8", path, "-"], capture_output=True, encoding="utf-8", check=True
    ).stdout

    assert "Ủy ban nhân dân" in text


def test_widths_are_thousandths_of_an_em() -> None:
    """ISO 32000-2, 9.7.4.3: fonts of 2048 units to the em must be scaled, or text comes out spaced twice as wide."""
    increment = open_increment(sample_pdf())

    typeface = embed_typeface(increment, FontStyle.REGULAR, "Ủy ban 0123")

    with TTFont(find_font(FontStyle.REGULAR)) as font:
        names, units = font.getBestCmap(), font["head"].unitsPerEm
        expected = {ord(c): font["hmtx"][names[ord(c)]][0] * 1000 / units for c in "Ủy ban 0123"}
    assert typeface.widths == pytest.approx(expected)
    assert typeface.width("00", 10) == pytest.approx(10.0)  # Times: a digit is half an em


def test_a_typeface_can_be_read_back_from_the_document() -> None:
    increment = open_increment(sample_pdf())

    typeface = embed_typeface(increment, FontStyle.ITALIC, VIETNAMESE)

    again = read_typeface(typeface.reference)
    assert again.widths == pytest.approx(dict(typeface.widths), abs=0.006)
    assert again.has("ỦàỄ")
    assert not again.has("Ж")


@pytest.mark.parametrize("style", FontStyle)
def test_every_vietnamese_letter_is_drawn(sign: Sign, style: FontStyle) -> None:
    """No letter of the subset is the font's empty box: its outline is not that of ``.notdef``."""
    from edocs._pdf import typeface

    cut = typeface._cut(find_font(style), "".join(sorted(set(VIETNAMESE))))

    with TTFont(io.BytesIO(cut.program)) as font:
        glyphs = {code: int.from_bytes(cut.glyph_map[2 * code : 2 * code + 2], "big") for code in cut.widths}
        drawn = [font["glyf"][font.getGlyphName(index)].numberOfContours != 0 for index in glyphs.values()]
    assert set(glyphs) == {ord(letter) for letter in VIETNAMESE}
    assert 0 not in glyphs.values()
    assert all(drawn)


@pytest.mark.parametrize(
    ("stamp", "reason"),
    [
        (Stamp(box=BOX), "empty"),
        (Stamp(box=BOX, image_png=b"GIF89a"), "not a PNG"),
        (Stamp(box=BOX, image_png=b""), "not a PNG"),
        (Stamp(box=BOX, image_png=png(10, 10)[:40]), "not a PNG"),
        (Stamp(box=BOX, lines=("漢字",)), "has no letter"),
        (Stamp(box=BOX, lines=("x" * 500,)), "does not fit"),
        (Stamp(box=BOX, lines=("dòng",) * 20), "does not fit"),
        (Stamp(box=BOX, lines=("dòng",) * 9, image_png=png(10, 10)), "no room for the image"),
    ],
)
def test_a_stamp_that_cannot_be_drawn_is_refused(sign: Sign, stamp: Stamp, reason: str) -> None:
    with pytest.raises(StampError, match=reason):
        sign(stamp)


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        (replace(BOX, page=2), "no such page: 2"),
        (replace(BOX, page=0), "no such page: 0"),
        (replace(BOX, page=-2), "no such page: -2"),
        (replace(BOX, left_mm=180), "not on the page"),
        (replace(BOX, top_mm=-1), "not on the page"),
        (replace(BOX, top_mm=280), "not on the page"),
        (replace(BOX, width_mm=0), "not on the page"),
        (replace(BOX, width_mm=float("nan")), "not on the page"),
    ],
)
def test_a_place_that_is_not_on_the_page_is_refused(sign: Sign, box: Box, reason: str) -> None:
    with pytest.raises(FieldError, match=reason):
        sign(Stamp(box=box, lines=("x",)))


def test_a_stamp_without_a_place_is_refused(sign: Sign) -> None:
    with pytest.raises(FieldError, match="no place"):
        sign(Stamp(lines=("x",)))


def test_a_shifted_crop_box_shifts_the_place(sign: Sign) -> None:
    document = changed_page("/CropBox", [100, 50, 500, 800])

    signed = sign(Stamp(box=replace(BOX, left_mm=10, top_mm=10), image_png=png(20, 10)), document)

    (annotation,) = pypdf.PdfReader(io.BytesIO(signed)).pages[0]["/Annots"]
    left, _, _, top = annotation.get_object()["/Rect"]
    assert (float(left), float(top)) == pytest.approx((100 + 10 * 72 / 25.4, 800 - 10 * 72 / 25.4), abs=0.01)


def changed_page(key: str, value: object) -> bytes:
    from pypdf.generic import ArrayObject, NameObject, NumberObject

    writer = pypdf.PdfWriter(io.BytesIO(sample_pdf()))
    numbers = ArrayObject(map(NumberObject, value)) if isinstance(value, list) else NumberObject(value)
    writer.pages[0][NameObject(key)] = numbers
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
