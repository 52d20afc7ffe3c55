"""The geometry of the month charts: columns of one indicator from 0 to 100 %, in the units of an SVG view box.

It decides where things stand; the template draws them. Scales start at 0 and end at 100 %, always.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from edocs.model import Indicator, Share

from .figures import Row

__all__ = ["HEIGHT", "WIDTH", "Column", "Panel", "month_panel"]

WIDTH, HEIGHT = 360, 214
_LEFT, _RIGHT, _TOP, _BASE = 40, 352, 30, 168
_WIDEST = 34
_INSIDE = 22  # a column this high has room for its own figure
_MONTH_SLOT = 20  # and the number of a month about this
_LABELLED_SLOT = 38  # a percentage needs about this width


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One month."""

    month: str
    centre: str
    left: str
    width: str
    top: str
    """Of the verified share."""
    height: str
    attempted_top: str
    attempted_height: str
    """Of what is above the verified share; 0 where nothing is."""
    verified: Share
    attempted: Share
    label_baseline: str
    """Where the percentage is written; empty where there is no room."""
    is_label_inside: bool
    """In the column, in white; else above everything."""
    month_label: str
    """Month of the year; empty where there is no room."""
    year_label: str
    """On the first month and on each January."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One indicator's chart."""

    indicator: Indicator
    columns: tuple[Column, ...]
    grid: tuple[tuple[int, str], ...]
    """Percent and its height."""


def month_panel(indicator: Indicator, rows: Sequence[Row]) -> Panel:
    """The chart of ``indicator`` over ``rows``, one row a month."""
    slot = Decimal(_RIGHT - _LEFT) / max(len(rows), 1)
    return Panel(
        indicator=indicator,
        columns=tuple(_column(indicator, row, place, slot) for place, row in enumerate(rows)),
        grid=tuple((percent, _text(_height(Decimal(percent)))) for percent in (0, 50, 100)),
    )


def _column(indicator: Indicator, row: Row, place: int, slot: Decimal) -> Column:
    month = row.group[0]
    verified, attempted = row.counts.share(indicator), row.counts.share(indicator, attempted=True)
    width = min(Decimal(_WIDEST), slot * Decimal("0.62"))
    centre = _LEFT + slot * (place + Decimal("0.5"))
    top, attempted_top = _height(verified.percent), _height(attempted.percent)
    is_inside = _BASE - top >= _INSIDE
    every = next((months for months in (1, 3, 6, 12) if months * slot >= _MONTH_SLOT), 0)
    return Column(
        month=month,
        centre=_text(centre),
        left=_text(centre - width / 2),
        width=_text(width),
        top=_text(top),
        height=_text(_BASE - top),
        attempted_top=_text(attempted_top),
        attempted_height=_text(max(top - attempted_top, Decimal(0))),
        verified=verified,
        attempted=attempted,
        label_baseline=_text(top + 15 if is_inside else attempted_top - 5) if slot >= _LABELLED_SLOT else "",
        is_label_inside=is_inside,
        month_label=month[5:] if every and place % every == 0 else "",
        year_label=month[:4] if place == 0 or month.endswith("-01") else "",
    )


def _height(percent: Decimal | None) -> Decimal:
    return _BASE - (percent or Decimal(0)) * (_BASE - _TOP) / 100


def _text(number: Decimal) -> str:
    return str(number.quantize(Decimal("0.01")).normalize() + 0)
