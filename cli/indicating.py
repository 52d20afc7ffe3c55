"""``edocs indicators``: the definitions of indicators, checked and listed, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from edocs._files import read_file
from edocs.model import Facet
from edocs.model.indicator_reading import built_in, read_definitions
from edocs.model.indicators import Definition, definitions_version
from edocs.model.measuring import Measure
from edocs.registry import Registry
from edocs.reports.as_indicators import UNITS, line_name
from edocs.reports.as_table import Cells
from edocs.reports.figures import RowKind
from edocs.reports.wording import FACETS, group_label, number_text, percent_text

from .arguments import read_cut_off
from .comparing import month_query
from .console import PATH, Console, common_options
from .once import OnceCommand
from .registers import open_registry
from .tables import cells_table, table_text, terminal_width

__all__ = ["INDICATORS_OPTION", "indicators", "read_indicator_files"]

INDICATORS_OPTION = click.option(
    "--indicators",
    "indicator_files",
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="Definitions of indicators besides those that edocs has, TOML; repeatable.",
)
_BY = (Facet.LEVEL.value, Facet.AGENCY.value, Facet.MONTH.value)


def read_indicator_files(paths: Sequence[Path]) -> tuple[Definition, ...]:
    """The built-in definitions, then those of ``paths`` in order.

    Raises:
        UnreadableError: A file has none, or an id that is taken; the line is named.
    """
    found = built_in()
    for path in paths:
        found += read_definitions(read_file(path), among=found)
    return found


@click.command(cls=OnceCommand)
@click.argument("paths", nargs=-1, type=PATH, metavar="[FILE...]")
@click.option("--register", "register_file", metavar="FILE|URL", help="Show what they come to.")
@click.option("--from", "first", metavar="YYYY-MM", help="First month of issue.")
@click.option("--to", "last", metavar="YYYY-MM", help="Last month of issue.")
@click.option("--by", multiple=True, type=click.Choice(_BY), help="Group by; repeatable.")
@click.option("--at", metavar="TIME", help="Cut-off: count what was recorded up to then. Else the latest event.")
@common_options
def indicators(console: Console, *, paths: Sequence[Path], register_file: str | None, **options: Any) -> int:
    """List the indicators, check definitions of your own, and show what they come to (chỉ số).

    A FILE adds definitions to those that edocs has; docs/indicators.md says how they are written.
    """
    found = read_indicator_files(paths)
    if register_file is None:
        _list(console, found)
    else:
        with open_registry(console, register_file, read_only=True) as registry:
            _measure(console, registry, found, options)
    console.say("{count} indicators, {version}", count=len(found), version=definitions_version(found))
    return 0


def _list(console: Console, found: Sequence[Definition]) -> None:
    for definition in found:
        console.emit({"schema": "edocs.indicator/1", **definition.as_dict()})
    if console.json:
        return
    rows = []
    for one in found:
        unit, name = console.text(UNITS[one.unit]), one.name[console.lang]
        rows.append((RowKind.GROUP, (one.id, name, unit, one.text[console.lang], one.source[console.lang])))
    head = tuple(map(console.text, ("Id", "Indicator", "Counted", "Definition", "Source")))
    _print(Cells(head=head, rows=tuple(rows), names=frozenset(range(5))))


def _measure(console: Console, registry: Registry, found: Sequence[Definition], options: dict[str, Any]) -> None:
    query = month_query(options["first"], options["last"])
    query = replace(query, as_of=read_cut_off(console, options["at"]))
    by, lang = tuple(map(Facet, options["by"])), console.lang
    agencies = registry.agencies()
    rows: list[tuple[RowKind, tuple[str, ...]]] = []
    for definition in found:
        for variant in definition.variants:
            measures = registry.measure(definition, query, by, variant)
            for group, measure in (measures or {("",) * len(by): Measure()}).items():
                values = {facet.value: value for facet, value in zip(by, group, strict=True)}
                console.emit(
                    {
                        "schema": "edocs.measure/1",
                        "id": definition.id,
                        "variant": variant.value,
                        **values,
                        **_counts(measure),
                    }
                )
                labels = [
                    group_label(facet, value, agencies, lang) if value else "–"
                    for facet, value in zip(by, group, strict=True)
                ]
                name = line_name(definition, variant, lang)
                rows.append((RowKind.GROUP, (definition.id, name, *labels, *_figures(definition, measure, console))))
    if not console.json:
        head = ("Id", "Indicator", *(FACETS[facet] for facet in by), "Counted", "Number", "Of", "Share", "At most")
        names = frozenset(range(3 + len(by)))
        _print(Cells(head=tuple(map(console.text, head)), rows=tuple(rows), names=names))


def _figures(definition: Definition, measure: Measure, console: Console) -> tuple[str, ...]:
    lang = console.lang
    counts = (number_text(count, lang) for count in (measure.valid, measure.denominator))
    most = "–" if measure.is_decided else percent_text(measure.greatest, lang)
    return (console.text(UNITS[definition.unit]), *counts, percent_text(measure.share, lang), most)


def _counts(measure: Measure) -> dict[str, object]:
    names = ("valid", "invalid", "indeterminate", "not_checked", "denominator")
    return {name: getattr(measure, name) for name in names}


def _print(cells: Cells) -> None:
    click.echo(table_text(cells_table(cells, terminal_width())), nl=False)
