"""One bounded LDAP search for a published value: a revocation list or a CA certificate (RFC 4511, 4516, 4523).

Đọc danh sách thu hồi từ thư mục LDAP. Anonymous, over TCP, one search, then the connection is closed. What comes back
is as good as its own signature, so nothing is secured on the way: no TLS, no bind. Referrals and filters are passed
over. Written here because it is so little: LDAP clients for Python are either long unmaintained or need a C library.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from edocs.errors import UnavailableError

__all__ = ["fetch_ldap"]

_INTEGER, _OCTETS, _ENUMERATED, _SEQUENCE = 0x02, 0x04, 0x0A, 0x30
_BOOLEAN, _PRESENT = 0x01, 0x87
_SEARCH, _ENTRY, _DONE, _REFERENCE = 0x63, 0x64, 0x65, 0x73
_SCOPES = {"": 0, "base": 0, "one": 1, "sub": 2}
_MOST_ENTRIES = 8
_PORT = 389


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    host: str
    port: int
    base: str
    attribute: str
    scope: int


def fetch_ldap(url: str, *, timeout_s: float = 10.0, max_bytes: int = 32 << 20) -> list[bytes]:
    """The values of the attribute that ``url`` names, in the order in which the server gives them.

    Raises:
        UnavailableError: No such address, no answer in time, an answer that is none, too long, or an error.
    """
    question = _read_url(url)
    deadline = time.monotonic() + timeout_s
    try:
        with socket.create_connection((question.host, question.port), timeout=timeout_s) as connection:
            connection.sendall(_request(question, timeout_s))
            return list(_values(_Stream(connection, deadline, max_bytes), question.attribute))
    except (OSError, ValueError) as exc:
        raise UnavailableError(
            "{url} does not answer: {why}", url=_shown(question), why=str(exc) or type(exc).__name__
        ) from exc


def _read_url(url: str) -> _Question:
    """RFC 4516, 2: ``ldap://host:port/dn?attributes?scope?filter?extensions``."""
    try:
        place = urlsplit(url)
        # The query has question marks of its own, and a hash sign may stand unescaped in a name.
        attributes, scope, _, extensions, *_ = [*url.partition("?")[2].split("?"), "", "", "", ""]
        host, port, base = place.hostname or "", place.port or _PORT, unquote(place.path[1:], errors="strict")
    except ValueError as exc:
        raise UnavailableError("not an LDAP address: {url}", url=url[:200]) from exc
    attribute = unquote(attributes.partition(",")[0])
    is_critical = any(item.startswith("!") for item in extensions.split(","))
    if place.scheme != "ldap" or not host or not attribute or scope.lower() not in _SCOPES or is_critical:
        raise UnavailableError("not an LDAP address: {url}", url=url[:200])
    return _Question(host=host, port=port, base=base, attribute=attribute, scope=_SCOPES[scope.lower()])


def _shown(question: _Question) -> str:
    return f"ldap://{question.host}:{question.port}/{question.base}"


def _request(question: _Question, timeout_s: float) -> bytes:
    """RFC 4511, 4.5.1, with the filter (objectClass=*)."""
    search = _value(
        _SEARCH,
        _value(_OCTETS, question.base.encode()),
        _value(_ENUMERATED, bytes([question.scope])),
        _value(_ENUMERATED, b"\0"),
        _number(_MOST_ENTRIES),
        _number(max(1, int(timeout_s))),
        _value(_BOOLEAN, b"\0"),
        _value(_PRESENT, b"objectClass"),
        _value(_SEQUENCE, _value(_OCTETS, question.attribute.encode())),
    )
    return _value(_SEQUENCE, _number(1), search)


def _number(number: int) -> bytes:
    return _value(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1))


def _value(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + content


class _Stream:
    """The messages that come in, each read whole, within the time and the size that are left."""

    def __init__(self, connection: socket.socket, deadline: float, max_bytes: int) -> None:
        self._connection, self._deadline, self._left = connection, deadline, max_bytes

    def message(self) -> bytes:
        """The content of the next LDAPMessage."""
        head = self._read(2)
        if head[0] != _SEQUENCE:
            raise ValueError("not LDAP")
        size = head[1]
        if size >= 0x80:
            if not 1 <= size - 0x80 <= 4:  # RFC 4511, 5.1: only the definite form
                raise ValueError("not LDAP")
            size = int.from_bytes(self._read(size - 0x80))
        return self._read(size)

    def _read(self, size: int) -> bytes:
        self._left -= size
        if self._left < 0:
            raise ValueError("the answer is too long")
        data = bytearray()
        while len(data) < size:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("no answer in time")
            self._connection.settimeout(left)
            part = self._connection.recv(min(size - len(data), 1 << 16))
            if not part:
                raise ValueError("the connection ended")
            data += part
        return bytes(data)


def _values(stream: _Stream, attribute: str) -> Iterator[bytes]:
    wanted = attribute.partition(";")[0].lower()
    while True:
        _, (operation, content) = _pair(stream.message())
        if operation == _ENTRY:
            _, (_, attributes) = _pair(content)
            for _, described in _parts(attributes):
                (_, name), (_, values) = _pair(described)
                if name.decode("utf-8", "replace").partition(";")[0].lower() == wanted:
                    yield from (value for _, value in _parts(values))
        elif operation == _DONE:
            code = next(iter(_parts(content)), (0, b""))[1]
            if code != b"\0":
                raise ValueError(f"LDAP result {int.from_bytes(code)}")
            return
        elif operation != _REFERENCE:
            raise ValueError("another answer than to the question")


def _pair(content: bytes) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    parts = list(_parts(content))
    if len(parts) < 2:
        raise ValueError("not LDAP")
    return parts[0], parts[1]


def _parts(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each value in ``content``."""
    at = 0
    while at < len(content):
        tag, size, start = content[at], content[at + 1] if at + 1 < len(content) else 0xFF, at + 2
        if size >= 0x80:
            count = size - 0x80
            size, start = int.from_bytes(content[start : start + count]), start + count
        if start + size > len(content):
            raise ValueError("not LDAP")
        yield tag, content[start : start + size]
        at = start + size
