"""Which bodies there were in a period, and which of them registered nothing (số cơ quan trong kỳ).

A register alone knows who issued something. A directory of agencies knows besides who was there and issued nothing, and
who had ended: a body that ended before a period is none "without documents" in it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from edocs.model.agency_tree import DISTRICTS_UNTIL, reaches
from edocs.model.collation import vietnamese_key
from edocs.model.directory import AgencyDirectory
from edocs.model.periods import Period
from edocs.model.register import Agency, AgencyLevel
from edocs.model.regrouping import Bodies
from edocs.model.signing import HANOI
from edocs.model.tally import Facet, Query, Tally

__all__ = ["Census", "Roll", "has_ended", "roll_of", "silent_bodies", "take_census"]

Tallier = Callable[[Query, tuple[Facet, ...]], Iterable[Tally]]
_UNITS = (Facet.LEVEL, Facet.AGENCY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """A directory and the days of which it is asked who was there."""

    directory: AgencyDirectory | None
    """None: there is none, or less than all documents of the days are counted."""
    first: date
    last: date
    """Included."""
    is_regrouped: bool = False
    """The one day of the bodies under which the counts are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """How many bodies a report is about."""

    with_documents: int = 0
    """Bodies that have documents in the period, those excluded among them."""
    silent: tuple[Agency, ...] = ()
    """Bodies that the directory has in the period and that have none, from province to commune, by name."""
    is_of_directory: bool = False
    """Whether there was a directory to ask."""
    ended: int = 0
    """Bodies that ended after the first day of the earlier period and before the last one of the later."""
    began: int = 0
    """Likewise."""

    @property
    def agencies(self) -> int:
        """All of them (số cơ quan)."""
        return self.with_documents + len(self.silent)


def roll_of(query: Query, months: Sequence[str], directory: AgencyDirectory | None, bodies: Bodies | None) -> Roll:
    """Of whom to ask who was there: the days of ``query``, where they are open those of its months and its cut-off.

    Args:
        months: Of the period, in order.
        directory: The register's.
        bodies: Under which the counts are; their directory and day count then.
    """
    end = query.as_of.astimezone(HANOI).date() if query.as_of else date.max
    first = query.issued_from or (date.fromisoformat(f"{months[0]}-01") if months else end)
    is_all = not (query.agency or query.number or query.symbol or query.type or query.text or query.level)
    if bodies is not None:
        directory, first, end = bodies.tree.directory, bodies.on, bodies.on
    last = min(query.issued_to or end, end) if bodies is None else end
    return Roll(
        directory=directory if is_all else None, first=first, last=max(first, last), is_regrouped=bodies is not None
    )


def take_census(tally: Tallier, query: Query, roll: Roll, earlier: Period | None) -> Census:
    """Count the bodies of a period, and those that ended or began since ``earlier``.

    Args:
        tally: Counts a query by facets, under the bodies that are asked for.
    """
    found = {agency for _, agency in _groups(tally, query)}
    ended = began = 0
    if earlier is not None and not roll.is_regrouped:
        if roll.directory is not None:
            ended, began = _turnover(roll.directory, min(earlier.first, roll.first), max(earlier.last, roll.last))
        else:
            before = _groups(tally, _within(query, earlier))
            ended = sum(agency not in found and has_ended(roll, agency, AgencyLevel(level)) for level, agency in before)
    return Census(
        with_documents=len(found),
        silent=silent_bodies(roll, found),
        is_of_directory=roll.directory is not None,
        ended=ended,
        began=began,
    )


def silent_bodies(roll: Roll, found: Collection[str]) -> tuple[Agency, ...]:
    """The bodies with a level that the directory has on those days, and none of whose codes is in ``found``."""
    if roll.directory is None:
        return ()
    bodies = {
        entry.id: Agency(id=entry.id, name=entry.name, level=entry.level)
        for entry in roll.directory.entries
        if entry.id and entry.name and entry.level is not None and reaches(entry, roll.first, roll.last)
        if not any(code.value in found for code in entry.codes)
    }
    order = list(AgencyLevel)
    return tuple(sorted(bodies.values(), key=lambda one: (order.index(one.level), vietnamese_key(one.name), one.id)))


def has_ended(roll: Roll, agency: str, level: AgencyLevel) -> bool:
    """Whether a body had ended before those days: as the directory says, else as the law does of districts.

    Source: Resolution 203/2025/QH15.
    """
    had = roll.directory.having(agency) if roll.directory is not None else ()
    if had:
        return not any(reaches(entry, roll.first, roll.last) for entry in had)
    return level is AgencyLevel.DISTRICT and roll.first > DISTRICTS_UNTIL


def _groups(tally: Tallier, query: Query) -> list[tuple[str, ...]]:
    return [one.group for one in tally(query, _UNITS) if one.counts.documents]


def _within(query: Query, period: Period) -> Query:
    return replace(query, issued_from=period.first, issued_to=period.last)


def _turnover(directory: AgencyDirectory, first: date, last: date) -> tuple[int, int]:
    """How many bodies ended and began between two days, neither on the last nor on the first of them."""
    ended = {entry.id for entry in directory.entries if entry.valid_to and first <= entry.valid_to < last}
    began = {entry.id for entry in directory.entries if entry.valid_from and first < entry.valid_from <= last}
    return len(ended), len(began)
