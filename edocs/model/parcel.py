"""What is packed and unpacked: files, the manifest beside an envelope, and how the two compare.

Đóng gói và mở gói tin. edXML carries no digest of an attachment; the manifest does, in a file of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from pathlib import Path

from edocs.errors import AttachmentMismatchError
from edocs.locale import DEFAULT_LANGUAGE
from edocs.model.envelope import DocumentMessage, Envelope
from edocs.model.organ_id import OrganId
from edocs.model.register import Secrecy
from edocs.model.secrecy import Declassification
from edocs.model.verdict import LegalEffect, Reason, SignatureReport, VerificationReport

__all__ = [
    "Comparison",
    "FileKind",
    "Manifest",
    "ManifestEntry",
    "OpenedMessage",
    "OutgoingDocument",
    "OutgoingFile",
    "Packed",
    "PackedFile",
    "Unpacked",
    "UnpackedFile",
]


class FileKind(StrEnum):
    """What the first bytes of a file say it is."""

    PDF = "pdf"
    OOXML = "ooxml"
    """docx, xlsx, pptx"""
    ODF = "odf"
    """odt, ods, odp"""
    OLE = "ole"
    """doc, xls, ppt"""
    ZIP = "zip"
    OTHER = "other"


class Comparison(StrEnum):
    """How what was unpacked compares with the manifest."""

    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_COMPARED = "not_compared"
    """There was no manifest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFile:
    """A file to attach: its bytes, or where it is."""

    name: str
    """A plain file name, with its extension and without a folder."""
    data: bytes = field(default=b"", repr=False)
    path: Path | None = None
    """Read in its place, at constant memory, however large it is."""
    description: str = ""
    """Empty: the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingDocument:
    """What is to be packed: the message without its attachments and traces, and the document's secrecy."""

    message: DocumentMessage
    secrecy: Secrecy = Secrecy.NONE
    declassification: Declassification | None = None
    """Why a mark on its files has no force any more. The secrecy is none then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """One attachment as its sender saw it, before any wrapping for the wire."""

    content_id: str
    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The digests of an envelope and of what it carries (``edocs.manifest/1``)."""

    document_id: str
    packed_at: datetime
    """Aware, +07:00."""
    envelope_size_bytes: int
    envelope_sha256: str
    attachments: tuple[ManifestEntry, ...]
    declassification: Declassification | None = None

    def as_dict(self) -> dict[str, object]:
        """The manifest as ``OUT.edxml.sha256.json`` holds it."""
        record = self.declassification
        return {
            "schema": "edocs.manifest/1",
            "document_id": self.document_id,
            "packed_at": self.packed_at.isoformat(),
            "envelope": {"size_bytes": self.envelope_size_bytes, "sha256": self.envelope_sha256},
            "attachments": [
                {"content_id": one.content_id, "name": one.name, "size_bytes": one.size_bytes, "sha256": one.sha256}
                for one in self.attachments
            ],
            **({"declassification": record.as_dict()} if record else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """An envelope ready to be sent, and its manifest."""

    envelope: bytes = field(repr=False)
    manifest: Manifest
    notices: tuple[Reason, ...] = ()
    """What whoever packs has to know: marks that a record takes the force from, files that could not be searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """An envelope that was written to a file."""

    manifest: Manifest
    detached: bytes | None = field(default=None, repr=False)
    """The signature that belongs beside it, where it was signed so."""
    notices: tuple[Reason, ...] = ()
    """What keeps some receiver from taking it, such as its size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpackedFile:
    """One attachment, decoded and unwrapped."""

    content_id: str
    name: str
    """Safe to be a file's name on any system, and unique within the message."""
    declared_name: str
    content_type: str
    """As declared."""
    kind: FileKind
    """As the bytes say."""
    data: bytes = field(default=b"", repr=False)
    """Empty where the attachment could not be decoded, or is in a file."""
    path: Path | None = None
    """Where it is, of a message that was read from a file; None where it is nowhere."""
    size_bytes: int
    sha256: str
    wire_sha256: str
    """Of the bytes before unwrapping; equal to ``sha256`` where nothing was wrapped."""
    comparison: Comparison = Comparison.NOT_COMPARED
    faults: tuple[Reason, ...] = ()
    """Why the file must not be used as what its sender attached; such a file is not to be written."""
    notices: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A message and its files. It has no truth value: look at the faults, or call :meth:`require`."""

    envelope: Envelope
    files: tuple[UnpackedFile, ...] = ()
    comparison: Comparison = Comparison.NOT_COMPARED
    faults: tuple[Reason, ...] = ()
    """Faults of the message as a whole, such as an attachment that is listed and not there."""
    notices: tuple[Reason, ...] = ()

    def __bool__(self) -> bool:
        raise TypeError("an unpacked message is neither true nor false: read .faults, or call .require()")

    @property
    def all_faults(self) -> tuple[Reason, ...]:
        """Faults of the message and then of each file."""
        return (*self.faults, *(fault for file in self.files for fault in file.faults))

    def require(self) -> None:
        """Go on only where nothing is wrong with any attachment.

        Raises:
            AttachmentMismatchError: Something is; the text is that of the first fault.
        """
        for fault in self.all_faults:
            raise AttachmentMismatchError(fault.message, hint=fault.hint, **fault.params)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedMessage:
    """A message that was unpacked and whose PDFs were verified (gói tin đã mở và xác thực)."""

    unpacked: Unpacked
    signature: SignatureReport | None = None
    """The verdict on the signature of the message; None where there is no real one."""
    reports: tuple[VerificationReport | None, ...] = ()
    """One for each file, in order; None where a file is no PDF or has a fault."""
    legal_effect: LegalEffect | None = None
    """None for a message that is no document."""

    def as_dict(self, lang: str = DEFAULT_LANGUAGE) -> dict[str, object]:
        """The JSON contract ``edocs.message/1`` (``docs/edxml.md``)."""
        unpacked, envelope = self.unpacked, self.unpacked.envelope
        return {
            "schema": "edocs.message/1",
            "kind": envelope.kind.value,
            "sha256": envelope.sha256,
            "signature": envelope.signature.value,
            "signature_verification": None if self.signature is None else self.signature.as_dict(lang),
            "message": _plain(envelope.message),
            "comparison": unpacked.comparison.value,
            "legal_effect": self.legal_effect.value if self.legal_effect else None,
            "faults": [fault.as_dict(lang) for fault in unpacked.faults],
            "notices": [notice.as_dict(lang) for notice in (*envelope.notices, *unpacked.notices)],
            "files": [_file(*pair, lang) for pair in zip(unpacked.files, self.reports, strict=True)],
        }


def _file(file: UnpackedFile, report: VerificationReport | None, lang: str) -> dict[str, object]:
    return {
        "content_id": file.content_id,
        "name": file.name,
        "declared_name": file.declared_name,
        "content_type": file.content_type,
        "kind": file.kind.value,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "wire_sha256": file.wire_sha256,
        "comparison": file.comparison.value,
        "faults": [fault.as_dict(lang) for fault in file.faults],
        "notices": [notice.as_dict(lang) for notice in file.notices],
        "verification": None if report is None else report.as_dict(lang),
    }


def _plain(value: object) -> object:
    """A message as JSON has it: enums by name, codes and dates as text, attachments only in the list of files."""
    if isinstance(value, OrganId):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name != "attachments"}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, IntEnum):
        return value.name.lower()
    return value.isoformat() if isinstance(value, date) else value
