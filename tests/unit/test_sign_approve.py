"""Approving (Decree 30, article 13): the reserved fields, where they stand, who may still sign."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from edocs.errors import FieldError, NoFontError, PermissionRefusedError
from edocs.model import (
    HANOI,
    RESERVED_FIELDS,
    Box,
    DocumentCode,
    Reservation,
    Role,
    SignatureSpec,
    Stamp,
    TrustStore,
    Verdict,
)
from edocs.ports import Signer
from edocs.sign import approve_pdf, issue_pdf, sign_pdf
from edocs.testing import Letter, letter_places, sample_letter, sample_pdf
from edocs.verify import verify_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
CODE = DocumentCode(number=7, issued_on=datetime(2026, 3, 5, tzinfo=HANOI))
PERSON = SignatureSpec(role=Role.PERSONAL)
ISSUE = SignatureSpec(role=Role.ORGANISATION, code=CODE)
RESERVATION = Reservation(
    number=Box(page=1, left_mm=40, top_mm=40, width_mm=20, height_mm=7),
    date=Box(page=1, left_mm=110, top_mm=40, width_mm=60, height_mm=7),
)

OpenKey = Callable[[str], Signer]


def fields(document: bytes) -> dict:
    return pypdf.PdfReader(io.BytesIO(document)).get_fields() or {}


def test_an_approved_draft_carries_the_three_fields_empty(approved: bytes) -> None:
    found = fields(approved)

    assert set(RESERVED_FIELDS) <= set(found)
    assert [found[name].get("/V") for name in RESERVED_FIELDS] == [None, None, None]


def test_the_person_certifies_and_locks_all_but_the_reserved_fields(approved: bytes) -> None:
    (signature,) = PdfFileReader(io.BytesIO(approved)).embedded_signatures

    assert signature.docmdp_level is MDPPerm.FILL_FORMS
    assert signature.fieldmdp.is_locked("Signature1")
    assert not any(signature.fieldmdp.is_locked(name) for name in RESERVED_FIELDS)


def test_reserving_without_a_font_says_how_to_get_one(
    draft: bytes, open_key: OpenKey, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EDOCS_FONTS", str(tmp_path))
    _forget_fonts()

    with pytest.raises(NoFontError, match="fonts-liberation"):
        approve_pdf(draft, open_key("leader"), SignatureSpec(role=Role.PERSONAL), now=NOW)

    _forget_fonts()


def _forget_fonts() -> None:
    from edocs._pdf.fonts import find_font

    find_font.cache_clear()


def test_places_can_be_given(open_key: OpenKey, trust: TrustStore) -> None:
    reservation = replace(RESERVATION, seal=Box(page=1, left_mm=90, top_mm=200, width_mm=36, height_mm=36))
    spec = SignatureSpec(role=Role.PERSONAL, reserve=reservation)

    done = issue_pdf(approve_pdf(sample_pdf(), open_key("leader"), spec, now=NOW), open_key("seal"), ISSUE, now=LATER)

    rectangles = {name: [float(number) for number in field["/Rect"]] for name, field in widgets(done).items()}
    assert rectangles["seal"] == pytest.approx([255.12, 172.91, 357.17, 274.96], abs=0.02)
    assert verify_pdf(done, trust).verdict is Verdict.TOTAL_PASSED


def widgets(document: bytes) -> dict[str, dict]:
    reader = pypdf.PdfReader(io.BytesIO(document))
    return {a.get_object()["/T"]: a.get_object() for page in reader.pages for a in page.get("/Annots", ())}


def test_found_blanks_are_where_the_letter_leaves_them(approved: bytes) -> None:
    places, found = letter_places(), widgets(approved)

    for box, name in ((places.number, "number"), (places.date, "date")):
        left, bottom, right, top = (float(number) * 25.4 / 72 for number in found[name]["/Rect"])
        assert left >= box.left_mm - 1.5
        assert right <= box.left_mm + box.width_mm + 1.5
        assert 297 - top >= box.top_mm - 1.5
        assert 297 - bottom <= box.top_mm + box.height_mm + 1.5


def test_the_seal_covers_the_left_third_of_the_signature(approved: bytes) -> None:
    found = widgets(approved)
    seal, person = ([float(number) for number in found[name]["/Rect"]] for name in ("seal", "Signature1"))

    assert seal[2] - person[0] == pytest.approx((person[2] - person[0]) / 3, abs=0.05)
    assert seal[2] - seal[0] == pytest.approx(36 * 72 / 25.4, abs=0.05)


def test_the_seal_is_drawn_over_the_signature(approved: bytes) -> None:
    names = [annotation.get_object()["/T"] for annotation in pypdf.PdfReader(io.BytesIO(approved)).pages[1]["/Annots"]]

    assert names.index("Signature1") < names.index("seal")


@pytest.mark.parametrize(
    "document",
    [pytest.param(sample_pdf, id="no text"), pytest.param(lambda: sample_letter(Letter(code=CODE)), id="number there")],
)
def test_a_draft_without_its_blanks_asks_for_places(open_key: OpenKey, document: Callable[[], bytes]) -> None:
    with pytest.raises(FieldError, match="--number-at"):
        approve_pdf(document(), open_key("leader"), SignatureSpec(role=Role.PERSONAL), now=NOW)


def test_fields_are_never_added_to_a_signed_document(draft: bytes, open_key: OpenKey) -> None:
    signed = sign_pdf(draft, open_key("clerk"), SignatureSpec(role=Role.PERSONAL), now=NOW)

    with pytest.raises(PermissionRefusedError, match="would break that signature"):
        approve_pdf(signed, open_key("leader"), SignatureSpec(role=Role.PERSONAL), now=NOW)


def test_two_persons_approve_one_document(open_key: OpenKey, draft: bytes, trust: TrustStore) -> None:
    """Văn bản liên tịch: fields for every signer are in the draft; each approval leaves the empty ones open."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    writer = IncrementalPdfFileWriter(io.BytesIO(draft))
    for name in ("A", "B"):
        append_signature_field(writer, SigFieldSpec(name, on_page=1, box=(300, 300, 400, 350)))
    out = io.BytesIO()
    writer.write(out)
    spec = SignatureSpec(role=Role.PERSONAL, field="A")

    first = approve_pdf(out.getvalue(), open_key("leader"), spec, now=NOW)
    second = approve_pdf(first, open_key("leader-public"), replace(spec, field="B"), now=LATER)
    done = issue_pdf(second, open_key("seal"), ISSUE, now=LATER)

    report = verify_pdf(done, trust)
    assert [signature.role for signature in report.signatures] == [Role.PERSONAL, Role.PERSONAL, Role.ORGANISATION]
    assert report.verdict is Verdict.TOTAL_PASSED


