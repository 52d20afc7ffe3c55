"""Where a person's signature goes: between the position and the name on the last page (Decree 30, annex I.II.7d).

Vị trí chữ ký số của người có thẩm quyền: canh giữa chức vụ và họ tên. Steps:

1. find the name: the line that ends with the signer's name, else a bold line that is not in capitals;
2. find the position above it, on the same axis: the nearest line in capitals;
3. take the blank between that line and the next one below it.

What is not found exactly once is refused, never guessed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edocs._pades.anchors import columns, text_size
from edocs._pades.place import MM, Place
from edocs._pdf.text import Letter, TextLine
from edocs.errors import FieldError

__all__ = ["signature_place"]

_MAX_WIDTH_PT, _MAX_HEIGHT_PT = 50 * MM, 30 * MM
_MIN_HEIGHT_PT = 10 * MM
_REACH_PT = 75 * MM
"""How far above the name its position may stand."""
_AXIS_PT = 4 * MM
_AIR_PT = 1 * MM
_MIN_LETTERS = 4
_MIN_CAPITALS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What stands together on one line."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    is_bold: bool

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def is_capitals(self) -> bool:
        return self.text.isupper() and sum(letter.isalpha() for letter in self.text) >= _MIN_CAPITALS


def signature_place(lines: Sequence[TextLine], page: int, name: str, aspect: float) -> Place:
    """The rectangle of an image between position and name.

    Args:
        lines: Of the last page.
        name: The signer's, from the certificate.
        aspect: Width of the image by its height.

    Raises:
        FieldError: Position and name are not found exactly once, or leave no room.
    """
    words = [_words(column) for line in lines for column in columns(line)]
    blanks: list[tuple[_Words, tuple[float, float]]] = []
    for owners in _owners(words, name):
        blanks = blanks or [(owner, blank) for owner in owners if (blank := _blank(words, owner)) is not None]
    if len(blanks) != 1:
        raise FieldError(
            "position and name of the signer are not found exactly once on the last page ({count} found)",
            hint="the position in capitals, below it the name {name}; or give the place of the image: --at",
            count=len(blanks),
            name=name,
        )
    ((owner, (bottom, top)),) = blanks
    if top - bottom < _MIN_HEIGHT_PT:
        raise FieldError(
            "no room for the image between position and name ({height} mm)",
            hint="leave at least 12 mm, or give its place: --at",
            height=f"{(top - bottom) / MM:.0f}",
        )
    height = min(top - bottom, _MAX_HEIGHT_PT, _MAX_WIDTH_PT / aspect)
    width, middle = height * aspect, (top + bottom) / 2
    return Place(
        page=page,
        left=owner.middle - width / 2,
        right=owner.middle + width / 2,
        bottom=middle - height / 2,
        top=middle + height / 2,
    )


def _owners(words: Sequence[_Words], name: str) -> Iterator[list[_Words]]:
    """What may be the name, from the surest to the least sure."""
    # (1)
    own = _plain(name)
    named = [item for item in words if own and _plain(item.text).endswith(own)]
    yield [item for item in named if item.is_bold]
    yield named
    yield [
        item
        for item in words
        if item.is_bold and not item.text.isupper() and len(item.text) >= _MIN_LETTERS and item.text[-1].isalpha()
    ]


def _blank(words: Sequence[_Words], owner: _Words) -> tuple[float, float] | None:
    """Bottom and top of the blank above ``owner``; None where no position stands over it."""
    # (2)
    above = sorted(
        (
            item
            for item in words
            if 0 < item.baseline - owner.baseline <= _REACH_PT and item.left < owner.right and owner.left < item.right
        ),
        key=lambda item: item.baseline,
    )
    position = next((index for index, item in enumerate(above) if item.is_capitals), None)
    if position is None or abs(above[position].middle - owner.middle) > _AXIS_PT:
        return None
    # (3)
    below = above[position - 1] if position else owner
    if any(abs(item.middle - owner.middle) > _AXIS_PT for item in above[:position]):
        return None  # running text that happens to end with the name
    return below.baseline + 0.9 * below.size + _AIR_PT, above[position].baseline - 0.25 * above[position].size - _AIR_PT


def _words(column: Sequence[Letter]) -> _Words:
    text = unicodedata.normalize("NFC", "".join(letter.text for letter in column))
    return _Words(
        text=text,
        left=column[0].left,
        right=column[-1].right,
        baseline=column[0].baseline,
        size=text_size(column[0]),
        is_bold=all(letter.is_bold for letter in column),
    )


def _plain(name: str) -> str:
    """``name`` without blanks, accents and case: certificates spell names in all ways."""
    letters = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalpha())
