"""``edocs extend``: raise the signatures of PDFs to a level, or renew the evidence of those that have it.

Nâng mức chữ ký và gia hạn bằng chứng trên dòng lệnh. No key is needed; outputs stand beside their inputs as
``X.extended.pdf`` unless ``-o`` says otherwise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from edocs._files import read_file, require_free, write_file
from edocs.errors import EdocsError
from edocs.model import Level
from edocs.model.times import local_time
from edocs.ports import Evidence
from edocs.sign import extend_pdf

from .batch import name_outputs
from .console import FORCE_OPTION, PATH, Console, common_options, worst
from .evidence import EVIDENCE_OPTIONS, read_evidence
from .once import OnceCommand
from .signing import with_options

SCHEMA = "edocs.extension/1"


@click.command(cls=OnceCommand)
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="PDF...")
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level if level is not Level.B_B]),
    default=Level.B_LTA.value,
    show_default=True,
    help="Level to reach; at B-LTA already, the document timestamp is renewed.",
)
@click.option(
    "--trust",
    multiple=True,
    type=PATH,
    metavar="PATH",
    help="CA certificates and CRLs that the document lacks.",
)
@with_options(EVIDENCE_OPTIONS)
@click.option("--password", is_flag=True, help="Ask for the password of encrypted PDFs; they stay encrypted.")
@click.option("-o", "--output", type=PATH, metavar="OUT|DIR", help="File, or folder.")
@FORCE_OPTION
@common_options
def extend(console: Console, paths: Sequence[Path], level: str, output: Path | None, **options: Any) -> int:
    """Raise signatures to a level, or renew their evidence (nâng mức chữ ký, gia hạn bằng chứng)."""
    outputs = name_outputs(paths, output, "extended")
    evidence = read_evidence(console, options | {"level": level})
    password = console.ask_secret("password of the PDFs") if options["password"] else None
    codes = []
    for path in paths:
        try:
            done = _extend_file(
                path, outputs[path], paths, (Level(level), evidence, password), is_forced=options["force"]
            )
        except EdocsError as error:
            console.error(error, path)
            codes.append(error.exit_code)
            continue
        console.emit(done)
        if not console.json:
            console.result(console.text("extended: {path} → {output} ({level}, until {holds_until})", **done))
        codes.append(0)
    return worst(codes)


def _extend_file(
    path: Path, output: Path, inputs: Sequence[Path], how: tuple[Level, Evidence, str | None], *, is_forced: bool
) -> dict[str, object]:
    level, evidence, password = how
    require_free(output, force=is_forced)
    document = read_file(path)
    extended = extend_pdf(document, level, evidence=evidence, password=password)
    write_file(output, extended.document, inputs=inputs)
    return {
        "schema": SCHEMA,
        "path": str(path),
        "output": str(output),
        "sha256_before": hashlib.sha256(document).hexdigest(),
        "sha256_after": hashlib.sha256(extended.document).hexdigest(),
        "level": extended.level.value,
        "holds_until": local_time(extended.holds_until).isoformat(timespec="seconds"),
    }
