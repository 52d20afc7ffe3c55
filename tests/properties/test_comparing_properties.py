"""Comparisons are what naive arithmetic with fractions says, whatever the counts."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from edocs.model import Counts, Facet, Share, Tally
from edocs.model.change import change_between
from edocs.model.comparing import (
    Band,
    Bounds,
    band_of,
    is_reached,
    places,
    points_between,
    ranks,
    shortfall,
)
from edocs.model.periods import Span, counted_by, roll_up, span_months, span_of, spans_between

shares = st.integers(0, 60).flatmap(lambda d: st.integers(0, d).map(lambda n: Share(n, d)))
percents = st.integers(0, 100).map(Fraction) | st.fractions(0, 100, max_denominator=40)
units = st.dictionaries(st.sampled_from("abcdefgh"), shares, max_size=8)
months = st.sampled_from([f"{year}-{month:02d}" for year in (2025, 2026) for month in range(1, 13)])


def value(share: Share) -> Fraction:
    return Fraction(share.numerator, share.denominator)


@given(shares, percents, percents)
def test_band_is_where_the_exact_percentage_stands(share: Share, one: Fraction, other: Fraction) -> None:
    bounds = Bounds(upper=max(one, other), lower=min(one, other))

    found = band_of(share, bounds)

    if share.denominator == 0:
        assert found is Band.NONE
    else:
        percent = 100 * value(share)
        assert (found is Band.OVER) == (percent > bounds.upper)
        assert (found is Band.UNDER) == (percent < bounds.lower)
        assert (found is Band.BETWEEN) == (bounds.lower <= percent <= bounds.upper)


@given(shares, percents)
def test_shortfall_is_the_least_number_that_reaches_the_target(share: Share, percent: Fraction) -> None:
    found = shortfall(share, percent)

    if share.denominator == 0:
        assert (found, is_reached(share, percent)) == (None, None)
        return
    tried = (
        k for k in range(share.denominator + 1) if 100 * value(Share(share.numerator + k, share.denominator)) >= percent
    )
    assert found == next(tried)
    assert is_reached(share, percent) == (found == 0)


@given(units)
def test_rank_is_one_more_than_the_units_above(found: dict[str, Share]) -> None:
    counted = {unit: value(share) for unit, share in found.items() if share.denominator}

    ranked = ranks(found)

    assert ranked.keys() == found.keys()
    for unit in found:
        above = sum(other > counted[unit] for other in counted.values()) if unit in counted else None
        assert ranked[unit] == (None if above is None else above + 1)


@given(units, units)
def test_movement_is_the_difference_of_the_two_rankings(now: dict[str, Share], earlier: dict[str, Share]) -> None:
    before, after = ranks(earlier), ranks(now)

    for unit, place in places(now, earlier).items():
        was = before.get(unit)
        assert (place.rank, place.earlier) == (after[unit], was)
        if place.rank is None or was is None:
            assert place.movement is None
            assert place.is_new == (place.rank is not None)
        else:
            assert (place.movement, place.is_new) == (was - place.rank, False)


@given(units, units)
def test_change_is_exactly_its_two_effects(earlier: dict[str, Share], later: dict[str, Share]) -> None:
    """Kitagawa's formula, written once more unit by unit."""
    change = change_between(earlier, later)

    d1, d2 = (sum(share.denominator for share in found.values()) for found in (earlier, later))
    assert (change.earlier.denominator, change.later.denominator) == (d1, d2)
    if not d1 or not d2:
        assert (change.points, change.within, change.mix) == (None, None, None)
        return
    within = mix = Fraction(0)
    for unit in earlier.keys() | later.keys():
        one, two = earlier.get(unit, Share(0, 0)), later.get(unit, Share(0, 0))
        w1, w2 = Fraction(one.denominator, d1), Fraction(two.denominator, d2)
        if one.denominator and two.denominator:
            within += (w1 + w2) / 2 * (value(two) - value(one))
            mix += (w2 - w1) * (value(one) + value(two)) / 2
        elif two.denominator:
            mix += w2 * value(two)
        elif one.denominator:
            mix -= w1 * value(one)
    total = value(change.later) - value(change.earlier)
    assert change.points == 100 * total == 100 * within + 100 * mix
    assert (change.within, change.mix) == (100 * within, 100 * mix)


@given(units)
def test_same_shares_at_other_weights_are_mix_alone(found: dict[str, Share]) -> None:
    weighted = {
        unit: Share(share.numerator * factor, share.denominator * factor)
        for factor, (unit, share) in enumerate(found.items(), 1)
    }

    change = change_between(found, weighted)

    assert change.within in (0, None)
    assert change.points == change.mix


@given(units, st.integers(1, 9))
def test_same_weights_are_within_alone(found: dict[str, Share], factor: int) -> None:
    later = {
        unit: Share((share.denominator - share.numerator) * factor, share.denominator * factor)
        for unit, share in found.items()
    }

    change = change_between(found, later)

    assert change.mix in (0, None)
    assert change.points == change.within


@given(shares, shares)
def test_points_are_a_hundred_times_the_difference(one: Share, two: Share) -> None:
    points = points_between(one, two)

    if one.denominator and two.denominator:
        assert points is not None
        assert math.isclose(
            float(points), 100 * (two.numerator / two.denominator - one.numerator / one.denominator), abs_tol=1e-9
        )
    else:
        assert points is None


@given(st.dictionaries(st.tuples(st.sampled_from(["province", "commune"]), months), shares), st.sampled_from(Span))
def test_quarters_and_years_are_sums_of_their_months(found: dict[tuple[str, str], Share], span: Span) -> None:
    tallies = [
        Tally(group=group, counts=Counts.named(documents=share.denominator, both_valid=share.numerator))
        for group, share in found.items()
    ]

    rolled = roll_up(tallies, [Facet.LEVEL, span])

    assert counted_by([Facet.LEVEL, span]) == (Facet.LEVEL, Facet.MONTH)
    assert len({tally.group for tally in rolled}) == len(rolled)
    for tally in rolled:
        level, name = tally.group
        inside = [share for group, share in found.items() if group[0] == level and group[1] in span_months(name)]
        assert tally.counts.base == sum(share.denominator for share in inside)
        assert tally.counts.both.valid == sum(share.numerator for share in inside)
    assert sum(tally.counts.base for tally in rolled) == sum(share.denominator for share in found.values())


@given(st.lists(months), st.sampled_from(Span))
def test_each_month_is_in_the_span_that_names_it(found: list[str], span: Span) -> None:
    names = spans_between(found, span)

    assert list(names) == sorted(set(names))
    assert all(month in span_months(span_of(month, span)) and span_of(month, span) in names for month in found)
