"""A directory of agencies in the log of a register: the whole table, as it was handed in (danh mục cơ quan trong sổ).

Kept as it is, so that what was read from it can be read again, and its digest is that of the file.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from edocs.errors import RefusedError
from edocs.model.agency_tree import directory_faults, make_tree
from edocs.model.directory import AgencyDirectory, read_directory
from edocs.model.events import Event, EventKind
from edocs.model.register import tidy_name
from edocs.model.standing import canonical_json
from edocs.model.times import require_time

__all__ = ["directory_event", "directory_in"]


def directory_event(data: bytes, who: str, now: datetime) -> Event:
    """The event that enters a directory.

    Args:
        data: CSV in UTF-8.
        now: Aware.

    Raises:
        UnreadableError: Not a directory.
        RefusedError: It has faults (:func:`edocs.model.agency_tree.directory_faults`).
        UsageError: ``now`` has no time zone.
    """
    if faults := directory_faults(make_tree(read_directory(data))):
        hint = "edocs agencies check lists them; mend the file and enter it again"
        raise RefusedError("the directory has {count} faults and was not entered", hint=hint, count=len(faults))
    return Event(
        kind=EventKind.DIRECTORY,
        at=require_time(now),
        who=tidy_name(who),
        key=None,
        payload=canonical_json({"table": data.decode("utf-8-sig")}),
        evidence=hashlib.sha256(data).hexdigest(),
    )


def directory_in(event: Event) -> AgencyDirectory:
    """The directory that an event entered."""
    return read_directory(json.loads(event.payload)["table"].encode())
