"""The interactive form of a document (ISO 32000-2, 12.7): reading its fields, adding widgets.

Biểu mẫu tương tác. Names with a dot are a parent and its kid, as the standard has it; no field is ever renamed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string

from edocs._pdf import entries
from edocs._pdf.increment import Increment
from edocs.errors import FieldError, NotPdfError
from edocs.model import RESERVED_FIELDS

__all__ = ["FormField", "add_field", "read_fields", "require_form"]

_MAX_FIELDS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One terminal field."""

    name: str
    """Fully qualified."""
    kind: str
    """``/Sig``, ``/Tx`` …; empty where it says nothing."""
    reference: generic.IndirectObject
    dictionary: generic.DictionaryObject

    @property
    def value(self) -> generic.PdfObject | None:
        """What fills it; None where it is empty."""
        value = entries.entry(self.dictionary, "/V")
        return None if isinstance(value, str) and not value else value

    @property
    def widget(self) -> generic.DictionaryObject:
        """Its one appearance on a page.

        Raises:
            FieldError: It has none, or several.
        """
        kids = entries.array(self.dictionary, "/Kids")
        if kids is None:
            return self.dictionary
        if len(kids) != 1:
            raise FieldError("the field does not stand in exactly one place: {name}", name=self.name)
        widget = kids[0].get_object()
        assert isinstance(widget, generic.DictionaryObject)  # noqa: S101 - anything else is translated as damage
        return widget

    @property
    def rectangle(self) -> tuple[float, float, float, float] | None:
        """Left, bottom, right, top in points; None where it is invisible."""
        numbers = entries.numbers(self.widget, "/Rect")
        if len(numbers) != 4:
            return None
        left, right = sorted((numbers[0], numbers[2]))
        bottom, top = sorted((numbers[1], numbers[3]))
        return (left, bottom, right, top) if right > left and top > bottom else None


def read_fields(increment: Increment) -> dict[str, FormField]:
    """Every terminal field, by its fully qualified name.

    Raises:
        NotPdfError: The form refers to itself.
        FieldError: A signature or reserved field stands twice: what one says, the other may contradict.
    """
    form = entries.dictionary(increment.root, "/AcroForm")
    fields: dict[str, FormField] = {}
    for field in _walk(entries.array(form, "/Fields") if form else None, "", "", set()):
        twin = fields.get(field.name)
        if twin is not None and (field.name in RESERVED_FIELDS or "/Sig" in (field.kind, twin.kind)):
            raise FieldError("the field exists twice: {name}", hint="start from the draft", name=field.name)
        fields[field.name] = field
    return fields


def _walk(
    kids: generic.ArrayObject | None, parent: str, kind: str, seen: set[generic.Reference]
) -> Iterator[FormField]:
    for kid in kids or ():
        if not isinstance(kid, generic.IndirectObject):
            continue
        if kid.reference in seen or len(seen) > _MAX_FIELDS:
            raise NotPdfError("the form of the PDF refers to itself")
        seen.add(kid.reference)
        dictionary = kid.get_object()
        if not isinstance(dictionary, generic.DictionaryObject) or "/T" not in dictionary:
            continue
        name = f"{parent}.{dictionary['/T']}" if parent else str(dictionary["/T"])
        own_kind = entries.text(dictionary, "/FT", kind)
        children = entries.array(dictionary, "/Kids")
        if children and any("/T" in child.get_object() for child in children):
            yield from _walk(children, name, own_kind, seen)
        else:
            yield FormField(name=name, kind=own_kind, reference=kid, dictionary=dictionary)


def require_form(increment: Increment) -> generic.DictionaryObject:
    """The form, made where there is none, without ``/NeedAppearances``: a viewer must show what was signed."""
    root = increment.root
    form = entries.dictionary(root, "/AcroForm")
    if form is None:
        form = generic.DictionaryObject({pdf_name("/Fields"): generic.ArrayObject()})
        root["/AcroForm"] = increment.add_object(form)
        increment.update_root()
    if "/Fields" not in form:
        form["/Fields"] = generic.ArrayObject()
        increment.update_container(form)
    if entries.number(form, "/SigFlags", 0) != 3 or "/NeedAppearances" in form:
        form["/SigFlags"] = generic.NumberObject(3)
        form.pop("/NeedAppearances", None)
        increment.update_container(form)
    return form


def add_field(
    increment: Increment, name: str, page: int, dictionary: generic.DictionaryObject
) -> generic.IndirectObject:
    """Add one terminal field that is its own widget, on ``page`` (0 is the first).

    Raises:
        FieldError: The name, or a part of it, is taken.
    """
    form = require_form(increment)
    siblings, parent = form["/Fields"], None
    *groups, own = name.split(".")
    for group in groups:
        parent, siblings = _require_group(increment, siblings, parent, group, name)
    if any(entries.text(kid.get_object(), "/T") == own for kid in siblings):
        raise FieldError("the field exists already: {name}", name=name)
    page_reference = increment.page(page)
    dictionary.update(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/T"): pdf_string(own),
            pdf_name("/P"): page_reference,
        }
    )
    if parent is not None:
        dictionary["/Parent"] = parent
    reference = increment.add_object(dictionary)
    siblings.append(reference)
    increment.update_container(siblings)
    increment.register_annotation(page_reference, reference)  # type: ignore[no-untyped-call]
    return reference


def _require_group(
    increment: Increment,
    siblings: generic.ArrayObject,
    parent: generic.IndirectObject | None,
    group: str,
    name: str,
) -> tuple[generic.IndirectObject, generic.ArrayObject]:
    for kid in siblings:
        dictionary = kid.get_object()
        if entries.text(dictionary, "/T") != group:
            continue
        if "/FT" in dictionary or "/Kids" not in dictionary:
            raise FieldError("the field exists already: {name}", name=name)
        return kid, dictionary["/Kids"]
    kids = generic.ArrayObject()
    dictionary = generic.DictionaryObject({pdf_name("/T"): pdf_string(group), pdf_name("/Kids"): kids})
    if parent is not None:
        dictionary["/Parent"] = parent
    reference = increment.add_object(dictionary)
    siblings.append(reference)
    increment.update_container(siblings)
    return reference, kids
