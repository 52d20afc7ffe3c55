"""A document as it was after each of its revisions, object by object (ISO 32000-2, 7.5.6).

Các trạng thái của tài liệu. A revision redefines objects by their numbers; a state resolves a reference as a reader did
when that revision was the last. What a redefinition means is judged elsewhere.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef, XRefSectionData

__all__ = ["History", "State", "Version", "items", "raw"]

_TAIL = re.compile(rb"startxref[\x00\t\n\x0c\r ]+(\d{1,15})[\x00\t\n\x0c\r ]+%%EOF")
_TAIL_BYTES = 2048
_MOST_IN_STREAM = 1 << 20


@dataclass(frozen=True, slots=True)
class Version:
    """One definition of an object: where a revision put it."""

    revision: int
    generation: int
    place: int | ObjStreamRef | None
    """An offset, a place in an object stream; None: freed."""


@dataclass(slots=True)
class History:
    """All versions of all objects of a file."""

    data: bytes
    reader: PdfFileReader
    versions: dict[int, list[Version]] = field(default_factory=dict)
    """By object number, oldest first."""
    containers: set[int] = field(default_factory=set)
    """Numbers of the object streams."""
    _objects: dict[tuple[int, int, object], generic.PdfObject | None] = field(default_factory=dict)
    _bodies: dict[tuple[int, object], list[tuple[int, bytes]]] = field(default_factory=dict)

    @classmethod
    def of(cls, data: bytes, reader: PdfFileReader) -> History:
        """The history of an opened file."""
        history = cls(data, reader)
        for revision in range(reader.xrefs.total_revisions):
            for number, version in _section(reader.xrefs.get_xref_data(revision), revision):
                history.versions.setdefault(number, []).append(version)
                if isinstance(version.place, ObjStreamRef):
                    history.containers.add(version.place.obj_stream_id)
        return history

    @property
    def last(self) -> int:
        """The number of the newest revision; the oldest is 0."""
        return int(self.reader.xrefs.total_revisions) - 1

    def state(self, revision: int) -> State:
        """The document as ``revision`` left it."""
        return State(self, revision)

    def version(self, number: int, revision: int) -> Version | None:
        """The definition of an object that counts in ``revision``; None where it has none yet."""
        found = self.versions.get(number)
        if not found:
            return None
        if found[-1].revision <= revision:
            return found[-1]
        at = bisect_right(found, revision, key=lambda version: version.revision)
        return found[at - 1] if at else None

    def redefined(self, revision: int) -> set[int]:
        """The objects whose definition in ``revision`` is another than the one before."""
        changed: set[int] = set()
        for number, found in self.versions.items():
            if found[-1].revision < revision:
                continue
            new = self.version(number, revision)
            old = self.version(number, revision - 1)
            if new is not None and new.revision == revision and (old is None or not _is_same(old, new)):
                changed.add(number)
        return changed

    def covered_revision(self, end: int) -> int | None:
        """The newest revision whose cross-reference section stands before ``end``; None where that is not clear.

        Clear it is where the bytes up to ``end`` finish with the pointer to that very section, as a file does.
        """
        newest = -1
        for revision in range(self.last + 1):
            if self.reader.xrefs.get_xref_container_info(revision).end_location > end:
                break
            newest = revision
        pointers = list(_TAIL.finditer(self.data, max(0, end - _TAIL_BYTES), end))
        if newest < 0 or not pointers or self.data[pointers[-1].end() : end].strip(b"\0\t\n\x0c\r "):
            return None
        declared = int(self.reader.xrefs.get_startxref_for_revision(newest))
        return newest if int(pointers[-1][1]) == declared else None

    def end_of(self, revision: int) -> int | None:
        """Where ``revision`` ends in the file; None where it has no end of its own."""
        # A linearised file has its newer section at its front (annex F).
        sections = (self.reader.xrefs.get_xref_container_info(index) for index in range(revision + 1))
        at = max(section.end_location for section in sections)
        pointer = _TAIL.search(self.data, at)
        return pointer.end() if pointer else None

    def read(self, number: int, version: Version, state: State) -> generic.PdfObject | None:
        """The object itself; None where it is null or freed.

        Raises:
            ValueError: It is not where the table says.
        """
        place = version.place
        if place is None:
            return None
        stream = self.version(place.obj_stream_id, state.revision) if isinstance(place, ObjStreamRef) else None
        key = (number, version.generation, (place, stream))
        if key not in self._objects:
            if isinstance(place, ObjStreamRef):
                found = self._read_in_stream(number, place, state)
            else:
                reference = generic.Reference(number, version.generation, self.reader)
                if self.reader.xrefs.get_historical_ref(reference, version.revision) != place:
                    raise ValueError("an object stands in two places")
                is_newest = self.reader.xrefs[reference] == place
                # What the reader has read already is the same object; asked for a revision it would read it anew.
                found = self.reader.get_object(reference, None if is_newest else version.revision)
            self._objects[key] = None if isinstance(found, generic.NullObject) else found
        return self._objects[key]

    def body(self, number: int, place: ObjStreamRef, state: State) -> bytes:
        """The bytes of an object inside an object stream."""
        stream = self.version(place.obj_stream_id, state.revision)
        if stream is None or not isinstance(stream.place, int):
            raise ValueError("an object stream is missing")
        key = (place.obj_stream_id, stream)
        if key not in self._bodies:
            container = self.read(place.obj_stream_id, stream, state)
            if not isinstance(container, generic.StreamObject):
                raise ValueError("an object stream is missing")
            self._bodies[key] = _split(container)
        bodies = self._bodies[key]
        if not 0 <= place.ix_in_stream < len(bodies) or bodies[place.ix_in_stream][0] != number:
            raise ValueError("an object stream does not hold what the table says")
        return bodies[place.ix_in_stream][1]

    def _read_in_stream(self, number: int, place: ObjStreamRef, state: State) -> generic.PdfObject:
        body = self.body(number, place, state)
        found: generic.PdfObject = generic.read_object(
            io.BytesIO(body + b" "), generic.Reference(number, 0, self.reader)
        )
        if isinstance(found, generic.StreamObject | generic.IndirectObject):
            raise ValueError("an object stream holds what it may not")
        return found


@dataclass(frozen=True, slots=True)
class State:
    """The document after one of its revisions."""

    history: History
    revision: int

    @property
    def trailer(self) -> generic.DictionaryObject:
        """The entries of the trailer, those of earlier trailers included."""
        found: generic.DictionaryObject = self.history.reader.trailer.flatten(self.revision)
        return found

    @property
    def own_trailer(self) -> generic.DictionaryObject:
        """The trailer that the revision itself wrote, which should repeat all entries (7.5.5)."""
        # pyHanko tells only what a reader that is lenient would find: it numbers trailers from the newest on.
        found: generic.DictionaryObject = self.history.reader.trailer._trailer_revisions[-self.revision - 1]
        return found

    def resolve(self, value: generic.PdfObject | None) -> generic.PdfObject | None:
        """``value``, followed where it is a reference; None where it is null.

        Raises:
            ValueError: The reference leads nowhere clear.
        """
        for _ in range(8):
            if value is None or isinstance(value, generic.NullObject):
                return None
            if not isinstance(value, generic.IndirectObject):
                return value
            version = self.history.version(value.idnum, self.revision)
            if version is None or version.place is None:
                return None
            if version.generation != value.generation:
                # Programs that pass over generations would show what others do not.
                raise ValueError("an object is asked for under an old generation")
            value = self.history.read(value.idnum, version, self)
        raise ValueError("a reference leads to another without end")

    def get(self, owner: generic.DictionaryObject, key: str) -> generic.PdfObject | None:
        """An entry of a dictionary, followed; None where there is none."""
        return self.resolve(raw(owner, key))


def raw(owner: generic.DictionaryObject, key: str) -> generic.PdfObject | None:
    """An entry as it stands; None where there is none, or it is null."""
    if key not in owner:
        return None
    value: generic.PdfObject = owner.raw_get(key)
    return None if isinstance(value, generic.NullObject) else value


def items(array: generic.ArrayObject) -> list[generic.PdfObject]:
    """The items of an array as they stand."""
    return [array.raw_get(index) for index in range(len(array))]


def _section(data: XRefSectionData, revision: int) -> Iterator[tuple[int, Version]]:
    """What one cross-reference section defines; of a hybrid one the visible part comes first (7.5.8.4)."""
    hidden = data.hybrid.xref_data if data.hybrid is not None else None
    defined: set[int] = set()
    for number, place in data.xrefs_in_objstm.items():
        defined.add(number)
        yield number, Version(revision, 0, place)
    for number, (generation, offset) in data.standard_xrefs.items():
        if number not in defined:
            defined.add(number)
            yield number, Version(revision, generation, offset)
    if hidden is not None:
        for number, version in _section(hidden, revision):
            if number not in defined and version.place is not None:
                defined.add(number)
                yield number, version
    for number, generation in data.freed.items():
        if number not in defined:
            yield number, Version(revision, generation, None)


def _is_same(old: Version, new: Version) -> bool:
    return (old.generation, old.place) == (new.generation, new.place)


def _split(container: generic.StreamObject) -> list[tuple[int, bytes]]:
    """Number and bytes of each object in an object stream (7.5.7)."""
    count, first = container.raw_get("/N"), container.raw_get("/First")
    if not isinstance(count, int) or not isinstance(first, int) or not 0 <= count <= _MOST_IN_STREAM:
        raise ValueError("an object stream cannot be read")
    data = container.data
    numbers = [int(token) for token in data[:first].split()[: 2 * count]]
    if len(numbers) != 2 * count:
        raise ValueError("an object stream cannot be read")
    starts = [first + offset for offset in numbers[1::2]]
    ends = _ends(starts, len(data))
    return [(number, data[start:end]) for number, start, end in zip(numbers[::2], starts, ends, strict=True)]


def _ends(starts: Iterable[int], size: int) -> list[int]:
    """Where each part ends: at the next larger start."""
    order = sorted({*starts, size})
    after = dict(zip(order, [*order[1:], size], strict=True))
    return [after[start] for start in starts]
