"""``edocs approve``, ``issue``, ``sign``: one key, opened once, for one file or many.

Ký số trên dòng lệnh. Outputs stand beside their inputs as ``X.signed.pdf``, ``X.approved.pdf``, ``X.issued.pdf`` unless
``-o`` says otherwise; an input is never written over, and a file that fails leaves the others alone.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

import click

from edocs._files import read_file, write_file
from edocs.connect import open_signer
from edocs.errors import EdocsError, OutputError, UsageError
from edocs.model import HANOI, Box, DocumentCode, Level, Reservation, Role, SignatureSpec, Stamp
from edocs.ports import Evidence, Signer
from edocs.sign import PreparedSignature, finish_pdf, prepare_pdf

from .console import Console, common_options, worst
from .evidence import EVIDENCE_OPTIONS, read_evidence

F = TypeVar("F", bound=Callable[..., Any])

SCHEMA = "edocs.signing/1"

_BOX = "PAGE,LEFT,TOP,WIDTH,HEIGHT"
_DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")
_MANY = 4  # from that many files on, progress is worth showing

_RESERVATION_OPTIONS = (
    click.option("--number-at", metavar=_BOX, help="Place of the number; default: the blank after “Số:”."),
    click.option("--date-at", metavar=_BOX, help="Place of the date; default: the blank after the place's comma."),
    click.option("--seal-at", metavar=_BOX, help="Place of the seal; default: over a third of the signature."),
)
_SIGNING_OPTIONS = (
    click.option("--signer", required=True, metavar="URI", help="pkcs12:PATH, X.p12, pem:CERT?key=PATH."),
    click.option("--field", help="Empty signature field to sign, or name of a new one."),
    click.option("--image", type=click.Path(path_type=Path), metavar="PNG", help="Image of signature or seal."),
    click.option("--at", metavar=_BOX, help="Place of the stamp: page (-1: last) and millimetres from upper left."),
    click.option("--text", multiple=True, metavar="LINE", help="Line of text in the stamp; {time} is the time."),
    click.option("--no-stamp", is_flag=True, help="Sign invisibly."),
    click.option("--reason", default="", help="Stated reason."),
    click.option("--location", default="", help="Stated place."),
    click.option("--digest", type=click.Choice(["sha256", "sha384", "sha512"]), default="sha256", show_default=True),
    click.option(
        "--trust",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="CRLs to ask before signing, and CA certificates.",
    ),
    click.option(
        "--level", type=click.Choice([level.value for level in Level]), default="B-B", show_default=True, help="PAdES."
    ),
    *EVIDENCE_OPTIONS,
    click.option("-o", "--output", type=click.Path(path_type=Path), metavar="OUT|DIR", help="File, or folder."),
)


def with_options(*groups: Sequence[Callable[[F], F]]) -> Callable[[F], F]:
    """Several groups of options as one decorator, in their order."""

    def decorate(function: F) -> F:
        for option in reversed([option for group in groups for option in group]):
            function = option(function)
        return function

    return decorate


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PDF...")
@click.option("--role", required=True, type=click.Choice(["personal", "organisation"]), help="In whose name.")
@click.option("--reserve", is_flag=True, help="Reserve number, date and seal first, as approve does.")
@with_options(_RESERVATION_OPTIONS, _SIGNING_OPTIONS)
@common_options
def sign(console: Console, paths: Sequence[Path], role: str, reserve: bool, **options: Any) -> int:
    """Sign PDFs as PAdES (ký số)."""
    if reserve and role != Role.PERSONAL.value:
        raise UsageError("a document is approved by a person", hint="role personal")
    if not reserve and any(options[name] for name in ("number_at", "date_at", "seal_at")):
        raise UsageError("there is nothing to place without reserving it", hint="add --reserve")
    spec = _spec(Role(role), options)
    if reserve:
        spec = replace(spec, reserve=_reservation(options))
    return _run(console, paths, spec, "signed", options)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PDF...")
@with_options(_RESERVATION_OPTIONS, _SIGNING_OPTIONS)
@common_options
def approve(console: Console, paths: Sequence[Path], **options: Any) -> int:
    """Reserve number, date and seal, then sign as the person in authority (ký duyệt của người có thẩm quyền)."""
    spec = replace(_spec(Role.PERSONAL, options), reserve=_reservation(options))
    return _run(console, paths, spec, "approved", options)


@click.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="PDF")
@click.option("--number", required=True, type=click.IntRange(min=1), help="Number of the document, without symbol.")
@click.option("--date", "issued_on", metavar="DATE", help="2026-03-05 or 05/03/2026; default: today in Vietnam.")
@with_options(_SIGNING_OPTIONS)
@common_options
def issue(console: Console, path: Path, number: int, issued_on: str | None, **options: Any) -> int:
    """Fill in number and date, then sign as the agency (cấp số, thời gian và ký số của cơ quan)."""
    code = DocumentCode(number=number, issued_on=_read_date(issued_on))
    spec = replace(_spec(Role.ORGANISATION, options), code=code)
    return _run(console, [path], spec, "issued", options)


def _run(console: Console, paths: Sequence[Path], spec: SignatureSpec, suffix: str, options: dict[str, Any]) -> int:
    outputs = name_outputs(paths, options["output"], suffix)
    signer = open_signer(
        options["signer"],
        console.ask_secret,
        lambda code: console.say("confirm on the phone only if it shows {code}", code=code),
    )
    evidence = read_evidence(console, options)
    codes = []
    for path in _shown(console, paths):
        try:
            done = _sign_file(path, outputs[path], paths, (signer, spec, evidence))
        except EdocsError as error:
            console.error(error, path)
            codes.append(error.exit_code)
            continue
        console.emit(done)
        if not console.json:
            console.result(console.text("signed: {path} → {output} ({field})", **done))
        codes.append(0)
    return worst(codes)


def _sign_file(
    path: Path, output: Path, inputs: Sequence[Path], how: tuple[Signer, SignatureSpec, Evidence]
) -> dict[str, object]:
    signer, spec, evidence = how
    reached = [spec.level]
    document = read_file(path)
    prepared = prepare_pdf(document, signer, spec, now=datetime.now(UTC), evidence=evidence)
    value = signer.sign(prepared.attributes, prepared.digest)
    signed = finish_pdf(prepared, value, evidence=replace(evidence, on_lower=_noting(evidence, reached)))
    write_file(output, signed, inputs=inputs)
    report = _report(path, output, document, signed, prepared)
    return report | {"level": reached[-1].value} | _report_signer(signer)


def _noting(evidence: Evidence, reached: list[Level]) -> Callable[[EdocsError, Level], None] | None:
    """``evidence.on_lower``, which also notes the level in ``reached``."""
    tell = evidence.on_lower
    if tell is None:
        return None

    def note(error: EdocsError, left: Level) -> None:
        reached.append(left)
        tell(error, left)

    return note


def _report(path: Path, output: Path, before: bytes, after: bytes, prepared: PreparedSignature) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "path": str(path),
        "output": str(output),
        "sha256_before": hashlib.sha256(before).hexdigest(),
        "sha256_after": hashlib.sha256(after).hexdigest(),
        "role": prepared.role.value,
        "field": prepared.field,
        "signed_at": prepared.created_at.astimezone(HANOI).isoformat(timespec="seconds"),
        "certificate_sha256": prepared.certificate_sha256,
    }


def _report_signer(signer: Signer) -> dict[str, object]:
    certificate = signer.certificate
    return {
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "serial": f"{certificate.serial_number:X}",
    }


def name_outputs(paths: Sequence[Path], output: Path | None, suffix: str) -> dict[Path, Path]:
    """Where each input's result goes; decided before anything is signed."""
    if output is not None and (len(paths) > 1 or output.is_dir()):
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise OutputError("folder cannot be made: {path}: {why}", path=output, why=exc.strerror or exc) from exc
        outputs = {path: output / f"{path.stem}.{suffix}.pdf" for path in paths}
    elif output is not None:
        outputs = dict.fromkeys(paths, output)
    else:
        outputs = {path: path.with_name(f"{path.stem}.{suffix}.pdf") for path in paths}
    if len(set(outputs.values())) < len(paths):
        raise UsageError("two inputs would become one output", hint="give each file once, or sign them apart")
    return outputs


