"""The formal report as PDF in the layout of Decree 30/2020/NĐ-CP, ready to be approved, numbered and sealed.

Báo cáo kết quả ký số văn bản đi. In Vietnamese: the text with the totals, an annex with the table of all units, one
with the comparison, one with definitions and what the figures rest on. Nothing is signed here: ``edocs approve`` finds
the blanks for number and date and the room for the signature. Same report, same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edocs._pdf.sheet import bind
from edocs.model import Facet
from edocs.model.letterhead import Letterhead

from .figures import Report, Row, RowKind
from .pdf_annexes import ROMAN, annexes, count_text, level_name, share_cells
from .pdf_layout import closing, closing_height, heading
from .pdf_pages import Column, Pages, TableRow
from .pdf_words import change_lines, count_lines, cut_off_words, period_words, source_lines, target_sentences
from .wording import date_text

__all__ = ["report_pdf"]


def report_pdf(report: Report, head: Letterhead) -> bytes:
    """The report.

    Args:
        report: With a section by level and agency, and one by level.

    Raises:
        NoFontError: No Times-metric font with Vietnamese letters is installed.

    Source: Decree 30/2020/NĐ-CP, annex I, part I; annex III, II.
    """
    period = period_words(report)
    subject = head.subject or f"Kết quả ký số văn bản đi {period}"
    kept = annexes(report, head)
    body = Pages()
    heading(body, head, "Báo cáo", subject)
    _body(body, report, head, period, len(kept))
    closing(body, head)
    parts = [body, *kept]
    return bind([sheet for part in parts for sheet in part.numbered()], f"Báo cáo {subject}")


def _body(pages: Pages, report: Report, head: Letterhead, period: str, count: int) -> None:
    begin, end = (date_text(day, "vi") if day else "" for day in (report.issued_from, report.issued_to))
    days = f" (từ ngày {begin} đến ngày {end})" if begin and end else ""
    pages.paragraph(
        "Thực hiện Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư và Quyết định "
        "số 28/2018/QĐ-TTg ngày 12 tháng 7 năm 2018 của Thủ tướng Chính phủ về việc gửi, nhận văn bản điện tử giữa các "
        f"cơ quan trong hệ thống hành chính nhà nước, {head.agency} báo cáo kết quả ký số văn bản đi {period}{days}, "
        f"số liệu chốt lúc {cut_off_words(report)}, như sau:"
    )
    parts: list[tuple[str, Callable[[Pages], None]]] = [("KẾT QUẢ CHUNG", lambda pages: _results(pages, report))]
    found = report.comparisons
    if found is not None:
        title = "SO VỚI KỲ TRƯỚC VÀ GIỮA CÁC ĐƠN VỊ" if found.changes else "SO SÁNH GIỮA CÁC ĐƠN VỊ"
        parts.append((title, lambda pages: _paragraphs(pages, list(change_lines(found, report.census)))))
        if found.targets:
            title = f"THỰC HIỆN CHỈ TIÊU NĂM {found.targets[0].target.year}"
            parts.append((title, lambda pages: _paragraphs(pages, list(target_sentences(found)))))
    *sources, last = source_lines(report, is_brief=True)
    parts.append(("CĂN CỨ SỐ LIỆU", lambda pages: _paragraphs(pages, sources)))
    for number, (title, write) in zip(("I", "II", "III", "IV"), parts, strict=False):
        pages.title(f"{number}. {title}")
        write(pages)
    listed = "Phụ lục" if count == 1 else f"các Phụ lục từ I đến {ROMAN[count - 1]}"
    final = (
        f"Số liệu chi tiết theo từng đơn vị, định nghĩa các chỉ số và các trường hợp loại trừ được nêu tại {listed} "
        f"kèm theo. Trên đây là báo cáo kết quả ký số văn bản đi {period} của {head.agency}./."
    )
    room = closing_height(head)
    pages.need(pages.height_of(last) + pages.height_of(final) + room)  # no sentence stands alone above the signature
    pages.paragraph(last)
    pages.paragraph(final, kept=room)


def _paragraphs(pages: Pages, lines: Sequence[str]) -> None:
    for line in lines:
        pages.paragraph(line)


def _results(pages: Pages, report: Report) -> None:
    _paragraphs(pages, list(count_lines(report)))
    section = next((section for section in report.sections if section.by == (Facet.LEVEL,)), None)
    if section is None or not section.groups:
        return
    columns = [Column(name="Cấp", width_mm=26, is_text=True)]
    names = (
        "Tổng số",
        "Loại trừ",
        "Diện ký số",
        *("Cá nhân", "Tỷ lệ (%)", "Cơ quan", "Tỷ lệ (%)", "Đủ hai", "Tỷ lệ (%)"),
    )
    widths = (16, 14, 16, 15, 15, 15, 15, 15, 15)
    columns += [Column(name=name, width_mm=width) for name, width in zip(names, widths, strict=True)]
    pages.space(3.0)
    pages.table(columns, [_level_row(row) for row in section.rows], 11)
    pages.space(2.0)


def _level_row(row: Row) -> TableRow:
    counts = row.counts
    numbers = [count_text(count) for count in (counts.documents, counts.documents - counts.base, counts.base)]
    return TableRow(cells=(level_name(row), *numbers, *share_cells(counts)), is_sum=row.kind is not RowKind.GROUP)
