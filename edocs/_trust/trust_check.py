"""What is wrong with the entries of a trust folder, and what will be soon.

Kiểm tra kho điểm tin cậy: validity, weak keys, revocation lists that are stale or of nobody known, intermediates
without an anchor, trusted lists that do not hold. Nothing is fetched.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from edocs._trust.chains import X509_FAULTS, chain_above
from edocs._trust.managed import EntryKind, TrustEntry
from edocs._trust.trust_file import TrustFile
from edocs.errors import TrustListError
from edocs.model import HANOI

__all__ = ["Finding", "check_entries"]

_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about one entry."""

    entry: TrustEntry
    template: str
    params: dict[str, str]
    is_fault: bool
    """Whether the entry cannot be relied on; otherwise it can for now."""


def check_entries(entries: Sequence[TrustEntry], files: Sequence[TrustFile], now: datetime) -> list[Finding]:
    """What is to be said of ``entries``, which are what ``files`` hold, as of ``now`` (aware)."""
    certificates = [entry.certificate for entry in entries if entry.certificate is not None]
    found: list[Finding] = []
    for entry in entries:
        found += _dates(entry, now)
        if entry.certificate is not None:
            found += _strength(entry, entry.certificate)
        if entry.kind is EntryKind.INTERMEDIATE and entry.certificate is not None:
            found += _chain(entry, entry.certificate, entries)
        if entry.kind is EntryKind.CRL:
            found += _crl(entry, certificates)
    return [*found, *_lists(entries, files, now)]


def _finding(template: str, entry: TrustEntry, *, is_fault: bool = True, **params: object) -> Finding:
    texts = {name: str(value) for name, value in params.items()}
    return Finding(entry=entry, template=template, params=texts, is_fault=is_fault)


def _dates(entry: TrustEntry, now: datetime) -> Iterable[Finding]:
    if entry.not_before is not None and now < entry.not_before:
        yield _finding("not valid before {time}", entry, time=_time(entry.not_before))
    if entry.not_after is None:
        return
    if now > entry.not_after:
        yield _finding("expired at {time}", entry, time=_time(entry.not_after))
    elif now > entry.not_after - _SOON:
        yield _finding("expires at {time}", entry, is_fault=False, time=_time(entry.not_after))


def _strength(entry: TrustEntry, certificate: x509.Certificate) -> Iterable[Finding]:
    try:
        key, digest = certificate.public_key(), certificate.signature_hash_algorithm
    except X509_FAULTS:
        yield _finding("its key cannot be read", entry)
        return
    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        least = 2048 if isinstance(key, rsa.RSAPublicKey) else 256
        if key.key_size < least:
            yield _finding("its key is too weak: {bits} bits", entry, bits=key.key_size)
    # What an anchor or a pin says of itself rests on nobody's digest.
    if entry.kind is EntryKind.INTERMEDIATE and digest is not None and digest.name in ("sha1", "md5"):
        yield _finding("signed with a weak digest: {name}", entry, name=digest.name)


def _chain(entry: TrustEntry, certificate: x509.Certificate, entries: Iterable[TrustEntry]) -> Iterable[Finding]:
    authorities = [
        (item.kind, item.certificate)
        for item in entries
        if item.certificate is not None and item.kind in (EntryKind.ANCHOR, EntryKind.INTERMEDIATE)
    ]
    chain = chain_above(certificate, [item for _, item in authorities])
    anchors = [item for kind, item in authorities if kind is EntryKind.ANCHOR]
    if not any(item in anchors for item in chain):
        yield _finding("no anchor is above it", entry, is_fault=False)


def _crl(entry: TrustEntry, certificates: Iterable[x509.Certificate]) -> Iterable[Finding]:
    crl = x509.load_der_x509_crl(entry.content)
    if crl.next_update_utc is None:
        yield _finding("it names no next update, so nothing is good by it", entry)
    issuers = [item for item in certificates if item.subject == crl.issuer]
    if not issuers:
        yield _finding("its authority is not in the store", entry, is_fault=False)
    elif not any(_has_signed(item, crl) for item in issuers):
        yield _finding("its authority did not sign it", entry)


def _has_signed(issuer: x509.Certificate, crl: x509.CertificateRevocationList) -> bool:
    try:
        return crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # other keys raise TypeError
    except X509_FAULTS:
        return False


def _lists(entries: Iterable[TrustEntry], files: Sequence[TrustFile], now: datetime) -> Iterable[Finding]:
    lists = {path: entry for entry in entries if entry.kind is EntryKind.LIST for path in entry.paths}
    if not lists:
        return
    faults: list[TrustListError] = importlib.import_module("edocs._trust.trust_lists").read_trust_lists(files, now)[1]
    for path, entry in lists.items():
        for fault in faults:
            if fault.params["path"] == str(path) and "time" not in fault.params:  # its end was told by its dates
                yield _finding("kept out: {why}", entry, why=fault.params["why"])
        if entry.not_after is None:
            yield _finding("closed: it names no next update", entry)


def _time(moment: datetime) -> str:
    return moment.astimezone(HANOI).isoformat(timespec="seconds")
