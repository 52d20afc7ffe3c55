"""What became of the lines of an import, as CSV or JSON Lines, written while they come."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import BinaryIO

from edocs.model.imported import ImportedLine

__all__ = ["import_csv_writer", "import_jsonl_writer", "imported_object"]

_HEAD = ("sheet", "line", "outcome", "rule", "message", "hint", "code", "date", "agency", "key", "assumed", "text")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def imported_object(line: ImportedLine, lang: str) -> Mapping[str, object]:
    """One line as the JSON contract has it."""
    document, failure = line.document, line.failure
    return {
        "schema": "edocs.import_line/1",
        "sheet": line.sheet or None,
        "line": line.line,
        "outcome": line.outcome.value,
        "rule": line.rule or None,
        "message": failure.message(lang) if failure else None,
        "hint": failure.hint(lang) if failure else None,
        "code": document.code_text if document else None,
        "date": document.issued_on.isoformat() if document else None,
        "agency": document.agency.id if document else None,
        "key": str(document.key) if document else None,
        "assumed": sorted({note.rule for note in line.notes}),
        "text": line.text or None,
    }


def import_csv_writer(stream: BinaryIO, lang: str) -> Callable[[ImportedLine], None]:
    """Write the head; each line given to what comes back is written too. In the dialect of ``report_csv``."""
    separator = ";" if lang == "vi" else ","
    stream.write(b"\xef\xbb\xbf" + _csv_line(_HEAD, separator))

    def write(line: ImportedLine) -> None:
        values = imported_object(line, lang)
        cells = ["" if (value := values[name]) is None else value for name in _HEAD]
        shown = [", ".join(cell) if isinstance(cell, list) else str(cell) for cell in cells]
        stream.write(_csv_line([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in shown], separator))

    return write


def import_jsonl_writer(stream: BinaryIO, lang: str) -> Callable[[ImportedLine], None]:
    """Each line given to what comes back is written as one JSON object."""

    def write(line: ImportedLine) -> None:
        stream.write(json.dumps(imported_object(line, lang), ensure_ascii=False).encode() + b"\n")

    return write


def _csv_line(cells: object, separator: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerow(cells)  # type: ignore[arg-type]  # a sequence
    return text.getvalue().encode()
