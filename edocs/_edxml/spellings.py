"""Values in the spellings of dialects, brought into the wire's own before they are decoded (``dialects.py``)."""

from __future__ import annotations

import re

from edocs._edxml.dialects import NOTHING, VALUES
from edocs._edxml.notices import Notices

__all__ = ["is_respelled", "plain_text"]

_NOTHING = frozenset(one.text for one in NOTHING)
_BY_NAME: dict[str, list[tuple[re.Pattern[str], str]]] = {}
for _rule in VALUES:
    for _name in _rule.names:
        _BY_NAME.setdefault(_name, []).append((re.compile(_rule.pattern), _rule.meant))


def plain_text(name: str, text: str, path: str, notices: Notices) -> str:
    """The text of the element ``name`` as the wire would have it; empty where it stands for nothing."""
    if _is_nothing(name, text):
        notices.note("value.nothing", "{path}: {value} stands for nothing and was taken as absent", path, value=text)
        return ""
    for pattern, meant in _BY_NAME.get(name, ()):
        match = pattern.fullmatch(text)
        if match:
            plain = match.expand(meant)
            notices.note("value.spelling", "{path}: {value} was read as {meant}", path, value=text, meant=plain)
            return plain
    return text


def is_respelled(name: str, text: str) -> bool:
    """Whether a reader of dialects would take ``text`` for something else, so that it cannot be written."""
    return _is_nothing(name, text) or any(pattern.fullmatch(text) for pattern, _ in _BY_NAME.get(name, ()))


def _is_nothing(name: str, text: str) -> bool:
    return text in _NOTHING or (name == "OrganId" and text.lower() == "null")
