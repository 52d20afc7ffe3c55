"""Points of time as they are taken in and shown: aware, and in Vietnamese time (Decision 28/2018/QĐ-TTg, article 14.4).

Thời gian. The clock is not read here.
"""

from __future__ import annotations

from datetime import UTC, datetime

from edocs.errors import RefusedError, UsageError
from edocs.model.signing import HANOI

__all__ = ["clock_text", "day_text", "local_time", "require_past", "require_time"]

# A year from the ends of the calendar, every zone and every tolerance of a clock can still be reckoned with.
_FIRST, _LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)


def require_time(moment: datetime) -> datetime:
    """``moment``, if it is one point of time wherever it is read.

    Raises:
        UsageError: It has no time zone, or is at an end of the calendar.
    """
    if moment.utcoffset() is None:
        raise UsageError("the time has no time zone", hint="give an aware datetime")
    if not _FIRST <= moment <= _LAST:
        raise UsageError("the time is at an end of the calendar: {time}", hint="a year from 2 to 9998", time=moment)
    return moment


def require_past(moment: datetime, now: datetime) -> datetime:
    """``moment``, if what happened then can be told at ``now``.

    Raises:
        UsageError: As :func:`require_time`.
        RefusedError: It is still to come.
    """
    if require_time(moment) > require_time(now):
        raise RefusedError(
            "{time} is still to come", hint="say what happened, with the time when it did", time=clock_text(moment)
        )
    return moment


def local_time(moment: datetime) -> datetime:
    """An aware ``moment`` in Vietnamese time; at an end of the calendar, where there is none, as it is.

    RFC 5280, 4.1.2.5: a certificate without end is valid to 99991231235959Z, which is a day later in Hanoi.
    """
    try:
        return moment.astimezone(HANOI)
    except OverflowError:
        return moment


def clock_text(moment: datetime) -> str:
    """``moment`` in Vietnamese time, to the second.

    >>> clock_text(datetime(2026, 3, 5, 7, 30, tzinfo=UTC))
    '05/03/2026 14:30:00 +07:00'
    """
    local = local_time(moment)
    return f"{local:%d/%m/%Y %H:%M:%S} {local.isoformat()[-6:]}"


def day_text(moment: datetime | None) -> str:
    """The Vietnamese day of ``moment``, dd/mm/yyyy.

    >>> day_text(datetime(2026, 3, 4, 17, tzinfo=UTC)), day_text(None)
    ('05/03/2026', '?')
    """
    return f"{local_time(moment):%d/%m/%Y}" if moment else "?"
