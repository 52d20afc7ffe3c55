"""DOOR: what a register's log can prove to somebody who does not trust whoever keeps it.

Chứng minh tính toàn vẹn. RFC 6962: a checkpoint states how long the log is and the root of its tree; signed,
and with a time (RFC 3161), it binds whoever keeps the register. Kept outside, it shows every edit, insertion, deletion,
reordering, cut and roll-back of what it covers. Events are not judged here, only that they are in the log.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from edocs._trust.signer_check import check_signer
from edocs._xmlsig.algorithms import SIGNATURES, verify_value, wire_value
from edocs.amending import not_registered
from edocs.errors import SignatureValueError, UsageError
from edocs.model import (
    HANOI,
    DocumentKey,
    EnvelopeCheck,
    Reason,
    SignatureAlgorithm,
    SignatureReport,
    TrustStore,
    VerificationOptions,
)
from edocs.model.checkpoint import (
    CHECKPOINT,
    Checkpoint,
    CheckpointSignature,
    ConsistencyProof,
    InclusionProof,
    ProvedEvent,
)
from edocs.model.events import LoggedEvent, instant
from edocs.model.merkle import consistency_proof, inclusion_proof, root
from edocs.model.rules import reason
from edocs.model.times import clock_text, require_time
from edocs.ports import Evidence, Signer, Store

__all__ = [
    "checkpoint_faults",
    "judge_checkpoint",
    "make_checkpoint",
    "prove_growth",
    "prove_inclusion",
    "sign_checkpoint",
]

_SCHEMES = {
    SignatureAlgorithm.RSA_PKCS1: "rsa",
    SignatureAlgorithm.RSA_PSS: "pss",
    SignatureAlgorithm.ECDSA: "ecdsa",
}
_DIGEST = "sha256"


def make_checkpoint(store: Store, now: datetime) -> Checkpoint:
    """The log as it is (lập điểm chốt); nobody vouches for it until it is signed.

    Args:
        now: Aware.

    Source: RFC 6962, 2.1 and 3.5.
    """
    moment = require_time(now).astimezone(HANOI)
    with store.tree() as (size, node):
        return Checkpoint(origin=store.origin, size=size, root=root(size, node), at=moment)


def sign_checkpoint(
    checkpoint: Checkpoint, signer: Signer, *, now: datetime | None = None, evidence: Evidence | None = None
) -> Checkpoint:
    """The checkpoint with a signature, and with a timestamp where ``evidence`` has an authority (ký điểm chốt).

    Args:
        now: Aware; None is the present.

    Raises:
        CertificateRefusedError: Expired, not yet valid, for another use, weak, or revoked.
        SignatureValueError: The signer answered with a value that is not its certificate's.
        UnavailableError: The timestamp cannot be had.
    """
    means = evidence or Evidence()
    moment = datetime.now(UTC) if now is None else require_time(now)
    check_signer(signer.certificate, signer.chain, moment, means.revocation, means.trust)
    scheme = (_SCHEMES[signer.algorithm], _DIGEST)
    method = next(uri for uri, known in SIGNATURES.items() if known == scheme)
    certificate = signer.certificate.public_bytes(Encoding.DER)
    body = checkpoint.signed_by(certificate)
    try:
        value = wire_value(signer.certificate, signer.sign(body, _DIGEST))
        verify_value(signer.certificate, method, value, body)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as exc:
        raise SignatureValueError("the signature value is not that of the certificate's key") from exc
    token = b""
    if means.timestamper is not None:
        # Imported on use: who only counts needs none of what judges timestamps.
        take: Callable[..., bytes] = importlib.import_module("edocs._pades.levels").take_token
        token = take(hashlib.sha256(value).digest(), _DIGEST, means, moment)
    signature = CheckpointSignature(
        algorithm=method,
        certificate=certificate,
        chain=tuple(one.public_bytes(Encoding.DER) for one in signer.chain),
        value=value,
        timestamp=token,
    )
    return replace(checkpoint, signature=signature)


def judge_checkpoint(
    checkpoint: Checkpoint,
    trust: TrustStore | None = None,
    options: VerificationOptions = VerificationOptions(),  # noqa: B008 - frozen
) -> SignatureReport | None:
    """The verdict on the signature of a checkpoint; None where it has none (xác thực điểm chốt).

    Args:
        trust: Whom to believe; without anchors nothing can pass.

    Source: ETSI EN 319 102-1, 5.3.
    """
    if checkpoint.signature is None:
        return None
    at = datetime.now(UTC) if options.at is None else require_time(options.at)
    judge: Callable[..., SignatureReport] = importlib.import_module("edocs._pades.xml_signer").judge_envelope
    report = judge(_checked(checkpoint, checkpoint.signature), trust or TrustStore(), options, at)
    return replace(report, field="checkpoint", sub_filter=CHECKPOINT)


def checkpoint_faults(store: Store, checkpoints: Iterable[Checkpoint]) -> tuple[Reason, ...]:
    """What the log is no longer, that a checkpoint says it was; empty where it only grew since (đối chiếu điểm chốt).

    The log itself must be whole: ask :meth:`edocs.registry.Registry.check` first.
    """
    faults: list[Reason] = []
    with store.tree() as (size, node):
        origin = store.origin
        for checkpoint in checkpoints:
            params = {"checkpoint": clock_text(checkpoint.at), "size": str(checkpoint.size), "events": str(size)}
            if checkpoint.origin != origin:
                faults.append(_fault("the checkpoint of {checkpoint} is of another register", **params))
            elif checkpoint.size > size:
                text = "the log was cut or rolled back: {events} events, and {size} at the checkpoint of {checkpoint}"
                faults.append(_fault(text, **params))
            elif root(checkpoint.size, node) != checkpoint.root:
                text = "the first {size} events are not those of the checkpoint of {checkpoint}"
                faults.append(_fault(text, **params))
    return tuple(faults)


def prove_inclusion(store: Store, key: DocumentKey, checkpoint: Checkpoint) -> InclusionProof:
    """That everything that happened to a document up to a checkpoint is in its log (chứng minh có trong nhật ký).

    Raises:
        UsageError: The document is not registered, nothing happened to it up to then, or the checkpoint is not of this
            log as it is.
    """
    for fault in checkpoint_faults(store, [checkpoint]):
        raise UsageError("nothing can be proved against this checkpoint: {why}", why=fault.text())
    events = [item for item in store.events(key) if item.id <= checkpoint.size]
    if not events:
        if key not in store.states([key]):
            raise not_registered(store, key)
        raise UsageError(
            "nothing is known of {key} at this checkpoint", hint="edocs find --keys shows what is", key=key
        )
    with store.tree() as (_, node):
        proved = tuple(_proved(item, inclusion_proof(item.id - 1, checkpoint.size, node)) for item in events)
    return InclusionProof(checkpoint=checkpoint, events=proved)


def prove_growth(store: Store, old: Checkpoint, new: Checkpoint) -> ConsistencyProof:
    """That the log only grew between two checkpoints (chứng minh nhật ký chỉ ghi thêm).

    Raises:
        UsageError: One is not of this log as it is, or ``old`` is the longer one.
    """
    for fault in checkpoint_faults(store, [old, new]):
        raise UsageError("nothing can be proved against this checkpoint: {why}", why=fault.text())
    if old.size > new.size:
        raise UsageError("the older checkpoint has more events than the newer one", hint="exchange them")
    with store.tree() as (_, node):
        path = consistency_proof(old.size, new.size, node) if old.size else ()
    return ConsistencyProof(old=old, new=new, path=path)


def _proved(item: LoggedEvent, path: tuple[bytes, ...]) -> ProvedEvent:
    event = item.event
    return ProvedEvent(
        id=item.id,
        at=instant(event.at),
        who=event.who,
        kind=event.kind.value,
        document=item.document,
        subject=str(event.key) if event.key is not None else "",
        evidence=event.evidence,
        payload=event.payload,
        path=path,
    )


def _checked(checkpoint: Checkpoint, signature: CheckpointSignature) -> EnvelopeCheck:
    """What cryptography says of the signature."""
    findings: tuple[Reason, ...] = ()
    digests: tuple[str, ...] = (_DIGEST,)
    try:
        certificate = x509.load_der_x509_certificate(signature.certificate)
        verify_value(certificate, signature.algorithm, signature.value, checkpoint.signed_by(signature.certificate))
        digests = (SIGNATURES[signature.algorithm][1],)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, KeyError):
        findings = (reason("envelope.value"),)
    return EnvelopeCheck(
        findings=findings,
        certificate=signature.certificate,
        others=signature.chain,
        digests=digests,
        signed_at=checkpoint.at,
        value=signature.value,
        tokens=(signature.timestamp,) if signature.timestamp else (),
    )


def _fault(message: str, **params: str) -> Reason:
    return Reason(rule="register.checkpoint", clause="RFC 6962, 2.1", message=message, params=params)
