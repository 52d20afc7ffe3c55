"""Levels B-T to B-LTA against services on the loopback interface; pyHanko and poppler are the witnesses."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from ades import ades_verdict
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from servers.pki import PkiService
from servers.tsa import Authority

from edocs.connect import open_revocation, open_signer, open_timestamper
from edocs.errors import EncryptedError
from edocs.model import (
    DocumentCode,
    LegalEffect,
    Level,
    Revocation,
    Role,
    SignatureSpec,
    SubIndication,
    TimeSource,
    TrustStore,
    Verdict,
    VerificationOptions,
)
from edocs.ports import Evidence, Signer
from edocs.sign import PreparedSignature, approve_pdf, extend_pdf, finish_pdf, issue_pdf, prepare_pdf, sign_pdf
from edocs.testing import sample_pdf
from edocs.verify import load_trust, verify_pdf

KEYS = Path(__file__).parents[2] / "certs" / "test" / "keys"
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
PASSWORD = "mat-khau"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PkiService]:
    service = PkiService(tmp_path_factory.mktemp("pki"), KEYS)
    yield service
    service.stop()


@pytest.fixture
def service(running: PkiService) -> PkiService:
    running.reset(NOW)
    return running


@pytest.fixture(scope="module")
def leader(running: PkiService) -> Signer:
    return open_signer(str(running.pki.p12("leader")), lambda _: running.pki.passphrase)


@pytest.fixture(scope="module")
def roots(running: PkiService) -> TrustStore:
    """Anchors alone: whatever else is needed, the document has to bring along."""
    return load_trust([running.pki.roots])


@pytest.fixture
def evidence(service: PkiService, tmp_path: Path) -> Evidence:
    return Evidence(
        timestamper=open_timestamper([f"{service.url}/tsa"], lambda name: name),
        revocation=open_revocation(online=True, cache=tmp_path / "cache"),
    )


def spec(level: Level) -> SignatureSpec:
    return SignatureSpec(role=Role.PERSONAL, level=level)


@pytest.mark.parametrize("level", list(Level))
def test_a_level_is_reached_and_found(
    service: PkiService, leader: Signer, roots: TrustStore, evidence: Evidence, level: Level
) -> None:
    signed = sign_pdf(sample_pdf(), leader, spec(level), now=NOW, evidence=evidence)

    (report,) = verify_pdf(signed, roots, VerificationOptions(at=NOW + timedelta(hours=1))).signatures
    assert (report.verdict, report.level, report.reasons) == (Verdict.TOTAL_PASSED, level, ())


@pytest.mark.parametrize("level", list(Level))
def test_a_level_is_accepted_by_pyhanko(leader: Signer, roots: TrustStore, evidence: Evidence, level: Level) -> None:
    signed = sign_pdf(sample_pdf(), leader, spec(level), now=NOW, evidence=evidence)

    assert ades_verdict(signed, roots, NOW + timedelta(hours=1), level) == "AdESPassed.OK"


def test_a_signature_timestamp_is_the_signing_time(leader: Signer, roots: TrustStore, evidence: Evidence) -> None:
    signed = sign_pdf(sample_pdf(), leader, spec(Level.B_T), now=NOW - timedelta(minutes=2), evidence=evidence)

    (report,) = verify_pdf(signed, roots, VerificationOptions(at=NOW)).signatures
    assert (report.signed_at, report.time_source) == (NOW, TimeSource.TIMESTAMP)


STEPS = [(start, end) for start in Level for end in Level if list(Level).index(end) > list(Level).index(start)]


@pytest.mark.parametrize(("start", "end"), STEPS)
def test_each_level_is_reached_from_each_below_and_accepted_by_pyhanko(
    leader: Signer, roots: TrustStore, evidence: Evidence, start: Level, end: Level
) -> None:
    signed = sign_pdf(sample_pdf(), leader, spec(start), now=NOW, evidence=evidence)

    extended = extend_pdf(signed, end, evidence=evidence, now=NOW)

    at = NOW + timedelta(hours=1)
    (report,) = verify_pdf(extended.document, roots, VerificationOptions(at=at)).signatures
    assert (report.verdict, report.level, extended.level) == (Verdict.TOTAL_PASSED, end, end)
    assert (report.time_source, report.reasons) == (TimeSource.TIMESTAMP, ())
    assert report.evidence_until == extended.holds_until
    assert ades_verdict(extended.document, roots, at, end) == "AdESPassed.OK"


def test_the_timestamp_goes_into_the_signature_and_changes_no_signed_byte(leader: Signer, evidence: Evidence) -> None:
    signed = sign_pdf(sample_pdf(), leader, spec(Level.B_B), now=NOW)
    start, end = hole(signed)

    extended = extend_pdf(signed, Level.B_T, evidence=evidence, now=NOW).document

    assert (len(extended), hole(extended)) == (len(signed), (start, end))
    assert (extended[:start], extended[end:]) == (signed[:start], signed[end:])
    assert extended[start:end] != signed[start:end]


def test_of_two_signatures_the_last_gets_its_own_timestamp_and_the_first_the_documents(
    service: PkiService, leader: Signer, roots: TrustStore, evidence: Evidence, draft: bytes
) -> None:
    seal = open_signer(str(service.pki.p12("seal")), lambda _: service.pki.passphrase)
    approved = approve_pdf(draft, leader, spec(Level.B_B), now=NOW)
    code = DocumentCode(number=7, issued_on=NOW)
    issued = issue_pdf(approved, seal, SignatureSpec(role=Role.ORGANISATION, code=code), now=NOW)

    extended = extend_pdf(issued, Level.B_T, evidence=evidence, now=NOW).document

    at = NOW + timedelta(hours=1)
    report = verify_pdf(extended, roots, VerificationOptions(at=at))
    assert [(item.level, item.reasons) for item in report.signatures] == [(Level.B_T, ())] * 2
    assert (report.verdict, report.legal_effect) == (Verdict.TOTAL_PASSED, LegalEffect.ORIGINAL)
    assert extended.count(b"/DocTimeStamp") == 1
    assert ades_verdict(extended, roots, at, Level.B_T, index=1) == "AdESPassed.OK"


def test_a_signature_that_a_later_one_covers_is_left_alone(
    service: PkiService, leader: Signer, roots: TrustStore, evidence: Evidence
) -> None:
    """The second signature covers the first one's room: the time goes into a document timestamp."""
    seal = open_signer(str(service.pki.p12("seal")), lambda _: service.pki.passphrase)
    first = sign_pdf(sample_pdf(), leader, spec(Level.B_B), now=NOW)
    second = sign_pdf(first, seal, SignatureSpec(role=Role.ORGANISATION, level=Level.B_T), now=NOW, evidence=evidence)

    extended = extend_pdf(second, Level.B_T, evidence=evidence, now=NOW).document

    report = verify_pdf(extended, roots, VerificationOptions(at=NOW + timedelta(hours=1)))
    assert extended.startswith(second)
    assert b"/DocTimeStamp" in extended[len(second) :]
    assert [(item.verdict, item.level) for item in report.signatures] == [(Verdict.TOTAL_PASSED, Level.B_T)] * 2


