"""``edocs report --tree``: each body with all below it, and no document in two sums."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest
from agency_samples import TABLE
from openpyxl import load_workbook
from pypdf import PdfReader
from register_samples import NOW, issued, make_document
from typed_commands import run

from edocs.model import HANOI, Agency, AgencyDirectory, AgencyLevel
from edocs.registry import Registry

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "report-1.json"
AGENCIES = {
    "000.00.00.H99": ("Ủy ban nhân dân tỉnh Lam Giang", AgencyLevel.PROVINCE, 5),
    "H98": ("Ủy ban nhân dân tỉnh Bạch Sơn", AgencyLevel.PROVINCE, 8),
    "H99.31": ("Ủy ban nhân dân huyện Bình Khê", AgencyLevel.DISTRICT, 5),
    "H99.31.21": ("Ủy ban nhân dân xã An Lạc", AgencyLevel.COMMUNE, 5),
    "H98.101": ("Ủy ban nhân dân xã Bình Lạc", AgencyLevel.COMMUNE, 8),
    "H98.102": ("Ủy ban nhân dân xã Đông Lạc", AgencyLevel.COMMUNE, 8),
}
Line = tuple[str, str, int | None, int, int]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "Danh mục.csv"
    path.write_text(TABLE, encoding="utf-8-sig")
    return path


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Two documents of each agency, one of them verified; cut off when H98 had taken the place of H99."""
    path = tmp_path / "sổ.db"
    with Registry.open(path) as registry:
        for id, (name, level, month) in AGENCIES.items():
            agency = Agency(id=id, name=name, level=level)
            for number in (1, 2):
                document = make_document(number, agency, issued_on=datetime(2025, month, 5, tzinfo=HANOI))
                registry.register(document, issued(document) if number == 1 else None, who="văn thư", now=NOW)
    return path


def lines(value: dict[str, object]) -> list[Line]:
    """Kind, agency, depth, documents, and those with both signatures."""
    [section] = [section for section in value["sections"] if section["by"] == ["branch"]]  # type: ignore[attr-defined]
    return [
        (
            row["kind"],
            row["group"].get("agency", ""),
            row["depth"],
            row["documents"],
            row["indicators"]["both"]["valid"],
        )
        for row in section["rows"]
    ]  # fmt: skip


def test_each_body_has_all_below_it_and_its_own_apart(register: Path, directory: Path) -> None:
    value = json.loads(run("report", "--register", register, "--tree", "--agencies", directory, "--json").stdout)

    assert lines(value) == [
        ("branch", "H98", 0, 6, 3),
        ("group", "H98", 1, 2, 1),
        ("group", "H98.101", 1, 2, 1),
        ("group", "H98.102", 1, 2, 1),
        ("group", "000.00.00.H99", None, 2, 1),
        ("group", "H99.31", None, 2, 1),
        ("group", "H99.31.21", None, 2, 1),
        ("total", "", None, 12, 6),
    ]
    assert value["total"]["documents"] == 12
    jsonschema.validate(value, json.loads(SCHEMA.read_text(encoding="utf-8")))
    [section] = value["sections"]
    assert section["on"] == NOW.astimezone(HANOI).date().isoformat()
    assert section["rows"][0]["labels"] == {"agency": "Ủy ban nhân dân tỉnh Bạch Sơn"}


def test_tree_of_a_period_that_is_over_is_that_of_its_last_day(register: Path, directory: Path) -> None:
    period = ("--from", "2025-05", "--to", "2025-06")

    value = json.loads(
        run("report", "--register", register, "--tree", "--agencies", directory, *period, "--json").stdout
    )

    assert lines(value) == [
        ("branch", "H99", 0, 6, 3),
        ("group", "H99", 1, 2, 1),
        ("branch", "H99.31", 1, 4, 2),
        ("group", "H99.31", 2, 2, 1),
        ("group", "H99.31.21", 2, 2, 1),
        ("total", "", None, 6, 3),
    ]


def test_under_todays_bodies_little_is_outside_the_tree(register: Path, directory: Path) -> None:
    arguments = ("--tree", "--today", "--agencies", directory, "--json")

    value = json.loads(run("report", "--register", register, *arguments).stdout)

    assert lines(value) == [
        ("branch", "H98", 0, 10, 5),
        ("group", "H98", 1, 4, 2),
        ("group", "H98.101", 1, 4, 2),
        ("group", "H98.102", 1, 2, 1),
        ("group", "H99.31", None, 2, 1),
        ("total", "", None, 12, 6),
    ]


def test_the_registers_own_directory_is_the_one_of_the_cut_off(register: Path, directory: Path) -> None:
    by_file = run("report", "--register", register, "--tree", "--agencies", directory).stdout

    assert run("report", "--register", register, "--tree").return_value == 2
    run("agencies", "import", directory, "--register", register)

    own = run("report", "--register", register, "--tree").stdout
    assert own.splitlines()[1:15] == by_file.splitlines()[1:15]
    assert run("report", "--register", register, "--tree", "--at", NOW.isoformat()).return_value == 2


def test_groups_of_a_csv_add_up_to_its_total(register: Path, directory: Path) -> None:
    arguments = ("--tree", "--agencies", directory, "--format", "csv", "--lang", "en")

    text = run("report", "--register", register, *arguments).stdout.lstrip("\ufeff")

    rows = [row for row in csv.DictReader(io.StringIO(text, newline="")) if row["section"] == "branch"]
    documents = {kind: sum(int(row["documents"]) for row in rows if row["kind"] == kind) for kind in ("group", "total")}
    assert documents == {"group": 12, "total": 12}
    assert [(row["kind"], row["depth"], row["agency"]) for row in rows[:2]] == [
        ("branch", "0", "H98"), ("group", "1", "H98"),
    ]  # fmt: skip
    assert rows[1]["agency_name"] == "Ủy ban nhân dân tỉnh Bạch Sơn (its own)"


