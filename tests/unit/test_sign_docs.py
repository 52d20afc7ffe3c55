"""What ``docs/signing.md`` shows runs as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from acts import scan

from edocs.model import TrustStore, Verdict
from edocs.testing import Pki, sample_letter, sample_pdf, sample_seal_png, sample_signature_png
from edocs.verify import verify_pdf

GUIDE = Path(__file__).parents[2] / "docs" / "signing.md"


@pytest.fixture
def desk(tmp_path: Path, pki: Pki, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the guide names."""
    for name in ("leader", "seal"):
        shutil.copy(pki.p12(name), tmp_path)
    shutil.copy(pki.pem("seal"), tmp_path)
    shutil.copy(pki.key("seal"), tmp_path)
    shutil.copy(pki.pem("official-ca"), tmp_path / "ca.pem")
    (tmp_path / "letter.pdf").write_bytes(sample_letter())
    (tmp_path / "inbox").mkdir()
    (tmp_path / "scan.pdf").write_bytes(scan())
    for folder in (pki.roots, pki.intermediates, pki.crls):
        shutil.copytree(folder, tmp_path / "trust" / folder.name)
    for name in ("appendix-1.pdf", "appendix-2.pdf", "excerpt.pdf"):
        (tmp_path / name).write_bytes(sample_pdf())
    for name in ("a.pdf", "b.pdf", "extra.pdf", "inbox/c.pdf"):
        (tmp_path / name).write_bytes(sample_pdf())
    (tmp_path / "signature.png").write_bytes(sample_signature_png("Nguyễn Văn An"))
    (tmp_path / "seal.png").write_bytes(sample_seal_png("UBND tỉnh Lam Giang"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(kind: str) -> list[str]:
    found = re.findall(rf"```{kind}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found


def test_its_python_runs(desk: Path, trust: TrustStore) -> None:
    names: dict[str, object] = {}

    for block in blocks("python"):
        exec(compile(block, str(GUIDE), "exec"), names)

    for name in ("issued", "signed", "appendix", "copied"):
        document = names[name]
        assert isinstance(document, bytes)
        assert verify_pdf(document, trust).verdict is Verdict.TOTAL_PASSED


def test_its_commands_run(desk: Path, trust: TrustStore) -> None:
    lines = [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]

    for line in lines:
        _, *arguments = shlex.split(line)
        done = subprocess.run(
            [sys.executable, "-m", "edocs.cli", *arguments, "--secrets", "env:KEY"],
            env={**os.environ, "KEY": "edocs-test"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert (done.returncode, line, done.stderr) == (0, line, "")

    made = {"07-UBND-VP.pdf", "appendix-2.appendix.pdf", "scan.copy.pdf", "excerpt.copy.pdf"}
    made |= {"letter.approved.pdf", "a.signed.pdf", "signed/a.signed.pdf", "signed/b.signed.pdf"}
    assert {verify_pdf(desk / name, trust).verdict for name in made} == {Verdict.TOTAL_PASSED}
