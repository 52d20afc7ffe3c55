"""What a signature brings along: times that count or do not, revocation evidence, purposes, the age of algorithms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from edocs._pades.der import explicit, implicit, sequence
from edocs.model import (
    AlgorithmRules,
    Policy,
    Revocation,
    TimeSource,
    TrustStore,
    Verdict,
    VerificationOptions,
    VerificationReport,
    policy_of,
)
from edocs.verify import verify_pdf
from tests import values
from tests.values import Maker, authority, cms, der, in_pdf, revocation_list, rsa_maker, signed_pdf, stamped, token

OPTIONS = VerificationOptions(at=values.NOW)
EARLIER, LATER = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
DATED = replace(OPTIONS, policy=replace(policy_of(Policy.DECREE_30), algorithms=AlgorithmRules.DATED))


@pytest.fixture(scope="module")
def anchored() -> TrustStore:
    return TrustStore(anchors=(der(authority()[1]),))


@pytest.fixture(scope="module")
def maker() -> Maker:
    return values.ec_maker(ec.SECP256R1())


@pytest.fixture(scope="module")
def tsa() -> Maker:
    return values.tsa_maker()


def rules(report: VerificationReport) -> set[str]:
    return {item.rule for one in report.signatures for item in one.reasons}


def notices(report: VerificationReport) -> list[str]:
    return [item.rule for one in report.signatures for item in one.notices]


# --- timestamps ---------------------------------------------------------------------------------------------------


def test_of_several_timestamps_the_earliest_that_counts_is_the_time(
    maker: Maker, tsa: Maker, anchored: TrustStore
) -> None:
    def add(value: bytes) -> list[bytes]:
        two = stamped(token(tsa, value, LATER), b"\x30\x03\x02\x01\x01")
        return [*two, *stamped(token(tsa, b"other", EARLIER - timedelta(days=9)), token(tsa, value, EARLIER))]

    report = verify_pdf(signed_pdf(maker, unsigned=add), anchored, OPTIONS)

    (one,) = report.signatures
    assert (one.verdict, one.signed_at, one.time_source) == (Verdict.TOTAL_PASSED, EARLIER, TimeSource.TIMESTAMP)
    assert notices(report).count("time.timestamp") == 2


@pytest.mark.parametrize("fault", ["garbage", "imprint", "authority", "purpose", "expired", "certificate", "value"])
def test_a_broken_timestamp_spoils_the_time_alone(fault: str, maker: Maker, tsa: Maker, anchored: TrustStore) -> None:
    def add(value: bytes) -> list[bytes]:
        other_key, other = authority("Other CA")
        foreign = values.certify(values.rsa_key().public_key(), "TSA", (other_key, other), uses=(values.TIME_STAMPING,))
        ended = values.tsa_maker(dates=(values.START, datetime(2026, 5, 1, tzinfo=UTC)))
        made = {
            "garbage": lambda: b"\x30\x05hello",
            "imprint": lambda: token(tsa, b"something else", EARLIER),
            "authority": lambda: token(replace(tsa, certificate=foreign), value, EARLIER),
            "purpose": lambda: token(rsa_maker(), value, EARLIER),
            "expired": lambda: token(ended, value, EARLIER),
            "certificate": lambda: token(tsa, value, EARLIER, certificates=[]),
            "value": lambda: token(replace(tsa, sign=maker.sign), value, EARLIER),
        }[fault]()
        return stamped(made)

    report = verify_pdf(signed_pdf(maker, unsigned=add), anchored, OPTIONS)

    (one,) = report.signatures
    assert (one.verdict, one.time_source, one.integrity) == (Verdict.TOTAL_PASSED, TimeSource.CLAIMED, True)
    assert "time.timestamp" in notices(report)


def test_a_timestamp_finds_its_authority_among_the_certificates_at_hand(
    maker: Maker, tsa: Maker, anchored: TrustStore
) -> None:
    document = signed_pdf(maker, unsigned=lambda value: stamped(token(tsa, value, EARLIER, certificates=[])))

    report = verify_pdf(document, replace(anchored, intermediates=(der(tsa.certificate),)), OPTIONS)

    assert report.signatures[0].time_source is TimeSource.TIMESTAMP


def test_a_broken_document_timestamp_spoils_nothing_else(maker: Maker, tsa: Maker, anchored: TrustStore) -> None:
    signed = signed_pdf(maker)
    good = in_pdf(
        lambda data: token(tsa, data, EARLIER), "ETSI.RFC3161", document=signed, field="T", kind="/DocTimeStamp"
    )
    broken = in_pdf(
        lambda _: token(tsa, b"other", EARLIER), "ETSI.RFC3161", document=signed, field="T", kind="/DocTimeStamp"
    )

    one, other = verify_pdf(good, anchored, OPTIONS), verify_pdf(broken, anchored, OPTIONS)

    assert (one.verdict, one.signatures[0].signed_at) == (Verdict.TOTAL_PASSED, EARLIER)
    assert (other.verdict, other.signatures[0].time_source) == (Verdict.TOTAL_PASSED, TimeSource.CLAIMED)
    assert "time.document_timestamp" in {item.rule for item in other.notices}


def test_an_expired_signer_passes_where_a_timestamp_proves_the_time(tsa: Maker, anchored: TrustStore) -> None:
    ended = values.ec_maker(ec.SECP256R1(), dates=(values.START, datetime(2026, 5, 1, tzinfo=UTC)))

    without = verify_pdf(signed_pdf(ended), anchored, OPTIONS)
    proven = verify_pdf(
        signed_pdf(ended, unsigned=lambda value: stamped(token(tsa, value, EARLIER))), anchored, OPTIONS
    )

    assert rules(without) == {"trust.out_of_bounds"}
    assert proven.verdict is Verdict.TOTAL_PASSED


def test_a_signature_proven_to_be_older_than_its_certificate_does_not_pass(
    maker: Maker, tsa: Maker, anchored: TrustStore
) -> None:
    before = values.START - timedelta(days=1)
    document = signed_pdf(maker, unsigned=lambda value: stamped(token(tsa, value, before)))

    assert rules(verify_pdf(document, anchored, OPTIONS)) == {"trust.not_yet_valid"}


# --- revocation evidence inside -----------------------------------------------------------------------------------


def embedded(maker: Maker, crl: bytes, where: str) -> bytes:
    """A document whose signature holds ``crl``."""
    adobe = values.attribute("1.2.840.113583.1.1.8", sequence(explicit(0, sequence(crl))))
    cades = values.attribute("1.2.840.113549.1.9.16.2.24", sequence(explicit(0, sequence(crl))))
    if where == "adobe":
        return in_pdf(
            lambda data: cms(maker, data, attributes=[*values.own_attributes(maker, data), adobe]),
            "adbe.pkcs7.detached",
        )
    if where == "cades":
        return signed_pdf(maker, unsigned=lambda _: [cades])
    return signed_pdf(maker, revocation=implicit(1, values.tagged(0x31, crl)))


@pytest.mark.parametrize("where", ["adobe", "cades", "cms"])
def test_a_list_inside_the_signature_is_evidence(where: str, maker: Maker, anchored: TrustStore) -> None:
    good = verify_pdf(embedded(maker, revocation_list(), where), anchored, OPTIONS)
    revoked = verify_pdf(embedded(maker, revocation_list(maker.certificate, on=EARLIER), where), anchored, OPTIONS)

    assert (good.verdict, good.signatures[0].revocation) == (Verdict.TOTAL_PASSED, Revocation.GOOD)
    assert (revoked.verdict, rules(revoked)) == (Verdict.TOTAL_FAILED, {"trust.signed_after_revocation"})


def test_a_list_inside_that_the_authority_did_not_sign_is_none(maker: Maker, anchored: TrustStore) -> None:
    crl = bytearray(revocation_list())
    crl[-1] ^= 1

    report = verify_pdf(embedded(maker, bytes(crl), "adobe"), anchored, replace(OPTIONS, require_revocation=True))

    assert rules(report) == {"trust.revocation_required"}


# --- what the certificate is for ----------------------------------------------------------------------------------

DOCUMENTS, EMAIL, CLIENT, SERVER = (
    "1.3.6.1.5.5.7.3.36",
    "1.3.6.1.5.5.7.3.4",
    "1.3.6.1.5.5.7.3.2",
    "1.3.6.1.5.5.7.3.1",
)


@pytest.mark.parametrize(
    ("usage", "uses", "is_critical", "is_for_signing"),
    [
        ((), (), False, True),
        (("content_commitment",), (), False, True),
        (("digital_signature",), (EMAIL, CLIENT), False, True),
        (("digital_signature",), (DOCUMENTS,), True, True),
        (("digital_signature",), ("2.5.29.37.0",), True, True),
        (("digital_signature",), ("1.3.6.1.4.1.32473.7",), False, True),
        (("digital_signature",), (CLIENT,), False, True),
        (("key_encipherment",), (), False, False),
        (("digital_signature",), (SERVER, CLIENT), False, False),
        (("digital_signature",), (values.TIME_STAMPING,), True, False),
        (("digital_signature",), ("1.3.6.1.4.1.32473.7",), True, False),
    ],
)
def test_purposes_of_a_certificate(
    usage: tuple[str, ...], uses: tuple[str, ...], is_critical: bool, is_for_signing: bool, anchored: TrustStore
) -> None:
    certified = values.ec_maker(ec.SECP256R1(), usage=usage, uses=uses, critical_uses=is_critical)

    found = rules(verify_pdf(signed_pdf(certified), anchored, OPTIONS))

    assert found == (set() if is_for_signing else {"trust.key_usage"})


# --- the age of algorithms ----------------------------------------------------------------------------------------

OLD = datetime(2011, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def veteran() -> Maker:
    return rsa_maker("sha1", dates=(datetime(2009, 1, 1, tzinfo=UTC), values.END))


@pytest.fixture(scope="module")
def old_tsa() -> Maker:
    return values.tsa_maker(dates=(datetime(2009, 1, 1, tzinfo=UTC), values.END))


@pytest.fixture(scope="module")
def old_anchor() -> TrustStore:
    return TrustStore(anchors=(der(authority()[1]),))


def test_an_algorithm_counts_by_its_time_only_where_asked_and_proven(
    veteran: Maker, old_tsa: Maker, old_anchor: TrustStore
) -> None:
    proven = signed_pdf(veteran, unsigned=lambda value: stamped(token(old_tsa, value, OLD)))
    late = signed_pdf(veteran, unsigned=lambda value: stamped(token(old_tsa, value, EARLIER)))

    assert verify_pdf(proven, old_anchor, DATED).verdict is Verdict.TOTAL_PASSED
    assert rules(verify_pdf(proven, old_anchor, OPTIONS)) == {"algorithm.weak"}
    assert rules(verify_pdf(late, old_anchor, DATED)) == {"algorithm.weak"}
    assert rules(verify_pdf(signed_pdf(veteran), old_anchor, DATED)) == {"algorithm.weak"}


def test_a_weak_timestamp_cannot_prove_its_own_age(veteran: Maker, old_anchor: TrustStore) -> None:
    weak_tsa = values.tsa_maker("sha1", dates=(datetime(2009, 1, 1, tzinfo=UTC), values.END))
    document = signed_pdf(veteran, unsigned=lambda value: stamped(token(weak_tsa, value, OLD)))

    report = verify_pdf(document, old_anchor, DATED)

    assert rules(report) == {"algorithm.weak"}
    assert "time.timestamp" in notices(report)


def test_an_old_format_counts_where_its_age_is_proven(old_tsa: Maker, old_anchor: TrustStore) -> None:
    key = values.rsa_key()
    dates = (datetime(2009, 1, 1, tzinfo=UTC), values.END)
    raw = in_pdf(
        lambda data: values.octets(key.sign(data, values.padding.PKCS1v15(), hashes.SHA1())),
        "adbe.x509.rsa_sha1",
        certificates=[der(values.leaf(key, dates=dates))],
    )
    sealed = in_pdf(
        lambda data: token(old_tsa, data, OLD), "ETSI.RFC3161", document=raw, field="T", kind="/DocTimeStamp"
    )

    assert verify_pdf(sealed, old_anchor, DATED).verdict is Verdict.TOTAL_PASSED
    assert rules(verify_pdf(sealed, old_anchor, OPTIONS)) == {"format.legacy"}


def test_a_short_key_counts_until_its_end(old_tsa: Maker, old_anchor: TrustStore) -> None:
    short = rsa_maker(bits=1024, dates=(datetime(2009, 1, 1, tzinfo=UTC), values.END))
    in_time, too_late = (
        signed_pdf(short, unsigned=lambda value, at=at: stamped(token(old_tsa, value, at)))
        for at in (datetime(2010, 1, 1, tzinfo=UTC), OLD)
    )

    assert verify_pdf(in_time, old_anchor, DATED).verdict is Verdict.TOTAL_PASSED
    assert "algorithm.weak" in rules(verify_pdf(too_late, old_anchor, DATED))
    assert "algorithm.weak" in rules(verify_pdf(in_time, old_anchor, OPTIONS))


def test_a_certificate_signed_with_sha1_is_weak_until_its_age_is_proven(old_tsa: Maker, old_anchor: TrustStore) -> None:
    """cryptography no longer signs certificates with SHA-1, so the signature on it is made here."""
    maker = rsa_maker(dates=(datetime(2009, 1, 1, tzinfo=UTC), values.END))
    certificate = values.resigned_with_sha1(maker.certificate)
    old = replace(maker, certificate=certificate)
    trust = TrustStore(anchors=(der(values.rsa_authority()[1]),))
    dated = signed_pdf(old, unsigned=lambda value: stamped(token(old_tsa, value, OLD)))
    both = TrustStore(anchors=(*trust.anchors, *old_anchor.anchors))

    assert "algorithm.weak" in rules(verify_pdf(dated, both, OPTIONS))
    assert verify_pdf(dated, both, DATED).verdict is Verdict.TOTAL_PASSED
