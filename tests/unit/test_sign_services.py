"""What TSA, OCSP responder and CRL server may do wrong; nothing is ever left at a lower level without leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp
from servers.pki import HTML, Answer, PkiService
from servers.tsa import Authority

from edocs._trust.fetching import OnlineRevocation
from edocs.connect import open_revocation, open_signer, open_timestamper
from edocs.errors import CertificateRefusedError, EdocsError, FieldError, RefusedError, UnavailableError, UsageError
from edocs.model import Level, Revocation, Role, SignatureSpec, SubIndication, TrustStore, Verdict, VerificationOptions
from edocs.ports import Evidence, Signer
from edocs.sign import extend_pdf, finish_pdf, prepare_pdf, sign_pdf
from edocs.signers.tsa import HttpTimestamper
from edocs.testing import flip_byte, sample_pdf
from edocs.verify import load_trust, verify_pdf

KEYS = Path(__file__).parents[2] / "certs" / "test" / "keys"
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
B_T = SignatureSpec(role=Role.PERSONAL, level=Level.B_T)
B_LT = replace(B_T, level=Level.B_LT)
B_LTA = replace(B_T, level=Level.B_LTA)
GARBAGE = (200, "application/timestamp-reply", b"\x30\x03\x02\x01\x00garbage")


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
def open_own(running: PkiService) -> Callable[[str], Signer]:
    return lambda name: open_signer(str(running.pki.p12(name)), lambda _: running.pki.passphrase)


@pytest.fixture(scope="module")
def leader(open_own: Callable[[str], Signer]) -> Signer:
    return open_own("leader")


@pytest.fixture
def evidence(service: PkiService, tmp_path: Path) -> Evidence:
    return Evidence(
        timestamper=open_timestamper([f"{service.url}/tsa"], lambda name: name),
        revocation=open_revocation(online=True, cache=tmp_path / "cache"),
    )


def other_imprint(service: PkiService) -> Callable[[bytes], Answer]:
    def answer(query: bytes) -> Answer:
        imprint = tsp.MessageImprint({"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)})
        return 200, "application/timestamp-reply", service.authority.answer(query, NOW, message_imprint=imprint)

    return answer


def other_nonce(service: PkiService) -> Callable[[bytes], Answer]:
    return lambda query: (200, "application/timestamp-reply", service.authority.answer(query, NOW, nonce=7))


def broken_signature(service: PkiService) -> Callable[[bytes], Answer]:
    def answer(query: bytes) -> Answer:
        response = service.authority.answer(query, NOW)
        value = tsp.TimeStampResp.load(response)["time_stamp_token"]["content"]["signer_infos"][0]["signature"].native
        return 200, "application/timestamp-reply", response.replace(value, value[::-1])

    return answer


def other_content(service: PkiService) -> Callable[[bytes], Answer]:
    """The content type in the signed data alone: the signed attribute still says what it was."""
    data, stamp = (bytes.fromhex(text) for text in ("060b2a864886f70d0109100101", "060b2a864886f70d0109100104"))

    def answer(query: bytes) -> Answer:
        response = service.authority.answer(query, NOW)
        assert stamp in response
        return 200, "application/timestamp-reply", response.replace(stamp, data, 1)

    return answer


def for_anything(service: PkiService) -> Callable[[bytes], Answer]:
    authority = Authority.lasting(service.pki, 2020, 2040, is_strict=False)
    return lambda query: (200, "application/timestamp-reply", authority.answer(query, NOW))


def outlived(service: PkiService) -> Callable[[bytes], Answer]:
    authority = Authority.lasting(service.pki, 2020, 2025)
    return lambda query: (200, "application/timestamp-reply", authority.answer(query, NOW))


def signer_as_authority(service: PkiService) -> Callable[[bytes], Answer]:
    authority = Authority.of(service.pki, "leader")
    return lambda query: (200, "application/timestamp-reply", authority.answer(query, NOW))


def rejection(service: PkiService) -> Callable[[bytes], Answer]:
    status = tsp.PKIStatusInfo({"status": "rejection"}).dump()  # a rejection has no token (RFC 3161, 2.4.2)
    refused = bytes([0x30, len(status)]) + status
    return lambda query: (200, "application/timestamp-reply", refused)


FAULTS = pytest.mark.parametrize(
    ("fault", "why"),
    [
        (HTML, "text/html, not with a timestamp"),
        (GARBAGE, "not with a timestamp"),
        ((503, "text/plain", b"busy"), "status 503"),
        ((200, "application/timestamp-reply", b""), "not with a timestamp"),
        ((200, "application/timestamp-reply", bytes(2 << 20)), "too much"),
        ("gone", "does not answer"),
        (other_imprint, "it is for something else"),
        (other_nonce, "it does not answer this request"),
        (broken_signature, "its signature is broken"),
        (other_content, "it is no timestamp"),
        (for_anything, "its certificate is not for timestamping"),
        (signer_as_authority, "its certificate is not for timestamping"),
        (outlived, "its certificate was not valid at its time"),
        (rejection, "rejection"),
    ],
    ids=[
        *("html", "garbage", "503", "empty", "long", "gone", "imprint", "nonce", "signature", "content"),
        *("purpose", "leader", "outlived", "rejection"),
    ],
)


@FAULTS
def test_a_bad_timestamp_leaves_nothing(
    service: PkiService, leader: Signer, evidence: Evidence, fault: object, why: str
) -> None:
    made = fault(service) if callable(fault) else fault
    service.faults["/tsa"] = made  # type: ignore[assignment]

    with pytest.raises(UnavailableError, match=why) as caught:
        sign_pdf(sample_pdf(), leader, B_T, now=NOW, evidence=evidence)

    assert caught.value.exit_code == 5


@FAULTS
def test_after_a_bad_timestamp_the_next_authority_is_asked(
    service: PkiService, leader: Signer, evidence: Evidence, fault: object, why: str
) -> None:
    made = fault(service) if callable(fault) else fault
    service.faults["/tsa/first"] = made  # type: ignore[assignment]
    several = open_timestamper([f"{service.url}/tsa/first", f"{service.url}/tsa/second"], lambda name: name)

    signed = sign_pdf(sample_pdf(), leader, B_T, now=NOW, evidence=replace(evidence, timestamper=several))

    (report,) = verify_pdf(signed, load_trust([service.pki.roots]), VerificationOptions(at=NOW)).signatures
    assert (report.level, report.reasons) == (Level.B_T, ())
    assert [path for path in service.requests if "/tsa" in path] == ["/tsa/first", "/tsa/second"]


def test_a_timestamp_under_another_policy_is_not_taken(service: PkiService) -> None:
    stamper = HttpTimestamper(
        [f"{service.url}/tsa"], lambda name: name, lambda *_: "", policy="2.16.704.1.1.2026", timeout_s=1
    )
    service.faults["/tsa"] = lambda query: (
        200,
        "application/timestamp-reply",
        service.authority.answer(query, NOW, req_policy="1.2.3.4"),
    )

    with pytest.raises(UnavailableError, match="under another policy"):
        stamper.timestamp(bytes(32), "sha256")


@pytest.mark.timeout(5)
def test_a_slow_authority_is_not_waited_for(service: PkiService, leader: Signer) -> None:
    service.faults["/tsa"] = "slow"
    impatient = Evidence(timestamper=open_timestamper([f"{service.url}/tsa"], lambda name: name, timeout_s=0.1))

    with pytest.raises(UnavailableError, match="timed out"):
        sign_pdf(sample_pdf(), leader, B_T, now=NOW, evidence=impatient)


@pytest.mark.timeout(5)
def test_a_slow_ca_is_not_waited_for(service: PkiService, leader: Signer, evidence: Evidence) -> None:
    """Neither its responder nor its list: without either there is no B-LT, and nothing is left."""
    service.faults |= {"/ocsp": "slow", "/crl": "slow"}
    impatient = replace(evidence, revocation=OnlineRevocation(timeout_s=0.1))

    with pytest.raises(UnavailableError, match="nobody says whether"):
        sign_pdf(sample_pdf(), leader, B_LT, now=NOW, evidence=impatient)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_clock_that_differs_is_refused_with_both_times(
    service: PkiService, leader: Signer, evidence: Evidence, minutes: int
) -> None:
    service.now = NOW + timedelta(minutes=minutes)

    with pytest.raises(RefusedError, match=f"here 2026-03-05T14:30:00.07:00, there 2026-03-05T14:{30 + minutes}:00"):
        sign_pdf(sample_pdf(), leader, B_T, now=NOW, evidence=evidence)


def test_a_clock_that_differs_is_refused_even_where_a_lower_level_is_allowed(
    service: PkiService, leader: Signer, evidence: Evidence
) -> None:
    service.now = NOW + timedelta(minutes=6)

    with pytest.raises(RefusedError, match="the clock differs"):
        sign_pdf(sample_pdf(), leader, B_T, now=NOW, evidence=replace(evidence, on_lower=lambda _, __: None))


def test_the_next_authority_is_asked_where_one_fails(service: PkiService, leader: Signer, evidence: Evidence) -> None:
    service.faults["/tsa/first"] = HTML
    several = open_timestamper([f"{service.url}/tsa/first", f"{service.url}/tsa/second"], lambda name: name)

    sign_pdf(sample_pdf(), leader, B_T, now=NOW, evidence=replace(evidence, timestamper=several))

    assert service.requests == ["/ocsp/official-ca", "/tsa/first", "/tsa/second"]


def test_the_failure_of_every_authority_is_named(service: PkiService, leader: Signer, evidence: Evidence) -> None:
    service.faults |= {"/tsa/first": HTML, "/tsa/second": "gone"}
    several = open_timestamper([f"{service.url}/tsa/first", f"{service.url}/tsa/second"], lambda name: name)

    with pytest.raises(UnavailableError, match=r"/tsa/first answered with text/html.*; .*/tsa/second does not answer"):
        sign_pdf(sample_pdf(), leader, B_T, now=NOW, evidence=replace(evidence, timestamper=several))


def test_the_password_of_an_authority_comes_through_the_secrets(service: PkiService, leader: Signer) -> None:
    asked = []

    def secrets(name: str) -> str:
        asked.append(name)
        return "mật khẩu"

    url = service.url.replace("http://", "http://ubnd@")
    stamper = open_timestamper([f"{url}/tsa"], secrets)
    for _ in range(2):
        sign_pdf(sample_pdf(), leader, B_T, now=NOW, evidence=Evidence(timestamper=stamper))

    assert asked == [f"password of ubnd@{service.url.removeprefix('http://')}"]
    assert service.credentials() == "ubnd:mật khẩu"


@pytest.mark.parametrize("urls", [[], ["ftp://tsa.example/"], ["tsa.example"], ["http://a:b@tsa.example/"]])
def test_an_address_that_cannot_be_meant_is_refused(urls: list[str]) -> None:
    with pytest.raises(UsageError):
        open_timestamper(urls, lambda name: name)


@pytest.mark.parametrize(
    ("path", "asked", "left"),
    [("/tsa", B_T, Level.B_B), ("/tsa", B_LTA, Level.B_B), ("/crl", B_LT, Level.B_T)],
)
def test_a_lower_level_is_left_only_where_it_is_allowed_and_named(
    service: PkiService,
    leader: Signer,
    evidence: Evidence,
    trust: TrustStore,
    path: str,
    asked: SignatureSpec,
    left: Level,
) -> None:
    service.faults[path] = "gone"
    told: list[tuple[EdocsError, Level]] = []

    with pytest.raises(UnavailableError):
        sign_pdf(sample_pdf(), leader, asked, now=NOW, evidence=evidence)
    lenient = replace(evidence, on_lower=lambda error, level: told.append((error, level)))
    signed = sign_pdf(sample_pdf(), leader, asked, now=NOW, evidence=lenient)

    ((error, level),) = told
    assert (type(error), level) == (UnavailableError, left)
    roots = load_trust([service.pki.roots])
    assert verify_pdf(signed, roots, VerificationOptions(at=NOW)).signatures[0].level is left


def test_a_service_that_fails_costs_no_second_key_operation(
    service: PkiService, leader: Signer, evidence: Evidence
) -> None:
    prepared = prepare_pdf(sample_pdf(), leader, B_T, now=NOW, evidence=evidence)
    value = leader.sign(prepared.attributes, prepared.digest)
    service.faults["/tsa"] = "gone"
    with pytest.raises(UnavailableError):
        finish_pdf(prepared, value, now=NOW, evidence=evidence)
    service.faults.clear()

    assert finish_pdf(prepared, value, now=NOW, evidence=evidence)


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
def test_a_level_without_its_means_is_refused_before_the_key_is_asked(leader: Signer, level: Level) -> None:
    with pytest.raises(UsageError, match="needs a timestamping authority"):
        prepare_pdf(sample_pdf(), leader, replace(B_T, level=level), now=NOW)


def test_a_signer_that_the_responder_calls_revoked_is_refused_before_signing(
    service: PkiService, leader: Signer, evidence: Evidence
) -> None:
    service.revoked[leader.certificate.serial_number] = NOW - timedelta(days=1)

    with pytest.raises(CertificateRefusedError, match=r"revoked at 2026-03-04T14:30:00.07:00 \(ocsp\)"):
        prepare_pdf(sample_pdf(), leader, B_LT, now=NOW, evidence=evidence)

    assert service.requests == ["/ocsp/official-ca"]


@pytest.mark.parametrize("fault", ["gone", HTML, (200, "application/ocsp-response", b"\x30\x03\x0a\x01\x06")])
def test_lists_are_asked_where_the_responder_fails(
    service: PkiService, leader: Signer, tmp_path: Path, fault: object
) -> None:
    service.faults["/ocsp"] = fault  # type: ignore[assignment]
    source = open_revocation(online=True, cache=tmp_path)

    found = source.status(leader.certificate, leader.chain[0], NOW)

    assert found is not None
    assert (found.status, found.source[:3], service.requests) == (
        Revocation.GOOD,
        "crl",
        ["/ocsp/official-ca", "/crl/official-ca.crl"],
    )


def test_an_answer_is_asked_for_again_only_after_its_next_update(
    service: PkiService, leader: Signer, tmp_path: Path
) -> None:
    issuer = leader.chain[0]
    open_revocation(online=True, cache=tmp_path).status(leader.certificate, issuer, NOW)

    again = open_revocation(online=True, cache=tmp_path).status(leader.certificate, issuer, NOW + timedelta(hours=23))
    assert again is not None
    assert len(service.requests) == 1

    service.now += timedelta(hours=25)
    later = open_revocation(online=True, cache=tmp_path).status(leader.certificate, issuer, service.now)
    assert later is not None
    assert later.this_update == service.now
    assert len(service.requests) == 2


def test_a_spoilt_cache_is_an_empty_one(service: PkiService, leader: Signer, tmp_path: Path) -> None:
    source = open_revocation(online=True, cache=tmp_path)
    source.status(leader.certificate, leader.chain[0], NOW)
    for path in tmp_path.iterdir():
        path.write_bytes(b"spoilt")

    found = source.status(leader.certificate, leader.chain[0], NOW)

    assert found is not None
    assert found.status is Revocation.GOOD


def test_a_responder_that_signs_with_another_key_is_not_believed(
    service: PkiService, leader: Signer, tmp_path: Path
) -> None:
    service.faults["/ocsp"] = lambda query: (200, "application/ocsp-response", service.ocsp("public-ca", query))
    service.faults["/crl"] = "gone"

    assert open_revocation(online=True, cache=tmp_path).status(leader.certificate, leader.chain[0], NOW) is None


def test_nothing_is_asked_unless_it_is_wanted(service: PkiService, leader: Signer) -> None:
    sign_pdf(
        sample_pdf(),
        leader,
        SignatureSpec(role=Role.PERSONAL),
        now=NOW,
        evidence=Evidence(revocation=open_revocation([service.pki.crls])),
    )

    assert service.requests == []


def test_an_authority_of_an_unknown_root_is_refused(service: PkiService, leader: Signer, evidence: Evidence) -> None:
    national = load_trust([service.pki.pem("national-root")])

    with pytest.raises(RefusedError, match="the timestamping authority is not trusted"):
        sign_pdf(sample_pdf(), leader, B_T, now=NOW, evidence=replace(evidence, trust=national))


def test_a_missing_ca_certificate_is_named(service: PkiService, leader: Signer, evidence: Evidence) -> None:
    service.authority = replace(service.authority, chain=())
    seal = open_signer(f"pem:{service.pki.pem('seal')}?key={service.pki.key('seal')}", lambda _: service.pki.passphrase)

    with pytest.raises(RefusedError, match=r"the CA certificate above .*Lam Giang.* is missing"):
        sign_pdf(sample_pdf(), seal, replace(B_LT, role=Role.ORGANISATION), now=NOW, evidence=evidence)


def test_an_unsigned_document_is_not_extended(evidence: Evidence) -> None:
    with pytest.raises(FieldError, match="no signature to extend"):
        extend_pdf(sample_pdf(), Level.B_LTA, evidence=evidence, now=NOW)


def test_a_broken_signature_is_not_extended(service: PkiService, leader: Signer, evidence: Evidence) -> None:
    signed = sign_pdf(sample_pdf(), leader, SignatureSpec(role=Role.PERSONAL), now=NOW)

    with pytest.raises(RefusedError, match="Signature1 is broken: the signed bytes were changed"):
        extend_pdf(flip_byte(signed, 100), Level.B_T, evidence=evidence, now=NOW)

    assert service.requests == []


def test_verifying_asks_services_only_when_told_to(service: PkiService, leader: Signer, tmp_path: Path) -> None:
    signed = sign_pdf(sample_pdf(), leader, SignatureSpec(role=Role.PERSONAL), now=NOW)
    roots = load_trust([service.pki.roots])
    options = VerificationOptions(at=NOW, cache=tmp_path)

    (offline,) = verify_pdf(signed, roots, options).signatures
    assert (offline.revocation, service.requests) == (Revocation.UNKNOWN, [])

    (online,) = verify_pdf(signed, roots, replace(options, online=True)).signatures
    assert (online.revocation, online.verdict) == (Revocation.GOOD, Verdict.TOTAL_PASSED)
    assert sorted(service.requests) == ["/crl/official-root.crl", "/ocsp/official-ca"]


def test_verifying_online_learns_of_a_revocation(service: PkiService, leader: Signer) -> None:
    signed = sign_pdf(sample_pdf(), leader, SignatureSpec(role=Role.PERSONAL), now=NOW)
    service.revoked[leader.certificate.serial_number] = NOW - timedelta(days=1)

    options = VerificationOptions(at=NOW, online=True)
    (report,) = verify_pdf(signed, load_trust([service.pki.roots]), options).signatures

    assert (report.verdict, report.sub_indication) == (Verdict.TOTAL_FAILED, SubIndication.REVOKED)


def test_verifying_online_asks_nobody_about_a_signer_whom_no_root_vouches_for(
    service: PkiService, leader: Signer
) -> None:
    signed = sign_pdf(sample_pdf(), leader, SignatureSpec(role=Role.PERSONAL), now=NOW)

    options = VerificationOptions(at=NOW, online=True)
    verify_pdf(signed, load_trust([service.pki.pem("national-root")]), options)

    assert service.requests == []
