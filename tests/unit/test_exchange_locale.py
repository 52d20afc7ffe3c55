"""Texts of exchange that stand in variables and helper calls are translated too, with the same placeholders."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

import edocs
import edocs.cli

HOME = Path(edocs.__path__[0])
SOURCES = [
    HOME / "exchange.py",
    *(
        HOME / "_edxml" / f"{name}.py"
        for name in ("attachments", "comparing", "landing", "opening", "outline", "packing")
    ),
    HOME / "_edxml" / "canonical.py",
    HOME / "_edxml" / "manifest.py",
    HOME / "_edxml" / "mime.py",
    HOME / "_edxml" / "notices.py",
    HOME / "_edxml" / "parsing.py",
    HOME / "_edxml" / "reader.py",
    HOME / "_edxml" / "spellings.py",
    Path(edocs.cli.__path__[0]) / "message.py",
]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def templates(path: Path) -> Iterator[str]:
    """Constants with a ``{name}`` in them, and the labels of the rows that ``cli/message.py`` yields."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value and "{" in node.value:
            yield node.value
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            label = node.value.elts[0]
            if path.name == "message.py":
                assert isinstance(label, ast.Constant)
                yield str(label.value)


@cache
def texts() -> dict[str, str]:
    """Of all catalogues."""
    found = {}
    for path in (HOME / "locale" / "vi" / "LC_MESSAGES").glob("*.po"):
        with path.open("rb") as stream:
            found |= {str(one.id): str(one.string) for one in read_po(stream, locale="vi") if one.string}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_template_is_translated(path: Path) -> None:
    known = texts()
    found = set(templates(path))

    assert found
    assert found - set(known) == set()
    assert [text for text in found if placeholders(text) != placeholders(known[text])] == []
