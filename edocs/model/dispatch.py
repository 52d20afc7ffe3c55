"""What a register is told of a document that left: how it was sent, by when it should have been, what came back.

Gửi văn bản, trạng thái. Decision 28/2018/QĐ-TTg, articles 5.3, 6.2, 7.2 and 10.2. Nothing is sent here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from edocs.model.events import instant
from edocs.model.register import tidy_name
from edocs.model.signing import HANOI
from edocs.model.times import require_time

__all__ = ["Dispatch", "ReceivedStatus", "sending_deadline"]

_SATURDAY = 5
_NOON = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """One sending of a document (một lần gửi)."""

    sent_at: datetime
    """Aware."""
    receivers: tuple[str, ...]
    """Codes of the agencies that it was sent to."""
    is_with_paper: bool = False
    """gửi kèm bản giấy"""
    deadline: datetime | None = None
    """Aware; from :func:`sending_deadline`. None: nobody says whether it was on time."""
    message_sha256: str = ""
    """Of the edXML message, lower-case hexadecimal."""

    @property
    def payload(self) -> dict[str, object]:
        """What the log keeps of it.

        Raises:
            UsageError: A moment has no time zone.
        """
        return {
            "sent_at": instant(require_time(self.sent_at)),
            "receivers": sorted(set(map(tidy_name, self.receivers))),
            "paper": self.is_with_paper,
            "deadline": None if self.deadline is None else instant(require_time(self.deadline)),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedStatus:
    """A status message about a document that was sent (trạng thái nhận được)."""

    receiver: str
    """The code of the agency that states it."""
    code: str
    """01 … 16, as edXML has them."""
    stated_at: datetime
    """Aware; by the message, not when it came."""
    message_sha256: str = ""

    @property
    def payload(self) -> dict[str, object]:
        """What the log keeps of it.

        Raises:
            UsageError: A moment has no time zone.
        """
        return {
            "receiver": tidy_name(self.receiver),
            "code": tidy_name(self.code),
            "stated_at": instant(require_time(self.stated_at)),
        }


def sending_deadline(issued_on: date, holidays: Collection[date] = ()) -> datetime:
    """By when a document has to be sent: noon of the next working day (chậm nhất trong buổi sáng ngày làm việc sau).

    >>> sending_deadline(date(2026, 3, 6)).isoformat()
    '2026-03-09T12:00:00+07:00'

    Args:
        holidays: Days off beside Saturdays and Sundays; the government names them each year.

    Source: Decision 28/2018/QĐ-TTg, article 6.2.
    """
    day = issued_on + timedelta(days=1)
    while day.weekday() >= _SATURDAY or day in holidays:
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, _NOON, tzinfo=HANOI)
