"""A test PKI on disk: two hierarchies, their people, seals, faults, services and lists. Never trust any of it.

PKI thử nghiệm. Certificates and CRLs (RFC 5280) are byte-for-byte the same from the same keys: every CA signs with
RSASSA-PKCS1-v1_5, which has no salt, and dates and serials are fixed. A PKCS#12 (RFC 7292) has random salts, so an
old one stays where its content is right. Only the table decides what is made; no clock is read and nothing is served.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from edocs._files import read_file, write_file
from edocs.errors import OutputError, UnreadableError
from edocs.testing.pki_table import LEAF_DATES, TABLE, Key, Row, Use, seal_name, staff_name

__all__ = ["PASSPHRASE", "Identity", "Pki", "make_pki", "same_pkcs12"]

PASSPHRASE = "edocs-test"  # noqa: S105 - public on purpose: nothing that it opens is worth anything
"""Passphrase of every PKCS#12."""

_PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_Content: TypeAlias = tuple[bytes | None, bytes, x509.Certificate, frozenset[x509.Certificate]]

_CRL_DATES = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC))
_SERIAL_SEED = b"edocs test serial:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One signer of the PKI."""

    name: str
    """Name of its files."""
    p12: Path
    """PKCS#12 with key, certificate and CA chain."""
    pem: Path
    """Certificate, PEM."""
    key: Path
    """Private key, PKCS#8 PEM without encryption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pki:
    """A folder with the test PKI, and the means to enrol more people and agencies into it."""

    folder: Path
    base_url: str
    """Where the CRLs and responders are said to be; nothing has to answer there."""
    passphrase: str = PASSPHRASE
    """Opens every PKCS#12."""

    @property
    def roots(self) -> Path:
        """Folder of the two trust anchors."""
        return self.folder / "roots"

    @property
    def intermediates(self) -> Path:
        """Folder of the two issuing CAs."""
        return self.folder / "intermediates"

    @property
    def crls(self) -> Path:
        """Folder of the four revocation lists, DER."""
        return self.folder / "crl"

    def p12(self, name: str) -> Path:
        """PKCS#12 of ``name``."""
        return self.folder / "p12" / f"{name}.p12"

    def pem(self, name: str) -> Path:
        """Certificate of ``name``: a root, an intermediate or an end entity."""
        part = {Use.ROOT: "roots", Use.CA: "intermediates"}.get(TABLE[name].use if name in TABLE else Use.SIGNATURE)
        return self.folder / (part or "certs") / f"{name}.pem"

    def key(self, name: str) -> Path:
        """Private key of ``name``, PKCS#8 PEM without encryption."""
        return self.folder / "keys" / f"{name}.key.pem"

    def identity(self, name: str) -> Identity:
        """The files of ``name``."""
        return Identity(name=name, p12=self.p12(name), pem=self.pem(name), key=self.key(name))

    def enrol_leader(
        self, common_name: str, title: str, organisation: str, cccd: str, *, public: bool = False, expired: bool = False
    ) -> Identity:
        """Issue a personal certificate with a P-256 key into the folder.

        Cấp chứng thư số cá nhân. The same subject at the same CA gets the same name and serial again.

        Args:
            cccd: Number of the citizen's identity card.
            public: By the public CA instead of the one for official duty.
            expired: Ended on 2022-01-01, as ``expired`` of the table.

        Raises:
            UnreadableError: A key of the folder cannot be read.
            OutputError: The folder cannot be written.
        """
        subject = staff_name(common_name, title, organisation, cccd)
        stem, dates = ("expired", TABLE["expired"].dates) if expired else ("leader", LEAF_DATES)
        issuer = "public-ca" if public else "official-ca"
        return _enrol(self, f"{stem}-{_slug(common_name)}", subject, issuer, dates)

    def enrol_seal(self, organisation: str, code: str) -> Identity:
        """Issue an agency's certificate with a P-256 key into the folder, by the CA for official duty.

        Cấp chứng thư số cơ quan. The same agency gets the same name and serial again.

        Args:
            code: The agency's code (``MNS:``); a number of 10 digits, or 13 with a branch, is a tax number (``MST:``).

        Raises:
            UnreadableError: A key of the folder cannot be read.
            OutputError: The folder cannot be written.
        """
        kind = "MST" if re.fullmatch(r"[0-9]{10}(-?[0-9]{3})?", code) else "MNS"
        return _enrol(self, f"seal-{_slug(code)}", seal_name(organisation, f"{kind}:{code}"), "official-ca", LEAF_DATES)


