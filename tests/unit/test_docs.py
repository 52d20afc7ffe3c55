"""What the documents say of the code is what the code says."""

from __future__ import annotations

from pathlib import Path

from edocs.reports.indicators_page import BEGIN, END, indicators_page
from edocs.reports.rules_page import rules_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_rules_is_the_table_of_rules() -> None:
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == rules_page()


def test_the_list_of_indicators_is_that_of_their_definitions() -> None:
    text = (DOCS / "indicators.md").read_text(encoding="utf-8")

    assert text[text.index(BEGIN) : text.index(END) + len(END)] == indicators_page()
