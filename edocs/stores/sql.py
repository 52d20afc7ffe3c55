"""A register in a SQL database: events appended and folded in one transaction, counts read from the derived state.

Speaks SQLAlchemy Core and no dialect; opening, locking and the words of errors belong to the module of a backend, such
as :mod:`edocs.stores.sqlite`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Engine, MetaData, Select, Table, bindparam, delete, func, insert, select, update

from edocs.errors import DuplicateError, StoreError
from edocs.model import (
    Agency,
    AgencyLevel,
    DocumentKey,
    Entry,
    Event,
    EventKind,
    Facet,
    LogExtent,
    LoggedEvent,
    Query,
    Reason,
    Tally,
    fold,
)

from .counting import find_statement, tally_of, tally_statement
from .rows import entry_of, event_row, instant, log, logged_of, state_row
from .schema import document, document_table, event

__all__ = ["SqlStore"]

T = TypeVar("T")
_BATCH = 400  # keys in one IN (…): far below the 999 variables of an old SQLite

Translation = Callable[[], AbstractContextManager[None]]


class SqlStore:
    """A :class:`edocs.ports.Store` over one SQLAlchemy engine. Of one thread; open one for each."""

    def __init__(self, engine: Engine, translated: Translation) -> None:
        self._engine = engine
        self._translated = translated
        self._writing: Connection | None = None
        self._snapshot: Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing for what the block appends."""
        if self._writing is not None:
            raise StoreError("a transaction of the register is open already")
        with self._translated(), self._engine.execution_options(writes=True).begin() as connection:
            self._writing = connection
            try:
                yield
            finally:
                self._writing = None

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """One moment for everything read in the block."""
        if self._writing is not None or self._snapshot is not None:
            yield
            return
        with self._translated(), self._engine.connect() as connection:
            self._snapshot = connection
            try:
                yield
            finally:
                self._snapshot = None

    def append(self, events: Iterable[Event]) -> int:
        """Log ``events`` and fold them into the state."""
        if self._writing is None:
            raise StoreError("the register is written inside a transaction only")
        connection, new = self._writing, list(events)
        with self._translated():
            last = connection.execute(
                select(event.c.id, event.c.chain_sha256).order_by(event.c.id.desc()).limit(1)
            ).first()
            id, chain = (last.id, last.chain_sha256) if last else (0, "")
            logged: list[LoggedEvent] = []
            for item in new:
                id, chain = (placed := log(item, id + 1, chain)).id, placed.chain_sha256
                logged.append(placed)
            present = self.entries(item.key for item in new)
            _write_all(connection, logged, present, _fold_all(present, logged))
        return len(new)

    def entries(self, keys: Iterable[DocumentKey]) -> Mapping[DocumentKey, Entry]:
        """The present state of those of ``keys`` that are registered."""
        found: dict[DocumentKey, Entry] = {}
        with self._reading() as connection:
            for batch in _batches(dict.fromkeys(str(key) for key in keys), _BATCH):
                for row in connection.execute(select(document).where(document.c.key.in_(batch))).mappings():
                    entry = entry_of(dict(row))
                    found[entry.document.key] = entry
        return found

    def events(self, key: DocumentKey | None = None, as_of: datetime | None = None) -> Iterator[LoggedEvent]:
        """The log in order."""
        statement = select(event).order_by(event.c.id)
        if key is not None:
            statement = statement.where(event.c.document == str(key))
        if as_of is not None:
            statement = statement.where(event.c.at <= instant(as_of))
        with self._reading() as connection:
            yield from _each(connection, statement, logged_of)

    def extent(self, as_of: datetime | None = None) -> LogExtent:
        """Number, digest and latest time of the events recorded up to ``as_of``."""
        statement = select(event.c.chain_sha256, event.c.at).order_by(event.c.id)
        if as_of is not None:
            statement = statement.where(event.c.at <= instant(as_of))
        digest, count, latest = hashlib.sha256(), 0, ""
        with self._reading() as connection:
            for row in connection.execution_options(yield_per=1000).execute(statement):
                digest.update(f"{row.chain_sha256}\n".encode())
                count, latest = count + 1, max(latest, row.at)
        return LogExtent(
            events=count, sha256=digest.hexdigest(), latest=datetime.fromisoformat(latest) if latest else None
        )

    def find(self, query: Query) -> Iterator[Entry]:
        """The documents that ``query`` describes."""
        with self._reading() as connection, _state(connection, query.as_of) as table:
            yield from _each(connection, find_statement(table, query), entry_of)

    def tally(self, query: Query, by: Sequence[Facet]) -> Iterator[Tally]:
        """Counts of what ``query`` describes, grouped by ``by``."""
        with self._reading() as connection, _state(connection, query.as_of) as table:
            for row in connection.execute(tally_statement(table, query, by)).mappings():
                yield tally_of(dict(row), by)

    def agencies(self, as_of: datetime | None = None) -> Mapping[str, Agency]:
        """Each agency under its latest name and level."""
        with self._reading() as connection, _state(connection, as_of) as table:
            latest = select(func.max(table.c.registered_event)).group_by(table.c.agency)
            rows = connection.execute(
                select(table.c.agency, table.c.agency_name, table.c.level)
                .where(table.c.registered_event.in_(latest))
                .order_by(table.c.agency)
            )
            return {
                row.agency: Agency(id=row.agency, name=row.agency_name, level=AgencyLevel(row.level)) for row in rows
            }

    def check(self) -> Iterator[Reason]:
        """What is wrong with the log, or with the state derived from it."""
        with self._reading() as connection:
            entries: dict[DocumentKey, Entry] = {}
            chain = ""
            for position, logged in enumerate(_each(connection, select(event).order_by(event.c.id), logged_of), 1):
                if logged != log(logged.event, position, chain):
                    yield _finding("event {id} is not what was logged", id=str(logged.id))
                    return
                chain = logged.chain_sha256
                try:
                    entries[logged.event.key] = fold(entries.get(logged.event.key), logged)
                except (ValueError, KeyError):
                    yield _finding("event {id} cannot follow the events before it", id=str(logged.id))
                    return
            expected = {row["key"]: row for row in map(state_row, entries.values())}
            for row in connection.execute(select(document)).mappings():
                if dict(row) != expected.pop(row["key"], None):
                    yield _finding("state of {key} does not follow from its events", key=row["key"])
            for key in expected:
                yield _finding("state of {key} does not follow from its events", key=key)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._translated():
            if held := self._writing or self._snapshot:  # the block of a transaction sees its own writes
                yield held
            else:
                with self._engine.connect() as connection:
                    yield connection


