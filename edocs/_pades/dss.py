"""The document security store: certificates and revocation evidence inside the PDF (ISO 32000-2, 12.8.4.3).

Kho dữ liệu xác thực trong văn bản. Reading believes nothing: each list and response counts only as its issuer's
signature on it says. Writing appends one update and leaves what is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.sign.validation.dss import DocumentSecurityStore

from edocs._pdf.entries import entry
from edocs._pdf.faults import PARSER_FAULTS
from edocs._pdf.increment import open_increment, pdf_errors
from edocs.model import TrustStore

__all__ = ["Material", "read_dss", "write_dss"]

_MOST = 1024
_PURPOSES = {"/Certs": DecodePurpose.CERTIFICATE, "/CRLs": DecodePurpose.CRL, "/OCSPs": DecodePurpose.OCSP_RESPONSE}
"""What each list holds, and by that how large pyHanko lets one of it become."""


@dataclass(slots=True, kw_only=True)
class Material:
    """What a DSS holds or shall hold, DER, each once and in order."""

    certificates: dict[bytes, None] = field(default_factory=dict)
    crls: dict[bytes, None] = field(default_factory=dict)
    ocsps: dict[bytes, None] = field(default_factory=dict)
    has_more: bool = False
    """Whether a list is longer than what is read of it."""

    def lists(self) -> TrustStore:
        """The revocation evidence as a store without anchors."""
        return TrustStore(crls=tuple(self.crls), ocsps=tuple(self.ocsps))

    def is_empty(self) -> bool:
        """Whether there is no revocation evidence at all."""
        return not (self.crls or self.ocsps)


def read_dss(root: generic.DictionaryObject) -> Material:
    """What the DSS of the document with that catalog holds; empty without one. Unreadable parts are passed over."""
    try:
        store = entry(root, "/DSS")
    except PARSER_FAULTS:
        return Material()
    if not isinstance(store, generic.DictionaryObject):
        return Material()
    return Material(
        certificates=dict.fromkeys(_streams(store, "/Certs")),
        crls=dict.fromkeys(_streams(store, "/CRLs")),
        ocsps=dict.fromkeys(_streams(store, "/OCSPs")),
        has_more=any(len(_items(store, key)) > _MOST for key in _PURPOSES),
    )


def write_dss(document: bytes, material: Material, password: str | None = None) -> bytes:
    """``document`` with ``material`` added to its DSS; the optional VRI dictionary is not written."""
    increment = open_increment(document, password)
    with pdf_errors():
        DocumentSecurityStore.supply_dss_in_writer(
            increment,
            None,
            certs=[asn1_x509.Certificate.load(der) for der in material.certificates],
            crls=[asn1_crl.CertificateList.load(der) for der in material.crls],
            ocsps=[asn1_ocsp.OCSPResponse.load(der) for der in material.ocsps],
        )
        return increment.render().getvalue()


def _streams(store: generic.DictionaryObject, key: str) -> Iterator[bytes]:
    items = _items(store, key)
    for index in range(min(len(items), _MOST)):
        try:
            stream = items[index]
            if isinstance(stream, generic.StreamObject):
                yield bytes(stream.read_data(_PURPOSES[key]))
        except PARSER_FAULTS:
            continue


def _items(store: generic.DictionaryObject, key: str) -> generic.ArrayObject:
    try:
        items = entry(store, key)
    except PARSER_FAULTS:
        items = None
    return items if isinstance(items, generic.ArrayObject) else generic.ArrayObject()
