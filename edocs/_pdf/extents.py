"""The bytes of one indirect object, from its number to ``endobj`` (ISO 32000-2, 7.3.10 and 7.3.8).

Phạm vi byte của một đối tượng. A stream ends where its ``/Length`` says; where that is wrong, programs search for the
end, each in its own way, and that is said. Nothing is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from edocs._pdf.syntax import SPACE, scan, walk

__all__ = ["HEADER", "Extent", "Length", "object_extent", "object_header"]

_BLANKS = rb"(?:[" + SPACE + rb"]++|%[^\r\n]*+)*+"
HEADER = re.compile(rb"(\d{1,10})[" + SPACE + rb"]++(\d{1,5})[" + SPACE + rb"]++obj(?![A-Za-z])")
"""The number and the generation that open an object."""
_OBJECT = re.compile(_BLANKS + HEADER.pattern)
_DATA = re.compile(rb"[ \t\x00\x0c]*+(?:\r\n|\n|\r)?+")
# Without the last keyword only where the next object begins at once.
_STREAM_END = re.compile(rb"[" + SPACE + rb"]*+endstream" + _BLANKS + rb"(?:endobj|\Z)")
_LENGTH = re.compile(
    rb"/Length[" + SPACE + rb"]*+(\d{1,12})(?:[" + SPACE + rb"]++(\d{1,5})[" + SPACE + rb"]++R)?+(?![0-9.])"
)

_MOST_BLANKS = 1 << 10  # of many entries, each could lead to the same long run of white space

Length = Callable[[int, int], int | None]
"""Looks up an integer by the number and generation of its object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """One object in the file."""

    begin: int
    body: int
    """Behind ``obj``."""
    end: int
    """Behind ``endobj``."""
    number: int
    generation: int
    is_stream: bool = False
    repeats: bool = False
    """Whether a dictionary in it gives a key twice."""
    is_length_wrong: bool = False


def object_header(data: bytes, at: int) -> tuple[int, int, int, int] | None:
    """(begin, body, number, generation) of the object at ``at``, some white space and comments passed over."""
    match = _OBJECT.match(data, at, min(len(data), at + _MOST_BLANKS))
    if match is None:
        return None
    return match.start(1), match.end(), int(match[1]), int(match[2])


def object_extent(data: bytes, at: int, end: int, length: Length) -> Extent | None:
    """The object that opens at ``at`` and ends before ``end``; None where there is none, or its end is not clear."""
    header = object_header(data, at)
    if header is None:
        return None
    begin, body, number, generation = header
    found = scan(data, body, end)
    if found is None or found.stop not in (b"endobj", b"stream", b"") or found.begin == body:
        return None
    is_stream, stop, is_wrong = found.stop == b"stream", found.end, False
    if is_stream:
        start = _DATA.match(data, found.end)
        size = _length(data, (body, found.begin), found.lengths, length)
        behind = start.end() if start else found.end
        last = _STREAM_END.match(data, behind + size, end) if size is not None and behind + size <= end else None
        if last is None:
            is_wrong = True
            last = _STREAM_END.match(data, data.find(b"endstream", behind, end)) if size is not None else None
            last = last if last and last.end() <= end else None
        if last is None:
            return None
        stop = last.end()
    return Extent(
        begin=begin,
        body=body,
        end=stop,
        number=number,
        generation=generation,
        is_stream=is_stream,
        repeats=found.repeats,
        is_length_wrong=is_wrong,
    )


def _length(data: bytes, span: tuple[int, int], count: int, length: Length) -> int | None:
    """What ``/Length`` of the stream dictionary in ``span`` says."""
    begin, end = span
    places = list(_LENGTH.finditer(data, begin, end))
    if count == 1 and len(places) == 1 and data.count(b"/Length", begin, end) == 1:
        found: re.Match[bytes] | None = places[0]
    else:
        outer = getattr(walk(data, begin, end), "outer", None)
        at = None if outer is None else outer.place(data, b"Length")
        found = None if at is None else next((place for place in places if place.start(1) == at), None)
    if found is None:
        return None
    return int(found[1]) if found[2] is None else length(int(found[1]), int(found[2]))
