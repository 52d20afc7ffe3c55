"""Timestamps over HTTP: RFC 3161, clauses 2.4 and 3.4.

Dấu thời gian qua HTTP. Several authorities are asked in order of preference until one answers with a token for the very
imprint, nonce and policy whose signature holds. Trust and the clock are judged where it is used
(``edocs._pades.levels``).
"""

from __future__ import annotations

import secrets as randomness
import threading
from collections.abc import Callable, Sequence
from urllib.parse import unquote, urlsplit, urlunsplit

from asn1crypto import cms, core, tsp

from edocs._http import HttpClient, shown_address
from edocs._pdf.faults import PARSER_FAULTS
from edocs.errors import UnavailableError, UsageError
from edocs.ports import SecretsHandler

__all__ = ["HttpTimestamper"]

_REQUEST, _GRANTED = "application/timestamp-query", ("granted", "granted_with_mods")
_MAX_BYTES = 1 << 20


class _Response(core.Sequence):  # type: ignore[misc]  # asn1crypto is not typed
    """TimeStampResp (RFC 3161, 2.4.2); asn1crypto's own insists on a token, which a rejection has not."""

    _fields = [  # noqa: RUF012 - as asn1crypto wants it
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


class HttpTimestamper:
    """A ``Timestamper`` over one or more addresses; for one with ``user@``, ``secrets`` is asked for the password."""

    def __init__(
        self,
        urls: Sequence[str],
        secrets: SecretsHandler,
        judge: Callable[[bytes, bytes, str], str],
        *,
        policy: str | None = None,
        timeout_s: float = 10.0,
    ) -> None:
        """Take over the addresses; nothing is asked yet.

        Args:
            judge: Says of a token (DER), its imprint and digest why it does not hold; empty where it does.
        """
        if not urls:
            raise UsageError("no timestamping authority is given", hint="--tsa URL")
        for url in urls:
            place = urlsplit(url)
            if place.password is not None:  # first, so that no later message repeats it
                raise UsageError("a password does not belong into an address", hint="write user@host only")
            if place.scheme not in ("http", "https") or not place.hostname:
                raise UsageError("not an http address: {url}", url=url)
        self._urls = tuple(urls)
        self._secrets = secrets
        self._passwords: dict[str, str] = {}
        self._asking = threading.Lock()  # a person is asked once, however many files are signed at the same time
        self._judge = judge
        self._policy = policy
        self._http = HttpClient(timeout_s=timeout_s, max_bytes=_MAX_BYTES)

    def timestamp(self, imprint: bytes, digest: str) -> bytes:
        """The first token that one of the authorities gives for ``imprint``.

        Raises:
            UnavailableError: Each of them failed; the text says how.
            SecretError: A password is not to be had.
        """
        failures = []
        for url in self._urls:
            try:
                return self._ask(url, imprint, digest)
            except UnavailableError as failure:
                failures.append(failure)
        if len(failures) == 1:
            raise failures[0]
        raise UnavailableError(
            "no timestamp: {why}", hint="try later, or another authority", why="; ".join(str(item) for item in failures)
        )

    def _ask(self, url: str, imprint: bytes, digest: str) -> bytes:
        nonce = randomness.randbits(63)
        query = tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {"hash_algorithm": {"algorithm": digest}, "hashed_message": imprint},
                "req_policy": self._policy,
                "nonce": nonce,
                "cert_req": True,
            }
        )
        address, auth = self._address(url)
        answer = self._http.fetch(address, query.dump(), content_type=_REQUEST, auth=auth)
        try:
            fault, token = self._read(answer.body, query, nonce)
            fault = fault or self._judge(token, imprint, digest)
        except PARSER_FAULTS as exc:
            raise UnavailableError(
                "{url} answered with {kind}, not with a timestamp",
                url=shown_address(url),
                kind=answer.content_type or "?",
            ) from exc
        if fault:
            raise UnavailableError("the timestamp of {url} is refused: {why}", url=shown_address(url), why=fault)
        return token

    def _read(self, body: bytes, query: tsp.TimeStampReq, nonce: int) -> tuple[str, bytes]:
        """(what is wrong with the response, its token)."""
        response = _Response.load(body, strict=True)
        status = response["status"]
        if status["status"].native not in _GRANTED:
            why = [status["status"].native, *sorted(status["fail_info"].native or ())]
            return ", ".join(why), b""
        token = response["time_stamp_token"]
        signed = token["content"]
        info = signed["encap_content_info"]["content"].parsed
        if signed["encap_content_info"]["content_type"].native != "tst_info" or info["version"].native != "v1":
            return "it is no timestamp", b""
        if info["message_imprint"].native != query["message_imprint"].native:
            return "it is for something else", b""
        if info["nonce"].native != nonce:
            return "it does not answer this request", b""
        if self._policy is not None and info["policy"].native != self._policy:
            return "it is under another policy", b""
        return "", token.dump()

    def _address(self, url: str) -> tuple[str, tuple[str, str] | None]:
        """The address without its user, and what to authenticate with."""
        place = urlsplit(url)
        if place.username is None:
            return url, None
        user, host = unquote(place.username), place.netloc.rpartition("@")[2]
        with self._asking:
            if url not in self._passwords:
                self._passwords[url] = self._secrets(f"password of {user}@{host}")
        bare = urlunsplit((place.scheme, host, place.path, place.query, ""))
        return bare, (user, self._passwords[url])
