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
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeVar

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from edocs._trust.algorithms import CURRENT
from edocs._trust.anchors import is_certificate_authority
from edocs._trust.ber import read_value
from edocs._trust.chains import X509_FAULTS, is_issued_by
from edocs._trust.climbing import read_parts
from edocs._trust.schemes import UnknownAlgorithmError, has_signed, load_key, read_scheme
from edocs.model import Revocation, RevocationEvidence, TrustStore

__all__ = ["StoreRevocation"]

T = TypeVar("T")
_NEW = timedelta(hours=1)
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

        Of several answers "revoked" wins, but for a hold, then the newest.
        """
        lists = self._crls.get(_key_of(issuer.subject), ())
        found = [
            *_readable(self._ocsps, lambda response, der: _from_ocsp(response, der, certificate, issuer, at)),
            *_readable(lists, lambda crl, der: _from_crl(crl, der, certificate, issuer, at)),
        ]
        lasting = [item for item in found if item.status is Revocation.REVOKED and not item.is_on_hold]
        oldest = datetime.min.replace(tzinfo=UTC)
        # A hold may be lifted, so it counts only where nothing newer knows better.
        return max(lasting or found, key=lambda item: item.this_update or oldest, default=None)


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
    if certificate.issuer != crl.issuer or _is_indirect(crl) or not _is_signed_by(crl, der, issuer):
        return None
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    why = None if entry is None else _why(entry)
    if why is x509.ReasonFlags.remove_from_crl:
        return None  # released, by a delta list; whether it is good the whole list says
    fresh = crl.next_update_utc is not None and crl.next_update_utc >= at
    # A stale, late or partial list still proves a revocation; it proves nothing good.
    if entry is None and not (
        fresh and _covers(crl, certificate) and _lists_ended(certificate, crl.last_update_utc, crl.extensions)
    ):
        return None
    return RevocationEvidence(
        status=Revocation.GOOD if entry is None else Revocation.REVOKED,
        revoked_at=None if entry is None else entry.revocation_date_utc,
        is_on_hold=why is x509.ReasonFlags.certificate_hold,
        this_update=crl.last_update_utc,
        next_update=crl.next_update_utc,
        source=f"crl: {crl.issuer.rfc4514_string()}",
        crl=der,
    )


def _why(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except X509_FAULTS:
        return None


def _from_ocsp(
    response: ocsp.OCSPResponse, der: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
) -> RevocationEvidence | None:
    singles = list(response.responses)
    for single in singles:
        if single.serial_number != certificate.serial_number or not _is_about(single, issuer):
            continue
        responder = _responder(response, issuer)
        if responder is None:
            return None
        extensions = response.single_extensions if len(singles) == 1 else x509.Extensions([])
        return _from_single(single, extensions, der, certificate, (responder, at))
    return None


def _from_single(
    single: ocsp.OCSPSingleResponse,
    extensions: x509.Extensions,
    der: bytes,
    certificate: x509.Certificate,
    asked: tuple[x509.Certificate, datetime],
) -> RevocationEvidence | None:
    responder, at = asked
    revoked = single.certificate_status is ocsp.OCSPCertStatus.REVOKED
    good = single.certificate_status is ocsp.OCSPCertStatus.GOOD
    # Without a nextUpdate there is always newer to be had (RFC 6960, 2.4): it is good for what came before, no longer.
    until = single.next_update_utc or single.this_update_utc + _NEW
    fresh = min(until, responder.not_valid_after_utc) >= at
    if not revoked and not (good and fresh and _lists_ended(certificate, single.this_update_utc, extensions)):
        return None
    return RevocationEvidence(
        status=Revocation.REVOKED if revoked else Revocation.GOOD,
        revoked_at=single.revocation_time_utc if revoked else None,
        is_on_hold=revoked and single.revocation_reason is x509.ReasonFlags.certificate_hold,
        this_update=single.this_update_utc,
        next_update=single.next_update_utc,
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
        _ = list(response.responses)
    except X509_FAULTS:
        return
    yield response


def _is_indirect(crl: x509.CertificateRevocationList) -> bool:
    """Whether ``crl`` may list other issuers' certificates, so that a number in it need not be this issuer's."""
    for extension in crl.extensions:
        if isinstance(extension.value, x509.IssuingDistributionPoint):
            return extension.value.indirect_crl or extension.value.only_contains_attribute_certs
    return False


def _covers(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether ``crl`` would list ``certificate`` if it were revoked (RFC 5280, 5.2.5 and 6.3.3)."""
    for extension in crl.extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint):
            is_ca = is_certificate_authority(certificate)
            if value.only_some_reasons or (value.only_contains_ca_certs and not is_ca):
                return False
            if (value.only_contains_user_certs and is_ca) or not _is_its_part(value, certificate):
                return False
        elif isinstance(value, x509.DeltaCRLIndicator) or (
            extension.critical and isinstance(value, x509.UnrecognizedExtension)
        ):
            return False
    return True


