"""The tables of dialects in ``docs/edxml.md`` are those of the code, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from edocs._edxml import dialects

PAGE = Path(__file__).parents[2] / "docs" / "edxml.md"


def rows() -> Iterator[str]:
    """Every rule as a row of the page."""
    for key, who in dialects.DIALECTS.items():
        yield f"| `{key}` | {who} |"
    for root in dialects.ROOTS:
        yield f"| `{root.dialect}` | root `{root.name}` | `edXML`, or its envelope | `edxml.root.spelling` |"
    for space in dialects.SPACES:
        uri = f"`{space.uri}`" if space.uri else "no namespace"
        yield f"| `{space.dialect}` | {uri} | the namespace of edXML | `edxml.element.namespace` |"
    for name in dialects.SPELLINGS:
        place = f" in `{name.inside}`" if name.inside else ""
        yield f"| `{name.dialect}` | `{name.found}`{place} | `{name.meant}` | `edxml.element.spelling` |"
    for leaf in dialects.LEAVES:
        yield f"| `{leaf.dialect}` | text in `{leaf.name}` | `{leaf.name}/{leaf.child}` | `edxml.element.leaf` |"
    for move in dialects.MOVES:
        listed = ", and its own line in the list" if move.listed else ""
        found, meant = f"{move.parent}/{move.path}", f"{move.parent}/{move.to}"
        yield f"| `{move.dialect}` | `{found}` | `{meant}`{listed} | `edxml.element.place` |"
    for value in dialects.VALUES:
        names = ", ".join(f"`{name}`" for name in value.names)
        meant = meaning(value)
        yield f"| `{value.dialect}` | {names}: `{value.example}` | `{meant}` | `edxml.value.spelling` |"
    for nothing in dialects.NOTHING:
        yield f"| `{nothing.dialect}` | the text `{nothing.text}` | absent | `edxml.value.nothing` |"
    for prefix in dialects.PREFIXES:
        yield f"| `{prefix.dialect}` | `{prefix.prefix}:` undeclared | `{prefix.uri}` | `edxml.xml.prefix` |"


def meaning(value: dialects.Value) -> str:
    from edocs._edxml.notices import Notices
    from edocs._edxml.spellings import plain_text

    return plain_text(value.names[0], value.example, "", Notices())


def test_the_page_has_exactly_the_rules_of_the_tables() -> None:
    page = PAGE.read_text(encoding="utf-8").splitlines()
    expected = [*rows()]
    section = page[page.index("## Dialects · biến thể") :]
    found = [line for line in section if line.startswith("| `")][: len(expected)]

    assert found == expected
