"""The parts of an official report around its content, where Decree 30/2020/NĐ-CP, annex I, part I puts them.

Thể thức: quốc hiệu, tên cơ quan, số, thời gian, tên loại, nơi nhận, chữ ký, phụ lục. The blanks for number and date are
left to the clerk, as ``edocs approve`` looks for them; between position and name there is room for signature and seal.
"""

from __future__ import annotations

from edocs._pdf.fonts import FontStyle
from edocs._pdf.sheet import Ink, Sheet, width_mm
from edocs.model.letterhead import Letterhead

from .pdf_pages import BOLD, ITALIC, TEXT, Pages, balanced, wrap

__all__ = ["annex", "closing", "closing_height", "heading"]

_SMALL, _SMALL_BOLD = Ink(size_pt=12), Ink(style=FontStyle.BOLD, size_pt=12)
_MOTTO = Ink(style=FontStyle.BOLD, size_pt=13)
_CODE, _DATE = Ink(size_pt=13), Ink(style=FontStyle.ITALIC, size_pt=13)
_BLACK = Ink()
_AGENCY_MM = 72.0
"""Width of the left half of the heading."""
_NUMBER_MM, _DATE_MM = 16.0, 57.0
"""Blanks for number and date, wide enough for the longest."""
_COPIES, _COPIES_MM, _SIGNER_MM = Ink(size_pt=11), 74.0, 80.0
"""Of the two halves below the text."""
_ROOM_MM = 32.0
"""Between position and name."""
_STEP, _SIGNED_STEP = 5.4, 6.2


def heading(pages: Pages, head: Letterhead, kind: str, subject: str) -> None:
    """Boxes 1 to 5 and 9a on the first page."""
    sheet, left = pages.sheet, pages.left + _AGENCY_MM / 2
    nation = pages.right - 44.5
    sheet.centred(nation, 24.5, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", _SMALL_BOLD)
    motto = "Độc lập - Tự do - Hạnh phúc"
    sheet.centred(nation, 30.0, motto, _MOTTO)
    _underline(sheet, nation, 31.6, width_mm(motto, _MOTTO))
    y = max(_agency(sheet, left, head), 31.6) + 8.0
    before, after = width_mm("Số:", _CODE), width_mm(f"/{head.symbol}", _CODE)
    start = left - (before + _NUMBER_MM + after) / 2
    sheet.text(start, y, "Số:", _CODE)
    sheet.text(start + before + _NUMBER_MM, y, f"/{head.symbol}", _CODE)
    place = f"{head.place or '…' * 5},"
    width = width_mm(f"{place} ", _DATE)
    sheet.text(min(nation - (width + _DATE_MM) / 2, pages.right - width - _DATE_MM), y, place, _DATE)
    pages.y = y + 7.0
    pages.centred(kind.upper(), BOLD)
    length = pages.centred(subject, BOLD, pages.right - pages.left - 20)
    _underline(sheet, pages.middle, pages.y + 2.2, length * 0.4)
    pages.y += 4.0
    _recipients(pages, head)


def closing_height(head: Letterhead) -> float:
    """How much room :func:`closing` takes."""
    signer = _SIGNED_STEP * len(_capacity(head)) + _ROOM_MM
    return 10.0 + max(signer, 5.0 + 4.7 * (len(_copies(head)) + 1))


def closing(pages: Pages, head: Letterhead) -> None:
    """Boxes 7 and 9b, after the last line of the text."""
    pages.need(closing_height(head))
    sheet, y = pages.sheet, pages.y + 10.0
    below = y + 5.0
    sheet.text(pages.left, y, "Nơi nhận:", Ink(style=FontStyle.BOLD_ITALIC, size_pt=12))
    for line in _copies(head):
        sheet.text(pages.left, below, line, _COPIES)
        below += 4.7
    middle = pages.right - 40.0
    for text in _capacity(head):
        sheet.centred(middle, y, text, BOLD)
        y += _SIGNED_STEP
    y += _ROOM_MM - _SIGNED_STEP
    if head.signer:
        sheet.centred(middle, y, balanced(head.signer, BOLD, _SIGNER_MM)[0], BOLD)
    pages.y = max(y, below)


def annex(head: Letterhead, number: str, title: str, *, is_landscape: bool = False) -> Pages:
    """The pages of an annex, its heading set (III.1.b, c); in an electronic document its blanks stay unfilled."""
    pages = Pages(is_landscape=is_landscape)
    pages.centred(f"Phụ lục {number}".rstrip(), BOLD)
    pages.centred(title.upper(), BOLD)
    blank = "…" * 3
    code = f"Báo cáo số {blank}/{head.symbol} ngày {blank} tháng {blank} năm {blank} của {head.agency}"
    length = pages.centred(f"(Kèm theo {code})", ITALIC)
    _underline(pages.sheet, pages.middle, pages.y + 2.2, min(length * 0.4, 60.0))
    pages.space(7.0)
    return pages


def _agency(sheet: Sheet, middle: float, head: Letterhead) -> float:
    """Box 2; the height of the rule below it."""
    y, length = 24.5, 0.0
    for line in balanced(head.superior.upper(), _SMALL, _AGENCY_MM) if head.superior else ():
        sheet.centred(middle, y, line, _SMALL)
        y += _STEP
    for line in balanced(head.agency.upper(), _SMALL_BOLD, _AGENCY_MM):
        sheet.centred(middle, y, line, _SMALL_BOLD)
        length = width_mm(line, _SMALL_BOLD)
        y += _STEP
    _underline(sheet, middle, y - 3.5, length * 0.4)  # one third to one half of the line above (II.2.b)
    return y - 3.5


def _recipients(pages: Pages, head: Letterhead) -> None:
    """Box 9a: one name beside the words, several in a list under the colon (II.9.d)."""
    if not head.to:
        return
    pages.space(4.0)
    if len(head.to) == 1:
        pages.centred(f"Kính gửi: {head.to[0]}.", TEXT)
        pages.space(2.0)
        return
    label = width_mm("Kính gửi:", TEXT)
    names = [f"- {name}{'.' if place == len(head.to) else ';'}" for place, name in enumerate(head.to, 1)]
    left = max(pages.left, pages.middle - (label + max(width_mm(name, TEXT) for name in names)) / 2)
    pages.space(6.4)
    pages.sheet.text(left, pages.y, "Kính gửi:", TEXT)
    for line in (line for name in names for line in wrap(name, TEXT, pages.right - left - label)):
        pages.space(6.4)
        pages.sheet.text(left + label, pages.y, line.text, TEXT)
    pages.space(2.0)


def _capacity(head: Letterhead) -> list[str]:
    """Box 7a: in whose name, and the position (II.7.b, c)."""
    stated = [*head.authority.upper().splitlines(), head.position.upper()]
    return [line for text in stated for line in balanced(text, BOLD, _SIGNER_MM)]


def _copies(head: Letterhead) -> list[str]:
    """Box 9b."""
    first = ("Như trên",) if head.to else ()
    rest = [name for name in head.copies if name != "Như trên"]
    names = [*(f"- {name};" for name in (*first, *rest)), f"- Lưu: {head.filed}."]
    return [line.text for name in names for line in wrap(name, _COPIES, _COPIES_MM)]


def _underline(sheet: Sheet, middle: float, y: float, length: float) -> None:
    sheet.rule((middle - length / 2, y), (middle + length / 2, y), _BLACK, 0.6)
