"""The state of documents as it was when the log was shorter: only of those that something happened to since.

Số liệu tại thời điểm chốt. A cut-off of last month costs what happened since, not what the register holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import Connection, select

from edocs.model.events import EventKind
from edocs.model.state import State, fold

from .rows import stream
from .schema import document, event

__all__ = ["changed_since"]


def changed_since(connection: Connection, size: int) -> Iterator[tuple[State, State | None]]:
    """Each document to which something happened after the first ``size`` events: as it is, and as it was.

    As it was is None where it was not registered then.
    """
    later = document.c.last_event > size
    now = stream(connection, select(document).where(later).order_by(document.c.id))
    events = stream(
        connection,
        select(event)
        .join(document, document.c.id == event.c.document)
        .where(later, event.c.id <= size)
        .order_by(event.c.document, event.c.id),
    )
    histories = groupby(events.mappings(), key=lambda row: row["document"])
    following = next(histories, None)
    for row in now.mappings():
        state: State | None = None
        if following is not None and following[0] == row["id"]:
            for one in following[1]:
                state = fold(
                    state, one["id"], EventKind(one["kind"]), one["at"], one["subject"], one["evidence"], one["payload"]
                )
            following = next(histories, None)
        yield dict(row), state
