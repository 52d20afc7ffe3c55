"""What a verification says for the count: is there a valid signature of the person, of the agency, of both in order?

Trạng thái ký số. Decree 30/2020/NĐ-CP, articles 5.1, 13 and 14: the person signs first, then the agency. Only what the
report says is read here; nothing is verified.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from edocs.errors import UnreadableError
from edocs.model.signing import Level, Role
from edocs.model.verdict import Verdict

__all__ = ["Indicator", "SignatureFact", "SignatureFacts", "Standing", "canonical_json", "read_facts"]

SCHEMA = "edocs.verification/1"
_TIMESTAMP = "ETSI.RFC3161"
_TIMED = {Level.B_T, Level.B_LT, Level.B_LTA}
_LASTING = {Level.B_LT, Level.B_LTA}


class Standing(StrEnum):
    """The bucket that a document falls into, for one indicator. Each document is in exactly one."""

    VALID = "valid"
    """hợp lệ: a trusted signature in that role has TOTAL_PASSED"""
    INVALID = "invalid"
    """không hợp lệ: there is one, and it failed, or the agency signed before the person"""
    INDETERMINATE = "indeterminate"
    """chưa đủ căn cứ: one may be valid, but evidence of trust, time or role is missing"""
    UNSIGNED = "unsigned"
    """chưa ký: verified, and there is none in that role"""
    NOT_CHECKED = "not_checked"
    """chưa xác thực: the document was registered without a verification"""


class Indicator(StrEnum):
    """Which signed share: I2, I1 and I3 of the usual definitions, in the order in which a document is signed."""

    PERSONAL = "personal"
    """I2, ký số cá nhân"""
    ORGANISATION = "organisation"
    """I1, ký số cơ quan"""
    BOTH = "both"
    """I3, đủ hai chữ ký, đúng thứ tự: the only one that means the value of an original (Decree 30, article 5.1)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFact:
    """What the count needs to know of one signature."""

    role: Role
    verdict: Verdict
    integrity: bool = False
    trusted: bool = False
    level: Level | None = None
    is_timestamp: bool = False
    """A document timestamp: proof of time, nobody's signature."""

    @property
    def is_passed(self) -> bool:
        """Intact, trusted and TOTAL_PASSED."""
        return self.verdict is Verdict.TOTAL_PASSED and self.integrity and self.trusted

    @property
    def is_open(self) -> bool:
        """Passed, or not refuted either."""
        return self.is_passed or self.verdict is Verdict.INDETERMINATE


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFacts:
    """What one verification says of one file (kết quả xác thực), reduced to what is counted."""

    verdict: Verdict
    signatures: tuple[SignatureFact, ...] = ()
    """In the order of their revisions."""
    file_sha256: str = ""
    digest: str = ""
    """SHA-256 of the verification object without path and wording, lower-case hexadecimal."""

    def standing(self, indicator: Indicator) -> Standing:
        """The bucket of this file for ``indicator``.

        Source: Decree 30, articles 5.1, 13.7 and 14; ``docs/registry.md``, "Buckets".
        """
        if self.verdict is Verdict.UNREADABLE:
            return Standing.INDETERMINATE
        roles = _ROLES[indicator]
        if any(not self._has(role, with_unknown=True) for role in roles):
            return Standing.UNSIGNED
        if self._is_ordered(roles, _passes):
            return self._bounded(Standing.VALID)
        if self._is_ordered(roles, _may_pass):
            return self._bounded(Standing.INDETERMINATE)
        return Standing.INVALID

    def is_attempted(self, indicator: Indicator) -> bool:
        """Whether signatures in the roles of ``indicator`` are there at all, whatever their verdict and order."""
        return all(self._has(role, with_unknown=False) for role in _ROLES[indicator])

    @property
    def has_signature(self) -> bool:
        """Any signature at all (có chữ ký)."""
        return bool(self._signed)

    @property
    def has_intact(self) -> bool:
        """A signature whose bytes are unchanged (toàn vẹn)."""
        return any(fact.integrity for fact in self._signed)

    @property
    def has_trusted(self) -> bool:
        """An intact signature whose chain is trusted (tin cậy)."""
        return any(fact.integrity and fact.trusted for fact in self._signed)

    @property
    def has_timestamped(self) -> bool:
        """A passed signature with a proof of time (có dấu thời gian)."""
        return any(fact.is_passed and fact.level in _TIMED for fact in self._signed)

    @property
    def has_long_term(self) -> bool:
        """A passed signature with the evidence inside that outlives its certificate (xác thực lâu dài)."""
        return any(fact.is_passed and fact.level in _LASTING for fact in self._signed)

    @property
    def _signed(self) -> tuple[SignatureFact, ...]:
        return tuple(fact for fact in self.signatures if not fact.is_timestamp)

    def _has(self, role: Role, *, with_unknown: bool) -> bool:
        roles = {role, Role.UNKNOWN} if with_unknown else {role}
        return any(fact.role in roles for fact in self._signed)

    def _is_ordered(self, roles: Sequence[Role], matches: _Match) -> bool:
        rest = iter(self._signed)  # one iterator: each next role is looked for after the one before
        return all(any(matches(fact, role) for fact in rest) for role in roles)

    def _bounded(self, standing: Standing) -> Standing:
        # A file may fail as a whole, such as by bytes that belong to no revision, while each signature passes alone.
        if all(fact.verdict is not self.verdict for fact in self.signatures):
            if self.verdict is Verdict.TOTAL_FAILED:
                return Standing.INVALID
            if self.verdict is Verdict.INDETERMINATE:
                return Standing.INDETERMINATE
        return standing


