"""A key on a SIM behind ETSI TS 102 204: both messaging modes, every failure, and what is never shown."""

from __future__ import annotations

import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from servers.mss import Phone, Service, enrol, fault, serve

from edocs.cli.main import _run
from edocs.connect import open_signer
from edocs.errors import (
    CancelledError,
    CertificateRefusedError,
    EdocsError,
    RefusedError,
    SecretError,
    SignatureValueError,
    StateRefusedError,
    UnavailableError,
    UnreadableError,
    UsageError,
)
from edocs.model import Role, SignatureSpec, TrustStore, Verdict, VerificationOptions
from edocs.sign import prepare_pdf, sign_pdf
from edocs.signers.mobile import Conduct, MobileSigner, MobileTransaction, open_mobile_loopback
from edocs.signers.mobile_transaction import BLOCKED, Unfinished
from edocs.testing import Pki
from edocs.verify import verify_pdf

MSISDN = "84912345678"
MASKED = "8491****678"
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
SPEC = SignatureSpec(role=Role.PERSONAL)


class Clock:
    """Time that passes only where someone waits."""

    def __init__(self) -> None:
        self.at = NOW
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.at

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += timedelta(seconds=seconds)


class Desk:
    """The service, a clock and the codes that were shown."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.clock = Clock()
        self.codes: list[str] = []
        self.unfinished = Unfinished()

    def uri(self, **options: object) -> str:
        return f"mobile+http:{self.rest(**options)}"

    def rest(self, **options: object) -> str:
        return f"{self.service.url}?{urlencode({'msisdn': MSISDN, 'ap': self.service.ap_id, **options})}"

    def open(self, answer_s: float = 5, **options: object) -> MobileSigner:
        conduct = Conduct(now=self.clock.now, pause=self.clock.pause, answer_s=answer_s, unfinished=self.unfinished)
        return open_mobile_loopback(self.rest(**options), lambda _: self.service.password, self.codes.append, conduct)

    @property
    def phone(self) -> Phone:
        return self.service.phones[MSISDN]


@pytest.fixture
def desk(pki: Pki) -> Iterator[Desk]:
    with serve(Service(phones={MSISDN: enrol(pki, "leader")})) as service:
        yield Desk(service)


def passes(document: bytes, trust: TrustStore) -> bool:
    report = verify_pdf(document, trust, VerificationOptions(at=NOW))
    return [item.verdict for item in report.signatures] == [Verdict.TOTAL_PASSED]


@pytest.mark.parametrize("mode", ["data", "hash", "digestinfo"])
@pytest.mark.parametrize("messaging", ["synch", "asynch"])
def test_a_document_signed_on_the_phone_passes(
    desk: Desk, draft: bytes, trust: TrustStore, messaging: str, mode: str
) -> None:
    signed = sign_pdf(draft, desk.open(messaging=messaging, mode=mode), SPEC, now=NOW)

    assert passes(signed, trust)


@pytest.mark.parametrize("options", [{"soap": "1.1"}, {"format": "pkcs7"}, {"lookup": "registration"}])
def test_other_ways_of_speaking_sign_too(desk: Desk, draft: bytes, trust: TrustStore, options: dict[str, str]) -> None:
    signed = sign_pdf(draft, desk.open(**options), SPEC, now=NOW)

    assert passes(signed, trust)


def test_the_certificate_may_come_from_a_signature(desk: Desk, pki: Pki) -> None:
    signer = desk.open(lookup="signature")

    assert signer.certificate == x509.load_pem_x509_certificate(pki.pem("leader").read_bytes())
    assert [item.issuer for item in signer.chain] != []
    assert len(desk.codes) == 1


def test_a_certificate_in_a_file_saves_the_question(desk: Desk, pki: Pki) -> None:
    signer = desk.open(certificate=pki.pem("leader"))

    assert signer.certificate == x509.load_pem_x509_certificate(pki.pem("leader").read_bytes())
    assert desk.service.sent == []


def test_a_synchronous_service_that_answers_later_is_polled(desk: Desk) -> None:
    signer = desk.open(messaging="synch")
    transaction = desk.open().submit(b"earlier", "sha256")
    name = transaction.mssp_transaction
    late = f'<MSS_SignatureResp MSSP_TransID="{name}"><Status><StatusCode Value="504"/></Status></MSS_SignatureResp>'
    desk.service.canned = [(200, SOAP.format(late).encode(), "text/xml")]
    desk.clock.at += BLOCKED

    assert signer.sign(b"data", "sha256")
    assert [sent.name for sent in desk.service.sent][-2:] == ["MSS_StatusReq", "MSS_StatusReq"]


def test_a_service_that_names_no_transaction_is_refused(desk: Desk) -> None:
    signer = desk.open()
    late = '<MSS_SignatureResp><Status><StatusCode Value="100"/></Status></MSS_SignatureResp>'
    desk.service.canned = [(200, SOAP.format(late).encode(), "text/xml")]

    with pytest.raises(UnavailableError, match="names no transaction"):
        signer.submit(b"data", "sha256")


def test_without_httpx_the_error_says_what_to_install() -> None:
    script = (
        "import sys; sys.modules['httpx'] = None; from edocs.connect import open_signer; "
        "open_signer('mobile+https://h/?msisdn=84912345678&ap=x', input)"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)

    assert "MissingExtraError" in done.stderr
    assert "pip install 'edocs[mobile]'" in done.stderr


def test_success_may_be_spelt_408_or_502(desk: Desk, draft: bytes, trust: TrustStore) -> None:
    for code in (408, 502):
        desk.service.success = code

        assert passes(sign_pdf(draft, desk.open(), SPEC, now=NOW), trust)


@pytest.mark.parametrize("raw", [True, False])
def test_ecdsa_comes_back_as_der(pki: Pki, desk: Desk, draft: bytes, trust: TrustStore, raw: bool) -> None:
    desk.service.phones[MSISDN] = enrol(pki, "leader-p256", raw_ecdsa=raw)

    assert passes(sign_pdf(draft, desk.open(mode="hash"), SPEC, now=NOW), trust)


def test_the_request_is_what_the_standard_asks_for(desk: Desk) -> None:
    signer = desk.open(messaging="synch", profile="urn:profile", service="urn:service", text="Mã:")

    signer.sign(b"data", "sha256")

    sent = desk.service.sent[-1]
    assert (sent.name, sent.path) == ("MSS_SignatureReq", "/soap/services/MSS_SignaturePort")
    assert sent.value("@MessagingMode") == "synch"
    assert sent.value("@TimeOut") == "120"
    assert sent.value("m:AP_Info/@Instant") == "2026-03-05T14:30:00+07:00"
    assert sent.value("m:MobileUser/m:MSISDN") == MSISDN
    assert sent.value("m:DataToBeSigned") == "ZGF0YQ=="
    assert sent.value("m:DataToBeDisplayed") == f"Mã: {desk.codes[0]}"
    assert sent.value("m:DataToBeDisplayed/@Encoding") == "UTF-8"
    assert sent.value("m:SignatureProfile/m:mssURI") == "urn:profile"
    assert sent.value("m:AdditionalServices/m:Service/m:Description/m:mssURI") == "urn:service"
    assert sent.value("m:MSS_Format/m:mssURI") == "http://uri.etsi.org/TS102204/v1.1.2#PKCS1"
    assert sent.headers["Content-Type"] == "application/soap+xml; charset=utf-8"


def test_every_port_of_the_service_has_its_own_address(desk: Desk) -> None:
    desk.open().sign(b"data", "sha256")

    paths = [sent.path.rpartition("/")[2] for sent in desk.service.sent]
    assert paths == ["MSS_ProfilePort", "MSS_SignaturePort", "MSS_StatusQueryPort", "MSS_StatusQueryPort"]


def test_another_address_serves_all_requests(desk: Desk) -> None:
    desk.service.url = desk.service.url.replace("soap/services/MSS_SignaturePort", "mss")

    desk.open().sign(b"data", "sha256")

    assert {sent.path for sent in desk.service.sent} == {"/mss"}


def test_transactions_have_different_names_and_codes_of_four_digits(desk: Desk) -> None:
    signer = desk.open(messaging="synch")

    signer.sign_many([b"same"] * 20, "sha256")

    names = {sent.value("m:AP_Info/@AP_TransID") for sent in desk.service.sent}
    assert len(names) == len(desk.service.sent)
    assert all(len(code) == 4 and code.isdigit() for code in desk.codes)
    assert len(set(desk.codes)) > 10


def test_polls_come_at_growing_distances(desk: Desk) -> None:
    desk.phone.polls = 6

    desk.open().sign(b"data", "sha256")

    assert desk.clock.waits == [2.0, 3.0, 4.5, 6.75, 10.0, 10.0]


# Failures: what the person or the service says.


@pytest.mark.parametrize("messaging", ["synch", "asynch"])
@pytest.mark.parametrize(
    ("code", "kind", "exit_code"),
    [
        (401, CancelledError, 6),
        (402, SecretError, 6),
        (403, SecretError, 6),
        (103, UsageError, 2),
        (107, UsageError, 2),
        (109, UsageError, 2),
        (106, UnavailableError, 5),
        (108, UnavailableError, 5),
        (208, UnavailableError, 5),
        (209, UnavailableError, 5),
        (406, UnavailableError, 5),
        (404, CertificateRefusedError, 6),
        (422, CertificateRefusedError, 6),
        (424, CertificateRefusedError, 6),
        (501, CertificateRefusedError, 6),
        (503, SignatureValueError, 6),
        (900, UnavailableError, 5),
        (777, UnavailableError, 5),
    ],
)
def test_a_status_is_the_error_that_it_means(
    desk: Desk, messaging: str, code: int, kind: type[EdocsError], exit_code: int
) -> None:
    desk.phone.refuses = code
    signer = desk.open(messaging=messaging)

    with pytest.raises(kind) as caught:
        signer.sign(b"data", "sha256")

    assert caught.value.exit_code == exit_code
    assert caught.value.hint()
    assert caught.value.message("vi") != caught.value.message()
    assert MSISDN not in str(caught.value)


def test_a_fault_in_soap_11_is_read(desk: Desk) -> None:
    desk.phone.refuses = 401

    with pytest.raises(CancelledError, match=r"declined on the phone: 8491\*\*\*\*678"):
        desk.open(soap="1.1").sign(b"data", "sha256")


def test_a_wrong_password_of_the_application_is_refused_unshown(desk: Desk) -> None:
    with pytest.raises(SecretError, match="refuses the application") as caught:
        open_signer(desk.uri(), lambda _: "hidden-thing")

    assert "hidden-thing" not in f"{caught.value!r} {caught.value} {caught.value.params}"


def test_the_password_is_asked_for_once_by_the_name_of_the_application(desk: Desk) -> None:
    asked: list[str] = []

    signer = open_signer(desk.uri(messaging="synch"), lambda name: asked.append(name) or desk.service.password)
    signer.sign(b"data", "sha256")

    assert asked == ["password of http://ap.example.vn/edocs"]


def test_an_unknown_number_is_refused(desk: Desk) -> None:
    with pytest.raises(RefusedError, match=r"does not know the number 8411\*\*\*\*222"):
        desk.open(msisdn="84111111222")


def test_neither_password_nor_number_is_shown(desk: Desk) -> None:
    signer = desk.open()

    assert MASKED in repr(signer)
    assert desk.service.password not in repr(signer) + repr(vars(signer))
    assert MSISDN not in repr(signer)


# Failures: time.


def test_a_person_who_does_not_answer_is_a_timeout(desk: Desk) -> None:
    desk.phone.polls = 1000
    signer = desk.open(timeout=60)

    with pytest.raises(UnavailableError, match="not confirmed on the phone in time"):
        signer.sign(b"data", "sha256")

    assert desk.clock.now() - NOW <= timedelta(seconds=60)


def test_a_phone_with_an_unfinished_request_takes_no_other_for_50_seconds(desk: Desk) -> None:
    desk.phone.polls = 1000
    signer = desk.open(timeout=60)
    with pytest.raises(UnavailableError):
        signer.sign(b"data", "sha256")
    given_up = desk.clock.now()
    sent = len(desk.service.sent)

    with pytest.raises(
        RefusedError, match=r"unfinished request: 8491\*\*\*\*678 \(answer it on the phone, or wait 50 s"
    ):
        desk.open().submit(b"data", "sha256")

    assert [item.name for item in desk.service.sent[sent:]] == ["MSS_ProfileReq"]
    desk.phone.polls = 0
    desk.clock.at = given_up + BLOCKED
    assert desk.open().sign(b"data", "sha256")


@pytest.mark.parametrize("refuses", [0, 401])
def test_an_answered_phone_is_free_at_once(desk: Desk, refuses: int) -> None:
    signer = desk.open(messaging="synch")
    desk.phone.refuses = refuses
    for _ in range(2):
        try:
            signer.sign(b"data", "sha256")
        except CancelledError:
            assert refuses

    assert [item.name for item in desk.service.sent].count("MSS_SignatureReq") == 2


def test_another_phone_is_not_blocked(desk: Desk, pki: Pki) -> None:
    desk.service.phones["84900000001"] = enrol(pki, "clerk")
    desk.open().submit(b"data", "sha256")

    assert desk.open(msisdn="84900000001").sign(b"data", "sha256")


def test_a_busy_phone_is_named_where_the_service_knows_it(desk: Desk) -> None:
    signer = desk.open()
    desk.service.canned = [(500, fault(504), "application/soap+xml")]

    with pytest.raises(RefusedError, match="unfinished request"):
        signer.submit(b"data", "sha256")


def test_a_slow_service_is_given_up_and_the_phone_stays_blocked(desk: Desk) -> None:
    signer = desk.open(answer_s=0.1)
    desk.service.hold = threading.Event()

    with pytest.raises(UnavailableError, match="does not answer in time"):
        signer.submit(b"data", "sha256")

    with pytest.raises(RefusedError, match="unfinished request"):
        signer.submit(b"data", "sha256")


def test_a_service_that_is_gone_is_named_and_blocks_nothing(pki: Pki) -> None:
    with serve(Service(phones={MSISDN: enrol(pki, "leader")})) as service:
        desk = Desk(service)
        signer = desk.open()

    for _ in range(2):
        with pytest.raises(UnavailableError, match=r"not reached|broke off"):
            signer.submit(b"data", "sha256")
        desk.clock.at += BLOCKED


@pytest.mark.parametrize(("outage", "is_borne"), [(3, True), (4, False)])
def test_polling_bears_a_short_outage_and_ends_at_a_long_one(desk: Desk, outage: int, is_borne: bool) -> None:
    signer = desk.open()
    transaction = signer.submit(b"data", "sha256")
    desk.service.canned = [(503, b"<html>Bad gateway</html>", "text/html")] * outage

    if is_borne:
        assert signer.result(transaction)
        return
    with pytest.raises(UnavailableError, match="HTTP 503"):
        signer.result(transaction)


# Failures: what comes back.


def flipped(value: bytes) -> bytes:
    return value[:-1] + bytes([value[-1] ^ 1])


@pytest.mark.parametrize("alter", [flipped, lambda _: b"garbage", lambda value: value[:-1], lambda value: value * 2])
def test_a_value_that_does_not_verify_is_not_embedded(desk: Desk, draft: bytes, alter: object) -> None:
    desk.phone.alter = alter

    with pytest.raises(SignatureValueError):
        sign_pdf(draft, desk.open(), SPEC, now=NOW)


def test_the_signature_of_another_key_is_not_embedded(desk: Desk, pki: Pki, draft: bytes) -> None:
    signer = desk.open()
    desk.phone.key = enrol(pki, "clerk").key

    with pytest.raises(SignatureValueError):
        sign_pdf(draft, signer, SPEC, now=NOW)


def test_a_pkcs7_over_other_attributes_is_refused(desk: Desk) -> None:
    desk.phone.own_attributes = True

    with pytest.raises(SignatureValueError, match="attributes of its own"):
        desk.open(format="pkcs7").sign(b"data", "sha256")


def test_a_broken_pkcs7_is_refused(desk: Desk) -> None:
    desk.phone.alter = lambda value: value[:60]

    with pytest.raises(SignatureValueError, match="cannot be read"):
        desk.open(format="pkcs7").sign(b"data", "sha256")


def test_success_without_a_signature_is_refused(desk: Desk) -> None:
    desk.phone.alter = lambda _: b""

    with pytest.raises(SignatureValueError, match="gives no signature"):
        desk.open().sign(b"data", "sha256")


SOAP = '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>{}</e:Body></e:Envelope>'
DOCTYPE = '<!DOCTYPE e [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "body",
    [
        DOCTYPE + SOAP.format("<MSS_SignatureResp>&a;</MSS_SignatureResp>"),
        (DOCTYPE + SOAP.format("")).encode("utf-16"),
        SOAP.format("&a;"),
        SOAP.format(""),
        SOAP.format("<x><MSS_SignatureResp/></x>"),
        SOAP.format('<MSS_SignatureResp><Status><StatusCode Value="1e9"/></Status></MSS_SignatureResp>'),
        SOAP.format(
            "<MSS_SignatureResp><MSS_Signature><Base64Signature>!</Base64Signature></MSS_Signature>"
            '<Status><StatusCode Value="500"/></Status></MSS_SignatureResp>'
        ),
        "<html>Welcome</html>",
        "",
        "<" * 1000,
        "<a>" * 5000,
        b"\x00\xff" * 100,
    ],
)
def test_an_answer_that_is_no_message_is_unavailable(desk: Desk, body: str | bytes) -> None:
    signer = desk.open()
    data = body.encode() if isinstance(body, str) else body
    desk.service.canned = [(200, data, "text/xml")]

    with pytest.raises(UnavailableError, match="no mobile signature message"):
        signer.sign(b"data", "sha256")


def test_an_answer_without_end_is_cut_off(desk: Desk) -> None:
    signer = desk.open()
    desk.service.canned = [(200, b" " * (2 << 20), "text/xml")]

    with pytest.raises(UnavailableError, match="larger than"):
        signer.sign(b"data", "sha256")


@pytest.mark.parametrize(("status", "kind"), [(401, SecretError), (403, SecretError), (302, UnavailableError)])
def test_http_says_no(desk: Desk, status: int, kind: type[EdocsError]) -> None:
    signer = desk.open()
    desk.service.canned = [(status, b"", "text/html")]

    with pytest.raises(kind):
        signer.sign(b"data", "sha256")


def test_an_answer_for_another_transaction_is_refused(desk: Desk) -> None:
    signer = desk.open()
    body = (
        '<MSS_SignatureResp><AP_Info AP_TransID="other"/><Status><StatusCode Value="500"/></Status></MSS_SignatureResp>'
    )
    desk.service.canned = [(200, SOAP.format(body).encode(), "text/xml")]

    with pytest.raises(UnavailableError, match="another transaction"):
        signer.sign(b"data", "sha256")


def test_a_service_without_certificate_asks_for_one(desk: Desk) -> None:
    desk.phone.certificates = []

    with pytest.raises(CertificateRefusedError, match="gives no certificate"):
        desk.open()


# Two phases.

ANOTHER_PROCESS = """
import sys
from datetime import datetime
from pathlib import Path
from edocs.cli.main import _run
from edocs.connect import open_signer
from edocs.sign import PreparedSignature, finish_pdf
from edocs.signers.mobile import MobileTransaction
folder = Path(sys.argv[1])
signer = open_signer(sys.argv[2], lambda _: sys.argv[3])
value = signer.result(MobileTransaction.from_json((folder / "transaction.json").read_bytes()))
prepared = PreparedSignature.from_json((folder / "prepared.json").read_bytes())
(folder / "signed.pdf").write_bytes(finish_pdf(prepared, value, now=datetime.fromisoformat(sys.argv[4])))
"""


def test_a_signature_begun_here_is_finished_in_another_process(
    desk: Desk, draft: bytes, trust: TrustStore, tmp_path: Path
) -> None:
    signer = desk.open()
    prepared = prepare_pdf(draft, signer, SPEC, now=NOW)
    transaction = signer.submit(prepared.attributes, prepared.digest)
    (tmp_path / "prepared.json").write_text(prepared.to_json(), encoding="utf-8")
    (tmp_path / "transaction.json").write_text(transaction.to_json(), encoding="utf-8")
    desk.service.waiting = {name: (*rest[:3], 0) for name, rest in desk.service.waiting.items()}  # the person confirms

    moment = (NOW + timedelta(minutes=50)).isoformat()
    subprocess.run(
        [sys.executable, "-c", ANOTHER_PROCESS, str(tmp_path), desk.uri(), desk.service.password, moment],
        check=True,
        timeout=60,
    )

    assert passes((tmp_path / "signed.pdf").read_bytes(), trust)


def test_an_expired_transaction_is_asked_for_once_more(desk: Desk) -> None:
    desk.phone.polls = 0
    signer = desk.open()
    transaction = signer.submit(b"data", "sha256")
    desk.clock.at += timedelta(hours=5)

    assert signer.result(transaction)


def test_a_transaction_shows_its_code_and_no_number_or_password(desk: Desk) -> None:
    transaction = desk.open().submit(b"data", "sha256")

    assert desk.codes == [transaction.code]
    assert MSISDN not in transaction.to_json()
    assert desk.service.password not in transaction.to_json()
    assert MobileTransaction.from_json(transaction.to_json()) == transaction


def test_a_transaction_of_another_certificate_is_refused(desk: Desk, pki: Pki) -> None:
    transaction = desk.open().submit(b"data", "sha256")
    desk.service.phones[MSISDN] = enrol(pki, "clerk")

    with pytest.raises(StateRefusedError, match="another certificate"):
        desk.open().poll(transaction)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"schema": "edocs.mobile/1"}', "[" * 100_000, "\ud800"])
def test_what_is_no_transaction_is_refused(text: str) -> None:
    with pytest.raises(StateRefusedError, match="not a signing state"):
        MobileTransaction.from_json(text)


# Addresses.


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("mobile+https:", "no address"),
        ("mobile+https:host/path?msisdn=84912345678&ap=x", "no address"),
        ("mobile+https://?msisdn=84912345678&ap=x", "no address"),
        ("mobile+https://host:99999/?msisdn=84912345678&ap=x", "no address"),
        ("mobile+https://[::1/?msisdn=84912345678&ap=x", "no address"),
        ("mobile+https://an:secret@host/?msisdn=84912345678&ap=x", "no password belongs"),
        ("mobile+https://host/?ap=x", "no telephone number"),
        ("mobile+https://host/?msisdn=0912345678&ap=x", "no telephone number"),
        ("mobile+https://host/?msisdn=84912345678", "no identifier of the application"),
        ("mobile+https://host/?msisdn=84912345678&ap=x&password=y", "no such option: password"),
        ("mobile+https://host/?msisdn=84912345678&ap=x&mode=md5", "mode cannot be md5"),
        ("mobile+https://host/?msisdn=84912345678&ap=x&timeout=9", "timeout cannot be 9"),
        ("mobile+https://host/?msisdn=84912345678&ap=x&timeout=²²", "timeout cannot be"),
        ("mobile+http://signing.example.vn/?msisdn=84912345678&ap=x", "not encrypted"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_before_any_question(uri: str, message: str) -> None:
    def asked(name: str) -> str:
        raise AssertionError(name)

    with pytest.raises(UsageError, match=message):
        open_signer(uri, asked)


@pytest.mark.parametrize("number", ["+84912345678", "84 912 345 678", "%2B84912345678"])
def test_a_number_may_be_written_as_people_do(desk: Desk, number: str) -> None:
    rest = desk.rest().replace(MSISDN, number)

    signer = open_mobile_loopback(rest, lambda _: desk.service.password)

    assert MASKED in repr(signer)


def test_a_password_that_xml_cannot_carry_is_refused(desk: Desk) -> None:
    with pytest.raises(UsageError, match="XML cannot carry"):
        open_signer(desk.uri(), lambda _: "a\x00b")


def test_digestinfo_is_refused_for_an_elliptic_key(desk: Desk, pki: Pki) -> None:
    desk.service.phones[MSISDN] = enrol(pki, "leader-p256")

    with pytest.raises(UsageError, match="for RSA keys"):
        desk.open(mode="digestinfo")


def test_a_service_that_hashes_hashes_with_sha256(desk: Desk) -> None:
    with pytest.raises(UsageError, match="digest not produced: sha512"):
        desk.open(mode="data").sign(b"data", "sha512")


@pytest.mark.parametrize("option", ["certificate", "ca", "client"])
def test_files_that_are_no_certificates_are_unreadable(tmp_path: Path, option: str) -> None:
    path = tmp_path / "x.pem"
    path.write_text("nothing", encoding="utf-8")

    with pytest.raises(UnreadableError):
        open_signer(f"mobile+https://127.0.0.1:9/?msisdn={MSISDN}&ap=x&{option}={path}", lambda _: "x")


def test_the_guide_names_every_option() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "keys.md").read_text(encoding="utf-8").partition("## SIM\n")[2]
    with pytest.raises(UsageError) as caught:
        open_signer("mobile+https://host/?none=1", lambda _: "")

    options = caught.value.params["names"].split(", ")

    assert [name for name in options if f"| `{name}=` |" not in guide] == []


# TLS.


def tls_identity(folder: Path, name: str, passphrase: str = "") -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    path = folder / f"{name}.pem"
    body = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + body)
    return path


@pytest.fixture
def secured(pki: Pki, tmp_path: Path) -> Iterator[Desk]:
    """A service over TLS that lets in only the application with the right certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls_identity(tmp_path, "service"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(tls_identity(tmp_path, "application", "mật khẩu TLS"))
    with serve(Service(phones={MSISDN: enrol(pki, "leader")}), context) as service:
        yield Desk(service)


def both_secrets(name: str) -> str:
    return "mật khẩu TLS" if name == "passphrase of application.pem" else "mật khẩu ứng dụng"


def test_the_application_shows_its_certificate_over_tls(secured: Desk, tmp_path: Path) -> None:
    rest = secured.rest(ca=tmp_path / "service.pem", client=tmp_path / "application.pem", messaging="synch")

    signer = open_signer(f"mobile+https:{rest}", both_secrets)

    assert signer.sign(b"data", "sha256")


@pytest.mark.parametrize("options", [("ca",), ("client",), ()])
def test_tls_is_verified_on_both_sides(secured: Desk, tmp_path: Path, options: tuple[str, ...]) -> None:
    paths = {"ca": tmp_path / "service.pem", "client": tmp_path / "application.pem"}
    rest = secured.rest(**{name: paths[name] for name in options})

    with pytest.raises(UnavailableError, match=r"not reached|broke off"):
        open_signer(f"mobile+https:{rest}", both_secrets)

    assert secured.service.sent == []


def test_a_wrong_passphrase_of_the_application_is_refused(secured: Desk, tmp_path: Path) -> None:
    rest = secured.rest(ca=tmp_path / "service.pem", client=tmp_path / "application.pem")

    with pytest.raises(SecretError, match=r"wrong passphrase: application\.pem"):
        open_signer(f"mobile+https:{rest}", lambda _: "sai")


# The command.


def run_command(desk: Desk, draft: bytes, folder: Path) -> int:
    (folder / "a.pdf").write_bytes(draft)
    (folder / "secret").write_text(desk.service.password, encoding="utf-8")
    key = ["--signer", desk.uri(messaging="synch"), "--secrets", f"file:{folder / 'secret'}"]
    return _run(["sign", str(folder / "a.pdf"), "--role", "personal", "--no-stamp", "-o", str(folder / "b.pdf"), *key])


def test_the_command_shows_the_code_that_the_phone_shows(
    desk: Desk, draft: bytes, trust: TrustStore, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = run_command(desk, draft, tmp_path)

    shown = desk.service.sent[-1].value("m:DataToBeDisplayed")
    assert code == 0
    assert f"confirm on the phone only if it shows {shown[-4:]}" in capfd.readouterr().err
    assert len(verify_pdf((tmp_path / "b.pdf").read_bytes(), trust).signatures) == 1


def test_the_command_ends_with_6_where_the_person_declines(desk: Desk, draft: bytes, tmp_path: Path) -> None:
    desk.phone.refuses = 401

    code = run_command(desk, draft, tmp_path)

    assert code == 6
    assert not (tmp_path / "b.pdf").exists()
