"""Attachments on the wire: base64, the SDK's one-entry ZIP, and what the bytes really are.

QCVN 102:2016/BTTTT as practised. A declared content type decides nothing: the bytes do. What is suspicious becomes a
fault (the file must not be used) or a notice (it may); both are values, so that one bad attachment spoils no other.
"""

from __future__ import annotations

import base64
import hashlib
import io
import lzma
import re
import struct
import uuid
import zipfile
import zlib
from dataclasses import dataclass, replace

from edocs._edxml.filenames import extension_of
from edocs.model import FileKind, Reason

__all__ = ["ZIP_ERRORS", "Decoded", "decode", "encode", "sniff", "unwrap"]

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_RATIO = 500
RATIO_FROM_BYTES = 1024 * 1024
"""Smaller entries may compress as well as they like."""

# The SDK's list as it is, typing errors included: xls and xlsx are not on it, so the SDK's reader expects them zipped.
_RAW_EXTENSIONS = ("pdf", "doc", "docx", "xsl", "xslx", "zip")
_ZIPPED = "application/zip"
_TEXT_EXTENSIONS = frozenset({"txt", "csv", "xml", "edxml", "json", "html", "htm", "md", "log", "svg", "eml", "rtf"})
_KIND_EXTENSIONS = {
    FileKind.PDF: {"pdf"},
    FileKind.OOXML: {"docx", "xlsx", "pptx", "docm", "xlsm", "pptm", "dotx", "xltx", "zip"},
    FileKind.ODF: {"odt", "ods", "odp", "odg", "zip"},
    FileKind.OLE: {"doc", "xls", "ppt", "dot", "xlt", "msg", "vsd"},
}
_REPLACEMENT_CHARACTER = b"\xef\xbf\xbd"
_CLAUSE = "QCVN 102:2016/BTTTT"
_INTEGRITY = "Decision 28/2018/QĐ-TTg, article 6.1"
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    RuntimeError,  # an encrypted entry
    NotImplementedError,  # an unknown compression
    EOFError,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    OverflowError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """An attachment's bytes on the way from the wire to a file."""

    wire: bytes
    data: bytes
    kind: FileKind = FileKind.OTHER
    faults: tuple[Reason, ...] = ()
    notices: tuple[Reason, ...] = ()


def encode(name: str, data: bytes) -> tuple[str, str]:
    """The content type and the base64 that the SDK would write for a file, on one line."""
    extension = extension_of(name)
    if extension in _RAW_EXTENSIONS:
        return f"application/{extension}", base64.b64encode(data).decode("ascii")
    return _ZIPPED, base64.b64encode(_wrap(extension, data)).decode("ascii")


def decode(name: str, encoded: str) -> Decoded:
    """The bytes of a base64 text, strictly: white space is allowed, anything else outside the alphabet is not."""
    try:
        text = encoded.encode("ascii").translate(None, b" \t\r\n\f\v")
        wire = base64.b64decode(text, validate=True)
    except ValueError:  # not ASCII, or binascii.Error
        return _failed(b"", "base64", "{name}: base64 is damaged", name)
    if len(text) % 4:  # the library lets superfluous padding pass
        return _failed(b"", "base64", "{name}: base64 is damaged", name)
    if not wire:
        return _failed(b"", "empty", "{name}: attachment is empty", name)
    if _is_text_damaged(extension_of(name), wire):
        return _failed(
            wire,
            "text_corrupted",
            "{name}: its bytes went through a text conversion and are lost",
            name,
            hint="ask the sender for the file again",
        )
    return Decoded(wire=wire, data=wire, kind=sniff(wire))


