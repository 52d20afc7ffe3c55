"""Signature values of every lawful form hold, the weak are told from the broken, and no form is "not signed"."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding

from edocs._pades.der import implicit, integer, octets, sequence
from edocs.model import TrustStore, Verdict, VerificationOptions, VerificationReport
from edocs.verify import verify_pdf
from tests import values
from tests.values import OIDS, Maker, authority, cms, der, in_pdf, rsa_maker, signed_pdf

OPTIONS = VerificationOptions(at=values.NOW)


@pytest.fixture(scope="module")
def anchored() -> TrustStore:
    return TrustStore(anchors=(der(authority()[1]),))


@pytest.fixture(scope="module")
def maker() -> Maker:
    return rsa_maker(oid="1.2.840.113549.1.1.11")


def judge(document: bytes, trust: TrustStore) -> tuple[Verdict, set[str], VerificationReport]:
    report = verify_pdf(document, trust, OPTIONS)
    return report.verdict, {item.rule for one in report.signatures for item in one.reasons}, report


def notices(report: VerificationReport) -> set[str]:
    return {item.rule for one in report.signatures for item in one.notices}


def changed(document: bytes) -> bytes:
    """A letter of the signed text turned over."""
    at = document.index(b"/Producer") + 2 if b"/Producer" in document else 12
    return document[:at] + bytes((document[at] ^ 1,)) + document[at + 1 :]


STRONG: dict[str, Callable[[], Maker]] = {
    "rsa, digest named apart": rsa_maker,
    "rsa-sha256": lambda: rsa_maker(oid="1.2.840.113549.1.1.11"),
    "rsa-sha3": lambda: rsa_maker("sha3_256", oid="2.16.840.1.101.3.4.3.14"),
    "pss": lambda: values.pss_maker("sha256", "sha256", 32),
    "pss, mask of SHA-1": lambda: values.pss_maker("sha256", "sha1", 20, trailer=True),
    "pss, no salt": lambda: values.pss_maker("sha384", "sha384", 0),
    "pss, long salt": lambda: values.pss_maker("sha256", "sha512", 100),
    "P-256": lambda: values.ec_maker(ec.SECP256R1()),
    "P-384": lambda: values.ec_maker(ec.SECP384R1(), "sha384", "1.2.840.10045.4.3.3"),
    "P-521": lambda: values.ec_maker(ec.SECP521R1(), "sha512", "1.2.840.10045.4.3.4"),
    "P-256 over SHA-3": lambda: values.ec_maker(ec.SECP256R1(), "sha3_256", "2.16.840.1.101.3.4.3.10"),
    "P-256, key named alone": lambda: values.ec_maker(ec.SECP256R1(), oid="1.2.840.10045.2.1"),
    "brainpoolP256r1": lambda: values.ec_maker(ec.BrainpoolP256R1()),
    "brainpoolP384r1": lambda: values.ec_maker(ec.BrainpoolP384R1()),
    "brainpoolP512r1": lambda: values.ec_maker(ec.BrainpoolP512R1()),
    "plain ECDSA": values.plain_maker,
    "Ed25519": lambda: values.ed_maker(ed25519.Ed25519PrivateKey),
    "Ed448": lambda: values.ed_maker(ed448.Ed448PrivateKey),
}
NOT_IN_OPENSSL = {"plain ECDSA", "P-256, key named alone", "Ed25519", "Ed448"}
"""In the CMS of OpenSSL 3.0."""
WEAK: dict[str, Callable[[], Maker]] = {
    "SHA-224": lambda: rsa_maker("sha224"),
    "SHA-1": lambda: rsa_maker("sha1"),
    "MD5": lambda: rsa_maker("md5"),
    "RSA-1024": lambda: rsa_maker(bits=1024),
    "DSA": values.dsa_maker,
    "ECDSA-192": lambda: values.ec_maker(ec.SECP192R1()),
}


@pytest.mark.parametrize("name", STRONG)
def test_every_accepted_algorithm_passes_and_a_changed_byte_fails(name: str, anchored: TrustStore) -> None:
    document = signed_pdf(STRONG[name]())

    verdict, found, report = judge(document, anchored)
    after = judge(changed(document), anchored)

    assert (verdict, found, report.signatures[0].integrity) == (Verdict.TOTAL_PASSED, set(), True)
    assert (after[0], after[1]) == (Verdict.TOTAL_FAILED, {"integrity.digest"})


@pytest.mark.parametrize("name", WEAK)
def test_a_weak_algorithm_is_told_from_a_broken_signature(name: str, anchored: TrustStore) -> None:
    document = signed_pdf(WEAK[name]())

    verdict, found, report = judge(document, anchored)
    after = judge(changed(document), anchored)

    assert (verdict, found, report.signatures[0].integrity) == (Verdict.INDETERMINATE, {"algorithm.weak"}, True)
    assert (after[0], "integrity.digest" in after[1]) == (Verdict.TOTAL_FAILED, True)


@pytest.mark.parametrize("name", sorted(set(STRONG) - NOT_IN_OPENSSL))
def test_openssl_accepts_what_the_tests_make(name: str, tmp_path: Path, witness: Callable[[str], str]) -> None:
    """Without this the reader and the writer of these tests could be wrong together."""
    (tmp_path / "data").write_bytes(b"content")
    (tmp_path / "cms").write_bytes(cms(STRONG[name](), b"content"))

    command = [witness("openssl"), "cms", "-verify", "-inform", "DER", "-in", "cms", "-content", "data", "-binary"]
    done = subprocess.run([*command, "-noverify"], cwd=tmp_path, capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (0, b"content"), done.stderr


@pytest.mark.parametrize("name", ["rsa-sha256", "pss", "P-256", "Ed25519", "plain ECDSA"])
def test_a_value_of_another_key_fails(name: str, anchored: TrustStore) -> None:
    one, other = STRONG[name](), rsa_maker() if name.startswith("P") else values.ec_maker(ec.SECP256R1())
    forged = Maker(certificate=one.certificate, sign=other.sign, algorithm=one.algorithm, digest=one.digest)

    verdict, found, _ = judge(signed_pdf(forged), anchored)

    assert (verdict, found) == (Verdict.TOTAL_FAILED, {"integrity.signature"})


def test_an_unknown_algorithm_is_neither_a_pass_nor_a_failure(maker: Maker, anchored: TrustStore) -> None:
    strange = Maker(certificate=maker.certificate, sign=maker.sign, algorithm=values.identifier("1.3.6.1.4.1.32473.9"))

    verdict, found, report = judge(signed_pdf(strange), anchored)

    assert (verdict, found) == (Verdict.INDETERMINATE, {"algorithm.unknown"})
    assert not report.signatures[0].integrity


# --- encodings ----------------------------------------------------------------------------------------------------


def test_attributes_that_are_not_sorted_hold_as_they_were_written(maker: Maker, anchored: TrustStore) -> None:
    document = in_pdf(lambda data: cms(maker, data, attributes=values.own_attributes(maker, data)[::-1]))

    assert judge(document, anchored)[:2] == (Verdict.TOTAL_PASSED, set())


def test_attributes_that_are_not_sorted_hold_as_der_wants_them(maker: Maker, anchored: TrustStore) -> None:
    def sort(written: bytes) -> bytes:
        return values.read_set(written)

    document = in_pdf(lambda data: cms(maker, data, attributes=values.own_attributes(maker, data)[::-1], signed=sort))

    assert judge(document, anchored)[:2] == (Verdict.TOTAL_PASSED, set())


def indefinite(value: bytes) -> bytes:
    """The outer layers of a CMS in indefinite length, as BouncyCastle writes them."""
    from edocs._trust.ber import read_value

    outer = read_value(value)
    kind, wrapped = outer.children()
    (inner,) = wrapped.children()
    parts = [part.raw for part in inner.children()]
    loose = b"\x30\x80" + b"".join(parts) + b"\0\0"
    return b"\x30\x80" + kind.raw + b"\xa0\x80" + loose + b"\0\0\0\0"


def test_ber_of_indefinite_length_holds(maker: Maker, anchored: TrustStore) -> None:
    document = in_pdf(lambda data: indefinite(cms(maker, data)))

    assert judge(document, anchored)[:2] == (Verdict.TOTAL_PASSED, set())
    assert judge(changed(document), anchored)[1] == {"integrity.digest"}


def test_strings_in_several_pieces_hold(maker: Maker, anchored: TrustStore) -> None:
    """The digest among the attributes and the value itself, each as a constructed string."""

    def make(data: bytes) -> bytes:
        digest = hashlib.sha256(data).digest()
        pieces = b"\x24\x80" + octets(digest[:9]) + octets(digest[9:]) + b"\0\0"
        split = values.attribute("1.2.840.113549.1.9.4", pieces)
        chosen = [values.content_type(), split, values.named_v2(maker.certificate)]
        return cms(maker, data, attributes=chosen)

    assert judge(in_pdf(make), anchored)[:2] == (Verdict.TOTAL_PASSED, set())


def test_no_signed_attributes_is_lawful_in_old_cms(maker: Maker, anchored: TrustStore) -> None:
    document = in_pdf(lambda data: cms(maker, data, attributes=()), "adbe.pkcs7.detached")

    verdict, found, report = judge(document, anchored)

    assert (verdict, found) == (Verdict.TOTAL_PASSED, set())
    assert "format.unbound" in notices(report)
    assert judge(changed(document), anchored)[:2] == (Verdict.TOTAL_FAILED, {"integrity.signature"})


def test_garbage_among_the_unsigned_attributes_speaks_against_nobody(maker: Maker, anchored: TrustStore) -> None:
    junk = [values.attribute("1.2.3.4", b"\x30\x05\x01"), b"\x02\x01\x00", b"\x30\x84\xff"]

    for item in junk:
        assert judge(signed_pdf(maker, unsigned=lambda _, item=item: [item]), anchored)[0] is Verdict.TOTAL_PASSED


def test_a_countersignature_and_an_archive_timestamp_are_passed_over(maker: Maker, anchored: TrustStore) -> None:
    added = [
        values.attribute("1.2.840.113549.1.9.6", sequence(integer(1))),
        values.attribute("0.4.0.1733.2.4", sequence(integer(3))),
    ]

    assert judge(signed_pdf(maker, unsigned=lambda _: added), anchored)[:2] == (Verdict.TOTAL_PASSED, set())


# --- certificates -------------------------------------------------------------------------------------------------


def test_certificates_in_any_order_twice_and_beside_others_hold(maker: Maker, anchored: TrustStore) -> None:
    own, ca = der(maker.certificate), der(authority()[1])
    attribute_certificate = implicit(2, sequence(integer(1)))
    held = [ca, attribute_certificate, own, ca, own]

    assert judge(signed_pdf(maker, certificates=held), anchored)[:2] == (Verdict.TOTAL_PASSED, set())


def test_the_signer_may_be_named_by_its_key(maker: Maker, anchored: TrustStore) -> None:
    document = signed_pdf(maker, signer=values.by_key(maker.certificate))

    assert judge(document, anchored)[:2] == (Verdict.TOTAL_PASSED, set())


def test_a_value_that_brings_its_signer_alone_holds_with_the_cas_at_hand(anchored: TrustStore) -> None:
    root_key, root = authority()
    key = ec.generate_private_key(ec.SECP256R1())
    middle = values.certify(key.public_key(), "Middle CA", (root_key, root), ca=True)
    own = ec.generate_private_key(ec.SECP256R1())
    leaf = values.certify(own.public_key(), "Signer", (key, middle))
    alone = Maker(
        certificate=leaf,
        sign=lambda data: own.sign(data, ec.ECDSA(hashes.SHA256())),
        algorithm=values.identifier("1.2.840.10045.4.3.2"),
    )
    document = signed_pdf(alone, certificates=[der(leaf)])

    without = judge(document, anchored)
    supplied = judge(document, TrustStore(anchors=anchored.anchors, intermediates=(der(middle),)))

    assert without[1] == {"trust.no_path"}
    assert supplied[:2] == (Verdict.TOTAL_PASSED, set())


def test_a_certificate_left_out_of_the_value_is_found_beside_it(maker: Maker, anchored: TrustStore) -> None:
    document = in_pdf(lambda data: cms(maker, data, certificates=()), certificates=[der(maker.certificate)])

    assert judge(document, anchored)[:2] == (Verdict.TOTAL_PASSED, set())


def test_a_missing_certificate_does_not_hide_changed_bytes(maker: Maker, anchored: TrustStore) -> None:
    document = signed_pdf(maker, certificates=())

    assert judge(document, anchored)[:2] == (Verdict.INDETERMINATE, {"integrity.signing_certificate"})
    assert judge(changed(document), anchored)[0] is Verdict.TOTAL_FAILED


def test_another_certificate_of_the_same_name_number_and_key_is_not_taken(maker: Maker, anchored: TrustStore) -> None:
    """Two certificates fit the signer's name; the signed attribute decides."""
    ca_key, ca = authority()
    twin = (
        values.x509.CertificateBuilder()
        .subject_name(maker.certificate.subject)
        .issuer_name(ca.subject)
        .public_key(maker.certificate.public_key())
        .serial_number(maker.certificate.serial_number)
        .not_valid_before(values.START)
        .not_valid_after(values.END)
        .sign(ca_key, hashes.SHA256())
    )

    both = judge(signed_pdf(maker, certificates=[der(twin), der(maker.certificate)]), anchored)
    swapped = judge(signed_pdf(maker, certificates=[der(twin)]), anchored)

    assert both[:2] == (Verdict.TOTAL_PASSED, set())
    assert both[2].signatures[0].certificate_sha256 == hashlib.sha256(der(maker.certificate)).hexdigest()
    assert (swapped[0], "integrity.signing_certificate" in swapped[1]) == (Verdict.INDETERMINATE, True)


