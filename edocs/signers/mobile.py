"""A key on a SIM, behind a mobile signature service: ``mobile+https://HOST/PATH?msisdn=84…&ap=…``.

Ký số trên SIM (mobile PKI): ETSI TS 102 204 V1.1.4, MSS_Signature, synchronous or asynchronous with polling. The person
compares the code on the phone with the code on the screen, and confirms with the PIN, which never comes here. A signing
that was begun in one process may be ended in another: :meth:`MobileSigner.submit`, :meth:`MobileSigner.result`. Server
to server notification, receipts and XML signatures are not used.
"""

from __future__ import annotations

import hashlib
import secrets as randomness
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from edocs._files import read_file
from edocs.errors import (
    RefusedError,
    SecretError,
    SignatureValueError,
    StateRefusedError,
    UnavailableError,
    UnreadableError,
    UsageError,
)
from edocs.model import SignatureAlgorithm
from edocs.ports import SecretsHandler
from edocs.signers.identity import Identity, algorithm_of
from edocs.signers.mobile_account import MobileAccount, read_account
from edocs.signers.mobile_transaction import Conduct, MobileTransaction
from edocs.signers.mss import (
    Answer,
    Head,
    Order,
    profile_request,
    registration_request,
    signature_request,
    status_request,
)
from edocs.signers.mss_line import Line, NotReachedError, NotSentError
from edocs.signers.mss_status import DONE, PENDING, status_error
from edocs.signers.mss_value import bare_value, load_certificates, payload, require_names, signer_and_chain
from edocs.signers.remote import public_key

__all__ = ["Conduct", "MobileSigner", "MobileTransaction", "open_mobile", "open_mobile_loopback"]

_FACTOR = 1.5
_MISSES = 3  # polls in a row that may go unanswered
_MARGIN_S = 10  # what the service may need beyond the person's time


