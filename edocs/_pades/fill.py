"""Filling in number and date after the person has signed (Decree 30, article 14; ISO 32000-2, 12.7.4.3).

Điền số và thời gian ban hành. Only ``/V`` and ``/AP`` of the two reserved fields change, in the typeface that was
reserved with them, so that the earlier signature's permission (form filling) covers every byte.
"""

from __future__ import annotations

import re

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string

from edocs._pades.form import FormField
from edocs._pades.permits import Permits
from edocs._pades.reserve import is_reserved
from edocs._pdf import entries
from edocs._pdf.increment import Increment
from edocs._pdf.typeface import ASCENT, DESCENT, Typeface, read_typeface
from edocs.errors import FieldError, UsageError
from edocs.model import DATE_FIELD, NUMBER_FIELD, SEAL_FIELD, DocumentCode

__all__ = ["fill_code", "require_code"]

_DEFAULT_APPEARANCE = re.compile(r"(/\S+)\s+([0-9.]+)\s+Tf")
_MIN_SIZE_PT = 9.0


def fill_code(increment: Increment, fields: dict[str, FormField], permits: Permits, code: DocumentCode) -> None:
    """Write number and date into their fields.

    Raises:
        FieldError: The fields are missing, filled, or too small; or nobody has signed yet.
        PermissionRefusedError: The person's signature does not allow it.
        UsageError: The number is not positive, or the date has no time zone.
    """
    require_code(code)
    if not is_reserved(fields):
        raise FieldError("no fields are reserved for number, date and seal", hint="approve the document first")
    if not permits.is_signed:
        raise FieldError("the person in authority has not signed yet", hint="approve the document first")
    for name in (NUMBER_FIELD, DATE_FIELD, SEAL_FIELD):
        permits.require(name)
    _fill(increment, fields[NUMBER_FIELD], code.number_text)
    _fill(increment, fields[DATE_FIELD], code.date_text)


def require_code(code: DocumentCode) -> None:
    """Go on only with a number and a date.

    Raises:
        UsageError: The number is not positive, or the date has no time zone.
    """
    if code.number < 1:
        raise UsageError("not a document number: {number}", hint="a whole number from 1", number=code.number)
    if code.issued_on.tzinfo is None:
        raise UsageError("the date of issue has no time zone", hint="give an aware datetime")


def _fill(increment: Increment, field: FormField, text: str) -> None:
    rectangle = field.rectangle
    match = _DEFAULT_APPEARANCE.search(entries.text(field.dictionary, "/DA"))
    resources = entries.dictionary(increment.root["/AcroForm"], "/DR") or generic.DictionaryObject()
    fonts = entries.dictionary(resources, "/Font") or generic.DictionaryObject()
    if rectangle is None or match is None or match[1] not in fonts:
        raise FieldError(
            "the reserved field lacks its place or typeface: {name}", hint="approve again", name=field.name
        )
    typeface = read_typeface(fonts.raw_get(match[1]))
    if not typeface.has(text):
        raise FieldError("the reserved typeface cannot show {text}", hint="approve again", text=text)
    width, height = rectangle[2] - rectangle[0], rectangle[3] - rectangle[1]
    size = min(float(match[2]), float(match[2]) * width / typeface.width(text, float(match[2])))
    if size < _MIN_SIZE_PT:
        raise FieldError("the reserved field is too narrow: {name}", hint="approve with a wider one", name=field.name)
    is_right = entries.number(field.dictionary, "/Q", 0) == 2
    left = width - typeface.width(text, size) if is_right else 0.0
    appearance = _appearance(match[1], typeface, text, (width, height), (left, size))
    widget = field.widget
    widget["/AP"] = generic.DictionaryObject({pdf_name("/N"): increment.add_object(appearance)})
    field.dictionary["/V"] = pdf_string(text)
    increment.update_container(widget)
    increment.update_container(field.dictionary)


def _appearance(
    name: str, typeface: Typeface, text: str, box: tuple[float, float], line: tuple[float, float]
) -> generic.StreamObject:
    left, size = line
    baseline = (box[1] - (ASCENT - DESCENT) / 1000 * size) / 2 - DESCENT / 1000 * size
    content = b"/Tx BMC q BT %s %.2f Tf 0 g %.2f %.2f Td %s Tj ET Q EMC" % (
        name.encode("ascii"),
        size,
        left,
        baseline,
        typeface.encode(text),
    )
    fonts = generic.DictionaryObject({pdf_name(name): typeface.reference})
    return generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(generic.FloatObject(f"{n:.2f}") for n in (0, 0, *box)),
            pdf_name("/Resources"): generic.DictionaryObject({pdf_name("/Font"): fonts}),
        },
        stream_data=content,
    )
