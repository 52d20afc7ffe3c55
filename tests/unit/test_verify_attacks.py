"""Signed documents changed by someone without the key: verification always answers, and never with a pass."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from asn1crypto import cms, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from edocs._pades.reserved import is_of_the_form
from edocs._pdf.fonts import FontStyle
from edocs._pdf.typeface import embed_typeface
from edocs.cli.verdicts import report_text
from edocs.model import DATE_FIELD, NUMBER_FIELD, LegalEffect, TrustStore, Verdict, VerificationReport
from edocs.testing import Pki, sample_pdf
from edocs.verify import verify_pdf

Sign = Callable[..., bytes]
Change = Callable[[IncrementalPdfFileWriter], None]

BASIC_CONSTRAINTS, KEY_USAGE = "2.5.29.19", "2.5.29.15"
CA = (BASIC_CONSTRAINTS, bytes.fromhex("30030101ff"))


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    return sample_pdf()


@pytest.fixture(scope="module")
def one(unsigned: bytes, foreign_sign: Sign) -> bytes:
    return foreign_sign(unsigned, "leader", "Person")


@pytest.fixture(scope="module")
def both(one: bytes, foreign_sign: Sign) -> bytes:
    return foreign_sign(one, "seal", "Agency")


def update(document: bytes, change: Change) -> bytes:
    """An incremental update without any signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def rules(report: VerificationReport) -> set[str]:
    own = {reason.rule for reason in report.reasons}
    return own | {reason.rule for signature in report.signatures for reason in signature.reasons}


def numbers(*values: int) -> generic.ArrayObject:
    return generic.ArrayObject(generic.NumberObject(value) for value in values)


def form_stream(content: bytes, **entries: generic.PdfObject) -> generic.StreamObject:
    dictionary = {
        pdf_name("/Type"): pdf_name("/XObject"),
        pdf_name("/Subtype"): pdf_name("/Form"),
        pdf_name("/BBox"): numbers(0, 0, 450, 750),
        **{pdf_name("/" + name): value for name, value in entries.items()},
    }
    return generic.StreamObject(dictionary, stream_data=content)


# --- fields that nobody signed ------------------------------------------------------------------------------------


def cover_page(writer: IncrementalPdfFileWriter, value: generic.DictionaryObject | None = None) -> None:
    """A white signature field over the whole page."""
    page = writer.root["/Pages"]["/Kids"][0]
    field = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/FT"): pdf_name("/Sig"),
            pdf_name("/T"): generic.TextStringObject("Cover"),
            pdf_name("/F"): generic.NumberObject(132),
            pdf_name("/Rect"): numbers(50, 50, 500, 800),
            pdf_name("/P"): writer.root["/Pages"]["/Kids"].raw_get(0),
            pdf_name("/AP"): generic.DictionaryObject(
                {pdf_name("/N"): writer.add_object(form_stream(b"1 g 0 0 450 750 re f"))}
            ),
        }
    )
    if value is not None:
        field["/V"] = writer.add_object(value)
    reference = writer.add_object(field)
    fields = writer.root["/AcroForm"]["/Fields"]
    fields.append(reference)
    writer.update_container(fields)
    page["/Annots"].append(reference)
    writer.update_container(page["/Annots"])
    writer.update_container(page)


def test_an_empty_field_that_covers_the_page_is_refused(both: bytes, trust: TrustStore) -> None:
    report = verify_pdf(update(both, cover_page), trust)

    assert (report.verdict, rules(report)) == (Verdict.TOTAL_FAILED, {"changes.content"})


