"""Revocation from lists and responses at hand: RFC 5280 CRLs and RFC 6960 OCSP responses. Nothing is fetched here.

Tình trạng thu hồi chứng thư số. A list counts only where its issuer signed it, it covers the certificate, and it is
fresh at the time asked about; anything else is as if it were not there, and never "good".

What was made after the time asked about counts too, for it knows more: a revocation is told whenever it happened, and
whether what the certificate vouched for is older is decided in ``past.py``, by proof and not by the time asked about,
which anyone may set back. Made after the certificate ended it proves nothing good: a CA may leave out what has expired
(RFC 5280, 3.3), unless it says since when it does not (ITU-T X.509, expiredCertsOnCRL; RFC 6960, 4.4.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from edocs._trust.anchors import is_certificate_authority
from edocs._trust.chains import X509_FAULTS, is_issued_by
from edocs.model import Revocation, RevocationEvidence, TrustStore

__all__ = ["StoreRevocation"]

T = TypeVar("T")
# expiredCertsOnCRL and archive cutoff: the time at or after which certificates may have ended and still be listed.
_KEPT_SINCE = (x509.ObjectIdentifier("2.5.29.60"), x509.ObjectIdentifier("1.3.6.1.5.5.7.48.1.6"))


class StoreRevocation:
    """A ``RevocationSource`` over the CRLs and OCSP responses of a trust store; each is parsed once."""

    def __init__(self, trust: TrustStore) -> None:
        self._crls: dict[bytes, list[tuple[x509.CertificateRevocationList, bytes]]] = {}
        for der in trust.crls:
            for crl in _lists(der):
                self._crls.setdefault(_key_of(crl.issuer), []).append((crl, der))
        self._ocsps = [(response, der) for der in trust.ocsps for response in _responses(der)]

    def status(
        self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> RevocationEvidence | None:
        """What the lists say of ``certificate`` at ``at``; None where no fresh list covers it.

        Of several answers "revoked" wins, then the newest.
        """
        lists = self._crls.get(_key_of(issuer.subject), ())
        found = [
            *_readable(self._ocsps, lambda response, der: _from_ocsp(response, der, certificate, issuer, at)),
            *_readable(lists, lambda crl, der: _from_crl(crl, der, certificate, issuer, at)),
        ]
        revoked = [evidence for evidence in found if evidence.status is Revocation.REVOKED]
        oldest = datetime.min.replace(tzinfo=UTC)
        return max(revoked or found, key=lambda evidence: evidence.this_update or oldest, default=None)


def _readable(
    items: Iterable[tuple[T, bytes]], judge: Callable[[T, bytes], RevocationEvidence | None]
) -> Iterator[RevocationEvidence]:
    for item, der in items:
        try:
            evidence = judge(item, der)
        except X509_FAULTS:
            continue  # evidence that cannot be read is no evidence
        if evidence is not None:
            yield evidence


def _from_crl(
    crl: x509.CertificateRevocationList,
    der: bytes,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    at: datetime,
) -> RevocationEvidence | None:
    if certificate.issuer != crl.issuer or not _covers(crl, certificate) or not _is_signed_by(crl, issuer):
        return None
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    fresh = crl.next_update_utc is not None and crl.next_update_utc >= at
    # A stale or late list still proves a revocation; it proves nothing good.
    if entry is None and not (fresh and _lists_ended(certificate, crl.last_update_utc, crl.extensions)):
        return None
    return RevocationEvidence(
        status=Revocation.GOOD if entry is None else Revocation.REVOKED,
        revoked_at=None if entry is None else entry.revocation_date_utc,
        this_update=crl.last_update_utc,
        next_update=crl.next_update_utc,
        source=f"crl: {crl.issuer.rfc4514_string()}",
        crl=der,
    )


def _from_ocsp(
    response: ocsp.OCSPResponse, der: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
) -> RevocationEvidence | None:
    if response.serial_number != certificate.serial_number:
        return None
    responder = _responder(response, issuer)
    if responder is None:
        return None
    revoked = response.certificate_status is ocsp.OCSPCertStatus.REVOKED
    good = response.certificate_status is ocsp.OCSPCertStatus.GOOD
    fresh = response.next_update_utc is not None and min(response.next_update_utc, responder.not_valid_after_utc) >= at
    kept = _lists_ended(certificate, response.this_update_utc, response.single_extensions)
    if not revoked and not (good and fresh and kept):
        return None
    return RevocationEvidence(
        status=Revocation.REVOKED if revoked else Revocation.GOOD,
        revoked_at=response.revocation_time_utc if revoked else None,
        this_update=response.this_update_utc,
        next_update=response.next_update_utc,
        source="ocsp",
        ocsp=der,
    )


def _key_of(name: x509.Name) -> bytes:
    try:
        return name.public_bytes()
    except X509_FAULTS:
        return b""  # lists are still compared by name


def _lists(der: bytes) -> Iterator[x509.CertificateRevocationList]:
    try:
        crl = x509.load_der_x509_crl(der)
        _ = crl.issuer
    except X509_FAULTS:
        return
    yield crl


def _responses(der: bytes) -> Iterator[ocsp.OCSPResponse]:
    try:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return
        response.serial_number  # noqa: B018 - several answers in one response are refused here
    except X509_FAULTS:
        return
    yield response


def _covers(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether the scope of ``crl`` includes ``certificate`` (RFC 5280, 5.2.5); partial and delta lists do not count."""
    for extension in crl.extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint):
            is_ca = is_certificate_authority(certificate)
            narrowed = value.only_some_reasons or value.indirect_crl or value.only_contains_attribute_certs
            if narrowed or (value.only_contains_ca_certs and not is_ca) or (value.only_contains_user_certs and is_ca):
                return False
        elif isinstance(value, x509.DeltaCRLIndicator) or (
            extension.critical and isinstance(value, x509.UnrecognizedExtension)
        ):
            return False
    return True


