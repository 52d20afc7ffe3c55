"""The attachments of one message on their way into files: decoded while they are read, unwrapped, named, judged.

Mở tệp đính kèm. Of a signed message the bytes that are decoded are those that are digested, in the same reading.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from edocs._edxml.attachments import EMPTY_SHA256, Decoded, judge_wire, unwrap
from edocs._edxml.filenames import safe_name, unique_name
from edocs._edxml.landing import Decoding, Landed, Landing, Store
from edocs._edxml.outline import Outline
from edocs._edxml.source import Beside
from edocs.model import Attachment, Manifest, MessageLimits, Reason, UnpackedFile

__all__ = ["Intake", "open_attachments"]

_LISTED = "Decision 28/2018/QĐ-TTg, article 10.1"
_INTACT = "Decision 28/2018/QĐ-TTg, article 6.1"


class Intake:
    """Decodes what an outline leaves out, the first time that anybody reads it."""

    def __init__(self, store: Store, limits: MessageLimits, beside: Beside) -> None:
        self.store = store
        self.limits = limits
        self.beside = beside
        self._outline: Outline | None = None
        self._begun: dict[int, Decoding] = {}
        self._done: dict[int, tuple[Decoding, Landed]] = {}
        self._room = limits.total_bytes

    def attach(self, outline: Outline) -> None:
        """Listen to the readings of ``outline``."""
        self._outline = outline
        outline.on_block = self._take
        outline.beside = self.beside

    def wire(self, encoded: str) -> tuple[Decoding, Landed]:
        """The bytes of an attachment's base64, be it a text or a mark."""
        number = None if self._outline is None else self._outline.index_of(encoded)
        if number is None or self._outline is None:
            return self._literal(encoded)
        if number not in self._done:
            for _ in self._outline.read(number):
                pass
        return self._done[number]

    def _take(self, number: int, block: bytes) -> None:
        assert self._outline is not None  # noqa: S101 - its caller is the outline
        if number not in self._begun:
            self._begun[number] = self._new(self._outline.runs[number].is_base64)
        if block:
            self._begun[number].write(block, self.beside)
        else:
            self._done[number] = self._finished(self._begun[number])

    def _literal(self, encoded: str) -> tuple[Decoding, Landed]:
        decoding = self._new(True)
        try:
            decoding.write(encoded.encode("ascii"), self.beside)
        except UnicodeEncodeError:
            decoding.is_damaged = True
        return self._finished(decoding)

    def _new(self, is_base64: bool) -> Decoding:
        landing = Landing(self.store, min(self.limits.file_bytes, self._room))
        return Decoding(landing, is_base64=is_base64)

    def _finished(self, decoding: Decoding) -> tuple[Decoding, Landed]:
        landed = decoding.finish(self.beside)
        self._room = max(0, self._room - landed.size_bytes)
        return decoding, landed


def open_attachments(
    attachments: tuple[Attachment, ...], manifest: Manifest | None, intake: Intake
) -> Iterator[tuple[UnpackedFile, BinaryIO]]:
    """Each attachment with its safe and unique name, and the file that its bytes are in.

    Args:
        manifest: What says that a ZIP of one entry is the sender's file itself.
    """
    packed = {} if manifest is None else {entry.content_id: entry.sha256 for entry in manifest.attachments}
    taken: set[str] = set()
    room = intake.limits.total_bytes
    for index, attachment in enumerate(attachments, 1):
        safe = safe_name(attachment.name, f"attachment-{index}")
        name = unique_name(safe, taken)
        decoding, wire = intake.wire(attachment.encoded)
        decoded = judge_wire(safe, decoding, wire)
        if decoded.wire.sha256 != packed.get(attachment.content_id):
            decoded = unwrap(safe, decoded, intake.store, intake.limits, intake.beside)
        if decoded.content is not None and decoded.content.size_bytes > room:
            fault = _reason("attachment.limit", _INTACT, "{name}: unpacks to more than is reasonable", name=name)
            decoded = replace(decoded, content=None, faults=(fault,), notices=())
        room -= 0 if decoded.content is None else decoded.content.size_bytes
        yield _unpacked(attachment, name, decoded), io.BytesIO() if decoded.content is None else decoded.content.file


def _unpacked(attachment: Attachment, name: str, decoded: Decoded) -> UnpackedFile:
    declared, content = attachment.name, decoded.content
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
        size_bytes=0 if content is None else content.size_bytes,
        sha256=EMPTY_SHA256 if content is None else content.sha256,
        wire_sha256=decoded.wire.sha256,
        faults=decoded.faults,
        notices=notices,
    )


def _reason(rule: str, clause: str, message: str, **params: str) -> Reason:
    return Reason(rule=f"edxml.{rule}", clause=clause, message=message, params=params)
