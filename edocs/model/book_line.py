"""One line of an old book: what kind it is, and the document that it enters (một dòng của sổ đăng ký văn bản đi).

A line that cannot be read is refused with its rule, and the rest of the book goes on. What the register does not keep
(signer, recipients, copies) is not read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from edocs.errors import UsageError
from edocs.model.headings import Column, ColumnRules, Head
from edocs.model.import_rules import assumption, refusal, require_issued
from edocs.model.kinds import DOCUMENT_TYPES, document_type
from edocs.model.register import Agency, Document, Secrecy, tidy_name
from edocs.model.secrecy import remarked_degree
from edocs.model.signing import HANOI, DocumentCode
from edocs.model.submission import Submission, agency_level, read_secrecy
from edocs.model.verdict import Reason
from edocs.model.written import EPOCH_1900, Cell, WrittenCode, cell_text, read_code, read_written_day

__all__ = ["Book", "LineKind", "is_ditto", "line_kind", "read_line"]


class LineKind(StrEnum):
    """What a line of a table is."""

    DOCUMENT = "document"
    EMPTY = "empty"
    """dòng trống"""
    TITLE = "title"
    """above the head"""
    HEAD = "head"
    """the head, again at the top of a page, or the numbers of its columns"""
    TOTAL = "total"
    """dòng cộng"""
    CAPTION = "caption"
    """a month's name between the lines, the signatures below them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What is known of a book beside its lines (sổ đăng ký cũ)."""

    agencies: Mapping[str, Agency] = field(default_factory=lambda: MappingProxyType({}))
    """Known agencies by identifier."""
    agency: Agency | None = None
    """Whose book it is; None: each line says."""
    year: int | None = None
    """Of which year it is; None: each line says, or its date."""
    rules: ColumnRules = field(default_factory=ColumnRules)
    today: date = date.max
    """What is later is refused."""
    _by_name: Mapping[str, tuple[Agency, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: defaultdict[str, tuple[Agency, ...]] = defaultdict(tuple)
        for agency in self.agencies.values():
            by_name[agency.name.casefold()] += (agency,)
        object.__setattr__(self, "_by_name", dict(by_name))

    def named(self, name: str) -> tuple[Agency, ...]:
        """The known agencies of a name; case does not matter."""
        return self._by_name.get(tidy_name(name).casefold(), ())


_KEYS = (Column.CODE, Column.NUMBER, Column.SYMBOL, Column.DATE)
_TOTAL = re.compile(
    r"(?:tổng cộng|tổng số|cộng|tổng)"
    r"(?:(?: ?: ?| )(?:[0-9.]+ )?(?:số )?(?:văn bản|vb|tháng|quý|năm|trang|kỳ|sổ)\b.*|[ .:0-9]*)",
    re.IGNORECASE,
)
_CAPTIONS = (
    re.compile(r"(?:tháng|quý|năm|tuần|trang) [0-9ivx]{1,4}(?:(?: ?[/-] ?| năm )[0-9]{4})?[.:]?", re.IGNORECASE),
    re.compile(r"(?:người (?:lập|vào|ghi|giữ)(?: sổ| bảng| biểu)?|thủ trưởng(?: cơ quan| đơn vị)?)", re.IGNORECASE),
    re.compile(r"\(ký[^)]*\)", re.IGNORECASE),
)
_COLUMN_NUMBER = re.compile(r"\(?([0-9]{1,2})\)?")
_DITTO = {"", '"', "''", "”", "“", "nt", "-nt-", "như trên", "-"}
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f]")
_FAILED = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")
_PLAINLY = re.compile(r"[0-9][0-9.]*/[^\W\d_]")
_YEAR = re.compile(r"[0-9]{4}")
_TYPE_NAMES = sorted(
    ((name.casefold(), code) for code, (name, _) in DOCUMENT_TYPES.items()), key=lambda item: -len(item[0])
)


def line_kind(cells: Sequence[Cell], head: Head, rules: ColumnRules) -> LineKind:
    """What kind of line a row under the head is; in doubt a document, so that nothing is passed over unsaid."""
    code = head.cell(cells, Column.CODE)
    if isinstance(code, str) and _PLAINLY.match(code) and cell_text(head.cell(cells, Column.DATE)):
        return LineKind.DOCUMENT  # nearly every line, and the quick way to say so
    filled = [(place, text) for place, cell in enumerate(cells) if (text := cell_text(cell))]
    if not filled:
        return LineKind.EMPTY
    if any(rules.meaning(head.cell(cells, column)) is column for column in _KEYS) or _are_column_numbers(filled):
        return LineKind.HEAD
    place, first = filled[0]
    if place not in (head.places.get(Column.SUBJECT), head.places.get(Column.TITLE)) and _TOTAL.fullmatch(first):
        return LineKind.TOTAL
    if not cell_text(head.cell(cells, Column.DATE)) and all(
        any(form.fullmatch(text) for form in _CAPTIONS) for _, text in filled
    ):
        return LineKind.CAPTION
    return LineKind.DOCUMENT


def is_ditto(cell: Cell) -> bool:
    """Whether a cell says no more than "as above": nothing, or a mark (như trên)."""
    return cell_text(cell).casefold() in _DITTO


def read_line(
    cells: Sequence[Cell],
    head: Head,
    book: Book,
    *,
    above: Mapping[Column, Cell] | None = None,
    epoch: date = EPOCH_1900,
) -> tuple[Submission, tuple[Reason, ...]]:
    """The document that a line enters, and what had to be assumed.

    Args:
        above: The last filled cells of the columns that ``book.rules`` fills down.
        epoch: Day 0 of the workbook's calendar.

    Raises:
        UsageError: The line cannot be entered; ``params["rule"]`` says by which rule.
        RefusedError: Its date of issue is to come; likewise.
    """
    notes: list[Reason] = []
    values: defaultdict[Column, Cell] = defaultdict(lambda: None)
    values.update({column: cells[place] for column, place in head.places.items() if place < len(cells)})
    _require_sound(values)
    kept = set(head.places.values())
    rest = [cell for place, cell in enumerate(cells) if place not in kept]
    for column in book.rules.fill_down:
        if above is not None and is_ditto(values[column]) and cell_text(above.get(column)):
            values[column] = above[column]
            notes.append(assumption("import.assumed.above", what=column.value))
    code = _code(values, book, notes)
    year = _year(values[Column.YEAR], book)
    written = read_written_day(values[Column.DATE], year, epoch)
    if written.assumed:
        notes.append(assumption(written.assumed))
    shown = f"{written.day:%d/%m/%Y}"
    if year is not None and written.day.year != year:
        raise refusal("import.book_year", value=shown, year=year)
    require_issued(written.day, book.today)
    type, subject = _type(values, code.symbol, book, notes)
    document = Document(
        agency=_agency(values, book, notes),
        code=DocumentCode(
            number=code.number,
            symbol=code.symbol,
            issued_on=datetime(written.day.year, written.day.month, written.day.day, tzinfo=HANOI),
        ),
        type=type,
        subject=subject,
        secrecy=_secrecy(values, rest, book, notes),
        file_sha256=cell_text(values[Column.SHA256]),
    )
    return Submission(document=document, is_imported=True), tuple(notes)


def _require_sound(values: Mapping[Column, Cell]) -> None:
    for value in values.values():
        if isinstance(value, str):
            if _FAILED.fullmatch(value.strip()):
                raise refusal("import.error_value", value=value.strip())
            if _CONTROL.search(value):
                raise refusal("import.control")


def _code(values: Mapping[Column, Cell], book: Book, notes: list[Reason]) -> WrittenCode:
    """Number and symbol, from one column or two; where both say something they must say the same."""
    found = [read_code(values[column]) for column in (Column.CODE, Column.NUMBER) if cell_text(values[column])]
    symbol = cell_text(values[Column.SYMBOL])
    if symbol[:1].isdigit() and "/" in symbol:
        found.append(read_code(symbol))
        symbol = ""
    if not found:
        raise refusal("import.number.missing")
    symbols = [one.symbol for one in found if one.symbol]
    if stated := "".join(symbol.split()).strip("/"):
        symbols.append(stated)
    for group in ([one.number for one in found], symbols):
        if len(set(group)) > 1:
            raise refusal("import.contradiction", one=group[0], other=next(one for one in group if one != group[0]))
    if not symbols and (default := book.rules.defaults.get(Column.SYMBOL)):
        symbols.append("".join(tidy_name(default).split()))
        notes.append(assumption("import.assumed.default", what=Column.SYMBOL.value))
    if not symbols:
        raise refusal("import.symbol.missing", value=found[0].number)
    return WrittenCode(number=found[0].number, symbol=symbols[0])


def _year(cell: Cell, book: Book) -> int | None:
    text = cell_text(cell)
    if not text:
        return book.year
    if not _YEAR.fullmatch(text):
        raise refusal("import.year", value=text)
    if book.year is not None and int(text) != book.year:
        raise refusal("import.book_year", value=text, year=book.year)
    return int(text)


def _type(values: Mapping[Column, Cell], symbol: str, book: Book, notes: list[Reason]) -> tuple[str, str]:
    """Type and subject. What the line says of the type goes before what its symbol says."""
    subject, title = cell_text(values[Column.SUBJECT]), cell_text(values[Column.TITLE])
    stated = cell_text(values[Column.TYPE])
    by_symbol = _type_of_symbol(symbol)
    if title and not stated:
        leading, rest = _leading_type(title)
        # "TTr-SNV … Quyết định về …": a submission about a decision, not a decision.
        if leading and by_symbol in ("", leading):
            return leading, subject or rest
    if not stated and not by_symbol and Column.TYPE in book.rules.defaults:
        notes.append(assumption("import.assumed.default", what=Column.TYPE.value))
        stated = book.rules.defaults[Column.TYPE]
    if not stated:
        notes.append(assumption("import.assumed.type"))
    # Công văn has no abbreviation: its symbol is agency and unit (annex III).
    return document_type(stated) or by_symbol or "CV", subject or title


def _type_of_symbol(symbol: str) -> str:
    """The type that a symbol begins with, ``2026/QĐ-UBND`` too; empty where it begins with none."""
    head, _, rest = symbol.partition("/")
    first, dash, _ = (rest if _YEAR.fullmatch(head) else symbol).partition("-")
    return first if dash and first in DOCUMENT_TYPES else ""


def _leading_type(title: str) -> tuple[str, str]:
    """The type that a title begins with, and the rest.

    >>> _leading_type("Quyết định về việc thành lập đội"), _leading_type("V/v mời họp")
    (('QĐ', 'về việc thành lập đội'), ('', 'V/v mời họp'))
    """
    folded = title.casefold()
    for name, code in _TYPE_NAMES:
        if folded.startswith(name) and not title[len(name) : len(name) + 1].isalnum():
            return code, title[len(name) :].lstrip(" :-–,.;")
    first, _, rest = title.partition(" ")
    return (first, rest) if first in DOCUMENT_TYPES else ("", title)


def _agency(values: Mapping[Column, Cell], book: Book, notes: list[Reason]) -> Agency:
    id, name = cell_text(values[Column.AGENCY]), cell_text(values[Column.AGENCY_NAME])
    if id:
        found = book.agencies.get(id) or _described(id, name, cell_text(values[Column.LEVEL]))
        if found is None:
            raise refusal("import.agency", value=id)
    else:
        named = book.named(name) if name else ()
        if len(named) > 1 and book.agency not in named:
            raise refusal("import.agency.name", value=name, count=len(named))
        found = book.agency if book.agency in named or not named else named[0]
        if found is None:
            raise refusal("import.agency", value=name) if name else refusal("import.agency.missing")
        if name and not named:
            notes.append(assumption("import.assumed.unit"))
    if book.agency is not None and found.id != book.agency.id:
        raise refusal("import.agency.other", value=found.id, agency=book.agency.id)
    return found


def _described(id: str, name: str, level: str) -> Agency | None:
    """An agency that the line itself gives whole."""
    return Agency(id=id, name=name, level=agency_level(level)) if name and level else None


def _secrecy(values: Mapping[Column, Cell], rest: Sequence[Cell], book: Book, notes: list[Reason]) -> Secrecy:
    """The degree of a line, also where it stands under ``Ghi chú``: a subject that was logged cannot be taken back.

    Args:
        rest: The cells of columns that the register does not keep.
    """
    stated = cell_text(values[Column.SECRECY])
    remarked = [text for cell in rest if (text := cell_text(cell)) and remarked_degree(text) is not Secrecy.NONE]
    if not remarked:
        return _degree(_defaulted(values, Column.SECRECY, book, notes))
    degree = remarked_degree(remarked[0])
    for text in [*remarked[1:], *([stated] if stated else [])]:
        if _degree(text) is not degree:
            raise refusal("import.contradiction", one=remarked[0], other=text)
    if not stated:
        notes.append(assumption("import.assumed.secrecy", what=remarked[0]))
    return degree


def _degree(text: str) -> Secrecy:
    try:
        return read_secrecy(text) if text else Secrecy.NONE
    except UsageError as exc:
        if (remarked := remarked_degree(text)) is not Secrecy.NONE:
            return remarked
        raise refusal("import.secrecy", value=text) from exc


def _defaulted(values: Mapping[Column, Cell], column: Column, book: Book, notes: list[Reason]) -> str:
    text = cell_text(values[column])
    if not text and (default := book.rules.defaults.get(column)):
        notes.append(assumption("import.assumed.default", what=column.value))
        return default
    return text


def _are_column_numbers(filled: Sequence[tuple[int, str]]) -> bool:
    """Whether a row says ``(1) (2) (3) …`` under the headings, as annex IV has it."""
    found = [_COLUMN_NUMBER.fullmatch(text) for _, text in filled]
    numbers = [int(one[1]) for one in found if one]
    return len(numbers) == len(filled) >= 3 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
