"""Finding the blanks for number and date in a draft (Decree 30, annex I.II.3 and I.II.4).

Tìm chỗ trống cho số và thời gian ban hành: ``Số:      /UBND-VP`` and, on about the same line to the right,
``Lam Giang,`` with nothing after the comma. What is not found exactly once is refused, never guessed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from edocs._pades.place import Place
from edocs._pdf.text import Letter, TextLine
from edocs.errors import FieldError

__all__ = ["LINE_HEIGHT", "columns", "date_place", "number_place", "text_size"]

LINE_HEIGHT = 1.3
"""Height of a reserved field, in multiples of the type size."""

_NUMBER = unicodedata.normalize("NFD", "Số:/")
_LABEL_LENGTH = len(unicodedata.normalize("NFD", "Số:"))
_SAME_LINE_PT = 10.0
_COLUMN_GAP = 1.5
_MIN_NUMBER_PT = 18.0
_DATE_EM = 11.2
"""Width of the longest date, in ems of the italic."""


def number_place(lines: Sequence[TextLine]) -> Place:
    """The blank between ``Số:`` and ``/``.

    Raises:
        FieldError: No such blank, more than one, or too narrow for a number.
    """
    line, start = _number_line(lines)
    colon = line.letters[start]
    slash = line.letters[start + 1]
    gap = Place(page=0, left=colon.right, right=slash.left, **_heights(line.baseline, text_size(colon)))
    if gap.size[0] < _MIN_NUMBER_PT:
        raise FieldError(
            "no room for the number between “Số:” and “/”", hint="leave a blank there, or give its place: --number-at"
        )
    return gap


def date_place(lines: Sequence[TextLine], right_limit: float) -> Place:
    """The blank after the place and its comma.

    Args:
        right_limit: Where the page's text may end, in points.

    Raises:
        FieldError: No such blank, more than one, or too narrow for a date.
    """
    number_line, _ = _number_line(lines)
    near = [line for line in lines if abs(line.baseline - number_line.baseline) <= _SAME_LINE_PT]
    commas = [column[-1] for line in near for column in columns(line)[-1:] if column[-1].text == ","]
    if len(commas) != 1:
        raise FieldError(
            "the blank for the date is not found exactly once ({count} found)",
            hint="end the place with a comma and leave the rest of the line blank, or give its place: --date-at",
            count=len(commas),
        )
    (comma,) = commas
    size = text_size(comma)
    left = comma.right + size / 4
    if left + _DATE_EM * size > right_limit:
        raise FieldError(
            "no room for the date after the place", hint="move the place to the left, or give its place: --date-at"
        )
    return Place(page=0, left=left, right=left + _DATE_EM * size, **_heights(comma.baseline, size))


def text_size(letter: Letter) -> float:
    """Type size to set beside ``letter``: its own where that is what the decree allows, else 13."""
    return letter.size if 12.5 <= letter.size <= 14.5 else 13.0


def _number_line(lines: Sequence[TextLine]) -> tuple[TextLine, int]:
    """The line with ``Số:`` and ``/``, and the index of the colon's letter."""
    found = []
    for line in lines:
        text, owners = "", []
        for index, letter in enumerate(line.letters):
            pieces = unicodedata.normalize("NFD", letter.text)
            text += pieces
            owners += [index] * len(pieces)
        position = text.find(_NUMBER)
        while position >= 0:
            found.append((line, owners[position + _LABEL_LENGTH - 1]))
            position = text.find(_NUMBER, position + 1)
    if len(found) != 1:
        raise FieldError(
            "“Số:” and its blank before “/” are not found exactly once on the first page ({count} found)",
            hint="leave the number of the draft blank, or give its place: --number-at",
            count=len(found),
        )
    return found[0]


def columns(line: TextLine) -> list[list[Letter]]:
    """The letters of a line, split where the gap is wider than between words."""
    columns = [[line.letters[0]]]
    for before, letter in zip(line.letters, line.letters[1:], strict=False):
        if letter.left - before.right > _COLUMN_GAP * text_size(letter):
            columns.append([])
        columns[-1].append(letter)
    return columns


def _heights(baseline: float, size: float) -> dict[str, float]:
    # fill.py centres the type in the field, which puts it on this baseline again.
    below = (LINE_HEIGHT * size - 1.107 * size) / 2 + 0.216 * size
    return {"bottom": baseline - below, "top": baseline - below + LINE_HEIGHT * size}
