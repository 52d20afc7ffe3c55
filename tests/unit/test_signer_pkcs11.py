"""Keys on tokens: which token and key a URI means, PINs, tokens pulled out, and what is signed with them."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pkcs11
import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st
from pkcs11 import Attribute, CertificateType, ObjectClass, TokenFlag
from pkcs11.exceptions import DeviceRemoved, PKCS11Error
from pkcs11.util.rsa import decode_rsa_private_key
from servers.tsa import Authority
from softhsm import SoftHsm, open_softhsm

from edocs._files import write_file
from edocs.batch import BatchOptions, SigningJob, sign_pdfs
from edocs.connect import open_signer
from edocs.errors import MissingExtraError, SecretError, UnavailableError, UnreadableError, UsageError
from edocs.model import Level, Role, SignatureAlgorithm, SignatureSpec, TrustStore, Verdict
from edocs.ports import Evidence, Signer
from edocs.sign import sign_pdf
from edocs.signers.pkcs11 import Pkcs11Signer
from edocs.signers.pkcs11_token import FoundToken, pin_refused
from edocs.signers.pkcs11_uri import read_token_uri
from edocs.testing import PASSPHRASE, Pki, sample_pdf
from edocs.verify import verify_pdf

NAMES = ("leader", "leader-public", "leader-p256")
TOKEN = "Lam Giang"
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
SPEC = SignatureSpec(role=Role.PERSONAL)


def certificate_of(pki: Pki, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pki.pem(name).read_bytes())


def add_pair(store: SoftHsm, pki: Pki, token: str, name: str, number: str = "01", label: str = "") -> None:
    store.add_key(token, label or name, number, pki.key(name))
    store.restart()
    store.add_certificate(token, label or name, number, certificate_of(pki, name))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, pki: Pki, witness: Callable[[str], str]) -> Iterator[SoftHsm]:
    with open_softhsm(tmp_path_factory.mktemp("token") / "store", witness("softhsm2-util"), PASSPHRASE) as made:
        made.add_token(TOKEN)
        for number, name in enumerate(NAMES, 1):
            add_pair(made, pki, TOKEN, name, f"{number:02}")
        made.add_certificate(TOKEN, "official-ca", "aa", certificate_of(pki, "official-ca"))
        made.add_certificate(TOKEN, "public-ca", "bb", certificate_of(pki, "public-ca"))
        yield made


@pytest.fixture(autouse=True)
def _nobody_is_logged_in() -> Iterator[None]:
    yield
    gc.collect()


class Asked:
    """A secrets handler that remembers what it was asked."""

    def __init__(self, *answers: str) -> None:
        self.names: list[str] = []
        self.answers = list(answers) or [PASSPHRASE]

    def __call__(self, name: str) -> str:
        self.names.append(name)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def is_by(signer: Signer, value: bytes, data: bytes) -> bool:
    key = signer.certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(value, data, ec.ECDSA(hashes.SHA256()))
    elif isinstance(key, rsa.RSAPublicKey):
        is_pss = signer.algorithm is SignatureAlgorithm.RSA_PSS
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        key.verify(value, data, pss if is_pss else padding.PKCS1v15(), hashes.SHA256())
    return True


# --- the URI -------------------------------------------------------------------------------------------------------


def test_a_uri_is_decoded() -> None:
    uri = read_token_uri(
        "token=L%C3%A3nh%20%C4%91%E1%BA%A1o;object=a%3Bb;id=%01%FF;slot-id=3;type=private"
        r"?module-path=C:\Windows\System32\viettel-ca_v6.dll&padding=pss"
    )

    assert uri.token == {"token": "Lãnh đạo", "slot-id": "3"}
    assert (uri.label, uri.id, uri.is_pss) == ("a;b", b"\x01\xff", True)
    assert uri.module_path == r"C:\Windows\System32\viettel-ca_v6.dll"


@pytest.mark.parametrize("rest", ["token=x?pin-value=905311", "token=x;pin-value=905311", "?pin-source=905311"])
def test_a_pin_in_a_uri_is_refused_and_not_repeated(rest: str) -> None:
    with pytest.raises(UsageError, match="a PIN does not belong in a URI") as caught:
        open_signer(f"pkcs11:{rest}", Asked())

    assert "905311" not in f"{caught.value!r} {caught.value}"


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("tokn=x", "not known"),
        ("token", "not known"),
        ("token=x;module-path=/x", "not known"),
        ("token=x?object=y", "not known"),
        ("token=x;token=y", "given twice"),
        ("token=%FF", "not UTF-8"),
        ("type=data", "not a key to sign with"),
        ("token=x?padding=none", "no such padding"),
    ],
)
def test_a_uri_that_cannot_be_meant_is_refused(rest: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        open_signer(f"pkcs11:{rest}", Asked())


@given(st.text(alphabet="tokenidserial=;?&%1Fđ\0 -/\\", max_size=60))
def test_any_text_is_a_uri_or_a_usage_error(rest: str) -> None:
    with suppress(UsageError):
        read_token_uri(rest)


# --- the library ---------------------------------------------------------------------------------------------------


def test_a_missing_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['pkcs11'] = None\n"
        "from edocs.connect import open_signer\n"
        "try: open_signer('pkcs11:token=x', str)\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert MissingExtraError.__name__ in done.stdout
    assert "edocs[pkcs11]" in done.stdout


def test_a_library_that_is_not_there_is_exit_5_and_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no-such") as caught:
        open_signer(f"pkcs11:token=x?module-path={tmp_path}/no-such.so", Asked())

    assert caught.value.exit_code == 5


def test_a_library_name_that_is_nowhere_lists_the_folders() -> None:
    with pytest.raises(UnavailableError, match="no PKCS#11 library found in /usr/lib"):
        open_signer("pkcs11:token=x?module-name=no-such", Asked())


def test_a_file_that_is_no_library_is_exit_5(tmp_path: Path) -> None:
    (tmp_path / "driver.so").write_bytes(b"not a library")

    with pytest.raises(UnavailableError, match="cannot be used"):
        open_signer(f"pkcs11:token=x?module-path={tmp_path}/driver.so", Asked())


@pytest.mark.parametrize("options", ["", "?module-name=softhsm2", "?module-path=libsofthsm2.so"])
def test_the_library_is_found_where_drivers_usually_are(store: SoftHsm, options: str) -> None:
    signer = open_signer(f"pkcs11:token=Lam%20Giang;object=leader{options}", Asked())

    assert is_by(signer, signer.sign(b"x", "sha256"), b"x")


def test_a_folder_of_libraries_can_be_given(store: SoftHsm) -> None:
    open_signer(f"pkcs11:token={quote(TOKEN)};object=leader?module-path={store.module.parent}", Asked())


def test_attributes_of_the_library_count(store: SoftHsm) -> None:
    open_signer(store.uri(TOKEN, "leader").replace("?", ";library-manufacturer=SoftHSM?"), Asked())

    with pytest.raises(UnavailableError, match="token not found"):
        open_signer(store.uri(TOKEN, "leader").replace("?", ";library-manufacturer=Another?"), Asked())


# --- the token -----------------------------------------------------------------------------------------------------


def test_a_token_that_is_not_there_is_exit_5_and_names_those_that_are(store: SoftHsm) -> None:
    with pytest.raises(UnavailableError, match=r"token not found: token=absent .*token=Lam Giang;serial=") as caught:
        open_signer(store.uri("absent", "leader"), Asked())

    assert caught.value.exit_code == 5


def test_two_tokens_of_one_name_are_told_apart_by_serial_or_slot(store: SoftHsm, pki: Pki) -> None:
    for _ in range(2):
        store.add_token("twin")
    store.restart()
    one, other = pkcs11.lib(str(store.module)).get_tokens(token_label="twin")
    serials = [token.serial.decode() for token in (one, other)]
    for serial, name in zip(serials, ("leader", "seal"), strict=True):
        store.add_key(serial, "k", "01", pki.key(name), by="--serial")
    store.restart()
    slots = {token.serial.decode(): token.slot.slot_id for token in pkcs11.lib(str(store.module)).get_tokens()}

    with pytest.raises(UsageError, match=rf"several tokens match: .*serial={serials[0]}"):
        open_signer(store.uri("twin", "k"), Asked())
    by_serial = open_signer(
        store.uri("twin", "k", f"certificate={pki.pem('leader')}").replace(";", f";serial={serials[0]};", 1), Asked()
    )
    by_slot = open_signer(
        store.uri("twin", "k", f"certificate={pki.pem('seal')}").replace(";", f";slot-id={slots[serials[1]]};", 1),
        Asked(),
    )

    assert is_by(by_serial, by_serial.sign(b"x", "sha256"), b"x")
    assert is_by(by_slot, by_slot.sign(b"x", "sha256"), b"x")


def test_a_token_that_is_pulled_out_stops_the_batch_and_spoils_nothing(
    store: SoftHsm, pki: Pki, draft: bytes, tmp_path: Path, trust: TrustStore
) -> None:
    place = store.add_token("pulled")
    add_pair(store, pki, "pulled", "leader")
    asked = Asked()
    signer = open_signer(store.uri("pulled", "leader"), asked)
    write_file(tmp_path / "1.pdf", sign_pdf(draft, signer, SPEC, now=NOW))
    before = (tmp_path / "1.pdf").read_bytes()

    place.rename(store.folder / "in a pocket")
    for _ in range(2):
        with pytest.raises(UnavailableError, match="token gone: pulled"):
            write_file(tmp_path / "2.pdf", sign_pdf(draft, signer, SPEC, now=NOW))

    assert (tmp_path / "1.pdf").read_bytes() == before
    assert not (tmp_path / "2.pdf").exists()
    assert verify_pdf(before, trust).verdict is Verdict.TOTAL_PASSED

    (store.folder / "in a pocket").rename(place)
    store.restart()
    third = sign_pdf(draft, signer, SPEC, now=NOW)

    assert verify_pdf(third, trust).verdict is Verdict.TOTAL_PASSED
    assert asked.names == ["PIN of pulled"] * 2


def test_a_lost_session_is_opened_again_once(store: SoftHsm) -> None:
    asked = Asked()
    signer = open_signer(store.uri(TOKEN, "leader"), asked)
    first = signer.sign(b"x", "sha256")

    store.restart()

    assert signer.sign_many([b"x", b"x"], "sha256") == [first, first]
    assert asked.names == ["PIN of Lam Giang"] * 2


def test_another_key_opens_after_the_session_of_the_first_was_lost(
    store: SoftHsm, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = Asked()
    first = open_signer(store.uri(TOKEN, "leader"), asked)
    store.restart()

    second = open_signer(store.uri(TOKEN, "leader-p256"), asked)

    assert is_by(second, second.sign(b"x", "sha256"), b"x")
    assert is_by(first, first.sign(b"x", "sha256"), b"x")
    assert asked.names == ["PIN of Lam Giang"] * 2
    assert capfd.readouterr() == ("", "")


class Broken:
    """A key whose library answers with one fault, as no software token does."""

    def __init__(self, fault: type[PKCS11Error]) -> None:
        self.fault = fault

    def sign(self, *_: object, **__: object) -> bytes:
        raise self.fault


FAULTS = [kind for kind in vars(pkcs11.exceptions).values() if isinstance(kind, type) and issubclass(kind, PKCS11Error)]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_of_a_library_leaks(store: SoftHsm, fault: type[PKCS11Error]) -> None:
    signer = open_signer(store.uri(TOKEN, "leader-p256"), Asked())
    assert isinstance(signer, Pkcs11Signer)
    signer._key = replace(signer._key, handle=Broken(fault))  # type: ignore[arg-type]

    try:
        value = signer.sign(b"x", "sha256")
    except (UnavailableError, SecretError) as error:
        assert TOKEN in str(error)
    except UsageError as error:
        assert "does not sign with" in str(error)
    else:  # opened again, on the real key
        assert is_by(signer, value, b"x")


def test_a_device_that_was_removed_is_exit_5(store: SoftHsm) -> None:
    signer = open_signer(store.uri(TOKEN, "leader-p256"), Asked())
    assert isinstance(signer, Pkcs11Signer)
    signer._key = replace(signer._key, handle=Broken(DeviceRemoved))  # type: ignore[arg-type]

    with pytest.raises(UnavailableError, match="token gone: Lam Giang: DeviceRemoved"):
        signer.sign(b"x", "sha256")

    assert is_by(signer, signer.sign(b"x", "sha256"), b"x")  # plugged in again


def test_a_key_deleted_from_the_token_is_not_replaced_by_another(store: SoftHsm, pki: Pki) -> None:
    store.add_token("emptied")
    add_pair(store, pki, "emptied", "leader", "01")
    add_pair(store, pki, "emptied", "seal", "02")
    signer = open_signer(store.uri("emptied", "leader"), Asked())
    session = pkcs11.lib(str(store.module)).get_token(token_label="emptied").open(rw=True)
    for found in list(session.get_objects({Attribute.LABEL: "leader"})):
        found.destroy()

    with pytest.raises(UnavailableError, match="no longer on token emptied"):
        signer.sign(b"x", "sha256")


# --- the PIN -------------------------------------------------------------------------------------------------------


def test_a_wrong_pin_is_exit_6_tried_once_and_not_shown(store: SoftHsm, pki: Pki) -> None:
    store.add_token("guarded")
    add_pair(store, pki, "guarded", "leader")
    asked = Asked("905311")

    with pytest.raises(SecretError, match="wrong PIN for token guarded; few tries are left") as caught:
        open_signer(store.uri("guarded", "leader"), asked)

    assert caught.value.exit_code == 6
    assert asked.names == ["PIN of guarded"]
    assert "905311" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"


def test_a_pin_refused_mid_batch_is_not_sent_again(store: SoftHsm) -> None:
    """Three files with one wrong PIN would lock a token for good."""
    asked = Asked(PASSPHRASE, "wrong-pin")
    signer = open_signer(store.uri(TOKEN, "leader"), asked)
    store.restart()

    for _ in range(3):
        with pytest.raises(SecretError, match="wrong PIN"):
            signer.sign(b"x", "sha256")

    assert len(asked.names) == 2


@pytest.mark.parametrize("pin", ["", "905\udcff"])
def test_a_pin_that_cannot_be_one_is_not_tried(store: SoftHsm, pin: str) -> None:
    with pytest.raises(SecretError, match="it was not tried"):
        open_signer(store.uri(TOKEN, "leader"), lambda _: pin)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (TokenFlag.USER_PIN_LOCKED | TokenFlag.USER_PIN_COUNT_LOW, "it is locked now"),
        (TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_COUNT_LOW, "one try is left"),
        (TokenFlag.USER_PIN_COUNT_LOW, "few tries are left"),
        (TokenFlag.RNG, "does not tell the tries left"),
    ],
)
def test_a_refused_pin_says_what_the_token_says_of_the_tries_left(flags: TokenFlag, message: str) -> None:
    """SoftHSM never locks, so its answer is made up here; flags of CK_TOKEN_INFO, PKCS#11 v2.40, section 3.3."""
    token = SimpleNamespace(label="t", slot=SimpleNamespace(get_token=lambda: SimpleNamespace(flags=flags)))

    error = pin_refused(FoundToken(token=token, module="m"))  # type: ignore[arg-type]

    assert message in str(error)


