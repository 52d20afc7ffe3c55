"""The levels above B-B: EN 319 142-1, clause 6.3; extension and renewal: clause 5.5.

Các mức chữ ký PAdES. B-T: a timestamp on the signature. B-LT: certificates and revocation evidence in the document's
security store. B-LTA: a document timestamp over all of that, renewed before its authority's certificate ends. Every
token is verified before it is embedded, whoever gave it; validity of the signatures themselves is ``edocs verify``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edocs._pades.archive import add_document_timestamp
from edocs._pades.attach import attach_timestamp
from edocs._pades.dss import Material, write_dss
from edocs._pades.embed import TOKEN_ROOM
from edocs._pades.prepare import finish
from edocs._pades.state import PreparedSignature
from edocs._pades.survey import Survey, Vouched, survey
from edocs._pades.timestamps import Token, accept_token
from edocs._trust.chains import chain_above, is_issued_by, load_certificates
from edocs._trust.path import judge_path
from edocs._trust.revocation import StoreRevocation
from edocs.errors import CertificateRefusedError, FieldError, RefusedError, UnavailableError, UsageError
from edocs.model import Extended, Level, Revocation, RevocationEvidence, TrustStore
from edocs.model.privacy import mask_subject
from edocs.model.times import local_time
from edocs.ports import Evidence

__all__ = ["extend", "finish_level", "take_token"]

MOST_APART = timedelta(minutes=5)
"""How far our clock and the authority's may differ."""

_ARCHIVE_DIGEST = "sha256"
_LONG_TERM = (Level.B_LT, Level.B_LTA)


def finish_level(
    prepared: PreparedSignature, value: bytes, now: datetime, evidence: Evidence, password: str | None
) -> bytes:
    """Put the signature value into the prepared document, with what its level asks for.

    A service that fails leaves nothing, or the level reached where ``evidence.on_lower`` is told.
    """
    evidence.require(prepared.level)
    reached = [Level.B_B]

    def take(imprint: bytes) -> bytes:
        token = take_token(imprint, prepared.digest, evidence, now)
        reached.append(Level.B_T)
        return token

    def stamp(checked: bytes) -> bytes:
        return _or_lower(take, _hash(checked, prepared.digest), evidence, Level.B_B) or b""

    signed = finish(prepared, value, now, stamp)
    if prepared.level is Level.B_T or reached[-1] is Level.B_B:
        return signed
    with_store = _or_lower(
        lambda data: _store(data, evidence, now, prepared.field, password), signed, evidence, Level.B_T
    )
    if with_store is None or prepared.level is Level.B_LT:
        return with_store or signed
    archived = _or_lower(lambda data: _archive(data, evidence, now, password), with_store, evidence, Level.B_LT)
    return archived or with_store


def extend(document: bytes, level: Level, evidence: Evidence, now: datetime, password: str | None) -> Extended:
    """Bring every signature of ``document`` to ``level``; at B-LTA already, renew its document timestamp.

    1. B-T: a signature without any proof of its time gets a timestamp, in the signature where it is the newest and
       has room; for those before it, or without room, over the document, which proves the time of all in it;
    2. B-LT: what is not in the security store yet is added, also about timestamps;
    3. B-LTA: a document timestamp over everything.
    """
    evidence.require(level)
    found = survey(document, password)
    if not found.signatures:
        raise FieldError("the document has no signature to extend", hint="sign it first")
    if level is Level.B_B:
        raise UsageError("every signature has level {level}", hint="B-T, B-LT or B-LTA", level=level.value)
    reached = Level.B_T
    document = _prove_times(document, found, evidence, now, password)
    if level in _LONG_TERM:
        extended = _or_lower(lambda data: _store(data, evidence, now, None, password), document, evidence, Level.B_T)
        reached = reached if extended is None else Level.B_LT
        document = extended or document
    if level is Level.B_LTA and reached is Level.B_LT:
        extended = _or_lower(lambda data: _archive(data, evidence, now, password), document, evidence, Level.B_LT)
        reached = reached if extended is None else Level.B_LTA
        document = extended or document
    until = _holds_until(survey(document, password), reached, evidence)
    return Extended(document=document, level=reached, holds_until=until)


def _or_lower(step: Callable[[bytes], bytes], data: bytes, evidence: Evidence, left: Level) -> bytes | None:
    """The result of ``step``; None where a service failed and a lower level may be left."""
    try:
        return step(data)
    except UnavailableError as failure:
        if evidence.on_lower is None:
            raise
        evidence.on_lower(failure, left)
        return None


def _hash(data: bytes, digest: str) -> bytes:
    return hashlib.new(digest, data).digest()


def _prove_times(document: bytes, found: Survey, evidence: Evidence, now: datetime, password: str | None) -> bytes:
    unproven = [item for item in found.signatures if item.time is None]
    if not unproven:
        return document

    def take(value: bytes) -> bytes:
        return take_token(_hash(value, _ARCHIVE_DIGEST), _ARCHIVE_DIGEST, evidence, now)

    attached = attach_timestamp(document, unproven[-1], take)
    if attached is not None and len(unproven) == 1:
        return attached
    return _archive(attached or document, evidence, now, password)


