"""``edocs find``: what the register holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import click
from rich.table import Table
from rich.text import Text

from edocs.errors import UsageError
from edocs.model import (
    Document,
    DocumentKey,
    Entry,
    Exclusion,
    Indicator,
    Query,
    document_type,
    read_day,
    tidy_name,
    type_name,
)
from edocs.registry import Registry
from edocs.reports.as_json import entry_object
from edocs.reports.wording import EXCLUSIONS, INDICATORS, STANDINGS, date_text, number_text

from .console import Console, common_options
from .gaps import show_gaps
from .once import OnceCommand
from .registers import REGISTER_OPTION, open_registry
from .status_names import STATUS_NAMES
from .tables import table_text, terminal_width

_REFUSED = "02"
_LIFE = {"sent_at": "sent", "recalled_at": "recalled", "superseded_by": "replaced"}


@click.command(cls=OnceCommand)
@REGISTER_OPTION
@click.option("--agency", metavar="ID", help="Identifier of the issuing agency.")
@click.option("--number", type=int, help="Number (số).")
@click.option("--symbol", help="Symbol (ký hiệu); letter case matters.")
@click.option("--type", "kind", metavar="TYPE", help="Abbreviation or name (tên loại).")
@click.option("--from", "first", metavar="YYYY-MM-DD", help="Issued on that day or later.")
@click.option("--to", "last", metavar="YYYY-MM-DD", help="Issued on that day or earlier.")
@click.option("--keys", is_flag=True, help="Show keys, which edocs amend needs, in place of how it was signed.")
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
    keys: bool,
    gaps: bool,
    text: tuple[str, ...],
) -> int:
    """Find documents in the register by TEXT in number, subject or agency, and by these options (tra cứu).

    TEXT that is a document's key, also one that it had before a correction, finds that document.
    """
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
            for entry in _found(console, registry, query):
                lived = {name: entry.life.get(name) for name in _LIFE}
                refused = {"refused_by": _refusing(entry)}
                console.emit({"schema": "edocs.entry/1", **entry_object(entry), **lived, **refused})
            return 0
        entries = list(_found(console, registry, query))
    if entries:
        click.echo(table_text(_entries_table(console, entries, has_keys=keys), terminal_width()), nl=False)
    console.say("{count} documents", count=number_text(len(entries), console.lang))
    return 0


def _found(console: Console, registry: Registry, query: Query) -> Iterator[Entry]:
    """What is asked for; a key stands for its document, also one that it had until a correction, if all else holds."""
    try:
        key = DocumentKey.parse(query.text)
    except UsageError:
        return registry.find(query)
    found = registry.entries([key])
    if not found and (now := registry.moved_to(key)):
        console.say("{key} was corrected: the document is {now}", key=key, now=now)
        found = registry.entries([now])
    return (entry for entry in found.values() if _holds(query, entry.document))


def _holds(query: Query, document: Document) -> bool:
    """Whether what is asked for besides the text holds of a document."""
    wanted = (
        (query.agency, document.agency.id),
        (query.number, document.code.number),
        (query.symbol and "".join(query.symbol.split()), document.code.symbol),
        (query.type and document_type(tidy_name(query.type)), document.type),
    )
    first, last = query.issued_from or date.min, query.issued_to or date.max
    return first <= document.issued_on <= last and all(asked in (None, has) for asked, has in wanted)


def _entries_table(console: Console, entries: Sequence[Entry], *, has_keys: bool) -> Table:
    """A line a document. With keys it has no standings: a key is copied into a command, and must stand whole."""
    table = Table()
    first, rest = ("Key", ()) if has_keys else ("Number, symbol", tuple(INDICATORS[one] for one in Indicator))
    table.add_column(Text(console.text(first)), overflow="fold", no_wrap=has_keys)
    for name in ("Date of issue", "Agency", "Type and subject", *rest, "State"):
        table.add_column(Text(console.text(name)), overflow="fold")
    for entry in entries:
        document = entry.document
        subject = f": {document.subject}" if document.subject else ""
        standings = [console.text(STANDINGS[entry.standing(indicator)]) for indicator in Indicator]
        cells = (
            str(document.key) if has_keys else document.code_text,
            date_text(document.issued_on, console.lang),
            document.agency.name,
            f"{type_name(document.type, console.lang)}{subject}",
            *(["–"] * len(standings) if entry.exclusion else standings)[: len(rest)],
            ", ".join(_state(console, entry)),
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _state(console: Console, entry: Entry) -> Iterator[str]:
    """What became of it, in short; `edocs amend history` says it at length."""
    if entry.exclusion is Exclusion.OTHER:  # a word that says nothing alone: the note is in the history
        yield f"{console.text('left out of the figures')}: {console.text(EXCLUSIONS[entry.exclusion])}"
    elif entry.exclusion is not None:
        yield console.text(EXCLUSIONS[entry.exclusion])
    for name, text in _LIFE.items():
        if name in entry.life:
            yield console.text(text)
    if _refusing(entry):
        yield console.text(STATUS_NAMES[_REFUSED])


def _refusing(entry: Entry) -> list[str]:
    """The receivers whose latest status is that they refuse it (từ chối nhận)."""
    return sorted(receiver for receiver, (code, _) in entry.life.get("statuses", {}).items() if code == _REFUSED)
