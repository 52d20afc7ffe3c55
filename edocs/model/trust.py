"""Whom a verifier believes: anchors, known certificates and lists, and what decides a role.

Điểm tin cậy. Certificates and lists are DER, so that a store is plain data that any process can be handed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from edocs.model.signing import Role
from edocs.model.verdict import Revocation

__all__ = ["RevocationEvidence", "TrustStore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustStore:
    """Everything that a verdict may rest on besides the document. Empty: every verdict is INDETERMINATE."""

    anchors: tuple[bytes, ...] = ()
    """Trust anchors, DER certificates. Without anchors every self-made certificate would pass."""
    intermediates: tuple[bytes, ...] = ()
    """Known CA certificates that a signature may leave out, DER."""
    crls: tuple[bytes, ...] = ()
    """Certificate revocation lists, DER."""
    ocsps: tuple[bytes, ...] = ()
    """OCSP responses, DER."""
    pins: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    """SHA-256 of a certificate (lower-case hex) to the role it is known to have."""
    policy_oids: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    """Certificate policy OID to the role that it stands for."""
    agencies: frozenset[str] = frozenset()
    """Names in the agency directory, normalised by :func:`edocs.verify.agency_name`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationEvidence:
    """What a source knows of one certificate (bằng chứng thu hồi)."""

    status: Revocation
    revoked_at: datetime | None = None
    this_update: datetime | None = None
    next_update: datetime | None = None
    source: str = ""
    """``crl``, ``ocsp``, with the issuer or address."""
    crl: bytes = b""
    """The list that says so, DER; empty where it was another kind of source."""
    ocsp: bytes = b""
    """The response that says so, DER; empty where it was another kind of source."""
