"""``edocs audit``: folders of PDFs, verified on all cores. JSON Lines on standard output, or in a file."""

from __future__ import annotations

import io
import json
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import BinaryIO

import click
from rich.console import Console as RichConsole
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from edocs._files import open_output
from edocs.audit import audit_pdfs, find_pdfs
from edocs.connect import open_engine
from edocs.errors import UnreadableError, UsageError
from edocs.model import AuditRecord, Role, Verdict, VerificationOptions
from edocs.reports.verdict_words import VERDICTS
from edocs.verify import load_policy

from .arguments import POLICY_OPTION, read_time
from .console import PATH, Console, common_options, drop_output, worst
from .limits import limit_options, read_limits
from .once import OnceCommand
from .progress import spoken
from .trusting import TRUST_OPTION, read_trust
from .verdicts import EXIT_CODES

_EXIT_INTERRUPTED = 130
_ROLES = {
    Role.PERSONAL: "personal signatures",
    Role.ORGANISATION: "signatures of organisations",
    Role.UNKNOWN: "signatures of unknown role",
}


@click.command(cls=OnceCommand)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@click.option("--from-file", "listing", metavar="LIST", help="A file with one path a line; - is standard input.")
@TRUST_OPTION
@POLICY_OPTION
@click.option("--at", metavar="TIME", help="Judge as of this time (ISO 8601; without a zone: Vietnam's).")
@click.option(
    "--engine", default="local:", show_default=True, metavar="serial:|local:N", help="Where the work is done."
)
@click.option("--jsonl", type=PATH, metavar="OUT", help="Write the JSON Lines to this file.")
@limit_options
@common_options
def audit(
    console: Console,
    *,
    paths: tuple[Path, ...],
    listing: str | None,
    trust: tuple[Path, ...],
    policy: str,
    at: str | None,
    engine: str,
    jsonl: Path | None,
    max_seconds: float,
    max_memory: int,
) -> int:
    """Verify every PDF at and below PATH, one JSON line each (kiểm tra chữ ký số hàng loạt).

    Lines come in no order. Ctrl-C keeps those that are there.
    """
    if not paths and listing is None:
        raise UsageError("no path to audit", hint="give files or folders, or --from-file LIST")
    options = VerificationOptions(policy=load_policy(policy), at=read_time(console, at) if at else None)
    store, code = read_trust(console, trust, at=options.at)
    workers = open_engine(engine, read_limits(max_seconds, max_memory))
    records = audit_pdfs(_listed(paths, listing), store, options, workers)
    total = _count(paths, listing) if _draws(console) else None
    tally = Tally()
    with open_output(jsonl, _inputs(jsonl, paths, listing, trust)) if jsonl else nullcontext() as stream:
        finished = _run(records, _writer(console, stream), tally, console, total)
        if finished and not tally.files:  # inside, so that an older OUT stays
            raise UnreadableError("no PDF found", hint="folders are searched for names that end in .pdf")
    _summarise(tally, console)
    if not finished:
        console.say("interrupted: the lines written so far are whole")
        return _EXIT_INTERRUPTED
    return worst([tally.exit_code(), code])


@dataclass(slots=True)
class Tally:
    """Counts of one run."""

    started_s: float = field(default_factory=time.monotonic)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    signatures: Counter[tuple[Role, Verdict]] = field(default_factory=Counter)

    @property
    def files(self) -> int:
        """Files so far."""
        return self.verdicts.total()

    def add(self, record: AuditRecord) -> None:
        """Count one record."""
        self.verdicts[record.verdict] += 1
        for signature in record.report.signatures if record.report is not None else ():
            self.signatures[signature.role, signature.verdict] += 1

    def rate(self) -> str:
        """Files a second, for people."""
        return f"{self.files / self.seconds():.1f}"

    def exit_code(self) -> int:
        """The first of the files' codes in the order of the contract."""
        return worst(EXIT_CODES[verdict] for verdict in self.verdicts)

    def seconds(self) -> float:
        """Since the start; never 0."""
        return max(time.monotonic() - self.started_s, 0.001)


