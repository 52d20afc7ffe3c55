"""Read an XAdES signature over parts of a message, as far as it can be judged without the parts (EN 319 132-1).

Kiểm tra chữ ký XML trên các phần của gói tin. One form is accepted, the one that ``making.py`` makes; everything else
is refused: other transforms, references by anything but the Id of an element, keys without a certificate. Which
elements the Ids stand for is the caller's to say, who must take them by their place in the message and never by their
Id. Trust is not judged, nor are the timestamps, which are handed out as they came.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from edocs._xmlsig.algorithms import C14N, DIGESTS, SIGNATURES, WEAK_DIGESTS, WEAK_SIGNATURES, verify_any_value
from edocs._xmlsig.canonical import DS, XADES, canonical, decoded, elements, read_again
from edocs.errors import XmlSignatureError
from edocs.model.rules import reason

__all__ = ["Claims", "Reference", "RefusedSignatureError", "has_value", "id_values", "read_signature"]

_DIGESTS = {**DIGESTS, **WEAK_DIGESTS}
_METHODS = {**SIGNATURES, **WEAK_SIGNATURES}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,99}")
_MOST_REFERENCES = 16
_KEY_HINTS = {DS + name for name in ("X509Certificate", "X509SubjectName", "X509IssuerSerial", "X509SKI")}
_FAULTS = (ValueError, UnsupportedAlgorithm, TypeError)


class RefusedSignatureError(XmlSignatureError):
    """A signature that is not judged further."""

    def __init__(self, rule: str, **params: str) -> None:
        self.reason = reason(rule, **params)
        super().__init__(self.reason.message, hint=self.reason.hint, **params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a signature says of one part."""

    name: str
    """The Id that it refers to."""
    digest: str
    """Algorithm: sha1, sha256, sha384 or sha512."""
    value: bytes

    def matches(self, found: bytes) -> bool:
        """Whether ``found`` is the digest that was signed."""
        return hmac.compare_digest(self.value, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a signature of the accepted form says. ``has_value`` tells whether its signer said so."""

    references: tuple[Reference, ...]
    """To parts of the message, in order."""
    properties: Reference
    """To its own signed properties."""
    properties_data: bytes
    """Their canonical form."""
    certificate: x509.Certificate
    """The one that the signed properties name by its digest."""
    others: tuple[bytes, ...]
    """What else came with it, DER."""
    signed_at: datetime
    """As the signer says; aware."""
    role: str
    """Claimed; empty where none is."""
    digests: tuple[str, ...]
    """All that it rests on."""
    method: str
    signed_info: bytes
    value: bytes
    value_data: bytes
    """The canonical form of SignatureValue, which timestamps are over."""
    tokens: tuple[bytes, ...]
    """Time-stamp tokens over the value, DER; not judged."""


def read_signature(signature: etree._Element) -> Claims:
    """Take a signature apart.

    1. it has the parts of the accepted form, each once, and no other;
    2. SignedInfo names accepted algorithms, and refers to elements by Id, with exclusive canonicalisation alone;
    3. one reference is to the signed properties of this very signature;
    4. these name the certificate, which stands in KeyInfo.

    Everything is read out of the canonical form of SignedInfo and of the signed properties.

    Raises:
        RefusedSignatureError: It is of another form.

    Source: W3C XML Signature 1.1, 4; ETSI EN 319 132-1, 5.2 and 6.3.
    """
    try:
        return _read(signature)
    except (*_FAULTS, etree.XMLSyntaxError) as exc:
        raise _fault("a value cannot be read") from exc


def has_value(claims: Claims) -> bool:
    """Whether the key of the named certificate made the value over SignedInfo."""
    try:
        verify_any_value(claims.certificate, claims.method, claims.value, claims.signed_info)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def id_values(root: etree._Element) -> list[str]:
    """Every value that some program might take for an Id, in any spelling and namespace."""
    return [
        str(value)
        for element in root.iter()
        if isinstance(element.tag, str)
        for name, value in element.attrib.items()
        if str(name).rpartition("}")[2].lower() == "id"
    ]


def _fault(why: str) -> RefusedSignatureError:
    return RefusedSignatureError("envelope.form", why=why)


def _not_accepted(algorithm: str) -> RefusedSignatureError:
    return RefusedSignatureError("envelope.algorithm", algorithm=algorithm[:100] or "-")


def _read(signature: etree._Element) -> Claims:
    names = [DS + name for name in ("SignedInfo", "SignatureValue", "KeyInfo", "Object")]
    if [child.tag for child in elements(signature)] != names:
        raise _fault("it has other parts than it may")  # (1)
    info, value, key_info, _ = elements(signature)
    signed_info = canonical(info)
    method, references = _signed_info(read_again(signed_info))  # (2)
    element = _signed_properties(signature)
    properties_data = canonical(element)
    own, rest = _sort(references, element.get("Id", ""))  # (3)
    properties = read_again(properties_data)
    named, digest = _named(properties)
    certificates = _certificates(key_info)
    signer = next((der for der in certificates if hmac.compare_digest(hashlib.new(digest, der).digest(), named)), None)
    if signer is None:  # (4)
        raise _fault("the certificate that it names does not come with it")
    return Claims(
        references=rest,
        properties=own,
        properties_data=properties_data,
        certificate=x509.load_der_x509_certificate(signer),
        others=tuple(der for der in certificates if der != signer),
        signed_at=_signing_time(properties),
        role=_role(properties),
        digests=tuple(sorted({digest, _METHODS[method][1], *(item.digest for item in references.values())})),
        method=method,
        signed_info=signed_info,
        value=decoded(value),
        value_data=canonical(value),
        tokens=_tokens(signature),
    )


def _signed_info(info: etree._Element) -> tuple[str, dict[str, Reference]]:
    """The signature method, and the references by what they refer to."""
    children = elements(info)
    tags = [child.tag for child in children]
    if tags[:2] != [DS + "CanonicalizationMethod", DS + "SignatureMethod"] or set(tags[2:]) != {DS + "Reference"}:
        raise _fault("SignedInfo has other parts than it may")
    if not _is_plain(children[0], C14N):
        raise _not_accepted(children[0].get("Algorithm", ""))
    method = children[1].get("Algorithm", "")
    if method not in _METHODS or len(children[1]):
        raise _not_accepted(method)
    if len(children) - 2 > _MOST_REFERENCES:
        raise _fault("too many references")
    found: dict[str, Reference] = {}
    for child in children[2:]:
        reference = _reference(child)
        if reference.name in found:
            raise _fault("it refers to one element twice")
        found[reference.name] = reference
    return method, found


def _is_plain(element: etree._Element, algorithm: str) -> bool:
    """Whether ``element`` names ``algorithm`` and has no parameters."""
    return element.get("Algorithm") == algorithm and not len(element)


def _reference(element: etree._Element) -> Reference:
    uri = element.get("URI")
    if uri is None or not uri.startswith("#") or not _NAME.fullmatch(uri[1:]):
        raise _fault("a reference is not to an element by its Id")
    if [child.tag for child in element] != [DS + name for name in ("Transforms", "DigestMethod", "DigestValue")]:
        raise _fault("a reference has other parts than it may")
    transforms, method, value = element
    if [child.tag for child in transforms] != [DS + "Transform"] or not _is_plain(transforms[0], C14N):
        raise _fault("a reference has other transforms than it may")
    algorithm = method.get("Algorithm", "")
    if algorithm not in _DIGESTS or len(method):
        raise _not_accepted(algorithm)
    return Reference(name=uri[1:], digest=_DIGESTS[algorithm], value=decoded(value))


def _signed_properties(signature: etree._Element) -> etree._Element:
    objects = elements(elements(signature)[3])
    name = signature.get("Id", "")
    if [child.tag for child in objects] != [XADES + "QualifyingProperties"]:
        raise _fault("its Object holds something else than qualifying properties")
    if not name or objects[0].get("Target") != f"#{name}":
        raise _fault("the properties are those of another signature")
    tags = [child.tag for child in elements(objects[0])]
    if tags not in ([XADES + "SignedProperties"], [XADES + "SignedProperties", XADES + "UnsignedProperties"]):
        raise _fault("its properties are not of the known form")
    return elements(objects[0])[0]


def _sort(references: dict[str, Reference], own: str) -> tuple[Reference, tuple[Reference, ...]]:
    # By what it refers to: Type is a hint (XML Signature 1.1, 4.4.3.2), and a program may go by either.
    if own not in references:
        raise _fault("it does not sign its properties")
    return references[own], tuple(item for name, item in references.items() if name != own)


def _named(properties: etree._Element) -> tuple[bytes, str]:
    """The digest of the signer's certificate, and its algorithm (EN 319 132-1, 5.2.2): of several the first."""
    parts = f"{XADES}SignedSignatureProperties/{XADES}"
    found = properties.findall(f"{parts}SigningCertificateV2")
    older = properties.findall(f"{parts}SigningCertificate")
    digests = found[0].findall(f"{XADES}Cert/{XADES}CertDigest") if len(found) == 1 else []
    if older or not digests:
        raise _fault("it does not name its certificate")
    method, value = _only(digests[0], DS + "DigestMethod"), _only(digests[0], DS + "DigestValue")
    algorithm = method.get("Algorithm", "")
    if algorithm not in _DIGESTS:
        raise _not_accepted(algorithm)
    return decoded(value), _DIGESTS[algorithm]


def _certificates(key_info: etree._Element) -> list[bytes]:
    """DER, as read and written again, in order."""
    if [child.tag for child in elements(key_info)] != [DS + "X509Data"]:
        raise _fault("its key does not come as certificates alone")
    hints = elements(elements(key_info)[0])
    if any(child.tag not in _KEY_HINTS for child in hints):
        raise _fault("its key does not come as certificates alone")
    found = [decoded(child) for child in hints if child.tag == DS + "X509Certificate"]
    return [x509.load_der_x509_certificate(der).public_bytes(Encoding.DER) for der in dict.fromkeys(found)]


def _signing_time(properties: etree._Element) -> datetime:
    element = _only(properties, f"{XADES}SignedSignatureProperties/{XADES}SigningTime")
    moment = datetime.fromisoformat((element.text or "").strip())
    if moment.tzinfo is None:
        raise _fault("its signing time has no zone")
    return moment


def _role(properties: etree._Element) -> str:
    path = f"{XADES}SignedSignatureProperties/{XADES}SignerRoleV2/{XADES}ClaimedRoles/{XADES}ClaimedRole"
    roles = properties.findall(path)
    return (roles[0].text or "").strip() if len(roles) == 1 else ""


def _tokens(signature: etree._Element) -> tuple[bytes, ...]:
    path = f"{DS}Object/{XADES}QualifyingProperties/{XADES}UnsignedProperties/{XADES}UnsignedSignatureProperties"
    return tuple(
        _token(stamp)
        for properties in signature.findall(path)
        for stamp in properties.findall(f"{XADES}SignatureTimeStamp")
    )


def _token(stamp: etree._Element) -> bytes:
    method = stamp.findall(DS + "CanonicalizationMethod")
    if len(method) != 1 or not _is_plain(method[0], C14N):
        return b""  # over another form of the value; a token of no bytes proves nothing
    tokens: Sequence[etree._Element] = stamp.findall(XADES + "EncapsulatedTimeStamp")
    try:
        return decoded(tokens[0]) if len(tokens) == 1 else b""
    except ValueError:
        return b""


def _only(parent: etree._Element, path: str) -> etree._Element:
    found = parent.findall(path)
    if len(found) != 1:
        raise _fault("a part of it is missing or there twice")
    return found[0]
