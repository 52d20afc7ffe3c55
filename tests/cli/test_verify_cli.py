"""``edocs verify`` as a user runs it: exit codes, both languages, JSON Lines, folders, bad arguments."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edocs.testing import Pki, sample_pdf


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, foreign_sign: Callable[..., bytes]) -> Path:
    folder = tmp_path_factory.mktemp("văn bản")
    person = foreign_sign(sample_pdf(), "leader", "Person")
    (folder / "hợp lệ.pdf").write_bytes(foreign_sign(person, "seal", "Agency"))
    (folder / "chưa ký.pdf").write_bytes(sample_pdf())
    (folder / "hỏng.pdf").write_bytes(b"%PDF-1.7\n")
    (folder / "sửa.pdf").write_bytes(person + b"\n9 0 obj\n<<>>\nendobj\n")
    return folder


@pytest.fixture
def run(pki: Pki) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: object, trust: bool = True) -> subprocess.CompletedProcess[str]:
        anchors = ["--trust", pki.roots, "--trust", pki.intermediates, "--crl", pki.crls] if trust else []
        command = [sys.executable, "-m", "edocs.cli", "verify", *arguments, *anchors]
        return subprocess.run(
            [str(part) for part in command], check=False, capture_output=True, text=True, encoding="utf-8"
        )

    return run


@pytest.mark.parametrize(
    ("name", "code"), [("hợp lệ.pdf", 0), ("sửa.pdf", 1), ("chưa ký.pdf", 3), ("hỏng.pdf", 4), ("không có.pdf", 4)]
)
def test_each_verdict_has_its_exit_code(run: Callable[..., object], folder: Path, name: str, code: int) -> None:
    result = run(folder / name)

    assert result.returncode == code  # type: ignore[attr-defined]
    assert "Traceback" not in result.stderr  # type: ignore[attr-defined]


def test_without_trust_the_exit_code_is_indeterminate(run: Callable[..., object], folder: Path) -> None:
    result = run(folder / "hợp lệ.pdf", trust=False)

    assert result.returncode == 3  # type: ignore[attr-defined]
    assert "--trust" in result.stdout  # type: ignore[attr-defined]


def test_a_folder_gives_one_json_line_a_file_and_the_worst_code(run: Callable[..., object], folder: Path) -> None:
    result = run(folder, "--json")

    lines = [json.loads(line) for line in result.stdout.splitlines()]  # type: ignore[attr-defined]
    assert {Path(line["path"]).name: line["verdict"] for line in lines} == {
        "hợp lệ.pdf": "TOTAL_PASSED",
        "sửa.pdf": "TOTAL_FAILED",
        "chưa ký.pdf": "NOT_SIGNED",
        "hỏng.pdf": "UNREADABLE",
    }
    assert result.returncode == 4  # type: ignore[attr-defined]


def test_vietnamese_text_has_every_item_of_the_circular(run: Callable[..., object], folder: Path) -> None:
    """Circular 15/2025: issuer, signer, time, integrity, validity then and its period, and the verdict."""
    text = run(folder / "hợp lệ.pdf", "--lang", "vi").stdout  # type: ignore[attr-defined]

    for item in (
        "HỢP LỆ",
        "Người ký: Nguyễn Văn An",
        "Thời gian ký:",
        "Tổ chức cấp chứng thư:",
        "có hiệu lực tại thời điểm ký",
        "01/01/2025 – 01/01/2035",
        "toàn vẹn",
        "có giá trị như bản gốc",
    ):
        assert item in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--policy", "lax"], "no such policy: lax"),
        (["--at", "yesterday"], "not a time: yesterday"),
        (["--at", "0001-01-01"], "the time is at an end of the calendar"),
        (["--at", "9999-12-31T23:59:59+00:00"], "the time is at an end of the calendar"),
        (["--roles", "roles.toml"], "roles.toml"),
    ],
)
def test_a_wrong_argument_is_named(
    run: Callable[..., object], folder: Path, arguments: list[str], message: str
) -> None:
    result = run(folder / "hợp lệ.pdf", *arguments)

    assert result.returncode in (2, 4)  # type: ignore[attr-defined]
    assert message in result.stderr  # type: ignore[attr-defined]


def test_a_time_without_a_zone_is_vietnams_and_said_so(run: Callable[..., object], folder: Path) -> None:
    result = run(folder / "hợp lệ.pdf", "--at", "2040-01-01")

    assert result.returncode == 3  # type: ignore[attr-defined]
    assert "+07:00" in result.stderr  # type: ignore[attr-defined]


def test_a_roles_file_names_an_agency(
    run: Callable[..., object], tmp_path: Path, foreign_sign: Callable[..., bytes]
) -> None:
    document = tmp_path / "a.pdf"
    document.write_bytes(foreign_sign(sample_pdf(), "seal-plain", "Agency"))
    before = json.loads(run(document, "--json").stdout)  # type: ignore[attr-defined]
    name = before["signatures"][0]["signer"]["common_name"]
    roles = tmp_path / "roles.toml"
    roles.write_text(f'agencies = ["{name.upper()} "]\n', encoding="utf-8")

    after = json.loads(run(document, "--json", "--roles", roles).stdout)  # type: ignore[attr-defined]

    assert before["signatures"][0]["role"] == "unknown"
    assert after["signatures"][0]["role_rule"] == "agency_directory"


def test_an_empty_folder_is_said(run: Callable[..., object], tmp_path: Path) -> None:
    result = run(tmp_path)

    assert result.returncode == 4  # type: ignore[attr-defined]
    assert "no PDF" in result.stderr  # type: ignore[attr-defined]


def test_poppler_finds_the_same_signatures_intact(witness: Callable[[str], str], folder: Path, tmp_path: Path) -> None:
    copy = shutil.copy(folder / "hợp lệ.pdf", tmp_path / "a.pdf")

    text = subprocess.run([witness("pdfsig"), "-nocert", copy], check=True, capture_output=True, text=True).stdout

    assert text.count("Signature is Valid") == 2
    assert "Total document signed" in text.split("Signature #2")[1]


@pytest.mark.parametrize(("ending", "start"), [("html", b"<!DOCTYPE"), ("pdf", b"%PDF-"), ("XML", b"<?xml")])
def test_a_report_is_written_beside_the_text(
    run: Callable[..., object], folder: Path, tmp_path: Path, ending: str, start: bytes
) -> None:
    target = tmp_path / f"báo cáo.{ending}"

    result = run(folder, "--report", target)

    assert result.returncode == 4  # type: ignore[attr-defined]
    assert target.read_bytes().startswith(start)


def test_a_report_is_refused_before_the_work(run: Callable[..., object], folder: Path, tmp_path: Path) -> None:
    standing = tmp_path / "a.pdf"
    standing.write_bytes(b"mine")

    unknown, taken = run(folder, "--report", tmp_path / "a.docx"), run(folder, "--report", standing)

    assert unknown.returncode == 2  # type: ignore[attr-defined]
    assert taken.returncode == 7  # type: ignore[attr-defined]
    assert taken.stdout == ""  # type: ignore[attr-defined]
    assert standing.read_bytes() == b"mine"
