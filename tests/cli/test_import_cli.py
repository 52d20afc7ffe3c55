"""``edocs register --import`` as an office runs it: a rehearsal, the import, the report of every line, the gaps."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from book_samples import HEAD, csv_text, xlsx_bytes
from register_samples import COMMUNE, PROVINCE
from typed_commands import code, run

AGENCY = ("--agency", PROVINCE.id, "--agency-name", PROVINCE.name, "--level", "tỉnh")
GOOD = [
    ["1", "01/QĐ-UBND", "05/01/2026", "Quyết định một", ""],
    ["2", "02/QĐ-UBND", "5/1", "Quyết định hai", ""],
    ["3", "05/UBND-VP", "07/01/2026", "V/v mời họp", ""],
]
BAD = [
    ["4", "07a/QĐ-UBND", "08/01/2026", "x", ""],
    ["5", "01/QĐ-UBND", "08/01/2026", "Quyết định khác", ""],
]


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return tmp_path / "Sổ đăng ký 2026.db"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "Sổ cũ.csv"
    path.write_text(csv_text([HEAD, *GOOD], ";"), encoding="utf-8")
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "Sổ cũ.xlsx"
    path.write_bytes(xlsx_bytes([["SỔ ĐĂNG KÝ VĂN BẢN ĐI"], [], HEAD, *GOOD, *BAD]))  # type: ignore[list-item]
    return path


def found(register: Path) -> list[str]:
    lines = run("find", "--register", register, "--json").stdout.splitlines()
    return [f"{entry['number']}/{entry['symbol']}" for entry in map(json.loads, lines)]


def test_a_book_is_entered_and_counts_as_not_checked(good: Path, register: Path) -> None:
    result = run("register", "--register", register, "--import", good, *AGENCY, "--year", "2026", "--lang", "vi")

    assert code(result) == 0
    assert "4 dòng: đã nhập 3, không đổi 0, từ chối 0, không phải văn bản 1" in result.stderr
    total = json.loads(run("report", "--register", register, "--json").stdout)["total"]
    assert (total["documents"], total["indicators"]["both"]["not_checked"]) == (3, 3)


def test_a_rehearsal_makes_no_register_and_says_the_same(bad: Path, register: Path) -> None:
    arguments = ("register", "--register", register, "--import", bad, *AGENCY, "--year", "2026", "--json")

    said = run(*arguments, "--dry-run")
    existed = register.exists()
    done = run(*arguments)

    assert (code(said), code(done), existed) == (6, 6, False)
    lines, again = ([json.loads(line) for line in result.stdout.splitlines()] for result in (said, done))
    assert lines[:-1] == again[:-1]
    assert (lines[-1]["dry_run"], again[-1]["dry_run"]) == (True, False)
    assert lines[-1]["outcomes"] == again[-1]["outcomes"]


def test_bad_lines_are_named_and_the_rest_is_kept(bad: Path, register: Path) -> None:
    result = run("register", "--register", register, "--import", bad, *AGENCY, "--year", "2026", "--lang", "vi")

    assert code(result) == 6
    assert f"{bad} [Tháng 1]:7: 07a/QĐ-UBND không phải số thứ tự: có chữ đi sau [import.number.letter]" in result.stderr
    assert "[Tháng 1]:8" in result.stderr
    assert "[register.duplicate]" in result.stderr
    assert found(register) == ["1/QĐ-UBND", "2/QĐ-UBND", "5/UBND-VP"]


def test_lines_that_cannot_be_read_alone_end_with_4(tmp_path: Path, register: Path) -> None:
    path = tmp_path / "sổ.csv"
    path.write_text(csv_text([HEAD, BAD[0]]), encoding="utf-8")

    assert code(run("register", "--register", register, "--import", path, *AGENCY)) == 4


@pytest.mark.parametrize(("name", "lang"), [("out.csv", "vi"), ("out.csv", "en"), ("out.jsonl", "vi")])
def test_the_report_has_every_line_once(bad: Path, register: Path, tmp_path: Path, name: str, lang: str) -> None:
    report = tmp_path / name

    run(
        "register",
        "--register",
        register,
        "--import",
        bad,
        *AGENCY,
        "--year",
        "2026",
        "--report",
        report,
        "--lang",
        lang,
    )

    text = report.read_text(encoding="utf-8-sig")
    if name.endswith(".csv"):
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";" if lang == "vi" else ","))
    else:
        rows = [json.loads(line) for line in text.splitlines()]
    assert [int(row["line"]) for row in rows] == list(range(1, 9))
    assert [row["outcome"] for row in rows] == ["title", "empty", "head", "new", "new", "new", "refused", "refused"]
    assert [row["rule"] for row in rows[-2:]] == ["import.number.letter", "register.duplicate"]


def test_a_cell_that_excel_would_run_is_shown_as_text(tmp_path: Path, register: Path) -> None:
    path, report = tmp_path / "sổ.csv", tmp_path / "out.csv"
    path.write_text(csv_text([HEAD, ["=1+1", "x/QĐ-UBND", "05/03/2026", "", ""]]), encoding="utf-8")

    run("register", "--register", register, "--import", path, *AGENCY, "--report", report)

    assert "'=1+1" in report.read_text(encoding="utf-8-sig")


def test_the_report_takes_the_place_of_no_input(good: Path, register: Path) -> None:
    before = good.read_bytes()

    assert code(run("register", "--register", register, "--import", good, *AGENCY, "--report", good)) == 7
    assert good.read_bytes() == before


def test_only_the_first_refusals_are_shown(tmp_path: Path, register: Path) -> None:
    path = tmp_path / "sổ.csv"
    path.write_text(csv_text([HEAD, *[BAD[0]] * 50]), encoding="utf-8")

    result = run("register", "--register", register, "--import", path, *AGENCY)

    assert result.stderr.count("[import.number.letter]") == 20
    assert "30 more lines are refused" in result.stderr


def test_agencies_come_from_a_file_by_name(tmp_path: Path, register: Path) -> None:
    agencies, path = tmp_path / "cơ quan.csv", tmp_path / "sổ.csv"
    agencies.write_text(f"id,name,level\n{COMMUNE.id},{COMMUNE.name},xã\n", encoding="utf-8")
    head = ["Số", "Ký hiệu", "Ngày ban hành", "Cơ quan ban hành"]
    path.write_text(csv_text([head, ["7", "UBND-VP", "05/03/2026", COMMUNE.name.upper()]]), encoding="utf-8")

    result = run("register", "--register", register, "--import", path, "--agencies", agencies, "--json")

    assert json.loads(result.stdout.splitlines()[1])["agency"] == COMMUNE.id


def test_options_hold_where_the_table_says_none(tmp_path: Path, register: Path) -> None:
    path = tmp_path / "sổ mật.csv"
    path.write_text(csv_text([["Số", "Ngày ban hành"], ["7", "05/03/2026"]]), encoding="utf-8")

    run(
        "register",
        "--register",
        register,
        "--import",
        path,
        *AGENCY,
        "--symbol",
        "UBND-NC",
        "--type",
        "BC",
        "--secrecy",
        "Mật",
    )

    [entry] = [json.loads(line) for line in run("find", "--register", register, "--json").stdout.splitlines()]
    assert (entry["symbol"], entry["type"], entry["secrecy"]) == ("UBND-NC", "BC", "confidential")


def test_columns_of_another_name_are_told_by_a_file(tmp_path: Path, register: Path) -> None:
    columns, path = tmp_path / "cột.toml", tmp_path / "sổ.csv"
    columns.write_text('[columns]\ncode = "Mã số"\ndate = "Phát hành"\n', encoding="utf-8")
    path.write_text(csv_text([["Mã số", "Phát hành"], ["7/UBND-VP", "05/03/2026"]]), encoding="utf-8")

    without = run("register", "--register", register, "--import", path, *AGENCY)
    result = run("register", "--register", register, "--import", path, *AGENCY, "--columns", columns)

    assert (code(without), code(result)) == (4, 0)
    assert found(register) == ["7/UBND-VP"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--number", "7"],
        ["--subject", "x"],
        ["--trust", "roots"],
        ["--from-jsonl", "x.jsonl"],
        ["--year", "26"],
        ["--sheet", "không có"],
        ["--agency", "H00"],
        ["--agency-name", "x"],
    ],
)
def test_options_that_cannot_be_meant_are_usage_errors(good: Path, register: Path, arguments: list[str]) -> None:
    assert code(run("register", "--register", register, "--import", good, *arguments)) == 2
    assert found(register) == [] if register.exists() else True


def test_options_of_an_import_need_one(register: Path, tmp_path: Path) -> None:
    assert code(run("register", tmp_path / "a.pdf", "--register", register, "--dry-run")) == 2


@pytest.mark.parametrize("data", [b"", b"no table", b"PK\x03\x04"])
def test_what_is_no_table_makes_no_register(data: bytes, register: Path, tmp_path: Path) -> None:
    path = tmp_path / "sổ.csv"
    path.write_bytes(data)

    assert code(run("register", "--register", register, "--import", path, *AGENCY)) == 4
    assert not register.exists()


def test_gaps_are_listed_by_book(good: Path, register: Path) -> None:
    run("register", "--register", register, "--import", good, *AGENCY, "--year", "2026")

    shown = run("find", "--register", register, "--gaps", "--lang", "vi")
    [line] = [json.loads(one) for one in run("find", "--register", register, "--gaps", "--json").stdout.splitlines()]

    assert f"{PROVINCE.id}  {PROVINCE.name}  2026  sổ thường: 3-4" in shown.stdout
    assert (line["missing"], line["missing_count"], line["last"]) == ([[3, 4]], 2, 5)


def test_a_part_of_a_book_has_no_gaps(good: Path, register: Path) -> None:
    run("register", "--register", register, "--import", good, *AGENCY, "--year", "2026")

    assert code(run("find", "--register", register, "--gaps", "--from", "2026-01-06")) == 2
    assert code(run("find", "--register", register, "--gaps", "--agency", PROVINCE.id)) == 0
