"""What is said of a file that was registered, or took the place of one: its verdict, and what a clerk should see."""

from __future__ import annotations

from edocs.model import Document, Reason, VerificationReport
from edocs.model.doubts import file_doubts, signature_doubts, signer_doubts
from edocs.registry import Registry

from .console import Console
from .verdicts import reason_lines

_MOST_REASONS = 3


def show_reasons(console: Console, report: VerificationReport) -> None:
    """Why the verdict is not good, in short: a clerk must know what to do about it."""
    lines, more = reason_lines(report, console.lang, _MOST_REASONS)
    for line in lines:
        console.result(line)
    if more:
        console.say("{count} more reasons: edocs verify shows them", count=more)


def notices_of_file(registry: Registry, document: Document, report: VerificationReport) -> tuple[Reason, ...]:
    """What a clerk should look at; it costs too much to be asked of many documents at once."""
    same = registry.store.keys_of_file(document.file_sha256, document.issued_on)
    return (
        *file_doubts([key for key in same if key != document.key]),
        *signature_doubts(document.key, report),
        *signer_doubts(document, report, registry.directory()),
    )
