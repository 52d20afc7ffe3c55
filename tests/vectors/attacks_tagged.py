"""Manipulated structure: what a tagged document says to those who have it read to them (ISO 32000-2, 14.7 to 14.9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pikepdf import Array, Dictionary, Name, Object, String

from .bench import Bench
from .pdf import Update, update
from .registry import Builder, Outcome, Vector, add_vector
from .tagged import Growth, add_kid, obj, signed_twice
from .tagged_page import DOCUMENT, FIRST, NOTE, ROOT, SECOND, TREE

Alter = Callable[[Update, Object, Object], None]


@dataclass(frozen=True, slots=True)
class _Edit:
    about: str
    alter: Alter
    is_of_element: bool
    """Whether it needs the new element, so that it comes with a signature alone."""


_EDITS: dict[str, _Edit] = {}


def alteration(name: str, *, is_of_element: bool = False) -> Callable[[Alter], Alter]:
    def register(alter: Alter) -> Alter:
        _EDITS[name] = _Edit((alter.__doc__ or "").strip(), alter, is_of_element)
        return alter

    return register


# --- the new element ----------------------------------------------------------------------------------------------


def _entry(key: str, value: Callable[[Update], object]) -> Alter:
    def alter(revision: Update, element: Object, _widget: Object) -> None:
        element[key] = value(revision)

    return alter


_ENTRIES: dict[str, tuple[str, Callable[[Update], object]]] = {
    "actual-text": ("/ActualText", lambda _: String("pay 9 000 000 dong")),
    "alt": ("/Alt", lambda _: String("pay 9 000 000 dong")),
    "expansion": ("/E", lambda _: String("pay 9 000 000 dong")),
    "title": ("/T", lambda _: String("pay 9 000 000 dong")),
    "attributes": ("/A", lambda _: Dictionary(O=Name.Layout, BBox=Array([0, 0, 595, 842]))),
    "class": ("/C", lambda _: Name.Left),
    "identifier": ("/ID", lambda _: String("a")),
    "file": ("/AF", lambda revision: Array([revision.add(Dictionary(Type=Name.Filespec, F=String("a")))])),
    "content": ("/K", lambda _: 0),
    "existing-element": ("/K", lambda revision: obj(revision, FIRST)),
    "nothing": ("/K", lambda _: Array()),
    "page-as-kid": ("/K", lambda revision: Dictionary(Type=Name.OBJR, Obj=revision.page(0), Pg=revision.page(0))),
    "role": ("/S", lambda _: Name.P),
    "mapped-role": ("/S", lambda _: Name.Para),
    "parent": ("/P", lambda revision: obj(revision, FIRST)),
    "namespace": ("/NS", lambda revision: revision.add(Dictionary(Type=Name.Namespace, NS=String("urn:x")))),
    "unknown-entry": ("/Phoneme", lambda _: String("nine million")),
}
for _name, (_key, _value) in _ENTRIES.items():
    _EDITS[f"element-{_name}"] = _Edit(f"The new element has {_name.replace('-', ' ')}.", _entry(_key, _value), True)


@alteration("element-twice", is_of_element=True)
def _(revision: Update, element: Object, _widget: Object) -> None:
    """The new element stands in two places."""
    add_kid(revision, obj(revision, FIRST), element)


@alteration("element-in-place", is_of_element=True)
def _(revision: Update, element: Object, _widget: Object) -> None:
    """The new element stands where the first paragraph stood."""
    obj(revision, DOCUMENT).K = Array([element, obj(revision, SECOND)])


@alteration("element-over-content", is_of_element=True)
def _(revision: Update, element: Object, _widget: Object) -> None:
    """The new element also holds the marked content of the first paragraph."""
    element.K = Array([element.K, Dictionary(Type=Name.MCR, MCID=0, Pg=revision.page(0))])


@alteration("key-of-page", is_of_element=True)
def _(revision: Update, _element: Object, widget: Object) -> None:
    """The new widget has the key of the page."""
    widget.StructParent = 0
    obj(revision, TREE).Nums = Array(list(obj(revision, TREE).Nums)[:4])


@alteration("key-of-another", is_of_element=True)
def _(revision: Update, _element: Object, widget: Object) -> None:
    """The new key leads to a paragraph."""
    obj(revision, TREE).Nums[5] = obj(revision, FIRST)


@alteration("key-taken-over", is_of_element=True)
def _(revision: Update, element: Object, _widget: Object) -> None:
    """The key of the note leads to the new element."""
    obj(revision, TREE).Nums[3] = element


@alteration("page-key-of-another", is_of_element=True)
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """Another page gets the key of the first."""
    revision.page(1).StructParents = 0
    revision.touch(revision.page(1))


@alteration("page-key-with-content", is_of_element=True)
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """Another page gets a key, and the paragraphs of the first page under it."""
    revision.page(1).StructParents = 7
    revision.touch(revision.page(1))
    tree = obj(revision, TREE)
    tree.Nums.append(7)
    tree.Nums.append(Array([obj(revision, FIRST), obj(revision, SECOND)]))


# --- what was there -----------------------------------------------------------------------------------------------


@alteration("reordered")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """The paragraphs are read in another order."""
    kids = list(obj(revision, DOCUMENT).K)
    obj(revision, DOCUMENT).K = Array([kids[1], kids[0], *kids[2:]])


@alteration("kid-removed")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """The first paragraph is no longer read."""
    obj(revision, DOCUMENT).K = Array(list(obj(revision, DOCUMENT).K)[1:])


@alteration("kid-repeated")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """The first paragraph is read twice."""
    obj(revision, DOCUMENT).K.append(obj(revision, FIRST))


@alteration("replacement-text")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """A paragraph gets text that is read in place of its own."""
    obj(revision, FIRST).ActualText = String("pay 9 000 000 dong")


@alteration("replacement-text-changed")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """The text that is read in place of the note is another."""
    obj(revision, NOTE).ActualText = String("not agreed")


@alteration("element-role-changed")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """A paragraph is called an artifact."""
    obj(revision, FIRST).S = Name.Artifact


@alteration("marked-content-exchanged")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """The paragraphs exchange what is marked as theirs."""
    obj(revision, FIRST).K = 1
    obj(revision, SECOND).K = Array([0, obj(revision, NOTE)])


@alteration("role-map")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """The roles of the document mean something else."""
    obj(revision, ROOT).RoleMap.Para = Name.Artifact


@alteration("role-map-grown")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """Paragraphs get a meaning through the role map."""
    obj(revision, ROOT).RoleMap.P = Name.Artifact


@alteration("class-map")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """The classes of the document mean something else."""
    obj(revision, ROOT).ClassMap.Left.TextAlign = Name.End


@alteration("identifier-tree")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """An identifier leads to another element."""
    obj(revision, ROOT).IDTree.Names[1] = obj(revision, SECOND)


@alteration("namespaces")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """A namespace is added that maps roles."""
    space = Dictionary(Type=Name.Namespace, NS=String("urn:x"), RoleMapNS=Dictionary(P=Name.Artifact))
    obj(revision, ROOT).Namespaces = Array([revision.add(space)])


@alteration("parent-tree-exchanged")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """The entries of the page lead to each other's paragraphs."""
    nums = list(obj(revision, TREE).Nums)
    obj(revision, TREE).Nums = Array([nums[0], Array([nums[1][1], nums[1][0]]), *nums[2:]])


