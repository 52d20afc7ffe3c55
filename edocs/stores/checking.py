"""Everything in a register made once more from its events, and compared (kiểm tra sổ).

1. the log: its numbers, each leaf, each tile of the tree;
2. the state: each document folded again from its events;
3. the counts and the names of agencies, from those states.

At constant memory but for the counts. What it cannot see is an end that was cut off, or a whole register that was made
anew: that takes a checkpoint from outside (``edocs.proving``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select

from edocs.model.event_form import require_note_form
from edocs.model.events import EventKind
from edocs.model.merkle import fold_nodes
from edocs.model.state import COLUMNS, State, fold
from edocs.model.verdict import Reason

from .deltas import Cell, added_up, cell_of
from .rows import is_as_logged, stream
from .schema import agency, cell, document, event, tally, tile
from .writing import NAMING, Called, news_of

__all__ = ["clock_notices", "findings"]

_WIDTH = 256
_EACH = 10_000
Progress = Callable[[int], None]


def findings(connection: Connection, progress: Progress) -> Iterator[Reason]:
    """What is wrong, the first bad event first; nothing where all is well.

    Args:
        progress: Told now and then how many events were looked at; each is looked at twice.
    """
    names: list[Called] = []
    fault = next(_log_faults(connection, progress, names), None)
    if fault is not None:
        yield fault  # what follows from a broken log is broken in ways that say nothing
        return
    cells: Counter[Cell] = Counter()
    if (yield from _state_faults(connection, progress, cells)):
        return
    yield from _count_faults(connection, cells)
    yield from _name_faults(connection, names)


def clock_notices(connection: Connection) -> Iterator[Reason]:
    """One notice where events state earlier moments than events that were logged before them."""
    latest = func.max(event.c.at).over(order_by=event.c.id, rows=(None, 0)).label("latest")
    each = select(event.c.id, event.c.at, latest).subquery()
    back = select(func.count(), func.min(each.c.id)).where(each.c.at < each.c.latest)
    count, first = connection.execute(back).one()
    if count:
        yield Reason(
            rule="register.clock",
            clause="docs/registry.md",
            message="a clock was set back: {count} events state an earlier time than one before them, first event {id}",
            params={"count": str(count), "id": str(first)},
        )


def _log_faults(connection: Connection, progress: Progress, names: list[Called]) -> Iterator[Reason]:
    tiles = stream(connection, select(tile).where(tile.c.level == 1).order_by(tile.c.number))
    leaves: list[bytes] = []
    known: dict[str, tuple[str, str]] = {}
    position, latest = 0, ""
    for position, row in enumerate(stream(connection, select(event).order_by(event.c.id)), 1):
        if row.id != position:
            yield _finding("event {id} is missing from the log", id=str(position))
            return
        if not is_as_logged(row):
            yield _finding("event {id} is not what was logged", id=str(row.id))
            return
        latest = max(latest, row.at)
        leaves.append(bytes(row.leaf))
        if len(leaves) == _WIDTH:
            hashed = fold_nodes(leaves)
            kept = next(tiles, None)
            if kept is None or (kept.number, bytes(kept.hash), kept.latest) != (position // _WIDTH - 1, hashed, latest):
                yield _finding("event {id} or one before it is not what was logged", id=str(position))
                return
            leaves.clear()
        if not row.document and not _is_readable(row):
            yield _finding("event {id} says nothing that can be read", id=str(row.id))
            return
        if row.kind in NAMING:
            names += news_of(_called(row), known)
        if not position % _EACH:
            progress(position)
    if next(tiles, None) is not None:
        yield _finding("event {id} is missing from the log", id=str(position + 1))
        return
    yield from _higher_faults(connection, position // _WIDTH)


def _is_readable(row: Any) -> bool:
    """Whether an event of no document has the form of its kind; nothing is folded from it."""
    try:
        require_note_form(EventKind(row.kind), json.loads(row.payload))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    return True


def _called(row: Any) -> Iterator[Called]:
    try:
        said = json.loads(row.payload)
        named = said.get("agency", row.subject.split(":")[0]), row.id, said["agency_name"], said["agency_level"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return  # what is wrong with it is found when it is folded
    if all(isinstance(one, str) for one in (named[0], *named[2:])):
        yield named


def _higher_faults(connection: Connection, count: int, level: int = 1) -> Iterator[Reason]:
    """Tiles of the levels above the first, against those below."""
    for number in range(count // _WIDTH):
        below = select(tile.c.hash, tile.c.latest).where(
            tile.c.level == level, tile.c.number.between(number * _WIDTH, (number + 1) * _WIDTH - 1)
        )
        rows = connection.execute(below.order_by(tile.c.number)).all()
        kept = connection.execute(select(tile).where(tile.c.level == level + 1, tile.c.number == number)).first()
        expected = (fold_nodes([bytes(row.hash) for row in rows]), rows[-1].latest)
        if kept is None or (bytes(kept.hash), kept.latest) != expected:
            yield _finding(
                "the tree of the log is damaged at level {level}, tile {number}",
                level=str(level + 1),
                number=str(number),
            )
            return
    higher = connection.execute(select(func.count()).select_from(tile).where(tile.c.level == level + 1)).scalar()
    if higher != count // _WIDTH:
        yield _finding(
            "the tree of the log is damaged at level {level}, tile {number}", level=str(level + 1), number=str(higher)
        )
    elif higher:
        yield from _higher_faults(connection, count // _WIDTH, level + 1)
    else:
        outside = select(tile).where((tile.c.level > level + 1) | (tile.c.level < 1)).limit(1)
        if stray := connection.execute(outside).first():
            yield _finding(
                "the tree of the log is damaged at level {level}, tile {number}",
                level=str(stray.level),
                number=str(stray.number),
            )


def _state_faults(connection: Connection, progress: Progress, cells: Counter[Cell]) -> Generator[Reason, None, bool]:
    """Documents against their events; returns whether an event cannot follow, so that nothing more can be said."""
    kept = (
        dict(zip(COLUMNS, row, strict=True)) for row in stream(connection, select(document).order_by(document.c.id))
    )
    following = next(kept, None)
    statement = select(event).where(event.c.document > 0).order_by(event.c.document, event.c.id)
    seen = 0
    for id, rows in groupby(stream(connection, statement), key=lambda row: row.document):
        state: State | None = None
        for row in rows:
            seen += 1
            try:
                state = fold(state, row.id, EventKind(row.kind), row.at, row.subject, row.evidence, row.payload)
            except (ValueError, KeyError):
                yield _finding("event {id} cannot follow the events before it", id=str(row.id))
                return True
            if not seen % _EACH:
                progress(seen)
        while following is not None and following["id"] < id:
            yield _unfounded(following)
            following = next(kept, None)
        if following is None or following["id"] != id or following != state:
            yield _unfounded(state or {"key": str(id)})
        if following is not None and following["id"] == id:
            following = next(kept, None)
        if state is not None:
            cells[cell_of(state)] += 1
    while following is not None:
        yield _unfounded(following)
        following = next(kept, None)
    return False


def _count_faults(connection: Connection, cells: Counter[Cell]) -> Iterator[Reason]:
    kept = {tuple(row)[:5]: row.n for row in stream(connection, select(cell))}
    if place := next(
        (place for place in sorted({*kept, *cells}, key=str) if kept.get(place) != cells.get(place)), None
    ):
        yield _miscounted(place)
    sums = added_up(cells.items())
    added = {tuple(row)[:3]: list(row)[3:] for row in stream(connection, select(tally))}
    if where := next(
        (where for where in sorted({*added, *sums}, key=str) if added.get(where) != sums.get(where)), None
    ):
        yield _miscounted(where)


def _name_faults(connection: Connection, names: list[Called]) -> Iterator[Reason]:
    kept = {
        tuple(row) for row in connection.execute(select(agency.c.id, agency.c.event, agency.c.name, agency.c.level))
    }
    for id, *_ in sorted(kept ^ set(names), key=str):
        yield _finding("the names of agency {agency} do not follow from the events", agency=str(id))
        return


def _unfounded(state: Mapping[str, Any]) -> Reason:
    return _finding("state of {key} does not follow from its events", key=str(state["key"]))


def _miscounted(place: tuple[Any, ...]) -> Reason:
    text = "the counts of {agency} in {month} do not follow from the documents"
    return _finding(text, month=str(place[0]), agency=str(place[1]))


def _finding(message: str, **params: str) -> Reason:
    return Reason(rule="register.check", clause="docs/registry.md", message=message, params=params)
