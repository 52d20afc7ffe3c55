"""Objects inside object streams: is each there once, under its number, without a key given twice (ISO 32000-2, 7.5.7)?

Luồng đối tượng. Programs find such an object by its number or by its place; where the two differ, so do they.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader

from edocs._pdf.entries import number
from edocs._pdf.faults import PARSER_FAULTS
from edocs._pdf.syntax import scan, walk
from edocs._pdf.tables import read_sections
from edocs.model import Reason
from edocs.model.rules import reason

__all__ = ["decoded_object_streams", "object_stream_doubts"]

_NUMBER = re.compile(rb"\d++")
_HEAD = re.compile(rb"[\x00\t\n\x0c\r 0-9]*+")


def decoded_object_streams(reader: PdfFileReader) -> Iterator[tuple[int, int, bytes | None, list[int]]]:
    """(number, offset of the first object, data, numbers of the objects) of each object stream that is used.

    The data are None where they cannot be decoded.
    """
    seen: set[tuple[int, int]] = set()
    for section in read_sections(reader):
        for stream in section.entries.obj_streams_used:
            reference = generic.Reference(stream, 0, reader)
            place = reader.xrefs.get_historical_ref(reference, section.revision)
            if not isinstance(place, int) or (stream, place) in seen:
                continue
            seen.add((stream, place))
            try:
                first, data, numbers = _decoded(reader, reference, section.revision)
            except PARSER_FAULTS:
                yield stream, 0, None, []
                continue
            yield stream, first, data, numbers


def object_stream_doubts(reader: PdfFileReader) -> Iterator[Reason]:
    """What programs may read differently in object streams."""
    held: dict[int, list[list[int]]] = {}
    for stream, first, data, numbers in decoded_object_streams(reader):
        held.setdefault(stream, []).append(numbers)
        found = None if data is None else scan(data, first, len(data))
        if data is None or found is None or found.stop or len(set(numbers)) != len(numbers):
            yield reason("structure.object_stream", number=stream)
        elif found.repeats:
            yield from _repeated(data, first, stream)
    for section in read_sections(reader):
        for name, place in section.entries.xrefs_in_objstm.items():
            lists = held.get(place.obj_stream_id, [])
            if not any(place.ix_in_stream < len(item) and item[place.ix_in_stream] == name for item in lists):
                yield reason("structure.object_stream", number=place.obj_stream_id)
                return


def _repeated(data: bytes, first: int, stream: int) -> Iterator[Reason]:
    found = walk(data, first, len(data))
    for dictionary in found.repeating if found else ():
        if twice := dictionary.repeated(data):
            yield reason("structure.duplicate_key", key=twice.decode("latin-1"), number=stream)


def _decoded(reader: PdfFileReader, reference: generic.Reference, revision: int) -> tuple[int, bytes, list[int]]:
    is_newest = reader.xrefs.get_historical_ref(reference, revision) == reader.xrefs[reference]
    # The newest is kept by the reader, who needs it as well.
    stream = reader.get_object(reference, revision=None if is_newest else revision)
    if not isinstance(stream, generic.StreamObject):
        raise TypeError("not a stream")
    data, first = bytes(stream.read_data(DecodePurpose.OBJECT_STREAM)), number(stream, "/First", 0)
    head = _NUMBER.findall(data[:first]) if _HEAD.fullmatch(data, 0, first) else []
    if len(head) != 2 * number(stream, "/N", 0):
        raise ValueError("its list of objects is not as long as it says")
    return first, data, [int(item) for item in head[::2]]
