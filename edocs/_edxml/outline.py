"""A message without the base64 of its attachments: small, however large they are, and XML all the same.

Phần khung của gói tin. A long run of base64 that follows the tag of an attachment's content, and that a ``<`` or the
end of a CDATA section follows, is replaced by a mark that nobody could foresee. Letters of base64 and white space have
no meaning of their own in any place where such a run can stand, be it text, a comment, a CDATA section or an
instruction, and neither has the mark: a parser makes of the outline what it makes of the message, but for the texts
themselves. So the one reader, and the one canonicalisation, serve messages of any size.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Protocol

from edocs._edxml.source import BLOCK_BYTES, Beside, Source
from edocs.errors import MalformedEnvelopeError, UnreadableError

__all__ = ["MAX_TEXT_BYTES", "PIECE_BYTES", "LeftOut", "Outline", "Run", "outline_of", "too_long"]

MAX_TEXT_BYTES = 1024 * 1024
"""Of one text or attribute that is not an attachment's content."""
PIECE_BYTES = 2048
"""A run of twice as many bytes is always taken out; one of fewer never."""

_SPACE = b" \t\r\n"
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_RUN = _LETTERS + _SPACE
_BEFORE = re.compile(
    rb"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:contenttransferencoded|content|value)(?:[ \t\r\n][^<>]{0,1000})?>"
    rb"[ \t\r\n]{0,1000}(?:<!\[CDATA\[)?\Z",
    re.IGNORECASE,
)
_CONTEXT = 2200
"""No match of ``_BEFORE`` is longer."""
_AFTER = (b"<", b"]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """What a mark stands for: where it is to be read."""

    source: Source
    offset: int
    length: int
    is_base64: bool = True
    """Else the bytes are those of the attachment itself (a binary MIME part)."""
    is_xml: bool = True

    def blocks(self) -> Iterator[bytes]:
        """Its bytes as a parser hands them out: XML 1.0, 2.11 knows one end of line."""
        if not self.is_xml:
            yield from self.source.blocks(self.offset, self.length)
            return
        held = b""
        for block in self.source.blocks(self.offset, self.length):
            data = held + block
            held = b"\r" if data.endswith(b"\r") else b""
            data = data[: len(data) - len(held)]
            yield data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
        if held:
            yield b"\n"


class LeftOut(Protocol):
    """What a mark may stand for; a :class:`Run`, or what is still to be encoded."""

    @property
    def length(self) -> int:
        """In bytes, where it is known."""

    @property
    def is_base64(self) -> bool:
        """Else it is the attachment itself."""

    def blocks(self) -> Iterator[bytes]:
        """Its bytes."""


class Outline:
    """The outline of one message, and what it leaves out."""

    def __init__(self, data: bytes, runs: list[LeftOut], mark: bytes, sha256: str, room: int) -> None:
        self.data = data
        """The XML."""
        self.runs = runs
        self.sha256 = sha256
        """Of the whole message."""
        self.on_block: Callable[[int, bytes], None] | None = None
        """Told of every block of a run, the first time that the run is read, and of its end by an empty one."""
        self.beside: Beside | None = None
        """What feeds the digests; None: one that is made for each."""
        self._mark = mark
        self._room = [room]  # shared by all copies, as the rest is
        self._kept: dict[int, bytes] = {}
        self._told: set[int] = set()
        self._digests: dict[tuple[str, bytes], bytes] = {}

    def with_data(self, data: bytes) -> Outline:
        """The same with ``data`` for the XML, such as that of a mended message."""
        other = copy.copy(self)
        other.data = data
        return other

    def add(self, run: LeftOut) -> str:
        """A new mark for ``run``."""
        if len(self._mark) == 1:
            self._mark = _new_mark()
        self.runs.append(run)
        return (self._mark + b"%d_" % (len(self.runs) - 1)).decode()

    def has_mark(self, text: str | None) -> bool:
        """Whether something was left out of ``text``."""
        return bool(self.runs) and text is not None and self._mark.decode() in text

    def index_of(self, text: str) -> int | None:
        """The number of the run that is all of ``text``; None where it is something else."""
        found = self._pattern().fullmatch(text.encode()) if self.has_mark(text) else None
        return None if found is None else self._number(found[1])

    def restored(self, text: str, limit: int) -> str:
        """``text`` with what was left out of it, which is held from then on.

        Raises:
            MalformedEnvelopeError: It would be longer than ``limit`` bytes, or all such texts than the outline may be.
        """
        found = [self._number(one[1]) for one in self._pattern().finditer(text.encode())]
        length = sum(self.runs[number].length for number in found)
        self._room[0] -= length
        if length > limit or self._room[0] < 0:
            raise too_long(limit)
        return b"".join(self.blocks_of(text.encode(), keep=True)).decode()

    def blocks_of(self, data: bytes, *, keep: bool = False) -> Iterator[bytes]:
        """``data``, a piece of the outline or of its canonical form, with what was left out of it.

        Args:
            keep: Hold what is read, so that whoever reads it again reads the same.
        """
        end = 0
        for found in self._pattern().finditer(data) if self.runs else ():
            yield data[end : found.start()]
            yield from self._read(self._number(found[1]), keep)
            end = found.end()
        yield data[end:]

    def pieces(self) -> list[bytes]:
        """What stands before, between and behind the marks."""
        return self._pattern().split(self.data)[::2]

    def encoded(self, number: int) -> str:
        """The run of that number in base64, all of it."""
        run = self.runs[number]
        data = b"".join(self._read(number, True))
        return data.decode("ascii", "replace") if run.is_base64 else base64.b64encode(data).decode("ascii")

    def read(self, number: int) -> Iterator[bytes]:
        """The run of that number, block by block."""
        return self._read(number, False)

    def digest(self, algorithm: str, data: bytes) -> bytes:
        """The digest of ``data`` with what was left out of it."""
        if (algorithm, data) not in self._digests:
            self._digests[algorithm, data] = self._digest(algorithm, data)
        return self._digests[algorithm, data]

    def check_kept(self) -> None:
        """Make sure that what is held was digested: it was put back after it, in another reading.

        Raises:
            UnreadableError: It is not the same any more.
        """
        for (algorithm, data), digest in self._digests.items() if self._kept else ():
            if self._digest(algorithm, data) != digest:
                raise UnreadableError(
                    "file changed while it was read: {path}", hint="wait until it is written, and try again", path="-"
                )

    def _digest(self, algorithm: str, data: bytes) -> bytes:
        hashed = hashlib.new(algorithm)
        with nullcontext(self.beside) if self.beside else Beside() as beside:
            for block in self.blocks_of(data):
                beside.update(hashed, block)
            beside.settle()
        return hashed.digest()

    def _read(self, number: int, keep: bool) -> Iterator[bytes]:
        if number in self._kept:
            yield self._kept[number]
            return
        is_first = self.on_block is not None and number not in self._told
        self._told.add(number)
        held = []
        for block in self.runs[number].blocks():
            if is_first and self.on_block is not None:
                self.on_block(number, block)
            if keep:
                held.append(block)
            yield block
        if is_first and self.on_block is not None:
            self.on_block(number, b"")
        if keep:
            self._kept[number] = b"".join(held)

    def _pattern(self) -> re.Pattern[bytes]:
        return re.compile(re.escape(self._mark) + rb"([0-9]{1,9})_")  # which the module keeps

    def _number(self, digits: bytes) -> int:
        number = int(digits)
        if number >= len(self.runs):  # nobody can write a mark, so this is of no message
            raise MalformedEnvelopeError("message is ambiguous: {count} elements {name}", count=2, name="_")
        return number


def _new_mark() -> bytes:
    """How the marks of one message begin. It is drawn when the message is there: nobody can have written it."""
    return b"_%s_" % secrets.token_hex(16).encode()


def too_long(limit: int) -> MalformedEnvelopeError:
    """The refusal of more text than a message has beside its attachments."""
    return MalformedEnvelopeError(
        "message has more than {limit} bytes of text beside its attachments",
        hint="ask the sender for the message again",
        limit=limit,
    )


def outline_of(source: Source, limit: int, piece_bytes: int = PIECE_BYTES) -> Outline:
    """The outline of the message in ``source``.

    Args:
        limit: Of the outline, in bytes.
        piece_bytes: See ``PIECE_BYTES``.

    Raises:
        MalformedEnvelopeError: The outline is larger than ``limit``.
    """
    if source.size < 2 * PIECE_BYTES == 2 * piece_bytes:  # so are most: statuses, and documents of a line
        data = source.read_at(0, source.size)
        return Outline(data, [], b"_", hashlib.sha256(data).hexdigest(), limit)
    scan = _Scan(source, limit, piece_bytes)
    hashed = hashlib.sha256()
    with Beside() as beside:
        for block in source.blocks():
            beside.update(hashed, block)
            if len(block) == BLOCK_BYTES and not block.translate(None, _RUN):
                scan.take(block)
            else:
                for start in range(0, len(block), piece_bytes):
                    scan.take(block[start : start + piece_bytes])
        beside.settle()
    scan.end(b"")
    return Outline(bytes(scan.kept), scan.runs, scan.mark, hashed.hexdigest(), limit)


class _Scan:
    """One pass over a message."""

    def __init__(self, source: Source, limit: int, piece_bytes: int) -> None:
        self.kept = bytearray()
        self.runs: list[LeftOut] = []
        self.mark = _new_mark()
        self._source = source
        self._limit = limit
        self._piece_bytes = piece_bytes
        self._offset = 0
        self._start: int | None = None
        """Where the run began in which this pass is."""

    def take(self, piece: bytes) -> None:
        """Go on by ``piece``."""
        if piece.translate(None, _RUN):
            rest = piece.lstrip(_RUN) if self._start is not None else piece
            self._offset += len(piece) - len(rest)
            self.end(rest[:1])
            self._keep(rest)
            self._offset += len(rest)
            return
        if self._start is None:
            before = self.kept[-self._piece_bytes :]  # were more of it letters, the run would have begun there
            length = len(before) - len(before.rstrip(_RUN))
            self._start = self._offset - length
            del self.kept[len(self.kept) - length :]
        self._offset += len(piece)

    def end(self, after: bytes) -> None:
        """The run, if there is one, ends here, and ``after`` follows."""
        start, end, self._start = self._start, self._offset, None
        if start is None:
            return
        if after not in _AFTER or not _BEFORE.search(bytes(self.kept[-_CONTEXT:])):
            self._keep_range(start, end)
            return
        first, last = self._core(start, end)
        if first == last:
            self._keep_range(start, end)
            return
        self._keep_range(start, first)
        self._keep(self.mark + b"%d_" % len(self.runs))
        self.runs.append(Run(source=self._source, offset=first, length=last - first))
        self._keep_range(last, end)

    def _core(self, start: int, end: int) -> tuple[int, int]:
        """The range without the white space around it: who reads a text strips it, and must find the same."""
        while start < end:
            piece = self._source.read_at(start, min(PIECE_BYTES, end - start))
            rest = piece.lstrip(_SPACE)
            start += len(piece) - len(rest)
            if rest or not piece:
                break
        while start < end:
            size = min(PIECE_BYTES, end - start)
            rest = self._source.read_at(end - size, size).rstrip(_SPACE)
            end -= size - len(rest)
            if rest:
                break
        return start, end

    def _keep_range(self, start: int, end: int) -> None:
        if len(self.kept) + end - start > self._limit:
            raise too_long(self._limit)
        self._keep(self._source.read_at(start, end - start))

    def _keep(self, data: bytes) -> None:
        self.kept += data
        if len(self.kept) > self._limit:
            raise too_long(self._limit)
