"""The documents of a register as Parquet, one folder a month, for DuckDB, pandas and others to read.

Xuất dữ liệu văn bản, chia theo tháng ban hành. ``month=YYYY-MM/documents.parquet`` as Hive partitions it; one row a
document, as it is counted. Written row group by row group, so that ten million documents take no more memory than ten
thousand; the same events give the same bytes. Nothing reads it back: the register stays where the truth is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from edocs._files import open_output
from edocs.errors import MissingExtraError
from edocs.model import Entry, Indicator, LogExtent, Secrecy
from edocs.model.profile import Fact, Profile

from .figures import RULE

if TYPE_CHECKING:
    import pyarrow

__all__ = ["DOCUMENTS_SCHEMA", "MANIFEST", "ExportedMonth", "export_documents"]

DOCUMENTS_SCHEMA = "edocs.documents/1"
MANIFEST = "_edocs.json"
"""Beside the months; readers of Parquet pass over names that begin with ``_``."""
_ROWS = 20_000
"""Of one row group: what is held in memory at a time."""
_BUCKETS = ("valid", "invalid", "indeterminate", "unsigned", "not_checked", "attempted")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedMonth:
    """One file that was written."""

    month: str
    """``YYYY-MM``"""
    documents: int
    sha256: str


def export_documents(entries: Iterable[Entry], extent: LogExtent, folder: Path) -> Iterator[ExportedMonth]:
    """Write the documents into ``folder``, a month when the one before is done; the manifest comes last.

    Args:
        entries: In order of their dates of issue, as ``Registry.find`` gives them, of the moment that ``extent`` is of.
        folder: There and empty.

    Raises:
        MissingExtraError: pyarrow is not installed.
        OutputError: A file cannot be written.
    """
    arrow = _arrow()
    schema = _schema(arrow).with_metadata(_facts_of(extent))
    done: list[ExportedMonth] = []
    for month, rows in groupby(entries, key=_month):
        place = folder / f"month={month}"
        place.mkdir()
        path = place / "documents.parquet"
        count = 0
        with open_output(path) as stream, arrow.parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
            while batch := list(islice(rows, _ROWS)):
                writer.write_batch(arrow.RecordBatch.from_pylist([_row(entry) for entry in batch], schema=schema))
                count += len(batch)
        done.append(ExportedMonth(month=month, documents=count, sha256=_digest(path)))
        yield done[-1]
    _write_manifest(folder / MANIFEST, extent, done)


def _month(entry: Entry) -> str:
    return entry.document.issued_on.isoformat()[:7]


def _arrow() -> ModuleType:
    try:
        import pyarrow  # noqa: PLC0415 - an extra
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError as exc:
        raise MissingExtraError(
            "documents cannot be exported: the package pyarrow is not installed", hint="pip install edocs[parquet]"
        ) from exc
    arrow: ModuleType = pyarrow
    return arrow


def _schema(arrow: ModuleType) -> pyarrow.Schema:
    """Typed columns; texts that repeat are dictionaries."""
    text, code = arrow.string(), arrow.dictionary(arrow.int32(), arrow.string())
    moment = arrow.timestamp("us", tz="Asia/Ho_Chi_Minh")
    columns = {
        "key": text,
        **dict.fromkeys(("agency", "agency_name", "level"), code),
        "book_year": arrow.int16(),
        "number": arrow.int32(),
        "symbol": code,
        "issued_on": arrow.date32(),
        "type": code,
        "subject": text,
        "secrecy": code,
        "is_secret": arrow.bool_(),
        "file_sha256": text,
        "exclusion": code,
        **{f"{indicator.value}_standing": code for indicator in Indicator},
        **{f"{indicator.value}_attempted": arrow.bool_() for indicator in Indicator},
        **{f"is_{fact.value}": arrow.bool_() for fact in Fact},
        "sending": code,
        **{f"appendix_{name}": arrow.int32() for name in _BUCKETS},
        "verification_sha256": text,
        **dict.fromkeys(("verified_at", "registered_at"), moment),
        **dict.fromkeys(("registered_event", "last_event"), arrow.int64()),
    }
    may_lack = {"file_sha256", "exclusion", "sending", "verification_sha256", "verified_at"}
    return arrow.schema([arrow.field(name, kind, nullable=name in may_lack) for name, kind in columns.items()])


def _row(entry: Entry) -> dict[str, object]:
    document, findings = entry.document, entry.findings
    key = document.key
    return {
        "key": str(key),
        "agency": key.agency,
        "agency_name": document.agency.name,
        "level": document.agency.level.value,
        "book_year": key.year,
        "number": key.number,
        "symbol": key.symbol,
        "issued_on": document.issued_on,
        "type": document.type,
        "subject": document.subject,
        "secrecy": document.secrecy.value,
        "is_secret": document.secrecy is not Secrecy.NONE,
        "file_sha256": document.file_sha256 or None,
        "exclusion": entry.exclusion.value if entry.exclusion else None,
        **_counted(entry.profile),
        "verification_sha256": findings.digest if findings else None,
        "verified_at": findings.at if findings else None,
        "registered_at": entry.registered_at,
        "registered_event": entry.registered_event,
        "last_event": entry.last_event,
    }


@lru_cache(maxsize=65536)
def _counted(profile: Profile) -> Mapping[str, object]:
    """There are few profiles, however many documents."""
    return {
        **{f"{indicator.value}_standing": profile.standing(indicator).value for indicator in Indicator},
        **{f"{indicator.value}_attempted": indicator in profile.attempted for indicator in Indicator},
        **{f"is_{fact.value}": fact in profile.facts for fact in Fact},
        "sending": profile.sending.value if profile.sending else None,
        **{f"appendix_{name}": count for name, count in zip(_BUCKETS, profile.appendices, strict=True)},
    }


def _facts_of(extent: LogExtent) -> Mapping[str, str]:
    """Which events and which rule the rows rest on, in the metadata of every file."""
    return {
        "edocs.schema": DOCUMENTS_SCHEMA,
        "edocs.rule": RULE,
        "edocs.events": str(extent.events),
        "edocs.events_sha256": extent.sha256,
        "edocs.cut_off": extent.latest.isoformat() if extent.latest else "",
    }


def _write_manifest(path: Path, extent: LogExtent, done: Sequence[ExportedMonth]) -> None:
    months = [{"month": one.month, "documents": one.documents, "sha256": one.sha256} for one in done]
    facts = {name.removeprefix("edocs."): value for name, value in _facts_of(extent).items()}
    documents = sum(one.documents for one in done)
    value = {**facts, "events": extent.events, "documents": documents, "months": months}
    with open_output(path) as stream:
        stream.write(json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
