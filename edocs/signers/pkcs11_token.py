"""Finding a token and logging in to it (PKCS#11 v2.40): libraries, slots, PIN, sessions.

Thiết bị lưu khóa bí mật: tìm và đăng nhập. A wrong PIN is never tried again: after a few a token locks itself for good.
PKCS#11 logs in a process, not a session, so all signers of a process on one token share one login, and whoever opens a
second key on it is not asked again.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pkcs11
from pkcs11 import Session, Token, TokenFlag
from pkcs11.exceptions import (
    FunctionCancelled,
    FunctionNotSupported,
    FunctionRejected,
    KeyHandleInvalid,
    ObjectHandleInvalid,
    PinExpired,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
    RandomNoRNG,
    SessionClosed,
    SessionHandleInvalid,
    UserAlreadyLoggedIn,
    UserNotLoggedIn,
    UserPinNotInitialized,
)
from pkcs11.types import PROTECTED_AUTH

from edocs.errors import EdocsError, SecretError, UnavailableError, UsageError
from edocs.ports import SecretsHandler
from edocs.signers.pkcs11_modules import find_modules, module_folders
from edocs.signers.pkcs11_uri import TokenUri

__all__ = [
    "LOCK",
    "SESSION_LOST",
    "FoundToken",
    "Login",
    "ask_pin",
    "find_token",
    "log_in",
    "look",
    "pin_refused",
    "translated",
    "why",
]

LOCK = threading.RLock()
"""Held around every call of a library: python-pkcs11 starts libraries without telling them to expect threads."""

SESSION_LOST = (SessionHandleInvalid, SessionClosed, UserNotLoggedIn, KeyHandleInvalid, ObjectHandleInvalid)
"""A new login may mend it: the library was started anew, or the token plugged in again."""

T = TypeVar("T")

_PIN_REFUSED = (PinIncorrect, PinInvalid, PinLenRange)
_LOGINS: weakref.WeakValueDictionary[tuple[str, int, bytes], Login] = weakref.WeakValueDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundToken:
    """A token, and the library that speaks to it."""

    token: Token
    module: str

    @property
    def name(self) -> str:
        """Its label, or its serial number where it has none."""
        return self.token.label or _serial(self.token)

    @property
    def pinned(self) -> Mapping[str, str]:
        """What makes out this very token, wherever it is plugged in again."""
        return {"token": self.token.label, "serial": _serial(self.token)}


class Login:
    """A session in which the user is logged in. It ends when nobody holds it any more, or the process does."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._end = weakref.finalize(self, _close, session)

    @property
    def is_open(self) -> bool:
        """Whether nobody has ended it. A token that was pulled out is noticed only on use."""
        return self._end.alive

    def end(self) -> None:
        """Log out and close, once; a token that is gone is no error."""
        self._end()


