"""The faster functions mean what pyHanko's own mean."""

from __future__ import annotations

import io
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic, xref
from pyhanko.pdf_utils.generic import NameObject, TextStringObject
from pyhanko.pdf_utils.misc import PdfError

from edocs._pdf import plain_dictionary, tuning
from edocs._pdf.tuning import tune_pyhanko
from edocs.model import Verdict
from edocs.verify import verify_pdf

Read = Callable[[io.BytesIO], object]
OWNER = generic.Reference(1, 0, None)


def original(function: Callable[..., object]) -> Callable[..., object]:
    """pyHanko's function as it is written, where a faster one is in its place."""
    if function.__module__ not in (tuning.__name__, plain_dictionary.__name__):
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


@given(st.integers(0, 3), st.lists(st.integers(0, 99999), max_size=4), st.booleans())
@example(5, [65536], False)
def test_it_takes_the_entries_that_the_original_takes(first: int, generations: list[int], strict: bool) -> None:
    plain = original(xref.XRefSectionData.process_entries)
    kinds = [b"nf"[index % 2 : index % 2 + 1] for index in range(len(generations))]
    lines = b"".join(b"%010d %05d %b \n" % (17 + n, n, kind) for n, kind in zip(generations, kinds, strict=True))
    one, other = xref.XRefSectionData(), xref.XRefSectionData()

    found = [
        outcome(lambda _, take=take, to=to: take(to, tuning._Table([(first, lines)]), strict), b"")
        for take, to in (
            (tuning._entry_taker(plain), one),
            (lambda to, table, strict: plain(to, iter(table), strict), other),
        )
    ]

    assert found[0] == found[1]
    assert vars(one) == vars(other)


@given(
    st.from_regex(rb"[0-9]{1,12}[ \n%]{0,2}[0-9]{1,6} {0,2}obj[ \n%a]{0,40}[<\[(/1]?", fullmatch=True)
    | st.binary(max_size=40)
)
@example(b"12 0 obj\n<<")
@example(b"12 0 obX\n<<")
@example(b"0 0 obj\n<<")
def test_it_reads_the_headers_that_the_original_reads(data: bytes) -> None:
    plain = original(xref.read_object_header)

    assert outcome(lambda stream: tuning._header_reader(plain)(stream, False), data) == outcome(
        lambda stream: plain(stream, False), data
    )


@given(st.text(max_size=70))
@example("D:20261120000000+07'00'")
@example("Ký duyệt")
@example("x" * 65)
def test_it_writes_the_texts_that_the_original_writes(text: str) -> None:
    plain = original(TextStringObject.write_to_stream)
    faster = tuning._text_writer(plain)
    one, other = io.BytesIO(), io.BytesIO()

    faster(TextStringObject(text), one)
    plain(TextStringObject(text), other)

    assert one.getvalue() == other.getvalue()


def test_a_text_whose_encoding_is_forced_is_written_in_it() -> None:
    plain = original(TextStringObject.write_to_stream)
    text = TextStringObject("abc")
    text.force_output_encoding = generic.TextStringEncoding.UTF16BE
    one, other = io.BytesIO(), io.BytesIO()

    tuning._text_writer(plain)(text, one)
    plain(text, other)

    assert one.getvalue() == other.getvalue()


PLAIN = b"/A /B /C /A/B / 1 -2 +3 007 2.5 .5 5. true false null (a) (\xfe\xff\x1e\xa3) <41> << >> [ ]".split()
ODD = b"/#41 - . 1.2.3 1e5 trueX nul (a(b)) (\\(a) <4> <4g> < > ( ) {} R stream".split()
SPACED = [
    b"1\t0\tR",
    b"12 0 R",
    b"1 0 R/A",
    b"0 0 R",
    b"1 0 Rx",
    b"1 0 R1",
    b"1234567890 12345   R",
    b"12345678901 0 R",
    b"(a\rb)",
    b"(vi\\055VN)",
    b"(\\3777\\000\\400)",
    b"(\\05)",
    b"(\\0a5\\n)",
    b"<4 1>",
    b"%c\n",
    b"1 0\x0bR",
]
TOKENS = st.sampled_from([*PLAIN, *PLAIN, *SPACED, *ODD])
VALUES = st.recursive(
    TOKENS,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: b"[" + b" ".join(items) + b"]")
        | st.lists(inner, max_size=4).map(
            lambda items: b"<<" + b"".join(b"/K%d " % n + i for n, i in enumerate(items)) + b">>"
        )
    ),
    max_leaves=12,
)
ENDS = st.sampled_from(
    [b"", b"\nendobj", b" stream\nabc\nendstream ", b">>", b"stream\r\nabc", b" %c\nstream\nabc\nendstream"]
)


