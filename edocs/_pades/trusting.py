"""May the signer be believed: proven time, path, revocation, usage, role (ETSI EN 319 102-1, 5.2.6 and 5.6.2).

Độ tin cậy của chữ ký.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from asn1crypto import x509
from cryptography import x509 as x509c

from edocs._pades.document_times import DocumentTime
from edocs._pades.integrity import CheckedValue, weaknesses
from edocs._pades.roles import claimed_role, decide_role
from edocs._pades.timestamps import ProvenTime, Witness, proven_times
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._trust.climbing import parsed
from edocs._trust.past import judge_past
from edocs._trust.path import PathResult
from edocs.model import Level, Reason, Revocation, SignatureReport, SubIndication, TimeSource, VerificationPolicy
from edocs.model.privacy import mask_subject
from edocs.model.rules import reason
from edocs.model.times import day_text

__all__ = ["ProvenBy", "TrustJudge", "TrustVerdict"]

_SIGNING_USES = {"digital_signature", "non_repudiation"}
# Purposes that say the certificate is for machines (RFC 5280, 4.2.1.12).
_FOREIGN_USES = {
    "1.3.6.1.5.5.7.3.1": "server_auth",
    "1.3.6.1.5.5.7.3.3": "code_signing",
    "1.3.6.1.5.5.7.3.8": "time_stamping",
    "1.3.6.1.5.5.7.3.9": "ocsp_signing",
}
_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
# Purposes under which people sign documents: any, e-mail, documents (RFC 9336), those of Adobe and Microsoft.
_DOCUMENT_USES = {
    "2.5.29.37.0",
    "1.3.6.1.5.5.7.3.4",
    "1.3.6.1.5.5.7.3.36",
    "1.2.840.113583.1.1.5",
    "1.3.6.1.4.1.311.10.3.12",
    "1.3.6.1.4.1.311.20.2.2",
}


@dataclass(slots=True, kw_only=True)
class TrustVerdict:
    """What was found, and the report as it then is."""

    report: SignatureReport
    findings: list[Reason] = field(default_factory=list)
    notices: list[Reason] = field(default_factory=list)


class ProvenBy(Protocol):
    """What proves the time of a signature from outside of it, and the level that this amounts to."""

    def covering(self, end: int) -> Sequence[DocumentTime]:
        """The times that are proven for a signature whose range ends at ``end``, oldest first."""
        ...

    def level(
        self, signer: Sequence[x509c.Certificate], basis: ProvenTime | None, end: int
    ) -> tuple[Level, datetime | None]:
        """The level of such a signature, and until when its evidence holds."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustJudge:
    """Judges the signers of one document."""

    witness: Witness
    proofs: ProvenBy
    policy: VerificationPolicy
    require_revocation: bool

    def judge(self, report: SignatureReport, checked: CheckedValue, end: int) -> TrustVerdict:
        """Judge the signer of ``checked``, whose range ends at ``end``."""
        try:
            return self._judge(report, checked, end)
        except PARSER_FAULTS as exc:
            why = reason("trust.path", why=mask_subject(describe(exc)))
            weak = weaknesses(checked, report.sub_filter, self.witness.algorithms, None)
            return TrustVerdict(report=report, findings=[*weak, why])

    def _judge(self, report: SignatureReport, checked: CheckedValue, end: int) -> TrustVerdict:
        basis, notices = self._prove(checked, end)
        proven = basis.time if basis else None
        if proven is not None:
            report = replace(report, signed_at=proven, time_source=TimeSource.TIMESTAMP)
        weak = list(weaknesses(checked, report.sub_filter, self.witness.algorithms, proven))
        path = self._path(checked, proven)
        if report.level is not None:
            level, until = self.proofs.level(path.chain, basis, end)
            report = replace(report, level=level, evidence_until=until)
        certificate = parsed(checked.certificate)
        findings = [*_path_findings(path, report, self.witness.at), *_usage_findings(certificate)]
        if proven is not None and report.certificate_not_before and proven < report.certificate_not_before:
            # Nobody can have signed with it then: either the time or the certificate is not what it says.
            not_before = day_text(report.certificate_not_before)
            findings.append(reason("trust.not_yet_valid", proven=day_text(proven), not_before=not_before))
        if path.failure is None and not path.is_revocation_known:
            if self.require_revocation or self.policy.require_revocation:
                findings.append(reason("trust.revocation_required"))
            else:
                notices.append(reason("trust.revocation_unknown"))
        # Only a sound signature under an accepted key can vouch for what its signer claims.
        trusted = not (checked.findings or weak or findings)
        claimed = checked.claimed or claimed_role(checked.cms)
        role, rule = decide_role(certificate, claimed, self.witness.trust, is_trusted=trusted)
        if claimed is not None and rule not in ("claimed_role", "none") and claimed is not role:
            notices.append(reason("role.claim_overruled", claimed=claimed.value, role=role.value))
        report = replace(report, role=role, role_rule=rule, trusted=trusted, revocation=path.revocation)
        if not self.policy.judges_trust:
            findings = [reason("policy.trust_not_judged")]
            report = replace(report, trusted=False, revocation=Revocation.NOT_CHECKED)
        return TrustVerdict(report=report, findings=[*weak, *findings], notices=notices)

    def _prove(self, checked: CheckedValue, end: int) -> tuple[ProvenTime | None, list[Reason]]:
        """The earliest time that a timestamp proves for the signature, be it its own or one over the document."""
        if not self.witness.trust.has_anchors:
            return None, []
        covering = [item.proven for item in self.proofs.covering(end)]
        own, notices = proven_times(checked, self.witness, covering[0].time if covering else None)
        return min([*own, *covering], key=lambda item: item.time, default=None), notices

    def _path(self, checked: CheckedValue, proven: datetime | None) -> PathResult:
        witness = self.witness
        others: Iterable[bytes] = (*checked.others, *witness.companions)
        return judge_past(
            checked.certificate, others, witness.trust, witness.source, (witness.at, proven), witness.algorithms
        )


