"""One signature at a time, from its bytes to its verdict (ETSI EN 319 102-1, clause 5).

Xác thực từng chữ ký. The order is the standard's: format, then cryptography, then the certificate, then constraints.
Each step adds findings; a broken signature never keeps another from being judged.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from asn1crypto import x509
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from edocs._pades.changes import judge_changes
from edocs._pades.integrity import has_signing_certificate, is_bound, judge_integrity
from edocs._pades.proofs import Proofs
from edocs._pades.reading import OpenDocument, SignatureField
from edocs._pades.roles import certificate_policies, claimed_role, decide_role, signer_name
from edocs._pades.timestamps import ProvenTime, Witness, proven_time
from edocs._pdf.byte_range import SignedRange, check_byte_range
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._pdf.revisions import is_blank
from edocs._trust.past import judge_past
from edocs._trust.path import PathResult
from edocs.model import (
    HANOI,
    Level,
    Reason,
    Revocation,
    Role,
    SignatureReport,
    SubIndication,
    TimeSource,
    Verdict,
    VerificationPolicy,
)
from edocs.model.privacy import mask_subject
from edocs.model.rules import RULES, reason
from edocs.model.times import day_text

__all__ = ["Judge", "Judged"]

_PADES = "ETSI.CAdES.detached"
_DETACHED = (_PADES, "adbe.pkcs7.detached")
_LEGACY = ("adbe.pkcs7.sha1", "adbe.x509.rsa_sha1")
_SIGNING_USES = {"digital_signature", "non_repudiation"}
# Extended uses that say the certificate is for machines; one that has only these does not sign documents.
_FOREIGN_USES = {"time_stamping", "ocsp_signing", "server_auth", "code_signing"}


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
    gaps: Sequence[tuple[int, int]]
    """(offset, length) of bytes that no revision reaches."""
    shared: frozenset[object]
    """Signature dictionaries that more than one field shows."""

    def judge(self, field: SignatureField) -> Judged:
        """The verdict on ``field``."""
        span = check_byte_range(self.document.data, field.byte_range, field.contents)
        end = span.end if isinstance(span, SignedRange) else 0
        blank = SignatureReport(field=field.name, verdict=Verdict.INDETERMINATE, sub_filter=field.sub_filter)
        found = [self.document.lenient] if self.document.lenient else []
        if field.sub_filter not in _DETACHED:
            rule = "format.legacy" if field.sub_filter in _LEGACY else "format.sub_filter"
            found.append(reason(rule, sub_filter=field.sub_filter or "?"))
            return Judged(report=_conclude(blank, found), end=end)
        try:
            signature = EmbeddedPdfSignature(self.document.reader, field.field, field.name)
        except PARSER_FAULTS as exc:
            found += [span] if isinstance(span, Reason) else []
            found.append(reason("format.cms", why=describe(exc)))
            return Judged(report=_conclude(blank, found), end=end)
        try:
            report = self._describe(blank, signature)
        except PARSER_FAULTS as exc:
            found.append(reason("integrity.signing_certificate", why=describe(exc)))
            return Judged(report=_conclude(blank, found), end=end)
        if isinstance(span, Reason):
            # What the range leaves out could be anything: nothing further can be concluded from the value.
            return Judged(report=_conclude(report, [*found, span]), end=end)
        if field.value_reference in self.shared:
            found.append(reason("structure.shared_signature"))
        try:
            return Judged(report=self._judge_range(report, signature, span, found), end=end)
        except PARSER_FAULTS as exc:
            return Judged(report=_conclude(report, [*found, reason("format.cms", why=describe(exc))]), end=end)

    def _judge_range(
        self, report: SignatureReport, signature: EmbeddedPdfSignature, span: SignedRange, found: list[Reason]
    ) -> SignatureReport:
        notices: list[Reason] = []
        crypto = list(judge_integrity(self.document.data, span, signature))
        if report.sub_filter == _PADES and not is_bound(signature):
            # The certificate in a CMS is not signed: another one for the same key could give the signer another role.
            crypto.append(reason("integrity.signing_certificate", why="the signature names none"))
        integrity = not any(RULES[item.rule].verdict is Verdict.TOTAL_FAILED for item in crypto)
        found += [*crypto, *self._unreached(span)]
        rest = self.document.data[span.end :]
        if rest and is_blank(rest):
            notices.append(reason("structure.trailing_space", count=len(rest)))
        changes = judge_changes(signature, self.policy)
        found += changes.reasons
        notices += changes.notices
        report = replace(report, integrity=integrity, covers=changes.covers, changes_after=changes.changes)
        # Only a sound signature under an accepted key can vouch for what its signer claims.
        try:
            report, trust_findings, trust_notices = self._judge_trust(report, signature, span.end, is_sound=not crypto)
        except PARSER_FAULTS as exc:
            trust_findings, trust_notices = [reason("trust.path", why=mask_subject(describe(exc)))], []
        if changes.filled and not changes.reasons and report.role is Role.ORGANISATION and self.policy.changes.reserved:
            # Number and date come between the person's signature and the agency's, never after it (article 14).
            found.append(reason("changes.policy", policy=self.policy.name, fields=", ".join(changes.filled)))
        if report.sub_filter != _PADES:
            notices.append(reason("format.not_pades", sub_filter=report.sub_filter))
        return _conclude(report, [*found, *trust_findings], [*notices, *trust_notices])

    def _unreached(self, span: SignedRange) -> Iterator[Reason]:
        for offset, length in self.gaps:
            if offset + length > span.end:
                yield reason("structure.unreached_bytes", count=length, offset=offset)
                return

    def _describe(self, report: SignatureReport, signature: EmbeddedPdfSignature) -> SignatureReport:
        certificate: x509.Certificate = signature.signer_cert
        claimed = _claimed_time(signature)
        if claimed is not None and claimed.tzinfo is None:
            claimed = claimed.replace(tzinfo=HANOI)  # Decision 28/2018, article 14.4
        not_before, not_after = certificate.not_valid_before, certificate.not_valid_after
        return replace(
            report,
            signer=signer_name(certificate),
            issuer=str(certificate.issuer.native.get("common_name", certificate.issuer.human_friendly)),
            serial=f"{certificate.serial_number:X}",
            certificate_sha256=hashlib.sha256(certificate.dump()).hexdigest(),
            certificate_policies=tuple(certificate_policies(certificate)),
            signed_at=claimed,
            time_source=TimeSource.CLAIMED if claimed else None,
            certificate_not_before=not_before,
            certificate_not_after=not_after,
            valid_at_claimed_time=None if claimed is None else not_before <= claimed <= not_after,
            level=Level.B_B if report.sub_filter == _PADES and has_signing_certificate(signature) else None,
        )

    def _judge_trust(
        self, report: SignatureReport, signature: EmbeddedPdfSignature, end: int, *, is_sound: bool
    ) -> tuple[SignatureReport, list[Reason], list[Reason]]:
        basis, notices = self._prove(signature, end)
        if basis is not None:
            report = replace(report, signed_at=basis.time, time_source=TimeSource.TIMESTAMP)
        path = self._path(signature, basis.time if basis else None)
        if report.level is not None:
            level, until = self.proofs.level(path.chain, basis, end)
            report = replace(report, level=level, evidence_until=until)
        findings = [*_path_findings(path, report), *_usage_findings(signature.signer_cert)]
        if path.failure is None and not path.is_revocation_known:
            if self.require_revocation or self.policy.require_revocation:
                findings.append(reason("trust.revocation_required"))
            else:
                notices.append(reason("trust.revocation_unknown"))
        trusted = is_sound and not findings
        role, rule = decide_role(signature, self.witness.trust, is_trusted=trusted)
        claimed = claimed_role(signature)
        if claimed is not None and rule not in ("claimed_role", "none") and claimed is not role:
            notices.append(reason("role.claim_overruled", claimed=claimed.value, role=role.value))
        report = replace(report, role=role, role_rule=rule, trusted=trusted, revocation=path.revocation)
        if not self.policy.judges_trust:
            findings = [reason("policy.trust_not_judged")]
            report = replace(report, trusted=False, revocation=Revocation.NOT_CHECKED)
        return report, findings, notices

    def _prove(self, signature: EmbeddedPdfSignature, end: int) -> tuple[ProvenTime | None, list[Reason]]:
        """The earliest time that a timestamp proves for ``signature``, be it its own or one over the document."""
        if not self.witness.trust.has_anchors:
            return None, []
        covering = [item.proven for item in self.proofs.covering(end)]
        own = proven_time(signature, self.witness, covering[0].time if covering else None)
        found = covering if own is None or isinstance(own, Reason) else [own, *covering]
        basis = min(found, key=lambda item: item.time, default=None)
        return basis, [own] if isinstance(own, Reason) else []

    def _path(self, signature: EmbeddedPdfSignature, proven: datetime | None) -> PathResult:
        others = [*(other.dump() for other in signature.other_embedded_certs), *self.proofs.stored.certificates]
        witness = self.witness
        return judge_past(signature.signer_cert.dump(), others, witness.trust, witness.source, (witness.at, proven))


def _claimed_time(signature: EmbeddedPdfSignature) -> datetime | None:
    try:
        moment: datetime | None = signature.self_reported_timestamp
    except PARSER_FAULTS:  # a date that is none claims nothing
        return None
    return moment


def _path_findings(path: PathResult, report: SignatureReport) -> Iterator[Reason]:
    if path.failure is None:
        return
    if path.detail == "no anchors given":
        yield reason("trust.no_anchors")
    elif path.failure is SubIndication.NO_CERTIFICATE_CHAIN_FOUND:
        yield reason("trust.no_path")
    elif path.failure is SubIndication.OUT_OF_BOUNDS_NO_POE:
        yield reason(
            "trust.out_of_bounds",
            not_before=day_text(report.certificate_not_before),
            not_after=day_text(report.certificate_not_after),
        )
    elif path.failure is SubIndication.CRYPTO_CONSTRAINTS_FAILURE:
        yield reason("algorithm.weak", algorithm=_algorithm(path.detail))
    elif path.revoked is not None:
        yield _revoked(path, report)
    else:
        yield reason("trust.path", why=mask_subject(path.detail))


def _revoked(path: PathResult, report: SignatureReport) -> Reason:
    moment = path.revoked.revoked_at if path.revoked else None
    if path.revoked_is_authority:
        return reason("trust.authority_revoked", revoked_at=day_text(moment))
    # The signer's own claim counts here, because it is a claim against the signer.
    is_after = moment is not None and report.signed_at is not None and report.signed_at >= moment
    return reason("trust.signed_after_revocation" if is_after else "trust.revoked", revoked_at=day_text(moment))


def _usage_findings(certificate: x509.Certificate) -> Iterator[Reason]:
    usage = certificate.key_usage_value
    if usage is not None and not usage.native & _SIGNING_USES:
        yield reason("trust.key_usage", usage=", ".join(sorted(usage.native)) or "-")
        return
    extended = certificate.extended_key_usage_value
    if extended is not None and set(extended.native) <= _FOREIGN_USES:
        yield reason("trust.key_usage", usage=", ".join(extended.native))


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


def _algorithm(detail: str) -> str:
    match = re.search(r"(?:mechanism|algorithm|type) ([a-z0-9_]+)", detail)
    return match[1].upper() if match else "an algorithm of the certificate path"
