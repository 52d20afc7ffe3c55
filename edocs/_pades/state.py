"""What lies between preparing and finishing a signature: plain data that can be stored and sent.

Trạng thái ký dở. A phone or a remote service may answer minutes later, in another process. Nothing in it is secret, and
nothing in it is believed: finishing recomputes every digest, and the signature value must verify over them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, fields
from datetime import datetime

from edocs.errors import StateRefusedError
from edocs.model import Level, Role, SignatureAlgorithm

__all__ = ["STATE_VERSION", "PreparedSignature", "sha256_hex"]

STATE_VERSION = 1
_SCHEMA = f"edocs.prepared/{STATE_VERSION}"


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class PreparedSignature:
    """A document that only lacks the signature value, and what the value is bound to (trạng thái ký dở)."""

    document: bytes
    """The whole PDF, with room for the signature."""
    gap_start: int
    """Offset of the ``<`` that opens ``/Contents``."""
    gap_end: int
    """Offset after the ``>`` that closes it."""
    attributes: bytes
    """The signed attributes, DER SET: what the key signs."""
    digest: str
    """sha256, sha384 or sha512."""
    algorithm: SignatureAlgorithm
    role: Role
    field: str
    """Fully qualified name of the signature field."""
    certificates: tuple[bytes, ...]
    """The signer's certificate, then its CA certificates, DER."""
    document_sha256: str
    """SHA-256 of ``document``, hexadecimal."""
    certificate_sha256: str
    """SHA-256 of the signer's certificate, hexadecimal."""
    created_at: datetime
    """Aware; also the time that the signature claims."""
    expires_at: datetime
    """Aware; finishing is refused from then on."""
    level: Level = Level.B_B
    """What finishing has to reach; there is room for a timestamp from B-T on."""
    version: int = STATE_VERSION

    def to_json(self) -> str:
        """The state as one JSON object, bytes in base64 (``docs/signing.md``)."""
        values: dict[str, object] = {"schema": _SCHEMA}
        for item in fields(self):
            values[item.name] = _plain(getattr(self, item.name))
        return json.dumps(values, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> PreparedSignature:
        """The state that :meth:`to_json` wrote.

        Raises:
            StateRefusedError: Another version, or not such a state.
        """
        try:
            values = json.loads(text)
            version = values["version"]
            if version != STATE_VERSION:
                raise StateRefusedError(
                    "signing state of version {version}, not {known}",
                    hint="prepare the document again",
                    version=version,
                    known=STATE_VERSION,
                )
            return _from_values(values)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError, binascii.Error) as exc:
            raise _malformed() from exc


def sha256_hex(data: bytes) -> str:
    """SHA-256 as lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _from_values(values: dict[str, object]) -> PreparedSignature:
    certificates = values["certificates"]
    if not isinstance(certificates, list):
        raise _malformed()
    state = PreparedSignature(
        document=_bytes(values["document"]),
        gap_start=_int(values["gap_start"]),
        gap_end=_int(values["gap_end"]),
        attributes=_bytes(values["attributes"]),
        digest=str(values["digest"]),
        algorithm=SignatureAlgorithm(str(values["algorithm"])),
        role=Role(str(values["role"])),
        field=str(values["field"]),
        certificates=tuple(_bytes(item) for item in certificates),
        document_sha256=str(values["document_sha256"]),
        certificate_sha256=str(values["certificate_sha256"]),
        created_at=datetime.fromisoformat(str(values["created_at"])),
        expires_at=datetime.fromisoformat(str(values["expires_at"])),
        level=Level(str(values["level"])),
    )
    if state.created_at.tzinfo is None or state.expires_at.tzinfo is None:
        raise _malformed()
    return state


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _bytes(value: object) -> bytes:
    if not isinstance(value, str):
        raise _malformed()
    return base64.b64decode(value, validate=True)


def _int(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _malformed()
    return value


def _malformed() -> StateRefusedError:
    return StateRefusedError("not a signing state", hint="prepare the document again")
