"""The SQL of finding and counting: a query as conditions, a tally as one GROUP BY over the derived state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, case, func, select

from edocs.model import Buckets, Counts, Exclusion, Facet, Indicator, Query, Standing, Tally, tidy_name

from .rows import search_form

__all__ = ["find_statement", "tally_of", "tally_statement"]

_FACTS = ("signed", "intact", "trusted", "timestamped")


def find_statement(table: Table, query: Query) -> Select[Any]:
    """The documents of ``query``, by date of issue, then in order of registering."""
    return select(table).where(*_conditions(table, query)).order_by(table.c.issued_on, table.c.registered_event)


def tally_statement(table: Table, query: Query, by: Sequence[Facet]) -> Select[Any]:
    """One row a group: the group's values, then every count under its name."""
    groups = [table.c[facet.value] for facet in by]
    counts = [func.count().label("documents")]
    counts += [_sum(table.c.exclusion == reason.value).label(f"excluded_{reason.value}") for reason in Exclusion]
    counts += [_sum(_in(table, table.c[f"is_{fact}"])).label(f"is_{fact}") for fact in _FACTS]
    for indicator in Indicator:
        name = indicator.value
        counts += [
            _sum(_in(table, table.c[f"{name}_standing"] == standing.value)).label(f"{name}_{standing.value}")
            for standing in Standing
        ]
        counts.append(_sum(_in(table, table.c[f"{name}_attempted"])).label(f"{name}_attempted"))
    statement = select(*groups, *counts).where(*_conditions(table, query))
    # Without facets SQL makes one row even of nothing, and that row is the right answer: no documents.
    return statement.group_by(*groups).order_by(*groups) if groups else statement


def tally_of(row: Mapping[str, Any], by: Sequence[Facet]) -> Tally:
    """The value of a row of :func:`tally_statement`."""
    excluded = {reason: int(row[f"excluded_{reason.value}"] or 0) for reason in Exclusion}
    return Tally(
        group=tuple(str(row[facet.value]) for facet in by),
        counts=Counts(
            documents=int(row["documents"]),
            excluded={reason: count for reason, count in excluded.items() if count},
            personal=_buckets(row, Indicator.PERSONAL),
            organisation=_buckets(row, Indicator.ORGANISATION),
            both=_buckets(row, Indicator.BOTH),
            has_signature=int(row["is_signed"] or 0),
            is_intact=int(row["is_intact"] or 0),
            is_trusted=int(row["is_trusted"] or 0),
            is_timestamped=int(row["is_timestamped"] or 0),
        ),
    )


def _conditions(table: Table, query: Query) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, wanted in (
        (table.c.agency, query.agency),
        (table.c.number, query.number),
        (table.c.symbol, query.symbol),
        (table.c.type, query.type),
    ):
        if wanted is not None:
            found.append(column == wanted)
    if query.issued_from:
        found.append(table.c.issued_on >= query.issued_from.isoformat())
    if query.issued_to:
        found.append(table.c.issued_on <= query.issued_to.isoformat())
    if query.text:
        found.append(table.c.search_text.contains(search_form(tidy_name(query.text)), autoescape=True))
    if query.is_complete is not None:
        is_valid = table.c.both_standing == Standing.VALID.value
        found.append(and_(table.c.exclusion.is_(None), is_valid if query.is_complete else ~is_valid))
    return found


def _in(table: Table, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(table.c.exclusion.is_(None), condition)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _buckets(row: Mapping[str, Any], indicator: Indicator) -> Buckets:
    names = (*(standing.value for standing in Standing), "attempted")
    return Buckets(**{name: int(row[f"{indicator.value}_{name}"] or 0) for name in names})
