"""Whom a verifier believes: anchors, known certificates and lists, and what decides a role.

Điểm tin cậy. Certificates and lists are DER, so that a store is plain data that any process can be handed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from edocs.model.signing import Role
from edocs.model.verdict import Revocation

__all__ = ["RevocationEvidence", "ServiceUse", "TrustStore", "TrustedService"]


class ServiceUse(StrEnum):
    """What a trusted list says that a service is for (loại dịch vụ tin cậy)."""

    SIGNATURES = "signatures"
    """It issues certificates for signatures and seals (CA/QC, CA/PKC)."""
    TIMESTAMPS = "timestamps"
    """It issues timestamps (TSA/QTST, TSA)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedService:
    """One digital identity of one service of a trusted list (dịch vụ trong danh sách tin cậy)."""

    certificate: bytes
    """Of the service, DER."""
    use: ServiceUse
    granted: tuple[tuple[datetime, datetime | None], ...]
    """From when (included) until when (not included) it was granted; None: until further notice."""
    name: str = ""
    """As the list calls the service."""
    source: str = ""
    """Which list says so: territory and sequence number."""

    def is_granted(self, at: datetime) -> bool:
        """Whether the service was granted at ``at`` (aware)."""
        return any(start <= at and (end is None or at < end) for start, end in self.granted)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustStore:
    """Everything that a verdict may rest on besides the document. Empty: every verdict is INDETERMINATE."""

    anchors: tuple[bytes, ...] = ()
    """Trust anchors, DER certificates. Without anchors every self-made certificate would pass."""
    services: tuple[TrustedService, ...] = ()
    """Anchors for one use and for certain times, from trusted lists."""
    anchor_pins: frozenset[str] = frozenset()
    """SHA-256 (lower-case hex) of CA certificates that count as anchors wherever they come from."""
    signer_pins: frozenset[str] = frozenset()
    """SHA-256 of end-entity certificates that are believed without a path."""
    timestamp_pins: frozenset[str] = frozenset()
    """SHA-256 of certificates of timestamping authorities that are believed without a path."""
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

    @property
    def authorities(self) -> tuple[bytes, ...]:
        """Every CA certificate at hand, believed or not: to find who issued another."""
        return tuple(dict.fromkeys([*self.intermediates, *self.anchors, *(item.certificate for item in self.services)]))

    @property
    def has_anchors(self) -> bool:
        """Whether anybody at all is believed."""
        return bool(self.anchors or self.services or self.anchor_pins or self.signer_pins or self.timestamp_pins)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationEvidence:
    """What a source knows of one certificate (bằng chứng thu hồi)."""

    status: Revocation
    revoked_at: datetime | None = None
    is_on_hold: bool = False
    """Revoked for the time being only (tạm dừng, certificateHold); ``status`` is then ``REVOKED``."""
    this_update: datetime | None = None
    next_update: datetime | None = None
    source: str = ""
    """``crl``, ``ocsp``, with the issuer or address."""
    crl: bytes = b""
    """The list that says so, DER; empty where it was another kind of source."""
    ocsp: bytes = b""
    """The response that says so, DER; empty where it was another kind of source."""