def test_signers_on_one_token_share_a_login_that_ends_with_the_last(store: SoftHsm) -> None:
    asked = Asked()
    one = open_signer(store.uri(TOKEN, "leader"), asked)
    other = open_signer(store.uri(TOKEN, "leader-p256"), asked)

    del one
    gc.collect()

    assert is_by(other, other.sign(b"x", "sha256"), b"x")
    assert len(asked.names) == 1
    del other
    gc.collect()
    with pytest.raises(SecretError):
        open_signer(store.uri(TOKEN, "leader"), lambda _: "wrong-pin")


def test_a_closed_signer_logs_in_again_when_it_is_used(store: SoftHsm) -> None:
    asked = Asked()
    with open_signer(store.uri(TOKEN, "leader"), asked) as signer:  # type: ignore[attr-defined]
        first = signer.sign(b"x", "sha256")

    assert signer.sign(b"x", "sha256") == first
    assert len(asked.names) == 2


def test_a_key_that_wants_the_pin_each_time_gets_it(store: SoftHsm, pki: Pki) -> None:
    """CKA_ALWAYS_AUTHENTICATE: keys for signatures that stand for a handwritten one often have it."""
    store.add_token("careful")
    store.restart()
    key = load_pem_private_key(pki.key("leader").read_bytes(), None)
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

    der = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    with pkcs11.lib(str(store.module)).get_token(token_label="careful").open(rw=True, user_pin=PASSPHRASE) as session:
        session.create_object(
            {
                **decode_rsa_private_key(der),
                Attribute.TOKEN: True,
                Attribute.PRIVATE: True,
                Attribute.SIGN: True,
                Attribute.LABEL: "k",
                Attribute.ID: b"\x01",
                Attribute.ALWAYS_AUTHENTICATE: True,
            }
        )
    asked = Asked()
    signer = open_signer(store.uri("careful", "k", f"certificate={pki.pem('leader')}"), asked)

    values = signer.sign_many([b"1", b"2"], "sha256")

    assert is_by(signer, values[0], b"1")
    assert is_by(signer, values[1], b"2")
    assert asked.names == ["PIN of careful"] * 2


