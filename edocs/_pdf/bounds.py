"""What a document may make its reader do: counts that are looked at before the work that they announce.

Giới hạn khi đọc tệp. A few hundred bytes can announce a table of a million million rows (ISO 32000-2, 7.5.8), or a form
whose tree doubles at each level. pyHanko bounds what a stream becomes; here is bounded what its loops over that cost,
in steps that grow with the file and no faster. It does not measure time or memory: a supervised worker does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import prod
from weakref import WeakKeyDictionary

from pyhanko.pdf_utils import filters, generic, xref
from pyhanko.pdf_utils.decode_limits import DecodeContext
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefEntry

from edocs._pdf.entries import array, entry, number
from edocs.errors import UnreadableError

Decoders = Iterator[tuple[filters.Decoder, dict[str, object]]]

__all__ = ["ExcessError", "bound_pyhanko", "check_form"]

_MOST_FILTERS = 8
_WIDEST = 8  # octets of a number in a table: no file has an offset that needs more
_FREE_STEPS = 16 << 20
"""What every document may cost; a step is what one octet costs in a loop of pyHanko, about a tenth of a microsecond."""
_STEPS_OF_A_ROW, _STEPS_OF_A_PREDICTED_ROW, _STEPS_OF_A_DIGIT = 40, 16, 2
_BLANKS = b"\0\t\n\x0b\x0c\r "
_MOST_FIELDS = 20_000
_MOST_REVISITED = 64
_DEEPEST_FIELD = 64


class ExcessError(UnreadableError, ValueError):
    """The document asks for more than any needs; nobody need try to read it in another way.

    It never leaves the verifier.
    """

    def __init__(self, why: str) -> None:
        super().__init__("{name}", name=why)


def bound_pyhanko() -> None:
    """Put the bounds around pyHanko's readers, once."""
    if getattr(xref.parse_xref_stream, "is_bounded", False):
        return
    xref.parse_xref_stream = _bounded_table(xref.parse_xref_stream)
    generic.StreamObject._stream_decoders = _bounded_decoders(  # type: ignore[method-assign]
        generic.StreamObject._stream_decoders
    )


def check_form(reader: PdfFileReader) -> None:
    """Walk the form once, before anybody walks it in a way that follows every path.

    Raises:
        ExcessError: Its tree has more fields than any form, is too deep, or doubles.
    """
    form = entry(reader.root, "/AcroForm")
    seen: set[generic.Reference] = set()
    waiting = [(entry(form, "/Fields") if isinstance(form, generic.DictionaryObject) else None, 0)]
    count = revisited = 0
    while waiting:
        fields, depth = waiting.pop()
        if not isinstance(fields, generic.ArrayObject):
            continue
        count += len(fields)
        if count > _MOST_FIELDS or depth > _DEEPEST_FIELD or revisited > _MOST_REVISITED:
            raise ExcessError("its form has more fields than any document needs")
        for index in range(len(fields)):
            kids, reference = _kids(fields, index)
            if kids is None:
                continue
            revisited += reference in seen
            if reference is not None:
                seen.add(reference)
            waiting.append((kids, depth + 1))


def _kids(fields: generic.ArrayObject, index: int) -> tuple[generic.PdfObject | None, generic.Reference | None]:
    raw = fields.raw_get(index)
    field = fields[index]
    kids = entry(field, "/Kids") if isinstance(field, generic.DictionaryObject) else None
    return kids, raw.reference if isinstance(raw, generic.IndirectObject) else None


_spent: WeakKeyDictionary[DecodeContext, int] = WeakKeyDictionary()


def _left(context: DecodeContext) -> int:
    """The steps that the document may still cost."""
    return _FREE_STEPS + (context.input_size or 0) - _spent.get(context, 0)


def _charge(context: DecodeContext, steps: int) -> None:
    if context.input_size is None:
        return  # of no file: made here
    if steps > _left(context):
        raise ExcessError("reading it takes more steps than a file of its size needs")
    _spent[context] = _spent.get(context, 0) + steps