def test_a_visible_field_is_judged_although_it_calls_itself_a_timestamp(both: bytes, trust: TrustStore) -> None:
    timestamp = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/DocTimeStamp"),
            pdf_name("/Filter"): pdf_name("/Adobe.PPKLite"),
            pdf_name("/SubFilter"): pdf_name("/ETSI.RFC3161"),
            pdf_name("/Contents"): generic.ByteStringObject(bytes(10)),
            pdf_name("/ByteRange"): numbers(0, 0, 0, 0),
        }
    )

    report = verify_pdf(update(both, lambda writer: cover_page(writer, timestamp)), trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert report.legal_effect is LegalEffect.REFERENCE_ONLY


def test_an_order_to_draw_the_fields_anew_is_refused(both: bytes, trust: TrustStore) -> None:
    def redraw(writer: IncrementalPdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        form["/NeedAppearances"] = generic.BooleanObject(True)
        writer.update_container(form)
        writer.update_root()

    assert rules(verify_pdf(update(both, redraw), trust)) == {"changes.content"}


def test_a_signature_taken_out_of_the_form_leaves_no_pass(both: bytes, trust: TrustStore) -> None:
    def remove(writer: IncrementalPdfFileWriter) -> None:
        fields = writer.root["/AcroForm"]["/Fields"]
        del fields[0]
        writer.update_container(fields)

    report = verify_pdf(update(both, remove), trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert "file.unreached_byte_range" in {notice.rule for notice in report.notices}


def test_another_form_in_place_of_the_signed_one_is_no_pass(both: bytes, trust: TrustStore) -> None:
    def replace_form(writer: IncrementalPdfFileWriter) -> None:
        seal = writer.root["/AcroForm"]["/Fields"].raw_get(1)
        form = generic.DictionaryObject({pdf_name("/Fields"): generic.ArrayObject([seal])})
        writer.root["/AcroForm"] = writer.add_object(form)
        writer.update_root()

    assert verify_pdf(update(both, replace_form), trust).verdict is Verdict.TOTAL_FAILED


def test_a_signature_that_calls_itself_a_timestamp_after_signing_is_no_pass(both: bytes, trust: TrustStore) -> None:
    def retype(writer: IncrementalPdfFileWriter) -> None:
        value = writer.root["/AcroForm"]["/Fields"][0]["/V"]
        value["/Type"] = pdf_name("/DocTimeStamp")
        value["/SubFilter"] = pdf_name("/ETSI.RFC3161")
        writer.update_container(value)

    assert verify_pdf(update(both, retype), trust).verdict is Verdict.TOTAL_FAILED


def test_a_copy_of_a_signature_in_a_field_of_its_own_is_refused(one: bytes, trust: TrustStore) -> None:
    def copy(writer: IncrementalPdfFileWriter) -> None:
        fields = writer.root["/AcroForm"]["/Fields"]
        value = generic.DictionaryObject(dict(fields[0]["/V"].items()))
        twin = generic.DictionaryObject(
            {
                pdf_name("/FT"): pdf_name("/Sig"),
                pdf_name("/T"): generic.TextStringObject("Twin"),
                pdf_name("/V"): writer.add_object(value),
            }
        )
        fields.append(writer.add_object(twin))
        writer.update_container(fields)

    report = verify_pdf(update(one, copy), trust)

    assert report.verdict is Verdict.TOTAL_FAILED


# --- bytes and tables ---------------------------------------------------------------------------------------------


def test_comments_behind_the_file_are_answered_at_once(both: bytes, trust: TrustStore) -> None:
    """Each line end could be read in two ways: a search that tries all takes forever."""
    report = verify_pdf(both + b"%\r\n" * 200 + b"x", trust)

    assert report.verdict is not Verdict.TOTAL_PASSED


def test_a_comment_that_points_to_another_table_is_no_pass(both: bytes, trust: TrustStore) -> None:
    for tail in (b"%startxref 9 \n%%EOF\n", b"% startxref\n", b"%trailer <</Root 1 0 R>>\n"):
        assert verify_pdf(both + tail, trust).verdict is not Verdict.TOTAL_PASSED


def test_a_second_pointer_behind_the_first_is_no_pass(both: bytes, trust: TrustStore) -> None:
    pointer = both[both.rindex(b"startxref") :]

    assert verify_pdf(both + pointer, trust).verdict is not Verdict.TOTAL_PASSED


def test_a_tail_of_empty_bytes_or_revisions_is_answered_at_once(both: bytes, trust: TrustStore) -> None:
    """Readers go through such bytes one by one, and through each revision for each other."""
    reader = PdfFileReader(io.BytesIO(both))
    end = b"trailer\n<</Size %d/Root %d 0 R/Prev %%d>>\nstartxref\n%%d\n%%%%%%%%EOF\n" % (
        int(reader.trailer["/Size"]),
        reader.trailer.raw_get("/Root").idnum,
    )
    many, last = both, int(both[both.rindex(b"startxref") + 10 :].split()[0])
    for _ in range(2000):
        here = len(many)
        many += b"xref\n0 1\n0000000000 65535 f \n" + end % (last, here)
        last = here

    assert verify_pdf(both + b" " * 5_000_000, trust).verdict is Verdict.UNREADABLE
    assert verify_pdf(many, trust).verdict is Verdict.UNREADABLE


def hidden_object(document: bytes, body: bytes) -> tuple[bytes, bytes, int, int]:
    """``document`` with ``body`` inside a stream that nothing uses, and what is needed to write a table for it."""
    reader = PdfFileReader(io.BytesIO(document))
    size = int(reader.trailer["/Size"])
    head = b"%d 0 obj\n<</Length %d>>\nstream\n" % (size, len(body))
    changed = document + head + body + b"\nendstream\nendobj\n"
    rest = b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        size + 1,
        reader.trailer.raw_get("/Root").idnum,
        int(document[document.rindex(b"startxref") + 10 :].split()[0]),
        len(changed),
    )
    return changed, rest, len(document), len(document) + len(head)


def page_content(document: bytes) -> tuple[int, int]:
    """Number and offset of the object that draws the first page."""
    reader = PdfFileReader(io.BytesIO(document))
    reference = reader.root["/Pages"]["/Kids"][0].raw_get("/Contents").reference
    return reference.idnum, reader.xrefs[reference]


def test_two_table_entries_for_one_object_are_refused(both: bytes, trust: TrustStore) -> None:
    """Of two entries some programs believe the first and some the last."""
    number, offset = page_content(both)
    changed, rest, _, _ = hidden_object(both, b"nothing")
    size = int(PdfFileReader(io.BytesIO(both)).trailer["/Size"])
    entries = b"%d 1\n%010d 00000 n \n" * 2 % (number, page_content(both)[1] + 1, number, offset)
    table = b"xref\n" + entries + b"%d 1\n%010d 00000 n \n" % (size, len(both))

    assert "structure.unreached_bytes" in rules(verify_pdf(changed + table + rest, trust))


def test_an_object_hidden_in_an_unused_stream_is_refused(both: bytes, trust: TrustStore) -> None:
    number, _ = page_content(both)
    body = b"%d 0 obj\n<</Length 5>>\nstream\nhello\nendstream\nendobj\n" % number

    def hide(writer: IncrementalPdfFileWriter) -> None:
        writer.add_object(generic.StreamObject(stream_data=body))

    assert "structure.unreached_bytes" in rules(verify_pdf(update(both, hide), trust))


def test_a_table_that_leads_past_the_agencys_revision_is_refused(both: bytes, one: bytes, trust: TrustStore) -> None:
    def mark(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/MarkInfo"] = generic.DictionaryObject()
        writer.update_root()

    last = int(both[both.rindex(b"startxref") + 10 :].split()[0])
    before = int(one[one.rindex(b"startxref") + 10 :].split()[0])
    changed = update(both, mark)
    at = changed.rindex(b"/Prev %d" % last)
    changed = changed[:at] + (b"/Prev %d" % before).ljust(len(b"/Prev %d" % last)) + changed[at + 6 + len(str(last)) :]

    assert verify_pdf(changed, trust).verdict is not Verdict.TOTAL_PASSED


def test_an_earlier_body_of_a_page_brought_back_is_refused(
    unsigned: bytes, foreign_sign: Sign, trust: TrustStore
) -> None:
    """The old body lies inside the signed bytes: only a table entry is new."""
    number, first_body = page_content(unsigned)

    def redraw(writer: IncrementalPdfFileWriter) -> None:
        stream = writer.root["/Pages"]["/Kids"][0]["/Contents"]
        stream._data = b"BT ET"
        stream._encoded_data = None
        writer.update_container(stream)

    signed = foreign_sign(update(unsigned, redraw), "leader", "Person")
    reader = PdfFileReader(io.BytesIO(signed))
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        number,
        first_body,
        int(reader.trailer["/Size"]),
        reader.trailer.raw_get("/Root").idnum,
        int(signed[signed.rindex(b"startxref") + 10 :].split()[0]),
        len(signed),
    )

    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED
    assert verify_pdf(signed + table, trust).verdict is Verdict.TOTAL_FAILED


@pytest.mark.parametrize("front", [b"\xef\xbb\xbf", b"%x\n", b"GIF89a "])
def test_bytes_before_the_header_are_no_pass(both: bytes, trust: TrustStore, front: bytes) -> None:
    assert verify_pdf(front + both, trust).verdict is not Verdict.TOTAL_PASSED


def test_an_encryption_dictionary_added_later_is_no_pass(both: bytes, trust: TrustStore) -> None:
    at = both.rindex(b"/Root")
    changed = both + both[both.rindex(b"xref\n", 0, at) : at] + b"/Encrypt 1 0 R" + both[at:]

    assert verify_pdf(changed, trust).verdict is not Verdict.TOTAL_PASSED


@pytest.mark.parametrize(
    "change",
    [
        lambda digits: b" " + digits[:-1],
        lambda digits: digits[:20] + b"\n" + digits[21:],
        lambda digits: digits[:-1] + b">",
        lambda digits: digits[:-4] + b"6869",
    ],
    ids=["leading space", "line break", "odd digits", "text in the padding"],
)
def test_a_gap_that_is_not_the_plain_value_is_refused(
    both: bytes, trust: TrustStore, change: Callable[[bytes], bytes]
) -> None:
    start, end = gap(both)

    report = verify_pdf(both[:start] + change(both[start:end]) + both[end:], trust)

    assert report.verdict is not Verdict.TOTAL_PASSED


# --- the signature value ------------------------------------------------------------------------------------------


def gap(document: bytes) -> tuple[int, int]:
    """Where the hexadecimal digits of the last signature begin and end."""
    *_, last = re.finditer(rb"/Contents <([0-9a-fA-F]+)>", document)
    return last.start(1), last.end(1)


def edit_cms(document: bytes, change: Callable[[cms.SignedData], None]) -> bytes:
    start, end = gap(document)
    info = cms.ContentInfo.load(bytes.fromhex(document[start:end].decode()))
    change(info["content"])
    digits = info.dump(force=True).hex().encode()
    return document[:start] + digits.ljust(end - start, b"0") + document[end:]


@pytest.fixture(scope="module")
def leader_key(pki: Pki) -> rsa.RSAPrivateKey:
    key = load_pem_private_key((pki.folder / "keys" / "leader.key.pem").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def sign_again(
    signed: cms.SignedData, key: rsa.RSAPrivateKey, *, drop: str = "", twice: str = "", weak: bool = False
) -> None:
    """A signer's software that leaves an attribute out, repeats one, or signs over SHA-1."""
    signer = signed["signer_infos"][0]
    attributes = [item for item in signer["signed_attrs"] if item["type"].native != drop]
    attributes += [item.copy() for item in attributes if item["type"].native == twice]
    signer["signed_attrs"] = cms.CMSAttributes(attributes)
    digest = hashes.SHA1() if weak else hashes.SHA256()
    signer["signature_algorithm"] = {"algorithm": "sha1_rsa" if weak else "sha256_rsa"}
    signer["signature"] = key.sign(cms.CMSAttributes(attributes).dump(force=True), padding.PKCS1v15(), digest)


def test_a_signature_value_over_sha1_is_too_weak(one: bytes, trust: TrustStore, leader_key: rsa.RSAPrivateKey) -> None:
    report = verify_pdf(edit_cms(one, lambda signed: sign_again(signed, leader_key, weak=True)), trust)

    assert (report.verdict, rules(report)) == (Verdict.INDETERMINATE, {"algorithm.weak"})


def test_a_pades_signature_that_names_no_certificate_does_not_pass(
    one: bytes, trust: TrustStore, leader_key: rsa.RSAPrivateKey
) -> None:
    """The certificates in a CMS are not signed: another one for the same key could carry another role."""
    changed = edit_cms(one, lambda signed: sign_again(signed, leader_key, drop="signing_certificate_v2"))

    assert rules(verify_pdf(changed, trust)) == {"integrity.signing_certificate"}


@pytest.mark.parametrize("name", ["content_type", "message_digest"])
@pytest.mark.parametrize("how", ["drop", "twice"])
def test_a_signed_attribute_missing_or_repeated_fails(
    one: bytes, trust: TrustStore, leader_key: rsa.RSAPrivateKey, name: str, how: str
) -> None:
    changed = edit_cms(one, lambda signed: sign_again(signed, leader_key, **{how: name}))

    assert rules(verify_pdf(changed, trust)) == {"integrity.attributes"}


def test_two_signers_in_one_value_fail(one: bytes, trust: TrustStore) -> None:
    changed = edit_cms(one, lambda signed: signed["signer_infos"].append(signed["signer_infos"][0].copy()))

    assert rules(verify_pdf(changed, trust)) == {"format.cms"}


def test_a_value_that_brings_its_own_content_fails(one: bytes, trust: TrustStore) -> None:
    def attach(signed: cms.SignedData) -> None:
        signed["encap_content_info"] = {"content_type": "data", "content": b"another letter"}

    assert rules(verify_pdf(edit_cms(one, attach), trust)) == {"format.cms"}


# --- certificates -------------------------------------------------------------------------------------------------


def certificate(
    key: ec.EllipticCurvePrivateKey,
    *extensions: tuple[str, bytes],
    issuer: x509.Name | None = None,
    issuer_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None,
    name: str = "Ủy ban giả",
    serial: int = 7,
    until: datetime = datetime(2040, 1, 1, tzinfo=UTC),
) -> x509.Certificate:
    """A certificate that names a tax number of an agency, made by nobody of authority."""
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.USER_ID, "MST:0100000000")]
    )
    builder = x509.CertificateBuilder(
        issuer or subject, subject, key.public_key(), serial, datetime(2020, 1, 1, tzinfo=UTC), until
    )
    for oid, value in extensions:
        builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), False)
    return builder.sign(issuer_key or key, hashes.SHA256())


