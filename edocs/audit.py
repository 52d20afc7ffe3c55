"""Folders of PDFs, each verified on whatever engine is given: a stream of records, in which a failure is a line.

Kiểm tra chữ ký số hàng loạt. It joins :mod:`edocs.verify` and an :class:`edocs.ports.Engine`; what a verdict means is
said there. It looks at names that end in ``.pdf``, not at contents, and not inside archives or envelopes.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from edocs.engines.serial import SerialEngine
from edocs.errors import EdocsError, UnreadableError
from edocs.model import AuditRecord, Reason, TrustStore, VerificationOptions, policy_of
from edocs.ports import Engine
from edocs.verify import verify_pdf

__all__ = ["audit_pdfs", "find_pdfs"]

_CLAUSE = "docs/audit.md"  # no standard speaks of a file that the system does not give out


def audit_pdfs(
    paths: Iterable[Path],
    trust: TrustStore | None = None,
    options: VerificationOptions = VerificationOptions(),  # noqa: B008 - frozen
    engine: Engine | None = None,
) -> Iterator[AuditRecord]:
    """Verify every PDF at and below ``paths``, one record each, in no order.

    Kiểm tra hàng loạt: lazy at both ends, so a million files need the memory of a few. Nothing that a file does ends
    the stream: what cannot be read, and what kills the process that reads it, is a record with a failure.

    Args:
        paths: Files, taken whatever their name, and folders, searched by :func:`find_pdfs`.
        trust: As for :func:`edocs.verify.verify_pdf`; without anchors no file passes.
        engine: Where the work is done; None does it here, one file after the other.

    Raises:
        UnavailableError: The engine cannot start.

    Source: ETSI EN 319 102-1 for the verdict on each file.
    """
    task = _Verification(trust=trust, options=options)
    return (engine or SerialEngine()).map(task, find_pdfs(paths), task.lost)


def find_pdfs(paths: Iterable[Path]) -> Iterator[Path]:
    """The files among ``paths``, and every ``*.pdf`` (in any case) in the folders among them, in order of name.

    A folder is entered once, however many links lead to it. One that cannot be listed is itself given out, so that it
    becomes a line and not a silent gap.
    """
    entered: set[tuple[int, int]] = set()
    for path in paths:
        if _is_folder(path):
            yield from _search(path, entered)
        else:
            yield path


def _search(top: Path, entered: set[tuple[int, int]]) -> Iterator[Path]:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verification:
    """The task: everything but the path, sent to a worker once."""

    trust: TrustStore | None
    options: VerificationOptions

    def __call__(self, path: Path) -> AuditRecord:
        start = time.perf_counter()
        record = self._judge(path)
        return replace(record, seconds=time.perf_counter() - start)

    def lost(self, path: Path) -> AuditRecord:
        return self._failed(
            path,
            Reason(
                rule="audit.worker_died",
                clause=_CLAUSE,
                message="the process that verified the file died, twice",
                hint="verify the file alone, with more memory; report it if it dies again",
            ),
        )

    def _judge(self, path: Path) -> AuditRecord:
        try:
            size = _regular_size(path)
            report = replace(verify_pdf(path, self.trust, self.options), path=str(path))
        except EdocsError as error:
            return self._failed(path, _unreadable(error))
        except Exception as error:  # noqa: BLE001 - the batch worker's edge: a defect costs one line, not the batch
            return self._failed(path, _defect(error))
        return AuditRecord(
            path=str(path),
            sha256=report.sha256,
            size_bytes=size,
            report=report,
            policy=policy_of(self.options.policy).name,
        )

    def _failed(self, path: Path, failure: Reason) -> AuditRecord:
        digest, size = _fingerprint(path)
        return AuditRecord(
            path=str(path), sha256=digest, size_bytes=size, failure=failure, policy=policy_of(self.options.policy).name
        )


def _regular_size(path: Path) -> int:
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


def _fingerprint(path: Path) -> tuple[str, int]:
    try:
        size = _regular_size(path)
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest(), size
    except (OSError, EdocsError):
        return "", 0


def _unreadable(error: EdocsError) -> Reason:
    return Reason(
        rule="file.unreadable", clause=_CLAUSE, message=error.template, hint=error.hint_template, params=error.params
    )


def _defect(error: Exception) -> Reason:
    return Reason(
        rule="audit.defect",
        clause=_CLAUSE,
        message="internal error ({kind}): this is a defect of edocs",
        hint="report it, with the file if you may",
        params={"kind": type(error).__name__},
    )
