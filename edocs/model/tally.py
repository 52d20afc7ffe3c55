"""Counts of the register: what is asked, by which facets, how many; and the one way to a percentage.

Số liệu ký số. Ratios are never stored or added: counts are, and a percentage is made last, from two integers, half up
to two decimals. No documents is "n/a", never 0 % or 100 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from types import MappingProxyType

from edocs.model.profile import MEASURES, Buckets
from edocs.model.register import AgencyLevel, Exclusion
from edocs.model.standing import Indicator

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
    level: AgencyLevel | None = None
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
    per_agency: int | None = None
    """Of each agency at most so many, those issued first; for finding, not for counting. None: all."""


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


_NONE = Buckets()
_NO_EXCLUSIONS: Mapping[Exclusion, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many documents, in what state. Adding two is the only way to a subtotal."""

    documents: int = 0
    """Registered, with those excluded."""
    excluded: Mapping[Exclusion, int] = field(default_factory=lambda: _NO_EXCLUSIONS)
    personal: Buckets = _NONE
    organisation: Buckets = _NONE
    both: Buckets = _NONE
    has_signature: int = 0
    is_intact: int = 0
    """Within ``has_signature``."""
    is_trusted: int = 0
    """Within ``is_intact``."""
    is_timestamped: int = 0
    """With a passed signature that has a proof of time."""
    is_long_term: int = 0
    """Within ``is_timestamped``."""
    is_issued: int = 0
    is_recalled: int = 0
    """Recalled documents were issued, and stay in every count."""
    is_superseded: int = 0
    sent_electronic: int = 0
    """Sent, never with paper."""
    sent_with_paper: int = 0
    is_on_time: int = 0
    """Sent before its deadline."""
    appendices: Buckets = _NONE
    """Files that go with the documents, by the agency's signature on each; the unit is the file (I4)."""

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

    @property
    def sent(self) -> int:
        """Sent to another agency, in whatever form."""
        return self.sent_electronic + self.sent_with_paper

    @property
    def appendix_share(self) -> Share:
        """I4: files that go with documents and that the agency validly signed, of all such files (phụ lục tách tệp)."""
        files = self.appendices
        every = files.valid + files.invalid + files.indeterminate + files.unsigned + files.not_checked
        return Share(files.valid, every)

    @classmethod
    def of(cls, measures: Sequence[int]) -> Counts:
        """The counts that ``measures``, in the order of :data:`edocs.model.profile.MEASURES`, are."""
        excluded = measures[1:7]
        return cls(
            documents=measures[0],
            excluded=_excluded(excluded) if any(excluded) else _NO_EXCLUSIONS,
            personal=Buckets(*measures[7:13]),
            organisation=Buckets(*measures[13:19]),
            both=Buckets(*measures[19:25]),
            has_signature=measures[25],
            is_intact=measures[26],
            is_trusted=measures[27],
            is_timestamped=measures[28],
            is_long_term=measures[29],
            is_issued=measures[30],
            is_recalled=measures[31],
            is_superseded=measures[32],
            is_on_time=measures[33],
            sent_electronic=measures[34],
            sent_with_paper=measures[35],
            appendices=Buckets(*measures[36:]),
        )

    @property
    def measures(self) -> tuple[int, ...]:
        """These counts in the order of :data:`edocs.model.profile.MEASURES`."""
        return (
            self.documents,
            *(self.excluded.get(reason, 0) for reason in Exclusion),
            *(count for buckets in (self.personal, self.organisation, self.both) for count in buckets),
            *(getattr(self, name) for name in _FACTS),
            self.sent_electronic,
            self.sent_with_paper,
            *self.appendices,
        )

    def __add__(self, other: Counts) -> Counts:
        return Counts.of([one + two for one, two in zip(self.measures, other.measures, strict=True)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts of one group."""

    group: tuple[str, ...]
    """A value for each facet asked for: agency id, level, ``YYYY-MM``, type."""
    counts: Counts
    by: tuple[Facet, ...] = ()
    """The facets asked for."""

    def as_row(self) -> dict[str, str | int]:
        """A flat row for a data frame: ``pandas.DataFrame(tally.as_row() for tally in registry.tally(by=…))``.

        The facets, ``documents``, ``base``, then every count that a register keeps, by its name there.
        """
        row: dict[str, str | int] = {facet.value: value for facet, value in zip(self.by, self.group, strict=True)}
        named = dict(zip(MEASURES, self.counts.measures, strict=True))
        return {**row, "documents": named.pop("documents"), "base": self.counts.base, **named}


def total(tallies: Iterable[Tally]) -> Counts:
    """The sum of the counts."""
    columns = zip(*(tally.counts.measures for tally in tallies), strict=True)
    sums = [sum(column) for column in columns]
    return Counts.of(sums) if sums else Counts()


_FACTS = (
    "has_signature",
    "is_intact",
    "is_trusted",
    "is_timestamped",
    "is_long_term",
    "is_issued",
    "is_recalled",
    "is_superseded",
    "is_on_time",
)
"""The attributes of :class:`Counts` for each :class:`edocs.model.profile.Fact`, in its order."""


def _excluded(counts: Sequence[int]) -> Mapping[Exclusion, int]:
    return MappingProxyType({reason: count for reason, count in zip(Exclusion, counts, strict=True) if count})
