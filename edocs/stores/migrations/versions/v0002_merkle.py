"""The log as a Merkle tree in place of a chain, more kinds of events, counts that are kept.

The old chain is verified before it is left behind: a log that was tampered with is not made whole by converting it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from edocs.errors import StoreError

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0002"
down_revision = "0001"

_MEASURES = (
    "documents",
    *(f"excluded_{name}" for name in ("confidential", "secret", "top_secret", "personnel", "paper_only", "other")),
    *(
        f"{indicator}_{name}"
        for indicator in ("personal", "organisation", "both")
        for name in ("valid", "invalid", "indeterminate", "unsigned", "not_checked", "attempted")
    ),
    *(f"is_{name}" for name in ("signed", "intact", "trusted", "timestamped", "long_term")),
    *(f"is_{name}" for name in ("issued", "recalled", "superseded", "on_time")),
    "sent_electronic",
    "sent_with_paper",
    *(f"appendix_{name}" for name in ("valid", "invalid", "indeterminate", "unsigned", "not_checked", "attempted")),
)
_SQLITE_TRIGGERS = ("event_no_update", "event_no_delete", "event_next_id")


def upgrade() -> None:
    """Convert the log; the derived tables stay empty, and whoever migrates has them made anew."""
    connection = op.get_bind()
    for trigger in _SQLITE_TRIGGERS:
        op.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    if sa.inspect(connection).has_table("document"):
        op.drop_table("document")
    op.drop_index("event_document", "event")
    op.rename_table("event", "event_v1")
    _make_tables()
    _convert(connection)
    op.drop_table("event_v1")
    for trigger in _triggers():
        op.execute(trigger)
    op.drop_table("register")
    op.create_table(
        "register",
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
    )
    origin = f"edocs-register-{secrets.token_hex(8)}"
    op.execute(f"INSERT INTO register (schema_version, origin) VALUES (2, '{origin}')")  # noqa: S608 - hexadecimal


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _make_tables() -> None:
    place = (("month", sa.String(7)), ("agency", sa.String(35)), ("level", sa.String(16)))
    op.create_table(
        "event",
        sa.Column("id", _big(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("document", _big(), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("evidence", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("event_document", "event", ["document", "id"])
    is_corrected: sa.ColumnElement[bool] = sa.literal_column("kind = 'corrected'")
    op.create_index(
        "event_corrected", "event", ["subject", "id"], sqlite_where=is_corrected, postgresql_where=is_corrected
    )
    op.create_table(
        "tile",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", _big(), primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("latest", sa.String(32), nullable=False),
        sqlite_with_rowid=False,
    )
    _make_document()
    op.create_table(
        "agency",
        sa.Column("id", sa.String(35), primary_key=True),
        sa.Column("event", _big(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cell",
        *(sa.Column(name, kind, primary_key=True) for name, kind in place),
        sa.Column("type", sa.Text, primary_key=True),
        sa.Column("profile", sa.Text, primary_key=True),
        sa.Column("n", _big(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally",
        *(sa.Column(name, kind, primary_key=True) for name, kind in place),
        *(sa.Column(name, _big(), nullable=False) for name in _MEASURES),
        sqlite_with_rowid=False,
    )


def _make_document() -> None:
    op.create_table(
        "document",
        sa.Column("id", _big(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("agency", sa.String(35), nullable=False),
        sa.Column("agency_name", sa.Text, nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("issued_on", sa.String(10), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("secrecy", sa.String(16), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("search_text", sa.Text, nullable=False),
        sa.Column("exclusion", sa.String(16)),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("verification_sha256", sa.String(64)),
        sa.Column("verified_at", sa.String(32)),
        sa.Column("registered_at", sa.String(32), nullable=False),
        sa.Column("last_event", _big(), nullable=False),
        sa.Column("life", sa.Text),
    )
    op.create_index("document_key", "document", ["key"], unique=True)
    op.create_index("document_issued", "document", ["issued_on", "id"])
    op.create_index("document_last_event", "document", ["last_event"])
    is_open: sa.ColumnElement[bool] = sa.literal_column("is_open")
    op.create_index(
        "document_open", "document", ["agency", "issued_on", "id"], sqlite_where=is_open, postgresql_where=is_open
    )


def _triggers() -> tuple[str, ...]:
    if op.get_context().dialect.name != "sqlite":
        return (
            """CREATE OR REPLACE FUNCTION edocs_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN RAISE EXCEPTION 'events are append-only'; END $$""",
            """CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON event
               FOR EACH STATEMENT EXECUTE FUNCTION edocs_append_only()""",
        )
    return (
        """CREATE TRIGGER event_no_update BEFORE UPDATE ON event
       BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
        """CREATE TRIGGER event_no_delete BEFORE DELETE ON event
       BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
        """CREATE TRIGGER event_next_id BEFORE INSERT ON event
       WHEN NEW.id IS NOT (SELECT COALESCE(MAX(id), 0) + 1 FROM event)
       BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    )


def _convert(connection: sa.Connection) -> None:
    """Each event of the chain as a leaf of the tree."""
    chain, documents, said = "", dict[str, int](), dict[str, dict[str, Any]]()
    names = ("id", "at", "who", "kind", "document", "subject", "evidence", "payload", "leaf")
    insert = sa.insert(sa.table("event", *map(sa.column, names)))
    for rows in _pages(connection):
        converted = []
        for row in rows:
            if row.chain_sha256 != (link := _link(row, chain)) or row.payload_sha256 != _sha256(row.payload):
                raise StoreError("event {id} is not what was logged", hint="restore a backup", id=row.id)
            chain = link
            document = documents.setdefault(row.document, row.id)
            evidence, payload = _payload(row, said)
            leaf = hashlib.sha256(
                b"\x00"
                + "\n".join([row.at, _json(row.who), row.kind, str(document), row.document, evidence, payload]).encode()
            ).digest()
            converted.append(
                {
                    "id": row.id,
                    "at": row.at,
                    "who": row.who,
                    "kind": row.kind,
                    "document": document,
                    "subject": row.document,
                    "evidence": evidence,
                    "payload": payload,
                    "leaf": leaf,
                }
            )
        connection.execute(insert, converted)


def _pages(connection: sa.Connection) -> Iterator[list[Any]]:
    last = 0
    names = ("id", "at", "who", "kind", "document", "payload", "payload_sha256", "chain_sha256")
    old = sa.table("event_v1", *map(sa.column, names))
    while rows := list(connection.execute(sa.select(old).where(old.c.id > last).order_by(old.c.id).limit(5000))):
        yield rows
        last = rows[-1].id


def _payload(row: Any, said: dict[str, dict[str, Any]]) -> tuple[str, str]:
    """The evidence and the payload of today for those of then."""
    payload = json.loads(row.payload)
    evidence = ""
    if row.kind == "registered":
        evidence = payload.pop("file_sha256")
        agency, _, _, number, symbol = row.document.split(":", 4)
        said[row.document] = {**payload, "agency": agency, "number": int(number), "symbol": symbol}
    elif row.kind == "verified":
        evidence = payload.pop("verification_sha256")
        payload["found"] = ["signed" if name == "signature" else name for name in payload["found"]]
    elif row.kind == "corrected":
        payload = said[row.document] = {**said[row.document], **payload}
    return evidence, _json(payload)


def _link(row: Any, previous: str) -> str:
    return _sha256(_json([previous, row.id, row.at, row.who, row.kind, row.document, row.payload_sha256]))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
