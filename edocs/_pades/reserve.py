"""Reserving number, date and seal before the person in authority signs (Decree 30, articles 13 and 14).

Dành sẵn trường số, thời gian ban hành và dấu. Steps:

1. find the three places, in millimetres given or by the page's text;
2. add two empty text fields with everything that filling needs, typeface included;
3. add the agency's empty signature field, whose lock will cover every field.

A signature allows no new field but a signature's, so all of it happens before the first signature.
"""

from __future__ import annotations

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string

from edocs._pades.anchors import date_place, number_place
from edocs._pades.fields import add_signature_field, empty_appearance
from edocs._pades.form import FormField, add_field, read_fields, require_form
from edocs._pades.permits import FieldLock
from edocs._pades.place import MM, Place, frame, is_on_page, locate
from edocs._pdf.fonts import FontStyle
from edocs._pdf.increment import Increment
from edocs._pdf.text import TextLine, read_lines
from edocs._pdf.typeface import embed_typeface
from edocs.errors import FieldError
from edocs.model import DATE_FIELD, NUMBER_FIELD, RESERVED_FIELDS, SEAL_FIELD, Reservation

__all__ = ["DATE_LETTERS", "approval_lock", "is_reserved", "reserve_fields", "seal_over"]

NUMBER_LETTERS = "0123456789"
DATE_LETTERS = NUMBER_LETTERS + "ngày tháng năm"
_TYPE_SIZE = 13
_LEFT, _RIGHT = 0, 2
_PRINT = 4


def is_reserved(fields: dict[str, FormField]) -> bool:
    """Whether the three fields are there and empty.

    Raises:
        FieldError: Only some are, one is filled, or one is of another kind.
    """
    present = [name for name in RESERVED_FIELDS if name in fields]
    if not present:
        return False
    kinds = {NUMBER_FIELD: "/Tx", DATE_FIELD: "/Tx", SEAL_FIELD: "/Sig"}
    for name in RESERVED_FIELDS:
        field = fields.get(name)
        if field is None or field.kind != kinds[name]:
            raise FieldError(
                "reserved field missing or of another kind: {name}", name=name, hint="start from the draft"
            )
        if field.value is not None:
            raise FieldError("reserved field filled already: {name}", name=name, hint="the document is issued already")
    return True


def approval_lock(fields: dict[str, FormField]) -> FieldLock:
    """What the person's signature locks: everything but the reserved fields and places left for other signers."""
    others = [f.name for f in fields.values() if f.kind == "/Sig" and f.value is None and f.name not in RESERVED_FIELDS]
    return FieldLock(action="/Exclude", names=(*RESERVED_FIELDS, *others))


def reserve_fields(increment: Increment, document: bytes, reservation: Reservation, person: Place | None) -> None:
    """Add the three fields to a document without any signature.

    Args:
        person: Where the person's signature is seen, if anywhere.

    Raises:
        FieldError: A place is not found, not on the page, or taken.
        NoFontError: No font to set number and date in.
    """
    # (1)
    number, date = _text_places(increment, document, reservation)
    seal = _seal_place(increment, reservation, person)
    # (2)
    _add_text_field(increment, NUMBER_FIELD, number, "Số văn bản", _RIGHT)
    _add_text_field(increment, DATE_FIELD, date, "Thời gian ban hành", _LEFT)
    # (3)
    add_signature_field(increment, SEAL_FIELD, seal, FieldLock(action="/All"))
    assert is_reserved(read_fields(increment))  # noqa: S101 - what was just added must be found again


def _text_places(increment: Increment, document: bytes, reservation: Reservation) -> tuple[Place, Place]:
    lines: list[TextLine] = []
    if reservation.number is None or reservation.date is None:
        lines = read_lines(document, 0)
    number = locate(increment, reservation.number) if reservation.number else number_place(lines)
    if reservation.date:
        return number, locate(increment, reservation.date)
    _, _, right, _ = frame(increment.page(0).get_object())
    used = max((letter.right for line in lines for letter in line.letters), default=0.0)
    # Annex I.I.2: the right margin is at least 15 mm; text that already goes further shows what the draft allows.
    return number, date_place(lines, max(right - 15 * MM, used))


def _seal_place(increment: Increment, reservation: Reservation, person: Place | None) -> Place | None:
    if reservation.seal:
        return locate(increment, reservation.seal)
    return None if person is None else seal_over(increment, person, reservation.seal_mm)


def seal_over(increment: Increment, person: Place, seal_mm: float) -> Place:
    """The square of a seal over the left third of a person's signature (annex I.II.8a).

    Raises:
        FieldError: It would not be on the page.
    """
    side = seal_mm * MM
    right = person.left + person.size[0] / 3  # annex I.II.8.a: over about a third of it, on the left
    bottom = (person.bottom + person.top - side) / 2
    seal = Place(page=person.page, left=right - side, right=right, bottom=bottom, top=bottom + side)
    if not is_on_page(increment, seal):
        raise FieldError("the seal would not be on the page", hint="give its place: --seal-at")
    return seal


def _add_text_field(increment: Increment, name: str, place: Place, label: str, quadding: int) -> None:
    style = FontStyle.REGULAR if name == NUMBER_FIELD else FontStyle.ITALIC
    letters = NUMBER_LETTERS if name == NUMBER_FIELD else DATE_LETTERS
    resources = _font_resources(increment)
    font = f"/Edocs{style.value.title()}"
    while font in resources:  # never a typeface that came with the draft: its letters may lie
        font += "X"
    resources[font] = embed_typeface(increment, style, letters).reference
    increment.update_container(resources)
    size = min(_TYPE_SIZE, place.size[1] / 1.107)
    dictionary = generic.DictionaryObject(
        {
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/TU"): pdf_string(label),
            pdf_name("/DA"): pdf_string(f"{font} {size:g} Tf 0 g"),
            pdf_name("/Q"): generic.NumberObject(quadding),
            pdf_name("/F"): generic.NumberObject(_PRINT),
            pdf_name("/Rect"): place.as_array(),
            pdf_name("/AP"): empty_appearance(increment, place),
        }
    )
    add_field(increment, name, place.page, dictionary)


def _font_resources(increment: Increment) -> generic.DictionaryObject:
    node = require_form(increment)
    for key in ("/DR", "/Font"):
        if key not in node:
            node[key] = generic.DictionaryObject()
            increment.update_container(node)
        node = node[key]
    return node
