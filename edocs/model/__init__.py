"""Frozen value objects and enums of the field. Standard library only; no file, socket or clock is touched here.

The names are imported on first use: a command that verifies need not build what a register is made of.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import edocs.model._pickling  # noqa: F401 - read-only mappings inside value objects become picklable

if TYPE_CHECKING:
    from edocs.model.acts import APPENDIX_FIELD, COPY_FIELD, CopyForm, CopySource, CopySpec
    from edocs.model.arrival import Arrival, Arrived
    from edocs.model.audit import AuditRecord
    from edocs.model.envelope import (
        Attachment,
        Business,
        BusinessKind,
        DocumentMessage,
        DocumentSigner,
        DocumentType,
        Envelope,
        EnvelopeSignature,
        MessageCode,
        MessageKind,
        Organ,
        OrganId,
        OrganIdSyntax,
        OtherInfo,
        OtherMessage,
        Priority,
        Promulgation,
        Receiver,
        Reference,
        Replacement,
        ResponseFor,
        Staff,
        StatusMessage,
        Steering,
        Trace,
        Update,
    )
    from edocs.model.kinds import DOCUMENT_TYPES, document_type, type_name
    from edocs.model.options import VerificationOptions
    from edocs.model.parcel import (
        Comparison,
        FileKind,
        Manifest,
        ManifestEntry,
        OpenedMessage,
        OutgoingDocument,
        OutgoingFile,
        Packed,
        Unpacked,
        UnpackedFile,
    )
    from edocs.model.policy import (
        BUILT_IN_POLICIES,
        AlgorithmRules,
        ChangeRules,
        RequiredSignature,
        VerificationPolicy,
        policy_of,
    )
    from edocs.model.register import (
        Agency,
        AgencyLevel,
        Document,
        DocumentKey,
        Entry,
        Event,
        EventKind,
        Exclusion,
        Findings,
        LogExtent,
        LoggedEvent,
        Secrecy,
        document_payload,
        findings_payload,
        fold,
        tidy_name,
    )
    from edocs.model.signing import (
        DATE_FIELD,
        HANOI,
        NUMBER_FIELD,
        RESERVED_FIELDS,
        SEAL_FIELD,
        Box,
        DocumentCode,
        Extended,
        Level,
        Reservation,
        Role,
        SignatureAlgorithm,
        SignatureSpec,
        Stamp,
        TimeForm,
    )
    from edocs.model.standing import Indicator, SignatureFact, SignatureFacts, Standing, canonical_json, read_facts
    from edocs.model.submission import (
        Submission,
        agency_level,
        read_agencies,
        read_day,
        read_secrecy,
        read_submission,
    )
    from edocs.model.tally import Buckets, Counts, Facet, Query, Share, Tally, total
    from edocs.model.trust import RevocationEvidence, TrustStore
    from edocs.model.verdict import (
        Changes,
        Coverage,
        LegalEffect,
        Policy,
        Reason,
        Revocation,
        SignatureReport,
        SignerName,
        SubIndication,
        TimeSource,
        Verdict,
        VerificationReport,
    )

__all__ = [
    "APPENDIX_FIELD",
    "BUILT_IN_POLICIES",
    "COPY_FIELD",
    "DATE_FIELD",
    "DOCUMENT_TYPES",
    "HANOI",
    "NUMBER_FIELD",
    "RESERVED_FIELDS",
    "SEAL_FIELD",
    "Agency",
    "AgencyLevel",
    "AlgorithmRules",
    "Arrival",
    "Arrived",
    "Attachment",
    "AuditRecord",
    "Box",
    "Buckets",
    "Business",
    "BusinessKind",
    "ChangeRules",
    "Changes",
    "Comparison",
    "CopyForm",
    "CopySource",
    "CopySpec",
    "Counts",
    "Coverage",
    "Document",
    "DocumentCode",
    "DocumentKey",
    "DocumentMessage",
    "DocumentSigner",
    "DocumentType",
    "Entry",
    "Envelope",
    "EnvelopeSignature",
    "Event",
    "EventKind",
    "Exclusion",
    "Extended",
    "Facet",
    "FileKind",
    "Findings",
    "Indicator",
    "LegalEffect",
    "Level",
    "LogExtent",
    "LoggedEvent",
    "Manifest",
    "ManifestEntry",
    "MessageCode",
    "MessageKind",
    "OpenedMessage",
    "Organ",
    "OrganId",
    "OrganIdSyntax",
    "OtherInfo",
    "OtherMessage",
    "OutgoingDocument",
    "OutgoingFile",
    "Packed",
    "Policy",
    "Priority",
    "Promulgation",
    "Query",
    "Reason",
    "Receiver",
    "Reference",
    "Replacement",
    "RequiredSignature",
    "Reservation",
    "ResponseFor",
    "Revocation",
    "RevocationEvidence",
    "Role",
    "Secrecy",
    "Share",
    "SignatureAlgorithm",
    "SignatureFact",
    "SignatureFacts",
    "SignatureReport",
    "SignatureSpec",
    "SignerName",
    "Staff",
    "Stamp",
    "Standing",
    "StatusMessage",
    "Steering",
    "SubIndication",
    "Submission",
    "Tally",
    "TimeForm",
    "TimeSource",
    "Trace",
    "TrustStore",
    "Unpacked",
    "UnpackedFile",
    "Update",
    "Verdict",
    "VerificationOptions",
    "VerificationPolicy",
    "VerificationReport",
    "agency_level",
    "canonical_json",
    "document_payload",
    "document_type",
    "findings_payload",
    "fold",
    "policy_of",
    "read_agencies",
    "read_day",
    "read_facts",
    "read_secrecy",
    "read_submission",
    "tidy_name",
    "total",
    "type_name",
]

_MODULES = (
    # Searched in this order; what verifying needs comes first, because its cold start is waited for.
    "signing",
    "verdict",
    "trust",
    "policy",
    "options",
    "acts",
    "arrival",
    "audit",
    "kinds",
    "register",
    "standing",
    "tally",
    "submission",
    "envelope",
    "parcel",
)


def __getattr__(name: str) -> object:
    if name in __all__:
        for module in _MODULES:
            value = getattr(importlib.import_module(f"edocs.model.{module}"), name, _MISSING)
            if value is not _MISSING:
                globals()[name] = value
                return value
    raise AttributeError(f"module 'edocs.model' has no attribute {name!r}")


_MISSING = object()
