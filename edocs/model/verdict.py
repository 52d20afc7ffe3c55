"""What a verification says: verdicts, reasons, the report of a signature and of a file.

Kết quả xác thực chữ ký số. The verdicts and sub-indications are those of ETSI EN 319 102-1, clause 5.1.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from edocs.errors import VerificationError
from edocs.locale import DEFAULT_LANGUAGE, translate
from edocs.model.evidence import ChangeEvidence
from edocs.model.signing import Level, Role

__all__ = [
    "Changes",
    "Coverage",
    "LegalEffect",
    "Policy",
    "Reason",
    "Revocation",
    "SignatureReport",
    "SignedData",
    "SignerName",
    "SubIndication",
    "TimeSource",
    "Verdict",
    "VerificationReport",
]

SCHEMA = "edocs.verification/1"


class Verdict(StrEnum):
    """The main status indication (EN 319 102-1, 5.1.3), and two of a file that has no signature to judge."""

    TOTAL_PASSED = "TOTAL_PASSED"
    """hợp lệ"""
    TOTAL_FAILED = "TOTAL_FAILED"
    """không hợp lệ"""
    INDETERMINATE = "INDETERMINATE"
    """chưa đủ căn cứ"""
    NOT_SIGNED = "NOT_SIGNED"
    """chưa ký số"""
    UNREADABLE = "UNREADABLE"
    """không đọc được"""


class SubIndication(StrEnum):
    """Why a signature failed or is indeterminate (EN 319 102-1, table 5)."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    REVOKED = "REVOKED"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    CERTIFICATE_CHAIN_GENERAL_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    SIGNED_DATA_NOT_FOUND = "SIGNED_DATA_NOT_FOUND"
    TRY_LATER = "TRY_LATER"
    GENERIC = "GENERIC"


class Policy(StrEnum):
    """Which changes after a signature are lawful; each also needs the leave of that signature's DocMDP and FieldMDP."""

    STRICT = "strict"
    """Long-term evidence and further signatures."""
    DECREE_30 = "decree-30"
    """The same, and filling the reserved number and date fields."""
    AS_DOCMDP = "as-docmdp"
    """Whatever the document permits."""
    INTEGRITY = "integrity"
    """As ``decree-30``, trust not judged: INDETERMINATE at best."""


class Changes(StrEnum):
    """What later revisions changed, the gravest class found."""

    NONE = "none"
    LTV = "ltv"
    SIGNATURE = "signature"
    FORM_FILL = "form_fill"
    ANNOTATION = "annotation"
    CONTENT = "content"


class Coverage(StrEnum):
    """How much of the file a signature covers."""

    WHOLE_FILE = "whole_file"
    REVISION = "revision"


class TimeSource(StrEnum):
    """Where the signing time comes from."""

    TIMESTAMP = "timestamp"
    CLAIMED = "claimed"


