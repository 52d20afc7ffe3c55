"""The statuses of a message in words (trạng thái xử lý văn bản)."""

from __future__ import annotations

__all__ = ["STATUS_NAMES"]

STATUS_NAMES = {
    "01": "arrived",
    "02": "refused and returned",
    "03": "accepted",
    "04": "assigned",
    "05": "in progress",
    "06": "completed",
    "13": "the sender asks for the document back",
    "15": "the receiver agrees to recall or update",
    "16": "the receiver refuses to recall or update",
}
