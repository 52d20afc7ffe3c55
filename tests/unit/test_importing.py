"""Old books: every dialect enters the same documents, every line has an outcome, a bad line costs itself alone."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from book_samples import HEAD, changed_part, csv_text, read_as, run_import, run_rehearsal, xlsx_bytes
from register_samples import COMMUNE, DISTRICT, NOW, PROVINCE, issued, make_document

from edocs.errors import DuplicateError, EncryptedError, UnreadableError, UsageError
from edocs.importing import open_book
from edocs.model import Secrecy
from edocs.model.book_line import Book
from edocs.model.headings import read_column_rules
from edocs.model.imported import ImportedLine, ImportSummary, LineOutcome
from edocs.model.written import EPOCH_1904, Cell
from edocs.registry import Registry

ROWS: list[list[object]] = [
    ["ỦY BAN NHÂN DÂN TỈNH LAM GIANG"],
    [],
    HEAD,
    ["(1)", "(2)", "(3)", "(4)", "(5)"],
    [1, "01/QĐ-UBND", "05/01/2026", "Quyết định về việc thành lập đội", "Sở Nội vụ"],
    [2, "02/UBND-VP", "6/1/2026", "V/v mời họp; gấp, ngay", "Các sở"],
    [3, "1.044/TTr-UBND", "ngày 07 tháng 01 năm 2026", "Về việc phê duyệt", ""],
    ["Tháng 2/2026"],
    HEAD,
    [4, "07a/QĐ-UBND", "05/02/2026", "x", ""],
    ["Tổng cộng", "", "", "4"],
]
CODES = ["01/QĐ-UBND", "02/UBND-VP", "1044/TTr-UBND"]
OUTCOMES = ["title", "empty", "head", "head", "new", "new", "new", "caption", "head", "refused", "total"]
DIALECTS = {
    **{
        f"utf-8 {name}": csv_text(ROWS, mark).encode()
        for name, mark in zip(("comma", "semicolon", "tab", "bar"), ",;\t|", strict=True)
    },
    "utf-8 with a mark": csv_text(ROWS, ";").encode("utf-8-sig"),
    "utf-16 with a mark": csv_text(ROWS, "\t").encode("utf-16"),
    "utf-16-le": csv_text(ROWS, "\t").encode("utf-16-le"),
    "utf-16-be with a mark": b"\xfe\xff" + csv_text(ROWS, ",").encode("utf-16-be"),
    "line feeds": csv_text(ROWS, ",", "\n").encode(),
    "carriage returns": csv_text(ROWS, ",", "\r").encode(),
    "xlsx": xlsx_bytes(ROWS, merged=["A1:E1"]),  # type: ignore[arg-type]
}


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(tmp_path / "sổ.db") as opened:
        yield opened


def table(*rows: list[object], head: list[str] = HEAD) -> bytes:
    return csv_text([head, *rows], ";").encode()


def line(code: object = "7/QĐ-UBND", day: object = "05/03/2026", title: object = "Quyết định x") -> list[object]:
    return ["1", code, day, title, ""]


def codes(registry: Registry) -> list[str]:
    return [entry.document.code_text for entry in registry.find()]


def windows_1258(text: str) -> bytes:
    """As the code page has Vietnamese: a vowel with its own mark, the tone after it."""
    marks = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
    import unicodedata

    out = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tones = [part for part in parts if part in marks]
        rest = unicodedata.normalize("NFC", "".join(part for part in parts if part not in marks))
        out.append(rest + "".join(tones))
    return "".join(out).encode("cp1258")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_enters_the_same_documents(dialect: str, registry: Registry) -> None:
    lines = run_import(DIALECTS[dialect], registry)

    assert [item.outcome.value for item in lines] == OUTCOMES
    assert [item.line for item in lines] == list(range(1, 12))
    assert codes(registry) == CODES
    assert [entry.document.type for entry in registry.find()] == ["QĐ", "CV", "TTr"]
    assert [entry.document.subject for entry in registry.find()] == [
        "về việc thành lập đội", "V/v mời họp; gấp, ngay", "Về việc phê duyệt",
    ]  # fmt: skip


def test_windows_1258_is_read_and_said(registry: Registry) -> None:
    data = windows_1258(csv_text(ROWS, ";"))

    run_import(data, registry)

    assert codes(registry) == CODES
    assert registry.find().__next__().document.subject == "về việc thành lập đội"
    assert "read as cp1258" in read_as(data)


def test_what_was_found_out_is_said() -> None:
    assert read_as(DIALECTS["utf-8 semicolon"]) == [
        "read as utf-8",
        "cells parted by semicolon",
        "head in row 3",
        "column Số, ký hiệu: number and symbol in one cell",
        "column Ngày tháng: its date of issue",
        "column Tên loại và trích yếu nội dung văn bản: type and subject in one cell",
        "columns not kept by the register: STT; Nơi nhận",
    ]


def test_a_separator_that_the_file_states_is_believed(registry: Registry) -> None:
    lines = run_import(b"sep=|\r\n" + csv_text(ROWS, "|").encode(), registry)

    assert codes(registry) == CODES
    assert [item.line for item in lines] == list(range(1, 13))


def test_the_same_book_again_changes_nothing(registry: Registry) -> None:
    run_import(DIALECTS["xlsx"], registry)

    again = run_import(DIALECTS["utf-16 with a mark"], registry)

    assert Counter(item.outcome for item in again)[LineOutcome.UNCHANGED] == 3
    assert len(codes(registry)) == 3


@pytest.mark.parametrize("is_filled", [False, True])
def test_a_rehearsal_says_the_same_and_writes_nothing(is_filled: bool, registry: Registry, tmp_path: Path) -> None:
    data = table(line(), line("08/QĐ-UBND"), line(title="Quyết định y"), line("08/QĐ-UBND"), line("x"))
    if is_filled:
        seen = make_document(8, kind="QĐ", symbol="QĐ-UBND", subject="x")
        registry.register(seen, issued(seen), who="x", now=NOW)
        registry.register(make_document(7, kind="QĐ", symbol="QĐ-UBND", subject="z"), who="x", now=NOW)
    before = [event.leaf for entry in registry.find() for event in registry.history(entry.document.key)]

    said = run_rehearsal(data, registry)

    after = [event.leaf for entry in registry.find() for event in registry.history(entry.document.key)]
    done = run_import(data, registry)
    assert before == after
    assert [(item.line, item.outcome, item.rule, str(item.failure)) for item in said] == [
        (item.line, item.outcome, item.rule, str(item.failure)) for item in done
    ]


def test_a_rehearsal_needs_no_register() -> None:
    assert [item.outcome.value for item in run_rehearsal(table(line(), line()), None)] == ["head", "new", "unchanged"]


def test_a_number_that_is_taken_names_the_other_and_the_rest_is_kept(registry: Registry) -> None:
    lines = run_import(table(line(), line(title="Quyết định khác"), line("8/QĐ-UBND")), registry)

    assert [item.outcome.value for item in lines] == ["head", "new", "refused", "new"]
    assert isinstance(lines[2].failure, DuplicateError)
    assert (lines[2].rule, "for x" in lines[2].failure.message()) == ("register.duplicate", True)


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (line("07a/QĐ-UBND"), "import.number.letter"),
        (line("1.044,5/QĐ-UBND"), "import.number.decimal"),
        (line(""), "import.number.missing"),
        (line("07"), "import.symbol.missing"),
        (line(day=""), "import.date.missing"),
        (line(day="31/02/2026"), "import.date"),
        (line(day="05/03/2025"), "import.book_year"),
        (line(day="31/12/2026"), "import.future"),
        (line(title="#REF!"), "import.error_value"),
        (line(title="a\x00b"), "import.control"),
    ],
)
def test_a_line_that_cannot_be_read_says_by_which_rule(row: list[object], rule: str, registry: Registry) -> None:
    lines = run_import(table(row, line("9/QĐ-UBND")), registry)

    assert [(item.outcome.value, item.rule) for item in lines[1:]] == [("refused", rule), ("new", "")]
    assert lines[1].text


WITH_AGENCY = ["Số", "Ký hiệu", "Ngày ban hành", "Trích yếu", "Mã định danh", "Đơn vị ban hành", "Cấp", "Độ mật", "Năm"]
ALL = Book(agencies={one.id: one for one in (PROVINCE, DISTRICT, COMMUNE)}, today=NOW.date())


def full(*cells: object) -> bytes:
    return table(["7", "UBND-VP", "05/03/2026", "x", *cells], head=WITH_AGENCY)


@pytest.mark.parametrize(
    ("cells", "agency"),
    [
        ((COMMUNE.id, ""), COMMUNE.id),
        (("", DISTRICT.name.upper()), DISTRICT.id),
        ((COMMUNE.id, "Phòng nào đó"), COMMUNE.id),
        (("H99.77", "UBND phường Mới", "xã"), "H99.77"),
    ],
)
def test_an_agency_is_found_by_its_identifier_or_its_name(
    cells: tuple[str, ...], agency: str, registry: Registry
) -> None:
    run_import(full(*cells), registry, ALL)

    assert [entry.document.agency.id for entry in registry.find()] == [agency]


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        (("H00", ""), "import.agency"),
        (("", "UBND xã Không Có"), "import.agency"),
        (("", ""), "import.agency.missing"),
        (("H00", "Tên", "cấp nào đó"), "register.document"),
        ((COMMUNE.id, "", "", "Rất mật"), "import.secrecy"),
        ((COMMUNE.id, "", "", "", "2025"), "import.book_year"),
        ((COMMUNE.id, "", "", "", "26"), "import.year"),
    ],
)
def test_an_agency_secrecy_or_year_that_is_not_known_is_refused(
    cells: tuple[str, ...], rule: str, registry: Registry
) -> None:
    lines = run_import(full(*cells), registry, ALL)

    assert [item.rule for item in lines] == ["", rule]


def test_a_name_that_two_agencies_have_is_not_chosen_from(registry: Registry) -> None:
    twin = replace(COMMUNE, id="H99.32.21")
    book = replace(ALL, agencies={**ALL.agencies, twin.id: twin})

    assert run_import(full("", COMMUNE.name), registry, book)[1].rule == "import.agency.name"


def test_the_book_of_one_agency_takes_its_units_and_refuses_other_agencies(registry: Registry) -> None:
    book = replace(ALL, agency=PROVINCE)
    unit = run_import(full("", "Phòng Hành chính"), registry, book)[1]
    other = run_import(full("", COMMUNE.name), registry, book)[1]

    assert unit.outcome is LineOutcome.NEW
    assert "import.assumed.unit" in {note.rule for note in unit.notes}
    assert other.rule == "import.agency.other"


@pytest.mark.parametrize(("text", "degree"), [("Mật", Secrecy.CONFIDENTIAL), ("TUYỆT MẬT", Secrecy.TOP_SECRET)])
def test_a_secret_line_goes_into_the_secret_book_without_its_subject(
    text: str, degree: Secrecy, registry: Registry
) -> None:
    run_import(full(COMMUNE.id, "", "", text), registry, ALL)

    [entry] = registry.find()
    assert (entry.document.secrecy, entry.document.subject, entry.document.key.is_secret) == (degree, "", True)


@pytest.mark.parametrize(
    ("remark", "degree"),
    [
        ("MẬT", Secrecy.CONFIDENTIAL),
        ("mật", Secrecy.CONFIDENTIAL),
        ("M Ậ T", Secrecy.CONFIDENTIAL),
        ("Tối  mật", Secrecy.SECRET),
        ("To\u0302\u0301i ma\u0323\u0302t", Secrecy.SECRET),
        ("TOI MAT", Secrecy.SECRET),
        ("độ mật: Mật", Secrecy.CONFIDENTIAL),
        ("Mức độ mật - tuyệt mật", Secrecy.TOP_SECRET),
        ("Văn bản mật", Secrecy.CONFIDENTIAL),
        ("(Tuyệt Mật).", Secrecy.TOP_SECRET),
        ("MËT", Secrecy.CONFIDENTIAL),
        ("Mật, hỏa tốc", Secrecy.CONFIDENTIAL),
    ],
)
@pytest.mark.parametrize("heading", ["Ghi chú", "Cột lạ", ""])
def test_a_remark_that_is_a_degree_of_secrecy_is_taken_as_it(
    remark: str, degree: Secrecy, heading: str, registry: Registry
) -> None:
    data = table([*line(title="Quyết định về kế hoạch phòng thủ"), remark], head=[*HEAD, heading])

    [found] = [one for one in run_import(data, registry) if one.outcome is LineOutcome.NEW]

    [entry] = registry.find()
    assert (entry.document.secrecy, entry.document.subject, entry.document.key.is_secret) == (degree, "", True)
    assert "import.assumed.secrecy" in {note.rule for note in found.notes}
    assert "phòng thủ" not in str([one.event.payload for one in registry.history(entry.document.key)])


@pytest.mark.parametrize(
    "remark", ["Bảo mật", "bí mật nhà nước", "Mất", "giải mật", "không mật", "Mặt trận", "", "khẩn"]
)
def test_a_remark_that_only_speaks_of_secrets_is_none(remark: str, registry: Registry) -> None:
    run_import(table([*line(), remark], head=[*HEAD, "Ghi chú"]), registry)

    [entry] = registry.find()
    assert entry.document.secrecy is Secrecy.NONE


@pytest.mark.parametrize("stated", ["Thường", "Tối mật"])
def test_a_remark_that_contradicts_the_stated_degree_is_refused(stated: str, registry: Registry) -> None:
    data = table([*line(), stated, "MẬT"], [*line("8/QĐ-UBND"), "M Ậ T", "Mật"], head=[*HEAD, "Độ mật", "Ghi chú"])

    refused, taken = run_import(data, registry)[-2:]

    assert (refused.rule, taken.outcome) == ("import.contradiction", LineOutcome.NEW)


@pytest.mark.parametrize(
    "row",
    [["7/QĐ-UBND", "TB-UBND"], ["7", "08/QĐ-UBND"]],
)
def test_two_columns_that_contradict_each_other_are_refused(row: list[object], registry: Registry) -> None:
    lines = run_import(table([*row, "05/03/2026"], head=["Số", "Ký hiệu", "Ngày ban hành"]), registry)

    assert lines[1].rule == "import.contradiction"


@pytest.mark.parametrize(
    ("symbol", "title", "kind", "subject"),
    [
        ("QĐ-UBND", "Quyết định về việc x", "QĐ", "về việc x"),
        ("QĐ-UBND", "QĐ về việc x", "QĐ", "về việc x"),
        ("UBND-VP", "Công văn: về việc x", "CV", "về việc x"),
        ("UBND-VP", "V/v x", "CV", "V/v x"),
        ("TTr-SNV", "Quyết định thành lập đội", "TTr", "Quyết định thành lập đội"),
        ("2026/QĐ-UBND", "về việc x", "QĐ", "về việc x"),
        ("QyĐ-UBND", "Quy định tạm thời", "QyĐ", "tạm thời"),
        ("HĐND-VP", "V/v x", "CV", "V/v x"),
        ("UBND-VP", "Kế hoạchx", "CV", "Kế hoạchx"),
    ],
)
def test_the_type_is_that_of_the_title_or_the_symbol(
    symbol: str, title: str, kind: str, subject: str, registry: Registry
) -> None:
    run_import(table(line(f"7/{symbol}", title=title)), registry)

    [entry] = registry.find()
    assert (entry.document.type, entry.document.subject) == (kind, subject)


def test_defaults_and_cells_above_fill_what_is_empty_and_are_said(registry: Registry) -> None:
    rules = read_column_rules('[defaults]\nsymbol = "UBND-VP"\n[fill]\ndown = ["date"]\n'.encode("utf-8-sig"))
    data = table(line("7"), line("8", day=""), line("9", day='"'), line("10", day="06/03/2026"), line("11", day="nt"))

    lines = run_import(data, registry, rules=rules)

    assert [entry.document.issued_on.day for entry in registry.find()] == [5, 5, 5, 6, 6]
    assert {note.rule for note in lines[2].notes} >= {"import.assumed.above", "import.assumed.default"}


def test_nothing_is_filled_down_unasked(registry: Registry) -> None:
    assert run_import(table(line("7/UBND-VP"), line("8/UBND-VP", day="")), registry)[2].rule == "import.date.missing"


def test_a_quotation_mark_that_is_not_closed_costs_one_line(registry: Registry) -> None:
    good = "\r\n".join(f"1;{number}/QĐ-UBND;05/03/2026;Quyết định x;" for number in range(2, 100))
    data = f'{";".join(HEAD)}\r\n1;1/QĐ-UBND;05/03/2026;"không đóng;\r\n{good}\r\n'.encode()

    lines = run_import(data, registry)

    assert [(item.line, item.rule) for item in lines if item.rule] == [(2, "import.quote")]
    assert len(codes(registry)) == 98
    assert [item.line for item in lines] == list(range(1, 101))


def test_a_cell_of_several_lines_is_one_row(registry: Registry) -> None:
    lines = run_import(table(line(title="Quyết định\nvề việc x\n"), line("8/QĐ-UBND")), registry)

    assert [(item.line, item.outcome.value) for item in lines] == [(1, "head"), (2, "new"), (5, "new")]
    assert next(registry.find()).document.subject == "về việc x"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n\n",
        "Trích yếu;Người ký\nx;y\n".encode(),
        b"\xff\xfe\x00",
        "Số, ký hiệu;Ngày tháng\n".encode() + b"\x81\x8a\x90\n",
        ("Số, ký hiệu;Ngày tháng\n" + "x" * 2_000_000).encode(),
        b"PK\x03\x04 no archive",
        b"PK\x05\x06" + bytes(18),
        b"%PDF-1.7",
    ],
    ids=["empty", "blank", "no head", "odd utf-16", "no encoding", "no line end", "no zip", "empty zip", "pdf"],
)
def test_what_is_no_table_is_unreadable_and_nothing_is_entered(data: bytes, registry: Registry) -> None:
    with pytest.raises(UnreadableError):
        run_import(data, registry)

    assert codes(registry) == []


def test_an_old_or_encrypted_workbook_says_what_to_do(registry: Registry) -> None:
    with pytest.raises(EncryptedError, match="before 2007"):
        run_import(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), registry)


# Workbooks


def sheet(*rows: list[Cell]) -> list[list[Cell]]:
    return [list(HEAD), *rows]


def test_days_numbers_and_formulas_of_a_workbook_are_read_by_their_values(registry: Registry) -> None:
    head: list[Cell] = ["Số", "Ký hiệu", "Ngày ban hành", "Trích yếu"]
    rows: list[list[Cell]] = [
        [7, "QĐ-UBND", datetime(2026, 3, 5, 23, 59), "a"],  # noqa: DTZ001 - a cell has no zone
        [8.0, "QĐ-UBND", date(2026, 3, 5), "b"],
        [9, "QĐ-UBND", 46086, "c"],
        ["1.044", "QĐ-UBND", "05/03/2026", 12],
    ]

    run_import(xlsx_bytes([head, *rows]), registry)

    assert codes(registry) == ["07/QĐ-UBND", "08/QĐ-UBND", "09/QĐ-UBND", "1044/QĐ-UBND"]
    assert {entry.document.issued_on for entry in registry.find()} == {date(2026, 3, 5)}


def test_a_formula_has_the_value_it_was_saved_with(registry: Registry) -> None:
    plain = xlsx_bytes([["Số", "Ký hiệu", "Ngày ban hành"], [7, "QĐ-UBND", 46086]])
    part = "xl/worksheets/sheet1.xml"
    saved = changed_part(plain, part, '<c r="A2" t="n"><v>7</v>', '<c r="A2"><f>A1+1</f><v>7</v>')
    unsaved = changed_part(plain, part, '<c r="A2" t="n"><v>7</v>', '<c r="A2"><f>A1+1</f>')

    assert run_import(saved, registry)[1].outcome is LineOutcome.NEW
    assert run_import(unsaved, registry)[1].rule == "import.number.missing"


def test_a_number_that_excel_made_a_date_or_a_fraction_is_refused(registry: Registry) -> None:
    data = xlsx_bytes([["Số", "Ký hiệu", "Ngày ban hành"], [date(2026, 7, 12), "a-b", 46086], [1.044, "a-b", 46086]])

    assert [item.rule for item in run_import(data, registry)[1:]] == ["import.number.date", "import.number.decimal"]


def test_a_workbook_of_the_other_calendar_has_its_own_serials(registry: Registry) -> None:
    plain = xlsx_bytes([["Số", "Ký hiệu", "Ngày ban hành"], [7, "QĐ-UBND", (date(2026, 3, 5) - EPOCH_1904).days]])
    other = changed_part(plain, "xl/workbook.xml", "<workbookPr/>", '<workbookPr date1904="1"/>')

    assert run_import(plain, registry)[1].rule == "import.book_year"
    assert run_import(other, registry)[1].outcome is LineOutcome.NEW


def test_every_sheet_with_a_head_is_read_and_the_others_are_said(registry: Registry) -> None:
    data = xlsx_bytes(sheet(line()), [["Ghi chú chung"]], sheet(line("8/QĐ-UBND")))  # type: ignore[arg-type]

    lines = run_import(data, registry)

    assert [(item.sheet, item.outcome.value) for item in lines] == [
        ("Tháng 1", "head"), ("Tháng 1", "new"), ("Tháng 2", "title"), ("Tháng 3", "head"), ("Tháng 3", "new"),
    ]  # fmt: skip
    assert "sheet Tháng 2 has no head row; it is not read" in read_as(data)


def test_one_sheet_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "sổ.xlsx"
    path.write_bytes(xlsx_bytes(sheet(line()), sheet(line("8/QĐ-UBND"))))  # type: ignore[arg-type]

    with open_book(path, sheet="Tháng 2") as found:
        assert [one.name for one in found.sheets] == ["Tháng 2"]
    with pytest.raises(UsageError, match="Tháng 1, Tháng 2"), open_book(path, sheet="Tháng 9"):
        pass


def test_rows_that_a_workbook_leaves_out_are_empty_ones(registry: Registry) -> None:
    data = xlsx_bytes([list(HEAD), [], [], line()])  # type: ignore[list-item]

    assert [(item.line, item.outcome.value) for item in run_import(data, registry)] == [
        (1, "head"), (2, "empty"), (3, "empty"), (4, "new"),
    ]  # fmt: skip


def bomb(name: str, size: int) -> bytes:
    stream = BytesIO(xlsx_bytes(sheet(line())))  # type: ignore[arg-type]
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    return stream.getvalue()


def hostile() -> dict[str, bytes]:
    plain, part = xlsx_bytes(sheet(line())), "xl/worksheets/sheet1.xml"  # type: ignore[arg-type]
    return {
        "a part a thousand times its size": bomb("xl/media/image1.png", 32 << 20),
        "entities": changed_part(plain, part, "<worksheet", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet'),
        "no xml": changed_part(plain, part, "<worksheet", "<<worksheet"),
        "a string that is not there": changed_part(plain, part, 't="inlineStr"><is><t>1</t></is>', 't="s"><v>999</v>'),
        "cut": plain[: len(plain) // 2],
        "another zip": bomb("[Content_Types].xm", 0).replace(b"[Content_Types].xml", b"[Content_Types].xmx"),
    }


@pytest.mark.parametrize("name", hostile())
def test_a_hostile_or_broken_workbook_is_unreadable(name: str, registry: Registry) -> None:
    with pytest.raises(UnreadableError):
        run_import(hostile()[name], registry)


def test_a_row_beyond_the_last_of_the_format_is_not_counted_up_to(registry: Registry) -> None:
    plain = xlsx_bytes(sheet(line()))  # type: ignore[arg-type]
    far = changed_part(plain, "xl/worksheets/sheet1.xml", '<row r="2"', '<row r="2147483647"')

    assert [item.outcome.value for item in run_import(far, registry)] == ["head"]


def test_outcomes_sum_to_the_lines() -> None:
    summary = ImportSummary()
    for outcome in LineOutcome:
        summary.add(ImportedLine(line=1, outcome=outcome))

    assert summary.lines == len(LineOutcome) == sum(summary.as_dict()["outcomes"].values())  # type: ignore[attr-defined]


def test_a_workbook_of_another_writer_with_shared_strings_is_read(registry: Registry) -> None:
    """openpyxl writes texts into their cells; Excel, and XlsxWriter, share them in a part of their own."""
    import xlsxwriter

    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("Sổ 2026")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.merge_range("A1:E1", "SỔ ĐĂNG KÝ VĂN BẢN ĐI")
        sheet.write_row(1, 0, HEAD)
        sheet.write_row(2, 0, ["1", "07/QĐ-UBND", "", "Quyết định x"])
        sheet.write_datetime(2, 2, datetime(2026, 3, 5), day)  # noqa: DTZ001 - a cell has no zone
        sheet.write_row(3, 0, ["2", "", "05/03/2026", "Quyết định y"])
        sheet.write_formula(3, 1, '="08"&"/QĐ-UBND"', None, "08/QĐ-UBND")
    assert "xl/sharedStrings.xml" in zipfile.ZipFile(stream).namelist()

    lines = run_import(stream.getvalue(), registry)

    assert [item.outcome.value for item in lines] == ["title", "head", "new", "new"]
    assert codes(registry) == ["07/QĐ-UBND", "08/QĐ-UBND"]


@pytest.mark.parametrize(
    "text", ["Cộng: 8 văn bản", "Tổng số: 1.044 văn bản", "Tổng cộng: 12", "Cộng 8 văn bản", "Tổng:"]
)
def test_line_that_sums_up_is_no_document(text: str, registry: Registry) -> None:
    lines = run_import(table(line(), [text, "", "", "", ""]), registry)

    assert [one.outcome.value for one in lines] == ["head", "new", "total"]


def test_number_that_an_old_book_took_is_said_to_be_of_one(registry: Registry) -> None:
    lines = run_import(table(line(), line(day="06/03/2026")), registry)

    assert isinstance(lines[2].failure, DuplicateError)
    assert ("một dòng của sổ cũ" in (said := lines[2].failure.message("vi")), "…" in said) == (True, False)
