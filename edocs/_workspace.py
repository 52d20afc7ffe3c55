"""Temporary files in the folder where they may stay: each is removed at the end, unless it took a name of its own.

Tệp tạm. Nothing is ever written over: a name that is taken ends in ``OutputError`` (exit 7), but for a file that has
the very bytes, which is left as it is. The folder is made when the first file is.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

from edocs._files import UMASK, not_written, open_input
from edocs.errors import OutputError

__all__ = ["Workspace"]


class Workspace:
    """A context manager; with no folder the files stand in the system's, and none of them can stay."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._made: list[Path] = []
        self._files: dict[Path, BinaryIO] = {}

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for path, file in self._files.items():
            file.close()
            with suppress(OSError):
                path.unlink()
        for folder in self._made:
            with suppress(OSError):  # it is used
                folder.rmdir()

    def create(self) -> BinaryIO:
        """An empty file, to be written.

        Raises:
            OutputError: The folder or the disk refuses.
        """
        try:
            self._make_folder()
            handle, name = tempfile.mkstemp(prefix=".edocs.", suffix=".part", dir=self._folder)
        except OSError as exc:
            raise not_written(self._folder or Path(tempfile.gettempdir()), exc) from exc
        os.close(handle)
        file = Path(name).open("r+b")  # noqa: SIM115 - closed by finish, or at the end
        self._files[Path(name)] = file
        return file

    def finish(self, file: BinaryIO) -> None:
        """Nothing more will be written to ``file``."""
        file.close()

    def open(self, file: BinaryIO) -> AbstractContextManager[BinaryIO]:
        """A file that was finished, from its beginning."""
        return cast("BinaryIO", Path(file.name).open("rb"))  # of the stubs' BufferedReader no more is used

    def discard(self, file: BinaryIO) -> None:
        """``file`` is of no use any more."""
        file.close()
        with suppress(OSError):
            Path(file.name).unlink()
        self._files.pop(Path(file.name), None)

    def keep(self, files: Mapping[Path, tuple[Path, str]]) -> None:
        """Give temporary files names of their own.

        Args:
            files: The temporary file's path to the path that it gets, and the SHA-256 of its bytes.

        Raises:
            OutputError: Another file stands at one of the paths, and none was taken; or the disk refuses.
        """
        fresh = {source: target for source, (target, sha256) in files.items() if not _is_there(source, target, sha256)}
        for source, target in fresh.items():
            try:
                _settle(source)
                _take_name(source, target)
            except FileExistsError as exc:
                raise _taken(target) from exc
            except OSError as exc:
                raise not_written(target, exc) from exc
            self._files.pop(source, None)

    def _make_folder(self) -> None:
        if self._folder is None or self._folder.is_dir():
            return
        missing = [self._folder]
        while not missing[-1].parent.exists():
            missing.append(missing[-1].parent)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._made = missing


def _taken(path: Path) -> OutputError:
    return OutputError("another file stands there: {path}", hint="choose an empty folder with -o", path=path)


def _is_there(source: Path, target: Path, sha256: str) -> bool:
    """Whether the bytes stand at ``target`` already; other ones there are left alone and stop the work."""
    if not target.exists() and not target.is_symlink():
        return False
    if target.is_file() and not target.is_symlink() and target.stat().st_size == source.stat().st_size:
        hashed = hashlib.sha256()
        with open_input(target) as stream:
            while block := stream.read(1 << 18):
                hashed.update(block)
        if hashed.hexdigest() == sha256:
            return True
    raise _taken(target)


def _settle(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
    path.chmod(0o666 & ~UMASK)  # mkstemp makes files for the owner alone


def _take_name(source: Path, target: Path) -> None:
    """Rename, but never over another file, not even one that appears at this moment."""
    try:
        target.hardlink_to(source)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if target.exists() or target.is_symlink():
            raise FileExistsError(str(target)) from None
        source.rename(target)
        return
    source.unlink()
