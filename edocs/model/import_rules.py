"""Why a line of an old book is not entered, and what was assumed where one is: each with its id and words.

Quy tắc nhập sổ đăng ký cũ. A rule ends a line and the rest of the book goes on; an assumption is counted and shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from edocs.errors import RefusedError, UsageError
from edocs.model.verdict import Reason

__all__ = ["IMPORT_RULES", "ImportRule", "assumption", "refusal", "require_issued"]


@dataclass(frozen=True, slots=True)
class ImportRule:
    """One rule of importing."""

    clause: str
    message: str
    hint: str = ""


_NUMBERS, _BOOK, _ANNEX = "Decree 30/2020/NĐ-CP, article 15", "Decree 30/2020/NĐ-CP, article 14", "docs/registry.md"

IMPORT_RULES: dict[str, ImportRule] = {
    # Number and symbol
    "import.number": ImportRule(
        _NUMBERS, "no document number: {value}", "a whole number, alone or with its symbol: 07, 1.044, 07/QĐ-UBND"
    ),
    "import.number.missing": ImportRule(
        _NUMBERS, "no number", "a formula has a value only after the workbook was saved by the program that counts it"
    ),
    "import.number.letter": ImportRule(
        _NUMBERS,
        "{value} is no number of the series: a letter follows it",
        "the register has whole numbers alone: correct it where it was mistyped, else leave the line out",
    ),
    "import.number.decimal": ImportRule(
        _NUMBERS,
        "{value} is a fraction: whether a thousands dot was meant is not certain",
        "make the column text and write the number as the book has it",
    ),
    "import.number.date": ImportRule(
        _NUMBERS, "a date stands where the number should: {value}", "make the column text and write the number again"
    ),
    "import.symbol.missing": ImportRule(
        _BOOK, "number {value} has no symbol", "a column of symbols, or symbol under [defaults] in --columns"
    ),
    "import.contradiction": ImportRule(
        _BOOK, "two columns say different things: {one}, {other}", "correct the one that is wrong"
    ),
    # Date and book
    "import.date": ImportRule(_BOOK, "not a date: {value}", "dd/mm/yyyy"),
    "import.date.missing": ImportRule(
        _BOOK, "no date of issue", 'where the cell above holds for it: down = ["date"] under [fill] in --columns'
    ),
    "import.date.ambiguous": ImportRule(
        _BOOK, "{value}: the year is not certain", "--year says of which year the book is"
    ),
    "import.book_year": ImportRule(
        _NUMBERS, "{value} is outside the book of {year}", "correct the date, or import it with the book it is of"
    ),
    "import.future": ImportRule(_BOOK, "{value} is later than today", "correct the date"),
    "import.year": ImportRule(_BOOK, "no year of a book: {value}", "four digits"),
    # The rest of the line
    "import.agency": ImportRule(
        _BOOK, "no such agency: {value}", "add it to the file of --agencies, with its name and level"
    ),
    "import.agency.missing": ImportRule(_BOOK, "no agency", "--agency says whose book it is"),
    "import.agency.name": ImportRule(
        _BOOK, "{count} agencies have the name {value}", "a column of identifiers, or --agency"
    ),
    "import.agency.other": ImportRule(
        _BOOK, "the line is of {value}, and the book is that of {agency}", "import it without --agency"
    ),
    "import.secrecy": ImportRule(
        "Law 29/2018/QH14, article 8", "no such degree of secrecy: {value}", "Mật, Tối mật, Tuyệt mật; empty for none"
    ),
    "import.error_value": ImportRule(
        _ANNEX, "a formula that failed: {value}", "mend the formula and save the workbook"
    ),
    "import.control": ImportRule(_ANNEX, "control characters in the line", "export the table again"),
    "import.quote": ImportRule(
        _ANNEX, "a quotation mark is not closed, or stands inside a cell", "double it inside a cell, or export it again"
    ),
    # Assumed, and said
    "import.assumed.type": ImportRule(_ANNEX, "type of document taken from the symbol"),
    "import.assumed.default": ImportRule(_ANNEX, "taken from [defaults]: {what}"),
    "import.assumed.above": ImportRule(_ANNEX, "taken from the cell above: {what}"),
    "import.assumed.year": ImportRule(_ANNEX, "year of the date completed from the book's"),
    "import.assumed.serial": ImportRule(_ANNEX, "a bare number taken as a day of the spreadsheet's calendar"),
    "import.assumed.secrecy": ImportRule(
        "Law 29/2018/QH14, article 8", "degree of secrecy taken from a remark: {what}", "correct it where that is wrong"
    ),
    "import.assumed.unit": ImportRule(_ANNEX, "the column of agencies names a unit; the book's agency was taken"),
}


def refusal(rule: str, **params: object) -> UsageError:
    """The error that ends a line; ``params["rule"]`` names the rule."""
    known = IMPORT_RULES[rule]
    return UsageError(known.message, hint=known.hint, rule=rule, **params)


def require_issued(issued_on: date, today: date) -> None:
    """Go on only with a document whose date of issue has come (ngày ban hành), however it is entered.

    Args:
        issued_on: In Vietnam, as ``today`` is.

    Raises:
        RefusedError: It is later than today; ``params["rule"]`` is ``import.future``.

    Source: Decree 30/2020/NĐ-CP, article 14: what was issued is registered.
    """
    if issued_on > today:
        known = IMPORT_RULES["import.future"]
        raise RefusedError(known.message, hint=known.hint, rule="import.future", value=f"{issued_on:%d/%m/%Y}")


def assumption(rule: str, **params: str) -> Reason:
    """What was assumed of a line that is entered."""
    known = IMPORT_RULES[rule]
    return Reason(rule=rule, clause=known.clause, message=known.message, hint=known.hint, params=params)
