"""One worker process: started, sent items, watched, ended.

Tiến trình làm việc. A fresh interpreter (``spawn``, the same on every system) gets a task once and then items, and
answers each by itself, so it is known over which item it died. Who watches looks at its processor time and memory from
outside: a loop inside a C library cannot be interrupted, a process can be killed. Linux also refuses it memory in
one piece that would outgrow the limit between two looks.

It does not decide what follows: that is :mod:`edocs.engines.local` and :mod:`edocs.supervised`.
"""

from __future__ import annotations

import gc
import pickle
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Generic, Protocol, TypeVar, runtime_checkable

from edocs.errors import UnavailableError, UsageError
from edocs.model.limits import Limits, Loss

__all__ = ["WATCH_S", "Answer", "Opens", "Worker", "portable"]

if sys.platform != "win32":
    import resource
    from multiprocessing import resource_tracker

T = TypeVar("T")
R = TypeVar("R")

WATCH_S = 0.05
"""How often a worker under limits is looked at."""
_LONG_S = 0.2
_GUARD_HINT = 'a program that uses the local engine needs the guard: if __name__ == "__main__"'


@runtime_checkable
class Opens(Protocol):
    """A task that becomes another in its worker: what is costly to load, or to send, is loaded there."""

    def opened(self) -> Callable[..., object]:
        """The task itself. What it raises is raised where the worker was started."""
        ...


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """What a worker says of one item."""

    result: R | None
    error: Exception | None
    seconds: float
    """By the clock on the wall."""


class Worker(Generic[T, R]):
    """A worker process and the items that it was sent and has not answered."""

    def __init__(self, task: bytes, limits: Limits | None = None) -> None:
        """Start a process that runs ``task``, as :func:`portable` made it.

        Raises:
            UnavailableError: The system starts none.
        """
        self.items: deque[T] = deque()
        self.is_ready = False
        self.is_fresh = True
        """Whether it has not answered for any item yet."""
        self.is_alone = False
        """Whether its item is a suspect, on its second try."""
        self.greeting: object = None
        """What an opened task has to say before its first item, in an attribute of that name."""
        self._limits = limits
        context = get_context("spawn")
        self.link, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, task, limits), daemon=True, name="edocs-worker")
        try:
            with _no_interrupt():
                self.process.start()
        except (OSError, RuntimeError) as exc:
            self.link.close()
            raise UnavailableError(
                "worker processes do not start: {why}", hint=_GUARD_HINT, why=str(exc).strip().partition("\n")[0]
            ) from exc
        finally:
            theirs.close()
        self._gauge = _Gauge(self.process.pid or 0) if limits else None
        self._began_s = self._cpu_s = 0.0
        self._idle_bytes = 0

    def send(self, items: list[T]) -> None:
        """Give it ``items``; none tell it to end."""
        self.items.extend(items)
        self._began_s = time.monotonic()
        with suppress(OSError):  # it died: the next read of its link says so
            self.link.send_bytes(portable(items) if items else b"")

    def hear(self) -> Answer[R] | Loss | None:
        """Wait for what it says next: about its oldest item, or, None, that it is ready; CRASHED: nothing any more.

        Raises:
            UnavailableError: It died before it was ready.
            Exception: What opening the task raised.
        """
        try:
            message = self.link.recv_bytes()
        except (EOFError, OSError) as exc:
            if self.is_ready:
                return Loss.CRASHED
            self.process.join()
            raise UnavailableError(
                "worker processes do not start (exit code {code})", hint=_GUARD_HINT, code=self.process.exitcode
            ) from exc
        cpu_s, seconds, result, error = pickle.loads(message)  # noqa: S301 - written by our own worker
        self._began_s, self._cpu_s = time.monotonic(), cpu_s
        if self.is_ready:
            self.items.popleft()
            self.is_fresh = False
            return Answer(result, error, seconds)
        if error is not None:
            raise error
        self.is_ready = True
        self.greeting = result
        self._idle_bytes = self._gauge.memory_bytes() if self._gauge else 0
        return None

    def excess(self) -> Loss | None:
        """Which limit its oldest item has outgrown. What it has said already must be heard first."""
        if self._limits is None or self._gauge is None or not self.is_ready or not self.items or self.link.poll():
            return None
        if self._gauge.memory_bytes() - self._idle_bytes > self._limits.memory_bytes:
            return Loss.MEMORY
        waited_s = time.monotonic() - self._began_s
        if waited_s < self._limits.seconds:
            return None
        is_over = self._gauge.cpu_s() - self._cpu_s > self._limits.seconds
        return Loss.TIME if is_over or waited_s > self._limits.seconds + self._limits.waiting_s else None

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self.process.kill()
        self.process.join()
        self.link.close()


