"""Which bucket a verification puts a document into."""

from __future__ import annotations

import pytest
from register_samples import AGENCY, FAILED, OPEN, PASSED, PERSON, UNKNOWN, make_document, make_report, signature

from edocs.model import (
    Indicator,
    Level,
    SignatureFacts,
    SignatureReport,
    Standing,
    Verdict,
    VerificationReport,
    read_facts,
)

V, I, D, U = Standing.VALID, Standing.INVALID, Standing.INDETERMINATE, Standing.UNSIGNED  # noqa: E741
DOCUMENT = make_document(1)


def facts(*signatures: SignatureReport) -> SignatureFacts:
    return read_facts(make_report(DOCUMENT, *signatures).as_dict())


@pytest.mark.parametrize(
    ("signatures", "personal", "organisation", "both"),
    [
        ([], U, U, U),
        ([signature(PERSON)], V, U, U),
        ([signature(AGENCY)], U, V, U),
        ([signature(PERSON), signature(AGENCY)], V, V, V),
        ([signature(AGENCY), signature(PERSON)], V, V, I),
        ([signature(AGENCY), signature(PERSON), signature(AGENCY)], V, V, V),
        ([signature(PERSON, FAILED), signature(AGENCY)], I, V, I),
        ([signature(PERSON), signature(AGENCY, FAILED)], V, I, I),
        ([signature(PERSON, OPEN), signature(AGENCY)], D, V, D),
        ([signature(PERSON, OPEN), signature(AGENCY, FAILED)], D, I, I),
        ([signature(AGENCY), signature(PERSON, OPEN)], D, V, I),
        ([signature(PERSON, FAILED)], I, U, U),
        ([signature(PERSON, FAILED), signature(PERSON), signature(AGENCY)], V, V, V),
        ([signature(UNKNOWN)], D, D, I),
        ([signature(UNKNOWN), signature(UNKNOWN)], D, D, D),
        ([signature(UNKNOWN), signature(AGENCY)], D, V, D),
        ([signature(UNKNOWN, FAILED)], I, I, I),
        ([signature(PERSON, PASSED, trusted=False)], I, U, U),
    ],
)
def test_bucket_follows_roles_verdicts_and_order(
    signatures: list[SignatureReport], personal: Standing, organisation: Standing, both: Standing
) -> None:
    found = facts(*signatures)

    assert [found.standing(indicator) for indicator in Indicator] == [personal, organisation, both]


def test_unreadable_file_is_undecided_not_unsigned() -> None:
    report = VerificationReport(verdict=Verdict.UNREADABLE, sha256="0" * 64)

    assert read_facts(report.as_dict()).standing(Indicator.BOTH) is D


def test_file_that_fails_as_a_whole_has_no_valid_signature() -> None:
    report = VerificationReport(verdict=FAILED, signatures=(signature(PERSON), signature(AGENCY)), sha256="0" * 64)

    assert {read_facts(report.as_dict()).standing(indicator) for indicator in Indicator} == {I}


def test_attempted_counts_what_is_there_whatever_its_verdict() -> None:
    found = facts(signature(AGENCY, FAILED), signature(PERSON, OPEN))

    assert [found.is_attempted(indicator) for indicator in Indicator] == [True, True, True]


def test_unknown_role_is_no_attempt_in_either() -> None:
    assert not facts(signature(UNKNOWN)).is_attempted(Indicator.PERSONAL)


def test_document_timestamp_is_nobodys_signature() -> None:
    found = facts(signature(UNKNOWN, PASSED, sub_filter="ETSI.RFC3161"))

    assert (found.has_signature, found.standing(Indicator.PERSONAL)) == (False, U)


@pytest.mark.parametrize(
    ("item", "nested"),
    [
        (signature(PERSON, FAILED), (True, False, False, False)),
        (signature(PERSON, OPEN), (True, True, False, False)),
        (signature(PERSON), (True, True, True, False)),
        (signature(PERSON, PASSED, level=Level.B_T), (True, True, True, True)),
        (signature(PERSON, OPEN, level=Level.B_T), (True, True, False, False)),
    ],
)
def test_facts_are_nested(item: SignatureReport, nested: tuple[bool, ...]) -> None:
    found = facts(item)

    assert (found.has_signature, found.has_intact, found.has_trusted, found.has_timestamped) == nested
