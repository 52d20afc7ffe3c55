"""Signing through a provider's gateway: hand in, confirm in the app, fetch; at once, or in another process later."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.csc import encode, load_key
from servers.gateway import GatewayServer, said
from servers.http import DRIP, HTML, SLOW, Fault, Reply

from edocs.connect import open_signer
from edocs.errors import (
    CertificateRefusedError,
    RefusedError,
    SecretError,
    SignatureValueError,
    StateRefusedError,
    UnavailableError,
    UsageError,
)
from edocs.model import Role, SignatureSpec, TrustStore, Verdict
from edocs.sign import PreparedSignature, finish_pdf, prepare_pdf, sign_pdf
from edocs.signers.gateway import GatewaySigner, Transaction, read_webhook
from edocs.testing import Pki, sample_pdf
from edocs.verify import verify_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
PERSON = SignatureSpec(role=Role.PERSONAL)


@pytest.fixture
def server(pki: Pki) -> Iterator[GatewayServer]:
    with GatewayServer(pki) as running:
        yield running


def opened(server: GatewayServer, more: str = "") -> GatewaySigner:
    return open_signer(f"{server.uri}{more}", server.secrets)


def test_a_document_that_the_signer_confirms_verifies(server: GatewayServer, trust: TrustStore) -> None:
    server.confirms_at = 4

    signed = sign_pdf(sample_pdf(), opened(server), PERSON, now=NOW)

    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED
    assert server.polls == 4


def test_the_hash_travels_and_not_the_data(server: GatewayServer) -> None:
    opened(server).sign(b"x", "sha256")

    (file,) = server.bodies("signatures/sign")[0]["sign_files"]
    assert file["data_to_be_signed"] == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"


def test_the_code_is_shown_to_the_user(server: GatewayServer) -> None:
    shown: list[str] = []

    open_signer(server.uri, server.secrets, shown.append).sign(b"x", "sha256")

    assert shown == list(server.open)


def test_many_hashes_take_one_confirmation_and_come_in_order(server: GatewayServer) -> None:
    signer = opened(server)
    items = [b"1", b"2", b"1"]

    values = signer.sign_many(items, "sha256")

    assert len(server.open) == 1
    assert values == [signer.sign(item, "sha256") for item in items]


def test_a_batch_is_split_where_the_address_says_so(server: GatewayServer) -> None:
    opened(server, "&batch=3").sign_many([b"x"] * 7, "sha256")

    assert [len(body["sign_files"]) for body in server.open.values()] == [3, 3, 1]


def test_nothing_to_sign_asks_nothing(server: GatewayServer) -> None:
    signer = opened(server)

    assert signer.sign_many([], "sha256") == []
    with pytest.raises(UsageError, match="nothing to sign"):
        signer.submit_many([], "sha256")
    assert not server.open


def test_prepared_now_and_finished_by_another_process(server: GatewayServer, trust: TrustStore, tmp_path: Path) -> None:
    """Only two JSON files and the URI cross the border."""
    signer = opened(server)
    prepared = prepare_pdf(sample_pdf(), signer, PERSON, now=NOW)
    transaction = signer.submit(prepared.attributes, prepared.digest)
    (tmp_path / "prepared.json").write_text(prepared.to_json(), encoding="utf-8")
    (tmp_path / "transaction.json").write_text(transaction.to_json(), encoding="utf-8")
    code = f"""
