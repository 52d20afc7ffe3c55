"""A report as one HTML page that needs no network: styles and charts inside, no script, fit for screen and print.

Báo cáo tỷ lệ ký số. Nothing is told by colour alone: every mark has a pattern and every bar its figures beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from edocs.locale import translate
from edocs.model import AgencyLevel, Counts, Entry, Exclusion, Facet, Indicator, Share, Standing, type_name

from . import chart
from .as_indicators import defined_terms, indicator_grid
from .checkpoint_words import checkpoint_lines
from .figures import Report, RowKind, Section
from .grids import cell_text, comparison_grids, trend_grid
from .notes import report_notes
from .regrouping_words import regrouping_lines
from .wording import (
    DEFINITIONS,
    EXCLUSIONS,
    FACETS,
    INDICATORS,
    LEVELS,
    STANDINGS,
    date_text,
    month_text,
    number_text,
    percent_text,
    period_text,
    row_label,
    section_title,
    time_text,
)

__all__ = ["report_html"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    """One part of a stacked bar."""

    standing: Standing
    count: int
    width: str
    """In percent of the bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """An agency's documents without both valid signatures."""

    agency: str
    name: str
    count: int
    entries: tuple[Entry, ...]
    """The first ones."""


def report_html(report: Report, lang: str) -> bytes:
    """The page in UTF-8. Same report, same bytes."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html.j2").render(**_names(report, lang))
    return page.encode()


def _names(report: Report, lang: str) -> dict[str, object]:
    """Everything that the template may call."""
    units = _open_units(report)
    return {
        "report": report,
        "lang": lang,
        "t": lambda text, **params: translate(text, lang, **params),
        "number": lambda value: number_text(value, lang),
        "percent": lambda share: percent_text(share, lang),
        "day": lambda value: date_text(value, lang),
        "month": lambda value: month_text(value, lang),
        "moment": lambda value: time_text(value, lang),
        "period": period_text(report, lang),
        "label": lambda row, section: row_label(row, section, report, lang),
        "type_name": lambda code: type_name(code, lang),
        "title_of": lambda section, rows=False: _title(section, lang, is_of_rows=rows),
        "id_of": lambda section: "-".join(section.names),
        "segments": _segments,
        "bounds": _bounds,
        "panels": _panels,
        "month_section": next((s for s in report.sections if s.by == (Facet.MONTH,)), None),
        "exclusions": _exclusions(report.total),
        "checkpoint": checkpoint_lines(report, lang),
        "grids": comparison_grids(report, lang),
        "indicators": indicator_grid(report.indicators, lang) if report.indicators else None,
        "trend": lambda section: trend_grid(section, report, lang),
        "text": lambda cell: cell_text(cell, lang),
        "open_units": units,
        "terms": defined_terms(report.indicators, lang),
        "notes": report_notes(report, lang),
        "regrouping": list(regrouping_lines(report, lang)),
        "most_listed": max((len(unit.entries) for unit in units), default=0),
        "standing_names": {standing: translate(text, lang) for standing, text in STANDINGS.items()},
        "INDICATORS": INDICATORS,
        "STANDINGS": STANDINGS,
        "LEVELS": LEVELS,
        "DEFINITIONS": DEFINITIONS,
        "EXCLUSIONS": EXCLUSIONS,
        "Indicator": Indicator,
        "Standing": Standing,
        "RowKind": RowKind,
        "Share": Share,
        "chart": chart,
    }


def _open_units(report: Report) -> list[_Open]:
    """Agencies with such documents, from province to commune; how many is from the counts, where they are by agency."""
    listed: dict[str, list[Entry]] = {}
    homes = report.regrouping.homes if report.regrouping else {}
    for entry in report.open_documents:
        agency = entry.document.agency.id
        listed.setdefault(homes.get(agency, agency), []).append(entry)
    counts = _open_counts(report)
    order = list(AgencyLevel)
    levels = {id: order.index(agency.level) for id, agency in report.agencies.items()}
    return [
        _Open(
            agency=id,
            name=report.name_of(id),
            count=counts.get(id, len(listed.get(id, ()))),
            entries=tuple(listed.get(id, ())),
        )
        for id in sorted({*counts, *listed}, key=lambda id: (levels.get(id, len(order)), id))
    ]


def _open_counts(report: Report) -> dict[str, int]:
    found: dict[str, int] = {}
    by_agency = [section for section in report.sections if Facet.AGENCY in section.by and not section.tree_on]
    for section in by_agency[:1]:
        place = section.by.index(Facet.AGENCY)
        for row in section.groups:
            if missing := row.counts.base - row.counts.both.valid:
                found[row.group[place]] = found.get(row.group[place], 0) + missing
    return found


def _title(section: Section, lang: str, *, is_of_rows: bool) -> str:
    if is_of_rows and section.by[1:]:
        return " · ".join(translate(FACETS[facet], lang) for facet in section.by[1:])
    return section_title(section, lang)


def _segments(counts: Counts, indicator: Indicator) -> Sequence[_Segment]:
    buckets = counts.buckets(indicator)
    return [
        _Segment(standing=standing, count=buckets[standing], width=_width(buckets[standing], counts.base))
        for standing in Standing
    ]


def _width(count: int, base: int) -> str:
    if not base:
        return "0"
    return str((Decimal(100 * count) / base).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP))


def _bounds(counts: Counts, indicator: Indicator) -> tuple[Share, Share] | None:
    """The least and the greatest that the share can be; None where every document is decided."""
    buckets = counts.buckets(indicator)
    undecided = buckets.indeterminate + buckets.not_checked
    if not undecided:
        return None
    return Share(buckets.valid, counts.base), Share(buckets.valid + undecided, counts.base)


def _panels(section: Section) -> Sequence[chart.Panel]:
    return [chart.month_panel(indicator, section.groups) for indicator in Indicator]


def _exclusions(counts: Counts) -> Sequence[tuple[Exclusion, int]]:
    return [(reason, counts.excluded[reason]) for reason in Exclusion if reason in counts.excluded]
