"""Write a document message while its files are read: base64, digests and signature are made on the way.

Đóng gói theo luồng (QCVN 102:2016/BTTTT). Nothing is held. The message is built with marks in the places of its
attachments, so that one writer and one canonicalisation serve messages of any size.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from io import BytesIO, RawIOBase, UnsupportedOperation
from typing import BinaryIO

from edocs._edxml.attachments import is_wrapped, wire_type, wrap
from edocs._edxml.detached import sign_detached
from edocs._edxml.landing import Store, encoded_blocks
from edocs._edxml.outline import Outline
from edocs._edxml.signing import Seal, expected_outline, sign_tree
from edocs._edxml.source import BLOCK_BYTES, Beside, Source
from edocs._edxml.writer import build_document, serialize
from edocs._files import open_steady
from edocs.errors import SignatureValueError, UnreadableError
from edocs.model import Attachment, DocumentMessage, ManifestEntry, OutgoingFile

__all__ = ["Written", "open_file", "write_packed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written."""

    entries: tuple[ManifestEntry, ...]
    size_bytes: int
    sha256: str
    detached: bytes | None


def open_file(file: OutgoingFile) -> AbstractContextManager[BinaryIO]:
    """The bytes of ``file``.

    Raises:
        UnreadableError: Its path cannot be opened.
    """
    return nullcontext(BytesIO(file.data)) if file.path is None else open_steady(file.path)


def write_packed(
    message: DocumentMessage,
    files: Sequence[OutgoingFile],
    target: BinaryIO,
    store: Store,
    seal: Seal | None,
    on_read: Callable[[int], None] | None = None,
) -> Written:
    """Write ``message`` with ``files`` for its attachments, signed where there is a ``seal``.

    Args:
        on_read: Told how many bytes of the files were read, each time.

    Raises:
        UsageError: As :func:`edocs._edxml.writer.build_document`.
        UnreadableError: A file cannot be read, or changed meanwhile.
        SignatureValueError: The key answered with a value that does not verify.
    """
    outline = Outline(b"", [], b"_", "", 0)
    with Beside() as beside:
        outline.beside = beside
        runs = [_Encoded(file, store, beside, on_read) for file in files]
        attachments = tuple(_attachment(index, run, outline) for index, run in enumerate(runs, 1))
        outline = outline.with_data(serialize(build_document(replace(message, attachments=attachments))))
        is_within = seal is not None and not seal.is_detached
        body = _Body(expected_outline(outline, seal) if seal and is_within else outline, target, beside, is_within)
        outline.on_block = body.take
        detached = None
        if seal is not None and seal.is_detached:
            detached = sign_detached(outline, seal)
        elif seal is not None:
            outline = sign_tree(outline, seal)
        else:
            for number in range(len(runs)):
                for _ in outline.read(number):
                    pass
        size, sha256 = body.finish(outline)
    entries = tuple(run.entry(one.content_id, one.name) for run, one in zip(runs, attachments, strict=True))
    return Written(entries=entries, size_bytes=size, sha256=sha256, detached=detached)


