"""A report as a workbook: every percentage and every sum a live formula over the counts beside it.

Bảng tính XLSX. The first sheet is the monthly table by agency, the last says what the figures rest on. A percentage is
``=IF(b=0,"n/a",ROUND(a/b,4))``; sums add counts, never percentages. What needs exact fractions (ranks, the parts of a
change, missing documents) is written as a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import takewhile

from edocs.locale import translate
from edocs.model import HANOI, Counts, Exclusion, Facet, Indicator, Standing
from edocs.model.comparing import points_between
from edocs.model.periods import Span

from .as_indicators import defined_terms
from .checkpoint_words import checkpoint_lines
from .comparing_words import decimal_of
from .figures import Report, Row, RowKind, Section
from .notes import report_notes
from .regrouping_words import regrouping_lines
from .wording import (
    EXCLUSIONS,
    FACETS,
    INDICATORS,
    STANDINGS,
    group_labels,
    period_text,
    row_label,
    section_title,
    time_text,
)
from .workbook import Book, Cell, Formula, Indented, Look, Number, place, points_formula, share_formula
from .xlsx_comparisons import comparison_sheets
from .xlsx_indicators import indicator_sheet

__all__ = ["report_xlsx"]

_REST = (Standing.INVALID, Standing.INDETERMINATE, Standing.UNSIGNED, Standing.NOT_CHECKED)
_BASE, _SIGNED = 3, 4
"""Columns after the labels: the denominator, and the first numerator; a share follows each numerator."""
_SENT = {
    "sent_electronic": "Sent without paper",
    "sent_with_paper": "Sent with paper",
    "is_on_time": "Sent on time",
}
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


def report_xlsx(report: Report, lang: str) -> bytes:
    """The workbook. Same report, same bytes."""
    title = translate("Signed share of issued documents", lang)
    book = Book(title, report.cut_off.astimezone(HANOI) if report.cut_off else _NO_DATE, lang)
    footer = f"{title} · {period_text(report, lang)} · SHA-256 {report.extent.sha256[:16]}"
    by_agency = [section for section in report.sections if Facet.AGENCY in section.by]
    for section in [*by_agency, *(section for section in report.sections if section not in by_agency)]:
        _section(book, section, report, lang, footer)
    comparison_sheets(book, report, lang, footer)
    indicator_sheet(book, report, lang, footer)
    _sources(book, report, lang, footer)
    return book.finish()


def _section(book: Book, section: Section, report: Report, lang: str, footer: str) -> None:
    names = [translate(FACETS[facet], lang) for facet in section.by]
    title = section_title(section, lang)
    sheet = book.sheet(title.replace(" ·", ""), footer)
    sheet.line(f"{translate('Signed share by', lang)} {title.lower()}", is_title=True)
    sheet.line(f"{translate('Period', lang)}: {period_text(report, lang)}")
    sheet.line(f"{translate('Cut-off', lang)}: {time_text(report.cut_off, lang)}")
    sheet.skip()
    labels = [translate("No.", lang), *names]
    if Facet.AGENCY in section.by:
        labels.insert(-1, translate("Identifier", lang))
    if section.tree_on:
        labels.insert(-1, translate("Depth", lang))
    more = _more(report.total)
    sheet.head([*labels, *_figure_names(section, lang, more)], len(labels))
    figures = _Figures(len(labels), lang, more)
    summing = _Branches(section, sheet.row) if section.tree_on else _Summing(sheet.row)
    before, number = None, 0
    for row in section.rows:
        number += row.kind is RowKind.GROUP
        cells = figures.counts(row, sheet.row)
        if row.kind is not RowKind.GROUP:
            cells = figures.summed(cells, summing.of(row.kind, sheet.row))
        elif section.is_trend:
            cells += figures.since(before, row, sheet.row)
        named = _labels(row, section, report, lang, number)
        sheet.cells([*named, *cells], is_sum=row.kind is not RowKind.GROUP)
        before = row


class _Summing:
    """Which rows a sum adds up: a subtotal those since the last one, the total every subtotal, else every row."""

    def __init__(self, first: int) -> None:
        self._first = self._group = first
        self.subtotals: list[int] = []

    def of(self, kind: RowKind, row: int) -> Callable[[int], str]:
        """The sum that stands in ``row``, for a column."""
        if kind is RowKind.TOTAL and self.subtotals:
            rows = tuple(self.subtotals)
            return lambda column: "+".join(place(item, column) for item in rows)
        first = self._group
        if kind is RowKind.SUBTOTAL:
            self.subtotals.append(row)
            self._group = row + 1
        return lambda column: f"SUM({place(first, column)}:{place(row - 1, column)})" if row > first else "0"


class _Branches:
    """Which rows a sum along a tree adds up: those one step below it, told by the column of their depth."""

    def __init__(self, section: Section, first: int) -> None:
        self._depths = [row.depth or 0 for row in section.rows[:-1]]
        self._first, self._column = first, len(section.by) + 1

    def of(self, kind: RowKind, row: int) -> Callable[[int], str]:
        """The sum that stands in ``row``, for a column."""
        if kind is RowKind.TOTAL:
            return self._sum(self._first, row, 0)
        start = row - self._first + 1
        below = takewhile(lambda depth: depth >= self._depths[start], self._depths[start:])
        return self._sum(row + 1, row + 1 + sum(1 for _ in below), self._depths[start])

    def _sum(self, first: int, end: int, depth: int) -> Callable[[int], str]:
        if end == first:
            return lambda _: "0"
        where = f"{place(first, self._column)}:{place(end - 1, self._column)}"
        return lambda column: f"SUMIF({where},{depth},{place(first, column)}:{place(end - 1, column)})"


class _Figures:
    """The figures of a row, from column ``left``."""

    def __init__(self, left: int, lang: str, more: Mapping[str, str]) -> None:
        self._left, self._none, self._more = left, translate("n/a", lang), more

    def counts(self, row: Row, line: int) -> list[Cell]:
        """Documents, exclusions, denominator; each numerator with its share; then the other buckets of I3."""
        counts = row.counts
        cells: list[Cell] = [counts.documents, counts.secrets, counts.documents - counts.base - counts.secrets]
        registered, secret, other = (self._place(line, column) for column in range(_BASE))
        cells.append(Formula(f"={registered}-{secret}-{other}", counts.base, Look.COUNT))
        for indicator in Indicator:
            share = counts.share(indicator)
            signed, base = self._place(line, len(cells)), self._place(line, _BASE)
            cells += [share.numerator, share_formula(signed, base, share.percent, self._none)]
        cells += [counts.both[standing] for standing in _REST]
        return [*cells, *(getattr(counts, attribute) for attribute in self._more)]

    def summed(self, cells: Sequence[Cell], sum_of: Callable[[int], str]) -> list[Cell]:
        """The same figures, each count added up from above."""
        return [
            Formula(f"={sum_of(self._left + column)}", cell, Look.COUNT) if isinstance(cell, int) else cell
            for column, cell in enumerate(cells)
        ]

    def since(self, before: Row | None, row: Row, line: int) -> list[Cell]:
        """The change of each share since the row above, in percentage points."""
        if before is None:
            return [""] * len(Indicator)
        cells: list[Cell] = []
        for column, indicator in zip(range(_SIGNED, _SIGNED + 6, 2), Indicator, strict=True):
            points = points_between(before.counts.share(indicator), row.counts.share(indicator))
            earlier, later = ((self._place(at, column), self._place(at, _BASE)) for at in (line - 1, line))
            cells.append(points_formula(earlier, later, None if points is None else decimal_of(points), self._none))
        return cells

    def _place(self, line: int, column: int) -> str:
        return place(line, self._left + column)


def _more(total: Counts) -> Mapping[str, str]:
    """Counts that not every register has, by their attribute: how documents were sent, what was recalled since."""
    names = {"is_recalled": "Recalled since", "is_superseded": "Replaced since"}
    return {**(_SENT if total.sent else {}), **{one: name for one, name in names.items() if getattr(total, one)}}


def _figure_names(section: Section, lang: str, more: Mapping[str, str]) -> Iterator[str]:
    for name in ("Registered", "State secrets", "Other exclusions", "To be signed"):
        yield translate(name, lang)
    for indicator in Indicator:
        yield translate(INDICATORS[indicator], lang)
        yield translate("Share", lang)
    for standing in _REST:
        yield f"{translate(INDICATORS[Indicator.BOTH], lang)}: {translate(STANDINGS[standing], lang)}"
    for name in more.values():
        yield translate(name, lang)
    for indicator in Indicator if section.is_trend else ():
        yield f"{translate('Change', lang)}: {translate(INDICATORS[indicator], lang)}"


def _labels(row: Row, section: Section, report: Report, lang: str, number: int) -> list[Cell]:
    """Number, groups, and before an agency's name its identifier."""
    has_agency = Facet.AGENCY in section.by
    if section.tree_on and row.kind is not RowKind.TOTAL:
        depth = row.depth or 0
        name = Indented(row_label(row, section, report, lang), depth)
        first: Cell = Number(number, Look.PLACE) if row.kind is RowKind.GROUP else ""
        return [first, row.group[0], Number(depth, Look.PLACE), name]
    if row.kind is not RowKind.GROUP:
        blank: list[Cell] = [""] * (len(section.by) + has_agency + bool(section.tree_on))
        return [*blank, row_label(row, section, report, lang)]
    is_part = isinstance(section.by[0], Span) and len(section.by) == 1
    texts = [row_label(row, section, report, lang)] if is_part else group_labels(row, section, report, lang)
    cells: list[Cell] = [Number(number, Look.PLACE), *texts]
    if has_agency:
        cells.insert(-1, row.group[section.by.index(Facet.AGENCY)])
    return cells


