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
