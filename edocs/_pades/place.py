"""Places on a page: from millimetres measured by a clerk to a rectangle of the page (ISO 32000-2, 14.11.2).

Vị trí trên trang. Boxes count from the upper left corner of what is seen: the crop box, turned as ``/Rotate`` says, at
the scale of ``/UserUnit``. PDF counts from below, before turning and in its own units.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pyhanko.pdf_utils import generic

from edocs._pdf import entries
from edocs._pdf.increment import Increment
from edocs.errors import FieldError
from edocs.model import Box

__all__ = [
    "MM",
    "Place",
    "Sheet",
    "frame",
    "is_on_page",
    "locate",
    "page_count",
    "place_of",
    "require_plain",
    "seen_size_mm",
    "sheet_of",
]

MM = 72 / 25.4
"""Points in a millimetre."""

_MAX_DEPTH = 100
_SLACK_PT = 0.5
_MAX_UNIT = 1e4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How a page is shown (cách trình bày trang)."""

    turn: int = 0
    """Degrees clockwise: 0, 90, 180 or 270."""
    unit: float = 1.0
    """Points in a unit of the page's own coordinates."""

    @property
    def is_plain(self) -> bool:
        """Whether it is shown as it is written."""
        return self.turn == 0 and self.unit == 1

    def seen_size(self, across: float, up: float) -> tuple[float, float]:
        """Width and height in points, as seen, of a rectangle of the page's own coordinates."""
        width, height = across * self.unit, up * self.unit
        return (width, height) if self.turn % 180 == 0 else (height, width)

    def turn_upright(self, appearance: generic.StreamObject, size: tuple[float, float]) -> None:
        """Make ``appearance``, of ``size`` as seen, stand upright (ISO 32000-2, 12.5.5)."""
        width, height = size
        matrices = {
            90: (0, 1, -1, 0, height, 0),
            180: (-1, 0, 0, -1, width, height),
            270: (0, -1, 1, 0, 0, width),
        }
        if self.turn:
            numbers = (generic.FloatObject(f"{number:.2f}") for number in matrices[self.turn])
            appearance["/Matrix"] = generic.ArrayObject(numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A rectangle of one page, in units of the page's own coordinates."""

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
        FieldError: No such page, or not wholly on the page.
    """
    pages = page_count(increment)
    index = box.page - 1 if box.page > 0 else pages + box.page
    if box.page == 0 or not 0 <= index < pages:
        raise FieldError("no such page: {page}", hint="1 to {pages}, or -1 for the last", page=box.page, pages=pages)
    page = increment.page(index).get_object()
    assert isinstance(page, generic.DictionaryObject)  # noqa: S101 - anything else is translated as damage
    sheet = _sheet(page)
    place = Place(page=index, **_own_corners(frame(page), sheet, box))
    if not is_on_page(increment, place):
        left, bottom, right, top = frame(page)
        width, height = sheet.seen_size(right - left, top - bottom)
        raise FieldError(
            "the place is not on the page: {box}",
            hint="millimetres from the upper left corner; the page is {width} by {height} mm",
            box=f"{box.left_mm:g},{box.top_mm:g},{box.width_mm:g},{box.height_mm:g}",
            width=f"{width / MM:.0f}",
            height=f"{height / MM:.0f}",
        )
    return place


def require_plain(increment: Increment, index: int) -> None:
    """Go on only where the page is shown as it is written, so that places can be found by its text.

    Raises:
        FieldError: It is turned, or has units of its own.
    """
    page = increment.page(index).get_object()
    if isinstance(page, generic.DictionaryObject) and not _sheet(page).is_plain:
        raise FieldError(
            "page {page} is turned or scaled: no place is found by its text", hint="give the place", page=index + 1
        )


def sheet_of(increment: Increment, widget: generic.DictionaryObject) -> Sheet:
    """How the page of ``widget`` is shown; plainly where it stands on none."""
    page = entries.dictionary(widget, "/P")
    if page is None and (index := _listing_page(increment, widget)) is not None:
        page = increment.page(index).get_object()
    return Sheet() if page is None else _sheet(page)


def is_on_page(increment: Increment, place: Place) -> bool:
    """Whether the whole of ``place``, give or take half a point, is seen on its page, and is not empty."""
    left, bottom, right, top = frame(increment.page(place.page).get_object())
    across = left - _SLACK_PT <= place.left < place.right <= right + _SLACK_PT
    return across and bottom - _SLACK_PT <= place.bottom < place.top <= top + _SLACK_PT


def place_of(increment: Increment, widget: generic.DictionaryObject) -> Place | None:
    """Where an existing widget stands; None where it is on no page."""
    numbers = entries.numbers(widget, "/Rect")
    index = _page_index(increment, widget)
    if index is None or len(numbers) != 4:
        return None
    left, right = sorted((numbers[0], numbers[2]))
    bottom, top = sorted((numbers[1], numbers[3]))
    return Place(page=index, left=left, bottom=bottom, right=right, top=top)


def frame(page: generic.DictionaryObject) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of what is seen of a page, in points."""
    numbers = _inherited(page, "/CropBox") or _inherited(page, "/MediaBox")
    if numbers is None or len(numbers) != 4:
        raise FieldError("the page has no size", hint="write the draft to PDF again")
    left, right = sorted((numbers[0], numbers[2]))
    bottom, top = sorted((numbers[1], numbers[3]))
    return left, bottom, right, top


def seen_size_mm(increment: Increment, index: int) -> tuple[float, float]:
    """Width and height of a page as it is shown.

    Raises:
        FieldError: It has no size.
    """
    page = increment.page(index).get_object()
    assert isinstance(page, generic.DictionaryObject)  # noqa: S101 - anything else is translated as damage
    left, bottom, right, top = frame(page)
    width, height = _sheet(page).seen_size(right - left, top - bottom)
    return width / MM, height / MM


def _page_index(increment: Increment, widget: generic.DictionaryObject) -> int | None:
    page: object = widget.raw_get("/P") if "/P" in widget else None
    if not isinstance(page, generic.IndirectObject):
        return _listing_page(increment, widget)
    found = (index for index in range(page_count(increment)) if increment.page(index).reference == page.reference)
    return next(found, None)


def _listing_page(increment: Increment, widget: generic.DictionaryObject) -> int | None:
    """The page that lists ``widget`` among its annotations: ``/P`` may be left away (ISO 32000-2, table 166)."""
    own = widget.container_ref
    if not isinstance(own, generic.Reference):
        return None
    for index in range(page_count(increment)):
        annotations = entries.entry(increment.page(index).get_object(), "/Annots")
        listed = annotations if isinstance(annotations, generic.ArrayObject) else []
        for item in listed:
            if isinstance(item, generic.IndirectObject) and (item.idnum, item.generation) == (
                own.idnum,
                own.generation,
            ):
                return index
    return None


def _sheet(page: generic.DictionaryObject) -> Sheet:
    turn = int((_inherited(page, "/Rotate") or [0])[0]) % 360
    unit = entries.entry(page, "/UserUnit")
    scale = float(unit) if isinstance(unit, int | float | Decimal) else 1.0
    if turn % 90 or not 0 < scale < _MAX_UNIT:
        raise ValueError("the page is shown in no way that PDF knows")
    return Sheet(turn=turn, unit=scale)


def _own_corners(frame: tuple[float, float, float, float], sheet: Sheet, box: Box) -> dict[str, float]:
    """The rectangle that shows at ``box``: what is at the page's left may be seen at its top."""
    left, bottom, right, top = frame
    scale = MM / sheet.unit
    near, far = box.left_mm * scale, (box.left_mm + box.width_mm) * scale
    high, low = box.top_mm * scale, (box.top_mm + box.height_mm) * scale
    if sheet.turn == 90:
        return {"left": left + high, "right": left + low, "bottom": bottom + near, "top": bottom + far}
    if sheet.turn == 180:
        return {"left": right - far, "right": right - near, "bottom": bottom + high, "top": bottom + low}
    if sheet.turn == 270:
        return {"left": right - low, "right": right - high, "bottom": top - far, "top": top - near}
    return {"left": left + near, "right": left + far, "bottom": top - low, "top": top - high}


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
