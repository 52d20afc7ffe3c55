"""The form of 2014 as a file: MIME parts, the first of them the SOAP envelope, the others the attachments.

2803/BTTTT-THH, after SOAP Messages with Attachments; RFC 2046 (multipart), RFC 2392 (``cid:``). Only what such messages
use is read: no nested multiparts, no continuation of parameters. Attachments stay encoded, as those of edXML do.
"""

from __future__ import annotations

import base64
import quopri
import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.message import Message
from email.parser import BytesHeaderParser

from edocs.errors import MalformedEnvelopeError

__all__ = ["MimePart", "split_mime"]

MAX_PARTS = 1000
_START = re.compile(rb"\A\s*(?:--[^\s<>]{1,70}[ \t]*\r?\n|(?i:mime-version|content-[a-z-]+)[ \t]*:)")
_XML_TYPES = frozenset({"text/xml", "application/xml", "application/soap+xml", "application/xop+xml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MimePart:
    """One part after the envelope."""

    content_id: str
    """Without angle brackets."""
    content_type: str
    name: str
    encoded: str
    """Base64, not decoded yet."""


def split_mime(data: bytes) -> tuple[bytes, tuple[MimePart, ...]] | None:
    """The XML of a MIME message and its other parts; None where ``data`` is no MIME.

    Raises:
        MalformedEnvelopeError: MIME without a boundary, without an end, without XML, or with parts inside parts.
    """
    if not _START.match(data[:512]):
        return None
    boundary, body = _boundary(data.lstrip())
    chunks = re.split(rb"(?:\A|\r?\n)--%s[ \t]*(?=\r?\n|--)" % re.escape(boundary), body)
    if len(chunks) > MAX_PARTS + 2:
        raise MalformedEnvelopeError("message has more than {limit} MIME parts", limit=MAX_PARTS)
    if len(chunks) < 3 or not chunks[-1].startswith(b"--"):
        raise MalformedEnvelopeError("MIME message has no end", hint="ask the sender for the message again")
    parts = [_part(chunk) for chunk in chunks[1:-1]]
    if any(chunk.startswith(b"--") for chunk in chunks[1:-1]):
        raise MalformedEnvelopeError("MIME message goes on after its end")
    headers, payload = parts[0]
    if headers.get_content_type() not in _XML_TYPES:
        raise MalformedEnvelopeError("the first MIME part is not XML: {type}", type=headers.get_content_type()[:60])
    return _plain(headers, payload), tuple(_attachment(*part) for part in parts[1:])


def _boundary(data: bytes) -> tuple[bytes, bytes]:
    """The boundary and what it divides; a file may begin with it, its header lost with the transport's."""
    if data.startswith(b"--"):
        return data[2:].split(b"\n", 1)[0].rstrip(), data
    headers, body = _part(b"\n" + data)
    boundary = headers.get_boundary()
    if not boundary or len(boundary) > 70:
        raise MalformedEnvelopeError("MIME message has no boundary")
    return boundary.encode("ascii", "replace"), body


def _part(chunk: bytes) -> tuple[Message, bytes]:
    lines = re.match(rb"\r?\n(.*?)\r?\n\r?\n", chunk[: 64 * 1024], re.DOTALL)
    if lines is None:
        raise MalformedEnvelopeError("a MIME part has no header")
    headers = BytesHeaderParser().parsebytes(lines[1])
    if headers.get_content_maintype() == "multipart" and not chunk.startswith(b"\n"):
        raise MalformedEnvelopeError("MIME message has parts inside parts")
    return headers, chunk[lines.end() :]


def _plain(headers: Message, payload: bytes) -> bytes:
    match _encoding(headers):
        case "base64":
            try:
                return base64.b64decode(b"".join(payload.split()), validate=True)
            except ValueError as exc:
                raise MalformedEnvelopeError("{name}: base64 is damaged", name="MIME") from exc
        case "quoted-printable":
            return quopri.decodestring(payload)
    return payload


def _attachment(headers: Message, payload: bytes) -> MimePart:
    if _encoding(headers) == "base64":  # decoded, and refused where it is damaged, where all attachments are
        encoded = payload.decode("ascii", "replace")
    else:
        encoded = base64.b64encode(_plain(headers, payload)).decode("ascii")
    return MimePart(
        content_id=str(headers.get("Content-ID", "")).strip().strip("<>"),
        content_type=headers.get_content_type(),
        name=_name(headers),
        encoded=encoded,
    )


def _name(headers: Message) -> str:
    try:
        return headers.get_filename("")
    except (HeaderParseError, ValueError, LookupError):
        return ""


def _encoding(headers: Message) -> str:
    return str(headers.get("Content-Transfer-Encoding", "")).strip().lower()
