"""``edocs find --gaps``: the numbers that no document of a book has."""

from __future__ import annotations

import click

from edocs.model import Query
from edocs.model.gaps import BookGaps, find_gaps, ranges_text
from edocs.registry import Registry
from edocs.reports.wording import number_text

from .console import Console

_SERIES = {False: "open book", True: "secret book"}


def show_gaps(console: Console, registry: Registry, query: Query) -> int:
    """One line for each book with gaps, and how many books there are; under ``--json`` every book."""
    names = registry.agencies()
    books = with_gaps = 0
    for book in find_gaps(entry.document.key for entry in registry.find(query)):
        name = names[book.agency].name if book.agency in names else ""
        books, with_gaps = books + 1, with_gaps + bool(book.missing)
        console.emit(_object(book, name))
        if book.missing and not console.json:
            series = console.text(_SERIES[book.is_secret])
            click.echo(f"{book.agency}  {name}  {book.year}  {series}: {ranges_text(book.missing)}")
    console.say(
        "{books} books, {gaps} of them with missing numbers",
        books=number_text(books, console.lang),
        gaps=number_text(with_gaps, console.lang),
    )
    return 0


def _object(book: BookGaps, name: str) -> dict[str, object]:
    return {
        "schema": "edocs.gaps/1",
        "agency": book.agency,
        "agency_name": name,
        "year": book.year,
        "is_secret": book.is_secret,
        "used": book.used,
        "last": book.last,
        "missing": [[one.first, one.last] for one in book.missing],
        "missing_count": book.missing_count,
    }
