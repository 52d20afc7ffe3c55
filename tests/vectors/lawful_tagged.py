"""Lawful files: tagged documents whose later signers tag their fields, too (ISO 32000-2, 14.7 and 14.8.4.8)."""

from __future__ import annotations

from dataclasses import replace

from pikepdf import Array, Dictionary, Name, Object

from .bench import AGENCY, PERSON, Bench
from .pdf import Table, Update, update
from .registry import lawful
from .tagged import Growth, obj, signed_twice, tag
from .tagged_page import DOCUMENT, ROOT, TREE, tagged_document


@lawful("tagged-element")
def _(bench: Bench) -> bytes:
    """The second signer adds an element for its widget, and its key to the parent tree."""
    return signed_twice(bench)


@lawful("tagged-element-visible")
def _(bench: Bench) -> bytes:
    """The same with a visible signature, a widget of its own, and an array of kids."""
    return signed_twice(bench, Growth(box=(72, 100, 162, 130), is_separate=True, is_single=False))


@lawful("tagged-element-under-root")
def _(bench: Bench) -> bytes:
    """The element stands beside the document's own, in a role that the role map calls a form."""
    return signed_twice(bench, Growth(parent=ROOT, role=Name.Field, next_key=None))


@lawful("tagged-kids-in-an-object")
def _(bench: Bench) -> bytes:
    """The kids of the parent are an array of their own, and only that is written anew."""
    return signed_twice(bench, document=tagged_document(is_array_shared=True))


@lawful("tagged-parent-tree-split")
def _(bench: Bench) -> bytes:
    """The second signer writes the parent tree in two leaves, packed into an object stream."""

    def split(revision: Update, element: Object, _widget: Object) -> None:
        tree = obj(revision, TREE)
        first = revision.pdf.make_indirect(Array(list(tree.Nums)[:4]))
        revision.touch(first)
        tree.Kids = Array([_leaf(revision, first), _leaf(revision, Array([2, element]))])
        del tree["/Nums"]

    one = bench.sign(bench.base("tagged"), "leader", replace(PERSON, table=Table.STREAM))
    plan = replace(AGENCY, table=Table.OBJECT_STREAM, edits=(tag(Growth(alter=split)),))
    return bench.sign(one, "seal", plan)


def _leaf(revision: Update, pairs: Object) -> Object:
    return revision.add(Dictionary(Nums=pairs, Limits=Array([int(pairs[0]), int(pairs[-2])])))


@lawful("tagged-page-gets-a-key")
def _(bench: Bench) -> bytes:
    """The widget stands on a page without tagged content; the page gets a key that leads to nothing yet."""

    def key(revision: Update, _element: Object, _widget: Object) -> None:
        revision.page(1).StructParents = 3
        revision.touch(revision.page(1))
        tree = obj(revision, TREE)
        tree.Nums.append(3)
        tree.Nums.append(Array())
        obj(revision, ROOT).ParentTreeNextKey = 4

    return signed_twice(bench, Growth(page=1, alter=key))


@lawful("tagged-element-after-p2")
def _(bench: Bench) -> bytes:
    """The same after a certification that permits signing."""
    return signed_twice(bench, first=replace(PERSON, certify=2))


@lawful("tagged-three-signers")
def _(bench: Bench) -> bytes:
    """A third signer does as the second did; the field of the second keeps its element."""

    two = signed_twice(bench)
    edits = (tag(Growth(key=3, next_key=4, field="Deputy")),)
    return bench.sign(two, "leader-public", replace(AGENCY, field="Deputy", edits=edits))


@lawful("tagged-field-signed")
def _(bench: Bench) -> bytes:
    """The agency's field was there, empty and tagged, when the person signed."""
    one = bench.sign(update(bench.base("tagged"), tag()))
    return bench.sign(one, "seal", AGENCY)


@lawful("tagged-rewritten")
def _(bench: Bench) -> bytes:
    """The second signer writes all elements anew as they were, and tags its field."""

    def rewrite(revision: Update, _element: Object, _widget: Object) -> None:
        for number in range(ROOT, ROOT + 6):
            obj(revision, number)

    return signed_twice(bench, Growth(alter=rewrite, parent=DOCUMENT))
