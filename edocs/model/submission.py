"""What is handed in for registering: one JSON object a document.

Dữ liệu đăng ký văn bản. The object is ``edocs.registration/1`` (``docs/registry.md``); a verification object may stand
in it. Nothing is read from a disk and nothing is verified.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from edocs.errors import UnreadableError, UsageError
from edocs.model.register import Agency, AgencyLevel, Document, Secrecy, tidy_name
from edocs.model.signing import HANOI, DocumentCode
from edocs.model.standing import SignatureFacts, read_facts

__all__ = ["Submission", "agency_level", "named_agency", "read_day", "read_secrecy", "read_submission"]

_LEVELS = {"tỉnh": AgencyLevel.PROVINCE, "huyện": AgencyLevel.DISTRICT, "xã": AgencyLevel.COMMUNE}
_SECRECY = {
    "không": Secrecy.NONE,
    "thường": Secrecy.NONE,
    "mật": Secrecy.CONFIDENTIAL,
    "tối mật": Secrecy.SECRET,
    "tuyệt mật": Secrecy.TOP_SECRET,
}
_FIELDS = {
    "appendices",
    "schema",
    "agency",
    "agency_name",
    "level",
    "number",
    "symbol",
    "date",
    "type",
    "subject",
    "secrecy",
    "sha256",
    "verification",
}
_DAY = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One document, with what is known of its signatures."""

    document: Document
    facts: SignatureFacts | None = None
    """From :func:`edocs.model.read_facts`; None: not verified."""
    appendices: tuple[SignatureFacts, ...] = ()
    """Of the files that go with it (``document.appendices``), as far as they were verified."""
    is_imported: bool = False
    """A line of an old book, whose file was not seen: it needs no digest, and stands in no bucket but not checked."""


def read_submission(value: object, agencies: Mapping[str, Agency]) -> Submission:
    """The document that ``value``, a JSON object ``edocs.registration/1``, describes.

    Args:
        agencies: Names and levels of agencies that the object gives by their id alone.

    Raises:
        UsageError: A field is missing, unknown, or cannot be meant.
        UnreadableError: No JSON object, or its verification is none.
    """
    if not isinstance(value, dict):
        raise UnreadableError("not a JSON object")
    if unknown := sorted(set(value) - _FIELDS):
        raise UsageError(
            "unknown fields: {names}", hint="one of {known}", names=", ".join(unknown), known=", ".join(sorted(_FIELDS))
        )
    verification, beside = value.get("verification"), value.get("appendices") or []
    if not isinstance(beside, list) or any(not isinstance(one, dict) for one in [*beside, verification or {}]):
        raise UnreadableError("not a JSON object")
    facts = None if verification is None else read_facts(verification)
    files = tuple(read_facts(one) for one in beside)
    fields = {name: tidy_name(str(content)) for name, content in value.items() if content is not None}
    number = value.get("number")
    if not isinstance(number, int) or isinstance(number, bool):
        raise UsageError(
            "no document number: {number}", hint="a whole number from 1, without quotes", number=json.dumps(number)
        )
    document = Document(
        agency=named_agency(fields, agencies),
        code=DocumentCode(number=number, symbol=fields.get("symbol", ""), issued_on=read_day(fields.get("date", ""))),
        type=fields.get("type", ""),
        subject=fields.get("subject", ""),
        secrecy=read_secrecy(fields.get("secrecy", "none")),
        file_sha256=fields.get("sha256") or (facts.file_sha256 if facts else ""),
        appendices=tuple(one.file_sha256 for one in files),
    )
    return Submission(document=document, facts=facts, appendices=files)


def agency_level(text: str) -> AgencyLevel:
    """The level that ``text`` names, in English or Vietnamese.

    >>> agency_level("cấp xã"), agency_level("province")
    (<AgencyLevel.COMMUNE: 'commune'>, <AgencyLevel.PROVINCE: 'province'>)

    Raises:
        UsageError: It names none.
    """
    name = tidy_name(text).casefold().removeprefix("cấp ")
    try:
        return _LEVELS[name] if name in _LEVELS else AgencyLevel(name)
    except ValueError as exc:
        raise UsageError("no such level: {level}", hint="province, district or commune", level=text) from exc


def read_secrecy(text: str) -> Secrecy:
    """The degree of secrecy that ``text`` names, in English or Vietnamese.

    >>> read_secrecy("Tối mật")
    <Secrecy.SECRET: 'secret'>

    Raises:
        UsageError: It names none. A degree that is not understood must never pass as no secret.
    """
    name = tidy_name(text).casefold()
    try:
        return _SECRECY[name] if name in _SECRECY else Secrecy(name.replace(" ", "_"))
    except ValueError as exc:
        raise UsageError(
            "no such degree of secrecy: {text}", hint="none, confidential, secret or top_secret", text=text
        ) from exc


def read_day(text: str) -> datetime:
    """The start of a day in Vietnam, from ``YYYY-MM-DD`` or ``dd/mm/yyyy``.

    >>> read_day("05/03/2026").isoformat()
    '2026-03-05T00:00:00+07:00'

    Raises:
        UsageError: No such day.
    """
    try:
        if found := _DAY.fullmatch(text):
            day = date(int(found["year"]), int(found["month"]), int(found["day"]))
        else:
            day = date.fromisoformat(text)
    except ValueError as exc:
        raise UsageError("not a date: {text}", hint="YYYY-MM-DD or dd/mm/yyyy", text=text) from exc
    return datetime(day.year, day.month, day.day, tzinfo=HANOI)


def named_agency(fields: Mapping[str, str], agencies: Mapping[str, Agency]) -> Agency:
    """The agency that ``agency``, ``agency_name`` and ``level`` describe; what is left out is as it is known.

    Raises:
        UsageError: Not known, and its name or level is missing.
    """
    id, name, level = fields.get("agency", ""), fields.get("agency_name"), fields.get("level")
    known = agencies.get(id)
    if known is None and (not name or not level):
        raise UsageError(
            "agency {id} is not known: its name and level are needed",
            hint="give --agency-name and --level, or --agencies FILE; or edocs agencies import a directory",
            id=id or "?",
        )
    if known is not None and not name and not level:
        return known
    return Agency(
        id=id,
        name=name or (known.name if known else ""),
        level=agency_level(level) if level else known.level if known else AgencyLevel.PROVINCE,
    )
