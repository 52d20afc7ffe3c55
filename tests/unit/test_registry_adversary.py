"""What somebody with the database, a server that ends, or a made-up proof does: a finding or an error of ours."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from register_samples import (
    NOW,
    issued,
    make_document,
)

from edocs.errors import EdocsError, StoreError, UnreadableError
from edocs.model import (
    EventKind,
    Facet,
    Query,
    Submission,
)
from edocs.model.checkpoint import ConsistencyProof, read_proof
from edocs.proving import make_checkpoint, prove_inclusion
from edocs.registry import Registry
from edocs.stores import schema
from edocs.stores.rows import expected_leaf

DOCUMENT = make_document(7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Sổ.db"


@pytest.fixture
def registry(path: Path) -> Iterator[Registry]:
    with Registry.open(path) as opened:
        opened.register(DOCUMENT, issued(DOCUMENT), who="văn thư", now=NOW)
        yield opened
        assert opened.check() == ()


# Proofs that somebody made up


def forged(registry: Registry, change: Callable[[dict[str, Any]], None]) -> bytes:
    proof = prove_inclusion(registry.store, DOCUMENT.key, make_checkpoint(registry.store, NOW)).as_dict()
    change(proof)
    return json.dumps(proof).encode()


@pytest.mark.parametrize(
    ("name", "value"),
    [("who", "\ud800"), ("payload", "\ud800"), ("payload", 7), ("kind", "registered\n1"), ("subject", "a\nb")],
)
def test_proved_event_of_broken_words_is_unreadable(name: str, value: object, registry: Registry) -> None:
    data = forged(registry, lambda proof: proof["events"][0].update({name: value}))

    with pytest.raises(UnreadableError):
        read_proof(data)


@pytest.mark.parametrize(
    ("name", "value"),
    [("origin", "\ud800"), ("origin", 7), ("at", "0001-01-01T00:00:00+14:00"), ("at", "9999-12-31T23:59:59-09:00")],
)
def test_checkpoint_of_broken_words_is_unreadable(name: str, value: object, registry: Registry) -> None:
    data = forged(registry, lambda proof: proof["checkpoint"].update({name: value}))

    with pytest.raises(UnreadableError):
        read_proof(data)


def test_growth_from_nothing_begins_with_the_root_of_nothing(registry: Registry) -> None:
    new = make_checkpoint(registry.store, NOW)

    assert not ConsistencyProof(old=replace(new, size=0), new=new, path=()).holds


# A database that somebody wrote to


def tampered(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER IF EXISTS event_no_update")
        connection.execute("DROP TRIGGER IF EXISTS event_no_delete")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def filled(path: Path, count: int = 300) -> None:
    with Registry.open(path) as registry:
        documents = [make_document(number) for number in range(1, count + 1)]
        registry.register_many([Submission(document=one) for one in documents], who="x", now=NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM event WHERE id = 270",
        "DELETE FROM event WHERE id = 100",
        "DELETE FROM event WHERE id = 300",
        "DELETE FROM event",
        "DELETE FROM tile",
        "UPDATE event SET leaf = 'x' WHERE id = 9",
        "UPDATE event SET leaf = 7 WHERE id = 9",
        "UPDATE event SET who = x'ff' WHERE id = 9",
        "UPDATE event SET at = x'ff' WHERE id = 9",
        "UPDATE event SET document = 'x' WHERE id = 9",
        "UPDATE event SET kind = 'x' WHERE id = 9",
        "UPDATE tile SET latest = 7",
        "INSERT INTO tile VALUES (3, 0, x'00', '')",
        "INSERT INTO tile VALUES (0, 0, x'00', '')",
        "INSERT INTO tile VALUES (1, 7, x'00', '')",
        "UPDATE document SET profile = 'x' WHERE id = 9",
        "UPDATE document SET month = x'ff' WHERE id = 9",
        "UPDATE document SET life = '[' WHERE id = 9",
        "UPDATE document SET issued_on = 'x' WHERE id = 9",
        "DELETE FROM document WHERE id = 9",
        "UPDATE cell SET profile = x'ff'",
        "UPDATE cell SET profile = 'x'",
        "UPDATE cell SET n = 'x'",
        "UPDATE tally SET documents = 'x'",
        "UPDATE tally SET month = x'ff'",
        "UPDATE agency SET event = 'x'",
        "UPDATE agency SET id = x'ff'",
        "UPDATE agency SET level = 'x'",
    ],
)
def test_whatever_is_written_into_the_tables_is_a_finding_or_an_error_of_ours(statement: str, path: Path) -> None:
    filled(path)
    tampered(path, statement)

    with Registry.open(path, read_only=True) as registry:
        assert registry.check() != ()
        for ask in (
            lambda: list(registry.find()),
            lambda: list(registry.tally(by=[Facet.MONTH])),
            lambda: list(registry.tally(by=[Facet.TYPE])),
            lambda: list(registry.profiles()),
            lambda: list(registry.history(make_document(9).key)),
            lambda: list(registry.find(Query(as_of=NOW - timedelta(days=1)))),
            registry.agencies,
            registry.extent,
            registry.report,
            registry.clock_notices,
        ):
            try:
                ask()
            except EdocsError:
                continue


PAYLOADS: list[object] = [
    [],
    7,
    None,
    "x",
    {},
    {"agency_name": 7},
    {"type": ["x"]},
    {"type": None},
    {"issued_on": 7},
    {"issued_on": "x"},
    {"secrecy": "x"},
    {"secrecy": []},
    {"agency_level": {}},
    {"agency_level": "x"},
    {"subject": 7},
    {"appendices": 7},
    {"appendices": [[]]},
]


def log_anew(path: Path, id: int, change: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> None:
    """The log with one event changed, and each hash over it made to fit."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER event_no_update")
        row = change(connection.execute("SELECT * FROM event WHERE id = ?", (id,)).fetchone())
        row = (*row[:8], expected_leaf(row))
        columns = ", ".join(f"{column.name} = ?" for column in schema.event.c)
        connection.execute(f"UPDATE event SET {columns} WHERE id = ?", (*row, id))
        connection.commit()