# --- key and certificate -------------------------------------------------------------------------------------------


def test_two_keys_of_one_label_are_told_apart_by_id_or_certificate(store: SoftHsm, pki: Pki) -> None:
    store.add_token("crowded")
    add_pair(store, pki, "crowded", "leader", "01", "khóa")
    add_pair(store, pki, "crowded", "seal", "02", "khóa")

    with pytest.raises(UsageError, match=r"several keys match on token crowded: .*id=%0[12].*id=%0[12]"):
        open_signer(store.uri("crowded", "khóa"), Asked())
    by_id = open_signer(store.uri("crowded", "khóa").replace("?", ";id=%02?"), Asked())
    by_certificate = open_signer(store.uri("crowded", "khóa", f"certificate={pki.pem('leader')}"), Asked())

    assert by_id.certificate == certificate_of(pki, "seal")
    assert by_certificate.certificate == certificate_of(pki, "leader")
    assert is_by(by_certificate, by_certificate.sign(b"x", "sha256"), b"x")


def test_a_key_that_is_not_there_lists_those_that_are(store: SoftHsm) -> None:
    with pytest.raises(UsageError, match=r"no such key on token Lam Giang .*object=leader;id=%01"):
        open_signer(store.uri(TOKEN, "nobody"), Asked())


def test_a_token_without_keys_is_a_usage_error(store: SoftHsm) -> None:
    store.add_token("blank")
    store.restart()

    with pytest.raises(UsageError, match="no key that signs on token blank"):
        open_signer(store.uri("blank", "x"), Asked())


