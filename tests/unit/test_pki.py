"""The committed test PKI: the same bytes from the same keys, every chain and every fault as its table says."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    RevokedError,
)

from edocs.errors import OutputError, UnreadableError
from edocs.testing import PASSPHRASE, Identity, Pki, make_pki
from edocs.testing.pki import same_pkcs12
from edocs.testing.pki_table import ORGANISATION_POLICY, PERSON_POLICY, TABLE, Key, Row, Use

COMMITTED = Path(__file__).parents[2] / "certs" / "test"
END_ENTITIES = [row for row in TABLE.values() if row.use not in (Use.ROOT, Use.CA)]
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki"), keys=COMMITTED / "keys")


@pytest.fixture
def copy(fresh: Pki, tmp_path: Path) -> Pki:
    shutil.copytree(fresh.folder, tmp_path / "copy")
    return Pki(folder=tmp_path / "copy", base_url=fresh.base_url)


def load_make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("certs_test_make", COMMITTED / "make.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def certificate(pki: Pki, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pki.pem(name).read_bytes())


def ca_certificate(pki: Pki, name: str) -> x509.Certificate:
    """Also the CA that no folder holds: it is only in the chain of what it issued."""
    if name == "unknown-ca":
        return chain_of(pki.p12("unknown-root"))[0]
    return certificate(pki, name)


def chain_of(path: Path) -> list[x509.Certificate]:
    return [entry.certificate for entry in open_pkcs12(path.read_bytes()).additional_certs]


@cache
def open_pkcs12(data: bytes) -> pkcs12.PKCS12KeyAndCertificates:
    return pkcs12.load_pkcs12(data, PASSPHRASE.encode())


@cache
def open_key(pem: bytes) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return key


def asn1(found: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(found.public_bytes(Encoding.DER))


def validate(pki: Pki, name: str, moment: datetime = MOMENT) -> None:
    """Path validation of RFC 5280, section 6, against the roots and lists of the folder alone."""
    context = ValidationContext(
        trust_roots=[asn1(certificate(pki, root)) for root in ("official-root", "national-root")],
        crls=[asn1_crl.CertificateList.load(path.read_bytes()) for path in sorted(pki.crls.iterdir())],
        moment=moment,
        allow_fetching=False,
        revocation_mode="require",
    )
    chain = [asn1(found) for found in chain_of(pki.p12(name))]
    validator = CertificateValidator(asn1(certificate(pki, name)), chain, validation_context=context)
    asyncio.run(validator.async_validate_usage({"digital_signature", "non_repudiation"}))  # type: ignore[no-untyped-call]


def test_committed_folder_is_what_its_keys_give(fresh: Pki) -> None:
    """Certificates, CRLs and keys byte for byte, PKCS#12 by content; nothing missing and nothing besides."""
    found = list(load_make().differences(COMMITTED, fresh.folder))

    assert found == []


def test_certificates_and_crls_come_out_byte_for_byte(fresh: Pki) -> None:
    made = {path.relative_to(fresh.folder): path for path in fresh.folder.rglob("*") if path.suffix in (".pem", ".crl")}

    assert len(made) > 2 * len(END_ENTITIES)
    assert [name for name, path in made.items() if (COMMITTED / name).read_bytes() != path.read_bytes()] == []


def test_check_names_a_changed_a_missing_and_an_added_file(copy: Pki, capsys: pytest.CaptureFixture[str]) -> None:
    (copy.crls / "public-ca.crl").write_bytes(b"changed")
    copy.pem("leader").unlink()
    (copy.folder / "certs" / "guest.pem").write_bytes(b"added")

    code = load_make().main(["--check", "--folder", str(copy.folder)])

    assert code == 1
    assert capsys.readouterr().err.split("\n")[:-1] == [
        "unexpected: certs/guest.pem",
        "missing: certs/leader.pem",
        "different: crl/public-ca.crl",
    ]


def test_check_names_a_pkcs12_of_another_content(copy: Pki, fresh: Pki) -> None:
    shutil.copy(copy.p12("seal"), copy.p12("leader"))

    found = list(load_make().differences(copy.folder, fresh.folder))

    assert found == ["different: p12/leader.p12"]


def test_making_again_changes_no_file(copy: Pki) -> None:
    before = {path: path.read_bytes() for path in copy.folder.rglob("*") if path.is_file()}

    make_pki(copy.folder)

    assert before == {path: path.read_bytes() for path in copy.folder.rglob("*") if path.is_file()}


def test_only_a_missing_key_is_generated(copy: Pki) -> None:
    kept, lost = copy.key("seal").read_bytes(), copy.key("leader-p256").read_bytes()
    copy.key("leader-p256").unlink()

    make_pki(copy.folder)

    assert copy.key("seal").read_bytes() == kept
    assert copy.key("leader-p256").read_bytes() != lost
    assert certificate(copy, "leader-p256").public_key() == open_key(copy.key("leader-p256").read_bytes()).public_key()