class _Gauge:
    """Time and memory of another process, 0 where there is no telling: its pipe will say that it is gone."""

    def __init__(self, pid: int) -> None:
        import psutil  # noqa: PLC0415 - while the worker starts, so that nobody waits for it

        self._faults = (psutil.Error, OSError)
        self._process: psutil.Process | None = None
        with suppress(*self._faults):
            self._process = psutil.Process(pid)

    def cpu_s(self) -> float:
        with suppress(*self._faults):
            if self._process is not None:
                times = self._process.cpu_times()
                return float(times.user + times.system)
        return 0.0

    def memory_bytes(self) -> int:
        with suppress(*self._faults):
            if self._process is not None:
                return int(self._process.memory_info().rss)
        return 0


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


def _work(link: Connection, pickled: bytes, limits: Limits | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):  # the parent is gone
        try:
            task = pickle.loads(pickled)  # noqa: S301 - written by our own parent; imports all that the task needs
            task = task.opened() if isinstance(task, Opens) else task
        except Exception as exc:  # noqa: BLE001 - raised again in the parent
            link.send_bytes(_pickled(0.0, None, exc))
            return
        gc.freeze()  # modules and task stay for the life of the process: no collection need look at them
        link.send_bytes(_pickled(0.0, getattr(task, "greeting", None), None))
        while message := link.recv_bytes():
            for item in pickle.loads(message):  # noqa: S301
                _fence(limits)
                start = time.perf_counter()
                link.send_bytes(_answer(task, item))
                if time.perf_counter() - start > _LONG_S:
                    gc.collect()  # a large document may hang in a circle of references, and the next one comes on top


def _fence(limits: Limits | None) -> None:
    # What holds where nobody watches, because the parent was killed or its consumer sleeps. Address space is not
    # memory: libraries reserve more than they use. Twice the limit stops what would be taken in one piece, and the
    # parent, which measures what is really held, is the judge.
    if sys.platform == "win32" or limits is None:
        return
    with suppress(OSError, ValueError):
        _lower(resource.RLIMIT_CPU, int(time.process_time() + 10 * limits.seconds) + 10)
        if sys.platform == "linux":
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
            _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + 2 * limits.memory_bytes)


def _lower(kind: int, wanted: int) -> None:
    if sys.platform != "win32":
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _answer(task: Callable[[T], R], item: T) -> bytes:
    start = time.perf_counter()
    try:
        result, error = task(item), None
    except Exception as exc:  # noqa: BLE001 - the batch worker's edge: raised again in the parent
        result, error = None, exc
    return _pickled(time.perf_counter() - start, result, error)


def _pickled(seconds: float, result: object, error: Exception | None) -> bytes:
    cpu_s = time.process_time()
    try:
        message = pickle.dumps((cpu_s, seconds, result, error))
        if error is not None:
            pickle.loads(message)  # noqa: S301 - an exception may pickle and yet not come back
    except Exception as exc:  # noqa: BLE001 - any class may refuse in its own way
        kind, why = (type(error).__name__, error) if error else (type(exc).__name__, exc)
        # As text: the error itself is what does not come back.
        fault = UnavailableError("task failed in a worker process: {kind}: {why}", kind=kind, why=str(why))
        return pickle.dumps((cpu_s, seconds, None, fault))
    return message


def portable(value: object) -> bytes:
    """``value`` as it is sent to a worker.

    Raises:
        UsageError: It cannot be sent.
    """
    try:
        return pickle.dumps(value)
    except (pickle.PicklingError, TypeError, AttributeError) as exc:
        raise UsageError(
            "cannot be sent to a worker process: {why}", hint="a task is a function at the top of a module", why=exc
        ) from exc
