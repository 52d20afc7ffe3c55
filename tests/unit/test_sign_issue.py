"""Issuing (Decree 30, article 14): number and date, the agency's signature, and what the person's still says."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from edocs.errors import FieldError, PermissionRefusedError, UsageError
from edocs.model import (
    HANOI,
    RESERVED_FIELDS,
    Box,
    DocumentCode,
    LegalEffect,
    Reservation,
    Role,
    SignatureSpec,
    TrustStore,
    Verdict,
)
from edocs.ports import Signer
from edocs.sign import approve_pdf, issue_pdf, sign_pdf
from edocs.testing import Pki
from edocs.verify import verify_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
CODE = DocumentCode(number=7, issued_on=datetime(2026, 3, 5, tzinfo=HANOI))
ISSUE = SignatureSpec(role=Role.ORGANISATION, code=CODE)
RESERVATION = Reservation(
    number=Box(page=1, left_mm=40, top_mm=40, width_mm=20, height_mm=7),
    date=Box(page=1, left_mm=110, top_mm=40, width_mm=60, height_mm=7),
)

OpenKey = Callable[[str], Signer]


def texts(document: bytes) -> dict[str, str]:
    return pypdf.PdfReader(io.BytesIO(document)).get_form_text_fields(full_qualified_name=True)


def test_the_seal_locks_everything(issued: bytes) -> None:
    *_, seal = PdfFileReader(io.BytesIO(issued)).embedded_signatures

    assert seal.field_name == "edocs.seal"
    assert all(seal.fieldmdp.is_locked(name) for name in (*RESERVED_FIELDS, "Signature1", "new"))


def test_issuing_writes_number_and_date(issued: bytes) -> None:
    assert texts(issued) == {"edocs.number": "07", "edocs.date": "ngày 05 tháng 3 năm 2026"}


def test_a_viewer_is_not_asked_to_draw_the_fields(issued: bytes) -> None:
    form = pypdf.PdfReader(io.BytesIO(issued)).root_object["/AcroForm"].get_object()

    assert "/NeedAppearances" not in form


@pytest.mark.parametrize("name", RESERVED_FIELDS[:2])
def test_the_appearance_says_what_the_value_says(issued: bytes, name: str) -> None:
    from edocs._pdf.appearance import shown_text

    reader = PdfFileReader(io.BytesIO(issued))
    (group,) = [field for field in reader.root["/AcroForm"]["/Fields"] if field.get_object()["/T"] == "edocs"]
    (field,) = [kid for kid in group.get_object()["/Kids"] if f"edocs.{kid.get_object()['/T']}" == name]

    assert shown_text(field.get_object()["/AP"]["/N"]) == field.get_object()["/V"]


def test_person_and_agency_both_pass_and_the_document_is_an_original(issued: bytes, trust: TrustStore) -> None:
    report = verify_pdf(issued, trust)

    assert report.verdict is Verdict.TOTAL_PASSED
    assert [signature.role for signature in report.signatures] == [Role.PERSONAL, Role.ORGANISATION]
    assert report.legal_effect is LegalEffect.ORIGINAL


def test_pyhanko_accepts_the_change_as_form_filling(issued: bytes, pki: Pki) -> None:
    root = load_cert_from_pemder(str(pki.pem("official-root")))
    context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=LATER)

    person, seal = [
        validate_pdf_signature(signature, signer_validation_context=context)
        for signature in PdfFileReader(io.BytesIO(issued)).embedded_signatures
    ]

    assert (person.bottom_line, person.docmdp_ok, person.modification_level) == (
        True,
        True,
        ModificationLevel.FORM_FILLING,
    )
    assert (seal.bottom_line, seal.modification_level) == (True, ModificationLevel.NONE)


def test_poppler_finds_both_valid_and_the_last_total(
    issued: bytes, witness: Callable[[str], str], tmp_path: Path
) -> None:
    path = tmp_path / "issued.pdf"
    path.write_bytes(issued)

    said = subprocess.run([witness("pdfsig"), "-nocert", path], capture_output=True, text=True, check=True).stdout

    first, last = said.split("Signature #")[1:]
    assert "Signature is Valid" in first
    assert "Signature is Valid" in last
    assert "Total document signed" in last.replace("Not total", "")
    assert "edocs.seal" in last


def test_qpdf_is_content_before_and_after(
    draft: bytes, approved: bytes, issued: bytes, witness: Callable[[str], str], tmp_path: Path
) -> None:
    for number, document in enumerate((draft, approved, issued)):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(document)

        done = subprocess.run([witness("qpdf"), "--check", path], capture_output=True, text=True, check=False)

        assert (done.returncode, "WARNING" in done.stdout + done.stderr) == (0, False)


def test_the_filled_line_reads_as_one(issued: bytes, witness: Callable[[str], str], tmp_path: Path) -> None:
    """The decree wants no space between number and symbol; the date follows its place."""
    path = tmp_path / "issued.pdf"
    path.write_bytes(issued)

    text = subprocess.run(
        [witness("pdftotext"), "-layout", "-enc", "UTF-8", path, "-"], capture_output=True, encoding="utf-8", check=True
    ).stdout

    assert "07/UBND-VP" in text
    assert "Lam Giang, ngày 05 tháng 3 năm 2026" in text


def test_everything_signed_before_stays_byte_for_byte(draft: bytes, approved: bytes, issued: bytes) -> None:
    assert issued.startswith(approved)
    assert approved.startswith(draft)


def test_filling_needs_no_font(
    approved: bytes, open_key: OpenKey, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The typeface was reserved with the fields, under the person's signature."""
    monkeypatch.setenv("EDOCS_FONTS", str(tmp_path))
    _forget_fonts()

    done = issue_pdf(approved, open_key("seal"), ISSUE, now=LATER)

    _forget_fonts()
    assert texts(done)["edocs.number"] == "07"