def _fold_all(present: Mapping[DocumentKey, Entry], logged: Iterable[LoggedEvent]) -> dict[DocumentKey, Entry]:
    changed: dict[DocumentKey, Entry] = {}
    for item in logged:
        key = item.event.key
        before = changed.get(key, present.get(key))
        if before is not None and item.event.kind is EventKind.REGISTERED:
            raise DuplicateError("registered already: {key}", key=key)
        if before is None and item.event.kind is not EventKind.REGISTERED:
            raise StoreError("not registered: {key}", key=key)
        changed[key] = fold(before, item)
    return changed


def _write_all(
    connection: Connection,
    logged: Sequence[LoggedEvent],
    present: Mapping[DocumentKey, Entry],
    changed: Mapping[DocumentKey, Entry],
) -> None:
    if logged:
        connection.execute(insert(event), [event_row(item) for item in logged])
    if new := [state_row(entry) for key, entry in changed.items() if key not in present]:
        connection.execute(insert(document), new)
    if old := [{**state_row(entry), "this": str(key)} for key, entry in changed.items() if key in present]:
        connection.execute(update(document).where(document.c.key == bindparam("this")), old)


@contextmanager
def _state(connection: Connection, as_of: datetime | None) -> Iterator[Table]:
    """The derived state as of a moment: the kept one where nothing came later, else folded again beside it."""
    later = None
    if as_of is not None:
        later = connection.execute(select(event.c.id).where(event.c.at > instant(as_of)).limit(1)).first()
    if as_of is None or later is None:
        yield document
        return
    past = document_table("document_as_of", MetaData(), is_temporary=True)
    past.create(connection, checkfirst=True)
    connection.execute(delete(past))
    entries: dict[DocumentKey, Entry] = {}
    upto = select(event).where(event.c.at <= instant(as_of)).order_by(event.c.id)
    for logged in _each(connection, upto, logged_of):
        key = logged.event.key
        # A clock that was set back can put an event before the registration it follows: it is not in the past's log.
        if key in entries or logged.event.kind is EventKind.REGISTERED:
            entries[key] = fold(entries.get(key), logged)
    if entries:
        connection.execute(insert(past), [state_row(entry) for entry in entries.values()])
    try:
        yield past
    finally:
        connection.execute(delete(past))


def _each(connection: Connection, statement: Select[tuple[object, ...]], make: Callable[..., T]) -> Iterator[T]:
    for row in connection.execution_options(yield_per=1000).execute(statement).mappings():
        yield make(row)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _finding(message: str, **params: str) -> Reason:
    return Reason(rule="register.check", clause="docs/registry.md", message=message, params=params)