def test_the_binding_may_name_sha256_although_it_need_not(maker: Maker, anchored: TrustStore) -> None:
    """iText and BouncyCastle write the default out."""

    def make(data: bytes) -> bytes:
        named = values.named_v2(maker.certificate, values.identifier(OIDS["sha256"]))
        digest = values.message_digest(hashlib.sha256(data).digest())
        return cms(maker, data, attributes=[values.content_type(), digest, named])

    assert judge(in_pdf(make), anchored)[:2] == (Verdict.TOTAL_PASSED, set())


@pytest.mark.parametrize("is_pades", [True, False])
def test_a_binding_by_sha1_alone_is_told(maker: Maker, anchored: TrustStore, is_pades: bool) -> None:
    def make(data: bytes) -> bytes:
        digest = values.message_digest(hashlib.sha256(data).digest())
        return cms(maker, data, attributes=[values.content_type(), digest, values.named_v1(maker.certificate)])

    verdict, found, report = judge(in_pdf(make, "ETSI.CAdES.detached" if is_pades else "adbe.pkcs7.detached"), anchored)

    assert (verdict, found, report.signatures[0].level) == (Verdict.TOTAL_PASSED, set(), None)
    assert "format.sha1_binding" in notices(report)


# --- what a value must not be -------------------------------------------------------------------------------------


