"""Rows of the log to values and back: the one place where the columns of ``event`` and the model meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, Select

from edocs.model.events import Event, EventKind, LoggedEvent, leaf_of
from edocs.model.register import DocumentKey

__all__ = ["EventRow", "expected_leaf", "is_as_logged", "logged_of", "stream"]

EventRow = tuple[int, str, str, str, int, str, str, str, bytes]
"""id, at, who, kind, document, subject, evidence, payload, leaf: the columns of ``event`` in their order."""


def expected_leaf(row: Sequence[Any]) -> bytes:
    """The leaf that a row must have."""
    _, at, who, kind, document, subject, evidence, payload, _ = row
    return leaf_of(at, who, kind, document, subject, evidence, payload)


def stream(connection: Connection, statement: Select[Any]) -> CursorResult[Any]:
    """Rows as they are asked for, at constant memory.

    An option of the statement, not of the connection: what is written there afterwards would get a cursor too.
    """
    return connection.execute(statement.execution_options(yield_per=1000))


def is_as_logged(row: Sequence[Any]) -> bool:
    """Whether a row has the leaf that it must have. SQLite keeps anything in any column, hence the types."""
    if tuple(map(type, row)) != _TYPES or row[8] != expected_leaf(row):
        return False
    return row[3] in _KINDS and _KINDS[row[3]] is (row[4] > 0)


_TYPES = (int, str, str, str, int, str, str, str, bytes)
_KINDS = {kind.value: kind.is_of_document for kind in EventKind}


def logged_of(row: Mapping[str, Any]) -> LoggedEvent:
    """The event of a row, as stored; nothing is checked."""
    event = Event(
        kind=EventKind(row["kind"]),
        at=datetime.fromisoformat(row["at"]),
        who=row["who"],
        key=DocumentKey.parse(row["subject"]) if row["subject"] else None,
        payload=row["payload"],
        evidence=row["evidence"],
    )
    return LoggedEvent(id=row["id"], event=event, document=row["document"], leaf=bytes(row["leaf"]))
