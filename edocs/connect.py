"""``scheme:rest`` becomes an adapter, imported on use: a command pays for the adapter that it names and no other."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from edocs.errors import UsageError

if TYPE_CHECKING:
    from edocs.ports import Engine

__all__ = ["open_engine"]


def open_engine(uri: str) -> Engine:
    """The engine that ``uri`` names: ``serial:``, ``local:`` (one worker a core) or ``local:N``.

    Raises:
        UsageError: It names none.
    """
    scheme, colon, rest = uri.partition(":")
    engine: Engine
    if scheme == "serial" and colon and not rest:
        engine = importlib.import_module("edocs.engines.serial").SerialEngine()
    elif scheme == "local" and colon and (not rest or (rest.isascii() and rest.isdigit())):
        engine = importlib.import_module("edocs.engines.local").LocalEngine(int(rest) if rest else None)
    else:
        raise UsageError("no such engine: {uri}", hint="serial:, local: or local:N", uri=uri)
    return engine
