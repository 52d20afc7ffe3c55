"""Trusted lists (ETSI TS 119 612, versions 5 and 6): verified, and what they say of services that we can use.

Danh sách tin cậy. A list counts only where an operator whom the user knows signed it, and until its own next update.
Of the services those that vouch for signatures, seals and timestamps are taken, with the times at which each was
granted. Not done: fetching, following pointers to other lists, and whether a certificate is "qualified" (TS 119 615).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography import x509
from lxml import etree

from edocs._trust.anchors import fingerprint
from edocs._trust.chains import load_certificates
from edocs._trust.trust_list_content import ListPointer, TrustListContent, read_content
from edocs._xmlsig.enveloped import embedded_certificates, verify_enveloped
from edocs._xmlsig.parsing import parse_untrusted
from edocs.errors import TrustListError, UnreadableError, UsageError, XmlSignatureError
from edocs.model import HANOI

__all__ = ["ListOperators", "TrustList", "open_trust_list", "peek_content", "read_trust_list"]

_ROOT = "{http://uri.etsi.org/02231/v2#}TrustServiceStatusList"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOperators:
    """Who may sign trusted lists (tổ chức vận hành danh sách tin cậy)."""

    certificates: tuple[x509.Certificate, ...] = ()
    """Of operators, given by the user for that."""
    pins: frozenset[str] = frozenset()
    """SHA-256 of more of them; the list itself may then bring the certificate along."""
    pointers: tuple[ListPointer, ...] = ()
    """From verified lists of lists: who signs the list of which territory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustList:
    """A list that holds."""

    content: TrustListContent
    operator: x509.Certificate
    """Who signed it."""
    signed_at: datetime


def open_trust_list(path: Path, data: bytes) -> etree._Element:
    """The root element of what claims to be a trusted list; nothing of it is verified.

    Raises:
        UsageError: It is none.
    """
    try:
        root = parse_untrusted(data)
    except UnreadableError as exc:
        raise UsageError("trust file cannot be read: {path}: {why}", path=path, why=exc.message()) from exc
    if root.tag != _ROOT:
        raise UsageError("not a trusted list of TS 119 612: {path}", path=path)
    return root


def read_trust_list(path: Path, data: bytes, operators: ListOperators, at: datetime) -> TrustList:
    """The list in ``data``, which holds as of ``at`` (aware).

    Đọc và xác thực danh sách tin cậy.

    1. an operator who is known signed it, when the operator's certificate was valid;
    2. it is of a version that is understood;
    3. its next update is not over.

    Args:
        path: Where it is from, for messages.

    Raises:
        UsageError: It is no trusted list.
        TrustListError: One of these fails; the list is kept out.

    Source: ETSI TS 119 612, 5.3.4, 5.3.15 and 5.7.
    """
    root = open_trust_list(path, data)
    trusted, pointed = _signers(root, operators)
    try:
        signed = verify_enveloped(root, [*trusted, *pointed])  # (1)
    except XmlSignatureError as exc:
        raise TrustListError(
            "trusted list kept out: {path}: {why}",
            hint="get it anew, or pin its operator's certificate as list-operator",
            path=path,
            why=exc.params["why"],
        ) from exc
    operator = signed.certificate
    if not operator.not_valid_before_utc <= signed.signed_at <= operator.not_valid_after_utc:
        raise _kept_out(path, "it was signed when its operator's certificate was not valid")
    try:
        content = read_content(signed.content)  # (2)
    except ValueError as exc:
        raise _kept_out(path, str(exc)) from exc
    if operator not in trusted and not _is_pointed_at(content, operator, operators.pointers):
        raise _kept_out(path, "its operator signs the list of another territory")
    if content.next_update is None:
        raise _kept_out(path, "it is closed: it names no next update")
    if content.next_update < at:  # (3)
        raise TrustListError(
            "trusted list kept out: {path}: it expired at {time}",
            hint="get the current list",
            path=path,
            time=content.next_update.astimezone(HANOI).isoformat(timespec="seconds"),
        )
    return TrustList(content=content, operator=operator, signed_at=signed.signed_at)


def peek_content(path: Path, data: bytes) -> TrustListContent | None:
    """What the list says of itself, its services left out; None where it says nothing that can be read.

    Nothing is verified: for showing and sorting alone.

    Raises:
        UsageError: It is no trusted list.
    """
    root = open_trust_list(path, data)
    try:
        return replace(read_content(root), services=(), pointers=())
    except ValueError:
        return None


def _kept_out(path: Path, why: str) -> TrustListError:
    return TrustListError("trusted list kept out: {path}: {why}", path=path, why=why)


def _signers(root: etree._Element, operators: ListOperators) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
    """Who may sign any list, and who may sign the list of a territory that a list of lists names."""
    pinned = [der for der in embedded_certificates(root) if fingerprint(der) in operators.pins]
    trusted = [*operators.certificates, *load_certificates(pinned)]
    pointed = load_certificates(der for pointer in operators.pointers for der in pointer.certificates)
    return trusted, [item for item in pointed if item not in trusted]


def _is_pointed_at(content: TrustListContent, operator: x509.Certificate, pointers: Iterable[ListPointer]) -> bool:
    return not content.is_list_of_lists and any(
        pointer.territory == content.territory and operator in load_certificates(pointer.certificates)
        for pointer in pointers
    )
