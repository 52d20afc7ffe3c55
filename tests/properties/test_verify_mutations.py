"""Whatever is done to the bytes of a signed document, verification answers, and never with a pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from edocs.model import TrustStore, Verdict
from edocs.testing import sample_pdf
from edocs.verify import verify_pdf

SETTINGS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture(scope="module")
def signed(foreign_sign: Callable[..., bytes]) -> bytes:
    return foreign_sign(foreign_sign(sample_pdf(), "leader", "Person"), "seal", "Agency")


def is_padding_or_hex_case(signed: bytes, at: int, new: int) -> bool:
    """Letters of hexadecimal digits in /Contents may change case: the value is the same."""
    return bytes([signed[at]]).lower() == bytes([new]).lower()


@SETTINGS
@given(at=st.integers(0, 10**9), new=st.integers(0, 255))
@example(at=0, new=0)
def test_a_changed_byte_never_passes(signed: bytes, trust: TrustStore, at: int, new: int) -> None:
    at %= len(signed)
    if signed[at] == new or is_padding_or_hex_case(signed, at, new):
        return

    report = verify_pdf(signed[:at] + bytes([new]) + signed[at + 1 :], trust)

    assert report.verdict is not Verdict.TOTAL_PASSED


@SETTINGS
@given(start=st.integers(0, 10**9), length=st.integers(1, 5000))
def test_a_missing_piece_never_passes(signed: bytes, trust: TrustStore, start: int, length: int) -> None:
    start %= len(signed)
    shortened = signed[:start] + signed[start + length :]
    if shortened == signed.rstrip():  # only the final line break is gone
        return

    assert verify_pdf(shortened, trust).verdict is not Verdict.TOTAL_PASSED


@SETTINGS
@given(tail=st.binary(min_size=1, max_size=200))
@example(tail=b"\n%%EOF\n")
@example(tail=b"\n2 0 obj\n<<>>\nendobj\nxref\n0 0\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n")
def test_bytes_put_behind_never_pass_unless_they_are_empty(signed: bytes, trust: TrustStore, tail: bytes) -> None:
    report = verify_pdf(signed + tail, trust)

    harmless = not tail.strip(b"\0\t\n\x0c\r ") or tail.strip().startswith(b"%")
    assert harmless or report.verdict is not Verdict.TOTAL_PASSED


@SETTINGS
@given(noise=st.binary(max_size=400))
def test_noise_is_answered_and_never_raises(noise: bytes, trust: TrustStore) -> None:
    assert verify_pdf(b"%PDF-1.7\n" + noise, trust).verdict in (Verdict.UNREADABLE, Verdict.NOT_SIGNED)
