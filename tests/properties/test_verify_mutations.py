"""Whatever is done to the bytes of a signed document, verification answers, and never with a pass."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from asn1crypto import cms
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from edocs.model import TrustStore, Verdict
from edocs.testing import sample_pdf
from edocs.verify import verify_pdf

SETTINGS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


class Document(bytes):
    """Bytes that a failing example does not print whole."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"


@pytest.fixture(scope="module")
def signed(foreign_sign: Callable[..., bytes]) -> bytes:
    return Document(foreign_sign(foreign_sign(sample_pdf(), "leader", "Person"), "seal", "Agency"))


def signature_values(document: bytes) -> list[tuple[int, int]]:
    """Where the values stand: the gaps that no signature covers."""
    return [match.span(1) for match in re.finditer(rb"/Contents ?<([0-9A-Fa-f]+)>", document)]


def keeps_what_is_signed(original: bytes, changed: bytes, span: tuple[int, int]) -> bool:
    """Whether signed attributes, value and the signer's certificate are untouched. Companions may be anything."""
    value = bytes.fromhex(original[slice(*span)].decode())
    signed = cms.ContentInfo.load(value)["content"]
    (signer,) = signed["signer_infos"]
    (certificate,) = [item.dump() for item in signed["certificates"] if item.chosen.ca is not True]
    parts = (signer["signed_attrs"].contents, signer["signature"].native, certificate)
    return all(part in bytes.fromhex(changed[slice(*span)].decode()) for part in parts)


@SETTINGS
@given(at=st.integers(0, 10**9), new=st.integers(0, 255))
@example(at=0, new=0)
def test_a_changed_byte_passes_only_where_it_changes_nothing_signed(
    signed: bytes, trust: TrustStore, at: int, new: int
) -> None:
    """Version numbers and hints inside the CMS, and the case of its digits, are not signed; all else is."""
    at %= len(signed)
    if signed[at] == new:
        return
    changed = signed[:at] + bytes([new]) + signed[at + 1 :]

    report = verify_pdf(changed, trust)

    if report.verdict is Verdict.TOTAL_PASSED:
        (span,) = [span for span in signature_values(signed) if span[0] <= at < span[1]]
        assert keeps_what_is_signed(signed, changed, span)


@SETTINGS
@given(at=st.integers(0, 10**9), bit=st.integers(0, 7), which=st.integers(0, 1))
def test_a_changed_bit_of_a_signature_value_passes_only_where_it_changes_nothing_signed(
    signed: bytes, trust: TrustStore, at: int, bit: int, which: int
) -> None:
    start, end = span = signature_values(signed)[which]
    value = bytearray.fromhex(signed[start:end].decode())
    used = len(bytes(value).rstrip(b"\0"))
    value[at % used] ^= 1 << bit
    changed = signed[:start] + value.hex().encode() + signed[end:]

    report = verify_pdf(changed, trust)

    if report.verdict is Verdict.TOTAL_PASSED:
        assert keeps_what_is_signed(signed, changed, span)


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
