"""Many files signed with one key: a stream of records, in which a failure is a line.

Ký số hàng loạt. It joins :mod:`edocs.sign`, files, and an :class:`edocs.ports.Engine`. The key is opened once, by the
caller; its certificate is pinned for the batch. Outputs appear whole or not at all, so that a batch that was killed can
be resumed: what is there and signed is left alone. What a signature states is the spec's; the same for every file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from edocs._files import open_input, open_output, read_file, require_free, write_file
from edocs._pades.done import is_signed_copy
from edocs._pades.large import needs_no_text, sign_stream
from edocs.errors import (
    CertificateRefusedError,
    EdocsError,
    NotPdfError,
    SecretError,
    SignatureValueError,
    UnavailableError,
    UsageError,
)
from edocs.model import Level, Loss, SignatureSpec
from edocs.ports import Engine, Evidence, Signer
from edocs.sign import PreparedSignature, finish_pdf, plan_issue, prepare_pdf, repair_pdf, sign_pdf

__all__ = ["LARGE_BYTES", "BatchOptions", "SigningJob", "SigningRecord", "repaired_path", "sign_pdfs"]

LARGE_BYTES = 32 << 20
"""From that size on a file is signed without reading it whole, at B-B, unless its text or a resumed batch needs it."""

_MOST_AT_ONCE = 64
_MOST_BYTES_AT_ONCE = 64 << 20
_THREADS = 16  # they wait for services; the cores are used by engines


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningJob:
    """One file of a batch (một tệp cần ký)."""

    source: Path
    target: Path
    """Written whole or not at all; never ``source``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRecord:
    """What became of one file (kết quả ký một tệp)."""

    source: Path
    target: Path
    failure: EdocsError | None = None
    """Why ``target`` was not written; all that follows is empty then."""
    is_skipped: bool = False
    """``target`` was there already, signed with this certificate over ``source``."""
    field: str = ""
    """Name of the signature field; empty where skipped."""
    level: Level | None = None
    """Reached; None where skipped."""
    signed_at: datetime | None = None
    """Aware; None where skipped."""
    certificate_sha256: str = ""
    sha256_before: str = ""
    sha256_after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """How a batch runs (cách thực hiện)."""

    evidence: Evidence = field(default_factory=Evidence)
    stop_on_error: bool = False
    """Begin no other file after a failure; those under way are finished."""
    resume: bool = False
    """Skip a file whose target is signed already."""
    force: bool = False
    """Write over a target that exists: it may be an original that somebody has signed."""
    repair: bool = False
    """Rebuild a damaged file that is not signed, as :func:`repaired_path` beside the target, and sign that."""
    engine: Engine | None = None
    """Processes to sign in, for keys in files, at level B-B; records come in no order."""
    reopen: Callable[[], Signer] | None = None
    """Opens the key once in each process of ``engine``; picklable. See ``edocs.connect.SignerRecipe``."""
    clock: Callable[[], datetime] | None = None
    """Aware; None: the system's."""


def sign_pdfs(
    jobs: Iterable[SigningJob], signer: Signer, spec: SignatureSpec, options: BatchOptions | None = None
) -> Iterator[SigningRecord]:
    """Sign every file of ``jobs``, one record each.

    Ký hàng loạt: lazy at both ends. (1) as many files are prepared as the signer covers with one authorization
    (``signer.multisign``, 1 where it states none); (2) it signs them in one call, and where that fails, what earlier
    calls gave is kept; a secret that was refused is not offered again; (3) they are finished, above level
    B-B several at a time, since services are waited for.

    Args:
        jobs: Targets must differ from each other and from every source.

    Raises:
        UsageError: An engine without ``reopen``, or for a level above B-B.
        UnavailableError: The engine cannot start.
    """
    settings = options or BatchOptions()
    pinned = _fingerprint(signer)
    if settings.engine is None:
        return _Batch(signer, spec, settings, pinned).run(jobs)
    if settings.reopen is None or spec.level is not Level.B_B:
        raise UsageError(
            "several processes need a key in a file, and level B-B",
            hint="leave --jobs away: services are waited for together",
        )
    task = _Task(settings.reopen, spec, replace(settings, engine=None, reopen=None), pinned)
    return _run_on(settings.engine, task, jobs, settings.stop_on_error)


def repaired_path(job: SigningJob) -> Path:
    """Where the rebuilt form of a damaged source goes."""
    return job.target.with_name(f"{job.source.stem}.repaired.pdf")


@dataclass(frozen=True, slots=True)
class _Ready:
    """A file that only lacks its signature value."""

    job: SigningJob
    sha256: str
    prepared: PreparedSignature


