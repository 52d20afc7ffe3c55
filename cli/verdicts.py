"""Verdicts in words, and as exit codes: every item that Circular 15/2025 wants a verifier to show.

Trình bày kết quả xác thực.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edocs.locale import translate
from edocs.model import (
    Reason,
    SignatureReport,
    TimeSource,
    Verdict,
    VerificationReport,
)
from edocs.model.clauses import clause_text
from edocs.model.times import clock_text, day_text
from edocs.reports.verdict_words import CHANGES, EFFECTS, REVOCATION, ROLES, VERDICTS, evidence_lines

EXIT_CODES = {
    Verdict.TOTAL_PASSED: 0,
    Verdict.TOTAL_FAILED: 1,
    Verdict.INDETERMINATE: 3,
    Verdict.NOT_SIGNED: 3,
    Verdict.UNREADABLE: 4,
}


def report_text(report: VerificationReport, lang: str) -> str:
    """The report as a clerk reads it, without a final line break."""
    return "\n".join(_lines(report, lang))


def reason_lines(report: VerificationReport, lang: str, most: int) -> tuple[list[str], int]:
    """The first reasons why the verdict is not good, each once, and how many more there are."""
    every = (*report.reasons, *(reason for one in report.signatures for reason in one.reasons))
    reasons = tuple({(reason.rule, reason.text(lang)): reason for reason in every}.values())
    return list(_findings(reasons[:most], (), lang, "  ")), len(reasons[most:])


def notice_lines(notices: Sequence[Reason], lang: str) -> Iterator[str]:
    """What somebody should look at, with what to do about it."""
    yield from _findings((), tuple(notices), lang, "")


def signature_lines(signature: SignatureReport, lang: str) -> Iterator[str]:
    """The verdict on one signature that belongs to no PDF."""
    yield from (line.removeprefix("  ") for line in _signature(1, signature, lang))


def _lines(report: VerificationReport, lang: str) -> Iterator[str]:
    yield f"{report.path or '-'}: {translate(VERDICTS[report.verdict], lang).upper()} ({report.verdict.value})"
    yield from _findings(report.reasons, report.notices, lang, "  ")
    for number, signature in enumerate(report.signatures, start=1):
        yield from _signature(number, signature, lang)
    if report.signatures:
        yield f"  {translate('Legal effect', lang)}: {translate(EFFECTS[report.legal_effect], lang)}"


def _signature(number: int, signature: SignatureReport, lang: str) -> Iterator[str]:
    def label(name: str) -> str:
        return f"     {translate(name, lang)}:"

    verdict = translate(VERDICTS[signature.verdict], lang)
    because = f" ({signature.sub_indication.value})" if signature.sub_indication else ""
    yield f"  {number}. {translate(ROLES[signature.role], lang)} [{signature.field}]: {verdict}{because}"
    signer = signature.signer
    if signer is not None:
        parts = [signer.common_name, signer.title, signer.organisation, signer.identifier]
        yield f"{label('Signer')} {', '.join(dict.fromkeys(part for part in parts if part))}"
    if signature.signed_at is not None:
        source = "proved by a timestamp" if signature.time_source is TimeSource.TIMESTAMP else "claimed by the signer"
        yield f"{label('Signed at')} {clock_text(signature.signed_at)} ({translate(source, lang)})"
    if signature.issuer:
        yield f"{label('Issued by')} {signature.issuer}; {translate('serial', lang)} {signature.serial}"
        then = {True: "valid at the signing time", False: "not valid at the signing time", None: "signing time unknown"}
        span = f"{day_text(signature.certificate_not_before)} – {day_text(signature.certificate_not_after)}"
        at_signing = translate(then[signature.valid_at_claimed_time], lang)
        yield f"{label('Certificate')} {span}; {at_signing}; {translate(REVOCATION[signature.revocation], lang)}"
        intact = translate("intact" if signature.integrity else "not intact", lang)
        later = f"; {translate('changed since', lang)}: {translate(CHANGES[signature.changes_after], lang)}"
        # A message has no revisions: what was changed in it is named by the reasons.
        yield f"{label('Signed content')} {intact}{'' if signature.sub_filter == 'XAdES' else later}"
    yield from _findings(signature.reasons, signature.notices, lang, "     ")
    if signature.evidence is not None:
        yield from (f"     {mark or '·'} {text}" for mark, text in evidence_lines(signature.evidence, lang))


def _findings(reasons: tuple[Reason, ...], notices: tuple[Reason, ...], lang: str, indent: str) -> Iterator[str]:
    for mark, findings in (("✗", reasons), ("!", notices)):
        for finding in findings:
            yield f"{indent}{mark} {finding.text(lang)} [{finding.rule}; {clause_text(finding.clause, lang)}]"
            if advice := finding.advice(lang):
                yield f"{indent}  → {advice}"
