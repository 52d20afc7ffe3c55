"""Every text for people has a Vietnamese translation with the same placeholders, and the compiled files are current."""

from __future__ import annotations

import ast
import gettext
import importlib
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import edocs
import edocs.cli
from edocs import errors
from edocs.model.rules import RULES

CATALOGUES = Path(edocs.__path__[0]) / "locale" / "vi" / "LC_MESSAGES"
SOURCES = {
    str(path.relative_to(root.parent)): path
    for root in (Path(edocs.__path__[0]), Path(edocs.cli.__path__[0]))
    for path in sorted(root.rglob("*.py"))
}
# Which arguments of a call are templates: how many of the first positional ones, and which keywords.
ERRORS = {name for name in errors.__all__ if name.endswith("Error")}
CALLS: dict[str, tuple[int, tuple[str, ...]]] = {
    **dict.fromkeys(ERRORS, (1, ("hint",))),
    **dict.fromkeys(("say", "text", "translate", "heading", "explain", "finding", "_finding"), (1, ())),
    "_fault": (1, ()),
    "_kept_out": (2, ()),
    "fault_at": (1, ("hint",)),
    "Reason": (0, ("message", "hint")),
    "Check": (0, ("note", "hint")),
}
# Tables whose values are shown in the run's language.
TABLES = [
    "edocs._edxml.secrecy._WHY",
    "edocs.cli.auditing._ROLES",
    "edocs.cli.demo._CASES",
    "edocs.cli.demo._RESULTS",
    "edocs.cli.doctor._AREAS",
    "edocs.cli.trusting._KINDS",
    "edocs.reports.as_indicators.UNITS",
    "edocs.cli.status_names.STATUS_NAMES",
    "edocs.importing.MEANINGS",
    *(
        f"edocs.cli.message.{name}"
        for name in (
            "_KINDS",
            "_SIGNATURES",
            "_STEERING",
            "_FILE_KINDS",
            "_PRIORITIES",
            "_BUSINESS",
            "_COMPARISONS",
            "_EFFECTS",
        )
    ),
    *(f"edocs.cli.verdicts.{name}" for name in ("VERDICTS", "ROLES", "CHANGES", "REVOCATION", "EFFECTS")),
]


@cache
def translations() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(CATALOGUES.glob("*.po")):
        with path.open("rb") as stream:
            for message in read_po(stream, locale="vi"):
                if message.id and message.string and not message.fuzzy:
                    found[str(message.id)] = str(message.string)
    return found


def constants(node: ast.expr | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)


def templates(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        positional, keywords = CALLS.get(name, (0, ()))
        for argument in node.args[:positional]:
            yield from ((node.lineno, text) for text in constants(argument))
        for keyword in node.keywords:
            if keyword.arg in keywords:
                yield from ((node.lineno, text) for text in constants(keyword.value))


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def fault(template: str) -> str:
    vietnamese = translations().get(template)
    if vietnamese is None:
        return "not translated"
    if placeholders(vietnamese) != placeholders(template):
        return f"placeholders differ: {vietnamese}"
    return ""


def test_the_walk_finds_templates() -> None:
    found = {text for path in SOURCES.values() for _, text in templates(path.read_text(encoding="utf-8"))}

    assert {"file not found: {path}", "check the name", "no such engine: {uri}"} <= found


@pytest.mark.parametrize("name", SOURCES)
def test_every_text_is_translated(name: str) -> None:
    found = templates(SOURCES[name].read_text(encoding="utf-8"))

    assert [f"{line}: {text!r}: {why}" for line, text in found if (why := fault(text))] == []


def test_every_rule_is_translated() -> None:
    texts = [text for rule in RULES.values() for text in (rule.message, rule.hint) if text]

    assert [f"{text!r}: {why}" for text in texts if (why := fault(text))] == []


@pytest.mark.parametrize("table", TABLES)
def test_every_word_of_a_table_is_translated(table: str) -> None:
    module, _, name = table.rpartition(".")
    texts = getattr(importlib.import_module(module), name).values()

    assert [f"{text!r}: {why}" for text in texts if (why := fault(text))] == []


def test_a_text_has_one_translation_in_all_catalogues() -> None:
    """Catalogues are chained: a second translation would hide the first without a word."""
    seen: dict[str, set[str]] = {}
    for path in CATALOGUES.glob("*.po"):
        with path.open("rb") as stream:
            for message in read_po(stream, locale="vi"):
                if message.id:
                    seen.setdefault(str(message.id), set()).add(str(message.string))

    assert {text: found for text, found in seen.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", sorted(CATALOGUES.glob("*.po")), ids=lambda path: path.stem)
def test_the_compiled_catalogue_is_that_of_its_source(path: Path) -> None:
    with path.open("rb") as stream:
        compiled = io.BytesIO()
        write_mo(compiled, read_po(stream, locale="vi"))
    compiled.seek(0)
    expected = gettext.GNUTranslations(compiled)

    with path.with_suffix(".mo").open("rb") as stream:
        actual = gettext.GNUTranslations(stream)

    assert vars(actual)["_catalog"].keys() == vars(expected)["_catalog"].keys()
    assert all(actual.gettext(text) == expected.gettext(text) for text in vars(expected)["_catalog"] if text)
