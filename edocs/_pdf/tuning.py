"""A few functions of pyHanko, replaced by faster ones of the same meaning.

pyHanko 0.38 reads tokens one character at a time, and writes names and texts so, too. A hexadecimal string such as
``/Contents`` has thousands of characters, and that was half of a verification's time; names and blanks were a third of
signing. Ours take a plain run at once and leave anything else to pyHanko. They are put in place only for the version
that they were written for, and only where a self-test agrees. Whole dictionaries: see ``plain_dictionary``.
"""

from __future__ import annotations

import binascii
import io
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import IO

from pyhanko.pdf_utils import generic, misc, reader, xref
from pyhanko.pdf_utils.generic import NameObject, TextStringObject
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.xref import XRefEntry, XRefSectionData, XRefType
from pyhanko.version import __version__

from edocs._pdf.corrections import correct_pyhanko
from edocs._pdf.plain_dictionary import dictionary_reader

__all__ = ["tune_pyhanko"]

_VERSION = re.compile(r"0\.38\.")
_DIGITS = re.compile(rb"<([0-9A-Fa-f]*)>")  # in pairs, this would take 50 bytes of memory for each
_FIRST_BYTES, _MOST_BYTES = 1 << 10, 1 << 26  # most strings are short; a signature value is 16 to 64 KB
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
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
_MOST_GENERATION = 0xFFFF
_HEADER = re.compile(rb"([1-9]\d{0,9}) (\d{1,5}) obj[\x00\t\n\x0c\r ]*(?=[^\x00\t\n\x0c\r %])")
_HEADER_BYTES = 32
_MOST_KEPT = 64  # letters of a text that is kept encoded: the same few stand in every document of a batch
_BLANKS = frozenset((b" ", b"\n", b"\r", b"\t", b"\f", b"\x00"))

Reader = Callable[[IO[bytes]], "generic.ByteStringObject | generic.TextStringObject"]


