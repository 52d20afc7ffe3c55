"""What the documents say of the code is what the code says."""

from __future__ import annotations

from pathlib import Path

from edocs.reports.rules_page import rules_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_rules_is_the_table_of_rules() -> None:
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == rules_page()