def _sources(book: Book, report: Report, lang: str, footer: str) -> None:
    """Period, cut-off, rule, digest and checkpoint; exclusions by reason; every definition."""
    sheet = book.sheet(translate("Where the figures come from", lang), footer, is_wide=False)
    sheet.line(translate("Where the figures come from", lang), is_title=True)
    sheet.skip()
    cut_off = report.cut_off.astimezone(HANOI).replace(tzinfo=None) if report.cut_off else None
    facts: list[tuple[str, Cell]] = [
        (translate("Period", lang), period_text(report, lang)),
        (translate("First day", lang), report.issued_from),
        (translate("Last day", lang), report.issued_to),
        (f"{translate('Cut-off', lang)} (+07:00)", cut_off),
        (translate("Counting rule", lang), report.rule),
        (translate("Events", lang), report.extent.events),
        (translate("SHA-256 of the event set", lang), report.extent.sha256),
        *([(translate("Definitions of the indicators", lang), report.indicators.version)] if report.indicators else []),
        *((translate("Checkpoint of the event log", lang), line) for line in checkpoint_lines(report, lang)),
    ]
    for fact in facts:
        sheet.cells(fact, is_wrapped=True)
    for line in (*report_notes(report, lang), *regrouping_lines(report, lang)):
        sheet.note(line, 2)
    sheet.skip()
    sheet.cells([translate("Exclusions", lang), translate("Documents", lang)], is_sum=True)
    for reason in Exclusion:
        cells: list[Cell] = [translate(EXCLUSIONS[reason], lang), report.total.excluded.get(reason, 0)]
        sheet.cells(cells, is_wrapped=True)
    sheet.skip()
    sheet.cells([translate("Definitions", lang), ""], is_sum=True)
    for term in defined_terms(report.indicators, lang):
        sheet.cells(term, is_wrapped=True)
