"""What a later revision did to the structure of a tagged document (ISO 32000-2, 14.7 and 14.8.4).

Thay đổi cây cấu trúc. Software that signs a tagged document gives the new field an element of its own: ``/Form``, with
nothing in it but the field's widget. That element may come; what was there keeps its meaning, its role and its order,
and no text comes for those who have the document read to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pyhanko.pdf_utils import generic

from edocs._pades.comparison import Comparison
from edocs._pades.differences import Place
from edocs._pades.form_changes import FormChanges
from edocs._pdf.number_trees import number_tree
from edocs._pdf.states import State, items, raw
from edocs.model import Changes

__all__ = ["compare_structure"]

Dictionary = generic.DictionaryObject
_STRUCTURE = "the structure of the document was changed"
_ELEMENT = frozenset({"/Type", "/S", "/P", "/Pg", "/K", "/NS"})
_OBJECT = frozenset({"/Type", "/Obj", "/Pg"})
_MOST_ROLES = 16
_FORM = "/Form"


def compare_structure(
    comparison: Comparison, old: Dictionary, new: Dictionary, form: FormChanges, page_keys: Sequence[generic.PdfObject]
) -> None:
    """Judge the structure trees of two catalogs.

    Args:
        form: What happened to the form; its widgets were compared.
        page_keys: The ``/StructParents`` of pages that had none.
    """
    left, right = raw(old, "/StructTreeRoot"), raw(new, "/StructTreeRoot")
    one, two = comparison.resolve(left, right)
    place = Place().at("/StructTreeRoot").into(left, right)
    if not isinstance(one, Dictionary) or not isinstance(two, Dictionary) or _number(left) != _number(right):
        comparison.require_same(left, right, place, _STRUCTURE)
        return
    if comparison.is_settled(left, right) and not form.appearing and not form.judged and not page_keys:
        return
    number = _number(left)
    elements = _changed_elements(comparison) - {number}
    # What an element becomes is judged at the element, so whatever else leads to it need not be looked at.
    comparison.anchors |= elements | ({number} if number is not None else set())
    dirty = comparison.references.leading_to(comparison.changed, frozenset(comparison.anchors))
    inner = replace(comparison, dirty=frozenset(dirty), _seen=set())
    growth = _Growth(inner, form, _roles(comparison.before, one), _namespaces(comparison.before, one))
    for element in sorted(elements):
        growth.element(element, place)
    growth.root((one, two), number, place, page_keys)


def _changed_elements(comparison: Comparison) -> set[int]:
    """Elements that were written anew, and those whose kids stand in an array of their own that was."""
    arrays = {
        number
        for number in comparison.changed
        if isinstance(comparison.after.resolve(_reference(comparison.after, number)), generic.ArrayObject)
    }
    suspects = comparison.changed.union(*(comparison.references.sources_of(number) for number in arrays))
    return {number for number in suspects if _is_element(comparison, number)}


def _is_element(comparison: Comparison, number: int) -> bool:
    """Whether an object was a structure element, and still is one."""
    states = (comparison.before, comparison.after)
    found = [state.resolve(_reference(state, number)) for state in states]
    return all(
        isinstance(value, Dictionary)
        and not isinstance(value, generic.StreamObject)
        and isinstance(state.get(value, "/S"), generic.NameObject)
        and isinstance(raw(value, "/P"), generic.IndirectObject)
        for state, value in zip(states, found, strict=True)
    )


@dataclass(slots=True)
class _Growth:
    comparison: Comparison
    form: FormChanges
    roles: dict[str, str]
    namespaces: frozenset[int]
    added: dict[int, list[int]] = field(default_factory=dict)
    """The widgets of each new element, by object numbers."""

    def root(
        self,
        pair: tuple[Dictionary, Dictionary],
        number: int | None,
        place: Place,
        page_keys: Sequence[generic.PdfObject],
    ) -> None:
        """Compare the roots, once all elements were: those tell what the parent tree may lead to."""
        comparison, (one, two) = self.comparison, pair
        keys = number_tree(comparison.before, raw(one, "/ParentTree"))
        for key, left, right in comparison.entries(one, two, ("/ParentTree",)):
            if key == "/K":
                self.kids(left, right, number, place.at(key))
            elif key == "/ParentTreeNextKey":
                if not _grows(*comparison.resolve(left, right)):
                    self.refuse(place.at(key))
            else:
                comparison.require_same(left, right, place.at(key), _STRUCTURE)
        later = number_tree(comparison.after, raw(two, "/ParentTree"))
        place = place.at("/ParentTree")
        for index, values in sorted(keys.items()):
            others = later.get(index, [])
            if len(values) != len(others):
                self.refuse(place.at(index))
            for value, other in zip(values, others, strict=False):
                comparison.require_same(value, other, place.at(index), _STRUCTURE)
        for index in sorted(later.keys() - keys.keys()):
            if not all(self._is_own_key(index, value) for value in later[index]):
                self.refuse(place.at(index))
        taken = [*self._widget_keys(), *(comparison.after.resolve(key) for key in page_keys)]
        if any((own := _integer(key)) is None or own in keys for key in taken):
            self.refuse(place)

    def element(self, number: int, place: Place) -> None:
        """Compare an element that was written anew."""
        comparison = self.comparison
        references = _reference(comparison.before, number), _reference(comparison.after, number)
        one, two = comparison.resolve(*references)
        if not isinstance(one, Dictionary) or not isinstance(two, Dictionary):
            raise ValueError("the structure of the document cannot be read")
        place = place.into(*references)
        for key, left, right in comparison.entries(one, two):
            if key == "/K":
                self.kids(left, right, number, place.at(key))
            else:
                comparison.require_same(left, right, place.at(key), _STRUCTURE)

    def kids(
        self, old: generic.PdfObject | None, new: generic.PdfObject | None, parent: int | None, place: Place
    ) -> None:
        """The kids that there were, in their order, and new elements among them."""
        comparison = self.comparison
        waiting = list(reversed(_listed(comparison.before, old)))
        for item in _listed(comparison.after, new):
            if waiting and (
                comparison.is_settled(waiting[-1], item) or comparison.agrees(waiting[-1], item, is_drawn=False)
            ):
                waiting.pop()
            elif self._is_new_element(item, parent):
                comparison.note(place.into(None, item), Changes.LTV, "the structure names a new form field")
            else:
                self.refuse(place)
                return
        if waiting:
            self.refuse(place)

    def refuse(self, place: Place) -> None:
        self.comparison.note(place, Changes.CONTENT, _STRUCTURE)

    def _is_new_element(self, item: generic.PdfObject, parent: int | None) -> bool:
        state, number = self.comparison.after, _number(item)
        element = state.resolve(item)
        if number is None or parent is None or number in self.added or not isinstance(element, Dictionary):
            return False
        if self.comparison.before.resolve(_reference(self.comparison.before, number)) is not None:
            return False
        if isinstance(element, generic.StreamObject) or set(element) - _ELEMENT:
            return False
        space = raw(element, "/NS")
        is_form = (
            str(state.get(element, "/Type") or "/StructElem") == "/StructElem"
            and self._role(state.get(element, "/S")) == _FORM
            and (space is None or _number(space) in self.namespaces)
        )
        widgets = [self._widget(kid) for kid in _listed(state, raw(element, "/K"))]
        if not is_form or _number(raw(element, "/P")) != parent or not widgets or not self._is_page(element):
            return False
        self.added[number] = [widget for widget in widgets if widget is not None]
        return None not in widgets

    def _widget(self, kid: generic.PdfObject) -> int | None:
        """The number of a new or newly signed field's widget that an object reference names (14.7.5.3)."""
        state = self.comparison.after
        found = state.resolve(kid)
        if not isinstance(found, Dictionary) or set(found) - _OBJECT or str(state.get(found, "/Type")) != "/OBJR":
            return None
        number = _number(raw(found, "/Obj"))
        return number if number in self.form.appearing and self._is_page(found) else None

    def _is_page(self, owner: Dictionary) -> bool:
        page = raw(owner, "/Pg")
        return page is None or _number(page) in self.comparison.anchors

    def _role(self, name: object) -> str:
        role = str(name)
        for _ in range(_MOST_ROLES):
            if role not in self.roles:
                break
            role = self.roles[role]
        return role

    def _is_own_key(self, key: int, value: generic.PdfObject) -> bool:
        """Whether a new entry of the parent tree leads from a new widget to its element, or from a page to nothing."""
        state, number = self.comparison.after, _number(value)
        if number is not None and number in self.added:
            widgets = [state.resolve(_reference(state, widget)) for widget in self.added[number]]
            return any(
                isinstance(item, Dictionary) and _integer(state.get(item, "/StructParent")) == key for item in widgets
            )
        found = state.resolve(value)
        return isinstance(found, generic.ArrayObject) and all(state.resolve(item) is None for item in items(found))

    def _widget_keys(self) -> Iterator[generic.PdfObject | None]:
        """The ``/StructParent`` of widgets that had none."""
        before, after = self.comparison.before, self.comparison.after
        for number in sorted({*self.form.appearing, *self.form.judged}):
            one, two = before.resolve(_reference(before, number)), after.resolve(_reference(after, number))
            former = raw(one, "/StructParent") if isinstance(one, Dictionary) else None
            later = raw(two, "/StructParent") if isinstance(two, Dictionary) else None
            if former is None and later is not None:
                yield after.resolve(later)


