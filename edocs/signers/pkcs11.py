"""Keys on tokens and HSMs: ``pkcs11:token=…;object=…`` (RFC 7512) over PKCS#11 v2.40.

USB token, thiết bị HSM. The key never leaves the token: it is sent what is to be signed, or its digest where the token
does not hash. The session is opened once; a session that was lost is opened once again, and a token that is gone is
``UnavailableError``. It does not set up tokens, write to them or unlock them.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import NoReturn

from cryptography.hazmat.primitives.asymmetric import ec

from edocs.errors import EdocsError, SecretError, UnavailableError, UsageError
from edocs.ports import SecretsHandler
from edocs.signers.identity import Identity, algorithm_of
from edocs.signers.pkcs11_mechanisms import DIGESTS, PIN_FAULTS, TOKEN_FAULTS, sign_with
from edocs.signers.pkcs11_objects import TokenKey, choose, find_again
from edocs.signers.pkcs11_token import LOCK, SESSION_LOST, FoundToken, Login, ask_pin, find_token, look, translated, why
from edocs.signers.pkcs11_uri import TokenUri, read_token_uri

__all__ = ["Pkcs11Signer", "open_pkcs11"]


def open_pkcs11(rest: str, secrets: SecretsHandler) -> Pkcs11Signer:
    """Find the token, log in and choose the key, once.

    Args:
        rest: ``token=LABEL;object=LABEL?module-path=PATH`` and the other attributes of ``TokenUri``.
        secrets: Asked for ``PIN of LABEL``, and again where a lost session must be opened anew.

    Raises:
        UsageError: The URI cannot be meant, or several tokens or keys, or no key, are what it describes.
        UnavailableError: No library, no such token, or it does not answer.
        SecretError: The PIN is refused. It is not tried again.
    """
    uri = read_token_uri(rest)
    return Pkcs11Signer(uri, find_token(uri), secrets)


class Pkcs11Signer(Identity):
    """A ``Signer`` over a key on a token. Threads may share it, and take turns; another process opens its own."""

    def __init__(self, uri: TokenUri, found: FoundToken, secrets: SecretsHandler) -> None:
        """Log in to ``found`` and choose key and certificate.

        Raises:
            As :func:`open_pkcs11`.
        """
        self._uri = replace(uri, token=found.pinned)
        self._found = found
        self._secrets = secrets
        self._refused: SecretError | None = None
        self._login: Login | None
        with LOCK:
            self._login, chosen = look(found, secrets, lambda session: choose(session, uri, found.name))
        self._key: TokenKey
        self._key, certificate, chain = chosen
        public = certificate.public_key()
        if isinstance(public, ec.EllipticCurvePublicKey):
            self._key = replace(self._key, order_bytes=(public.curve.key_size + 7) // 8)
        super().__init__(certificate, chain, algorithm_of(public, pss=uri.is_pss))

    def _place(self) -> str:
        return f"{self._found.name}:"

    def __enter__(self) -> Pkcs11Signer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def sign(self, data: bytes, digest: str) -> bytes:
        """Sign ``data``, hashed with ``digest``.

        Raises:
            UsageError: ``digest`` is none of sha256, sha384, sha512, or the token does not sign so.
            UnavailableError: The token is gone or does not answer.
            SecretError: The PIN was refused; from then on without asking the token again.
        """
        return self.sign_many([data], digest)[0]

    def sign_many(self, items: Sequence[bytes], digest: str) -> Sequence[bytes]:
        """Sign each of ``items`` in order, in one session.

        Raises:
            As :meth:`sign`.
        """
        if digest not in DIGESTS:
            names = ", ".join(DIGESTS)
            raise UsageError("digest not produced: {digest}", hint="one of {names}", digest=digest, names=names)
        with LOCK:
            if self._refused is not None:
                raise copy(self._refused)
            try:
                pin = ask_pin(self._found, self._secrets) if self._key.is_asking and items else None
                return [self._sign_one(item, digest, pin) for item in items]
            except SecretError as error:
                self._refused = error  # the same PIN once more for each file of a batch would lock the token
                raise

    def close(self) -> None:
        """Let go of the session; the next signature opens it again. The last signer on a token logs out."""
        with LOCK:
            self._login = None

    def _sign_one(self, data: bytes, digest: str, pin: str | None) -> bytes:
        is_fresh = self._login is None or not self._login.is_open
        if is_fresh:
            self._open_again()
        try:
            return self._ask_token(data, digest, pin)
        except SESSION_LOST as exc:
            self._let_go()
            if is_fresh:
                self._gone(exc)
        except TOKEN_FAULTS as exc:
            self._let_go()
            self._gone(exc)
        self._open_again()
        try:
            return self._ask_token(data, digest, pin)
        except TOKEN_FAULTS as exc:
            self._let_go()
            self._gone(exc)

    def _ask_token(self, data: bytes, digest: str, pin: str | None) -> bytes:
        try:
            return sign_with(self._key, self._algorithm, data, digest, pin)
        except PIN_FAULTS:
            with translated(self._found):
                raise

    def _open_again(self) -> None:
        try:
            self._found = find_token(self._uri)
            self._login, key = look(self._found, self._secrets, lambda session: find_again(session, self._key))
        except SecretError:
            raise
        except EdocsError as exc:
            self._let_go()
            self._gone(exc)
        if key is None:
            self._let_go()
            raise UnavailableError("the key is no longer on token {token}", hint=_WHOLE, token=self._found.name)
        self._key = replace(key, order_bytes=self._key.order_bytes)

    def _let_go(self) -> None:
        if self._login is not None:
            self._login.end()
        self._login = None

    def _gone(self, exc: Exception) -> NoReturn:
        raise UnavailableError("token gone: {token}: {why}", hint=_WHOLE, token=self._found.name, why=why(exc)) from exc


_WHOLE = "plug it in and sign what is left; what is signed already stays whole"
