"""Reading trust material from files: anchors, intermediate certificates, revocation lists.

Kho điểm tin cậy. Nothing comes from the operating system's web roots, and an end-entity certificate never becomes an
anchor: whoever can put a file into the folder would otherwise be believed for everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edocs._files import read_file
from edocs._trust.chains import X509_FAULTS, is_issued_by
from edocs.errors import UsageError
from edocs.model import TrustStore

__all__ = ["is_certificate_authority", "load_trust"]

_DER = Encoding.DER
_SUFFIXES = {".pem", ".crt", ".cer", ".der", ".crl"}
_PEM = re.compile(rb"-----BEGIN (?P<kind>[A-Z0-9 ]+)-----.+?-----END (?P=kind)-----", re.DOTALL)


def load_trust(paths: Iterable[Path]) -> TrustStore:
    """The trust store made of the given files and folders, PEM or DER.

    Nạp điểm tin cậy: a self-signed CA certificate is an anchor, another CA certificate is known but not believed by
    itself, a CRL is evidence; end-entity certificates and keys are passed over.

    Raises:
        UsageError: A path holds nothing that can be used; a trust store is never empty in silence.
        UnreadableError: A path does not exist or cannot be read.
    """
    anchors: list[bytes] = []
    intermediates: list[bytes] = []
    crls: list[bytes] = []
    for path in paths:
        before = len(anchors) + len(intermediates) + len(crls)
        for file in _files(path):
            for kind, der in _blocks(read_file(file)):
                _sort(kind, der, anchors, intermediates, crls)
        if before == len(anchors) + len(intermediates) + len(crls):
            raise UsageError(
                "no CA certificate or revocation list in {path}",
                hint="give PEM or DER files, or a folder of *.pem *.crt *.cer *.der *.crl",
                path=path,
            )
    return TrustStore(
        anchors=tuple(dict.fromkeys(anchors)),
        intermediates=tuple(dict.fromkeys(intermediates)),
        crls=tuple(dict.fromkeys(crls)),
    )


def is_certificate_authority(certificate: x509.Certificate) -> bool:
    """Whether ``certificate`` may sign certificates (RFC 5280, 4.2.1.9)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except X509_FAULTS:
        return False


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix.lower() in _SUFFIXES and file.is_file())
    return [path]


def _blocks(data: bytes) -> list[tuple[str, bytes]]:
    """The (kind, bytes) of each PEM block, or the one DER value with an empty kind."""
    found = [(match["kind"].decode(), match[0]) for match in _PEM.finditer(data)]
    return found or [("", data)]


def _sort(kind: str, data: bytes, anchors: list[bytes], intermediates: list[bytes], crls: list[bytes]) -> None:
    if kind in ("", "CERTIFICATE"):
        try:
            certificate = x509.load_pem_x509_certificate(data) if kind else x509.load_der_x509_certificate(data)
        except X509_FAULTS:
            if kind:
                return
        else:
            from_der = data if not kind else certificate.public_bytes(_DER)
            if is_certificate_authority(certificate):
                # Its own key must have signed it: a certificate of a new key under an old name is nobody's anchor.
                (anchors if is_issued_by(certificate, certificate) else intermediates).append(from_der)
            return
    if kind in ("", "X509 CRL"):
        try:
            crl = x509.load_pem_x509_crl(data) if kind else x509.load_der_x509_crl(data)
        except X509_FAULTS:
            return
        crls.append(crl.public_bytes(_DER))
