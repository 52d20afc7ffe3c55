"""``edocs register --import``: an old book into the register, with what became of every line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import click

from edocs._files import open_output, read_file
from edocs.errors import UnreadableError, UsageError
from edocs.importing import BookTable, import_book, open_book, rehearse_book
from edocs.model import HANOI, Agency, agency_level, tidy_name
from edocs.model.book_line import Book
from edocs.model.headings import Column, ColumnRules, read_column_rules
from edocs.model.import_rules import IMPORT_RULES
from edocs.model.imported import ImportedLine, ImportSummary, LineOutcome
from edocs.reports.as_import import import_csv_writer, import_jsonl_writer, imported_object
from edocs.reports.wording import number_text

from .console import Console, worst
from .progress import spoken
from .registers import is_there, known_agencies, open_registry, register_files

_SHOWN = 20
_DEFAULTS = {"symbol": Column.SYMBOL, "type": Column.TYPE, "secrecy": Column.SECRECY}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """What one run of an import is asked for."""

    table: Path
    register: str
    report: Path | None = None
    columns: Path | None = None
    year: int | None = None
    sheet: str | None = None
    is_rehearsal: bool = False


def import_table(
    console: Console,
    job: ImportJob,
    fields: Mapping[str, str | int | None],
    listed: Mapping[str, Agency],
    who: str,
) -> int:
    """Enter a table's documents, or say what would be entered.

    Args:
        fields: ``agency``, ``agency_name``, ``level``, and what holds where the table says none.
        listed: Agencies of ``--agencies``.
    """
    rules = read_column_rules(read_file(job.columns)) if job.columns else ColumnRules()
    stated = {column: str(fields[name]) for name, column in _DEFAULTS.items() if fields[name] not in (None, "none")}
    rules = replace(rules, defaults={**rules.defaults, **stated})
    if job.year is not None and not 1945 <= job.year <= 2100:
        raise UsageError("no year of a book: {year}", hint="four digits", year=job.year)
    summary, codes, advance = ImportSummary(), set[int](), spoken(console, "{count} lines so far, {rate} a second")
    now = datetime.now(HANOI)
    with open_book(job.table, rules, sheet=job.sheet) as table, ExitStack() as open_ones:
        for note in table.assumptions:
            console.say("{note}", note=note.text(console.lang))
        write = open_ones.enter_context(_report(console, job))
        for line in _lines(console, open_ones, job, table, fields, listed, who, now):
            advance()
            summary.add(line)
            write(line)
            _tell(console, job, line, summary.outcomes[LineOutcome.REFUSED])
            if line.failure is not None:
                is_usage = isinstance(line.failure, UsageError)
                codes.add(UnreadableError.exit_code if is_usage else line.failure.exit_code)
    _conclude(console, job, table, summary)
    return worst(codes)


def _lines(
    console: Console,
    open_ones: ExitStack,
    job: ImportJob,
    table: BookTable,
    fields: Mapping[str, str | int | None],
    listed: Mapping[str, Agency],
    who: str,
    now: datetime,
) -> Iterator[ImportedLine]:
    registry = None
    if not job.is_rehearsal or is_there(job.register):
        registry = open_ones.enter_context(open_registry(console, job.register, read_only=job.is_rehearsal))
    known = {**(known_agencies(registry) if registry else {}), **listed}
    agency = _agency(fields, known)
    if agency is not None:
        known[agency.id] = agency
    book = Book(agencies=known, agency=agency, year=job.year, today=now.date())
    if job.is_rehearsal or registry is None:
        return rehearse_book(registry, table, book, who=who, now=now)
    return import_book(registry, table, book, who=who, now=now)


def _agency(fields: Mapping[str, str | int | None], known: Mapping[str, Agency]) -> Agency | None:
    """Whose book it is; None where the lines say."""
    id, name, level = (tidy_name(str(fields[key] or "")) for key in ("agency", "agency_name", "level"))
    if not id:
        if name or level:
            raise UsageError("--agency-name and --level say of which --agency", hint="give its identifier")
        return None
    before = known.get(id)
    if before is None and not (name and level):
        raise UsageError(
            "agency {id} is not known: its name and level are needed",
            hint="give --agency-name and --level, or --agencies FILE; or edocs agencies import a directory",
            id=id,
        )
    if before is None:
        return Agency(id=id, name=name, level=agency_level(level))
    return Agency(id=id, name=name or before.name, level=agency_level(level) if level else before.level)


@contextmanager
def _report(console: Console, job: ImportJob) -> Iterator[Callable[[ImportedLine], None]]:
    if job.report is None:
        yield lambda _: None
        return
    is_lines = job.report.suffix.lower() in (".jsonl", ".json")
    with open_output(job.report, inputs=(job.table, *register_files(job.register))) as stream:
        yield (import_jsonl_writer if is_lines else import_csv_writer)(stream, console.lang)


def _tell(console: Console, job: ImportJob, line: ImportedLine, refused: int) -> None:
    """Each line on standard output under ``--json``; the first that are refused for people."""
    if console.json:
        console.emit(imported_object(line, console.lang))
    if line.failure is None or refused > _SHOWN:
        return
    where = f"{job.table}{f' [{line.sheet}]' if line.sheet else ''}:{line.line}"
    click.echo(f"edocs: {where}: {line.failure.message(console.lang)} [{line.rule}]", err=True)
    if hint := line.failure.hint(console.lang):
        click.echo(f"       {console.text('hint')}: {hint}", err=True)


def _conclude(console: Console, job: ImportJob, table: BookTable, summary: ImportSummary) -> None:
    refused = summary.outcomes[LineOutcome.REFUSED]
    if refused > _SHOWN:
        console.say(
            "{count} more lines are refused; --report lists every line",
            count=number_text(refused - _SHOWN, console.lang),
        )
    for rule, count in sorted(summary.notes.items()):
        console.say(
            "{count} lines: {note}",
            count=number_text(count, console.lang),
            note=console.text(IMPORT_RULES[rule].message, what="…"),
        )
    entered, unchanged = summary.outcomes[LineOutcome.NEW], summary.outcomes[LineOutcome.UNCHANGED]
    counts = {
        "lines": summary.lines,
        "new": entered,
        "unchanged": unchanged,
        "refused": refused,
        "others": summary.lines - entered - unchanged - refused,
    }
    console.say(
        "{lines} lines: {new} would be entered, {unchanged} unchanged, {refused} refused, {others} no documents"
        if job.is_rehearsal
        else "{lines} lines: {new} entered, {unchanged} unchanged, {refused} refused, {others} no documents",
        **{name: number_text(count, console.lang) for name, count in counts.items()},
    )
    notes = [note.text(console.lang) for note in table.assumptions]
    console.emit({"schema": "edocs.import/1", "dry_run": job.is_rehearsal, "read_as": notes, **summary.as_dict()})
