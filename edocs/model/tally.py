"""What is asked of a register's counts, by which facets, and the counts of a group that answer it.

Thống kê văn bản theo cơ quan, cấp, tháng, loại.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from edocs.model.counts import Counts
from edocs.model.profile import MEASURES
from edocs.model.register import AgencyLevel

__all__ = ["Facet", "Query", "Tally", "total"]


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
