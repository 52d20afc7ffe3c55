"""The sample letter against Decree 30/2020/NĐ-CP, annex I, read back by readers that did not write it."""

from __future__ import annotations

import io
import subprocess
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from PIL import Image

from edocs._pdf.fonts import FontStyle
from edocs.errors import NoFontError, UsageError
from edocs.model import HANOI, Box, DocumentCode
from edocs.testing import (
    Letter,
    letter_places,
    sample_letter,
    sample_pdf,
    sample_seal_png,
    sample_signature_png,
)
from edocs.testing.typeset import Font, width_mm, wrap

MM = 72 / 25.4
SHORT = Letter(body=("Đề nghị các cơ quan, đơn vị thực hiện./.",))


def text_of(document: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(document))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def lines_of(document: bytes, page: int = 0) -> dict[str, tuple[float, float, float, float]]:
    """Text of each run to its box in mm from the upper left: left, top, right, bottom."""
    with pypdfium2.PdfDocument(document) as opened:
        sheet = opened[page]
        height, layer = sheet.get_height(), sheet.get_textpage()
        found = {}
        for index in range(layer.count_rects()):
            left, bottom, right, top = layer.get_rect(index)
            text = layer.get_text_bounded(left, bottom, right, top).strip()
            found[text] = (left / MM, (height - top) / MM, right / MM, (height - bottom) / MM)
        return found


def test_default_letter_is_a_pdf_1_7_of_two_a4_pages() -> None:
    document = sample_letter()

    reader = pypdf.PdfReader(io.BytesIO(document))
    assert document.startswith(b"%PDF-1.7\n")
    assert len(reader.pages) == 2
    assert [round(float(side) / MM) for side in reader.pages[1].mediabox[2:]] == [210, 297]


def test_vietnamese_comes_back_whole() -> None:
    letter = Letter()

    text = text_of(sample_letter(letter))

    assert unicodedata.is_normalized("NFC", text)
    for paragraph in letter.body[:4]:
        assert paragraph in text
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
    ):
        assert part in text


def test_every_letter_of_vietnamese_can_be_set() -> None:
    from edocs._pdf.fonts import VIETNAMESE

    document = sample_letter(replace(SHORT, body=(VIETNAMESE[:60], VIETNAMESE[60:])))

    assert VIETNAMESE in text_of(document).replace(" ", "")


def test_decomposed_letters_are_composed() -> None:
    document = sample_letter(replace(SHORT, signer=unicodedata.normalize("NFD", "Đỗ Thị Hạnh Nguyễn")))

    assert "Đỗ Thị Hạnh Nguyễn" in text_of(document)


def test_every_font_is_embedded_and_a_subset() -> None:
    reader = pypdf.PdfReader(io.BytesIO(sample_letter()))

    fonts = {name: font.get_object() for page in reader.pages for name, font in page["/Resources"]["/Font"].items()}
    assert len(fonts) == len(FontStyle)
    for font in fonts.values():
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert descriptor["/FontFile2"].get_data()[:4] == b"\x00\x01\x00\x00"
        assert descriptor["/FontName"][7] == "+"


def test_same_letter_gives_the_same_bytes() -> None:
    assert sample_letter() == sample_letter(Letter())
    assert sample_letter(replace(SHORT, signer="Lê Minh")) != sample_letter(SHORT)


def test_creation_date_is_the_letters() -> None:
    moment = datetime(2025, 3, 4, 15, 30, 5, tzinfo=HANOI)

    metadata = pypdf.PdfReader(io.BytesIO(sample_letter(replace(SHORT, created_at=moment)))).metadata

    assert metadata is not None
    assert metadata.creation_date == moment
    assert metadata.title == "V/v tăng cường ký số văn bản điện tử"


def test_number_place_is_blank_and_wide_enough() -> None:
    lines, place = lines_of(sample_letter()), letter_places().number

    left, right = lines["Số:"][2], lines["/UBND-VP"][0]
    assert right - left >= 14
    assert left - 0.5 <= place.left_mm
    assert place.left_mm + place.width_mm <= right + 0.5
    assert nothing_in(lines, place)


