"""Numbers that no document of a book has: reported by agency, year and series, and never refused."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edocs.model import DocumentKey
from edocs.model.gaps import NumberRange, find_gaps, missing_numbers, ranges_text


def key(number: int, *, agency: str = "H99", year: int = 2026, is_secret: bool = False) -> DocumentKey:
    return DocumentKey(agency=agency, year=year, number=number, symbol="UBND-VP", is_secret=is_secret)


@given(st.sets(st.integers(1, 60)))
def test_taken_and_missing_are_the_whole_series(numbers: set[int]) -> None:
    missing = missing_numbers(sorted(numbers, reverse=True) * 2)

    covered = [number for one in missing for number in range(one.first, one.last + 1)]
    assert sorted(covered + sorted(numbers)) == list(range(1, max(numbers, default=0) + 1))
    assert all(before.last + 1 < after.first for before, after in pairwise(missing))


def test_ranges_are_written_as_people_do() -> None:
    assert ranges_text([NumberRange(12, 14), NumberRange(20, 20)]) == "12-14, 20"


def test_a_far_number_costs_one_range() -> None:
    assert missing_numbers([1, 9_999_999]) == (NumberRange(2, 9_999_998),)


def test_books_are_told_apart_and_complete_ones_are_listed() -> None:
    keys = [key(1), key(3), key(1, is_secret=True), key(2, year=2025), key(2, agency="H98"), key(1, agency="H98")]

    found = [(book.agency, book.year, book.is_secret, ranges_text(book.missing)) for book in find_gaps(keys)]

    assert found == [
        ("H98", 2026, False, ""),
        ("H99", 2025, False, "1"),
        ("H99", 2026, False, "2"),
        ("H99", 2026, True, ""),
    ]


def test_one_number_under_two_symbols_is_taken_once() -> None:
    [book] = find_gaps([key(1), DocumentKey(agency="H99", year=2026, number=1, symbol="QĐ-UBND"), key(4)])

    assert (book.used, book.last, book.missing_count) == (2, 4, 2)
