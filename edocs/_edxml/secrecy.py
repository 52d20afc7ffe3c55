"""No state secret is packed: the files of a message are searched for marks of secrecy before anything is written.

Bí mật nhà nước không gửi qua trục (Decision 28/2018/QĐ-TTg, article 1.2). PDFs and Word documents (.docx) are searched;
of a file that cannot be searched that is said. A mark has force unless a decision to declassify is on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from edocs._edxml.filenames import extension_of
from edocs._edxml.word_lines import read_first_lines
from edocs._pdf.secrecy_marks import look_at_first_page
from edocs.errors import EncryptedError, StateSecretError, UnreadableError, UsageError
from edocs.model import MARKS, Declassification, Reason, Secrecy, marked_degree

__all__ = ["Search", "search_marks"]

_CLAUSE = "Decision 28/2018/QĐ-TTg, article 1.2"
_DECLASSIFIED = "Law 29/2018/QH14, article 22"
_HEAD_BYTES = 1024
_ZIP = b"PK\x03\x04"
_WORD = frozenset({"docx", "docm", "dotx"})
_WHY = {
    "encrypted": "it is encrypted",
    "unreadable": "it cannot be read",
    "no_text": "its first page has no text, as a scanned one has none",
    "too_much": "its first page has more text than is searched",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What the search of all files found."""

    marked: tuple[tuple[str, Secrecy], ...]
    """Name and degree of each file that bears a mark."""
    unsearched: tuple[Reason, ...] = field(default=())
    """Files in which a mark would not have been found."""

    def errors(self, record: Declassification | None, today: date) -> Iterator[StateSecretError | UsageError]:
        """What keeps the files from being packed: marks without a record, a decision that is not made yet."""
        if record and record.on > today:
            yield UsageError(
                "the decision to declassify is of a day that is still to come: {day}",
                hint="correct the date in [declassification]",
                day=record.on.isoformat(),
            )
        for name, degree in () if record else self.marked:
            yield StateSecretError(
                "a state secret is not exchanged electronically: {name} is marked {mark}",
                hint="Decision 28/2018, article 1.2; once declassified: record the decision in [declassification]",
                name=name,
                mark=MARKS[degree],
            )

    def notices(self, record: Declassification | None) -> tuple[Reason, ...]:
        """What whoever packs the files has to know."""
        passed = tuple(_declassified(name, degree, record) for name, degree in self.marked if record)
        return (*passed, *self.unsearched)


def search_marks(files: Iterable[tuple[str, bytes | Path]]) -> Search:
    """Look for marks of secrecy on the first pages of ``files`` (name, and bytes or path).

    Tìm dấu chỉ độ mật. A file that is broken or encrypted is no error here: it becomes a notice.
    """
    marked, unsearched = [], []
    for name, data in files:
        degree, missed = _degree(name, data)
        if degree is not Secrecy.NONE:
            marked.append((name, degree))
        elif missed:
            unsearched.append(_unsearched(name, _WHY[missed]))
    return Search(marked=tuple(marked), unsearched=tuple(unsearched))


def _degree(name: str, data: bytes | Path) -> tuple[Secrecy, str]:
    """The degree that is marked, and why a mark may have been missed: a key of ``_WHY``, or nothing."""
    try:
        head, extension = _head(data), extension_of(name)
        if b"%PDF-" in head or extension == "pdf":
            page = look_at_first_page(data)
            return page.degree, "too_much" if not page.is_whole else "" if page.has_text else "no_text"
        if extension in _WORD or head.startswith(_ZIP):
            return _word_degree(data, is_word=extension in _WORD), ""
    except EncryptedError:
        return Secrecy.NONE, "encrypted"
    except (UnreadableError, OSError):
        return Secrecy.NONE, "unreadable"
    return Secrecy.NONE, ""


def _word_degree(data: bytes | Path, *, is_word: bool) -> Secrecy:
    try:
        return max(map(marked_degree, read_first_lines(data)), key=list(Secrecy).index, default=Secrecy.NONE)
    except UnreadableError:
        if is_word:
            raise
        return Secrecy.NONE  # an archive of another kind


def _head(data: bytes | Path) -> bytes:
    if isinstance(data, bytes):
        return data[:_HEAD_BYTES]
    with data.open("rb") as stream:
        return stream.read(_HEAD_BYTES)


def _declassified(name: str, degree: Secrecy, record: Declassification) -> Reason:
    return Reason(
        rule="edxml.secrecy.declassified",
        clause=_DECLASSIFIED,
        message="{name} is marked {mark}; packed because it was declassified: {decision}, {date}, {agency}, {signer}",
        params={"name": name, "mark": MARKS[degree], **record.as_dict()},
    )


def _unsearched(name: str, why: str) -> Reason:
    return Reason(
        rule="edxml.secrecy.unsearched",
        clause=_CLAUSE,
        message="{name}: not searched for a mark of secrecy: {why}",
        hint="look at it yourself before it is sent",
        params={"name": name, "why": why},
    )
