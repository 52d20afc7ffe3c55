"""What a report says besides its figures, a line each and the same in every format for people.

Ghi chú của báo cáo: văn bản đã thu hồi, đã được thay thế; cơ quan không có văn bản, cơ quan đã kết thúc hoạt động.
"""

from __future__ import annotations

from collections.abc import Iterator

from edocs.locale import translate
from edocs.model import Counts
from edocs.model.census import Census

from .figures import Report
from .wording import number_text

__all__ = ["report_notes", "silent_notes", "turnover_notes", "withdrawn_notes"]

_NAMED = 12
"""So many bodies without documents are named; all of them are among the units compared, and in JSON."""


def report_notes(report: Report, lang: str) -> tuple[str, ...]:
    """All of them; none where there is nothing to say."""
    turnover = "; ".join((*turnover_notes(report.census, lang), *_way_out(report.census, lang)))
    lines = (*withdrawn_notes(report.total, lang), *silent_notes(report.census, lang), turnover)
    return tuple(line for line in lines if line)


def withdrawn_notes(counts: Counts, lang: str) -> Iterator[str]:
    """How many of the counted documents were recalled or replaced up to the cut-off (thu hồi, thay thế)."""
    if counts.is_recalled:
        yield translate(
            "{count} of the documents to be signed were recalled since; they were issued, and stay in every count",
            lang,
            count=number_text(counts.is_recalled, lang),
        )
    if counts.is_superseded:
        yield translate(
            "{count} of the documents to be signed were replaced since; they were issued, and stay in every count",
            lang,
            count=number_text(counts.is_superseded, lang),
        )


def silent_notes(census: Census, lang: str) -> Iterator[str]:
    """Which bodies the directory has in the period that have no document in the register."""
    if census.silent:
        names = [one.name for one in census.silent[:_NAMED]]
        yield translate(
            "{silent} of the {count} agencies of this period have no document in the register: {names}",
            lang,
            silent=number_text(len(census.silent), lang),
            count=number_text(census.agencies, lang),
            names="; ".join([*names, "…"] if len(census.silent) > _NAMED else names),
        )


def turnover_notes(census: Census, lang: str) -> Iterator[str]:
    """That bodies ended or began between the periods that are compared (sáp nhập, kết thúc hoạt động)."""
    counts = {"{count} bodies ended": census.ended, "{count} bodies began": census.began}
    if not census.is_of_directory:
        counts = {"{count} districts ended": census.ended}
    said = [translate(text, lang, count=number_text(count, lang)) for text, count in counts.items() if count]
    if said:
        yield translate("Between the periods {what}; they count as different units", lang, what=", ".join(said))


def _way_out(census: Census, lang: str) -> Iterator[str]:
    if not (census.ended or census.began):
        return
    if census.is_of_directory:
        yield translate("--today counts both periods under today's bodies", lang)
    else:
        yield translate(
            "with a directory of agencies (edocs agencies import), --today counts both periods under today's bodies",
            lang,
        )
