"""Reading BER and DER (ITU-T X.690) without re-encoding: every value keeps the very octets that it was written in.

Đọc ASN.1. What was signed are octets, so a reader that writes them anew may verify something else. It knows tags of one
octet and lengths definite and indefinite, which is all that CMS needs, and gives no meaning to what it reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

__all__ = ["Value", "der", "dotted", "encoded", "octets", "read_value"]

_DEEPEST = 48
_CONSTRUCTED = 0x20
_OCTET_STRING = 0x04
_SET = 0x31


class Value:
    """One value inside ``data``: identifier octet and the offsets of its parts."""

    __slots__ = ("_depth", "body", "data", "end", "start", "stop", "tag")

    def __init__(self, data: bytes, start: int, depth: int = 0) -> None:
        """Read the value at ``start``.

        Raises:
            ValueError: There is no complete value of a kind that is known here.
        """
        self.data = data
        self.start = start
        self.tag, self.body, length = _header(data, start)
        self._depth = depth
        if length is not None:
            self.stop = self.end = self.body + length
            if self.end > len(data):
                raise ValueError("a value is longer than what it stands in")
            return
        if not self.tag & _CONSTRUCTED or depth > _DEEPEST:
            raise ValueError("a value of indefinite length stands where none may")
        at = self.body
        while data[at : at + 2] != b"\0\0":
            at = Value(data, at, depth + 1).end
        self.stop, self.end = at, at + 2

    @property
    def raw(self) -> bytes:
        """The whole value as it was written."""
        return self.data[self.start : self.end]

    @property
    def content(self) -> bytes:
        """What stands between header and end."""
        return self.data[self.body : self.stop]

    @property
    def is_definite(self) -> bool:
        """Whether the length was written beforehand."""
        return self.end == self.stop

    def children(self) -> Iterator[Value]:
        """The values that this one is made of.

        Raises:
            ValueError: It is primitive, nested too deeply, or one of them is incomplete.
        """
        if not self.tag & _CONSTRUCTED:
            raise ValueError("a primitive value stands where a constructed one is wanted")
        if self._depth > _DEEPEST:
            raise ValueError("values are nested too deeply")
        at = self.body
        while at < self.stop:
            child = Value(self.data, at, self._depth + 1)
            if child.end > self.stop:
                raise ValueError("a value is longer than what it stands in")
            yield child
            at = child.end


def read_value(data: bytes, tag: int | None = None) -> Value:
    """The one value that ``data`` is.

    Raises:
        ValueError: It is not one value, or not of that ``tag``.
    """
    value = Value(data, 0)
    if value.end != len(data):
        raise ValueError("something follows a value")
    if tag is not None and value.tag != tag:
        raise ValueError(f"tag {value.tag:02X} stands where {tag:02X} is wanted")
    return value


def octets(value: Value) -> bytes:
    """The octets of a string, be it in one piece or in several (X.690, 8.7.3)."""
    if not value.tag & _CONSTRUCTED:
        return value.content
    parts = list(value.children())
    if any(part.tag & ~_CONSTRUCTED != _OCTET_STRING for part in parts):
        raise ValueError("a string is made of something else than strings")
    return b"".join(octets(part) for part in parts)


def der(value: Value, tag: int | None = None) -> bytes:
    """``value`` in definite lengths, the parts of a SET in order; strings in pieces become one (X.690, 10 and 11).

    Args:
        tag: To be read as one of this kind; None: its own.
    """
    kind = value.tag if tag is None else tag
    if not kind & _CONSTRUCTED:
        return encoded(kind, value.content)
    if kind == _OCTET_STRING | _CONSTRUCTED:
        return encoded(_OCTET_STRING, octets(value))
    parts = [der(child) for child in value.children()]
    return encoded(kind, b"".join(sorted(parts) if kind == _SET else parts))


@lru_cache(maxsize=1024)
def dotted(content: bytes) -> str:
    """The object identifier in ``content``, with dots.

    >>> dotted(bytes.fromhex("2a864886f70d"))
    '1.2.840.113549'
    """
    if not content or content[-1] & 0x80 or len(content) > 64:
        raise ValueError("not an object identifier")
    arcs: list[int] = []
    value = 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    top = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (top, arcs[0] - 40 * top, *arcs[1:]))


def _header(data: bytes, at: int) -> tuple[int, int, int | None]:
    """(tag, start of the body, its length or None for indefinite) of the value at ``at``."""
    if at + 2 > len(data):
        raise ValueError("a value ends in its header")
    tag, first = data[at], data[at + 1]
    if tag & 0x1F == 0x1F:
        raise ValueError("a tag of several octets")
    body = at + 2
    if first < 0x80:
        return tag, body, first
    if first == 0x80:
        return tag, body, None
    count = first & 0x7F
    if count > 4 or body + count > len(data):
        raise ValueError("a length that no value has")
    return tag, body + count, int.from_bytes(data[body : body + count], "big")


def encoded(tag: int, body: bytes) -> bytes:
    """One value in DER: identifier octet, length, ``body``."""
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body
