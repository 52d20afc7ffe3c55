"""Make an XAdES signature over parts of a message: ETSI EN 319 132-1, levels B-B and B-T.

Tạo chữ ký XAdES. The caller gives the digest of each part, so a part of any size may be digested while it is written.
Exclusive canonicalisation throughout; the references go by Id. Nothing is signed here: the key's work lies between
``draft`` and ``finish``. Revocation evidence (B-LT) and archive timestamps are not made.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from edocs._xmlsig.algorithms import C14N, DIGESTS, SIGNATURES, verify_value, wire_value
from edocs._xmlsig.canonical import DS, XADES, canonical, read_again
from edocs.errors import SignatureValueError
from edocs.model import SignatureAlgorithm

__all__ = [
    "DIGEST",
    "PROPERTIES_TYPE",
    "Draft",
    "Part",
    "Statement",
    "add_timestamp",
    "draft",
    "finish",
    "stand_in",
    "timestamped",
]

DIGEST = "sha256"
"""Of parts, properties and certificate, and what the key signs with."""
PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"
_DIGEST_METHOD = next(uri for uri, name in DIGESTS.items() if name == DIGEST)
_SCHEMES = {
    SignatureAlgorithm.RSA_PKCS1: "rsa",
    SignatureAlgorithm.RSA_PSS: "pss",
    SignatureAlgorithm.ECDSA: "ecdsa",
}
_SIGNATURE, _PROPERTIES, _VALUE = "edocs-signature", "edocs-properties", "edocs-signature-value"
_NAMESPACES = {"ds": DS[1:-1], "xades": XADES[1:-1]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One element that is signed."""

    name: str
    """Its ``Id``."""
    digest: bytes
    """SHA-256 of its canonical form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the signer states about the signature itself."""

    certificate: x509.Certificate
    chain: Sequence[x509.Certificate] = ()
    algorithm: SignatureAlgorithm
    signed_at: datetime
    """Aware."""
    role: str = ""
    """A claimed role; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A signature without its value."""

    signed_info: bytes
    """What the key has to sign with ``DIGEST``."""
    method: str
    properties: bytes
    statement: Statement


def draft(parts: Sequence[Part], statement: Statement) -> Draft:
    """Everything but the value.

    Source: EN 319 132-1, 5.2 and 6.3.
    """
    references = [(f"edocs-reference-{index}", part) for index, part in enumerate(parts, 1)]
    properties = canonical(_properties([name for name, _ in references], statement))
    scheme = (_SCHEMES[statement.algorithm], DIGEST)
    method = next(uri for uri, known in SIGNATURES.items() if known == scheme)
    info = _element("ds:SignedInfo")
    _add(info, "ds:CanonicalizationMethod", Algorithm=C14N)
    _add(info, "ds:SignatureMethod", Algorithm=method)
    for name, part in references:
        _reference(info, part.digest, Id=name, URI=f"#{part.name}")
    _reference(info, hashlib.sha256(properties).digest(), Type=PROPERTIES_TYPE, URI=f"#{_PROPERTIES}")
    return Draft(signed_info=canonical(info), method=method, properties=properties, statement=statement)


def finish(made: Draft, value: bytes) -> etree._Element:
    """The signature with the value that the key made, which is verified first.

    Args:
        value: As a ``Signer`` returns it.

    Raises:
        SignatureValueError: The value is not that of the certificate's key over this draft.
    """
    certificate = made.statement.certificate
    try:
        wire = wire_value(certificate, value)
        verify_value(certificate, made.method, wire, made.signed_info)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as exc:
        raise SignatureValueError("the signature value is not that of the certificate's key") from exc
    return _assembled(made, wire)


def stand_in(made: Draft) -> etree._Element:
    """The signature with zeros for its value: as long as the real one, and never to be given to anybody."""
    key = made.statement.certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _assembled(made, bytes(2 * ((key.curve.key_size + 7) // 8)))
    return _assembled(made, bytes(key.key_size // 8 if isinstance(key, rsa.RSAPublicKey) else 0))


def _assembled(made: Draft, wire: bytes) -> etree._Element:
    certificate = made.statement.certificate
    signature = _element("ds:Signature", Id=_SIGNATURE)
    signature.append(read_again(made.signed_info))
    _add(signature, "ds:SignatureValue", base64.b64encode(wire), Id=_VALUE)
    data = _add(_add(signature, "ds:KeyInfo"), "ds:X509Data")
    for one in dict.fromkeys([certificate, *made.statement.chain]):
        _add(data, "ds:X509Certificate", base64.b64encode(one.public_bytes(Encoding.DER)))
    qualifying = _add(_add(signature, "ds:Object"), "xades:QualifyingProperties", Target=f"#{_SIGNATURE}")
    qualifying.append(read_again(made.properties))
    return signature


def add_timestamp(signature: etree._Element, token: bytes) -> None:
    """Put a time-stamp token (DER) over the value into ``signature`` (EN 319 132-1, 5.3)."""
    (qualifying,) = signature.findall(f"{DS}Object/{XADES}QualifyingProperties")
    unsigned = _add(_add(qualifying, "xades:UnsignedProperties"), "xades:UnsignedSignatureProperties")
    stamp = _add(unsigned, "xades:SignatureTimeStamp")
    _add(stamp, "ds:CanonicalizationMethod", Algorithm=C14N)
    _add(stamp, "xades:EncapsulatedTimeStamp", base64.b64encode(token))


def timestamped(signature: etree._Element) -> bytes:
    """What a timestamp on ``signature`` is over: the canonical form of its value."""
    (value,) = signature.findall(f"{DS}SignatureValue")
    return canonical(value)


def _properties(references: Sequence[str], statement: Statement) -> etree._Element:
    root = _element("xades:SignedProperties", Id=_PROPERTIES)
    own = _add(root, "xades:SignedSignatureProperties")
    _add(own, "xades:SigningTime", statement.signed_at.isoformat(timespec="seconds").encode())
    named = _add(_add(_add(own, "xades:SigningCertificateV2"), "xades:Cert"), "xades:CertDigest")
    _add(named, "ds:DigestMethod", Algorithm=_DIGEST_METHOD)
    hashed = hashlib.sha256(statement.certificate.public_bytes(Encoding.DER)).digest()
    _add(named, "ds:DigestValue", base64.b64encode(hashed))
    if statement.role:
        roles = _add(_add(own, "xades:SignerRoleV2"), "xades:ClaimedRoles")
        _add(roles, "xades:ClaimedRole", statement.role.encode())
    about = _add(root, "xades:SignedDataObjectProperties")
    for name in references:
        form = _add(about, "xades:DataObjectFormat", ObjectReference=f"#{name}")
        _add(form, "xades:MimeType", b"text/xml")
    return root


def _reference(info: etree._Element, digest: bytes, **attributes: str) -> None:
    reference = _add(info, "ds:Reference", b"", **attributes)
    _add(_add(reference, "ds:Transforms"), "ds:Transform", Algorithm=C14N)
    _add(reference, "ds:DigestMethod", Algorithm=_DIGEST_METHOD)
    _add(reference, "ds:DigestValue", base64.b64encode(digest))


def _element(name: str, **attributes: str) -> etree._Element:
    prefix, _, local = name.partition(":")
    return etree.Element(f"{{{_NAMESPACES[prefix]}}}{local}", attributes, nsmap={prefix: _NAMESPACES[prefix]})


def _add(parent: etree._Element, name: str, text: bytes = b"", **attributes: str) -> etree._Element:
    child = _element(name, **attributes)
    child.text = text.decode() or None
    parent.append(child)
    return child
