"""``edocs verify`` over what people and strangers hand it: bombs among honest files, names given twice, many files."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hostile import HOSTILE

from edocs.cli.console import Console
from edocs.cli.progress import spoken
from edocs.testing import Pki, sample_pdf

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def signed(foreign_sign: Callable[..., bytes]) -> bytes:
    return foreign_sign(sample_pdf(), "leader", "Person")


@pytest.fixture
def run(pki: Pki) -> Run:
    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        trust = ["--trust", pki.roots, "--trust", pki.intermediates, "--crl", pki.crls]
        command = [sys.executable, "-m", "edocs.cli", "verify", *arguments, *trust]
        return subprocess.run(
            [str(part) for part in command], check=False, capture_output=True, text=True, encoding="utf-8"
        )

    return run


def outcomes(result: subprocess.CompletedProcess[str]) -> dict[str, list[str]]:
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return {Path(line["path"]).name: [line["verdict"], *(why["rule"] for why in line["reasons"])] for line in lines}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_bomb_among_honest_files_costs_its_own_line(run: Run, signed: bytes, tmp_path: Path, lang: str) -> None:
    (tmp_path / "a.pdf").write_bytes(signed)
    (tmp_path / "b.pdf").write_bytes(HOSTILE["many_annotations_later"](signed))
    (tmp_path / "c.pdf").write_bytes(signed)

    told = run(tmp_path, "--max-seconds", "0.5", "--json", "--lang", lang)

    assert outcomes(told) == {
        "a.pdf": ["TOTAL_PASSED"],
        "b.pdf": ["INDETERMINATE", "limit.time"],
        "c.pdf": ["TOTAL_PASSED"],
    }
    assert told.returncode == 3
    assert {"vi": "mất hơn 0.5 giây", "en": "more than 0.5 s"}[lang] in told.stdout


def test_a_file_larger_than_the_memory_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(sample_pdf(3 << 20))

    small, enough = (run(tmp_path, "--json", "--max-memory", number) for number in (2, 256))

    assert outcomes(small) == {"a.pdf": ["INDETERMINATE", "limit.size"]}
    assert outcomes(enough) == {"a.pdf": ["NOT_SIGNED", "file.not_signed"]}


@pytest.mark.parametrize("option", ["--max-seconds", "--max-memory"])
def test_a_limit_that_allows_nothing_is_refused(run: Run, tmp_path: Path, option: str) -> None:
    assert run(tmp_path, option, "0").returncode == 2


@pytest.mark.parametrize(("lang", "words"), [("vi", "chỉ xác thực một lần"), ("en", "verified once")])
def test_a_file_named_twice_is_one_line_and_that_is_said(
    run: Run, signed: bytes, tmp_path: Path, lang: str, words: str
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(signed)

    told = run(path, tmp_path / "." / "a.pdf", tmp_path, path, "--json", "--lang", lang)

    assert told.stdout.count("\n") == 1
    assert told.returncode == 0
    assert words in told.stderr


@pytest.mark.parametrize(("lang", "words"), [("vi", "không tìm thấy tệp"), ("en", "file not found")])
def test_a_path_that_is_not_there_is_named_and_the_rest_judged(
    run: Run, signed: bytes, tmp_path: Path, lang: str, words: str
) -> None:
    (tmp_path / "a.pdf").write_bytes(signed)

    told = run(tmp_path / "không có.pdf", tmp_path / "a.pdf", "--lang", lang)

    assert told.returncode == 4
    assert words in told.stderr
    assert "TOTAL_PASSED" in told.stdout


def test_a_folder_of_many_files_has_one_line_each(run: Run, signed: bytes, tmp_path: Path) -> None:
    kinds = {
        "TOTAL_PASSED": signed,
        "TOTAL_FAILED": signed + b"\n9 0 obj\n<<>>\nendobj\n",
        "NOT_SIGNED": sample_pdf(),
        "UNREADABLE": b"%PDF-1.7\n",
    }
    for number in range(75):
        for name, data in kinds.items():
            (tmp_path / f"{number}-{name}.pdf").write_bytes(data)

    told = run(tmp_path, "--json")

    found = outcomes(told)
    assert len(found) == 300 == told.stdout.count("\n")
    assert Counter(verdict for verdict, *_ in found.values()) == dict.fromkeys(kinds, 75)
    assert all(name.endswith(f"-{verdict}.pdf") for name, (verdict, *_) in found.items())
    assert told.returncode == 4


def test_progress_is_said_after_two_seconds_and_then_every_ten(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = count(0, 1)  # a second between any two looks
    monkeypatch.setattr("edocs.cli.progress.time.monotonic", lambda: next(clock))
    advance = spoken(Console(lang="en"))

    said = []
    for _index in range(25):
        advance()
        said.append(bool(capsys.readouterr().err))

    assert [number for number, told in enumerate(said, start=1) if told] == [2, 12, 22]
