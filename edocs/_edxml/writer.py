"""Write a document message as the official SDK writes it: its order, its prefixes, base64 on one line.

QCVN 102:2016/BTTTT. The same message gives the same bytes. No signature block is ever written: what the SDK puts there
is a constant, and a block that looks signed and is not would deceive whoever counts signatures.
"""

from __future__ import annotations

from lxml import etree

from edocs._edxml import names
from edocs._edxml.shapes import Codec, Part, Shape
from edocs.errors import UsageError
from edocs.model import Attachment, DocumentMessage, OrganId

__all__ = ["write_document"]

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_PREFIXED = {names.PREFIX: names.NAMESPACE}


def write_document(message: DocumentMessage) -> bytes:
    """The envelope of ``message``, UTF-8.

    Raises:
        UsageError: What every edXML message has is missing, or a text cannot stand in XML; all of it is named.
    """
    root = etree.Element(
        names.qualified(names.ROOT),
        nsmap={None: names.NAMESPACE},  # type: ignore[dict-item]  # None is lxml's default prefix; the stubs forget it
    )
    writer = _Writer()
    writer.envelope(root, message)
    writer.attachments(root, message.attachments)
    if writer.missing or writer.unwritable:
        raise UsageError(
            "message cannot be written: missing: {missing}; not allowed in XML: {unwritable}",
            missing=", ".join(writer.missing) or "-",
            unwritable=", ".join(writer.unwritable) or "-",
        )
    return _DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False, pretty_print=True)


class _Writer:
    """Builds one envelope and collects what stands in its way."""

    def __init__(self) -> None:
        self.missing: list[str] = []
        self.unwritable: list[str] = []

    def envelope(self, root: etree._Element, message: DocumentMessage) -> None:
        # The prefix is declared here, not at the root: so the SDK does, and some readers look for the prefix by name.
        envelope = etree.SubElement(root, names.qualified(names.ENVELOPE), nsmap=_PREFIXED)
        header = _child(envelope, names.HEADER)
        self.parts(_child(header, names.MESSAGE_HEADER), message, names.DOCUMENT_PARTS, names.MESSAGE_HEADER)
        if message.traces or message.business:
            self.parts(_child(header, names.TRACE_LIST), message, names.TRACE_PARTS, names.TRACE_LIST)
        manifest = _child(_child(envelope, names.BODY), names.MANIFEST)
        manifest.set("version", names.MANIFEST_VERSION)
        if not message.attachments:
            self.missing.append(f"{names.MANIFEST}/{names.REFERENCE}")
        for one in message.attachments:
            reference = _child(manifest, names.REFERENCE)
            self.leaf(reference, names.CONTENT_ID, names.CID + one.content_id)
            self.leaf(reference, names.CONTENT_TYPE, one.content_type)
            if one.description:
                self.leaf(reference, names.DESCRIPTION, one.description)
            self.leaf(reference, names.ATTACHMENT_NAME, one.name)

    def attachments(self, root: etree._Element, attachments: tuple[Attachment, ...]) -> None:
        block = _child(root, names.ATTACHMENTS)
        for one in attachments:
            element = _child(block, names.ATTACHMENT)
            self.leaf(element, names.CONTENT_ID, names.CID + one.content_id)
            self.leaf(element, names.ATTACHMENT_NAME, one.name)
            if one.description:
                self.leaf(element, names.DESCRIPTION, one.description)
            self.leaf(element, names.CONTENT_TYPE, one.content_type)
            content = etree.SubElement(element, names.qualified(names.CONTENT), nsmap=_PREFIXED)
            content.text = one.encoded

    def parts(self, parent: etree._Element, value: object, parts: tuple[Part, ...], path: str) -> None:
        for part in parts:
            held = getattr(value, part.attribute)
            where = f"{path}/{part.wrapper}/{part.wire}" if part.wrapper else f"{path}/{part.wire}"
            items = held if part.many else () if _is_empty(held) else (held,)
            if not items:
                if part.required:
                    self.missing.append(where)
                continue
            inside = _child(parent, part.wrapper) if part.wrapper else parent
            for item in items:
                self.item(inside, part.wire, part.kind, item, where)

    def item(self, parent: etree._Element, name: str, kind: Codec | Shape, value: object, path: str) -> None:
        if isinstance(kind, Shape):
            self.parts(_child(parent, name), value, kind.parts, path)
        else:
            self.leaf(parent, name, kind.encode(value), path)

    def leaf(self, parent: etree._Element, name: str, text: str, path: str = "") -> None:
        element = _child(parent, name)
        try:
            element.text = text
        except ValueError:  # control characters and surrogates have no place in XML 1.0 (clause 2.2)
            self.unwritable.append(path or name)


def _child(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, names.qualified(name))


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value == OrganId(value="")
