"""``edocs appendix``, ``copy``, ``arrive``: the agency's acts around a document that is issued or received.

Văn bản kèm theo, bản sao, văn bản đến. The first two sign like ``edocs sign``, with the text that the decree prescribes
in the upper right corner; ``arrive`` signs nothing and leaves the document alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from edocs._files import read_file, write_file
from edocs.errors import UsageError
from edocs.model import (
    HANOI,
    Arrival,
    Arrived,
    CopyForm,
    CopySource,
    CopySpec,
    DocumentCode,
    Role,
    SignatureSpec,
    Stamp,
    TimeForm,
    VerificationOptions,
)
from edocs.office import arrive_pdf
from edocs.reports.verdict_words import VERDICTS

from .arguments import read_time
from .batch import BATCH_OPTIONS
from .console import PATH, Console, common_options, worst
from .limits import limit_options, read_limits
from .once import OnceCommand
from .signing import KEY_OPTIONS, plain_spec, read_box, run, with_options
from .supervising import late_verifier
from .trusting import TRUST_OPTION, read_trust
from .verdicts import EXIT_CODES

SCHEMA = "edocs.arrival/1"

_CODE = re.compile(r"\s*(\d{1,7})\s*/\s*(\S.*?)\s*")


@click.command(cls=OnceCommand)
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="PDF...")
@click.option("--code", required=True, metavar="NUMBER/SYMBOL", help="Of the document they go with, such as 15/QĐ-BNV.")
@with_options(KEY_OPTIONS, BATCH_OPTIONS)
@common_options
def appendix(console: Console, paths: Sequence[Path], code: str, **options: Any) -> int:
    """Sign files that go with a document as the agency (ký số văn bản kèm theo): number, symbol, time; no image."""
    spec = replace(_marked_spec(options), appendix_of=_read_code(code))
    return run(console, paths, spec, "appendix", options)


@click.command(cls=OnceCommand)
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="PDF...")
@click.option(
    "--form", required=True, type=click.Choice([form.value for form in CopyForm]), help="Form of copy (hình thức sao)."
)
@click.option(
    "--source",
    required=True,
    type=click.Choice([source.value for source in CopySource]),
    help="An original on paper, an electronic original, or a sao y.",
)
@click.option("--agency", default="", help="Who makes the copy; default: the name in the certificate.")
@click.option("--any-scan", is_flag=True, help="Take a scan without colour, or below 200 dpi.")
@with_options(KEY_OPTIONS, BATCH_OPTIONS)
@common_options
def copy(
    console: Console, paths: Sequence[Path], form: str, source: str, agency: str, any_scan: bool, **options: Any
) -> int:
    """Sign electronic copies as the agency that makes them (bản sao): form of copy, agency and time; no image."""
    stated = CopySpec(form=CopyForm(form), source=CopySource(source), agency=agency, any_scan=any_scan)
    return run(console, paths, replace(_marked_spec(options), copy=stated), "copy", options)


@click.command(cls=OnceCommand)
@click.argument("path", type=PATH, metavar="PDF")
@click.option("--number", required=True, type=click.IntRange(min=1), help="Arrival number (số đến).")
@click.option("--agency", required=True, help="Where it arrived: the name on the stamp.")
@click.option("--at", metavar="TIME", help="When it arrived (ISO 8601); default: now.")
@click.option("--forward-to", default="", help="The unit or person who has to act (chuyển).")
@click.option("--file-code", default="", help="Number and symbol of the file it belongs to (số và ký hiệu hồ sơ).")
@TRUST_OPTION
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="PDF", help="The sheet.")
@limit_options
@common_options
def arrive(console: Console, path: Path, number: int, agency: str, at: str | None, **options: Any) -> int:
    """Number a document that arrived, verify it, and write the ĐẾN stamp on a sheet of its own (văn bản đến).

    The document is not changed. Exit code: as verify.
    """
    arrival = Arrival(
        agency=agency,
        number=number,
        arrived_at=read_time(console, at) if at else datetime.now(HANOI),
        forwarded_to=options["forward_to"],
        file_code=options["file_code"],
    )
    document = read_file(path)
    trust, trust_code = read_trust(console, options["trust"])
    stated = VerificationOptions(at=arrival.arrived_at)
    with late_verifier(trust, read_limits(options["max_seconds"], options["max_memory"])) as verify:
        arrived = arrive_pdf(document, arrival, trust, stated, name=path.name, verify=verify)
    output = options["output"] or path.with_name(f"{path.stem}.arrival.pdf")
    write_file(output, arrived.sheet, inputs=[path])
    console.emit(_record(arrived, path, output, console.lang))
    if not console.json:
        verdict = console.text(VERDICTS[arrived.report.verdict])
        console.result(
            console.text(
                "arrived as number {number}: {path} is {verdict}; sheet: {output}",
                number=number,
                path=path,
                verdict=verdict,
                output=output,
            )
        )
    return worst([EXIT_CODES[arrived.report.verdict], trust_code])


def _marked_spec(options: dict[str, Any]) -> SignatureSpec:
    at = options["at"]
    stamp = Stamp(box=read_box(at) if at else None, time_form=TimeForm(options["time_form"]))
    return replace(plain_spec(Role.ORGANISATION, options), stamp=stamp)


def _read_code(text: str) -> DocumentCode:
    match = _CODE.fullmatch(text)
    if match is None:
        raise UsageError("not a number and symbol: {text}", hint="such as 15/QĐ-BNV", text=text)
    # Only number and symbol are shown; the date is that of the main document, which nobody asks for here.
    return DocumentCode(number=int(match[1]), symbol=match[2], issued_on=datetime.now(HANOI))


def _record(arrived: Arrived, path: Path, output: Path, lang: str) -> dict[str, object]:
    arrival, report = arrived.arrival, arrived.report
    return {
        "schema": SCHEMA,
        "path": str(path),
        "output": str(output),
        "sha256": report.sha256,
        "number": arrival.number,
        "arrived_at": arrival.arrived_at.astimezone(HANOI).isoformat(timespec="seconds"),
        "agency": arrival.agency,
        "forwarded_to": arrival.forwarded_to,
        "file_code": arrival.file_code,
        "verdict": report.verdict.value,
        "legal_effect": report.legal_effect.value,
        "report": report.as_dict(lang),
    }