from datetime import datetime, timedelta
from pathlib import Path
from edocs.connect import open_signer
from edocs.sign import PreparedSignature, finish_pdf
from edocs.signers.gateway import Transaction
prepared = PreparedSignature.from_json(Path("prepared.json").read_text(encoding="utf-8"))
transaction = Transaction.from_json(Path("transaction.json").read_text(encoding="utf-8"))
signer = open_signer({server.uri!r}, lambda name: {server.PASSWORD!r})
value = signer.result(transaction)
moment = datetime.fromisoformat({NOW.isoformat()!r}) + timedelta(minutes=40)
Path("signed.pdf").write_bytes(finish_pdf(prepared, value, now=moment))
"""

    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, check=True)

    assert verify_pdf((tmp_path / "signed.pdf").read_bytes(), trust).verdict is Verdict.TOTAL_PASSED
    assert len(server.open) == 1


def test_a_transaction_survives_json_and_holds_no_secret(server: GatewayServer) -> None:
    transaction = opened(server).submit_many([b"x", b"y"], "sha256")

    assert Transaction.from_json(transaction.to_json()) == transaction
    assert server.PASSWORD not in transaction.to_json()


@pytest.mark.parametrize(
    "change",
    [
        *({"code": "../../x"}, {"code": 7}, {"code": ""}),
        *({"documents": []}, {"documents": "abc"}, {"documents": [7]}),
        *({"schema": "edocs.prepared/1"}, {"id": None}, {"certificate_serial": []}),
    ],
)
def test_a_malformed_transaction_is_refused(server: GatewayServer, change: dict[str, object]) -> None:
    values = json.loads(opened(server).submit(b"x", "sha256").to_json()) | change

    with pytest.raises(StateRefusedError):
        Transaction.from_json(json.dumps(values))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "7", "{", b"\xff", "[" * 100_000])
def test_what_is_no_transaction_is_refused(text: str | bytes) -> None:
    with pytest.raises(StateRefusedError):
        Transaction.from_json(text)


def test_a_transaction_of_another_certificate_is_refused(server: GatewayServer, pki: Pki) -> None:
    transaction = opened(server).submit(b"x", "sha256")
    server.names = ["clerk"]

    with pytest.raises(StateRefusedError, match="another certificate"):
        opened(server).result(transaction)


def test_asking_early_gives_nothing_yet(server: GatewayServer) -> None:
    server.confirms_at = 2
    signer = opened(server)
    transaction = signer.submit(b"x", "sha256")

    assert signer.poll(transaction) is None
    assert signer.poll(transaction) == signer.sign(b"x", "sha256")


def test_several_values_are_not_taken_for_one(server: GatewayServer) -> None:
    signer = opened(server)
    transaction = signer.submit_many([b"x", b"y"], "sha256")

    with pytest.raises(UsageError, match="holds 2 hashes"):
        signer.result(transaction)
    assert signer.result_many(transaction) == signer.sign_many([b"x", b"y"], "sha256")


@pytest.mark.parametrize("words", ["USER_REJECTED", "User denied the request", "user_cancel", "Người dùng từ chối"])
def test_a_signer_who_refuses_is_believed(server: GatewayServer, words: str) -> None:
    server.decision = words

    with pytest.raises(RefusedError, match="the signer refused transaction") as caught:
        opened(server).sign(b"x", "sha256")
    assert caught.value.exit_code == 6


@pytest.mark.parametrize("words", ["TRANSACTION_EXPIRED", "Giao dịch đã hết hạn", "timeout"])
def test_a_transaction_that_expired_is_unavailable(server: GatewayServer, words: str) -> None:
    server.decision = words

    with pytest.raises(UnavailableError, match="expired before it was confirmed"):
        opened(server).sign(b"x", "sha256")


def test_waiting_ends(server: GatewayServer) -> None:
    server.confirms_at = 10**6
    signer = open_signer(server.uri.replace("timeout=2", "timeout=0.15"), server.secrets)

    with pytest.raises(UnavailableError, match=r"not confirmed within 0\.15 s"):
        signer.sign(b"x", "sha256")
    assert 2 <= server.polls <= 15


@pytest.mark.parametrize("path", ["get_certificate", "signatures/sign", "/status"])
@pytest.mark.parametrize(
    "fault",
    [SLOW, DRIP, HTML, Reply(b"{"), Reply([]), Reply({}), Reply(HTML.body, 404), Reply({}, 502), said(200, "success")],
    ids=range(9),
)
def test_a_gateway_that_is_slow_or_talks_nonsense_is_unavailable(
    server: GatewayServer, path: str, fault: Fault
) -> None:
    server.faults[path] = [fault]

    with pytest.raises((UnavailableError, UsageError)) as caught:
        open_signer(server.uri.replace("timeout=2", "timeout=0.15"), server.secrets).sign(b"x", "sha256")

    # An answer in order that lists no certificate is a matter of the user's name.
    assert isinstance(caught.value, UnavailableError) or "0 certificates" in str(caught.value)


@pytest.mark.parametrize("fault", [SLOW, HTML, Reply({}, 502)])
def test_hashes_are_handed_in_once(server: GatewayServer, fault: Fault) -> None:
    server.faults["signatures/sign"] = [fault]

    with pytest.raises(UnavailableError):
        open_signer(server.uri.replace("timeout=2", "timeout=0.15"), server.secrets).sign(b"x", "sha256")
    assert len(server.bodies("signatures/sign")) == 1


def test_a_lost_poll_is_asked_again(server: GatewayServer) -> None:
    server.faults["/status"] = [Reply({}, 502), None]

    assert opened(server).sign(b"x", "sha256")


def test_a_gateway_that_is_gone_is_unavailable(server: GatewayServer) -> None:
    signer = opened(server)
    server.stop()

    with pytest.raises(UnavailableError, match="cannot be reached"):
        signer.sign(b"x", "sha256")


@pytest.mark.parametrize("kind", ["garbage", "another key", "another document"])
def test_a_value_that_is_not_ours_is_never_embedded(server: GatewayServer, pki: Pki, kind: str) -> None:
    signer = opened(server)
    prepared = prepare_pdf(sample_pdf(), signer, PERSON, now=NOW)
    if kind == "garbage":
        server.values = lambda code: [  # type: ignore[method-assign]
            {"doc_id": item["doc_id"], "signature_value": encode(b"not a value")}
            for item in server.open[code]["sign_files"]
        ]
    elif kind == "another key":
        server.key = load_key(pki.key("seal"))
    value = signer.sign(b"other" if kind == "another document" else prepared.attributes, prepared.digest)

    with pytest.raises(SignatureValueError) as caught:
        finish_pdf(prepared, value, now=NOW)
    assert caught.value.exit_code == 6


@pytest.mark.parametrize(
    "signatures", [[{"doc_id": "other", "signature_value": "eA=="}], [{"signature_value": "eA=="}]]
)
def test_a_value_for_another_hash_is_not_taken(server: GatewayServer, signatures: list[object]) -> None:
    server.faults["/status"] = [said(200, "success", {"signatures": signatures})]

    with pytest.raises(UnavailableError, match="no value for hash"):
        opened(server).sign(b"x", "sha256")


def test_a_wrong_password_is_refused_without_repeating_it(server: GatewayServer) -> None:
    """The server repeats it in its message; it must not get any further."""
    with pytest.raises(SecretError, match="refuses client edocs-sp") as caught:
        open_signer(server.uri, lambda _: "hidden-thing")
    assert "hidden-thing" not in f"{caught.value!r} {caught.value}"


def test_the_client_may_be_asked_for_too(server: GatewayServer) -> None:
    signer = open_signer(server.uri.replace("&client=edocs-sp", ""), server.secrets)

    assert "Nguyễn Văn An" in repr(signer)
    assert server.PASSWORD not in repr(vars(signer)) + repr(vars(signer._account))


def test_of_several_certificates_one_must_be_named(server: GatewayServer, pki: Pki) -> None:
    server.names = ["leader", "clerk"]
    wanted = open_signer(str(pki.p12("clerk")), lambda _: pki.passphrase).certificate

    with pytest.raises(UsageError, match="has 2 certificates"):
        opened(server)
    assert opened(server, f"&serial=00:{wanted.serial_number:X}").certificate == wanted


def test_a_certificate_with_another_number_than_asked_for_is_not_taken(server: GatewayServer, pki: Pki) -> None:
    reply = server.certificates()
    reply.body["data"]["user_certificates"][0]["serial_number"] = "0a0b"
    server.faults["get_certificate"] = [reply]

    with pytest.raises(UnavailableError, match="another certificate than the one asked for"):
        opened(server, "&serial=0A0B")


def test_a_certificate_that_is_not_active_is_refused(server: GatewayServer) -> None:
    reply = server.certificates()
    reply.body["data"]["user_certificates"][0]["cert_status_code"] = "REVOKED"
    server.faults["get_certificate"] = [reply]

    with pytest.raises(CertificateRefusedError, match="as REVOKED"):
        opened(server)


@pytest.mark.parametrize("data", [{}, {"tran_code": "../x"}, {"tran_code": 7}, {"tran_code": ""}])
def test_a_code_that_no_address_can_hold_is_unavailable(server: GatewayServer, data: dict[str, object]) -> None:
    server.faults["signatures/sign"] = [said(200, "success", data)]

    with pytest.raises(UnavailableError, match="no transaction code"):
        opened(server).sign(b"x", "sha256")


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("", "needs a user"),
        ("user=1&serial=xyz", "not a certificate's number"),
        ("user=1&batch=0", "no number of hashes"),
        ("user=1&batch=-1", "no number of hashes"),
        ("user=1&poll=x", "not a time"),
        ("user=1&sp_password=x", "a secret in an address"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(query: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        open_signer(f"gateway+https://example.org/sca?{query}", lambda _: "x")


def test_plain_http_goes_to_no_other_machine() -> None:
    with pytest.raises(UsageError, match="not encrypted"):
        open_signer("gateway+http://example.org/sca?user=1", lambda _: "x")


def test_a_webhook_finishes_a_prepared_document(server: GatewayServer, trust: TrustStore) -> None:
    signer = opened(server)
    prepared = PreparedSignature.from_json(prepare_pdf(sample_pdf(), signer, PERSON, now=NOW).to_json())
    transaction = signer.submit(prepared.attributes, prepared.digest)
    body = json.dumps(server.webhook(transaction.code)).encode()

    (value,) = read_webhook(body, transaction, signer.certificate)
    signed = finish_pdf(prepared, value, now=NOW + timedelta(minutes=3))

    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED


def test_a_forged_webhook_is_never_embedded(server: GatewayServer) -> None:
    signer = opened(server)
    prepared = prepare_pdf(sample_pdf(), signer, PERSON, now=NOW)
    transaction = signer.submit(prepared.attributes, prepared.digest)
    files = [{"doc_id": transaction.documents[0], "signature_value": encode(b"x" * 256)}]

    (value,) = read_webhook(json.dumps({"signed_files": files}), transaction, signer.certificate)

    with pytest.raises(SignatureValueError):
        finish_pdf(prepared, value, now=NOW)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", UnavailableError),
        (b"\xff", UnavailableError),
        (b"[]", UnavailableError),
        (b"[" * 100_000, UnavailableError),
        (b"{}", UnavailableError),
        (b'{"signed_files": 7}', UnavailableError),
        (b'{"message": "pending"}', UnavailableError),
        (b'{"message": "expired"}', UnavailableError),
        (b'{"message": "user rejected"}', RefusedError),
        (b'{"tran_code": "another", "message": "user rejected"}', UnavailableError),
        (b'{"data": {"transaction_id": "another"}}', UnavailableError),
    ],
)
def test_a_webhook_that_brings_no_value_is_an_error(server: GatewayServer, body: bytes, error: type[Exception]) -> None:
    signer = opened(server)
    transaction = signer.submit(b"x", "sha256")

    with pytest.raises(error):
        read_webhook(body, transaction, signer.certificate)
