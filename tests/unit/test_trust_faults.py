"""Certificates, lists and responses made to break the reader: each is as if it were not there, and nothing raises."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import core, parser
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import ocsp
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from edocs._trust.chains import load_certificates
from edocs._trust.path import judge_path
from edocs._trust.revocation import StoreRevocation
from edocs.errors import UsageError
from edocs.model import Revocation, TrustStore, Verdict
from edocs.testing import Pki, sample_pdf
from edocs.verify import load_trust, verify_pdf

NOW = datetime(2026, 3, 5, tzinfo=UTC)
BOUNDED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
# cryptography warns of serial numbers that are not positive; a hostile one is no news here.
pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def private_key(path: Path) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


@pytest.fixture(scope="module")
def leader(pki: Pki) -> x509.Certificate:
    return certificate(pki.pem("leader"))


@pytest.fixture(scope="module")
def authority(pki: Pki) -> x509.Certificate:
    return certificate(pki.pem("official-ca"))


@pytest.fixture(scope="module")
def authority_key(pki: Pki) -> rsa.RSAPrivateKey:
    return private_key(pki.key("official-ca"))


@pytest.fixture(scope="module")
def one(foreign_sign: Callable[..., bytes]) -> bytes:
    return foreign_sign(sample_pdf(), "leader", "Person")


@pytest.fixture(scope="module")
def good_list(authority: x509.Certificate, authority_key: rsa.RSAPrivateKey) -> bytes:
    entry = x509.RevokedCertificateBuilder(7, NOW).add_extension(x509.CRLReason(x509.ReasonFlags.superseded), False)
    builder = x509.CertificateRevocationListBuilder(authority.subject, NOW, NOW + timedelta(days=9000))
    builder = builder.add_revoked_certificate(entry.build())
    point = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
    builder = builder.add_extension(x509.CRLNumber(1), False).add_extension(point, True)
    return builder.sign(authority_key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def good_response(leader: x509.Certificate, authority: x509.Certificate, pki: Pki) -> bytes:
    responder = certificate(pki.pem("ocsp-official"))
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=leader,
        issuer=authority,
        algorithm=hashes.SHA256(),
        cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=NOW,
        next_update=NOW + timedelta(days=9000),
        revocation_time=None,
        revocation_reason=None,
    )
    signed = builder.certificates([responder]).responder_id(ocsp.OCSPResponderEncoding.HASH, responder)
    return signed.sign(private_key(pki.key("ocsp-official")), hashes.SHA256()).public_bytes(Encoding.DER)


def with_store(document: bytes, **lists: bytes) -> bytes:
    """``document`` with a DSS of which each list holds the given bytes, whatever they are."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    store = generic.DictionaryObject()
    for name, data in lists.items():
        store[pdf_name(f"/{name}")] = generic.ArrayObject([writer.add_object(generic.StreamObject(stream_data=data))])
    writer.root["/DSS"] = writer.add_object(store)
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def of_unknown_version(crl: bytes) -> bytes:
    changed = asn1_crl.CertificateList.load(crl)
    changed["tbs_cert_list"]["version"] = 5
    return bytes(changed.dump(force=True))


def with_extension_twice(crl: bytes) -> bytes:
    changed = asn1_crl.CertificateList.load(crl)
    extensions = changed["tbs_cert_list"]["crl_extensions"]
    extensions.append(extensions[0].copy())
    return bytes(changed.dump(force=True))


def with_entry_extension_twice(crl: bytes) -> bytes:
    changed = asn1_crl.CertificateList.load(crl)
    extensions = changed["tbs_cert_list"]["revoked_certificates"][0]["crl_entry_extensions"]
    extensions.append(extensions[0].copy())
    return bytes(changed.dump(force=True))


def certificate_of_unknown_version(der: bytes) -> bytes:
    at = der.index(bytes.fromhex("a003020102"))
    return der[: at + 4] + b"\x07" + der[at + 5 :]


