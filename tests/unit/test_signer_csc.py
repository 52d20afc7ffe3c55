"""Signing with a key at a CSC service: both versions, and everything that a service can do wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from servers.csc import CscServer, load_key, refused
from servers.http import DRIP, HTML, SLOW, Fault, Reply, Request

from edocs.batch import BatchOptions, SigningJob, sign_pdfs
from edocs.connect import open_signer
from edocs.errors import (
    CertificateRefusedError,
    EdocsError,
    RefusedError,
    SecretError,
    SignatureValueError,
    UnavailableError,
    UsageError,
)
from edocs.model import Level, Role, SignatureAlgorithm, SignatureSpec, TrustStore, Verdict
from edocs.ports import Evidence
from edocs.sign import finish_pdf, prepare_pdf, sign_pdf
from edocs.signers import csc, gateway
from edocs.signers.csc import CscSigner, open_csc_here
from edocs.testing import Pki, sample_pdf
from edocs.verify import verify_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
PERSON = SignatureSpec(role=Role.PERSONAL)
EXPIRED = refused("invalid_request", "The SAD has expired")


@pytest.fixture(params=["1.0.4.0", "2.0.0.2"])
def server(request: pytest.FixtureRequest, pki: Pki) -> Iterator[CscServer]:
    with CscServer(pki, version=request.param) as running:
        yield running


def opened(server: CscServer, more: str = "") -> CscSigner:
    return open_signer(f"{server.uri}{more}", server.secrets)


def test_a_document_signed_with_pin_and_password_verifies(server: CscServer, trust: TrustStore) -> None:
    server.with_otp = True
    signer = opened(server)

    signed = sign_pdf(sample_pdf(), signer, PERSON, now=NOW)

    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED


@pytest.mark.parametrize(("version", "method"), [("1.0.4.0", "sendOTP"), ("2.0.0.2", "getChallenge")])
def test_the_password_is_sent_before_it_is_asked_for(pki: Pki, version: str, method: str) -> None:
    with CscServer(pki, version=version) as server:
        server.with_otp = True

        opened(server).sign(b"x", "sha256")

        assert [path.rpartition("/")[2] for path in server.paths()] == ["info", "info", method, "authorize", "signHash"]


def test_seven_hashes_take_three_authorizations_of_three(server: CscServer) -> None:
    items = [b"%d" % number for number in range(7)]
    signer = opened(server)

    values = signer.sign_many(items, "sha256")

    assert [body["numSignatures"] for body in server.bodies("authorize")] == [3, 3, 1]
    assert values == [signer.sign(item, "sha256") for item in items]


def test_the_pin_is_asked_for_once_and_the_password_each_time(server: CscServer) -> None:
    server.with_otp = True
    asked: list[str] = []

    open_signer(server.uri, lambda name: asked.append(name) or server.secrets(name)).sign_many([b"x"] * 4, "sha256")

    assert [asked.count(f"{name} of cred-1 at {server.host}") for name in ("PIN", "OTP")] == [1, 2]


def test_nothing_to_sign_asks_nothing(server: CscServer) -> None:
    assert opened(server).sign_many([], "sha256") == []
    assert "authorize" not in "".join(server.paths())


def test_a_wrong_password_is_refused_and_not_tried_again(server: CscServer) -> None:
    server.with_otp = True
    signer = open_signer(server.uri, lambda name: "000000x" if name.startswith("OTP") else server.secrets(name))

    with pytest.raises(SecretError, match="refuses PIN, OTP: invalid_otp"):
        signer.sign(b"x", "sha256")
    assert len(server.bodies("authorize")) == 1


def test_a_wrong_pin_is_refused_without_repeating_it(server: CscServer) -> None:
    """The server repeats it in its error; it must not get any further."""
    signer = open_signer(server.uri, lambda name: "9631" if name.startswith("PIN") else server.secrets(name))

    with pytest.raises(SecretError) as caught:
        signer.sign(b"x", "sha256")

    assert "9631" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r} {vars(signer)!r}"


def test_a_wrong_pin_is_not_remembered(server: CscServer) -> None:
    answers = iter(["9631", server.PIN])
    signer = open_signer(server.uri, lambda name: next(answers) if name.startswith("PIN") else server.secrets(name))
    with pytest.raises(SecretError):
        signer.sign(b"x", "sha256")

    assert signer.sign(b"x", "sha256")


def test_an_expired_authorization_is_asked_for_once_more(server: CscServer) -> None:
    server.faults["signHash"] = [EXPIRED, None]

    assert opened(server).sign(b"x", "sha256")
    assert len(server.bodies("authorize")) == 2


def test_an_authorization_that_expires_twice_is_given_up(server: CscServer) -> None:
    server.faults["signHash"] = [EXPIRED]

    with pytest.raises(UnavailableError, match="expired before it was used, twice"):
        opened(server).sign(b"x", "sha256")
    assert len(server.bodies("signHash")) == 2


@pytest.mark.parametrize("fault", [SLOW, DRIP, HTML, Reply(status=503), Reply(b"{"), Reply([])])
def test_a_lost_answer_is_not_signed_again(server: CscServer, fault: Fault) -> None:
    server.faults["signHash"] = [fault]
    signer = opened(server, "&timeout=0.15")

    with pytest.raises(UnavailableError):
        signer.sign(b"x", "sha256")
    assert len(server.bodies("signHash")) == 1


@pytest.mark.parametrize("path", ["/info", "credentials/info", "authorize", "signHash"])
@pytest.mark.parametrize(
    "fault",
    [
        SLOW,
        DRIP,
        HTML,
        Reply(b"\xff\xfe"),
        Reply(b"[" * 100_000),
        Reply(b" " * 5_000_000),
        Reply({}),
        Reply(None),
        Reply(HTML.body, 404),
        Reply({"error": "server_error"}, 500),
        Reply({}, 302),
        Reply({}, 429),
    ],
    ids=range(12),
)
def test_a_service_that_is_slow_or_talks_nonsense_is_unavailable(pki: Pki, path: str, fault: Fault) -> None:
    with CscServer(pki) as server:
        server.faults[path] = [fault]

        with pytest.raises(UnavailableError) as caught:
            opened(server, "&timeout=0.15").sign(b"x", "sha256")
    assert caught.value.exit_code == 5


def test_a_service_that_is_gone_is_unavailable(server: CscServer) -> None:
    signer = opened(server)
    server.stop()

    with pytest.raises(UnavailableError, match="cannot be reached"):
        signer.sign(b"x", "sha256")
    with pytest.raises(UnavailableError, match="cannot be reached"):
        opened(server)


def test_a_question_that_changes_nothing_is_asked_again(server: CscServer) -> None:
    server.faults["credentials/info"] = [Reply(status=502), None]

    assert opened(server).sign(b"x", "sha256")


def garbage(request: Request) -> Reply:
    return Reply({"signatures": ["bm90IGEgc2lnbmF0dXJl"]})


@pytest.mark.parametrize("kind", ["garbage", "another key", "another document"])
def test_a_value_that_is_not_ours_is_never_embedded(server: CscServer, pki: Pki, kind: str) -> None:
    signer = opened(server)
    prepared = prepare_pdf(sample_pdf(), signer, PERSON, now=NOW)
    if kind == "garbage":
        server.faults["signHash"] = [garbage]
    elif kind == "another key":
        server.key = load_key(pki.key("seal"))
    value = signer.sign(b"other" if kind == "another document" else prepared.attributes, prepared.digest)

    with pytest.raises(SignatureValueError) as caught:
        finish_pdf(prepared, value, now=NOW)
    assert caught.value.exit_code == 6


def test_the_command_writes_nothing_when_another_key_signed(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("ký")
    (folder / "a.pdf").write_bytes(sample_pdf())
    with CscServer(pki) as server:
        lines = f"PIN of cred-1 at {server.host} = {server.PIN}\ngiven-token\n"
        (folder / "pin").write_text(lines, encoding="utf-8")
        server.key = load_key(pki.key("seal"))
        command = [sys.executable, "-m", "edocs.cli", "sign", "a.pdf", "--no-stamp", "--role", "personal"]
        options = ["--signer", server.uri, "--secrets", "file:pin", "-o", "out.pdf"]

        run = subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, check=False)

    assert run.returncode == 6, run.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["a.pdf", "pin"]


def test_the_command_signs_and_verifies(pki: Pki, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(sample_pdf())
    with CscServer(pki) as server:
        lines = f"PIN of cred-1 at {server.host} = {server.PIN}\ngiven-token\n"
        (tmp_path / "secrets").write_text(lines, encoding="utf-8")
        command = [sys.executable, "-m", "edocs.cli", "sign", "a.pdf", "--no-stamp", "--role", "personal"]
        options = ["--signer", server.uri, "--secrets", "file:secrets", "-o", "out.pdf"]

        run = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    (signature,) = verify_pdf(tmp_path / "out.pdf").signatures
    assert signature.integrity


@pytest.mark.parametrize("signatures", [[], ["eA=="] * 2, [""], ["*"], [7], "eA=="])
def test_another_number_of_values_or_no_base64_is_unavailable(server: CscServer, signatures: object) -> None:
    server.faults["signHash"] = [Reply({"signatures": signatures})]

    with pytest.raises(UnavailableError, match="signature value"):
        opened(server).sign(b"x", "sha256")


def test_ecdsa_as_two_numbers_becomes_der(pki: Pki) -> None:
    with CscServer(pki, "leader-p256") as server:
        server.plain_ecdsa = True
        signer = opened(server)
        prepared = prepare_pdf(sample_pdf(), signer, PERSON, now=NOW)

        assert finish_pdf(prepared, signer.sign(prepared.attributes, "sha256"), now=NOW)


def test_a_service_that_offers_pss_alone_signs_with_pss(server: CscServer, trust: TrustStore) -> None:
    server.algorithms = ["1.2.840.113549.1.1.10"]

    signer = opened(server)

    assert signer.algorithm is SignatureAlgorithm.RSA_PSS
    assert verify_pdf(sign_pdf(sample_pdf(), signer, PERSON, now=NOW), trust).verdict is Verdict.TOTAL_PASSED


def test_a_padding_or_digest_that_is_not_offered_is_refused_before_the_pin(server: CscServer) -> None:
    server.algorithms = ["1.2.840.113549.1.1.11"]

    with pytest.raises(UsageError, match="does not sign with that padding: pss"):
        opened(server, "&padding=pss")
    with pytest.raises(UsageError, match=r"digest not produced: sha512.*one of sha256"):
        opened(server).sign(b"x", "sha512")
    assert not server.bodies("authorize")


@pytest.mark.parametrize("issuer_only", [False, True])
def test_client_credentials_log_in(server: CscServer, issuer_only: bool) -> None:
    server.issuer_only = issuer_only

    opened(server, "&client=edocs&scope=service").sign(b"x", "sha256")

    assert server.bodies("oauth2/token")[0]["scope"] == "service"
    assert len(server.bodies("oauth2/token")) == 1


def test_a_token_is_renewed_before_it_expires(server: CscServer) -> None:
    clock = [0.0]
    rest = server.uri.partition(":")[2]
    signer = open_csc_here(f"{rest}&client=edocs", server.secrets, clock=lambda: clock[0])
    clock[0] = 3595.0

    signer.sign(b"x", "sha256")

    assert len(server.bodies("oauth2/token")) == 2


def test_a_token_that_the_service_drops_is_renewed_and_signs_once(server: CscServer) -> None:
    signer = opened(server, "&client=edocs")
    server.tokens.clear()

    signer.sign(b"x", "sha256")

    assert [path.rpartition("/")[2] for path in server.paths()[-4:]] == ["authorize", "token", "authorize", "signHash"]


def test_a_refused_token_is_refused_without_showing_it(server: CscServer) -> None:
    server.tokens.clear()

    with pytest.raises(SecretError, match="refuses the access token") as caught:
        opened(server)
    assert "given-token" not in f"{caught.value!r}"


def test_a_refused_client_secret_is_not_repeated(server: CscServer) -> None:
    with pytest.raises(SecretError, match="refuses client edocs") as caught:
        open_signer(f"{server.uri}&client=edocs", lambda _: "hidden-thing")
    assert "hidden-thing" not in f"{caught.value!r} {caught.value}"


@pytest.mark.parametrize("token", ["", "two words", "dòng", "a\r\nX-Evil: 1"])
def test_a_token_that_no_header_can_hold_is_refused_without_showing_it(server: CscServer, token: str) -> None:
    with pytest.raises(SecretError, match="not a token") as caught:
        open_signer(server.uri, lambda _: token)
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize("address", ["http://attacker.example", "ftp://127.0.0.1", "//", "http://[", 7])
def test_the_client_secret_goes_to_no_unsafe_address(server: CscServer, address: object) -> None:
    info = {"specs": server.version, "oauth2": address}
    server.faults["/info"] = [Reply(info)]

    # A number is as if nothing was said: then the service itself is asked.
    with pytest.raises(EdocsError) as caught:
        opened(server, "&client=edocs")
    assert address == 7 or "no safe address" in str(caught.value)
    assert not server.bodies("oauth2/token")[1:]


def test_the_only_credential_needs_no_name(server: CscServer) -> None:
    signer = open_signer(server.uri.partition("?")[0], server.secrets)

    assert "Nguyễn Văn An" in repr(signer)


def test_of_several_credentials_one_must_be_named(server: CscServer) -> None:
    server.credentials = ["cred-1", "cred-2"]

    with pytest.raises(UsageError, match=r"has 2 credentials.*cred-1, cred-2"):
        open_signer(server.uri.partition("?")[0], server.secrets)


def test_credentials_come_in_pages(server: CscServer) -> None:
    pages = [Reply({"credentialIDs": ["cred-1"], "nextPageToken": "2"}), Reply({"credentialIDs": ["cred-2"]})]
    server.faults["credentials/list"] = list(pages)

    with pytest.raises(UsageError, match="has 2 credentials"):
        open_signer(server.uri.partition("?")[0], server.secrets)
    assert server.bodies("credentials/list")[1] == {"pageToken": "2"}


def test_an_unknown_credential_is_refused_with_the_services_words(server: CscServer) -> None:
    with pytest.raises(RefusedError, match="Invalid parameter credentialID"):
        open_signer(server.uri.replace("cred-1", "cred-9"), server.secrets)


@pytest.mark.parametrize("version", ["1.0.4.0", "2.0.0.2"])
def test_the_version_is_found_under_the_host(pki: Pki, version: str) -> None:
    with CscServer(pki, version=version) as server:
        signer = open_signer(f"csc+http://{server.host}?credential=cred-1", server.secrets)

        assert signer.sign(b"x", "sha256")


@pytest.mark.parametrize("version", ["0.1.7.9", "3.0.0.0", "x"])
def test_another_version_is_unavailable(pki: Pki, version: str) -> None:
    with CscServer(pki, version=version) as server, pytest.raises(UnavailableError, match="speaks version"):
        opened(server)


def change(server: CscServer, **parts: object) -> None:
    answer = server.credential({"credentialID": "cred-1", "certificates": "chain"}).body
    server.faults["credentials/info"] = [Reply(answer | parts)]


def test_a_disabled_key_is_refused(server: CscServer) -> None:
    change(server, key={"status": "disabled", "algo": []})

    with pytest.raises(CertificateRefusedError, match="as disabled"):
        opened(server)


@pytest.mark.parametrize("status", ["expired", "revoked", "suspended"])
def test_a_certificate_that_is_not_valid_is_refused(server: CscServer, status: str) -> None:
    change(server, cert={"status": status})

    with pytest.raises(CertificateRefusedError, match=status):
        opened(server)


@pytest.mark.parametrize("certificates", [[], ["*"], ["eA=="], "eA==", [7]])
def test_a_certificate_that_cannot_be_read_is_unavailable(server: CscServer, certificates: object) -> None:
    change(server, cert={"certificates": certificates})

    with pytest.raises(UnavailableError, match="certificate"):
        opened(server)


def test_authorization_in_a_browser_is_not_supported(server: CscServer) -> None:
    server.mode = "oauth2code"

    with pytest.raises(UsageError, match="not supported: oauth2code"):
        opened(server)


def test_a_factor_that_cannot_be_answered_is_refused_unless_it_is_an_alternative(pki: Pki) -> None:
    objects = [{"type": "Password", "id": "PIN"}, {"type": "Biometric", "id": "FACE"}]
    with CscServer(pki) as server:
        change(server, auth={"mode": "explicit", "expression": "PIN OR FACE", "objects": objects})
        assert opened(server).sign(b"x", "sha256")
        change(server, auth={"mode": "explicit", "expression": "PIN AND FACE", "objects": objects})

        with pytest.raises(UsageError, match="not supported: Biometric"):
            opened(server)


@pytest.mark.parametrize("multisign", [0, -1, None, "3", 1e300, True])
def test_an_odd_multisign_is_one(server: CscServer, multisign: object) -> None:
    change(server, multisign=multisign)

    assert opened(server).multisign == 1


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("csc+http://example.org/csc/v2", "not encrypted: example.org"),
        ("csc+https:", "not the address"),
        ("csc+https://", "not the address"),
        ("csc+https://h:99999/", "not the address"),
        ("csc+https://[::1", "not the address"),
        ("csc+https://h/#f", "not the address"),
        ("csc+https://an:mat@h/", "a secret in an address"),
        ("csc+https://h/?PIN=1234", "a secret in an address"),
        ("csc+https://h/?client_secret=x", "a secret in an address"),
        ("csc+https://h/?colour=red", "no such option: colour"),
        ("csc+https://h/?timeout=soon", "not a time"),
        ("csc+https://h/?timeout=nan", "not a time"),
        ("csc+https://h/?timeout=0", "not a time"),
        ("csc+https://h/?padding=none", "no such padding"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(uri: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        open_signer(uri, lambda _: "x")
    assert "1234" not in str(caught.value)


def test_without_the_extra_the_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['httpx'] = None\n"
        "from edocs.connect import open_signer\n"
        "try: open_signer('csc+https://h/', str)\n"
        "except Exception as exc: print(type(exc).__name__, exc)"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "MissingExtraError" in run.stdout
    assert "edocs[remote]" in run.stdout


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "SSL_CERT_FILE"])
def test_an_environment_that_cannot_be_used_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "bogus://user:hidden-thing@proxy")

    with pytest.raises(UnavailableError, match="named in the environment") as caught:
        open_signer("csc+https://example.org/csc/v2", lambda _: "x")
    assert "hidden-thing" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_service_on_this_machine_is_never_reached_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, server: CscServer
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert opened(server).sign(b"x", "sha256")


def tls_certificate(path: Path) -> Path:
    """A certificate for 127.0.0.1 that no public CA signed, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dịch vụ thử")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    certificate = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    return path


