"""The directory of agencies: old and new codes, each for its time, and what became of merged and renamed bodies."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from edocs.errors import UnreadableError, UsageError
from edocs.model import (
    DocumentId,
    DocumentIdScheme,
    MessageCode,
    OrganId,
    OrganIdSyntax,
    read_agencies,
    read_directory,
)

# Invented: a province that was merged, a department that was renamed, a commune of two.
TABLE = """code,old_code,name,valid_from,valid_to,became
H99,000.00.00.H99,Ủy ban nhân dân tỉnh Lam Giang,,2025-06-30,H98
H98,000.00.00.H98,Ủy ban nhân dân tỉnh Bạch Sơn,,,
H99.13,000.00.13.H99,Sở Nội vụ tỉnh Lam Giang,,2025-02-28,H99.14
H99.14,,Sở Nội vụ và Lao động tỉnh Lam Giang,01/03/2025,30/06/2025,H98.13
H98.13,000.00.13.H98,Sở Nội vụ tỉnh Bạch Sơn,2025-07-01,,
H99.50,,Ủy ban nhân dân huyện Bến Đá,,2025-06-30,
"""
SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "agencies_h53.csv"
BEFORE, AFTER = date(2024, 5, 1), date(2026, 1, 1)


def test_a_body_is_found_by_either_code_at_its_time() -> None:
    directory = read_directory(TABLE.encode())

    for code in ("H99.13", "000.00.13.H99", OrganId(value="H99.13"), " H99.13\u200b"):
        assert directory.one(code, BEFORE).name == "Sở Nội vụ tỉnh Lam Giang"
        assert directory.find(code, AFTER) == ()
    assert directory.problems == ()


def test_days_of_validity_are_counted_in() -> None:
    directory = read_directory(TABLE.encode())

    assert len(directory.find("H99", date(2025, 6, 30))) == 1
    assert directory.find("H99", date(2025, 7, 1)) == ()
    assert len(directory.find("H99.14", date(2025, 3, 1))) == 1
    assert directory.find("H99.14", date(2025, 2, 28)) == ()


@pytest.mark.parametrize("code", ["H99.13", "000.00.13.H99"])
def test_renamed_and_merged_bodies_lead_to_what_they_are_now(code: str) -> None:
    """Its first successor had ended too by then: the way leads through it."""
    assert read_directory(TABLE.encode()).today(code, BEFORE, AFTER).name == "Sở Nội vụ tỉnh Bạch Sơn"


def test_a_body_that_still_is_leads_to_itself() -> None:
    assert read_directory(TABLE.encode()).today("H98", BEFORE, AFTER).name == "Ủy ban nhân dân tỉnh Bạch Sơn"


def test_a_body_that_ended_without_a_successor_is_not_guessed() -> None:
    with pytest.raises(UsageError, match="does not say"):
        read_directory(TABLE.encode()).today("H99.50", BEFORE, AFTER)


def test_successors_in_a_circle_end() -> None:
    table = "code,name,valid_from,valid_to,became\nH1,a,2001-01-01,2001-12-31,H2\nH2,b,2000-01-01,2000-12-31,H1\n"

    with pytest.raises(UsageError, match="does not say"):
        read_directory(table.encode()).today("H1", date(2001, 1, 1), date(2030, 1, 1))


def test_an_unknown_code_is_named() -> None:
    with pytest.raises(UsageError, match="no agency had the code H01 on 2026-01-01"):
        read_directory(TABLE.encode()).one("H01", AFTER)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("H99.13,,Sở khác,2024-01-01,2024-12-31,", "edxml.directory.repeated"),
        (",000.1137.H53,Đơn vị thử,,,", "edxml.directory.syntax"),
        ("H99.60,,Phòng\u00a0Nội\u200b vụ,,,", "edxml.directory.name"),
        ("H99.61,,Cũ,,2020-01-01,H99.99", "edxml.directory.successor"),
        ("H99.62,,Ngược,2021-01-01,2020-01-01,", "edxml.directory.period"),
        (",,Không mã,,,", "edxml.directory.codeless"),
        ("H99.63,,,,,", "edxml.directory.nameless"),
        ("H99.64,,Chia tách,,2025-06-30,H98,H98.13", "edxml.directory.fields"),
    ],
)
def test_what_is_wrong_with_a_line_is_reported_and_nothing_is_dropped(line: str, rule: str) -> None:
    directory = read_directory(f"{TABLE}{line}\n".encode())

    (problem,) = directory.problems
    assert (problem.rule, problem.params["line"]) == (rule, "8")
    assert problem.text("vi") != problem.text("en")
    assert len(directory.entries) == 7


@pytest.mark.parametrize("successors", ["H98|H98.13", '"H98;H98.13"', '"H98,H98.13"', " H98 | H98.13 "])
@pytest.mark.parametrize("mark", [",", ";"])
def test_a_body_that_was_split_has_all_its_successors(successors: str, mark: str) -> None:
    row = mark.join(("H99.64", "", "Chia tách", "", "2025-06-30", successors))

    directory = read_directory(f"{TABLE.replace(',', mark)}{row}\n".encode())

    assert directory.problems == ()
    assert [code.value for code in directory.entries[-1].became] == ["H98", "H98.13"]


@pytest.mark.parametrize("head", ["code;name;became", "name;code;parent"])
def test_more_fields_than_headings_are_said_whatever_columns_there_are(head: str) -> None:
    table = f"{head};level\nH01;H01;H01;tỉnh;H99.91;;H99.92\n"

    faults = [one for one in read_directory(table.encode()).problems if one.rule == "edxml.directory.fields"]

    assert [one.params["fields"] for one in faults] == ["H99.91, H99.92"]
    with pytest.raises(UnreadableError, match="more fields than headings"):
        read_agencies(table.encode())


def test_empty_fields_at_the_end_are_no_fault() -> None:
    assert read_directory("code;name\nH01;Xã;;;\n".encode()).problems == ()


def test_the_same_code_at_different_times_is_no_conflict() -> None:
    table = f"{TABLE}H99.13,,Sở khác,2025-03-01,,\n"
    directory = read_directory(table.encode())

    assert directory.problems == ()
    assert directory.one("H99.13", AFTER).name == "Sở khác"


def test_two_bodies_with_one_code_are_not_chosen_from() -> None:
    directory = read_directory(f"{TABLE}H99.13,,Sở khác,,,\n".encode())

    assert len(directory.find("H99.13", BEFORE)) == 2
    with pytest.raises(UsageError, match="2 agencies"):
        directory.one("H99.13", BEFORE)


def test_names_are_the_same_however_they_are_composed() -> None:
    import unicodedata

    composed = read_directory(TABLE.encode())
    taken_apart = read_directory(unicodedata.normalize("NFD", TABLE).encode())

    assert [one.name for one in taken_apart.entries] == [one.name for one in composed.entries]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"id,level\n1,2\n",
        b"name\nA\n",
        b"\xff\xfe",
        b"code,name,valid_from\nH1,A,32/13/2020\n",
        b'code,name\n"H1\n',
        b"code,name\n" + b"a" * 200_000 + b",x\n",
    ],
)
def test_what_is_no_directory_is_refused_or_read_as_it_stands(data: bytes) -> None:
    try:
        read_directory(data)
    except UnreadableError as error:
        assert error.exit_code == 4
        assert error.message("vi") != error.message("en")


def test_a_published_directory_is_read_with_its_faults() -> None:
    if not SAMPLE.exists():
        pytest.skip("the published directory is not part of the project")

    directory = read_directory(SAMPLE.read_bytes())

    rules = [problem.rule for problem in directory.problems]
    assert len(directory.entries) == 454
    assert (rules.count("edxml.directory.name"), rules.count("edxml.directory.repeated"), len(rules)) == (198, 7, 205)
    assert directory.one("000.00.14.H53", AFTER).name == "Sở Tư pháp"
    assert {code.syntax for entry in directory.entries for code in entry.codes} == {OrganIdSyntax.QCVN_102}


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("000.00.13.H53", ("H53", "13")),
        ("000.05.13.H53", ("H53", "13", "05")),
        ("000.00.00.H53", ("H53",)),
        ("011.05.13.H53", ("H53", "13", "05", "011")),
        ("H53.13.5", ("H53", "13", "5")),
        ("28.22.H17", ()),
        ("000.1137.H53", ()),
        ("Z01ABC", ()),
    ],
)
def test_old_codes_are_read_from_the_right_and_new_ones_from_the_left(code: str, path: tuple[str, ...]) -> None:
    assert OrganId(value=code).path == path


CODE = MessageCode(number="07", notation="UBND-VP")


@pytest.mark.parametrize(
    ("scheme", "sequence", "expected"),
    [
        (DocumentIdScheme.VXP, None, "H99,2026/03/05,07/UBND-VP"),
        (DocumentIdScheme.QD28, 15, "H99-2026-15"),
    ],
)
def test_document_ids_are_made_in_each_scheme_and_recognised(
    scheme: DocumentIdScheme, sequence: int | None, expected: str
) -> None:
    made = DocumentId.new(OrganId(value="H99"), date(2026, 3, 5), CODE, sequence, scheme)

    assert (str(made), made.scheme) == (expected, scheme)


def test_two_uuids_differ() -> None:
    one, other = (DocumentId.new(OrganId(value="H99"), None, CODE, scheme=DocumentIdScheme.UUID) for _ in range(2))

    assert one != other
    assert one.scheme is other.scheme is DocumentIdScheme.UUID


@pytest.mark.parametrize(
    ("scheme", "on", "sequence"),
    [
        (DocumentIdScheme.QD28, date(2026, 3, 5), None),
        (DocumentIdScheme.QD28, date(2026, 3, 5), 0),
        (DocumentIdScheme.QD28, None, 1),
        (DocumentIdScheme.VXP, None, None),
        (DocumentIdScheme.NUMBER, date(2026, 3, 5), 1),
        (DocumentIdScheme.OTHER, date(2026, 3, 5), 1),
    ],
)
def test_a_document_id_is_not_made_up(scheme: DocumentIdScheme, on: date | None, sequence: int | None) -> None:
    with pytest.raises(UsageError, match="no document id"):
        DocumentId.new(OrganId(value="H99"), on, CODE, sequence, scheme)
