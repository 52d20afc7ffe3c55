"""What pyHanko 0.38 reads otherwise than the standard and every viewer do, put right (ISO 32000-2, 7.3.5 and 7.4).

Sửa cách đọc của pyHanko. Where two programs read the same bytes differently, a document can show one thing and verify
as another. So names keep their bytes apart, predictors are undone as PNG has them, and filters whose parameters
programs assign differently are refused. Nothing here is about speed: see ``tuning``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO

from pyhanko.pdf_utils import filters, generic
from pyhanko.pdf_utils.generic import NameObject
from pyhanko.pdf_utils.misc import PdfStreamError

__all__ = ["correct_pyhanko"]

# A name that is no UTF-8 keeps its bytes from 128 on as these private letters; one that has such letters, too.
_PRIVATE = 0xF700
_OURS = re.compile("[\uf780-\uf7ff]")
_ESCAPED = re.compile(rb"[^!-~]|[#()<>\[\]{}/%]")
_PNG = range(10, 16)
_MOST_COLUMNS = 1 << 24
_Filters = Iterator[tuple[object, object]]


def correct_pyhanko() -> None:
    """Put the corrections in place, once."""
    if getattr(generic._decode_name, "is_corrected", False):
        return
    generic._decode_name = _name_decoder(generic._decode_name)  # type: ignore[assignment]  # of the same signature
    NameObject.write_to_stream = _name_writer(NameObject.write_to_stream)  # type: ignore[method-assign]
    flate, base85 = filters.FlateDecode, filters.ASCII85Decode
    flate.decode_bounded = _flate_decoder(flate.decode_bounded)  # type: ignore[method-assign]
    base85.decode = _base85_decoder(base85.decode)  # type: ignore[method-assign]
    generic.StreamObject._filters = _filter_lister(generic.StreamObject._filters)  # type: ignore[assignment, method-assign]


def _name_decoder(original: Callable[[bytes], NameObject]) -> Callable[[bytes], NameObject]:
    """Two names are one only where their bytes are; pyHanko takes E9, and C3 A9, for the same letter."""

    def decode_name(data: bytes) -> NameObject:
        name = original(data)
        if name.isascii() and b"#" not in data:
            return name
        plain = re.sub(rb"#(..)", lambda match: bytes.fromhex(match[1].decode("ascii")), data, flags=re.DOTALL)
        try:
            letters = plain.decode("utf-8")
        except UnicodeDecodeError:
            letters = ""
        if letters and not _OURS.search(letters):
            return name
        return NameObject("/" + "".join(chr(byte if byte < 0x80 else _PRIVATE + byte) for byte in plain))

    decode_name.is_corrected = True  # type: ignore[attr-defined]
    return decode_name


def _name_writer(original: Callable[..., None]) -> Callable[..., None]:
    def write_name(self: NameObject, stream: IO[bytes], handler: object = None, container_ref: object = None) -> None:
        if not _OURS.search(self):
            original(self, stream, handler, container_ref)
            return
        parts = (
            bytes((ord(letter) - _PRIVATE,)) if _OURS.match(letter) else letter.encode("utf-8") for letter in self[1:]
        )
        stream.write(b"/" + _ESCAPED.sub(lambda match: b"#%02X" % match[0][0], b"".join(parts)))

    return write_name


def _flate_decoder(original: Callable[..., bytes]) -> Callable[..., bytes]:
    """pyHanko undoes two of the five filters of PNG, one of them wrongly, and takes every row for one of bytes."""

    def decode_bounded(
        self: filters.FlateDecode, data: bytes, decode_params: object, max_output_size: int | None
    ) -> bytes:
        parameters = decode_params if isinstance(decode_params, dict) else {}
        if _number(parameters, "/Predictor", 1) not in _PNG:
            return original(self, data, decode_params, max_output_size)
        colours, bits = _number(parameters, "/Colors", 1), _number(parameters, "/BitsPerComponent", 8)
        columns = _number(parameters, "/Columns", 1)
        if not (0 < colours <= 32 and bits in (1, 2, 4, 8, 16) and 0 < columns <= _MOST_COLUMNS):
            raise PdfStreamError("a predictor has no rows")
        row = (colours * bits * columns + 7) // 8
        return _without_prediction(original(self, data, {}, max_output_size), row, max(1, colours * bits // 8))

    return decode_bounded


def _number(parameters: dict[str, object], key: str, default: int) -> int:
    value = parameters.get(key, default)
    value = value.get_object() if isinstance(value, generic.IndirectObject) else value
    if not isinstance(value, int):
        raise PdfStreamError("a parameter of a filter is no integer")
    return int(value)


def _without_prediction(data: bytes, size: int, step: int) -> bytes:
    """The rows of ``data`` (ISO/IEC 15948, 9).

    Args:
        size: Bytes of a row.
        step: Bytes from one pixel to the next.
    """
    if len(data) % (size + 1):
        raise PdfStreamError("a predicted row is not complete")
    above, rows = bytes(size), []
    for start in range(0, len(data), size + 1):
        undo = _UNDO.get(data[start])
        if undo is None:
            raise PdfStreamError("a predictor is not known")
        above = undo(data[start + 1 : start + 1 + size], above, step)
        rows.append(above)
    return b"".join(rows)


def _none(row: bytes, _above: bytes, _step: int) -> bytes:
    return row


def _up(row: bytes, above: bytes, _step: int) -> bytes:
    return bytes([(one + other) & 0xFF for one, other in zip(row, above, strict=True)])


def _by_left(guess: Callable[[int, int, int], int]) -> Callable[[bytes, bytes, int], bytes]:
    def undo(row: bytes, above: bytes, step: int) -> bytes:
        found = bytearray(row)
        for index, byte in enumerate(row):
            left, corner = (found[index - step], above[index - step]) if index >= step else (0, 0)
            found[index] = (byte + guess(left, above[index], corner)) & 0xFF
        return bytes(found)

    return undo


def _paeth(left: int, up: int, corner: int) -> int:
    whole = left + up - corner
    return min((left, up, corner), key=lambda near: abs(whole - near))


_UNDO: dict[int, Callable[[bytes, bytes, int], bytes]] = {
    0: _none,
    1: _by_left(lambda left, _up, _corner: left),
    2: _up,
    3: _by_left(lambda left, up, _corner: (left + up) // 2),
    4: _by_left(_paeth),
}


def _base85_decoder(original: Callable[..., bytes]) -> Callable[..., bytes]:
    """Some programs end at a form feed, others pass over it."""

    def decode(self: filters.ASCII85Decode, data: bytes, decode_params: object = None) -> bytes:
        if re.search(rb"[\x0b\x0c]", data[: data.find(b"~>")]):
            raise PdfStreamError("a byte is in no group of base 85")
        return original(self, data, decode_params)

    return decode


def _filter_lister(original: Callable[[generic.StreamObject], _Filters]) -> Callable[[generic.StreamObject], _Filters]:
    """One filter has its parameters as a dictionary, several have an array (7.3.8.2); programs mend it differently."""

    def list_filters(self: generic.StreamObject) -> _Filters:
        listed, given = (_direct(self, key) for key in ("/Filter", "/DecodeParms"))
        if isinstance(listed, list) and any(isinstance(item, generic.IndirectObject) for item in _raw(listed)):
            raise PdfStreamError("a filter is no name")
        parts = _raw(given) if isinstance(given, list) else [given]
        is_alike = isinstance(listed, list) == isinstance(given, list) and len(_raw(listed)) == len(parts)
        if given is not None and not is_alike and any(_predicts(part) for part in parts):
            raise PdfStreamError("filters and their parameters do not belong together")
        return original(self)

    return list_filters


def _direct(stream: generic.StreamObject, key: str) -> object:
    value = stream.raw_get(key) if key in stream else None
    value = value.get_object() if isinstance(value, generic.IndirectObject) else value
    return None if isinstance(value, generic.NullObject) else value


def _raw(value: object) -> list[object]:
    return [value.raw_get(index) for index in range(len(value))] if isinstance(value, generic.ArrayObject) else [value]


def _predicts(part: object) -> bool:
    found = part.get_object() if isinstance(part, generic.IndirectObject) else part
    return isinstance(found, dict) and _number(found, "/Predictor", 1) != 1
