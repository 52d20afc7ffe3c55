"""Whether a certificate may sign now: asked before signing, so that nothing worthless is ever produced.

Kiểm tra chứng thư số trước khi ký: validity, key usage (RFC 5280, 4.2.1.3), strength, revocation where evidence can be
had. The path to an anchor is not asked for here: the signer need not have the verifier's anchors.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from edocs._trust.chains import is_issued_by, load_certificates
from edocs.errors import CertificateRefusedError
from edocs.model import HANOI, Revocation, TrustStore
from edocs.ports import RevocationSource

__all__ = ["check_signer"]

MIN_RSA_BITS = 2048
_CURVES = ("secp256r1", "secp384r1", "secp521r1")
_WEAK_HASHES = ("md5", "sha1")
_EXTENSION_FAULTS = (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


def check_signer(
    certificate: x509.Certificate,
    chain: Iterable[x509.Certificate],
    now: datetime,
    revocation: RevocationSource | None,
    trust: TrustStore | None = None,
) -> None:
    """Go on only where ``certificate`` may sign at ``now`` (aware).

    Args:
        chain: CA certificates that came with the key; the issuer must be known for revocation to be asked about.
        revocation: None: not asked. A source that knows nothing refuses nothing.
        trust: Further CA certificates at hand: a key file often carries none.

    Raises:
        CertificateRefusedError: Expired, not yet valid, for another use, weak, or revoked.
    """
    _check_validity(certificate, now)
    _check_kind(certificate)
    if revocation is not None:
        known = load_certificates(trust.authorities) if trust else []
        _check_revocation(certificate, [*chain, *known], now, revocation)


@lru_cache(maxsize=256)  # the same certificate signs a whole batch; a refusal is not kept
def _check_kind(certificate: x509.Certificate) -> None:
    _check_usage(certificate)
    _check_strength(certificate)


def _check_validity(certificate: x509.Certificate, now: datetime) -> None:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if start <= now <= end:
        return
    raise CertificateRefusedError(
        "the certificate expired at {end}; now is {now}"
        if now > end
        else "the certificate is not valid before {start}; now is {now}",
        hint="use a valid certificate, or set the clock",
        start=_time(start),
        end=_time(end),
        now=_time(now),
    )


def _check_usage(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    except _EXTENSION_FAULTS as exc:
        raise CertificateRefusedError("the certificate's extensions cannot be read") from exc
    # Without the extension verifiers cannot find the usage that they require either.
    if usage is None or not (usage.digital_signature or usage.content_commitment):
        raise CertificateRefusedError(
            "the certificate is not for signing (keyUsage has neither digitalSignature nor nonRepudiation)",
            hint="use a signing certificate",
        )


def _check_strength(certificate: x509.Certificate) -> None:
    try:
        key = certificate.public_key()
        hashed = certificate.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise CertificateRefusedError("the certificate's key cannot be read") from exc
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        raise CertificateRefusedError(
            "the key is too weak: RSA with {bits} bits", hint="RSA needs at least 2048", bits=key.key_size
        )
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name not in _CURVES:
        raise CertificateRefusedError(
            "curve not supported: {name}", hint="one of {names}", name=key.curve.name, names=", ".join(_CURVES)
        )
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise CertificateRefusedError("key type not supported: {name}", hint="RSA or ECDSA", name=type(key).__name__)
    if hashed is None or hashed.name in _WEAK_HASHES:
        raise CertificateRefusedError(
            "the certificate itself is signed with a weak digest: {name}",
            hint="ask its authority for one signed with SHA-256",
            name=hashed.name if hashed else "-",
        )


def _check_revocation(
    certificate: x509.Certificate, known: Iterable[x509.Certificate], now: datetime, source: RevocationSource
) -> None:
    issuer = next((candidate for candidate in known if is_issued_by(certificate, candidate)), None)
    evidence = source.status(certificate, issuer, now) if issuer else None
    if evidence is None or evidence.status is not Revocation.REVOKED:
        return
    raise CertificateRefusedError(
        "the certificate was revoked at {time} ({source})",
        hint="use another certificate",
        time=_time(evidence.revoked_at) if evidence.revoked_at else "?",
        source=evidence.source,
    )


def _time(moment: datetime) -> str:
    return moment.astimezone(HANOI).isoformat(timespec="seconds")
