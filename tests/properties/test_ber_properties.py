"""Whatever the bytes: reading BER ends with a value or a ValueError, and what is DER is encoded as it was written."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from edocs._pades.der import integer, octets, sequence, set_of
from edocs._pades.signed_value import evidence_in, read_signed_value
from edocs._pades.timestamps import tokens_of
from edocs._trust.ber import der, read_value
from edocs._trust.ber import octets as string_of
from tests import values

VALUES = st.recursive(
    st.binary(max_size=300).map(octets) | st.integers().map(integer),
    lambda inner: (
        st.lists(inner, max_size=6).map(lambda items: sequence(*items))
        | st.lists(inner, max_size=6).map(lambda items: set_of(*items))
    ),
    max_leaves=20,
)


@cache
def block() -> bytes:
    return values.cms(values.rsa_maker(), b"content", unsigned=lambda value: values.stamped(b"0\x03\x02\x01\x01"))


@given(VALUES)
def test_der_is_encoded_as_it_was_written(value: bytes) -> None:
    assert der(read_value(value)) == value


@given(VALUES)
def test_indefinite_lengths_change_nothing_but_the_encoding(value: bytes) -> None:
    inner = read_value(value)
    loose = b"\x30\x80" + value + b"\0\0"

    assert der(read_value(loose)) == sequence(der(inner))


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_a_string_in_pieces_is_that_string(pieces: list[bytes]) -> None:
    loose = b"\x24\x80" + b"".join(octets(piece) for piece in pieces) + b"\0\0"

    assert string_of(read_value(loose)) == b"".join(pieces)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_refused(data: bytes) -> None:
    with suppress(ValueError):
        der(read_value(data))


@given(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4))
def test_a_changed_signature_value_is_read_or_refused(where: float, other: bytes) -> None:
    at = int(where * len(block()))
    changed = block()[:at] + other + block()[at + len(other) :]

    with suppress(ValueError):
        value = read_signed_value(changed)
        evidence_in(value)
        list(tokens_of(value))
        list(value.signed_octets())
