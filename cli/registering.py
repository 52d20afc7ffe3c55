"""``edocs register``: one PDF with what is registered of it, many documents from JSON Lines, or an old book."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from edocs._files import read_file
from edocs.errors import EdocsError, UnreadableError, UsageError
from edocs.model import HANOI, Agency, Reason, Submission, VerificationReport, read_agencies, read_submission
from edocs.office import register_pdf
from edocs.registry import Outcome, Registration
from edocs.reports.verdict_words import VERDICTS

from .arguments import user_name
from .console import PATH, Console, common_options, worst
from .filed import notices_of_file, show_reasons
from .importing import ImportJob, import_table
from .once import OnceCommand
from .registers import REGISTER_OPTION, known_agencies, open_registry
from .trusting import TRUST_OPTION, read_trust
from .verdicts import EXIT_CODES, notice_lines

_OUTCOMES = {
    Outcome.NEW: "registered",
    Outcome.VERIFIED: "was registered; verification added",
    Outcome.UNCHANGED: "was registered; nothing new",
    Outcome.REFUSED: "refused",
}
_NEEDED = {"agency": "--agency", "number": "--number", "symbol": "--symbol", "date": "--date", "type": "--type"}


@click.command(cls=OnceCommand)
@click.argument("pdf", nargs=-1, type=PATH, metavar="[PDF]")
@REGISTER_OPTION
@click.option("--from-jsonl", type=PATH, metavar="FILE", help="Many documents; - is stdin.")
@click.option("--import", "table", type=PATH, metavar="TABLE", help="An old book: CSV or XLSX (nhập sổ cũ).")
@click.option("--dry-run", is_flag=True, help="With --import: say what would be entered, and write nothing.")
@click.option("--report", type=PATH, metavar="OUT", help="With --import: what became of every line; .csv or .jsonl.")
@click.option("--columns", type=PATH, metavar="TOML", help="With --import: headings, defaults, columns filled down.")
@click.option("--year", type=int, help="With --import: the year of the book; other dates are refused.")
@click.option("--sheet", metavar="NAME", help="With --import: this worksheet alone.")
@click.option("--agencies", type=PATH, metavar="CSV", help="Agencies: id,name,level.")
@click.option("--agency", metavar="ID", help="Identifier of the issuing agency.")
@click.option("--agency-name", metavar="NAME", help="Needed once; the register remembers it.")
@click.option("--level", metavar="province|district|commune", help="Needed once; the register remembers it.")
@click.option("--number", type=int, help="Number in the book (số).")
@click.option("--symbol", help="Symbol after the number, such as UBND-VP (ký hiệu).")
@click.option("--date", metavar="YYYY-MM-DD", help="Date of issue; dd/mm/yyyy is understood.")
@click.option("--type", "kind", metavar="TYPE", help="Abbreviation or name: QĐ, Công văn … (tên loại).")
@click.option("--subject", help="Subject (trích yếu); of a state secret it is not kept.")
@click.option("--secrecy", default="none", show_default=True, metavar="none|confidential|secret|top_secret")
@TRUST_OPTION
@click.option("--appendix", multiple=True, type=PATH, metavar="PDF", help="A file that goes with it; repeatable.")
@click.option("--who", default="", metavar="NAME", help="Who registers, for the log; else the user's name.")
@common_options
def register(
    console: Console,
    *,
    pdf: Sequence[Path],
    register_file: str,
    from_jsonl: Path | None,
    table: Path | None,
    dry_run: bool,
    report: Path | None,
    columns: Path | None,
    year: int | None,
    sheet: str | None,
    agencies: Path | None,
    trust: Sequence[Path],
    appendix: Sequence[Path],
    who: str,
    **fields: str | int | None,
) -> int:
    """Verify an issued PDF and enter it in the register (đăng ký văn bản đi).

    The document is registered whatever its verdict is; the exit code is the verdict's, as of `edocs verify`. With
    --from-jsonl: one JSON object a line, in one transaction; a bad line is reported and the rest is kept.
    With --import: an old book as a table, every line reported; --symbol, --type and --secrecy hold where it says none.
    """
    if [bool(pdf), from_jsonl is not None, table is not None].count(True) != 1 or len(pdf) > 1:
        raise UsageError("give one PDF, or --from-jsonl, or --import", hint="many documents go into one file")
    if table is None and (dry_run or report or columns or year is not None or sheet):
        raise UsageError("--dry-run, --report, --columns, --year and --sheet go with --import")
    if appendix and not pdf:
        raise UsageError("--appendix goes with one PDF", hint="a line of JSON has the field appendices")
    listed = read_agencies(read_file(agencies)) if agencies else {}
    clerk = who or user_name()
    if from_jsonl is not None:
        return _register_lines(console, register_file, from_jsonl, listed, clerk)
    fields["type"] = fields.pop("kind")
    if table is not None:
        if trust or any(fields[name] is not None for name in ("number", "date", "subject")):
            raise UsageError("--number, --date, --subject and --trust do not go with --import")
        job = ImportJob(table=table, register=register_file, report=report, columns=columns, year=year, sheet=sheet)
        return import_table(console, replace(job, is_rehearsal=dry_run), fields, listed, clerk)
    [path] = pdf
    if missing := [option for name, option in _NEEDED.items() if fields[name] is None]:
        raise UsageError("missing: {options}", hint="what is registered of a document", options=", ".join(missing))
    for one in (path, *appendix):  # before the register is made: a file that is not there registers nothing
        read_file(one)
    store, trust_code = read_trust(console, trust)
    with open_registry(console, register_file) as registry:
        document = read_submission(fields, {**known_agencies(registry), **listed}).document
        registration, verdict = register_pdf(
            registry, document, path, store, appendices=appendix, who=clerk, now=datetime.now(HANOI)
        )
        is_news = registration.outcome is not Outcome.UNCHANGED
        notices = notices_of_file(registry, registration.document, verdict) if is_news else ()
    _show(console, registration, verdict, notices)
    return worst([EXIT_CODES[verdict.verdict], trust_code])


def _register_lines(console: Console, register_file: str, source: Path, listed: Mapping[str, Agency], who: str) -> int:
    codes: list[int] = []
    refused: list[tuple[int, EdocsError]] = []
    places: list[int] = []
    data = sys.stdin.buffer.read() if str(source) == "-" else read_file(source)
    with open_registry(console, register_file) as registry:
        known = {**known_agencies(registry), **listed}
        done = registry.register_many(_submissions(data, known, places, refused), who=who, now=datetime.now(HANOI))
    for place, registration in zip(places, done, strict=True):
        if registration.failure is not None:
            refused.append((place, registration.failure))
        elif console.json:
            _show(console, registration, None)
    for place, failure in sorted(refused, key=lambda item: item[0]):
        console.error(failure, f"{source}:{place}")
        codes.append(UnreadableError.exit_code if isinstance(failure, UsageError) else failure.exit_code)
    counts = {outcome: sum(item.outcome is outcome for item in done) for outcome in Outcome}
    console.say(
        "{new} registered, {verified} verified anew, {unchanged} unchanged, {refused} refused",
        new=counts[Outcome.NEW],
        verified=counts[Outcome.VERIFIED],
        unchanged=counts[Outcome.UNCHANGED],
        refused=len(refused),
    )
    return worst(codes)


def _submissions(
    data: bytes, agencies: dict[str, Agency], places: list[int], refused: list[tuple[int, EdocsError]]
) -> Iterator[Submission]:
    """Each line that can be read, its number in ``places``; the others go to ``refused``."""
    for place, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            submission = read_submission(_parsed(line), agencies)
        except EdocsError as failure:
            refused.append((place, failure))
            continue
        agencies.setdefault(submission.document.agency.id, submission.document.agency)
        places.append(place)
        yield submission


def _parsed(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise UnreadableError("not a JSON object", hint="one object a line") from exc


def _show(
    console: Console,
    registration: Registration,
    report: VerificationReport | None,
    notices: Sequence[Reason] | None = None,
) -> None:
    """What became of one document; ``notices`` where they were asked for."""
    document = registration.document
    asked = {} if notices is None else {"notices": [notice.as_dict(console.lang) for notice in notices]}
    console.emit(
        {
            "schema": "edocs.registered/1",
            "key": str(document.key),
            "outcome": registration.outcome.value,
            "sha256": document.file_sha256,
            "verification": None if report is None else report.as_dict(console.lang),
            **asked,
        }
    )
    if not console.json and report is not None:
        outcome, verdict = console.text(_OUTCOMES[registration.outcome]), console.text(VERDICTS[report.verdict])
        console.result(f"{document.code_text} ({document.agency.name}): {outcome}; {verdict}")
        show_reasons(console, report)
    for line in notice_lines(notices or (), console.lang):
        console.tell(line)
