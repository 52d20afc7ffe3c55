"""Byte accounting: to what each byte of a file belongs, and what programs could read differently.

Mỗi byte của tệp thuộc về đâu (ISO 32000-2, 7.5). A byte belongs to the header, to an object or a table that the chain
of cross-reference sections reaches, or it is white space or a comment. Objects that no section reaches are invisible
to a program that obeys the file, and shown by one that rebuilds a broken table. So such bytes are refused where they
came after a signature; where they were signed, they are doubted if rebuilding would show something else, and noted
otherwise. What a *reached* object changes is judged elsewhere (``_pades/changes.py``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from edocs._pdf.extents import Extent, object_extent, object_header
from edocs._pdf.faults import PARSER_FAULTS
from edocs._pdf.object_streams import decoded_object_streams, object_stream_doubts
from edocs._pdf.strays import Strays, has_mark, judge_strays, references
from edocs._pdf.syntax import RawDictionary, skip_blank, walk
from edocs._pdf.tables import Section, odd_generation, pointer_end, read_sections, table_span
from edocs.model import Reason
from edocs.model.rules import reason

__all__ = ["Accounts", "account_bytes", "is_blank"]

_BLANK = re.compile(rb"[\x00\t\n\x0c\r ]*")
# A comment carries nothing, unless a viewer that rebuilds the table, or looks for it backwards, finds an object in it.
# Possessive: what is put behind a file must not be able to make the search backtrack.
_COMMENTS = re.compile(
    rb"(?:[\x00\t\n\x0c\r ]++|%(?![^\r\n]*(?:obj|stream|xref|trailer))[^\r\n]{0,255}+(?=[\r\n]|\Z))*+"
)
# Searched for by their last word, because a search for figures stops at every figure of a signature value.
_NUMBERED = re.compile(rb"\d[\x00\t\n\x0c\r ]+\d+[\x00\t\n\x0c\r ]+\Z")
_OPENED = re.compile(rb"[\x00\t\n\x0c\r ]*<<")
_BEFORE = 64
_FIGURES = b"\0\t\n\x0c\r 0123456789"
_INTEGER = re.compile(rb"[\x00\t\n\x0c\r ]*+(\d{1,12})[\x00\t\n\x0c\r ]*+endobj")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """What was found out about the bytes of a file."""

    gaps: tuple[tuple[int, int], ...]
    """(offset, length) of bytes after the first signature that nothing explains."""
    doubts: tuple[Reason, ...]
    """What programs may read differently; at most one finding for each rule."""
    notices: tuple[Reason, ...]


def is_blank(data: bytes) -> bool:
    """Whether ``data`` is white space and NUL only."""
    return _BLANK.fullmatch(data) is not None


def account_bytes(data: bytes, reader: PdfFileReader, first_end: int) -> Accounts:
    """Account for every byte of ``data``.

    Đối chiếu từng byte của tệp.

    1. find the objects and tables that the chain of sections reaches, in every revision;
    2. what lies between them is white space and comments, or a gap;
    3. a gap behind ``first_end`` is reported as such, one before it is looked at for what rebuilding would show.

    Args:
        first_end: Where the range of the earliest signature ends.

    Source: ISO 32000-2, 7.5.4 to 7.5.8.
    """
    book = _Book(data, reader, first_end)
    spans = sorted(book.spans())  # (1)
    gaps = list(_gaps(data, spans, first_end))  # (2)
    signed = [gap for gap in gaps if gap[0] < first_end]  # (3)
    found = judge_strays(data, signed, book.strays(), book.references(spans)) if signed else ([], [])
    doubts = {item.rule: item for item in reversed([*book.doubts, *found[0]])}
    return Accounts(
        gaps=tuple((begin, end - begin) for begin, end in gaps if begin >= first_end),
        doubts=tuple(doubts.values()),
        notices=tuple(found[1]),
    )


def _gaps(data: bytes, spans: Iterable[Span], first_end: int) -> Iterator[Span]:
    at = 0
    for begin, end in [*spans, (len(data), len(data))]:
        if begin > at:
            pieces = [(at, begin)] if not at < first_end < begin else [(at, first_end), (first_end, begin)]
            yield from (piece for piece in pieces if not _is_explained(data, piece, is_signed=piece[0] < first_end))
        at = max(at, end)


def _is_explained(data: bytes, piece: Span, *, is_signed: bool) -> bool:
    """Whether there are only white space and comments between objects."""
    if _COMMENTS.fullmatch(data, *piece):
        return True
    return is_signed and skip_blank(data, *piece) == piece[1] and not has_mark(data, *piece)


def _hides_another(data: bytes, begin: int, end: int) -> bool:
    """Whether the bytes of an object hold a second object or table, for a program to find that rebuilds."""
    if data.find(b"startxref", begin, end) >= 0:
        return True
    at = data.find(b"obj", begin, end)
    while at >= 0:
        before = data[max(begin, at - _BEFORE) : at]
        if _NUMBERED.search(before) or (len(before) == _BEFORE and not before.strip(_FIGURES)):
            return True
        at = data.find(b"obj", at + 3, end)
    at = data.find(b"trailer", begin, end)
    while at >= 0:
        if _OPENED.match(data, at + 7, end):
            return True
        at = data.find(b"trailer", at + 7, end)
    return False


class _Book:
    """The reached objects of one file, and what is doubtful about them."""

    def __init__(self, data: bytes, reader: PdfFileReader, first_end: int) -> None:
        self.data, self.reader, self.first_end = data, reader, first_end
        self.doubts: list[Reason] = []
        self.sections = list(read_sections(reader))
        self.headers: dict[int, tuple[int, int]] = {}
        """The number of the object whose header is at an offset, and the revision that first places it there."""
        self.places: dict[tuple[int, int, int], int] = {}
        """Where the header of an entry is, by its number, generation and offset."""
        for section in self.sections:
            self._enter(section)
        if (odd := odd_generation(self.sections)) is not None:
            self.doubts.append(reason("structure.generation", number=odd))
        self.starts = sorted({*self.headers, *(section.begin for section in self.sections)})
        self.lengths: dict[tuple[int, int, int], int | None] = {}

    def _enter(self, section: Section) -> None:
        for number, (generation, offset) in section.entries.standard_xrefs.items():
            header = object_header(self.data, offset) if offset else None
            if header is None:
                continue  # there is nothing; every program takes it for a null object
            if header[2:] == (number, generation):
                self.places[number, generation, offset] = header[0]
                self.headers.setdefault(header[0], (number, section.revision))
            else:
                self.doubts.append(reason("structure.wrong_object", number=number, offset=offset))
        if section.highest >= section.declared_size:
            self.doubts.append(reason("structure.size", size=section.declared_size))

    def spans(self) -> Iterator[Span]:
        for section in self.sections:
            yield from self._section_span(section)
        for begin, (number, revision) in self.headers.items():
            extent = self._extent(begin, revision)
            if extent is None:
                self.doubts.append(reason("structure.broken_object", number=number, offset=begin))
            elif self._is_accepted(extent):
                yield begin, extent.end
        for finding in object_stream_doubts(self.reader):
            self.doubts.append(finding)

    def strays(self) -> Strays:
        """What those need to know who judge bytes that no section reaches."""
        live: dict[int, tuple[int, int] | None] = {}
        for section in self.sections:
            live |= dict.fromkeys(section.entries.freed)
            for number, (generation, offset) in section.entries.standard_xrefs.items():
                place = self.places.get((number, generation, offset))
                live[number] = None if place is None else (place, generation)
            live |= dict.fromkeys(section.entries.xrefs_in_objstm, (-1, 0))
        root = self.reader.trailer.raw_get("/Root", decrypt=generic.EncryptedObjAccess.RAW)
        return Strays(
            live=live,
            root=getattr(root, "idnum", 0),
            known=frozenset(self.starts),
            last_section=max(section.begin for section in self.sections),
        )

    def references(self, spans: Iterable[Span]) -> Iterator[int]:
        """The number of every object that reached objects refer to."""
        for begin, end in spans:
            yield from references(self.data, begin, end)
        for _, first, data, _ in decoded_object_streams(self.reader):
            yield from references(data or b"", first, len(data or b""))

    def _is_accepted(self, extent: Extent) -> bool:
        """Note what is doubtful about an object; after a signature it must be wholly regular."""
        data = self.data
        if extent.is_length_wrong:
            self.doubts.append(reason("structure.stream_length", number=extent.number, offset=extent.begin))
        if extent.repeats:
            found = walk(data, extent.body, extent.end)
            self._doubt_keys(found.repeating if found else (), str(extent.number))
        if extent.begin < self.first_end:
            return True
        return data[extent.end - 6 : extent.end] == b"endobj" and not _hides_another(data, extent.body, extent.end)

    def _doubt_keys(self, dictionaries: Iterable[RawDictionary], owner: str) -> None:
        for dictionary in dictionaries:
            if twice := dictionary.repeated(self.data):
                self.doubts.append(reason("structure.duplicate_key", key=twice.decode("latin-1"), number=owner))

    def _section_span(self, section: Section) -> Iterator[Span]:
        begin, is_signed = section.begin, section.begin < self.first_end
        if not section.is_table:
            if (extent := self._extent(begin, section.revision)) and self._is_accepted(extent):
                yield extent.begin, pointer_end(self.data, extent.end, len(self.data))
            return
        table = table_span(self.data, section, self._limit(begin))
        if table is None or not (is_signed or (table.is_regular and not table.names_twice)):
            return
        if table.names_twice:
            self.doubts.append(reason("structure.duplicate_entry", offset=begin))
        self._doubt_keys(table.trailer.repeating, "trailer")
        yield begin, table.end

    def _limit(self, begin: int) -> int:
        """Where the next object or table begins: no object reaches beyond it, and no search needs to."""
        index = bisect_right(self.starts, begin)
        return self.starts[index] if index < len(self.starts) else len(self.data)

    def _extent(self, begin: int, revision: int) -> Extent | None:
        return object_extent(
            self.data, begin, self._limit(begin), lambda number, generation: self._length(number, generation, revision)
        )

    def _length(self, number: int, generation: int, revision: int) -> int | None:
        key = (number, generation, revision)
        if key not in self.lengths:
            # Of a linearised file the first page is a section of its own, read after the rest: so try the end as well.
            revisions = dict.fromkeys((revision, self.reader.xrefs.total_revisions - 1))
            values = (self._integer(generic.Reference(number, generation, self.reader), item) for item in revisions)
            self.lengths[key] = next((value for value in values if value is not None), None)
        return self.lengths[key]

    def _integer(self, reference: generic.Reference, revision: int) -> int | None:
        place = self.reader.xrefs.get_historical_ref(reference, revision)
        if place is None:
            return None
        if isinstance(place, int):
            header = object_header(self.data, place)
            match = _INTEGER.match(self.data, header[1]) if header else None
            return int(match[1]) if match else None
        try:
            value = self.reader.get_object(reference, revision=revision)
        except PARSER_FAULTS:
            return None
        return int(value) if isinstance(value, generic.NumberObject) else None
