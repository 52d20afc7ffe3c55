"""What a reader would see differently: the first page whose look a later revision changed.

Bằng chứng thay đổi. Only asked for once a change has been found unlawful; it explains a verdict and decides none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler

from edocs._pdf.entries import entry
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs.model import Reason
from edocs.model.rules import reason

__all__ = ["explain_change"]

_MOST_PAGES = 1000
_MOST_NODES = 20_000
_DEPTH = 32
# Where and how large a page is shown; inherited values are compared as the page's own.
_GEOMETRY = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit")


def explain_change(reader: PdfFileReader, signed_revision: int, fault: object) -> Reason:
    """The reason to give for an unlawful change after ``signed_revision``.

    Args:
        fault: The finding of the difference analysis, used where no page explains it.
    """
    try:
        before = list(_pages(reader.get_historical_resolver(signed_revision)))
        after = list(_pages(reader))
        if len(before) != len(after):
            return reason("changes.pages", before=len(before), after=len(after))
        for number, (old, new) in enumerate(zip(before, after, strict=True), start=1):
            if old != new:
                return reason("changes.page", page=number)
    except PARSER_FAULTS as exc:
        fault = exc
    what = describe(fault) if isinstance(fault, BaseException) else "not analysed"
    return reason("changes.content", what=what)


def _pages(handler: PdfHandler) -> Iterator[tuple[object, ...]]:
    """The drawn content and the geometry of each page, in order, up to a limit."""
    root = entry(handler.root, "/Pages")
    waiting: list[tuple[object, tuple[str | None, ...], int]] = [(root, (), 0)]
    found = 0
    seen = 0
    while waiting and found < _MOST_PAGES and seen < _MOST_NODES:
        seen += 1
        node, inherited, depth = waiting.pop()
        if not isinstance(node, generic.DictionaryObject) or depth > _DEPTH:
            continue
        own = tuple(
            str(value) if (value := entry(node, key)) is not None else (inherited[index] if inherited else None)
            for index, key in enumerate(_GEOMETRY)
        )
        kids = entry(node, "/Kids")
        if isinstance(kids, generic.ArrayObject):
            waiting += [(kids[index], own, depth + 1) for index in reversed(range(len(kids)))]
        else:
            found += 1
            yield (*own, *_content(node))


def _content(page: generic.DictionaryObject) -> Iterator[bytes]:
    contents = entry(page, "/Contents")
    streams = contents if isinstance(contents, generic.ArrayObject) else [contents]
    for index in range(len(streams)):
        stream = streams[index]
        if isinstance(stream, generic.StreamObject):
            yield hashlib.sha256(stream.data).digest()