class _Batch:
    """One key in one process."""

    def __init__(self, signer: Signer, spec: SignatureSpec, options: BatchOptions, pinned: str) -> None:
        self._signer, self._spec, self._options, self._pinned = signer, spec, options, pinned
        self._together = max(1, min(getattr(signer, "multisign", 1), _MOST_AT_ONCE))
        self._at_once = self._together if spec.level is Level.B_B else max(self._together, 2 * _THREADS)
        self._refused: SecretError | None = None

    def run(self, jobs: Iterable[SigningJob]) -> Iterator[SigningRecord]:
        waiting = iter(jobs)
        with ExitStack() as stack:
            pool = stack.enter_context(ThreadPoolExecutor(_THREADS)) if self._spec.level is not Level.B_B else None
            is_going = True
            while is_going:
                ready: list[_Ready] = []
                is_going, is_failed = False, False
                for job in waiting:
                    outcome = self._prepare(job)
                    if isinstance(outcome, _Ready):
                        ready.append(outcome)
                    else:
                        is_failed = outcome.failure is not None
                        yield outcome
                    is_going = not (is_failed and self._options.stop_on_error)
                    if not is_going or self._is_full(ready):
                        break
                for record in self._finish_all(ready, pool):
                    is_failed = is_failed or record.failure is not None
                    yield record
                is_going = is_going and not (is_failed and self._options.stop_on_error)

    def _is_full(self, ready: Sequence[_Ready]) -> bool:
        size = sum(len(item.prepared.document) for item in ready)
        return len(ready) >= self._at_once or size >= _MOST_BYTES_AT_ONCE

    def _prepare(self, job: SigningJob) -> _Ready | SigningRecord:
        try:
            if not self._options.resume:
                require_free(job.target, force=self._options.force)
            if self._is_large(job) and (record := self._sign_large(job)):
                return record
            document = read_file(job.source)
            digest = hashlib.sha256(document).hexdigest()
            if self._options.resume and job.target.exists():
                there = read_file(job.target)
                if is_signed_copy(document, there, self._signer.certificate, self._spec.level):
                    return SigningRecord(
                        source=job.source,
                        target=job.target,
                        is_skipped=True,
                        certificate_sha256=self._pinned,
                        sha256_before=digest,
                        sha256_after=hashlib.sha256(there).hexdigest(),
                    )
                require_free(job.target, force=self._options.force)
            prepared = self._prepare_or_repair(job, document)
            _require_pinned(prepared.certificate_sha256, self._pinned)
        except EdocsError as failure:
            return _failed(job, failure)
        return _Ready(job, digest, prepared)

    def _is_large(self, job: SigningJob) -> bool:
        if self._options.resume or not needs_no_text(self._spec):
            return False
        try:
            return job.source.stat().st_size >= LARGE_BYTES
        except OSError:
            return False  # reading it says why

    def _sign_large(self, job: SigningJob) -> SigningRecord | None:
        """Sign from file to file; None where the file has to be repaired first."""
        _require_pinned(_fingerprint(self._signer), self._pinned)
        now = self._now()
        try:
            with open_input(job.source) as document, open_output(job.target, inputs=(job.source,)) as output:
                done = sign_stream(document, output, self._signer, self._spec, now, self._options.evidence)
        except NotPdfError:
            if self._options.repair:
                return None
            raise
        return SigningRecord(
            source=job.source,
            target=job.target,
            field=done.field,
            level=Level.B_B,
            signed_at=now,
            certificate_sha256=self._pinned,
            sha256_before=done.sha256_before,
            sha256_after=done.sha256_after,
        )

    def _prepare_or_repair(self, job: SigningJob, document: bytes) -> PreparedSignature:
        try:
            return self._prepare_last(document)
        except NotPdfError:
            if not self._options.repair:
                raise
        rebuilt = repair_pdf(document, self._spec.password)
        place = repaired_path(job)
        if not place.exists() or read_file(place) != rebuilt:
            require_free(place, force=self._options.force)
            write_file(place, rebuilt, inputs=(job.source,))
        return self._prepare_last(rebuilt)

    def _prepare_last(self, document: bytes) -> PreparedSignature:
        """Everything but the last signature's value: issuing what was signed elsewhere takes several."""
        evidence = self._options.evidence
        *first, last = plan_issue(document, self._spec) if self._spec.code else (self._spec,)
        for step in first:
            document = sign_pdf(document, self._signer, step, now=self._now(), evidence=evidence)
        return prepare_pdf(document, self._signer, last, now=self._now(), evidence=evidence)

    def _finish_all(self, ready: Sequence[_Ready], pool: ThreadPoolExecutor | None) -> Iterator[SigningRecord]:
        """Sign and finish, group by group: what one authorization gave is kept, whatever becomes of the next."""
        outcomes: list[Callable[[], SigningRecord]] = []
        for start in range(0, len(ready), self._together):
            group = ready[start : start + self._together]
            try:
                values = self._sign([item.prepared.attributes for item in group])
            except EdocsError as failure:
                outcomes += [partial(_failed, item.job, failure) for item in group]
                if self._options.stop_on_error:
                    break
                continue
            if pool:
                outcomes += [
                    pool.submit(self._finish, item, value).result for item, value in zip(group, values, strict=True)
                ]
            else:
                yield from (outcome() for outcome in outcomes)
                outcomes.clear()
                yield from map(self._finish, group, values)
        yield from (outcome() for outcome in outcomes)

    def _sign(self, items: Sequence[bytes]) -> Sequence[bytes]:
        if self._refused is not None:
            raise self._refused
        try:
            values = self._signer.sign_many(items, self._spec.digest)
        except SecretError as error:
            self._refused = error  # the same secret once more for each file would lock the key
            raise
        if len(values) != len(items):
            raise SignatureValueError(
                "the signer returned {count} values for {wanted} documents", count=len(values), wanted=len(items)
            )
        return values

    def _finish(self, item: _Ready, value: bytes) -> SigningRecord:
        reached = [self._spec.level]
        evidence = self._options.evidence
        if (tell := evidence.on_lower) is not None:

            def note(error: EdocsError, left: Level) -> None:
                reached.append(left)
                tell(error, left)

            evidence = replace(evidence, on_lower=note)
        try:
            signed = finish_pdf(item.prepared, value, now=self._now(), evidence=evidence, password=self._spec.password)
            write_file(item.job.target, signed, inputs=(item.job.source,))
        except EdocsError as failure:
            return _failed(item.job, failure)
        return SigningRecord(
            source=item.job.source,
            target=item.job.target,
            field=item.prepared.field,
            level=reached[-1],
            signed_at=item.prepared.created_at,
            certificate_sha256=self._pinned,
            sha256_before=item.sha256,
            sha256_after=hashlib.sha256(signed).hexdigest(),
        )

    def _now(self) -> datetime:
        return self._options.clock() if self._options.clock else datetime.now(UTC)


