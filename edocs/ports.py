"""The extension points: small protocols that adapters implement and third parties may.

Each has one contract test in ``tests/contracts``, run over every adapter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from edocs.errors import UsageError

if TYPE_CHECKING:  # protocols need no names at run time, and every command imports this module
    from cryptography import x509

    from edocs.errors import EdocsError
    from edocs.model import (
        Agency,
        DocumentKey,
        Entry,
        Event,
        EventKind,
        Facet,
        Level,
        LogExtent,
        LoggedEvent,
        Loss,
        Profile,
        Query,
        Reason,
        RevocationEvidence,
        SignatureAlgorithm,
        Tally,
        TrustStore,
    )
    from edocs.model.merkle import Node

__all__ = ["Engine", "Evidence", "IssuerSource", "RevocationSource", "SecretsHandler", "Signer", "Store", "Timestamper"]

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
        """Sign each of ``items`` in order, under one authorization where the backend can.

        A signer for which that pays states ``multisign``, how many one authorization covers; batches go by it.
        """
        ...


class RevocationSource(Protocol):
    """Where revocation is learned: OCSP, CRL, a cache."""

    def status(
        self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> RevocationEvidence | None:
        """What is known at ``at`` (aware); None where nothing is."""
        ...


@runtime_checkable
class IssuerSource(Protocol):
    """Where a certificate that a path lacks is found; a ``RevocationSource`` may be one too."""

    def issuers(self, certificate: x509.Certificate) -> Sequence[x509.Certificate]:
        """Certificates whose key signed ``certificate``; they help to build a path and prove nothing."""
        ...


class Timestamper(Protocol):
    """A time-stamping authority, or several in order of preference (tổ chức cung cấp dịch vụ cấp dấu thời gian)."""

    def timestamp(self, imprint: bytes, digest: str) -> bytes:
        """A time-stamp token (RFC 3161, 2.4.2), DER, for ``imprint``, which ``digest`` made.

        Raises:
            UnavailableError: None answers, or none with a token for ``imprint``.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What signing draws on besides the key (nguồn bằng chứng cho chữ ký số)."""

    revocation: RevocationSource | None = None
    """Asked about the signer before signing, and for what level B-LT embeds; None: not asked."""
    timestamper: Timestamper | None = None
    """From level B-T on."""
    trust: TrustStore | None = None
    """CA certificates that signer and timestamp leave out."""
    on_lower: Callable[[EdocsError, Level], None] | None = None
    """Told why a lower level than asked for is left, and which; None: nothing is left, and the error is raised."""

    def require(self, level: Level) -> None:
        """Go on only where there is what ``level`` needs.

        Raises:
            UsageError: There is not.
        """
        if level.value != "B-B" and self.timestamper is None:
            raise UsageError("level {level} needs a timestamping authority", hint="--tsa URL", level=level.value)
        if level.value in ("B-LT", "B-LTA") and self.revocation is None:
            raise UsageError(
                "level {level} needs a source of revocation evidence",
                hint="--online, or --trust PATH",
                level=level.value,
            )


class Engine(Protocol):
    """Where many tasks run."""

    def map(
        self, task: Callable[[T], R], items: Iterable[T], lost: Callable[[T, Loss], R] | None = None
    ) -> Iterator[R]:
        """Apply ``task`` to ``items``: unordered, lazy, bounded. ``task`` and its values must be picklable.

        Args:
            lost: What stands for an item that outgrows a limit or kills the process it runs in; without it such an
                item ends the run.

        Raises:
            UnavailableError: No process can be started, or one was lost and there is no ``lost``.
            Exception: Whatever ``task`` raises.
        """
        ...


class Store(Protocol):
    """A register's memory: append-only events, and the state derived from them (cơ sở dữ liệu sổ đăng ký).

    Every error of the backend is a ``StoreError`` (cannot be opened, locked, damaged) or an ``OutputError`` (cannot be
    written).
    """

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing for what the block appends; one writer at a time, and the block sees its own writes."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Everything read in the block is of one moment, whatever others write meanwhile."""
        ...

    def append(self, events: Iterable[Event]) -> int:
        """Put ``events`` at the end of the log, in order, and fold them into the state. Needs a transaction.

        Returns:
            How many.

        Raises:
            DuplicateError: A document that is there is registered again.
        """
        ...

    def entries(self, keys: Iterable[DocumentKey]) -> Mapping[DocumentKey, Entry]:
        """The present state of those of ``keys`` that are registered."""
        ...

    def moved_to(self, key: DocumentKey) -> DocumentKey | None:
        """Where the document stands now that had ``key`` until a correction; None: none had."""
        ...

    def keys_of_file(self, sha256: str, issued_on: date) -> Sequence[DocumentKey]:
        """The first documents whose main file that is, a handful at most, among those of a day and the latest ones.

        Not for bulk: it reads through these.
        """
        ...

    def states(self, keys: Iterable[DocumentKey]) -> Mapping[DocumentKey, Mapping[str, Any]]:
        """The present rows (:data:`edocs.model.state.COLUMNS`) of those of ``keys`` that are registered."""
        ...

    def events(self, key: DocumentKey | None = None, as_of: datetime | None = None) -> Iterator[LoggedEvent]:
        """The log in order: of one document or of all; what was logged up to ``as_of``."""
        ...

    def notes(self, kind: EventKind, as_of: datetime | None = None) -> Iterator[LoggedEvent]:
        """The events of a kind that happen to no document, in order."""
        ...

    def tree(self) -> AbstractContextManager[tuple[int, Node]]:
        """The size of the log, and the nodes of its Merkle tree, at one moment."""
        ...

    @property
    def origin(self) -> str:
        """The log's own name, which its checkpoints bear."""
        ...

    def extent(self, as_of: datetime | None = None) -> LogExtent:
        """Number, root and latest time of the events logged up to ``as_of``."""
        ...

    def find(self, query: Query) -> Iterator[Entry]:
        """The documents that ``query`` describes, by date of issue, then in order of registering."""
        ...

    def tally(self, query: Query, by: Sequence[Facet]) -> Iterator[Tally]:
        """Counts of what ``query`` describes, grouped by ``by``, in order; a group without documents is absent."""
        ...

    def profiles(self, query: Query, by: Sequence[Facet]) -> Iterator[tuple[tuple[str, ...], Profile, int]]:
        """How many documents of each profile ``query`` describes, by group, in order."""
        ...

    def agencies(self, as_of: datetime | None = None) -> Mapping[str, Agency]:
        """Each agency that has registered a document, under its latest name and level."""
        ...

    def check(self, progress: Callable[[int], None] | None = None) -> Iterator[Reason]:
        """What is wrong with the log or with what is derived from it, the first bad event first.

        Args:
            progress: Told now and then how many events were looked at.
        """
        ...

    def clock_notices(self) -> Iterator[Reason]:
        """Where a clock was set back; the order of the log counts all the same."""
        ...

    @property
    def notices(self) -> Sequence[Reason]:
        """What is special about how the register is opened; most often nothing."""
        ...

    def rebuild(self, progress: Callable[[int], None] | None = None) -> int:
        """Make everything that is derived anew from the events.

        Returns:
            How many events there are.
        """
        ...

    def close(self) -> None:
        """Let go of the backend."""
        ...
