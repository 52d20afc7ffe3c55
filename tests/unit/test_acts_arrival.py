"""A document that arrives: number and verdict as data, the ĐẾN stamp on a sheet of its own (Decree 30, annex IV)."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from acts import MM, said, text_of

from edocs.errors import UsageError
from edocs.model import Arrival, LegalEffect, TrustStore, Verdict, VerificationOptions
from edocs.office import arrive_pdf
from edocs.testing import flip_byte, sample_pdf

NOW = datetime(2026, 3, 6, 1, 15, tzinfo=UTC)
ARRIVAL = Arrival(
    agency="Sở Nội vụ tỉnh Lam Giang",
    number=7,
    arrived_at=NOW,
    forwarded_to="Phòng Hành chính - Tổng hợp",
    file_code="12/SNV",
)

Witness = Callable[[str], str]


def sheet_text(witness: Witness, sheet: bytes, folder: Path) -> str:
    return " ".join(text_of(witness, sheet, folder).split())


def test_a_document_arrives_with_number_verdict_and_digest(
    issued: bytes, trust: TrustStore, witness: Witness, tmp_path: Path
) -> None:
    arrived = arrive_pdf(issued, ARRIVAL, trust, VerificationOptions(at=NOW), name="07-UBND-VP.pdf")

    text = sheet_text(witness, arrived.sheet, tmp_path)
    digest = hashlib.sha256(issued).hexdigest()
    assert arrived.report.verdict is Verdict.TOTAL_PASSED
    assert arrived.report.legal_effect is LegalEffect.ORIGINAL
    assert arrived.report.sha256 == digest
    for part in (
        *("SỞ NỘI VỤ TỈNH LAM GIANG", "ĐẾN", "Số: 07", "Ngày: 06/03/2026", "Chuyển: Phòng Hành chính"),
        *("Số và ký hiệu HS: 12/SNV", "07-UBND-VP.pdf", digest[:32], digest[32:], "HỢP LỆ (TOTAL_PASSED)"),
        *("Nguyễn Văn An", "Thời gian ký: 05/03/2026 14:30:00 +07:00", "06/03/2026 08:15:00 +07:00"),
    ):
        assert part in text


def test_the_document_is_never_stamped(issued: bytes, trust: TrustStore) -> None:
    before = hashlib.sha256(issued).hexdigest()

    arrived = arrive_pdf(issued, ARRIVAL, trust, VerificationOptions(at=NOW))

    assert hashlib.sha256(issued).hexdigest() == before
    assert issued[:2000] not in arrived.sheet
    assert len(pypdf.PdfReader(io.BytesIO(arrived.sheet)).pages) == 1


def test_the_stamp_is_50_by_35_millimetres_and_red(issued: bytes, trust: TrustStore) -> None:
    """Annex IV: the stamp for documents that arrive."""
    sheet = arrive_pdf(issued, ARRIVAL, trust, VerificationOptions(at=NOW)).sheet

    operators = pypdf.PdfReader(io.BytesIO(sheet)).pages[0].get_contents()
    assert operators is not None
    found = re.findall(
        r"0\.80 0\.00 0\.00 RG 0\.80 w ([\d.]+) ([\d.]+) m ([\d.]+) ([\d.]+) l S", operators.get_data().decode()
    )
    points = [(float(line[n]) / MM, float(line[n + 1]) / MM) for line in found for n in (0, 2)]
    assert len(found) == 7
    assert max(x for x, _ in points) - min(x for x, _ in points) == pytest.approx(50, abs=0.02)
    assert max(y for _, y in points) - min(y for _, y in points) == pytest.approx(35, abs=0.02)


def test_a_changed_document_arrives_as_what_it_is(
    issued: bytes, trust: TrustStore, witness: Witness, tmp_path: Path
) -> None:
    arrived = arrive_pdf(flip_byte(issued, 3000), ARRIVAL, trust, VerificationOptions(at=NOW))

    assert arrived.report.verdict is Verdict.TOTAL_FAILED
    text = sheet_text(witness, arrived.sheet, tmp_path)
    assert "KHÔNG HỢP LỆ (TOTAL_FAILED)" in text
    assert "chỉ để tham khảo" in text
    assert "nội dung đã ký bị thay đổi sau khi ký" in text


@pytest.mark.parametrize(
    ("document", "verdict", "words"),
    [
        (sample_pdf, Verdict.NOT_SIGNED, "KHÔNG CÓ CHỮ KÝ SỐ"),
        (lambda: b"no PDF", Verdict.UNREADABLE, "KHÔNG ĐỌC ĐƯỢC"),
    ],
)
def test_whatever_arrives_gets_its_number(
    document: Callable[[], bytes],
    verdict: Verdict,
    words: str,
    trust: TrustStore,
    witness: Witness,
    tmp_path: Path,
) -> None:
    arrived = arrive_pdf(document(), ARRIVAL, trust, VerificationOptions(at=NOW))

    assert arrived.report.verdict is verdict
    assert words in sheet_text(witness, arrived.sheet, tmp_path)


def test_the_sheet_is_a_sound_pdf(issued: bytes, trust: TrustStore, witness: Witness, tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(arrive_pdf(issued, ARRIVAL, trust, VerificationOptions(at=NOW)).sheet)

    assert "WARNING" not in said(witness("qpdf"), "--check", path)


def test_long_names_stay_inside_and_in_full_below_the_stamp(
    issued: bytes, trust: TrustStore, witness: Witness, tmp_path: Path
) -> None:
    to = (
        "Phòng Kiểm soát thủ tục hành chính và đồng chí Trần Thị Bình, Phó Chánh Văn phòng, để giải quyết trước ngày 10"
    )
    long = replace(
        ARRIVAL, agency="Ban Quản lý dự án đầu tư xây dựng công trình giao thông tỉnh Lam Giang", forwarded_to=to
    )

    sheet = arrive_pdf(issued, long, trust, VerificationOptions(at=NOW), name="x" * 300 + " 😀.pdf").sheet

    assert to in sheet_text(witness, sheet, tmp_path)
    assert len(pypdf.PdfReader(io.BytesIO(sheet)).pages) == 1


@pytest.mark.parametrize(
    "arrival",
    [
        replace(ARRIVAL, number=0),
        replace(ARRIVAL, agency="  "),
        replace(ARRIVAL, arrived_at=datetime(2026, 3, 6)),  # noqa: DTZ001 - what is refused
    ],
)
def test_what_the_stamp_must_say_is_asked_for(arrival: Arrival) -> None:
    with pytest.raises(UsageError):
        arrive_pdf(sample_pdf(), arrival)
