"""``edocs register``, ``find`` and ``report`` as a clerk runs them."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pypdfium2
import pytest
from register_samples import PROVINCE, make_document, make_report, signature
from register_samples import issued as passed
from typed_commands import code, run

from edocs.model import HANOI, Document, Role, VerificationReport
from edocs.registry import Registry
from edocs.testing import Pki

OPTIONS = ("--number", "7", "--symbol", "UBND-VP", "--date", "05/03/2026", "--type", "Công văn")
AGENCY = ("--agency", PROVINCE.id, "--agency-name", PROVINCE.name, "--level", "tỉnh")


def line_of(document: Document, report: VerificationReport | None) -> str:
    line = {
        "agency": document.agency.id,
        "agency_name": document.agency.name,
        "level": document.agency.level.value,
        "number": document.code.number,
        "symbol": document.code.symbol,
        "date": document.issued_on.isoformat(),
        "type": document.type,
        "subject": document.subject,
        "secrecy": document.secrecy.value,
        "sha256": document.file_sha256,
        "verification": None if report is None else report.as_dict("vi"),
    }
    return json.dumps(line, ensure_ascii=False)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return tmp_path / "Sổ đăng ký 2026.db"


@pytest.fixture
def filled(register: Path, tmp_path: Path) -> Path:
    """Three documents: issued, signed by the agency alone, not verified."""
    first, second, third = (make_document(number, subject=f"Kế hoạch đất đai {number}") for number in (1, 2, 3))
    lines = [
        line_of(first, passed(first)),
        line_of(second, make_report(second, signature(Role.ORGANISATION))),
        line_of(third, None),
    ]
    source = tmp_path / "văn bản.jsonl"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert code(run("register", "--register", register, "--from-jsonl", source)) == 0
    return register


def test_pdf_is_verified_registered_and_counted(issued: bytes, pki: Pki, register: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "Công văn số 7.pdf"
    pdf.write_bytes(issued)

    trust = ("--trust", pki.roots, "--trust", pki.intermediates, "--trust", pki.crls)

    result = run("register", pdf, "--register", register, *AGENCY, *OPTIONS, *trust, "--json")

    record = json.loads(result.stdout)
    assert (code(result), record["outcome"]) == (0, "new")
    assert [item["verdict"] for item in record["verification"]["signatures"]] == ["TOTAL_PASSED"] * 2
    total = json.loads(run("report", "--register", register, "--json").stdout)["total"]
    assert total["indicators"]["both"]["percent"] == 100.0


def test_pdf_without_trust_is_registered_and_says_indeterminate(issued: bytes, register: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "cv.pdf"
    pdf.write_bytes(issued)

    result = run("register", pdf, "--register", register, *AGENCY, *OPTIONS, "--lang", "vi")

    assert code(result) == 3
    assert "07/UBND-VP" in result.stdout
    assert "đã đăng ký" in result.stdout


def test_verdict_that_is_not_good_says_why_and_what_to_do(issued: bytes, register: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "cv.pdf"
    pdf.write_bytes(issued)

    result = run("register", pdf, "--register", register, *AGENCY, *OPTIONS, "--lang", "en")

    [_, first, *why] = result.stdout.splitlines()
    assert first.startswith("  ✗ no trust anchors were given, so nobody vouches for the signer [trust.no_anchors;")
    assert why == ["    → give the root certificates with --trust"]
    assert all(line in run("verify", pdf, "--lang", "en").stdout for line in (first, *why))


def test_good_verdict_says_no_reason(issued: bytes, pki: Pki, register: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "cv.pdf"
    pdf.write_bytes(issued)
    trust = ("--trust", pki.roots, "--trust", pki.intermediates, "--trust", pki.crls)

    result = run("register", pdf, "--register", register, *AGENCY, *OPTIONS, *trust)

    assert len(result.stdout.splitlines()) == 1


def test_good_file_without_the_seal_says_what_it_counts_as(
    approved: bytes, pki: Pki, register: Path, tmp_path: Path
) -> None:
    pdf = tmp_path / "cv.pdf"
    pdf.write_bytes(approved)
    trust = ("--trust", pki.roots, "--trust", pki.intermediates, "--trust", pki.crls)

    result = run("register", pdf, "--register", register, *AGENCY, *OPTIONS, *trust, "--lang", "vi")

    assert (code(result), "thiếu chữ ký số của cơ quan" in result.stderr) == (0, True)


def test_seal_of_another_agency_is_pointed_out(issued: bytes, pki: Pki, register: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "cv.pdf"
    pdf.write_bytes(issued)
    trust = ("--trust", pki.roots, "--trust", pki.intermediates, "--trust", pki.crls)
    agency = ("--agency", "H99.20", "--agency-name", "Sở Y tế tỉnh Lam Giang", "--level", "tỉnh")

    result = run("register", pdf, "--register", register, *agency, *OPTIONS, *trust, "--json")

    [notice] = json.loads(result.stdout)["notices"]
    assert (code(result), notice["rule"]) == (0, "register.other_agency")
    assert "H99.20:2026:open:7:UBND-VP --agency" in notice["hint"]


def test_unreadable_file_is_registered_and_says_why(register: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "cv.pdf"
    pdf.write_bytes(b"%PDF-1.7 broken")

    result = run("register", pdf, "--register", register, *AGENCY, *OPTIONS, "--lang", "en")

    assert code(result) == 4
    assert "✗" in result.stdout


def test_agency_is_remembered_by_the_register(filled: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "cv.pdf"
    pdf.write_bytes(b"%PDF-1.7 broken")

    result = run("register", pdf, "--register", filled, "--agency", PROVINCE.id, *OPTIONS, "--json")

    assert json.loads(result.stdout)["key"].startswith(PROVINCE.id)
    assert code(result) == 4


def test_unknown_agency_needs_its_name_and_level(register: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "cv.pdf"
    pdf.write_bytes(b"%PDF-1.7 broken")

    result = run("register", pdf, "--register", register, "--agency", "H99.1", *OPTIONS)

    assert code(result) == 2
    assert "--agency-name" in result.stderr


def test_agencies_come_from_a_file(register: Path, tmp_path: Path) -> None:
    agencies, pdf = tmp_path / "cơ quan.csv", tmp_path / "cv.pdf"
    agencies.write_text("id,name,level\nH99.1,Sở Nội vụ,Tỉnh\n", encoding="utf-8-sig")
    pdf.write_bytes(b"%PDF-1.7 broken")

    run("register", pdf, "--register", register, "--agency", "H99.1", "--agencies", agencies, *OPTIONS)

    assert "Sở Nội vụ" in run("find", "--register", register).stdout


def test_missing_pdf_makes_no_register(register: Path, tmp_path: Path) -> None:
    result = run("register", tmp_path / "không có.pdf", "--register", register, *AGENCY, *OPTIONS)

    assert code(result) == 4
    assert not register.exists()


def test_missing_options_are_named(register: Path, tmp_path: Path) -> None:
    result = run("register", tmp_path / "cv.pdf", "--register", register, *AGENCY)

    assert code(result) == 2
    assert "--number, --symbol, --date, --type" in result.stderr


def test_same_file_under_a_second_number_is_said(register: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "cv.pdf"
    pdf.write_bytes(b"%PDF-1.7 broken")
    second = ("--number", "8", *OPTIONS[2:])
    first = run("register", pdf, "--register", register, *AGENCY, *OPTIONS, "--json")

    said = run("register", pdf, "--register", register, *AGENCY, *second, "--json", "--lang", "en")
    again = run("register", pdf, "--register", register, *AGENCY, *second, "--json")

    key = json.loads(first.stdout)["key"]
    assert json.loads(first.stdout)["notices"] == json.loads(again.stdout)["notices"] == []
    assert [notice["rule"] for notice in json.loads(said.stdout)["notices"]] == ["register.same_file"]
    assert f"the same file is registered as {key}: is one document counted twice?" in said.stderr
    assert code(said) == 4


def test_day_to_come_is_refused_and_the_lines_beside_it_are_kept(register: Path, tmp_path: Path) -> None:
    pdf, source = tmp_path / "cv.pdf", tmp_path / "văn bản.jsonl"
    pdf.write_bytes(b"%PDF-1.7 broken")
    documents = (make_document(1, issued_on=datetime(2999, 1, 1, tzinfo=HANOI)), make_document(2))
    source.write_text("\n".join(line_of(one, passed(one)) for one in documents), encoding="utf-8")
    to_come = ("--number", "7", "--symbol", "UBND-VP", "--date", "01/01/2999", "--type", "CV")

    single = run("register", pdf, "--register", register, *AGENCY, *to_come, "--lang", "en")
    lines = run("register", "--register", register, "--from-jsonl", source, "--lang", "en")

    assert (code(single), code(lines)) == (6, 6)
    assert "01/01/2999 is later than today" in single.stderr
    assert f"{source}:1: 01/01/2999 is later than today" in lines.stderr
    assert "1 registered" in lines.stderr


def test_taken_number_is_refused(filled: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "cv.pdf"
    pdf.write_bytes(b"%PDF-1.7 broken")
    taken = ("--number", "1", *OPTIONS[2:])

    result = run("register", pdf, "--register", filled, *AGENCY, *taken, "--lang", "vi")

    assert code(result) == 6
    assert "Kế hoạch đất đai 1" in result.stderr


def test_bad_lines_are_named_and_the_rest_is_kept(register: Path, tmp_path: Path) -> None:
    first, second = make_document(1), make_document(2)
    lines = [
        line_of(first, None),
        "{not JSON",
        "",
        line_of(make_document(1, content="another"), None),
        line_of(second, passed(first)),
        line_of(second, passed(second)),
        '{"agency": "H99"}',
        "[" * 100_000,
    ]
    source = tmp_path / "lines.jsonl"
    source.write_text("\r\n".join(lines), encoding="utf-8-sig")

    result = run("register", "--register", register, "--from-jsonl", source)

    assert code(result) == 6
    places = [line.split(".jsonl:")[1].split(":")[0] for line in result.stderr.splitlines() if ".jsonl:" in line]
    assert places == ["2", "4", "5", "7", "8"]
    assert len(run("find", "--register", register, "--json").stdout.splitlines()) == 2


def test_unreadable_lines_alone_end_with_4(register: Path, tmp_path: Path) -> None:
    source = tmp_path / "lines.jsonl"
    source.write_bytes(b"\xff\xfe\n")

    assert code(run("register", "--register", register, "--from-jsonl", source)) == 4


def test_same_lines_again_change_nothing(filled: Path, tmp_path: Path) -> None:
    before = run("report", "--register", filled, "--json").stdout

    result = run("register", "--register", filled, "--from-jsonl", tmp_path / "văn bản.jsonl")

    assert code(result) == 0
    assert "3 unchanged" in result.stderr
    assert run("report", "--register", filled, "--json").stdout == before


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        (["ĐẤT ĐAI 2"], [2]),
        (["--number", "3"], [3]),
        (["--symbol", "UBND-VP", "--type", "công văn"], [1, 2, 3]),
        (["--agency", "H99"], []),
        (["--from", "06/03/2026"], []),
        (["--from", "2026-03-05", "--to", "2026-03-05"], [1, 2, 3]),
    ],
)
def test_find_prints_what_matches(filled: Path, arguments: list[str], numbers: list[int]) -> None:
    result = run("find", "--register", filled, "--json", *arguments)

    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [entry["number"] for entry in found] == numbers
    assert {entry["schema"] for entry in found} <= {"edocs.entry/1"}


def test_find_shows_people_a_table(filled: Path) -> None:
    result = run("find", "--register", filled, "--lang", "vi", "kế hoạch")

    assert "01/UBND-VP" in result.stdout
    assert "Công văn: Kế hoạch đất đai 1" in result.stdout
    assert "3 văn bản" in result.stderr


def test_table_shows_numerator_and_denominator_in_vietnamese(filled: Path) -> None:
    result = run("report", "--register", filled, "--lang", "vi")

    assert code(result) == 0
    assert "1/3  33,33\u00a0%" in result.stdout
    assert "2/3  66,67\u00a0%" in result.stdout


def test_table_says_what_it_rests_on(filled: Path, tmp_path: Path) -> None:
    output = tmp_path / "bảng.txt"

    run("report", "--register", filled, "--from", "2026-03", "--to", "2026-03", "--lang", "vi", "-o", output)

    first, *_, last = output.read_text(encoding="utf-8").splitlines()
    assert first.startswith("Kỳ: 01/03/2026 đến 31/03/2026; chốt số liệu: ")
    assert re.search(r"^\d+ sự kiện, SHA-256 [0-9a-f]{64}; quy tắc edocs.standing/1", last)


def test_table_says_what_its_columns_mean_without_a_folder_of_docs(filled: Path) -> None:
    shown = run("report", "--register", filled, "--lang", "vi").stdout
    named = {line.partition(":")[0] for line in shown.splitlines() if ": " in line}

    assert {"Thuộc diện ký số", "Ký số cá nhân (I2), ký số cơ quan (I1)", "Đủ hai chữ ký (I3)"} <= named
    assert "docs/" not in shown
    assert "edocs indicators" in shown.splitlines()[-1]
    assert "I1" in run("indicators", "--lang", "vi").stdout


def test_figures_are_not_cut_on_a_narrow_terminal(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert "2/3  66.67\u00a0%" in run("report", "--register", filled).stdout


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("html", b"<!DOCTYPE html>"),
        ("csv", b"\xef\xbb\xbfsection"),
        ("json", b"{\n"),
        ("table", b"Period: "),
        ("xlsx", b"PK"),
        ("pdf", b"%PDF-1.7"),
        ("openmetrics", b"# TYPE edocs_report info"),
    ],
)
def test_report_is_written_to_a_file_and_to_standard_output_alike(
    filled: Path, tmp_path: Path, form: str, start: bytes
) -> None:
    output = tmp_path / "báo cáo"

    written = run("report", "--register", filled, "--format", form, "-o", output)
    printed = run("report", "--register", filled, "--format", form)

    assert code(written) == 0
    assert output.read_bytes().startswith(start)
    assert printed.stdout_bytes == output.read_bytes()


def test_formal_report_takes_its_letterhead_from_a_file(filled: Path, tmp_path: Path) -> None:
    letterhead, wrong, output = tmp_path / "thể thức.toml", tmp_path / "sai.toml", tmp_path / "báo cáo.pdf"
    letterhead.write_text('signer = "Lê Văn Dũng"\nto = ["Văn phòng Chính phủ"]', encoding="utf-8")
    wrong.write_text("singer = 'Lê Văn Dũng'", encoding="utf-8")
    report = ("report", "--register", filled, "--format", "pdf", "-o", output)

    result = run(*report, "--letterhead", letterhead)

    assert code(result) == 0
    text = pypdfium2.PdfDocument(output)[0].get_textpage().get_text_range()
    assert "Kính gửi: Văn phòng Chính phủ." in text
    assert code(run(*report, "--letterhead", wrong)) == 4


def test_workbook_without_its_package_says_what_to_install(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("edocs.reports.as_xlsx", "edocs.reports.workbook", "edocs.reports.xlsx_comparisons"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)

    result = run("report", "--register", filled, "--format", "xlsx")

    assert code(result) == 5
    assert "edocs[xlsx]" in result.stderr


def test_report_carries_a_checkpoint_that_the_log_holds(filled: Path, tmp_path: Path) -> None:
    checkpoint, other = tmp_path / "điểm chốt.json", tmp_path / "khác.db"
    run("prove", "--register", filled, "-o", checkpoint)
    root = json.loads(checkpoint.read_text(encoding="utf-8"))["root_sha256"]
    carried = ("--checkpoint", checkpoint, "--lang", "vi")

    value = json.loads(run("report", "--register", filled, "--json", *carried).stdout)

    assert value["checkpoint"]["root_sha256"] == value["events"]["sha256"] == root
    for form in ("html", "table"):
        shown = run("report", "--register", filled, "--format", form, *carried).stdout
        assert root in shown
        assert "Điểm chốt bao gồm mọi sự kiện được tính." in shown
    run("register", "--register", other, "--from-jsonl", tmp_path / "văn bản.jsonl")
    result = run("report", "--register", other, *carried)
    assert code(result) == 1
    assert "không khớp điểm chốt" in result.stderr
    assert result.stdout == ""


def test_checkpoint_of_an_earlier_log_says_how_far_it_reaches(filled: Path, tmp_path: Path) -> None:
    checkpoint = tmp_path / "old.json"
    run("prove", "--register", filled, "-o", checkpoint)
    later = tmp_path / "later.jsonl"
    later.write_text(line_of(make_document(9), None) + "\n", encoding="utf-8")
    run("register", "--register", filled, "--from-jsonl", later)

    shown = run("report", "--register", filled, "--checkpoint", checkpoint).stdout

    assert "It covers the first 5 of the 6 events counted." in shown
    assert "It is not signed." in shown


def test_report_never_takes_the_place_of_the_register(filled: Path) -> None:
    before = filled.read_bytes()

    assert code(run("report", "--register", filled, "--format", "html", "-o", filled)) == 7
    assert filled.read_bytes() == before


def test_period_limits_the_count_and_shows_empty_months(filled: Path) -> None:
    result = run("report", "--register", filled, "--from", "2026-02", "--to", "2026-03", "--by", "month", "--json")

    rows = json.loads(result.stdout)["sections"][0]["rows"]
    assert [(row["group"], row["documents"]) for row in rows] == [
        ({"month": "2026-02"}, 0), ({"month": "2026-03"}, 3), ({}, 3),
    ]  # fmt: skip
    assert rows[0]["indicators"]["both"]["percent"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "2026-13"],
        ["--from", "tháng 3"],
        ["--from", "2026-03", "--to", "2026-02"],
        ["--at", "hôm qua"],
        ["--at", "0001-01-01"],
        ["--at", "9999-12-31T23:59:59Z"],
        ["--by", "month", "--by", "month"],
    ],
)
def test_period_that_cannot_be_meant_is_a_usage_error(filled: Path, arguments: list[str]) -> None:
    assert code(run("report", "--register", filled, *arguments)) == 2


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-07-01", 2),
        ("01/07/2026", 2),
        ("2026-06-30", 0),
        ("2026-07-01T00:00+07:00", 0),
        ("2026-07-01T10:00:00", 1),
        ("2026-07-02", 3),
    ],
)
def test_cut_off_that_is_a_day_is_all_of_it_in_vietnam(register: Path, at: str, expected: int) -> None:
    moments = ("2026-07-01T09:00:00+07:00", "2026-07-01T16:59:59.999+00:00", "2026-07-01T17:00:00+00:00")
    with Registry.open(register) as registry:
        for number, moment in enumerate(moments, 1):
            registry.register(make_document(number), who="văn thư", now=datetime.fromisoformat(moment))

    report = json.loads(run("report", "--register", register, "--at", at, "--json").stdout)

    assert report["total"]["documents"] == expected


TARGETS = 'target = [{indicator = "both", level = "tỉnh", year = 2026, percent = "66,5", source = "KH 12"}]'


@pytest.fixture
def targets(tmp_path: Path) -> Path:
    path = tmp_path / "chỉ tiêu.toml"
    path.write_text(TARGETS, encoding="utf-8")
    return path


def test_report_compares_with_the_period_before_and_with_targets(filled: Path, targets: Path) -> None:
    period = ("--from", "2026-03", "--to", "2026-03")

    result = run("report", "--register", filled, *period, "--compare", "previous", "--targets", targets, "--lang", "vi")

    assert code(result) == 0
    assert "Tăng giảm so với kỳ 01/02/2026 đến 28/02/2026" in result.stdout
    assert re.search(r"Cấp tỉnh │\s+66,5\u00a0% │\s+1 │\s+3 │ 33,33\u00a0% │ chưa đạt │\s+1 │", result.stdout)


def test_page_and_json_compare_without_being_asked(filled: Path) -> None:
    period = ("--register", filled, "--from", "2026-02", "--to", "2026-03")

    value = json.loads(run("report", *period, "--format", "json").stdout)

    assert value["comparisons"]["earlier"] == {"from": "2025-12-01", "to": "2026-01-31"}
    assert 'id="change"' in run("report", *period, "--format", "html").stdout
    assert json.loads(run("report", "--register", filled, "--json").stdout)["comparisons"]["earlier"] is None


def test_trend_by_quarter_is_a_sum_of_months(filled: Path) -> None:
    period = ("--from", "2025-10", "--to", "2026-03")

    result = run(
        "report", "--register", filled, *period, "--trend", "quarter", "--rank", "--bands", "90;33,3", "--json"
    )

    value = json.loads(result.stdout)
    rows = [(row["group"].get("quarter"), row["documents"]) for row in value["sections"][0]["rows"]]
    assert rows == [("2025-Q4", 0), ("2026-Q1", 3), (None, 3)]
    assert value["comparisons"]["bounds"] == {"upper": 90, "lower": 33.3}


def test_trend_stands_in_place_of_the_agencies_unless_they_are_asked_for(filled: Path) -> None:
    trend = ("report", "--register", filled, "--trend", "month", "--from", "2026-02", "--to", "2026-03")

    alone, both = (run(*trend, *more).stdout for more in ((), ("--by", "level", "--by", "agency")))

    assert all(month in shown for month in ("2026-02", "2026-03") for shown in (alone, both))
    assert (PROVINCE.name in alone, PROVINCE.name in both) == (False, True)
    sections = json.loads(run(*trend, "--by", "level", "--by", "agency", "--json").stdout)["sections"]
    assert [section["by"] for section in sections] == [["level", "agency"], ["month"]]


def test_units_are_ranked_by_the_share_that_is_asked_for(filled: Path) -> None:
    asked = ("--register", filled, "--rank", "--lang", "vi", "--indicator", "organisation")

    result = run("report", *asked)

    assert "Xếp hạng đơn vị: Ký số cơ quan" in result.stdout
    assert re.search(r"│\s+1 │ Ủy ban nhân dân tỉnh Lam Giang │\s+2 │\s+3 │ 66,67\u00a0% │", result.stdout)


def test_targets_of_no_year_that_is_reported_are_said_to_be_missing(filled: Path, targets: Path) -> None:
    period = ("--from", "2025-01", "--to", "2025-12")

    result = run("report", "--register", filled, *period, "--targets", targets)

    assert code(result) == 0
    assert "sets no target for the year" in result.stderr


def test_targets_are_shown_beside_what_was_reached(filled: Path, targets: Path) -> None:
    result = run("targets", targets, "--register", filled, "--json")

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["agency_name"], line["share"]["valid"], line["missing"], line["reached"]) for line in lines] == [
        (None, 1, 1, False), (PROVINCE.name, 1, 1, False),
    ]  # fmt: skip
    assert "0 of 1 targets reached" in result.stderr
    shown = run("targets", targets, "--register", filled, "--lang", "vi")
    assert PROVINCE.name in shown.stdout
    assert "chưa đạt" in shown.stdout


def test_targets_are_checked_without_a_register(targets: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "sai.csv"
    wrong.write_text("indicator;level;year;percent\nboth;xã;2026;180\n", encoding="utf-8")

    assert json.loads(run("targets", targets, "--json").stdout)["percent"] == 66.5
    assert "KH 12" in run("targets", targets).stdout
    result = run("targets", wrong)
    assert code(result) == 4
    assert "line 2" in result.stderr


def test_targets_of_another_year_than_the_period_are_left_out(filled: Path, targets: Path) -> None:
    period = ("--from", "2025-01", "--to", "2025-12")

    assert run("targets", targets, "--register", filled, *period, "--json").stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--compare", "previous"],
        ["--compare", "trước"],
        ["--compare", "2025-01"],
        ["--compare", "2025-06..2025-01"],
        ["--compare", "2025-06..2025-13"],
        ["--bands", "80"],
        ["--bands", "50,80"],
        ["--bands", "tám mươi,50"],
    ],
)
def test_comparison_that_cannot_be_meant_is_a_usage_error(filled: Path, arguments: list[str]) -> None:
    assert code(run("report", "--register", filled, *arguments)) == 2


def test_register_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    for command in ("report", "find"):
        assert code(run(command, "--register", tmp_path / "không có.db")) == 5


def test_newer_register_is_unavailable_and_not_touched(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("UPDATE register SET schema_version = 99")
        connection.commit()
        connection.execute("PRAGMA journal_mode = DELETE")
    before = filled.read_bytes()

    assert code(run("register", "--register", filled, "--from-jsonl", filled.with_name("văn bản.jsonl"))) == 5
    assert filled.read_bytes() == before


def test_files_that_go_with_a_document_are_registered_and_counted(
    register: Path, issued: bytes, approved: bytes, draft: bytes, pki: Pki, tmp_path: Path
) -> None:
    """I4: the unit is the file; one is signed by the agency, one by nobody."""
    paths = [tmp_path / name for name in ("công văn.pdf", "phụ lục 1.pdf", "phụ lục 2.pdf")]
    for path, data in zip(paths, (issued, issued + b"\n", draft), strict=True):
        path.write_bytes(data)
    files = [option for path in paths[1:] for option in ("--appendix", path)]
    trust = ("--trust", pki.roots, "--trust", pki.intermediates, "--trust", pki.crls)

    done = run("register", paths[0], "--register", register, *AGENCY, *OPTIONS, *files, *trust)

    assert code(done) == 0
    shown = json.loads(run("report", "--register", register, "--json").stdout)
    rows = [one for one in shown["indicators"]["rows"] if one["id"] == "I4" and one["variant"] == "verified"]
    assert {(row["numerator"], row["denominator"]) for row in rows} == {(1, 2)}
    assert code(run("fsck", "--register", register)) == 0


def test_files_without_a_document_are_a_usage_error(register: Path, tmp_path: Path) -> None:
    source = tmp_path / "lines.jsonl"
    source.write_text("", encoding="utf-8")

    result = run("register", "--register", register, "--from-jsonl", source, "--appendix", source)

    assert result.return_value == 2


@pytest.mark.parametrize("month", ["3/2026", "03/2026", "2026-03"])
def test_month_of_a_report_is_understood_either_way(month: str, filled: Path) -> None:
    result = run("report", "--register", filled, "--from", month, "--to", month, "--json")

    assert json.loads(result.stdout)["period"] == {"from": "2026-03-01", "to": "2026-03-31"}


def test_month_that_is_none_is_refused(filled: Path) -> None:
    assert code(run("report", "--register", filled, "--from", "13/2026")) == 2
