"""``edocs unpack`` and ``edocs inspect``: what another agency sent, its attachments compared and its PDFs verified.

The exit code is the worst finding. A verdict counts where ``--trust`` asked for one; without it only what no trust can
mend does: a signature that fails, a PDF that cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from edocs._files import read_file, write_file
from edocs.errors import EdocsError, OutputError
from edocs.exchange import read_manifest
from edocs.model import OpenedMessage, TrustStore, UnpackedFile, Verdict
from edocs.office import PdfVerifier, open_message
from edocs.verify import load_trust

from .console import PATH, Console, common_options, worst
from .exchanging import manifest_path
from .limits import limit_options, read_limits
from .message import message_lines
from .once import OnceCommand
from .sealing import detached_path
from .supervising import late_verifier
from .verdicts import EXIT_CODES

_trust_option = click.option(
    "--trust",
    multiple=True,
    type=PATH,
    metavar="PEM|DIR|LIST",
    help="Roots, CAs, CRLs, pins and trusted lists to verify the PDFs with; repeatable.",
)


@click.command(cls=OnceCommand)
@click.argument("envelope", type=PATH, metavar="IN.edxml")
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=PATH,
    metavar="DIR",
    help="For the files.",
)
@_trust_option
@limit_options
@common_options
def unpack(
    console: Console, envelope: Path, folder: Path, trust: tuple[Path, ...], max_seconds: float, max_memory: int
) -> int:
    """Unpack an edXML message into DIR and compare its attachments (mở gói tin).

    A file that is not what was packed is named and not written. Nothing in DIR is overwritten.
    """
    store = _load(trust)
    with late_verifier(store, read_limits(max_seconds, max_memory)) as verify:
        opened = _open(envelope, store, verify)
    _show(console, envelope, opened, _write(opened, folder, envelope))
    return _exit_code(opened, bool(trust))


@click.command(cls=OnceCommand)
@click.argument("envelopes", nargs=-1, required=True, type=PATH, metavar="IN.edxml...")
@_trust_option
@limit_options
@common_options
def inspect(
    console: Console, envelopes: tuple[Path, ...], trust: tuple[Path, ...], max_seconds: float, max_memory: int
) -> int:
    """Show what edXML messages say and carry, and verify the PDFs in them (xem gói tin)."""
    codes = []
    store = _load(trust)
    with late_verifier(store, read_limits(max_seconds, max_memory)) as verify:
        for envelope in envelopes:
            try:
                opened = _open(envelope, store, verify)
            except EdocsError as error:
                console.error(error, envelope)
                codes.append(error.exit_code)
                continue
            _show(console, envelope, opened, None)
            codes.append(_exit_code(opened, bool(trust)))
    return worst(codes)


def _load(trust: tuple[Path, ...]) -> TrustStore | None:
    return load_trust(trust) if trust else None


def _open(envelope: Path, trust: TrustStore | None, verify: PdfVerifier) -> OpenedMessage:
    beside = manifest_path(envelope)
    manifest = read_manifest(read_file(beside)) if beside.exists() else None
    apart = detached_path(envelope)
    detached = read_file(apart) if apart.exists() else None
    return open_message(read_file(envelope), manifest, trust, detached=detached, verify=verify)


def _write(opened: OpenedMessage, folder: Path, envelope: Path) -> dict[str, Path]:
    """Write every file without a fault; which file went where, by name."""
    if opened.signature is not None and opened.signature.verdict is Verdict.TOTAL_FAILED:
        return {}  # nobody knows whose the files are
    targets = {file.name: folder / file.name for file in opened.unpacked.files if not file.faults}
    files = [file for file in opened.unpacked.files if file.name in targets]
    fresh = [file for file in files if not _is_there(file, targets[file.name])]
    if fresh:
        _make(folder)
    for file in fresh:
        write_file(targets[file.name], file.data, inputs=(envelope, manifest_path(envelope)))
    return targets


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise OutputError("folder cannot be made: {path}: {why}", path=folder, why=exc.strerror or exc) from exc


def _is_there(file: UnpackedFile, path: Path) -> bool:
    """Whether ``path`` is this file already; another one there is left alone and stops the work."""
    if not path.exists() and not path.is_symlink():
        return False
    if path.is_file() and not path.is_symlink() and read_file(path) == file.data:
        return True
    raise OutputError("another file stands there: {path}", hint="choose an empty folder with -o", path=path)


def _show(console: Console, path: Path, opened: OpenedMessage, written: Mapping[str, Path] | None) -> None:
    places = None if written is None else {name: str(place) for name, place in written.items()}
    named = tuple(
        report if report is None else replace(report, path=(places or {}).get(file.name, file.name))
        for file, report in zip(opened.unpacked.files, opened.reports, strict=True)
    )
    opened = replace(opened, reports=named)
    console.emit({"path": str(path), "written": places, **opened.as_dict(console.lang)})
    for line in message_lines(console, path, opened, places):
        console.result(line)


def _exit_code(opened: OpenedMessage, is_trust_given: bool) -> int:
    counted = set(Verdict) if is_trust_given else {Verdict.TOTAL_FAILED, Verdict.UNREADABLE}
    judged = [opened.signature, *opened.reports]
    verdicts = {report.verdict for report in judged if report is not None}
    return worst([*(EXIT_CODES[verdict] for verdict in verdicts & counted), 1 if opened.unpacked.all_faults else 0])
