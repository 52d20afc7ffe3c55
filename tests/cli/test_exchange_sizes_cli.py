"""Large messages on the command line: the limit that can be set, the notice of the axis, and word of how far it is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from edxml_fixtures import META, NOW, meta

from edocs.cli import progress
from edocs.cli.console import Console
from edocs.cli.main import _run
from edocs.exchange import pack_file
from edocs.model import OutgoingFile


@pytest.fixture(scope="module")
def message(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("m") / "m.edxml"
    pack_file(meta(), [OutgoingFile(name="a.zip", data=b"PK\x03\x04" + os.urandom(3_000_000))], path, now=NOW)
    return path


@pytest.mark.parametrize(("command", "options"), [("inspect", []), ("unpack", ["-o", "out"])])
def test_a_message_above_the_given_size_is_not_read(
    command: str,
    options: list[str],
    message: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    code = _run([command, str(message), *options, "--max-size", "2", "--lang", "en"])

    assert code == 4
    assert "larger than 2097152 bytes" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == []


def test_what_unpacks_to_more_than_the_given_size_is_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_bytes(os.urandom(1000).hex().encode() * 1500)
    pack_file(meta(), [OutgoingFile(name="a.csv", path=tmp_path / "a.csv")], tmp_path / "m.edxml", now=NOW)

    code = _run(["unpack", str(tmp_path / "m.edxml"), "-o", str(tmp_path / "out"), "--max-size", "2", "--json"])

    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert (code, [fault["rule"] for fault in file["faults"]]) == (1, ["edxml.attachment.limit"])
    assert not (tmp_path / "out").exists()


def test_packing_more_than_the_axis_takes_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "meta.toml").write_text(META, encoding="utf-8")
    with (tmp_path / "a.doc").open("wb") as file:
        file.truncate(40 << 20)

    arguments = ["pack", str(tmp_path / "meta.toml"), str(tmp_path / "a.doc"), "-o", str(tmp_path / "m.edxml")]
    code = _run([*arguments, "--lang", "en"])

    assert code == 0
    assert "edxml.message.size" in capsys.readouterr().out


def test_a_long_reading_tells_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = iter([0.0, 1.0, 1.9, 2.5, 2.5, 3.0, 4.6, 4.6])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(seconds))

    told = progress.spoken_bytes(Console(lang="en"), Path("m.edxml"))
    for _ in range(5):
        told(30_000_000)

    assert capsys.readouterr().err.splitlines() == ["m.edxml: 90 MB read", "m.edxml: 150 MB read"]


@pytest.mark.parametrize(("lang", "size"), [("vi", "3,0 MB"), ("en", "3.0 MB")])
def test_large_files_are_shown_in_megabytes(
    lang: str, size: str, message: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(["inspect", str(message), "--lang", lang])

    assert f"a.zip: {size};" in capsys.readouterr().out
