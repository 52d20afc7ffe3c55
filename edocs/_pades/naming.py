"""Which certificate a signature is by: found by how the SignerInfo names it, bound by signing-certificate.

Chứng thư số của người ký (EN 319 102-1, 5.2.3; RFC 5652, 5.3; RFC 2634, 5.4; RFC 5035, 4).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from asn1crypto import x509

from edocs._pades.signed_value import Attribute, SignedValue, Signer
from edocs._pdf.faults import PARSER_FAULTS
from edocs._trust.algorithms import CURRENT
from edocs._trust.ber import octets, read_value
from edocs._trust.climbing import Parts, parsed, read_parts
from edocs._trust.schemes import UnknownAlgorithmError, digest, digest_name

__all__ = ["Binding", "binding_of", "named_certificates"]

_BINDING_V2, _BINDING_V1 = "1.2.840.113549.1.9.16.2.47", "1.2.840.113549.1.9.16.2.12"


class Binding(Enum):
    """How firmly a signature names its certificate."""

    FIRM = "signing-certificate-v2"
    SHA1 = "signing-certificate"
    """By a SHA-1 digest, as in the older attribute, or another that counts no longer."""
    NONE = ""
    BROKEN = "broken"
    """What it names is another certificate, or cannot be read."""


def named_certificates(signer: Signer, candidates: Iterable[bytes]) -> list[Parts]:
    """Those of ``candidates`` that ``signer`` names, each once."""
    found = []
    for raw in dict.fromkeys(candidates):
        try:
            parts = read_parts(raw)
            if _is_named(signer, parts):
                found.append(parts)
        except PARSER_FAULTS:
            continue  # a companion that cannot be read is nobody's
    return found


def binding_of(value: SignedValue, certificate: bytes) -> Binding:
    """Whether the signed attributes name ``certificate``, and how."""
    newer, older = value.signed.get(_BINDING_V2), value.signed.get(_BINDING_V1)
    try:
        digests = [
            _named_by(attribute, certificate, default)
            for attribute, default in ((newer, "sha256"), (older, "sha1"))
            if attribute is not None
        ]
    except (UnknownAlgorithmError, ValueError):
        return Binding.BROKEN
    if "" in digests:
        return Binding.BROKEN
    if not digests:
        return Binding.NONE
    return Binding.SHA1 if CURRENT.weak_digest(digests[0], None) else Binding.FIRM


def _is_named(signer: Signer, parts: Parts) -> bool:
    if signer.key_identifier:
        return signer.key_identifier in _key_identifiers(parts)
    if signer.serial != parts.serial:
        return False
    # Some software writes the issuer anew, in another kind of string: then the names are compared as names.
    return signer.issuer == parts.issuer or x509.Name.load(signer.issuer) == x509.Name.load(parts.issuer)


def _key_identifiers(parts: Parts) -> tuple[bytes, ...]:
    certificate = parsed(parts.raw)
    own = certificate.key_identifier
    _algorithm, bits = read_value(parts.key, 0x30).children()
    computed = digest("sha1", bits.content[1:])  # RFC 5280, 4.2.1.2, method 1
    return (own, computed) if own else (computed,)


def _named_by(attribute: Attribute, certificate: bytes, default: str) -> str:
    """The digest by which ``attribute`` names ``certificate`` first, empty where it names another.

    The other certificates that it names are the issuers'. The digest covers issuer and serial number, so what the
    attribute says of them once more decides nothing.
    """
    (value,) = attribute
    identifiers, *_policies = value.children()
    first, *_others = identifiers.children()
    parts = list(first.children())
    name = digest_name(parts.pop(0)) if parts[0].tag == 0x30 else default
    return name if octets(parts[0]) == digest(name, certificate) else ""
