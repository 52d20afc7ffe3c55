"""A report as one JSON document, ``edocs.report/1``; its schema is ``docs/schemas/report-1.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator

from edocs.locale import translate
from edocs.model import Counts, Entry, Exclusion, Indicator, Share, Standing
from edocs.model.census import Census

from .as_indicators import FOUR_BUCKETS, indicators_object
from .as_json_comparisons import comparisons_object
from .figures import Report, Row, Section
from .regrouping_words import regrouping_object
from .wording import DEFINITIONS, group_labels

__all__ = ["SCHEMA", "counts_object", "entry_object", "report_json", "report_object"]

SCHEMA = "edocs.report/1"


def report_json(report: Report, lang: str) -> bytes:
    """The report as JSON in UTF-8, a row of a table on a line, with a line feed at its end."""
    return (_lines(report_object(report, lang)) + "\n").encode()


def report_object(report: Report, lang: str) -> dict[str, object]:
    """The report as what JSON can say. Ids are stable; labels and definitions are in ``lang``."""
    return {
        "schema": SCHEMA,
        "lang": lang,
        "period": {
            "from": report.issued_from.isoformat() if report.issued_from else None,
            "to": report.issued_to.isoformat() if report.issued_to else None,
        },
        "cut_off": report.cut_off.isoformat() if report.cut_off else None,
        "events": {"count": report.extent.events, "sha256": report.extent.sha256},
        "rule": report.rule,
        "checkpoint": report.checkpoint.as_dict() if report.checkpoint else None,
        "regrouping": regrouping_object(report),
        "agencies": _agencies(report.census),
        "definitions": {id: translate(text, lang) for id, text in _defined(report)},
        "total": counts_object(report.total),
        "sections": [_section(section, report, lang) for section in report.sections],
        "comparisons": comparisons_object(report.comparisons, report) if report.comparisons else None,
        "indicators": indicators_object(report.indicators, lang) if report.indicators else None,
        "open_documents": {
            "count": report.open_count,
            "listed": [entry_object(entry) for entry in report.open_documents],
        },
    }


def counts_object(counts: Counts) -> dict[str, object]:
    """Counts with the percentages that follow from them; a percentage of nothing is null."""
    return {
        "documents": counts.documents,
        "excluded": {reason.value: counts.excluded[reason] for reason in Exclusion if reason in counts.excluded},
        "base": counts.base,
        "recalled": counts.is_recalled,
        "superseded": counts.is_superseded,
        "indicators": {indicator.value: _indicator(counts, indicator) for indicator in Indicator},
        "signatures": {
            "any": counts.has_signature,
            "intact": counts.is_intact,
            "trusted": counts.is_trusted,
            "timestamped": counts.is_timestamped,
            "long_term": counts.is_long_term,
        },
    }


def entry_object(entry: Entry) -> dict[str, object]:
    """A document and where it stands."""
    document = entry.document
    return {
        "key": str(document.key),
        "agency": document.agency.id,
        "agency_name": document.agency.name,
        "level": document.agency.level.value,
        "number": document.code.number,
        "symbol": document.code.symbol,
        "date": document.issued_on.isoformat(),
        "type": document.type,
        "subject": document.subject,
        "secrecy": document.secrecy.value,
        "sha256": document.file_sha256,
        "excluded": entry.exclusion.value if entry.exclusion else None,
        "standing": {indicator.value: entry.standing(indicator).value for indicator in Indicator},
        "verification_sha256": entry.findings.digest if entry.findings else None,
        "registered_at": entry.registered_at.isoformat(),
    }


def _lines(value: object, indent: str = "") -> str:
    """JSON in which what holds lists of objects is broken into lines, and everything else stands on one."""
    inner = indent + "  "
    if isinstance(value, dict) and (not indent or any(map(_is_table, value.values()))):
        parts = [f"{inner}{json.dumps(name)}: {_lines(item, inner)}" for name, item in value.items()]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    if isinstance(value, list) and _is_table(value):
        return "[\n" + ",\n".join(f"{inner}{_lines(item, inner)}" for item in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _defined(report: Report) -> Iterator[tuple[str, str]]:
    yield from ((id, text) for id, (_, text) in DEFINITIONS.items())
    if report.indicators is not None:
        yield "indicator_buckets", FOUR_BUCKETS[1]


def _agencies(census: Census) -> dict[str, object]:
    return {
        "count": census.agencies,
        "with_documents": census.with_documents,
        "without_documents": [{"id": one.id, "name": one.name, "level": one.level.value} for one in census.silent],
        "of_directory": census.is_of_directory,
        "ended": census.ended,
        "began": census.began,
    }


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _section(section: Section, report: Report, lang: str) -> dict[str, object]:
    return {
        "by": list(section.names),
        **({"on": section.tree_on.isoformat()} if section.tree_on else {}),
        "rows": [_row(row, section, report, lang) for row in section.rows],
    }


def _row(row: Row, section: Section, report: Report, lang: str) -> dict[str, object]:
    names = [facet.value for facet in section.by]
    return {
        "kind": row.kind.value,
        "group": dict(zip(names, row.group, strict=False)),
        "labels": dict(zip(names, group_labels(row, section, report, lang), strict=False)),
        **({"depth": row.depth} if section.tree_on else {}),
        **counts_object(row.counts),
    }


def _indicator(counts: Counts, indicator: Indicator) -> dict[str, object]:
    buckets = counts.buckets(indicator)
    return {
        **{standing.value: buckets[standing] for standing in Standing},
        "percent": _number(counts.share(indicator)),
        "attempted": buckets.attempted,
        "attempted_percent": _number(counts.share(indicator, attempted=True)),
    }


def _number(share: Share) -> float | None:
    percent = share.percent
    return None if percent is None else float(percent)  # two decimals: the shortest form of the float is exact
