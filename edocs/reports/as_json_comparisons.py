"""The comparisons of a report as what JSON can say; part of ``edocs.report/1``."""

from __future__ import annotations

from fractions import Fraction

from edocs.model import Indicator, Share
from edocs.model.comparing import points_between
from edocs.model.targets import Target

from .comparing_words import decimal_of
from .comparisons import BandLine, ChangeLine, Comparisons, TargetLine, Unit
from .figures import Report

__all__ = ["comparisons_object", "target_object"]


def comparisons_object(found: Comparisons, report: Report) -> dict[str, object]:
    """Comparisons with stable ids; percentages and percentage points half up to two decimals."""
    wanted = found.wanted
    earlier = wanted.earlier
    return {
        "earlier": {"from": earlier.first.isoformat(), "to": earlier.last.isoformat()} if earlier else None,
        "bounds": {"upper": _number(wanted.bounds.upper), "lower": _number(wanted.bounds.lower)},
        "indicator": wanted.indicator.value,
        "units": [_unit(unit, wanted.indicator, report) for unit in found.units],
        "bands": [_band(line) for line in found.bands],
        "changes": [_change(line) for line in found.changes],
        "targets": [target_object(line) for line in found.targets],
    }


def target_object(line: TargetLine) -> dict[str, object]:
    """A target beside what was reached."""
    target = line.target
    return {
        "indicator": target.indicator.value,
        "level": target.level.value if target.level else None,
        "year": target.year,
        "percent": _number(target.percent),
        "source": target.source,
        "agency": line.agency,
        "share": _share(line.share),
        "reached": line.is_reached,
        "missing": line.missing,
    }


def _unit(unit: Unit, indicator: Indicator, report: Report) -> dict[str, object]:
    target: Target | None = unit.target
    line = TargetLine(target=target, agency=unit.agency, share=unit.counts.share(indicator)) if target else None
    return {
        "level": unit.level.value,
        "agency": unit.agency,
        "name": report.name_of(unit.agency),
        "band": unit.band.value,
        "rank": unit.place.rank,
        "earlier_rank": unit.place.earlier,
        "target_percent": _number(target.percent) if target else None,
        "missing": line.missing if line else None,
        "indicators": {item.value: _moved(unit, item) for item in Indicator},
    }


def _moved(unit: Unit, indicator: Indicator) -> dict[str, object]:
    now = unit.counts.share(indicator)
    before = None if unit.earlier is None else unit.earlier.share(indicator)
    return {
        "share": _share(now),
        "earlier": None if before is None else _share(before),
        "points": None if before is None else _number(points_between(before, now)),
    }


def _band(line: BandLine) -> dict[str, object]:
    level = line.level.value if line.level else None
    counts = {band.value: count for band, count in line.units.items()}
    return {"level": level, "indicator": line.indicator.value, **counts}


def _change(line: ChangeLine) -> dict[str, object]:
    change = line.change
    return {
        "level": line.level.value if line.level else None,
        "indicator": line.indicator.value,
        "earlier": _share(change.earlier),
        "later": _share(change.later),
        "points": _number(change.points),
        "within": _number(change.within),
        "mix": _number(change.mix),
        "units_new": change.came,
        "units_gone": change.left,
    }


def _share(share: Share) -> dict[str, object]:
    percent = share.percent
    return {
        "valid": share.numerator,
        "base": share.denominator,
        "percent": None if percent is None else float(percent),
    }


def _number(number: Fraction | None) -> float | None:
    return None if number is None else float(decimal_of(number))
