"""What producers send that is not edXML as the official SDK writes it, and how it is read: tables, no behaviour.

QCVN 102:2016/BTTTT as practised. A rule is here because a producer's published code or samples show it;
``docs/edxml.md`` has the same tables, compared by a test. Every rule that is applied is a notice.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ATTRIBUTES",
    "DIALECTS",
    "LEAVES",
    "MOVES",
    "NOTHING",
    "PREFIXES",
    "QCVN",
    "ROOTS",
    "SPACES",
    "SPELLINGS",
    "VALUES",
    "Leaf",
    "Move",
    "Nothing",
    "Prefix",
    "Root",
    "Space",
    "Spelling",
    "Value",
]

DIALECTS = {
    "sdk": "VNPT's Java SDK of the national axis, and the .NET wrappers of EdXML102.dll",
    "lang-son": "Lạng Sơn LGSP connectors",
    "go-vn": "the envelope of http://www.go.vn/eDoc, which the axis refuses",
    "bkav": "Bkav eDoc",
    "2014": "the form of 2014: http://www.e-doc.vn/Schema/ in SOAP, attachments as MIME parts (2803/BTTTT-THH)",
    "512": "the form of 512/BTTTT: as that of 2014, attachments in AllDocument",
    "report": "other reports in the namespace of edXML, such as Bit2GovSOC's",
    "any": "found at several producers, or a slip that has one reading",
}
"""Key to who writes so."""


@dataclass(frozen=True, slots=True)
class Root:
    """A root element that is not ``edXML``."""

    dialect: str
    name: str


@dataclass(frozen=True, slots=True)
class Space:
    """A namespace whose elements are read as edXML's; the empty one too."""

    dialect: str
    uri: str


@dataclass(frozen=True, slots=True)
class Spelling:
    """Another name of an element."""

    dialect: str
    found: str
    meant: str
    inside: str = ""
    """Only as a child of this element; empty: anywhere."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """An element that has text where edXML has children: the text is that of one child."""

    dialect: str
    name: str
    child: str


@dataclass(frozen=True, slots=True)
class Move:
    """An element that stands elsewhere. Paths are those of the canonical names, from ``parent`` down."""

    dialect: str
    parent: str
    path: str
    to: str
    listed: bool = False
    """An attachment that is its own line in the list of attachments."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value in another spelling: ``pattern`` matches all of it, ``meant`` is what it is with its groups filled in."""

    dialect: str
    names: tuple[str, ...]
    pattern: str
    meant: str
    example: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """A text that stands for no text."""

    dialect: str
    text: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """A prefix that is used without being declared."""

    dialect: str
    prefix: str
    uri: str


QCVN = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
_XLINK = "http://www.w3.org/1999/xlink"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"

