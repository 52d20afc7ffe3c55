"""What a report says besides its figures stands in every format: what was recalled since, which bodies there were."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from register_samples import COMMUNE, NOW, issued, make_document

from edocs.model import HANOI, Agency, AgencyLevel, Facet, Query, Submission, read_directory, read_facts
from edocs.model.agency_tree import make_tree
from edocs.model.comparing import Band
from edocs.model.letterhead import default_letterhead
from edocs.model.periods import Period
from edocs.model.regrouping import Bodies
from edocs.registry import Registry
from edocs.reports.as_csv import report_csv
from edocs.reports.as_html import report_html
from edocs.reports.as_json import report_json
from edocs.reports.as_openmetrics import report_openmetrics
from edocs.reports.as_pdf import report_pdf
from edocs.reports.as_xlsx import report_xlsx
from edocs.reports.comparisons import Comparing
from edocs.reports.figures import Report
from edocs.reports.grids import comparison_grids
from edocs.reports.notes import report_notes
from edocs.reports.wording import DEFINITIONS, TABLE_TERMS

MARCH = Query(issued_from=date(2026, 3, 1), issued_to=date(2026, 3, 31))
SECTIONS = ((Facet.LEVEL,), (Facet.LEVEL, Facet.AGENCY))


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(tmp_path / "sổ.db") as opened:
        yield opened


@pytest.fixture
def withdrawn(registry: Registry) -> Report:
    """Four documents: two of them recalled, another replaced."""
    documents = [make_document(number, COMMUNE) for number in range(1, 5)]
    submissions = [Submission(document=one, facts=read_facts(issued(one).as_dict())) for one in documents]
    registry.register_many(submissions, who="văn thư", now=NOW)
    for document in documents[:2]:
        registry.recall(document.key, reason="sai nội dung", who="văn thư", now=NOW)
    registry.supersede(documents[2].key, documents[3].key, who="văn thư", now=NOW)
    return registry.report(MARCH, SECTIONS)


DIRECTORY = """code;old_code;name;level;valid_from;valid_to;became
H99;;Ủy ban nhân dân tỉnh Lam Giang;tỉnh;;;
H99.12;;Sở Tài chính;tỉnh;;;
H99.13;000.00.13.H99;Sở Nội vụ;tỉnh;;;
000.21.31.H99;;Ủy ban nhân dân xã Thượng Ngà;xã;;28/02/2026;H99.91
000.22.31.H99;;Ủy ban nhân dân xã Ngà Sơn;xã;;28/02/2026;H99.91
H99.91;;Ủy ban nhân dân xã Sông Ngà;xã;01/03/2026;;
H99.92;;Ủy ban nhân dân xã Đồng Mây;xã;01/07/2026;;
"""
BODIES = {
    2: (("H99", "tỉnh Lam Giang", AgencyLevel.PROVINCE), ("000.21.31.H99", "xã Thượng Ngà", AgencyLevel.COMMUNE)),
    3: (("H99", "tỉnh Lam Giang", AgencyLevel.PROVINCE), ("H99.91", "xã Sông Ngà", AgencyLevel.COMMUNE)),
}
FEBRUARY = Period(first=date(2026, 2, 1), last=date(2026, 2, 28))


def fill_merged(registry: Registry, directory: str = DIRECTORY) -> None:
    """Two communes merge on 1 March 2026, one of which never registered anything; two departments never did either."""
    if directory:
        registry.import_directory(directory.encode(), who="văn thư", now=NOW)
    for month, bodies in BODIES.items():
        for id, name, level in bodies:
            agency = Agency(id=id, name=f"Ủy ban nhân dân {name}", level=level)
            document = make_document(month, agency, issued_on=datetime(2026, month, 5, tzinfo=HANOI))
            registry.register(document, issued(document), who="văn thư", now=NOW)


@pytest.fixture
def merged(registry: Registry) -> Report:
    fill_merged(registry)
    return registry.report(MARCH, SECTIONS, comparing=Comparing(earlier=FEBRUARY))


def pdf_text(report: Report) -> str:
    pages = PdfReader(BytesIO(report_pdf(report, default_letterhead(report.agencies)))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def xlsx_text(report: Report, lang: str) -> str:
    sheets = load_workbook(BytesIO(report_xlsx(report, lang))).worksheets
    return "\n".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row if cell)


def test_recalled_and_replaced_documents_stay_in_the_counts(withdrawn: Report) -> None:
    assert (withdrawn.total.base, withdrawn.total.both.valid) == (4, 4)
    assert (withdrawn.total.is_recalled, withdrawn.total.is_superseded) == (2, 1)


@pytest.mark.parametrize(
    "text_of",
    [lambda report: report_html(report, "vi").decode(), lambda report: xlsx_text(report, "vi"), pdf_text],
    ids=["html", "xlsx", "pdf"],
)
def test_every_format_for_people_says_what_was_recalled_since(
    withdrawn: Report, text_of: Callable[[Report], str]
) -> None:
    lines = report_notes(withdrawn, "vi")

    assert [line[:2] for line in lines] == ["2 ", "1 "]
    for line in lines:
        assert line in text_of(withdrawn)


def test_formats_for_programs_count_what_was_recalled_since(withdrawn: Report) -> None:
    total = json.loads(report_json(withdrawn, "vi"))["total"]
    lines = list(csv.DictReader(io.StringIO(report_csv(withdrawn, "en").decode("utf-8-sig"))))
    samples = report_openmetrics(withdrawn).decode().splitlines()

    assert (total["recalled"], total["superseded"]) == (2, 1)
    assert {(line["recalled"], line["superseded"]) for line in lines if line["kind"] == "total"} == {("2", "1")}
    assert 'edocs_documents_recalled{level="commune"} 2' in samples
    assert 'edocs_documents_superseded{level="commune"} 1' in samples


def test_report_without_recalled_documents_says_nothing_of_them(registry: Registry) -> None:
    registry.register(make_document(1, COMMUNE), who="văn thư", now=NOW)

    assert report_notes(registry.report(MARCH, SECTIONS), "vi") == ()


def test_definitions_say_that_recalled_documents_stay() -> None:
    for text in (DEFINITIONS["base"][1], TABLE_TERMS[0]):
        assert "recalled or replaced since" in text


def test_agencies_of_a_report_are_those_of_its_period(merged: Report) -> None:
    """Neither the bodies that ended before it, nor those that begin after it."""
    assert merged.census.agencies == 4
    assert merged.census.with_documents == 2
    assert [one.name for one in merged.census.silent] == ["Sở Nội vụ", "Sở Tài chính"]


def test_live_bodies_without_documents_are_listed_and_ended_ones_are_not(merged: Report) -> None:
    assert merged.comparisons is not None
    units = {unit.agency: (unit.band, unit.place.rank) for unit in merged.comparisons.units}
    ranks = next(grid for grid in comparison_grids(merged, "vi") if grid.id == "ranks")
    names = [row[ranks.head.index("Cơ quan")] for _, row in ranks.rows]

    assert units == {
        "H99": (Band.OVER, 1),
        "H99.12": (Band.NONE, None),
        "H99.13": (Band.NONE, None),
        "H99.91": (Band.OVER, 1),
    }
    assert {"Sở Tài chính", "Sở Nội vụ"} <= set(names)


def test_body_registered_under_its_old_code_is_not_without_documents(registry: Registry) -> None:
    fill_merged(registry)
    agency = Agency(id="000.00.13.H99", name="Sở Nội vụ", level=AgencyLevel.PROVINCE)
    registry.register(make_document(9, agency), who="văn thư", now=NOW)

    found = registry.report(MARCH, SECTIONS).census

    assert (found.with_documents, [one.id for one in found.silent]) == (3, ["H99.12"])


def test_without_a_directory_a_body_of_the_earlier_period_may_still_be_there(registry: Registry) -> None:
    fill_merged(registry, directory="")

    report = registry.report(MARCH, SECTIONS, comparing=Comparing(earlier=FEBRUARY))

    assert report.comparisons is not None
    assert (report.census.agencies, report.census.silent) == (2, ())
    assert {unit.agency for unit in report.comparisons.units} == {"H99", "000.21.31.H99", "H99.91"}


def test_report_of_some_documents_asks_no_directory(registry: Registry) -> None:
    fill_merged(registry)

    found = registry.report(Query(type="QĐ", issued_from=MARCH.issued_from, issued_to=MARCH.issued_to), SECTIONS)

    assert found.census.silent == ()


def test_every_format_names_the_bodies_without_documents(merged: Report) -> None:
    lines = list(csv.DictReader(io.StringIO(report_csv(merged, "en").decode("utf-8-sig"))))
    told = json.loads(report_json(merged, "vi"))["agencies"]

    assert "Số cơ quan: <b>4</b> (2 có văn bản)" in report_html(merged, "vi").decode()
    for text in (report_html(merged, "vi").decode(), xlsx_text(merged, "vi"), pdf_text(merged)):
        assert "2 trong 4 cơ quan của kỳ không có văn bản trong sổ: Sở Nội vụ; Sở Tài chính" in text
    silent = [line for line in lines if line["section"] == "without_documents"]
    assert [(line["agency"], line["level"], line["documents"]) for line in silent] == [
        ("H99.13", "province", "0"),
        ("H99.12", "province", "0"),
    ]
    assert [one["id"] for one in told["without_documents"]] == ["H99.13", "H99.12"]


def test_comparison_over_a_merger_says_so(merged: Report) -> None:
    said = "Giữa hai kỳ có 2 cơ quan kết thúc hoạt động, 1 cơ quan bắt đầu hoạt động"

    assert (merged.census.ended, merged.census.began) == (2, 1)
    for text in (report_html(merged, "vi").decode(), xlsx_text(merged, "vi"), pdf_text(merged)):
        assert said in text
    assert any("--today" in line for line in report_notes(merged, "vi"))


def test_comparison_under_todays_bodies_says_nothing_of_a_merger(registry: Registry) -> None:
    fill_merged(registry)
    bodies = Bodies(tree=make_tree(read_directory(DIRECTORY.encode())), on=date(2026, 3, 31))

    found = registry.report(MARCH, SECTIONS, comparing=Comparing(earlier=FEBRUARY), bodies=bodies)

    assert (found.census.ended, found.census.began, found.census.agencies) == (0, 0, 4)
    assert found.comparisons is not None
    assert {change.change.came + change.change.left for change in found.comparisons.changes} == {0}


def test_comparison_without_a_merger_says_nothing_of_one(registry: Registry) -> None:
    fill_merged(registry)
    later = Query(issued_from=date(2026, 4, 1), issued_to=date(2026, 4, 30))

    found = registry.report(
        later, SECTIONS, comparing=Comparing(earlier=Period(first=date(2026, 3, 1), last=date(2026, 3, 31)))
    )

    assert (found.census.ended, found.census.began) == (0, 0)


def test_districts_that_ended_by_law_are_told_without_a_directory(registry: Registry) -> None:
    district = Agency(id="000.00.31.H99", name="Ủy ban nhân dân huyện Bình Khê", level=AgencyLevel.DISTRICT)
    registry.register(make_document(1, district, issued_on=datetime(2025, 6, 5, tzinfo=HANOI)), who="văn thư", now=NOW)
    query = Query(issued_from=date(2025, 7, 1), issued_to=date(2025, 7, 31))

    found = registry.report(
        query, SECTIONS, comparing=Comparing(earlier=Period(first=date(2025, 6, 1), last=date(2025, 6, 30)))
    )

    assert found.census.ended == 1
    [line] = report_notes(found, "vi")
    assert "1 cơ quan cấp huyện kết thúc hoạt động" in line
    assert "edocs agencies import" in line
