"""DOOR: pack a document into an edXML message, and open what another agency sent.

Đóng gói, mở gói văn bản điện tử (QCVN 102:2016/BTTTT; Decision 28/2018/QĐ-TTg). Signatures of the PDFs inside are not
judged here (``edocs.office`` does), nor whose the signature of the envelope is (``edocs.sealing`` does), and nothing is
sent or received.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from edocs._edxml.comparing import compared, listing_findings
from edocs._edxml.filenames import safe_name, unique_name
from edocs._edxml.landing import Memory, Store
from edocs._edxml.manifest import MAX_ATTACHMENTS
from edocs._edxml.manifest_file import read_manifest
from edocs._edxml.meta import read_meta
from edocs._edxml.opening import Intake, open_attachments
from edocs._edxml.outline import Outline
from edocs._edxml.packing import write_packed
from edocs._edxml.reader import bare_envelope, read_envelope, read_message, whole_envelope
from edocs._edxml.secrecy import Search, search_marks
from edocs._edxml.signing import Seal
from edocs._edxml.source import Beside, Source
from edocs._edxml.writer import build_document, write_status
from edocs._files import open_output, open_steady
from edocs._folders import regular_size
from edocs._workspace import Workspace
from edocs.errors import EdocsError, StateSecretError, UsageError
from edocs.model import (
    HANOI,
    MARKS,
    Attachment,
    DocumentMessage,
    Envelope,
    EnvelopeSignature,
    Manifest,
    MessageLimits,
    OutgoingDocument,
    OutgoingFile,
    Packed,
    PackedFile,
    Reason,
    Secrecy,
    StatusMessage,
    Trace,
    Unpacked,
)
from edocs.model.message_limits import IN_MEMORY
from edocs.model.times import require_time

__all__ = [
    "Unpacking",
    "draft_errors",
    "inspect_message",
    "pack",
    "pack_file",
    "pack_status",
    "read_manifest",
    "read_meta",
    "unpack",
    "unpacking",
]

_STAND_IN = Attachment(content_id="1", name="a.pdf", content_type="application/pdf", description="a.pdf")
_AXIS = "Decision 28/2018/QĐ-TTg, article 5"


def pack(document: OutgoingDocument, files: Sequence[OutgoingFile], *, now: datetime | None = None) -> Packed:
    """Make an edXML document message, and the manifest that belongs beside it.

    Đóng gói văn bản. (1) A state secret is refused, by its metadata or by a mark on a first page; a mark that was
    declassified on record becomes a notice. (2) The sender's own trace is added. (3) Each file is attached as the
    official SDK would attach it: pdf, doc, docx and zip as they are, all else in a ZIP of one entry. (4) The
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
    target = io.BytesIO()
    packed = _pack(document, files, target, Memory(), now)
    return Packed(envelope=target.getvalue(), manifest=packed.manifest, notices=packed.notices)


def pack_file(
    document: OutgoingDocument,
    files: Sequence[OutgoingFile],
    target: Path,
    *,
    seal: Seal | None = None,
    now: datetime | None = None,
    limits: MessageLimits = MessageLimits(),  # noqa: B008 - frozen
    on_read: Callable[[int], None] | None = None,
) -> PackedFile:
    """Make an edXML document message in a file, at constant memory however large its attachments are.

    Đóng gói văn bản vào tệp. As :func:`pack`; ``target`` has its name only when it is whole.

    Args:
        files: Better with a path than with bytes.
        target: Written over if it exists.
        seal: From :func:`edocs.sealing.prepare_seal`; None leaves the message unsigned.
        limits: Of which ``notice_bytes`` counts here.
        on_read: Told how many bytes of the files were read, each time.

    Raises:
        StateSecretError, UsageError: As :func:`pack`.
        OutputError: ``target`` cannot be written, or is one of the files.
        UnreadableError: A file cannot be read, or changed meanwhile.
        SignatureValueError: The key answered with a value that is not its certificate's.
        UnavailableError: A timestamp cannot be had, and no lower level is allowed.
    """
    inputs = [file.path for file in files if file.path is not None]
    with open_output(target, inputs) as stream, Workspace(target.absolute().parent) as workspace:
        packed = _pack(document, files, stream, workspace, now, seal, on_read)
    size = packed.manifest.envelope_size_bytes
    if size <= limits.notice_bytes:
        return packed
    text = "the message has {size} bytes; the national axis takes {limit}"
    notice = _reason("message.size", _AXIS, text, size=str(size), limit=str(limits.notice_bytes))
    return replace(packed, notices=(*packed.notices, notice))


