"""A report's counts along the tree of agencies: each body with all below it, and apart what it issued itself.

Cộng dồn theo hệ thống cơ quan. Groups are what bodies issued themselves, so they sum to the total as in every other
section; a branch is a sum of those below it, and no total ever adds one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import zip_longest

from edocs.model import Facet, Tally, total
from edocs.model.agency_tree import AgencyTree
from edocs.model.regrouping import BranchRow, add_up

from .figures import Report, Row, RowKind, Section

__all__ = ["along_tree"]


def along_tree(report: Report, tree: AgencyTree, on: date) -> Report:
    """``report`` with its last section, which is by agency alone, added up along the tree of a day.

    A body of which the tree of the day has none is a group by itself, after the others.
    """
    *others, flat = report.sections
    assert flat.by == (Facet.AGENCY,)  # noqa: S101 - who asks for a tree asks for the agencies last
    tallies = [Tally(group=row.group, counts=row.counts) for row in flat.groups]
    rows = [*_rows(list(add_up(tallies, tree, on))), Row(kind=RowKind.TOTAL, group=(), counts=total(tallies))]
    section = Section(by=flat.by, rows=tuple(rows), tree_on=on)
    return replace(report, sections=(*others, section))


def _rows(bodies: Sequence[BranchRow]) -> Iterator[Row]:
    for body, following in zip_longest(bodies, bodies[1:]):
        row = Row(
            kind=RowKind.GROUP,
            group=(body.agency,),
            counts=body.own,
            depth=body.depth if body.is_placed else None,
            name=body.name,
        )
        if following is None or not following.is_placed or following.depth <= body.depth:
            yield row
            continue
        yield replace(row, kind=RowKind.BRANCH, counts=body.whole)
        if body.own.documents:
            yield replace(row, depth=body.depth + 1, is_own=True)
