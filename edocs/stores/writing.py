"""One transaction that writes to a register: events into the log, the tree, the state and the counts.

Ghi sổ. Everything is looked up and written in batches; nothing is read again that this transaction wrote itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, select

from edocs.errors import DuplicateError, StoreError
from edocs.model.events import Event, EventKind, instant, leaf_of
from edocs.model.state import COLUMNS, State, fold

from .backend import Backend
from .deltas import Deltas
from .rows import EventRow, is_as_logged
from .schema import agency, document, event
from .tree import Log

__all__ = ["NAMING", "Called", "Writing", "news_of", "rows_by_key"]

Called = tuple[str, int, str, str]
"""An agency, the event that names it, its name and level: a row of ``agency``."""
NAMING = frozenset({EventKind.REGISTERED, EventKind.CORRECTED})
"""The events that say what an agency is called."""

_BATCH = 500
"""Keys in one ``IN (…)``: below the 999 parameters of an old SQLite."""
_CHUNK = 5_000
_MOST_SEEN = 20_000
_MOST_DELTAS = 200_000
_UPDATE = ", ".join(f"{name} = {{0}}" for name in COLUMNS[1:])


class Writing:
    """What one transaction knows and has not written yet."""

    def __init__(self, backend: Backend, connection: Connection, *, is_anew: bool = False) -> None:
        """Begin.

        Args:
            is_anew: What follows from the log is made again from its first event.
        """
        self.connection = connection
        self._backend = backend
        self._log = Log(backend, connection, is_anew=is_anew)
        self._deltas = Deltas()
        self._seen: dict[str, State | None] = {}
        self._agencies: dict[str, tuple[str, str]] | None = None
        self._moment: tuple[datetime | None, str] = (None, "")

    def states(self, keys: Iterable[str]) -> dict[str, State]:
        """The present rows of those of ``keys`` that are registered."""
        wanted = list(keys)
        if len(self._seen) > _MOST_SEEN:
            self._seen = {key: self._seen[key] for key in wanted if key in self._seen}
        self._look_up(wanted)
        return {key: row for key in wanted if (row := self._seen[key]) is not None}

    def _look_up(self, keys: Iterable[str]) -> None:
        """Know ``keys``, and forget none: a batch under way needs the others."""
        missing = [key for key in keys if key not in self._seen]
        if missing:
            found = rows_by_key(self.connection, self._backend.mark, missing)
            self._seen.update((key, found.get(key)) for key in missing)

    def append(self, events: Iterable[Event]) -> int:
        """Log ``events``, fold them, and count what changed."""
        count = 0
        rest = iter(events)
        while some := list(islice(rest, _CHUNK)):
            count += len(some)
            batch = _Batch()
            texts = [str(item.key) if item.key is not None else "" for item in some]
            self._find(filter(None, texts))
            for item, text in zip(some, texts, strict=True):
                before = self._state(batch, text) if text else None
                self._take(batch, self._logged(batch, item, text, before), before)
            self._write(batch, is_new=True)
        return count

    def replay(self, rows: Iterable[EventRow], *, is_new: bool) -> int:
        """Take in events that are logged already, in their order: those of another register, or this one's own.

        Args:
            is_new: They have to be written to the log; else only what follows from them is made.

        Raises:
            StoreError: One cannot follow the events before it.
        """
        count = 0
        rest = iter(rows)
        while some := list(islice(rest, _CHUNK)):
            count += len(some)
            batch = _Batch()
            self._find(row[5] for row in some if row[5])
            for row in some:
                if row[0] != self._log.size + len(batch.rows) + 1 or not is_as_logged(row):
                    raise StoreError("event {id} is not what was logged", id=row[0])
                self._take(batch, row, self._state(batch, row[5]) if row[5] else None)
            self._write(batch, is_new=is_new)
        return count

    def flush(self) -> None:
        """Write the counts."""
        self._deltas.write(self._backend, self.connection)

    def _find(self, texts: Iterable[str]) -> None:
        self.states(dict.fromkeys(texts))

    def _state(self, batch: _Batch, text: str) -> State | None:
        return batch.by_key[text] if text in batch.by_key else self._seen[text]

    def _logged(self, batch: _Batch, item: Event, text: str, before: State | None) -> EventRow:
        """The row that an event becomes."""
        id, kind = self._log.size + len(batch.rows) + 1, item.kind
        place = 0
        if kind.is_of_document:
            if kind is EventKind.REGISTERED:
                place = id
            elif before is None:
                raise StoreError("not registered: {key}", key=text)
            else:
                place = before["id"]
        at = self._instant(item.at)
        leaf = leaf_of(at, item.who, kind.value, place, text, item.evidence, item.payload)
        return id, at, item.who, kind.value, place, text, item.evidence, item.payload, leaf

    def _take(self, batch: _Batch, row: EventRow, before: State | None) -> None:
        """What a logged event makes of its document."""
        text, kind = row[5], EventKind(row[3])
        if kind is EventKind.REGISTERED and before is not None:
            raise DuplicateError("registered already: {key}", key=text)
        try:
            after = batch.take(row, kind, before)
        except (ValueError, KeyError) as exc:
            raise StoreError("event {id} cannot follow the events before it", id=row[0]) from exc
        if after is not None and after["key"] != text:
            self._require_free(batch, text, after)

    def _instant(self, at: datetime) -> str:
        if self._moment[0] is not at:  # one moment for a whole batch is the usual case
            self._moment = (at, instant(at))
        return self._moment[1]

    def _require_free(self, batch: _Batch, text: str, after: State) -> None:
        """A correction may take a key that no other document has."""
        self._look_up([after["key"]])
        other = self._state(batch, after["key"])
        if other is not None and other["id"] != after["id"]:
            raise DuplicateError("registered already: {key}", key=after["key"])
        batch.rename(text, after)

    def _write(self, batch: _Batch, *, is_new: bool) -> None:
        insert = self._backend.insert
        if batch.rows:
            if is_new:
                insert(self.connection, event, batch.rows)
            self._log.grow([row[8] for row in batch.rows], [row[1] for row in batch.rows])
        self._update([state for state in batch.after.values() if batch.before[state["id"]] is not None], batch)
        new = [state for state in batch.after.values() if batch.before[state["id"]] is None]
        if new:
            insert(self.connection, document, [tuple(state.values()) for state in new])
        for id, state in batch.after.items():
            self._deltas.move(batch.before[id], state)
        self._name_agencies(batch.called)
        self._seen.update(batch.by_key)
        if len(self._deltas) > _MOST_DELTAS:
            self.flush()

    def _update(self, states: list[State], batch: _Batch) -> None:
        mark, execute = self._backend.mark, self.connection.exec_driver_sql
        # Of two documents that exchange their keys, one would for a moment have the key that the other has still.
        moving = [state["id"] for state in states if state["key"] != (batch.before[state["id"]] or state)["key"]]
        if moving:
            execute(f"UPDATE document SET key = {mark} WHERE id = {mark}", [(f"moving {id}", id) for id in moving])  # noqa: S608
        if states:
            execute(
                f"UPDATE document SET {_UPDATE.format(mark)} WHERE id = {mark}",  # noqa: S608
                [(*list(state.values())[1:], state["id"]) for state in states],
            )

    def _name_agencies(self, called: Iterable[Called]) -> None:
        """Keep what agencies are called from now on, where that is news."""
        if self._agencies is None:
            rows = self.connection.execute(select(agency).order_by(agency.c.id, agency.c.event))
            self._agencies = {row.id: (row.name, row.level) for row in rows}
        new = news_of(called, self._agencies)
        if new:
            self._backend.insert(self.connection, agency, new)


class _Batch:
    """Events on their way into the log, and what they make of the documents."""

    def __init__(self) -> None:
        self.rows: list[EventRow] = []
        self.before: dict[int, State | None] = {}
        self.after: dict[int, State] = {}
        self.by_key: dict[str, State | None] = {}
        self.called: list[Called] = []

    def take(self, row: EventRow, kind: EventKind, before: State | None) -> State | None:
        """One event; the state after it, where it is of a document."""
        id, at, _, _, place, text, evidence, payload, _ = row
        after = fold(before, id, kind, at, text, evidence, payload) if place else None
        self.rows.append(row)
        if after is None:
            return None
        self.before.setdefault(place, before)
        self.after[place] = after
        self.by_key[text] = after
        if kind in NAMING:
            self.called.append((after["agency"], id, after["agency_name"], after["level"]))
        return after

    def rename(self, text: str, after: State) -> None:
        """A document left its key, ``text``, for another."""
        self.by_key[text] = None
        self.by_key[after["key"]] = after


def news_of(called: Iterable[Called], known: dict[str, tuple[str, str]]) -> list[Called]:
    """Those of ``called`` that say something new of an agency; ``known`` learns it."""
    news = []
    for id, place, name, level in called:
        if known.get(id) != (name, level):
            known[id] = (name, level)
            news.append((id, place, name, level))
    return news


def rows_by_key(connection: Connection, mark: str, keys: list[str]) -> dict[str, State]:
    """The rows of documents by their present key."""
    found: dict[str, State] = {}
    names = ", ".join(COLUMNS)
    for batch in _batches(keys):
        marks = ", ".join([mark] * len(batch))
        rows = connection.exec_driver_sql(f"SELECT {names} FROM document WHERE key IN ({marks})", tuple(batch))  # noqa: S608
        for row in rows:
            state: State = dict(zip(COLUMNS, row, strict=True))
            state["is_open"] = bool(state["is_open"])
            found[state["key"]] = state
    return found


def _batches(items: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(items), _BATCH):
        yield items[first : first + _BATCH]
