"""Attachments on the wire: base64, the SDK's one-entry ZIP, and what the bytes really are.

QCVN 102:2016/BTTTT as practised. A declared content type decides nothing: the bytes do. What is suspicious becomes a
fault (the file must not be used) or a notice (it may); both are values, so that one bad attachment spoils no other.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import re
import shutil
import struct
import uuid
import zipfile
import zlib
from dataclasses import dataclass, replace
from typing import BinaryIO

from edocs._edxml.filenames import extension_of
from edocs._edxml.landing import Decoding, Landed, Landing, Store
from edocs._edxml.source import Beside
from edocs.model import FileKind, MessageLimits, Reason

__all__ = ["EMPTY_SHA256", "ZIP_ERRORS", "Decoded", "is_wrapped", "judge_wire", "sniff", "unwrap", "wire_type", "wrap"]

EMPTY_SHA256 = hashlib.sha256().hexdigest()
RATIO_FROM_BYTES = 1024 * 1024
"""Smaller entries may compress as well as they like."""
_BLOCK_BYTES = 96 * 1024
_MOST_AT_ONCE = 1024 * 1024
"""Of a ZIP's directory, some 15,000 entries: more than any attachment has that is to be looked into."""

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
    """An attachment on the way from the wire to a file."""

    wire: Landed
    """Its bytes before anything is unwrapped."""
    content: Landed | None
    """Those of the file; None where there is a fault."""
    kind: FileKind = FileKind.OTHER
    faults: tuple[Reason, ...] = ()
    notices: tuple[Reason, ...] = ()


def wire_type(name: str) -> str:
    """The content type that the SDK would declare for a file of that name; ``_ZIPPED`` where it would wrap it."""
    extension = extension_of(name)
    return f"application/{extension}" if extension in _RAW_EXTENSIONS else _ZIPPED


def is_wrapped(name: str) -> bool:
    """Whether the SDK would put a file of that name into a ZIP."""
    return extension_of(name) not in _RAW_EXTENSIONS


