"""What a later revision did to the form and its fields (ISO 32000-2, 12.7; ETSI EN 319 142-1, 5.4.3).

Thay đổi biểu mẫu sau khi ký. Fields may be filled, signature fields may be added and signed. Nothing else may
change: not a place, a flag, a name, a format, an action or the way that programs draw fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pyhanko.pdf_utils import generic

from edocs._pades.comparison import Comparison
from edocs._pades.differences import Place
from edocs._pades.filled import UNCLEAR, FilledField
from edocs._pades.widgets import (
    draws_beside,
    draws_by_defaults,
    draws_conditionally,
    has_hidden_face,
    is_shown,
    is_value,
    kids,
    named,
    only_adds_read_only,
    rectangle,
)
from edocs._pdf.states import State, items, raw
from edocs.model import Changes

__all__ = ["FormChanges", "compare_form"]

_DEPTH = 32
_MOST_FIELDS = 100_000
_FILLABLE = frozenset({"/Tx", "/Ch", "/Btn"})
_FILLED = frozenset({"/V", "/AP", "/AS", "/I"})
_SIGNED_WITH = frozenset(
    {"/V", "/AP", "/F", "/Lock", "/SV", "/M", "/MK", "/DA", "/DR", "/P", "/Ff", "/H", "/BS", "/Border", "/NM"}
)
"""What a program that signs a reserved field may write; what it draws is judged as a picture."""
_NEW_FIELD = _SIGNED_WITH | {"/Type", "/Subtype", "/FT", "/T", "/TU", "/TM", "/Rect", "/Parent", "/Kids", "/Q"}
_HARMLESS = frozenset({"/Type", "/P", "/StructParent"})
"""Of a widget: what it is, its page, its number in the structure tree."""
_TIMESTAMP = ("/DocTimeStamp", "/ETSI.RFC3161")
_FORM = "the form was changed"
_FIELD = "a form field was changed in more than its value"
_SIGNATURE = "a signature was changed"


@dataclass(slots=True)
class FormChanges:
    """Names of fields, and the widgets that pages may show anew."""

    filled: set[str] = field(default_factory=set)
    signed: set[str] = field(default_factory=set)
    """By signatures, not by document timestamps."""
    added: set[str] = field(default_factory=set)
    added_shown: set[str] = field(default_factory=set)
    """Those of the new fields that draw something."""
    judged: set[int] = field(default_factory=set)
    """Widgets of both states that were compared here."""
    redrawn: dict[int, str] = field(default_factory=dict)
    """Widgets of filled fields, by object number."""
    appearing: dict[int, str] = field(default_factory=dict)
    """Widgets of new fields, and of fields that were signed."""
    unclear: dict[str, str] = field(default_factory=dict)
    """Fields of which it cannot be judged whether they show their value, and that phrase."""


def compare_form(
    comparison: Comparison, old: generic.PdfObject | None, new: generic.PdfObject | None, place: Place
) -> FormChanges:
    """Judge the form of two states."""
    changes = FormChanges()
    if comparison.is_settled(old, new):
        return changes
    place = place.into(old, new)
    one, two = comparison.resolve(old, new)
    one, two = generic.DictionaryObject() if one is None else one, generic.DictionaryObject() if two is None else two
    if not isinstance(one, generic.DictionaryObject) or not isinstance(two, generic.DictionaryObject):
        comparison.note(place, Changes.CONTENT, _FORM)
        return changes
    walk = _Walk(comparison, changes)
    for key, left, right in comparison.entries(one, two):
        if key == "/Fields":
            walk.fields(_array(comparison.before, left), _array(comparison.after, right), place.at(key), _Above())
        elif key == "/SigFlags":
            _flags(comparison, left, right, place.at(key))
        elif key == "/NeedAppearances":
            _redrawing(comparison, left, right, place.at(key))
        elif key in ("/DA", "/DR") and draws_by_defaults(comparison.before):
            comparison.require_same(left, right, place.at(key), _FORM, is_drawn=True)
        elif key == "/DR":
            _resources(comparison, left, right, place.at(key))
        elif left is not None or key != "/DA":  # a default for fields to come says nothing of those that are drawn
            comparison.require_same(left, right, place.at(key), _FORM)
    return changes


def _array(state: State, value: generic.PdfObject | None) -> list[generic.PdfObject]:
    found = state.resolve(value)
    if found is None:
        return []
    if not isinstance(found, generic.ArrayObject):
        raise ValueError("a list of fields cannot be read")
    return items(found)


def _flags(comparison: Comparison, old: generic.PdfObject | None, new: generic.PdfObject | None, place: Place) -> None:
    """``/SigFlags`` (table 225): that there are signatures, and that files are only appended to."""
    one, two = comparison.resolve(old, new)
    before = 0 if one is None else one
    if not isinstance(before, int) or not isinstance(two, int) or before & ~two or two & ~3:
        comparison.note(place, Changes.CONTENT, _FORM)
    elif before != two:
        comparison.note(place, Changes.LTV, "the form says that it is signed")


def _redrawing(
    comparison: Comparison, old: generic.PdfObject | None, new: generic.PdfObject | None, place: Place
) -> None:
    """``/NeedAppearances``: programs that draw all fields anew show something else than was signed, and so back."""
    one, two = comparison.resolve(old, new)
    if (one is not None and bool(one)) != (two is not None and bool(two)):
        comparison.note(place, Changes.CONTENT, "programs are told to draw the form fields anew")


def _resources(
    comparison: Comparison, old: generic.PdfObject | None, new: generic.PdfObject | None, place: Place
) -> None:
    """Default resources: some may be added under names of their own."""
    one, two = comparison.resolve(old, new)
    place = place.into(old, new)
    if one is None and isinstance(two, generic.DictionaryObject):
        return
    if not isinstance(one, generic.DictionaryObject) or not isinstance(two, generic.DictionaryObject):
        comparison.note(place, Changes.CONTENT, _FORM)
        return
    for key, left, right in comparison.entries(one, two):
        before, after = comparison.resolve(left, right)
        if left is None:
            continue
        if isinstance(before, generic.DictionaryObject) and isinstance(after, generic.DictionaryObject):
            for name, inner, other in comparison.entries(before, after):
                if inner is not None:
                    comparison.require_same(inner, other, place.at(key).at(name), _FORM, is_drawn=True)
        elif key != "/ProcSet":
            comparison.require_same(left, right, place.at(key), _FORM, is_drawn=True)


@dataclass(frozen=True, slots=True)
class _Above:
    """What a field has from its ancestors."""

    name: str = ""
    kind: str = ""
    depth: int = 0
    owners: tuple[int | None, int | None] = (None, None)
    """Number of the nearest ancestor, before and after."""
    is_signing: bool = False
    """Whether the field, of which this is a widget, was signed by the revision."""


@dataclass(slots=True)
class _Walk:
    comparison: Comparison
    changes: FormChanges
    known: set[str] | None = None
    count: int = 0

    def fields(self, old: list[generic.PdfObject], new: list[generic.PdfObject], place: Place, above: _Above) -> None:
        """Compare two lists of fields or widgets: by object first, then by name."""
        self.count += len(new)
        if above.depth > _DEPTH or self.count > _MOST_FIELDS:
            raise ValueError("the form is too deep or too large")
        left = {number: item for item in old if (number := _number(item)) is not None}
        both = left.keys() & {_number(item) for item in new}
        gone = [item for item in old if _number(item) not in both]
        for index, item in enumerate(new):
            here, number = place.at(index), _number(item)
            if number is not None and number in left:
                self.field(left[number], item, here, above)
            elif (twin := self._twin(gone, item)) is not None:
                gone.remove(twin)
                self.field(twin, item, here, above)
            else:
                self.new_field(item, here, above)
        for item in gone:
            if self.comparison.before.resolve(item) is not None:
                self.comparison.note(place.into(item, None), Changes.CONTENT, "a form field was taken away")

    def _twin(self, gone: list[generic.PdfObject], item: generic.PdfObject) -> generic.PdfObject | None:
        """The field of the same partial name, or the first widget, that has no counterpart yet."""
        field = self.comparison.after.resolve(item)
        if not isinstance(field, generic.DictionaryObject):
            return None
        name = self.comparison.after.get(field, "/T")
        for other in gone:
            former = self.comparison.before.resolve(other)
            if isinstance(former, generic.DictionaryObject) and self.comparison.before.get(former, "/T") == name:
                return other
        return None

    def field(self, old: generic.PdfObject, new: generic.PdfObject, place: Place, above: _Above) -> None:
        """Compare one field, or widget, of both states."""
        comparison = self.comparison
        if comparison.is_settled(old, new):
            return
        place = place.into(old, new)
        one, two = comparison.resolve(old, new)
        if not isinstance(one, generic.DictionaryObject) or not isinstance(two, generic.DictionaryObject):
            comparison.require_same(old, new, place, _FIELD)
            return
        name = named(comparison.after, two, above.name)
        kind = str(comparison.after.get(two, "/FT") or above.kind)
        is_signing = above.is_signing
        if kind == "/Sig":
            is_signing |= comparison.before.get(one, "/V") is None and comparison.after.get(two, "/V") is not None
        inner = _Above(name, kind, above.depth + 1, (_number(old), _number(new)), is_signing)
        self._entries(one, two, place, inner)
        parents = raw(one, "/Parent"), raw(two, "/Parent")
        # Some programs inherit from it, others from the field that lists this.
        if None in above.owners or (_number(parents[0]), _number(parents[1])) != above.owners:
            comparison.require_same(*parents, place.at("/Parent"), _FIELD, is_drawn=True)
        if (number := _number(new)) is not None:
            if number == _number(old):
                comparison.anchors.add(number)
            self.changes.judged.add(number)
            if is_signing:
                self.changes.appearing[number] = name
            elif name in self.changes.filled:
                self.changes.redrawn[number] = name
        self.fields(list(kids(comparison.before, one)), list(kids(comparison.after, two)), place.at("/Kids"), inner)
        if name in self.changes.filled and "/T" in two and kind in _FILLABLE:
            fault = FilledField(comparison, one, two, kind).fault()
            if fault == UNCLEAR:
                self.changes.unclear[name] = fault
            elif fault:
                comparison.note(place, Changes.CONTENT, fault, name=name)

    def _entries(
        self, one: generic.DictionaryObject, two: generic.DictionaryObject, place: Place, above: _Above
    ) -> None:
        comparison, name = self.comparison, above.name
        for key, left, right in comparison.entries(one, two, ("/Parent", "/Kids")):
            here = place.at(key)
            if key in _HARMLESS and left is None:
                continue
            if key == "/Ff" and only_adds_read_only(*comparison.resolve(left, right)):
                comparison.note(here, Changes.SIGNATURE, "a field can no longer be filled", name=name)
            elif above.kind != "/Sig" and key in _FILLED:
                self._fill(key, left, right, here, name)
            elif above.is_signing and key == "/V":
                self._sign(left, right, two, here, name)
            elif above.is_signing and key in _SIGNED_WITH:
                continue
            else:
                what = _SIGNATURE if above.kind == "/Sig" and key == "/V" else _FIELD
                comparison.require_same(left, right, here, what)
        if above.is_signing and is_shown(comparison.after, two) and has_hidden_face(comparison.after, two):
            comparison.note(place, Changes.CONTENT, "a signature looks different at another time or on paper")

    def _fill(
        self, key: str, old: generic.PdfObject | None, new: generic.PdfObject | None, place: Place, name: str
    ) -> None:
        comparison = self.comparison
        if comparison.agrees(old, new):
            return
        one, two = comparison.resolve(old, new)
        if key == "/AP":
            if not self._is_look(one, two):
                comparison.note(
                    place, Changes.CONTENT, "a form field looks different at another time or on paper", name=name
                )
        elif not is_value(comparison.after, two) and key != "/I":
            comparison.note(place, Changes.CONTENT, "a form field was given something that is no value", name=name)
        comparison.note(place, Changes.FORM_FILL, "a form field was filled", name=name)
        self.changes.filled.add(name)

    def _is_look(self, old: generic.PdfObject | None, new: generic.PdfObject | None) -> bool:
        """Whether nothing but the normal appearance is other than it was."""
        one = generic.DictionaryObject() if old is None else old
        if not isinstance(one, generic.DictionaryObject) or not isinstance(new, generic.DictionaryObject):
            return False
        keys = {*one, *new} - {"/N"}
        return not draws_conditionally(self.comparison.after, new) and all(
            self.comparison.agrees(raw(one, key), raw(new, key)) for key in keys
        )

    def _sign(
        self,
        old: generic.PdfObject | None,
        new: generic.PdfObject | None,
        widget: generic.DictionaryObject,
        place: Place,
        name: str,
    ) -> None:
        """A signature field that got its value."""
        comparison = self.comparison
        value = comparison.after.resolve(new)
        is_reused = isinstance(new, generic.IndirectObject) and comparison.before.resolve(new) is not None
        if old is not None or is_reused or not isinstance(value, generic.DictionaryObject):
            comparison.note(place, Changes.CONTENT, _SIGNATURE, name=name)
            return
        told = (str(comparison.after.get(value, "/Type")), str(comparison.after.get(value, "/SubFilter")))
        if told == _TIMESTAMP and not _has_area(comparison.after, widget):
            comparison.note(place, Changes.LTV, "a document timestamp was added", name=name)
        else:
            comparison.note(place, Changes.SIGNATURE, "a signature was added", name=name)
            self.changes.signed.add(name)

    def new_field(self, item: generic.PdfObject, place: Place, above: _Above) -> None:
        """A field that was not there: a signature field, or a group of such."""
        comparison = self.comparison
        place = place.into(None, item)
        state = comparison.after
        two = state.resolve(item)
        if two is None:
            return
        if not isinstance(two, generic.DictionaryObject) or above.depth > _DEPTH:
            comparison.note(place, Changes.CONTENT, _FORM)
            return
        name = named(state, two, above.name)
        kind = str(state.get(two, "/FT") or above.kind)
        children = list(kids(state, two))
        is_group = kind == "" and bool(children)
        if "/T" not in two and above.name not in self.changes.added:
            comparison.note(place, Changes.CONTENT, "a form field was shown in one more place", name=name)
            return
        if (kind != "/Sig" and not is_group) or set(two) - _NEW_FIELD - _HARMLESS:
            comparison.note(place, Changes.CONTENT, "a form field was added that is not for a signature", name=name)
            return
        if "/T" in two and name in self._known():
            comparison.note(place, Changes.CONTENT, "two form fields have the same name", name=name)
            return
        inner = _Above(name, kind, above.depth + 1, (None, _number(item)), above.is_signing or "/V" in two)
        if not is_group:
            self._admit(item, two, place, inner)
        self.fields([], children, place.at("/Kids"), inner)

    def _admit(self, item: generic.PdfObject, field: generic.DictionaryObject, place: Place, above: _Above) -> None:
        """A new signature field, or one of its widgets."""
        comparison, name = self.comparison, above.name
        self.changes.added.add(name)
        number = _number(item)
        if number is not None:
            self.changes.appearing[number] = name
        if is_shown(comparison.after, field):
            self.changes.added_shown.add(name)
            if has_hidden_face(comparison.after, field):
                comparison.note(place, Changes.CONTENT, "a signature looks different at another time or on paper")
        if raw(field, "/V") is not None:
            self._sign(None, raw(field, "/V"), field, place.at("/V"), name)
        elif not above.is_signing:
            comparison.note(place, Changes.LTV, "an empty signature field was added", name=name)

    def _known(self) -> set[str]:
        """The names of all fields that there were."""
        if self.known is None:
            state = self.comparison.before
            catalog = state.get(state.trailer, "/Root")
            form = state.get(catalog, "/AcroForm") if isinstance(catalog, generic.DictionaryObject) else None
            found = raw(form, "/Fields") if isinstance(form, generic.DictionaryObject) else None
            self.known = set(_names(state, _array(state, found), "", 0, set()))
        return self.known


def _names(state: State, fields: list[generic.PdfObject], prefix: str, depth: int, seen: set[int]) -> Iterator[str]:
    for item in fields:
        number = _number(item)
        if depth > _DEPTH or number in seen:
            raise ValueError("the form is too deep or too large")
        if number is not None:
            seen.add(number)
        found = state.resolve(item)
        if isinstance(found, generic.DictionaryObject) and "/T" in found:
            name = named(state, found, prefix)
            yield name
            yield from _names(state, list(kids(state, found)), name, depth + 1, seen)


def _has_area(state: State, field: generic.DictionaryObject) -> bool:
    """Whether a field, or one of its widgets, has a place on a page."""
    children = [state.resolve(kid) for kid in kids(state, field)]
    widgets = [field, *(kid for kid in children if isinstance(kid, generic.DictionaryObject))]
    return any(rectangle(state, widget) is not None or draws_beside(state, widget) for widget in widgets)


def _number(item: generic.PdfObject | None) -> int | None:
    return item.idnum if isinstance(item, generic.IndirectObject) else None
