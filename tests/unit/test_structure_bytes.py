"""To what each byte of a file belongs: what programs could read differently does not pass, what is harmless does."""

from __future__ import annotations

import io
import re
import subprocess
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

from edocs._pdf.revisions import account_bytes
from edocs.model import TrustStore, Verdict, VerificationReport
from edocs.testing import Pki
from edocs.verify import verify_pdf

Sign = Callable[..., bytes]

CONTENT = b"BT /F 24 Tf 72 700 Td (So 12) Tj ET"
OTHER = b"BT /F 24 Tf 72 700 Td (So 99) Tj ET"
CATALOG, PAGES, PAGE, DRAWING, FONT = 1, 2, 3, 4, 5


def stream(data: bytes, entries: bytes = b"", length: int | None = None) -> bytes:
    size = len(data) if length is None else length
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (size, entries, data)


def bodies() -> dict[int, bytes]:
    return {
        CATALOG: b"<</Type/Catalog/Pages 2 0 R>>",
        PAGES: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        PAGE: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        DRAWING: stream(CONTENT),
        FONT: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }


def build(
    objects: Mapping[int, bytes],
    *,
    before: Mapping[int, bytes] | None = None,
    entries: Mapping[int, bytes] | None = None,
    eol: bytes = b" \n",
    trailer: bytes = b"",
    tail: bytes = b"",
) -> bytes:
    """A file with a plain table; ``before`` puts bytes in front of an object, ``entries`` replaces table entries."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, body in objects.items():
        out += (before or {}).get(number, b"")
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    out += tail
    table = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f%s" % (size, eol)
    for number in range(1, size):
        line = b"%010d 00000 n" % offsets[number] if number in offsets else b"0000000000 00001 f"
        out += (entries or {}).get(number, line) + eol
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, table)
    return bytes(out)


def rules(report: VerificationReport) -> set[str]:
    return {reason.rule for signature in report.signatures for reason in signature.reasons}


def notices(report: VerificationReport) -> set[str]:
    return {notice.rule for notice in report.notices}


@pytest.fixture(scope="module")
def judge(pki: Pki, trust: TrustStore) -> Callable[[bytes], VerificationReport]:
    """Sign the file as a product would that looks at little, and verify it."""
    signer = signers.SimpleSigner.load_pkcs12_data(
        pki.p12("leader").read_bytes(), other_certs=[], passphrase=pki.passphrase.encode()
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="Person", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )

    def sign_and_verify(document: bytes) -> VerificationReport:
        writer = IncrementalPdfFileWriter(io.BytesIO(document), strict=False)
        return verify_pdf(signers.sign_pdf(writer, metadata, signer).getvalue(), trust)

    return sign_and_verify


Judge = Callable[[bytes], VerificationReport]


@pytest.fixture(scope="module")
def signed(foreign_sign: Sign) -> bytes:
    return foreign_sign(build(bodies()), "leader", "Person")


# --- lawful -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        build(bodies()),
        build(bodies(), eol=b"\r\n"),
        build(bodies(), eol=b" \r"),
        build(bodies(), eol=b"\n"),  # 19 bytes, as some old software has them
        build(bodies(), before={PAGE: b"% a comment\n%% Original object ID: 9 0\n", DRAWING: b"\r\n\0 "}),
        build({**bodies(), DRAWING: stream(CONTENT).replace(b"/Length %d" % len(CONTENT), b"/Length 6 0 R"), 6: b"35"}),
        build(dict(reversed(bodies().items()))),
        build({**bodies(), 9: b"(a string (with another) in it: 4 0 obj endobj)"}),
        build({**bodies(), 9: stream(b"4 0 obj\n(an attached file)\nendobj\ntrailer\n<</Root 4 0 R>>\n")}),
        build({**bodies(), FONT: b"<</Type/Font/Type/Font/Subtype/Type1/BaseFont/Helvetica>>", 9: b"null"}),
        build({**bodies(), CATALOG: bodies()[CATALOG].replace(b">>", b"/Pages 2 0 R/Outlines 90 0 R>>")}),
        build({**bodies(), 7: b"<</A/Type/B/Type/C[/D/D]/E<</A/Type>>>>"}),
    ],
    ids=[
        "plain",
        "CR and LF",
        "space and CR",
        "short entries",
        "comments",
        "indirect length",
        "other order",
        "keywords in a string",
        "objects in an attached file",
        "the same key and value twice",
        "the same in the catalog, and a reference to nothing",
        "keys that look alike",
    ],
)
def test_a_lawful_dialect_passes(judge: Judge, document: bytes) -> None:
    report = judge(document)

    assert (report.verdict, rules(report), notices(report)) == (Verdict.TOTAL_PASSED, set(), set())


@pytest.mark.parametrize(
    "document",
    [
        build(bodies(), before={PAGE: b"9 0 obj\n(left over)\nendobj\n"}),
        build(bodies(), before={DRAWING: b"4 0 obj\n" + stream(OTHER) + b"\nendobj\n"}),
        build(bodies(), before={PAGE: b"left over by a careless program\n"}),
        build(bodies(), before={PAGE: b"trailer\n<</Size 9/Root 1 0 R>>\n"}),
    ],
    ids=["unused object", "earlier body", "text", "earlier trailer of the same catalog"],
)
def test_signed_leftovers_that_no_program_shows_are_noted(judge: Judge, document: bytes) -> None:
    """Whoever rebuilds the table takes the last definition, which is the one that the table reaches."""
    report = judge(document)

    assert report.verdict is Verdict.TOTAL_PASSED
    assert "structure.unreached_signed" in notices(report)


# --- what two programs read differently ---------------------------------------------------------------------------


PAGE_AGAIN = bodies()[PAGE].replace(b"/Contents 4 0 R", b"/Contents 4 0 R/Contents 5 0 R")


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        (build(bodies(), tail=b"4 0 obj\n" + stream(OTHER) + b"\nendobj\n"), "structure.second_definition"),
        (build(bodies(), before={PAGE: b"4 7 obj\n(x)\nendobj\n"}), "structure.second_definition"),
        (
            build(
                {**bodies(), PAGES: b"<</Type/Pages/Kids[3 0 R 90 0 R]/Count 1>>"}, before={2: b"90 0 obj 1 endobj\n"}
            ),
            "structure.second_definition",
        ),
        (build(bodies(), before={PAGE: b"90 0 obj <</Type/Catalog>> endobj\n"}), "structure.second_definition"),
        (build(bodies(), before={PAGE: b"90 0 obj <</Type/C#61talog>> endobj\n"}), "structure.second_definition"),
        (build(bodies(), before={PAGE: b"trailer\n<</Root 2 0 R>>\n"}), "structure.second_table"),
        (build({**bodies(), PAGE: PAGE_AGAIN}), "structure.duplicate_key"),
        (
            build({**bodies(), PAGE: PAGE_AGAIN.replace(b"/Contents 5", b"/C#6fntents 5")}),
            "structure.duplicate_key",
        ),
        (build(bodies(), trailer=b"/Info 4 0 R/Info 5 0 R"), "structure.duplicate_key"),
        (build({**bodies(), DRAWING: stream(CONTENT, length=9)}), "structure.stream_length"),
        (build({**bodies(), FONT: bodies()[FONT][:-2]}), "structure.broken_object"),
        (build({**bodies(), 7: b"<</A maybe>>"}), "structure.broken_object"),
    ],
    ids=[
        "later body of a reached object",
        "higher generation",
        "unreached object that is referred to",
        "second catalog",
        "second catalog with an escaped name",
        "trailer with another catalog",
        "key twice",
        "key twice, one escaped",
        "key twice in the trailer",
        "stream length",
        "open dictionary",
        "a word that is no value",
    ],
)
def test_what_programs_read_differently_does_not_pass(judge: Judge, document: bytes, rule: str) -> None:
    report = judge(document)

    assert report.verdict is Verdict.INDETERMINATE
    assert rule in rules(report)


def placed(document: bytes, number: int, offset: int) -> bytes:
    """``document`` with the table entry of ``number`` led to ``offset``."""
    at = document.rindex(b"xref\n0 ") + len(b"xref\n0 6\n") + 20 * number
    return document[:at] + b"%010d" % offset + document[at + 10 :]


def test_an_entry_that_leads_into_a_stream_does_not_pass(judge: Judge) -> None:
    """Whoever obeys the table finds the object in the stream; whoever scans the file finds the other."""
    inner = b"5 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Symbol>>\nendobj\n"
    document = build({**bodies(), DRAWING: stream(inner)})

    report = judge(placed(document, FONT, document.index(inner)))

    assert report.verdict is Verdict.INDETERMINATE
    assert rules(report) & {"structure.broken_object", "structure.second_definition"}


def test_an_entry_that_leads_to_another_object_does_not_pass(judge: Judge) -> None:
    document = build({**bodies(), 6: b"(not used)"})

    report = judge(placed(document, 6, document.index(b"5 0 obj")))

    assert (report.verdict, rules(report)) == (Verdict.INDETERMINATE, {"structure.wrong_object"})


def test_a_table_that_names_an_object_twice_does_not_pass(judge: Judge) -> None:
    document = build(bodies())
    entry = re.search(rb"0{4}\d{6} 00000 n \n(?=trailer)", document)
    assert entry is not None
    document = document.replace(b"trailer\n", b"5 1\n" + entry[0] + b"trailer\n")

    assert rules(judge(document)) == {"structure.duplicate_entry"}


def compressed(*, size: int = 9, page: bytes = bodies()[PAGE], index: int = 0) -> bytes:
    """A file with an object stream (number 7) that holds the page, and a cross-reference stream (number 8)."""
    objects = {number: body for number, body in bodies().items() if number != PAGE}
    inner = b"3 0 " + page
    objects[7] = stream(zlib.compress(inner), b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    offsets[8] = len(out)
    rows = b""
    for number in range(9):
        kind, place, last = (2, 7, index) if number == PAGE else (1, offsets.get(number, 0), 0)
        kind = kind if number in offsets or number == PAGE else 0
        rows += bytes([kind]) + place.to_bytes(4, "big") + bytes([last])
    out += b"8 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        stream(rows, b"/Type/XRef/W[1 4 1]/Index[0 9]/Root 1 0 R/Size %d" % size),
        offsets[8],
    )
    return bytes(out)


def test_a_file_of_streams_passes(judge: Judge) -> None:
    assert judge(compressed()).verdict is Verdict.TOTAL_PASSED


def test_a_key_twice_in_an_object_stream_does_not_pass(judge: Judge) -> None:
    document = compressed(page=PAGE_AGAIN)

    report = verify_unsigned_structure(document)

    assert "structure.duplicate_key" in report


def test_objects_beyond_the_size_are_doubted() -> None:
    """ISO 32000-2, 7.5.5: they are to be taken as missing, which not every program does."""
    assert "structure.size" in verify_unsigned_structure(compressed(size=7))


def test_an_object_stream_without_the_object_is_doubted() -> None:
    assert "structure.object_stream" in verify_unsigned_structure(compressed(index=1))


def verify_unsigned_structure(document: bytes) -> set[str]:
    """The doubts about a file that pyHanko will not sign."""
    accounts = account_bytes(document, PdfFileReader(io.BytesIO(document), strict=False), len(document))
    return {doubt.rule for doubt in accounts.doubts}


# --- bytes after a signature --------------------------------------------------------------------------------------


def drawn_again(document: bytes, startxref: int, table: bytes = b"") -> bytes:
    """``document`` with another drawing of the page behind it, as an update whose table nobody finds."""
    return document + b"4 0 obj\n%s\nendobj\n%sstartxref\n%d\n%%%%EOF\n" % (stream(OTHER), table, startxref)


def last_pointer(document: bytes) -> int:
    return int(document[document.rindex(b"startxref") + 9 :].split()[0])


@pytest.mark.parametrize("how", ["no table", "old pointer", "table without pointer", "trailer only", "a broken table"])
def test_a_revision_that_no_table_reaches_is_refused(signed: bytes, trust: TrustStore, how: str) -> None:
    """Viewers that rebuild the table show it."""
    body = b"4 0 obj\n" + stream(OTHER) + b"\nendobj\n"
    table = b"xref\n4 1\n%010d 00000 n \ntrailer\n<</Size 9/Root 1 0 R/Prev %d>>\n" % (
        len(signed),
        last_pointer(signed),
    )
    changed = {
        "no table": signed + body,
        "old pointer": drawn_again(signed, last_pointer(signed), table),
        "table without pointer": signed + body + table,
        "trailer only": signed + body + b"trailer\n<</Size 9/Root 1 0 R>>\n",
        "a broken table": drawn_again(signed, len(signed) + len(body), table.replace(b" n ", b" x ")),
    }[how]

    report = verify_pdf(changed, trust)

    assert report.verdict in (Verdict.TOTAL_FAILED, Verdict.UNREADABLE, Verdict.INDETERMINATE)
    assert how == "a broken table" or rules(report) == {"structure.unreached_bytes"}


def test_two_pointers_behind_a_revision_are_refused(signed: bytes, trust: TrustStore) -> None:
    first = last_pointer(build(bodies()))

    for pointer in (first, last_pointer(signed), 5):
        report = verify_pdf(signed + b"startxref\n%d\n%%%%EOF\n" % pointer, trust)
        assert report.verdict is not Verdict.TOTAL_PASSED


def test_tables_that_lead_in_a_circle_are_no_pass(signed: bytes, trust: TrustStore) -> None:
    changed = signed.replace(b"/Prev %d" % last_pointer(build(bodies())), b"/Prev %d" % last_pointer(signed))

    assert verify_pdf(changed, trust).verdict is not Verdict.TOTAL_PASSED


def test_qpdf_finds_the_lawful_files_sound_as_well(
    witness: Callable[[str], str], tmp_path: Path, signed: bytes
) -> None:
    qpdf = witness("qpdf")

    outcomes = [check(qpdf, tmp_path, document) for document in (signed, build(bodies(), eol=b"\n"), compressed())]

    assert outcomes[0] == 0
    assert outcomes[2] == 0
    assert outcomes[1] in (0, 3)  # a warning: an entry has 20 bytes


def check(qpdf: str, folder: Path, document: bytes) -> int:
    path = folder / "document.pdf"
    path.write_bytes(document)
    done: Sequence[str] = (qpdf, "--check", str(path))
    return subprocess.run(done, capture_output=True, check=False).returncode
