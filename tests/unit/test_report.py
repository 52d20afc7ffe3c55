"""A report says the same in every format, from counts, and needs nothing but itself."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from register_samples import (
    AGENCY,
    COMMUNE,
    DISTRICT,
    FAILED,
    NOW,
    OPEN,
    PERSON,
    PROVINCE,
    issued,
    make_document,
    make_report,
    signature,
)

from edocs.locale import translate
from edocs.model import (
    HANOI,
    Agency,
    AgencyLevel,
    Counts,
    Facet,
    Indicator,
    LogExtent,
    Query,
    Secrecy,
    Share,
    Standing,
    Submission,
    Tally,
    VerificationReport,
    read_facts,
)
from edocs.registry import Registry
from edocs.reports import as_html
from edocs.reports.as_csv import report_csv
from edocs.reports.as_html import report_html
from edocs.reports.as_json import report_json
from edocs.reports.as_table import section_cells
from edocs.reports.figures import Report, RowKind, section
from edocs.reports.wording import (
    DEFINITIONS,
    EXCLUSIONS,
    FACETS,
    INDICATORS,
    LEVELS,
    STANDINGS,
    TABLE_TERMS,
    percent_text,
)

PAGE = ((Facet.LEVEL,), (Facet.MONTH,), (Facet.LEVEL, Facet.AGENCY), (Facet.TYPE,))
EXTENT = LogExtent(events=1, sha256="0" * 64)
PERIOD = Query(issued_from=date(2026, 1, 1), issued_to=date(2026, 4, 30))


def fill(registry: Registry) -> None:
    """13 documents, none in April, with every bucket, one secret, one agency with a hostile name."""
    hostile = Agency(
        id="H99.66", name='=HYPERLINK("http://x.example")<script>alert(1)</script>', level=AgencyLevel.COMMUNE
    )
    submissions = []
    for number, agency in enumerate([PROVINCE, DISTRICT, COMMUNE, hostile] * 3, 1):
        issued_on = datetime(2026, 1 + number % 3, number, tzinfo=HANOI)
        document = make_document(number, agency, issued_on=issued_on, kind="QĐ" if number % 2 else "CV")
        reports: list[VerificationReport | None] = [
            issued(document),
            issued(document),
            make_report(document, signature(PERSON), signature(AGENCY, FAILED)),
            make_report(document, signature(PERSON, OPEN), signature(AGENCY)),
            make_report(document, signature(PERSON)),
            None,
            make_report(document),
        ]
        report = reports[number % len(reports)]
        facts = None if report is None else read_facts(report.as_dict())
        submissions.append(Submission(document=document, facts=facts))
    secret = make_document(99, secrecy=Secrecy.SECRET, issued_on=datetime(2026, 2, 1, tzinfo=HANOI))
    submissions.append(Submission(document=secret))
    registry.register_many(submissions, who="văn thư", now=NOW)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(tmp_path / "sổ.db") as opened:
        yield opened


@pytest.fixture
def report(registry: Registry) -> Report:
    fill(registry)
    return registry.report(PERIOD, PAGE)


class Page(HTMLParser):
    """Tables of a page: id to rows, a row being its group and its fields; and every address."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[tuple[str, str, dict[str, str]]]] = {}
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self._table = self._field = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.addresses += [named[name] for name in ("src", "href", "action", "data", "xlink:href") if name in named]
        if tag == "table":
            self._table = named["id"]
            self.tables[self._table] = []
        elif tag == "tr" and "data-group" in named:
            self.tables[self._table].append((named.get("class", ""), named["data-group"], {}))
        elif tag == "td" and "data-field" in named:
            self._field = named["data-field"]
            if "data-value" in named:
                self.tables[self._table][-1][2][self._field] = named["data-value"]
                self._field = ""

    def handle_data(self, data: str) -> None:
        if self._field:
            self.tables[self._table][-1][2][self._field] = data.strip()
            self._field = ""


Line = tuple[str, str, dict[str, str]]


def expected_lines(report: Report, place: int, lang: str) -> list[Line]:
    """What every format must say of section ``place``: kind, group, figures."""
    lines = []
    for row in report.sections[place].rows:
        figures = {"documents": row.counts.documents, "excluded": row.counts.documents - row.counts.base}
        figures["base"] = row.counts.base
        texts = {name: str(value) for name, value in figures.items()}
        for indicator in Indicator:
            share = row.counts.share(indicator)
            texts[f"{indicator}.valid"] = str(share.numerator)
            texts[f"{indicator}.percent"] = percent_text(share, lang)
        texts |= {f"both.{standing}": str(row.counts.both[standing]) for standing in Standing}
        lines.append((row.kind.value, "|".join(row.group), texts))
    return lines


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("place", range(len(PAGE)))
def test_html_says_what_was_counted(report: Report, place: int, lang: str) -> None:
    page = Page(report_html(report, lang).decode())

    assert page.tables["-".join(PAGE[place])] == expected_lines(report, place, lang)


