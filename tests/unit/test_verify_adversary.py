"""Documents made to be changed later, and changes made to go unseen: written byte by byte, signed, and updated."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Callable, Mapping

import pypdfium2
import pytest
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader

from edocs.model import Policy, TrustStore, Verdict, VerificationOptions
from edocs.verify import verify_pdf

Sign = Callable[..., bytes]
Objects = Mapping[int, bytes]


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(data), entries, data)


def said(words: bytes) -> bytes:
    return stream(b"BT /F 20 Tf 20 100 Td (%s) Tj ET" % words)


def written(objects: Objects, at: int) -> tuple[bytes, dict[int, int]]:
    """The objects one after the other, and where each begins."""
    data, places = b"", {}
    for number, body in sorted(objects.items()):
        places[number] = at + len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return data, places


def table(places: Mapping[int, int], at: int, size: int, rest: bytes) -> bytes:
    lines = b"".join(b"%d 1\n%010d 00000 n \n" % place for place in sorted(places.items()))
    return b"xref\n0 1\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        lines,
        size,
        rest,
        at,
    )


def document(objects: Objects) -> bytes:
    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    body, places = written(objects, len(head))
    return head + body + table(places, len(head) + len(body), max(objects) + 1, b"")


def appended(signed: bytes, objects: Objects) -> bytes:
    """``signed`` with one more revision."""
    signed += b"" if signed.endswith(b"\n") else b"\n"
    body, places = written(objects, len(signed))
    size = max(size_of(signed), max(objects) + 1)
    previous = b"/Prev %d" % int(signed[signed.rindex(b"startxref") + 10 :].split()[0])
    return signed + body + table(places, len(signed) + len(body), size, previous)


def size_of(signed: bytes) -> int:
    return int(PdfFileReader(io.BytesIO(signed)).trailer["/Size"])


def letter(**others: bytes) -> bytes:
    """A page that says "pay 1000"; ``o4=…`` gives an object of its own text."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>",
        4: said(b"pay 1000"),
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }
    return document(objects | {int(key[1:]): value for key, value in others.items()})


def page(rest: bytes) -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Resources<</Font<</F 5 0 R>>>>%s>>" % rest


def verdict(data: bytes, trust: TrustStore, policy: Policy = Policy.DECREE_30) -> Verdict:
    return verify_pdf(data, trust, VerificationOptions(policy=policy)).verdict


FORGED = said(b"pay 9999")


@pytest.mark.parametrize("policy", [Policy.DECREE_30, Policy.AS_DOCMDP, Policy.STRICT])
def test_a_hundred_lawful_differences_do_not_silence_an_unlawful_one(
    foreign_sign: Sign, trust: TrustStore, policy: Policy
) -> None:
    signed = foreign_sign(letter(), "leader", "Person")
    root = PdfFileReader(io.BytesIO(signed)).root
    first, person = size_of(signed), root["/AcroForm"]["/Fields"].raw_get(0).idnum
    fields = {first + index: b"<</FT/Sig/T(empty%d)>>" % index for index in range(101)}
    listed = b" ".join(b"%d 0 R" % number for number in (person, *fields))
    form = {root.raw_get("/AcroForm").idnum: b"<</SigFlags 3/Fields[%s]>>" % listed}

    assert verdict(appended(signed, form | fields), trust, policy) is Verdict.TOTAL_PASSED
    assert verdict(appended(signed, form | fields | {4: FORGED}), trust, policy) is Verdict.TOTAL_FAILED


@pytest.mark.parametrize(
    "contents", [b"[/Xendobj 4 0 R]", b"[4.7 0 R]", b"[4 +0 R]", b"[4 0%\nR]", b"[000000000004 0 R]", b"[4 0 R%]\n]"]
)
def test_a_reference_that_is_written_oddly_is_followed(foreign_sign: Sign, trust: TrustStore, contents: bytes) -> None:
    signed = foreign_sign(letter(o3=page(b"/Contents 7 0 R"), o7=contents), "leader", "Person")

    assert verdict(appended(signed, {4: FORGED}), trust) is not Verdict.TOTAL_PASSED


def with_form(field: bytes, form: bytes = b"", **others: bytes) -> bytes:
    """A letter with the field 20 on its page, listed by the form 31."""
    return letter(
        o1=b"<</Type/Catalog/Pages 2 0 R/AcroForm 31 0 R>>",
        o3=page(b"/Contents 4 0 R/Annots[20 0 R]"),
        o20=field,
        o31=b"<</Fields[20 0 R]%s>>" % form,
        **others,
    )


