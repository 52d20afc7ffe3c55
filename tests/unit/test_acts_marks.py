"""The agency's mark on appendices and copies: text, type, exact place, and what may be copied from what."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from acts import MM, said, scan, text_of, widget

from edocs._pdf.fonts import FontStyle, find_font
from edocs.errors import EdocsError, FieldError, PermissionRefusedError, RefusedError, StampError, UsageError
from edocs.model import (
    HANOI,
    Box,
    CopyForm,
    CopySource,
    CopySpec,
    DocumentCode,
    Role,
    SignatureSpec,
    Stamp,
    TimeForm,
    TrustStore,
    Verdict,
)
from edocs.ports import Signer
from edocs.sign import appendix_pdf, copy_pdf
from edocs.testing import sample_pdf
from edocs.testing.typeset import DocumentInfo, Font, Typesetter
from edocs.verify import verify_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
AGENCY = "Ủy ban nhân dân tỉnh Lam Giang"
CODE = DocumentCode(number=7, symbol="UBND-VP", issued_on=datetime(2026, 3, 5, tzinfo=HANOI))
APPENDIX = SignatureSpec(role=Role.ORGANISATION, appendix_of=CODE)
FULL = CopySpec(form=CopyForm.FULL, source=CopySource.PAPER)

Witness = Callable[[str], str]


@pytest.fixture(scope="session")
def seal(open_key: Callable[[str], Signer]) -> Signer:
    return open_key("seal")


@pytest.fixture(scope="session")
def appendix(seal: Signer) -> bytes:
    return appendix_pdf(sample_pdf(), seal, APPENDIX, now=NOW)


@pytest.fixture(scope="session")
def copied(seal: Signer) -> bytes:
    return copy_pdf(scan(pages=2), seal, SignatureSpec(role=Role.ORGANISATION, copy=FULL), now=NOW)


def copying(form: CopyForm, source: CopySource, **more: object) -> SignatureSpec:
    return SignatureSpec(role=Role.ORGANISATION, copy=CopySpec(form=form, source=source, **more))  # type: ignore[arg-type]


def test_an_appendix_shows_number_symbol_and_time(appendix: bytes, witness: Witness, tmp_path: Path) -> None:
    """Annex I.II.8b: số và ký hiệu văn bản; thời gian ký, ISO 8601, Vietnamese time."""
    lines = [line.strip() for line in text_of(witness, appendix, tmp_path).splitlines() if line.strip()]

    assert lines[:2] == ["Số: 07/UBND-VP", "2026-03-05T14:30:00+07:00"]


def test_the_time_can_have_the_dotted_form(seal: Signer, witness: Witness, tmp_path: Path) -> None:
    spec = replace(APPENDIX, stamp=Stamp(time_form=TimeForm.DOTTED))

    signed = appendix_pdf(sample_pdf(), seal, spec, now=NOW)

    assert "05.03.2026 14:30:00 +07:00" in text_of(witness, signed, tmp_path)


def test_the_mark_stands_in_the_upper_right_corner_of_the_first_page(appendix: bytes) -> None:
    """Flush with the right margin of 15 mm, above the text, whose margin is 20 mm at least (annex I.I.3)."""
    mark = widget(appendix, "edocs-appendix")

    assert mark.page == 0
    assert (mark.right, mark.top) == pytest.approx((195.0, 5.0), abs=0.01)
    assert mark.top + mark.height < 20
    assert mark.left > 105


@pytest.mark.parametrize("name", ["appendix", "copied"])
def test_the_mark_is_black_upright_ten_points_without_an_image(name: str, request: pytest.FixtureRequest) -> None:
    document = request.getfixturevalue(name)
    mark = widget(document, {"appendix": "edocs-appendix", "copied": "edocs-copy"}[name])

    assert "10.00 Tf 0 g" in mark.look
    assert " Do" not in mark.look
    assert mark.fonts == (find_font(FontStyle.REGULAR).stem.replace(" ", ""),)


def test_a_copy_shows_form_agency_and_time(copied: bytes, witness: Witness, tmp_path: Path) -> None:
    """Annex I, part II, I.3c; the agency's name comes from its certificate."""
    lines = [line.strip() for line in text_of(witness, copied, tmp_path).splitlines() if line.strip()]

    assert lines == ["Sao y", AGENCY, "2026-03-05T14:30:00+07:00"]