def _pack(
    document: OutgoingDocument,
    files: Sequence[OutgoingFile],
    target: BinaryIO,
    store: Store,
    now: datetime | None,
    seal: Seal | None = None,
    on_read: Callable[[int], None] | None = None,
) -> PackedFile:
    # (1)
    _require_no_secret(document)
    moment = (datetime.now(UTC) if now is None else require_time(now)).astimezone(HANOI).replace(microsecond=0)
    marks = _search(files)
    for error in (*_file_errors(files), *marks.errors(document.declassification, moment.date())):
        raise error
    # (2)
    trace = Trace(organ_id=document.message.sender.id, at=moment)
    # (3)
    written = write_packed(replace(document.message, traces=(trace,)), files, target, store, seal, on_read)
    # (4)
    manifest = Manifest(
        document_id=document.message.document_id,
        packed_at=moment,
        envelope_size_bytes=written.size_bytes,
        envelope_sha256=written.sha256,
        attachments=written.entries,
        declassification=document.declassification,
    )
    notices = marks.notices(document.declassification)
    return PackedFile(manifest=manifest, detached=written.detached, notices=notices)


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
    marks = _search(files)
    return (*found, *marks.errors(record, datetime.now(HANOI).date()))


def pack_status(status: StatusMessage) -> bytes:
    """The edXML message that carries a status, which :func:`edocs.model.status_for` makes from what it answers.

    Đóng gói trạng thái. The same status gives the same bytes. Nothing is sent.

    Raises:
        UsageError: A code that no status has, something missing that every status has, or a text that XML cannot hold.

    Source: Decision 28/2018/QĐ-TTg, article 10.2.h; QCVN 102:2016/BTTTT.
    """
    return write_status(status)


def inspect_message(
    envelope: bytes | Path,
    detached: bytes | None = None,
    limits: MessageLimits | None = None,
) -> Envelope:
    """Read a message without decoding its attachments (xem gói tin).

    Args:
        envelope: Of a path the attachments' ``encoded`` is empty, and the memory that it takes constant.
        detached: The signature that stands beside it (:func:`edocs.sealing.sign_apart`), if there is one.
        limits: None: those of :class:`MessageLimits` for a path, of 256 MB for bytes.

    Raises:
        MalformedEnvelopeError: Not safe or well-formed XML, not edXML, or beyond the limits.
        UnreadableError: The path cannot be read.
    """
    if isinstance(envelope, bytes):
        return read_envelope(envelope, detached, limits or IN_MEMORY)
    with open_steady(envelope) as stream:
        read, _ = read_message(Source(stream), detached, limits or MessageLimits())
    return bare_envelope(read)


def unpack(
    envelope: bytes, manifest: Manifest | None = None, detached: bytes | None = None, limits: MessageLimits = IN_MEMORY
) -> Unpacked:
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
    with Beside() as beside:
        intake = Intake(Memory(), limits, beside)
        unpacked, files, outline = _unpack(Source(io.BytesIO(envelope)), manifest, detached, intake)
    data = (b"" if one.faults else _bytes_of(file) for one, file in zip(unpacked.files, files, strict=True))
    return replace(
        unpacked,
        envelope=whole_envelope(unpacked.envelope, outline),
        files=tuple(replace(one, data=held) for one, held in zip(unpacked.files, data, strict=True)),
    )