def test_a_key_is_found_by_the_label_of_its_certificate(store: SoftHsm, pki: Pki) -> None:
    store.add_token("labelled")
    store.add_key("labelled", "k", "01", pki.key("leader-p256"))
    store.restart()
    store.add_certificate("labelled", "Nguyễn Văn An", "01", certificate_of(pki, "leader-p256"))

    signer = open_signer(store.uri("labelled", "Nguyễn Văn An"), Asked())

    assert is_by(signer, signer.sign(b"x", "sha256"), b"x")


def test_a_certificate_under_another_id_is_known_by_its_key(store: SoftHsm, pki: Pki) -> None:
    store.add_token("mislabelled")
    store.add_key("mislabelled", "k", "01", pki.key("leader"))
    store.restart()
    store.add_certificate("mislabelled", "wrong", "01", certificate_of(pki, "seal"))
    store.add_certificate("mislabelled", "right", "99", certificate_of(pki, "leader"))

    signer = open_signer(store.uri("mislabelled", "k"), Asked())

    assert signer.certificate == certificate_of(pki, "leader")


def test_after_a_renewal_the_later_certificate_is_taken(store: SoftHsm, pki: Pki) -> None:
    old = certificate_of(pki, "leader")
    issuer = ec.generate_private_key(ec.SECP256R1())
    renewed = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(old.issuer)
        .public_key(old.public_key())
        .serial_number(7)
        .not_valid_before(old.not_valid_before_utc + timedelta(days=30))
        .not_valid_after(old.not_valid_after_utc)
        .sign(issuer, hashes.SHA256())
    )
    store.add_token("renewed")
    store.add_key("renewed", "k", "01", pki.key("leader"))
    store.restart()
    store.add_certificate("renewed", "new", "01", renewed)
    store.add_certificate("renewed", "old", "01", old)

    assert open_signer(store.uri("renewed", "k"), Asked()).certificate == renewed
    by_file = open_signer(store.uri("renewed", "k", f"certificate={pki.pem('leader')}"), Asked())
    assert by_file.certificate == old


