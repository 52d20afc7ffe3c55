"""Signing: what a signature contains, and that other libraries read it as we do."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from asn1crypto import cms
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.cades_asn1 import SignerAttributesV2
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from edocs.connect import open_revocation, open_signer
from edocs.errors import (
    FieldError,
)
from edocs.model import Box, Role, SignatureSpec, TrustStore, Verdict
from edocs.ports import Evidence, Signer
from edocs.sign import sign_pdf
from edocs.testing import Pki, sample_pdf
from edocs.verify import verify_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
PERSON = SignatureSpec(role=Role.PERSONAL)
AGENCY = SignatureSpec(role=Role.ORGANISATION)
PLACE = Box(page=1, left_mm=20, top_mm=20, width_mm=40, height_mm=20)

OpenKey = Callable[[str], Signer]


@pytest.fixture(scope="module")
def draft() -> bytes:
    return sample_pdf()


def signatures(document: bytes) -> list:
    return PdfFileReader(io.BytesIO(document)).embedded_signatures


def signer_info(document: bytes) -> cms.SignerInfo:
    return signatures(document)[-1].signer_info


def attribute(document: bytes, name: str) -> object:
    (found,) = [item for item in signer_info(document)["signed_attrs"] if item["type"].native == name]
    return found["values"][0]


@pytest.mark.parametrize("name", ["leader", "leader-public", "leader-p256", "seal", "seal-3072", "seal-p256"])
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_a_signature_passes_here_and_in_pyhanko(
    draft: bytes, open_key: OpenKey, trust: TrustStore, pki: Pki, *, name: str, digest: str
) -> None:
    signed = sign_pdf(draft, open_key(name), replace(PERSON, digest=digest), now=NOW)

    roots = [load_cert_from_pemder(str(pki.pem(name))) for name in ("official-root", "national-root")]
    context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=NOW)
    status = validate_pdf_signature(signatures(signed)[0], signer_validation_context=context)
    assert (status.bottom_line, status.trusted, status.md_algorithm) == (True, True, digest)
    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED


def test_pss_passes_here_and_in_openssl(
    draft: bytes, pki: Pki, trust: TrustStore, witness: Callable[[str], str], tmp_path: Path
) -> None:
    key = open_signer(f"pkcs12:{pki.p12('leader')}?padding=pss", lambda _: pki.passphrase)

    signed = sign_pdf(draft, key, PERSON, now=NOW)

    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED
    assert openssl_verifies(signed, witness("openssl"), pki, tmp_path)


@pytest.mark.parametrize("name", ["leader", "leader-p256"])
def test_the_cms_passes_in_openssl(
    draft: bytes, open_key: OpenKey, pki: Pki, witness: Callable[[str], str], *, tmp_path: Path, name: str
) -> None:
    signed = sign_pdf(draft, open_key(name), PERSON, now=NOW)

    assert openssl_verifies(signed, witness("openssl"), pki, tmp_path)


def openssl_verifies(signed: bytes, program: str, pki: Pki, folder: Path) -> bool:
    """CAdES checks included: the signing-certificate-v2 attribute must name the signer."""
    signature = signatures(signed)[0]
    _, first, second, rest = signature.byte_range
    (folder / "content").write_bytes(signed[:first] + signed[second : second + rest])
    (folder / "cms").write_bytes(bytes(signature.pkcs7_content))
    done = subprocess.run(
        [
            *(program, "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-purpose", "any"),
            *("-CAfile", pki.pem("official-root"), "-attime", str(int(NOW.timestamp()))),
            *("-in", folder / "cms", "-content", folder / "content", "-out", folder / "out"),
        ],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def test_the_document_stays_byte_for_byte(draft: bytes, open_key: OpenKey) -> None:
    signed = sign_pdf(draft, open_key("leader"), PERSON, now=NOW)

    assert signed.startswith(draft)


def test_information_dictionary_and_metadata_stay(draft: bytes, open_key: OpenKey) -> None:
    signed = sign_pdf(draft, open_key("leader"), PERSON, now=NOW)

    assert pypdf.PdfReader(io.BytesIO(signed)).metadata == pypdf.PdfReader(io.BytesIO(draft)).metadata


def test_signed_attributes_are_those_of_the_baseline(draft: bytes, open_key: OpenKey) -> None:
    """EN 319 142-1, 6.3: signing-time shall not be there, signing-certificate-v2 shall."""
    signed = sign_pdf(draft, open_key("leader"), PERSON, now=NOW)

    names = {item["type"].native for item in signer_info(signed)["signed_attrs"]}
    assert names == {"content_type", "message_digest", "signing_certificate_v2", "signer_attributes_v2"}


def test_the_signing_time_is_in_the_dictionary_in_vietnamese_time(draft: bytes, open_key: OpenKey) -> None:
    signed = sign_pdf(draft, open_key("leader"), PERSON, now=NOW)

    assert signatures(signed)[0].sig_object["/M"] == "D:20260305143000+07'00'"


@pytest.mark.parametrize(("role", "uri"), [("personal", "personal"), ("organisation", "organisation")])
def test_the_role_is_claimed_in_signer_attributes(draft: bytes, open_key: OpenKey, role: str, uri: str) -> None:
    signed = sign_pdf(draft, open_key("leader"), SignatureSpec(role=Role(role)), now=NOW)

    value = attribute(signed, "signer_attributes_v2")
    assert isinstance(value, SignerAttributesV2)
    (claimed,) = value["claimed_attributes"]
    assert claimed["type"].dotted == "2.5.4.72"
    assert claimed["values"][0]["role_name"].chosen.native == f"urn:edocs:role:{uri}"


def test_reason_and_location_keep_their_diacritics(draft: bytes, open_key: OpenKey) -> None:
    spec = replace(PERSON, reason="Ký duyệt văn bản", location="Lam Giang")

    signed = sign_pdf(draft, open_key("leader"), spec, now=NOW)

    dictionary = signatures(signed)[0].sig_object
    assert (dictionary["/Reason"], dictionary["/Location"]) == ("Ký duyệt văn bản", "Lam Giang")


def test_nothing_but_zeros_follows_the_cms(draft: bytes, open_key: OpenKey) -> None:
    signed = sign_pdf(draft, open_key("leader-p256"), PERSON, now=NOW)

    contents = bytes(signatures(signed)[0].pkcs7_content)
    der = cms.ContentInfo.load(contents, strict=False).dump()
    assert contents.startswith(der)
    assert not contents[len(der) :].strip(b"\0")


def test_two_signatures_both_pass(draft: bytes, open_key: OpenKey, trust: TrustStore) -> None:
    first = sign_pdf(draft, open_key("leader"), PERSON, now=NOW)

    second = sign_pdf(first, open_key("seal"), AGENCY, now=NOW + timedelta(minutes=1))

    report = verify_pdf(second, trust)
    assert [signature.field for signature in report.signatures] == ["Signature1", "Signature2"]
    assert report.verdict is Verdict.TOTAL_PASSED


def test_an_existing_empty_field_is_used(draft: bytes, open_key: OpenKey) -> None:
    with_field = add_field(draft, "Người ký")

    signed = sign_pdf(with_field, open_key("leader"), PERSON, now=NOW)

    assert [signature.field_name for signature in signatures(signed)] == ["Người ký"]


def test_several_empty_fields_ask_for_a_choice(draft: bytes, open_key: OpenKey) -> None:
    with_fields = add_field(add_field(draft, "A"), "B")

    with pytest.raises(FieldError, match="A, B"):
        sign_pdf(with_fields, open_key("leader"), PERSON, now=NOW)


def test_a_field_inside_a_group_is_signed_by_its_whole_name(draft: bytes, open_key: OpenKey, trust: TrustStore) -> None:
    signed = sign_pdf(draft, open_key("leader"), replace(PERSON, field="ký.lãnh đạo"), now=NOW)

    again = sign_pdf(signed, open_key("seal"), replace(AGENCY, field="ký.cơ quan"), now=NOW)

    report = verify_pdf(again, trust)
    assert [signature.field for signature in report.signatures] == ["ký.lãnh đạo", "ký.cơ quan"]


def add_field(document: bytes, name: str, **spec: object) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    append_signature_field(writer, SigFieldSpec(name, box=(50, 50, 150, 100), **spec))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["leader", "seal-p256"])
def test_poppler_and_qpdf_agree(
    draft: bytes, open_key: OpenKey, witness: Callable[[str], str], tmp_path: Path, name: str
) -> None:
    path = tmp_path / "signed.pdf"
    path.write_bytes(sign_pdf(draft, open_key(name), PERSON, now=NOW))

    poppler = subprocess.run([witness("pdfsig"), "-nocert", path], capture_output=True, text=True, check=True).stdout
    qpdf = subprocess.run([witness("qpdf"), "--check", path], capture_output=True, text=True, check=False)

    assert "Signature is Valid" in poppler
    assert "Total document signed" in poppler
    assert (qpdf.returncode, "warning" in qpdf.stdout.lower()) == (0, False)


def test_object_streams_are_continued(
    draft: bytes, open_key: OpenKey, witness: Callable[[str], str], tmp_path: Path, trust: TrustStore
) -> None:
    (tmp_path / "in.pdf").write_bytes(draft)
    packing = [witness("qpdf"), "--object-streams=generate", tmp_path / "in.pdf", tmp_path / "packed.pdf"]
    subprocess.run(packing, check=True)
    packed = (tmp_path / "packed.pdf").read_bytes()

    signed = sign_pdf(packed, open_key("leader"), PERSON, now=NOW)

    assert b"/XRef" in packed
    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED


def test_a_file_that_does_not_end_its_last_line_is_signed(draft: bytes, open_key: OpenKey, trust: TrustStore) -> None:
    signed = sign_pdf(draft.rstrip(), open_key("leader"), PERSON, now=NOW)

    assert b"%%EOF\n" in signed[: len(draft) + 1]
    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED


def test_the_lock_of_a_field_becomes_the_signature_s(draft: bytes, open_key: OpenKey) -> None:
    from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec

    lock = FieldMDPSpec(FieldMDPAction.INCLUDE, fields=["B"])
    with_lock = add_field(draft, "A", field_mdp_spec=lock)

    signed = sign_pdf(with_lock, open_key("leader"), PERSON, now=NOW)

    assert signatures(signed)[0].fieldmdp == lock


def test_an_invisible_signature_after_certification_passes(
    draft: bytes, open_key: OpenKey, foreign_sign: Callable[..., bytes], trust: TrustStore
) -> None:
    certified = foreign_sign(draft, "leader", "A", certify=True, docmdp_permissions=MDPPerm.FILL_FORMS)

    signed = sign_pdf(certified, open_key("seal"), AGENCY, now=NOW)

    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED


def test_unknown_revocation_refuses_nothing(draft: bytes, open_key: OpenKey, pki: Pki) -> None:
    nothing_known = open_revocation([pki.crls / "public-ca.crl"])

    assert sign_pdf(draft, open_key("leader"), PERSON, now=NOW, evidence=Evidence(revocation=nothing_known))
