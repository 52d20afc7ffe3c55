"""Many items at once, in worker processes of this machine.

Xử lý song song trên một máy. Each worker is a fresh interpreter (``spawn``, the same on every system) with one thread;
it gets the task once and then items in chunks whose size follows their cost. A worker has one chunk at a time, so it is
known which items a dead one held: they are tried once more, each alone, and only what kills a second worker is lost.

It does not limit the time or the memory of an item.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

from edocs.errors import UnavailableError, UsageError

__all__ = ["LocalEngine"]

if sys.platform != "win32":
    from multiprocessing import resource_tracker

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

    def __init__(self, workers: int | None = None) -> None:
        """Take ``workers`` processes; None takes one for each core that this process may use.

        Raises:
            UsageError: Fewer than one.
        """
        if workers is not None and workers < 1:
            raise UsageError("not a number of workers: {number}", hint="1 or more", number=workers)
        self.workers = min(workers or _usable_cores(), _MAX_WORKERS)

    def map(self, task: Callable[[T], R], items: Iterable[T], lost: Callable[[T], R] | None = None) -> Iterator[R]:
        """Apply ``task`` to ``items`` in the workers; results come as they are ready.

        At most one chunk a worker is under way or waiting: a slow consumer slows the workers, not the memory. Closing
        the iterator, or Ctrl-C, ends the workers at once.

        Args:
            lost: Makes the result of an item that killed two workers, the second time alone.

        Raises:
            UnavailableError: Workers cannot be started, or one was lost and there is no ``lost``.
            UsageError: ``task`` or an item cannot be sent to another process.
        """
        return _Run(task, items, lost, self.workers).results()


@dataclass(slots=True, eq=False)
class _Worker(Generic[T]):
    process: BaseProcess
    link: Connection
    ready: bool = False
    chunk: list[T] = field(default_factory=list)
    alone: bool = False  # the chunk is one suspect, on its second try


class _Run(Generic[T, R]):
    """One ``map``: its queue, its workers and the size of its chunks."""

    def __init__(self, task: Callable[[T], R], items: Iterable[T], lost: Callable[[T], R] | None, workers: int) -> None:
        self._task = _portable(task)
        self._items = iter(items)
        self._lost = lost
        self._limit = workers
        self._suspects: deque[T] = deque()
        self._workers: dict[Connection, _Worker[T]] = {}
        self._size = 1

    def results(self) -> Iterator[R]:
        try:
            self._recruit()
            while self._workers:
                for link in connection.wait(list(self._workers)):
                    yield from self._hear(self._workers[link])  # type: ignore[index]  # only Connections were waited for
        finally:
            self._dismiss()

    def _recruit(self) -> None:
        while len(self._workers) < self._limit:
            chunk, alone = self._next_chunk()
            if not chunk:
                return
            worker: _Worker[T] = _start(self._task)
            worker.chunk, worker.alone = chunk, alone
            self._workers[worker.link] = worker

    def _next_chunk(self) -> tuple[list[T], bool]:
        if self._suspects:
            return [self._suspects.popleft()], True
        return list(islice(self._items, self._size)), False

    def _hear(self, worker: _Worker[T]) -> Iterator[R]:
        try:
            message = worker.link.recv_bytes()
        except (EOFError, OSError):
            yield from self._bury(worker)
            return
        if not worker.ready:
            worker.ready = True
            self._send(worker)
            return
        seconds, results, error = pickle.loads(message)  # noqa: S301 - written by our own worker
        self._fit(seconds)
        if error is None:  # the worker has its next chunk before the consumer sees these results
            worker.chunk, worker.alone = self._next_chunk()
            self._send(worker)
        yield from results
        if error is not None:
            raise error

    def _send(self, worker: _Worker[T]) -> None:
        with suppress(OSError):  # it died: the next read of its link says so
            worker.link.send_bytes(_portable(worker.chunk) if worker.chunk else b"")

    def _fit(self, seconds: float) -> None:
        low, high = _CHUNK_S
        if seconds < low:
            self._size = min(self._size * 2, _MAX_CHUNK)
        elif seconds > high:
            self._size = max(self._size // 2, 1)

    def _bury(self, worker: _Worker[T]) -> Iterator[R]:
        del self._workers[worker.link]
        worker.link.close()
        worker.process.join()
        if not worker.ready:
            raise UnavailableError(
                "worker processes do not start (exit code {code})",
                hint='a program that uses the local engine needs the guard: if __name__ == "__main__"',
                code=worker.process.exitcode,
            )
        if worker.alone:
            if self._lost is None:
                raise UnavailableError(
                    "worker process died (exit code {code}) over: {item}",
                    code=worker.process.exitcode,
                    item=worker.chunk[0],
                )
            yield self._lost(worker.chunk[0])
        else:
            self._suspects.extend(worker.chunk)
        self._recruit()

    def _dismiss(self) -> None:
        for worker in self._workers.values():
            worker.process.terminate()
        for worker in self._workers.values():
            worker.process.join()
            worker.link.close()


def _start(task: bytes) -> _Worker[T]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, task), daemon=True, name="edocs-worker")
    try:
        with _no_interrupt():
            process.start()
    except (OSError, RuntimeError) as exc:
        ours.close()
        raise UnavailableError(
            "worker processes do not start: {why}",
            hint='a program that uses the local engine needs the guard: if __name__ == "__main__"',
            why=str(exc).strip().partition("\n")[0],
        ) from exc
    finally:
        theirs.close()
    return _Worker(process=process, link=ours)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    # A terminal sends Ctrl-C to workers too. A signal mask is inherited, so a worker is deaf to it from its first
    # instruction; Windows has no masks, and there the worker ignores it from its first line.
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # started by the first worker otherwise, and it lifts the mask when it is
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(link: Connection, pickled: bytes) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    task = pickle.loads(pickled)  # noqa: S301 - written by our own parent; imports all that the task needs
    gc.freeze()  # modules and task stay for the life of the process: no collection need look at them
    with suppress(EOFError, OSError):  # the parent is gone
        link.send_bytes(b"ready")
        while message := link.recv_bytes():
            link.send_bytes(_answer(task, pickle.loads(message)))  # noqa: S301


def _answer(task: Callable[[T], R], chunk: list[T]) -> bytes:
    start, results, error = time.perf_counter(), list[R](), None
    for item in chunk:
        try:
            results.append(task(item))
        except Exception as exc:  # noqa: BLE001 - the batch worker's edge: raised again in the parent
            error = exc
            break
    return _pickled(time.perf_counter() - start, results, error)


def _pickled(seconds: float, results: list[R], error: Exception | None) -> bytes:
    try:
        message = pickle.dumps((seconds, results, error))
        if error is not None:
            pickle.loads(message)  # noqa: S301 - an exception may pickle and yet not come back
    except Exception as exc:  # noqa: BLE001 - any class may refuse in its own way
        kind, why = (type(error).__name__, error) if error else (type(exc).__name__, exc)
        fault = UnavailableError("task failed in a worker process: {kind}: {why}", kind=kind, why=why)
        return pickle.dumps((seconds, results if error else [], fault))
    return message


def _portable(value: object) -> bytes:
    try:
        return pickle.dumps(value)
    except (pickle.PicklingError, TypeError, AttributeError) as exc:
        raise UsageError(
            "cannot be sent to a worker process: {why}", hint="a task is a function at the top of a module", why=exc
        ) from exc


def _usable_cores() -> int:
    if sys.platform != "win32" and hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))  # what a container or taskset leaves, not what the machine has
    return os.cpu_count() or 1
