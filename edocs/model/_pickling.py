"""Read-only mappings that cross process borders: Python pickles every part of a value object but these."""

from __future__ import annotations

import copyreg
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["read_only"]


def read_only(values: Mapping[object, object]) -> MappingProxyType[object, object]:
    """A read-only view of ``values``; what an unpickled mapping proxy is made with."""
    return MappingProxyType(values)


copyreg.pickle(MappingProxyType, lambda proxy: (read_only, (dict(proxy),)))
