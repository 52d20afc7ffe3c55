"""The verdict as a file: the page, the PDF and the XML say what the report says, and hold whatever a file is called."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from edocs.model import TrustStore, Verdict, VerificationOptions, VerificationReport
from edocs.model.rules import reason
from edocs.reports.verdict_html import verdict_html
from edocs.reports.verdict_pdf import verdict_pdf
from edocs.reports.verdict_xml import verdict_xml
from edocs.testing import sample_pdf
from edocs.verify import verify_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "verification-1.json"
VR = "{http://uri.etsi.org/19102/v1.2.1#}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"

Make = Callable[..., bytes]


@pytest.fixture(scope="module")
def reports(issued: bytes, trust: TrustStore) -> list[VerificationReport]:
    """One of each verdict."""
    return [
        replace(verify_pdf(data, store), path=f"{number:02d} công văn.pdf")
        for number, (data, store) in enumerate(
            [
                (issued, trust),
                (issued.replace(b"%PDF-1.7", b"%PDF-1.6", 1), trust),
                (issued, TrustStore()),
                (sample_pdf(), trust),
                (b"no PDF", trust),
            ]
        )
    ]


def text_of(document: bytes) -> str:
    pages = pypdfium2.PdfDocument(document)
    return "\n".join(page.get_textpage().get_text_range() for page in pages)


def test_there_is_one_of_each_verdict(reports: list[VerificationReport]) -> None:
    assert {report.verdict for report in reports} == set(Verdict)


def test_every_report_follows_the_published_schema(reports: list[VerificationReport]) -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))

    for report in reports:
        validator.validate(json.loads(json.dumps(report.as_dict("vi"))))


@pytest.mark.parametrize("make", [verdict_html, verdict_pdf, verdict_xml])
def test_the_same_verdicts_give_the_same_bytes(make: Make, reports: list[VerificationReport]) -> None:
    assert make(reports, "vi", NOW) == make(reports, "vi", NOW)


def test_the_page_says_every_item_of_the_circular_in_vietnamese(reports: list[VerificationReport]) -> None:
    page = verdict_html(reports[:1], "vi", NOW).decode()

    for item in (
        "Nguyễn Văn An",
        "Đơn vị quản lý chứng thư",
        "Tổ chức cấp chứng thư",
        "Thời gian ký",
        "toàn vẹn",
        "có hiệu lực tại thời điểm ký",
        "Thời hạn chứng thư",
        "HỢP LỆ",
        "05/03/2026 14:30:00 +07:00",
    ):
        assert item in page


def test_the_page_needs_nothing_from_elsewhere(reports: list[VerificationReport]) -> None:
    page = verdict_html(reports, "en", NOW).decode()

    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page


@pytest.mark.parametrize("name", ["<img src=x onerror=1>.pdf", "a & b.pdf", "--><x/>.pdf", "\x01\ufffe.pdf"])
def test_a_file_name_is_only_ever_text(name: str, reports: list[VerificationReport]) -> None:
    hostile = [replace(reports[1], path=name)]

    page = verdict_html(hostile, "vi", NOW).decode()
    root = etree.fromstring(verdict_xml(hostile, "vi", NOW))

    assert "<img" not in page
    assert len(root.findall(f"{VR}SignatureValidationReport")) == len(hostile[0].signatures)
    assert verdict_pdf(hostile, "vi", NOW).startswith(b"%PDF-")


def test_the_pdf_holds_every_file_and_every_reason(reports: list[VerificationReport]) -> None:
    text = text_of(verdict_pdf(reports, "vi", NOW))

    words = " ".join(text.split())
    for report in reports:
        assert Path(report.path).name in words
        assert report.sha256 in words
        for finding in (*report.reasons, *(found for signature in report.signatures for found in signature.reasons)):
            assert finding.rule in words


def test_a_long_report_goes_on_over_pages(reports: list[VerificationReport]) -> None:
    document = pypdfium2.PdfDocument(verdict_pdf(reports * 6, "en", NOW))

    assert len(document) > 6


def test_the_xml_names_indication_and_sub_indication(reports: list[VerificationReport]) -> None:
    root = etree.fromstring(verdict_xml(reports, "en", NOW))

    found = [
        (
            item.findtext(f"{VR}SignatureValidationStatus/{VR}MainIndication"),
            item.findtext(f"{VR}SignatureValidationStatus/{VR}SubIndication"),
        )
        for item in root.findall(f"{VR}SignatureValidationReport")
    ]
    assert found == [
        (
            f"urn:etsi:019102:mainindication:{signature.verdict.value.lower().replace('_', '-')}",
            f"urn:etsi:019102:subindication:{signature.sub_indication.value}" if signature.sub_indication else None,
        )
        for report in reports
        for signature in report.signatures
    ]


def test_the_xml_is_what_the_schema_of_the_standard_allows(reports: list[VerificationReport]) -> None:
    from pyhanko.generated.etsi.ts_11910202 import ValidationReport
    from xsdata.formats.dataclass.parsers import XmlParser
    from xsdata.formats.dataclass.parsers.config import ParserConfig

    parser = XmlParser(config=ParserConfig(fail_on_unknown_properties=True, fail_on_converter_warnings=True))

    parsed = parser.from_bytes(verdict_xml(reports, "vi", NOW), ValidationReport)

    assert len(parsed.signature_validation_report) == sum(len(report.signatures) for report in reports)


def test_the_xml_identifies_each_sound_signature(reports: list[VerificationReport]) -> None:
    root = etree.fromstring(verdict_xml(reports[:1], "en", NOW))

    signed = root.findall(f"{VR}SignatureValidationReport")
    identifiers = [item.findtext(f"{VR}SignatureIdentifier/{VR}DigestAlgAndValue/{DS}DigestValue") for item in signed]
    references = [item.find(f"{VR}SignerInformation/{VR}SignerCertificate") for item in signed]
    objects = {item.get("id") for item in root.iter(f"{VR}ValidationObject")}
    assert len(set(identifiers)) == len(signed)
    assert all(identifiers)
    assert {item.get("VOReference") for item in references if item is not None} == objects


def test_each_finding_is_a_constraint_of_its_rule(reports: list[VerificationReport]) -> None:
    report = replace(reports[0], reasons=(reason("file.not_signed"),))

    root = etree.fromstring(verdict_xml([report], "vi", NOW))

    names = [item.text for item in root.iter(f"{VR}ValidationConstraintIdentifier")]
    assert names.count("urn:edocs:rule:file.not_signed") == len(report.signatures)


def test_identity_numbers_are_shown_only_when_asked_for(issued: bytes, trust: TrustStore) -> None:
    masked = verify_pdf(issued, trust)
    shown = verify_pdf(issued, trust, VerificationOptions(show_identity=True))

    assert masked.signatures[0].signer is not None
    assert shown.signatures[0].signer is not None
    assert "*" in masked.signatures[0].signer.identifier
    assert "*" not in shown.signatures[0].signer.identifier
