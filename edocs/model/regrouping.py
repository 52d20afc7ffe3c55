"""Counts of the past under today's bodies, and counts along the tree of agencies.

Quy đổi số liệu theo cơ quan hiện nay; cộng dồn theo hệ thống. Figures of the past stay as they were: this makes others
beside them. No document is lost or counted twice: the total is the same, and what cannot be regrouped stays under its
own identifier and is itemised.
"""

from __future__ import annotations

import calendar
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from edocs.errors import UsageError
from edocs.model.agency_tree import AgencyTree, Succession
from edocs.model.counts import Counts
from edocs.model.directory import AgencyEntry, Ending
from edocs.model.figures import Figure
from edocs.model.profile import Profile
from edocs.model.register import Agency, AgencyLevel
from edocs.model.tally import Facet, Query, Tally, total

__all__ = [
    "Bodies",
    "BranchRow",
    "Kept",
    "Regrouped",
    "Regrouping",
    "add_up",
    "count_under",
    "figures_under",
    "profiles_under",
    "regroup",
    "regroup_counts",
    "regrouped_agencies",
    "regrouping_of",
]

TallySource = Callable[[Query, tuple[Facet, ...]], Iterable[Tally]]
ProfileSource = Callable[[Query, Sequence[Facet]], Iterable[tuple[tuple[str, ...], Profile, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """Under which bodies to count: those that a tree has on a day."""

    tree: AgencyTree
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Counts that stay under the identifier they were registered under."""

    agency: str
    ending: Ending | None
    """Why: split, ended, lost; None: the directory does not have it."""
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouped:
    """Counts under today's bodies."""

    tallies: tuple[Tally, ...]
    """By the same facets, in order of their groups."""
    kept: tuple[Kept, ...]
    """Of each identifier that could not be regrouped; what it has is in ``tallies`` under itself."""
    moved: Mapping[str, frozenset[str]]
    """Today's identifier to those of the past that were counted under it, where they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouping:
    """That a report counts under the bodies of another day, and what that could not be said of."""

    on: date
    kept: tuple[Kept, ...]
    moved: Mapping[str, frozenset[str]]
    """Today's identifier to those of the past."""

    @property
    def homes(self) -> Mapping[str, str]:
        """An identifier of the past to today's, where there is one alone."""
        found: dict[str, set[str]] = {}
        for today, former in self.moved.items():
            for agency in former:
                found.setdefault(agency, set()).add(today)
        return {agency: next(iter(todays)) for agency, todays in found.items() if len(todays) == 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchRow:
    """One body of a tree with its counts."""

    agency: str
    name: str
    depth: int
    """0 at the top."""
    own: Counts
    """Of documents that it issued itself."""
    whole: Counts
    """With those of every body below it."""
    is_placed: bool = True
    """False: the tree of the day does not have it; it stands by itself."""


def regroup(tallies: Iterable[Tally], by: Sequence[Facet], tree: AgencyTree, now: date) -> Regrouped:
    """``tallies`` with every agency as what it is on the day ``now``; a level becomes that of today's body.

    With a month among the facets a code that passed from one body to another is told apart by it; without, its bodies
    must all have become the same.

    Raises:
        UsageError: The tallies are not by agency.
    """
    by = tuple(by)
    if Facet.AGENCY not in by:
        raise UsageError("regrouping needs counts by agency", hint="--by agency")
    groups: defaultdict[tuple[str, ...], list[Tally]] = defaultdict(list)
    kept: dict[tuple[str, Ending | None], list[Tally]] = {}
    moved: defaultdict[str, set[str]] = defaultdict(set)
    move = _mover(tree, now)
    for tally in tallies:
        values = dict(zip(by, tally.group, strict=True))
        agency = values[Facet.AGENCY]
        found = move(values)
        if found.entry is None:
            kept.setdefault((agency, found.ending), []).append(tally)
        elif found.entry.id != agency:
            moved[found.entry.id].add(agency)
        groups[tuple(values[facet] for facet in by)].append(tally)
    return Regrouped(
        tallies=tuple(Tally(group=group, counts=total(same), by=by) for group, same in sorted(groups.items())),
        kept=tuple(
            Kept(agency=agency, ending=ending, counts=total(same))
            for (agency, ending), same in sorted(kept.items(), key=lambda item: (item[0][0], str(item[0][1])))
        ),
        moved={agency: frozenset(former) for agency, former in sorted(moved.items())},
    )


def regroup_counts(count: TallySource, query: Query, by: Sequence[Facet], tree: AgencyTree, now: date) -> Regrouped:
    """What ``query`` describes by ``by``, under today's bodies: counted by agency and month too, then added up.

    Args:
        count: ``Registry.tally`` or what stands for it.
    """
    by = tuple(by)
    fine = tuple(dict.fromkeys((*by, Facet.AGENCY, Facet.MONTH)))
    found = regroup(count(query, fine), fine, tree, now)
    groups: defaultdict[tuple[str, ...], list[Tally]] = defaultdict(list)
    for tally in found.tallies:
        values = dict(zip(fine, tally.group, strict=True))
        groups[tuple(values[facet] for facet in by)].append(tally)
    if not groups and not by:
        groups[()] = []
    tallies = tuple(Tally(group=group, counts=total(same), by=by) for group, same in sorted(groups.items()))
    return Regrouped(tallies=tallies, kept=found.kept, moved=found.moved)


def count_under(count: TallySource, bodies: Bodies | None) -> Callable[[Query, tuple[Facet, ...]], tuple[Tally, ...]]:
    """``count``, under ``bodies`` where there are any."""

    def counted(query: Query, by: tuple[Facet, ...]) -> tuple[Tally, ...]:
        if bodies is None:
            return tuple(count(query, by))
        return regroup_counts(count, query, by, bodies.tree, bodies.on).tallies

    return counted


def profiles_under(
    count: ProfileSource, query: Query, bodies: Bodies | None
) -> Callable[[Sequence[Facet]], Iterable[tuple[tuple[str, ...], Profile, int]]]:
    """``Registry.profiles`` of ``query``, under ``bodies`` where there are any."""

    def counted(by: Sequence[Facet]) -> Iterable[tuple[tuple[str, ...], Profile, int]]:
        if bodies is None:
            return count(query, by)
        fine = tuple(dict.fromkeys((*by, Facet.AGENCY, Facet.MONTH)))
        move, sums = _mover(bodies.tree, bodies.on), Counter[tuple[tuple[str, ...], Profile]]()
        for group, profile, number in count(query, fine):
            values = dict(zip(fine, group, strict=True))
            move(values)
            sums[tuple(values[facet] for facet in by), profile] += number
        ordered = sorted(sums.items(), key=lambda item: (item[0][0], str(item[0][1])))
        return [(group, profile, number) for (group, profile), number in ordered]

    return counted


def figures_under(figures: Iterable[Figure], bodies: Bodies | None) -> tuple[Figure, ...]:
    """Imported figures under ``bodies``: those of one indicator and month that come to one body are added."""
    if bodies is None:
        return tuple(figures)
    move, found = _mover(bodies.tree, bodies.on), dict[tuple[str, str, str], Figure]()
    for figure in figures:
        values = {Facet.AGENCY: figure.agency, Facet.LEVEL: figure.level.value, Facet.MONTH: figure.month}
        entry = move(values).entry
        one = replace(
            figure,
            agency=values[Facet.AGENCY],
            agency_name=entry.name if entry else figure.agency_name,
            level=AgencyLevel(values[Facet.LEVEL]),
        )
        other = found.get(one.place)
        if other is not None:
            sums = one.numerator + other.numerator, one.denominator + other.denominator
            one = replace(other, numerator=sums[0], denominator=sums[1])
        found[one.place] = one
    return tuple(found[place] for place in sorted(found))


def regrouping_of(count: TallySource, query: Query, bodies: Bodies | None) -> Regrouping | None:
    """What was moved, and what was kept and why, of the documents that ``query`` describes."""
    if bodies is None:
        return None
    found = regroup_counts(count, query, (Facet.AGENCY,), bodies.tree, bodies.on)
    return Regrouping(on=bodies.on, kept=found.kept, moved=found.moved)


def regrouped_agencies(agencies: Mapping[str, Agency], bodies: Bodies | None) -> Mapping[str, Agency]:
    """Names and levels for counts that were regrouped: those of the register, and today's of every body of the day."""
    if bodies is None:
        return agencies
    today = {
        one.id: Agency(id=one.id, name=one.name, level=_level(one, agencies))
        for one in bodies.tree.directory.entries
        if one.id and one.name and one.is_valid(bodies.on)
    }
    return {**agencies, **today}


def add_up(tallies: Iterable[Tally], tree: AgencyTree, on: date) -> Iterator[BranchRow]:
    """Counts by agency along the tree of a day: each body before those below it; one with nothing below it is absent.

    What the tree of the day does not have comes last, by itself. The sum of the tops and of those is the total.

    Args:
        tallies: By agency alone.
    """
    own: dict[int, Counts] = {}
    strangers: dict[str, Counts] = {}
    for tally in tallies:
        [agency] = tally.group
        found = tree.directory.find(agency, on)
        if len(found) == 1:
            own[id(found[0])] = own.get(id(found[0]), Counts()) + tally.counts
        else:
            strangers[agency] = strangers.get(agency, Counts()) + tally.counts
    placed: set[int] = set()
    for top in tree.roots(on):
        yield from _branch(tree, top, on, own, placed)
    for entry in tree.directory.entries:  # in a circle of parents: below no top
        if id(entry) in own and id(entry) not in placed:
            strangers[entry.id] = strangers.get(entry.id, Counts()) + own[id(entry)]
    for agency, counts in sorted(strangers.items()):
        yield BranchRow(agency=agency, name="", depth=0, own=counts, whole=counts, is_placed=False)


def _mover(tree: AgencyTree, now: date) -> Callable[[dict[Facet, str]], Succession]:
    """What changes the agency of a group, and its level, to today's in place, and says what was found."""
    known: dict[tuple[str, str], Succession] = {}

    def move(values: dict[Facet, str]) -> Succession:
        agency, month = values[Facet.AGENCY], values.get(Facet.MONTH, "")
        if (agency, month) not in known:
            known[agency, month] = tree.succession(agency, *_days(month, now), now)
        found = known[agency, month]
        if found.entry is not None:
            values[Facet.AGENCY] = found.entry.id
            if Facet.LEVEL in values and found.entry.level is not None:
                values[Facet.LEVEL] = found.entry.level.value
        return found

    return move


def _branch(
    tree: AgencyTree, top: AgencyEntry, on: date, own: Mapping[int, Counts], placed: set[int]
) -> list[BranchRow]:
    below = [(0, top), *tree.descendants(top, on)]
    placed.update(id(entry) for _, entry in below)
    wholes = [own.get(id(entry), Counts()) for _, entry in below]
    open_ones: list[int] = []
    for place, (depth, _) in enumerate(below):
        del open_ones[depth:]
        for above in open_ones:
            if own.get(id(below[place][1])) is not None:
                wholes[above] += own[id(below[place][1])]
        open_ones.append(place)
    return [
        BranchRow(agency=entry.id, name=entry.name, depth=depth, own=own.get(id(entry), Counts()), whole=wholes[place])
        for place, (depth, entry) in enumerate(below)
        if wholes[place].documents
    ]


def _days(month: str, now: date) -> tuple[date, date]:
    if not month:
        return date.min, now
    year, number = map(int, month.split("-"))
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def _level(entry: AgencyEntry, agencies: Mapping[str, Agency]) -> AgencyLevel:
    before = next((agencies[code.value].level for code in entry.codes if code.value in agencies), None)
    return entry.level or before or AgencyLevel.PROVINCE
