"""Tables of figures as agencies send them in: from rows of a CSV file or workbook, or from JSON.

Đọc bảng số liệu nhập. Columns: ``docs/indicators.md``; JSON: ``docs/schemas/figures-1.json``. Every line that cannot be
taken is named, and with one of them nothing is taken: half of a month's figures would be figures of something else.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from types import MappingProxyType

from edocs.errors import EdocsError, UnreadableError, UsageError
from edocs.model.figures import Fault, Figure, FigureTable, month_of
from edocs.model.indicators import Definition
from edocs.model.parsing import parse_fault
from edocs.model.register import Agency, tidy_name
from edocs.model.submission import agency_level
from edocs.model.table import Row
from edocs.model.written import Cell, cell_text, read_count

__all__ = ["Expected", "read_figure_csv", "read_figure_json", "read_figure_rows"]

SCHEMA = "edocs.figures/1"
_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "indicator": ("indicator", "chỉ số", "mã chỉ số", "bảng"),
        "agency": ("agency", "mã định danh", "mã cơ quan", "mã đơn vị"),
        "agency_name": ("agency_name", "tên cơ quan", "tên đơn vị", "cơ quan", "đơn vị"),
        "level": ("level", "cấp"),
        "month": ("month", "tháng"),
        "numerator": ("numerator", "tử số"),
        "denominator": ("denominator", "mẫu số"),
        "note": ("note", "ghi chú"),
    }
)
"""A column's meaning to the headings it is known under, whatever their case."""
_PASSED_OVER = ("stt", "tt", "no.")
_NEEDED = ("indicator", "agency", "month", "numerator", "denominator")
_PERCENT = re.compile(r"(?:tỷ|tỉ) lệ|phần trăm|\b(?:percent|percentage|ratio|rate|share)\b|%", re.IGNORECASE)
_SEPARATORS = (";", ",", "\t", "|")
_HEAD_WITHIN = 20
_MOST = 200_000
_MONTH_FORMS = (
    re.compile(r"(?P<year>[0-9]{4})[-/](?P<month>[0-9]{1,2})"),
    re.compile(r"(?:tháng )?(?P<month>[0-9]{1,2})(?:[-/.]| năm )(?P<year>[0-9]{4})", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the lines of a table are held against."""

    definitions: Sequence[Definition]
    agencies: Mapping[str, Agency]
    """Agencies whose name and level a line need not state."""
    now: datetime
    """Aware; months to come are refused."""


def read_figure_csv(data: bytes, expected: Expected) -> FigureTable:
    """A table in CSV, parted by ``;``, ``,``, a tab or ``|``; UTF-8, or UTF-16 with its mark.

    Raises:
        UnreadableError: It is no such table; or it has a column of percentages.
    """
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        for separator in _SEPARATORS:
            table = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
            rows = [Row(line=table.line_num, cells=tuple(cells)) for cells in table]
            if any("month" in _heads(row.cells) for row in rows[:_HEAD_WITHIN]):
                break
    except (UnicodeDecodeError, csv.Error) as exc:
        raise UnreadableError("no table of figures: {why}", hint="CSV in UTF-8", why=parse_fault(exc)) from exc
    return read_figure_rows(rows, expected, hashlib.sha256(data).hexdigest())


def read_figure_json(data: bytes, expected: Expected) -> FigureTable:
    """A table in JSON, ``edocs.figures/1``. The line of a row is its number.

    Raises:
        UnreadableError: It is no such object.
    """
    try:
        table = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
        rows, is_known = table["rows"], table["schema"] == SCHEMA
    except (ValueError, RecursionError, KeyError, TypeError) as exc:
        raise UnreadableError("no table of figures: {why}", hint=SCHEMA, why=parse_fault(exc)) from exc
    if not is_known or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnreadableError("no table of figures: {why}", hint=SCHEMA, why="schema, rows")
    lines = []
    for number, row in enumerate(rows, 1):
        for name in row:
            if name not in _COLUMNS:
                raise _unknown(name, number)
        lines.append((number, {name: _plain_cell(value) for name, value in row.items()}))
    return _table(lines, expected, hashlib.sha256(data).hexdigest())


def read_figure_rows(rows: Iterable[Row], expected: Expected, sha256: str) -> FigureTable:
    """A table of any origin: rows of cells, of which one of the first names the columns.

    Args:
        sha256: Of the file that they come from.

    Raises:
        UnreadableError: No row names the columns, one of them is unknown, or one has percentages.
    """
    rest = iter(rows)
    for number, row in enumerate(rest):
        places = _heads(row.cells)
        if {"month", "numerator"} <= set(places) or ("month" in places and _percentages(row.cells)):
            _require_head(row, places)
            return _table(_lines(rest, places), expected, sha256)
        if number >= _HEAD_WITHIN:
            break
    raise UnreadableError(
        "no table of figures: {why}", hint="its head names {columns}", why="", columns=", ".join(_NEEDED)
    )


def _heads(cells: Sequence[Cell]) -> dict[str, int]:
    names = [_heading(cell) for cell in cells]
    first = {
        meaning: next((place for place, name in enumerate(names) if name in known), None)
        for meaning, known in _COLUMNS.items()
    }
    return {meaning: place for meaning, place in first.items() if place is not None}


def _heading(cell: Cell) -> str:
    return cell_text(cell).casefold()


def _percentages(cells: Sequence[Cell]) -> list[str]:
    return [cell_text(cell) for cell in cells if _PERCENT.search(cell_text(cell))]


def _require_head(row: Row, places: Mapping[str, int]) -> None:
    if found := _percentages(row.cells):
        raise UnreadableError(
            "line {line}: a column of percentages: {name}",
            hint="numerator and denominator as counts: percentages of units cannot be added up",
            line=row.line,
            name=found[0],
        )
    for place, cell in enumerate(row.cells):
        name = _heading(cell)
        if name and place not in places.values() and name not in _PASSED_OVER:
            raise _unknown(cell_text(cell), row.line)
    if missing := [name for name in _NEEDED if name not in places]:
        raise UnreadableError(
            "line {line}: a column is missing: {name}",
            hint="known as {known}",
            line=row.line,
            name=missing[0],
            known=", ".join(_COLUMNS[missing[0]]),
        )


def _unknown(name: str, line: int) -> UnreadableError:
    if _PERCENT.search(name):
        return UnreadableError(
            "line {line}: a column of percentages: {name}",
            hint="numerator and denominator as counts: percentages of units cannot be added up",
            line=line,
            name=name,
        )
    known = [heading for headings in _COLUMNS.values() for heading in headings]
    near = ", ".join(get_close_matches(name.casefold(), known) or _COLUMNS)
    return UnreadableError("line {line}: {name} is not known here", hint="{near}?", line=line, name=name, near=near)


def _lines(rows: Iterator[Row], places: Mapping[str, int]) -> Iterator[tuple[int, dict[str, Cell]]]:
    for row in rows:
        cells = {name: row.cells[place] for name, place in places.items() if place < len(row.cells)}
        if any(cell_text(cell) for cell in cells.values()):
            yield row.line, cells


def _table(lines: Iterable[tuple[int, dict[str, Cell]]], expected: Expected, sha256: str) -> FigureTable:
    found: dict[tuple[str, str, str], tuple[int, Figure]] = {}
    faults = []
    known = {definition.id: definition for definition in expected.definitions}
    stated: dict[str, Agency] = dict(expected.agencies)
    for count, (line, cells) in enumerate(lines):
        if count >= _MOST:
            raise UnreadableError("more than {most} lines of figures", hint="part it by month", most=_MOST)
        try:
            figure = _figure(cells, known, stated, month_of(expected.now))
            first, _ = found.setdefault(figure.place, (line, figure))
            if first != line:
                raise UsageError("line {first} has the same indicator, agency and month", first=first)
        except EdocsError as failure:
            faults.append(Fault(line=line, failure=failure))
    return FigureTable(figures=tuple(figure for _, figure in found.values()), sha256=sha256, faults=tuple(faults))


def _figure(
    cells: Mapping[str, Cell], definitions: Mapping[str, Definition], agencies: dict[str, Agency], current: str
) -> Figure:
    text = {name: cell_text(cell) for name, cell in cells.items()}
    if missing := [name for name in _NEEDED if not text.get(name)]:
        raise UsageError("fields are missing: {names}", names=", ".join(missing))
    agency = _agency(text, agencies)
    month = _month(cells["month"])
    if month > current:
        raise UsageError("{month} is a month to come", hint="correct the month", month=month)
    return Figure(
        indicator=_indicator(text["indicator"], definitions),
        agency=agency.id,
        agency_name=agency.name,
        level=agency.level,
        month=month,
        numerator=read_count(cells["numerator"]),
        denominator=read_count(cells["denominator"]),
        note=text.get("note", ""),
    )


def _indicator(id: str, definitions: Mapping[str, Definition]) -> str:
    imported = [name for name, definition in definitions.items() if definition.is_imported]
    if id not in definitions:
        near = ", ".join(get_close_matches(id, imported) or imported)
        raise UsageError("no such indicator: {name}", hint="{near}?", name=id, near=near)
    if id not in imported:
        raise UsageError(
            "{name} is counted from the register, not imported",
            hint="imported are: {near}",
            name=id,
            near=", ".join(imported),
        )
    return id


def _agency(text: Mapping[str, str], agencies: dict[str, Agency]) -> Agency:
    """The agency of a line; one that the register does not know states its name and level, once in a table."""
    id = tidy_name(text["agency"])
    name, level, known = text.get("agency_name"), text.get("level"), agencies.get(id)
    if known is None and not (name and level):
        raise UsageError(
            "agency {id} is not known: its name and level are needed",
            hint="the columns {columns}",
            id=id,
            columns="agency_name, level",
        )
    if level:
        known = Agency(id=id, name=name or (known.name if known else ""), level=agency_level(level))
        agencies[id] = known
    assert known is not None  # noqa: S101 - it is known, or has both
    return known


def _month(cell: Cell) -> str:
    if isinstance(cell, datetime | date):
        return f"{cell.year:04d}-{cell.month:02d}"
    text = cell_text(cell)
    for form in _MONTH_FORMS:
        found = form.fullmatch(text)
        if found and 1 <= int(found["month"]) <= 12:
            return f"{found['year']}-{int(found['month']):02d}"
    raise UsageError("not a month: {text}", hint="YYYY-MM", text=text)


def _plain_cell(value: object) -> Cell:
    """A value of JSON as a cell; a number is a number, and what is neither is refused where it is read."""
    return value if isinstance(value, str | int | float) else "" if value is None else json.dumps(value)
