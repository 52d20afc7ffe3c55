"""PEM files (RFC 7468): ``pem:CERT?key=PATH&chain=PATH``; without ``key`` both are in the one file.

Tệp PEM. The certificate that belongs to the key is the signer's, the others are its chain, whatever their order. A key
without encryption asks for no secret.
"""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from edocs._files import read_file
from edocs.errors import SecretError, UnreadableError, UsageError
from edocs.ports import SecretsHandler
from edocs.signers.key import KeySigner, as_path, read_location

__all__ = ["open_pem"]


def open_pem(rest: str, secrets: SecretsHandler) -> KeySigner:
    """Open certificate and key once.

    Args:
        rest: ``CERT?key=PATH``, with ``&chain=PATH`` (CA certificates) and ``&padding=pss`` if wanted.

    Raises:
        UnreadableError: A file is missing or is not PEM.
        SecretError: The passphrase is wrong.
        UsageError: No certificate belongs to the key.
    """
    path, options = read_location(rest)
    key_path = as_path(options["key"]) if "key" in options else path
    certificates = _load_certificates(path)
    if "chain" in options:
        certificates += _load_certificates(as_path(options["chain"]))
    key = _load_key(key_path, secrets)
    public = key.public_key()
    own = [certificate for certificate in certificates if _has_key(certificate, public)]
    if not own:
        raise UsageError("the key is not that of the certificate", hint="give the key that belongs to it")
    chain = [certificate for certificate in certificates if certificate is not own[0]]
    return KeySigner(key, own[0], chain, pss=options.get("padding") == "pss")


def _load_certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(read_file(path))
    except (ValueError, x509.InvalidVersion) as exc:
        raise UnreadableError("no certificate in PEM: {path}", path=path) from exc


def _load_key(path: Path, secrets: SecretsHandler) -> PrivateKeyTypes:
    data = read_file(path)
    try:
        return load_pem_private_key(data, None)
    except TypeError:  # encrypted
        passphrase = secrets(f"passphrase of {path.name}").encode("utf-8")
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise UnreadableError("no private key in PEM: {path}", path=path, hint="give ?key=PATH") from exc
    try:
        return load_pem_private_key(data, passphrase)
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise SecretError(
            "wrong passphrase: {name}",
            hint="check capitals and the keyboard, and where --secrets looks",
            name=path.name,
        ) from exc


def _has_key(certificate: x509.Certificate, public: object) -> bool:
    try:
        return certificate.public_key() == public
    except (ValueError, UnsupportedAlgorithm):
        return False
