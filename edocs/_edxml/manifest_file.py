"""The manifest that stands beside a message (``edocs.manifest/1``): what edXML has no place for.

Danh mục mã băm. Written by ``Manifest.as_dict``; read here, from a file that anybody may have written.
"""

from __future__ import annotations

import json
from datetime import datetime

from edocs.errors import UnreadableError
from edocs.model import HANOI, Manifest, ManifestEntry, read_declassification

__all__ = ["read_manifest"]


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
