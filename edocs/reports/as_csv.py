"""A report as CSV that Excel opens by a double click: a byte order mark, and the separators of the reader's language.

A Vietnamese Excel takes ``;`` between fields and a decimal comma, an English one ``,`` and a point. The head line has
the same stable ids in both (``docs/registry.md``).
"""

from __future__ import annotations

import csv
import io

from edocs.model import Facet, Indicator, Share, Standing

from .figures import Report, Row, Section
from .wording import group_label

__all__ = ["report_csv"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def report_csv(report: Report, lang: str) -> bytes:
    """The report's sections one under the other, one line a row, in UTF-8 with a byte order mark."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";" if lang == "vi" else ",", lineterminator="\r\n")
    facets = [facet for facet in Facet if any(facet in section.by for section in report.sections)]
    writer.writerow(_head(facets))
    for section in report.sections:
        for row in section.rows:
            writer.writerow(_line(row, section, facets, report, lang))
    return stream.getvalue().encode("utf-8-sig")


def _head(facets: list[Facet]) -> list[str]:
    names = ["section", "kind"]
    names += [name for facet in facets for name in (facet.value, f"{facet.value}_name")]
    names += ["documents", "excluded_state_secret", "excluded_other", "base"]
    for indicator in Indicator:
        names += [f"{indicator.value}_{standing.value}" for standing in Standing]
        names += [f"{indicator.value}_{name}" for name in ("percent", "attempted", "attempted_percent")]
    return [*names, "period_from", "period_to", "cut_off", "events", "events_sha256"]


def _line(row: Row, section: Section, facets: list[Facet], report: Report, lang: str) -> list[object]:
    counts, values = row.counts, dict(zip(section.by, row.group, strict=False))
    cells: list[object] = ["+".join(section.by), row.kind.value]
    for facet in facets:
        value = values.get(facet, "")
        label = group_label(facet, value, report.agencies, lang) if facet in values else ""
        cells += [_safe(value), _safe(label)]
    cells += [counts.documents, counts.secrets, counts.documents - counts.base - counts.secrets, counts.base]
    for indicator in Indicator:
        buckets = counts.buckets(indicator)
        cells += [buckets[standing] for standing in Standing]
        cells.append(_percent(counts.share(indicator), lang))
        cells += [buckets.attempted, _percent(counts.share(indicator, attempted=True), lang)]
    first, last = report.issued_from, report.issued_to
    cells += [first.isoformat() if first else "", last.isoformat() if last else ""]
    cells += [report.cut_off.isoformat() if report.cut_off else "", report.extent.events, report.extent.sha256]
    return cells


def _percent(share: Share, lang: str) -> str:
    percent = share.percent
    if percent is None:
        return ""
    return str(percent).replace(".", ",") if lang == "vi" else str(percent)


def _safe(text: str) -> str:
    """Names come from other people's files: what Excel would run as a formula is shown as text."""
    return f"'{text}" if text.startswith(_FORMULA) else text
