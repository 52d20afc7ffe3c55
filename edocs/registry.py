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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from edocs.errors import DuplicateError, EdocsError, RefusedError, UsageError
from edocs.model import (
    Agency,
    Document,
    DocumentKey,
    Entry,
    Event,
    EventKind,
    Exclusion,
    Facet,
    LogExtent,
    LoggedEvent,
    Query,
    Reason,
    Submission,
    Tally,
    VerificationReport,
    canonical_json,
    document_payload,
    document_type,
    findings_payload,
    read_facts,
)
from edocs.ports import Store
from edocs.reports.figures import Report, months_between, section
from edocs.stores.sqlite import open_sqlite

__all__ = ["Outcome", "Registration", "Registry"]

_CHUNK = 400
OPEN_DOCUMENTS = 200
"""How many documents a report lists by name; the count is always complete."""


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


class Registry:
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
        self, document: Document, report: VerificationReport | None = None, *, who: str, now: datetime
    ) -> Registration:
        """Enter one document, with its verification where there is one (đăng ký văn bản).

        The same document again changes nothing; a verification that says something new is added, and the latest counts.

        Args:
            who: The clerk or the program, for the log.
            now: Aware.

        Raises:
            DuplicateError: The number is taken in this book and year by another file.
            RefusedError: ``report`` is of another file.

        Source: Decree 30, articles 14 and 15.
        """
        facts = None if report is None else read_facts(report.as_dict())
        [registration] = self.register_many([Submission(document=document, facts=facts)], who=who, now=now)
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

    def exclude(self, key: DocumentKey, reason: Exclusion, *, note: str = "", who: str, now: datetime) -> None:
        """Take a document out of every denominator, for a reason that every report itemises (loại trừ).

        Raises:
            UsageError: Not registered; or the reason is a degree of secrecy, which is a fact of registering.
        """
        if reason.is_state_secret:
            raise UsageError("a state secret is registered as one, not excluded afterwards: {key}", key=key)
        self._append(key, EventKind.EXCLUDED, {"reason": reason.value, "note": note}, who=who, now=now)

    def correct(self, key: DocumentKey, document: Document, *, who: str, now: datetime) -> None:
        """Correct subject and type to those of ``document`` (đính chính); the event before stays readable.

        Raises:
            UsageError: Not registered, or ``document`` has another key.
        """
        if document.key != key:
            raise UsageError("a correction cannot change the key: {key}", key=key)
        self._append(key, EventKind.CORRECTED, {"subject": document.subject, "type": document.type}, who=who, now=now)

    def find(self, query: Query | None = None) -> Iterator[Entry]:
        """The documents that ``query`` describes, by date of issue (tra cứu)."""
        return self._store.find(_normal(query))

    def entries(self, keys: Iterable[DocumentKey]) -> Mapping[DocumentKey, Entry]:
        """The present state of those of ``keys`` that are registered."""
        return self._store.entries(keys)

    @contextmanager
    def snapshot(self) -> Iterator[LogExtent]:
        """Everything read in the block is of one moment; which events that are (thời điểm chốt số liệu)."""
        with self._store.snapshot():
            yield self._store.extent()

    def history(self, key: DocumentKey) -> Iterator[LoggedEvent]:
        """Everything that happened to one document, in the order of the log."""
        return self._store.events(key)

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

    def report(self, query: Query | None = None, by: Sequence[Sequence[Facet]] = ((Facet.AGENCY,),)) -> Report:
        """A report with one section for each combination in ``by``; same events, same bytes in every format.

        The cut-off is ``query.as_of``, else the time of the latest event.

        Source: Decision 28/2018/QĐ-TTg, articles 11 and 15.1.
        """
        with self._store.snapshot():
            extent = self._store.extent((query := _normal(query)).as_of)
            query = replace(query, as_of=query.as_of or extent.latest)
            [whole] = self.tally(query)
            months = _filled([tally.group[0] for tally in self.tally(query, [Facet.MONTH])])
            span = months_between(query.issued_from, query.issued_to) or months
            unfinished = self.find(replace(query, is_complete=False))
            return Report(
                issued_from=query.issued_from,
                issued_to=query.issued_to,
                cut_off=query.as_of,
                extent=extent,
                total=whole.counts,
                sections=tuple(section(list(self.tally(query, facets)), facets, span) for facets in by),
                agencies=self._store.agencies(query.as_of),
                open_documents=tuple(islice(unfinished, OPEN_DOCUMENTS)),
                open_count=whole.counts.base - whole.counts.both.valid,
            )

    def check(self) -> tuple[Reason, ...]:
        """What is wrong with the log, or with the state derived from it; empty when all is well."""
        return tuple(self._store.check())

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
        known_now = self.entries(submission.document.key for submission in chunk)
        present = {key: (entry.document, _digest(entry)) for key, entry in known_now.items()}
        events: list[Event] = []
        done: list[Registration] = []
        for submission in chunk:
            document, facts = submission.document, submission.facts
            try:
                known = present.get(document.key)
                new = _decide(submission, known, who, now)
            except (RefusedError, UsageError) as failure:
                done.append(Registration(outcome=Outcome.REFUSED, document=document, failure=failure))
                continue
            outcome = Outcome.NEW if known is None else Outcome.VERIFIED if new else Outcome.UNCHANGED
            # A line of an old book says nothing of the file that is known already.
            held = document if known is None or document.file_sha256 else known[0]
            present[document.key] = (held, facts.digest if facts else known[1] if known else "")
            events += new
            done.append(Registration(outcome=outcome, document=document))
        self._store.append(events)
        return iter(done)

    def _append(
        self, key: DocumentKey, kind: EventKind, payload: Mapping[str, str], *, who: str, now: datetime
    ) -> None:
        with self._store.transaction():
            if key not in self._store.entries([key]):
                raise UsageError("not registered: {key}", hint="edocs find shows what is", key=key)
            self._store.append([_event(kind, key, canonical_json(payload), who, now)])


