"""Any register, written as a table in any dialect, imports to the same documents; and no line is lost."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from book_samples import csv_text, run_import, xlsx_bytes
from hypothesis import given, settings
from hypothesis import strategies as st
from register_samples import COMMUNE, DISTRICT, NOW, PROVINCE, make_document

from edocs.model import HANOI, Document, Secrecy, type_name
from edocs.model.book_line import Book
from edocs.model.imported import LineOutcome
from edocs.model.written import EPOCH_1900, Cell
from edocs.registry import Registry

AGENCIES = (PROVINCE, DISTRICT, COMMUNE)
BOOK = Book(agencies={one.id: one for one in AGENCIES}, today=NOW.date())
# What a cell of a table can hold: no control characters, no half of a pair.
LETTERS = st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\x7f")
SUBJECTS = st.text(LETTERS, max_size=40).filter(lambda text: not text.strip().startswith("#"))
DAYS = st.integers(0, 1000).map(lambda days: datetime(2023, 7, 1, tzinfo=HANOI) + timedelta(days=days))
KINDS = {"QĐ": "QĐ-UBND", "TTr": "TTr-UBND", "CV": "UBND-VP", "QyĐ": "QyĐ-UBND", "Bản tin": "UBND-VP"}


@st.composite
def documents(draw: st.DrawFn) -> Document:
    kind = draw(st.sampled_from(sorted(KINDS)))
    document = make_document(
        draw(st.integers(1, 12_000)),
        draw(st.sampled_from(AGENCIES)),
        issued_on=draw(DAYS),
        kind=kind,
        symbol=KINDS[kind],
        subject=draw(SUBJECTS),
        secrecy=draw(st.sampled_from([Secrecy.NONE, Secrecy.NONE, Secrecy.SECRET])),
    )
    return replace(document, file_sha256="")


BOOKS = st.lists(documents(), max_size=12, unique_by=lambda document: document.key)


def number_forms(number: int) -> list[Cell]:
    return [str(number), f"{number:02d}", f"{number:,}".replace(",", "."), f"Số: {number}", f" {number}\u00a0"]


def day_forms(day: date) -> list[Cell]:
    return [
        f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}", f"{day:%d-%m-%Y}", f"{day:%d.%m.%Y}", day.isoformat(),
        f"ngày {day:%d} tháng {day.month} năm {day.year}", f"{day:%d/%m/%Y} 08:30:00", str((day - EPOCH_1900).days),
    ]  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Document], list[list[Cell]], bool]:
    """Documents, and the rows of a table that says so, with lines between them that are no documents."""
    book, is_workbook, is_split = draw(BOOKS), draw(st.booleans()), draw(st.booleans())
    names = ["Số", "KÝ HIỆU"] if is_split else ["Số, ký hiệu văn bản"]
    head: list[Cell] = ["STT", *names, "Ngày tháng", "Loại VB", "Trích yếu", "Độ mật", "Mã định danh", "Ghi chú"]
    if draw(st.booleans()):
        head = [unicodedata.normalize("NFD", str(name)).upper() for name in head]
    between = st.sampled_from([[], [None] * 5, head, ["Tháng 3/2026"], ["Tổng cộng", None, "3"], ["(1)", "(2)", "(3)"]])
    rows: list[list[Cell]] = [["SỔ ĐĂNG KÝ VĂN BẢN ĐI"], *draw(st.lists(st.just([]), max_size=2)), head]
    for place, document in enumerate(book, 1):
        rows += draw(st.lists(between, max_size=2))
        number = draw(st.sampled_from(number_forms(document.code.number)))
        days = day_forms(document.issued_on)
        if is_workbook:
            days += [
                document.issued_on,
                document.code.issued_on.replace(tzinfo=None),
                (document.issued_on - EPOCH_1900).days,
            ]
        code = [number, document.code.symbol] if is_split else [f"{number}/{document.code.symbol}"]
        kind = draw(st.sampled_from([document.type, type_name(document.type, "vi").upper()]))
        kind = document.type if kind == kind.upper() and document.type == "Bản tin" else kind
        degree = "" if document.secrecy is Secrecy.NONE else "Tối mật"
        rows.append(
            [place, *code, draw(st.sampled_from(days)), kind, document.subject, degree, document.agency.id, "ghi chú"]
        )
    return book, rows, is_workbook


@contextmanager
def new_register() -> Iterator[Registry]:
    with TemporaryDirectory() as folder, Registry.open(Path(folder, "sổ.db")) as registry:
        yield registry


ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])


@given(tables(), st.sampled_from(",;\t|"), st.sampled_from(["\r\n", "\n", "\r"]), ENCODINGS)
@settings(max_examples=60, deadline=None)
def test_any_register_in_any_dialect_imports_to_the_same_documents(
    made: tuple[list[Document], list[list[Cell]], bool], separator: str, end: str, encoding: str
) -> None:
    book, rows, is_workbook = made
    data = xlsx_bytes(rows) if is_workbook else csv_text(rows, separator, end).encode(encoding)
    with new_register() as registry:
        lines = run_import(data, registry, BOOK)
        found = {entry.document.key: entry.document for entry in registry.find()}
        checked = registry.check()

    assert found == {document.key: document for document in book}
    assert [line.line for line in lines if line.outcome is LineOutcome.REFUSED] == []
    assert checked == ()
    filled = [place for place, row in enumerate(rows, 1) if any(cell not in (None, "") for cell in row)]
    assert {line.line for line in lines if line.outcome is not LineOutcome.EMPTY} == set(filled)
    assert [line.outcome.value for line in lines].count("new") == len(book)


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["7/QĐ-UBND", "05/03/2026", '"', '"x', 'a"b', "Tổng cộng", "Số, ký hiệu", "Ngày tháng", "\r", "\n", "sep=;"]
    ),
)


@given(st.lists(st.lists(CELLS, max_size=5), max_size=30), st.sampled_from(",;\t"))
@settings(max_examples=150, deadline=None)
def test_whatever_a_table_holds_each_of_its_lines_has_one_outcome(rows: list[list[str]], separator: str) -> None:
    """Lines that are joined by their own mistakes included: what physical lines there are is covered, in order."""
    body = "\n".join(separator.join(cells) for cells in rows)
    text = f"Số, ký hiệu{separator}Ngày tháng{separator}Trích yếu\n{body}\n"
    with new_register() as registry:
        lines = run_import(text.encode("utf-8", "replace"), registry, replace(BOOK, agency=PROVINCE))
        entered = len(list(registry.find()))

    assert lines[0].outcome is LineOutcome.HEAD
    assert [line.line for line in lines] == sorted({line.line for line in lines})
    assert entered == sum(line.outcome is LineOutcome.NEW for line in lines)
    assert all((line.failure is not None) == (line.outcome is LineOutcome.REFUSED) for line in lines)
    last = text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    assert 1 <= lines[-1].line <= last


@given(st.lists(st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=10), st.booleans()), max_size=6))
@settings(max_examples=300, deadline=None)
def test_no_cell_of_a_workbook_ends_an_import(cells: list[Cell]) -> None:
    from edocs.errors import EdocsError
    from edocs.model.book_line import line_kind, read_line
    from edocs.model.headings import ColumnRules, find_head

    head = find_head([["Số", "Ký hiệu", "Ngày tháng", "Trích yếu", "Độ mật", "Năm"]], ColumnRules())
    assert head is not None

    line_kind(cells, head, ColumnRules())
    try:
        submission, _ = read_line(cells, head, replace(BOOK, agency=PROVINCE))
    except EdocsError as failure:
        assert failure.message("vi")
    else:
        assert submission.document.code.number >= 1
