"""Which files are meant: those that are named, and the PDFs in folders. It looks at names and never into a file.

Tìm tệp trong thư mục. Not inside archives or envelopes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from edocs.errors import UnreadableError

__all__ = ["find_pdfs", "regular_size"]

_Place = tuple[int, int]


def find_pdfs(paths: Iterable[Path], on_repeat: Callable[[Path], None] | None = None) -> Iterator[Path]:
    """The files among ``paths``, and every ``*.pdf`` (in any case) in the folders among them, in order of name.

    A folder is entered once, however many links lead to it, and a file is given out once, however often it is named.
    A folder that cannot be listed is itself given out, so that it becomes a line and not a silent gap.

    Args:
        on_repeat: Told of a file that is named again.
    """
    entered: set[_Place] = set()
    named: set[tuple[_Place | None, str]] = set()
    for path in paths:
        if _is_folder(path):
            yield from (file for file in _search(path, entered) if not named or _key(file) not in named)
            continue
        key = _key(path)
        if key in named or (key[0] in entered and key[1].lower().endswith(".pdf") and os.path.lexists(path)):
            if on_repeat is not None:
                on_repeat(path)
            continue
        named.add(key)
        yield path


def regular_size(path: Path) -> int:
    """The size of an ordinary file, in bytes.

    Raises:
        UnreadableError: It is not there, or is none.
    """
    try:
        status = path.stat()
    except FileNotFoundError as exc:
        raise UnreadableError("file not found: {path}", hint="check the name", path=path) from exc
    except (OSError, ValueError) as exc:  # ValueError: a name with a NUL, from a list
        why = exc.strerror if isinstance(exc, OSError) else exc
        raise UnreadableError(
            "file cannot be read: {path}: {why}", hint="check its permissions", path=path, why=why or exc
        ) from exc
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableError("folder cannot be listed: {path}", hint="check its permissions", path=path)
    if not stat.S_ISREG(status.st_mode):  # a named pipe would be waited for without end
        raise UnreadableError("not an ordinary file: {path}", hint="copy its content to a file", path=path)
    return status.st_size


def _key(path: Path) -> tuple[_Place | None, str]:
    """What two spellings of one place have in common."""
    try:
        status = path.parent.stat()
    except (OSError, ValueError):
        return None, str(path)
    return (status.st_dev, status.st_ino), path.name


def _search(top: Path, entered: set[_Place]) -> Iterator[Path]:
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            yield folder
            continue
        folders = [folder / entry.name for entry in entries if _is_folder(entry)]
        waiting.extend(reversed(folders))
        yield from (
            folder / entry.name for entry in entries if entry.name.lower().endswith(".pdf") and not _is_folder(entry)
        )


def _is_folder(entry: os.DirEntry[str] | Path) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, a name that is too long: read as a file, it becomes a line
        return False
