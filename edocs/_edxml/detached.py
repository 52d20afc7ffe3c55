"""A signature beside a message, for receivers that refuse what they do not know inside one.

Chữ ký số tách rời. The message stays as it is, without Ids. A file of its own lists the digest of each part that a
signature within would cover, and an XAdES signature (ETSI EN 319 132-1) signs that list by its Id. The parts and not
the file are digested, because every exchange on the way adds a trace. The namespace is edocs' own: no standard has one.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping

from lxml import etree

from edocs._edxml.outline import Outline
from edocs._edxml.parsing import parse_xml
from edocs._edxml.signature import (
    OpenedSignature,
    checked,
    holding,
    parts_of,
    read_whole,
    value_findings,
)
from edocs._edxml.signing import Seal, signed
from edocs._xmlsig.algorithms import DIGESTS
from edocs._xmlsig.canonical import DS, canonical, decoded, elements, read_again
from edocs._xmlsig.making import DIGEST, Part
from edocs._xmlsig.parts import Claims, RefusedSignatureError, id_values, read_signature
from edocs.errors import MalformedEnvelopeError, SignatureValueError, UsageError
from edocs.model import EnvelopeCheck, EnvelopeSignature, Reason
from edocs.model.rules import reason

__all__ = ["NAMESPACE", "open_detached", "sign_detached"]

NAMESPACE = "urn:edocs:envelope-signature:1"
_ROOT, _PARTS, _PART = (f"{{{NAMESPACE}}}{name}" for name in ("EnvelopeSignature", "Parts", "Part"))
_PARTS_ID = "edocs-parts"
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_DIGEST_METHOD = next(uri for uri, name in DIGESTS.items() if name == DIGEST)
_MOST_BYTES = 1024 * 1024


def sign_detached(message: Outline, seal: Seal) -> bytes:
    """The file that signs ``message``, which was verified.

    Raises:
        UsageError: The message is not of the official form.
        SignatureValueError: The key answered with a value that does not verify.
    """
    whole = parse_xml(message.data)
    try:
        parts = parts_of(whole)
    except RefusedSignatureError as exc:
        raise UsageError("the message cannot be signed: {why}", why=exc.message()) from exc
    root = etree.Element(_ROOT, nsmap={"edocs": NAMESPACE})
    listing = etree.SubElement(root, _PARTS, Id=_PARTS_ID)
    for name, part in parts.items():
        item = etree.SubElement(listing, _PART, Name=name, Algorithm=_DIGEST_METHOD)
        item.text = base64.b64encode(message.digest(DIGEST, canonical(part))).decode()
    root.append(signed([Part(name=_PARTS_ID, digest=hashlib.sha256(canonical(listing)).digest())], seal))
    data = _DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    if open_detached(data, message, parse_xml(message.data)).kind is not EnvelopeSignature.INTACT:
        raise SignatureValueError("the signed message does not verify")
    return data


def open_detached(data: bytes, message: Outline, root: etree._Element) -> OpenedSignature:
    """Check the file ``data`` that stands beside ``message``.

    1. it holds the list of parts, and one signature over it and nothing else;
    2. the value and the digest of the list are right;
    3. the list names the parts of the message, each once, with their digests, and no other;
    4. the message is made anew from the bytes that were digested.

    Args:
        message: Its outline; what that leaves out is read where it is digested.
        root: What the parser made of the outline, without comments.

    Returns:
        Broken where the file cannot be read: what claims to sign and does not must not pass for nothing.
    """
    try:
        listing, claims = _read(data)  # (1)
        parts = parts_of(read_whole(message.data))
        digests = _digests(read_again(listing))
    except RefusedSignatureError as exc:
        return _broken(root, EnvelopeCheck(findings=(exc.reason,)))
    covered = {name: canonical(part) for name, part in parts.items()}
    findings = [*value_findings(claims), *_list_findings(claims, listing)]  # (2)
    if not findings:  # a list that nobody signed says nothing about the message
        findings += _findings(message, covered, digests)  # (3)
    check = checked(claims, findings)
    if findings:
        return _broken(root, check)
    return holding(claims, check, root, covered)  # (4)


def _broken(root: etree._Element, check: EnvelopeCheck) -> OpenedSignature:
    return OpenedSignature(kind=EnvelopeSignature.BROKEN, root=root, check=check)


def _fault(why: str) -> RefusedSignatureError:
    return RefusedSignatureError("envelope.form", why=why)


def _read(data: bytes) -> tuple[bytes, Claims]:
    """The canonical form of the list, and what the signature over it says."""
    try:
        if len(data) > _MOST_BYTES:
            raise _fault("it has other parts than it may")
        parse_xml(data)  # its limits, and no document type
        root = read_whole(data)
    except (MalformedEnvelopeError, etree.XMLSyntaxError) as exc:
        raise _fault("a value cannot be read") from exc
    if root.tag != _ROOT or [child.tag for child in elements(root)] != [_PARTS, f"{DS}Signature"]:
        raise _fault("it has other parts than it may")
    names = id_values(root)
    if len(set(names)) != len(names) or sum(1 for _ in root.iter(f"{DS}Signature")) != 1:
        raise RefusedSignatureError("envelope.ambiguous", why="two elements have the same Id")
    listing, signature = elements(root)
    claims = read_signature(signature)
    if [reference.name for reference in claims.references] != [listing.get("Id", "")]:
        raise _fault("it has other parts than it may")
    return canonical(listing), claims


def _digests(listing: etree._Element) -> dict[str, bytes]:
    """The digests by the name of the part."""
    found: dict[str, bytes] = {}
    for item in listing:
        name = item.get("Name", "")
        if item.tag != _PART or item.get("Algorithm") != _DIGEST_METHOD or name in found:
            raise _fault("it has other parts than it may")
        try:
            found[name] = decoded(item)
        except ValueError as exc:
            raise _fault("a value cannot be read") from exc
    return found


def _list_findings(claims: Claims, listing: bytes) -> Iterator[Reason]:
    (reference,) = claims.references
    if not reference.matches(hashlib.new(reference.digest, listing).digest()):
        yield reason("envelope.changed", part="Parts")


def _findings(message: Outline, signed: Mapping[str, bytes], digests: Mapping[str, bytes]) -> Iterator[Reason]:
    for name, data in signed.items():
        if name not in digests:
            yield reason("envelope.not_signed", part=name)
        elif message.digest(DIGEST, data) != digests[name]:
            yield reason("envelope.changed", part=name)
    for name in digests.keys() - signed.keys():
        yield reason("envelope.reference", id=name[:100])