def _decide(submission: Submission, known: tuple[Document, str] | None, who: str, now: datetime) -> list[Event]:
    """The events that one submission adds: none where nothing new is said."""
    document, facts = submission.document, submission.facts
    if not document.file_sha256 and not submission.is_imported:
        raise UsageError("no SHA-256 of the file of {code}", hint="give it, or a verification", code=document.code_text)
    if facts is not None and facts.file_sha256 != document.file_sha256:
        raise RefusedError(
            "the verification of {code} is of another file",
            hint="verify the file that is registered",
            code=document.code_text,
        )
    events = []
    if known is None:
        events.append(_event(EventKind.REGISTERED, document.key, document_payload(document), who, now))
    elif not _is_same(document, known[0]):
        raise DuplicateError(
            "number {code} of {year} is taken in the book of {agency}: registered for {subject}, file {digest}",
            hint="take the next number, or look at it with edocs find",
            code=document.code_text,
            year=document.issued_on.year,
            agency=document.agency.id,
            subject=known[0].subject or "…",
            digest=known[0].file_sha256[:16] or "…",
        )
    elif document.file_sha256 and not known[0].file_sha256 and facts is None:
        raise UsageError(
            "{code} was imported from an old book: its file comes with a verification",
            hint="edocs register PDF, or a line with verification",
            code=document.code_text,
        )
    if facts is not None and (known is None or known[1] != facts.digest):
        events.append(_event(EventKind.VERIFIED, document.key, findings_payload(facts), who, now))
    return events


def _is_same(document: Document, known: Document) -> bool:
    """Whether the file is the one registered; where one of the two has no file, what the entries say decides.

    Subjects are typed again when an old document's file turns up, and are not compared then.
    """
    if document.file_sha256 and known.file_sha256:
        return document.file_sha256 == known.file_sha256
    if (document.issued_on, document.type) != (known.issued_on, known.type):
        return False
    return bool(document.file_sha256) or document.subject == known.subject


def _event(kind: EventKind, key: DocumentKey, payload: str, who: str, now: datetime) -> Event:
    if now.tzinfo is None:
        raise UsageError("time of an event without a time zone", hint="use Asia/Ho_Chi_Minh")
    return Event(kind=kind, at=now, who=who, key=key, payload=payload)


def _digest(entry: Entry) -> str:
    return entry.findings.digest if entry.findings else ""


def _normal(query: Query | None) -> Query:
    query = query or Query()
    return replace(query, type=document_type(query.type)) if query.type is not None else query


def _filled(months: Sequence[str]) -> tuple[str, ...]:
    if not months:
        return ()
    first, last = (datetime.strptime(f"{month} +0700", "%Y-%m %z").date() for month in (min(months), max(months)))
    return months_between(first, last)
