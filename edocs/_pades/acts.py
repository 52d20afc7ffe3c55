"""The acts of Decree 30 as signatures: which ones an act needs, where each stands and what it shows.

Các bước ký số theo trình tự văn thư. Approving, and issuing what was approved here, is one signature that reserves or
fills fields. A file that goes with a document, and a copy, get one signature with a mark in the corner. A document
that a person signed elsewhere, without fields for number and date, gets them in the appearances of signatures: number,
date and seal, three by the agency, or all in one where only an empty field may still be signed.
"""

from __future__ import annotations

from dataclasses import replace

from cryptography import x509

from edocs._pades.anchors import date_place, number_place
from edocs._pades.copying import copy_lines, require_copyable
from edocs._pades.corner import corner_stamp
from edocs._pades.fill import require_code
from edocs._pades.form import FormField, read_fields
from edocs._pades.images import seal_width_mm
from edocs._pades.permits import Permits, read_permits
from edocs._pades.place import MM, Place, frame, place_of, require_plain
from edocs._pades.placing import common_name
from edocs._pades.reserve import seal_over
from edocs._pades.stamp import fit_image
from edocs._pdf.fonts import FontStyle
from edocs._pdf.increment import Increment, open_increment, pdf_errors
from edocs._pdf.plain import plain_copy
from edocs._pdf.text import TextLine, read_lines
from edocs._pdf.typeface import text_width
from edocs.errors import FieldError, PermissionRefusedError, StampError, UsageError
from edocs.model import (
    APPENDIX_FIELD,
    COPY_FIELD,
    RESERVED_FIELDS,
    Box,
    DocumentCode,
    Reservation,
    Role,
    SignatureSpec,
    Stamp,
)

__all__ = ["mark", "plan_issue"]

# Without a dot: after a signature only a field that has no parent may be added.
_NUMBER, _DATE, _SEAL = "edocs-number", "edocs-date", "edocs-seal"
_TYPE_SIZE = 13.0
_ASCENT = 0.984
"""From the top of a stamp to its first baseline, in type sizes."""
_LEADING = 1.2
_AIR_PT = 0.6
_SEAL_MM = 36.0


def mark(
    increment: Increment, document: bytes, spec: SignatureSpec, permits: Permits, certificate: x509.Certificate
) -> SignatureSpec:
    """``spec``, with field and stamp of an appendix or a copy where it asks for one.

    Args:
        document: What ``increment`` changes, readable without a password.

    Raises:
        UsageError: Role, number, symbol or agency is missing.
        RefusedError: The document does not admit the act.
    """
    if spec.appendix_of is None and spec.copy is None:
        return spec
    if spec.role is not Role.ORGANISATION:
        raise UsageError("appendices and copies are signed by an agency", hint="role organisation")
    if spec.code or spec.reserve or (spec.appendix_of and spec.copy):
        raise UsageError("one signature is one act", hint="approve, issue, appendix, or copy")
    if spec.copy is not None:
        copy = replace(spec.copy, agency=spec.copy.agency.strip() or common_name(certificate))
        require_copyable(document, copy, permits)
        return _marked(increment, document, spec, COPY_FIELD, copy_lines(copy))
    return _marked(increment, document, spec, APPENDIX_FIELD, (_code_text(spec.appendix_of),))


def plan_issue(document: bytes, spec: SignatureSpec) -> tuple[SignatureSpec, ...]:
    """The signatures that issuing ``document`` takes, in order, each to be made on what the one before gave.

    Raises:
        UsageError: The role, or number and date, are missing.
        FieldError: It is issued already, or a place is not found.
        PermissionRefusedError: A certification leaves no empty field.
        UnreadableError: The document cannot be read.
    """
    if spec.role is not Role.ORGANISATION:
        raise UsageError("a document is issued by an agency", hint="role organisation")
    if spec.code is None:
        raise UsageError("no number and date to issue the document under", hint="give spec.code")
    increment = open_increment(document, spec.password)
    with pdf_errors():
        fields = read_fields(increment)
        permits = read_permits(fields.values(), increment.root)
        if any(name in fields for name in (_NUMBER, _DATE)):
            raise FieldError("the document is issued already: {name}", hint="start from the draft", name=_NUMBER)
        is_reserved = any(name in fields for name in RESERVED_FIELDS)
        if is_reserved and spec.reserve is not None:
            raise UsageError(
                "the places of number, date and seal were reserved when the document was approved",
                hint="leave --number-at, --date-at and --seal-at away",
            )
        if is_reserved or not permits.is_signed:
            return (spec,)
        require_code(spec.code)
        if permits.level == 1 or not permits.is_certified:
            for name in (_NUMBER, _DATE, _SEAL):
                permits.require(name)
        if permits.is_certified:
            return (_in_one(spec, spec.code, _empty_field(fields, spec)),)
        return _in_three(increment, document, spec, fields)


def _code_text(code: DocumentCode | None) -> str:
    if code is None or not code.symbol or code.number < 1:
        raise UsageError("no number and symbol to show on the appendix", hint="give the main document's: 15/QĐ-BNV")
    return f"Số: {code.number_text}/{code.symbol}"


def _marked(
    increment: Increment, document: bytes, spec: SignatureSpec, field: str, lines: tuple[str, ...]
) -> SignatureSpec:
    """A signature with a mark of text in the corner."""
    asked = spec.stamp or Stamp()
    if asked.image_png is not None or asked.lines:
        raise StampError(
            "on an appendix or a copy the agency's signature shows its prescribed text and no image",
            hint="leave image and text away (annex I.II.8b; part II, I.3)",
        )
    stamp = corner_stamp(increment, document, lines, asked.time_form, asked.box)
    return replace(spec, field=spec.field or field, stamp=stamp, appendix_of=None, copy=None)


