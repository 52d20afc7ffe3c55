"""Each target is fed for a moment; ``make soak`` feeds them for long. What coverage finds depends on luck, so seeds are
fixed: a run repeats."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).with_name("run.py")
SECONDS = int(os.environ.get("FUZZ_SECONDS", "0"))
"""For each target; 0: a few hundred tries, whatever they take."""


@pytest.fixture(scope="session")
def guided() -> None:
    """Coverage-guided search exists on Linux; where CI is set it must be there."""
    if sys.platform != "linux":
        pytest.skip("atheris runs on Linux only")
    if os.environ.get("CI"):
        return
    pytest.importorskip("atheris")


@pytest.mark.timeout(SECONDS * 6 + 120)
@pytest.mark.usefixtures("guided")
@pytest.mark.parametrize(
    "target", ["document", "tail", "value", "appearance", "envelope"] if SECONDS else ["all_of_them"]
)
def test_no_bytes_break_the_word_of_a_target(target: str, tmp_path: Path) -> None:
    amount = f"-max_total_time={SECONDS}" if SECONDS else "-runs=400"
    options = ["-seed=1", "-timeout=60", "-rss_limit_mb=2048", f"-artifact_prefix={tmp_path}/"]
    command = [sys.executable, RUN, target, amount, f"-dict={RUN.with_name('pdf.dict')}", *options]

    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)

    assert done.returncode == 0, f"see what {tmp_path} holds\n{done.stdout}\n{done.stderr[-4000:]}"
    assert "DONE" in done.stderr
