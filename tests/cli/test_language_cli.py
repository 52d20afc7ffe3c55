"""The language of help and usage errors, wherever ``--lang`` stands."""

from __future__ import annotations

import inspect
import os

import click
import pytest

from edocs.cli.main import COMMANDS, _run, edocs
from edocs.locale import translate

# What is the same in both languages.
SAME = ("pkcs12:PATH", "iso: 2026")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    _run(list(arguments))
    out, err = capsys.readouterr()
    return out + err


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDOCS_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", "C")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_text_is_translated(name: str) -> None:
    command = edocs.get_command(click.Context(edocs), name)
    assert command is not None
    options = [item for item in command.params if isinstance(item, click.Option)]
    texts = [inspect.cleandoc(text) for text in (command.help, *(item.help for item in options)) if text]

    missing = [text for text in texts if translate(text, "vi") == text and not text.startswith(SAME)]

    assert (len(texts) > 3, missing) == (True, [])


@pytest.mark.parametrize(
    "arguments",
    [("--lang", "vi", "verify", "nix.pdf"), ("--lang=vi", "verify", "nix.pdf"), ("verify", "nix.pdf", "--lang", "vi")],
)
def test_the_language_may_stand_anywhere(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    assert "không tìm thấy tệp: nix.pdf" in told(capsys, *arguments)


def test_the_commands_own_language_wins(capsys: pytest.CaptureFixture[str]) -> None:
    assert "file not found: nix.pdf" in told(capsys, "--lang", "vi", "verify", "nix.pdf", "--lang", "en")


def test_the_environment_may_name_the_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDOCS_LANG", "vi")

    assert "Thiếu đối số 'PATH...'" in told(capsys, "verify")
    assert "Missing argument 'PATH...'" in told(capsys, "verify", "--lang", "en")


@pytest.mark.parametrize(
    ("arguments", "english", "vietnamese"),
    [
        (("verify",), "Error: Missing argument 'PATH...'.", "Lỗi: Thiếu đối số 'PATH...'."),
        (("sign", "--lng"), "No such option '--lng'.", "Không có tùy chọn '--lng'."),
        (
            ("vrify",),
            "No such command 'vrify'. Did you mean 'verify'?",
            "Không có lệnh 'vrify'. (Có phải ý bạn là: 'verify'?)",
        ),
        (
            ("sign", "x", "--role", "personal", "--role", "organisation"),
            "is given more than once",
            "chỉ được nêu một lần",
        ),
        (("issue", "x", "--number", "a"), "'a' is not a valid whole number.", "'a' không phải là số nguyên."),
        (("issue", "x", "--number", "0"), "0 is not in the range x>=1.", "0 nằm ngoài khoảng x>=1."),
        (("sign", "x", "--role", "nobody"), "is not one of 'personal'", "không thuộc: 'personal', 'organisation'."),
        (("verify", "x", "--at"), "Option '--at' requires an argument.", "Tùy chọn '--at' cần 1 giá trị."),
        (("sign", "--help"), "Usage: edocs sign", "Cách dùng: edocs sign"),
        (("--help",), "Sign, verify, exchange", "Ký số, xác thực, trao đổi"),
    ],
)
def test_usage_errors_and_help_follow_the_language(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], english: str, vietnamese: str
) -> None:
    """In one process, one after the other: nothing of the first language stays."""
    before = dict(os.environ)

    texts = [told(capsys, "--lang", lang, *arguments) for lang in ("en", "vi", "en")]

    assert [english in text for text in texts] == [True, False, True]
    assert [vietnamese in text for text in texts] == [False, True, False]
    assert dict(os.environ) == before


def test_the_help_names_every_kind_of_key(capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, "sign", "--help")

    assert not [kind for kind in ("pkcs12:", "pem:", "pkcs11:", "csc+", "gateway+", "mobile+") if kind not in text]
