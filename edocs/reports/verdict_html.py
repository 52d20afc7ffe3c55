"""The verdict on one or more files as one HTML page that a clerk can read, print and file: no network, no script.

Báo cáo xác thực. It shows what was found and decides nothing; nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path, PurePath

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from edocs.locale import translate
from edocs.model import VerificationReport
from edocs.model.times import clock_text

from .verdict_words import EFFECTS, ROLES, VERDICTS, signature_items

__all__ = ["verdict_html"]

_MARKS = {"TOTAL_PASSED": "✓", "TOTAL_FAILED": "✕", "INDETERMINATE": "?", "NOT_SIGNED": "–", "UNREADABLE": "!"}


def verdict_html(reports: Sequence[VerificationReport], lang: str, verified_at: datetime) -> bytes:
    """The page in UTF-8. Same reports, language and time: same bytes.

    Trang báo cáo xác thực.

    Args:
        verified_at: Aware.
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
        items_of=lambda signature: [item for item in signature_items(signature, lang) if item[1]],
        counts=[(verdict, sum(report.verdict is verdict for report in reports)) for verdict in VERDICTS],
        VERDICTS=VERDICTS,
        ROLES=ROLES,
        EFFECTS=EFFECTS,
        MARKS=_MARKS,
    )
    return page.encode()
