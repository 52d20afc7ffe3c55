"""Places on a page: from millimetres measured by a clerk to a rectangle of the page (ISO 32000-2, 14.11.2).

Vị trí trên trang. Boxes count from the upper left corner of what is seen (the crop box); PDF counts points from below.
Rotated pages are refused: a stamp there would lie on its side.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyhanko.pdf_utils import generic

from edocs._pdf import entries
from edocs._pdf.increment import Increment
from edocs.errors import FieldError
from edocs.model import Box

__all__ = ["MM", "Place", "frame", "is_on_page", "locate", "page_count", "place_of"]

MM = 72 / 25.4
"""Points in a millimetre."""

_MAX_DEPTH = 100
_SLACK_PT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A rectangle of one page, in points of the page's own coordinates."""

    page: int
    """0 is the first page."""
    left: float
    bottom: float
    right: float
    top: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return self.right - self.left, self.top - self.bottom

    def as_array(self) -> generic.ArrayObject:
        """The rectangle as ``/Rect`` wants it."""
        corners = (self.left, self.bottom, self.right, self.top)
        return generic.ArrayObject(generic.FloatObject(f"{corner:.2f}") for corner in corners)


def page_count(increment: Increment) -> int:
    """How many pages the document has."""
    return int(increment.root["/Pages"]["/Count"])


def locate(increment: Increment, box: Box) -> Place:
    """The rectangle that ``box`` means.

    Raises:
        FieldError: No such page, a rotated page, or not wholly on the page.
    """
    pages = page_count(increment)
    index = box.page - 1 if box.page > 0 else pages + box.page
    if box.page == 0 or not 0 <= index < pages:
        raise FieldError("no such page: {page}", hint="1 to {pages}, or -1 for the last", page=box.page, pages=pages)
    page = increment.page(index).get_object()
    assert isinstance(page, generic.DictionaryObject)  # noqa: S101 - anything else is translated as damage
    if (_inherited(page, "/Rotate") or [0])[0] % 360:
        raise FieldError("page {page} is rotated: nothing can be placed on it", page=box.page)
    left, bottom, right, top = frame(page)
    place = Place(
        page=index,
        left=left + box.left_mm * MM,
        bottom=top - (box.top_mm + box.height_mm) * MM,
        right=left + (box.left_mm + box.width_mm) * MM,
        top=top - box.top_mm * MM,
    )
    if not is_on_page(increment, place):
        raise FieldError(
            "the place is not on the page: {box}",
            hint="millimetres from the upper left corner; the page is {width} by {height} mm",
            box=f"{box.left_mm:g},{box.top_mm:g},{box.width_mm:g},{box.height_mm:g}",
            width=f"{(right - left) / MM:.0f}",
            height=f"{(top - bottom) / MM:.0f}",
        )
    return place


def is_on_page(increment: Increment, place: Place) -> bool:
    """Whether the whole of ``place``, give or take half a point, is seen on its page, and is not empty."""
    left, bottom, right, top = frame(increment.page(place.page).get_object())
    across = left - _SLACK_PT <= place.left < place.right <= right + _SLACK_PT
    return across and bottom - _SLACK_PT <= place.bottom < place.top <= top + _SLACK_PT


def place_of(increment: Increment, widget: generic.DictionaryObject) -> Place | None:
    """Where an existing widget stands; None where it says no page."""
    numbers = entries.numbers(widget, "/Rect")
    page: object = widget.raw_get("/P") if "/P" in widget else None
    if not isinstance(page, generic.IndirectObject) or len(numbers) != 4:
        return None
    for index in range(page_count(increment)):
        if increment.page(index).reference == page.reference:
            left, right = sorted((numbers[0], numbers[2]))
            bottom, top = sorted((numbers[1], numbers[3]))
            return Place(page=index, left=left, bottom=bottom, right=right, top=top)
    return None


def frame(page: generic.DictionaryObject) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of what is seen of a page, in points."""
    numbers = _inherited(page, "/CropBox") or _inherited(page, "/MediaBox")
    if numbers is None or len(numbers) != 4:
        raise FieldError("the page has no size", hint="write the draft to PDF again")
    left, right = sorted((numbers[0], numbers[2]))
    bottom, top = sorted((numbers[1], numbers[3]))
    return left, bottom, right, top


def _inherited(page: generic.DictionaryObject, key: str) -> list[float] | None:
    """Numbers that a page, or the nearest page tree node above it, has under ``key``."""
    node: generic.DictionaryObject | None = page
    for _ in range(_MAX_DEPTH):  # a page tree that refers to itself would have no end
        if node is None:
            return None
        if key in node:
            value = entries.entry(node, key)
            return (
                entries.numbers(node, key) if isinstance(value, generic.ArrayObject) else [entries.number(node, key, 0)]
            )
        node = entries.dictionary(node, "/Parent")
    return None
