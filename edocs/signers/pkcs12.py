"""PKCS#12 files (RFC 7292): ``pkcs12:PATH``, or a bare path that ends in .p12 or .pfx.

Tệp khóa .p12, .pfx. Old files with RC2 or triple DES, and passphrases in Vietnamese (UTF-8), open as well.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import pkcs12

from edocs._files import read_file
from edocs.errors import SecretError, UnreadableError
from edocs.ports import SecretsHandler
from edocs.signers.key import KeySigner, read_location

__all__ = ["open_pkcs12"]


def open_pkcs12(rest: str, secrets: SecretsHandler) -> KeySigner:
    """Open the file once; ``secrets`` is asked only where there is a passphrase.

    Args:
        rest: ``PATH`` or ``PATH?padding=pss``.

    Raises:
        UnreadableError: No such file, not PKCS#12, or without key or certificate.
        SecretError: The passphrase is wrong.
    """
    path, options = read_location(rest)
    data = read_file(path)
    if not data.startswith(b"\x30"):
        raise UnreadableError("not a PKCS#12 file: {path}", path=path)
    found = _load(data, None) or _load(data, b"")
    if found is None:
        found = _load(data, secrets(f"passphrase of {path.name}").encode("utf-8"))
    if found is None:
        raise SecretError(
            "wrong passphrase, or not a whole PKCS#12 file: {name}",
            hint="check capitals and the keyboard, and where --secrets looks",
            name=path.name,
        )
    if found.key is None or found.cert is None:
        raise UnreadableError("no key with its certificate in {path}", path=path, hint="export both into one file")
    chain = [item.certificate for item in found.additional_certs]
    return KeySigner(found.key, found.cert.certificate, chain, pss=options.get("padding") == "pss")


def _load(data: bytes, passphrase: bytes | None) -> pkcs12.PKCS12KeyAndCertificates | None:
    try:
        return pkcs12.load_pkcs12(data, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None
