"""Values that several commands read from their arguments. Imports no PDF library."""

from __future__ import annotations

import getpass
import re
from datetime import datetime, time, timedelta

import click

from edocs.errors import UsageError
from edocs.model import HANOI, Policy, read_day
from edocs.model.times import require_time

from .console import Console

_VIETNAMESE = re.compile(
    r"(?P<day>[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})(?:[ T]+(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?))?"
)

POLICY_OPTION = click.option(
    "--policy",
    default=Policy.DECREE_30.value,
    show_default=True,
    metavar="NAME|FILE",
    help="strict, decree-30, as-docmdp, integrity, or a TOML file.",
)


def read_time(console: Console, text: str) -> datetime:
    """An aware time from ISO 8601 text, or ``dd/mm/yyyy`` with or without a time of day.

    One without a zone is Vietnam's, and that is said. A day is its beginning.

    Raises:
        UsageError: It is no time, or one at an end of the calendar.
    """
    try:
        if found := _VIETNAMESE.fullmatch(text.strip()):
            day, clock = read_day(found["day"]), time.fromisoformat((found["clock"] or "00:00").zfill(5))
            moment = datetime.combine(day.date(), clock)
        else:
            moment = datetime.fromisoformat(text)
    except (ValueError, UsageError) as exc:
        hint = "such as 05/03/2026 14:30, or 2026-03-05T14:30:00+07:00"
        raise UsageError("not a time: {text}", hint=hint, text=text) from exc
    if moment.tzinfo is None:
        console.say("{text} names no zone: taken as +07:00", text=text)
        moment = moment.replace(tzinfo=HANOI)
    return require_time(moment)


def read_cut_off(console: Console, text: str | None) -> datetime | None:
    """Up to when what was recorded counts (thời điểm chốt số liệu): a time, or a day and all of it in Vietnam.

    Raises:
        UsageError: It is neither.
    """
    if not text:
        return None
    try:
        day = read_day(text)
    except UsageError:
        return read_time(console, text)
    return require_time(day + timedelta(days=1, microseconds=-1))


def user_name() -> str:
    """The name of who runs this, for the log."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user: a container, a service
        return "unknown"
