"""``edocs agencies`` as an office runs it."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest
from agency_samples import TABLE
from openpyxl import load_workbook
from pypdf import PdfReader
from register_samples import NOW, issued, make_document
from typed_commands import run

from edocs.locale import translate
from edocs.model import HANOI, Agency, AgencyLevel
from edocs.registry import Registry
from edocs.reports.regrouping_words import ENDINGS
from edocs.testing import sample_pdf

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "report-1.json"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "Danh mục.csv"
    path.write_text(TABLE, encoding="utf-8-sig")
    return path


def test_the_tree_of_a_day_is_indented(directory: Path) -> None:
    shown = run("agencies", "show", directory, "--at", "30/06/2025").stdout.splitlines()

    assert shown[:4] == [
        "H99  Ủy ban nhân dân tỉnh Lam Giang [Province]",
        "  H99.13  Sở Nội vụ tỉnh Lam Giang [Province]",
        "  H99.31  Ủy ban nhân dân huyện Bình Khê [District]",
        "    H99.31.21  Ủy ban nhân dân xã An Lạc [Commune]",
    ]


def test_a_branch_is_shown_alone(directory: Path) -> None:
    result = run("agencies", "show", directory, "H99.31", "--at", "2025-06-30", "--json")

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["depth"], line["id"]) for line in lines] == [
        (0, "H99.31"), (1, "H99.31.21"), (1, "H99.31.22"), (1, "H99.31.23"),
    ]  # fmt: skip


def test_a_sound_directory_passes_with_notices(directory: Path) -> None:
    result = run("agencies", "check", directory, "--lang", "vi")

    assert result.return_value == 0
    assert "[agencies.split]" in result.stdout
    assert "10 cơ quan: 0 lỗi, 1 lưu ý" in result.stderr


def test_a_faulty_directory_ends_with_1_and_names_its_lines(directory: Path) -> None:
    directory.write_text(f"{TABLE}H98.90,,Phòng,xã,H97,,,,\n", encoding="utf-8")

    result = run("agencies", "check", directory, "--json")

    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.return_value == 1
    assert [(one["kind"], one["rule"], one["line"]) for one in found] == [
        ("notice", "agencies.split", 9), ("fault", "agencies.parent", 12),
    ]  # fmt: skip


def test_what_a_body_became_is_said(directory: Path) -> None:
    result = run("agencies", "today", directory, "000.00.13.H99", "H99.31", "H99.31.23", "H00", "--lang", "vi")

    assert result.stdout.splitlines() == [
        "000.00.13.H99 → H98.13  Sở Nội vụ tỉnh Bạch Sơn",
        "H99.31 → đã kết thúc hoạt động, không có cơ quan kế tục",
        "H99.31.23 → đã chia thành nhiều cơ quan; số liệu giữ nguyên theo tên cũ",
        "H00 → không có trong danh mục",
    ]


@pytest.mark.parametrize("text", ENDINGS.values())
def test_every_ending_is_translated(text: str) -> None:
    assert translate(text, "vi") != text


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "{file}", "H99"], 2),
        (["today", "{file}"], 2),
        (["show", "{file}", "H00"], 2),
        (["show", "{file}", "--at", "hôm nay"], 2),
        (["show", "không có.csv"], 4),
    ],
)
def test_what_cannot_be_meant_is_refused(directory: Path, arguments: list[str], code: int) -> None:
    assert run("agencies", *(argument.format(file=directory) for argument in arguments)).return_value == code


AGENCIES = {
    "000.00.00.H99": ("Ủy ban nhân dân tỉnh Lam Giang", AgencyLevel.PROVINCE),
    "H98": ("Ủy ban nhân dân tỉnh Bạch Sơn", AgencyLevel.PROVINCE),
    "H99.31": ("Ủy ban nhân dân huyện Bình Khê", AgencyLevel.DISTRICT),
    "H99.31.21": ("Ủy ban nhân dân xã An Lạc", AgencyLevel.COMMUNE),
    "H99.31.22": ("Ủy ban nhân dân xã Bình An", AgencyLevel.COMMUNE),
    "H98.101": ("Ủy ban nhân dân xã Bình Lạc", AgencyLevel.COMMUNE),
}


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Two documents of each agency: before the merger of 1 July 2025, or for those that came with it, after."""
    path = tmp_path / "sổ.db"
    with Registry.open(path) as registry:
        for id, (name, level) in AGENCIES.items():
            agency = Agency(id=id, name=name, level=level)
            day = datetime(2025, 8 if id.startswith("H98") else 5, 5, tzinfo=HANOI)
            for number in (1, 2):
                document = make_document(number, agency, issued_on=day)
                registry.register(document, issued(document) if number == 1 else None, who="văn thư", now=NOW)
    return path


