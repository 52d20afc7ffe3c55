"""A register in a SQL database: events appended, folded and counted in one transaction; figures read from what is kept.

Speaks SQLAlchemy Core and no dialect; opening, locking and the words of errors belong to the module of a backend, such
as :mod:`edocs.stores.sqlite`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from heapq import merge
from operator import add
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, func, literal_column, select, update

from edocs.errors import OutputError, StoreError
from edocs.model.damage import sound
from edocs.model.events import Event, EventKind, LogExtent, LoggedEvent
from edocs.model.merkle import Node, root
from edocs.model.profile import Profile
from edocs.model.register import Agency, AgencyLevel, DocumentKey
from edocs.model.state import Entry, State, entry_of
from edocs.model.tally import Facet, Query, Tally
from edocs.model.verdict import Reason

from .backend import Backend
from .checking import clock_notices, findings
from .counting import Vectors, find_statement, first_of_each, matches, profile_rows, tallies, vectors
from .past import changed_since
from .rebuilding import logged_rows, rebuild
from .rows import logged_of, stream
from .schema import agency, document, event, register
from .tree import node_in, position_of
from .writing import Writing, rows_by_key

__all__ = ["SqlStore"]

T = TypeVar("T")
_FEW = 5
_LATELY = 100_000
"""So many events back a document counts as registered lately."""


class SqlStore:
    """A :class:`edocs.ports.Store` over one database. Of one thread; open one for each."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._writing: Writing | None = None
        self._snapshot: Connection | None = None

    @property
    def origin(self) -> str:
        """The log's own name, which its checkpoints bear."""
        with self._reading() as connection:
            return str(connection.execute(select(register.c.origin)).scalars().first())

    @property
    def notices(self) -> tuple[Reason, ...]:
        """What is special about how the register is opened: a share in the network, media that cannot be written."""
        return self._backend.notices

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing for what the block appends."""
        if self._writing is not None:
            raise StoreError("a transaction of the register is open already")
        engine = self._backend.engine.execution_options(writes=True)
        with self._backend.translated(), engine.begin() as connection:
            self._backend.lock(connection)
            self._writing = Writing(self._backend, connection)
            try:
                yield
                self._writing.flush()
            finally:
                self._writing = None

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """One moment for everything read in the block."""
        if self._writing is not None or self._snapshot is not None:
            yield
            return
        with self._backend.translated(), self._backend.engine.connect() as connection:
            self._snapshot = connection
            try:
                yield
            finally:
                self._snapshot = None

    def append(self, events: Iterable[Event]) -> int:
        """Log ``events`` and fold them into the state."""
        if self._writing is None:
            raise StoreError("the register is written inside a transaction only")
        with self._backend.translated():
            return self._writing.append(events)

    def states(self, keys: Iterable[DocumentKey]) -> Mapping[DocumentKey, State]:
        """The present rows of those of ``keys`` that are registered."""
        by_text = {str(key): key for key in keys}
        if self._writing is not None:
            with self._backend.translated():
                found = self._writing.states(by_text)
        else:
            with self._reading() as connection:
                found = rows_by_key(connection, self._backend.mark, list(by_text))
        return {by_text[text]: row for text, row in found.items()}

    def entries(self, keys: Iterable[DocumentKey]) -> Mapping[DocumentKey, Entry]:
        """The present state of those of ``keys`` that are registered."""
        rows = self.states(keys)
        with sound():
            return {key: entry_of(row) for key, row in rows.items()}

    def moved_to(self, key: DocumentKey) -> DocumentKey | None:
        """Where the document stands now that had ``key`` until a correction; of several, the last that had it."""
        is_corrected = event.c.kind == literal_column(f"'{EventKind.CORRECTED.value}'")  # as its index says it
        last = select(event.c.document).where(is_corrected, event.c.subject == str(key))
        last = last.order_by(event.c.id.desc()).limit(1)
        with self._reading() as connection:
            id = connection.execute(last).scalar()
            text = connection.execute(select(document.c.key).where(document.c.id == id)).scalar()
            with sound():
                return None if text is None else DocumentKey.parse(text)

    def keys_of_file(self, sha256: str, issued_on: date) -> Sequence[DocumentKey]:
        """The first documents whose main file that is, of those issued that day or registered lately."""
        # Without an index, which would slow every registering down for what one document in thousands is asked; and
        # never through all documents, which takes a minute where there are ten millions.
        with self._reading() as connection, sound():
            latest = connection.execute(select(func.max(event.c.id))).scalar() or 0
            places = document.c.issued_on == issued_on.isoformat(), document.c.id > latest - _LATELY
            wanted = select(document.c.id, document.c.key).where(document.c.file_sha256 == sha256)
            parts = [wanted.where(place).order_by(document.c.id).limit(_FEW) for place in places]
            found = {row.id: row.key for part in parts for row in connection.execute(part)}
            return [DocumentKey.parse(found[id]) for id in sorted(found)[:_FEW]]

    def events(self, key: DocumentKey | None = None, as_of: datetime | None = None) -> Iterator[LoggedEvent]:
        """The log in order."""
        statement = select(event).order_by(event.c.id)
        with self._reading() as connection:
            if key is not None:
                id = connection.execute(select(document.c.id).where(document.c.key == str(key))).scalar()
                statement = statement.where(event.c.document == (-1 if id is None else id))
            if as_of is not None:
                statement = statement.where(event.c.id <= position_of(connection, as_of)[0])
            yield from _each(connection, statement, logged_of)

    def notes(self, kind: EventKind, as_of: datetime | None = None) -> Iterator[LoggedEvent]:
        """The events of a kind that happen to no document, in order."""
        statement = select(event).where(event.c.document == 0, event.c.kind == kind.value).order_by(event.c.id)
        with self._reading() as connection:
            if as_of is not None:
                statement = statement.where(event.c.id <= position_of(connection, as_of)[0])
            yield from _each(connection, statement, logged_of)

    def extent(self, as_of: datetime | None = None) -> LogExtent:
        """Number, root and latest time of the events logged up to ``as_of``."""
        with self._reading() as connection:
            size, latest = position_of(connection, as_of)
            with sound():
                moment = datetime.fromisoformat(latest) if latest else None
            return LogExtent(events=size, sha256=root(size, node_in(connection)).hex(), latest=moment)

    @contextmanager
    def tree(self) -> Iterator[tuple[int, Node]]:
        """The size of the log, and the nodes of its Merkle tree, at one moment."""
        with self.snapshot(), self._reading() as connection:
            yield position_of(connection, None)[0], node_in(connection)

    def find(self, query: Query) -> Iterator[Entry]:
        """The documents that ``query`` describes."""
        with self._reading() as connection:
            size = self._past(connection, query.as_of)
            if size is None and query.per_agency is not None:
                names = connection.execute(select(agency.c.id).distinct()).scalars()
                with sound():
                    firsts = [*map(entry_of, first_of_each(connection, query, list(names)))]
                yield from firsts
                return
            if size is None:
                yield from _each(connection, find_statement(query), entry_of)
                return
            whole = replace(query, per_agency=None)
            with sound():
                past = [row for _, row in changed_since(connection, size) if row is not None and matches(row, query)]
            kept: Iterator[State] = _each(connection, find_statement(whole).where(document.c.last_event <= size), dict)
            past.sort(key=_order)
            yield from map(entry_of, _first_of_each(merge(kept, past, key=_order), query.per_agency))

    def tally(self, query: Query, by: Sequence[Facet]) -> Iterator[Tally]:
        """Counts of what ``query`` describes, grouped by ``by``."""
        with self.snapshot(), self._reading() as connection, sound():
            found = vectors(connection, query, by, self._backend.mark)
            size = self._past(connection, query.as_of)
            if size is not None:
                _go_back(connection, size, query, by, found)
            counted = list(tallies(found, by))
        yield from counted

    def profiles(self, query: Query, by: Sequence[Facet]) -> Iterator[tuple[tuple[str, ...], Profile, int]]:
        """How many documents of each profile ``query`` describes, by group."""
        with self.snapshot(), self._reading() as connection, sound():
            found = {(group, profile): count for group, profile, count in profile_rows(connection, query, by)}
            size = self._past(connection, query.as_of)
            for now, then in changed_since(connection, size) if size is not None else ():
                for row, sign in ((now, -1), (then, 1)):
                    if row is not None and matches(row, query):
                        place = (tuple(row[facet.value] for facet in by), row["profile"])
                        found[place] = found.get(place, 0) + sign
            counted = [(group, Profile.parse(text), count) for (group, text), count in sorted(found.items()) if count]
        yield from counted

    def agencies(self, as_of: datetime | None = None) -> Mapping[str, Agency]:
        """Each agency under its latest name and level."""
        with self._reading() as connection:
            size = position_of(connection, as_of)[0]
            latest = (
                select(agency.c.id, func.max(agency.c.event).label("event"))
                .where(agency.c.event <= size)
                .group_by(agency.c.id)
                .subquery()
            )
            rows = connection.execute(
                select(agency)
                .join(latest, (agency.c.id == latest.c.id) & (agency.c.event == latest.c.event))
                .order_by(agency.c.id)
            )
            with sound():
                return {row.id: Agency(id=row.id, name=row.name, level=AgencyLevel(row.level)) for row in rows}

    def check(self, progress: Callable[[int], None] | None = None) -> Iterator[Reason]:
        """What is wrong with the log, or with what is derived from it."""
        with self.snapshot(), self._reading() as connection:
            yield from findings(connection, progress or (lambda _: None))

    def clock_notices(self) -> Iterator[Reason]:
        """Where a clock was set back."""
        with self._reading() as connection:
            yield from clock_notices(connection)

    def rebuild(self, progress: Callable[[int], None] | None = None) -> int:
        """Make everything that is derived anew from the events (dựng lại từ nhật ký).

        Returns:
            How many events there are.

        Raises:
            StoreError: An event is not what was logged, or cannot follow: nothing is changed.
        """
        with self._backend.translated(), self._backend.engine.execution_options(writes=True).begin() as connection:
            self._backend.lock(connection)
            return rebuild(self._backend, connection, progress)

    def copy_into(self, target: SqlStore, progress: Callable[[int], None] | None = None) -> LogExtent:
        """Copy the log, as it is at this moment, into a register without events, and make what follows there.

        Sao chép sổ. Others may write here meanwhile. Every leaf is checked, and the roots are compared at the end.

        Raises:
            StoreError: An event is not what was logged.
            OutputError: ``target`` has events.
        """
        with self.snapshot(), self._reading() as connection, target.transaction():
            assert target._writing is not None  # noqa: S101 - the block has opened it
            there = target._writing.connection
            if position_of(there, None)[0]:
                raise OutputError("another register stands there, with events in it", hint="choose an empty database")
            target._writing.replay(logged_rows(connection, progress), is_new=True)
            there.execute(update(register).values(origin=self.origin))
            extent, copied = self.extent(), target.extent()
            if extent != copied:
                raise StoreError("the copy differs from the register", hint="edocs fsck says what is wrong with it")
            return extent

    def close(self) -> None:
        """Close every connection."""
        self._backend.engine.dispose()

    def _past(self, connection: Connection, as_of: datetime | None) -> int | None:
        """How long the log was at ``as_of``; None where nothing came later."""
        if as_of is None:
            return None
        size = position_of(connection, as_of)[0]
        return None if size == position_of(connection, None)[0] else size

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._backend.translated():
            if self._writing is not None:  # the block of a transaction sees its own writes
                self._writing.flush()
                yield self._writing.connection
            elif self._snapshot is not None:
                yield self._snapshot
            else:
                with self._backend.engine.connect() as connection:
                    yield connection


def _go_back(connection: Connection, size: int, query: Query, by: Sequence[Facet], found: Vectors) -> None:
    """Turn the counts of now into those of then: only what changed since is counted again."""
    for now, then in changed_since(connection, size):
        for row, sign in ((now, -1), (then, 1)):
            if row is not None and matches(row, query):
                group = tuple(row[facet.value] for facet in by)
                measures = [sign * value for value in Profile.parse(row["profile"]).measures]
                known = found.get(group)
                found[group] = measures if known is None else list(map(add, known, measures))


def _first_of_each(rows: Iterable[State], most: int | None) -> Iterator[State]:
    """No more than ``most`` rows of each agency."""
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row["agency"]] += 1
        if most is None or seen[row["agency"]] <= most:
            yield row


def _order(row: Mapping[str, Any]) -> tuple[str, int]:
    return row["issued_on"], row["id"]


def _each(connection: Connection, statement: Select[Any], make: Callable[..., T]) -> Iterator[T]:
    for row in stream(connection, statement).mappings():
        with sound():
            made = make(row)
        yield made
