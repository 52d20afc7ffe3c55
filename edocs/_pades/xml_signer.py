"""The signer of an envelope's XAdES signature, judged as the signer of a PDF is (ETSI EN 319 102-1, 5.2.6 and 5.6.2).

Độ tin cậy của chữ ký trên gói tin. Proven time, path, revocation, usage, role: the same questions, the same judge. What
the signature covers and whether it holds was found out before (``EnvelopeCheck``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edocs._pades.document_times import DocumentTime
from edocs._pades.integrity import CheckedValue
from edocs._pades.roles import certificate_policies, signer_name
from edocs._pades.timestamps import ProvenTime, Witness, open_token_value
from edocs._pades.trusting import TrustJudge
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._trust.algorithms import AlgorithmPolicy
from edocs._trust.ber import read_value
from edocs._trust.climbing import parsed
from edocs._trust.revocation import StoreRevocation
from edocs._trust.schemes import PublicKey, digest, load_key
from edocs.model import (
    AlgorithmRules,
    EnvelopeCheck,
    Level,
    Reason,
    SignatureReport,
    TimeSource,
    TrustStore,
    Verdict,
    VerificationOptions,
    policy_of,
)
from edocs.model.rules import RULES, reason
from edocs.ports import RevocationSource

__all__ = ["judge_envelope"]

_MOST_TOKENS = 8


def judge_envelope(
    check: EnvelopeCheck,
    trust: TrustStore,
    options: VerificationOptions,
    at: datetime,
    source: RevocationSource | None = None,
) -> SignatureReport:
    """The verdict on the signature of an envelope.

    Args:
        at: Aware.
        source: Where revocation is learned; None: from ``trust`` alone.
    """
    report = SignatureReport(
        field="edXMLHeader/Signature", verdict=Verdict.INDETERMINATE, sub_filter="XAdES", integrity=check.is_intact
    )
    if not check.certificate:
        return _conclude(report, check.findings, check.notices)
    policy = policy_of(options.policy)
    witness = Witness(
        trust=trust,
        source=source or StoreRevocation(trust),
        at=at,
        algorithms=AlgorithmPolicy(is_dated=policy.algorithms is AlgorithmRules.DATED),
    )
    try:
        report = _described(report, check, reveal=options.show_identity)
        times, notices = _times(check, witness)
        checked = CheckedValue(
            findings=check.findings,
            is_intact=check.is_intact,
            certificate=check.certificate,
            others=check.others,
            digests=check.digests,
            key=_key(check.certificate),
            claimed=check.role,
        )
        judge = TrustJudge(
            witness=witness,
            proofs=_Proofs(times=times),
            policy=policy,
            require_revocation=options.require_revocation,
        )
        found = judge.judge(report, checked, 0)
    except PARSER_FAULTS as exc:
        why = reason("integrity.signing_certificate", why=describe(exc))
        return _conclude(report, [*check.findings, why], check.notices)
    return _conclude(found.report, [*check.findings, *found.findings], [*check.notices, *notices, *found.notices])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proofs:
    """The timestamps of an envelope's signature; it carries no evidence of revocation."""

    times: Sequence[DocumentTime]

    def covering(self, _end: int) -> Sequence[DocumentTime]:
        return self.times

    def level(
        self, signer: Sequence[x509.Certificate], basis: ProvenTime | None, _end: int
    ) -> tuple[Level, datetime | None]:
        chain = [*signer, *basis.chain] if basis else signer
        until = min((one.not_valid_after_utc for one in chain), default=None) if signer else None
        return (Level.B_T if basis else Level.B_B), until


def _times(check: EnvelopeCheck, witness: Witness) -> tuple[list[DocumentTime], list[Reason]]:
    """The times that its trusted timestamps prove, oldest first, and why the others do not count."""
    if not witness.trust.has_anchors:
        return [], []
    times: list[DocumentTime] = []
    notices: list[Reason] = []
    for token in check.tokens[:_MOST_TOKENS]:
        try:
            found = witness.judge(open_token_value(read_value(token)), lambda name: digest(name, check.value), None)
        except PARSER_FAULTS as exc:
            found = describe(exc)
        if isinstance(found, str):
            notices.append(reason("time.timestamp", why=found))
        else:
            times.append(DocumentTime(gap_start=0, revision=0, proven=found))
    return sorted(times, key=lambda item: item.proven.time), notices


def _key(certificate: bytes) -> PublicKey:
    info = (
        x509.load_der_x509_certificate(certificate)
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    return load_key(info)


def _described(report: SignatureReport, check: EnvelopeCheck, *, reveal: bool) -> SignatureReport:
    certificate = parsed(check.certificate)
    not_before, not_after = certificate.not_valid_before, certificate.not_valid_after
    return replace(
        report,
        signer=signer_name(certificate, reveal=reveal),
        issuer=str(certificate.issuer.native.get("common_name", certificate.issuer.human_friendly)),
        serial=f"{certificate.serial_number:X}",
        certificate_sha256=hashlib.sha256(check.certificate).hexdigest(),
        certificate_policies=tuple(certificate_policies(certificate)),
        signed_at=check.signed_at,
        time_source=TimeSource.CLAIMED if check.signed_at else None,
        certificate_not_before=not_before,
        certificate_not_after=not_after,
        valid_at_claimed_time=None if check.signed_at is None else not_before <= check.signed_at <= not_after,
        level=Level.B_B if check.is_intact else None,
    )


def _conclude(report: SignatureReport, found: Sequence[Reason], notices: Sequence[Reason]) -> SignatureReport:
    reasons = tuple(sorted(found, key=lambda item: RULES[item.rule].verdict is not Verdict.TOTAL_FAILED))
    worst = RULES[reasons[0].rule] if reasons else None
    return replace(
        report,
        verdict=worst.verdict or Verdict.INDETERMINATE if worst else Verdict.TOTAL_PASSED,
        sub_indication=worst.sub_indication if worst else None,
        reasons=reasons,
        notices=tuple(notices),
    )
