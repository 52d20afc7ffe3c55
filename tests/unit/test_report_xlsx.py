"""The workbook: its counts are the report's, its formulas come to the values that it carries, names stay text."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from register_province import fill_province
from register_samples import NOW, make_document
from test_report_comparisons import PAGE, PERIOD, WANTED

from edocs.locale import translate
from edocs.model import Agency, AgencyLevel, Facet, Indicator
from edocs.model.indicator_reading import built_in
from edocs.registry import Registry
from edocs.reports.as_xlsx import report_xlsx
from edocs.reports.figures import Report, RowKind
from edocs.reports.workbook import Book, Indented

Value = Fraction | str | None
HEAD = 5
"""The row of the names of columns."""
_TOKEN = re.compile(r'"[^"]*"|[A-Z]+\d+(?::[A-Z]+\d+)?|[A-Z]+(?=\()|\d+|[-+*/(),=]')


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with Registry.open(tmp_path_factory.mktemp("register") / "tỉnh.db") as opened:
        fill_province(opened)
        yield opened


@pytest.fixture(scope="module")
def report(registry: Registry) -> Report:
    return registry.report(PERIOD, PAGE, comparing=WANTED, definitions=built_in(), listed=0)


def load(data: bytes, *, values: bool) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


class Calculator:
    """Comes to the values of a sheet's formulas, exactly, from their text alone."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet

    def value(self, place: str) -> Value:
        cell = self._sheet[place].value
        if isinstance(cell, str) and cell.startswith("="):
            return self.formula(cell[1:])
        if cell is None or isinstance(cell, str):
            return cell
        return Fraction(str(cell))

    def formula(self, text: str) -> Value:
        names = {
            "IF": self._if,
            "OR": lambda *found: any(found),
            "ROUND": self._round,
            "SUM": lambda *items: sum(items),
        }
        parts = []
        for token in _TOKEN.findall(text):
            if re.fullmatch(r"[A-Z]+\d+:[A-Z]+\d+", token):
                cells = [cell.coordinate for row in self._sheet[token] for cell in row]
                parts.append(",".join(f"at({cell!r})" for cell in cells))
            elif re.fullmatch(r"[A-Z]+\d+", token):
                parts.append(f"at({token!r})")
            elif token == "=":
                parts.append("==")
            elif token.isdigit():
                parts.append(f"number({token})")
            else:
                parts.append(token)
        source = "".join(parts)
        return eval(
            self._lazy(source) if source.startswith("IF(") else source, {"at": self.value, "number": Fraction, **names}
        )

    @staticmethod
    def _lazy(source: str) -> str:
        """``IF`` must not divide where its condition holds: its three arguments become functions."""
        inside, depth, found = source.removeprefix("IF(").removesuffix(")"), 0, [""]
        for letter in inside:
            depth += (letter == "(") - (letter == ")")
            if letter == "," and not depth:
                found.append("")
            else:
                found[-1] += letter
        return "IF(" + ",".join(f"lambda:({part})" for part in found) + ")"

    @staticmethod
    def _if(condition: object, then: object, otherwise: object) -> Value:
        return then() if condition() else otherwise()  # type: ignore[operator]

    @staticmethod
    def _round(number: Fraction, places: Fraction) -> Fraction:
        step = Fraction(1, 10 ** int(places))
        steps = abs(number) / step + Fraction(1, 2)
        return (steps.numerator // steps.denominator) * step * (1 if number >= 0 else -1)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_formula_comes_to_the_value_that_it_carries(report: Report, lang: str) -> None:
    data = report_xlsx(report, lang)
    formulas, values = load(data, values=False), load(data, values=True)

    counted = 0
    for sheet in formulas:
        calculator = Calculator(sheet)
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    carried = values[sheet.title][cell.coordinate].value
                    expected = carried if isinstance(carried, str) else Fraction(str(carried))
                    assert (sheet.title, cell.coordinate, calculator.value(cell.coordinate)) == (
                        sheet.title, cell.coordinate, expected,
                    )  # fmt: skip
                    counted += 1
    assert counted > 300


def test_counts_and_percentages_are_those_of_the_report(report: Report) -> None:
    sheets = list(load(report_xlsx(report, "en"), values=True))
    section = next(section for section in report.sections if Facet.AGENCY in section.by)

    rows = list(sheets[0].iter_rows(min_row=HEAD + 1, values_only=True))
    assert len(rows) == len(section.rows)
    for cells, row in zip(rows, section.rows, strict=True):
        counts = row.counts
        assert cells[4:8] == (
            counts.documents,
            counts.secrets,
            counts.documents - counts.base - counts.secrets,
            counts.base,
        )
        for column, indicator in zip((8, 10, 12), Indicator, strict=True):
            share = counts.share(indicator)
            percent = share.percent
            assert cells[column] == share.numerator
            assert cells[column + 1] == ("n/a" if percent is None else float(percent / 100))
        if row.kind is RowKind.GROUP:
            assert (cells[2], cells[3]) == (row.group[1], report.agencies[row.group[1]].name)


def test_every_percentage_and_every_sum_is_a_formula(report: Report) -> None:
    for sheet in load(report_xlsx(report, "en"), values=False):
        for row in sheet.iter_rows(min_row=HEAD + 1):
            for cell in row:
                if cell.number_format == "0.00%" and sheet.cell(HEAD, cell.column).value != "Target":
                    assert str(cell.value).startswith("=IF("), (sheet.title, cell.coordinate)
            if row[0].value == "" and any(str(cell.value).startswith(("Subtotal", "Total")) for cell in row):
                assert all(str(cell.value).startswith("=") for cell in row if cell.number_format == "#,##0")


def test_head_stays_and_is_printed_on_every_page(report: Report) -> None:
    for sheet in list(load(report_xlsx(report, "vi"), values=False))[:-1]:
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes.endswith(str(HEAD + 1))
        assert sheet.print_title_rows == f"${HEAD}:${HEAD}"
        assert sheet.page_setup.orientation == "landscape"


@pytest.mark.parametrize(("lang", "form"), [("vi", "dd/mm/yyyy"), ("en", "yyyy-mm-dd")])
def test_last_sheet_says_what_the_figures_rest_on(report: Report, lang: str, form: str) -> None:
    sheet = list(load(report_xlsx(report, lang), values=True))[-1]

    facts = {row[0].value: row[1] for row in sheet.iter_rows() if len(row) > 1}
    first, digest = facts[translate("First day", lang)], facts[translate("SHA-256 of the event set", lang)]
    assert (first.value.date(), first.number_format) == (PERIOD.issued_from, form)
    assert digest.value == report.extent.sha256
    assert facts[translate("Counting rule", lang)].value == report.rule
    assert facts[translate("Events", lang)].value == report.extent.events
    assert facts[translate("I3 · Both, in order", lang)].value


def test_name_that_is_a_formula_stays_text(tmp_path: Path) -> None:
    name = '=HYPERLINK("http://x.example";"a")'
    agency = Agency(id="H99.66", name=name, level=AgencyLevel.COMMUNE)
    with Registry.open(tmp_path / "sổ.db") as registry:
        registry.register(make_document(1, agency, subject="@SUM(1)"), who="văn thư", now=NOW)
        report = registry.report(PERIOD, PAGE, comparing=WANTED)

    book = load(report_xlsx(report, "vi"), values=False)

    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == name]
    assert found
    assert {cell.data_type for cell in found} == {"s"}
    assert all(not sheet._hyperlinks for sheet in book)


