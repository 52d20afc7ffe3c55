"""Whether an image is what Decree 30 wants of a signature or a seal (annex I.II.7d and I.II.8a).

Kiểm tra hình ảnh chữ ký và dấu: PNG, nền trong suốt; chữ ký màu xanh, dấu màu đỏ, kích thước thực tế của dấu. Colour is
measured on the ink alone: the pixels that are at least half opaque. Nothing here knows whose signature or seal it is.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from edocs.errors import StampError
from edocs.model import Role

__all__ = ["check_image", "image_size", "png_errors", "seal_width_mm"]

MAX_PIXELS = 20_000_000
_FAULTS = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    EOFError,
    OSError,
    SyntaxError,
    ValueError,
    struct.error,
    zlib.error,
)
_CLEAR_SHARE = 0.10
_INK_SHARE = 0.75
_MIN_SATURATION = 64
_HUES = {Role.PERSONAL: (190, 280), Role.ORGANISATION: (340, 20)}
"""Degrees on the colour wheel: blue, and red across zero."""
_SEAL_MM = (20.0, 60.0)
_MIN_DPI = 100
_SAMPLE_PX = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What was measured."""

    width: int
    height: int
    dpi: float | None
    clear_share: float
    """Of all pixels: those that let the page through."""
    blue_share: float
    red_share: float
    """Of the ink."""


def check_image(png: bytes, role: Role, width_mm: float) -> None:
    """Go on only with an image as the decree wants it.

    Args:
        width_mm: How wide it will stand on the page.

    Raises:
        StampError: Not a PNG, no transparent background, another colour, a seal of no seal's size, too few pixels.
    """
    facts = _measure(png)
    if facts.clear_share < _CLEAR_SHARE:
        raise StampError(
            "the image has no transparent background (transparent: {share} %)",
            hint="remove its background, or take it as it is: --any-image",
            share=f"{100 * facts.clear_share:.0f}",
        )
    if role is Role.PERSONAL and facts.blue_share < _INK_SHARE:
        raise StampError(
            "the signature's image is not blue (blue ink: {share} %)",
            hint="hue 190° to 280° in most of the ink (75 %), or take it as it is: --any-image",
            share=f"{100 * facts.blue_share:.0f}",
        )
    if role is Role.ORGANISATION and facts.red_share < _INK_SHARE:
        raise StampError(
            "the seal's image is not red (red ink: {share} %)",
            hint="hue 340° to 20° in most of the ink (75 %), or take it as it is: --any-image",
            share=f"{100 * facts.red_share:.0f}",
        )
    if role is Role.ORGANISATION:
        _check_seal(facts)
    if facts.width / (width_mm / 25.4) < _MIN_DPI:
        raise StampError(
            "the image has too few pixels: {width} for {mm} mm",
            hint="at least 100 for every 25.4 mm, or take it as it is: --any-image",
            width=facts.width,
            mm=f"{width_mm:.0f}",
        )


def seal_width_mm(png: bytes) -> float | None:
    """How wide the seal is in truth, as its resolution says; None where it has none."""
    facts = _measure(png)
    return None if facts.dpi is None else facts.width / facts.dpi * 25.4


def image_size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    facts = _measure(png)
    return facts.width, facts.height


@contextmanager
def png_errors() -> Iterator[None]:
    """Turn what the decoder raises into :class:`StampError`."""
    try:
        yield
    except _FAULTS as exc:
        raise StampError("not a PNG image: {why}", hint="a PNG with a transparent background", why=exc) from exc


def _check_seal(facts: _Facts) -> None:
    if facts.dpi is None:
        return
    low, high = _SEAL_MM
    sides = [pixels / facts.dpi * 25.4 for pixels in (facts.width, facts.height)]
    if not all(low <= side <= high for side in sides):
        raise StampError(
            "the seal is {width} by {height} mm at its {dpi} dpi",
            hint="scan it at its true size, 20 to 60 mm, or take it as it is: --any-image",
            width=f"{sides[0]:.0f}",
            height=f"{sides[1]:.0f}",
            dpi=f"{facts.dpi:.0f}",
        )


@lru_cache(maxsize=16)
def _measure(png: bytes) -> _Facts:
    """Decoded once for a whole batch."""
    with png_errors(), Image.open(BytesIO(png), formats=["PNG"]) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise StampError("the image has too many pixels: {width} x {height}", width=width, height=height)
        dpi = image.info.get("dpi")
        small = image.convert("RGBA")
        small.thumbnail((_SAMPLE_PX, _SAMPLE_PX), Image.Resampling.NEAREST)
    opaque = small.getchannel("A").point(lambda level: 255 if level >= 128 else 0)
    ink = opaque.histogram()[255]
    hues = small.convert("RGB").convert("HSV")
    coloured = hues.getchannel("S").point(lambda level: 255 if level >= _MIN_SATURATION else 0)
    wheel = Image.composite(hues.getchannel("H"), Image.new("L", small.size), opaque).histogram(coloured)
    outside = Image.composite(Image.new("L", small.size), Image.new("L", small.size, 255), opaque)
    # What is transparent has a colour too, which nobody sees: it stands under hue 0 above and is taken off again.
    unseen = outside.histogram(coloured)[255]
    wheel[0] -= unseen
    return _Facts(
        width=width,
        height=height,
        dpi=float(dpi[0]) if dpi and dpi[0] > 1 else None,
        clear_share=1 - ink / (small.width * small.height),
        blue_share=_share(wheel, _HUES[Role.PERSONAL], ink),
        red_share=_share(wheel, _HUES[Role.ORGANISATION], ink),
    )


def _share(wheel: list[int], hues: tuple[int, int], ink: int) -> float:
    low, high = hues

    def is_within(level: int) -> bool:
        degrees = level * 360 / 256
        return low <= degrees <= high if low < high else degrees >= low or degrees <= high

    return sum(count for level, count in enumerate(wheel) if is_within(level)) / ink if ink else 0.0
