"""Every indicator of a report, for all levels together and for each: built-in ones, and those that were added.

Bảng chỉ số. Which definitions they were made by is part of the table, since the same events counted by other
definitions are other figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from edocs.model import AgencyLevel, Facet, Query, Standing
from edocs.model.figures import Figure
from edocs.model.indicators import Condition, Definition, Unit, Variant, definitions_version
from edocs.model.judging import judge
from edocs.model.measuring import Counted, Measure, choose, evaluate, facets_of
from edocs.model.profile import Profile
from edocs.model.regrouping import Bodies, figures_under, profiles_under

__all__ = ["IndicatorLine", "IndicatorTable", "indicator_table"]

_UNITS = (Facet.LEVEL, Facet.AGENCY)
Profiles = Callable[[Sequence[Facet]], Iterable[Counted]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorLine:
    """One indicator in one variant, of one level or of all."""

    definition: Definition
    variant: Variant
    level: AgencyLevel | None
    """None: all levels."""
    measure: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorTable:
    """All indicators of a report."""

    definitions: tuple[Definition, ...]
    lines: tuple[IndicatorLine, ...]
    """By definition, then by variant; all levels together first, then each that has something."""

    @property
    def version(self) -> str:
        """Which definitions these are."""
        return definitions_version(self.definitions)

    @property
    def levels(self) -> tuple[AgencyLevel, ...]:
        """Those that have something."""
        found = {line.level for line in self.lines}
        return tuple(level for level in AgencyLevel if level in found)

    def of(self, definition: Definition, variant: Variant, level: AgencyLevel | None = None) -> Measure:
        """One figure; nothing at all where there is none."""
        wanted = (definition, variant, level)
        found = (line.measure for line in self.lines if (line.definition, line.variant, line.level) == wanted)
        return next(found, Measure())


def indicator_table(
    definitions: Sequence[Definition], profiles: Profiles, figures: Sequence[Figure], bodies: Bodies | None = None
) -> IndicatorTable | None:
    """Evaluate ``definitions``, reading the counts once, and by month only where an indicator needs it; None: no table.

    Args:
        profiles: Documents by facets (``Registry.profiles`` of the report's query).
        figures: Imported ones of the same query.
        bodies: Count under these; None: under those that documents and figures have.
    """
    if not definitions:
        return None
    monthly = [definition for definition in definitions if definition.known is not None]
    plain = _Rows(_under(profiles, bodies), [one for one in definitions if one.known is None], _UNITS)
    known = [one.known for one in monthly if one.known is not None]
    by_month = _Rows(profiles if _is_anything_known(known, plain) else lambda _: (), monthly, _UNITS)
    moved = figures_under(figures, bodies)
    lines: list[IndicatorLine] = []
    for definition in definitions:
        if definition.known is None:
            lines += _lines(definition, definition, plain, moved)
            continue
        # Which of the two counts is asked of the bodies of the time: what one of them sent says nothing of another.
        facets = facets_of(definition, [Facet.LEVEL])
        rows, own = choose(definition, by_month.by(facets), facets, figures)
        chosen = replace(definition, known=None)
        counted = _Rows(_under(partial(_added_up, rows, facets), bodies), [chosen], _UNITS)
        lines += _lines(definition, chosen, counted, figures_under(own, bodies))
    return IndicatorTable(definitions=tuple(definitions), lines=tuple(lines))


def _under(profiles: Profiles, bodies: Bodies | None) -> Profiles:
    return profiles_under(lambda _, facets: profiles(facets), Query(), bodies)


class _Rows:
    """Documents by all facets that some definitions need, and added up by fewer: most need few."""

    def __init__(self, profiles: Profiles, definitions: Sequence[Definition], first: Sequence[Facet]) -> None:
        needed = (facet for one in definitions for facet in facets_of(one))
        self.facets = tuple(dict.fromkeys((*first, *needed)))
        self.all = list(profiles(self.facets)) if definitions else []
        self._by: dict[tuple[Facet, ...], list[Counted]] = {}

    def by(self, facets: tuple[Facet, ...]) -> list[Counted]:
        """The rows of ``facets`` alone."""
        if facets not in self._by:
            self._by[facets] = _added_up(self.all, self.facets, facets)
        return self._by[facets]


def _added_up(rows: Iterable[Counted], facets: Sequence[Facet], by: Sequence[Facet]) -> list[Counted]:
    """Rows by ``facets`` as rows by fewer."""
    places = [facets.index(facet) for facet in by]
    sums: dict[tuple[tuple[str, ...], Profile], int] = {}
    for group, profile, count in rows:
        place = (tuple(group[at] for at in places), profile)
        sums[place] = sums.get(place, 0) + count
    return [(group, profile, count) for (group, profile), count in sums.items()]


def _is_anything_known(conditions: Iterable[Condition], rows: _Rows) -> bool:
    """Whether the register knows of sending, say, at all; where a condition asks for more than a profile, it may."""
    profiles = {profile for _, profile, _ in rows.by(())}
    return any(
        one.level or one.type or any(judge(one, profile) is Standing.VALID for profile in profiles)
        for one in conditions
    )


def _lines(
    definition: Definition, counted_by: Definition, rows: _Rows, figures: Sequence[Figure]
) -> Iterator[IndicatorLine]:
    facets = facets_of(counted_by, [Facet.LEVEL])
    counted = rows.by(facets)
    for variant in definition.variants:
        levels = evaluate(counted_by, counted, facets, [Facet.LEVEL], figures=figures, variant=variant)
        if definition.unit is Unit.AGENCY:  # one that changed its level is one all the same
            whole = evaluate(counted_by, counted, facets, figures=figures, variant=variant).get((), Measure())
        else:
            whole = sum(levels.values(), Measure())
        yield IndicatorLine(definition=definition, variant=variant, level=None, measure=whole)
        for level in AgencyLevel:
            if found := levels.get((level.value,)):
                yield IndicatorLine(definition=definition, variant=variant, level=level, measure=found)