def _path_findings(path: PathResult, report: SignatureReport, at: datetime) -> Iterator[Reason]:
    if path.failure is None:
        return
    if path.detail == "no anchors given":
        yield reason("trust.no_anchors")
    elif path.failure is SubIndication.NO_CERTIFICATE_CHAIN_FOUND:
        yield reason("trust.no_path")
    elif path.failure is SubIndication.OUT_OF_BOUNDS_NO_POE and _is_valid(report, at):
        yield reason("trust.authority_out_of_bounds")
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


def _is_valid(report: SignatureReport, at: datetime) -> bool:
    start, end = report.certificate_not_before, report.certificate_not_after
    return start is not None and end is not None and start <= at <= end


def _revoked(path: PathResult, report: SignatureReport) -> Reason:
    moment = path.revoked.revoked_at if path.revoked else None
    if path.revoked_is_authority:
        return reason("trust.authority_revoked", revoked_at=day_text(moment))
    if path.revoked and path.revoked.is_on_hold:
        return reason("trust.on_hold", revoked_at=day_text(moment))
    # The signer's own claim counts here, because it is a claim against the signer.
    is_after = moment is not None and report.signed_at is not None and report.signed_at >= moment
    return reason("trust.signed_after_revocation" if is_after else "trust.revoked", revoked_at=day_text(moment))


def _usage_findings(certificate: x509.Certificate) -> Iterator[Reason]:
    """Whether the certificate is for something else than signing documents; if it does not say, for anything."""
    usage = certificate.key_usage_value
    if usage is not None and not usage.native & _SIGNING_USES:
        yield reason("trust.key_usage", usage=", ".join(sorted(usage.native)) or "-")
        return
    extended = certificate.extended_key_usage_value
    if extended is None:
        return
    uses = [item.dotted for item in extended]
    named = _DOCUMENT_USES.intersection(uses)
    is_foreign = not set(uses) - _FOREIGN_USES.keys() - {_CLIENT_AUTH} and uses != [_CLIENT_AUTH]
    # A purpose that nobody here knows and that must be understood could be any but signing.
    is_unknown = "extended_key_usage" in certificate.critical_extensions and _CLIENT_AUTH not in uses
    if not named and (is_foreign or is_unknown):
        yield reason("trust.key_usage", usage=", ".join(_FOREIGN_USES.get(item, item) for item in uses) or "-")


def _algorithm(detail: str) -> str:
    match = re.search(r"(?:mechanism|algorithm|type) ([a-z0-9_]+)", detail)
    return match[1].upper() if match else "an algorithm of the certificate path"
