"""The planned documents, really signed: what a verification finds in each is what the plan says, case by case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from edocs.engines.serial import SerialEngine
from edocs.model import Indicator, LegalEffect, TrustStore, Verdict, read_facts
from edocs.testing import (
    PlannedDocument,
    SigningCase,
    flip_byte,
    forge_pdf,
    issue_planned,
    make_pki,
    plan_documents,
    planned_letter,
    planned_standing,
    sample_letter,
)
from edocs.verify import load_trust, verify_pdf

_KEYS = Path(__file__).parents[2] / "certs" / "test" / "keys"


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> tuple[Mapping[SigningCase, PlannedDocument], Path, TrustStore]:
    """One document of each case, signed, and whom to trust."""
    folder = tmp_path_factory.mktemp("issued")
    pki = make_pki(folder / "pki", keys=_KEYS)
    first: dict[SigningCase, PlannedDocument] = {}
    for planned in plan_documents():
        first.setdefault(planned.case, planned)
    list(issue_planned(tuple(first.values()), pki, folder / "documents", SerialEngine()))
    return first, folder / "documents", load_trust([pki.roots, pki.intermediates, pki.crls])


@pytest.mark.parametrize("case", list(SigningCase))
def test_signed_document_stands_where_its_case_says(case: SigningCase, issued) -> None:
    planned, folder, trust = issued

    facts = read_facts(verify_pdf(folder / f"{planned[case].stem}.pdf", trust).as_dict())

    expected = {indicator: planned_standing(case, indicator) for indicator in Indicator}
    assert expected == {indicator: facts.standing(indicator) for indicator in Indicator}


def test_only_both_signatures_in_order_make_an_original(issued) -> None:
    planned, folder, trust = issued

    reports = {case: verify_pdf(folder / f"{planned[case].stem}.pdf", trust) for case in SigningCase}

    assert [case for case in SigningCase if reports[case].legal_effect is LegalEffect.ORIGINAL] == [SigningCase.BOTH]


def test_signer_is_who_the_letter_names(issued) -> None:
    planned, folder, trust = issued

    for case in (SigningCase.BOTH, SigningCase.EXPIRED):
        person, agency = verify_pdf(folder / f"{planned[case].stem}.pdf", trust).signatures

        assert person.signer.common_name == planned[case].signer
        assert agency.signer.common_name == planned[case].agency.agency.name


def test_forgery_keeps_every_signed_byte_and_fails(issued) -> None:
    planned, folder, trust = issued
    document = (folder / f"{planned[SigningCase.BOTH].stem}.pdf").read_bytes()
    letter = planned_letter(planned[SigningCase.BOTH])

    forged = forge_pdf(document, sample_letter(replace(letter, subject="Nội dung khác")))

    report = verify_pdf(forged, trust)
    assert forged.startswith(document)
    assert report.verdict is Verdict.TOTAL_FAILED
    rules = [reason.rule for signature in report.signatures for reason in signature.reasons]
    assert [rule.partition(".")[0] for rule in rules] == ["changes", "changes"]


def test_flipped_byte_fails_the_digest(issued) -> None:
    planned, folder, trust = issued
    document = (folder / f"{planned[SigningCase.BOTH].stem}.pdf").read_bytes()

    report = verify_pdf(flip_byte(document, document.index(b"stream\n") + 1000), trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert {reason.rule for signature in report.signatures for reason in signature.reasons} == {"integrity.digest"}


def test_expired_leader_differs_from_the_valid_one_in_dates(tmp_path: Path) -> None:
    pki = make_pki(tmp_path / "pki", keys=_KEYS)

    valid = pki.enrol_leader("Đỗ Thị Ánh", "Giám đốc", "Sở Y tế", "001085000003")
    expired = pki.enrol_leader("Đỗ Thị Ánh", "Giám đốc", "Sở Y tế", "001085000003", expired=True)

    assert valid.name != expired.name
    assert valid.pem.read_bytes() != expired.pem.read_bytes()
