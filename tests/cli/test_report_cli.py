"""``edocs report``: what it says beside the report, and where it refuses to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from register_samples import NOW, issued, make_document

from edocs.cli.main import edocs
from edocs.registry import Registry


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(edocs, [str(argument) for argument in arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result


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
