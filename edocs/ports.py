"""The extension points: small protocols that adapters implement and third parties may.

Each has one contract test in ``tests/contracts``, run over every adapter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol, TypeVar, runtime_checkable

from cryptography import x509

from edocs.model import RevocationEvidence, SignatureAlgorithm

__all__ = ["Engine", "RevocationSource", "SecretsHandler", "Signer"]

T = TypeVar("T")
R = TypeVar("R")

SecretsHandler = Callable[[str], str]
"""Asked with the name of a secret (``passphrase of leader.p12``), answers with it. Nothing else ever carries one."""


@runtime_checkable
class Signer(Protocol):
    """A private key somewhere: a file, a token, a remote service, a SIM (thiết bị lưu khóa bí mật).

    It signs data, not a digest: any backend can hash, none can un-hash.
    """

    @property
    def certificate(self) -> x509.Certificate:
        """The signer's certificate."""
        ...

    @property
    def chain(self) -> Sequence[x509.Certificate]:
        """The CA certificates that came with it, without the signer's own; may be empty."""
        ...

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """How it signs."""
        ...

    def sign(self, data: bytes, digest: str) -> bytes:
        """Sign ``data``, hashed with ``digest`` (``sha256``, ``sha384``, ``sha512``).

        Returns:
            RSA: the raw value; ECDSA: DER ``Ecdsa-Sig-Value``.

        Raises:
            UnavailableError: The backend does not answer.
            SecretError: PIN or passphrase refused.
        """
        ...

    def sign_many(self, items: Sequence[bytes], digest: str) -> Sequence[bytes]:
        """Sign each of ``items`` in order, under one authorization where the backend can."""
        ...


class RevocationSource(Protocol):
    """Where revocation is learned: OCSP, CRL, a cache."""

    def status(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> RevocationEvidence | None:
        """What is known at ``at`` (aware); None where nothing is."""
        ...


class Engine(Protocol):
    """Where many tasks run."""

    def map(
        self, task: Callable[[T], R], items: Iterable[T], lost: Callable[[T], R] | None = None
    ) -> Iterator[R]:
        """Apply ``task`` to ``items``: unordered, lazy, bounded. ``task`` and its values must be picklable.

        Args:
            lost: What stands for an item that kills the process it runs in; without it such an item ends the run.

        Raises:
            UnavailableError: No process can be started, or one was lost and there is no ``lost``.
            Exception: Whatever ``task`` raises.
        """
        ...
