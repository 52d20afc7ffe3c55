"""Tables of text for people: figures are never cut, whatever the terminal; a number that is cut is another number."""

from __future__ import annotations

from rich.console import Console as RichConsole
from rich.table import Table
from rich.text import Text

from edocs.reports.as_table import Cells
from edocs.reports.figures import RowKind

__all__ = ["WIDE", "cells_table", "table_text", "terminal_width"]

WIDE = 220  # where no terminal says how wide it is, nothing is folded
_NAME = 20  # the least room for a name


def cells_table(cells: Cells, width: int) -> Table:
    """``cells`` in ``width`` columns, as far as names can be folded; figures have the room that they need."""
    longest = [max((len(row[place]) for _, row in cells.rows), default=0) for place in range(len(cells.head))]
    figures = [max(wide, *map(len, name.split() or [""])) for wide, name in zip(longest, cells.head, strict=True)]
    fixed = sum(wide for place, wide in enumerate(figures) if place not in cells.names)
    room = (width - fixed - 3 * len(cells.head) - 1) // max(len(cells.names), 1)
    table = Table()
    for place, name in enumerate(cells.head):
        if place in cells.names:
            table.add_column(
                Text(name), width=max(min(_NAME, figures[place]), min(room, longest[place])), overflow="fold"
            )
        else:
            table.add_column(Text(name), width=figures[place], justify="right")
    for kind, row in cells.rows:
        style = None if kind is RowKind.GROUP else "bold"
        table.add_row(*(Text(cell) for cell in row), style=style, end_section=kind is RowKind.SUBTOTAL)
    return table


def terminal_width() -> int:
    """Columns of the terminal; many where there is none."""
    terminal = RichConsole()
    return terminal.width if terminal.is_terminal else WIDE


def table_text(table: Table, width: int = 10 * WIDE) -> str:
    """The table drawn, without colour."""
    quiet = RichConsole(width=width, color_system=None, force_terminal=False, legacy_windows=False)
    with quiet.capture() as capture:
        quiet.print(table)
    return capture.get()
