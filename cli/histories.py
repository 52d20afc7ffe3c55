"""What ``edocs amend history`` shows: the events of a document, in words.

Lịch sử văn bản: each kind of event and each field by its name in the run's language; ``--json`` has them as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from edocs.model import AgencyLevel, EventKind, Exclusion, LoggedEvent, Secrecy, Verdict, type_name
from edocs.model.times import clock_text
from edocs.reports.verdict_words import VERDICTS
from edocs.reports.wording import EXCLUSIONS, LEVELS, date_text

from .console import Console
from .status_names import STATUS_NAMES

__all__ = ["show_event"]

_KINDS = {
    EventKind.REGISTERED: "entered in the register",
    EventKind.VERIFIED: "signatures verified",
    EventKind.ISSUED: "was issued",
    EventKind.SENT: "was sent",
    EventKind.STATUS_RECEIVED: "a receiver answered",
    EventKind.RECALLED: "was recalled",
    EventKind.SUPERSEDED: "another took its place",
    EventKind.EXCLUDED: "left out of the figures",
    EventKind.CORRECTED: "was corrected",
}
_FIELDS = {
    "agency": "agency code",
    "agency_name": "agency",
    "agency_level": "agency level",
    "number": "document number",
    "symbol": "document symbol",
    "issued_on": "day of issue",
    "type": "kind of document",
    "subject": "document subject",
    "secrecy": "degree of secrecy",
    "appendices": "files that go with it",
    "verdict": "result",
    "file_sha256": "SHA-256 of the file",
    "issued_at": "at",
    "sent_at": "at",
    "stated_at": "at",
    "recalled_at": "at",
    "receivers": "to",
    "receiver": "from",
    "paper": "with paper",
    "deadline": "deadline",
    "code": "status",
    "by": "by",
    "reason": "because of",
    "note": "note",
}
_SECRECY = {
    Secrecy.CONFIDENTIAL: EXCLUSIONS[Exclusion.CONFIDENTIAL],
    Secrecy.SECRET: EXCLUSIONS[Exclusion.SECRET],
    Secrecy.TOP_SECRET: EXCLUSIONS[Exclusion.TOP_SECRET],
}


def show_event(console: Console, item: LoggedEvent) -> None:
    """One event as a line, and under ``--json`` as ``edocs.event/1``."""
    event = item.event
    payload = json.loads(event.payload)
    console.emit(
        {
            "schema": "edocs.event/1",
            "id": item.id,
            "at": event.at.isoformat(),
            "who": event.who,
            "kind": event.kind.value,
            "key": str(event.key),
            "evidence": event.evidence or None,
            "payload": payload,
        }
    )
    if not console.json:
        kind = "put back into the figures" if payload.get("reason") == "" else _KINDS[event.kind]
        if event.kind is EventKind.CORRECTED and event.evidence:
            payload["file_sha256"] = event.evidence
        said = "; ".join(f"{console.text(name)}: {value}" for name, value in _said(console, event.kind, payload))
        console.result(f"{item.id}. {clock_text(event.at)} {event.who}: {console.text(kind)}. {event.key}. {said}")


def _said(console: Console, kind: EventKind, payload: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields that say something, by name; what only machines read is left to ``--json``."""
    for field, name in _FIELDS.items():
        value = payload.get(field)
        if value in (None, "", [], False) or (field, value) == ("secrecy", "none"):
            continue
        if field == "reason" and kind is EventKind.EXCLUDED:
            value = console.text(EXCLUSIONS[Exclusion(value)])
        yield name, _VALUES[field](console, value) if field in _VALUES else str(value)


def _moment(_: Console, value: str) -> str:
    return clock_text(datetime.fromisoformat(value))


def _status(console: Console, code: str) -> str:
    return f"{code} – {console.text(STATUS_NAMES[code])}" if code in STATUS_NAMES else code


_VALUES: Mapping[str, Callable[[Console, Any], str]] = {
    "agency_level": lambda console, value: console.text(LEVELS[AgencyLevel(value)]),
    "issued_on": lambda console, value: date_text(date.fromisoformat(value), console.lang),
    "type": lambda console, value: type_name(value, console.lang),
    "secrecy": lambda console, value: console.text(_SECRECY[Secrecy(value)]),
    "verdict": lambda console, value: console.text(VERDICTS[Verdict(value)]),
    "appendices": lambda _, value: str(len(value)),
    "code": _status,
    "paper": lambda console, _: console.text("yes"),
    "receivers": lambda _, value: ", ".join(value),
    "issued_at": _moment,
    "sent_at": _moment,
    "stated_at": _moment,
    "recalled_at": _moment,
    "deadline": _moment,
}
