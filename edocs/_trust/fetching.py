"""Revocation asked where certificates say: OCSP (RFC 6960) first, then CRLs over HTTP or LDAP (RFC 5280, 4.2.1.13).

Hỏi trực tuyến tình trạng thu hồi. Answers are kept in a folder until their own nextUpdate. Whatever comes back counts
only as ``StoreRevocation`` judges it, so that a lying or broken server is as if it had not answered. Nothing here runs
unless it is asked for, and only certificates of a path that leads to an anchor should be asked about. The one exception
is a path that lacks a certificate: its issuer is then asked for where the certificate says (RFC 5280, 4.2.2.1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from edocs._files import write_file
from edocs._http import HttpClient
from edocs._ldap import fetch_ldap
from edocs._trust.chains import X509_FAULTS, is_issued_by
from edocs._trust.revocation import StoreRevocation
from edocs._trust.trust_file import certificates_in
from edocs.errors import OutputError, UnavailableError
from edocs.model import RevocationEvidence, TrustStore
from edocs.ports import RevocationSource

__all__ = ["OnlineRevocation"]

_OCSP_REQUEST = "application/ocsp-request"
_MOST_BYTES_OF_ISSUERS = 1 << 18
_MOST_ISSUERS = 8
_MOST_BYTES = 1 << 25
_SCHEMES = ("http", "https", "ldap")


class OnlineRevocation:
    """A ``RevocationSource`` over the network.

    Args:
        cache: Folder for answers; made when first written to. None: nothing is kept.
        known: Asked first, such as the lists at hand.
    """

    def __init__(
        self, cache: Path | None = None, *, known: RevocationSource | None = None, timeout_s: float = 10.0
    ) -> None:
        self._cache = cache
        self._known = known
        self._timeout_s = timeout_s
        self._http = HttpClient(timeout_s=timeout_s)
        self._small = HttpClient(timeout_s=timeout_s, max_bytes=_MOST_BYTES_OF_ISSUERS)
        self._issuers: dict[str, Sequence[x509.Certificate]] = {}

    def status(
        self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> RevocationEvidence | None:
        """What is known here, then what OCSP, then what the CRLs say; None where nobody gives a usable answer."""
        known = self._known.status(certificate, issuer, at) if self._known else None
        if known is not None:
            return known
        answer = self._from_ocsp(certificate, issuer, at)
        return answer if answer is not None else self._from_crls(certificate, issuer, at)

    def issuers(self, certificate: x509.Certificate) -> Sequence[x509.Certificate]:
        """Those that ``certificate`` says issued it and that did (an ``IssuerSource``); empty where nobody answers."""
        found: list[x509.Certificate] = []
        for url in _addresses_of(certificate, AuthorityInformationAccessOID.CA_ISSUERS):
            if url not in self._issuers:
                self._issuers[url] = self._fetch_issuers(url, certificate)
            found += self._issuers[url]
        return [item for item in found if is_issued_by(certificate, item)]

    def _fetch_issuers(self, url: str, certificate: x509.Certificate) -> Sequence[x509.Certificate]:
        for body in self._answers(url, None, kind="ca"):
            found = [item for item in certificates_in(body)[:_MOST_ISSUERS] if is_issued_by(certificate, item)]
            if found:
                self._keep(url, None, body, kind="ca")
                return found
        return ()

    def _from_ocsp(
        self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> RevocationEvidence | None:
        urls = list(_addresses_of(certificate, AuthorityInformationAccessOID.OCSP))
        if not urls:
            return None
        try:
            # SHA-1 is an identifier here: RFC 5019, 2.1.1.
            request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1()).build()  # noqa: S303
            query = request.public_bytes(Encoding.DER)
        except X509_FAULTS:
            return None
        for url in urls:
            for body in self._answers(url, query):
                found = StoreRevocation(TrustStore(ocsps=(body,))).status(certificate, issuer, at)
                if found is not None:
                    self._keep(url, query, body)
                    return found
        return None

    def _from_crls(
        self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> RevocationEvidence | None:
        for url in _distribution_points(certificate):
            for body in self._answers(url, None):
                found = StoreRevocation(TrustStore(crls=(body,))).status(certificate, issuer, at)
                if found is not None:
                    self._keep(url, None, body)
                    return found
        return None

    def _answers(self, url: str, query: bytes | None, *, kind: str = "crl") -> Iterator[bytes]:
        """What is kept, and where the caller cannot use that, what the server says now."""
        path = self._path(url, query, kind)
        try:
            if path is not None and path.is_file():
                yield path.read_bytes()
        except OSError:
            pass  # a cache that cannot be read is an empty one
        most = _MOST_BYTES_OF_ISSUERS if kind == "ca" else _MOST_BYTES
        try:
            if url.lower().startswith("ldap:"):
                yield from fetch_ldap(url, timeout_s=self._timeout_s, max_bytes=most)
                return
            client = self._small if kind == "ca" else self._http
            yield client.fetch(url, query, content_type=_OCSP_REQUEST if query else "").body
        except UnavailableError:
            return

    def _path(self, url: str, query: bytes | None, kind: str) -> Path | None:
        if self._cache is None:
            return None
        name = hashlib.sha256(url.encode() + b"\0" + (query or b"")).hexdigest()
        return self._cache / f"{name}.{'ocsp' if query else kind}"

    def _keep(self, url: str, query: bytes | None, body: bytes, *, kind: str = "crl") -> None:
        path = self._path(url, query, kind)
        try:
            if path is not None and not (path.is_file() and path.read_bytes() == body):
                path.parent.mkdir(parents=True, exist_ok=True)
                write_file(path, body)
        except (OSError, OutputError):
            return  # an answer that cannot be kept is asked for again


def _addresses_of(certificate: x509.Certificate, method: x509.ObjectIdentifier) -> Iterator[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except X509_FAULTS:
        return
    for description in access:
        if description.access_method == method:
            yield from _addresses([description.access_location])


def _distribution_points(certificate: x509.Certificate) -> Iterator[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except X509_FAULTS:
        return
    for point in points:
        yield from sorted(_addresses(point.full_name or []), key=lambda url: url.lower().startswith("ldap:"))


def _addresses(names: list[x509.GeneralName]) -> Iterator[str]:
    for name in names:
        if isinstance(name, x509.UniformResourceIdentifier):
            scheme = name.value.partition(":")[0].lower()
            if scheme in _SCHEMES:
                yield name.value
