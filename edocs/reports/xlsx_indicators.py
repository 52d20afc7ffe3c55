"""The indicators of a report as a sheet of its workbook: every share a live formula over the counts beside it."""

from __future__ import annotations

from edocs.locale import translate

from .as_indicators import NOTE, UNITS, line_name
from .figures import Report
from .indicator_table import IndicatorLine
from .wording import LEVELS, period_text
from .workbook import Book, Cell, place, share_formula

__all__ = ["indicator_sheet"]

_HEAD = ("Id", "Indicator", "Counted", "Level", "Number", "Undecided", "Of", "Share", "At most")
_VALID, _OPEN, _OF = 4, 5, 6


def indicator_sheet(book: Book, report: Report, lang: str, footer: str) -> None:
    """One row for each indicator over all levels, and for each level; nothing where the report has none."""
    if report.indicators is None:
        return
    sheet = book.sheet(translate("Indicators", lang), footer)
    sheet.line(translate("Indicators", lang), is_title=True)
    sheet.line(f"{translate('Period', lang)}: {period_text(report, lang)}")
    sheet.note(translate(NOTE, lang), len(_HEAD))
    sheet.skip()
    sheet.head([translate(name, lang) for name in _HEAD], 2)
    for line in report.indicators.lines:
        sheet.cells(_cells(line, sheet.row, lang), is_sum=line.level is None)


def _cells(line: IndicatorLine, row: int, lang: str) -> list[Cell]:
    measure, definition = line.measure, line.definition
    level = translate(LEVELS[line.level], lang) if line.level else translate("All levels", lang)
    names: list[Cell] = [definition.id, line_name(definition, line.variant, lang)]
    undecided = measure.indeterminate + measure.not_checked
    valid, of = place(row, _VALID), place(row, _OF)
    return [
        *names,
        *(translate(UNITS[definition.unit], lang), level, measure.valid, undecided, measure.denominator),
        share_formula(valid, of, measure.share.percent, "–"),
        share_formula(f"({valid}+{place(row, _OPEN)})", of, measure.greatest.percent, "–"),
    ]
