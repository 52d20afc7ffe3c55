"""Whether something drawn later hides what was to be seen before, decided on pictures of both states.

Che khuất nội dung đã ký. Ink is whatever stands out from what is around it. It is hidden where that contrast is gone:
under paper, at once; under other ink, where hardly anything of a spot the size of a letter is left. A seal may lie over
an earlier signature's picture (Decree 30, annex I.II.8). What is drawn where nothing was hides nothing.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops, ImageFilter

__all__ = ["Views", "open_views"]

_SCALE = 2.0  # pixels a point: a letter of 10 points is some 14 pixels high
_MOST_PIXELS = 4_000_000
_CONTRAST = 48
_PALE = 40
"""How much darker than paper paper may look."""
_SPECK = 3  # pixels that rounding may change
_CELL, _STEP = 8, 4
_FEWEST = 8
_COVERED = 0.85
_HALO = 0.1
_OVERLAP = 0.6
"""How much of earlier signatures and fields a later one may lie over; the decree wants a third of a seal to."""
_Box = tuple[float, float, float, float]
_Pixels = tuple[int, int, int, int]


class Views:
    """One file as it was after two of its revisions, open for drawing."""

    def __init__(self, before: pypdfium2.PdfDocument, after: pypdfium2.PdfDocument) -> None:
        self._before, self._after = before, after

    def hides_ink(self, page: int, box: _Box, *, over_all: bool) -> bool:
        """Whether the later state no longer shows what the earlier one did, within a part of a page.

        Args:
            over_all: Whether annotations and form fields were to stay too, not the page's own ink alone.

        Raises:
            ValueError: It cannot be drawn.
        """
        try:
            old = self._before[page]
            scale, pixels = _pixels(old, box)
            bare = _render(old, scale, pixels, whole=False)
            before = _render(old, scale, pixels, whole=True)
            if _is_blank(before if over_all else bare):
                return False
            after = _render(self._after[page], scale, pixels, whole=True)
        except (pypdfium2.PdfiumError, IndexError, ValueError, MemoryError) as exc:
            raise ValueError("a page cannot be drawn") from exc
        return _is_hidden(bare, before, after, over_all=over_all)


@contextmanager
def open_views(data: bytes, before: int, after: int, password: str | None = None) -> Iterator[Views]:
    """Open the first ``before`` and the first ``after`` bytes of ``data``, without copying them.

    Raises:
        ValueError: PDFium cannot open one of them.
    """
    documents: list[pypdfium2.PdfDocument] = []
    try:
        for end in (before, after):
            secret = password.encode() if password else None
            handle = pdfium.FPDF_LoadMemDocument64(ctypes.c_char_p(data), end, secret)
            if not handle:
                raise ValueError("a page cannot be drawn")
            documents.append(pypdfium2.PdfDocument(handle))
            documents[-1].init_forms()
        yield Views(*documents)
    except pypdfium2.PdfiumError as exc:
        raise ValueError("a page cannot be drawn") from exc
    finally:
        for document in documents:
            document.close()


def _is_blank(picture: Image.Image) -> bool:
    return all(high - low < _CONTRAST for low, high in (band.getextrema() for band in picture.split()))  # type: ignore[operator]  # one band: two numbers


def _is_hidden(bare: Image.Image, before: Image.Image, after: Image.Image, *, over_all: bool) -> bool:
    if ImageChops.difference(before, after).getbbox() is None:
        return False
    pale = _is_paper(before, after)
    were, are = _contrast(before), _contrast(after)
    seen = were.point(lambda value: 255 * (value > _CONTRAST))
    gone = _both(seen, ImageChops.subtract(were.point(lambda value: value // 2), are).point(lambda v: 255 * (v > 0)))
    erased = _both(gone, pale)
    drawn = _both(seen, _contrast(bare).point(lambda value: 255 * (value > _CONTRAST)))
    if _count(_both(erased, drawn)) > _SPECK or _has_covered_spot(drawn, gone):
        return True
    others = ImageChops.subtract(seen, drawn)
    count = _count(others) if over_all else 0
    return count > 0 and (
        _count(_both(erased, others)) > _SPECK + _HALO * count or _count(_both(gone, others)) > _OVERLAP * count
    )


def _pixels(page: pypdfium2.PdfPage, box: _Box) -> tuple[float, _Pixels]:
    """The scale, and the pixels (left, top, right, bottom) that ``box`` takes of the drawn page."""
    width, height = page.get_size()
    # Of a large page no more is drawn than the part that is looked at.
    area = min(width * height, (box[2] - box[0]) * (box[3] - box[1]))
    scale = min(_SCALE, (_MOST_PIXELS / max(1.0, area)) ** 0.5)
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
    corners = []
    across, down = ctypes.c_int(), ctypes.c_int()
    for left, bottom in ((box[0], box[1]), (box[2], box[3])):
        if not pdfium.FPDF_PageToDevice(page, 0, 0, *size, 0, left, bottom, across, down):
            raise ValueError("a page cannot be drawn")
        corners.append((across.value, down.value))
    lefts, tops = zip(*corners, strict=True)
    return scale, (
        max(0, min(lefts) - 1),
        max(0, min(tops) - 1),
        min(size[0], max(lefts) + 2),
        min(size[1], max(tops) + 2),
    )


def _render(page: pypdfium2.PdfPage, scale: float, pixels: _Pixels, *, whole: bool) -> Image.Image:
    width, height = page.get_size()
    left, top, right, bottom = pixels
    if left >= right or top >= bottom:
        return Image.new("RGB", (1, 1), "white")  # outside the page nothing is seen
    crop = (left / scale, height - bottom / scale, width - right / scale, top / scale)
    bitmap = page.render(
        scale=scale, crop=tuple(max(0.0, part) for part in crop), draw_annots=whole, may_draw_forms=whole
    )
    picture: Image.Image = bitmap.to_pil().convert("RGB")
    return picture


def _contrast(picture: Image.Image) -> Image.Image:
    """How much each pixel's surroundings differ among themselves, in whichever colour they do most."""
    spread = ImageChops.difference(picture.filter(ImageFilter.MaxFilter(3)), picture.filter(ImageFilter.MinFilter(3)))
    red, green, blue = spread.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _is_paper(before: Image.Image, after: Image.Image) -> Image.Image:
    """Where ``after`` has about the colour that most of ``before`` had."""
    found = Image.new("L", before.size, 255)
    for was, now in zip(before.split(), after.split(), strict=True):
        paper = max(range(256), key=was.histogram().__getitem__)
        found = _both(found, now.point([255 * (abs(value - paper) < _PALE) for value in range(256)]))
    return found


def _both(one: Image.Image, two: Image.Image) -> Image.Image:
    return ImageChops.darker(one, two)


def _count(mask: Image.Image) -> int:
    return mask.histogram()[255]


def _has_covered_spot(drawn: Image.Image, gone: Image.Image) -> bool:
    """Whether a spot as large as a letter has lost nearly all of its ink."""
    gone = _both(drawn, gone)
    if gone.getbbox() is None:
        return False
    width, height = drawn.size
    for left in range(0, _CELL, _STEP):
        for top in range(0, _CELL, _STEP):
            size = (max(1, (width - left) // _CELL), max(1, (height - top) // _CELL))
            part = (left, top, min(width, left + size[0] * _CELL), min(height, top + size[1] * _CELL))
            ink = drawn.crop(part).resize(size, Image.Resampling.BOX).tobytes()
            lost = gone.crop(part).resize(size, Image.Resampling.BOX).tobytes()
            fewest = 255 * _FEWEST // (_CELL * _CELL)
            if any(of >= fewest and less >= _COVERED * of for of, less in zip(ink, lost, strict=True)):
                return True
    return False
