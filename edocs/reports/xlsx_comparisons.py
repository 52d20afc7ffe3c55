"""The comparisons of a report as sheets of its workbook: ranks, targets, bands and change."""

from __future__ import annotations

from fractions import Fraction

from edocs.locale import translate
from edocs.model import AgencyLevel, Indicator, Share
from edocs.model.comparing import Band, points_between

from .comparing_words import NOTES, band_text, decimal_of, level_text, reached_text, target_text
from .comparisons import Comparisons, TargetLine, Unit
from .figures import Report
from .wording import INDICATORS, days_text, period_text
from .workbook import Book, Cell, Formula, Look, Number, Sheet, place, points_formula, share_formula

__all__ = ["comparison_sheets"]

_NOTE_COLUMNS = 6
"""Every sheet here has as many."""


def comparison_sheets(book: Book, report: Report, lang: str, footer: str) -> None:
    """A sheet for each comparison that the report has."""
    found = report.comparisons
    if found is None:
        return
    _ranks(_sheet(book, "Rank", "ranks", report, lang, footer), found, report, lang)
    if found.targets:
        _targets(_sheet(book, "Target", "targets", report, lang, footer), found, report, lang)
    _bands(_sheet(book, "Units by band", "bands", report, lang, footer), found, lang)
    if found.changes:
        _changes(_sheet(book, "Change of shares", "change", report, lang, footer), found, lang)


def _sheet(book: Book, name: str, note: str, report: Report, lang: str, footer: str) -> Sheet:
    sheet = book.sheet(translate(name, lang), footer)
    sheet.line(translate(name, lang), is_title=True)
    found = report.comparisons
    assert found is not None  # noqa: S101 - there is a sheet for it
    earlier = found.wanted.earlier
    before = f"; {translate('compared with', lang)} {days_text(earlier.first, earlier.last, lang)}" if earlier else ""
    sheet.line(f"{translate('Period', lang)}: {period_text(report, lang)}{before}")
    bounds = found.wanted.bounds
    upper, lower = target_text(bounds.upper, lang), target_text(bounds.lower, lang)
    params = {"upper": upper, "lower": lower} if note == "bands" else {}
    sheet.note(translate(NOTES[note], lang, **params), _NOTE_COLUMNS)
    sheet.skip()
    return sheet


def _ranks(sheet: Sheet, found: Comparisons, report: Report, lang: str) -> None:
    indicator, is_compared = found.wanted.indicator, found.wanted.earlier is not None
    head = ["Level", "Identifier", "Agency", "Rank", INDICATORS[indicator], "To be signed", "Share"]
    if is_compared:
        head += ["Signed before", "Of", "Share before", "Change", "Rank before", "Moved"]
    head += ["Band", "Target", "Missing"]
    sheet.head([translate(name, lang) for name in head], 3)
    for unit in sorted(found.units, key=_by_rank):
        share = unit.counts.share(indicator)
        row = sheet.row
        cells: list[Cell] = [level_text(unit.level, lang), unit.agency, report.name_of(unit.agency)]
        cells += [unit.place.rank, *_share(row, 4, share, lang)]
        if unit.earlier is not None:
            before = unit.earlier.share(indicator)
            cells += _share(row, 7, before, lang)
            cells += [
                _points(row, 7, 4, points_between(before, share), lang),
                unit.place.earlier,
                _moved(unit, row, lang),
            ]
        target = unit.target
        line = TargetLine(target=target, agency=unit.agency, share=share) if target else None
        cells.append(band_text(unit.band, found.wanted.bounds, lang))
        cells += [_percent(target.percent) if target else None, line.missing if line else None]
        sheet.cells(cells)


def _targets(sheet: Sheet, found: Comparisons, report: Report, lang: str) -> None:
    head = ("Indicator", "Level", "Agency", "Target", "Signed", "Of", "Share", "Result", "Missing", "Source")
    sheet.head([translate(name, lang) for name in head], 3)
    for line in found.targets:
        target = line.target
        cells: list[Cell] = [
            translate(INDICATORS[target.indicator], lang),
            level_text(target.level, lang),
            report.name_of(line.agency) if line.agency else "",
            _percent(target.percent),
            *_share(sheet.row, 4, line.share, lang),
            reached_text(line.is_reached, lang),
            line.missing,
            target.source,
        ]
        sheet.cells(cells, is_sum=line.agency is None)


def _bands(sheet: Sheet, found: Comparisons, lang: str) -> None:
    head = [translate("Indicator", lang), translate("Level", lang)]
    sheet.head([*head, *(band_text(band, found.wanted.bounds, lang) for band in Band)], 2)
    for indicator in Indicator:
        lines = [line for line in found.bands if line.indicator is indicator]
        first = sheet.row
        for line in lines:
            cells: list[Cell] = [translate(INDICATORS[indicator], lang), level_text(line.level, lang)]
            for column, band in enumerate(Band, 2):
                count = line.units[band]
                above = f"=SUM({place(first, column)}:{place(sheet.row - 1, column)})"
                is_sum = line.level is None and sheet.row > first
                cells.append(Formula(above, count, Look.COUNT) if is_sum else count)
            sheet.cells(cells, is_sum=line.level is None)


def _changes(sheet: Sheet, found: Comparisons, lang: str) -> None:
    head = ("Level", "Indicator", "Signed before", "Of", "Share before", "Signed now", "Of", "Share now")
    rest = ("Change", "Within units", "Mix", "Units new", "Units gone")
    sheet.head([translate(name, lang) for name in (*head, *rest)], 2)
    for line in found.changes:
        change, row = line.change, sheet.row
        cells: list[Cell] = [level_text(line.level, lang), translate(INDICATORS[line.indicator], lang)]
        cells += [*_share(row, 2, change.earlier, lang), *_share(row, 5, change.later, lang)]
        cells.append(_points(row, 2, 5, change.points, lang))
        cells += [_number(change.within, lang), _number(change.mix, lang), change.came, change.left]
        sheet.cells(cells, is_sum=line.level is None)


def _by_rank(unit: Unit) -> tuple[int, bool, int, str]:
    return list(AgencyLevel).index(unit.level), unit.place.rank is None, unit.place.rank or 0, unit.agency


def _share(row: int, column: int, share: Share, lang: str) -> list[Cell]:
    """Signed, of, and their share."""
    formula = share_formula(place(row, column), place(row, column + 1), share.percent, translate("n/a", lang))
    return [share.numerator, share.denominator, formula]


def _points(row: int, earlier: int, later: int, points: Fraction | None, lang: str) -> Formula:
    """The change between two shares, each from its column of signed documents."""
    one, two = ((place(row, column), place(row, column + 1)) for column in (earlier, later))
    return points_formula(one, two, None if points is None else decimal_of(points), translate("n/a", lang))


def _moved(unit: Unit, row: int, lang: str) -> Cell:
    """Ranks risen: a formula over the two ranks where there are two."""
    if unit.place.movement is None:
        return translate("new", lang) if unit.place.is_new else ""
    return Formula(f"={place(row, 11)}-{place(row, 3)}", unit.place.movement, Look.MOVE)


def _percent(percent: Fraction) -> Number:
    return Number(decimal_of(percent) / 100, Look.PERCENT)


def _number(points: Fraction | None, lang: str) -> Cell:
    return translate("n/a", lang) if points is None else Number(decimal_of(points), Look.POINTS)
