"""A directory on the loopback interface that answers one search a connection, or misbehaves as it is told (RFC 4511).

The encoding is asn1crypto's, so that it is not the one that is tested.
"""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import ClassVar

from asn1crypto import core


class _Values(core.SetOf):
    _child_spec = core.OctetString


class _Attribute(core.Sequence):
    _fields: ClassVar = [("type", core.OctetString), ("values", _Values)]


class _Attributes(core.SequenceOf):
    _child_spec = _Attribute


class _Entry(core.Sequence):
    _fields: ClassVar = [("name", core.OctetString), ("attributes", _Attributes)]


class _Filter(core.Choice):
    _alternatives: ClassVar = [("present", core.OctetString, {"implicit": 7})]


class _Names(core.SequenceOf):
    _child_spec = core.OctetString


class _Search(core.Sequence):
    _fields: ClassVar = [
        ("base", core.OctetString),
        ("scope", core.Integer, {"implicit": (0, 10)}),
        ("aliases", core.Integer, {"implicit": (0, 10)}),
        ("most", core.Integer),
        ("seconds", core.Integer),
        ("types_only", core.Boolean),
        ("filter", _Filter),
        ("attributes", _Names),
    ]


def _message(tag: int, content: bytes) -> bytes:
    operation = core.Sequence(contents=content).retag({"implicit": ("application", tag)})
    return bytes(core.Sequence(contents=core.Integer(1).dump() + operation.dump(force=True)).dump())


def entry(name: str, attributes: dict[str, list[bytes]]) -> bytes:
    described = [{"type": kind.encode(), "values": values} for kind, values in attributes.items()]
    value = _Entry({"name": name.encode(), "attributes": described})
    value.dump()
    return _message(4, bytes(value.contents))


def reference(url: str) -> bytes:
    return _message(19, bytes(core.OctetString(url.encode()).dump()))


def done(code: int = 0) -> bytes:
    return _message(5, bytes([0x0A, 1, code]) + bytes(core.OctetString(b"").dump()) * 2)


class Directory:
    """``entries[dn]`` holds attributes; ``raw``, where set, is sent instead of any answer; SLOW never ends."""

    def __init__(self) -> None:
        self.entries: dict[str, dict[str, list[bytes]]] = {}
        self.raw: bytes | None = None
        self.is_slow = False
        self.questions: list[tuple[str, str]] = []
        self._stopping = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Directory:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopping.set()
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._socket.close()

    def url(self, name: str, attribute: str, rest: str = "") -> str:
        return f"ldap://127.0.0.1:{self.port}/{name}?{attribute}{rest}"

    def _serve(self) -> None:
        while not self._stopping.is_set():
            connection, _ = self._socket.accept()
            with connection:
                try:
                    self._answer(connection)
                except OSError:  # a client that has gone
                    continue

    def _answer(self, connection: socket.socket) -> None:
        data = connection.recv(1 << 16)
        if not data:
            return
        if self.is_slow:
            while not self._stopping.wait(0.01):
                connection.sendall(b"\x30")
            return
        operation = core.Sequence.load(data, strict=True)[1]
        search = _Search.load(core.Sequence(contents=operation.contents).dump())
        base, wanted = (item.native.decode() for item in (search["base"], search["attributes"][0]))
        self.questions.append((base, wanted))
        if self.raw is not None:
            connection.sendall(self.raw)
        elif base in self.entries:
            connection.sendall(reference("ldap://127.0.0.1/") + entry(base, self.entries[base]) + done())
        else:
            connection.sendall(done(32))
