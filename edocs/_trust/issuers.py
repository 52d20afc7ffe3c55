"""The certificates that a path lacks, asked for where certificates say who issued them (RFC 5280, 4.2.2.1).

Tìm chứng thư CA trung gian còn thiếu. What is found has signed the certificate below it; whether it leads anywhere is
for ``path.py`` to say.
"""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edocs._trust.anchors import is_certificate_authority
from edocs._trust.chains import chain_above, is_issued_by, load_certificates
from edocs.ports import IssuerSource

__all__ = ["missing_issuers"]

_MOST_STEPS = 4


def missing_issuers(certificate: bytes, known: Iterable[bytes], source: object) -> list[bytes]:
    """DER of CA certificates above ``certificate`` (DER) that ``known`` lacks; none where ``source`` has no issuers."""
    if not isinstance(source, IssuerSource):
        return []
    candidates = load_certificates(known)
    chain = load_certificates([certificate])
    found: list[x509.Certificate] = []
    for _ in range(_MOST_STEPS):
        if not chain:
            break
        top = chain_above(chain[0], [*candidates, *found])[-1]
        if is_issued_by(top, top):
            break
        above = [item for item in source.issuers(top) if item not in found and is_certificate_authority(item)]
        if not above:
            break
        found.append(above[0])
    return [item.public_bytes(Encoding.DER) for item in found]
