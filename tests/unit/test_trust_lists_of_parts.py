"""Lists and responses of every kind: what is partial, indirect or badly signed never says that all is well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from edocs._trust.revocation import StoreRevocation
from edocs.model import Revocation, RevocationEvidence, TrustStore, Verdict, VerificationOptions
from edocs.verify import verify_pdf
from tests import values
from tests.values import NOW, authority, certify, der

MADE = NOW - timedelta(days=1)
URL = x509.UniformResourceIdentifier("http://ca.example/1.crl")
OTHER = x509.UniformResourceIdentifier("http://ca.example/2.crl")


@pytest.fixture(scope="module")
def person() -> x509.Certificate:
    point = x509.DistributionPoint([URL], None, None, None)
    key = ec.generate_private_key(ec.SECP256R1())
    extension = (x509.CRLDistributionPoints([point]), False)
    return certify(key.public_key(), "Person", authority(), extensions=(extension,))


def scope(**chosen: object) -> x509.IssuingDistributionPoint:
    every: dict[str, object] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**{**every, **chosen})


def crl(
    *extensions: x509.ExtensionType,
    revoked: x509.Certificate | None = None,
    why: x509.ReasonFlags | None = None,
    made: datetime = MADE,
    issuer: tuple[object, x509.Certificate] | None = None,
    padded: object = None,
) -> bytes:
    key, ca = issuer or authority()
    builder = x509.CertificateRevocationListBuilder(ca.subject, made, made + timedelta(days=30))
    if revoked is not None:
        entry = x509.RevokedCertificateBuilder().serial_number(revoked.serial_number).revocation_date(made)
        if why is not None:
            entry = entry.add_extension(x509.CRLReason(why), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    hashed = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    options = {"rsa_padding": padded} if padded else {}
    return builder.sign(key, hashed, **options).public_bytes(Encoding.DER)


def status(
    person: x509.Certificate, *crls: bytes, ocsps: tuple[bytes, ...] = (), ca: x509.Certificate | None = None
) -> RevocationEvidence | None:
    return StoreRevocation(TrustStore(crls=crls, ocsps=ocsps)).status(person, ca or authority()[1], NOW)


PARTIAL: dict[str, Callable[[], x509.ExtensionType]] = {
    "delta": lambda: x509.DeltaCRLIndicator(1),
    "some reasons": lambda: scope(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise])),
    "CAs only": lambda: scope(only_contains_ca_certs=True),
    "another part": lambda: scope(full_name=[OTHER]),
}


@pytest.mark.parametrize("name", PARTIAL)
def test_a_partial_list_may_prove_a_revocation_and_nothing_good(name: str, person: x509.Certificate) -> None:
    silent, telling = crl(PARTIAL[name]()), crl(PARTIAL[name](), revoked=person)

    assert status(person, silent) is None
    found = status(person, telling)
    assert found is not None
    assert found.status is Revocation.REVOKED


def test_the_part_that_the_certificate_names_covers_it(person: x509.Certificate) -> None:
    found = status(person, crl(scope(full_name=[OTHER, URL], only_contains_user_certs=True)))

    assert found is not None
    assert found.status is Revocation.GOOD


def test_an_indirect_list_is_passed_over(person: x509.Certificate) -> None:
    """Its numbers may be those of another issuer's certificates."""
    assert status(person, crl(scope(indirect_crl=True), revoked=person)) is None


def test_an_authority_that_may_not_sign_lists_is_not_believed(person: x509.Certificate) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.CertificateBuilder(
        authority()[1].subject, authority()[1].subject, key.public_key(), 5, values.START, values.END
    )
    usage = x509.KeyUsage(False, False, False, False, False, True, False, False, False)
    ca = named.add_extension(usage, critical=True).sign(key, hashes.SHA256())

    assert status(person, crl(issuer=(key, ca)), ca=ca) is None


@pytest.mark.parametrize("is_newer", [True, False])
def test_a_hold_counts_until_a_newer_list_lifts_it(person: x509.Certificate, is_newer: bool) -> None:
    held = crl(revoked=person, why=x509.ReasonFlags.certificate_hold)
    whole = crl(made=MADE + timedelta(hours=2 if is_newer else -2))

    found = status(person, held, whole)

    assert found is not None
    assert (found.status, found.is_on_hold) == ((Revocation.GOOD, False) if is_newer else (Revocation.REVOKED, True))


