"""The contract of the port ``Store``, over every adapter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from register_samples import (
    COMMUNE,
    DISTRICT,
    NOW,
    PROVINCE,
    issued,
    make_document,
)

from edocs.errors import DuplicateError, EdocsError, StoreError
from edocs.model import (
    HANOI,
    AgencyLevel,
    Document,
    Event,
    EventKind,
    Facet,
    Indicator,
    Query,
    Standing,
    canonical_json,
    document_payload,
    findings_payload,
    read_facts,
)
from edocs.model.events import correction
from edocs.ports import Store
from edocs.stores.postgres import open_postgres
from edocs.stores.sql import SqlStore
from edocs.stores.sqlite import open_sqlite

Open = Callable[[], Store]


@pytest.fixture(params=["sqlite", "postgres"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    opened: list[Store] = []
    if request.param == "postgres":
        address = request.getfixturevalue("postgres").new_database()
        opener: Open = partial(open_postgres, address)
    else:
        opener = partial(open_sqlite, tmp_path / "Sổ văn bản đi #1 100%?.db")

    def make() -> Store:
        opened.append(opener())
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Open) -> Store:
    return reopen()


def registered(document: Document, minutes: int = 0) -> Event:
    return Event(
        kind=EventKind.REGISTERED,
        at=NOW + timedelta(minutes=minutes),
        who="văn thư",
        key=document.key,
        payload=document_payload(document),
        evidence=document.file_sha256,
    )


def verified(document: Document, minutes: int = 1) -> Event:
    facts = read_facts(issued(document).as_dict())
    return replace(
        registered(document, minutes), kind=EventKind.VERIFIED, payload=findings_payload(facts), evidence=facts.digest
    )


def put(store: Store, *events: Event) -> None:
    with store.transaction():
        store.append(events)


def test_events_come_back_in_their_order_and_linked(store: Store) -> None:
    first, second = make_document(1), make_document(2)

    put(store, registered(first), verified(first))
    put(store, registered(second, 5))

    logged = list(store.events())
    assert [item.id for item in logged] == [1, 2, 3]
    assert [item.event for item in logged] == [registered(first), verified(first), registered(second, 5)]
    assert [item.document for item in logged] == [1, 1, 3]
    assert len({item.leaf for item in logged}) == 3


def test_events_of_one_document_leave_out_the_others(store: Store) -> None:
    first, second = make_document(1), make_document(2)
    put(store, registered(first), registered(second), verified(second))

    logged = list(store.events(second.key))

    assert [item.event.kind for item in logged] == [EventKind.REGISTERED, EventKind.VERIFIED]


def test_state_is_what_was_registered_and_found(store: Store) -> None:
    document = make_document(7, COMMUNE)

    put(store, registered(document), verified(document))

    [entry] = store.entries([document.key, make_document(8).key]).values()
    assert entry.document == document
    assert entry.standing(Indicator.BOTH) is Standing.VALID
    assert entry.registered_at == NOW


def test_state_survives_closing(reopen: Open) -> None:
    document = make_document(1)
    first = reopen()
    put(first, registered(document))
    before = dict(first.entries([document.key]))
    first.close()

    after = dict(reopen().entries([document.key]))

    assert after == before


def test_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction():
        store.append([registered(make_document(1))])
        raise RuntimeError("power cut")

    assert list(store.events()) == []
    assert list(store.find(Query())) == []


def test_transaction_sees_what_it_wrote(store: Store) -> None:
    document = make_document(1)

    with store.transaction():
        store.append([registered(document)])
        inside = list(store.entries([document.key]))

    assert inside == [document.key]


def test_writing_outside_a_transaction_is_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        store.append([registered(make_document(1))])


def test_registering_twice_is_refused_and_leaves_the_first(store: Store) -> None:
    document = make_document(1)
    put(store, registered(document))

    with pytest.raises(DuplicateError):
        put(store, registered(document))

    assert len(list(store.events())) == 1


def test_event_of_an_unknown_document_is_refused(store: Store) -> None:
    with pytest.raises(EdocsError):
        put(store, verified(make_document(1)))

    assert list(store.events()) == []


def test_snapshot_does_not_see_a_later_writer(reopen: Open) -> None:
    reader, writer = reopen(), reopen()
    put(writer, registered(make_document(1)))

    with reader.snapshot():
        before = reader.extent()
        put(writer, registered(make_document(2)))
        inside = reader.extent()

    assert inside == before
    assert reader.extent().events == 2


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (Query(), [1, 2, 3]),
        (Query(agency=DISTRICT.id), [2]),
        (Query(number=3), [3]),
        (Query(symbol="QĐ-UBND"), [3]),
        (Query(symbol="qđ-ubnd"), []),
        (Query(type="QĐ"), [3]),
        (Query(issued_from=date(2026, 3, 5)), [2, 3]),
        (Query(issued_to=date(2026, 3, 5)), [1, 2]),
        (Query(text="ĐẤT ĐAI"), [1]),
        (Query(text="đất\u0301 đai"), []),
        (Query(text="huyện bình khê"), [2]),
        (Query(text="03/qđ"), [3]),
        (Query(text="100%_"), []),
        (Query(is_complete=True), [1]),
        (Query(is_complete=False), [2, 3]),
    ],
)
def test_find_keeps_what_the_query_describes(store: Store, query: Query, numbers: list[int]) -> None:
    first = make_document(1, issued_on=NOW - timedelta(days=150), subject="Quản lý đất đai")
    second = make_document(2, DISTRICT)
    third = make_document(3, issued_on=NOW, kind="Quyết định", symbol="QĐ-UBND")
    put(store, registered(third), registered(first), verified(first), registered(second))

    found = [entry.document.code.number for entry in store.find(query)]

    assert found == numbers


@pytest.mark.parametrize("is_past", [False, True])
def test_find_keeps_the_first_documents_of_each_agency(store: Store, is_past: bool) -> None:
    documents = [
        make_document(10 * place + number, agency, issued_on=NOW - timedelta(days=number * (3 - place)))
        for place, agency in enumerate((PROVINCE, DISTRICT, COMMUNE))
        for number in range(1, 5)
    ]
    late = make_document(99, COMMUNE, issued_on=NOW - timedelta(days=90))
    put(store, *(registered(document) for document in documents), verified(documents[3]))
    put(store, registered(late, 60), verified(documents[2], 61))

    query = Query(is_complete=False, per_agency=2, as_of=NOW + timedelta(minutes=5) if is_past else None)
    found = [entry.document for entry in store.find(query)]

    expected: list[Document] = []
    finished = {documents[3].key} if is_past else {documents[3].key, documents[2].key}
    for agency in (PROVINCE, DISTRICT, COMMUNE):
        own = [document for document in (*documents, *(() if is_past else (late,))) if document.agency == agency]
        own = [document for document in own if document.key not in finished]
        expected += sorted(own, key=lambda document: document.issued_on)[:2]
    assert {document.key for document in found} == {document.key for document in expected}
    assert len(found) == len(expected)
    assert [document.issued_on for document in found] == sorted(document.issued_on for document in found)


def test_find_text_in_any_normal_form(store: Store) -> None:
    put(store, registered(make_document(1, subject="Quản lý đất đai")))

    decomposed = "ý đâ\u0301t"

    assert len(list(store.find(Query(text=decomposed)))) == 1


def test_tally_without_facets_of_nothing_is_one_row_of_zero(store: Store) -> None:
    [tally] = store.tally(Query(), [])

    assert tally.group == ()
    assert tally.counts.documents == 0


def test_tally_with_facets_of_nothing_is_empty(store: Store) -> None:
    assert list(store.tally(Query(), [Facet.MONTH])) == []


def test_tally_groups_in_the_order_of_the_facets(store: Store) -> None:
    put(store, registered(make_document(1)), registered(make_document(2)), registered(make_document(1, DISTRICT)))

    found = {tally.group: tally.counts.documents for tally in store.tally(Query(), [Facet.MONTH, Facet.LEVEL])}

    assert found == {("2026-03", "district"): 1, ("2026-03", "province"): 2}


def test_as_of_counts_what_was_recorded_up_to_then(store: Store) -> None:
    first, second = make_document(1), make_document(2)
    put(store, registered(first), registered(second, 10), verified(first, 20))

    counts = [
        next(iter(store.tally(Query(as_of=NOW + timedelta(minutes=minutes)), []))).counts for minutes in (-1, 5, 15, 25)
    ]

    assert [count.documents for count in counts] == [0, 1, 2, 2]
    assert [count.both.valid for count in counts] == [0, 0, 0, 1]
    assert [count.both.not_checked for count in counts] == [0, 1, 2, 1]


def test_asking_for_the_past_leaves_the_present(store: Store) -> None:
    put(store, registered(make_document(1)), registered(make_document(2), 10))
    past = Query(as_of=NOW)

    counted = [len(list(store.find(query))) for query in (past, Query(), past)]

    assert counted == [1, 2, 1]


def test_agencies_have_their_latest_name_and_level(store: Store) -> None:
    renamed = replace(PROVINCE, name="Ủy ban nhân dân thành phố Lam Giang")
    put(
        store,
        registered(make_document(1)),
        registered(make_document(2, renamed), 10),
        registered(make_document(1, COMMUNE)),
    )

    assert store.agencies() == {PROVINCE.id: renamed, COMMUNE.id: COMMUNE}
    assert store.agencies(NOW + timedelta(minutes=5))[PROVINCE.id].name == PROVINCE.name
    assert store.agencies()[COMMUNE.id].level is AgencyLevel.COMMUNE


def test_check_of_a_whole_register_finds_nothing(store: Store) -> None:
    document = make_document(1)
    put(store, registered(document), verified(document), registered(make_document(2)))

    assert list(store.check()) == []


def test_events_of_no_document_come_back_and_count_as_events(store: Store) -> None:
    """Imported figures: their place in the log decides which count, and at what moment."""
    later = NOW + timedelta(days=1)
    first, second = (
        Event(
            kind=EventKind.FIGURES,
            at=at,
            who="x",
            key=None,
            payload=f'{{"rows":[],"rule":"{at:%d}"}}',
            evidence="0" * 64,
        )
        for at in (NOW, later)
    )
    with store.transaction():
        store.append([registered(make_document(1)), first])
    with store.transaction():
        store.append([second])

    now, then = list(store.notes(EventKind.FIGURES)), list(store.notes(EventKind.FIGURES, NOW))

    assert [(one.id, one.event.payload, one.document) for one in now] == [(2, first.payload, 0), (3, second.payload, 0)]
    assert [one.id for one in then] == [2]
    assert store.extent().events == 3
    assert list(store.check()) == []


def correction_of(old: Document, new: Document) -> Event:
    payload = canonical_json(correction(new, ""))
    return Event(kind=EventKind.CORRECTED, at=NOW, who="văn thư", key=old.key, payload=payload)


def test_key_before_a_correction_leads_to_the_document(store: Store) -> None:
    first, second, third = (make_document(number) for number in (1, 2, 3))
    put = [registered(first), *(correction_of(*pair) for pair in ((first, second), (second, third)))]
    with store.transaction():
        store.append(put)

    assert [store.moved_to(one.key) for one in (first, second, third)] == [third.key, third.key, None]


def test_document_of_an_older_key_is_found_without_reading_the_log_through(store: SqlStore) -> None:
    engine, plans = store._backend.engine, list[str]()
    is_postgres = engine.dialect.name == "postgresql"

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM event" in statement:
            if is_postgres:  # of few rows it would read all
                cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {'' if is_postgres else 'QUERY PLAN'} {statement}", parameters)
            plans.append(str(cursor.fetchall()))

    sqlalchemy.event.listen(engine, "before_cursor_execute", explain)

    assert store.moved_to(make_document(1).key) is None
    [plan] = plans
    assert "event_corrected" in plan


def test_documents_of_one_file_are_found_in_order(store: Store) -> None:
    documents = [make_document(number, content="một tệp") for number in range(1, 8)]
    with store.transaction():
        store.append(map(registered, [make_document(9), *documents]))

    found = store.keys_of_file(documents[0].file_sha256, documents[0].issued_on)

    assert list(found) == [document.key for document in documents[:5]]
    assert list(store.keys_of_file("0" * 64, documents[0].issued_on)) == []


def test_documents_of_one_file_are_sought_among_the_latest_and_those_of_the_day(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edocs.stores.sql._LATELY", 2)
    days = [datetime(2026, 3, day, tzinfo=HANOI) for day in (4, 5, 6, 7, 5)]
    documents = [make_document(number, issued_on=day, content="một tệp") for number, day in enumerate(days, 1)]
    with store.transaction():
        store.append(map(registered, documents))

    found = store.keys_of_file(documents[0].file_sha256, documents[1].issued_on)

    assert [key.number for key in found] == [2, 4, 5]


def test_files_are_added_by_a_correction_and_counted(store: Store) -> None:
    document, beside = make_document(1), make_document(2, content="phụ lục")
    put(store, registered(document), verified(document))
    said = json.loads(correction_of(document, document).payload)
    payload = canonical_json({**said, "appendices": [beside.file_sha256]})

    put(store, replace(correction_of(document, document), payload=payload))
    [before] = store.tally(Query(), [])
    put(store, replace(verified(beside), key=document.key))

    [after] = store.tally(Query(), [])
    assert (before.counts.appendices.not_checked, after.counts.appendices.valid) == (1, 1)
    assert store.entries([document.key])[document.key].document.appendices == (beside.file_sha256,)
    assert list(store.check()) == []


def test_file_is_corrected_and_verified_under_the_new_key_in_one_batch(store: Store) -> None:
    old, new = make_document(1), make_document(2)
    put(store, registered(old), verified(old))

    put(store, replace(correction_of(old, new), evidence=new.file_sha256), verified(new))

    entry = store.entries([new.key])[new.key]
    assert (entry.document, entry.standing(Indicator.BOTH)) == (new, Standing.VALID)
    assert [one.document for one in store.events(new.key)] == [1] * 4
    assert list(store.check()) == []
