"""What a later revision did to the pages and to what stands on them (ISO 32000-2, 7.7.3, 12.5).

Thay đổi trang và chú thích. A page may get widgets of signature fields and, where the signature permits it, comments;
nothing that draws the page itself may change.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pyhanko.pdf_utils import generic

from edocs._pades.comparison import Comparison
from edocs._pades.differences import Place
from edocs._pades.form_changes import FormChanges
from edocs._pades.widgets import (
    draws_beside,
    is_listed_signature,
    is_shown,
    is_unsteady_comment,
    leaves_its_place,
    rectangle,
)
from edocs._pdf.pages import INHERITED, Leaf, PageTree
from edocs._pdf.states import State, items, raw
from edocs.model import Changes

__all__ = ["PageChanges", "Patch", "compare_pages"]

Dictionary = generic.DictionaryObject
_DRAWING = frozenset({*INHERITED, "/Contents", "/Group", "/BleedBox", "/TrimBox", "/ArtBox", "/UserUnit", "/Type"})
_FREE = frozenset({"/Parent", "/LastModified", "/Tabs"})
_MARKUP = "Text FreeText Line Square Circle Polygon PolyLine Highlight Underline Squiggly StrikeOut Stamp Caret Ink"
_COMMENTS = frozenset({*("/" + name for name in _MARKUP.split(" ")), "/Popup"})
"""Comments (12.5.6.2). Links, media, attached files and redaction marks do more than comment."""
_FIXED = frozenset({"/Subtype", "/A", "/AA", "/OC"})
_EVERYWHERE = (-14400.0, -14400.0, 14400.0, 14400.0)
"""More than any page (annex C)."""
_PAGES = "pages were added, taken away or put in another order"
_ANNOTATION = "something was put on a page or changed there that is no signature"


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of a page on which something is drawn anew."""

    page: int
    """From 0."""
    box: tuple[float, float, float, float]
    over_all: bool
    """Whether everything underneath was signed; False: the field's own earlier look was not to stay."""
    place: Place
    field: str


@dataclass(slots=True)
class PageChanges:
    """What has to be looked at as a picture."""

    patches: list[Patch] = field(default_factory=list)
    structure_keys: list[generic.PdfObject] = field(default_factory=list)
    """The ``/StructParents`` of pages that had none, judged with the structure tree."""


def compare_pages(comparison: Comparison, old: PageTree, new: PageTree, form: FormChanges) -> PageChanges:
    """Judge all pages in order."""
    changes = PageChanges()
    if len(old.leaves) != len(new.leaves) or [n.kid_count for n in old.nodes] != [n.kid_count for n in new.nodes]:
        comparison.note(Place(("/Pages",)), Changes.CONTENT, _PAGES, is_drawn=True)
        return changes
    for node, twin in zip(old.nodes, new.nodes, strict=True):
        place = Place(("/Pages",)).into(node.reference, twin.reference)
        _compare_parents(comparison, (node.entries, twin.entries), (node.parent, twin.parent), place)
        for key, left, right in comparison.entries(node.entries, twin.entries, ("/Kids", "/Parent", *INHERITED)):
            comparison.require_same(left, right, place.at(key), _PAGES, is_drawn=True)
    compared: set[tuple[int, ...]] = set()
    for index, (one, two) in enumerate(zip(old.leaves, new.leaves, strict=True)):
        place = Place((f"/Pages[{index}]",), index + 1)
        inherited = (*map(id, one.inherited), *map(id, two.inherited))
        if inherited in compared and comparison.is_settled(one.reference, two.reference):
            continue
        compared.add(inherited)
        _compare_page(_Page(comparison, form, changes, index), one, two, place)
    return changes


@dataclass(frozen=True, slots=True)
class _Page:
    comparison: Comparison
    form: FormChanges
    changes: PageChanges
    index: int


def _compare_page(page: _Page, old: Leaf, new: Leaf, place: Place) -> None:
    comparison = page.comparison
    if comparison.is_settled(old.reference, new.reference):
        for index, key in enumerate(INHERITED):
            comparison.require_same(old.inherited[index], new.inherited[index], place.at(key), _PAGES, is_drawn=True)
        return
    place = place.into(old.reference, new.reference)
    one, two = comparison.resolve(old.reference, new.reference)
    if not isinstance(one, generic.DictionaryObject) or not isinstance(two, generic.DictionaryObject):
        raise ValueError("a page cannot be read")
    if isinstance(one, generic.StreamObject) or isinstance(two, generic.StreamObject):
        raise ValueError("a page cannot be read")
    _compare_parents(comparison, (one, two), (old.parent, new.parent), place)
    for index, key in enumerate(INHERITED):
        left, right = (
            own if (own := raw(entries, key)) is not None else leaf.inherited[index]
            for entries, leaf in ((one, old), (two, new))
        )
        comparison.require_same(left, right, place.at(key), _PAGES, is_drawn=True)
    for key, left, right in comparison.entries(one, two, (*_FREE, *INHERITED)):
        if key == "/Annots":
            _compare_annotations(page, left, right, place.at(key))
        elif key == "/StructParents" and left is None and right is not None:
            page.changes.structure_keys.append(right)
        else:
            comparison.require_same(left, right, place.at(key), _PAGES, is_drawn=key in _DRAWING)


def _compare_parents(
    comparison: Comparison,
    pair: tuple[Dictionary, Dictionary],
    listed_by: tuple[int | None, int | None],
    place: Place,
) -> None:
    """What a page inherits is taken from its parent by some programs, and from the node that lists it by others."""
    old, new = (raw(entries, "/Parent") for entries in pair)
    if None in listed_by or (_number(old), _number(new)) != listed_by:
        comparison.require_same(old, new, place.at("/Parent"), _PAGES, is_drawn=True)


