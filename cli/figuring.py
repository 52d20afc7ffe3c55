"""``edocs figures``: figures that other systems count, into the register and out of it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from edocs._files import read_file
from edocs.errors import UnreadableError, UsageError
from edocs.model import HANOI, Share, read_agencies
from edocs.model.figure_reading import Expected
from edocs.model.figures import Figure, count_news
from edocs.reports.as_table import Cells
from edocs.reports.figures import RowKind
from edocs.reports.wording import month_text, number_text, percent_text
from edocs.tables.figure_table import read_figure_file

from .arguments import read_cut_off, user_name
from .comparing import month_query
from .console import PATH, Console, common_options
from .indicating import INDICATORS_OPTION, read_indicator_files
from .once import OnceCommand
from .registers import REGISTER_OPTION, known_agencies, open_registry
from .tables import cells_table, table_text, terminal_width

_SHOWN = 20


@click.command(cls=OnceCommand)
@click.argument("action", type=click.Choice(("import", "show")), metavar="import|show")
@click.argument("paths", nargs=-1, type=PATH, metavar="[TABLE]")
@REGISTER_OPTION
@INDICATORS_OPTION
@click.option(
    "--agencies", type=PATH, metavar="CSV", help="import: agencies that lines name by id alone: id,name,level."
)
@click.option("--dry-run", is_flag=True, help="import: say what would be entered, and write nothing.")
@click.option("--who", default="", metavar="NAME", help="import: who enters them, for the log; else the user's name.")
@click.option("--from", "first", metavar="YYYY-MM", help="show: first month.")
@click.option("--to", "last", metavar="YYYY-MM", help="show: last month.")
@click.option("--at", metavar="TIME", help="show: what was recorded up to then.")
@common_options
def figures(console: Console, *, action: str, paths: Sequence[Path], register_file: str, **options: Any) -> int:
    """Import figures that other systems count, and show them (số liệu nhập).

    import TABLE (CSV, XLSX, JSON): numerator and denominator of an indicator, by agency and month; no percentages. With
    one bad line nothing is entered. show: of each indicator, agency and month the latest.
    """
    if action == "import":
        if len(paths) != 1 or options["first"] or options["last"] or options["at"]:
            raise UsageError("figures import takes one TABLE", hint="--from, --to and --at go with show")
        return _import(console, paths[0], register_file, options)
    if paths or options["dry_run"] or options["who"] or options["agencies"] or options["indicator_files"]:
        raise UsageError("figures show takes no TABLE", hint="--from, --to and --at alone")
    query = month_query(options["first"], options["last"])
    query = replace(query, as_of=read_cut_off(console, options["at"]))
    with open_registry(console, register_file, read_only=True) as registry:
        found = registry.figures(query)
    _show(console, found)
    console.say("{count} figures", count=number_text(len(found), console.lang))
    return 0


def _import(console: Console, path: Path, register_file: str, options: dict[str, Any]) -> int:
    definitions, now = read_indicator_files(options["indicator_files"]), datetime.now(HANOI)
    listed = read_agencies(read_file(options["agencies"])) if options["agencies"] else {}
    read_file(path)  # before the register is made: a file that is not there enters nothing
    with open_registry(console, register_file, read_only=options["dry_run"]) as registry:
        expected = Expected(definitions=definitions, agencies={**known_agencies(registry), **listed}, now=now)
        table = read_figure_file(path, expected)
        for fault in table.faults[:_SHOWN]:
            console.error(fault.failure, f"{path}:{fault.line}")
        if table.faults:
            console.say("{count} lines cannot be taken: nothing is entered", count=len(table.faults))
            return UnreadableError.exit_code
        if options["dry_run"]:
            news = count_news(table.figures, registry.figures())
        else:
            news = registry.import_figures(table, who=options["who"] or user_name(), now=now)
    counts = {"count": len(table.figures), "new": news, "unchanged": len(table.figures) - news}
    console.emit({"schema": "edocs.figures_import/1", "dry_run": options["dry_run"], "sha256": table.sha256, **counts})
    console.say(
        "{count} figures: {new} would be entered, {unchanged} unchanged"
        if options["dry_run"]
        else "{count} figures: {new} entered, {unchanged} unchanged",
        **{name: number_text(count, console.lang) for name, count in counts.items()},
    )
    return 0


def _show(console: Console, found: Sequence[Figure]) -> None:
    lang = console.lang
    rows = []
    for one in found:
        console.emit(
            {
                "schema": "edocs.figure/1",
                **{name: getattr(one, name) for name in ("indicator", "agency", "agency_name", "level", "month")},
                **{name: getattr(one, name) for name in ("numerator", "denominator", "note")},
            }
        )
        counts = (number_text(count, lang) for count in (one.numerator, one.denominator))
        share = percent_text(Share(one.numerator, one.denominator), lang)
        cells = (
            one.indicator,
            one.agency,
            one.agency_name,
            month_text(one.month, lang),
            *counts,
            share,
            one.note or "–",
        )
        rows.append((RowKind.GROUP, cells))
    if not console.json:
        head = ("Indicator", "Identifier", "Agency", "Month", "Number", "Of", "Share", "Note")
        cells_ = Cells(head=tuple(map(console.text, head)), rows=tuple(rows), names=frozenset({0, 1, 2, 3, 7}))
        click.echo(table_text(cells_table(cells_, terminal_width())), nl=False)