def sign_as(
    document: bytes, signer: x509.Certificate, key: ec.EllipticCurvePrivateKey, others: list[x509.Certificate]
) -> bytes:
    store = SimpleCertificateStore()
    store.register_multiple([asn1_x509.Certificate.load(other.public_bytes(Encoding.DER)) for other in others])
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    simple = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(signer.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=store,
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="Forged", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    return bytes(signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(document)), metadata, simple).getvalue())


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_a_self_made_agency_does_not_pass(one: bytes, trust: TrustStore, key: ec.EllipticCurvePrivateKey) -> None:
    forged = sign_as(one, certificate(key), key, [])

    report = verify_pdf(forged, trust)

    assert (report.verdict, report.legal_effect) == (Verdict.INDETERMINATE, LegalEffect.REFERENCE_ONLY)


def test_a_certificate_that_a_person_issued_does_not_pass(
    one: bytes, trust: TrustStore, pki: Pki, key: ec.EllipticCurvePrivateKey, leader_key: rsa.RSAPrivateKey
) -> None:
    leader = x509.load_pem_x509_certificate(pki.pem("leader").read_bytes())
    forged = sign_as(one, certificate(key, issuer=leader.subject, issuer_key=leader_key), key, [leader])

    assert "trust.path" in rules(verify_pdf(forged, trust))


