"""Verdicts on whole documents, signed by another product: what passes, what fails, and why."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm

from edocs.errors import UnreadableError, VerificationError
from edocs.model import (
    Changes,
    LegalEffect,
    Policy,
    Revocation,
    Role,
    SubIndication,
    TrustStore,
    Verdict,
    VerificationOptions,
    VerificationReport,
)
from edocs.testing import Pki, sample_pdf
from edocs.verify import load_trust, verify_pdf

Sign = Callable[..., bytes]


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    return sample_pdf()


@pytest.fixture(scope="module")
def one(unsigned: bytes, foreign_sign: Sign) -> bytes:
    return foreign_sign(unsigned, "leader", "Person")


@pytest.fixture(scope="module")
def both(one: bytes, foreign_sign: Sign) -> bytes:
    return foreign_sign(one, "seal", "Agency")


def update(document: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """An incremental update without any signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def rules(report: VerificationReport) -> set[str]:
    own = {reason.rule for reason in report.reasons}
    return own | {reason.rule for signature in report.signatures for reason in signature.reasons}


def test_person_then_agency_has_the_value_of_an_original(both: bytes, trust: TrustStore) -> None:
    report = verify_pdf(both, trust)

    assert report.verdict is Verdict.TOTAL_PASSED
    assert report.legal_effect is LegalEffect.ORIGINAL
    assert [(s.role, s.changes_after) for s in report.signatures] == [
        (Role.PERSONAL, Changes.SIGNATURE),
        (Role.ORGANISATION, Changes.NONE),
    ]
    report.require()


def test_agency_before_person_is_for_reference_only(unsigned: bytes, foreign_sign: Sign, trust: TrustStore) -> None:
    wrong_order = foreign_sign(foreign_sign(unsigned, "seal", "Agency"), "leader", "Person")

    report = verify_pdf(wrong_order, trust)

    assert (report.verdict, report.legal_effect) == (Verdict.TOTAL_PASSED, LegalEffect.REFERENCE_ONLY)


def test_without_anchors_nothing_passes(both: bytes) -> None:
    report = verify_pdf(both)

    assert report.verdict is Verdict.INDETERMINATE
    assert rules(report) == {"trust.no_anchors"}
    with pytest.raises(VerificationError, match="no trust anchors"):
        report.require()


def test_a_report_has_no_truth_value(both: bytes) -> None:
    with pytest.raises(TypeError, match="verdict"):
        bool(verify_pdf(both))


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        (b"", "file.not_pdf"),
        (b"a letter", "file.not_pdf"),
        (b"%PDF-1.7\nnothing more", "file.damaged"),
    ],
)
def test_what_cannot_be_read_is_unreadable_with_the_reason(document: bytes, rule: str) -> None:
    report = verify_pdf(document)

    assert (report.verdict, rules(report)) == (Verdict.UNREADABLE, {rule})


def test_a_truncated_document_is_unreadable(both: bytes) -> None:
    assert verify_pdf(both[:-300]).verdict is Verdict.UNREADABLE


def test_a_missing_file_raises(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="not found"):
        verify_pdf(tmp_path / "không có.pdf")


def test_an_encrypted_document_is_unreadable_without_its_password(unsigned: bytes) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(unsigned)))
    writer.encrypt("mật khẩu", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)

    locked = verify_pdf(out.getvalue())
    opened = verify_pdf(out.getvalue(), options=VerificationOptions(password="mật khẩu"))

    assert (locked.verdict, rules(locked)) == (Verdict.UNREADABLE, {"file.encrypted"})
    assert opened.verdict is Verdict.NOT_SIGNED


def test_no_signature_is_not_signed(unsigned: bytes) -> None:
    assert verify_pdf(unsigned).verdict is Verdict.NOT_SIGNED


def test_changed_byte_after_signing_fails_digest(both: bytes, trust: TrustStore) -> None:
    at = both.index(b"/MediaBox") + 12
    changed = both[:at] + bytes([both[at] ^ 1]) + both[at + 1 :]

    report = verify_pdf(changed, trust)

    assert report.verdict in (Verdict.TOTAL_FAILED, Verdict.UNREADABLE)
    assert not any(signature.integrity for signature in report.signatures)


