"""All revisions of one document, each compared with the one before, once for all its signatures.

Xem xét từng lần sửa đổi. Whatever follows a signature is a chain of such steps: content that one changes and the next
changes back is a change all the same.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from edocs._pades.comparison import Comparison
from edocs._pades.differences import Difference
from edocs._pades.document_changes import compare_documents
from edocs._pades.form_changes import FormChanges
from edocs._pades.page_changes import Patch
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._pdf.pages import PageTree, read_pages
from edocs._pdf.references import References
from edocs._pdf.states import History
from edocs.model import Changes

__all__ = ["Review", "Step"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one revision did to the state before it."""

    revision: int
    differences: tuple[Difference, ...] = ()
    form: FormChanges = field(default_factory=FormChanges)
    page_counts: tuple[int, int] = (0, 0)
    fault: str = ""
    """Why it cannot be judged; empty where it can."""


class Review:
    """The steps of a document, found as they are asked for."""

    def __init__(self, history: History, password: str | None = None, signatures: Iterable[str] = ()) -> None:
        self.history = history
        self.signatures = frozenset(signatures)
        """Names of the fields whose signatures are judged."""
        self._password = password
        self._references = References(history)
        self._steps: dict[int, Step] = {}
        self._trees: dict[int, PageTree] = {}

    def steps_after(self, revision: int) -> list[Step]:
        """Every step later than ``revision``, in order."""
        return [self._step(later) for later in range(revision + 1, self.history.last + 1)]

    def _step(self, revision: int) -> Step:
        if revision not in self._steps:
            try:
                self._steps[revision] = self._compare(revision)
            except PARSER_FAULTS as exc:
                self._steps[revision] = Step(revision=revision, fault=describe(exc))
        return self._steps[revision]

    def _compare(self, revision: int) -> Step:
        changed = self.history.redefined(revision)
        if any(self.history.version(number, revision - 1) for number in changed & self.history.containers):
            # Programs that remember an object stream, and those that do not, would show different documents.
            raise ValueError("an object stream was written over")
        before, after = self._tree(revision - 1), self._tree(revision)
        walls = frozenset({*before.numbers(), before.catalog} & {*after.numbers(), after.catalog})
        comparison = Comparison(
            before=self.history.state(revision - 1),
            after=self.history.state(revision),
            dirty=frozenset(self._references.leading_to(changed, walls)),
            changed=frozenset(changed),
            references=self._references,
            anchors=set(walls),
        )
        form, patches = compare_documents(comparison, before, after)
        if not any(difference.kind is Changes.CONTENT for difference in comparison.found):
            self._look(comparison, patches)
        return Step(
            revision=revision,
            differences=tuple(comparison.found),
            form=form,
            page_counts=(len(before.leaves), len(after.leaves)),
        )

    def _look(self, comparison: Comparison, patches: list[Patch]) -> None:
        """Note what hides ink.

        Raises:
            ValueError: A page cannot be drawn.
        """
        ends = [self.history.end_of(state.revision) for state in (comparison.before, comparison.after)]
        if not patches or ends[0] is None or ends[1] is None:
            if patches:
                raise ValueError("a page cannot be drawn")
            return
        # On use: whoever verifies without later pictures need not load PDFium.
        ink = importlib.import_module("edocs._pdf.ink")
        with ink.open_views(self.history.data, ends[0], ends[1], self._password) as views:
            for patch in patches:
                if views.hides_ink(patch.page, patch.box, over_all=patch.over_all):
                    what = "something drawn later hides what was signed"
                    comparison.note(patch.place, Changes.CONTENT, what, name=patch.field)

    def _tree(self, revision: int) -> PageTree:
        if revision not in self._trees:
            self._trees[revision] = read_pages(self.history.state(revision), self._references)
        return self._trees[revision]
