"""One item after the other, in this process: what every other engine must be equal to, but for order and speed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from edocs.model.limits import Loss

__all__ = ["SerialEngine"]

T = TypeVar("T")
R = TypeVar("R")


class SerialEngine:
    """The reference semantics of :class:`edocs.ports.Engine` (xử lý tuần tự)."""

    def map(
        self, task: Callable[[T], R], items: Iterable[T], lost: Callable[[T, Loss], R] | None = None
    ) -> Iterator[R]:
        """Apply ``task`` to each of ``items`` when its result is asked for.

        ``lost`` is never called: an item that kills this process leaves nobody to tell.
        """
        del lost
        return (task(item) for item in items)
