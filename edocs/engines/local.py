"""Many items at once, in worker processes of this machine.

Xử lý song song trên một máy. Workers (:mod:`edocs.engines.worker`) get items in portions whose size follows their cost,
and answer one by one. Over which item a worker died is known: it is tried once more, in a fresh worker, and only what
kills that one too is lost. The same holds for what takes too much memory, because a worker may have kept some of what
came before; who takes too much time is lost at once.
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from edocs.engines.worker import WATCH_S, Worker, portable
from edocs.errors import UnavailableError, UsageError
from edocs.model.limits import Limits, Loss

__all__ = ["LocalEngine"]

T = TypeVar("T")
R = TypeVar("R")

# A chunk is doubled below the first and halved above the second: at the end workers wait for the last one's chunk.
_CHUNK_S = (0.02, 0.08)
_MAX_CHUNK = 256
_MAX_WORKERS = 60  # Windows waits for no more than 63 handles


class LocalEngine:
    """A pool of worker processes that lives as long as one :meth:`map` (xử lý song song).

    A program that uses it needs the guard ``if __name__ == "__main__":``, because workers import its main module.
    """

    def __init__(self, workers: int | None = None, limits: Limits | None = None) -> None:
        """Take ``workers`` processes; None takes one for each core that this process may use.

        Args:
            limits: What each item may cost; None: whatever it does. They are watched while results are asked for.

        Raises:
            UsageError: Fewer than one.
        """
        if workers is not None and workers < 1:
            raise UsageError("not a number of workers: {number}", hint="1 or more", number=workers)
        self.workers = min(workers or _usable_cores(), _MAX_WORKERS)
        self.limits = limits

    def map(
        self, task: Callable[[T], R], items: Iterable[T], lost: Callable[[T, Loss], R] | None = None
    ) -> Iterator[R]:
        """Apply ``task`` to ``items`` in the workers; results come as they are ready.

        At most one chunk a worker is under way or waiting: a slow consumer slows the workers, not the memory. Closing
        the iterator, or Ctrl-C, ends the workers at once.

        Args:
            lost: Makes the result of an item that outgrew a limit, or killed two workers, the second time alone.

        Raises:
            UnavailableError: Workers cannot be started, or one was lost and there is no ``lost``.
            UsageError: ``task`` or an item cannot be sent to another process.
        """
        return _Run(task, items, lost, self.workers, self.limits).results()


class _Run(Generic[T, R]):
    """One ``map``: its queue, its workers and the size of its chunks."""

    def __init__(
        self,
        task: Callable[[T], R],
        items: Iterable[T],
        lost: Callable[[T, Loss], R] | None,
        workers: int,
        limits: Limits | None,
    ) -> None:
        self._task = portable(task)
        self._items = iter(items)
        self._lost = lost
        self._most = workers
        self._limits = limits
        self._suspects: deque[T] = deque()
        self._back: deque[T] = deque()  # what a dead worker had not begun
        self._workers: dict[Connection, Worker[T, R]] = {}
        self._size = 1
        self._spent: dict[Connection, float] = {}  # on the chunk under way

    def results(self) -> Iterator[R]:
        wait_s = None if self._limits is None else WATCH_S
        due_s = 0.0
        try:
            self._recruit()
            while self._workers:
                for link in connection.wait(list(self._workers), wait_s):
                    yield from self._hear(self._workers[link])  # type: ignore[index]  # only Connections were waited for
                if wait_s is not None and time.monotonic() >= due_s:
                    yield from self._watch()
                    due_s = time.monotonic() + wait_s
        finally:
            self._dismiss()

    def _recruit(self) -> None:
        while len(self._workers) < self._most:
            chunk, is_alone = self._next_chunk()
            if not chunk:
                return
            worker: Worker[T, R] = Worker(self._task, self._limits)
            self._workers[worker.link] = worker
            worker.is_alone = is_alone
            worker.send(chunk)

    def _next_chunk(self) -> tuple[list[T], bool]:
        if self._suspects:
            return [self._suspects.popleft()], True
        if self._back:
            return [self._back.popleft() for _ in range(min(self._size, len(self._back)))], False
        return list(islice(self._items, self._size)), False

    def _hear(self, worker: Worker[T, R]) -> Iterator[R]:
        if not worker.is_ready:
            worker.hear()
            return
        item = worker.items[0] if worker.items else None
        answer = worker.hear()
        if isinstance(answer, Loss):
            yield from self._bury(worker, answer)
            return
        assert answer is not None  # noqa: S101 - it was ready
        self._spent[worker.link] = self._spent.get(worker.link, 0.0) + answer.seconds
        if isinstance(answer.error, MemoryError) and self._limits is not None:
            worker.items.appendleft(item)  # type: ignore[arg-type]  # what was answered stood in the queue
            yield from self._bury(worker, Loss.MEMORY)
            return
        if answer.error is not None:
            raise answer.error
        if not worker.items:  # the worker has its next chunk before the consumer sees this result
            self._fit(self._spent.pop(worker.link))
            chunk, worker.is_alone = self._next_chunk()
            worker.send(chunk)
        yield answer.result  # type: ignore[misc]  # without an error it is a result

    def _watch(self) -> Iterator[R]:
        for worker in list(self._workers.values()):
            loss = worker.excess()
            if loss is not None:
                yield from self._bury(worker, loss)

    def _fit(self, seconds: float) -> None:
        low, high = _CHUNK_S
        if seconds < low:
            self._size = min(self._size * 2, _MAX_CHUNK)
        elif seconds > high:
            self._size = max(self._size // 2, 1)

    def _bury(self, worker: Worker[T, R], loss: Loss) -> Iterator[R]:
        del self._workers[worker.link]
        self._spent.pop(worker.link, None)
        worker.kill()
        items = worker.items
        if items:
            item = items.popleft()
            self._back.extend(items)
            is_first_try = not (worker.is_alone or (worker.is_fresh and loss is Loss.MEMORY))
            if loss is not Loss.TIME and is_first_try:
                self._suspects.append(item)
            elif self._lost is not None:
                yield self._lost(item, loss)
            else:
                raise UnavailableError(
                    "worker process died (exit code {code}) over: {item}", code=worker.process.exitcode, item=item
                )
        self._recruit()

    def _dismiss(self) -> None:
        for worker in self._workers.values():
            worker.process.kill()
        for worker in self._workers.values():
            worker.kill()


def _usable_cores() -> int:
    if sys.platform != "win32" and hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))  # what a container or taskset leaves, not what the machine has
    return os.cpu_count() or 1
