"""A plan for half a year of made-up documents: who issued what, when, and how each came to be signed, or not.

Bộ văn bản mẫu. A plan alone: whoever wants the files sets the letters and really signs them. The shares are invented,
higher at the province than in communes and rising from month to month, as agencies report theirs; the cases that go
wrong are there because a count that never meets them proves nothing. The same arguments give the same plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from random import Random

from edocs.errors import UsageError
from edocs.model import HANOI, AgencyLevel, DocumentCode, Secrecy, type_name
from edocs.testing.agencies import SampleAgency, SampleType, sample_agencies, sample_types
from edocs.testing.letter import Letter

__all__ = ["PlannedDocument", "SigningCase", "plan_documents", "planned_letter"]


class SigningCase(StrEnum):
    """How a planned document comes to be signed."""

    BOTH = "both"
    """The person, then number and date, then the agency (Decree 30, articles 13 and 14)."""
    PERSONAL_ONLY = "personal_only"
    """The person alone: never sealed."""
    AGENCY_ONLY = "agency_only"
    """The agency alone, over a document that no person signed."""
    NONE = "none"
    """No signature: printed, signed on paper and scanned, or a state secret."""
    WRONG_ORDER = "wrong_order"
    """The agency first, then the person."""
    MANIPULATED = "manipulated"
    """Both, and the file changed afterwards."""
    EXPIRED = "expired"
    """The person's certificate had expired."""

    @property
    def begins_with_person(self) -> bool:
        """The person signs a draft in which number and date are still blank."""
        return self in {SigningCase.BOTH, SigningCase.PERSONAL_ONLY, SigningCase.MANIPULATED, SigningCase.EXPIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDocument:
    """One document that a sample agency issues."""

    agency: SampleAgency
    code: DocumentCode
    """Number, symbol, and the moment of issue."""
    type: str
    """Abbreviation of the type, as in :data:`edocs.model.DOCUMENT_TYPES`."""
    subject: str
    is_by_deputy: bool
    """Signed for the head (KT.)."""
    secrecy: Secrecy
    case: SigningCase

    @property
    def signer(self) -> str:
        """The person whose name stands under it."""
        return self.agency.deputy if self.is_by_deputy else self.agency.head

    @property
    def stem(self) -> str:
        """A file name without its ending, ASCII, unique in the plan.

        >>> plan_documents()[0].stem
        '000.24.32.H99-2025-0001'
        """
        series = "M" if self.secrecy is not Secrecy.NONE else ""
        year = self.code.issued_on.astimezone(HANOI).year
        return f"{self.agency.agency.id}-{year}-{series}{self.code.number:04d}"


_SHARES: Mapping[AgencyLevel, tuple[float, float]] = {
    AgencyLevel.PROVINCE: (0.76, 0.94),
    AgencyLevel.DISTRICT: (0.58, 0.84),
    AgencyLevel.COMMUNE: (0.36, 0.70),
}
"""Of documents with both signatures, in the first and in the last month."""

_FAILURES: Mapping[AgencyLevel, Mapping[SigningCase, float]] = {
    # A department forgets one of the two; a commune does not sign at all, or has the agency's key only.
    AgencyLevel.PROVINCE: {
        SigningCase.NONE: 0.20,
        SigningCase.AGENCY_ONLY: 0.26,
        SigningCase.PERSONAL_ONLY: 0.24,
        SigningCase.WRONG_ORDER: 0.10,
        SigningCase.MANIPULATED: 0.08,
        SigningCase.EXPIRED: 0.12,
    },
    AgencyLevel.DISTRICT: {
        SigningCase.NONE: 0.32,
        SigningCase.AGENCY_ONLY: 0.28,
        SigningCase.PERSONAL_ONLY: 0.14,
        SigningCase.WRONG_ORDER: 0.12,
        SigningCase.MANIPULATED: 0.05,
        SigningCase.EXPIRED: 0.09,
    },
    AgencyLevel.COMMUNE: {
        SigningCase.NONE: 0.46,
        SigningCase.AGENCY_ONLY: 0.30,
        SigningCase.PERSONAL_ONLY: 0.06,
        SigningCase.WRONG_ORDER: 0.09,
        SigningCase.MANIPULATED: 0.03,
        SigningCase.EXPIRED: 0.06,
    },
}
"""How those without both signatures divide."""

_WEIGHTS: Mapping[AgencyLevel, int] = {AgencyLevel.PROVINCE: 16, AgencyLevel.DISTRICT: 22, AgencyLevel.COMMUNE: 12}
_DEPUTY_SHARE, _SECRET_SHARE = 0.35, 0.03
_HOLIDAYS = {(1, 1), (4, 30), (5, 1), (9, 2)}
_SECRET_TYPE = SampleType(code="KH", weight=1, subjects=("Thực hiện nhiệm vụ quân sự, quốc phòng địa phương",))
_TO_SUPERIOR = {"BC", "TTr"}
_ADDRESSED = {"BC", "TTr", "CV", "GM", "PC"}


def plan_documents(
    seed: int = 30, count: int = 300, start: date = date(2025, 1, 1), months: int = 6
) -> tuple[PlannedDocument, ...]:
    """Plan ``count`` documents over ``months`` months from ``start``, in the order of issue.

    Kế hoạch bộ văn bản mẫu. Numbers run without a gap for each agency, year and book; secret documents have a book of
    their own and no digital signature.

    Raises:
        UsageError: No document, or no month.

    Source: Decree 30/2020/NĐ-CP, articles 7, 13, 14 and 15.
    """
    if count < 1 or months < 1:
        raise UsageError("a plan needs documents and months: {count}, {months}", count=count, months=months)
    random = Random(seed)  # noqa: S311 (a plan, no secret)
    agencies = sample_agencies()
    weights = [_WEIGHTS[agency.agency.level] for agency in agencies]
    moments = list(_moments(random, count, start, months))
    issuers = random.choices(agencies, weights, k=count)
    secrets = [random.random() < _SECRET_SHARE for _ in range(count)]
    cases = _cases(random, [agency.agency.level for agency in issuers], moments, secrets)
    numbers: Counter[tuple[str, int, bool]] = Counter()
    planned = []
    for index, (agency, moment, is_secret) in enumerate(zip(issuers, moments, secrets, strict=True)):
        book = (agency.agency.id, moment.year, is_secret)
        numbers[book] += 1
        kind = _kind(random, agency, is_secret=is_secret)
        symbol = (
            f"{kind.code}-{agency.symbol}" if kind.code != "CV" else f"{agency.symbol}-{random.choice(agency.units)}"
        )
        planned.append(
            PlannedDocument(
                agency=agency,
                code=DocumentCode(number=numbers[book], issued_on=moment, symbol=symbol),
                type=kind.code,
                subject=random.choice(kind.subjects),
                is_by_deputy=random.random() < _DEPUTY_SHARE,
                secrecy=Secrecy.CONFIDENTIAL if is_secret else Secrecy.NONE,
                case=cases[index],
            )
        )
    return tuple(planned)


def planned_letter(planned: PlannedDocument) -> Letter:
    """What the planned document says, on one page.

    Nội dung văn bản mẫu. Number and date stay blank where the person signs a draft, and are printed otherwise; the file
    is created two hours before the issue.

    Source: Decree 30/2020/NĐ-CP, annex I and annex III.
    """
    agency = planned.agency
    is_addressed = planned.type in _ADDRESSED
    recipient = agency.superior if planned.type in _TO_SUPERIOR else "Các cơ quan, đơn vị trực thuộc"
    authority, position = _authority(planned)
    return Letter(
        agency=agency.agency.name,
        parent=agency.parent,
        place=agency.place,
        symbol=planned.code.symbol,
        kind="" if planned.type == "CV" else type_name(planned.type, "vi"),
        subject=planned.subject,
        recipients=(recipient,) if is_addressed else (),
        body=_body(planned),
        authority=authority,
        position=position,
        signer=planned.signer,
        copies=("Như trên" if is_addressed else "Các cơ quan, đơn vị trực thuộc", agency.superior),
        filed=f"VT, {agency.units[-1]}",
        secrecy="Mật" if planned.secrecy is not Secrecy.NONE else "",
        code=None if planned.case.begins_with_person else planned.code,
        created_at=planned.code.issued_on - timedelta(hours=2),
    )


def _moments(random: Random, count: int, start: date, months: int) -> Iterator[datetime]:
    last = start.month - 1 + months
    end = date(start.year + last // 12, last % 12 + 1, 1) + timedelta(days=start.day - 1)  # also from the 31st
    every = (start + timedelta(days=number) for number in range((end - start).days))
    days = [day for day in every if day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS]
    picked = sorted(
        (days[index * len(days) // count], random.randrange(8 * 60, 16 * 60 + 30)) for index in range(count)
    )
    for day, minute in picked:
        yield datetime.combine(day, time(minute // 60, minute % 60), HANOI)


def _kind(random: Random, agency: SampleAgency, *, is_secret: bool) -> SampleType:
    if is_secret:
        return _SECRET_TYPE
    kinds = [kind for kind in sample_types() if agency.is_committee or not kind.is_committees]
    return random.choices(kinds, [kind.weight for kind in kinds])[0]


def _cases(
    random: Random, levels: list[AgencyLevel], moments: list[datetime], secrets: list[bool]
) -> dict[int, SigningCase]:
    """Deal the cases out so that the counts of each level follow its shares month by month, chance only mixing them."""
    first, last = _month(moments[0]), _month(moments[-1])
    cases = {index: SigningCase.NONE for index, is_secret in enumerate(secrets) if is_secret}
    for level in AgencyLevel:
        owed: dict[SigningCase, float] = dict.fromkeys(SigningCase, 0.0)
        own = [index for index, found in enumerate(levels) if found is level and index not in cases]
        for month, group in groupby(own, lambda index: _month(moments[index])):
            indexes = list(group)
            shares = _shares(level, (month - first) / max(1, last - first))
            dealt = [_deal(owed, shares) for _ in indexes]
            random.shuffle(dealt)
            cases.update(zip(indexes, dealt, strict=True))
    return cases


def _month(moment: datetime) -> int:
    return moment.year * 12 + moment.month


def _shares(level: AgencyLevel, progress: float) -> dict[SigningCase, float]:
    begin, end = _SHARES[level]
    both = begin + (end - begin) * progress
    return {SigningCase.BOTH: both} | {case: (1 - both) * share for case, share in _FAILURES[level].items()}


def _deal(owed: dict[SigningCase, float], shares: Mapping[SigningCase, float]) -> SigningCase:
    for case, share in shares.items():
        owed[case] += share
    dealt = max(owed, key=lambda case: owed[case])
    owed[dealt] -= 1
    return dealt


def _authority(planned: PlannedDocument) -> tuple[str, str]:
    """Annex I.II.7b: TM. for a body, KT. where a deputy signs for the head."""
    body = ["TM. ỦY BAN NHÂN DÂN"] if planned.agency.is_committee else []
    head = "CHỦ TỊCH" if planned.agency.is_committee else "GIÁM ĐỐC"
    if planned.is_by_deputy:
        return "\n".join([*body, f"KT. {head}"]), f"PHÓ {head}"
    return "\n".join(body), head


def _topic(subject: str) -> str:
    """The subject as it runs on inside a sentence."""
    bare = subject.removeprefix("Về việc ")
    return bare[0].lower() + bare[1:]


def _body(planned: PlannedDocument) -> tuple[str, ...]:
    agency, topic = planned.agency.agency.name, _topic(planned.subject)
    if planned.type == "QĐ":
        return (
            "Căn cứ Luật Tổ chức chính quyền địa phương;",
            "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;",
            "Theo đề nghị của Chánh Văn phòng.",
            "QUYẾT ĐỊNH:",
            f"Điều 1. {topic[0].upper()}{topic[1:]} theo nội dung chi tiết đính kèm Quyết định này.",
            "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.",
            "Điều 3. Các cơ quan, đơn vị và cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này./.",
        )
    if planned.type in _TO_SUPERIOR:
        return (
            f"Thực hiện chương trình công tác năm 2025, {agency} kính trình {planned.agency.superior} nội dung {topic} "
            "như sau:",
            "1. Trong kỳ, các nhiệm vụ được giao đã được triển khai đúng tiến độ; văn bản được gửi, nhận và xử lý trên "
            "hệ thống quản lý văn bản và điều hành, số lượng văn bản ký số tăng so với kỳ trước.",
            "2. Một số đơn vị còn lúng túng khi ký số; chứng thư số của một số cá nhân sắp hết hạn nhưng chưa được gia "
            "hạn kịp thời.",
            f"{agency} kính đề nghị {planned.agency.superior} xem xét, chỉ đạo./.",
        )
    return (
        f"Thực hiện chương trình công tác năm 2025, {agency} triển khai nội dung {topic}, yêu cầu các cơ quan, đơn vị "
        "thực hiện các nhiệm vụ sau:",
        "1. Phân công lãnh đạo phụ trách, cán bộ theo dõi; hoàn thành trước ngày 25 của tháng và gửi kết quả bằng văn "
        "bản điện tử có đủ chữ ký số của người có thẩm quyền và của cơ quan.",
        "2. Văn phòng hướng dẫn, đôn đốc và tổng hợp; khó khăn, vướng mắc phản ánh kịp thời để được xem xét, giải "
        "quyết./.",
    )
