"""A certificate judged for a time in the past that something proves (ETSI EN 319 102-1, 5.6.2).

Xác thực tại thời điểm trong quá khứ: what has expired or was revoked since may still vouch for what is older.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from edocs._trust.algorithms import CURRENT, AlgorithmPolicy
from edocs._trust.path import PathResult, judge_path
from edocs._trust.path_algorithms import PathAlgorithms
from edocs.model import Revocation, SubIndication, TrustStore
from edocs.ports import RevocationSource

__all__ = ["judge_past"]

_CURABLE = (SubIndication.OUT_OF_BOUNDS_NO_POE, SubIndication.REVOKED_NO_POE)


def judge_past(
    certificate: bytes,
    others: Iterable[bytes],
    trust: TrustStore,
    source: RevocationSource,
    moments: tuple[datetime, datetime | None],
    algorithms: AlgorithmPolicy = CURRENT,
) -> PathResult:
    """The path as of now; as of the proven time where the certificate has expired or was revoked since.

    Args:
        algorithms: What is asked of those that the certificates are signed with.
        moments: Now, and the time at which what the certificate vouches for is proven to have existed; None: no proof.
    """
    at, proven = moments
    known = list(others)
    weak = PathAlgorithms(algorithms, proven)
    path = judge_path(certificate, known, trust, source, at, weak)
    if proven is None:
        return path
    if path.failure is None and not path.is_revocation_known:
        # A later revocation would not matter: evidence that was fresh at the proven time is enough.
        then = judge_path(certificate, known, trust, source, proven, weak)
        return then if then.failure is None and _tells_more(then, path) else path
    # A service that was granted then and is withdrawn now still vouches for what is older (TS 119 612, 5.5.5).
    is_withdrawn = path.failure is SubIndication.NO_CERTIFICATE_CHAIN_FOUND and bool(trust.services)
    is_curable = path.failure in _CURABLE or is_withdrawn
    if not is_curable or (path.revoked is not None and not _is_later(path, proven)):
        return path
    then = judge_path(certificate, known, trust, source, proven, weak)
    return replace(then, failure=None) if then.revoked is not None and _is_later(then, proven) else then


def _tells_more(then: PathResult, path: PathResult) -> bool:
    return then.is_revocation_known or (then.revocation is Revocation.GOOD and path.revocation is Revocation.UNKNOWN)


def _is_later(path: PathResult, proven: datetime) -> bool:
    return path.revoked is not None and path.revoked.revoked_at is not None and path.revoked.revoked_at > proven
