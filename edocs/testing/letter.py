"""A made-up official letter, laid out as Decree 30/2020/NĐ-CP, annex I, part I prescribes; and a plain PDF of any size.

Công văn: A4, boxes 1 to 9b of the decree's section IV. The places of the number and of the date stay blank, as in a
draft that a leader signs before the clerk numbers it (article 14). Every name in it is invented. It draws no
signature and no seal, and it checks no wording.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from edocs._pdf.fonts import FontStyle
from edocs.errors import UsageError
from edocs.model import HANOI, Box, DocumentCode
from edocs.testing.typeset import MM, DocumentInfo, Font, Line, Typesetter, width_mm, wrap

__all__ = ["Letter", "LetterPlaces", "letter_places", "sample_letter", "sample_pdf"]

# Annex I.I.3: top and bottom 20-25 mm, left 30-35 mm, right 15-20 mm.
_TOP, _BOTTOM, _LEFT, _RIGHT = 20.0, 277.0, 30.0, 195.0
_WIDTH = _RIGHT - _LEFT
_MIDDLE = (_LEFT + _RIGHT) / 2
_AGENCY_WIDTH = 72.0
_AGENCY_MIDDLE = _LEFT + _AGENCY_WIDTH / 2
_NATION_MIDDLE = _RIGHT - 44.5
_SIGNER_MIDDLE = _RIGHT - 38.0

_LEADING = 18.5 / MM  # between single and 1.5 lines (annex I.II.6e)
_PARAGRAPH_GAP = 6 / MM
_INDENT = 12.7
_ASCENT = 4.4

_NUMBER_BLANK, _DATE_BLANK = 16.0, 57.0
_SIGNATURE = (50.0, 24.0)
_SEAL = 36.0

_BODY_FONT, _GROUNDS_FONT = Font(FontStyle.REGULAR, 14), Font(FontStyle.ITALIC, 14)
_SMALL, _SMALL_BOLD = Font(FontStyle.REGULAR, 12), Font(FontStyle.BOLD, 12)
_CODE, _DATE, _BOLD = Font(FontStyle.REGULAR, 13), Font(FontStyle.ITALIC, 13), Font(FontStyle.BOLD, 14)

_BODY = (
    "Thực hiện Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư và Quyết định "
    "số 28/2018/QĐ-TTg ngày 12 tháng 7 năm 2018 của Thủ tướng Chính phủ về việc gửi, nhận văn bản điện tử giữa các "
    "cơ quan trong hệ thống hành chính nhà nước; qua theo dõi, tỷ lệ văn bản đi được ký số đầy đủ của một số cơ "
    "quan, địa phương trên địa bàn tỉnh còn thấp, có nơi văn bản chỉ có chữ ký số của cơ quan mà chưa có chữ ký số "
    "của người có thẩm quyền.",
    "Để khắc phục tình trạng nêu trên, Ủy ban nhân dân tỉnh yêu cầu Thủ trưởng các sở, ban, ngành và Chủ tịch Ủy "
    "ban nhân dân các xã, phường trên địa bàn tỉnh tổ chức thực hiện nghiêm các nội dung sau:",
    "1. Văn bản điện tử do cơ quan ban hành phải có chữ ký số của người có thẩm quyền và chữ ký số của cơ quan "
    "theo đúng thứ tự: người có thẩm quyền ký số trước; Văn thư cơ quan cấp số, ghi thời gian ban hành, sau đó ký "
    "số của cơ quan. Không sử dụng bản chụp từ văn bản giấy để thay cho văn bản điện tử đã ký số.",
    "2. Hình ảnh chữ ký số của người có thẩm quyền là hình ảnh chữ ký màu xanh, nền trong suốt, đặt canh giữa chức "
    "vụ và họ tên người ký; hình ảnh chữ ký số của cơ quan là hình ảnh dấu màu đỏ, kích thước bằng kích thước thực "
    "tế của dấu, trùm lên khoảng 1/3 hình ảnh chữ ký về bên trái.",
    "3. Phụ lục không cùng tệp tin với nội dung văn bản phải được ký số của cơ quan trên từng tệp tin. Cơ quan "
    "nhận văn bản có trách nhiệm kiểm tra hiệu lực của từng chữ ký số trước khi đăng ký văn bản đến; trường hợp "
    "chữ ký số không hợp lệ thì trả lại cơ quan gửi và nêu rõ lý do.",
    "4. Trước ngày 05 hằng tháng, các cơ quan, địa phương báo cáo số lượng văn bản đi, số văn bản có chữ ký số của "
    "người có thẩm quyền, số văn bản có chữ ký số của cơ quan và số văn bản có đủ hai chữ ký, kèm danh sách văn "
    "bản để đối chiếu. Văn bản thuộc danh mục bí mật nhà nước không thuộc phạm vi báo cáo này.",
    "5. Sở Khoa học và Công nghệ hướng dẫn kỹ thuật, bảo đảm đường truyền và cấp phát chứng thư số kịp thời; Văn "
    "phòng Ủy ban nhân dân tỉnh theo dõi, đôn đốc, tổng hợp kết quả, công bố trên Cổng thông tin điện tử của tỉnh "
    "và báo cáo Ủy ban nhân dân tỉnh tại phiên họp thường kỳ.",
    "6. Các cơ quan, địa phương rà soát, cập nhật danh sách người có thẩm quyền ký số và thời hạn của chứng thư "
    "số; đề nghị gia hạn trước khi chứng thư số hết hạn ít nhất 30 ngày, không để gián đoạn việc ban hành văn bản "
    "điện tử.",
    "Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, đề nghị các cơ quan, địa phương phản ánh về Văn phòng "
    "Ủy ban nhân dân tỉnh để được hướng dẫn. Yêu cầu Thủ trưởng các cơ quan, địa phương nghiêm túc thực hiện./.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What an official letter says (công văn; with a ``kind``, any other type of Decree 30, article 7).

    >>> Letter(agency="Sở Nội vụ", parent="UBND tỉnh Lam Giang", symbol="SNV-VP").symbol
    'SNV-VP'
    """

    agency: str = "Ủy ban nhân dân tỉnh Lam Giang"
    """Box 2; set in capitals."""
    parent: str = ""
    """Box 2, the body that the agency belongs to (cơ quan chủ quản trực tiếp), if any."""
    place: str = "Lam Giang"
    """Box 4, before the comma (địa danh)."""
    symbol: str = "UBND-VP"
    """Box 3, after the slash (ký hiệu)."""
    kind: str = ""
    """Box 5a, such as ``Báo cáo`` (tên loại); empty for a công văn."""
    subject: str = "tăng cường ký số văn bản điện tử"
    """Box 5a, or 5b after ``V/v`` (trích yếu)."""
    recipients: tuple[str, ...] = (
        "Các sở, ban, ngành thuộc Ủy ban nhân dân tỉnh",
        "Ủy ban nhân dân các xã, phường trên địa bàn tỉnh",
    )
    """Box 9a (Kính gửi); none: the box is left out."""
    body: tuple[str, ...] = _BODY
    """Box 6, a string a paragraph; one in capitals alone is a heading."""
    authority: str = "TM. ỦY BAN NHÂN DÂN"
    """Box 7a (quyền hạn của người ký), a line a line, such as ``TM. ỦY BAN NHÂN DÂN`` and ``KT. CHỦ TỊCH``."""
    position: str = "CHỦ TỊCH"
    """Box 7a, last line (chức vụ)."""
    signer: str = "Nguyễn Văn An"
    """Box 7b (họ tên)."""
    copies: tuple[str, ...] = ("Như trên", "Thường trực Tỉnh ủy (b/c)", "Chủ tịch, các Phó Chủ tịch", "Cổng TTĐT tỉnh")
    """Box 9b (Nơi nhận), without the last line."""
    filed: str = "VT, KSTT"
    """Box 9b, after ``Lưu:``."""
    secrecy: str = ""
    """Box 10a, such as ``Mật``."""
    urgency: str = ""
    """Box 10b: ``Khẩn``, ``Thượng khẩn`` or ``Hỏa tốc``."""
    code: DocumentCode | None = None
    """Printed number and date; None leaves their places blank."""
    created_at: datetime = datetime(2026, 11, 20, 8, 30, tzinfo=HANOI)
    """Aware; the creation date of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPlaces:
    """Where a letter leaves room, for whoever fills and signs it."""

    number: Box
    """Between ``Số:`` and the slash."""
    date: Box
    """Right of the place, for ``ngày 22 tháng 11 năm 2026`` in 13 to 14 pt."""
    signature: Box
    """Box 7c: between position and name (annex I.II.7d)."""
    seal: Box
    """Box 8: over the left third of the signature (annex I.II.8a)."""


def sample_letter(letter: Letter = Letter()) -> bytes:
    """Set a letter as Decree 30, annex I wants it; the default one has two pages.

    Công văn. The same letter gives the same bytes on one machine; other fonts give other bytes.

    Raises:
        NoFontError: No Times-metric font with Vietnamese letters is installed.
        UsageError: A letter outside ASCII and Vietnamese, or a creation date without a time zone.

    Source: Decree 30/2020/NĐ-CP, annex I, part I, sections I, II and IV.
    """
    return _lay_out(letter)[0]


def letter_places(letter: Letter = Letter()) -> LetterPlaces:
    """Where :func:`sample_letter` leaves room for number, date, signature and seal, in mm.

    Raises:
        NoFontError, UsageError: As :func:`sample_letter`.

    Source: Decree 30/2020/NĐ-CP, annex I, part I, sections II.3, II.4, II.7d and II.8a.
    """
    return _lay_out(letter)[1]


def sample_pdf(size_bytes: int | None = None) -> bytes:
    """A one-page PDF 1.7 of exactly ``size_bytes``, or as small as it comes.

    Tệp PDF mẫu. The filling is a stream that does not compress, kept as private data of the file.

    Raises:
        NoFontError: As :func:`sample_letter`.
        UsageError: ``size_bytes`` is less than the page itself needs.

    Source: ISO 32000-1, 14.5.
    """
    sheet = Typesetter()
    sheet.new_page()
    sheet.text(_LEFT, 30, "Văn bản điện tử dùng để thử", _BODY_FONT)
    info = DocumentInfo(title="Văn bản thử", author="edocs", created_at=datetime(2026, 11, 20, tzinfo=UTC))
    result = sheet.finish(info)
    if size_bytes is None:
        return result
    filling = 0
    for _ in range(4):  # the lengths written in the file move by a digit or two, so approach the size
        filling += size_bytes - len(result)
        if filling <= 0:
            break
        result = sheet.finish(info, hashlib.shake_256(b"edocs").digest(filling))
        if len(result) == size_bytes:
            return result
    raise UsageError(
        "no sample of {size} bytes can be made",
        hint="ask for {least} or more",
        size=size_bytes,
        least=len(result) + 200,
    )


def _lay_out(letter: Letter) -> tuple[bytes, LetterPlaces]:
    if letter.created_at.tzinfo is None:
        raise UsageError("creation date without a time zone: {when}", when=letter.created_at)
    sheet = Typesetter()
    sheet.new_page()
    number, date, y = _heading(sheet, letter)
    y = _recipients(sheet, letter, y)
    y = _body(sheet, letter, y)
    signature, seal = _closing(sheet, letter, y)
    title = f"{letter.kind} {letter.subject}" if letter.kind else f"V/v {letter.subject}"
    info = DocumentInfo(title=title, author=letter.agency, created_at=letter.created_at)
    return sheet.finish(info), LetterPlaces(number=number, date=date, signature=signature, seal=seal)


def _heading(sheet: Typesetter, letter: Letter) -> tuple[Box, Box, float]:
    """Boxes 1 to 5; the two blanks and the base line of what comes last."""
    sheet.centred(_NATION_MIDDLE, 24.5, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", _SMALL_BOLD)
    motto = sheet.centred(_NATION_MIDDLE, 30.0, "Độc lập - Tự do - Hạnh phúc", Font(FontStyle.BOLD, 13))
    sheet.rule(_NATION_MIDDLE - motto / 2, 31.6, motto)
    y = _agency(sheet, letter)
    y = max(y, 31.6) + 8.0
    number = _number(sheet, letter, y)
    date = _date(sheet, letter, y)
    y = _marks(sheet, letter, y if letter.kind else _subject(sheet, letter, y))
    return number, date, _title(sheet, letter, y) if letter.kind else y


def _agency(sheet: Typesetter, letter: Letter) -> float:
    y = 24.5
    if letter.parent:
        for line in wrap(letter.parent.upper(), _SMALL, _AGENCY_WIDTH):
            sheet.centred(_AGENCY_MIDDLE, y, line.text, _SMALL)
            y += 5.4
    length = 0.0
    for text in _balanced(letter.agency.upper(), _SMALL_BOLD, _AGENCY_WIDTH):
        length = sheet.centred(_AGENCY_MIDDLE, y, text, _SMALL_BOLD)
        y += 5.4
    return _underline(sheet, _AGENCY_MIDDLE, y - 3.5, length)


def _underline(sheet: Typesetter, middle: float, y: float, length: float) -> float:
    sheet.rule(middle - length * 0.2, y, length * 0.4)  # one third to one half of the line above, annex I.II.2b and 5a
    return y


def _balanced(text: str, font: Font, width: float) -> list[str]:
    """Bold lines of about one length: a name is not broken before its last word."""
    lines = wrap(text, font, width)
    if len(lines) > 1:
        even = width_mm(text, font) / len(lines)
        tried = (wrap(text, font, even + step) for step in range(0, int(width - even) + 1, 4))
        lines = next((found for found in tried if len(found) == len(lines)), lines)
    return [line.text for line in lines]


def _number(sheet: Typesetter, letter: Letter, y: float) -> Box:
    before, after = width_mm("Số:", _CODE), width_mm(f"/{letter.symbol}", _CODE)
    left = _AGENCY_MIDDLE - (before + _NUMBER_BLANK + after) / 2
    if letter.code:
        sheet.centred(_AGENCY_MIDDLE, y, f"Số: {letter.code.number_text}/{letter.symbol}", _CODE)
    else:
        sheet.text(left, y, "Số:", _CODE)
        sheet.text(left + before + _NUMBER_BLANK, y, f"/{letter.symbol}", _CODE)
    return _blank(left + before, y, _NUMBER_BLANK)


def _date(sheet: Typesetter, letter: Letter, y: float) -> Box:
    before = f"{letter.place}, "
    width = width_mm(before, _DATE)
    left = min(_NATION_MIDDLE - (width + _DATE_BLANK) / 2, _RIGHT - width - _DATE_BLANK)
    sheet.text(left, y, before.rstrip(), _DATE)
    box = _blank(left + width, y, _DATE_BLANK)
    if letter.code:
        sheet.text(left + width, y, letter.code.date_text, _DATE)
    return box


def _blank(left: float, y: float, width: float) -> Box:
    return Box(page=1, left_mm=round(left, 2), top_mm=round(y - 4.9, 2), width_mm=width, height_mm=6.6)


def _subject(sheet: Typesetter, letter: Letter, y: float) -> float:
    y += 6 / MM + 4.9  # 6 pt below the number, annex I.II.5b
    for line in wrap(f"V/v {letter.subject}", _SMALL, _AGENCY_WIDTH - 6):
        sheet.centred(_AGENCY_MIDDLE, y, line.text, _SMALL)
        y += 5.0
    return y - 5.0


def _title(sheet: Typesetter, letter: Letter, y: float) -> float:
    y += 14.0
    sheet.centred(_MIDDLE, y, letter.kind.upper(), _BOLD)
    length = 0.0
    for text in _balanced(letter.subject, _BOLD, _WIDTH - 30):
        y += 6.2
        length = sheet.centred(_MIDDLE, y, text, _BOLD)
    return _underline(sheet, _MIDDLE, y + 2.2, length)


def _marks(sheet: Typesetter, letter: Letter, y: float) -> float:
    """Boxes 10a and 10b, at the left under what stands in boxes 3 and 5b."""
    widths = {"HỎA TỐC": 30.0, "THƯỢNG KHẨN": 40.0, "KHẨN": 20.0}  # annex I.III.2b
    marks = [mark.upper() for mark in (letter.secrecy, letter.urgency) if mark]
    left = _LEFT
    for mark in marks:
        width = widths.get(mark, 20.0)
        sheet.red_frame(left, y + 3, width, mark)
        left += width + 4
    return y + 6 if marks else y


def _recipients(sheet: Typesetter, letter: Letter, y: float) -> float:
    """Box 9a: one name stands beside the words, several stand in a list under the colon (annex I.II.9d)."""
    if not letter.recipients:
        return y + 4
    y += 12
    if len(letter.recipients) == 1:
        sheet.centred(_MIDDLE, y, f"Kính gửi: {letter.recipients[0]}.", _BODY_FONT)
        return y + 3
    names = [f"- {name}" for name in letter.recipients]
    ends = [";"] * (len(names) - 1) + ["."]
    label = width_mm("Kính gửi:", _BODY_FONT)
    longest = max(width_mm(name, _BODY_FONT) for name in names)
    left = max(_LEFT, _MIDDLE - (label + longest) / 2)
    sheet.text(left, y, "Kính gửi:", _BODY_FONT)
    for name, end in zip(names, ends, strict=True):
        y += 6.4
        sheet.text(left + label - 1.2, y, name + end, _BODY_FONT)
    return y + 3


def _body(sheet: Typesetter, letter: Letter, y: float) -> float:
    """Box 6. The last two lines go to a new page where the closing does not fit below them."""
    lines = [pair for paragraph in letter.body for pair in _paragraph(letter, paragraph)]
    for index, (font, line) in enumerate(lines):
        y += _LEADING + (_PARAGRAPH_GAP if line.indent_mm or font == _BOLD else 0.0)
        rest = _LEADING + _closing_height(letter) if index == max(len(lines) - 2, 0) else 0.0
        if y + (rest or _kept_below(lines, index)) > _BOTTOM:
            y = _next_page(sheet)
        if font == _BOLD:
            sheet.centred(_MIDDLE, y, line.text, font)
        else:
            sheet.justified(_LEFT, y, line, _WIDTH, font)
    return y


def _kept_below(lines: list[tuple[Font, Line]], index: int) -> float:
    """A line more, where breaking after this one would leave the first or the last line of a paragraph alone."""
    line = lines[index][1]
    following = lines[index + 1][1] if index + 1 < len(lines) else line
    is_first = line.indent_mm > 0 and not line.is_last
    is_second_last = following.is_last and following.indent_mm == 0 and not line.is_last
    return _LEADING if is_first or is_second_last else 0.0


def _paragraph(letter: Letter, text: str) -> list[tuple[Font, Line]]:
    if text.isupper():
        return [(_BOLD, line) for line in wrap(text, _BOLD, _WIDTH)]
    # Annex I.II.6a: the grounds of a document are set in italics.
    font = _GROUNDS_FONT if letter.kind and text.startswith(("Căn cứ ", "Theo đề nghị ")) else _BODY_FONT
    return [(font, line) for line in wrap(text, font, _WIDTH, _INDENT)]


def _next_page(sheet: Typesetter) -> float:
    sheet.new_page()
    sheet.centred(_MIDDLE, 14.0, str(sheet.page), _BODY_FONT)  # in the top margin, from page 2 (annex I.I.7)
    return _TOP + _ASCENT


def _closing_height(letter: Letter) -> float:
    signer = 10.0 + 6.2 * len(letter.authority.splitlines()) + 32.0
    return max(signer, 10.0 + 5.0 + 4.7 * (len(letter.copies) + 1)) + 1.5


def _closing(sheet: Typesetter, letter: Letter, y: float) -> tuple[Box, Box]:
    """Boxes 7a, 7b and 9b; the places of 7c and 8."""
    y += 10.0
    _copies(sheet, letter, y)
    for text in (*letter.authority.splitlines(), letter.position):
        sheet.centred(_SIGNER_MIDDLE, y, text, _BOLD)
        y += 6.2
    y -= 6.2
    width, height = _SIGNATURE
    left, top = round(_SIGNER_MIDDLE - width / 2, 2), round(y + 1.8, 2)
    sheet.centred(_SIGNER_MIDDLE, y + 32.0, letter.signer, _BOLD)
    page = sheet.page
    seal_left, seal_top = round(left + width / 3 - _SEAL, 2), round(top + (height - _SEAL) / 2, 2)
    return (
        Box(page=page, left_mm=left, top_mm=top, width_mm=width, height_mm=height),
        Box(page=page, left_mm=seal_left, top_mm=seal_top, width_mm=_SEAL, height_mm=_SEAL),
    )


def _copies(sheet: Typesetter, letter: Letter, y: float) -> None:
    sheet.text(_LEFT, y, "Nơi nhận:", Font(FontStyle.BOLD_ITALIC, 12))
    y += 5.0
    for copy in letter.copies:
        sheet.text(_LEFT, y, f"- {copy};", Font(FontStyle.REGULAR, 11))
        y += 4.7
    sheet.text(_LEFT, y, f"- Lưu: {letter.filed}.", Font(FontStyle.REGULAR, 11))