def test_a_reserved_name_that_stands_twice_is_refused(approved: bytes, open_key: OpenKey) -> None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(approved))
    (group,) = [field for field in writer.root["/AcroForm"]["/Fields"] if field.get_object()["/T"] == "edocs"]
    kids = group.get_object()["/Kids"]
    twin = type(kids[0])(kids[0])
    kids.append(writer.add_object(twin))
    writer.update_container(kids)
    out = io.BytesIO()
    writer.write(out)

    with pytest.raises(FieldError, match=r"exists twice: edocs.number"):
        issue_pdf(out.getvalue(), open_key("seal"), ISSUE, now=LATER)


def with_fields(document: bytes, *names: str, page: int = 1, **spec: object) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    for name in names:
        append_signature_field(writer, SigFieldSpec(name, on_page=page, box=(300, 300, 400, 350), **spec))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_the_seal_follows_a_field_that_the_draft_has(draft: bytes, open_key: OpenKey) -> None:
    approved = approve_pdf(with_fields(draft, "A"), open_key("leader"), SignatureSpec(role=Role.PERSONAL), now=NOW)

    seal = [float(number) for number in widgets(approved)["seal"]["/Rect"]]
    assert seal[2] == pytest.approx(300 + 100 / 3, abs=0.01)
    assert (seal[1] + seal[3]) / 2 == pytest.approx(325, abs=0.01)


def test_a_seal_that_would_leave_the_page_asks_for_its_place(draft: bytes, open_key: OpenKey) -> None:
    stamp = Stamp(box=Box(page=1, left_mm=5, top_mm=200, width_mm=50, height_mm=24), lines=("x",))

    with pytest.raises(FieldError, match="--seal-at"):
        approve_pdf(draft, open_key("leader"), SignatureSpec(role=Role.PERSONAL, stamp=stamp), now=NOW)


def test_a_field_whose_own_lock_would_shut_the_number_in_is_refused(draft: bytes, open_key: OpenKey) -> None:
    from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec

    locked = with_fields(draft, "A", field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL))

    with pytest.raises(PermissionRefusedError, match="shut number, date and seal in"):
        approve_pdf(locked, open_key("leader"), SignatureSpec(role=Role.PERSONAL), now=NOW)


