"""Put an XAdES signature into a message: Ids on what is signed, ``ds:Signature`` behind the traces.

Ký số gói tin (QCVN 102:2016/BTTTT; ETSI EN 319 132-1). Signed are MessageHeader, Bussiness, the body and the
attachments, never the traces: every exchange on the way adds one. Otherwise the tree stays as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from lxml import etree

from edocs._edxml import names
from edocs._edxml.parsing import parse_xml
from edocs._edxml.signature import open_signature, parts_of
from edocs._xmlsig.canonical import canonical
from edocs._xmlsig.making import DIGEST, Part, Statement, add_timestamp, draft, finish, timestamped
from edocs._xmlsig.parts import RefusedSignatureError
from edocs.errors import SignatureValueError, UsageError
from edocs.model import EnvelopeSignature

__all__ = ["PART_IDS", "sign_tree", "signature_over"]

PART_IDS = {
    names.MESSAGE_HEADER: "edocs-header",
    names.BUSINESS: "edocs-business",
    names.BODY: "edocs-body",
    names.ATTACHMENTS: "edocs-attachments",
}
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def sign_tree(
    message: bytes,
    statement: Statement,
    sign: Callable[[bytes, str], bytes],
    timestamp: Callable[[bytes], bytes | None] | None = None,
) -> bytes:
    """``message`` with the signature, which was verified.

    Args:
        sign: The key: data and digest to value, as a ``Signer`` does it.
        timestamp: Data to a time-stamp token (DER) over it, for level B-T; None leaves B-B.

    Raises:
        UsageError: It is signed already, or is not of the official form.
        SignatureValueError: The key answered with a value that does not verify.
    """
    root = parse_xml(message)
    kind = open_signature(message, root).kind
    if kind is not EnvelopeSignature.ABSENT:
        raise UsageError("the message has a signature block already: {kind}", kind=kind.value)
    try:
        parts = parts_of(root)
    except RefusedSignatureError as exc:
        raise UsageError("the message cannot be signed: {why}", why=exc.message()) from exc
    for name, part in parts.items():
        part.set("Id", PART_IDS[name])
    digests = {name: hashlib.sha256(canonical(part)).digest() for name, part in parts.items()}
    signature = signature_over(digests, statement, sign, timestamp)
    _insert(parts[names.MESSAGE_HEADER].getparent(), signature)
    signed = _DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    if open_signature(signed, parse_xml(signed)).kind is not EnvelopeSignature.INTACT:
        raise SignatureValueError("the signed message does not verify")
    return signed


def signature_over(
    digests: Mapping[str, bytes],
    statement: Statement,
    sign: Callable[[bytes, str], bytes],
    timestamp: Callable[[bytes], bytes | None] | None = None,
) -> etree._Element:
    """The signature over parts whose digests are known, which need not be in memory.

    Args:
        digests: SHA-256 of the exclusive canonical form of each part, with its Id of ``PART_IDS``, by name and in the
            order of :func:`edocs._edxml.signature.parts_of`.
        sign, timestamp: As for :func:`sign_tree`.

    Raises:
        SignatureValueError: The key answered with a value that does not verify.
    """
    made = draft([Part(name=PART_IDS[name], digest=digest) for name, digest in digests.items()], statement)
    signature = finish(made, sign(made.signed_info, DIGEST))
    token = None if timestamp is None else timestamp(timestamped(signature))
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
