"""A signature field's value, checked by whichever format its sub-filter names (ISO 32000-2, 12.8.3).

Kiểm tra giá trị chữ ký theo định dạng. ``/Filter`` names the software that made the signature and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pyhanko.pdf_utils import generic

from edocs._pades.integrity import DETACHED, ENCLOSING, CheckedValue, check_value
from edocs._pades.naming import named_certificates
from edocs._pades.raw_value import check_raw_value
from edocs._pades.reading import SignatureField
from edocs._pades.signed_value import SignedValue, evidence_in, read_signed_value
from edocs._pades.timestamps import tokens_of
from edocs._pdf.byte_range import SignedRange, der_length
from edocs._pdf.entries import entry
from edocs._pdf.faults import PARSER_FAULTS
from edocs.model.rules import reason

__all__ = ["check_signature", "embedded_evidence", "unchecked_signature"]

_RAW = "adbe.x509.rsa_sha1"
_KNOWN = (*DETACHED, ENCLOSING, _RAW)
_OCTET_STRING = 0x04
_MOST_CERTIFICATES = 16


def check_signature(data: bytes, field: SignatureField, span: SignedRange, others: Iterable[bytes]) -> CheckedValue:
    """Check the value of ``field``; one of an unknown format as far as it is like a known one.

    Args:
        others: Certificates at hand beside those that come with it, DER.
    """
    own = list(_own_certificates(field))
    is_raw = field.sub_filter == _RAW or (field.sub_filter not in _KNOWN and span.cms[:1] == bytes((_OCTET_STRING,)))
    checked = check_raw_value(data, span, own) if is_raw else check_value(data, span, field.sub_filter, [*own, *others])
    if field.sub_filter in _KNOWN:
        return checked
    unknown = reason("format.sub_filter", sub_filter=field.sub_filter or "?")
    if (field.sub_filter and not checked.is_intact) or not checked.digests:
        # A format of another name may digest the document in another way: that proves nothing against it.
        return replace(checked, findings=(unknown,))
    return replace(checked, findings=(*checked.findings, unknown))


def unchecked_signature(field: SignatureField) -> CheckedValue:
    """Who is named as the signer of a value that cannot be checked, for the report alone.

    Raises:
        ValueError: The value cannot be read.
    """
    if field.sub_filter == _RAW:
        own = list(_own_certificates(field))
        return CheckedValue(certificate=own[0] if own else b"")
    value = read_signed_value(field.contents[: der_length(field.contents)])
    named = named_certificates(value.signer, value.certificates)
    return CheckedValue(cms=value, certificate=named[0].raw if named else b"")


def embedded_evidence(fields: Iterable[SignatureField]) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """(certificates, CRLs, OCSP responses) inside the signatures and timestamps of a document, DER."""
    certificates: list[bytes] = []
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    for field in fields:
        for value in _values(field):
            found = evidence_in(value)
            certificates += found[0]
            crls += found[1]
            ocsps += found[2]
    return certificates, crls, ocsps


def _values(field: SignatureField) -> Iterator[SignedValue]:
    """The CMS of ``field``, and those of its timestamps."""
    try:
        value = read_signed_value(field.contents[: der_length(field.contents)])
    except ValueError:
        return
    yield value
    yield from (token for token in tokens_of(value) if isinstance(token, SignedValue))


def _own_certificates(field: SignatureField) -> Iterator[bytes]:
    """``/Cert``: one certificate, or an array of them with the signer's first (ISO 32000-2, table 255)."""
    try:
        found = entry(field.value, "/Cert")
        items = list(found) if isinstance(found, generic.ArrayObject) else [found]
    except PARSER_FAULTS:
        return
    for item in items[:_MOST_CERTIFICATES]:
        value = item.get_object() if isinstance(item, generic.IndirectObject) else item
        if isinstance(value, generic.ByteStringObject | generic.TextStringObject):
            yield bytes(value.original_bytes)