def test_a_revocation_stays_though_a_newer_list_leaves_it_out(person: x509.Certificate) -> None:
    found = status(person, crl(revoked=person), crl(made=MADE + timedelta(hours=2)))

    assert found is not None
    assert found.status is Revocation.REVOKED


def test_a_release_in_a_delta_list_is_no_revocation(person: x509.Certificate) -> None:
    released = crl(x509.DeltaCRLIndicator(1), revoked=person, why=x509.ReasonFlags.remove_from_crl)

    assert status(person, released) is None


def test_a_suspended_signer_is_neither_valid_nor_invalid() -> None:
    maker = values.ec_maker(ec.SECP256R1())
    trust = TrustStore(
        anchors=(der(authority()[1]),), crls=(crl(revoked=maker.certificate, why=x509.ReasonFlags.certificate_hold),)
    )

    report = verify_pdf(values.signed_pdf(maker), trust, VerificationOptions(at=NOW))

    assert report.verdict is Verdict.INDETERMINATE
    assert [item.rule for item in report.signatures[0].reasons] == ["trust.on_hold"]


@pytest.mark.parametrize("kind", ["Ed25519", "PSS"])
def test_lists_signed_with_other_algorithms_count(kind: str) -> None:
    if kind == "PSS":
        key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey = values.rsa_key()
        ca = certify(key.public_key(), "CA", (key, None), ca=True)
        padded = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    else:
        key = ed25519.Ed25519PrivateKey.generate()
        ca = certify(key.public_key(), "CA", (key, None), ca=True, hashed=None)
        padded = None
    own = ec.generate_private_key(ec.SECP256R1()).public_key()
    person = certify(own, "Person", (key, ca), hashed=None if kind == "Ed25519" else hashes.SHA256())

    found = status(person, crl(issuer=(key, ca), padded=padded), ca=ca)

    assert found is not None
    assert found.status is Revocation.GOOD


def response(
    person: x509.Certificate, signer: tuple[object, x509.Certificate], *, until: datetime | None, made: datetime = MADE
) -> bytes:
    key, certificate = signer
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(person, authority()[1], hashes.SHA256(), ocsp.OCSPCertStatus.GOOD, made, until, None, None)
        .responder_id(ocsp.OCSPResponderEncoding.HASH, certificate)
        .certificates([certificate])
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def delegate(*, may: bool = True) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    uses = (ExtendedKeyUsageOID.OCSP_SIGNING.dotted_string,) if may else ()
    nocheck = ((x509.OCSPNoCheck(), False),)
    return key, certify(key.public_key(), "Responder", authority(), uses=uses, extensions=nocheck)


def test_a_delegate_that_is_named_by_its_key_may_answer(person: x509.Certificate) -> None:
    answer = response(person, delegate(), until=NOW + timedelta(days=1))

    found = status(person, ocsps=(answer,))

    assert found is not None
    assert found.status is Revocation.GOOD


def test_one_whom_the_authority_did_not_let_answer_is_not_believed(person: x509.Certificate) -> None:
    assert status(person, ocsps=(response(person, delegate(may=False), until=NOW + timedelta(days=1)),)) is None


@pytest.mark.parametrize(
    ("made", "counts"),
    [(NOW + timedelta(minutes=1), True), (NOW - timedelta(minutes=30), True), (NOW - timedelta(hours=2), False)],
)
def test_an_answer_without_an_end_counts_for_an_hour(person: x509.Certificate, made: datetime, counts: bool) -> None:
    found = status(person, ocsps=(response(person, delegate(), until=None, made=made),))

    assert (found is not None) is counts


def test_of_several_answers_in_one_response_the_right_one_is_taken(person: x509.Certificate) -> None:
    """Written by hand: cryptography builds responses with one answer alone."""
    other = certify(ec.generate_private_key(ec.SECP256R1()).public_key(), "Other", authority())
    signer = delegate()

    both = values.joined_responses(
        [response(item, signer, until=NOW + timedelta(days=1)) for item in (other, person)], signer[0]
    )

    found = status(person, ocsps=(both,))
    assert found is not None
    assert found.status is Revocation.GOOD
