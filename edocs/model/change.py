"""Why a share changed between two periods: what units did better or worse, and what came of their changed weights.

Phân tích tăng giảm. With ``w`` a unit's part of all documents and ``p`` its share, in the earlier period (1) and the
later one (2), the total changes by ``Σ w₂p₂ − Σ w₁p₁``, which is exactly

    within = Σ ½(w₁ + w₂)(p₂ − p₁)      over units with documents in both periods
    mix    = Σ (w₂ − w₁)·½(p₁ + p₂)     over the same units, plus w₂p₂ of those that came, minus w₁p₁ of those that left

(E. M. Kitagawa, "Components of a difference between two rates", 1955). A unit without documents in one period has no
share there that could have changed: all that it contributes is mix. Fractions throughout; rounding is for who shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from edocs.model.comparing import points_between
from edocs.model.counts import Share

__all__ = ["Change", "change_between"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A total share in two periods, and its change taken apart; percentage points, exact."""

    earlier: Share
    later: Share
    points: Fraction | None = None
    """``within + mix``; None where one period has no documents, and so are the parts."""
    within: Fraction | None = None
    """Because units sign more or less of their own documents (do từng đơn vị thay đổi)."""
    mix: Fraction | None = None
    """Because the weights of units changed, those included that came or left (do thay đổi cơ cấu)."""
    came: int = 0
    """Units with documents in the later period alone."""
    left: int = 0
    """Units with documents in the earlier period alone."""


def change_between(earlier: Mapping[str, Share], later: Mapping[str, Share]) -> Change:
    """The change of the total from ``earlier`` to ``later``, each a share for each unit.

    >>> before = {"a": Share(90, 100), "b": Share(10, 100)}
    >>> after = {"a": Share(46, 50), "b": Share(18, 150)}  # each unit signs more, and the total falls
    >>> change = change_between(before, after)
    >>> change.points, change.within, change.mix
    (Fraction(-18, 1), Fraction(2, 1), Fraction(-20, 1))
    """
    first, last = _sum(earlier), _sum(later)
    before, after = _counted(earlier), _counted(later)
    came, left = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    points = points_between(first, last)
    if points is None:
        return Change(earlier=first, later=last, came=came, left=left)
    # Σ ½(w₁ + w₂)(p₂ − p₁); the mix is what remains, which the test compares with the formula above.
    within = Fraction(0)
    for unit in before.keys() & after.keys():
        one, two = before[unit], after[unit]
        weight = Fraction(one.denominator, first.denominator) + Fraction(two.denominator, last.denominator)
        rise = Fraction(two.numerator, two.denominator) - Fraction(one.numerator, one.denominator)
        within += weight * rise / 2
    return Change(
        earlier=first, later=last, points=points, within=100 * within, mix=points - 100 * within, came=came, left=left
    )


def _sum(shares: Mapping[str, Share]) -> Share:
    return Share(sum(share.numerator for share in shares.values()), sum(share.denominator for share in shares.values()))


def _counted(shares: Mapping[str, Share]) -> dict[str, Share]:
    return {unit: share for unit, share in shares.items() if share.denominator}
