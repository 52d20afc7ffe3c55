"""Which objects lead to which others, found without parsing most of them (ISO 32000-2, 7.3.10).

Quan hệ tham chiếu. An object whose bytes could be read in two ways is parsed; all others are searched for references.
The answer may name too many references, never too few.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.xref import ObjStreamRef

from edocs._pdf.faults import PARSER_FAULTS
from edocs._pdf.states import History, State, Version

__all__ = ["References"]

_ENDS = rb"\x00\t\n\x0c\r ()<>\[\]{}/%"
_REFERENCE = re.compile(
    rb"(?<![^" + _ENDS + rb"])(\d{1,10})[\x00\t\n\x0c\r ]+\d{1,5}[\x00\t\n\x0c\r ]+R(?![^" + _ENDS + rb"])"
)
# The keyword alone: some programs take 4.7 +0 R for a reference to object 4.
_KEYWORD = re.compile(rb"(?<![^\x00\t\n\x0c\r ()<>\[\]{}%])R(?![^" + _ENDS + rb"])")
_END = re.compile(rb">>[\x00\t\n\x0c\r ]*stream|endobj")
_STRING = re.compile(rb"\((?:[^()\\]|\\.)*+\)", re.DOTALL)
_DIGITS = re.compile(rb"<[0-9A-Fa-f]{64,}+>")
_UNCLEAR = re.compile(rb"[()%]")
_MOST_BYTES = 1 << 16
_MOST_DEPTH = 100
_ANYTHING = -1
"""Target of what cannot be parsed: whoever reaches it finds out."""


class References:
    """The references of every version of every object of a file."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._targets: dict[tuple[int, Version], frozenset[int]] = {}
        self._parents: set[tuple[int, Version]] = set()
        self._sources: dict[int, set[int]] | None = None

    def leading_to(self, changed: Iterable[int], walls: frozenset[int]) -> set[int]:
        """``changed``, and every object that leads to one of them.

        Args:
            walls: Objects whose change is no change of what refers to them.
        """
        sources = self._all_sources()
        found = {*changed, _ANYTHING}
        waiting = [number for number in found if number not in walls]
        while waiting:
            for source in sources.get(waiting.pop(), ()):
                if source not in found:
                    found.add(source)
                    if source not in walls:
                        waiting.append(source)
        return found

    def sources_of(self, number: int) -> set[int]:
        """The objects that name ``number`` in any of their versions."""
        return self._all_sources().get(number, set())

    def may_have_kids(self, number: int, state: State) -> bool:
        """Whether ``/Kids`` may be an entry of an object; False is certain."""
        version = self._history.version(number, state.revision)
        if version is None or version.place is None:
            return False
        self._of(number, version, state)
        return (number, version) in self._parents

    def _all_sources(self) -> dict[int, set[int]]:
        if self._sources is None:
            self._sources = {}
            for number, versions in self._history.versions.items():
                for version in versions:
                    for target in self._of(number, version, self._history.state(version.revision)):
                        self._sources.setdefault(target, set()).add(number)
        return self._sources

    def _of(self, number: int, version: Version, state: State) -> frozenset[int]:
        key = (number, version)
        if key not in self._targets:
            self._targets[key] = frozenset(self._search(key, state))
        return self._targets[key]

    def _search(self, key: tuple[int, Version], state: State) -> Iterable[int]:
        number, version = key
        if version.place is None:
            return ()
        if isinstance(version.place, ObjStreamRef):
            head: bytes | None = self._history.body(number, version.place, state)
        else:
            head = self._head(version.place)
        head = None if head is None else _DIGITS.sub(b" ", _STRING.sub(b" ", head))
        found = [] if head is None else [int(match[1]) for match in _REFERENCE.finditer(head)]
        if head is None or not _is_clear(head) or len(_KEYWORD.findall(head)) != len(found):
            self._parents.add(key)
            try:
                return list(_parsed(self._history.read(number, version, state)))
            except PARSER_FAULTS:
                return (_ANYTHING,)
        if b"/Kids" in head or b"#" in head:
            self._parents.add(key)
        return found

    def _head(self, offset: int) -> bytes | None:
        """The bytes of an object before its stream data; None where that is not clear."""
        data, limit = self._history.data, offset + _MOST_BYTES
        last = data.find(b"endobj", offset, limit)
        if last >= 0:
            limit = last + len(b"endobj")
        if data.find(b"stream", offset, limit) < 0:
            return data[offset:limit] if last >= 0 else None
        end = _END.search(data, offset, limit)
        return data[offset : end.end()] if end else None


def _is_clear(head: bytes) -> bool:
    """Whether nothing hides a reference, or passes text off for one, or for the end of the object."""
    # What is left of a parenthesis or a comment sign does; a name may end as the object would.
    return (
        _UNCLEAR.search(head) is None
        and head.count(b"<<") == head.count(b">>")
        and head.count(b"[") == head.count(b"]")
    )


def _parsed(value: object) -> Iterable[int]:
    waiting: list[tuple[object, int]] = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if depth > _MOST_DEPTH:
            raise ValueError("an object is nested too deeply")
        if isinstance(item, generic.IndirectObject):
            yield item.idnum
        elif isinstance(item, generic.DictionaryObject):
            waiting += [(item.raw_get(key), depth + 1) for key in item]
        elif isinstance(item, generic.ArrayObject):
            waiting += [(item.raw_get(index), depth + 1) for index in range(len(item))]
