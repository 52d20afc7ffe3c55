"""A new register's tables, and an old register brought up to date (Alembic).

Tạo và nâng cấp cơ sở dữ liệu. A new register gets today's tables at once and is marked as being of the latest
migration; a test holds the migrations to the same tables.
"""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, insert

from .backend import Backend
from .rebuilding import rebuild
from .schema import SCHEMA_VERSION, metadata, register

__all__ = ["HEAD", "create", "migrate", "upgrade"]

HEAD = "0002"
"""The latest migration."""
_VERSIONS = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def create(connection: Connection, triggers: Sequence[str], origin: str = "") -> None:
    """The tables of a register without events.

    Args:
        origin: The name of its log; empty: one that no other log has.
    """
    # Not "where they are missing": tables of such names that another schema or program has are not ours.
    metadata.create_all(connection, checkfirst=False)
    for trigger in triggers:
        connection.exec_driver_sql(trigger)
    _VERSIONS.create(connection)
    connection.execute(insert(_VERSIONS), [{"version_num": HEAD}])
    name = origin or f"edocs-register-{secrets.token_hex(8)}"
    connection.execute(insert(register), [{"schema_version": SCHEMA_VERSION, "origin": name}])


def upgrade(backend: Backend, connection: Connection) -> None:
    """Bring a register of an older version up to date, within the transaction of ``connection``.

    Raises:
        StoreError: Its log was tampered with; nothing is changed.
    """
    if not connection.dialect.has_table(connection, _VERSIONS.name):  # the first version came without
        _VERSIONS.create(connection)
        connection.execute(insert(_VERSIONS), [{"version_num": "0001"}])
    migrate(connection, HEAD)
    rebuild(backend, connection)


def migrate(connection: Connection, revision: str) -> None:
    """Run the migrations up to ``revision``, from whatever the database is of."""
    # Imported on use: almost no run needs Alembic, and it is slow to load.
    config: Any = importlib.import_module("alembic.config").Config()
    config.set_main_option("script_location", "edocs.stores:migrations")
    config.set_main_option("path_separator", "os")
    script: Any = importlib.import_module("alembic.script").ScriptDirectory.from_config(config)
    environment: Any = importlib.import_module("alembic.runtime.environment").EnvironmentContext(
        config, script, fn=lambda current, _: script._upgrade_revs(revision, current)
    )
    with environment:
        environment.configure(connection=connection, version_table=_VERSIONS.name)
        environment.run_migrations()
