"""Numbers and days as clerks and spreadsheets write them (cách ghi số và ngày trong sổ).

In Vietnamese a dot parts thousands and a comma decimals: ``1.044`` is 1044, ``1.044,5`` is no document number. A day
is written before its month. What can be meant in two ways is refused, never guessed; what is completed from the book's
year is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from edocs.errors import UsageError
from edocs.model.import_rules import refusal
from edocs.model.register import tidy_name
from edocs.model.signing import HANOI

__all__ = [
    "EPOCH_1900",
    "EPOCH_1904",
    "Cell",
    "WrittenCode",
    "WrittenDay",
    "cell_text",
    "read_code",
    "read_count",
    "read_written_day",
]

Cell = str | int | float | bool | datetime | date | time | timedelta | None
"""What a cell holds: text from CSV; from a workbook also numbers and days."""

EPOCH_1900 = date(1899, 12, 30)
"""Day 0 of the usual calendar of spreadsheets; good from 1 March 1900 on."""
EPOCH_1904 = date(1904, 1, 1)
"""Day 0 in workbooks of old Macintosh programs."""

_LABEL = re.compile(r"(?:số|so|no|nº)\s*[:.]?\s*(?=[0-9])", re.IGNORECASE)
_PLAIN = re.compile(r"[0-9]{1,7}")
_COUNT = re.compile(r"[0-9]{1,12}")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+")
_LETTERED = re.compile(r"[0-9.]+\s*[^\W\d_]+")
_FRACTION = re.compile(r"[0-9][0-9. ]*[.,][0-9]+")
_LARGEST = 9_999_999
_COUNTS = "a whole number from 0: 1044, or 1.044"

_TIME = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_DAY_FIRST = re.compile(
    r"(?P<day>[0-9]{1,2}) ?(?P<mark>[/.-]) ?(?P<month>[0-9]{1,2}) ?(?P=mark) ?(?P<year>[0-9]{4}|[0-9]{2})" + _TIME
)
_DAY_AND_MONTH = re.compile(r"(?P<day>[0-9]{1,2}) ?[/.-] ?(?P<month>[0-9]{1,2})")
_YEAR_FIRST = re.compile(
    rf"(?P<year>[0-9]{{4}})(?P<mark>[/.-])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<day>[0-9]{{1,2}}){_TIME}"
)
_WORDS = re.compile(
    r"(?:[^,0-9]*, ?)?(?:ngày )?(?P<day>[0-9]{1,2}) tháng (?P<month>[0-9]{1,2}),? năm (?P<year>[0-9]{4})", re.IGNORECASE
)
_ZONED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(?:Z|[+-][0-9]{2}:?[0-9]{2})")
_SERIAL = re.compile(r"[0-9]{5}(?:\.0+)?")
_FIRST_YEAR, _LAST_YEAR = 1945, 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCode:
    """A number, and the symbol where one stands behind it (số, ký hiệu)."""

    number: int
    symbol: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDay:
    """A day, and the id of what had to be assumed to read it."""

    day: date
    assumed: str = ""


def cell_text(cell: Cell) -> str:
    """A cell as text: tidied; whole numbers without a fraction, days as ``dd/mm/yyyy``.

    >>> cell_text(7.0), cell_text(date(2026, 3, 5)), cell_text(None)
    ('7', '05/03/2026', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return f"{cell:%d/%m/}{cell.year:04d}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return _tidied(str(cell))


_tidied = lru_cache(maxsize=1024)(tidy_name)  # a row's cells are looked at several times


def read_code(cell: Cell) -> WrittenCode:
    """A document number, with the symbol where the cell has both.

    >>> read_code("1.044").number, read_code("Số: 07/QĐ - UBND")
    (1044, WrittenCode(number=7, symbol='QĐ-UBND'))

    Raises:
        UsageError: No number of a document, with the rule that says why.

    Source: Decree 30/2020/NĐ-CP, annex I.II.3.
    """
    text = cell_text(cell)
    if isinstance(cell, datetime | date):
        raise refusal("import.number.date", value=text)
    if isinstance(cell, bool | time | timedelta):
        raise refusal("import.number", value=text)
    if isinstance(cell, float) and not cell.is_integer():
        raise refusal("import.number.decimal", value=text)
    number, _, symbol = _LABEL.sub("", text, count=1).partition("/") if _LABEL.match(text) else text.partition("/")
    return WrittenCode(number=_whole(number.strip(), text), symbol="".join(symbol.split()))


def read_count(cell: Cell) -> int:
    """A count (số lượng), from 0; ``1.044`` is 1044.

    >>> read_count("1.044"), read_count(0), read_count("12 500")
    (1044, 0, 12500)

    Raises:
        UsageError: No whole number; or one that can be meant in two ways, or is a percentage.
    """
    text = cell_text(cell)
    is_count = not isinstance(cell, bool | datetime | date | time | timedelta)
    if is_count and (_COUNT.fullmatch(text) or (isinstance(cell, str) and _GROUPED.fullmatch(text))):
        return int(re.sub("[. ]", "", text))
    if text.endswith("%"):
        raise UsageError("a percentage stands where a count should: {value}", hint=_COUNTS, value=text)
    if is_count and _FRACTION.fullmatch(text):
        raise UsageError(
            "{value} is a fraction: whether a thousands dot was meant is not certain", hint=_COUNTS, value=text
        )
    raise UsageError("no count: {value}", hint=_COUNTS, value=text)


def read_written_day(cell: Cell, year: int | None = None, epoch: date = EPOCH_1900) -> WrittenDay:
    """The day that a cell means.

    A year of two digits, or none, is completed from ``year``, that of the book; without it the day is refused.

    >>> read_written_day("ngày 05 tháng 3 năm 2026").day.isoformat(), read_written_day("5/3", 2026).day.isoformat()
    ('2026-03-05', '2026-03-05')

    Args:
        epoch: Day 0 of the workbook's calendar.

    Raises:
        UsageError: No day, or not one alone.
    """
    if isinstance(cell, datetime | date):
        return WrittenDay(day=_plausible(cell.date() if isinstance(cell, datetime) else cell, cell))
    text = cell_text(cell)
    if not text:
        raise refusal("import.date.missing")
    if isinstance(cell, bool | time | timedelta):
        raise refusal("import.date", value=text)
    if isinstance(cell, int | float) or _SERIAL.fullmatch(text):
        return _from_serial(text, epoch)
    if _ZONED.fullmatch(text):
        return WrittenDay(day=_plausible(_zoned(text), text))
    for form in (_DAY_FIRST, _YEAR_FIRST, _WORDS, _DAY_AND_MONTH):
        if found := form.fullmatch(text):
            return _completed(found.groupdict(), text, year)
    raise refusal("import.date", value=text)


def _whole(text: str, whole: str) -> int:
    if not text:
        raise refusal("import.number.missing") if not whole else refusal("import.number", value=whole)
    if _PLAIN.fullmatch(text) or _GROUPED.fullmatch(text):
        number = int(re.sub("[. ]", "", text))
        if 1 <= number <= _LARGEST:
            return number
    elif _LETTERED.fullmatch(text):
        raise refusal("import.number.letter", value=whole)
    elif _FRACTION.fullmatch(text):
        raise refusal("import.number.decimal", value=whole)
    raise refusal("import.number", value=whole)


def _completed(parts: dict[str, str | None], text: str, year: int | None) -> WrittenDay:
    written = parts.get("year")
    if written is None or len(written) == 2:
        if year is None:
            raise refusal("import.date.ambiguous", value=text)
        full = year if written is None else year - year % 100 + int(written)
    else:
        full = int(written)
    try:
        day = date(full, int(parts["month"] or 0), int(parts["day"] or 0))
    except ValueError as exc:
        raise refusal("import.date", value=text) from exc
    is_whole = written is not None and len(written) == 4
    return WrittenDay(day=_plausible(day, text), assumed="" if is_whole else "import.assumed.year")


def _from_serial(text: str, epoch: date) -> WrittenDay:
    try:
        day = epoch + timedelta(days=float(text))
    except (ValueError, OverflowError) as exc:
        raise refusal("import.date", value=text) from exc
    return WrittenDay(day=_plausible(day, text), assumed="import.assumed.serial")


def _zoned(text: str) -> date:
    try:
        return datetime.fromisoformat(text).astimezone(HANOI).date()
    except (ValueError, OverflowError) as exc:
        raise refusal("import.date", value=text) from exc


def _plausible(day: date, written: Cell) -> date:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise refusal("import.date", value=cell_text(written))
    return day
