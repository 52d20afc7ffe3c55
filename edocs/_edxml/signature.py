"""The signature of an envelope: what stands in its place, whether it holds, and what of the message it covers.

Chữ ký của gói tin (XAdES; QCVN 102:2016/BTTTT). Signature wrapping cannot work: the parts of a message are taken by
their place, each must be there once, and a reference counts only if it is to the Id of one of them. What is read
afterwards is made anew out of the very bytes that were digested. Whom to believe is not judged here.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from edocs._edxml import names
from edocs._edxml.outline import Outline
from edocs._trust.algorithms import CURRENT
from edocs._trust.schemes import PublicKey
from edocs._xmlsig.canonical import canonical, elements, read_again
from edocs._xmlsig.parts import Claims, RefusedSignatureError, has_value, id_values, read_signature
from edocs.model import EnvelopeSignature, Reason, Role
from edocs.model.envelope_check import EnvelopeCheck
from edocs.model.rules import reason

__all__ = [
    "ROLE_URI",
    "Covered",
    "OpenedSignature",
    "checked",
    "holding",
    "open_signature",
    "part_findings",
    "parts_of",
    "read_whole",
    "value_findings",
]

ROLE_URI = {Role.PERSONAL: "urn:edocs:role:personal", Role.ORGANISATION: "urn:edocs:role:organisation"}
"""What a claimed role is called, as in the signatures of PDFs."""
_SIGNATURE = f"{{{names.XMLDSIG}}}{names.SIGNATURE}"
_CERTIFICATE = f"{{{names.XMLDSIG}}}X509Certificate"
_REAL = EnvelopeSignature.BROKEN
"""What a real signature is until it is shown to hold."""
_PLACEHOLDER_CERTIFICATE = "MIIFqTCCBJG"
"""The first bytes of a certificate, and no more: what the SDK writes as X509Certificate, whoever sends."""
_LEAST_CERTIFICATE = 100
"""Characters of base64; no certificate is shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSignature:
    """What stands where the signature would stand, and the message as it may be read."""

    kind: EnvelopeSignature
    root: etree._Element
    """Of an intact signature: nothing but what is signed, and the traces, which every hop adds to."""
    check: EnvelopeCheck | None = None
    """None where there is no real signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A part of a message, as far as its signature is concerned; the part itself need not be in memory."""

    id: str
    digest: Callable[[str], bytes]
    """The digest of its exclusive canonical form, by algorithm (sha1, sha256, sha384, sha512)."""


def open_signature(message: Outline, root: etree._Element) -> OpenedSignature:
    """Classify and check the signature of a message.

    1. classify what there is: absent, empty, a placeholder, or real;
    2. of a real one: find the parts of the message, each once and in its place;
    3. take the signature apart, and verify its value;
    4. the parts, and nothing else, are what it refers to, and their digests are right;
    5. make the message anew from the signed bytes.

    Args:
        message: Its outline; what that leaves out is read where it is digested.
        root: What the parser made of the outline, without comments.
    """
    kind = _kind(root)  # (1)
    if kind is not _REAL:
        return OpenedSignature(kind=kind, root=root)
    whole = read_whole(message.data)
    try:
        parts = parts_of(whole)  # (2)
        claims = read_signature(_place(whole))  # (3)
    except RefusedSignatureError as exc:
        check = EnvelopeCheck(findings=(exc.reason,))
        return OpenedSignature(kind=EnvelopeSignature.BROKEN, root=root, check=check)
    signed = {name: canonical(part) for name, part in parts.items()}
    covered = {
        name: Covered(id=part.get("Id", ""), digest=_digester(message, signed[name])) for name, part in parts.items()
    }
    findings = [*value_findings(claims), *part_findings(covered, claims)]  # (4)
    check = checked(claims, findings)
    if findings:
        return OpenedSignature(kind=EnvelopeSignature.BROKEN, root=root, check=check)
    return holding(claims, check, root, signed)  # (5)


def holding(claims: Claims, check: EnvelopeCheck, root: etree._Element, signed: Mapping[str, bytes]) -> OpenedSignature:
    """What a signature is in which nothing is wrong, with the message made anew from the ``signed`` bytes."""
    try:
        anew = _made_anew(root, signed)
    except etree.XMLSyntaxError:  # libxml2 writes a namespace with "&" or "<" in it as it is
        check = EnvelopeCheck(findings=(reason("envelope.form", why="a value cannot be read"),))
        return OpenedSignature(kind=EnvelopeSignature.BROKEN, root=root, check=check)
    return OpenedSignature(kind=_kind_of(claims), root=anew, check=check)


def parts_of(root: etree._Element) -> dict[str, etree._Element]:
    """What a signature has to cover, by the name of the element, in their order in the message.

    Raises:
        RefusedSignatureError: One that can be there once is there twice, or the message is not of the official form.
    """
    if root.tag != names.qualified(names.ROOT):
        raise _fault("the root element is not edXML")
    envelope = _one(root, names.ENVELOPE)
    header = _one(envelope, names.HEADER)
    found = {names.MESSAGE_HEADER: _one(header, names.MESSAGE_HEADER)}
    traces = _at_most_one(header, names.TRACE_LIST)
    business = None if traces is None else _at_most_one(traces, names.BUSINESS)
    rest = {
        names.BUSINESS: business,
        names.BODY: _at_most_one(envelope, names.BODY),
        names.ATTACHMENTS: _at_most_one(root, names.ATTACHMENTS),
    }
    return {**found, **{name: part for name, part in rest.items() if part is not None}}