class _Task:
    """What a worker process gets once; it opens the key when it gets its first file."""

    def __init__(self, reopen: Callable[[], Signer], spec: SignatureSpec, options: BatchOptions, pinned: str) -> None:
        self._parts = (reopen, spec, options, pinned)
        self._batch: _Batch | None = None

    def __getstate__(self) -> tuple[object, ...]:
        return self._parts

    def __setstate__(self, parts: tuple[Callable[[], Signer], SignatureSpec, BatchOptions, str]) -> None:
        self._parts, self._batch = parts, None

    def __call__(self, job: SigningJob) -> SigningRecord:
        try:
            batch = self._batch = self._batch or self._open()
        except EdocsError as failure:
            return _failed(job, failure)
        return next(batch.run([job]))

    def lost(self, job: SigningJob, _loss: Loss) -> SigningRecord:
        failure = UnavailableError("the process that signed the file died, twice", hint="sign the file alone")
        return _failed(job, failure)

    def _open(self) -> _Batch:
        reopen, spec, options, pinned = self._parts
        signer = reopen()
        _require_pinned(_fingerprint(signer), pinned)
        return _Batch(signer, spec, options, pinned)


def _run_on(engine: Engine, task: _Task, jobs: Iterable[SigningJob], stop_on_error: bool) -> Iterator[SigningRecord]:
    is_stopped = False

    def feed() -> Iterator[SigningJob]:
        for job in jobs:
            if is_stopped:
                return
            yield job

    for record in engine.map(task, feed(), task.lost):
        is_stopped = is_stopped or (stop_on_error and record.failure is not None)
        yield record


def _failed(job: SigningJob, failure: EdocsError) -> SigningRecord:
    return SigningRecord(source=job.source, target=job.target, failure=failure)


def _fingerprint(signer: Signer) -> str:
    return hashlib.sha256(signer.certificate.public_bytes(Encoding.DER)).hexdigest()


def _require_pinned(found: str, pinned: str) -> None:
    if found != pinned:
        raise CertificateRefusedError(
            "the signer's certificate changed during the batch", hint="start again, with --resume"
        )
