"""Frozen value objects and enums of the field. Standard library only; no file, socket or clock is touched here.

The names are imported on first use: a command that verifies need not build what a register is made of.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import edocs.model._pickling  # noqa: F401 - read-only mappings inside value objects become picklable

if TYPE_CHECKING:
    from edocs.model.acts import APPENDIX_FIELD, COPY_FIELD, CopyForm, CopySource, CopySpec
    from edocs.model.answering import StatusSpec, status_for
    from edocs.model.arrival import Arrival, Arrived
    from edocs.model.audit import AuditRecord
    from edocs.model.counts import Counts, Share
    from edocs.model.directory import AgencyDirectory, AgencyEntry, AgencyKind, Ending, read_agencies, read_directory
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
    from edocs.model.envelope_check import EnvelopeCheck, EnvelopeSpec
    from edocs.model.events import (
        Event,
        EventKind,
        LogExtent,
        LoggedEvent,
        document_payload,
        findings_payload,
    )
    from edocs.model.evidence import ChangeEvidence, PageDifference, PagePictures
    from edocs.model.identifiers import DocumentId, DocumentIdScheme
    from edocs.model.kinds import (
        ADMINISTRATIVE_CODES,
        DOCUMENT_TYPES,
        NORMATIVE_CODES,
        document_type,
        type_code,
        type_contradiction,
        type_name,
    )
    from edocs.model.limits import Limits, Loss
    from edocs.model.message_limits import MessageLimits
    from edocs.model.options import VerificationOptions
    from edocs.model.organ_id import OrganId, OrganIdSyntax
    from edocs.model.parcel import (
        Comparison,
        FileKind,
        Manifest,
        ManifestEntry,
        OpenedMessage,
        OutgoingDocument,
        OutgoingFile,
        Packed,
        PackedFile,
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
    from edocs.model.profile import MEASURES, Buckets, Fact, Profile, Sending
    from edocs.model.refusal import Refusal, refusal_reasons, refusal_text
    from edocs.model.register import Agency, AgencyLevel, Document, DocumentKey, Exclusion, Secrecy, tidy_name
    from edocs.model.secrecy import MARKS, Declassification, marked_degree, read_declassification
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
    from edocs.model.state import Entry, Findings
    from edocs.model.statuses import (
        STATUSES,
        DocumentState,
        Emitter,
        Processing,
        StatusKind,
        processing_of,
        require_status,
    )
    from edocs.model.submission import (
        Submission,
        agency_level,
        named_agency,
        read_day,
        read_secrecy,
        read_submission,
    )
    from edocs.model.tally import Facet, Query, Tally, total
    from edocs.model.trust import RevocationEvidence, ServiceUse, TrustedService, TrustStore
    from edocs.model.verdict import (
        Changes,
        Coverage,
        LegalEffect,
        Policy,
        Reason,
        Revocation,
        SignatureReport,
        SignedData,
        SignerName,
        SubIndication,
        TimeSource,
        Verdict,
        VerificationReport,
    )

__all__ = [
    "ADMINISTRATIVE_CODES",
    "APPENDIX_FIELD",
    "BUILT_IN_POLICIES",
    "COPY_FIELD",
    "DATE_FIELD",
    "DOCUMENT_TYPES",
    "HANOI",
    "MARKS",
    "MEASURES",
    "NORMATIVE_CODES",
    "NUMBER_FIELD",
    "RESERVED_FIELDS",
    "SEAL_FIELD",
    "STATUSES",
    "Agency",
    "AgencyDirectory",
    "AgencyEntry",
    "AgencyKind",
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
    "ChangeEvidence",
    "ChangeRules",
    "Changes",
    "Comparison",
    "CopyForm",
    "CopySource",
    "CopySpec",
    "Counts",
    "Coverage",
    "Declassification",
    "Document",
    "DocumentCode",
    "DocumentId",
    "DocumentIdScheme",
    "DocumentKey",
    "DocumentMessage",
    "DocumentSigner",
    "DocumentState",
    "DocumentType",
    "Emitter",
    "Ending",
    "Entry",
    "Envelope",
    "EnvelopeCheck",
    "EnvelopeSignature",
    "EnvelopeSpec",
    "Event",
    "EventKind",
    "Exclusion",
    "Extended",
    "Facet",
    "Fact",
    "FileKind",
    "Findings",
    "Indicator",
    "LegalEffect",
    "Level",
    "Limits",
    "LogExtent",
    "LoggedEvent",
    "Loss",
    "Manifest",
    "ManifestEntry",
    "MessageCode",
    "MessageKind",
    "MessageLimits",
    "OpenedMessage",
    "Organ",
    "OrganId",
    "OrganIdSyntax",
    "OtherInfo",
    "OtherMessage",
    "OutgoingDocument",
    "OutgoingFile",
    "Packed",
    "PackedFile",
    "PageDifference",
    "PagePictures",
    "Policy",
    "Priority",
    "Processing",
    "Profile",
    "Promulgation",
    "Query",
    "Reason",
    "Receiver",
    "Reference",
    "Refusal",
    "Replacement",
    "RequiredSignature",
    "Reservation",
    "ResponseFor",
    "Revocation",
    "RevocationEvidence",
    "Role",
    "Secrecy",
    "Sending",
    "ServiceUse",
    "Share",
    "SignatureAlgorithm",
    "SignatureFact",
    "SignatureFacts",
    "SignatureReport",
    "SignatureSpec",
    "SignedData",
    "SignerName",
    "Staff",
    "Stamp",
    "Standing",
    "StatusKind",
    "StatusMessage",
    "StatusSpec",
    "Steering",
    "SubIndication",
    "Submission",
    "Tally",
    "TimeForm",
    "TimeSource",
    "Trace",
    "TrustStore",
    "TrustedService",
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
    "marked_degree",
    "named_agency",
    "policy_of",
    "processing_of",
    "read_agencies",
    "read_day",
    "read_declassification",
    "read_directory",
    "read_facts",
    "read_secrecy",
    "read_submission",
    "refusal_reasons",
    "refusal_text",
    "require_status",
    "status_for",
    "tidy_name",
    "total",
    "type_code",
    "type_contradiction",
    "type_name",
]

_MODULES = (
    # Searched in this order; what verifying needs comes first, because its cold start is waited for.
    "signing",
    "verdict",
    "evidence",
    "trust",
    "policy",
    "options",
    "limits",
    "acts",
    "arrival",
    "audit",
    "kinds",
    "register",
    "standing",
    "profile",
    "events",
    "state",
    "counts",
    "tally",
    "submission",
    "envelope_check",
    "organ_id",
    "envelope",
    "statuses",
    "answering",
    "identifiers",
    "directory",
    "secrecy",
    "message_limits",
    "parcel",
    "refusal",
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
