"""Read an edXML message of any known dialect into the model, and note what was missing, repaired, assumed or unread.

QCVN 102:2016/BTTTT. Tolerant in names, order and place, which ``canonical.py`` settles before; strict in meaning: of
two different values neither is taken. Nothing of a message is trusted for being there: a signature block is
classified, never believed, and attachments are not decoded here.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lxml import etree

from edocs._edxml import names
from edocs._edxml.canonical import canonicalise, local_name
from edocs._edxml.detached import open_detached
from edocs._edxml.manifest import read_attachments, read_references
from edocs._edxml.mime import MimePart, split_mime
from edocs._edxml.notices import Notices, ambiguous
from edocs._edxml.outline import MAX_TEXT_BYTES, PIECE_BYTES, Outline, Run, outline_of
from edocs._edxml.parsing import mend_xml
from edocs._edxml.shapes import Codec, Part, Shape, empty_of
from edocs._edxml.signature import open_signature
from edocs._edxml.source import Source
from edocs._edxml.spellings import plain_text
from edocs._edxml.texts import settle_texts
from edocs.errors import MalformedEnvelopeError
from edocs.model import (
    Attachment,
    DocumentMessage,
    Envelope,
    EnvelopeSignature,
    MessageLimits,
    OrganIdSyntax,
    OtherMessage,
    Reference,
    StatusMessage,
    type_contradiction,
)
from edocs.model.message_limits import IN_MEMORY

__all__ = ["bare_envelope", "read_envelope", "read_message", "whole_envelope"]

_SHOWN = 60
"""Characters of a foreign value that a notice quotes."""


def read_envelope(data: bytes, detached: bytes | None = None, limits: MessageLimits = IN_MEMORY) -> Envelope:
    """The message in ``data``, its attachments still encoded.

    Args:
        detached: The signature that stands beside it; looked at where there is none within.

    Raises:
        MalformedEnvelopeError: As :func:`read_message`.
    """
    return whole_envelope(*read_message(Source(io.BytesIO(data)), detached, limits))


def whole_envelope(envelope: Envelope, outline: Outline) -> Envelope:
    """``envelope`` with the base64 of its attachments."""
    message = envelope.message
    if not isinstance(message, DocumentMessage) or not outline.runs:
        return envelope
    attachments = tuple(
        one if (number := outline.index_of(one.encoded)) is None else replace(one, encoded=outline.encoded(number))
        for one in message.attachments
    )
    return replace(envelope, message=replace(message, attachments=attachments))


def bare_envelope(envelope: Envelope) -> Envelope:
    """``envelope`` without the base64 of its attachments, and without marks for it."""
    message = envelope.message
    if not isinstance(message, DocumentMessage):
        return envelope
    attachments = tuple(replace(one, encoded="") for one in message.attachments)
    return replace(envelope, message=replace(message, attachments=attachments))


def read_message(
    source: Source,
    detached: bytes | None = None,
    limits: MessageLimits = MessageLimits(),  # noqa: B008 - frozen
    on_outline: Callable[[Outline], None] | None = None,
    *,
    piece_bytes: int = PIECE_BYTES,
) -> tuple[Envelope, Outline]:
    """The message in ``source``, which is not held, and its outline.

    Args:
        detached: As of :func:`read_envelope`.
        on_outline: Told of the outline before anything that it leaves out is read, such as for the signature.
        piece_bytes: As of :func:`edocs._edxml.outline.outline_of`.

    Returns:
        The ``encoded`` of an attachment may be a mark of the outline.

    Raises:
        MalformedEnvelopeError: Not safe or not well-formed XML, not edXML, too large, or with two of what there is
            one of.
    """
    if source.size > limits.message_bytes:
        raise MalformedEnvelopeError("message is larger than {limit} bytes", limit=limits.message_bytes)
    notices = Notices()
    parts: tuple[MimePart, ...] = ()
    xml = source
    split = split_mime(source)
    if split is not None:
        notices.note("form.mime", "{path}: read as the form of 2014, attachments as MIME parts", "MIME")
        xml, parts = split
    outline = outline_of(xml, limits.text_bytes, piece_bytes)
    root, mended = mend_xml(outline.data, notices.note)
    outline = outline.with_data(mended)
    if split is not None and local_name(root) != names.SOAP_ROOT:
        # A part beside a message that is signed would pass for one of its attachments.
        raise MalformedEnvelopeError("MIME message is not of the form of 2014")
    outside = tuple((part, outline.add(_run(part))) for part in parts)
    if on_outline is not None:
        on_outline(outline)
    opened = open_signature(outline, root)
    if detached is not None and opened.check is None:
        opened = open_detached(detached, outline, root)
    # Of a signed message nothing is read but what is signed; what is no part of it could not be.
    envelope = _Reader(notices, outline, limits.text_bytes).read(opened.root, outside)
    outline.check_kept()
    sha256 = outline.sha256 if split is None else _sha256(source)
    return replace(envelope, signature=opened.kind, check=opened.check, sha256=sha256), outline


def _run(part: MimePart) -> Run:
    return Run(source=part.payload, offset=0, length=part.payload.size, is_base64=part.is_base64, is_xml=False)


def _sha256(source: Source) -> str:
    hashed = hashlib.sha256()
    for block in source.blocks():
        hashed.update(block)
    return hashed.hexdigest()


_Outside = tuple[tuple[MimePart, str], ...]


class _Reader:
    """One reading."""

    def __init__(self, notices: Notices, outline: Outline, limit: int) -> None:
        self.notices = notices
        self.outline = outline
        self.limit = limit

    def read(self, root: etree._Element, parts: _Outside) -> Envelope:
        canonicalise(root, self.notices.note)
        if self.outline.runs or len(self.outline.data) > MAX_TEXT_BYTES:
            settle_texts(root, self.outline, self.limit)
        envelope = root if local_name(root) == names.ENVELOPE else self.only(root, names.ENVELOPE)
        if envelope is None:
            raise MalformedEnvelopeError("not an edXML message: there is no {name}", name=names.ENVELOPE)
        header, body = self.only(envelope, names.HEADER), self.only(envelope, names.BODY)
        message_header = None if header is None else self.only(header, names.MESSAGE_HEADER)
        references: tuple[Reference, ...] = ()
        errors: tuple[str, ...] = ()
        message: DocumentMessage | StatusMessage | OtherMessage
        if header is None or message_header is None or _is_report(body):
            content = body if body is not None and len(body) else envelope
            message = OtherMessage(elements=tuple(local_name(child)[:_SHOWN] for child in content))
        else:
            errors = self.errors(header)
            self.unread(header, {names.MESSAGE_HEADER, names.TRACE_LIST, names.ERROR_LIST, *names.SIGNATURES}, "")
            if message_header.find(names.qualified(names.STATUS_CODE)) is not None:
                message = StatusMessage(**self.values(message_header, names.STATUS_PARTS, names.MESSAGE_HEADER))
                self.unread(envelope, {names.HEADER}, "")
                self.unread(root, {names.ENVELOPE, names.HEADER}, "")
            else:
                message, references = self.document(root, envelope, parts)
        return Envelope(
            message=message,
            signature=EnvelopeSignature.ABSENT,
            references=references,
            errors=errors,
            notices=self.notices.found,
        )

    def only(self, parent: etree._Element, name: str) -> etree._Element | None:
        """The one child called ``name``. Of two, one reader would take the first and another the last."""
        found = parent.findall(names.qualified(name))
        if len(found) > 1:
            raise ambiguous(len(found), name)
        return found[0] if found else None

    def unread(self, parent: etree._Element, known: set[str], path: str) -> None:
        for child in parent:
            name = local_name(child)
            if name not in known or child.tag != names.qualified(name):
                if name in names.SIGNATURES:  # in the namespace of XML-DSig
                    continue
                where = f"{path}/{name}" if path else name
                self.notices.note("element.unread", "{path} is not an element that edocs reads", where[:200])

    def errors(self, header: etree._Element) -> tuple[str, ...]:
        block = self.only(header, names.ERROR_LIST)
        found = () if block is None else tuple(" ".join("".join(map(str, one.itertext())).split()) for one in block)
        return tuple(text for text in found if text)

    def document(
        self, root: etree._Element, envelope: etree._Element, parts: _Outside
    ) -> tuple[DocumentMessage, tuple[Reference, ...]]:
        header = self.only(envelope, names.HEADER)
        message = None if header is None else self.only(header, names.MESSAGE_HEADER)
        assert header is not None and message is not None  # noqa: S101 - the caller has looked
        values = self.values(message, names.DOCUMENT_PARTS, names.MESSAGE_HEADER)
        traces = self.only(header, names.TRACE_LIST)
        if traces is not None:
            values |= self.values(traces, names.TRACE_PARTS, names.TRACE_LIST)
        references = self.references(envelope)
        document = DocumentMessage(**values, attachments=self.attachments(root, envelope, references, parts))
        self.unread(envelope, {names.HEADER, names.BODY, names.ATTACHMENTS}, "")
        if root is not envelope:
            self.unread(root, {names.ENVELOPE, names.ATTACHMENTS}, "")
        self.meaning(document)
        return document, references

    def meaning(self, document: DocumentMessage) -> None:
        """Note what is read without trouble and yet cannot be right."""
        for path, organ in (("From", document.sender), *(("To", one) for one in document.receivers)):
            if organ.id.value and organ.id.syntax is OrganIdSyntax.UNKNOWN:
                self.notices.note(
                    "organ_id.syntax",
                    "{path}: agency code of no known form: {value}",
                    f"{names.MESSAGE_HEADER}/{path}/OrganId",
                    value=organ.id.value[:_SHOWN],
                )
        listed = type_contradiction(document.document_type.code, document.document_type.name)
        if listed:
            self.notices.note(
                "document_type.code",
                "{path}: type code {code} stands for {listed}; the name counts: {name}",
                f"{names.MESSAGE_HEADER}/DocumentType/Type",
                code=document.document_type.code[:_SHOWN],
                listed=listed,
                name=document.document_type.name[:_SHOWN],
            )

    def references(self, envelope: etree._Element) -> tuple[Reference, ...]:
        body = self.only(envelope, names.BODY)
        manifest = None if body is None else self.only(body, names.MANIFEST)
        if body is not None:
            self.unread(body, {names.MANIFEST}, names.BODY)
        if manifest is None:
            self.notices.note("element.missing", "{path} is missing", f"{names.BODY}/{names.MANIFEST}")
            return ()
        return read_references(manifest, self.notices)

    def attachments(
        self,
        root: etree._Element,
        envelope: etree._Element,
        references: tuple[Reference, ...],
        parts: _Outside,
    ) -> tuple[Attachment, ...]:
        block = self.only(root, names.ATTACHMENTS)
        if root is not envelope:
            inner = self.only(envelope, names.ATTACHMENTS)
            if inner is not None and block is not None:
                raise ambiguous(2, names.ATTACHMENTS)
            block = inner if block is None else block
        named = {one.content_id: one for one in references}
        outside = tuple(_outside(part, encoded, named) for part, encoded in parts)
        if block is None:
            if not outside:
                self.notices.note("element.missing", "{path} is missing", names.ATTACHMENTS)
            return outside
        return (*read_attachments(block, self.notices), *outside)

    def values(self, element: etree._Element, parts: tuple[Part, ...], path: str) -> dict[str, Any]:
        children: dict[str, list[etree._Element]] = {}
        for child in element:
            name = local_name(child)
            key = name if child.tag == names.qualified(name) else str(child.tag)
            children.setdefault(key, []).append(child)
        found = {part.attribute: self.part(part, children, path) for part in parts}
        for name in children:
            self.notices.note("element.unread", "{path} is not an element that edocs reads", f"{path}/{name[:_SHOWN]}")
        return found

    def part(self, part: Part, children: dict[str, list[etree._Element]], path: str) -> object:
        """The value of one part; its elements are taken out of ``children``."""
        elements = children.pop(part.wrapper or part.wire, [])
        where = f"{path}/{part.wrapper or part.wire}"
        if part.wrapper:
            for outer in elements:
                self.unread(outer, {part.wire}, where)
            where = f"{where}/{part.wire}"
            elements = [inner for outer in elements for inner in outer.findall(names.qualified(part.wire))]
        if not elements:
            if part.required or part.expected:
                self.notices.note("element.missing", "{path} is missing", where)
            return empty_of(part)
        several = len(elements) > 1
        read = [self.one(part, one, f"{where}[{index}]" if several else where) for index, one in enumerate(elements, 1)]
        if part.many:
            return tuple(value for value in read if value is not None)
        if several:
            if any(value != read[0] for value in read):
                raise ambiguous(len(read), where)
            self.notices.note("element.repeated", "{path} stands more than once, each time the same", where)
        return empty_of(part) if read[0] is None else read[0]

    def one(self, part: Part, element: etree._Element, path: str) -> object:
        """The value of one element; None where it is empty."""
        kind: Codec | Shape = part.kind
        if isinstance(kind, Shape):
            if not len(element):
                self.notices.note("element.empty", "{path} is empty", path)
                return None
            return kind.make(**self.values(element, kind.parts, path))
        if len(element):
            self.notices.note("value.unreadable", "{path} is not understood: {value}", path, value="<…>")
            return None
        text = plain_text(part.wire, (element.text or "").strip(), path, self.notices)
        if not text:
            return None
        try:
            return kind.decode(text)
        except ValueError:
            self.notices.note("value.unreadable", "{path} is not understood: {value}", path, value=text[:_SHOWN])
            return None


def _is_report(body: etree._Element | None) -> bool:
    """Whether the body holds something else than a document's list of attachments."""
    holders = {names.qualified(name) for name in (names.MANIFEST, *names.BUILDING)}
    return body is not None and len(body) > 0 and not any(child.tag in holders for child in body)


def _outside(part: MimePart, encoded: str, named: Mapping[str, Reference]) -> Attachment:
    reference = named.get(part.content_id)
    return Attachment(
        content_id=part.content_id,
        name=reference.name if reference and reference.name else part.name,
        content_type=part.content_type,
        description=reference.description if reference else "",
        encoded=encoded,
    )
