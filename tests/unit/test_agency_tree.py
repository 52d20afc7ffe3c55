"""Agencies as a tree with dates: who was above whom, what a body is today, and counts that lose nothing on the way."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from agency_samples import TABLE

from edocs.errors import UnreadableError, UsageError
from edocs.model import AgencyKind, AgencyLevel, Ending, read_agencies, read_directory
from edocs.model.agency_tree import NOTICES, AgencyTree, check_tree, make_tree
from edocs.model.counts import Counts
from edocs.model.regrouping import add_up, regroup
from edocs.model.tally import Facet, Tally, total

BEFORE, LAST, FIRST, NOW = date(2024, 5, 1), date(2025, 6, 30), date(2025, 7, 1), date(2026, 7, 1)
SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "agencies_h53.csv"


@pytest.fixture(scope="module")
def tree() -> AgencyTree:
    return make_tree(read_directory(TABLE.encode()))


def counts(documents: int, secret: int = 0, valid: int = 0) -> Counts:
    base = documents - secret
    buckets = {"valid": valid, "not_checked": base - valid, "attempted": valid}
    named = {
        f"{role}_{name}": count for role in ("personal", "organisation", "both") for name, count in buckets.items()
    }
    return Counts.named(documents=documents, excluded_secret=secret, **named)


def tallies(by: tuple[Facet, ...], *rows: tuple[tuple[str, ...], int]) -> list[Tally]:
    return [Tally(group=group, counts=counts(number, valid=number // 2), by=by) for group, number in rows]


def test_a_sound_directory_has_notices_alone(tree: AgencyTree) -> None:
    assert tree.directory.problems == ()
    assert [(problem.rule, problem.params["line"]) for problem in check_tree(tree)] == [("agencies.split", "9")]


def test_level_parent_and_kind_are_read(tree: AgencyTree) -> None:
    entry = tree.directory.one("H99.13", BEFORE)

    assert (entry.level, str(entry.parent), entry.kind, entry.id) == (
        AgencyLevel.PROVINCE, "H99", AgencyKind.DEPARTMENT, "H99.13",
    )  # fmt: skip


def test_a_commune_was_under_its_district_and_is_under_its_province(tree: AgencyTree) -> None:
    then = [entry.name for entry in tree.path("H99.31.21", LAST)]
    now = [entry.name for entry in tree.path("H98.101", FIRST)]

    assert then == [
        "Ủy ban nhân dân tỉnh Lam Giang", "Ủy ban nhân dân huyện Bình Khê", "Ủy ban nhân dân xã An Lạc",
    ]  # fmt: skip
    assert now == ["Ủy ban nhân dân tỉnh Bạch Sơn", "Ủy ban nhân dân xã Bình Lạc"]
    assert [entry.id for entry in tree.ancestors("H99.31.21", LAST)] == ["H99.31", "H99"]


def test_descendants_come_below_their_parent_with_their_depth(tree: AgencyTree) -> None:
    top = tree.directory.one("H99", LAST)

    assert [(depth, entry.id) for depth, entry in tree.descendants(top, LAST)] == [
        (1, "H99.13"), (1, "H99.31"), (2, "H99.31.21"), (2, "H99.31.22"), (2, "H99.31.23"),
    ]  # fmt: skip
    assert [entry.id for entry in tree.roots(LAST)] == ["H99", "H98"]
    assert [entry.id for entry in tree.roots(FIRST)] == ["H98"]


def test_a_parent_is_found_by_either_of_its_codes(tree: AgencyTree) -> None:
    assert [entry.id for entry in tree.children(tree.directory.one("H98", NOW), NOW)] == [
        "H98.13",
        "H98.101",
        "H98.102",
    ]


@pytest.mark.parametrize(
    ("code", "today", "ending"),
    [
        ("H99", "H98", Ending.STILL),
        ("000.00.13.H99", "H98.13", Ending.STILL),
        ("H99.31.21", "H98.101", Ending.STILL),
        ("H98", "H98", Ending.STILL),
        ("H99.31", None, Ending.ENDED),
        ("H99.31.23", None, Ending.SPLIT),
        ("H00", None, None),
    ],
)
def test_what_a_body_is_today_or_why_nobody_can_say(
    tree: AgencyTree, code: str, today: str | None, ending: Ending | None
) -> None:
    for first, last in ((BEFORE, BEFORE), (date.min, NOW), (NOW, NOW)):
        found = tree.succession(code, first, last, NOW)

        assert (found.entry.id if found.entry else None, found.ending) == (today, ending)


def test_a_split_body_is_not_guessed_by_the_directory_either(tree: AgencyTree) -> None:
    with pytest.raises(UsageError, match="does not say"):
        tree.directory.today("H99.31.23", BEFORE, NOW)


def test_a_code_that_passed_to_another_body_is_told_apart_by_the_month() -> None:
    table = "code,name,valid_from,valid_to,became\nH1,Cũ,,2024-12-31,H2\nH1,Mới,2025-01-01,,\nH2,Kế tục,2025-01-01,,\n"
    tree = make_tree(read_directory(table.encode()))
    by = (Facet.AGENCY, Facet.MONTH)

    found = regroup(tallies(by, (("H1", "2024-12"), 4), (("H1", "2025-01"), 6)), by, tree, NOW)
    without = regroup(tallies((Facet.AGENCY,), (("H1",), 10)), (Facet.AGENCY,), tree, NOW)

    assert [(tally.group, tally.counts.documents) for tally in found.tallies] == [
        (("H1", "2025-01"), 6), (("H2", "2024-12"), 4),
    ]  # fmt: skip
    assert [(kept.agency, kept.ending) for kept in without.kept] == [("H1", Ending.LOST)]


def test_counts_of_the_past_go_to_the_bodies_of_today_and_the_rest_is_itemised(tree: AgencyTree) -> None:
    by = (Facet.LEVEL, Facet.AGENCY)
    past = tallies(
        by,
        (("commune", "H98.101"), 3), (("commune", "H99.31.21"), 10), (("commune", "H99.31.22"), 20),
        (("commune", "H99.31.23"), 30), (("district", "H99.31"), 40), (("province", "000.00.00.H99"), 50),
        (("province", "H98"), 5), (("province", "H00"), 7),
    )  # fmt: skip

    found = regroup(past, by, tree, NOW)

    assert [(tally.group, tally.counts.documents) for tally in found.tallies] == [
        (("commune", "H98.101"), 33), (("commune", "H99.31.23"), 30), (("district", "H99.31"), 40),
        (("province", "H00"), 7), (("province", "H98"), 55),
    ]  # fmt: skip
    assert [(kept.agency, kept.ending, kept.counts.documents) for kept in found.kept] == [
        ("H00", None, 7), ("H99.31", Ending.ENDED, 40), ("H99.31.23", Ending.SPLIT, 30),
    ]  # fmt: skip
    assert found.moved == {"H98": {"000.00.00.H99"}, "H98.101": {"H99.31.21", "H99.31.22"}}
    assert total(found.tallies) == total(past)


def test_counts_that_are_not_by_agency_cannot_be_regrouped(tree: AgencyTree) -> None:
    with pytest.raises(UsageError, match="by agency"):
        regroup([], (Facet.LEVEL,), tree, NOW)


def test_counts_are_added_up_along_the_tree_of_a_day(tree: AgencyTree) -> None:
    by = (Facet.AGENCY,)
    past = tallies(
        by, (("H99",), 1), (("000.00.13.H99",), 2), (("H99.31.21",), 4), (("H99.31.22",), 8), (("H98.101",), 16)
    )

    rows = list(add_up(past, tree, LAST))

    assert [(row.depth, row.agency, row.own.documents, row.whole.documents, row.is_placed) for row in rows] == [
        (0, "H99", 1, 15, True),
        (1, "H99.13", 2, 2, True),
        (1, "H99.31", 0, 12, True),
        (2, "H99.31.21", 4, 4, True),
        (2, "H99.31.22", 8, 8, True),
        (0, "H98.101", 16, 16, False),
    ]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("H98.90,,Phòng,xã,H97,,,,", "agencies.parent"),
        ("H98.90,,Phòng,tỉnh,H98.101,,2025-07-01,,", "agencies.rank"),
        ("H98.90,,Phòng,xã,H98.101,,2025-01-01,,", "agencies.outlasts"),
        ("H99.90,,Phòng,xã,H99.31,,,2025-12-31,", "agencies.outlasts"),
        ("H98.90,,Huyện,huyện,H98,,,,", "agencies.district"),
        ("H98.90,,Huyện,huyện,H98,,,2025-06-30,", ""),
        ("H98.90,,Phòng,xã,H98.90,,,,", "agencies.circle"),
        ("H98.90,,Phòng,xã,H98,,,,H98.101", "agencies.undated"),
    ],
)
def test_what_is_wrong_with_a_tree_names_its_line(line: str, rule: str) -> None:
    tree = make_tree(read_directory(f"{TABLE}{line}\n".encode()))

    found = [problem for problem in check_tree(tree) if problem.params["line"] == "12"]

    assert [problem.rule for problem in found] == ([rule] if rule else [])
    assert all(problem.text("vi") != problem.text("en") for problem in found)
    assert (rule in NOTICES) == (rule == "agencies.district")


def test_a_circle_is_found_from_the_day_on_which_it_closes() -> None:
    table = "code,name,parent,valid_from\nH1,a,H2,\nH2,b,H3,2025-01-01\nH3,c,H1,\n"
    tree = make_tree(read_directory(table.encode()))

    assert "agencies.circle" in [problem.rule for problem in check_tree(tree)]
    assert [entry.id for entry in tree.ancestors("H1", NOW)] == ["H2", "H3"]
    assert tree.roots(NOW) == ()


def test_counts_in_a_circle_are_not_lost() -> None:
    tree = make_tree(read_directory(b"code,name,parent\nH1,a,H2\nH2,b,H1\n"))

    rows = list(add_up(tallies((Facet.AGENCY,), (("H1",), 3), (("H2",), 4)), tree, NOW))

    assert [(row.agency, row.whole.documents, row.is_placed) for row in rows] == [("H1", 3, False), ("H2", 4, False)]


def test_parents_can_be_told_from_codes_within_one_syntax() -> None:
    old = ",000.00.00.H99,c\n,000.00.31.H99,d\n,000.21.31.H99,e\n,000.07.40.H99,f\n"
    table = f"code,old_code,name\nH99,,a\nH99.13,,b\n{old}"
    directory = read_directory(table.encode())

    tree = make_tree(directory, by_code=True)

    assert [entry.name for entry in tree.path("000.21.31.H99", NOW)] == ["c", "d", "e"]
    assert [entry.name for entry in tree.path("H99.13", NOW)] == ["a", "b"]
    assert [entry.name for entry in tree.path("000.07.40.H99", NOW)] == ["f"]
    assert [entry.name for entry in make_tree(directory).path("H99.13", NOW)] == ["b"]


def test_a_published_directory_makes_a_tree_by_its_codes() -> None:
    if not SAMPLE.exists():
        pytest.skip("the published directory is not part of the project")

    tree = make_tree(read_directory(SAMPLE.read_bytes()), by_code=True)
    [top] = tree.directory.find("000.00.00.H53", NOW)
    below = list(tree.descendants(top, NOW))

    assert (len(tree.children(top, NOW)), len(below), max(depth for depth, _ in below)) == (61, 370, 3)
    assert {problem.rule for problem in check_tree(tree)} == set()
    assert [entry.id for entry in tree.ancestors("001.01.07.H53", NOW)] == [
        "000.01.07.H53", "000.00.07.H53", "000.00.00.H53",
    ]  # fmt: skip


# The simple form, for registering


def test_a_directory_with_dates_serves_registering_too() -> None:
    agencies = read_agencies(TABLE.encode())

    assert len(agencies) == 13
    assert agencies["000.00.13.H99"].name == agencies["H99.13"].name == "Sở Nội vụ tỉnh Lam Giang"
    assert agencies["000.00.13.H99"].id == "000.00.13.H99"


def test_of_bodies_that_had_a_code_one_after_the_other_the_latest_counts() -> None:
    table = "id,name,level,valid_from,valid_to\nH1,Mới,xã,2025-07-01,\nH1,Cũ,xã,,2025-06-30\n"

    assert read_agencies(table.encode())["H1"].name == "Mới"


@pytest.mark.parametrize(
    "table", ["id,name,level\nH1,a,xã\nH2,b,\n", "id,name,level\nH1,a,tinh\n", "id,name,level\nH1,a,xã\nH1,b,xã\n"]
)
def test_a_line_without_level_or_with_another_name_is_named(table: str) -> None:
    with pytest.raises(UnreadableError, match=r"line [23]"):
        read_agencies(table.encode())


def test_directory_from_a_vietnamese_spreadsheet_is_read_as_any_other() -> None:
    table = "\ufeffMã định danh;Tên cơ quan;Cấp;Từ ngày;Đến ngày;Nay là\r\nH1;Xã A, huyện B;xã;;30/06/2025;H2|H3\r\n"

    [entry] = read_directory(table.encode()).entries

    assert (entry.name, entry.level, entry.valid_to) == ("Xã A, huyện B", AgencyLevel.COMMUNE, LAST)
    assert len(entry.became) == 2
