"""Which certificates can lead from one to an anchor: found by name, and by the signature on each (RFC 5280, 6.1).

Tìm các chứng thư số dẫn tới điểm tin cậy. It only sorts out what cannot be part of a path, so that the search in
``path.py`` stays short however much comes with a document; whether a path is valid is decided there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import get_ident

from asn1crypto import x509

from edocs._pdf.faults import PARSER_FAULTS
from edocs._trust.ber import Value, read_value
from edocs._trust.schemes import UnknownAlgorithmError, has_signed, load_key, read_scheme

__all__ = ["Parts", "is_signed_by", "leading", "parsed", "read_parts"]

_MOST = 16
_MOST_OF_A_NAME = 4
_MOST_KEPT = 1 << 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Of a certificate, what is wanted of it before anything in it is believed; all as written."""

    raw: bytes
    signed: bytes
    algorithm: Value
    signature: bytes
    issuer: bytes
    serial: int
    subject: bytes
    key: bytes
    """SubjectPublicKeyInfo."""


@lru_cache(maxsize=256)
def read_parts(certificate: bytes) -> Parts:
    """Take ``certificate`` (DER) apart.

    Raises:
        ValueError: It is no X.509 certificate.
    """
    signed, algorithm, signature = read_value(certificate, 0x30).children()
    fields = list(signed.children())
    if fields and fields[0].tag == 0xA0:
        del fields[0]
    serial, _algorithm, issuer, _validity, subject, key, *_extensions = fields
    return Parts(
        raw=certificate,
        signed=signed.raw,
        algorithm=algorithm,
        signature=signature.content[1:],
        issuer=issuer.raw,
        serial=int.from_bytes(serial.content, "big", signed=True),
        subject=subject.raw,
        key=key.raw,
    )


@lru_cache(maxsize=1024)
def is_signed_by(certificate: bytes, issuer: bytes) -> bool:
    """Whether the key of ``issuer`` signed ``certificate``, both DER; True as well where nobody here can tell."""
    try:
        below, above = read_parts(certificate), read_parts(issuer)
        return has_signed(load_key(above.key), read_scheme(below.algorithm, ""), below.signature, below.signed)
    except UnknownAlgorithmError:
        return True
    except ValueError:
        return False


def parsed(certificate: bytes) -> x509.Certificate:
    """``certificate`` (DER) as asn1crypto reads it, part by part and when asked; nobody may change it.

    Raises:
        ValueError: It is no certificate.
    """
    if len(certificate) > _MOST_KEPT:  # nobody who sends documents may fill the memory
        return x509.Certificate.load(certificate)
    return _parsed(certificate, get_ident())


@lru_cache(maxsize=256)  # reading one costs more than verifying with it, and few sign whole batches
def _parsed(certificate: bytes, thread: int) -> x509.Certificate:
    # A certificate that two threads begin to read at once may lack extensions for a moment: each has its own.
    del thread
    return x509.Certificate.load(certificate)


def leading(certificate: bytes, anchors: Iterable[bytes], others: Iterable[bytes]) -> tuple[list[bytes], list[bytes]]:
    """(anchors, others) that stand above ``certificate`` in one of its paths; all DER.

    Self-issued certificates that are no anchors cannot lead on to one.
    """
    top = _by_subject(anchors)
    middle = _by_subject(raw for raw, parts in _readable(others) if parts.subject != parts.issuer)
    found_anchors = [raw for raws in top.values() for raw in raws if raw == certificate]
    found: dict[bytes, None] = {}
    waiting = [certificate]
    while waiting and len(found) < _MOST:
        below = waiting.pop(0)
        found_anchors += [raw for raw in _issuers(below, top) if raw not in found_anchors]
        for raw in _issuers(below, middle):
            if raw not in found and raw != certificate:
                found[raw] = None
                waiting.append(raw)
    return found_anchors, list(found)


def _issuers(certificate: bytes, known: dict[bytes, list[bytes]]) -> list[bytes]:
    try:
        name = read_parts(certificate).issuer
    except ValueError:
        return []
    named = known.get(name) or [raw for subject in known if _is_same(name, subject) for raw in known[subject]]
    return [raw for raw in named if is_signed_by(certificate, raw)][:_MOST_OF_A_NAME]


@lru_cache(maxsize=4096)
def _is_same(one: bytes, other: bytes) -> bool:
    """Whether two names are one, though written in other kinds of strings (RFC 5280, 7.1)."""
    try:
        return bool(x509.Name.load(one).hashable == x509.Name.load(other).hashable)
    except PARSER_FAULTS:
        return False


def _by_subject(certificates: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for raw, parts in _readable(certificates):
        found.setdefault(parts.subject, []).append(raw)
    return found


def _readable(certificates: Iterable[bytes]) -> Iterator[tuple[bytes, Parts]]:
    for raw in dict.fromkeys(certificates):
        try:
            yield raw, read_parts(raw)
        except ValueError:
            continue  # one malformed companion must not spoil the path
