"""Whether a file is what signing a document would give: its bytes, then a signature of one certificate over them.

Nhận ra tệp đã ký, to go on with a batch that was interrupted. Trust, and what came after the signature, are for
``edocs verify``; of the levels above B-B only their parts are looked for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from asn1crypto import cms
from cryptography import x509

from edocs._pades.value import require_value
from edocs._pdf.byte_range import SignedRange, check_byte_range
from edocs._pdf.faults import PARSER_FAULTS
from edocs.errors import SignatureValueError
from edocs.model import Level, SignatureAlgorithm

__all__ = ["is_signed_copy"]

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_ALGORITHMS = {
    "rsassa_pkcs1v15": SignatureAlgorithm.RSA_PKCS1,
    "rsassa_pss": SignatureAlgorithm.RSA_PSS,
    "ecdsa": SignatureAlgorithm.ECDSA,
}
_PARTS = {  # what stands after the signature, uncompressed, at the level (EN 319 142-1, 5.4)
    Level.B_LT: (b"/DSS",),
    Level.B_LTA: (b"/DSS", b"/ETSI.RFC3161"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signature:
    span: SignedRange
    signed: cms.SignedData

    @property
    def info(self) -> cms.SignerInfo:
        return self.signed["signer_infos"][0]


def is_signed_copy(document: bytes, copy: bytes, certificate: x509.Certificate, level: Level) -> bool:
    """Whether ``copy`` is ``document`` and a signature of ``certificate`` after it, of ``level`` or above.

    1. ``copy`` begins with ``document``;
    2. a signature's byte range covers all of it, to the end of the file where nothing may follow at ``level``;
    3. its signer is ``certificate``, its digest that of the range, its value that of the attributes;
    4. the parts of ``level`` are there.
    """
    if len(copy) <= len(document) or not copy.startswith(document):  # (1)
        return False
    try:
        return any(
            _is_of(found, copy, certificate) and _reaches(found, copy, level)
            for found in _signatures(copy, len(document))
        )
    except PARSER_FAULTS:
        return False


def _signatures(copy: bytes, start: int) -> Iterator[_Signature]:
    for match in _BYTE_RANGE.finditer(copy, start):
        numbers = [int(number) for number in match.groups()]
        hole = copy[numbers[1] + 1 : numbers[2] - 1]
        span = check_byte_range(copy, numbers, bytes.fromhex(hole.decode("ascii")))
        if isinstance(span, SignedRange) and span.gap_start >= start:  # (2)
            yield _Signature(span=span, signed=cms.ContentInfo.load(span.cms)["content"])


def _is_of(found: _Signature, copy: bytes, certificate: x509.Certificate) -> bool:
    info = found.info
    if info["sid"].chosen["serial_number"].native != certificate.serial_number:
        return False
    digest = info["digest_algorithm"]["algorithm"].native
    attributes = {item["type"].native: item["values"] for item in info["signed_attrs"]}
    imprint = hashlib.new(digest, memoryview(copy)[: found.span.gap_start])
    imprint.update(memoryview(copy)[found.span.gap_end : found.span.end])
    if attributes["message_digest"][0].native != imprint.digest():
        return False
    algorithm = _ALGORITHMS[info["signature_algorithm"].signature_algo]
    signed = info["signed_attrs"].untag().dump()
    try:
        require_value(certificate, algorithm, digest, signed, info["signature"].native)  # (3)
    except SignatureValueError:
        return False
    return True


def _reaches(found: _Signature, copy: bytes, level: Level) -> bool:
    if level is Level.B_B:
        return found.span.end == len(copy)
    unsigned = {item["type"].native for item in found.info["unsigned_attrs"]}
    if "signature_time_stamp_token" not in unsigned:  # (4)
        return False
    after = copy[found.span.end :]
    return all(part in after for part in _PARTS.get(level, ())) if level is not Level.B_T else not after
