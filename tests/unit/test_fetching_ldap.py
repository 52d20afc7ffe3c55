"""Lists from directories, and intermediates from where certificates say: bounded, verified, never believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from hypothesis import given
from hypothesis import strategies as st
from servers.ldap import Directory, done, entry

from edocs._ldap import fetch_ldap
from edocs._trust.fetching import OnlineRevocation
from edocs._trust.path import judge_path
from edocs.errors import UnavailableError
from edocs.model import Revocation, SubIndication, TrustStore

NOW = datetime(2026, 3, 5, tzinfo=UTC)
DN = "CN=CA thử nghiệm,O=Lam Giang"
ESCAPED = "CN=CA%20th%E1%BB%AD%20nghi%E1%BB%87m,O=Lam%20Giang"
LIST = "certificateRevocationList;binary"
Key = ec.EllipticCurvePrivateKey


@pytest.fixture
def directory() -> Iterator[Directory]:
    with Directory() as found:
        yield found


class Authority:
    def __init__(self, name: str, above: Authority | None = None, issuers_at: str = "") -> None:
        self.key: Key = ec.generate_private_key(ec.SECP256R1())
        self.above = above or self
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self.above.issue(self.name, self.key, is_ca=True, issuers_at=issuers_at)

    def issue(
        self, name: x509.Name, key: Key, *, is_ca: bool = False, issuers_at: str = "", lists_at: str = ""
    ) -> x509.Certificate:
        year = timedelta(days=365)
        builder = x509.CertificateBuilder(
            self.name, name, key.public_key(), x509.random_serial_number(), NOW - year, NOW + year
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        if issuers_at:
            where = x509.UniformResourceIdentifier(issuers_at)
            access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, where)
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        if lists_at:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(lists_at)], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def leaf(self, **addresses: str) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Người ký")])
        return self.issue(name, ec.generate_private_key(ec.SECP256R1()), **addresses)  # type: ignore[arg-type]

    def crl(self, *serials: int) -> bytes:
        builder = x509.CertificateRevocationListBuilder(self.name, NOW - timedelta(1), NOW + timedelta(1))
        for serial in serials:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder(serial, NOW - timedelta(2)).build()
            )
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def root() -> Authority:
    return Authority("Gốc")


def test_a_list_is_fetched_from_a_directory(directory: Directory, root: Authority) -> None:
    leaf = root.leaf(lists_at=directory.url(ESCAPED, LIST))
    directory.entries[DN] = {"objectClass": [b"pkiCA"], LIST: [root.crl(leaf.serial_number)]}

    found = OnlineRevocation().status(leaf, root.certificate, NOW)

    assert found is not None
    assert found.status is Revocation.REVOKED
    assert directory.questions == [(DN, LIST)]


def test_the_address_of_another_product_is_understood(directory: Directory, root: Authority) -> None:
    leaf = root.leaf(
        lists_at=directory.url(ESCAPED, "certificateRevocationList", "?base?objectClass=cRLDistributionPoint")
    )
    directory.entries[DN] = {LIST: [b"junk", root.crl()]}

    found = OnlineRevocation().status(leaf, root.certificate, NOW)

    assert found is not None
    assert found.status is Revocation.GOOD


def test_a_list_in_a_directory_that_another_key_signed_does_not_count(directory: Directory, root: Authority) -> None:
    leaf = root.leaf(lists_at=directory.url(ESCAPED, LIST))
    directory.entries[DN] = {LIST: [Authority("Gốc").crl()]}

    assert OnlineRevocation().status(leaf, root.certificate, NOW) is None


def test_an_answer_is_kept_for_when_the_directory_is_gone(
    directory: Directory, root: Authority, tmp_path: Path
) -> None:
    leaf = root.leaf(lists_at=directory.url(ESCAPED, LIST))
    directory.entries[DN] = {LIST: [root.crl()]}
    for _ in range(2):
        assert OnlineRevocation(tmp_path / "cache").status(leaf, root.certificate, NOW) is not None
        directory.raw = b""

    assert len(directory.questions) == 1


WRONG = {
    "nothing": b"",
    "no such object": done(32),
    "not LDAP": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "a length that never ends": b"\x30\x84\x7f\xff\xff\xff",
    "an indefinite length": b"\x30\x80\x02\x01\x01",
    "a longer part than the whole": b"\x30\x05\x02\x01\x01\x65\x7f",
    "an entry without an end": entry(DN, {LIST: [b"x"]}),
    "too much": entry(DN, {LIST: [b"x" * 5000]}) + done(),
    "another operation": b"\x30\x05\x02\x01\x01\x61\x00",
}


@pytest.mark.parametrize("raw", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_answer_is_as_if_there_were_none(directory: Directory, raw: bytes) -> None:
    directory.raw = raw

    with pytest.raises(UnavailableError):
        fetch_ldap(directory.url(ESCAPED, LIST), max_bytes=4096)


def test_a_directory_that_drips_is_left_in_time(directory: Directory) -> None:
    directory.is_slow = True

    with pytest.raises(UnavailableError):
        fetch_ldap(directory.url(ESCAPED, LIST), timeout_s=0.1)


@pytest.mark.parametrize(
    "url",
    [
        "ldap:///CN=x?certificateRevocationList",
        "ldap://host/CN=x",
        "ldap://host/CN=x??base",
        "ldap://host/CN=x?a?all",
        "ldap://host/CN=x?a?base?(a=b)?!bindname=y",
        "ldap://host/%ff?a",
        "ldap://host:99999/x?a",
        "ldaps://host/x?a",
        "http://host/x?a",
    ],
)
def test_an_address_that_says_not_whom_to_ask_for_what_is_refused(url: str) -> None:
    with pytest.raises(UnavailableError, match="not an LDAP address"):
        fetch_ldap(url)


@given(st.binary(max_size=200))
def test_no_bytes_of_a_directory_raise_anything_else(data: bytes) -> None:
    from edocs._ldap import _parts, _values

    class Stream:
        def message(self) -> bytes:
            return data

    for read in (lambda: list(_parts(data)), lambda: next(_values(Stream(), LIST))):  # type: ignore[arg-type]
        try:
            read()
        except (ValueError, StopIteration):
            continue


def judged(leaf: x509.Certificate, trust: TrustStore, source: OnlineRevocation) -> SubIndication | None:
    return judge_path(leaf.public_bytes(Encoding.DER), [], trust, source, NOW).failure


@pytest.mark.parametrize("form", ["DER", "PEM", "PKCS#7"])
def test_a_missing_intermediate_is_fetched(directory: Directory, root: Authority, form: str, tmp_path: Path) -> None:
    middle = Authority("CA trung gian", root)
    forms: dict[str, Callable[[], bytes]] = {
        "DER": lambda: middle.der,
        "PEM": lambda: middle.certificate.public_bytes(Encoding.PEM),
        "PKCS#7": lambda: pkcs7.serialize_certificates([root.certificate, middle.certificate], Encoding.DER),
    }
    directory.entries[DN] = {"cACertificate;binary": [forms[form]()]}
    leaf = middle.leaf(issuers_at=directory.url(ESCAPED, "cACertificate;binary"))
    trust = TrustStore(anchors=(root.der,))

    assert judged(leaf, trust, OnlineRevocation(tmp_path)) is None
    directory.raw = b""
    assert judged(leaf, trust, OnlineRevocation(tmp_path)) is None


def test_two_missing_intermediates_are_fetched_one_after_the_other(directory: Directory, root: Authority) -> None:
    upper = Authority("CA trên", root)
    lower = Authority("CA dưới", upper, directory.url("CN=upper", "cACertificate;binary"))
    directory.entries = {
        "CN=upper": {"cACertificate;binary": [upper.der]},
        "CN=lower": {"cACertificate;binary": [lower.der]},
    }
    leaf = lower.leaf(issuers_at=directory.url("CN=lower", "cACertificate;binary"))

    assert judged(leaf, TrustStore(anchors=(root.der,)), OnlineRevocation()) is None


def test_what_is_fetched_is_never_believed(directory: Directory, root: Authority) -> None:
    """A stranger's root at the address that his certificate names, under the name of the true one, helps nobody."""
    stranger = Authority("Gốc")
    directory.entries[DN] = {"cACertificate;binary": [stranger.der]}
    leaf = stranger.leaf(issuers_at=directory.url(ESCAPED, "cACertificate;binary"))

    assert judged(leaf, TrustStore(anchors=(root.der,)), OnlineRevocation()) is not None


def test_an_issuer_that_did_not_sign_is_not_taken(directory: Directory, root: Authority) -> None:
    middle, namesake = Authority("CA trung gian", root), Authority("CA trung gian", root)
    directory.entries[DN] = {"cACertificate;binary": [namesake.der]}
    leaf = middle.leaf(issuers_at=directory.url(ESCAPED, "cACertificate;binary"))

    found = judged(leaf, TrustStore(anchors=(root.der,)), OnlineRevocation())

    assert found is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def test_nobody_is_asked_where_the_path_is_whole_or_nobody_is_believed(directory: Directory, root: Authority) -> None:
    leaf = root.leaf(issuers_at=directory.url(ESCAPED, "cACertificate;binary"))

    assert judged(leaf, TrustStore(anchors=(root.der,)), OnlineRevocation()) is None
    assert judged(leaf, TrustStore(), OnlineRevocation()) is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert directory.questions == []