ROOTS = (
    Root("any", "EdXML"),
    Root("lang-son", "edXMLEnvelope"),
    Root("go-vn", "EdXMLEnvelope"),
    Root("2014", "Envelope"),
)
SPACES = (
    Space("report", ""),
    Space("go-vn", "http://www.go.vn/eDoc"),
    Space("2014", "http://www.e-doc.vn/Schema/"),
    Space("2014", _SOAP),
)
SPELLINGS = (
    Spelling("any", "EdXML", "edXML"),
    Spelling("go-vn", "EdXMLEnvelope", "edXMLEnvelope"),
    Spelling("bkav", "Status", "MessageHeader", "edXMLHeader"),
    Spelling("bkav", "Business", "Bussiness"),
    Spelling("bkav", "BusinessDocType", "BussinessDocType"),
    Spelling("bkav", "BusinessDocReason", "BussinessDocReason"),
    Spelling("bkav", "BusinessDocumentInfo", "BussinessDocumentInfo"),
    Spelling("bkav", "OrganInCharge", "OrganizationInCharge"),
    Spelling("2014", "Envelope", "edXMLEnvelope"),
    Spelling("2014", "Header", "edXMLHeader"),
    Spelling("2014", "Body", "edXMLBody"),
    Spelling("2014", "Manifest", "edXMLManifest"),
    Spelling("512", "name", "AttachmentName", "Attachment"),
    Spelling("512", "value", "ContentTransferEncoded", "Attachment"),
    Spelling("go-vn", "Signer", "FullName", "SignerInfo"),
    Spelling("go-vn", "Time", "Timestamp", "TraceHeader"),
    Spelling("go-vn", "Content", "ContentTransferEncoded", "Attachment"),
    Spelling("go-vn", "FileName", "AttachmentName", "Attachment"),
    Spelling("go-vn", "FileType", "ContentType", "Attachment"),
)
LEAVES = (Leaf("go-vn", "DocumentType", "TypeName"),)
MOVES = (
    Move("go-vn", "edXMLEnvelope", "MessageHeader", "edXMLHeader/MessageHeader"),
    Move("go-vn", "edXMLHeader", "MessageHeader/TraceHeaderList", "TraceHeaderList"),
    Move("go-vn", "edXMLEnvelope", "edXMLManifest", "edXMLBody/edXMLManifest"),
    Move("go-vn", "OtherInfo", "Appendix", "Appendixes/Appendix"),
    Move("go-vn", "TraceHeader", "Path/From", "OrganId"),
    Move("go-vn", "edXMLEnvelope", "edXMLBody/edXMLManifest/Attachment", "AttachmentEncoded/Attachment", listed=True),
    Move("512", "edXMLEnvelope", "AllDocument/Document/Attach/Attachment", "AttachmentEncoded/Attachment"),
    Move("512", "edXMLEnvelope", "edXMLBody/AllDocument/Document/Attach/Attachment", "AttachmentEncoded/Attachment"),
)
_DAYS = ("PromulgationDate", "DueDate")
_ISO_TIME = r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?(?:\+07:00)?"
VALUES = (
    Value("bkav", _DAYS, r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", r"\3/\2/\1", "05/03/2026"),
    Value(
        "2014",
        ("Timestamp",),
        r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}) ([0-9]{1,2}:[0-9]{2}:[0-9]{2})",
        r"\3/\2/\1 \4",
        "05/03/2026 16:30:00",
    ),
    Value("any", ("Timestamp",), r"([0-9]{4}/[0-9]{1,2}/[0-9]{1,2})", r"\1 00:00:00", "2026/03/05"),
    Value("go-vn", _DAYS, r"([0-9]{4})-([0-9]{2})-([0-9]{2})", r"\1/\2/\3", "2026-03-05"),
    Value("go-vn", _DAYS, r"([0-9]{4}/[0-9]{2}/[0-9]{2}) 00:00:00", r"\1", "2026/03/05 00:00:00"),
    Value("go-vn", ("Timestamp",), _ISO_TIME, r"\1/\2/\3 \4", "2026-03-05T16:30:00"),
    Value("bkav", ("Priority",), "5", "0", "5"),
    Value("bkav", ("TypeDetail",), "-1", "0", "-1"),
    Value("any", ("Direction",), "0", "false", "0"),
    Value("any", ("Direction",), "1", "true", "1"),
    Value("any", ("Paper", "DocumentInfo", "DocumentReceiver"), "(?i)false", "0", "false"),
    Value("any", ("Paper", "DocumentInfo", "DocumentReceiver"), "(?i)true", "1", "true"),
    Value("any", ("StatusCode",), "([1-6])", r"0\1", "1"),
)
NOTHING = (
    Nothing("sdk", "null"),
    Nothing("lang-son", "N/A"),
)
PREFIXES = (
    Prefix("sdk", "xlink", _XLINK),
    Prefix("any", "xsi", _XSI),
    Prefix("any", "edXML", QCVN),
)
ATTRIBUTES = frozenset(
    {
        "id",
        "Id",
        "version",
        "mustUnderstand",
        "actor",
        "encoding",
        "Content-Type",
        "Content-Transfer-Encoding",
        *(f"{{{QCVN}}}{name}" for name in ("id", "version", "mustUnderstand", "actor")),
        *(f"{{http://www.e-doc.vn/Schema/}}{name}" for name in ("id", "version", "mustUnderstand", "actor")),
        *(f"{{{_SOAP}}}{name}" for name in ("mustUnderstand", "actor", "encodingStyle")),
        *(f"{{{_XLINK}}}{name}" for name in ("href", "role", "type", "title")),
        *(f"{{{_XSI}}}{name}" for name in ("schemaLocation", "noNamespaceSchemaLocation", "type")),
    }
)
"""Attributes that say no more than the elements do; from ``xlink:href`` comes a content id that is missing."""
