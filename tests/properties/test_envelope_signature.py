"""Whatever becomes of a signed message: where its signature still holds, it says what was signed.

The traces are not signed, because every exchange on the way adds one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from edxml_fixtures import NOW, packed
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from edocs.errors import EdocsError
from edocs.exchange import inspect_message
from edocs.model import DocumentMessage, EnvelopeSignature, OtherMessage, StatusMessage
from edocs.ports import Signer
from edocs.sealing import sign_message


@pytest.fixture(scope="module")
def signed(open_key: Callable[[str], Signer]) -> bytes:
    return sign_message(packed().envelope, open_key("seal-p256"), now=NOW)


@pytest.fixture(scope="module")
def said(signed: bytes) -> DocumentMessage:
    return content(signed)


def content(data: bytes) -> DocumentMessage:
    message: DocumentMessage | StatusMessage | OtherMessage = inspect_message(data).message
    assert isinstance(message, DocumentMessage)
    return replace(message, traces=())


def must_say_the_same(data: bytes, said: DocumentMessage) -> None:
    try:
        kind = inspect_message(data).signature
    except EdocsError:
        return
    if kind in (EnvelopeSignature.INTACT, EnvelopeSignature.WEAK):
        assert content(data) == said


@given(data=st.data())
def test_changed_bytes_are_found_or_change_nothing(data: st.DataObject, signed: bytes, said: DocumentMessage) -> None:
    changed = bytearray(signed)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(changed) - 1))
        changed[place] = data.draw(st.integers(0, 255) | st.sampled_from(b"<>/&;=\"' \n:-!?[]"))

    must_say_the_same(bytes(changed), said)


@given(data=st.data())
def test_moved_pieces_are_found_or_change_nothing(data: st.DataObject, signed: bytes, said: DocumentMessage) -> None:
    start = data.draw(st.integers(0, len(signed)))
    end = data.draw(st.integers(start, min(len(signed), start + 400)))
    piece, rest = signed[start:end], signed[:start] + signed[end:]
    kept = signed if data.draw(st.booleans()) else rest
    place = data.draw(st.integers(0, len(kept)))

    must_say_the_same(kept[:place] + piece + kept[place:], said)


@given(data=st.data())
def test_moved_elements_are_found_or_change_nothing(data: st.DataObject, signed: bytes, said: DocumentMessage) -> None:
    """Wrapping at random: elements are copied, moved, taken away, renamed, and given each other's Ids."""
    root = etree.fromstring(signed)
    for _ in range(data.draw(st.integers(1, 4))):
        everything = list(root.iter(etree.Element))
        one, other = data.draw(st.sampled_from(everything)), data.draw(st.sampled_from(everything))
        act = data.draw(st.sampled_from(["copy", "move", "remove", "rename", "id", "text"]))
        if act == "copy":
            other.insert(data.draw(st.integers(0, len(other))), etree.fromstring(etree.tostring(one, with_tail=False)))
        elif act == "move" and other not in one.iterdescendants() and other is not one and one is not root:
            other.insert(data.draw(st.integers(0, len(other))), one)
        elif act == "remove" and one is not root:
            one.getparent().remove(one)
        elif act == "rename":
            one.tag = other.tag
        elif act == "id":
            one.set(data.draw(st.sampled_from(["Id", "id", "ID"])), other.get("Id", "edocs-header"))
        else:
            one.text = other.text

    must_say_the_same(etree.tostring(root), said)