def _bounded_table(
    original: Callable[[generic.StreamObject, bool], Iterator[XRefEntry]],
) -> Callable[..., Iterator[XRefEntry]]:
    def parse_xref_stream(xref_stream: generic.StreamObject, strict: bool = True) -> Iterator[XRefEntry]:
        widths = [int(width) for width in array(xref_stream, "/W") or ()]
        if not any(widths) or any(not 0 <= width <= _WIDEST for width in widths):
            raise ExcessError("the rows of its cross-reference table have no size that any file needs")
        counts = [int(count) for count in array(xref_stream, "/Index") or (0, number(xref_stream, "/Size", 0))][1::2]
        if any(count < 0 for count in counts):
            raise ExcessError("its cross-reference table has less than no rows")
        _charge(xref_stream._decode_context(), sum(counts) * _STEPS_OF_A_ROW)
        return original(xref_stream, strict)

    parse_xref_stream.is_bounded = True  # type: ignore[attr-defined]
    return parse_xref_stream


def _bounded_decoders(
    original: Callable[[generic.StreamObject], Decoders],
) -> Callable[[generic.StreamObject], Decoders]:
    def decoders(self: generic.StreamObject) -> Decoders:
        for count, (decoder, parameters) in enumerate(original(self), 1):
            if count > _MOST_FILTERS:
                raise ExcessError("a stream has more filters than any document needs")
            size = _row_size(decoder, parameters)
            if size or isinstance(decoder, filters.ASCII85Decode):
                yield _BoundedDecoder(decoder, self._decode_context(), size), parameters
            else:
                yield decoder, parameters

    return decoders


def _row_size(decoder: filters.Decoder, parameters: Mapping[str, object]) -> int:
    """Octets of a row that is predicted from the one before; 0 where none is."""
    if not isinstance(decoder, filters.FlateDecode) or not isinstance(parameters, dict):
        return 0
    if isinstance(predictor := parameters.get("/Predictor", 1), int) and predictor == 1:
        return 0
    values = (
        (parameters.get(key), usual) for key, usual in (("/Colors", 1), ("/BitsPerComponent", 8), ("/Columns", 1))
    )
    return max(prod(int(value) if isinstance(value, int) else usual for value, usual in values) // 8, 1)


class _BoundedDecoder(filters.Decoder):
    """A decoder that works octet by octet, and so has to say beforehand how many there are."""

    def __init__(self, decoder: filters.Decoder, context: DecodeContext, row_size: int) -> None:
        self._decoder = decoder
        self._context = context
        self._row_size = row_size
        self.encode = decoder.encode  # type: ignore[method-assign]

    def decode(self, data: bytes, decode_params: dict[str, object]) -> bytes:
        """As the decoder, to the last octet that the document may still have."""
        return self.decode_bounded(data, decode_params, None)

    def decode_bounded(self, data: bytes, decode_params: dict[str, object], max_output_size: int | None) -> bytes:
        """As the decoder.

        Raises:
            ExcessError: It takes more steps than are left.
        """
        if not self._row_size:
            digits = len(data.translate(None, _BLANKS))
            if max_output_size is not None and digits // 5 * 4 > max_output_size:
                raise ExcessError("a stream becomes longer than any document needs")
            _charge(self._context, digits * _STEPS_OF_A_DIGIT)
            return self._decoder.decode_bounded(data, decode_params, max_output_size)
        _charge(self._context, self._row_size)
        row = self._row_size + 1
        most = max_output_size
        if self._context.input_size is not None:
            most = _left(self._context) // (_STEPS_OF_A_PREDICTED_ROW + row) * row
            most = most if max_output_size is None else min(most, max_output_size)
        found = self._decoder.decode_bounded(data, decode_params, most)
        _charge(self._context, len(found) // row * (_STEPS_OF_A_PREDICTED_ROW + row))
        return found
