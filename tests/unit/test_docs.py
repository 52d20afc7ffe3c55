"""What the documents say of the code is what the code says."""

from __future__ import annotations

from pathlib import Path

from edocs.model.rules import RULES

DOCS = Path(__file__).parents[2] / "docs"


def test_the_rule_table_in_the_guide_is_the_rule_table() -> None:
    text = (DOCS / "verification.md").read_text(encoding="utf-8")

    rows = []
    for name, rule in RULES.items():
        verdict = rule.verdict.value if rule.verdict else "notice"
        sub = f" / {rule.sub_indication.value}" if rule.sub_indication else ""
        rows.append(f"| `{name}` | {verdict}{sub} | {rule.clause} | {rule.message} |")
    assert text.split("## Rules\n")[1].strip().splitlines()[2:] == rows
