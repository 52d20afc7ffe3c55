"""The annexes of the formal report: all units in one table, the comparison, the definitions.

Phụ lục. Tables stand across (annex I, part I, I.2); each annex counts its own pages.
"""

from __future__ import annotations

from edocs._pdf.fonts import FontStyle
from edocs._pdf.sheet import Ink
from edocs.locale import translate
from edocs.model import AgencyLevel, Counts, Facet, Indicator
from edocs.model.letterhead import Letterhead

from .as_indicators import defined_terms, indicator_grid
from .figures import Report, Row, RowKind, Section
from .grids import Grid, cell_text, comparison_grids
from .pdf_layout import annex
from .pdf_pages import BOLD, Column, Pages, TableRow, fitted
from .pdf_words import source_lines
from .wording import LEVELS, number_text, row_label

__all__ = ["ROMAN", "annexes", "count_text", "level_name", "share_cells"]

ROMAN = ("I", "II", "III", "IV", "V")
_LANG = "vi"
_NOTHING = "–"
_INDENT = "\u00a0\u00a0\u00a0"
_KEPT_MM = 55.0
"""Heading, note, head and first rows of a table stand on one page."""
_SMALL, _TERM, _TEXT = Ink(size_pt=11), Ink(style=FontStyle.BOLD, size_pt=13), Ink(size_pt=13)
_FIGURES = (
    ("Tổng số VB đi", 13),
    ("VB mật (loại trừ)", 12),
    ("Loại trừ khác", 11),
    ("VB thuộc diện ký số", 13),
    ("Ký số cá nhân", 12),
    ("Tỷ lệ (%)", 13),
    ("Ký số cơ quan", 12),
    ("Tỷ lệ (%)", 13),
    ("Đủ hai chữ ký", 12),
    ("Tỷ lệ (%)", 13),
    ("Không hợp lệ", 13),
    ("Chưa đủ căn cứ, chưa xác thực", 13),
    ("Chưa ký số", 11),
)
_SENT = (("Gửi không kèm giấy", 12), ("Gửi kèm giấy", 11), ("Gửi đúng hạn", 11))
"""Where anything was sent; they take the room of the remarks."""
_UNITS_NOTE = (
    "(4) = (1) - (2) - (3); (6) = (5) : (4); (8) = (7) : (4); (10) = (9) : (4). "
    "Dòng cộng và tổng số tính từ tổng các số đếm; tỷ lệ làm tròn đến hai chữ số thập phân; dấu – là không có văn bản "
    "thuộc diện ký số nên không tính tỷ lệ."
)


def annexes(report: Report, head: Letterhead) -> list[Pages]:
    """The units, the comparison where there is one, and the definitions."""
    units = next((section for section in report.sections if section.by == (Facet.LEVEL, Facet.AGENCY)), None)
    tree = next((section for section in report.sections if section.tree_on), None)
    grids = comparison_grids(report, _LANG)
    count = (units is not None) + (tree is not None) + bool(grids) + (report.indicators is not None) + 1
    numbers = iter(ROMAN if count > 1 else ("",))
    parts: list[Pages] = []
    for section, how in ((units, "theo từng đơn vị"), (tree, "cộng dồn theo hệ thống cơ quan")):
        if section is not None:
            pages = annex(head, next(numbers), f"Kết quả ký số văn bản đi {how}", is_landscape=True)
            _units(pages, section, report)
            parts.append(pages)
    if grids:
        is_compared = report.comparisons is not None and bool(report.comparisons.changes)
        title = "So sánh giữa các đơn vị" + (" và với kỳ trước" if is_compared else "")
        pages = annex(head, next(numbers), title, is_landscape=True)
        for grid in grids:
            _grid(pages, grid)
        parts.append(pages)
    if report.indicators is not None:
        pages = annex(head, next(numbers), "Bảng chỉ số", is_landscape=True)
        _grid(pages, indicator_grid(report.indicators, _LANG), is_titled=False)
        parts.append(pages)
    pages = annex(head, next(numbers), "Định nghĩa chỉ số và căn cứ số liệu")
    for name, text in defined_terms(report.indicators, _LANG):
        pages.title(name, _TERM)
        pages.paragraph(text, _TEXT)
    pages.title("Căn cứ số liệu", _TERM)
    for line in source_lines(report):
        pages.paragraph(line, _TEXT)
    return [*parts, pages]