@alteration("parent-tree-key-removed")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """The key of the note is taken away."""
    obj(revision, TREE).Nums = Array([item for at, item in enumerate(obj(revision, TREE).Nums) if at not in (2, 3)])


@alteration("parent-tree-key-twice")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """The key of the page stands in the parent tree twice."""
    nums = list(obj(revision, TREE).Nums)
    obj(revision, TREE).Nums = Array([*nums, 0, Array([nums[1][1], nums[1][0]])])


@alteration("next-key-lowered")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """The next key is one that is taken."""
    obj(revision, ROOT).ParentTreeNextKey = 1


@alteration("root-replaced")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """The catalogue names another root."""
    revision.root.StructTreeRoot = revision.add(Dictionary(Type=Name.StructTreeRoot, K=obj(revision, SECOND)))
    revision.touch(revision.root)


@alteration("marks-denied")
def _(revision: Update, _element: Object, _widget: Object) -> None:
    """The document says that it is not tagged."""
    revision.root.MarkInfo.Marked = False
    revision.touch(revision.root)


def _signed(edit: _Edit) -> Builder:
    return lambda bench: signed_twice(bench, Growth(alter=edit.alter))


def _later(edit: _Edit) -> Builder:
    def build(bench: Bench) -> bytes:
        change = lambda revision: edit.alter(revision, revision.root, revision.root)  # noqa: E731
        return update(bench.sign(bench.base("tagged")), change)

    return build


for _name, _edit in _EDITS.items():
    _about = _edit.about.rstrip(".")
    add_vector(
        Vector(
            name=f"tagged-{_name}",
            about=f"{_about}, in the revision of a later signature.",
            build=_signed(_edit),
            outcome=Outcome.FAILED,
            rules=("changes.",),
            family="tagged",
        )
    )
    if not _edit.is_of_element:
        add_vector(
            Vector(
                name=f"tagged-{_name}-later",
                about=f"{_about}, in a later revision that nobody signs.",
                build=_later(_edit),
                outcome=Outcome.FAILED,
                rules=("changes.",),
                family="tagged",
            )
        )
