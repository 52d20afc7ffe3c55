"""A report compares what its counts say, the same in every format, and every format is made of the same bytes twice."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from register_province import AGENCIES, fill_province

from edocs.locale import translate
from edocs.model import AgencyLevel, Counts, EventKind, Facet, Indicator, Query, Share, Tally
from edocs.model.comparing import Band, Bounds, shortfall
from edocs.model.letterhead import default_letterhead
from edocs.model.periods import Period, Span
from edocs.model.targets import Target
from edocs.registry import Registry
from edocs.reports.as_csv import report_csv
from edocs.reports.as_html import report_html
from edocs.reports.as_json import report_json
from edocs.reports.as_openmetrics import report_openmetrics
from edocs.reports.as_pdf import report_pdf
from edocs.reports.as_xlsx import report_xlsx
from edocs.reports.comparing_words import BANDS, NOTES
from edocs.reports.comparisons import Comparing
from edocs.reports.figures import Report, section
from edocs.reports.grids import comparison_grids, trend_grid

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "report-1.json"
PAGE = (
    (Facet.LEVEL,), (Facet.MONTH,), (Span.QUARTER,), (Span.YEAR,), (Facet.LEVEL, Facet.AGENCY), (Facet.TYPE,),
)  # fmt: skip
PERIOD = Query(issued_from=date(2026, 1, 1), issued_to=date(2026, 5, 31))
EARLIER = Period(first=date(2025, 2, 1), last=date(2025, 6, 30))
TARGETS = (
    Target(indicator=Indicator.BOTH, level=AgencyLevel.COMMUNE, year=2026, percent=Fraction("66.5"), source="KH 12"),
    Target(indicator=Indicator.PERSONAL, level=None, year=2026, percent=Fraction(95)),
    Target(indicator=Indicator.BOTH, level=AgencyLevel.COMMUNE, year=2025, percent=Fraction(10)),
)
WANTED = Comparing(earlier=EARLIER, targets=TARGETS)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with Registry.open(tmp_path_factory.mktemp("register") / "tỉnh.db") as opened:
        fill_province(opened)
        yield opened


@pytest.fixture(scope="module")
def report(registry: Registry) -> Report:
    return registry.report(PERIOD, PAGE, comparing=WANTED)


def shares(registry: Registry, query: Query, indicator: Indicator) -> dict[str, Share]:
    """Counted document by document."""
    found: dict[str, list[bool]] = {}
    for entry in registry.find(query):
        if entry.exclusion is None:
            is_valid = entry.standing(indicator) == "valid"
            found.setdefault(entry.document.agency.id, []).append(is_valid)
    return {agency: Share(sum(valid), len(valid)) for agency, valid in found.items()}


def test_units_are_those_of_both_periods_with_their_counts(registry: Registry, report: Report) -> None:
    assert report.comparisons is not None
    now = shares(registry, PERIOD, Indicator.BOTH)
    before = shares(registry, Query(issued_from=EARLIER.first, issued_to=EARLIER.last), Indicator.BOTH)

    units = {unit.agency: unit for unit in report.comparisons.units}

    ended = {agency.id for agency in AGENCIES if agency.level is AgencyLevel.DISTRICT}
    assert set(units) == (set(now) | set(before)) - ended
    assert len(units) == len(AGENCIES) - 1 - len(ended)
    for id, unit in units.items():
        assert unit.earlier is not None
        assert unit.counts.share(Indicator.BOTH) == now.get(id, Share(0, 0))
        assert unit.earlier.share(Indicator.BOTH) == before.get(id, Share(0, 0))


def test_districts_that_ended_are_gone_and_no_units_without_documents(report: Report) -> None:
    """Resolution 203/2025/QH15 ended them before the period, directory or not."""
    assert report.comparisons is not None
    line = next(item for item in report.comparisons.changes if item.level is None and item.indicator is Indicator.BOTH)
    bands = next(item for item in report.comparisons.bands if item.level is None)

    assert [unit for unit in report.comparisons.units if unit.level is AgencyLevel.DISTRICT] == []
    assert bands.units[Band.NONE] == 0
    assert line.change.left == 2


def test_change_of_the_total_is_that_of_its_counts(registry: Registry, report: Report) -> None:
    assert report.comparisons is not None
    earlier = Query(issued_from=EARLIER.first, issued_to=EARLIER.last)
    for line in (line for line in report.comparisons.changes if line.level is None):
        before, after = (shares(registry, query, line.indicator).values() for query in (earlier, PERIOD))
        rates = [
            Fraction(sum(s.numerator for s in found), sum(s.denominator for s in found)) for found in (before, after)
        ]
        assert line.change.points == 100 * (rates[1] - rates[0])
        assert line.change.within is not None
        assert line.change.mix == line.change.points - line.change.within
        assert line.change.mix != 0


def test_every_unit_is_in_one_band(report: Report) -> None:
    assert report.comparisons is not None
    found = [line for line in report.comparisons.bands if line.level is None]

    assert [sum(line.units.values()) for line in found] == [len(report.comparisons.units)] * 3


def test_targets_of_the_year_are_compared_by_level_and_unit(registry: Registry, report: Report) -> None:
    assert report.comparisons is not None
    lines = report.comparisons.targets
    communes = {
        id: share
        for id, share in shares(registry, PERIOD, Indicator.BOTH).items()
        if id[:5] in {agency.id[:5] for agency in AGENCIES if agency.level is AgencyLevel.COMMUNE}
    }

    assert {line.target.year for line in lines} == {2026}
    assert {line.agency for line in lines} == {None, *communes}
    for line in (line for line in lines if line.agency is not None):
        assert line.share == communes[line.agency]
        assert line.missing == shortfall(line.share, Fraction("66.5"))
    whole = next(line for line in lines if line.target is TARGETS[1])
    assert whole.share == report.total.share(Indicator.PERSONAL)


def test_json_follows_its_published_schema(report: Report, registry: Registry) -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    plain = registry.report(by=PAGE)
    open_ended = registry.report(comparing=Comparing())

    validator.check_schema(validator.schema)
    for found in (report, plain, open_ended):
        assert list(validator.iter_errors(json.loads(report_json(found, "vi")))) == []


def test_json_of_an_empty_register_follows_the_schema(tmp_path: Path) -> None:
    with Registry.open(tmp_path / "rỗng.db") as registry:
        found = registry.report(PERIOD, PAGE, comparing=WANTED)

    value = json.loads(report_json(found, "en"))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(value)) == []
    assert value["comparisons"]["changes"][-1]["points"] is None


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_page_shows_every_comparison(report: Report, lang: str) -> None:
    text = report_html(report, lang).decode()

    for grid in (*comparison_grids(report, lang), trend_grid(report.sections[2], report, lang)):
        [table] = re.findall(rf'<table id="{grid.id}">.*?</table>', text, re.DOTALL)
        assert table.count("<tr") == len(grid.rows) + 1
    assert {grid.id for grid in comparison_grids(report, lang)} == {"change", "targets", "bands", "ranks"}


def test_csv_has_the_comparison_beside_each_unit(report: Report) -> None:
    assert report.comparisons is not None
    rows = list(csv.DictReader(io.StringIO(report_csv(report, "en").decode("utf-8-sig"), newline="")))
    units = {unit.agency: unit for unit in report.comparisons.units}

    found = [row for row in rows if row["section"] == "level+agency" and row["kind"] == "group"]
    assert {row["agency"] for row in found} == {id for id, unit in units.items() if unit.counts.documents}
    for row in found:
        unit = units[row["agency"]]
        assert unit.earlier is not None
        assert row["rank"] == str(unit.place.rank or "")
        assert row["band"] == unit.band.value
        assert row["earlier_base"] == str(unit.earlier.base)
        assert row["both_earlier_valid"] == str(unit.earlier.both.valid)
        assert (row["earlier_from"], row["earlier_to"]) == ("2025-02-01", "2025-06-30")


def test_quarter_that_the_period_covers_in_part_says_so(report: Report) -> None:
    grid = trend_grid(report.sections[2], report, "vi")

    assert [row[0] for _, row in grid.rows] == ["Quý 1/2026", "Quý 2/2026 (2 trên 3 tháng)", "Tổng số"]


def test_without_an_earlier_period_nothing_moves(registry: Registry) -> None:
    report = registry.report(PERIOD, PAGE, comparing=Comparing(bounds=Bounds(upper=Fraction(70), lower=Fraction(60))))

    assert report.comparisons is not None
    assert report.comparisons.changes == ()
    assert {unit.earlier for unit in report.comparisons.units} == {None}
    assert [grid.id for grid in comparison_grids(report, "vi")] == ["bands", "ranks"]
    assert "mới" not in {cell for _, row in comparison_grids(report, "vi")[1].rows for cell in row}


def test_every_text_of_the_comparisons_is_translated(report: Report) -> None:
    english = [*BANDS.values(), *NOTES.values()]
    grids = comparison_grids(report, "vi")
    heads = {name for grid in grids for name in grid.head}

    assert [text for text in english if translate(text, "vi") == text] == []
    assert heads & {name for grid in comparison_grids(report, "en") for name in grid.head} == set()


MAKE = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/unit"]
from pathlib import Path
from test_report_comparisons import FORMATS, PAGE, PERIOD, WANTED
from register_province import fill_province
from edocs.registry import Registry
import hashlib
with Registry.open(Path(sys.argv[2])) as registry:
    fill_province(registry)
    report = registry.report(PERIOD, PAGE, comparing=WANTED)
for name, make in FORMATS.items():
    for lang in ("vi", "en"):
        print(name, lang, hashlib.sha256(make(report, lang)).hexdigest())
"""