def _reference(state: State, number: int) -> generic.IndirectObject | None:
    version = state.history.version(number, state.revision)
    return None if version is None else generic.IndirectObject(number, version.generation, state.history.reader)


def _listed(state: State, value: generic.PdfObject | None) -> list[generic.PdfObject]:
    """The kids of an element: one alone may stand without an array (table 355)."""
    found = state.resolve(value)
    if isinstance(found, generic.ArrayObject):
        return items(found)
    return [] if value is None or found is None else [value]


def _roles(state: State, root: Dictionary) -> dict[str, str]:
    found = state.get(root, "/RoleMap")
    return {key: str(state.get(found, key)) for key in found} if isinstance(found, Dictionary) else {}


def _namespaces(state: State, root: Dictionary) -> frozenset[int]:
    found = state.get(root, "/Namespaces")
    numbers = map(_number, items(found)) if isinstance(found, generic.ArrayObject) else ()
    return frozenset(number for number in numbers if number is not None)


def _grows(old: generic.PdfObject | None, new: generic.PdfObject | None) -> bool:
    before, after = (0 if old is None else _integer(old)), _integer(new)
    return before is not None and after is not None and after >= before


def _integer(value: generic.PdfObject | None) -> int | None:
    return int(value) if isinstance(value, generic.NumberObject) else None


def _number(item: generic.PdfObject | None) -> int | None:
    return item.idnum if isinstance(item, generic.IndirectObject) else None
