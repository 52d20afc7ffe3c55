"""Every rule that a verification can name: its id, what breaking it means, its clause, the words for people.

Bảng quy tắc xác thực. The table is the single source of the ids in reports; ``docs/verification.md`` lists it.
"""

from __future__ import annotations

from edocs.model.envelope_rules import ENVELOPE_RULES
from edocs.model.file_rules import FILE_RULES
from edocs.model.rule import Rule
from edocs.model.verdict import Reason, SubIndication, Verdict

__all__ = ["RULES", "Rule", "reason"]

_FAILED, _UNCLEAR = Verdict.TOTAL_FAILED, Verdict.INDETERMINATE
_SUB = SubIndication


RULES: dict[str, Rule] = {
    **FILE_RULES,
    # Format
    "format.dictionary": Rule(
        _FAILED, _SUB.FORMAT_FAILURE, "ISO 32000-2, 12.8.1", "the signature dictionary cannot be read: {why}", ""
    ),
    "format.cms": Rule(
        _FAILED, _SUB.FORMAT_FAILURE, "RFC 5652, 5", "the signature value is not a readable CMS signature: {why}", ""
    ),
    "format.sub_filter": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ISO 32000-2, 12.8.3",
        "the signature format {sub_filter} is not known and was not judged",
        "ask the sender to sign as PAdES",
    ),
    "format.legacy": Rule(
        _UNCLEAR,
        _SUB.CRYPTO_CONSTRAINTS_FAILURE,
        "Circular 15/2025/TT-BKHCN, annex I",
        "the signature format {sub_filter} rests on SHA-1 and is not accepted",
        "ask the sender to sign as PAdES with SHA-256",
    ),
    "format.not_pades": Rule(
        None, None, "ETSI EN 319 142-1, 6", "the signature is of the older form {sub_filter}, not PAdES", ""
    ),
    "format.sha1_binding": Rule(
        None,
        None,
        "ETSI EN 319 142-1, 6.3",
        "the signature names its certificate by a SHA-1 digest alone",
        "",
    ),
    "format.surplus": Rule(
        None,
        None,
        "ETSI EN 319 102-1, 5.2.6",
        "more certificates, revocation lists or responses come along than are read; the rest was ignored",
        "",
    ),
    "format.unbound": Rule(
        None,
        None,
        "ETSI EN 319 122-1, 5.2.2",
        "the signature does not name its certificate, so only the key is certain",
        "",
    ),
    # Integrity
    "integrity.digest": Rule(
        _FAILED,
        _SUB.HASH_FAILURE,
        "ETSI EN 319 102-1, 5.2.7",
        "the signed bytes were changed after signing",
        "do not use the document; ask the sender for a new one",
    ),
    "integrity.signature": Rule(
        _FAILED,
        _SUB.SIG_CRYPTO_FAILURE,
        "ETSI EN 319 102-1, 5.2.7",
        "the signature value does not belong to the signer's key",
        "do not use the document; ask the sender for a new one",
    ),
    "integrity.signing_certificate": Rule(
        _UNCLEAR,
        _SUB.NO_SIGNING_CERTIFICATE_FOUND,
        "ETSI EN 319 102-1, 5.2.3",
        "the signer's certificate is missing, or is not the one that the signature names: {why}",
        "ask the sender to sign again",
    ),
    "integrity.attributes": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "RFC 5652, 5.3",
        "the signed attributes are not as the standard wants them: {why}",
        "",
    ),
    **ENVELOPE_RULES,
    # Algorithms
    "algorithm.weak": Rule(
        _UNCLEAR,
        _SUB.CRYPTO_CONSTRAINTS_FAILURE,
        "Circular 15/2025/TT-BKHCN, annex I",
        "{algorithm} is too weak to be relied on",
        "ask the sender to sign with RSA of 2048 bits or ECDSA of 256 bits at least, and SHA-256",
    ),
    "algorithm.unknown": Rule(
        _UNCLEAR,
        _SUB.CRYPTO_CONSTRAINTS_FAILURE,
        "ETSI EN 319 102-1, 5.2.7",
        "{algorithm} is not known here, so the signature could not be checked",
        "ask the sender to sign with RSA or ECDSA, and SHA-256",
    ),
    # Changes after signing
    "changes.content": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "ISO 32000-2, 12.8.2.2",
        "the document was changed after this signature: {what}",
        "do not use the document; ask the sender for a new one",
    ),
    "changes.page": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "ISO 32000-2, 12.8.2.2",
        "page {page} no longer shows what was signed",
        "do not use the document; ask the sender for a new one",
    ),
    "changes.pages": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "ISO 32000-2, 12.8.2.2",
        "{before} pages were signed, and the document now has {after}",
        "do not use the document; ask the sender for a new one",
    ),
    "changes.not_permitted": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "ISO 32000-2, 12.8.2.2.2",
        "a later change ({changes}) goes beyond what this signature permits",
        "do not use the document; ask the sender for a new one",
    ),
    "changes.policy": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "Decree 30/2020/NĐ-CP, article 14",
        "form fields were filled after this signature, which policy {policy} does not allow: {fields}",
        "use the policy as-docmdp if such filling is expected",
    ),
    "changes.reserved_field": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "Decree 30/2020/NĐ-CP, annex I.II.3-4",
        "the reserved field {field} was not filled as the decree allows: {why}",
        "do not use the document; ask the sender for a new one",
    ),
    "changes.unjudged": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ISO 32000-2, 12.8.2.2",
        "what changed after this signature cannot be judged: {why}",
        "compare with the sender's copy",
    ),
    "changes.not_issued": Rule(
        None,
        None,
        "Decree 30/2020/NĐ-CP, article 14",
        "number and date are filled in, but the agency has not signed yet",
        "",
    ),
    # Trust
    "trust.no_anchors": Rule(
        _UNCLEAR,
        _SUB.NO_CERTIFICATE_CHAIN_FOUND,
        "ETSI EN 319 102-1, 5.2.6",
        "no trust anchors were given, so nobody vouches for the signer",
        "give the root certificates with --trust",
    ),
    "trust.no_path": Rule(
        _UNCLEAR,
        _SUB.NO_CERTIFICATE_CHAIN_FOUND,
        "RFC 5280, 6.1",
        "the signer's certificate does not lead to a trusted root",
        "add the missing CA certificate, or do not rely on the signer",
    ),
    "trust.path": Rule(
        _UNCLEAR,
        _SUB.CERTIFICATE_CHAIN_GENERAL_FAILURE,
        "RFC 5280, 6.1",
        "the path to the trusted root is not valid: {why}",
        "",
    ),
    "trust.out_of_bounds": Rule(
        _UNCLEAR,
        _SUB.OUT_OF_BOUNDS_NO_POE,
        "ETSI EN 319 102-1, 5.2.6",
        "the certificate is valid from {not_before} to {not_after}, and nothing proves that the signature is from then",
        "a timestamp made in that time would prove it",
    ),
    "trust.authority_out_of_bounds": Rule(
        _UNCLEAR,
        _SUB.OUT_OF_BOUNDS_NO_POE,
        "ETSI EN 319 102-1, 5.2.6",
        "an authority above the signer is outside its validity, and nothing proves that the signature is older",
        "a timestamp made in that time would prove it",
    ),
    "trust.not_yet_valid": Rule(
        _UNCLEAR,
        _SUB.NOT_YET_VALID,
        "ETSI EN 319 102-1, 5.5.4",
        "the signature is proven to be from {proven}, before the certificate was issued on {not_before}",
        "ask the sender to sign again",
    ),
    "trust.revoked": Rule(
        _UNCLEAR,
        _SUB.REVOKED_NO_POE,
        "ETSI EN 319 102-1, 5.2.6",
        "the certificate was revoked on {revoked_at}, and nothing proves that the signature is older",
        "ask the sender to sign again with a valid certificate",
    ),
    "trust.signed_after_revocation": Rule(
        _FAILED,
        _SUB.REVOKED,
        "ETSI EN 319 102-1, 5.2.6",
        "the certificate was revoked on {revoked_at}, before the signature was made",
        "do not use the document; ask the sender for a new one",
    ),
    "trust.on_hold": Rule(
        _UNCLEAR,
        _SUB.TRY_LATER,
        "ETSI EN 319 102-1, 5.2.6",
        "the certificate has been suspended since {revoked_at}",
        "ask again once its authority has decided, or ask the sender to sign with another certificate",
    ),
    "trust.authority_revoked": Rule(
        _UNCLEAR,
        _SUB.CERTIFICATE_CHAIN_GENERAL_FAILURE,
        "RFC 5280, 6.3",
        "a certificate authority above the signer was revoked on {revoked_at}",
        "ask the sender to sign again with a valid certificate",
    ),
    "trust.key_usage": Rule(
        _UNCLEAR,
        _SUB.CHAIN_CONSTRAINTS_FAILURE,
        "RFC 5280, 4.2.1.3",
        "the certificate is not meant for signing documents ({usage})",
        "ask the sender to sign with a signing certificate",
    ),
    "trust.revocation_unknown": Rule(
        None,
        None,
        "Circular 15/2025/TT-BKHCN; RFC 5280, 6.3",
        "whether the certificate was revoked could not be checked",
        "give the authority's current revocation list",
    ),
    "trust.revocation_required": Rule(
        _UNCLEAR,
        _SUB.TRY_LATER,
        "ETSI EN 319 102-1, 5.2.6",
        "whether the certificate was revoked could not be checked, and it was asked for",
        "give the authority's current revocation list",
    ),
    # Time
    "time.timestamp": Rule(
        None, None, "RFC 3161", "the timestamp does not count, so the signing time is only claimed: {why}", ""
    ),
    "time.document_timestamp": Rule(
        None, None, "ETSI EN 319 142-1, 5.4.3", "the document timestamp {field} does not count: {why}", ""
    ),
    # Roles and policy
    "role.claim_overruled": Rule(
        None,
        None,
        "ETSI EN 319 122-1, 5.2.6.1",
        "the signature claims the role {claimed}, but the certificate says {role}",
        "",
    ),
    "required.missing": Rule(
        _UNCLEAR,
        _SUB.SIG_CONSTRAINTS_FAILURE,
        "ETSI EN 319 102-1, 5.2.8",
        "policy {policy} asks for {what} ({conditions}); valid ones missing, or out of order: {count}",
        "have the document signed by whom the policy names, in its order",
    ),
    "required.found": Rule(
        None, None, "ETSI EN 319 102-1, 5.2.8", "policy {policy} asks for {what} ({conditions}): {fields}", ""
    ),
    "policy.trust_not_judged": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "policy integrity",
        "trust was not judged, as the policy asks",
        "use another policy to judge trust",
    ),
}


def reason(rule: str, **params: object) -> Reason:
    """A finding under ``rule``, its texts filled with ``params``."""
    entry = RULES[rule]
    values = {name: str(value) for name, value in params.items()}
    return Reason(rule=rule, clause=entry.clause, message=entry.message, hint=entry.hint, params=values)
