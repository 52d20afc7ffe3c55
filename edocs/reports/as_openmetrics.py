"""A report as OpenMetrics text, for Prometheus and others that scrape: counts as gauges, never a ratio.

Số liệu cho hệ thống giám sát. Whoever reads it divides sums of counts; a percentage
that was exposed would be averaged. One section alone is exposed: sums over labels of two would count documents twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from edocs.model import Counts, Exclusion, Facet, Indicator, Standing

from .figures import Report, Row, Section

__all__ = ["report_openmetrics"]

Labels = tuple[tuple[str, str], ...]
Sample = tuple[Labels, int]


def report_openmetrics(report: Report) -> bytes:
    """The first section's groups; it ends with ``# EOF``.

    Source: OpenMetrics 1.0, "Text format".
    """
    section = report.sections[0]
    lines = list(_information(report, section))
    for name, text, samples in _families(section):
        lines += [f"# TYPE edocs_{name} gauge", f"# HELP edocs_{name} {text}"]
        lines += [f"edocs_{name}{_braced(labels)} {count}" for labels, count in samples]
    return "\n".join([*lines, "# EOF\n"]).encode()


def _information(report: Report, section: Section) -> Iterator[str]:
    first, last = report.issued_from, report.issued_to
    named: Labels = (
        ("period_from", first.isoformat() if first else ""),
        ("period_to", last.isoformat() if last else ""),
        ("events_sha256", report.extent.sha256),
        ("rule", report.rule),
    )
    yield "# TYPE edocs_report info"
    yield "# HELP edocs_report What the counts rest on."
    yield f"edocs_report_info{_braced(named)} 1"
    yield "# TYPE edocs_report_events gauge"
    yield "# HELP edocs_report_events Events of the register up to the cut-off."
    yield f"edocs_report_events {report.extent.events}"
    if report.cut_off:
        yield "# TYPE edocs_report_cut_off_seconds gauge"
        yield "# UNIT edocs_report_cut_off_seconds seconds"
        yield "# HELP edocs_report_cut_off_seconds Time of the cut-off, since 1970-01-01T00:00:00Z."
        yield f"edocs_report_cut_off_seconds {report.cut_off.timestamp():.0f}"
    if Facet.AGENCY in section.by:
        yield "# TYPE edocs_agency info"
        yield "# HELP edocs_agency Name and present level of an agency."
        for id, agency in sorted(report.agencies.items()):
            labels = (("agency", id), ("level", agency.level.value), ("name", agency.name))
            yield f"edocs_agency_info{_braced(labels)} 1"


def _families(section: Section) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    rows = [(_labels(row, section), row.counts) for row in section.groups]
    yield "documents", "Documents registered.", [(labels, counts.documents) for labels, counts in rows]
    yield "documents_excluded", "Documents outside the denominator, by reason.", list(_excluded(rows))
    yield (
        "documents_to_sign",
        "Documents that had to be signed: the denominator.",
        [(labels, counts.base) for labels, counts in rows],
    )
    yield (
        "documents_standing",
        "Documents by indicator and bucket; the buckets sum to the denominator.",
        [
            (
                (*labels, ("indicator", indicator.value), ("standing", standing.value)),
                counts.buckets(indicator)[standing],
            )
            for labels, counts in rows
            for indicator in Indicator
            for standing in Standing
        ],
    )
    yield (
        "documents_attempted",
        "Documents with every signature in the role, whatever its verdict.",
        [
            ((*labels, ("indicator", indicator.value)), counts.buckets(indicator).attempted)
            for labels, counts in rows
            for indicator in Indicator
        ],
    )
    yield (
        "documents_signature",
        "Documents with a signature that is at least so good.",
        [((*labels, ("found", name)), count) for labels, counts in rows for name, count in _found(counts).items()],
    )


def _excluded(rows: Iterable[tuple[Labels, Counts]]) -> Iterator[Sample]:
    for labels, counts in rows:
        for reason in Exclusion:
            if count := counts.excluded.get(reason, 0):
                yield (*labels, ("reason", reason.value)), count


def _found(counts: Counts) -> Mapping[str, int]:
    return {
        "any": counts.has_signature,
        "intact": counts.is_intact,
        "trusted": counts.is_trusted,
        "timestamped": counts.is_timestamped,
        "long_term": counts.is_long_term,
    }


def _labels(row: Row, section: Section) -> Labels:
    return tuple((facet.value, value) for facet, value in zip(section.by, row.group, strict=True))


def _braced(labels: Labels) -> str:
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)
    return f"{{{inside}}}" if inside else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
