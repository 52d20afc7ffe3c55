"""Pages that follow each other as they fill, within the margins of Decree 30: paragraphs, headings, tables, numbers.

Trang văn bản (Nghị định 30/2020/NĐ-CP, Phụ lục I, phần I, mục I). Body text is justified, 14 pt, first lines indented.
Each annex counts its own pages (III.1.đ); the number of a first page is not shown (I.7).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from edocs._pdf.fonts import FontStyle
from edocs._pdf.sheet import Ink, Sheet, width_mm

__all__ = ["BOLD", "ITALIC", "TEXT", "Column", "Line", "Pages", "TableRow", "balanced", "fitted", "wrap"]

TEXT = Ink(size_pt=14)
BOLD = Ink(style=FontStyle.BOLD, size_pt=14)
ITALIC = Ink(style=FontStyle.ITALIC, size_pt=14)
_LEFT, _RIGHT, _TOP, _BOTTOM = 30.0, 15.0, 20.0, 20.0
"""Margins: left 30 to 35, right 15 to 20, top and bottom 20 to 25 mm (I.3)."""
_NUMBER_Y = 14.0
_LEADING_MM = 0.46
"""For every point of type size: between single and 1.5 lines (II.6.e)."""
_GAP_MM = 2.2
"""Between paragraphs: at least 6 pt."""
_INDENT_MM = 12.7
_ASCENT_MM = 0.32
_LINE = Ink(colour=(0.35, 0.35, 0.35))
_SHADE = Ink(colour=(0.93, 0.94, 0.95))
_MORE_MM = 8.0
"""At most so much is added to a column where there is room."""
_LOOSE_MM = 4.0
"""A line whose words would stand further apart is not stretched."""
_CELL_MM = 1.1
"""Between a cell's text and its sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a paragraph."""

    text: str
    indent_mm: float = 0.0
    is_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table."""

    name: str
    width_mm: float
    is_text: bool = False
    """At the left; figures are at the right."""
    index: str = ""
    """What the row below the names says, such as ``(5)=(4):(3)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row of a table."""

    cells: tuple[str, ...]
    is_sum: bool = False
    is_kept: bool = False
    """A heading: it stands on the page of the row after it."""


@dataclass(slots=True)
class Pages:
    """The sheets of one part: the document itself, or an annex."""

    is_landscape: bool = False
    sheets: list[Sheet] = field(default_factory=list)
    y: float = _TOP
    """The base line of what was set last."""

    def __post_init__(self) -> None:
        self._begin()

    @property
    def sheet(self) -> Sheet:
        """The one that is being filled."""
        return self.sheets[-1]

    @property
    def left(self) -> float:
        """Of the text."""
        return _LEFT

    @property
    def right(self) -> float:
        """Of the text."""
        return self.sheet.size_mm[0] - _RIGHT

    @property
    def bottom(self) -> float:
        """Below which nothing stands."""
        return self.sheet.size_mm[1] - _BOTTOM

    @property
    def middle(self) -> float:
        """Between the margins."""
        return (self.left + self.right) / 2

    def need(self, height: float) -> bool:
        """Begin a new page where ``height`` mm are not left; whether it did."""
        if self.y + height <= self.bottom:
            return False
        self._begin()
        return True

    def space(self, height: float) -> None:
        """Leave a blank."""
        self.y += height

    def centred(self, text: str, ink: Ink, room: float | None = None) -> float:
        """Lines in the middle, of about one length; returns the length of the last."""
        lines = balanced(text, ink, room or self.right - self.left)
        for line in lines:
            self.need(ink.size_pt * _LEADING_MM)
            self.y += ink.size_pt * _LEADING_MM
            self.sheet.centred(self.middle, self.y, line, ink)
        return width_mm(lines[-1], ink)

    def title(self, text: str, ink: Ink = BOLD) -> None:
        """A heading that stays with what follows it."""
        self.need(4 * ink.size_pt * _LEADING_MM)
        self.y += _GAP_MM
        for line in wrap(text, ink, self.right - self.left, _INDENT_MM):
            self.y += ink.size_pt * _LEADING_MM
            self.sheet.text(self.left + line.indent_mm, self.y, line.text, ink)

    def paragraph(self, text: str, ink: Ink = TEXT, *, kept: float = 0.0) -> None:
        """A paragraph, both margins even.

        Args:
            kept: Height of what must stand on the page of its last two lines.
        """
        lines = wrap(text, ink, self.right - self.left, _INDENT_MM)
        leading = ink.size_pt * _LEADING_MM
        self.y += _GAP_MM
        for place, line in enumerate(lines):
            rest = kept + leading * (len(lines) - place) if place == max(len(lines) - 2, 0) else leading
            if place == 0 and len(lines) > 1:
                rest = max(rest, 2 * leading)  # a first line does not stand alone
            self.need(rest)
            self.y += leading
            self._justified(line, ink)

    def height_of(self, text: str, ink: Ink = TEXT) -> float:
        """How much room :meth:`paragraph` takes, in mm."""
        return _GAP_MM + ink.size_pt * _LEADING_MM * len(wrap(text, ink, self.right - self.left, _INDENT_MM))

    def table(self, columns: Sequence[Column], rows: Sequence[TableRow], size_pt: float) -> None:
        """A table, its head repeated on every page."""
        plain, bold = Ink(size_pt=size_pt), Ink(style=FontStyle.BOLD, size_pt=size_pt)
        columns = _widened(columns, rows, plain, bold)
        names = [tuple(balanced(item.name, bold, item.width_mm - 2 * _CELL_MM)) for item in columns]
        head = [(names, bold)]
        if any(item.index for item in columns):
            small = Ink(style=FontStyle.ITALIC, size_pt=size_pt - 1.5)
            head.append(([(item.index,) for item in columns], small))
        leading = size_pt * _LEADING_MM
        heights = sum(_height(cells, leading) for cells, _ in head)
        self.need(heights + 3 * leading)
        self._head(columns, head, leading)
        for row in rows:
            ink = bold if row.is_sum else plain
            cells = [_cell(text, item, ink) for text, item in zip(row.cells, columns, strict=True)]
            if self.need(_height(cells, leading) * (2 if row.is_kept else 1)):
                self._head(columns, head, leading)
            self._row(columns, cells, ink, leading, is_shaded=row.is_sum)

    def numbered(self) -> list[Sheet]:
        """The sheets, from the second on with their number in the middle of the upper margin."""
        for number, sheet in enumerate(self.sheets[1:], start=2):
            sheet.centred(sheet.size_mm[0] / 2, _NUMBER_Y, str(number), TEXT)
        return self.sheets

    def _begin(self) -> None:
        self.sheets.append(Sheet(is_landscape=self.is_landscape))
        self.y = _TOP

    def _justified(self, line: Line, ink: Ink) -> None:
        spare = self.right - self.left - line.indent_mm - width_mm(line.text, ink)
        gaps = line.text.count(" ")
        stretch = spare / gaps if gaps and not line.is_last and spare < gaps * _LOOSE_MM else 0.0
        self.sheet.text(self.left + line.indent_mm, self.y, line.text, ink, stretch_mm=stretch)

    def _head(
        self, columns: Sequence[Column], head: Sequence[tuple[Sequence[Sequence[str]], Ink]], leading: float
    ) -> None:
        for cells, ink in head:
            self._row(columns, cells, ink, leading, is_shaded=True, is_centred=True)

    def _row(
        self,
        columns: Sequence[Column],
        cells: Sequence[Sequence[str]],
        ink: Ink,
        leading: float,
        *,
        is_shaded: bool,
        is_centred: bool = False,
    ) -> None:
        top, height = self.y, _height(cells, leading)
        left, right = self.left, self.left + sum(column.width_mm for column in columns)
        if is_shaded:
            self.sheet.fill((left, top), (right, top + height), _SHADE)
        x = left
        for column, lines in zip(columns, cells, strict=True):
            y = top + (height - leading * len(lines)) / 2 - leading * (1 - _ASCENT_MM / _LEADING_MM) / 2
            for line in lines:
                y += leading
                self.sheet.text(_start(line, x, column, ink, is_centred), y, line, ink)
            self.sheet.rule((x, top), (x, top + height), _LINE, 0.5)
            x += column.width_mm
        self.sheet.rule((right, top), (right, top + height), _LINE, 0.5)
        for y in (top, top + height):
            self.sheet.rule((left, y), (right, y), _LINE, 0.5)
        self.y = top + height


def wrap(text: str, ink: Ink, width: float, indent_mm: float = 0.0) -> list[Line]:
    """A paragraph in lines of at most ``width`` mm, the first one indented; a word that is longer is cut."""
    space = _width(" ", ink)
    lines: list[Line] = []
    words: list[str] = []
    used, indent = 0.0, indent_mm
    for word in _words(text, ink, width, indent_mm):
        length = _width(word, ink)
        if words and used + space + length > width - indent:
            lines.append(Line(text=" ".join(words), indent_mm=indent))
            words, used, indent = [], 0.0, 0.0
        used += (space if words else 0.0) + length
        words.append(word)
    return [*lines, Line(text=" ".join(words), indent_mm=indent, is_last=True)]


def balanced(text: str, ink: Ink, width: float) -> list[str]:
    """Lines of about one length: a name is not broken before its last word."""
    lines = [line.text for line in wrap(text, ink, width)]
    if len(lines) > 1:
        even = width_mm(text, ink) / len(lines)
        tried = ([line.text for line in wrap(text, ink, even + step)] for step in range(0, int(width - even) + 1, 2))
        lines = next((found for found in tried if len(found) == len(lines)), lines)
    return lines


def fitted(
    head: Sequence[str], rows: Sequence[TableRow], names: frozenset[int], size_pt: float, room: float
) -> list[Column]:
    """Columns as wide as their figures; those of ``names`` get as much as they need, or share what is left."""
    plain, bold = Ink(size_pt=size_pt), Ink(style=FontStyle.BOLD, size_pt=size_pt)
    wanted: list[float] = []
    for place, name in enumerate(head):
        texts = {(row.cells[place], row.is_sum) for row in rows}
        found = [_width(text, bold if is_sum else plain) for text, is_sum in texts]
        wanted.append(max(*found, *(_width(word, bold) for word in name.split(" ")), 6.0) + 2 * _CELL_MM + 0.4)
    over, share = sum(wanted) - room, sum(wanted[place] for place in names)
    more = min(max(-over, 0.0) / len(head), _MORE_MM)
    return [
        Column(
            name=name,
            width_mm=wide * (1 - over / share) if over > 0 and place in names else wide + more,
            is_text=place in names,
        )
        for place, (name, wide) in enumerate(zip(head, wanted, strict=True))
    ]


def _widened(columns: Sequence[Column], rows: Sequence[TableRow], plain: Ink, bold: Ink) -> list[Column]:
    """No figure is broken in two: its column grows at the cost of the widest text, as far as half of that reaches."""
    wanted = []
    for place, column in enumerate(columns):
        texts = set() if column.is_text else {(row.cells[place], row.is_sum) for row in rows}
        widths = (_width(text, bold if is_sum else plain) + 2 * _CELL_MM + 0.1 for text, is_sum in texts)
        wanted.append(max(widths, default=0.0))
    giver = max((column for column in columns if column.is_text), key=lambda column: column.width_mm, default=None)
    more = sum(max(wide - column.width_mm, 0.0) for wide, column in zip(wanted, columns, strict=True))
    if giver is None or more > giver.width_mm / 2:
        return list(columns)
    return [
        replace(column, width_mm=column.width_mm - more if column is giver else max(column.width_mm, wide))
        for wide, column in zip(wanted, columns, strict=True)
    ]


def _words(text: str, ink: Ink, width: float, indent_mm: float) -> Iterator[str]:
    """The words of a paragraph; what is longer than its line is cut, the first word to the indented line."""
    for place, word in enumerate(text.split(" ")):
        rest, room = word, width if place else width - indent_mm
        while _width(rest, ink) > room and len(rest) > 1:
            cut = next((end for end in range(len(rest) - 1, 1, -1) if _width(rest[:end], ink) <= room), 1)
            yield rest[:cut]
            rest, room = rest[cut:], width
        yield rest


@lru_cache(maxsize=4096)
def _width(text: str, ink: Ink) -> float:
    return width_mm(text, ink)


def _cell(text: str, column: Column, ink: Ink) -> tuple[str, ...]:
    room = column.width_mm - 2 * _CELL_MM
    return (text,) if _width(text, ink) <= room else tuple(line.text for line in wrap(text, ink, room))


def _height(cells: Sequence[Sequence[str]], leading: float) -> float:
    return leading * max(len(lines) for lines in cells) + 1.4


def _start(line: str, x: float, column: Column, ink: Ink, is_centred: bool) -> float:
    if is_centred:
        return x + (column.width_mm - _width(line, ink)) / 2
    return x + _CELL_MM if column.is_text else x + column.width_mm - _CELL_MM - _width(line, ink)
