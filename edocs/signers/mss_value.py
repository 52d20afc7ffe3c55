"""What is sent to be signed, and what the answer's signature is: bare values, DigestInfo, PKCS#7.

Giá trị chữ ký. RFC 8017 clause 9.2 (DigestInfo), RFC 5652 (SignedData), FIPS 186-5 (ECDSA). The value is not verified
here: finishing does that, over the prepared bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from edocs.errors import CertificateRefusedError, SignatureValueError, UnavailableError, UsageError

__all__ = ["MODES", "bare_value", "load_certificates", "payload", "require_names", "signer_and_chain"]

MODES = ("data", "hash", "digestinfo")
"""What DataToBeSigned holds: the data, its digest, or the digest in a DER DigestInfo."""

_DIGEST_INFO = {  # RFC 8017, clause 9.2, note 1
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")


def payload(data: bytes, digest: str, mode: str) -> bytes:
    """DataToBeSigned for ``data``.

    Raises:
        UsageError: A digest that ``mode`` cannot carry: with ``data`` the service hashes, and hashes with SHA-256.
    """
    names = ("sha256",) if mode == "data" else tuple(_DIGEST_INFO)
    if digest not in names:
        raise UsageError("digest not produced: {digest}", hint="one of {names}", digest=digest, names=", ".join(names))
    if mode == "data":
        return data
    imprint = hashlib.new(digest, data).digest()
    return _DIGEST_INFO[digest] + imprint if mode == "digestinfo" else imprint


def bare_value(signature: bytes, certificate: x509.Certificate) -> bytes:
    """The signature value: out of a PKCS#7, and ECDSA as DER whatever form it came in.

    Raises:
        SignatureValueError: A PKCS#7 that cannot be read, or whose value is over attributes of its own.
    """
    value = _read_signed_data(signature)[0] if _SIGNED_DATA in signature[:32] else signature
    if value is None:
        raise SignatureValueError(
            "the signing service signs attributes of its own, not the document's", hint="give format=pkcs1"
        )
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        size = (key.key_size + 7) // 8
        if len(value) == 2 * size:
            r, s = int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big")
            return encode_dss_signature(r, s)
    return value


def load_certificates(given: Sequence[bytes]) -> list[x509.Certificate]:
    """Certificates out of DER, or out of a PKCS#7.

    Raises:
        UnavailableError: One cannot be read.
    """
    ders: list[bytes] = []
    for item in given:
        ders += _read_signed_data(item)[1] if _SIGNED_DATA in item[:32] else [item]
    try:
        return [require_names(x509.load_der_x509_certificate(item)) for item in ders]
    except (ValueError, x509.InvalidVersion) as exc:
        raise UnavailableError("the signing service gives a damaged certificate", hint="ask the operator") from exc


def require_names(certificate: x509.Certificate) -> x509.Certificate:
    """The certificate, if its names can be read: cryptography parses them when they are first asked for.

    Raises:
        ValueError: One cannot.
    """
    for name in (certificate.issuer, certificate.subject):
        name.rfc4514_string()
    return certificate


def signer_and_chain(
    certificates: Sequence[x509.Certificate], msisdn: str
) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    """The one that issued none of the others, and the others.

    Raises:
        CertificateRefusedError: There is none.
    """
    for own in certificates:
        others = tuple(item for item in certificates if item != own)
        if not any(item.issuer == own.subject for item in others):
            return own, others
    raise CertificateRefusedError(
        "the signing service gives no certificate for {msisdn}", hint="give certificate=PATH", msisdn=msisdn
    )


def _read_signed_data(data: bytes) -> tuple[bytes | None, list[bytes]]:
    try:
        content = cms.ContentInfo.load(data, strict=True)["content"]
        info = content["signer_infos"][0]
        has_attributes = not isinstance(info["signed_attrs"], core.Void)
        value = bytes(info["signature"].native)
        certificates = [item.chosen.dump() for item in content["certificates"]]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as exc:
        raise SignatureValueError("the signing service gives a PKCS#7 that cannot be read", hint="sign again") from exc
    return (None if has_attributes else value), certificates