def test_another_type_of_content_fails(maker: Maker, anchored: TrustStore) -> None:
    def make(data: bytes) -> bytes:
        digest = values.message_digest(hashlib.sha256(data).digest())
        wrong = values.content_type("1.2.840.113549.1.9.16.1.4")
        return cms(maker, data, attributes=[wrong, digest, values.named_v2(maker.certificate)])

    assert judge(in_pdf(make), anchored)[:2] == (Verdict.TOTAL_FAILED, {"integrity.attributes"})


def test_two_signers_in_one_value_fail(maker: Maker, anchored: TrustStore) -> None:
    assert judge(signed_pdf(maker, signers=2), anchored)[:2] == (Verdict.TOTAL_FAILED, {"format.cms"})


def test_a_value_that_brings_its_own_content_fails(maker: Maker, anchored: TrustStore) -> None:
    document = in_pdf(lambda _: cms(maker, b"other", enclosed=b"other"))

    assert judge(document, anchored)[:2] == (Verdict.TOTAL_FAILED, {"format.cms"})


@pytest.mark.parametrize("is_true", [True, False])
def test_algorithms_named_outside_must_be_those_that_were_signed(
    maker: Maker, anchored: TrustStore, is_true: bool
) -> None:
    signed_with = maker.algorithm if is_true else values.identifier("1.2.840.113549.1.1.12")
    protection = values.attribute(
        "1.2.840.113549.1.9.52", sequence(values.identifier(OIDS["sha256"]), implicit(1, signed_with))
    )
    document = in_pdf(lambda data: cms(maker, data, attributes=[*values.own_attributes(maker, data), protection]))

    assert judge(document, anchored)[1] == (set() if is_true else {"integrity.attributes"})


