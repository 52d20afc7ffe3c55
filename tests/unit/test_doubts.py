"""What a clerk is asked to look at in the file of a registered document: said where it is so, and only there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from register_samples import (
    AGENCY,
    FAILED,
    OPEN,
    PERSON,
    PROVINCE,
    UNKNOWN,
    issued,
    make_document,
    make_report,
    signature,
)

from edocs.model import Agency, AgencyLevel, SignatureReport, VerificationReport, read_directory
from edocs.model.doubts import signature_doubts, signer_doubts
from edocs.model.verdict import SignerName

DOCUMENT = make_document(7)
DIRECTORY = read_directory(
    """code,old_code,name,valid_from,valid_to,became
H99.55,000.00.00.H99,Ủy ban nhân dân tỉnh Lam Giang,,2025-06-30,H98
H98,,Ủy ban nhân dân tỉnh Bạch Sơn,2025-07-01,,
H99.20,,Sở Y tế tỉnh Lam Giang,,2025-06-30,H98.20
H98.20,,Sở Y tế tỉnh Bạch Sơn,2025-07-01,,
""".encode()
)


def sealed(name: str, identifier: str) -> SignatureReport:
    return signature(AGENCY, signer=SignerName(common_name=name, identifier=identifier))


def doubts(document: object, *signatures: SignatureReport, directory: object = DIRECTORY) -> list[str]:
    report = make_report(document, *signatures)  # type: ignore[arg-type]
    return [one.rule for one in signer_doubts(document, report, directory)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("report", "rules"),
    [
        (issued(DOCUMENT), []),
        (make_report(DOCUMENT, signature(PERSON)), ["register.no_agency_signature"]),
        (make_report(DOCUMENT, signature(AGENCY)), ["register.no_personal_signature"]),
        (make_report(DOCUMENT, signature(PERSON), signature(UNKNOWN)), []),
        (make_report(DOCUMENT, signature(PERSON, OPEN)), []),
        (make_report(DOCUMENT, signature(PERSON, FAILED)), []),
        (make_report(DOCUMENT), []),
    ],
)
def test_missing_signature_is_said_where_the_verdict_is_good(report: VerificationReport, rules: list[str]) -> None:
    assert [one.rule for one in signature_doubts(DOCUMENT.key, report)] == rules


@pytest.mark.parametrize("directory", [None, DIRECTORY])
def test_signature_of_another_agency_is_said(directory: object) -> None:
    other = sealed("Sở Y tế tỉnh Lam Giang", "MNS:H99.20")

    assert doubts(DOCUMENT, signature(PERSON), other, directory=directory) == ["register.other_agency"]


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("Sở Y tế tỉnh Lam Giang", "MNS:000.00.00.H99"),
        ("Sở Y tế tỉnh Lam Giang", "MNS:H99"),
        ("UBND tỉnh Lam Giang", "MNS:H99.20"),
        ("UỶ BAN NHÂN DÂN TỈNH LAM GIANG", "MNS:H99.20"),
        ("Uy ban nhan dan tinh Lam Giang", "MNS:H99.20"),
        ("Đơn vị khác", "MNS:H99.55"),
        ("Ủy ban nhân dân tỉnh Bạch Sơn", "MNS:H98"),
        ("Sở Y tế tỉnh Lam Giang", "MST:0100000001"),
        ("Sở Y tế tỉnh Lam Giang", "MNS:1031234"),
        ("Sở Y tế tỉnh Lam Giang", ""),
    ],
)
def test_what_may_be_the_agency_is_not_doubted(name: str, identifier: str) -> None:
    assert doubts(DOCUMENT, signature(PERSON), sealed(name, identifier)) == []


def test_body_of_today_may_sign_for_the_one_it_came_from_and_no_other() -> None:
    health = Agency(id="H98.20", name="Sở Y tế tỉnh Bạch Sơn", level=AgencyLevel.PROVINCE)
    other = replace(health, id="H98.30", name="Sở Xây dựng")
    signed = sealed("Sở Y tế tỉnh Lam Giang", "MNS:H99.20")

    assert doubts(replace(DOCUMENT, agency=health), signed) == []
    assert doubts(replace(DOCUMENT, agency=other), signed) == ["register.other_agency"]


def test_one_of_several_agencies_that_sign_is_enough() -> None:
    other, own = sealed("Sở Y tế tỉnh Lam Giang", "MNS:H99.20"), sealed(PROVINCE.name, "MNS:H99")

    assert doubts(DOCUMENT, other, own) == []
