"""Reading a plain PDF dictionary in one pass (ISO 32000-2, 7.3), for pyHanko's parser, which asks for single bytes.

Đọc nhanh từ điển PDF. Plain is what writers write: whole within two kilobytes, or with a long hexadecimal string as
signatures have it; no comment, no escape but by number, no key twice. Anything else is not judged here:
:func:`read_plain` says None and pyHanko reads it.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from typing import IO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import NameObject

__all__ = ["dictionary_reader", "read_plain"]

_AHEAD_BYTES = 2048
_VALUE_BYTES = 1 << 17  # a signature value is 16 to 64 KB, two digits to a byte
_CUT = re.compile(rb"<[0-9A-Fa-f]*+\Z")
_DEEPEST = 16
_REFERENCE_BYTES = 19  # pyHanko looks no further for the R, and the byte after it
# Each token ends where the next byte cannot belong to it; a name or a number needs one byte more to be seen as whole.
_AFTER = rb"(?=[\x00\t\n\x0c\r ()<>\[\]{}/%])"
_TOKEN = re.compile(
    rb"[\x00\t\n\x0c\r ]*(?:"
    rb"(/[!\"$&'*-.0-;=?-Z\\^-z|~]*)"
    + _AFTER
    + rb"|(?:([1-9]\d{0,9})[ \n\r\t]+(\d{1,5})[ \n\r\t]+R)"
    + _AFTER
    + rb"|([+-]?\d{1,18})"
    + _AFTER
    + rb"|(>>)|(<<)|(\[)|(\])"
    rb"|\(((?:[^()\\\r\n]|\\[0-3][0-7]{2})*+)\)|<((?:[0-9A-Fa-f]{2})*)>"
    rb"|([+-]?(?:\d{1,18}\.\d{0,18}|\.\d{1,18}))" + _AFTER + rb"|(true|false|null)" + _AFTER + rb")"
)
_NAME, _REFERENCE, _CLOSE, _OPEN, _ARRAY, _END = 1, 3, 5, 6, 7, 8  # groups of the pattern

_ESCAPE = re.compile(rb"\\([0-7]{3})")

Reader = Callable[..., generic.DictionaryObject]
_Entries = dict[NameObject, generic.PdfObject]
_Open = tuple[_Entries | generic.ArrayObject, NameObject | None]


def dictionary_reader(original: Reader) -> Reader:
    """``DictionaryObject.read_from_stream``, faster where the dictionary is plain."""

    def read_dictionary(
        stream: IO[bytes],
        container_ref: generic.Dereferenceable,
        as_metadata_stream: bool = False,
        in_content_stream: generic.ContentOpReading = generic.ContentOpReading.NO,
    ) -> generic.DictionaryObject:
        start = stream.tell()
        found = None if as_metadata_stream or in_content_stream else _read_ahead(stream, container_ref)
        if found is None:
            stream.seek(start)
            return original(stream, container_ref, as_metadata_stream, in_content_stream)
        data, size = found
        stream.seek(start + size)
        handler = container_ref.get_pdf_handler()
        payload = generic._maybe_read_stream_payload(stream, data, handler)
        if payload is None:
            return generic.DictionaryObject(data)
        return generic.StreamObject(data, encoded_data=payload)

    return read_dictionary


def _read_ahead(stream: IO[bytes], owner: generic.Dereferenceable) -> tuple[_Entries, int] | None:
    ahead = stream.read(_AHEAD_BYTES)
    found = read_plain(ahead, owner)
    if found is None and len(ahead) == _AHEAD_BYTES and _CUT.search(ahead):
        found = read_plain(ahead + stream.read(_VALUE_BYTES), owner)
    return found


def read_plain(ahead: bytes, owner: generic.Dereferenceable) -> tuple[_Entries, int] | None:
    """The entries of the dictionary that ``ahead`` begins with, and its size in bytes; None where it is not plain."""
    if not ahead.startswith(b"<<"):
        return None
    stack: list[_Open] = []
    holder: _Entries | generic.ArrayObject = {}
    key: NameObject | None = None
    at = 2
    while match := _TOKEN.match(ahead, at):
        at, kind = match.end(), match.lastindex or 0
        if key is None and isinstance(holder, dict):
            if kind == _NAME and (name := NameObject(str(match[1], "ascii"))) not in holder:
                key = name
                continue
            if kind != _CLOSE:
                return None
            if not stack:
                return holder, at
            value: generic.PdfObject = generic.DictionaryObject(holder)
            holder, key = stack.pop()
        elif kind in (_OPEN, _ARRAY) and len(stack) < _DEEPEST:
            stack.append((holder, key))
            holder, key = ({} if kind == _OPEN else generic.ArrayObject()), None
            continue
        elif kind == _END and isinstance(holder, generic.ArrayObject):
            value = holder
            holder, key = stack.pop()
        else:
            found = _value(match, kind, owner)
            if found is None:
                return None
            value = found
        value.container_ref = owner
        if isinstance(holder, generic.ArrayObject):
            holder.append(value)
        elif key is not None:
            holder[key] = value
            key = None
    return None


def _value(match: re.Match[bytes], kind: int, owner: generic.Dereferenceable) -> generic.PdfObject | None:
    """A value that is neither array nor dictionary; None where the token is none, or pyHanko would not see it so."""
    if kind == _NAME:
        return NameObject(str(match[1], "ascii"))
    if kind == _REFERENCE:
        if match.end() - match.start(2) > _REFERENCE_BYTES:
            return None
        return generic.IndirectObject(int(match[2]), int(match[3]), owner.get_pdf_handler())
    make = _SIMPLE.get(kind)
    return make(match[kind]) if make else None


def _unescaped(match: re.Match[bytes]) -> bytes:
    return bytes((int(match[1], 8),))


_WORDS: dict[bytes, Callable[[], generic.PdfObject]] = {
    b"true": lambda: generic.BooleanObject(True),
    b"false": lambda: generic.BooleanObject(False),
    b"null": generic.NullObject,
}
_SIMPLE: dict[int, Callable[[bytes], generic.PdfObject]] = {
    4: generic.NumberObject,
    9: lambda text: generic.pdf_string(_ESCAPE.sub(_unescaped, text) if b"\\" in text else text),
    10: lambda text: generic.pdf_string(binascii.unhexlify(text)),
    11: lambda text: generic.FloatObject(str(text, "ascii")),
    12: lambda text: _WORDS[text](),
}
