"""Loading a register and counting in it, beside the bare database in the same run.

    python benchmarks/registering.py --documents 1000000 [--postgres [postgresql://user@host/database]]

Loading: ``Registry.register_many`` in chunks, and after each chunk a bare ``executemany`` of the very rows that it made
(documents and events) into tables of the same columns, keys and indexes; the ratio of the two sums is what counts.
Counting: each question is asked of the register seven times, and once of a scan of its documents; with ``--count
REGISTER`` of one that is there already, a file or an address.
"""

from __future__ import annotations

import argparse
import importlib
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from province import make_province, submissions
from servers.postgres import find_programs, postgres_server

from edocs.connect import open_register
from edocs.model import HANOI, Facet, Query
from edocs.registry import Registry
from edocs.stores.sqlite import open_sqlite

_CHUNK = 50_000
_NOW = datetime(2026, 7, 1, 9, tzinfo=HANOI)
_MONTH = Query(issued_from=date(2025, 3, 1), issued_to=date(2025, 3, 31))
_QUESTIONS: tuple[tuple[str, Query, tuple[Facet, ...]], ...] = (
    ("one month by unit", _MONTH, (Facet.AGENCY,)),
    ("level × month", Query(), (Facet.LEVEL, Facet.MONTH)),
    ("all units × months", Query(), (Facet.AGENCY, Facet.MONTH)),
    ("by type", Query(), (Facet.TYPE,)),
)
_SCAN = Query(issued_from=date(1900, 1, 2))


class Bare:
    """The same rows into the same tables, and nothing else."""

    def __init__(self, connection: Any, mark: str, read: Callable[[str, int], list[tuple[Any, ...]]]) -> None:
        self.connection, self.mark, self.read = connection, mark, read
        self.last = {"event": 0, "document": 0}
        self.seconds = 0.0

    def follow(self) -> None:
        """Put in what the register got since."""
        fresh = {table: self.read(table, last) for table, last in self.last.items()}
        started = time.perf_counter()
        cursor = self.connection.cursor()
        cursor.execute("BEGIN")
        for table, rows in fresh.items():
            marks = ", ".join([self.mark] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        cursor.execute("COMMIT")
        self.seconds += time.perf_counter() - started
        self.last = {table: rows[-1][0] for table, rows in fresh.items()}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument(
        "--postgres",
        metavar="URI",
        nargs="?",
        const="",
        help="PostgreSQL too: in an empty database, beside which NAME_bare is used; no URI: a server of its own.",
    )
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    parser.add_argument("--count", metavar="REGISTER", help="Only count, in this register; it is only read.")
    arguments = parser.parse_args()
    if arguments.count:
        with Registry(open_register(arguments.count, read_only=True)) as registry:
            _count(arguments.count.rpartition("/")[2], registry)
        return
    if arguments.only != "postgres":
        with tempfile.TemporaryDirectory() as folder:
            _sqlite(Path(folder), arguments.documents)
    if arguments.only == "sqlite":
        return
    if arguments.postgres:
        _postgres(arguments.postgres, arguments.documents)
    elif arguments.postgres is not None or arguments.only == "postgres":
        programs = find_programs()
        if programs is None:
            sys.exit("PostgreSQL is not installed: no initdb was found")
        with postgres_server(programs, is_durable=True) as server:
            uri = server.new_database("bench")
            server.new_database("bench_bare")
            _postgres(uri, arguments.documents)


def _sqlite(folder: Path, count: int) -> None:
    source, target = folder / "register.db", folder / "bare.db"
    registry = Registry(open_sqlite(source))
    reader = sqlite3.connect(source)
    definitions = reader.execute(
        "SELECT sql FROM sqlite_master WHERE sql <> '' AND tbl_name IN ('event', 'document') AND type <> 'trigger'"
    ).fetchall()
    bare = sqlite3.connect(target, isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    for (definition,) in definitions:
        bare.execute(definition)
    read = lambda table, last: reader.execute(f"SELECT * FROM {table} WHERE id > ? ORDER BY id", (last,)).fetchall()  # noqa: E731
    _run("SQLite", registry, Bare(bare, "?", read), count)


def _postgres(uri: str, count: int) -> None:
    psycopg = importlib.import_module("psycopg")
    registry = Registry(open_register(uri))
    reader = psycopg.connect(uri, autocommit=True)
    bare_uri = f"{uri}_bare"
    Registry(open_register(bare_uri)).close()
    bare = psycopg.connect(bare_uri, autocommit=True)
    bare.execute("DROP TRIGGER event_no_change ON event")

    def read(table: str, last: int) -> list[tuple[Any, ...]]:
        return list(reader.execute(f"SELECT * FROM {table} WHERE id > %s ORDER BY id", (last,)))

    _run("PostgreSQL", registry, Bare(bare, "%s", read), count)


def _run(name: str, registry: Registry, bare: Bare, count: int) -> None:
    ours, done = 0.0, 0
    for chunk in _chunks(count):
        started = time.perf_counter()
        registry.register_many(chunk, who="bench", now=_NOW)
        ours += time.perf_counter() - started
        bare.follow()
        done += len(chunk)
        print(f"\r{name}: {done:,} documents, ratio {ours / bare.seconds:.2f}", end="", flush=True)
    print(
        f"\n{name}: {done:,} documents, {registry.extent().events:,} events: register {done / ours:,.0f} documents/s, "
        f"bare {done / bare.seconds:,.0f}/s, ratio {ours / bare.seconds:.2f}"
    )
    _count(name, registry)
    registry.close()


def _count(name: str, registry: Registry) -> None:
    for label, query, by in _QUESTIONS:
        times = []
        for _ in range(7):
            started = time.perf_counter()
            rows = len(list(registry.tally(query, by)))
            times.append(time.perf_counter() - started)
        print(f"{name}: {label}: {rows} rows, median {statistics.median(times) * 1e3:.1f} ms")
    started = time.perf_counter()
    scanned = list(registry.tally(_SCAN, (Facet.LEVEL, Facet.MONTH)))
    elapsed = time.perf_counter() - started
    same = scanned == list(registry.tally(Query(), (Facet.LEVEL, Facet.MONTH)))
    print(f"{name}: a scan by level × month: {elapsed * 1e3:,.0f} ms; equal to the counts: {same}")


def _chunks(count: int) -> Iterator[list[Any]]:
    made = submissions(make_province(), count)
    while chunk := list(islice(made, _CHUNK)):
        yield chunk


if __name__ == "__main__":
    main()