def test_certificate_and_chain_can_come_from_files(store: SoftHsm, pki: Pki, tmp_path: Path) -> None:
    store.add_token("bare")
    store.add_key("bare", "k", "01", pki.key("leader"))
    store.restart()
    der = tmp_path / "chứng thư.cer"
    der.write_bytes(certificate_of(pki, "leader").public_bytes(Encoding.DER))

    with pytest.raises(UsageError, match=r"no certificate for key object=k;id=%01 on token bare"):
        open_signer(store.uri("bare", "k"), Asked())
    signer = open_signer(
        store.uri("bare", "k", f"certificate={quote(str(der))}&chain={pki.pem('official-ca')}"), Asked()
    )

    assert signer.certificate == certificate_of(pki, "leader")
    assert list(signer.chain) == [certificate_of(pki, "official-ca")]


def test_the_certificate_of_another_key_is_refused(store: SoftHsm, pki: Pki) -> None:
    for name in ("seal", "leader-p256"):
        with pytest.raises(UsageError, match="no such key"):
            open_signer(store.uri(TOKEN, "leader", f"certificate={pki.pem(name)}"), Asked())


def test_a_certificate_file_that_is_none_is_unreadable(store: SoftHsm, tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")

    with pytest.raises(UnreadableError, match="no certificate in"):
        open_signer(store.uri(TOKEN, "leader", f"certificate={tmp_path}/x.pem"), Asked())


def test_a_broken_certificate_on_the_token_hides_no_other(store: SoftHsm, pki: Pki) -> None:
    store.add_token("scratched")
    add_pair(store, pki, "scratched", "leader")
    with pkcs11.lib(str(store.module)).get_token(token_label="scratched").open(rw=True, user_pin=PASSPHRASE) as session:
        session.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                Attribute.TOKEN: True,
                Attribute.LABEL: "leader",
                Attribute.ID: b"\x01",
                Attribute.SUBJECT: b"\x30\x00",
                Attribute.VALUE: b"\x30\x82\x01\x00garbage",
            }
        )

    assert open_signer(store.uri("scratched", "leader"), Asked()).certificate == certificate_of(pki, "leader")


