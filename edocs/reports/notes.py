"""What a report says besides its figures, a line each and the same in every format for people.

Ghi chú của báo cáo: văn bản đã thu hồi, đã được thay thế.
"""

from __future__ import annotations

from collections.abc import Iterator

from edocs.locale import translate
from edocs.model import Counts

from .figures import Report
from .wording import number_text

__all__ = ["report_notes", "withdrawn_notes"]


def report_notes(report: Report, lang: str) -> tuple[str, ...]:
    """All of them; none where there is nothing to say."""
    return tuple(withdrawn_notes(report.total, lang))


def withdrawn_notes(counts: Counts, lang: str) -> Iterator[str]:
    """How many of the counted documents were recalled or replaced up to the cut-off (thu hồi, thay thế)."""
    if counts.is_recalled:
        yield translate(
            "{count} of the documents to be signed were recalled since; they were issued, and stay in every count",
            lang,
            count=number_text(counts.is_recalled, lang),
        )
    if counts.is_superseded:
        yield translate(
            "{count} of the documents to be signed were replaced since; they were issued, and stay in every count",
            lang,
            count=number_text(counts.is_superseded, lang),
        )
