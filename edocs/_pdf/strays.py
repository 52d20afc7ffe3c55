"""Signed bytes that no cross-reference section reaches: would a program that rebuilds the table show something else?

Dữ liệu đã ký mà không bảng tham chiếu nào trỏ tới. A conforming program never shows them, and they were signed, so
leftovers of a careless generator are noted and no more. Rebuilding takes the last definition of an object and the last
trailer of a file, or a catalog that it finds; where these would be stray ones, two programs show two documents. After a
signature none of this is allowed; see ``revisions.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from edocs._pdf.extents import HEADER
from edocs._pdf.syntax import RawDictionary, plain_name, walk
from edocs.model import Reason
from edocs.model.rules import reason

__all__ = ["Strays", "has_mark", "judge_strays", "references"]

_MARK = re.compile(HEADER.pattern + rb"|trailer(?=[\x00\t\n\x0c\r ]*+<<)|startxref")
_ROOT = re.compile(rb"/Root[\x00\t\n\x0c\r ]++(\d{1,10})(?!\d)")
_REFERENCE = re.compile(rb"(?<!\d)(\d{1,10})[\x00\t\n\x0c\r ]++\d{1,5}[\x00\t\n\x0c\r ]++R(?![A-Za-z])")
_RULING = re.compile(rb"/(?:Catalog|ObjStm|XRef)(?![A-Za-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Strays:
    """What the tables say, against which stray objects are held."""

    live: Mapping[int, tuple[int, int] | None]
    """Offset and generation of each object in the newest revision; -1 inside an object stream; None where free."""
    root: int
    known: frozenset[int]
    """Offsets where a reached object or table begins."""
    last_section: int


def judge_strays(
    data: bytes, gaps: Sequence[tuple[int, int]], strays: Strays, referred: Iterable[int]
) -> tuple[list[Reason], list[Reason]]:
    """Doubts and notices about the bytes in ``gaps``.

    Args:
        referred: The numbers that reached objects refer to; only read where it matters.
    """
    doubts: list[Reason] = []
    orphans: dict[int, int] = {}
    for mark, end in _marks(data, gaps):
        at = mark.start()
        if at in strays.known:
            continue
        if mark[1] is None:
            if _is_ruling_trailer(data, at, end, strays):
                doubts.append(reason("structure.second_table", offset=at))
            continue
        number = int(mark[1])
        if _would_replace(number, int(mark[2]), at, strays):
            doubts.append(reason("structure.second_definition", number=number, offset=at))
        elif strays.live.get(number) is None:
            orphans.setdefault(number, at)
            if _is_ruling(data, mark.end(), end):
                doubts.append(reason("structure.second_definition", number=number, offset=at))
    if orphans and not doubts:
        used = next((item for item in referred if item in orphans), None)
        if used is not None:
            doubts.append(reason("structure.second_definition", number=used, offset=orphans[used]))
    count = sum(end - begin for begin, end in gaps)
    return doubts, [reason("structure.unreached_signed", count=count, offset=gaps[0][0])]


def has_mark(data: bytes, begin: int, end: int) -> bool:
    """Whether there is anything that a program could take for an object, a trailer or a pointer."""
    return _MARK.search(data, begin, end) is not None


def _marks(data: bytes, gaps: Iterable[tuple[int, int]]) -> Iterator[tuple[re.Match[bytes], int]]:
    """Each header, trailer or pointer in ``gaps``, and where the next one begins, or its gap ends."""
    for begin, end in gaps:
        last: re.Match[bytes] | None = None
        for mark in _MARK.finditer(data, begin, end):
            if last is not None:
                yield last, mark.start()
            last = mark
        if last is not None:
            yield last, end


def references(data: bytes, begin: int, end: int) -> Iterator[int]:
    """The number of every object that the bytes from ``begin`` to ``end`` refer to."""
    for match in _REFERENCE.finditer(data, begin, end):
        yield int(match[1])


def _would_replace(number: int, generation: int, at: int, strays: Strays) -> bool:
    live = strays.live.get(number)
    return live is not None and (at > live[0] or generation > live[1])


def _is_ruling_trailer(data: bytes, at: int, end: int, strays: Strays) -> bool:
    if at > strays.last_section:
        return True
    if data[at : at + 7] != b"trailer":
        return False
    root = _ROOT.search(data, at, end)
    return data.find(b"#", at, end) >= 0 if root is None else int(root[1]) != strays.root


def _is_ruling(data: bytes, at: int, end: int) -> bool:
    """Whether the stray object at ``at`` is a catalog, or a stream that brings objects or a table along."""
    found = walk(data, at, end)
    outer = None if found is None else found.outer
    kind = _type(data, outer) if outer else None
    return kind in (b"/Catalog", b"/ObjStm", b"/XRef") if kind else _RULING.search(data, at, end) is not None


def _type(data: bytes, outer: RawDictionary) -> bytes | None:
    if outer.keys.count(b"Type") != 1:
        return None
    return plain_name(outer.value(data, outer.keys.index(b"Type")))
