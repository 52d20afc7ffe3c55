"""The byte-range guard (ISO 32000-2, 12.8.1): what it lets through is covered but for the signature value itself."""

from __future__ import annotations

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from edocs._pdf.byte_range import SignedRange, check_byte_range, der_length
from edocs.model import Reason

VALUE = core.OctetString(b"signature").dump()


def build(
    contents: bytes = VALUE + bytes(8), before: bytes = b"%PDF-1.7 before", after: bytes = b"after %%EOF"
) -> bytes:
    return before + b"<" + contents.hex().encode() + b">" + after


def honest_range(data: bytes) -> list[object]:
    start, end = data.index(b"<"), data.index(b">") + 1
    return [0, start, end, len(data) - end]


def rule_of(outcome: SignedRange | Reason) -> str:
    assert isinstance(outcome, Reason)
    return outcome.rule


def test_an_honest_range_ends_where_the_file_ends() -> None:
    data = build()

    span = check_byte_range(data, honest_range(data), VALUE + bytes(8))

    assert isinstance(span, SignedRange)
    assert (span.end, span.cms) == (len(data), VALUE)


@pytest.mark.parametrize(
    "byte_range",
    [
        [],
        [0, 15, 40],
        [0, 15, 40, 5, 0, 0],
        [1, 15, 40, 5],
        [0, -1, 40, 5],
        [0, 15, 40, 10_000],
        [0, 40, 15, 5],
        [0, 0, 40, 5],
        [0, "15", 40, 5],
        [0, True, 40, 5],
    ],
)
def test_a_range_that_is_not_two_parts_from_zero_is_refused(byte_range: list[object]) -> None:
    assert rule_of(check_byte_range(build(), byte_range, VALUE + bytes(8))) == "structure.byte_range"


def test_a_gap_wider_than_the_contents_is_refused() -> None:
    data = build()
    _, start, end, length = (int(str(item)) for item in honest_range(data))

    outcomes = [
        check_byte_range(data, [0, start - 1, end, length], VALUE + bytes(8)),
        check_byte_range(data, [0, start, end + 1, length - 1], VALUE + bytes(8)),
        check_byte_range(data, honest_range(data), VALUE),
    ]

    assert [rule_of(outcome) for outcome in outcomes] == ["structure.hole"] * 3


def test_anything_but_zeros_after_the_value_is_refused() -> None:
    contents = VALUE + b"\0\0hidden"
    data = build(contents)

    assert rule_of(check_byte_range(data, honest_range(data), contents)) == "structure.padding"


@given(st.binary(max_size=40), st.lists(st.integers(-5, 200), max_size=6), st.binary(max_size=20))
def test_the_guard_never_raises_and_never_accepts_a_partial_cover(
    contents: bytes, byte_range: list[int], after: bytes
) -> None:
    data = build(contents, after=after)

    outcome = check_byte_range(data, byte_range, contents)

    if isinstance(outcome, SignedRange):
        gap = data[outcome.gap_start : outcome.gap_end]
        assert gap == b"<" + contents.hex().encode() + b">"


@given(st.binary(max_size=300))
def test_der_length_stays_inside_the_data(data: bytes) -> None:
    length = der_length(data)

    assert length is None or 0 < length <= len(data)


def test_an_indefinite_length_value_is_measured_to_its_end() -> None:
    """BER, as some signing software writes its CMS (X.690, 8.1.3.6)."""
    value = bytes.fromhex("30800201ff308002010100000000")

    assert der_length(value + bytes(4)) == len(value)
