"""Rows to values and back: the one place where a register's columns and the model meet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from edocs.model import (
    HANOI,
    Agency,
    AgencyLevel,
    Document,
    DocumentCode,
    DocumentKey,
    Entry,
    Event,
    EventKind,
    Exclusion,
    Findings,
    Indicator,
    LoggedEvent,
    Secrecy,
    Standing,
    canonical_json,
)

__all__ = ["entry_of", "event_row", "instant", "log", "logged_of", "search_form", "state_row"]

Row = dict[str, Any]


def log(event: Event, id: int, previous_chain: str) -> LoggedEvent:
    """``event`` in its place after the event whose ``chain_sha256`` is ``previous_chain`` (empty for the first)."""
    payload_sha256 = hashlib.sha256(event.payload.encode()).hexdigest()
    link = canonical_json(
        [previous_chain, id, instant(event.at), event.who, event.kind.value, str(event.key), payload_sha256]
    )
    chain_sha256 = hashlib.sha256(link.encode()).hexdigest()
    return LoggedEvent(id=id, event=event, payload_sha256=payload_sha256, chain_sha256=chain_sha256)


def event_row(logged: LoggedEvent) -> Row:
    """The row of an event."""
    event, key = logged.event, logged.event.key
    return {
        "id": logged.id,
        "at": instant(event.at),
        "who": event.who,
        "kind": event.kind.value,
        "agency": key.agency,
        "document": str(key),
        "book_year": key.year,
        "number": key.number,
        "symbol": key.symbol,
        "is_secret": key.is_secret,
        "payload": event.payload,
        "payload_sha256": logged.payload_sha256,
        "chain_sha256": logged.chain_sha256,
    }


def logged_of(row: Mapping[str, Any]) -> LoggedEvent:
    """The event of a row, as stored; nothing is checked."""
    key = DocumentKey(
        agency=row["agency"],
        year=row["book_year"],
        number=row["number"],
        symbol=row["symbol"],
        is_secret=bool(row["is_secret"]),
    )
    event = Event(
        kind=EventKind(row["kind"]),
        at=datetime.fromisoformat(row["at"]),
        who=row["who"],
        key=key,
        payload=row["payload"],
    )
    return LoggedEvent(
        id=row["id"], event=event, payload_sha256=row["payload_sha256"], chain_sha256=row["chain_sha256"]
    )


def state_row(entry: Entry) -> Row:
    """The derived row of a document."""
    document, findings = entry.document, entry.findings
    words = (document.code_text, str(document.code.number), document.subject, document.agency.name)
    return {
        "key": str(document.key),
        "agency": document.agency.id,
        "agency_name": document.agency.name,
        "level": document.agency.level.value,
        "number": document.code.number,
        "symbol": document.code.symbol,
        "issued_on": document.issued_on.isoformat(),
        "month": document.issued_on.isoformat()[:7],
        "type": document.type,
        "subject": document.subject,
        "secrecy": document.secrecy.value,
        "file_sha256": document.file_sha256,
        "search_text": search_form("\n".join(words)),
        "exclusion": entry.exclusion.value if entry.exclusion else None,
        **{f"{indicator.value}_standing": entry.standing(indicator).value for indicator in Indicator},
        **{
            f"{indicator.value}_attempted": findings is not None and indicator in findings.attempted
            for indicator in Indicator
        },
        "is_signed": findings is not None and findings.has_signature,
        "is_intact": findings is not None and findings.is_intact,
        "is_trusted": findings is not None and findings.is_trusted,
        "is_timestamped": findings is not None and findings.is_timestamped,
        "verification_sha256": findings.digest if findings else None,
        "verified_at": instant(findings.at) if findings else None,
        "registered_at": instant(entry.registered_at),
        "registered_event": entry.registered_event,
        "last_event": entry.last_event,
    }


def entry_of(row: Mapping[str, Any]) -> Entry:
    """The state of a row."""
    agency = Agency(id=row["agency"], name=row["agency_name"], level=AgencyLevel(row["level"]))
    day = datetime.fromisoformat(row["issued_on"]).replace(tzinfo=HANOI)
    return Entry(
        document=Document(
            agency=agency,
            code=DocumentCode(number=row["number"], issued_on=day, symbol=row["symbol"]),
            type=row["type"],
            subject=row["subject"],
            secrecy=Secrecy(row["secrecy"]),
            file_sha256=row["file_sha256"],
        ),
        findings=_findings(row),
        exclusion=Exclusion(row["exclusion"]) if row["exclusion"] else None,
        registered_at=datetime.fromisoformat(row["registered_at"]),
        registered_event=row["registered_event"],
        last_event=row["last_event"],
    )


def instant(at: datetime) -> str:
    """``at`` in Vietnamese time and of fixed width, so that text sorts as time does."""
    return at.astimezone(HANOI).isoformat(timespec="microseconds")


def search_form(text: str) -> str:
    """``text`` as it is compared: SQL folds the case of ASCII alone, so Vietnamese is folded here."""
    return text.casefold()


def _findings(row: Mapping[str, Any]) -> Findings | None:
    if row["verified_at"] is None:
        return None
    return Findings(
        standings={indicator: Standing(row[f"{indicator.value}_standing"]) for indicator in Indicator},
        attempted=frozenset(indicator for indicator in Indicator if row[f"{indicator.value}_attempted"]),
        has_signature=bool(row["is_signed"]),
        is_intact=bool(row["is_intact"]),
        is_trusted=bool(row["is_trusted"]),
        is_timestamped=bool(row["is_timestamped"]),
        digest=row["verification_sha256"],
        at=datetime.fromisoformat(row["verified_at"]),
    )
