"""PKCS#11 URIs (RFC 7512): which token, which key on it, and which library speaks to it.

Địa chỉ khóa trên thiết bị. Beside the RFC's query attributes stand three of edocs: ``certificate``, ``chain`` and
``padding``. A PIN never stands here: a command line is seen by every user of the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from edocs.errors import UsageError
from edocs.signers.key import as_path

__all__ = ["TokenUri", "read_token_uri"]

_TOKEN = ("token", "serial", "manufacturer", "model", "slot-id", "slot-description", "slot-manufacturer")
_LIBRARY = ("library-manufacturer", "library-description", "library-version")
_OBJECT = ("object", "id", "type")
_QUERY = ("module-path", "module-name", "certificate", "chain", "padding")
_SECRET = ("pin-value", "pin-source")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUri:
    """What a URI asks for; what it leaves out may be anything."""

    token: Mapping[str, str]
    """Attributes of the token and of its slot, by the RFC's names."""
    library: Mapping[str, str]
    """Attributes of the library that speaks to it."""
    label: str | None
    """CKA_LABEL of the key or of its certificate."""
    id: bytes | None
    """CKA_ID of the key."""
    module_path: str | None
    """Library, or folder of libraries."""
    module_name: str | None
    """Name of the library without folder, ``lib`` and suffix."""
    certificate: Path | None
    """File with the signer's certificate, instead of the token's."""
    chain: Path | None
    """File with CA certificates that the token lacks."""
    is_pss: bool
    """RSASSA-PSS in place of PKCS#1 v1.5."""


def read_token_uri(rest: str) -> TokenUri:
    """Read what follows ``pkcs11:``.

    Raises:
        UsageError: An attribute that is unknown, given twice or cannot be decoded, or a PIN.

    Source: RFC 7512, sections 2.3 and 2.4.
    """
    path, _, query = rest.partition("?")
    attributes = _attributes(path, ";", (*_TOKEN, *_LIBRARY, *_OBJECT))
    options = _attributes(query, "&", _QUERY)
    if attributes.get("type", "private") not in ("private", "cert"):
        raise UsageError(
            "not a key to sign with: type={type}", hint="private, or leave it out", type=attributes["type"]
        )
    if options.get("padding", "pkcs1") not in ("pkcs1", "pss"):
        raise UsageError("no such padding: {name}", hint="pkcs1 or pss", name=options["padding"])
    text = {name: _decode(name, value) for name, value in attributes.items() if name != "id"}
    return TokenUri(
        token={name: text[name] for name in _TOKEN if name in text},
        library={name: text[name] for name in _LIBRARY if name in text},
        label=text.get("object"),
        id=unquote_to_bytes(attributes["id"]) if "id" in attributes else None,
        module_path=str(as_path(options["module-path"])) if options.get("module-path") else None,
        module_name=options.get("module-name"),
        certificate=as_path(options["certificate"]) if options.get("certificate") else None,
        chain=as_path(options["chain"]) if options.get("chain") else None,
        is_pss=options.get("padding") == "pss",
    )


def _attributes(text: str, separator: str, known: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, text.split(separator)):
        name, equals, value = part.partition("=")
        if name in _SECRET:  # the value is not repeated, not even in the error
            raise UsageError(
                "a PIN does not belong in a URI: {name}",
                hint="leave it out: it is asked for; unattended, --secrets env:PREFIX or file:PATH",
                name=name,
            )
        if not equals or name not in known:
            names = ", ".join(known)
            raise UsageError("not known in a pkcs11: URI: {name}", hint="known: {names}", name=name, names=names)
        if name in found:
            raise UsageError("given twice in a pkcs11: URI: {name}", name=name)
        found[name] = value
    return found


def _decode(name: str, value: str) -> str:
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError as exc:
        raise UsageError("not UTF-8 in a pkcs11: URI: {name}", name=name) from exc