def _kind(root: etree._Element) -> EnvelopeSignature:
    """Of several blocks the one that looks most like a signature."""
    kinds = [_block_kind(element) for element in root.iter() if etree.QName(element).localname in names.SIGNATURES]
    order: Mapping[EnvelopeSignature, int] = {kind: place for place, kind in enumerate(EnvelopeSignature)}
    return max(kinds, key=order.__getitem__, default=EnvelopeSignature.ABSENT)


def _block_kind(element: etree._Element) -> EnvelopeSignature:
    if not len(element) and not (element.text or "").strip():
        return EnvelopeSignature.EMPTY
    if etree.QName(element).namespace != names.XMLDSIG:
        return EnvelopeSignature.PLACEHOLDER
    value = _text(element, names.SIGNATURE_VALUE)
    certificates = ["".join("".join(map(str, one.itertext())).split()) for one in element.iter(_CERTIFICATE)]
    is_constant = value.startswith(names.PLACEHOLDER_VALUE) or (
        bool(certificates)
        and all(len(text) < _LEAST_CERTIFICATE and text.startswith(_PLACEHOLDER_CERTIFICATE) for text in certificates)
    )
    return EnvelopeSignature.PLACEHOLDER if not value or is_constant else _REAL


def _text(element: etree._Element, name: str) -> str:
    return "".join((element.findtext(f"{{{names.XMLDSIG}}}{name}") or "").split())


def read_whole(data: bytes) -> etree._Element:
    """``data`` with comments and processing instructions: canonical XML is made from what was written."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True, encoding="utf-8")
    return etree.fromstring(data.removeprefix(b"\xef\xbb\xbf"), parser)


def _place(root: etree._Element) -> etree._Element:
    """The one signature, where it belongs."""
    header = _one(_one(root, names.ENVELOPE), names.HEADER)
    blocks = [
        element
        for element in root.iter()
        if isinstance(element.tag, str) and etree.QName(element).localname in names.SIGNATURES
    ]
    if len(blocks) != 1:
        raise _fault("there is more than one signature")
    if blocks[0].tag != _SIGNATURE or blocks[0].getparent() is not header:
        raise _fault("the signature does not stand in the header")
    values = id_values(root)
    if len(set(values)) != len(values):
        raise _fault("two elements have the same Id")
    return blocks[0]


def _one(parent: etree._Element, name: str) -> etree._Element:
    found = _at_most_one(parent, name)
    if found is None:
        raise _fault("a part of the message is missing")
    return found


def _at_most_one(parent: etree._Element, name: str) -> etree._Element | None:
    found = parent.findall(names.qualified(name))
    if len(found) > 1:
        raise RefusedSignatureError("envelope.repeated", part=name)
    return found[0] if found else None


def _fault(why: str) -> RefusedSignatureError:
    return RefusedSignatureError("envelope.ambiguous", why=why)


def value_findings(claims: Claims) -> Iterator[Reason]:
    if not has_value(claims):
        yield reason("envelope.value")
    if not claims.properties.matches(hashlib.new(claims.properties.digest, claims.properties_data).digest()):
        yield reason("envelope.changed", part="SignedProperties")


def part_findings(parts: Mapping[str, Covered], claims: Claims) -> Iterator[Reason]:
    """What speaks against the parts: one not signed, one that was changed, and a reference to something else."""
    references = {reference.name: reference for reference in claims.references}
    for name, part in parts.items():
        reference = references.pop(part.id, None)
        if reference is None:
            yield reason("envelope.not_signed", part=name)
        elif not reference.matches(part.digest(reference.digest)):
            yield reason("envelope.changed", part=name)
    for reference in references.values():
        yield reason("envelope.reference", id=reference.name)


def _digester(message: Outline, data: bytes) -> Callable[[str], bytes]:
    return cache(lambda algorithm: message.digest(algorithm, data))


def checked(claims: Claims, findings: list[Reason]) -> EnvelopeCheck:
    return EnvelopeCheck(
        findings=tuple(findings),
        certificate=claims.certificate.public_bytes(Encoding.DER),
        others=claims.others,
        digests=claims.digests,
        signed_at=claims.signed_at,
        role=next((role for role, uri in ROLE_URI.items() if uri == claims.role), None),
        value=claims.value_data,
        tokens=claims.tokens,
    )


def _kind_of(claims: Claims) -> EnvelopeSignature:
    """What a signature is that holds: intact, or weak by its key or a digest."""
    key = claims.certificate.public_key()
    is_weak_key = not isinstance(key, PublicKey) or CURRENT.weak_key(key, None)
    is_weak = is_weak_key or any(CURRENT.weak_digest(name, None) for name in claims.digests)
    return EnvelopeSignature.WEAK if is_weak else EnvelopeSignature.INTACT


def _made_anew(root: etree._Element, signed: Mapping[str, bytes]) -> etree._Element:
    """The message of what is signed, and of the traces of ``root``."""
    anew = etree.Element(root.tag)
    envelope = etree.SubElement(anew, names.qualified(names.ENVELOPE))
    header = etree.SubElement(envelope, names.qualified(names.HEADER))
    header.append(read_again(signed[names.MESSAGE_HEADER]))
    path = "/".join(names.qualified(name) for name in (names.ENVELOPE, names.HEADER, names.TRACE_LIST))
    unsigned = root.find(path)
    if unsigned is not None:
        traces = etree.SubElement(header, unsigned.tag)
        for trace in elements(unsigned):
            if trace.tag == names.qualified(names.TRACE):
                traces.append(copy.deepcopy(trace))
        if names.BUSINESS in signed:
            traces.append(read_again(signed[names.BUSINESS]))
    if names.BODY in signed:
        envelope.append(read_again(signed[names.BODY]))
    if names.ATTACHMENTS in signed:
        anew.append(read_again(signed[names.ATTACHMENTS]))
    return anew
