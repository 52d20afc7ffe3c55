"""Read an edXML message of any order into the model, and note what was missing, repaired or left unread.

QCVN 102:2016/BTTTT. Nothing of a message is trusted for being there: a signature block is classified, never believed,
and attachments are not decoded here.
"""

from __future__ import annotations

import hashlib
from typing import Any

from lxml import etree

from edocs._edxml import names
from edocs._edxml.parsing import parse_xml
from edocs._edxml.shapes import Codec, Part, Shape, empty_of
from edocs._edxml.signature import open_signature
from edocs.errors import MalformedEnvelopeError
from edocs.model import (
    Attachment,
    DocumentMessage,
    Envelope,
    OrganIdSyntax,
    OtherMessage,
    Reason,
    Reference,
    StatusMessage,
)

__all__ = ["read_envelope"]

_CLAUSE = "QCVN 102:2016/BTTTT"
_SHOWN = 60
"""Characters of a foreign value that a notice quotes."""


def read_envelope(data: bytes) -> Envelope:
    """The message in ``data``.

    Raises:
        MalformedEnvelopeError: Not safe or not well-formed XML, not edXML, or with two of what there is one of.
    """
    reader = _Reader()
    opened = open_signature(data, parse_xml(data))
    root = opened.root  # of a signed message nothing but what is signed
    envelope = reader.envelope_of(root)
    header = reader.only(envelope, names.HEADER)
    message_header = None if header is None else reader.only(header, names.MESSAGE_HEADER)
    references: tuple[Reference, ...] = ()
    message: DocumentMessage | StatusMessage | OtherMessage
    if header is None or message_header is None:
        message = OtherMessage(elements=tuple(_local(child) for child in envelope))
    elif message_header.find(names.qualified(names.STATUS_CODE)) is not None:
        message = StatusMessage(**reader.values(message_header, names.STATUS_PARTS, names.MESSAGE_HEADER))
    else:
        message = reader.document(root, header, message_header)
        references = reader.references(envelope)
    return Envelope(
        message=message,
        signature=opened.kind,
        check=opened.check,
        references=references,
        notices=tuple(reader.notices),
        sha256=hashlib.sha256(data).hexdigest(),
    )


