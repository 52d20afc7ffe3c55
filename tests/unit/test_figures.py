"""Imported figures: counts of other systems by agency and month, the latest counts, and nothing is taken by halves."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from register_samples import COMMUNE, DISTRICT, NOW, PROVINCE, issued, make_document

from edocs.errors import EdocsError, UnreadableError, UsageError
from edocs.model import HANOI, AgencyLevel, Facet, Query
from edocs.model.agency_tree import make_tree
from edocs.model.directory import read_directory
from edocs.model.dispatch import Dispatch, sending_deadline
from edocs.model.figure_reading import Expected, read_figure_csv, read_figure_json
from edocs.model.figures import Figure, FigureTable
from edocs.model.indicator_reading import built_in
from edocs.model.indicators import Definition, Variant
from edocs.model.measuring import Measure
from edocs.model.regrouping import Bodies
from edocs.registry import Registry
from edocs.tables.figure_table import read_figure_file

AGENCIES = {agency.id: agency for agency in (PROVINCE, DISTRICT, COMMUNE)}
EXPECTED = Expected(definitions=built_in(), agencies=AGENCIES, now=NOW)
HEAD = "Chỉ số;Mã định danh;Tên đơn vị;Cấp;Tháng;Tử số;Mẫu số;Ghi chú\n"


def read(text: str) -> FigureTable:
    return read_figure_csv((HEAD + text).encode("utf-8-sig"), EXPECTED)


def definition(id: str) -> Definition:
    return next(one for one in built_in() if one.id == id)


def table(*rows: tuple[str, str, str, int, int]) -> FigureTable:
    figures = tuple(
        Figure(
            indicator=indicator,
            agency=agency,
            agency_name=AGENCIES[agency].name,
            level=AGENCIES[agency].level,
            month=month,
            numerator=numerator,
            denominator=denominator,
        )
        for indicator, agency, month, numerator, denominator in rows
    )
    return FigureTable(figures=figures, sha256=hashlib.sha256(repr(rows).encode()).hexdigest())


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(tmp_path / "sổ.db") as opened:
        yield opened


def test_vietnamese_numbers_and_months_are_understood() -> None:
    found = read(
        f"work_files;{COMMUNE.id};;;Tháng 3/2026;1.044;12 500;\n"
        f"work_files;{COMMUNE.id};;;04/2026;0;0;không phát sinh\n"
        f"work_files;{COMMUNE.id};;;2026-05;07;1044;\n"
    )

    assert found.faults == ()
    assert [(one.month, one.numerator, one.denominator) for one in found.figures] == [
        ("2026-03", 1044, 12500),
        ("2026-04", 0, 0),
        ("2026-05", 7, 1044),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"work_files;{COMMUNE.id};;;2026-03;10;9;", "larger"),
        (f"work_files;{COMMUNE.id};;;2026-03;-1;9;", "-1"),
        (f"work_files;{COMMUNE.id};;;2026-03;1,5;9;", "fraction"),
        (f"work_files;{COMMUNE.id};;;2026-03;80 %;100;", "percentage"),
        (f"work_files;{COMMUNE.id};;;2026-08;1;9;", "to come"),
        (f"work_files;{COMMUNE.id};;;2026-13;1;9;", "month"),
        (f"work_files;{COMMUNE.id};;;2026-03;;9;", "numerator"),
        (f"workfiles;{COMMUNE.id};;;2026-03;1;9;", "work_files"),
        (f"I1;{COMMUNE.id};;;2026-03;1;9;", "counted from the register"),
        ("work_files;H99.77;;;2026-03;1;9;", "name and level"),
        ("work_files;H99.77;UBND xã Trà Lâm;tổ dân phố;2026-03;1;9;", "level"),
    ],
)
def test_line_that_cannot_be_taken_is_named(line: str, said: str) -> None:
    found = read(f"work_files;{PROVINCE.id};;;2026-03;1;2;\n{line}\n")

    [fault] = found.faults
    assert fault.line == 3
    assert said in str(fault.failure)


def test_same_place_twice_in_a_table_is_refused() -> None:
    found = read(f"work_files;{COMMUNE.id};;;2026-03;1;9;\nwork_files;{COMMUNE.id};;;03/2026;1;9;\n")

    assert [fault.line for fault in found.faults] == [3]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("indicator,agency,month,numerator,denominator,percent", "percentages"),
        ("chỉ số,mã định danh,tháng,tỷ lệ", "percentages"),
        ("indicator,agency,month,numerater,denominator,numerator", "numerator?"),
        ("indicator,agency,month,numerator", "denominator"),
        ("a,b,c", "no table"),
        ("", "no table"),
    ],
)
def test_table_with_percentages_or_unknown_columns_is_refused(head: str, said: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_figure_csv(f"{head}\n".encode(), EXPECTED)

    assert said in str(caught.value)
    assert caught.value.message("vi") != caught.value.message("en")


def test_agency_that_the_register_does_not_know_states_its_name_and_level() -> None:
    found = read(
        "officials;H99.77;UBND xã Trà Lâm;xã;2026-03;10;12;\nofficials;H99.77;;;2026-04;11;12;\n",
    )

    assert [(one.agency_name, one.level) for one in found.figures] == [("UBND xã Trà Lâm", AgencyLevel.COMMUNE)] * 2


def test_json_and_workbook_say_the_same_as_csv(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    rows = [
        {
            "indicator": "I6",
            "agency": COMMUNE.id,
            "month": "2026-03",
            "numerator": 1044,
            "denominator": 1050,
            "note": "a",
        },
        {
            "indicator": "units",
            "agency": PROVINCE.id,
            "month": "2026-04",
            "numerator": 18,
            "denominator": 18,
            "note": "",
        },
    ]
    value = {"schema": "edocs.figures/1", "rows": rows}
    (tmp_path / "a.json").write_text(json.dumps(value), encoding="utf-8")
    lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    book = openpyxl.Workbook()
    for cells in (["Biểu số liệu"], [], list(rows[0]), *(list(row.values()) for row in rows)):
        book.active.append(cells)
    book.active["C4"] = datetime(2026, 3, 1)  # noqa: DTZ001 - as a workbook has it
    stream = io.BytesIO()
    book.save(stream)
    (tmp_path / "a.xlsx").write_bytes(stream.getvalue())

    found = [read_figure_file(tmp_path / name, EXPECTED) for name in ("a.json", "a.csv", "a.xlsx")]

    assert found[0].figures == found[1].figures == found[2].figures
    assert [one.faults for one in found] == [(), (), ()]
    schema = Path(__file__).parents[2] / "docs" / "schemas" / "figures-1.json"
    jsonschema.validate(value, json.loads(schema.read_text(encoding="utf-8")))


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"schema": "edocs.figures/1", "rows": [1]}', b"\xff"])
def test_what_is_no_json_table_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_figure_json(data, EXPECTED)


def test_json_with_a_percentage_is_refused() -> None:
    row = {"indicator": "I6", "agency": COMMUNE.id, "month": "2026-03", "percent": 50}

    with pytest.raises(UnreadableError, match="percentages"):
        read_figure_json(json.dumps({"schema": "edocs.figures/1", "rows": [row]}).encode(), EXPECTED)


def test_importing_twice_changes_nothing(registry: Registry) -> None:
    first = table(("work_files", COMMUNE.id, "2026-03", 3, 10))

    news = [registry.import_figures(first, who="x", now=NOW) for _ in range(2)]

    assert news == [1, 0]
    assert registry.store.extent().events == 1
    assert registry.check() == ()


def test_latest_figure_counts_and_the_past_stays(registry: Registry) -> None:
    later = NOW + timedelta(days=1)
    registry.import_figures(table(("work_files", COMMUNE.id, "2026-03", 3, 10)), who="x", now=NOW)
    registry.import_figures(table(("work_files", COMMUNE.id, "2026-03", 4, 10)), who="x", now=later)

    then = registry.measure(definition("work_files"), Query(as_of=NOW))
    now = registry.measure(definition("work_files"))

    assert then == {(): Measure(valid=3, invalid=7)}
    assert now == {(): Measure(valid=4, invalid=6)}


def test_evidence_of_the_event_is_the_file(registry: Registry) -> None:
    found = table(("work_files", COMMUNE.id, "2026-03", 3, 10))

    registry.import_figures(found, who="văn thư", now=NOW)

    [logged] = registry.store.events()
    assert (logged.event.evidence, logged.event.key, logged.document) == (found.sha256, None, 0)


def test_table_with_a_fault_enters_nothing(registry: Registry) -> None:
    found = read(f"work_files;{PROVINCE.id};;;2026-03;1;2;\nwork_files;{COMMUNE.id};;;2026-03;3;2;\n")

    with pytest.raises(EdocsError):
        registry.import_figures(found, who="x", now=NOW)

    assert registry.store.extent().events == 0


def test_month_to_come_is_refused_at_the_register_too(registry: Registry) -> None:
    with pytest.raises(UsageError):
        registry.import_figures(table(("work_files", COMMUNE.id, "2026-08", 1, 2)), who="x", now=NOW)


def test_only_whole_months_of_the_period_count(registry: Registry) -> None:
    months = ["2026-01", "2026-02", "2026-03", "2026-04"]
    registry.import_figures(table(*(("work_files", COMMUNE.id, month, 1, 2) for month in months)), who="x", now=NOW)

    def found(first: date | None, last: date | None) -> list[str]:
        return [figure.month for figure in registry.figures(Query(issued_from=first, issued_to=last))]

    assert found(date(2026, 2, 1), date(2026, 3, 31)) == ["2026-02", "2026-03"]
    assert found(date(2026, 1, 2), date(2026, 3, 30)) == ["2026-02"]
    assert found(date(2025, 12, 15), date.max) == months
    assert registry.figures(Query(text="đất đai")) == ()
    assert registry.figures(Query(agency=PROVINCE.id)) == ()


def test_state_at_the_end_of_a_month_is_not_added_up(registry: Registry) -> None:
    rows = [("officials", COMMUNE.id, "2026-02", 10, 12), ("officials", COMMUNE.id, "2026-03", 11, 12)]
    registry.import_figures(table(*rows, ("officials", PROVINCE.id, "2026-02", 5, 5)), who="x", now=NOW)

    whole = registry.measure(definition("officials"))
    monthly = registry.measure(definition("officials"), by=[Facet.MONTH])

    assert whole == {(): Measure(valid=16, invalid=1)}
    assert monthly == {("2026-02",): Measure(valid=15, invalid=2), ("2026-03",): Measure(valid=11, invalid=1)}


def test_register_counts_where_it_knows_and_imported_figures_elsewhere(registry: Registry) -> None:
    """I7: of one agency and month never both, so nothing is counted twice."""
    for number, agency in enumerate([COMMUNE, COMMUNE, DISTRICT], 1):
        document = make_document(number, agency)
        registry.register(document, issued(document), who="x", now=NOW)
        if number == 1:
            deadline = sending_deadline(document.issued_on)
            sending = Dispatch(sent_at=document.code.issued_on, receivers=("H01",), deadline=deadline)
            registry.send(document.key, sending, who="x", now=NOW)
    rows = [
        ("I7", COMMUNE.id, "2026-03", 50, 60),
        ("I7", COMMUNE.id, "2026-02", 7, 9),
        ("I7", DISTRICT.id, "2026-03", 2, 4),
    ]
    registry.import_figures(table(*rows), who="x", now=NOW)

    found = registry.measure(definition("I7"), by=[Facet.AGENCY, Facet.MONTH])

    assert found == {
        (DISTRICT.id, "2026-03"): Measure(valid=2, invalid=2),
        (COMMUNE.id, "2026-02"): Measure(valid=7, invalid=2),
        (COMMUNE.id, "2026-03"): Measure(valid=1, invalid=1),
    }


def test_figures_are_in_a_report_and_change_its_bytes_alone_with_the_events(registry: Registry) -> None:
    registry.import_figures(table(("work_files", COMMUNE.id, "2026-03", 3, 10)), who="x", now=NOW)

    report = registry.report(definitions=built_in())

    assert report.indicators is not None
    line = next(one for one in report.indicators.lines if one.definition.id == "work_files" and one.level is None)
    assert (line.measure.valid, line.measure.denominator) == (3, 10)
    assert report.cut_off == NOW.astimezone(HANOI)


@pytest.fixture
def bodies() -> Bodies:
    """The commune An Lạc became part of Bình Hòa on 1 July 2025."""
    table = (
        "code,name,level,valid_from,valid_to,became\n"
        f"{COMMUNE.id},Ủy ban nhân dân xã An Lạc,xã,,2025-06-30,H99.50\n"
        "H99.50,Ủy ban nhân dân xã Bình Hòa,xã,,,\n"
    )
    return Bodies(tree=make_tree(read_directory(table.encode())), on=date(2026, 7, 1))


def line_of(registry: Registry, id: str, bodies: Bodies | None) -> Measure:
    table = registry.report(definitions=built_in(), bodies=bodies).indicators
    assert table is not None
    whole = table.of(definition(id), Variant.VERIFIED)
    assert whole == table.of(definition(id), Variant.VERIFIED, AgencyLevel.COMMUNE)
    return whole


def other(indicator: str, month: str, numerator: int, denominator: int) -> Figure:
    return Figure(
        indicator=indicator,
        agency="H99.50",
        agency_name="Ủy ban nhân dân xã Bình Hòa",
        level=AgencyLevel.COMMUNE,
        month=month,
        numerator=numerator,
        denominator=denominator,
    )


def test_bodies_that_merged_are_not_counted_twice_where_their_officials_are(registry: Registry, bodies: Bodies) -> None:
    merged = table(("officials", COMMUNE.id, "2025-05", 9, 12), ("officials", COMMUNE.id, "2025-06", 10, 12))
    rest = (other("officials", "2025-06", 5, 6), other("officials", "2025-07", 15, 18))
    registry.import_figures(replace(merged, figures=(*merged.figures, *rest)), who="x", now=NOW)

    assert line_of(registry, "officials", bodies) == Measure(valid=15, invalid=3)
    assert line_of(registry, "officials", None) == Measure(valid=25, invalid=5)


def test_what_one_body_sent_says_nothing_of_another_that_it_became(registry: Registry, bodies: Bodies) -> None:
    """I7 under today's bodies is the same total: of each body of the time the register counts, or what was imported."""
    document = make_document(1, COMMUNE, issued_on=datetime(2025, 3, 5, tzinfo=HANOI))
    registry.register(document, issued(document), who="x", now=NOW)
    deadline = sending_deadline(document.issued_on)
    sending = Dispatch(sent_at=document.code.issued_on, receivers=("H01",), deadline=deadline)
    registry.send(document.key, sending, who="x", now=NOW)
    own = table(("I7", COMMUNE.id, "2025-03", 50, 60))
    registry.import_figures(replace(own, figures=(*own.figures, other("I7", "2025-03", 2, 5))), who="x", now=NOW)

    assert line_of(registry, "I7", bodies) == line_of(registry, "I7", None) == Measure(valid=3, invalid=3)
