"""The wire spellings of edXML: namespace, element names, and the order in which the official SDK writes them.

QCVN 102:2016/BTTTT as its official SDK and examples show it; the text of the regulation's own schema is not public, and
nothing here claims more. ``Bussiness`` with a double s is the spelling of the wire.

Children are listed in writing order; the reader does not depend on it. ``required`` marks what every known message has.
"""

from __future__ import annotations

from collections.abc import Iterator

from edocs._edxml.shapes import (
    BOOLEAN,
    DATE,
    FLAG,
    MOMENT,
    NUMBER,
    ORGAN_ID,
    TEXT,
    Part,
    Shape,
    choice,
)
from edocs.model import (
    Business,
    BusinessKind,
    DocumentSigner,
    DocumentType,
    MessageCode,
    Organ,
    OtherInfo,
    Priority,
    Promulgation,
    Receiver,
    Replacement,
    ResponseFor,
    Staff,
    Steering,
    Trace,
    Update,
)

__all__ = [
    "ATTACHMENT",
    "ATTACHMENTS",
    "ATTACHMENT_NAME",
    "ATTACHMENT_UNREAD",
    "BODY",
    "BUILDING",
    "BUSINESS",
    "CID",
    "CONTENT",
    "CONTENT_ID",
    "CONTENT_TYPE",
    "DESCRIPTION",
    "DOCUMENT_PARTS",
    "ENVELOPE",
    "ERROR",
    "ERROR_LIST",
    "HEADER",
    "KNOWN",
    "MANIFEST",
    "MANIFEST_VERSION",
    "MESSAGE_HEADER",
    "NAMESPACE",
    "PLACEHOLDER_VALUE",
    "PREFIX",
    "REFERENCE",
    "ROOT",
    "SIGNATURE",
    "SIGNATURES",
    "SIGNATURE_VALUE",
    "SOAP_ROOT",
    "STATUS_CODE",
    "STATUS_PARTS",
    "TRACE",
    "TRACE_LIST",
    "TRACE_PARTS",
    "XLINK_HREF",
    "XMLDSIG",
    "qualified",
]

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
PREFIX = "edXML"
XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"

ROOT = "edXML"
ENVELOPE = "edXMLEnvelope"
SOAP_ROOT = "Envelope"
HEADER = "edXMLHeader"
MESSAGE_HEADER = "MessageHeader"
TRACE_LIST = "TraceHeaderList"
TRACE = "TraceHeader"
BUSINESS = "Bussiness"
BODY = "edXMLBody"
MANIFEST = "edXMLManifest"
MANIFEST_VERSION = "1.0"
REFERENCE = "Reference"
ATTACHMENTS = "AttachmentEncoded"
ATTACHMENT = "Attachment"
CONTENT_ID = "ContentId"
CONTENT_TYPE = "ContentType"
DESCRIPTION = "Description"
ATTACHMENT_NAME = "AttachmentName"
CONTENT = "ContentTransferEncoded"
STATUS_CODE = "StatusCode"
SIGNATURE = "Signature"
SIGNATURES = frozenset({SIGNATURE, "DigitalSignature"})
SIGNATURE_VALUE = "SignatureValue"
PLACEHOLDER_VALUE = "GbVb8n9+qFxz466Ag0sbpVdLPs2R0+9J"
"""How the constant that the SDK writes as SignatureValue begins, whatever the document."""
CID = "cid:"
ERROR_LIST = "ErrorList"
ERROR = "Error"
ATTACHMENT_UNREAD = frozenset({"FieldName", "MimeType", "Format"})
"""What the SDK may write into an attachment beside what every sample has; it says nothing more."""
BUILDING = frozenset({"AllDocument", "Document", "Attach", "Path", "Token"})
"""Elements of older forms that only hold others."""

_ORGAN_ID = Part("OrganId", "id", ORGAN_ID, required=True)
_IN_CHARGE = Part("OrganizationInCharge", "in_charge", TEXT)
_NAME = Part("OrganName", "name", TEXT)
_CONTACT = (
    Part("OrganAdd", "address", TEXT),
    Part("Email", "email", TEXT),
    Part("Telephone", "telephone", TEXT),
    Part("Fax", "fax", TEXT),
    Part("Website", "website", TEXT),
)
_ORGAN = Shape(Organ, (_ORGAN_ID, _IN_CHARGE, _NAME, *_CONTACT))

