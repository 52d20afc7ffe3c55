"""Parse the XML of a stranger: no document type, no entity, no reach outside, and limits on size, width and depth.

XML 1.0. A document type declaration can only stand before the root element, so the prolog alone is searched for it,
before the parser sees a byte. Three slips of known producers are mended and noted, each of which has one reading;
whatever else is not well-formed is refused. Structure is not judged here.
"""

from __future__ import annotations

import re

from lxml import etree

from edocs._edxml.canonical import Note
from edocs._edxml.dialects import PREFIXES
from edocs.errors import MalformedEnvelopeError

__all__ = ["MAX_BYTES", "mend_xml", "parse_xml"]

MAX_BYTES = 256 * 1024 * 1024
MAX_MARKS = 200_000
"""Of ``<`` and of ``=`` each: bounds elements and attributes before memory is spent on them. Base64 has almost none."""
MAX_DEPTH = 32
"""The deepest element of edXML stands at 11."""
MAX_JUNK = 256
"""Characters before the first ``<`` that can be a slip."""

_BOM = b"\xef\xbb\xbf"
_PROLOG = re.compile(rb"(?:[ \t\r\n]++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_ENCODING = re.compile(rb"""\A<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
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
    data = data.removeprefix(_BOM)
    _check_before_parsing(data)
    try:
        root = _parse(data)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise _unparsable(exc) from exc
    _check_depth(root)
    return root


def mend_xml(data: bytes, note: Note) -> tuple[etree._Element, bytes]:
    """The root element of ``data``, mended where it had to be, and the bytes that it was parsed from.

    Args:
        note: Told of what was mended: something before the declaration, a prefix nobody declared, nested comments.

    Raises:
        MalformedEnvelopeError: As :func:`parse_xml`.
    """
    data = _without_junk(data.removeprefix(_BOM), note)
    try:
        return parse_xml(data), data
    except MalformedEnvelopeError as exc:
        fault = getattr(exc.__cause__, "code", 0)
        mended = _mended(data, fault, note) if isinstance(exc.__cause__, etree.XMLSyntaxError) else None
        if mended is None:
            raise
    return parse_xml(mended), mended


def _parse(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,  # an attachment is one text node above the parser's own limit of 10 MB; ours are above
        encoding="utf-8",
    )
    return etree.fromstring(data, parser)


def _unparsable(exc: Exception) -> MalformedEnvelopeError:
    return MalformedEnvelopeError(
        "XML does not parse: {why}", hint="ask the sender for the message again", why=_first_line(exc)
    )


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
    start = _START_TAG.search(data, _after_prolog(data))
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
            trees.append(_parse(_with_prefixes(data, _unheard, needed=False) or data))
        except (etree.XMLSyntaxError, ValueError):
            return bool(trees)
    said = [
        [(element.tag, *element.items(), (element.text or "").split()) for element in tree.iter()] for tree in trees
    ]
    return said[0] != said[1]


def _unheard(rule: str, message: str, path: str, **params: str) -> None:
    """Takes notices of an attempt that nobody will see."""


def _after_prolog(data: bytes) -> int:
    prolog = _PROLOG.match(data)
    return prolog.end() if prolog else 0


def _check_before_parsing(data: bytes) -> None:
    if not data.strip(b" \t\r\n"):
        raise MalformedEnvelopeError("message is empty")
    if len(data) > MAX_BYTES:
        raise MalformedEnvelopeError("message is larger than {limit} bytes", limit=MAX_BYTES)
    declared = _ENCODING.match(data)
    if b"\0" in data[:1024] or (declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")):
        raise MalformedEnvelopeError("message is not in UTF-8", hint="edXML is written in UTF-8 only")
    if data.startswith(b"<!DOCTYPE", _after_prolog(data)):
        raise MalformedEnvelopeError(
            "message has a document type declaration", hint="edXML has none; such a message is refused unread"
        )
    if max(data.count(b"<"), data.count(b"=")) > MAX_MARKS:
        raise MalformedEnvelopeError("message has more than {limit} elements or attributes", limit=MAX_MARKS)


def _check_depth(root: etree._Element) -> None:
    level: list[etree._Element] = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise MalformedEnvelopeError("message is nested deeper than {limit} elements", limit=MAX_DEPTH)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
