"""Does the signature belong to the signed bytes and to the certificate's key (EN 319 102-1, 5.2.7; RFC 5652)?

Tính toàn vẹn. Trust, roles and later changes are judged elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from types import NoneType

from asn1crypto import cms, core, x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.general import CMSExtractionError, find_unique_cms_attribute
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from edocs._pdf.byte_range import SignedRange
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs.model import Reason
from edocs.model.rules import reason

__all__ = ["STRONG_DIGESTS", "has_signing_certificate", "is_bound", "judge_integrity", "weak_algorithms"]

STRONG_DIGESTS = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})
"""Circular 15/2025, annex I; SHA-1 and MD5 are not in it."""


def judge_integrity(data: bytes, span: SignedRange, signature: EmbeddedPdfSignature) -> Iterator[Reason]:
    """Everything that speaks against the signature value itself; nothing where it holds."""
    content = signature.signed_data["encap_content_info"]
    if content["content_type"].native != "data" or not isinstance(content["content"], core.Void | NoneType):
        # A CMS that brings its own content could be verified over that instead of over the document.
        yield reason("format.cms", why="it is not detached")
        return
    try:
        certificate = signature.signer_cert
    except CMSExtractionError as exc:
        yield reason("integrity.signing_certificate", why=describe(exc))
        return
    yield from weak_algorithms(signature.signer_info, certificate)
    try:
        digest = hashlib.new(signature.md_algorithm.replace("-", ""))
    except ValueError:
        yield reason("algorithm.weak", algorithm=signature.md_algorithm)
        return
    view = memoryview(data)
    digest.update(view[: span.gap_start])
    digest.update(view[span.gap_end : span.end])
    try:
        intact, valid = validate_sig_integrity(signature.signer_info, certificate, "data", digest.digest())
    except SignatureValidationError as exc:
        is_certificate = exc.ades_subindication is AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND
        rule = "integrity.signing_certificate" if is_certificate else "integrity.attributes"
        yield reason(rule, why=describe(exc))
        return
    except PARSER_FAULTS as exc:
        yield reason("integrity.attributes", why=describe(exc))
        return
    if not intact:
        yield reason("integrity.digest")
    if not valid:
        yield reason("integrity.signature")


def weak_algorithms(signer_info: cms.SignerInfo, certificate: x509.Certificate) -> Iterator[Reason]:
    """Digests and keys below what Circular 15/2025, annex I accepts."""
    for digest in sorted({str(signer_info["digest_algorithm"]["algorithm"].native), _signature_digest(signer_info)}):
        if digest not in STRONG_DIGESTS:
            yield reason("algorithm.weak", algorithm=digest.upper())
    key = certificate.public_key
    name, bits = key.algorithm, key.bit_size
    if name in ("rsa", "rsassa_pss") and bits < 2048:
        yield reason("algorithm.weak", algorithm=f"RSA-{bits}")
    elif name == "ec" and bits < 256:
        yield reason("algorithm.weak", algorithm=f"ECDSA-{bits}")
    elif name not in ("rsa", "rsassa_pss", "ec", "ed25519", "ed448"):
        yield reason("algorithm.weak", algorithm=name.upper())


def _signature_digest(signer_info: cms.SignerInfo) -> str:
    """The digest that the signature value itself rests on; it need not be that of the document."""
    algorithm = signer_info["signature_algorithm"]
    try:
        return str(algorithm.hash_algo)
    except ValueError:
        # "RSA" or a curve alone: the digest is then the document's (RFC 3370, 3.2); Ed25519 and Ed448 bring their own.
        own = {"ed25519": "sha512", "ed448": "sha3_512"}.get(str(algorithm["algorithm"].native))
        return own or str(signer_info["digest_algorithm"]["algorithm"].native)


def has_signing_certificate(signature: EmbeddedPdfSignature) -> bool:
    """Whether the certificate is bound by signing-certificate-v2, as every PAdES level wants (EN 319 142-1, 6.3)."""
    return _has_attribute(signature, "signing_certificate_v2")


def is_bound(signature: EmbeddedPdfSignature) -> bool:
    """Whether the signature names its certificate at all, be it in the older attribute (RFC 5035, clause 5)."""
    return has_signing_certificate(signature) or _has_attribute(signature, "signing_certificate")


def _has_attribute(signature: EmbeddedPdfSignature, name: str) -> bool:
    try:
        find_unique_cms_attribute(signature.signer_info["signed_attrs"], name)
    except PARSER_FAULTS:
        return False
    return True
