"""Reading inputs and writing outputs so that nothing is ever half written.

An output gets a temporary name in the same folder, is synced, and takes its own name last; an input is never changed
in place. Errors of the operating system become ``UnreadableError`` (exit 4) and ``OutputError`` (exit 7).
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from edocs.errors import OutputError, UnreadableError

__all__ = [
    "UMASK",
    "not_written",
    "open_input",
    "open_output",
    "open_output_folder",
    "open_steady",
    "read_file",
    "require_free",
    "require_other",
    "write_file",
]

# Reading the umask means setting it, for every thread of the process: so once, before there are threads.
UMASK = os.umask(0)
os.umask(UMASK)


def read_file(path: Path) -> bytes:
    """The bytes of ``path``.

    Raises:
        UnreadableError: It does not exist, is a folder, may not be read, or was written to meanwhile: half of it could
            be of one document and half of another.
    """
    try:
        with path.open("rb") as stream:
            before = os.fstat(stream.fileno())
            data = stream.read()
            after = os.fstat(stream.fileno())
    except FileNotFoundError as exc:
        raise UnreadableError("file not found: {path}", hint="check the name", path=path) from exc
    except OSError as exc:
        raise UnreadableError("file cannot be read: {path}: {why}", path=path, why=exc.strerror or exc) from exc
    except MemoryError as exc:
        raise UnreadableError("file cannot be read: {path}: {why}", path=path, why="not enough memory") from exc
    if _state(before) != _state(after) or (stat.S_ISREG(after.st_mode) and len(data) != after.st_size):
        raise UnreadableError(
            "file changed while it was read: {path}", hint="wait until it is written, and try again", path=path
        )
    return data


def _state(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


@contextmanager
def open_input(path: Path) -> Iterator[BinaryIO]:
    """A stream over ``path``, for files that are better not read whole.

    Raises:
        UnreadableError: As :func:`read_file`, when it is opened.
    """
    try:
        stream = path.open("rb")
    except FileNotFoundError as exc:
        raise UnreadableError("file not found: {path}", hint="check the name", path=path) from exc
    except OSError as exc:
        raise UnreadableError("file cannot be read: {path}: {why}", path=path, why=exc.strerror or exc) from exc
    with stream:
        yield stream


@contextmanager
def open_steady(path: Path) -> Iterator[BinaryIO]:
    """A stream over ``path`` that can be read at any place, for a file that nobody may write to meanwhile.

    Raises:
        UnreadableError: As :func:`open_input`; it is no regular file; or, at the end, it was written to.
    """
    with open_input(path) as stream:
        before = os.fstat(stream.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise UnreadableError("not an ordinary file: {path}", hint="copy its content to a file", path=path)
        yield stream
        if _state(before) != _state(os.fstat(stream.fileno())):
            raise UnreadableError(
                "file changed while it was read: {path}", hint="wait until it is written, and try again", path=path
            )


@contextmanager
def open_output(path: Path, inputs: Iterable[Path] = ()) -> Iterator[BinaryIO]:
    """A stream that becomes ``path`` only when the block ends well; else what stood there before stays whole.

    Args:
        inputs: Files that must not be the output.

    Raises:
        OutputError: ``path`` is one of ``inputs``, or the folder or the disk refuses.
    """
    require_other(path, inputs)
    temporary: Path | None = None
    try:
        try:
            handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent or ".")
            temporary = Path(name)
            with os.fdopen(handle, "w+b") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            _take_name(temporary, path)
            temporary = None
        except BrokenPipeError:
            raise  # never of this file: whoever reads another stream of the caller's has gone
        except OSError as exc:
            raise not_written(path, exc) from exc
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


@contextmanager
def open_output_folder(path: Path, *, mark: str, force: bool = False) -> Iterator[Path]:
    """An empty folder that becomes ``path`` only when the block ends well; else what stood there before stays whole.

    Args:
        mark: The file by which a folder is known as one that was written so before: no other is ever replaced.
        force: Replace such a folder.

    Raises:
        OutputError: Something stands there that is not to be replaced, or the folder or the disk refuses.
    """
    if path.exists() and not (force and (path / mark).is_file()):
        raise OutputError(
            "another folder stands there: {path}",
            hint="choose another name with -o; --force replaces an export",
            path=path,
        )
    try:
        with tempfile.TemporaryDirectory(
            prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent, ignore_cleanup_errors=True
        ) as work:
            new, old = Path(work, "new"), Path(work, "old")
            new.mkdir()
            yield new
            if path.exists():
                path.rename(old)
            try:
                new.rename(path)
            except OSError:
                if old.exists():
                    old.rename(path)  # else it would go with the temporary folder
                raise
    except BrokenPipeError:
        raise  # never of this folder
    except OSError as exc:
        raise not_written(path, exc) from exc


def not_written(path: Path, exc: OSError) -> OutputError:
    """The error of an output that the system refuses."""
    return OutputError(
        "output cannot be written: {path}: {why}",
        hint="check that the folder exists, is writable and has room",
        path=path,
        why=exc.strerror or exc,
    )


def require_free(
    path: Path, *, force: bool = False, hint: str = "choose another name with -o, or give --force"
) -> None:
    """Go on only where no file stands at ``path``, or it may be written over.

    Args:
        hint: What to do where one does.

    Raises:
        OutputError: One does, and it may not.
    """
    if not force and path.exists():
        raise OutputError("another file stands there: {path}", hint=hint, path=path)


def require_other(path: Path, inputs: Iterable[Path]) -> None:
    """Go on only where ``path`` is none of ``inputs``.

    Raises:
        OutputError: It is one.
    """
    for source in inputs:
        if _same_file(source, path):
            raise OutputError("output is the input: {path}", hint="choose another name with -o", path=path)


def write_file(path: Path, data: bytes, inputs: Iterable[Path] = ()) -> None:
    """Write ``data`` to ``path``, whole or not at all.

    Raises:
        OutputError: As :func:`open_output`.
    """
    with open_output(path, inputs) as stream:
        stream.write(data)


def _take_name(temporary: Path, path: Path) -> None:
    # mkstemp makes files for the owner alone; an output has the rights that the user's umask gives any new file.
    temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~UMASK)
    temporary.replace(path)


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one.absolute() == other.absolute()
