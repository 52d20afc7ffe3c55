"""What lies between preparing and finishing: plain data, bound to document, certificate, time and version."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from edocs.connect import open_signer
from edocs.errors import CertificateRefusedError, SignatureValueError, StateRefusedError
from edocs.model import HANOI, DocumentCode, Reservation, Role, SignatureSpec, TrustStore, Verdict
from edocs.ports import Signer
from edocs.sign import PreparedSignature, finish_pdf, prepare_pdf, sign_pdf
from edocs.testing import Pki, sample_pdf
from edocs.verify import verify_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
PERSON = SignatureSpec(role=Role.PERSONAL)


@pytest.fixture
def prepared(open_key: Callable[[str], Signer]) -> PreparedSignature:
    return prepare_pdf(sample_pdf(), open_key("leader"), PERSON, now=NOW)


@pytest.fixture
def value(open_key: Callable[[str], Signer], prepared: PreparedSignature) -> bytes:
    return open_key("leader").sign(prepared.attributes, prepared.digest)


def test_a_state_survives_json(prepared: PreparedSignature) -> None:
    assert PreparedSignature.from_json(prepared.to_json()) == prepared


def test_a_state_holds_no_secret_and_is_plain_json(prepared: PreparedSignature) -> None:
    values = json.loads(prepared.to_json())

    assert values["schema"] == "edocs.prepared/1"
    assert all(isinstance(item, str | int | list) for item in values.values())


def test_a_value_that_comes_later_elsewhere_finishes_the_document(
    prepared: PreparedSignature, value: bytes, trust: TrustStore, tmp_path: Path
) -> None:
    (tmp_path / "state.json").write_text(prepared.to_json(), encoding="utf-8")

    stored = PreparedSignature.from_json((tmp_path / "state.json").read_text(encoding="utf-8"))
    signed = finish_pdf(stored, value, now=NOW + timedelta(minutes=10))

    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED


def test_signing_at_once_is_preparing_and_finishing(
    prepared: PreparedSignature, open_key: Callable[[str], Signer]
) -> None:
    key = open_key("leader")
    fixed = finish_pdf(prepared, key.sign(prepared.attributes, prepared.digest), now=NOW)

    at_once = sign_pdf(sample_pdf(), key, PERSON, now=NOW)

    # The second half of /ID is random, and with it the digest.
    assert len(at_once) == len(fixed)
    assert at_once[: prepared.gap_start] == fixed[: prepared.gap_start]


def test_approval_and_issue_take_the_same_path(
    draft: bytes, open_key: Callable[[str], Signer], trust: TrustStore
) -> None:
    spec = SignatureSpec(role=Role.PERSONAL, reserve=Reservation())
    code = DocumentCode(number=7, issued_on=datetime(2026, 3, 5, tzinfo=HANOI))

    first = finish(draft, open_key("leader"), spec)
    second = finish(first, open_key("seal"), SignatureSpec(role=Role.ORGANISATION, code=code))

    assert verify_pdf(second, trust).verdict is Verdict.TOTAL_PASSED


def finish(document: bytes, key: Signer, spec: SignatureSpec) -> bytes:
    state = PreparedSignature.from_json(prepare_pdf(document, key, spec, now=NOW).to_json())
    return finish_pdf(state, key.sign(state.attributes, state.digest), now=NOW)


def test_an_expired_state_is_refused(prepared: PreparedSignature, value: bytes) -> None:
    with pytest.raises(StateRefusedError, match="expired at 2026-03-12T07:30:00"):
        finish_pdf(prepared, value, now=NOW + timedelta(days=8))


def test_a_state_does_not_outlive_its_certificate(pki: Pki) -> None:
    key = open_signer(str(pki.p12("leader")), lambda _: pki.passphrase)
    end = key.certificate.not_valid_after_utc

    state = prepare_pdf(sample_pdf(), key, PERSON, now=end - timedelta(minutes=5))

    assert state.expires_at == end


def test_another_version_is_refused(prepared: PreparedSignature, value: bytes) -> None:
    with pytest.raises(StateRefusedError, match="version 2, not 1"):
        finish_pdf(replace(prepared, version=2), value, now=NOW)
    with pytest.raises(StateRefusedError, match="version 2, not 1"):
        PreparedSignature.from_json(replace(prepared, version=2).to_json())


def test_a_changed_document_is_refused(prepared: PreparedSignature, value: bytes) -> None:
    changed = replace(prepared, document=prepared.document.replace(b"%PDF-1.7", b"%PDF-1.6"))

    with pytest.raises(StateRefusedError, match="was changed"):
        finish_pdf(changed, value, now=NOW)


def test_a_changed_document_with_its_digest_made_to_match_is_refused(prepared: PreparedSignature, value: bytes) -> None:
    """The signed attributes hold the digest of the byte range: the state's own digest proves nothing."""
    import hashlib

    document = prepared.document.replace(b"%PDF-1.7", b"%PDF-1.6")
    changed = replace(prepared, document=document, document_sha256=hashlib.sha256(document).hexdigest())

    with pytest.raises(StateRefusedError, match="was changed"):
        finish_pdf(changed, value, now=NOW)