def certificate_with_extension_twice(der: bytes) -> bytes:
    changed = asn1_x509.Certificate.load(der)
    extensions = changed["tbs_certificate"]["extensions"]
    extensions.append(extensions[0].copy())
    return bytes(changed.dump(force=True))


def certificate_without_serial(der: bytes) -> bytes:
    """What stands in its place is no number; the names can still be read."""
    at = der.index(bytes.fromhex("a003020102")) + 5
    return der[:at] + b"\xc2" + der[at + 1 :]


def mutate(data: bytes, changes: list[tuple[int, int]]) -> bytes:
    changed = bytearray(data)
    for at, value in changes:
        changed[at % len(changed)] = value
    return bytes(changed)


def bit_string(key: rsa.RSAPrivateKey, body: bytes) -> bytes:
    return bytes(core.OctetBitString(key.sign(body, padding.PKCS1v15(), hashes.SHA256())).dump())


def sequence(parts: bytes) -> bytes:
    return bytes(core.Sequence(contents=parts).dump())


CHANGES = st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=4)


@pytest.mark.parametrize("spoil", [of_unknown_version, with_extension_twice, with_entry_extension_twice])
def test_a_list_that_breaks_the_standard_is_no_evidence_and_no_crash(
    one: bytes, trust: TrustStore, good_list: bytes, spoil: Callable[[bytes], bytes]
) -> None:
    without_lists = TrustStore(anchors=trust.anchors, intermediates=trust.intermediates)

    report = verify_pdf(with_store(one, CRLs=spoil(good_list)), without_lists)

    (signature,) = report.signatures
    assert (signature.verdict, signature.revocation) == (Verdict.TOTAL_PASSED, Revocation.UNKNOWN)


@pytest.mark.parametrize("spoil", [certificate_of_unknown_version, certificate_with_extension_twice])
def test_a_certificate_that_breaks_the_standard_is_no_authority(
    tmp_path: Path, authority: x509.Certificate, spoil: Callable[[bytes], bytes]
) -> None:
    (tmp_path / "ca.cer").write_bytes(spoil(authority.public_bytes(Encoding.DER)))

    with pytest.raises(UsageError, match=r"no CA certificate|ca\.cer"):
        load_trust([tmp_path])


def test_a_list_of_unknown_version_is_named_where_trust_is_loaded(tmp_path: Path, good_list: bytes) -> None:
    (tmp_path / "bad.crl").write_bytes(of_unknown_version(good_list))
    (tmp_path / "good.crl").write_bytes(good_list)

    with pytest.raises(UsageError, match=r"bad\.crl"):
        load_trust([tmp_path])


def test_a_companion_of_unknown_version_is_left_out(leader: x509.Certificate) -> None:
    der = leader.public_bytes(Encoding.DER)

    assert load_certificates([certificate_of_unknown_version(der), der]) == [leader]


@pytest.mark.parametrize("spoil", [certificate_of_unknown_version, certificate_with_extension_twice])
def test_a_companion_that_breaks_the_standard_spoils_no_signature(
    one: bytes, trust: TrustStore, authority: x509.Certificate, spoil: Callable[[bytes], bytes]
) -> None:
    document = with_store(one, Certs=spoil(authority.public_bytes(Encoding.DER)))

    assert verify_pdf(document, trust).verdict is Verdict.TOTAL_PASSED


def test_a_companion_that_cannot_be_read_whole_does_not_end_the_search_for_a_path(
    leader: x509.Certificate, authority: x509.Certificate, trust: TrustStore
) -> None:
    spoiled = certificate_without_serial(authority.public_bytes(Encoding.DER))

    path = judge_path(leader.public_bytes(Encoding.DER), [spoiled], trust, StoreRevocation(trust), NOW)

    assert (path.failure, path.detail) == (None, "")


