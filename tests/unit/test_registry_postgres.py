"""What PostgreSQL is like and SQLite is not: schemas, COPY, server-side cursors, stricter texts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from register_samples import (
    NOW,
    issued,
    make_document,
)
from servers.postgres import PostgresServer

from edocs.cli.main import edocs
from edocs.errors import StoreError
from edocs.model import (
    Query,
    Submission,
)
from edocs.registry import Registry
from edocs.stores import schema
from edocs.stores.postgres import open_postgres

DOCUMENT = make_document(7)


def test_schema_before_another_registers_gets_its_own_tables(postgres: PostgresServer) -> None:
    address = postgres.new_database()
    database = address.rpartition("/")[2]
    with Registry(open_postgres(address)) as first:
        first.register(DOCUMENT, who="x", now=NOW)
    postgres.run(database, "CREATE SCHEMA b")
    postgres.run(database, f'ALTER DATABASE "{database}" SET search_path = b, public')

    with Registry(open_postgres(address)) as second:
        assert list(second.find()) == []
        second.register(make_document(8), who="x", now=NOW)
        assert second.check() == ()

    postgres.run(database, f'ALTER DATABASE "{database}" SET search_path = public')
    with Registry(open_postgres(address)) as first:
        assert [entry.document.code.number for entry in first.find()] == [7]


@pytest.mark.parametrize("count", [1, 60])
def test_errors_of_the_server_while_rows_go_in_are_errors_of_ours(count: int, postgres: PostgresServer) -> None:
    store = open_postgres(postgres.new_database())
    rows = [(1, 0, b"", "")] * 2 if count == 1 else [(1, 0, b"", "")] * count

    with pytest.raises(StoreError), store.transaction():
        writing_now = store._writing
        assert writing_now is not None
        store._backend.insert(writing_now.connection, schema.tile, rows)
    store.close()


def test_connection_that_ends_while_rows_go_in_is_an_error_of_ours(postgres: PostgresServer) -> None:
    address = postgres.new_database()
    store = open_postgres(address)
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()"

    with pytest.raises(StoreError), store.transaction():
        writing_now = store._writing
        assert writing_now is not None
        postgres.run("postgres", ended.format(address.rpartition("/")[2]))
        store._backend.insert(writing_now.connection, schema.tile, [(1, n, b"", "") for n in range(60)])
    store.close()


def test_what_one_database_takes_the_other_takes(postgres: PostgresServer) -> None:
    strange = replace(make_document(1), subject="a\x00b\udcff" + "x" * 9000, type="Loại \u0301" + "đ" * 190)
    with Registry(open_postgres(postgres.new_database())) as registry:
        registry.register(strange, issued(strange), who="a\x00b\udcff", now=NOW)
        registry.recall(strange.key, reason="a\x00b\udcff", who="x", now=NOW)
        registry.import_directory("code,name\nH01,Xã\n".encode(), who="a\x00b\udcff", now=NOW)
        registry.import_directory("code,name\nH01,Xã B\n".encode(), who="a\x00b\udcff", now=NOW)
        registry.register_many([Submission(document=make_document(n)) for n in range(2, 90)], who="x", now=NOW)

        assert list(registry.find(Query(number=10**30))) == []
        assert registry.check() == ()


def test_backup_into_a_folder_that_is_not_there_says_that_nothing_can_be_written(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    address = postgres.new_database()
    open_postgres(address).close()

    result = CliRunner().invoke(edocs, ["backup", address, str(tmp_path / "x" / "y.db")], standalone_mode=False)

    assert result.return_value == 7
