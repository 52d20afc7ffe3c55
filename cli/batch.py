"""Signing many files from the command line: which files, where to, and one line for each.

Ký hàng loạt trên dòng lệnh. A folder stands for the PDFs in and below it, without those that are outputs of the same
act. Progress is shown where there are many and a person is watching.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from cryptography import x509
from cryptography.x509.oid import NameOID

from edocs.batch import BatchOptions, SigningJob, SigningRecord, sign_pdfs
from edocs.connect import SignerRecipe, open_engine
from edocs.errors import OutputError, UsageError
from edocs.model import HANOI, SignatureSpec
from edocs.model.privacy import mask_subject

from .console import Console, worst
from .evidence import read_evidence

SCHEMA = "edocs.signing/1"

BATCH_OPTIONS = (
    click.option(
        "--on-error", type=click.Choice(["continue", "stop"]), default="continue", show_default=True, help="Of a file."
    ),
    click.option(
        "--repair", is_flag=True, help="Rebuild a damaged file that is not signed as X.repaired.pdf, sign that."
    ),
    click.option("--resume", is_flag=True, help="Skip a file whose output is there, signed with this certificate."),
    click.option(
        "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes, for keys in files."
    ),
)

_MANY = 4  # from that many files on, progress is worth showing


def sign_files(
    console: Console, paths: Sequence[Path], spec: SignatureSpec, suffix: str, options: dict[str, Any]
) -> int:
    """Sign ``paths`` with one key; ``suffix`` names the outputs."""
    sources = list(find_sources(paths, suffix))
    outputs = name_outputs(sources, options["output"], suffix, is_many=len(paths) > 1 or paths[0].is_dir())
    recipe = SignerRecipe(options["signer"], console.ask_secret)
    if options.get("password"):
        spec = replace(spec, password=console.ask_secret("password of the PDFs"))
    signer = recipe(lambda code: console.say("confirm on the phone only if it shows {code}", code=code))
    workers = min(options.get("jobs", 1), len(sources))
    settings = BatchOptions(
        evidence=read_evidence(console, options),
        stop_on_error=options.get("on_error") == "stop",
        resume=options.get("resume", False),
        force=options.get("force", False),
        repair=options.get("repair", False),
        engine=open_engine(f"local:{workers}") if workers > 1 else None,
        reopen=recipe if workers > 1 else None,
    )
    jobs = [SigningJob(source=source, target=outputs[source]) for source in sources]
    codes = [
        _show(console, record, spec, signer.certificate)
        for record in _watched(console, sign_pdfs(jobs, signer, spec, settings), len(jobs))
    ]
    if len(codes) < len(jobs):
        console.say("stopped: {count} files were not begun", count=len(jobs) - len(codes))
    return worst(codes)


def find_sources(paths: Iterable[Path], suffix: str) -> Iterator[Path]:
    """The files among ``paths``, and the PDFs in the folders among them but for outputs of the same act."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(item for item in path.rglob("*") if item.suffix.lower() == ".pdf" and item.is_file())
        yield from (item for item in found if not item.stem.endswith((f".{suffix}", ".repaired")))


def name_outputs(
    paths: Sequence[Path], output: Path | None, suffix: str, *, is_many: bool | None = None
) -> dict[Path, Path]:
    """Where each input's result goes; decided before anything is signed.

    Raises:
        UsageError: There is no input, or two would become one output.
        OutputError: An output would be an input, or the folder cannot be made.
    """
    if not paths:
        raise UsageError("no PDF to sign", hint="give files, or a folder with PDFs")
    several = len(paths) > 1 if is_many is None else is_many
    if output is not None and (several or output.is_dir()):
        _make(output)
        outputs = {path: output / f"{path.stem}.{suffix}.pdf" for path in paths}
    elif output is not None:
        outputs = dict.fromkeys(paths, output)
    else:
        outputs = {path: path.with_name(f"{path.stem}.{suffix}.pdf") for path in paths}
    if len(set(outputs.values())) < len(paths):
        raise UsageError("two inputs would become one output", hint="give each file once, or sign them apart")
    inputs = {path.resolve() for path in paths}
    for target in outputs.values():
        if target.resolve() in inputs:
            raise OutputError("output is the input: {path}", hint="choose another name with -o", path=target)
    return outputs


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise OutputError("folder cannot be made: {path}: {why}", path=folder, why=exc.strerror or exc) from exc


def _show(console: Console, record: SigningRecord, spec: SignatureSpec, certificate: x509.Certificate) -> int:
    if record.failure is not None:
        console.error(record.failure, record.source)
        return record.failure.exit_code
    report = _report(record, spec) | _report_certificate(certificate)
    console.emit(report)
    if not console.json:
        text = "signed already: {path} → {output}" if record.is_skipped else "signed: {path} → {output} ({field})"
        console.result(console.text(text, **report))
    return 0


def _report(record: SigningRecord, spec: SignatureSpec) -> dict[str, object]:
    signed_at = record.signed_at
    return {
        "schema": SCHEMA,
        "path": str(record.source),
        "output": str(record.target),
        "status": "skipped" if record.is_skipped else "signed",
        "sha256_before": record.sha256_before,
        "sha256_after": record.sha256_after,
        "role": spec.role.value,
        "field": record.field or None,
        "level": record.level.value if record.level else None,
        "signed_at": signed_at.astimezone(HANOI).isoformat(timespec="seconds") if signed_at else None,
        "certificate_sha256": record.certificate_sha256,
    }


def _report_certificate(certificate: x509.Certificate) -> dict[str, object]:
    return {
        "subject": mask_subject(certificate.subject.rfc4514_string({NameOID.TITLE: "title"})),
        "issuer": certificate.issuer.rfc4514_string(),
        "serial": f"{certificate.serial_number:X}",
    }


def _watched(console: Console, records: Iterator[SigningRecord], total: int) -> Iterable[SigningRecord]:
    """The records, with a progress bar on standard error where there are many and a person is watching."""
    if total < _MANY or console.quiet or not sys.stderr.isatty():
        return records
    return _bar(console, records, total)


def _bar(console: Console, records: Iterator[SigningRecord], total: int) -> Iterator[SigningRecord]:
    from rich.console import Console as RichConsole  # noqa: PLC0415 - costs more than signing one file
    from rich.progress import track  # noqa: PLC0415

    shown = RichConsole(stderr=True)
    yield from track(records, console.text("signing"), total=total, console=shown, transient=True)