def tune_pyhanko() -> bool:
    """Put the faster functions in place, once.

    Returns:
        Whether they are in place.
    """
    correct_pyhanko()
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
    header = _header_reader(xref.read_object_header)
    dictionary = dictionary_reader(generic.DictionaryObject.read_from_stream)
    write_text = _text_writer(TextStringObject.write_to_stream)
    if not (
        _agree(hex_string, generic.read_hex_string_from_stream, _HEX_SAMPLES)
        and _agree(name, NameObject.read_from_stream, _NAME_SAMPLES)
        and _agree(blank, misc.read_non_whitespace, _BLANK_SAMPLES)
        and _agree_on_references(reference, generic.IndirectObject.read_from_stream)
        and _agree(
            lambda stream: list(table(stream, True)), lambda stream: list(xref.parse_xref_table(stream, True)), _TABLES
        )
        and _agree(
            lambda stream: header(stream, False), lambda stream: xref.read_object_header(stream, False), _HEADERS
        )
        and _agree_on_dictionaries(dictionary, generic.DictionaryObject.read_from_stream)
        and all(
            _written(write, NameObject(text)) == _written(NameObject.write_to_stream, NameObject(text))
            for text in _NAMES
        )
        and all(
            _written(write_text, TextStringObject(text))
            == _written(TextStringObject.write_to_stream, TextStringObject(text))
            for text in _NAMES
        )
    ):
        return False
    generic.read_hex_string_from_stream = hex_string  # type: ignore[assignment]  # of the same signature
    generic.read_non_whitespace = misc.read_non_whitespace = blank  # type: ignore[attr-defined]  # a re-export
    NameObject.read_from_stream = staticmethod(name)  # type: ignore[method-assign]
    xref.parse_xref_table = table  # type: ignore[assignment]  # what it returns is iterated over once
    NameObject.write_to_stream = write  # type: ignore[method-assign]
    generic.IndirectObject.read_from_stream = staticmethod(reference)  # type: ignore[method-assign]
    generic.DictionaryObject.read_from_stream = staticmethod(dictionary)  # type: ignore[method-assign]
    TextStringObject.write_to_stream = write_text  # type: ignore[method-assign]
    XRefSectionData.process_entries = _entry_taker(XRefSectionData.process_entries)  # type: ignore[method-assign]
    xref.read_object_header = reader.read_object_header = header  # type: ignore[attr-defined]  # a re-export
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
_HEADERS = (b"12 0 obj\n<<", b"1 65535 obj  [", b"3 0 obj%c\n<<", b" 4 0 obj\n(", b"5  0 obj\n7")
_DICTIONARIES = (
    b"<<>>",
    b"<</A/B/C 1 0 R/D[1 -2.5(x)<41>]/E<</F true/G false>>>>",
    b"<< /A 1 0 R /B [ /C (a\\)b) ] >>\n",
    b"<</Length 3>>stream\nabc\nendstream\n",
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


def _agree_on_dictionaries(faster: Callable[..., object], original: Callable[..., object]) -> bool:
    owner = generic.Reference(1, 0, None)
    return _agree(
        lambda stream: repr(faster(stream, owner)), lambda stream: repr(original(stream, owner)), _DICTIONARIES
    )


def _written(write: Callable[..., None], value: generic.PdfObject) -> bytes:
    stream = io.BytesIO()
    write(value, stream)
    return stream.getvalue()


def _reader(original: Reader) -> Reader:
    def read_hex_string(stream: IO[bytes]) -> generic.ByteStringObject | generic.TextStringObject:
        start = stream.tell()
        size = _FIRST_BYTES
        while size <= _MOST_BYTES:
            ahead = stream.read(size)
            if (match := _DIGITS.match(ahead)) and len(match[1]) % 2 == 0:
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


def _text_writer(original: Callable[..., None]) -> Callable[..., None]:
    @lru_cache(maxsize=1024)
    def encoded(text: str) -> bytes:
        stream = io.BytesIO()
        original(TextStringObject(text), stream)
        return stream.getvalue()

    def write_text(
        self: TextStringObject, stream: IO[bytes], handler: object = None, container_ref: object = None
    ) -> None:
        if handler is None and self.force_output_encoding is None and len(self) <= _MOST_KEPT:
            stream.write(encoded(str(self)))
        else:
            original(self, stream, handler, container_ref)

    return write_text


def _header_reader(original: Callable[..., tuple[int, int]]) -> Callable[..., tuple[int, int]]:
    def read_object_header(stream: IO[bytes], strict: bool) -> tuple[int, int]:
        start = stream.tell()
        match = _HEADER.match(stream.read(_HEADER_BYTES))
        if match:
            stream.seek(start + match.end())
            return int(match[1]), int(match[2])
        stream.seek(start)
        return original(stream, strict)

    return read_object_header


class _Table:
    """The subsections of a table that is written as the standard has it: first number, and entries of 20 bytes."""

    def __init__(self, sections: list[tuple[int, bytes]]) -> None:
        self._sections = sections

    def __iter__(self) -> Iterator[XRefEntry]:
        for number, location, generation, is_used in self.entries():
            yield XRefEntry(
                xref_type=XRefType.STANDARD if is_used else XRefType.FREE,
                location=location if is_used else None,
                idnum=number,
                generation=generation,
            )

    def entries(self) -> Iterator[tuple[int, int, int, bool]]:
        """Object number, location, generation, and whether it is in use."""
        for first, lines in self._sections:
            for number, (location, generation, kind) in enumerate(_ENTRY.findall(lines), first):
                yield number, int(location), int(generation), kind == b"n"


def _entry_taker(original: Callable[..., int]) -> Callable[..., int]:
    def process_entries(self: XRefSectionData, entries: Iterator[XRefEntry] | _Table, strict: bool) -> int:
        found = list(entries.entries()) if isinstance(entries, _Table) else None
        if found is None or any(generation > _MOST_GENERATION for _, _, generation, _ in found):
            return original(self, iter(entries), strict)
        for number, location, generation, is_used in found:
            if number and is_used:
                self.standard_xrefs[number] = (generation, location)
                self.explicit_refs_in_revision.add((number, generation))
            elif number:
                self.freed[number] = generation
                self.explicit_refs_in_revision.add((number, generation - 1))
        return max((number for number, _, _, _ in found), default=0)

    return process_entries


def _table_reader(original: Callable[..., Iterator[XRefEntry]]) -> Callable[..., Iterator[XRefEntry] | _Table]:
    def parse_xref_table(stream: IO[bytes], strict: bool) -> Iterator[XRefEntry] | _Table:
        start = stream.tell()
        found = _read_table(stream)
        if found is None:
            stream.seek(start)
            return original(_NoShortReads(stream), strict)
        return found

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


def _read_table(stream: IO[bytes]) -> _Table | None:
    """The whole of a table that is written as the standard has it; None where it is not."""
    sections: list[tuple[int, bytes]] = []
    while True:
        at = stream.tell()
        ahead = stream.read(_AHEAD_BYTES)
        if sections and (match := _TRAILER.match(ahead)):
            stream.seek(at + match.end())
            return _Table(sections)
        head = _SECTION.match(ahead)
        if head is None:
            return None
        first, count = int(head[1]), int(head[2])
        stream.seek(at + head.end())
        lines = stream.read(count * _ENTRY_BYTES) if 0 < count < _MOST_ENTRIES else b""
        if not lines or len(lines) != count * _ENTRY_BYTES or not _ENTRIES.fullmatch(lines):
            return None
        sections.append((first, lines))
