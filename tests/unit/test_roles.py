"""In whose name a signature stands: the ordered rules, each shown to decide, and to lose to a stronger one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.ades.api import CAdESSignedAttrSpec, SignerAttrSpec

from edocs.model import Role, SignatureReport, TrustStore
from edocs.testing import Pki, sample_pdf
from edocs.testing.pki_table import ORGANISATION_POLICY, PERSON_POLICY
from edocs.verify import agency_name, verify_pdf

Sign = Callable[..., bytes]


def claiming(uri: str) -> CAdESSignedAttrSpec:
    role = cms.RoleSyntax({"role_name": cms.GeneralName("uniform_resource_identifier", uri)})
    attribute = cms.AttCertAttribute({"type": "role", "values": [role]})
    return CAdESSignedAttrSpec(signer_attributes=SignerAttrSpec(claimed_attrs=[attribute], certified_attrs=[]))


def judged(document: bytes, trust: TrustStore | None) -> SignatureReport:
    (signature,) = verify_pdf(document, trust).signatures
    return signature


@pytest.mark.parametrize(
    ("name", "role", "rule"),
    [
        ("leader", Role.PERSONAL, "subject_identifier"),
        ("seal", Role.ORGANISATION, "subject_identifier"),
        ("seal-orgid", Role.ORGANISATION, "subject_identifier"),
        ("seal-plain", Role.UNKNOWN, "none"),
    ],
)
def test_the_subject_identifier_decides(
    foreign_sign: Sign, trust: TrustStore, name: str, role: Role, rule: str
) -> None:
    signature = judged(foreign_sign(sample_pdf(), name, "A"), trust)

    assert (signature.role, signature.role_rule) == (role, rule)


def test_a_policy_oid_beats_the_subject_identifier(foreign_sign: Sign, trust: TrustStore) -> None:
    crossed = {PERSON_POLICY: Role.ORGANISATION, ORGANISATION_POLICY: Role.PERSONAL}

    signature = judged(foreign_sign(sample_pdf(), "leader-public", "A"), replace(trust, policy_oids=crossed))

    assert (signature.role, signature.role_rule) == (Role.ORGANISATION, "policy_oid")


def test_a_pinned_certificate_beats_everything(foreign_sign: Sign, trust: TrustStore, pki: Pki) -> None:
    certificate = x509.load_pem_x509_certificate(pki.pem("leader-public").read_bytes())
    pin = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    store = replace(trust, pins={pin: Role.ORGANISATION}, policy_oids={PERSON_POLICY: Role.PERSONAL})

    signature = judged(foreign_sign(sample_pdf(), "leader-public", "A"), store)

    assert (signature.role, signature.role_rule) == (Role.ORGANISATION, "pinned_certificate")


def test_a_name_in_the_directory_decides_where_no_identifier_does(foreign_sign: Sign, trust: TrustStore) -> None:
    document = foreign_sign(sample_pdf(), "seal-plain", "A")
    signer = judged(document, trust).signer
    assert signer is not None
    listed = replace(trust, agencies=frozenset({agency_name(f"  {signer.common_name}\u200b ")}))

    signature = judged(document, listed)

    assert (signature.role, signature.role_rule) == (Role.ORGANISATION, "agency_directory")


def test_a_claim_counts_where_the_chain_is_trusted(foreign_sign: Sign, trust: TrustStore) -> None:
    spec = claiming("urn:edocs:role:organisation")
    document = foreign_sign(sample_pdf(), "seal-plain", "A", cades_signed_attr_spec=spec)

    trusted, untrusted = judged(document, trust), judged(document, None)

    assert (trusted.role, trusted.role_rule) == (Role.ORGANISATION, "claimed_role")
    assert (untrusted.role, untrusted.role_rule) == (Role.UNKNOWN, "none")


def test_a_claim_against_the_certificate_loses_with_a_notice(foreign_sign: Sign, trust: TrustStore) -> None:
    spec = claiming("urn:edocs:role:organisation")

    signature = judged(foreign_sign(sample_pdf(), "leader", "A", cades_signed_attr_spec=spec), trust)

    assert (signature.role, signature.role_rule) == (Role.PERSONAL, "subject_identifier")
    assert "role.claim_overruled" in {notice.rule for notice in signature.notices}


def test_an_unknown_claim_is_no_role(foreign_sign: Sign, trust: TrustStore) -> None:
    spec = claiming("urn:example:minister")

    signature = judged(foreign_sign(sample_pdf(), "seal-plain", "A", cades_signed_attr_spec=spec), trust)

    assert signature.role is Role.UNKNOWN
