"""Old registers into the register: a table of any dialect, line by line, each with what became of it.

Nhập sổ đăng ký văn bản đi đã có (Decree 30/2020/NĐ-CP, articles 14 and 15). Read as a stream, entered in batches: a
million lines take no more memory than a thousand. Whatever is interrupted is imported again: what is entered already is
found unchanged. Files of the documents are not seen, so nothing is verified and every document counts as not checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from edocs._files import open_input
from edocs.errors import EdocsError, UnreadableError, UsageError
from edocs.model.book_line import Book, LineKind, is_ditto, line_kind, read_line
from edocs.model.headings import Column, ColumnRules, Head
from edocs.model.imported import ImportedLine, LineOutcome
from edocs.model.register import DocumentKey
from edocs.model.submission import Submission
from edocs.model.table import Row, Sheet
from edocs.model.verdict import Reason
from edocs.model.written import Cell, cell_text
from edocs.registry import Outcome, Registration, Registry
from edocs.tables.csv_table import open_csv
from edocs.tables.xlsx_table import open_xlsx

__all__ = ["BookTable", "import_book", "open_book", "rehearse_book"]

_BATCH = 5000
"""Lines entered in one transaction; between two of them other programs can write."""
_SHOWN = 300
"""Characters of a line that was not understood."""
_SKIPPED = {
    LineKind.EMPTY: LineOutcome.EMPTY,
    LineKind.TITLE: LineOutcome.TITLE,
    LineKind.HEAD: LineOutcome.HEAD,
    LineKind.TOTAL: LineOutcome.TOTAL,
    LineKind.CAPTION: LineOutcome.CAPTION,
}
MEANINGS = {
    Column.CODE: "number and symbol in one cell",
    Column.NUMBER: "the document's number",
    Column.SYMBOL: "the document's symbol",
    Column.DATE: "its date of issue",
    Column.TITLE: "type and subject in one cell",
    Column.TYPE: "its type",
    Column.SUBJECT: "its subject",
    Column.AGENCY: "identifier of its agency",
    Column.AGENCY_NAME: "name of its agency",
    Column.LEVEL: "level of its agency",
    Column.SECRECY: "its degree of secrecy",
    Column.YEAR: "year of the book",
    Column.SHA256: "SHA-256 of its file",
}
"""What each column that is kept means, for people."""
_OUTCOMES = {Outcome.NEW: LineOutcome.NEW, Outcome.REFUSED: LineOutcome.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class BookTable:
    """A table that was opened."""

    sheets: tuple[Sheet, ...]
    rules: ColumnRules
    assumptions: tuple[Reason, ...]
    """What was found out about it and not said: encoding, separator, head rows, columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line before the register has seen it."""

    shown: ImportedLine
    submission: Submission | None = None


@contextmanager
def open_book(path: Path, rules: ColumnRules | None = None, *, sheet: str | None = None) -> Iterator[BookTable]:
    """Open a table, CSV or XLSX by its content.

    Args:
        rules: Spellings of headings, defaults, columns filled down; None: those known.
        sheet: The one worksheet to read; None: every one with a head row.

    Raises:
        UnreadableError: It cannot be read, or no row names a number and a date.
        UsageError: No sheet has the name.
        MissingExtraError: A workbook, and openpyxl is not installed.
    """
    rules = rules or ColumnRules()
    with _opened(path, rules) as sheets:
        found = tuple(one for one in sheets if sheet in (None, one.name))
        if not found:
            names = ", ".join(one.name for one in sheets)
            raise UsageError("no sheet {name} in {path}", hint="{names}?", name=sheet, path=path, names=names)
        if not any(one.head for one in found):
            raise UnreadableError(
                "{path}: no row names a number and a date of issue",
                hint="name the columns with --columns; if the text looks wrong, save it as CSV in UTF-8",
                path=path,
            )
        assumptions = tuple(note for one in found for note in _assumptions(one))
        yield BookTable(sheets=found, rules=rules, assumptions=assumptions)


def import_book(registry: Registry, table: BookTable, book: Book, *, who: str, now: datetime) -> Iterator[ImportedLine]:
    """Enter the documents of a table in the register; every line comes back, in order, with what became of it.

    A batch is entered when its lines come back. A number that is taken is refused, naming the document that has it.

    Args:
        book: Whose it is and of which year; known agencies; its ``rules`` are those of the table.
        who: The clerk or the program, for the log.
        now: Aware.

    Source: Decree 30, articles 14 and 15.
    """
    for batch in _batches(_lines(table, book)):
        yield from _merged(batch, registry.register_many(_submissions(batch), who=who, now=now))


def rehearse_book(
    registry: Registry | None, table: BookTable, book: Book, *, who: str, now: datetime
) -> Iterator[ImportedLine]:
    """Say of every line what :func:`import_book` would make of it, and write nothing (chạy thử).

    What the register has under the numbers in question is put in a scratch register, and the lines after it.

    Args:
        registry: Opened for reading; None: there is none yet.
    """
    with (
        TemporaryDirectory(prefix="edocs-", ignore_cleanup_errors=True) as folder,
        Registry.open(Path(folder, "scratch.db")) as scratch,
    ):
        for batch in _batches(_lines(table, book)):
            submissions = _submissions(batch)
            if registry is not None:
                wanted = {one.document.key for one in submissions}
                _copy(registry, scratch, wanted - scratch.entries(wanted).keys(), who, now)
            yield from _merged(batch, scratch.register_many(submissions, who=who, now=now))


def _copy(registry: Registry, scratch: Registry, keys: Iterable[DocumentKey], who: str, now: datetime) -> None:
    known = [Submission(document=entry.document, is_imported=True) for entry in registry.entries(keys).values()]
    scratch.register_many(known, who=who, now=now)


def _opened(path: Path, rules: ColumnRules) -> AbstractContextManager[tuple[Sheet, ...]]:
    with open_input(path) as stream:
        start = stream.read(8)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        return open_xlsx(path, rules)
    return _single(path, rules)


@contextmanager
def _single(path: Path, rules: ColumnRules) -> Iterator[tuple[Sheet, ...]]:
    with open_csv(path, rules) as sheet:
        yield (sheet,)


def _assumptions(sheet: Sheet) -> Iterator[Reason]:
    yield from sheet.assumptions
    if sheet.head is None:
        yield _said("sheet {sheet} has no head row; it is not read", sheet=sheet.name)
        return
    head = sheet.head
    places = {place: column for column, place in head.places.items()}
    yield _said("{sheet}head in row {row}", sheet=f"{sheet.name}: " if sheet.name else "", row=str(head.skipped + 1))
    for place, column in sorted(places.items()):
        yield _said("column {heading}: {meaning}", heading=head.names[place], meaning=MEANINGS[column])
    if rest := [name for place, name in sorted(head.names.items()) if place not in places]:
        yield _said("columns not kept by the register: {columns}", columns="; ".join(rest))


def _lines(table: BookTable, book: Book) -> Iterator[_Line]:
    book = replace(book, rules=table.rules)
    for sheet in table.sheets:
        above: dict[Column, Cell] = {}
        for place, row in enumerate(sheet.rows):
            if sheet.head is None or place < sheet.head.skipped:
                yield _skipped(row, sheet, LineKind.TITLE if any(map(cell_text, row.cells)) else LineKind.EMPTY)
            elif place < sheet.head.skipped + sheet.head.height:
                yield _skipped(row, sheet, LineKind.HEAD)
            else:
                yield _line(row, sheet, sheet.head, book, above)


def _line(row: Row, sheet: Sheet, head: Head, book: Book, above: dict[Column, Cell]) -> _Line:
    if row.failure is not None:
        return _refused(row, sheet, row.failure)
    kind = line_kind(row.cells, head, book.rules)
    if kind is not LineKind.DOCUMENT:
        return _skipped(row, sheet, kind)
    try:
        submission, notes = read_line(row.cells, head, book, above=above, epoch=sheet.epoch)
    except EdocsError as failure:
        return _refused(row, sheet, failure)
    finally:
        _remember(above, row, head, book.rules)
    shown = ImportedLine(
        line=row.line, sheet=sheet.name, outcome=LineOutcome.NEW, document=submission.document, notes=notes
    )
    return _Line(shown=shown, submission=submission)


def _remember(above: dict[Column, Cell], row: Row, head: Head, rules: ColumnRules) -> None:
    for column in rules.fill_down:
        if not is_ditto(cell := head.cell(row.cells, column)):
            above[column] = cell


def _skipped(row: Row, sheet: Sheet, kind: LineKind) -> _Line:
    return _Line(shown=ImportedLine(line=row.line, sheet=sheet.name, outcome=_SKIPPED[kind], text=_text(row.cells)))


def _refused(row: Row, sheet: Sheet, failure: EdocsError) -> _Line:
    return _Line(
        shown=ImportedLine(
            line=row.line, sheet=sheet.name, outcome=LineOutcome.REFUSED, failure=failure, text=_text(row.cells)
        )
    )


def _text(cells: Sequence[Cell]) -> str:
    return " | ".join(text for cell in cells if (text := cell_text(cell)))[:_SHOWN]


def _submissions(batch: Sequence[_Line]) -> list[Submission]:
    return [line.submission for line in batch if line.submission is not None]


def _merged(batch: Sequence[_Line], done: Sequence[Registration]) -> Iterator[ImportedLine]:
    answers = iter(done)
    for line in batch:
        if line.submission is None:
            yield line.shown
            continue
        answer = next(answers)
        outcome = _OUTCOMES.get(answer.outcome, LineOutcome.UNCHANGED)
        yield replace(line.shown, outcome=outcome, failure=answer.failure)


def _batches(lines: Iterator[_Line]) -> Iterator[list[_Line]]:
    while batch := list(islice(lines, _BATCH)):
        yield batch


def _said(message: str, **params: str) -> Reason:
    return Reason(rule="import.reading", clause="docs/registry.md", message=message, params=params)
