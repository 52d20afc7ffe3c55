"""Where an object of a PDF begins and ends, read from its bytes alone (ISO 32000-2, 7.3).

Cú pháp của đối tượng PDF. A walk over tokens that builds no values: it finds the end of an object, the keys that a
dictionary gives twice, and the place of an entry. Parsers differ where bytes break the grammar, so what does not walk
is for the caller to doubt. Streams are not decoded here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["SPACE", "RawDictionary", "Scan", "Walk", "plain_name", "scan", "skip_blank", "walk"]

SPACE = rb"\x00\t\n\x0c\r "
"""White space, inside a character class (7.2.3)."""

_ENDS = SPACE + rb"()<>\[\]{}/%"
_TOKEN = re.compile(
    rb"[" + SPACE + rb"]*+(?:"
    rb"(/[^" + _ENDS + rb"]*+)"  # 1: a name
    rb"|([-+.0-9R][-+.0-9R" + SPACE + rb"]*+)"  # 2: numbers and references, as many as follow each other
    rb"|(<<)|(>>)|(\[)|(\])"  # 3 to 6
    rb"|(\((?:[^()\\]++|\\.)*+\)|<[0-9A-Fa-f" + SPACE + rb"]*+>)"  # 7: a string without inner parentheses
    rb"|(\()"  # 8: any other string
    rb"|(%[^\r\n]*+)"  # 9: a comment
    rb"|([^" + _ENDS + rb"]++)"  # 10: a keyword
    rb")",
    re.DOTALL,
)
_NAME, _NUMBERS, _OPEN, _CLOSE, _BEGIN, _END, _STRING, _NESTED, _COMMENT, _KEYWORD = range(1, 11)
# The same with a name and the numbers behind it taken together: most entries are such, and tokens cost time.
_RUN = re.compile(
    rb"[" + SPACE + rb"]*+(?:"
    rb"(/[^" + _ENDS + rb"]*+)([" + SPACE + rb"]++[-+.0-9R][-+.0-9R" + SPACE + rb"]*+)?+"  # 1, 2
    rb"|([-+.0-9R][-+.0-9R" + SPACE + rb"]*+|\((?:[^()\\]++|\\.)*+\)|<[0-9A-Fa-f" + SPACE + rb"]*+>)"  # 3
    rb"|(<<)|(>>)|(\[)|(\])|(\()|(%[^\r\n]*+)|([^" + _ENDS + rb"]++))",  # 4 to 10
    re.DOTALL,
)
_PARENTHESES = re.compile(rb"[^()\\]++|\\.|[()]", re.DOTALL)
_BLANK = re.compile(rb"(?:[" + SPACE + rb"]++|%[^\r\n]*+)*+")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STOPS = frozenset({b"endobj", b"stream", b"obj", b"endstream", b"xref", b"trailer", b"startxref"})
_VALUES = frozenset({b"true", b"false", b"null"})
_MOST_LEVELS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDictionary:
    """A dictionary as it stands in the bytes; keys with their ``#`` escapes resolved (7.3.5)."""

    begin: int
    end: int
    """Offset of the closing ``>>``."""
    level: int
    """1 for the object itself."""
    keys: tuple[bytes, ...]
    bounds: tuple[tuple[int, int], ...]
    """Offset of each key and the end of each key."""

    def value(self, data: bytes, index: int) -> bytes:
        """The bytes of the value of the key number ``index``, without the white space around it."""
        after = self.bounds[index + 1][0] if index + 1 < len(self.bounds) else self.end
        return bytes(data[skip_blank(data, self.bounds[index][1], after) : after]).strip(b"\0\t\n\x0c\r ")

    def place(self, data: bytes, key: bytes) -> int | None:
        """Offset of the first byte of the value of ``key``; None where there is not exactly one."""
        if self.keys.count(key) != 1:
            return None
        return skip_blank(data, self.bounds[self.keys.index(key)][1], self.end)

    def repeated(self, data: bytes) -> bytes | None:
        """A key that has two different values; None where there is none."""
        if len(set(self.keys)) == len(self.keys):
            return None
        seen: dict[bytes, bytes] = {}
        for index, key in enumerate(self.keys):
            value = self.value(data, index)
            if seen.setdefault(key, value) != value:
                return key
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What a walk over one object found."""

    stop: bytes
    """The keyword that ended it, or nothing at the end of the bytes."""
    begin: int
    """Offset of that keyword."""
    end: int
    outer: RawDictionary | None
    """The object itself, where it is a dictionary or a stream."""
    repeating: tuple[RawDictionary, ...]
    """Dictionaries that give a key twice."""
    holder: RawDictionary | None
    """The dictionary whose ``/Contents`` stands at the offset that the caller watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a quick look at one object found."""

    stop: bytes
    begin: int
    """Offset of the keyword that ended it."""
    end: int
    repeats: bool
    """Whether a dictionary in it gives a key twice."""
    lengths: int
    """How many keys ``/Length`` the outer dictionary has."""


def skip_blank(data: bytes, at: int, end: int) -> int:
    """The first offset from ``at`` on that is neither white space nor in a comment."""
    match = _BLANK.match(data, at, end)
    return match.end() if match else at


def scan(data: bytes, at: int, end: int) -> Scan | None:  # noqa: PLR0912 - one loop over every token of a file
    """As :func:`walk`, in a third of the time and without places."""
    match = _RUN.match
    stack: list[list[bytes] | None] = []
    outer: list[bytes] = []
    keys: list[bytes] | None = None
    is_due = repeats = False
    while token := match(data, at, end):
        kind, at = token.lastindex or 0, token.end()
        if kind <= 2:
            if is_due or keys is None:
                is_due = False
            else:
                keys.append(token[1])
                is_due = kind == 1
        elif kind == 3:
            is_due = False
        elif kind in (4, 6):
            if len(stack) >= _MOST_LEVELS:
                return None
            stack.append(keys)
            keys, is_due = [] if kind == 4 else None, False
        elif kind in (5, 7):
            if not stack or (kind == 5) is (keys is None):
                return None
            if keys is not None:
                if len(set(keys)) != len(keys) or (any(b"#" in key for key in keys) and _has_alias(keys)):
                    repeats = True
                if len(stack) == 1:
                    outer = keys
            keys, is_due = stack.pop(), False
        elif kind == 10:
            if token[10] in _STOPS:
                found = Scan(
                    stop=token[10], begin=token.start(10), end=at, repeats=repeats, lengths=outer.count(b"/Length")
                )
                return None if stack else found
            if token[10] not in _VALUES:
                return None
            is_due = False
        elif kind == 8:
            closed = _string_end(data, at - 1, end)
            if closed is None:
                return None
            at, is_due = closed, False
    if stack or skip_blank(data, at, end) < end:
        return None
    return Scan(stop=b"", begin=end, end=end, repeats=repeats, lengths=outer.count(b"/Length"))


def _has_alias(keys: list[bytes]) -> bool:
    return len({plain_name(key) for key in keys}) != len(keys)


def walk(data: bytes, at: int, end: int, watched: int = -1) -> Walk | None:
    """Walk over the object whose first byte is at ``at``, up to a keyword that can only end it.

    Args:
        end: Where the bytes to be looked at end.
        watched: Offset of a ``/Contents`` whose dictionary is wanted.

    Returns:
        None where brackets do not match, or a byte fits no token.
    """
    state = _State(data=data, watched=watched)
    match = _TOKEN.match
    while token := match(data, at, end):
        kind, begin, at = token.lastindex or 0, token.start(token.lastindex or 0), token.end()
        if kind == _KEYWORD:
            if token[_KEYWORD] in _STOPS:
                return state.finish(token[_KEYWORD], begin, at)
            state.is_due = False
        elif kind == _NESTED:
            closed = _string_end(data, begin, end)
            if closed is None:
                return None
            at, state.is_due = closed, False
        elif kind in (_NUMBERS, _STRING):
            state.is_due = False
        elif kind != _COMMENT and not state.take(kind, begin, at):
            return None
    return state.finish(b"", at, at) if skip_blank(data, at, end) >= end else None


class _State:
    """The dictionaries and arrays that are open."""

    __slots__ = ("bounds", "data", "holder", "is_due", "keys", "outer", "repeating", "stack", "start", "watched")

    def __init__(self, *, data: bytes, watched: int) -> None:
        self.data, self.watched = data, watched
        self.stack: list[tuple[list[bytes] | None, list[tuple[int, int]], int]] = []
        self.keys: list[bytes] | None = None
        self.bounds: list[tuple[int, int]] = []
        self.start = 0
        self.is_due = False  # a key was read, and its value was not
        self.outer: RawDictionary | None = None
        self.holder: RawDictionary | None = None
        self.repeating: list[RawDictionary] = []

    def take(self, kind: int, begin: int, end: int) -> bool:
        if kind == _NAME:
            if self.keys is None or self.is_due:
                self.is_due = False
            else:
                name = bytes(self.data[begin + 1 : end])
                self.keys.append(plain_name(name))
                self.bounds.append((begin, end))
                self.is_due = True
            return True
        if kind in (_OPEN, _BEGIN):
            if len(self.stack) >= _MOST_LEVELS:
                return False
            self.stack.append((self.keys, self.bounds, self.start))
            self.keys, self.bounds, self.start = [] if kind == _OPEN else None, [], begin
            self.is_due = False
            return True
        if not self.stack or (kind == _CLOSE) is (self.keys is None):
            return False
        if self.keys is not None:
            self._close(begin)
        self.keys, self.bounds, self.start = self.stack.pop()
        self.is_due = False
        return True

    def _close(self, at: int) -> None:
        keys = self.keys or []
        is_outer = len(self.stack) == 1
        is_holder = self.watched >= 0 and b"Contents" in keys
        is_repeating = len(set(keys)) != len(keys)
        if not (is_outer or is_holder or is_repeating):
            return
        found = RawDictionary(
            begin=self.start, end=at, level=len(self.stack), keys=tuple(keys), bounds=tuple(self.bounds)
        )
        if is_outer and self.outer is None:
            self.outer = found
        if is_holder and any(
            key == b"Contents" and skip_blank(self.data, bounds[1], at) == self.watched
            for key, bounds in zip(keys, self.bounds, strict=True)
        ):
            self.holder = found
        if is_repeating:
            self.repeating.append(found)

    def finish(self, stop: bytes, begin: int, end: int) -> Walk | None:
        if self.stack:
            return None
        return Walk(
            stop=stop,
            begin=begin,
            end=end,
            outer=self.outer,
            repeating=tuple(self.repeating),
            holder=self.holder,
        )


def plain_name(name: bytes) -> bytes:
    """``name`` with its ``#`` escapes resolved (7.3.5)."""
    return _ESCAPE.sub(_unescape, name) if b"#" in name else name


def _unescape(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 16)])


def _string_end(data: bytes, at: int, end: int) -> int | None:
    """The offset behind the string that opens at ``at``, its inner parentheses balanced (7.3.4.2)."""
    depth = 0
    for part in _PARENTHESES.finditer(data, at, end):
        if part[0] == b"(":
            depth += 1
        elif part[0] == b")":
            depth -= 1
            if depth == 0:
                return part.end()
    return None