def test_register_without_documents_makes_a_workbook(tmp_path: Path) -> None:
    with Registry.open(tmp_path / "rỗng.db") as registry:
        report = registry.report(PERIOD, PAGE, comparing=WANTED)

    sheets = list(load(report_xlsx(report, "en"), values=True))

    assert [cell.value for cell in sheets[0][HEAD + 1]][3:10] == ["Total", 0, 0, 0, 0, 0, "n/a"]


def test_sheet_of_indicators_has_their_counts(report: Report) -> None:
    sheet = load(report_xlsx(report, "en"), values=True)["Indicators"]

    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEAD + 1)]
    assert report.indicators is not None
    assert [(row[0], row[4], row[5], row[6]) for row in rows] == [
        (
            line.definition.id,
            line.measure.valid,
            line.measure.indeterminate + line.measure.not_checked,
            line.measure.denominator,
        )
        for line in report.indicators.lines
    ]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_row_is_as_high_as_its_folded_texts(report: Report, lang: str) -> None:
    """Not every program makes rows higher when it opens a file: what is not stated is cut off in print."""
    book = load(report_xlsx(report, lang), values=True)

    seen = 0
    for sheet in book.worksheets:
        merged = {cells.min_row: cells.max_col for cells in sheet.merged_cells.ranges}
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.alignment.wrap_text and cell.value):
            columns = range(cell.column, merged.get(cell.row, cell.column) + 1)
            width = sum(sheet.column_dimensions[get_column_letter(column)].width for column in columns)
            lines = len(textwrap.wrap(str(cell.value), int(1.4 * width)))  # more letters than a line can have
            assert (sheet.row_dimensions[cell.row].height or 15) >= 12 * lines
            seen += lines > 1
    assert seen > 10


def test_no_row_is_higher_than_a_sheet_can_have(registry: Registry) -> None:
    long = replace(built_in()[3], text=dict.fromkeys(("vi", "en"), "văn bản đi " * 600))
    report = registry.report(PERIOD, [(Facet.LEVEL,)], definitions=[long])

    book = load(report_xlsx(report, "vi"), values=True)

    heights = [row.height for sheet in book.worksheets for row in sheet.row_dimensions.values() if row.height]
    assert 400 < max(heights) <= 409


def test_texts_stand_in_no_further_than_a_cell_can() -> None:
    book = Book("Sâu", NOW, "vi")
    sheet = book.sheet("Sâu", "")
    for steps in (0, 3, 300):
        sheet.cells([Indented("Xã", steps)])

    rows = load(book.finish(), values=True)["Sâu"].iter_rows()

    assert [row[0].alignment.indent for row in rows] == [1, 4, 15]
