"""A worker for commands that may meet PDFs or signatures, started over the first: who meets none does not wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

from edocs.model import TrustStore, VerificationOptions, VerificationReport
from edocs.model.limits import Limits
from edocs.supervised import SupervisedVerifier


@contextmanager
def late_worker(trust: TrustStore | None, limits: Limits) -> Iterator[Callable[[], SupervisedVerifier]]:
    """What starts the worker, under ``limits``, the first time that it is called."""
    with ExitStack() as stack:

        @cache
        def started() -> SupervisedVerifier:
            return stack.enter_context(SupervisedVerifier(trust, limits))

        yield started


@contextmanager
def late_verifier(
    trust: TrustStore | None, limits: Limits
) -> Iterator[Callable[[bytes | Path, VerificationOptions], VerificationReport]]:
    """What verifies a PDF under ``limits``, in a process that can be killed."""
    with late_worker(trust, limits) as started:
        yield lambda document, options: started().verify(document, options)