def test_bytes_behind_the_signature_keep_its_room_shut(leader: Signer, roots: TrustStore, evidence: Evidence) -> None:
    signed = sign_pdf(sample_pdf(), leader, spec(Level.B_B), now=NOW) + b"\n"

    extended = extend_pdf(signed, Level.B_T, evidence=evidence, now=NOW).document

    assert extended.startswith(signed)
    assert b"/DocTimeStamp" in extended[len(signed) :]


def hole(document: bytes) -> tuple[int, int]:
    """Where the first signature's value stands, ``<`` and ``>`` included."""
    _, start, end, _ = PdfFileReader(io.BytesIO(document)).embedded_regular_signatures[0].byte_range
    return start, end


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
@pytest.mark.parametrize("start", [None, Level.B_B])
@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_an_encrypted_document_gets_long_term_evidence_that_only_its_password_opens(
    leader: Signer, roots: TrustStore, evidence: Evidence, level: Level, start: Level | None, algorithm: str
) -> None:
    """Certificates in the store name persons: they are encrypted like the rest (ISO 32000-2, 7.6)."""
    locked = replace(spec(start or level), password=PASSWORD)

    signed = sign_pdf(encrypted(algorithm), leader, locked, now=NOW, evidence=evidence)
    if start:
        signed = extend_pdf(signed, level, evidence=evidence, now=NOW, password=PASSWORD).document

    at = NOW + timedelta(hours=1)
    (report,) = verify_pdf(signed, roots, VerificationOptions(at=at, password=PASSWORD)).signatures
    assert (report.verdict, report.level, report.reasons) == (Verdict.TOTAL_PASSED, level, ())
    assert ades_verdict(signed, roots, at, level, PASSWORD) == "AdESPassed.OK"
    plain = sign_pdf(sample_pdf(), leader, spec(level), now=NOW, evidence=evidence)
    assert all(encoded in plain for encoded in stored_streams(plain))
    assert not any(encoded in signed for encoded in stored_streams(signed))