def _forget_fonts() -> None:
    from edocs._pdf.fonts import find_font

    find_font.cache_clear()


def test_a_document_that_was_not_approved_is_not_issued(draft: bytes, open_key: OpenKey) -> None:
    with pytest.raises(FieldError, match=r"no fields are reserved .*approve"):
        issue_pdf(draft, open_key("seal"), ISSUE, now=NOW)


def test_an_issued_document_is_not_issued_again(issued: bytes, open_key: OpenKey) -> None:
    with pytest.raises(FieldError, match=r"signed already: edocs.seal"):
        issue_pdf(issued, open_key("seal"), ISSUE, now=LATER)


def test_a_filled_number_is_not_written_over(approved: bytes, open_key: OpenKey) -> None:
    filled = fill(approved, {"edocs.number": "99"})

    with pytest.raises(FieldError, match=r"filled already: edocs.number"):
        issue_pdf(filled, open_key("seal"), ISSUE, now=LATER)


def fill(document: bytes, values: dict[str, str]) -> bytes:
    from pyhanko.pdf_utils.generic import pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    for group in writer.root["/AcroForm"]["/Fields"]:
        for kid in group.get_object().get("/Kids", ()):
            name = f"{group.get_object()['/T']}.{kid.get_object()['/T']}"
            if name in values:
                kid.get_object()["/V"] = pdf_string(values[name])
                writer.mark_update(kid)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_seal_is_not_set_over_an_empty_number(approved: bytes, open_key: OpenKey) -> None:
    with pytest.raises(FieldError, match="still empty"):
        sign_pdf(approved, open_key("seal"), SignatureSpec(role=Role.ORGANISATION), now=LATER)


def test_a_person_without_a_place_of_their_own_signs_nowhere(approved: bytes, open_key: OpenKey) -> None:
    """Not in the seal's field by chance either: the approval locks every field but the reserved ones."""
    with pytest.raises(PermissionRefusedError, match="locks the field: Signature2"):
        sign_pdf(approved, open_key("clerk"), SignatureSpec(role=Role.PERSONAL), now=LATER)