@pytest.mark.parametrize("oid", [KEY_USAGE, BASIC_CONSTRAINTS, "2.5.29.37", "2.5.29.32", "2.5.29.35", "2.5.29.14"])
@pytest.mark.parametrize("value", ["", "0500", "3080", "0482ffff", "3003020101", "030209ff"])
def test_a_certificate_with_a_broken_extension_is_answered(
    unsigned: bytes, trust: TrustStore, key: ec.EllipticCurvePrivateKey, oid: str, value: str
) -> None:
    signer = certificate(key, (oid, bytes.fromhex(value)))
    try:
        forged = sign_as(unsigned, signer, key, [])
    except (ValueError, TypeError):
        pytest.skip("the signing software refuses it")

    report = verify_pdf(forged, trust)

    assert report.verdict is not Verdict.TOTAL_PASSED


def test_many_companions_of_one_name_are_answered_at_once(
    unsigned: bytes, trust: TrustStore, key: ec.EllipticCurvePrivateKey
) -> None:
    """The paths through n such certificates are n factorial."""
    ring = [certificate(key, CA, name="Ring", serial=serial) for serial in range(100, 112)]
    forged = sign_as(unsigned, certificate(key, issuer=ring[0].subject), key, ring)

    assert verify_pdf(forged, trust).verdict is Verdict.INDETERMINATE


