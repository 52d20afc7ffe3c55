"""The managed trust folder behind ``edocs trust``: one file an entry, each readable by any other program.

Kho điểm tin cậy được quản lý. The folder is nothing more than ``load_trust`` reads: a file put there by hand counts as
well. Names say the kind and the first digits of the SHA-256. Whether somebody agreed is asked above, not here; how
entries are checked is in ``trust_check.py``.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from edocs._files import write_file
from edocs._trust.anchors import fingerprint, is_certificate_authority, is_list_operator, use_of
from edocs._trust.chains import is_issued_by
from edocs._trust.pins import Pin, PinUse
from edocs._trust.trust_file import TrustFile, read_trust_file, trust_files
from edocs.errors import OutputError, RefusedError, UsageError
from edocs.model import ServiceUse
from edocs.model.privacy import mask_subject

__all__ = [
    "EntryKind",
    "TrustEntry",
    "add_entry",
    "bare_pin",
    "find_entry",
    "offered_entries",
    "read_entries",
    "read_store",
    "remove_entry",
]

_LEAST_PREFIX = 4
_NAMES = {NameOID.TITLE: "title"}


class EntryKind(StrEnum):
    """What an entry of the trust folder is for."""

    ANCHOR = "anchor"
    """A CA certificate at which paths may end."""
    INTERMEDIATE = "intermediate"
    """A CA certificate that helps to build paths."""
    CRL = "crl"
    """A revocation list."""
    LIST = "list"
    """A trusted list."""
    LIST_OPERATOR = "list-operator"
    """A certificate that signs trusted lists."""
    SIGNER = "signer"
    """A pinned end-entity certificate."""
    TIMESTAMP = "timestamp"
    """A pinned timestamping authority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustEntry:
    """One thing that is believed, or that helps to find out (một mục trong kho)."""

    kind: EntryKind
    sha256: str
    """Of the certificate, the revocation list or the trusted list, lower-case hex."""
    name: str = ""
    """Subject, issuer of the list, or operator, territory and number of the trusted list."""
    not_before: datetime | None = None
    """Of a list: when it was issued."""
    not_after: datetime | None = None
    """Of a list: its next update."""
    is_pin: bool = False
    """Believed by its digest alone."""
    paths: tuple[Path, ...] = ()
    """Where it is from."""
    certificate: x509.Certificate | None = None
    content: bytes = b""
    """A revocation list (DER) or a trusted list (XML)."""

    @property
    def needs_consent(self) -> bool:
        """Whether somebody must agree before it is believed; the others prove nothing by themselves."""
        return self.kind not in (EntryKind.INTERMEDIATE, EntryKind.CRL, EntryKind.LIST)


def read_store(folder: Path) -> list[TrustFile]:
    """The files of the folder; none where it does not exist.

    Raises:
        UsageError: One of them cannot be read.
    """
    return [read_trust_file(file) for file in trust_files(folder)] if folder.is_dir() else []


def read_entries(files: Iterable[TrustFile]) -> list[TrustEntry]:
    """What ``files`` hold, as it is believed; an end-entity certificate that nobody pinned is believed for nothing.

    Raises:
        UsageError: What looks like a trusted list is none.
    """
    files = list(files)
    pins = [(pin, file.path) for file in files for pin in file.pins]
    pinned = {pin.sha256: pin.use for pin, _ in pins}
    entries: list[TrustEntry] = []
    for file in files:
        for certificate in file.certificates:
            try:
                entries.append(_of_certificate(certificate, pinned.get(_digest(certificate)), file.path))
            except UsageError:
                continue
        entries += _lists_of(file)
    return _merge(entries, pins)


def offered_entries(file: TrustFile, use: PinUse | None = None) -> list[TrustEntry]:
    """What would be believed if ``file`` were added; with ``use``, its certificates for that.

    Raises:
        UsageError: A certificate cannot be believed for ``use``, or, an end entity's, for nothing that it says.
    """
    pins = [(pin, file.path) for pin in file.pins]
    entries = [_of_certificate(certificate, use, file.path) for certificate in file.certificates]
    return _merge([*entries, *_lists_of(file)], pins)


