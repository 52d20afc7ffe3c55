"""The description of a document to pack, as a person or a program writes it: TOML or JSON (tệp mô tả văn bản).

Every problem of the file is named at once. Keys are listed in ``docs/edxml.md``, and in
``docs/schemas/message-draft-1.json`` as a JSON schema. What the file leaves out and the wire
demands is never invented, but for what that page calls a default.
"""

from __future__ import annotations

import json
import tomllib
from datetime import date

from edocs._edxml.draft_table import Problems, Table, read_count, read_list, read_organ_id, read_text
from edocs.errors import UsageError
from edocs.model import (
    Business,
    BusinessKind,
    Declassification,
    DocumentId,
    DocumentIdScheme,
    DocumentMessage,
    DocumentSigner,
    DocumentType,
    MessageCode,
    Organ,
    OrganId,
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
        UsageError: Neither TOML nor JSON, or with anything missing, not valid or unknown; all of it is named.
    """
    problems = Problems()
    root = Table(_values(data), "", problems)
    document = _document(root)
    problems.require_none()
    return document


def _values(data: bytes) -> object:
    """The content of the file; one that begins with a brace is JSON, which no TOML does."""
    try:
        text = data.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            return json.loads(text, object_pairs_hook=_once)
        return tomllib.loads(text)
    except (ValueError, RecursionError) as exc:  # UnicodeDecodeError, TOMLDecodeError, JSONDecodeError
        why = str(exc).splitlines()[0] if str(exc) else type(exc).__name__
        raise UsageError("meta file is neither TOML nor JSON in UTF-8: {why}", why=why) from exc


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key stands twice")
    return values


def _document(root: Table) -> OutgoingDocument:
    sender = _organ(root.table("from", required=True))
    receivers = tuple(_organ(table) for table in root.tables("to", required=True))
    signer = _signer(root.table("signer", required=True))
    responses = tuple(_response(table) for table in root.tables("response_for"))
    business = _business(root.table("business"), root.table("staff"))
    declassification = _declassification(root.table("declassification"))
    table = root.table("document", required=True) or Table({}, "document", Problems())
    code = MessageCode(number=table.take("number", _code_number, "", True), notation=table.line("notation", True))
    promulgation = Promulgation(place=table.line("place", True), on=table.day("date", True))
    message = DocumentMessage(
        sender=sender,
        receivers=receivers,
        document_id=_document_id(table, sender, promulgation, code),
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
        task_codes=table.lines("tasks"),
        application_type=table.line("application"),
        to_places=table.lines("to_places"),
        business=business,
    )
    secrecy = table.take("secrecy", _secrecy, Secrecy.NONE)
    table.close()
    root.close()
    return OutgoingDocument(message=message, secrecy=secrecy, declassification=declassification)


def _document_type(table: Table) -> DocumentType:
    name = table.line("type", True)
    return DocumentType(
        name=name,
        code=table.line("type_code", default=type_code(name) or "1"),
        detail=table.line("type_detail", default="0"),
    )


def _organ(table: Table | None) -> Organ:
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


def _signer(table: Table | None) -> DocumentSigner:
    if table is None:
        return DocumentSigner(full_name="")
    signer = DocumentSigner(
        full_name=table.line("name", required=True),
        position=table.line("position"),
        competence=table.line("competence"),
    )
    table.close()
    return signer


def _other(table: Table) -> OtherInfo:
    return OtherInfo(
        priority=table.code("priority", Priority, _PRIORITY, Priority.NORMAL),
        sphere=table.line("sphere", required=True),
        typist=table.line("typist", required=True),
        copies=table.number("copies", required=True),
        pages=table.number("pages", required=True),
        direction=table.flag("direction"),
        appendixes=table.lines("appendixes"),
    )


def _response(table: Table) -> ResponseFor:
    response = ResponseFor(
        organ_id=table.organ_id("id"),
        code=table.line("code", required=True),
        on=table.day("date"),
        document_id=table.line("document_id"),
    )
    table.close()
    return response


def _business(table: Table | None, staff: Table | None) -> Business:
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


def _staff(table: Table | None) -> Staff | None:
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


def _update(table: Table | None) -> Update | None:
    if table is None:
        return None
    update = Update(
        content=table.flag("content"),
        receivers_changed=table.flag("receivers_changed"),
        receivers=tuple(_receiver(one) for one in table.tables("receivers")),
    )
    table.close()
    return update


def _receiver(table: Table) -> Receiver:
    receiver = Receiver(organ_id=table.organ_id("id"), kind=str(table.number("kind", required=True)))
    table.close()
    return receiver


def _replacement(table: Table) -> Replacement:
    replacement = Replacement(
        document_id=table.line("document_id", required=True),
        organ_ids=table.take("organs", lambda value: tuple(map(read_organ_id, read_list(value))), (), required=True),
    )
    table.close()
    return replacement


def _document_id(table: Table, sender: Organ, promulgation: Promulgation, code: MessageCode) -> str:
    given = table.line("id")
    scheme = table.take("id_scheme", _scheme, DocumentIdScheme.VXP)
    sequence = table.number("sequence", required=scheme is DocumentIdScheme.QD28 and not given)
    if given:
        return given
    try:
        return DocumentId.new(sender.id, promulgation.on, code, sequence, scheme).value
    except UsageError:  # what it would be made of is missing, and has been named
        return ""


def _scheme(value: object) -> DocumentIdScheme:
    scheme = DocumentIdScheme(read_text(value))
    if scheme in (DocumentIdScheme.NUMBER, DocumentIdScheme.OTHER):
        raise ValueError(value)
    return scheme


def _code_number(value: object) -> str:
    if isinstance(value, str):
        return read_text(value)
    if read_count(value) < 1:  # numbers begin at 1 (Decree 30, article 15.1)
        raise ValueError(value)
    return f"{read_count(value):02}"


def _declassification(table: Table | None) -> Declassification | None:
    """The record, which has force only where it is complete."""
    if table is None:
        return None
    record = Declassification(
        decision=table.line("decision", required=True),
        on=table.day("date", required=True) or date.max,  # what is missing has been named
        agency=table.line("agency", required=True),
        signer=table.line("signer", required=True),
    )
    table.close()
    return record


def _secrecy(value: object) -> Secrecy:
    name = read_text(value).lower()
    if name not in _SECRECY:
        raise ValueError(value)
    return _SECRECY[name]
