"""The door to the register: what was issued, how it was signed, and the share that follows.

Sổ đăng ký văn bản đi và tỷ lệ ký số. Decree 30/2020/NĐ-CP, articles 14 and 15, for registering; Decision
28/2018/QĐ-TTg, articles 11 and 15.1, for statistics. A document is counted once, under its agency, book, number and
symbol; figures are derived from events that are only ever added. Nothing is verified here: a verification comes in.

>>> from datetime import UTC, datetime
>>> from pathlib import Path
>>> from tempfile import TemporaryDirectory
>>> from edocs.model import Agency, AgencyLevel, Document, DocumentCode, Indicator
>>> agency = Agency(id="000.00.00.H99", name="Ủy ban nhân dân tỉnh Lam Giang", level=AgencyLevel.PROVINCE)
>>> code = DocumentCode(number=7, symbol="QĐ-UBND", issued_on=datetime(2026, 3, 5, tzinfo=UTC))
>>> letter = Document(agency=agency, code=code, type="Quyết định", subject="…", file_sha256="0" * 64)
>>> with TemporaryDirectory() as folder, Registry.open(Path(folder, "so-2026.db")) as registry:
...     _ = registry.register(letter, who="văn thư", now=datetime(2026, 3, 5, 9, tzinfo=UTC))
...     [tally] = registry.tally()
>>> tally.counts.share(Indicator.BOTH)
Share(numerator=0, denominator=1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache, partial
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from edocs.amending import Amending
from edocs.errors import EdocsError, RefusedError, UsageError
from edocs.model import (
    Agency,
    Document,
    DocumentKey,
    Entry,
    Event,
    EventKind,
    Facet,
    LogExtent,
    LoggedEvent,
    Profile,
    Query,
    Reason,
    Submission,
    Tally,
    VerificationReport,
    document_type,
    read_facts,
    tidy_name,
)
from edocs.model.census import roll_of, take_census
from edocs.model.damage import sound
from edocs.model.directory import AgencyDirectory
from edocs.model.directory_event import directory_event, directory_in
from edocs.model.figures import Figure, FigureTable, count_news, figures_event, latest_figures, require_past
from edocs.model.indicators import VERIFIED, Definition, Variant
from edocs.model.measuring import Measure, evaluate, facets_of
from edocs.model.periods import Span, counted_by, roll_up
from edocs.model.registering import Known, decide
from edocs.model.regrouping import Bodies, count_under, regrouped_agencies, regrouping_of
from edocs.ports import Store
from edocs.reports.comparisons import Comparing, compare
from edocs.reports.figures import Report, months_between, months_of, section
from edocs.reports.indicator_table import indicator_table
from edocs.stores.sqlite import open_sqlite

__all__ = ["Outcome", "Registration", "Registry"]

_CHUNK = 5_000
_NO_NUMBER = 1_000_000_000
OPEN_DOCUMENTS = 20
"""How many documents of each agency a report lists by name; the count is always complete."""


class Outcome(StrEnum):
    """What registering did."""

    NEW = "new"
    """entered in the register"""
    VERIFIED = "verified"
    """was there; a new verification was added"""
    UNCHANGED = "unchanged"
    """was there, and nothing new was said"""
    REFUSED = "refused"
    """not entered; ``failure`` says why"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What became of one document."""

    outcome: Outcome
    document: Document
    failure: EdocsError | None = None


