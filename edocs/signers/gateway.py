"""Keys behind a provider's gateway that signs hashes once the signer confirms in an app.

Cổng ký số từ xa của nhà cung cấp: ``gateway+https://HOST/PATH?user=…&serial=…``. The messages are those that VNPT
SmartCA publishes for its gateway (``/v1/credentials/get_certificate``, ``/v1/signatures/sign``,
``/v1/signatures/sign/{code}/status``); there is no standard. Steps of a signature:

1. the certificate is fetched once;
2. :meth:`GatewaySigner.submit_many` hands in hashes and gets a transaction code;
3. the signer finds the same code in the app, and confirms or refuses;
4. :meth:`GatewaySigner.poll_many` asks for the values, or the provider posts them to a webhook: :func:`read_webhook`.

``sign`` does all four and waits. A :class:`Transaction` is plain data: stored beside the prepared signature, it lets
another process fetch the result. Hashes are handed in once; when that answer is lost, nothing is handed in again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from edocs.errors import StateRefusedError, UnavailableError, UsageError
from edocs.ports import SecretsHandler
from edocs.signers.gateway_messages import Account, Transaction, read_webhook
from edocs.signers.identity import Identity, algorithm_of
from edocs.signers.remote import hash_each, public_key
from edocs.signers.service import Location, Service, read_location, read_seconds

__all__ = ["GatewaySigner", "Transaction", "open_gateway", "open_gateway_here", "read_webhook"]

_OPTIONS = ("user", "serial", "client", "timeout", "poll", "batch")
_CONFIRM_S = "300"
_POLL_S = "2"
_BATCH = "20"
_REQUEST_S = 30.0
_SLOWER = 1.5
_SLOWEST = 5


class GatewaySigner(Identity):
    """A ``Signer`` over one certificate at a gateway."""

    def __init__(
        self, account: Account, *, wait_s: float, poll_s: float, batch: int, notify: Callable[[str], None] | None
    ) -> None:
        self._account = account
        self._wait_s = wait_s
        self._poll_s = poll_s
        self._batch = batch
        self._notify = notify
        # (1)
        certificate, chain = account.certificate()
        super().__init__(certificate, chain, algorithm_of(public_key(certificate)))

    @property
    def multisign(self) -> int:
        """How many signatures one confirmation covers."""
        return self._batch

    def sign(self, data: bytes, digest: str) -> bytes:
        """Hand in the hash of ``data``, and wait until the signer has confirmed.

        Raises:
            UsageError: ``digest`` is none of sha256, sha384, sha512.
            RefusedError: The signer refused.
            UnavailableError: Nobody confirmed in time, or the gateway does not answer.
        """
        return self.sign_many([data], digest)[0]

    def sign_many(self, items: Sequence[bytes], digest: str) -> Sequence[bytes]:
        """Sign the hash of each of ``items`` in order, with one confirmation for each ``batch`` of them."""
        hash_each(items, digest)
        values: list[bytes] = []
        for start in range(0, len(items), self._batch):
            values += self.result_many(self.submit_many(items[start : start + self._batch], digest))
        return values

    def submit(self, data: bytes, digest: str) -> Transaction:
        """Hand in the hash of ``data``; returns at once. Else as :meth:`submit_many`."""
        return self.submit_many([data], digest)

    def submit_many(self, items: Sequence[bytes], digest: str) -> Transaction:
        """Hand in the hashes of ``items`` for one confirmation; returns at once.

        Returns:
            What :meth:`poll_many`, :meth:`result_many` and :func:`read_webhook` need, in this process or another.

        Raises:
            UsageError: Another digest, or nothing to sign.
            UnavailableError: No answer; whether the hashes arrived is not known.
        """
        hashes = hash_each(items, digest)
        if not hashes:
            raise UsageError("nothing to sign")
        # (2)
        transaction = self._account.submit(hashes, self._certificate)
        if self._notify is not None:
            self._notify(transaction.code)
        return transaction

    def poll(self, transaction: Transaction) -> bytes | None:
        """Ask once for the value of a transaction with one hash; else as :meth:`poll_many`."""
        values = self.poll_many(_require_one(transaction))
        return None if values is None else values[0]

    def poll_many(self, transaction: Transaction) -> Sequence[bytes] | None:
        """Ask once for the values of ``transaction``; None while the signer has not decided.

        Raises:
            StateRefusedError: The transaction is of another certificate.
            RefusedError: The signer refused.
            UnavailableError: It expired, or the gateway does not answer.
        """
        if transaction.certificate_serial != f"{self._certificate.serial_number:x}":
            raise StateRefusedError("the transaction is of another certificate", hint="open the one it was made with")
        # (4)
        return self._account.values(transaction, self._certificate)

    def result(self, transaction: Transaction) -> bytes:
        """Wait for the value of a transaction with one hash; else as :meth:`result_many`."""
        return self.result_many(_require_one(transaction))[0]

    def result_many(self, transaction: Transaction) -> Sequence[bytes]:
        """Ask for the values of ``transaction`` until they are there, ever more slowly.

        Raises:
            EdocsError: As :meth:`poll_many`; UnavailableError also when the signer does not decide in time.
        """
        deadline = time.monotonic() + self._wait_s
        pause = self._poll_s
        while (values := self.poll_many(transaction)) is None:
            if time.monotonic() + pause > deadline:
                raise UnavailableError(
                    "transaction {code} was not confirmed within {seconds} s",
                    hint="confirm it in the app, and fetch its result later",
                    code=transaction.code,
                    seconds=f"{self._wait_s:g}",
                )
            time.sleep(pause)
            pause = min(pause * _SLOWER, self._poll_s * _SLOWEST)
        return values


def open_gateway(rest: str, secrets: SecretsHandler, notify: Callable[[str], None] | None = None) -> GatewaySigner:
    """Open a certificate at a provider's gateway.

    Mở chứng thư số tại cổng ký số của nhà cung cấp.

    Args:
        rest: ``//HOST/PATH?user=ID``, with ``serial=`` (hexadecimal) where the user has several certificates,
            ``client=`` (the service provider's id), ``timeout=`` and ``poll=`` in seconds, ``batch=`` hashes for one
            confirmation.
        secrets: Asked for ``password of CLIENT at HOST``; without ``client=`` also for ``client id of HOST``.
        notify: Handed each transaction code, to be compared with the one in the app. None: nobody is told.

    Raises:
        UsageError: The address or an option; or the user has several certificates.
        SecretError: Client id or password refused.
        UnavailableError: The gateway does not answer, or not as one does.
    """
    return _open(read_location(rest, "https", _OPTIONS), secrets, notify)


def open_gateway_here(rest: str, secrets: SecretsHandler, notify: Callable[[str], None] | None = None) -> GatewaySigner:
    """Open a certificate at a gateway on this machine, over plain HTTP; else as :func:`open_gateway`."""
    return _open(read_location(rest, "http", _OPTIONS), secrets, notify)


def _open(location: Location, secrets: SecretsHandler, notify: Callable[[str], None] | None) -> GatewaySigner:
    options = location.options
    user = options.get("user", "")
    if not user:
        raise UsageError("the gateway needs a user", hint="?user=ID, the number of the signer's identity card")
    batch = options.get("batch", _BATCH)
    if not (batch.isascii() and batch.isdigit() and int(batch)):
        raise UsageError("no number of hashes: {value}", hint="a whole number from 1", value=batch)
    wait_s = read_seconds(options.get("timeout", _CONFIRM_S))
    poll_s = read_seconds(options.get("poll", _POLL_S))
    service = Service(location, min(_REQUEST_S, wait_s))
    known: list[tuple[str, str]] = []

    def ask() -> tuple[str, str]:  # a closure, so that no repr shows what it knows
        if not known:
            client = options.get("client") or secrets(f"client id of {location.host}")
            password = secrets(f"password of {client} at {location.host}")
            service.hide(password)
            known.append((client, password))
        return known[0]

    account = Account(service, user, options.get("serial", ""), ask)
    return GatewaySigner(account, wait_s=wait_s, poll_s=poll_s, batch=int(batch), notify=notify)


def _require_one(transaction: Transaction) -> Transaction:
    if len(transaction.documents) != 1:
        raise UsageError(
            "the transaction holds {count} hashes", hint="poll_many, result_many", count=len(transaction.documents)
        )
    return transaction
