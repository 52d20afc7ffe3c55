"""What a report says besides its figures stands in every format: what was recalled since, which bodies there were."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from register_samples import COMMUNE, NOW, issued, make_document

from edocs.model import Facet, Query, Submission, read_facts
from edocs.model.letterhead import default_letterhead
from edocs.registry import Registry
from edocs.reports.as_csv import report_csv
from edocs.reports.as_html import report_html
from edocs.reports.as_json import report_json
from edocs.reports.as_openmetrics import report_openmetrics
from edocs.reports.as_pdf import report_pdf
from edocs.reports.as_xlsx import report_xlsx
from edocs.reports.figures import Report
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
