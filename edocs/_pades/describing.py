"""What a report says of a signer and of the time that the signer claims, before any of it is believed.

Thông tin người ký và thời điểm ký được khai.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from asn1crypto import core
from pyhanko.pdf_utils import generic

from edocs._pades.integrity import PADES, CheckedValue
from edocs._pades.naming import Binding
from edocs._pades.reading import SignatureField
from edocs._pades.roles import certificate_policies, signer_name
from edocs._pades.signed_value import SignedValue
from edocs._pdf.entries import entry
from edocs._pdf.faults import PARSER_FAULTS
from edocs._trust.ber import octets
from edocs._trust.climbing import parsed
from edocs._trust.schemes import digest, digest_name
from edocs.model import HANOI, Level, SignatureReport, SignedData, TimeSource

__all__ = ["describe_signer"]

_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_TIME = "1.2.840.113549.1.9.5"


def describe_signer(
    report: SignatureReport, field: SignatureField, checked: CheckedValue, *, reveal: bool = False
) -> SignatureReport:
    """``report`` with what the signer's certificate and the signature say.

    Args:
        reveal: Give a person's number in full.

    Raises:
        Exception: One of ``PARSER_FAULTS``, where the certificate cannot be read.
    """
    certificate = parsed(checked.certificate)
    claimed = _claimed_time(field, checked.cms)
    not_before, not_after = certificate.not_valid_before, certificate.not_valid_after
    return replace(
        report,
        data=_signed_data(checked),
        signer=signer_name(certificate, reveal=reveal),
        issuer=str(certificate.issuer.native.get("common_name", certificate.issuer.human_friendly)),
        serial=f"{certificate.serial_number:X}",
        certificate_sha256=hashlib.sha256(checked.certificate).hexdigest(),
        certificate_policies=tuple(certificate_policies(certificate)),
        signed_at=claimed,
        time_source=TimeSource.CLAIMED if claimed else None,
        certificate_not_before=not_before,
        certificate_not_after=not_after,
        valid_at_claimed_time=None if claimed is None else not_before <= claimed <= not_after,
        level=Level.B_B if report.sub_filter == PADES and checked.binding is Binding.FIRM else None,
    )


def _signed_data(checked: CheckedValue) -> SignedData | None:
    """What identifies the signature in a report; None for one that is no sound CMS with signed attributes."""
    value = checked.cms
    if value is None or not checked.is_intact or not value.signed.get(_MESSAGE_DIGEST):
        return None
    name = digest_name(value.digest_algorithm)
    return SignedData(
        digest=name,
        document=octets(value.signed[_MESSAGE_DIGEST][0]),
        representation=digest(name, next(value.signed_octets())),
        value=value.signature,
        certificate=checked.certificate,
    )


def _claimed_time(field: SignatureField, value: SignedValue | None) -> datetime | None:
    """The signing-time attribute, else ``/M``; a date that is none claims nothing."""
    found = _signing_time(value) if value is not None else None
    if found is None:
        try:
            text = entry(field.value, "/M")
            found = generic.parse_pdf_date(str(text), strict=False) if text is not None else None
        except PARSER_FAULTS:
            return None
    if found is not None and found.tzinfo is None:
        return found.replace(tzinfo=HANOI)  # Decision 28/2018, article 14.4
    return found


def _signing_time(value: SignedValue) -> datetime | None:
    for item in value.signed.get(_SIGNING_TIME, ())[:1]:
        try:
            moment = (core.UTCTime if item.tag == 0x17 else core.GeneralizedTime).load(item.raw).native
        except PARSER_FAULTS:
            return None
        return moment if isinstance(moment, datetime) else None
    return None
