"""``edocs unpack`` and ``edocs inspect``: what another agency sent, its attachments compared and its PDFs verified.

The exit code is the worst finding. A verdict counts where ``--trust`` or the managed store says whom to believe;
without both, only what no trust can mend does: a signature that fails, a PDF that cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from edocs._files import read_file
from edocs.errors import EdocsError
from edocs.exchange import read_manifest
from edocs.model import MessageLimits, OpenedMessage, TrustStore, Verdict, refusal_reasons
from edocs.office import open_file
from edocs.supervised import SupervisedVerifier

from .console import PATH, Console, common_options, worst
from .exchanging import manifest_path
from .limits import limit_options, read_limits
from .message import message_lines
from .once import OnceCommand
from .progress import spoken_bytes
from .sealing import detached_path
from .supervising import late_worker
from .trusting import TRUST_OPTION, find_trust
from .verdicts import EXIT_CODES

_size_option = click.option(
    "--max-size",
    type=click.IntRange(min=1),
    default=MessageLimits().message_bytes >> 20,
    show_default=True,
    metavar="MB",
    help="Of a message, and of all that is unpacked from it.",
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
@TRUST_OPTION
@_size_option
@limit_options
@common_options
def unpack(
    console: Console,
    envelope: Path,
    folder: Path,
    trust: tuple[Path, ...],
    max_size: int,
    max_seconds: float,
    max_memory: int,
) -> int:
    """Unpack an edXML message into DIR and compare its attachments (mở gói tin).

    A file that is not what was packed is named and not written. Nothing in DIR is overwritten.
    """
    store, trust_code = find_trust(console, trust)
    with late_worker(store, read_limits(max_seconds, max_memory)) as started:
        opened = open_envelope(console, envelope, folder, store, started, max_size)
    _show(console, envelope, opened, is_written=True)
    return worst([_exit_code(opened, store is not None), trust_code])


@click.command(cls=OnceCommand)
@click.argument("envelopes", nargs=-1, required=True, type=PATH, metavar="IN.edxml...")
@TRUST_OPTION
@_size_option
@limit_options
@common_options
def inspect(
    console: Console,
    envelopes: tuple[Path, ...],
    trust: tuple[Path, ...],
    max_size: int,
    max_seconds: float,
    max_memory: int,
) -> int:
    """Show what edXML messages say and carry, and verify the PDFs in them (xem gói tin)."""
    store, trust_code = find_trust(console, trust)
    codes = [trust_code]
    with late_worker(store, read_limits(max_seconds, max_memory)) as started:
        for envelope in envelopes:
            try:
                opened = open_envelope(console, envelope, None, store, started, max_size)
            except EdocsError as error:
                console.error(error, envelope)
                codes.append(error.exit_code)
                continue
            _show(console, envelope, opened, is_written=False)
            codes.append(_exit_code(opened, store is not None))
    return worst(codes)


def open_envelope(
    console: Console,
    envelope: Path,
    folder: Path | None,
    trust: TrustStore | None,
    started: Callable[[], SupervisedVerifier],
    max_size: int,
) -> OpenedMessage:
    """Open a message with what stands beside it, in a worker where it has to be judged."""
    most = max_size << 20
    beside = manifest_path(envelope)
    manifest = read_manifest(read_file(beside)) if beside.exists() else None
    apart = detached_path(envelope)
    detached = read_file(apart) if apart.exists() else None
    return open_file(
        envelope,
        folder,
        manifest,
        trust,
        detached=detached,
        verify=lambda document, options: started().verify(document, options),
        judge=lambda check, options: started().judge(check, options),
        limits=MessageLimits(message_bytes=most, file_bytes=most, total_bytes=most),
        on_read=spoken_bytes(console, envelope),
    )


def _show(console: Console, path: Path, opened: OpenedMessage, *, is_written: bool) -> None:
    written = {file.name: str(file.path) for file in opened.unpacked.files if file.path is not None}
    places = written if is_written else None
    refusals = [one.as_dict(console.lang) for one in refusal_reasons(opened)]
    console.emit({"path": str(path), "written": places, **opened.as_dict(console.lang), "refusals": refusals})
    for line in message_lines(console, path, opened, places):
        console.result(line)


def _exit_code(opened: OpenedMessage, is_anybody_trusted: bool) -> int:
    counted = set(Verdict) if is_anybody_trusted else {Verdict.TOTAL_FAILED, Verdict.UNREADABLE}
    judged = [opened.signature, *opened.reports]
    verdicts = {report.verdict for report in judged if report is not None}
    return worst([*(EXIT_CODES[verdict] for verdict in verdicts & counted), 1 if opened.unpacked.all_faults else 0])