def test_a_number_that_a_later_signer_locked_is_not_filled(
    draft: bytes, open_key: OpenKey, foreign_sign: Callable[..., bytes]
) -> None:
    from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec

    two = with_fields(with_fields(draft, "A"), "B", field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL))
    approved = approve_pdf(two, open_key("leader"), SignatureSpec(role=Role.PERSONAL, field="A"), now=NOW)
    locked = foreign_sign(approved, "leader-public", "B")

    with pytest.raises(PermissionRefusedError, match=r"locks the field: edocs\.seal"):
        issue_pdf(locked, open_key("seal"), ISSUE, now=LATER)


def test_a_draft_from_word_s_hybrid_tables_is_signed(
    open_key: OpenKey, witness: Callable[[str], str], tmp_path: Path, trust: TrustStore
) -> None:
    """ISO 32000-2, 7.5.8.4: a classic table, and beside it a stream for objects that old readers need not see."""
    path = tmp_path / "hybrid.pdf"
    path.write_bytes(sign_pdf(hybrid(), open_key("leader"), SignatureSpec(role=Role.PERSONAL), now=NOW))

    said = subprocess.run([witness("pdfsig"), "-nocert", path], capture_output=True, text=True, check=True).stdout

    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert verify_pdf(path, trust).verdict is Verdict.TOTAL_PASSED


def test_hybrid_tables_that_contradict_each_other_do_not_pass(open_key: OpenKey, trust: TrustStore) -> None:
    """One reader would show object 3 of the table, another that of the stream."""
    document = hybrid().replace(b"/Index[6 1]", b"/Index[3 1]")

    signed = sign_pdf(document, open_key("leader"), SignatureSpec(role=Role.PERSONAL), now=NOW)

    assert verify_pdf(signed, trust).verdict is not Verdict.TOTAL_PASSED


def hybrid() -> bytes:
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
        4: b"<</Type/ObjStm/N 1/First 4/Length 20>>stream\n6 0 <</Hidden true>>\nendstream",
        5: b"<</Type/XRef/Size 7/W[1 4 1]/Index[6 1]/Root 1 0 R/Length 6>>stream\n\x02\0\0\0\x04\0\nendstream",
    }
    out, offsets = b"%PDF-1.5\n", {}
    for number, body in bodies.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offsets[number] for number in bodies)
    trailer = b"trailer\n<</Size 7/Root 1 0 R/XRefStm %d>>\n" % offsets[5]
    start = b"startxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer + start


def test_fields_that_the_draft_brought_are_not_taken_for_reserved(draft: bytes, open_key: OpenKey) -> None:
    """Their typeface could show another number than their value says."""
    with pytest.raises(FieldError, match=r"reserved name: edocs\.number"):
        approve_pdf(with_fields(draft, "edocs.number"), open_key("leader"), replace(PERSON, field="A"), now=NOW)


def test_a_typeface_that_the_draft_brought_is_not_used(draft: bytes, open_key: OpenKey) -> None:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(with_fields(draft, "A")))
    liar = generic.DictionaryObject({generic.pdf_name("/EdocsRegular"): generic.DictionaryObject()})
    writer.root["/AcroForm"]["/DR"] = generic.DictionaryObject({generic.pdf_name("/Font"): liar})
    writer.update_container(writer.root["/AcroForm"])
    out = io.BytesIO()
    writer.write(out)

    approved = approve_pdf(out.getvalue(), open_key("leader"), PERSON, now=NOW)

    assert "/EdocsRegularX " in widgets(approved)["number"]["/DA"]
    assert issue_pdf(approved, open_key("seal"), ISSUE, now=LATER)


def test_a_field_whose_lock_forbids_every_change_is_refused(draft: bytes, open_key: OpenKey) -> None:
    from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec

    nothing = FieldMDPSpec(FieldMDPAction.INCLUDE, fields=[])
    closed = with_fields(draft, "A", field_mdp_spec=nothing, doc_mdp_update_value=MDPPerm.NO_CHANGES)

    with pytest.raises(PermissionRefusedError, match="shut number, date and seal in"):
        approve_pdf(closed, open_key("leader"), PERSON, now=NOW)


def test_a_page_whose_origin_is_elsewhere_has_its_blanks_in_the_same_place(draft: bytes, open_key: OpenKey) -> None:
    from pypdf.generic import RectangleObject

    writer = pypdf.PdfWriter(io.BytesIO(draft))
    writer.pages[0].mediabox = RectangleObject((-50, -30, 545, 812))
    out = io.BytesIO()
    writer.write(out)

    shifted = widgets(approve_pdf(out.getvalue(), open_key("leader"), PERSON, now=NOW))

    usual = widgets(approve_pdf(draft, open_key("leader"), PERSON, now=NOW))
    for name in ("number", "date"):
        assert [float(n) for n in shifted[name]["/Rect"]] == pytest.approx(
            [float(n) for n in usual[name]["/Rect"]], abs=0.5
        )
