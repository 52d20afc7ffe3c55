"""Many files from the command line: folders, resuming, stopping, processes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from edocs.testing import Pki, sample_pdf

Run = Callable[..., tuple[int, list[dict], str]]


@pytest.fixture
def sign(pki: Pki) -> Run:
    """``edocs sign … --json``: its exit code, its lines, what it says to people."""

    def run(*arguments: object, lang: str = "en") -> tuple[int, list[dict], str]:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "edocs.cli", "sign", *map(str, arguments), "--json", "--role", "personal"),
                *("--signer", str(pki.p12("leader")), "--lang", lang, "--secrets", "env:KEY"),
            ],
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "KEY": pki.passphrase, "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    return run


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder with three PDFs, the second of which is none, one of them deeper."""
    folder = tmp_path / "văn bản"
    (folder / "2026").mkdir(parents=True)
    (folder / "a.pdf").write_bytes(sample_pdf())
    (folder / "b.pdf").write_bytes(b"none")
    (folder / "2026" / "c.PDF").write_bytes(sample_pdf())
    return folder


def names(lines: list[dict]) -> list[str]:
    return [Path(line["path"]).name for line in lines]


def test_a_folder_is_its_pdfs_and_each_has_one_line(sign: Run, inbox: Path) -> None:
    code, lines, _ = sign(inbox)

    assert code == 4
    assert names(lines) == ["c.PDF", "a.pdf", "b.pdf"]
    assert [line["schema"] for line in lines] == ["edocs.signing/1", "edocs.signing/1", "edocs.error/1"]
    assert (inbox / "2026" / "c.signed.pdf").exists()


def test_a_second_run_does_not_sign_the_outputs_of_the_first(sign: Run, inbox: Path) -> None:
    sign(inbox)

    assert names(sign(inbox)[1]) == ["c.PDF", "a.pdf", "b.pdf"]


def test_resume_says_what_it_skipped(sign: Run, inbox: Path, tmp_path: Path) -> None:
    sign(inbox, "-o", tmp_path / "out")
    (inbox / "b.pdf").write_bytes(sample_pdf())

    code, lines, said = sign(inbox, "-o", tmp_path / "out", "--resume", lang="vi")

    assert code == 0
    assert [(Path(line["path"]).name, line["status"]) for line in lines] == [
        ("c.PDF", "skipped"),
        ("a.pdf", "skipped"),
        ("b.pdf", "signed"),
    ]
    assert lines[0]["sha256_after"]
    assert said.strip() == ""


def test_stop_leaves_the_rest_and_says_how_many(sign: Run, inbox: Path) -> None:
    (inbox / "d.pdf").write_bytes(sample_pdf())

    code, lines, said = sign(inbox, "--on-error", "stop")

    assert (code, names(lines)) == (4, ["c.PDF", "a.pdf", "b.pdf"])
    assert "stopped: 1 files were not begun" in said
    assert not (inbox / "d.signed.pdf").exists()


def test_two_processes_leave_the_same_files(sign: Run, inbox: Path) -> None:
    code, lines, said = sign(inbox, "--jobs", 2)

    assert (code, sorted(names(lines))) == (4, ["a.pdf", "b.pdf", "c.PDF"])
    assert (inbox / "a.signed.pdf").exists()
    assert "edocs-test" not in said


def test_an_empty_folder_is_said(sign: Run, tmp_path: Path) -> None:
    (tmp_path / "trống").mkdir()

    code, _, said = sign(tmp_path / "trống")

    assert code == 2
    assert "no PDF to sign" in said


def test_an_output_that_is_another_input_is_refused_before_anything_is_signed(sign: Run, tmp_path: Path) -> None:
    for name in ("a.pdf", "a.signed.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(sample_pdf())
    before = (tmp_path / "a.signed.pdf").read_bytes()

    code, _, _ = sign(*(tmp_path / name for name in ("b.pdf", "a.pdf", "a.signed.pdf")))

    assert code == 7
    assert (tmp_path / "a.signed.pdf").read_bytes() == before
    assert not (tmp_path / "b.signed.pdf").exists()


def test_an_encrypted_pdf_is_signed_with_the_password_from_the_secrets(sign: Run, tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(sample_pdf())) as pdf:
        pdf.save(tmp_path / "a.pdf", encryption=pikepdf.Encryption(owner="chủ", user="edocs-test"))

    refused, _, said = sign(tmp_path / "a.pdf")
    code, (line,), _ = sign(tmp_path / "a.pdf", "--password")

    assert (refused, code, line["status"]) == (4, 0, "signed")
    assert "--password" in said


def test_a_damaged_pdf_is_signed_only_when_asked_to_repair_it(sign: Run, tmp_path: Path) -> None:
    whole = sample_pdf()
    (tmp_path / "a.pdf").write_bytes(whole[: whole.rindex(b"startxref")])

    refused, _, said = sign(tmp_path / "a.pdf")
    code, (line,), _ = sign(tmp_path / "a.pdf", "--repair")

    assert (refused, code, line["status"]) == (4, 0, "signed")
    assert "--repair" in said
    assert (tmp_path / "a.repaired.pdf").exists()
