"""A report as CSV that Excel opens by a double click: a byte order mark, and the separators of the reader's language.

A Vietnamese Excel takes ``;`` between fields and a decimal comma, an English one ``,`` and a point. The head line has
the same stable ids in both (``docs/registry.md``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from edocs.model import Counts, Facet, Indicator, Share, Standing
from edocs.model.comparing import points_between
from edocs.model.periods import Span

from .as_indicators import INDICATOR_COLUMNS, indicator_cells
from .comparing_words import decimal_of
from .comparisons import TargetLine, Unit
from .figures import Report, Row, Section
from .wording import group_label

__all__ = ["report_csv"]

_COMPARED = (
    *("earlier_from", "earlier_to", "earlier_base"),
    *(f"{indicator.value}_{name}" for indicator in Indicator for name in ("earlier_valid", "points")),
    *("band", "rank", "earlier_rank", "target_percent", "missing"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def report_csv(report: Report, lang: str) -> bytes:
    """The report's sections one under the other, one line a row, in UTF-8 with a byte order mark."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";" if lang == "vi" else ",", lineterminator="\r\n")
    times = (Facet.AGENCY, Facet.LEVEL, Facet.MONTH, *Span, Facet.TYPE)
    facets = [facet for facet in times if any(facet in section.by for section in report.sections)]
    units = {(unit.level.value, unit.agency): unit for unit in report.comparisons.units} if report.comparisons else {}
    head = [*_head(facets), *(_COMPARED if report.comparisons else ())]
    writer.writerow([*head, *(INDICATOR_COLUMNS if report.indicators else ())])
    for section in report.sections:
        for row in section.rows:
            compared = _compared(_unit(row, section, units), report, lang) if report.comparisons else ()
            writer.writerow([*_line(row, section, facets, report, lang), *compared])
    for line in report.indicators.lines if report.indicators else ():
        cells = [_percent(cell, lang) if isinstance(cell, Share) else cell for cell in indicator_cells(line, lang)]
        said = [_safe(cell) if isinstance(cell, str) else cell for cell in cells]
        writer.writerow([*_beside(head, report), *said, report.indicators.version if report.indicators else ""])
    return stream.getvalue().encode("utf-8-sig")


def _beside(head: Sequence[str], report: Report) -> list[object]:
    """What stands in the other columns of an indicator's line: the period and the events, and no counts."""
    known = {"section": "indicators", "kind": "indicator", **dict(zip(_ABOUT, _about(report), strict=True))}
    return [known.get(name, "") for name in head]


def _head(facets: Sequence[Facet | Span]) -> list[str]:
    names = ["section", "kind"]
    names += [name for facet in facets for name in (facet.value, f"{facet.value}_name")]
    names += ["documents", "excluded_state_secret", "excluded_other", "base"]
    for indicator in Indicator:
        names += [f"{indicator.value}_{standing.value}" for standing in Standing]
        names += [f"{indicator.value}_{name}" for name in ("percent", "attempted", "attempted_percent")]
    return [*names, *_ABOUT]


def _line(row: Row, section: Section, facets: Sequence[Facet | Span], report: Report, lang: str) -> list[object]:
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
    return [*cells, *_about(report)]


_ABOUT = ("period_from", "period_to", "cut_off", "events", "events_sha256", "rule", "bodies_of")


def _about(report: Report) -> list[object]:
    first, last = report.issued_from, report.issued_to
    period = [first.isoformat() if first else "", last.isoformat() if last else ""]
    cut_off = report.cut_off.isoformat() if report.cut_off else ""
    bodies = report.regrouping.on.isoformat() if report.regrouping else ""
    return [*period, cut_off, report.extent.events, report.extent.sha256, report.rule, bodies]


def _unit(row: Row, section: Section, units: Mapping[tuple[str, str], Unit]) -> Unit | None:
    """The unit that a row is; None where it is a sum, or grouped by something else."""
    values = dict(zip(section.by, row.group, strict=False))
    if len(values) != 2 or Facet.LEVEL not in values or Facet.AGENCY not in values:
        return None
    return units.get((values[Facet.LEVEL], values[Facet.AGENCY]))


def _compared(unit: Unit | None, report: Report, lang: str) -> list[object]:
    if unit is None or report.comparisons is None:
        return [""] * len(_COMPARED)
    wanted = report.comparisons.wanted
    period = [wanted.earlier.first.isoformat(), wanted.earlier.last.isoformat()] if wanted.earlier else ["", ""]
    cells: list[object] = [*period, unit.earlier.base if unit.earlier else ""]
    for indicator in Indicator:
        cells += _since(unit.earlier, unit.counts, indicator, lang)
    target = unit.target
    line = TargetLine(target=target, agency=unit.agency, share=unit.counts.share(wanted.indicator)) if target else None
    cells += [unit.band.value, *("" if rank is None else rank for rank in (unit.place.rank, unit.place.earlier))]
    cells += [_decimal(str(decimal_of(target.percent)), lang) if target else ""]
    return [*cells, "" if line is None or line.missing is None else line.missing]


def _since(before: Counts | None, now: Counts, indicator: Indicator, lang: str) -> list[object]:
    if before is None:
        return ["", ""]
    points = points_between(before.share(indicator), now.share(indicator))
    return [before.share(indicator).numerator, "" if points is None else _decimal(str(decimal_of(points)), lang)]


def _percent(share: Share, lang: str) -> str:
    percent = share.percent
    return "" if percent is None else _decimal(str(percent), lang)


def _decimal(text: str, lang: str) -> str:
    return text.replace(".", ",") if lang == "vi" else text


def _safe(text: str) -> str:
    """Names come from other people's files: what Excel would run as a formula is shown as text."""
    return f"'{text}" if text.startswith(_FORMULA) else text
