"""Does the unsigned gap belong to the very dictionary that the field shows (ISO 32000-2, 12.8.1)?

Khoảng trống không ký có đúng là của từ điển chữ ký. The byte-range guard compares values; equal values can stand in two
places, and a parser that resolves references, escapes and repeated keys does not say from where it took one. So the
dictionary is found again in the bytes around the gap. A signature dictionary that stands in the field itself, as some
products write it, is found likewise.
"""

from __future__ import annotations

import re

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from edocs._pdf.byte_range import SignedRange
from edocs._pdf.extents import object_header
from edocs._pdf.syntax import walk
from edocs.model import Reason
from edocs.model.rules import reason

__all__ = ["check_place", "signed_revision"]

_RANGE = re.compile(rb"\[[\x00\t\n\x0c\r ]*+0++" + rb"[\x00\t\n\x0c\r ]++(\d++)" * 3 + rb"[\x00\t\n\x0c\r ]*+\]")
_ONCE = (b"Contents", b"ByteRange")


def check_place(data: bytes, reader: PdfFileReader, owner: generic.Reference, span: SignedRange) -> Reason | None:
    """What is wrong with the place of the signature dictionary whose gap is that of ``span``.

    1. the newest object that holds the dictionary is written in plain bytes and was there when it was signed;
    2. the value of ``/Contents`` in it begins where the gap begins;
    3. ``/Contents`` and ``/ByteRange`` are there once, the latter as four numbers in place.

    Args:
        owner: The object that is the dictionary, or the field that contains it.
    """
    place = reader.xrefs[owner]
    header = object_header(data, place) if isinstance(place, int) else None
    if header is None:  # (1) inside an object stream, where no gap can be
        return reason("structure.hole")
    begin, body = header[:2]
    if begin >= span.end:
        return reason("structure.signature_changed")
    if begin > span.gap_start:
        return reason("structure.hole")
    found = walk(data, body, len(data), span.gap_start)
    if found is None or found.holder is None:  # (2)
        return reason("structure.hole")
    holder = found.holder
    if any(holder.keys.count(key) != 1 for key in _ONCE):  # (3)
        return reason("format.dictionary", why="/Contents or /ByteRange is there twice")
    numbers = _RANGE.fullmatch(holder.value(data, holder.keys.index(b"ByteRange")))
    expected = (span.gap_start, span.gap_end, span.end - span.gap_end)
    if numbers is None or tuple(int(item) for item in numbers.groups()) != expected:
        return reason(
            "structure.byte_range", range=holder.value(data, holder.keys.index(b"ByteRange"))[:80].decode("latin-1")
        )
    return None


def signed_revision(reader: PdfFileReader, end: int) -> int | None:
    """The newest revision that lies before ``end`` as a whole, as all before it do; None where there is none.

    The revision in which a signature object was last named is not always it: an update may name it again without
    effect, and of a linearised file the first page is a section of its own.
    """
    found = None
    for revision in range(reader.xrefs.total_revisions):
        if reader.xrefs.get_xref_container_info(revision).end_location > end:
            break
        found = revision
    return found
