"""How a value of the model and an element of the wire correspond: codecs for text, parts, and shapes made of parts.

One table (``names.py``) serves the reader and the writer, so that neither can know an element that the other does not.
What a codec cannot read is a ``ValueError``; the reader turns it into a notice and takes the codec's empty value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from edocs.model import HANOI, OrganId

__all__ = [
    "BOOLEAN",
    "DATE",
    "FLAG",
    "MOMENT",
    "NUMBER",
    "ORGAN_ID",
    "TEXT",
    "Codec",
    "Part",
    "Shape",
    "choice",
    "empty_of",
]

_DATE = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})")
_MOMENT = re.compile(_DATE.pattern + r"[ T]([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Codec:
    """How one kind of value is spelled in an element's text."""

    decode: Callable[[str], object]
    encode: Callable[[Any], str]
    empty: object = None
    """The value of an element that is missing, empty or not understood."""


@dataclass(frozen=True, slots=True)
class Part:
    """One child element and the attribute it fills."""

    wire: str
    attribute: str
    kind: Codec | Shape
    required: bool = False
    """Present in every known message of its kind: written even if the reader could do without."""
    many: bool = False
    expected: bool = False
    """Missed where it is not there, as a required one is, but a message can be written without it."""
    wrapper: str = ""
    """The element around the many, such as ``Appendixes`` around each ``Appendix``."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An element with children, and the value they make."""

    make: Callable[..., object]
    parts: tuple[Part, ...]

    def empty(self) -> object:
        """The value made of nothing but empty parts."""
        return self.make(**{part.attribute: empty_of(part) for part in self.parts})


def empty_of(part: Part) -> object:
    """What ``part`` fills in when its element is absent."""
    if part.many:
        return ()
    if isinstance(part.kind, Codec):
        return part.kind.empty
    return part.kind.empty() if part.required else None


def choice(kind: type[IntEnum]) -> Codec:
    """A codec for a table of numbers."""
    return Codec(lambda text: kind(int(text)), lambda value: str(int(value)))


def _read_date(text: str) -> date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day = map(int, match.groups())
    return date(year, month, day)


def _read_moment(text: str) -> datetime:
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day, hour, minute, second = map(int, match.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=HANOI)


def _write_date(value: date) -> str:
    return f"{value.year:04}/{value.month:02}/{value.day:02}"


def _write_moment(value: datetime) -> str:
    local = value.astimezone(HANOI)
    return f"{_write_date(local)} {local.hour:02}:{local.minute:02}:{local.second:02}"


def _read_number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(text)
    return int(text)


def _read_organ_id(text: str) -> OrganId:
    return OrganId(value=text)


def _words(no: str, yes: str) -> Codec:
    def decode(text: str) -> bool:
        if text.lower() not in (no, yes):
            raise ValueError(text)
        return text.lower() == yes

    return Codec(decode, lambda value: yes if value else no)


TEXT = Codec(str, str, "")
DATE = Codec(_read_date, _write_date)
"""yyyy/MM/dd"""
MOMENT = Codec(_read_moment, _write_moment)
"""yyyy/MM/dd HH:mm:ss, Vietnamese time without saying so"""
NUMBER = Codec(_read_number, str)
FLAG = _words("0", "1")
BOOLEAN = _words("false", "true")
ORGAN_ID = Codec(_read_organ_id, str, OrganId(value=""))