def _compare_annotations(
    page: _Page, old: generic.PdfObject | None, new: generic.PdfObject | None, place: Place
) -> None:
    comparison = page.comparison
    place = place.into(old, new)
    left, right = _array(comparison.before, old), _array(comparison.after, new)
    stays, rest = _paired(left, right)
    if [number for number, _, _ in stays] != [n for item in left if (n := _number(item)) in {s[0] for s in stays}]:
        comparison.note(place, Changes.CONTENT, "things on a page were put in another order")
    for number, one, two in stays:
        _compare_annotation(page, number, one, two, place)
    kept = {number for number, _, _ in stays}
    gone = [item for item in left if _number(item) not in kept and comparison.before.resolve(item) is not None]
    for item in rest:
        twin = next((other for other in gone if comparison.agrees(other, item)), None)
        if twin is not None:
            gone.remove(twin)
        else:
            _new_annotation(page, item, place.into(None, item))
    for item in gone:
        found = comparison.before.resolve(item)
        kind = Changes.ANNOTATION if _is_comment(comparison.before, found) else Changes.CONTENT
        comparison.note(place.into(item, None), kind, "something was taken off a page")


def _paired(
    left: list[generic.PdfObject], right: list[generic.PdfObject]
) -> tuple[list[tuple[int, generic.PdfObject, generic.PdfObject]], list[generic.PdfObject]]:
    """The annotations that both lists hold, in the order of the later one, and the rest of that."""
    former = {number: item for item in left if (number := _number(item)) is not None}
    stays: list[tuple[int, generic.PdfObject, generic.PdfObject]] = []
    rest = []
    for item in right:
        number = _number(item)
        if number is not None and number in former:
            stays.append((number, former.pop(number), item))
        else:
            rest.append(item)
    return stays, rest


def _compare_annotation(page: _Page, number: int, old: generic.PdfObject, new: generic.PdfObject, place: Place) -> None:
    comparison, form = page.comparison, page.form
    if comparison.is_settled(old, new):
        return
    place = place.into(old, new)
    comparison.anchors.add(number)
    if number in form.judged:
        name = form.appearing.get(number) or form.redrawn.get(number)
        if name is not None:
            _draw(page, new, place, name, over_all=number in form.appearing)
        return
    one, two = comparison.resolve(old, new)
    if not isinstance(one, generic.DictionaryObject) or not isinstance(two, generic.DictionaryObject):
        comparison.require_same(old, new, place, _ANNOTATION)
        return
    is_comment = _is_comment(comparison.after, two)
    # A field of a page that the form does not list has its value from its parent all the same.
    is_popup = str(comparison.after.get(two, "/Subtype")) == "/Popup"
    for key, left, right in comparison.entries(one, two, ("/P", "/Popup", "/IRT", *(("/Parent",) if is_popup else ()))):
        if not is_comment or key in _FIXED:
            comparison.require_same(left, right, place.at(key), _ANNOTATION)
        elif not comparison.agrees(left, right):
            comparison.note(place.at(key), Changes.ANNOTATION, "a comment was changed")
    if is_comment:
        _draw(page, new, place, "", over_all=False)


def _new_annotation(page: _Page, item: generic.PdfObject, place: Place) -> None:
    comparison, form = page.comparison, page.form
    found = comparison.after.resolve(item)
    if found is None:
        return
    number = _number(item)
    if number is not None and number in form.appearing:
        _draw(page, item, place, form.appearing[number], over_all=True)
        return
    if not isinstance(found, generic.DictionaryObject):
        comparison.note(place, Changes.CONTENT, _ANNOTATION)
        return
    if number is not None and _is_empty_field(comparison, number, found):
        return
    if not _is_comment(comparison.after, found) or any(raw(found, key) for key in _FIXED - {"/Subtype"}):
        comparison.note(place, Changes.CONTENT, _ANNOTATION)
        return
    comparison.note(place, Changes.ANNOTATION, "a comment was added")
    _draw(page, item, place, "", over_all=True)


def _is_empty_field(comparison: Comparison, number: int, found: generic.DictionaryObject) -> bool:
    """Whether the widget is of a signature field that the form had, and draws nothing."""
    is_still = not is_shown(comparison.after, found) and not set(found) & {"/A", "/AA"}
    is_widget = str(comparison.after.get(found, "/Subtype")) == "/Widget"
    return is_widget and is_still and is_listed_signature(comparison.before, number)


def _is_comment(state: State, annotation: generic.PdfObject | None) -> bool:
    if not isinstance(annotation, generic.DictionaryObject):
        return False
    return str(state.get(annotation, "/Subtype")) in _COMMENTS


def _draw(page: _Page, item: generic.PdfObject, place: Place, name: str, *, over_all: bool) -> None:
    """Have the picture of an annotation looked at, where it has one."""
    state = page.comparison.after
    found = state.resolve(item)
    if not isinstance(found, generic.DictionaryObject):
        return
    box = rectangle(state, found)
    if box is None and not draws_beside(state, found):
        return
    if not name and is_unsteady_comment(state, found):
        page.comparison.note(place, Changes.CONTENT, "a comment looks different at another time or on paper")
    if box is None or leaves_its_place(state, found):
        box = _EVERYWHERE
    page.changes.patches.append(Patch(page.index, box, over_all, place, name))


def _array(state: State, value: generic.PdfObject | None) -> list[generic.PdfObject]:
    found = state.resolve(value)
    if found is None:
        return []
    if not isinstance(found, generic.ArrayObject):
        raise ValueError("a list of annotations cannot be read")
    return items(found)


def _number(item: generic.PdfObject | None) -> int | None:
    return item.idnum if isinstance(item, generic.IndirectObject) else None
