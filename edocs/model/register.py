"""The register of issued documents: agencies, documents, the events that happen to them, the state that follows.

Sổ đăng ký văn bản đi. Decree 30/2020/NĐ-CP, articles 14 and 15: a number is unique in its book, books restart on
1 January, secret documents have a book of their own. Decision 20/2020/QĐ-TTg for agency codes, which are opaque here:
old and new codes are never converted into each other.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from edocs.errors import UsageError
from edocs.model.kinds import document_type
from edocs.model.signing import HANOI, DocumentCode
from edocs.model.standing import Indicator, SignatureFacts, Standing, canonical_json

__all__ = [
    "Agency",
    "AgencyLevel",
    "Document",
    "DocumentKey",
    "Entry",
    "Event",
    "EventKind",
    "Exclusion",
    "Findings",
    "LogExtent",
    "LoggedEvent",
    "Secrecy",
    "document_payload",
    "findings_payload",
    "fold",
    "tidy_name",
]

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_AGENCY_ID = re.compile(r"[^\s/:]{1,35}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class AgencyLevel(StrEnum):
    """Level of government. The district level ended on 1 July 2025 and is kept for what was issued before."""

    PROVINCE = "province"
    """cấp tỉnh: the province's committee, departments and sectors"""
    DISTRICT = "district"
    """cấp huyện"""
    COMMUNE = "commune"
    """cấp xã"""


class Secrecy(StrEnum):
    """Degree of secrecy (độ mật; Law on the Protection of State Secrets 29/2018/QH14, article 8)."""

    NONE = "none"
    CONFIDENTIAL = "confidential"
    """Mật"""
    SECRET = "secret"  # noqa: S105 - a degree of secrecy, no password
    """Tối mật"""
    TOP_SECRET = "top_secret"  # noqa: S105
    """Tuyệt mật"""


class Exclusion(StrEnum):
    """Why a document is outside every denominator (văn bản loại trừ)."""

    CONFIDENTIAL = "confidential"
    SECRET = "secret"  # noqa: S105
    TOP_SECRET = "top_secret"  # noqa: S105
    PERSONNEL = "personnel"
    """hồ sơ tổ chức, cán bộ"""
    PAPER_ONLY = "paper_only"
    """on the head of agency's list of documents sent on paper (Decision 28/2018/QĐ-TTg, article 7.2)"""
    OTHER = "other"

    @property
    def is_state_secret(self) -> bool:
        """Excluded by law, not by choice (Decision 28/2018, article 1.2)."""
        return self.value in {degree.value for degree in Secrecy}


