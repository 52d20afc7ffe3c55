"""Whether the figures that an appearance draws look like the figures that it says (ISO 32000-2, 9.10).

Hình dạng chữ số. A font can call its 7 a 1: the text is then one number for software and another for readers. So each
figure is drawn and compared with those of the standard fonts. Only figures are compared, and blanks must be blank.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from io import BytesIO

import pypdfium2
from PIL import Image, ImageChops, ImageFilter
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

from edocs._pdf.appearance import ShownLetter

__all__ = ["figures_look_right"]

_FIGURES = "0123456789"
_EM_PX = 64
_SIZE = 32
_DARK = 128
_SLACK = 0.12  # of an em, that a figure may stand out of its advance
_REACH = (0.3, 1.0)
"""How far below and above the baseline is looked, in ems."""
_FONTS = (
    *("Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic"),
    *("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique"),
    *("Courier", "Courier-Bold", "Courier-Oblique", "Courier-BoldOblique"),
)
_BLUR = ImageFilter.GaussianBlur(1)
"""Strokes that lie beside each other, as in two cuts of one italic, must still overlap."""
_Letters = tuple[ShownLetter, ...]


def figures_look_right(look: generic.StreamObject, letters: Sequence[ShownLetter]) -> bool:
    """Whether each figure of an appearance is drawn as such, and nothing is drawn where no letter stands.

    Raises:
        ValueError: It cannot be drawn.
    """
    document = _alone(look)
    return _judged(hashlib.sha256(document).digest(), document, tuple(letters))


@lru_cache(maxsize=256)
def _judged(_digest: bytes, document: bytes, letters: _Letters) -> bool:
    if not letters:
        return True
    scale = _EM_PX / max(letter.size for letter in letters)
    picture, origin = _drawn(document, scale)
    left, right = letters[0], letters[-1]
    edges = (left.left - _SLACK * left.size, right.right + _SLACK * right.size)
    columns = tuple(round((edge - origin[0]) * scale) for edge in edges)
    outside = [(0, 0, max(0, columns[0]), picture.height), (columns[1], 0, picture.width, picture.height)]
    if any(box[0] < box[2] and picture.crop(box).getbbox() is not None for box in outside):
        return False
    return all(_looks_right(_cut(picture, letter, origin, scale), letter.text) for letter in letters)


def _looks_right(picture: Image.Image, text: str) -> bool:
    if text.isspace():
        return picture.getbbox() is None
    if text not in _FIGURES:
        return True
    shape = _normal(picture)
    if shape is None:
        return False
    distances = {figure: min(_distance(shape, other) for other in shapes) for figure, shapes in _shapes().items()}
    return min(distances, key=distances.__getitem__) == text


def _cut(picture: Image.Image, letter: ShownLetter, origin: tuple[float, float], scale: float) -> Image.Image:
    """The part of the picture between the letter's sides; of a blank, without the slack of its neighbours."""
    inward = _SLACK * letter.size if letter.text.isspace() else 0.0
    top = picture.height - (letter.baseline + _REACH[1] * letter.size - origin[1]) * scale
    bottom = picture.height - (letter.baseline - _REACH[0] * letter.size - origin[1]) * scale
    sides = ((letter.left + inward - origin[0]) * scale, (letter.right - inward - origin[0]) * scale)
    box = (round(sides[0]), round(top), max(round(sides[0]) + 1, round(sides[1])), round(bottom))
    return picture.crop(box)


def _normal(picture: Image.Image) -> Image.Image | None:
    """The ink alone, of one height, in the middle of a square."""
    box = picture.getbbox()
    if box is None:
        return None
    ink = picture.crop(box)
    width = max(1, min(_SIZE, round(ink.width * _SIZE / ink.height)))
    square = Image.new("L", (_SIZE, _SIZE), 0)
    square.paste(ink.resize((width, _SIZE), Image.Resampling.BILINEAR), ((_SIZE - width) // 2, 0))
    return square.filter(_BLUR)


def _distance(one: Image.Image, two: Image.Image) -> int:
    return sum(level * count for level, count in enumerate(ImageChops.difference(one, two).histogram()))


@cache
def _shapes() -> dict[str, list[Image.Image]]:
    """How the standard fonts draw each figure."""
    found: dict[str, list[Image.Image]] = {figure: [] for figure in _FIGURES}
    for font in _FONTS:
        for figure, shape in _standard(font):
            found[figure].append(shape)
    return found


def _standard(font: str) -> Iterator[tuple[str, Image.Image]]:
    for figure in _FIGURES:
        look = generic.StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): generic.ArrayObject(generic.NumberObject(n) for n in (0, 0, 20, 20)),
                pdf_name("/Resources"): generic.DictionaryObject(
                    {pdf_name("/Font"): generic.DictionaryObject({pdf_name("/F"): _font(font)})}
                ),
            },
            stream_data=b"BT /F 16 Tf 4 4 Td (%s) Tj ET" % figure.encode(),
        )
        shape = _normal(_drawn(_alone(look), _EM_PX / 16)[0])
        if shape is not None:
            yield figure, shape


def _font(name: str) -> generic.DictionaryObject:
    return generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/Type1"),
            pdf_name("/BaseFont"): pdf_name("/" + name),
        }
    )


def _alone(look: generic.StreamObject) -> bytes:
    """A document whose one page is the appearance."""
    writer = PdfFileWriter(stream_xrefs=False, init_page_tree=True)
    form = writer.add_object(look if look.container_ref is None else writer.import_object(look))
    box = generic.ArrayObject(generic.FloatObject(str(float(number))) for number in look["/BBox"])
    resources = generic.DictionaryObject({pdf_name("/XObject"): generic.DictionaryObject({pdf_name("/Fm"): form})})
    content = writer.add_object(generic.StreamObject(stream_data=b"/Fm Do"))
    page = PageObject(
        contents=content, media_box=generic.ArrayObject(map(generic.FloatObject, box)), resources=resources
    )
    writer.insert_page(page)
    stream = BytesIO()
    writer._update_meta = lambda: None  # type: ignore[method-assign]  # no date: the same appearance, the same bytes
    writer.write(stream)
    return stream.getvalue()


def _drawn(document: bytes, scale: float) -> tuple[Image.Image, tuple[float, float]]:
    """The page, ink white on black, and the point of its lower left corner."""
    try:
        with pypdfium2.PdfDocument(document) as pdf:
            page = pdf[0]
            left, bottom, right, top = page.get_mediabox()
            if (right - left) * (top - bottom) * scale * scale > 1 << 24:
                raise ValueError("an appearance cannot be drawn")
            picture = page.render(scale=scale).to_pil().convert("L")
    except pypdfium2.PdfiumError as exc:
        raise ValueError("an appearance cannot be drawn") from exc
    return picture.point(lambda value: 255 * (value < _DARK)), (left, bottom)
