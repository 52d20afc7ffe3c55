"""Key files that are damaged: each is named as what it is not, and no library's own exception comes through."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, load_pem_private_key, pkcs12
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edocs.connect import open_signer
from edocs.errors import EdocsError, UnreadableError
from edocs.testing import Pki


def certificate(pki: Pki) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pki.pem("leader-p256").read_bytes())


def armoured(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("version", [b"\x03", b"\x65"])
def test_a_certificate_of_no_known_version_is_unreadable(pki: Pki, tmp_path: Path, version: bytes) -> None:
    der = certificate(pki).public_bytes(Encoding.DER)
    path = tmp_path / "odd.pem"
    path.write_bytes(armoured(der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01" + version, 1)))

    with pytest.raises(UnreadableError, match="no certificate in PEM"):
        open_signer(f"pem:{path}?key={pki.key('leader-p256')}", lambda _: "")


@pytest.mark.parametrize("kind", ["pkcs12", "pem"])
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_key_file_opens_or_is_refused_by_name(
    pki: Pki, tmp_path: Path, kind: str, data: st.DataObject
) -> None:
    key = load_pem_private_key(pki.key("leader-p256").read_bytes(), None)
    store = pkcs12.serialize_key_and_certificates(None, key, certificate(pki), None, NoEncryption())  # type: ignore[arg-type]
    body = bytearray(store if kind == "pkcs12" else certificate(pki).public_bytes(Encoding.DER))
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "key"
    path.write_bytes(bytes(body) if kind == "pkcs12" else armoured(bytes(body)) + pki.key("leader-p256").read_bytes())

    try:
        open_signer(f"{kind}:{path}", lambda _: "x")
    except EdocsError as error:
        assert error.exit_code in {2, 4, 6}
