"""The faster reader of hexadecimal strings means what pyHanko's own means."""

from __future__ import annotations

import io

from hypothesis import example, given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError

from edocs._pdf.tuning import _reader, tune_pyhanko


def plain(stream: io.BytesIO) -> object:
    """pyHanko's function as it is written, whatever is in place now."""
    source = generic.read_hex_string_from_stream
    closure = getattr(source, "__closure__", None)
    return (closure[0].cell_contents if getattr(source, "is_tuned", False) else source)(stream)


def outcome(read: object, data: bytes) -> tuple[object, ...]:
    stream = io.BytesIO(data)
    try:
        value = read(stream)  # type: ignore[operator]
    except (PdfError, ValueError, TypeError) as exc:
        return (type(exc),)
    return type(value), value.original_bytes, stream.tell()


def test_it_is_in_place_for_the_pinned_version() -> None:
    assert tune_pyhanko()
    assert tune_pyhanko()


@given(st.binary(max_size=60) | st.from_regex(rb"[0-9a-fA-F ]{0,60}>?", fullmatch=True))
@example(b"41>rest")
@example(b"4 1>")
@example(b"414>")
@example(b"00" * 9000 + b">")
@example(b"00" * 200_000 + b">")
def test_it_reads_what_the_original_reads(body: bytes) -> None:
    data = b"<" + body

    assert outcome(_reader(plain), data) == outcome(plain, data)  # type: ignore[arg-type]
