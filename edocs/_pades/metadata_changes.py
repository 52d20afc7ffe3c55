"""What a later revision did to a document's metadata (ISO 32000-2, 14.3; ISO 16684-1).

Thay đổi siêu dữ liệu. Software that updates a file writes when it did and what it is called: that is no change of the
document. Title, author, subject, keywords and everything else are what a reader is shown or finds the document by.
"""

from __future__ import annotations

from xml.parsers import expat

from pyhanko.pdf_utils import generic

from edocs._pades.comparison import Comparison
from edocs._pades.differences import Place
from edocs._pdf.states import raw
from edocs.model import Changes

__all__ = ["compare_info", "compare_metadata"]

_FREE_INFO = frozenset({"/ModDate", "/Producer"})
_XMP, _PDF, _MM, _DC = (
    "http://ns.adobe.com/xap/1.0/ ",
    "http://ns.adobe.com/pdf/1.3/ ",
    "http://ns.adobe.com/xap/1.0/mm/ ",
    "http://purl.org/dc/elements/1.1/ ",
)
_FREE = frozenset({_XMP + "ModifyDate", _XMP + "MetadataDate", _PDF + "Producer"})
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
_XML = "http://www.w3.org/XML/1998/namespace "
# What of the information dictionary a packet that is new may repeat.
_REPEATED = {
    _DC + "title": "/Title",
    _DC + "creator": "/Author",
    _DC + "description": "/Subject",
    _PDF + "Keywords": "/Keywords",
    _XMP + "CreatorTool": "/Creator",
}
_UNSAID = {_DC + "format": "application/pdf"}
_DATES = {_XMP + "CreateDate"}
_WRITING = ((_XML + "lang", "x-default"), (_RDF + "parseType", "Resource"))
_STREAM = frozenset({"/Type", "/Subtype", "/Length", "/Filter", "/DecodeParms", "/DL"})
_MOST_DEPTH = 40
_MOST_BYTES = 1 << 22


def compare_info(comparison: Comparison, old: generic.PdfObject | None, new: generic.PdfObject | None) -> None:
    """Judge the information dictionary of the trailer."""
    place = Place(("/Info",)).into(old, new)
    if comparison.is_settled(old, new):
        return
    one, two = comparison.resolve(old, new)
    one, two = generic.DictionaryObject() if one is None else one, generic.DictionaryObject() if two is None else two
    if not isinstance(one, generic.DictionaryObject) or not isinstance(two, generic.DictionaryObject):
        comparison.note(place, Changes.CONTENT, "its description was changed")
        return
    for key, left, right in comparison.entries(one, two):
        if key not in _FREE_INFO:
            comparison.require_same(left, right, place.at(key), "its description was changed")
    if not all(comparison.agrees(raw(one, key), raw(two, key)) for key in _FREE_INFO):
        comparison.note(place, Changes.LTV, "its description was updated")


def compare_metadata(
    comparison: Comparison,
    old: generic.PdfObject | None,
    new: generic.PdfObject | None,
    info: generic.PdfObject | None,
) -> None:
    """Judge the metadata stream of the catalog.

    Args:
        info: The earlier information dictionary.
    """
    place = Place(("/Metadata",)).into(old, new)
    one, two = comparison.resolve(old, new)
    if two is None and one is None:
        return
    if not isinstance(two, generic.StreamObject) or not (one is None or isinstance(one, generic.StreamObject)):
        comparison.note(place, Changes.CONTENT, "its description was changed")
        return
    if set(two) - _STREAM or str(comparison.after.get(two, "/Subtype")) != "/XML":
        comparison.note(place, Changes.CONTENT, "its description was changed")
        return
    if one is not None and one.data == two.data:
        return
    try:
        before = {} if one is None else _properties(one.data)
        after = _properties(two.data)
    except (ValueError, expat.ExpatError):
        comparison.note(place, Changes.CONTENT, "its description cannot be read")
        return
    known = info if isinstance(info, generic.DictionaryObject) else generic.DictionaryObject()
    for name in sorted(before.keys() | after.keys()):
        is_free = name in _FREE or name.startswith(_MM)
        is_same = before.get(name) == after.get(name)
        if not (is_free or is_same or (name not in before and _is_repeated(comparison, name, after[name], known))):
            comparison.note(place, Changes.CONTENT, "its description was changed")
            return
    comparison.note(place, Changes.LTV, "its description was updated")


def _is_repeated(comparison: Comparison, name: str, value: str, info: generic.DictionaryObject) -> bool:
    """Whether a property that is new says what the document said already."""
    if name in _REPEATED:
        return str(comparison.before.get(info, _REPEATED[name]) or "") == value
    return _UNSAID.get(name) == value or name in _DATES


def _properties(packet: bytes) -> dict[str, str]:
    """Each property of an XMP packet, with all that stands in it, in one writing for the several that XMP allows."""
    if len(packet) > _MOST_BYTES:
        raise ValueError("too large")
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.Parse(packet.strip(b"\0"), True)
    return {name: "\n".join(part for part in parts if part) for name, parts in reader.properties.items()}


class _Reader:
    """Collects the properties of every ``rdf:Description`` that stands directly in ``rdf:RDF``."""

    def __init__(self) -> None:
        self.properties: dict[str, list[str]] = {}
        self._path: list[str] = []

    def refuse(self, *_: object) -> None:
        raise ValueError("a document type declaration")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) > _MOST_DEPTH:
            raise ValueError("nested too deeply")
        self._path.append(name)
        is_description = self._path[-2:] == [_RDF + "RDF", _RDF + "Description"]
        inner = self._current()
        for key, value in sorted(attributes.items()):
            if is_description and not key.startswith(_RDF) and not key.startswith(_XML):
                self._add(key, value.strip())
            elif inner is not None and (key, value) not in (
                (_XML + "lang", "x-default"),
                (_RDF + "parseType", "Resource"),
            ):
                self._add(inner, f"{key}={value.strip()}")
        # Containers of one plain value are a writing of it; any other element is part of what is said.
        if inner is not None and name != inner and not name.startswith(_RDF):
            self._add(inner, f"<{name}>")
        elif inner is not None:
            self.properties.setdefault(inner, [])

    def end(self, _name: str) -> None:
        self._path.pop()

    def text(self, text: str) -> None:
        inner = self._current()
        if inner is not None:
            self._add(inner, text.strip())

    def _current(self) -> str | None:
        """The property whose element is open."""
        for index, name in enumerate(self._path[:-1]):
            if name == _RDF + "Description" and index and self._path[index - 1] == _RDF + "RDF":
                return self._path[index + 1]
        return None

    def _add(self, name: str, value: str) -> None:
        self.properties.setdefault(name, []).append(value)
