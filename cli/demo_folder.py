"""The folder of a demo: empty before, or left by an earlier one, and never with anything of somebody else's lost.

A list of what the demo wrote stays in the folder. Only what stands on that list is removed by the next one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edocs._files import read_file, write_file
from edocs.errors import OutputError, UnreadableError, UsageError

__all__ = ["demo_folder"]

_LIST = ".edocs-demo.json"
_SCHEMA = "edocs.demo-folder/1"
_PKI = "pki"


@contextmanager
def demo_folder(folder: Path, *, keep: bool) -> Iterator[None]:
    """Make ``folder`` ready for a demo, and list at the end what is in it then, however the block ends.

    Args:
        keep: Leave the keys and certificates of an earlier demo.

    Raises:
        UsageError: It holds what no demo wrote, or is no folder.
        OutputError: It cannot be made or emptied.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError("not a folder: {path}", hint="give a new folder for the demo", path=folder)
    _empty(folder, keep=keep)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise _unwritable(folder, exc) from exc
    try:
        yield
    finally:
        names = sorted(path.relative_to(folder).as_posix() for path in _files(folder))
        text = json.dumps({"schema": _SCHEMA, "files": names}, ensure_ascii=False, indent=1)
        write_file(folder / _LIST, f"{text}\n".encode())


def _empty(folder: Path, *, keep: bool) -> None:
    listed = _listed(folder / _LIST)
    files = [path for path in _files(folder) if path.name != _LIST or path.parent != folder]
    for path in files:
        if path.relative_to(folder).as_posix() not in listed:
            raise UsageError(
                "the folder holds what no demo wrote: {path}", hint="give a new folder for the demo", path=path
            )
    kept = folder / _PKI
    try:
        for path in files:
            if not (keep and kept in path.parents):
                path.unlink()
    except OSError as exc:
        raise _unwritable(folder, exc) from exc


def _files(folder: Path) -> Iterator[Path]:
    """All but folders, at every depth; a link is a file, wherever it leads."""
    if folder.is_dir():
        yield from (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


def _listed(path: Path) -> set[str]:
    try:
        value = json.loads(read_file(path))
    except (UnreadableError, ValueError, RecursionError):
        return set()
    if not isinstance(value, dict) or value.get("schema") != _SCHEMA or not isinstance(value.get("files"), list):
        return set()
    return {str(name) for name in value["files"]}


def _unwritable(folder: Path, exc: OSError) -> OutputError:
    return OutputError(
        "folder cannot be written: {path}: {why}",
        hint="give a new folder for the demo",
        path=folder,
        why=exc.strerror or exc,
    )
