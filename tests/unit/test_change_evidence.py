"""What a refusal shows: which pages and lines are not what was signed, and pictures of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from edocs.model import ChangeEvidence, TrustStore, Verdict, VerificationOptions, VerificationReport
from edocs.reports.verdict_html import verdict_html
from edocs.testing import Letter, forge_pdf, sample_letter
from edocs.verify import picture_changes, verify_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "verification-1.json"
FORGED = "chín mươi triệu đồng"


@pytest.fixture(scope="module")
def forged(issued: bytes) -> bytes:
    """The issued letter, showing another body on its first page."""
    return forge_pdf(issued, sample_letter(Letter(body=("Chi chín mươi triệu đồng cho việc này.",))))


@pytest.fixture(scope="module")
def report(forged: bytes, trust: TrustStore) -> VerificationReport:
    return verify_pdf(forged, trust)


def evidence_of(report: VerificationReport) -> ChangeEvidence:
    evidence = report.signatures[-1].evidence
    assert evidence is not None
    return evidence


def test_a_refused_change_shows_the_lines_that_were_put_in(report: VerificationReport) -> None:
    (page, *_) = evidence_of(report).pages

    assert report.verdict is Verdict.TOTAL_FAILED
    assert page.page == 1
    assert any(FORGED in line for line in page.added)
    assert page.removed


def test_the_evidence_names_the_objects(report: VerificationReport) -> None:
    assert any("Contents" in item and item.endswith(" 0 R") for item in evidence_of(report).objects)


def test_the_evidence_is_part_of_the_json_object(report: VerificationReport) -> None:
    found = json.loads(json.dumps(report.as_dict("vi")))

    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(found)
    assert found["signatures"][-1]["evidence"]["pages"][0]["page"] == 1


def test_pictures_show_the_page_in_both_states(forged: bytes, report: VerificationReport) -> None:
    (pictures, *_) = picture_changes(forged, evidence_of(report))

    assert all(picture.startswith(b"\x89PNG") for picture in (pictures.before, pictures.after, pictures.difference))
    assert pictures.before != pictures.after


def test_the_page_carries_lines_and_pictures(forged: bytes, report: VerificationReport) -> None:
    field = report.signatures[-1].field
    pictures = {(report.sha256, field): picture_changes(forged, evidence_of(report))}

    page = verdict_html([replace(report, path="a.pdf")], "vi", NOW, pictures).decode()

    assert FORGED in page
    assert page.count("data:image/png;base64,") == 3 * len(pictures[report.sha256, field])


def test_a_lawful_document_needs_no_evidence(issued: bytes, trust: TrustStore) -> None:
    report = verify_pdf(issued, trust)

    assert [signature.evidence for signature in report.signatures] == [None, None]


def test_pages_need_not_be_compared(forged: bytes, trust: TrustStore) -> None:
    report = verify_pdf(forged, trust, VerificationOptions(show_changes=False))

    assert report.verdict is Verdict.TOTAL_FAILED
    assert evidence_of(report).objects
    assert evidence_of(report).pages == ()