def rows(register: Path, *arguments: str | Path) -> dict[tuple[str, ...], int]:
    found = json.loads(run("report", "--register", register, "--json", *arguments).stdout)
    return {tuple(row["group"].values()): row["documents"] for row in found["sections"][0]["rows"] if row["group"]}


def test_a_report_counts_under_todays_bodies_and_says_so(register: Path, directory: Path) -> None:
    today = ("--agencies", directory, "--today")

    assert rows(register, "--by", "agency") == {(id,): 2 for id in AGENCIES}
    assert rows(register, "--by", "agency", *today) == {("H98",): 4, ("H98.101",): 6, ("H99.31",): 2}
    assert rows(register, "--by", "level", *today) == {("province",): 4, ("district",): 2, ("commune",): 6}
    assert rows(register, "--by", "month", *today) == rows(register, "--by", "month")


def test_what_stays_under_its_own_name_is_itemised_in_every_format(register: Path, directory: Path) -> None:
    arguments = ("report", "--register", register, "--agencies", directory, "--today", "--lang", "vi")
    line = "H99.31 Ủy ban nhân dân huyện Bình Khê: 2 văn bản giữ nguyên: đã kết thúc hoạt động, không có cơ quan kế tục"

    told = json.loads(run(*arguments, "--json").stdout)
    assert told["regrouping"]["kept"] == [{"agency": "H99.31", "why": "ended", "documents": 2}]
    assert told["regrouping"]["moved"] == {"H98": ["000.00.00.H99"], "H98.101": ["H99.31.21", "H99.31.22"]}
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert line in run(*arguments).stdout
    assert line in run(*arguments, "--format", "html").stdout
    sheets = load_workbook(io.BytesIO(run(*arguments, "--format", "xlsx").stdout_bytes))
    assert line in {cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row}
    table = list(csv.DictReader(io.StringIO(run(*arguments, "--format", "csv").stdout.lstrip("\ufeff")), delimiter=";"))
    assert {row["bodies_of"] for row in table} == {told["regrouping"]["on"]}


def test_the_formal_report_says_so_too(register: Path, directory: Path) -> None:
    arguments = ("report", "--register", register, "--agencies", directory, "--today", "--format", "pdf")

    pages = PdfReader(io.BytesIO(run(*arguments).stdout_bytes)).pages

    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "H99.31 Ủy ban nhân dân huyện Bình Khê: 2 văn bản giữ nguyên" in text


def test_open_documents_are_listed_under_todays_body(register: Path, directory: Path) -> None:
    page = run("report", "--register", register, "--agencies", directory, "--today", "--format", "html").stdout

    part = page[page.index("H98.101") :]
    assert part.count("01/UBND-VP") == 0
    assert page.count("02/UBND-VP") == len(AGENCIES)


def test_totals_and_the_figures_of_the_past_stay_as_they_were(register: Path, directory: Path) -> None:
    plain = json.loads(run("report", "--register", register, "--json").stdout)
    today = json.loads(run("report", "--register", register, "--json", "--agencies", directory, "--today").stdout)

    assert (plain["total"], plain["events"], plain["regrouping"]) == (today["total"], today["events"], None)


@pytest.mark.parametrize("arguments", [["--today"], ["--agencies", "{file}"]])
def test_regrouping_needs_the_file_and_the_wish(register: Path, directory: Path, arguments: list[str]) -> None:
    given = (argument.format(file=directory) for argument in arguments)

    assert run("report", "--register", register, *given).return_value == 2


def test_scraped_counts_are_not_regrouped(register: Path, directory: Path) -> None:
    arguments = ("--agencies", directory, "--today", "--format", "openmetrics")

    assert run("report", "--register", register, *arguments).return_value == 2


def test_indicators_are_under_todays_levels_too(register: Path, directory: Path) -> None:
    """A district that was made a commune, as some were: its documents count at the level of today."""
    text = directory.read_text(encoding="utf-8-sig").replace(
        "xã,H99.31,ubnd,,2025-06-30,H98.101; H98.102", "xã,H99.31,ubnd,,,"
    )
    merged = text.replace(
        "Ủy ban nhân dân huyện Bình Khê,huyện,H99,ubnd,,2025-06-30,",
        "Ủy ban nhân dân huyện Bình Khê,huyện,H99,ubnd,,2025-06-30,H98.101",
    )
    directory.write_text(merged, encoding="utf-8")
    today = ("--agencies", directory, "--today")

    plain = json.loads(run("report", "--register", register, "--json").stdout)
    told = json.loads(run("report", "--register", register, "--json", *today).stdout)

    for part in ("sections", "indicators"):
        assert '"district"' in json.dumps(plain[part])
        assert '"district"' not in json.dumps(told[part])
    assert told["regrouping"]["kept"] == []


