"""The faster functions mean what pyHanko's own mean."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic, xref
from pyhanko.pdf_utils.generic import NameObject
from pyhanko.pdf_utils.misc import PdfError

from edocs._pdf import tuning
from edocs._pdf.tuning import tune_pyhanko
from edocs.model import Verdict
from edocs.verify import verify_pdf

Read = Callable[[io.BytesIO], object]
OWNER = generic.Reference(1, 0, None)


def original(function: Callable[..., object]) -> Callable[..., object]:
    """pyHanko's function as it is written, where a faster one is in its place."""
    if function.__module__ != tuning.__name__:
        return function
    names = function.__code__.co_freevars
    cell = function.__closure__[names.index("original" if "original" in names else "encoded")].cell_contents
    return cell if "original" in names else original_of_writer(cell)


def original_of_writer(encoded: Callable[..., object]) -> Callable[..., object]:
    plain = encoded.__wrapped__
    return plain.__closure__[plain.__code__.co_freevars.index("original")].cell_contents


def outcome(read: Read, data: bytes) -> tuple[object, ...]:
    stream = io.BytesIO(data)
    try:
        value = read(stream)
    except (PdfError, ValueError, TypeError, IndexError) as exc:
        return (type(exc),)
    return type(value), getattr(value, "original_bytes", value), stream.tell()


def test_it_is_in_place_for_the_pinned_version() -> None:
    assert tune_pyhanko()
    assert tune_pyhanko()


@given(st.binary(max_size=60) | st.from_regex(rb"[0-9a-fA-F ]{0,60}>?", fullmatch=True))
@example(b"41>rest")
@example(b"4 1>")
@example(b"414>")
@example(b"00" * 9000 + b">")
@example(b"00" * 200_000 + b">")
def test_it_reads_the_strings_that_the_original_reads(body: bytes) -> None:
    plain = original(generic.read_hex_string_from_stream)
    data = b"<" + body

    assert outcome(tuning._reader(plain), data) == outcome(plain, data)


@given(st.binary(max_size=70) | st.from_regex(rb"[A-Za-z0-9#+.()/<>%' -]{0,70}", fullmatch=True))
@example(b"Type/Sig")
@example(b"A#20B ")
@example(b"L" * 63 + b" ")
@example(b"L" * 64 + b" ")
@example(b"K\xc3\xbd ")
def test_it_reads_the_names_that_the_original_reads(body: bytes) -> None:
    plain = original(NameObject.read_from_stream)

    assert outcome(tuning._name_reader(plain), b"/" + body) == outcome(plain, b"/" + body)


@given(st.binary(max_size=30) | st.from_regex(rb"[ \r\n\t\f\0%a]{0,30}", fullmatch=True), st.booleans(), st.booleans())
@example(b" %comment\nx", False, False)
@example(b"", False, True)
def test_it_passes_the_blanks_that_the_original_passes(data: bytes, back: bool, at_end: bool) -> None:
    plain = original(generic.read_non_whitespace)
    faster = tuning._blank_reader(plain)

    assert outcome(lambda stream: faster(stream, back, at_end), data) == outcome(
        lambda stream: plain(stream, back, at_end), data
    )


@given(st.binary(max_size=24) | st.from_regex(rb"[0-9 \r\nR/\]]{0,24}", fullmatch=True))
@example(b"12 0 R ")
@example(b"012 0 R ")
@example(b"12 0  R")
@example(b"0 0 R")
@example(b"12345678901 0 R")
def test_it_reads_the_references_that_the_original_reads(data: bytes) -> None:
    plain = original(generic.IndirectObject.read_from_stream)
    faster = tuning._reference_reader(plain)

    assert outcome(lambda stream: faster(stream, OWNER), data) == outcome(lambda stream: plain(stream, OWNER), data)


@given(st.text(max_size=20))
@example("a b#(")
@example("Ký duyệt")
def test_it_writes_the_names_that_the_original_writes(text: str) -> None:
    plain = original(NameObject.write_to_stream)
    faster = tuning._name_writer(plain)
    one, other = io.BytesIO(), io.BytesIO()

    faster(NameObject("/" + text), one)
    plain(NameObject("/" + text), other)

    assert one.getvalue() == other.getvalue()


LINES = st.sampled_from(
    [b"0000000017 00000 n \n", b"0000000000 65535 f\r\n", b"0000000017 00000 n\n", b"17 0 n \n", b""]
)


@given(
    st.integers(0, 3), st.lists(LINES, max_size=4), st.sampled_from([b"trailer\n<<", b"\ntrailer <<", b"5 1\n", b""])
)
@example(0, [b"0000000000 65535 f \n", b"0000000017 00000 n \n"], b"trailer\n<< /Size 2 >>")
def test_it_reads_the_tables_that_the_original_reads(count: int, lines: list[bytes], end: bytes) -> None:
    plain = original(xref.parse_xref_table)
    data = b"0 %d\n" % count + b"".join(lines) + end

    # The guard is on the original too: without it a table that ends with the file is read for ever.
    assert outcome(lambda stream: list(tuning._table_reader(plain)(stream, True)), data) == outcome(
        lambda stream: list(plain(tuning._NoShortReads(stream), True)), data
    )


@pytest.mark.parametrize("table", [b"0 0\n17 0 n \n", b"0 1\n0000000017 00000 n \n17 0 n \n"])
def test_a_table_without_end_is_damage_and_not_for_ever(table: bytes) -> None:
    """The place of the table is the last thing in the file, behind its end mark."""
    head = b"%PDF-1.7\nstartxref\n28\n%%EOF\n"

    report = verify_pdf(head + b"xref\n" + table)

    assert report.verdict is Verdict.UNREADABLE
