"""``edocs pack``: a description and files become an edXML message, with its manifest beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from edocs._files import open_output, read_file, require_free, write_file
from edocs.exchange import pack as pack_message
from edocs.exchange import read_meta
from edocs.model import OutgoingFile

from .console import FORCE_OPTION, PATH, Console, common_options
from .sealing import detached_path, open_seal, seal_options, sealed

MANIFEST_SUFFIX = ".sha256.json"


@click.command()
@click.argument("meta", type=PATH, metavar="META.toml")
@click.argument("files", type=PATH, nargs=-1, required=True, metavar="FILE...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=PATH,
    metavar="OUT.edxml",
    help="The message.",
)
@FORCE_OPTION
@seal_options
@common_options
def pack(console: Console, meta: Path, files: tuple[Path, ...], output: Path, force: bool, **options: Any) -> int:
    """Pack FILEs, the main document first, into an edXML message that META.toml describes (đóng gói văn bản).

    Beside OUT.edxml stands OUT.edxml.sha256.json: name, size and SHA-256 of each file, and of the message.
    """
    document = read_meta(read_file(meta))
    seal = open_seal(console, options)
    packed = pack_message(document, [OutgoingFile(name=path.name, data=read_file(path)) for path in files])
    signed = seal(packed.envelope)
    packed = sealed(packed, signed.envelope)
    beside = manifest_path(output)
    manifest = packed.manifest.as_dict()
    inputs = (meta, *files)
    for target in (output, beside, detached_path(output)):
        require_free(target, force=force or target in inputs)  # of an input the next line has more to say
    with open_output(output, inputs) as envelope, open_output(beside, inputs) as listing:
        envelope.write(packed.envelope)
        listing.write((json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode())
    if signed.detached is not None:
        write_file(detached_path(output), signed.detached, inputs=inputs)
    console.emit({"path": str(output), "manifest_path": str(beside), **manifest})
    console.result(
        console.text(
            "packed: {path}: {count} files, {size} bytes, SHA-256 {sha256}",
            path=output,
            count=len(files),
            size=packed.manifest.envelope_size_bytes,
            sha256=packed.manifest.envelope_sha256,
        )
    )
    return 0


def manifest_path(envelope: Path) -> Path:
    """Where the manifest of ``envelope`` stands."""
    return envelope.with_name(envelope.name + MANIFEST_SUFFIX)
