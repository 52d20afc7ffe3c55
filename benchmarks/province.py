"""A made-up province for measuring: a year and more of documents of its agencies, as many as are asked for.

Văn bản của một tỉnh mẫu. The same arguments give the same documents. Nothing is signed: what a verification would have
said is made up, in the shares that a province could have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from edocs.model import (
    HANOI,
    Agency,
    AgencyLevel,
    Document,
    DocumentCode,
    Level,
    Role,
    Secrecy,
    SignatureFact,
    SignatureFacts,
    Submission,
    Verdict,
)

__all__ = ["MERGED_ON", "Province", "make_province", "submissions"]

MERGED_ON = date(2025, 7, 1)
_TYPES = ("CV", "QĐ", "BC", "KH", "TB", "TTr", "GM", "NQ", "HD", "CTr")
_PASSED = {"verdict": Verdict.TOTAL_PASSED, "integrity": True, "trusted": True}
_PERSON = SignatureFact(role=Role.PERSONAL, level=Level.B_B, **_PASSED)  # type: ignore[arg-type]
_AGENCY = SignatureFact(role=Role.ORGANISATION, level=Level.B_B, **_PASSED)  # type: ignore[arg-type]
_STAMPED = SignatureFact(role=Role.ORGANISATION, level=Level.B_LT, **_PASSED)  # type: ignore[arg-type]
_OPEN = SignatureFact(role=Role.ORGANISATION, verdict=Verdict.INDETERMINATE, integrity=True)
_FAILED = SignatureFact(role=Role.PERSONAL, verdict=Verdict.TOTAL_FAILED)
_FOUND: tuple[tuple[int, tuple[SignatureFact, ...] | None], ...] = (
    (62, (_PERSON, _AGENCY)),
    (14, (_PERSON, _STAMPED)),
    (8, (_AGENCY,)),
    (5, ()),
    (4, (_PERSON, _OPEN)),
    (3, (_PERSON,)),
    (2, (_FAILED, _AGENCY)),
    (2, None),
)
_SUBJECTS = (
    "Về việc tăng cường sử dụng chữ ký số",
    "Kết quả thực hiện nhiệm vụ tháng",
    "Triển khai kế hoạch cải cách hành chính",
    "Phê duyệt dự toán kinh phí",
    "Mời họp giao ban công tác",
    "Cung cấp số liệu phục vụ báo cáo định kỳ",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """The agencies, each with its first and last month."""

    agencies: tuple[Agency, ...]
    first: date
    months: int

    def active(self, agency: Agency, month: date) -> bool:
        """Whether an agency issues documents in a month: districts end with June 2025, half of the communes merge."""
        if month < MERGED_ON:
            return True
        if agency.level is AgencyLevel.DISTRICT:
            return False
        return agency.level is AgencyLevel.PROVINCE or int(agency.id.split(".")[0]) % 2 == 0


def make_province(
    departments: int = 20, districts: int = 12, communes: int = 160, first: date = date(2024, 7, 1), months: int = 24
) -> Province:
    """A province with its departments, districts and communes."""
    agencies = [Agency(id="000.00.00.H99", name="Ủy ban nhân dân tỉnh Lam Giang", level=AgencyLevel.PROVINCE)]
    agencies += [
        Agency(id=f"000.00.{number:02d}.H99", name=f"Sở số {number:02d} tỉnh Lam Giang", level=AgencyLevel.PROVINCE)
        for number in range(1, departments + 1)
    ]
    agencies += [
        Agency(
            id=f"000.00.{40 + number:02d}.H99",
            name=f"Ủy ban nhân dân huyện số {number:02d}",
            level=AgencyLevel.DISTRICT,
        )
        for number in range(1, districts + 1)
    ]
    agencies += [
        Agency(
            id=f"{20 + number // districts:03d}.{41 + number % districts:02d}.00.H99",
            name=f"Ủy ban nhân dân xã số {number + 1:03d}",
            level=AgencyLevel.COMMUNE,
        )
        for number in range(communes)
    ]
    return Province(agencies=tuple(agencies), first=first, months=months)


def submissions(province: Province, count: int, seed: int = 1) -> Iterator[Submission]:
    """About ``count`` documents, month by month, as they would be registered."""
    random = Random(seed)
    numbers: dict[tuple[str, int, bool], int] = {}
    for index in range(province.months):
        month = province.first.month - 1 + index
        start = date(province.first.year + month // 12, month % 12 + 1, 1)
        active = [agency for agency in province.agencies if province.active(agency, start)]
        weights = [
            8 if agency.level is AgencyLevel.PROVINCE else 3 if agency.level is AgencyLevel.DISTRICT else 1
            for agency in active
        ]
        wanted = count * (index + 1) // province.months - count * index // province.months
        for agency in random.choices(active, weights, k=wanted):
            yield _submission(random, agency, start, numbers)


def _submission(random: Random, agency: Agency, start: date, numbers: dict[tuple[str, int, bool], int]) -> Submission:
    day = start + timedelta(days=random.randrange(28))
    secrecy = Secrecy.CONFIDENTIAL if random.random() < 0.01 else Secrecy.NONE
    book = (agency.id, start.year, secrecy is not Secrecy.NONE)
    numbers[book] = number = numbers.get(book, 0) + 1
    kind = random.choice(_TYPES)
    digest = hashlib.sha256(f"{book}{number}".encode()).hexdigest()
    document = Document(
        agency=agency,
        code=DocumentCode(
            number=number, symbol=f"{kind}-UBND", issued_on=datetime(day.year, day.month, day.day, tzinfo=HANOI)
        ),
        type=kind,
        subject=random.choice(_SUBJECTS),
        secrecy=secrecy,
        file_sha256=digest,
    )
    found = random.choices([one for _, one in _FOUND], [share for share, _ in _FOUND])[0]
    if found is None:
        return Submission(document=document)
    verdicts = [one.verdict for one in found]
    worst = next(
        (one for one in (Verdict.TOTAL_FAILED, Verdict.INDETERMINATE, Verdict.TOTAL_PASSED) if one in verdicts),
        Verdict.NOT_SIGNED,
    )
    facts = SignatureFacts(verdict=worst, signatures=found, file_sha256=digest, digest=digest[::-1])
    return Submission(document=document, facts=facts)
