"""The form of 2014 as a file: MIME parts, the first of them the SOAP envelope, the others the attachments.

2803/BTTTT-THH, after SOAP Messages with Attachments; RFC 2046 (multipart), RFC 2392 (``cid:``). Only what such messages
use is read: no nested multiparts, no continuation of parameters. Attachments stay encoded, as those of edXML do.
"""

from __future__ import annotations

import base64
import io
import quopri
import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.message import Message
from email.parser import BytesHeaderParser
from itertools import pairwise

from edocs._edxml.outline import too_long
from edocs._edxml.source import BLOCK_BYTES, Source
from edocs.errors import MalformedEnvelopeError

__all__ = ["MimePart", "split_mime"]

MAX_PARTS = 1000
MAX_DECODED_BYTES = 8 * 1024 * 1024
_HEADER_BYTES = 64 * 1024
_OVERLAP_BYTES = 1200
"""No line with a boundary is longer."""
_START = re.compile(rb"\A\s*(?:--[^\s<>]{1,70}[ \t]*\r?\n|(?i:mime-version|content-[a-z-]+)[ \t]*:)")
_XML_TYPES = frozenset({"text/xml", "application/xml", "application/soap+xml", "application/xop+xml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MimePart:
    """One part after the envelope."""

    content_id: str
    """Without angle brackets."""
    content_type: str
    name: str
    payload: Source
    is_base64: bool
    """Not decoded yet; else the payload is the attachment."""


def split_mime(source: Source) -> tuple[Source, tuple[MimePart, ...]] | None:
    """The XML of a MIME message and its other parts; None where ``source`` is no MIME.

    Raises:
        MalformedEnvelopeError: MIME without a boundary, without an end, without XML, or with parts inside parts.
    """
    head = source.read_at(0, _HEADER_BYTES)
    if not _START.match(head[:512]):
        return None
    start = len(head) - len(head.lstrip())
    boundary, start = _boundary(head[start:], start)
    body = source.part(start, source.size - start)
    marks = _delimiters(body, boundary)
    if len(marks) > MAX_PARTS + 1:
        raise MalformedEnvelopeError("message has more than {limit} MIME parts", limit=MAX_PARTS)
    if len(marks) < 2 or body.read_at(marks[-1][1], 2) != b"--":
        raise MalformedEnvelopeError("MIME message has no end", hint="ask the sender for the message again")
    parts = [_part(body, one[1], other[0]) for one, other in pairwise(marks)]
    if any(body.read_at(end, 2) == b"--" for _, end in marks[:-1]):
        raise MalformedEnvelopeError("MIME message goes on after its end")
    headers, payload = parts[0]
    if headers.get_content_type() not in _XML_TYPES:
        raise MalformedEnvelopeError("the first MIME part is not XML: {type}", type=headers.get_content_type()[:60])
    return _plain(headers, payload), tuple(_attachment(*part) for part in parts[1:])


def _boundary(head: bytes, start: int) -> tuple[bytes, int]:
    """The boundary, and where begins what it divides; a file may begin with it, its header lost with the transport's.

    Args:
        head: The file from ``start``, where its text begins.
    """
    if head.startswith(b"--"):
        return head[2:].split(b"\n", 1)[0].rstrip(), start
    headers, length = _headers(b"\n" + head)
    boundary = headers.get_boundary()
    if not boundary or len(boundary) > 70:
        raise MalformedEnvelopeError("MIME message has no boundary")
    return boundary.encode("ascii", "replace"), start + length - 1


def _delimiters(body: Source, boundary: bytes) -> list[tuple[int, int]]:
    """Where each line with the boundary begins, the end of the line before it included, and ends."""
    pattern = re.compile(rb"--%s[ \t]{0,1000}(?=\r?\n|--)" % re.escape(boundary))
    found: list[tuple[int, int]] = []
    for offset in range(0, body.size, BLOCK_BYTES):
        begin = max(0, offset - 2)
        window = body.read_at(begin, BLOCK_BYTES + 2 + _OVERLAP_BYTES)
        for match in pattern.finditer(window):
            start = match.start()
            if begin + start >= offset + BLOCK_BYTES or (found and begin + start < found[-1][1]):
                continue  # another window's
            line = 0 if begin + start == 0 else 2 if window[:start].endswith(b"\r\n") else 1
            if line and not window[:start].endswith(b"\n"):
                continue
            found.append((begin + start - line, begin + match.end()))
            if len(found) > MAX_PARTS + 1:
                return found
    return found


def _part(body: Source, start: int, end: int) -> tuple[Message, Source]:
    headers, length = _headers(body.read_at(start, min(_HEADER_BYTES, end - start)))
    if headers.get_content_maintype() == "multipart":
        raise MalformedEnvelopeError("MIME message has parts inside parts")
    return headers, body.part(start + length, end - start - length)


def _headers(head: bytes) -> tuple[Message, int]:
    """The headers at the beginning of a part, and their length."""
    lines = re.match(rb"\r?\n(.*?)\r?\n\r?\n", head, re.DOTALL)
    if lines is None:
        raise MalformedEnvelopeError("a MIME part has no header")
    return BytesHeaderParser().parsebytes(lines[1]), lines.end()


def _plain(headers: Message, payload: Source) -> Source:
    """What is encoded in another way than an attachment of edXML, decoded; it has to fit into memory."""
    encoding = _encoding(headers)
    if encoding not in ("base64", "quoted-printable"):
        return payload
    if payload.size > MAX_DECODED_BYTES:
        raise too_long(MAX_DECODED_BYTES)
    data = payload.read_at(0, payload.size)
    if encoding == "quoted-printable":
        return Source(io.BytesIO(quopri.decodestring(data)))
    try:
        return Source(io.BytesIO(base64.b64decode(b"".join(data.split()), validate=True)))
    except ValueError as exc:
        raise MalformedEnvelopeError("{name}: base64 is damaged", name="MIME") from exc


def _attachment(headers: Message, payload: Source) -> MimePart:
    is_base64 = _encoding(headers) == "base64"  # decoded, and refused where it is damaged, where all attachments are
    return MimePart(
        content_id=str(headers.get("Content-ID", "")).strip().strip("<>"),
        content_type=headers.get_content_type(),
        name=_name(headers),
        payload=payload if is_base64 else _plain(headers, payload),
        is_base64=is_base64,
    )


def _name(headers: Message) -> str:
    try:
        return headers.get_filename("")
    except (HeaderParseError, ValueError, LookupError):
        return ""


def _encoding(headers: Message) -> str:
    return str(headers.get("Content-Transfer-Encoding", "")).strip().lower()
