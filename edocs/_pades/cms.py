"""The CMS of a PAdES baseline signature, level B-B: RFC 5652, EN 319 122-1, EN 319 142-1 clause 6.

Chữ ký CMS. Signed attributes: content type, message digest, signing-certificate-v2, and the claimed role in
signer-attributes-v2. No signing-time: PAdES states the time in ``/M`` of the signature dictionary (EN 319 142-1, 6.3).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edocs._pades.der import explicit, implicit, integer, null, object_id, octets, sequence, set_of, tagged
from edocs.errors import UsageError
from edocs.model import Role, SignatureAlgorithm

__all__ = ["DIGESTS", "ROLE_URI", "certificate_der", "cms_size", "signed_attributes", "signed_data"]

DIGESTS = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
"""The digests that are produced, and their OIDs (RFC 5754). SHA-1 is not among them."""

ROLE_URI = {Role.PERSONAL: "urn:edocs:role:personal", Role.ORGANISATION: "urn:edocs:role:organisation"}
"""What a claimed role is called in the X.520 ``role`` attribute (RFC 5755, RoleSyntax.roleName)."""

_DATA = object_id("1.2.840.113549.1.7.1")
_SIGNED_DATA = object_id("1.2.840.113549.1.7.2")
_CONTENT_TYPE = object_id("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = object_id("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = object_id("1.2.840.113549.1.9.16.2.47")
_SIGNER_ATTRIBUTES_V2 = object_id("0.4.0.19122.1.1")
_TIMESTAMP_TOKEN = object_id("1.2.840.113549.1.9.16.2.14")
_ROLE = object_id("2.5.4.72")
_MGF1 = object_id("1.2.840.113549.1.1.8")
_SIGNATURE_OIDS = {
    (SignatureAlgorithm.ECDSA, "sha256"): "1.2.840.10045.4.3.2",
    (SignatureAlgorithm.ECDSA, "sha384"): "1.2.840.10045.4.3.3",
    (SignatureAlgorithm.ECDSA, "sha512"): "1.2.840.10045.4.3.4",
    (SignatureAlgorithm.RSA_PKCS1, "sha256"): "1.2.840.113549.1.1.11",
    (SignatureAlgorithm.RSA_PKCS1, "sha384"): "1.2.840.113549.1.1.12",
    (SignatureAlgorithm.RSA_PKCS1, "sha512"): "1.2.840.113549.1.1.13",
}
_GENERAL_NAME_URI = 0x86
_GENERAL_NAME_DIRECTORY = 4


def signed_attributes(imprint: bytes, digest: str, certificate: x509.Certificate, role: Role) -> bytes:
    """The attributes that the key signs, as DER SET (RFC 5652, 5.4).

    Args:
        imprint: Digest of the document's byte range.

    Raises:
        UsageError: ``digest`` is none that is produced.
    """
    attributes = [
        _attribute(_CONTENT_TYPE, _DATA),
        _attribute(_MESSAGE_DIGEST, octets(imprint)),
        _attribute(_SIGNING_CERTIFICATE_V2, _signing_certificate(certificate, digest)),
    ]
    if role in ROLE_URI:
        attributes.append(_attribute(_SIGNER_ATTRIBUTES_V2, _claimed_role(ROLE_URI[role])))
    return set_of(*attributes)


def signed_data(
    attributes: bytes,
    value: bytes,
    chain: Sequence[x509.Certificate],
    algorithm: SignatureAlgorithm,
    digest: str,
    token: bytes = b"",
) -> bytes:
    """The ContentInfo for ``/Contents``.

    Args:
        attributes: What :func:`signed_attributes` returned.
        value: The signature over ``attributes``.
        chain: The signer's certificate first, then CA certificates.
        token: A timestamp on ``value`` (EN 319 122-1, 5.3); none when empty.
    """
    certificate = chain[0]
    signer_info = sequence(
        integer(1),
        _issuer_and_serial(certificate),
        _digest_algorithm(digest),
        implicit(0, attributes),
        _signature_algorithm(algorithm, digest),
        octets(value),
        implicit(1, set_of(_attribute(_TIMESTAMP_TOKEN, token))) if token else b"",
    )
    certificates = _certificates(tuple(chain))
    content = sequence(
        integer(1), set_of(_digest_algorithm(digest)), sequence(_DATA), implicit(0, certificates), set_of(signer_info)
    )
    return sequence(_SIGNED_DATA, explicit(0, content))


def cms_size(
    chain: Sequence[x509.Certificate], algorithm: SignatureAlgorithm, digest: str, role: Role, value_size: int
) -> int:
    """Bytes that the CMS will have at most, without signing anything."""
    return _size(tuple(chain), algorithm, digest, role, value_size)


@lru_cache(maxsize=256)
def certificate_der(certificate: x509.Certificate) -> bytes:
    """A certificate as it stands in the signature."""
    return certificate.public_bytes(Encoding.DER)


@lru_cache(maxsize=64)
def _size(
    chain: tuple[x509.Certificate, ...], algorithm: SignatureAlgorithm, digest: str, role: Role, value_size: int
) -> int:
    attributes = signed_attributes(bytes(hashlib.new(digest).digest_size), digest, chain[0], role)
    return len(signed_data(attributes, bytes(value_size), chain, algorithm, digest))


@lru_cache(maxsize=64)
def _certificates(chain: tuple[x509.Certificate, ...]) -> bytes:
    return set_of(*(certificate_der(item) for item in dict.fromkeys(chain)))


def _attribute(kind: bytes, value: bytes) -> bytes:
    return sequence(kind, set_of(value))


@lru_cache(maxsize=256)
def _signing_certificate(certificate: x509.Certificate, digest: str) -> bytes:
    """SigningCertificateV2 (RFC 5035, clause 3): SHA-256 is the default and must then be left out."""
    hashed = octets(hashlib.new(digest, certificate_der(certificate)).digest())
    issuer = sequence(explicit(_GENERAL_NAME_DIRECTORY, _issuer(certificate)))
    issuer_serial = sequence(issuer, integer(certificate.serial_number))
    identifier = [] if digest == "sha256" else [_digest_algorithm(digest)]
    return sequence(sequence(sequence(*identifier, hashed, issuer_serial)))


@lru_cache(maxsize=256)
def _claimed_role(uri: str) -> bytes:
    """SignerAttributeV2 with one claimed attribute (EN 319 122-1, 5.2.6.1)."""
    role = sequence(explicit(1, tagged(_GENERAL_NAME_URI, uri.encode("ascii"))))
    return sequence(explicit(0, sequence(_attribute(_ROLE, role))))


@lru_cache(maxsize=256)
def _issuer_and_serial(certificate: x509.Certificate) -> bytes:
    return sequence(_issuer(certificate), integer(certificate.serial_number))


@lru_cache(maxsize=256)
def _digest_algorithm(digest: str) -> bytes:
    if digest not in DIGESTS:
        raise UsageError(
            "digest not produced: {digest}", hint="one of {names}", digest=digest, names=", ".join(DIGESTS)
        )
    return sequence(object_id(DIGESTS[digest]))  # parameters absent: RFC 5754, clause 2


@lru_cache(maxsize=256)
def _signature_algorithm(algorithm: SignatureAlgorithm, digest: str) -> bytes:
    if algorithm is SignatureAlgorithm.RSA_PSS:
        hashed = _digest_algorithm(digest)
        salt = integer(hashlib.new(digest).digest_size)
        parameters = sequence(explicit(0, hashed), explicit(1, sequence(_MGF1, hashed)), explicit(2, salt))
        return sequence(object_id("1.2.840.113549.1.1.10"), parameters)
    parameters = null() if algorithm is SignatureAlgorithm.RSA_PKCS1 else b""
    return sequence(object_id(_SIGNATURE_OIDS[algorithm, digest]), parameters)


@lru_cache(maxsize=256)
def _issuer(certificate: x509.Certificate) -> bytes:
    # As it stands in the certificate: a name encoded anew may differ, and verifiers compare bytes.
    return bytes(asn1_x509.Certificate.load(certificate_der(certificate)).issuer.dump())
