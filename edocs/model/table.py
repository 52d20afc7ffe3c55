"""A table as it is read: sheets of rows, and what was taken for granted in reading it (bảng dữ liệu nguồn)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from edocs.errors import EdocsError
from edocs.model.headings import Head
from edocs.model.verdict import Reason
from edocs.model.written import EPOCH_1900, Cell

__all__ = ["Row", "Sheet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table."""

    line: int
    """From 1: the row of a sheet; in a text file the line where the row begins."""
    cells: tuple[Cell, ...] = ()
    failure: EdocsError | None = None
    """Why it cannot be parted into cells; the rows after it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table with its rows, which are read as they are asked for, once."""

    rows: Iterator[Row]
    head: Head | None
    """None: no row names a number and a date."""
    name: str = ""
    """Of the worksheet; empty for a text file."""
    epoch: date = EPOCH_1900
    """Day 0 of its calendar."""
    assumptions: tuple[Reason, ...] = ()
    """Encoding, separator, head row, columns: what was found out and not said."""
