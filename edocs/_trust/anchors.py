"""Whom a trust store believes when a certificate of one kind is judged for one time.

Điểm tin cậy có hiệu lực. An anchor of a trusted list counts for its own use, and while its service is granted (ETSI
TS 119 612, 5.5.4); a pinned certificate counts wherever it comes from. Paths are built in ``path.py``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from edocs._trust.chains import X509_FAULTS
from edocs.model import ServiceUse, TrustStore

__all__ = ["anchors_at", "fingerprint", "is_certificate_authority", "is_directly_trusted", "is_list_operator", "use_of"]

_TSL_SIGNING = x509.ObjectIdentifier("0.4.0.2231.3.0")  # id-tsl-kp-tslSigning: TS 119 612, 5.7.1


def anchors_at(trust: TrustStore, certificate: bytes, others: Iterable[bytes], at: datetime) -> list[bytes]:
    """The DER certificates at which a path from ``certificate`` may end at ``at``.

    Args:
        others: Certificates that came with the signature, DER: one that is pinned as an anchor is one.
    """
    found = list(trust.anchors)
    if trust.services:
        use = use_of(certificate)
        found += [item.certificate for item in trust.services if item.use is use and item.is_granted(at)]
    if trust.anchor_pins:
        known = [*trust.intermediates, *others]
        found += [der for der in known if fingerprint(der) in trust.anchor_pins and _is_authority(der)]
    return list(dict.fromkeys(found))


def is_directly_trusted(trust: TrustStore, certificate: bytes, at: datetime) -> bool:
    """Whether ``certificate`` (DER) itself, an end entity's, is believed at ``at``: pinned, or that of a service."""
    if not (trust.services or trust.signer_pins or trust.timestamp_pins):
        return False
    use = use_of(certificate)
    if fingerprint(certificate) in (trust.timestamp_pins if use is ServiceUse.TIMESTAMPS else trust.signer_pins):
        return True
    # A CA that is listed may issue certificates; that its key also signs documents is not what its status says.
    return use is ServiceUse.TIMESTAMPS and any(
        item.certificate == certificate and item.use is use and item.is_granted(at) for item in trust.services
    )


def use_of(certificate: bytes) -> ServiceUse:
    """What a certificate (DER) must be vouched for: timestamps where RFC 3161, 2.3 says so, else signatures."""
    try:
        usage = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except X509_FAULTS:
        return ServiceUse.SIGNATURES
    return ServiceUse.TIMESTAMPS if ExtendedKeyUsageOID.TIME_STAMPING in usage.value else ServiceUse.SIGNATURES


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a DER certificate, lower-case hex (dấu vân tay chứng thư)."""
    return hashlib.sha256(certificate).hexdigest()


def is_certificate_authority(certificate: x509.Certificate) -> bool:
    """Whether ``certificate`` may sign certificates (RFC 5280, 4.2.1.9)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except X509_FAULTS:
        return False


def is_list_operator(certificate: x509.Certificate) -> bool:
    """Whether ``certificate`` says of itself that it signs trusted lists and nothing else."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except X509_FAULTS:
        return False
    return list(usage) == [_TSL_SIGNING]


def _is_authority(der: bytes) -> bool:
    try:
        return is_certificate_authority(x509.load_der_x509_certificate(der))
    except X509_FAULTS:
        return False
