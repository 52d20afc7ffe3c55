"""A register as text: which encoding and separator, and its rows, one after the other at bounded memory.

Tệp văn bản có dấu phân cách. UTF-8 with or without a mark, UTF-16, windows-1258. The separator is the one with which
the head row is understood best. A quotation mark that is never closed costs one line, not the rest of the file.
"""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from edocs._files import open_input
from edocs.errors import UnreadableError
from edocs.model.headings import ColumnRules, Head, find_head
from edocs.model.import_rules import refusal
from edocs.model.table import Row, Sheet
from edocs.model.verdict import Reason

__all__ = ["open_csv"]

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BLOCK, _SAMPLE = 1 << 20, 400
_LONGEST_LINE = 1 << 20
"""Characters of one line. Longer ones are no register's, and would have to be held whole."""
_LINES_OF_A_ROW = 40
"""A row in more lines than this has a quotation mark that is not closed."""
_FIRST_ROWS = 60
_CLAUSE = "docs/registry.md"


@contextmanager
def open_csv(path: Path, rules: ColumnRules) -> Iterator[Sheet]:
    """The table in a text file.

    Raises:
        UnreadableError: It cannot be read, has no encoding that is known, or a line without end.
    """
    encoding = _encoding(path)
    with open_input(path) as stream:
        text = TextIOWrapper(stream, encoding=encoding, newline="")
        said, first = _first_line(text)
        separator, head = (said, _head(path, encoding, said, rules)) if said else _best(path, encoding, rules)
        assumptions = [_assumed("read as {encoding}", encoding=encoding)]
        if not said:
            assumptions.append(_assumed("cells parted by {separator}", separator=_SEPARATORS[separator]))
        text.seek(0)
        if head is not None and said:
            head = replace(head, skipped=head.skipped + 1)
        yield Sheet(
            rows=_rows(_lines(text, path), separator, skip=first if said else ""),
            head=head,
            assumptions=tuple(assumptions),
        )
        text.detach()


def _encoding(path: Path) -> str:
    """By the mark at the beginning; without one UTF-16 by its zero bytes, then UTF-8 if all of it is, else 1258.

    All of the file is looked at before the first row is entered: a fault at its end is not found half-way.
    """
    with open_input(path) as stream:
        block = stream.read(_SAMPLE)
    likely = [encoding for mark, encoding in _MARKS if block.startswith(mark)]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if block[start::2].count(0) > len(block) // 6:
            likely.append(encoding)
    likely = likely[:1] or ["utf-8", "cp1258"]
    why: UnicodeError | None = None
    for encoding in likely:
        try:
            _decode(path, encoding)
            return encoding
        except UnicodeError as exc:
            why = why or exc
    raise UnreadableError(
        "{path} has characters that are no text: {why}", hint="save it as CSV in UTF-8", path=path, why=why
    )


def _decode(path: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    with open_input(path) as stream:
        while block := stream.read(_BLOCK):
            decoder.decode(block)
    decoder.decode(b"", final=True)


def _first_line(text: TextIO) -> tuple[str, str]:
    """The separator that the first line states, as Excel writes it (``sep=;``), and that line."""
    first = text.readline(_LONGEST_LINE)
    stated = first.strip().removeprefix("sep=")
    return (stated, first) if first.startswith("sep=") and stated in _SEPARATORS else ("", "")


def _best(path: Path, encoding: str, rules: ColumnRules) -> tuple[str, Head | None]:
    """The separator with which most columns of a head are known."""
    heads = {separator: _head(path, encoding, separator, rules) for separator in _SEPARATORS}
    best = max(heads, key=lambda separator: _known(heads[separator]))
    return best, heads[best]


def _head(path: Path, encoding: str, separator: str, rules: ColumnRules) -> Head | None:
    with open_input(path) as stream:
        text = TextIOWrapper(stream, encoding=encoding, newline="")
        said, first = _first_line(text)
        text.seek(0)
        rows = _rows(_lines(text, path), separator, skip=first if said else "")
        first_rows = [row.cells for row, _ in zip(rows, range(_FIRST_ROWS), strict=False)]
        text.detach()
    return find_head(first_rows[1:] if said else first_rows, rules)


def _known(head: Head | None) -> int:
    return 0 if head is None else 100 * len(head.places) + len(head.names)


def _lines(text: TextIO, path: Path) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise UnreadableError("a line of {path} has no end", hint="this is no table", path=path)
        yield line


def _rows(lines: Iterator[str], separator: str, skip: str = "") -> Iterator[Row]:
    """Every row; one whose quotation marks do not match is its first line alone, and reading goes on behind it."""
    source = _Pushed(lines)
    number = 0
    if skip:
        number = 1
        next(source, None)
        yield Row(line=1, cells=(skip.strip(),))
    while True:
        taken: list[str] = []
        parser = csv.reader(_bounded(source, taken), delimiter=separator, strict=True)
        try:
            # One reader for each row: a mistake cannot reach further.
            cells = next(parser)
        except StopIteration:
            return
        except csv.Error:
            source.push(taken[1:])
            number += 1
            yield Row(line=number, cells=(taken[0].strip(),), failure=refusal("import.quote"))
            continue
        yield Row(line=number + 1, cells=tuple(cells))
        number += len(taken)


def _bounded(source: Iterator[str], taken: list[str]) -> Iterator[str]:
    for line in source:
        taken.append(line)
        yield line
        if len(taken) >= _LINES_OF_A_ROW:
            return


class _Pushed(Iterator[str]):
    """Lines of which some can be put back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: deque[str] = deque()

    def push(self, lines: Sequence[str]) -> None:
        """Put ``lines`` in front of what is left."""
        self._back.extendleft(reversed(lines))

    def __next__(self) -> str:
        return self._back.popleft() if self._back else next(self._lines)


def _assumed(message: str, **params: str) -> Reason:
    return Reason(rule="import.reading", clause=_CLAUSE, message=message, params=params)
