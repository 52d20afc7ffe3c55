"""What a verification may be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edocs.model.policy import VerificationPolicy
from edocs.model.verdict import Policy

__all__ = ["VerificationOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationOptions:
    """How to verify. Plain data, so that a batch can be sent to other processes."""

    policy: Policy | VerificationPolicy = Policy.DECREE_30
    at: datetime | None = None
    """Aware time to verify for; None: now."""
    password: str | None = None
    """For encrypted documents."""
    require_revocation: bool = False
    """INDETERMINATE where revocation cannot be checked; otherwise a notice."""
    online: bool = False
    """Ask OCSP responders and CRL addresses about certificates of a valid path that nothing at hand covers."""
    cache: Path | None = None
    """Folder for their answers, until the nextUpdate of each; None: not kept."""
    show_identity: bool = False
    """Give national identity numbers of signers in full, not masked."""
    show_changes: bool = True
    """Gather, for a change that is refused, which objects, pages and lines differ."""