def read_facts(verification: Mapping[str, object]) -> SignatureFacts:
    """The facts in a verification object ``edocs.verification/1``, as ``VerificationReport.as_dict`` makes it.

    Raises:
        UnreadableError: It is of another schema, or a value is none that the schema knows.
    """
    if verification.get("schema") != SCHEMA:
        raise UnreadableError(
            "no verification object: schema {schema}",
            hint="expected {known}",
            schema=verification.get("schema"),
            known=SCHEMA,
        )
    try:
        signatures = verification.get("signatures", [])
        if not isinstance(signatures, list):
            raise TypeError("signatures")
        return SignatureFacts(
            verdict=Verdict(str(verification["verdict"])),
            signatures=tuple(_fact(signature) for signature in signatures),
            file_sha256=str(verification.get("sha256", "")),
            digest=hashlib.sha256(canonical_json(_without_wording(verification)).encode()).hexdigest(),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as exc:
        raise UnreadableError("verification object cannot be read: {why}", why=exc) from exc


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no white space, so that equal values have equal bytes.

    >>> canonical_json({"b": 1, "a": "Số"})
    '{"a":"Số","b":1}'
    """
    return _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


_ROLES = {
    Indicator.PERSONAL: (Role.PERSONAL,),
    Indicator.ORGANISATION: (Role.ORGANISATION,),
    Indicator.BOTH: (Role.PERSONAL, Role.ORGANISATION),
}


_Match = Callable[[SignatureFact, Role], bool]


def _passes(fact: SignatureFact, role: Role) -> bool:
    return fact.is_passed and fact.role is role


def _may_pass(fact: SignatureFact, role: Role) -> bool:
    return fact.is_open and fact.role in (role, Role.UNKNOWN)


def _fact(signature: Mapping[str, object]) -> SignatureFact:
    level = signature.get("level")
    return SignatureFact(
        role=Role(str(signature["role"])),
        verdict=Verdict(str(signature["verdict"])),
        integrity=signature.get("integrity") is True,
        trusted=signature.get("trusted") is True,
        level=Level(str(level)) if level else None,
        is_timestamp=signature.get("sub_filter") == _TIMESTAMP,
    )


def _without_wording(value: object) -> object:
    """``value`` without path, message and hint: the same findings have one digest in every language and folder."""
    if isinstance(value, Mapping):
        return {key: _without_wording(inner) for key, inner in value.items() if key not in {"path", "message", "hint"}}
    if isinstance(value, list | tuple):
        return [_without_wording(inner) for inner in value]
    return value
