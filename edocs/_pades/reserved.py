"""Number and date, filled in after the person signed (Decree 30/2020/NĐ-CP, article 14 and annex I.II.3 and 4).

Điền số và thời gian ban hành sau khi ký. A reserved field is lawfully filled where nothing but its value came, and
where a reader sees that value and nothing else.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from edocs._pdf.appearance import AppearanceError, shown_letters
from edocs._pdf.entries import dictionary, entry
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._pdf.fields import find_field, inherited
from edocs.model import NUMBER_FIELD, Reason
from edocs.model.rules import reason

__all__ = ["is_of_the_form", "judge_reserved"]

_NUMBER = re.compile("[0-9]{1,7}")
_DATE = re.compile("ngày (?P<day>[0-9]{2}) tháng (?P<month>0[12]|[3-9]|1[012]) năm (?P<year>[0-9]{4})")
_DEPTH = 32
_PROGRAMS = {"/FontFile", "/FontFile2", "/FontFile3"}


def is_of_the_form(name: str, value: str) -> bool:
    """Whether the reserved field ``name`` may hold ``value``: a number alone; day, month and year in words.

    Source: Decree 30/2020/NĐ-CP, annex I.II.3 and 4.
    """
    if name == NUMBER_FIELD:
        return _NUMBER.fullmatch(value) is not None and int(value) > 0
    found = _DATE.fullmatch(value)
    if found is None:
        return False
    try:
        date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return False
    return True


def judge_reserved(reader: PdfFileReader, signed_revision: int, names: Iterable[str]) -> Iterator[Reason]:
    """What speaks against the filling of the reserved fields ``names`` after ``signed_revision``."""
    for name in names:
        try:
            why = _fault_of_reserved(reader, signed_revision, name)
        except PARSER_FAULTS as exc:
            why = describe(exc)
        if why:
            yield reason("changes.reserved_field", field=name, why=why)


def _fault_of_reserved(reader: PdfFileReader, signed_revision: int, name: str) -> str:
    """Why the filling of ``name`` is unlawful, or an empty string.

    The field was there, empty, when the person signed; it keeps its place; it is filled once, with what the decree
    writes there; its appearance shows that value and nothing else, in a font that was signed or that every viewer has.
    """
    before = find_field(reader.get_historical_resolver(signed_revision), name)
    if before is None or str(inherited(before, "/FT")) != "/Tx":
        return "it was not reserved before the signature"
    if not _stands_once(before):
        return "it is shown in more than one place"
    if _value(before):
        return "it was not empty when the document was signed"
    values = []
    for revision in range(signed_revision + 1, reader.xrefs.total_revisions):
        field = find_field(reader.get_historical_resolver(revision), name)
        if field is None or _place(field) != _place(before) or not _stands_once(field):
            return "it was moved or removed"
        values.append(_value(field))
    filled = [value for index, value in enumerate(values) if value != ("" if index == 0 else values[index - 1])]
    if len(filled) != 1 or not values[-1]:
        return "it was filled more than once"
    if not is_of_the_form(name, values[-1]):
        return "its value is not of the decree's form"
    after = find_field(reader, name)
    appearances = entry(after, "/AP") if after is not None else None
    if isinstance(appearances, generic.DictionaryObject) and set(appearances) - {"/N"}:
        return "it looks different under the mouse"
    look = entry(appearances, "/N") if isinstance(appearances, generic.DictionaryObject) else None
    left, bottom, right, top = (float(before["/Rect"][index]) for index in range(4))
    try:
        letters = shown_letters(look, (abs(right - left), abs(top - bottom)))
    except AppearanceError as exc:
        return str(exc)
    fonts = _embedded_fonts(look)
    if any(reader.xrefs.get_last_change(reference) > signed_revision for reference in fonts.references):
        return "its font came after the signature"
    shown = "".join(letter.text for letter in letters)
    if "".join(shown.split()) != "".join(values[-1].split()):
        return "its appearance shows something else"
    if not fonts.count:
        return ""
    # On use: whoever verifies what no clerk filled in need not load PDFium.
    figures = importlib.import_module("edocs._pdf.figures")
    return "" if figures.figures_look_right(look, letters) else "its figures do not look like what they stand for"


@dataclass(frozen=True, slots=True)
class _Fonts:
    """The fonts of an appearance that bring their own glyphs."""

    count: int
    references: frozenset[generic.Reference]
    """Everything that they consist of."""


def _embedded_fonts(look: object) -> _Fonts:
    """Those of ``look``: what they draw may be anything, so they must be what the person signed.

    Raises:
        ValueError: One is no object of its own, so that nothing tells when it came.
    """
    resources = dictionary(look, "/Resources") if isinstance(look, generic.DictionaryObject) else None
    fonts = entry(resources, "/Font") if resources is not None else None
    count, references = 0, set()
    if not isinstance(fonts, generic.DictionaryObject):
        return _Fonts(0, frozenset())
    for name in fonts:
        parts, found = _reachable(fonts.raw_get(name))
        if any(_PROGRAMS & set(part) for part in parts):
            if not isinstance(fonts.raw_get(name), generic.IndirectObject):
                raise ValueError("its font came after the signature")
            count += 1
            references |= found
    return _Fonts(count, frozenset(references))


def _reachable(root: generic.PdfObject) -> tuple[list[generic.DictionaryObject], set[generic.Reference]]:
    """Every dictionary and every reference of a font."""
    waiting, parts, seen = [root], [], set()
    while waiting:
        item = waiting.pop()
        if isinstance(item, generic.IndirectObject):
            if item.reference in seen:
                continue
            seen.add(item.reference)
            item = item.get_object()
        if isinstance(item, generic.DictionaryObject):
            parts.append(item)
            waiting += [item.raw_get(key) for key in item]
        elif isinstance(item, generic.ArrayObject):
            waiting += [item.raw_get(index) for index in range(len(item))]
    return parts, seen


def _stands_once(field: generic.DictionaryObject) -> bool:
    """Whether the field is its own only widget: what others of its name draw is not looked at."""
    above = entry(field, "/Parent")
    for _ in range(_DEPTH):
        if above is None:
            return "/Kids" not in field
        if not isinstance(above, generic.DictionaryObject) or {"/Rect", "/AP"} & set(above):
            return False
        above = entry(above, "/Parent")
    return False


def _value(field: generic.DictionaryObject) -> str:
    value = inherited(field, "/V")
    return "" if value is None else str(value)


def _place(field: generic.DictionaryObject) -> tuple[str, ...]:
    rectangle = [str(number) for number in field["/Rect"]]
    return (*rectangle, str(entry(field, "/F")))
