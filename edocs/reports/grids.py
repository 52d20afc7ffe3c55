"""The comparisons of a report as grids of typed cells, one for all formats that show tables.

Bảng so sánh. A cell is a text, a count, a share or a change in percentage points; how it looks is for the format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from edocs.locale import translate
from edocs.model import AgencyLevel, Indicator, Share
from edocs.model.comparing import Band, points_between

from .comparing_words import (
    NOTES,
    band_text,
    level_text,
    movement_text,
    points_text,
    reached_text,
    target_text,
)
from .comparisons import Comparisons, TargetLine, Unit
from .figures import Report, RowKind, Section
from .wording import FACETS, INDICATORS, days_text, number_text, percent_text, row_label

__all__ = ["Cell", "Grid", "cell_text", "comparison_grids", "trend_grid"]

Cell = str | int | Share | Fraction | None
"""Text; a count; a percentage; percentage points. None: there is nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of one comparison."""

    id: str
    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[RowKind, tuple[Cell, ...]], ...]
    names: frozenset[int]
    """Columns of text; the others are figures."""


def cell_text(cell: Cell, lang: str) -> str:
    """A cell for people."""
    if cell is None:
        return "–"
    if isinstance(cell, Share):
        return percent_text(cell, lang)
    if isinstance(cell, Fraction):
        return points_text(cell, lang)
    return number_text(cell, lang) if isinstance(cell, int) else cell


def comparison_grids(report: Report, lang: str) -> list[Grid]:
    """Change, targets, bands and ranks: those that the report has."""
    found = report.comparisons
    if found is None:
        return []
    grids = [_changes(found, lang)] if found.changes else []
    if found.targets:
        grids.append(_targets(found, lang))
    return [*grids, _bands(found, lang), _ranks(found, report, lang)]


def trend_grid(section: Section, report: Report, lang: str) -> Grid:
    """A section by month, quarter or year, each row's shares with their change since the row above."""
    rows: list[tuple[RowKind, tuple[Cell, ...]]] = []
    before = None
    for row in section.rows:
        cells: list[Cell] = [row_label(row, section, report, lang), row.counts.base]
        for indicator in Indicator:
            share = row.counts.share(indicator)
            since = points_between(before.share(indicator), share) if before and row.kind is RowKind.GROUP else None
            cells += [share.numerator, share, since]
        before = row.counts
        rows.append((row.kind, tuple(cells)))
    head = [translate(FACETS[section.by[0]], lang), translate("To be signed", lang)]
    for indicator in Indicator:
        head += [translate(INDICATORS[indicator], lang), translate("Share", lang), translate("Change", lang)]
    title = f"{translate('Trend', lang)} · {head[0]}"
    return _grid(f"trend-{section.by[0]}", title, _note("trend", lang), head, rows, {0})


def _changes(found: Comparisons, lang: str) -> Grid:
    earlier = found.wanted.earlier
    assert earlier is not None  # noqa: S101 - there are changes, so there is a period that they are counted from
    title = translate("Change since the period {period}", lang, period=days_text(earlier.first, earlier.last, lang))
    head = (
        *("Level", "Indicator", "Signed before", "Of", "Share before", "Signed now", "Of", "Share now"),
        *("Change", "Within units", "Mix", "Units new", "Units gone"),
    )
    rows: list[tuple[RowKind, tuple[Cell, ...]]] = []
    for line in found.changes:
        change = line.change
        cells: tuple[Cell, ...] = (level_text(line.level, lang), translate(INDICATORS[line.indicator], lang))
        for share in (change.earlier, change.later):
            cells += (share.numerator, share.denominator, share)
        cells += (change.points, change.within, change.mix, change.came, change.left)
        rows.append((_kind(line.level), cells))
    return _grid("change", title, _note("change", lang), _translated(head, lang), rows, {0, 1})


def _targets(found: Comparisons, lang: str) -> Grid:
    head = (
        "Indicator",
        "Level",
        "Target",
        "Signed",
        "Of",
        "Share",
        "Result",
        "Missing",
        "Units that reach it",
        "Source",
    )
    rows: list[tuple[RowKind, tuple[Cell, ...]]] = []
    for line in (line for line in found.targets if line.agency is None):
        target, share = line.target, line.share
        units = [other for other in found.targets if other.target is target and other.agency is not None]
        cells: tuple[Cell, ...] = (
            translate(INDICATORS[target.indicator], lang),
            level_text(target.level, lang),
            target_text(target.percent, lang),
            share.numerator,
            share.denominator,
            share,
            reached_text(line.is_reached, lang),
            line.missing,
            _reaching(units, lang),
            target.source,
        )
        rows.append((RowKind.GROUP, cells))
    title = translate("Targets of {year}", lang, year=found.targets[0].target.year)
    return _grid("targets", title, _note("targets", lang), _translated(head, lang), rows, {0, 1, 6, 9})


