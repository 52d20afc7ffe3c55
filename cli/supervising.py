"""A worker for commands that may meet PDFs, started over the first one: who meets none does not wait for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from edocs.model import TrustStore, VerificationOptions, VerificationReport
from edocs.model.limits import Limits
from edocs.supervised import SupervisedVerifier


@contextmanager
def late_verifier(
    trust: TrustStore | None, limits: Limits
) -> Iterator[Callable[[bytes, VerificationOptions], VerificationReport]]:
    """What verifies a PDF under ``limits``, in a process that can be killed."""
    with ExitStack() as stack:

        @cache
        def started() -> SupervisedVerifier:
            return stack.enter_context(SupervisedVerifier(trust, limits))

        yield lambda document, options: started().verify(document, options)