def _empty_field(fields: dict[str, FormField], spec: SignatureSpec) -> FormField:
    """The place that a certification left for the agency."""
    empty = [f for f in fields.values() if f.kind == "/Sig" and f.value is None and f.rectangle]
    named = [field for field in empty if field.name == spec.field] if spec.field else empty
    if not named:
        raise PermissionRefusedError(
            "the person's signature is a certification and leaves no empty field: number, date and seal would break it",
            hint="ask for the document again, signed with edocs approve, or without certifying it",
        )
    if len(named) > 1:
        names = ", ".join(field.name for field in named)
        raise FieldError("several fields wait for a signature", hint="choose with --field: {names}", names=names)
    return named[0]


def _in_one(spec: SignatureSpec, code: DocumentCode, field: FormField) -> SignatureSpec:
    assert field.rectangle is not None  # noqa: S101 - chosen for having one
    left, bottom, right, top = field.rectangle
    number = f"Số: {code.number_text}/{code.symbol}" if code.symbol else f"Số: {code.number_text}"
    stamp = spec.stamp or Stamp()
    lines = (number, code.date_text)
    size = (right - left, top - bottom - len(lines) * stamp.font_size_pt * _LEADING)
    stamp = replace(stamp if size[1] <= 0 else fit_image(stamp, spec.role, size), lines=lines)
    return replace(spec, field=field.name, stamp=stamp, code=None, reserve=None)


def _in_three(
    increment: Increment, document: bytes, spec: SignatureSpec, fields: dict[str, FormField]
) -> tuple[SignatureSpec, ...]:
    code, places = spec.code, spec.reserve or Reservation()
    assert code is not None  # noqa: S101 - asked for above
    shown = plain_copy(document, spec.password) if increment.security_handler else document
    lines: list[TextLine] = []
    if places.number is None or places.date is None:
        require_plain(increment, 0)
        lines = read_lines(shown, 0)
    number = _text_stamp(increment, code.number_text, places.number, lines)
    date = _text_stamp(increment, code.date_text, places.date, lines, is_date=True)
    plain = replace(spec, code=None, reserve=None)
    return (
        replace(plain, field=_NUMBER, stamp=number),
        replace(plain, field=_DATE, stamp=date),
        replace(plain, field=_SEAL, stamp=_seal_stamp(increment, spec, fields)),
    )


def _text_stamp(
    increment: Increment, text: str, box: Box | None, lines: list[TextLine], *, is_date: bool = False
) -> Stamp:
    """``text`` as large as its place, so that it stands on the baseline of the draft."""
    stamp = Stamp(box=box, lines=(text,), font_size_pt=_TYPE_SIZE, is_italic=is_date)
    if box is not None:
        return stamp
    width = text_width(FontStyle.ITALIC if is_date else FontStyle.REGULAR, text, _TYPE_SIZE) + _AIR_PT
    _, _, right, _ = page = frame(increment.page(0).get_object())
    used = max((letter.right for line in lines for letter in line.letters), default=0.0)
    blank = date_place(lines, max(right - 15 * MM, used)) if is_date else number_place(lines)
    left = blank.left if is_date else max(blank.left, blank.right - width + _AIR_PT)
    # The blank's own baseline: see ``anchors``, which puts it so that a line of type is centred on it.
    baseline = blank.bottom + (blank.size[1] - 1.107 * blank.size[1] / 1.3) / 2 + 0.216 * blank.size[1] / 1.3
    top = baseline + _ASCENT * _TYPE_SIZE
    place = Place(page=0, left=left, right=left + width, top=top, bottom=top - _LEADING * _TYPE_SIZE - _AIR_PT)
    return replace(stamp, box=_as_box(place, page))


def _seal_stamp(increment: Increment, spec: SignatureSpec, fields: dict[str, FormField]) -> Stamp | None:
    stamp = spec.stamp
    if stamp is None or stamp.image_png is None:
        return stamp
    width = stamp.image_width_mm or seal_width_mm(stamp.image_png) or _SEAL_MM
    box = stamp.box or (spec.reserve.seal if spec.reserve else None)
    if box is None:
        person = _person_place(increment, fields)
        require_plain(increment, person.page)
        seal = seal_over(increment, person, width)
        box = _as_box(seal, frame(increment.page(seal.page).get_object()), seal.page + 1)
    return replace(fit_image(stamp, spec.role, (box.width_mm * MM, box.height_mm * MM)), box=box)


def _person_place(increment: Increment, fields: dict[str, FormField]) -> Place:
    seen = [
        place
        for field in fields.values()
        if field.kind == "/Sig" and field.value is not None and field.rectangle
        if (place := place_of(increment, field.widget)) is not None
    ]
    if len(seen) != 1:
        raise FieldError(
            "the person's signature is not seen in exactly one place ({count} found)",
            hint="give the seal's place: --at",
            count=len(seen),
        )
    return seen[0]


def _as_box(place: Place, page: tuple[float, float, float, float], number: int = 1) -> Box:
    left, _, _, top = page
    return Box(
        page=number,
        left_mm=(place.left - left) / MM,
        top_mm=(top - place.top) / MM,
        width_mm=place.size[0] / MM,
        height_mm=place.size[1] / MM,
    )
