"""The SQL of finding and counting: a query as conditions, and the three ways to a tally.

The usual questions (agency, level, whole months) are answered from ``tally``, those about types from ``cell``, and all
others by a scan of ``document``. All three give the same counts; a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, literal_column, select

from edocs.model.counts import Counts
from edocs.model.profile import MEASURES, Profile
from edocs.model.register import tidy_name
from edocs.model.state import State, search_form
from edocs.model.tally import Facet, Query, Tally

from .schema import cell, document

__all__ = [
    "Vectors",
    "find_statement",
    "first_of_each",
    "is_whole_months",
    "matches",
    "profile_rows",
    "tallies",
    "vectors",
]

Vectors = dict[tuple[str, ...], list[int]]
"""The measures of each group."""


def find_statement(query: Query) -> Select[Any]:
    """The documents of ``query``, by date of issue, then in order of registering."""
    return select(document).where(*_conditions(document, query)).order_by(document.c.issued_on, document.c.id)


def first_of_each(connection: Connection, query: Query, agencies: Iterable[str]) -> list[State]:
    """As many documents of each agency as ``query.per_agency`` says, in the order of :func:`find_statement`.

    One question for each agency: an index answers each at once, and a single one would sort them all.
    """
    found: list[State] = []
    for agency in agencies if query.agency is None else [query.agency]:
        statement = find_statement(replace(query, agency=agency)).limit(query.per_agency)
        found += map(dict, connection.execute(statement).mappings())
    return sorted(found, key=lambda row: (row["issued_on"], row["id"]))


def vectors(connection: Connection, query: Query, by: Sequence[Facet], mark: str) -> Vectors:
    """The measures of each group, from the least that answers ``query``."""
    if query.type is None and Facet.TYPE not in by and _is_of_counts(query):
        return _added_up(connection, query, by, mark)
    found: Vectors = {}
    for group, profile, count in profile_rows(connection, query, by):
        measures = [count * value for value in Profile.parse(profile).measures]
        known = found.get(group)
        found[group] = measures if known is None else list(map(add, known, measures))
    return found


def profile_rows(
    connection: Connection, query: Query, by: Sequence[Facet]
) -> Iterator[tuple[tuple[str, ...], str, int]]:
    """How many documents of each profile there are in each group."""
    is_kept = _is_of_counts(query)
    table = cell if is_kept else document
    groups = [table.c[facet.value] for facet in by]
    count = func.sum(cell.c.n) if is_kept else func.count()
    statement = select(*groups, table.c.profile, count).where(*_conditions(table, query))
    for *group, profile, number in connection.execute(statement.group_by(*groups, table.c.profile)):
        yield tuple(group), profile, int(number)


def tallies(found: Mapping[tuple[str, ...], Sequence[int]], by: Sequence[Facet]) -> Iterator[Tally]:
    """Groups in order; one without documents is absent, but of nothing at all, the whole is zero."""
    facets = tuple(by)
    if not facets and not found:
        yield Tally(group=(), counts=Counts(), by=facets)
    for group in sorted(found):
        measures = found[group]
        if measures[0] or not facets:
            yield Tally(group=group, counts=Counts.of(measures), by=facets)


def matches(row: Mapping[str, Any], query: Query) -> bool:
    """Whether ``query`` describes the document of a row: the conditions of SQL, once more."""
    wanted = (
        ("agency", query.agency),
        ("level", query.level.value if query.level else None),
        ("number", query.number),
        ("symbol", query.symbol),
        ("type", query.type),
    )
    return (
        all(value is None or row[name] == value for name, value in wanted)
        and (query.issued_from is None or row["issued_on"] >= query.issued_from.isoformat())
        and (query.issued_to is None or row["issued_on"] <= query.issued_to.isoformat())
        and (not query.text or search_form(tidy_name(query.text)) in row["search_text"])
        and (query.is_complete is None or _is_complete(row) is query.is_complete)
    )


def is_whole_months(query: Query) -> bool:
    """Whether the period begins and ends with a month."""
    return (query.issued_from is None or query.issued_from.day == 1) and (
        query.issued_to is None or query.issued_to == date.max or (query.issued_to + timedelta(days=1)).day == 1
    )


def _is_of_counts(query: Query) -> bool:
    return (
        query.number is None
        and query.symbol is None
        and not query.text
        and query.is_complete is None
        and is_whole_months(query)
    )


def _is_complete(row: Mapping[str, Any]) -> bool | None:
    return None if row["exclusion"] is not None else not row["is_open"]


def _added_up(connection: Connection, query: Query, by: Sequence[Facet], mark: str) -> Vectors:
    """From ``tally``, in plain SQL text: of a question that takes two milliseconds, building it should not take two."""
    conditions, values = [], []
    for condition, value in (
        (f"month >= {mark}", query.issued_from.isoformat()[:7] if query.issued_from else None),
        (f"month <= {mark}", query.issued_to.isoformat()[:7] if query.issued_to else None),
        (f"agency = {mark}", query.agency),
        (f"level = {mark}", query.level.value if query.level else None),
    ):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    groups = ", ".join(facet.value for facet in by)
    # One row for each month, agency and level: adding up the few of a group here is faster than forty sums in SQL.
    measures = _SUMS if _is_many_rows(query, by) else _EACH
    text = f"SELECT {groups}{', ' if groups else ''}{measures} FROM tally"  # noqa: S608 - names of our own schema
    text += f" WHERE {' AND '.join(conditions)}" if conditions else ""
    text += f" GROUP BY {groups}" if groups and measures is _SUMS else ""
    width = len(by)
    found: Vectors = {}
    for row in connection.exec_driver_sql(text, tuple(values)).all():
        if row[width] is not None:
            known = found.get(group := tuple(row[:width]))
            found[group] = list(row[width:]) if known is None else list(map(add, known, row[width:]))
    return found


def _is_many_rows(query: Query, by: Sequence[Facet]) -> bool:
    """Whether a group is the sum of many rows of ``tally``."""
    first, last = query.issued_from, query.issued_to
    is_one_month = first is not None and last is not None and (first.year, first.month) == (last.year, last.month)
    is_one_agency = query.agency is not None or Facet.AGENCY in by
    return not (is_one_month or (is_one_agency and Facet.MONTH in by))


_EACH = ", ".join(MEASURES)
_SUMS = ", ".join(f"CAST(SUM({name}) AS BIGINT)" for name in MEASURES)


def _conditions(table: Table, query: Query) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name, wanted in (
        ("agency", query.agency),
        ("level", query.level.value if query.level else None),
        ("number", query.number),
        ("symbol", query.symbol),
        ("type", query.type),
    ):
        if wanted is not None:
            found.append(table.c[name] == wanted)
    if table is not document:  # the counts know no days
        if query.issued_from:
            found.append(table.c.month >= query.issued_from.isoformat()[:7])
        if query.issued_to:
            found.append(table.c.month <= query.issued_to.isoformat()[:7])
    else:
        if query.issued_from:
            found.append(table.c.issued_on >= query.issued_from.isoformat())
        if query.issued_to:
            found.append(table.c.issued_on <= query.issued_to.isoformat())
    if query.text:
        found.append(table.c.search_text.contains(search_form(tidy_name(query.text)), autoescape=True))
    if query.is_complete is not None:
        # The very words of the index: in others, SQLite does not know it again.
        is_open: ColumnElement[Any] = literal_column("document.is_open")
        found.append(is_open if not query.is_complete else and_(document.c.exclusion.is_(None), ~document.c.is_open))
    return found
