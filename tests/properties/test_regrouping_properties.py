"""Whatever a directory says, regrouped and added-up counts are the same documents."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from itertools import takewhile
from operator import lt

from hypothesis import given, settings
from hypothesis import strategies as st

from edocs.model import Ending, LogExtent, read_directory
from edocs.model.agency_tree import check_tree, make_tree
from edocs.model.counts import Counts
from edocs.model.profile import MEASURES
from edocs.model.regrouping import add_up, regroup, regroup_counts
from edocs.model.tally import Facet, Query, Tally, total
from edocs.reports.branches import along_tree
from edocs.reports.figures import Report, RowKind, section

CODES = [f"H{number}" for number in range(10, 18)]
DAYS = st.none() | st.integers(0, 900).map(lambda days: date(2024, 1, 1) + timedelta(days=days))
NOW = date(2026, 7, 1)


@st.composite
def directories(draw: st.DrawFn) -> str:
    """Any directory at all: circles, gaps, overlaps, splits, successors of which there are none."""
    lines = ["code,name,level,parent,valid_from,valid_to,became"]
    for place in range(draw(st.integers(0, 10))):
        first, last = draw(DAYS), draw(DAYS)
        parent = draw(st.sampled_from(["", *CODES]))
        became = ";".join(draw(st.lists(st.sampled_from(CODES), max_size=2)))
        level = draw(st.sampled_from(["", "tỉnh", "huyện", "xã"]))
        cells = [draw(st.sampled_from(CODES)), f"Cơ quan {place}", level, parent, first or "", last or "", became]
        lines.append(",".join(map(str, cells)))
    return "\n".join(lines) + "\n"


NUMBERS = st.lists(st.integers(0, 9), min_size=len(MEASURES), max_size=len(MEASURES)).map(Counts.of)
MONTHS = ["2024-01", "2024-12", "2025-06", "2025-07", "2026-06"]
BY = (Facet.LEVEL, Facet.AGENCY, Facet.MONTH)
GROUPS = st.tuples(st.sampled_from(["province", "commune"]), st.sampled_from([*CODES, "H99"]), st.sampled_from(MONTHS))
TALLIES = st.dictionaries(GROUPS, NUMBERS, max_size=12).map(
    lambda found: [Tally(group=group, counts=counts, by=BY) for group, counts in found.items()]
)


@given(directories(), TALLIES)
@settings(max_examples=200, deadline=None)
def test_regrouping_keeps_every_count(table: str, past: list[Tally]) -> None:
    tree = make_tree(read_directory(table.encode()))

    found = regroup(past, BY, tree, NOW)

    assert total(found.tallies) == total(past)
    assert len({tally.group for tally in found.tallies}) == len(found.tallies)
    places = {tally.group[1] for tally in found.tallies}
    assert {kept.agency for kept in found.kept} <= places
    assert all(kept.ending is not Ending.STILL for kept in found.kept)
    bodies = {entry.id for entry in tree.directory.entries if entry.is_valid(NOW)}
    assert places <= bodies | {kept.agency for kept in found.kept}


@given(directories(), TALLIES)
@settings(max_examples=100, deadline=None)
def test_regrouping_twice_is_regrouping_once(table: str, past: list[Tally]) -> None:
    tree = make_tree(read_directory(table.encode()))
    bodies = {entry.id for entry in tree.directory.entries if entry.is_valid(NOW)}

    once = regroup(past, (Facet.LEVEL, Facet.AGENCY, Facet.MONTH), tree, NOW)

    # A body of today under a code that another had before is told apart by its month alone: those are left out here.
    had = {code: len(tree.directory.having(code)) for code in bodies}
    settled = [tally for tally in once.tallies if had.get(tally.group[1]) == 1]
    assert regroup(settled, BY, tree, NOW).tallies == tuple(settled)


@given(directories(), TALLIES, st.sampled_from([(), (Facet.LEVEL,), (Facet.MONTH,), (Facet.AGENCY,), BY]))
@settings(max_examples=100, deadline=None)
def test_counts_regrouped_by_any_facets_are_the_same_documents(
    table: str, past: list[Tally], by: tuple[Facet, ...]
) -> None:
    tree = make_tree(read_directory(table.encode()))

    def count(query: Query, facets: tuple[Facet, ...]) -> list[Tally]:
        assert query == Query()
        return [
            Tally(
                group=tuple(dict(zip(BY, one.group, strict=True))[facet] for facet in facets),
                counts=one.counts,
                by=facets,
            )
            for one in past
        ]

    found = regroup_counts(count, Query(), by, tree, NOW)

    assert total(found.tallies) == total(past)
    assert all(len(tally.group) == len(by) for tally in found.tallies)


@given(directories(), TALLIES, st.sampled_from([date(2024, 6, 1), date(2025, 7, 1), NOW]), st.booleans())
@settings(max_examples=200, deadline=None)
def test_adding_up_along_the_tree_keeps_every_count(table: str, past: list[Tally], on: date, by_code: bool) -> None:
    tree = make_tree(read_directory(table.encode()), by_code=by_code)
    by_agency = [Tally(group=(tally.group[1],), counts=tally.counts, by=(Facet.AGENCY,)) for tally in past]

    rows = list(add_up(by_agency, tree, on))

    tops = [Tally(group=(), counts=row.whole) for row in rows if row.depth == 0]
    filled = [Tally(group=(), counts=row.own) for row in rows]
    assert total(tops).documents == total(past).documents == total(filled).documents
    assert list(check_tree(tree)) == list(check_tree(tree))


@given(directories(), TALLIES, st.sampled_from([date(2024, 6, 1), date(2025, 7, 1), NOW]))
@settings(max_examples=100, deadline=None)
def test_rows_of_a_tree_sum_to_what_stands_above_them(table: str, past: list[Tally], on: date) -> None:
    past = [tally for tally in past if tally.counts.documents]  # counts of no document are none
    by_agency = [Tally(group=(tally.group[1],), counts=tally.counts, by=(Facet.AGENCY,)) for tally in past]
    flat = section(by_agency, (Facet.AGENCY,))
    report = Report(
        issued_from=None, issued_to=None, cut_off=None, extent=LogExtent(events=0, sha256=""), total=total(past),
        sections=(flat,), agencies={}, open_documents=(), open_count=0,
    )  # fmt: skip

    [found] = along_tree(report, make_tree(read_directory(table.encode())), on).sections

    sums = {
        kind: total(Tally(group=(), counts=row.counts) for row in found.rows if row.kind is kind)
        for kind in (RowKind.GROUP, RowKind.TOTAL)
    }
    assert sums[RowKind.GROUP] == sums[RowKind.TOTAL] == total(past)
    for place, row in enumerate(found.rows):
        if row.kind is RowKind.BRANCH:
            depths = [-1 if one.depth is None else one.depth for one in found.rows]
            inside = takewhile(partial(lt, depths[place]), depths[place + 1 :])
            below = [found.rows[place + at] for at, depth in enumerate(inside, 1) if depth == depths[place] + 1]
            assert row.counts == total(Tally(group=(), counts=one.counts) for one in below)
            assert below
