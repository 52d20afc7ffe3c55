"""Signing: what is refused before anything is produced, each with its reason."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pypdf
import pytest
from pyhanko.sign.fields import MDPPerm

from edocs.connect import open_revocation
from edocs.errors import (
    CertificateRefusedError,
    EncryptedError,
    FieldError,
    NotPdfError,
    PermissionRefusedError,
    SignatureValueError,
    UsageError,
)
from edocs.model import Box, Level, Role, SignatureSpec, Stamp
from edocs.ports import Evidence, Signer
from edocs.sign import finish_pdf, prepare_pdf, sign_pdf
from edocs.testing import Pki, sample_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
PERSON = SignatureSpec(role=Role.PERSONAL)
AGENCY = SignatureSpec(role=Role.ORGANISATION)
PLACE = Box(page=1, left_mm=20, top_mm=20, width_mm=40, height_mm=20)

OpenKey = Callable[[str], Signer]


@pytest.fixture(scope="module")
def draft() -> bytes:
    return sample_pdf()


def add_field(document: bytes, name: str, **spec: object) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    append_signature_field(writer, SigFieldSpec(name, box=(50, 50, 150, 100), **spec))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def add_text_field(document: bytes) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(document))
    from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, TextStringObject

    field = DictionaryObject(
        {
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/T"): TextStringObject("chữ"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/Rect"): ArrayObject(FloatObject(number) for number in (10, 10, 60, 30)),
        }
    )
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([writer._add_object(field)])})
    writer.root_object[NameObject("/AcroForm")] = form
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_signed_field_is_refused(draft: bytes, open_key: OpenKey) -> None:
    signed = sign_pdf(draft, open_key("leader"), replace(PERSON, field="A"), now=NOW)

    with pytest.raises(FieldError, match="signed already: A"):
        sign_pdf(signed, open_key("seal"), replace(AGENCY, field="A"), now=NOW)


@pytest.mark.parametrize("name", ["chữ", "chữ.con", "a..b", ""])
def test_a_name_that_no_signature_field_can_have_is_refused(draft: bytes, open_key: OpenKey, name: str) -> None:
    with pytest.raises(FieldError):
        sign_pdf(add_text_field(draft), open_key("leader"), replace(PERSON, field=name), now=NOW)


def test_a_document_that_allows_no_change_is_refused(
    draft: bytes, open_key: OpenKey, foreign_sign: Callable[..., bytes]
) -> None:
    closed = foreign_sign(draft, "leader", "A", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)

    with pytest.raises(PermissionRefusedError, match="P=1"):
        sign_pdf(closed, open_key("seal"), AGENCY, now=NOW)


def test_a_new_visible_field_after_certification_is_refused(
    draft: bytes, open_key: OpenKey, foreign_sign: Callable[..., bytes]
) -> None:
    certified = foreign_sign(draft, "leader", "A", certify=True, docmdp_permissions=MDPPerm.FILL_FORMS)

    with pytest.raises(PermissionRefusedError, match="no visible signature field"):
        sign_pdf(certified, open_key("seal"), replace(AGENCY, stamp=Stamp(box=PLACE, lines=("dấu",))), now=NOW)


def test_a_locked_field_is_refused(draft: bytes, open_key: OpenKey, foreign_sign: Callable[..., bytes]) -> None:
    from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec

    lock = FieldMDPSpec(FieldMDPAction.INCLUDE, fields=["B"])
    locked = foreign_sign(add_field(add_field(draft, "A", field_mdp_spec=lock), "B"), "leader", "A")

    with pytest.raises(PermissionRefusedError, match="locks the field: B"):
        sign_pdf(locked, open_key("seal"), replace(AGENCY, field="B"), now=NOW)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (b"", "it is empty"),
        (b"PK\x03\x04 not a PDF", "does not start with"),
        (b"%PDF-1.7\n", "cannot|can be read|not a PDF"),
        (b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF", "not a PDF"),
    ],
)
def test_what_is_no_pdf_is_refused(open_key: OpenKey, document: bytes, text: str) -> None:
    with pytest.raises(NotPdfError, match=text):
        sign_pdf(document, open_key("leader"), PERSON, now=NOW)


def test_a_truncated_pdf_is_refused(draft: bytes, open_key: OpenKey) -> None:
    with pytest.raises(NotPdfError):
        sign_pdf(draft[: len(draft) // 2], open_key("leader"), PERSON, now=NOW)


def test_an_encrypted_pdf_is_refused_without_its_password(draft: bytes, open_key: OpenKey) -> None:
    writer = pypdf.PdfWriter(io.BytesIO(draft))
    writer.encrypt(user_password="mật khẩu", owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)

    with pytest.raises(EncryptedError, match="encrypted"):
        sign_pdf(out.getvalue(), open_key("leader"), PERSON, now=NOW)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("expired", "expired at .*; now is 2026-03-05T14:30:00"),
        ("not-yet-valid", "not valid before .*; now is 2026-03-05T14:30:00"),
        ("wrong-usage", "not for signing"),
        ("rsa1024", "too weak: RSA with 1024"),
        ("sha1", "weak digest: sha1"),
    ],
)
def test_a_certificate_that_may_not_sign_is_refused(draft: bytes, open_key: OpenKey, name: str, reason: str) -> None:
    with pytest.raises(CertificateRefusedError, match=reason) as caught:
        sign_pdf(draft, open_key(name), PERSON, now=NOW)

    assert caught.value.exit_code == 6


def test_a_revoked_certificate_is_refused_where_its_list_is_given(draft: bytes, open_key: OpenKey, pki: Pki) -> None:
    with pytest.raises(CertificateRefusedError, match="revoked at"):
        sign_pdf(draft, open_key("revoked"), PERSON, now=NOW, evidence=Evidence(revocation=open_revocation([pki.crls])))


def test_a_value_of_another_key_is_refused(draft: bytes, open_key: OpenKey) -> None:
    prepared = prepare_pdf(draft, open_key("leader"), PERSON, now=NOW)

    with pytest.raises(SignatureValueError):
        finish_pdf(prepared, open_key("seal").sign(prepared.attributes, "sha256"), now=NOW)


@pytest.mark.parametrize("value", [b"", b"\0" * 256, b"garbage"])
@pytest.mark.parametrize("name", ["leader", "leader-p256"])
def test_garbage_is_never_embedded(draft: bytes, open_key: OpenKey, name: str, value: bytes) -> None:
    prepared = prepare_pdf(draft, open_key(name), PERSON, now=NOW)

    with pytest.raises(SignatureValueError):
        finish_pdf(prepared, value, now=NOW)


@pytest.mark.parametrize("digest", ["sha1", "md5", "sha224", "SHA256"])
def test_other_digests_are_never_produced(draft: bytes, open_key: OpenKey, digest: str) -> None:
    with pytest.raises(UsageError, match="digest not produced"):
        sign_pdf(draft, open_key("leader"), replace(PERSON, digest=digest), now=NOW)


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
def test_a_level_without_a_timestamping_authority_is_refused(draft: bytes, open_key: OpenKey, level: Level) -> None:
    with pytest.raises(UsageError, match="needs a timestamping authority"):
        sign_pdf(draft, open_key("leader"), replace(PERSON, level=level), now=NOW)


def test_a_time_without_a_zone_is_refused(draft: bytes, open_key: OpenKey) -> None:
    with pytest.raises(UsageError, match="no time zone"):
        sign_pdf(draft, open_key("leader"), PERSON, now=datetime(2026, 3, 5))  # noqa: DTZ001 - the case
