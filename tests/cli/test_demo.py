"""``edocs demo`` from end to end, and what it does to a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from edocs.cli.demo_folder import demo_folder
from edocs.cli.main import COMMANDS
from edocs.errors import UsageError
from edocs.model import Indicator, LegalEffect, Secrecy, Verdict
from edocs.testing import plan_documents, planned_standing
from edocs.verify import load_trust, verify_pdf

_COUNT = 60


pytestmark = pytest.mark.timeout(300)  # a busy machine is slow, not wrong


def _demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edocs.cli", "demo", *arguments]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False, timeout=280)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """One demo, and the folder it left."""
    folder = tmp_path_factory.mktemp("demo") / "here"
    return folder, _demo(str(folder), "--count", str(_COUNT), "--json", "--lang", "vi")


def test_every_command_of_the_demo_ends_as_it_should(done) -> None:
    _, process = done

    lines = [json.loads(line) for line in process.stdout.splitlines()]

    assert [line["command"] for line in lines if line["exit_code"] != line["expected"]] == []
    assert process.returncode == 0, process.stderr
    shown = {line["command"][1] for line in lines if line["command"][0] == "edocs"}
    # Extending needs a timestamping authority, copies and statuses another agency; a trust store is the user's own.
    # What more a register can do has its own guide, and tests of its own.
    register = {"agencies", "amend", "backup", "export", "figures", "indicators", "targets"}
    working = set(COMMANDS) - {"demo", "extend", "copy", "status", "trust"} - register
    assert shown == working


def test_refusals_of_the_demo_are_real_ones(done) -> None:
    _, process = done

    lines = [json.loads(line) for line in process.stdout.splitlines()]

    refused = [(line["command"][1], line["exit_code"]) for line in lines if line["exit_code"]]
    # forged, one bit turned over, no anchors, expired certificate, another letter in the message
    expected = [("verify", 1), ("verify", 1), ("verify", 3), ("sign", 6), ("unpack", 1)]
    assert expected == [item for item in refused if item[0] != "audit"]


def test_demo_speaks_vietnamese_throughout(done) -> None:
    _, process = done

    assert "Người có thẩm quyền ký duyệt" in process.stderr
    assert "as it should be" not in process.stderr
    assert "VALID (TOTAL_PASSED)" not in process.stderr


def test_issued_letter_has_the_value_of_an_original(done) -> None:
    folder, _ = done
    trust = load_trust([folder / "pki" / part for part in ("roots", "intermediates", "crl")])

    report = verify_pdf(folder / "letter.issued.pdf", trust)

    assert (report.verdict, report.legal_effect) == (Verdict.TOTAL_PASSED, LegalEffect.ORIGINAL)


def test_forged_letter_keeps_the_issued_one_whole(done) -> None:
    folder, _ = done

    issued, forged = ((folder / f"letter.{kind}.pdf").read_bytes() for kind in ("issued", "forged"))

    assert forged.startswith(issued)
    assert len(forged) > len(issued)


def test_figures_of_the_report_are_those_of_the_plan(done) -> None:
    """Counted here from the signing cases, without the demo's own comparison."""
    folder, _ = done
    plan = plan_documents(count=_COUNT)
    counted = [planned for planned in plan if planned.secrecy is Secrecy.NONE]
    buckets = {
        indicator: Counter(planned_standing(planned.case, indicator).value for planned in counted)
        for indicator in Indicator
    }

    total = json.loads((folder / "report.json").read_bytes())["total"]

    assert (total["documents"], total["base"]) == (len(plan), len(counted))
    for indicator in Indicator:
        found = total["indicators"][indicator.value]
        assert {standing: found[standing] for standing in buckets[indicator]} == buckets[indicator]
        assert found["percent"] == pytest.approx(100 * buckets[indicator]["valid"] / len(counted), abs=0.005)


def test_report_page_is_written_and_fetches_nothing(done) -> None:
    folder, _ = done

    page = (folder / "report.html").read_text(encoding="utf-8")

    assert "<svg" in page
    assert 'src="http' not in page and 'href="http' not in page


def test_message_gave_back_what_was_packed_and_not_what_was_changed(done) -> None:
    folder, _ = done

    assert (folder / "received/letter.issued.pdf").read_bytes() == (folder / "letter.issued.pdf").read_bytes()
    assert not (folder / "refused/letter.issued.pdf").exists()


def test_folder_with_foreign_files_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_text("mine", encoding="utf-8")

    process = _demo(str(tmp_path))

    assert process.returncode == 2
    assert "letter.pdf" in process.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.pdf"]
    assert (tmp_path / "letter.pdf").read_text(encoding="utf-8") == "mine"


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine", encoding="utf-8")

    assert _demo(str(tmp_path / "demo")).returncode == 2


def test_second_demo_starts_from_an_empty_folder(tmp_path: Path) -> None:
    with demo_folder(tmp_path / "demo", keep=False):
        _write(tmp_path / "demo", "register.db", "pki/keys/leader.key.pem")

    with demo_folder(tmp_path / "demo", keep=False):
        left = _names(tmp_path / "demo")

    assert left == []


def test_kept_keys_stay_and_the_rest_goes(tmp_path: Path) -> None:
    with demo_folder(tmp_path / "demo", keep=False):
        _write(tmp_path / "demo", "register.db", "pki/keys/leader.key.pem")

    with demo_folder(tmp_path / "demo", keep=True):
        left = _names(tmp_path / "demo")

    assert left == ["pki/keys/leader.key.pem"]


def test_file_added_to_a_demo_is_never_removed(tmp_path: Path) -> None:
    with demo_folder(tmp_path / "demo", keep=False):
        _write(tmp_path / "demo", "register.db")
    _write(tmp_path / "demo", "documents/mine.pdf")

    with pytest.raises(UsageError, match=r"mine\.pdf"), demo_folder(tmp_path / "demo", keep=False):
        pass

    assert _names(tmp_path / "demo") == ["documents/mine.pdf", "register.db"]


def test_demo_that_broke_off_can_be_repeated(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), demo_folder(tmp_path / "demo", keep=False):
        _write(tmp_path / "demo", "letter.pdf")
        raise KeyboardInterrupt

    with demo_folder(tmp_path / "demo", keep=False):
        left = _names(tmp_path / "demo")

    assert left == []


@pytest.mark.parametrize(
    "text", ["", "[]", '{"schema": "other/1", "files": ["letter.pdf"]}', '{"files": ["letter.pdf"]}']
)
def test_list_that_no_demo_wrote_gives_leave_to_remove_nothing(tmp_path: Path, text: str) -> None:
    _write(tmp_path, "letter.pdf")
    (tmp_path / ".edocs-demo.json").write_text(text, encoding="utf-8")

    with pytest.raises(UsageError), demo_folder(tmp_path, keep=False):
        pass

    assert (tmp_path / "letter.pdf").exists()


def _write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")


def _names(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if name != ".edocs-demo.json")