def _units(pages: Pages, section: Section, report: Report) -> None:
    is_sent = bool(report.total.sent)
    figures = [(name, wide - is_sent) for name, wide in _FIGURES] + list(_SENT if is_sent else ())
    remark = [] if is_sent else [Column(name="Ghi chú", width_mm=13, is_text=True, index="D")]
    fixed = 9 + (23 if is_sent else 25) + sum(wide for _, wide in figures) + sum(item.width_mm for item in remark)
    columns = [
        Column(name="STT", width_mm=9, index="A"),
        Column(name="Mã định danh", width_mm=23 if is_sent else 25, is_text=True, index="B"),
        Column(name="Đơn vị", width_mm=pages.right - pages.left - fixed, is_text=True, index="C"),
        *(Column(name=name, width_mm=wide, index=f"({place})") for place, (name, wide) in enumerate(figures, 1)),
        *remark,
    ]
    rows: list[TableRow] = []
    number = 0
    for row in section.rows:
        number += row.kind is RowKind.GROUP
        cells = [*_unit_name(row, section, number, report), *_unit_figures(row.counts)]
        if is_sent:
            counts = row.counts
            cells += map(count_text, (counts.sent_electronic, counts.sent_with_paper, counts.is_on_time))
        else:
            cells.append("" if row.counts.base else "Không có VB")
        rows.append(TableRow(cells=tuple(cells), is_sum=row.kind is not RowKind.GROUP))
    pages.paragraph(_UNITS_NOTE, _SMALL)
    pages.space(2.0)
    pages.table(columns, rows, 9)


def _unit_name(row: Row, section: Section, number: int, report: Report) -> tuple[str, str, str]:
    if section.tree_on and row.group:
        name = _INDENT * (row.depth or 0) + row_label(row, section, report, _LANG)
        return str(number) if row.kind is RowKind.GROUP else "", row.group[0], name
    if row.kind is RowKind.GROUP:
        id = row.group[1]
        return str(number), id, report.name_of(id)
    name = level_name(row)
    return "", "", f"Cộng {name[:1].lower()}{name[1:]}" if row.group else name


def _unit_figures(counts: Counts) -> list[str]:
    figures = (counts.documents, counts.secrets, counts.documents - counts.base - counts.secrets, counts.base)
    both = counts.both
    rest = (both.invalid, both.indeterminate + both.not_checked, both.unsigned)
    return [*map(count_text, figures), *share_cells(counts), *map(count_text, rest)]


def _grid(pages: Pages, grid: Grid, *, is_titled: bool = True) -> None:
    """A comparison as a table; one that is its annex alone has the annex's title."""
    rows = [
        TableRow(
            cells=tuple(cell_text(cell, _LANG) for cell in row),
            is_sum=kind is not RowKind.GROUP,
            is_kept=kind is RowKind.SUBTOTAL,
        )
        for kind, row in grid.rows
    ]
    pages.need(_KEPT_MM)
    if is_titled:
        pages.title(grid.title, BOLD)
    pages.paragraph(grid.note, _SMALL)
    pages.space(2.0)
    pages.table(fitted(grid.head, rows, grid.names, 10, pages.right - pages.left), rows, 10)
    pages.space(3.0)


def share_cells(counts: Counts) -> list[str]:
    """Each numerator and its percentage, whose sign the head of the column bears."""
    cells: list[str] = []
    for indicator in Indicator:
        share = counts.share(indicator)
        percent = share.percent
        cells += [count_text(share.numerator), _NOTHING if percent is None else str(percent).replace(".", ",")]
    return cells


def level_name(row: Row) -> str:
    """What a row by level is called."""
    return translate(LEVELS[AgencyLevel(row.group[0])], _LANG) if row.group else "Tổng số"


def count_text(count: int) -> str:
    """A count with its thousands marked."""
    return number_text(count, _LANG)
