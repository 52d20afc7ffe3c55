"""``scheme:rest`` becomes an adapter, imported on use: a command pays for the adapter that it names and no other.

Kết nối theo URI: ``pkcs12:PATH``, ``pem:CERT?key=PATH``, ``local:4``. Third parties add signer schemes through the
entry point group ``edocs.signers``: the name is the scheme, the object a function of (what follows the colon,
``SecretsHandler``) that returns a ``Signer``.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import PurePath
from typing import TYPE_CHECKING

from edocs.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from edocs.errors import EdocsError
    from edocs.model import Limits, TrustStore
    from edocs.ports import Engine, RevocationSource, SecretsHandler, Signer, Store, Timestamper

__all__ = [
    "SignerRecipe",
    "TrustRecipe",
    "open_engine",
    "open_register",
    "open_revocation",
    "open_signer",
    "open_timestamper",
]

_SIGNERS = {
    "csc+http": ("edocs.signers.csc", "open_csc_here"),
    "csc+https": ("edocs.signers.csc", "open_csc"),
    "gateway+http": ("edocs.signers.gateway", "open_gateway_here"),
    "gateway+https": ("edocs.signers.gateway", "open_gateway"),
    "mobile+http": ("edocs.signers.mobile", "open_mobile_loopback"),
    "mobile+https": ("edocs.signers.mobile", "open_mobile"),
    "pem": ("edocs.signers.pem", "open_pem"),
    "pkcs11": ("edocs.signers.pkcs11", "open_pkcs11"),
    "pkcs12": ("edocs.signers.pkcs12", "open_pkcs12"),
}
_NOTIFYING = frozenset({"gateway+http", "gateway+https", "mobile+http", "mobile+https"})  # openers that take ``notify``
_EXTRAS = {
    "csc+http": "remote",
    "csc+https": "remote",
    "gateway+http": "remote",
    "gateway+https": "remote",
    "mobile+http": "mobile",
    "mobile+https": "mobile",
}
_FILES = frozenset({"pem", "pkcs12"})  # keys that another process can open as well
_SIGNER_GROUP = "edocs.signers"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):(.*)", re.DOTALL)  # two letters at least: C: is a drive


def open_signer(uri: str, secrets: SecretsHandler, notify: Callable[[str], None] | None = None) -> Signer:
    """Open the private key that ``uri`` names.

    Mở khóa bí mật. A bare path that ends in .p12 or .pfx is taken as ``pkcs12:``.

    Args:
        secrets: Asked by name for a passphrase or PIN, only where there is one.
        notify: Handed the code that a person must find on the phone before confirming there.

    Raises:
        UsageError: No such scheme; the hint lists the known ones.
        MissingExtraError: The adapter needs a package that is not installed.
        SecretError, UnreadableError: As the adapter finds.
    """
    scheme, rest = _split(uri)
    if scheme in _SIGNERS:
        opener: Callable[..., Signer] = _adapter(scheme)
        return opener(rest, secrets, notify) if scheme in _NOTIFYING else opener(rest, secrets)
    found = {entry.name: entry for entry in entry_points(group=_SIGNER_GROUP)}
    if scheme not in found:
        names = ", ".join(f"{name}:" for name in sorted({*_SIGNERS, *found}))
        raise UsageError(
            "no such kind of signer: {uri}",
            hint="a key file such as leader.p12, or an address that begins with one of {names}",
            uri=uri,
            names=names,
        )
    try:
        opener = found[scheme].load()
    except ImportError as exc:
        raise MissingExtraError(
            "the adapter for {scheme}: needs a package that is not installed: {why}", scheme=scheme, why=exc
        ) from exc
    return opener(rest, secrets)


class SignerRecipe:
    """Opens a key, and opens it again in another process without asking anybody anew.

    Mở lại khóa ở tiến trình khác. What was answered travels inside the pickled recipe, through the pipe to a worker:
    never as an argument or in the environment. No ``repr`` shows it.
    """

    def __init__(self, uri: str, secrets: SecretsHandler) -> None:
        self._uri, self._secrets = uri, secrets
        self._answers: dict[str, str] = {}

    def __call__(self, notify: Callable[[str], None] | None = None) -> Signer:
        """Open the key, as :func:`open_signer` does."""
        return open_signer(self._uri, self._answer, notify)

    def __reduce__(self) -> tuple[object, ...]:
        if _split(self._uri)[0] not in _FILES:
            raise UsageError("several processes need a key in a file", hint="leave --jobs away")
        return _recall, (self._uri, dict(self._answers))

    def _answer(self, name: str) -> str:
        if name not in self._answers:
            self._answers[name] = self._secrets(name)
        return self._answers[name]


def _recall(uri: str, answers: dict[str, str]) -> SignerRecipe:
    return SignerRecipe(uri, lambda name: answers[name])


@dataclass(slots=True, kw_only=True)
class TrustRecipe:
    """Loads whom to believe, there where it is needed: a worker process (nạp danh sách tin cậy)."""

    paths: tuple[Path, ...] = ()
    """As for :func:`edocs.verify.load_trust`; none: nobody is believed."""
    roles: Path | None = None
    """As for :func:`edocs.verify.load_roles`."""
    at: datetime | None = None
    """As of when trusted lists must hold; None: now."""
    kept_out: list[EdocsError] = field(default_factory=list)
    """Why trusted lists do not count, once it is loaded."""

    def __call__(self) -> TrustStore:
        """Load it.

        Raises:
            UsageError, UnreadableError: As the loaders do.
        """
        verify = importlib.import_module("edocs.verify")
        trust: TrustStore = verify.TrustStore()
        if self.paths:
            trust = verify.load_trust(self.paths, self.at, self.kept_out.append)
        if self.roles is not None:
            trust = verify.load_roles(self.roles, trust, verify.agency_name)
        return trust


def open_revocation(paths: Iterable[Path] = (), *, online: bool = False, cache: Path | None = None) -> RevocationSource:
    """Revocation as the CRLs and OCSP responses in ``paths`` (files or folders) know it, and as services answer.

    Nguồn thông tin thu hồi.

    Args:
        online: Ask the OCSP responders and CRL addresses that certificates name, where ``paths`` say nothing.
        cache: Folder for their answers, until the nextUpdate of each; None: not kept.

    Raises:
        UnreadableError: One of them is neither certificate nor list.
        MissingExtraError: ``online``, and httpx is not installed.
    """
    trust = importlib.import_module("edocs.verify").load_trust(paths)
    source: RevocationSource = importlib.import_module("edocs._trust.revocation").StoreRevocation(trust)
    if online:
        source = importlib.import_module("edocs._trust.fetching").OnlineRevocation(cache, known=source)
    return source


def open_timestamper(urls: Sequence[str], secrets: SecretsHandler, *, timeout_s: float = 10.0) -> Timestamper:
    """The time-stamping authorities at ``urls``, asked in that order (dịch vụ cấp dấu thời gian).

    Every token is verified, its signature too; where one does not hold, the next authority is asked.

    Args:
        secrets: Asked for a password where an address names a user: ``https://user@tsa.example/``.

    Raises:
        UsageError: None is given, or one is no http address.
        MissingExtraError: httpx is not installed.
    """
    accept = importlib.import_module("edocs._pades.timestamps").accept_token

    def judge(token: bytes, imprint: bytes, digest: str) -> str:
        found = accept(token, imprint, digest)
        return found if isinstance(found, str) else ""

    timestamper: Timestamper = importlib.import_module("edocs.signers.tsa").HttpTimestamper(
        urls, secrets, judge, timeout_s=timeout_s
    )
    return timestamper


def open_engine(uri: str, limits: Limits | None = None) -> Engine:
    """The engine that ``uri`` names: ``serial:``, ``local:`` (one worker a core) or ``local:N``.

    Args:
        limits: What each item may cost; ``serial:`` cannot hold to them, and does not.

    Raises:
        UsageError: It names none.
    """
    scheme, colon, rest = uri.partition(":")
    engine: Engine
    if scheme == "serial" and colon and not rest:
        engine = importlib.import_module("edocs.engines.serial").SerialEngine()
    elif scheme == "local" and colon and (not rest or (rest.isascii() and rest.isdigit())):
        engine = importlib.import_module("edocs.engines.local").LocalEngine(int(rest) if rest else None, limits)
    else:
        raise UsageError("no such engine: {uri}", hint="serial:, local: or local:N", uri=uri)
    return engine


def open_register(uri: str, secrets: SecretsHandler | None = None, *, read_only: bool = False) -> Store:
    """The register that ``uri`` names: a path, or ``postgresql://user@host:port/database`` (mở sổ đăng ký).

    Args:
        secrets: Asked for the password of a server that wants one.

    Raises:
        UsageError: The address cannot be meant.
        MissingExtraError: The driver of PostgreSQL is not installed.
        StoreError, OutputError: As the adapter finds.
    """
    scheme, _ = _split(uri)
    store: Store
    if scheme not in ("postgresql", "postgres"):
        path = importlib.import_module("pathlib").Path(uri)
        store = importlib.import_module("edocs.stores.sqlite").open_sqlite(path, read_only=read_only)
        return store
    try:
        importlib.import_module("psycopg")
    except ImportError as exc:
        raise MissingExtraError(
            "the adapter for {scheme}: needs a package that is not installed: {why}",
            hint="pip install 'edocs[{extra}]'",
            scheme=scheme,
            why=exc,
            extra="postgres",
        ) from exc
    open_postgres: Callable[..., Store] = importlib.import_module("edocs.stores.postgres").open_postgres
    return open_postgres(uri.replace("postgres:", "postgresql:", 1), secrets, read_only=read_only)


def _adapter(scheme: str) -> Callable[..., Signer]:
    module, name = _SIGNERS[scheme]
    try:
        opener: Callable[..., Signer] = getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as exc:
        raise MissingExtraError(
            "the adapter for {scheme}: needs a package that is not installed: {why}",
            hint="pip install 'edocs[{extra}]'",
            scheme=scheme,
            why=exc.name,
            extra=_EXTRAS.get(scheme, scheme),
        ) from exc
    return opener


def _split(uri: str) -> tuple[str, str]:
    match = _SCHEME.fullmatch(uri)
    if match:
        return match[1], match[2]
    path = uri.partition("?")[0]
    return ("pkcs12", uri) if PurePath(path).suffix.lower() in (".p12", ".pfx") else ("", uri)
