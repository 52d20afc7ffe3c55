"""What is scraped is what was counted, read by the parser of those who scrape."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from register_province import fill_province
from register_samples import NOW, make_document

from edocs.model import Agency, AgencyLevel, Exclusion, Facet, Indicator, Standing
from edocs.registry import Registry
from edocs.reports.as_openmetrics import report_openmetrics
from edocs.reports.figures import Report

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(report: Report) -> Samples:
    found: Samples = {}
    for family in text_string_to_metric_families(report_openmetrics(report).decode()):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


@pytest.fixture
def report(tmp_path: Path) -> Report:
    with Registry.open(tmp_path / "tỉnh.db") as registry:
        fill_province(registry)
        return registry.report(by=[(Facet.LEVEL, Facet.AGENCY, Facet.TYPE)], listed=0)


def test_every_count_is_exposed_under_its_labels(report: Report) -> None:
    found = scraped(report)

    assert len(report.sections[0].groups) > 40
    for row in report.sections[0].groups:
        labels = frozenset(zip(("level", "agency", "type"), row.group, strict=True))
        counts = row.counts
        assert found["edocs_documents", labels] == counts.documents
        assert found["edocs_documents_to_sign", labels] == counts.base
        assert found["edocs_documents_signature", labels | {("found", "trusted")}] == counts.is_trusted
        for reason in Exclusion:
            excluded = found.get(("edocs_documents_excluded", labels | {("reason", reason.value)}), 0)
            assert excluded == counts.excluded.get(reason, 0)
        for indicator in Indicator:
            named = labels | {("indicator", indicator.value)}
            assert found["edocs_documents_attempted", named] == counts.buckets(indicator).attempted
            for standing in Standing:
                value = found["edocs_documents_standing", named | {("standing", standing.value)}]
                assert value == counts.buckets(indicator)[standing]


def test_sums_over_labels_are_the_totals(report: Report) -> None:
    found = scraped(report)

    assert sum(value for (name, _), value in found.items() if name == "edocs_documents") == report.total.documents
    assert sum(value for (name, _), value in found.items() if name == "edocs_documents_to_sign") == report.total.base
    assert [value for (name, _), value in found.items() if name == "edocs_report_events"] == [report.extent.events]


def test_no_ratio_is_exposed(report: Report) -> None:
    assert all(value == int(value) for value in scraped(report).values())


def test_hostile_name_stays_in_its_label(tmp_path: Path) -> None:
    name = 'Xã "An\\Lạc"} 9'
    agency = Agency(id='H"99\\.1', name=name, level=AgencyLevel.COMMUNE)
    with Registry.open(tmp_path / "sổ.db") as registry:
        registry.register(make_document(1, agency), who="văn thư", now=NOW)
        report = registry.report(by=[(Facet.AGENCY,)], listed=0)

    found = scraped(report)

    assert found["edocs_documents", frozenset({("agency", agency.id)})] == 1
    named = frozenset({("agency", agency.id), ("level", "commune"), ("name", name)})
    assert found["edocs_agency_info", named] == 1


def test_empty_register_exposes_no_documents(tmp_path: Path) -> None:
    with Registry.open(tmp_path / "rỗng.db") as registry:
        found = scraped(registry.report(listed=0))

    assert {name for name, _ in found} == {"edocs_report_info", "edocs_report_events"}
