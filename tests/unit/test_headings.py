"""The head row of a register, however it is spelled, and the file with which a province adds its own spellings."""

from __future__ import annotations

import unicodedata

import pytest

from edocs.errors import UnreadableError, UsageError
from edocs.model.headings import HEADINGS, Column, ColumnRules, find_head, read_column_rules

RULES = ColumnRules()
ANNEX_IV = [
    "Số, ký hiệu văn bản", "Ngày tháng văn bản", "Tên loại và trích yếu nội dung văn bản", "Người ký",
    "Nơi nhận văn bản", "Đơn vị, người nhận bản lưu", "Số lượng bản", "Ngày chuyển", "Ký nhận", "Ghi chú",
]  # fmt: skip


def test_the_head_of_the_decree_is_known_column_by_column() -> None:
    """Decree 30/2020/NĐ-CP, annex IV: ten columns, of which the register keeps three."""
    head = find_head([ANNEX_IV], RULES)

    assert head is not None
    assert dict(head.places) == {Column.CODE: 0, Column.DATE: 1, Column.TITLE: 2}
    assert [RULES.meaning(heading) for heading in ANNEX_IV[3:]] == [Column.OTHER] * 7


@pytest.mark.parametrize("column", HEADINGS)
def test_no_heading_has_two_meanings(column: Column) -> None:
    assert {RULES.meaning(heading) for heading in HEADINGS[column]} == {column}


@pytest.mark.parametrize(
    "heading",
    [
        "SỐ, KÝ HIỆU", "Số ký hiệu", "số/ký hiệu (2)", "Số và\nký hiệu", " Số,  ký hiệu: ", "So, ky hieu",
        unicodedata.normalize("NFD", "Số, ký hiệu"), "Số,\u00a0ký hiệu", "Số, ký hiệu VB",
    ],
)  # fmt: skip
def test_spelling_does_not_matter(heading: str) -> None:
    assert RULES.meaning(heading) is Column.CODE


@pytest.mark.parametrize("cell", ["ngày 05 tháng 3 năm 2026", "Số 7", "07", "", None, 7, "x" * 300, "Số lượng"])
def test_what_is_no_heading_is_none(cell: object) -> None:
    assert RULES.meaning(cell) is None  # type: ignore[arg-type]


def test_the_head_is_found_below_titles() -> None:
    titles: list[list[object]] = [["UBND TỈNH LAM GIANG", None], [], ["SỔ ĐĂNG KÝ VĂN BẢN ĐI", None, None], [None]]

    head = find_head([*titles, ANNEX_IV], RULES)  # type: ignore[list-item]

    assert head is not None
    assert (head.skipped, head.height) == (4, 1)


def test_a_head_of_two_rows_is_joined() -> None:
    """Merged cells: a common heading above two columns, others over both rows."""
    upper, lower = ["STT", "Văn bản", None, "Ngày ban hành", "Trích yếu"], [None, "Số", "Ký hiệu", None, None]

    head = find_head([["SỔ"], upper, lower], RULES)

    assert head is not None
    assert (head.skipped, head.height) == (1, 2)
    assert dict(head.places) == {Column.NUMBER: 1, Column.SYMBOL: 2, Column.DATE: 3, Column.SUBJECT: 4}


def test_a_table_without_number_or_date_has_no_head() -> None:
    assert find_head([["Trích yếu", "Người ký"], ["Số, ký hiệu", "Trích yếu"]], RULES) is None


def test_two_columns_of_one_meaning_are_not_chosen_from() -> None:
    with pytest.raises(UnreadableError, match="Ngày tháng, Ngày ký"):
        find_head([["Số", "Ngày tháng", "Ngày ký"]], RULES)


def test_a_file_of_columns_decides_between_them() -> None:
    rules = read_column_rules('[columns]\ndate = "Ngày ký"\n'.encode())

    head = find_head([["Số", "Ngày tháng", "Ngày ký"]], rules)

    assert head is not None
    assert head.places[Column.DATE] == 2


def test_a_file_of_columns_adds_spellings_defaults_and_filling() -> None:
    text = (
        '[columns]\ncode = ["Số đi (sổ A)", "Mã VB"]\n'
        '[defaults]\ntype = "CV"\nsecrecy = "mật"\n'
        '[fill]\ndown = ["date"]\n'
    )

    rules = read_column_rules(text.encode("utf-8-sig"))

    assert rules.meaning("mã văn bản") is Column.CODE
    assert rules.meaning("Số, ký hiệu") is None
    assert dict(rules.defaults) == {Column.TYPE: "CV", Column.SECRECY: "mật"}
    assert rules.fill_down == {Column.DATE}


@pytest.mark.parametrize(
    "text",
    [
        "[colums]\n", '[columns]\ndat = "x"\n', "[columns]\ndate = 7\n", "[columns]\ndate = []\n",
        '[columns]\ndate = ""\n',
        '[defaults]\nsubject = "x"\n', '[fill]\ndown = ["subject"]\n', '[fill]\nup = ["date"]\n', "columns = 1\n",
    ],
)  # fmt: skip
def test_a_file_of_columns_with_another_word_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as failure:
        read_column_rules(text.encode())

    assert failure.value.message("vi") != failure.value.message("en")


@pytest.mark.parametrize("data", [b"\xff\xfe", b"[columns", b"\x00"])
def test_what_is_no_toml_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_column_rules(data)
