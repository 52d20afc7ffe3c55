"""Certification paths as lawful files have them: cross certificates, anchors in the middle, namesakes."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.utils import CryptographyDeprecationWarning

from edocs.model import TrustStore, Verdict, VerificationOptions
from edocs.verify import verify_pdf
from tests import values
from tests.values import Maker, authority, certify, der, identifier, signed_pdf, stamped, token

OPTIONS = VerificationOptions(at=values.NOW)
ENDED = (values.START, datetime(2026, 5, 1, tzinfo=UTC))


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def signer(own: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> Maker:
    return Maker(
        certificate=certificate,
        sign=lambda data: own.sign(data, ec.ECDSA(hashes.SHA256())),
        algorithm=identifier("1.2.840.10045.4.3.2"),
    )


@pytest.fixture(scope="module")
def root() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    return authority()


def outcome(document: bytes, *anchors: x509.Certificate, at: datetime = values.NOW) -> tuple[Verdict, set[str]]:
    report = verify_pdf(document, TrustStore(anchors=tuple(map(der, anchors))), replace(OPTIONS, at=at))
    return report.verdict, {item.rule for one in report.signatures for item in one.reasons}


PASSED = (Verdict.TOTAL_PASSED, set())


def middle_and_leaf(
    root: tuple[ec.EllipticCurvePrivateKey, x509.Certificate], **options: object
) -> tuple[x509.Certificate, Maker]:
    ca_key, own = key(), key()
    middle = certify(ca_key.public_key(), "Middle CA", root, ca=True, **options)
    return middle, signer(own, certify(own.public_key(), "Signer", (ca_key, middle)))


def test_an_anchor_need_not_be_a_root(root: tuple[ec.EllipticCurvePrivateKey, x509.Certificate]) -> None:
    middle, made = middle_and_leaf(root)

    assert outcome(signed_pdf(made, certificates=[der(made.certificate)]), middle) == PASSED


def test_a_cross_certificate_leads_to_the_anchor_that_is_given(
    root: tuple[ec.EllipticCurvePrivateKey, x509.Certificate],
) -> None:
    other = authority("Other CA")
    ca_key, own = key(), key()
    ours = certify(ca_key.public_key(), "Cross CA", root, ca=True)
    theirs = certify(ca_key.public_key(), "Cross CA", other, ca=True)
    made = signer(own, certify(own.public_key(), "Signer", (ca_key, ours)))
    document = signed_pdf(made, certificates=[der(item) for item in (theirs, made.certificate, ours)])

    assert outcome(document, root[1]) == PASSED
    assert outcome(document, other[1]) == PASSED


def test_among_many_authorities_of_one_name_the_key_decides(
    root: tuple[ec.EllipticCurvePrivateKey, x509.Certificate],
) -> None:
    ca_key, own = key(), key()
    namesakes = [certify(key().public_key(), "Middle CA", root, ca=True) for _ in range(9)]
    right = certify(ca_key.public_key(), "Middle CA", root, ca=True)
    made = signer(own, certify(own.public_key(), "Signer", (ca_key, right)))
    held = [der(item) for item in (*namesakes, right, made.certificate)]

    assert outcome(signed_pdf(made, certificates=held), root[1]) == PASSED


def test_an_ended_authority_counts_where_the_time_is_proven(
    root: tuple[ec.EllipticCurvePrivateKey, x509.Certificate],
) -> None:
    middle, made = middle_and_leaf(root, dates=ENDED)
    held = [der(middle), der(made.certificate)]
    earlier = datetime(2026, 3, 1, tzinfo=UTC)
    tsa = values.tsa_maker()

    without = outcome(signed_pdf(made, certificates=held), root[1])
    proven = signed_pdf(made, certificates=held, unsigned=lambda value: stamped(token(tsa, value, earlier)))

    assert without == (Verdict.INDETERMINATE, {"trust.authority_out_of_bounds"})
    assert outcome(proven, root[1]) == PASSED


def test_names_that_the_authority_may_not_certify_do_not_pass(
    root: tuple[ec.EllipticCurvePrivateKey, x509.Certificate],
) -> None:
    permitted = x509.DirectoryName(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Somebody else")]))
    constraints = x509.NameConstraints(permitted_subtrees=[permitted], excluded_subtrees=None)
    middle, made = middle_and_leaf(root, extensions=((constraints, True),))

    found = outcome(signed_pdf(made, certificates=[der(middle), der(made.certificate)]), root[1])

    assert found == (Verdict.INDETERMINATE, {"trust.path"})


def test_a_person_does_not_certify_others(root: tuple[ec.EllipticCurvePrivateKey, x509.Certificate]) -> None:
    person, own = key(), key()
    leaf = certify(person.public_key(), "Person", root)
    made = signer(own, certify(own.public_key(), "Signer", (person, leaf)))

    found = outcome(signed_pdf(made, certificates=[der(leaf), der(made.certificate)]), root[1])

    assert found == (Verdict.INDETERMINATE, {"trust.path"})


def test_an_authority_with_an_edwards_key_is_followed() -> None:
    ca_key, own = ed25519.Ed25519PrivateKey.generate(), key()
    ca = certify(ca_key.public_key(), "Ed CA", (ca_key, None), ca=True, hashed=None)
    made = signer(own, certify(own.public_key(), "Signer", (ca_key, ca), hashed=None))

    assert outcome(signed_pdf(made, certificates=[der(made.certificate)]), ca) == PASSED


def test_a_negative_serial_number_is_no_reason_to_refuse() -> None:
    """CAs have issued such certificates; without the high byte zero a random number is negative every other time."""
    ca_key, ca = values.rsa_authority()
    own = key()
    made = asn1_x509.Certificate.load(der(certify(own.public_key(), "Signer", (ca_key, ca))))
    fields = made["tbs_certificate"]
    fields["serial_number"] = core.Integer(-31767)
    made["signature_value"] = core.OctetBitString(
        ca_key.sign(fields.dump(force=True), padding.PKCS1v15(), hashes.SHA256())
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        certificate = x509.load_der_x509_certificate(made.dump(force=True))
        found = outcome(signed_pdf(signer(own, certificate), certificates=[der(certificate)]), ca)

    assert found == PASSED


@pytest.mark.parametrize(
    ("hashed", "padded"),
    [
        (hashes.SHA256(), padding.PSS(padding.MGF1(hashes.SHA256()), 32)),
        (hashes.SHA384(), padding.PSS(padding.MGF1(hashes.SHA256()), 20)),
        (hashes.SHA3_256(), None),
    ],
)
def test_certificates_signed_with_other_algorithms_are_followed(
    hashed: hashes.HashAlgorithm, padded: padding.PSS | None
) -> None:
    ca_key, ca = values.rsa_authority()
    own = key()
    made = signer(own, certify(own.public_key(), "Signer", (ca_key, ca), hashed=hashed, padded=padded))

    assert outcome(signed_pdf(made, certificates=[der(made.certificate)]), ca) == PASSED


def test_an_authority_on_a_small_curve_is_weak() -> None:
    ca_key, own = ec.generate_private_key(ec.SECP192R1()), key()
    ca = certify(ca_key.public_key(), "Small CA", (ca_key, None), ca=True)
    middle_key = ec.generate_private_key(ec.SECP192R1())
    middle = certify(middle_key.public_key(), "Small middle CA", (ca_key, ca), ca=True)
    made = signer(own, certify(own.public_key(), "Signer", (middle_key, middle)))

    found = outcome(signed_pdf(made, certificates=[der(middle), der(made.certificate)]), ca)

    assert found == (Verdict.INDETERMINATE, {"algorithm.weak"})
