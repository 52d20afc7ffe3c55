"""Every indicator of a report, for all levels together and for each: built-in ones, and those that were added.

Bảng chỉ số. Which definitions they were made by is part of the table, since the same events counted by other
definitions are other figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from edocs.model import AgencyLevel, Facet, Standing
from edocs.model.figures import Figure
from edocs.model.indicators import Condition, Definition, Variant, definitions_version
from edocs.model.judging import judge
from edocs.model.measuring import Counted, Measure, evaluate, facets_of

__all__ = ["IndicatorLine", "IndicatorTable", "indicator_table"]

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
    definitions: Sequence[Definition], profiles: Profiles, figures: Sequence[Figure]
) -> IndicatorTable | None:
    """Evaluate ``definitions``, reading the counts once, and by month only where an indicator needs it; None: no table.

    Args:
        profiles: Documents by facets (``Registry.profiles`` of the report's query).
        figures: Imported ones of the same query.
    """
    if not definitions:
        return None
    plain = [definition for definition in definitions if definition.known is None]
    facets = _facets(plain, (Facet.LEVEL, Facet.AGENCY))
    rows = list(profiles(facets))
    lines: list[IndicatorLine] = []
    monthly: tuple[list[Counted], tuple[Facet, ...]] | None = None
    for definition in definitions:
        if definition.known is None:
            lines += _lines(definition, rows, facets, figures)
            continue
        if monthly is None:
            wanted = _facets([one for one in definitions if one.known is not None], (Facet.LEVEL,))
            asked = [one.known for one in definitions if one.known is not None]
            monthly = (list(profiles(wanted)) if _is_anything_known(asked, rows) else [], wanted)
        lines += _lines(definition, *monthly, figures)
    return IndicatorTable(definitions=tuple(definitions), lines=tuple(lines))


def _facets(definitions: Iterable[Definition], first: Sequence[Facet]) -> tuple[Facet, ...]:
    return tuple(dict.fromkeys((*first, *(facet for one in definitions for facet in facets_of(one)))))


def _is_anything_known(conditions: Iterable[Condition], rows: Iterable[Counted]) -> bool:
    """Whether the register knows of sending, say, at all; where conditions ask for more than a profile, it may."""
    profiles = {profile for _, profile, _ in rows}
    return any(
        one.level or one.type or any(judge(one, profile) is Standing.VALID for profile in profiles)
        for one in conditions
    )


def _lines(
    definition: Definition, rows: Sequence[Counted], facets: Sequence[Facet], figures: Sequence[Figure]
) -> list[IndicatorLine]:
    lines = []
    for variant in definition.variants:
        whole = evaluate(definition, rows, facets, figures=figures, variant=variant)
        levels = evaluate(definition, rows, facets, [Facet.LEVEL], figures=figures, variant=variant)
        found = [(None, whole.get((), Measure()))]
        found += [(level, levels[(level.value,)]) for level in AgencyLevel if (level.value,) in levels]  # type: ignore[misc]
        lines += [
            IndicatorLine(definition=definition, variant=variant, level=level, measure=measure)
            for level, measure in found
        ]
    return lines
