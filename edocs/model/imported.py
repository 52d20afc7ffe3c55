"""What became of each line of an old book, and the sum of it (kết quả nhập sổ, theo từng dòng)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from edocs.errors import DuplicateError, EdocsError
from edocs.model.register import Document
from edocs.model.verdict import Reason

__all__ = ["ImportSummary", "ImportedLine", "LineOutcome"]


class LineOutcome(StrEnum):
    """What became of one line. Every line has exactly one."""

    NEW = "new"
    """entered in the register"""
    UNCHANGED = "unchanged"
    """was in the register, word for word"""
    REFUSED = "refused"
    """not entered, for a reason"""
    EMPTY = "empty"
    """dòng trống"""
    TITLE = "title"
    """above the head, or in a sheet that has none"""
    HEAD = "head"
    """tiêu đề"""
    TOTAL = "total"
    """dòng cộng"""
    CAPTION = "caption"
    """between or below the documents: a month's name, a signature"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLine:
    """What became of one line."""

    line: int
    """From 1: the row of the sheet; in a text file the line where the row begins."""
    sheet: str = ""
    outcome: LineOutcome
    document: Document | None = None
    """As it was understood; None where it was not."""
    failure: EdocsError | None = None
    """Why it was refused."""
    notes: tuple[Reason, ...] = ()
    """What was assumed."""
    text: str = ""
    """The line's cells, one after the other, where it is no document or was refused."""

    @property
    def rule(self) -> str:
        """The id of the rule by which it was refused, or empty."""
        if self.failure is None:
            return ""
        if isinstance(self.failure, DuplicateError):
            return "register.duplicate"
        return self.failure.params.get("rule", "register.document")


@dataclass(slots=True, kw_only=True)
class ImportSummary:
    """The sum of the lines seen so far; its outcomes sum to their number."""

    outcomes: Counter[LineOutcome] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    """Of lines refused, by rule."""
    notes: Counter[str] = field(default_factory=Counter)
    """Of what was assumed, by rule."""

    def add(self, line: ImportedLine) -> None:
        """Count one more line."""
        self.outcomes[line.outcome] += 1
        if line.failure is not None:
            self.rules[line.rule] += 1
        self.notes.update({note.rule for note in line.notes})

    @property
    def lines(self) -> int:
        """How many there were."""
        return self.outcomes.total()

    def as_dict(self) -> Mapping[str, object]:
        """As the JSON contract has it; rules in order of their ids."""
        return {
            "lines": self.lines,
            "outcomes": {outcome.value: self.outcomes[outcome] for outcome in LineOutcome},
            "refused_by_rule": dict(sorted(self.rules.items())),
            "assumed": dict(sorted(self.notes.items())),
        }
