"""The cross-reference sections of a file, and which object each of them places where (ISO 32000-2, 7.5.4 and 7.5.8).

Bảng tham chiếu chéo. pyHanko reads the sections; here it is held against the bytes what it passes over, and what
programs read differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionData, XRefSectionMetaInfo, XRefSectionType

from edocs._pdf.syntax import SPACE, Walk, walk

__all__ = ["Section", "Table", "last_size", "odd_generation", "pointer_end", "read_sections", "table_span"]

_STARTXREF = re.compile(rb"[" + SPACE + rb"]*+startxref[" + SPACE + rb"]++\d++[" + SPACE + rb"]++%%EOF")
_SUBSECTION = re.compile(rb"[" + SPACE + rb"]*+(\d{1,10})[ \t]++(\d{1,10})[" + SPACE + rb"]++")
_ENTRIES = re.compile(rb"(?:\d{10} \d{5} [nf][\r\n ]{1,3}+)*+")
_TRAILER = re.compile(rb"[" + SPACE + rb"]*+trailer[" + SPACE + rb"]*+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section, with the stream that a hybrid one has beside it taken as a section of its own."""

    revision: int
    meta: XRefSectionMetaInfo
    entries: XRefSectionData
    declared_size: int

    @property
    def is_table(self) -> bool:
        """A table in plain text, not a stream."""
        return self.meta.xref_section_type in (XRefSectionType.STANDARD, XRefSectionType.HYBRID_MAIN)

    @property
    def begin(self) -> int:
        """Offset of the keyword ``xref`` or of the stream object."""
        # The reader notes the start of the table after its keyword and one character.
        return self.meta.start_location - 5 if self.is_table else self.meta.start_location

    @property
    def highest(self) -> int:
        """The highest number of an object that it says is in use."""
        return max(max(self.entries.standard_xrefs, default=0), max(self.entries.xrefs_in_objstm, default=0))

    def generations(self) -> Iterator[tuple[int, int]]:
        """The number and the generation of each object that it says is in use."""
        for number, (generation, _) in self.entries.standard_xrefs.items():
            yield number, generation
        for number in self.entries.xrefs_in_objstm:
            yield number, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The bytes of a table in plain text, its trailer and its pointer."""

    begin: int
    end: int
    names_twice: bool
    """Whether two entries are for one object: some programs believe the first, some the last."""
    is_regular: bool
    """Whether its entries are as 7.5.4 wants them, but for the length of their line ends."""
    trailer: Walk


def read_sections(reader: PdfFileReader) -> Iterator[Section]:
    """Every section, the oldest first; of a hybrid pair the table first: the stream fills what it calls free."""
    for revision in range(reader.xrefs.total_revisions):
        meta, entries = reader.xrefs.get_xref_container_info(revision), reader.xrefs.get_xref_data(revision)
        yield Section(revision=revision, meta=meta, entries=entries, declared_size=meta.size)
        if entries.hybrid is not None:
            other = entries.hybrid
            yield Section(
                revision=revision, meta=other.meta_info, entries=other.xref_data, declared_size=other.meta_info.size
            )


def last_size(sections: Sequence[Section]) -> int:
    """The ``/Size`` of the newest trailer."""
    mains = [section for section in sections if section.meta.xref_section_type is not XRefSectionType.HYBRID_STREAM]
    return mains[-1].declared_size


def odd_generation(sections: Sequence[Section]) -> int | None:
    """An object that is freed or written under a generation that does not follow; None where there is none.

    pyHanko then goes on to look for it in older sections, and viewers that pass over generations do not (7.5.4).
    """
    # Nothing that anybody sees depends on the number of a cross-reference stream.
    streams = {section.meta.stream_ref.idnum for section in sections if section.meta.stream_ref is not None}
    used: dict[int, int] = {}
    freed: dict[int, int] = {}
    for section in sections:
        for number, following in section.entries.freed.items():
            if number in used and number not in streams:
                if used[number] + 1 != following:
                    return number
                freed[number] = used.pop(number) + 1
        for number, generation in section.generations():
            before, following = used.get(number, generation), freed.get(number, generation)
            is_odd = before != generation or generation not in (following, following - 1)
            if is_odd and number not in streams:
                return number
            used[number] = generation
    return None


def table_span(data: bytes, section: Section, end: int) -> Table | None:
    """The bytes of ``section``, which is a table; None where its keyword or its trailer is not where they must be."""
    begin, dictionary = section.begin, section.meta.end_location
    if data[begin : begin + 4] != b"xref":
        return None
    trailer = walk(data, dictionary, end)
    if trailer is None or trailer.outer is None or trailer.outer.begin != dictionary:
        return None
    stop = trailer.outer.end + 2
    pointer = _STARTXREF.match(data, stop, end)
    ranges, is_regular = _ranges(data, begin + 4, dictionary)
    return Table(
        begin=begin,
        end=pointer.end() if pointer else stop,
        names_twice=any(before[1] > after[0] for before, after in pairwise(sorted(ranges))),
        is_regular=is_regular,
        trailer=trailer,
    )


def pointer_end(data: bytes, at: int, end: int) -> int:
    """The end of ``startxref``, its number and ``%%EOF`` behind ``at``; ``at`` where they are not there."""
    match = _STARTXREF.match(data, at, end)
    return match.end() if match else at


def _ranges(data: bytes, at: int, end: int) -> tuple[list[tuple[int, int]], bool]:
    """The numbers of objects that the subsections from ``at`` on speak of, and whether all is of the grammar."""
    ranges = []
    while head := _SUBSECTION.match(data, at, end):
        first, count = int(head[1]), int(head[2])
        if count:
            ranges.append((first, first + count))
        entries = _ENTRIES.match(data, head.end(), end)
        at = entries.end() if entries else head.end()
        found = data.count(b"n", head.end(), at) + data.count(b"f", head.end(), at)
        if found != count:
            return ranges, False
    return ranges, _TRAILER.match(data[at:end]) is not None