@contextmanager
def unpacking(
    envelope: Path,
    folder: Path | None = None,
    manifest: Manifest | None = None,
    detached: bytes | None = None,
    limits: MessageLimits = MessageLimits(),  # noqa: B008 - frozen
    on_read: Callable[[int], None] | None = None,
) -> Iterator[Unpacking]:
    """Decode the attachments of a message into temporary files, at constant memory, for as long as the block lasts.

    Mở gói tin từ tệp. As :func:`unpack`; of each file the ``path`` says where it is, and ``data`` is empty. What is to
    stay, :meth:`Unpacking.keep` gives its name, once whoever opens the message has judged it.

    Args:
        folder: Where the files may stay; made when it is needed. None: they are only looked at.
        on_read: Told how many bytes of the message were read, each time; it is read twice.

    Raises:
        MalformedEnvelopeError: As :func:`inspect_message`.
        OutputError: The folder cannot be written to.
        UnreadableError: ``envelope`` cannot be read, or was written to meanwhile.
    """
    with Workspace(folder) as workspace:
        with open_steady(envelope) as stream, Beside() as beside:
            intake = Intake(workspace, limits, beside)
            unpacked, files, _ = _unpack(Source(stream, on_read=on_read), manifest, detached, intake)
        paths = (None if one.faults else Path(file.name) for one, file in zip(unpacked.files, files, strict=True))
        yield Unpacking(
            unpacked=replace(
                unpacked,
                envelope=bare_envelope(unpacked.envelope),
                files=tuple(replace(one, path=path) for one, path in zip(unpacked.files, paths, strict=True)),
            ),
            folder=folder,
            workspace=workspace,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacking:
    """A message whose files stand under temporary names."""

    unpacked: Unpacked
    folder: Path | None
    workspace: Workspace

    def keep(self) -> Unpacked:
        """Give every file without a fault its name in the folder; none where the signature of the message is broken.

        Nothing is written over: the same file is left as it is.

        Returns:
            The message with the paths that the files have now; None for those that do not stay.

        Raises:
            OutputError: Another file has one of the names, and nothing was kept; or the disk refuses.
            UsageError: There is no folder.
        """
        if self.folder is None:
            raise UsageError("there is no folder to keep the files in")
        if self.unpacked.envelope.signature is EnvelopeSignature.BROKEN:  # nobody knows whose the files are
            return replace(self.unpacked, files=tuple(replace(file, path=None) for file in self.unpacked.files))
        places = {file.path: self.folder / file.name for file in self.unpacked.files if file.path is not None}
        digests = {file.path: file.sha256 for file in self.unpacked.files}
        self.workspace.keep({source: (place, digests[source]) for source, place in places.items()})
        kept = (replace(file, path=file.path and places[file.path]) for file in self.unpacked.files)
        return replace(self.unpacked, files=tuple(kept))


def _unpack(
    source: Source, manifest: Manifest | None, detached: bytes | None, intake: Intake
) -> tuple[Unpacked, tuple[BinaryIO, ...], Outline]:
    # (1)
    read, outline = read_message(source, detached, intake.limits, intake.attach)
    broken = read.check.findings if read.check else ()
    if not isinstance(read.message, DocumentMessage):
        return Unpacked(envelope=read, faults=broken), (), outline
    # (2)
    opened = [*open_attachments(read.message.attachments, manifest, intake)]
    # (3)
    faults, notices = listing_findings(read, read.message)
    unpacked = Unpacked(
        envelope=read, files=tuple(file for file, _ in opened), faults=(*broken, *faults), notices=notices
    )
    # (4)
    if manifest is not None:
        unpacked = compared(unpacked, manifest)
    return unpacked, tuple(file for _, file in opened), outline


def _bytes_of(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


def _require_no_secret(document: OutgoingDocument) -> None:
    if document.secrecy is not Secrecy.NONE:
        raise StateSecretError(
            "a state secret is not exchanged electronically: secrecy {secrecy}",
            hint="Decision 28/2018, article 1.2: send it as the law on state secrets says",
            secrecy=MARKS[document.secrecy],
        )


def _file_errors(files: Sequence[OutgoingFile]) -> Iterator[UsageError]:
    if not files:
        yield UsageError("no file to pack", hint="a document message carries at least one")
    if len(files) > MAX_ATTACHMENTS:
        yield UsageError("more than {limit} files", hint="send them in several messages", limit=MAX_ATTACHMENTS)
    taken: set[str] = set()
    for file in files:
        name = unicodedata.normalize("NFC", file.name)
        if not name or safe_name(name, "") != name:
            yield UsageError(
                "file name cannot be used everywhere: {name}", hint="rename it first", name=ascii(file.name)
            )
        elif unique_name(name, taken) != name:
            yield UsageError("two files have the same name: {name}", hint="rename one of them", name=name)
        if not _size(file):
            yield UsageError("file is empty: {name}", name=ascii(file.name) if not name.isprintable() else name)


def _size(file: OutgoingFile) -> int:
    return len(file.data) if file.path is None else regular_size(file.path)


def _search(files: Sequence[OutgoingFile]) -> Search:
    return search_marks((file.name, file.path or file.data) for file in files)


def _reason(rule: str, clause: str, message: str, **params: str) -> Reason:
    return Reason(rule=f"edxml.{rule}", clause=clause, message=message, params=params)
