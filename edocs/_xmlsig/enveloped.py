"""Verify an enveloped XAdES signature over a whole document, and return only what is signed.

Chữ ký XML nằm trong tài liệu (XML-DSig; ETSI EN 319 132-1, level B-B). Signature wrapping cannot work, because nothing
is taken from the document as it was received: SignedInfo, the signed properties and ``SignedXml.content`` are read
again from the very bytes that were signed or digested. The key comes from the caller; KeyInfo decides nothing. Not
done: detached and enveloping signatures, several signatures, timestamps, certificate paths, times.
"""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from edocs._xmlsig.algorithms import C14N, DIGESTS, ENVELOPED, SIGNATURES, verify_value
from edocs.errors import XmlSignatureError

__all__ = ["SignedXml", "embedded_certificates", "verify_enveloped"]

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
_PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"
_ID_NAMES = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedXml:
    """What a signature that holds is about."""

    content: etree._Element
    """The root element, without the signature, read again from the signed bytes."""
    certificate: x509.Certificate
    """Whose key signed: one of those that the caller gave."""
    signed_at: datetime
    """As the signer says; nothing proves it."""


def verify_enveloped(root: etree._Element, signers: Iterable[x509.Certificate]) -> SignedXml:
    """Go on only with what one of ``signers`` signed.

    Xác thực chữ ký XML.

    1. the document holds one signature, a child of the root;
    2. its parts are those of the accepted form, with accepted algorithms;
    3. it refers to the whole document and to its own signed properties, and to nothing else;
    4. the signed properties name one of ``signers``, whose key made the value over SignedInfo;
    5. both digests are right.

    Args:
        root: As ``parse_untrusted`` read it.
        signers: Whom the caller believes. From the signature itself only where the caller knows them by their digest.

    Raises:
        XmlSignatureError: One of these fails.

    Source: W3C XML Signature 1.1, 3.2; ETSI EN 319 132-1, 5.2 and 6.3.
    """
    signature = _only_signature(root)  # (1)
    signed_info = _canonical(_only(signature, _DS + "SignedInfo"))
    method, references = _read_signed_info(_read_again(signed_info))  # (2)
    element = _signed_properties(signature)
    properties = _canonical(element)
    whole, own = _sort_references(root, element, references)  # (3)
    signer = _named_signer(_read_again(properties), signers)  # (4)
    try:
        verify_value(signer, method, _decoded(_only(signature, _DS + "SignatureValue")), signed_info)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as exc:
        raise _fault("the signature value is not the signer's") from exc
    content = _canonical(_without(root, signature))
    for reference, data in ((whole, content), (own, properties)):  # (5)
        if not hmac.compare_digest(_digest(reference, data), _decoded(_only(reference, _DS + "DigestValue"))):
            raise _fault("the document was changed after signing")
    signed_at = _signing_time(_read_again(properties))
    return SignedXml(content=_read_again(content), certificate=signer, signed_at=signed_at)


def embedded_certificates(root: etree._Element) -> list[bytes]:
    """The DER certificates in the KeyInfo of the signature: hints, which prove nothing."""
    path = "/".join(_DS + name for name in ("Signature", "KeyInfo", "X509Data", "X509Certificate"))
    found = []
    for element in root.findall(path):
        try:
            found.append(base64.b64decode("".join((element.text or "").split()), validate=True))
        except ValueError:
            continue
    return found


def _fault(why: str) -> XmlSignatureError:
    return XmlSignatureError("the XML signature does not hold: {why}", why=why)


def _only_signature(root: etree._Element) -> etree._Element:
    if len(list(root.iter(_DS + "Signature"))) != 1 or len(root.findall(_DS + "Signature")) != 1:
        raise _fault("not one signature as a child of the root")
    siblings = [*root.itersiblings(preceding=True), *root.itersiblings()]
    if any(isinstance(node, etree._ProcessingInstruction) for node in siblings):
        raise _fault("a processing instruction stands outside the root")  # signed with URI="", not with an Id
    return _only(root, _DS + "Signature")


def _only(parent: etree._Element, path: str) -> etree._Element:
    found = parent.findall(path)
    if len(found) != 1:
        raise _fault(f"{path.rpartition('}')[2]} is not there once")
    return found[0]


def _elements(parent: etree._Element) -> list[etree._Element]:
    return [child for child in parent if isinstance(child.tag, str)]


def _read_signed_info(signed_info: etree._Element) -> tuple[str, list[etree._Element]]:
    """The signature method and the two references."""
    children = _elements(signed_info)
    names = ["CanonicalizationMethod", "SignatureMethod", "Reference", "Reference"]
    if [child.tag for child in children] != [_DS + name for name in names]:
        raise _fault("SignedInfo has other parts than two references")
    canonicalisation, method, *references = children
    if not _is_plain(canonicalisation, C14N):
        raise _fault("another canonicalisation than the exclusive one")
    algorithm = method.get("Algorithm", "")
    if algorithm not in SIGNATURES or _elements(method):
        raise _fault(f"algorithm not accepted: {algorithm[:100]}")
    return algorithm, references


