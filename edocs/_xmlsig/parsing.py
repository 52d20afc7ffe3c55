"""Parse the XML of a stranger: no document type, no entity, nothing fetched, and limits on size, width and depth.

XML 1.0, UTF-8. A document type declaration can only stand before the root element, so the prolog alone is searched for
it, before the parser sees a byte. Structure is not judged here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from edocs.errors import UnreadableError

__all__ = ["BOM", "SIGNED", "XmlLimits", "after_prolog", "parse_bounded", "parse_guarded", "parse_untrusted"]

BOM = b"\xef\xbb\xbf"
_PROLOG = re.compile(rb"(?:[ \t\r\n]++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_ENCODING = re.compile(rb"""\A<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlLimits:
    """What a kind of document may take, and what of it is kept."""

    size_bytes: int
    marks: int
    """Of ``<`` and of ``=`` each: bounds elements and attributes before memory is spent on them."""
    depth: int
    keeps_comments: bool
    """And processing instructions: canonical XML is made from what was written."""
    has_long_texts: bool
    """Texts of more than the 10 MB at which the parser would stop by itself."""


SIGNED = XmlLimits(size_bytes=32 * 1024 * 1024, marks=500_000, depth=64, keeps_comments=True, has_long_texts=False)
"""The largest trusted list of a member state has some 12 MB."""


def parse_untrusted(data: bytes) -> etree._Element:
    """The root element of ``data``, whose signature is to be judged; comments stay.

    What is read out of it afterwards is read from its canonical form (``enveloped.py``), which has no comments.

    Raises:
        UnreadableError: As :func:`parse_bounded`.
    """
    return parse_bounded(data, SIGNED)


def parse_bounded(data: bytes, limits: XmlLimits) -> etree._Element:
    """The root element of ``data``.

    Raises:
        UnreadableError: Empty, too large, not UTF-8, with a document type, not well-formed, too wide or too deep.
    """
    data = data.removeprefix(BOM)
    _check_before_parsing(data, limits)
    try:
        root = parse_guarded(data, limits)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise UnreadableError("XML does not parse: {why}", why=_first_line(exc)) from exc
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableError("XML has a document type declaration")
    _check_depth(root, limits.depth)
    return root


def parse_guarded(data: bytes, limits: XmlLimits) -> etree._Element:
    """The root element, parsed without entities and without reach outside, and not checked for anything else.

    Raises:
        XMLSyntaxError, ValueError: Of lxml, as it is.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=not limits.keeps_comments,
        remove_pis=not limits.keeps_comments,
        huge_tree=limits.has_long_texts,
        encoding="utf-8",
    )
    return etree.fromstring(data, parser)


def after_prolog(data: bytes) -> int:
    """Where the prolog of ``data`` ends: its declaration, comments, instructions and white space."""
    prolog = _PROLOG.match(data)
    return prolog.end() if prolog else 0


def _check_before_parsing(data: bytes, limits: XmlLimits) -> None:
    if len(data) > limits.size_bytes:
        raise UnreadableError("XML is larger than {limit} bytes", limit=limits.size_bytes)
    declared = _ENCODING.match(data)
    if b"\0" in data[:1024] or (declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")):
        raise UnreadableError("XML is not in UTF-8")
    if data.startswith(b"<!DOCTYPE", after_prolog(data)):
        raise UnreadableError("XML has a document type declaration")
    if max(data.count(b"<"), data.count(b"=")) > limits.marks:
        raise UnreadableError("XML has more than {limit} elements or attributes", limit=limits.marks)


def _check_depth(root: etree._Element, most: int) -> None:
    level: list[etree._Element] = [root]
    for _ in range(most):
        level = [child for element in level for child in element]
        if not level:
            return
    raise UnreadableError("XML is nested deeper than {limit} elements", limit=most)


def _first_line(error: Exception) -> str:
    said = error.msg if isinstance(error, etree.XMLSyntaxError) else str(error)  # lxml says the place twice
    return said.splitlines()[0] if said else type(error).__name__
