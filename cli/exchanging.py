"""``edocs pack``: a description and files become an edXML message, with its manifest beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from edocs._files import open_output, open_steady, read_file, require_free, require_other, write_file
from edocs.errors import EdocsError, UsageError
from edocs.exchange import draft_errors, pack_file, read_meta
from edocs.model import OutgoingFile

from .console import FORCE_OPTION, PATH, Console, common_options, worst
from .message import reason_lines
from .once import OnceCommand
from .progress import spoken_bytes
from .sealing import detached_path, open_seal, seal_options

MANIFEST_SUFFIX = ".sha256.json"


@click.command(cls=OnceCommand)
@click.argument("meta", type=PATH, metavar="META.toml")
@click.argument("files", type=PATH, nargs=-1, required=True, metavar="FILE...")
@click.option(
    "-o",
    "--output",
    type=PATH,
    metavar="OUT.edxml",
    help="The message.",
)
@click.option("--check", is_flag=True, help="Write nothing; say everything that is wrong.")
@FORCE_OPTION
@seal_options
@common_options
def pack(
    console: Console, meta: Path, files: tuple[Path, ...], output: Path | None, check: bool, force: bool, **options: Any
) -> int:
    """Pack FILEs, the main document first, into an edXML message that META.toml describes (đóng gói văn bản).

    Beside OUT.edxml stands OUT.edxml.sha256.json: name, size and SHA-256 of each file, and of the message.
    """
    if check:
        return _check(console, meta, files)
    if output is None:
        raise UsageError("where is the message to be written?", hint="give -o OUT.edxml, or --check")
    document = read_meta(read_file(meta))
    seal = open_seal(console, options)
    beside = manifest_path(output)
    inputs = (meta, *files)
    for target in (output, beside, detached_path(output)):
        require_free(target, force=force or target in inputs)  # of an input the next line has more to say
        require_other(target, inputs)
    with open_output(beside, inputs) as listing:
        packed = pack_file(
            document, [_outgoing(path) for path in files], output, seal=seal, on_read=spoken_bytes(console, output)
        )
        manifest = packed.manifest.as_dict()
        listing.write((json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode())
    if packed.detached is not None:
        write_file(detached_path(output), packed.detached, inputs=inputs)
    notices = [notice.as_dict(console.lang) for notice in packed.notices]
    console.emit({"path": str(output), "manifest_path": str(beside), **manifest, "notices": notices})
    console.result(
        console.text(
            "packed: {path}: {count} files, {size} bytes, SHA-256 {sha256}",
            path=output,
            count=len(files),
            size=packed.manifest.envelope_size_bytes,
            sha256=packed.manifest.envelope_sha256,
        )
    )
    for line in reason_lines(console, "notice", packed.notices, ""):
        console.result(line)
    return 0


def _check(console: Console, meta: Path, files: tuple[Path, ...]) -> int:
    codes = []
    read = []
    for path in files:
        try:
            with open_steady(path):
                read.append(_outgoing(path))
        except EdocsError as error:
            console.error(error, path)
            codes.append(error.exit_code)
    for found in draft_errors(read_file(meta), read):
        console.error(found)
        codes.append(found.exit_code)
    if not codes:
        console.result(console.text("{path} and {count} files can be packed", path=meta, count=len(files)))
    return worst(codes)


def _outgoing(path: Path) -> OutgoingFile:
    return OutgoingFile(name=path.name, path=path)


def manifest_path(envelope: Path) -> Path:
    """Where the manifest of ``envelope`` stands."""
    return envelope.with_name(envelope.name + MANIFEST_SUFFIX)
