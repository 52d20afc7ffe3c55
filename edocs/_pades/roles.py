"""In whose name a signature stands: an ordered table of rules, the first that applies decides.

Vai trò của chữ ký: cá nhân hay cơ quan. What no rule decides is ``unknown`` and is counted as such.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable

from asn1crypto import x509
from pyhanko.sign.ades.cades_asn1 import SignerAttributesV2

from edocs._pades.cms import ROLE_URI
from edocs._pades.signed_value import SignedValue
from edocs._pdf.faults import PARSER_FAULTS
from edocs.model import Role, SignerName, TrustStore
from edocs.model.privacy import is_person_number, mask_subject

__all__ = [
    "CLAIMED_ROLES",
    "ROLE_RULES",
    "agency_name",
    "certificate_policies",
    "claimed_role",
    "decide_role",
    "signer_name",
]

CLAIMED_ROLES = {uri: role for role, uri in ROLE_URI.items()}
"""Role names in signer-attributes-v2 (ETSI EN 319 122-1, 5.2.6.1; RoleSyntax of X.509)."""

_SIGNER_ATTRIBUTES = "0.4.0.19122.1.1"
# Vietnamese subject UIDs of agencies: tax number, budget-relation number.
_AGENCY = re.compile(r"\s*(MST|MNS|MQHNS)\s*[:=\-]", re.IGNORECASE)
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff]")


def agency_name(name: str) -> str:
    """``name`` as directories must be compared: NFC, no zero-width characters, single spaces, case folded.

    >>> agency_name("Sở  Nội vụ\u200b")
    'sở nội vụ'
    """
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", name)).split()).casefold()


def decide_role(
    certificate: x509.Certificate, claimed: Role | None, trust: TrustStore, *, is_trusted: bool
) -> tuple[Role, str]:
    """The role and the name of the rule that decided it ("none" where none did)."""
    for name, rule in ROLE_RULES:
        if (role := rule(certificate, trust)) is not None:
            return role, name
    # A claim is the signer's own word: it counts only from one whom a trusted authority has identified.
    return (claimed, "claimed_role") if claimed and is_trusted else (Role.UNKNOWN, "none")


def claimed_role(value: SignedValue | None) -> Role | None:
    """The role that the signer claims in signer-attributes-v2, if it is one we know."""
    attributes = value.signed.get(_SIGNER_ATTRIBUTES, ()) if value is not None else ()
    if len(attributes) != 1:
        return None
    try:
        attribute = SignerAttributesV2.load(attributes[0].raw)
        for claim in attribute["claimed_attributes"]:
            if claim["type"].native != "role":
                continue
            for item in claim["values"]:
                if (role := CLAIMED_ROLES.get(str(item["role_name"].native))) is not None:
                    return role
    except PARSER_FAULTS:
        return None
    return None


def signer_name(certificate: x509.Certificate, *, reveal: bool = False) -> SignerName:
    """The subject in readable parts; a person's number is masked unless ``reveal``."""
    identifiers = [*_all(certificate, "user_id"), *_all(certificate, "organization_identifier")]
    shown = [value if reveal else mask_subject(value) for value in identifiers]
    return SignerName(
        common_name=_first(certificate, "common_name"),
        organisation=_first(certificate, "organization_name"),
        title=_first(certificate, "title"),
        identifier=", ".join(shown),
    )


def _by_pin(certificate: x509.Certificate, trust: TrustStore) -> Role | None:
    return trust.pins.get(hashlib.sha256(certificate.dump()).hexdigest())


def certificate_policies(certificate: x509.Certificate) -> list[str]:
    """The policy OIDs of ``certificate``, dotted (RFC 5280, 4.2.1.4)."""
    return [policy["policy_identifier"].dotted for policy in certificate.certificate_policies_value or ()]


def _by_policy(certificate: x509.Certificate, trust: TrustStore) -> Role | None:
    oids = certificate_policies(certificate)
    return next((trust.policy_oids[oid] for oid in oids if oid in trust.policy_oids), None)


def _by_identifier(certificate: x509.Certificate, _trust: TrustStore) -> Role | None:
    # A staff member's certificate may carry the agency's number beside the person's: the person's decides.
    numbers = _all(certificate, "user_id")
    if any(is_person_number(number) for number in numbers):
        return Role.PERSONAL
    if any(_AGENCY.match(number) for number in numbers) or _all(certificate, "organization_identifier"):
        return Role.ORGANISATION
    return None


def _by_directory(certificate: x509.Certificate, trust: TrustStore) -> Role | None:
    return Role.ORGANISATION if agency_name(_first(certificate, "common_name")) in trust.agencies else None


ROLE_RULES: tuple[tuple[str, Callable[[x509.Certificate, TrustStore], Role | None]], ...] = (
    ("pinned_certificate", _by_pin),
    ("policy_oid", _by_policy),
    ("subject_identifier", _by_identifier),
    ("agency_directory", _by_directory),
)
"""Strongest first; after them ``claimed_role``, for a trusted chain only."""


def _all(certificate: x509.Certificate, kind: str) -> list[str]:
    value = certificate.subject.native.get(kind, [])
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _first(certificate: x509.Certificate, kind: str) -> str:
    return next(iter(_all(certificate, kind)), "")