# --- older formats ------------------------------------------------------------------------------------------------


def raw_value(digest: str) -> Callable[[bytes], bytes]:
    return lambda data: octets(values.rsa_key().sign(data, padding.PKCS1v15(), values.HASHES[digest]))


def raw_pdf(digest: str) -> bytes:
    certificates = [der(values.leaf(values.rsa_key())), der(authority()[1])]
    return in_pdf(raw_value(digest), "adbe.x509.rsa_sha1", certificates=certificates)


def test_a_raw_rsa_value_over_sha1_is_verified_and_then_refused_for_its_digest(anchored: TrustStore) -> None:
    document = raw_pdf("sha1")

    verdict, found, report = judge(document, anchored)

    assert (verdict, found, report.signatures[0].integrity) == (Verdict.INDETERMINATE, {"format.legacy"}, True)
    assert report.signatures[0].signer is not None
    assert report.signatures[0].signer.common_name == "Signer"
    after = judge(changed(document), anchored)
    assert (after[0], "integrity.digest" in after[1]) == (Verdict.TOTAL_FAILED, True)


def test_a_raw_rsa_value_over_sha256_passes(anchored: TrustStore) -> None:
    document = raw_pdf("sha256")

    assert judge(document, anchored)[:2] == (Verdict.TOTAL_PASSED, set())
    assert judge(changed(document), anchored)[:2] == (Verdict.TOTAL_FAILED, {"integrity.digest"})


