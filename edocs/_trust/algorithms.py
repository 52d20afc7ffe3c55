"""Which digests and keys may be relied on, and until when those of old documents could be.

Thuật toán được chấp nhận. Today's list is that of Circular 15/2025/TT-BKHCN, annex I. Under ``current`` nothing else
counts. Under ``dated`` what a trusted timestamp proves to be older than an end below counts as well: nobody could forge
it then. The signer's own word for the time is never enough, for whoever can break an algorithm can write any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from edocs._trust.schemes import PublicKey

__all__ = ["CURRENT", "DIGEST_ENDS", "RSA_ENDS", "AlgorithmPolicy", "key_name"]

_NEVER = datetime.max.replace(tzinfo=UTC)

DIGEST_ENDS: Mapping[str, datetime] = {
    # Circular 15/2025/TT-BKHCN, annex I
    "sha256": _NEVER,
    "sha384": _NEVER,
    "sha512": _NEVER,
    "sha512_224": _NEVER,
    "sha512_256": _NEVER,
    "sha3_224": _NEVER,
    "sha3_256": _NEVER,
    "sha3_384": _NEVER,
    "sha3_512": _NEVER,
    "shake128": _NEVER,
    "shake256": _NEVER,
    # FIPS 180-4 as the older circulars had it; not in the annex of Circular 15/2025, in force from this day on
    "sha224": datetime(2025, 8, 15, tzinfo=UTC),
    # ETSI TS 102 176-1 and TS 119 312 as validators read them
    "ripemd160": datetime(2014, 8, 1, tzinfo=UTC),
    "sha1": datetime(2012, 8, 1, tzinfo=UTC),
    "md5": datetime(2004, 8, 1, tzinfo=UTC),
}
"""Digest to the day from which it is no longer accepted; what is not listed never is."""

RSA_ENDS: tuple[tuple[int, datetime], ...] = (
    (2048, _NEVER),  # Circular 15/2025/TT-BKHCN, annex I
    (1536, datetime(2019, 10, 1, tzinfo=UTC)),  # ETSI TS 119 312
    (1024, datetime(2010, 8, 1, tzinfo=UTC)),  # ETSI TS 102 176-1
)
"""Bits of a modulus to the day from which keys of so many, and fewer than in the line above, are no longer accepted."""

_LEAST_CURVE_BITS = 256  # Circular 15/2025/TT-BKHCN, annex I


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgorithmPolicy:
    """What is asked of algorithms."""

    is_dated: bool = False
    """Whether proven age counts; otherwise everything is judged as if made now."""

    def weak_digest(self, name: str, proven: datetime | None) -> bool:
        """Whether a value over that digest counts no longer.

        Args:
            proven: Aware time at which the value is proven to have existed; None: only that it does now.
        """
        return not self._holds(DIGEST_ENDS.get(name), proven)

    def weak_key(self, key: PublicKey, proven: datetime | None) -> bool:
        """Whether values made with ``key`` count no longer."""
        if isinstance(key, rsa.RSAPublicKey):
            return not self._holds(_rsa_end(key.key_size), proven)
        if isinstance(key, ec.EllipticCurvePublicKey):
            return key.key_size < _LEAST_CURVE_BITS
        return isinstance(key, dsa.DSAPublicKey)

    def what_counts(self, proven: datetime | None) -> tuple[frozenset[str], int]:
        """The digests that count, and the shortest RSA modulus: where they are the same, so is every answer."""
        digests = frozenset(name for name in DIGEST_ENDS if not self.weak_digest(name, proven))
        return digests, min(bits for bits, end in RSA_ENDS if self._holds(end, proven))

    def _holds(self, end: datetime | None, proven: datetime | None) -> bool:
        return end is not None and (end == _NEVER or (self.is_dated and proven is not None and proven < end))


CURRENT = AlgorithmPolicy()
"""Nothing but today's list."""


def _rsa_end(bits: int) -> datetime | None:
    """The day from which RSA with so many bits is no longer accepted; None: it never was."""
    return next((end for least, end in RSA_ENDS if bits >= least), None)


def key_name(key: PublicKey) -> str:
    """What people call such a key: ``RSA-1024``."""
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA-{key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA-{key.key_size}"
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA-{key.key_size}"
    return type(key).__name__.removesuffix("PublicKey").lstrip("_")
