"""Certification paths (RFC 5280, clause 6) to the anchors given, and revocation along them.

Đường dẫn chứng thực. pyhanko-certvalidator builds and validates the path; revocation is looked up by us, link by link,
through the ``RevocationSource`` port, because "no evidence" and "good" must never look alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count, pairwise
from typing import TypeVar

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.authority import TrustAnchor
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    NotYetValidError,
    PathBuildingError,
    ValidationError,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._trust.algorithms import CURRENT
from edocs._trust.anchors import anchors_at, is_directly_trusted
from edocs._trust.chains import X509_FAULTS, is_issued_by, load_certificates
from edocs._trust.climbing import leading, parsed
from edocs._trust.issuers import missing_issuers
from edocs._trust.path_algorithms import PathAlgorithms, PathSignatures
from edocs._trust.path_cache import PathCache
from edocs.model import Revocation, RevocationEvidence, SubIndication, TrustStore
from edocs.ports import RevocationSource

__all__ = ["PATHS", "PathResult", "judge_path"]

T = TypeVar("T")
_MOST_STEPS = 256
_ALWAYS = datetime.min.replace(tzinfo=UTC)
PATHS: PathCache[tuple[x509.Certificate, ...]] = PathCache()
"""Paths found lately, revocation not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathResult:
    """What can be said of one certificate at one time."""

    failure: SubIndication | None
    """None: a path to an anchor was found and is valid."""
    detail: str = ""
    """The validator's own words, for the report."""
    revocation: Revocation = Revocation.NOT_CHECKED
    """Of the end-entity certificate."""
    is_revocation_known: bool = False
    """Of every certificate below the anchor; who has stolen a revoked CA's key can make good lists with it."""
    revoked: RevocationEvidence | None = None
    """Of whichever certificate of the path is revoked, or None."""
    revoked_is_authority: bool = False
    """Whether ``revoked`` is about a CA."""
    chain: tuple[x509.Certificate, ...] = ()
    """From the anchor to the end entity; empty where no valid path was found."""


def judge_path(
    certificate: bytes,
    others: Iterable[bytes],
    trust: TrustStore,
    source: RevocationSource,
    at: datetime,
    weak: PathAlgorithms | None = None,
) -> PathResult:
    """Find and check a path from ``certificate`` (DER) to an anchor of ``trust``, as of ``at`` (aware).

    Args:
        others: Certificates that came with the signature, DER; they help to build the path and prove nothing.
        weak: Which algorithms of certificates do not count; None: by today's list.
    """
    companions = list(others)
    known = [*companions, *trust.authorities]
    if is_directly_trusted(trust, certificate, at):
        return _judge_directly(certificate, known, source, at)
    policy = weak or PathAlgorithms(CURRENT, None)
    path = _judge_path(certificate, companions, trust, source, (at, policy))
    if path.failure is SubIndication.NO_CERTIFICATE_CHAIN_FOUND and trust.has_anchors:
        found = missing_issuers(certificate, known, source)
        if found:
            return _judge_path(certificate, [*found, *companions], trust, source, (at, policy))
    return path


def _judge_path(
    certificate: bytes,
    companions: Sequence[bytes],
    trust: TrustStore,
    source: RevocationSource,
    how: tuple[datetime, PathAlgorithms],
) -> PathResult:
    at, policy = how
    believed = tuple(anchors_at(trust, certificate, companions, at))
    key = (_digest([certificate, *companions]), believed, trust.intermediates, policy.asked)
    chain = PATHS.get(key, at)
    if chain is None:
        tops, steps = leading(certificate, believed, [*trust.intermediates, *companions])
        anchors = _loadable(tops)
        if not anchors:
            is_none = not trust.has_anchors or (bool(believed) and not _loadable(believed))
            detail = "no anchors given" if is_none else "none of the anchors given is for it"
            return PathResult(failure=SubIndication.NO_CERTIFICATE_CHAIN_FOUND, detail=detail)
        found = _search(certificate, (anchors, _loadable(steps)), at, policy)
        if isinstance(found, PathResult):
            return found
        chain = found
        PATHS.keep(key, at, chain, [certificate, *tops, *steps])
    try:
        return _judge_revocation(chain, source, at)
    except (*PARSER_FAULTS, *X509_FAULTS) as exc:
        return PathResult(failure=SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, detail=describe(exc))


