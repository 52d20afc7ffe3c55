"""Checkpoints of a register's log, and proofs against them, as files that stand outside the register.

Điểm chốt của nhật ký. RFC 6962, 2.1 and 3.5 (a signed tree head), in JSON: who keeps a checkpoint can show later
that the log was cut, edited or exchanged. Here are the values and their files; they are made and judged in
:mod:`edocs.proving`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from edocs.errors import UnreadableError
from edocs.model.events import instant, leaf_of
from edocs.model.merkle import EMPTY, verify_consistency, verify_inclusion
from edocs.model.parsing import parse_fault
from edocs.model.standing import canonical_json

__all__ = ["Checkpoint", "CheckpointSignature", "ConsistencyProof", "InclusionProof", "ProvedEvent", "read_proof"]

CHECKPOINT, INCLUSION, CONSISTENCY = "edocs.checkpoint/1", "edocs.inclusion/1", "edocs.consistency/1"
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSignature:
    """Who vouches for a checkpoint (chữ ký trên điểm chốt)."""

    algorithm: str
    """Identifier of RFC 9231."""
    certificate: bytes = field(repr=False)
    """DER."""
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    """Its CA certificates, DER."""
    value: bytes = field(repr=False)
    """Over :meth:`Checkpoint.signed_by`, as RFC 9231 has it."""
    timestamp: bytes = field(default=b"", repr=False)
    """A time-stamp token (RFC 3161) over ``value``, DER; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A log at one moment (điểm chốt): so many events, and the root of their tree."""

    origin: str
    """The log's own name."""
    size: int
    root: bytes
    at: datetime
    """Aware: when it was made, by the clock of whoever made it."""
    signature: CheckpointSignature | None = None

    def signed_by(self, certificate: bytes) -> bytes:
        """What the holder of ``certificate`` (DER) signs: which log it is, as it is, and in whose name."""
        named = {**self._said, "certificate_sha256": hashlib.sha256(certificate).hexdigest()}
        return canonical_json(named).encode()

    @property
    def _said(self) -> dict[str, Any]:
        return {
            "schema": CHECKPOINT,
            "origin": self.origin,
            "size": self.size,
            "root_sha256": self.root.hex(),
            "at": instant(self.at),
        }

    def as_dict(self) -> dict[str, Any]:
        """The JSON object ``edocs.checkpoint/1``."""
        said = self._said
        if self.signature is not None:
            one = self.signature
            said["signature"] = {
                "algorithm": one.algorithm,
                "certificate": _text(one.certificate),
                "chain": [_text(certificate) for certificate in one.chain],
                "value": _text(one.value),
                "timestamp": _text(one.timestamp) if one.timestamp else None,
            }
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedEvent:
    """An event of the log with what leads from it to the root of a checkpoint."""

    id: int
    at: str
    who: str
    kind: str
    document: int
    subject: str
    evidence: str
    payload: str
    path: tuple[bytes, ...]
    """RFC 6962, 2.1.1: from the leaf up."""

    @property
    def leaf(self) -> bytes:
        """Its hash as a leaf, from what it says."""
        return leaf_of(self.at, self.who, self.kind, self.document, self.subject, self.evidence, self.payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """Events that are in the log of a checkpoint (bằng chứng có trong nhật ký)."""

    checkpoint: Checkpoint
    events: tuple[ProvedEvent, ...]

    @property
    def faulty(self) -> tuple[int, ...]:
        """The ids of events that the checkpoint does not cover."""
        size, root = self.checkpoint.size, self.checkpoint.root
        return tuple(
            event.id for event in self.events if not verify_inclusion(event.leaf, event.id - 1, size, event.path, root)
        )

    def as_dict(self) -> dict[str, Any]:
        """The JSON object ``edocs.inclusion/1``."""
        names = ("id", "at", "who", "kind", "document", "subject", "evidence", "payload")
        events = [
            {**{name: getattr(event, name) for name in names}, "path": [step.hex() for step in event.path]}
            for event in self.events
        ]
        return {"schema": INCLUSION, "checkpoint": self.checkpoint.as_dict(), "events": events}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsistencyProof:
    """That a log only grew from one checkpoint to another (bằng chứng chỉ ghi thêm)."""

    old: Checkpoint
    new: Checkpoint
    path: tuple[bytes, ...]
    """RFC 6962, 2.1.2."""

    @property
    def holds(self) -> bool:
        """Whether the log of the new checkpoint begins with that of the old one."""
        old, new = self.old, self.new
        if old.origin != new.origin:
            return False
        if not old.size:
            return not self.path and old.root == EMPTY
        return verify_consistency(old.size, new.size, self.path, old.root, new.root)

    def as_dict(self) -> dict[str, Any]:
        """The JSON object ``edocs.consistency/1``."""
        return {
            "schema": CONSISTENCY,
            "old": self.old.as_dict(),
            "new": self.new.as_dict(),
            "path": [step.hex() for step in self.path],
        }


def read_proof(data: bytes) -> Checkpoint | InclusionProof | ConsistencyProof:
    """What a file is: a checkpoint, or a proof.

    Raises:
        UnreadableError: None of them, or incomplete.
    """
    try:
        if len(data) > _MOST_BYTES:
            raise ValueError("too large")
        said = json.loads(data.decode("utf-8-sig"))
        schema = said["schema"]
        if schema == CHECKPOINT:
            return _checkpoint(said)
        if schema == INCLUSION:
            events = tuple(_event(one) for one in said["events"])
            if not events:
                raise ValueError("events")
            return InclusionProof(checkpoint=_checkpoint(said["checkpoint"]), events=events)
        if schema == CONSISTENCY:
            old, new = _checkpoint(said["old"]), _checkpoint(said["new"])
            return ConsistencyProof(old=old, new=new, path=_path(said["path"]))
        raise ValueError(str(schema)[:60])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as exc:
        raise UnreadableError(
            "neither a checkpoint nor a proof: {why}", hint="it must be what edocs prove wrote", why=parse_fault(exc)
        ) from exc


def _checkpoint(said: Mapping[str, Any]) -> Checkpoint:
    if said["schema"] != CHECKPOINT:
        raise ValueError(str(said["schema"])[:60])
    at = datetime.fromisoformat(said["at"])
    size = said["size"]
    if at.tzinfo is None or not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ValueError("at, size")
    instant(at)
    signed = said.get("signature")
    return Checkpoint(
        origin=_word(said["origin"]),
        size=size,
        root=_hash(said["root_sha256"]),
        at=at,
        signature=None if signed is None else _signature(signed),
    )


def _signature(said: Mapping[str, Any]) -> CheckpointSignature:
    return CheckpointSignature(
        algorithm=_word(said["algorithm"]),
        certificate=_bytes(said["certificate"]),
        chain=tuple(_bytes(one) for one in said["chain"]),
        value=_bytes(said["value"]),
        timestamp=_bytes(said["timestamp"]) if said.get("timestamp") else b"",
    )


def _event(said: Mapping[str, Any]) -> ProvedEvent:
    id, document = said["id"], said["document"]
    if any(not isinstance(one, int) or isinstance(one, bool) for one in (id, document)):
        raise ValueError("id, document")
    texts = {name: _word(said[name]) for name in ("at", "who", "kind", "subject", "evidence", "payload")}
    if any("\n" in texts[name] for name in texts if name != "who"):  # of two events with one leaf, one has them
        raise ValueError("a line feed")
    return ProvedEvent(id=id, document=document, path=_path(said["path"]), **texts)


def _word(said: object) -> str:
    if not isinstance(said, str):
        raise ValueError("no text")
    said.encode()  # half of a surrogate pair is no text either
    return said


def _path(said: list[str]) -> tuple[bytes, ...]:
    return tuple(_hash(step) for step in said)


def _hash(text: str) -> bytes:
    value = bytes.fromhex(text)
    if len(value) != 32:
        raise ValueError("a hash")
    return value


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as exc:
        raise ValueError("base64") from exc
