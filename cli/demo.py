"""``edocs demo``: the whole main job on a sample letter and on half a year of made-up documents, really run.

Its commands are those of a user, in processes of their own; what it prints of them is what they printed. The PKI is a
test PKI: nobody must trust it.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console as RichConsole
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from edocs.connect import open_engine
from edocs.errors import EdocsError
from edocs.model import HANOI
from edocs.testing import PASSPHRASE, Pki, PlannedDocument, SigningCase, issue_planned, make_pki, plan_documents

from .console import PATH, Console, common_options
from .demo_folder import demo_folder
from .demo_papers import Papers, audit_code, compare_figures, write_register_lines
from .demo_stage import Stage
from .once import OnceCommand

_VARIABLE = "EDOCS_DEMO"
_SECRETS = ("--secrets", f"env:{_VARIABLE}")
_TRUST = ("--trust", "pki/roots", "--trust", "pki/intermediates", "--trust", "pki/crl")
_LEADER, _SEAL = "pki/p12/leader.p12", "pki/p12/seal.p12"
_REGISTER = ("--register", "register.db")
_PERIOD = ("--from", "2025-01", "--to", "2025-06")  # that of the plan


@click.command(cls=OnceCommand)
@click.argument("folder", default="edocs-demo", type=PATH, metavar="[DIR]")
@click.option("--count", default=300, show_default=True, type=click.IntRange(1, 9999), help="Documents to generate.")
@click.option("--keep", is_flag=True, help="Keep the keys and certificates of an earlier demo in DIR.")
@common_options
def demo(console: Console, *, folder: Path, count: int, keep: bool) -> int:
    """Do the whole main job on sample documents in DIR, step by step (chạy thử toàn bộ quy trình).

    Approve, issue, verify, refuse, pack, unpack, audit, register, report: every command is printed and really run. DIR
    must be new, empty, or of an earlier demo. Exit code 1 where a step does not end as it should.
    """
    with demo_folder(folder, keep=keep):
        run = _Demo(
            stage=Stage(console=console, folder=folder, environment={_VARIABLE: PASSPHRASE}),
            papers=Papers(folder=folder, now=datetime.now(HANOI)),
            plan=plan_documents(count=count),
            pki=Pki(folder=folder / "pki", base_url="http://localhost:8710"),
        )
        return run.run()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demo:
    stage: Stage
    papers: Papers
    plan: Sequence[PlannedDocument]
    pki: Pki

    def run(self) -> int:
        """Every step in order; a step that cannot be done at all is the last."""
        stage = self.stage
        stage.console.result(
            stage.console.text("edocs demo: every command below is really run, in {path}", path=stage.folder)
        )
        try:
            if self._examine():
                for step in self._steps():
                    step()
        except EdocsError as error:
            stage.console.error(error)
            stage.failures.append(error.message(stage.console.lang))
        return self._conclude()

    def _steps(self) -> Iterable[Callable[[], None]]:
        return (
            self._prepare,
            self._approve,
            self._issue,
            self._witness,
            self._refuse_forgeries,
            self._refuse_without_evidence,
            self._pack,
            self._unpack,
            self._generate,
            self._audit,
            self._register,
            self._report,
            self._compare,
        )

    def _examine(self) -> bool:
        self.stage.heading("What is installed, and what is missing")
        ok = f"  {self.stage.console.text('ok')} "
        return self.stage.edocs("doctor", shown=lambda line: line.startswith("  ") and not line.startswith(ok)) == 0

    def _prepare(self) -> None:
        stage, letter = self.stage, self.papers.letter
        stage.heading("A test PKI, and the draft of a two-page letter laid out as Decree 30 wants it")
        make_pki(self.pki.folder, base_url=self.pki.base_url)
        self.papers.write()
        stage.explain(
            "pki/            two hierarchies with leaders, seals, faulty certificates and CRLs; never trust them"
        )
        stage.explain("letter.pdf      {agency}: {subject}", agency=letter.agency, subject=letter.subject)
        stage.explain("appendix.pdf, signature.png, seal.png, meta.toml, agencies.csv")
        stage.explain("Passphrases come from the variable {name}={value}", name=_VARIABLE, value=PASSPHRASE)

    def _approve(self) -> None:
        stage = self.stage
        stage.heading("The leader approves: number, date and seal are reserved, then the personal signature is made")
        picture = ("--image", "signature.png", "--at", self.papers.signature_place)
        stage.edocs("approve", "letter.pdf", "--signer", _LEADER, *_SECRETS, *picture)
        stage.edocs("verify", "letter.approved.pdf", *_TRUST)

    def _issue(self) -> None:
        stage, code = self.stage, self.papers.code
        stage.heading(
            "The clerk issues: number and date are filled in, then the agency signs; the appendix is signed too"
        )
        numbered = ("--number", code.number, "--date", self.papers.day)
        keys = ("--signer", _SEAL, *_SECRETS)
        stage.edocs("issue", "letter.approved.pdf", *numbered, *keys, "--image", "seal.png", "-o", "letter.issued.pdf")
        code_option = ("--code", f"{code.number_text}/{code.symbol}")
        stage.edocs("appendix", "appendix.pdf", *code_option, *keys, "-o", "appendix.signed.pdf")
        stage.edocs("verify", "letter.issued.pdf", *_TRUST)

    def _witness(self) -> None:
        stage = self.stage
        stage.heading("Other makers' programs look at the issued letter")
        says = {
            "pdfsig": ("Signature is Valid", "Total document signed"),
            "qpdf": ("No syntax or stream encoding errors",),
        }
        for program, words in (("pdfsig", ("letter.issued.pdf",)), ("qpdf", ("--check", "letter.issued.pdf"))):
            path = shutil.which(program)
            if path is None:
                stage.explain("{program} is not installed; edocs works without it", program=program)
            else:
                stage.witness(program, path, *words, says=says[program])

    def _refuse_forgeries(self) -> None:
        stage = self.stage
        demanded, forged = self.papers.texts
        stage.heading(
            "A forger rewrites page 1 after signing; in another copy one bit is turned over: both are refused"
        )
        self.papers.write_forgeries()
        stage.explain("signed:  … {text} …", text=demanded)
        stage.explain("forged:  … {text} …", text=forged)
        stage.edocs("verify", "letter.forged.pdf", *_TRUST, expected=1)
        stage.edocs("verify", "letter.flipped.pdf", *_TRUST, expected=1)

    def _refuse_without_evidence(self) -> None:
        stage = self.stage
        stage.heading("Without trust anchors nothing is believed; with an expired certificate nothing is signed")
        stage.edocs("verify", "letter.issued.pdf", expected=3)
        signer = ("--signer", "pki/p12/expired.p12", *_SECRETS)
        stage.edocs("sign", "letter.pdf", "--role", "personal", *signer, "-o", "letter.expired.pdf", expected=6)
        stage.finding("nothing was written", not (stage.folder / "letter.expired.pdf").exists())

    def _pack(self) -> None:
        stage = self.stage
        stage.heading("The letter and its appendix travel as an edXML message; the receiver looks at it")
        stage.edocs("pack", "meta.toml", "letter.issued.pdf", "appendix.signed.pdf", "-o", "message.edxml")
        stage.edocs("inspect", "message.edxml", *_TRUST)

    def _unpack(self) -> None:
        stage = self.stage
        stage.heading(
            "The receiver unpacks it, compares and stamps it as arrived; a message with another letter in it is refused"
        )
        stage.edocs("unpack", "message.edxml", "-o", "received", *_TRUST, shown=_is_about_files)
        stamp = ("--number", "31", "--agency", "Sở Nội vụ", "--forward-to", "Văn phòng Sở")
        stage.edocs("arrive", "received/letter.issued.pdf", *stamp, *_TRUST, "-o", "received/arrival.pdf")
        self.papers.write_changed_message()
        stage.edocs("unpack", "changed.edxml", "-o", "refused", *_TRUST, expected=1, shown=_is_about_files)

    def _generate(self) -> None:
        stage = self.stage
        agencies = len({planned.agency.agency.id for planned in self.plan})
        levels = len({planned.agency.agency.level for planned in self.plan})
        stage.heading(
            "Half a year of documents: {count}, of {agencies} agencies at {levels} levels, each signed as its case is",
            count=len(self.plan),
            agencies=agencies,
            levels=levels,
        )
        files = issue_planned(self.plan, self.pki, stage.folder / "documents", open_engine("local:"))
        written = _counted(stage.console, files, len(self.plan))
        for case, count in _cases(self.plan):
            stage.explain("{count:>4}  {case}", count=count, case=stage.console.text(case))
        stage.finding("{count} files in documents/", written == len(self.plan), count=written)

    def _audit(self) -> None:
        self.stage.heading("All of them are verified, on every core")
        lines = ("--jsonl", "audit.jsonl")
        self.stage.edocs("audit", "documents", *_TRUST, *lines, expected=audit_code(self.plan))

    def _register(self) -> None:
        stage, code, folder = self.stage, self.papers.code, self.stage.folder
        agency, letter = self.papers.agency.agency, self.papers.letter
        stage.heading("The letter, and all of them, are entered in the register with what was found")
        who = ("--agency", agency.id, "--number", code.number, "--symbol", code.symbol, "--date", self.papers.day)
        what = ("--type", "CV", "--subject", letter.subject, "--agencies", "agencies.csv")
        stage.edocs("register", "letter.issued.pdf", *_REGISTER, *who, *what, *_TRUST)
        count = write_register_lines(self.plan, folder / "audit.jsonl", folder / "register.jsonl")
        stage.explain(
            "register.jsonl  {count} lines: what the agencies' lists say, joined with audit.jsonl", count=count
        )
        stage.edocs("register", *_REGISTER, "--from-jsonl", "register.jsonl", "--agencies", "agencies.csv")
        stage.edocs("find", *_REGISTER, "--agency", agency.id, "--from", "2025-06-01")

    def _report(self) -> None:
        stage = self.stage
        stage.heading("The signed share: on the screen, as CSV, JSON, and as a page")
        stage.edocs("report", *_REGISTER, *_PERIOD)
        for form in ("csv", "json", "html"):
            stage.edocs("report", *_REGISTER, *_PERIOD, "--format", form, "-o", f"report.{form}")
        stage.heading("The agency signs what the log of the register was, and the register is checked against it")
        stage.edocs("prove", *_REGISTER, "--signer", _SEAL, *_SECRETS, "-o", "checkpoint.json")
        stage.edocs("fsck", *_REGISTER, "--checkpoint", "checkpoint.json", *_TRUST)

    def _compare(self) -> None:
        stage = self.stage
        stage.heading("Every figure of report.json against a count of the plan's signing cases")
        rows = list(compare_figures(self.plan, stage.folder / "report.json"))
        for group, is_equal in rows:
            if not is_equal:
                stage.finding("another figure than the plan's: {group}", False, group=", ".join(group.values()) or "-")
        equal = sum(is_equal for _, is_equal in rows)
        stage.finding("{equal} of {count} rows are equal", equal == len(rows), equal=equal, count=len(rows))

    def _conclude(self) -> int:
        stage = self.stage
        text = stage.console.text
        stage.console.result("")
        if stage.failures:
            stage.console.result(text("not as it should be, {count} in all:", count=len(stage.failures)))
            for failure in stage.failures:
                stage.console.result(f"  ✗ {failure}")
            return 1
        seconds = f"{stage.seconds:.1f}"
        stage.console.result(
            text("{count} commands ended as they should, in {seconds} s", count=stage.commands, seconds=seconds)
        )
        for name, what in _RESULTS.items():
            stage.console.result(f"  {stage.folder / name!s:<34} {text(what)}")
        stage.console.result(text("Now open {path}", path=(stage.folder / "report.html").resolve()))
        return 0


_CASES = {
    SigningCase.BOTH: "signed by the person, then by the agency",
    SigningCase.PERSONAL_ONLY: "signed by the person alone",
    SigningCase.AGENCY_ONLY: "signed by the agency alone",
    SigningCase.WRONG_ORDER: "signed by the agency first",
    SigningCase.MANIPULATED: "changed after both had signed",
    SigningCase.EXPIRED: "signed with a personal certificate that has expired",
    SigningCase.NONE: "not signed",
}
_RESULTS = {
    "letter.issued.pdf": "the letter, approved and issued",
    "letter.forged.pdf": "its forgery: compare page 1",
    "message.edxml": "what was sent; received/ is what came out of it",
    "documents": "the generated documents; audit.jsonl is what was found in each",
    "register.db": "the register",
    "checkpoint.json": "what the register's log was, signed by the agency",
    "report.html": "the signed share, as a page",
}


def _is_about_files(line: str) -> bool:
    """Of an unpacked message: its files and its faults; inspecting it has shown the rest already."""
    deep = len(line) - len(line.lstrip())
    return bool(line) and deep < 6 and not (deep == 2 and line[2].isalpha())


def _cases(plan: Sequence[PlannedDocument]) -> Iterator[tuple[str, int]]:
    cases = Counter(planned.case for planned in plan)
    yield from ((text, cases[case]) for case, text in _CASES.items() if cases[case])


def _counted(console: Console, files: Iterable[Sequence[Path]], total: int) -> int:
    """How many files there are when all are written, with a progress bar where a person is watching."""
    if console.quiet or not sys.stderr.isatty():
        return sum(map(len, files))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=RichConsole(stderr=True), transient=True) as progress:
        task = progress.add_task(console.text("signing"), total=total)
        for written in files:
            progress.advance(task, len(written))
        return int(progress.tasks[0].completed)
