"""The signature dictionary and its gap (ISO 32000-2, 12.8.1): written once with room, filled without moving a byte.

Từ điển chữ ký và chỗ trống cho chữ ký. The byte range is everything but the hexadecimal string of ``/Contents``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string

from edocs._pades.permits import FieldLock
from edocs._pdf.increment import Increment
from edocs.errors import StateRefusedError
from edocs.model import HANOI

__all__ = [
    "LATER_ROOM",
    "TOKEN_ROOM",
    "Gap",
    "Mdp",
    "Statement",
    "add_signature",
    "digests_of",
    "fill_gap",
    "gaps",
    "imprint_of",
    "render",
]

TOKEN_ROOM = 16384
"""Bytes kept free for a timestamp; its size is not known before, and depends on the certificates that come with it."""

LATER_ROOM = 6144
"""Bytes that a signature without a timestamp keeps free for one that comes later: a token and its authority's chain.

With the signature itself this makes about the 8 KB that Vietnamese signing tools reserve.
"""

_BYTE_RANGE_WIDTH = 46  # brackets, "0", and three offsets of up to 13 digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Mdp:
    """What a signature forbids from then on (12.8.2)."""

    is_certification: bool
    """DocMDP with ``/P 2``: filling fields and signing stay allowed."""
    lock: FieldLock | None
    level: int | None = None
    """``/P`` beside the lock: what an approval signature allows from then on (PDF 2.0)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the signature dictionary says."""

    reason: str
    location: str
    signed_at: datetime
    size_bytes: int
    """To reserve for the CMS."""
    mdp: Mdp


class Gap(generic.PdfObject):
    """Written literally; remembers where."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.start = -1

    def write_to_stream(self, stream: BytesIO, handler: object = None, container_ref: object = None) -> None:
        """Called by the writer, once."""
        del handler, container_ref
        self.start = stream.tell()
        stream.write(self.text)


def gaps(size_bytes: int) -> tuple[Gap, Gap]:
    """Room for ``/Contents`` of that size, and for ``/ByteRange``."""
    return Gap(b"<" + b"0" * (2 * size_bytes) + b">"), Gap(b" " * _BYTE_RANGE_WIDTH)


def add_signature(increment: Increment, field: generic.DictionaryObject, statement: Statement) -> tuple[Gap, Gap]:
    """Put an unfilled signature dictionary into ``field``.

    Returns:
        The gaps of ``/Contents`` and of ``/ByteRange``.
    """
    mdp = statement.mdp
    contents, byte_range = gaps(statement.size_bytes)
    signature = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Sig"),
            pdf_name("/Filter"): pdf_name("/Adobe.PPKLite"),
            pdf_name("/SubFilter"): pdf_name("/ETSI.CAdES.detached"),
            pdf_name("/ByteRange"): byte_range,
            pdf_name("/Contents"): contents,
            pdf_name("/M"): generic.pdf_date(statement.signed_at.astimezone(HANOI)),
        }
    )
    for key, text in (("/Reason", statement.reason), ("/Location", statement.location)):
        if text:
            signature[key] = pdf_string(text)
    reference = increment.add_object(signature)
    entries = _references(increment, mdp)
    if entries:
        signature["/Reference"] = generic.ArrayObject(entries)
    if mdp.is_certification:
        perms = increment.root.setdefault(pdf_name("/Perms"), generic.DictionaryObject()).get_object()
        perms["/DocMDP"] = reference
        increment.update_root()
        increment.update_container(perms)
    field["/V"] = reference
    increment.update_container(field)
    return contents, byte_range


def render(increment: Increment, contents: Gap, byte_range: Gap) -> bytes:
    """The update, to be appended to the document, with its byte range filled in."""
    tail = increment.render_tail()
    update, total = tail.getvalue(), tail.tell()
    size = total - len(update)
    start, end = contents.start, contents.start + len(contents.text)
    text = (b"[0 %d %d %d]" % (start, end, total - end)).ljust(_BYTE_RANGE_WIDTH)
    at = byte_range.start - size
    return b"".join((update[:at], text, update[at + _BYTE_RANGE_WIDTH :]))


def imprint_of(document: bytes, gap_start: int, gap_end: int, digest: str) -> bytes:
    """Digest of the byte range."""
    view = memoryview(document)
    state = hashlib.new(digest, view[:gap_start])
    state.update(view[gap_end:])
    return state.digest()


def digests_of(document: bytes, gap_start: int, gap_end: int, digest: str) -> tuple[bytes, str]:
    """Digest of the byte range, and SHA-256 of the whole in hexadecimal; what comes before the gap is read once."""
    if digest != "sha256":
        return imprint_of(document, gap_start, gap_end, digest), hashlib.sha256(document).hexdigest()
    view = memoryview(document)
    whole = hashlib.sha256(view[:gap_start])
    ranges = whole.copy()
    ranges.update(view[gap_end:])
    whole.update(view[gap_start:])
    return ranges.digest(), whole.hexdigest()


def fill_gap(document: bytes, gap_start: int, gap_end: int, cms: bytes) -> bytes:
    """``document`` with ``cms`` in its gap.

    Raises:
        StateRefusedError: The gap is not where the state says, or too small.
    """
    room = gap_end - gap_start - 2
    gap = document[gap_start:gap_end]
    if len(gap) != room + 2 or gap != b"<" + b"0" * room + b">" or 2 * len(cms) > room:
        raise StateRefusedError("the prepared document has no room for the signature", hint="prepare it again")
    view = memoryview(document)
    return b"".join((view[: gap_start + 1], cms.hex().encode("ascii").ljust(room, b"0"), view[gap_end - 1 :]))


def _references(increment: Increment, mdp: Mdp) -> list[generic.DictionaryObject]:
    entries = []
    if mdp.is_certification:
        entries.append(_reference("/DocMDP", {"/P": generic.NumberObject(2)}))
    if mdp.lock is not None:
        parameters: dict[str, generic.PdfObject] = {"/Action": pdf_name(mdp.lock.action)}
        if mdp.lock.action != "/All":
            parameters["/Fields"] = generic.ArrayObject(pdf_string(name) for name in mdp.lock.names)
        if mdp.level is not None:
            parameters["/P"] = generic.NumberObject(mdp.level)
        entry = _reference("/FieldMDP", parameters)
        root = increment.root_ref
        entry["/Data"] = generic.IndirectObject(root.idnum, root.generation, root.pdf)
        entries.append(entry)
    return entries


def _reference(method: str, parameters: dict[str, generic.PdfObject]) -> generic.DictionaryObject:
    return generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/SigRef"),
            pdf_name("/TransformMethod"): pdf_name(method),
            pdf_name("/TransformParams"): generic.DictionaryObject(
                {
                    pdf_name("/Type"): pdf_name("/TransformParams"),
                    pdf_name("/V"): pdf_name("/1.2"),
                    **{pdf_name(key): value for key, value in parameters.items()},
                }
            ),
        }
    )
