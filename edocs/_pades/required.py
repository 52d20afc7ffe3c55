"""Whether a document carries the signatures that a policy asks for, in their order.

Chữ ký bắt buộc: ai phải ký, theo thứ tự nào. Only signatures that passed by themselves count
(ETSI EN 319 102-1, 5.2.8: signature acceptance). Which signatures a document needs by law is not decided here.
"""

from __future__ import annotations

from collections.abc import Sequence

from edocs._pades.roles import agency_name
from edocs.model import Level, Reason, RequiredSignature, Role, SignatureReport, Verdict, VerificationPolicy
from edocs.model.rules import reason

__all__ = ["judge_required"]

_LEVELS = tuple(Level)
_WHAT = {Role.PERSONAL: "a person's signature", Role.ORGANISATION: "an agency's signature"}


def judge_required(
    signatures: Sequence[SignatureReport], policy: VerificationPolicy
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """What is missing, and which field is taken for which demand.

    Each demand takes the earliest signatures that fit it and stand after those of the demand before; that leaves the
    most room for the rest, so an order is found wherever there is one.

    Args:
        signatures: All of the document, in the order in which they were made.

    Returns:
        Reasons for what is missing, notices for what was found.
    """
    missing: list[Reason] = []
    found: list[Reason] = []
    start = 0
    for demand in policy.required:
        taken = _earliest(signatures, demand, start)
        details = {"what": _WHAT.get(demand.role or Role.UNKNOWN, "a signature"), "conditions": _conditions(demand)}
        if len(taken) == demand.count:
            start = taken[-1] + 1
            fields = ", ".join(signatures[index].field for index in taken)
            found.append(reason("required.found", fields=fields, policy=policy.name, **details))
        else:
            missing.append(reason("required.missing", count=demand.count - len(taken), policy=policy.name, **details))
    return tuple(missing), tuple(found)


def _earliest(signatures: Sequence[SignatureReport], demand: RequiredSignature, start: int) -> list[int]:
    taken: list[int] = []
    certificates: set[str] = set()
    for index in range(start, len(signatures)):
        signature = signatures[index]
        if len(taken) < demand.count and _fits(signature, demand) and signature.certificate_sha256 not in certificates:
            taken.append(index)
            certificates.add(signature.certificate_sha256)
    return taken


def _fits(signature: SignatureReport, demand: RequiredSignature) -> bool:
    signer = signature.signer
    if signature.verdict is not Verdict.TOTAL_PASSED or signer is None:
        return False
    agency = signer.organisation or (signer.common_name if signature.role is Role.ORGANISATION else "")
    return (
        (demand.role is None or signature.role is demand.role)
        and (not demand.organisation or agency_name(agency) == agency_name(demand.organisation))
        and (not demand.common_name or agency_name(signer.common_name) == agency_name(demand.common_name))
        and (not demand.policy_oid or demand.policy_oid in signature.certificate_policies)
        and demand.certificate_sha256 in ("", signature.certificate_sha256)
        and (demand.level is None or _reaches(signature.level, demand.level))
    )


def _reaches(level: Level | None, least: Level) -> bool:
    return level is not None and _LEVELS.index(level) >= _LEVELS.index(least)


def _conditions(demand: RequiredSignature) -> str:
    """What the demand says beside the role, as people read it; ``any`` where it says nothing."""
    parts = [demand.organisation, demand.common_name, demand.policy_oid, demand.certificate_sha256[:16]]
    parts += [demand.level.value] if demand.level else []
    return "; ".join(part for part in parts if part) or "whoever signs"
