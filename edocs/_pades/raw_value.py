"""Signatures without CMS: an RSA value beside its certificate, ``adbe.x509.rsa_sha1`` (ISO 32000-1, 12.8.3.2).

Chữ ký theo định dạng cũ. The value is an OCTET STRING in ``/Contents``, the certificates stand in ``/Cert`` among the
signed bytes. The format is named after SHA-1, and software also writes it with other digests, which the value itself
tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edocs._pades.integrity import CheckedValue, range_digest
from edocs._pades.naming import Binding
from edocs._pdf.byte_range import SignedRange
from edocs._pdf.faults import describe
from edocs._trust.ber import octets, read_value
from edocs._trust.climbing import read_parts
from edocs._trust.schemes import UnknownAlgorithmError, load_key, open_value
from edocs.model.rules import reason

__all__ = ["check_raw_value"]


def check_raw_value(data: bytes, span: SignedRange, certificates: Sequence[bytes]) -> CheckedValue:
    """Check a bare RSA value over ``span`` of ``data``.

    Args:
        certificates: Of ``/Cert``, DER, the signer's first.
    """
    try:
        value = octets(read_value(span.cms))
    except ValueError as exc:
        return CheckedValue(findings=(reason("format.cms", why=describe(exc)),))
    if not certificates:
        why = "it does not come with the signature"
        return CheckedValue(findings=(reason("integrity.signing_certificate", why=why),))
    try:
        parts = read_parts(certificates[0])
        key = load_key(parts.key)
    except UnknownAlgorithmError as exc:
        return CheckedValue(findings=(reason("algorithm.unknown", algorithm=str(exc)),))
    except ValueError as exc:
        return CheckedValue(findings=(reason("integrity.signing_certificate", why=describe(exc)),))
    blank = CheckedValue(
        certificate=parts.raw,
        others=tuple(dict.fromkeys(raw for raw in certificates[1:] if raw != parts.raw)),
        binding=Binding.FIRM,  # /Cert stands among the signed bytes
        key=key,
    )
    try:
        held = open_value(key, value)
        if held is None:
            return replace(blank, findings=(reason("integrity.signature"),))
        name, made = held
        is_intact = range_digest(name, data, span) == made
    except UnknownAlgorithmError as exc:
        return replace(blank, findings=(reason("algorithm.unknown", algorithm=str(exc)),))
    findings = () if is_intact else (reason("integrity.digest"),)
    return replace(blank, findings=findings, is_intact=is_intact, digests=(name,))
