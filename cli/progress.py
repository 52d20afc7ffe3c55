"""Progress in words, for whoever waits for many files without seeing each."""

from __future__ import annotations

import time
from collections.abc import Callable

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
