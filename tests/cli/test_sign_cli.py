"""``edocs approve``, ``issue``, ``sign`` as a person types them: outputs, exit codes, nothing written over."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pypdf
import pytest

from edocs.model import TrustStore, Verdict
from edocs.testing import Pki, letter_places, sample_letter, sample_pdf, sample_seal_png, sample_signature_png
from edocs.verify import verify_pdf


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def edocs(pki: Pki) -> Callable[..., Done]:
    def run(*arguments: object, lang: str = "en", secret: str = "edocs-test", env: dict | None = None) -> Done:
        environment = {**os.environ, "KEY": secret, "PYTHONUTF8": "1", **(env or {})}
        done = subprocess.run(
            [sys.executable, "-m", "edocs.cli", *map(str, arguments), "--lang", lang, "--secrets", "env:KEY"],
            capture_output=True,
            encoding="utf-8",
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "công văn.pdf"
    path.write_bytes(sample_letter())
    return path


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "a.pdf"
    path.write_bytes(sample_pdf())
    return path


@pytest.fixture
def leader(pki: Pki) -> list[str]:
    return ["--signer", str(pki.p12("leader"))]


@pytest.fixture
def personal(leader: list[str]) -> list[str]:
    return [*leader, "--role", "personal"]


Edocs = Callable[..., Done]


def verdict(path: Path, trust: TrustStore) -> Verdict:
    return verify_pdf(path.read_bytes(), trust).verdict


def test_approve_then_issue_makes_a_document_of_force(
    edocs: Edocs, letter: Path, pki: Pki, trust: TrustStore, tmp_path: Path
) -> None:
    box = letter_places().signature
    place = f"--at={box.page},{box.left_mm},{box.top_mm},{box.width_mm},{box.height_mm}"
    (tmp_path / "ký.png").write_bytes(sample_signature_png("Nguyễn Văn An"))
    (tmp_path / "dấu.png").write_bytes(sample_seal_png("UBND tỉnh Lam Giang"))

    approved = edocs("approve", letter, "--signer", pki.p12("leader"), "--image", tmp_path / "ký.png", place)
    issued = edocs(
        *("issue", tmp_path / "công văn.approved.pdf", "--number", 7, "--date", "05/03/2026"),
        *("--signer", pki.p12("seal"), "--image", tmp_path / "dấu.png", "-o", tmp_path / "số 07.pdf"),
    )

    assert (approved.code, issued.code) == (0, 0)
    assert verdict(tmp_path / "số 07.pdf", trust) is Verdict.TOTAL_PASSED
    assert pypdf.PdfReader(tmp_path / "số 07.pdf").get_form_text_fields() == {
        "number": "07",
        "date": "ngày 05 tháng 3 năm 2026",
    }


def test_sign_with_reserve_is_approve(edocs: Edocs, letter: Path, personal: list[str], tmp_path: Path) -> None:
    done = edocs("sign", letter, *personal, "--reserve")

    assert done.code == 0
    assert "edocs.number" in (pypdf.PdfReader(tmp_path / "công văn.signed.pdf").get_fields() or {})


def test_each_file_has_its_json_line(
    edocs: Edocs, pdf: Path, letter: Path, personal: list[str], tmp_path: Path
) -> None:
    done = edocs("sign", pdf, letter, *personal, "--json")

    assert done.code == 0
    assert [(line["schema"], Path(line["path"])) for line in done.lines] == [
        ("edocs.signing/1", pdf),
        ("edocs.signing/1", letter),
    ]
    first = done.lines[0]
    assert Path(first["output"]) == tmp_path / "a.signed.pdf"
    assert (first["role"], first["field"], first["level"]) == ("personal", "Signature1", "B-B")
    assert "Nguyễn Văn An" in first["subject"]


def test_the_number_of_a_person_is_masked(edocs: Edocs, pdf: Path, personal: list[str]) -> None:
    """Decree 13/2023: the line goes to a log."""
    (line,) = edocs("sign", pdf, *personal, "--json").lines

    assert re.search(r"CCCD:\*+\d{3}(?!\d)", line["subject"])


def test_json_digests_are_those_of_the_files(edocs: Edocs, pdf: Path, personal: list[str]) -> None:
    import hashlib

    (line,) = edocs("sign", pdf, *personal, "--json").lines

    assert line["sha256_before"] == hashlib.sha256(pdf.read_bytes()).hexdigest()
    assert line["sha256_after"] == hashlib.sha256(Path(line["output"]).read_bytes()).hexdigest()


def test_a_bad_file_leaves_the_others_alone(edocs: Edocs, pdf: Path, personal: list[str], tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"not a PDF")

    done = edocs("sign", tmp_path / "bad.pdf", tmp_path / "none.pdf", pdf, *personal, "--json")

    assert done.code == 4
    assert [line["schema"] for line in done.lines] == ["edocs.error/1", "edocs.error/1", "edocs.signing/1"]
    assert (tmp_path / "a.signed.pdf").exists()
    assert not (tmp_path / "bad.signed.pdf").exists()


def test_many_outputs_go_into_a_folder(
    edocs: Edocs, pdf: Path, letter: Path, personal: list[str], tmp_path: Path
) -> None:
    done = edocs("sign", pdf, letter, *personal, "-o", tmp_path / "đã ký")

    assert done.code == 0
    assert sorted(path.name for path in (tmp_path / "đã ký").iterdir()) == ["a.signed.pdf", "công văn.signed.pdf"]


def test_two_inputs_never_become_one_output(edocs: Edocs, pdf: Path, personal: list[str], tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.pdf").write_bytes(sample_pdf())

    done = edocs("sign", pdf, tmp_path / "other" / "a.pdf", *personal, "-o", tmp_path / "out")

    assert done.code == 2
    assert not list((tmp_path / "out").glob("*"))


def test_output_equal_to_input_is_refused(edocs: Edocs, pdf: Path, personal: list[str]) -> None:
    before = pdf.read_bytes()

    done = edocs("sign", pdf, *personal, "-o", pdf)

    assert done.code == 7
    assert pdf.read_bytes() == before


def test_an_output_is_never_another_input(edocs: Edocs, pdf: Path, personal: list[str], tmp_path: Path) -> None:
    other = tmp_path / "a.signed.pdf"
    other.write_bytes(sample_pdf())
    before = other.read_bytes()

    done = edocs("sign", pdf, other, *personal)

    assert done.code == 7
    assert other.read_bytes() == before


def test_a_folder_that_is_a_file_is_an_output_error(
    edocs: Edocs, pdf: Path, letter: Path, personal: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"x")

    assert edocs("sign", pdf, *personal, "-o", tmp_path / "file" / "x.pdf").code == 7
    assert edocs("sign", pdf, letter, *personal, "-o", tmp_path / "file").code == 7
    assert (tmp_path / "file").read_bytes() == b"x"


def test_a_folder_that_is_not_there_is_an_output_error(
    edocs: Edocs, pdf: Path, personal: list[str], tmp_path: Path
) -> None:
    done = edocs("sign", pdf, *personal, "-o", tmp_path / "none" / "x.pdf")

    assert done.code == 7


@pytest.mark.skipif(sys.platform == "win32", reason="folder rights are POSIX here")
def test_a_folder_that_cannot_be_written_is_an_output_error(
    edocs: Edocs, pdf: Path, personal: list[str], tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    if os.access(closed, os.W_OK):
        pytest.skip("this user may write everywhere")

    done = edocs("sign", pdf, *personal, "-o", closed / "x.pdf")

    assert done.code == 7


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on file sizes is POSIX")
def test_a_full_disk_leaves_the_old_file_whole(pdf: Path, personal: list[str], tmp_path: Path) -> None:
    """The kernel stops the writing half-way, as a full disk does: here by a limit on the size of files."""
    old = tmp_path / "out.pdf"
    old.write_bytes(b"what stood there")
    script = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "from edocs.cli.main import main\nmain(sys.argv[1:])\n"
    )

    done = subprocess.run(
        [sys.executable, "-B", "-c", script, "sign", pdf, *personal, "--secrets", "env:KEY", "-o", old],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "KEY": "edocs-test"},
        check=False,
    )

    assert (done.returncode, "Traceback" in done.stderr) == (7, False)
    assert old.read_bytes() == b"what stood there"
    assert not list(tmp_path.glob(".*part"))


@pytest.mark.parametrize("name", ["expired", "not-yet-valid", "wrong-usage", "rsa1024", "sha1"])
def test_a_certificate_that_may_not_sign_is_refused(
    edocs: Edocs, pdf: Path, pki: Pki, tmp_path: Path, name: str
) -> None:
    done = edocs("sign", pdf, "--signer", pki.p12(name), "--role", "personal")

    assert done.code == 6
    assert not (tmp_path / "a.signed.pdf").exists()


def test_a_revoked_certificate_is_refused_with_its_list(edocs: Edocs, pdf: Path, pki: Pki) -> None:
    done = edocs("sign", pdf, "--signer", pki.p12("revoked"), "--role", "personal", "--trust", pki.crls)

    assert done.code == 6
    assert "revoked" in done.err


def test_a_wrong_passphrase_is_refused_without_showing_it(edocs: Edocs, pdf: Path, personal: list[str]) -> None:
    done = edocs("sign", pdf, *personal, secret="sai-mat-khau")

    assert done.code == 6
    assert "sai-mat-khau" not in done.out + done.err


def test_without_terminal_and_secret_the_reason_is_said(pdf: Path, personal: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "edocs.cli", "sign", pdf, *personal],
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )

    assert done.returncode == 6
    assert "--secrets" in done.stderr


def test_no_font_says_how_to_get_one(edocs: Edocs, letter: Path, leader: list[str], tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()

    done = edocs("approve", letter, *leader, env={"EDOCS_FONTS": str(tmp_path / "fonts")})

    assert done.code == 6
    assert "fonts-liberation" in done.err


def test_a_signed_field_is_refused(edocs: Edocs, pdf: Path, personal: list[str], tmp_path: Path) -> None:
    edocs("sign", pdf, *personal, "--field", "A")

    done = edocs("sign", tmp_path / "a.signed.pdf", *personal, "--field", "A")

    assert done.code == 6
    assert not (tmp_path / "a.signed.signed.pdf").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--role", "king"], 2),
        ([], 2),
        (["--role", "organisation", "--reserve"], 2),
        (["--role", "personal", "--number-at", "1,20,20,40,20"], 2),
        (["--role", "personal", "--at", "1,2,3"], 2),
        (["--role", "personal", "--text", "x", "--at", "1,2,3"], 2),
        (["--role", "personal", "--text", "x", "--at", "a,2,3,4,5"], 2),
        (["--role", "personal", "--text", "x", "--no-stamp"], 2),
        (["--role", "personal", "--text", "x"], 6),
        (["--role", "personal", "--text", "x", "--at", "9,20,20,40,20"], 6),
        (["--role", "personal", "--image", "none.png", "--at", "1,20,20,40,20"], 4),
        (["--role", "personal", "--digest", "sha1"], 2),
    ],
)
def test_what_cannot_be_meant_is_refused(
    edocs: Edocs, pdf: Path, leader: list[str], arguments: list[str], code: int
) -> None:
    done = edocs("sign", pdf, *leader, *arguments)

    assert done.code == code
    assert not list(pdf.parent.glob("*.signed.pdf"))


@pytest.mark.parametrize("signer", ["leader", "ftp:x", "pkcs12:none.p12", "x.p12"])
def test_a_signer_that_is_not_there_is_refused(edocs: Edocs, pdf: Path, signer: str) -> None:
    assert edocs("sign", pdf, "--signer", signer, "--role", "personal").code in {2, 4}


@pytest.mark.parametrize(("day", "code"), [("2026-03-05", 0), ("31/02/2026", 2), ("hôm nay", 2)])
def test_a_date_is_read_or_refused(
    edocs: Edocs, pki: Pki, approved: bytes, tmp_path: Path, *, day: str, code: int
) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(approved)

    assert edocs("issue", path, "--number", 7, "--date", day, "--signer", pki.p12("seal")).code == code


def test_issue_dates_today_unless_told(edocs: Edocs, pki: Pki, approved: bytes, tmp_path: Path) -> None:
    from datetime import datetime

    from edocs.model import HANOI

    path = tmp_path / "x.pdf"
    path.write_bytes(approved)

    before = datetime.now(HANOI)
    edocs("issue", path, "--number", 7, "--signer", pki.p12("seal"))
    after = datetime.now(HANOI)

    text = pypdf.PdfReader(tmp_path / "x.issued.pdf").get_form_text_fields()["date"]
    assert any(f"ngày {day.day:02d} " in text and str(day.year) in text for day in (before, after))


def test_errors_are_in_vietnamese_when_asked(edocs: Edocs, pdf: Path, pki: Pki) -> None:
    done = edocs("issue", pdf, "--number", 7, "--signer", pki.p12("seal"), lang="vi")

    assert done.code == 6
    assert "cần ký duyệt văn bản trước" in done.err


def test_quiet_prints_nothing_for_people_but_results(edocs: Edocs, pdf: Path, personal: list[str]) -> None:
    done = edocs("sign", pdf, *personal, "--quiet")

    assert (done.code, done.err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal is made with POSIX calls here")
@pytest.mark.parametrize(("quiet", "shown"), [([], True), (["--quiet"], False)])
def test_progress_is_for_a_person_at_a_terminal(
    personal: list[str], tmp_path: Path, quiet: list[str], shown: bool
) -> None:
    import pty

    paths = [tmp_path / f"{number}.pdf" for number in range(5)]
    for path in paths:
        path.write_bytes(sample_pdf())
    terminal, stderr = pty.openpty()

    done = subprocess.run(
        [sys.executable, "-m", "edocs.cli", "sign", *paths, *personal, "--secrets", "env:KEY", "--json", *quiet],
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={**os.environ, "KEY": "edocs-test", "TERM": "xterm"},
        encoding="utf-8",
        check=False,
    )
    os.set_blocking(terminal, False)
    try:
        drawn = os.read(terminal, 100_000)
    except BlockingIOError:
        drawn = b""

    os.close(stderr)
    os.close(terminal)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 5
    assert (b"signing" in drawn) is shown
