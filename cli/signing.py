"""``edocs approve``, ``issue``, ``sign``: one key, opened once, for one file or many.

Ký số trên dòng lệnh. Outputs stand beside their inputs as ``X.signed.pdf``, ``X.approved.pdf``, ``X.issued.pdf`` unless
``-o`` says otherwise; an input is never written over, and a file that fails leaves the others alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

import click

from edocs._files import read_file, write_file
from edocs.connect import SignerRecipe
from edocs.errors import UsageError
from edocs.model import HANOI, Box, DocumentCode, Level, Reservation, Role, SignatureSpec, Stamp, TimeForm
from edocs.sign import preview_pdf

from .batch import BATCH_OPTIONS, sign_files
from .console import FORCE_OPTION, PATH, Console, common_options
from .evidence import EVIDENCE_OPTIONS
from .once import OnceCommand

F = TypeVar("F", bound=Callable[..., Any])

_BOX = "PAGE,LEFT,TOP,WIDTH,HEIGHT"
PREVIEW_SCHEMA = "edocs.preview/1"
_DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")

_RESERVATION_OPTIONS = (
    click.option("--number-at", metavar=_BOX, help="Place of the number; default: the blank after “Số:”."),
    click.option("--date-at", metavar=_BOX, help="Place of the date; default: the blank after the place's comma."),
    click.option("--seal-at", metavar=_BOX, help="Place of the seal; default: over a third of the signature."),
)
_SEAL_MM = click.option(
    "--seal-mm", type=click.FloatRange(20, 60), default=36.0, show_default=True, help="The seal's true diameter."
)
KEY_OPTIONS = (
    click.option(
        "--signer",
        required=True,
        metavar="URI",
        help="pkcs12:PATH, X.p12, pem:CERT?key=PATH, pkcs11:token=NAME;object=KEY, "
        "csc+https://HOST/PATH?credential=ID, gateway+https://HOST/PATH?user=ID, mobile+https://HOST/PATH?msisdn=NUMBER.",
    ),
    click.option("--field", help="Empty signature field to sign, or name of a new one."),
    click.option("--at", metavar=_BOX, help="Place of the stamp: page (-1: last) and millimetres from upper left."),
    click.option(
        "--time-form",
        type=click.Choice([form.value for form in TimeForm]),
        default=TimeForm.ISO.value,
        show_default=True,
        help="iso: 2026-03-05T14:30:00+07:00; dotted: 05.03.2026 14:30:00 +07:00.",
    ),
    click.option(
        "--preview",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="PNG",
        help="Sign nothing: draw the pages as they would be.",
    ),
    click.option("--password", is_flag=True, help="Ask for the password of encrypted PDFs; they stay encrypted."),
    click.option("--reason", default="", help="Stated reason."),
    click.option("--location", default="", help="Stated place."),
    click.option("--digest", type=click.Choice(["sha256", "sha384", "sha512"]), default="sha256", show_default=True),
    click.option(
        "--trust",
        multiple=True,
        type=PATH,
        metavar="PATH",
        help="CRLs to ask before signing, and CA certificates.",
    ),
    click.option(
        "--level", type=click.Choice([level.value for level in Level]), default="B-B", show_default=True, help="PAdES."
    ),
    *EVIDENCE_OPTIONS,
    click.option("-o", "--output", type=PATH, metavar="OUT|DIR", help="File, or folder."),
    FORCE_OPTION,
)
_IMAGE_OPTIONS = (
    click.option("--image", type=PATH, metavar="PNG", help="Image of signature or seal."),
    click.option("--any-image", is_flag=True, help="Take an image of another colour, size or background."),
    click.option("--text", multiple=True, metavar="LINE", help="Line of text in the stamp; {time} is the time."),
    click.option("--no-stamp", is_flag=True, help="Sign invisibly."),
)
_SIGNING_OPTIONS = (*_IMAGE_OPTIONS, *KEY_OPTIONS)


def with_options(*groups: Sequence[Callable[[F], F]]) -> Callable[[F], F]:
    """Several groups of options as one decorator, in their order."""

    def decorate(function: F) -> F:
        for option in reversed([option for group in groups for option in group]):
            function = option(function)
        return function

    return decorate


@click.command(cls=OnceCommand)
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="PDF...")
@click.option("--role", required=True, type=click.Choice(["personal", "organisation"]), help="In whose name.")
@click.option("--reserve", is_flag=True, help="Reserve number, date and seal first, as approve does.")
@with_options(_RESERVATION_OPTIONS, (_SEAL_MM,), _SIGNING_OPTIONS, BATCH_OPTIONS)
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
    return run(console, paths, spec, "signed", options)


@click.command(cls=OnceCommand)
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="PDF...")
@with_options(_RESERVATION_OPTIONS, (_SEAL_MM,), _SIGNING_OPTIONS, BATCH_OPTIONS)
@common_options
def approve(console: Console, paths: Sequence[Path], **options: Any) -> int:
    """Reserve number, date and seal, then sign as the person in authority (ký duyệt của người có thẩm quyền)."""
    spec = replace(_spec(Role.PERSONAL, options), reserve=_reservation(options))
    return run(console, paths, spec, "approved", options)


@click.command(cls=OnceCommand)
@click.argument("path", type=PATH, metavar="PDF")
@click.option("--number", required=True, type=click.IntRange(min=1), help="Number of the document, without symbol.")
@click.option("--date", "issued_on", metavar="DATE", help="2026-03-05 or 05/03/2026; default: today in Vietnam.")
@with_options(_RESERVATION_OPTIONS, _SIGNING_OPTIONS)
@common_options
def issue(console: Console, path: Path, number: int, issued_on: str | None, **options: Any) -> int:
    """Fill in number and date, then sign as the agency (cấp số, thời gian và ký số của cơ quan)."""
    code = DocumentCode(number=number, issued_on=_read_date(issued_on))
    places = any(options[name] for name in ("number_at", "date_at", "seal_at"))
    spec = replace(_spec(Role.ORGANISATION, options), code=code, reserve=_reservation(options) if places else None)
    return run(console, [path], spec, "issued", options)


def run(console: Console, paths: Sequence[Path], spec: SignatureSpec, suffix: str, options: dict[str, Any]) -> int:
    """Sign ``paths``, or draw the one among them as it would be."""
    target: Path | None = options["preview"]
    if target is None:
        return sign_files(console, paths, spec, suffix, options)
    if len(paths) != 1 or paths[0].is_dir():
        raise UsageError("a preview is of one file", hint="give one PDF")
    (path,) = paths
    if options["password"]:
        spec = replace(spec, password=console.ask_secret("password of the PDFs"))
    signer = SignerRecipe(options["signer"], console.ask_secret)()
    write_file(target, preview_pdf(read_file(path), signer, spec), inputs=[path])
    console.emit({"schema": PREVIEW_SCHEMA, "path": str(path), "output": str(target)})
    if not console.json:
        console.result(console.text("preview of {path}, nothing signed: {output}", path=path, output=target))
    return 0


def _spec(role: Role, options: dict[str, Any]) -> SignatureSpec:
    return replace(plain_spec(role, options), stamp=_stamp(options))


def plain_spec(role: Role, options: dict[str, Any]) -> SignatureSpec:
    """What the options that all acts share ask for; no stamp."""
    return SignatureSpec(
        role=role,
        field=options["field"],
        reason=options["reason"],
        location=options["location"],
        digest=options["digest"],
        level=Level(options["level"]),
    )


def _stamp(options: dict[str, Any]) -> Stamp | None:
    image, lines, at = options["image"], options["text"], options["at"]
    if options["no_stamp"] or not (image or lines):
        if image or lines or at:
            raise UsageError("a stamp needs an image or text, and no --no-stamp", hint="--image PNG or --text LINE")
        return None
    return Stamp(
        box=read_box(at) if at else None,
        image_png=read_file(image) if image else None,
        any_image=options["any_image"],
        lines=tuple(lines),
        time_form=TimeForm(options["time_form"]),
    )


def _reservation(options: dict[str, Any]) -> Reservation:
    number, date_, seal = (options[name] for name in ("number_at", "date_at", "seal_at"))
    return Reservation(
        number=read_box(number) if number else None,
        date=read_box(date_) if date_ else None,
        seal=read_box(seal) if seal else None,
        seal_mm=options.get("seal_mm", 36.0),
    )


def read_box(text: str) -> Box:
    """A place as it is typed: ``PAGE,LEFT,TOP,WIDTH,HEIGHT``.

    Raises:
        UsageError: It is no place.
    """
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
