"""What registering a document comes to: which events it adds, and when it is refused (quy tắc đăng ký văn bản).

Decree 30/2020/NĐ-CP, articles 14 and 15. A document is counted once: handed in again it adds nothing, a verification
that says something new is added, and another document under its number is refused; so is one of a day to come.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from edocs.errors import DuplicateError, RefusedError, UsageError
from edocs.model.events import Event, EventKind, document_payload, findings_payload
from edocs.model.import_rules import require_issued
from edocs.model.kinds import document_type
from edocs.model.register import Document, DocumentKey, is_sha256, tidy_name
from edocs.model.submission import Submission
from edocs.model.times import local_time

__all__ = ["Known", "decide", "make_event"]

_tidy = lru_cache(maxsize=1024)(tidy_name)


@dataclass(frozen=True, slots=True)
class Known:
    """What deciding about a document that is there already takes."""

    file_sha256: str
    said: tuple[str, str, str]
    """Date of issue, type, subject."""
    verification: str
    appendices: Mapping[str, str]
    """The verification of each file that goes with it, where there is one."""
    files: Collection[str]
    """The files that it was registered with."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Known:
        """What the row of a document (:data:`edocs.model.state.COLUMNS`) says of it."""
        life = json.loads(row["life"]) if row["life"] else {}
        return cls(
            row["file_sha256"],
            (row["issued_on"], document_type(row["type"]), row["subject"]),  # as it is understood today
            row["verification_sha256"] or "",
            life.get("verifications", {}),
            life.get("appendices", ()),
        )

    @classmethod
    def after(cls, known: Known | None, submission: Submission) -> Known:
        """What is known once ``submission`` was taken in."""
        document, facts = submission.document, submission.facts
        new = {one.file_sha256: one.digest for one in submission.appendices}
        return cls(
            document.file_sha256 or (known.file_sha256 if known else ""),
            known.said if known else _said(document),
            facts.digest if facts else known.verification if known else "",
            {**(known.appendices if known else {}), **new},
            known.files if known else document.appendices,
        )


def _said(document: Document) -> tuple[str, str, str]:
    return document.issued_on.isoformat(), document.type, document.subject


def decide(submission: Submission, key: DocumentKey, known: Known | None, who: str, now: datetime) -> list[Event]:
    """The events that one submission adds: none where nothing new is said."""
    document, facts = submission.document, submission.facts
    if not document.file_sha256 and not submission.is_imported:
        raise UsageError("no SHA-256 of the file of {code}", hint="give it, or a verification", code=document.code_text)
    if facts is not None and facts.file_sha256 != document.file_sha256:
        raise RefusedError(
            "the verification of {code} is of another file",
            hint="verify the file that is registered",
            code=document.code_text,
        )
    events = []
    if known is None:
        require_issued(document.issued_on, local_time(now).date())
        events.append(make_event(EventKind.REGISTERED, key, document_payload(document), who, now, document.file_sha256))
    elif _is_other(document, known):
        raise DuplicateError(
            "number {code} of {year} is taken in the book of {agency}: registered for {subject}, file {digest}"
            if known.file_sha256
            else "number {code} of {year} is taken in the book of {agency}: registered for {subject}, in an old book",
            hint="take the next number; if the wrong file is registered: edocs amend correct {key} --file PDF"
            if document.file_sha256 and known.file_sha256
            else "take the next number, or look at it with edocs find",
            key=key,
            code=document.code_text,
            year=key.year,
            agency=key.agency,
            subject=known.said[2] or "…",
            digest=known.file_sha256[:16],
        )
    elif document.file_sha256 and not known.file_sha256 and facts is None:
        raise UsageError(
            "{code} was imported from an old book: its file comes with a verification",
            hint="edocs register PDF, or a line with verification",
            code=document.code_text,
        )
    if facts is not None and (known is None or known.verification != facts.digest):
        events.append(make_event(EventKind.VERIFIED, key, findings_payload(facts), who, now, facts.digest))
    for one in submission.appendices:
        if one.file_sha256 not in document.appendices:
            raise RefusedError(
                "the verification of {code} is of another file",
                hint="verify the file that is registered",
                code=document.code_text,
            )
        if known is not None and one.file_sha256 not in known.files:
            raise RefusedError(
                "{code} was registered without the file {digest}",
                hint="edocs amend correct {key} --appendix PDF adds it",
                key=key,
                code=document.code_text,
                digest=one.file_sha256[:16],
            )
        if known is None or known.appendices.get(one.file_sha256) != one.digest:
            events.append(make_event(EventKind.VERIFIED, key, findings_payload(one), who, now, one.digest))
    return events


def _is_other(document: Document, known: Known) -> bool:
    """Whether the number stands for another document already: another file, or of a paper register another line."""
    if document.file_sha256 and known.file_sha256:
        return document.file_sha256 != known.file_sha256
    if document.file_sha256 or known.file_sha256:  # the file of an old entry turned up: subjects are typed again then
        return _said(document)[:2] != known.said[:2]
    return _said(document) != known.said


def make_event(kind: EventKind, key: DocumentKey, payload: str, who: str, now: datetime, evidence: str = "") -> Event:
    """An event of one document.

    Raises:
        UsageError: ``now`` has no time zone, or ``evidence`` is no digest.
    """
    if now.tzinfo is None:
        raise UsageError("time of an event without a time zone", hint="use Asia/Ho_Chi_Minh")
    if evidence and not is_sha256(evidence):
        raise UsageError("no SHA-256 of the file: {value}", hint="64 hexadecimal digits", value=evidence)
    return Event(kind=kind, at=now, who=_tidy(who), key=key, payload=payload, evidence=evidence)
