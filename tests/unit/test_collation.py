"""Vietnamese words stand in the order of their alphabet, on every machine."""

from __future__ import annotations

import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edocs.model import DOCUMENT_TYPES, Counts, Facet, Tally
from edocs.model.collation import vietnamese_key
from edocs.reports.figures import section


@pytest.mark.parametrize(
    "ordered",
    [
        ["a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "g", "o", "ô", "ơ", "p", "u", "ư", "v", "y"],
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        ["mạ", "mạch", "mãi"],
        ["Dự án", "Đề án", "Giấy mời", "Tờ trình"],
        ["an", "ân", "ẩn", "ấn", "ẩn hiện", "ba"],
        ["Báo cáo 2", "Báo cáo A", "Báo cáo α"],
        ["Quy chế", "Quy định", "Quyết định"],
        ["Bản tin", "bản tin", "bản tính"],
    ],
)
def test_words_stand_in_the_order_of_the_alphabet(ordered: list[str]) -> None:
    mixed = Random(7).sample(ordered, len(ordered))

    assert sorted(mixed, key=vietnamese_key) == ordered


@given(st.text())
def test_any_text_has_a_place_whatever_its_form(text: str) -> None:
    composed, decomposed = (vietnamese_key(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))

    assert composed[:2] == decomposed[:2]
    assert vietnamese_key(text) <= vietnamese_key(text + "a")


def test_types_of_a_report_stand_in_the_order_of_their_names() -> None:
    tallies = [
        Tally(group=(code,), counts=Counts.named(documents=1)) for code in ("TTr", "ĐA", "Bản tin", "DA", "CĐ", "CV")
    ]

    rows = section(tallies, [Facet.TYPE]).groups

    assert [row.group[0] for row in rows] == ["Bản tin", "CĐ", "CV", "DA", "ĐA", "TTr"]
    assert {"CĐ", "CV", "DA", "ĐA", "TTr"} <= set(DOCUMENT_TYPES)