class MobileSigner(Identity):
    """A ``Signer`` whose key is on a SIM."""

    def __init__(
        self,
        account: MobileAccount,
        password: str,
        line: Line,
        certificates: Sequence[x509.Certificate],
        conduct: Conduct,
    ) -> None:
        """Take over an open line. ``certificates``: the signer's, then its chain."""
        self._account = account
        self._password: Callable[[], str] = lambda: password  # a closure, so that no repr shows it
        self._line = line
        certificate, *chain = certificates
        self._conduct = conduct
        super().__init__(certificate, chain, algorithm_of(public_key(certificate)))
        if self._algorithm is SignatureAlgorithm.ECDSA and account.mode == "digestinfo":
            raise UsageError("mode=digestinfo is for RSA keys", hint="give mode=hash")

    def _place(self) -> str:
        return self._account.masked

    def sign(self, data: bytes, digest: str) -> bytes:
        """Ask the person to sign ``data``, and wait.

        Raises:
            CancelledError: Declined on the phone.
            SecretError: The application's password is wrong, or the PIN is blocked.
            RefusedError: The phone holds an unfinished request, or is not known.
            UnavailableError: No answer in time, from the service or the person.
        """
        answer, transaction = self._begin(data, digest, is_synchronous=self._account.is_synchronous)
        return self.result(transaction) if answer.code in PENDING else self._value(answer)

    def sign_many(self, items: Sequence[bytes], digest: str) -> Sequence[bytes]:
        """Sign each of ``items`` in order: a SIM asks the person for each."""
        return [self.sign(item, digest) for item in items]

    def submit(self, data: bytes, digest: str) -> MobileTransaction:
        """Ask the person to sign ``data``, and do not wait.

        Gửi yêu cầu ký: the messaging mode is asynchronous whatever the address says.

        Raises:
            EdocsError: As :meth:`sign`.
        """
        return self._begin(data, digest, is_synchronous=False)[1]

    def poll(self, transaction: MobileTransaction) -> bytes | None:
        """The value, if the person has confirmed; None while the phone has not answered.

        Raises:
            StateRefusedError: The transaction is for another certificate.
            EdocsError: As :meth:`sign`.
        """
        if transaction.certificate_sha256 != _fingerprint(self._certificate):
            raise StateRefusedError("the signing state is for another certificate", hint="prepare the document again")
        head = self._head(transaction.ap_transaction)
        answer = self._line.ask("status", status_request(head, transaction.mssp_transaction), self._conduct.answer_s)
        self._check(answer, transaction.ap_transaction)
        if answer.code in PENDING:
            self._conduct.unfinished.keep(self._account, self._conduct.now())
            return None
        return self._value(answer)

    def result(self, transaction: MobileTransaction) -> bytes:
        """Poll until there is a value, at growing distances, at least once.

        Lấy kết quả ký: in any process that opened the same address.

        Raises:
            UnavailableError: Not confirmed when the transaction expires.
            EdocsError: As :meth:`poll`.
        """
        wait, misses = self._conduct.first_s, 0
        while True:
            try:
                value = self.poll(transaction)
                misses = 0
            except NotReachedError:
                value = None
                misses += 1
                if misses > _MISSES:
                    raise
            if value is not None:
                return value
            if self._conduct.now() + timedelta(seconds=wait) > transaction.expires_at:
                raise UnavailableError(
                    "not confirmed on the phone in time: {msisdn}",
                    hint="sign again, phone in hand",
                    msisdn=self._account.masked,
                )
            self._conduct.pause(wait)
            wait = min(wait * _FACTOR, self._conduct.longest_s)

    def _begin(self, data: bytes, digest: str, *, is_synchronous: bool) -> tuple[Answer, MobileTransaction]:
        account, now = self._account, self._conduct.now()
        signed = payload(data, digest, account.mode)
        name = _new_name()
        code = _code(name, signed)
        body = signature_request(self._head(name), _order(account, signed, code, is_synchronous=is_synchronous))
        self._conduct.unfinished.begin(account, now)
        self._conduct.notify(code)
        try:
            wait_s = account.timeout_s + _MARGIN_S if is_synchronous else self._conduct.answer_s
            answer = self._line.ask("signature", body, wait_s)
        except (NotSentError, SecretError):
            self._conduct.unfinished.end(account)
            raise
        self._check(answer, name)
        if answer.code in PENDING and not answer.mssp_transaction:
            raise UnavailableError("the signing service names no transaction", hint="give messaging=synch")
        transaction = MobileTransaction(
            ap_transaction=name,
            mssp_transaction=answer.mssp_transaction,
            code=code,
            expires_at=now + timedelta(seconds=account.timeout_s),
            certificate_sha256=_fingerprint(self._certificate),
        )
        return answer, transaction

    def _check(self, answer: Answer, name: str) -> None:
        if answer.transaction not in ("", name):
            raise UnavailableError("the answer belongs to another transaction", hint="sign again")
        if answer.is_fault and answer.code == 504:
            raise RefusedError(
                "the phone has an unfinished request: {msisdn}",
                hint="answer it on the phone, or wait",
                msisdn=self._account.masked,
            )
        if answer.is_fault or answer.code not in PENDING | DONE:
            self._conduct.unfinished.end(self._account)
            raise status_error(answer, self._account.masked)

    def _value(self, answer: Answer) -> bytes:
        self._conduct.unfinished.end(self._account)
        if not answer.signature:
            raise SignatureValueError("the signing service gives no signature", hint="sign again")
        return bare_value(answer.signature, self._certificate)

    def _head(self, name: str) -> Head:
        return _head(self._account, self._password(), name, self._conduct.now())


def open_mobile(
    rest: str, secrets: SecretsHandler, notify: Callable[[str], None] | None = None, conduct: Conduct | None = None
) -> MobileSigner:
    """Open ``mobile+https:``: read the address, ask for the password, learn the certificate.

    Args:
        rest: ``//HOST/PATH?msisdn=84…&ap=…`` and further options (``docs/keys.md``).
        notify: Handed the code that the phone shows.

    Raises:
        UsageError: The address cannot be meant.
        SecretError, RefusedError, UnavailableError: As the service answers.
    """
    return _open(read_account("https", rest), secrets, _conduct(notify, conduct))


