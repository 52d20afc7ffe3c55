"""Folders of PDFs, each verified on whatever engine is given: a stream of records, in which a failure is a line.

Kiểm tra chữ ký số hàng loạt. It joins :mod:`edocs.verify` and an :class:`edocs.ports.Engine`; what a verdict means is
said there. It looks at names that end in ``.pdf``, not at contents, and not inside archives or envelopes.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from edocs._folders import find_pdfs, regular_size
from edocs.engines.serial import SerialEngine
from edocs.errors import EdocsError
from edocs.model import (
    AuditRecord,
    Limits,
    Loss,
    Reason,
    TrustStore,
    Verdict,
    VerificationOptions,
    VerificationReport,
    policy_of,
)
from edocs.model.limits import loss_reason, size_excess
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
    the stream: what cannot be read is a record with a failure, and what kills the process that reads it has a verdict.

    Args:
        paths: Files, taken whatever their name, and folders, searched by :func:`find_pdfs`.
        trust: As for :func:`edocs.verify.verify_pdf`; without anchors no file passes.
        engine: Where the work is done; None does it here, one file after the other.
            What its ``limits`` allow no verdict on is INDETERMINATE (``limit.*``).

    Raises:
        UnavailableError: The engine cannot start.

    Source: ETSI EN 319 102-1 for the verdict on each file.
    """
    engine = engine or SerialEngine()
    limits: Limits | None = getattr(engine, "limits", None)  # an engine of one's own need not know of any
    task = _Verification(trust=trust, options=options, limits=limits)
    return engine.map(task, find_pdfs(paths), task.lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verification:
    """The task: everything but the path, sent to a worker once."""

    trust: TrustStore | None
    options: VerificationOptions
    limits: Limits | None

    def __call__(self, path: Path) -> AuditRecord:
        start = time.perf_counter()
        record = self._judge(path)
        return replace(record, seconds=time.perf_counter() - start)

    def lost(self, path: Path, loss: Loss) -> AuditRecord:
        return self._given_up(path, loss_reason(loss, self.limits))

    def _given_up(self, path: Path, why: Reason) -> AuditRecord:
        digest, size = _fingerprint(path, self.limits)
        report = VerificationReport(
            verdict=Verdict.INDETERMINATE,
            reasons=(why,),
            policy=policy_of(self.options.policy).name,
            sha256=digest,
            path=str(path),
        )
        return AuditRecord(path=str(path), sha256=digest, size_bytes=size, report=report, policy=report.policy)

    def _judge(self, path: Path) -> AuditRecord:
        try:
            size = regular_size(path)
            if why := size_excess(size, self.limits):
                return self._given_up(path, why)
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
        digest, size = _fingerprint(path, self.limits)
        return AuditRecord(
            path=str(path), sha256=digest, size_bytes=size, failure=failure, policy=policy_of(self.options.policy).name
        )


def _fingerprint(path: Path, limits: Limits | None) -> tuple[str, int]:
    try:
        size = regular_size(path)
        if size_excess(size, limits):
            return "", size
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