_STAFF = Shape(
    Staff,
    (
        Part("Department", "department", TEXT),
        Part("Staff", "name", TEXT),
        Part("Email", "email", TEXT),
        Part("Mobile", "mobile", TEXT),
    ),
)
_RESPONSE_FOR = Shape(
    ResponseFor,
    (
        Part("OrganId", "organ_id", ORGAN_ID, required=True),
        Part("Code", "code", TEXT),
        Part("DocumentId", "document_id", TEXT),
        Part("PromulgationDate", "on", DATE),
    ),
)
_CODE = Shape(
    MessageCode,
    (Part("CodeNumber", "number", TEXT, required=True), Part("CodeNotation", "notation", TEXT, required=True)),
)
_PROMULGATION = Shape(
    Promulgation, (Part("Place", "place", TEXT, required=True), Part("PromulgationDate", "on", DATE, required=True))
)
_DOCUMENT_TYPE = Shape(
    DocumentType,
    (
        Part("Type", "code", TEXT, required=True),
        Part("TypeDetail", "detail", TEXT),
        Part("TypeName", "name", TEXT, required=True),
    ),
)
_SIGNER = Shape(
    DocumentSigner,
    (
        Part("Competence", "competence", TEXT),
        Part("Position", "position", TEXT),
        Part("FullName", "full_name", TEXT, required=True),
    ),
)
_OTHER = Shape(
    OtherInfo,
    (
        Part("Priority", "priority", choice(Priority), required=True),
        Part("SphereOfPromulgation", "sphere", TEXT, required=True),
        Part("TyperNotation", "typist", TEXT, required=True),
        Part("PromulgationAmount", "copies", NUMBER, required=True),
        Part("PageAmount", "pages", NUMBER, required=True),
        Part("Direction", "direction", BOOLEAN, required=True),
        Part("Appendix", "appendixes", TEXT, many=True, wrapper="Appendixes"),
    ),
)
_RECEIVER = Shape(
    Receiver, (Part("OrganId", "organ_id", ORGAN_ID, required=True), Part("ReceiverType", "kind", TEXT, required=True))
)
_UPDATE = Shape(
    Update,
    (
        Part("DocumentInfo", "content", FLAG, required=True),
        Part("DocumentReceiver", "receivers_changed", FLAG, required=True),
        Part("Receiver", "receivers", _RECEIVER, many=True, wrapper="ReceiverList"),
    ),
)
_REPLACEMENT = Shape(
    Replacement,
    (
        Part("DocumentId", "document_id", TEXT, required=True),
        Part("OrganId", "organ_ids", ORGAN_ID, required=True, many=True, wrapper="OrganIdList"),
    ),
)
_BUSINESS = Shape(
    Business,
    (
        Part("DocumentId", "document_id", TEXT),
        Part("BussinessDocType", "kind", choice(BusinessKind), required=True),
        Part("BussinessDocReason", "reason", TEXT),
        Part("Paper", "paper", FLAG, required=True),
        Part("BussinessDocumentInfo", "update", _UPDATE),
        Part("ReplacementInfo", "replacements", _REPLACEMENT, many=True, wrapper="ReplacementInfoList"),
        Part("StaffInfo", "staff", _STAFF),
    ),
)
_TRACE = Shape(
    Trace, (Part("OrganId", "organ_id", ORGAN_ID, expected=True), Part("Timestamp", "at", MOMENT, required=True))
)

DOCUMENT_PARTS = (
    Part("From", "sender", _ORGAN, required=True),
    Part("To", "receivers", _ORGAN, required=True, many=True),
    Part("DocumentId", "document_id", TEXT, required=True),
    Part("Code", "code", _CODE, required=True),
    Part("PromulgationInfo", "promulgation", _PROMULGATION, required=True),
    Part("DocumentType", "document_type", _DOCUMENT_TYPE, required=True),
    Part("Subject", "subject", TEXT, required=True),
    Part("Content", "content", TEXT),
    Part("SignerInfo", "signer", _SIGNER, required=True),
    Part("DueDate", "due_on", DATE),
    Part("OtherInfo", "other", _OTHER, required=True),
    Part("ResponseFor", "responses", _RESPONSE_FOR, many=True),
    Part("SteeringType", "steering", choice(Steering), required=True),
    Part("TaskCode", "task_codes", TEXT, many=True, wrapper="ResponseForTask"),
    Part("ApplicationType", "application_type", TEXT),
    Part("Place", "to_places", TEXT, many=True, wrapper="ToPlaces"),
)
TRACE_PARTS = (
    Part("TraceHeader", "traces", _TRACE, required=True, many=True),
    Part("Bussiness", "business", _BUSINESS),
)

# A status names OrganName before OrganizationInCharge, the date before the document id, and Mobile before Email.
STATUS_PARTS = (
    Part("From", "sender", Shape(Organ, (_ORGAN_ID, _NAME, _IN_CHARGE, *_CONTACT)), required=True),
    Part(
        "ResponseFor",
        "response_for",
        Shape(ResponseFor, tuple(_RESPONSE_FOR.parts[index] for index in (0, 1, 3, 2))),
        required=True,
    ),
    Part("StaffInfo", "staff", Shape(Staff, tuple(_STAFF.parts[index] for index in (0, 1, 3, 2)))),
    Part(STATUS_CODE, "code", TEXT, required=True),
    Part(DESCRIPTION, "description", TEXT, required=True),
    Part("Timestamp", "at", MOMENT, required=True),
)


def _names(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        yield part.wire
        if part.wrapper:
            yield part.wrapper
        if isinstance(part.kind, Shape):
            yield from _names(part.kind.parts)


KNOWN = frozenset(
    {
        ROOT,
        ENVELOPE,
        HEADER,
        MESSAGE_HEADER,
        TRACE_LIST,
        BODY,
        MANIFEST,
        REFERENCE,
        ATTACHMENTS,
        ATTACHMENT,
        CONTENT_ID,
        CONTENT_TYPE,
        DESCRIPTION,
        ATTACHMENT_NAME,
        CONTENT,
        ERROR_LIST,
        ERROR,
        *SIGNATURES,
        *BUILDING,
        *_names(DOCUMENT_PARTS),
        *_names(TRACE_PARTS),
        *_names(STATUS_PARTS),
    }
)
"""Every element name of edXML that edocs reads or knows the place of."""


def qualified(name: str) -> str:
    """``name`` in the namespace of edXML, as an XML library wants it."""
    return f"{{{NAMESPACE}}}{name}"
