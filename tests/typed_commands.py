"""Commands of ``edocs`` as a clerk types them, run in this process."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from edocs.cli.main import edocs

__all__ = ["code", "run"]


def run(*arguments: str | Path) -> Result:
    """What the command printed and returned; what no command may raise is raised."""
    result = CliRunner().invoke(edocs, [str(argument) for argument in arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result


def code(result: Result) -> int:
    """The exit code."""
    assert isinstance(result.return_value, int)
    return result.return_value