def test_other_attributes_are_refused(prepared: PreparedSignature, open_key: Callable[[str], Signer]) -> None:
    other = prepare_pdf(sample_pdf(20_000), open_key("leader"), PERSON, now=NOW)

    with pytest.raises(StateRefusedError, match="was changed"):
        finish_pdf(replace(prepared, attributes=other.attributes), b"", now=NOW)


def test_another_role_is_refused(prepared: PreparedSignature, value: bytes) -> None:
    with pytest.raises(StateRefusedError, match="was changed"):
        finish_pdf(replace(prepared, role=Role.ORGANISATION), value, now=NOW)


def test_another_certificate_is_refused(
    prepared: PreparedSignature, value: bytes, open_key: Callable[[str], Signer]
) -> None:
    der = open_key("seal").certificate.public_bytes(Encoding.DER)

    with pytest.raises(StateRefusedError, match="another certificate"):
        finish_pdf(replace(prepared, certificates=(der,)), value, now=NOW)
    with pytest.raises(StateRefusedError, match="another certificate"):
        finish_pdf(replace(prepared, certificates=()), value, now=NOW)


def test_another_algorithm_is_refused(prepared: PreparedSignature, value: bytes) -> None:
    from edocs.model import SignatureAlgorithm

    with pytest.raises(SignatureValueError):
        finish_pdf(replace(prepared, algorithm=SignatureAlgorithm.RSA_PSS), value, now=NOW)


@pytest.mark.parametrize("shift", [-2, 2, 10_000_000])
def test_a_gap_elsewhere_is_refused(prepared: PreparedSignature, value: bytes, shift: int) -> None:
    moved = replace(prepared, gap_start=prepared.gap_start + shift)

    with pytest.raises(StateRefusedError):
        finish_pdf(moved, value, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"document": "not base64!"},
        {"document": 7},
        {"gap_start": "1"},
        {"gap_start": True},
        {"certificates": "x"},
        {"certificates": [7]},
        {"algorithm": "rot13"},
        {"role": "king"},
        {"created_at": "yesterday"},
        {"expires_at": "2026-03-05T08:30:00"},
        {"version": "1"},
    ],
)
def test_a_malformed_state_is_refused(prepared: PreparedSignature, change: dict[str, object]) -> None:
    values = json.loads(prepared.to_json()) | change

    with pytest.raises(StateRefusedError):
        PreparedSignature.from_json(json.dumps(values))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "7", "{", '{"version": 1}', b"\xff", "[" * 100_000])
def test_what_is_no_state_is_refused(text: str | bytes) -> None:
    with pytest.raises(StateRefusedError):
        PreparedSignature.from_json(text)


def test_a_digest_that_is_not_produced_is_refused_in_a_state(prepared: PreparedSignature, value: bytes) -> None:
    with pytest.raises(StateRefusedError):
        finish_pdf(replace(prepared, digest="sha1"), value, now=NOW)


def test_a_certificate_that_cannot_be_read_is_refused(prepared: PreparedSignature, value: bytes) -> None:
    import hashlib

    der = base64.b64decode("MAMCAQE=")
    changed = replace(prepared, certificates=(der,), certificate_sha256=hashlib.sha256(der).hexdigest())

    with pytest.raises(StateRefusedError):
        finish_pdf(changed, value, now=NOW)


def test_a_weak_key_is_refused_in_a_state_too(prepared: PreparedSignature, open_key: Callable[[str], Signer]) -> None:
    import hashlib

    from edocs._pades.cms import signed_attributes
    from edocs._pades.embed import imprint_of

    weak = open_key("rsa1024")
    der = weak.certificate.public_bytes(Encoding.DER)
    imprint = imprint_of(prepared.document, prepared.gap_start, prepared.gap_end, "sha256")
    forged = replace(
        prepared,
        certificates=(der,),
        certificate_sha256=hashlib.sha256(der).hexdigest(),
        attributes=signed_attributes(imprint, "sha256", weak.certificate, prepared.role),
    )

    with pytest.raises(CertificateRefusedError, match="too weak"):
        finish_pdf(forged, weak.sign(forged.attributes, "sha256"), now=NOW)