def wrap(name: str, data: BinaryIO | io.RawIOBase, size_bytes: int, sha256: str, target: BinaryIO) -> None:
    """Put a file into the SDK's one-entry ZIP."""
    # The SDK calls the entry <uuid>.<ext>; taken from the digest, the same file gives the same bytes.
    stem = uuid.UUID(bytes=bytes.fromhex(sha256)[:16], version=4)
    extension = extension_of(name)
    suffix = extension if re.fullmatch(r"[a-z0-9]{1,10}", extension) else "bin"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(f"{stem}.{suffix}", date_time=(1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3
        entry.file_size = size_bytes
        with archive.open(entry, "w") as inside:
            shutil.copyfileobj(data, inside, _BLOCK_BYTES)


def judge_wire(name: str, decoding: Decoding, wire: Landed) -> Decoded:
    """What came of an attachment's base64."""
    if decoding.is_damaged:
        return _failed(_nothing(wire), "base64", "{name}: base64 is damaged", name)
    if decoding.is_too_large:
        return _failed(_nothing(wire), "limit", "{name}: unpacks to more than is reasonable", name)
    if not wire.size_bytes:
        return _failed(wire, "empty", "{name}: attachment is empty", name)
    if _is_text_damaged(name, wire):
        return _text_damaged(wire, name)
    return Decoded(wire=wire, content=wire, kind=sniff(wire))


def unwrap(name: str, decoded: Decoded, store: Store, limits: MessageLimits, beside: Beside) -> Decoded:
    """The file inside the SDK's one-entry ZIP, where there is one; then what its bytes are against its name.

    A ZIP that is itself the file stays: one called ``.zip``, an office format, or one with several entries.
    """
    if decoded.faults or decoded.kind is not FileKind.ZIP or extension_of(name) == "zip":
        return _check_kind(name, decoded)
    landing = Landing(store, limits.file_bytes)
    try:
        with decoded.wire.store.open(decoded.wire.file) as file, zipfile.ZipFile(_Bounded(file)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) != 1:
                return _check_kind(name, decoded)
            if _is_bomb(entries[0], limits) or not _copied(archive, entries[0], landing, beside):
                return _failed(decoded.wire, "limit", "{name}: unpacks to more than is reasonable", name)
    except ZIP_ERRORS:
        return _failed(decoded.wire, "zip", "{name}: the ZIP around it is damaged or encrypted", name)
    content = landing.finish(beside)
    return _check_inner(name, entries[0].filename, replace(decoded, content=content, kind=sniff(content)))


def sniff(content: Landed) -> FileKind:
    """What the first bytes say a file is."""
    if content.head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return FileKind.OLE
    if not content.head.startswith(b"PK\x03\x04"):
        # After the archives: one that stores a PDF uncompressed has its header near the start as well.
        return FileKind.PDF if b"%PDF-" in content.head else FileKind.OTHER
    try:
        with content.store.open(content.file) as file, zipfile.ZipFile(_Bounded(file)) as archive:
            entries = archive.namelist()
    except ZIP_ERRORS:
        return FileKind.ZIP
    if "[Content_Types].xml" in entries:
        return FileKind.OOXML
    return FileKind.ODF if entries[:1] == ["mimetype"] else FileKind.ZIP


def _is_bomb(entry: zipfile.ZipInfo, limits: MessageLimits) -> bool:
    return entry.file_size > limits.file_bytes or (
        entry.file_size > RATIO_FROM_BYTES and entry.file_size > limits.ratio * max(entry.compress_size, 1)
    )


def _copied(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, landing: Landing, beside: Beside) -> bool:
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # The library bounds what one read may give for these two only; the SDK and everybody else write no other.
        raise NotImplementedError(entry.compress_type)
    with archive.open(entry) as stream:
        while block := stream.read(_BLOCK_BYTES):
            if not landing.write(block, beside):
                return False
    return True


class _Bounded(io.RawIOBase):
    """A file of which nobody reads much at once: the directory of a ZIP may claim any size, and is read in one go."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes.

        Raises:
            ValueError: That is more than ``_MOST_AT_ONCE``.
        """
        if size is None or size < 0:
            place = self._stream.tell()
            size = self._stream.seek(0, 2) - place
            self._stream.seek(place)
        if size > _MOST_AT_ONCE:
            raise ValueError("the directory of the ZIP is too large")
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """As the file's."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """As the file's."""
        return self._stream.tell()

    def seekable(self) -> bool:
        """It is."""
        return True

    def readable(self) -> bool:
        """It is."""
        return True


def _check_inner(name: str, inner: str, decoded: Decoded) -> Decoded:
    if decoded.content is not None and _is_text_damaged(name, decoded.content):
        return _text_damaged(decoded.wire, name)
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


def _is_text_damaged(name: str, content: Landed) -> bool:
    """Whether binary bytes were once read as UTF-8 text: what was not UTF-8 is U+FFFD now, and all of it is UTF-8."""
    return content.is_replaced and extension_of(name) not in _TEXT_EXTENSIONS


def _text_damaged(wire: Landed, name: str) -> Decoded:
    return _failed(
        wire,
        "text_corrupted",
        "{name}: its bytes went through a text conversion and are lost",
        name,
        hint="ask the sender for the file again",
    )


def _nothing(wire: Landed) -> Landed:
    """What arrived until something was wrong is nobody's file."""
    return replace(wire, size_bytes=0, sha256=EMPTY_SHA256)


def _failed(wire: Landed, rule: str, message: str, name: str, hint: str = "") -> Decoded:
    fault = replace(_reason(rule, message, name), clause=_INTEGRITY, hint=hint)
    return Decoded(wire=wire, content=None, faults=(fault,))


def _reason(rule: str, message: str, name: str, **params: str) -> Reason:
    return Reason(rule=f"edxml.attachment.{rule}", clause=_CLAUSE, message=message, params={"name": name, **params})
