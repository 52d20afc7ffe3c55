"""The tables of a register: the log of events, which only grows, and the state derived from it.

``event`` is the truth; ``document`` can be emptied and folded again from it at any time. SQLAlchemy Core, so that the
same tables serve SQLite and PostgreSQL. It opens no connection.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text

__all__ = ["SCHEMA_VERSION", "SQLITE_TRIGGERS", "document", "document_table", "event", "metadata", "register"]

SCHEMA_VERSION = 1

metadata = MetaData()

register = Table("register", metadata, Column("schema_version", Integer, nullable=False))

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("who", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("agency", String(35), nullable=False),
    Column("document", Text, nullable=False),
    Column("book_year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("is_secret", Boolean, nullable=False),
    Column("payload", Text, nullable=False),
    Column("payload_sha256", String(64), nullable=False),
    Column("chain_sha256", String(64), nullable=False),
    Index("event_document", "document"),
)

_NAMES = ("personal", "organisation", "both")


def document_table(name: str, into: MetaData, *, is_temporary: bool = False) -> Table:
    """The derived state under ``name``: one row a document."""
    return Table(
        name,
        into,
        Column("key", Text, primary_key=True),
        Column("agency", String(35), nullable=False),
        Column("agency_name", Text, nullable=False),
        Column("level", String(16), nullable=False),
        Column("number", Integer, nullable=False),
        Column("symbol", Text, nullable=False),
        Column("issued_on", String(10), nullable=False),
        Column("month", String(7), nullable=False),
        Column("type", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("secrecy", String(16), nullable=False),
        Column("file_sha256", String(64), nullable=False),
        Column("search_text", Text, nullable=False),
        Column("exclusion", String(16)),
        *(Column(f"{name}_standing", String(16), nullable=False) for name in _NAMES),
        *(Column(f"{name}_attempted", Boolean, nullable=False) for name in _NAMES),
        *(Column(f"is_{fact}", Boolean, nullable=False) for fact in ("signed", "intact", "trusted", "timestamped")),
        Column("verification_sha256", String(64)),
        Column("verified_at", String(32)),
        Column("registered_at", String(32), nullable=False),
        Column("registered_event", Integer, nullable=False),
        Column("last_event", Integer, nullable=False),
        prefixes=["TEMPORARY"] if is_temporary else [],
    )


document = document_table("document", metadata)
Index("document_period", document.c.month, document.c.agency)
Index("document_agency", document.c.agency, document.c.registered_event)

# INSERT OR REPLACE deletes without firing DELETE triggers, hence the guard on INSERT: the next id, or nothing.
SQLITE_TRIGGERS = (
    """CREATE TRIGGER event_no_update BEFORE UPDATE ON event
       BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER event_no_delete BEFORE DELETE ON event
       BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER event_next_id BEFORE INSERT ON event
       WHEN NEW.id IS NOT (SELECT COALESCE(MAX(id), 0) + 1 FROM event)
       BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
)
