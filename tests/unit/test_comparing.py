"""Bands, targets, ranks and change at their edges, and tables of targets as people write them."""

from __future__ import annotations

import json
import pickle
import tomllib
from datetime import date
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from edocs.errors import UnreadableError, UsageError
from edocs.model import AgencyLevel, Indicator, Share
from edocs.model.change import change_between
from edocs.model.comparing import Band, Bounds, band_of, places, ranks, shortfall
from edocs.model.periods import Period
from edocs.model.targets import Target, read_targets, target_for

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "targets-1.json"
TOML = """
schema = "edocs.targets/1"

[[target]]
indicator = "both"
level = "commune"
year = 2026
percent = 66.5
source = "Kế hoạch số 12/KH-UBND"

[[target]]
indicator = "I2"
level = "tỉnh"
year = 2026
percent = 90
"""
CSV = """\
\ufeffindicator;level;year;percent;source
both;cấp xã;2026;66,5 %;Kế hoạch số 12/KH-UBND
I2;tỉnh;2026;90;
"""
EXPECTED = (
    Target(
        indicator=Indicator.BOTH, level=AgencyLevel.COMMUNE, year=2026, percent=Fraction(133, 2),
        source="Kế hoạch số 12/KH-UBND",
    ),
    Target(indicator=Indicator.PERSONAL, level=AgencyLevel.PROVINCE, year=2026, percent=Fraction(90)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("share", "band"),
    [
        (Share(80, 100), Band.BETWEEN),
        (Share(50, 100), Band.BETWEEN),
        (Share(80_001, 100_000), Band.OVER),
        (Share(49_999, 100_000), Band.UNDER),
        (Share(10**18 * 8 + 1, 10**19), Band.OVER),
        (Share(0, 3), Band.UNDER),
        (Share(0, 0), Band.NONE),
    ],
)
def test_exactly_80_and_exactly_50_percent_are_in_the_middle(share: Share, band: Band) -> None:
    assert band_of(share) is band


def test_share_that_is_rounded_to_80_is_over_80() -> None:
    share = Share(80_001, 100_000)

    assert str(share.percent) == "80.00"
    assert band_of(share) is Band.OVER


@pytest.mark.parametrize(("upper", "lower"), [(50, 80), (101, 50), (80, -1)])
def test_bounds_that_cannot_be_meant_are_refused(upper: int, lower: int) -> None:
    with pytest.raises(UsageError):
        Bounds(upper=Fraction(upper), lower=Fraction(lower))


@pytest.mark.parametrize(
    ("share", "percent", "missing"),
    [
        (Share(799, 1000), Fraction(80), 1),
        (Share(800, 1000), Fraction(80), 0),
        (Share(0, 3), Fraction(100), 3),
        (Share(1, 3), Fraction("33.4"), 1),
        (Share(0, 0), Fraction(80), None),
        (Share(0, 5), Fraction(0), 0),
    ],
)
def test_shortfall_counts_whole_documents(share: Share, percent: Fraction, missing: int | None) -> None:
    assert shortfall(share, percent) == missing


def test_equal_shares_share_a_rank_and_the_next_counts_them() -> None:
    found = ranks({"a": Share(9, 10), "b": Share(2, 3), "c": Share(4, 6), "d": Share(1, 2), "e": Share(0, 0)})

    assert found == {"a": 1, "b": 2, "c": 2, "d": 4, "e": None}


def test_unit_without_documents_before_is_new_and_has_no_movement() -> None:
    now = {"a": Share(1, 2), "b": Share(1, 1), "c": Share(0, 0)}

    found = places(now, {"a": Share(1, 1), "b": Share(0, 0), "c": Share(1, 1)})

    assert {unit: (place.movement, place.is_new) for unit, place in found.items()} == {
        "a": (-1, False), "b": (None, True), "c": (None, False),
    }  # fmt: skip


def test_units_that_came_or_left_are_mix() -> None:
    earlier = {"merged away": Share(1, 10), "stays": Share(5, 10)}

    change = change_between(earlier, {"stays": Share(5, 10), "new": Share(9, 10)})

    assert (change.within, change.mix, change.came, change.left) == (0, 40, 1, 1)


def test_change_from_or_to_no_documents_is_none() -> None:
    change = change_between({"a": Share(0, 0)}, {"a": Share(1, 2)})

    assert (change.points, change.within, change.mix, change.came) == (None, None, None, 1)


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2026, 1, 1), date(2026, 12, 31), (date(2025, 1, 1), date(2025, 12, 31))),
        (date(2026, 3, 10), date(2026, 3, 16), (date(2026, 3, 3), date(2026, 3, 9))),
    ],
)
def test_previous_period_is_as_long(first: date, last: date, before: tuple[date, date]) -> None:
    period = Period(first=first, last=last).previous()

    assert (period.first, period.last) == before


def test_nothing_comes_before_the_calendar() -> None:
    with pytest.raises(UsageError):
        Period(first=date(1, 1, 1), last=date(1, 1, 31)).previous()


@pytest.mark.parametrize(("text", "is_csv"), [(TOML, False), (CSV, True)])
def test_targets_are_read_as_people_write_them(text: str, is_csv: bool) -> None:
    found = read_targets(text.encode(), is_csv=is_csv)

    assert found == EXPECTED
    assert target_for(found, Indicator.BOTH, AgencyLevel.COMMUNE, 2026) == EXPECTED[0]
    assert target_for(found, Indicator.BOTH, AgencyLevel.COMMUNE, 2025) is None


def test_table_of_targets_follows_its_published_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tomllib.loads(TOML), schema)


@pytest.mark.parametrize(
    "change",
    [
        ("percent = 90", "percent = 190"),
        ("percent = 90", "percent = 'viele'"),
        ("percent = 90", "percnt = 90"),
        ("percent = 90", ""),
        ("tỉnh", "bang"),
        ("I2", "I9"),
        ("year = 2026\npercent = 90", "year = 26\npercent = 90"),
        ('"I2"\nlevel = "tỉnh"\nyear = 2026\npercent = 90', '"I3"\nlevel = "xã"\nyear = 2026\npercent = 1'),
        ("edocs.targets/1", "edocs.targets/9"),
        ("[[target]]", "[[goal]]"),
        ("[[target]]", "[[target"),
    ],
)
def test_table_that_cannot_be_meant_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(UnreadableError):
        read_targets(TOML.replace(*change).encode(), is_csv=False)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"indicator;level\r\nboth;x\xc3\xa3\r\n", b"a,b\n1,2,3\n"])
def test_csv_that_is_no_table_of_targets_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_targets(data, is_csv=True)


def test_fault_of_a_target_is_said_in_vietnamese_too() -> None:
    with pytest.raises(UnreadableError) as caught:
        read_targets(TOML.replace("percent = 90", "percent = 101").encode(), is_csv=False)

    restored = pickle.loads(pickle.dumps(caught.value))
    assert "không phải tỷ lệ phần trăm: 101" in caught.value.message("vi")
    assert restored.message("vi") == caught.value.message("vi")
