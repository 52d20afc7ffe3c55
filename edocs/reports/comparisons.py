"""What a report compares, from counts: units in bands and ranked, targets, and the change since an earlier period.

So sánh giữa các đơn vị, với chỉ tiêu và với kỳ trước. The arithmetic is in :mod:`edocs.model.comparing` and
:mod:`edocs.model.change`; here it is done for every unit and level of a report, once, for all formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from edocs.model import AgencyLevel, Counts, Facet, Indicator, Query, Share, Tally, total
from edocs.model.census import Roll, has_ended, silent_bodies
from edocs.model.change import Change, change_between
from edocs.model.comparing import Band, Bounds, Place, band_of, is_reached, places, shortfall
from edocs.model.periods import Period
from edocs.model.targets import Target, target_for

__all__ = ["BandLine", "ChangeLine", "Comparing", "Comparisons", "TargetLine", "Unit", "compare", "target_lines"]

Tallier = Callable[[Query, Sequence[Facet]], Iterable[Tally]]
_UNITS = (Facet.LEVEL, Facet.AGENCY)
_Units = Mapping[tuple[str, ...], Counts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """What is to be compared."""

    earlier: Period | None = None
    """The period that changes and movements are counted from; None: none are."""
    bounds: Bounds = field(default_factory=Bounds)
    targets: tuple[Target, ...] = ()
    indicator: Indicator = Indicator.BOTH
    """By which units are ranked and put in bands one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """An agency among those of its level."""

    level: AgencyLevel
    agency: str
    counts: Counts
    earlier: Counts | None
    """In the earlier period; None where nothing is compared with."""
    band: Band
    place: Place
    """Among the units of its level."""
    target: Target | None
    """For the indicator of the ranking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BandLine:
    """How many units of a level are in each band."""

    level: AgencyLevel | None
    """None: all levels."""
    indicator: Indicator
    units: Mapping[Band, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """How the share of a level changed."""

    level: AgencyLevel | None
    """None: all levels."""
    indicator: Indicator
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """A target beside what was reached."""

    target: Target
    agency: str | None
    """None: the whole level of the target, or the total."""
    share: Share

    @property
    def is_reached(self) -> bool | None:
        """None where there are no documents."""
        return is_reached(self.share, self.target.percent)

    @property
    def missing(self) -> int | None:
        """How many more documents would have to be signed; None where there are none."""
        return shortfall(self.share, self.target.percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """Everything that a report compares."""

    wanted: Comparing
    units: tuple[Unit, ...]
    """From province to commune, then by agency id: those with documents in the period; and without, those that the
    directory has in it, and those with documents in the earlier one that are not known to have ended."""
    bands: tuple[BandLine, ...]
    changes: tuple[ChangeLine, ...]
    """Empty where nothing is compared with."""
    targets: tuple[TargetLine, ...]
    """Of the year that the period ends in: each level's line, then its units."""


def compare(tally: Tallier, query: Query, wanted: Comparing, months: Sequence[str], roll: Roll) -> Comparisons:
    """Compare what ``query`` describes.

    Args:
        tally: Counts a query by facets, such as ``Registry.tally``.
        months: Of the period, in order: the last one says the year of the targets.
        roll: Of whom to ask which bodies there were in the period.
    """
    now = _counted(tally, query)
    before = _earlier(tally, query, wanted.earlier)
    present = {key: now.get(key, Counts()) for key in sorted({*now, *_silent(now, before, roll)})}
    levels = [level for level in AgencyLevel if any(key[0] == level for key in present)]
    year = int(months[-1][:4]) if months else 0
    return Comparisons(
        wanted=wanted,
        units=tuple(unit for level in levels for unit in _units(level, present, before, wanted, year)),
        bands=tuple(
            _bands(level, indicator, present, wanted.bounds) for level in _with_all(levels) for indicator in Indicator
        ),
        changes=tuple(
            ChangeLine(
                level=level,
                indicator=indicator,
                change=change_between(_shares(before, indicator, level), _shares(now, indicator, level)),
            )
            for level in _with_all(levels if wanted.earlier else None)
            for indicator in Indicator
        ),
        targets=tuple(line for target in wanted.targets if target.year == year for line in target_lines(target, now)),
    )


def target_lines(target: Target, units: _Units) -> list[TargetLine]:
    """The line of the target's level, then one for each of its units.

    Args:
        units: Counts by level and agency.
    """
    found = {key: counts for key, counts in units.items() if target.level in (None, key[0])}
    whole = total(Tally(group=key, counts=counts) for key, counts in found.items())
    lines = [TargetLine(target=target, agency=None, share=whole.share(target.indicator))]
    if target.level is not None:
        lines += [
            TargetLine(target=target, agency=key[1], share=counts.share(target.indicator))
            for key, counts in found.items()
        ]
    return lines


def _counted(tally: Tallier, query: Query) -> dict[tuple[str, ...], Counts]:
    return {item.group: item.counts for item in sorted(tally(query, _UNITS), key=lambda item: item.group)}


def _earlier(tally: Tallier, query: Query, period: Period | None) -> _Units:
    if period is None:
        return {}
    return _counted(tally, replace(query, issued_from=period.first, issued_to=period.last))


def _silent(now: _Units, before: _Units, roll: Roll) -> Iterator[tuple[str, ...]]:
    """Bodies without documents in the period: a body that had ended before it is none."""
    found = {agency for _, agency in now}
    gone = [key for key in before if key[1] not in found and not has_ended(roll, key[1], AgencyLevel(key[0]))]
    yield from gone
    for one in silent_bodies(roll, {*found, *(agency for _, agency in gone)}):
        yield one.level.value, one.id


def _with_all(levels: Sequence[AgencyLevel] | None) -> list[AgencyLevel | None]:
    """Each level, then all together; nothing where there is nothing to compare."""
    return [] if levels is None else [*levels, None]


def _shares(units: _Units, indicator: Indicator, level: AgencyLevel | None) -> dict[str, Share]:
    return {"/".join(key): counts.share(indicator) for key, counts in units.items() if level is None or key[0] == level}


def _units(level: AgencyLevel, present: _Units, before: _Units, wanted: Comparing, year: int) -> list[Unit]:
    shares = _shares(present, wanted.indicator, level)
    ranked = places(shares, _shares(before, wanted.indicator, level))
    target = target_for(wanted.targets, wanted.indicator, level, year)
    return [
        Unit(
            level=level,
            agency=key[1],
            counts=counts,
            earlier=before.get(key, Counts()) if wanted.earlier else None,
            band=band_of(shares["/".join(key)], wanted.bounds),
            place=ranked["/".join(key)],
            target=target,
        )
        for key, counts in present.items()
        if key[0] == level
    ]


def _bands(level: AgencyLevel | None, indicator: Indicator, units: _Units, bounds: Bounds) -> BandLine:
    found = [band_of(share, bounds) for share in _shares(units, indicator, level).values()]
    return BandLine(level=level, indicator=indicator, units={band: found.count(band) for band in Band})
