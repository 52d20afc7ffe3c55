"""``edocs verify`` with wrong input: each kind has its exit code and is named, and no file is judged by less."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from trust_lists import Listing, Service, operator, sign_list, write_list

from edocs.cli.main import main
from edocs.testing import Pki


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def desk(tmp_path: Path, issued: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a document that passes and input that does not; it is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("a.pdf").write_bytes(issued)
    Path("rỗng.pem").write_bytes(b"")
    Path("rác.pem").write_bytes(b"\xff\xfe garbage")
    Path("rỗng").mkdir()
    Path("policy.toml").write_text('name = "ours"\nrequire_revocatoin = true\n', encoding="utf-8")
    return tmp_path


@pytest.fixture
def verify(desk: Path, pki: Pki, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*arguments: object) -> Done:
        monkeypatch.setattr("sys.stdin", io.StringIO())
        trust = [part for path in (pki.roots, pki.intermediates, pki.crls) for part in ("--trust", path)]
        with pytest.raises(SystemExit) as caught:
            main(["verify", "a.pdf", *map(str, [*trust, *arguments]), "--lang", "en"])
        told = capsys.readouterr()
        return Done(int(caught.value.code or 0), told.out, told.err)

    return run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--trust", "rỗng.pem"), "rỗng.pem"),
        (("--trust", "rác.pem"), "rác.pem"),
        (("--trust", "rỗng"), "rỗng"),
        (("--trust", "không có.pem"), "không có.pem"),
        (("--crl", "rỗng.pem"), "rỗng.pem"),
        (("--policy", "policy.toml"), "require_revocatoin"),
        (("--policy", "policy.toml"), "one of name, based-on"),
        (("--policy", "strikt"), "did you mean strict?"),
    ],
)
def test_wrong_trust_or_policy_is_usage_and_named(verify: Run, arguments: tuple[str, ...], said: str) -> None:
    done = verify(*arguments)

    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_wrongly_signed_trusted_list_is_kept_out_and_said(verify: Run, desk: Path) -> None:
    who = operator()
    who.write(desk)
    listing = sign_list(write_list(Listing(services=[Service(b"")])), who)
    (desk / "vn.xml").write_bytes(listing.replace(b"granted", b"withdrawn"))

    done = verify("--trust", desk / "vn.xml", "--trust", desk / "operator.pem")

    assert done.code == 5
    assert "vn.xml" in done.err
    assert "a.pdf: VALID" in done.out  # by the rest of the trust, which still counts