def listed(signed: bytes, of_page: bool) -> bytes:
    """The references in ``/Annots`` of the page, or in ``/Fields``."""
    root = PdfFileReader(io.BytesIO(signed)).root
    found = root["/Pages"]["/Kids"][0]["/Annots"] if of_page else root["/AcroForm"]["/Fields"]
    return b" ".join(b"%d 0 R" % found.raw_get(index).idnum for index in range(len(found)))


WIDGET = b"<</Type/Annot/Subtype/Widget/F 4/Rect[20 20 200 60]%s>>"
TEXT = b"/FT/Tx/T(amount)"
VALUE = b"/V(9.000.000)/DA(/Helv 20 Tf 0 g)"


@pytest.mark.parametrize("entries", [TEXT + VALUE, b"/FT/Btn/T(press)/Ff 65536/A<</S/URI/URI(http://x)>>", TEXT])
def test_an_object_of_no_use_cannot_become_a_field_on_a_page(
    foreign_sign: Sign, trust: TrustStore, entries: bytes
) -> None:
    signed = foreign_sign(letter(o20=b"<</Nothing true>>"), "leader", "Person")
    annotations = b"/Contents 4 0 R/Annots[%s 20 0 R]" % listed(signed, of_page=True)

    assert verdict(appended(signed, {3: page(annotations), 20: WIDGET % entries}), trust) is Verdict.TOTAL_FAILED


def test_the_parent_of_a_field_that_the_form_does_not_list_stays(foreign_sign: Sign, trust: TrustStore) -> None:
    parent = b"<</Kids[20 0 R]/FT/Tx/T(amount)/DA(/Helv 20 Tf 0 g)/V(%s)>>"
    widget = {"o3": page(b"/Contents 4 0 R/Annots[20 0 R]"), "o20": WIDGET % b"/Parent 21 0 R"}
    signed = foreign_sign(letter(**widget, o21=parent % b"1.000"), "leader", "Person")

    assert verdict(appended(signed, {21: parent % b"9.000"}), trust) is Verdict.TOTAL_FAILED


def test_a_page_keeps_the_parent_that_it_had_even_where_another_node_lists_it(
    foreign_sign: Sign, trust: TrustStore
) -> None:
    inherited = b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 300 200]/Resources<</Font<</F 5 0 R>>>>%s>>"
    leaf = b"<</Type/Page/Parent %d 0 R/Contents 4 0 R%s>>"
    parents = {"o2": inherited % b"", "o30": inherited % b"/CropBox[0 0 300 90]"}
    signed = foreign_sign(letter(o3=leaf % (30, b""), **parents), "leader", "Person")
    annotations = b"/Annots[%s]" % listed(signed, of_page=True)

    assert verdict(appended(signed, {3: leaf % (30, annotations)}), trust) is Verdict.TOTAL_PASSED
    assert verdict(appended(signed, {3: leaf % (2, annotations)}), trust) is Verdict.TOTAL_FAILED


@pytest.mark.parametrize("default", [b"/DA(/Helv 20 Tf 0 g)", b"/DR<</Font<</Other 40 0 R>>>>"])
@pytest.mark.parametrize("is_drawn", [False, True])
def test_defaults_come_later_only_where_every_field_has_its_picture(
    foreign_sign: Sign, trust: TrustStore, default: bytes, is_drawn: bool
) -> None:
    look = stream(b"", b"/Type/XObject/Subtype/Form/BBox[0 0 180 40]")
    field = TEXT + b"/V(9)" + (b"/AP<</N 41 0 R>>" if is_drawn else b"/DA(/Other 20 Tf 0 g)")
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Symbol>>"
    signed = foreign_sign(with_form(WIDGET % field, o40=font, o41=look), "leader", "Person")
    number = PdfFileReader(io.BytesIO(signed)).root.raw_get("/AcroForm").idnum
    form = b"<</SigFlags 3/Fields[%s]%s>>" % (listed(signed, of_page=False), default)
    expected = Verdict.TOTAL_PASSED if is_drawn else Verdict.TOTAL_FAILED

    assert verdict(appended(signed, {number: form}), trust) is expected