class _Lines:
    """Ctrl-C ends a run between two lines: inside one it is kept until the line is out. A second one does not wait."""

    def __init__(self, write: Callable[[AuditRecord], None]) -> None:
        self._write = write
        self._writing = False
        self._asked = False

    def __call__(self, record: AuditRecord) -> None:
        self._writing = True
        self._write(record)
        self._writing = False
        if self._asked:
            raise KeyboardInterrupt

    def interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if not self._writing or self._asked:
            raise KeyboardInterrupt
        self._asked = True


def _run(
    records: Iterator[AuditRecord],
    write: Callable[[AuditRecord], None],
    tally: Tally,
    console: Console,
    total: int | None,
) -> bool:
    lines = _Lines(write)
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, lines.interrupt) if main else None
    try:
        with _progress(console, total) as advance:
            for record in records:
                lines(record)
                tally.add(record)
                advance()
    except KeyboardInterrupt:
        return False
    except BrokenPipeError:  # nobody reads standard output any more; what went to a file stays
        drop_output()
        return False
    finally:
        if main:
            signal.signal(signal.SIGINT, before)
        if isinstance(records, Generator):
            records.close()  # ends the workers now, not when memory is tidied
    return True


def _writer(console: Console, stream: BinaryIO | None) -> Callable[[AuditRecord], None]:
    def write(record: AuditRecord) -> None:
        line = json.dumps(record.as_dict(console.lang), ensure_ascii=False)
        if stream is not None:
            # A name that is no Unicode (possible on POSIX) stays legal JSON: a lone surrogate becomes its escape.
            stream.write(f"{line}\n".encode("utf-8", "backslashreplace"))
        if stream is None or console.json:
            click.echo(line)

    return write


def _inputs(output: Path | None, paths: Iterable[Path], listing: str | None, trust: Iterable[Path]) -> list[Path]:
    inputs = [*paths, *trust, *([Path(listing)] if listing else [])]
    if output is not None and output.suffix.lower() == ".pdf" and output.exists():
        inputs.append(output)  # a PDF that stands in one of the folders would be audited, and then overwritten
    return inputs


def _listed(paths: Iterable[Path], listing: str | None) -> Iterator[Path]:
    lines = _open_listing(listing) if listing else ()
    return chain(paths, (Path(line.rstrip("\r\n")) for line in lines if line.strip()))


def _open_listing(listing: str) -> Iterable[str]:
    try:
        stream = sys.stdin.buffer if listing == "-" else Path(listing).open("rb")  # noqa: SIM115
    except OSError as exc:
        raise UnreadableError("file cannot be read: {path}: {why}", path=listing, why=exc.strerror or exc) from exc
    # Names that are no UTF-8 keep their bytes, as Python keeps them in paths.
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape")


def _draws(console: Console) -> bool:
    return not console.quiet and sys.stderr.isatty()


def _count(paths: Iterable[Path], listing: str | None) -> int | None:
    return None if listing == "-" else sum(1 for _ in find_pdfs(_listed(paths, listing)))


@contextmanager
def _progress(console: Console, total: int | None) -> Iterator[Callable[[], None]]:
    if console.quiet:
        yield lambda: None
    elif _draws(console):
        with _bar(console, total) as advance:
            yield advance
    else:
        yield spoken(console)


@contextmanager
def _bar(console: Console, total: int | None) -> Iterator[Callable[[], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=RichConsole(stderr=True), transient=True) as bar:
        task = bar.add_task(console.text("verifying"), total=total)
        yield lambda: bar.advance(task)


def _summarise(tally: Tally, console: Console) -> None:
    console.say(
        "{count} files in {seconds} s, {rate} a second",
        count=tally.files,
        seconds=f"{tally.seconds():.1f}",
        rate=tally.rate(),
    )
    for verdict, text in VERDICTS.items():
        if tally.verdicts[verdict]:
            console.say("{count} {verdict}", count=f"{tally.verdicts[verdict]:>8}", verdict=console.text(text))
    for role, text in _ROLES.items():
        counts = {verdict: tally.signatures[role, verdict] for verdict in VERDICTS}
        if any(counts.values()):
            parts = [f"{count} {console.text(VERDICTS[verdict])}" for verdict, count in counts.items() if count]
            console.say("{role}: {counts}", role=console.text(text), counts=", ".join(parts))
