"""The tables of a register: the log of events, which only grows, and what is derived from it.

``event`` is the truth, ``tile`` its Merkle tree; ``document``, ``agency``, ``cell`` and ``tally`` can be emptied and
made again from it at any time. SQLAlchemy Core, so that the same tables serve SQLite and PostgreSQL. It opens no
connection. Changes of this module need a migration (``migrations/``) and a new ``SCHEMA_VERSION``.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    literal_column,
)

from edocs.model.profile import MEASURES

__all__ = [
    "POSTGRES_TRIGGERS",
    "SCHEMA_VERSION",
    "SQLITE_TRIGGERS",
    "agency",
    "cell",
    "document",
    "event",
    "metadata",
    "register",
    "tally",
    "tile",
]

SCHEMA_VERSION = 2

_Id = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER PRIMARY KEY is the row's own number in SQLite

metadata = MetaData()

register = Table(
    "register",
    metadata,
    Column("schema_version", Integer, nullable=False),
    Column("origin", Text, nullable=False),  # the log's own name, which its checkpoints bear
)

event = Table(
    "event",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("who", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("document", _Id, nullable=False),  # the event that registered it; 0: of no document
    Column("subject", Text, nullable=False),  # its key then
    Column("evidence", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
    Index("event_document", "document", "id"),
)
_IS_CORRECTED: ColumnElement[bool] = literal_column("kind = 'corrected'")
Index("event_corrected", event.c.subject, event.c.id, sqlite_where=_IS_CORRECTED, postgresql_where=_IS_CORRECTED)
"""Few events are corrections: what had a key before is found, and registering is as fast as without it."""

tile = Table(
    "tile",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", _Id, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("latest", String(32), nullable=False),  # the latest moment that any event up to its end states
    sqlite_with_rowid=False,
)
"""Hashes of complete subtrees of 256, 65,536 … leaves (levels 1, 2 …); what lies between is made from them."""

document = Table(
    "document",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),
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
    Column("is_open", Boolean, nullable=False),
    Column("profile", Text, nullable=False),
    Column("verification_sha256", String(64)),
    Column("verified_at", String(32)),
    Column("registered_at", String(32), nullable=False),
    Column("last_event", _Id, nullable=False),
    Column("life", Text),
)
"""One row a document; its columns are those of :mod:`edocs.model.state`, in that order."""
Index("document_key", document.c.key, unique=True)
Index("document_issued", document.c.issued_on, document.c.id)
Index("document_last_event", document.c.last_event)
Index(
    "document_open",
    document.c.agency,
    document.c.issued_on,
    document.c.id,
    sqlite_where=document.c.is_open,
    postgresql_where=document.c.is_open,
)

agency = Table(
    "agency",
    metadata,
    Column("id", String(35), primary_key=True),
    Column("event", _Id, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("level", String(16), nullable=False),
    sqlite_with_rowid=False,
)
"""What each agency was called, from which event on."""

_PLACE = (("month", String(7)), ("agency", String(35)), ("level", String(16)))

cell = Table(
    "cell",
    metadata,
    *(Column(name, kind, primary_key=True) for name, kind in _PLACE),
    Column("type", Text, primary_key=True),
    Column("profile", Text, primary_key=True),
    Column("n", _Id, nullable=False),
    sqlite_with_rowid=False,
)
"""How many documents of one profile there are: what any figure can be made from."""

tally = Table(
    "tally",
    metadata,
    *(Column(name, kind, primary_key=True) for name, kind in _PLACE),
    *(Column(name, _Id, nullable=False) for name in MEASURES),
    sqlite_with_rowid=False,
)
"""The same added up: every count of an agency's month in one row, so that the usual reports read few."""

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
POSTGRES_TRIGGERS = (
    """CREATE OR REPLACE FUNCTION edocs_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'events are append-only'; END $$""",
    """CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON event
       FOR EACH STATEMENT EXECUTE FUNCTION edocs_append_only()""",
)
