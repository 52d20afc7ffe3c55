"""Which certificates may sign: cases that the test PKI has no certificate for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from edocs._trust.revocation import StoreRevocation
from edocs._trust.signer_check import check_signer
from edocs.errors import CertificateRefusedError
from edocs.model import Revocation, RevocationEvidence, TrustStore
from edocs.ports import Signer

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
RSA = rsa.generate_private_key(65537, 2048)
USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def certificate(key: object, usages: tuple[str, ...] | None = ("digital_signature",)) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Thử")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())  # type: ignore[attr-defined]
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    if usages is not None:
        builder = builder.add_extension(x509.KeyUsage(**{name: name in usages for name in USAGES}), critical=True)
    hashed = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, hashed)  # type: ignore[arg-type]


@pytest.mark.parametrize("usage", ["digital_signature", "content_commitment"])
def test_either_usage_for_signing_is_enough(usage: str) -> None:
    check_signer(certificate(RSA, (usage,)), (), NOW, None)


@pytest.mark.parametrize("usages", [None, (), ("key_encipherment",), ("key_cert_sign", "crl_sign")])
def test_without_a_usage_for_signing_it_is_refused(usages: tuple[str, ...] | None) -> None:
    with pytest.raises(CertificateRefusedError, match="not for signing"):
        check_signer(certificate(RSA, usages), (), NOW, None)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_the_curves_of_fips_186_pass(curve: ec.EllipticCurve) -> None:
    check_signer(certificate(ec.generate_private_key(curve)), (), NOW, None)


def test_another_curve_is_refused() -> None:
    with pytest.raises(CertificateRefusedError, match="secp256k1"):
        check_signer(certificate(ec.generate_private_key(ec.SECP256K1())), (), NOW, None)


def test_another_kind_of_key_is_refused() -> None:
    with pytest.raises(CertificateRefusedError, match="key type not supported"):
        check_signer(certificate(ed25519.Ed25519PrivateKey.generate()), (), NOW, None)


@pytest.mark.parametrize("shift", [timedelta(days=-1), timedelta(), timedelta(days=1)])
def test_the_ends_of_validity_belong_to_it(shift: timedelta) -> None:
    check_signer(certificate(RSA), (), NOW + shift, None)


@pytest.mark.parametrize("shift", [timedelta(days=-1, seconds=-1), timedelta(days=1, seconds=1)])
def test_beyond_its_validity_it_is_refused_with_both_times(shift: timedelta) -> None:
    with pytest.raises(CertificateRefusedError, match=r"2026-03-0[46]T14:30:0[01]\+07:00; now is 2026-03-0"):
        check_signer(certificate(RSA), (), NOW + shift, None)


class Known:
    """A revocation source with one answer; remembers whether it was asked."""

    def __init__(self, status: Revocation | None) -> None:
        self.status_known = status
        self.asked = 0

    def status(
        self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> RevocationEvidence | None:
        self.asked += 1
        assert certificate.issuer == issuer.subject
        return RevocationEvidence(status=self.status_known, source="crl") if self.status_known else None


@pytest.mark.parametrize("status", [None, Revocation.GOOD, Revocation.UNKNOWN])
def test_what_is_not_revoked_may_sign(open_key: Callable[[str], Signer], status: Revocation | None) -> None:
    key, source = open_key("leader"), Known(status)

    check_signer(key.certificate, key.chain, NOW, source)

    assert source.asked == 1


def test_what_is_revoked_may_not(open_key: Callable[[str], Signer]) -> None:
    key = open_key("leader")

    with pytest.raises(CertificateRefusedError, match="revoked"):
        check_signer(key.certificate, key.chain, NOW, Known(Revocation.REVOKED))


def test_the_issuer_is_found_among_the_trusted_certificates_too(
    open_key: Callable[[str], Signer], trust: TrustStore
) -> None:
    """A PEM key comes without its chain: revocation must be asked about all the same."""
    revoked = open_key("revoked")

    with pytest.raises(CertificateRefusedError, match="revoked"):
        check_signer(revoked.certificate, [], NOW, StoreRevocation(trust), trust)


def test_without_its_issuer_nothing_is_asked(open_key: Callable[[str], Signer]) -> None:
    source = Known(Revocation.REVOKED)

    check_signer(open_key("leader").certificate, open_key("seal-public").chain, NOW, source)

    assert source.asked == 0
