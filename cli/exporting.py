"""``edocs export``: the documents of a register as Parquet, for programs that read columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import click

from edocs._files import open_output_folder
from edocs.model import Entry, tidy_name
from edocs.reports.as_parquet import MANIFEST, ExportedMonth, export_documents
from edocs.reports.wording import number_text

from .arguments import read_cut_off
from .comparing import month_query
from .console import PATH, Console, common_options
from .once import OnceCommand
from .progress import spoken
from .registers import REGISTER_OPTION, open_registry


@click.command(cls=OnceCommand)
@REGISTER_OPTION
@click.option("--output", "-o", required=True, type=PATH, metavar="DIR", help="Folder to write; it must not exist.")
@click.option("--from", "first", metavar="YYYY-MM", help="First month of issue.")
@click.option("--to", "last", metavar="YYYY-MM", help="Last month of issue.")
@click.option("--agency", metavar="ID", help="Identifier of the issuing agency.")
@click.option("--at", metavar="TIME", help="Cut-off: what was recorded up to then.")
@click.option("--format", "form", type=click.Choice(["parquet"]), default="parquet", show_default=True)
@click.option("--force", is_flag=True, help="Replace an export that stands there.")
@common_options
def export(
    console: Console,
    *,
    register_file: str,
    output: Path,
    first: str | None,
    last: str | None,
    agency: str | None,
    at: str | None,
    form: str,
    force: bool,
) -> int:
    """Write the register's documents as Parquet, month=YYYY-MM/documents.parquet (xuất dữ liệu).

    One row a document, as it is counted. Same events, same bytes. The register is only read.
    """
    del form  # one so far
    query = replace(
        month_query(first, last),
        agency=tidy_name(agency) if agency else None,
        as_of=read_cut_off(console, at),
    )
    months: list[ExportedMonth] = []
    advance = spoken(console, "{count} documents so far, {rate} a second")
    with ExitStack() as stack:
        registry = stack.enter_context(open_registry(console, register_file, read_only=True))
        extent = stack.enter_context(registry.snapshot(query.as_of))
        folder = stack.enter_context(open_output_folder(output, mark=MANIFEST, force=force))
        months += export_documents(_told(registry.find(query), advance), extent, folder)
    for month in months:
        said = {"month": month.month, "documents": month.documents, "sha256": month.sha256}
        console.emit({"schema": "edocs.export/1", **said})
    console.say(
        "{documents} documents of {months} months written: {path}",
        documents=number_text(sum(month.documents for month in months), console.lang),
        months=number_text(len(months), console.lang),
        path=output,
    )
    return 0


def _told(entries: Iterator[Entry], advance: Callable[[], None]) -> Iterator[Entry]:
    for entry in entries:
        advance()
        yield entry
