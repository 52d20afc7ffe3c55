"""One line of an audit: what came of one path. A failure is a value here, never the end of the batch.

Biên bản kiểm tra hàng loạt. It stands in for the report where there is none, and says so in the same contract.
"""

from __future__ import annotations

from dataclasses import dataclass

from edocs.locale import DEFAULT_LANGUAGE
from edocs.model.verdict import Policy, Reason, Verdict, VerificationReport

__all__ = ["AuditRecord"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """What an audit found at one path: a report, or the reason why there is none."""

    path: str
    """As it was given or found; not made absolute."""
    sha256: str = ""
    """Lower-case hexadecimal; empty where the file could not be read."""
    size_bytes: int = 0
    report: VerificationReport | None = None
    failure: Reason | None = None
    """Why there is no report: ``file.unreadable`` or ``audit.defect``."""
    policy: str = Policy.DECREE_30.value
    """The policy of the audit."""
    seconds: float = 0.0
    """How long this one took, reading included."""

    @property
    def verdict(self) -> Verdict:
        """The verdict on the file; UNREADABLE (không đọc được) where there is no report."""
        return self.report.verdict if self.report is not None else Verdict.UNREADABLE

    def as_dict(self, lang: str = DEFAULT_LANGUAGE) -> dict[str, object]:
        """The JSON contract ``edocs.verification/1``, for a failure too (``docs/audit.md``).

        Size and seconds are left out, so that two runs over the same files write the same lines.
        """
        if self.report is not None:
            return self.report.as_dict(lang)
        return VerificationReport(
            verdict=self.verdict,
            reasons=(self.failure,) if self.failure else (),
            policy=self.policy,
            sha256=self.sha256,
            path=self.path,
        ).as_dict(lang)
