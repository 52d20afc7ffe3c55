"""What every command shares: its language, its two output streams, its secrets, its exit code.

Results go to standard output; people's text and progress go to standard error. With ``--json`` standard output
carries JSON Lines and nothing else.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from edocs.errors import EdocsError
from edocs.locale import DEFAULT_LANGUAGE, LANGUAGES, translate

from .language import run_language
from .secrets import open_secrets

PATH = click.Path(path_type=Path, readable=False)
"""A file or folder of an argument. What cannot be read is exit 4 with its reason, not click's usage error."""

LANGUAGE_OPTION = click.option("--lang", type=click.Choice(LANGUAGES), help="Language of texts (ngôn ngữ).")
FORCE_OPTION = click.option("--force", is_flag=True, help="Write over an output that exists.")

F = TypeVar("F", bound=Callable[..., Any])

# Of several files the first in this order decides (design: the command line's contract).
EXIT_ORDER = (7, 5, 6, 4, 1, 3, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """The language and the streams of one run."""

    lang: str = DEFAULT_LANGUAGE
    json: bool = False
    quiet: bool = False
    secrets: str = "prompt"

    def text(self, template: str, /, **params: object) -> str:
        """``template`` in the run's language."""
        return translate(template, self.lang, **params)

    def say(self, template: str, /, **params: object) -> None:
        """A line for people, on standard error; silent under ``--quiet``."""
        if not self.quiet:
            click.echo(self.text(template, **params), err=True)

    def tell(self, text: str) -> None:
        """As :meth:`say`, of a text in the run's language already."""
        if not self.quiet:
            click.echo(text, err=True)

    def result(self, text: str) -> None:
        """A result for people: standard output, or standard error when that carries JSON; silent under ``--quiet``."""
        if not self.quiet:
            click.echo(text, err=self.json)

    def emit(self, value: object) -> None:
        """One JSON line on standard output; only under ``--json``."""
        if self.json:
            click.echo(json.dumps(value, ensure_ascii=False))

    def error(self, error: EdocsError, path: object = None) -> None:
        """An error with its hint, on standard error, and as a JSON line under ``--json``."""
        message, hint = error.message(self.lang), error.hint(self.lang)
        where = f"{path}: " if path and str(path) not in message else ""
        click.echo(f"edocs: {where}{message}", err=True)
        if hint:
            click.echo(f"       {self.text('hint')}: {hint}", err=True)
        fault = {"type": type(error).__name__, "message": message, "hint": hint, "exit_code": error.exit_code}
        self.emit({"schema": "edocs.error/1", "path": str(path) if path else None, "error": fault})

    def ask_secret(self, name: str) -> str:
        """The secret called ``name``, from where ``--secrets`` says (a ``SecretsHandler``)."""
        return open_secrets(self.secrets, self.lang)(name)


def drop_output() -> None:
    """Write the rest of standard output nowhere: its reader has gone, as under ``| head``."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - open until the process ends


def worst(codes: Iterable[int]) -> int:
    """The exit code of a run over several files.

    >>> worst([0, 3, 1])
    1
    >>> worst([0, 2])
    2
    """
    seen = set(codes)
    return next((code for code in EXIT_ORDER if code and code in seen), max(seen, default=0))


def common_options(function: F) -> F:
    """``--lang --secrets --json --quiet``; the command gets a :class:`Console` first, and errors end it cleanly."""

    @LANGUAGE_OPTION
    @click.option("--json", "as_json", is_flag=True, help="JSON Lines on standard output.")
    @click.option("--quiet", "-q", is_flag=True, help="No text or progress for people.")
    @click.option(
        "--secrets",
        default="prompt",
        show_default=True,
        metavar="prompt|env:PREFIX|file:PATH",
        help="Where passphrases and PINs come from.",
    )
    @functools.wraps(function)
    def command(lang: str | None, as_json: bool, quiet: bool, secrets: str, **arguments: Any) -> int:
        console = Console(lang=lang or run_language(), json=as_json, quiet=quiet, secrets=secrets)
        try:
            code = function(console, **arguments)
        except EdocsError as error:
            console.error(error)
            return error.exit_code
        return code if isinstance(code, int) else 0

    return command  # type: ignore[return-value]  # functools.wraps keeps the name and the help
