"""What is asked of a provider's gateway and what it answers: the messages of VNPT SmartCA's gateway, as published.

Thông điệp của cổng ký số. Every answer has ``status_code``, ``message`` and ``data``; the one of HTTP is often 200
whatever happened. No waiting here; see ``gateway``.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from cryptography import x509

from edocs.errors import (
    CertificateRefusedError,
    RefusedError,
    SecretError,
    StateRefusedError,
    UnavailableError,
    UsageError,
)
from edocs.signers.remote import read_certificate, read_value
from edocs.signers.service import Answer, Service, printable

__all__ = ["Account", "Transaction", "read_serial", "read_webhook"]

_SCHEMA = "edocs.gateway-transaction/1"
_CODE = re.compile(r"\w[\w.~-]{0,199}", re.ASCII)  # it becomes part of an address
_REFUSED = re.compile(r"reject|refus|den(y|ied)|cancel|từ chối|hủy", re.IGNORECASE)
_EXPIRED = re.compile(r"expir|time_?\s?out|hết hạn|quá hạn", re.IGNORECASE)
_PENDING = re.compile(r"wait|pending|processing|chờ", re.IGNORECASE)
_ACTIVE = re.compile(r"(valid|active|đang hoạt động)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """Hashes that were handed in and wait for the signer (giao dịch ký chờ xác nhận). Nothing in it is secret."""

    id: str
    """Ours."""
    code: str
    """The gateway's; the signer sees it in the app."""
    documents: tuple[str, ...]
    """Identifiers of the hashes, in order."""
    certificate_serial: str
    """Hexadecimal, lower case."""

    def to_json(self) -> str:
        """As one JSON object."""
        return json.dumps({"schema": _SCHEMA, **asdict(self)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Transaction:
        """What :meth:`to_json` wrote.

        Raises:
            StateRefusedError: It is not that.
        """
        try:
            values = json.loads(text)
            if values["schema"] != _SCHEMA:
                raise ValueError(values["schema"])
            documents = values["documents"]
            texts = (values["id"], values["code"], values["certificate_serial"], *documents)
            if not isinstance(documents, list) or not documents or not _CODE.fullmatch(values["code"]):
                raise ValueError(values["code"])
            if not all(isinstance(item, str) for item in texts):
                raise ValueError(texts)
        except (ValueError, TypeError, KeyError, RecursionError) as exc:
            raise StateRefusedError("not a gateway's transaction", hint="hand the hashes in again") from exc
        return cls(id=texts[0], code=texts[1], certificate_serial=texts[2], documents=texts[3:])


class Account:
    """A service provider's account at a gateway, and one of its users."""

    def __init__(self, service: Service, user: str, serial: str, ask: Callable[[], tuple[str, str]]) -> None:
        self.service = service
        self._user = user
        self._spelled = serial
        self._serial = read_serial(serial) if serial else ""
        self._ask = ask

    def certificate(self) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
        """The user's certificate and its chain."""
        body = {"serial_number": self._spelled, "transaction_id": _new_id()}
        answer = self._call("v1/credentials/get_certificate", body, again=True)
        host = self.service.host
        found = [item for item in answer.part("data").parts("user_certificates") if self._is_meant(item)]
        if len(found) != 1:
            names = printable(", ".join(item.string("serial_number") for item in found)) or "-"
            raise UsageError(
                "{host} has {count} certificates for the user",
                hint="name one with ?serial=: {names}",
                host=host,
                count=len(found),
                names=names,
            )
        status = found[0].string("cert_status_code") or found[0].string("cert_status")
        if not _ACTIVE.fullmatch(status):
            raise CertificateRefusedError(
                "{host} reports the credential as {status}", host=host, status=printable(status)
            )
        own = read_certificate(found[0].string("cert_data"), host)
        if self._serial and f"{own.serial_number:x}" != self._serial:
            raise UnavailableError("{host} sends another certificate than the one asked for", host=host)
        given = found[0].part("chain_data")
        chain = [read_certificate(given.string(name), host) for name in ("ca_cert", "root_cert") if given.string(name)]
        self._spelled = found[0].string("serial_number") or self._spelled or f"{own.serial_number:x}"
        return own, tuple(item for item in chain if item != own)

    def submit(self, hashes: Sequence[bytes], certificate: x509.Certificate) -> Transaction:
        """Hand in ``hashes``, once."""
        documents = tuple(_new_id() for _ in hashes)
        files = [
            {"doc_id": name, "file_type": "pdf", "sign_type": "hash", "data_to_be_signed": item.hex()}
            for name, item in zip(documents, hashes, strict=True)
        ]
        transaction_id = _new_id()
        body = {
            "serial_number": self._spelled,
            "transaction_id": transaction_id,
            "time_stamp": datetime.now(UTC).strftime("%Y%m%d%H%M%SZ"),
            "sign_files": files,
        }
        data = self._call("v1/signatures/sign", body).part("data")
        code = data.string("tran_code")
        if not _CODE.fullmatch(code):
            raise UnavailableError("{host} sends no transaction code", host=self.service.host)
        return Transaction(
            id=transaction_id, code=code, documents=documents, certificate_serial=f"{certificate.serial_number:x}"
        )

    def values(self, transaction: Transaction, certificate: x509.Certificate) -> Sequence[bytes] | None:
        """The signature values of ``transaction``; None while the signer has not decided."""
        answer = self.service.post(f"v1/signatures/sign/{transaction.code}/status", {}, again=True)
        return _outcome(answer, transaction, certificate, self.service)

    def _is_meant(self, item: Answer) -> bool:
        return self._serial in ("", _tidy(item.string("serial_number"))) or not item.string("serial_number")

    def _call(self, path: str, body: Mapping[str, object], *, again: bool = False) -> Answer:
        client, password = self._ask()
        account = {"sp_id": client, "sp_password": password, "user_id": self._user}
        answer = self.service.post(path, {**account, **body}, again=again)
        status = _status(answer)
        if status in (401, 403):
            raise SecretError(
                "{host} refuses client {client}: {why}",
                host=self.service.host,
                client=client,
                why=self.service.why(answer, "message"),
            )
        if not 200 <= status < 300:
            raise _refusal(self.service, path, answer)
        return answer


def read_webhook(body: bytes | str, transaction: Transaction, certificate: x509.Certificate) -> Sequence[bytes]:
    """The signature values that a provider posted to a webhook, in the order in which the hashes were handed in.

    Whoever posts it is not believed: finishing verifies each value with the certificate and the prepared document.

    Raises:
        UnavailableError: Not such a message, of another transaction, or the transaction expired.
        RefusedError: The signer refused.
    """
    try:
        values = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise _odd_webhook() from exc
    if not isinstance(values, dict):
        raise _odd_webhook()
    answer = Answer(status=200, body=values)
    data = answer.part("data") if answer.part("data").body else answer
    for name, known in (("transaction_id", transaction.id), ("tran_code", transaction.code)):
        if data.string(name) not in ("", known):
            raise UnavailableError("the message is of another transaction than {code}", code=transaction.code)
    outcome = _outcome(answer, transaction, certificate, None)
    if outcome is None:
        raise _odd_webhook()
    return outcome


def _outcome(
    answer: Answer, transaction: Transaction, certificate: x509.Certificate, service: Service | None
) -> Sequence[bytes] | None:
    data = answer.part("data") if answer.part("data").body else answer
    host = service.host if service else "webhook"
    files = {item.string("doc_id"): item for item in (*data.parts("signed_files"), *data.parts("signatures"))}
    if files:
        missing = [name for name in transaction.documents if name not in files]
        if missing:
            raise UnavailableError("{host} sends no value for hash {name}", host=host, name=missing[0])
        return [read_value(files[name].string("signature_value"), certificate, host) for name in transaction.documents]
    said = " ".join((answer.string("message"), data.string("status"), data.string("message")))
    if _REFUSED.search(said):
        raise RefusedError("the signer refused transaction {code}", code=transaction.code)
    if _EXPIRED.search(said):
        raise UnavailableError(
            "transaction {code} expired before it was confirmed", hint="sign again", code=transaction.code
        )
    if _PENDING.search(said):
        return None
    if service is not None and not 200 <= _status(answer) < 300:
        raise _refusal(service, "status", answer)
    raise UnavailableError("{host} says nothing about transaction {code}", host=host, code=transaction.code)


def _status(answer: Answer) -> int:
    """The status that the body names; the one of HTTP is often 200 whatever happened."""
    return int(answer.number("status_code", answer.status)) if answer.is_ok else answer.status


def _refusal(service: Service, path: str, answer: Answer) -> RefusedError | UnavailableError:
    if answer.status == 404:
        return UnavailableError("{host} answers {status}: {path}", host=service.host, status=404, path=path)
    return RefusedError(
        "{host} refuses {path}: {why}", host=service.host, path=path, why=service.why(answer, "message")
    )


def read_serial(text: str) -> str:
    """A certificate's number as lower-case hexadecimal without leading zeros.

    Raises:
        UsageError: It is none.
    """
    number = _tidy(text)
    if not re.fullmatch(r"[0-9a-f]{1,64}", number):
        raise UsageError("not a certificate's number: {value}", hint="hexadecimal", value=text)
    return number


def _tidy(serial: str) -> str:
    return re.sub(r"[\s:]", "", serial).lower().lstrip("0")


def _new_id() -> str:
    return str(uuid.uuid4())


def _odd_webhook() -> UnavailableError:
    return UnavailableError("not the message of a signing gateway")
