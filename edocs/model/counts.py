"""How many documents stand where: a vector of counts whose places have names; and the one way to a percentage.

Số liệu thống kê. Ratios are never stored or added: counts are, and a percentage is made last, from two integers, half
up to two decimals. No documents is "n/a", never 0 % or 100 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from operator import add

from edocs.errors import UsageError
from edocs.model.profile import MEASURES, Buckets, Fact, Sending
from edocs.model.register import Exclusion
from edocs.model.standing import Indicator

__all__ = ["Counts", "Share"]

_PLACES = {name: place for place, name in enumerate(MEASURES)}


def _from(name: str, length: int) -> slice:
    return slice(_PLACES[name], _PLACES[name] + length)


_EXCLUDED = _from(f"excluded_{next(iter(Exclusion)).value}", len(Exclusion))
_BUCKETS = {indicator: _from(f"{indicator.value}_valid", len(Buckets._fields)) for indicator in Indicator}
_APPENDICES = _from("appendix_valid", len(Buckets._fields))
_FACTS = {fact: _PLACES[f"is_{fact.value}"] for fact in Fact}
_SENT = {sending: _PLACES[f"sent_{sending.value}"] for sending in Sending}


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


@dataclass(frozen=True, slots=True)
class Counts:
    """How many documents, in what state. Adding two is the only way to a subtotal.

    One tuple underneath, because a report makes and adds tens of thousands of them.
    """

    measures: tuple[int, ...] = (0,) * len(MEASURES)
    """In the order of :data:`edocs.model.profile.MEASURES`."""

    @classmethod
    def of(cls, measures: Sequence[int]) -> Counts:
        """The counts that ``measures``, in the order of :data:`edocs.model.profile.MEASURES`, are."""
        return cls(tuple(measures))

    @classmethod
    def named(cls, **measures: int) -> Counts:
        """Counts by their names in :data:`edocs.model.profile.MEASURES`; 0 where none is given.

        >>> Counts.named(documents=3, excluded_secret=1, both_valid=2).share(Indicator.BOTH)
        Share(numerator=2, denominator=2)

        Raises:
            UsageError: A name that no count has.
        """
        if unknown := measures.keys() - _PLACES.keys():
            raise UsageError("no count has this name: {name}", name=min(unknown))
        return cls(tuple(measures.get(name, 0) for name in MEASURES))

    @property
    def documents(self) -> int:
        """Registered, with those excluded."""
        return self.measures[0]

    @property
    def excluded(self) -> Mapping[Exclusion, int]:
        """By reason; without those that excluded none."""
        counts = zip(Exclusion, self.measures[_EXCLUDED], strict=True)
        return {reason: count for reason, count in counts if count}

    @property
    def personal(self) -> Buckets:
        """By the person's signature (I2)."""
        return self.buckets(Indicator.PERSONAL)

    @property
    def organisation(self) -> Buckets:
        """By the agency's signature (I1)."""
        return self.buckets(Indicator.ORGANISATION)

    @property
    def both(self) -> Buckets:
        """By both, in order (I3)."""
        return self.buckets(Indicator.BOTH)

    @property
    def has_signature(self) -> int:
        """With any signature at all."""
        return self.measures[_FACTS[Fact.SIGNED]]

    @property
    def is_intact(self) -> int:
        """Within ``has_signature``."""
        return self.measures[_FACTS[Fact.INTACT]]

    @property
    def is_trusted(self) -> int:
        """Within ``is_intact``."""
        return self.measures[_FACTS[Fact.TRUSTED]]

    @property
    def is_timestamped(self) -> int:
        """With a passed signature that has a proof of time."""
        return self.measures[_FACTS[Fact.TIMESTAMPED]]

    @property
    def is_long_term(self) -> int:
        """Within ``is_timestamped``."""
        return self.measures[_FACTS[Fact.LONG_TERM]]

    @property
    def is_issued(self) -> int:
        """Said to be issued, or sent."""
        return self.measures[_FACTS[Fact.ISSUED]]

    @property
    def is_recalled(self) -> int:
        """Recalled documents were issued, and stay in every count."""
        return self.measures[_FACTS[Fact.RECALLED]]

    @property
    def is_superseded(self) -> int:
        """Replaced by another document; they stay in every count too."""
        return self.measures[_FACTS[Fact.SUPERSEDED]]

    @property
    def is_on_time(self) -> int:
        """Sent before its deadline."""
        return self.measures[_FACTS[Fact.ON_TIME]]

    @property
    def sent_electronic(self) -> int:
        """Sent, never with paper."""
        return self.measures[_SENT[Sending.ELECTRONIC]]

    @property
    def sent_with_paper(self) -> int:
        """Sent with paper at least once."""
        return self.measures[_SENT[Sending.WITH_PAPER]]

    @property
    def appendices(self) -> Buckets:
        """Files that go with the documents, by the agency's signature on each; the unit is the file (I4)."""
        return Buckets._make(self.measures[_APPENDICES])

    @property
    def base(self) -> int:
        """The denominator: documents that had to be signed (văn bản thuộc diện ký số)."""
        return self.documents - sum(self.measures[_EXCLUDED])

    @property
    def secrets(self) -> int:
        """Excluded as state secrets."""
        return sum(count for reason, count in self.excluded.items() if reason.is_state_secret)

    def buckets(self, indicator: Indicator) -> Buckets:
        """The buckets of ``indicator``."""
        return Buckets._make(self.measures[_BUCKETS[indicator]])

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

    def __add__(self, other: Counts) -> Counts:
        return Counts(tuple(map(add, self.measures, other.measures)))
