"""``edocs find``: what the register holds."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.table import Table
from rich.text import Text

from edocs.errors import UsageError
from edocs.model import Entry, Indicator, Query, read_day, tidy_name, type_name
from edocs.reports.as_json import entry_object
from edocs.reports.wording import INDICATORS, STANDINGS, date_text, number_text

from .console import Console, common_options
from .gaps import show_gaps
from .once import OnceCommand
from .registers import REGISTER_OPTION, open_registry
from .tables import table_text, terminal_width


@click.command(cls=OnceCommand)
@REGISTER_OPTION
@click.option("--agency", metavar="ID", help="Identifier of the issuing agency.")
@click.option("--number", type=int, help="Number (số).")
@click.option("--symbol", help="Symbol (ký hiệu); letter case matters.")
@click.option("--type", "kind", metavar="TYPE", help="Abbreviation or name (tên loại).")
@click.option("--from", "first", metavar="YYYY-MM-DD", help="Issued on that day or later.")
@click.option("--to", "last", metavar="YYYY-MM-DD", help="Issued on that day or earlier.")
@click.option("--gaps", is_flag=True, help="Instead: the numbers that no document has, by agency and year.")
@click.argument("text", nargs=-1)
@common_options
def find(
    console: Console,
    *,
    register_file: str,
    agency: str | None,
    number: int | None,
    symbol: str | None,
    kind: str | None,
    first: str | None,
    last: str | None,
    gaps: bool,
    text: tuple[str, ...],
) -> int:
    """Find documents in the register by TEXT in number, subject or agency, and by these options (tra cứu)."""
    query = Query(
        agency=tidy_name(agency) if agency else None,
        number=number,
        symbol=tidy_name(symbol) if symbol else None,
        type=kind,
        issued_from=read_day(first).date() if first else None,
        issued_to=read_day(last).date() if last else None,
        text=" ".join(text),
    )
    if gaps and query != Query(agency=query.agency):
        raise UsageError("--gaps goes with --agency alone", hint="a part of a book would seem full of gaps")
    with open_registry(console, register_file, read_only=True) as registry:
        if gaps:
            return show_gaps(console, registry, query)
        if console.json:
            for entry in registry.find(query):
                console.emit({"schema": "edocs.entry/1", **entry_object(entry)})
            return 0
        entries = list(registry.find(query))
    if entries:
        click.echo(table_text(_entries_table(console, entries), terminal_width()), nl=False)
    console.say("{count} documents", count=number_text(len(entries), console.lang))
    return 0


def _entries_table(console: Console, entries: Sequence[Entry]) -> Table:
    table = Table()
    names = ("Number, symbol", "Date of issue", "Agency", "Type and subject", *(INDICATORS[i] for i in Indicator))
    for name in names:
        table.add_column(Text(console.text(name)), overflow="fold")
    for entry in entries:
        document = entry.document
        subject = f": {document.subject}" if document.subject else ""
        standings = [console.text(STANDINGS[entry.standing(indicator)]) for indicator in Indicator]
        cells = (
            document.code_text,
            date_text(document.issued_on, console.lang),
            document.agency.name,
            f"{type_name(document.type, console.lang)}{subject}",
            *(["–"] * len(standings) if entry.exclusion else standings),
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table
