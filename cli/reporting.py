"""``edocs report``: the signed shares that follow from what the register holds, compared and in many formats."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from edocs._files import read_file, write_file
from edocs.errors import MissingExtraError, UsageError
from edocs.locale import translate
from edocs.model import HANOI, Facet, Query, read_directory
from edocs.model.agency_tree import AgencyTree, make_tree
from edocs.model.indicators import Definition
from edocs.model.letterhead import Letterhead, default_letterhead, read_letterhead
from edocs.model.periods import Span, spans_between
from edocs.model.regrouping import Bodies
from edocs.registry import OPEN_DOCUMENTS, Registry
from edocs.reports.as_csv import report_csv
from edocs.reports.as_html import report_html
from edocs.reports.as_indicators import indicator_grid
from edocs.reports.as_json import report_json, report_object
from edocs.reports.as_openmetrics import report_openmetrics
from edocs.reports.as_table import Cells, grid_cells, section_cells
from edocs.reports.branches import along_tree
from edocs.reports.checkpoint_words import checkpoint_lines
from edocs.reports.figures import Report, months_between
from edocs.reports.grids import comparison_grids, trend_grid
from edocs.reports.notes import report_notes
from edocs.reports.regrouping_words import regrouping_lines
from edocs.reports.wording import TABLE_TERMS, number_text, period_text, time_text

from .arguments import read_cut_off
from .checkpoints import read_checkpoint, require_held
from .comparing import comparing_options, month_query, read_comparing
from .console import PATH, Console, common_options
from .indicating import INDICATORS_OPTION, read_indicator_files
from .once import OnceCommand
from .registers import REGISTER_OPTION, open_registry, register_files
from .tables import WIDE, cells_table, table_text, terminal_width

By = tuple[Facet | Span, ...]
_PAGE: tuple[By, ...] = ((Facet.LEVEL,), (Facet.MONTH,), (Facet.LEVEL, Facet.AGENCY), (Facet.TYPE,))
_TREND: tuple[tuple[Span], ...] = ((Span.QUARTER,), (Span.YEAR,))
_SCRAPED: tuple[By, ...] = ((Facet.LEVEL, Facet.AGENCY, Facet.TYPE),)
_FLAT: tuple[By, ...] = ((Facet.LEVEL, Facet.AGENCY),)
_FORMS = ("table", "csv", "json", "html", "xlsx", "pdf", "openmetrics")
_PAGES = ("json", "html", "xlsx", "pdf")
_BYTES = ("xlsx", "pdf")
_LISTED = ("json", "html")
"""Formats that name documents."""
_BY: Mapping[str, Facet | Span] = {item.value: item for item in (*Facet, *Span)}
_TIMES = (Facet.MONTH.value, *(span.value for span in Span))


@click.command(cls=OnceCommand)
@REGISTER_OPTION
@click.option("--from", "first", metavar="YYYY-MM", help="First month of issue.")
@click.option("--to", "last", metavar="YYYY-MM", help="Last month of issue.")
@click.option("--by", multiple=True, type=click.Choice(list(_BY)), help="Group by; repeatable.")
@click.option("--trend", multiple=True, type=click.Choice(_TIMES), help="Change from one to the next; repeatable.")
@comparing_options
@INDICATORS_OPTION
@click.option("--at", metavar="TIME", help="Cut-off: count what was recorded up to then. Else the latest event.")
@click.option(
    "--checkpoint",
    "checkpoint_file",
    type=PATH,
    metavar="FILE",
    help="Carry this checkpoint of the log, after seeing that the log holds it.",
)
@click.option(
    "--agencies",
    "agencies_file",
    type=PATH,
    metavar="FILE",
    help="For --today and --tree: in place of the register's directory.",
)
@click.option("--today", is_flag=True, help="Count under today's bodies (those of --at): merged, renamed.")
@click.option("--tree", is_flag=True, help="Each body with all below it, along the tree of the period's last day.")
@click.option("--format", "form", type=click.Choice(_FORMS), default="table", show_default=True)
@click.option(
    "--letterhead",
    "letterhead_file",
    type=PATH,
    metavar="FILE",
    help="For PDF: issuer, place, signer, recipients; TOML.",
)
@click.option("--output", "-o", type=PATH, metavar="OUT", help="File to write; else stdout.")
@common_options
def report(console: Console, *, register_file: str, form: str, output: Path | None, **options: Any) -> int:
    """Signed share of issued documents: by the person, by the agency, by both in order (tỷ lệ ký số).

    Numerator and denominator stand beside every percentage. Same events, same bytes.
    """
    if form in _BYTES and output is None and sys.stdout.isatty():
        raise UsageError("{form} is no text for a terminal", hint="give it a file: -o FILE, or redirect it", form=form)
    query = month_query(options["first"], options["last"])
    query = replace(query, as_of=read_cut_off(console, options["at"]))
    if console.json and form == "table":
        form = "json"
    comparing = read_comparing(options, query, is_page=form in _PAGES)
    checkpoint = read_checkpoint(options["checkpoint_file"]) if options["checkpoint_file"] else None
    with open_registry(console, register_file, read_only=True) as registry, registry.snapshot():
        tree = _directory(options, query, form, registry)
        bodies = _bodies(options, query, tree)
        found = registry.report(
            query,
            _sections(options, form, query),
            comparing=comparing,
            definitions=_definitions(options, form),
            listed=OPEN_DOCUMENTS if form in _LISTED else 0,
            bodies=bodies,
        )
        if options["tree"] and tree is not None:
            found = along_tree(found, tree, bodies.on if bodies else _last_day(found))
        _say_where_the_log_begins(console, registry, found)
        if checkpoint is not None:
            require_held(registry, checkpoint, console.lang)
            found = replace(found, checkpoint=checkpoint)
    if options["targets_file"] and found.comparisons and not found.comparisons.targets:
        console.say("{path} sets no target for the year that the period ends in", path=options["targets_file"])
    if console.json and form == "json" and output is None:
        console.emit(report_object(found, console.lang))
        return 0
    if form == "table" and output is None:
        for text in _texts(found, console.lang, options, terminal_width()):
            click.echo(text, nl=False)
        return 0
    data = _rendered(found, form, console.lang, options)
    if output is None:
        click.echo(data, nl=False)
    else:
        write_file(output, data, inputs=register_files(register_file))
        console.say("written: {path}", path=output)
    return 0


def _say_where_the_log_begins(console: Console, registry: Registry, found: Report) -> None:
    """Where nothing was recorded yet at the cut-off. No part of the report: later events never change one."""
    first = None if found.extent.events else next(registry.store.events(), None)
    if first is not None:
        console.say(
            "nothing was recorded up to the cut-off {at}: the first event is of {first}",
            at=time_text(found.cut_off, console.lang),
            first=time_text(first.event.at, console.lang),
        )


def _definitions(options: Mapping[str, Any], form: str) -> tuple[Definition, ...]:
    """A page shows the indicators; a table where nothing else is asked for, or they are."""
    is_other = form in ("table", "csv") and (options["by"] or options["trend"] or options["tree"])
    if is_other and not options["indicator_files"]:
        return ()
    return read_indicator_files(options["indicator_files"])


def _last_day(found: Report) -> date:
    """That of the period, or of the cut-off where it was not over yet."""
    cut_off = (found.cut_off or datetime.now(HANOI)).astimezone(HANOI).date()
    return min(cut_off, found.issued_to or cut_off)


def _directory(options: Mapping[str, Any], query: Query, form: str, registry: Registry) -> AgencyTree | None:
    """The agencies of a file, or of the register's own directory; None: nothing is asked of them."""
    path = options["agencies_file"]
    if not (options["today"] or options["tree"]):
        if path:
            raise UsageError(
                "--agencies FILE is of use with --today and --tree",
                hint="the file says what bodies have become, and what is above them",
            )
        return None
    directory = read_directory(read_file(path)) if path else registry.directory(query.as_of)
    if directory is None:
        raise UsageError("the register has no directory of agencies", hint="edocs agencies import FILE --register …")
    if form == "openmetrics":
        raise UsageError(
            "counts that are scraped stay under the agencies as registered", hint="leave --today and --tree out"
        )
    return make_tree(directory)


