"""Is the document's certification that of its first signature, and the only one (ISO 32000-2, 12.8.2.2 and 12.8.6)?

Chữ ký chứng nhận. What a certification permits is judged with the changes; here it is about which signature certifies,
because viewers say "certified by" of the one that the catalog names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from edocs._pades.reading import SignatureField
from edocs._pdf.entries import array, dictionary, entry
from edocs._pdf.faults import PARSER_FAULTS
from edocs.model import Reason
from edocs.model.rules import reason

__all__ = ["certification_faults"]


def certification_faults(reader: PdfFileReader, fields: Sequence[SignatureField]) -> Mapping[str, Reason]:
    """What is wrong with the certification, by the name of the field that it speaks against.

    Args:
        fields: All that are filled.
    """
    signatures = sorted((field for field in fields if not field.is_document_timestamp), key=_end)
    certifying = [field for field in signatures if _certifies(field)]
    faults = {field.name: reason("structure.certification") for field in certifying if field is not signatures[0]}
    try:
        named = _named(reader)
    except PARSER_FAULTS:
        named = generic.NullObject()
    if named is not None and not any(_is(field, named) for field in certifying):
        faults |= {field.name: reason("structure.certified_by_another") for field in signatures}
    return faults


def _end(field: SignatureField) -> int:
    numbers = [item for item in field.byte_range if isinstance(item, int)]
    return numbers[2] + numbers[3] if len(numbers) == 4 else 0


def _certifies(field: SignatureField) -> bool:
    try:
        references = array(field.value, "/Reference") or ()
        return any(str(entry(item.get_object(), "/TransformMethod")) == "/DocMDP" for item in references)
    except PARSER_FAULTS:
        return False


def _named(reader: PdfFileReader) -> generic.PdfObject | None:
    """What the catalog names as the certification; None where it names none."""
    permissions = dictionary(reader.root, "/Perms")
    if permissions is None or entry(permissions, "/DocMDP") is None:
        return None
    named: generic.PdfObject = permissions.raw_get("/DocMDP")
    return named


def _is(field: SignatureField, named: generic.PdfObject) -> bool:
    if isinstance(named, generic.IndirectObject):
        return field.value_reference == named.reference
    return isinstance(named, generic.DictionaryObject) and dict(named) == dict(field.value)
