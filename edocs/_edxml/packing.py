"""Write a document message while its files are read: base64, digests and signature are made on the way.

Đóng gói theo luồng (QCVN 102:2016/BTTTT). Nothing is held. The message is built with marks in the places of its
attachments, so that one writer and one canonicalisation serve messages of any size. A signature stands before what it
signs: then the base64 is put by while it is digested, and copied afterwards.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from io import BytesIO, RawIOBase
from typing import BinaryIO

from edocs._edxml.attachments import is_wrapped, wire_type, wrap
from edocs._edxml.detached import sign_detached
from edocs._edxml.landing import Store, encoded_blocks
from edocs._edxml.outline import Outline
from edocs._edxml.signing import Seal, sign_tree
from edocs._edxml.source import Beside, Source
from edocs._edxml.writer import build_document, serialize
from edocs._files import open_steady
from edocs.errors import OutputError, UnreadableError
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
    message: DocumentMessage, files: Sequence[OutgoingFile], target: BinaryIO, store: Store, seal: Seal | None
) -> Written:
    """Write ``message`` with ``files`` for its attachments, signed where there is a ``seal``.

    Raises:
        UsageError: As :func:`edocs._edxml.writer.build_document`.
        UnreadableError: A file cannot be read, or changed meanwhile.
        OutputError: What has to be put by cannot be written.
        SignatureValueError: The key answered with a value that does not verify.
    """
    outline = Outline(b"", [], b"_", "", 0)
    with Beside() as beside:
        runs = [_Encoded(file, store, beside, is_kept=seal is not None) for file in files]
        attachments = tuple(_attachment(index, run, outline) for index, run in enumerate(runs, 1))
        outline = outline.with_data(serialize(build_document(replace(message, attachments=attachments))))
        detached = None
        if seal is not None and seal.is_detached:
            detached = sign_detached(outline, seal)
        elif seal is not None:
            outline = sign_tree(outline, seal)
        hashed, size = hashlib.sha256(), 0
        for block in outline.blocks_of(outline.data):
            beside.update(hashed, block)
            target.write(block)
            size += len(block)
        beside.settle()
    entries = tuple(run.entry(one.content_id, one.name) for run, one in zip(runs, attachments, strict=True))
    return Written(entries=entries, size_bytes=size, sha256=hashed.hexdigest(), detached=detached)


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
    """The base64 of one file, made the first time that it is asked for."""

    length = 0
    is_base64 = True

    def __init__(self, file: OutgoingFile, store: Store, beside: Beside, *, is_kept: bool) -> None:
        self.file = file
        self._store = store
        self._beside = beside
        self._is_kept = is_kept
        self._kept: BinaryIO | None = None
        self._sha256 = hashlib.sha256()
        self._size = 0

    def entry(self, content_id: str, name: str) -> ManifestEntry:
        """What was read."""
        return ManifestEntry(content_id=content_id, name=name, size_bytes=self._size, sha256=self._sha256.hexdigest())

    def blocks(self) -> Iterator[bytes]:
        """The base64."""
        if self._kept is not None:
            with self._store.open(self._kept) as kept:
                yield from Source(kept).blocks()
            return
        made = self._wrapped() if is_wrapped(unicodedata.normalize("NFC", self.file.name)) else self._plain()
        if not self._is_kept:
            yield from made
            return
        kept = self._store.create()
        for block in made:
            _write(kept, block)
            yield block
        self._store.finish(kept)
        self._kept = kept

    def _plain(self) -> Iterator[bytes]:
        with open_file(self.file) as stream:
            yield from encoded_blocks(self._digested(Source(stream).blocks()))
        self._beside.settle()

    def _wrapped(self) -> Iterator[bytes]:
        with open_file(self.file) as stream:
            for _ in self._digested(Source(stream).blocks()):
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


def _write(file: BinaryIO, data: bytes) -> None:
    try:
        file.write(data)
    except OSError as exc:
        raise OutputError(
            "output cannot be written: {path}: {why}",
            hint="check that the folder exists, is writable and has room",
            path=getattr(file, "name", "-"),
            why=exc.strerror or exc,
        ) from exc