def open_mobile_loopback(
    rest: str, secrets: SecretsHandler, notify: Callable[[str], None] | None = None, conduct: Conduct | None = None
) -> MobileSigner:
    """Open ``mobile+http:``, on loopback alone: a tunnel, or a test."""
    return _open(read_account("http", rest), secrets, _conduct(notify, conduct))


def _conduct(notify: Callable[[str], None] | None, conduct: Conduct | None) -> Conduct:
    conduct = conduct or Conduct()
    return replace(conduct, notify=notify) if notify else conduct


def _open(account: MobileAccount, secrets: SecretsHandler, conduct: Conduct) -> MobileSigner:
    given = _read_certificates(account) if account.certificate else None
    password = secrets(f"password of {account.ap_id}")
    line = Line(account, secrets)
    return MobileSigner(account, password, line, given or _look_up(account, password, line, conduct), conduct)


def _look_up(account: MobileAccount, password: str, line: Line, conduct: Conduct) -> list[x509.Certificate]:
    name = _new_name()
    head = _head(account, password, name, conduct.now())
    wait_s = conduct.answer_s
    given: tuple[bytes, ...] = ()
    if account.lookup == "signature":  # the person signs once more, and the PKCS#7 brings the certificate
        data = f"edocs {name}".encode()
        signed = payload(data, "sha256", account.mode)
        code = _code(name, signed)
        order = _order(account, signed, code, is_synchronous=True, format_name="PKCS7")
        conduct.notify(code)
        wait_s = account.timeout_s + _MARGIN_S
        answer = line.ask("signature", signature_request(head, order), wait_s)
        given = (answer.signature,) if answer.signature else ()
    elif account.lookup == "registration":
        answer = line.ask("registration", registration_request(head, account.msisdn), wait_s)
    else:
        answer = line.ask("profile", profile_request(head, account.msisdn), wait_s)
    if answer.is_fault or answer.code not in DONE | {100}:
        raise status_error(answer, account.masked)
    own, chain = signer_and_chain(load_certificates(given or answer.certificates), account.masked)
    return [own, *chain]


def _read_certificates(account: MobileAccount) -> list[x509.Certificate]:
    path = account.certificate
    if path is None:
        return []
    data = read_file(path)
    try:
        if data.startswith(b"\x30"):
            return [require_names(x509.load_der_x509_certificate(data))]
        found = [require_names(item) for item in x509.load_pem_x509_certificates(data)]
    except (ValueError, x509.InvalidVersion) as exc:
        raise UnreadableError("no certificate in PEM: {path}", path=path) from exc
    own, chain = signer_and_chain(found, account.masked)
    return [own, *chain]


def _head(account: MobileAccount, password: str, name: str, now: datetime) -> Head:
    return Head(
        ap_id=account.ap_id,
        password=password,
        mssp_id=account.mssp_id,
        transaction=name,
        at=now,
        is_soap11=account.is_soap11,
    )


def _order(account: MobileAccount, signed: bytes, code: str, *, is_synchronous: bool, format_name: str = "") -> Order:
    return Order(
        msisdn=account.msisdn,
        data=signed,
        shown=f"{account.text} {code}",
        format=format_name or account.format,
        mode="synch" if is_synchronous else "asynchClientServer",
        timeout_s=account.timeout_s,
        profile=account.profile,
        services=account.services,
    )


def _new_name() -> str:
    return f"E{randomness.token_hex(8)}"  # an NCName begins with a letter


def _code(name: str, signed: bytes) -> str:
    """Four digits of this transaction and of what it signs: a request slipped in shows others."""
    return f"{int.from_bytes(hashlib.sha256(name.encode() + signed).digest()[:8], 'big') % 10_000:04d}"


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()
