"""Form fields and widgets as far as later revisions may touch them (ISO 32000-2, 12.5.6.19, 12.7.4, 12.7.5.5).

Trường và hình hiển thị của trường. Entries only; what is drawn is looked at in ``ink.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyhanko.pdf_utils import generic

from edocs._pdf.states import State, items, raw

__all__ = [
    "draws_beside",
    "draws_by_defaults",
    "draws_conditionally",
    "has_hidden_face",
    "is_listed_signature",
    "is_shown",
    "is_unsteady_comment",
    "is_value",
    "kids",
    "leaves_its_place",
    "named",
    "only_adds_read_only",
    "rectangle",
]

_HIDDEN, _NO_ZOOM, _NO_ROTATE, _NO_VIEW, _TOGGLE = 2, 8, 16, 32, 256
_UNSTEADY = _HIDDEN | _NO_ZOOM | _NO_ROTATE | _NO_VIEW | _TOGGLE
# Content that a program may show or not, or show otherwise on paper (8.11, 8.10.4, 8.9.5.4, 7.3.8, 14.11.7).
_CONDITIONAL = frozenset({"/OC", "/Ref", "/Alternates", "/OPI", "/F", "/PS", "/FFilter"})
_CONDITIONAL_TYPES = frozenset({"/OCG", "/OCMD"})
_DRAWN_ALIKE = frozenset({"/Text", "/Popup", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut"})
_COMMENT = re.compile(rb"%[^\r\n]*+")
_MOST_PARTS = 10_000
_ICON_PT = 32.0
"""Notes are icons, and programs give those a second look for the pointer."""
_MOST_FIELDS = 100_000
_DEPTH = 32
_STRINGS = (generic.TextStringObject, generic.ByteStringObject)


def named(state: State, field: generic.DictionaryObject, prefix: str) -> str:
    """The fully qualified name (12.7.4.2)."""
    partial = state.get(field, "/T")
    if partial is None:
        return prefix
    return f"{prefix}.{partial}" if prefix else str(partial)


def rectangle(state: State, widget: generic.DictionaryObject) -> tuple[float, float, float, float] | None:
    """Left, bottom, right, top; None where the widget has no area.

    Raises:
        ValueError: It is none.
    """
    found = state.get(widget, "/Rect")
    if found is None:
        return None
    numbers = [state.resolve(item) for item in items(found)] if isinstance(found, generic.ArrayObject) else []
    corners = [float(number) for number in numbers if isinstance(number, generic.NumberObject | generic.FloatObject)]
    if len(corners) != 4:
        raise ValueError("a widget has no rectangle")
    left, right = sorted((corners[0], corners[2]))
    bottom, top = sorted((corners[1], corners[3]))
    return (left, bottom, right, top) if left < right and bottom < top else None


def is_shown(state: State, widget: generic.DictionaryObject) -> bool:
    """Whether a program may draw something where the widget stands."""
    if rectangle(state, widget) is not None:
        return "/AP" in widget or "/MK" in widget
    return draws_beside(state, widget)


def draws_beside(state: State, widget: generic.DictionaryObject) -> bool:
    """Whether something without an area has a picture all the same, which programs then draw in its own size."""
    appearance = state.get(widget, "/AP")
    if rectangle(state, widget) is not None or not isinstance(appearance, generic.DictionaryObject) or not appearance:
        return False
    look = state.get(appearance, "/N")
    if not isinstance(look, generic.StreamObject) or set(appearance) != {"/N"}:
        return True
    box = state.get(look, "/BBox")
    sides = [state.resolve(item) for item in items(box)] if isinstance(box, generic.ArrayObject) else []
    if len(sides) == 4 and (sides[0] == sides[2] or sides[1] == sides[3]):
        return False  # all is clipped away
    return bool(set(_COMMENT.sub(b" ", look.data).split()) - {b"q", b"Q"})


def has_hidden_face(state: State, widget: generic.DictionaryObject) -> bool:
    """Whether what a widget draws depends on the mouse, the printer, the zoom or a switch."""
    flags = state.get(widget, "/F")
    if flags is not None and not isinstance(flags, generic.NumberObject):
        return True
    if flags is not None and int(flags) & _UNSTEADY:
        return True
    appearance = state.get(widget, "/AP")
    if not isinstance(appearance, generic.DictionaryObject):
        return appearance is not None or "/MK" in widget  # of which programs make a picture of their own
    if set(appearance) - {"/N"} or "/OC" in widget or "/AS" in widget:
        return True
    look = state.get(appearance, "/N")
    return not isinstance(look, generic.StreamObject) or draws_conditionally(state, look)


def is_unsteady_comment(state: State, comment: generic.DictionaryObject) -> bool:
    """The same of a comment, which may be hidden, or keep its size and its upright stand."""
    flags = state.get(comment, "/F")
    if flags is not None and (not isinstance(flags, generic.NumberObject) or int(flags) & (_NO_VIEW | _TOGGLE)):
        return True
    appearance = raw(comment, "/AP")
    if appearance is None:  # each program draws it as it likes
        return "/OC" in comment or str(state.get(comment, "/Subtype")) not in _DRAWN_ALIKE
    return "/OC" in comment or _has_other_face(state, comment) or draws_conditionally(state, appearance)


def _has_other_face(state: State, comment: generic.DictionaryObject) -> bool:
    """Whether a comment that is larger than an icon looks different under the pointer (12.5.5)."""
    appearance = state.get(comment, "/AP")
    if not isinstance(appearance, generic.DictionaryObject):
        return True
    box = rectangle(state, comment)
    is_icon = box is None or max(box[2] - box[0], box[3] - box[1]) <= _ICON_PT
    normal = state.get(appearance, "/N")
    return not is_icon and any(state.get(appearance, key) not in (None, normal) for key in ("/R", "/D"))


def leaves_its_place(state: State, comment: generic.DictionaryObject) -> bool:
    """Whether a comment keeps its size or its upright stand, so that it may be drawn beside its rectangle."""
    flags = state.get(comment, "/F")
    return isinstance(flags, generic.NumberObject) and bool(int(flags) & (_NO_ZOOM | _NO_ROTATE))


def draws_conditionally(state: State, look: generic.PdfObject) -> bool:
    """Whether an appearance holds optional content, content from elsewhere, or another picture for paper."""
    waiting: list[generic.PdfObject | None] = [look]
    seen: set[int] = set()
    for _ in range(_MOST_PARTS):
        if not waiting:
            return False
        value = waiting.pop()
        if isinstance(value, generic.IndirectObject):
            if value.idnum in seen:
                continue
            seen.add(value.idnum)
        part = state.resolve(value)
        if isinstance(part, generic.DictionaryObject):
            if _is_conditional(state, part):
                return True
            waiting += [part.raw_get(key) for key in part]
        elif isinstance(part, generic.ArrayObject):
            waiting += items(part)
    return True


def is_value(state: State, value: generic.PdfObject | None) -> bool:
    """Whether ``value`` is one that a reader can give a text, choice or button field."""
    if isinstance(value, generic.ArrayObject):
        return all(isinstance(state.resolve(item), _STRINGS) for item in items(value))
    return value is None or isinstance(value, (*_STRINGS, generic.NameObject))


def only_adds_read_only(old: generic.PdfObject | None, new: generic.PdfObject | None) -> bool:
    """Whether field flags differ in nothing but that the field may no longer be changed (table 227)."""
    one = 0 if old is None else old
    return isinstance(one, int) and isinstance(new, int) and int(new) == int(one) | 1


def kids(state: State, field: generic.DictionaryObject) -> Iterator[generic.PdfObject]:
    """The kids of a field, references not followed."""
    found = state.get(field, "/Kids")
    if isinstance(found, generic.ArrayObject):
        yield from items(found)


def is_listed_signature(state: State, number: int) -> bool:
    """Whether an object is a signature field of the form, or a widget of one."""
    return any(
        isinstance(item, generic.IndirectObject) and item.idnum == number and kind == "/Sig"
        for item, _, kind, _ in _fields(state)
    )


def draws_by_defaults(state: State) -> bool:
    """Whether programs make a picture of some field of their own, with the form's default resources and appearance."""
    catalog = state.get(state.trailer, "/Root")
    form = state.get(catalog, "/AcroForm") if isinstance(catalog, generic.DictionaryObject) else None
    is_anew = isinstance(form, generic.DictionaryObject) and bool(state.get(form, "/NeedAppearances"))
    return any(
        kind != "/Sig" and (has_value or kind == "/Btn") and "/Rect" in field and (is_anew or "/AP" not in field)
        for _, field, kind, has_value in _fields(state)
    )


