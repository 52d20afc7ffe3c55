"""The Merkle tree of a log in SQL: tiles written as the log grows, any node of it, and where a moment lies in the log.

Cây băm của nhật ký. Only the hashes of complete subtrees of 256, 65,536 … leaves are kept; a proof reads a few hundred
hashes, however long the log is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from edocs.errors import StoreError
from edocs.model.events import instant
from edocs.model.merkle import Node, fold_nodes

from .backend import Backend
from .schema import event, tile

__all__ = ["Log", "node_in", "position_of", "size_of"]

_WIDTH = 256
_BITS = 8


def size_of(connection: Connection) -> int:
    """How many events there are."""
    return int(connection.execute(select(func.max(event.c.id))).scalar() or 0)


def node_in(connection: Connection) -> Node:
    """The nodes of the tree, read as they are asked for."""

    def node(level: int, index: int) -> bytes:
        stored, rest = divmod(level, _BITS)
        first, count = index << rest, 1 << rest
        if stored:
            statement = select(tile.c.hash).where(
                tile.c.level == stored, tile.c.number.between(first, first + count - 1)
            )
            found = connection.execute(statement.order_by(tile.c.number)).scalars()
        else:
            statement = select(event.c.leaf).where(event.c.id.between(first + 1, first + count))
            found = connection.execute(statement.order_by(event.c.id)).scalars()
        hashes = [bytes(one) for one in found]
        if len(hashes) != count:
            raise StoreError(
                "the log lacks events about number {id}",
                hint="edocs fsck says what is wrong with it",
                id=(first << (_BITS * stored)) + 1,
            )
        return fold_nodes(hashes)

    return node


def position_of(connection: Connection, as_of: datetime | None) -> tuple[int, str]:
    """How many events had been logged at ``as_of``, and the latest moment that they state.

    The order of the log counts: what was logged after an event of a later moment is later, though a clock was set back.
    """
    size = size_of(connection)
    until = "9999" if as_of is None else instant(as_of)
    passed = select(tile.c.number, tile.c.latest).where(tile.c.level == 1, tile.c.latest <= until)
    last = connection.execute(passed.order_by(tile.c.number.desc()).limit(1)).first()
    position, latest = ((last.number + 1) * _WIDTH, last.latest) if last else (0, "")
    rest = select(event.c.id, event.c.at).where(event.c.id > position, event.c.id <= position + _WIDTH)
    for id, at in connection.execute(rest.order_by(event.c.id)):
        if at > until:
            break
        position, latest = id, max(latest, at)
    return min(position, size), latest


class Log:
    """The end of the log while one transaction writes to it."""

    def __init__(self, backend: Backend, connection: Connection, *, is_anew: bool = False) -> None:
        self._backend, self._connection = backend, connection
        self.size = 0 if is_anew else size_of(connection)
        whole = self.size // _WIDTH * _WIDTH
        until = event.c.id.between(whole + 1, self.size)
        rows = connection.execute(select(event.c.leaf, event.c.at).where(until).order_by(event.c.id))
        self._leaves: list[bytes] = []
        self._latest = self._latest_of(whole // _WIDTH - 1)
        for leaf, at in rows:
            self._leaves.append(bytes(leaf))
            self._latest = max(self._latest, at)

    def grow(self, leaves: Sequence[bytes], moments: Sequence[str]) -> None:
        """Take in the leaves that were appended, and write the tiles that they complete."""
        rows = list(self._tiles(leaves, moments))
        if rows:
            self._backend.insert(self._connection, tile, rows)
            self._raise_tiles(len(rows), rows[-1][1] + 1)

    def _tiles(self, leaves: Sequence[bytes], moments: Sequence[str]) -> Iterator[tuple[int, int, bytes, str]]:
        pending, latest, size = self._leaves, self._latest, self.size
        for leaf, at in zip(leaves, moments, strict=True):
            pending.append(leaf)
            size += 1
            latest = max(latest, at)
            if len(pending) == _WIDTH:
                yield 1, size // _WIDTH - 1, fold_nodes(pending), latest
                pending.clear()
        self._latest, self.size = latest, size

    def _raise_tiles(self, new: int, count: int, level: int = 1) -> None:
        """Write the tiles of the next level that ``new`` more of ``level``, now ``count``, complete."""
        first, last = (count - new) // _WIDTH, count // _WIDTH
        rows = []
        for number in range(first, last):
            below = select(tile.c.hash, tile.c.latest).where(
                tile.c.level == level, tile.c.number.between(number * _WIDTH, (number + 1) * _WIDTH - 1)
            )
            found = self._connection.execute(below.order_by(tile.c.number)).all()
            rows.append((level + 1, number, fold_nodes([bytes(row.hash) for row in found]), found[-1].latest))
        if rows:
            self._backend.insert(self._connection, tile, rows)
            self._raise_tiles(len(rows), last, level + 1)

    def _latest_of(self, number: int) -> str:
        statement = select(tile.c.latest).where(tile.c.level == 1, tile.c.number == number)
        return str(self._connection.execute(statement).scalar() or "")