@pytest.mark.parametrize("row", END_ENTITIES, ids=lambda row: row.name)
def test_pkcs12_holds_key_certificate_name_and_chain_to_its_root(fresh: Pki, row: Row) -> None:
    content = open_pkcs12(fresh.p12(row.name).read_bytes())

    assert content.cert is not None
    assert content.cert.certificate == certificate(fresh, row.name)
    assert content.cert.friendly_name == row.name.encode()
    assert isinstance(content.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    assert content.key.private_numbers() == open_key(fresh.key(row.name).read_bytes()).private_numbers()
    above = {chain.subject for chain in chain_of(fresh.p12(row.name))}
    assert above == {TABLE[row.issuer].subject, TABLE[TABLE[row.issuer].issuer].subject}


def test_pkcs12_has_other_salts_and_the_same_content(copy: Pki) -> None:
    first = copy.p12("seal").read_bytes()
    copy.p12("seal").unlink()

    make_pki(copy.folder)

    assert copy.p12("seal").read_bytes() != first
    assert same_pkcs12(copy.p12("seal").read_bytes(), first)


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_every_certificate_is_signed_by_its_issuer(fresh: Pki, row: Row) -> None:
    found = ca_certificate(fresh, row.name)
    issuer = ca_certificate(fresh, row.issuer)
    public_key = issuer.public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)

    assert found.signature_hash_algorithm is not None
    public_key.verify(found.signature, found.tbs_certificate_bytes, padding.PKCS1v15(), found.signature_hash_algorithm)

    assert found.issuer == issuer.subject


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_key_serial_and_dates_are_those_of_the_table(fresh: Pki, row: Row) -> None:
    found = ca_certificate(fresh, row.name)
    public_key = found.public_key()
    assert isinstance(public_key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)

    assert public_key.key_size == row.key.value
    assert isinstance(public_key, ec.EllipticCurvePublicKey) == (row.key is Key.P256)
    assert found.serial_number == row.serial
    assert (found.not_valid_before_utc, found.not_valid_after_utc) == row.dates


def test_only_the_sha1_certificate_is_signed_with_sha1(fresh: Pki) -> None:
    algorithms = {row.name: certificate(fresh, row.name).signature_hash_algorithm for row in END_ENTITIES}

    assert [name for name, found in algorithms.items() if isinstance(found, hashes.SHA1)] == ["sha1"]


@pytest.mark.parametrize(
    "name",
    [
        *("leader", "leader-public", "leader-p256", "clerk"),
        *("seal", "seal-public", "seal-p256", "seal-3072", "seal-orgid", "seal-plain"),
    ],
)
def test_good_signer_validates_to_a_root(fresh: Pki, name: str) -> None:
    validate(fresh, name)


@pytest.mark.parametrize(
    ("name", "error", "why"),
    [
        ("unknown-root", PathBuildingError, "no issuer matching"),
        ("expired", ExpiredError, "expired 2022-01-01"),
        ("not-yet-valid", NotYetValidError, "not valid until 2090-01-01"),
        ("revoked", RevokedError, "compromised key"),
        ("wrong-usage", InvalidCertificateError, "not valid for the purposes"),
        ("sha1", DisallowedAlgorithmError, "sha1_rsa"),
    ],
)
def test_faulty_signer_fails_for_its_own_fault(fresh: Pki, name: str, error: type[Exception], why: str) -> None:
    """``rsa1024`` is not here: path validation does not look at the size of the signer's own key."""
    with pytest.raises(error, match=why):
        validate(fresh, name)


def test_wrong_usage_is_only_key_encipherment(fresh: Pki) -> None:
    usage = certificate(fresh, "wrong-usage").extensions.get_extension_for_class(x509.KeyUsage)

    assert usage.value.key_encipherment
    assert not usage.value.digital_signature and not usage.value.content_commitment


@pytest.mark.parametrize("name", ["official-root", "official-ca", "national-root", "public-ca"])
def test_crl_is_signed_by_its_ca_and_lists_only_the_revoked_one(fresh: Pki, name: str) -> None:
    found = x509.load_der_x509_crl((fresh.crls / f"{name}.crl").read_bytes())
    public_key = certificate(fresh, name).public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)

    assert found.is_signature_valid(public_key)
    listed = {entry.serial_number: entry.revocation_date_utc for entry in found}
    assert listed == ({TABLE["revoked"].serial: datetime(2025, 6, 1, tzinfo=UTC)} if name == "official-ca" else {})


@pytest.mark.parametrize(
    ("name", "uid", "registration", "policy"),
    [
        ("leader", "CCCD:001080000001", None, None),
        ("leader-public", "CCCD:001080000001", None, PERSON_POLICY),
        ("seal", "MNS:H99", None, None),
        ("seal-public", "MST:0100000001", "VATVN-0100000001", ORGANISATION_POLICY),
        ("seal-orgid", None, "VATVN-0100000001", None),
        ("seal-plain", None, None, None),
    ],
)
def test_each_role_rule_has_a_certificate_that_only_it_decides(
    fresh: Pki, name: str, uid: str | None, registration: str | None, policy: str | None
) -> None:
    found = certificate(fresh, name)

    assert [uid] * bool(uid) == [part.value for part in found.subject.get_attributes_for_oid(NameOID.USER_ID)]
    registered = found.subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)
    assert [registration] * bool(registration) == [part.value for part in registered]
    assert [policy] * bool(policy) == policies(found)


