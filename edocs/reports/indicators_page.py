"""The list in ``docs/indicators.md``, out of the definitions: ``python -m edocs.reports.indicators_page``.

Danh mục chỉ số.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from edocs.model.indicator_reading import built_in
from edocs.model.indicators import Condition, Definition

__all__ = ["BEGIN", "END", "indicators_page"]

BEGIN, END = "<!-- indicators: begin -->", "<!-- indicators: end -->"


def indicators_page(definitions: Sequence[Definition] | None = None) -> str:
    """The list, Markdown: each indicator with its words in both languages and all that it is counted by."""
    return "\n".join(_lines(built_in() if definitions is None else definitions))


def _lines(definitions: Sequence[Definition]) -> Iterator[str]:
    yield f"{BEGIN}\n"
    for definition in definitions:
        yield f"#### `{definition.id}` · {definition.name['en']} · {definition.name['vi']}\n"
        yield f"- en: {definition.text['en']}"
        yield f"- vi: {definition.text['vi']}"
        yield f"- unit: {definition.unit.value}; source: {definition.source['en']}"
        yield from _counted(definition)
        yield ""
    yield END


def _counted(definition: Definition) -> Iterator[str]:
    if definition.denominator is not None:
        excluded = _said(definition.denominator, ("exclusion",))
        rest = [name for name in definition.denominator.asked if name != "exclusion"]
        of = f"; {_said(definition.denominator, rest)}" if rest else ""
        yield f"- denominator: {excluded}{of}"
        yield f"- numerator, verified: the denominator and {_said(definition.condition(definition.variants[0]))}"
    if definition.attempted is not None:
        yield f"- numerator, attempted: the denominator and {_said(definition.attempted)}"
    if definition.is_imported:
        where = "imported figures"
        if definition.known is not None:
            where = f"the register where a document of the agency's month has {_said(definition.known)}; else {where}"
        yield f"- counted from: {where}"
    if definition.is_stock:
        yield "- of several months: the latest of each agency, not their sum"


def _said(condition: Condition, names: Sequence[str] | None = None) -> str:
    values = condition.as_dict()
    return ", ".join(f"`{name}` = {_values(values[name])}" for name in (condition.asked if names is None else names))


def _values(value: object) -> str:
    return " | ".join(map(str, value)) if isinstance(value, list) else "true"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(indicators_page() + "\n")
