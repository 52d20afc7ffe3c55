"""Parse the XML of a message, within the limits of messages, and mend what known producers get wrong.

XML 1.0. Three slips are mended and noted, each of which has one reading; whatever else is not well-formed is refused.
Structure is not judged here.
"""

from __future__ import annotations

import re

from lxml import etree

from edocs._edxml.canonical import Note
from edocs._edxml.dialects import PREFIXES
from edocs._xmlsig.parsing import BOM, XmlLimits, after_prolog, parse_bounded, parse_guarded
from edocs.errors import MalformedEnvelopeError, UnreadableError

__all__ = ["LIMITS", "mend_xml", "parse_xml"]

LIMITS = XmlLimits(
    size_bytes=256 * 1024 * 1024,
    marks=200_000,  # base64 has almost none
    depth=32,  # the deepest element of edXML stands at 11
    keeps_comments=False,
    has_long_texts=True,  # an attachment is one text
)
MAX_PREFIXES = 32
"""Canonical XML looks for the prefix of each element among all that are declared around it; messages have five."""
MAX_JUNK = 256
"""Characters before the first ``<`` that can be a slip."""

_DECLARED = re.compile(rb"xmlns:([^\s=]{1,100})")
_JUNK = re.compile(rb"[ -;=-~\t\r\n\xef\xbb\xbf]{1,%d}(?=<[?!A-Za-z_])" % MAX_JUNK)
_COMMENT_MARK = re.compile(rb"<!--|-->")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_START_TAG = re.compile(rb"<[A-Za-z_][\w.:-]*")
_NAMESPACE_FAULT, _COMMENT_FAULT = 201, 80  # XML_NS_ERR_UNDEFINED_NAMESPACE, XML_ERR_HYPHEN_IN_COMMENT of libxml2


def parse_xml(data: bytes) -> etree._Element:
    """The root element of ``data``, without comments and processing instructions.

    Raises:
        MalformedEnvelopeError: Empty, too large, not UTF-8, with a document type, not well-formed, too wide or deep.
    """
    if not data.removeprefix(BOM).strip(b" \t\r\n"):
        raise MalformedEnvelopeError("message is empty")
    if data.count(b"xmlns:") > MAX_PREFIXES and len(set(_DECLARED.findall(data))) > MAX_PREFIXES:
        raise MalformedEnvelopeError("message declares more than {limit} prefixes", limit=MAX_PREFIXES)
    try:
        return parse_bounded(data, LIMITS)
    except UnreadableError as exc:
        is_binary = b"\0" in data[:1024]
        hint = "is it the right file?" if is_binary else "ask the sender for the message again"
        raise MalformedEnvelopeError(exc.template, hint=hint, **exc.params) from exc.__cause__


def mend_xml(data: bytes, note: Note) -> tuple[etree._Element, bytes]:
    """The root element of ``data``, mended where it had to be, and the bytes that it was parsed from.

    Args:
        note: Told of what was mended: something before the declaration, a prefix nobody declared, nested comments.

    Raises:
        MalformedEnvelopeError: As :func:`parse_xml`.
    """
    data = _without_junk(data.removeprefix(BOM), note)
    try:
        return parse_xml(data), data
    except MalformedEnvelopeError as exc:
        fault = getattr(exc.__cause__, "code", 0)
        mended = _mended(data, fault, note) if isinstance(exc.__cause__, etree.XMLSyntaxError) else None
        if mended is None:
            raise
    return parse_xml(mended), mended


def _without_junk(data: bytes, note: Note) -> bytes:
    junk = _JUNK.match(data)
    if junk is None or (not junk[0].strip() and not data.startswith(b"<?xml", junk.end())):
        return data
    shown = junk[0].decode("utf-8", "replace").replace("\ufeff", "").strip()[:20]
    note("xml.junk", "{path}: something stands before it and was left out: {found}", "<?xml", found=shown or "…")
    return data[junk.end() :]


def _mended(data: bytes, fault: int, note: Note) -> bytes | None:
    """``data`` without a slip that has one reading; None where there is no such slip."""
    comments = _without_nested_comments(data, note) if fault == _COMMENT_FAULT else data
    return comments if comments is None else _with_prefixes(comments, note, needed=fault == _NAMESPACE_FAULT)


def _with_prefixes(data: bytes, note: Note, *, needed: bool) -> bytes | None:
    start = _START_TAG.search(data, after_prolog(data))
    missing = [
        rule
        for rule in PREFIXES
        if re.search(rb"[<\s]/?%s:" % rule.prefix.encode(), data) and b"xmlns:%s" % rule.prefix.encode() not in data
    ]
    if start is None or (needed and not missing):
        return None
    for rule in missing:
        note("xml.prefix", "{path}: the prefix is not declared; it was read as {uri}", f"{rule.prefix}:", uri=rule.uri)
    declared = b"".join(b' xmlns:%s="%s"' % (rule.prefix.encode(), rule.uri.encode()) for rule in missing)
    return data[: start.end()] + declared + data[start.end() :]


def _without_nested_comments(data: bytes, note: Note) -> bytes | None:
    """``data`` without its comments, where every opening mark has its closing one, one inside the other.

    A lax reader ends a comment at the first closing mark. Where that too makes a message, and another one, None.
    """
    if b"<![CDATA[" in data:  # marks in there are text
        return None
    kept: list[bytes] = []
    said: list[bytes] = []
    depth, end = 0, 0
    for mark in _COMMENT_MARK.finditer(data):
        if mark[0] == b"<!--":
            (said if depth else kept).append(data[end : mark.start()])
            depth, end = depth + 1, mark.end()
        elif depth:
            said.append(data[end : mark.start()])
            depth, end = depth - 1, mark.end()
        else:
            return None
    nested = b"".join([*kept, data[end:]])
    if depth or any(b"--" in text for text in said) or _differs(nested, _COMMENT.sub(b"", data)):
        return None
    note("xml.comment", "{path}: comments that stand inside comments were left out", "<!--")
    return nested


def _differs(one: bytes, other: bytes) -> bool:
    """Whether ``other`` is well-formed and says something else than ``one``."""
    trees = []
    for data in (other, one):
        try:
            trees.append(parse_guarded(_with_prefixes(data, _unheard, needed=False) or data, LIMITS))
        except (etree.XMLSyntaxError, ValueError):
            return bool(trees)
    said = [
        [(element.tag, *element.items(), (element.text or "").split()) for element in tree.iter()] for tree in trees
    ]
    return said[0] != said[1]


def _unheard(rule: str, message: str, path: str, **params: str) -> None:
    """Takes notices of an attempt that nobody will see."""