class _Reader:
    """Collects the notices of one reading."""

    def __init__(self) -> None:
        self.notices: list[Reason] = []

    def note(self, rule: str, message: str, path: str, **params: str) -> None:
        self.notices.append(
            Reason(rule=f"edxml.{rule}", clause=_CLAUSE, message=message, params={"path": path, **params})
        )

    def envelope_of(self, root: etree._Element) -> etree._Element:
        space, name = etree.QName(root).namespace, _local(root)
        if space != names.NAMESPACE or name not in (names.ROOT, names.ROOT_CAPITAL, names.ENVELOPE):
            raise MalformedEnvelopeError(
                "not an edXML message: the root element is {name}", hint="is it the right file?", name=name[:_SHOWN]
            )
        if name != names.ROOT:
            self.note("root.spelling", "the root element is {path}, not edXML", name)
        if name == names.ENVELOPE:
            return root
        envelope = self.only(root, names.ENVELOPE)
        if envelope is None:
            raise MalformedEnvelopeError("not an edXML message: there is no {name}", name=names.ENVELOPE)
        return envelope

    def only(self, parent: etree._Element, name: str) -> etree._Element | None:
        """The one child called ``name``. Of two, one reader would take the first and another the last."""
        found = parent.findall(names.qualified(name))
        if len(found) > 1:
            raise MalformedEnvelopeError(
                "message is ambiguous: {count} elements {name}",
                hint="ask the sender for the message again",
                count=len(found),
                name=name,
            )
        return found[0] if found else None

    def document(self, root: etree._Element, header: etree._Element, message: etree._Element) -> DocumentMessage:
        values = self.values(message, names.DOCUMENT_PARTS, names.MESSAGE_HEADER)
        traces = self.only(header, names.TRACE_LIST)
        if traces is not None:
            values |= self.values(traces, names.TRACE_PARTS, names.TRACE_LIST)
        document = DocumentMessage(**values, attachments=self.attachments(root))
        for path, organ in (("From", document.sender), *(("To", one) for one in document.receivers)):
            if organ.id.value and organ.id.syntax is OrganIdSyntax.UNKNOWN:
                self.note(
                    "organ_id.syntax",
                    "{path}: agency code of no known form: {value}",
                    f"{names.MESSAGE_HEADER}/{path}/OrganId",
                    value=organ.id.value[:_SHOWN],
                )
        return document

    def references(self, envelope: etree._Element) -> tuple[Reference, ...]:
        body = self.only(envelope, names.BODY)
        manifest = None if body is None else self.only(body, names.MANIFEST)
        if manifest is None:
            self.note("element.missing", "{path} is missing", f"{names.BODY}/{names.MANIFEST}")
            return ()
        return tuple(
            Reference(
                content_id=_content_id(_text(one, names.CONTENT_ID) or (one.get(names.XLINK_HREF) or "").strip()),
                name=_text(one, names.ATTACHMENT_NAME),
                content_type=_text(one, names.CONTENT_TYPE),
                description=_text(one, names.DESCRIPTION),
            )
            for one in manifest.findall(names.qualified(names.REFERENCE))
        )

    def attachments(self, root: etree._Element) -> tuple[Attachment, ...]:
        block = self.only(root, names.ATTACHMENTS)
        if block is None:
            self.note("element.missing", "{path} is missing", names.ATTACHMENTS)
            return ()
        return tuple(
            Attachment(
                content_id=_content_id(_text(one, names.CONTENT_ID)),
                name=_text(one, names.ATTACHMENT_NAME),
                content_type=_text(one, names.CONTENT_TYPE),
                description=_text(one, names.DESCRIPTION),
                encoded=_text(one, names.CONTENT),
            )
            for one in block.findall(names.qualified(names.ATTACHMENT))
        )

    def values(self, element: etree._Element, parts: tuple[Part, ...], path: str) -> dict[str, Any]:
        children: dict[str, list[etree._Element]] = {}
        for child in element:
            space = etree.QName(child).namespace
            key = _local(child) if space == names.NAMESPACE else str(child.tag)
            children.setdefault(key, []).append(child)
        found = {part.attribute: self.part(part, children, path) for part in parts}
        for name in children:
            self.note("element.unread", "{path} is not an element that edocs reads", f"{path}/{name[:_SHOWN]}")
        return found

    def part(self, part: Part, children: dict[str, list[etree._Element]], path: str) -> object:
        """The value of one part; its elements are taken out of ``children``."""
        elements = children.pop(part.wrapper or part.wire, [])
        where = f"{path}/{part.wrapper or part.wire}"
        if part.wrapper:
            where = f"{where}/{part.wire}"
            elements = [inner for outer in elements for inner in outer.findall(names.qualified(part.wire))]
        if not elements:
            if part.required:
                self.note("element.missing", "{path} is missing", where)
            return empty_of(part)
        if part.many:
            several = len(elements) > 1
            read = (
                self.one(part.kind, one, f"{where}[{index}]" if several else where)
                for index, one in enumerate(elements, 1)
            )
            return tuple(value for value in read if value is not None)
        if len(elements) > 1:
            self.note("element.repeated", "{path} stands more than once: the first was read", where)
        value = self.one(part.kind, elements[0], where)
        return empty_of(part) if value is None else value

    def one(self, kind: Codec | Shape, element: etree._Element, path: str) -> object:
        """The value of one element; None where it is empty."""
        if isinstance(kind, Shape):
            if not len(element):
                self.note("element.empty", "{path} is empty", path)
                return None
            return kind.make(**self.values(element, kind.parts, path))
        text = (element.text or "").strip()
        if not text:
            return None
        try:
            return kind.decode(text)
        except ValueError:
            self.note("value.unreadable", "{path} is not understood: {value}", path, value=text[:_SHOWN])
            return None


def _content_id(text: str) -> str:
    """A content id without ``cid:``, which some write twice and some leave out."""
    while text[: len(names.CID)].lower() == names.CID:
        text = text[len(names.CID) :].strip()
    return text


def _text(element: etree._Element, name: str) -> str:
    return (element.findtext(names.qualified(name)) or "").strip()


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname
