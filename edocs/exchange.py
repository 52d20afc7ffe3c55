"""DOOR: pack a document into an edXML message, and open what another agency sent.

Đóng gói, mở gói văn bản điện tử (QCVN 102:2016/BTTTT; Decision 28/2018/QĐ-TTg). Signatures of the PDFs inside are not
judged here (``edocs.office`` does), nor whose the signature of the envelope is (``edocs.sealing`` does), and nothing is
sent or received.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from edocs._edxml.attachments import Decoded, decode, encode, unwrap
from edocs._edxml.filenames import safe_name, unique_name
from edocs._edxml.meta import read_meta
from edocs._edxml.reader import read_envelope
from edocs._edxml.secrecy import search_marks
from edocs._edxml.writer import build_document, write_document, write_status
from edocs.errors import EdocsError, StateSecretError, UnreadableError, UsageError
from edocs.model import (
    HANOI,
    Attachment,
    Comparison,
    DocumentMessage,
    Envelope,
    Manifest,
    ManifestEntry,
    OutgoingDocument,
    OutgoingFile,
    Packed,
    Reason,
    Reference,
    Secrecy,
    StatusMessage,
    Trace,
    Unpacked,
    UnpackedFile,
    read_declassification,
)
from edocs.model.times import require_time

__all__ = ["draft_errors", "inspect_message", "pack", "pack_status", "read_manifest", "read_meta", "unpack"]

MAX_TOTAL_BYTES = 512 * 1024 * 1024
"""Of all files of a message together, unpacked."""
_STAND_IN = Attachment(content_id="1", name="a.pdf", content_type="application/pdf", description="a.pdf")
_LISTED = "Decision 28/2018/QĐ-TTg, article 10.1"
_INTACT = "Decision 28/2018/QĐ-TTg, article 6.1"


def pack(document: OutgoingDocument, files: Sequence[OutgoingFile], *, now: datetime | None = None) -> Packed:
    """Make an edXML document message, and the manifest that belongs beside it.

    Đóng gói văn bản. (1) A state secret is refused, by its metadata or by a mark on a first page; a mark that was
    declassified on record becomes a notice. (2) Each file is attached as the official SDK would attach it:
    pdf, doc, docx and zip as they are, all else in a ZIP of one entry. (3) The sender's own trace is added. (4) The
    manifest records what edXML has no place for: size and SHA-256 of each file.

    Args:
        document: From :func:`read_meta`, or made by the caller; attachments and traces in it are replaced.
        files: At least one, the main document first; names plain, safe and different in more than case.
        now: Aware; None is the present. The same ``now`` gives the same bytes.

    Raises:
        StateSecretError: The document is Mật, Tối mật or Tuyệt mật, or a file is marked so and not declassified.
        UsageError: No file, a name that could not be unpacked as it is, an incomplete message, or a naive ``now``.

    Source: Decision 28/2018/QĐ-TTg, articles 1.2, 10.1, 10.2; QCVN 102:2016/BTTTT.
    """
    # (1)
    _require_no_secret(document)
    moment = (datetime.now(UTC) if now is None else require_time(now)).astimezone(HANOI).replace(microsecond=0)
    marks = search_marks((file.name, file.data) for file in files)
    for error in (*_file_errors(files), *marks.errors(document.declassification, moment.date())):
        raise error
    # (2)
    attachments = tuple(_attachment(index, file) for index, file in enumerate(files, 1))
    # (3)
    trace = Trace(organ_id=document.message.sender.id, at=moment)
    envelope = write_document(replace(document.message, attachments=attachments, traces=(trace,)))
    # (4)
    manifest = Manifest(
        document_id=document.message.document_id,
        packed_at=moment,
        envelope_size_bytes=len(envelope),
        envelope_sha256=hashlib.sha256(envelope).hexdigest(),
        attachments=tuple(
            ManifestEntry(
                content_id=one.content_id, name=one.name, size_bytes=len(file.data), sha256=_sha256(file.data)
            )
            for one, file in zip(attachments, files, strict=True)
        ),
        declassification=document.declassification,
    )
    return Packed(envelope=envelope, manifest=manifest, notices=marks.notices(document.declassification))


def draft_errors(meta: bytes, files: Sequence[OutgoingFile]) -> tuple[EdocsError, ...]:
    """Everything that keeps a description and its files from being packed, at once (kiểm tra trước khi đóng gói).

    Nothing is packed for it, and what :func:`pack` alone could find, such as a text that XML cannot hold, is found too.

    Returns:
        One error for the description, one for each file, and :class:`StateSecretError` for a state secret and for each
        file that is marked as one; empty where :func:`pack` would pack.
    """
    found: list[EdocsError] = [*_file_errors(files)]
    record = None
    try:
        document = read_meta(meta)
        record = document.declassification
        _require_no_secret(document)
        trace = Trace(organ_id=document.message.sender.id, at=datetime.fromtimestamp(0, UTC))
        build_document(replace(document.message, attachments=(_STAND_IN,), traces=(trace,)))
    except EdocsError as error:
        found.insert(0, error)
    marks = search_marks((file.name, file.data) for file in files)
    return (*found, *marks.errors(record, datetime.now(HANOI).date()))


def pack_status(status: StatusMessage) -> bytes:
    """The edXML message that carries a status, which :func:`edocs.model.status_for` makes from what it answers.

    Đóng gói trạng thái. The same status gives the same bytes. Nothing is sent.

    Raises:
        UsageError: A code that no status has, something missing that every status has, or a text that XML cannot hold.

    Source: Decision 28/2018/QĐ-TTg, article 10.2.h; QCVN 102:2016/BTTTT.
    """
    return write_status(status)


def inspect_message(envelope: bytes, detached: bytes | None = None) -> Envelope:
    """Read a message without decoding its attachments (xem gói tin).

    Args:
        detached: The signature that stands beside it (:func:`edocs.sealing.sign_apart`), if there is one.

    Raises:
        MalformedEnvelopeError: Not safe or well-formed XML, or not edXML.
    """
    return read_envelope(envelope, detached)


def unpack(envelope: bytes, manifest: Manifest | None = None, detached: bytes | None = None) -> Unpacked:
    """Decode the attachments of a message, and compare them with the manifest where there is one.

    Mở gói tin, đối chiếu mã băm. (1) The message is read. (2) Each attachment is decoded strictly, taken out of the
    SDK's ZIP, and gets a safe, unique name. (3) The envelope's own list and its attachments must name each other.
    (4) Names and digests are compared with the manifest. The envelope's digest alone may differ: every exchange on the
    way adds a trace.

    Args:
        detached: As for :func:`inspect_message`.

    Returns:
        Every file, the faulty ones too: a fault is a value here. Nothing is written.

    Raises:
        MalformedEnvelopeError: As :func:`inspect_message`.

    Source: Decision 28/2018/QĐ-TTg, articles 5.4, 6.1, 10.1.
    """
    # (1)
    read = read_envelope(envelope, detached)
    broken = read.check.findings if read.check else ()
    if not isinstance(read.message, DocumentMessage):
        return Unpacked(envelope=read, faults=broken)
    expected = {} if manifest is None else {entry.content_id: entry for entry in manifest.attachments}
    # (2)
    taken: set[str] = set()
    total = 0
    files = []
    for index, attachment in enumerate(read.message.attachments, 1):
        file = _open(attachment, index, taken, expected.get(attachment.content_id), MAX_TOTAL_BYTES - total)
        total += len(file.data)
        files.append(file if manifest is None else _compared(file, expected.get(attachment.content_id)))
    # (3)
    faults, notices = _listing(read, read.message)
    opened = Unpacked(envelope=read, files=tuple(files), faults=(*broken, *faults), notices=notices)
    # (4)
    return opened if manifest is None else _concluded(opened, manifest)


def read_manifest(data: bytes) -> Manifest:
    """The manifest in ``data`` (``edocs.manifest/1``).

    Raises:
        UnreadableError: Not JSON, of another schema, or incomplete.
    """
    try:
        values = json.loads(data.decode("utf-8-sig"))
        if values["schema"] != "edocs.manifest/1":
            raise ValueError(values["schema"])
        packed_at = datetime.fromisoformat(values["packed_at"])
        return Manifest(
            document_id=str(values["document_id"]),
            packed_at=packed_at if packed_at.tzinfo else packed_at.replace(tzinfo=HANOI),
            envelope_size_bytes=int(values["envelope"]["size_bytes"]),
            envelope_sha256=str(values["envelope"]["sha256"]).lower(),
            attachments=tuple(
                ManifestEntry(
                    content_id=str(one["content_id"]),
                    name=str(one["name"]),
                    size_bytes=int(one["size_bytes"]),
                    sha256=str(one["sha256"]).lower(),
                )
                for one in values["attachments"]
            ),
            declassification=read_declassification(values.get("declassification")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as exc:
        raise UnreadableError(
            "manifest cannot be read", hint="it must be what edocs pack wrote beside the message"
        ) from exc


def _require_no_secret(document: OutgoingDocument) -> None:
    if document.secrecy is not Secrecy.NONE:
        raise StateSecretError(
            "a state secret is not exchanged electronically: secrecy {secrecy}",
            hint="Decision 28/2018, article 1.2: send it as the law on state secrets says",
            secrecy=document.secrecy.value,
        )


def _file_errors(files: Sequence[OutgoingFile]) -> Iterator[UsageError]:
    if not files:
        yield UsageError("no file to pack", hint="a document message carries at least one")
    taken: set[str] = set()
    for file in files:
        name = unicodedata.normalize("NFC", file.name)
        if not name or safe_name(name, "") != name:
            yield UsageError(
                "file name cannot be used everywhere: {name}", hint="rename it first", name=ascii(file.name)
            )
        elif unique_name(name, taken) != name:
            yield UsageError("two files have the same name: {name}", hint="rename one of them", name=name)
        if not file.data:
            yield UsageError("file is empty: {name}", name=ascii(file.name) if not name.isprintable() else name)


def _attachment(index: int, file: OutgoingFile) -> Attachment:
    name = unicodedata.normalize("NFC", file.name)
    content_type, encoded = encode(name, file.data)
    return Attachment(
        content_id=str(index),
        name=name,
        content_type=content_type,
        description=file.description or name,
        encoded=encoded,
    )


def _open(attachment: Attachment, index: int, taken: set[str], entry: ManifestEntry | None, room: int) -> UnpackedFile:
    declared = attachment.name
    safe = safe_name(declared, f"attachment-{index}")
    name = unique_name(safe, taken)
    decoded = decode(safe, attachment.encoded)
    if entry is None or _sha256(decoded.wire) != entry.sha256:  # else the sender's file is itself a ZIP of one entry
        decoded = unwrap(safe, decoded)
    if len(decoded.data) > room:
        fault = _reason("attachment.limit", _INTACT, "{name}: unpacks to more than is reasonable", name=name)
        decoded = Decoded(wire=decoded.wire, data=b"", faults=(fault,))
    notices = decoded.notices
    if name != unicodedata.normalize("NFC", declared):
        changed = _reason(
            "attachment.name", _LISTED, "{name}: was called {declared}", name=name, declared=declared[:80]
        )
        notices = (changed, *notices)
    return UnpackedFile(
        content_id=attachment.content_id,
        name=name,
        declared_name=declared,
        content_type=attachment.content_type,
        kind=decoded.kind,
        data=decoded.data,
        sha256=_sha256(decoded.data),
        wire_sha256=_sha256(decoded.wire),
        faults=decoded.faults,
        notices=notices,
    )


def _compared(file: UnpackedFile, entry: ManifestEntry | None) -> UnpackedFile:
    if entry is None:
        fault = _reason("manifest.unexpected", _INTACT, "{name}: in the message, not in the manifest", name=file.name)
    elif file.sha256 != entry.sha256:
        fault = _reason("manifest.digest", _INTACT, "{name}: the bytes are not those that were packed", name=file.name)
    elif unicodedata.normalize("NFC", file.declared_name) != entry.name:
        fault = _reason(
            "manifest.name", _INTACT, "{name}: was packed under the name {packed}", name=file.name, packed=entry.name
        )
    else:
        return replace(file, comparison=Comparison.EQUAL)
    # A fault found before explains the difference better than the difference does.
    return replace(file, comparison=Comparison.DIFFERENT, faults=file.faults or (fault,))


def _concluded(opened: Unpacked, manifest: Manifest) -> Unpacked:
    found = {file.content_id for file in opened.files}
    missing = tuple(
        _reason("manifest.missing", _INTACT, "{name}: in the manifest, not in the message", name=entry.name)
        for entry in manifest.attachments
        if entry.content_id not in found
    )
    notices = opened.notices
    if opened.envelope.sha256 != manifest.envelope_sha256:
        notices += (_reason("manifest.envelope", _INTACT, "the envelope is not byte for byte the one packed"),)
    same = not missing and all(file.comparison is Comparison.EQUAL for file in opened.files)
    return replace(
        opened,
        comparison=Comparison.EQUAL if same else Comparison.DIFFERENT,
        faults=(*opened.faults, *missing),
        notices=notices,
    )


def _listing(envelope: Envelope, message: DocumentMessage) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Faults of the envelope's own list (what it names and lacks, carries and does not name, names twice); notices."""
    listed, carried = _names_by_id(envelope.references), _names_by_id(message.attachments)
    faults, notices = [], []
    for content_id in dict.fromkeys([*listed, *carried]):
        there, here = listed.get(content_id, []), carried.get(content_id, [])
        name = (here + there)[0] or content_id
        if len(there) > 1 or len(here) > 1:
            text = "{name}: content id {id} stands for more than one attachment"
            faults.append(_reason("reference.repeated", _LISTED, text, name=name, id=content_id))
        elif not here:
            faults.append(_reason("reference.orphan", _LISTED, "{name}: listed, but not in the message", name=name))
        elif not there:
            faults.append(_reason("attachment.orphan", _LISTED, "{name}: in the message, but not listed", name=name))
        elif there != here:
            text = "{name}: listed under the name {listed}"
            notices.append(_reason("reference.name", _LISTED, text, name=name, listed=there[0]))
    return tuple(faults), tuple(notices)


def _names_by_id(items: Iterable[Reference | Attachment]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for item in items:
        names.setdefault(item.content_id, []).append(item.name[:80])
    return names


def _reason(rule: str, clause: str, message: str, **params: str) -> Reason:
    return Reason(rule=f"edxml.{rule}", clause=clause, message=message, params=params)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
