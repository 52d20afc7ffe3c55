"""Documents that a person signed elsewhere, without fields for number and date: issued in appearances of signatures."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from acts import said, text_of, widget
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, append_signature_field
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from edocs._pdf.text import read_lines
from edocs.errors import FieldError, PermissionRefusedError, StampError, UsageError
from edocs.model import (
    HANOI,
    Box,
    DocumentCode,
    LegalEffect,
    Reservation,
    Role,
    SignatureSpec,
    Stamp,
    TrustStore,
    Verdict,
)
from edocs.ports import Signer
from edocs.sign import issue_pdf, preview_pdf, sign_pdf
from edocs.testing import Pki, letter_places, sample_seal_png, sample_signature_png
from edocs.verify import verify_pdf

MM = 72 / 25.4
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
CODE = DocumentCode(number=7, symbol="UBND-VP", issued_on=datetime(2026, 3, 5, tzinfo=HANOI))
SEAL = sample_seal_png("Ủy ban nhân dân tỉnh Lam Giang")
ISSUE = SignatureSpec(role=Role.ORGANISATION, code=CODE, stamp=Stamp(image_png=SEAL))

Witness = Callable[[str], str]
ForeignSign = Callable[..., bytes]


def with_field(document: bytes, name: str, box: tuple[float, float, float, float] | None = None) -> bytes:
    """An empty signature field added by pyHanko; visible on the last page unless there is no box (points)."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    append_signature_field(writer, SigFieldSpec(name, on_page=-1 if box else 0, box=box))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.fixture(scope="session")
def signed_elsewhere(draft: bytes, foreign_sign: ForeignSign) -> bytes:
    """The letter, signed visibly by its leader with pyHanko as an approval signature."""
    place = letter_places().signature
    left, top = place.left_mm * MM, 842 - place.top_mm * MM
    box = (left, top - place.height_mm * MM, left + place.width_mm * MM, top)
    return foreign_sign(with_field(draft, "Leader", box), "leader", "Leader")


@pytest.fixture(scope="session")
def issued_elsewhere(signed_elsewhere: bytes, open_key: Callable[[str], Signer]) -> bytes:
    return issue_pdf(signed_elsewhere, open_key("seal"), ISSUE, now=LATER)


def test_the_agency_signs_three_times_and_the_document_is_an_original(
    issued_elsewhere: bytes, trust: TrustStore
) -> None:
    report = verify_pdf(issued_elsewhere, trust)

    assert report.verdict is Verdict.TOTAL_PASSED
    assert [(signature.field, signature.role) for signature in report.signatures] == [
        ("Leader", Role.PERSONAL),
        ("edocs-number", Role.ORGANISATION),
        ("edocs-date", Role.ORGANISATION),
        ("edocs-seal", Role.ORGANISATION),
    ]
    assert report.legal_effect is LegalEffect.ORIGINAL


def test_what_the_person_signed_stays_byte_for_byte(signed_elsewhere: bytes, issued_elsewhere: bytes) -> None:
    assert issued_elsewhere.startswith(signed_elsewhere)


def test_pyhanko_accepts_every_signature(issued_elsewhere: bytes, pki: Pki) -> None:
    root = load_cert_from_pemder(str(pki.pem("official-root")))
    context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=LATER)

    found = [
        validate_pdf_signature(signature, signer_validation_context=context)
        for signature in PdfFileReader(io.BytesIO(issued_elsewhere)).embedded_signatures
    ]

    assert [status.bottom_line for status in found] == [True] * 4
    assert all(status.docmdp_ok for status in found)


def test_poppler_and_qpdf_accept_it(issued_elsewhere: bytes, witness: Witness, tmp_path: Path) -> None:
    path = tmp_path / "issued.pdf"
    path.write_bytes(issued_elsewhere)

    assert said(witness("pdfsig"), "-nocert", path).count("Signature is Valid") == 4
    assert "WARNING" not in said(witness("qpdf"), "--check", path)


