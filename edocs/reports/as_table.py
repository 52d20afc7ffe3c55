"""A section as cells of text for a terminal; who draws the lines is not decided here."""

from __future__ import annotations

from dataclasses import dataclass

from edocs.locale import translate
from edocs.model import Counts, Indicator, Standing

from .figures import Report, RowKind, Section
from .grids import Grid, cell_text
from .wording import FACETS, INDICATORS, STANDINGS, number_text, percent_text, row_label, section_title

__all__ = ["Cells", "grid_cells", "section_cells"]

_INDENT = "  "
_BESIDE = (Standing.INVALID, Standing.INDETERMINATE, Standing.UNSIGNED, Standing.NOT_CHECKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """A table of text."""

    head: tuple[str, ...]
    rows: tuple[tuple[RowKind, tuple[str, ...]], ...]
    names: frozenset[int] = frozenset({0})
    """Columns of names, which may be folded; the others are figures."""


def section_cells(section: Section, report: Report, lang: str) -> Cells:
    """Name, documents, exclusions, denominator; each share as ``n/d`` and percentage; then I3's other buckets."""
    names = [translate(FACETS[facet], lang) for facet in (section.by[1:] or section.by)]
    head = [
        section_title(section, lang) if section.tree_on else " · ".join(names),
        *(translate(text, lang) for text in ("Registered", "Excluded", "To be signed")),
    ]
    head += [translate(INDICATORS[indicator], lang) for indicator in Indicator]
    head += [translate(STANDINGS[standing], lang) for standing in _BESIDE]
    rows = [
        (row.kind, (_INDENT * (row.depth or 0) + row_label(row, section, report, lang), *_numbers(row.counts, lang)))
        for row in section.rows
    ]
    return Cells(head=tuple(head), rows=tuple(rows))


def grid_cells(grid: Grid, lang: str) -> Cells:
    """A comparison as text."""
    rows = [(kind, tuple(cell_text(cell, lang) for cell in row)) for kind, row in grid.rows]
    return Cells(head=grid.head, rows=tuple(rows), names=grid.names)


def _numbers(counts: Counts, lang: str) -> list[str]:
    cells = [number_text(n, lang) for n in (counts.documents, counts.documents - counts.base, counts.base)]
    for indicator in Indicator:
        share = counts.share(indicator)
        ratio = f"{number_text(share.numerator, lang)}/{number_text(share.denominator, lang)}"
        cells.append(f"{ratio}  {percent_text(share, lang)}")
    return cells + [number_text(counts.both[standing], lang) for standing in _BESIDE]