# In the register


@pytest.fixture
def in_use(tmp_path: Path) -> Path:
    path = tmp_path / "sổ.db"
    with Registry.open(path) as registry:
        document = make_document(7)
        registry.register(document, issued(document), who="văn thư", now=NOW)
    return path


def test_a_directory_in_the_register_is_looked_at_without_its_file(directory: Path, in_use: Path) -> None:
    first = run("agencies", "import", directory, "--register", in_use, "--who", "văn thư")
    again = run("agencies", "import", directory, "--register", in_use)
    directory_shown = run("agencies", "show", directory, "--at", "30/06/2025").stdout
    directory.unlink()

    shown = run("agencies", "show", "--register", in_use, "--at", "30/06/2025")
    branch = run("agencies", "show", "--register", in_use, "H99.31", "--at", "30/06/2025")

    assert [result.return_value for result in (first, again, shown, branch)] == [0, 0, 0, 0]
    assert "already" in again.stderr
    assert shown.stdout == directory_shown
    assert branch.stdout.startswith("H99.31 ")
    assert run("fsck", "--register", in_use).return_value == 0


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_directory_with_faults_takes_the_place_of_none(
    form: tuple[str, ...], directory: Path, in_use: Path, tmp_path: Path
) -> None:
    run("agencies", "import", directory, "--register", in_use)
    faulty = tmp_path / "sai.csv"
    faulty.write_text("code,name,level\nH01,Xã A,xã\nH01,Xã B,thôn\n", encoding="utf-8")

    result = run("agencies", "import", faulty, "--register", in_use, *form)
    run("agencies", "import", faulty, "--register", tmp_path / "new.db")

    checked = run("agencies", "check", faulty, *form)
    assert result.return_value == 6
    assert checked.stdout and result.stdout.startswith(checked.stdout)
    assert "2 faults" in result.stderr
    assert run("agencies", "show", "--register", in_use, "--at", "30/06/2025").stdout.startswith("H99 ")
    assert not (tmp_path / "new.db").exists()


def test_a_report_under_todays_bodies_takes_the_directory_of_the_register(directory: Path, in_use: Path) -> None:
    run("agencies", "import", directory, "--register", in_use)

    by_file = run("report", "--register", in_use, "--agencies", directory, "--today", "--format", "csv")
    by_register = run("report", "--register", in_use, "--today", "--format", "csv")

    assert by_register.stdout == by_file.stdout


@pytest.mark.parametrize("arguments", [("show",), ("report",), ("import",)])
def test_a_register_without_a_directory_says_how_to_enter_one(arguments: tuple[str, ...], in_use: Path) -> None:
    command = ("report", "--today") if arguments == ("report",) else ("agencies", *arguments)

    result = run(*command, "--register", in_use)

    assert result.return_value == 2
    assert "edocs agencies import FILE" in result.stderr


def test_agencies_of_the_directory_need_no_name_for_any_way_of_registering(
    directory: Path, in_use: Path, tmp_path: Path
) -> None:
    pdf, lines, book = (tmp_path / name for name in ("cv.pdf", "văn bản.jsonl", "sổ cũ.csv"))
    pdf.write_bytes(sample_pdf())
    said = {"agency": "H99.13", "number": 8, "symbol": "SNV", "date": "2026-03-05", "type": "CV", "sha256": "ab" * 32}
    lines.write_text(json.dumps(said), encoding="utf-8")
    book.write_text("Số,Ký hiệu,Ngày tháng,Trích yếu\n9,SNV,05/03/2026,x\n", encoding="utf-8")
    options = ("--agency", "H99.13", "--number", "7", "--symbol", "SNV", "--date", "05/03/2026", "--type", "CV")
    commands = [
        ("register", pdf, *options),
        ("register", "--from-jsonl", lines),
        ("register", "--import", book, "--agency", "H99.13"),
        ("amend", "correct", str(make_document(7).key), "--agency", "H99.31.21"),
    ]
    before = [run(*command, "--register", in_use).return_value for command in commands]
    run("agencies", "import", directory, "--register", in_use)

    after = [run(*command, "--register", in_use).return_value for command in commands]

    assert (before, after) == ([2, 4, 2, 2], [3, 0, 0, 0])
    with Registry.open(in_use, read_only=True) as registry:
        names = {entry.document.agency.name for entry in registry.find()}
    assert names == {"Sở Nội vụ tỉnh Lam Giang", "Ủy ban nhân dân xã An Lạc"}
