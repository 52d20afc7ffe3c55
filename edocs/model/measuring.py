"""What an indicator comes to: counts of documents, files or agencies, or imported figures, as a share with its bounds.

Tính chỉ số. Counts are added, never percentages; of one agency and month either the register counts or what was
imported, never both; an agency is counted once, whatever it issued.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from edocs.model.counts import Share
from edocs.model.figures import Figure
from edocs.model.indicators import Condition, Definition, Unit, Variant
from edocs.model.judging import judge, judge_files
from edocs.model.profile import Buckets, Profile
from edocs.model.standing import Standing
from edocs.model.tally import Facet

__all__ = ["Counted", "Measure", "choose", "evaluate", "facets_of"]

Group = tuple[str, ...]
Counted = tuple[Group, Profile, int]
"""A value for each facet, a profile, and how many documents have both: what ``Registry.profiles`` gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """The four buckets of an indicator; they sum to the denominator."""

    valid: int = 0
    """The numerator."""
    invalid: int = 0
    """Not in the numerator, for certain: unsigned, or signed and not valid."""
    indeterminate: int = 0
    """It may be: evidence is missing."""
    not_checked: int = 0
    """It may be: nobody verified it."""

    @property
    def denominator(self) -> int:
        """All of them."""
        return self.valid + self.invalid + self.indeterminate + self.not_checked

    @property
    def share(self) -> Share:
        """What is certain: the least that the share can be."""
        return Share(self.valid, self.denominator)

    @property
    def greatest(self) -> Share:
        """The share if all that is undecided were valid."""
        return Share(self.valid + self.indeterminate + self.not_checked, self.denominator)

    @property
    def is_decided(self) -> bool:
        """Whether the bounds are the share itself."""
        return not self.indeterminate + self.not_checked

    def __add__(self, other: Measure) -> Measure:
        return Measure(
            valid=self.valid + other.valid,
            invalid=self.invalid + other.invalid,
            indeterminate=self.indeterminate + other.indeterminate,
            not_checked=self.not_checked + other.not_checked,
        )


def facets_of(definition: Definition, by: Sequence[Facet] = ()) -> tuple[Facet, ...]:
    """By what documents must be counted, so that :func:`evaluate` can group by ``by``."""
    asked = {name for one in _conditions(definition) for name in one.asked}
    needed = [Facet.LEVEL] if "level" in asked else []
    needed += [Facet.TYPE] if "type" in asked else []
    if definition.unit is Unit.AGENCY or definition.known is not None:
        needed.append(Facet.AGENCY)
    if definition.known is not None:
        needed.append(Facet.MONTH)
    return tuple(dict.fromkeys((*by, *needed)))


def choose(
    definition: Definition, counted: Iterable[Counted], facets: Sequence[Facet], figures: Iterable[Figure]
) -> tuple[list[Counted], list[Figure]]:
    """What of documents and imported figures an indicator is made from: of one agency and month only one of the two.

    Args:
        counted: By :func:`facets_of`, under the agencies that the documents were registered under.
    """
    rows = list(counted) if definition.denominator is not None else []
    own = [figure for figure in figures if figure.indicator == definition.id and definition.is_imported]
    if definition.known is None:
        return rows, own
    place = {facet: position for position, facet in enumerate(facets)}
    known = _known_months(definition.known, rows, place)
    return (
        [row for row in rows if _month_in(row[0], place) in known],
        [figure for figure in own if (figure.agency, figure.month) not in known],
    )


def evaluate(
    definition: Definition,
    counted: Iterable[Counted],
    facets: Sequence[Facet],
    by: Sequence[Facet] = (),
    *,
    figures: Iterable[Figure] = (),
    variant: Variant = Variant.VERIFIED,
) -> dict[Group, Measure]:
    """An indicator's counts, by group; a group of which nothing is known is absent (tính một chỉ số).

    Args:
        counted: Documents by ``facets``, at least :func:`facets_of`.
        figures: Imported ones; those of other indicators are passed over. They have no type, and are not grouped by it.

    Source: ``docs/indicators.md``.
    """
    place = {facet: position for position, facet in enumerate(facets)}
    found = _Sums(definition, variant, place, by)
    rows, own = choose(definition, counted, facets, figures)
    for group, profile, count in rows:
        found.add(group, profile, count)
    if variant is Variant.VERIFIED and Facet.TYPE not in by:
        for figure in _latest_of_stock(own, by) if definition.is_stock else own:
            found.add_figure(figure)
    return found.measures()


