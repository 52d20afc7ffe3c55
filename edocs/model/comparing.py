"""What reports compare signed shares by: bands, targets, rank and its movement, change in percentage points.

So sánh tỷ lệ ký số: nhóm, chỉ tiêu, thứ hạng, tăng giảm theo điểm phần trăm. Pure functions over counts, in whole
numbers and fractions; nothing is compared after rounding. A unit without documents has no share: it is in no band, has
no rank and neither reaches nor misses a target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from edocs.errors import UsageError
from edocs.model.counts import Share

__all__ = [
    "Band",
    "Bounds",
    "Place",
    "band_of",
    "exact_share",
    "is_reached",
    "places",
    "points_between",
    "ranks",
    "shortfall",
]


class Band(StrEnum):
    """Into which group of units a share falls (nhóm tỷ lệ)."""

    OVER = "over"
    """trên: strictly more than the upper bound"""
    BETWEEN = "between"
    """từ … đến …: from the lower to the upper bound, both included"""
    UNDER = "under"
    """dưới: strictly less than the lower bound"""
    NONE = "none"
    """không có văn bản: no documents, so no share"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The two bounds of the bands, in percent. Exactly 80 % is not over 80 %; exactly 50 % is not under 50 %."""

    upper: Fraction = Fraction(80)
    lower: Fraction = Fraction(50)

    def __post_init__(self) -> None:
        if not 0 <= self.lower <= self.upper <= 100:
            raise UsageError("no bounds of bands: {upper}, {lower}", upper=self.upper, lower=self.lower)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A unit's rank, now and in the period before (thứ hạng)."""

    rank: int | None = None
    """1 is the highest share; units of equal share have the same rank, and the next one's counts them all (1, 2, 2, 4).
    None: no documents."""
    earlier: int | None = None
    """None: no documents then."""

    @property
    def movement(self) -> int | None:
        """How many ranks the unit rose (positive) or fell; None where one of the two is missing."""
        return None if self.rank is None or self.earlier is None else self.earlier - self.rank

    @property
    def is_new(self) -> bool:
        """Ranked now, and not before."""
        return self.rank is not None and self.earlier is None


def exact_share(share: Share) -> Fraction | None:
    """The share as a fraction from 0 to 1; None where there are no documents."""
    return Fraction(share.numerator, share.denominator) if share.denominator else None


def band_of(share: Share, bounds: Bounds = Bounds()) -> Band:
    """The band of ``share``, compared as ``numerator × 100`` with ``bound × denominator``.

    >>> band_of(Share(4, 5)), band_of(Share(801, 1000)), band_of(Share(1, 2)), band_of(Share(0, 0))
    (<Band.BETWEEN: 'between'>, <Band.OVER: 'over'>, <Band.BETWEEN: 'between'>, <Band.NONE: 'none'>)
    """
    if not share.denominator:
        return Band.NONE
    hundredfold = share.numerator * 100
    if hundredfold > bounds.upper * share.denominator:
        return Band.OVER
    return Band.UNDER if hundredfold < bounds.lower * share.denominator else Band.BETWEEN


def is_reached(share: Share, percent: Fraction) -> bool | None:
    """Whether ``share`` is at least ``percent`` (đạt chỉ tiêu); None where there are no documents."""
    return share.numerator * 100 >= percent * share.denominator if share.denominator else None


def shortfall(share: Share, percent: Fraction) -> int | None:
    """How many more of the same documents would have to be signed for ``share`` to reach ``percent`` (còn thiếu).

    The least k ≥ 0 with (numerator + k) × 100 ≥ percent × denominator; None where there are no documents.

    >>> shortfall(Share(7, 9), Fraction(80)), shortfall(Share(8, 10), Fraction(80))
    (1, 0)
    """
    if not share.denominator:
        return None
    needed = -(-(percent * share.denominator) // 100)
    return max(0, int(needed) - share.numerator)


def points_between(earlier: Share, later: Share) -> Fraction | None:
    """The change in percentage points (điểm phần trăm), exact; None where one of the two has no documents.

    >>> points_between(Share(1, 2), Share(2, 3))
    Fraction(50, 3)
    """
    before, after = exact_share(earlier), exact_share(later)
    return None if before is None or after is None else 100 * (after - before)


def ranks(shares: Mapping[str, Share]) -> Mapping[str, int | None]:
    """The rank of each unit by its exact share, the highest first, equal shares sharing a rank: 1, 2, 2, 4.

    >>> ranks({"a": Share(1, 2), "b": Share(9, 10), "c": Share(2, 4), "d": Share(0, 0), "e": Share(0, 7)})
    {'a': 2, 'b': 1, 'c': 2, 'd': None, 'e': 4}
    """
    found = {unit: exact_share(share) for unit, share in shares.items()}
    first: dict[Fraction, int] = {}
    for position, value in enumerate(sorted((item for item in found.values() if item is not None), reverse=True), 1):
        first.setdefault(value, position)
    return {unit: None if value is None else first[value] for unit, value in found.items()}


def places(now: Mapping[str, Share], earlier: Mapping[str, Share]) -> Mapping[str, Place]:
    """The rank of each unit of ``now``, and where it stood among the units of ``earlier``."""
    before = ranks(earlier)
    return {unit: Place(rank=rank, earlier=before.get(unit)) for unit, rank in ranks(now).items()}
