"""``docs/rules.md``, out of the table of rules: ``python -m edocs.reports.rules_page > docs/rules.md``.

Danh mục quy tắc xác thực.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from edocs.locale import translate
from edocs.model.rules import RULES, Rule

__all__ = ["rules_page"]

_HEAD = """\
# Rules · Quy tắc xác thực

Each finding of a verification names one of these rules. The ids are stable: a script may rely on them. A rule without
a verdict is a notice, which changes nothing. This page is made from the code: `python -m edocs.reports.rules_page`.
"""


def rules_page() -> str:
    """The page, Markdown: each rule with its verdict, its clause, and its words in both languages."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEAD
    group = ""
    for name, rule in sorted(RULES.items(), key=lambda item: item[0].partition(".")[0]):
        if name.partition(".")[0] != group:
            group = name.partition(".")[0]
            yield f"## {group}\n"
        yield from _rule(name, rule)


def _rule(name: str, rule: Rule) -> Iterator[str]:
    verdict = f"{rule.verdict.value}" if rule.verdict else "notice · lưu ý"
    if rule.sub_indication:
        verdict += f", {rule.sub_indication.value}"
    yield f"### `{name}`\n"
    yield f"{verdict} · {rule.clause}\n"
    yield f"- en: {rule.message}" + (f" → {rule.hint}" if rule.hint else "")
    message, hint = (translate(text, "vi") if text else "" for text in (rule.message, rule.hint))
    yield f"- vi: {message}" + (f" → {hint}" if hint else "") + "\n"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(rules_page())
