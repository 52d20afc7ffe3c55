"""Form fields of one revision, by fully qualified name (ISO 32000-2, 12.7.4.2)."""

from __future__ import annotations

from collections.abc import Iterator

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.rw_common import PdfHandler

from edocs._pdf.entries import entry

__all__ = ["find_field", "form_fields", "inherited", "is_visible"]

_DEPTH = 32


def form_fields(handler: PdfHandler) -> Iterator[tuple[str, generic.DictionaryObject]]:
    """Every terminal field of the form, with its fully qualified name.

    Raises:
        ValueError: A field is reached twice; walking such a form can take forever.
    """
    form = entry(handler.root, "/AcroForm")
    if isinstance(form, generic.DictionaryObject):
        yield from _walk(entry(form, "/Fields"), "", 0, set())


def find_field(handler: PdfHandler, name: str) -> generic.DictionaryObject | None:
    """The field called ``name``, or None; None too where two fields claim the name."""
    found = [field for other, field in form_fields(handler) if other == name]
    return found[0] if len(found) == 1 else None


def inherited(field: generic.DictionaryObject, key: str) -> generic.PdfObject | None:
    """The value of ``key`` in ``field`` or the nearest ancestor that has it (ISO 32000-2, 12.7.4.1)."""
    node: object = field
    for _ in range(_DEPTH):
        if not isinstance(node, generic.DictionaryObject):
            return None
        if key in node:
            value: generic.PdfObject = node[key]
            return value
        node = entry(node, "/Parent")
    return None


def is_visible(field: generic.DictionaryObject) -> bool:
    """Whether the field, or one of its widgets, has an area on a page; so too where that cannot be told."""
    kids = entry(field, "/Kids")
    widgets = [field]
    if isinstance(kids, generic.ArrayObject):
        widgets += [kid for i in range(len(kids)) if isinstance(kid := kids[i], generic.DictionaryObject)]
    return any(_has_area(widget) for widget in widgets)


def _has_area(widget: generic.DictionaryObject) -> bool:
    rectangle = entry(widget, "/Rect")
    if rectangle is None:
        return False
    if not isinstance(rectangle, generic.ArrayObject) or len(rectangle) != 4:
        return True
    left, bottom, right, top = (rectangle[i] for i in range(4))
    return bool(left != right and bottom != top)


def _walk(
    kids: object, prefix: str, depth: int, seen: set[generic.Reference]
) -> Iterator[tuple[str, generic.DictionaryObject]]:
    if not isinstance(kids, generic.ArrayObject) or depth > _DEPTH:
        return
    for index in range(len(kids)):
        reference = kids.raw_get(index)
        if isinstance(reference, generic.IndirectObject):
            if reference.reference in seen:
                raise ValueError("a form field has two parents")
            seen.add(reference.reference)
        field = kids[index]
        if not isinstance(field, generic.DictionaryObject):
            continue
        partial = entry(field, "/T")
        name = prefix if partial is None else f"{prefix}.{partial}" if prefix else str(partial)
        children = entry(field, "/Kids")
        has_subfields = isinstance(children, generic.ArrayObject) and any(
            isinstance(child := children[i], generic.DictionaryObject) and "/T" in child for i in range(len(children))
        )
        if has_subfields:
            yield from _walk(children, name, depth + 1, seen)
        else:
            yield name, field
