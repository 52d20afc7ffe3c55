"""Whatever happens to documents, in whatever order: kept counts are those of a scan, copies agree, the past stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st
from register_samples import AGENCY, COMMUNE, DISTRICT, FAILED, NOW, PASSED, PERSON, PROVINCE, make_document, signature
from register_samples import make_report as report_on

from edocs.errors import DuplicateError, UsageError
from edocs.model import HANOI, Document, DocumentCode, Exclusion, Facet, Query, Secrecy, Tally
from edocs.model.dispatch import Dispatch
from edocs.registry import Registry
from edocs.stores import writing
from edocs.stores.sqlite import open_sqlite

_BY_SCAN = date(1900, 1, 2)
"""A period that does not begin with a month is counted by a scan."""
numbers = st.integers(1, 5)
agencies = st.sampled_from([PROVINCE, DISTRICT, COMMUNE])
days = st.integers(0, 90).map(lambda day: datetime(2025, 11, 15, tzinfo=HANOI) + timedelta(days=day))
signatures = st.lists(
    st.builds(signature, st.sampled_from([PERSON, AGENCY]), st.sampled_from([PASSED, FAILED])), max_size=2
)
documents = st.builds(
    make_document,
    numbers,
    agencies,
    issued_on=days,
    kind=st.sampled_from(["CV", "BC"]),
    secrecy=st.sampled_from([Secrecy.NONE, Secrecy.NONE, Secrecy.SECRET]),
)
Step = Callable[[Registry, list[Document], datetime], None]


def register(document: Document, found: list[object] | None) -> Step:
    def step(registry: Registry, known: list[Document], now: datetime) -> None:
        report = None if found is None else report_on(document, *found)  # type: ignore[arg-type]
        registry.register(document, report, who="x", now=now)
        known.append(document)

    return step


def amend(pick: int, verb: str, document: Document) -> Step:
    def step(registry: Registry, known: list[Document], now: datetime) -> None:
        old = known[pick % len(known)]
        match verb:
            case "exclude":
                registry.exclude(old.key, Exclusion.PERSONNEL, who="x", now=now)
            case "include":
                registry.include(old.key, who="x", now=now)
            case "send":
                registry.send(old.key, Dispatch(sent_at=now, receivers=("H01",)), who="x", now=now)
            case "recall":
                registry.recall(old.key, reason="x", who="x", now=now)
            case "correct":
                code = DocumentCode(
                    number=document.code.number, symbol=old.code.symbol, issued_on=document.code.issued_on
                )
                new = replace(document, code=code, file_sha256=old.file_sha256)
                registry.correct(old.key, new, who="x", now=now)
                known[pick % len(known)] = new
            case "file":
                other = replace(old, file_sha256=make_document(9, content=f"{now}").file_sha256)
                registry.correct(old.key, other, report_on(other, signature(PERSON)), who="x", now=now)
                known[pick % len(known)] = other
            case "add":
                beside = make_document(9, content=f"{now} phụ lục")
                added = [report_on(beside, signature(AGENCY)), report_on(replace(beside, file_sha256="a" * 64))]
                registry.correct(old.key, lambda present: present, None, added, who="x", now=now)

    return step


verbs = st.sampled_from(["exclude", "include", "send", "recall", "correct", "correct", "correct", "file", "add"])
steps = st.lists(
    st.one_of(
        st.builds(register, documents, st.none() | signatures),
        st.builds(amend, st.integers(0, 50), verbs, documents),
    ),
    max_size=25,
)
facets = st.lists(st.sampled_from(list(Facet)), unique=True, max_size=3)


def live(registry: Registry, taken: list[Step]) -> None:
    known: list[Document] = []
    for place, step in enumerate(taken):
        try:
            step(registry, known, NOW + timedelta(minutes=place))
        except (DuplicateError, UsageError, ZeroDivisionError):
            continue


def counted(registry: Registry, by: list[Facet], query: Query | None = None) -> list[Tally]:
    return list(registry.tally(query, by))


@given(steps, facets)
@settings(max_examples=25, deadline=None)
def test_kept_counts_are_those_of_a_scan(taken: list[Step], by: list[Facet]) -> None:
    with TemporaryDirectory() as folder, Registry.open(Path(folder, "sổ.db")) as registry:
        live(registry, taken)

        assert counted(registry, by) == counted(registry, by, Query(issued_from=_BY_SCAN))
        assert registry.check() == ()


@given(steps, st.integers(1, 4))
@settings(max_examples=15, deadline=None)
def test_copy_and_rebuilding_lead_to_the_same_register(taken: list[Step], batch: int) -> None:
    with TemporaryDirectory() as folder, Registry.open(Path(folder, "sổ.db")) as registry:
        live(registry, taken)
        before = ([*registry.find()], counted(registry, [Facet.AGENCY, Facet.MONTH]), registry.extent())

        with mock.patch.object(writing, "_CHUNK", batch), Registry(open_sqlite(Path(folder, "bản sao.db"))) as copy:
            registry.store.copy_into(copy.store)  # type: ignore[attr-defined]  # both are SqlStore
            registry.store.rebuild()
            copied = ([*copy.find()], counted(copy, [Facet.AGENCY, Facet.MONTH]), copy.extent())
            faults = (*copy.check(), *registry.check())
        after = ([*registry.find()], counted(registry, [Facet.AGENCY, Facet.MONTH]), registry.extent())

    assert before == copied == after
    assert faults == ()


@given(steps, facets, st.integers(0, 25))
@settings(max_examples=15, deadline=None)
def test_the_past_is_as_it_was(taken: list[Step], by: list[Facet], until: int) -> None:
    moment = NOW + timedelta(minutes=until) - timedelta(seconds=1)
    with TemporaryDirectory() as folder:
        with Registry.open(Path(folder, "then.db")) as then:
            live(then, taken[:until])
            expected = (counted(then, by), [entry.document for entry in then.find()], then.agencies(), then.extent())
        with Registry.open(Path(folder, "now.db")) as now:
            live(now, taken)
            past = Query(as_of=moment)
            found = (
                counted(now, by, past),
                [entry.document for entry in now.find(past)],
                now.store.agencies(moment),
                now.extent(moment),
            )

    assert found == expected
