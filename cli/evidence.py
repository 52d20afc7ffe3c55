"""``--level --tsa --online --cache --allow-lower``: what signing and extending draw on besides the key.

Dấu thời gian và bằng chứng thu hồi trên dòng lệnh. Nothing is asked over the network unless ``--tsa`` or ``--online``
says so.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, TypeVar

import click

from edocs.connect import open_revocation, open_timestamper
from edocs.errors import EdocsError
from edocs.model import Level
from edocs.ports import Evidence

from .console import Console
from .online import CACHE_OPTION, ONLINE_OPTION, cache_folder

F = TypeVar("F", bound=Callable[..., Any])

EVIDENCE_OPTIONS = (
    click.option("--tsa", multiple=True, metavar="URL", help="Timestamping authority; several in order of preference."),
    ONLINE_OPTION,
    CACHE_OPTION,
    click.option("--allow-lower", is_flag=True, help="Leave a lower level, and say so, where a service fails."),
)


def read_evidence(console: Console, options: dict[str, Any]) -> Evidence:
    """What the options give.

    Raises:
        UsageError: Less than ``--level`` needs.
    """
    paths, online, tsa = options["trust"], options["online"], options["tsa"]
    cache = cache_folder(options["cache"])
    evidence = Evidence(
        revocation=open_revocation(paths, online=online, cache=cache) if paths or online else None,
        timestamper=open_timestamper(tsa, console.ask_secret) if tsa else None,
        # Imported on use: packing a message needs none of what reads trusted lists.
        trust=importlib.import_module("edocs._trust.store").load_trust(paths) if paths else None,
        on_lower=_say_lower(console) if options["allow_lower"] else None,
    )
    evidence.require(Level(options["level"]))  # once for all files
    return evidence


def _say_lower(console: Console) -> Callable[[EdocsError, Level], None]:
    def say(error: EdocsError, left: Level) -> None:
        console.say("level {level} only: {why}", level=left.value, why=error.message(console.lang))

    return say
