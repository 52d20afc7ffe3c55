"""Figures that other systems count, as they are imported: two whole numbers for an indicator, an agency and a month.

Số liệu nhập từ hệ thống khác. They enter the log as events of kind ``figures``; of one indicator, agency and month the
latest counts. Percentages are never taken: they cannot be added, and 0 of 0 is none. How a file is read is in
``figure_reading.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from edocs.errors import EdocsError, UsageError
from edocs.model.events import Event, EventKind, LoggedEvent
from edocs.model.register import AgencyLevel, tidy_name
from edocs.model.signing import HANOI
from edocs.model.standing import canonical_json
from edocs.model.tally import Query
from edocs.model.times import require_time

__all__ = [
    "Fault",
    "Figure",
    "FigureTable",
    "count_news",
    "figures_event",
    "latest_figures",
    "month_of",
    "require_past",
]

RULE = "edocs.figures/1"
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure (số liệu): ``numerator`` of ``denominator``."""

    indicator: str
    """The id of its definition."""
    agency: str
    agency_name: str
    level: AgencyLevel
    month: str
    """``YYYY-MM``."""
    numerator: int
    denominator: int
    note: str = ""

    def __post_init__(self) -> None:
        if not _MONTH.fullmatch(self.month):
            raise UsageError("not a month: {text}", hint="YYYY-MM", text=self.month)
        if min(self.numerator, self.denominator) < 0:
            raise self._refusal("a count is negative: {numerator} of {denominator}")
        if self.numerator > self.denominator:
            raise self._refusal("the numerator is larger than the denominator: {numerator} of {denominator}")

    @property
    def place(self) -> tuple[str, str, str]:
        """What one figure is kept of."""
        return self.indicator, self.agency, self.month

    def _refusal(self, message: str) -> UsageError:
        hint = "the numerator is a part of the denominator"
        return UsageError(message, hint=hint, numerator=self.numerator, denominator=self.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a line of a table cannot be taken."""

    line: int
    failure: EdocsError


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureTable:
    """A file of figures as it was read."""

    figures: tuple[Figure, ...]
    sha256: str
    """Of the file: the evidence."""
    faults: tuple[Fault, ...] = ()
    """With one of these nothing is imported."""


def figures_event(table: FigureTable, who: str, now: datetime) -> Event:
    """The event that a table becomes: of no document, with its rows in order.

    Raises:
        UsageError: ``now`` has no time zone.
    """
    rows = [
        {
            "indicator": figure.indicator,
            "agency": figure.agency,
            "agency_name": figure.agency_name,
            "level": figure.level.value,
            "month": figure.month,
            "numerator": figure.numerator,
            "denominator": figure.denominator,
            **({"note": figure.note} if figure.note else {}),
        }
        for figure in sorted(table.figures, key=lambda figure: figure.place)
    ]
    payload = canonical_json({"rule": RULE, "rows": rows})
    return Event(
        kind=EventKind.FIGURES,
        at=require_time(now),
        who=tidy_name(who),
        key=None,
        payload=payload,
        evidence=table.sha256,
    )


def latest_figures(events: Iterable[LoggedEvent], query: Query | None = None) -> tuple[Figure, ...]:
    """What events of kind ``figures``, in the order of the log, come to: of each place the latest figure.

    Args:
        query: Only what it describes, by agency, level and whole months; nothing where it asks for documents.
    """
    found: dict[tuple[str, str, str], Figure] = {}
    for logged in events:
        for row in json.loads(logged.event.payload)["rows"]:
            figure = Figure(**{**row, "level": AgencyLevel(row["level"])})
            found[figure.place] = figure
    return _matching([found[place] for place in sorted(found)], query or Query())


def count_news(figures: Iterable[Figure], known: Iterable[Figure]) -> int:
    """How many of ``figures`` are not as they are ``known``."""
    places = {figure.place: figure for figure in known}
    return sum(places.get(figure.place) != figure for figure in figures)


def require_past(figures: Sequence[Figure], now: datetime) -> None:
    """Go on only with figures of months that have begun.

    Raises:
        UsageError: One is of a month to come.
    """
    current = month_of(now)
    for figure in figures:
        if figure.month > current:
            raise UsageError("{month} is a month to come", hint="correct the month", month=figure.month)


def month_of(now: datetime) -> str:
    """The month in Vietnam, ``YYYY-MM``."""
    return f"{now.astimezone(HANOI):%Y-%m}"


def _matching(figures: Iterable[Figure], query: Query) -> tuple[Figure, ...]:
    if query.number is not None or query.symbol or query.type or query.text or query.is_complete is not None:
        return ()
    first = "" if query.issued_from is None else _first_whole_month(query.issued_from)
    last = query.issued_to
    after = "9999-99" if last in (None, date.max) else f"{last + timedelta(days=1):%Y-%m}"
    return tuple(
        figure
        for figure in figures
        if first <= figure.month < after
        and query.agency in (None, figure.agency)
        and query.level in (None, figure.level)
    )


def _first_whole_month(day: date) -> str:
    """The month that begins on ``day``, else the next one."""
    return f"{day:%Y-%m}" if day.day == 1 else f"{day.year + day.month // 12:04d}-{day.month % 12 + 1:02d}"
