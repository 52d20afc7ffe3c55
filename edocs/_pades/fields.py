"""Signature fields: which one a signature goes into, and making a new one (ISO 32000-2, 12.7.5.5).

Trường chữ ký. An existing field keeps its place and its lock; one that is signed is never touched.
"""

from __future__ import annotations

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string

from edocs._pades.form import FormField, add_field
from edocs._pades.permits import FieldLock
from edocs._pades.place import Place
from edocs._pdf.increment import Increment
from edocs.errors import FieldError
from edocs.model import DATE_FIELD, NUMBER_FIELD, SEAL_FIELD, Role, SignatureSpec

__all__ = ["add_signature_field", "choose_field", "empty_appearance", "lock_dictionary", "require_issued_form"]

_PRINT_AND_LOCKED = 132


def choose_field(fields: dict[str, FormField], spec: SignatureSpec) -> FormField | str:
    """The empty field to sign, or the name for a new one.

    Raises:
        FieldError: Signed already, no signature field, or the choice is not clear.
    """
    if spec.field is not None:
        return _named(fields, spec.field)
    if spec.role is Role.ORGANISATION and SEAL_FIELD in fields:
        return _named(fields, SEAL_FIELD)
    empty = [f for f in fields.values() if f.kind == "/Sig" and f.value is None and f.name != SEAL_FIELD]
    if len(empty) > 1:
        names = ", ".join(field.name for field in empty)
        raise FieldError("several fields wait for a signature", hint="choose with --field: {names}", names=names)
    if empty:
        return empty[0]
    number = 1
    while f"Signature{number}" in fields:
        number += 1
    return f"Signature{number}"


def require_issued_form(fields: dict[str, FormField]) -> None:
    """Go on only where the agency's signature would not shut number and date in, still empty.

    Raises:
        FieldError: They are empty.
    """
    for name in (NUMBER_FIELD, DATE_FIELD):
        if name in fields and fields[name].value is None:
            raise FieldError("reserved field still empty: {name}", hint="use edocs issue, which fills it", name=name)


def add_signature_field(
    increment: Increment, name: str, place: Place | None, lock: FieldLock | None = None
) -> generic.IndirectObject:
    """Add an empty signature field; without a place it is invisible, on the first page."""
    zero = generic.ArrayObject(generic.NumberObject(0) for _ in range(4))
    dictionary = generic.DictionaryObject(
        {
            pdf_name("/FT"): pdf_name("/Sig"),
            pdf_name("/F"): generic.NumberObject(_PRINT_AND_LOCKED),
            pdf_name("/Rect"): place.as_array() if place else zero,
        }
    )
    if place is not None:
        dictionary["/AP"] = empty_appearance(increment, place)
    if lock is not None:
        dictionary["/Lock"] = increment.add_object(lock_dictionary(lock))
    return add_field(increment, name, place.page if place else 0, dictionary)


def lock_dictionary(lock: FieldLock) -> generic.DictionaryObject:
    """``lock`` as a signature field lock dictionary (12.7.5.5, table 237)."""
    entries = generic.DictionaryObject(
        {pdf_name("/Type"): pdf_name("/SigFieldLock"), pdf_name("/Action"): pdf_name(lock.action)}
    )
    if lock.action != "/All":
        entries["/Fields"] = generic.ArrayObject(pdf_string(name) for name in lock.names)
    return entries


def empty_appearance(increment: Increment, place: Place) -> generic.DictionaryObject:
    """An appearance that shows nothing: ISO 32000-2, 12.5.5 wants one of every widget with an area."""
    width, height = place.size
    stream = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(generic.FloatObject(f"{n:.2f}") for n in (0, 0, width, height)),
            pdf_name("/Resources"): generic.DictionaryObject(),
        },
        stream_data=b"",
    )
    return generic.DictionaryObject({pdf_name("/N"): increment.add_object(stream)})


def _named(fields: dict[str, FormField], name: str) -> FormField | str:
    field = fields.get(name)
    if field is None:
        if any(other.startswith(name + ".") for other in fields) or "" in name.split("."):
            raise FieldError("no signature field can have this name: {name}", hint="choose another name", name=name)
        return name
    if field.kind != "/Sig":
        raise FieldError("not a signature field: {name}", hint="choose another name", name=name)
    if field.value is not None:
        raise FieldError("the field is signed already: {name}", hint="choose another with --field", name=name)
    return field