def test_date_place_is_blank_on_the_line_of_the_number_and_centred_under_the_nation() -> None:
    """Annex I.II.4c: place and date stand on the line of the number, centred under Quốc hiệu and Tiêu ngữ."""
    lines, place = lines_of(sample_letter()), letter_places().date

    blank_from = lines["Lam Giang,"][2]
    nation = lines["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]
    middle = (lines["Lam Giang,"][0] + place.left_mm + place.width_mm) / 2
    assert place.left_mm >= blank_from
    assert place.width_mm >= 55
    assert place.width_mm > width_mm("ngày 22 tháng 11 năm 2026", Font(FontStyle.ITALIC, 14))
    assert place.top_mm == letter_places().number.top_mm
    assert middle == pytest.approx((nation[0] + nation[2]) / 2, abs=1)
    assert nothing_in(lines, place)


def nothing_in(lines: dict[str, tuple[float, float, float, float]], box: Box) -> bool:
    right, bottom = box.left_mm + box.width_mm, box.top_mm + box.height_mm
    return not any(
        left < right - 0.3 and end > box.left_mm + 0.3 and top < bottom and foot > box.top_mm
        for left, top, end, foot in lines.values()
    )


@pytest.mark.parametrize("page", [0, 1])
def test_nothing_but_the_page_number_stands_in_the_margins(page: int) -> None:
    """Annex I.I.3: 20-25 mm above and below, 30-35 mm left, 15-20 mm right; I.7: page number from page 2."""
    lines = lines_of(sample_letter(), page)

    number = lines.pop(str(page + 1), None)
    assert (number is None) == (page == 0)
    if number:
        assert number[3] < 20
        assert (number[0] + number[2]) / 2 == pytest.approx((30 + 195) / 2, abs=0.5)
    assert min(left for left, *_ in lines.values()) >= 29.9
    assert max(right for _, _, right, _ in lines.values()) <= 195.1
    assert min(top for _, top, _, _ in lines.values()) >= 19.9
    assert max(bottom for *_, bottom in lines.values()) <= 277.1 + 2  # descenders of the last line


def test_signature_lies_between_position_and_name_and_the_seal_over_its_left_third() -> None:
    """Annex I.II.7d and II.8a."""
    places = letter_places()
    lines = lines_of(sample_letter(), places.signature.page - 1)

    signature, seal = places.signature, places.seal
    middle = signature.left_mm + signature.width_mm / 2
    assert lines["CHỦ TỊCH"][3] <= signature.top_mm
    assert signature.top_mm + signature.height_mm <= lines["Nguyễn Văn An"][1]
    assert middle == pytest.approx((lines["CHỦ TỊCH"][0] + lines["CHỦ TỊCH"][2]) / 2, abs=0.5)
    assert (seal.width_mm, seal.height_mm) == (36, 36)
    assert seal.left_mm < signature.left_mm
    assert seal.left_mm + 36 - signature.left_mm == pytest.approx(signature.width_mm / 3, abs=0.1)


@pytest.mark.parametrize("paragraphs", range(1, 40, 3))
def test_signature_block_never_stands_alone_on_a_page(paragraphs: int) -> None:
    body = tuple(f"{number}. " + "Đề nghị các cơ quan, đơn vị báo cáo kết quả. " * 3 for number in range(paragraphs))
    letter = replace(SHORT, body=body)

    places, document = letter_places(letter), sample_letter(letter)

    last = lines_of(document, places.signature.page - 1)
    assert places.signature.page == len(pypdf.PdfReader(io.BytesIO(document)).pages)
    assert any("báo cáo kết quả" in text for text in last)
    assert last["Nguyễn Văn An"][3] <= 278


def test_short_letter_has_one_page() -> None:
    assert letter_places(SHORT).signature.page == 1


def test_given_code_is_printed_as_the_decree_writes_it() -> None:
    code = DocumentCode(number=7, issued_on=datetime(2026, 2, 3, tzinfo=HANOI), symbol="UBND-VP")

    text = text_of(sample_letter(replace(SHORT, code=code)))

    assert "Số: 07/UBND-VP" in text
    assert "Lam Giang, ngày 03 tháng 02 năm 2026" in text


def test_document_with_a_type_has_its_name_and_marks() -> None:
    letter = replace(
        SHORT, kind="Báo cáo", subject="Kết quả công tác quý I", symbol="BC-UBND", secrecy="Mật", urgency="Hỏa tốc"
    )

    lines = lines_of(sample_letter(letter))

    title = lines["BÁO CÁO"]
    assert (title[0] + title[2]) / 2 == pytest.approx((30 + 195) / 2, abs=0.5)
    assert {"MẬT", "HỎA TỐC", "Kết quả công tác quý I"} <= set(lines)
    assert not any(text.startswith("V/v") for text in lines)


def test_single_recipient_stands_beside_the_words() -> None:
    """Annex I.II.9d."""
    assert "Kính gửi: Sở Nội vụ." in lines_of(sample_letter(replace(SHORT, recipients=("Sở Nội vụ",))))


def test_lines_of_a_paragraph_fill_the_width() -> None:
    lines = lines_of(sample_letter())

    full = [box for text, box in lines.items() if text.startswith("Chính phủ về công tác")]
    assert [round(box[2], 0) for box in full] == [195]


def test_letter_that_the_fonts_lack_is_refused() -> None:
    with pytest.raises(UsageError, match=r"U\+20AC"):
        sample_letter(replace(SHORT, subject="giá 5 €"))


def test_creation_date_without_a_zone_is_refused() -> None:
    with pytest.raises(UsageError, match="time zone"):
        sample_letter(replace(SHORT, created_at=SHORT.created_at.replace(tzinfo=None)))


def test_no_word_is_lost_by_wrapping() -> None:
    text = Letter().body[0]

    lines = wrap(text, Font(FontStyle.REGULAR, 14), 165, 12.7)

    assert " ".join(line.text for line in lines) == text
    assert all(width_mm(line.text, Font(FontStyle.REGULAR, 14)) + line.indent_mm <= 165 for line in lines)


@pytest.mark.parametrize("size", [16_000, 80_000, 99_999, 1_000_000])
def test_sample_has_the_size_asked_for(size: int) -> None:
    document = sample_pdf(size)

    assert len(document) == size
    assert len(pypdf.PdfReader(io.BytesIO(document)).pages) == 1


def test_impossible_size_is_refused() -> None:
    with pytest.raises(UsageError, match="100 bytes"):
        sample_pdf(100)


@pytest.mark.parametrize("make", [sample_letter, sample_pdf, lambda: sample_letter(SHORT), lambda: sample_pdf(80_000)])
def test_qpdf_finds_no_fault(make: Callable[[], bytes], witness: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "sample.pdf"
    path.write_bytes(make())

    done = subprocess.run(
        [witness("qpdf"), "--check", path], capture_output=True, text=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "No syntax or stream encoding errors" in done.stdout


def test_poppler_sees_every_font_embedded(witness: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(sample_letter())

    done = subprocess.run([witness("pdffonts"), path], capture_output=True, text=True, encoding="utf-8", check=True)

    rows = [row.split()[-5:-2] for row in done.stdout.splitlines()[2:]]
    assert rows == [["yes", "yes", "yes"]] * len(FontStyle)


def test_signature_is_blue_transparent_and_the_names_own() -> None:
    """Annex I.II.7d: blue, PNG, transparent."""
    picture = Image.open(io.BytesIO(sample_signature_png("Nguyễn Văn An")))

    corner, ink = picture.getpixel((0, 0)), picture.getchannel("A").getbbox()
    colours = {pixel[:3] for _, pixel in picture.getcolors(1 << 20) or [] if pixel[3] > 128}
    assert picture.format == "PNG"
    assert isinstance(corner, tuple)
    assert corner[3] == 0
    assert ink is not None
    assert ink[2] - ink[0] > picture.width / 2
    assert all(blue > red + 60 and blue > green + 60 for red, green, blue in colours)
    assert sample_signature_png("Nguyễn Văn An") == sample_signature_png(unicodedata.normalize("NFD", "Nguyễn Văn An"))
    assert sample_signature_png("Trần Bình") != sample_signature_png("Nguyễn Văn An")


def test_seal_is_red_round_and_as_large_as_the_real_one() -> None:
    """Annex I.II.8a: red, real size, transparent."""
    picture = Image.open(io.BytesIO(sample_seal_png("Ủy ban nhân dân tỉnh Lam Giang")))

    width_mm = picture.width / picture.info["dpi"][0] * 25.4
    box = picture.getchannel("A").getbbox()
    corner, middle = picture.getpixel((2, 2)), picture.getpixel((picture.width // 2, picture.height // 2))
    assert width_mm == pytest.approx(36, abs=0.1)
    assert picture.info["dpi"][0] >= 299.9
    assert box is not None
    assert abs((box[2] - box[0]) - (box[3] - box[1])) <= 1
    assert isinstance(corner, tuple)
    assert isinstance(middle, tuple)
    assert corner[3] == 0
    assert middle[3] == 255
    assert middle[0] > middle[1] + 100
    assert middle[0] > middle[2] + 100


def test_seal_shows_parent_and_agency() -> None:
    assert sample_seal_png("Sở Nội vụ", "Tỉnh Lam Giang") != sample_seal_png("Sở Nội vụ")


def test_letter_without_fonts_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without fonts the reason is given, never a substitute font: it would have other widths."""
    from edocs._pdf import fonts
    from edocs.testing import typeset

    monkeypatch.setenv("EDOCS_FONTS", str(tmp_path))
    fonts.find_font.cache_clear()
    typeset._face.cache_clear()

    try:
        with pytest.raises(NoFontError):
            sample_letter(SHORT)
    finally:
        fonts.find_font.cache_clear()
        typeset._face.cache_clear()


def test_creation_date_of_a_negative_zone_is_written() -> None:
    from datetime import timezone

    moment = datetime(2025, 3, 4, tzinfo=timezone(-timedelta(hours=3, minutes=30)))

    metadata = pypdf.PdfReader(io.BytesIO(sample_letter(replace(SHORT, created_at=moment)))).metadata

    assert metadata is not None
    assert metadata.creation_date == moment
