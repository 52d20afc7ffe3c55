"""The page tree of one state of a document: its pages in order, and what they inherit (ISO 32000-2, 7.7.3).

Cây trang. Pages themselves are not parsed here: an unchanged one need not be.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyhanko.pdf_utils import generic

from edocs._pdf.references import References
from edocs._pdf.states import State, items, raw

__all__ = ["INHERITED", "Leaf", "Node", "PageTree", "read_pages"]

INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
"""What a page takes from its ancestors where it has none of its own (table 31)."""
_DEPTH = 64
_MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page."""

    reference: generic.IndirectObject
    inherited: tuple[generic.PdfObject | None, ...]
    """In the order of :data:`INHERITED`, references not followed."""
    parent: int | None
    """Object number of the node that lists it."""


@dataclass(frozen=True, slots=True)
class Node:
    """An inner node of the tree."""

    reference: generic.PdfObject | None
    entries: generic.DictionaryObject
    kid_count: int
    parent: int | None


@dataclass(frozen=True, slots=True)
class PageTree:
    """All nodes in reading order."""

    leaves: list[Leaf]
    nodes: list[Node]
    catalog: int
    """Object number of the catalog."""

    def numbers(self) -> set[int]:
        """The object numbers of all nodes."""
        found = {leaf.reference.idnum for leaf in self.leaves}
        return found | {
            node.reference.idnum for node in self.nodes if isinstance(node.reference, generic.IndirectObject)
        }


def read_pages(state: State, references: References) -> PageTree:
    """The page tree of ``state``.

    Raises:
        ValueError: There is none, or it has no end.
    """
    root = raw(state.trailer, "/Root")
    catalog = state.resolve(root)
    if not isinstance(catalog, generic.DictionaryObject) or not isinstance(root, generic.IndirectObject):
        raise ValueError("the catalog is missing")
    tree = PageTree([], [], root.idnum)
    seen: set[int] = set()
    nothing: tuple[generic.PdfObject | None, ...] = (None,) * len(INHERITED)
    waiting: list[tuple[generic.PdfObject | None, tuple[generic.PdfObject | None, ...], int | None, int]] = [
        (raw(catalog, "/Pages"), nothing, None, 0)
    ]
    while waiting:
        reference, inherited, parent, depth = waiting.pop()
        if isinstance(reference, generic.IndirectObject):
            if reference.idnum in seen:
                raise ValueError("a page stands in two places")
            seen.add(reference.idnum)
            if depth and not references.may_have_kids(reference.idnum, state):
                tree.leaves.append(Leaf(reference, inherited, parent))
                continue
        node = state.resolve(reference)
        if not isinstance(node, generic.DictionaryObject) or depth > _DEPTH or len(tree.leaves) > _MOST_PAGES:
            raise ValueError("the page tree cannot be read")
        kids = state.get(node, "/Kids")
        if isinstance(kids, generic.ArrayObject):
            own = tuple(
                given if (given := raw(node, key)) is not None else inherited[index]
                for index, key in enumerate(INHERITED)
            )
            tree.nodes.append(Node(reference, node, len(kids), parent))
            number = reference.idnum if isinstance(reference, generic.IndirectObject) else None
            waiting += [(kid, own, number, depth + 1) for kid in reversed(items(kids))]
        elif isinstance(reference, generic.IndirectObject):
            tree.leaves.append(Leaf(reference, inherited, parent))
        else:
            raise ValueError("the page tree cannot be read")
    return tree