def stored_streams(document: bytes) -> list[bytes]:
    """What the security store holds, as it stands in a document that is not encrypted."""
    reader = PdfFileReader(io.BytesIO(document))
    if reader.encrypted:
        reader.decrypt(PASSWORD)
    store = reader.root["/DSS"]
    lists = [store[key] for key in ("/Certs", "/OCSPs", "/CRLs") if key in store]
    streams = [items[index].encoded_data for items in lists for index in range(len(items))]
    assert streams
    return streams


def test_poppler_accepts_long_term_evidence_in_an_encrypted_document(
    leader: Signer, evidence: Evidence, tmp_path: Path, witness: Callable[[str], str]
) -> None:
    pdfsig, qpdf = witness("pdfsig"), witness("qpdf")
    path = tmp_path / "locked.pdf"
    locked = replace(spec(Level.B_LTA), password=PASSWORD)

    path.write_bytes(sign_pdf(encrypted("AES-256"), leader, locked, now=NOW, evidence=evidence))

    told = subprocess.run(
        [pdfsig, "-nocert", "-upw", PASSWORD, path], capture_output=True, check=False, text=True, encoding="utf-8"
    )
    checked = subprocess.run([qpdf, f"--password={PASSWORD}", "--check", path], capture_output=True, check=False)
    assert "Signature Validation: Signature is Valid." in told.stdout.partition("Signature #2")[0], told.stdout
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(("password", "text"), [(None, "is encrypted"), ("falsch", "password is wrong")])
def test_an_encrypted_document_is_not_extended_without_its_password(
    leader: Signer, evidence: Evidence, password: str | None, text: str
) -> None:
    signed = sign_pdf(encrypted("AES-256"), leader, replace(spec(Level.B_B), password=PASSWORD), now=NOW)

    with pytest.raises(EncryptedError, match=text):
        extend_pdf(signed, Level.B_LT, evidence=evidence, now=NOW, password=password)


def encrypted(algorithm: str) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(sample_pdf()))
    writer.encrypt(PASSWORD, "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_only_proof_of_time_outlives_the_signers_certificate(
    service: PkiService, leader: Signer, roots: TrustStore, evidence: Evidence
) -> None:
    """In 2040 the signer's certificate has ended (2035), the timestamping authority's has not (2047)."""
    service.authority = Authority.lasting(service.pki, 2025, 2047)
    later = VerificationOptions(at=datetime(2040, 1, 1, tzinfo=UTC))

    plain = sign_pdf(sample_pdf(), leader, spec(Level.B_B), now=NOW)
    archived = sign_pdf(sample_pdf(), leader, spec(Level.B_LTA), now=NOW, evidence=evidence)

    (without,), (with_proof,) = (verify_pdf(document, roots, later).signatures for document in (plain, archived))
    assert without.sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE
    assert (with_proof.verdict, with_proof.level) == (Verdict.TOTAL_PASSED, Level.B_LTA)
    assert with_proof.revocation is Revocation.GOOD
    assert with_proof.evidence_until == datetime(2047, 1, 1, tzinfo=UTC)


