"""What an event must say to be one at all: a log that somebody else wrote leads to no state that nobody can read.

Dạng của sự kiện. Only the form is looked at; what an event means is in :mod:`edocs.model.state`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any

from edocs.model.events import EventKind
from edocs.model.register import AgencyLevel, Secrecy

__all__ = ["require_form", "require_note_form", "texts", "year_of"]

_DESCRIBED = ("agency_name", "agency_level", "issued_on", "type", "subject", "secrecy")
_TEXTS: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.REGISTERED: _DESCRIBED,
    EventKind.VERIFIED: ("file_sha256",),
    EventKind.ISSUED: ("issued_at",),
    EventKind.SENT: ("sent_at",),
    EventKind.STATUS_RECEIVED: ("receiver", "code", "stated_at"),
    EventKind.RECALLED: ("recalled_at",),
    EventKind.SUPERSEDED: ("by",),
    EventKind.EXCLUDED: ("reason",),
    EventKind.CORRECTED: ("agency", "symbol", *_DESCRIBED),
}
_WORDS = {kind: itemgetter(*names, names[0]) for kind, names in _TEXTS.items()}  # at least two, hence a tuple
_LEVELS = frozenset(level.value for level in AgencyLevel)
_DEGREES = frozenset(degree.value for degree in Secrecy)


def require_form(kind: EventKind, said: Mapping[str, Any]) -> None:
    """Pass what has the form of an event of ``kind`` about a document.

    Raises:
        ValueError, KeyError, TypeError: It has not.
    """
    "".join(_WORDS[kind](said))  # the quickest way to ask whether all are texts
    if kind is EventKind.REGISTERED or kind is EventKind.CORRECTED:
        if said["agency_level"] not in _LEVELS or said["secrecy"] not in _DEGREES:
            raise ValueError("agency_level, secrecy")
        if kind is EventKind.CORRECTED and type(said["number"]) is not int:
            raise ValueError("number")


def require_note_form(kind: EventKind, said: Mapping[str, Any]) -> None:
    """Pass what has the form of an event of ``kind`` that happens to no document.

    Raises:
        ValueError, KeyError, TypeError: It has not.
    """
    if kind is EventKind.DIRECTORY:
        if type(said["table"]) is not str:
            raise ValueError("table")
        return
    for row in said["rows"]:
        "".join(_FIGURE(row))
        if row["level"] not in _LEVELS or {type(row["numerator"]), type(row["denominator"])} != {int}:
            raise ValueError("level, numerator, denominator")
        if not row.keys() <= _FIGURE_FIELDS:
            raise ValueError("fields")


_FIGURE = itemgetter("indicator", "agency", "agency_name", "level", "month")
_FIGURE_FIELDS = {"indicator", "agency", "agency_name", "level", "month", "numerator", "denominator", "note"}


@lru_cache(maxsize=4096)
def year_of(day: str) -> int:
    """The year of ``YYYY-MM-DD``.

    Raises:
        ValueError: No such day.
    """
    found = date.fromisoformat(day)
    if found.isoformat() != day:
        raise ValueError(f"no date: {day}")
    return found.year


def texts(values: Iterable[object]) -> Iterable[str]:
    """``values``, which have to be texts.

    Raises:
        ValueError: One is none.
    """
    for value in values:
        if not isinstance(value, str):
            raise ValueError("no text")
        yield value
