"""Write messages as the official SDK writes them: its order, its prefixes, base64 on one line.

QCVN 102:2016/BTTTT. The same message gives the same bytes. No signature block is ever written: what the SDK puts there
is a constant, and a block that looks signed and is not would deceive whoever counts signatures.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lxml import etree

from edocs._edxml import names
from edocs._edxml.shapes import Codec, Part, Shape
from edocs._edxml.spellings import is_respelled
from edocs.errors import UsageError
from edocs.model import STATUSES, Attachment, DocumentMessage, OrganId, StatusMessage

__all__ = ["build_document", "build_status", "serialize", "signature_slot", "write_document", "write_status"]

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_PREFIXED = {names.PREFIX: names.NAMESPACE}
_NO_IDS: Mapping[str, str] = MappingProxyType({})


def write_document(message: DocumentMessage) -> bytes:
    """The envelope of ``message``, UTF-8.

    Raises:
        UsageError: As :func:`build_document`.
    """
    return serialize(build_document(message))


def write_status(message: StatusMessage) -> bytes:
    """The envelope of a status message, UTF-8.

    Raises:
        UsageError: As :func:`build_status`.
    """
    return serialize(build_status(message))


def build_document(message: DocumentMessage, ids: Mapping[str, str] = _NO_IDS) -> etree._Element:
    """The tree of ``message``.

    Args:
        ids: Wire names of elements, of those that stand once, to the ``Id`` they get: what a signature refers to.

    Raises:
        UsageError: What every edXML message has is missing, or a text cannot stand in XML; all of it is named.
    """
    root = _root()
    writer = _Writer()
    writer.envelope(root, message)
    writer.attachments(root, message.attachments)
    return writer.finish(root, ids)


def build_status(message: StatusMessage, ids: Mapping[str, str] = _NO_IDS) -> etree._Element:
    """The tree of a status message: a header and nothing else, without ``To``, trace and body.

    Raises:
        UsageError: As :func:`build_document`; or the code is not one of the nine.
    """
    if message.code not in STATUSES:
        raise UsageError("no such status: {code}", hint="one of {codes}", code=message.code, codes=", ".join(STATUSES))
    root = _root()
    writer = _Writer()
    writer.status(root, message)
    return writer.finish(root, ids)


def serialize(root: etree._Element) -> bytes:
    """A built tree as the bytes of a message. Indented once, here: what is signed must not move afterwards."""
    return _DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False) + b"\n"


def signature_slot(root: etree._Element) -> tuple[etree._Element, int]:
    """Where a signature stands in a built tree: the header, and the index behind the traces, if there are any."""
    header = next(root.iter(names.qualified(names.HEADER)))
    return header, len(header)


def _root() -> etree._Element:
    return etree.Element(
        names.qualified(names.ROOT),
        nsmap={None: names.NAMESPACE},  # type: ignore[dict-item]  # None is lxml's default prefix; the stubs forget it
    )


class _Writer:
    """Builds one envelope and collects what stands in its way."""

    def __init__(self) -> None:
        self.missing: list[str] = []
        self.unwritable: list[str] = []
        self.misread: list[str] = []

    def finish(self, root: etree._Element, ids: Mapping[str, str]) -> etree._Element:
        if self.missing or self.unwritable or self.misread:
            raise UsageError(
                "message cannot be written: missing: {missing}; not allowed in XML: {unwritable}; "
                "would be read as something else: {misread}",
                missing=", ".join(self.missing) or "-",
                unwritable=", ".join(self.unwritable) or "-",
                misread=", ".join(self.misread) or "-",
            )
        for name, value in ids.items():
            for element in root.iter(names.qualified(name)):
                element.set("Id", value)
        etree.indent(root)
        return root

    def status(self, root: etree._Element, message: StatusMessage) -> None:
        header = _child(_envelope(root), names.HEADER)
        self.parts(_child(header, names.MESSAGE_HEADER), message, names.STATUS_PARTS, names.MESSAGE_HEADER)

    def envelope(self, root: etree._Element, message: DocumentMessage) -> None:
        envelope = _envelope(root)
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
        if is_respelled(name, text.strip()):
            self.misread.append(f"{path or name} = {text}")
        try:
            element.text = text
        except ValueError:  # control characters and surrogates have no place in XML 1.0 (clause 2.2)
            self.unwritable.append(path or name)


def _envelope(root: etree._Element) -> etree._Element:
    # The prefix is declared here, not at the root: so the SDK does, and some readers look for the prefix by name.
    return etree.SubElement(root, names.qualified(names.ENVELOPE), nsmap=_PREFIXED)


def _child(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, names.qualified(name))


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value == OrganId(value="")
