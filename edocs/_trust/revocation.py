"""Revocation from lists and responses at hand: RFC 5280 CRLs and RFC 6960 OCSP responses. Nothing is fetched here.

Tình trạng thu hồi chứng thư số. A list counts only where its issuer signed it, it covers the certificate, and it is
fresh at the time asked about; anything else is as if it were not there, and never "good".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from edocs._trust.chains import X509_FAULTS, is_issued_by
from edocs._trust.store import is_certificate_authority
from edocs.model import Revocation, RevocationEvidence, TrustStore

__all__ = ["StoreRevocation"]

T = TypeVar("T")


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
    # A stale list still proves a revocation; it proves nothing good.
    if entry is None and not fresh:
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
    if response.serial_number != certificate.serial_number or not _is_answer_for(response, issuer):
        return None
    revoked = response.certificate_status is ocsp.OCSPCertStatus.REVOKED
    good = response.certificate_status is ocsp.OCSPCertStatus.GOOD
    fresh = response.next_update_utc is not None and response.next_update_utc >= at
    if not revoked and not (good and fresh):
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
    return crl.is_signature_valid(key)


def _is_answer_for(response: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Whether ``response`` is about ``issuer``'s certificates and signed by it or its delegate (RFC 6960, 4.2.2.2)."""
    digest = hashes.Hash(response.hash_algorithm)
    digest.update(_key_bits(issuer))
    if digest.finalize() != response.issuer_key_hash:
        return False
    if _has_signed(issuer, response):
        return True
    return any(_is_delegate(delegate, issuer) and _has_signed(delegate, response) for delegate in response.certificates)


def _key_bits(certificate: x509.Certificate) -> bytes:
    """The subjectPublicKey bit string, which is what an OCSP CertID hashes (RFC 6960, 4.1.1)."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


def _is_delegate(delegate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        usage = delegate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except X509_FAULTS:
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage and is_issued_by(delegate, issuer)


def _has_signed(certificate: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    key, algorithm = certificate.public_key(), response.signature_hash_algorithm
    if algorithm is None or isinstance(algorithm, hashes.SHA1):
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except X509_FAULTS:
        return False
    return True
