"""What a document that arrives gets: a number, a day, somebody to act (Decree 30/2020/NĐ-CP, articles 21 to 23).

Văn bản đến. The ĐẾN stamp is data and a sheet of its own: set into a signed document it would change what was signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edocs.model.verdict import VerificationReport

__all__ = ["Arrival", "Arrived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What the ĐẾN stamp says (dấu Đến; Decree 30, article 22 and annex IV)."""

    agency: str
    """Whose stamp it is (tên cơ quan, tổ chức nhận)."""
    number: int
    """Số đến: from 1 on 1 January."""
    arrived_at: datetime
    """Ngày đến; aware."""
    forwarded_to: str = ""
    """Chuyển: the unit or person who has to act."""
    file_code: str = ""
    """Số và ký hiệu hồ sơ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A document that arrived: what was found, and the sheet beside it."""

    arrival: Arrival
    report: VerificationReport
    """Whatever its verdict is; ``report.sha256`` names the document."""
    sheet: bytes
    """One page, PDF; the document itself is left as it came."""
