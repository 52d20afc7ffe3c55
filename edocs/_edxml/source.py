"""Bytes that can be read at any place, of a file or in memory, and digests that are computed beside the reading.

What is large is read in blocks and never held. Whether a file changes meanwhile is for its opener to see.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import BinaryIO, Protocol

from edocs.errors import UnreadableError

__all__ = ["BLOCK_BYTES", "Beside", "Digest", "Source"]

BLOCK_BYTES = 768 * 1024
"""A multiple of 3 and of 4: base64 of one block ends where a group ends."""
_LEAST_BYTES = 64 * 1024
"""Less is digested at once: a thread would cost more than it saves."""
_MOST_WAITING = 4


class Digest(Protocol):
    """A hash of ``hashlib``."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""

    def digest(self) -> bytes:
        """The digest of all of them."""

    def hexdigest(self) -> str:
        """The same, lower-case hexadecimal."""


class _Stream:
    """A stream that knows its place: whoever reads on need not seek."""

    def __init__(self, stream: BinaryIO, on_read: Callable[[int], None] | None) -> None:
        self.size = stream.seek(0, 2)
        self._stream = stream
        self._on_read = on_read
        self._place = self.size

    def read_at(self, offset: int, length: int) -> bytes:
        try:
            if offset != self._place:
                self._stream.seek(offset)
            data = self._stream.read(length)
        except OSError as exc:
            name = getattr(self._stream, "name", "-")
            raise UnreadableError("file cannot be read: {path}: {why}", path=name, why=exc.strerror or exc) from exc
        self._place = offset + len(data)
        if self._on_read is not None:
            self._on_read(len(data))
        return data


class Source:
    """A range of a seekable stream, which nobody else reads meanwhile."""

    def __init__(
        self,
        stream: BinaryIO | _Stream,
        start: int = 0,
        size: int | None = None,
        on_read: Callable[[int], None] | None = None,
    ) -> None:
        """The bytes of ``stream`` from ``start``; to its end where ``size`` is not given.

        Args:
            on_read: Told how many bytes were read, each time.
        """
        self._stream = stream if isinstance(stream, _Stream) else _Stream(stream, on_read)
        self._start = start
        self.size = (self._stream.size - start) if size is None else size

    def read_at(self, offset: int, length: int) -> bytes:
        """At most ``length`` bytes from ``offset``; fewer at the end.

        Raises:
            UnreadableError: The stream fails.
        """
        return self._stream.read_at(self._start + offset, max(0, min(length, self.size - offset)))

    def blocks(self, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from ``offset``, block by block."""
        end = self.size if length is None else offset + length
        while block := self.read_at(offset, min(BLOCK_BYTES, end - offset)):
            yield block
            offset += len(block)

    def part(self, offset: int, length: int) -> Source:
        """A range of this range."""
        return Source(self._stream, self._start + offset, length)


class Beside:
    """Feeds digests in a thread: ``hashlib`` lets go of the interpreter while the caller reads, decodes and writes.

    A context manager. Updates keep their order. Digests are read after :meth:`settle`.
    """

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Beside:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def update(self, digest: Digest, data: bytes) -> None:
        """Feed ``data``, which nobody changes, into ``digest``; soon."""
        if len(data) < _LEAST_BYTES and not self._waiting:
            digest.update(data)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1)
        self._waiting.append(self._pool.submit(digest.update, data))
        while len(self._waiting) > _MOST_WAITING:
            self._waiting.popleft().result()

    def settle(self) -> None:
        """Wait until all is fed."""
        while self._waiting:
            self._waiting.popleft().result()
