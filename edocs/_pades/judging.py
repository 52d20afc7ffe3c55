"""One signature at a time, from its bytes to its verdict (ETSI EN 319 102-1, clause 5).

Xác thực từng chữ ký. The order is the standard's: format, then cryptography, then the certificate, then constraints.
Each step adds findings; a broken signature never keeps another from being judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from edocs._pades.changes import judge_changes
from edocs._pades.checking import check_signature, unchecked_signature
from edocs._pades.describing import describe_signer
from edocs._pades.integrity import DETACHED, LEGACY, PADES, CheckedValue
from edocs._pades.naming import Binding
from edocs._pades.proofs import Proofs
from edocs._pades.reading import OpenDocument, SignatureField, signed_range
from edocs._pades.review import Review
from edocs._pades.showing import evidence_of
from edocs._pades.timestamps import Witness
from edocs._pades.trusting import TrustJudge
from edocs._pdf.byte_range import SignedRange
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._pdf.revisions import is_blank
from edocs.model import Reason, Role, SignatureReport, Verdict, VerificationPolicy
from edocs.model.rules import RULES, reason

__all__ = ["Judge", "Judged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A report, and the end of the signed range: the order of signatures is the order of these ends."""

    report: SignatureReport
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Everything that verdicts on the signatures of one document rest on."""

    document: OpenDocument
    witness: Witness
    proofs: Proofs
    policy: VerificationPolicy
    require_revocation: bool
    show_identity: bool
    review: Review
    """What each revision of the document did."""
    gaps: Sequence[tuple[int, int]]
    """(offset, length) of bytes that no revision reaches."""
    doubts: Sequence[Reason]
    """What programs may read differently, anywhere in the file."""
    certification: Mapping[str, Reason]
    """What is wrong with the document's certification, by the field that it speaks against."""
    shared: frozenset[object]
    """Signature dictionaries that more than one field shows."""

    def judge(self, field: SignatureField) -> Judged:
        """The verdict on ``field``."""
        span = signed_range(self.document, field)
        end = span.end if isinstance(span, SignedRange) else 0
        blank = SignatureReport(field=field.name, verdict=Verdict.INDETERMINATE, sub_filter=field.sub_filter)
        found = [*([self.document.lenient] if self.document.lenient else []), *self.doubts]
        if isinstance(span, Reason):
            # What the range leaves out could be anything: nothing further can be concluded from the value.
            return Judged(report=_judge_unchecked(blank, field, [*found, span]), end=end)
        if wrong := self.certification.get(field.name):
            found.append(wrong)
        if field.value_reference in self.shared:
            found.append(reason("structure.shared_signature"))
        try:
            checked = check_signature(self.document.data, field, span, self.witness.known)
            return Judged(report=self._judge_range(blank, field, checked, span, found), end=end)
        except PARSER_FAULTS as exc:
            return Judged(report=_conclude(blank, [*found, reason("format.cms", why=describe(exc))]), end=end)

    def _judge_range(
        self,
        report: SignatureReport,
        field: SignatureField,
        checked: CheckedValue,
        span: SignedRange,
        found: list[Reason],
    ) -> SignatureReport:
        notices = list(_format_notices(report.sub_filter, checked))
        checked = _bound(report.sub_filter, checked)
        found += [*checked.findings, *self._unreached(span)]
        rest = self.document.data[span.end :]
        if rest and is_blank(rest):
            notices.append(reason("structure.trailing_space", count=len(rest)))
        changes = judge_changes(self.review, report.field, span.end, self.policy)
        found += changes.reasons
        notices += changes.notices
        report = replace(report, integrity=checked.is_intact, covers=changes.covers, changes_after=changes.changes)
        if changes.reasons:
            report = replace(report, evidence=evidence_of(span.end, changes.differences))
        if not checked.certificate:
            return _conclude(report, found, notices)
        try:
            report = describe_signer(report, field, checked, reveal=self.show_identity)
        except PARSER_FAULTS as exc:
            why = reason("integrity.signing_certificate", why=describe(exc))
            return _conclude(report, [*found, why], notices)
        trust = self.trust.judge(report, checked, span.end)
        reserved = self.policy.changes.reserved
        if changes.filled and not changes.reasons and trust.report.role is Role.ORGANISATION and reserved:
            # Number and date come between the person's signature and the agency's, never after it (article 14).
            found.append(reason("changes.policy", policy=self.policy.name, fields=", ".join(changes.filled)))
        return _conclude(trust.report, [*found, *trust.findings], [*notices, *trust.notices])

    @property
    def trust(self) -> TrustJudge:
        """Who judges the signers."""
        return TrustJudge(
            witness=self.witness,
            proofs=self.proofs,
            policy=self.policy,
            require_revocation=self.require_revocation,
        )

    def _unreached(self, span: SignedRange) -> Iterator[Reason]:
        for offset, length in self.gaps:
            if offset + length > span.end:
                yield reason("structure.unreached_bytes", count=length, offset=offset)
                return


def _judge_unchecked(report: SignatureReport, field: SignatureField, found: list[Reason]) -> SignatureReport:
    """The report on a value that was not checked because its byte range is not sound."""
    if field.sub_filter not in (*DETACHED, *LEGACY):
        found = [item for item in found if not item.rule.startswith(("structure.byte_range", "format."))]
        return _conclude(report, [*found, reason("format.sub_filter", sub_filter=field.sub_filter or "?")])
    try:
        unchecked = unchecked_signature(field)
    except PARSER_FAULTS as exc:
        return _conclude(report, [*found, reason("format.cms", why=describe(exc))])
    try:
        return _conclude(describe_signer(report, field, unchecked), found)
    except PARSER_FAULTS:
        return _conclude(report, found)


def _bound(sub_filter: str, checked: CheckedValue) -> CheckedValue:
    """``checked``, held to what PAdES asks for (EN 319 142-1, 6.3)."""
    if sub_filter != PADES or not checked.certificate or checked.binding is not Binding.NONE:
        return checked
    # The certificate in a CMS is not signed: another one for the same key could give the signer another role.
    why = reason("integrity.signing_certificate", why="the signature names none")
    return replace(checked, findings=(*checked.findings, why))


def _format_notices(sub_filter: str, checked: CheckedValue) -> Iterator[Reason]:
    if sub_filter != PADES and sub_filter in (*DETACHED, *LEGACY):
        yield reason("format.not_pades", sub_filter=sub_filter)
    if checked.cms is not None and checked.cms.has_more:
        yield reason("format.surplus")
    if checked.certificate and checked.binding is Binding.SHA1:
        yield reason("format.sha1_binding")
    elif checked.certificate and checked.binding is Binding.NONE and sub_filter != PADES:
        yield reason("format.unbound")


def _conclude(report: SignatureReport, found: Iterable[Reason], notices: Iterable[Reason] = ()) -> SignatureReport:
    """The verdict that the findings give: failed before indeterminate, and passed only where there is none."""
    reasons = tuple(sorted(found, key=lambda item: RULES[item.rule].verdict is not Verdict.TOTAL_FAILED))
    worst = RULES[reasons[0].rule] if reasons else None
    return replace(
        report,
        verdict=worst.verdict or Verdict.INDETERMINATE if worst else Verdict.TOTAL_PASSED,
        sub_indication=worst.sub_indication if worst else None,
        reasons=reasons,
        notices=tuple(notices),
    )