def test_a_raw_value_of_another_key_fails(anchored: TrustStore) -> None:
    other = values.rsa_key(1024)
    forged = in_pdf(
        lambda data: octets(other.sign(data, padding.PKCS1v15(), hashes.SHA256()).rjust(256, b"\0")),
        "adbe.x509.rsa_sha1",
        certificates=[der(values.leaf(values.rsa_key()))],
    )

    assert judge(forged, anchored)[:2] == (Verdict.TOTAL_FAILED, {"integrity.signature"})


def test_a_raw_value_without_its_certificate_is_not_unsigned(anchored: TrustStore) -> None:
    document = in_pdf(raw_value("sha1"), "adbe.x509.rsa_sha1")

    assert judge(document, anchored)[:2] == (Verdict.INDETERMINATE, {"integrity.signing_certificate"})


def test_cms_over_the_documents_sha1_is_verified_and_then_refused(maker: Maker, anchored: TrustStore) -> None:
    def make(data: bytes) -> bytes:
        content = hashlib.sha1(data).digest()
        return cms(maker, content, enclosed=content)

    document = in_pdf(make, "adbe.pkcs7.sha1")

    verdict, found, report = judge(document, anchored)

    assert (verdict, found, report.signatures[0].integrity) == (Verdict.INDETERMINATE, {"format.legacy"}, True)
    after = judge(changed(document), anchored)
    assert (after[0], "integrity.digest" in after[1]) == (Verdict.TOTAL_FAILED, True)


@pytest.mark.parametrize("handler", ["Entrust.PPKEF", "CICI.SignIt", "VeriSign.PPKVS"])
def test_the_filter_decides_nothing(maker: Maker, anchored: TrustStore, handler: str) -> None:
    document = in_pdf(lambda data: cms(maker, data), handler=handler)

    assert judge(document, anchored)[:2] == (Verdict.TOTAL_PASSED, set())


@pytest.mark.parametrize("sub_filter", ["", "Some.Other"])
def test_a_format_that_is_not_named_is_checked_and_not_passed(
    maker: Maker, anchored: TrustStore, sub_filter: str
) -> None:
    document = in_pdf(lambda data: cms(maker, data), sub_filter)

    verdict, found, report = judge(document, anchored)

    assert (verdict, found, report.signatures[0].integrity) == (Verdict.INDETERMINATE, {"format.sub_filter"}, True)
    assert not judge(changed(document), anchored)[2].signatures[0].integrity


def test_one_broken_signature_leaves_the_other_judged(maker: Maker, anchored: TrustStore) -> None:
    first = signed_pdf(maker)
    both = in_pdf(lambda _: b"\x30\x03\x02\x01\x01", document=first, field="Signature2")

    report = verify_pdf(both, anchored, OPTIONS)

    assert [one.verdict for one in report.signatures] == [Verdict.TOTAL_PASSED, Verdict.TOTAL_FAILED]