def bare_pin(pin: Pin, path: Path | None = None) -> TrustEntry:
    """The entry of a digest whose certificate is not at hand."""
    kind = EntryKind(pin.use.value)
    return TrustEntry(kind=kind, sha256=pin.sha256, name=pin.remark, is_pin=True, paths=(path,) if path else ())


def find_entry(entries: Sequence[TrustEntry], prefix: str) -> TrustEntry:
    """The one entry whose SHA-256 begins with ``prefix``, with or without colons.

    Raises:
        UsageError: None does, or several do, or the prefix is too short to be meant.
    """
    wanted = prefix.replace(":", "").lower()
    if len(wanted) < _LEAST_PREFIX:
        raise UsageError(
            "the prefix is too short: {prefix}", hint="at least {count} digits", prefix=prefix, count=_LEAST_PREFIX
        )
    found = [entry for entry in entries if entry.sha256.startswith(wanted)]
    if not found:
        raise UsageError("no entry begins with {prefix}", hint="see edocs trust list", prefix=prefix)
    if len(found) > 1:
        names = ", ".join(entry.sha256[:16] for entry in found)
        raise UsageError("{prefix} means several entries: {names}", hint="more digits", prefix=prefix, names=names)
    return found[0]


def add_entry(folder: Path, entry: TrustEntry) -> None:
    """Write ``entry`` into the folder, which is made where it is missing; the same entry again changes nothing.

    Raises:
        OutputError: The folder cannot be written.
        RefusedError: A newer trusted list of the same territory is there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise OutputError("folder cannot be made: {path}: {why}", path=folder, why=exc.strerror or exc) from exc
    stem = folder / f"{entry.kind.value}-{entry.sha256[:16]}"
    if entry.certificate is not None:
        write_file(stem.with_suffix(".pem"), entry.certificate.public_bytes(Encoding.PEM))
    if entry.is_pin:
        name = " ".join(entry.name.replace("#", " ").split())
        write_file(stem.with_suffix(".pins"), f"{entry.kind.value} {entry.sha256}  # {name}\n".encode())
    if entry.kind is EntryKind.CRL:
        write_file(stem.with_suffix(".crl"), entry.content)
    if entry.kind is EntryKind.LIST:
        older = _older_lists(folder, entry)
        write_file(stem.with_suffix(".xml"), entry.content)
        for path in older:
            _unlink(path)


def remove_entry(entry: TrustEntry) -> None:
    """Take ``entry`` out of its folder.

    Raises:
        RefusedError: One of its files holds other entries too.
        OutputError: A file cannot be removed.
    """
    for path in entry.paths:
        held = {item.sha256 for item in read_entries([read_trust_file(path)])}
        if held - {entry.sha256}:
            raise RefusedError("other entries are in the same file: {path}", hint="edit it by hand", path=path)
    for path in entry.paths:
        _unlink(path)


def _lists_of(file: TrustFile) -> list[TrustEntry]:
    return [*(_of_crl(crl, file.path) for crl in file.crls), *([_of_list(file)] if file.trusted_list else [])]


def _digest(certificate: x509.Certificate) -> str:
    return fingerprint(certificate.public_bytes(Encoding.DER))


def _of_certificate(certificate: x509.Certificate, use: PinUse | None, path: Path) -> TrustEntry:
    kind, is_pin = _kind(certificate, use, path)
    return TrustEntry(
        kind=kind,
        sha256=_digest(certificate),
        name=mask_subject(certificate.subject.rfc4514_string(_NAMES)),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        is_pin=is_pin,
        paths=(path,),
        certificate=certificate,
    )


def _kind(certificate: x509.Certificate, use: PinUse | None, path: Path) -> tuple[EntryKind, bool]:
    """What ``certificate`` is for, and whether it takes a pin to be so."""
    if is_certificate_authority(certificate):
        if use not in (None, PinUse.ANCHOR):
            raise UsageError("a CA certificate can only be an anchor: {path}", path=path)
        is_root = is_issued_by(certificate, certificate)
        pinned = use is PinUse.ANCHOR and not is_root
        return (EntryKind.ANCHOR if is_root or pinned else EntryKind.INTERMEDIATE), pinned
    if use is PinUse.ANCHOR:
        raise UsageError("not a CA certificate, so no anchor: {path}", hint="--as signer", path=path)
    is_for_lists = is_list_operator(certificate)
    if is_for_lists and use in (None, PinUse.LIST_OPERATOR):
        return EntryKind.LIST_OPERATOR, False
    if use is None and use_of(certificate.public_bytes(Encoding.DER)) is ServiceUse.TIMESTAMPS:
        use = PinUse.TIMESTAMP
    if use is None:
        raise UsageError(
            "an end-entity certificate is believed for nothing by itself: {path}",
            hint="--as signer, timestamp or list-operator",
            path=path,
        )
    return EntryKind(use.value), True


def _of_crl(der: bytes, path: Path) -> TrustEntry:
    crl = x509.load_der_x509_crl(der)
    return TrustEntry(
        kind=EntryKind.CRL,
        sha256=hashlib.sha256(der).hexdigest(),
        name=crl.issuer.rfc4514_string(),
        not_before=crl.last_update_utc,
        not_after=crl.next_update_utc,
        paths=(path,),
        content=der,
    )


def _of_list(file: TrustFile) -> TrustEntry:
    """What the list says of itself; whether it holds is another question."""
    blank = TrustEntry(
        kind=EntryKind.LIST,
        sha256=hashlib.sha256(file.trusted_list).hexdigest(),
        paths=(file.path,),
        content=file.trusted_list,
    )
    content = importlib.import_module("edocs._trust.trust_list").peek_content(file.path, file.trusted_list)
    if content is None:
        return blank
    return replace(
        blank,
        name=f"{content.territory} {content.sequence}: {content.operator_name}",
        not_before=content.issued_at,
        not_after=content.next_update,
    )


def _merge(entries: Sequence[TrustEntry], pins: Sequence[tuple[Pin, Path]]) -> list[TrustEntry]:
    """One entry for each digest, with every file that it is in."""
    found: dict[str, TrustEntry] = {}
    known = {entry.sha256 for entry in entries}
    for entry in (*entries, *(bare_pin(pin, path) for pin, path in pins if pin.sha256 not in known)):
        before = found.get(entry.sha256)
        paths = (*(before.paths if before else ()), *entry.paths)
        paths = (*paths, *(path for pin, path in pins if pin.sha256 == entry.sha256))
        found[entry.sha256] = replace(entry, paths=tuple(dict.fromkeys(paths)))
    return sorted(found.values(), key=lambda entry: (list(EntryKind).index(entry.kind), entry.name, entry.sha256))


def _older_lists(folder: Path, entry: TrustEntry) -> list[Path]:
    """Files of lists that ``entry`` takes the place of."""
    peek = importlib.import_module("edocs._trust.trust_list").peek_content
    new = peek(folder, entry.content)
    older: list[Path] = []
    if new is None:
        return older
    for file in read_store(folder):
        if not file.trusted_list or file.trusted_list == entry.content:
            continue
        other = peek(file.path, file.trusted_list)
        if other is None or (other.territory, other.is_list_of_lists) != (new.territory, new.is_list_of_lists):
            continue
        if other.sequence > new.sequence:
            raise RefusedError(
                "a newer list of {territory} is there: number {number}",
                territory=new.territory,
                number=other.sequence,
            )
        older.append(file.path)
    return older


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as exc:
        raise OutputError("file cannot be removed: {path}: {why}", path=path, why=exc.strerror or exc) from exc
