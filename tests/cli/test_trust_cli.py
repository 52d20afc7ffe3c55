"""``edocs trust`` from outside: nothing is believed without consent, and what is there is what is used."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from edxml_fixtures import META
from trust_lists import Listing, Service, operator, sign_list, write_list

from edocs.cli.main import main
from edocs.testing import Pki

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Trust = Callable[..., Done]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "kho tin cậy"
    monkeypatch.setenv("EDOCS_TRUST", str(folder))
    return folder


@pytest.fixture
def edocs(store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Trust:
    def run(*arguments: object, answer: str = "") -> Done:
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        with pytest.raises(SystemExit) as caught:
            main([*map(str, arguments), "--lang", "en"])
        captured = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return Done(caught.value.code, captured.out, captured.err)

    return run


def digest(path: Path) -> str:
    return x509.load_pem_x509_certificate(path.read_bytes()).fingerprint(hashes.SHA256()).hex()


def test_a_root_is_shown_and_believed_only_after_a_yes(edocs: Trust, store: Path, pki: Pki) -> None:
    root = pki.pem("official-root")

    no = edocs("trust", "add", root, answer="n\n")
    nobody = edocs("trust", "add", root)
    assert (no.code, nobody.code, store.exists()) == (6, 6, False)
    yes = edocs("trust", "add", root, answer="y\n")

    colons = x509.load_pem_x509_certificate(root.read_bytes()).fingerprint(hashes.SHA256()).hex(":").upper()
    assert (yes.code, colons in yes.err) == (0, True)
    assert [line["kind"] for line in edocs("trust", "list", "--json").lines] == ["anchor"]


def test_what_is_asked_for_is_shown_under_quiet_too(edocs: Trust, pki: Pki) -> None:
    done = edocs("trust", "add", pki.pem("official-root"), "--quiet", answer="n\n")

    assert "SHA-256" in done.err


def test_a_name_cannot_steer_the_terminal_of_whoever_is_asked(edocs: Trust, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x\x1b[2J\rVietnam National Root CA")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=99))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    (tmp_path / "x.pem").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))

    assert "\x1b" not in edocs("trust", "add", tmp_path / "x.pem", answer="n\n").err


def test_a_fingerprint_given_beforehand_is_consent_to_that_certificate_alone(
    edocs: Trust, store: Path, pki: Pki
) -> None:
    right, wrong = digest(pki.pem("official-root")), digest(pki.pem("national-root"))

    other = edocs("trust", "add", pki.pem("official-root"), "--fingerprint", wrong)
    both = edocs("trust", "add", pki.roots, "--fingerprint", right)
    assert (other.code, both.code, store.exists()) == (6, 6, False)
    assert ("do not trust this file" in other.err, "do not trust this file" in both.err) == (True, False)
    assert "no fingerprint was given of CN=" in both.err

    assert edocs("trust", "add", pki.pem("official-root"), "--fingerprint", right.upper()).code == 0


def test_a_fingerprint_that_nothing_in_the_file_has_stops_the_harmless_too(edocs: Trust, store: Path, pki: Pki) -> None:
    """An intermediate needs no consent; but who gave a fingerprint wants to hear that it is another."""
    done = edocs("trust", "add", pki.pem("official-ca"), "--fingerprint", digest(pki.pem("public-ca")))

    assert (done.code, store.exists()) == (6, False)


@pytest.mark.parametrize("text", ["12ab", "x" * 64, ""])
def test_a_fingerprint_that_is_none_is_usage(edocs: Trust, pki: Pki, text: str) -> None:
    assert edocs("trust", "add", pki.pem("official-root"), "--fingerprint", text).code == 2


def test_verify_believes_the_managed_store_where_no_trust_is_given_and_says_so(
    edocs: Trust, store: Path, pki: Pki, issued: bytes, tmp_path: Path
) -> None:
    (tmp_path / "ban hành.pdf").write_bytes(issued)
    assert edocs("verify", tmp_path / "ban hành.pdf").code == 3
    assert edocs("trust", "add", pki.roots, pki.intermediates, pki.crls, "--yes").code == 0

    mine = edocs("verify", tmp_path / "ban hành.pdf", "--json")
    other = edocs("verify", tmp_path / "ban hành.pdf", "--trust", pki.pem("national-root"))

    assert (mine.code, mine.lines[0]["verdict"], str(store) in mine.err) == (0, "TOTAL_PASSED", True)
    assert (other.code, str(store) in other.err) == (3, False)


AGENCY = ("--agency", "000.00.00.H99", "--agency-name", "UBND tỉnh Lam Giang", "--level", "tỉnh")
DOCUMENT = ("--number", "7", "--symbol", "UBND-VP", "--date", "05/03/2026", "--type", "CV")


@pytest.mark.parametrize(
    "command",
    [
        ("register", "văn bản.pdf", "--register", "sổ.db", *AGENCY, *DOCUMENT),
        ("arrive", "văn bản.pdf", "--number", "12", "--agency", "Sở Nội vụ"),
        ("inspect", "gói.edxml"),
        ("unpack", "gói.edxml", "-o", "nhận"),
    ],
    ids=lambda command: command[0],
)
def test_whoever_receives_or_registers_believes_the_managed_store_too(
    edocs: Trust,
    store: Path,
    pki: Pki,
    issued: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("văn bản.pdf").write_bytes(issued)
    Path("meta.toml").write_text(META, encoding="utf-8")
    assert edocs("pack", "meta.toml", "văn bản.pdf", "-o", "gói.edxml").code == 0
    assert edocs("trust", "add", pki.roots, pki.intermediates, pki.crls, "--yes").code == 0

    done = edocs(*command)

    assert (done.code, str(store) in done.err) == (0, True), done


def test_a_signer_is_pinned_by_his_certificate_or_by_its_digest_alone(
    edocs: Trust, pki: Pki, issued: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(issued)

    refused = edocs("trust", "add", pki.pem("leader"), "--yes")
    assert (refused.code, "--as" in refused.err) == (2, True)
    assert edocs("trust", "add", pki.pem("leader"), "--as", "signer", "--yes").code == 0
    assert edocs("trust", "add", "--as", "signer", "--fingerprint", digest(pki.pem("seal"))).code == 0

    listed = edocs("trust", "list", "--json").lines
    assert [(line["kind"], line["pin"]) for line in listed] == [("signer", True)] * 2
    assert edocs("verify", tmp_path / "a.pdf").code == 0


def test_an_intermediate_is_an_anchor_only_where_it_is_said(edocs: Trust, pki: Pki) -> None:
    path = pki.pem("official-ca")

    assert edocs("trust", "add", path).code == 0  # believed for nothing, so nobody is asked
    assert [line["kind"] for line in edocs("trust", "list", "--json").lines] == ["intermediate"]
    assert edocs("trust", "add", path, "--as", "anchor", "--yes").code == 0
    assert [(line["kind"], line["pin"]) for line in edocs("trust", "list", "--json").lines] == [("anchor", True)]


@pytest.mark.parametrize(("name", "use"), [("leader", "anchor"), ("official-root", "signer")])
def test_a_certificate_is_not_believed_for_what_it_cannot_be(edocs: Trust, pki: Pki, name: str, use: str) -> None:
    assert edocs("trust", "add", pki.pem(name), "--as", use, "--yes").code == 2


def test_a_timestamping_certificate_is_believed_for_timestamps(edocs: Trust, pki: Pki) -> None:
    edocs("trust", "add", pki.pem("tsa"), "--yes")

    assert [line["kind"] for line in edocs("trust", "list", "--json").lines] == ["timestamp"]


def test_an_entry_is_removed_by_the_first_digits_of_its_fingerprint(edocs: Trust, store: Path, pki: Pki) -> None:
    edocs("trust", "add", pki.roots, pki.pem("leader"), "--as", "anchor", "--yes")
    edocs("trust", "add", pki.roots, "--yes")
    edocs("trust", "add", pki.pem("leader"), "--as", "signer", "--yes")
    root, leader = digest(pki.pem("official-root")), digest(pki.pem("leader"))

    assert edocs("trust", "remove", root[:8], leader[:8].upper()).code == 0
    assert [line["sha256"] for line in edocs("trust", "list", "--json").lines] == [digest(pki.pem("national-root"))]
    assert len(list(store.iterdir())) == 1


def test_digits_that_mean_nothing_or_several_remove_nothing(edocs: Trust, store: Path) -> None:
    for last in "12":
        edocs("trust", "add", "--as", "signer", "--fingerprint", "abcd" + last * 60)
    before = sorted(store.iterdir())

    codes = [edocs("trust", "remove", prefix).code for prefix in ("abcd", "ab", "ffff", "")]
    partly = edocs("trust", "remove", "abcd1", "ffff").code

    assert (codes, partly, sorted(store.iterdir())) == ([2, 2, 2, 2], 2, before)


def test_a_file_with_other_entries_is_not_removed(edocs: Trust, store: Path, pki: Pki) -> None:
    store.mkdir()
    (store / "by hand.pem").write_bytes(b"".join(path.read_bytes() for path in sorted(pki.roots.iterdir())))

    assert edocs("trust", "remove", digest(pki.pem("official-root"))[:8]).code == 6
    assert (store / "by hand.pem").exists()


def test_check_says_what_has_expired_is_weak_or_stands_alone(edocs: Trust, pki: Pki) -> None:
    assert edocs("trust", "check").code == 2
    edocs("trust", "add", pki.roots, pki.intermediates, pki.crls, "--yes")
    assert "of which 0 cannot be relied on" in edocs("trust", "check").err
    good = edocs("trust", "check", "--json")
    assert (good.code, [line["findings"] for line in good.lines]) == (0, [[]] * 8)

    for name in ("expired", "rsa1024"):
        edocs("trust", "add", pki.pem(name), "--as", "signer", "--yes")
    edocs("trust", "remove", digest(pki.pem("official-root"))[:12])
    bad = edocs("trust", "check", "--json")

    said = [(line["kind"], found["fault"], found["message"]) for line in bad.lines for found in line["findings"]]
    assert bad.code == 3
    assert ("intermediate", False, "no anchor is above it") in said
    assert ("signer", True, "its key is too weak: 1024 bits") in said
    assert any(fault and message.startswith("expired at") for _, fault, message in said)
    assert ("crl", False, "its authority is not in the store") in said


def test_a_stale_or_foreign_revocation_list_is_a_fault(edocs: Trust, pki: Pki, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    issuer = x509.load_pem_x509_certificate(pki.pem("official-ca").read_bytes())
    builder = x509.CertificateRevocationListBuilder(issuer.subject, NOW - timedelta(9), NOW - timedelta(1))
    (tmp_path / "old.crl").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))

    edocs("trust", "add", pki.roots, pki.intermediates, tmp_path / "old.crl", "--yes")
    done = edocs("trust", "check")

    assert done.code == 3
    assert "its authority did not sign it" in done.out
    assert "expired at" in done.out


@pytest.fixture
def listed(tmp_path: Path, pki: Pki) -> Callable[..., Path]:
    who = operator()
    who.write(tmp_path)

    def write(name: str, sequence: int, *, until: datetime = NOW + timedelta(days=90), status: str = "granted") -> Path:
        der = x509.load_pem_x509_certificate(pki.pem("official-ca").read_bytes()).public_bytes(Encoding.DER)
        listing = Listing(services=[Service(der, status=status)], sequence=sequence, next_update=until)
        (tmp_path / name).write_bytes(sign_list(write_list(listing), who))
        return tmp_path / name

    return write


def test_a_trusted_list_is_added_once_its_operator_is_known(
    edocs: Trust, listed: Callable[..., Path], issued: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(issued)
    first = listed("vn.xml", 12)

    assert edocs("trust", "add", first).code == 5
    assert edocs("trust", "add", tmp_path / "operator.pem", "--yes").code == 0
    assert edocs("trust", "add", first).code == 0
    assert [line["kind"] for line in edocs("trust", "list", "--json").lines] == ["list", "list-operator"]
    assert edocs("verify", tmp_path / "a.pdf").code == 0


def test_a_newer_list_takes_the_place_of_the_older_and_never_the_other_way_round(
    edocs: Trust, listed: Callable[..., Path], tmp_path: Path
) -> None:
    edocs("trust", "add", tmp_path / "operator.pem", "--yes")
    old, new = listed("12.xml", 12), listed("13.xml", 13)

    assert [edocs("trust", "add", path).code for path in (old, new, old)] == [0, 0, 6]
    assert [line["name"][:5] for line in edocs("trust", "list", "--json").lines][:1] == ["VN 13"]


def test_an_expired_list_is_kept_out_and_the_rest_still_counts(
    edocs: Trust, listed: Callable[..., Path], store: Path, pki: Pki, issued: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(issued)
    expired = listed("vn.xml", 12, until=NOW - timedelta(days=1))
    alone = edocs("verify", tmp_path / "a.pdf", "--trust", expired, "--trust", tmp_path / "operator.pem", "--json")
    edocs("trust", "add", pki.roots, pki.intermediates, pki.crls, tmp_path / "operator.pem", "--yes")
    (store / "by hand.xml").write_bytes(expired.read_bytes())

    beside = edocs("verify", tmp_path / "a.pdf", "--json")
    checked = edocs("trust", "check")

    verdicts = [[line["verdict"] for line in done.lines if "verdict" in line] for done in (alone, beside)]
    assert (alone.code, beside.code, verdicts) == (5, 5, [["INDETERMINATE"], ["TOTAL_PASSED"]])
    assert "vn.xml" in alone.err
    assert (checked.code, "expired at" in checked.out) == (5, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("add",),
        ("add", "missing.pem"),
        ("add", "--as", "signer"),
        ("remove",),
        ("list", "x"),
        ("list", "--yes"),
        ("forget",),
    ],
)
def test_a_call_that_cannot_be_meant_is_usage(edocs: Trust, arguments: tuple[str, ...]) -> None:
    assert edocs("trust", *arguments).code == 2


def test_a_person_s_number_is_masked(edocs: Trust, store: Path, pki: Pki) -> None:
    edocs("trust", "add", pki.pem("leader"), "--as", "signer", "--yes")

    texts = [edocs("trust", "list").out, *(path.read_text(encoding="utf-8") for path in store.glob("*.pins"))]

    assert all("***" in text for text in texts)


def test_another_folder_may_be_named(edocs: Trust, store: Path, pki: Pki, tmp_path: Path) -> None:
    other = tmp_path / "other"

    edocs("trust", "add", pki.pem("official-root"), "--yes", "--store", other)

    assert (store.exists(), len(list(other.iterdir()))) == (False, 1)