def _is_its_part(part: x509.IssuingDistributionPoint, certificate: x509.Certificate) -> bool:
    """Whether a list that is one of several parts is the one that ``certificate`` names (RFC 5280, 6.3.3, b.2.i)."""
    if part.relative_name is not None:
        return False
    if not part.full_name:
        return True
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except X509_FAULTS:
        return False
    return any(name in part.full_name for point in points for name in point.full_name or ())


def _is_signed_by(crl: x509.CertificateRevocationList, der: bytes, issuer: x509.Certificate) -> bool:
    if crl.issuer != issuer.subject or not _may_sign_lists(issuer):
        return False
    return _is_sound(issuer, der)


def _may_sign_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


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
    basic = _basic(response)
    if _is_sound(issuer, basic):
        return issuer
    made = response.produced_at_utc
    delegates = (item for item in response.certificates if _is_delegate(item, issuer, made))
    return next((delegate for delegate in delegates if _is_sound(delegate, basic)), None)


def _is_about(single: ocsp.OCSPSingleResponse, issuer: x509.Certificate) -> bool:
    """Whether ``single`` is about a certificate of ``issuer`` (RFC 6960, 4.1.1)."""
    digest = hashes.Hash(single.hash_algorithm)
    digest.update(_key_bits(issuer))
    return digest.finalize() == single.issuer_key_hash


def _basic(response: ocsp.OCSPResponse) -> bytes:
    """The BasicOCSPResponse inside (RFC 6960, 4.2.1)."""
    _status, wrapped = read_value(response.public_bytes(serialization.Encoding.DER)).children()
    (body,) = wrapped.children()
    _kind, inner = body.children()
    return inner.content


def _key_bits(certificate: x509.Certificate) -> bytes:
    """The subjectPublicKey bit string, which is what an OCSP CertID hashes (RFC 6960, 4.1.1)."""
    _algorithm, bits = read_value(_key_info(certificate)).children()
    return bits.content[1:]


def _key_info(certificate: x509.Certificate) -> bytes:
    return read_parts(certificate.public_bytes(serialization.Encoding.DER)).key


def _is_delegate(delegate: x509.Certificate, issuer: x509.Certificate, made: datetime) -> bool:
    """Whether ``issuer`` let ``delegate`` answer when the response was made."""
    try:
        if not delegate.not_valid_before_utc <= made <= delegate.not_valid_after_utc:
            return False
        if isinstance(delegate.signature_hash_algorithm, hashes.SHA1 | hashes.MD5):
            return False
        usage = delegate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except X509_FAULTS:
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage and is_issued_by(delegate, issuer)


@lru_cache(maxsize=16)  # few lists serve a whole batch, and they may be large
def _is_sound(certificate: x509.Certificate, signed: bytes) -> bool:
    """Whether the key of ``certificate`` signed a list or response, with an algorithm that counts.

    Both are made alike: what is signed, the algorithm, the value (RFC 5280, 5.1.1; RFC 6960, 4.2.1).
    """
    try:
        content, algorithm, value, *_certificates = read_value(signed, 0x30).children()
        scheme = read_scheme(algorithm, "")
        key = load_key(_key_info(certificate))
        if CURRENT.weak_digest(scheme.digest, None) or CURRENT.weak_key(key, None):
            return False
        return has_signed(key, scheme, value.content[1:], content.raw)
    except (ValueError, UnknownAlgorithmError):
        return False
