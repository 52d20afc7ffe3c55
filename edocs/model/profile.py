"""What the counts need to know of one document, and the numbers that it adds to them (trạng thái để thống kê).

Documents of one profile are counted alike, so counts are kept by profile, and any figure can be made from them without
looking at a document again. Definitions: ``docs/indicators.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from operator import add
from typing import NamedTuple

from edocs.model.register import Exclusion
from edocs.model.standing import Indicator, Standing

__all__ = ["MEASURES", "Buckets", "Fact", "Profile", "Sending"]

_STANDINGS = {Standing.VALID: "v", Standing.INVALID: "i", Standing.INDETERMINATE: "o", Standing.UNSIGNED: "u"}
_STANDINGS[Standing.NOT_CHECKED] = "n"
_BY_LETTER = {letter: standing for standing, letter in _STANDINGS.items()}


class Sending(StrEnum):
    """How a document left its agency (hình thức gửi; Decision 28/2018/QĐ-TTg, articles 5.3 and 7.2)."""

    ELECTRONIC = "electronic"
    """hoàn toàn điện tử, không kèm bản giấy"""
    WITH_PAPER = "with_paper"
    """kèm bản giấy, at least once"""


class Fact(StrEnum):
    """What is so of a document, whatever its standings. The first three are nested, and so are the next two."""

    SIGNED = "signed"
    """có chữ ký: any signature at all"""
    INTACT = "intact"
    """toàn vẹn: one whose bytes are unchanged"""
    TRUSTED = "trusted"
    """tin cậy: an intact one whose chain is trusted"""
    TIMESTAMPED = "timestamped"
    """có dấu thời gian: a passed one with a proof of time (from B-T)"""
    LONG_TERM = "long_term"
    """xác thực lâu dài: a passed one with its evidence inside (from B-LT)"""
    ISSUED = "issued"
    """đã ban hành"""
    RECALLED = "recalled"
    """đã thu hồi"""
    SUPERSEDED = "superseded"
    """đã được thay thế"""
    ON_TIME = "on_time"
    """gửi đúng hạn: sent before its deadline"""


_FACTS = dict(zip("sitmlbrxd", Fact, strict=True))
_ATTEMPTS = dict(zip("pob", Indicator, strict=True))


class Buckets(NamedTuple):
    """Where the documents of one count stand for one indicator; the first five sum to the denominator.

    A tuple, because a report makes tens of thousands of them.
    """

    valid: int = 0
    invalid: int = 0
    indeterminate: int = 0
    unsigned: int = 0
    not_checked: int = 0
    attempted: int = 0
    """With signatures in the role or roles at all: a variant, beside the five."""

    def __add__(self, other: Buckets) -> Buckets:  # type: ignore[override]  # counts are added, not put in a row
        return Buckets(*map(add, self, other))

    def __getitem__(self, standing: Standing) -> int:  # type: ignore[override]  # nobody asks for the third of a tuple
        return int(getattr(self, standing.value))


_NONE = Buckets()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One document as it is counted.

    >>> str(Profile(facts=frozenset({Fact.SIGNED})))
    '- nnn - s - -'
    """

    exclusion: Exclusion | None = None
    personal: Standing = Standing.NOT_CHECKED
    organisation: Standing = Standing.NOT_CHECKED
    both: Standing = Standing.NOT_CHECKED
    attempted: frozenset[Indicator] = frozenset()
    facts: frozenset[Fact] = frozenset()
    sending: Sending | None = None
    appendices: Buckets = _NONE

    def standing(self, indicator: Indicator) -> Standing:
        """The bucket for ``indicator``."""
        return {
            Indicator.PERSONAL: self.personal,
            Indicator.ORGANISATION: self.organisation,
            Indicator.BOTH: self.both,
        }[indicator]

    @property
    def is_open(self) -> bool:
        """To be signed, and without both valid signatures in order."""
        return self.exclusion is None and self.both is not Standing.VALID

    def __str__(self) -> str:
        return " ".join(
            (
                self.exclusion.value if self.exclusion else "-",
                "".join(_STANDINGS[self.standing(indicator)] for indicator in Indicator),
                "".join(letter for letter, one in _ATTEMPTS.items() if one in self.attempted) or "-",
                "".join(letter for letter, fact in _FACTS.items() if fact in self.facts) or "-",
                self.sending.value if self.sending else "-",
                ",".join(map(str, self.appendices)) if any(self.appendices) else "-",
            )
        )

    @staticmethod
    def parse(text: str) -> Profile:
        """The profile whose text is ``text``, as a register keeps it.

        Raises:
            ValueError: It is the text of none.
        """
        return _parsed(text)

    @property
    def measures(self) -> tuple[int, ...]:
        """What one such document adds to each of ``MEASURES``."""
        return _measured(self)


@lru_cache(maxsize=65536)
def _parsed(text: str) -> Profile:
    exclusion, standings, attempted, facts, sending, files = text.split(" ")
    personal, organisation, both = (_BY_LETTER[letter] for letter in standings)
    counts = dict(zip(_BUCKETS, map(int, files.split(",")), strict=True)) if files != "-" else {}
    return Profile(
        exclusion=None if exclusion == "-" else Exclusion(exclusion),
        personal=personal,
        organisation=organisation,
        both=both,
        attempted=frozenset(one for letter, one in _ATTEMPTS.items() if letter in attempted),
        facts=frozenset(_FACTS[letter] for letter in facts if letter != "-"),
        sending=None if sending == "-" else Sending(sending),
        appendices=Buckets(**counts),
    )


_BUCKETS = (*(standing.value for standing in Standing), "attempted")
MEASURES: tuple[str, ...] = (
    "documents",
    *(f"excluded_{reason.value}" for reason in Exclusion),
    *(f"{indicator.value}_{name}" for indicator in Indicator for name in _BUCKETS),
    *(f"is_{fact.value}" for fact in Fact),
    *(f"sent_{sending.value}" for sending in Sending),
    *(f"appendix_{name}" for name in _BUCKETS),
)
"""The names of everything that is counted. All but the first seven are of documents that are not excluded."""


@lru_cache(maxsize=65536)
def _measured(profile: Profile) -> tuple[int, ...]:
    excluded = [int(profile.exclusion is reason) for reason in Exclusion]
    if profile.exclusion is not None:
        return (1, *excluded, *([0] * (len(MEASURES) - 1 - len(excluded))))
    buckets = [
        int(flag)
        for indicator in Indicator
        for flag in (
            *(profile.standing(indicator) is standing for standing in Standing),
            indicator in profile.attempted,
        )
    ]
    return (
        1,
        *excluded,
        *buckets,
        *(int(fact in profile.facts) for fact in Fact),
        *(int(profile.sending is sending) for sending in Sending),
        *profile.appendices,
    )
