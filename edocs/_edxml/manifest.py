"""The envelope's own list of attachments, and the attachments: their ids, names and types as the sender wrote them.

QCVN 102:2016/BTTTT; Decision 28/2018/QĐ-TTg, article 10.1. Nothing is decoded, and the two are not compared here.
"""

from __future__ import annotations

from lxml import etree

from edocs._edxml import names
from edocs._edxml.canonical import local_name
from edocs._edxml.notices import Notices, ambiguous
from edocs.errors import MalformedEnvelopeError
from edocs.model import Attachment, Reference

__all__ = ["MAX_ATTACHMENTS", "read_attachments", "read_references"]

MAX_ATTACHMENTS = 1000
_LINE = frozenset({names.CONTENT_ID, names.CONTENT_TYPE, names.DESCRIPTION, names.ATTACHMENT_NAME})
_ATTACHMENT = _LINE | {names.CONTENT} | names.ATTACHMENT_UNREAD


def read_references(manifest: etree._Element, notices: Notices) -> tuple[Reference, ...]:
    """The lines of the list.

    Raises:
        MalformedEnvelopeError: One says two different things.
    """
    found = []
    for path, one in _items(manifest, names.REFERENCE, f"{names.BODY}/{names.MANIFEST}", notices):
        values = _values(one, _LINE, path, notices)
        found.append(
            Reference(
                content_id=_content_id(one, values, path, notices),
                name=values[names.ATTACHMENT_NAME],
                content_type=values[names.CONTENT_TYPE],
                description=values[names.DESCRIPTION],
            )
        )
    return tuple(found)


def read_attachments(block: etree._Element, notices: Notices) -> tuple[Attachment, ...]:
    """The attachments, still encoded.

    Raises:
        MalformedEnvelopeError: One says two different things, or there are too many.
    """
    found = []
    items = _items(block, names.ATTACHMENT, names.ATTACHMENTS, notices)
    if len(items) > MAX_ATTACHMENTS:
        raise MalformedEnvelopeError("message has more than {limit} attachments", limit=MAX_ATTACHMENTS)
    for path, one in items:
        values = _values(one, _ATTACHMENT, path, notices)
        found.append(
            Attachment(
                content_id=_content_id(one, values, path, notices),
                name=values[names.ATTACHMENT_NAME],
                content_type=values[names.CONTENT_TYPE],
                description=values[names.DESCRIPTION],
                encoded=values[names.CONTENT],
            )
        )
    return tuple(found)


def _items(parent: etree._Element, name: str, path: str, notices: Notices) -> list[tuple[str, etree._Element]]:
    for child in parent:
        if child.tag != names.qualified(name):
            where = f"{path}/{local_name(child)}"[:200]
            notices.note("element.unread", "{path} is not an element that edocs reads", where)
    found = parent.findall(names.qualified(name))
    several = len(found) > 1
    return [(f"{path}/{name}[{index}]" if several else f"{path}/{name}", one) for index, one in enumerate(found, 1)]


def _values(element: etree._Element, known: frozenset[str], path: str, notices: Notices) -> dict[str, str]:
    values = dict.fromkeys((*_LINE, names.CONTENT), "")
    seen: dict[str, str] = {}
    for child in element:
        name, text = local_name(child), (child.text or "").strip()
        if child.tag != names.qualified(name) or name not in known:
            notices.note("element.unread", "{path} is not an element that edocs reads", f"{path}/{name}"[:200])
        elif name in seen:
            if seen[name] != text:
                raise ambiguous(2, f"{path}/{name}")
            notices.note("element.repeated", "{path} stands more than once, each time the same", f"{path}/{name}")
        else:
            values[name] = seen[name] = text
    return values


def _content_id(element: etree._Element, values: dict[str, str], path: str, notices: Notices) -> str:
    """The id without ``cid:``, which some write twice and some leave out; without an id, the name serves."""
    text, link = values[names.CONTENT_ID], (element.get(names.XLINK_HREF) or "").strip()
    plain, bare = _bare(text), _bare(link)
    if not text and link:
        notices.note("content_id.link", "{path}: the content id was taken from the link: {id}", path, id=link[:60])
        return bare
    if link and bare != plain:
        notices.note(
            "content_id.differs",
            "{path}: content id {id}, link {link}: the id counts",
            path,
            id=text[:60],
            link=link[:60],
        )
    if text and len(text) - len(plain) != len(names.CID):
        notices.note("content_id.prefix", "{path}: cid: is missing or doubled: {id}", path, id=text[:60])
    if not plain and values[names.ATTACHMENT_NAME]:
        notices.note("content_id.missing", "{path}: there is no content id: the name serves", path)
        return values[names.ATTACHMENT_NAME]
    return plain


def _bare(text: str) -> str:
    while text[: len(names.CID)].lower() == names.CID:
        text = text[len(names.CID) :].strip()
    return text