def test_tls_is_checked(pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused while its CA is unknown, taken once SSL_CERT_FILE names it."""
    certificate = tls_certificate(tmp_path / "tls.pem")
    server = CscServer(pki)
    server.secure(certificate)
    with server:
        uri = server.uri.replace("csc+http:", "csc+https:")

        with pytest.raises(UnavailableError, match=r"cannot be reached.*certificate"):
            open_signer(uri, server.secrets)
        assert not server.requests
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert open_signer(uri, server.secrets).sign(b"x", "sha256")


def test_a_service_that_asks_the_signer_itself_needs_no_secret(server: CscServer) -> None:
    change(server, authMode="implicit", PIN={}, auth={"mode": "implicit"})
    sad = Reply({"SAD": "given", "expiresIn": 60})
    server.faults["authorize"] = [lambda request: server.sads.update(given=digests(request)) or sad]

    assert opened(server).sign(b"x", "sha256")
    assert not {"PIN", "OTP", "authData"} & set(server.bodies("authorize")[0])


def test_a_signer_who_refuses_there_is_believed(server: CscServer) -> None:
    server.faults["authorize"] = [refused("access_denied", "The user denied the request")]

    with pytest.raises(RefusedError, match="The user denied the request"):
        opened(server).sign(b"x", "sha256")
    assert len(server.bodies("authorize")) == 1


def digests(request: Request) -> list[str]:
    return list(request.body.get("hash") or request.body["hashes"])


def test_a_services_words_cannot_steer_a_terminal(server: CscServer) -> None:
    server.credentials = ["\x1b[2Jcred", "\ud800"]

    with pytest.raises(UsageError) as caught:
        open_signer(server.uri.partition("?")[0], server.secrets)
    assert str(caught.value).isprintable()


def test_a_secret_in_vietnamese_travels_whole(server: CscServer) -> None:
    server.PIN = server.CLIENT_SECRET = "mật khẩu + & ="

    assert opened(server, "&client=edocs").sign(b"x", "sha256")


def test_a_secret_that_is_no_text_is_refused_by_the_service_alone(server: CscServer) -> None:
    """Such letters come from an environment variable that is not UTF-8."""
    with pytest.raises(SecretError, match="refuses client"):
        open_signer(f"{server.uri}&client=edocs", lambda _: "\udcff")


def test_the_guide_names_every_option_and_no_other() -> None:
    text = (Path(__file__).parents[2] / "docs" / "keys.md").read_text(encoding="utf-8")
    csc_part, gateway_part = text.partition("### Cloud Signature Consortium")[2].split("### A provider's gateway")

    assert tuple(re.findall(r"^\| `(\w+)=`", csc_part, re.MULTILINE)) == csc._OPTIONS
    assert tuple(re.findall(r"^\| `(\w+)=`", gateway_part.partition("\n## ")[0], re.MULTILINE)) == gateway._OPTIONS


def batch(folder: Path, count: int) -> list[SigningJob]:
    jobs = [SigningJob(source=folder / f"{n}.pdf", target=folder / f"{n}.signed.pdf") for n in range(count)]
    for job in jobs:
        job.source.write_bytes(sample_pdf())
    return jobs


@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
def test_what_one_authorization_gave_is_kept_when_the_next_fails(
    server: CscServer, tmp_path: Path, level: Level
) -> None:
    """Three hashes go under one authorization; above B-B many files are prepared before the first is signed."""
    server.faults["signHash"] = [None, Reply(status=503)]
    jobs = batch(tmp_path, 7)
    evidence = Evidence(timestamper=Refusing())
    options = BatchOptions(clock=lambda: NOW, evidence=replace(evidence, on_lower=lambda error, left: None))

    records = list(sign_pdfs(jobs, opened(server), replace(PERSON, level=level), options))

    assert [type(record.failure) for record in records] == [type(None)] * 3 + [UnavailableError] * 4
    assert [job.target.exists() for job in jobs] == [True] * 3 + [False] * 4


def test_a_refused_pin_is_not_offered_again_for_the_rest_of_a_batch(server: CscServer, tmp_path: Path) -> None:
    """Three wrong attempts lock a key at most services."""
    signer = open_signer(server.uri, lambda name: "9631" if name.startswith("PIN") else server.secrets(name))

    records = list(sign_pdfs(batch(tmp_path, 7), signer, PERSON, BatchOptions(clock=lambda: NOW)))

    assert [type(record.failure) for record in records] == [SecretError] * 7
    assert len(server.bodies("authorize")) == 1


class Refusing:
    """A timestamping authority that is closed."""

    def timestamp(self, imprint: bytes, digest: str) -> bytes:
        raise UnavailableError("closed")
