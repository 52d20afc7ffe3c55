"""Verdicts in words, shared by the text, the page and the PDF: every item that a verifier must show.

Trình bày kết quả xác thực (Circular 15/2025/TT-BKHCN: issuing authority, subject, unit that manages the certificate,
time, integrity, the certificate at the signing time, its validity). The texts are English templates; ``verify.po`` has
them in Vietnamese.
"""

from __future__ import annotations

from collections.abc import Iterator

from edocs.locale import translate
from edocs.model import (
    ChangeEvidence,
    Changes,
    Coverage,
    LegalEffect,
    Revocation,
    Role,
    SignatureReport,
    TimeSource,
    Verdict,
)
from edocs.model.times import clock_text, day_text

__all__ = ["CHANGES", "EFFECTS", "REVOCATION", "ROLES", "VERDICTS", "evidence_lines", "signature_items"]

VERDICTS = {
    Verdict.TOTAL_PASSED: "valid",
    Verdict.TOTAL_FAILED: "not valid",
    Verdict.INDETERMINATE: "indeterminate",
    Verdict.NOT_SIGNED: "not signed",
    Verdict.UNREADABLE: "unreadable",
}
ROLES = {
    Role.PERSONAL: "signature of a person",
    Role.ORGANISATION: "signature of an agency",
    Role.UNKNOWN: "signature of unknown role",
}
CHANGES = {
    Changes.NONE: "nothing",
    Changes.LTV: "evidence for the long term",
    Changes.SIGNATURE: "further signatures",
    Changes.FORM_FILL: "form fields filled in",
    Changes.ANNOTATION: "annotations",
    Changes.CONTENT: "content",
}
REVOCATION = {
    Revocation.GOOD: "not revoked",
    Revocation.REVOKED: "revoked",
    Revocation.UNKNOWN: "revocation unknown",
    Revocation.NOT_CHECKED: "revocation not checked",
}
EFFECTS = {
    LegalEffect.ORIGINAL: "value of an original: signed by a person, then by the agency",
    LegalEffect.REFERENCE_ONLY: "for reference only",
}
_COVERS = {Coverage.WHOLE_FILE: "the whole file", Coverage.REVISION: "the file as it was when it was signed"}
_AT_SIGNING = {
    True: "valid at the signing time",
    False: "not valid at the signing time",
    None: "signing time unknown",
}
_SHOWN_OBJECTS = 8
_SOURCES = {TimeSource.TIMESTAMP: "proved by a timestamp", TimeSource.CLAIMED: "claimed by the signer"}


def signature_items(signature: SignatureReport, lang: str) -> Iterator[tuple[str, str]]:
    """(label, value) of each thing to show of one signature, in ``lang``; what is not known is left out."""
    signer = signature.signer
    if signer is not None:
        person = ", ".join(dict.fromkeys(part for part in (signer.common_name, signer.title) if part))
        yield translate("Signer", lang), person
        yield translate("Unit that manages the certificate", lang), signer.organisation
        yield translate("Number in the certificate", lang), signer.identifier
    if signature.signed_at is not None and signature.time_source is not None:
        source = translate(_SOURCES[signature.time_source], lang)
        yield translate("Signed at", lang), f"{clock_text(signature.signed_at)} ({source})"
    if signature.issuer:
        yield translate("Issued by", lang), signature.issuer
        yield translate("Serial number", lang), signature.serial
        span = f"{day_text(signature.certificate_not_before)} – {day_text(signature.certificate_not_after)}"
        yield translate("Certificate valid", lang), span
        at_signing = translate(_AT_SIGNING[signature.valid_at_claimed_time], lang)
        status = f"{at_signing}; {translate(REVOCATION[signature.revocation], lang)}"
        yield translate("Certificate status", lang), status
        yield translate("Signed content", lang), translate("intact" if signature.integrity else "not intact", lang)
        yield translate("Covers", lang), translate(_COVERS[signature.covers], lang)
        yield translate("Changed since", lang), translate(CHANGES[signature.changes_after], lang)
    if signature.level is not None:
        until = f"; {translate('evidence holds until', lang)} {day_text(signature.evidence_until)}"
        yield (
            translate("Level of the signature", lang),
            f"PAdES {signature.level.value}{until if signature.evidence_until else ''}",
        )


def evidence_lines(evidence: ChangeEvidence, lang: str) -> Iterator[tuple[str, str]]:
    """(mark, text) of each thing that differs: ``−`` a line that is gone, ``+`` a new one, blank for the rest."""
    if evidence.pages_before != evidence.pages_after:
        counts = {"before": evidence.pages_before, "after": evidence.pages_after}
        yield "", translate("{before} pages were signed, and there are {after} now", lang, **counts)
    for page in evidence.pages:
        yield "", translate("page {page} is not as it was signed:", lang, page=page.page)
        yield from (("−", line) for line in page.removed)
        yield from (("+", line) for line in page.added)
        if not page.removed and not page.added:
            yield "", translate("its text is the same, and it looks different", lang)
    if evidence.objects:
        yield (
            "",
            translate("objects that differ: {objects}", lang, objects=", ".join(evidence.objects[:_SHOWN_OBJECTS])),
        )
