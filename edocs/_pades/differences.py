"""One difference between two states of a document: where it is, and what it counts as (ISO 32000-2, 12.8.2.2).

Khác biệt sau khi ký. Evidence and reports rest on these; verdicts are made in ``changes.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pyhanko.pdf_utils import generic

from edocs.model import Changes

__all__ = ["RANK", "Difference", "Place"]

RANK = tuple(Changes)
"""From the most harmless to the gravest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one revision made other than it was."""

    revision: int
    """The later of the two."""
    path: str
    """Keys from the catalog on, such as ``/Pages/Kids[0]/Contents``."""
    page: int | None
    """Counted from 1; None: on no page."""
    before: int | None
    """Number of the object around the earlier value."""
    after: int | None
    kind: Changes
    what: str
    """An English phrase, translated by the catalogues."""
    field: str = ""
    """Full name of the form field that it belongs to."""
    is_drawn: bool = False
    """Whether the page itself is drawn differently, not something on it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comparison stands."""

    path: tuple[str, ...] = ()
    page: int | None = None
    before: int | None = None
    after: int | None = None

    def at(self, key: str | int) -> Place:
        """The place of an entry, or of an item."""
        step = f"[{key}]" if isinstance(key, int) else key
        return replace(self, path=(*self.path, step))

    def into(self, old: object, new: object) -> Place:
        """The same place inside the objects that references lead to."""
        before = old.idnum if isinstance(old, generic.IndirectObject) else self.before
        after = new.idnum if isinstance(new, generic.IndirectObject) else self.after
        return Place(self.path, self.page, before, after)

    def __str__(self) -> str:
        return "".join(self.path)
