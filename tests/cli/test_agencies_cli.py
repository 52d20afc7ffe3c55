"""``edocs agencies`` as an office runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from test_agency_tree import TABLE

from edocs.cli.agencies import _ENDINGS
from edocs.cli.main import edocs
from edocs.locale import translate


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(edocs, [str(argument) for argument in arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "Danh mục.csv"
    path.write_text(TABLE, encoding="utf-8-sig")
    return path


def test_the_tree_of_a_day_is_indented(directory: Path) -> None:
    shown = run("agencies", "show", directory, "--at", "30/06/2025").stdout.splitlines()

    assert shown[:4] == [
        "H99  Ủy ban nhân dân tỉnh Lam Giang [province]",
        "  H99.13  Sở Nội vụ tỉnh Lam Giang [province]",
        "  H99.31  Ủy ban nhân dân huyện Bình Khê [district]",
        "    H99.31.21  Ủy ban nhân dân xã An Lạc [commune]",
    ]


def test_a_branch_is_shown_alone(directory: Path) -> None:
    result = run("agencies", "show", directory, "H99.31", "--at", "2025-06-30", "--json")

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["depth"], line["id"]) for line in lines] == [
        (0, "H99.31"), (1, "H99.31.21"), (1, "H99.31.22"), (1, "H99.31.23"),
    ]  # fmt: skip


def test_a_sound_directory_passes_with_notices(directory: Path) -> None:
    result = run("agencies", "check", directory, "--lang", "vi")

    assert result.return_value == 0
    assert "[agencies.split]" in result.stdout
    assert "10 cơ quan: 0 lỗi, 1 lưu ý" in result.stderr


def test_a_faulty_directory_ends_with_1_and_names_its_lines(directory: Path) -> None:
    directory.write_text(f"{TABLE}H98.90,,Phòng,xã,H97,,,,\n", encoding="utf-8")

    result = run("agencies", "check", directory, "--json")

    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.return_value == 1
    assert [(one["kind"], one["rule"], one["line"]) for one in found] == [
        ("notice", "agencies.split", 9), ("fault", "agencies.parent", 12),
    ]  # fmt: skip


def test_what_a_body_became_is_said(directory: Path) -> None:
    result = run("agencies", "today", directory, "000.00.13.H99", "H99.31", "H99.31.23", "H00", "--lang", "vi")

    assert result.stdout.splitlines() == [
        "000.00.13.H99 → H98.13  Sở Nội vụ tỉnh Bạch Sơn",
        "H99.31 → đã kết thúc hoạt động, không có cơ quan kế tục",
        "H99.31.23 → đã chia thành nhiều cơ quan; số liệu giữ nguyên theo tên cũ",
        "H00 → không có trong danh mục",
    ]


@pytest.mark.parametrize("text", _ENDINGS.values())
def test_every_ending_is_translated(text: str) -> None:
    assert translate(text, "vi") != text


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "{file}", "H99"], 2),
        (["today", "{file}"], 2),
        (["show", "{file}", "H00"], 2),
        (["show", "{file}", "--at", "hôm nay"], 2),
        (["show", "không có.csv"], 4),
    ],
)
def test_what_cannot_be_meant_is_refused(directory: Path, arguments: list[str], code: int) -> None:
    assert run("agencies", *(argument.format(file=directory) for argument in arguments)).return_value == code