def test_a_certificate_without_end_is_reported(
    unsigned: bytes, trust: TrustStore, key: ec.EllipticCurvePrivateKey
) -> None:
    """RFC 5280, 4.1.2.5: 99991231235959Z stands for no end."""
    endless = certificate(key, until=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))

    report = verify_pdf(
        sign_as(unsigned, endless, key, []), TrustStore(anchors=trust.anchors, intermediates=trust.intermediates)
    )

    assert str(report.signatures[0].as_dict("vi")["certificate_not_after"]).startswith("9999")
    assert "31/12/9999" in report_text(report, "vi")


def test_evidence_that_is_none_is_passed_over(one: bytes, trust: TrustStore) -> None:
    junk = (b"", b"junk", b"0\x03\x02\x01\x01")

    only_junk = verify_pdf(one, TrustStore(anchors=junk, intermediates=junk, crls=junk, ocsps=junk))
    beside_it = verify_pdf(one, TrustStore(anchors=(*junk, *trust.anchors), intermediates=trust.intermediates))

    assert (only_junk.verdict, rules(only_junk)) == (Verdict.INDETERMINATE, {"trust.no_anchors"})
    assert beside_it.verdict is Verdict.TOTAL_PASSED


# --- number and date ----------------------------------------------------------------------------------------------