def test_the_chain_is_the_path_and_no_other_authority(store: SoftHsm, pki: Pki) -> None:
    signer = open_signer(store.uri(TOKEN, "leader-public"), Asked())

    assert list(signer.chain) == [certificate_of(pki, "public-ca")]


# --- signing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", ["", "padding=pss"])
@pytest.mark.parametrize("name", NAMES)
def test_what_a_token_signs_passes_here_and_in_poppler(
    store: SoftHsm,
    draft: bytes,
    trust: TrustStore,
    tmp_path: Path,
    witness: Callable[[str], str],
    name: str,
    options: str,
) -> None:
    signer = open_signer(store.uri(TOKEN, name, options), Asked())

    signed = sign_pdf(draft, signer, SPEC, now=NOW)

    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED
    (tmp_path / "signed.pdf").write_bytes(signed)
    done = subprocess.run(
        [witness("pdfsig"), "-nocert", tmp_path / "signed.pdf"], capture_output=True, text=True, check=True
    )
    assert "Signature is Valid" in done.stdout


@contextmanager
def only(store: SoftHsm, mechanism: str) -> Iterator[None]:
    store.configure(f"slots.mechanisms = {mechanism}\n")
    store.restart()
    yield
    store.configure()
    store.restart()


@pytest.mark.parametrize(
    ("name", "options", "mechanism"),
    [
        ("leader", "", "CKM_SHA256_RSA_PKCS"),
        ("leader", "", "CKM_RSA_PKCS"),
        ("leader", "padding=pss", "CKM_SHA256_RSA_PKCS_PSS"),
        ("leader", "padding=pss", "CKM_RSA_PKCS_PSS"),
        ("leader-p256", "", "CKM_ECDSA"),
    ],
)
def test_one_mechanism_is_enough(store: SoftHsm, name: str, options: str, mechanism: str) -> None:
    with only(store, mechanism):
        signer = open_signer(store.uri(TOKEN, name, options), Asked())

        assert is_by(signer, signer.sign(b"x", "sha256"), b"x")


def test_a_token_that_knows_no_mechanism_says_so(store: SoftHsm) -> None:
    with only(store, "CKM_RSA_PKCS"):
        signer = open_signer(store.uri(TOKEN, "leader", "padding=pss"), Asked())

        with pytest.raises(UsageError, match="does not sign with rsa-pss and sha256"):
            signer.sign(b"x", "sha256")


