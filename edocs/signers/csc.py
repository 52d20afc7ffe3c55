"""Keys at a remote signing service of the Cloud Signature Consortium: ``csc+https://HOST/PATH?credential=ID``.

Ký số từ xa theo chuẩn CSC, API 1.0.4.0 và 2.0. Steps of a signature:

1. ``info`` says which version is spoken and where to log in;
2. an access token: OAuth 2.0 client credentials (RFC 6749, 4.4), or one that was given;
3. ``credentials/info`` gives certificate, algorithms, and what authorizes the key;
4. ``credentials/authorize`` with PIN and one-time password, for as many hashes as one authorization may cover;
5. ``signatures/signHash``.

A request to sign is sent once: when its answer is lost, the service may have signed. Only what the service itself
refuses as expired is authorized again, once.

Source: CSC API 1.0.4.0 and 2.0.0.2, clause 11.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from edocs.errors import RefusedError, SecretError, UnavailableError, UsageError
from edocs.ports import SecretsHandler
from edocs.signers import csc_protocol as protocol
from edocs.signers.identity import Identity
from edocs.signers.remote import hash_each
from edocs.signers.service import Answer, Location, Service, printable, read_location, read_seconds, require_token

__all__ = ["CscSigner", "open_csc", "open_csc_here"]

_OPTIONS = ("credential", "client", "scope", "padding", "timeout")
_TIMEOUT_S = "60"
_TOKEN_LIFE_S = 3600.0
_LEEWAY_S = 10.0
_PAGES = 20


class CscSigner(Identity):
    """A ``Signer`` over one credential of a service."""

    def __init__(self, session: _Session, credential_id: str, *, pss: bool) -> None:
        answer = session.call("credentials/info", protocol.info_body(credential_id), again=True)
        self._session = session
        self._id = credential_id
        self._credential = protocol.read_credential(session.version, answer, session.host)
        found = self._credential
        super().__init__(found.certificate, found.chain, protocol.read_algorithm(found, pss=pss))

    @property
    def multisign(self) -> int:
        """How many signatures one authorization covers."""
        return self._credential.multisign

    def sign(self, data: bytes, digest: str) -> bytes:
        """Sign the hash of ``data``.

        Raises:
            UsageError: ``digest`` is not one that the service signs.
            SecretError: PIN or one-time password refused.
            UnavailableError: The service does not answer, or not as one does.
            RefusedError: The service refuses for another reason, which it names.
        """
        return self.sign_many([data], digest)[0]

    def sign_many(self, items: Sequence[bytes], digest: str) -> Sequence[bytes]:
        """Sign the hash of each of ``items`` in order, under as few authorizations as the service allows."""
        hashes = hash_each(items, digest)
        protocol.sign_oid(self._algorithm, digest, self._credential.algorithms)
        values: list[bytes] = []
        for start in range(0, len(hashes), self.multisign):
            values += self._sign(hashes[start : start + self.multisign], digest)
        return values

    def _sign(self, hashes: Sequence[bytes], digest: str) -> list[bytes]:
        for _ in range(2):
            # (4)
            sad = self._authorize(hashes, digest)
            # (5)
            body = protocol.sign_body(
                self._session.version, self._id, sad, hashes, digest, self._algorithm, self._credential.algorithms
            )
            answer = self._session.ask("signatures/signHash", body)
            if answer.is_ok:
                return protocol.read_signatures(answer, len(hashes), self._credential, self._session.host)
            if not protocol.is_expired(answer):
                raise self._session.refusal("signatures/signHash", answer)
        raise UnavailableError(
            "{host}: the authorization expired before it was used, twice", hint="try later", host=self._session.host
        )

    def _authorize(self, hashes: Sequence[bytes], digest: str) -> str:
        answers = {factor.id: self._answer(factor) for factor in self._credential.factors}
        body = protocol.authorize_body(self._session.version, self._id, hashes, digest, answers)
        answer = self._session.ask("credentials/authorize", body)
        if not answer.is_ok:
            self._session.vault.forget(self._name(factor) for factor in self._credential.factors)
            raise self._refused(answer)
        sad = answer.string("SAD")
        if not sad:
            raise UnavailableError("{host} authorizes without an answer that can be used", host=self._session.host)
        self._session.service.hide(sad)
        return sad

    def _answer(self, factor: protocol.Factor) -> str:
        if factor.is_sent:
            self._session.send_one_time_password(self._id)
        return self._session.vault.ask(self._name(factor), is_one_time=factor.is_one_time)

    def _name(self, factor: protocol.Factor) -> str:
        # With the host in it, no service can ask for the secret of another under its name.
        return printable(f"{factor.id} of {self._id} at {self._session.host}")

    def _refused(self, answer: Answer) -> RefusedError | UnavailableError:
        if self._credential.factors and protocol.is_wrong_secret(answer):
            names = ", ".join(printable(factor.id) for factor in self._credential.factors)
            return SecretError(
                "{host} refuses {names}: {why}",
                hint="each wrong attempt may count towards a lock",
                host=self._session.host,
                names=names,
                why=self._session.why(answer),
            )
        return self._session.refusal("credentials/authorize", answer)


class _Vault:
    """What was asked of the ``SecretsHandler`` and is needed again in this batch. No ``repr`` shows it."""

    __slots__ = ("_known", "_secrets", "_service")

    def __init__(self, secrets: SecretsHandler, service: Service) -> None:
        self._known: dict[str, str] = {}
        self._secrets = secrets
        self._service = service

    def ask(self, name: str, *, is_one_time: bool = False) -> str:
        if name in self._known:
            return self._known[name]
        secret = self._secrets(name)
        self._service.hide(secret)
        if not is_one_time:
            self._known[name] = secret
        return secret

    def forget(self, names: Iterable[str]) -> None:
        for name in names:
            self._known.pop(name, None)


class _Session:
    """Being logged in at a service."""

    def __init__(
        self, service: Service, options: Mapping[str, str], secrets: SecretsHandler, clock: Callable[[], float]
    ) -> None:
        self.service = service
        self.host = service.host
        self.vault = _Vault(secrets, service)
        self._client = options.get("client", "")
        self._scope = options.get("scope", "")
        self._clock = clock
        self._token: Callable[[], str] | None = None  # a closure, so that no repr shows it
        self._until = -math.inf
        # (1)
        info = _find(service)
        self.version = protocol.read_version(info, self.host)
        self._methods = info.strings("methods")
        self._log_in_at = info.string("oauth2")
        self._issuer = info.string("oauth2Issuer")

    def call(self, path: str, body: Mapping[str, object], *, again: bool = False) -> Answer:
        """Ask, and have an answer of the 2xx kind."""
        answer = self.ask(path, body, again=again)
        if not answer.is_ok:
            raise self.refusal(path, answer)
        return answer

    def ask(self, path: str, body: Mapping[str, object], *, again: bool = False) -> Answer:
        """Ask; where the token is refused, nothing was done, and it is asked once more with a new one."""
        answer = self.service.post(path, body, token=self._access(), again=again)
        if answer.status != 401 or protocol.is_wrong_secret(answer):
            return answer
        self._drop_token()
        answer = self.service.post(path, body, token=self._access(), again=again)
        if answer.status == 401 and not protocol.is_wrong_secret(answer):
            self._drop_token()
            raise SecretError("{host} refuses the access token: {why}", host=self.host, why=self.why(answer))
        return answer

    def send_one_time_password(self, credential_id: str) -> None:
        """Have it sent to the signer: ``sendOTP``, in version 2 also ``getChallenge``."""
        for method in ("credentials/sendOTP", "credentials/getChallenge"):
            if method in self._methods:
                self.call(method, {"credentialID": credential_id})
                return

    def why(self, answer: Answer) -> str:
        return self.service.why(answer, "error", "error_description")

    def refusal(self, path: str, answer: Answer) -> RefusedError | UnavailableError:
        if answer.status == 404 and not answer.body:
            return UnavailableError("{host} answers {status}: {path}", host=self.host, status=404, path=path)
        return RefusedError("{host} refuses {path}: {why}", host=self.host, path=path, why=self.why(answer))

    def _access(self) -> str:
        if self._token is None or self._clock() >= self._until:
            token, self._until = self._log_in() if self._client else (self._given(), math.inf)
            self.service.hide(token)
            self._token = lambda: token
        return self._token()

    def _drop_token(self) -> None:
        self._token = None
        self.vault.forget([f"access token of {self.host}"])

    def _given(self) -> str:
        name = f"access token of {self.host}"
        return require_token(self.vault.ask(name), name)

    def _log_in(self) -> tuple[str, float]:
        # (2)
        name = f"client secret of {self._client} at {self.host}"
        form = {"grant_type": "client_credentials", "client_id": self._client, "client_secret": self.vault.ask(name)}
        if self._scope:
            form["scope"] = self._scope
        now = self._clock()
        answer = self.service.post_form(self._token_address(), form)
        if not answer.is_ok:
            self.vault.forget([name])
            raise SecretError(
                "{host} refuses client {client}: {why}", host=self.host, client=self._client, why=self.why(answer)
            )
        life = answer.number("expires_in", _TOKEN_LIFE_S)
        token = require_token(answer.string("access_token"), f"access token of {self.host}")
        return token, now + life - min(_LEEWAY_S, life / 10)

    def _token_address(self) -> str:
        if not self._log_in_at and self._issuer:  # RFC 8414, clause 3
            issuer = urlsplit(self._issuer)
            address = (
                f"{issuer.scheme}://{issuer.netloc}/.well-known/oauth-authorization-server{issuer.path.rstrip('/')}"
            )
            return self.service.get(address).string("token_endpoint")
        return f"{(self._log_in_at or self.service.base).rstrip('/')}/oauth2/token"


def open_csc(rest: str, secrets: SecretsHandler, *, clock: Callable[[], float] = time.monotonic) -> CscSigner:
    """Open a credential at a remote service.

    Mở chứng thư số tại dịch vụ ký số từ xa.

    Args:
        rest: ``//HOST/PATH?credential=ID``, with ``client=ID`` to log in with client credentials, ``scope=``,
            ``padding=pss`` and ``timeout=SECONDS`` for one request. Without ``credential`` the only one there is.
        secrets: Asked for ``PIN of ID at HOST``, ``OTP of ID at HOST``, and ``access token of HOST``; with ``client=``
            for ``client secret of CLIENT at HOST`` instead.
        clock: Seconds, never going back: when a token has to be renewed.

    Raises:
        UsageError: The address, an option, or which of several credentials.
        SecretError: Token or client secret refused.
        UnavailableError: The service does not answer, or not as a CSC service.
        CertificateRefusedError: The credential is disabled, or its key is of another kind.
    """
    return _open(read_location(rest, "https", _OPTIONS), secrets, clock)


def open_csc_here(rest: str, secrets: SecretsHandler, *, clock: Callable[[], float] = time.monotonic) -> CscSigner:
    """Open a credential at a service on this machine, over plain HTTP; else as :func:`open_csc`."""
    return _open(read_location(rest, "http", _OPTIONS), secrets, clock)


def _open(location: Location, secrets: SecretsHandler, clock: Callable[[], float]) -> CscSigner:
    options = location.options
    if options.get("padding", "pkcs1") not in ("pkcs1", "pss"):
        raise UsageError("no such padding: {name}", hint="pkcs1 or pss", name=options["padding"])
    service = Service(location, read_seconds(options.get("timeout", _TIMEOUT_S)))
    session = _Session(service, options, secrets, clock)
    # (3)
    credential_id = options.get("credential") or _only_credential(session)
    return CscSigner(session, credential_id, pss=options.get("padding") == "pss")


def _find(service: Service) -> Answer:
    """``info`` under the base; or under the paths that the standard recommends, the newer first."""
    answer = service.post("info", {}, again=True)
    for path in ("csc/v2", "csc/v1"):
        if answer.status != 404:
            break
        answer = service.post(f"{path}/info", {}, again=True)
        if answer.status != 404:
            service.at(path)
    return answer


def _only_credential(session: _Session) -> str:
    found: list[str] = []
    page: dict[str, object] = {}
    for _ in range(_PAGES):
        answer = session.call("credentials/list", page, again=True)
        found += answer.strings("credentialIDs")
        if not answer.string("nextPageToken"):
            break
        page = {"pageToken": answer.string("nextPageToken")}
    if len(found) != 1:
        raise UsageError(
            "{host} has {count} credentials",
            hint="name one with ?credential=: {names}",
            host=session.host,
            count=len(found),
            names=printable(", ".join(found)) or "-",
        )
    return found[0]