def test_renewal_lets_the_evidence_outlive_its_authority(
    service: PkiService, leader: Signer, roots: TrustStore, evidence: Evidence
) -> None:
    """The first authority ends in 2035; what another said of the whole document in 2034 holds until 2047."""
    archived = sign_pdf(sample_pdf(), leader, spec(Level.B_LTA), now=NOW, evidence=evidence)
    service.now = datetime(2034, 6, 1, tzinfo=UTC)
    service.authority = Authority.lasting(service.pki, 2030, 2047)

    renewed = extend_pdf(archived, Level.B_LTA, evidence=evidence, now=service.now)

    later = VerificationOptions(at=datetime(2040, 1, 1, tzinfo=UTC))
    (without,), (report,) = (verify_pdf(item, roots, later).signatures for item in (archived, renewed.document))
    assert (without.verdict, without.sub_indication) == (Verdict.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE)
    assert (report.verdict, report.level, report.signed_at) == (Verdict.TOTAL_PASSED, Level.B_LTA, NOW)
    assert renewed.holds_until == report.evidence_until == datetime(2047, 1, 1, tzinfo=UTC)


def test_a_renewed_signature_is_accepted_by_pyhanko(
    service: PkiService, leader: Signer, roots: TrustStore, evidence: Evidence
) -> None:
    archived = sign_pdf(sample_pdf(), leader, spec(Level.B_LTA), now=NOW, evidence=evidence)
    service.now += timedelta(hours=2)

    renewed = extend_pdf(archived, Level.B_LTA, evidence=evidence, now=service.now)

    assert ades_verdict(renewed.document, roots, service.now + timedelta(hours=1), Level.B_LTA) == "AdESPassed.OK"


def test_poppler_accepts_the_signature_at_every_level(
    leader: Signer, evidence: Evidence, tmp_path: Path, witness: Callable[[str], str]
) -> None:
    pdfsig = witness("pdfsig")

    for level in Level:
        path = tmp_path / f"{level}.pdf"
        path.write_bytes(sign_pdf(sample_pdf(), leader, spec(level), now=NOW, evidence=evidence))
        told = subprocess.run([pdfsig, "-nocert", path], capture_output=True, check=False, text=True, encoding="utf-8")
        assert "Signature Validation: Signature is Valid." in told.stdout.partition("Signature #2")[0], told.stdout


def test_a_document_of_two_signatures_is_extended_as_a_whole(
    service: PkiService, roots: TrustStore, evidence: Evidence, draft: bytes, leader: Signer
) -> None:
    seal = open_signer(str(service.pki.p12("seal")), lambda _: service.pki.passphrase)
    approved = approve_pdf(draft, leader, spec(Level.B_B), now=NOW)
    code = DocumentCode(number=7, issued_on=NOW)
    issued = issue_pdf(approved, seal, SignatureSpec(role=Role.ORGANISATION, code=code), now=NOW)

    extended = extend_pdf(issued, Level.B_LTA, evidence=evidence, now=NOW)

    report = verify_pdf(extended.document, roots, VerificationOptions(at=NOW + timedelta(hours=1)))
    assert [item.level for item in report.signatures] == [Level.B_LTA, Level.B_LTA]
    assert (report.verdict, report.legal_effect) == (Verdict.TOTAL_PASSED, LegalEffect.ORIGINAL)


def test_issuing_goes_on_after_an_approval_with_long_term_evidence(
    service: PkiService, roots: TrustStore, evidence: Evidence, draft: bytes, leader: Signer
) -> None:
    seal = open_signer(str(service.pki.p12("seal")), lambda _: service.pki.passphrase)
    approved = approve_pdf(draft, leader, spec(Level.B_LTA), now=NOW, evidence=evidence)
    code = DocumentCode(number=7, issued_on=NOW)
    sealing = SignatureSpec(role=Role.ORGANISATION, code=code, level=Level.B_LTA)

    issued = issue_pdf(approved, seal, sealing, now=NOW, evidence=evidence)

    report = verify_pdf(issued, roots, VerificationOptions(at=NOW + timedelta(hours=1)))
    assert (report.verdict, [item.level for item in report.signatures]) == (
        Verdict.TOTAL_PASSED,
        [Level.B_LTA, Level.B_LTA],
    )


