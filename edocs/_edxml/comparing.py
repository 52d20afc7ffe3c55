"""What a message lists, what it carries, and what its manifest says was packed: where they differ.

Đối chiếu (Decision 28/2018/QĐ-TTg, articles 6.1 and 10.1). Differences are values.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from edocs.model import (
    Attachment,
    Comparison,
    Declassification,
    DocumentMessage,
    Envelope,
    Manifest,
    ManifestEntry,
    Reason,
    Reference,
    Unpacked,
    UnpackedFile,
)

__all__ = ["compared", "listing_findings"]

_LISTED = "Decision 28/2018/QĐ-TTg, article 10.1"
_DECLASSIFIED = "Law 29/2018/QH14, article 22"
_INTACT = "Decision 28/2018/QĐ-TTg, article 6.1"


def compared(opened: Unpacked, manifest: Manifest) -> Unpacked:
    """``opened`` with every file compared with what the manifest says of it.

    The envelope's digest alone may differ: every exchange on the way adds a trace.
    """
    entries = {entry.content_id: entry for entry in manifest.attachments}
    files = tuple(_compared(file, entries.get(file.content_id)) for file in opened.files)
    found = {file.content_id for file in files}
    missing = tuple(
        _reason("manifest.missing", _INTACT, "{name}: in the manifest, not in the message", name=entry.name)
        for entry in manifest.attachments
        if entry.content_id not in found
    )
    notices = (*opened.notices, *_recorded(manifest.declassification))
    if opened.envelope.sha256 != manifest.envelope_sha256:
        notices += (_reason("manifest.envelope", _INTACT, "the envelope is not byte for byte the one packed"),)
    same = not missing and all(file.comparison is Comparison.EQUAL for file in files)
    return replace(
        opened,
        files=files,
        comparison=Comparison.EQUAL if same else Comparison.DIFFERENT,
        faults=(*opened.faults, *_document_faults(opened.envelope, manifest), *missing),
        notices=notices,
    )


def _document_faults(envelope: Envelope, manifest: Manifest) -> tuple[Reason, ...]:
    message, packed = envelope.message, manifest.document_id
    if not isinstance(message, DocumentMessage) or message.document_id == packed:
        return ()
    text = "the message was packed as document {packed}, and says that it is {id}"
    return (_reason("manifest.document", _INTACT, text, packed=packed[:80], id=message.document_id[:80]),)


def _recorded(record: Declassification | None) -> tuple[Reason, ...]:
    if record is None:
        return ()
    text = "packed as declassified, by the sender's record: {decision}, {date}, {agency}, {signer}"
    return (_reason("manifest.declassified", _DECLASSIFIED, text, **record.as_dict()),)


def listing_findings(envelope: Envelope, message: DocumentMessage) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
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


def _names_by_id(items: Iterable[Reference | Attachment]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for item in items:
        names.setdefault(item.content_id, []).append(item.name[:80])
    return names


def _reason(rule: str, clause: str, message: str, **params: str) -> Reason:
    return Reason(rule=f"edxml.{rule}", clause=clause, message=message, params=params)
