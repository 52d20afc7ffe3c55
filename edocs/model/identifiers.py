"""Document identifiers in the schemes that the axis, the decision and the producers use (mã định danh văn bản).

Decision 28/2018/QĐ-TTg, article 10.2.b: agency code, year, running number in the year; it names no separators, and no
published message follows it to the letter. Received identifiers are opaque: an official example holds the day
2014/02/30. Which scheme one looks like is a guess, and nothing is taken out of it.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from edocs.errors import UsageError
from edocs.model.envelope import MessageCode
from edocs.model.organ_id import OrganId

__all__ = ["DocumentId", "DocumentIdScheme"]


class DocumentIdScheme(StrEnum):
    """How an identifier is made, or what it looks like."""

    VXP = "vxp"
    """``000.00.00.H99,2026/03/05,07/UBND-VP``: sender, date of issue, number and symbol, as the national axis does."""
    QD28 = "qd28"
    """``000.00.00.H99-2026-15``: sender, year, running number of what was sent in the year."""
    UUID = "uuid"
    """A random UUID."""
    NUMBER = "number"
    """A bare number, which most producers write; unique at its sender alone. Never made."""
    OTHER = "other"


_FORMS = (
    (DocumentIdScheme.VXP, re.compile(r"[^,\s]+,[0-9]{4}/[0-9]{2}/[0-9]{2},[^,/]+/[^,]+")),
    (DocumentIdScheme.UUID, re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")),
    (DocumentIdScheme.QD28, re.compile(r"[A-Z0-9.]+-[12][0-9]{3}-[0-9]+")),
    (DocumentIdScheme.NUMBER, re.compile(r"[0-9]+")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentId:
    """An identifier of a document at its sender."""

    value: str

    @property
    def scheme(self) -> DocumentIdScheme:
        """What it looks like.

        >>> DocumentId(value="18661").scheme, DocumentId(value="000.00.00.G22,2014/02/30,7806/VPCP-TTĐT").scheme
        (<DocumentIdScheme.NUMBER: 'number'>, <DocumentIdScheme.VXP: 'vxp'>)
        """
        return next((scheme for scheme, form in _FORMS if form.fullmatch(self.value)), DocumentIdScheme.OTHER)

    def __str__(self) -> str:
        return self.value

    @classmethod
    def new(
        cls,
        sender: OrganId,
        on: date | None,
        code: MessageCode,
        sequence: int | None = None,
        scheme: DocumentIdScheme = DocumentIdScheme.VXP,
    ) -> DocumentId:
        """A new identifier.

        >>> DocumentId.new(OrganId(value="H99"), date(2026, 3, 5), MessageCode(number="07", notation="UBND-VP")).value
        'H99,2026/03/05,07/UBND-VP'

        Args:
            on: Date of issue; its year is that of the running number.
            sequence: Running number in the year of what the sender sends; needed for ``qd28`` alone.

        Raises:
            UsageError: The scheme needs what is not given, or is one that nothing is made in.
        """
        if scheme is DocumentIdScheme.UUID:
            return cls(value=str(uuid.uuid4()))
        if scheme is DocumentIdScheme.VXP and on and sender.value and code.number and code.notation:
            return cls(value=f"{sender},{on.year:04}/{on.month:02}/{on.day:02},{code.number}/{code.notation}")
        if scheme is DocumentIdScheme.QD28 and on and sender.value and sequence is not None and sequence > 0:
            return cls(value=f"{sender}-{on.year:04}-{sequence}")
        raise UsageError(
            "no document id of the scheme {scheme} can be made",
            hint="vxp needs sender, date, number and symbol; qd28 sender, date and sequence",
            scheme=scheme.value,
        )
