"""What a reader would see differently since a signature: the evidence behind a refusal.

Bằng chứng thay đổi.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ChangeEvidence", "PageDifference", "PagePictures"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDifference:
    """What one page, counted from 1, shows in one state only; both empty: it looks different in another way."""

    page: int
    removed: tuple[str, ...] = ()
    """Lines of text that only the signed state has."""
    added: tuple[str, ...] = ()
    """Lines of text that only the state of today has."""

    def as_dict(self) -> dict[str, object]:
        """The page as the JSON contract has it."""
        return {"page": self.page, "removed": list(self.removed), "added": list(self.added)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEvidence:
    """Which objects and pages differ between what was signed and what the file shows today."""

    signed_bytes: int
    """The signed state is the file up to here."""
    objects: tuple[str, ...] = ()
    """Where in the document, and which object there: ``/Root/Pages/Kids[0]/Contents 7 0 R``."""
    pages_before: int = 0
    pages_after: int = 0
    pages: tuple[PageDifference, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The evidence as the JSON contract has it."""
        return {
            "signed_bytes": self.signed_bytes,
            "objects": list(self.objects),
            "pages_before": self.pages_before,
            "pages_after": self.pages_after,
            "pages": [page.as_dict() for page in self.pages],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePictures:
    """A page before, after, and after with every changed place marked; PNG, empty where there is no such page."""

    page: int
    before: bytes
    after: bytes
    difference: bytes
