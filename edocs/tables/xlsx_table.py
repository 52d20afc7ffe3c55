"""A register as a workbook: its sheets, row by row, with the values that its formulas had when it was saved.

Sổ đăng ký dạng bảng tính (ECMA-376, Office Open XML). Read through openpyxl. Before that the archive is looked at: how
large it would become, and that no part declares entities. Its shared strings are held in memory, within a limit.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Protocol
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from edocs._files import open_input
from edocs.errors import EncryptedError, MissingExtraError, UnreadableError
from edocs.model.headings import ColumnRules, find_head
from edocs.model.table import Row, Sheet
from edocs.model.verdict import Reason
from edocs.model.written import EPOCH_1900, EPOCH_1904, Cell

__all__ = ["open_xlsx"]

_MEBIBYTE = 1 << 20
_LARGEST = 2048 * _MEBIBYTE
"""Bytes that all parts may have when unpacked: a sheet of a million full lines has about 400 MiB."""
_LARGEST_STRINGS = 384 * _MEBIBYTE
_STEEP, _STEEP_FROM = 400, 16 * _MEBIBYTE
"""How many times its packed size a part may have, once it is large; registers have 5 to 30."""
_PARTS = 10_000
_ROWS, _COLUMNS = 1_048_576, 128
_ROWS_AT_ONCE = 200
_FIRST_ROWS = 60
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FAULTS = (BadZipFile, ParseError, zlib.error, EOFError, OSError, ValueError, KeyError, IndexError, TypeError)
_MORE_FAULTS = (AttributeError, NotImplementedError, RuntimeError, SyntaxError, OverflowError)


class _Worksheet(Protocol):
    title: str
    sheet_state: str

    def reset_dimensions(self) -> None: ...
    def iter_rows(self, *, max_row: int, max_col: int, values_only: bool) -> Iterator[Sequence[Cell]]: ...


@contextmanager
def open_xlsx(path: Path, rules: ColumnRules) -> Iterator[tuple[Sheet, ...]]:
    """The worksheets of a workbook, in order; hidden ones too, which is said.

    Raises:
        MissingExtraError: openpyxl is not installed.
        UnreadableError: No workbook of this kind, damaged, or made to fill the memory.
        EncryptedError: It has a password.
    """
    try:
        import openpyxl  # noqa: PLC0415 - an extra
    except ImportError as exc:
        raise MissingExtraError(
            "workbooks cannot be read: the package openpyxl is not installed", hint="pip install edocs[xlsx]"
        ) from exc
    with open_input(path) as stream:
        _require_sound(path)
        with _translated(path):
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        try:
            epoch = EPOCH_1904 if book.epoch.year == EPOCH_1904.year else EPOCH_1900
            yield tuple(_sheet(sheet, rules, path, epoch) for sheet in book.worksheets)
        finally:
            book.close()


def _sheet(sheet: _Worksheet, rules: ColumnRules, path: Path, epoch: date) -> Sheet:
    sheet.reset_dimensions()  # what the file says of its size need not be true
    rows = _rows(sheet, path)
    first = list(islice(rows, _FIRST_ROWS))
    assumptions = () if sheet.sheet_state == "visible" else (_hidden(sheet.title),)
    return Sheet(
        rows=chain(first, rows),
        head=find_head([row.cells for row in first], rules),
        name=sheet.title,
        epoch=epoch,
        assumptions=assumptions,
    )


def _rows(sheet: _Worksheet, path: Path) -> Iterator[Row]:
    # Rows beyond the format's last are not there: a file that names one would be counted up to it.
    source = sheet.iter_rows(max_row=_ROWS, max_col=_COLUMNS, values_only=True)
    line, empty = 0, 0
    while True:
        with _translated(path, line):
            rows = list(islice(source, _ROWS_AT_ONCE))
        for cells in rows:
            line += 1
            if not any(cell not in (None, "") for cell in cells):
                empty += 1  # given out with the next filled row: those below the last are no part of the table
                continue
            yield from (Row(line=line - empty + before) for before in range(empty))
            empty = 0
            yield Row(line=line, cells=tuple(cells))
        if len(rows) < _ROWS_AT_ONCE:
            return


def _require_sound(path: Path) -> None:
    """Go on only with an archive that stays within limits and has no document type declarations."""
    with open_input(path) as stream:
        if stream.read(len(_OLE)) == _OLE:
            raise EncryptedError(
                "{path} has a password, or is of Excel before 2007", hint="save it as .xlsx without one", path=path
            )
    with _translated(path), ZipFile(path) as archive:
        parts = archive.infolist()
        if "[Content_Types].xml" not in archive.NameToInfo:
            raise UnreadableError("no workbook: {path}", hint="save it as .xlsx", path=path)
        steep = [one for one in parts if one.file_size > max(_STEEP_FROM, _STEEP * one.compress_size)]
        strings = sum(one.file_size for one in parts if one.filename.casefold().endswith("sharedstrings.xml"))
        large = sum(one.file_size for one in parts) > _LARGEST or strings > _LARGEST_STRINGS
        if steep or large or len(parts) > _PARTS:
            raise UnreadableError(
                "{path} would become too large when unpacked", hint="save the sheet as CSV", path=path
            )
        for one in parts:
            if one.filename.casefold().endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.open(one).read(
                _MEBIBYTE
            ):
                raise UnreadableError(
                    "{path} declares entities, which no workbook does", hint="save it again", path=path
                )


@contextmanager
def _translated(path: Path, line: int = 0) -> Iterator[None]:
    """openpyxl raises whatever it stumbles over."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts of a workbook that are not read here
            yield
    except (*_FAULTS, *_MORE_FAULTS) as exc:
        if line:
            raise UnreadableError(
                "workbook {path} is damaged after row {line}: {why}",
                hint="open it, save it again, and import it again: what is entered stays",
                path=path,
                line=line,
                why=exc,
            ) from exc
        raise UnreadableError(
            "workbook cannot be read: {path}: {why}", hint="save it as .xlsx", path=path, why=exc
        ) from exc


def _hidden(name: str) -> Reason:
    return Reason(
        rule="import.reading",
        clause="docs/registry.md",
        message="sheet {sheet} is hidden, and read",
        params={"sheet": name},
    )
