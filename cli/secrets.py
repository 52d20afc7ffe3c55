"""``--secrets prompt|env:PREFIX|file:PATH``: where passphrases and PINs come from. Never the argument list.

Names are asked for as ``passphrase of leader.p12``. For ``env:PREFIX`` the variable is ``PREFIX`` itself, or
``PREFIX_`` with the name upper-cased and everything but letters and digits as ``_``; the longer one wins.
A secrets file holds lines ``name = value``; a line without ``=`` is the secret for every name.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import click

from edocs._files import read_file
from edocs.errors import SecretError, UsageError
from edocs.locale import translate


def open_secrets(source: str, lang: str) -> Callable[[str], str]:
    """A ``SecretsHandler`` for ``source``.

    Raises:
        UsageError: ``source`` is none of the forms.
    """
    kind, _, rest = source.partition(":")
    if source == "prompt":
        return lambda name: _prompt(name, lang)
    if kind == "env" and rest:
        return lambda name: _from_environment(rest, name, lang)
    if kind == "file" and rest:
        return lambda name: _from_file(Path(rest), name, lang)
    raise UsageError("unknown source of secrets: {source}", hint="prompt, env:PREFIX or file:PATH", source=source)


def _prompt(name: str, lang: str) -> str:
    if not sys.stdin.isatty():
        raise SecretError(
            "no terminal to ask for the {name}",
            hint="give --secrets env:PREFIX or --secrets file:PATH",
            name=_label(name, lang),
        )
    return str(click.prompt(_label(name, lang), hide_input=True, err=True))


def _label(name: str, lang: str) -> str:
    """``passphrase of leader.p12`` in the user's language."""
    kind, of, what = name.partition(" of ")
    return translate(f"{kind} of {{what}}", lang, what=what) if of else translate(name, lang)


def _from_environment(prefix: str, name: str, lang: str) -> str:
    own = f"{prefix}_{re.sub(r'[^A-Za-z0-9]+', '_', name).upper()}"
    for variable in (own, prefix):
        if variable in os.environ:
            return os.environ[variable]
    raise SecretError(
        "no {name} in the environment", hint="set {own} or {prefix}", name=_label(name, lang), own=own, prefix=prefix
    )


def _from_file(path: Path, name: str, lang: str) -> str:
    every: str | None = None
    try:
        text = read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise SecretError("not UTF-8 text: {path}", hint="save it as UTF-8", path=path) from exc
    for line in text.splitlines():
        label, equals, value = line.partition("=")
        if equals and label.strip() == name:
            return value.strip()
        if not equals and line.strip() and every is None:
            every = line.strip()
    if every is None:
        raise SecretError(
            "no {what} in {path}", hint="add a line: {name} = …", what=_label(name, lang), name=name, path=path
        )
    return every
