"""``edocs report``: what it says beside the report, and where it refuses to write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from register_samples import NOW, issued, make_document
from typed_commands import run

from edocs.registry import Registry


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """One document, registered on 1 July 2026 at 9:00."""
    path = tmp_path / "sổ.db"
    with Registry.open(path) as registry:
        document = make_document(1)
        registry.register(document, issued(document), who="văn thư", now=NOW)
    return path


def test_cut_off_before_the_first_event_is_said_with_its_time(register: Path) -> None:
    result = run("report", "--register", register, "--at", "30/06/2026", "--lang", "vi")

    assert result.return_value == 0
    assert "01/07/2026 09:00:00 (+07:00)" in result.stderr


@pytest.mark.parametrize("at", ["01/07/2026", "2026-07-01T09:00:00+07:00"])
def test_cut_off_that_some_event_precedes_is_not_remarked(register: Path, at: str) -> None:
    assert run("report", "--register", register, "--at", at, "--lang", "vi").stderr == ""


def test_cut_off_of_an_empty_register_is_not_remarked(tmp_path: Path) -> None:
    Registry.open(tmp_path / "sổ.db").close()

    assert run("report", "--register", tmp_path / "sổ.db", "--at", "30/06/2026", "--lang", "vi").stderr == ""


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_file_of_bytes_is_not_written_to_a_terminal(register: Path, form: str) -> None:
    pty = pytest.importorskip("pty")
    reader, terminal = pty.openpty()
    command = [sys.executable, "-m", "edocs.cli", "report", "--register", str(register), "--format", form]

    done = subprocess.run(
        command, check=False, stdout=terminal, stderr=subprocess.PIPE, text=True, encoding="utf-8", timeout=60
    )

    os.set_blocking(reader, False)
    with pytest.raises(BlockingIOError):
        os.read(reader, 1)
    for end in (reader, terminal):
        os.close(end)
    assert done.returncode == 2
    assert "-o" in done.stderr


@pytest.mark.parametrize(("form", "mark"), [("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_file_of_bytes_is_written_to_a_pipe(register: Path, form: str, mark: bytes) -> None:
    assert run("report", "--register", register, "--format", form).stdout_bytes.startswith(mark)


@pytest.mark.parametrize(
    ("last", "sections"),
    [("2026-03", ["month"]), ("2026-06", ["month", "quarter"]), ("2027-01", ["month", "quarter", "year"])],
)
def test_page_has_no_trend_of_one(register: Path, last: str, sections: list[str]) -> None:
    page = run("report", "--register", register, "--from", "2026-03", "--to", last, "--format", "html").stdout

    assert [name for name in ("month", "quarter", "year") if f'<table id="{name}">' in page] == sections
    assert ("<svg" in page) is (last != "2026-03")
