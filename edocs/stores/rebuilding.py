"""What follows from the log made anew, in this register or in another one (dựng lại trạng thái, sao chép sổ).

A copy has the same events under the same numbers, hence the same root and the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, delete, select

from .backend import Backend
from .rows import EventRow
from .schema import agency, cell, document, event, tally, tile
from .writing import Writing

__all__ = ["logged_rows", "rebuild"]

_EACH = 10_000


def rebuild(backend: Backend, connection: Connection, progress: Callable[[int], None] | None = None) -> int:
    """Throw away what is derived, and make it again from the events.

    Returns:
        How many events there are.

    Raises:
        StoreError: An event is not what was logged, or cannot follow: nothing is changed.
    """
    for table in (tile, document, agency, cell, tally):
        connection.execute(delete(table))
    writing = Writing(backend, connection, is_anew=True)
    count = writing.replay(logged_rows(connection, progress), is_new=False)
    writing.flush()
    return count


def logged_rows(connection: Connection, progress: Callable[[int], None] | None = None) -> Iterator[EventRow]:
    """The rows of the log in their order."""
    last = 0
    while True:  # by number, not by one long cursor: the same connection writes meanwhile
        statement = select(event).where(event.c.id > last).order_by(event.c.id).limit(_EACH)
        rows = connection.execute(statement).all()
        if not rows:
            return
        for row in rows:
            yield (*row,)
        last = rows[-1].id
        if progress is not None:
            progress(last)