def test_a_reserved_field_with_a_second_picture_is_not_lawfully_filled(foreign_sign: Sign, trust: TrustStore) -> None:
    number = b"<</Type/Annot/Subtype/Widget/F 4/Rect[20 160 60 180]/FT/Tx/T(edocs.number)/Kids[21 0 R]%s>>"
    objects = {"o3": page(b"/Contents 4 0 R/Annots[20 0 R 21 0 R]"), "o20": number % b"", "o31": b"<</Fields[20 0 R]>>"}
    blank = WIDGET % b"/Parent 20 0 R"
    draft = letter(o1=b"<</Type/Catalog/Pages 2 0 R/AcroForm 31 0 R>>", o21=blank, **objects)
    signed = foreign_sign(draft, "leader", "Person")
    font = b"/Type/XObject/Subtype/Form/BBox[0 0 40 20]/Resources<</Font<</F 5 0 R>>>>"
    looks = {
        50: stream(b"BT /F 12 Tf 0 g 2 4 Td (5) Tj ET", font),
        51: stream(b"BT /F 12 Tf 0 g 2 4 Td (9000) Tj ET", font),
    }
    filled = {20: number % b"/V(5)/AP<</N 50 0 R>>", 21: WIDGET % b"/Parent 20 0 R/AP<</N 51 0 R>>"}

    assert verdict(appended(signed, filled | looks), trust) is Verdict.TOTAL_FAILED


def row(kind: int, one: int, other: int = 0) -> bytes:
    """An entry of a cross-reference stream whose ``/W`` is ``[1 4 1]``."""
    return bytes((kind, *one.to_bytes(4, "big"), other))


def less(one: bytes, other: bytes) -> bytes:
    return bytes((left - right) & 0xFF for left, right in zip(one, other, strict=True))


def predicted(signed: bytes) -> bytes:
    """``signed`` with a page written anew in an object stream, and a table that pyHanko reads as if it were not.

    pyHanko takes a row of PNG's filter 0 for zeros, so that of object 0 moves the next, which is a difference.
    """
    signed += b"\n"
    first, previous = size_of(signed), int(signed[signed.rindex(b"startxref") + 10 :].split()[0])
    free, forged, table_number, container = range(first, first + 4)
    new_page = page(b"/Contents %d 0 R/Annots[%s]" % (forged, listed(signed, of_page=True)))
    data, places = written(
        {forged: FORGED, container: stream(b"3 0 " + new_page, b"/Type/ObjStm/N 1/First 4")}, len(signed)
    )
    at = len(signed) + len(data)
    unchanged, other = row(1, signed.rindex(b"\n3 0 obj") + 1), row(2, container)
    last = [row(1, places[forged]), row(1, at), row(1, places[container])]
    rows = [b"\0" + less(other, unchanged), b"\2" + unchanged, b"\0" + row(0, 0)]
    rows += [b"\2" + less(one, before) for one, before in zip(last, [row(0, 0), *last], strict=False)]
    entries = b"/Type/XRef/Size %d/Root 1 0 R/Prev %d/W[1 4 1]/Index[0 1 3 1 %d 4]" % (container + 1, previous, free)
    entries += b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 6>>"
    section = stream(zlib.compress(b"".join(rows)), entries)
    return signed + data + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table_number, section, at)


def test_a_table_with_predicted_rows_is_read_as_viewers_read_it(foreign_sign: Sign, trust: TrustStore) -> None:
    attacked = predicted(foreign_sign(letter(), "leader", "Person"))

    with pypdfium2.PdfDocument(attacked) as pdf:
        assert "9999" in pdf[0].get_textpage().get_text_range()
    assert verdict(attacked, trust) is Verdict.TOTAL_FAILED


@pytest.mark.parametrize("kind", range(5))
def test_every_filter_of_png_is_undone(kind: int) -> None:
    picture = Image.frombytes("RGB", (3, 2), bytes(range(0, 180, 10)))
    rows = [picture.tobytes()[:9], picture.tobytes()[9:]]
    flat = b"".join(
        bytes((kind,)) + encode(kind, line, above) for line, above in zip(rows, [bytes(9), rows[0]], strict=True)
    )
    parameters = generic.DictionaryObject(
        {
            pdf_name("/" + key): generic.NumberObject(value)
            for key, value in {"Predictor": 15, "Colors": 3, "Columns": 3}.items()
        }
    )
    made = generic.StreamObject(
        {"/Filter": pdf_name("/FlateDecode"), "/DecodeParms": parameters}, encoded_data=zlib.compress(flat)
    )

    assert made.data == picture.tobytes()


