"""A tagged document, and how software that signs it gives the new field an element (ISO 32000-2, 14.7, 14.8.4.8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from pikepdf import Array, Dictionary, Name, Object

from .bench import AGENCY, PERSON, Bench
from .pdf import Edit, Update
from .signing import Plan, add_field
from .tagged_page import DOCUMENT, ROOT, TREE


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How the second signer's software tags its field; as it stands, as it should be."""

    field: str = "Agency"
    parent: int = DOCUMENT
    role: Name = Name.Form
    key: int = 2
    next_key: int | None = 3
    page: int = 0
    is_single: bool = True
    """The element's kid stands without an array."""
    is_separate: bool = False
    box: tuple[float, float, float, float] | None = None
    alter: Callable[[Update, Object, Object], None] | None = None
    """What it does besides, to the new element and the new widget."""


_GROWTH = Growth()


def tag(growth: Growth = _GROWTH) -> Edit:
    """An edit that makes the agency's field, and its element."""

    def grow(revision: Update) -> None:
        plan = replace(AGENCY, field=growth.field, is_separate=growth.is_separate, page=growth.page, box=growth.box)
        field = add_field(revision, plan)
        widget = field.Kids[0] if growth.is_separate else field
        page, parent = revision.page(growth.page), obj(revision, growth.parent)
        shown = Dictionary(Type=Name.OBJR, Obj=widget, Pg=page)
        element = Dictionary(Type=Name.StructElem, S=growth.role, P=parent, Pg=page)
        element.K = shown if growth.is_single else Array([shown])
        element = revision.add(element)
        add_kid(revision, parent, element)
        widget.StructParent = growth.key
        page.Tabs = Name.S
        root, tree = obj(revision, ROOT), obj(revision, TREE)
        revision.touch(page)
        tree.Nums.append(growth.key)
        tree.Nums.append(element)
        if growth.next_key is not None:
            root.ParentTreeNextKey = growth.next_key
        if growth.alter is not None:
            growth.alter(revision, element, widget)

    return grow


def add_kid(revision: Update, parent: Object, element: Object) -> None:
    """At the end of the kids that there are."""
    if "/K" not in parent:
        parent.K = element
    elif not isinstance(parent.K, Array):
        parent.K = Array([parent.K, element])
    else:
        parent.K.append(element)
        if parent.K.is_indirect:
            revision.touch(parent.K)
            return
    revision.touch(parent)


def obj(revision: Update, number: int) -> Object:
    found = revision.pdf.get_object((number, 0))
    revision.touch(found)
    return found


def signed_twice(bench: Bench, growth: Growth = _GROWTH, first: Plan = PERSON, document: bytes | None = None) -> bytes:
    """A person's signature, and the agency's with its element."""
    one = bench.sign(document or bench.base("tagged"), "leader", first)
    return bench.sign(one, "seal", replace(AGENCY, edits=(tag(growth),), is_separate=growth.is_separate))
