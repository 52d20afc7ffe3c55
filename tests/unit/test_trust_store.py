"""Trust material in its forms: bundles, several certificates a file, pins; what is unreadable is named, never lost."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import given
from hypothesis import strategies as st

from edocs._trust.anchors import fingerprint
from edocs._trust.managed import read_entries
from edocs._trust.past import judge_past
from edocs._trust.path import judge_path
from edocs._trust.revocation import StoreRevocation
from edocs._trust.trust_check import check_entries
from edocs._trust.trust_file import read_trust_file
from edocs.errors import UsageError
from edocs.model import Revocation, ServiceUse, SubIndication, TrustedService, TrustStore, Verdict
from edocs.testing import Pki
from edocs.verify import load_trust, verify_pdf

NOW = datetime(2026, 3, 5, tzinfo=UTC)


def der(pki: Pki, name: str) -> bytes:
    return x509.load_pem_x509_certificate(pki.pem(name).read_bytes()).public_bytes(Encoding.DER)


def judge(pki: Pki, name: str, trust: TrustStore, at: datetime = NOW) -> SubIndication | None:
    others = [der(pki, "official-ca"), der(pki, "official-root")]
    return judge_path(der(pki, name), others, trust, StoreRevocation(trust), at).failure


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_bundle_is_read_whole(pki: Pki, tmp_path: Path, encoding: Encoding) -> None:
    chain = [x509.load_pem_x509_certificate(pki.pem(name).read_bytes()) for name in ("official-root", "official-ca")]
    (tmp_path / "chuỗi.p7b").write_bytes(pkcs7.serialize_certificates(chain, encoding))

    store = load_trust([tmp_path])

    assert (store.anchors, store.intermediates) == ((der(pki, "official-root"),), (der(pki, "official-ca"),))


def test_one_file_may_hold_certificates_and_lists_together(pki: Pki, tmp_path: Path) -> None:
    crl = x509.load_der_x509_crl((pki.crls / "official-ca.crl").read_bytes()).public_bytes(Encoding.PEM)
    parts = [pki.pem("official-root").read_bytes(), pki.pem("official-ca").read_bytes(), crl]
    (tmp_path / "tất cả.pem").write_bytes(b"subject: kept for people\r\n".join(parts).replace(b"\n", b"\r\n"))

    store = load_trust([tmp_path / "tất cả.pem"])

    assert (len(store.anchors), len(store.intermediates), len(store.crls)) == (1, 1, 1)


@pytest.mark.parametrize(
    "content", [b"", b"\x30\x03\x02\x01", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_one_unreadable_file_among_good_ones_is_named(pki: Pki, tmp_path: Path, content: bytes) -> None:
    """Passed over, a damaged root would be an unexplained INDETERMINATE, and a damaged list a revocation unseen."""
    (tmp_path / "good.pem").write_bytes(pki.pem("official-root").read_bytes())
    (tmp_path / "hỏng.crt").write_bytes(content)

    with pytest.raises(UsageError, match=r"hỏng\.crt"):
        load_trust([tmp_path])


def test_a_folder_without_trust_material_is_named(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing here", encoding="utf-8")

    with pytest.raises(UsageError, match="no CA certificate"):
        load_trust([tmp_path])


def test_a_private_key_beside_its_certificate_is_passed_over(pki: Pki, tmp_path: Path) -> None:
    both = pki.pem("official-root").read_bytes() + pki.key("official-root").read_bytes()
    (tmp_path / "root.pem").write_bytes(both)

    assert len(load_trust([tmp_path]).anchors) == 1


def pins(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "đã ghim.pins"
    path.write_text("\n".join(["# approved on paper", "", *lines]), encoding="utf-8")
    return path


def test_a_pinned_authority_that_came_with_the_signature_is_an_anchor(pki: Pki, tmp_path: Path) -> None:
    digest = fingerprint(der(pki, "official-ca"))
    colons = ":".join(digest[at : at + 2] for at in range(0, 64, 2)).upper()

    trust = load_trust([pins(tmp_path, f"anchor {colons}  # CA chuyên dùng")])

    assert judge(pki, "leader", trust) is None
    assert judge(pki, "leader-public", trust) is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def test_an_end_entity_pinned_as_an_anchor_is_none(pki: Pki, tmp_path: Path) -> None:
    trust = load_trust([pins(tmp_path, f"anchor {fingerprint(der(pki, 'leader'))}")])

    assert judge(pki, "leader", trust) is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def test_a_pinned_signer_needs_no_path_and_vouches_for_nobody_else(pki: Pki, tmp_path: Path) -> None:
    trust = load_trust([pins(tmp_path, f"signer {fingerprint(der(pki, 'leader'))}")])

    assert (judge(pki, "leader", trust), judge(pki, "seal", trust)) == (
        None,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    )


def test_a_pin_heals_neither_expiry_nor_revocation(pki: Pki, tmp_path: Path) -> None:
    names = ("expired", "not-yet-valid", "revoked")
    lines = [f"signer {fingerprint(der(pki, name))}" for name in names]

    trust = load_trust([pins(tmp_path, *lines), pki.crls])

    assert [judge(pki, name, trust) for name in names] == [
        SubIndication.OUT_OF_BOUNDS_NO_POE,
        SubIndication.OUT_OF_BOUNDS_NO_POE,
        SubIndication.REVOKED_NO_POE,
    ]


def test_a_pinned_signers_unknown_revocation_is_said(pki: Pki) -> None:
    trust = TrustStore(signer_pins=frozenset({fingerprint(der(pki, "leader"))}))

    path = judge_path(der(pki, "leader"), [], trust, StoreRevocation(trust), NOW)

    assert (path.failure, path.revocation, path.is_revocation_known) == (None, Revocation.UNKNOWN, False)


def test_a_pin_for_signatures_is_none_for_timestamps(pki: Pki) -> None:
    digest = frozenset({fingerprint(der(pki, "tsa"))})

    assert judge(pki, "tsa", TrustStore(signer_pins=digest)) is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert judge(pki, "tsa", TrustStore(timestamp_pins=digest)) is None


def test_pinned_signers_are_enough_for_a_document_to_pass(pki: Pki, issued: bytes, tmp_path: Path) -> None:
    lines = [f"signer {fingerprint(der(pki, name))}" for name in ("leader", "seal")]

    report = verify_pdf(issued, load_trust([pins(tmp_path, *lines), pki.crls]))

    assert report.verdict is Verdict.TOTAL_PASSED


@pytest.mark.parametrize(
    "line", ["anchor", "anchor 12ab", f"root {'0' * 64}", f"signer {'0' * 64} leader", f"signer {'g' * 64}"]
)
def test_a_wrong_line_of_pins_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    with pytest.raises(UsageError, match=r"pins: 3"):
        load_trust([pins(tmp_path, line)])


def service(pki: Pki, name: str, use: ServiceUse, *granted: tuple[datetime, datetime | None]) -> TrustedService:
    return TrustedService(certificate=der(pki, name), use=use, granted=granted)


SINCE = datetime(2025, 1, 1, tzinfo=UTC)
UNTIL = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_service_vouches_for_its_own_use_alone(pki: Pki) -> None:
    for_signing = TrustStore(services=(service(pki, "official-ca", ServiceUse.SIGNATURES, (SINCE, None)),))
    for_times = TrustStore(services=(service(pki, "official-ca", ServiceUse.TIMESTAMPS, (SINCE, None)),))

    found = [judge(pki, name, trust) is None for trust in (for_signing, for_times) for name in ("leader", "tsa")]

    assert found == [True, False, False, True]


def test_a_listed_timestamping_certificate_needs_no_path(pki: Pki) -> None:
    trust = TrustStore(services=(service(pki, "tsa", ServiceUse.TIMESTAMPS, (SINCE, None)),))

    assert judge(pki, "tsa", trust) is None


def test_a_withdrawn_service_vouches_only_for_what_is_proven_to_be_older(pki: Pki) -> None:
    trust = TrustStore(services=(service(pki, "official-ca", ServiceUse.SIGNATURES, (SINCE, UNTIL)),))

    def past(proven: datetime | None) -> SubIndication | None:
        return judge_past(der(pki, "leader"), [], trust, StoreRevocation(trust), (NOW, proven)).failure

    assert past(None) is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert past(datetime(2025, 6, 1, tzinfo=UTC)) is None
    assert past(UNTIL) is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def test_the_fingerprint_is_what_openssl_prints(pki: Pki) -> None:
    certificate = x509.load_pem_x509_certificate(pki.pem("leader").read_bytes())

    assert fingerprint(der(pki, "leader")) == hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


FORMS = ("cer", "crl", "p7b", "pins", "pem")


@given(
    form=st.sampled_from(FORMS),
    changes=st.lists(st.tuples(st.integers(0, 2**12), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_no_bytes_of_a_trust_file_raise_anything_else(
    pki: Pki, spoiled: Path, form: str, changes: list[tuple[int, int]]
) -> None:
    authority = x509.load_pem_x509_certificate(pki.pem("official-ca").read_bytes())
    data = bytearray(
        {
            "cer": authority.public_bytes(Encoding.DER),
            "crl": (pki.crls / "official-ca.crl").read_bytes(),
            "p7b": pkcs7.serialize_certificates([authority], Encoding.DER),
            "pins": f"anchor {authority.fingerprint(hashes.SHA256()).hex()} # x".encode(),
            "pem": pki.pem("official-ca").read_bytes(),
        }[form]
    )
    for at, value in changes:
        data[at % len(data)] = value
    path = spoiled / f"x.{form}"
    path.write_bytes(data)

    try:
        files = [read_trust_file(path)]
        check_entries(read_entries(files), files, NOW)
        load_trust([path], NOW)
    except UsageError:
        return


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spoiled")


def test_operators_without_a_list_are_no_trust(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no list"):
        load_trust([pins(tmp_path, f"list-operator {'0' * 64}")])
