"""A private key that was opened once and stays in memory: what the file adapters have in common.

Khóa bí mật trong bộ nhớ. It signs; it never shows the key and never asks for a secret again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from edocs.errors import CertificateRefusedError, UsageError
from edocs.model import SignatureAlgorithm
from edocs.signers.identity import Identity, algorithm_of

__all__ = ["KeySigner", "as_path", "read_location"]

_DIGESTS = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_OPTIONS = ("chain", "key", "padding")


class KeySigner(Identity):
    """A ``Signer`` over a key in memory."""

    def __init__(
        self, key: object, certificate: x509.Certificate, chain: Sequence[x509.Certificate], *, pss: bool = False
    ) -> None:
        """Take over a parsed key.

        Raises:
            CertificateRefusedError: Neither RSA nor ECDSA.
            UsageError: The key is not the certificate's.
        """
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise CertificateRefusedError(
                "key type not supported: {name}", hint="RSA or ECDSA", name=type(key).__name__
            )
        try:
            is_pair = key.public_key() == certificate.public_key()
        except (ValueError, UnsupportedAlgorithm):
            is_pair = False
        if not is_pair:
            raise UsageError("the key is not that of the certificate", hint="give the key that belongs to it")
        self._key = key
        super().__init__(certificate, chain, algorithm_of(key, pss=pss))

    def sign(self, data: bytes, digest: str) -> bytes:
        """Sign ``data``, hashed with ``digest``.

        Raises:
            UsageError: ``digest`` is none of sha256, sha384, sha512.
        """
        hashed = _DIGESTS.get(digest)
        if hashed is None:
            names = ", ".join(_DIGESTS)
            raise UsageError("digest not produced: {digest}", hint="one of {names}", digest=digest, names=names)
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(hashed))
        if self._algorithm is SignatureAlgorithm.RSA_PSS:
            return self._key.sign(data, padding.PSS(padding.MGF1(hashed), hashed.digest_size), hashed)
        return self._key.sign(data, padding.PKCS1v15(), hashed)

    def sign_many(self, items: Sequence[bytes], digest: str) -> Sequence[bytes]:
        """Sign each of ``items`` in order."""
        return [self.sign(item, digest) for item in items]


def read_location(rest: str) -> tuple[Path, dict[str, str]]:
    """A path and its options: ``leader.p12?padding=pss``.

    A path is taken as it stands where a file has that name, else with ``%20`` and the like decoded. Only what looks
    like known options is cut off, so that a ``?`` may stand in a name.

    Raises:
        UsageError: An option has a value that is not known.
    """
    path, mark, query = rest.rpartition("?")
    options = dict(parse_qsl(query.replace("+", "%2B"))) if mark else {}
    if not options or any(name not in _OPTIONS for name in options):
        path, options = rest, {}
    if options.get("padding", "pkcs1") not in ("pkcs1", "pss"):
        raise UsageError("no such padding: {name}", hint="pkcs1 or pss", name=options["padding"])
    return as_path(path), options


def as_path(text: str) -> Path:
    """The file that ``text`` names."""
    literal = Path(text)
    return literal if literal.exists() or "%" not in text else Path(unquote(text))