class EventKind(StrEnum):
    """What can happen to a document in the register."""

    REGISTERED = "registered"
    """đăng ký"""
    VERIFIED = "verified"
    """xác thực chữ ký số"""
    EXCLUDED = "excluded"
    """loại trừ khỏi thống kê"""
    CORRECTED = "corrected"
    """đính chính trích yếu, loại văn bản"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A body that issues documents (cơ quan, tổ chức ban hành)."""

    id: str
    """Identifier as the agency directory has it, old (13 characters) or new; compared letter by letter."""
    name: str
    level: AgencyLevel

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", tidy_name(self.id))
        object.__setattr__(self, "name", tidy_name(self.name))
        if not _AGENCY_ID.fullmatch(self.id):
            raise UsageError(
                "no agency identifier: {id}", hint="1 to 35 characters without spaces, slashes or colons", id=self.id
            )
        if not self.name:
            raise UsageError("agency without a name: {id}", id=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKey:
    """What makes a document one document: agency, book, number and symbol (Decree 30, article 15)."""

    agency: str
    year: int
    """The book's year: that of the date of issue in Vietnam."""
    number: int
    symbol: str
    is_secret: bool = False
    """Secret documents are numbered in a book of their own (article 15.2)."""

    def __str__(self) -> str:
        return f"{self.agency}:{self.year}:{'secret' if self.is_secret else 'open'}:{self.number}:{self.symbol}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An issued document as it is entered in the register (văn bản đi; Decree 30, annex IV)."""

    agency: Agency
    code: DocumentCode
    type: str
    """Abbreviation (annex III), or a name that the decree does not have."""
    subject: str = ""
    """Trích yếu nội dung. Of a state secret it is not kept."""
    secrecy: Secrecy = Secrecy.NONE
    file_sha256: str = ""
    """Of the main file, lower-case hexadecimal; empty until the file is there. Only a line of an old book
    (``Submission.is_imported``) is registered without, and gets it with its first verification."""

    def __post_init__(self) -> None:
        symbol = "".join(tidy_name(self.code.symbol).split())
        object.__setattr__(self, "code", replace(self.code, symbol=symbol))
        object.__setattr__(self, "type", document_type(tidy_name(self.type)))
        subject = "" if self.secrecy is not Secrecy.NONE else tidy_name(self.subject)
        object.__setattr__(self, "subject", subject)
        object.__setattr__(self, "file_sha256", self.file_sha256.lower())
        if self.code.number < 1:
            raise UsageError("no document number: {number}", hint="numbers start at 1", number=self.code.number)
        if not symbol or not self.type:
            raise UsageError("document {number} lacks its symbol or its type", number=self.code.number)
        if self.code.issued_on.tzinfo is None:
            raise UsageError("date of issue without a time zone", hint="use Asia/Ho_Chi_Minh")
        if self.file_sha256 and not _SHA256.fullmatch(self.file_sha256):
            raise UsageError("no SHA-256 of the file: {value}", hint="64 hexadecimal digits", value=self.file_sha256)

    @property
    def issued_on(self) -> date:
        """The date of issue in Vietnam."""
        return self.code.issued_on.astimezone(HANOI).date()

    @property
    def key(self) -> DocumentKey:
        """The key under which it is counted once."""
        return DocumentKey(
            agency=self.agency.id,
            year=self.issued_on.year,
            number=self.code.number,
            symbol=self.code.symbol,
            is_secret=self.secrecy is not Secrecy.NONE,
        )

    @property
    def code_text(self) -> str:
        """Number and symbol as written on the document (số, ký hiệu), such as ``07/QĐ-UBND``."""
        return f"{self.code.number_text}/{self.code.symbol}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, before it is in the log (sự kiện)."""

    kind: EventKind
    at: datetime
    """Aware."""
    who: str
    key: DocumentKey
    payload: str
    """Canonical JSON; its fields by kind in ``docs/registry.md``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """An event in its place in the log."""

    id: int
    """1, 2, 3 … in the order of the log, which counts even where a clock was set back."""
    event: Event
    payload_sha256: str
    chain_sha256: str
    """SHA-256 over the previous event's ``chain_sha256`` and everything of this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogExtent:
    """Which events a figure rests on, so that another person can tell that they have the same ones."""

    events: int = 0
    sha256: str = ""
    """SHA-256 of their ``chain_sha256``, each followed by a line feed, in the order of the log."""
    latest: datetime | None = None
    """When the latest of them was recorded; None: there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the latest verification found, as the register counts it."""

    standings: Mapping[Indicator, Standing]
    attempted: frozenset[Indicator]
    has_signature: bool
    is_intact: bool
    is_trusted: bool
    is_timestamped: bool
    digest: str
    """Of the verification object; see :class:`SignatureFacts`."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document's state, derived from its events."""

    document: Document
    findings: Findings | None = None
    """None: never verified."""
    exclusion: Exclusion | None = None
    registered_at: datetime
    registered_event: int
    last_event: int

    def standing(self, indicator: Indicator) -> Standing:
        """The bucket for ``indicator``."""
        return Standing.NOT_CHECKED if self.findings is None else self.findings.standings[indicator]


def fold(entry: Entry | None, logged: LoggedEvent) -> Entry:
    """The state after one more event. This function alone says what an event means.

    Raises:
        ValueError: The event cannot follow: the log is broken.
    """
    event, payload = logged.event, json.loads(logged.event.payload)
    if event.kind is EventKind.REGISTERED:
        if entry is not None:
            raise ValueError(f"event {logged.id}: registered twice: {event.key}")
        return _registered(logged, payload)
    if entry is None:
        raise ValueError(f"event {logged.id}: {event.kind.value} before registered: {event.key}")
    entry = replace(entry, last_event=logged.id)
    if event.kind is EventKind.VERIFIED:
        document = entry.document
        if not document.file_sha256:  # imported from an old book: now its file was seen
            document = replace(document, file_sha256=payload["file_sha256"])
        return replace(entry, document=document, findings=_findings(payload, event.at))
    if event.kind is EventKind.EXCLUDED:
        return replace(entry, exclusion=Exclusion(payload["reason"]))
    return replace(entry, document=replace(entry.document, subject=payload["subject"], type=payload["type"]))


def document_payload(document: Document) -> str:
    """The payload of a ``registered`` event."""
    return canonical_json(
        {
            "agency_name": document.agency.name,
            "agency_level": document.agency.level.value,
            "issued_on": document.issued_on.isoformat(),
            "type": document.type,
            "subject": document.subject,
            "secrecy": document.secrecy.value,
            "file_sha256": document.file_sha256,
        }
    )


def findings_payload(facts: SignatureFacts) -> str:
    """The payload of a ``verified`` event: the evidence's digest, what it says, and where that puts the document."""
    found = {
        "signature": facts.has_signature,
        "intact": facts.has_intact,
        "trusted": facts.has_trusted,
        "timestamped": facts.has_timestamped,
    }
    return canonical_json(
        {
            "rule": "edocs.standing/1",
            "verification_sha256": facts.digest,
            "file_sha256": facts.file_sha256,
            "verdict": facts.verdict.value,
            "signatures": [
                {
                    "role": fact.role.value,
                    "verdict": fact.verdict.value,
                    "integrity": fact.integrity,
                    "trusted": fact.trusted,
                    "level": fact.level.value if fact.level else None,
                    "is_timestamp": fact.is_timestamp,
                }
                for fact in facts.signatures
            ],
            "found": [name for name, holds in found.items() if holds],
            "attempted": [indicator.value for indicator in Indicator if facts.is_attempted(indicator)],
            "standing": {indicator.value: facts.standing(indicator).value for indicator in Indicator},
        }
    )


def tidy_name(text: str) -> str:
    """``text`` in NFC, without zero-width characters, white space of any kind made single spaces.

    >>> tidy_name("Sở\u00a0 Nội\u200b vụ ")
    'Sở Nội vụ'
    """
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())