@pytest.mark.parametrize("said", PAYLOADS, ids=str)
def test_payload_that_no_edocs_wrote_is_a_finding_and_the_only_one(said: object, path: Path) -> None:
    filled(path, 20)
    whole = json.loads(_payload(path, 9))
    payload = json.dumps({**whole, **said} if isinstance(said, dict) and said else said)

    log_anew(path, 9, lambda row: (*row[:7], payload, row[8]))

    with Registry.open(path) as registry:
        findings = registry.check()
        assert findings
        assert "9" in findings[0].text()
        with pytest.raises(StoreError):
            registry.store.rebuild()


def _payload(path: Path, id: int) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT payload FROM event WHERE id = ?", (id,)).fetchone()[0])


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind.is_of_document and kind != "registered"])
@pytest.mark.parametrize(
    "said", ["[]", "7", "null", "{}", "[" * 50_000, '{"by":1,"reason":[],"receivers":7,"paper":1}']
)
def test_malformed_event_of_any_kind_is_a_finding(kind: str, said: str, path: Path) -> None:
    with Registry.open(path) as registry:
        registry.register(DOCUMENT, who="x", now=NOW)
        registry.recall(DOCUMENT.key, reason="x", who="x", now=NOW)

    log_anew(path, 2, lambda row: (*row[:3], str(kind), *row[4:7], said, row[8]))

    with Registry.open(path) as registry:
        findings = registry.check()
        assert "event 2" in findings[0].text()
        assert len(findings) == 1
        with pytest.raises(StoreError):
            registry.store.rebuild()


def test_event_under_the_key_of_another_document_is_a_finding(path: Path) -> None:
    filled(path, 20)
    with Registry.open(path) as registry:
        registry.recall(make_document(3).key, reason="x", who="x", now=NOW)

    log_anew(path, 21, lambda row: (*row[:5], str(make_document(4).key), *row[6:]))

    with Registry.open(path) as registry:
        assert "event 21" in registry.check()[0].text()


def test_event_of_a_document_that_says_it_is_of_none_is_a_finding(path: Path) -> None:
    filled(path, 20)

    log_anew(path, 20, lambda row: (*row[:4], 0, *row[5:]))

    with Registry.open(path) as registry:
        assert "event 20" in registry.check()[0].text()


@pytest.mark.parametrize("kind", ["figures", "directory"])
@pytest.mark.parametrize(
    "said", ["[]", "7", "{}", '{"rows":7,"table":7}', '{"rows":[{"agency":7}],"table":[]}', "[" * 50_000]
)
def test_malformed_figures_and_directories_are_a_finding(kind: str, said: str, path: Path) -> None:
    with Registry.open(path) as registry:
        registry.register(DOCUMENT, who="x", now=NOW)
        registry.import_directory("code,name\nH01,Xã\n".encode(), who="x", now=NOW)

    log_anew(path, 2, lambda row: (*row[:3], kind, *row[4:7], said, row[8]))

    with Registry.open(path) as registry:
        [finding] = registry.check()
        assert "event 2" in finding.text()
        for ask in (registry.figures, registry.directory, registry.report):
            try:
                ask()
            except EdocsError:
                continue


# Where a register is to stand


def test_register_cannot_be_made_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    from edocs.errors import OutputError

    with pytest.raises(OutputError):
        Registry.open(tmp_path / "nowhere" / "x.db")


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_folder_is_no_register(name: str) -> None:
    for read_only in (True, False):
        with pytest.raises(StoreError, match="not a register"):
            Registry.open(Path(name), read_only=read_only)


ADDRESSES = [
    "postgresql://u:hush@host:port/x",
    "postgresql://u:hu sh@host:99999999/x",
    "postgresql://u@127.0.0.1:1/x?password=hush",
    "postgresql://u@127.0.0.1:1/x?sslpassword=hush",
    "postgresql://u:hush@[::1/x",
    "postgresql://u:hush@127.0.0.1:1/x",
    "postgresql:u:hush@x",
    "postgresql://u:hush@",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_password_in_an_address_is_never_repeated(address: str) -> None:
    from edocs.connect import open_register

    with pytest.raises(EdocsError) as raised:
        open_register(address, read_only=True)

    said = f"{raised.value.message('en')} {raised.value.hint('en')} {raised.value!r} {raised.value.params}"
    assert "hush" not in said
    assert "hu sh" not in said