def encode(kind: int, line: bytes, above: bytes) -> bytes:
    """One row of three-byte pixels, filtered as PNG does."""
    left, corner = bytes(3) + line[:-3], bytes(3) + above[:-3]
    guesses = {
        0: lambda *_: 0,
        1: lambda a, b, c: a,
        2: lambda a, b, c: b,
        3: lambda a, b, c: (a + b) // 2,
        4: lambda a, b, c: min((a, b, c), key=lambda near: abs(a + b - c - near)),
    }
    return bytes((x - guesses[kind](*near)) & 0xFF for x, *near in zip(line, left, above, corner, strict=True))


@pytest.mark.parametrize(
    "entries",
    [
        b"/Filter/FlateDecode/DecodeParms[<</Predictor 12/Columns 4>>]",
        b"/Filter[/FlateDecode]/DecodeParms<</Predictor 12/Columns 4>>",
        b"/Filter[/ASCII85Decode]",
        b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 5>>",
    ],
)
def test_a_stream_that_programs_decode_differently_is_not_equal(
    foreign_sign: Sign, trust: TrustStore, entries: bytes
) -> None:
    content = b"BT /F 20 Tf 20 100 Td (pay 1000) Tj ET  "
    rows = b"".join(b"\0" + content[start : start + 4] for start in range(0, 40, 4))
    coded = base64.a85encode(content)
    data = coded[:20] + b"\x0c" + coded[20:] + b"~>" if b"85" in entries else zlib.compress(rows)
    signed = foreign_sign(letter(o4=stream(content)), "leader", "Person")

    assert verdict(appended(signed, {4: stream(data, entries)}), trust) is not Verdict.TOTAL_PASSED


def test_names_of_different_bytes_are_different_names(foreign_sign: Sign, trust: TrustStore) -> None:
    form = stream(b"BT /F 20 Tf 20 40 Td (and 5000 more) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 300 200]")
    resources = b"<</Font<</F 5 0 R>>/XObject<</X%s 10 0 R>>>>"
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Resources 9 0 R/Contents 4 0 R>>"
    content = stream(b"BT /F 20 Tf 20 100 Td (pay 1000) Tj ET /X#e9 Do")
    draft = letter(o3=leaf, o4=content, o9=resources % b"#c3#a9", o10=form)
    signed = foreign_sign(draft, "leader", "Person")

    assert verdict(appended(signed, {9: resources % b"#C3#A9"}), trust) is Verdict.TOTAL_PASSED
    assert verdict(appended(signed, {9: resources % b"#e9"}), trust) is Verdict.TOTAL_FAILED


@pytest.mark.parametrize("name", [b"/A#E9#2F", b"/#C3#A9", b"/#EF#9E#80", b"/#FF", b"/A#20B"])
def test_a_name_is_written_with_the_bytes_that_it_was_read_with(name: bytes) -> None:
    out = io.BytesIO()
    generic.NameObject.read_from_stream(io.BytesIO(name + b" ")).write_to_stream(out)

    assert out.getvalue() == name


COVER = b"/Type/XObject/Subtype/Form/BBox[0 0 200 30]/Resources<</Font<</F 5 0 R>>>>"


def covered(signed: bytes, leaf: bytes, comment: bytes, colour: bytes = b"1 1 1") -> bytes:
    """A stamp over the amount, which says another: ``leaf`` is the page, with a place for its annotations."""
    look = stream(colour + b" rg 0 0 200 30 re f 0 g BT /F 20 Tf 12 10 Td (pay 9999) Tj ET", COVER)
    stamp = b"<</Type/Annot/Subtype/Stamp%s/AP<</N 61 0 R>>>>" % comment
    annotations = b"/Annots[%s 60 0 R]" % listed(signed, of_page=True)
    return appended(signed, {3: leaf % annotations, 60: stamp, 61: look})


def test_a_comment_that_keeps_upright_hides_nothing_beside_its_rectangle(foreign_sign: Sign, trust: TrustStore) -> None:
    content = stream(b"BT 0 1 -1 0 140 80 Tm /F 20 Tf (pay 1000 to A) Tj ET")
    leaf = page(b"/Rotate 90/Contents 4 0 R%s")
    signed = foreign_sign(letter(o3=leaf % b"", o4=content), "leader", "Person")

    turned = covered(signed, leaf, b"/F 4/Rect[240 0 270 30]")
    upright = covered(signed, leaf, b"/F 20/Rect[120 0 320 30]")

    assert verdict(turned, trust, Policy.AS_DOCMDP) is Verdict.TOTAL_PASSED
    assert verdict(upright, trust, Policy.AS_DOCMDP) is Verdict.TOTAL_FAILED


