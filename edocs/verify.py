"""Verify the signatures of a PDF (ETSI EN 319 102-1; Circular 15/2025/TT-BKHCN; Decree 30/2020/NĐ-CP).

Xác thực chữ ký số. ``verify_pdf`` never raises for what a document contains: a bad document is a verdict. Signatures in
envelopes and PDF repair are not done here, and the network is asked only under ``options.online``.
"""

from __future__ import annotations

import hashlib
import importlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from edocs._files import read_file
from edocs._pades.certification import certification_faults
from edocs._pades.checking import embedded_evidence
from edocs._pades.document_times import judge_document_times
from edocs._pades.dss import read_dss
from edocs._pades.judging import Judge, Judged
from edocs._pades.proofs import Proofs
from edocs._pades.reading import (
    OpenDocument,
    SignatureField,
    has_unreached_byte_range,
    open_document,
    signature_fields,
)
from edocs._pades.required import judge_required
from edocs._pades.review import Review
from edocs._pades.roles import agency_name
from edocs._pades.showing import show_changes
from edocs._pades.timestamps import Witness
from edocs._pdf.revisions import account_bytes
from edocs._pdf.states import History
from edocs._trust.algorithms import AlgorithmPolicy
from edocs._trust.policy_file import load_policy
from edocs._trust.revocation import StoreRevocation
from edocs._trust.role_lists import load_roles
from edocs._trust.store import load_trust
from edocs.errors import NotPdfError
from edocs.model import (
    AlgorithmRules,
    ChangeEvidence,
    LegalEffect,
    Loss,
    PagePictures,
    Reason,
    Role,
    SignatureReport,
    TrustStore,
    Verdict,
    VerificationOptions,
    VerificationReport,
    policy_of,
)
from edocs.model.limits import loss_reason
from edocs.model.rules import RULES, reason
from edocs.model.times import require_time
from edocs.ports import RevocationSource

__all__ = ["agency_name", "load_policy", "load_roles", "load_trust", "picture_changes", "verify_pdf"]


def verify_pdf(
    document: bytes | Path,
    trust: TrustStore | None = None,
    options: VerificationOptions = VerificationOptions(),  # noqa: B008 - frozen
) -> VerificationReport:
    """Judge every signature of ``document``, and the document as a whole.

    Xác thực chữ ký số trên văn bản: toàn vẹn, tin cậy, vai trò, thay đổi sau khi ký.

    1. open the file; what cannot be read is ``UNREADABLE``;
    2. find the filled signature fields; without any the file is ``NOT_SIGNED``;
    3. take what the document brings along: its security store, and the times that its timestamps prove;
    4. account for every byte of the file;
    5. judge each signature by itself;
    6. ask whether those signed whom the policy names, in its order;
    7. conclude: the worst verdict is the file's, and only a pass with a person's signature followed by the agency's
       has the value of an original.

    Args:
        document: The PDF, or its path.
        trust: Whom to believe; without anchors nothing can pass.
        options: Policy, time, password.

    It takes the time and memory that the document makes it take: :class:`edocs.supervised.SupervisedVerifier` does not.

    Raises:
        UsageError: ``options.at`` has no time zone, or is at an end of the calendar.
        UnreadableError: ``document`` is a path that cannot be opened; never for what the bytes are.
        MissingExtraError: ``options.online``, and httpx is not installed.

    Source: ETSI EN 319 102-1, 5.3; Decision 28/2018/QĐ-TTg, articles 4.1 and 4.2.
    """
    if options.at is not None:
        require_time(options.at)
    data = read_file(document) if isinstance(document, Path) else document
    blank = VerificationReport(
        verdict=Verdict.NOT_SIGNED,
        policy=policy_of(options.policy).name,
        sha256=hashlib.sha256(data).hexdigest(),
        path=str(document) if isinstance(document, Path) else "",
    )
    try:
        return _verify(data, blank, trust or TrustStore(), options)
    except MemoryError:
        return replace(blank, verdict=Verdict.INDETERMINATE, reasons=(loss_reason(Loss.MEMORY, None),))


