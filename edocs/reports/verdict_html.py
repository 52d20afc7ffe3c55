"""The verdict on one or more files as one HTML page that a clerk can read, print and file: no network, no script.

Báo cáo xác thực. It shows what was found and decides nothing; nothing is told by colour alone.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePath
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from edocs.locale import translate
from edocs.model import PagePictures, VerificationReport
from edocs.model.times import clock_text

from .verdict_words import EFFECTS, ROLES, VERDICTS, evidence_lines, signature_items

__all__ = ["verdict_html"]

_MARKS = {"TOTAL_PASSED": "✓", "TOTAL_FAILED": "✕", "INDETERMINATE": "?", "NOT_SIGNED": "–", "UNREADABLE": "!"}


def verdict_html(
    reports: Sequence[VerificationReport],
    lang: str,
    verified_at: datetime,
    pictures: Mapping[tuple[str, str], Sequence[PagePictures]] = MappingProxyType({}),
) -> bytes:
    """The page in UTF-8. Same reports, language, time and pictures: same bytes.

    Trang báo cáo xác thực.

    Args:
        verified_at: Aware.
        pictures: What was changed, by SHA-256 of the file and name of the field.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("verdict.html.j2").render(
        reports=reports,
        lang=lang,
        verified_at=clock_text(verified_at),
        t=lambda text, **params: translate(text, lang, **params),
        name_of=lambda report: PurePath(report.path).name or "-",
        evidence_of=lambda signature: list(evidence_lines(signature.evidence, lang)) if signature.evidence else [],
        pictures_of=lambda report, signature: [
            [(text, _data_uri(picture)) for text, picture in _named(page) if picture]
            for page in pictures.get((report.sha256, signature.field), ())
        ],
        items_of=lambda signature: [item for item in signature_items(signature, lang) if item[1]],
        counts=[(verdict, sum(report.verdict is verdict for report in reports)) for verdict in VERDICTS],
        VERDICTS=VERDICTS,
        ROLES=ROLES,
        EFFECTS=EFFECTS,
        MARKS=_MARKS,
    )
    return page.encode()


def _named(page: PagePictures) -> Sequence[tuple[str, bytes]]:
    return (("as signed", page.before), ("as it is now", page.after), ("what changed", page.difference))


def _data_uri(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode('ascii')}"