class Revocation(StrEnum):
    """What is known of the signer certificate's revocation."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    NOT_CHECKED = "not_checked"


class LegalEffect(StrEnum):
    """Decision 28/2018, articles 4.1 and 4.2; Decree 30, article 5.1."""

    ORIGINAL = "original"
    """Signed by a person and then by the agency: value of an original (có giá trị như bản gốc)."""
    REFERENCE_ONLY = "reference_only"
    """For information only (để biết, tham khảo)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One finding: which rule, by which clause, what happened, what to do."""

    rule: str
    """Stable id, such as ``structure.byte_range``."""
    clause: str
    """Where the rule comes from, such as ``ISO 32000-2, 12.8.1``."""
    message: str
    """English template; see :meth:`text`."""
    hint: str = ""
    """English template of the advice, or empty."""
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Values for the templates."""

    def text(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """What happened, in ``lang``."""
        return translate(self.message, lang, **self._values(lang))

    def advice(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """What to do, in ``lang``; may be empty."""
        return translate(self.hint, lang, **self._values(lang)) if self.hint else ""

    def as_dict(self, lang: str = DEFAULT_LANGUAGE) -> dict[str, str]:
        """The reason as the JSON contract has it."""
        return {"rule": self.rule, "clause": self.clause, "message": self.text(lang), "hint": self.advice(lang)}

    def _values(self, lang: str) -> dict[str, str]:
        # A value may be one of our own phrases ("it was moved or removed"); anything else comes back as it is.
        return {name: translate(value, lang) for name, value in self.params.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerName:
    """Who signed, as the certificate's subject says (chủ thể chứng thư số)."""

    common_name: str
    organisation: str = ""
    title: str = ""
    identifier: str = ""
    """``UID`` or organizationIdentifier; the digits of a person's number masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedData:
    """What a signature was computed from, so that a report can identify it (ETSI TS 119 102-2, 4.3.3)."""

    digest: str
    """The digest algorithm, such as ``sha256``."""
    document: bytes
    """The digest of the signed bytes of the file."""
    representation: bytes
    """The digest that was signed: of the signed attributes, or of the bytes where there are none (DTBSR)."""
    value: bytes
    """The signature value."""
    certificate: bytes
    """Of the signer, DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """The verdict on one signature (chữ ký số)."""

    field: str
    """Fully qualified name of the signature field."""
    verdict: Verdict
    sub_indication: SubIndication | None = None
    role: Role = Role.UNKNOWN
    role_rule: str = "none"
    """The rule that decided the role; see ``docs/verification.md``."""
    reasons: tuple[Reason, ...] = ()
    """Everything that speaks against the signature; empty only for a pass."""
    notices: tuple[Reason, ...] = ()
    """What the reader should know although it does not change the verdict."""
    level: Level | None = None
    evidence_until: datetime | None = None
    """The first end of a certificate that the evidence of ``level`` rests on; None where nothing is trusted."""
    sub_filter: str = ""
    data: SignedData | None = None
    """None where the value could not be read; not part of the JSON object."""
    signer: SignerName | None = None
    issuer: str = ""
    serial: str = ""
    """Certificate serial number, upper-case hexadecimal."""
    certificate_sha256: str = ""
    certificate_policies: tuple[str, ...] = ()
    """The policy OIDs that the certificate carries (RFC 5280, 4.2.1.4)."""
    signed_at: datetime | None = None
    time_source: TimeSource | None = None
    certificate_not_before: datetime | None = None
    certificate_not_after: datetime | None = None
    valid_at_claimed_time: bool | None = None
    integrity: bool = False
    trusted: bool = False
    revocation: Revocation = Revocation.NOT_CHECKED
    covers: Coverage = Coverage.REVISION
    changes_after: Changes = Changes.NONE
    evidence: ChangeEvidence | None = None
    """What a reader sees differently, where a change was refused."""

    def as_dict(self, lang: str = DEFAULT_LANGUAGE) -> dict[str, object]:
        """The signature as the JSON contract has it."""
        signer = self.signer
        return {
            "field": self.field,
            "role": self.role.value,
            "role_rule": self.role_rule,
            "verdict": self.verdict.value,
            "sub_indication": self.sub_indication.value if self.sub_indication else None,
            "level": self.level.value if self.level else None,
            "evidence_until": _iso(self.evidence_until),
            "sub_filter": self.sub_filter,
            "signer": None
            if signer is None
            else {
                "common_name": signer.common_name,
                "organisation": signer.organisation,
                "title": signer.title,
                "identifier": signer.identifier,
            },
            "issuer": self.issuer,
            "serial": self.serial,
            "certificate_sha256": self.certificate_sha256,
            "certificate_policies": list(self.certificate_policies),
            "signed_at": _iso(self.signed_at),
            "time_source": self.time_source.value if self.time_source else None,
            "certificate_not_before": _iso(self.certificate_not_before),
            "certificate_not_after": _iso(self.certificate_not_after),
            "valid_at_claimed_time": self.valid_at_claimed_time,
            "integrity": self.integrity,
            "trusted": self.trusted,
            "revocation": self.revocation.value,
            "covers": self.covers.value,
            "changes_after": self.changes_after.value,
            "evidence": self.evidence.as_dict() if self.evidence else None,
            "reasons": [reason.as_dict(lang) for reason in self.reasons],
            "notices": [notice.as_dict(lang) for notice in self.notices],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReport:
    """The verdict on one file. It has no truth value: ask for the verdict, or call :meth:`require`."""

    verdict: Verdict
    signatures: tuple[SignatureReport, ...] = ()
    reasons: tuple[Reason, ...] = ()
    """Findings about the file as a whole."""
    notices: tuple[Reason, ...] = ()
    """What the reader should know although it does not change the verdict."""
    policy: str = Policy.DECREE_30.value
    """The name of the policy."""
    legal_effect: LegalEffect = LegalEffect.REFERENCE_ONLY
    sha256: str = ""
    path: str = ""

    def __bool__(self) -> bool:
        raise TypeError("a verification report is neither true nor false: read .verdict, or call .require()")

    def require(self) -> None:
        """Go on only where the verdict is TOTAL_PASSED.

        Raises:
            VerificationError: It is not; the text names the verdict and the first reason.
        """
        if self.verdict is Verdict.TOTAL_PASSED:
            return
        found = [*self.reasons, *(reason for signature in self.signatures for reason in signature.reasons)]
        raise VerificationError(
            "verification did not pass: {verdict}: {why}",
            verdict=self.verdict.value,
            why=found[0].text() if found else "no reason recorded",
        )

    def as_dict(self, lang: str = DEFAULT_LANGUAGE) -> dict[str, object]:
        """The JSON contract ``edocs.verification/1`` (``docs/verification.md``)."""
        return {
            "schema": SCHEMA,
            "path": self.path,
            "sha256": self.sha256,
            "verdict": self.verdict.value,
            "reasons": [reason.as_dict(lang) for reason in self.reasons],
            "notices": [notice.as_dict(lang) for notice in self.notices],
            "policy": self.policy,
            "legal_effect": self.legal_effect.value,
            "signatures": [signature.as_dict(lang) for signature in self.signatures],
        }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
