"""A workbook being written: typed cells, formulas with the values that they have, heads that stay, sheets to print.

Bảng tính XLSX (ECMA-376). The one module that speaks XlsxWriter. A text is always written as text, whatever it begins
with; a formula carries its value, so that viewers that do not calculate show it. Same cells, same bytes: the file bears
the date that it is given and nothing random.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from textwrap import wrap
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

__all__ = [
    "Book",
    "Cell",
    "Formula",
    "Indented",
    "Look",
    "Number",
    "Sheet",
    "Style",
    "place",
    "points_formula",
    "share_formula",
]

_A4 = 9
_NARROWEST, _WIDEST = 7, 66
_LINE_PT, _TITLE_PT, _SPARE_PT = 13, 21, 3  # of a line, of a title, and what a row has besides its lines
_HIGHEST_PT = 409  # of a row, in any program
_FARTHEST = 15  # steps that a text stands in
_LETTERS = 1.25  # of the sheets' font in one unit of a column's width, at least
_TERM, _TEXT = 32, 66  # the two columns of wrapped rows: together as wide as the paper stands
_HEAD_COLOUR, _SUM_COLOUR, _LINE = "#E3ECEE", "#F3F5F7", "#B8C2CC"


class Look(StrEnum):
    """How a number is shown; the reader's own separators are used."""

    COUNT = "#,##0"
    PERCENT = "0.00%"
    POINTS = "+0.00;-0.00;0.00"
    MOVE = "+0;-0;0"
    PLACE = "0"
    """A number that says which one, not how many."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its look."""

    value: int | Decimal
    look: Look


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, and what it comes to."""

    expression: str
    """With the names of functions in English, as files have them, and its ``=``."""
    value: int | Decimal | str
    look: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a cell is set."""

    size: int = 10
    bold: bool = False
    fill: str | None = None
    number: str | None = None
    """Format of its number."""
    border: bool = False
    wrap: bool = False
    middle: bool = False
    right: bool = False
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Indented:
    """A text that stands in by so many steps."""

    text: str
    steps: int


_Plain = str | int | date | Number | Formula | None
Cell = _Plain | Indented
_Looks = Mapping[str, Any]


def place(row: int, column: int) -> str:
    """The name of a cell; both count from 0.

    >>> place(4, 27)
    'AB5'
    """
    return f"{xl_col_to_name(column)}{row + 1}"


def share_formula(signed: str, base: str, percent: Decimal | None, none: str) -> Formula:
    """A percentage of two cells, half up to two decimals; ``none`` where there are no documents.

    >>> share_formula("H5", "G5", Decimal("12.50"), "n/a").expression
    '=IF(G5=0,"n/a",ROUND(H5/G5,4))'
    """
    value = none if percent is None else percent / 100
    return Formula(f'=IF({base}=0,"{none}",ROUND({signed}/{base},4))', value, Look.PERCENT)


def points_formula(earlier: tuple[str, str], later: tuple[str, str], points: Decimal | None, none: str) -> Formula:
    """The change between two shares, each a cell of signed documents and one of all, in percentage points.

    The one division comes last, over whole numbers: a difference of two rounded quotients would be rounded twice.
    """
    (n1, d1), (n2, d2) = earlier, later
    expression = f'=IF(OR({d1}=0,{d2}=0),"{none}",ROUND(100*({n2}*{d1}-{n1}*{d2})/({d1}*{d2}),2))'
    return Formula(expression, none if points is None else points, Look.POINTS)