def test_names_are_indented_for_people(register: Path, directory: Path) -> None:
    arguments = ("report", "--register", register, "--tree", "--agencies", directory, "--lang", "vi")

    table = run(*arguments).stdout
    page = run(*arguments, "--format", "html").stdout
    book = load_workbook(io.BytesIO(run(*arguments, "--format", "xlsx").stdout_bytes))

    assert "│ Ủy ban nhân dân tỉnh Bạch Sơn " in table
    assert "│   Ủy ban nhân dân tỉnh Bạch Sơn (riêng cơ quan này) " in table
    assert "│ Ủy ban nhân dân huyện Bình Khê (ngoài hệ thống) " in table
    assert "3 cơ quan không có trong hệ thống đứng riêng, với 6 văn bản" in table
    part = page[page.index('<table id="branch">') :]
    assert re.search(r'<th scope="row" style="padding-left:2\.2em">Ủy ban nhân dân xã Bình Lạc</th>', part)
    sheet = book["Cơ quan và cấp dưới"]
    indents = {row[3].value: row[3].alignment.indent for row in sheet.iter_rows() if row[3].value}
    assert (indents["Ủy ban nhân dân tỉnh Bạch Sơn"], indents["Ủy ban nhân dân xã Bình Lạc"]) == (1, 2)


def test_formulas_of_a_workbook_add_each_document_once(register: Path, directory: Path) -> None:
    arguments = ("--tree", "--agencies", directory, "--format", "xlsx", "--lang", "en")

    data = run("report", "--register", register, *arguments).stdout_bytes

    sheet = load_workbook(io.BytesIO(data))["Agency with all below it"]
    head = next(row for row in sheet.iter_rows() if row[4].value == "Registered")
    first, last = head[0].row + 1, head[0].row + 8
    assert sheet.cell(first, 5).value == f"=SUMIF(C{first + 1}:C{first + 3},1,E{first + 1}:E{first + 3})"
    assert sheet.cell(last, 5).value == f"=SUMIF(C{first}:C{last - 1},0,E{first}:E{last - 1})"
    values = load_workbook(io.BytesIO(data), data_only=True)["Agency with all below it"]
    depths = [values.cell(row, 3).value for row in range(first, last)]
    counts = [values.cell(row, 5).value for row in range(first, last + 1)]
    assert sum(count for count, depth in zip(counts, depths, strict=False) if depth == 0) == counts[-1] == 12
    assert sum(count for count, depth in zip(counts, depths, strict=False) if depth == 1) == counts[0] == 6


def test_the_formal_report_has_the_tree_as_an_annex(register: Path, directory: Path) -> None:
    arguments = ("report", "--register", register, "--agencies", directory, "--tree", "--format", "pdf")

    pages = PdfReader(io.BytesIO(run(*arguments).stdout_bytes)).pages

    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "KẾT QUẢ KÝ SỐ VĂN BẢN ĐI CỘNG DỒN THEO HỆ THỐNG CƠ QUAN" in text.upper()
    assert text.count("(riêng cơ quan này)") == 1
    assert "Phụ lục IV" in text


def test_a_tree_beside_other_sections_leaves_them_as_they_are(register: Path, directory: Path) -> None:
    arguments = ("report", "--register", register, "--by", "agency", "--json")

    plain, both = (json.loads(run(*arguments, *more).stdout) for more in ((), ("--tree", "--agencies", directory)))

    assert both["sections"][0] == plain["sections"][0]
    assert [section["by"] for section in both["sections"]] == [["agency"], ["branch"]]


def test_sums_are_not_scraped(register: Path, directory: Path) -> None:
    arguments = ("--tree", "--agencies", directory, "--format", "openmetrics")

    assert run("report", "--register", register, *arguments).return_value == 2


def test_an_empty_register_has_an_empty_tree(tmp_path: Path, directory: Path) -> None:
    path = tmp_path / "rỗng.db"
    with Registry.open(path):
        pass

    value = json.loads(run("report", "--register", path, "--tree", "--agencies", directory, "--json").stdout)

    data = run("report", "--register", path, "--tree", "--agencies", directory, "--format", "xlsx").stdout_bytes
    assert [(kind, documents) for kind, _, _, documents, _ in lines(value)] == [("total", 0)]
    assert "=0" in [cell.value for row in load_workbook(io.BytesIO(data))["Agency with all below it"] for cell in row]


def test_tree_and_figures_are_of_one_moment(register: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("agencies", "import", directory, "--register", register)
    read = Registry.directory

    def and_then_somebody_registers(registry: Registry, as_of: datetime | None = None) -> AgencyDirectory | None:
        found = read(registry, as_of)
        with Registry.open(register) as other:
            document = make_document(
                9, Agency(id="H98", name="Ủy ban nhân dân tỉnh Bạch Sơn", level=AgencyLevel.PROVINCE)
            )
            other.register(document, who="văn thư", now=datetime.now(HANOI))
        return found

    before = json.loads(run("report", "--register", register, "--tree", "--json").stdout)
    monkeypatch.setattr(Registry, "directory", and_then_somebody_registers)
    after = json.loads(run("report", "--register", register, "--tree", "--json").stdout)

    assert after == before
