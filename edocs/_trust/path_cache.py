"""Answers that stay true for a while, kept for the next document of the same signer.

Ghi nhớ đường dẫn chứng thực. A path is judged from certificates and a time. Between two neighbouring dates of those
certificates nothing in it can change, so within such an interval an answer is given again; at a date itself, and within
the validator's tolerance of it, it is found anew. Only paths that hold are kept, and never what is known of revocation.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from asn1crypto import x509

from edocs._pdf.faults import PARSER_FAULTS

__all__ = ["PathCache"]

T = TypeVar("T")
_MOST_KEYS, _MOST_INTERVALS, _MOST_BYTES = 256, 8, 1 << 16
_LAST = datetime.max.replace(tzinfo=UTC)
_TOLERANCE = timedelta(seconds=2)  # of the validator it is one second


@dataclass(slots=True)
class _Entry(Generic[T]):
    dates: Sequence[datetime]
    """In order, two and two: within such a pair lies the tolerance of some date."""
    answers: dict[int, T] = field(default_factory=dict)
    """By the number of dates before the time that was asked about."""


class PathCache(Generic[T]):
    """The answers given last, for as many questions as a batch has signers; safe in threads."""

    def __init__(self) -> None:
        self._entries: OrderedDict[Hashable, _Entry[T]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, at: datetime) -> T | None:
        """The answer that was kept for ``key`` and for the interval around ``at`` (aware), or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            interval = _interval(entry.dates, at)
            return None if interval is None else entry.answers.get(interval)

    def keep(self, key: Hashable, at: datetime, answer: T, certificates: Sequence[bytes]) -> None:
        """Keep ``answer`` for ``key`` and for the interval around ``at``.

        Args:
            key: Everything but the time that the answer depends on.
            certificates: DER, those whose dates it depends on.
        """
        # Whoever sends documents with huge certificates must not be able to fill the memory with them.
        dates = _dates(certificates) if sum(map(len, certificates)) <= _MOST_BYTES else None
        interval = None if dates is None else _interval(dates, at)
        if dates is None or interval is None:
            return
        with self._lock:
            entry = self._entries.setdefault(key, _Entry(dates))
            if len(entry.answers) < _MOST_INTERVALS:
                entry.answers[interval] = answer
            self._entries.move_to_end(key)
            while len(self._entries) > _MOST_KEYS:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()


def _interval(dates: Sequence[datetime], at: datetime) -> int | None:
    """The number of ``dates`` before ``at``; None where ``at`` is too near to what one of them was made of."""
    if at.tzinfo is None:
        return None  # the validator says what is wrong with such a time
    before = bisect_left(dates, at)
    is_on_a_date = before < len(dates) and dates[before] == at
    return None if before % 2 or is_on_a_date else before


def _dates(certificates: Iterable[bytes]) -> list[datetime] | None:
    """Begin and end of the time around each date, overlapping ones joined; None where one cannot be read."""
    found: set[datetime] = set()
    try:
        for raw in certificates:
            # Read as the validator reads them.
            validity = x509.Certificate.load(raw)["tbs_certificate"]["validity"]
            found |= {validity["not_before"].native, validity["not_after"].native}
        # 31 December 9999 stands for "without end" (RFC 5280, 4.1.2.5).
        spans = [(date - _TOLERANCE, min(date, _LAST - _TOLERANCE) + _TOLERANCE) for date in sorted(found)]
    except PARSER_FAULTS:
        return None
    joined: list[datetime] = []
    for begin, end in spans:
        if joined and begin <= joined[-1]:
            joined[-1] = end
        else:
            joined += (begin, end)
    return joined
