"""The way to a mobile signature service: one HTTP request, one answer, in bounded time and space.

Kết nối tới dịch vụ ký số trên SIM. TLS is always verified, no redirect is followed (the request carries a password), no
proxy is taken from the environment.
"""

from __future__ import annotations

import ssl
import time
import weakref
from pathlib import Path

import httpx

from edocs._http import Excess, read_bounded
from edocs.errors import SecretError, UnavailableError, UnreadableError
from edocs.ports import SecretsHandler
from edocs.signers.mobile_account import MobileAccount
from edocs.signers.mss import Answer, read_answer

__all__ = ["Line", "NotReachedError", "NotSentError"]

_MAX_BYTES = 1 << 20
_CONNECT_S = 10
_PASSING = (429, 502, 503, 504)  # a proxy before the service, or too many at once


class NotReachedError(UnavailableError):
    """No answer: what the service knows of the request is not known."""


class NotSentError(NotReachedError):
    """No connection: the service has not seen the request."""


class Line:
    """A connection that is kept for the requests of one signer."""

    def __init__(self, account: MobileAccount, secrets: SecretsHandler) -> None:
        """Prepare it; nothing is sent.

        Raises:
            UnreadableError: A file with TLS certificates cannot be read.
        """
        self._account = account
        self._http = httpx.Client(verify=_tls(account, secrets), follow_redirects=False, trust_env=False)
        weakref.finalize(self, self._http.close)

    def ask(self, service: str, body: bytes, timeout_s: float) -> Answer:
        """Send ``body`` to ``service`` and read the answer.

        Raises:
            NotReachedError: It does not answer, or not within ``timeout_s``.
            SecretError: It does not let the application in.
            UnavailableError: It answers with something else.
        """
        kind = "text/xml" if self._account.is_soap11 else "application/soap+xml"
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Accept-Encoding": "identity"}
        if self._account.is_soap11:
            headers["SOAPAction"] = '""'
        host = self._account.host
        try:
            status, data = self._send(self._account.url_of(service), body, headers, timeout_s)
        except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
            raise NotSentError(
                "the signing service is not reached: {host}", hint="check the address and the network", host=host
            ) from exc
        except httpx.TimeoutException as exc:
            raise _too_slow(host) from exc
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as exc:
            raise NotReachedError(
                "the signing service broke off: {host}", hint="try later; nothing was signed", host=host
            ) from exc
        if status in (401, 403):
            raise SecretError(
                "the signing service refuses the application", hint="check ap= and its password with the operator"
            )
        if status != 200 and b"Envelope" not in data:  # faults come with 500, and with 400 in SOAP 1.2
            kind_of_error = NotReachedError if status in _PASSING else UnavailableError
            raise kind_of_error(
                "the signing service answers with HTTP {status}: {host}",
                hint="is this the address of the service?",
                status=status,
                host=host,
            )
        return read_answer(data)

    def _send(self, url: str, body: bytes, headers: dict[str, str], timeout_s: float) -> tuple[int, bytes]:
        end = time.monotonic() + timeout_s
        timeout = httpx.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s))
        with self._http.stream("POST", url, content=body, headers=headers, timeout=timeout) as response:
            data = read_bounded(response.iter_raw(), max_bytes=_MAX_BYTES, until=end)
        if data is Excess.LENGTH:
            raise UnavailableError(
                "the answer is larger than {limit} bytes: {host}", limit=_MAX_BYTES, host=self._account.host
            )
        if data is Excess.TIME:
            raise _too_slow(self._account.host)
        return response.status_code, data


def _tls(account: MobileAccount, secrets: SecretsHandler) -> ssl.SSLContext:
    if account.url.startswith("http:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nothing, and is not used
    try:
        context = ssl.create_default_context(cafile=account.ca)
    except OSError as exc:  # ssl.SSLError is one
        raise UnreadableError("no certificate in PEM: {path}", path=account.ca) from exc
    if account.client is not None:
        _show_ourselves(context, account.client, secrets)
    return context


def _show_ourselves(context: ssl.SSLContext, client: Path, secrets: SecretsHandler) -> None:
    asked: list[str] = []

    def passphrase() -> str:
        asked.append(client.name)
        return secrets(f"passphrase of {client.name}")

    try:
        context.load_cert_chain(client, password=passphrase)
    except (OSError, ValueError) as exc:
        if asked:
            raise SecretError("wrong passphrase: {name}", name=client.name) from exc
        raise UnreadableError(
            "no private key in PEM: {path}", path=client, hint="certificate and key in one file"
        ) from exc


def _too_slow(host: str) -> NotReachedError:
    return NotReachedError("the signing service does not answer in time: {host}", hint="try later", host=host)
