"""``--secrets``: where a passphrase is looked for, and that no message repeats one."""

from __future__ import annotations

from pathlib import Path

import pytest

from edocs.cli.secrets import open_secrets
from edocs.errors import SecretError, UnreadableError, UsageError

NAME = "passphrase of leader.p12"


def test_the_variable_of_its_own_name_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "for all")
    monkeypatch.setenv("KEY_PASSPHRASE_OF_LEADER_P12", "for this one")

    ask = open_secrets("env:KEY", "en")

    assert (ask(NAME), ask("passphrase of seal.p12")) == ("for this one", "for all")


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEY", raising=False)

    with pytest.raises(SecretError, match="KEY_PASSPHRASE_OF_LEADER_P12"):
        open_secrets("env:KEY", "en")(NAME)


def test_a_file_has_named_lines_and_one_for_all(tmp_path: Path) -> None:
    path = tmp_path / "mật khẩu.txt"
    path.write_text(f"for all\n{NAME} = dấu = và cách \n", encoding="utf-8-sig")

    ask = open_secrets(f"file:{path}", "en")

    assert (ask(NAME), ask("passphrase of seal.p12")) == ("dấu = và cách", "for all")


def test_a_file_that_cannot_serve_is_refused_without_its_text(tmp_path: Path) -> None:
    latin, other = tmp_path / "latin.txt", tmp_path / "other.txt"
    latin.write_bytes(b"m\xe2t kh\xe2u")
    other.write_text("PIN of token = 123456\n", encoding="utf-8")

    for path, error in ((latin, SecretError), (other, SecretError), (tmp_path / "none.txt", UnreadableError)):
        with pytest.raises(error) as caught:
            open_secrets(f"file:{path}", "en")(NAME)
        assert "123456" not in str(caught.value)


@pytest.mark.parametrize("source", ["env:", "file:", "vault:x", "hunter2"])
def test_an_unknown_source_is_a_usage_error(source: str) -> None:
    with pytest.raises(UsageError, match="unknown source"):
        open_secrets(source, "en")
