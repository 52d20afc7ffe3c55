"""Whatever bytes an image has and whatever a page says: a place, a drawing, or a refusal by name."""

from __future__ import annotations

import contextlib

import pytest
from acts import png
from hypothesis import given
from hypothesis import strategies as st

from edocs._pades.block import signature_place
from edocs._pades.images import check_image, image_size, seal_width_mm
from edocs._pdf.text import Letter, TextLine
from edocs.errors import FieldError, StampError
from edocs.model import Role

GOOD = png(dpi=300)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_image_or_refused_by_name(data: bytes) -> None:
    with pytest.raises(StampError):
        check_image(data, Role.PERSONAL, 50)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255), st.sampled_from(Role))
def test_a_damaged_image_passes_or_is_refused_by_name(at: int, value: int, role: Role) -> None:
    data = GOOD[:at] + bytes([value]) + GOOD[at + 1 :]

    with contextlib.suppress(StampError):
        check_image(data, role, 50)
        assert min(image_size(data)) > 0
        assert (seal_width_mm(data) or 1) > 0


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_no_ink_is_both_blue_and_red(ink: tuple[int, int, int]) -> None:
    passed = []
    for role in (Role.PERSONAL, Role.ORGANISATION):
        with contextlib.suppress(StampError):
            check_image(png((60, 30), ink=ink), role, 10)
            passed.append(role)

    assert len(passed) < 2


words = st.builds(
    lambda text, left, baseline, is_bold: TextLine(
        letters=tuple(
            Letter(text=c, left=left + 8 * n, right=left + 8 * n + 7, baseline=baseline, size=14, is_bold=is_bold)
            for n, c in enumerate(text)
        )
    ),
    st.sampled_from(["CHỦTỊCH", "KT.CHỦTỊCH", "NguyễnVănAn", "TrầnThịBình", "Nơinhận:", "2", ".", "Ủybannhândân"]),
    st.floats(30, 500),
    st.floats(50, 800),
    st.booleans(),
)


@given(st.lists(words, max_size=8), st.sampled_from(["Nguyễn Văn An", "", "123", "ß"]), st.floats(0.05, 20))
def test_a_place_lies_between_a_position_and_a_name_or_is_refused(
    lines: list[TextLine], name: str, aspect: float
) -> None:
    try:
        place = signature_place(lines, 0, name, aspect)
    except FieldError:
        return

    capitals = [line for line in lines if line.text.isupper()]
    assert any(line.baseline > place.top for line in capitals)
    assert any(line.baseline < place.bottom for line in lines)
    assert place.size[0] == pytest.approx(place.size[1] * aspect)
    assert place.size[0] <= 50.01 * 72 / 25.4
