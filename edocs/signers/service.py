"""A signing service over HTTP: one JSON object asked, one answered (RFC 8259, RFC 9110).

Dịch vụ ký số từ xa. Whatever goes wrong between here and there is an ``UnavailableError``: no connection, no answer in
time, a redirect, HTML, a page without end. It is asked again only where asking twice does nothing twice. Plain HTTP is
for this machine alone; TLS is checked against the public CAs, or against those in ``SSL_CERT_FILE``. What an answer
means is said by ``csc_protocol`` and ``gateway``.
"""

from __future__ import annotations

import ipaddress
import json
import math
import re
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from edocs._http import Excess, read_bounded
from edocs.errors import SecretError, UnavailableError, UsageError

__all__ = ["Answer", "Location", "Service", "printable", "read_location", "read_seconds", "require_token"]

_LIMIT_BYTES = 4 * 1024 * 1024  # a page of certificates and signatures is far smaller
_PAUSE_S = 0.1
_LONGEST_S = 3600.0
_LARGEST = 2**31
_WHY = 200
_SECRET_OPTIONS = re.compile(r"pin|otp|pass|secret|token|pwd", re.IGNORECASE)
_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a service is, and the options of its URI."""

    base: str
    """URL without query and without a slash at the end."""
    host: str
    """Host, with the port where one is given."""
    is_loopback: bool
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a service said: never of the 3xx or 5xx kind."""

    status: int
    body: Mapping[str, object] = field(repr=False)
    """Empty for 204; its ``repr`` is left out, for it may hold a token."""

    @property
    def is_ok(self) -> bool:
        """Of the 2xx kind."""
        return 200 <= self.status < 300

    def string(self, name: str) -> str:
        """A member that is a string; anything else is an empty one."""
        value = self.body.get(name)
        return value if isinstance(value, str) else ""

    def part(self, name: str) -> Answer:
        """A member that is an object; anything else is an empty one."""
        value = self.body.get(name)
        return Answer(status=self.status, body=value if isinstance(value, dict) else {})

    def parts(self, name: str) -> Sequence[Answer]:
        """The objects of a member that is an array."""
        value = self.body.get(name)
        found = value if isinstance(value, list) else []
        return [Answer(status=self.status, body=item) for item in found if isinstance(item, dict)]

    def strings(self, name: str) -> Sequence[str]:
        """The strings of a member that is an array."""
        value = self.body.get(name)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def number(self, name: str, otherwise: float) -> float:
        """A member that is a number."""
        value = self.body.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < _LARGEST:
            return otherwise
        return float(value)


class Service:
    """One HTTP service, its connections kept open until this object is let go."""

    def __init__(self, location: Location, timeout_s: float) -> None:
        self.host = location.host
        self.base = location.base
        self._timeout_s = timeout_s
        self._is_loopback = location.is_loopback
        self._hidden: list[str] = []
        self._client = _client(timeout_s, with_proxy=not location.is_loopback)
        weakref.finalize(self, self._client.close)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.base}>"

    def at(self, path: str) -> None:
        """Go on under ``path`` of the present base."""
        self.base = f"{self.base}/{path}"

    def hide(self, secret: str) -> None:
        """Never repeat ``secret`` from an answer."""
        self._hidden.append(secret)

    def post(self, path: str, body: Mapping[str, object], *, token: str = "", again: bool = False) -> Answer:
        """POST ``body`` as JSON.

        Args:
            path: Relative to the base.
            token: Bearer token (RFC 6750).
            again: Ask once more where no answer came: only for what changes nothing.

        Raises:
            UnavailableError: No answer, or none that can be read.
        """
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        content = json.dumps(dict(body)).encode("ascii")
        request = self._client.build_request("POST", f"{self.base}/{path}", content=content, headers=headers)
        return self._ask(request, again=again)

    def post_form(self, url: str, values: Mapping[str, str]) -> Answer:
        """POST a form (RFC 6749, appendix B) to ``url``, which has to be as safe as this service's own.

        Raises:
            UnavailableError: As ``post``; or ``url`` is not HTTPS.
        """
        return self._ask(self._elsewhere("POST", url, urlencode(values, errors="surrogatepass")), again=True)

    def get(self, url: str) -> Answer:
        """GET ``url``, which has to be as safe as this service's own."""
        return self._ask(self._elsewhere("GET", url, ""), again=True)

    def why(self, answer: Answer, *names: str) -> str:
        """What the service says about a refusal: its members ``names``, without line breaks and secrets."""
        said = ": ".join(text for name in names if (text := answer.string(name)))
        if not said or any(secret in said for secret in self._hidden if secret):
            return f"HTTP {answer.status}"
        return printable(said)

    def _elsewhere(self, method: str, url: str, form: str) -> httpx.Request:
        try:
            parts = urlsplit(url)
            is_safe = parts.scheme == "https" or (
                parts.scheme == "http" and self._is_loopback and _is_loopback(parts.hostname or "")
            )
            if not is_safe or not parts.hostname:
                raise ValueError(url)
            headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
            return self._client.build_request(method, url, content=form.encode("ascii"), headers=headers)
        except (ValueError, httpx.InvalidURL) as exc:
            raise UnavailableError("{host} names no safe address to log in at", host=self.host) from exc

    def _ask(self, request: httpx.Request, *, again: bool) -> Answer:
        try:
            return self._exchange(request)
        except UnavailableError:
            if not again:
                raise
        time.sleep(_PAUSE_S)
        return self._exchange(request)

    def _exchange(self, request: httpx.Request) -> Answer:
        path = request.url.path
        try:
            status, data = self._read(request)
        except httpx.TimeoutException as exc:
            raise UnavailableError(
                "{host} does not answer within {seconds} s: {path}",
                hint="try later, or give ?timeout=SECONDS",
                host=self.host,
                seconds=f"{self._timeout_s:g}",
                path=path,
            ) from exc
        except httpx.HTTPError as exc:
            raise UnavailableError(
                "{host} cannot be reached: {why}", host=self.host, why=str(exc) or type(exc).__name__
            ) from exc
        if 300 <= status < 400 or status >= 500 or status == 429:
            raise UnavailableError("{host} answers {status}: {path}", host=self.host, status=status, path=path)
        # Where nothing is, a web server says so in HTML.
        return Answer(status=status, body={} if status == 404 else self._parse(data, path))

    def _read(self, request: httpx.Request) -> tuple[int, bytes]:
        until = time.monotonic() + self._timeout_s
        response = self._client.send(request, stream=True)
        try:
            data = read_bounded(response.iter_raw(), max_bytes=_LIMIT_BYTES, until=until)
        finally:
            response.close()
        if data is Excess.TIME:
            raise httpx.ReadTimeout("the answer does not end", request=request)
        if data is Excess.LENGTH:
            raise self._odd(request.url.path)
        return response.status_code, data

    def _parse(self, data: bytes, path: str) -> Mapping[str, object]:
        if not data.strip():
            return {}
        try:
            body = json.loads(data)
        except (ValueError, RecursionError) as exc:
            raise self._odd(path) from exc
        if not isinstance(body, dict):
            raise self._odd(path)
        return body

    def _odd(self, path: str) -> UnavailableError:
        return UnavailableError(
            "{host} does not answer as a signing service: {path}",
            hint="check the address in the URI",
            host=self.host,
            path=path,
        )


