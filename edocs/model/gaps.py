"""Numbers of a book that no document has (số còn khuyết trong sổ).

Decree 30/2020/NĐ-CP, article 15: one series an agency and a year, from 1; secret documents have a series of their own.
A gap is reported and never refused: the number may be reserved, its document secret and held elsewhere, or not yet
entered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from edocs.model.register import DocumentKey

__all__ = ["BookGaps", "NumberRange", "find_gaps", "missing_numbers", "ranges_text"]


@dataclass(frozen=True, slots=True, order=True)
class NumberRange:
    """Numbers that follow one another, both ends counted in."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookGaps:
    """What is missing in one book of one year."""

    agency: str
    year: int
    is_secret: bool
    used: int
    """How many numbers are taken; several documents may share one under different symbols."""
    last: int
    """The highest of them. What follows it is not missing: it is not issued yet."""
    missing: tuple[NumberRange, ...]

    @property
    def missing_count(self) -> int:
        """How many numbers are missing."""
        return sum(map(len, self.missing))


def missing_numbers(numbers: Iterable[int]) -> tuple[NumberRange, ...]:
    """The numbers from 1 to the highest that are not among ``numbers``; those may repeat, in any order.

    >>> ranges_text(missing_numbers([1, 2, 5, 5, 7]))
    '3-4, 6'
    """
    found, next_number = [], 1
    for number in sorted(set(numbers)):
        if number > next_number:
            found.append(NumberRange(next_number, number - 1))
        next_number = max(next_number, number + 1)
    return tuple(found)


def find_gaps(keys: Iterable[DocumentKey]) -> Iterator[BookGaps]:
    """Each book that ``keys`` are of, by agency, year and series, with what is missing; complete ones too."""
    books: defaultdict[tuple[str, int, bool], set[int]] = defaultdict(set)
    for key in keys:
        books[key.agency, key.year, key.is_secret].add(key.number)
    for (agency, year, is_secret), numbers in sorted(books.items()):
        yield BookGaps(
            agency=agency,
            year=year,
            is_secret=is_secret,
            used=len(numbers),
            last=max(numbers),
            missing=missing_numbers(numbers),
        )


def ranges_text(ranges: Sequence[NumberRange]) -> str:
    """Ranges as people write them: ``12-14, 20``."""
    return ", ".join(map(str, ranges))