class _Sums:
    """Counts by group while they are added up."""

    def __init__(
        self, definition: Definition, variant: Variant, place: Mapping[Facet, int], by: Sequence[Facet]
    ) -> None:
        self._unit = definition.unit
        self._denominator = definition.denominator or Condition()
        self._numerator = definition.condition(variant)
        self._place, self._by = place, by
        self._counts: dict[Group, list[int]] = {}
        self._agencies: dict[Group, dict[str, Standing]] = {}
        self._judged: dict[tuple[Profile, str, str], Buckets] = {}

    def add(self, group: Group, profile: Profile, count: int) -> None:
        """Take in documents that are counted alike."""
        level, type = (self._value(group, facet) for facet in (Facet.LEVEL, Facet.TYPE))
        seen = (profile, level if self._asks("level") else "", type if self._asks("type") else "")
        buckets = self._judged.get(seen)
        if buckets is None:
            buckets = self._judged[seen] = self._judge(*seen)
        if any(buckets):
            target = tuple(group[self._place[facet]] for facet in self._by)
            if self._unit is Unit.AGENCY:
                self._see(target, self._value(group, Facet.AGENCY), buckets)
            else:
                self._sum(target, [count * value for value in _four(buckets)])

    def add_figure(self, figure: Figure) -> None:
        """Take in what was imported."""
        values = {Facet.AGENCY: figure.agency, Facet.LEVEL: figure.level.value, Facet.MONTH: figure.month}
        group = tuple(values[facet] for facet in self._by)
        self._sum(group, [figure.numerator, figure.denominator - figure.numerator, 0, 0])

    def measures(self) -> dict[Group, Measure]:
        """The sums, in order."""
        for group, agencies in self._agencies.items():
            for standing in agencies.values():
                self._sum(group, _four(Buckets(**{standing.value: 1})))
        names = [standing.value for standing in _FOUR]
        return {group: Measure(**dict(zip(names, self._counts[group], strict=True))) for group in sorted(self._counts)}

    def _asks(self, name: str) -> bool:
        return bool(getattr(self._denominator, name) or getattr(self._numerator, name))

    def _judge(self, profile: Profile, level: str, type: str) -> Buckets:
        if judge(self._denominator, profile, level, type) is not Standing.VALID:
            return Buckets()
        if self._unit is Unit.FILE:
            return judge_files(self._numerator, profile.appendices)
        return Buckets(**{judge(self._numerator, profile, level, type).value: 1})

    def _see(self, group: Group, agency: str, buckets: Buckets) -> None:
        """An agency is in the best of the buckets that its documents are in."""
        seen = self._agencies.setdefault(group, {})
        new = next(standing for standing in _BEST if buckets[standing])
        seen[agency] = min(new, seen.get(agency, new), key=_BEST.index)

    def _sum(self, group: Group, counts: Sequence[int]) -> None:
        known = self._counts.setdefault(group, [0, 0, 0, 0])
        for place, count in enumerate(counts):
            known[place] += count

    def _value(self, group: Group, facet: Facet) -> str:
        return group[self._place[facet]] if facet in self._place else ""


_FOUR = (Standing.VALID, Standing.INVALID, Standing.INDETERMINATE, Standing.NOT_CHECKED)
_BEST = (Standing.VALID, Standing.INDETERMINATE, Standing.NOT_CHECKED, Standing.INVALID)


def _four(buckets: Buckets) -> list[int]:
    return [buckets[standing] for standing in _FOUR]


def _conditions(definition: Definition) -> list[Condition]:
    found = (definition.denominator, definition.numerator, definition.attempted, definition.known)
    return [one for one in found if one is not None]


def _month_in(group: Group, place: Mapping[Facet, int]) -> tuple[str, str]:
    return group[place[Facet.AGENCY]], group[place[Facet.MONTH]]


def _known_months(known: Condition, rows: Sequence[Counted], place: Mapping[Facet, int]) -> set[tuple[str, str]]:
    """The agencies and months that the register counts by itself."""
    values = (place.get(Facet.LEVEL), place.get(Facet.TYPE))
    return {
        _month_in(group, place)
        for group, profile, _ in rows
        if judge(known, profile, *("" if at is None else group[at] for at in values)) is Standing.VALID
    }


def _latest_of_stock(figures: Iterable[Figure], by: Sequence[Facet]) -> list[Figure]:
    """Of each agency the last month alone: a state is not added up over months."""
    latest: dict[tuple[str, ...], Figure] = {}
    for figure in sorted(figures, key=lambda figure: figure.month):
        latest[(figure.agency, figure.month) if Facet.MONTH in by else (figure.agency,)] = figure
    return list(latest.values())
