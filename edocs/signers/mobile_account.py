"""``//HOST/PATH?msisdn=…&ap=…``: which service, which phone, and how they speak. The password is never in it.

Địa chỉ dịch vụ ký số trên SIM (``docs/keys.md``).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

from edocs.errors import UsageError
from edocs.signers.mss_value import MODES

__all__ = ["MobileAccount", "read_account"]

_MSISDN = re.compile(r"\+?([1-9][0-9]{7,14})")  # E.164
_CHOICES = {
    "mode": MODES,
    "messaging": ("asynch", "synch"),
    "format": ("pkcs1", "pkcs7"),
    "lookup": ("profile", "registration", "signature"),
    "soap": ("1.2", "1.1"),
}
_FREE = ("msisdn", "ap", "mssp", "certificate", "profile", "service", "timeout", "text", "ca", "client")
_TIMEOUTS_S = range(10, 601)
_PORT = "MSS_SignaturePort"
_PORTS = {
    "signature": _PORT,
    "status": "MSS_StatusQueryPort",
    "profile": "MSS_ProfilePort",
    "registration": "MSS_RegistrationPort",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MobileAccount:
    """One phone at one service (thuê bao)."""

    url: str
    host: str
    msisdn: str
    """Digits, with the country's code, without ``+``."""
    ap_id: str
    mssp_id: str
    mode: str
    is_synchronous: bool
    format: str
    """PKCS1 or PKCS7."""
    lookup: str
    """Where the certificate comes from: profile, registration or signature."""
    certificate: Path | None
    """PEM or DER; where it is given nothing is looked up."""
    is_soap11: bool
    profile: str
    services: tuple[str, ...]
    text: str
    """What the phone shows before the code."""
    timeout_s: int
    """How long the person has."""
    ca: Path | None
    """CA certificates of the service's TLS; None: the system's."""
    client: Path | None
    """PEM with the application's TLS certificate and key."""

    @property
    def masked(self) -> str:
        """The number as it may be shown: first four digits and last three."""
        return f"{self.msisdn[:4]}{'*' * max(len(self.msisdn) - 7, 1)}{self.msisdn[-3:]}"

    def url_of(self, service: str) -> str:
        """Where ``signature``, ``status``, ``profile`` or ``registration`` is asked for.

        A path that ends in ``MSS_SignaturePort`` has its sisters beside it; any other address serves them all.
        """
        head, slash, port = self.url.rpartition("/")
        return head + slash + _PORTS[service] if port == _PORT else self.url


def read_account(scheme: str, rest: str) -> MobileAccount:
    """The account that ``rest`` names.

    Args:
        scheme: https, or http, which is for loopback alone: the password would travel in clear.

    Raises:
        UsageError: Something is missing, unknown or malformed.
    """
    parts = _split(scheme, rest)
    pairs = _options(parts.query)
    options = dict(pairs)
    if not _is_safe(scheme, parts):
        raise UsageError("not encrypted: {host}", hint="give mobile+https:", host=parts.hostname)
    msisdn = _MSISDN.fullmatch(options.get("msisdn", "").replace(" ", ""))
    if msisdn is None:
        raise UsageError("no telephone number with its country code", hint="give msisdn=84…")
    if not options.get("ap"):
        raise UsageError("no identifier of the application", hint="give ap=, as the service's operator set it")
    return MobileAccount(
        url=f"{scheme}://{parts.netloc}{parts.path or '/'}",
        host=parts.netloc,
        msisdn=msisdn[1],
        ap_id=options["ap"],
        mssp_id=options.get("mssp") or f"{scheme}://{parts.hostname}",
        mode=_choice(options, "mode"),
        is_synchronous=_choice(options, "messaging") == "synch",
        format=_choice(options, "format").upper(),
        lookup=_choice(options, "lookup"),
        certificate=_path(options, "certificate"),
        is_soap11=_choice(options, "soap") == "1.1",
        profile=options.get("profile", ""),
        services=tuple(value for name, value in pairs if name == "service"),
        text=options.get("text", "Ký số. Mã xác nhận:"),
        timeout_s=_timeout(options.get("timeout", "120")),
        ca=_path(options, "ca"),
        client=_path(options, "client"),
    )


def _split(scheme: str, rest: str) -> SplitResult:
    try:
        parts = urlsplit(f"{scheme}:{rest}")
        is_whole = rest.startswith("//") and parts.hostname and parts.port != 0
    except ValueError:  # an odd port or IPv6 address
        is_whole = False
    if not is_whole or parts.fragment:
        raise UsageError("no address of a signing service", hint="mobile+https://HOST/PATH?msisdn=84…&ap=…")
    if parts.username is not None or parts.password is not None:
        raise UsageError("no password belongs into an address", hint="give --secrets")
    return parts


def _options(query: str) -> list[tuple[str, str]]:
    pairs = parse_qsl(query.replace("+", "%2B"), keep_blank_values=True)
    for name, _ in pairs:
        if name not in (*_CHOICES, *_FREE):
            names = ", ".join(sorted((*_CHOICES, *_FREE)))
            raise UsageError("no such option: {name}", hint="one of {names}", name=name, names=names)
    return pairs


def _is_safe(scheme: str, parts: SplitResult) -> bool:
    if scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _choice(options: Mapping[str, str], name: str) -> str:
    value = options.get(name, _CHOICES[name][0])
    if value not in _CHOICES[name]:
        names = ", ".join(_CHOICES[name])
        raise UsageError("{name} cannot be {value}", hint="one of {names}", name=name, value=value, names=names)
    return value


def _timeout(text: str) -> int:
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    if seconds not in _TIMEOUTS_S:
        raise UsageError("timeout cannot be {value}", hint="10 to 600 seconds", value=text)
    return seconds


def _path(options: Mapping[str, str], name: str) -> Path | None:
    return Path(options[name]) if options.get(name) else None
