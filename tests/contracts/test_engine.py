"""The contract of ``edocs.ports.Engine``, over every adapter, and what only processes can break."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edocs.connect import open_engine
from edocs.engines.local import LocalEngine
from edocs.engines.serial import SerialEngine
from edocs.errors import EdocsError, NotPdfError, UnavailableError, UsageError
from edocs.model import Limits, Loss
from edocs.ports import Engine

REPOSITORY = Path(__file__).parents[2]


def square(number: int) -> int:
    return number * number


def square_or_die(number: int) -> int:
    if number < 0:
        os._exit(9)
    return number * number


def square_or_raise(number: int) -> int:
    if number < 0:
        raise NotPdfError("not a PDF: {path}", path=number)
    return number * number


class TwoArgumentsError(EdocsError):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)

    def __reduce__(self) -> tuple[object, ...]:
        return (TwoArgumentsError, ("one",))


def raise_what_does_not_unpickle(number: int) -> int:
    raise TwoArgumentsError(str(number), "x")


def own_pid(_: int) -> int:
    return os.getpid()


def compute_for_ever(number: int) -> int:
    """One step inside C, which no signal and no other thread interrupts."""
    return pow(3, 1 << 40) if number < 0 else number * number


def wait_for_ever(number: int) -> int:
    if number < 0:
        threading.Event().wait()
    return number * number


def hoard(number: int) -> int:
    held = []
    while number < 0:
        held.append(b"x" * (1 << 20))
    return number * number


def take_at_once(number: int) -> int:
    return len(bytearray(1 << 40)) if number < 0 else number * number


def keep_some(number: int) -> int:
    """Each item leaves 20 MB behind in its process."""
    KEPT.append(b"x" * (20 << 20))
    return number * number


KEPT: list[bytes] = []
LIMITS = Limits(seconds=0.5, waiting_s=3, memory_bytes=64 << 20)


def lost(number: int, loss: Loss) -> str:
    return f"lost {number} {loss.value}"


@pytest.fixture(params=["serial:", "local:2", "local:"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return open_engine(request.param)


def test_every_item_has_one_result(engine: Engine) -> None:
    assert sorted(engine.map(square, range(500))) == [number * number for number in range(500)]


def test_no_items_give_no_results(engine: Engine) -> None:
    assert list(engine.map(square, [])) == []


def test_items_are_drawn_lazily(engine: Engine) -> None:
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1_000_000):
            drawn.append(number)
            yield number

    results = engine.map(square, items())
    next(iter(results))
    results.close()  # type: ignore[attr-defined]

    assert len(drawn) < 100


def test_an_error_of_the_task_reaches_the_caller_whole(engine: Engine) -> None:
    with pytest.raises(NotPdfError) as caught:
        list(engine.map(square_or_raise, [1, -7]))

    assert caught.value.params == {"path": "-7"}


def test_an_engine_can_be_used_again(engine: Engine) -> None:
    first = sorted(engine.map(square, [1, 2]))

    second = sorted(engine.map(square, [3, 4]))

    assert (first, second) == ([1, 4], [9, 16])


@pytest.mark.parametrize(
    ("uri", "kind"), [("serial:", SerialEngine), ("local:", LocalEngine), ("local:3", LocalEngine)]
)
def test_a_uri_names_its_engine(uri: str, kind: type[object]) -> None:
    assert type(open_engine(uri)) is kind


@pytest.mark.parametrize("uri", ["", "local", "local:0", "local:-1", "local:two", "local:١", "serial:2", "dask:host"])
def test_a_uri_that_names_no_engine_is_refused(uri: str) -> None:
    with pytest.raises(UsageError):
        open_engine(uri)


def test_only_the_items_that_kill_their_worker_are_lost() -> None:
    numbers = [*range(40), -1, *range(40, 80), -2]

    results = list(LocalEngine(2).map(square_or_die, numbers, lost))

    assert sorted(map(str, results)) == sorted(
        [*(str(number * number) for number in range(80)), "lost -1 limit.crashed", "lost -2 limit.crashed"]
    )


@pytest.mark.parametrize(
    ("task", "loss"),
    [
        (compute_for_ever, Loss.TIME),
        (wait_for_ever, Loss.TIME),
        (hoard, Loss.MEMORY),
        (take_at_once, Loss.MEMORY),
        (square_or_die, Loss.CRASHED),
    ],
)
def test_only_the_items_that_outgrow_a_limit_are_lost(task: Callable[[int], int], loss: Loss) -> None:
    numbers = [*range(30), -1, *range(30, 60), -2]

    results = list(LocalEngine(2, LIMITS).map(task, numbers, lost))

    expected = [*(str(number * number) for number in range(60)), f"lost -1 {loss.value}", f"lost -2 {loss.value}"]
    assert sorted(map(str, results)) == sorted(expected)


def test_memory_that_earlier_items_left_behind_is_not_held_against_an_item() -> None:
    results = list(LocalEngine(1, Limits(seconds=60, memory_bytes=64 << 20)).map(keep_some, range(12), lost))

    assert sorted(map(str, results)) == sorted(str(number * number) for number in range(12))


def processor_seconds_left(_: int) -> float:
    import resource

    soft, _hard = resource.getrlimit(resource.RLIMIT_CPU)
    return soft - time.process_time()


@pytest.mark.skipif(sys.platform == "win32", reason="the limits of the system are those of POSIX")
def test_a_worker_whose_parent_is_killed_does_not_compute_for_ever() -> None:
    """The system ends it; nobody else is there to."""
    (left,) = LocalEngine(1, LIMITS).map(processor_seconds_left, [0])

    assert 0 < left < 30


@pytest.mark.parametrize("limits", [{"seconds": 0}, {"seconds": float("nan")}, {"memory_bytes": -1}])
def test_a_limit_that_allows_nothing_is_refused(limits: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="above 0"):
        Limits(**limits)  # type: ignore[arg-type]


def test_a_lost_item_without_a_substitute_ends_the_run() -> None:
    with pytest.raises(UnavailableError, match="died"):
        list(LocalEngine(1).map(square_or_die, [-1]))


def test_work_is_done_in_other_processes_and_no_more_than_asked_for() -> None:
    processes = set(LocalEngine(2).map(own_pid, range(2000)))

    assert os.getpid() not in processes
    assert 1 <= len(processes) <= 2


def test_an_error_that_cannot_cross_is_told_in_words() -> None:
    with pytest.raises(UnavailableError, match="TwoArgumentsError"):
        list(LocalEngine(1).map(raise_what_does_not_unpickle, [1]))


def test_a_task_that_cannot_be_sent_is_refused() -> None:
    with pytest.raises(UsageError, match="worker process"):
        LocalEngine(1).map(lambda number: number, [1])


def test_an_unguarded_program_is_told_to_guard_itself(tmp_path: Path) -> None:
    program = tmp_path / "unguarded.py"
    program.write_text(
        textwrap.dedent(
            """
            from edocs.engines.local import LocalEngine
            def task(number): return number
            print(list(LocalEngine(1).map(task, [1])))
            """
        ),
        encoding="utf-8",
    )

    done = subprocess.run(
        [sys.executable, program], capture_output=True, encoding="utf-8", cwd=REPOSITORY, timeout=60, check=False
    )

    assert done.returncode != 0
    assert 'if __name__ == "__main__"' in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a process group of its own is made with POSIX calls here")
def test_ctrl_c_ends_program_and_workers_without_a_worker_traceback(tmp_path: Path) -> None:
    program = tmp_path / "endless.py"
    program.write_text(
        textwrap.dedent(
            """
            import itertools, os, sys
            from edocs.engines.local import LocalEngine
            def task(number): return os.getpid()
            if __name__ == "__main__":
                try:
                    for number, pid in enumerate(LocalEngine(2).map(task, itertools.count())):
                        if number < 3000:
                            print(pid, flush=True)
                except KeyboardInterrupt:
                    sys.exit(130)
            """
        ),
        encoding="utf-8",
    )
    running = subprocess.Popen(
        [sys.executable, program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=REPOSITORY,
        start_new_session=True,
    )
    assert running.stdout is not None
    workers = {int(running.stdout.readline()) for _ in range(3000)}

    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=30)

    assert (running.returncode, errors) == (130, "")
    assert all(_is_gone(pid) for pid in workers)


def _is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
    return False
