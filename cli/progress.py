"""Progress in words, for whoever waits for many files without seeing each, or for a large one."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from .console import Console

_FIRST_S, _EVERY_S = 2.0, 10.0


def spoken(console: Console, text: str = "{count} files so far, {rate} a second") -> Callable[[], None]:
    """Call it after each file, or whatever ``text`` counts: a line after two seconds, and then every ten."""
    started_s = time.monotonic()
    due_s = started_s + _FIRST_S
    count = 0

    def advance() -> None:
        nonlocal due_s, count
        count += 1
        now_s = time.monotonic()
        if now_s >= due_s:
            due_s = now_s + _EVERY_S
            console.say(text, count=count, rate=f"{count / (now_s - started_s):.1f}")

    return advance


def spoken_bytes(console: Console, path: Path) -> Callable[[int], None]:
    """Call it with the number of bytes of ``path`` that were read: a line after two seconds, and then every two."""
    done, due_s = 0, time.monotonic() + _FIRST_S

    def advance(count: int) -> None:
        nonlocal done, due_s
        done += count
        if time.monotonic() >= due_s:
            due_s = time.monotonic() + _FIRST_S
            console.say("{path}: {done} MB read", path=path, done=done // 1_000_000)

    return advance