@pytest.mark.parametrize("place", range(len(PAGE)))
def test_json_says_what_was_counted(report: Report, place: int) -> None:
    section = json.loads(report_json(report, "en"))["sections"][place]

    found = []
    for row in section["rows"]:
        texts = {"documents": row["documents"], "excluded": sum(row["excluded"].values()), "base": row["base"]}
        for name, indicator in row["indicators"].items():
            percent = indicator["percent"]
            texts[f"{name}.valid"] = indicator["valid"]
            texts[f"{name}.percent"] = "n/a" if percent is None else f"{percent:.2f}\u00a0%"
        texts |= {f"both.{standing}": row["indicators"]["both"][standing.value] for standing in Standing}
        group = "|".join(row["group"].values())
        found.append((row["kind"], group, {name: str(value) for name, value in texts.items()}))
    assert found == expected_lines(report, place, "en")


@pytest.mark.parametrize(("lang", "delimiter"), [("vi", ";"), ("en", ",")])
def test_csv_says_what_was_counted(report: Report, lang: str, delimiter: str) -> None:
    data = report_csv(report, lang)

    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))
    for place, by in enumerate(PAGE):
        found = []
        for row in (row for row in rows if row["section"] == "+".join(by)):
            excluded = int(row["excluded_state_secret"]) + int(row["excluded_other"])
            texts = {"documents": row["documents"], "excluded": str(excluded), "base": row["base"]}
            for indicator in Indicator:
                percent = row[f"{indicator}_percent"]
                texts[f"{indicator}.valid"] = row[f"{indicator}_valid"]
                texts[f"{indicator}.percent"] = f"{percent}\u00a0%" if percent else translate("n/a", lang)
            texts |= {f"both.{standing}": row[f"both_{standing}"] for standing in Standing}
            group = "|".join(row[facet] for facet in by if row[facet])
            found.append((row["kind"], group, texts))
        assert found == expected_lines(report, place, lang)


def test_table_says_what_was_counted(report: Report) -> None:
    cells = section_cells(report.sections[2], report, "vi")

    for (kind, cell), (name, _, figures) in zip(cells.rows, expected_lines(report, 2, "vi"), strict=True):
        assert kind.value == name
        assert list(cell[1:4]) == [figures["documents"], figures["excluded"], figures["base"]]
        assert list(cell[4:7]) == [
            f"{figures[f'{i}.valid']}/{figures['base']}  {figures[f'{i}.percent']}" for i in Indicator
        ]
        assert list(cell[7:]) == [figures[f"both.{standing}"] for standing in Standing if standing != "valid"]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_page_needs_no_network_and_runs_nothing(report: Report, lang: str) -> None:
    text = report_html(report, lang).decode()

    page = Page(text)
    assert page.addresses == []
    assert not {"script", "link", "iframe", "img", "object", "form"} & set(page.tags)
    assert re.findall(r"@import|url\((?!#)", text) == []
    assert f'<html lang="{lang}">' in text


@pytest.mark.parametrize("render", [report_html, report_json, report_csv])
def test_same_events_give_the_same_bytes(tmp_path: Path, render: Callable[[Report, str], bytes]) -> None:
    made = []
    for name in ("một.db", "hai.db"):
        with Registry.open(tmp_path / name) as registry:
            fill(registry)
            made.append(render(registry.report(PERIOD, PAGE), "vi"))

    assert made[0] == made[1]


def test_later_events_leave_the_report_as_of_then_unchanged(registry: Registry) -> None:
    fill(registry)
    before = report_html(registry.report(PERIOD, PAGE), "vi")

    late = make_document(500, issued_on=datetime(2026, 3, 1, tzinfo=HANOI))
    registry.register(late, issued(late), who="văn thư", now=NOW + timedelta(days=3))

    assert report_html(registry.report(replace(PERIOD, as_of=NOW), PAGE), "vi") == before
    assert report_html(registry.report(PERIOD, PAGE), "vi") != before


def merkle(leaves: list[bytes]) -> str:
    """RFC 6962, 2.1, as it is written there."""
    if len(leaves) == 1:
        return leaves[0].hex()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = (bytes.fromhex(merkle(part)) for part in (leaves[:half], leaves[half:]))
    return hashlib.sha256(b"\x01" + left + right).hexdigest()


def test_event_digest_can_be_recomputed(registry: Registry, report: Report) -> None:
    logged = [item for entry in registry.find() for item in registry.history(entry.document.key)]

    leaves = [item.leaf for item in sorted(logged, key=lambda item: item.id)]

    assert (report.extent.sha256, report.extent.events) == (merkle(leaves), len(logged))


def test_month_without_documents_is_shown_as_none(report: Report) -> None:
    rows = {row.group: row for row in report.sections[1].groups}

    april = rows[("2026-04",)]
    assert list(rows) == [("2026-01",), ("2026-02",), ("2026-03",), ("2026-04",)]
    assert april.counts == Counts()
    assert "không có văn bản" in report_html(report, "vi").decode()


