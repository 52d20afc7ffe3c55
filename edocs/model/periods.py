"""Months, quarters and years of a report: which contains which, what came before, how months are rolled up.

Kỳ báo cáo. Everything is counted by month of issue in Vietnam; quarters and years are sums of months, so that they can
never say something else. A period is inclusive at both ends.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from edocs.errors import UsageError
from edocs.model.tally import Facet, Tally, total

__all__ = ["Period", "Span", "counted_by", "roll_up", "span_months", "span_of", "spans_between"]


class Span(StrEnum):
    """A stretch of the calendar that is made of months, and by which a report can be grouped besides."""

    QUARTER = "quarter"
    """quý, ``YYYY-Qn``"""
    YEAR = "year"
    """năm, ``YYYY``"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From one day to another (kỳ báo cáo)."""

    first: date
    last: date
    """Inclusive."""

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise UsageError("the period ends before it begins", hint="--from is the earlier month")

    @property
    def is_whole(self) -> bool:
        """Whether it is made of whole months."""
        return self.first.day == 1 and self.last.day == calendar.monthrange(self.last.year, self.last.month)[1]

    def previous(self) -> Period:
        """The period of equal length just before: as many months where it is made of months, else as many days.

        >>> Period(first=date(2026, 1, 1), last=date(2026, 6, 30)).previous()
        Period(first=datetime.date(2025, 7, 1), last=datetime.date(2025, 12, 31))

        Raises:
            UsageError: There is none in the calendar.
        """
        try:
            last = self.first - timedelta(days=1)
            if not self.is_whole:
                return Period(first=self.first - (self.last - self.first) - timedelta(days=1), last=last)
            first = _month_index(self.first) - (_month_index(self.last) - _month_index(self.first) + 1)
            return Period(first=date(first // 12, first % 12 + 1, 1), last=last)
        except (OverflowError, ValueError) as exc:
            raise UsageError("there is no period before {first}", first=self.first) from exc


def span_of(month: str, span: Span) -> str:
    """The quarter or year that ``month``, ``YYYY-MM``, is in.

    >>> span_of("2026-05", Span.QUARTER), span_of("2026-05", Span.YEAR)
    ('2026-Q2', '2026')
    """
    year, number = month[:4], int(month[5:7])
    return year if span is Span.YEAR else f"{year}-Q{(number + 2) // 3}"


def span_months(name: str) -> tuple[str, ...]:
    """The months of a quarter, a year, or of a month itself.

    >>> span_months("2026-Q4"), len(span_months("2026"))
    (('2026-10', '2026-11', '2026-12'), 12)
    """
    year, _, part = name.partition("-")
    if part.startswith("Q"):
        first = 3 * int(part[1:]) - 2
        return tuple(f"{year}-{month:02d}" for month in range(first, first + 3))
    return (name,) if part else tuple(f"{year}-{month:02d}" for month in range(1, 13))


def spans_between(months: Sequence[str], span: Span) -> tuple[str, ...]:
    """Every quarter or year that one of ``months`` is in, in order."""
    return tuple(dict.fromkeys(span_of(month, span) for month in sorted(months)))


def counted_by(by: Sequence[Facet | Span]) -> tuple[Facet, ...]:
    """The facets to count by, so that :func:`roll_up` can group by ``by``.

    >>> counted_by([Facet.LEVEL, Span.YEAR])
    (<Facet.LEVEL: 'level'>, <Facet.MONTH: 'month'>)

    Raises:
        UsageError: One of ``by`` comes twice.
    """
    if len(set(by)) != len(by):
        raise UsageError("a facet is given twice: {by}", by=", ".join(item.value for item in by))
    return tuple(dict.fromkeys(Facet.MONTH if isinstance(item, Span) else item for item in by))


def roll_up(tallies: Iterable[Tally], by: Sequence[Facet | Span]) -> list[Tally]:
    """Tallies by :func:`counted_by` ``(by)`` as tallies by ``by``: the months of each quarter or year added up."""
    counted = counted_by(by)
    if counted == tuple(by):
        return list(tallies)
    groups: dict[tuple[str, ...], list[Tally]] = {}
    for tally in tallies:
        values = dict(zip(counted, tally.group, strict=True))
        group = tuple(span_of(values[Facet.MONTH], item) if isinstance(item, Span) else values[item] for item in by)
        groups.setdefault(group, []).append(tally)
    return [Tally(group=group, counts=total(same)) for group, same in groups.items()]


def _month_index(day: date) -> int:
    return day.year * 12 + day.month - 1
