"""Where the bytes of an attachment land: their digest and size, their first bytes, and a file to read them from.

Nơi ghi tạm tệp đính kèm. Bytes pass through once and are not held. Names and verdicts are not known here.
"""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import pybase64

from edocs._edxml.source import Beside
from edocs.errors import OutputError

__all__ = ["Decoding", "Landed", "Landing", "Memory", "Store", "encoded_blocks"]


class Store(Protocol):
    """Where files lie whose names are not decided yet; whoever made it disposes of them."""

    def create(self) -> BinaryIO:
        """An empty file, to be written."""

    def finish(self, file: BinaryIO) -> None:
        """Nothing more will be written to ``file``, which need not stay open."""

    def open(self, file: BinaryIO) -> AbstractContextManager[BinaryIO]:
        """A file that was finished, from its beginning, to be read at any place."""


class Memory:
    """A store for what is handed out as bytes."""

    def create(self) -> BinaryIO:
        """An empty file in memory."""
        return io.BytesIO()

    def finish(self, file: BinaryIO) -> None:
        """It stays."""

    def open(self, file: BinaryIO) -> AbstractContextManager[BinaryIO]:
        """The same one."""
        file.seek(0)
        return nullcontext(file)


HEAD_BYTES = 1024
_SLICE_BYTES = 48 * 1024  # of a size that stays in the processor's cache
_SPACE = b" \t\r\n\f\v"
_REPLACEMENT_CHARACTER = b"\xef\xbf\xbd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """Bytes that have all arrived."""

    store: Store
    file: BinaryIO
    """Finished: to be opened by its store."""
    size_bytes: int
    sha256: str
    head: bytes
    """The first 1,024 bytes."""
    is_replaced: bool
    """Whether they are UTF-8 with U+FFFD in it: binary bytes that were once read as text look so."""


class Landing:
    """Takes bytes in order."""

    def __init__(self, store: Store, limit: int) -> None:
        """Nothing yet.

        Args:
            limit: No more than so many bytes are kept; :meth:`write` says when there are more.
        """
        self._store = store
        self._file = store.create()
        self._limit = limit
        self._size = 0
        self._sha256 = hashlib.sha256()
        self._head = b""
        self._text: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._has_replacement = False
        self._tail = b""

    def write(self, data: bytes, beside: Beside) -> bool:
        """Take ``data``; False where that is more than the limit."""
        self._size += len(data)
        if self._size > self._limit:
            return False
        beside.update(self._sha256, data)
        if len(self._head) < HEAD_BYTES:
            self._head += data[: HEAD_BYTES - len(self._head)]
        self._look(data)
        try:
            self._file.write(data)
        except OSError as exc:
            raise _unwritable(self._file, exc) from exc
        return True

    def finish(self, beside: Beside) -> Landed:
        """All bytes are there."""
        beside.settle()
        self._look(b"", is_last=True)
        try:
            self._store.finish(self._file)
        except OSError as exc:
            raise _unwritable(self._file, exc) from exc
        return Landed(
            store=self._store,
            file=self._file,
            size_bytes=self._size,
            sha256=self._sha256.hexdigest(),
            head=self._head,
            is_replaced=self._text is not None and self._has_replacement,
        )

    def _look(self, data: bytes, *, is_last: bool = False) -> None:
        if self._text is None:
            return
        for start in range(0, len(data) or 1, _SLICE_BYTES):
            piece = data[start : start + _SLICE_BYTES]
            try:
                self._text.decode(piece, is_last)
            except UnicodeDecodeError:
                self._text = None
                return
            self._has_replacement = self._has_replacement or _REPLACEMENT_CHARACTER in self._tail + piece
            self._tail = piece[-2:]


def _unwritable(file: BinaryIO, exc: OSError) -> OutputError:
    return OutputError(
        "output cannot be written: {path}: {why}",
        hint="check that the folder exists, is writable and has room",
        path=getattr(file, "name", "-"),
        why=exc.strerror or exc,
    )


class Decoding:
    """Base64 that arrives in blocks: white space is allowed, anything else outside the alphabet is not."""

    def __init__(self, landing: Landing, *, is_base64: bool = True) -> None:
        """Nothing yet; what is not base64 goes through as it is."""
        self._landing = landing
        self._is_base64 = is_base64
        self._rest = b""
        self._is_padded = False
        self.is_damaged = False
        self.is_too_large = False

    def write(self, block: bytes, beside: Beside) -> None:
        """Take a block of base64."""
        if self.is_damaged or self.is_too_large:
            return
        if not self._is_base64:
            self.is_too_large = not self._landing.write(block, beside)
            return
        if any(letter in block for letter in (b"\n", b" ", b"\r", b"\t", b"\f", b"\v")):
            block = block.translate(None, _SPACE)
        data = self._rest + block if self._rest else block
        whole = len(data) - len(data) % 4
        self._rest = data[whole:]
        if whole and self._is_padded:
            self.is_damaged = True
        elif whole:
            self._decode(data[:whole] if self._rest else data, beside)

    def finish(self, beside: Beside) -> Landed:
        """All blocks are there; whether what came of them counts, ``is_damaged`` and ``is_too_large`` say."""
        if self._rest:
            self.is_damaged = True
        return self._landing.finish(beside)

    def _decode(self, data: bytes, beside: Beside) -> None:
        self._is_padded = data.endswith(b"=")
        try:
            decoded = pybase64.b64decode(data, validate=True)
        except ValueError:
            self.is_damaged = True
            return
        if not self._landing.write(decoded, beside):
            self.is_too_large = True


def encoded_blocks(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The base64 of ``blocks`` on one line; every block but the last is a multiple of 3 long."""
    for block in blocks:
        yield pybase64.b64encode(block)
