"""A report as CSV says what its figures are and rest on, and no line of it is in the way of who adds up columns."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from register_province import fill_province
from register_samples import NOW

from edocs.locale import translate
from edocs.model import Facet
from edocs.model.checkpoint import Checkpoint
from edocs.model.indicator_reading import built_in
from edocs.registry import Registry
from edocs.reports.as_csv import report_csv
from edocs.reports.as_indicators import FOUR_BUCKETS
from edocs.reports.comparisons import Comparing
from edocs.reports.figures import Report
from edocs.reports.wording import DEFINITIONS


@pytest.fixture
def report(tmp_path: Path) -> Report:
    with Registry.open(tmp_path / "tỉnh.db") as registry:
        fill_province(registry)
        return registry.report(
            by=[(Facet.LEVEL, Facet.AGENCY)], definitions=built_in(), comparing=Comparing(), listed=0
        )


def csv_lines(report: Report, lang: str) -> list[dict[str, str]]:
    text = report_csv(report, lang).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if lang == "vi" else ",", strict=True))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_csv_defines_every_figure_and_indicator_that_it_has(report: Report, lang: str) -> None:
    lines = csv_lines(report, lang)

    defined = [line for line in lines if line["section"] == "definitions"]
    assert lines[-len(defined) :] == defined
    assert {line["kind"] for line in defined} == {"definition"}
    assert [(line["term"], line["term_name"], line["term_definition"]) for line in defined] == [
        *((id, translate(name, lang), translate(text, lang)) for id, (name, text) in DEFINITIONS.items()),
        ("indicator_buckets", *(translate(text, lang) for text in FOUR_BUCKETS)),
        *((one.id, one.name[lang], one.text[lang]) for one in built_in()),
    ]


def test_definitions_put_no_text_among_the_numbers_of_a_csv(report: Report) -> None:
    lines = csv_lines(report, "en")

    about = {"cut_off", "events", "events_sha256", "rule"}
    for line in lines:
        is_definition = line["section"] == "definitions"
        assert bool(line["term_definition"]) is is_definition
        if is_definition:
            filled_in = {name for name, value in line.items() if value}
            assert filled_in == {"section", "kind", "term", "term_name", "term_definition", *about}


def test_csv_states_the_checkpoint_on_every_line(report: Report) -> None:
    found = Checkpoint(origin="sổ-2026", size=12, root=bytes(range(32)), at=NOW)
    names = ("checkpoint_origin", "checkpoint_events", "checkpoint_root_sha256")

    carried, bare = (csv_lines(one, "vi") for one in (replace(report, checkpoint=found), report))

    assert {tuple(line[name] for name in names) for line in carried} == {("sổ-2026", "12", bytes(range(32)).hex())}
    assert {tuple(line[name] for name in names) for line in bare} == {("", "", "")}


def test_every_line_of_a_csv_has_all_columns(report: Report) -> None:
    rows = list(csv.reader(io.StringIO(report_csv(report, "en").decode("utf-8-sig"), newline=""), strict=True))

    assert len({len(row) for row in rows}) == 1
    assert len(set(rows[0])) == len(rows[0])


def test_csv_says_that_the_unsigned_are_among_the_invalid_of_an_indicator(report: Report) -> None:
    """The counts have five buckets, an indicator four."""
    lines = csv_lines(report, "en")
    [total] = [line for line in lines if line["kind"] == "total"]
    [line] = [
        line
        for line in lines
        if (line["indicator"], line["variant"], line["indicator_level"]) == ("I1", "verified", "all")
    ]
    [defined] = [line for line in lines if line["term"] == "indicator_buckets"]

    assert int(line["invalid"]) == int(total["organisation_invalid"]) + int(total["organisation_unsigned"])
    assert int(total["organisation_unsigned"])
    assert "unsigned ones too" in defined["term_definition"]
