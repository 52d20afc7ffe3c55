"""An opened edXML message as lines that a clerk can read, in Vietnamese or English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from edocs.model import (
    Business,
    BusinessKind,
    Comparison,
    DocumentMessage,
    EnvelopeSignature,
    FileKind,
    LegalEffect,
    MessageKind,
    OpenedMessage,
    Organ,
    OtherMessage,
    Priority,
    Reason,
    StatusMessage,
    Steering,
    UnpackedFile,
    VerificationReport,
)

from .console import Console
from .status_names import STATUS_NAMES
from .verdicts import report_text, signature_lines

_KINDS = {
    MessageKind.DOCUMENT: "edXML document message",
    MessageKind.STATUS: "edXML status message",
    MessageKind.OTHER: "edXML file without a message",
}
_SIGNATURES = {
    EnvelopeSignature.ABSENT: "none",
    EnvelopeSignature.EMPTY: "none (an empty element)",
    EnvelopeSignature.PLACEHOLDER: "none (a placeholder, not a signature)",
    EnvelopeSignature.INTACT: "intact: the message is as it was signed",
    EnvelopeSignature.WEAK: "intact, but of an algorithm that can be forged",
    EnvelopeSignature.BROKEN: "BROKEN: do not use the message",
}
_PRIORITIES = {
    Priority.NORMAL: "normal",
    Priority.URGENT: "urgent",
    Priority.VERY_URGENT: "very urgent",
    Priority.EXPRESS: "express",
    Priority.EXPRESS_TIMED: "express, timed",
}
_BUSINESS = {
    BusinessKind.NEW: "new document",
    BusinessKind.RECALL: "recall",
    BusinessKind.UPDATE: "update",
    BusinessKind.REPLACEMENT: "replacement",
}
_STEERING = {
    Steering.STEERING: "steering document",
    Steering.REPORT: "report on steering",
}
_FILE_KINDS = {
    FileKind.PDF: "PDF",
    FileKind.OOXML: "Office file (docx, xlsx, pptx)",
    FileKind.ODF: "OpenDocument file",
    FileKind.OLE: "Office file (doc, xls, ppt)",
    FileKind.ZIP: "ZIP archive",
    FileKind.OTHER: "no known type",
}
_COMPARISONS = {
    Comparison.EQUAL: "equal to the manifest",
    Comparison.DIFFERENT: "NOT equal to the manifest",
    Comparison.NOT_COMPARED: "not compared: no manifest",
}
_EFFECTS = {
    LegalEffect.ORIGINAL: "value of an original",
    LegalEffect.REFERENCE_ONLY: "for information and reference only",
}
_LABEL_WIDTH = 26


def message_lines(
    console: Console, path: Path, opened: OpenedMessage, places: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The message, its files, what was found.

    Args:
        places: Where each file was written, by name; None where nothing was to be written.
    """
    envelope = opened.unpacked.envelope
    yield f"{path}: {console.text(_KINDS[envelope.kind])}"
    match envelope.message:
        case DocumentMessage() as message:
            rows = [*_document_rows(console, message)]
        case StatusMessage() as message:
            rows = [*_status_rows(console, message)]
        case OtherMessage(elements=elements):
            rows = [("elements", ", ".join(elements))]
    rows += [("envelope signature", console.text(_SIGNATURES[envelope.signature])), ("SHA-256", envelope.sha256)]
    for label, text in rows:
        if text:
            yield f"  {console.text(label):<{_LABEL_WIDTH}}{_one_line(text)}"
    for error in envelope.errors:
        yield f"  {console.text('error of the exchange'):<{_LABEL_WIDTH}}{_one_line(error)}"
    if opened.signature is not None:
        yield console.text("signature of the message:")
        yield from (f"  {line}" for line in signature_lines(opened.signature, console.lang))
    if envelope.kind is MessageKind.DOCUMENT:
        yield console.text("attachments: {count}", count=len(opened.unpacked.files))
    for index, (file, report) in enumerate(zip(opened.unpacked.files, opened.reports, strict=True), 1):
        yield from _file_lines(console, index, file, report, places)
    if opened.legal_effect:
        yield console.text("legal effect: {effect}", effect=console.text(_EFFECTS[opened.legal_effect]))
    yield from reason_lines(console, "FAULT", opened.unpacked.faults, "")
    yield from reason_lines(console, "notice", (*envelope.notices, *opened.unpacked.notices), "")


