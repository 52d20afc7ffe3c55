"""What a report says of the checkpoint that it carries: a state of the log that stands outside the register.

Điểm chốt của nhật ký sự kiện. That the log still holds it was seen before; whose signature it bears is judged by
``edocs prove``, with anchors.
"""

from __future__ import annotations

import hashlib

from edocs.locale import translate

from .figures import Report
from .wording import number_text, time_text

__all__ = ["checkpoint_lines"]


def checkpoint_lines(report: Report, lang: str) -> list[str]:
    """Which events it covers, by which root, and whether it is signed; nothing where there is none."""
    found = report.checkpoint
    if found is None:
        return []
    size, events = number_text(found.size, lang), number_text(report.extent.events, lang)
    at = time_text(found.at, lang)
    lines = [
        translate("Checkpoint of {at}: {size} events of the log {origin}", lang, at=at, size=size, origin=found.origin)
    ]
    lines.append(translate("Its root: {root}", lang, root=found.root.hex()))
    if found.size < report.extent.events:
        lines.append(
            translate("It covers the first {size} of the {events} events counted.", lang, size=size, events=events)
        )
    else:
        lines.append(translate("It covers every event counted.", lang))
    if found.signature is None:
        return [*lines, translate("It is not signed.", lang)]
    digest = hashlib.sha256(found.signature.certificate).hexdigest()
    if found.signature.timestamp:
        return [*lines, translate("Signed and timestamped; certificate SHA-256 {digest}", lang, digest=digest)]
    return [*lines, translate("Signed, without a timestamp; certificate SHA-256 {digest}", lang, digest=digest)]