def policies(found: x509.Certificate) -> list[str]:
    try:
        extension = found.extensions.get_extension_for_class(x509.CertificatePolicies)
    except x509.ExtensionNotFound:
        return []
    return [policy.policy_identifier.dotted_string for policy in extension.value]


def test_time_stamp_purpose_is_critical_and_alone(fresh: Pki) -> None:
    """RFC 3161, section 2.3."""
    purpose = certificate(fresh, "tsa").extensions.get_extension_for_class(x509.ExtendedKeyUsage)

    assert purpose.critical
    assert list(purpose.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


@pytest.mark.parametrize("name", ["ocsp-official", "ocsp-public"])
def test_ocsp_responder_is_delegated_and_not_checked_itself(fresh: Pki, name: str) -> None:
    """RFC 6960, sections 4.2.2.2 and 4.2.2.2.1."""
    extensions = certificate(fresh, name).extensions

    assert list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.OCSP_SIGNING]
    assert extensions.get_extension_for_oid(ExtensionOID.OCSP_NO_CHECK)


def test_addresses_begin_with_the_given_url(tmp_path: Path) -> None:
    pki = make_pki(tmp_path, keys=COMMITTED / "keys", base_url="http://127.0.0.1:9/")

    text = certificate(pki, "leader").extensions

    (point,) = text.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name is not None
    assert point.full_name[0].value == "http://127.0.0.1:9/crl/official-ca.crl"
    access = text.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [entry.access_location.value for entry in access] == [
        "http://127.0.0.1:9/ocsp/official-ca",
        "http://127.0.0.1:9/ca/official-ca.cer",
    ]


def test_no_folder_of_trust_holds_the_unknown_root(fresh: Pki) -> None:
    unknown = ca_certificate(fresh, "unknown-ca")

    paths = [path for path in fresh.folder.rglob("*.pem") if not path.name.endswith(".key.pem")]
    held = [x509.load_pem_x509_certificate(path.read_bytes()) for path in paths]

    assert unknown not in held


def test_enrolled_leader_and_seal_validate(copy: Pki) -> None:
    leader = copy.enrol_leader("Đỗ Thị Ánh", "Giám đốc", "Sở Y tế tỉnh Lam Giang", "001085000003")
    public = copy.enrol_leader("Đỗ Thị Ánh", "Giám đốc", "Sở Y tế tỉnh Lam Giang", "001085000003", public=True)
    seal = copy.enrol_seal("Sở Y tế tỉnh Lam Giang", "000.00.12.H99")

    for identity in (leader, public, seal):
        validate(copy, identity.name)
    assert leader.name.startswith("leader-do-thi-anh-")
    assert seal.name.startswith("seal-000-00-12-h99-")
    assert certificate(copy, public.name).issuer == TABLE["public-ca"].subject


def test_enrolling_again_gives_the_same_certificate(copy: Pki) -> None:
    first = copy.enrol_seal("Sở Y tế tỉnh Lam Giang", "000.00.12.H99")
    before = first.pem.read_bytes(), first.p12.read_bytes()

    again = copy.enrol_seal("Sở Y tế tỉnh Lam Giang", "000.00.12.H99")

    assert first == again == Identity(name=first.name, p12=first.p12, pem=first.pem, key=first.key)
    assert before == (again.pem.read_bytes(), again.p12.read_bytes())


@pytest.mark.parametrize(
    ("code", "uid"),
    [
        ("000.00.12.H99", "MNS:000.00.12.H99"),
        ("0100000001", "MST:0100000001"),
        ("0100000001-001", "MST:0100000001-001"),
    ],
)
def test_seal_identifier_tells_agency_code_from_tax_number(copy: Pki, code: str, uid: str) -> None:
    seal = copy.enrol_seal("Trung tâm Tin học", code)

    (part,) = certificate(copy, seal.name).subject.get_attributes_for_oid(NameOID.USER_ID)
    assert part.value == uid


def test_missing_key_is_named_and_not_made_up(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()

    with pytest.raises(UnreadableError, match=r"official-root\.key\.pem"):
        make_pki(tmp_path / "pki", keys=tmp_path / "keys")


@pytest.mark.parametrize("data", [b"", b"\xff\x00", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_refused_by_name(copy: Pki, data: bytes) -> None:
    copy.key("seal").write_bytes(data)

    with pytest.raises(UnreadableError, match=r"not a private key: .*seal\.key\.pem"):
        make_pki(copy.folder)


def test_pkcs12_that_is_none_is_refused() -> None:
    with pytest.raises(UnreadableError):
        same_pkcs12(b"not a PKCS#12", b"")


def test_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")

    with pytest.raises(OutputError):
        make_pki(tmp_path / "taken")


def test_readme_lists_every_certificate() -> None:
    text = (COMMITTED / "README.md").read_text(encoding="utf-8")

    assert [name for name in TABLE if f"| `{name}` |" not in text] == []
