"""Does the signature belong to the signed bytes and to the certificate's key (EN 319 102-1, 5.2.7; RFC 5652)?

Tính toàn vẹn. Trust, roles and later changes are judged elsewhere; and whether its algorithms may be relied on depends
on the time that is proven for it, so that is asked apart, by ``weaknesses``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from edocs._pades.naming import Binding, binding_of, named_certificates
from edocs._pades.signed_value import SignedValue, evidence_in, read_signed_value
from edocs._pdf.byte_range import SignedRange
from edocs._pdf.faults import describe
from edocs._trust.algorithms import AlgorithmPolicy, key_name
from edocs._trust.ber import Value, dotted, octets
from edocs._trust.climbing import Parts
from edocs._trust.schemes import (
    PublicKey,
    Scheme,
    UnknownAlgorithmError,
    digest,
    digest_name,
    has_signed,
    load_key,
    read_scheme,
)
from edocs.model import Reason, Role
from edocs.model.rules import reason

__all__ = ["DETACHED", "LEGACY", "PADES", "CheckedValue", "check_cms", "check_value", "range_digest", "weaknesses"]

PADES = "ETSI.CAdES.detached"
DETACHED = (PADES, "adbe.pkcs7.detached")
ENCLOSING = "adbe.pkcs7.sha1"
"""The CMS holds the digest of the document as its content (ISO 32000-1, 12.8.3.3.1)."""
LEGACY = (ENCLOSING, "adbe.x509.rsa_sha1")

_DATA = "1.2.840.113549.1.7.1"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"
_BY_SIZE = {20: "sha1", 32: "sha256", 48: "sha384", 64: "sha512"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedValue:
    """What cryptography says of one signature."""

    findings: tuple[Reason, ...] = ()
    """Everything that speaks against it but the strength of its algorithms."""
    is_intact: bool = False
    """Whether digest and value were computed, and both hold."""
    certificate: bytes = b""
    """Of the signer, DER; empty where it is not known."""
    others: tuple[bytes, ...] = ()
    """What else came with it, DER."""
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    binding: Binding = Binding.NONE
    cms: SignedValue | None = None
    """None: not a CMS signature."""
    digests: tuple[str, ...] = ()
    """All that it rests on."""
    key: PublicKey | None = None
    claimed: Role | None = None
    """The role that is claimed elsewhere than in a CMS."""


def check_value(data: bytes, span: SignedRange, sub_filter: str, others: Iterable[bytes] = ()) -> CheckedValue:
    """Check a CMS signature over ``span`` of ``data``.

    Args:
        others: Certificates at hand beside those in the CMS, DER.
    """
    try:
        value = read_signed_value(span.cms)
    except ValueError as exc:
        return CheckedValue(findings=(reason("format.cms", why=describe(exc)),))
    if value.content_type != _DATA or bool(value.content) is not (sub_filter == ENCLOSING):
        # A CMS that brings its own content could be verified over that instead of over the document.
        why = "it is not detached" if value.content else "it does not hold what it should"
        return CheckedValue(findings=(reason("format.cms", why=why),), cms=value)
    view = memoryview(data)
    parts = (view[: span.gap_start], view[span.gap_end : span.end])
    if not value.content:
        return _with_evidence(check_cms(value, parts, others))
    # The content is the digest of the document, and the CMS is over the content.
    name = _BY_SIZE.get(len(value.content), "sha1")
    checked = check_cms(value, (value.content,), others)
    checked = replace(checked, digests=tuple(sorted({*checked.digests, name})))
    if digest(name, *parts) != value.content:
        checked = replace(checked, is_intact=False, findings=(reason("integrity.digest"), *checked.findings))
    return _with_evidence(checked)


def check_cms(value: SignedValue, content: Sequence[bytes | memoryview], others: Iterable[bytes] = ()) -> CheckedValue:
    """Check ``value`` over ``content``, whose parts follow each other.

    1. the signed attributes, where there are any, hold the content's type and digest, each once;
    2. the certificate is the one that the signer is named by, and that signing-certificate names;
    3. the value is one that the certificate's key made over the attributes, or over the content where there are none.
    """
    findings: list[Reason] = []
    try:
        name = digest_name(value.digest_algorithm)
        scheme = read_scheme(value.signature_algorithm, name)
        findings += _check_attributes(value, name, content)  # (1)
    except UnknownAlgorithmError as exc:
        return CheckedValue(findings=(reason("algorithm.unknown", algorithm=str(exc)),), cms=value)
    except ValueError as exc:
        return CheckedValue(findings=(reason("integrity.attributes", why=describe(exc)),), cms=value)
    digests = tuple(sorted({name, scheme.digest}))
    named = _named(value, value.certificates)  # (2)
    bound = [item for item in named if item[1] is not Binding.BROKEN]
    if not bound:
        bound = [item for item in _named(value, others) if item[1] is not Binding.BROKEN]
        named = named or bound
    blank = CheckedValue(cms=value, digests=digests)
    if not named:
        why = "it does not come with the signature"
        return replace(blank, findings=(*findings, reason("integrity.signing_certificate", why=why)))
    parts, binding, key, fault = _signer(value, scheme, bound or named, content)  # (3)
    if fault is not None:
        findings.append(fault)
    is_intact = key is not None and not findings
    if not bound:
        findings.append(reason("integrity.signing_certificate", why="the signature names another one"))
    return replace(
        blank,
        findings=tuple(findings),
        is_intact=is_intact,
        certificate=parts.raw,
        others=tuple(raw for raw in value.certificates if raw != parts.raw),
        binding=binding,
        key=key,
    )


def weaknesses(
    checked: CheckedValue, sub_filter: str, policy: AlgorithmPolicy, proven: datetime | None
) -> Iterator[Reason]:
    """Digests and keys that may no longer be relied on.

    Args:
        proven: When the signature is proven to have existed; None: only that it does now.
    """
    weak = [name for name in checked.digests if policy.weak_digest(name, proven)]
    if "sha1" in weak and sub_filter in LEGACY:
        weak.remove("sha1")
        yield reason("format.legacy", sub_filter=sub_filter)
    for name in weak:
        yield reason("algorithm.weak", algorithm=name.upper())
    if checked.key is not None and policy.weak_key(checked.key, proven):
        yield reason("algorithm.weak", algorithm=key_name(checked.key))


def range_digest(name: str, data: bytes, span: SignedRange) -> bytes:
    """The digest of what ``span`` covers of ``data``.

    Raises:
        UnknownAlgorithmError: It cannot be computed here.
    """
    view = memoryview(data)
    return digest(name, view[: span.gap_start], view[span.gap_end : span.end])


def _with_evidence(checked: CheckedValue) -> CheckedValue:
    if checked.cms is None:
        return checked
    certificates, crls, ocsps = evidence_in(checked.cms)
    others = tuple(dict.fromkeys([*checked.others, *certificates]))
    return replace(checked, others=others, crls=tuple(crls), ocsps=tuple(ocsps))


def _check_attributes(value: SignedValue, name: str, content: Sequence[bytes | memoryview]) -> Iterator[Reason]:
    if value.signed_attributes is None:
        return  # the value is over the content itself, as RFC 5652, 5.4 allows for data
    kinds = value.signed.get(_CONTENT_TYPE, ())
    if len(kinds) != 1 or dotted(kinds[0].content) != value.content_type:
        yield reason("integrity.attributes", why="the type of the content is missing, or another one")
    digests = value.signed.get(_MESSAGE_DIGEST, ())
    if len(digests) != 1:
        yield reason("integrity.attributes", why="the digest is missing, or there is more than one")
    elif octets(digests[0]) != digest(name, *content):
        yield reason("integrity.digest")
    protection = value.signed.get(_ALGORITHM_PROTECTION)
    if protection is not None and not _is_protected(value, protection):
        yield reason("integrity.attributes", why="the algorithms are not those that were signed")


def _is_protected(value: SignedValue, protection: tuple[Value, ...]) -> bool:
    """Whether the algorithms named outside are those in the signed attribute (RFC 6211)."""
    if len(protection) != 1:
        return False
    hashed, *others = protection[0].children()
    made = [item for item in others if item.tag == 0xA1]
    return len(made) == 1 and _same(hashed, value.digest_algorithm) and _same(made[0], value.signature_algorithm)


def _same(one: Value, other: Value) -> bool:
    """Whether two AlgorithmIdentifiers are the same; absent parameters and NULL mean the same here."""
    first, *ours = one.children()
    second, *theirs = other.children()
    return first.content == second.content and _parameters(ours) == _parameters(theirs)


def _parameters(values: list[Value]) -> bytes:
    return b"" if not values or values[0].tag == 0x05 else values[0].raw


def _signer(
    value: SignedValue,
    scheme: Scheme,
    candidates: Sequence[tuple[Parts, Binding]],
    content: Sequence[bytes | memoryview],
) -> tuple[Parts, Binding, PublicKey | None, Reason | None]:
    """The first of ``candidates`` whose key made the value, else the first of them and what is wrong with it."""
    faults: list[tuple[PublicKey | None, Reason]] = []
    for parts, binding in candidates:
        try:
            key = load_key(parts.key)
        except UnknownAlgorithmError as exc:
            faults.append((None, reason("algorithm.unknown", algorithm=str(exc))))
            continue
        try:
            if any(has_signed(key, scheme, value.signature, over) for over in _signed(value, content)):
                return parts, binding, key, None
            faults.append((key, reason("integrity.signature")))
        except UnknownAlgorithmError as exc:
            faults.append((key, reason("algorithm.unknown", algorithm=str(exc))))
    return *candidates[0], *faults[0]


def _named(value: SignedValue, certificates: Iterable[bytes]) -> list[tuple[Parts, Binding]]:
    return [(parts, binding_of(value, parts.raw)) for parts in named_certificates(value.signer, certificates)]


def _signed(value: SignedValue, content: Sequence[bytes | memoryview]) -> Iterable[bytes]:
    return value.signed_octets() if value.signed_attributes is not None else (b"".join(content),)