def test_threads_may_share_a_token(store: SoftHsm) -> None:
    signers = [open_signer(store.uri(TOKEN, name), Asked()) for name in NAMES]
    items = [(signers[number % 3], bytes([number])) for number in range(30)]

    with ThreadPoolExecutor(4) as threads:
        values = list(threads.map(lambda item: item[0].sign(item[1], "sha256"), items))

    assert all(is_by(signer, value, data) for value, (signer, data) in zip(values, items, strict=True))


def test_the_command_line_signs_with_a_token(store: SoftHsm, draft: bytes, trust: TrustStore, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(draft)
    arguments = ["sign", tmp_path / "a.pdf", "--role", "personal", "--signer", store.uri(TOKEN, "leader"), "--secrets"]

    done = subprocess.run(
        [sys.executable, "-m", "edocs.cli", *arguments, "env:TOKEN"],
        env={**os.environ, "TOKEN_PIN_OF_LAM_GIANG": PASSPHRASE},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert verify_pdf(tmp_path / "a.signed.pdf", trust).verdict is Verdict.TOTAL_PASSED


@pytest.mark.parametrize(("token", "pin", "code"), [(TOKEN, "wrong-pin", 6), ("absent", PASSPHRASE, 5)])
def test_the_command_line_exits_as_promised(
    store: SoftHsm, draft: bytes, tmp_path: Path, token: str, pin: str, code: int
) -> None:
    (tmp_path / "a.pdf").write_bytes(draft)
    arguments = ["sign", tmp_path / "a.pdf", "--role", "personal", "--signer", store.uri(token, "leader"), "--secrets"]

    done = subprocess.run(
        [sys.executable, "-m", "edocs.cli", *arguments, "env:TOKEN", "--lang", "vi"],
        env={**os.environ, "TOKEN": pin},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == code
    assert "thiết bị" in done.stderr
    assert pin not in done.stdout + done.stderr
    assert not (tmp_path / "a.signed.pdf").exists()


@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
def test_what_was_signed_before_the_token_went_is_kept_and_the_rest_is_resumed(
    store: SoftHsm, pki: Pki, tmp_path: Path, level: Level
) -> None:
    token = f"batch {level}"
    place, pocket = store.add_token(token), store.folder / f"a pocket {level}"
    add_pair(store, pki, token, "leader")
    signer = open_signer(store.uri(token, "leader"), Asked())
    jobs = [SigningJob(source=tmp_path / f"{n}.pdf", target=tmp_path / f"{n}.signed.pdf") for n in range(4)]
    for job in jobs:
        job.source.write_bytes(sample_pdf())
    authority = Authority.of(pki, "tsa")
    options = BatchOptions(clock=lambda: NOW, resume=True, evidence=Evidence(timestamper=Stamping(authority)))
    asked = signer.sign_many

    def until_it_is_pulled_out(items: Sequence[bytes], digest: str) -> Sequence[bytes]:
        until_it_is_pulled_out.calls += 1  # type: ignore[attr-defined]
        if until_it_is_pulled_out.calls == 3:  # type: ignore[attr-defined]
            place.rename(pocket)
        return asked(items, digest)

    until_it_is_pulled_out.calls = 0  # type: ignore[attr-defined]
    signer.sign_many = until_it_is_pulled_out  # type: ignore[method-assign]
    first = list(sign_pdfs(jobs, signer, replace(SPEC, level=level), options))
    kept = [job.target.read_bytes() for job in jobs[:2]]
    pocket.rename(place)
    store.restart()
    second = list(
        sign_pdfs(jobs, open_signer(store.uri(token, "leader"), Asked()), replace(SPEC, level=level), options)
    )

    assert [type(record.failure) for record in first] == [type(None)] * 2 + [UnavailableError] * 2
    assert "plug it in" in first[3].failure.hint()
    assert [record.is_skipped for record in second] == [True, True, False, False]
    assert [record.failure for record in second] == [None] * 4
    assert [job.target.read_bytes() for job in jobs[:2]] == kept


class Stamping:
    """A timestamping authority at hand."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority

    def timestamp(self, imprint: bytes, digest: str) -> bytes:
        query = tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {"hash_algorithm": {"algorithm": digest}, "hashed_message": imprint},
                "cert_req": True,
            }
        )
        answer = tsp.TimeStampResp.load(self.authority.answer(query.dump(), NOW))
        return bytes(answer["time_stamp_token"].dump())
