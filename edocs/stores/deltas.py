"""How the counts change: gathered while events are folded, written once (số liệu thống kê được duy trì).

Counts are kept twice: by profile (``cell``), which answers any question, and added up by agency and month (``tally``),
which answers the usual ones fast. Both follow from the same deltas.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from operator import add
from typing import Any

from sqlalchemy import Connection

from edocs.model.profile import MEASURES, Profile

from .backend import Backend, Rows
from .schema import cell, tally

__all__ = ["Cell", "Deltas", "added_up", "cell_of"]

Cell = tuple[str, str, str, str, str]
"""month, agency, level, type, profile"""


def cell_of(state: Mapping[str, Any]) -> Cell:
    """Where a document is counted."""
    return state["month"], state["agency"], state["level"], state["type"], state["profile"]


class Deltas:
    """Changes of counts that are not written yet."""

    def __init__(self) -> None:
        self._cells: Counter[Cell] = Counter()

    def __len__(self) -> int:
        return len(self._cells)

    def move(self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
        """A document was counted as ``before``, and is as ``after``; None: not at all."""
        if before is not None:
            self._cells[cell_of(before)] -= 1
        if after is not None:
            self._cells[cell_of(after)] += 1

    def clear(self) -> None:
        """Forget them."""
        self._cells.clear()

    def write(self, backend: Backend, connection: Connection) -> None:
        """Add them to what is kept, and forget them."""
        # In order of the key: two runs over the same events touch the same pages in the same order.
        changed = sorted((place, count) for place, count in self._cells.items() if count)
        self._cells.clear()
        if not changed:
            return
        connection.exec_driver_sql(
            _upsert("cell", [column.name for column in cell.c], 5, backend.mark),
            [(*place, count) for place, count in changed],
        )
        sums = [(*place, *measures) for place, measures in added_up(changed).items()]
        connection.exec_driver_sql(_upsert("tally", [column.name for column in tally.c], 3, backend.mark), sums)
        # A group without documents is absent, in the kept counts as in a scan.
        if gone := [place for place, count in changed if count < 0]:
            _remove(connection, "cell", "n", [column.name for column in cell.c][:5], gone, backend.mark)
            months = sorted({place[:3] for place in gone})
            _remove(connection, "tally", "documents", ["month", "agency", "level"], months, backend.mark)


def added_up(counted: Iterable[tuple[Cell, int]]) -> dict[tuple[str, ...], list[int]]:
    """The measures of each month, agency and level, from how many documents stand in each cell."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for place, count in counted:
        measures = [count * value for value in Profile.parse(place[4]).measures]
        known = sums.get(place[:3])
        sums[place[:3]] = measures if known is None else list(map(add, known, measures))
    return sums


def _upsert(table: str, columns: list[str], keys: int, mark: str) -> str:
    names, marks = ", ".join(columns), ", ".join([mark] * len(columns))
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in columns[keys:])
    return (
        f"INSERT INTO {table} ({names}) VALUES ({marks}) "  # noqa: S608 - names of our own schema
        f"ON CONFLICT ({', '.join(columns[:keys])}) DO UPDATE SET {added}"
    )


def _remove(connection: Connection, table: str, count: str, keys: list[str], places: Rows, mark: str) -> None:
    where = " AND ".join(f"{name} = {mark}" for name in keys)
    connection.exec_driver_sql(f"DELETE FROM {table} WHERE {where} AND {count} = 0", list(places))  # noqa: S608


assert len(MEASURES) + 3 == len(tally.c)  # noqa: S101 - a measure that the table lacks would be lost without a word
