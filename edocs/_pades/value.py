"""Signature values: whether one belongs to the bytes and the certificate (RFC 8017, FIPS 186-5), and how long it gets.

Giá trị chữ ký. No trust: that the certificate may sign is ``edocs._trust``'s to say.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from edocs.errors import SignatureValueError, UsageError
from edocs.model import SignatureAlgorithm

__all__ = ["require_value", "value_size"]

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_SLACK = 16  # ECDSA values vary by a few bytes


def require_value(
    certificate: x509.Certificate, algorithm: SignatureAlgorithm, digest: str, data: bytes, value: bytes
) -> None:
    """Go on only where ``value`` is the signature of ``certificate``'s key over ``data``.

    Args:
        digest: sha256, sha384 or sha512.

    Raises:
        SignatureValueError: It is not.
    """
    key = certificate.public_key()
    hashed = _HASHES[digest]
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm is SignatureAlgorithm.RSA_PKCS1:
            key.verify(value, data, padding.PKCS1v15(), hashed)
            return
        if isinstance(key, rsa.RSAPublicKey) and algorithm is SignatureAlgorithm.RSA_PSS:
            key.verify(value, data, padding.PSS(padding.MGF1(hashed), hashed.digest_size), hashed)
            return
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm is SignatureAlgorithm.ECDSA:
            key.verify(value, data, ec.ECDSA(hashed))
            return
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as exc:
        raise _wrong(algorithm, digest) from exc
    raise _wrong(algorithm, digest)


def value_size(certificate: x509.Certificate) -> int:
    """Bytes that a signature value has at most.

    Raises:
        UsageError: Neither RSA nor ECDSA.
    """
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return (key.key_size + 7) // 8
    if isinstance(key, ec.EllipticCurvePublicKey):
        return 2 * ((key.key_size + 7) // 8) + _SLACK
    raise UsageError("key type not supported: {kind}", hint="RSA or ECDSA", kind=type(key).__name__)


def _wrong(algorithm: SignatureAlgorithm, digest: str) -> SignatureValueError:
    return SignatureValueError(
        "the signature value does not verify with the certificate ({algorithm}, {digest})",
        hint="the answer belongs to another document or key; nothing was signed",
        algorithm=algorithm.value,
        digest=digest,
    )
