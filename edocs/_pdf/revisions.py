"""Byte accounting: every byte after a signed revision belongs to a revision that the xref chain reaches.

Phần thêm sau khi ký (ISO 32000-2, 7.5.6). Objects that no cross-reference reaches are invisible to a reader that obeys
the file, and shown by one that rebuilds a broken table: so they are refused. What a *reached* object changes is judged
elsewhere (``_pades/changes.py``).
"""

from __future__ import annotations

import io
import re

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionType, read_object_header

from edocs._pdf.faults import PARSER_FAULTS

__all__ = ["is_blank", "unreached_gaps"]

_BLANK = re.compile(rb"[\x00\t\n\x0c\r ]*")
_ENDOBJ = re.compile(rb"[\x00\t\n\x0c\r ]*endobj")
_STARTXREF = re.compile(rb"[\x00\t\n\x0c\r ]*startxref[\x00\t\n\x0c\r ]+\d+[\x00\t\n\x0c\r ]+%%EOF")
# A comment carries nothing, unless a viewer that rebuilds the table, or looks for it backwards, finds an object in it.
# Possessive: what is put behind a file must not be able to make the search backtrack.
_COMMENTS = re.compile(
    rb"(?:[\x00\t\n\x0c\r ]++|%(?![^\r\n]*(?:obj|stream|xref|trailer))[^\r\n]{0,255}+(?=[\r\n]|\Z))*+"
)
_HIDDEN = re.compile(rb"\d[\x00\t\n\x0c\r ]+\d+[\x00\t\n\x0c\r ]+obj|startxref|trailer[\x00\t\n\x0c\r ]*<<")
_SUBSECTION = re.compile(rb"[\x00\t\n\x0c\r ]*(\d{1,10})[ ]+(\d{1,10})[\x00\t\n\x0c\r ]+")
_ENTRY = re.compile(rb"\d{10} \d{5} [nf][\r\n ]{1,3}")


def is_blank(data: bytes) -> bool:
    """Whether ``data`` is white space and NUL only."""
    return _BLANK.fullmatch(data) is not None


def unreached_gaps(data: bytes, reader: PdfFileReader, start: int) -> list[tuple[int, int]]:
    """The (offset, length) of each run of bytes from ``start`` on that no revision explains, but for white space."""
    stream = io.BytesIO(data)
    spans: list[tuple[int, int]] = []
    for revision in range(reader.xrefs.total_revisions):
        spans += _section_spans(data, stream, reader, revision, start)
        for reference in reader.xrefs.explicit_refs_in_revision(revision):
            offset = reader.xrefs.get_historical_ref(reference, revision)
            if isinstance(offset, int) and offset >= start:
                spans += _object_span(data, stream, reader, offset)
    gaps = []
    at = start
    for begin, end in sorted(spans):
        if begin > at:
            gaps.append((at, begin))
        at = max(at, end)
    gaps.append((at, len(data)))
    return [(begin, end - begin) for begin, end in gaps if not _COMMENTS.fullmatch(data, begin, end)]


def _section_spans(
    data: bytes, stream: io.BytesIO, reader: PdfFileReader, revision: int, start: int
) -> list[tuple[int, int]]:
    meta = reader.xrefs.get_xref_container_info(revision)
    if meta.start_location < start:
        return []
    begin = meta.start_location
    if meta.xref_section_type is XRefSectionType.STREAM:
        spans = _object_span(data, stream, reader, begin)
    else:
        # The reader notes the start of the table after its keyword and the end before the trailer dictionary.
        begin = data.rfind(b"xref", max(start, begin - 64), begin + 4)
        if begin < 0 or not _names_each_object_once(data, begin + 4, meta.end_location):
            return []
        stream.seek(meta.end_location)
        try:
            generic.DictionaryObject.read_from_stream(stream, generic.TrailerReference(reader))
        except PARSER_FAULTS:
            return []
        spans = [(begin, stream.tell())]
    if spans and (end := _STARTXREF.match(data, spans[0][1])):
        spans = [(spans[0][0], end.end())]
    return spans


def _names_each_object_once(data: bytes, at: int, end: int) -> bool:
    """Whether the table from ``at`` on follows the grammar of ISO 32000-2, 7.5.4, without two entries for one object.

    Of two entries some programs believe the first and some the last.
    """
    named: set[int] = set()
    while head := _SUBSECTION.match(data, at, end):
        first, count = int(head[1]), int(head[2])
        at = head.end()
        for number in range(first, first + count):
            entry = _ENTRY.match(data, at, end)
            if entry is None or number in named:
                return False
            named.add(number)
            at = entry.end()
    return data[at:end].strip(b"\0\t\n\x0c\r ") == b"trailer"


def _object_span(data: bytes, stream: io.BytesIO, reader: PdfFileReader, offset: int) -> list[tuple[int, int]]:
    """The bytes of the indirect object at ``offset``, from its number to ``endobj``.

    None where it does not parse, or holds a second object or table in plain bytes, for a program to find that rebuilds.
    """
    stream.seek(offset)
    try:
        number, generation = read_object_header(stream, strict=True)
        body = stream.tell()
        generic.read_object(stream, generic.Reference(number, generation, reader))
    except PARSER_FAULTS:
        return []
    end = _ENDOBJ.match(data, stream.tell())
    return [(offset, end.end())] if end and not _HIDDEN.search(data, body, end.end()) else []