def _is_signed_by(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    if crl.issuer != issuer.subject or not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return False
    if _is_weak(crl.signature_hash_algorithm):
        return False
    return crl.is_signature_valid(key)


def _lists_ended(certificate: x509.Certificate, made: datetime, extensions: x509.Extensions) -> bool:
    """Whether a list or response made at that time would still tell a revocation of ``certificate``."""
    end = certificate.not_valid_after_utc
    if made <= end:
        return True
    for extension in extensions:
        value = extension.value
        if extension.oid in _KEPT_SINCE and isinstance(value, x509.UnrecognizedExtension):
            since = core.GeneralizedTime.load(value.value, strict=True).native
            return isinstance(since, datetime) and since <= end
    return False


def _responder(response: ocsp.OCSPResponse, issuer: x509.Certificate) -> x509.Certificate | None:
    """Who signed ``response`` about ``issuer``'s certificates: ``issuer`` or its delegate (RFC 6960, 4.2.2.2)."""
    digest = hashes.Hash(response.hash_algorithm)
    digest.update(_key_bits(issuer))
    if digest.finalize() != response.issuer_key_hash:
        return None
    if _has_signed(issuer, response):
        return issuer
    made = response.produced_at_utc
    delegates = (item for item in response.certificates if _is_delegate(item, issuer, made))
    return next((delegate for delegate in delegates if _has_signed(delegate, response)), None)


def _key_bits(certificate: x509.Certificate) -> bytes:
    """The subjectPublicKey bit string, which is what an OCSP CertID hashes (RFC 6960, 4.1.1)."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


def _is_delegate(delegate: x509.Certificate, issuer: x509.Certificate, made: datetime) -> bool:
    """Whether ``issuer`` let ``delegate`` answer when the response was made."""
    try:
        if not delegate.not_valid_before_utc <= made <= delegate.not_valid_after_utc:
            return False
        if _is_weak(delegate.signature_hash_algorithm):
            return False
        usage = delegate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except X509_FAULTS:
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage and is_issued_by(delegate, issuer)


def _has_signed(certificate: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    try:
        key, algorithm = certificate.public_key(), response.signature_hash_algorithm
        if algorithm is None or _is_weak(algorithm):
            return False
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except X509_FAULTS:
        return False
    return True


def _is_weak(algorithm: hashes.HashAlgorithm | None) -> bool:
    return algorithm is None or isinstance(algorithm, hashes.SHA1 | hashes.MD5)
