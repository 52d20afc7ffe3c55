"""The Merkle tree over a log: its root, and proofs that an entry is in it and that it only grew (cây băm Merkle).

RFC 6962, section 2.1 (the same tree as RFC 9162). Pure functions over ``Node``, which gives the hash of a complete
subtree, so that a store may keep as few of them as it likes. Nothing is signed here.

>>> hashes = [leaf_hash(entry) for entry in (b"a", b"b", b"c")]
>>> node = node_of(hashes)
>>> verify_inclusion(hashes[2], 2, 3, inclusion_proof(2, 3, node), root(3, node))
True
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "EMPTY",
    "Node",
    "consistency_proof",
    "fold_nodes",
    "inclusion_proof",
    "leaf_hash",
    "node_of",
    "root",
    "verify_consistency",
    "verify_inclusion",
]

Node = Callable[[int, int], bytes]
"""``(level, index)`` to the hash of the complete subtree of ``2 ** level`` leaves that begins at leaf
``index * 2 ** level``; level 0 is the leaves."""

EMPTY = hashlib.sha256().digest()
"""The root of a tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry as a leaf (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def fold_nodes(hashes: Sequence[bytes]) -> bytes:
    """The root over ``hashes``, whose number is a power of two."""
    level = list(hashes)
    while len(level) > 1:
        level = [_parent(level[place], level[place + 1]) for place in range(0, len(level), 2)]
    return level[0]


def node_of(leaves: Sequence[bytes]) -> Node:
    """The nodes of a tree whose leaf hashes are at hand."""
    return lambda level, index: fold_nodes(leaves[index << level : (index + 1) << level])


def root(size: int, node: Node) -> bytes:
    """The root of the first ``size`` leaves."""
    return _range(0, size, node) if size else EMPTY


def inclusion_proof(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """What leads from leaf ``index`` (from 0) to the root of ``size`` leaves (RFC 6962, 2.1.1).

    Raises:
        ValueError: There is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    path: list[bytes] = []
    first, last = 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            path.append(_range(middle, last, node))
            last = middle
        else:
            path.append(_range(first, middle, node))
            first = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """What shows that the tree of ``new`` leaves begins with that of ``old`` (RFC 6962, 2.1.2).

    Raises:
        ValueError: ``old`` is not from 1 to ``new``.
    """
    if not 0 < old <= new:
        raise ValueError("no such sizes")
    path: list[bytes] = []
    first, last, is_whole = 0, new, True
    while old != last:
        middle = first + _split(last - first)
        if old <= middle:
            path.append(_range(middle, last, node))
            last = middle
        else:
            path.append(_range(first, middle, node))
            first, is_whole = middle, False
    if not is_whole:
        path.append(_range(first, last, node))
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, path: Iterable[bytes], expected: bytes) -> bool:
    """Whether ``path`` leads from ``leaf`` at ``index`` to the root of ``size`` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in path:
        if not last:
            return False
        if place & 1 or place == last:
            found = _parent(step, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = _parent(found, step)
        place, last = place >> 1, last >> 1
    return not last and found == expected


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether ``path`` shows that the tree of ``new`` leaves begins with that of ``old`` (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = now = steps[0]
    for step in steps[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            was, now = _parent(step, was), _parent(step, now)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            now = _parent(now, step)
        place, last = place >> 1, last >> 1
    return not last and was == old_root and now == new_root


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The greatest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _range(first: int, last: int, node: Node) -> bytes:
    """The hash over the leaves from ``first`` to before ``last``, where ``first`` is where such a subtree can begin."""
    size = last - first
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, first >> level)
    middle = first + _split(size)
    return _parent(_range(first, middle, node), _range(middle, last, node))
