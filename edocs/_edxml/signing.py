"""Put an XAdES signature into a message: Ids on what is signed, ``ds:Signature`` behind the traces.

Ký số gói tin (QCVN 102:2016/BTTTT; ETSI EN 319 132-1). Signed are MessageHeader, Bussiness, the body and the
attachments, never the traces: every exchange on the way adds one. Otherwise the tree stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from edocs._edxml import names
from edocs._edxml.outline import Outline
from edocs._edxml.parsing import parse_xml
from edocs._edxml.signature import open_signature, parts_of
from edocs._xmlsig.canonical import canonical
from edocs._xmlsig.making import DIGEST, Part, Statement, add_timestamp, draft, finish, stand_in, timestamped
from edocs._xmlsig.parts import RefusedSignatureError
from edocs.errors import SignatureValueError, UsageError
from edocs.model import EnvelopeSignature

__all__ = ["PART_IDS", "Seal", "expected_outline", "sign_tree", "signature_over", "signed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What signs a message: who states what, the key, and where the signature goes."""

    statement: Statement
    sign: Callable[[bytes, str], bytes]
    """Data and digest to value, as a ``Signer`` does it."""
    timestamp: Callable[[bytes], bytes | None] | None = None
    """Data to a time-stamp token (DER) over it, for level B-T; None leaves B-B."""
    is_detached: bool = False


PART_IDS = {
    names.MESSAGE_HEADER: "edocs-header",
    names.BUSINESS: "edocs-business",
    names.BODY: "edocs-body",
    names.ATTACHMENTS: "edocs-attachments",
}
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def sign_tree(message: Outline, seal: Seal) -> Outline:
    """The outline of ``message`` with the signature, which was verified.

    Raises:
        UsageError: It is signed already, or is not of the official form.
        SignatureValueError: The key answered with a value that does not verify.
    """
    root = parse_xml(message.data)
    kind = open_signature(message, root).kind
    if kind is not EnvelopeSignature.ABSENT:
        raise UsageError("the message has a signature block already: {kind}", kind=kind.value)
    parts = _marked_parts(root)
    digests = {name: message.digest(DIGEST, canonical(part)) for name, part in parts.items()}
    _insert(parts[names.MESSAGE_HEADER].getparent(), signature_over(digests, seal))
    data = _serialized(root)
    outline = message.with_data(data)
    if open_signature(outline, parse_xml(data)).kind is not EnvelopeSignature.INTACT:
        raise SignatureValueError("the signed message does not verify")
    return outline


def expected_outline(message: Outline, seal: Seal) -> Outline:
    """The outline that :func:`sign_tree` will make, but for the digests, the value and a timestamp; nothing is signed.

    Raises:
        UsageError: It is not of the official form.
    """
    root = parse_xml(message.data)
    parts = _marked_parts(root)
    made = draft([Part(name=PART_IDS[name], digest=bytes(32)) for name in parts], seal.statement)
    _insert(parts[names.MESSAGE_HEADER].getparent(), stand_in(made))
    return message.with_data(_serialized(root))


def _marked_parts(root: etree._Element) -> dict[str, etree._Element]:
    """The parts that are signed, each with its Id."""
    try:
        parts = parts_of(root)
    except RefusedSignatureError as exc:
        raise UsageError("the message cannot be signed: {why}", why=exc.message()) from exc
    for name, part in parts.items():
        part.set("Id", PART_IDS[name])
    return parts


def _serialized(root: etree._Element) -> bytes:
    return _DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def signature_over(digests: Mapping[str, bytes], seal: Seal) -> etree._Element:
    """The signature over parts whose digests are known, which need not be in memory.

    Args:
        digests: SHA-256 of the exclusive canonical form of each part, with its Id of ``PART_IDS``, by name and in the
            order of :func:`edocs._edxml.signature.parts_of`.

    Raises:
        SignatureValueError: The key answered with a value that does not verify.
    """
    return signed([Part(name=PART_IDS[name], digest=digest) for name, digest in digests.items()], seal)


def signed(parts: Sequence[Part], seal: Seal) -> etree._Element:
    """The signature over ``parts``.

    Raises:
        SignatureValueError: The key answered with a value that does not verify.
    """
    made = draft(parts, seal.statement)
    signature = finish(made, seal.sign(made.signed_info, DIGEST))
    token = None if seal.timestamp is None else seal.timestamp(timestamped(signature))
    if token is not None:
        add_timestamp(signature, token)
    return signature


def _insert(header: etree._Element | None, signature: etree._Element) -> None:
    """Behind the traces, where the SDK has its block; in a message without traces behind MessageHeader."""
    assert header is not None  # noqa: S101 - MessageHeader has a parent
    before = header.find(names.qualified(names.TRACE_LIST))
    if before is None:
        before = header.find(names.qualified(names.MESSAGE_HEADER))
    assert before is not None  # noqa: S101 - it is one of the parts
    signature.tail = before.tail
    header.insert(header.index(before) + 1, signature)