@pytest.mark.parametrize("name", ["appendix", "copied"])
def test_the_agency_signs_and_everybody_accepts(
    name: str, request: pytest.FixtureRequest, trust: TrustStore, witness: Witness, tmp_path: Path
) -> None:
    document = request.getfixturevalue(name)
    path = tmp_path / "marked.pdf"
    path.write_bytes(document)

    report = verify_pdf(document, trust)

    assert report.verdict is Verdict.TOTAL_PASSED
    assert [signature.role for signature in report.signatures] == [Role.ORGANISATION]
    shown = said(witness("pdfsig"), "-nocert", path)
    assert "Signature is Valid" in shown
    assert "Total document signed" in shown
    assert "WARNING" not in said(witness("qpdf"), "--check", path)


def test_a_long_agency_is_broken_and_never_made_smaller(seal: Signer) -> None:
    name = "Ban Quản lý dự án đầu tư xây dựng công trình giao thông và nông nghiệp tỉnh Lam Giang"
    spec = copying(CopyForm.FULL, CopySource.PAPER, agency=name)

    mark = widget(copy_pdf(scan(), seal, spec, now=NOW), "edocs-copy")

    assert mark.look.count("Tj") == 4
    assert "10.00 Tf" in mark.look
    assert (mark.right, mark.top) == pytest.approx((195.0, 5.0), abs=0.01)
    assert mark.width < 82


def test_a_mark_is_never_set_over_text(seal: Signer) -> None:
    sheet = Typesetter()
    sheet.new_page()
    sheet.text(150, 10, "Mẫu số 01", Font(FontStyle.REGULAR, 13))
    document = sheet.finish(DocumentInfo(title="x", author="x", created_at=NOW))

    with pytest.raises(FieldError, match="text stands where the mark goes: Mẫusố01"):
        appendix_pdf(document, seal, APPENDIX, now=NOW)
    placed = replace(APPENDIX, stamp=Stamp(box=Box(page=1, left_mm=140, top_mm=15, width_mm=55, height_mm=12)))
    assert widget(appendix_pdf(document, seal, placed, now=NOW), "edocs-appendix").top == pytest.approx(15, abs=0.01)


def odd(document: bytes, *, turn: int = 0, crop: float = 0, unit: float = 1) -> bytes:
    """``document`` with its first page turned, cropped by ``crop`` mm each way, or in larger units."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(document))
    writer.pdf_header = "%PDF-1.7"
    page = writer.pages[0]
    left, bottom, right, top = (float(side) for side in page.mediabox)
    page.cropbox = pypdf.generic.RectangleObject(
        (left + crop * MM, bottom + crop * MM, right - crop * MM, top - crop * MM)
    )
    page[pypdf.generic.NameObject("/Rotate")] = pypdf.generic.NumberObject(turn)
    if unit != 1:
        page[pypdf.generic.NameObject("/UserUnit")] = pypdf.generic.FloatObject(unit)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def ink(document: bytes) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is dark on the first page, as shares of the page as it is shown."""
    with pypdfium2.PdfDocument(document) as pdf:
        pdf.init_forms()
        grey = pdf[0].render(scale=2, may_draw_forms=True).to_pil().convert("L")
    found = grey.point(lambda level: 255 if level < 160 else 0).getbbox()
    assert found is not None
    left, top, right, bottom = found
    return left / grey.width, top / grey.height, right / grey.width, bottom / grey.height


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_on_a_turned_page_the_mark_is_where_the_reader_sees_the_corner(
    seal: Signer, trust: TrustStore, turn: int
) -> None:
    signed = copy_pdf(odd(scan(), turn=turn), seal, SignatureSpec(role=Role.ORGANISATION, copy=FULL), now=NOW)

    left, top, right, bottom = ink(signed)
    across, down = (210, 297) if turn == 180 else (297, 210)
    assert right * across == pytest.approx(across - 15, abs=1.5)
    assert top * down == pytest.approx(5.5, abs=1.5)
    assert (right - left) * across < 60
    assert bottom * down < 20
    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED


def test_on_a_cropped_page_the_mark_is_in_the_corner_that_is_seen(seal: Signer) -> None:
    signed = copy_pdf(odd(scan(), crop=20), seal, SignatureSpec(role=Role.ORGANISATION, copy=FULL), now=NOW)

    _, top, right, _ = ink(signed)
    assert (right * 170, top * 257) == pytest.approx((155, 5.5), abs=1.5)


@pytest.mark.parametrize("how", [{"turn": 0}, {"turn": 180}, {"crop": 1}, {"unit": 1.5}])
def test_text_in_the_corner_is_found_however_the_page_is_shown(seal: Signer, how: dict[str, float]) -> None:
    sheet = Typesetter()
    sheet.new_page()
    for x, y in ((165, 8), (18, 292)):  # what is below at the left is above at the right when turned
        sheet.text(x, y, "Mẫu số 01", Font(FontStyle.REGULAR, 13))
    document = sheet.finish(DocumentInfo(title="x", author="x", created_at=NOW))

    with pytest.raises(FieldError, match="số01"):
        appendix_pdf(odd(document, **how), seal, APPENDIX, now=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("box", "why"),
    [
        (Box(page=1, left_mm=150, top_mm=5, width_mm=10, height_mm=10), "too small"),
        (Box(page=1, left_mm=180, top_mm=5, width_mm=60, height_mm=20), "not on the page"),
        (Box(page=9, left_mm=100, top_mm=5, width_mm=60, height_mm=20), "no such page"),
    ],
)
def test_a_box_that_does_not_do_is_refused(seal: Signer, box: Box, why: str) -> None:
    with pytest.raises(FieldError, match=why):
        appendix_pdf(sample_pdf(), seal, replace(APPENDIX, stamp=Stamp(box=box)), now=NOW)


def test_an_appendix_is_signed_so_once(appendix: bytes, seal: Signer) -> None:
    with pytest.raises(FieldError, match="signed already"):
        appendix_pdf(appendix, seal, APPENDIX, now=NOW)


def test_an_appendix_that_was_certified_is_refused(seal: Signer, foreign_sign: Callable[..., bytes]) -> None:
    from pyhanko.sign.fields import MDPPerm

    certified = foreign_sign(sample_pdf(), "leader", "A", certify=True, docmdp_permissions=MDPPerm.FILL_FORMS)

    with pytest.raises(PermissionRefusedError):
        appendix_pdf(certified, seal, APPENDIX, now=NOW)


@pytest.mark.parametrize(
    "spec",
    [
        replace(APPENDIX, role=Role.PERSONAL),
        replace(APPENDIX, appendix_of=replace(CODE, symbol="")),
        replace(APPENDIX, appendix_of=replace(CODE, number=0)),
        replace(APPENDIX, appendix_of=None),
        replace(APPENDIX, copy=FULL),
        replace(APPENDIX, code=CODE),
    ],
)
def test_an_appendix_needs_an_agency_number_and_symbol(seal: Signer, spec: SignatureSpec) -> None:
    with pytest.raises(UsageError):
        appendix_pdf(sample_pdf(), seal, spec, now=NOW)


@pytest.mark.parametrize("stamp", [Stamp(image_png=b"any"), Stamp(lines=("Đã ký",))])
def test_a_mark_shows_no_image_and_no_other_text(seal: Signer, stamp: Stamp) -> None:
    with pytest.raises(StampError, match="no image"):
        appendix_pdf(sample_pdf(), seal, replace(APPENDIX, stamp=stamp), now=NOW)


