"""A few functions of pyHanko, replaced by faster ones of the same meaning.

pyHanko 0.38 reads tokens one character at a time, and writes names so, too. A hexadecimal string such as ``/Contents``
has thousands of characters, and that was half of a verification's time; names and blanks were a third of signing. Ours
take a plain run at once and leave anything else to pyHanko. They are put in place only for the version that they were
written for, and only where a self-test agrees.
"""

from __future__ import annotations

import binascii
import io
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import IO

from pyhanko.pdf_utils import generic, misc, xref
from pyhanko.pdf_utils.generic import NameObject
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.xref import XRefEntry, XRefType
from pyhanko.version import __version__

__all__ = ["tune_pyhanko"]

_VERSION = re.compile(r"0\.38\.")
_DIGITS = re.compile(rb"<((?:[0-9A-Fa-f]{2})*)>")
_FIRST_BYTES, _MOST_BYTES = 1 << 10, 1 << 18  # most strings are short; a signature value is 16 to 64 KB
# A regular name, and the delimiter after it (ISO 32000-2, 7.3.5): nothing escaped, nothing that has to be.
_NAME = re.compile(rb"(/[!\"$&'*-.0-;=?-Z\\^-z|~]*)[\x00\t\n\x0c\r ()<>\[\]{}/%]")
_NAME_BYTES = 64
_REFERENCE = re.compile(rb"([1-9]\d{0,9})[ \n\r\t]([0-9]\d{0,4})[ \n\r\t]+R")
_REFERENCE_BYTES = 20
# A subsection's head, its entries of 20 bytes each (ISO 32000-2, 7.5.4), and what ends the table.
_SECTION = re.compile(rb"[\x00\t\n\x0c\r ]*(\d{1,10})[\t\n\r ]+(\d{1,10})[\t\n\r ]+")
_ENTRIES = re.compile(rb"(?:\d{10} \d{5} [nf](?: \r| \n|\r\n))*")
_TRAILER = re.compile(rb"[\x00\t\n\x0c\r ]*trailer[\x00\t\n\x0c\r ]*(?=<)")
_ENTRY_BYTES, _AHEAD_BYTES, _MOST_ENTRIES = 20, 64, 1 << 20
_USED = ord("n")
_BLANKS = frozenset((b" ", b"\n", b"\r", b"\t", b"\f", b"\x00"))

Reader = Callable[[IO[bytes]], "generic.ByteStringObject | generic.TextStringObject"]


def tune_pyhanko() -> bool:
    """Put the faster functions in place, once.

    Returns:
        Whether they are in place.
    """
    if getattr(generic.read_hex_string_from_stream, "is_tuned", False):
        return True
    if not _VERSION.match(__version__):
        return False
    hex_string = _reader(generic.read_hex_string_from_stream)
    name = _name_reader(NameObject.read_from_stream)
    blank = _blank_reader(misc.read_non_whitespace)
    reference = _reference_reader(generic.IndirectObject.read_from_stream)
    write = _name_writer(NameObject.write_to_stream)
    table = _table_reader(xref.parse_xref_table)
    if not (
        _agree(hex_string, generic.read_hex_string_from_stream, _HEX_SAMPLES)
        and _agree(name, NameObject.read_from_stream, _NAME_SAMPLES)
        and _agree(blank, misc.read_non_whitespace, _BLANK_SAMPLES)
        and _agree_on_references(reference, generic.IndirectObject.read_from_stream)
        and _agree(
            lambda stream: list(table(stream, True)), lambda stream: list(xref.parse_xref_table(stream, True)), _TABLES
        )
        and all(_written(write, text) == _written(NameObject.write_to_stream, text) for text in _NAMES)
    ):
        return False
    generic.read_hex_string_from_stream = hex_string  # type: ignore[assignment]  # of the same signature
    generic.read_non_whitespace = misc.read_non_whitespace = blank  # type: ignore[attr-defined]  # a re-export
    NameObject.read_from_stream = staticmethod(name)  # type: ignore[method-assign]
    xref.parse_xref_table = table
    NameObject.write_to_stream = write  # type: ignore[method-assign]
    generic.IndirectObject.read_from_stream = staticmethod(reference)  # type: ignore[method-assign]
    return True


_HEX_SAMPLES = (b"<>", b"<41>", b"<4a4B >", b"<414>", b"<FEFF0041>x", b"<" + b"00" * 5000 + b">")
_NAME_SAMPLES = (
    b"/A ",
    b"/ ",
    b"/Type/Sig",
    b"/A#20B>",
    b"/F0\x00",
    b"/Long" + b"g" * 80 + b" ",
    b"/Tail",
    b"/a+b-c.d[",
)
_LINE = b"0000000017 00000 n \n"
_TABLES = (
    b"0 2\n0000000000 65535 f \n" + _LINE + b"trailer\n<<",
    b"\n3 1\r\n" + _LINE + b"7 2\n" + _LINE + _LINE + b"trailer <<",
    b"0 0\ntrailer\n<<",
    b"0 1\n0000000017 00000 n\ntrailer\n<<",
)
_BLANK_SAMPLES = (b"x", b"  x", b"\r\n%c\n/x", b"\x00\x0c\tx", b"%a\rx")
_NAMES = ("/A", "/", "/a b", "/a#", "/Ký", "/A(B)")


