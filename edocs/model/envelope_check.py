"""What is asked of, and found out about, the signature of an envelope.

Chữ ký số trên gói tin. The signature itself is XAdES (ETSI EN 319 132-1); these are plain values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from edocs.model.signing import Level, Role
from edocs.model.verdict import Reason

__all__ = ["EnvelopeCheck", "EnvelopeSpec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeSpec:
    """What the signature of an envelope states."""

    role: Role = Role.UNKNOWN
    """Claimed; unknown: nothing is claimed, and the certificate decides."""
    level: Level = Level.B_B
    """B-B or B-T."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeCheck:
    """What cryptography says of an envelope's signature. Whom to believe is asked apart (``edocs.exchange``)."""

    findings: tuple[Reason, ...] = ()
    """Everything that speaks against it but the strength of its algorithms."""
    notices: tuple[Reason, ...] = ()
    certificate: bytes = field(default=b"", repr=False)
    """Of the signer, DER; empty where it is not known."""
    others: tuple[bytes, ...] = field(default=(), repr=False)
    """What else came with it, DER."""
    digests: tuple[str, ...] = ()
    """All that it rests on."""
    signed_at: datetime | None = None
    """As the signer says; aware."""
    role: Role | None = None
    """As the signer claims."""
    value: bytes = field(default=b"", repr=False)
    """What its timestamps are over."""
    tokens: tuple[bytes, ...] = field(default=(), repr=False)
    """Its timestamps (RFC 3161), DER, not judged."""

    @property
    def is_intact(self) -> bool:
        """Whether the value and every digest hold."""
        return bool(self.certificate) and not self.findings
