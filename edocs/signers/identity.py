"""What every signer shows of itself, whatever keeps its key: certificate, chain and algorithm.

Danh tính người ký. Nothing secret is here; signing is the subclass's.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from edocs.model import SignatureAlgorithm
from edocs.model.privacy import mask_subject

__all__ = ["Identity", "algorithm_of"]


class Identity:
    """The public half of a ``Signer``."""

    def __init__(
        self, certificate: x509.Certificate, chain: Sequence[x509.Certificate], algorithm: SignatureAlgorithm
    ) -> None:
        self._certificate, self._chain, self._algorithm = certificate, tuple(chain), algorithm

    def __repr__(self) -> str:
        place = " ".join(part for part in (type(self).__name__, self._place()) if part)
        return f"<{place} {mask_subject(self._certificate.subject.rfc4514_string())}>"

    def _place(self) -> str:
        """Where the key lives, as far as ``repr`` may tell."""
        return ""

    @property
    def certificate(self) -> x509.Certificate:
        """The signer's certificate."""
        return self._certificate

    @property
    def chain(self) -> Sequence[x509.Certificate]:
        """The CA certificates that came with it."""
        return self._chain

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """How it signs."""
        return self._algorithm


def algorithm_of(key: object, *, pss: bool = False) -> SignatureAlgorithm:
    """How ``key``, public or private, RSA or ECDSA, signs; ``pss`` is for RSA alone."""
    if isinstance(key, ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey):
        return SignatureAlgorithm.ECDSA
    return SignatureAlgorithm.RSA_PSS if pss else SignatureAlgorithm.RSA_PKCS1
