"""What a report compares, as options: ``--compare --targets --bands --indicator --rank --trend``."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from edocs._files import read_file
from edocs.errors import UsageError
from edocs.model import Indicator, Query
from edocs.model.comparing import Bounds
from edocs.model.periods import Period
from edocs.model.targets import Target, read_percent, read_targets
from edocs.reports.comparisons import Comparing

from .console import PATH

__all__ = ["comparing_options", "month_query", "read_comparing", "read_target_file"]

F = TypeVar("F", bound=Callable[..., Any])
_MONTHS = (re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})"), re.compile(r"(?P<month>\d{1,2})/(?P<year>\d{4})"))
_OPTIONS = (
    click.option(
        "--compare",
        metavar="previous|none|YYYY-MM..YYYY-MM",
        help="Period to compare with. Pages, workbooks and JSON take the previous one of equal length by themselves.",
    ),
    click.option(
        "--targets", "targets_file", type=PATH, metavar="FILE", help="Targets by level and year, TOML or CSV."
    ),
    click.option("--bands", metavar="UPPER,LOWER", help="Bounds of the bands in percent; default: 80,50."),
    click.option(
        "--indicator",
        type=click.Choice([indicator.value for indicator in Indicator]),
        default=Indicator.BOTH.value,
        show_default=True,
        help="By which share units are ranked.",
    ),
    click.option("--rank", is_flag=True, help="Rank the units of each level, with their movement."),
)


def comparing_options(function: F) -> F:
    """The options of :func:`read_comparing`, and ``--rank``."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def month_query(first: str | None, last: str | None) -> Query:
    """The months from ``first`` to ``last``, each ``YYYY-MM`` or ``mm/yyyy``, and included.

    Raises:
        UsageError: One is no month, or they are the wrong way round.
    """
    query = Query(issued_from=_month(first) if first else None, issued_to=_last_day(_month(last)) if last else None)
    _period(query)
    return query


def read_comparing(options: dict[str, Any], query: Query, *, is_page: bool) -> Comparing | None:
    """What the options ask to compare; None: nothing.

    Args:
        is_page: The format shows comparisons without being asked.

    Raises:
        UsageError: An option cannot be meant, or there is no period to count back from.
        UnreadableError: The table of targets.
    """
    compare, bands, targets = options["compare"], options["bands"], options["targets_file"]
    if not (is_page or options["rank"] or bands or targets or compare not in (None, "none")):
        return None
    return Comparing(
        earlier=_earlier(compare or ("previous" if is_page and _period(query) else "none"), query),
        bounds=_bounds(bands) if bands else Bounds(),
        targets=read_target_file(targets) if targets else (),
        indicator=Indicator(options["indicator"]),
    )


def read_target_file(path: Path) -> tuple[Target, ...]:
    """The targets in a file, CSV by its ending, else TOML."""
    return read_targets(read_file(path), is_csv=path.suffix.lower() == ".csv")


def _earlier(compare: str, query: Query) -> Period | None:
    if compare == "none":
        return None
    if compare == "previous":
        if (period := _period(query)) is None:
            raise UsageError("no period to compare the one before with", hint="give --from and --to")
        return period.previous()
    first, dots, last = compare.partition("..")
    if not dots:
        raise UsageError(
            "not a period: {text}", hint="previous, none, or two months such as 2025-01..2025-06", text=compare
        )
    return _period(month_query(first, last))


def _period(query: Query) -> Period | None:
    if query.issued_from is None or query.issued_to is None:
        return None
    return Period(first=query.issued_from, last=query.issued_to)


def _bounds(text: str) -> Bounds:
    parts = text.split(";") if ";" in text else text.split(",")
    if len(parts) != 2:
        raise UsageError("not two bounds: {text}", hint="such as 80,50 or 66,5;33,3", text=text)
    return Bounds(upper=read_percent(parts[0]), lower=read_percent(parts[1]))


def _month(text: str) -> date:
    found = next((found for form in _MONTHS if (found := form.fullmatch(text))), None)
    if found is None or not 1 <= int(found["month"]) <= 12 or not int(found["year"]):
        raise UsageError("not a month: {text}", hint="YYYY-MM or mm/yyyy", text=text)
    return date(int(found["year"]), int(found["month"]), 1)


def _last_day(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