def read_location(rest: str, scheme: str, options: Sequence[str]) -> Location:
    """A service's address and options: ``//HOST/PATH?credential=ID``.

    Args:
        rest: What follows the colon of the URI.
        scheme: ``https``; or ``http``, for this machine only.
        options: The names that are known.

    Raises:
        UsageError: No host, plain HTTP to another machine, an unknown option, or a secret among them.
    """
    try:
        parts = urlsplit(f"{scheme}:{rest}")
        host, port = parts.hostname or "", parts.port
        httpx.URL(f"{scheme}:{rest}")
        given = dict(parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True, errors="strict"))
    except (ValueError, httpx.InvalidURL) as exc:
        raise UsageError("not the address of a service", hint="HOST/PATH?option=value") from exc
    if not host or parts.fragment:
        raise UsageError("not the address of a service", hint="HOST/PATH?option=value")
    if parts.username is not None or any(_SECRET_OPTIONS.search(name) for name in given if name not in options):
        raise UsageError("a secret in an address", hint="leave it out: it is asked for, or taken from --secrets")
    is_loopback = _is_loopback(host)
    if scheme == "http" and not is_loopback:
        raise UsageError("not encrypted: {host}", hint="https; http is for this machine only", host=host)
    for name in given:
        if name not in options:
            raise UsageError("no such option: {name}", hint="one of {names}", name=name, names=", ".join(options))
    shown = f"[{host}]" if ":" in host else host
    name = f"{shown}:{port}" if port else shown
    base = f"{scheme}://{name}{parts.path.rstrip('/')}"
    return Location(base=base, host=name, is_loopback=is_loopback, options=given)


def printable(text: str) -> str:
    """A service's words as they may be shown: short, and nothing in them that steers a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:_WHY])


def read_seconds(text: str) -> float:
    """A time in seconds, up to an hour.

    Raises:
        UsageError: It is none.
    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _LONGEST_S:
        raise UsageError("not a time in seconds: {value}", hint="above 0, up to 3600", value=text)
    return seconds


def require_token(token: str, name: str) -> str:
    """``token`` if it can stand in a header.

    Raises:
        SecretError: It cannot. HTTP libraries would repeat it in their own error.
    """
    if not _TOKEN.fullmatch(token):
        raise SecretError("not a token: {name}", hint="visible ASCII characters only", name=name)
    return token


def _client(timeout_s: float, *, with_proxy: bool) -> httpx.Client:
    """A client that is told by the environment of CAs, and of a proxy except on this machine.

    There a proxy has no business: it would be handed what plain HTTP carries.
    """
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    try:
        tls = httpx.create_ssl_context()
        return httpx.Client(timeout=timeout_s, verify=tls, trust_env=with_proxy, headers=headers)
    except (OSError, ValueError, ImportError, httpx.InvalidURL):
        # Without its cause: an address of a proxy may hold a password.
        raise UnavailableError(
            "proxy or certificates named in the environment cannot be used", hint="check HTTPS_PROXY and SSL_CERT_FILE"
        ) from None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