def _registered(logged: LoggedEvent, payload: Mapping[str, str]) -> Entry:
    key = logged.event.key
    day = datetime.fromisoformat(payload["issued_on"]).replace(tzinfo=HANOI)
    secrecy = Secrecy(payload["secrecy"])
    return Entry(
        document=Document(
            agency=Agency(id=key.agency, name=payload["agency_name"], level=AgencyLevel(payload["agency_level"])),
            code=DocumentCode(number=key.number, issued_on=day, symbol=key.symbol),
            type=payload["type"],
            subject=payload["subject"],
            secrecy=secrecy,
            file_sha256=payload["file_sha256"],
        ),
        exclusion=None if secrecy is Secrecy.NONE else Exclusion(secrecy.value),
        registered_at=logged.event.at,
        registered_event=logged.id,
        last_event=logged.id,
    )


def _findings(payload: Mapping[str, object], at: datetime) -> Findings:
    standings, attempted, found = payload["standing"], payload["attempted"], payload["found"]
    assert isinstance(standings, dict) and isinstance(attempted, list) and isinstance(found, list)  # noqa: S101
    return Findings(
        standings={indicator: Standing(standings[indicator.value]) for indicator in Indicator},
        attempted=frozenset(Indicator(name) for name in attempted),
        has_signature="signature" in found,
        is_intact="intact" in found,
        is_trusted="trusted" in found,
        is_timestamped="timestamped" in found,
        digest=str(payload["verification_sha256"]),
        at=at,
    )
