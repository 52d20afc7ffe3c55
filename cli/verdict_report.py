"""``--report OUT``: the verdicts as a file, its kind by its ending: a page, a PDF, or the XML of ETSI TS 119 102-2."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path

import click

from edocs._files import require_free, write_file
from edocs.engines.local import LocalEngine
from edocs.errors import UsageError
from edocs.model import Limits, Loss, PagePictures, SignatureReport, VerificationReport

from .console import PATH

__all__ = ["REPORT_OPTION", "require_report", "write_report"]

REPORT_OPTION = click.option(
    "--report", type=PATH, metavar="OUT", help="Write the verdicts as a file: .html, .pdf, or .xml (ETSI TS 119 102-2)."
)

_KINDS = {".html": "verdict_html", ".pdf": "verdict_pdf", ".xml": "verdict_xml"}


def require_report(path: Path, *, force: bool) -> None:
    """Go on only where a report of that name can be made: before the work, not after it.

    Raises:
        UsageError: The ending says of no kind.
        OutputError: Another file stands there.
    """
    if path.suffix.lower() not in _KINDS:
        known = ", ".join(_KINDS)
        raise UsageError("no report of this kind: {path}", hint="the name ends in {known}", path=path, known=known)
    require_free(path, force=force)


def write_report(
    path: Path,
    reports: Sequence[VerificationReport],
    lang: str,
    verified_at: datetime,
    passwords: Mapping[str, str],
    limits: Limits,
) -> None:
    """Write ``reports`` to ``path``.

    Args:
        passwords: Of encrypted files, by path.
        limits: What drawing the pictures of one file may cost: it is as hostile as when it was judged.

    Raises:
        OutputError: The file cannot be written.
        NoFontError: A PDF, and no Times-metric font is installed.
    """
    name = _KINDS[path.suffix.lower()]
    # Imported on use: a verdict in words needs no template engine and no font.
    make: Callable[..., bytes] = getattr(import_module(f"edocs.reports.{name}"), name)
    pictures = [_pictures(reports, passwords, limits)] if name == "verdict_html" else []
    write_file(path, make(reports, lang, verified_at, *pictures))


_Drawing = tuple[VerificationReport, SignatureReport, str | None]


def _pictures(
    reports: Sequence[VerificationReport], passwords: Mapping[str, str], limits: Limits
) -> Mapping[tuple[str, str], Sequence[PagePictures]]:
    """Pictures of what was changed, for the first signature of each file that shows it; none of a file too costly."""
    wanted: list[_Drawing] = []
    for report in reports:
        changed = [item for item in report.signatures if item.evidence is not None and item.evidence.pages]
        wanted += [(report, signature, passwords.get(report.path)) for signature in changed[:1]]
    return dict(LocalEngine(1, limits).map(_draw, wanted, _undrawn))


def _draw(drawing: _Drawing) -> tuple[tuple[str, str], Sequence[PagePictures]]:
    report, signature, password = drawing
    picture: Callable[..., Sequence[PagePictures]] = import_module("edocs.verify").picture_changes
    pictures = picture(Path(report.path), signature.evidence, password)
    return (report.sha256, signature.field), pictures


def _undrawn(drawing: _Drawing, _loss: Loss) -> tuple[tuple[str, str], Sequence[PagePictures]]:
    report, signature, _ = drawing
    return (report.sha256, signature.field), ()