def _bodies(options: Mapping[str, Any], query: Query, tree: AgencyTree | None) -> Bodies | None:
    """Under which bodies to count; None: under those registered."""
    if tree is None or not options["today"]:
        return None
    moment = query.as_of or datetime.now(HANOI)
    return Bodies(tree=tree, on=moment.astimezone(HANOI).date())


def _sections(options: Mapping[str, Any], form: str, query: Query) -> tuple[By, ...]:
    """What is shown; a tree is made of the agencies, which then come last."""
    tree: tuple[By, ...] = ((Facet.AGENCY,),) if options["tree"] else ()
    return (*_plain_sections(options, form, query), *tree)


def _plain_sections(options: Mapping[str, Any], form: str, query: Query) -> tuple[By, ...]:
    """A page has its usual sections and what is asked for besides; a table what is asked for alone."""
    by = tuple(_BY[name] for name in options["by"])
    wanted: tuple[By, ...] = ((by,) if by else ()) + tuple((_BY[name],) for name in options["trend"])
    if form in ("html", "xlsx"):
        usual = (*_PAGE[:2], *_trends(query), *_PAGE[2:])
        return tuple(dict.fromkeys((*usual, *wanted)))
    if form == "pdf":
        return (_PAGE[0], *_FLAT)
    if wanted or options["tree"]:
        return tuple(dict.fromkeys(wanted))
    if form == "openmetrics":
        return _SCRAPED
    return _PAGE if form == "json" else _FLAT


