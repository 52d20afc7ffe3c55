"""What a document brings along to prove times and revocation, and the level that this amounts to (EN 319 142-1, 6.3).

Bằng chứng kèm theo văn bản và mức chữ ký. Only what counts is counted: a timestamp that is not trusted, or a store that
lacks a certificate of the path, gives no level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader

from edocs._pades.document_times import DocumentTime
from edocs._pades.dss import Material, read_dss
from edocs._pades.timestamps import ProvenTime
from edocs._pdf.faults import PARSER_FAULTS
from edocs._trust.revocation import StoreRevocation
from edocs.model import Level

__all__ = ["Proofs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """Of one document."""

    reader: PdfFileReader
    stored: Material
    times: Sequence[DocumentTime]
    """Document timestamps that count, oldest first."""

    def covering(self, end: int) -> Sequence[DocumentTime]:
        """Those over a signature whose range ends at ``end``, oldest first."""
        return [item for item in self.times if item.gap_start >= end]

    def level(
        self, signer: Sequence[x509.Certificate], basis: ProvenTime | None, end: int
    ) -> tuple[Level, datetime | None]:
        """The level of a PAdES signature, and until when its evidence holds.

        Args:
            signer: The signer's path from the anchor; empty where there is no valid one.
            basis: The earliest time that is proven for it.
            end: Of its range.
        """
        if basis is None:
            return Level.B_B, _first_end(signer)
        if not signer or not _is_complete(self.stored, (signer, basis.chain), basis.time):
            return Level.B_T, _first_end([*signer, *basis.chain]) if signer else None
        archiving = [
            item for item in self.covering(end) if _is_complete(self._then(item), (signer, basis.chain), basis.time)
        ]
        if not archiving:
            return Level.B_LT, _first_end(basis.chain)
        return Level.B_LTA, _first_end(archiving[-1].proven.chain)

    def _then(self, item: DocumentTime) -> Material:
        """The store as ``item`` covers it."""
        try:
            return read_dss(self.reader.get_historical_root(item.revision))
        except PARSER_FAULTS:
            return Material()


def _is_complete(stored: Material, chains: Sequence[Sequence[x509.Certificate]], at: datetime) -> bool:
    if stored.is_empty():
        return False
    source = StoreRevocation(stored.lists())
    return all(
        source.status(certificate, issuer, at) is not None
        for chain in chains
        for issuer, certificate in pairwise(chain)
    )


def _first_end(chain: Sequence[x509.Certificate]) -> datetime | None:
    return min((certificate.not_valid_after_utc for certificate in chain), default=None)