def reserved(writer: IncrementalPdfFileWriter, name: str = "number") -> generic.DictionaryObject:
    (group,) = [field for field in writer.root["/AcroForm"]["/Fields"] if field.get_object()["/T"] == "edocs"]
    (kid,) = [kid for kid in group.get_object()["/Kids"] if kid.get_object()["/T"] == name]
    field = kid.get_object()
    assert isinstance(field, generic.DictionaryObject)
    return field


def fill(
    document: bytes,
    value: str = "12",
    shown: str | None = None,
    change: Callable[[IncrementalPdfFileWriter, generic.DictionaryObject], None] = lambda _writer, _field: None,
) -> bytes:
    """The reserved number filled in by anybody, in one of the fonts that every program has."""
    content = b"BT /F 12 Tf (" + (value if shown is None else shown).encode("latin-1", "replace") + b") Tj ET"

    def apply(writer: IncrementalPdfFileWriter) -> None:
        field = reserved(writer)
        font = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Font"),
                pdf_name("/Subtype"): pdf_name("/Type1"),
                pdf_name("/BaseFont"): pdf_name("/Times-Roman"),
            }
        )
        fonts = generic.DictionaryObject({pdf_name("/F"): font})
        resources = generic.DictionaryObject({pdf_name("/Font"): fonts})
        left, bottom, right, top = (float(number) for number in field["/Rect"])
        box = generic.ArrayObject(generic.FloatObject(f"{number:.2f}") for number in (0, 0, right - left, top - bottom))
        stream = writer.add_object(form_stream(content, Resources=resources, BBox=box))
        field["/V"] = generic.TextStringObject(value)
        field["/AP"] = generic.DictionaryObject({pdf_name("/N"): stream})
        change(writer, field)
        writer.update_container(field)

    return update(document, apply)


