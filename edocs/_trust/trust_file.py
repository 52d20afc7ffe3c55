"""What one file of trust material holds: certificates, revocation lists, pins, or a trusted list; PEM, DER or XML.

Tệp điểm tin cậy. PEM after RFC 7468, bundles after RFC 2315 (``.p7b``, ``.p7c``). Private keys are passed over, and
nothing is believed here: see ``store.py``.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edocs._files import read_file
from edocs._pdf.faults import PARSER_FAULTS
from edocs._trust.chains import X509_FAULTS
from edocs._trust.pins import Pin, read_pins
from edocs.errors import UnreadableError, UsageError

__all__ = ["TrustFile", "certificates_in", "read_trust_file", "trust_files"]

_DER = Encoding.DER
_SUFFIXES = {".pem", ".crt", ".cer", ".der", ".crl", ".p7b", ".p7c", ".pins", ".xml"}
_PEM = re.compile(rb"-----BEGIN (?P<kind>[A-Z0-9 ]+)-----.+?-----END (?P=kind)-----", re.DOTALL)
_BUNDLES = ("PKCS7", "CMS")
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")


@dataclass(slots=True, kw_only=True)
class TrustFile:
    """What was found in ``path``."""

    path: Path
    certificates: list[x509.Certificate] = field(default_factory=list)
    crls: list[bytes] = field(default_factory=list)
    """DER."""
    pins: tuple[Pin, ...] = ()
    trusted_list: bytes = b""
    """XML, neither parsed nor verified."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing that has to do with trust was found."""
        return not (self.certificates or self.crls or self.pins or self.trusted_list)


def trust_files(path: Path) -> list[Path]:
    """``path`` itself, or the files with trust material in that folder, by name.

    Raises:
        UsageError: The folder cannot be read.
    """
    try:
        if path.is_dir():
            return sorted(file for file in path.rglob("*") if file.suffix.lower() in _SUFFIXES and file.is_file())
    except OSError as exc:
        raise UsageError("trust file cannot be read: {path}: {why}", path=path, why=exc.strerror or exc) from exc
    return [path]


def read_trust_file(path: Path) -> TrustFile:
    """What ``path`` holds; only private keys and other foreign PEM blocks are passed over.

    Raises:
        UsageError: It does not exist, cannot be read, or is none of the known forms: who relies on a file must not
            lose it in silence.
    """
    try:
        data = read_file(path)
    except UnreadableError as exc:
        if not path.exists():
            raise UsageError("trust file not found: {path}", hint="check the name", path=path) from exc
        raise UsageError("trust file cannot be read: {path}: {why}", path=path, why=exc.params["why"]) from exc
    found = TrustFile(path=path)
    if path.suffix.lower() == ".pins":
        found.pins = read_pins(path, data)
    elif _XML.match(data):
        found.trusted_list = data
    else:
        _take(data, found)
    return found


def certificates_in(data: bytes) -> list[x509.Certificate]:
    """The certificates in PEM, DER or PKCS#7; none where it is something else."""
    found = TrustFile(path=Path())
    try:
        _take(data, found)
    except UsageError:
        return []
    return found.certificates


def _take(data: bytes, found: TrustFile) -> None:
    blocks = [(match["kind"].decode(), match[0]) for match in _PEM.finditer(data)]
    for kind, block in blocks:
        _take_pem(kind, block, found)
    if not blocks and not _take_der(data, found):
        raise _useless(found.path)


def _useless(path: Path) -> UsageError:
    return UsageError(
        "neither certificate nor revocation list nor trusted list: {path}",
        hint="PEM, DER, PKCS#7 or TS 119 612 XML",
        path=path,
    )


def _take_pem(kind: str, block: bytes, found: TrustFile) -> None:
    try:
        if kind in ("CERTIFICATE", "X509 CERTIFICATE"):
            found.certificates.append(_whole(x509.load_pem_x509_certificate(block.replace(b" X509 ", b" "))))
        elif kind == "X509 CRL":
            found.crls.append(_whole_list(x509.load_pem_x509_crl(block)))
        elif kind in _BUNDLES and not _take_bundle(_armoured(block), found):
            raise _useless(found.path)
    except X509_FAULTS as exc:
        raise _useless(found.path) from exc


def _take_der(data: bytes, found: TrustFile) -> bool:
    try:
        found.certificates.append(_whole(x509.load_der_x509_certificate(data)))
        return True
    except X509_FAULTS:
        pass
    try:
        found.crls.append(_whole_list(x509.load_der_x509_crl(data)))
        return True
    except X509_FAULTS:
        return _take_bundle(data, found)


def _whole(certificate: x509.Certificate) -> x509.Certificate:
    """``certificate``, its names and dates read: a fault must show here and not later."""
    _ = certificate.subject, certificate.issuer, certificate.not_valid_after_utc, certificate.not_valid_before_utc
    return certificate


def _whole_list(crl: x509.CertificateRevocationList) -> bytes:
    """DER of ``crl``, its name and dates read."""
    _ = crl.issuer, crl.last_update_utc, crl.next_update_utc
    return crl.public_bytes(_DER)


def _armoured(block: bytes) -> bytes:
    """The bytes inside a PEM block."""
    return base64.b64decode(b"".join(block.splitlines()[1:-1]))


def _take_bundle(data: bytes, found: TrustFile) -> bool:
    """Whether ``data`` is a PKCS#7 with certificates or lists; whether somebody signed it does not matter."""
    try:
        bundle = cms.ContentInfo.load(data)
        if bundle["content_type"].native != "signed_data":
            return False
        content = bundle["content"]
        certificates = list(_members(content["certificates"]))
        crls = list(_members(content["crls"]))
        found.certificates += [_whole(x509.load_der_x509_certificate(der)) for der in certificates]
        found.crls += [_whole_list(x509.load_der_x509_crl(der)) for der in crls]
    except (*PARSER_FAULTS, *X509_FAULTS):
        return False
    return bool(certificates or crls)


def _members(choices: object) -> Iterator[bytes]:
    """DER of each certificate or list; attribute certificates and other forms are passed over."""
    if isinstance(choices, cms.CertificateSet | cms.RevocationInfoChoices):
        for choice in choices:
            if choice.name in ("certificate", "") or isinstance(choices, cms.RevocationInfoChoices):
                yield choice.chosen.dump()
