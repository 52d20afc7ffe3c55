"""The log of a register: what can happen, how an event stands in the log, and what an event of each kind carries.

Nhật ký sự kiện. Events are only ever added, and everything else follows from them (``state.py``). Each is a leaf of
the Merkle tree of ``merkle.py``. Its fields by kind: ``docs/registry.md``, "The log".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from json.encoder import encode_basestring

from edocs.model.merkle import leaf_hash
from edocs.model.register import Document, DocumentKey
from edocs.model.signing import HANOI
from edocs.model.standing import Indicator, SignatureFact, SignatureFacts, canonical_json
from edocs.model.verdict import Verdict

__all__ = [
    "Event",
    "EventKind",
    "LogExtent",
    "LoggedEvent",
    "correction",
    "document_payload",
    "findings_payload",
    "instant",
    "leaf_of",
]


_text = encode_basestring
"""A string in JSON."""


class EventKind(StrEnum):
    """What can happen to a document in the register, and the two things that are told of no document alone."""

    REGISTERED = "registered"
    """đăng ký"""
    VERIFIED = "verified"
    """xác thực chữ ký số, of the main file or of a file that goes with it"""
    ISSUED = "issued"
    """ban hành"""
    SENT = "sent"
    """gửi"""
    STATUS_RECEIVED = "status_received"
    """nhận trạng thái của nơi nhận"""
    RECALLED = "recalled"
    """thu hồi"""
    SUPERSEDED = "superseded"
    """được thay thế, cập nhật"""
    EXCLUDED = "excluded"
    """loại trừ khỏi thống kê, or taken back in"""
    CORRECTED = "corrected"
    """đính chính: what was registered is put right, its key too"""
    DIRECTORY = "directory"
    """nhập danh mục cơ quan; of no document"""
    FIGURES = "figures"
    """nhập số liệu từ hệ thống khác; of no document"""

    @property
    def is_of_document(self) -> bool:
        """Whether it happens to a document."""
        return self not in (EventKind.DIRECTORY, EventKind.FIGURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, before it is in the log (sự kiện)."""

    kind: EventKind
    at: datetime
    """Aware: as the clock said."""
    who: str
    key: DocumentKey | None
    """Under which the document is known now; None: of no document."""
    payload: str
    """Canonical JSON; its fields by kind in ``docs/registry.md``."""
    evidence: str = ""
    """SHA-256 of what it rests on (file, verification object, message), lower-case hexadecimal; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """An event in its place in the log."""

    id: int
    """1, 2, 3 … in the order of the log, which counts even where a clock was set back."""
    event: Event
    document: int
    """The id of the event that registered the document; 0: of no document."""
    leaf: bytes
    """Its hash as a leaf of the log's Merkle tree (RFC 6962, 2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogExtent:
    """Which events a figure rests on, so that another person can tell that they have the same ones."""

    events: int = 0
    sha256: str = ""
    """The root of their Merkle tree (RFC 6962, 2.1), lower-case hexadecimal."""
    latest: datetime | None = None
    """The latest moment that any of them states; None: there are none."""


def instant(at: datetime) -> str:
    """``at`` in Vietnamese time and of fixed width, so that text sorts as time does."""
    return at.astimezone(HANOI).isoformat(timespec="microseconds")


def leaf_of(at: str, who: str, kind: str, document: int, subject: str, evidence: str, payload: str) -> bytes:
    """The leaf of an event: over seven lines, what the log says of it but its id, which is its place.

    None of them can have a line feed in it: ``who`` is in JSON, as the payload is, and a key has no white space.

    Args:
        at: From :func:`instant`.
        subject: The text of its key, or empty.
    """
    return leaf_hash(f"{at}\n{_quoted(who)}\n{kind}\n{document}\n{subject}\n{evidence}\n{payload}".encode())


@lru_cache(maxsize=1024)
def _quoted(who: str) -> str:
    return canonical_json(who)


def document_payload(document: Document) -> str:
    """The payload of a ``registered`` event; its evidence is the file."""
    # Canonical JSON put together by hand: of ten million documents each has this one.
    files = f'"appendices":{canonical_json(document.appendices)},' if document.appendices else ""
    return (
        f'{{"agency_level":"{document.agency.level.value}","agency_name":{_text(document.agency.name)},{files}'
        f'"issued_on":"{document.issued_on.isoformat()}","secrecy":"{document.secrecy.value}",'
        f'"subject":{_text(document.subject)},"type":{_text(document.type)}}}'
    )


def correction(document: Document, note: str = "", files: Sequence[str] = ()) -> dict[str, object]:
    """What a ``corrected`` event carries: the document as it is from now on, whatever it was before.

    Args:
        files: SHA-256 of files that go with it besides those known.
    """
    said: dict[str, object] = {
        "agency": document.agency.id,
        "agency_name": document.agency.name,
        "agency_level": document.agency.level.value,
        "number": document.code.number,
        "symbol": document.code.symbol,
        "issued_on": document.issued_on.isoformat(),
        "type": document.type,
        "subject": document.subject,
        "secrecy": document.secrecy.value,
    }
    return {**said, **({"note": note} if note else {}), **({"appendices": list(files)} if files else {})}


def findings_payload(facts: SignatureFacts) -> str:
    """The payload of a ``verified`` event: what the verification says, and where that puts the file.

    The evidence of the event is the digest of the verification.
    """
    # Almost all documents of a register share a few patterns of signatures: only the file differs.
    before, after = _pattern(facts.verdict, facts.signatures)
    return f'{before},"file_sha256":"{facts.file_sha256}",{after}'


@lru_cache(maxsize=4096)
def _pattern(verdict: Verdict, signatures: tuple[SignatureFact, ...]) -> tuple[str, str]:
    """The canonical JSON before and behind the digest of the file."""
    facts = SignatureFacts(verdict=verdict, signatures=signatures)
    found: Mapping[str, bool] = {
        "signed": facts.has_signature,
        "intact": facts.has_intact,
        "trusted": facts.has_trusted,
        "timestamped": facts.has_timestamped,
        "long_term": facts.has_long_term,
    }
    attempted = {"attempted": [indicator.value for indicator in Indicator if facts.is_attempted(indicator)]}
    rest = {
        "found": [name for name, holds in found.items() if holds],
        "rule": "edocs.standing/1",
        "signatures": [
            {
                "role": fact.role.value,
                "verdict": fact.verdict.value,
                "integrity": fact.integrity,
                "trusted": fact.trusted,
                "level": fact.level.value if fact.level else None,
                "is_timestamp": fact.is_timestamp,
            }
            for fact in signatures
        ],
        "standing": {indicator.value: facts.standing(indicator).value for indicator in Indicator},
        "verdict": verdict.value,
    }
    return canonical_json(attempted).removesuffix("}"), canonical_json(rest).removeprefix("{")
