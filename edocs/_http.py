"""One bounded HTTP exchange with a service, and reading any answer within bounds of time and length.

Trao đổi HTTP có giới hạn thời gian và dung lượng. No redirects, no proxy from the environment, no retry: the caller
decides what else to ask. httpx comes with the extra ``edocs[remote]``.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from edocs.errors import MissingExtraError, UnavailableError

__all__ = ["Answer", "Excess", "HttpClient", "read_bounded", "shown_address"]

_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a service sent with status 200."""

    content_type: str
    body: bytes


class Excess(Enum):
    """Which bound an answer broke."""

    LENGTH = "length"
    TIME = "time"


class HttpClient:
    """Keeps connections open between exchanges; may be shared by threads."""

    def __init__(self, *, timeout_s: float = 10.0, max_bytes: int = 32 * _MEBIBYTE) -> None:
        try:
            import httpx  # noqa: PLC0415 - an extra, and slow to import
        except ImportError as exc:
            raise MissingExtraError(
                "services cannot be asked: the package httpx is not installed", hint="pip install edocs[remote]"
            ) from exc
        self._faults = (httpx.HTTPError, httpx.InvalidURL, OSError)
        self._client = httpx.Client(timeout=timeout_s, trust_env=False, follow_redirects=False)
        self._timeout_s, self._max_bytes = timeout_s, max_bytes
        weakref.finalize(self, self._client.close)

    def fetch(
        self, url: str, body: bytes | None = None, *, content_type: str = "", auth: tuple[str, str] | None = None
    ) -> Answer:
        """GET ``url``, or POST ``body`` to it.

        Raises:
            UnavailableError: No http address, no answer in time, another status than 200, or too long an answer.
        """
        place = urlsplit(url)
        if place.scheme not in ("http", "https") or not place.hostname:
            raise UnavailableError(
                "not an http address: {url}", hint="it begins with http:// or https://", url=url[:200]
            )
        # Not compressed: what a few bytes unpack to would have to be bounded too.
        headers = {"Accept-Encoding": "identity", **({"Content-Type": content_type} if content_type else {})}
        deadline = time.monotonic() + self._timeout_s
        try:
            with self._client.stream(
                "GET" if body is None else "POST", url, content=body, headers=headers, auth=auth
            ) as response:
                if response.status_code != 200:
                    raise UnavailableError(
                        "{url} answered with status {status}", url=shown_address(url), status=response.status_code
                    )
                received = read_bounded(response.iter_raw(), max_bytes=self._max_bytes, until=deadline)
                if received is Excess.LENGTH:
                    raise UnavailableError("{url} answered with too much", url=shown_address(url))
                if received is Excess.TIME:
                    raise UnavailableError("{url} did not answer in time", url=shown_address(url))
                return Answer(content_type=response.headers.get("content-type", ""), body=received)
        except self._faults as exc:
            raise UnavailableError(
                "{url} does not answer: {why}",
                hint="check the address and the network, or name another service",
                url=shown_address(url),
                why=str(exc) or type(exc).__name__,
            ) from exc


def read_bounded(parts: Iterable[bytes], *, max_bytes: int, until: float) -> bytes | Excess:
    """All of ``parts``, or the bound that they break.

    The time-out of a socket is for one read: a service may drip for ever.

    Args:
        until: On the clock of ``time.monotonic``.
    """
    received = bytearray()
    for part in parts:
        received += part
        if len(received) > max_bytes:
            return Excess.LENGTH
        if time.monotonic() > until:
            return Excess.TIME
    return bytes(received)


def shown_address(url: str) -> str:
    """``url`` without user and query, which may name more than a log should hold."""
    place = urlsplit(url)
    port = f":{place.port}" if place.port else ""
    return f"{place.scheme}://{place.hostname}{port}{place.path}"
