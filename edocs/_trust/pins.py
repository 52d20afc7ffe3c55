"""Pinned certificates: ``*.pins`` files, one SHA-256 a line with what it is believed for.

Ghim chứng thư theo dấu vân tay. The format is edocs' own: ``USE FINGERPRINT # remark``, where USE is ``anchor``,
``signer``, ``timestamp`` or ``list-operator``, and FINGERPRINT the SHA-256 of the DER certificate in hex, with or
without colons. A pin says nothing of a role: see ``role_lists.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from edocs.errors import UsageError

__all__ = ["Pin", "PinUse", "read_fingerprint", "read_pins"]

_HEX = re.compile(r"[0-9a-f]{64}")


class PinUse(StrEnum):
    """What a pinned certificate is believed for."""

    ANCHOR = "anchor"
    """Paths may end at this CA certificate."""
    SIGNER = "signer"
    """This end-entity certificate needs no path."""
    TIMESTAMP = "timestamp"
    """This timestamping authority needs no path."""
    LIST_OPERATOR = "list-operator"
    """This certificate signs trusted lists (TS 119 612, 5.7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One line of a pins file."""

    use: PinUse
    sha256: str
    """Lower-case hex."""
    remark: str = ""


def read_pins(path: Path, data: bytes) -> tuple[Pin, ...]:
    """The pins in ``data``.

    Raises:
        UsageError: A line is of another form; a pin that is passed over would be a certificate that is refused.
    """
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as exc:
        raise UsageError("not a text file in UTF-8: {path}", path=path) from exc
    pins = []
    for number, line in enumerate(lines, 1):
        text, _, remark = line.partition("#")
        words = text.split()
        if not words:
            continue
        digest = read_fingerprint(words[1]) if len(words) == 2 else ""
        if not digest or words[0] not in tuple(PinUse):
            raise UsageError(
                "wrong line in {path}: {number}",
                hint="anchor, signer, timestamp or list-operator, then a SHA-256 in hex",
                path=path,
                number=number,
            )
        pins.append(Pin(use=PinUse(words[0]), sha256=digest, remark=remark.strip()))
    return tuple(pins)


def read_fingerprint(text: str) -> str:
    """A SHA-256 in lower-case hex from hex of either case, with or without colons; empty where it is none."""
    digest = text.replace(":", "").lower()
    return digest if _HEX.fullmatch(digest) else ""