def _spec(role: Role, options: dict[str, Any]) -> SignatureSpec:
    return SignatureSpec(
        role=role,
        field=options["field"],
        reason=options["reason"],
        location=options["location"],
        digest=options["digest"],
        level=Level(options["level"]),
        stamp=_stamp(options),
    )


def _stamp(options: dict[str, Any]) -> Stamp | None:
    image, lines, at = options["image"], options["text"], options["at"]
    if options["no_stamp"] or not (image or lines):
        if image or lines or at:
            raise UsageError("a stamp needs an image or text, and no --no-stamp", hint="--image PNG or --text LINE")
        return None
    return Stamp(box=_box(at) if at else None, image_png=read_file(image) if image else None, lines=tuple(lines))


def _reservation(options: dict[str, Any]) -> Reservation:
    number, date_, seal = (options[name] for name in ("number_at", "date_at", "seal_at"))
    return Reservation(
        number=_box(number) if number else None, date=_box(date_) if date_ else None, seal=_box(seal) if seal else None
    )


def _box(text: str) -> Box:
    parts = text.split(",")
    try:
        page = int(parts[0])
        left, top, width, height = (float(part) for part in parts[1:])
    except ValueError as exc:
        raise UsageError(
            "not a place: {text}", hint="such as 1,30,40,50,25: PAGE,LEFT,TOP,WIDTH,HEIGHT", text=text
        ) from exc
    return Box(page=page, left_mm=left, top_mm=top, width_mm=width, height_mm=height)


def _read_date(text: str | None) -> datetime:
    day: date | None = datetime.now(HANOI).date() if text is None else None
    for form in _DATE_FORMATS if day is None else ():
        try:
            day = datetime.strptime(text or "", form).replace(tzinfo=HANOI).date()
        except ValueError:
            continue
    if day is None:
        raise UsageError("not a date: {text}", hint="such as 2026-03-05 or 05/03/2026", text=text)
    return datetime.combine(day, time(), HANOI)


def _shown(console: Console, paths: Sequence[Path]) -> Iterable[Path]:
    """The paths, with a progress bar on standard error where there are many and a person is watching."""
    if len(paths) < _MANY or console.quiet or not sys.stderr.isatty():
        return paths
    return _bar(console, paths)


def _bar(console: Console, paths: Sequence[Path]) -> Iterator[Path]:
    from rich.console import Console as RichConsole  # noqa: PLC0415 - costs more than signing one file
    from rich.progress import track  # noqa: PLC0415

    yield from track(paths, console.text("signing"), console=RichConsole(stderr=True), transient=True)
