"""Documents made to be changed later, and changes made to go unseen: written byte by byte, signed, and updated."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import pytest
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
