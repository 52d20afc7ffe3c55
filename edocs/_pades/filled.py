"""Whether a field that was filled after a signature shows its value (ISO 32000-2, 12.7.4.3 and 12.7.5.2 to 12.7.5.4).

Trường đã điền phải hiển thị đúng giá trị. Who reads the page and who reads the data must learn the same. What is drawn
is taken for the letters that its fonts name; the fields of Decree 30 are held to more, in ``reserved.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyhanko.pdf_utils import generic

from edocs._pades.comparison import Comparison
from edocs._pades.widgets import kids
from edocs._pdf.appearance import AppearanceError, drawn_text
from edocs._pdf.states import State, items, raw

__all__ = ["OTHERWISE", "UNCLEAR", "FilledField"]

OTHERWISE = "a form field shows something else than its value"
UNCLEAR = "whether a form field shows its value"
_OFF = "/Off"
_PASSWORD, _COMBO = 1 << 13, 1 << 17
_DEPTH = 32
_Pair = tuple[generic.DictionaryObject, generic.DictionaryObject]


@dataclass(frozen=True, slots=True)
class FilledField:
    """A text, choice or button field in both states."""

    comparison: Comparison
    before: generic.DictionaryObject
    after: generic.DictionaryObject
    kind: str

    def fault(self) -> str:
        """:data:`OTHERWISE`, :data:`UNCLEAR`, or an empty string where the field shows its value."""
        check = self._button if self.kind == "/Btn" else self._text
        return next((fault for one, two in self._widgets() if (fault := check(one, two))), "")

    def _widgets(self) -> Iterator[_Pair]:
        """The widgets of the field: itself, or its kids, by object and else in order."""
        old = {self._number(item): item for item in kids(self.comparison.before, self.before)}
        new = list(kids(self.comparison.after, self.after))
        if not new:
            yield self.before, self.after
        for index, item in enumerate(new):
            former = old.get(self._number(item)) or next(iter(list(old.values())[index : index + 1]), None)
            one, two = self.comparison.resolve(former, item)
            if isinstance(one, generic.DictionaryObject) and isinstance(two, generic.DictionaryObject):
                yield one, two

    def _text(self, one: generic.DictionaryObject, two: generic.DictionaryObject) -> str:
        comparison = self.comparison
        look = _look(comparison.after, two)
        former = _look(comparison.before, one)
        if look is None or (former is not None and comparison.agrees(former, look)):
            is_drawn_by_programs = look is None or _is_redrawn(comparison.after)
            is_same = _texts(comparison.before, self.before) == _texts(comparison.after, self.after)
            return "" if is_same or is_drawn_by_programs else OTHERWISE
        try:
            shown = _squeezed(drawn_text(comparison.after.resolve(look)))
        except AppearanceError:
            return UNCLEAR
        if self._shows(shown):
            return ""
        # A signed script may write 1000 as 1.000; that cannot be known without running it.
        return UNCLEAR if any("/AA" in field for field in (self.before, one)) else OTHERWISE

    def _shows(self, shown: str) -> bool:
        state, field = self.comparison.after, self.after
        values = [_squeezed(text) for text in _texts(state, field)]
        found = state.get(field, "/Ff")
        flags = int(found) if isinstance(found, generic.NumberObject) else 0
        if self.kind == "/Tx" and flags & _PASSWORD:
            return set(shown) <= {"*", "•"}
        if self.kind == "/Ch":
            values = [_squeezed(_option(state, field, text)) for text in _texts(state, field)]
            if not flags & _COMBO:  # a list shows its other lines too
                return all(value in shown for value in values)
        return shown == "".join(values)

    def _button(self, one: generic.DictionaryObject, two: generic.DictionaryObject) -> str:
        comparison = self.comparison
        old, new = comparison.resolve(_look(comparison.before, one), _look(comparison.after, two))
        if not comparison.agrees(_look(comparison.before, one), _look(comparison.after, two)):
            return OTHERWISE
        states = new if isinstance(new, generic.DictionaryObject) else generic.DictionaryObject()
        if old is None or isinstance(new, generic.StreamObject):
            return ""
        value = _first(_values(comparison.after, self.after)) or _OFF
        was, now = (str(state.get(widget, "/AS") or _OFF) for state, widget in self._sides(one, two))
        is_same = _values(comparison.before, self.before) == _values(comparison.after, self.after)
        if was == now and is_same:
            return ""
        return "" if now == (value if value in states else _OFF) else OTHERWISE

    def _sides(
        self, one: generic.DictionaryObject, two: generic.DictionaryObject
    ) -> tuple[tuple[State, generic.DictionaryObject], tuple[State, generic.DictionaryObject]]:
        return (self.comparison.before, one), (self.comparison.after, two)

    @staticmethod
    def _number(item: generic.PdfObject) -> object:
        return item.idnum if isinstance(item, generic.IndirectObject) else id(item)


def _look(state: State, widget: generic.DictionaryObject) -> generic.PdfObject | None:
    """The normal appearance, not followed."""
    appearance = state.get(widget, "/AP")
    return raw(appearance, "/N") if isinstance(appearance, generic.DictionaryObject) else None


def _is_redrawn(state: State) -> bool:
    """Whether programs are told to draw fields by their values."""
    catalog = state.get(state.trailer, "/Root")
    form = state.get(catalog, "/AcroForm") if isinstance(catalog, generic.DictionaryObject) else None
    wanted = state.get(form, "/NeedAppearances") if isinstance(form, generic.DictionaryObject) else None
    return wanted is not None and bool(wanted)


def _values(state: State, field: generic.DictionaryObject) -> list[generic.PdfObject]:
    """The value, inherited where the field has none of its own, as a list."""
    for _ in range(_DEPTH):
        value = state.get(field, "/V")
        if isinstance(value, generic.ArrayObject):
            return [found for item in items(value) if (found := state.resolve(item)) is not None]
        if value is not None:
            return [value]
        above = state.get(field, "/Parent")
        if not isinstance(above, generic.DictionaryObject):
            break
        field = above
    return []


def _texts(state: State, field: generic.DictionaryObject) -> list[str]:
    return [_string(value) for value in _values(state, field)]


def _first(values: Sequence[generic.PdfObject]) -> str:
    return str(values[0]) if values else ""


def _option(state: State, field: generic.DictionaryObject, value: str) -> str:
    """What a list shows for ``value`` (12.7.5.4): its own text, or the second of a pair."""
    options = state.get(field, "/Opt")
    for item in items(options) if isinstance(options, generic.ArrayObject) else ():
        option = state.resolve(item)
        if isinstance(option, generic.ArrayObject) and len(option) == 2:
            export, shown = (state.resolve(part) for part in items(option))
            if export is not None and shown is not None and _string(export) == value:
                return _string(shown)
    return value


def _string(value: generic.PdfObject) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _squeezed(text: str) -> str:
    return "".join(text.split())
