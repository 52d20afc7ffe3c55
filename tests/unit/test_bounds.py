"""Without a worker around it, verification counts before it computes: small files cost little, whatever they say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from hostile import HOSTILE, form, update, xref_stream
from pyhanko.pdf_utils.generic import Reference

from edocs._pades.reading import open_document
from edocs._trust.path import judge_path
from edocs._trust.revocation import StoreRevocation
from edocs._trust.schemes import UnknownAlgorithmError, load_key
from edocs.model import Reason, SubIndication, TrustStore, Verdict
from edocs.testing import sample_pdf
from edocs.verify import verify_pdf

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ANNOUNCED = {
    "ascii85_bomb": "longer",
    "fields_double_at_each_level": "more fields",
    "fields_double_later": "more fields",
    "huge_index": "more steps",
    "index_of_empty_rows": "no size",
    "many_copies_of_a_signature": "more signatures",
    "many_fields": "more fields",
    "many_filters": "more filters",
    "many_signatures": "more signatures",
    "many_signatures_of_their_own": "more signatures",
    "predictor_bomb": "",
    "predictor_of_huge_columns": "more steps",
    "wide_rows": "no size",
}
"""Refused before the work that they announce, and in what words."""
SURPLUS = ["many_certificates_that_are_none", "many_lists_in_the_security_store"]


@pytest.fixture(scope="module")
def signed(foreign_sign: Callable[..., bytes]) -> bytes:
    return foreign_sign(sample_pdf(), "leader", "Person")


@pytest.mark.parametrize("name", ANNOUNCED)
def test_what_is_announced_is_counted_first(signed: bytes, trust: TrustStore, name: str) -> None:
    report = verify_pdf(HOSTILE[name](signed), trust)

    assert report.verdict is Verdict.UNREADABLE
    assert ANNOUNCED[name] in report.reasons[0].text()


@pytest.mark.parametrize("name", SURPLUS)
def test_what_is_not_read_is_told(signed: bytes, trust: TrustStore, name: str) -> None:
    report = verify_pdf(HOSTILE[name](signed), trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    found = [*report.notices, *(why for item in report.signatures for why in item.notices)]
    assert "format.surplus" in {why.rule for why in found}


@pytest.mark.parametrize("index", ["0 9999 5 -3", "0 -1"])
def test_a_table_of_less_than_no_rows_is_refused(index: str) -> None:
    opened = open_document(xref_stream(bytes(45), b"/Size 9/W[1 2 2]/Index[%s]" % index.encode()))

    assert isinstance(opened, Reason)
    assert "less than no rows" in opened.text()


def test_a_form_whose_leaves_are_named_twice_is_read(signed: bytes) -> None:
    """Some products list a field twice; it is not what grows without end."""
    data = form(b"4 0 R 4 0 R 5 0 R", {4: b"<</T(a)/FT/Tx>>", 5: b"<</T(b)/Kids[4 0 R]>>"})

    assert not isinstance(open_document(data), Reason)


def test_steps_are_counted_for_each_document_alone(signed: bytes) -> None:
    table = xref_stream(bytes(5 * 40_000), b"/Size 40000/W[1 2 2]")

    assert not any("steps" in str(open_document(table)) for _ in range(20))


def test_a_long_hexadecimal_string_is_read_as_it_stands() -> None:
    digits = b"4142" * 500_000
    data = update(sample_pdf(), {90: b"<</A<%s>>>" % digits})
    opened = open_document(data)

    assert not isinstance(opened, Reason)
    found = opened.reader.get_object(Reference(90, 0, opened.reader))
    assert found["/A"].original_bytes == b"AB" * 500_000


@pytest.mark.parametrize(("bits", "exponent"), [(16_392, 65_537), (2048, (1 << 33) + 1)])
def test_an_rsa_key_that_nobody_has_is_unknown(bits: int, exponent: int) -> None:
    key = rsa.RSAPublicNumbers(exponent, (1 << (bits - 1)) + 1).public_key()
    info = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(UnknownAlgorithmError, match="RSA"):
        load_key(info)


def test_certificates_that_vouch_for_each_other_in_all_ways_are_given_up() -> None:
    """Sixteen of them under four names, and an anchor that may have signed one of them: nobody here can tell."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"CA {n}")]) for n in range(4)]
    anchor = certificate(key, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Anchor")]))
    mesh = [certificate(key, names[n], names[m]) for n in range(4) for m in range(4) if n != m]
    door = certificate(key, names[3], anchor.subject)
    # ecdsa-with-SHA256 becomes an algorithm that nobody knows
    unknown = der(door).replace(bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d040309"))
    leaf = certificate(key, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Leaf")]), names[0], is_ca=False)
    trust = TrustStore(anchors=(der(anchor),))

    found = judge_path(der(leaf), [*map(der, mesh), unknown], trust, StoreRevocation(trust), NOW)

    assert found.failure is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
    assert "too many ways" in found.detail


def certificate(
    key: ec.EllipticCurvePrivateKey, subject: x509.Name, issuer: x509.Name | None = None, *, is_ca: bool = True
) -> x509.Certificate:
    return (
        x509.CertificateBuilder(
            issuer or subject, subject, key.public_key(), x509.random_serial_number(), NOW, NOW + timedelta(days=99)
        )
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )


def der(item: x509.Certificate) -> bytes:
    return item.public_bytes(serialization.Encoding.DER)