def test_text_that_is_as_bright_as_its_ground_is_seen(foreign_sign: Sign, trust: TrustStore) -> None:
    ground = b"0.3 0.3 0.3"
    content = stream(ground + b" rg 0 0 300 200 re f 1 0 0 rg BT /F 20 Tf 20 100 Td (pay 1000) Tj ET")
    leaf = page(b"/Contents 4 0 R%s")
    signed = foreign_sign(letter(o3=leaf % b"", o4=content), "leader", "Person")

    attacked = covered(signed, leaf, b"/F 4/Rect[10 90 210 120]", ground)

    assert verdict(attacked, trust, Policy.AS_DOCMDP) is Verdict.TOTAL_FAILED


def test_small_text_of_a_huge_page_is_seen(foreign_sign: Sign, trust: TrustStore) -> None:
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 14400 14400]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R%s>>"
    content = stream(b"0.6 g BT /F 4 Tf 20 100 Td (1) Tj ET")
    signed = foreign_sign(letter(o3=leaf % b"", o4=content), "leader", "Person")

    attacked = covered(signed, leaf, b"/F 4/Rect[10 90 210 120]")

    assert verdict(attacked, trust, Policy.AS_DOCMDP) is Verdict.TOTAL_FAILED


@pytest.mark.parametrize(
    "field",
    [
        b"<</FT/Sig/T(Seal)/V<<>>/Kids[61 0 R]>>",
        b"<</FT/Sig/T(Seal)/V<</Type/Sig/Filter/X/SubFilter/adbe.pkcs7.detached>>/Kids[61 0 R]>>",
        b"60 0 R",
    ],
)
def test_a_field_that_only_looks_signed_may_not_be_shown(foreign_sign: Sign, trust: TrustStore, field: bytes) -> None:
    signed = foreign_sign(letter(), "leader", "Person")
    number = PdfFileReader(io.BytesIO(signed)).root.raw_get("/AcroForm").idnum
    look = stream(b"BT /F 12 Tf 2 4 Td (and pay 9.000.000 to B) Tj ET", COVER)
    widget = WIDGET % b"/AP<</N 62 0 R>>"
    merged = b"<</Type/Annot/Subtype/Widget/F 4/Rect[20 20 200 60]/AP<</N 62 0 R>>/FT/Sig/T(Seal)/V<<>>>>"
    shown = 60 if field == b"60 0 R" else 61
    changes = {
        3: page(b"/Contents 4 0 R/Annots[%s %d 0 R]" % (listed(signed, of_page=True), shown)),
        number: b"<</SigFlags 3/Fields[%s %s]>>" % (listed(signed, of_page=False), field),
        60: merged,
        61: widget,
        62: look,
    }

    assert verdict(appended(signed, changes), trust) is Verdict.TOTAL_FAILED


@pytest.mark.parametrize("place", [b"[20 20 200 20]", b"[0 0 0 0]", b""])
@pytest.mark.parametrize("is_drawn", [False, True])
def test_a_field_without_an_area_may_be_added_only_where_it_draws_nothing(
    foreign_sign: Sign, trust: TrustStore, place: bytes, is_drawn: bool
) -> None:
    signed = foreign_sign(letter(), "leader", "Person")
    number = PdfFileReader(io.BytesIO(signed)).root.raw_get("/AcroForm").idnum
    rectangle = b"/Rect" + place if place else b""
    changes = {
        3: page(b"/Contents 4 0 R/Annots[%s 60 0 R]" % listed(signed, of_page=True)),
        number: b"<</SigFlags 3/Fields[%s 60 0 R]>>" % listed(signed, of_page=False),
        60: b"<</Type/Annot/Subtype/Widget/F 4/FT/Sig/T(Seal)/AP<</N 62 0 R>>%s>>" % rectangle,
        62: stream(b"BT /F 12 Tf 2 4 Td (and 9.000.000) Tj ET" if is_drawn else b"% blank\nq Q", COVER),
    }
    expected = Verdict.TOTAL_FAILED if is_drawn else Verdict.TOTAL_PASSED

    assert verdict(appended(signed, changes), trust) is expected
