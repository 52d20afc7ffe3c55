"""A table of figures in a file: CSV, a workbook, or JSON, by its ending (bảng số liệu nhập)."""

from __future__ import annotations

import hashlib
from pathlib import Path

from edocs._files import read_file
from edocs.errors import UnreadableError
from edocs.model.figure_reading import Expected, read_figure_csv, read_figure_json, read_figure_rows
from edocs.model.figures import FigureTable
from edocs.model.headings import ColumnRules

from .xlsx_table import open_xlsx

__all__ = ["read_figure_file"]


def read_figure_file(path: Path, expected: Expected) -> FigureTable:
    """The figures in a file; of a workbook, those of its first sheet.

    Raises:
        UnreadableError: It cannot be read, or is no table of figures.
        MissingExtraError: A workbook, and openpyxl is not installed.
    """
    data = read_file(path)
    if path.suffix.lower() == ".json":
        return read_figure_json(data, expected)
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return read_figure_csv(data, expected)
    with open_xlsx(path, ColumnRules()) as sheets:
        if not sheets:
            raise UnreadableError("no workbook: {path}", hint="save it as .xlsx", path=path)
        return read_figure_rows(sheets[0].rows, expected, hashlib.sha256(data).hexdigest())
