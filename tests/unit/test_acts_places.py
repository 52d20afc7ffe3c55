"""Where images go by themselves: a person's between position and name, the seal over its left third."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest
from acts import MM, widget

from edocs._pades.block import signature_place
from edocs._pdf.fonts import FontStyle
from edocs._pdf.text import read_lines
from edocs.errors import FieldError
from edocs.model import Box, Reservation, Role, SignatureSpec, Stamp
from edocs.ports import Signer
from edocs.sign import approve_pdf, preview_pdf, sign_pdf
from edocs.testing import Letter, sample_letter, sample_pdf, sample_signature_png
from edocs.testing.typeset import DocumentInfo, Font, Typesetter

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
IMAGE = sample_signature_png("Nguyễn Văn An")
ASPECT = 1000 / 480
BOLD, PLAIN = Font(FontStyle.BOLD, 14), Font(FontStyle.REGULAR, 14)
PERSON = SignatureSpec(role=Role.PERSONAL, stamp=Stamp(image_png=IMAGE))

Words = tuple[float, float, str, Font]
POSITION: Words = (150, 100, "CHỦ TỊCH", BOLD)
NAME: Words = (150, 135, "Nguyễn Văn An", BOLD)


def page(words: Sequence[Words]) -> bytes:
    """A page with ``words`` centred at x, on the baseline y, in mm."""
    sheet = Typesetter()
    sheet.new_page()
    for x, y, text, font in words:
        sheet.centred(x, y, text, font)
    return sheet.finish(DocumentInfo(title="x", author="x", created_at=NOW))


def place(words: Sequence[Words], name: str = "Nguyễn Văn An") -> tuple[float, float, float, float]:
    """Middle across, then top, bottom and width of what is found, in mm from the upper left."""
    found = signature_place(read_lines(page(words), 0, with_weight=True), 0, name, ASPECT)
    high = 297.0
    return (
        (found.left + found.right) / 2 / MM,
        high - found.top / MM,
        high - found.bottom / MM,
        found.size[0] / MM,
    )


def test_a_persons_image_is_centred_between_position_and_name() -> None:
    """Annex I.II.7d: on their axis, in the middle of the blank between them, touching neither."""
    middle, top, bottom, width = place([POSITION, NAME])

    cap_height = 0.66 * 14 / MM
    assert middle == pytest.approx(150, abs=0.5)
    assert (top + bottom) / 2 == pytest.approx((100 + 135 - cap_height) / 2, abs=1.5)
    assert 100 < top < bottom < 135 - cap_height
    assert width == pytest.approx((bottom - top) * ASPECT, abs=0.01)
    assert width <= 50.01


def test_approving_needs_no_place_for_the_image(draft: bytes, open_key: Callable[[str], Signer]) -> None:
    signed = approve_pdf(draft, open_key("leader"), PERSON, now=NOW)

    seen = widget(signed, "Signature1")
    assert (seen.page, seen.width / seen.height) == (1, pytest.approx(ASPECT, rel=0.01))
    lines = {line.text: line for line in read_lines(draft, 1)}
    name = next(line for text, line in lines.items() if text.endswith("NguyễnVănAn"))
    middle = (name.letters[0].left + name.letters[-1].right) / 2 / MM
    assert seen.middle[0] == pytest.approx(middle, abs=0.5)


def test_the_seal_covers_the_left_third_of_the_image(draft: bytes, open_key: Callable[[str], Signer]) -> None:
    """Annex I.II.8a, in millimetres from the widgets themselves."""
    signed = approve_pdf(draft, open_key("leader"), PERSON, now=NOW)

    person, seal = widget(signed, "Signature1"), widget(signed, "edocs.seal")
    assert seal.page == person.page
    assert (seal.width, seal.height) == pytest.approx((36, 36), abs=0.01)
    assert seal.right - person.left == pytest.approx(person.width / 3, abs=0.02)
    assert seal.middle[1] == pytest.approx(person.middle[1], abs=0.02)


def test_the_seals_true_size_can_be_told(draft: bytes, open_key: Callable[[str], Signer]) -> None:
    signed = approve_pdf(draft, open_key("leader"), replace(PERSON, reserve=Reservation(seal_mm=42)), now=NOW)

    person, seal = widget(signed, "Signature1"), widget(signed, "edocs.seal")
    assert (seal.width, seal.height) == pytest.approx((42, 42), abs=0.01)
    assert seal.right - person.left == pytest.approx(person.width / 3, abs=0.02)


@pytest.mark.parametrize("name", ["Nguyễn Văn An", "NGUYEN VAN AN", "nguyễn văn an", "Nguyễn  Văn An"])
def test_certificates_spell_names_in_all_ways(name: str) -> None:
    other: Words = (60, 135, "Trần Thị Bình", BOLD)

    assert place([POSITION, NAME, (60, 100, "KẾ TOÁN TRƯỞNG", BOLD), other], name)[0] == pytest.approx(150, abs=0.5)


def test_of_two_signers_each_finds_its_own_place() -> None:
    both = [POSITION, NAME, (60, 100, "KẾ TOÁN TRƯỞNG", BOLD), (60, 135, "Trần Thị Bình", BOLD)]

    assert place(both, "Trần Thị Bình")[0] == pytest.approx(60, abs=0.5)
    assert place(both, "Nguyễn Văn An")[0] == pytest.approx(150, abs=0.5)


def test_a_rank_before_the_name_is_part_of_it() -> None:
    """Annex I.II.7c: ranks and degrees in some services."""
    assert place([POSITION, (150, 135, "Đại tá Nguyễn Văn An", BOLD)])[0] == pytest.approx(150, abs=0.5)


def test_without_the_signers_name_the_bold_line_below_a_position_is_taken() -> None:
    """A certificate may name somebody by another name than the document does."""
    assert place([POSITION, NAME], "An N.V.")[0] == pytest.approx(150, abs=0.5)


def test_several_lines_of_authority_end_with_the_position() -> None:
    lines = [(150, 94, "KT. CHỦ TỊCH", BOLD), (150, 100, "PHÓ CHỦ TỊCH", BOLD), NAME]

    assert place(lines)[1] > 100


def test_a_second_position_above_the_name_stays_below_the_image() -> None:
    """Box 7b: chức vụ khác của người ký, above the name."""
    found = place([POSITION, (150, 129, "Chủ tịch Ủy ban nhân dân tỉnh", BOLD), NAME])

    assert found[2] < 129 - 3


@pytest.mark.parametrize(
    "words",
    [
        [],
        [POSITION],
        [NAME],
        [(150, 100, "Chủ tịch", PLAIN), (150, 135, "Nguyễn Văn An", PLAIN)],
        [(90, 100, "CHỦ TỊCH", BOLD), NAME],
        [(150, 20, "CHỦ TỊCH", BOLD), NAME],
    ],
    ids=["nothing", "no name", "no position", "no capitals", "another axis", "too far"],
)
def test_what_is_not_found_is_never_guessed(words: Sequence[Words]) -> None:
    with pytest.raises(FieldError, match=r"not found exactly once on the last page \(0 found\)") as refused:
        place(words)

    assert refused.value.exit_code == 6


def test_what_is_found_twice_is_never_guessed() -> None:
    twice = [POSITION, NAME, (60, 200, "CHỦ TỊCH", BOLD), (60, 235, "Nguyễn Văn An", BOLD)]

    with pytest.raises(FieldError, match=r"\(2 found\)"):
        place(twice)


def test_no_room_is_said_in_millimetres() -> None:
    with pytest.raises(FieldError, match=r"no room for the image between position and name \(\d mm\)"):
        place([POSITION, (150, 110, "Nguyễn Văn An", BOLD)])


def test_a_name_in_running_text_is_not_a_place() -> None:
    text: Words = (105, 70, "Căn cứ đề nghị của ông Nguyễn Văn An", PLAIN)

    assert place([(105, 40, "QUYẾT ĐỊNH", BOLD), text, POSITION, NAME])[0] == pytest.approx(150, abs=0.5)


def test_a_document_without_a_signature_block_is_refused(open_key: Callable[[str], Signer]) -> None:
    with pytest.raises(FieldError, match="0 found"):
        sign_pdf(sample_pdf(), open_key("leader"), PERSON, now=NOW)


@pytest.mark.parametrize(
    "box",
    [
        Box(page=-1, left_mm=190, top_mm=10, width_mm=50, height_mm=20),
        Box(page=-1, left_mm=-5, top_mm=10, width_mm=50, height_mm=20),
        Box(page=1, left_mm=10, top_mm=290, width_mm=50, height_mm=20),
        Box(page=1, left_mm=10, top_mm=10, width_mm=0, height_mm=20),
    ],
)
def test_a_box_outside_the_page_is_refused_with_the_pages_size(
    draft: bytes, open_key: Callable[[str], Signer], box: Box
) -> None:
    spec = replace(PERSON, stamp=Stamp(image_png=IMAGE, box=box))

    with pytest.raises(FieldError, match="the page is 210 by 297 mm"):
        approve_pdf(draft, open_key("leader"), spec, now=NOW)


def test_a_preview_shows_what_signing_would_show(draft: bytes, open_key: Callable[[str], Signer]) -> None:
    spec = replace(PERSON, reserve=Reservation())
    signed = approve_pdf(draft, open_key("leader"), spec, now=NOW)

    from PIL import Image, ImageChops

    with Image.open(io.BytesIO(preview_pdf(draft, open_key("leader"), spec, now=NOW))) as shown:
        with pypdfium2.PdfDocument(signed) as pdf:
            pdf.init_forms()
            sheets = [pdf[n].render(scale=110 / 72, may_draw_forms=True).to_pil().convert("RGB") for n in (0, 1)]
        width = sheets[0].width
        assert shown.size == (2 * width + 12, sheets[0].height)
        for left, sheet in zip((0, width + 12), sheets, strict=True):
            part = shown.convert("RGB").crop((left, 0, left + width, sheet.height))
            assert ImageChops.difference(part, sheet).getbbox() is None


def test_a_preview_uses_no_key(draft: bytes, open_key: Callable[[str], Signer]) -> None:
    class Watched:
        def __init__(self, signer: Signer) -> None:
            self.certificate, self.chain, self.algorithm = signer.certificate, signer.chain, signer.algorithm

        def sign(self, data: bytes, digest: str) -> bytes:
            raise AssertionError("the key was used")

    png = preview_pdf(draft, Watched(open_key("leader")), PERSON, now=NOW)  # type: ignore[arg-type]

    assert png.startswith(b"\x89PNG")


def test_the_sample_letter_of_any_length_is_found(open_key: Callable[[str], Signer]) -> None:
    for paragraphs in (1, 4, 9):
        letter = Letter(body=Letter().body[:paragraphs], authority="TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH")

        signed = approve_pdf(sample_letter(letter), open_key("leader"), PERSON, now=NOW)

        assert widget(signed, "Signature1").height > 15