@dataclass(slots=True)
class Sheet:
    """One sheet, written from top to bottom."""

    _book: Book
    _sheet: Any
    row: int = 0
    """The next one, counted from 0."""
    _widths: dict[int, int] = field(default_factory=dict)
    _folded: list[tuple[int, str, range]] = field(default_factory=list)
    """Texts that may need several lines: row, text, and the columns that it stands over."""

    def line(self, text: str, *, is_title: bool = False) -> None:
        """A line of text across the columns."""
        self._sheet.write_string(self.row, 0, text, self._book.style(Style(size=14 if is_title else 10, bold=is_title)))
        if is_title:
            self._sheet.set_row(self.row, _TITLE_PT)
        self.row += 1

    def note(self, text: str, columns: int) -> None:
        """A paragraph over the first ``columns`` columns, as high as it needs."""
        style = self._book.style(Style(wrap=True))
        self._sheet.merge_range(self.row, 0, self.row, columns - 1, "", style)
        self._sheet.write_string(self.row, 0, text, style)
        self._folded.append((self.row, text, range(columns)))
        self.row += 1

    def head(self, names: Sequence[str], frozen_columns: int = 0) -> None:
        """The names of the columns: they stay in sight, and are printed on every page."""
        style = self._book.style(Style(bold=True, fill=_HEAD_COLOUR, wrap=True, border=True, middle=True))
        for column, name in enumerate(names):
            self._sheet.write_string(self.row, column, name, style)
            self._widen(column, max(map(len, name.split()), default=0) + 2)
            self._folded.append((self.row, name, range(column, column + 1)))
        self._sheet.repeat_rows(self.row)
        self.row += 1
        self._sheet.freeze_panes(self.row, frozen_columns)

    def cells(self, cells: Sequence[Cell], *, is_sum: bool = False, is_wrapped: bool = False) -> None:
        """One row."""
        plain = Style(bold=is_sum, fill=_SUM_COLOUR if is_sum else None, border=True, wrap=is_wrapped)
        looks = self._book.looks(plain)
        for column, cell in enumerate(cells):
            if isinstance(cell, Indented):
                style = self._book.style(replace(plain, indent=min(cell.steps + 1, _FARTHEST)))
                self._sheet.write_string(self.row, column, cell.text, style)
                self._widen(column, len(cell.text) + 2 + 2 * cell.steps)
            elif is_wrapped and isinstance(cell, str):
                self._sheet.write_string(self.row, column, cell, looks[""])
                self._widen(column, min(len(cell) + 2, _TEXT if column else _TERM))
                self._folded.append((self.row, cell, range(column, column + 1)))
            else:
                self._write(column, cell, looks)
        self.row += 1

    def skip(self) -> None:
        """An empty row."""
        self.row += 1

    def fit(self) -> None:
        """Make each column as wide as what stands in it, and each row as high as its texts need.

        Programs make rows of folded texts higher by themselves, but not all of them.
        """
        widths = {column: min(wide, _WIDEST) for column, wide in self._widths.items()}
        for column, wide in widths.items():
            self._sheet.set_column(column, column, wide)
        lines: dict[int, int] = {}
        for row, text, columns in self._folded:
            letters = int(_LETTERS * sum(widths.get(column, _NARROWEST) for column in columns))
            lines[row] = max(lines.get(row, 1), len(wrap(text, letters)))
        for row, count in lines.items():
            self._sheet.set_row(row, min(_LINE_PT * count + _SPARE_PT, _HIGHEST_PT))

    def _write(self, column: int, cell: _Plain, looks: _Looks) -> None:
        row, book = self.row, self._book
        if cell is None or isinstance(cell, str):
            self._sheet.write_string(row, column, cell or "", looks[""])
            self._widen(column, len(cell or "") + 2)
        elif isinstance(cell, Formula):
            value = float(cell.value) if isinstance(cell.value, Decimal) else cell.value
            self._sheet.write_formula(row, column, cell.expression, looks[cell.look], value)
            self._widen(column, len(str(value)) + 2 if isinstance(value, str) else 9)
        elif isinstance(cell, date):
            form = book.time_form if isinstance(cell, datetime) else book.date_form
            self._sheet.write_datetime(row, column, cell, looks[form])
            self._widen(column, len(form) + 2)
        else:
            number = cell if isinstance(cell, Number) else Number(cell, Look.COUNT)
            self._sheet.write_number(row, column, number.value, looks[number.look])
            self._widen(column, len(f"{number.value:,}") + 2)

    def _widen(self, column: int, wide: int) -> None:
        self._widths[column] = max(self._widths.get(column, _NARROWEST), wide)


class _PlainFormulas(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types
    """Its formulas have functions that every version knows: looking for later ones in each takes longest of all."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


class Book:
    """A workbook in memory."""

    def __init__(self, title: str, created: datetime, lang: str) -> None:
        self._stream = io.BytesIO()
        self._file = xlsxwriter.Workbook(self._stream, {"in_memory": True})
        self._file.set_properties({"title": title, "created": created.replace(tzinfo=None)})
        self._styles: dict[Style, Any] = {}
        self._looks: dict[Style, _Looks] = {}
        self._sheets: list[Sheet] = []
        self.date_form = "dd/mm/yyyy" if lang == "vi" else "yyyy-mm-dd"
        self.time_form = f"{self.date_form} hh:mm:ss"

    def sheet(self, name: str, footer: str, *, is_wide: bool = True) -> Sheet:
        """A new sheet, printed on A4 as wide as the paper, with ``footer`` and its page number below."""
        sheet = self._file.add_worksheet(_sheet_name(name, len(self._sheets)), _PlainFormulas)
        if is_wide:
            sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer(f"&L&8{footer.replace('&', '&&')}&R&8&P/&N")
        sheet.hide_gridlines(1)
        made = Sheet(self, sheet)
        self._sheets.append(made)
        return made

    def finish(self) -> bytes:
        """The file."""
        for sheet in self._sheets:
            sheet.fit()
        self._file.close()
        return self._stream.getvalue()

    def looks(self, plain: Style) -> _Looks:
        """The formats of a row's cells, by how their numbers are shown."""
        if plain not in self._looks:
            forms = ["", self.date_form, self.time_form]
            text = replace(plain, indent=int(plain.border))  # a text stands off the figure before it
            made: dict[str, Any] = {form: self.style(replace(text, number=form or None)) for form in forms}
            # Beside wrapped texts a figure is one of them.
            made |= {
                look: self.style(replace(text if plain.wrap else plain, number=look.value, right=not plain.wrap))
                for look in Look
            }
            made[Look.PLACE] = self.style(replace(plain, number=Look.PLACE.value, middle=True))
            self._looks[plain] = made
        return self._looks[plain]

    def style(self, style: Style) -> Any:
        """A format, made once."""
        if style not in self._styles:
            wanted = {
                "font_name": "Times New Roman",
                "font_size": style.size,
                "bold": style.bold or None,
                "bg_color": style.fill,
                "num_format": style.number,
                "border": 1 if style.border else None,
                "border_color": _LINE if style.border else None,
                "text_wrap": style.wrap or None,
                "align": "center" if style.middle else "right" if style.right else "left" if style.indent else None,
                "indent": style.indent or None,
                "valign": "vcenter" if style.middle and style.wrap else "top",
            }
            named = {name: value for name, value in wanted.items() if value is not None}
            self._styles[style] = self._file.add_format(named)
        return self._styles[style]


def _sheet_name(name: str, number: int) -> str:
    """At most 31 letters, none that a sheet's name may not have, and unlike every other."""
    plain = "".join(" " if letter in "[]:*?/\\'" else letter for letter in name)
    return plain if len(plain) <= 31 else f"{plain[:27]} {number + 1}"
