"""The evidence for an unlawful change: the objects, the pages and the lines that are not what was signed.

Bằng chứng thay đổi. Gathered only once a change has been refused; it explains a verdict and decides none.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import replace

from edocs._pades.differences import Difference
from edocs.errors import NotPdfError
from edocs.model import ChangeEvidence, Changes

__all__ = ["evidence_of", "show_changes"]

_MOST_OBJECTS = 50


def evidence_of(end: int, differences: Iterable[Difference]) -> ChangeEvidence:
    """Where the document differs since the signature whose range ends at ``end``; the first 50 places."""
    places = dict.fromkeys(_place(item) for item in differences if item.kind is Changes.CONTENT)
    return ChangeEvidence(signed_bytes=end, objects=tuple(places)[:_MOST_OBJECTS])


def show_changes(data: bytes, evidence: ChangeEvidence, password: str | None = None) -> ChangeEvidence:
    """``evidence`` with the pages and lines that a reader sees differently."""
    # Imported on use: nearly every file is judged without drawing a page.
    compare = importlib.import_module("edocs._pdf.compare").compare_pages
    try:
        before, after, pages = compare(data[: evidence.signed_bytes], data, password)
    except NotPdfError:  # what a viewer cannot open shows nothing; the objects still tell
        return evidence
    return replace(evidence, pages_before=before, pages_after=after, pages=tuple(pages))


def _place(item: Difference) -> str:
    number = item.after if item.after is not None else item.before
    return f"{item.path or '/'} {number} 0 R" if number is not None else item.path or "/"
