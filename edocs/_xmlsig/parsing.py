"""Parse the XML of a stranger whose signature is to be judged: no document type, no entity, nothing fetched, limits.

XML 1.0, UTF-8. Comments and processing instructions stay, because canonical XML is made from what was written; what is
read out of a document afterwards is read from its canonical form (``enveloped.py``), which has no comments.
"""

from __future__ import annotations

import re

from lxml import etree

from edocs.errors import UnreadableError

__all__ = ["MAX_BYTES", "parse_untrusted"]

MAX_BYTES = 32 * 1024 * 1024
"""The largest trusted list of a member state has some 12 MB."""
_MAX_MARKS = 500_000
_MAX_DEPTH = 64
_BOM = b"\xef\xbb\xbf"
_PROLOG = re.compile(rb"(?:[ \t\r\n]++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_ENCODING = re.compile(rb"""\A<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def parse_untrusted(data: bytes) -> etree._Element:
    """The root element of ``data``.

    Raises:
        UnreadableError: Empty, too large, not UTF-8, with a document type, not well-formed, too wide or too deep.
    """
    data = data.removeprefix(_BOM)
    _check_before_parsing(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=False,
        remove_pis=False,
        huge_tree=False,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise UnreadableError("XML does not parse: {why}", why=str(exc).partition("\n")[0]) from exc
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableError("XML has a document type declaration")
    _check_depth(root)
    return root


def _check_before_parsing(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise UnreadableError("XML is larger than {limit} bytes", limit=MAX_BYTES)
    declared = _ENCODING.match(data)
    if b"\0" in data[:1024] or (declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")):
        raise UnreadableError("XML is not in UTF-8")
    prolog = _PROLOG.match(data)
    if data.startswith(b"<!DOCTYPE", prolog.end() if prolog else 0):
        raise UnreadableError("XML has a document type declaration")
    if max(data.count(b"<"), data.count(b"=")) > _MAX_MARKS:
        raise UnreadableError("XML has more than {limit} elements or attributes", limit=_MAX_MARKS)


def _check_depth(root: etree._Element) -> None:
    level: list[etree._Element] = [root]
    for _ in range(_MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise UnreadableError("XML is nested deeper than {limit} elements", limit=_MAX_DEPTH)
