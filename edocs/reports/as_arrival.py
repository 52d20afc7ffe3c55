"""The sheet that goes with a document that arrived: the ĐẾN stamp, and what verifying it found.

Dấu Đến và kết quả kiểm tra văn bản điện tử đến (Decree 30/2020/NĐ-CP, articles 21 and 22, annex IV). A page of its own,
in Vietnamese: the document keeps every byte. It states what was found and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from edocs._pdf.fonts import FontStyle
from edocs._pdf.sheet import Ink, Sheet, broken, width_mm
from edocs.model import Arrival, LegalEffect, Reason, Role, SignatureReport, Verdict, VerificationReport
from edocs.model.times import clock_text, day_text

__all__ = ["arrival_sheet"]

_LANGUAGE = "vi"
_RED = (0.8, 0.0, 0.0)
_LINE = Ink(colour=_RED)
_STAMP = (30.0, 20.0, 50.0, 35.0)
"""Left, top, width and height of the stamp (annex IV: 35 by 50 mm)."""
_HEAD_MM, _WORD_MM, _DATE_MM = 9.5, 16.0, 23.0
_LEFT, _RIGHT, _BOTTOM = 30.0, 195.0, 277.0
_TEXT = Ink(size_pt=13)
_BOLD = Ink(style=FontStyle.BOLD, size_pt=13)
_SMALL = Ink(size_pt=11)
_LEADING_MM = 0.46
"""For every point of type size."""

_VERDICTS = {
    Verdict.TOTAL_PASSED: "HỢP LỆ",
    Verdict.TOTAL_FAILED: "KHÔNG HỢP LỆ",
    Verdict.INDETERMINATE: "CHƯA XÁC ĐỊNH",
    Verdict.NOT_SIGNED: "KHÔNG CÓ CHỮ KÝ SỐ",
    Verdict.UNREADABLE: "KHÔNG ĐỌC ĐƯỢC",
}
_ROLES = {
    Role.PERSONAL: "Chữ ký số của cá nhân",
    Role.ORGANISATION: "Chữ ký số của cơ quan, tổ chức",
    Role.UNKNOWN: "Chữ ký số chưa rõ vai trò",
}
_EFFECTS = {
    LegalEffect.ORIGINAL: "như bản gốc: có chữ ký số của người có thẩm quyền và của cơ quan",
    LegalEffect.REFERENCE_ONLY: "chỉ để tham khảo",
}


def arrival_sheet(arrival: Arrival, report: VerificationReport, name: str, verified_at: datetime) -> bytes:
    """One A4 page, PDF.

    Phiếu văn bản đến.

    Args:
        name: Of the file, as it came.
        verified_at: Aware.

    Raises:
        NoFontError: No Times-metric font with Vietnamese letters is installed.

    Source: Decree 30, annex IV.
    """
    sheet = Sheet()
    _stamp(sheet, arrival)
    y = _STAMP[1] + _STAMP[3] + 16
    sheet.centred((_LEFT + _RIGHT) / 2, y, "KẾT QUẢ KIỂM TRA VĂN BẢN ĐIỆN TỬ ĐẾN", _BOLD)
    y += 5
    lines = [*_forwarded(arrival), *_lines(report, name, verified_at)]
    for index, (text, ink) in enumerate(lines):
        y += ink.size_pt * _LEADING_MM
        if y + _TEXT.size_pt * _LEADING_MM > _BOTTOM and index < len(lines) - 1:
            sheet.text(_LEFT, y, f"… và {len(lines) - index} dòng nữa: xem báo cáo xác thực", _SMALL)
            break
        sheet.text(_LEFT, y, text, ink)
    return sheet.finish(f"Văn bản đến số {arrival.number}")


def _stamp(sheet: Sheet, arrival: Arrival) -> None:
    left, top, width, height = _STAMP
    right, bottom = left + width, top + height
    head, low = top + _HEAD_MM, top + _DATE_MM
    for start, end in (
        ((left, top), (right, top)),
        ((left, head), (right, head)),
        ((left, low), (right, low)),
        ((left, bottom), (right, bottom)),
        ((left, top), (left, bottom)),
        ((right, top), (right, bottom)),
        ((left + _WORD_MM, head), (left + _WORD_MM, low)),
    ):
        sheet.rule(start, end, _LINE)
    _agency(sheet, arrival.agency, left + width / 2, top)
    sheet.centred(left + _WORD_MM / 2, head + 8.3, "ĐẾN", _red(FontStyle.BOLD, 14))
    x = left + _WORD_MM + 2
    _fitted(sheet, x, head + 5.5, f"Số: {arrival.number:02d}", right - x - 1)
    _fitted(sheet, x, head + 11.2, f"Ngày: {day_text(arrival.arrived_at)}", right - x - 1)
    _fitted(sheet, left + 2, low + 5.0, f"Chuyển: {arrival.forwarded_to or '…' * 12}", width - 3)
    _fitted(sheet, left + 2, low + 10.2, f"Số và ký hiệu HS: {arrival.file_code or '…' * 7}", width - 3)


def _agency(sheet: Sheet, agency: str, middle: float, top: float) -> None:
    """The name in capitals, on one line or two, as large as the stamp allows."""
    name, room = agency.upper(), _STAMP[2] - 3
    ink = _red(FontStyle.BOLD, 10)
    if width_mm(name, ink) <= room:
        sheet.centred(middle, top + 6.2, name, ink)
        return
    parts = broken(name, ink, max(room, width_mm(name, ink) / 2 + 4))[:2]
    for index, part in enumerate(parts):
        size = min(9.0, 9.0 * room / width_mm(part, _red(FontStyle.BOLD, 9)))
        sheet.centred(middle, top + 4.2 + 3.8 * index, part, _red(FontStyle.BOLD, size))


def _fitted(sheet: Sheet, x: float, y: float, text: str, room: float) -> None:
    """Text of 11 pt, smaller where it must be, cut off below 7."""
    size = max(7.0, min(11.0, 11.0 * room / width_mm(text, _red(FontStyle.REGULAR, 11))))
    ink = _red(FontStyle.REGULAR, size)
    while width_mm(text, ink) > room + 0.1:
        text = text.removesuffix("…")[:-1] + "…"
    sheet.text(x, y, text, ink)


def _forwarded(arrival: Arrival) -> Iterator[tuple[str, Ink]]:
    """In full: the stamp has room for little."""
    if arrival.forwarded_to:
        yield from _wrapped(f"Chuyển: {arrival.forwarded_to}", _TEXT)


def _lines(report: VerificationReport, name: str, verified_at: datetime) -> Iterator[tuple[str, Ink]]:
    yield from _wrapped(f"Tệp văn bản: {name}", _TEXT)
    yield "Giá trị băm SHA-256 của tệp:", _TEXT
    yield from ((report.sha256[start : start + 32], _TEXT) for start in (0, 32))
    yield f"Thời điểm kiểm tra: {clock_text(verified_at)}", _TEXT
    yield f"Kết quả xác thực: {_VERDICTS[report.verdict]} ({report.verdict.value})", _BOLD
    if report.signatures:
        yield from _wrapped(f"Giá trị pháp lý: {_EFFECTS[report.legal_effect]}", _TEXT)
    yield from _reasons(report.reasons)
    for number, signature in enumerate(report.signatures, 1):
        yield from _signature(number, signature)
    yield "", _TEXT
    note = "Dấu Đến được ghi trên phiếu này, không đóng vào tệp văn bản, để giữ nguyên nội dung đã ký số."
    yield from _wrapped(note, Ink(style=FontStyle.ITALIC, size_pt=11))


def _signature(number: int, signature: SignatureReport) -> Iterator[tuple[str, Ink]]:
    yield f"{number}. {_ROLES[signature.role]}: {_VERDICTS[signature.verdict].lower()}", _TEXT
    if signature.signer is not None:
        parts = (signature.signer.common_name, signature.signer.title, signature.signer.organisation)
        yield from _wrapped("    " + ", ".join(dict.fromkeys(part for part in parts if part)), _SMALL)
    if signature.signed_at is not None:
        yield f"    Thời gian ký: {clock_text(signature.signed_at)}", _SMALL
    yield from _reasons(signature.reasons)


def _reasons(reasons: Sequence[Reason]) -> Iterator[tuple[str, Ink]]:
    for found in reasons:
        yield from _wrapped(f"    - {found.text(_LANGUAGE)}", _SMALL)


def _wrapped(text: str, ink: Ink) -> Iterator[tuple[str, Ink]]:
    return ((line, ink) for line in broken(text, ink, _RIGHT - _LEFT))


def _red(style: FontStyle, size_pt: float) -> Ink:
    return Ink(style=style, size_pt=size_pt, colour=_RED)
