"""What a later revision did to trailer, catalog and long-term evidence (ISO 32000-2, 7.5.5, 7.7.2, 12.8.4.3).

Thay đổi ở cấp tài liệu. Pages and the form are judged in modules of their own. What is not named here is content:
actions, names, optional content, outlines, attached files, structure, viewer preferences and what is not invented yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pyhanko.pdf_utils import generic

from edocs._pades.comparison import Comparison
from edocs._pades.differences import Place
from edocs._pades.form_changes import FormChanges, compare_form
from edocs._pades.metadata_changes import compare_info, compare_metadata
from edocs._pades.page_changes import Patch, compare_pages
from edocs._pades.structure_changes import compare_structure
from edocs._pdf.pages import PageTree
from edocs._pdf.states import items, raw
from edocs.model import Changes

__all__ = ["compare_documents"]

_BOOKKEEPING = frozenset({"/Size", "/Prev", "/ID", "/XRefStm", "/DocChecksum", "/Root"})
_REPEATED = ("/Root", "/Encrypt")
_VERSION = re.compile(r"/[12]\.[0-9]")
_EVIDENCE_KEYS = frozenset({"/Type", "/VRI", "/Certs", "/CRLs", "/OCSPs"})
_VRI_KEYS = frozenset({"/Type", "/Cert", "/CRL", "/OCSP", "/TU", "/TS"})
_EXTENSION_KEYS = frozenset({"/Type", "/BaseVersion", "/ExtensionLevel", "/URL", "/ExtensionRevision"})
_PLAIN = (generic.NameObject, generic.TextStringObject, generic.ByteStringObject, generic.NumberObject)
_MOST_STREAMS = 4096  # four times what is read of them
_Value = generic.PdfObject | None


def compare_documents(comparison: Comparison, before: PageTree, after: PageTree) -> tuple[FormChanges, list[Patch]]:
    """Judge everything that the trailer leads to.

    Returns:
        What happened to the form, and what must still be looked at as a picture.

    Raises:
        ValueError: A state is no document.
    """
    old, new = comparison.before.trailer, comparison.after.trailer
    if not {key for key in _REPEATED if key in new} <= set(comparison.after.own_trailer):
        # Some programs look into earlier trailers, others rebuild the file or read its texts as they stand.
        raise ValueError("a trailer lacks what earlier ones say")
    for key, left, right in comparison.entries(old, new, _BOOKKEEPING):
        if key == "/Info":
            compare_info(comparison, left, right)
        else:
            comparison.require_same(left, right, Place((key,)), "the document was changed as a whole")
    one, two = comparison.resolve(raw(old, "/Root"), raw(new, "/Root"))
    if not isinstance(one, generic.DictionaryObject) or not isinstance(two, generic.DictionaryObject):
        raise ValueError("the catalog is missing")
    place = Place().into(raw(old, "/Root"), raw(new, "/Root"))
    form = compare_form(comparison, raw(one, "/AcroForm"), raw(two, "/AcroForm"), place.at("/AcroForm"))
    pages = compare_pages(comparison, before, after, form)
    info = comparison.before.resolve(raw(old, "/Info"))
    compare_structure(comparison, one, two, form, pages.structure_keys)
    for key, left, right in comparison.entries(one, two, ("/AcroForm", "/Pages", "/StructTreeRoot")):
        rule = _RULES.get(key)
        if rule is not None and comparison.agrees(left, right):
            continue
        if key == "/Metadata":
            compare_metadata(comparison, left, right, info)
        elif rule is not None:
            rule(comparison, left, right, place.at(key))
        else:
            comparison.require_same(left, right, place.at(key), "the document was changed as a whole")
    return form, pages.patches


def _version(comparison: Comparison, _old: _Value, new: _Value, place: Place) -> None:
    """The version of PDF: programs show the same for each."""
    version = comparison.after.resolve(new)
    if version is not None and not (isinstance(version, generic.NameObject) and _VERSION.fullmatch(version)):
        comparison.note(place, Changes.CONTENT, "the document was changed as a whole")
    else:
        comparison.note(place, Changes.LTV, "the version of PDF was changed")


def _extensions(comparison: Comparison, _old: _Value, new: _Value, place: Place) -> None:
    """Developer extensions (7.12): names and numbers that draw nothing."""
    found = comparison.after.resolve(new)
    known = isinstance(found, generic.DictionaryObject) and all(
        key == "/Type" or _is_extension(comparison, found.raw_get(key)) for key in found
    )
    if known:
        comparison.note(place, Changes.LTV, "an extension of PDF was declared")
    else:
        comparison.note(place, Changes.CONTENT, "the document was changed as a whole")


def _is_extension(comparison: Comparison, value: _Value) -> bool:
    found = comparison.after.resolve(value)
    if isinstance(found, generic.ArrayObject):
        return all(_is_extension(comparison, item) for item in items(found))
    return isinstance(found, generic.DictionaryObject) and all(
        key in _EXTENSION_KEYS and isinstance(comparison.after.get(found, key), _PLAIN) for key in found
    )


def _evidence(comparison: Comparison, _old: _Value, new: _Value, place: Place) -> None:
    """The document security store (12.8.4.3): certificates, lists and responses, which draw nothing."""
    place = place.into(_old, new)
    found = comparison.after.resolve(new)
    if found is None:
        comparison.note(place, Changes.LTV, "long-term evidence was taken away")
    elif isinstance(found, generic.DictionaryObject) and all(_is_evidence(comparison, found, key) for key in found):
        comparison.note(place, Changes.LTV, "long-term evidence was added")
    else:
        comparison.note(place, Changes.CONTENT, "long-term evidence is not what it should be")


def _is_evidence(comparison: Comparison, store: generic.DictionaryObject, key: str) -> bool:
    value = comparison.after.get(store, key)
    if key == "/Type":
        return isinstance(value, generic.NameObject)
    if key != "/VRI":
        return key in _EVIDENCE_KEYS and _are_streams(comparison, value)
    return isinstance(value, generic.DictionaryObject) and all(
        name == "/Type" or _is_vri(comparison, comparison.after.get(value, name)) for name in value
    )


def _is_vri(comparison: Comparison, value: _Value) -> bool:
    if not isinstance(value, generic.DictionaryObject) or not set(value) <= _VRI_KEYS:
        return False
    for key in ("/Cert", "/CRL", "/OCSP"):
        if key in value and not _are_streams(comparison, comparison.after.get(value, key)):
            return False
    stamp = comparison.after.get(value, "/TS")
    return stamp is None or isinstance(stamp, generic.StreamObject)


def _are_streams(comparison: Comparison, value: _Value) -> bool:
    if not isinstance(value, generic.ArrayObject):
        return value is None
    return len(value) <= _MOST_STREAMS and all(
        isinstance(comparison.after.resolve(item), generic.StreamObject) for item in items(value)
    )


def _permissions(comparison: Comparison, old: _Value, new: _Value, place: Place) -> None:
    """``/Perms`` (12.8.6): usage rights may go; a certification comes before every other signature or not at all."""
    one, two = comparison.resolve(old, new)
    place = place.into(old, new)
    one, two = generic.DictionaryObject() if one is None else one, generic.DictionaryObject() if two is None else two
    if not isinstance(one, generic.DictionaryObject) or not isinstance(two, generic.DictionaryObject):
        comparison.note(place, Changes.CONTENT, "the permissions of the document were changed")
        return
    for key, left, right in comparison.entries(one, two):
        if right is None and key in ("/UR", "/UR3"):
            comparison.note(place.at(key), Changes.SIGNATURE, "usage rights were taken away")
        else:
            comparison.require_same(left, right, place.at(key), "the permissions of the document were changed")


_RULES: dict[str, Callable[[Comparison, _Value, _Value, Place], None]] = {
    "/Version": _version,
    "/Extensions": _extensions,
    "/DSS": _evidence,
    "/Perms": _permissions,
}
