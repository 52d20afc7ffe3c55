"""The first lines of a Word document: its headers, its text boxes and what its first page holds.

Tệp .docx (ISO/IEC 29500-1, 17.2 and 17.3). Paragraphs, line breaks and tabs end a line. Styles are not looked up, and
pages are not laid out: the first letters of the text stand for the first page.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path

from edocs._edxml.attachments import ZIP_ERRORS
from edocs.errors import UnreadableError

__all__ = ["read_first_lines"]

MAX_PART_BYTES = 16 * 1024 * 1024
PAGE_LETTERS = 4000
"""More than the first page of an official document holds."""
_MAIN = "word/document.xml"
_HEADER = re.compile(r"word/header[0-9]{0,3}\.xml")
_TOKEN = re.compile(
    r"<w:t(?:\s[^<>]*)?>(?P<text>[^<]*)</w:t>"
    r"|(?P<capitals><w:caps(?:\s+w:val=\"(?:1|true|on)\")?\s*/>)"
    r"|(?P<plain></w:r>)"
    r"|</?w:(?:p|br|cr|tab)(?:\s[^<>]*)?/?>"
)


def read_first_lines(document: bytes | Path) -> list[str]:
    """The lines of the headers and of the first page; of another office format, none.

    Args:
        document: Bytes, or the path of a file of any size.

    Raises:
        UnreadableError: Not a ZIP, damaged or encrypted, or a part of more than ``MAX_PART_BYTES``.
    """
    try:
        with zipfile.ZipFile(BytesIO(document) if isinstance(document, bytes) else document) as archive:
            names = archive.namelist()
            if _MAIN not in names:
                return []
            parts = [_part(archive, name) for name in (*filter(_HEADER.fullmatch, names), _MAIN)]
    except ZIP_ERRORS as exc:
        raise UnreadableError("Word document cannot be read: {why}", why=exc) from exc
    return [line for part in parts for line in _lines(part)]


def _part(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as stream:
        data = stream.read(MAX_PART_BYTES + 1)
    if len(data) > MAX_PART_BYTES:
        raise ValueError(f"{name} is larger than {MAX_PART_BYTES} bytes")
    return data.decode("utf-8")


def _lines(part: str) -> Iterator[str]:
    line, is_capitals, count = "", False, 0
    for token in _TOKEN.finditer(part):
        if token["text"] is not None:
            text = unescape(token["text"])
            line += text.upper() if is_capitals else text
        elif token["capitals"]:
            is_capitals = True
        elif token["plain"]:
            is_capitals = False
        else:
            yield line
            count += len(line)
            line = ""
            if count > PAGE_LETTERS:
                return
    yield line
