"""The language of the command line itself: help, and what click says of wrong arguments.

Ngôn ngữ của dòng lệnh. ``--lang`` may stand before or behind the command's name; without it ``EDOCS_LANG`` and the
locale decide. Texts of edocs are translated as everywhere; click's own come from the catalogue ``click`` by gettext.
"""

from __future__ import annotations

import copy
import gettext
import inspect
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import click

import edocs.locale
from edocs.locale import LANGUAGES, language_of, translate

__all__ = ["asked_language", "localized", "run_language", "speaking"]

_NUMBERS = ((click.types.IntParamType, "N", "whole number"), (click.types.FloatParamType, "X", "number"))
"""What click calls INTEGER RANGE."""
_CATALOGUES = os.path.dirname(edocs.locale.__file__)  # noqa: PTH120 - gettext wants text


def asked_language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language of a run, known before its arguments are parsed: they may be wrong.

    >>> asked_language(["--lang", "vi", "verify", "x.pdf"], {"LANG": "C"})
    'vi'
    """
    asked = ""
    for index, argument in enumerate(arguments):
        if argument == "--":
            break
        name, _, value = argument.partition("=")
        if name == "--lang":
            asked = value or "".join(arguments[index + 1 : index + 2])
    return asked if asked in LANGUAGES else language_of(environment)


def run_language() -> str:
    """The language of the command that is being run."""
    context = click.get_current_context(silent=True)
    return (context.find_object(str) if context else None) or language_of(os.environ)


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Have click speak ``lang`` in the block."""
    before, domain = os.environ.get("LANGUAGE"), gettext.textdomain()
    gettext.bindtextdomain("click", _CATALOGUES)
    gettext.textdomain("click")
    os.environ["LANGUAGE"] = lang
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before


def localized(command: click.Command, lang: str) -> click.Command:
    """``command`` with its help in ``lang``; the command itself stays as it is."""
    shown = copy.copy(command)
    shown.help = _text(command.help, lang)
    shown.params = [_parameter(item, lang) for item in command.params]
    return shown


def _parameter(parameter: click.Parameter, lang: str) -> click.Parameter:
    if not isinstance(parameter, click.Option):
        return parameter
    shown = copy.copy(parameter)
    shown.help = _text(parameter.help, lang)
    for kind, metavar, name in _NUMBERS:
        if isinstance(parameter.type, kind):
            shown.metavar = parameter.metavar or metavar
            shown.type = copy.copy(parameter.type)
            shown.type.name = translate(name, lang)
    return shown


def _text(text: str | None, lang: str) -> str | None:
    return translate(inspect.cleandoc(text), lang) if text else text
