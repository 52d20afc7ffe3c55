"""What a verification accepts: changes after a signature, algorithms, and who must have signed.

Chính sách xác thực. A policy narrows; it never opens what a signature's own DocMDP and FieldMDP forbid
(ISO 32000-2, 12.8.2.2 and 12.8.2.4). How one is read from a file is ``edocs/verify.py``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from edocs.model.signing import DATE_FIELD, NUMBER_FIELD, Level, Role
from edocs.model.verdict import Policy

__all__ = ["BUILT_IN_POLICIES", "AlgorithmRules", "ChangeRules", "RequiredSignature", "VerificationPolicy", "policy_of"]


class AlgorithmRules(StrEnum):
    """Which algorithms count (Circular 15/2025/TT-BKHCN, annex I)."""

    CURRENT = "current"
    """Those that the circular accepts today, whatever the age of the signature."""
    DATED = "dated"
    """Those that were accepted at the time that a trusted timestamp proves for the signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRules:
    """What may follow a signature, where that signature's own DocMDP and FieldMDP allow it too.

    Thay đổi được phép sau khi ký. Long-term evidence and document timestamps are always allowed.
    """

    signatures: bool = True
    """Further signatures."""
    fields: tuple[str, ...] | None = ()
    """Full names of the form fields that may be filled; None: every field that the document leaves open."""
    annotations: bool = False
    """Comments, where the document permits them (P=3)."""
    reserved: bool = True
    """Number and date are held to the decree's form, place and order (Decree 30, annex I.II.3 and 4, article 14)."""
    added_fields: bool = False
    """After a certification, visible signatures in fields that it did not reserve, made and signed in one revision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredSignature:
    """A signature that the document must carry; what is None or empty is not asked.

    Chữ ký bắt buộc.
    """

    role: Role | None = None
    organisation: str = ""
    """Name of the agency as in the certificate: its O, or its CN where a seal has none; case, spaces do not count."""
    common_name: str = ""
    policy_oid: str = ""
    """A certificate policy that the signer's certificate must carry, such as ``1.3.6.1.4.1.32473.30.1``."""
    certificate_sha256: str = ""
    """Lower-case hexadecimal."""
    level: Level | None = None
    """The least level."""
    count: int = 1
    """How many such signatures, by different certificates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationPolicy:
    """Everything that a verdict may be made to depend on, under a name that the report gives."""

    name: str
    changes: ChangeRules = ChangeRules(fields=(NUMBER_FIELD, DATE_FIELD))
    judges_trust: bool = True
    """False: the best verdict is INDETERMINATE."""
    require_revocation: bool = False
    """INDETERMINATE where revocation cannot be checked; otherwise a notice."""
    algorithms: AlgorithmRules = AlgorithmRules.CURRENT
    required: tuple[RequiredSignature, ...] = ()
    """In the order in which they must have been made."""


_STRICT = ChangeRules()
_DECREE_30 = ChangeRules(fields=(NUMBER_FIELD, DATE_FIELD))

BUILT_IN_POLICIES = MappingProxyType(
    {
        Policy.STRICT: VerificationPolicy(name=Policy.STRICT.value, changes=_STRICT),
        Policy.DECREE_30: VerificationPolicy(name=Policy.DECREE_30.value, changes=_DECREE_30),
        Policy.AS_DOCMDP: VerificationPolicy(
            name=Policy.AS_DOCMDP.value,
            changes=ChangeRules(fields=None, annotations=True, reserved=False, added_fields=True),
        ),
        Policy.INTEGRITY: VerificationPolicy(name=Policy.INTEGRITY.value, changes=_DECREE_30, judges_trust=False),
    }
)


def policy_of(policy: Policy | VerificationPolicy) -> VerificationPolicy:
    """``policy`` itself, or the built-in one of that name.

    >>> policy_of(Policy.STRICT).changes.fields
    ()
    """
    return policy if isinstance(policy, VerificationPolicy) else BUILT_IN_POLICIES[policy]
