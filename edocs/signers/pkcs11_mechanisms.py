"""How a token is asked to sign: PKCS#11 mechanisms for RSA PKCS#1 v1.5, RSA-PSS and ECDSA.

Cơ chế ký của thiết bị. Each algorithm can be asked for in two ways, for some tokens hash and others want the digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import MGF, Mechanism
from pkcs11.exceptions import (
    FunctionCancelled,
    FunctionNotSupported,
    FunctionRejected,
    MechanismInvalid,
    MechanismParamInvalid,
    PinExpired,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
)

from edocs.errors import UsageError
from edocs.model import SignatureAlgorithm
from edocs.signers.pkcs11_objects import TokenKey

__all__ = ["DIGESTS", "PIN_FAULTS", "TOKEN_FAULTS", "sign_with"]

PIN_FAULTS = (PinIncorrect, PinInvalid, PinLenRange, PinLocked, PinExpired, FunctionCancelled, FunctionRejected)
"""Of a key that wants the PIN at each signature."""
TOKEN_FAULTS = (PKCS11Error,)
"""Every error of the library."""

_NOT_SO = (MechanismInvalid, MechanismParamInvalid, FunctionNotSupported)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Digest:
    prefix: bytes
    """DER of DigestInfo up to the digest (RFC 8017, section 9.2, note 1)."""
    pss: tuple[Mechanism, MGF, int]
    """Hash, mask generation and salt length in bytes."""
    rsa: Mechanism
    rsa_pss: Mechanism
    ecdsa: Mechanism


DIGESTS = {
    "sha256": _Digest(
        prefix=bytes.fromhex("3031300d060960864801650304020105000420"),
        pss=(Mechanism.SHA256, MGF.SHA256, 32),
        rsa=Mechanism.SHA256_RSA_PKCS,
        rsa_pss=Mechanism.SHA256_RSA_PKCS_PSS,
        ecdsa=Mechanism.ECDSA_SHA256,
    ),
    "sha384": _Digest(
        prefix=bytes.fromhex("3041300d060960864801650304020205000430"),
        pss=(Mechanism.SHA384, MGF.SHA384, 48),
        rsa=Mechanism.SHA384_RSA_PKCS,
        rsa_pss=Mechanism.SHA384_RSA_PKCS_PSS,
        ecdsa=Mechanism.ECDSA_SHA384,
    ),
    "sha512": _Digest(
        prefix=bytes.fromhex("3051300d060960864801650304020305000440"),
        pss=(Mechanism.SHA512, MGF.SHA512, 64),
        rsa=Mechanism.SHA512_RSA_PKCS,
        rsa_pss=Mechanism.SHA512_RSA_PKCS_PSS,
        ecdsa=Mechanism.ECDSA_SHA512,
    ),
}
"""What can be hashed with, by its name in the ``Signer`` port."""

_Way: TypeAlias = tuple[Mechanism, tuple[Mechanism, MGF, int] | None, bytes]


def sign_with(key: TokenKey, algorithm: SignatureAlgorithm, data: bytes, digest: str, pin: str | None) -> bytes:
    """The value of ``data`` by ``key``: RSA raw, ECDSA in DER.

    Args:
        pin: For a key that wants it at each signature.

    Raises:
        UsageError: The token knows no mechanism for it.
        PKCS11Error: Whatever else the library finds; the signer translates it.

    Source: PKCS#11 mechanisms v2.40, sections 2.1 (RSA) and 2.3 (ECDSA).
    """
    for mechanism, parameter, message in _ways(key, algorithm, data, digest):
        try:
            value = key.handle.sign(message, mechanism=mechanism, mechanism_param=parameter, pin=pin)
        except _NOT_SO:
            continue
        return _in_der(value) if algorithm is SignatureAlgorithm.ECDSA else value
    raise UsageError(
        "the token does not sign with {algorithm} and {digest}",
        hint="take another digest or padding",
        algorithm=algorithm.value,
        digest=digest,
    )


def _ways(key: TokenKey, algorithm: SignatureAlgorithm, data: bytes, digest: str) -> Iterator[_Way]:
    how, hashed = DIGESTS[digest], hashlib.new(digest, data).digest()
    if algorithm is SignatureAlgorithm.ECDSA:  # most tokens know only the mechanism over the digest
        yield Mechanism.ECDSA, None, hashed[: key.order_bytes or None]
        yield how.ecdsa, None, data
    elif algorithm is SignatureAlgorithm.RSA_PSS:
        yield how.rsa_pss, how.pss, data
        yield Mechanism.RSA_PKCS_PSS, how.pss, hashed
    else:
        yield how.rsa, None, data
        yield Mechanism.RSA_PKCS, None, how.prefix + hashed


def _in_der(value: bytes) -> bytes:
    """``r || s`` of equal lengths as Ecdsa-Sig-Value (RFC 3279, section 2.2.3)."""
    half = len(value) // 2
    return encode_dss_signature(int.from_bytes(value[:half]), int.from_bytes(value[half:]))