def _trends(query: Query) -> tuple[By, ...]:
    """By quarter and by year, where the period has more than one of them."""
    months = months_between(query.issued_from, query.issued_to)
    return tuple(by for by in _TREND if not months or len(spans_between(months, by[0])) > 1)


def _rendered(found: Report, form: str, lang: str, options: Mapping[str, Any]) -> bytes:
    if form == "csv":
        return report_csv(found, lang)
    if form == "json":
        return report_json(found, lang)
    if form == "html":
        return report_html(found, lang)
    if form == "openmetrics":
        return report_openmetrics(found)
    if form == "xlsx":
        return _workbook(found, lang)
    if form == "pdf":
        return _paper(found, options["letterhead_file"])
    return "".join(_texts(found, lang, options, WIDE)).encode()


def _workbook(found: Report, lang: str) -> bytes:
    try:
        make: Callable[[Report, str], bytes] = importlib.import_module("edocs.reports.as_xlsx").report_xlsx
    except ModuleNotFoundError as exc:
        raise MissingExtraError(
            "workbooks need a package that is not installed: {why}", hint="pip install 'edocs[xlsx]'", why=exc.name
        ) from exc
    return make(found, lang)


def _paper(found: Report, letterhead: Path | None) -> bytes:
    """In Vietnamese, whatever the run's language: Decree 30 lays out documents in Vietnamese."""
    head = default_letterhead(found.agencies)
    if letterhead is not None:
        head = read_letterhead(read_file(letterhead), head)
    # Imported on use: a table needs no fonts.
    make: Callable[[Report, Letterhead], bytes] = importlib.import_module("edocs.reports.as_pdf").report_pdf
    return make(found, head)


def _texts(found: Report, lang: str, options: Mapping[str, Any], width: int) -> Iterator[str]:
    """Period and cut-off, the tables, and what they rest on."""
    period, cut_off = period_text(found, lang), time_text(found.cut_off, lang)
    yield translate("Period: {period}; cut-off: {cut_off}", lang, period=period, cut_off=cut_off) + "\n"
    for section in found.sections:
        yield _drawn(section_cells(section, found, lang), width)
        if section.by[0] in options["trend"] and len(section.by) == 1:
            grid = trend_grid(section, found, lang)
            yield f"{grid.title}\n{_drawn(grid_cells(grid, lang), width)}"
    if found.indicators is not None:
        grid = indicator_grid(found.indicators, lang)
        yield f"{grid.title}\n{_drawn(grid_cells(grid, lang), width)}{found.indicators.version}\n"
    asked = {
        "change": options["compare"],
        "targets": options["targets_file"],
        "bands": options["bands"],
        "ranks": options["rank"],
    }
    for grid in comparison_grids(found, lang):
        if asked[grid.id]:
            yield f"{grid.title}\n{_drawn(grid_cells(grid, lang), width)}"
    yield from (f"{translate(term, lang)}\n" for term in TABLE_TERMS)
    yield from (f"{line}\n" for line in (*report_notes(found, lang), *regrouping_lines(found, lang)))
    yield translate(
        "{events} events, SHA-256 {digest}; rule {rule}; all definitions: edocs indicators\n",
        lang,
        events=number_text(found.extent.events, lang),
        digest=found.extent.sha256,
        rule=found.rule,
    )
    yield from (f"{line}\n" for line in checkpoint_lines(found, lang))


def _drawn(cells: Cells, width: int) -> str:
    return table_text(cells_table(cells, width))