def _is_plain(element: etree._Element, algorithm: str) -> bool:
    """Whether ``element`` names ``algorithm`` and has no parameters."""
    return element.get("Algorithm") == algorithm and not _elements(element)


def _signed_properties(signature: etree._Element) -> etree._Element:
    path = f"{_DS}Object/{_XADES}QualifyingProperties"
    qualifying = _only(signature, path)
    name = signature.get("Id", "")
    if not name or qualifying.get("Target") != f"#{name}":
        raise _fault("the properties are those of another signature")
    return _only(qualifying, _XADES + "SignedProperties")


def _sort_references(
    root: etree._Element, properties: etree._Element, references: list[etree._Element]
) -> tuple[etree._Element, etree._Element]:
    """The reference to the document and that to the signed properties, each with the transforms that it must have."""
    own = [item for item in references if item.get("Type") == _PROPERTIES_TYPE]
    rest = [item for item in references if item.get("Type") != _PROPERTIES_TYPE]
    if len(own) != 1 or len(rest) != 1:
        raise _fault("it refers not once to the document and once to its properties")
    whole, names = rest[0], _id_values(root)
    uri = whole.get("URI")
    if uri != "" and (not uri or root.get("Id") is None or uri != f"#{root.get('Id')}" or names.count(uri[1:]) != 1):
        raise _fault("it refers to a part of the document")
    name = properties.get("Id", "")
    if not name or own[0].get("URI") != f"#{name}" or names.count(name) != 1:
        raise _fault("it refers to other properties than its own")
    _check_transforms(whole, [ENVELOPED, C14N])
    _check_transforms(own[0], [C14N])
    return whole, own[0]


def _id_values(root: etree._Element) -> list[str]:
    return [
        str(element.attrib[name])
        for element in root.iter()
        if isinstance(element.tag, str)
        for name in _ID_NAMES
        if name in element.attrib
    ]


def _check_transforms(reference: etree._Element, expected: list[str]) -> None:
    if [child.tag for child in _elements(reference)] != [
        _DS + n for n in ("Transforms", "DigestMethod", "DigestValue")
    ]:
        raise _fault("a reference has other parts than it may")
    transforms = _elements(_only(reference, _DS + "Transforms"))
    if len(transforms) != len(expected) or any(
        item.tag != _DS + "Transform" or not _is_plain(item, name)
        for item, name in zip(transforms, expected, strict=True)
    ):
        raise _fault("transforms are not accepted")


def _digest(parent: etree._Element, data: bytes) -> bytes:
    """The digest of ``data`` by the method that ``parent`` names."""
    algorithm = _only(parent, _DS + "DigestMethod").get("Algorithm", "")
    if algorithm not in DIGESTS:
        raise _fault(f"algorithm not accepted: {algorithm[:100]}")
    return hashlib.new(DIGESTS[algorithm], data).digest()


def _named_signer(properties: etree._Element, signers: Iterable[x509.Certificate]) -> x509.Certificate:
    """The one of ``signers`` whose digest stands first in SigningCertificate (EN 319 132-1, 5.2.2)."""
    parts = f"{_XADES}SignedSignatureProperties/{_XADES}"
    found = [
        item for name in ("SigningCertificate", "SigningCertificateV2") for item in properties.findall(parts + name)
    ]
    certificates = found[0].findall(f"{_XADES}Cert/{_XADES}CertDigest") if len(found) == 1 else []
    if not certificates:
        raise _fault("it does not name its certificate")
    named = _decoded(_only(certificates[0], _DS + "DigestValue"))
    for signer in signers:
        if hmac.compare_digest(_digest(certificates[0], signer.public_bytes(Encoding.DER)), named):
            return signer
    raise _fault("its signer is not known")


def _signing_time(properties: etree._Element) -> datetime:
    element = _only(properties, f"{_XADES}SignedSignatureProperties/{_XADES}SigningTime")
    try:
        moment = datetime.fromisoformat((element.text or "").strip())
    except ValueError as exc:
        raise _fault("its signing time is none") from exc
    if moment.tzinfo is None:
        raise _fault("its signing time has no zone")
    return moment


def _decoded(element: etree._Element) -> bytes:
    if _elements(element):
        raise _fault("a value has parts")
    try:
        return base64.b64decode("".join("".join(map(str, element.itertext())).split()), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise _fault("a value is not in base64") from exc


def _without(root: etree._Element, signature: etree._Element) -> etree._Element:
    """A copy of ``root`` less ``signature``; the text after it stays, as the enveloped-signature transform has it."""
    clone = copy.deepcopy(root)
    doomed = clone[root.index(signature)]
    before, tail = doomed.getprevious(), doomed.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        clone.text = (clone.text or "") + tail
    clone.remove(doomed)
    return clone


def _canonical(element: etree._Element) -> bytes:
    data: bytes = etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
    return data


def _read_again(canonical: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    return etree.fromstring(canonical, parser)