@pytest.mark.parametrize("number", [0, -1])
def test_a_number_that_is_none_is_refused(approved: bytes, open_key: OpenKey, number: int) -> None:
    with pytest.raises(UsageError, match="not a document number"):
        issue_pdf(approved, open_key("seal"), replace(ISSUE, code=replace(CODE, number=number)), now=LATER)


def test_a_date_without_a_zone_is_refused(approved: bytes, open_key: OpenKey) -> None:
    naive = replace(CODE, issued_on=datetime(2026, 3, 5))  # noqa: DTZ001 - the case

    with pytest.raises(UsageError, match="no time zone"):
        issue_pdf(approved, open_key("seal"), replace(ISSUE, code=naive), now=LATER)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (datetime(2026, 1, 9, tzinfo=HANOI), "ngày 09 tháng 01 năm 2026"),
        (datetime(2026, 2, 10, tzinfo=HANOI), "ngày 10 tháng 02 năm 2026"),
        (datetime(2026, 3, 31, 18, tzinfo=UTC), "ngày 01 tháng 4 năm 2026"),
        (datetime(2026, 12, 31, tzinfo=HANOI), "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_a_date_is_written_as_the_decree_wants(approved: bytes, open_key: OpenKey, day: datetime, text: str) -> None:
    done = issue_pdf(approved, open_key("seal"), replace(ISSUE, code=replace(CODE, issued_on=day)), now=LATER)

    assert texts(done)["edocs.date"] == text


def test_a_number_of_many_digits_is_made_to_fit(approved: bytes, open_key: OpenKey, trust: TrustStore) -> None:
    done = issue_pdf(approved, open_key("seal"), replace(ISSUE, code=replace(CODE, number=123456)), now=LATER)

    assert texts(done)["edocs.number"] == "123456"
    assert verify_pdf(done, trust).verdict is Verdict.TOTAL_PASSED


@pytest.mark.parametrize(
    ("number", "day"),
    [(90, datetime(2039, 4, 19, tzinfo=HANOI)), (5678, datetime(2046, 5, 28, tzinfo=HANOI)), (1234, LATER)],
)
def test_every_figure_that_is_written_is_taken_for_itself(
    approved: bytes, open_key: OpenKey, trust: TrustStore, number: int, day: datetime
) -> None:
    """An italic 9 lies nearer to an upright 0 than to many a 9: no day with a 9 may be refused for that."""
    done = issue_pdf(
        approved, open_key("seal"), replace(ISSUE, code=replace(CODE, number=number, issued_on=day)), now=LATER
    )

    assert verify_pdf(done, trust).verdict is Verdict.TOTAL_PASSED


def test_a_number_too_long_for_its_field_is_refused(approved: bytes, open_key: OpenKey) -> None:
    with pytest.raises(FieldError, match=r"too narrow: edocs.number"):
        issue_pdf(approved, open_key("seal"), replace(ISSUE, code=replace(CODE, number=10**30)), now=LATER)


def test_roles_are_those_of_the_act(draft: bytes, approved: bytes, open_key: OpenKey) -> None:
    with pytest.raises(UsageError, match="approved by a person"):
        approve_pdf(draft, open_key("seal"), SignatureSpec(role=Role.ORGANISATION), now=NOW)
    with pytest.raises(UsageError, match="issued by an agency"):
        issue_pdf(approved, open_key("leader"), SignatureSpec(role=Role.PERSONAL, code=CODE), now=NOW)
    with pytest.raises(UsageError, match="no number and date"):
        issue_pdf(approved, open_key("seal"), SignatureSpec(role=Role.ORGANISATION), now=NOW)


def test_reserving_and_filling_at_once_is_refused(draft: bytes, open_key: OpenKey) -> None:
    both = SignatureSpec(role=Role.PERSONAL, code=CODE, reserve=Reservation())

    with pytest.raises(UsageError, match="two signatures"):
        sign_pdf(draft, open_key("leader"), both, now=NOW)
