"""Targets for signed shares by level and year, as plans set them: a table in TOML or CSV.

Chỉ tiêu tỷ lệ ký số theo cấp và năm. Data only: ``docs/schemas/targets-1.json`` is the schema of the TOML form, the CSV
form has the same names as columns. Unknown names are refused: a target that is misspelt would be a target that nobody
misses. Whether it is reached is decided in :mod:`edocs.model.comparing`.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from edocs.errors import UnreadableError, UsageError
from edocs.model.parsing import parse_fault
from edocs.model.register import AgencyLevel, tidy_name
from edocs.model.standing import Indicator
from edocs.model.submission import agency_level

__all__ = ["SCHEMA", "Target", "read_percent", "read_targets", "target_for"]

SCHEMA = "edocs.targets/1"
ALL = "all"
_FIELDS = {"indicator", "level", "year", "percent", "source"}
_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,6}))?\s*%?")
_YEARS = range(1900, 10000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A share that the units of a level must reach in a year (chỉ tiêu)."""

    indicator: Indicator
    level: AgencyLevel | None
    """None: all levels together, the total of a report."""
    year: int
    percent: Fraction
    """From 0 to 100."""
    source: str = ""
    """The plan that sets it."""


def read_targets(data: bytes, *, is_csv: bool) -> tuple[Target, ...]:
    """The targets in a file, in its order.

    Raises:
        UnreadableError: Not such a table; the line or entry is named.
    """
    try:
        text = data.decode("utf-8-sig")
        rows = _csv_rows(text) if is_csv else _toml_rows(text)
    except (UnicodeDecodeError, csv.Error, tomllib.TOMLDecodeError) as exc:
        raise UnreadableError("no table of targets: {why}", hint="TOML, or CSV in UTF-8", why=parse_fault(exc)) from exc
    found: dict[tuple[Indicator, AgencyLevel | None, int], Target] = {}
    for line, row in rows:
        try:
            target = _target(row)
        except UsageError as exc:
            raise UnreadableError("line {line}: {why}", line=line, why=exc) from exc
        if found.setdefault((target.indicator, target.level, target.year), target) is not target:
            raise UnreadableError("line {line}: this target is set twice", hint="keep one", line=line)
    return tuple(found.values())


def target_for(targets: Iterable[Target], indicator: Indicator, level: AgencyLevel | None, year: int) -> Target | None:
    """The target of one indicator, level and year; None where none is set."""
    wanted = (indicator, level, year)
    return next((item for item in targets if (item.indicator, item.level, item.year) == wanted), None)


def read_percent(text: str) -> Fraction:
    """A percentage from 0 to 100, with a decimal comma or point, with or without its sign.

    >>> read_percent("66,5 %"), read_percent("80")
    (Fraction(133, 2), Fraction(80, 1))

    Raises:
        UsageError: It is none.
    """
    found = _PERCENT.fullmatch(tidy_name(text))
    value = Fraction(f"{found[1]}.{found[2] or 0}") if found else None
    if value is None or value > 100:
        raise UsageError("no percentage: {text}", hint="from 0 to 100, such as 80 or 66,5", text=text)
    return value


def _toml_rows(text: str) -> Sequence[tuple[int, Mapping[str, str]]]:
    document = tomllib.loads(text, parse_float=Decimal)
    if unknown := sorted(set(document) - {"schema", "target"}):
        raise UnreadableError(
            "unknown fields: {names}", hint="one of {known}", names=", ".join(unknown), known="schema, target"
        )
    if document.get("schema", SCHEMA) != SCHEMA:
        raise UnreadableError("no table of targets: {why}", hint="TOML, or CSV in UTF-8", why=document["schema"])
    entries = document.get("target", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UnreadableError("no table of targets: {why}", hint="TOML, or CSV in UTF-8", why="[[target]]")
    return [(place, {name: str(value) for name, value in entry.items()}) for place, entry in enumerate(entries, 1)]


def _csv_rows(text: str) -> Sequence[tuple[int, Mapping[str, str]]]:
    head = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",")
    return [(table.line_num, {str(name): value or "" for name, value in row.items()}) for row in table]


def _target(row: Mapping[str, str]) -> Target:
    if unknown := sorted(set(row) - _FIELDS):
        raise UsageError(
            "unknown fields: {names}", hint="one of {known}", names=", ".join(unknown), known=", ".join(sorted(_FIELDS))
        )
    if missing := sorted(_FIELDS - {"source"} - {name for name, value in row.items() if value.strip()}):
        raise UsageError("fields are missing: {names}", names=", ".join(missing))
    level = tidy_name(row["level"]).casefold()
    return Target(
        indicator=_indicator(row["indicator"]),
        level=None if level in (ALL, "tất cả", "toàn tỉnh") else agency_level(level),
        year=_year(row["year"]),
        percent=read_percent(row["percent"]),
        source=tidy_name(row.get("source", "")),
    )


def _indicator(text: str) -> Indicator:
    name = tidy_name(text).casefold()
    try:
        return Indicator(_SHORT.get(name, name))
    except ValueError as exc:
        known = ", ".join(Indicator)
        raise UsageError("no such indicator: {name}", hint="one of {known}", name=text, known=known) from exc


def _year(text: str) -> int:
    year = tidy_name(text)
    if not (year.isascii() and year.isdigit() and len(year) == 4 and int(year) in _YEARS):
        raise UsageError("not a year: {text}", hint="YYYY", text=text)
    return int(year)


_SHORT = {"i1": Indicator.ORGANISATION, "i2": Indicator.PERSONAL, "i3": Indicator.BOTH}
