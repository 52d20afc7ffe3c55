"""The indicators of a report as a grid, as lines of CSV and as what JSON can say.

Bảng chỉ số trong báo cáo. The numerator and the denominator stand beside every share, and where something is undecided
the share that it could be at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edocs.locale import translate
from edocs.model import Share
from edocs.model.indicators import Definition, Unit, Variant

from .figures import RowKind
from .grids import Cell, Grid
from .indicator_table import IndicatorLine, IndicatorTable
from .wording import DEFINITIONS, LEVELS

__all__ = [
    "FOUR_BUCKETS",
    "INDICATOR_COLUMNS",
    "NOTE",
    "UNITS",
    "defined_terms",
    "indicator_cells",
    "indicator_grid",
    "indicators_object",
    "line_name",
]

UNITS: Mapping[Unit, str] = {
    Unit.DOCUMENT: "document",
    Unit.FILE: "separate file",
    Unit.AGENCY: "agency",
    Unit.MESSAGE: "message received",
    Unit.WORK_FILE: "work file",
    Unit.RESULT: "administrative result",
    Unit.OFFICIAL: "official",
    Unit.UNIT: "unit of an agency",
}
NOTE = (
    "Counts of different units are never added. At most: the share if all that lacks evidence or verification were "
    "valid. A dash: nothing was counted. Imported figures count where the register has no events of its own for an "
    "agency and month."
)
FOUR_BUCKETS = (
    "Buckets of an indicator",
    "In the lines of indicators: valid, the numerator; invalid, what is not in it for certain, the unsigned ones too; "
    "indeterminate, what lacks evidence and may yet be valid; not_checked, what nobody verified. The four sum to the "
    "denominator; the counts of documents tell the unsigned apart.",
)
"""The name and the definition, where the buckets themselves are shown (:data:`edocs.reports.wording.DEFINITIONS`)."""
INDICATOR_COLUMNS = (
    *("indicator", "indicator_name", "variant", "unit", "indicator_level"),
    *(
        "valid",
        "invalid",
        "indeterminate",
        "not_checked",
        "numerator",
        "denominator",
        "share_percent",
        "most_percent",
        "definitions",
    ),
)


def indicator_grid(table: IndicatorTable, lang: str) -> Grid:
    """Each indicator over all levels, and its share of each level."""
    head = ["Id", "Indicator", "Counted", "Number", "Of", "Share", "At most"]
    rows: list[tuple[RowKind, tuple[Cell, ...]]] = []
    for line in (line for line in table.lines if line.level is None):
        measure, definition = line.measure, line.definition
        cells: list[Cell] = [definition.id, line_name(definition, line.variant, lang)]
        cells += [translate(UNITS[definition.unit], lang), measure.valid, measure.denominator, _shown(measure.share)]
        cells.append(None if measure.is_decided else measure.greatest)
        cells += [_shown(table.of(definition, line.variant, level).share) for level in table.levels]
        rows.append((RowKind.GROUP, tuple(cells)))
    return Grid(
        id="indicators",
        title=translate("Indicators", lang),
        note=translate(NOTE, lang),
        head=tuple(translate(name, lang) for name in (*head, *(LEVELS[level] for level in table.levels))),
        rows=tuple(rows),
        names=frozenset({0, 1, 2}),
    )


def defined_terms(table: IndicatorTable | None, lang: str) -> list[tuple[str, str]]:
    """What each figure and each indicator is, with its source; the three of every table are defined once."""
    terms = [(translate(name, lang), translate(text, lang)) for name, text in DEFINITIONS.values()]
    known = {name.partition(" · ")[0] for name, _ in DEFINITIONS.values()}
    for one in (one for one in (table.definitions if table else ()) if one.id not in known):
        terms.append((f"{one.id} · {one.name[lang]}", f"{one.text[lang]} ({one.source[lang]})"))
    return terms


def indicator_cells(line: IndicatorLine, lang: str) -> tuple[str | int | Share, ...]:
    """A line under :data:`INDICATOR_COLUMNS`, but for the version of the definitions, which is the table's."""
    measure, definition = line.measure, line.definition
    said = (definition.id, definition.name[lang], line.variant.value, definition.unit.value)
    counts = (measure.valid, measure.invalid, measure.indeterminate, measure.not_checked)
    level = line.level.value if line.level else "all"
    return (*said, level, *counts, measure.valid, measure.denominator, measure.share, measure.greatest)


def indicators_object(table: IndicatorTable, lang: str) -> dict[str, object]:
    """The table with stable ids; names and definitions in ``lang``."""
    return {
        "version": table.version,
        "definitions": [_definition(definition, lang) for definition in table.definitions],
        "rows": [_row(line) for line in table.lines],
    }


def line_name(definition: Definition, variant: Variant, lang: str) -> str:
    """What an indicator is called; the variant attempted says so."""
    name = definition.name[lang]
    return f"{name} ({translate('attempted', lang)})" if variant is Variant.ATTEMPTED else name


def _shown(share: Share) -> Share | None:
    return share if share.denominator else None


def _definition(definition: Definition, lang: str) -> dict[str, object]:
    said: dict[str, Any] = definition.as_dict()
    return {
        **said,
        "name": definition.name[lang],
        "definition": definition.text[lang],
        "source": definition.source[lang],
    }


def _row(line: IndicatorLine) -> dict[str, object]:
    measure = line.measure
    return {
        "id": line.definition.id,
        "variant": line.variant.value,
        "unit": line.definition.unit.value,
        "level": line.level.value if line.level else None,
        "valid": measure.valid,
        "invalid": measure.invalid,
        "indeterminate": measure.indeterminate,
        "not_checked": measure.not_checked,
        "numerator": measure.valid,
        "denominator": measure.denominator,
        "percent": _percent(measure.share),
        "least_percent": _percent(measure.share),
        "greatest_percent": _percent(measure.greatest),
    }


def _percent(share: Share) -> float | None:
    return None if share.percent is None else float(share.percent)