def move(_writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
    field["/Rect"] = numbers(100, 100, 200, 120)


def hide(_writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
    field["/F"] = generic.NumberObject(2)


def show_under_mouse(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
    field["/AP"]["/R"] = writer.add_object(form_stream(b""))


def split(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
    widget = generic.DictionaryObject(
        {pdf_name("/Subtype"): pdf_name("/Widget"), pdf_name("/Rect"): numbers(0, 0, 9, 9)}
    )
    field["/Kids"] = generic.ArrayObject([writer.add_object(widget)])


def use_states(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
    field["/AP"]["/N"] = generic.DictionaryObject({pdf_name("/On"): field["/AP"].raw_get("/N")})
    field["/AS"] = pdf_name("/On")


def decorate(_writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
    field["/MK"] = generic.DictionaryObject({pdf_name("/BG"): numbers(1, 1, 1)})


def limit(_writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
    field["/MaxLen"] = generic.NumberObject(1)


def test_a_number_that_anybody_filled_in_is_lawful_and_not_issued(approved: bytes, trust: TrustStore) -> None:
    report = verify_pdf(fill(approved), trust)

    assert (report.verdict, report.legal_effect) == (Verdict.TOTAL_PASSED, LegalEffect.REFERENCE_ONLY)
    assert "changes.not_issued" in {notice.rule for notice in report.signatures[0].notices}


@pytest.mark.parametrize("change", [move, hide, show_under_mouse, split, use_states, decorate, limit])
def test_a_reserved_field_changed_in_anything_but_its_value_is_refused(
    approved: bytes, trust: TrustStore, change: Callable[[IncrementalPdfFileWriter, generic.DictionaryObject], None]
) -> None:
    report = verify_pdf(fill(approved, change=change), trust)

    assert report.verdict is not Verdict.TOTAL_PASSED


@pytest.mark.parametrize(
    ("value", "shown"), [("12", "13"), ("12", ""), ("１２", None), ("12a", None), ("", None), ("-1", None)]
)
def test_a_number_that_is_none_or_shows_another_is_refused(
    approved: bytes, trust: TrustStore, value: str, shown: str | None
) -> None:
    report = verify_pdf(fill(approved, value, shown), trust)

    assert report.verdict is Verdict.TOTAL_FAILED


def test_a_number_shrunk_out_of_sight_is_refused(approved: bytes, trust: TrustStore) -> None:
    def shrink(_writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
        field["/AP"]["/N"]["/BBox"] = numbers(0, 0, 2000, 500)

    assert verify_pdf(fill(approved, change=shrink), trust).verdict is Verdict.TOTAL_FAILED


@pytest.mark.parametrize(
    ("name", "value", "is_lawful"),
    [
        (NUMBER_FIELD, "07", True),
        (NUMBER_FIELD, "٠٧", False),
        (NUMBER_FIELD, "00", False),
        (DATE_FIELD, "ngày 29 tháng 02 năm 2028", True),
        (DATE_FIELD, "ngày 05 tháng 3 năm 2026", True),
        (DATE_FIELD, "ngày 29 tháng 02 năm 2026", False),
        (DATE_FIELD, "ngày 31 tháng 4 năm 2026", False),
        (DATE_FIELD, "ngày 99 tháng 3 năm 2026", False),
        (DATE_FIELD, "ngày 05 tháng 3 năm 0000", False),
        (DATE_FIELD, "ngày ٠٥ tháng 3 năm 2026", False),
    ],
)
def test_a_reserved_value_is_a_number_or_a_day_of_the_calendar(name: str, value: str, is_lawful: bool) -> None:
    """Decree 30, annex I.II.3-4; ``\\d`` of a regular expression takes the figures of every script."""
    assert is_of_the_form(name, value) is is_lawful


def test_a_number_filled_in_twice_is_refused(approved: bytes, trust: TrustStore) -> None:
    report = verify_pdf(fill(fill(approved, "12"), "13"), trust)

    assert "changes.reserved_field" in rules(report)


def reserve_number(writer: IncrementalPdfFileWriter) -> None:
    """The field as another product might reserve it: without any lock."""
    field = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): generic.TextStringObject("number"),
            pdf_name("/F"): generic.NumberObject(4),
            pdf_name("/Rect"): numbers(100, 700, 200, 720),
        }
    )
    group = generic.DictionaryObject({pdf_name("/T"): generic.TextStringObject("edocs")})
    parent = writer.add_object(group)
    field["/Parent"] = parent
    kid = writer.add_object(field)
    group["/Kids"] = generic.ArrayObject([kid])
    form = generic.DictionaryObject({pdf_name("/Fields"): generic.ArrayObject([parent])})
    writer.root["/AcroForm"] = writer.add_object(form)
    writer.update_root()
    writer.register_annotation(writer.root["/Pages"]["/Kids"].raw_get(0), kid)


def test_a_number_filled_in_after_the_agency_signed_is_refused(
    unsigned: bytes, foreign_sign: Sign, trust: TrustStore
) -> None:
    """Decree 30, article 14: the clerk numbers the document, then the agency signs it."""
    person = foreign_sign(update(unsigned, reserve_number), "leader", "Person")

    in_time = verify_pdf(foreign_sign(fill(person), "seal", "Agency"), trust)
    too_late = verify_pdf(fill(foreign_sign(person, "seal", "Agency")), trust)

    assert (in_time.verdict, in_time.legal_effect) == (Verdict.TOTAL_PASSED, LegalEffect.ORIGINAL)
    assert (too_late.verdict, rules(too_late)) == (Verdict.TOTAL_FAILED, {"changes.policy"})


def test_nothing_changes_after_the_document_is_issued(issued: bytes, trust: TrustStore) -> None:
    assert verify_pdf(fill(issued, "13"), trust).verdict is Verdict.TOTAL_FAILED
    assert verify_pdf(update(issued, cover_page), trust).verdict is Verdict.TOTAL_FAILED


def test_a_second_field_of_the_same_name_is_refused(approved: bytes, trust: TrustStore) -> None:
    def twin(writer: IncrementalPdfFileWriter) -> None:
        (group,) = [field for field in writer.root["/AcroForm"]["/Fields"] if field.get_object()["/T"] == "edocs"]
        kids = group.get_object()["/Kids"]
        copy = generic.DictionaryObject(dict(reserved(writer).items()))
        copy["/V"] = generic.TextStringObject("12")
        kids.append(writer.add_object(copy))
        writer.update_container(kids)

    assert verify_pdf(update(approved, twin), trust).verdict is Verdict.TOTAL_FAILED


def test_a_font_with_a_table_beyond_all_codes_is_answered_at_once(approved: bytes, trust: TrustStore) -> None:
    ranges = b"<0000> <FFFF> <0000>\n" * 20_000
    table = b"beginbfrange\n" + ranges + b"endbfrange"

    def bomb(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
        font = field["/AP"]["/N"]["/Resources"]["/Font"]["/F"]
        font["/Subtype"] = pdf_name("/Type0")
        font["/ToUnicode"] = writer.add_object(generic.StreamObject(stream_data=table))

    assert "changes.reserved_field" in rules(verify_pdf(fill(approved, change=bomb), trust))


def test_a_number_in_a_font_that_nobody_signed_is_refused(approved: bytes, trust: TrustStore) -> None:
    """A font's table of letters can call its 7 a 1; the fonts of the viewer, and those signed, cannot be exchanged."""
    table = b"2 beginbfchar\n<0031> <0031> <0032> <0032>\nendbfchar"

    def embed(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
        program = writer.add_object(generic.StreamObject(stream_data=b""))
        descriptor = generic.DictionaryObject({pdf_name("/FontFile2"): program})
        descendant = generic.DictionaryObject(
            {pdf_name("/DW"): generic.NumberObject(500), pdf_name("/FontDescriptor"): descriptor}
        )
        font = generic.DictionaryObject(
            {
                pdf_name("/Subtype"): pdf_name("/Type0"),
                pdf_name("/Encoding"): pdf_name("/Identity-H"),
                pdf_name("/ToUnicode"): writer.add_object(generic.StreamObject(stream_data=table)),
                pdf_name("/DescendantFonts"): generic.ArrayObject([descendant]),
            }
        )
        field["/AP"]["/N"]["/Resources"]["/Font"]["/F"] = writer.add_object(font)

    report = verify_pdf(fill(approved, "12", "\x001\x002", change=embed), trust)

    (why,) = [item for item in report.signatures[0].reasons if item.rule == "changes.reserved_field"]
    assert "its font came after the signature" in why.text("en")


def test_a_form_that_refers_to_itself_is_answered(one: bytes, trust: TrustStore) -> None:
    def loop(writer: IncrementalPdfFileWriter) -> None:
        fields = writer.root["/AcroForm"]["/Fields"]
        group = generic.DictionaryObject({pdf_name("/T"): generic.TextStringObject("loop")})
        reference = writer.add_object(group)
        group["/Kids"] = generic.ArrayObject([reference, reference])
        fields.append(reference)
        writer.update_container(fields)

    assert verify_pdf(update(one, loop), trust).verdict is not Verdict.TOTAL_PASSED


@pytest.mark.parametrize(
    "swapped", [(), ("1", "7"), ("2", " ")], ids=["as it says", "1 drawn as 7", "2 drawn as nothing"]
)
def test_a_signed_font_draws_the_figures_that_it_names(
    unsigned: bytes, foreign_sign: Sign, trust: TrustStore, swapped: tuple[str, ...]
) -> None:
    """Whoever writes the draft can prepare the font in which the clerk's number will be shown."""
    reference: list[generic.IndirectObject] = []

    def prepare(writer: IncrementalPdfFileWriter) -> None:
        reserve_number(writer)
        font = embed_typeface(writer, FontStyle.REGULAR, "0123456789 ").reference
        glyphs = font.get_object()["/DescendantFonts"][0]["/CIDToGIDMap"]
        table = bytearray(glyphs.data)
        if swapped:
            one, two = (slice(2 * ord(letter), 2 * ord(letter) + 2) for letter in swapped)
            table[one], table[two] = table[two], table[one]
        glyphs._data, glyphs._encoded_data = bytes(table), None
        writer.root["/AcroForm"]["/DR"] = generic.DictionaryObject(
            {pdf_name("/Font"): generic.DictionaryObject({pdf_name("/Number"): font})}
        )
        reference.append(font)

    person = foreign_sign(update(unsigned, prepare), "leader", "Person")

    def show(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject) -> None:
        look = field["/AP"]["/N"]
        look["/Resources"]["/Font"]["/F"] = generic.IndirectObject(reference[0].idnum, 0, writer)
        look._data, look._encoded_data = b"BT /F 13 Tf 0 g 2 5 Td <00310032> Tj ET", None

    report = verify_pdf(fill(person, "12", change=show), trust)

    found = [item.text() for item in report.signatures[0].reasons if item.rule == "changes.reserved_field"]
    assert (report.verdict is Verdict.TOTAL_PASSED) is not bool(swapped)
    assert all("figures do not look like" in text for text in found) and bool(found) is bool(swapped)
