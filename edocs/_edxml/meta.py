"""The description of a document to pack, as a person writes it: a TOML file (tệp mô tả văn bản).

Every problem of the file is named at once. Keys are listed in ``docs/edxml.md``. What the file leaves out and the wire
demands is never invented, but for what that page calls a default.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import IntEnum
from typing import TypeVar

from edocs.errors import UsageError
from edocs.model import (
    Business,
    BusinessKind,
    DocumentMessage,
    DocumentSigner,
    DocumentType,
    MessageCode,
    Organ,
    OrganId,
    OrganIdSyntax,
    OtherInfo,
    OutgoingDocument,
    Priority,
    Promulgation,
    Receiver,
    Replacement,
    ResponseFor,
    Secrecy,
    Staff,
    Steering,
    Update,
    type_code,
)

__all__ = ["read_meta"]

V = TypeVar("V")
N = TypeVar("N", bound=IntEnum)

_BUSINESS = {"new": 0, "recall": 1, "update": 2, "replacement": 3}
_PRIORITY = {"normal": 0, "urgent": 1, "very_urgent": 2, "express": 3, "express_timed": 4}
_STEERING = {"none": 0, "steering": 1, "report": 2}
_SECRECY = {
    "thường": Secrecy.NONE,
    "mật": Secrecy.CONFIDENTIAL,
    "tối mật": Secrecy.SECRET,
    "tuyệt mật": Secrecy.TOP_SECRET,
    **{one.value: one for one in Secrecy},
}


def read_meta(data: bytes) -> OutgoingDocument:
    """The document that a meta file describes.

    Raises:
        UsageError: Not TOML, or with anything missing, not valid or unknown; all of it is named.
    """
    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as exc:
        raise UsageError("meta file is not TOML in UTF-8: {why}", why=str(exc).splitlines()[0]) from exc
    problems = _Problems()
    root = _Table(values, "", problems)
    document = _document(root)
    problems.require_none()
    return document


class _Problems:
    """What is wrong with the file, kept until all of it is known."""

    def __init__(self) -> None:
        self.missing: list[str] = []
        self.invalid: list[str] = []
        self.unknown: list[str] = []

    def require_none(self) -> None:
        if self.missing or self.invalid or self.unknown:
            raise UsageError(
                "meta file cannot be used: missing: {missing}; not valid: {invalid}; unknown: {unknown}",
                hint="docs/edxml.md lists the keys",
                missing=", ".join(self.missing) or "-",
                invalid=", ".join(self.invalid) or "-",
                unknown=", ".join(self.unknown) or "-",
            )


class _Table:
    """A TOML table that is read key by key; what is left at the end is unknown."""

    def __init__(self, values: object, path: str, problems: _Problems) -> None:
        self.path, self.problems = path, problems
        self.values: dict[str, object] = dict(values) if isinstance(values, dict) else {}
        if not isinstance(values, dict):
            problems.invalid.append(path)

    def where(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def take(self, key: str, read: Callable[[object], V], default: V, required: bool = False) -> V:
        """The value of ``key``; ``read`` raises ValueError for one that cannot be meant."""
        value = self.values.pop(key, None)
        if value is None or value == "":
            if required:
                self.problems.missing.append(self.where(key))
            return default
        try:
            return read(value)
        except (ValueError, TypeError, OverflowError):
            self.problems.invalid.append(f"{self.where(key)} = {str(value)[:40]!r}")
            return default

    def line(self, key: str, required: bool = False, default: str = "") -> str:
        return self.take(key, _text, default, required)

    def lines(self, key: str) -> tuple[str, ...]:
        return self.take(key, lambda value: tuple(map(_text, _list(value))), ())

    def organ_id(self, key: str) -> OrganId:
        return self.take(key, _organ_id, OrganId(value=""), required=True)

    def number(self, key: str, required: bool = False) -> int | None:
        return self.take(key, _count, None, required)

    def flag(self, key: str, default: bool = False) -> bool:
        return self.take(key, _flag, default)

    def day(self, key: str, required: bool = False) -> date | None:
        return self.take(key, _day, None, required)

    def code(self, key: str, kind: type[N], words: dict[str, int], default: N) -> N:
        return self.take(key, lambda value: kind(words[value] if value in words else _exact_int(value)), default)

    def table(self, key: str, required: bool = False) -> _Table | None:
        if key not in self.values:
            if required:
                self.problems.missing.append(self.where(key))
            return None
        return _Table(self.values.pop(key), self.where(key), self.problems)

    def tables(self, key: str, required: bool = False) -> list[_Table]:
        value = self.values.pop(key, [])
        items = value if isinstance(value, list) else [value]
        if required and not items:
            self.problems.missing.append(self.where(key))
        return [_Table(item, f"{self.where(key)}[{index}]", self.problems) for index, item in enumerate(items, 1)]

    def close(self) -> None:
        self.problems.unknown += [self.where(key) for key in self.values]


def _document(root: _Table) -> OutgoingDocument:
    sender = _organ(root.table("from", required=True))
    receivers = tuple(_organ(table) for table in root.tables("to", required=True))
    signer = _signer(root.table("signer", required=True))
    responses = tuple(_response(table) for table in root.tables("response_for"))
    business = _business(root.table("business"), root.table("staff"))
    table = root.table("document", required=True) or _Table({}, "document", _Problems())
    code = MessageCode(number=table.take("number", _code_number, "", True), notation=table.line("notation", True))
    promulgation = Promulgation(place=table.line("place", True), on=table.day("date", True))
    message = DocumentMessage(
        sender=sender,
        receivers=receivers,
        document_id=table.line("id") or _document_id(sender, promulgation, code),
        code=code,
        promulgation=promulgation,
        document_type=_document_type(table),
        subject=table.line("subject", True),
        content=table.line("content"),
        signer=signer,
        due_on=table.day("due_date"),
        other=_other(table),
        responses=responses,
        steering=table.code("steering", Steering, _STEERING, Steering.NONE),
        to_places=table.lines("to_places"),
        business=business,
    )
    secrecy = table.take("secrecy", _secrecy, Secrecy.NONE)
    table.close()
    root.close()
    return OutgoingDocument(message=message, secrecy=secrecy)


def _document_type(table: _Table) -> DocumentType:
    name = table.line("type", True)
    return DocumentType(
        name=name,
        code=table.line("type_code", default=type_code(name) or "1"),
        detail=table.line("type_detail", default="0"),
    )


def _organ(table: _Table | None) -> Organ:
    if table is None:
        return Organ(id=OrganId(value=""))
    organ = Organ(
        id=table.organ_id("id"),
        name=table.line("name", required=True),
        in_charge=table.line("in_charge"),
        address=table.line("address"),
        email=table.line("email"),
        telephone=table.line("telephone"),
        fax=table.line("fax"),
        website=table.line("website"),
    )
    table.close()
    return organ


def _signer(table: _Table | None) -> DocumentSigner:
    if table is None:
        return DocumentSigner(full_name="")
    signer = DocumentSigner(
        full_name=table.line("name", required=True),
        position=table.line("position"),
        competence=table.line("competence"),
    )
    table.close()
    return signer


def _other(table: _Table) -> OtherInfo:
    return OtherInfo(
        priority=table.code("priority", Priority, _PRIORITY, Priority.NORMAL),
        sphere=table.line("sphere", required=True),
        typist=table.line("typist", required=True),
        copies=table.number("copies", required=True),
        pages=table.number("pages", required=True),
        direction=table.flag("direction"),
        appendixes=table.lines("appendixes"),
    )


def _response(table: _Table) -> ResponseFor:
    response = ResponseFor(
        organ_id=table.organ_id("id"),
        code=table.line("code", required=True),
        on=table.day("date"),
        document_id=table.line("document_id"),
    )
    table.close()
    return response


def _business(table: _Table | None, staff: _Table | None) -> Business:
    handler = _staff(staff)
    if table is None:
        return Business(staff=handler)
    kind = table.code("kind", BusinessKind, _BUSINESS, BusinessKind.NEW)
    business = Business(
        kind=kind,
        reason=table.line("reason", required=kind is not BusinessKind.NEW),
        paper=table.flag("paper"),
        document_id=table.line("document_id"),
        update=_update(table.table("update", required=kind is BusinessKind.UPDATE)),
        replacements=tuple(
            _replacement(one) for one in table.tables("replaces", required=kind is BusinessKind.REPLACEMENT)
        ),
        staff=handler,
    )
    table.close()
    return business


def _staff(table: _Table | None) -> Staff | None:
    if table is None:
        return None
    staff = Staff(
        department=table.line("department"),
        name=table.line("name", required=True),
        email=table.line("email"),
        mobile=table.line("mobile"),
    )
    table.close()
    return staff


def _update(table: _Table | None) -> Update | None:
    if table is None:
        return None
    update = Update(
        content=table.flag("content"),
        receivers_changed=table.flag("receivers_changed"),
        receivers=tuple(_receiver(one) for one in table.tables("receivers")),
    )
    table.close()
    return update


def _receiver(table: _Table) -> Receiver:
    receiver = Receiver(organ_id=table.organ_id("id"), kind=str(table.number("kind", required=True)))
    table.close()
    return receiver


def _replacement(table: _Table) -> Replacement:
    replacement = Replacement(
        document_id=table.line("document_id", required=True),
        organ_ids=table.take("organs", lambda value: tuple(map(_organ_id, _list(value))), (), required=True),
    )
    table.close()
    return replacement


def _document_id(sender: Organ, promulgation: Promulgation, code: MessageCode) -> str:
    day = promulgation.on
    date_text = f"{day.year:04}/{day.month:02}/{day.day:02}" if day else ""
    return f"{sender.id},{date_text},{code.number}/{code.notation}"


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", value):
        raise ValueError(value)
    return unicodedata.normalize("NFC", value.strip())


def _list(value: object) -> Iterable[object]:
    if not isinstance(value, list) or not value:
        raise ValueError(value)
    return value


def _exact_int(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(value)
    return value


def _count(value: object) -> int:
    if not 0 <= _exact_int(value) <= 999_999_999:
        raise ValueError(value)
    return _exact_int(value)


def _code_number(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    if _count(value) < 1:  # numbers begin at 1 (Decree 30, article 15.1)
        raise ValueError(value)
    return f"{_count(value):02}"


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(value)
    return value


def _organ_id(value: object) -> OrganId:
    organ_id = OrganId(value=_text(value))
    if organ_id.syntax is OrganIdSyntax.UNKNOWN:
        raise ValueError(value)
    return organ_id


def _secrecy(value: object) -> Secrecy:
    name = _text(value).lower()
    if name not in _SECRECY:
        raise ValueError(value)
    return _SECRECY[name]
