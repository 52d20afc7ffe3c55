"""The visible part of a signature: a PNG and lines of text inside the field (Decree 30, annex I.II.7 and 8).

Hình ảnh chữ ký số, con dấu. The image keeps its aspect ratio and its transparency, and is centred; text stands below it
or, alone, fills the box from the top. No layout beyond that: the place comes from the caller.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from io import BytesIO

from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from edocs._pades.images import MAX_PIXELS, check_image, image_size, png_errors, seal_width_mm
from edocs._pades.place import MM
from edocs._pdf.fonts import FontStyle
from edocs._pdf.increment import Increment
from edocs._pdf.typeface import DESCENT, Typeface, embed_typeface
from edocs.errors import StampError
from edocs.model import Role, Stamp

__all__ = ["fit_image", "stamp_appearance", "stamp_style"]

_LEADING = 1.2
_MIN_SIZE_PT = 5.0


def stamp_appearance(
    increment: Increment, stamp: Stamp, size: tuple[float, float], now: datetime
) -> generic.StreamObject:
    """A form XObject of ``size`` (points) that shows ``stamp``.

    Raises:
        StampError: Neither image nor text, not a PNG, or text that does not fit.
        NoFontError: There is text and no font for it.
    """
    if stamp.image_png is None and not stamp.lines:
        raise StampError("the stamp is empty", hint="give an image, lines of text, or no stamp")
    resources = generic.DictionaryObject()
    content = []
    lines = [line.replace("{time}", stamp.time_form.text(now)) for line in stamp.lines]
    text_height = len(lines) * stamp.font_size_pt * _LEADING
    if lines:
        typeface = embed_typeface(increment, stamp_style(stamp), "".join(lines))
        resources["/Font"] = generic.DictionaryObject({pdf_name("/F0"): typeface.reference})
        top = text_height if stamp.image_png else size[1]
        content.append(_text(typeface, lines, stamp.font_size_pt, (size[0], top)))
    if stamp.image_png is not None:
        room = size[1] - text_height
        if room <= 0:
            raise StampError("the box has no room for the image above its text", hint="make it higher")
        image, pixels = _image(increment, stamp.image_png)
        resources["/XObject"] = generic.DictionaryObject({pdf_name("/Im0"): image})
        scale = _scale(stamp, pixels, (size[0], room))
        width, height = pixels[0] * scale, pixels[1] * scale
        corner = ((size[0] - width) / 2, text_height + (room - height) / 2)
        content.append(b"q %.3f 0 0 %.3f %.3f %.3f cm /Im0 Do Q" % (width, height, *corner))
    return generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(generic.FloatObject(f"{n:.2f}") for n in (0, 0, *size)),
            pdf_name("/Resources"): resources,
        },
        stream_data=b"\n".join(content),
    )


def fit_image(stamp: Stamp, role: Role, size: tuple[float, float]) -> Stamp:
    """``stamp`` as an act of the decree draws it: the image checked, a seal at its true size.

    Raises:
        StampError: The image is not what the decree wants.
    """
    if stamp.image_png is None:
        return stamp
    width, height = image_size(stamp.image_png)
    width_mm = stamp.image_width_mm
    if width_mm is None and role is Role.ORGANISATION and not stamp.any_image:
        width_mm = seal_width_mm(stamp.image_png)
    if not stamp.any_image:
        check_image(stamp.image_png, role, width_mm or min(size[0], size[1] * width / height) / MM)
    return replace(stamp, image_width_mm=width_mm)


def stamp_style(stamp: Stamp) -> FontStyle:
    """The style that its lines are set in."""
    return FontStyle.ITALIC if stamp.is_italic else FontStyle.REGULAR


def _scale(stamp: Stamp, pixels: tuple[int, int], room: tuple[float, float]) -> float:
    """Points for a pixel."""
    largest = min(room[0] / pixels[0], room[1] / pixels[1])
    if stamp.image_width_mm is None:
        return largest
    scale = stamp.image_width_mm * MM / pixels[0]
    if scale > largest * 1.01:
        raise StampError(
            "the image, {image} mm wide, does not fit into its place of {width} by {height} mm",
            hint="reserve a larger place",
            image=f"{stamp.image_width_mm:.0f}",
            width=f"{room[0] / MM:.0f}",
            height=f"{room[1] / MM:.0f}",
        )
    return scale


def _text(typeface: Typeface, lines: list[str], size: float, box: tuple[float, float]) -> bytes:
    width, top = box
    widest = max(typeface.width(line, 1) for line in lines)
    size = min(size, width / widest) if widest else size
    if size < _MIN_SIZE_PT or len(lines) * size * _LEADING > top + 0.01:
        raise StampError("the text does not fit into the box", hint="make the box larger or the text shorter")
    parts = [b"BT /F0 %.2f Tf 0 g %.2f TL 0 %.2f Td" % (size, size * _LEADING, top - DESCENT / 1000 * size)]
    for line in lines:
        parts.append(b"T* %s Tj" % typeface.encode(line))
    return b" ".join([*parts, b"ET"])


def _image(increment: Increment, png: bytes) -> tuple[generic.IndirectObject, tuple[int, int]]:
    size, colour, alpha = _pixels(png)
    entries = {
        pdf_name("/Type"): pdf_name("/XObject"),
        pdf_name("/Subtype"): pdf_name("/Image"),
        pdf_name("/Width"): generic.NumberObject(size[0]),
        pdf_name("/Height"): generic.NumberObject(size[1]),
        pdf_name("/BitsPerComponent"): generic.NumberObject(8),
        pdf_name("/Filter"): pdf_name("/FlateDecode"),
    }
    picture = generic.StreamObject({**entries, pdf_name("/ColorSpace"): pdf_name("/DeviceRGB")}, encoded_data=colour)
    if alpha is not None:
        mask = {**entries, pdf_name("/ColorSpace"): pdf_name("/DeviceGray")}
        picture["/SMask"] = increment.add_object(generic.StreamObject(mask, encoded_data=alpha))
    return increment.add_object(picture), size


@lru_cache(maxsize=16)
def _pixels(png: bytes) -> tuple[tuple[int, int], bytes, bytes | None]:
    """Size, colours and transparency, the latter two deflated; decoded once for a whole batch."""
    with png_errors(), Image.open(BytesIO(png), formats=["PNG"]) as image:
        if image.width * image.height > MAX_PIXELS:
            raise StampError(
                "the image has too many pixels: {width} x {height}", width=image.width, height=image.height
            )
        rgba = image.convert("RGBA")
    alpha = rgba.getchannel("A")
    is_opaque = alpha.getextrema() == (255, 255)
    return (
        rgba.size,
        zlib.compress(rgba.convert("RGB").tobytes()),
        None if is_opaque else zlib.compress(alpha.tobytes()),
    )
