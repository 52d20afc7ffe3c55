"""The first register: a log linked by a hash chain, and one derived table. SQLite only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0001"
down_revision = None

_TRIGGERS = (
    """CREATE TRIGGER event_no_update BEFORE UPDATE ON event
       BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER event_no_delete BEFORE DELETE ON event
       BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER event_next_id BEFORE INSERT ON event
       WHEN NEW.id IS NOT (SELECT COALESCE(MAX(id), 0) + 1 FROM event)
       BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
)


def upgrade() -> None:
    """Make its tables; its derived table is left away, because the next version makes it anew."""
    op.create_table("register", sa.Column("schema_version", sa.Integer, nullable=False))
    op.create_table(
        "event",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("agency", sa.String(35), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("book_year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("is_secret", sa.Boolean, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("payload_sha256", sa.String(64), nullable=False),
        sa.Column("chain_sha256", sa.String(64), nullable=False),
    )
    op.create_index("event_document", "event", ["document"])
    for trigger in _TRIGGERS:
        op.execute(trigger)
    op.execute("INSERT INTO register (schema_version) VALUES (1)")
