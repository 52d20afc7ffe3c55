"""``edocs find`` and ``edocs report``: what the register holds, and the signed shares that follow from it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
from rich.console import Console as RichConsole
from rich.table import Table
from rich.text import Text

from edocs._files import write_file
from edocs.errors import UsageError
from edocs.model import Entry, Facet, Indicator, Query, read_day, tidy_name, type_name
from edocs.registry import Registry
from edocs.reports.as_csv import report_csv
from edocs.reports.as_html import report_html
from edocs.reports.as_json import entry_object, report_json, report_object
from edocs.reports.as_table import Cells, section_cells
from edocs.reports.figures import Report, RowKind
from edocs.reports.wording import INDICATORS, STANDINGS, date_text, number_text, period_text, time_text

from .arguments import read_time
from .console import PATH, Console, common_options
from .once import OnceCommand

_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})")
_WIDE = 220  # where no terminal says how wide it is, nothing is folded
_NAME = 20  # the least room for a name
_PAGE: tuple[tuple[Facet, ...], ...] = ((Facet.LEVEL,), (Facet.MONTH,), (Facet.LEVEL, Facet.AGENCY), (Facet.TYPE,))
_FLAT: tuple[tuple[Facet, ...], ...] = ((Facet.LEVEL, Facet.AGENCY),)


@click.command(cls=OnceCommand)
@click.option("--register", "register_file", required=True, type=PATH, metavar="FILE")
@click.option("--agency", metavar="ID", help="Identifier of the issuing agency.")
@click.option("--number", type=int, help="Number (số).")
@click.option("--symbol", help="Symbol (ký hiệu); letter case matters.")
@click.option("--type", "kind", metavar="TYPE", help="Abbreviation or name (tên loại).")
@click.option("--from", "first", metavar="YYYY-MM-DD", help="Issued on that day or later.")
@click.option("--to", "last", metavar="YYYY-MM-DD", help="Issued on that day or earlier.")
@click.argument("text", nargs=-1)
@common_options
def find(
    console: Console,
    *,
    register_file: Path,
    agency: str | None,
    number: int | None,
    symbol: str | None,
    kind: str | None,
    first: str | None,
    last: str | None,
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
    with Registry.open(register_file, read_only=True) as registry:
        if console.json:
            for entry in registry.find(query):
                console.emit({"schema": "edocs.entry/1", **entry_object(entry)})
            return 0
        entries = list(registry.find(query))
    if entries:
        click.echo(_table_text(_entries_table(console, entries), _terminal_width()), nl=False)
    console.say("{count} documents", count=number_text(len(entries), console.lang))
    return 0


@click.command(cls=OnceCommand)
@click.option("--register", "register_file", required=True, type=PATH, metavar="FILE")
@click.option("--from", "first", metavar="YYYY-MM", help="First month of issue.")
@click.option("--to", "last", metavar="YYYY-MM", help="Last month of issue.")
@click.option("--by", multiple=True, type=click.Choice([facet.value for facet in Facet]), help="Group by; repeatable.")
@click.option("--at", metavar="TIME", help="Cut-off: count what was recorded up to then. Else the latest event.")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json", "html"]), default="table", show_default=True
)
@click.option("--output", "-o", type=PATH, metavar="OUT", help="File to write; else stdout.")
@common_options
def report(
    console: Console,
    *,
    register_file: Path,
    first: str | None,
    last: str | None,
    by: tuple[str, ...],
    at: str | None,
    form: str,
    output: Path | None,
) -> int:
    """Signed share of issued documents: by the person, by the agency, by both in order (tỷ lệ ký số).

    Numerator and denominator stand beside every percentage. Same events, same bytes.
    """
    query = Query(
        issued_from=_month(first).replace(day=1) if first else None,
        issued_to=_last_day(_month(last)) if last else None,
        as_of=read_time(console, at) if at else None,
    )
    if query.issued_from and query.issued_to and query.issued_from > query.issued_to:
        raise UsageError("the period ends before it begins", hint="--from is the earlier month")
    if console.json and form == "table":
        form = "json"
    with Registry.open(register_file, read_only=True) as registry:
        found = registry.report(query, _sections(tuple(Facet(name) for name in by), form))
    if console.json and form == "json" and output is None:
        console.emit(report_object(found, console.lang))
        return 0
    if form == "table" and output is None:
        _print_report(console, found)
        return 0
    data = _rendered(found, form, console.lang)
    if output is None:
        click.echo(data, nl=False)
    else:
        write_file(output, data, inputs=(register_file,))
        console.say("written: {path}", path=output)
    return 0


def _sections(by: tuple[Facet, ...], form: str) -> tuple[tuple[Facet, ...], ...]:
    """A page has its usual sections and what is asked for besides; a table what is asked for alone."""
    if form == "html":
        return _PAGE if not by or by in _PAGE else (*_PAGE, by)
    if by:
        return (by,)
    return _PAGE if form == "json" else _FLAT


def _rendered(found: Report, form: str, lang: str) -> bytes:
    if form == "csv":
        return report_csv(found, lang)
    if form == "json":
        return report_json(found, lang)
    if form == "html":
        return report_html(found, lang)
    return "".join(_table_text(table) for table in _tables(found, lang, _WIDE)).encode()


def _print_report(console: Console, found: Report) -> None:
    lang = console.lang
    period, cut_off = period_text(found, lang), time_text(found.cut_off, lang)
    console.say("Period: {period}; cut-off: {cut_off}", period=period, cut_off=cut_off)
    for table in _tables(found, lang, _terminal_width()):
        click.echo(_table_text(table), nl=False)
    console.say(
        "{events} events, SHA-256 {digest}", events=number_text(found.extent.events, lang), digest=found.extent.sha256
    )


def _tables(found: Report, lang: str, width: int) -> Sequence[Table]:
    return [_table(section_cells(section, found, lang), width) for section in found.sections]


def _table(cells: Cells, width: int) -> Table:
    """Columns of figures as wide as their figures, whatever the terminal: a number that is cut is another number."""
    longest = [max(len(row[place]) for _, row in cells.rows) for place in range(len(cells.head))]
    figures = [max(wide, *map(len, name.split())) for wide, name in zip(longest[1:], cells.head[1:], strict=True)]
    room = width - sum(figures) - 3 * len(cells.head) - 1
    table = Table()
    table.add_column(Text(cells.head[0]), width=max(_NAME, min(room, longest[0])), overflow="fold")
    for name, wide in zip(cells.head[1:], figures, strict=True):
        table.add_column(Text(name), width=wide, justify="right")
    for kind, row in cells.rows:
        style = None if kind is RowKind.GROUP else "bold"
        table.add_row(*(Text(cell) for cell in row), style=style, end_section=kind is RowKind.SUBTOTAL)
    return table


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


def _terminal_width() -> int:
    terminal = RichConsole()
    return terminal.width if terminal.is_terminal else _WIDE


def _table_text(table: Table, width: int = 10 * _WIDE) -> str:
    quiet = RichConsole(width=width, color_system=None, force_terminal=False, legacy_windows=False)
    with quiet.capture() as capture:
        quiet.print(table)
    return capture.get()


def _month(text: str) -> date:
    found = _MONTH.fullmatch(text)
    if not found or not 1 <= int(found["month"]) <= 12 or not int(found["year"]):
        raise UsageError("not a month: {text}", hint="YYYY-MM", text=text)
    return date(int(found["year"]), int(found["month"]), 1)


def _last_day(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
