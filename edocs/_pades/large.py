"""Signing from file to file, level B-B, at the memory of the update alone: a scanned dossier may have 300 MB.

Ký tệp lớn. The document is read where the parser needs it, then copied once, in pieces, hashed on the way. Nothing
is looked for in its text.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from edocs._pades.cms import signed_attributes, signed_data
from edocs._pades.embed import fill_gap
from edocs._pades.prepare import write_update
from edocs._pades.value import require_value
from edocs._pdf.increment import open_stream
from edocs._trust.signer_check import check_signer
from edocs.errors import NotPdfError, UnreadableError
from edocs.model import Level, SignatureSpec
from edocs.ports import Evidence, Signer

__all__ = ["LargeSignature", "needs_no_text", "sign_stream"]

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeSignature:
    """What was written."""

    field: str
    sha256_before: str
    sha256_after: str


def needs_no_text(spec: SignatureSpec) -> bool:
    """Whether ``spec`` can be carried out without reading the document's text, and at once."""
    has_place = spec.stamp is None or spec.stamp.box is not None
    plain = (spec.reserve, spec.code, spec.copy, spec.appendix_of) == (None,) * 4
    return has_place and plain and spec.level is Level.B_B


def sign_stream(
    document: BinaryIO, output: BinaryIO, signer: Signer, spec: SignatureSpec, now: datetime, evidence: Evidence
) -> LargeSignature:
    """Copy ``document`` (can be sought in) to ``output`` and sign it there.

    Raises:
        EdocsError: As ``edocs.sign.sign_pdf``; what was written to ``output`` is worth nothing then.
    """
    chain = (signer.certificate, *signer.chain)
    check_signer(chain[0], chain[1:], now, evidence.revocation)
    if document.read(5) != b"%PDF-":
        raise NotPdfError(
            "not a PDF: it does not start with %PDF-", hint="give a PDF file; of a Word file, save it as PDF first"
        )
    increment = open_stream(document, spec.password)
    update = write_update(increment, b"", signer, spec, now)
    state, ranges = hashlib.sha256(), hashlib.new(spec.digest)
    size = 0
    document.seek(0)
    while piece := document.read(_PIECE):
        output.write(piece)
        state.update(piece)
        ranges.update(piece)
        size += len(piece)
    before = state.hexdigest()
    start, end = update.gap_start - size, update.gap_end - size
    if not 0 < start < end < len(update.tail):
        raise UnreadableError("the file changed while it was read", hint="try again when nobody writes to it")
    ranges.update(update.tail[:start])
    ranges.update(update.tail[end:])
    attributes = signed_attributes(ranges.digest(), spec.digest, chain[0], spec.role)
    value = signer.sign(attributes, spec.digest)
    require_value(chain[0], signer.algorithm, spec.digest, attributes, value)
    cms = signed_data(attributes, value, chain, signer.algorithm, spec.digest)
    tail = fill_gap(update.tail, start, end, cms)
    output.write(tail)
    state.update(tail)
    return LargeSignature(field=update.field, sha256_before=before, sha256_after=state.hexdigest())
