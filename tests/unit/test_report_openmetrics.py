"""What is scraped is what was counted, read by the parser of those who scrape."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from register_province import fill_province
from register_samples import NOW, make_document

from edocs.model import HANOI, Agency, AgencyLevel, Exclusion, Facet, Indicator, Standing
from edocs.model.checkpoint import Checkpoint, CheckpointSignature
from edocs.model.indicator_reading import built_in
from edocs.model.indicators import Variant
from edocs.registry import Registry
from edocs.reports.as_openmetrics import report_openmetrics
from edocs.reports.figures import Report
from edocs.reports.wording import DEFINITIONS

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(report: Report) -> Samples:
    found: Samples = {}
    for family in text_string_to_metric_families(report_openmetrics(report).decode()):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def info(report: Report, name: str) -> list[dict[str, str]]:
    return [dict(labels) for found, labels in scraped(report) if found == name]


@pytest.fixture
def report(tmp_path: Path) -> Report:
    with Registry.open(tmp_path / "tỉnh.db") as registry:
        fill_province(registry)
        return registry.report(by=[(Facet.LEVEL, Facet.AGENCY, Facet.TYPE)], definitions=built_in(), listed=0)


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


def test_indicators_are_counts_of_each_level_and_never_of_all(report: Report) -> None:
    assert report.indicators is not None
    found = scraped(report)

    names = ("valid", "invalid", "indeterminate", "not_checked", "denominator")
    expected = {}
    for line in report.indicators.lines:
        if line.level is not None:
            labels = {"indicator": line.definition.id, "variant": line.variant.value, "level": line.level.value}
            labels["unit"] = line.definition.unit.value
            for name in names:
                expected[f"edocs_indicator_{name}", frozenset(labels.items())] = getattr(line.measure, name)
    measured = {f"edocs_indicator_{name}" for name in names}
    assert {key: value for key, value in found.items() if key[0] in measured} == expected
    assert len({dict(labels)["level"] for _, labels in expected}) == 3
    whole = report.indicators.of(built_in()[0], Variant.VERIFIED)
    wanted = {("indicator", "I1"), ("variant", "verified")}
    valid = {labels: value for (name, labels), value in found.items() if name == "edocs_indicator_valid"}
    assert sum(value for labels, value in valid.items() if wanted <= labels) == whole.valid > 0


def test_definitions_are_scraped_with_their_version(report: Report) -> None:
    assert report.indicators is not None

    assert info(report, "edocs_report_info")[0]["definitions"] == report.indicators.version
    names = ("indicator", "name", "unit", "definition", "source")
    assert [tuple(one[name] for name in names) for one in info(report, "edocs_indicator_info")] == [
        (one.id, one.name["en"], one.unit.value, one.text["en"], one.source["en"]) for one in built_in()
    ]


@pytest.mark.parametrize("is_signed", [True, False])
def test_checkpoint_is_scraped_and_whether_it_is_signed(report: Report, is_signed: bool) -> None:
    signature = CheckpointSignature(algorithm="urn:x", certificate=b"0", value=b"1") if is_signed else None
    found = Checkpoint(origin='sổ "2026"', size=12, root=bytes(32), at=NOW, signature=signature)

    said = scraped(replace(report, checkpoint=found))

    named = {("origin", 'sổ "2026"'), ("root_sha256", "00" * 32), ("signed", "true" if is_signed else "false")}
    assert said["edocs_report_checkpoint_info", frozenset(named)] == 1
    assert said["edocs_report_checkpoint_events", frozenset()] == 12
    assert not [name for name, _ in scraped(report) if "checkpoint" in name]


def test_help_says_what_the_report_defines(report: Report) -> None:
    families = text_string_to_metric_families(report_openmetrics(report).decode())
    said = {family.name: family.documentation for family in families}

    assert said["edocs_documents_to_sign"] == DEFINITIONS["base"][1]
    for id in Indicator:
        assert DEFINITIONS[id.value][1] in said["edocs_documents_standing"]
    assert DEFINITIONS["buckets"][1] in said["edocs_documents_standing"]
    assert all(said.values())


def test_cut_off_at_the_end_of_a_day_is_of_that_day(report: Report) -> None:
    cut_off = datetime(2026, 6, 30, 23, 59, 59, 999999, tzinfo=HANOI)

    said = scraped(replace(report, cut_off=cut_off))

    seconds = said["edocs_report_cut_off_seconds", frozenset()]
    assert datetime.fromtimestamp(seconds, HANOI) == cut_off.replace(microsecond=0)