def formal_report(report: Report, lang: str) -> bytes:
    return report_pdf(report, default_letterhead(report.agencies))


def scraped_report(report: Report, lang: str) -> bytes:
    return report_openmetrics(report)


FORMATS = {
    "html": report_html,
    "json": report_json,
    "csv": report_csv,
    "xlsx": report_xlsx,
    "pdf": formal_report,
    "openmetrics": scraped_report,
}


def test_same_events_give_the_same_bytes_in_fresh_processes(report: Report, tmp_path: Path) -> None:
    tests = Path(__file__).parents[1]
    said = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-c", MAKE, str(tests), str(tmp_path / f"{seed}.db")]
        run = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        said.append(run.stdout)

    own = "".join(
        f"{name} {lang} {hashlib.sha256(make(report, lang)).hexdigest()}\n"
        for name, make in FORMATS.items()
        for lang in ("vi", "en")
    )
    assert said == [own, own]


def test_events_recorded_later_change_nothing_before_the_cut_off(registry: Registry, report: Report) -> None:
    again = registry.report(replace(PERIOD, as_of=report.cut_off), PAGE, comparing=WANTED)

    assert report_html(again, "vi") == report_html(report, "vi")


def test_rule_is_the_one_that_the_events_name(registry: Registry, report: Report) -> None:
    found = {
        json.loads(logged.event.payload)["rule"]
        for entry in registry.find(Query(agency="H99.51"))
        for logged in registry.history(entry.document.key)
        if logged.event.kind is EventKind.VERIFIED
    }

    assert found == {report.rule}


def test_page_of_a_province_stays_small(report: Report, registry: Registry) -> None:
    """173 agencies with 20 documents listed each: under 5 MB, and every agency's count is there."""
    [first, *_] = report.open_documents
    agencies = {f"H99.{number}": replace(AGENCIES[-2], id=f"H99.{number}") for number in range(173)}
    counts = Counts.named(documents=3000, both_valid=2000, both_unsigned=1000)
    tallies = [Tally(group=("commune", id), counts=counts) for id in agencies]
    listed = [
        replace(first, document=replace(first.document, agency=agency, subject="Về việc " + "chữ ký số " * 15))
        for agency in agencies.values()
        for _ in range(20)
    ]
    large = replace(
        report,
        agencies=agencies,
        sections=(*report.sections[:4], section(tallies, PAGE[4]), report.sections[5]),
        open_documents=tuple(listed),
        open_count=173_000,
    )

    page = report_html(large, "vi")

    assert len(page) < 5_000_000
    assert page.decode().count("1.000 văn bản, liệt kê 20") == 173
