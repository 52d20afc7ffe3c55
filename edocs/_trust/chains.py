"""Certificates of others: read, and put in order by who issued whom. No trust is judged here: see ``path.py``.

Chuỗi chứng thư số.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning

# Serial numbers that are not positive and the like are in certificates that CAs did issue; nothing rests on them here.
warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning)

__all__ = ["X509_FAULTS", "chain_above", "is_issued_by", "load_certificates"]

_LONGEST = 16

X509_FAULTS: tuple[type[Exception], ...] = (
    CryptographyDeprecationWarning,  # where the host makes errors of warnings
    ValueError,
    TypeError,
    OverflowError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.AttributeNotFound,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What a certificate, list or response may raise, when it is read or first used; most are no ``ValueError``."""


def chain_above(certificate: x509.Certificate, candidates: Iterable[x509.Certificate]) -> list[x509.Certificate]:
    """``certificate``, its issuer, and so on as far as ``candidates`` lead; whole where the last is self-signed."""
    known = list(candidates)
    chain = [certificate]
    while len(chain) < _LONGEST and not is_issued_by(chain[-1], chain[-1]):
        above = next((item for item in known if item not in chain and is_issued_by(chain[-1], item)), None)
        if above is None:
            break
        chain.append(above)
    return chain


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the key of ``issuer`` signed ``certificate``, under its name."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except X509_FAULTS:
        return False
    return True


def load_certificates(ders: Iterable[bytes]) -> list[x509.Certificate]:
    """Those whose names and dates can be read, each once; keys and extensions are read where they are wanted."""
    found: dict[bytes, x509.Certificate] = {}
    for der in ders:
        try:
            certificate = x509.load_der_x509_certificate(der)
            _ = (
                certificate.subject,
                certificate.issuer,
                certificate.not_valid_before_utc,
                certificate.not_valid_after_utc,
            )
            found.setdefault(certificate.public_bytes(Encoding.DER), certificate)
        except X509_FAULTS:
            continue
    return list(found.values())
