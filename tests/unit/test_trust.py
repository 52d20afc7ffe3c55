"""Trust material from files, and revocation that is never good without evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from edocs._trust.revocation import StoreRevocation
from edocs.errors import UnreadableError, UsageError
from edocs.model import Revocation, TrustStore
from edocs.testing import Pki
from edocs.verify import load_trust

NOW = datetime(2026, 3, 5, tzinfo=UTC)


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def private_key(path: Path) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def crl(issuer: x509.Certificate, key: rsa.RSAPrivateKey, *serials: int, until: datetime) -> bytes:
    builder = x509.CertificateRevocationListBuilder(issuer.subject, NOW - timedelta(days=1), until)
    for serial in serials:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder(serial, NOW - timedelta(days=2)).build()
        )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def leader(pki: Pki) -> x509.Certificate:
    return certificate(pki.pem("leader"))


@pytest.fixture(scope="module")
def authority(pki: Pki) -> x509.Certificate:
    return certificate(pki.pem("official-ca"))


@pytest.fixture(scope="module")
def authority_key(pki: Pki) -> rsa.RSAPrivateKey:
    return private_key(pki.key("official-ca"))


def status(leader: x509.Certificate, authority: x509.Certificate, **evidence: tuple[bytes, ...]) -> Revocation | None:
    found = StoreRevocation(TrustStore(**evidence)).status(leader, authority, NOW)  # type: ignore[arg-type]
    return None if found is None else found.status


def test_no_evidence_is_none_and_not_good(leader: x509.Certificate, authority: x509.Certificate) -> None:
    assert status(leader, authority) is None


def test_a_fresh_list_without_the_serial_is_good(
    leader: x509.Certificate, authority: x509.Certificate, authority_key: rsa.RSAPrivateKey
) -> None:
    fresh = crl(authority, authority_key, until=NOW + timedelta(days=1))

    assert status(leader, authority, crls=(fresh,)) is Revocation.GOOD


def test_a_stale_list_proves_nothing_good_but_still_a_revocation(
    leader: x509.Certificate, authority: x509.Certificate, authority_key: rsa.RSAPrivateKey
) -> None:
    stale = NOW - timedelta(hours=1)

    good = status(leader, authority, crls=(crl(authority, authority_key, until=stale),))
    revoked = status(leader, authority, crls=(crl(authority, authority_key, leader.serial_number, until=stale),))

    assert (good, revoked) == (None, Revocation.REVOKED)


def test_a_list_that_another_key_signed_does_not_count(
    leader: x509.Certificate, authority: x509.Certificate, pki: Pki
) -> None:
    forged = crl(authority, private_key(pki.key("leader")), until=NOW + timedelta(days=1))

    assert status(leader, authority, crls=(forged,)) is None


def test_revoked_wins_over_good(
    leader: x509.Certificate, authority: x509.Certificate, authority_key: rsa.RSAPrivateKey
) -> None:
    until = NOW + timedelta(days=1)
    lists = (
        crl(authority, authority_key, leader.serial_number, until=until),
        crl(authority, authority_key, until=until + timedelta(days=1)),
    )

    assert status(leader, authority, crls=lists) is Revocation.REVOKED


def respond(leader: x509.Certificate, authority: x509.Certificate, responder: x509.Certificate, key: object) -> bytes:
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=leader,
        issuer=authority,
        algorithm=hashes.SHA256(),
        cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=NOW - timedelta(hours=1),
        next_update=NOW + timedelta(hours=1),
        revocation_time=None,
        revocation_reason=None,
    )
    signed = builder.certificates([responder]).responder_id(ocsp.OCSPResponderEncoding.HASH, responder)
    return signed.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)  # type: ignore[arg-type]


def test_a_delegated_responder_is_believed_and_a_self_appointed_one_is_not(
    leader: x509.Certificate, authority: x509.Certificate, pki: Pki
) -> None:
    """RFC 6960, 4.2.2.2: the authority names its responder by the extended key usage OCSPSigning."""
    appointed = respond(leader, authority, certificate(pki.pem("ocsp-official")), private_key(pki.key("ocsp-official")))
    pretender = respond(leader, authority, certificate(pki.pem("seal")), private_key(pki.key("seal")))

    assert status(leader, authority, ocsps=(appointed,)) is Revocation.GOOD
    assert status(leader, authority, ocsps=(pretender,)) is None


def test_garbage_evidence_is_no_evidence(leader: x509.Certificate, authority: x509.Certificate) -> None:
    assert status(leader, authority, crls=(b"", b"\x30\x03abc"), ocsps=(b"", b"\x30\x03abc")) is None


def test_a_folder_is_sorted_into_anchors_intermediates_and_lists(pki: Pki) -> None:
    store = load_trust([pki.roots, pki.intermediates, pki.crls])

    assert (len(store.anchors), len(store.intermediates), len(store.crls)) == (2, 2, 4)


def test_an_end_entity_certificate_never_becomes_an_anchor(pki: Pki) -> None:
    with pytest.raises(UsageError, match="no CA certificate"):
        load_trust([pki.pem("leader")])


def test_a_trust_path_with_nothing_in_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "rỗng.pem").write_text("", encoding="utf-8")

    with pytest.raises(UsageError, match="rỗng"):
        load_trust([tmp_path / "rỗng.pem"])
    with pytest.raises(UnreadableError, match="không có"):
        load_trust([tmp_path / "không có.pem"])
