"""Signature dictionaries written by hand: which ones are judged, and which are refused by name."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt.pubkey import RecipientEncryptionPolicy
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign import signers

from edocs._pdf.states import History
from edocs.model import TrustStore, Verdict, VerificationReport
from edocs.testing import Pki, sample_pdf
from edocs.verify import verify_pdf

Sign = Callable[..., bytes]

RESERVED = 16000
GAP = b"<" + b"0" * RESERVED + b">"
RANGE = b"[0 0000000000 0000000000 0000000000]"
VALUE = (
    b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:20260305Z)/ByteRange @RANGE/Contents @GAP>>"
)
FIELD = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Person)/F 132/Rect[0 0 0 0]/P 3 0 R/V @V>>"


def document(value: bytes = VALUE, field: bytes = FIELD, **objects: bytes) -> bytes:
    """A page with a signature field; ``@V``, ``@RANGE`` and ``@GAP`` stand for what goes there."""
    direct = b"@DIRECT" in field
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/SigFlags 3>>>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[5 0 R]>>",
        4: b"<</Length 5>>\nstream\n0 0 m\nendstream",
        5: field.replace(b"@V", b"6 0 R").replace(b"@DIRECT", value),
        6: b"null" if direct else value,
        **{int(name[1:]): body for name, body in objects.items()},
    }
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, body in sorted(bodies.items()):
        offsets[number] = len(out)
        wide = re.sub(rb"@\d", rb"\g<0>########", body)  # room for ten digits
        out += b"%d 0 obj\n%s\nendobj\n" % (number, wide.replace(b"@RANGE", RANGE).replace(b"@GAP", GAP))
    table, size = len(out), max(bodies) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % offsets[number]
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, table)
    return bytes(out)


@pytest.fixture(scope="module")
def seal(pki: Pki) -> Callable[[bytes], bytes]:
    """Fill in range and value of the first gap: a real signature in whatever dictionary there is."""
    signer = signers.SimpleSigner.load_pkcs12_data(
        pki.p12("leader").read_bytes(), other_certs=[], passphrase=pki.passphrase.encode()
    )

    def fill(draft: bytes) -> bytes:
        start = draft.index(GAP)
        end = start + len(GAP)
        numbers = (start, end, len(draft) - end)
        filled = draft.replace(RANGE, b"[0 %010d %010d %010d]" % numbers)
        filled = re.sub(rb"@(\d)########", lambda match: b"%010d" % numbers[int(match[1])], filled)
        digest = hashlib.sha256(filled[:start] + filled[end:]).digest()
        value = asyncio.run(signer.async_sign(digest, "sha256", use_pades=True)).dump().hex().encode()
        return filled[: start + 1] + value.ljust(RESERVED, b"0") + filled[end - 1 :]

    return fill


Seal = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def one(foreign_sign: Sign) -> bytes:
    return foreign_sign(sample_pdf(), "leader", "Person")


def update(signed: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def rules(report: VerificationReport) -> set[str]:
    return {reason.rule for signature in report.signatures for reason in signature.reasons}


# --- lawful -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (VALUE, FIELD),
        (VALUE.replace(b"/ByteRange", b"\n/ByteRange ").replace(b"@RANGE", b"@RANGE        \n"), FIELD),
        (VALUE.replace(b"/Contents", b"/Contents % the value\n").replace(b">>", b"/Name(A \\(B\\) (C))>>"), FIELD),
        (VALUE.replace(b"/ByteRange", b"/Byte#52ange"), FIELD),
        (VALUE.replace(b">>", b"/Prop_Build<</App<</Name/X>>/Filter<</Name/Y>>>>>>"), FIELD),
        (VALUE, FIELD.replace(b"@V", b"@DIRECT")),
    ],
    ids=["plain", "space around the range", "strings", "escaped name", "build properties", "inside its field"],
)
def test_a_dictionary_as_some_product_writes_it_passes(
    seal: Seal, trust: TrustStore, value: bytes, field: bytes
) -> None:
    report = verify_pdf(seal(document(value, field)), trust)

    assert (report.verdict, rules(report)) == (Verdict.TOTAL_PASSED, set())


def test_a_signature_inside_its_field_is_still_good_after_another(
    seal: Seal, foreign_sign: Sign, trust: TrustStore
) -> None:
    signed = seal(document(VALUE, FIELD.replace(b"@V", b"@DIRECT")))

    report = verify_pdf(foreign_sign(signed, "seal", "Agency"), trust)

    assert "structure.signature_changed" not in rules(report)
    assert report.signatures[1].verdict is Verdict.TOTAL_PASSED


def test_a_linearised_file_passes_with_one_and_two_signatures(
    witness: Callable[[str], str], tmp_path: Path, foreign_sign: Sign, trust: TrustStore
) -> None:
    """Two sections make its one revision (ISO 32000-2, annex F)."""
    source, target = tmp_path / "source.pdf", tmp_path / "linear.pdf"
    source.write_bytes(sample_pdf())
    subprocess.run([witness("qpdf"), "--linearize", str(source), str(target)], check=True)

    one = foreign_sign(target.read_bytes(), "leader", "Person")
    both = foreign_sign(one, "seal", "Agency")

    assert [verify_pdf(item, trust).verdict for item in (one, both)] == [Verdict.TOTAL_PASSED] * 2


def test_the_end_of_a_linearised_file_is_its_end(witness: Callable[[str], str], tmp_path: Path) -> None:
    """What Acrobat signs it may linearise in the same save: the section that counts last stands at the front."""
    source, target = tmp_path / "source.pdf", tmp_path / "linear.pdf"
    source.write_bytes(sample_pdf())
    subprocess.run([witness("qpdf"), "--linearize", str(source), str(target)], check=True)
    data = target.read_bytes()

    history = History.of(data, PdfFileReader(io.BytesIO(data)))

    assert history.end_of(history.last) == len(data.rstrip())


# --- refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (VALUE.replace(b"@RANGE", b"[0 @0 @1 @2 0 0]"), "structure.byte_range"),
        (VALUE.replace(b"@RANGE", b"[0 @0 @1]"), "structure.byte_range"),
        (VALUE.replace(b"@RANGE", b"[0 @0.0 @1 @2]"), "structure.byte_range"),
        (VALUE.replace(b"@RANGE", b"[0 7 0 R @1 @2]"), "structure.byte_range"),
        (VALUE.replace(b"@RANGE", b"7 0 R"), "format.dictionary"),
        (VALUE.replace(b"@RANGE", b"[0 @0 @1 -1]"), "structure.byte_range"),
        (VALUE.replace(b"@RANGE", b"[0 @0 @1 99999999999999999999]"), "structure.byte_range"),
        (VALUE.replace(b"@RANGE", b"@RANGE/ByteRange[0 1 2 3]"), "format.dictionary"),
        (VALUE.replace(b"@RANGE", b"@RANGE/Byte#52ange[0 1 2 3]"), "format.dictionary"),
        (VALUE.replace(b"@GAP", b"@GAP/Contents<00>"), "format.dictionary"),
        (
            VALUE.replace(b"/M(D:20260305Z)", b"/M(D:20260305Z)/M(D:2020Z)"),
            "format.dictionary",
        ),
    ],
    ids=[
        "six numbers",
        "three numbers",
        "a float",
        "a reference among the numbers",
        "the range elsewhere",
        "a negative number",
        "a huge number",
        "two ranges",
        "two ranges, one escaped",
        "two values",
        "two times",
    ],
)
def test_a_dictionary_that_can_be_read_in_two_ways_is_no_pass(
    seal: Seal, trust: TrustStore, value: bytes, rule: str
) -> None:
    report = verify_pdf(seal(document(value, o7=b"[0 1 2 3]")), trust)

    assert report.verdict in (Verdict.TOTAL_FAILED, Verdict.INDETERMINATE)
    assert rule in rules(report)


def test_a_catalog_that_names_another_certification_is_refused(seal: Seal, trust: TrustStore) -> None:
    """Viewers say "certified by" of what the catalog names."""
    catalog = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/SigFlags 3>>/Perms<</DocMDP 7 0 R>>>>"

    report = verify_pdf(seal(document(o1=catalog, o7=b"<</Type/Sig/Name(Another)>>")), trust)

    assert (report.verdict, rules(report)) == (Verdict.TOTAL_FAILED, {"structure.certified_by_another"})


def test_a_signature_dictionary_written_again_is_refused(one: bytes, trust: TrustStore) -> None:
    def rewrite(writer: IncrementalPdfFileWriter) -> None:
        value = writer.root["/AcroForm"]["/Fields"][0]["/V"]
        value["/Reason"] = generic.TextStringObject("Another reason")
        writer.update_container(value)

    report = verify_pdf(update(one, rewrite), trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert "structure.signature_changed" in rules(report)


def test_a_field_led_to_a_copy_of_its_signature_is_refused(one: bytes, trust: TrustStore) -> None:
    def move(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        field["/V"] = writer.add_object(generic.DictionaryObject(dict(field["/V"].items())))
        writer.update_container(field)

    report = verify_pdf(update(one, move), trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert "structure.signature_changed" in rules(report)


def test_a_signature_dictionary_inside_an_object_stream_is_refused(foreign_sign: Sign, trust: TrustStore) -> None:
    """No gap can be in compressed bytes, so the gap is that of another dictionary."""
    rewritten = io.BytesIO()
    source = PdfFileReader(io.BytesIO(sample_pdf()))
    copy_into_new_writer(source, writer_kwargs={"stream_xrefs": True}).write(rewritten)

    def compress(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        copy = generic.DictionaryObject(dict(field["/V"].items()))
        field["/V"] = writer.add_object(copy, obj_stream=writer.prepare_object_stream())
        writer.update_container(field)

    signed = foreign_sign(rewritten.getvalue(), "leader", "Person")
    report = verify_pdf(update(signed, compress), trust)

    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED
    assert report.verdict is Verdict.TOTAL_FAILED
    assert "structure.hole" in rules(report)


def test_a_gap_that_belongs_to_another_string_is_refused(seal: Seal, trust: TrustStore) -> None:
    """The value that the field shows is not signed at all; the gap holds an equal one."""
    draft = document(VALUE.replace(b"@GAP", b"(x)"), o7=b"@GAP")
    signed = seal(draft)
    copy = signed[signed.index(b"7 0 obj\n<") + 8 :].split(b">")[0] + b">"
    body = re.search(rb"6 0 obj\n(.*?)\nendobj\n", signed, re.DOTALL)
    assert body is not None
    shown = b"6 0 obj\n" + body[1].replace(b"(x)", copy) + b"\nendobj\n"
    table = b"xref\n6 1\n%010d 00000 n \ntrailer\n<</Size 8/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(signed),
        signed.rindex(b"xref\n0 "),
        len(signed) + len(shown),
    )

    report = verify_pdf(signed + shown + table, trust)

    assert (report.verdict, rules(report)) == (Verdict.TOTAL_FAILED, {"structure.signature_changed"})


def test_a_signature_that_two_fields_show_in_copies_is_refused(one: bytes, trust: TrustStore) -> None:
    def twin(writer: IncrementalPdfFileWriter) -> None:
        fields = writer.root["/AcroForm"]["/Fields"]
        other = generic.DictionaryObject(
            {
                pdf_name("/FT"): pdf_name("/Sig"),
                pdf_name("/T"): generic.TextStringObject("Twin"),
                pdf_name("/V"): generic.DictionaryObject(dict(fields[0]["/V"].items())),
            }
        )
        fields.append(writer.add_object(other))
        writer.update_container(fields)

    report = verify_pdf(update(one, twin), trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert "structure.signature_changed" in rules(report)


def test_a_file_encrypted_to_certificates_is_said_to_be_encrypted(pki: Pki) -> None:
    certificate = signers.SimpleSigner.load_pkcs12(str(pki.p12("leader")), passphrase=b"edocs-test").signing_cert
    output = copy_into_new_writer(PdfFileReader(io.BytesIO(sample_pdf())))
    output.encrypt_pubkey([certificate], policy=RecipientEncryptionPolicy(ignore_key_usage=True))
    stream = io.BytesIO()
    output.write(stream)

    report = verify_pdf(stream.getvalue())

    assert (report.verdict, [reason.rule for reason in report.reasons]) == (Verdict.UNREADABLE, ["file.encrypted"])