def test_number_and_date_are_found_by_text_extraction(
    issued_elsewhere: bytes, witness: Witness, tmp_path: Path
) -> None:
    text = " ".join(text_of(witness, issued_elsewhere, tmp_path).split())

    assert "07/UBND-VP" in text
    assert "Lam Giang, ngày 05 tháng 3 năm 2026" in text


def test_number_and_date_stand_on_the_line_of_the_draft(issued_elsewhere: bytes, draft: bytes) -> None:
    number, date = widget(issued_elsewhere, "edocs-number"), widget(issued_elsewhere, "edocs-date")
    line = next(line for line in read_lines(draft, 0) if line.text.startswith("Số:"))
    slash = next(letter for letter in line.letters if letter.text == "/")

    assert number.right == pytest.approx(slash.left / MM, abs=0.3)
    for seen in (number, date):
        below = float(seen.look.split(" Td")[0].split()[-1]) - 1.2 * 13  # from the field's lower edge
        baseline = 842 / MM - (seen.top + seen.height) + below / MM
        assert baseline == pytest.approx(line.baseline / MM, abs=0.3)
        assert "13.00 Tf" in seen.look
    assert "Italic" in date.fonts[0]
    assert "Italic" not in number.fonts[0]


def test_the_seal_covers_the_left_third_at_its_true_size(issued_elsewhere: bytes) -> None:
    person, seal = widget(issued_elsewhere, "Leader"), widget(issued_elsewhere, "edocs-seal")

    assert seal.page == person.page == 1
    assert (seal.width, seal.height) == pytest.approx((36, 36), abs=0.05)
    assert seal.right - person.left == pytest.approx(person.width / 3, abs=0.05)
    assert seal.middle[1] == pytest.approx(person.middle[1], abs=0.05)


def test_our_own_plain_signature_is_one_from_elsewhere_too(
    draft: bytes, open_key: Callable[[str], Signer], trust: TrustStore
) -> None:
    stamp = Stamp(image_png=sample_signature_png("Nguyễn Văn An"))
    signed = sign_pdf(draft, open_key("leader"), SignatureSpec(role=Role.PERSONAL, stamp=stamp), now=NOW)

    report = verify_pdf(issue_pdf(signed, open_key("seal"), ISSUE, now=LATER), trust)

    assert (report.verdict, report.legal_effect) == (Verdict.TOTAL_PASSED, LegalEffect.ORIGINAL)


def test_it_is_issued_once(issued_elsewhere: bytes, open_key: Callable[[str], Signer]) -> None:
    with pytest.raises(FieldError, match="issued already"):
        issue_pdf(issued_elsewhere, open_key("seal"), ISSUE, now=LATER)


