"""The signature timestamp (RFC 3161; EN 319 122-1, 5.3): proof that a signature existed at a time.

Dấu thời gian. A broken timestamp spoils the time, never the report: the signing time is then only claimed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms
from cryptography import x509
from pyhanko.sign.general import extract_certificate_info, extract_signer_info, find_unique_cms_attribute
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from edocs._pades.integrity import STRONG_DIGESTS, weak_algorithms
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._trust.past import judge_past
from edocs.model import Reason, TrustStore
from edocs.model.rules import reason
from edocs.ports import RevocationSource

__all__ = ["ProvenTime", "Token", "Witness", "accept_token", "proven_time", "read_token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A timestamp whose signature holds; whether its authority is trusted is another question."""

    time: datetime
    certificate: bytes
    """Of the authority, DER."""
    others: tuple[bytes, ...]
    """What else came with it, DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenTime:
    """A time that a trusted authority vouches for."""

    time: datetime
    chain: tuple[x509.Certificate, ...]
    """From the anchor to the authority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What timestamps are judged with."""

    trust: TrustStore
    source: RevocationSource
    at: datetime
    companions: tuple[bytes, ...] = ()
    """Certificates that the document brings along, DER."""

    def judge(
        self, signed: cms.SignedData, imprint_of: Callable[[str], bytes], proven: datetime | None
    ) -> ProvenTime | str:
        """The time that a token proves, or why it does not count.

        Args:
            imprint_of: Digest, by algorithm, of what the token should be for.
            proven: When the token itself is known to have existed; None: only that it does now.
        """
        try:
            token = read_token(signed, imprint_of)
            if isinstance(token, str):
                return token
            others = [*token.others, *self.companions]
            path = judge_past(token.certificate, others, self.trust, self.source, (self.at, proven))
        except PARSER_FAULTS as exc:
            return describe(exc)
        if path.failure is not None:
            return "its certificate does not lead to a trusted root"
        return ProvenTime(time=token.time, chain=path.chain)


def proven_time(
    signature: EmbeddedPdfSignature, witness: Witness, proven: datetime | None = None
) -> ProvenTime | Reason | None:
    """The time that a trusted timestamp proves; None without one; the reason where it does not count.

    Args:
        proven: When a document timestamp proves that signature and timestamp existed.
    """
    attributes = signature.signer_info["unsigned_attrs"]
    try:
        token = find_unique_cms_attribute(attributes, "signature_time_stamp_token")
        value = signature.signer_info["signature"].native
        signed = token["content"]
    except PARSER_FAULTS:
        return None
    found = witness.judge(signed, lambda name: hashlib.new(name, value).digest(), proven)
    return reason("time.timestamp", why=found) if isinstance(found, str) else found


def read_token(signed: cms.SignedData, imprint_of: Callable[[str], bytes]) -> Token | str:
    """The content of a token, or why it does not count.

    1. the imprint is that of what it should be for;
    2. the token's own signature holds, with an accepted algorithm;
    3. its certificate is for timestamping alone.

    Raises:
        Exception: One of ``PARSER_FAULTS``, for what cannot be read.
    """
    content = signed["encap_content_info"]["content"]
    info = content.parsed
    imprint = info["message_imprint"]
    kind = str(imprint["hash_algorithm"]["algorithm"].native)
    if kind not in STRONG_DIGESTS:
        return "its algorithm is too weak"
    if imprint["hashed_message"].native != imprint_of(kind):  # (1)
        return "it is for another signature"
    signer = extract_signer_info(signed)
    certificates = extract_certificate_info(signed)
    certificate = certificates.signer_cert
    if any(True for _ in weak_algorithms(signer, certificate)):
        return "its algorithm is too weak"
    digest = hashlib.new(str(signer["digest_algorithm"]["algorithm"].native).replace("-", ""), bytes(content)).digest()
    intact, valid = validate_sig_integrity(signer, certificate, "tst_info", digest)  # (2)
    if not (intact and valid):
        return "its signature is broken"
    usage = certificate.extended_key_usage_value
    if usage is None or usage.native != ["time_stamping"]:  # (3)
        return "its certificate is not for timestamping"
    others = tuple(other.dump() for other in certificates.other_certs)
    return Token(time=info["gen_time"].native, certificate=certificate.dump(), others=others)


def accept_token(der: bytes, imprint: bytes, digest: str) -> Token | str:
    """What an authority has just sent, or why it is not taken; stricter than what is believed of an old document.

    1. one token and nothing behind it, and its content is a timestamp;
    2. everything that :func:`read_token` asks for, over this very imprint;
    3. its certificate's only purpose is critical (RFC 3161, 2.3), and the certificate was valid at its time.

    Args:
        imprint: What was sent, made with ``digest``.
    """
    try:
        content = cms.ContentInfo.load(der, strict=True)
        if content["content_type"].native != "signed_data":  # (1)
            return "it is no timestamp"
        signed = content["content"]
        if signed["encap_content_info"]["content_type"].native != "tst_info":
            return "it is no timestamp"
        token = read_token(signed, lambda kind: imprint if kind == digest else b"")  # (2)
        if isinstance(token, str):
            return token
        certificate = x509.load_der_x509_certificate(token.certificate)
        if not certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).critical:  # (3)
            return "its certificate is not for timestamping"
        if not certificate.not_valid_before_utc <= token.time <= certificate.not_valid_after_utc:
            return "its certificate was not valid at its time"
    except PARSER_FAULTS as exc:
        return describe(exc)
    return token