def _fields(state: State) -> Iterator[tuple[generic.PdfObject, generic.DictionaryObject, str, bool]]:
    """Each field and widget of the form as it is listed, what it is, its type, and whether it has a value."""
    catalog = state.get(state.trailer, "/Root")
    form = state.get(catalog, "/AcroForm") if isinstance(catalog, generic.DictionaryObject) else None
    listed = state.get(form, "/Fields") if isinstance(form, generic.DictionaryObject) else None
    waiting = [(item, "", False, 0) for item in items(listed)] if isinstance(listed, generic.ArrayObject) else []
    for _ in range(_MOST_FIELDS):
        if not waiting:
            return
        item, kind, has_value, depth = waiting.pop()
        field = state.resolve(item)
        if not isinstance(field, generic.DictionaryObject) or depth > _DEPTH:
            continue
        kind, has_value = str(state.get(field, "/FT") or kind), has_value or raw(field, "/V") is not None
        yield item, field, kind, has_value
        waiting += [(kid, kind, has_value, depth + 1) for kid in kids(state, field)]
    raise ValueError("the form is too deep or too large")


def _is_conditional(state: State, part: generic.DictionaryObject) -> bool:
    if str(state.get(part, "/Type")) in _CONDITIONAL_TYPES or str(state.get(part, "/Subtype")) == "/PS":
        return True
    is_drawn = isinstance(part, generic.StreamObject)
    return is_drawn and any(raw(part, key) is not None for key in _CONDITIONAL)