def test_empty_register_reports_no_percentage(registry: Registry) -> None:
    report = registry.report(by=PAGE)

    text = report_html(report, "en").decode()
    assert [report.total.share(indicator).percent for indicator in Indicator] == [None] * 3
    assert not re.search(r"\d\u00a0%</td>|<p class=\"big\">\d", text)
    assert json.loads(report_json(report, "vi"))["total"]["indicators"]["both"]["percent"] is None


def test_subtotals_are_sums_and_no_mean_of_percentages() -> None:
    small = Counts.named(documents=1, both_valid=1)
    large = Counts.named(documents=3, both_unsigned=3)
    tallies = [Tally(group=("commune", "A"), counts=small), Tally(group=("commune", "B"), counts=large)]

    rows = section(tallies, [Facet.LEVEL, Facet.AGENCY]).rows

    assert [row.kind for row in rows] == [RowKind.GROUP, RowKind.GROUP, RowKind.SUBTOTAL, RowKind.TOTAL]
    assert rows[2].counts.share(Indicator.BOTH) == Share(1, 4)
    assert rows[2].counts.share(Indicator.BOTH).percent == Decimal("25.00")


def test_levels_stand_from_province_to_commune(report: Report) -> None:
    assert [row.group for row in report.sections[0].groups] == [("province",), ("district",), ("commune",)]


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [(118, 262, "45.04"), (14, 288, "4.86"), (3215, 74278, "4.33"), (1, 3, "33.33"), (2, 3, "66.67"), (1, 800, "0.13")],
)
def test_percentages_are_half_up_to_two_decimals(numerator: int, denominator: int, percent: str) -> None:
    assert Share(numerator, denominator).percent == Decimal(percent)


def test_exclusions_are_itemised_and_add_up(report: Report) -> None:
    page = Page(report_html(report, "vi").decode())

    assert page.tables["exclusions"] == [("", "secret", {"excluded": "1"})]
    assert report.total.documents == report.total.base + 1 == 13


def test_open_documents_are_those_without_both_signatures(report: Report) -> None:
    page = Page(report_html(report, "vi").decode())

    rows = [row for name, table in page.tables.items() if name.startswith("open-") for row in table]
    assert len(rows) == report.open_count == report.total.base - report.total.both.valid
    assert all(fields["both"] != "valid" for _, _, fields in rows)
    assert not any("secret" in group for _, group, _ in rows)


def test_open_documents_stand_under_their_agency(report: Report) -> None:
    page = Page(report_html(report, "vi").decode())

    listed = {name: table for name, table in page.tables.items() if name.startswith("open-")}
    assert {f"open-{agency}" for agency in report.agencies} == set(listed)
    for name, table in listed.items():
        assert all(group.startswith(f"{name.removeprefix('open-')}:") for _, group, _ in table)


def test_list_of_open_documents_is_cut_and_their_count_is_not(registry: Registry) -> None:
    fill(registry)

    cut = registry.report(PERIOD, PAGE, listed=1)

    text = report_html(cut, "vi").decode()
    whole = registry.report(PERIOD, PAGE)
    first: dict[str, str] = {}
    for entry in whole.open_documents:
        first.setdefault(entry.document.agency.id, str(entry.document.key))
    assert cut.open_count == whole.open_count == 9
    assert {entry.document.agency.id: str(entry.document.key) for entry in cut.open_documents} == first
    assert len(cut.open_documents) == len(first)
    assert re.findall(r"<summary>.*?<span>(\d) văn bản, liệt kê 1</span>", text)


def test_name_that_is_markup_or_a_formula_stays_text(report: Report) -> None:
    page, table = report_html(report, "vi").decode(), report_csv(report, "en").decode()

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "\"'=HYPERLINK" in table
    assert not re.search(r'(^|,)"?=', table, re.MULTILINE)


def test_every_text_of_the_page_is_translated(report: Report) -> None:
    template = (Path(as_html.__file__).parent / "report.html.j2").read_text(encoding="utf-8")
    english = [one or other for one, other in re.findall(r"""\bt\((?:"([^"]+)"|'([^']+)')""", template)]
    english += [*(text for pair in DEFINITIONS.values() for text in pair), *TABLE_TERMS]
    english += [*FACETS.values(), *INDICATORS.values(), *STANDINGS.values(), *EXCLUSIONS.values(), *LEVELS.values()]

    assert len(english) > 60
    assert [text for text in english if translate(text, "vi") == text] == []
    assert not re.search(r">(Registered|Total|Agency|Definitions)<", report_html(report, "vi").decode())


def test_vietnamese_numbers_have_their_separators() -> None:
    counts = Counts.named(documents=1044, both_valid=1000, both_unsigned=44)
    tallies = [Tally(group=("CV",), counts=counts)]
    report = Report(
        issued_from=None, issued_to=None, cut_off=None, extent=EXTENT, total=counts,
        sections=(section(tallies, [Facet.TYPE]),), agencies={}, open_documents=(), open_count=44,
    )  # fmt: skip

    page = report_html(report, "vi").decode()

    assert "1.000 trên 1.044 văn bản" in page
    assert "95,79\u00a0%" in page