def make_pki(folder: Path, *, keys: Path | None = None, base_url: str = "http://localhost:8710") -> Pki:
    """Write the test PKI into ``folder``.

    Tạo PKI thử nghiệm. What is there already with the right content is left alone.

    Args:
        keys: Folder of the keys ``NAME.key.pem``, all of which must be there; they are copied. Without it the keys
            in ``folder/keys`` serve, and those that are missing are generated.
        base_url: Prefix of the addresses of CRLs, responders and CA certificates inside the certificates.

    Raises:
        UnreadableError: A key is missing from ``keys`` or is no private key.
        OutputError: ``folder`` cannot be written.
    """
    pki = Pki(folder=folder, base_url=base_url.rstrip("/"))
    for row in TABLE.values():
        if keys is not None:
            _put(pki.key(row.name), read_file(keys / f"{row.name}.key.pem"))
        _write_row(pki, row)
    for row in TABLE.values():
        if row.use in (Use.ROOT, Use.CA) and row.name != "unknown-ca":
            _put(pki.crls / f"{row.name}.crl", _crl(pki, row))
    _put(folder / "passphrase.txt", f"{PASSPHRASE}\n".encode())
    return pki


def same_pkcs12(one: bytes, other: bytes, passphrase: str = PASSPHRASE) -> bool:
    """Whether two PKCS#12 hold the same key, certificate, friendly name and chain, whatever their salts.

    Raises:
        UnreadableError: One of them is no PKCS#12, or the passphrase does not open it.
    """
    return _read_pkcs12(one, passphrase) == _read_pkcs12(other, passphrase)


def _enrol(pki: Pki, stem: str, subject: x509.Name, issuer: str, dates: tuple[datetime, datetime]) -> Identity:
    seed = _SERIAL_SEED + issuer.encode() + subject.public_bytes() + (b"" if dates == LEAF_DATES else b"expired")
    serial = int.from_bytes(hashlib.sha256(seed).digest()[:8]) | 1 << 64  # never a serial of the table
    name = f"{stem}-{serial & 0xFFFFFF:06x}"
    row = Row(name=name, issuer=issuer, serial=serial, key=Key.P256, subject=subject, dates=dates, purpose="enrolled")
    _write_row(pki, row)
    return pki.identity(name)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40]


def _write_row(pki: Pki, row: Row) -> None:
    key = _own_key(pki, row)
    certificate = _certificate(pki, row, key.public_key())
    if row.name == "unknown-ca":  # only in the PKCS#12 that it issued: whoever loads the folder must not trust it
        return
    _put(pki.pem(row.name), certificate.public_bytes(Encoding.PEM))
    if row.use not in (Use.ROOT, Use.CA):
        content = _content(row.name.encode(), key, certificate, _chain(pki, row))
        if not _holds(pki.p12(row.name), content):
            _put(pki.p12(row.name), _pkcs12(row.name, key, certificate, _chain(pki, row)))


def _own_key(pki: Pki, row: Row) -> _PrivateKey:
    path = pki.key(row.name)
    if not path.exists():
        key: _PrivateKey = (
            ec.generate_private_key(ec.SECP256R1())
            if row.key is Key.P256
            else rsa.generate_private_key(public_exponent=65537, key_size=row.key.value)
        )
        _put(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return _load_key(path)


def _load_key(path: Path) -> _PrivateKey:
    try:
        return _parse_key(read_file(path))
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        raise UnreadableError("not a private key: {path}", path=path) from exc


@lru_cache(maxsize=64)  # OpenSSL checks an RSA key in full at every load, which costs far more than a signature
def _parse_key(pem: bytes) -> _PrivateKey:
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError(type(key).__name__)
    return key


def _ca_key(pki: Pki, name: str) -> rsa.RSAPrivateKey:
    key = _load_key(pki.key(name))
    if not isinstance(key, rsa.RSAPrivateKey):
        raise UnreadableError("not a private key: {path}", path=pki.key(name))
    return key


def _chain(pki: Pki, row: Row) -> list[x509.Certificate]:
    """The CA certificates above ``row``, issuer first, root last."""
    chain = []
    while row.issuer != row.name:
        row = TABLE[row.issuer]
        chain.append(_certificate(pki, row, _ca_key(pki, row.name).public_key()))
    return chain


def _certificate(pki: Pki, row: Row, public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> x509.Certificate:
    ca_key = _ca_key(pki, row.issuer)
    issuer = TABLE[row.issuer]
    builder = (
        x509.CertificateBuilder()
        .subject_name(row.subject)
        .issuer_name(issuer.subject)
        .public_key(public_key)
        .serial_number(row.serial)
        .not_valid_before(row.dates[0])
        .not_valid_after(row.dates[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
    )
    for extension, critical in (*_use(row.use), *_policies(row), *_addresses(pki.base_url, row)):
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(ca_key, hashes.SHA256())
    return _with_sha1(certificate, ca_key) if row.sha1 else certificate


def _use(use: Use) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    """basicConstraints, keyUsage and extendedKeyUsage (RFC 5280, 4.2.1.3, 4.2.1.9, 4.2.1.12)."""
    match use:
        case Use.ROOT:
            return (x509.BasicConstraints(ca=True, path_length=None), True), (_key_usage("ca"), True)
        case Use.CA:
            return (x509.BasicConstraints(ca=True, path_length=0), True), (_key_usage("ca"), True)
    entity: tuple[tuple[x509.ExtensionType, bool], ...] = ((x509.BasicConstraints(ca=False, path_length=None), True),)
    match use:
        case Use.ENCIPHERMENT:
            return (*entity, (_key_usage("encipherment"), True))
        case Use.TIME_STAMP:  # RFC 3161, 2.3: this purpose alone, and critical
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            return (*entity, (_key_usage("service"), True), (purpose, True))
        case Use.OCSP:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
            return (*entity, (_key_usage("service"), True), (purpose, False), (x509.OCSPNoCheck(), False))
    return (*entity, (_key_usage("signature"), True))


def _key_usage(kind: str) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=kind in ("signature", "service"),
        content_commitment=kind == "signature",
        key_encipherment=kind == "encipherment",
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=kind == "ca",
        crl_sign=kind == "ca",
        encipher_only=False,
        decipher_only=False,
    )


def _policies(row: Row) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    oid = "2.5.29.32.0" if row.use is Use.CA else row.policy  # anyPolicy: without it the leaf's own would not count
    if not oid:
        return ()
    return ((x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), None)]), False),)