def find_token(uri: TokenUri) -> FoundToken:
    """The one token that ``uri`` describes.

    Raises:
        UnavailableError: No library, or none of them sees such a token.
        UsageError: Several tokens are meant.
    """
    with LOCK:
        everywhere, asked = _every_token(uri)
    seen = {(_serial(found.token), found.token.label): found for found in reversed(everywhere)}
    present = list(reversed(seen.values()))  # through several libraries, a token counts once, through the first
    matching = [found for found in present if _is_meant(found.token, uri.token)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = _names(matching)
        raise UsageError("several tokens match: {names}", hint="name one by token= or serial=", names=names)
    wanted = ";".join(f"{name}={value}" for name, value in uri.token.items())
    if present:
        names = _names(present)
        raise UnavailableError(
            "token not found: {wanted}", hint="there are: {names}; is it plugged in?", wanted=wanted, names=names
        )
    raise UnavailableError(
        "token not found: {wanted}; no slot holds one",
        hint="is it plugged in, and its driver running? asked: {asked}",
        wanted=wanted or "-",
        asked=", ".join(asked),
    )


def log_in(found: FoundToken, secrets: SecretsHandler) -> Login:
    """The process's login to ``found``; only the first one asks for the PIN.

    Raises:
        SecretError: PIN wrong, locked, expired or not set. It is not tried again.
        UnavailableError: The token does not answer.
    """
    key = (found.module, found.token.slot.slot_id, found.token.serial)
    with LOCK:
        login = _LOGINS.get(key)
        if login is not None and not _answers(login):
            login.end()
            login = None
        if login is None:
            login = _LOGINS[key] = Login(_open_session(found, secrets))
        return login


def look(found: FoundToken, secrets: SecretsHandler, task: Callable[[Session], T]) -> tuple[Login, T]:
    """Log in and read something.

    Raises:
        SecretError, UnavailableError: As :func:`log_in`.
    """
    login = log_in(found, secrets)
    with translated(found):
        return login, task(login.session)


def ask_pin(found: FoundToken, secrets: SecretsHandler) -> str:
    """The PIN as ``secrets`` knows it; an empty one would only cost a try.

    Raises:
        SecretError: It is empty, or bytes of the environment that are no text.
    """
    pin = secrets(f"PIN of {found.name}")
    if not pin:
        raise SecretError("empty PIN for token {token}; it was not tried", token=found.name)
    if not _is_text(pin):
        raise SecretError("PIN for token {token} is not UTF-8; it was not tried", token=found.name)
    return pin


def pin_refused(found: FoundToken) -> SecretError:
    """The error of a wrong PIN, with what the token says of the tries that are left."""
    flags = TokenFlag(0)
    with suppress(PKCS11Error):
        flags = found.token.slot.get_token().flags
    if flags & TokenFlag.USER_PIN_LOCKED:
        return SecretError("wrong PIN for token {token}; it is locked now", hint=_UNLOCK, token=found.name)
    if flags & TokenFlag.USER_PIN_FINAL_TRY:
        return SecretError("wrong PIN for token {token}; one try is left", hint=_BE_SURE, token=found.name)
    if flags & TokenFlag.USER_PIN_COUNT_LOW:
        return SecretError("wrong PIN for token {token}; few tries are left", hint=_BE_SURE, token=found.name)
    return SecretError("wrong PIN for token {token}; it does not tell the tries left", hint=_BE_SURE, token=found.name)


@contextmanager
def translated(found: FoundToken) -> Iterator[None]:
    """Errors of the library become ours, with the token's name.

    Raises:
        SecretError: About the PIN.
        UnavailableError: Any other.
    """
    try:
        yield
    except _PIN_REFUSED as exc:
        raise pin_refused(found) from exc
    except PinLocked as exc:
        raise SecretError("PIN of token {token} is locked", hint=_UNLOCK, token=found.name) from exc
    except PinExpired as exc:
        raise SecretError(
            "PIN of token {token} has expired", hint="change it with the token's own program", token=found.name
        ) from exc
    except UserPinNotInitialized as exc:
        raise SecretError(
            "token {token} has no PIN yet", hint="set it with the token's own program", token=found.name
        ) from exc
    except (FunctionCancelled, FunctionRejected) as exc:
        raise SecretError("cancelled at token {token}", token=found.name) from exc
    except PKCS11Error as exc:
        raise UnavailableError(
            "token {token} does not answer: {why}", hint=_PLUG_IN, token=found.name, why=why(exc)
        ) from exc


def why(error: Exception) -> str:
    """What the library said, or the name of its return value."""
    return error.message() if isinstance(error, EdocsError) else str(error) or type(error).__name__


_PLUG_IN = "is it plugged in, and its driver running?"
_UNLOCK = "whoever issued it can unlock it"
_BE_SURE = "be sure of the PIN before the next try; it was not tried again"


def _open_session(found: FoundToken, secrets: SecretsHandler) -> Session:
    token, flags = found.token, found.token.flags
    if flags & TokenFlag.USER_PIN_LOCKED:
        raise SecretError("PIN of token {token} is locked", hint=_UNLOCK, token=found.name)
    with translated(found):
        if not flags & TokenFlag.LOGIN_REQUIRED:
            return token.open()
        pin: object = PROTECTED_AUTH  # typed on the reader's own keys
        if not flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
            pin = ask_pin(found, secrets)
        try:
            return token.open(user_pin=pin)
        except UserAlreadyLoggedIn:  # by other code in this process: a session of ours is logged in as well
            return token.open()


def _answers(login: Login) -> bool:
    """Whether the library still knows the session: it forgets it where the token was pulled out meanwhile."""
    if not login.is_open:
        return False
    try:
        login.session.generate_random(64)
    except (RandomNoRNG, FunctionNotSupported):
        return True
    except PKCS11Error:
        return False
    return True


def _is_text(pin: str) -> bool:
    try:
        pin.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _close(session: Session) -> None:
    with LOCK, suppress(PKCS11Error):
        session.close()


def _every_token(uri: TokenUri) -> tuple[list[FoundToken], list[str]]:
    """All tokens, and the libraries that were asked for them, with what went wrong there."""
    found: list[FoundToken] = []
    asked: list[str] = []
    faults: list[UnavailableError] = []
    for path in _modules(uri):
        try:
            found += _tokens_of(path, uri.library)
            asked.append(path)
        except UnavailableError as error:  # a library of another system or of a token long gone hides no other
            faults.append(error)
            asked.append(f"{path} ({error.params['why']})")
    if len(faults) == len(asked):
        raise faults[0]
    return found, asked


def _tokens_of(path: str, wanted: Mapping[str, str]) -> Iterator[FoundToken]:
    try:
        module = pkcs11.lib(path)
        version = module.library_version
        own = {
            "library-manufacturer": {module.manufacturer_id},
            "library-description": {module.library_description},
            "library-version": {str(version[0]), f"{version[0]}.{version[1]}"},
        }
        slots = module.get_slots(token_present=True)
    except PKCS11Error as exc:
        raise UnavailableError(
            "PKCS#11 library cannot be used: {path}: {why}",
            hint="is it for this system, 32 or 64 bit, and set up?",
            path=path,
            why=why(exc),
        ) from exc
    if any(value not in own[name] for name, value in wanted.items()):
        return
    for slot in slots:
        with suppress(PKCS11Error):  # a slot that does not answer hides no other
            token = slot.get_token()
            if token.label or token.flags & TokenFlag.TOKEN_INITIALIZED:
                yield FoundToken(token=token, module=path)


def _is_meant(token: Token, wanted: Mapping[str, str]) -> bool:
    slot = token.slot
    own = {
        "token": token.label,
        "serial": _serial(token),
        "manufacturer": token.manufacturer_id,
        "model": token.model,
        "slot-id": str(slot.slot_id),
        "slot-description": slot.slot_description,
        "slot-manufacturer": slot.manufacturer_id,
    }
    return all(own[name] == value for name, value in wanted.items())


def _modules(uri: TokenUri) -> Sequence[str]:
    """Libraries to ask, those that serve many makers' tokens last.

    Always by their real paths: one library under two names would be started twice, which it refuses.
    """
    folders, name = module_folders(), uri.module_name
    if uri.module_path is not None:
        path = Path(uri.module_path)
        if path.is_file():
            return [str(path.resolve())]
        if path.is_dir():
            folders = [path]
        else:
            folders, name = ([] if path.parent.name else folders), path.name
    found = dict.fromkeys(path.resolve() for path in find_modules(folders) if name is None or _is_called(path, name))
    if not found:
        places = ", ".join(str(folder) for folder in folders if folder.is_dir()) or uri.module_path or "-"
        raise UnavailableError(
            "no PKCS#11 library found in {places}",
            hint="install the token's driver, or give ?module-path=PATH",
            places=places,
        )
    return [str(path) for path in sorted(found, key=lambda path: "opensc" in path.name.lower())]


def _is_called(path: Path, name: str) -> bool:
    return name in (path.name, path.stem, path.stem.removeprefix("lib"))


def _serial(token: Token) -> str:
    return token.serial.rstrip(b"\0 ").decode("utf-8", "replace")


def _names(tokens: Sequence[FoundToken]) -> str:
    return ", ".join(f"token={found.token.label};serial={_serial(found.token)}" for found in tokens)