def _search(
    certificate: bytes,
    above: tuple[Sequence[asn1_x509.Certificate], Sequence[asn1_x509.Certificate]],
    at: datetime,
    weak: PathAlgorithms,
) -> tuple[x509.Certificate, ...] | PathResult:
    """A valid path from an anchor to ``certificate``, or what is wrong with the last one that was tried.

    Args:
        above: Anchors, at least one: without any the library would fall back on the operating system's web roots;
            and the certificates that may stand between.
    """
    try:
        context = ValidationContext(
            trust_manager=_bounded(above[0]),
            other_certs=[step for step in above[1] if _is_whole(step.dump())],
            moment=at,
            allow_fetching=False,
            revocation_mode="soft-fail",
            signature_validator=PathSignatures(),
            algorithm_usage_policy=weak,
        )
        validator = CertificateValidator(parsed(certificate), validation_context=context)
        path = _run(validator.async_validate_path())
        return tuple(x509.load_der_x509_certificate(item.dump()) for item in path)
    except (ExpiredError, NotYetValidError) as exc:
        return PathResult(failure=SubIndication.OUT_OF_BOUNDS_NO_POE, detail=str(exc))
    except DisallowedAlgorithmError as exc:
        return PathResult(failure=SubIndication.CRYPTO_CONSTRAINTS_FAILURE, detail=str(exc))
    except PathBuildingError as exc:
        return PathResult(failure=SubIndication.NO_CERTIFICATE_CHAIN_FOUND, detail=str(exc))
    except ValidationError as exc:
        return PathResult(failure=SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, detail=str(exc))
    except (*PARSER_FAULTS, *X509_FAULTS) as exc:
        return PathResult(failure=SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, detail=describe(exc))


def _bounded(anchors: Sequence[asn1_x509.Certificate]) -> SimpleTrustManager:
    """Anchors that end a search which asks too often: sixteen certificates that vouch for each other have more ways
    through them than anybody can walk (RFC 4158, 2.4.2).
    """
    manager = SimpleTrustManager.build(list(anchors))
    original, asked = manager.find_potential_issuers, count(1)

    def find_potential_issuers(cert: asn1_x509.Certificate) -> Iterator[TrustAnchor]:
        if next(asked) > _MOST_STEPS:
            raise ValueError("the certificates that came along lead in too many ways")
        return original(cert)

    manager.find_potential_issuers = find_potential_issuers  # type: ignore[method-assign]
    return manager


def _digest(certificates: Iterable[bytes]) -> bytes:
    found = hashlib.sha256()
    for raw in certificates:
        found.update(len(raw).to_bytes(8, "big"))
        found.update(raw)
    return found.digest()


def _judge_directly(der: bytes, others: Iterable[bytes], source: RevocationSource, at: datetime) -> PathResult:
    """An end-entity certificate that needs no path; its dates and its revocation count as for any other."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            return PathResult(failure=SubIndication.OUT_OF_BOUNDS_NO_POE, detail="outside its validity")
        issuer = next((item for item in load_certificates(others) if is_issued_by(certificate, item)), None)
        if issuer is None:  # nobody's list could be checked
            return PathResult(failure=None, revocation=Revocation.UNKNOWN, chain=(certificate,))
        return replace(_judge_revocation([issuer, certificate], source, at), chain=(certificate,))
    except X509_FAULTS as exc:
        return PathResult(failure=SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, detail=describe(exc))


def _judge_revocation(chain: Sequence[x509.Certificate], source: RevocationSource, at: datetime) -> PathResult:
    """Ask for each certificate below the anchor; ``chain`` runs from the anchor to the end entity."""
    own = Revocation.UNKNOWN
    is_known = True
    revoked: list[tuple[datetime, bool, RevocationEvidence]] = []
    for issuer, certificate in pairwise(chain):
        evidence = source.status(certificate, issuer, at)
        is_end_entity = certificate is chain[-1]
        is_known &= evidence is not None and evidence.status in (Revocation.GOOD, Revocation.REVOKED)
        if evidence is not None and evidence.status is Revocation.REVOKED:
            revoked.append((evidence.revoked_at or _ALWAYS, not is_end_entity, evidence))
        if is_end_entity and evidence is not None:
            own = evidence.status
    if not revoked:
        return PathResult(failure=None, revocation=own, is_revocation_known=is_known, chain=tuple(chain))
    # The earliest counts: a proven time must lie before every revocation of the path, not only before the CA's.
    _, is_authority, evidence = min(revoked, key=lambda item: item[0])
    return PathResult(
        failure=SubIndication.REVOKED_NO_POE,
        revocation=own,
        is_revocation_known=is_known,
        revoked=evidence,
        revoked_is_authority=is_authority,
        chain=tuple(chain),
    )


@lru_cache(maxsize=256)
def _is_whole(der: bytes) -> bool:
    """Whether every part can be read: the search reads them only once it is under way, and would end there."""
    try:
        certificate = parsed(der)
        _ = certificate.native, certificate.public_key["public_key"].native
    except PARSER_FAULTS:
        return False
    return True


def _loadable(certificates: Iterable[bytes]) -> list[asn1_x509.Certificate]:
    loaded = []
    for der in certificates:
        try:
            certificate = parsed(der)
            _ = certificate.subject.hashable, certificate.key_identifier
        except PARSER_FAULTS:
            continue  # one malformed companion must not spoil the path
        loaded.append(certificate)
    return loaded


def _run(work: Coroutine[object, object, T]) -> T:
    """Run a coroutine that never waits, without an event loop: callers may have one of their own running."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise RuntimeError("path validation waited for something although fetching is off")