def test_a_list_signed_with_sha1_does_not_count(
    leader: x509.Certificate, authority: x509.Certificate, authority_key: rsa.RSAPrivateKey, good_list: bytes
) -> None:
    algorithm = asn1_crl.SignedDigestAlgorithm({"algorithm": "sha1_rsa", "parameters": core.Null()})
    crl = asn1_crl.CertificateList.load(good_list)
    crl["tbs_cert_list"]["signature"] = algorithm
    body = crl["tbs_cert_list"].dump(force=True)
    value = authority_key.sign(body, padding.PKCS1v15(), hashes.SHA1())

    weak = sequence(body + algorithm.dump() + core.OctetBitString(value).dump())

    loaded = x509.load_der_x509_crl(weak)
    authority_key.public_key().verify(loaded.signature, loaded.tbs_certlist_bytes, padding.PKCS1v15(), hashes.SHA1())
    assert StoreRevocation(TrustStore(crls=(weak,))).status(leader, authority, NOW) is None


@settings(BOUNDED, max_examples=60)
@given(crl=CHANGES, response=CHANGES, companion=CHANGES)
def test_no_bytes_in_the_store_of_a_document_raise(
    one: bytes,
    trust: TrustStore,
    authority: x509.Certificate,
    good_list: bytes,
    good_response: bytes,
    crl: list[tuple[int, int]],
    response: list[tuple[int, int]],
    companion: list[tuple[int, int]],
) -> None:
    document = with_store(
        one,
        CRLs=mutate(good_list, crl),
        OCSPs=mutate(good_response, response),
        Certs=mutate(authority.public_bytes(Encoding.DER), companion),
    )

    (signature,) = verify_pdf(document, trust).signatures

    assert signature.integrity


@BOUNDED
@given(changes=CHANGES)
@example(changes=[])
def test_a_list_that_its_issuer_signed_may_say_anything(
    leader: x509.Certificate,
    authority: x509.Certificate,
    authority_key: rsa.RSAPrivateKey,
    good_list: bytes,
    changes: list[tuple[int, int]],
) -> None:
    """What is read after the issuer's signature is checked must not raise either."""
    crl = asn1_crl.CertificateList.load(good_list)
    body = mutate(crl["tbs_cert_list"].dump(), changes)
    parts = body + crl["signature_algorithm"].dump() + bit_string(authority_key, body)

    found = StoreRevocation(TrustStore(crls=(sequence(parts),))).status(leader, authority, NOW)

    assert found is None or found.status in (Revocation.GOOD, Revocation.REVOKED)
    assert changes or found is not None


@BOUNDED
@given(changes=CHANGES)
@example(changes=[])
def test_a_response_that_its_issuer_signed_may_say_anything(
    leader: x509.Certificate,
    authority: x509.Certificate,
    authority_key: rsa.RSAPrivateKey,
    good_response: bytes,
    changes: list[tuple[int, int]],
) -> None:
    wrapped = asn1_ocsp.OCSPResponse.load(good_response)["response_bytes"]
    basic = wrapped["response"].parsed
    body = mutate(basic["tbs_response_data"].dump(), changes)
    parts = body + basic["signature_algorithm"].dump() + bit_string(authority_key, body)
    inner = sequence(wrapped["response_type"].dump() + core.OctetString(sequence(parts)).dump())
    forged = sequence(b"\x0a\x01\x00" + parser.emit(2, 1, 0, inner))

    found = StoreRevocation(TrustStore(ocsps=(forged,))).status(leader, authority, NOW)

    assert found is None or found.status in (Revocation.GOOD, Revocation.REVOKED)
    assert changes or found is not None


@BOUNDED
@given(changes=CHANGES, about_issuer=st.booleans())
def test_a_certificate_that_breaks_the_standard_is_asked_about_without_a_crash(
    authority: x509.Certificate,
    leader: x509.Certificate,
    good_list: bytes,
    good_response: bytes,
    changes: list[tuple[int, int]],
    about_issuer: bool,
) -> None:
    source = StoreRevocation(TrustStore(crls=(good_list,), ocsps=(good_response,)))
    original = authority if about_issuer else leader

    for changed in load_certificates([mutate(original.public_bytes(Encoding.DER), changes)]):
        link = (leader, changed) if about_issuer else (changed, authority)
        found = source.status(*link, NOW)
        assert found is None or found.status in (Revocation.GOOD, Revocation.REVOKED)
