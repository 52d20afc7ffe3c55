"""Trust material from files, and revocation that is never good without evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edocs._trust.past import judge_past
from edocs._trust.path import judge_path
from edocs._trust.revocation import StoreRevocation
from edocs.errors import UsageError
from edocs.model import Revocation, SubIndication, TrustStore
from edocs.testing import Pki
from edocs.verify import load_trust

NOW = datetime(2026, 3, 5, tzinfo=UTC)


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def private_key(path: Path) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def crl(
    issuer: x509.Certificate,
    key: rsa.RSAPrivateKey,
    *serials: int,
    until: datetime,
    made: datetime = NOW - timedelta(days=1),
    kept_since: datetime | None = None,
) -> bytes:
    builder = x509.CertificateRevocationListBuilder(issuer.subject, made, until)
    if kept_since is not None:
        builder = builder.add_extension(since("2.5.29.60", kept_since), critical=False)
    for serial in serials:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder(serial, NOW - timedelta(days=2)).build()
        )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def since(oid: str, moment: datetime) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), core.GeneralizedTime(moment).dump())


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


def respond(
    leader: x509.Certificate,
    authority: x509.Certificate,
    responder: x509.Certificate,
    key: object,
    *,
    made: datetime = NOW - timedelta(hours=1),
    until: datetime = NOW + timedelta(hours=1),
) -> bytes:
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=leader,
        issuer=authority,
        algorithm=hashes.SHA256(),
        cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=made,
        next_update=until,
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


def test_a_list_made_after_the_certificate_ended_proves_nothing_good(
    leader: x509.Certificate, authority: x509.Certificate, authority_key: rsa.RSAPrivateKey
) -> None:
    """RFC 5280, 3.3: an entry may go from the list once the certificate has ended."""
    made = leader.not_valid_after_utc + timedelta(days=1)
    until = made + timedelta(days=7)

    silent = crl(authority, authority_key, made=made, until=until)
    telling = crl(authority, authority_key, leader.serial_number, made=made, until=until)
    last = crl(authority, authority_key, made=leader.not_valid_after_utc, until=until)

    assert status(leader, authority, crls=(silent,)) is None
    assert status(leader, authority, crls=(telling,)) is Revocation.REVOKED
    assert status(leader, authority, crls=(last,)) is Revocation.GOOD


def test_a_late_list_counts_where_it_keeps_what_has_ended(
    leader: x509.Certificate, authority: x509.Certificate, authority_key: rsa.RSAPrivateKey
) -> None:
    """ITU-T X.509, expiredCertsOnCRL: from certificates that ended then or later no entry was taken away."""
    end = leader.not_valid_after_utc
    made, until = end + timedelta(days=1), end + timedelta(days=7)

    keeps = crl(authority, authority_key, made=made, until=until, kept_since=end)
    keeps_later_ones = crl(authority, authority_key, made=made, until=until, kept_since=end + timedelta(seconds=1))

    assert status(leader, authority, crls=(keeps,)) is Revocation.GOOD
    assert status(leader, authority, crls=(keeps_later_ones,)) is None


def test_a_response_made_after_the_certificate_ended_proves_nothing_good(
    leader: x509.Certificate, authority: x509.Certificate, authority_key: rsa.RSAPrivateKey
) -> None:
    made = leader.not_valid_after_utc + timedelta(hours=1)

    late = respond(leader, authority, authority, authority_key, made=made, until=made + timedelta(days=1))

    assert status(leader, authority, ocsps=(late,)) is None


def delegate(
    authority: x509.Certificate, authority_key: rsa.RSAPrivateKey, key: rsa.RSAPrivateKey, *years: int
) -> x509.Certificate:
    """A responder's certificate from the first of ``years`` to the second."""
    start, end = (datetime(year, 1, 1, tzinfo=UTC) for year in years)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Trả lời OCSP")])
    builder = x509.CertificateBuilder(authority.subject, name, key.public_key(), 77, start, end)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
    return builder.sign(authority_key, hashes.SHA256())


@pytest.mark.parametrize(
    ("years", "expected"), [((2020, 2200), Revocation.GOOD), ((2000, 2020), None), ((2190, 2200), None)]
)
def test_a_responder_is_believed_while_its_certificate_lasts(
    leader: x509.Certificate,
    authority: x509.Certificate,
    authority_key: rsa.RSAPrivateKey,
    pki: Pki,
    years: tuple[int, int],
    expected: Revocation | None,
) -> None:
    key = private_key(pki.key("ocsp-official"))

    response = respond(leader, authority, delegate(authority, authority_key, key, *years), key)

    assert status(leader, authority, ocsps=(response,)) is expected


