"""The mark of secrecy on the first page of a PDF: words that stand apart and are a mark, and nothing else.

Dấu chỉ độ mật (Decree 30/2020/NĐ-CP, annex I, III.2a and IV, box 10a). A mark may stand anywhere on the page and be
turned: a stamp is put where there is room. Words of a sentence are no mark, whatever they say. A page that was scanned
has no words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from edocs._pdf.words import PageText, Word, read_page
from edocs.model.register import Secrecy
from edocs.model.secrecy import marked_degree

__all__ = ["FirstPage", "look_at_first_page"]

_APART_EM = 1.5
"""More than justified text puts between two words."""
_APART_FACTOR = 2.5
"""How much wider than the gaps in a mark the gap beside it is: letter-spaced headings have wide ones everywhere."""
_OVER_EM = -0.3
"""Words that overlap are no sentence: one is stamped over the other."""
_LONGEST = 80
"""Letters of the longest mark, with its label and a degree of urgency, and some room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPage:
    """What was found on it."""

    degree: Secrecy
    """The highest degree that is marked."""
    has_text: bool
    """False: there is nothing in which a mark could be found."""
    is_whole: bool
    """False: there is so much on it that not all was looked at."""


def look_at_first_page(document: bytes | Path) -> FirstPage:
    """Look for marks of secrecy on the first page of a PDF.

    Args:
        document: Bytes, or the path of a file of any size.

    Raises:
        EncryptedError: It cannot be opened without a password.
        NotPdfError: It is no PDF that PDFium can read.
    """
    page = read_page(document)
    found = [*_marks(page), Secrecy.NONE]
    return FirstPage(
        degree=max(found, key=list(Secrecy).index), has_text=bool(page.words or page.notes), is_whole=page.is_whole
    )


def _marks(page: PageText) -> Iterator[Secrecy]:
    for note in page.notes:
        yield from filter(_is_secret, map(marked_degree, note.splitlines()))
    for line in _lines(page.words):
        degrees = {*filter(_is_secret, map(marked_degree, _apart(line)))}
        if len(degrees) < len(Secrecy) - 1:  # all three side by side are the heads of a table
            yield from degrees


def _is_secret(degree: Secrecy) -> bool:
    return degree is not Secrecy.NONE


def _lines(words: Sequence[Word]) -> Iterator[list[Word]]:
    line: list[Word] = []
    for word in sorted(words, key=lambda item: (item.angle, item.baseline)):
        if line and not word.is_level_with(line[-1]):
            yield sorted(line, key=lambda item: item.start)
            line = []
        line.append(word)
    if line:
        yield sorted(line, key=lambda item: item.start)


def _apart(line: Sequence[Word]) -> Iterator[str]:
    """The texts on a line that stand apart from what is beside them."""
    gaps = [math.inf, *(_gap(before, after) for before, after in pairwise(line)), math.inf]
    edges = [index for index, gap in enumerate(gaps) if gap > _APART_EM or gap < _OVER_EM]
    for place in range(len(edges) - 1):
        yield from _from_edge(line, gaps, edges, place)


def _from_edge(line: Sequence[Word], gaps: Sequence[float], edges: Sequence[int], place: int) -> Iterator[str]:
    """Those that begin at one edge: ever longer, while the gaps in them are no wider than a mark can have."""
    left, text, widest = gaps[edges[place]], "", 0.0
    for at in range(place, len(edges) - 1):
        first, last = edges[at], edges[at + 1]
        if at > place and gaps[first] < _OVER_EM:
            return
        widest = max((widest, *gaps[first + (at == place) : last]))
        text += "".join(word.text for word in line[first:last])
        if len(text) > _LONGEST or not _is_beside(left, widest):
            return
        if _is_beside(gaps[last], widest):
            yield text


def _is_beside(gap: float, widest: float) -> bool:
    """Whether ``gap`` parts two texts, the gaps in one of which are at most ``widest``."""
    return gap < _OVER_EM or gap > _APART_FACTOR * widest


def _gap(before: Word, after: Word) -> float:
    """In em of the smaller."""
    return (after.start - before.end) / (min(before.size, after.size) or 1.0)