def _reaching(units: Sequence[TargetLine], lang: str) -> str:
    """``12/13``: of the units that have documents."""
    results = [line.is_reached for line in units if line.is_reached is not None]
    return f"{number_text(sum(results), lang)}/{number_text(len(results), lang)}" if results else "–"


def _bands(found: Comparisons, lang: str) -> Grid:
    bounds = found.wanted.bounds
    head = [*_translated(("Level", "Indicator"), lang), *(band_text(band, bounds, lang) for band in Band)]
    rows: list[tuple[RowKind, tuple[Cell, ...]]] = [
        (
            _kind(line.level),
            (
                level_text(line.level, lang),
                translate(INDICATORS[line.indicator], lang),
                *(line.units[band] for band in Band),
            ),
        )
        for line in found.bands
    ]
    upper, lower = target_text(bounds.upper, lang), target_text(bounds.lower, lang)
    note = translate(NOTES["bands"], lang, upper=upper, lower=lower)
    return _grid("bands", translate("Units by band", lang), note, head, rows, {0, 1})


def _ranks(found: Comparisons, report: Report, lang: str) -> Grid:
    is_compared, is_aimed = found.wanted.earlier is not None, any(unit.target for unit in found.units)
    head = ["Rank", *(("Rank before", "Moved") if is_compared else ()), "Agency", "Signed", "Of", "Share"]
    head += ["Share before", "Change"] if is_compared else []
    head += ["Band", *(("Target", "Missing") if is_aimed else ())]
    rows: list[tuple[RowKind, tuple[Cell, ...]]] = []
    blank: tuple[Cell, ...] = ("",) * head.index("Agency")
    rest: tuple[Cell, ...] = ("",) * (len(head) - len(blank) - 1)
    for level in AgencyLevel:
        units = [unit for unit in found.units if unit.level is level]
        if units:
            rows.append((RowKind.SUBTOTAL, (*blank, level_text(level, lang), *rest)))
        # A directory says of each that it was there; without one, a body of the earlier period may have ended.
        listed = units if report.census.is_of_directory else [unit for unit in units if unit.counts.documents]
        for unit in sorted(listed, key=_by_rank):
            rows.append((RowKind.GROUP, tuple(_unit_cells(unit, found, report, lang, is_aimed))))
        if silent := len(units) - len(listed):
            text = translate("{count} units without documents in this period", lang, count=number_text(silent, lang))
            rows.append((RowKind.GROUP, (*blank, text, *rest)))
    title = translate("Rank of units: {indicator}", lang, indicator=translate(INDICATORS[found.wanted.indicator], lang))
    names = {head.index("Agency"), head.index("Band")}
    return _grid("ranks", title, _note("ranks", lang), _translated(head, lang), rows, names)


def _unit_cells(unit: Unit, found: Comparisons, report: Report, lang: str, is_aimed: bool) -> Iterator[Cell]:
    share = unit.counts.share(found.wanted.indicator)
    yield unit.place.rank
    if unit.earlier is not None:
        yield unit.place.earlier
        yield movement_text(unit.place, lang)
    yield report.name_of(unit.agency)
    yield share.numerator
    yield share.denominator
    yield share
    if unit.earlier is not None:
        before = unit.earlier.share(found.wanted.indicator)
        yield before
        yield points_between(before, share)
    yield band_text(unit.band, found.wanted.bounds, lang)
    if is_aimed:
        line = None if unit.target is None else TargetLine(target=unit.target, agency=unit.agency, share=share)
        yield target_text(line.target.percent, lang) if line else None
        yield line.missing if line else None


def _by_rank(unit: Unit) -> tuple[bool, int, str]:
    return unit.place.rank is None, unit.place.rank or 0, unit.agency


def _kind(level: AgencyLevel | None) -> RowKind:
    return RowKind.TOTAL if level is None else RowKind.GROUP


def _note(name: str, lang: str) -> str:
    return translate(NOTES[name], lang)


def _translated(head: Sequence[str], lang: str) -> tuple[str, ...]:
    return tuple(translate(text, lang) for text in head)


def _grid(
    id: str,
    title: str,
    note: str,
    head: Sequence[str],
    rows: Sequence[tuple[RowKind, tuple[Cell, ...]]],
    names: set[int],
) -> Grid:
    return Grid(id=id, title=title, note=note, head=tuple(head), rows=tuple(rows), names=frozenset(names))
