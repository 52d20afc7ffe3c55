"""Policies: the four that are built in, one's own in a file, and who must have signed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from edocs.errors import UsageError
from edocs.model import (
    BUILT_IN_POLICIES,
    AlgorithmRules,
    Level,
    Policy,
    RequiredSignature,
    Role,
    TrustStore,
    Verdict,
    VerificationOptions,
    VerificationPolicy,
    VerificationReport,
)
from edocs.testing import sample_pdf
from edocs.testing.pki_table import ORGANISATION_POLICY
from edocs.verify import load_policy, verify_pdf

AGENCY = "ỦY BAN NHÂN DÂN  tỉnh Lam Giang"
PERSON = RequiredSignature(role=Role.PERSONAL)
SEAL = RequiredSignature(role=Role.ORGANISATION)


def written(folder: Path, text: str) -> Path:
    path = folder / "chính sách.toml"
    path.write_text(text, encoding="utf-8")
    return path


def judged(document: bytes, trust: TrustStore, *required: RequiredSignature) -> VerificationReport:
    policy = VerificationPolicy(name="tỉnh", required=required)
    return verify_pdf(document, trust, VerificationOptions(policy=policy))


def rules(report: VerificationReport) -> list[str]:
    return [reason.rule for reason in report.reasons]


def test_each_built_in_policy_is_found_by_its_name() -> None:
    assert [load_policy(policy.value) for policy in Policy] == [BUILT_IN_POLICIES[policy] for policy in Policy]


def test_a_file_says_what_differs_from_its_base(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        based-on = "strict"
        [changes]
        fields = ["ý kiến"]
        annotations = true
        added-fields = true
        [trust]
        require-revocation = true
        algorithms = "dated"
        [[signature]]
        role = "personal"
        level = "B-T"
        [[signature]]
        organisation = "Sở Nội vụ"
        count = 2
        """,
    )

    policy = load_policy(path)

    assert policy.name == "chính sách"
    assert (policy.changes.fields, policy.changes.annotations, policy.changes.reserved) == (("ý kiến",), True, True)
    assert policy.changes.added_fields
    assert (policy.judges_trust, policy.require_revocation, policy.algorithms) == (True, True, AlgorithmRules.DATED)
    assert policy.required == (
        RequiredSignature(role=Role.PERSONAL, level=Level.B_T),
        RequiredSignature(organisation="Sở Nội vụ", count=2),
    )


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[changes]\nfield = []", "changes.field", "fields?"),
        ("[changes]\nadded-fields = 1", "changes.added-fields", "true, false"),
        ("base-on = 'strict'", "base-on", "based-on?"),
        ("[[signature]]\nlevl = 'B-T'", "signature.levl", "level?"),
        ("[trust]\njudged = 'no'", "trust.judged", "true, false"),
        ("based-on = 'decree30'", "based-on", "decree-30"),
        ("[changes]\nfields = 'some'", "changes.fields", "all"),
        ("[[signature]]\ncount = 0", "signature.count", "1 to 99"),
        ("[[signature]]\ncount = true", "signature.count", "1 to 99"),
        ("[[signature]]\npolicy-oid = 'x'", "signature.policy-oid", "OID"),
        ("[[signature]]\ncertificate-sha256 = 'ab'", "signature.certificate-sha256", "64"),
        ("signature = 'leader'", "signature", "[[signature]]"),
        ("changes = 3", "changes", "[changes]"),
    ],
)
def test_a_wrong_policy_file_is_refused_by_name(tmp_path: Path, text: str, message: str, hint: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(UsageError) as caught:
        load_policy(path)

    assert message in caught.value.message("en")
    assert hint in caught.value.hint("en")


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a TOML file"):
        load_policy(written(tmp_path, "[changes"))


def test_an_unknown_policy_names_the_near_miss() -> None:
    with pytest.raises(UsageError) as caught:
        load_policy("strickt")

    assert "did you mean strict?" in caught.value.hint("en")


def test_person_and_then_agency_are_found_by_field(issued: bytes, trust: TrustStore) -> None:
    report = judged(issued, trust, PERSON, RequiredSignature(role=Role.ORGANISATION, organisation=AGENCY))

    found = [notice.params["fields"] for notice in report.notices if notice.rule == "required.found"]
    assert report.verdict is Verdict.TOTAL_PASSED
    assert found == [signature.field for signature in report.signatures]
    assert report.policy == "tỉnh"


@pytest.mark.parametrize(
    "required",
    [
        (SEAL, PERSON),
        (PERSON, PERSON),
        (RequiredSignature(role=Role.PERSONAL, count=2),),
        (RequiredSignature(role=Role.ORGANISATION, organisation="Sở Nội vụ"),),
        (RequiredSignature(role=Role.PERSONAL, common_name="Trần Văn Bình"),),
        (RequiredSignature(role=Role.PERSONAL, policy_oid=ORGANISATION_POLICY),),
        (RequiredSignature(role=Role.PERSONAL, level=Level.B_T),),
        (RequiredSignature(certificate_sha256="0" * 64),),
    ],
)
def test_a_missing_signer_makes_the_file_indeterminate(
    issued: bytes, trust: TrustStore, required: tuple[RequiredSignature, ...]
) -> None:
    report = judged(issued, trust, *required)

    assert report.verdict is Verdict.INDETERMINATE
    assert rules(report) == ["required.missing"]


def test_a_signature_that_does_not_pass_is_not_counted(issued: bytes) -> None:
    report = judged(issued, TrustStore(), PERSON)

    assert rules(report) == ["required.missing"]


def test_a_failed_signature_outweighs_a_missing_one(issued: bytes, trust: TrustStore) -> None:
    broken = issued.replace(b"%PDF-1.7", b"%PDF-1.6", 1)

    report = judged(broken, trust, RequiredSignature(role=Role.PERSONAL, count=2))

    assert broken != issued
    assert report.verdict is Verdict.TOTAL_FAILED
    assert rules(report) == ["required.missing"]


@pytest.mark.parametrize(
    "demand",
    [
        RequiredSignature(common_name="nguyễn văn an", level=Level.B_B),
        RequiredSignature(count=2),
    ],
)
def test_every_kind_of_demand_can_be_met(issued: bytes, trust: TrustStore, demand: RequiredSignature) -> None:
    report = judged(issued, trust, demand)

    assert report.verdict is Verdict.TOTAL_PASSED


def test_a_demanded_certificate_policy_is_found(foreign_sign: Callable[..., bytes], trust: TrustStore) -> None:
    document = foreign_sign(sample_pdf(), "seal-public", "Dấu")

    report = judged(document, trust, RequiredSignature(role=Role.ORGANISATION, policy_oid=ORGANISATION_POLICY))

    assert report.verdict is Verdict.TOTAL_PASSED
