"""Opening what arrived: message, attachments and signatures judged together (Decision 28/2018, articles 4 and 5.4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from edxml_fixtures import packed

from edocs.model import LegalEffect, TrustStore, Verdict
from edocs.office import open_message
from edocs.testing import sample_pdf

Sign = Callable[..., bytes]


@pytest.fixture(scope="module")
def original(foreign_sign: Sign) -> bytes:
    return foreign_sign(foreign_sign(sample_pdf(), "leader", "Person"), "seal", "Agency")


def test_letter_signed_by_person_and_agency_has_the_value_of_an_original(original: bytes, trust: TrustStore) -> None:
    result = packed(("công văn.pdf", original), ("bảng.csv", b"1;2"))

    opened = open_message(result.envelope, result.manifest, trust)

    assert [report and report.verdict for report in opened.reports[1:]] == [None]
    assert opened.reports[0].verdict is Verdict.TOTAL_PASSED
    assert opened.legal_effect is LegalEffect.ORIGINAL


def test_without_trust_nothing_has_the_value_of_an_original(original: bytes) -> None:
    opened = open_message(packed(("công văn.pdf", original)).envelope)

    assert opened.reports[0].verdict is Verdict.INDETERMINATE
    assert opened.legal_effect is LegalEffect.REFERENCE_ONLY


def test_one_unsigned_pdf_beside_it_takes_the_value_away(original: bytes, trust: TrustStore) -> None:
    """Every file of the dossier is part of the document (Decision 28/2018, article 10.1)."""
    opened = open_message(packed(("công văn.pdf", original), ("phụ lục.pdf", sample_pdf())).envelope, None, trust)

    assert opened.reports[0].legal_effect is LegalEffect.ORIGINAL
    assert opened.reports[1].verdict is Verdict.NOT_SIGNED
    assert opened.legal_effect is LegalEffect.REFERENCE_ONLY


def test_fault_of_the_message_takes_the_value_away(original: bytes, trust: TrustStore) -> None:
    result = packed(("công văn.pdf", original))
    unlisted = result.envelope.replace(b"<edXML:ContentId>cid:1<", b"<edXML:ContentId>cid:2<")

    opened = open_message(unlisted, None, trust)

    assert opened.reports[0].legal_effect is LegalEffect.ORIGINAL
    assert opened.legal_effect is LegalEffect.REFERENCE_ONLY


def test_pdf_that_is_not_what_was_packed_is_not_judged(original: bytes, trust: TrustStore) -> None:
    """A good signature on another document would speak for the wrong one."""
    sent, other = packed(("công văn.pdf", sample_pdf())), packed(("công văn.pdf", original))

    opened = open_message(other.envelope, sent.manifest, trust)

    assert opened.reports == (None,)
    assert opened.legal_effect is LegalEffect.REFERENCE_ONLY


def test_what_calls_itself_a_pdf_and_is_none_is_reported_unreadable() -> None:
    opened = open_message(packed(("a.pdf", b"hello")).envelope)

    assert opened.reports[0].verdict is Verdict.UNREADABLE


def test_message_without_a_document_has_no_legal_effect() -> None:
    ns = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
    data = f'<edXML xmlns="{ns}"><edXMLEnvelope><AVReport/></edXMLEnvelope></edXML>'.encode()

    assert open_message(data).legal_effect is None


def test_json_contract_names_message_files_and_verdicts(original: bytes, trust: TrustStore) -> None:
    result = packed(("công văn.pdf", original))

    value = open_message(result.envelope, result.manifest, trust).as_dict("vi")

    assert list(value) == [
        "schema",
        "kind",
        "sha256",
        "signature",
        "signature_verification",
        "message",
        "comparison",
        "legal_effect",
        "faults",
        "notices",
        "files",
    ]
    assert value["schema"] == "edocs.message/1"
    message, (file,) = value["message"], value["files"]
    assert message["sender"]["id"] == "000.00.00.H99"
    assert message["promulgation"]["on"] == "2026-03-05"
    assert message["business"]["kind"] == "new"
    assert message["traces"][0]["at"] == "2026-03-05T16:30:00+07:00"
    assert "attachments" not in message
    assert (file["comparison"], file["kind"], file["verification"]["verdict"]) == ("equal", "pdf", "TOTAL_PASSED")
