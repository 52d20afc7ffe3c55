"""The signature timestamp (RFC 3161; EN 319 122-1, 5.3): proof that a signature existed at a time.

Dấu thời gian. A broken timestamp spoils the time, never the report: the signing time is then only claimed.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from asn1crypto import cms
from pyhanko.sign.general import extract_certificate_info, extract_signer_info, find_unique_cms_attribute
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from edocs._pades.integrity import weak_algorithms
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._trust.path import judge_path
from edocs.model import Reason, TrustStore
from edocs.model.rules import reason
from edocs.ports import RevocationSource

__all__ = ["proven_time"]


def proven_time(
    signature: EmbeddedPdfSignature, trust: TrustStore, source: RevocationSource, at: datetime
) -> datetime | Reason | None:
    """The time that a trusted timestamp proves; None without one; the reason where it does not count.

    1. the imprint is that of the signature value;
    2. the token's own signature holds, with an accepted algorithm;
    3. its certificate is for timestamping alone and leads to an anchor.
    """
    attributes = signature.signer_info["unsigned_attrs"]
    try:
        token = find_unique_cms_attribute(attributes, "signature_time_stamp_token")
    except PARSER_FAULTS:
        return None
    try:
        return _judge_token(token["content"], signature.signer_info["signature"].native, trust, source, at)
    except PARSER_FAULTS as exc:
        return reason("time.timestamp", why=describe(exc))


def _judge_token(
    signed: cms.SignedData, value: bytes, trust: TrustStore, source: RevocationSource, at: datetime
) -> datetime | Reason:
    content = signed["encap_content_info"]["content"]
    info = content.parsed
    imprint = info["message_imprint"]
    expected = hashlib.new(str(imprint["hash_algorithm"]["algorithm"].native).replace("-", ""), value).digest()
    if imprint["hashed_message"].native != expected:  # (1)
        return reason("time.timestamp", why="it is for another signature")
    signer = extract_signer_info(signed)
    certificates = extract_certificate_info(signed)
    certificate = certificates.signer_cert
    if any(True for _ in weak_algorithms(signer, certificate)):
        return reason("time.timestamp", why="its algorithm is too weak")
    digest = hashlib.new(str(signer["digest_algorithm"]["algorithm"].native).replace("-", ""), bytes(content)).digest()
    intact, valid = validate_sig_integrity(signer, certificate, "tst_info", digest)  # (2)
    if not (intact and valid):
        return reason("time.timestamp", why="its signature is broken")
    usage = certificate.extended_key_usage_value
    if usage is None or usage.native != ["time_stamping"]:  # (3)
        return reason("time.timestamp", why="its certificate is not for timestamping")
    others = [other.dump() for other in certificates.other_certs]
    path = judge_path(certificate.dump(), others, trust, source, at)
    if path.failure is not None:
        return reason("time.timestamp", why="its certificate does not lead to a trusted root")
    moment: datetime = info["gen_time"].native
    return moment