def _archive(document: bytes, evidence: Evidence, now: datetime, password: str | None) -> bytes:
    def take(imprint: bytes) -> bytes:
        return take_token(imprint, _ARCHIVE_DIGEST, evidence, now)

    return add_document_timestamp(document, take, _ARCHIVE_DIGEST, password)


def take_token(imprint: bytes, digest: str, evidence: Evidence, now: datetime) -> bytes:
    """A token that holds, of now, and of an authority that is trusted where anchors are given."""
    if evidence.timestamper is None:
        raise UsageError("no timestamping authority is given", hint="--tsa URL")
    der = evidence.timestamper.timestamp(imprint, digest)
    token = accept_token(der, imprint, digest)
    if isinstance(token, str):
        raise UnavailableError("the timestamp is refused: {why}", hint="try another authority", why=token)
    if len(der) > TOKEN_ROOM:
        raise UnavailableError("the timestamp is too large: {size} bytes", hint="try another authority", size=len(der))
    _require_clock(token.time, now)
    _require_trusted(token, evidence.trust, now)
    return der


def _require_clock(theirs: datetime, ours: datetime) -> None:
    if abs(theirs - ours) > MOST_APART:
        raise RefusedError(
            "the clock differs from the timestamping authority's: here {ours}, there {theirs}",
            hint="set the clock",
            ours=_time(ours),
            theirs=_time(theirs),
        )


def _require_trusted(token: Token, trust: TrustStore | None, now: datetime) -> None:
    if trust is None or not trust.has_anchors:
        return
    path = judge_path(token.certificate, token.others, trust, StoreRevocation(trust), now)
    if path.failure is not None:
        raise RefusedError("the timestamping authority is not trusted: {why}", hint="--trust PATH", why=path.detail)


def _store(document: bytes, evidence: Evidence, now: datetime, only: str | None, password: str | None) -> bytes:
    """``document`` with what its store lacks, about all signatures and timestamps or those of one field alone."""
    found = survey(document, password)
    wanted = [item for item in (*found.signatures, *found.tokens) if only in (None, item.name)]
    stored = StoreRevocation(found.stored.lists())
    known = _known(found, evidence)
    missing = Material()
    for item in wanted:
        chain = _whole_chain(item, known)
        since = item.time or now
        for certificate, issuer in pairwise(chain):
            if stored.status(certificate, issuer, since) is None:
                _add(missing, _ask(evidence, (certificate, issuer), now, since))
                der = (above.public_bytes(Encoding.DER) for above in chain[:-1])
                missing.certificates.update(dict.fromkeys(der))
    return document if missing.is_empty() else write_dss(document, missing, password)


def _known(found: Survey, evidence: Evidence) -> list[x509.Certificate]:
    trust = evidence.trust or TrustStore()
    at_hand = load_certificates([*trust.authorities, *found.stored.certificates])
    return [*at_hand, *(other for item in (*found.signatures, *found.tokens) for other in item.others)]


def _whole_chain(item: Vouched, known: Iterable[x509.Certificate]) -> Sequence[x509.Certificate]:
    chain = chain_above(item.certificate, [*item.others, *known])
    if not is_issued_by(chain[-1], chain[-1]):
        raise RefusedError(
            "the CA certificate above {name} is missing",
            hint="give it with --trust",
            name=mask_subject(chain[-1].subject.rfc4514_string()),
        )
    return chain


def _ask(
    evidence: Evidence, link: tuple[x509.Certificate, x509.Certificate], now: datetime, since: datetime
) -> RevocationEvidence:
    """What proves that the first certificate of ``link`` was good when it vouched."""
    certificate, issuer = link
    answer = evidence.revocation.status(certificate, issuer, now) if evidence.revocation else None
    name = mask_subject(certificate.subject.rfc4514_string())
    if answer is None or not (answer.crl or answer.ocsp):
        raise UnavailableError("nobody says whether {name} is revoked", hint="try later, or give its list", name=name)
    if answer.status is Revocation.REVOKED and (answer.revoked_at is None or answer.revoked_at <= since):
        raise CertificateRefusedError(
            "the certificate was revoked at {time} ({source})",
            hint="use another certificate",
            time=_time(answer.revoked_at) if answer.revoked_at else "?",
            source=answer.source,
        )
    return answer


def _add(material: Material, answer: RevocationEvidence) -> None:
    if answer.crl:
        material.crls[answer.crl] = None
    if answer.ocsp:
        material.ocsps[answer.ocsp] = None


def _holds_until(found: Survey, level: Level, evidence: Evidence) -> datetime:
    """The end of what the proof rests on: at B-LTA the newest timestamp alone, below it what is weakest.

    A CA need not list a certificate that has ended (RFC 5280, 3.3), so without evidence in the store the signer's own
    end counts too.
    """
    known = _known(found, evidence)
    documents = [item for item in found.tokens if item.end == max(other.end for other in found.tokens)]
    resting = documents if level is Level.B_LTA else found.tokens if level is Level.B_LT else _all(found)
    return min(
        certificate.not_valid_after_utc
        for item in resting
        for certificate in chain_above(item.certificate, [*item.others, *known])
    )


def _all(found: Survey) -> list[Vouched]:
    return [*found.signatures, *found.tokens]


def _time(moment: datetime) -> str:
    return local_time(moment).isoformat(timespec="seconds")
