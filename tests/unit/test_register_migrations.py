"""Registers of older versions are brought up to date, whole, or left alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from register_samples import AGENCY, NOW, PERSON, issued, make_document, make_report, signature
from servers.postgres import PostgresServer
from sqlalchemy import Connection, create_engine, inspect

from edocs.errors import StoreError
from edocs.model import Document, Exclusion, Indicator, Query, read_facts
from edocs.registry import Registry
from edocs.stores.creating import HEAD, create, migrate
from edocs.stores.schema import SQLITE_TRIGGERS

Event = tuple[str, Document, dict[str, object]]


def dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def first_register(path: Path, events: list[Event]) -> None:
    """A register as the first version wrote it, by its documentation."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate(connection, "0001")
        connection.exec_driver_sql("DROP TABLE alembic_version")
        connection.exec_driver_sql("CREATE TABLE document (key TEXT PRIMARY KEY)")
        chain = ""
        for id, (kind, document, payload) in enumerate(events, 1):
            key, text = document.key, dumped(payload)
            at = (NOW + timedelta(minutes=id)).isoformat(timespec="microseconds")
            digest = sha256(text.encode()).hexdigest()
            chain = sha256(dumped([chain, id, at, "văn thư", kind, str(key), digest]).encode()).hexdigest()
            row = (id, at, "văn thư", kind, key.agency, str(key), key.year, key.number, key.symbol, key.is_secret)
            marks = ", ".join("?" * 13)
            connection.exec_driver_sql(f"INSERT INTO event VALUES ({marks})", (*row, text, digest, chain))
    engine.dispose()


def registered(document: Document) -> Event:
    payload: dict[str, object] = {
        "agency_name": document.agency.name,
        "agency_level": document.agency.level.value,
        "issued_on": document.issued_on.isoformat(),
        "type": document.type,
        "subject": document.subject,
        "secrecy": document.secrecy.value,
        "file_sha256": document.file_sha256,
    }
    return "registered", document, payload


def verified(document: Document) -> Event:
    facts = read_facts(issued(document).as_dict())
    payload: dict[str, object] = {
        "rule": "edocs.standing/1",
        "verification_sha256": facts.digest,
        "file_sha256": facts.file_sha256,
        "verdict": "TOTAL_PASSED",
        "signatures": [],
        "found": ["signature", "intact", "trusted"],
        "attempted": ["personal", "organisation", "both"],
        "standing": {"personal": "valid", "organisation": "valid", "both": "valid"},
    }
    return "verified", document, payload


FIRST, SECOND = make_document(1), make_document(2)
EVENTS: list[Event] = [
    registered(FIRST),
    verified(FIRST),
    registered(SECOND),
    ("corrected", SECOND, {"subject": "Đính chính", "type": "BC"}),
    ("excluded", SECOND, {"reason": "personnel", "note": ""}),
]


def test_first_register_is_brought_up_to_date_with_all_that_it_says(tmp_path: Path) -> None:
    path = tmp_path / "sổ cũ.db"
    first_register(path, EVENTS)

    with Registry.open(path) as registry:
        [tally] = registry.tally()
        entries = list(registry.find())
        faults = registry.check()
        history = [item.event.kind.value for item in registry.history(SECOND.key)]

    assert (tally.counts.documents, tally.counts.both.valid) == (2, 1)
    assert tally.counts.excluded == {Exclusion.PERSONNEL: 1}
    assert [(entry.document.subject, entry.document.type) for entry in entries][1] == ("Đính chính", "BC")
    assert entries[0].standing(Indicator.BOTH).value == "valid"
    assert (history, faults) == (["registered", "corrected", "excluded"], ())


def test_register_brought_up_to_date_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "sổ cũ.db"
    first_register(path, EVENTS)

    with Registry.open(path) as registry:
        again = registry.register(FIRST, issued(FIRST), who="x", now=NOW)
        changed = registry.register(FIRST, make_report(FIRST, signature(PERSON), signature(AGENCY)), who="x", now=NOW)
        new = registry.register(make_document(3), who="x", now=NOW)
        faults = registry.check()

    assert [again.outcome.value, changed.outcome.value, new.outcome.value] == ["unchanged", "unchanged", "new"]
    assert faults == ()


def test_tampered_first_register_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "sổ cũ.db"
    first_register(path, EVENTS)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("UPDATE event SET payload = replace(payload, 'BC', 'TB') WHERE id = 4")
        connection.commit()
    before = path.read_bytes()

    with pytest.raises(StoreError, match="event 4"):
        Registry.open(path)

    assert path.read_bytes() == before


def test_older_register_is_not_changed_by_reading(tmp_path: Path) -> None:
    path = tmp_path / "sổ cũ.db"
    first_register(path, EVENTS)
    before = path.read_bytes()

    with pytest.raises(StoreError, match="older version 1"):
        Registry.open(path, read_only=True)

    assert path.read_bytes() == before


def tables_of(connection: Connection) -> dict[str, object]:
    inspector = inspect(connection)
    found: dict[str, object] = {}
    for table in inspector.get_table_names():
        columns = [(one["name"], str(one["type"]), one["nullable"]) for one in inspector.get_columns(table)]
        indexes = sorted(
            (one["name"], tuple(one["column_names"]), one["unique"]) for one in inspector.get_indexes(table)
        )
        found[table] = (columns, inspector.get_pk_constraint(table)["constrained_columns"], indexes)
    return found


def in_sqlite(path: Path, make: Callable[[Connection], None]) -> dict[str, object]:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        make(connection)
        return tables_of(connection)


def test_migrations_lead_to_the_tables_of_a_new_register(tmp_path: Path) -> None:
    new = in_sqlite(tmp_path / "new.db", lambda connection: create(connection, SQLITE_TRIGGERS))
    old = in_sqlite(tmp_path / "old.db", lambda connection: migrate(connection, HEAD))

    assert old == new


def test_triggers_survive_migration(tmp_path: Path) -> None:
    path = tmp_path / "sổ cũ.db"
    first_register(path, EVENTS)
    Registry.open(path).close()

    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM event")


def test_postgres_events_cannot_be_changed_in_sql(postgres: PostgresServer) -> None:
    import psycopg

    from edocs.stores.postgres import open_postgres

    address = postgres.new_database()
    with Registry(open_postgres(address)) as registry:
        registry.register(FIRST, issued(FIRST), who="x", now=NOW)

        for statement in ("UPDATE event SET who = 'y'", "DELETE FROM event", "TRUNCATE event"):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                postgres.run(address.rpartition("/")[2], statement)

        assert registry.check() == ()
        assert [entry.document for entry in registry.find(Query())] == [replace(FIRST)]