def _document_rows(console: Console, message: DocumentMessage) -> Iterator[tuple[str, str]]:
    yield "sender", _organ(message.sender)
    for receiver in message.receivers:
        yield "receiver", _organ(receiver)
    yield "number, symbol", f"{message.code.number}/{message.code.notation}".strip("/")
    yield "issued", ", ".join(filter(None, (_day(message.promulgation.on), message.promulgation.place)))
    yield "document type", message.document_type.name
    yield "subject", message.subject
    signer = message.signer
    yield "signer, as stated", ", ".join(filter(None, (signer.competence, signer.position, signer.full_name)))
    if message.other.priority is not None:
        yield "priority", console.text(_PRIORITIES[message.other.priority])
    yield "reply due", _day(message.due_on)
    for response in message.responses:
        yield "in reply to", ", ".join(filter(None, (response.code, _day(response.on), str(response.organ_id))))
    if message.business and message.business.kind is not None:
        reason = message.business.reason
        yield "transaction", console.text(_BUSINESS[message.business.kind]) + (f": {reason}" if reason else "")
    if message.business:
        yield from _business_rows(console, message.business)
    if message.steering:
        yield "steering", console.text(_STEERING[message.steering])
    yield "places of receipt", "; ".join(message.to_places)
    yield "document id", message.document_id
    for trace in message.traces:
        yield "passed through", ", ".join(filter(None, (str(trace.organ_id), _moment(trace.at))))


def _business_rows(console: Console, business: Business) -> Iterator[tuple[str, str]]:
    yield "concerns the document", business.document_id
    if business.update:
        changed = [
            text
            for text, is_changed in (
                ("content", business.update.content),
                ("receivers", business.update.receivers_changed),
            )
            if is_changed
        ]
        yield "what is updated", ", ".join(console.text(text) for text in changed)
    for replacement in business.replacements:
        yield "replaces", f"{replacement.document_id}: " + ", ".join(map(str, replacement.organ_ids))
    if business.paper:
        yield "paper", console.text("a copy on paper follows")
    if business.staff:
        staff = business.staff
        yield "who can be asked", ", ".join(filter(None, (staff.name, staff.department, staff.mobile, staff.email)))


def _status_rows(console: Console, message: StatusMessage) -> Iterator[tuple[str, str]]:
    yield "sender", _organ(message.sender)
    yield "receiver", str(message.response_for.organ_id)
    yield "status", f"{message.code}: {message.description}"
    yield "meaning", console.text(STATUS_NAMES[message.code]) if message.code in STATUS_NAMES else ""
    yield "of the document", ", ".join(filter(None, (message.response_for.code, _day(message.response_for.on))))
    yield "document id", message.response_for.document_id
    yield "at", _moment(message.at)
    if message.staff:
        staff = message.staff
        yield "who can be asked", ", ".join(filter(None, (staff.name, staff.department, staff.mobile, staff.email)))


def _file_lines(
    console: Console,
    index: int,
    file: UnpackedFile,
    report: VerificationReport | None,
    places: Mapping[str, str] | None,
) -> Iterator[str]:
    facts = [
        _size(console, file.size_bytes),
        console.text(_FILE_KINDS[file.kind]),
        console.text(_COMPARISONS[file.comparison]),
    ]
    if places is not None:
        facts.append(console.text("written" if file.name in places else "NOT written"))
    yield f"  {index}. {(places or {}).get(file.name, file.name)}: " + "; ".join(facts)
    yield f"     SHA-256 {file.sha256}"
    if report is not None:
        yield from (f"     {line}" for line in report_text(report, console.lang).splitlines())
    yield from reason_lines(console, "FAULT", file.faults, "     ")
    yield from reason_lines(console, "notice", file.notices, "     ")


def reason_lines(console: Console, label: str, reasons: tuple[Reason, ...], indent: str) -> Iterator[str]:
    """A line for each of ``reasons``, with its rule."""
    for reason in reasons:
        advice = reason.advice(console.lang)
        text = _one_line(reason.text(console.lang)) + (f" ({advice})" if advice else "")
        yield f"{indent}{console.text(label)}: {text} [{reason.rule}]"


def _size(console: Console, size_bytes: int) -> str:
    if size_bytes < 1_000_000:
        return console.text("{size} bytes", size=size_bytes)
    size = f"{size_bytes / 1_000_000:.1f}"
    return console.text("{size} MB", size=size.replace(".", ",") if console.lang == "vi" else size)


def _organ(organ: Organ) -> str:
    return "  ".join(filter(None, (str(organ.id), organ.name)))


def _moment(moment: datetime | None) -> str:
    return f"{moment:%H:%M:%S}, {_day(moment)}" if moment else ""


def _day(day: date | None) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year:04}" if day else ""


def _one_line(text: str) -> str:
    """A stranger's text on one line, without what could move the cursor or turn the writing direction."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
