"""The agency's mark in the upper right corner of the first page (Decree 30, annex I.II.8b, I.III.1d and II.I.3).

Chữ ký số trên văn bản kèm theo và trên bản sao: góc trên, bên phải, trang đầu; không hiển thị hình ảnh; chữ in thường,
kiểu chữ đứng, cỡ chữ 10, màu đen. The size of the type never changes: long names are broken instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from edocs._pades.place import MM, seen_size_mm
from edocs._pdf.fonts import FontStyle
from edocs._pdf.increment import Increment
from edocs._pdf.text import read_area
from edocs._pdf.typeface import text_width
from edocs.errors import FieldError
from edocs.model import Box, Stamp, TimeForm

__all__ = ["corner_stamp"]

_SIZE_PT = 10.0
_LEADING_MM = 1.2 * _SIZE_PT / MM
_TOP_MM, _RIGHT_MM = 5.0, 15.0
"""Above the text, whose margin is 20 mm at least (annex I.I.3); flush with it on the right."""
_WIDEST_MM = 80.0
_AIR_MM = 0.4
_A_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def corner_stamp(
    increment: Increment, document: bytes, lines: Sequence[str], time_form: TimeForm, box: Box | None = None
) -> Stamp:
    """``lines`` and, below them, the signing time.

    Args:
        document: What ``increment`` changes, readable without a password.
        box: A place instead of the corner.

    Raises:
        FieldError: Text of the document stands in the corner.
        NoFontError, StampError: The text cannot be set.
        NotPdfError: The document cannot be read.
    """
    broken = [part for line in lines for part in _break(line)]
    widest = max(_width_mm(line) for line in [*broken, time_form.text(_A_TIME)])
    stamp = Stamp(lines=(*broken, "{time}"), font_size_pt=_SIZE_PT, time_form=time_form)
    width, height = widest + _AIR_MM, len(stamp.lines) * _LEADING_MM + _AIR_MM
    if box is None:
        size = across, _ = seen_size_mm(increment, 0)
        box = Box(page=1, left_mm=across - _RIGHT_MM - width, top_mm=_TOP_MM, width_mm=width, height_mm=height)
        _require_free(document, box, size)
    elif box.width_mm < width or box.height_mm < height:
        raise FieldError(
            "the place is too small for the mark",
            hint="at least {width} by {height} mm",
            width=f"{width:.1f}",
            height=f"{height:.1f}",
        )
    return Stamp(box=box, lines=stamp.lines, font_size_pt=_SIZE_PT, time_form=time_form)


def _require_free(document: bytes, box: Box, size: tuple[float, float]) -> None:
    across, down = size
    right, bottom = box.left_mm + box.width_mm, box.top_mm + box.height_mm
    over = read_area(document, 0, (box.left_mm / across, box.top_mm / down, right / across, bottom / down))
    if over:
        raise FieldError(
            "text stands where the mark goes: {text}",
            hint="leave the upper right corner of the first page free, or give a place: --at",
            text=over[:40],
        )


def _break(line: str) -> list[str]:
    parts = [""]
    for word in line.split():
        longer = f"{parts[-1]} {word}".strip()
        if parts[-1] and _width_mm(longer) > _WIDEST_MM:
            parts.append(word)
        else:
            parts[-1] = longer
    return parts


def _width_mm(text: str) -> float:
    return text_width(FontStyle.REGULAR, text, _SIZE_PT) / MM
