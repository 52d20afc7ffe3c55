"""Document timestamps, read and judged from the newest to the oldest (EN 319 142-1, 5.4.3; EN 319 102-1, 5.6.2).

Dấu thời gian trên toàn văn bản. Each sound one proves that everything before it existed, older timestamps among it,
whose certificates may have expired since. A broken one proves nothing and spoils nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from edocs._pades.integrity import range_digest
from edocs._pades.placed import PlacedSignature
from edocs._pades.reading import OpenDocument, SignatureField, signed_range
from edocs._pades.signed_value import SignedValue, read_signed_value
from edocs._pades.timestamps import ProvenTime, Witness
from edocs._pdf.byte_range import SignedRange
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs.model import Reason
from edocs.model.rules import reason

__all__ = ["DocumentTime", "DocumentToken", "judge_document_times", "open_token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentToken:
    """A document timestamp whose byte range is sound; its token is still unjudged."""

    span: SignedRange
    revision: int
    """Index of the revision that it covers."""
    signed: SignedValue
    imprint_of: Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTime:
    """What one document timestamp proves."""

    gap_start: int
    """Everything before this offset existed at that time."""
    revision: int
    proven: ProvenTime


def judge_document_times(
    document: OpenDocument, fields: Iterable[SignatureField], witness: Witness
) -> tuple[Sequence[DocumentTime], Sequence[Reason]]:
    """Those that count, oldest first, and why the others do not."""
    notices: list[Reason] = []
    tokens: list[tuple[str, DocumentToken]] = []
    for field in fields:
        token = open_token(document, field)
        if isinstance(token, str):
            notices.append(reason("time.document_timestamp", field=field.name, why=token))
        else:
            tokens.append((field.name, token))
    times: list[DocumentTime] = []
    existed: datetime | None = None
    for name, token in sorted(tokens, key=lambda item: item[1].span.end, reverse=True):
        found = witness.judge(token.signed, token.imprint_of, existed)
        if isinstance(found, str):
            notices.append(reason("time.document_timestamp", field=name, why=found))
            continue
        existed = found.time
        times.insert(0, DocumentTime(gap_start=token.span.gap_start, revision=token.revision, proven=found))
    return times, notices


def open_token(document: OpenDocument, field: SignatureField) -> DocumentToken | str:
    """The token in ``field`` and what it should be for, or why there is none."""
    span = signed_range(document, field)
    if isinstance(span, Reason):
        return span.text()
    try:
        signed = read_signed_value(span.cms)
        revision = PlacedSignature(document.reader, field.field, field.name).signed_revision
    except PARSER_FAULTS as exc:
        return describe(exc)
    return DocumentToken(
        span=span, revision=revision, signed=signed, imprint_of=lambda name: range_digest(name, document.data, span)
    )
