"""What the formal report says in Vietnamese: its period in words, and its sentences from counts.

Lời văn của báo cáo. Decree 30 is for documents in Vietnamese, so nothing here is translated. Every sentence with a
percentage has the two counts that it was made from.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from edocs.model import HANOI, Exclusion, Indicator, Share
from edocs.model.census import Census
from edocs.model.comparing import Band
from edocs.model.periods import Period

from .checkpoint_words import checkpoint_lines
from .comparing_words import band_text, level_text, points_text, target_text
from .comparisons import ChangeLine, Comparisons, TargetLine
from .figures import Report
from .notes import silent_notes, turnover_notes, withdrawn_notes
from .regrouping_words import regrouping_lines
from .wording import date_text, number_text, percent_text

__all__ = ["change_lines", "count_lines", "cut_off_words", "period_words", "source_lines", "target_sentences"]

_QUARTERS = ("I", "II", "III", "IV")
_SHARES = {
    Indicator.PERSONAL: "có chữ ký số hợp lệ của người có thẩm quyền",
    Indicator.ORGANISATION: "có chữ ký số hợp lệ của cơ quan",
    Indicator.BOTH: "có đủ hai chữ ký số hợp lệ, đúng thứ tự",
}
_NAMES = {
    Indicator.PERSONAL: "ký số của cá nhân",
    Indicator.ORGANISATION: "ký số của cơ quan",
    Indicator.BOTH: "đủ hai chữ ký số",
}
_EXCLUDED = {
    Exclusion.CONFIDENTIAL: "văn bản Mật",
    Exclusion.SECRET: "văn bản Tối mật",
    Exclusion.TOP_SECRET: "văn bản Tuyệt mật",
    Exclusion.PERSONNEL: "hồ sơ tổ chức, cán bộ",
    Exclusion.PAPER_ONLY: "văn bản thuộc danh mục gửi bản giấy",
    Exclusion.OTHER: "văn bản loại trừ khác",
}


def period_words(report: Report) -> str:
    """The period as a title names it: a month, quarter, half-year or year where it is one.

    Tháng, quý, năm: months 1 and 2 have a leading zero (annex I.II.4.b).
    """
    first, last = report.issued_from, report.issued_to
    if first is None or last is None:
        return f"tính đến {cut_off_words(report)}" if last is None else f"tính đến ngày {date_text(last, 'vi')}"
    if not Period(first=first, last=last).is_whole:
        return f"từ ngày {date_text(first, 'vi')} đến ngày {date_text(last, 'vi')}"
    months = 12 * (last.year - first.year) + last.month - first.month + 1
    if months == 1:
        return f"{_month(first)}"
    if months == 12 and first.month == 1:
        return f"năm {first.year}"
    if months == 3 and first.month % 3 == 1:
        return f"quý {_QUARTERS[first.month // 3]} năm {first.year}"
    if first.month == 1 and months in (6, 9):
        return f"{months} tháng đầu năm {first.year}"
    if first.month == 7 and months == 6:
        return f"6 tháng cuối năm {first.year}"
    return f"từ {_month(first)} đến {_month(last)}"


def cut_off_words(report: Report) -> str:
    """When the figures were closed, such as ``09 giờ 00 phút ngày 01/07/2026``."""
    if report.cut_off is None:
        return "khi sổ đăng ký chưa có sự kiện"
    local = report.cut_off.astimezone(HANOI)
    return f"{local:%H} giờ {local:%M} phút ngày {date_text(local.date(), 'vi')}"


def count_lines(report: Report) -> Iterator[str]:
    """Documents and exclusions; each share with its counts; what is not valid; what was recalled since."""
    counts = report.total
    excluded = "; ".join(
        f"{number_text(counts.excluded[reason], 'vi')} {name}"
        for reason, name in _EXCLUDED.items()
        if counts.excluded.get(reason)
    )
    less = (
        f", trừ {number_text(counts.documents - counts.base, 'vi')} văn bản loại trừ ({excluded})" if excluded else ""
    )
    yield (
        f"1. Tổng số văn bản đi đã đăng ký là {number_text(counts.documents, 'vi')} văn bản{less}; "
        f"số văn bản thuộc diện ký số là {number_text(counts.base, 'vi')} văn bản."
    )
    for number, (indicator, words) in enumerate(_SHARES.items(), 2):
        yield f"{number}. Văn bản {words}: {_ratio(counts.share(indicator))}."
    both = counts.both
    yield (
        f"5. Trong số văn bản chưa có đủ hai chữ ký số hợp lệ: {number_text(both.invalid, 'vi')} văn bản có chữ ký số "
        f"không hợp lệ; {number_text(both.indeterminate, 'vi')} văn bản chưa đủ căn cứ; "
        f"{number_text(both.unsigned, 'vi')} văn bản chưa ký số; {number_text(both.not_checked, 'vi')} văn bản chưa "
        "xác thực."
    )
    notes = (*withdrawn_notes(counts, "vi"), *silent_notes(report.census, "vi"))
    for number, note in enumerate(notes, 6):
        yield f"{number}. {note}."


def change_lines(found: Comparisons, census: Census) -> Iterator[str]:
    """How each share of the total changed, the mix effect apart; which bodies ended; then the units by band."""
    earlier = found.wanted.earlier
    number = 0
    if earlier is not None:
        before = f"{date_text(earlier.first, 'vi')} - {date_text(earlier.last, 'vi')}"
        total = {line.indicator: line for line in found.changes if line.level is None}
        for indicator in _SHARES:
            number += 1
            yield f"{number}. {_changed(total[indicator], before)}"
        for note in turnover_notes(census, "vi"):
            number += 1
            yield f"{number}. {note}."
    band = next(line for line in found.bands if line.level is None and line.indicator is found.wanted.indicator)
    named = "; ".join(
        f"{band_text(item, found.wanted.bounds, 'vi').lower()}: {number_text(band.units[item], 'vi')} đơn vị"
        for item in Band
        if item is not Band.NONE or band.units[item]
    )
    yield f"{number + 1}. Số đơn vị theo tỷ lệ văn bản {_NAMES[band.indicator]}: {named}."


def target_sentences(found: Comparisons) -> Iterator[str]:
    """Each target of a level or of all, reached or what is missing."""
    lines = [line for line in found.targets if line.agency is None]
    for number, line in enumerate(lines, 1):
        yield f"{number}. {_aimed(line)}"


_LISTED = 4
"""As many lines about former bodies stand in the body of the report; more are listed in its last annex alone."""


def source_lines(report: Report, *, is_brief: bool = False) -> Iterator[str]:
    """What the figures rest on; in brief, of a checkpoint only that there is one, of bodies that stayed how many."""
    yield (
        f"Số liệu do hệ thống tự động tính từ {number_text(report.extent.events, 'vi')} sự kiện của sổ đăng ký văn "
        f"bản, chốt lúc {cut_off_words(report)} (giờ Việt Nam), theo quy tắc {report.rule}; mỗi văn bản đếm một lần."
    )
    yield f"Mã băm SHA-256 của tập sự kiện: {report.extent.sha256}"
    if report.indicators is not None:
        yield f"Phiên bản định nghĩa chỉ số: {report.indicators.version}"
    lines = [f"{line}." for line in regrouping_lines(report, "vi")]
    if is_brief and len(lines) > _LISTED:
        kept = report.regrouping.kept if report.regrouping else ()
        documents = number_text(sum(one.counts.documents for one in kept), "vi")
        lines[1:] = [f"{len(kept)} cơ quan với {documents} văn bản không quy đổi được, nêu tại Phụ lục cuối."]
    yield from lines
    yield from checkpoint_lines(report, "vi")[: 1 if is_brief else None]


def _ratio(share: Share) -> str:
    if not share.denominator:
        return "không có văn bản thuộc diện ký số"
    counts = f"{number_text(share.numerator, 'vi')}/{number_text(share.denominator, 'vi')} văn bản"
    return f"{counts}, đạt {percent_text(share, 'vi')}"


def _changed(line: ChangeLine, before: str) -> str:
    change = line.change
    name = f"Tỷ lệ văn bản {_NAMES[line.indicator]}"
    if change.points is None or change.within is None or change.mix is None:
        return f"{name}: không so sánh được với kỳ {before} vì một trong hai kỳ không có văn bản."
    way = "lên" if change.points >= 0 else "xuống"
    shares, later = percent_text(change.earlier, "vi"), percent_text(change.later, "vi")
    if shares != later:
        shares = f"từ {shares} {way} {later}"
    moved = f"{_direction(change.points)} so với kỳ {before} ({shares})"
    parts = f"do từng đơn vị {points_text(change.within, 'vi')}, do cơ cấu văn bản giữa các đơn vị "
    return f"{name} {moved}, trong đó {parts}{points_text(change.mix, 'vi')} điểm phần trăm."


def _direction(points: Fraction) -> str:
    text = points_text(points, "vi")
    if text == "0,00":
        return "không đổi"
    return f"{'tăng' if points > 0 else 'giảm'} {text[1:]} điểm phần trăm"


def _aimed(line: TargetLine) -> str:
    target = line.target
    whom = "Các cấp" if target.level is None else level_text(target.level, "vi")
    aim = f"{whom}, {_NAMES[target.indicator]}: chỉ tiêu {target_text(target.percent, 'vi')}"
    source = f" ({target.source})" if target.source else ""
    if line.is_reached is None:
        return f"{aim}{source}: không có văn bản."
    missing = f"chưa đạt, còn thiếu {number_text(line.missing or 0, 'vi')} văn bản"
    return f"{aim}{source}; thực hiện {_ratio(line.share)}; {'đạt chỉ tiêu' if line.is_reached else missing}."


def _month(day: date) -> str:
    number = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"tháng {number} năm {day.year}"
