"""What an edXML message says: the document message, the status message, and who and what they name.

Gói tin edXML (QCVN 102:2016/BTTTT; Decision 28/2018/QĐ-TTg, article 10). Field by field the message as its sender meant
it; how it is spelled on the wire is known to ``edocs._edxml`` alone. Secrecy has no element in edXML: it decides
whether a document may be packed at all, so it stands in ``edocs.model.parcel``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum

from edocs.model.envelope_check import EnvelopeCheck
from edocs.model.organ_id import OrganId
from edocs.model.verdict import Reason

__all__ = [
    "Attachment",
    "Business",
    "BusinessKind",
    "DocumentMessage",
    "DocumentSigner",
    "DocumentType",
    "Envelope",
    "EnvelopeSignature",
    "MessageCode",
    "MessageKind",
    "Organ",
    "OtherInfo",
    "OtherMessage",
    "Priority",
    "Promulgation",
    "Receiver",
    "Reference",
    "Replacement",
    "ResponseFor",
    "Staff",
    "StatusMessage",
    "Steering",
    "Trace",
    "Update",
]


class Priority(IntEnum):
    """Độ khẩn."""

    NORMAL = 0
    """thường"""
    URGENT = 1
    """khẩn"""
    VERY_URGENT = 2
    """thượng khẩn"""
    EXPRESS = 3
    """hỏa tốc"""
    EXPRESS_TIMED = 4
    """hỏa tốc hẹn giờ"""


class Steering(IntEnum):
    """Loại văn bản chỉ đạo."""

    NONE = 0
    """not a steering document"""
    STEERING = 1
    """chỉ đạo"""
    REPORT = 2
    """báo cáo chỉ đạo"""


class BusinessKind(IntEnum):
    """What a document message does (nghiệp vụ)."""

    NEW = 0
    """văn bản mới"""
    RECALL = 1
    """thu hồi"""
    UPDATE = 2
    """cập nhật"""
    REPLACEMENT = 3
    """thay thế"""


class MessageKind(StrEnum):
    """What kind of message an envelope holds."""

    DOCUMENT = "document"
    """văn bản"""
    STATUS = "status"
    """trạng thái xử lý"""
    OTHER = "other"
    """The namespace is that of edXML, the content is not."""


class EnvelopeSignature(StrEnum):
    """What stands where an envelope's own XML signature would stand. Whose an intact one is, is judged apart."""

    ABSENT = "absent"
    EMPTY = "empty"
    """An element without content."""
    PLACEHOLDER = "placeholder"
    """A block outside the XML-DSig namespace, or with the constant value that one SDK copies into every file."""
    INTACT = "intact"
    """A signature that holds over everything that is read of the message."""
    WEAK = "weak"
    """The same, with algorithms that can be forged, such as SHA-1."""
    BROKEN = "broken"
    """A signature that does not hold, or of a form under which it could be about something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organ:
    """A sender or receiver (bên gửi, bên nhận)."""

    id: OrganId
    name: str = ""
    in_charge: str = ""
    """Cơ quan chủ quản."""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who handles the message at the sender's (cán bộ xử lý)."""

    department: str = ""
    name: str = ""
    email: str = ""
    mobile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCode:
    """Number and symbol as the wire has them: text, since senders write what they like (số, ký hiệu)."""

    number: str
    notation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Promulgation:
    """Nơi và ngày ban hành."""

    place: str
    on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentType:
    """Loại văn bản. The name decides: the same code stands for different types at different senders."""

    name: str
    code: str = "1"
    detail: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSigner:
    """Who signed the document, as the sender says; the PDF's signatures prove it or not (người ký)."""

    full_name: str
    position: str = ""
    competence: str = ""
    """Quyền hạn: TM., KT., TL., TUQ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherInfo:
    """Thông tin khác."""

    priority: Priority | None = Priority.NORMAL
    sphere: str = ""
    """Lĩnh vực ban hành."""
    typist: str = ""
    """Ký hiệu người soạn thảo."""
    copies: int | None = None
    """Số lượng bản phát hành."""
    pages: int | None = None
    """Số trang."""
    direction: bool | None = False
    appendixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFor:
    """The document that this message answers (phúc đáp văn bản)."""

    organ_id: OrganId
    code: str = ""
    """Number and symbol in one: ``7816/VPCP-TTĐT``."""
    on: date | None = None
    document_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One hop of the message: which agency, when (vết)."""

    organ_id: OrganId
    at: datetime | None
    """Aware, +07:00."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One receiver named by an update."""

    organ_id: OrganId
    kind: str
    """0 or 1; which of them adds and which removes, no public text says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What an update changes (thông tin cập nhật)."""

    content: bool | None
    receivers_changed: bool | None
    receivers: tuple[Receiver, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A document that is replaced, and at which agencies (văn bản bị thay thế)."""

    document_id: str
    organ_ids: tuple[OrganId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """The transaction (nghiệp vụ): new, recall, update or replacement."""

    kind: BusinessKind | None = BusinessKind.NEW
    reason: str = ""
    paper: bool | None = False
    """Whether paper follows (có gửi kèm bản giấy)."""
    document_id: str = ""
    """The document that is recalled or updated."""
    update: Update | None = None
    replacements: tuple[Replacement, ...] = ()
    staff: Staff | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One line of the envelope's own list of attachments; it carries no digest."""

    content_id: str
    """Without ``cid:``."""
    name: str
    content_type: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One attachment as the wire carries it (tệp đính kèm)."""

    content_id: str
    """Without ``cid:``."""
    name: str
    """As its sender wrote it: not a safe file name."""
    content_type: str = ""
    """As declared, which often is not what the bytes are."""
    description: str = ""
    encoded: str = field(default="", repr=False)
    """Base64, not decoded yet; empty of a message that was read from a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMessage:
    """A document with everything that travels with it (gói tin văn bản)."""

    sender: Organ
    receivers: tuple[Organ, ...]
    document_id: str
    """Opaque: official examples hold the date 2014/02/30 in it."""
    code: MessageCode
    promulgation: Promulgation
    document_type: DocumentType
    subject: str
    """Trích yếu."""
    content: str = ""
    signer: DocumentSigner
    due_on: date | None = None
    """Hạn trả lời."""
    other: OtherInfo
    responses: tuple[ResponseFor, ...] = ()
    steering: Steering | None = Steering.NONE
    task_codes: tuple[str, ...] = ()
    """Nhiệm vụ được phản hồi: an extension of the official SDK."""
    application_type: str = ""
    """Where the message comes from, such as ``MCDT_DT``: an extension of the official SDK."""
    to_places: tuple[str, ...] = ()
    """Nơi nhận."""
    traces: tuple[Trace, ...] = ()
    business: Business | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusMessage:
    """What became of a document at its receiver, or that its sender wants it back (gói tin trạng thái)."""

    sender: Organ
    response_for: ResponseFor
    """The document, and with ``organ_id`` the addressee of this message."""
    staff: Staff | None
    code: str
    """``01`` … ``06``, ``13``, ``15``, ``16``."""
    description: str
    at: datetime | None
    """Aware, +07:00."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherMessage:
    """Something else that uses the namespace of edXML, such as an antivirus report."""

    elements: tuple[str, ...]
    """Names of the elements at the top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message that was read, and what was noticed while reading it."""

    message: DocumentMessage | StatusMessage | OtherMessage
    signature: EnvelopeSignature
    references: tuple[Reference, ...] = ()
    errors: tuple[str, ...] = ()
    """What the exchange says went wrong (``ErrorList``), each as one text."""
    notices: tuple[Reason, ...] = ()
    """What was missing, repaired or not read; each names the path of the element."""
    sha256: str = ""
    """Of the whole file, lower-case hexadecimal, as the axis sends it beside the message."""
    check: EnvelopeCheck | None = field(default=None, repr=False)
    """What cryptography says of the signature; None where there is no real one."""

    @property
    def kind(self) -> MessageKind:
        """Document, status or other."""
        match self.message:
            case DocumentMessage():
                return MessageKind.DOCUMENT
            case StatusMessage():
                return MessageKind.STATUS
        return MessageKind.OTHER
