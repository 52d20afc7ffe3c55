"""Signature algorithms of CMS, certificates and responses: their identifiers, and whether a key made a value.

Lược đồ chữ ký (RFC 3370, 4055, 5480, 5758, 8017, 8032, 8419, 8692, 8702; BSI TR-03111). Cryptography alone: which of
them may be relied on, and since when no longer, is said in ``algorithms.py``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import load_der_public_key

from edocs._trust.ber import Value, der, dotted, read_value
from edocs.errors import UnreadableError

__all__ = [
    "DIGESTS",
    "PublicKey",
    "Scheme",
    "UnknownAlgorithmError",
    "digest",
    "digest_name",
    "has_signed",
    "load_key",
    "open_value",
    "read_scheme",
]

PublicKey = (
    rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey | dsa.DSAPublicKey
)

DIGESTS: Mapping[str, str] = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "1.3.36.3.2.1": "ripemd160",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.5": "sha512_224",
    "2.16.840.1.101.3.4.2.6": "sha512_256",
    "2.16.840.1.101.3.4.2.7": "sha3_224",
    "2.16.840.1.101.3.4.2.8": "sha3_256",
    "2.16.840.1.101.3.4.2.9": "sha3_384",
    "2.16.840.1.101.3.4.2.10": "sha3_512",
    "2.16.840.1.101.3.4.2.11": "shake128",
    "2.16.840.1.101.3.4.2.12": "shake256",
}
"""Object identifier to name, as ``hashlib`` has it but for the SHAKEs."""

# RFC 8702, 3.1: twice the security strength, in octets.
_SHAKES = {"shake128": (hashlib.shake_128, 32), "shake256": (hashlib.shake_256, 64)}

_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),  # noqa: S303 - to say of old signatures whether they hold, not to rely on them
    "sha1": hashes.SHA1(),  # noqa: S303 - likewise
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sha512_224": hashes.SHA512_224(),
    "sha512_256": hashes.SHA512_256(),
    "sha3_224": hashes.SHA3_224(),
    "sha3_256": hashes.SHA3_256(),
    "sha3_384": hashes.SHA3_384(),
    "sha3_512": hashes.SHA3_512(),
}

_RSA, _PSS, _ECDSA, _PLAIN, _DSA, _EDDSA = "rsa", "pss", "ecdsa", "plain-ecdsa", "dsa", "eddsa"
_PKCS1 = "1.2.840.113549.1.1."
_NIST = "2.16.840.1.101.3.4.3."
_X962 = "1.2.840.10045."
_BSI = "0.4.0.127.0.7.1.1.4.1."
_SCHEMES: Mapping[str, tuple[str, str]] = {
    # (kind, digest); an empty digest is the one that the signature names beside the algorithm
    _PKCS1 + "1": (_RSA, ""),
    _PKCS1 + "4": (_RSA, "md5"),
    _PKCS1 + "5": (_RSA, "sha1"),
    "1.3.14.3.2.29": (_RSA, "sha1"),
    _PKCS1 + "14": (_RSA, "sha224"),
    _PKCS1 + "11": (_RSA, "sha256"),
    _PKCS1 + "12": (_RSA, "sha384"),
    _PKCS1 + "13": (_RSA, "sha512"),
    _PKCS1 + "15": (_RSA, "sha512_224"),
    _PKCS1 + "16": (_RSA, "sha512_256"),
    _NIST + "13": (_RSA, "sha3_224"),
    _NIST + "14": (_RSA, "sha3_256"),
    _NIST + "15": (_RSA, "sha3_384"),
    _NIST + "16": (_RSA, "sha3_512"),
    _X962 + "2.1": (_ECDSA, ""),
    _X962 + "4.1": (_ECDSA, "sha1"),
    _X962 + "4.3.1": (_ECDSA, "sha224"),
    _X962 + "4.3.2": (_ECDSA, "sha256"),
    _X962 + "4.3.3": (_ECDSA, "sha384"),
    _X962 + "4.3.4": (_ECDSA, "sha512"),
    _NIST + "9": (_ECDSA, "sha3_224"),
    _NIST + "10": (_ECDSA, "sha3_256"),
    _NIST + "11": (_ECDSA, "sha3_384"),
    _NIST + "12": (_ECDSA, "sha3_512"),
    _BSI + "1": (_PLAIN, "sha1"),
    _BSI + "2": (_PLAIN, "sha224"),
    _BSI + "3": (_PLAIN, "sha256"),
    _BSI + "4": (_PLAIN, "sha384"),
    _BSI + "5": (_PLAIN, "sha512"),
    "1.2.840.10040.4.1": (_DSA, ""),
    "1.2.840.10040.4.3": (_DSA, "sha1"),
    _NIST + "1": (_DSA, "sha224"),
    _NIST + "2": (_DSA, "sha256"),
    "1.3.101.112": (_EDDSA, "sha512"),
    "1.3.101.113": (_EDDSA, "shake256"),
}
_OCTET_STRING, _NULL = 0x04, b"\x05\x00"
_ECDSA_SPECIFIED = _X962 + "4.3"
_PSS_OID, _MGF1 = _PKCS1 + "10", _PKCS1 + "8"

_MOST_RSA_BITS, _MOST_RSA_EXPONENT = 16384, 1 << 33


class UnknownAlgorithmError(UnreadableError, ValueError):
    """An algorithm or a kind of key that nothing here can compute; its message is the name or identifier.

    It never leaves the verifier.
    """

    def __init__(self, name: str) -> None:
        super().__init__("{name}", name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """How a signature value is made."""

    kind: str
    digest: str
    mask_digest: str = ""
    """Of the mask generation function of RSASSA-PSS."""
    salt_size: int = 0
    """Of RSASSA-PSS, octets."""


def read_scheme(algorithm: Value, content_digest: str) -> Scheme:
    """The scheme that an AlgorithmIdentifier names.

    Args:
        content_digest: Digest of what is signed, for identifiers that name a kind of key alone (RFC 3370, 3.2).

    Raises:
        UnknownAlgorithmError: It is none of those known here.
        ValueError: It cannot be read.
    """
    identifier, *parameters = algorithm.children()
    name = dotted(identifier.content)
    if name == _PSS_OID:
        return _read_pss(parameters, content_digest)
    if name == _ECDSA_SPECIFIED and parameters:
        return Scheme(kind=_ECDSA, digest=digest_name(parameters[0]))
    if name not in _SCHEMES:
        raise UnknownAlgorithmError(name)
    kind, own = _SCHEMES[name]
    return Scheme(kind=kind, digest=own or content_digest)


def digest_name(algorithm: Value) -> str:
    """The digest that an AlgorithmIdentifier names, as in :data:`DIGESTS`.

    Raises:
        UnknownAlgorithmError: It is none of those known here.
    """
    identifier, *_parameters = algorithm.children()
    name = dotted(identifier.content)
    if name in DIGESTS:
        return DIGESTS[name]
    # Some software names the digest by the signature algorithm that contains it.
    if name in _SCHEMES and _SCHEMES[name][1] and _SCHEMES[name][0] != _EDDSA:
        return _SCHEMES[name][1]
    raise UnknownAlgorithmError(name)


def digest(name: str, *parts: bytes | memoryview) -> bytes:
    """The digest ``name`` of ``parts`` one after the other.

    Raises:
        UnknownAlgorithmError: It cannot be computed here.
    """
    if name in _SHAKES:
        shake = _SHAKES[name][0]()
        for part in parts:
            shake.update(part)
        return shake.digest(_SHAKES[name][1])
    try:
        state = hashlib.new(name, usedforsecurity=False)
    except ValueError as exc:
        raise UnknownAlgorithmError(name) from exc
    for part in parts:
        state.update(part)
    return state.digest()


def load_key(info: bytes) -> PublicKey:
    """The key in a SubjectPublicKeyInfo.

    Raises:
        UnknownAlgorithmError: Of a kind or on a curve that nothing here can compute, or none.
    """
    try:
        key = load_der_public_key(info)
    except UnsupportedAlgorithm as exc:
        raise UnknownAlgorithmError(str(exc)) from exc
    except ValueError as exc:  # explicit curves, and what is no key at all
        raise UnknownAlgorithmError("the kind of its key") from exc
    if not isinstance(key, PublicKey):
        raise UnknownAlgorithmError(type(key).__name__)
    if isinstance(key, rsa.RSAPublicKey):
        # Nobody has longer ones; what a stranger's cost is his to choose otherwise.
        if key.key_size > _MOST_RSA_BITS:
            raise UnknownAlgorithmError(f"RSA-{key.key_size}")
        if key.public_numbers().e > _MOST_RSA_EXPONENT:
            raise UnknownAlgorithmError("RSA with an exponent of more than 33 bits")
    return key


def has_signed(key: PublicKey, scheme: Scheme, value: bytes, data: bytes) -> bool:
    """Whether the owner of ``key`` made ``value`` over ``data``.

    Raises:
        UnknownAlgorithmError: The scheme needs a digest that cannot be computed here.
    """
    try:
        return _verify(key, scheme, value, data)
    except InvalidSignature:
        return False
    except (ValueError, OverflowError) as exc:
        if isinstance(exc, UnknownAlgorithmError):
            raise
        return False  # of a length or form that no value of this key has
    except UnsupportedAlgorithm as exc:
        raise UnknownAlgorithmError(scheme.digest) from exc


def open_value(key: PublicKey, value: bytes) -> tuple[str, bytes] | None:
    """(name, digest) that an RSASSA-PKCS1-v1_5 ``value`` holds; None where ``key`` did not make it.

    Raises:
        UnknownAlgorithmError: It holds a digest that is not known here.
    """
    if not isinstance(key, rsa.RSAPublicKey):
        return None
    try:
        found = key.recover_data_from_signature(value, padding.PKCS1v15(), None)
        info = read_value(found, 0x30)
        algorithm, hashed = info.children()
        parameters = list(algorithm.children())[1:]
    except (InvalidSignature, ValueError):
        return None
    # In DER to the last octet: slack in here is how values are forged for keys of a small exponent.
    if der(info) != found or hashed.tag != _OCTET_STRING or any(item.raw != _NULL for item in parameters[:2]):
        return None
    return digest_name(algorithm), hashed.content


def _verify(key: PublicKey, scheme: Scheme, value: bytes, data: bytes) -> bool:
    if scheme.kind == _EDDSA:
        if not isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            return False
        key.verify(value, data)
        return isinstance(key, ed448.Ed448PublicKey) == (scheme.digest == "shake256")
    if scheme.digest not in _HASHES:
        raise UnknownAlgorithmError(scheme.digest)
    hashed = _HASHES[scheme.digest]
    if isinstance(key, rsa.RSAPublicKey):
        # Some software leaves leading zeros out, or writes more of them: the number is the same (RFC 8017, 4.1).
        value = value.lstrip(b"\0").rjust((key.key_size + 7) // 8, b"\0")
    if isinstance(key, rsa.RSAPublicKey) and scheme.kind == _RSA:
        return _verify_pkcs1(key, scheme.digest, value, data)
    if isinstance(key, rsa.RSAPublicKey) and scheme.kind == _PSS:
        mask = padding.MGF1(_HASHES[scheme.mask_digest])
        key.verify(value, data, padding.PSS(mask, scheme.salt_size), hashed)
    elif isinstance(key, ec.EllipticCurvePublicKey) and scheme.kind in (_ECDSA, _PLAIN):
        key.verify(_in_der(value) if scheme.kind == _PLAIN else value, data, ec.ECDSA(hashed))
    elif isinstance(key, dsa.DSAPublicKey) and scheme.kind == _DSA:
        key.verify(value, data, hashed)
    else:
        return False
    return True


def _verify_pkcs1(key: rsa.RSAPublicKey, name: str, value: bytes, data: bytes) -> bool:
    try:
        key.verify(value, data, padding.PKCS1v15(), _HASHES[name])
    except InvalidSignature:
        # The parameters of the digest may be left out as well as NULL: RFC 8017, A.2.4, note on DigestInfo.
        return open_value(key, value) == (name, digest(name, data))
    return True


def _in_der(value: bytes) -> bytes:
    half = len(value) // 2
    if len(value) % 2 or not half:
        raise ValueError("not two numbers of one length")
    return utils.encode_dss_signature(int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))


def _read_pss(parameters: list[Value], content_digest: str) -> Scheme:
    """RSASSA-PSS-params; what is left out has the defaults of RFC 4055, 3.1."""
    if parameters and parameters[0].raw == _NULL and content_digest in _HASHES:
        # No parameters at all, as some software has it: the digest of the content throughout.
        size = _HASHES[content_digest].digest_size
        return Scheme(kind=_PSS, digest=content_digest, mask_digest=content_digest, salt_size=size)
    hashed, mask, salt = "sha1", "sha1", 20
    for part in parameters[0].children() if parameters else ():
        (inner,) = part.children()
        if part.tag == 0xA0:
            hashed = digest_name(inner)
        elif part.tag == 0xA1:
            identifier, of = inner.children()
            if dotted(identifier.content) != _MGF1:
                raise UnknownAlgorithmError(dotted(identifier.content))
            mask = digest_name(of)
        elif part.tag == 0xA2:
            salt = int.from_bytes(inner.content, "big", signed=True)
        elif part.tag != 0xA3 or int.from_bytes(inner.content, "big") != 1:
            raise UnknownAlgorithmError("RSASSA-PSS with another trailer")
    if mask not in _HASHES or salt < 0:
        raise UnknownAlgorithmError(f"RSASSA-PSS with {mask} and a salt of {salt} octets")
    return Scheme(kind=_PSS, digest=hashed, mask_digest=mask, salt_size=salt)
