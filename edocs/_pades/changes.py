"""What later revisions did to a signed document, and whether that was lawful (ISO 32000-2, 12.8.2.2 and 12.8.2.4).

Thay đổi sau khi ký. pyHanko's difference analysis classifies each revision against the signature's own DocMDP and
FieldMDP; on top of it stand the policy of the caller and the rules for the fields that Decree 30 needs filled between
the personal and the agency's signature. Fail closed: what cannot be judged does not pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from edocs._pades.evidence import explain_change
from edocs._pades.form_changes import unsigned_change
from edocs._pdf.appearance import AppearanceError, shown_text
from edocs._pdf.entries import dictionary, entry
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._pdf.fields import find_field, inherited
from edocs.model import DATE_FIELD, NUMBER_FIELD, SEAL_FIELD, Changes, Coverage, Reason, VerificationPolicy
from edocs.model.rules import reason

__all__ = ["ChangeVerdict", "is_of_the_form", "judge_changes"]

_NUMBER = re.compile("[0-9]{1,7}")
_DATE = re.compile("ngày (?P<day>[0-9]{2}) tháng (?P<month>0[12]|[3-9]|1[012]) năm (?P<year>[0-9]{4})")
_FILLED_IN = (NUMBER_FIELD, DATE_FIELD)
_PROGRAMS = {"/FontFile", "/FontFile2", "/FontFile3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeVerdict:
    """What happened after a signature."""

    changes: Changes
    covers: Coverage
    filled: tuple[str, ...] = ()
    """Fields that hold another value since; signatures are not among them."""
    reasons: tuple[Reason, ...] = ()
    notices: tuple[Reason, ...] = ()


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


def judge_changes(signature: EmbeddedPdfSignature, policy: VerificationPolicy) -> ChangeVerdict:
    """Classify everything after the revision that ``signature`` covers, and hold it against ``policy``."""
    try:
        # Step by step and not by compute_integrity_info, which refuses every hybrid file; ours are checked on opening.
        coverage = signature.evaluate_signature_coverage()
        signature.coverage = coverage  # type: ignore[assignment]  # set late by its own class too
        result = signature.evaluate_modifications(DEFAULT_DIFF_POLICY)
        if coverage is SignatureCoverageLevel.ENTIRE_REVISION and isinstance(result, DiffResult):
            return _judge_result(signature, result, policy)
    except PARSER_FAULTS as exc:
        why = reason("changes.unjudged", why=describe(exc))
        return ChangeVerdict(changes=Changes.CONTENT, covers=Coverage.REVISION, reasons=(why,))
    if coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return ChangeVerdict(changes=Changes.NONE, covers=Coverage.WHOLE_FILE)
    if coverage is not SignatureCoverageLevel.ENTIRE_REVISION:
        why = reason("structure.coverage")
        return ChangeVerdict(changes=Changes.CONTENT, covers=Coverage.REVISION, reasons=(why,))
    why = explain_change(signature.reader, signature.signed_revision, result)
    return ChangeVerdict(changes=Changes.CONTENT, covers=Coverage.REVISION, reasons=(why,))


def _judge_result(signature: EmbeddedPdfSignature, result: DiffResult, policy: VerificationPolicy) -> ChangeVerdict:
    reader = signature.reader
    signed = {str(name) for name, _, _ in enumerate_sig_fields(reader)}
    filled = sorted(set(result.changed_form_fields) - signed)
    changes = _classify(result, filled)
    if what := unsigned_change(reader.get_historical_resolver(signature.signed_revision), reader):
        why = reason("changes.content", what=what)
        return ChangeVerdict(changes=Changes.CONTENT, covers=Coverage.REVISION, reasons=(why,))
    permitted = signature.docmdp_level
    if permitted is not None and result.modification_level.value > permitted.value:
        why = reason("changes.not_permitted", changes=changes.value)
        return ChangeVerdict(changes=changes, covers=Coverage.REVISION, reasons=(why,))
    rules = policy.changes
    reasons: list[Reason] = []
    notices: list[Reason] = []
    if changes is Changes.ANNOTATION and not rules.annotations:
        reasons.append(reason("changes.not_permitted", changes=changes.value))
    others = [] if rules.fields is None else [name for name in filled if name not in rules.fields]
    if others:
        reasons.append(reason("changes.policy", policy=policy.name, fields=", ".join(others)))
    if rules.reserved:
        filled_in = [name for name in filled if name in _FILLED_IN]
        if not others:
            reasons += _judge_reserved(reader, signature.signed_revision, filled_in)
            seal = find_field(reader, SEAL_FIELD)
            if filled_in and (seal is None or "/V" not in seal):
                notices.append(reason("changes.not_issued"))
    return ChangeVerdict(
        changes=changes,
        covers=Coverage.REVISION,
        filled=tuple(filled),
        reasons=tuple(reasons),
        notices=tuple(notices),
    )


def _classify(result: DiffResult, filled: list[str]) -> Changes:
    level = result.modification_level
    if level is ModificationLevel.FORM_FILLING:
        return Changes.FORM_FILL if filled else Changes.SIGNATURE
    if level is ModificationLevel.LTA_UPDATES:
        return Changes.FORM_FILL if filled else Changes.LTV
    if level is ModificationLevel.NONE:
        return Changes.NONE
    return Changes.ANNOTATION if level is ModificationLevel.ANNOTATIONS else Changes.CONTENT


def _judge_reserved(reader: PdfFileReader, signed_revision: int, names: list[str]) -> Iterator[Reason]:
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
    if _value(before):
        return "it was not empty when the document was signed"
    values = []
    for revision in range(signed_revision + 1, reader.xrefs.total_revisions):
        field = find_field(reader.get_historical_resolver(revision), name)
        if field is None or _place(field) != _place(before):
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
        shown = shown_text(look, (abs(right - left), abs(top - bottom)))
    except AppearanceError as exc:
        return str(exc)
    if isinstance(look, generic.DictionaryObject) and _has_later_font(reader, look, signed_revision):
        return "its font came after the signature"
    return "" if "".join(shown.split()) == "".join(values[-1].split()) else "its appearance shows something else"


def _has_later_font(reader: PdfFileReader, look: generic.DictionaryObject, signed_revision: int) -> bool:
    """Whether ``look`` embeds a font that the person did not sign: its glyphs could show any number for any other."""
    fonts = entry(dictionary(look, "/Resources") or generic.DictionaryObject(), "/Font")
    if not isinstance(fonts, generic.DictionaryObject):
        return False
    for name in fonts:
        parts, references = _reachable(fonts.raw_get(name))
        if any(_PROGRAMS & set(part) for part in parts) and (
            not isinstance(fonts.raw_get(name), generic.IndirectObject)
            or any(reader.xrefs.get_last_change(reference) > signed_revision for reference in references)
        ):
            return True
    return False


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


def _value(field: generic.DictionaryObject) -> str:
    value = inherited(field, "/V")
    return "" if value is None else str(value)


def _place(field: generic.DictionaryObject) -> tuple[str, ...]:
    rectangle = [str(number) for number in field["/Rect"]]
    return (*rectangle, str(entry(field, "/F")))
