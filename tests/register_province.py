"""A made-up province whose counts are known: two half-years, sixteen agencies, every bucket, units that come and go."""

from __future__ import annotations

from datetime import datetime

from register_samples import AGENCY, FAILED, NOW, OPEN, PERSON, issued, make_document, make_report, signature

from edocs.model import HANOI, Agency, AgencyLevel, Secrecy, Submission, VerificationReport, read_facts
from edocs.registry import Registry

__all__ = ["AGENCIES", "fill_province"]

_DEPARTMENTS = ("Sở Nội vụ", "Sở Tài chính", "Sở Tư pháp", "Sở Khoa học và Công nghệ")
_DISTRICTS = ("Bình Khê", "Trà Lâm")
_COMMUNES = ("An Lạc", "Đông Hòa", "Phú Lâm", "Tân Mỹ", "Vĩnh Sơn", "Hưng Thạnh", "Cẩm Đường", "Xuân Quế", "Long Giao")
AGENCIES = (
    Agency(id="H99", name="Ủy ban nhân dân tỉnh Lam Giang", level=AgencyLevel.PROVINCE),
    *(
        Agency(id=f"H99.{place:02d}", name=f"{name} tỉnh Lam Giang", level=AgencyLevel.PROVINCE)
        for place, name in enumerate(_DEPARTMENTS, 11)
    ),
    *(
        Agency(id=f"000.00.{place}.H99", name=f"Ủy ban nhân dân huyện {name}", level=AgencyLevel.DISTRICT)
        for place, name in enumerate(_DISTRICTS, 31)
    ),
    *(
        Agency(id=f"H99.{place}", name=f"Ủy ban nhân dân xã {name}", level=AgencyLevel.COMMUNE)
        for place, name in enumerate(_COMMUNES, 51)
    ),
)


def fill_province(registry: Registry) -> None:
    """1,000 documents or so from January 2025 to June 2026; districts end in June 2025, the last commune has none."""
    submissions = []
    for place, agency in enumerate(AGENCIES[:-1]):
        for month in range(18):
            year, number_in_year = 2025 + month // 12, month % 12 + 1
            if agency.level is AgencyLevel.DISTRICT and month >= 6:
                continue
            for item in range(1 + (place * 7 + month * 3) % 6):
                number = 10 * number_in_year + item
                day = datetime(year, number_in_year, 1 + (number + place) % 28, tzinfo=HANOI)
                is_secret = (number + place) % 29 == 0
                document = make_document(
                    number,
                    agency,
                    issued_on=day,
                    kind=("CV", "QĐ", "BC")[number % 3],
                    symbol="UBND-VP",
                    secrecy=Secrecy.CONFIDENTIAL if is_secret else Secrecy.NONE,
                )
                later, open_person = month >= 12, make_report(document, signature(PERSON, OPEN), signature(AGENCY))
                reports: list[VerificationReport | None] = [
                    issued(document),
                    issued(document),
                    issued(document) if later else make_report(document, signature(AGENCY)),
                    make_report(document, signature(PERSON), signature(AGENCY, FAILED)),
                    issued(document) if place % 3 else open_person,
                    issued(document) if later else None,
                    make_report(document),
                ]
                report = reports[(number + 3 * place) % len(reports)]
                facts = None if report is None else read_facts(report.as_dict())
                submissions.append(Submission(document=document, facts=facts))
    registry.register_many(submissions, who="văn thư", now=NOW)