class Registry(Amending):
    """A register of issued documents (sổ đăng ký văn bản đi). Close it, or use it in a ``with`` block."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def open(cls, where: Path | Store, *, read_only: bool = False) -> Self:
        """Open the register in the SQLite file ``where``, made there if nothing is; or over a store.

        Raises:
            StoreError: Not a register, of a newer version, locked or damaged; or not there (``read_only``).
            OutputError: It cannot be made there.
        """
        return cls(open_sqlite(where, read_only=read_only) if isinstance(where, Path) else where)

    def register(
        self,
        document: Document,
        report: VerificationReport | None = None,
        *,
        appendices: Iterable[VerificationReport] = (),
        who: str,
        now: datetime,
    ) -> Registration:
        """Enter one document, with its verification where there is one (đăng ký văn bản).

        The same document again changes nothing; a verification that says something new is added, and the latest counts.

        Args:
            appendices: Verifications of the files that go with it, which ``document.appendices`` names.
            who: The clerk or the program, for the log.
            now: Aware.

        Raises:
            DuplicateError: The number is taken in this book and year by another file.
            RefusedError: ``report`` is of another file, or the date of issue is after that of ``now`` in Vietnam.

        Source: Decree 30, articles 14 and 15.
        """
        facts = None if report is None else read_facts(report.as_dict())
        files = tuple(read_facts(one.as_dict()) for one in appendices)
        submission = Submission(document=document, facts=facts, appendices=files)
        [registration] = self.register_many([submission], who=who, now=now)
        if registration.failure is not None:
            raise registration.failure
        return registration

    def register_many(self, submissions: Iterable[Submission], *, who: str, now: datetime) -> Sequence[Registration]:
        """Enter many documents in one transaction; one that is refused is reported, and the rest is kept."""
        rest, done = iter(submissions), list[Registration]()
        with self._store.transaction():
            while chunk := list(islice(rest, _CHUNK)):
                done += self._register_chunk(chunk, who, now)
        return done

    def find(self, query: Query | None = None) -> Iterator[Entry]:
        """The documents that ``query`` describes, by date of issue (tra cứu)."""
        return self._store.find(_normal(query))

    def entries(self, keys: Iterable[DocumentKey]) -> Mapping[DocumentKey, Entry]:
        """The present state of those of ``keys`` that are registered."""
        return self._store.entries(keys)

    @contextmanager
    def snapshot(self, as_of: datetime | None = None) -> Iterator[LogExtent]:
        """Everything read in the block is of one moment; which events that are (thời điểm chốt số liệu)."""
        with self._store.snapshot():
            yield self._store.extent(as_of)

    def history(self, key: DocumentKey) -> Iterator[LoggedEvent]:
        """Everything that happened to one document, in the order of the log."""
        return self._store.events(key)

    def moved_to(self, key: DocumentKey) -> DocumentKey | None:
        """Where the document stands now that had ``key`` until it was corrected; None: none had (đính chính)."""
        return self._store.moved_to(key)

    def agencies(self) -> Mapping[str, Agency]:
        """Each agency in the register by its id, under its latest name and level (cơ quan ban hành)."""
        return self._store.agencies()

    def tally(self, query: Query | None = None, by: Sequence[Facet] = ()) -> Iterator[Tally]:
        """Counts of what ``query`` describes, grouped by ``by``; percentages are made from them (thống kê).

        Source: ``docs/registry.md``.
        """
        if len(set(by)) != len(by):
            raise UsageError("a facet is given twice: {by}", by=", ".join(facet.value for facet in by))
        return self._store.tally(_normal(query), by)

    def report(
        self,
        query: Query | None = None,
        by: Sequence[Sequence[Facet | Span]] = ((Facet.AGENCY,),),
        *,
        comparing: Comparing | None = None,
        definitions: Sequence[Definition] = (),
        listed: int = OPEN_DOCUMENTS,
        bodies: Bodies | None = None,
    ) -> Report:
        """A report with one section for each combination in ``by``; same events, same bytes in every format.

        The cut-off is ``query.as_of``, else the time of the latest event.

        Args:
            comparing: What to compare besides; None: nothing.
            definitions: Indicators to show besides (``edocs.model.indicator_reading.built_in``).
            listed: How many documents without both valid signatures are listed of each agency.
            bodies: Count under these, whatever the agencies were called then; None: under those registered.

        Source: Decision 28/2018/QĐ-TTg, articles 11 and 15.1.
        """
        with self._store.snapshot():
            extent = self._store.extent((query := _normal(query)).as_of)
            query = replace(query, as_of=query.as_of or extent.latest)
            [whole] = self.tally(query)
            with sound():
                months = months_of([tally.group[0] for tally in self.tally(query, [Facet.MONTH])])
            span = months_between(query.issued_from, query.issued_to) or months
            counted = cache(count_under(self.tally, bodies))
            roll = roll_of(query, span, self.directory(query.as_of), bodies)
            unfinished = replace(query, is_complete=False, per_agency=listed)
            return Report(
                issued_from=query.issued_from,
                issued_to=query.issued_to,
                cut_off=query.as_of,
                extent=extent,
                total=whole.counts,
                sections=tuple(
                    section(roll_up(counted(query, counted_by(facets)), facets), facets, span) for facets in by
                ),
                agencies=regrouped_agencies(self._store.agencies(query.as_of), bodies),
                regrouping=regrouping_of(self.tally, query, bodies),
                open_documents=tuple(self.find(unfinished)) if listed else (),
                open_count=whole.counts.base - whole.counts.both.valid,
                months=span,
                comparisons=compare(counted, query, comparing, span, roll) if comparing else None,
                census=take_census(counted, query, roll, comparing.earlier if comparing else None),
                indicators=indicator_table(definitions, partial(self.profiles, query), self.figures(query), bodies),
            )

    def profiles(
        self, query: Query | None = None, by: Sequence[Facet] = ()
    ) -> Iterator[tuple[tuple[str, ...], Profile, int]]:
        """How many documents of each profile ``query`` describes, by group: what any figure can be made from."""
        return self._store.profiles(_normal(query), by)

    def measure(
        self, definition: Definition, query: Query | None = None, by: Sequence[Facet] = (), variant: Variant = VERIFIED
    ) -> Mapping[tuple[str, ...], Measure]:
        """What an indicator comes to, by group, from documents and imported figures (tính một chỉ số)."""
        facets = facets_of(definition, by)
        with self._store.snapshot():
            counted, figures = self.profiles(query, facets), self.figures(query)
            return evaluate(definition, counted, facets, by, figures=figures, variant=variant)

    def import_figures(self, table: FigureTable, *, who: str, now: datetime) -> int:
        """Enter figures that another system counted (nhập số liệu); of each place the latest counts.

        Returns:
            How many of them are news; where none is, nothing is logged.

        Raises:
            UnreadableError: A line of the table could not be taken; nothing of it is.
            UsageError: A month is to come.
        """
        if table.faults:
            raise table.faults[0].failure
        require_past(table.figures, now)
        with self._store.transaction():
            if news := count_news(table.figures, self.figures()):
                self._store.append([figures_event(table, who, now)])
        return news

    def figures(self, query: Query | None = None) -> tuple[Figure, ...]:
        """The imported figures that ``query`` describes, by indicator, agency and month (số liệu đã nhập)."""
        query = query or Query()
        with sound():
            return latest_figures(self._store.notes(EventKind.FIGURES, query.as_of), query)

    def check(self, progress: Callable[[int], None] | None = None) -> tuple[Reason, ...]:
        """What is wrong with the log, or with what is derived from it; empty when all is well (kiểm tra sổ).

        Everything is made anew from the events and compared, the counts too. An end that was cut off, or a register
        that was made anew as a whole, takes a checkpoint to be seen (``edocs.proving``).

        Args:
            progress: Told now and then how many events were looked at.
        """
        return tuple(self._store.check(progress))

    def clock_notices(self) -> tuple[Reason, ...]:
        """Where a clock was set back: that is noticed, and the order of the log counts all the same."""
        return tuple(self._store.clock_notices())

    def extent(self, as_of: datetime | None = None) -> LogExtent:
        """Which events there are, or were at ``as_of`` (thời điểm chốt số liệu)."""
        return self._store.extent(as_of)

    def import_directory(self, data: bytes, *, who: str, now: datetime) -> bool:
        """Enter a directory of agencies as CSV; it takes the place of the one before (nhập danh mục cơ quan).

        Figures of the past stay as they were: a directory regroups them only for who asks.

        Returns:
            Whether it is another one than before.

        Raises:
            UnreadableError: Not a directory; see :func:`edocs.model.directory.read_directory`.
            RefusedError: It has faults; the one before stays.
        """
        event = directory_event(data, who, now)
        with self._store.transaction():
            *_, last = (None, *self._store.notes(EventKind.DIRECTORY))
            is_news = last is None or last.event.evidence != event.evidence
            if is_news:
                self._store.append([event])
            return is_news

    def directory(self, as_of: datetime | None = None) -> AgencyDirectory | None:
        """The directory of agencies that was entered last, up to ``as_of``; None: there is none (danh mục cơ quan)."""
        *_, last = (None, *self._store.notes(EventKind.DIRECTORY, as_of))
        with sound():
            return None if last is None else directory_in(last.event)

    @property
    def store(self) -> Store:
        """The store behind it."""
        return self._store

    def close(self) -> None:
        """Close the register."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _register_chunk(self, chunk: Sequence[Submission], who: str, now: datetime) -> Iterator[Registration]:
        keys = [submission.document.key for submission in chunk]
        present = {key: Known.of(row) for key, row in self._store.states(keys).items()}
        fresh: dict[DocumentKey, Submission] = {}
        events: list[Event] = []
        done: list[Registration] = []
        for submission, key in zip(chunk, keys, strict=True):
            known = present.get(key)
            if known is None and key in fresh:  # twice in one chunk, which is rare
                known = Known.after(None, fresh[key])
            try:
                new = decide(submission, key, known, who, now)
            except (RefusedError, UsageError) as failure:
                done.append(Registration(outcome=Outcome.REFUSED, document=submission.document, failure=failure))
                continue
            outcome = Outcome.NEW if known is None else Outcome.VERIFIED if new else Outcome.UNCHANGED
            if known is None:
                fresh[key] = submission
            elif new:
                present[key] = Known.after(known, submission)
            events += new
            done.append(Registration(outcome=outcome, document=submission.document))
        self._store.append(events)
        return iter(done)


def _normal(query: Query | None) -> Query:
    """``query`` in the forms in which the register keeps what is asked for."""
    query = query or Query()
    if query.type is not None:
        query = replace(query, type=document_type(tidy_name(query.type)))
    if query.number is not None:  # a database takes no number of any size; what no document has finds nothing
        query = replace(query, number=min(max(query.number, 0), _NO_NUMBER))
    if query.agency is not None:
        query = replace(query, agency=tidy_name(query.agency))
    if query.symbol is not None:
        query = replace(query, symbol="".join(tidy_name(query.symbol).split()))
    return query