def _verify(
    data: bytes, blank: VerificationReport, trust: TrustStore, options: VerificationOptions
) -> VerificationReport:
    opened = open_document(data, options.password)  # (1)
    if isinstance(opened, Reason):
        return replace(blank, verdict=Verdict.UNREADABLE, reasons=(opened,))
    fields = list(signature_fields(opened))  # (2)
    notices = _file_notices(opened, fields)
    if all(isinstance(field, SignatureField) and field.is_document_timestamp for field in fields):
        found = (*notices, reason("file.document_timestamp", count=len(fields))) if fields else notices
        return replace(blank, reasons=(reason("file.not_signed"),), notices=found)
    proofs, witness, faults = _proofs(opened, fields, trust, options)  # (3)
    judged, doubtful = _judge_all(opened, fields, (proofs, witness), options)  # (4) (5)
    missing, found = judge_required([item.report for item in judged], policy_of(options.policy))  # (6)
    report = _conclude(replace(blank, reasons=missing), judged)  # (7)
    return replace(report, notices=(*notices, *doubtful, *faults, *found))


def _proofs(
    document: OpenDocument,
    fields: Sequence[SignatureField | tuple[str, Reason]],
    trust: TrustStore,
    options: VerificationOptions,
) -> tuple[Proofs, Witness, Sequence[Reason]]:
    stored = read_dss(document.reader.root)
    certificates, crls, ocsps = embedded_evidence(field for field in fields if isinstance(field, SignatureField))
    known = replace(
        trust,
        crls=tuple(dict.fromkeys([*trust.crls, *stored.crls, *crls])),
        ocsps=tuple(dict.fromkeys([*trust.ocsps, *stored.ocsps, *ocsps])),
    )
    source: RevocationSource = StoreRevocation(known)
    if options.online:  # imported on use: who stays offline needs no HTTP client
        source = importlib.import_module("edocs._trust.fetching").OnlineRevocation(options.cache, known=source)
    at = options.at or datetime.now(UTC)
    witness = Witness(
        trust=trust,
        source=source,
        at=at,
        companions=tuple(dict.fromkeys([*stored.certificates, *certificates])),
        algorithms=AlgorithmPolicy(is_dated=policy_of(options.policy).algorithms is AlgorithmRules.DATED),
    )
    timestamps = [field for field in fields if isinstance(field, SignatureField) and field.is_document_timestamp]
    # Without anchors nothing is trusted, which each signature says by itself.
    times, faults = judge_document_times(document, timestamps, witness) if trust.has_anchors else ((), ())
    if stored.has_more:
        faults = (*faults, reason("format.surplus"))
    return Proofs(reader=document.reader, stored=stored, times=times), witness, faults


def _shared(fields: Sequence[SignatureField | tuple[str, Reason]]) -> frozenset[object]:
    shown = Counter(field.value_reference for field in fields if isinstance(field, SignatureField))
    return frozenset(reference for reference, count in shown.items() if reference is not None and count > 1)


def _judge_all(
    document: OpenDocument,
    fields: Sequence[SignatureField | tuple[str, Reason]],
    evidence: tuple[Proofs, Witness],
    options: VerificationOptions,
) -> tuple[list[Judged], Sequence[Reason]]:
    """The verdict on each signature, in their order, and what is to be noted about the bytes of the file."""
    accounts = account_bytes(document.data, document.reader, _first_end(document, fields))
    if document.has_clear_tables and not accounts.doubts:
        # What is left of the leniency has one reading: an object that is not there is null (ISO 32000-2, 7.3.10).
        document = replace(document, lenient=None)
    signatures = [field for field in fields if isinstance(field, SignatureField)]
    named = [field[0] for field in fields if not isinstance(field, SignatureField)]
    named += [field.name for field in signatures if not field.is_document_timestamp]
    judge = Judge(
        document=document,
        witness=evidence[1],
        proofs=evidence[0],
        policy=policy_of(options.policy),
        require_revocation=options.require_revocation,
        show_identity=options.show_identity,
        review=Review(History.of(document.data, document.reader), options.password, named),
        gaps=accounts.gaps,
        doubts=accounts.doubts,
        certification=certification_faults(document.reader, signatures),
        shared=_shared(fields),
    )
    judged = []
    for field in fields:
        if not isinstance(field, SignatureField):
            name, why = field
            report = SignatureReport(field=name, verdict=Verdict.TOTAL_FAILED, reasons=(why,))
            judged.append(Judged(report=replace(report, sub_indication=RULES[why.rule].sub_indication), end=0))
        elif not field.is_document_timestamp:
            judged.append(_with_evidence(judge.judge(field), document.data, options))
    return sorted(judged, key=lambda item: item.end), accounts.notices


