"""A register in one SQLite file: opening, locking, and what SQLite's errors mean.

A file of a newer version, or of another program, is refused and not touched. On a disk where SQLite cannot share
memory (a network share) the write-ahead log is not to be had, and the usual journal is kept.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from edocs.errors import OutputError, StoreError
from edocs.model.verdict import Reason

from .backend import Rows
from .creating import create, upgrade
from .media import is_network_share
from .schema import SCHEMA_VERSION, SQLITE_TRIGGERS, register
from .sql import SqlStore

__all__ = ["open_sqlite"]

_BUSY_TIMEOUT_S = 15.0
_WRITE_FAULTS = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


def open_sqlite(path: Path, *, read_only: bool = False) -> SqlStore:
    """The register at ``path``, made there if nothing is, unless ``read_only``; an older one is brought up to date.

    Raises:
        StoreError: Not there (``read_only``), not a register, of a newer version, locked or damaged; or of an older
            one, and ``read_only``.
        OutputError: It cannot be made or written there.
    """
    with _translated(path):
        if path.is_dir():
            raise StoreError("not a register: {path}", hint="name the file in it", path=path)
        version = _version(path)
        if version is None and read_only:
            raise StoreError("no register at {path}", hint="edocs register makes one", path=path)
        backend = _Sqlite(path, read_only=read_only)
        if version is None:
            _create(backend)
        elif version < SCHEMA_VERSION:
            if read_only:
                raise StoreError(
                    "register {path} is of the older version {version}",
                    hint="edocs fsck --upgrade brings it up to date",
                    path=path,
                    version=version,
                )
            with backend.engine.execution_options(writes=True).begin() as connection:
                upgrade(backend, connection)
        elif backend.is_on_share and not read_only:
            backend.journal()  # it was made on a local disk, and moved
    return SqlStore(backend)


class _Sqlite:
    """A :class:`edocs.stores.backend.Backend`."""

    mark = "?"

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self._path = path
        self.is_on_share = is_network_share(path)
        self._is_immutable = read_only and path.exists() and not _is_writable(path)
        self.engine = _engine(path, read_only=read_only)

    @property
    def notices(self) -> tuple[Reason, ...]:
        """What is special about where the register stands."""
        found = []
        if self.is_on_share:
            found.append(
                _notice("{path} stands on a network share: no write-ahead log, and one writer at a time", self._path)
            )
        if self._is_immutable:
            found.append(
                _notice("{path} cannot be written: it is read as it is, and what others write is not seen", self._path)
            )
        return tuple(found)

    def journal(self) -> None:
        """A write-ahead log where there can be one; across a network, the journal that needs no shared memory."""
        mode = "DELETE" if self.is_on_share else "WAL"
        with self.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")  # the journal mode is no part of a transaction
            connection.exec_driver_sql(f"PRAGMA journal_mode = {mode}")
            connection.exec_driver_sql("BEGIN")

    def translated(self) -> AbstractContextManager[None]:
        """The errors of SQLite, as those of a register."""
        return _translated(self._path)

    def lock(self, connection: Connection) -> None:
        """BEGIN IMMEDIATE has done it."""

    def insert(self, connection: Connection, table: Table, rows: Rows) -> None:
        """Put in many rows."""
        marks = ", ".join("?" * len(table.c))
        connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({marks})", list(rows))  # noqa: S608


def _version(path: Path) -> int | None:
    """The schema version of a register; None where there is nothing yet. Reads only: nothing is touched."""
    if not path.exists() or (path.is_file() and not path.stat().st_size):
        return None
    # Immutable unless somebody has it open: a file that turns out not to be ours gets no side files either.
    connection = _opened(path, "mode=ro" if _wal(path).exists() else "mode=ro&immutable=1")
    try:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return None
        if not {"register", "event"} <= tables:
            raise StoreError(
                "not a register: {path}", hint="another program's database; choose another file", path=path
            )
        row = connection.execute("SELECT schema_version FROM register").fetchone()
    finally:
        connection.close()
    version = int(row[0]) if row else 0
    if version > SCHEMA_VERSION:
        raise StoreError(
            "register {path} is of version {version}, newer than {known}",
            hint="use a newer edocs",
            path=path,
            version=version,
            known=SCHEMA_VERSION,
        )
    if version < 1:
        raise StoreError("register {path} has no version: it is damaged", hint="restore a backup", path=path)
    return version


def _create(backend: _Sqlite) -> None:
    backend.journal()
    with backend.engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.has_table(connection, register.name):
            return  # another process was first
        create(connection, SQLITE_TRIGGERS)


def _engine(path: Path, *, read_only: bool) -> Engine:
    # Connections are kept while the register is open: making one costs as much as the usual question.
    engine = create_engine(
        "sqlite://", creator=partial(_connect, path, read_only=read_only), poolclass=QueuePool, pool_size=2
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock first: one that starts to read and then writes can be refused half-way.
        writes = connection.get_execution_options().get("writes", False)
        if writes and read_only:
            raise StoreError("register {path} was opened for reading only", path=path)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        return _opened(path, "mode=rwc")
    try:
        # With the right to write where that can be had: so SQLite tidies its side files away at the end.
        return _opened(path, "mode=rw")
    except sqlite3.OperationalError:
        # On read-only media the write-ahead log cannot be shared; a file that nobody can write is read as it is.
        return _opened(path, "mode=ro" if _wal(path).exists() else "mode=ro&immutable=1")


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{_uri(path)}?{mode}", uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _is_writable(path: Path) -> bool:
    try:
        with path.open("r+b"):
            return True
    except OSError:
        return False


def _notice(message: str, path: Path) -> Reason:
    return Reason(rule="register.media", clause="docs/registry.md", message=message, params={"path": str(path)})


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _uri(path: Path) -> str:
    uri = path.absolute().as_uri()
    # SQLite knows no host in a file URI: \\server\share is written with four slashes.
    return uri if uri.startswith("file:///") else uri.replace("file://", "file:////", 1)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except DBAPIError as exc:
        raise _translate(exc.orig, path) from exc
    except sqlite3.Error as exc:
        raise _translate(exc, path) from exc
    except OSError as exc:
        raise StoreError("register {path} cannot be opened: {why}", path=path, why=exc.strerror or exc) from exc


def _translate(fault: BaseException | None, path: Path) -> StoreError | OutputError:
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary result code
    # On media that cannot be written SQLite cannot open the log that it would write to; nor a file where no folder is.
    is_fixed = code == sqlite3.SQLITE_CANTOPEN and not _is_writable(path)
    if code in _WRITE_FAULTS or is_fixed:
        return OutputError(
            "register cannot be written: {path}: {why}",
            hint="check that the disk has room and is writable",
            path=path,
            why=fault,
        )
    if code == sqlite3.SQLITE_BUSY:
        return StoreError("register {path} is locked by another program", hint="try again", path=path)
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return StoreError(
            "not a register, or damaged: {path}", hint="choose another file or restore a backup", path=path
        )
    return StoreError("register {path} cannot be used: {why}", path=path, why=fault)