@pytest.mark.parametrize("permission", [MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_a_certification_without_an_empty_field_is_refused_with_the_reason(
    draft: bytes, foreign_sign: ForeignSign, open_key: Callable[[str], Signer], permission: MDPPerm
) -> None:
    certified = foreign_sign(draft, "leader", "Leader", certify=True, docmdp_permissions=permission)

    with pytest.raises(PermissionRefusedError, match="certification and leaves no empty field") as refused:
        issue_pdf(certified, open_key("seal"), ISSUE, now=LATER)

    assert refused.value.exit_code == 6


def test_p_1_is_refused_as_that(draft: bytes, foreign_sign: ForeignSign, open_key: Callable[[str], Signer]) -> None:
    shut = foreign_sign(draft, "leader", "Leader", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)

    with pytest.raises(PermissionRefusedError, match="P=1"):
        issue_pdf(shut, open_key("seal"), ISSUE, now=LATER)


def test_an_empty_field_that_a_certification_left_shows_all_three(
    draft: bytes,
    foreign_sign: ForeignSign,
    open_key: Callable[[str], Signer],
    trust: TrustStore,
    witness: Witness,
    tmp_path: Path,
) -> None:
    room = with_field(with_field(draft, "Leader"), "Agency", (300, 100, 420, 240))
    certified = foreign_sign(room, "leader", "Leader", certify=True, docmdp_permissions=MDPPerm.FILL_FORMS)

    signed = issue_pdf(certified, open_key("seal"), ISSUE, now=LATER)

    report = verify_pdf(signed, trust)
    assert report.verdict is Verdict.TOTAL_PASSED
    assert [signature.field for signature in report.signatures] == ["Leader", "Agency"]
    text = text_of(witness, signed, tmp_path, page=2)
    assert "Số: 07/UBND-VP" in text
    assert "ngày 05 tháng 3 năm 2026" in text
    assert " Do" in widget(signed, "Agency").look


def test_an_empty_field_too_small_for_the_seal_is_refused(
    draft: bytes, foreign_sign: ForeignSign, open_key: Callable[[str], Signer]
) -> None:
    room = with_field(with_field(draft, "Leader"), "Agency", (300, 100, 360, 160))
    certified = foreign_sign(room, "leader", "Leader", certify=True, docmdp_permissions=MDPPerm.FILL_FORMS)

    with pytest.raises(StampError, match="36 mm wide, does not fit"):
        issue_pdf(certified, open_key("seal"), ISSUE, now=LATER)


def test_places_can_be_given(signed_elsewhere: bytes, open_key: Callable[[str], Signer]) -> None:
    places = Reservation(
        number=Box(page=1, left_mm=40, top_mm=60, width_mm=20, height_mm=7),
        date=Box(page=1, left_mm=110, top_mm=60, width_mm=60, height_mm=7),
        seal=Box(page=1, left_mm=20, top_mm=200, width_mm=40, height_mm=40),
    )

    signed = issue_pdf(signed_elsewhere, open_key("seal"), replace(ISSUE, reserve=places), now=LATER)

    for name, box in (("edocs-number", places.number), ("edocs-date", places.date), ("edocs-seal", places.seal)):
        seen = widget(signed, name)
        assert box is not None
        assert (seen.page, seen.left, seen.top) == (
            0,
            pytest.approx(box.left_mm, abs=0.01),
            pytest.approx(box.top_mm, abs=0.01),
        )


def test_places_of_a_document_approved_here_were_reserved(approved: bytes, open_key: Callable[[str], Signer]) -> None:
    with pytest.raises(UsageError, match="were reserved when"):
        issue_pdf(approved, open_key("seal"), replace(ISSUE, reserve=Reservation()), now=LATER)


def test_a_person_who_is_not_seen_leaves_no_place_for_the_seal(
    draft: bytes, foreign_sign: ForeignSign, open_key: Callable[[str], Signer]
) -> None:
    signed = foreign_sign(draft, "leader", "Leader")

    with pytest.raises(FieldError, match=r"not seen in exactly one place \(0 found\)"):
        issue_pdf(signed, open_key("seal"), ISSUE, now=LATER)


def test_a_draft_without_blanks_is_refused(foreign_sign: ForeignSign, open_key: Callable[[str], Signer]) -> None:
    from edocs.testing import sample_pdf

    signed = foreign_sign(sample_pdf(), "leader", "Leader")

    with pytest.raises(FieldError, match="not found exactly once"):
        issue_pdf(signed, open_key("seal"), replace(ISSUE, stamp=None), now=LATER)


def test_number_and_date_must_be_ones(signed_elsewhere: bytes, open_key: Callable[[str], Signer]) -> None:
    naive = datetime(2026, 3, 5)  # noqa: DTZ001 - what is refused

    for code in (replace(CODE, number=0), replace(CODE, issued_on=naive)):
        with pytest.raises(UsageError):
            issue_pdf(signed_elsewhere, open_key("seal"), replace(ISSUE, code=code), now=LATER)


def test_a_preview_shows_all_three(signed_elsewhere: bytes, open_key: Callable[[str], Signer]) -> None:
    """What signing shows later is what the preview showed, pixel by pixel."""
    from edocs._pdf.render import render_png

    picture = preview_pdf(signed_elsewhere, open_key("seal"), ISSUE, now=LATER)

    assert picture == render_png(issue_pdf(signed_elsewhere, open_key("seal"), ISSUE, now=LATER), (0, 1))
    assert picture != render_png(signed_elsewhere, (0, 1))
