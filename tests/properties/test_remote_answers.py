"""Whatever a remote service answers: a result or an ``EdocsError``, never another exception."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from edocs.errors import EdocsError
from edocs.signers import csc_protocol as csc
from edocs.signers.gateway import Transaction, read_webhook
from edocs.signers.service import Answer

CERTIFICATES = Path(__file__).parents[2] / "certs" / "test" / "certs"
NAMES = st.sampled_from(
    [
        *("specs", "methods", "oauth2", "key", "cert", "status", "algo", "certificates", "authMode", "auth", "mode"),
        *("objects", "id", "type", "expression", "generator", "PIN", "OTP", "presence", "multisign", "signatures"),
        *("SAD", "error", "error_description", "data", "message", "status_code", "user_certificates", "cert_data"),
        *("signed_files", "doc_id", "signature_value", "transaction_id", "tran_code", "schema", "documents"),
        *("certificate_serial", "code"),
    ]
)
WORDS = st.sampled_from(
    [
        *("1.0.4.0", "2.0", "implicit", "explicit", "true", "online", "Password", "PIN", "OR", "doc-1", "pending"),
        *("expired", "edocs.gateway-transaction/1", "eA==", "*", "", "\ud800", "\x00", "Từ chối"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=12)
STATUS = st.sampled_from([200, 204, 400, 401, 404])


@cache
def leader(name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((CERTIFICATES / f"{name}.pem").read_bytes())


@given(BODIES, STATUS, st.sampled_from(csc.Version))
def test_any_answer_of_a_csc_service_is_read_or_refused(
    body: dict[str, object], status: int, version: csc.Version
) -> None:
    answer = Answer(status=status, body=body)
    credential = csc.Credential(certificate=leader("leader-p256"), chain=(), algorithms=(), factors=(), multisign=1)

    for read in (
        lambda: csc.read_version(answer, "h"),
        lambda: csc.read_credential(version, answer, "h"),
        lambda: csc.read_signatures(answer, 1, credential, "h"),
    ):
        with suppress(EdocsError):
            read()
    assert isinstance(csc.is_wrong_secret(answer), bool)
    assert isinstance(csc.is_expired(answer), bool)


@given(VALUES)
def test_any_message_to_a_webhook_is_read_or_refused(body: object) -> None:
    transaction = Transaction(id="t-1", code="c-1", documents=("doc-1",), certificate_serial="1")

    with suppress(EdocsError):
        values = read_webhook(json.dumps(body), transaction, leader("leader"))
        assert [type(value) for value in values] == [bytes]


@given(VALUES)
def test_any_stored_transaction_is_read_or_refused(body: object) -> None:
    with suppress(EdocsError):
        stored = Transaction.from_json(json.dumps(body))
        assert Transaction.from_json(stored.to_json()) == stored
