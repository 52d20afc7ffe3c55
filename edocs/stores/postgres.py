"""A register in PostgreSQL, for when one file is outgrown: the same tables, locking, and what its errors mean.

The tables stand in the schema that the connection finds first (``search_path``), so that a province can keep several
registers in one database. A password is never part of an address: PostgreSQL's own ``.pgpass`` and ``PGPASSWORD``
count, else it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError

from edocs.errors import OutputError, StoreError, UsageError
from edocs.model.verdict import Reason
from edocs.ports import SecretsHandler

from .backend import Rows
from .creating import create, upgrade
from .schema import POSTGRES_TRIGGERS, SCHEMA_VERSION, register
from .sql import SqlStore

__all__ = ["open_postgres"]

_BUSY_TIMEOUT_S = 15
_FEW = 50
"""Up to so many rows, inserting is as fast as COPY."""
_NO_PASSWORD = ("no password supplied", "password authentication failed")
_SECRETS = {"password", "sslpassword"}
_MAKING = 0x65646F63
"""An advisory lock: two programs that make a register at once would each find none."""


def open_postgres(uri: str, secrets: SecretsHandler | None = None, *, read_only: bool = False) -> SqlStore:
    """The register at ``postgresql://user@host:port/database``, made there if nothing is, unless ``read_only``.

    Args:
        secrets: Asked for the password, only where the server wants one that PostgreSQL's own files do not have.

    Raises:
        UsageError: The address cannot be meant, or has a password in it.
        StoreError: The server does not answer, no register (``read_only``), of another version, locked.
        OutputError: It cannot be made or written there.
    """
    backend = _Postgres(uri, secrets, read_only=read_only)
    with backend.translated():
        backend.ask_password()
        version = _version(backend)
        if version is None and read_only:
            raise StoreError("no register at {path}", hint="edocs register makes one", path=backend.name)
        if version is None or version < SCHEMA_VERSION:
            _bring_up(backend, read_only=read_only, version=version)
    return SqlStore(backend)


class _Postgres:
    """A :class:`edocs.stores.backend.Backend`."""

    mark = "%s"

    def __init__(self, uri: str, secrets: SecretsHandler | None, *, read_only: bool) -> None:
        try:
            url = make_url(uri)
        except (ArgumentError, ValueError):
            # Neither the whole address nor what SQLAlchemy says of it: a password may stand in either.
            shown = f"…{uri.rpartition('@')[2].partition('?')[0]}"
            raise UsageError(
                "not an address of a register: {uri}", hint="postgresql://user@host/name", uri=shown
            ) from None
        if url.password is not None or _SECRETS & url.query.keys():
            raise UsageError(
                "a password does not belong in an address", hint="leave it out: it is asked for, or taken from .pgpass"
            )
        self.name = url.render_as_string()
        self._secrets, self._password = secrets, ""
        self._url, self._is_read_only = url.set(drivername="postgresql+psycopg"), read_only
        # A writer waits for its lock before it looks: a snapshot begins with the first SELECT, not with LOCK TABLE.
        self.engine: Engine = create_engine(
            self._url, pool_size=2, pool_pre_ping=False, isolation_level="REPEATABLE READ"
        )
        event.listen(self.engine, "do_connect", self._connect)
        event.listen(self.engine, "begin", self._begin)

    @property
    def notices(self) -> tuple[Reason, ...]:
        """Nothing: a server takes care of its disks."""
        return ()

    def translated(self) -> AbstractContextManager[None]:
        """The errors of PostgreSQL, as those of a register."""
        return _translated(self.name)

    def lock(self, connection: Connection) -> None:
        """Readers go on; other writers wait."""
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_BUSY_TIMEOUT_S}s'")
        connection.exec_driver_sql(f"LOCK TABLE {register.name} IN EXCLUSIVE MODE")

    def insert(self, connection: Connection, table: Table, rows: Rows) -> None:
        """Put in many rows."""
        names = ", ".join(column.name for column in table.c)
        if len(rows) <= _FEW:
            marks = ", ".join(["%s"] * len(table.c))
            connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608
            return
        driver: Any = connection.connection.driver_connection
        faults: Any = self.engine.dialect.loaded_dbapi.Error  # SQLAlchemy does not see these
        try:
            with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        except faults as exc:
            raise _translate(exc, self.name) from exc

    def ask_password(self) -> None:
        """Connect once; where the server wants a password that nobody gave, ask for it."""
        try:
            self.engine.connect().close()
        except DBAPIError as exc:
            if self._secrets is None or not any(one in str(exc.orig) for one in _NO_PASSWORD):
                raise
            self._password = self._secrets(f"password of {self.name}")
            self.engine.connect().close()

    def _connect(self, dialect: Any, record: Any, arguments: Any, parameters: dict[str, Any]) -> None:
        parameters.setdefault("connect_timeout", _BUSY_TIMEOUT_S)
        parameters.setdefault("application_name", "edocs")
        if self._password:
            parameters["password"] = self._password

    def _begin(self, connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        if writes and self._is_read_only:
            raise StoreError("register {path} was opened for reading only", path=self.name)


def _version(backend: _Postgres) -> int | None:
    with backend.engine.connect() as connection:
        names = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        tables = set(connection.exec_driver_sql(names).scalars())
        if not {"register", "event"} & tables:
            return None
        if not {"register", "event", "document"} <= tables:
            raise StoreError(
                "not a register: {path}", hint="another program's tables; choose another schema", path=backend.name
            )
        version = connection.execute(select(register.c.schema_version)).scalar()
    if version is None or version < 1:
        raise StoreError("register {path} has no version: it is damaged", hint="restore a backup", path=backend.name)
    if version > SCHEMA_VERSION:
        raise StoreError(
            "register {path} is of version {version}, newer than {known}",
            hint="use a newer edocs",
            path=backend.name,
            version=version,
            known=SCHEMA_VERSION,
        )
    return int(version)


def _bring_up(backend: _Postgres, *, read_only: bool, version: int | None) -> None:
    """Make the tables, or bring them up to date; of several programs that want to, one does."""
    if read_only:
        raise StoreError(
            "register {path} is of the older version {version}",
            hint="edocs fsck --upgrade brings it up to date",
            path=backend.name,
            version=version,
        )
    with backend.engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MAKING})")
    with backend.engine.execution_options(writes=True, isolation_level="READ COMMITTED").begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MAKING})")
        # In the very schema that _version looked at: a register further down the path is another one.
        own = "SELECT to_regclass(quote_ident(current_schema()) || '.register')"
        found = connection.exec_driver_sql(own).scalar()
        if found is None:
            create(connection, POSTGRES_TRIGGERS)
        elif connection.execute(select(register.c.schema_version)).scalar_one() < SCHEMA_VERSION:
            upgrade(backend, connection)


@contextmanager
def _translated(name: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as exc:
        raise _translate(exc.orig, name) from exc


def _translate(fault: BaseException | None, name: str) -> StoreError | OutputError:
    state = getattr(fault, "sqlstate", None) or ""
    why = str(fault).strip().partition("\n")[0]
    if state[:2] == "53" or state in {"25006", "42501"}:  # no room; read-only; not allowed
        return OutputError(
            "register cannot be written: {path}: {why}",
            hint="check that the disk has room and is writable",
            path=name,
            why=why,
        )
    if state in {"55P03", "40001", "40P01"}:  # lock not available, serialization failure, deadlock
        return StoreError("register {path} is locked by another program", hint="try again", path=name)
    return StoreError("register {path} cannot be used: {why}", path=name, why=why)
