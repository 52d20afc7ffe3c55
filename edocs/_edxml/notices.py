"""The notices of one reading: what was missing, repaired, assumed or left unread, each with the path of its element."""

from __future__ import annotations

from edocs.errors import MalformedEnvelopeError
from edocs.model import Reason

__all__ = ["Notices", "ambiguous"]

MAX_NOTICES = 200
"""More say nothing more; the last one then says that there were more."""
_CLAUSE = "QCVN 102:2016/BTTTT"


class Notices:
    """Collects the notices in the order in which they were found."""

    def __init__(self) -> None:
        self._found: list[Reason] = []

    @property
    def found(self) -> tuple[Reason, ...]:
        """What was noted."""
        return tuple(self._found)

    def note(self, rule: str, message: str, path: str, **params: str) -> None:
        """Record one; ``message`` is a template that may name ``path`` and the ``params``."""
        if len(self._found) < MAX_NOTICES:
            self._add(rule, message, path=path, **params)
        elif len(self._found) == MAX_NOTICES:
            self._add("notices.more", "{path}: there is more to note than is shown", path=path)

    def _add(self, rule: str, message: str, **params: str) -> None:
        self._found.append(Reason(rule=f"edxml.{rule}", clause=_CLAUSE, message=message, params=params))


def ambiguous(count: int, name: str) -> MalformedEnvelopeError:
    """The refusal of two where one reader would take the first and another the last."""
    return MalformedEnvelopeError(
        "message is ambiguous: {count} elements {name}",
        hint="ask the sender for the message again",
        count=count,
        name=name[:200],
    )
