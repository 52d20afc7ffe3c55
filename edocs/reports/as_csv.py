"""A report as CSV that Excel opens by a double click: a byte order mark, and the separators of the reader's language.

A Vietnamese Excel takes ``;`` between fields and a decimal comma, an English one ``,`` and a point. The head line has
the same stable ids in both (``docs/registry.md``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from edocs.locale import translate
from edocs.model import Counts, Facet, Indicator, Share, Standing
from edocs.model.comparing import points_between
from edocs.model.periods import Span

from .as_indicators import FOUR_BUCKETS, INDICATOR_COLUMNS, indicator_cells
from .comparing_words import decimal_of
from .comparisons import TargetLine, Unit
from .figures import Report, Row, Section
from .wording import DEFINITIONS, group_label, group_labels

__all__ = ["report_csv"]

Line = dict[str, object]

_COMPARED = (
    *("earlier_from", "earlier_to", "earlier_base"),
    *(f"{indicator.value}_{name}" for indicator in Indicator for name in ("earlier_valid", "points")),
    *("band", "rank", "earlier_rank", "target_percent", "missing"),
)
_DEFINED = ("term", "term_name", "term_definition")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def report_csv(report: Report, lang: str) -> bytes:
    """The report's sections one under the other, then the indicators, then what all of it means, a line each.

    In UTF-8 with a byte order mark. Every line has all columns.
    """
    stream = io.StringIO()
    times = (Facet.AGENCY, Facet.LEVEL, Facet.MONTH, *Span, Facet.TYPE)
    facets = [facet for facet in times if any(facet in section.by for section in report.sections)]
    head = [*_head(facets), *(_COMPARED if report.comparisons else ())]
    head += ["depth"] if any(section.tree_on for section in report.sections) else []
    head += [*(INDICATOR_COLUMNS if report.indicators else ()), *_DEFINED]
    writer = csv.DictWriter(stream, head, "", delimiter=";" if lang == "vi" else ",", lineterminator="\r\n")
    writer.writeheader()
    about = dict(zip(_ABOUT, _about(report), strict=True))
    counted = (*_counted(report, facets, lang), *_silent(report, facets, lang))
    for line in (*counted, *_indicators(report, lang), *_defined(report, lang)):
        writer.writerow({**line, **about})
    return stream.getvalue().encode("utf-8-sig")


def _counted(report: Report, facets: Sequence[Facet | Span], lang: str) -> Iterator[Line]:
    units = {(unit.level.value, unit.agency): unit for unit in report.comparisons.units} if report.comparisons else {}
    names = _head(facets)[: -len(_ABOUT)]
    is_tree = any(section.tree_on for section in report.sections)
    for section in report.sections:
        for row in section.rows:
            line = dict(zip(names, _line(row, section, facets, report, lang), strict=True))
            if is_tree:
                line["depth"] = "" if row.depth is None else row.depth
            if report.comparisons:
                compared = _compared(_unit(row, section, units), report, lang)
                line.update(zip(_COMPARED, compared, strict=True))
            yield line


def _silent(report: Report, facets: Sequence[Facet | Span], lang: str) -> Iterator[Line]:
    """Bodies that the directory has in the period and that have no document in the register."""
    if Facet.AGENCY not in facets:
        return
    for one in report.census.silent:
        line: Line = {"section": "without_documents", "kind": "agency", "documents": 0, "base": 0}
        line |= {"agency": _safe(one.id), "agency_name": _safe(one.name)}
        if Facet.LEVEL in facets:
            line |= {"level": one.level.value, "level_name": group_label(Facet.LEVEL, one.level, {}, lang)}
        yield line


def _indicators(report: Report, lang: str) -> Iterator[Line]:
    """No counts of documents: what an indicator counts stands in columns of its own."""
    if report.indicators is None:
        return
    for line in report.indicators.lines:
        cells = (*indicator_cells(line, lang), report.indicators.version)
        said = [_percent(cell, lang) if isinstance(cell, Share) else _cell(cell) for cell in cells]
        yield {"section": "indicators", "kind": "indicator", **dict(zip(INDICATOR_COLUMNS, said, strict=True))}


def _defined(report: Report, lang: str) -> Iterator[Line]:
    """What the columns mean, and each indicator that is shown."""
    terms = [(id, translate(name, lang), translate(text, lang)) for id, (name, text) in DEFINITIONS.items()]
    shown = report.indicators.definitions if report.indicators else ()
    if shown:
        name, text = FOUR_BUCKETS
        terms.append(("indicator_buckets", translate(name, lang), translate(text, lang)))
    terms += [(one.id, one.name[lang], one.text[lang]) for one in shown]
    for term in terms:
        yield {"section": "definitions", "kind": "definition", **dict(zip(_DEFINED, map(_safe, term), strict=True))}


def _head(facets: Sequence[Facet | Span]) -> list[str]:
    names = ["section", "kind"]
    names += [name for facet in facets for name in (facet.value, f"{facet.value}_name")]
    names += ["documents", "excluded_state_secret", "excluded_other", "base", "recalled", "superseded"]
    for indicator in Indicator:
        names += [f"{indicator.value}_{standing.value}" for standing in Standing]
        names += [f"{indicator.value}_{name}" for name in ("percent", "attempted", "attempted_percent")]
    return [*names, *_ABOUT]


def _line(row: Row, section: Section, facets: Sequence[Facet | Span], report: Report, lang: str) -> list[object]:
    counts, values = row.counts, dict(zip(section.by, row.group, strict=False))
    labels = dict(zip(section.by, group_labels(row, section, report, lang), strict=False))
    cells: list[object] = ["+".join(section.names), row.kind.value]
    for facet in facets:
        cells += [_safe(values.get(facet, "")), _safe(labels.get(facet, ""))]
    cells += [counts.documents, counts.secrets, counts.documents - counts.base - counts.secrets, counts.base]
    cells += [counts.is_recalled, counts.is_superseded]
    for indicator in Indicator:
        buckets = counts.buckets(indicator)
        cells += [buckets[standing] for standing in Standing]
        cells.append(_percent(counts.share(indicator), lang))
        cells += [buckets.attempted, _percent(counts.share(indicator, attempted=True), lang)]
    return cells


_ABOUT = (
    *("period_from", "period_to", "cut_off", "events", "events_sha256", "rule", "bodies_of"),
    *("checkpoint_origin", "checkpoint_events", "checkpoint_root_sha256"),
)


def _about(report: Report) -> list[object]:
    first, last = report.issued_from, report.issued_to
    period = [first.isoformat() if first else "", last.isoformat() if last else ""]
    cut_off = report.cut_off.isoformat() if report.cut_off else ""
    bodies = report.regrouping.on.isoformat() if report.regrouping else ""
    found = report.checkpoint
    checkpoint = [_safe(found.origin), found.size, found.root.hex()] if found else ["", "", ""]
    return [*period, cut_off, report.extent.events, report.extent.sha256, report.rule, bodies, *checkpoint]


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


def _cell(value: str | int) -> str | int:
    return _safe(value) if isinstance(value, str) else value


def _safe(text: str) -> str:
    """Names come from other people's files: what Excel would run as a formula is shown as text."""
    return f"'{text}" if text.startswith(_FORMULA) else text
