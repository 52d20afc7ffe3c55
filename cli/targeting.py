"""``edocs targets``: a table of targets, and how far the register is from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from edocs.model import Agency, Facet, Query, Share
from edocs.model.targets import Target
from edocs.registry import Registry
from edocs.reports.as_json_comparisons import target_object
from edocs.reports.as_table import Cells
from edocs.reports.comparing_words import level_text, reached_text, target_text
from edocs.reports.comparisons import TargetLine, target_lines
from edocs.reports.figures import RowKind
from edocs.reports.wording import INDICATORS, number_text, percent_text

from .arguments import read_cut_off
from .comparing import month_query, read_target_file
from .console import PATH, Console, common_options
from .once import OnceCommand
from .registers import open_registry
from .tables import cells_table, table_text, terminal_width

_UNITS = (Facet.LEVEL, Facet.AGENCY)


@click.command(cls=OnceCommand)
@click.argument("path", type=PATH, metavar="FILE")
@click.option("--register", "register_file", metavar="FILE|postgresql://…", help="Compare with what is registered.")
@click.option("--from", "first", metavar="YYYY-MM", help="First month of issue; default: the year of each target.")
@click.option("--to", "last", metavar="YYYY-MM", help="Last month of issue; its year is that of the targets.")
@click.option("--at", metavar="TIME", help="Cut-off: count what was recorded up to then. Else the latest event.")
@common_options
def targets(
    console: Console, *, path: Path, register_file: str | None, first: str | None, last: str | None, at: str | None
) -> int:
    """Check a table of targets (chỉ tiêu), and show who reaches them and how many documents are missing."""
    found = read_target_file(path)
    if register_file is None:
        for target in found:
            console.emit({"schema": "edocs.target/1", **_plain(target)})
        if not console.json:
            click.echo(table_text(cells_table(_table(console, found), terminal_width())), nl=False)
        console.say("{count} targets", count=number_text(len(found), console.lang))
        return 0
    query = replace(month_query(first, last), as_of=read_cut_off(console, at))
    with open_registry(console, register_file, read_only=True) as registry:
        agencies = registry.agencies()
        lines = list(_lines(registry, found, query))
    for line in lines:
        agency = agencies.get(line.agency or "")
        name = agency.name if agency else None
        console.emit({"schema": "edocs.target/1", **target_object(line), "agency_name": name})
    if not console.json:
        cells = _compared(console, lines, agencies)
        click.echo(table_text(cells_table(cells, terminal_width())), nl=False)
    reached = sum(line.is_reached is True for line in lines if line.agency is None)
    whole = sum(line.agency is None for line in lines)
    console.say("{reached} of {count} targets reached", reached=reached, count=whole)
    return 0


def _lines(registry: Registry, found: Sequence[Target], query: Query) -> Iterator[TargetLine]:
    """Of each year its own counts; with a period, of its last year alone."""
    is_period = query.issued_from or query.issued_to
    for year in sorted({target.year for target in found}):
        if query.issued_to and query.issued_to.year != year:
            continue
        span = query if is_period else replace(query, issued_from=date(year, 1, 1), issued_to=date(year, 12, 31))
        units = {item.group: item.counts for item in sorted(registry.tally(span, _UNITS), key=lambda item: item.group)}
        for target in (target for target in found if target.year == year):
            yield from target_lines(target, units)


def _plain(target: Target) -> dict[str, object]:
    line = target_object(TargetLine(target=target, agency=None, share=Share(0, 0)))
    return {name: line[name] for name in ("indicator", "level", "year", "percent", "source")}


def _table(console: Console, found: Sequence[Target]) -> Cells:
    head = ("Year", "Indicator", "Level", "Target", "Source")
    rows = [(RowKind.GROUP, (*_words(console, target), target.source or "–")) for target in found]
    return Cells(head=tuple(map(console.text, head)), rows=tuple(rows), names=frozenset({1, 2, 4}))


def _compared(console: Console, lines: Sequence[TargetLine], agencies: Mapping[str, Agency]) -> Cells:
    lang = console.lang
    head = ("Year", "Indicator", "Level", "Target", "Agency", "Signed", "Of", "Share", "Result", "Missing")
    rows = []
    for line in lines:
        agency, share = agencies.get(line.agency or ""), line.share
        cells = (
            *_words(console, line.target),
            agency.name if agency else line.agency or "–",
            *(number_text(count, lang) for count in (share.numerator, share.denominator)),
            percent_text(share, lang),
            reached_text(line.is_reached, lang),
            "–" if line.missing is None else number_text(line.missing, lang),
        )
        rows.append((RowKind.TOTAL if line.agency is None else RowKind.GROUP, cells))
    return Cells(head=tuple(map(console.text, head)), rows=tuple(rows), names=frozenset({1, 2, 4, 8}))


def _words(console: Console, target: Target) -> tuple[str, str, str, str]:
    indicator, level = console.text(INDICATORS[target.indicator]), level_text(target.level, console.lang)
    return str(target.year), indicator, level, target_text(target.percent, console.lang)
