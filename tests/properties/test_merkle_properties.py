"""The Merkle tree of a log, against RFC 6962 as it is written, and against known answers."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from edocs.model.merkle import (
    EMPTY,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_of,
    root,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""Entries and roots that implementations of Certificate Transparency test themselves with."""
trees = st.lists(st.binary(max_size=3), min_size=1, max_size=80)


def naive(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    half = 1
    while half * 2 < len(entries):
        half *= 2
    return hashlib.sha256(b"\x01" + naive(entries[:half]) + naive(entries[half:])).digest()


def test_roots_are_those_of_other_implementations() -> None:
    node = node_of([leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES])

    assert {size: root(size, node).hex() for size in ROOTS} == ROOTS
    assert root(0, node) == EMPTY


@given(trees)
def test_root_is_that_of_the_definition(entries: list[bytes]) -> None:
    node = node_of([leaf_hash(entry) for entry in entries])

    assert root(len(entries), node) == naive(entries)


@given(trees, st.data())
def test_inclusion_is_proved_of_what_is_in_and_of_nothing_else(entries: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(entry) for entry in entries]
    node, size = node_of(leaves), data.draw(st.integers(1, len(entries)))
    index = data.draw(st.integers(0, size - 1))
    path, top = inclusion_proof(index, size, node), root(size, node)

    assert verify_inclusion(leaves[index], index, size, path, top)
    assert not verify_inclusion(leaf_hash(b"another"), index, size, path, top)
    assert not verify_inclusion(leaves[index], index, size, (*path, EMPTY), top)
    assert not path or not verify_inclusion(leaves[index], index, size, path[:-1], top)
    wrong = data.draw(st.integers(0, len(entries)))
    if wrong != index and (wrong >= size or leaves[wrong] != leaves[index]):
        assert not verify_inclusion(leaves[index], wrong, size, path, top)


@given(trees, st.data())
def test_growth_is_proved_and_a_changed_past_is_not(entries: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(entry) for entry in entries]
    old = data.draw(st.integers(1, len(entries)))
    new = data.draw(st.integers(old, len(entries)))
    path = consistency_proof(old, new, node_of(leaves))
    before, after = root(old, node_of(leaves)), root(new, node_of(leaves))
    changed = [leaf_hash(b"changed"), *leaves[1:]]

    assert verify_consistency(old, new, path, before, after)
    assert not verify_consistency(old, new, path, root(old, node_of(changed)), after)
    other = consistency_proof(old, new, node_of(changed))
    assert not verify_consistency(old, new, other, before, root(new, node_of(changed)))