@pytest.mark.parametrize(
    ("form", "source"),
    [
        (CopyForm.FULL, CopySource.PAPER),
        (CopyForm.FURTHER, CopySource.COPY),
    ],
)
def test_scanned_copies_are_made_of_what_the_decree_names(
    seal: Signer, trust: TrustStore, form: CopyForm, source: CopySource
) -> None:
    signed = copy_pdf(scan(), seal, copying(form, source), now=NOW)

    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED


@pytest.mark.parametrize("source", [CopySource.PAPER, CopySource.ELECTRONIC])
def test_an_excerpt_is_laid_out_anew_and_need_be_no_scan(seal: Signer, source: CopySource) -> None:
    signed = copy_pdf(sample_pdf(), seal, copying(CopyForm.EXCERPT, source), now=NOW)

    assert widget(signed, "edocs-copy").page == 0


@pytest.mark.parametrize(
    ("form", "source", "why"),
    [
        (CopyForm.FULL, CopySource.ELECTRONIC, "no electronic sao y"),
        (CopyForm.FULL, CopySource.COPY, "is a sao lục"),
        (CopyForm.FURTHER, CopySource.PAPER, "from a sao y"),
        (CopyForm.FURTHER, CopySource.ELECTRONIC, "from a sao y"),
        (CopyForm.EXCERPT, CopySource.COPY, "from an original"),
    ],
)
def test_other_copies_are_refused_with_the_reason(seal: Signer, form: CopyForm, source: CopySource, why: str) -> None:
    """Article 25: sao y never from electronic to electronic; sao lục of a sao y; trích sao of an original."""
    with pytest.raises(RefusedError, match=why) as refused:
        copy_pdf(scan(), seal, copying(form, source), now=NOW)

    assert refused.value.exit_code == 6
    assert refused.value.message("vi") != refused.value.message("en")


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (lambda: scan(dpi=150), "150 dpi"),
        (lambda: scan(mode="L"), "colour"),
        (sample_pdf, "page 1 is no scan"),
        (lambda: b"%PDF-1.3" + scan()[8:], "PDF 1.3"),
    ],
)
def test_a_scan_that_the_decree_does_not_want_is_refused(seal: Signer, document: Callable[[], bytes], why: str) -> None:
    """Annex I, part II, I.2: PDF 1.4, colour, 200 dpi."""
    with pytest.raises(RefusedError, match=why):
        copy_pdf(document(), seal, copying(CopyForm.FULL, CopySource.PAPER), now=NOW)


@pytest.mark.parametrize("document", [lambda: scan(dpi=150), lambda: scan(mode="L")])
def test_a_poor_scan_can_be_taken_knowingly(seal: Signer, document: Callable[[], bytes]) -> None:
    signed = copy_pdf(document(), seal, copying(CopyForm.FULL, CopySource.PAPER, any_scan=True), now=NOW)

    assert "Tj" in widget(signed, "edocs-copy").look


@pytest.mark.parametrize("form", CopyForm)
def test_what_is_signed_is_not_copied(appendix: bytes, seal: Signer, form: CopyForm) -> None:
    source = CopySource.COPY if form is CopyForm.FURTHER else CopySource.PAPER

    with pytest.raises(RefusedError, match="signed already"):
        copy_pdf(appendix, seal, copying(form, source, any_scan=True), now=NOW)


def test_a_copy_says_what_it_is(seal: Signer) -> None:
    with pytest.raises(UsageError):
        copy_pdf(scan(), seal, SignatureSpec(role=Role.ORGANISATION), now=NOW)


@pytest.mark.parametrize("document", [b"", b"%PDF-1.7\nnothing", b"\x00" * 100])
def test_what_is_no_pdf_is_refused_by_name(seal: Signer, document: bytes) -> None:
    for spec in (APPENDIX, copying(CopyForm.FULL, CopySource.PAPER)):
        with pytest.raises(EdocsError) as refused:
            (copy_pdf if spec.copy else appendix_pdf)(document, seal, spec, now=NOW)
        assert refused.value.exit_code == 4
