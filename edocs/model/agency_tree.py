"""Agencies as a tree with dates: who is above whom on a day, and what a body of then is today.

Hệ thống cơ quan theo thời gian: tỉnh, huyện (đến hết ngày 30/6/2025), xã, các cơ quan chuyên môn. Resolution
203/2025/QH15 ended the district level; bodies were merged, renamed and split. A tree is built on an
:class:`~edocs.model.directory.AgencyDirectory`, whose entries say their parent; where none says
one, the groups of the codes can stand in for it, within one syntax.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from edocs.model.directory import AgencyDirectory, AgencyEntry, Ending
from edocs.model.organ_id import OrganId
from edocs.model.register import AgencyLevel
from edocs.model.verdict import Reason

__all__ = [
    "DISTRICTS_UNTIL",
    "NOTICES",
    "AgencyTree",
    "Succession",
    "check_tree",
    "directory_faults",
    "make_tree",
    "reaches",
]

DISTRICTS_UNTIL = date(2025, 6, 30)
"""The last day of the district level (Resolution 203/2025/QH15)."""
NOTICES = frozenset({"agencies.district", "agencies.split", "edxml.directory.name", "edxml.directory.syntax"})
"""Rules that say what is worth a look; all others are faults."""
_RANKS = {AgencyLevel.PROVINCE: 0, AgencyLevel.DISTRICT: 1, AgencyLevel.COMMUNE: 2}
_CLAUSE = "Decision 20/2020/QĐ-TTg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """What the body that had a code in a period is today."""

    entry: AgencyEntry | None
    """None: it cannot be said, and ``ending`` says why."""
    ending: Ending | None
    """None: no entry has the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyTree:
    """A directory with its parents looked up. Made by :func:`make_tree`."""

    directory: AgencyDirectory
    parents: Mapping[int, OrganId]
    """The parent's code of each entry by its place in the directory."""
    _places: Mapping[int, int] = field(init=False, repr=False, compare=False)
    _children: Mapping[str, tuple[AgencyEntry, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        children: defaultdict[str, tuple[AgencyEntry, ...]] = defaultdict(tuple)
        for place, code in self.parents.items():
            children[code.value] += (self.directory.entries[place],)
        object.__setattr__(self, "_places", {id(entry): place for place, entry in enumerate(self.directory.entries)})
        object.__setattr__(self, "_children", dict(children))

    def parent_code(self, entry: AgencyEntry) -> OrganId | None:
        """The code of the body above, whether or not anything has it."""
        return self.parents.get(self._places[id(entry)])

    def parent(self, entry: AgencyEntry, on: date) -> AgencyEntry | None:
        """The body above on a day; None at the top, or where the directory does not say which."""
        code = self.parent_code(entry)
        found = self.directory.find(code, on) if code is not None else ()
        return found[0] if len(found) == 1 and found[0] is not entry else None

    def children(self, entry: AgencyEntry, on: date) -> tuple[AgencyEntry, ...]:
        """The bodies directly below on a day, in the order of the directory."""
        below = (one for code in entry.codes for one in self._children.get(code.value, ()))
        there = (one for one in below if one.is_valid(on) and self.parent(one, on) is entry)
        return tuple(sorted(there, key=lambda one: self._places[id(one)]))

    def ancestors(self, code: OrganId | str, on: date) -> tuple[AgencyEntry, ...]:
        """The bodies above the one that had a code on a day, the nearest first.

        Raises:
            UsageError: None had the code, or several.
        """
        entry = self.directory.one(code, on)
        found = [entry]
        while (above := self.parent(found[-1], on)) is not None and all(above is not one for one in found):
            found.append(above)
        return tuple(found[1:])

    def path(self, code: OrganId | str, on: date) -> tuple[AgencyEntry, ...]:
        """From the top down to the body itself.

        Raises:
            UsageError: As :meth:`ancestors`.
        """
        return (*reversed(self.ancestors(code, on)), self.directory.one(code, on))

    def descendants(self, entry: AgencyEntry, on: date) -> Iterator[tuple[int, AgencyEntry]]:
        """All bodies below, each with how deep it is from 1, a body before those below it; each once."""
        seen = {id(entry)}
        waiting = [(1, one) for one in reversed(self.children(entry, on))]
        while waiting:
            depth, one = waiting.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            yield depth, one
            waiting += [(depth + 1, below) for below in reversed(self.children(one, on))]

    def roots(self, on: date) -> tuple[AgencyEntry, ...]:
        """The bodies of a day that have none above them."""
        return tuple(one for one in self.directory.entries if one.is_valid(on) and self.parent(one, on) is None)

    def succession(self, code: str, first: date, last: date, now: date) -> Succession:
        """What the body that had a code between two days is on the day ``now``.

        A code outlives its body for a while in practice: where nothing had it then, the entry nearest in time counts.
        Where several had it, they must have become the same.
        """
        had = self.directory.having(code)
        then = [one for one in had if reaches(one, first, last)] or _nearest(had, first)
        if not then:
            return Succession(entry=None, ending=None)
        found = [self.directory.follow(one, now) for one in then]
        entry, ending = found[0]
        if any(other is not entry for other, _ in found):
            return Succession(entry=None, ending=Ending.LOST)
        return Succession(entry=entry, ending=ending)


def make_tree(directory: AgencyDirectory, *, by_code: bool = False) -> AgencyTree:
    """The tree of a directory.

    Args:
        by_code: Where an entry says no parent, take the body whose code has the same groups but the last, in the same
            syntax. Old and new codes are never converted into each other.
    """
    parents = {place: entry.parent for place, entry in enumerate(directory.entries) if entry.parent is not None}
    if by_code:
        known = {(code.syntax, code.path): code for entry in directory.entries for code in entry.codes if code.path}
        for place, entry in enumerate(directory.entries):
            above = (known.get((code.syntax, code.path[:-1])) for code in entry.codes if len(code.path) > 1)
            if place not in parents and (found := next(filter(None, above), None)) is not None:
                parents[place] = found
    return AgencyTree(directory=directory, parents=parents)


def check_tree(tree: AgencyTree) -> Iterator[Reason]:
    """What is wrong with a tree, beside what is wrong with its directory; see :data:`NOTICES`."""
    for entry in tree.directory.entries:
        code = tree.parent_code(entry)
        if code is not None and not tree.directory.having(code):
            yield _finding("line {line}: no body has the code of its parent: {code}", "parent", entry, code=code.value)
        elif code is not None:
            yield from _check_parent(tree, entry, code)
        if entry.level is AgencyLevel.DISTRICT and (entry.valid_to is None or entry.valid_to > DISTRICTS_UNTIL):
            yield _finding("line {line}: a district after 30/06/2025: {name}", "district", entry, name=entry.name)
        if len(entry.became) > 1:
            text = "line {line}: {name} was split; its figures stay under its own name"
            yield _finding(text, "split", entry, name=entry.name)
        if entry.became and entry.valid_to is None:
            text = "line {line}: {name} became another body, and no day says when"
            yield _finding(text, "undated", entry, name=entry.name)


def directory_faults(tree: AgencyTree) -> tuple[Reason, ...]:
    """What hinders that a register takes a directory over (lỗi của danh mục); notices do not."""
    found = (*tree.directory.problems, *check_tree(tree))
    return tuple(one for one in found if one.rule not in NOTICES)


def reaches(entry: AgencyEntry, first: date, last: date) -> bool:
    """Whether the body was there on any day from ``first`` to ``last``."""
    return (entry.valid_from or date.min) <= last and first <= (entry.valid_to or date.max)


def _check_parent(tree: AgencyTree, entry: AgencyEntry, code: OrganId) -> Iterator[Reason]:
    first, last = entry.valid_from or date.min, entry.valid_to or date.max
    if _is_in_circle(tree, entry, first):
        yield _finding("line {line}: {name} is above itself", "circle", entry, name=entry.name)
        return
    for day in (first, last):
        above = tree.directory.find(code, day)
        if not above:
            text = "line {line}: {name} was there when its parent {code} was not"
            yield _finding(text, "outlasts", entry, name=entry.name, code=code.value)
            return
        ranks = [_RANKS[one.level] for one in above if one.level is not None]
        if entry.level is not None and ranks and min(ranks) > _RANKS[entry.level]:
            yield _finding("line {line}: {name} is of a higher level than its parent", "rank", entry, name=entry.name)
            return


def _is_in_circle(tree: AgencyTree, entry: AgencyEntry, on: date) -> bool:
    """A circle closes on the first day of one of its bodies: looked at from that one, it is seen."""
    seen: list[AgencyEntry] = []
    above = tree.parent(entry, on)
    while above is not None and all(above is not one for one in seen):
        if above is entry:
            return True
        seen.append(above)
        above = tree.parent(above, on)
    return tree.parent_code(entry) in entry.codes


def _nearest(entries: tuple[AgencyEntry, ...], first: date) -> list[AgencyEntry]:
    """The one that ended last before a day, else the one that began first after it."""
    before = [one for one in entries if one.valid_to is not None and one.valid_to < first]
    if before:
        latest = max(one.valid_to or date.min for one in before)
        return [one for one in before if one.valid_to == latest]
    earliest = min((one.valid_from or date.min for one in entries), default=None)
    return [one for one in entries if (one.valid_from or date.min) == earliest]


def _finding(message: str, rule: str, entry: AgencyEntry, **params: str) -> Reason:
    return Reason(rule=f"agencies.{rule}", clause=_CLAUSE, message=message, params={"line": str(entry.line), **params})
