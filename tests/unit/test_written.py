"""Numbers and days as clerks and spreadsheets write them: read one way, or refused with the rule that says why."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from edocs.errors import UsageError
from edocs.model.import_rules import IMPORT_RULES
from edocs.model.written import EPOCH_1904, Cell, WrittenCode, cell_text, read_code, read_written_day


def rule_of(failure: pytest.ExceptionInfo[UsageError]) -> str:
    return failure.value.params["rule"]


@pytest.mark.parametrize(
    ("cell", "number", "symbol"),
    [
        ("7", 7, ""),
        ("07", 7, ""),
        (7, 7, ""),
        (7.0, 7, ""),
        ("1.044", 1044, ""),
        ("1.044.123", 1044123, ""),
        ("1 044", 1044, ""),
        ("1\u00a0044", 1044, ""),
        ("0007", 7, ""),
        ("07/QĐ-UBND", 7, "QĐ-UBND"),
        (" 07 / QĐ - UBND ", 7, "QĐ-UBND"),
        ("Số: 07/QĐ-UBND", 7, "QĐ-UBND"),
        ("Số 1.044/UBND-VP", 1044, "UBND-VP"),
        ("07/2026/QĐ-UBND", 7, "2026/QĐ-UBND"),
        ("07/QyĐ-UBND", 7, "QyĐ-UBND"),
        ("07/Q\u0110-UBND\u200b", 7, "QĐ-UBND"),
        ("07/", 7, ""),
    ],
)
def test_a_number_is_read_as_the_decree_writes_it(cell: Cell, number: int, symbol: str) -> None:
    assert read_code(cell) == WrittenCode(number=number, symbol=symbol)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("1.044,5", "import.number.decimal"),
        ("1,044", "import.number.decimal"),
        (1.044, "import.number.decimal"),
        (7.5, "import.number.decimal"),
        ("1.04", "import.number.decimal"),
        ("0.044", "import.number.decimal"),
        ("07a", "import.number.letter"),
        ("07a/QĐ-UBND", "import.number.letter"),
        ("07 bis", "import.number.letter"),
        ("07Đ", "import.number.letter"),
        ("", "import.number.missing"),
        (None, "import.number.missing"),
        ("   ", "import.number.missing"),
        ("/QĐ-UBND", "import.number"),
        ("0", "import.number"),
        (0, "import.number"),
        (-7, "import.number"),
        ("-7", "import.number"),
        ("12345678", "import.number"),
        (float("inf"), "import.number.decimal"),
        (float("nan"), "import.number.decimal"),
        ("07-QĐ/TU", "import.number"),
        ("bảy", "import.number"),
        ("٧", "import.number"),
        (True, "import.number"),
        (time(7, 0), "import.number"),
        (timedelta(days=7), "import.number"),
        (datetime(2026, 7, 12), "import.number.date"),  # noqa: DTZ001 - a cell has no zone
        (date(2026, 7, 12), "import.number.date"),
    ],
)
def test_what_is_no_number_of_a_document_is_refused_with_its_rule(cell: Cell, rule: str) -> None:
    with pytest.raises(UsageError) as failure:
        read_code(cell)

    assert rule_of(failure) == rule


@pytest.mark.parametrize(
    "cell",
    [
        "05/03/2026", "5/3/2026", "05-03-2026", "05.03.2026", "5 / 3 / 2026", "2026-03-05", "2026/3/5",
        "ngày 05 tháng 3 năm 2026", "Ngày 5 tháng 03 năm 2026", "05 tháng 3, năm 2026",
        "Lam Giang, ngày 05 tháng 3 năm 2026", "05/03/2026 14:30", "2026-03-05 00:00:00", "2026-03-05T23:59:59.5",
        "2026-03-04T17:30:00Z", "2026-03-05T00:30:00+07:00", "46086", "46086.0", 46086, 46086.0, 46086.75,
        date(2026, 3, 5), datetime(2026, 3, 5, 23, 59),  # noqa: DTZ001 - a cell has no zone
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_form(cell: Cell) -> None:
    assert read_written_day(cell).day == date(2026, 3, 5)


def test_a_day_of_the_other_calendar_of_spreadsheets() -> None:
    assert read_written_day(46086 - 1462, epoch=EPOCH_1904).day == date(2026, 3, 5)


@pytest.mark.parametrize("cell", ["05/03/26", "5-3-26", "5/3", "05.03"])
def test_a_year_that_is_not_whole_is_completed_from_the_books_and_said(cell: str) -> None:
    written = read_written_day(cell, 2026)

    assert (written.day, written.assumed) == (date(2026, 3, 5), "import.assumed.year")
    with pytest.raises(UsageError) as failure:
        read_written_day(cell)
    assert rule_of(failure) == "import.date.ambiguous"


def test_two_digits_of_another_year_stay_another_year() -> None:
    assert read_written_day("05/03/25", 2026).day == date(2025, 3, 5)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("03/25/2026", "import.date"),
        ("31/04/2026", "import.date"),
        ("29/02/2026", "import.date"),
        ("05/03-2026", "import.date"),
        ("hôm nay", "import.date"),
        ("5 Mar 2026", "import.date"),
        ("05/03/1026", "import.date"),
        ("05/03/20266", "import.date"),
        ("99999", "import.date"),
        (1e300, "import.date"),
        (float("nan"), "import.date"),
        (float("inf"), "import.date"),
        (12, "import.date"),
        (True, "import.date"),
        (time(7, 0), "import.date"),
        ("2026-13-05T00:00:00Z", "import.date"),
        (date(1, 1, 1), "import.date"),
        ("", "import.date.missing"),
        (None, "import.date.missing"),
    ],
)
def test_what_is_no_day_is_refused_with_its_rule(cell: Cell, rule: str) -> None:
    with pytest.raises(UsageError) as failure:
        read_written_day(cell, 2026)

    assert rule_of(failure) == rule


def test_cells_are_shown_as_the_book_has_them() -> None:
    assert [cell_text(cell) for cell in (None, 7.0, 7.5, date(2026, 3, 5), " a\u200b  b ")] == [
        "", "7", "7.5", "05/03/2026", "a b",
    ]  # fmt: skip


@pytest.mark.parametrize("rule", IMPORT_RULES)
def test_every_rule_of_importing_is_translated(rule: str) -> None:
    known = IMPORT_RULES[rule]
    failure = UsageError(known.message, hint=known.hint)

    assert failure.message("vi") != failure.message("en")
    assert not known.hint or failure.hint("vi") != failure.hint("en")