def unwrap(name: str, decoded: Decoded) -> Decoded:
    """The file inside the SDK's one-entry ZIP, where there is one; then what its bytes are against its name.

    A ZIP that is itself the file stays: one called ``.zip``, an office format, or one with several entries.
    """
    if decoded.faults or decoded.kind is not FileKind.ZIP or extension_of(name) == "zip":
        return _check_kind(name, decoded)
    try:
        with zipfile.ZipFile(io.BytesIO(decoded.wire)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) != 1:
                return _check_kind(name, decoded)
            entry = entries[0]
            if entry.file_size > MAX_FILE_BYTES or (
                entry.file_size > RATIO_FROM_BYTES and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
            ):
                return _failed(decoded.wire, "limit", "{name}: unpacks to more than is reasonable", name)
            with archive.open(entry) as stream:
                data = stream.read(MAX_FILE_BYTES + 1)
    except ZIP_ERRORS:
        return _failed(decoded.wire, "zip", "{name}: the ZIP around it is damaged or encrypted", name)
    if len(data) > MAX_FILE_BYTES:
        return _failed(decoded.wire, "limit", "{name}: unpacks to more than is reasonable", name)
    return _check_inner(name, entry.filename, replace(decoded, data=data, kind=sniff(data)))


def sniff(data: bytes) -> FileKind:
    """What the first bytes say a file is."""
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return FileKind.OLE
    if not data.startswith(b"PK\x03\x04"):
        # After the archives: one that stores a PDF uncompressed has its header near the start as well.
        return FileKind.PDF if b"%PDF-" in data[:1024] else FileKind.OTHER
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.namelist()
    except ZIP_ERRORS:
        return FileKind.ZIP
    if "[Content_Types].xml" in entries:
        return FileKind.OOXML
    return FileKind.ODF if entries[:1] == ["mimetype"] else FileKind.ZIP


def _wrap(extension: str, data: bytes) -> bytes:
    # The SDK calls the entry <uuid>.<ext>; taken from the digest, the same file gives the same bytes.
    stem = uuid.UUID(bytes=hashlib.sha256(data).digest()[:16], version=4)
    suffix = extension if re.fullmatch(r"[a-z0-9]{1,10}", extension) else "bin"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(f"{stem}.{suffix}", date_time=(1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3
        archive.writestr(entry, data)
    return target.getvalue()


def _check_inner(name: str, inner: str, decoded: Decoded) -> Decoded:
    if _is_text_damaged(extension_of(name), decoded.data):
        return _failed(
            decoded.wire,
            "text_corrupted",
            "{name}: its bytes went through a text conversion and are lost",
            name,
            hint="ask the sender for the file again",
        )
    notices = decoded.notices
    if extension_of(inner) != extension_of(name):
        notices += (_reason("inner_name", "{name}: the ZIP holds {inner}, of another type", name, inner=inner[:80]),)
    return _check_kind(name, replace(decoded, notices=notices))


def _check_kind(name: str, decoded: Decoded) -> Decoded:
    extension = extension_of(name)
    expected = {kind for kind, extensions in _KIND_EXTENSIONS.items() if extension in extensions}
    if decoded.faults or decoded.kind in expected or (not expected and decoded.kind not in _KIND_EXTENSIONS):
        return decoded
    if extension == "zip" and decoded.kind is FileKind.ZIP:
        return decoded
    if decoded.kind is FileKind.OTHER:
        found = _reason("kind", "{name}: the bytes are not those of this type", name)
    else:
        text = "{name}: the bytes are not those of this type, but {kind}"
        found = _reason("kind", text, name, kind=decoded.kind.value)
    return replace(decoded, notices=(*decoded.notices, found))


def _is_text_damaged(extension: str, data: bytes) -> bool:
    """Whether binary bytes were once read as UTF-8 text: what was not UTF-8 is U+FFFD now, and all of it is UTF-8."""
    if extension in _TEXT_EXTENSIONS or _REPLACEMENT_CHARACTER not in data:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _failed(wire: bytes, rule: str, message: str, name: str, hint: str = "") -> Decoded:
    return Decoded(wire=wire, data=b"", faults=(replace(_reason(rule, message, name), clause=_INTEGRITY, hint=hint),))


def _reason(rule: str, message: str, name: str, **params: str) -> Reason:
    return Reason(rule=f"edxml.attachment.{rule}", clause=_CLAUSE, message=message, params={"name": name, **params})
