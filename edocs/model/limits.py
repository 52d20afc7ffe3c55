"""What one file may cost, and how a task was lost that cost more.

Giới hạn cho mỗi tệp. Plain values; :mod:`edocs.engines.worker` holds to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from edocs.errors import UsageError
from edocs.model.rules import reason
from edocs.model.verdict import Reason

__all__ = ["Limits", "Loss", "loss_reason", "size_excess"]


class Loss(StrEnum):
    """Why there is no result: the process that worked on it is gone."""

    TIME = "limit.time"
    """It computed, or waited, for longer than allowed, and was ended."""
    MEMORY = "limit.memory"
    """It took more memory than allowed, and was ended."""
    CRASHED = "limit.crashed"
    """It died by itself, twice: a fault in a C library, or the system ended it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost (giới hạn cho mỗi tệp).

    Raises:
        UsageError: One is not above 0.
    """

    seconds: float = 2.0
    """Processor time, so that a busy machine finds what an idle one finds."""
    waiting_s: float = 20.0
    """What the clock on the wall may show beyond that: disks and, under ``online``, services take their time."""
    memory_bytes: int = 256 << 20
    """What the process may hold beyond what it holds without any file; the file itself counts."""

    def __post_init__(self) -> None:
        if not (self.seconds > 0 and self.waiting_s >= 0 and self.memory_bytes > 0):  # NaN is above nothing
            raise UsageError("a limit must be above 0")


def loss_reason(loss: Loss, limits: Limits | None) -> Reason:
    """The finding about a file over which ``loss`` came."""
    if limits is None:
        return reason(loss.value, seconds="∞", allowed="the system gives no more")
    return reason(loss.value, seconds=f"{limits.seconds:g}", allowed=f"{_megabytes(limits.memory_bytes)} MB")


def size_excess(size_bytes: int, limits: Limits | None) -> Reason | None:
    """The finding about a file that cannot be held within ``limits``; None where it can."""
    if limits is None or size_bytes <= limits.memory_bytes:
        return None
    return reason("limit.size", size=_megabytes(size_bytes), megabytes=_megabytes(limits.memory_bytes))


def _megabytes(count: int) -> str:
    return f"{count / (1 << 20):.0f}"