def _with_evidence(judged: Judged, data: bytes, options: VerificationOptions) -> Judged:
    """``judged``, and what a reader sees differently where a later change is what speaks against the signature."""
    found = judged.report.evidence
    if not options.show_changes or found is None:
        return judged
    evidence = show_changes(data, found, options.password)
    return replace(judged, report=replace(judged.report, evidence=evidence))


def picture_changes(
    document: bytes | Path, evidence: ChangeEvidence, password: str | None = None, most: int = 3
) -> Sequence[PagePictures]:
    """The first ``most`` pages of ``evidence`` as pictures: as signed, as they are, and with each change marked.

    Ảnh trang trước và sau khi bị thay đổi.

    Args:
        document: The file that was verified.

    Returns:
        PNG files; empty where PDFium cannot open the document.

    Raises:
        UnreadableError: ``document`` is a path that cannot be opened.
    """
    data = read_file(document) if isinstance(document, Path) else document
    pages = [page.page for page in evidence.pages[:most]]
    try:
        pictures: Sequence[PagePictures] = importlib.import_module("edocs._pdf.compare").picture_pages(
            data[: evidence.signed_bytes], data, pages, password
        )
    except NotPdfError:
        return ()
    return pictures


def _first_end(document: OpenDocument, fields: Sequence[SignatureField | tuple[str, Reason]]) -> int:
    """Where the earliest signed revision ends, as the byte ranges claim; the end of the file where none is sane."""
    ends = [len(document.data)]
    for field in fields:
        if isinstance(field, SignatureField):
            numbers = [item for item in field.byte_range if isinstance(item, int) and item >= 0]
            ends += [numbers[2] + numbers[3]] if len(numbers) == len(field.byte_range) == 4 else []
    return min(ends)


def _file_notices(document: OpenDocument, fields: Sequence[SignatureField | tuple[str, Reason]]) -> tuple[Reason, ...]:
    notices = []
    if has_unreached_byte_range(document, len(fields)):
        notices.append(reason("file.unreached_byte_range"))
    return tuple(notices)


def _conclude(report: VerificationReport, judged: Sequence[Judged]) -> VerificationReport:
    verdicts = {item.report.verdict for item in judged} | {RULES[item.rule].verdict for item in report.reasons}
    order = (Verdict.TOTAL_FAILED, Verdict.INDETERMINATE)
    verdict = next((worst for worst in order if worst in verdicts), Verdict.TOTAL_PASSED)
    signatures = tuple(item.report for item in judged)
    effect = LegalEffect.ORIGINAL if verdict is Verdict.TOTAL_PASSED and _in_order(signatures) else report.legal_effect
    return replace(report, verdict=verdict, signatures=signatures, legal_effect=effect)


def _in_order(signatures: Sequence[SignatureReport]) -> bool:
    """Whether a person's valid signature is followed by the agency's (Decree 30, articles 5.1 and 14).

    Args:
        signatures: In the order in which they were made.
    """
    passed = [signature.role for signature in signatures if signature.verdict is Verdict.TOTAL_PASSED]
    return Role.PERSONAL in passed and Role.ORGANISATION in passed[passed.index(Role.PERSONAL) :]
