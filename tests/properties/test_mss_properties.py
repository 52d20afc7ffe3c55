"""Whatever a mobile signature service sends, the caller gets an answer or an edocs error."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from servers.mss import b64, der, enrol, fault, response, sign, signed_data

from edocs.errors import EdocsError
from edocs.signers.mss import read_answer
from edocs.signers.mss_status import status_error
from edocs.signers.mss_value import bare_value, load_certificates, signer_and_chain
from edocs.testing import PASSPHRASE, Pki

PKI = Pki(folder=Path(__file__).parents[2] / "certs" / "test", base_url="http://localhost:8710", passphrase=PASSPHRASE)
PHONE = enrol(PKI, "leader")
OWN = PHONE.certificates[-1]
IMPRINT = hashlib.sha256(b"data").digest()
INFO = etree.Element("AP_Info", AP_TransID="E1", Instant="2026-03-05T14:30:00+07:00")
CERTIFICATES = "".join(f"<X509Certificate>{b64(der(item))}</X509Certificate>" for item in PHONE.certificates)
ENVELOPE = '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>{}</e:Body></e:Envelope>'
ANSWERS = [
    fault(401),
    fault(208, "http://schemas.xmlsoap.org/soap/envelope/"),
    ENVELOPE.format(response("MSS_SignatureResp", INFO, sign(PHONE, IMPRINT, "#PKCS1"), 500, "M1")).encode(),
    ENVELOPE.format(response("MSS_SignatureResp", INFO, sign(PHONE, IMPRINT, "#PKCS7"), 502, "M1")).encode(),
    ENVELOPE.format(response("MSS_ProfileResp", INFO, CERTIFICATES, 100)).encode(),
]
PKCS7 = signed_data(PHONE, b"value", b"data")

pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number")  # cryptography, of a negative one

cuts = st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12))


def damaged(data: bytes, where: list[tuple[float, int, bytes]]) -> bytes:
    for part, length, new in where:
        at = int(part * len(data))
        data = data[:at] + new + data[at + length :]
    return data


def holds(act: Callable[[], object]) -> None:
    try:
        act()
    except EdocsError:
        return


@given(st.sampled_from(ANSWERS), st.lists(cuts, max_size=4))
def test_a_damaged_answer_is_an_answer_or_an_error(data: bytes, where: list[tuple[float, int, bytes]]) -> None:
    def act() -> None:
        answer = read_answer(damaged(data, where))
        assert status_error(answer, "8491****678").exit_code
        signer_and_chain(load_certificates(answer.certificates), "8491****678")
        bare_value(answer.signature or b"", OWN)

    holds(act)


@given(st.binary(max_size=400))
def test_any_bytes_are_an_answer_or_an_error(data: bytes) -> None:
    holds(lambda: read_answer(data))


@given(st.lists(cuts, min_size=1, max_size=4))
def test_a_damaged_pkcs7_is_a_value_or_an_error(where: list[tuple[float, int, bytes]]) -> None:
    data = PKCS7[:20] + damaged(PKCS7[20:], where)

    holds(lambda: bare_value(data, OWN))
    holds(lambda: signer_and_chain(load_certificates([data]), "8491****678"))


@given(st.lists(cuts, min_size=1, max_size=4))
def test_a_damaged_certificate_is_a_certificate_or_an_error(where: list[tuple[float, int, bytes]]) -> None:
    given_ones = [damaged(der(OWN), where), der(PHONE.certificates[0])]

    holds(lambda: signer_and_chain(load_certificates(given_ones), "8491****678"))


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_a_certificate_with_any_byte_changed_is_a_certificate_or_an_error(mask: int) -> None:
    """Names are parsed late, and a version or a tag that is unknown is another exception each."""
    data, issuer = der(OWN), der(PHONE.certificates[0])
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]

        holds(lambda changed=changed: repr(signer_and_chain(load_certificates([changed, issuer]), "")[0]))


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_a_pkcs7_with_any_byte_changed_is_a_value_or_an_error(mask: int) -> None:
    for place in range(len(PKCS7)):
        changed = PKCS7[:place] + bytes([PKCS7[place] ^ mask]) + PKCS7[place + 1 :]

        holds(lambda changed=changed: bare_value(changed, OWN))
        holds(lambda changed=changed: load_certificates([changed]))


@given(st.integers(0, 9999))
def test_every_code_has_an_error_with_a_hint(code: int) -> None:
    error = status_error(
        read_answer(ENVELOPE.format(response("MSS_StatusResp", INFO, "", code)).encode()), "8491****678"
    )

    assert error.hint()
    assert error.message("vi") != error.message("en")


def test_an_undamaged_answer_is_read_whole() -> None:
    answer = read_answer(ANSWERS[2])

    assert (answer.code, answer.transaction, answer.mssp_transaction) == (500, "E1", "M1")
    assert bare_value(answer.signature or b"", OWN) == answer.signature
    assert signer_and_chain(load_certificates(read_answer(ANSWERS[4]).certificates), "")[0] == OWN
    assert bare_value(PKCS7, OWN) == b"value"
