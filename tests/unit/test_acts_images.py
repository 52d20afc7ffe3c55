"""Images of signatures and seals as Decree 30 wants them, annex I.II.7d and 8a: what is measured, what is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from acts import png, widget
from PIL import Image

from edocs.errors import StampError
from edocs.model import HANOI, DocumentCode, Role, SignatureSpec, Stamp, TrustStore, Verdict
from edocs.ports import Signer
from edocs.sign import approve_pdf, issue_pdf
from edocs.testing import sample_seal_png, sample_signature_png
from edocs.verify import verify_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
CODE = DocumentCode(number=7, issued_on=datetime(2026, 3, 5, tzinfo=HANOI))
RED, BLUE, BLACK, WHITE = (200, 20, 30), (20, 50, 150), (10, 10, 10), (255, 255, 255, 255)
SEAL_PX = (425, 425)  # 36 mm at 300 dpi

Act = Callable[..., bytes]


@pytest.fixture
def approve(draft: bytes, open_key: Callable[[str], Signer]) -> Act:
    def do(image: bytes, **more: object) -> bytes:
        stamp = Stamp(image_png=image, **more)  # type: ignore[arg-type]
        return approve_pdf(draft, open_key("leader"), SignatureSpec(role=Role.PERSONAL, stamp=stamp), now=NOW)

    return do


@pytest.fixture
def issue(approved: bytes, open_key: Callable[[str], Signer]) -> Act:
    def do(image: bytes, **more: object) -> bytes:
        stamp = Stamp(image_png=image, **more)  # type: ignore[arg-type]
        spec = SignatureSpec(role=Role.ORGANISATION, code=CODE, stamp=stamp)
        return issue_pdf(approved, open_key("seal"), spec, now=NOW)

    return do


def as_jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 300), BLUE).save(out, "JPEG")
    return out.getvalue()


def test_the_decrees_images_pass(approve: Act, issue: Act, trust: TrustStore) -> None:
    for signed in (approve(sample_signature_png("Trần Thị Bình")), issue(sample_seal_png("UBND tỉnh Lam Giang"))):
        assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (as_jpeg(), "not a PNG image"),
        (b"", "not a PNG image"),
        (png()[:-40], "not a PNG image"),
        (png(ground=WHITE), r"no transparent background \(transparent: 0 %\)"),
        (png(ink=RED), r"not blue \(blue ink: 0 %\)"),
        (png(ink=BLACK), r"not blue \(blue ink: 0 %\)"),
        (png(ink=(60, 160, 60)), "not blue"),
        (png((150, 75)), r"too few pixels: 150 for \d\d mm"),
    ],
    ids=["jpeg", "empty", "cut", "opaque", "red", "black", "green", "small"],
)
def test_a_wrong_signature_image_is_refused_with_what_was_measured(approve: Act, image: bytes, why: str) -> None:
    with pytest.raises(StampError, match=why) as refused:
        approve(image)

    assert refused.value.exit_code == 6


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (as_jpeg(), "not a PNG image"),
        (png(SEAL_PX, ink=RED, ground=WHITE), "no transparent background"),
        (png(SEAL_PX, ink=BLUE), r"not red \(red ink: 0 %\)"),
        (png(SEAL_PX, ink=BLACK, dpi=300), "not red"),
        (png(SEAL_PX, ink=RED, dpi=72), "the seal is 150 by 150 mm at its 72 dpi"),
        (png(SEAL_PX, ink=RED, dpi=600), "the seal is 18 by 18 mm at its 600 dpi"),
        (png((600, 300), ink=RED, dpi=300), "51 mm wide, does not fit into its place of 36 by 36 mm"),
        (png((100, 100), ink=RED), "too few pixels: 100 for 36 mm"),
    ],
    ids=["jpeg", "opaque", "blue", "black", "large", "tiny", "wide", "few"],
)
def test_a_wrong_seal_is_refused_with_what_was_measured(issue: Act, image: bytes, why: str) -> None:
    with pytest.raises(StampError, match=why):
        issue(image)


@pytest.mark.parametrize("ink", [(15, 40, 120), (0, 0, 255), (60, 90, 200), (40, 60, 110)])
def test_every_blue_ink_passes(approve: Act, ink: tuple[int, int, int]) -> None:
    assert " Do" in widget(approve(png(ink=ink)), "Signature1").look


@pytest.mark.parametrize("ink", [(200, 20, 30), (255, 0, 0), (230, 60, 40), (160, 10, 40)])
def test_every_red_ink_passes(issue: Act, ink: tuple[int, int, int]) -> None:
    assert " Do" in widget(issue(png(SEAL_PX, ink=ink)), "edocs.seal").look


def test_what_shines_through_has_no_colour(approve: Act) -> None:
    """Programs leave any colour under full transparency; nobody sees it."""
    assert " Do" in widget(approve(png(ground=(255, 0, 0, 0))), "Signature1").look


def test_another_image_can_be_taken_knowingly(approve: Act, issue: Act, trust: TrustStore) -> None:
    for signed in (
        approve(png(ink=BLACK, ground=WHITE), any_image=True),
        issue(png(SEAL_PX, ink=BLUE, dpi=72), any_image=True),
    ):
        assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED


def test_not_even_knowingly_is_something_else_a_png(approve: Act) -> None:
    with pytest.raises(StampError, match="not a PNG"):
        approve(as_jpeg(), any_image=True)


@pytest.mark.parametrize(("pixels", "size"), [(425, 35.98), (330, 27.94)])
def test_a_seal_is_drawn_at_its_true_size(issue: Act, pixels: int, size: float) -> None:
    """Annex I.II.8a: kích thước bằng kích thước thực tế của dấu; 300 dpi say how large that is."""
    look = widget(issue(png((pixels, pixels), ink=RED, dpi=300)), "edocs.seal").look

    width = float(look.split(" cm /Im0")[0].split()[-6])
    assert width / 72 * 25.4 == pytest.approx(size, abs=0.02)


def test_a_seal_without_resolution_fills_its_place(issue: Act) -> None:
    look = widget(issue(png(SEAL_PX, ink=RED)), "edocs.seal").look

    assert float(look.split(" cm /Im0")[0].split()[-6]) / 72 * 25.4 == pytest.approx(36, abs=0.02)


def test_refusing_happens_before_the_key_is_used(draft: bytes, open_key: Callable[[str], Signer]) -> None:
    class Watched:
        def __init__(self, signer: Signer) -> None:
            self.certificate, self.chain, self.algorithm = signer.certificate, signer.chain, signer.algorithm

        def sign(self, data: bytes, digest: str) -> bytes:
            raise AssertionError("the key was used")

        def sign_many(self, items: list[bytes], digest: str) -> list[bytes]:
            raise AssertionError("the key was used")

    spec = SignatureSpec(role=Role.PERSONAL, stamp=Stamp(image_png=png(ink=RED)))

    with pytest.raises(StampError):
        approve_pdf(draft, Watched(open_key("leader")), spec, now=NOW)
    with pytest.raises(AssertionError, match="the key was used"):
        approve_pdf(draft, Watched(open_key("leader")), replace(spec, stamp=Stamp(image_png=png())), now=NOW)
