"""Sign, verify, exchange and count the official documents of Vietnamese agencies.

Ký số, xác thực, trao đổi và thống kê văn bản điện tử. The public names are imported on first use, so that
``import edocs`` costs next to nothing; a module such as :mod:`edocs.sign` is imported as usual.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from edocs._version import __version__

if TYPE_CHECKING:
    from edocs.errors import EdocsError

_HOME = {
    "EdocsError": "edocs.errors",
}

__all__ = ["EdocsError", "__version__"]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'edocs' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
