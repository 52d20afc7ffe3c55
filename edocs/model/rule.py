"""What one verification rule says.

Một quy tắc xác thực. The rules themselves are in ``rules.py`` and ``file_rules.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

from edocs.model.verdict import SubIndication, Verdict

__all__ = ["Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``verdict`` None: a notice, which changes no verdict."""

    verdict: Verdict | None
    sub_indication: SubIndication | None
    clause: str
    message: str
    hint: str = ""