def _agree(faster: Callable[..., object], original: Callable[..., object], samples: tuple[bytes, ...]) -> bool:
    for sample in samples:
        one, other = io.BytesIO(sample), io.BytesIO(sample)
        if faster(one) != original(other) or one.tell() != other.tell():
            return False
    return True


def _agree_on_references(faster: Callable[..., object], original: Callable[..., object]) -> bool:
    owner = generic.Reference(1, 0, None)
    return _agree(
        lambda stream: faster(stream, owner),
        lambda stream: original(stream, owner),
        (b"1 0 R ", b"12\n3\r R/", b"7  0 R]"),
    )


def _written(write: Callable[..., None], text: str) -> bytes:
    stream = io.BytesIO()
    write(NameObject(text), stream)
    return stream.getvalue()


def _reader(original: Reader) -> Reader:
    def read_hex_string(stream: IO[bytes]) -> generic.ByteStringObject | generic.TextStringObject:
        start = stream.tell()
        size = _FIRST_BYTES
        while size <= _MOST_BYTES:
            ahead = stream.read(size)
            if match := _DIGITS.match(ahead):
                stream.seek(start + match.end())
                return generic.pdf_string(binascii.unhexlify(match[1]))
            stream.seek(start)
            if len(ahead) < size or b">" in ahead:
                break
            size *= 16
        return original(stream)

    read_hex_string.is_tuned = True  # type: ignore[attr-defined]
    return read_hex_string


def _name_reader(original: Callable[[IO[bytes]], NameObject]) -> Callable[[IO[bytes]], NameObject]:
    def read_name(stream: IO[bytes]) -> NameObject:
        start = stream.tell()
        match = _NAME.match(stream.read(_NAME_BYTES))
        if match:
            stream.seek(start + match.end(1))
            return NameObject(match[1].decode("ascii"))
        stream.seek(start)
        return original(stream)

    return read_name


def _blank_reader(original: Callable[..., bytes]) -> Callable[..., bytes]:
    def read_non_whitespace(stream: IO[bytes], seek_back: bool = False, allow_eof: bool = False) -> bytes:
        token = stream.read(1)
        while token in _BLANKS:
            token = stream.read(1)
        if not token:
            return original(stream, seek_back, allow_eof)
        if token == b"%":
            stream.seek(-1, io.SEEK_CUR)
            return original(stream, seek_back, allow_eof)
        if seek_back:
            stream.seek(-1, io.SEEK_CUR)
        return token

    return read_non_whitespace


def _reference_reader(
    original: Callable[..., generic.IndirectObject],
) -> Callable[..., generic.IndirectObject]:
    def read_reference(stream: IO[bytes], container_ref: generic.Dereferenceable) -> generic.IndirectObject:
        start = stream.tell()
        match = _REFERENCE.match(stream.read(_REFERENCE_BYTES))
        if match:
            stream.seek(start + match.end())
            return generic.IndirectObject(int(match[1]), int(match[2]), container_ref.get_pdf_handler())
        stream.seek(start)
        return original(stream, container_ref)

    return read_reference


def _name_writer(original: Callable[..., None]) -> Callable[..., None]:
    @lru_cache(maxsize=1024)
    def encoded(name: str) -> bytes:
        stream = io.BytesIO()
        original(NameObject(name), stream)
        return stream.getvalue()

    def write_name(self: NameObject, stream: IO[bytes], handler: object = None, container_ref: object = None) -> None:
        del handler, container_ref
        stream.write(encoded(str(self)))

    return write_name


def _table_reader(original: Callable[..., Iterator[XRefEntry]]) -> Callable[..., Iterator[XRefEntry]]:
    def parse_xref_table(stream: IO[bytes], strict: bool) -> Iterator[XRefEntry]:
        start = stream.tell()
        entries = _read_table(stream)
        if entries is None:
            stream.seek(start)
            yield from original(_NoShortReads(stream), strict)
        else:
            yield from entries

    return parse_xref_table


class _NoShortReads:
    """A stream that ends with an error where a table looks for ``trailer``: pyHanko would go back and read for ever."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        if size == len(b"trailer") and len(data) < size:
            raise PdfReadError("the cross-reference table has no end")
        return data


def _read_table(stream: IO[bytes]) -> list[XRefEntry] | None:
    """The whole of a table that is written as the standard has it; None where it is not."""
    entries: list[XRefEntry] = []
    while True:
        at = stream.tell()
        ahead = stream.read(_AHEAD_BYTES)
        if entries and (match := _TRAILER.match(ahead)):
            stream.seek(at + match.end())
            return entries
        head = _SECTION.match(ahead)
        if head is None:
            return None
        first, count = int(head[1]), int(head[2])
        stream.seek(at + head.end())
        lines = stream.read(count * _ENTRY_BYTES) if 0 < count < _MOST_ENTRIES else b""
        if not lines or len(lines) != count * _ENTRY_BYTES or not _ENTRIES.fullmatch(lines):
            return None
        for index in range(count):
            line = lines[index * _ENTRY_BYTES : (index + 1) * _ENTRY_BYTES]
            is_used = line[17] == _USED
            entries.append(
                XRefEntry(
                    xref_type=XRefType.STANDARD if is_used else XRefType.FREE,
                    location=int(line[:10]) if is_used else None,
                    idnum=first + index,
                    generation=int(line[11:16]),
                )
            )
