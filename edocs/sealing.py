"""DOOR: sign an edXML message, and judge the signature of one that arrived.

Ký số và xác thực gói tin (ETSI EN 319 132-1; QCVN 102:2016/BTTTT). Whether a signature holds is found out when a
message is read (``edocs.exchange``); here it is made, and asked whose it is. Signatures of PDFs are not touched.
"""

from __future__ import annotations

import hashlib
import importlib
import io
from collections.abc import Callable
from datetime import UTC, datetime

from edocs._edxml.detached import sign_detached
from edocs._edxml.outline import Outline, outline_of
from edocs._edxml.signature import ROLE_URI
from edocs._edxml.signing import Seal, sign_tree
from edocs._edxml.source import Source
from edocs._trust.signer_check import check_signer
from edocs._xmlsig.making import Statement
from edocs.errors import MalformedEnvelopeError, UnavailableError, UsageError
from edocs.model import HANOI, Envelope, EnvelopeSpec, Level, SignatureReport, TrustStore, VerificationOptions
from edocs.model.message_limits import IN_MEMORY
from edocs.model.times import require_time
from edocs.ports import Evidence, Signer

__all__ = ["Seal", "judge_signature", "prepare_seal", "seal_message", "sign_apart", "sign_message"]


def sign_message(
    message: bytes,
    signer: Signer,
    spec: EnvelopeSpec = EnvelopeSpec(),  # noqa: B008 - frozen
    *,
    now: datetime | None = None,
    evidence: Evidence | None = None,
) -> bytes:
    """Sign a message: a document with all that is attached, or a status.

    Ký số gói tin: XAdES over MessageHeader, Bussiness, the body and the attachments, not over the traces.

    Args:
        message: As :func:`pack` writes it; nothing that is signed already.
        now: Aware; None is the present.
        evidence: A timestamper for level B-T; its ``revocation`` is asked about the signer's certificate.

    Returns:
        The signed message, which was verified.

    Raises:
        CertificateRefusedError: Expired, not yet valid, for another use, weak, or revoked.
        MalformedEnvelopeError: ``message`` cannot be read.
        SignatureValueError: The signer answered with a value that is not its certificate's.
        UsageError: It has a signature block, or a level above B-T, or no authority for B-T.
        UnavailableError: A timestamp cannot be had, and no lower level is allowed.

    Source: ETSI EN 319 132-1, 6.3; ``docs/edxml.md``, "The signature of a message".
    """
    return seal_message(message, prepare_seal(signer, spec, now=now, evidence=evidence))[0]


def sign_apart(
    message: bytes,
    signer: Signer,
    spec: EnvelopeSpec = EnvelopeSpec(),  # noqa: B008 - frozen
    *,
    now: datetime | None = None,
    evidence: Evidence | None = None,
) -> bytes:
    """Sign a message in a file of its own, for receivers that refuse what they do not know within it.

    Chữ ký số tách rời: over the same parts as :func:`sign_message`, so that it outlives the traces that are added.

    Returns:
        The file that belongs beside the message, which was verified.

    Raises:
        EdocsError: As :func:`sign_message`, but for a signature block in the message, which is left alone.
    """
    return sign_detached(_outline(message), prepare_seal(signer, spec, now=now, evidence=evidence))


def seal_message(message: bytes, seal: Seal | None) -> tuple[bytes, bytes | None]:
    """``message`` as it is to be written, and what is to stand beside it, if anything.

    Raises:
        EdocsError: As :func:`sign_message` or :func:`sign_apart`.
    """
    if seal is None:
        return message, None
    if seal.is_detached:
        return message, sign_detached(_outline(message), seal)
    outline = sign_tree(_outline(message), seal)
    return b"".join(outline.blocks_of(outline.data)), None


def prepare_seal(
    signer: Signer,
    spec: EnvelopeSpec = EnvelopeSpec(),  # noqa: B008 - frozen
    *,
    now: datetime | None = None,
    evidence: Evidence | None = None,
    is_detached: bool = False,
) -> Seal:
    """What :func:`edocs.exchange.pack_file` signs a message with while it is written; only for a signer who may sign.

    Args:
        now: Aware; None is the present. What is stated as the time of signing.
        is_detached: For a file beside the message, as of :func:`sign_apart`.

    Raises:
        CertificateRefusedError: Expired, not yet valid, for another use, weak, or revoked.
        UsageError: A level above B-T, or no authority for B-T.
    """
    means = evidence or Evidence()
    if spec.level not in (Level.B_B, Level.B_T):
        raise UsageError("a message is signed at level B-B or B-T, not {level}", level=spec.level.value)
    means.require(spec.level)
    moment = (datetime.now(UTC) if now is None else require_time(now)).astimezone(HANOI).replace(microsecond=0)
    check_signer(signer.certificate, signer.chain, moment, means.revocation, means.trust)
    statement = Statement(
        certificate=signer.certificate,
        chain=signer.chain,
        algorithm=signer.algorithm,
        signed_at=moment,
        role=ROLE_URI.get(spec.role, ""),
    )
    timestamp = _stamping(means, moment) if spec.level is Level.B_T else None
    return Seal(statement=statement, sign=signer.sign, timestamp=timestamp, is_detached=is_detached)


def _outline(message: bytes) -> Outline:
    if len(message) > IN_MEMORY.message_bytes:
        raise MalformedEnvelopeError("message is larger than {limit} bytes", limit=IN_MEMORY.message_bytes)
    return outline_of(Source(io.BytesIO(message)), IN_MEMORY.text_bytes)


def _stamping(evidence: Evidence, now: datetime) -> Callable[[bytes], bytes | None]:
    # Imported on use: who only packs needs none of what judges timestamps.
    take: Callable[..., bytes] = importlib.import_module("edocs._pades.levels").take_token

    def stamp(data: bytes) -> bytes | None:
        try:
            return take(hashlib.sha256(data).digest(), "sha256", evidence, now)
        except UnavailableError as failure:
            if evidence.on_lower is None:
                raise
            evidence.on_lower(failure, Level.B_B)
            return None

    return stamp


def judge_signature(
    envelope: Envelope,
    trust: TrustStore | None = None,
    options: VerificationOptions = VerificationOptions(),  # noqa: B008 - frozen
) -> SignatureReport | None:
    """The verdict on the signature of a message; None where there is no real one.

    Xác thực chữ ký của gói tin: whether it holds was found out when the message was read; here, whose it is.

    Args:
        envelope: From :func:`inspect_message` or :func:`unpack`.
        trust: Whom to believe; without anchors nothing can pass.

    Source: ETSI EN 319 102-1, 5.3.
    """
    if envelope.check is None:
        return None
    at = datetime.now(UTC) if options.at is None else require_time(options.at)
    judge: Callable[..., SignatureReport] = importlib.import_module("edocs._pades.xml_signer").judge_envelope
    return judge(envelope.check, trust or TrustStore(), options, at)
