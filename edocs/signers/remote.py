"""What remote signers have in common: data is hashed here, the hash travels, a value comes back.

Ký số từ xa. The value is not believed: finishing a signature verifies it with the certificate.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from edocs.errors import CertificateRefusedError, UnavailableError, UsageError

__all__ = ["DIGESTS", "hash_each", "public_key", "read_certificate", "read_value"]

DIGESTS = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
"""The digests that are produced, and their OIDs (RFC 5754)."""


def hash_each(items: Sequence[bytes], digest: str) -> list[bytes]:
    """The digest of each of ``items``.

    Raises:
        UsageError: ``digest`` is none of sha256, sha384, sha512.
    """
    if digest not in DIGESTS:
        names = ", ".join(DIGESTS)
        raise UsageError("digest not produced: {digest}", hint="one of {names}", digest=digest, names=names)
    return [hashlib.new(digest, item).digest() for item in items]


def public_key(certificate: x509.Certificate) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    """The key of ``certificate``.

    Raises:
        CertificateRefusedError: Neither RSA nor ECDSA.
    """
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise CertificateRefusedError(
            "key type not supported: {name}",
            hint="RSA or ECDSA",
            name=certificate.public_key_algorithm_oid.dotted_string,
        ) from exc
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise CertificateRefusedError("key type not supported: {name}", hint="RSA or ECDSA", name=type(key).__name__)
    return key


def read_certificate(text: str, host: str) -> x509.Certificate:
    """A certificate that is DER in base64, with or without line breaks and PEM's frame.

    Raises:
        UnavailableError: It is none.
    """
    body = "".join(line for line in text.splitlines() if not line.startswith("-----"))
    try:
        return x509.load_der_x509_certificate(base64.b64decode("".join(body.split()), validate=True))
    except (ValueError, binascii.Error) as exc:
        raise UnavailableError("{host} sends a certificate that cannot be read", host=host) from exc


def read_value(text: str, certificate: x509.Certificate, host: str) -> bytes:
    """A signature value in base64. Of ECDSA both spellings are met: DER, and the two numbers side by side.

    Raises:
        UnavailableError: Not base64, or empty.
    """
    try:
        value = base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error) as exc:
        raise _no_value(host) from exc
    if not value:
        raise _no_value(host)
    key = certificate.public_key()
    return _as_der(value, (key.key_size + 7) // 8) if isinstance(key, ec.EllipticCurvePublicKey) else value


def _as_der(value: bytes, size: int) -> bytes:
    try:
        decode_dss_signature(value)
    except ValueError:
        if len(value) == 2 * size:
            return encode_dss_signature(int.from_bytes(value[:size]), int.from_bytes(value[size:]))
    return value


def _no_value(host: str) -> UnavailableError:
    return UnavailableError("{host} sends no signature value", host=host)