def test_an_interrupted_signature_keeps_its_level(leader: Signer, roots: TrustStore, evidence: Evidence) -> None:
    prepared = prepare_pdf(sample_pdf(), leader, spec(Level.B_LT), now=NOW, evidence=evidence)
    stored = PreparedSignature.from_json(prepared.to_json())

    signed = finish_pdf(stored, leader.sign(stored.attributes, stored.digest), now=NOW, evidence=evidence)

    (report,) = verify_pdf(signed, roots, VerificationOptions(at=NOW)).signatures
    assert report.level is Level.B_LT


def test_a_broken_document_timestamp_is_a_notice_and_spoils_nothing_else(
    leader: Signer, roots: TrustStore, evidence: Evidence
) -> None:
    signed = sign_pdf(sample_pdf(), leader, spec(Level.B_LTA), now=NOW, evidence=evidence)
    (stamp,) = PdfFileReader(io.BytesIO(signed)).embedded_timestamp_signatures
    value = stamp.signer_info["signature"].native.hex().encode()
    forged = signed.replace(value, value[::-1])
    assert forged != signed

    report = verify_pdf(forged, roots, VerificationOptions(at=NOW + timedelta(hours=1)))

    assert (report.verdict, report.signatures[0].level) == (Verdict.TOTAL_PASSED, Level.B_LT)
    assert [notice.rule for notice in report.notices] == ["time.document_timestamp"]


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
def test_a_foreign_signature_with_room_takes_the_timestamp_itself(
    service: PkiService, roots: TrustStore, evidence: Evidence, level: Level
) -> None:
    """pyHanko leaves room; with the timestamp in the signature it accepts each level that the extension reaches."""
    signer = signers.SimpleSigner.load_pkcs12_data(
        service.pki.p12("leader").read_bytes(), other_certs=[], passphrase=service.pki.passphrase.encode()
    )
    metadata = signers.PdfSignatureMetadata(field_name="A", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    update = IncrementalPdfFileWriter(io.BytesIO(sample_pdf()))
    signed = bytes(signers.sign_pdf(update, metadata, signer=signer, bytes_reserved=20000).getvalue())

    extended = extend_pdf(signed, level, evidence=evidence, now=NOW)

    at = NOW + timedelta(hours=1)
    (report,) = verify_pdf(extended.document, roots, VerificationOptions(at=at)).signatures
    assert (report.verdict, report.level, extended.level) == (Verdict.TOTAL_PASSED, level, level)
    assert ades_verdict(extended.document, roots, at, level) == "AdESPassed.OK"


def test_a_document_that_forbids_all_changes_is_extended(
    roots: TrustStore, evidence: Evidence, service: PkiService
) -> None:
    """DocMDP P=1 leaves evidence for the long term allowed (ISO 32000-2, 12.8.2.2.2)."""
    signer = signers.SimpleSigner.load_pkcs12_data(
        service.pki.p12("leader").read_bytes(), other_certs=[], passphrase=service.pki.passphrase.encode()
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="A", subfilter=SigSeedSubFilter.PADES, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES
    )
    update = IncrementalPdfFileWriter(io.BytesIO(sample_pdf()))
    signed = bytes(signers.sign_pdf(update, metadata, signer=signer, bytes_reserved=8192).getvalue())

    extended = extend_pdf(signed, Level.B_LTA, evidence=evidence, now=NOW).document

    (report,) = verify_pdf(extended, roots, VerificationOptions(at=NOW + timedelta(hours=1))).signatures
    assert (report.verdict, report.level, report.reasons) == (Verdict.TOTAL_PASSED, Level.B_LTA, ())


def test_without_anchors_no_timestamp_is_said_to_be_broken(leader: Signer, evidence: Evidence) -> None:
    signed = sign_pdf(sample_pdf(), leader, spec(Level.B_LTA), now=NOW, evidence=evidence)

    report = verify_pdf(signed, None, VerificationOptions(at=NOW))

    assert (report.signatures[0].level, report.notices) == (Level.B_B, ())
