"""Counts of the register: what is asked, by which facets, how many; and the one way to a percentage.

Số liệu ký số. Ratios are never stored or added: counts are, and a percentage is made last, from two integers, half up
to two decimals. No documents is "n/a", never 0 % or 100 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import reduce
from types import MappingProxyType

from edocs.model.register import Exclusion
from edocs.model.standing import Indicator, Standing

__all__ = ["Buckets", "Counts", "Facet", "Query", "Share", "Tally", "total"]


class Facet(StrEnum):
    """By what documents are grouped."""

    AGENCY = "agency"
    LEVEL = "level"
    MONTH = "month"
    """Month of issue in Vietnam, ``YYYY-MM``."""
    TYPE = "type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which documents; every condition that is given must hold."""

    agency: str | None = None
    number: int | None = None
    symbol: str | None = None
    type: str | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    """Inclusive."""
    text: str = ""
    """Somewhere in subject, number and symbol, or agency name; letter case does not matter."""
    as_of: datetime | None = None
    """Only what was recorded up to then (thời điểm chốt số liệu); None: everything."""
    is_complete: bool | None = None
    """True: I3 is valid; False: it is not, exclusions left out. None: either."""


@dataclass(frozen=True, slots=True)
class Share:
    """A numerator over a denominator (tỷ lệ). Both are shown wherever the percentage is."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> Decimal | None:
        """Half up to two decimals; None where there are no documents.

        >>> Share(14, 288).percent, Share(0, 0).percent
        (Decimal('4.86'), None)
        """
        if not self.denominator:
            return None
        ratio = Decimal(100 * self.numerator) / Decimal(self.denominator)
        return ratio.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Buckets:
    """Where the documents of one count stand for one indicator; the five sum to the denominator."""

    valid: int = 0
    invalid: int = 0
    indeterminate: int = 0
    unsigned: int = 0
    not_checked: int = 0
    attempted: int = 0
    """With signatures in the role or roles at all: a variant, beside the five."""

    def __add__(self, other: Buckets) -> Buckets:
        return Buckets(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})

    def __getitem__(self, standing: Standing) -> int:
        count = getattr(self, standing.value)
        assert isinstance(count, int)  # noqa: S101 - the bucket names are those of Standing
        return count


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many documents, in what state. Adding two is the only way to a subtotal."""

    documents: int = 0
    """Registered, with those excluded."""
    excluded: Mapping[Exclusion, int] = field(default_factory=lambda: MappingProxyType({}))
    personal: Buckets = Buckets()
    organisation: Buckets = Buckets()
    both: Buckets = Buckets()
    has_signature: int = 0
    is_intact: int = 0
    """Within ``has_signature``."""
    is_trusted: int = 0
    """Within ``is_intact``."""
    is_timestamped: int = 0

    @property
    def base(self) -> int:
        """The denominator: documents that had to be signed (văn bản thuộc diện ký số)."""
        return self.documents - sum(self.excluded.values())

    @property
    def secrets(self) -> int:
        """Excluded as state secrets."""
        return sum(count for reason, count in self.excluded.items() if reason.is_state_secret)

    def buckets(self, indicator: Indicator) -> Buckets:
        """The buckets of ``indicator``."""
        return {
            Indicator.PERSONAL: self.personal,
            Indicator.ORGANISATION: self.organisation,
            Indicator.BOTH: self.both,
        }[indicator]

    def share(self, indicator: Indicator, *, attempted: bool = False) -> Share:
        """Signed share: verified, or attempted (any signature in the role at all)."""
        buckets = self.buckets(indicator)
        return Share(buckets.attempted if attempted else buckets.valid, self.base)

    def __add__(self, other: Counts) -> Counts:
        excluded = {
            reason: self.excluded.get(reason, 0) + other.excluded.get(reason, 0)
            for reason in Exclusion
            if reason in self.excluded or reason in other.excluded
        }
        return Counts(
            documents=self.documents + other.documents,
            excluded=MappingProxyType(excluded),
            personal=self.personal + other.personal,
            organisation=self.organisation + other.organisation,
            both=self.both + other.both,
            has_signature=self.has_signature + other.has_signature,
            is_intact=self.is_intact + other.is_intact,
            is_trusted=self.is_trusted + other.is_trusted,
            is_timestamped=self.is_timestamped + other.is_timestamped,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts of one group."""

    group: tuple[str, ...]
    """A value for each facet asked for: agency id, level, ``YYYY-MM``, type."""
    counts: Counts


def total(tallies: Iterable[Tally]) -> Counts:
    """The sum of the counts."""
    return reduce(Counts.__add__, (tally.counts for tally in tallies), Counts())
