"""Parse the XML of a stranger: no document type, no entity, no reach outside, and limits on size, width and depth.

XML 1.0. A document type declaration can only stand before the root element, so the prolog alone is searched for it,
before the parser sees a byte. What edXML never needs is refused, not repaired. Structure is not judged here.
"""

from __future__ import annotations

import re

from lxml import etree

from edocs.errors import MalformedEnvelopeError

__all__ = ["MAX_BYTES", "parse_xml"]

MAX_BYTES = 256 * 1024 * 1024
MAX_MARKS = 200_000
"""Of ``<`` and of ``=`` each: bounds elements and attributes before memory is spent on them. Base64 has almost none."""
MAX_DEPTH = 32
"""The deepest element of edXML stands at 11."""

_BOM = b"\xef\xbb\xbf"
_PROLOG = re.compile(rb"(?:[ \t\r\n]++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_ENCODING = re.compile(rb"""\A<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def parse_xml(data: bytes) -> etree._Element:
    """The root element of ``data``, without comments and processing instructions.

    Raises:
        MalformedEnvelopeError: Empty, too large, not UTF-8, with a document type, not well-formed, too wide or deep.
    """
    data = data.removeprefix(_BOM)
    _check_before_parsing(data)
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
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise MalformedEnvelopeError(
            "XML does not parse: {why}", hint="ask the sender for the message again", why=_first_line(exc)
        ) from exc
    _check_depth(root)
    return root


def _check_before_parsing(data: bytes) -> None:
    if not data.strip(b" \t\r\n"):
        raise MalformedEnvelopeError("message is empty")
    if len(data) > MAX_BYTES:
        raise MalformedEnvelopeError("message is larger than {limit} bytes", limit=MAX_BYTES)
    declared = _ENCODING.match(data)
    if b"\0" in data[:1024] or (declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")):
        raise MalformedEnvelopeError("message is not in UTF-8", hint="edXML is written in UTF-8 only")
    prolog = _PROLOG.match(data)
    start = prolog.end() if prolog else 0
    if data.startswith(b"<!DOCTYPE", start):
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
