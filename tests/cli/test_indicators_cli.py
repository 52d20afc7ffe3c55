"""``edocs indicators`` and ``figures``, and the table of indicators in every report, as a clerk runs them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest
from pypdf import PdfReader
from register_province import AGENCIES, fill_province
from typed_commands import code, run

from edocs.model.indicator_reading import built_in
from edocs.registry import Registry

COMMUNE = AGENCIES[-2].id
FIGURES = f"""\
Chỉ số;Mã định danh;Tháng;Tử số;Mẫu số
work_files;{COMMUNE};05/2026;1.044;1.305
I6;{COMMUNE};05/2026;7;8
"""
OWN = """\
[[indicator]]
id = "reports"
name = { vi = "Báo cáo đủ hai chữ ký", en = "Reports with both" }
definition = { vi = "Báo cáo có đủ hai chữ ký.", en = "Reports with both." }
source = "Kế hoạch số 12/KH-UBND"
unit = "document"
denominator = { exclusion = "none", type = "BC" }
numerator = { both = "valid" }
"""


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "Sổ đăng ký.db"
    with Registry.open(path) as registry:
        fill_province(registry)
    return path


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    path = tmp_path / "Số liệu tháng 5.csv"
    path.write_text(FIGURES, encoding="utf-8")
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "chỉ số.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def rows_of(register: Path, *arguments: str | Path) -> list[dict[str, object]]:
    found = json.loads(run("report", "--register", register, "--json", *arguments).stdout)["indicators"]["rows"]
    assert isinstance(found, list)
    return found


def test_definitions_are_listed_and_checked(own: Path) -> None:
    listed = run("indicators", own, "--json")

    ids = [json.loads(line)["id"] for line in listed.stdout.splitlines()]
    assert (code(listed), ids) == (0, [*(definition.id for definition in built_in()), "reports"])
    assert "Ký số cá nhân" in run("indicators", "--lang", "vi").stdout


def test_definition_that_cannot_be_read_names_its_line(own: Path) -> None:
    own.write_text(OWN.replace('both = "valid"', 'both = "valide"'), encoding="utf-8")

    result = run("indicators", own, "--lang", "vi")

    assert code(result) == 4
    assert "dòng 8" in result.stderr
    assert "valid?" in result.stderr


def test_rehearsal_writes_nothing_and_import_is_shown(register: Path, figures: Path) -> None:
    arguments = ("figures", "import", figures, "--register", register, "--json")

    rehearsed, before = run(*arguments, "--dry-run"), run("figures", "show", "--register", register, "--json").stdout
    imported, again = run(*arguments), run(*arguments)

    counts = [json.loads(one.stdout) for one in (rehearsed, imported, again)]
    assert [(one["dry_run"], one["new"], one["unchanged"]) for one in counts] == [
        (True, 2, 0),
        (False, 2, 0),
        (False, 0, 2),
    ]
    assert before == ""
    shown = [json.loads(line) for line in run("figures", "show", "--register", register, "--json").stdout.splitlines()]
    assert [(one["indicator"], one["numerator"], one["denominator"]) for one in shown] == [
        ("I6", 7, 8),
        ("work_files", 1044, 1305),
    ]


def test_bad_lines_are_all_named_and_nothing_is_entered(register: Path, figures: Path) -> None:
    figures.write_text(FIGURES + f"work_files;{COMMUNE};06/2026;9;8\nofficials;H99.99;06/2026;1;2\n", encoding="utf-8")

    result = run("figures", "import", figures, "--register", register)

    assert code(result) == 4
    assert f"{figures}:4" in result.stderr
    assert f"{figures}:5" in result.stderr
    assert run("figures", "show", "--register", register, "--json").stdout == ""


@pytest.mark.parametrize(
    "arguments", [("import",), ("show", "a.csv"), ("show", "--dry-run"), ("import", "a.csv", "--from", "2026-01")]
)
def test_options_that_do_not_go_together_are_refused(register: Path, arguments: tuple[str, ...]) -> None:
    assert code(run("figures", *arguments, "--register", register)) == 2


def test_report_shows_the_indicators_in_every_format(register: Path, figures: Path, own: Path, tmp_path: Path) -> None:
    run("figures", "import", figures, "--register", register)
    asked = (
        "report",
        "--register",
        register,
        "--indicators",
        own,
        "--lang",
        "vi",
        "--from",
        "2026-05",
        "--to",
        "2026-05",
    )

    table, page = run(*asked).stdout, run(*asked, "--format", "html").stdout
    lines = list(csv.DictReader(io.StringIO(run(*asked, "--format", "csv").stdout.lstrip("\ufeff")), delimiter=";"))

    for text in ("Hồ sơ công việc", "1.044", "80,00\u00a0%", "Báo cáo đủ hai chữ ký"):
        assert text in table
        assert text in page
    [work_files] = [line for line in lines if line["indicator"] == "work_files" and line["indicator_level"] == "all"]
    assert (work_files["numerator"], work_files["denominator"], work_files["share_percent"]) == (
        "1044",
        "1305",
        "80,00",
    )
    assert (work_files["section"], work_files["unit"]) == ("indicators", "work_file")
    assert "edocs.indicators/1" in page


def test_json_with_indicators_follows_its_published_schema(register: Path, own: Path) -> None:
    schema = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "report-1.json").read_text(encoding="utf-8"))

    found = json.loads(run("report", "--register", register, "--indicators", own, "--json").stdout)

    jsonschema.validate(found, schema)
    assert found["indicators"]["definitions"][-1]["id"] == "reports"


def test_indicators_of_a_report_are_its_shares(register: Path) -> None:
    found = json.loads(run("report", "--register", register, "--json").stdout)

    rows = {(row["id"], row["variant"]): row for row in found["indicators"]["rows"] if row["level"] is None}
    for id, name in (("I1", "organisation"), ("I2", "personal"), ("I3", "both")):
        share = found["total"]["indicators"][name]
        assert rows[id, "verified"]["percent"] == share["percent"]
        assert rows[id, "attempted"]["percent"] == share["attempted_percent"]


def test_same_events_and_definitions_are_the_same_bytes(register: Path, own: Path) -> None:
    def rendered(form: str, *more: str | Path) -> str:
        return run("report", "--register", register, "--format", form, *more).stdout

    for form in ("table", "csv", "json", "html"):
        assert rendered(form) == rendered(form)
        assert rendered(form) != rendered(form, "--indicators", own)


def test_levels_sum_to_all_levels_where_documents_are_counted(register: Path) -> None:
    rows = rows_of(register, "--from", "2025-01", "--to", "2026-06")

    for id in ("I1", "I2", "I3", "signed", "trusted"):
        mine = [row for row in rows if row["id"] == id and row["variant"] == "verified"]
        [whole] = [row for row in mine if row["level"] is None]
        for name in ("valid", "invalid", "indeterminate", "not_checked", "denominator"):
            assert sum(row[name] for row in mine if row["level"]) == whole[name]  # type: ignore[misc]


def test_grouped_table_shows_indicators_where_they_are_asked_for(register: Path, own: Path) -> None:
    grouped = ("report", "--register", register, "--by", "level")

    assert "work_files" not in run(*grouped).stdout
    assert "work_files" in run(*grouped, "--indicators", own).stdout


def test_name_that_a_spreadsheet_would_run_is_text(register: Path, own: Path) -> None:
    own.write_text(OWN.replace('Reports with both"', '=1+1"', 1), encoding="utf-8")

    text = run("report", "--register", register, "--indicators", own, "--lang", "en", "--format", "csv").stdout

    [name] = {line["indicator_name"] for line in csv.DictReader(io.StringIO(text)) if line["indicator"] == "reports"}
    assert name == "'=1+1"


def test_formal_report_has_an_annex_of_indicators(register: Path, own: Path, tmp_path: Path) -> None:
    paper = tmp_path / "báo cáo.pdf"

    result = run("report", "--register", register, "--indicators", own, "--format", "pdf", "-o", paper)

    text = " ".join(" ".join(page.extract_text() for page in PdfReader(paper).pages).split())
    assert code(result) == 0
    assert "BẢNG CHỈ SỐ" in text
    assert "Báo cáo đủ hai chữ ký" in text
    assert "Phiên bản định nghĩa chỉ số: edocs.indicators/1" in text
