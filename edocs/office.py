"""The document's life in one place: what needs two doors at once.

Vòng đời văn bản (Decree 30/2020/NĐ-CP): approve, issue, register, pack, send; receive, verify, register, acknowledge.
The doors do not import each other; what joins them stands here.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from edocs.errors import UsageError
from edocs.exchange import unpack, unpacking
from edocs.model import (
    Arrival,
    Arrived,
    Document,
    DocumentKey,
    DocumentMessage,
    EnvelopeCheck,
    EnvelopeSignature,
    FileKind,
    LegalEffect,
    Manifest,
    MessageLimits,
    OpenedMessage,
    Reason,
    SignatureReport,
    TrustStore,
    Unpacked,
    UnpackedFile,
    Verdict,
    VerificationOptions,
    VerificationReport,
)
from edocs.model.rules import reason
from edocs.model.times import require_time
from edocs.sealing import judge_signature

if TYPE_CHECKING:  # a register brings SQLAlchemy, which opening a message does not need
    from edocs.registry import Registration, Registry

PdfVerifier = Callable[[bytes | Path, VerificationOptions], VerificationReport]
SignatureJudge = Callable[[EnvelopeCheck, VerificationOptions], SignatureReport]

__all__ = [
    "PdfVerifier",
    "SignatureJudge",
    "arrive_pdf",
    "correct_files",
    "message_effect",
    "open_file",
    "open_message",
    "register_pdf",
]


def open_message(
    envelope: bytes,
    manifest: Manifest | None = None,
    trust: TrustStore | None = None,
    options: VerificationOptions = VerificationOptions(),  # noqa: B008 - frozen
    *,
    detached: bytes | None = None,
    verify: PdfVerifier | None = None,
) -> OpenedMessage:
    """Open what arrived: unpack it, compare it with its manifest, and verify every PDF in it.

    Kiểm tra văn bản điện tử đến: đầy đủ, toàn vẹn, xác thực, before anyone accepts it.

    Args:
        trust: Whom to believe; without anchors no signature can pass.
        detached: The signature that stands beside the message, if there is one.
        verify: Who verifies the PDFs in place of this process: strangers wrote them, so a worker that can be killed,
            :meth:`edocs.supervised.SupervisedVerifier.verify`, is the safer place.

    Raises:
        MalformedEnvelopeError: The message cannot be read; a bad attachment or signature is a value.

    Source: Decision 28/2018/QĐ-TTg, articles 4.1, 4.2, 5.4, 9.1.
    """
    unpacked = unpack(envelope, manifest, detached)
    return _judged(unpacked, judge_signature(unpacked.envelope, trust, options), trust, options, verify)


def open_file(
    envelope: Path,
    folder: Path | None = None,
    manifest: Manifest | None = None,
    trust: TrustStore | None = None,
    options: VerificationOptions = VerificationOptions(),  # noqa: B008 - frozen
    *,
    detached: bytes | None = None,
    verify: PdfVerifier | None = None,
    judge: SignatureJudge | None = None,
    limits: MessageLimits = MessageLimits(),  # noqa: B008 - frozen
    on_read: Callable[[int], None] | None = None,
) -> OpenedMessage:
    """Open what arrived in a file, at constant memory, and write its attachments into a folder.

    Kiểm tra và mở gói tin từ tệp. As :func:`open_message`. Files get their names after the verdict: those with a fault
    never do, and none does where the signature of the message fails, because nobody knows whose they are.

    Args:
        folder: Made if it is needed; nothing in it is written over. None: nothing is to be written.
        verify: As of :func:`open_message`; it is given paths.
        judge: Who judges the signature of the message in place of this process, such as
            :meth:`edocs.supervised.SupervisedVerifier.judge`.
        on_read: As of :func:`edocs.exchange.unpacking`.

    Returns:
        The ``path`` of each file says where it is now; None where it was not written.

    Raises:
        MalformedEnvelopeError: The message cannot be read; a bad attachment or signature is a value.
        OutputError: Another file has the name of one of the attachments, or the folder cannot be written to.
        UnreadableError: ``envelope`` cannot be read, or was written to meanwhile.

    Source: Decision 28/2018/QĐ-TTg, articles 4.1, 4.2, 5.4, 9.1.
    """
    with unpacking(envelope, folder, manifest, detached, limits, on_read) as work:
        check = work.unpacked.envelope.check
        signature: SignatureReport | None
        if judge is not None and check is not None:
            signature = judge(check, options)
        else:
            signature = judge_signature(work.unpacked.envelope, trust, options)
        opened = _judged(work.unpacked, signature, trust, options, verify)
        if folder is not None and (signature is None or signature.verdict is not Verdict.TOTAL_FAILED):
            return _placed(opened, work.keep().files)
    return _placed(opened, [replace(file, path=None) for file in opened.unpacked.files])


def _placed(opened: OpenedMessage, files: Sequence[UnpackedFile]) -> OpenedMessage:
    """``opened`` with the files where they are now, and no report that names a temporary one."""
    reports = tuple(
        None if report is None else replace(report, path=str(file.path or file.name))
        for file, report in zip(files, opened.reports, strict=True)
    )
    return replace(opened, unpacked=replace(opened.unpacked, files=tuple(files)), reports=reports)


def _judged(
    unpacked: Unpacked,
    signature: SignatureReport | None,
    trust: TrustStore | None,
    options: VerificationOptions,
    verify: PdfVerifier | None,
) -> OpenedMessage:
    unpacked = replace(unpacked, notices=(*_signature_notices(unpacked.envelope.signature), *unpacked.notices))
    reports = tuple(
        _verified(file.path or file.data, trust, options, verify) if _is_pdf(file) and not file.faults else None
        for file in unpacked.files
    )
    effect = message_effect(unpacked, reports)
    return OpenedMessage(unpacked=unpacked, signature=signature, reports=reports, legal_effect=effect)


def _verified(
    document: bytes | Path, trust: TrustStore | None, options: VerificationOptions, verify: PdfVerifier | None
) -> VerificationReport:
    if verify is not None:
        return verify(document, options)
    # Imported on use: a message without PDFs needs none of what reads them.
    verify_pdf: Callable[..., VerificationReport] = importlib.import_module("edocs.verify").verify_pdf
    return verify_pdf(document, trust, options)


def _signature_notices(kind: EnvelopeSignature) -> tuple[Reason, ...]:
    """What it means that a message has no real signature."""
    none = (EnvelopeSignature.ABSENT, EnvelopeSignature.EMPTY, EnvelopeSignature.PLACEHOLDER)
    return (reason(f"envelope.{kind.value}"),) if kind in none else ()


def message_effect(unpacked: Unpacked, reports: Sequence[VerificationReport | None]) -> LegalEffect | None:
    """What a message is worth: that of an original where one of its PDFs is, every PDF passes, and nothing is at fault.

    Giá trị pháp lý. A file that is no PDF neither gives nor takes away: it has no signature that could be judged.

    Source: Decision 28/2018/QĐ-TTg, articles 4.1 and 4.2; Decree 30, article 5.
    """
    if not isinstance(unpacked.envelope.message, DocumentMessage):
        return None
    judged = [report for report in reports if report is not None]
    is_original = (
        not unpacked.all_faults
        and all(report.verdict is Verdict.TOTAL_PASSED for report in judged)
        and any(report.legal_effect is LegalEffect.ORIGINAL for report in judged)
    )
    return LegalEffect.ORIGINAL if is_original else LegalEffect.REFERENCE_ONLY


def _is_pdf(file: UnpackedFile) -> bool:
    # A file that calls itself a PDF and is none is verified too: unreadable is what its receiver must be told.
    return file.kind is FileKind.PDF or file.name.lower().endswith(".pdf")


def register_pdf(
    registry: Registry,
    document: Document,
    pdf: bytes | Path,
    trust: TrustStore | None = None,
    *,
    appendices: Sequence[bytes | Path] = (),
    who: str,
    now: datetime,
) -> tuple[Registration, VerificationReport]:
    """Verify an issued PDF and enter it in the register with what was found, whatever that is.

    Đăng ký văn bản: a document whose signature fails is an issued document still, and counts as one.

    Args:
        document: Without the digest of its file, or with the same one.
        trust: Whom to believe; without anchors every signature is indeterminate.
        appendices: PDFs that go with it and are no part of it (văn bản kèm theo, tách tệp): verified and counted too.
        now: Aware; the time of the event, and the time for which the PDF is verified.

    Raises:
        DuplicateError: The number is taken in this book and year by another file.
        RefusedError: ``document`` names another file's digest.
        UnreadableError: ``pdf`` is a path that cannot be opened.

    Source: Decree 30/2020/NĐ-CP, article 14.
    """
    options = VerificationOptions(at=now)
    report = _verified(pdf, trust, options, None)
    beside = [_verified(one, trust, options, None) for one in appendices]
    document = replace(
        document,
        file_sha256=document.file_sha256 or report.sha256,
        appendices=(*document.appendices, *(one.sha256 for one in beside)),
    )
    return registry.register(document, report, appendices=beside, who=who, now=now), report


def correct_files(
    registry: Registry,
    key: DocumentKey,
    pdf: bytes | Path | None = None,
    appendices: Sequence[bytes | Path] = (),
    change: Callable[[Document], Document] = lambda document: document,
    trust: TrustStore | None = None,
    *,
    note: str = "",
    who: str,
    now: datetime,
) -> tuple[DocumentKey, Sequence[VerificationReport]]:
    """Verify the files that should have been registered under ``key``, and enter them.

    Đính chính tệp đăng ký nhầm, bổ sung văn bản kèm theo: the correction and the verifications are one transaction, and
    the history keeps what stood there before.

    Args:
        pdf: To be put in the place of the one that was registered, such as one before it was signed; None: that stays.
        appendices: PDFs that go with the document and were not registered with it.
        change: What else of the document was wrong.
        trust: As of :func:`register_pdf`, and ``now``.

    Returns:
        The key that the document has from now on, and the verifications: of ``pdf``, if any, then of the others.

    Raises:
        UsageError, DuplicateError, RefusedError: As of :meth:`edocs.registry.Registry.correct`.
        UnreadableError: A path that cannot be opened.

    Source: Decree 30/2020/NĐ-CP, article 14.
    """
    options = VerificationOptions(at=now)
    main = [] if pdf is None else [_verified(pdf, trust, options, None)]
    beside = [_verified(one, trust, options, None) for one in appendices]
    key = registry.correct(key, change, main[0] if main else None, beside, note=note, who=who, now=now)
    return key, [*main, *beside]


def arrive_pdf(
    document: bytes,
    arrival: Arrival,
    trust: TrustStore | None = None,
    options: VerificationOptions = VerificationOptions(),  # noqa: B008 - frozen
    *,
    name: str = "",
    verify: PdfVerifier | None = None,
) -> Arrived:
    """Give a document that arrived its number, with its verification and a sheet that shows both.

    Tiếp nhận, đăng ký văn bản đến; dấu Đến. The document is verified and otherwise left alone: a stamp set into it
    would be a change after signing. The sheet names it by its SHA-256.

    Args:
        name: Of the file, for the sheet.
        verify: As of :func:`open_message`.

    Raises:
        UsageError: The number is not positive, the agency has no name, or the time has no time zone.
        NoFontError: There is no font for the sheet.

    Source: Decree 30/2020/NĐ-CP, articles 21 and 22, annex IV.
    """
    if arrival.number < 1:
        raise UsageError("not a document number: {number}", hint="a whole number from 1", number=arrival.number)
    if not arrival.agency.strip():
        raise UsageError("the stamp names no agency", hint="the agency where the document arrived: --agency")
    require_time(arrival.arrived_at)
    report = _verified(document, trust, options, verify)
    arrival_sheet: Callable[..., bytes] = importlib.import_module("edocs.reports.as_arrival").arrival_sheet
    sheet = arrival_sheet(arrival, report, name, options.at or arrival.arrived_at)
    return Arrived(arrival=arrival, report=report, sheet=sheet)
