"""``edocs audit``: its lines, its summary, its exit codes, and what Ctrl-C leaves."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.fields import SigSeedSubFilter
from pypdf import PdfWriter

REPOSITORY = Path(__file__).parents[2]
PKI = REPOSITORY / "certs" / "test"
TRUST = ("--trust", str(PKI / "roots"), "--trust", str(PKI / "intermediates"), "--trust", str(PKI / "crl"))


def blank() -> bytes:
    writer, stream = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def signed() -> bytes:
    signer = SimpleSigner.load_pkcs12(PKI / "p12" / "leader.p12", passphrase=b"edocs-test")
    metadata = PdfSignatureMetadata(field_name="Ký", subfilter=SigSeedSubFilter.PADES)
    return sign_pdf(IncrementalPdfFileWriter(io.BytesIO(blank())), metadata, signer=signer).getvalue()


def audit(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edocs.cli", "audit", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": ""},
        timeout=100,
        check=False,
    )


def verdicts(text: str) -> dict[str, str]:
    lines = [json.loads(line) for line in text.splitlines()]
    assert {line["schema"] for line in lines} <= {"edocs.verification/1"}
    return {Path(line["path"]).name: line["verdict"] for line in lines}


def test_every_file_is_a_line_and_the_worst_decides(tmp_path: Path, signed: bytes) -> None:
    (tmp_path / "ký.pdf").write_bytes(signed)
    (tmp_path / "sửa.pdf").write_bytes(signed.replace(b"842", b"843", 1))
    (tmp_path / "trống.pdf").write_bytes(b"")

    done = audit(tmp_path, *TRUST, "--engine", "local:2")

    assert verdicts(done.stdout) == {"ký.pdf": "TOTAL_PASSED", "sửa.pdf": "TOTAL_FAILED", "trống.pdf": "UNREADABLE"}
    assert done.returncode == 4


@pytest.mark.parametrize("engine", ["serial:", "local:1"])
def test_the_exit_code_is_that_of_the_verdict(tmp_path: Path, signed: bytes, engine: str) -> None:
    (tmp_path / "ký.pdf").write_bytes(signed)
    (tmp_path / "chưa ký.pdf").write_bytes(blank())

    passed = audit(tmp_path / "ký.pdf", *TRUST, "--engine", engine)
    unsigned = audit(tmp_path, *TRUST, "--engine", engine)

    assert (passed.returncode, unsigned.returncode) == (0, 3)


def test_the_summary_counts_verdicts_and_roles(tmp_path: Path, signed: bytes) -> None:
    for number in range(3):
        (tmp_path / f"{number}.pdf").write_bytes(signed)
    (tmp_path / "x.pdf").write_bytes(b"")

    done = audit(tmp_path, *TRUST, "--engine", "serial:", "--lang", "vi")

    assert "4 tệp" in done.stderr
    assert "3 hợp lệ" in done.stderr
    assert "1 không đọc được" in done.stderr
    assert "chữ ký số cá nhân: 3 hợp lệ" in done.stderr


def test_quiet_says_nothing_and_still_counts(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(blank())

    done = audit(tmp_path, "--engine", "serial:", "--quiet")

    assert (done.stderr, done.returncode) == ("", 3)
    assert verdicts(done.stdout) == {"x.pdf": "NOT_SIGNED"}


def test_lines_go_to_the_file_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(blank())
    out = tmp_path / "kết quả.jsonl"

    done = audit(tmp_path, "--engine", "serial:", "--jsonl", out)

    assert done.stdout == ""
    assert verdicts(out.read_text(encoding="utf-8")) == {"x.pdf": "NOT_SIGNED"}


def test_paths_come_from_a_list(tmp_path: Path) -> None:
    (tmp_path / "thư mục").mkdir()
    (tmp_path / "thư mục" / "a.pdf").write_bytes(blank())
    (tmp_path / "văn bản").write_bytes(blank())
    listing = tmp_path / "list.txt"
    listing.write_text(f"\ufeff{tmp_path / 'thư mục'}\r\n\n{tmp_path / 'văn bản'}\n", encoding="utf-8")

    from_file = audit("--from-file", listing, "--engine", "serial:")
    from_stdin = audit("--from-file", "-", "--engine", "serial:", stdin=listing.read_text(encoding="utf-8-sig"))

    assert verdicts(from_file.stdout) == {"a.pdf": "NOT_SIGNED", "văn bản": "NOT_SIGNED"}
    assert from_stdin.stdout == from_file.stdout


def test_no_file_at_all_is_exit_4_and_an_older_result_stays(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    out = tmp_path / "out.jsonl"
    out.write_text("older\n", encoding="utf-8")

    done = audit(tmp_path / "empty", "--jsonl", out)

    assert done.returncode == 4
    assert "no PDF found" in done.stderr
    assert out.read_text(encoding="utf-8") == "older\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no path to audit"),
        (["x", "--engine", "dask:host"], "no such engine"),
        (["x", "--policy", "lax"], "no such policy"),
        (["x", "--at", "yesterday"], "not a time"),
    ],
)
def test_what_cannot_be_meant_is_exit_2(arguments: list[str], words: str) -> None:
    done = audit(*arguments)

    assert done.returncode == 2
    assert words in done.stderr


def test_a_list_that_is_not_there_is_exit_4(tmp_path: Path) -> None:
    assert audit("--from-file", tmp_path / "none.txt").returncode == 4


def test_a_result_that_cannot_be_written_is_exit_7(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(blank())

    done = audit(tmp_path, "--engine", "serial:", "--jsonl", tmp_path / "none" / "out.jsonl")

    assert done.returncode == 7
    assert "Traceback" not in done.stderr


def test_a_result_never_replaces_a_pdf_that_is_audited(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(blank())

    done = audit(tmp_path, "--engine", "serial:", "--jsonl", tmp_path / "x.pdf")

    assert done.returncode == 7
    assert (tmp_path / "x.pdf").read_bytes() == blank()


@pytest.mark.skipif(sys.platform == "win32", reason="a process group of its own is made with POSIX calls here")
@pytest.mark.parametrize("engine", ["serial:", "local:2"])
def test_ctrl_c_leaves_whole_lines(tmp_path: Path, signed: bytes, engine: str) -> None:
    (tmp_path / "pdf").mkdir()
    for number in range(5000):
        (tmp_path / "pdf" / f"{number}.pdf").write_bytes(signed)
    out, errors = tmp_path / "out.jsonl", tmp_path / "errors.txt"
    command = [
        sys.executable,
        "-m",
        "edocs.cli",
        "audit",
        tmp_path / "pdf",
        "--engine",
        engine,
        "--jsonl",
        out,
        "--json",
    ]
    with (
        errors.open("wb") as told,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=told, encoding="utf-8", start_new_session=True
        ) as running,
    ):
        assert running.stdout is not None
        first = [running.stdout.readline() for _ in range(20)]

        os.killpg(running.pid, signal.SIGINT)
        rest = running.stdout.read()  # not communicate(): it leaves out what readline() has read ahead

    printed = ["".join(first) + rest, out.read_text(encoding="utf-8")]
    assert running.returncode == 130
    assert "Traceback" not in errors.read_text(encoding="utf-8")
    assert printed[0] == printed[1]
    assert 20 <= len(verdicts(printed[1])) < 5000


@pytest.mark.skipif(sys.platform == "win32", reason="a closed pipe is another error there")
def test_a_reader_that_goes_away_leaves_the_file_of_lines(tmp_path: Path, signed: bytes) -> None:
    """``edocs audit … --jsonl OUT --json | head -1``."""
    for number in range(40):
        (tmp_path / f"{number}.pdf").write_bytes(signed)
    out = tmp_path / "lines.jsonl"
    command = [sys.executable, "-m", "edocs.cli", "audit", str(tmp_path), "--engine", "serial:", "--jsonl", str(out)]

    with subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        process.wait(timeout=100)
        assert process.stderr is not None
        said = process.stderr.read().decode()

    assert "Traceback" not in said
    assert "cannot be written" not in said
    assert {line["verdict"] for line in map(json.loads, out.read_text(encoding="utf-8").splitlines())}
