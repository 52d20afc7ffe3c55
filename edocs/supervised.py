"""Verification under limits, in a process that can be killed: for whoever is handed files by strangers.

Xác thực chữ ký số có giám sát. :func:`edocs.verify.verify_pdf` says what a file is; this adds that no file can take the
caller's time, memory or life. Nothing heavy is imported here: the libraries that read PDFs are loaded in the worker.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING

from edocs._files import open_input
from edocs._folders import regular_size
from edocs.engines.worker import WATCH_S, Answer, Worker, portable
from edocs.model.envelope_check import EnvelopeCheck
from edocs.model.limits import Limits, Loss, loss_reason, size_excess
from edocs.model.options import VerificationOptions
from edocs.model.policy import policy_of
from edocs.model.times import require_time
from edocs.model.trust import TrustStore
from edocs.model.verdict import Reason, SignatureReport, Verdict, VerificationReport

if TYPE_CHECKING:
    from edocs.errors import EdocsError

__all__ = ["SupervisedVerifier"]

_Item = tuple[bytes | Path | EnvelopeCheck, VerificationOptions]
_Report = VerificationReport | SignatureReport


class SupervisedVerifier:
    """A worker process that verifies one document at a time, and is replaced where one was too much for it.

    Bộ xác thực có giám sát. A context manager; threads may share one, and wait for each other. A program that uses it
    needs the guard ``if __name__ == "__main__":``, because the worker imports its main module.
    """

    def __init__(
        self,
        trust: TrustStore | Callable[[], TrustStore] | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        """Start the worker; entering the context waits for it.

        Args:
            trust: Whom to believe, or what loads it in the worker: an object that can be pickled.

        Raises:
            UnavailableError: The system starts no process.
            UsageError: ``trust`` cannot be sent to one.
        """
        self._limits = limits
        self._task = portable(_Task(trust))
        self._lock = Lock()
        self._worker: Worker[_Item, _Report] | None = Worker(self._task, limits)

    @property
    def kept_out(self) -> Sequence[EdocsError]:
        """Why trusted lists among the trust do not count, where it was loaded in the worker."""
        with self._lock:
            found = self._worker.greeting if self._worker is not None else ()
        return found if isinstance(found, tuple) else ()

    def __enter__(self) -> SupervisedVerifier:
        with self._lock:
            try:
                while not self._present().is_ready:
                    self._present().hear()
            except BaseException:
                self._end()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            self._end()

    def verify(
        self,
        document: bytes | Path,
        options: VerificationOptions = VerificationOptions(),  # noqa: B008 - frozen
    ) -> VerificationReport:
        """As :func:`edocs.verify.verify_pdf`; INDETERMINATE under a rule ``limit.*`` where a limit is reached.

        Too much time is final. After a crash, or too much memory in a worker that has worked before, a fresh worker
        tries once more.

        Raises:
            UsageError, UnreadableError, MissingExtraError: As :func:`edocs.verify.verify_pdf`.
            UnavailableError: The system starts no process.
        """
        size = regular_size(document) if isinstance(document, Path) else len(document)
        if why := size_excess(size, self._limits):
            return _given_up(document, "", why, options)
        with self._lock:
            is_second = False
            while True:
                is_fresh = self._present().is_fresh
                outcome = self._ask((document, options))
                if isinstance(outcome, VerificationReport):
                    return outcome
                assert isinstance(outcome, Loss)  # noqa: S101 - a document is answered with its report
                if outcome is Loss.TIME or (is_fresh if outcome is Loss.MEMORY else is_second):
                    return _given_up(document, _sha256(document), loss_reason(outcome, self._limits), options)
                is_second = True

    def judge(
        self,
        check: EnvelopeCheck,
        options: VerificationOptions = VerificationOptions(),  # noqa: B008 - frozen
    ) -> SignatureReport:
        """As :func:`edocs.sealing.judge_signature`; INDETERMINATE under a rule ``limit.*`` where a limit is reached.

        Certificates and timestamps of a stranger's message are looked at in the worker too.

        Raises:
            UnavailableError: The system starts no process.
            UsageError: A time without a zone.
        """
        options = replace(options, at=datetime.now(UTC) if options.at is None else require_time(options.at))
        with self._lock:
            outcome = self._ask((check, options))
        if isinstance(outcome, SignatureReport):
            return outcome
        assert isinstance(outcome, Loss)  # noqa: S101 - a check is answered with the verdict on a signature
        return SignatureReport(
            field="edXMLHeader/Signature",
            verdict=Verdict.INDETERMINATE,
            reasons=(loss_reason(outcome, self._limits),),
        )

    def _ask(self, item: _Item) -> _Report | Loss:
        worker = self._present()
        try:
            worker.send([item])
            answer: Answer[_Report] | Loss | None = None
            while answer is None:
                answer = worker.hear() if worker.link.poll(WATCH_S) else worker.excess()
        except BaseException:  # also Ctrl-C: whoever asks next must not hear the answer to this
            self._end()
            raise
        if isinstance(answer, Answer) and isinstance(answer.error, MemoryError):
            answer = Loss.MEMORY
        if isinstance(answer, Loss):
            self._end()
            return answer
        if answer.error is not None:
            raise answer.error
        assert answer.result is not None  # noqa: S101 - one of the two is there
        return answer.result

    def _present(self) -> Worker[_Item, _Report]:
        if self._worker is None:
            self._worker = Worker(self._task, self._limits)
        return self._worker

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None


@dataclass(frozen=True, slots=True)
class _Task:
    """What is sent to the worker once."""

    trust: TrustStore | Callable[[], TrustStore] | None

    def opened(self) -> _Verifying:
        """Load the trust, and all that verifying needs: the caller's process has none of it."""
        verify = importlib.import_module("edocs.verify").verify_pdf
        judge = importlib.import_module("edocs._pades.xml_signer").judge_envelope
        trust = self.trust() if callable(self.trust) else self.trust
        return _Verifying(verify=verify, judge=judge, trust=trust, greeting=tuple(getattr(self.trust, "kept_out", ())))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verifying:
    """What the worker does."""

    verify: Callable[..., VerificationReport]
    judge: Callable[..., SignatureReport]
    trust: TrustStore | None
    greeting: tuple[EdocsError, ...]

    def __call__(self, item: _Item) -> _Report:
        document, options = item
        if isinstance(document, EnvelopeCheck):
            return self.judge(document, self.trust or TrustStore(), options, options.at)
        return self.verify(document, self.trust, options)


def _given_up(document: bytes | Path, sha256: str, why: Reason, options: VerificationOptions) -> VerificationReport:
    return VerificationReport(
        verdict=Verdict.INDETERMINATE,
        reasons=(why,),
        policy=policy_of(options.policy).name,
        sha256=sha256,
        path=str(document) if isinstance(document, Path) else "",
    )


def _sha256(document: bytes | Path) -> str:
    if isinstance(document, bytes):
        return hashlib.sha256(document).hexdigest()
    digest = hashlib.sha256()
    with open_input(document) as stream:
        while part := stream.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()
