"""Old books for tests of importing, written in every dialect by programs other than the one that reads them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
from register_samples import NOW, PROVINCE

from edocs.importing import import_book, open_book, rehearse_book
from edocs.model.book_line import Book
from edocs.model.headings import ColumnRules
from edocs.model.imported import ImportedLine
from edocs.model.written import Cell
from edocs.registry import Registry

HEAD = ["STT", "Số, ký hiệu", "Ngày tháng", "Tên loại và trích yếu nội dung văn bản", "Nơi nhận"]
BOOK = Book(agencies={PROVINCE.id: PROVINCE}, agency=PROVINCE, year=2026, today=NOW.date())


def csv_text(rows: Iterable[Sequence[object]], separator: str = ",", end: str = "\r\n") -> str:
    """Rows as the standard library writes CSV."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, lineterminator=end).writerows(rows)
    return stream.getvalue()


def xlsx_bytes(*sheets: Sequence[Sequence[Cell]], merged: Sequence[str] = ()) -> bytes:
    """A workbook with these sheets; ``merged`` in the first."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for place, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Tháng {place}")
        for row in rows:
            sheet.append(list(row))
            for cell in sheet[sheet.max_row] if row else ():
                if cell.data_type == "f":  # a text that begins with "=" is typed as text here
                    cell.data_type = "s"
        for area in merged if place == 1 else ():
            sheet.merge_cells(area)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed_part(workbook: bytes, name: str, before: str, after: str) -> bytes:
    """The workbook with one of its parts edited."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for part in source.namelist():
            data = source.read(part)
            if part == name:
                assert before.encode() in data
                data = data.replace(before.encode(), after.encode())
            written.writestr(part, data)
    return target.getvalue()


@contextmanager
def _file(data: bytes) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "sổ cũ.dat")
        path.write_bytes(data)
        yield path


def run_import(
    data: bytes, registry: Registry, book: Book = BOOK, rules: ColumnRules | None = None
) -> list[ImportedLine]:
    """What becomes of each line."""
    with _file(data) as path, open_book(path, rules) as table:
        return list(import_book(registry, table, book, who="văn thư", now=NOW))


def run_rehearsal(data: bytes, registry: Registry | None, book: Book = BOOK) -> list[ImportedLine]:
    """What would become of each line."""
    with _file(data) as path, open_book(path) as table:
        return list(rehearse_book(registry, table, book, who="văn thư", now=NOW))


def read_as(data: bytes, rules: ColumnRules | None = None) -> list[str]:
    """What was assumed in opening a table."""
    with _file(data) as path, open_book(path, rules) as table:
        return [note.text() for note in table.assumptions]
