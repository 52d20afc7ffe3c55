"""Rows of the log to values and back: the one place where the columns of ``event`` and the model meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from edocs.model.events import Event, EventKind, LoggedEvent, leaf_of
from edocs.model.register import DocumentKey

__all__ = ["EventRow", "expected_leaf", "logged_of"]

EventRow = tuple[int, str, str, str, int, str, str, str, bytes]
"""id, at, who, kind, document, subject, evidence, payload, leaf: the columns of ``event`` in their order."""


def expected_leaf(row: Sequence[Any]) -> bytes:
    """The leaf that a row must have."""
    _, at, who, kind, document, subject, evidence, payload, _ = row
    return leaf_of(at, who, kind, document, subject, evidence, payload)


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
