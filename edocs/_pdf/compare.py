"""Two states of one document beside each other, as a reader sees them: text lines and pictures of pages, by PDFium.

So sánh hai trạng thái của văn bản. It shows a difference to people; it decides nothing. Text in appearances of fields
and annotations is in the pictures alone.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from io import BytesIO

import pypdfium2
from PIL import Image, ImageChops

from edocs.errors import NotPdfError
from edocs.model import PageDifference, PagePictures

__all__ = ["compare_pages", "picture_pages"]

_MOST_PAGES = 200
_MOST_LINES = 40
_MOST_LETTERS = 20_000
_LOOK_DPI = 40
_MOST_PIXELS = 4_000_000
_POINTS = 72
_MARK = (214, 40, 28)


def compare_pages(before: bytes, after: bytes, password: str | None = None) -> tuple[int, int, list[PageDifference]]:
    """(pages before, pages after, the pages that differ in text or look), at most the first 200 pages.

    Raises:
        NotPdfError: PDFium cannot open one of them.
    """
    with ExitStack() as stack:
        old, new = (_open(stack, data, password) for data in (before, after))
        found = list(_differences(old, new))
        return len(old), len(new), found


def picture_pages(
    before: bytes, after: bytes, pages: Iterable[int], password: str | None = None, dpi: int = 70
) -> list[PagePictures]:
    """Pictures of ``pages``, counted from 1.

    Raises:
        NotPdfError: PDFium cannot open one of the documents.
    """
    with ExitStack() as stack:
        old, new = (_open(stack, data, password) for data in (before, after))
        return [_pictures(page, _look(old, page, dpi), _look(new, page, dpi)) for page in pages]


def _open(stack: ExitStack, data: bytes, password: str | None) -> pypdfium2.PdfDocument:
    try:
        document = stack.enter_context(pypdfium2.PdfDocument(data, password=password))
        document.init_forms()  # so that fields are drawn as a viewer draws them
    except pypdfium2.PdfiumError as exc:
        raise NotPdfError("PDFium cannot open the document: {why}", why=exc) from exc
    return document


def _differences(old: pypdfium2.PdfDocument, new: pypdfium2.PdfDocument) -> Iterator[PageDifference]:
    for page in range(1, min(max(len(old), len(new)), _MOST_PAGES) + 1):
        lines, later = _lines(old, page), _lines(new, page)
        removed, added = _only(lines, later)
        if removed or added or _differ(_look(old, page, _LOOK_DPI), _look(new, page, _LOOK_DPI)):
            yield PageDifference(page=page, removed=removed, added=added)


def _only(lines: Sequence[str], later: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if lines == later:
        return (), ()
    removed: list[str] = []
    added: list[str] = []
    for kind, start, end, first, last in difflib.SequenceMatcher(None, lines, later, autojunk=False).get_opcodes():
        if kind != "equal":
            removed += lines[start:end]
            added += later[first:last]
    return tuple(removed[:_MOST_LINES]), tuple(added[:_MOST_LINES])


def _lines(document: pypdfium2.PdfDocument, page: int) -> list[str]:
    if page > len(document):
        return []
    try:
        text = document[page - 1].get_textpage().get_text_range(count=-1)[:_MOST_LETTERS]
    except pypdfium2.PdfiumError:
        return []
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _look(document: pypdfium2.PdfDocument, page: int, dpi: int) -> Image.Image | None:
    if page > len(document):
        return None
    try:
        sheet = document[page - 1]
        width, height = sheet.get_size()
        scale = dpi / _POINTS
        if width * height * scale * scale > _MOST_PIXELS:
            scale = (_MOST_PIXELS / (width * height)) ** 0.5
        picture: Image.Image = sheet.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    except (pypdfium2.PdfiumError, ValueError, ZeroDivisionError):
        return None
    return picture


def _differ(old: Image.Image | None, new: Image.Image | None) -> bool:
    if old is None or new is None or old.size != new.size:
        return old is not new
    return ImageChops.difference(old, new).getbbox() is not None


def _pictures(page: int, old: Image.Image | None, new: Image.Image | None) -> PagePictures:
    return PagePictures(page=page, before=_png(old), after=_png(new), difference=_png(_marked(old, new)))


def _marked(old: Image.Image | None, new: Image.Image | None) -> Image.Image | None:
    """The later page, pale, with every pixel that changed in red; the whole page where sizes differ."""
    if new is None:
        return None
    pale = Image.blend(new, Image.new("RGB", new.size, "white"), 0.6)
    if old is None or old.size != new.size:
        return Image.blend(pale, Image.new("RGB", new.size, _MARK), 0.3)
    changed = ImageChops.difference(old, new).convert("L").point(lambda value: 255 if value > 12 else 0)
    return Image.composite(Image.new("RGB", new.size, _MARK), pale, changed)


def _png(picture: Image.Image | None) -> bytes:
    if picture is None:
        return b""
    stream = BytesIO()
    picture.quantize(64).save(stream, "PNG", optimize=True)
    return stream.getvalue()
