"""Cross-reference tables that a strict reader refuses, and that every program reads alike all the same.

Bảng tham chiếu chéo không đúng chuẩn nhưng chỉ có một cách đọc (ISO 32000-2, 7.5.4). Updates by common products free an
object and write it again under the same generation, begin with a generation above 0, or state a smaller ``/Size``. Each
is let through here only where it can be shown that no program sees another object; anything else stays doubtful.
"""

from __future__ import annotations

import io

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionData, parse_xref_stream, parse_xref_table, read_object_header

from edocs._pdf.faults import PARSER_FAULTS
from edocs._pdf.syntax import skip_blank
from edocs._pdf.tables import Section, last_size, odd_generation, read_sections, table_span

__all__ = ["is_read_alike"]


def is_read_alike(data: bytes, reader: PdfFileReader) -> bool:
    """Whether the tables of a leniently opened file leave no choice.

    1. each section stands where it is said to be, and is by itself as the standard wants it;
    2. no number in use reaches the last ``/Size``;
    3. the generations of an object follow each other.
    """
    try:
        sections = list(read_sections(reader))
        return (
            all(_is_sound(data, reader, section) for section in sections)
            and max(section.highest for section in sections) < last_size(sections)
            and odd_generation(sections) is None
        )
    except PARSER_FAULTS:
        return False


def _is_sound(data: bytes, reader: PdfFileReader, section: Section) -> bool:
    if skip_blank(data, section.meta.declared_startxref, len(data)) != section.begin:
        return False
    stream = io.BytesIO(data)
    entries = XRefSectionData()
    if section.is_table:
        table = table_span(data, section, len(data))
        if table is None or table.names_twice or not table.is_regular:
            return False
        stream.seek(section.begin + 4)
        entries.process_entries(parse_xref_table(stream, strict=True), strict=True)
        return True
    stream.seek(section.begin)
    number, generation = read_object_header(stream, strict=True)
    body = generic.StreamObject.read_from_stream(stream, generic.Reference(number, generation, reader))
    if not isinstance(body, generic.StreamObject):
        return False
    entries.process_entries(parse_xref_stream(body, strict=True), strict=True)
    return True
