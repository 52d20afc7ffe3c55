"""A report of signed shares as plain data: rows, subtotals and total from counts; nothing drawn, nothing rounded.

Báo cáo tỷ lệ ký số. Decision 28/2018/QĐ-TTg, articles 11 and 15.1 want statistics that the system makes by itself.
Every subtotal is a sum of counts; a percentage is made last, where it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from typing import Any

from edocs.model import Agency, AgencyLevel, Counts, Entry, Facet, LogExtent, Tally, total, type_name
from edocs.model.census import Census
from edocs.model.checkpoint import Checkpoint
from edocs.model.collation import vietnamese_key
from edocs.model.periods import Span, span_months, spans_between
from edocs.model.regrouping import Regrouping

from .comparisons import Comparisons
from .indicator_table import IndicatorTable

__all__ = [
    "RULE",
    "Report",
    "Row",
    "RowKind",
    "Section",
    "month_name",
    "months_between",
    "months_of",
    "section",
]

RULE = "edocs.standing/1"
"""The rule that puts a document in its buckets (``docs/registry.md``); each ``verified`` event names it too."""


class RowKind(StrEnum):
    """What a row sums up."""

    GROUP = "group"
    SUBTOTAL = "subtotal"
    """All groups that share the first facet's value."""
    BRANCH = "branch"
    """A body with all below it in a tree; no total adds one."""
    TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a section."""

    kind: RowKind
    group: tuple[str, ...]
    """A value for each facet; a subtotal has the first alone, the total none."""
    counts: Counts
    depth: int | None = None
    """How far below the top of a tree, 0 at the top; None: the tree does not have it, or there is none."""
    name: str = ""
    """What the tree calls the body; empty: as the register does."""
    is_own: bool = False
    """What a body issued itself, after the branch that it is the top of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Counts by one combination of facets, or of the quarters and years that months add up to."""

    by: tuple[Facet | Span, ...]
    rows: tuple[Row, ...]
    """Groups in order, a subtotal after those it sums where there are two facets or more, the total last."""
    tree_on: date | None = None
    """Agencies along their tree of this day, each branch before what is below it; None: no tree."""

    @property
    def names(self) -> tuple[str, ...]:
        """What it is by, as stable names."""
        return ("branch",) if self.tree_on else tuple(item.value for item in self.by)

    @property
    def groups(self) -> tuple[Row, ...]:
        """The rows that are no sums of others."""
        return tuple(row for row in self.rows if row.kind is RowKind.GROUP)

    @property
    def is_trend(self) -> bool:
        """Whether each row follows the one before in time: by month, quarter or year alone."""
        return len(self.by) == 1 and self.by[0] in _TIMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that any format shows."""

    issued_from: date | None
    issued_to: date | None
    cut_off: datetime | None
    """The last moment whose events are counted; None: the register is empty."""
    extent: LogExtent
    total: Counts
    sections: tuple[Section, ...]
    agencies: Mapping[str, Agency]
    open_documents: tuple[Entry, ...]
    """Documents without two valid signatures in order, by date of issue: the first ones of each agency."""
    open_count: int
    """Of all of them."""
    months: tuple[str, ...] = ()
    """Of the period, or from the first to the last month with a document where it is open."""
    comparisons: Comparisons | None = None
    indicators: IndicatorTable | None = None
    census: Census = field(default_factory=Census)
    """Which bodies there were in the period."""
    regrouping: Regrouping | None = None
    """None: under the agencies as they were registered."""
    rule: str = RULE
    """Which version of the counting rules the events were judged by."""
    checkpoint: Checkpoint | None = None
    """A state of the log that stands outside, and that the log was seen to hold; None: none was given."""

    def name_of(self, agency: str) -> str:
        """What a body is called: by the register, else by the directory; its identifier where neither has it."""
        if agency in self.agencies:
            return self.agencies[agency].name
        return next((one.name for one in self.census.silent if one.id == agency), agency)

    def covered(self, span: str) -> tuple[int, int]:
        """How many months of a quarter or year the period covers, and how many it has."""
        months = span_months(span)
        return sum(month in self.months for month in months), len(months)


def section(tallies: Sequence[Tally], by: Sequence[Facet | Span], months: Sequence[str] = ()) -> Section:
    """Rows with their subtotals and total.

    Args:
        months: Of the period. By month, quarter or year alone, each of its rows is there even without a document.
    """
    found = list(tallies)
    if len(by) == 1 and by[0] in _TIMES:
        names = spans_between(months, by[0]) if isinstance(by[0], Span) else months
        missing = set(names) - {tally.group[0] for tally in found}
        found += [Tally(group=(name,), counts=Counts()) for name in missing]
    found.sort(key=lambda tally: _order(tally.group, by))
    rows: list[Row] = []
    for first, tallied in groupby(found, key=lambda tally: tally.group[:1]):
        same = list(tallied)
        rows += [Row(kind=RowKind.GROUP, group=tally.group, counts=tally.counts) for tally in same]
        if len(by) > 1:
            rows.append(Row(kind=RowKind.SUBTOTAL, group=first, counts=total(same)))
    rows.append(Row(kind=RowKind.TOTAL, group=(), counts=total(found)))
    return Section(by=tuple(by), rows=tuple(rows))


def months_between(first: date | None, last: date | None) -> tuple[str, ...]:
    """Every month from ``first`` to ``last``, none where either is open.

    >>> months_between(date(2025, 12, 31), date(2026, 2, 1))
    ('2025-12', '2026-01', '2026-02')
    """
    if first is None or last is None:
        return ()
    span = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return tuple(month_name(month) for month in span)


def months_of(found: Sequence[str]) -> tuple[str, ...]:
    """Every month from the first to the last of those ``YYYY-MM`` that were found.

    Raises:
        ValueError: One is no month.
    """
    days = [date.fromisoformat(f"{month}-01") for month in (min(found), max(found))] if found else [None, None]
    return months_between(*days)


def month_name(index: int) -> str:
    """The month ``index`` months after January of year 0, as ``YYYY-MM``."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


_TIMES = {Facet.MONTH, *Span}
_LEVELS = {level.value: position for position, level in enumerate(AgencyLevel)}


def _order(group: tuple[str, ...], by: Sequence[Facet | Span]) -> tuple[Any, ...]:
    """Levels from province to commune, types by their Vietnamese names in any language, everything else by its text."""
    return tuple(_place(facet, value) for facet, value in zip(by, group, strict=True))


def _place(facet: Facet | Span, value: str) -> Any:
    if facet is Facet.LEVEL:
        return _LEVELS.get(value, 0), value
    return _type_place(value) if facet is Facet.TYPE else value


@lru_cache(maxsize=1024)
def _type_place(code: str) -> Any:
    return vietnamese_key(type_name(code, "vi"))