class _Body:
    """Writes a message while its attachments are read.

    A signature stands before what it signs, so room is left for it. A timestamp makes it longer than was expected: then
    what stands behind is moved.
    """

    def __init__(self, outline: Outline, target: BinaryIO, beside: Beside, is_signed_within: bool) -> None:
        self._pieces = outline.pieces()
        self._target = target
        self._beside = beside
        self._sha256 = hashlib.sha256()
        self._size = 0
        self._next = 0
        self._is_final = not is_signed_within
        """Whether what is written stays as it is."""
        self._start = len(self._pieces[0])
        if is_signed_within:
            target.seek(self._start)
        else:
            self._write(self._pieces[0])

    def take(self, number: int, block: bytes) -> None:
        """A block of an attachment; they come in their order."""
        if number == self._next:
            if number:
                self._write(self._pieces[number])
            self._next += 1
        self._write(block)

    def finish(self, outline: Outline) -> tuple[int, str]:
        """Write what is left, and what a signature changed; size and SHA-256 of the whole."""
        pieces = outline.pieces()
        if self._next != len(pieces) - 1 or pieces[1:-1] != self._pieces[1:-1]:
            raise SignatureValueError("the signed message does not verify")
        if not self._is_final:
            self._go_over(pieces[0])
        self._write(pieces[-1])
        self._target.truncate()
        self._beside.settle()
        return self._size, self._sha256.hexdigest()

    def _go_over(self, head: bytes) -> None:
        """Put ``head`` before what was written, and digest it all."""
        start, end = self._start, self._target.tell()
        if len(head) != start:
            self._move(start, end, len(head) - start)
            start, end = len(head), end + len(head) - start
        self._target.seek(0)
        self._is_final = True
        self._write(head)
        with ThreadPoolExecutor(1) as pool:
            synced = pool.submit(_sync, self._target)  # what must reach the disk in the end can as well begin now
            for place in range(start, end, BLOCK_BYTES):
                block = self._target.read(min(BLOCK_BYTES, end - place))
                self._beside.update(self._sha256, block)
                self._size += len(block)
            synced.result()

    def _move(self, start: int, end: int, by: int) -> None:
        places = range(start, end, BLOCK_BYTES)
        for place in reversed(places) if by > 0 else places:
            self._target.seek(place)
            block = self._target.read(min(BLOCK_BYTES, end - place))
            self._target.seek(place + by)
            self._target.write(block)

    def _write(self, data: bytes) -> None:
        if self._is_final:
            self._beside.update(self._sha256, data)
            self._size += len(data)
        self._target.write(data)


def _sync(file: BinaryIO) -> None:
    try:
        number = file.fileno()
    except UnsupportedOperation:  # it is in memory
        return
    os.fsync(number)


def _attachment(index: int, run: _Encoded, outline: Outline) -> Attachment:
    name = unicodedata.normalize("NFC", run.file.name)
    return Attachment(
        content_id=str(index),
        name=name,
        content_type=wire_type(name),
        description=run.file.description or name,
        encoded=outline.add(run),
    )


class _Encoded:
    """The base64 of one file, which is read once."""

    length = 0
    is_base64 = True

    def __init__(self, file: OutgoingFile, store: Store, beside: Beside, on_read: Callable[[int], None] | None) -> None:
        self.file = file
        self._on_read = on_read
        self._store = store
        self._beside = beside
        self._sha256 = hashlib.sha256()
        self._size = 0

    def entry(self, content_id: str, name: str) -> ManifestEntry:
        """What was read."""
        return ManifestEntry(content_id=content_id, name=name, size_bytes=self._size, sha256=self._sha256.hexdigest())

    def blocks(self) -> Iterator[bytes]:
        """The base64."""
        return self._wrapped() if is_wrapped(unicodedata.normalize("NFC", self.file.name)) else self._plain()

    def _plain(self) -> Iterator[bytes]:
        with open_file(self.file) as stream:
            yield from encoded_blocks(self._digested(Source(stream, on_read=self._on_read).blocks()))
        self._beside.settle()

    def _wrapped(self) -> Iterator[bytes]:
        with open_file(self.file) as stream:
            for _ in self._digested(Source(stream, on_read=self._on_read).blocks()):
                pass
            self._beside.settle()
            stream.seek(0)
            again = _Hashed(stream)
            archive = self._store.create()
            wrap(self.file.name, again, self._size, self._sha256.hexdigest(), archive)
        if again.sha256.digest() != self._sha256.digest():
            raise UnreadableError(
                "file changed while it was read: {path}",
                hint="wait until it is written, and try again",
                path=self.file.path or self.file.name,
            )
        self._store.finish(archive)
        with self._store.open(archive) as stream:
            yield from encoded_blocks(Source(stream).blocks())

    def _digested(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self._beside.update(self._sha256, block)
            self._size += len(block)
            yield block


class _Hashed(RawIOBase):
    """A stream that is digested while it is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As of the stream."""
        data = self._stream.read(size)
        self.sha256.update(data)
        return data