def test_what_a_responder_said_is_not_fresh_beyond_its_own_end(
    leader: x509.Certificate, authority: x509.Certificate, authority_key: rsa.RSAPrivateKey, pki: Pki
) -> None:
    key = private_key(pki.key("ocsp-official"))
    responder = delegate(authority, authority_key, key, 2020, 2180)

    response = respond(leader, authority, responder, key, until=datetime(2199, 1, 1, tzinfo=UTC))

    source = StoreRevocation(TrustStore(ocsps=(response,)))
    assert source.status(leader, authority, datetime(2179, 1, 1, tzinfo=UTC)) is not None
    assert source.status(leader, authority, datetime(2181, 1, 1, tzinfo=UTC)) is None


def test_a_revocation_is_told_although_the_time_asked_about_is_older(
    leader: x509.Certificate, authority: x509.Certificate, authority_key: rsa.RSAPrivateKey
) -> None:
    """Anyone may ask about an older time; only proof of it saves a signature."""
    telling = crl(authority, authority_key, leader.serial_number, until=NOW)

    found = StoreRevocation(TrustStore(crls=(telling,))).status(leader, authority, NOW - timedelta(days=30))

    assert found is not None
    assert (found.status, found.revoked_at) == (Revocation.REVOKED, NOW - timedelta(days=2))


def test_garbage_evidence_is_no_evidence(leader: x509.Certificate, authority: x509.Certificate) -> None:
    assert status(leader, authority, crls=(b"", b"\x30\x03abc"), ocsps=(b"", b"\x30\x03abc")) is None


@pytest.fixture(scope="module")
def chain(pki: Pki) -> TrustStore:
    return load_trust([pki.roots, pki.intermediates])


@pytest.mark.parametrize(("leader_days", "authority_days"), [(30, 10), (10, 30)])
def test_the_earliest_revocation_of_a_path_counts(
    chain: TrustStore,
    leader: x509.Certificate,
    authority: x509.Certificate,
    pki: Pki,
    leader_days: int,
    authority_days: int,
) -> None:
    """What is proven to be older than one of two revocations is not older than both."""
    root = certificate(pki.pem("official-root"))
    links = ((authority, "official-ca", leader, leader_days), (root, "official-root", authority, authority_days))
    lists = [revoke(issuer, private_key(pki.key(name)), item, days) for issuer, name, item, days in links]
    source = StoreRevocation(TrustStore(crls=tuple(lists)))
    der = leader.public_bytes(Encoding.DER)

    path = judge_path(der, [], chain, source, NOW)
    between = judge_past(der, [], chain, source, (NOW, NOW - timedelta(days=20)))
    before = judge_past(der, [], chain, source, (NOW, NOW - timedelta(days=40)))

    assert path.revoked is not None
    assert path.revoked.revoked_at == NOW - timedelta(days=30)
    assert path.revoked_is_authority is (authority_days == 30)
    assert (between.failure, before.failure) == (SubIndication.REVOKED_NO_POE, None)


def revoke(issuer: x509.Certificate, key: rsa.RSAPrivateKey, revoked: x509.Certificate, days: int) -> bytes:
    """The list of ``issuer`` where ``revoked`` was, so many days ago."""
    entry = x509.RevokedCertificateBuilder(revoked.serial_number, NOW - timedelta(days=days)).build()
    builder = x509.CertificateRevocationListBuilder(issuer.subject, NOW, NOW + timedelta(days=1))
    return builder.add_revoked_certificate(entry).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_only_a_certificate_that_its_own_key_signed_becomes_an_anchor(
    tmp_path: Path, authority: x509.Certificate, authority_key: rsa.RSAPrivateKey, pki: Pki
) -> None:
    """A name of its own as the issuer's is not enough: an authority's old key signs its new one under that name."""
    new_key, name = private_key(pki.key("leader")), authority.subject
    builder = x509.CertificateBuilder(name, name, new_key.public_key(), 5, NOW, NOW + timedelta(days=99))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    for file, key in (("rollover", authority_key), ("own", new_key)):
        (tmp_path / f"{file}.cer").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))
    own, rollover = ((tmp_path / f"{file}.cer").read_bytes() for file in ("own", "rollover"))

    store = load_trust([tmp_path])

    assert (store.anchors, store.intermediates) == ((own,), (rollover,))


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
    with pytest.raises(UsageError, match="không có"):
        load_trust([tmp_path / "không có.pem"])
