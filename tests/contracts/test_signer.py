"""The contract of the ``Signer`` port, over every adapter and kind of key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from edocs.connect import open_signer
from edocs.errors import CertificateRefusedError, MissingExtraError, SecretError, UnreadableError, UsageError
from edocs.model import SignatureAlgorithm
from edocs.ports import Signer
from edocs.testing import Pki

DATA = "Ủy ban nhân dân tỉnh Lam Giang".encode()
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
NAMES = ("leader", "leader-public", "leader-p256")


def p12_uri(pki: Pki, name: str, options: str) -> str:
    return f"pkcs12:{pki.p12(name)}{'?' if options else ''}{options}"


def pem_uri(pki: Pki, name: str, options: str) -> str:
    return f"pem:{pki.pem(name)}?key={pki.key(name)}&chain={pki.pem('official-ca')}{'&' if options else ''}{options}"


@pytest.fixture(params=[p12_uri, pem_uri], ids=["pkcs12", "pem"])
def file_uri(request: pytest.FixtureRequest, pki: Pki) -> Callable[[str, str], str]:
    return lambda name, options="": request.param(pki, name, options)


@pytest.fixture(scope="module")
def token(
    tmp_path_factory: pytest.TempPathFactory, pki: Pki, witness: Callable[[str], str]
) -> Iterator[Callable[[str, str], str]]:
    from softhsm import open_softhsm  # needs an extra, which other signers do without

    with open_softhsm(tmp_path_factory.mktemp("token") / "store", witness("softhsm2-util"), pki.passphrase) as store:
        store.add_token("Lam Giang")
        for number, name in enumerate(NAMES, 1):
            store.add_key("Lam Giang", name, f"{number:02}", pki.key(name))
        store.restart()
        for number, name in enumerate((*NAMES, "official-ca"), 1):
            certificate = x509.load_pem_x509_certificate(pki.pem(name).read_bytes())
            store.add_certificate("Lam Giang", name, f"{number:02}", certificate)
        yield lambda name, options: store.uri("Lam Giang", name, options)


@pytest.fixture(scope="module")
def phones(pki: Pki) -> Iterator[Callable[[str, str], str]]:
    from servers.mss import Service, enrol, serve  # needs an extra, which other signers do without

    numbers = {name: f"8490000000{number}" for number, name in enumerate(NAMES)}
    service = Service(password=pki.passphrase, phones={numbers[name]: enrol(pki, name) for name in NAMES})
    with serve(service):
        where = f"mobile+http:{service.url}?ap={service.ap_id}&messaging=synch&mode=hash"
        yield lambda name, options: f"{where}&msisdn={numbers[name]}{'&' if options else ''}{options}"


@pytest.fixture(scope="module")
def services(pki: Pki) -> Iterator[dict[str, Callable[[str, str], str]]]:
    from servers.remote import serve_keys  # needs an extra, which other signers do without

    with serve_keys(pki, NAMES) as addresses:
        yield addresses


@pytest.fixture(params=["pkcs12", "pem", "pkcs11", "mobile", "csc-1", "csc-2", "gateway"])
def uri(request: pytest.FixtureRequest, pki: Pki) -> Callable[[str, str], str]:
    if request.param in ("csc-1", "csc-2", "gateway"):
        service: Callable[[str, str], str] = request.getfixturevalue("services")[request.param]
        return lambda name, options="": service(name, options)
    if request.param == "mobile":
        phone: Callable[[str, str], str] = request.getfixturevalue("phones")
        return lambda name, options="": phone(name, options)
    if request.param == "pkcs11":
        address: Callable[[str, str], str] = request.getfixturevalue("token")
        return lambda name, options="": address(name, options)
    make = {"pkcs12": p12_uri, "pem": pem_uri}[request.param]
    return lambda name, options="": make(pki, name, options)


def verify(signer: Signer, value: bytes, digest: str) -> None:
    key, hashed = signer.certificate.public_key(), HASHES[digest]
    if signer.algorithm is SignatureAlgorithm.ECDSA:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(value, DATA, ec.ECDSA(hashed))
        return
    assert isinstance(key, rsa.RSAPublicKey)
    is_pss = signer.algorithm is SignatureAlgorithm.RSA_PSS
    key.verify(
        value, DATA, padding.PSS(padding.MGF1(hashed), hashed.digest_size) if is_pss else padding.PKCS1v15(), hashed
    )


@pytest.mark.parametrize("digest", HASHES)
@pytest.mark.parametrize("name", NAMES)
def test_its_value_verifies_with_its_certificate(uri: Callable[..., str], pki: Pki, name: str, digest: str) -> None:
    signer = open_signer(uri(name), lambda _: pki.passphrase)

    value = signer.sign(DATA, digest)

    verify(signer, value, digest)
    assert isinstance(signer, Signer)


def test_many_values_come_in_order(uri: Callable[..., str], pki: Pki) -> None:
    signer = open_signer(uri("leader"), lambda _: pki.passphrase)

    values = signer.sign_many([b"1", b"2", b"1"], "sha256")

    assert values == [signer.sign(item, "sha256") for item in (b"1", b"2", b"1")]  # PKCS#1 v1.5 has no salt


def test_pss_is_an_option(uri: Callable[..., str], pki: Pki) -> None:
    if uri("leader").startswith("mobile+"):
        pytest.skip("TS 102 204 has no way to ask for PSS")
    if uri("leader").startswith("gateway+"):
        pytest.skip("a gateway names no padding")

    signer = open_signer(uri("leader", "padding=pss"), lambda _: pki.passphrase)

    value = signer.sign(DATA, "sha256")

    assert signer.algorithm is SignatureAlgorithm.RSA_PSS
    verify(signer, value, "sha256")


def test_the_chain_leaves_the_signer_out(uri: Callable[..., str], pki: Pki) -> None:
    signer = open_signer(uri("leader"), lambda _: pki.passphrase)

    assert signer.certificate not in signer.chain
    assert any(signer.certificate.issuer == authority.subject for authority in signer.chain)


@pytest.mark.parametrize("digest", ["sha1", "md5", "sha3_256", ""])
def test_other_digests_are_refused(uri: Callable[..., str], pki: Pki, digest: str) -> None:
    signer = open_signer(uri("leader"), lambda _: pki.passphrase)

    with pytest.raises(UsageError, match="digest not produced"):
        signer.sign(DATA, digest)


def test_the_key_is_not_shown(uri: Callable[..., str], pki: Pki) -> None:
    signer = open_signer(uri("leader"), lambda _: pki.passphrase)

    assert "Nguyễn Văn An" in repr(signer)
    assert pki.passphrase not in repr(vars(signer)) + repr(signer)


def test_a_missing_file_is_unreadable(file_uri: Callable[..., str]) -> None:
    with pytest.raises(UnreadableError, match="not found"):
        open_signer(file_uri("nobody"), lambda _: "x")


def test_a_wrong_passphrase_is_refused_without_showing_it(pki: Pki) -> None:
    with pytest.raises(SecretError) as caught:
        open_signer(str(pki.p12("leader")), lambda _: "hidden-thing")

    assert "hidden-thing" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"


def test_a_secret_is_asked_for_by_name_and_once(pki: Pki) -> None:
    asked: list[str] = []

    open_signer(str(pki.p12("leader")), lambda name: asked.append(name) or pki.passphrase)

    assert asked == ["passphrase of leader.p12"]


def no_secret(name: str) -> str:
    raise AssertionError(f"asked for {name}")


def test_a_plain_pem_key_asks_for_no_secret(pki: Pki) -> None:
    open_signer(pem_uri(pki, "leader", ""), no_secret)


def encrypted_pem(pki: Pki, folder: Path) -> Path:
    key = load_pem_private_key(pki.key("leader").read_bytes(), None)
    path = folder / "khóa bí mật.pem"
    body = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption("mật khẩu".encode()))
    path.write_bytes(pki.pem("leader").read_bytes() + body)
    return path


def test_an_encrypted_pem_key_beside_its_certificate_opens(pki: Pki, tmp_path: Path) -> None:
    signer = open_signer(f"pem:{encrypted_pem(pki, tmp_path)}", lambda _: "mật khẩu")

    verify(signer, signer.sign(DATA, "sha256"), "sha256")


def test_a_wrong_pem_passphrase_is_refused(pki: Pki, tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="wrong passphrase"):
        open_signer(f"pem:{encrypted_pem(pki, tmp_path)}", lambda _: "sai")


def repacked(pki: Pki, path: Path, encryption: object) -> Path:
    key = load_pem_private_key(pki.key("leader").read_bytes(), None)
    loaded = pkcs12.load_pkcs12(pki.p12("leader").read_bytes(), pki.passphrase.encode())
    assert loaded.cert is not None
    path.write_bytes(pkcs12.serialize_key_and_certificates(None, key, loaded.cert.certificate, None, encryption))  # type: ignore[arg-type]
    return path


def test_a_vietnamese_passphrase_opens(pki: Pki, tmp_path: Path) -> None:
    path = repacked(pki, tmp_path / "k.p12", BestAvailableEncryption("Mật khẩu đấy".encode()))

    open_signer(str(path), lambda _: "Mật khẩu đấy")


def test_an_old_triple_des_file_opens(pki: Pki, tmp_path: Path) -> None:
    old = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(1)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(hashes.SHA1())
        .build(b"old")
    )
    path = repacked(pki, tmp_path / "cũ.pfx", old)

    open_signer(str(path), lambda _: "old")


def test_an_old_rc2_file_opens(pki: Pki, tmp_path: Path, witness: Callable[[str], str]) -> None:
    import subprocess

    path = tmp_path / "rc2.p12"
    made = subprocess.run(
        [
            *(
                witness("openssl"),
                "pkcs12",
                "-export",
                "-legacy",
                "-inkey",
                pki.key("leader"),
                "-in",
                pki.pem("leader"),
            ),
            *("-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES", "-passout", "pass:old", "-out", path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"this openssl writes no RC2: {made.stderr.splitlines()[-1]}")

    open_signer(str(path), lambda _: "old")


@pytest.mark.parametrize("content", [b"", b"not a key store", b"\x30\x82\x01\x00" + b"\x00" * 40, b"\x30"])
def test_what_is_no_key_store_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.p12"
    path.write_bytes(content)

    with pytest.raises((UnreadableError, SecretError)):
        open_signer(str(path), lambda _: "x")


def test_the_key_of_another_is_refused(pki: Pki) -> None:
    with pytest.raises(UsageError, match="not that of the certificate"):
        open_signer(f"pem:{pki.pem('leader')}?key={pki.key('seal')}", no_secret)


def test_other_kinds_of_key_are_refused(tmp_path: Path, pki: Pki) -> None:
    from edocs.signers.key import KeySigner

    certificate = x509.load_pem_x509_certificate(pki.pem("leader").read_bytes())

    with pytest.raises(CertificateRefusedError, match="key type not supported"):
        KeySigner(object(), certificate, [])


def test_a_path_with_spaces_percent_and_question_mark_is_taken_literally(pki: Pki, tmp_path: Path) -> None:
    path = tmp_path / "khóa 100%20 của An.p12"
    path.write_bytes(pki.p12("leader").read_bytes())

    open_signer(f"pkcs12:{path}", lambda _: pki.passphrase)


def test_a_percent_encoded_path_is_decoded_where_no_such_file_is(pki: Pki, tmp_path: Path) -> None:
    (tmp_path / "khóa An.p12").write_bytes(pki.p12("leader").read_bytes())

    open_signer(f"pkcs12:{tmp_path}/kh%C3%B3a%20An.p12", lambda _: pki.passphrase)


def test_a_drive_letter_is_no_scheme() -> None:
    with pytest.raises(UnreadableError, match="not found"):
        open_signer(r"C:\khóa\leader.p12", lambda _: "x")


@pytest.mark.parametrize("uri", ["", "leader", "ftp:leader.p12", "leader.txt", "C:\\x.pem"])
def test_an_unknown_scheme_names_the_known_ones(uri: str) -> None:
    with pytest.raises(UsageError, match=r"pem:, pkcs11:, pkcs12:"):
        open_signer(uri, lambda _: "x")


def test_an_unknown_padding_is_refused(pki: Pki) -> None:
    with pytest.raises(UsageError, match="no such padding"):
        open_signer(f"pkcs12:{pki.p12('leader')}?padding=none", lambda _: pki.passphrase)


def test_another_package_can_add_a_scheme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pki: Pki) -> None:
    (tmp_path / "vault_for_edocs.py").write_text(
        "from edocs.connect import open_signer\n\n\n"
        "def open_vault(rest, secrets):\n    return open_signer('pkcs12:' + rest, secrets)\n",
        encoding="utf-8",
    )
    info = tmp_path / "vault_for_edocs-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vault-for-edocs\nVersion: 1.0\n", encoding="utf-8")
    entries = "[edocs.signers]\nvault = vault_for_edocs:open_vault\nbroken = no_such_package:open\n"
    (info / "entry_points.txt").write_text(entries, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))

    signer = open_signer(f"vault:{pki.p12('leader')}", lambda _: pki.passphrase)

    verify(signer, signer.sign(DATA, "sha256"), "sha256")
    with pytest.raises(MissingExtraError, match="no_such_package"):
        open_signer("broken:x", lambda _: "")
    with pytest.raises(UsageError, match=r"broken:, .*pkcs12:, vault:"):
        open_signer("none:x", lambda _: "")
