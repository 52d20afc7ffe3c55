"""Values that several commands read from their arguments: a policy, a time. Imports no PDF library."""

from __future__ import annotations

from datetime import datetime

from edocs.errors import UsageError
from edocs.model import HANOI, Policy
from edocs.model.times import require_time

from .console import Console


def read_policy(name: str) -> Policy:
    """The policy called ``name``.

    Raises:
        UsageError: There is none of that name.
    """
    try:
        return Policy(name)
    except ValueError as exc:
        known = ", ".join(policy.value for policy in Policy)
        raise UsageError("no such policy: {name}", hint="one of {known}", name=name, known=known) from exc


def read_time(console: Console, text: str) -> datetime:
    """An aware time from ISO 8601 text; one without a zone is Vietnam's, and that is said.

    Raises:
        UsageError: It is no time, or one at an end of the calendar.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise UsageError("not a time: {text}", hint="such as 2026-03-05T14:30:00+07:00", text=text) from exc
    if moment.tzinfo is None:
        console.say("{text} names no zone: taken as +07:00", text=text)
        moment = moment.replace(tzinfo=HANOI)
    return require_time(moment)
