"""What a report says of having counted under the bodies of another day, or along a tree, in every format.

Quy đổi theo cơ quan, cộng dồn theo hệ thống.
"""

from __future__ import annotations

from collections.abc import Iterator

from edocs.locale import translate
from edocs.model import Ending

from .figures import Report
from .wording import date_text, number_text

__all__ = ["ENDINGS", "regrouping_lines", "regrouping_object"]

ENDINGS: dict[Ending | None, str] = {
    Ending.SPLIT: "split into several; its figures stay under its own name",
    Ending.ENDED: "ended, and nothing took its place",
    Ending.LOST: "the directory does not say what became of it",
    None: "not in the directory",
}


def regrouping_lines(report: Report, lang: str) -> Iterator[str]:
    """Under the bodies of which day, and each body of which it could not be said; and along which tree."""
    yield from _regrouped(report, lang)
    yield from _added_up(report, lang)


def _added_up(report: Report, lang: str) -> Iterator[str]:
    for section in (section for section in report.sections if section.tree_on):
        assert section.tree_on is not None  # noqa: S101 - for the type checker
        yield translate(
            "Added up along the tree of agencies of {day}: each body with all below it, and apart what it issued "
            "itself; the total has each document once",
            lang,
            day=date_text(section.tree_on, lang),
        )
        strangers = [row.counts.documents for row in section.groups if row.depth is None]
        if strangers:
            yield translate(
                "{count} bodies that the tree does not have stand by themselves, with {documents} documents",
                lang,
                count=number_text(len(strangers), lang),
                documents=number_text(sum(strangers), lang),
            )


def _regrouped(report: Report, lang: str) -> Iterator[str]:
    if report.regrouping is None:
        return
    moved = sum(map(len, report.regrouping.moved.values()))
    yield translate(
        "Counted under the bodies of {day}, {moved} of the past among them; figures of the past stay as they were"
        if moved
        else "Counted under the bodies of {day}; figures of the past stay as they were",
        lang,
        day=date_text(report.regrouping.on, lang),
        moved=number_text(moved, lang),
    )
    for kept in report.regrouping.kept:
        name = report.agencies[kept.agency].name if kept.agency in report.agencies else ""
        yield translate(
            "{agency} {name}: {count} documents stay under it: {why}",
            lang,
            agency=kept.agency,
            name=name,
            count=number_text(kept.counts.documents, lang),
            why=translate(ENDINGS[kept.ending], lang),
        )


def regrouping_object(report: Report) -> dict[str, object] | None:
    """The same as JSON has it."""
    if report.regrouping is None:
        return None
    return {
        "on": report.regrouping.on.isoformat(),
        "moved": {today: sorted(former) for today, former in report.regrouping.moved.items()},
        "kept": [
            {
                "agency": kept.agency,
                "why": kept.ending.value if kept.ending else "unknown",
                "documents": kept.counts.documents,
            }
            for kept in report.regrouping.kept
        ],
    }
