"""What a signature is asked to be: role, level, statement, appearance; and what lies between prepare and finish.

Chữ ký số trên văn bản điện tử. Roles follow Decree 30/2020/NĐ-CP, levels ETSI EN 319 142-1.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from edocs.model.acts import CopySpec

__all__ = [
    "DATE_FIELD",
    "HANOI",
    "NUMBER_FIELD",
    "RESERVED_FIELDS",
    "SEAL_FIELD",
    "Box",
    "DocumentCode",
    "Extended",
    "Level",
    "Reservation",
    "Role",
    "SignatureAlgorithm",
    "SignatureSpec",
    "Stamp",
    "TimeForm",
]

HANOI = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Vietnamese time (giờ Việt Nam): +07:00 since 1975, no summer time."""

NUMBER_FIELD = "edocs.number"
"""The text field reserved for the number (số văn bản), without the symbol."""
DATE_FIELD = "edocs.date"
"""The text field reserved for the date (ngày, tháng, năm ban hành)."""
SEAL_FIELD = "edocs.seal"
"""The signature field reserved for the agency (dấu, chữ ký số của cơ quan)."""
RESERVED_FIELDS = (NUMBER_FIELD, DATE_FIELD, SEAL_FIELD)
"""What ``approve_pdf`` reserves before the person signs, and ``issue_pdf`` fills (Decree 30, article 14)."""


class Role(StrEnum):
    """In whose name a signature stands."""

    PERSONAL = "personal"
    """chữ ký số của người có thẩm quyền"""
    ORGANISATION = "organisation"
    """chữ ký số của cơ quan, tổ chức"""
    UNKNOWN = "unknown"
    """No rule decides; counted as such."""


class Level(StrEnum):
    """PAdES baseline level (EN 319 142-1, clause 6)."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"


class TimeForm(StrEnum):
    """How the signing time is written (thời gian ký: ngày tháng năm; giờ phút giây; múi giờ Việt Nam)."""

    ISO = "iso"
    """``2026-03-05T14:30:00+07:00`` (ISO 8601)"""
    DOTTED = "dotted"
    """``05.03.2026 14:30:00 +07:00``, as many agencies' software writes it"""

    def text(self, moment: datetime) -> str:
        """``moment`` (aware) in Vietnamese time.

        >>> TimeForm.DOTTED.text(datetime(2026, 3, 5, 7, 30, tzinfo=timezone.utc))
        '05.03.2026 14:30:00 +07:00'
        """
        local = moment.astimezone(HANOI)
        return local.isoformat(timespec="seconds") if self is TimeForm.ISO else f"{local:%d.%m.%Y %H:%M:%S} +07:00"


class SignatureAlgorithm(StrEnum):
    """How a signer signs (RFC 8017, FIPS 186-5)."""

    RSA_PKCS1 = "rsa-pkcs1v15"
    RSA_PSS = "rsa-pss"
    ECDSA = "ecdsa"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on a page, in millimetres from the page's upper left corner, as clerks measure it."""

    page: int
    """1 is the first page, -1 the last."""
    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a visible signature shows (hình ảnh chữ ký số)."""

    box: Box | None = None
    """None: the place that the existing field has; for a person's image, between position and name."""
    image_png: bytes | None = None
    """PNG with transparency; drawn at its aspect ratio, centred in the box."""
    image_width_mm: float | None = None
    """Width of the image; None: as large as the box allows."""
    any_image: bool = False
    """Take an image whose colour, size or background is not what the decree wants, knowingly."""
    lines: tuple[str, ...] = ()
    """Text lines, set in a Times-metric serif; ``{time}`` becomes the signing time."""
    font_size_pt: float = 10.0
    is_italic: bool = False
    time_form: TimeForm = TimeForm.ISO


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Where number, date and seal will stand (vị trí số, thời gian ban hành và dấu; Decree 30, annex I.II)."""

    number: Box | None = None
    """None: the blank between ``Số:`` and ``/`` on the first page."""
    date: Box | None = None
    """None: the blank after the place and its comma, on the line of ``Số:``."""
    seal: Box | None = None
    """None: over the left third of where the personal signature is seen; if it is not, invisible."""
    seal_mm: float = 36.0
    """The seal's diameter (kích thước thực tế của dấu), where ``seal`` gives no place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCode:
    """Number, symbol and date of an official document (số, ký hiệu, thời gian ban hành; Decree 30, annex I.II.3-4)."""

    number: int
    """Số: restarts at 1 on 1 January; written with a leading zero below 10."""
    issued_on: datetime
    """Aware; its date in Asia/Ho_Chi_Minh is the date of issue."""
    symbol: str = ""
    """Ký hiệu, such as ``UBND-VP``; part of the draft, kept for registering and packing."""

    @property
    def number_text(self) -> str:
        """The number as the decree writes it.

        >>> from datetime import datetime, timezone
        >>> DocumentCode(number=7, issued_on=datetime(2026, 3, 5, tzinfo=timezone.utc)).number_text
        '07'
        """
        return f"{self.number:02d}"

    @property
    def date_text(self) -> str:
        """The date as the decree writes it: days below 10 and months 1 and 2 with a leading zero (annex I.II.4).

        >>> from datetime import datetime, timezone
        >>> DocumentCode(number=7, issued_on=datetime(2026, 3, 4, 17, tzinfo=timezone.utc)).date_text
        'ngày 05 tháng 3 năm 2026'
        """
        day = self.issued_on.astimezone(HANOI)
        month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
        return f"ngày {day.day:02d} tháng {month} năm {day.year}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSpec:
    """What one signature states and looks like. The key belongs to the signer, not here."""

    role: Role
    field: str | None = None
    """Existing empty field to sign, or the name of a new one; None chooses."""
    reason: str = ""
    location: str = ""
    level: Level = Level.B_B
    stamp: Stamp | None = None
    """None: invisible, unless an existing field has a place on a page."""
    digest: str = "sha256"
    """sha256, sha384 or sha512; SHA-1 is never produced."""
    reserve: Reservation | None = None
    """Fields to reserve before signing; see :func:`edocs.sign.approve_pdf`."""
    code: DocumentCode | None = None
    """Number and date to fill in before signing; see :func:`edocs.sign.issue_pdf`."""
    appendix_of: DocumentCode | None = None
    """Number and symbol of the document that this file goes with; see :func:`edocs.sign.appendix_pdf`."""
    copy: CopySpec | None = None
    """What the copy states; see :func:`edocs.sign.copy_pdf`."""
    password: str | None = dataclasses.field(default=None, repr=False)
    """Opens an encrypted document, which stays encrypted; no part of what is signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """A document whose evidence was extended (văn bản đã bổ sung bằng chứng)."""

    document: bytes
    level: Level
    """Of every signature in it; lower than asked for only where that was allowed."""
    holds_until: datetime
    """When the evidence has to be renewed at the latest: the first end of a certificate that it rests on."""