HANDLERS = {strict: SimpleNamespace(strict=strict) for strict in (True, False)}


def shape(value: object) -> object:
    """All that a parsed object is."""
    if isinstance(value, dict):
        inner: object = [(type(key), key, shape(item)) for key, item in dict.items(value)]
    elif isinstance(value, list):
        inner = [shape(item) for item in list.__iter__(value)]
    elif isinstance(value, generic.IndirectObject):
        inner = (value.reference, value.reference.pdf)
    else:
        inner = repr(value) if not isinstance(value, generic.NullObject) else None
    extras = [getattr(value, name, None) for name in ("container_ref", "autodetected_encoding", "_encoded_data")]
    return type(value), inner, extras


def shaped(read: Callable[..., object], data: bytes, *, strict: bool) -> tuple[object, ...]:
    stream = io.BytesIO(data)
    try:
        value = read(stream, generic.Reference(1, 0, HANDLERS[strict]))
    except (PdfError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as exc:
        return (type(exc),)
    return shape(value), stream.tell()


@given(st.lists(VALUES, max_size=5), ENDS, st.booleans())
@example([b"/A", b"1 0 R", b"/A", b"2"], b"", False)
@example([b"/A", b"/B", b"/C", b"1"], b"\nendobj", True)
@example([b"/Length", b"3"], b" stream\nabc\nendstream ", True)
@example([b"/A", b"1234567890 12345   R"], b"", True)
@example([b"/A", b"[" * 40 + b"]" * 40], b"", True)
@example([b"/A", b"(" + b"x" * 3000 + b")"], b"", True)
@example([b"/A", b"<" + b"30ff" * 9000 + b">", b"/B", b"1 0 R"], b"\nendobj", True)
@example([b"/A", b"<" + b"30ff" * 9000 + b"3>", b"/B", b"1"], b"\nendobj", True)
@example([b"/A", b"<" + b"30ff" * 90_000 + b">"], b"", True)
@example([b"/A", b"(" + b"x" * 1500 + b"<" + b"3f" * 400 + b">)", b"/A", b"1"], b"", False)
def test_it_reads_the_dictionaries_that_the_original_reads(items: list[bytes], end: bytes, strict: bool) -> None:
    plain = original(generic.DictionaryObject.read_from_stream)
    data = b"<< " + b" ".join(items) + b" >>" + end

    assert shaped(plain_dictionary.dictionary_reader(plain), data, strict=strict) == shaped(plain, data, strict=strict)


@given(st.lists(TOKENS, max_size=12).map(b"".join))
@example(b"/A/B/C[1 2(x)]>>")
def test_it_reads_what_is_no_dictionary_as_the_original_does(body: bytes) -> None:
    plain = original(generic.DictionaryObject.read_from_stream)

    assert shaped(plain_dictionary.dictionary_reader(plain), b"<<" + body, strict=True) == shaped(
        plain, b"<<" + body, strict=True
    )


def test_a_plain_dictionary_is_read_in_one_pass() -> None:
    """Else the comparisons above would compare the original with itself."""
    found = plain_dictionary.read_plain(b"<< /A 1 0 R /B [ /C 2 (x) ] /D << /E 1.5 >> >> endobj", OWNER)

    assert found is not None
    assert found[1] == 46


def test_a_signature_dictionary_is_read_in_one_pass() -> None:
    def unwanted(*_: object) -> generic.DictionaryObject:
        raise AssertionError("read by the original")

    data = b"<< /Type /Sig /Contents <" + b"30ff" * 8192 + b"> /ByteRange [0 1 2 3] >>\nendobj"
    found = plain_dictionary.dictionary_reader(unwanted)(io.BytesIO(data), generic.Reference(1, 0, HANDLERS[True]))

    assert (found["/Type"], len(found["/Contents"]), len(found["/ByteRange"])) == ("/Sig", 16384, 4)


@pytest.mark.parametrize("table", [b"0 0\n17 0 n \n", b"0 1\n0000000017 00000 n \n17 0 n \n"])
def test_a_table_without_end_is_damage_and_not_for_ever(table: bytes) -> None:
    """The place of the table is the last thing in the file, behind its end mark."""
    head = b"%PDF-1.7\nstartxref\n28\n%%EOF\n"

    report = verify_pdf(head + b"xref\n" + table)

    assert report.verdict is Verdict.UNREADABLE