def test_a_page_turned_after_signing_is_content(both: bytes, trust: TrustStore) -> None:
    def turn(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        page["/Rotate"] = generic.NumberObject(90)
        writer.update_container(page)

    report = verify_pdf(update(both, turn), trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert {signature.changes_after for signature in report.signatures} == {Changes.CONTENT}
    assert rules(report) == {"changes.page"}
    assert report.signatures[0].reasons[0].text("vi") == "trang 1 không còn hiển thị đúng nội dung đã ký"


def test_a_page_added_after_signing_is_counted(both: bytes, trust: TrustStore) -> None:
    def add_page(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        pages["/Kids"].append(writer.add_object(generic.DictionaryObject(pages["/Kids"][0])))
        pages["/Count"] = generic.NumberObject(2)
        writer.update_container(pages)

    report = verify_pdf(update(both, add_page), trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert rules(report) == {"changes.pages"}


def test_a_change_that_no_page_shows_is_still_content(both: bytes, trust: TrustStore) -> None:
    def open_action(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/AA"] = generic.DictionaryObject()
        writer.update_root()

    report = verify_pdf(update(both, open_action), trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert rules(report) == {"changes.content"}


def test_an_object_that_no_table_reaches_is_refused(both: bytes, trust: TrustStore) -> None:
    report = verify_pdf(both + b"\n1 0 obj\n<</Type/Catalog>>\nendobj\n", trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert "structure.unreached_bytes" in rules(report)


def test_white_space_after_the_end_is_reported_and_passes(both: bytes, trust: TrustStore) -> None:
    report = verify_pdf(both + b"\r\n\0 ", trust)

    assert report.verdict is Verdict.TOTAL_PASSED
    assert "structure.trailing_space" in {notice.rule for notice in report.signatures[-1].notices}


def test_one_broken_cms_leaves_the_good_signature_whole(both: bytes, trust: TrustStore) -> None:
    at = both.rindex(b"/Contents <") + 11
    broken = both[:at] + b"00" * 20 + both[at + 40 :]

    good, bad = sorted(verify_pdf(broken, trust).signatures, key=lambda signature: signature.field, reverse=True)

    assert (good.field, good.verdict, good.integrity) == ("Person", Verdict.TOTAL_PASSED, True)
    assert (bad.field, bad.verdict, bad.sub_indication) == (
        "Agency",
        Verdict.TOTAL_FAILED,
        SubIndication.FORMAT_FAILURE,
    )
    assert good.signer is not None
    assert verify_pdf(broken, trust).verdict is Verdict.TOTAL_FAILED


def test_an_unknown_format_is_never_not_signed(one: bytes, trust: TrustStore) -> None:
    report = verify_pdf(one.replace(b"ETSI.CAdES.detached", b"ETSI.CAdES.unheard0"), trust)

    assert (report.verdict, rules(report)) == (Verdict.INDETERMINATE, {"format.sub_filter"})
    assert not report.signatures[0].integrity


@pytest.mark.parametrize(
    ("name", "verdict", "sub_indication", "rule"),
    [
        ("expired", Verdict.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE, "trust.out_of_bounds"),
        ("not-yet-valid", Verdict.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE, "trust.out_of_bounds"),
        ("revoked", Verdict.TOTAL_FAILED, SubIndication.REVOKED, "trust.signed_after_revocation"),
        ("wrong-usage", Verdict.INDETERMINATE, SubIndication.CHAIN_CONSTRAINTS_FAILURE, "trust.key_usage"),
        ("unknown-root", Verdict.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND, "trust.no_path"),
        ("rsa1024", Verdict.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE, "algorithm.weak"),
        ("sha1", Verdict.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE, "algorithm.weak"),
    ],
)
def test_a_bad_certificate_does_not_pass(
    unsigned: bytes,
    foreign_sign: Sign,
    trust: TrustStore,
    name: str,
    verdict: Verdict,
    sub_indication: SubIndication,
    rule: str,
) -> None:
    report = verify_pdf(foreign_sign(unsigned, name, "Person"), trust)

    (signature,) = report.signatures
    assert (signature.verdict, signature.sub_indication, rules(report)) == (verdict, sub_indication, {rule})
    assert signature.integrity
    assert not signature.trusted


def test_an_expired_certificate_that_was_valid_when_claimed_is_said_so(one: bytes, trust: TrustStore) -> None:
    """EN 319 102-1, 5.2.6: without proof of the time the signature stays indeterminate."""
    options = VerificationOptions(at=datetime(2040, 1, 1, tzinfo=UTC))

    (signature,) = verify_pdf(one, trust, options).signatures

    assert signature.sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE
    assert signature.valid_at_claimed_time is True


def test_revocation_that_cannot_be_checked_is_a_notice_unless_required(one: bytes, trust: TrustStore) -> None:
    without_lists = TrustStore(anchors=trust.anchors, intermediates=trust.intermediates)

    (noticed,) = verify_pdf(one, without_lists).signatures
    (required,) = verify_pdf(one, without_lists, VerificationOptions(require_revocation=True)).signatures

    assert (noticed.verdict, noticed.revocation) == (Verdict.TOTAL_PASSED, Revocation.UNKNOWN)
    assert [notice.rule for notice in noticed.notices] == ["trust.revocation_unknown"]
    assert (required.verdict, required.sub_indication) == (Verdict.INDETERMINATE, SubIndication.TRY_LATER)


def test_revocation_that_is_required_is_required_of_every_authority_below_the_root(
    one: bytes, trust: TrustStore, pki: Pki
) -> None:
    """Whoever holds a revoked authority's key can make good lists for its certificates."""
    without_roots_list = load_trust([pki.roots, pki.intermediates, pki.crls / "official-ca.crl"])
    required = VerificationOptions(require_revocation=True)

    (complete,) = verify_pdf(one, trust, required).signatures
    (noticed,) = verify_pdf(one, without_roots_list).signatures
    (refused,) = verify_pdf(one, without_roots_list, required).signatures

    assert (complete.verdict, complete.notices) == (Verdict.TOTAL_PASSED, ())
    assert (noticed.verdict, noticed.revocation) == (Verdict.TOTAL_PASSED, Revocation.GOOD)
    assert [notice.rule for notice in noticed.notices] == ["trust.revocation_unknown"]
    assert (refused.verdict, refused.sub_indication) == (Verdict.INDETERMINATE, SubIndication.TRY_LATER)


def test_the_integrity_policy_is_indeterminate_at_best(both: bytes, trust: TrustStore) -> None:
    report = verify_pdf(both, trust, VerificationOptions(policy=Policy.INTEGRITY))

    assert report.verdict is Verdict.INDETERMINATE
    assert all(signature.integrity and not signature.trusted for signature in report.signatures)


def test_a_change_beyond_docmdp_fails(unsigned: bytes, foreign_sign: Sign, trust: TrustStore) -> None:
    certified = foreign_sign(unsigned, "leader", "Person", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)

    def add_page_text(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/Lang"] = generic.TextStringObject("vi")
        writer.update_root()

    report = verify_pdf(update(certified, add_page_text), trust)

    assert report.verdict is Verdict.TOTAL_FAILED


def test_one_signature_shown_by_two_fields_is_refused(one: bytes, trust: TrustStore) -> None:
    def show_twice(writer: IncrementalPdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        original = form["/Fields"][0]
        twin = generic.DictionaryObject(
            {
                generic.pdf_name("/FT"): generic.pdf_name("/Sig"),
                generic.pdf_name("/T"): generic.TextStringObject("Twin"),
                generic.pdf_name("/V"): original.raw_get("/V"),
            }
        )
        form["/Fields"].append(writer.add_object(twin))
        writer.update_container(form["/Fields"])

    report = verify_pdf(update(one, show_twice), trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert "structure.shared_signature" in rules(report)


def test_the_number_of_a_person_is_masked(one: bytes, trust: TrustStore) -> None:
    text = str(verify_pdf(one, trust).as_dict())

    assert "001080000001" not in text
    assert "CCCD:*********001" in text


def test_the_json_object_is_the_contract(both: bytes, trust: TrustStore) -> None:
    value = verify_pdf(both, trust).as_dict("vi")

    assert value["schema"] == "edocs.verification/1"
    assert {"path", "sha256", "verdict", "reasons", "policy", "legal_effect", "signatures"} <= set(value)
    assert {"field", "role", "role_rule", "verdict", "sub_indication", "level", "signer", "issuer", "serial"} <= set(
        value["signatures"][0]  # type: ignore[index]
    )
