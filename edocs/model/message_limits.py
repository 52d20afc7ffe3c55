"""What one edXML message may cost whoever reads it, and when its size is worth a word (giới hạn của gói tin)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["IN_MEMORY", "MessageLimits"]

_MB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLimits:
    """Limits on a message. What is beyond them is refused before memory, disk or time is spent on it.

    Memory does not depend on the size of a message; ``text_bytes`` bounds it.
    """

    message_bytes: int = 4096 * _MB
    """The whole message, its attachments encoded."""
    text_bytes: int = 8 * _MB
    """All of it but the base64 of its attachments, and each single text that is held in memory."""
    file_bytes: int = 2048 * _MB
    """One attachment, decoded and unwrapped."""
    total_bytes: int = 4096 * _MB
    """All attachments together."""
    ratio: int = 500
    """How many times larger than its compressed form a ZIP entry of more than 1 MB may become."""
    notice_bytes: int = 50 * _MB
    """Packing a larger message is noted: the national axis takes no more than 50 MB."""


IN_MEMORY = MessageLimits(message_bytes=256 * _MB, text_bytes=64 * _MB, file_bytes=256 * _MB, total_bytes=512 * _MB)
"""For messages that are handed over as bytes, and whose attachments are handed out so."""
