"""The algorithms that an XML signature may use: an allow-list of identifiers (RFC 9231; Circular 15/2025, annex I).

Thuật toán chữ ký XML được chấp nhận. What is not listed is refused: HMAC, DSA, SHA-1, and every transform that could
choose or rewrite what is signed (XPath, XSLT, base64).
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

__all__ = ["C14N", "DIGESTS", "ENVELOPED", "SIGNATURES", "verify_value"]

C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_HASHES: dict[str, Callable[[], hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
SIGNATURES = {
    **{f"http://www.w3.org/2001/04/xmldsig-more#rsa-{name}": ("rsa", name) for name in _HASHES},
    **{f"http://www.w3.org/2007/05/xmldsig-more#{name}-rsa-MGF1": ("pss", name) for name in _HASHES},
    **{f"http://www.w3.org/2001/04/xmldsig-more#ecdsa-{name}": ("ecdsa", name) for name in _HASHES},
}
"""Identifier to (scheme, digest)."""
_LEAST_RSA_BITS, _LEAST_EC_BITS = 2048, 256


def verify_value(certificate: x509.Certificate, method: str, value: bytes, data: bytes) -> None:
    """Go on only where the key of ``certificate`` made ``value`` over ``data`` by ``method`` of ``SIGNATURES``.

    Raises:
        ValueError: The key is of another kind, or too weak, or the value has not its form.
        InvalidSignature: The value is another.
        UnsupportedAlgorithm: The key cannot be read here.
    """
    scheme, name = SIGNATURES[method]
    digest, key = _HASHES[name](), certificate.public_key()
    if scheme == "ecdsa":
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.key_size < _LEAST_EC_BITS:
            raise ValueError("the key is none for ECDSA, or too weak")
        key.verify(_dss_value(value, key.curve.key_size), data, ec.ECDSA(digest))
        return
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _LEAST_RSA_BITS:
        raise ValueError("the key is none for RSA, or too weak")
    # RFC 9231, 2.3.10: the salt is as long as the digest.
    pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
    key.verify(value, data, pss if scheme == "pss" else padding.PKCS1v15(), digest)


def _dss_value(value: bytes, bits: int) -> bytes:
    """The DER form of two numbers that stand one after the other (RFC 9231, 2.3.6)."""
    half = (bits + 7) // 8
    if len(value) != 2 * half:
        raise ValueError("the value has not the length of the curve")
    return encode_dss_signature(int.from_bytes(value[:half]), int.from_bytes(value[half:]))
