"""A report as OpenMetrics text, for Prometheus and others that scrape: counts as gauges, never a ratio.

Số liệu cho hệ thống giám sát. Whoever reads it divides sums of counts; a percentage
that was exposed would be averaged. One section alone is exposed: sums over labels of two would count documents twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor

from edocs.model import AgencyLevel, Counts, Exclusion, Facet, Indicator, Standing
from edocs.model.checkpoint import Checkpoint
from edocs.model.indicators import Definition

from .figures import Report, Row, Section
from .indicator_table import IndicatorLine, IndicatorTable
from .wording import DEFINITIONS

__all__ = ["report_openmetrics"]

Labels = tuple[tuple[str, str], ...]
Sample = tuple[Labels, int]

_SIGNATURES = (
    "Documents that had to be signed with a signature; any: whoever's and whether valid or not; intact: among those, "
    "its bytes unchanged; trusted: among those, its chain trusted. Apart from these, timestamped: a valid one with a "
    "proof of time (from level B-T); long_term: among those, with its evidence inside (from level B-LT)."
)
_BUCKETS = {
    "valid": "The numerator of an indicator: what was found valid (verified), or is there at all (attempted).",
    "invalid": "In the denominator of an indicator and not in its numerator, for certain: unsigned too.",
    "indeterminate": "In the denominator of an indicator; evidence is missing, and it may yet be valid.",
    "not_checked": "In the denominator of an indicator; nobody verified it.",
    "denominator": "The denominator of an indicator: the sum of its four buckets.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """One metric with its samples."""

    name: str
    text: str
    """What it counts, in English: of who scrapes, no language is known."""
    samples: Sequence[Sample]
    unit: str = ""
    is_info: bool = False


def report_openmetrics(report: Report) -> bytes:
    """The first section's groups, then the indicators by level; it ends with ``# EOF``.

    Source: OpenMetrics 1.0, "Text format".
    """
    section = report.sections[0]
    families = [*_information(report, section), *_documents(section), *_indicators(report.indicators)]
    return "".join([*(line for family in families for line in _lines(family)), "# EOF\n"]).encode()


def _lines(family: _Family) -> Iterator[str]:
    name, kind = f"edocs_{family.name}", "info" if family.is_info else "gauge"
    yield f"# TYPE {name} {kind}\n"
    if family.unit:
        yield f"# UNIT {name} {family.unit}\n"
    yield f"# HELP {name} {_escaped(family.text)}\n"
    for labels, count in family.samples:
        yield f"{name}{'_info' if family.is_info else ''}{_braced(labels)} {count}\n"


def _information(report: Report, section: Section) -> Iterator[_Family]:
    first, last = report.issued_from, report.issued_to
    named: Labels = (
        ("period_from", first.isoformat() if first else ""),
        ("period_to", last.isoformat() if last else ""),
        ("events_sha256", report.extent.sha256),
        ("rule", report.rule),
        ("definitions", report.indicators.version if report.indicators else ""),
    )
    yield _Family(name="report", text="What the counts rest on.", samples=[(named, 1)], is_info=True)
    text = "Events of the register up to the cut-off."
    yield _Family(name="report_events", text=text, samples=[((), report.extent.events)])
    if report.cut_off:
        text = "Time of the cut-off, since 1970-01-01T00:00:00Z."
        samples: list[Sample] = [((), floor(report.cut_off.timestamp()))]
        yield _Family(name="report_cut_off_seconds", text=text, samples=samples, unit="seconds")
    if report.checkpoint:
        yield from _checkpoint(report.checkpoint)
    if Facet.AGENCY in section.by:
        agencies = [
            ((("agency", id), ("level", agency.level.value), ("name", agency.name)), 1)
            for id, agency in sorted(report.agencies.items())
        ]
        yield _Family(name="agency", text="Name and present level of an agency.", samples=agencies, is_info=True)


def _checkpoint(found: Checkpoint) -> Iterator[_Family]:
    """A state of the log that stands outside the register, as ``--checkpoint`` gave it."""
    signed = "true" if found.signature else "false"
    named: Labels = (("origin", found.origin), ("root_sha256", found.root.hex()), ("signed", signed))
    text = "Checkpoint of the event log, which the log was seen to hold; who signed it is not judged here."
    yield _Family(name="report_checkpoint", text=text, samples=[(named, 1)], is_info=True)
    text = "Events that the checkpoint covers: the first ones of the log."
    yield _Family(name="report_checkpoint_events", text=text, samples=[((), found.size)])


def _documents(section: Section) -> Iterator[_Family]:
    rows = [(_labels(row, section), row.counts) for row in section.groups]
    text = "Documents registered that were issued in the period, each counted once; those excluded are among them."
    yield _Family(name="documents", text=text, samples=[(labels, counts.documents) for labels, counts in rows])
    text = "Documents outside the denominator, by reason."
    yield _Family(name="documents_excluded", text=text, samples=list(_excluded(rows)))
    samples = [(labels, counts.base) for labels, counts in rows]
    yield _Family(name="documents_to_sign", text=_defined("base"), samples=samples)
    text = "Of the documents that had to be signed, those recalled up to the cut-off; they stay in every count."
    yield _Family(name="documents_recalled", text=text, samples=[(labels, one.is_recalled) for labels, one in rows])
    text = "Of the documents that had to be signed, those replaced up to the cut-off; they stay in every count."
    yield _Family(name="documents_superseded", text=text, samples=[(labels, one.is_superseded) for labels, one in rows])
    text = " ".join(f"{indicator.value}: {_defined(indicator.value)}" for indicator in Indicator)
    samples = [
        ((*labels, ("indicator", indicator.value), ("standing", standing.value)), counts.buckets(indicator)[standing])
        for labels, counts in rows
        for indicator in Indicator
        for standing in Standing
    ]
    yield _Family(name="documents_standing", text=f"{_defined('buckets')} {text}", samples=samples)
    samples = [
        ((*labels, ("indicator", indicator.value)), counts.buckets(indicator).attempted)
        for labels, counts in rows
        for indicator in Indicator
    ]
    text = "Documents with every signature in the role, whatever its verdict and order."
    yield _Family(name="documents_attempted", text=text, samples=samples)
    samples = [((*labels, ("found", name)), count) for labels, counts in rows for name, count in _found(counts).items()]
    yield _Family(name="documents_signature", text=_SIGNATURES, samples=samples)


def _indicators(table: IndicatorTable | None) -> Iterator[_Family]:
    """By level alone: with all levels beside them, whoever sums would count twice."""
    if table is None:
        return
    defined: list[Sample] = [(_definition(one), 1) for one in table.definitions]
    text = "What an indicator counts. Those of different units, and variants of one, are never added."
    yield _Family(name="indicator", text=text, samples=defined, is_info=True)
    lines = [(_indicator(line, line.level), line.measure) for line in table.lines if line.level is not None]
    for name, text in _BUCKETS.items():
        samples = [(labels, getattr(measure, name)) for labels, measure in lines]
        yield _Family(name=f"indicator_{name}", text=text, samples=samples)


def _definition(one: Definition) -> Labels:
    said = (("name", one.name["en"]), ("definition", one.text["en"]), ("source", one.source["en"]))
    return (("indicator", one.id), ("unit", one.unit.value), *said)


def _indicator(line: IndicatorLine, level: AgencyLevel) -> Labels:
    definition = line.definition
    named = (("indicator", definition.id), ("variant", line.variant.value), ("unit", definition.unit.value))
    return (*named, ("level", level.value))


def _defined(term: str) -> str:
    return DEFINITIONS[term][1]


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
