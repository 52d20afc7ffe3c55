"""Our DER against another library's, and hostile documents against our errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from asn1crypto import core
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edocs._pades import der
from edocs.errors import EdocsError
from edocs.model import HANOI, Box, DocumentCode, Reservation, Role, SignatureSpec, Stamp
from edocs.ports import Signer
from edocs.sign import prepare_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
BOX = Box(page=1, left_mm=120, top_mm=200, width_mm=50, height_mm=24)
CODE = DocumentCode(number=7, issued_on=datetime(2026, 3, 5, tzinfo=HANOI))


@given(st.integers(min_value=-(2**80), max_value=2**170))
def test_integers_are_read_back(value: int) -> None:
    encoded = der.integer(value)

    assert core.Integer.load(encoded, strict=True).native == value
    assert core.Integer(value).dump() == encoded


@given(st.binary(max_size=70_000))
def test_octet_strings_of_every_length_are_read_back(value: bytes) -> None:
    assert core.OctetString.load(der.octets(value), strict=True).native == value


@given(st.sampled_from((0, 1, 2)), st.integers(min_value=0, max_value=39), st.lists(st.integers(0, 2**40), max_size=12))
def test_object_identifiers_are_read_back(first: int, second: int, rest: list[int]) -> None:
    dotted = ".".join(map(str, (first, second, *rest)))

    assert core.ObjectIdentifier.load(der.object_id(dotted), strict=True).dotted == dotted


@given(st.lists(st.binary(max_size=40), max_size=12), st.randoms())
def test_a_set_has_one_encoding_whatever_the_order(values: list[bytes], random: object) -> None:
    items = [der.octets(value) for value in values]
    shuffled = sorted(items, key=lambda _: random.random())  # type: ignore[attr-defined]

    assert der.set_of(*items) == der.set_of(*shuffled)


ACTS = [
    ("draft", SignatureSpec(role=Role.PERSONAL)),
    ("draft", SignatureSpec(role=Role.PERSONAL, reserve=Reservation(), stamp=Stamp(box=BOX, lines=("x",)))),
    ("approved", SignatureSpec(role=Role.PERSONAL, reserve=Reservation())),
    ("approved", SignatureSpec(role=Role.ORGANISATION, code=CODE)),
]


@pytest.mark.parametrize("act", ACTS, ids=["sign", "approve", "approve-again", "issue"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_document_is_signed_or_refused_by_name(
    request: pytest.FixtureRequest,
    open_key: Callable[[str], Signer],
    act: tuple[str, SignatureSpec],
    data: st.DataObject,
) -> None:
    """Whatever bytes arrive, the caller sees an ``EdocsError`` and no parser's own exception."""
    base, spec = act
    document = bytearray(request.getfixturevalue(base))
    tail = st.integers(len(document) - 12_000, len(document) - 1)
    for _ in range(data.draw(st.integers(1, 6))):
        document[data.draw(st.one_of(st.integers(0, len(document) - 1), tail))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.just(len(document)), st.integers(0, len(document))))

    try:
        prepare_pdf(bytes(document[:cut]), open_key("seal"), spec, now=NOW)
    except EdocsError as error:
        assert error.exit_code in {4, 6}


TOKENS = [b"/Kids", b"/Parent", b"/Fields", b"/T", b"/FT", b"/Rect", b"/P", b"/V", b"/Reference", b"/Lock", b"/DA"]
VALUES = [b"null", b"0", b"[]", b"<<>>", b"(x)", b"/Sig", b"1 0 R", b"99999 0 R", b"-1", b"true", b"[1 0 R]"]


@pytest.mark.parametrize("act", ACTS, ids=["sign", "approve", "approve-again", "issue"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_form_of_wrong_types_is_signed_or_refused_by_name(
    request: pytest.FixtureRequest,
    open_key: Callable[[str], Signer],
    act: tuple[str, SignatureSpec],
    data: st.DataObject,
) -> None:
    base, spec = act
    document = request.getfixturevalue(base)
    for _ in range(data.draw(st.integers(1, 3))):
        token, value = data.draw(st.sampled_from(TOKENS)), data.draw(st.sampled_from(VALUES))
        places = [match.end() for match in re.finditer(token + b" ", document)]
        if places:
            start = data.draw(st.sampled_from(places))
            document = document[:start] + value.ljust(9) + document[start + 9 :]

    try:
        prepare_pdf(document, open_key("seal"), spec, now=NOW)
    except EdocsError as error:
        assert error.exit_code in {4, 6}
