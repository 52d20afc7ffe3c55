"""How comparisons say things: bands with their bounds, percentage points with their sign, ranks with their movement.

Vietnamese or English. The texts are English templates; ``comparing.po`` has them in Vietnamese.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from edocs.locale import translate
from edocs.model import AgencyLevel
from edocs.model.comparing import Band, Bounds, Place

from .wording import LEVELS

__all__ = [
    "BANDS",
    "NOTES",
    "band_text",
    "decimal_of",
    "level_text",
    "movement_text",
    "points_text",
    "reached_text",
    "target_text",
]

BANDS = {
    Band.OVER: "Over {upper}",
    Band.BETWEEN: "{lower} to {upper}",
    Band.UNDER: "Under {lower}",
    Band.NONE: "No documents",
}

NOTES = {
    "bands": "Units by their share. Exactly {upper} is not over it, exactly {lower} is not under it; compared in whole "
    "documents, before rounding.",
    "targets": "Missing: how many more of the same documents would have to be signed to reach the target.",
    "ranks": "Units of one level by their exact share; equal shares have the same rank, and the next rank counts them "
    "all. Units without documents have none.",
    "change": "In percentage points. Within: units sign more or less of their own documents. Mix: the weights of units "
    "changed, those that came or left included. Both add up to the change exactly; each is rounded by itself.",
    "trend": "The change is in percentage points, since the row above.",
}


def decimal_of(number: Fraction) -> Decimal:
    """Half up (away from zero) to two decimals.

    >>> decimal_of(Fraction(-1, 8)), decimal_of(Fraction(1, 3))
    (Decimal('-0.13'), Decimal('0.33'))
    """
    hundredths = Decimal((200 * abs(number.numerator) + number.denominator) // (2 * number.denominator))
    return (hundredths / 100 if number >= 0 else -hundredths / 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def points_text(points: Fraction | None, lang: str) -> str:
    """A change in percentage points, with its sign.

    >>> points_text(Fraction(-9, 2), "vi"), points_text(Fraction(1, 3), "en"), points_text(Fraction(0), "vi")
    ('−4,50', '+0.33', '0,00')
    """
    if points is None:
        return translate("n/a", lang)
    value = decimal_of(points)
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + _comma(f"{abs(value):.2f}", lang)


def target_text(percent: Fraction, lang: str) -> str:
    """A target or a bound: as many decimals as it has, at most two.

    >>> target_text(Fraction(133, 2), "vi"), target_text(Fraction(80), "en")
    ('66,5\\xa0%', '80\\xa0%')
    """
    return _comma(f"{decimal_of(percent):f}".rstrip("0").rstrip("."), lang) + "\u00a0%"


def band_text(band: Band, bounds: Bounds, lang: str) -> str:
    """What a band is called, its bounds said."""
    upper, lower = target_text(bounds.upper, lang), target_text(bounds.lower, lang)
    return translate(BANDS[band], lang, upper=upper, lower=lower)


def movement_text(place: Place, lang: str) -> str:
    """How a unit moved: a number with its sign, ``=``, new, or nothing where it has no rank.

    >>> movement_text(Place(rank=2, earlier=5), "vi"), movement_text(Place(rank=2), "vi")
    ('+3', 'mới')
    """
    if place.is_new:
        return translate("new", lang)
    if place.movement is None:
        return "–"
    sign = "+" if place.movement > 0 else "−"
    return f"{sign}{abs(place.movement)}" if place.movement else "="


def reached_text(is_reached: bool | None, lang: str) -> str:
    """Whether a target is reached."""
    if is_reached is None:
        return translate("n/a", lang)
    return translate("reached" if is_reached else "not reached", lang)


def level_text(level: AgencyLevel | None, lang: str) -> str:
    """A level, or all of them."""
    return translate("All levels" if level is None else LEVELS[level], lang)


def _comma(text: str, lang: str) -> str:
    return text.replace(".", ",") if lang == "vi" else text
