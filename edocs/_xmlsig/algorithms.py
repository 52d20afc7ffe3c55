"""The algorithms that an XML signature may use: an allow-list of identifiers (RFC 9231; Circular 15/2025, annex I).

Thuật toán chữ ký XML được chấp nhận. What is not listed is refused: HMAC, DSA, SHA-1, and every transform that could
choose or rewrite what is signed (XPath, XSLT, base64). Those of ``WEAK_*`` can be computed for a caller that wants to
say of an old signature whether it holds; none of them is ever made.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

__all__ = [
    "C14N",
    "DIGESTS",
    "ENVELOPED",
    "SIGNATURES",
    "WEAK_DIGESTS",
    "WEAK_SIGNATURES",
    "verify_any_value",
    "verify_value",
    "wire_value",
]

C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
WEAK_DIGESTS = {"http://www.w3.org/2000/09/xmldsig#sha1": "sha1"}
_HASHES: dict[str, Callable[[], hashes.SHA1 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
SIGNATURES = {
    **{f"http://www.w3.org/2001/04/xmldsig-more#rsa-{name}": ("rsa", name) for name in DIGESTS.values()},
    **{f"http://www.w3.org/2007/05/xmldsig-more#{name}-rsa-MGF1": ("pss", name) for name in DIGESTS.values()},
    **{f"http://www.w3.org/2001/04/xmldsig-more#ecdsa-{name}": ("ecdsa", name) for name in DIGESTS.values()},
}
"""Identifier to (scheme, digest)."""
WEAK_SIGNATURES = {
    "http://www.w3.org/2000/09/xmldsig#rsa-sha1": ("rsa", "sha1"),
    "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1": ("pss", "sha1"),
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1": ("ecdsa", "sha1"),
}
_LEAST_RSA_BITS, _LEAST_EC_BITS = 2048, 256


def verify_value(certificate: x509.Certificate, method: str, value: bytes, data: bytes) -> None:
    """Go on only where the key of ``certificate`` made ``value`` over ``data`` by ``method`` of ``SIGNATURES``.

    Raises:
        ValueError: The key is of another kind, or too weak, or the value has not its form.
        InvalidSignature: The value is another.
        UnsupportedAlgorithm: The key cannot be read here.
    """
    key = certificate.public_key()
    least = _LEAST_RSA_BITS if isinstance(key, rsa.RSAPublicKey) else _LEAST_EC_BITS
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) or key.key_size < least:
        raise ValueError("the key is neither for RSA nor for ECDSA, or too weak")
    _verify(key, SIGNATURES[method], value, data)


def verify_any_value(certificate: x509.Certificate, method: str, value: bytes, data: bytes) -> None:
    """As :func:`verify_value`, with keys of any strength and the methods of ``WEAK_SIGNATURES`` too.

    Only for a caller that grades what holds.

    Raises:
        ValueError, InvalidSignature, UnsupportedAlgorithm: As :func:`verify_value`.
    """
    _verify(certificate.public_key(), {**SIGNATURES, **WEAK_SIGNATURES}[method], value, data)


def wire_value(certificate: x509.Certificate, value: bytes) -> bytes:
    """What a ``Signer`` returned, as XML has it: ECDSA as two numbers, not as DER (RFC 9231, 2.3.6).

    Raises:
        ValueError: It is not in DER, or a number is longer than the curve allows.
    """
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return value
    half = (key.curve.key_size + 7) // 8
    try:
        return b"".join(number.to_bytes(half) for number in decode_dss_signature(value))
    except OverflowError as exc:
        raise ValueError("a number is longer than the curve allows") from exc


def _verify(key: object, method: tuple[str, str], value: bytes, data: bytes) -> None:
    scheme, name = method
    digest = _HASHES[name]()
    if scheme == "ecdsa":
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise ValueError("the key is none for ECDSA")
        key.verify(_dss_value(value, key.curve.key_size), data, ec.ECDSA(digest))
        return
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("the key is none for RSA")
    # RFC 9231, 2.3.10: the salt is as long as the digest.
    pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
    key.verify(value, data, pss if scheme == "pss" else padding.PKCS1v15(), digest)


def _dss_value(value: bytes, bits: int) -> bytes:
    """The DER form of two numbers that stand one after the other (RFC 9231, 2.3.6)."""
    half = (bits + 7) // 8
    if len(value) != 2 * half:
        raise ValueError("the value has not the length of the curve")
    return encode_dss_signature(int.from_bytes(value[:half]), int.from_bytes(value[half:]))
