"""``--max-seconds --max-memory``: what one file may cost (giới hạn cho mỗi tệp)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from edocs.model.limits import Limits

F = TypeVar("F", bound=Callable[..., Any])

_ONLINE_WAITING_S = 120.0  # several services, each of which may take its time to fail
_OPTIONS = (
    click.option(
        "--max-seconds",
        type=click.FloatRange(min=0, min_open=True),
        default=Limits().seconds,
        show_default=True,
        metavar="S",
        help="Processor time for one file; beyond it the file is INDETERMINATE.",
    ),
    click.option(
        "--max-memory",
        type=click.IntRange(min=1),
        default=Limits().memory_bytes >> 20,
        show_default=True,
        metavar="MB",
        help="Memory for one file, itself included; beyond it the file is INDETERMINATE.",
    ),
)


def limit_options(function: F) -> F:
    """``--max-seconds --max-memory``."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def read_limits(max_seconds: float, max_memory: int, *, online: bool = False) -> Limits:
    """What the options allow one file."""
    waiting_s = _ONLINE_WAITING_S if online else Limits().waiting_s
    return Limits(seconds=max_seconds, memory_bytes=max_memory << 20, waiting_s=waiting_s)