def _addresses(base_url: str, row: Row) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    """CRL distribution point, OCSP and caIssuers; a responder without OCSP of its own (RFC 6960, 4.2.2.2.1)."""
    if row.use in (Use.ROOT, Use.OCSP):
        return ()
    access = [
        x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS,
            x509.UniformResourceIdentifier(f"{base_url}/ca/{row.issuer}.cer"),
        )
    ]
    if row.use is not Use.CA:
        where = x509.UniformResourceIdentifier(f"{base_url}/ocsp/{row.issuer}")
        access.insert(0, x509.AccessDescription(AuthorityInformationAccessOID.OCSP, where))
    crl = x509.UniformResourceIdentifier(f"{base_url}/crl/{row.issuer}.crl")
    point = x509.DistributionPoint([crl], None, None, None)
    return (x509.CRLDistributionPoints([point]), False), (x509.AuthorityInformationAccess(access), False)


def _with_sha1(certificate: x509.Certificate, ca_key: rsa.RSAPrivateKey) -> x509.Certificate:
    """The same certificate signed with sha1WithRSAEncryption, which no library signs with any more (RFC 8017, 9.2)."""
    sha256_rsa, sha1_rsa = (bytes.fromhex(f"06092a864886f70d0101{last}0500") for last in ("0b", "05"))
    size = ca_key.key_size // 8
    tbs = certificate.tbs_certificate_bytes.replace(sha256_rsa, sha1_rsa)
    digest_info = bytes.fromhex("3021300906052b0e03021a05000414") + hashlib.sha1(tbs, usedforsecurity=False).digest()
    block = b"\x00\x01" + b"\xff" * (size - 3 - len(digest_info)) + b"\x00" + digest_info
    numbers = ca_key.private_numbers()
    value = pow(int.from_bytes(block), numbers.d, numbers.public_numbers.n).to_bytes(size)
    # both OIDs have one length, so that every length around them stays right
    head = certificate.public_bytes(Encoding.DER)[:-size].replace(sha256_rsa, sha1_rsa)
    return x509.load_der_x509_certificate(head + value)


def _crl(pki: Pki, ca: Row) -> bytes:
    ca_key = _ca_key(pki, ca.name)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.subject)
        .last_update(_CRL_DATES[0])
        .next_update(_CRL_DATES[1])
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for row in TABLE.values():
        if row.issuer == ca.name and row.revoked_at is not None:
            entry = x509.RevokedCertificateBuilder().serial_number(row.serial).revocation_date(row.revoked_at)
            reason = x509.CRLReason(x509.ReasonFlags.key_compromise)
            builder = builder.add_revoked_certificate(entry.add_extension(reason, critical=False).build())
    return builder.sign(ca_key, hashes.SHA256()).public_bytes(Encoding.DER)


def _pkcs12(name: str, key: _PrivateKey, certificate: x509.Certificate, chain: list[x509.Certificate]) -> bytes:
    protection = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(20_000)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(PASSPHRASE.encode())
    )
    return pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, chain, protection)


def _content(name: bytes | None, key: _PrivateKey, leaf: x509.Certificate, chain: list[x509.Certificate]) -> _Content:
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return name, private, leaf, frozenset(chain)


def _read_pkcs12(data: bytes, passphrase: str) -> _Content:
    try:
        found = pkcs12.load_pkcs12(data, passphrase.encode())
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise UnreadableError("not a PKCS#12, or another passphrase") from exc
    if found.cert is None or not isinstance(found.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise UnreadableError("PKCS#12 without a key or its certificate")
    chain = [entry.certificate for entry in found.additional_certs]
    return _content(found.cert.friendly_name, found.key, found.cert.certificate, chain)


def _holds(path: Path, content: _Content) -> bool:
    try:
        return path.exists() and _read_pkcs12(read_file(path), PASSPHRASE) == content
    except UnreadableError:
        return False


def _put(path: Path, data: bytes) -> None:
    if path.exists() and read_file(path) == data:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise OutputError("output cannot be written: {path}: {why}", path=path, why=exc.strerror or exc) from exc
    write_file(path, data)
