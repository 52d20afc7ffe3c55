"""Marks of secrecy on first pages: each is found however it is drawn, and what only speaks of secrets is none."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from marked_pages import commented, letter_with, lettered, marked, nested, turned

from edocs._pdf import words
from edocs._pdf.secrecy_marks import look_at_first_page
from edocs.errors import EncryptedError, NotPdfError
from edocs.model import Secrecy, marked_degree
from edocs.testing import Letter, sample_letter, sample_pdf

NONE, MAT, TOI_MAT, TUYET_MAT = Secrecy

MARKS = [
    ("MẬT", MAT),
    ("TỐI MẬT", TOI_MAT),
    ("TUYỆT MẬT", TUYET_MAT),
    ("M Ậ T", MAT),
    ("T U Y Ệ T   M Ậ T", TUYET_MAT),
    ("T\u2003Ố\u00a0I M\u200bẬ\u00adT", TOI_MAT),
    ("[MẬT]", MAT),
    ("* TỐI MẬT *", TOI_MAT),
    ("“TUYỆT MẬT”.", TUYET_MAT),
    ("ĐỘ MẬT: TỐI MẬT", TOI_MAT),
    ("Độ mật: Tuyệt mật", TUYET_MAT),
    ("(Độ mật: Mật)", MAT),
    ("MẬT KHẨN", MAT),
    ("TỐI MẬT - HỎA TỐC", TOI_MAT),
    ("TUYỆT MẬT THƯỢNG KHẨN", TUYET_MAT),
    ("HOẢ TỐC HẸN GIỜ   MẬT", MAT),
    ("MÂT", MAT),  # as letters are recognised in scans
    ("ＭẬＴ", MAT),
    ("MËT", MAT),  # TCVN3
    ("TèI MËT", TOI_MAT),
    ("TUYÖT MËT", TUYET_MAT),
    ("MAÄT", MAT),  # VNI
    ("TOÁI MAÄT", TOI_MAT),
    ("TUYEÄT MAÄT", TUYET_MAT),
]
NO_MARKS = [
    "",
    "Mật",
    "mật",
    "bảo vệ bí mật nhà nước",
    "Về việc bảo mật",
    "V/V BẢO MẬT",
    "văn bản mật được gửi",
    "VĂN BẢN MẬT",
    "MẬT KHẨU",
    "BÍ MẬT",
    "BÍ MẬT NHÀ NƯỚC",
    "B Í   M Ậ T",
    "(trừ văn bản mật)",
    "Độ mật: Thường",
    "Độ mật:",
    "ĐỘ MẬT",
    "GIẢI MẬT",
    "MẬT MÃ",
    "MẬT ONG",
    "MẶT",
    "MẤT",
    "MẮT",
    "MAT",
    "TỐI MẶT",
    "KHẨN",
    "MẬT 2",
    "5 MẬT",
    "Tỷ lệ văn bản điện tử đạt 100% (trừ văn bản MẬT)",
    "Dấu MẬT",
]
SHORT = Letter(body=("Đề nghị các cơ quan, đơn vị thực hiện./.",))


@cache
def letter(**changes: str) -> bytes:
    return sample_letter(replace(SHORT, **changes))  # type: ignore[arg-type]  # texts only


def degree(document: bytes) -> Secrecy:
    return look_at_first_page(document).degree


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize(("text", "expected"), MARKS)
def test_a_line_that_is_a_mark_is_one(text: str, expected: Secrecy, form: str) -> None:
    line = unicodedata.normalize(form, text)  # type: ignore[arg-type]  # one of the four

    assert marked_degree(line) is expected


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("text", NO_MARKS)
def test_a_line_that_only_speaks_of_secrets_is_no_mark(text: str, form: str) -> None:
    assert marked_degree(unicodedata.normalize(form, text)) is NONE  # type: ignore[arg-type]


@pytest.mark.parametrize("by_letter", [False, True], ids=["one object", "an object a letter"])
@pytest.mark.parametrize(("text", "expected"), MARKS)
def test_a_mark_on_the_page_is_found(text: str, expected: Secrecy, by_letter: bool) -> None:
    assert degree(marked(letter(), text, by_letter=by_letter)) is expected


@pytest.mark.parametrize(("text", "expected"), MARKS[:3])
@pytest.mark.parametrize("angle", [15.0, 45.0, 90.0, 137.5, 180.0, 270.0])
def test_a_turned_mark_is_found(text: str, expected: Secrecy, angle: float) -> None:
    assert degree(marked(letter(), unicodedata.normalize("NFD", text), (300, 400), angle=angle)) is expected


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_mark_on_a_turned_page_is_found(angle: int) -> None:
    assert degree(turned(marked(letter(), "TỐI MẬT"), angle)) is TOI_MAT


@pytest.mark.parametrize("text", NO_MARKS)
def test_words_on_the_page_that_are_no_mark_are_not_found(text: str) -> None:
    document = marked(letter(), text) if text else letter()

    assert look_at_first_page(document).degree is NONE
    assert look_at_first_page(document).has_text


@pytest.mark.parametrize("urgency", ["", "Khẩn", "Thượng khẩn", "Hỏa tốc"])
@pytest.mark.parametrize(("secrecy", "expected"), [("Mật", MAT), ("Tối mật", TOI_MAT), ("Tuyệt mật", TUYET_MAT)])
def test_the_frame_of_a_letter_is_found_beside_a_degree_of_urgency(
    secrecy: str, expected: Secrecy, urgency: str
) -> None:
    assert degree(letter(secrecy=secrecy, urgency=urgency)) is expected


@pytest.mark.parametrize(
    "subject",
    [
        "tăng cường công tác bảo vệ bí mật nhà nước",
        "bảo mật thông tin, đổi mật khẩu",
        "gửi văn bản mật, TỐI MẬT, TUYỆT MẬT qua đường công văn",
        "việc đóng dấu MẬT lên tài liệu, dấu TUYỆT MẬT lên hồ sơ",
    ],
)
@pytest.mark.parametrize("kind", ["", "Quy chế"])
def test_a_letter_about_secrets_is_none(subject: str, kind: str) -> None:
    body = (
        "Văn bản có dấu MẬT, TỐI MẬT hoặc TUYỆT MẬT không gửi qua trục liên thông; độ mật do người có thẩm quyền xác "
        "định theo quy định của pháp luật về bảo vệ bí mật nhà nước, trừ trường hợp văn bản đã được giải MẬT theo quy "
        "định; người soạn thảo đề xuất độ mật: Mật, Tối mật, Tuyệt mật trên phiếu trình.",
        "QUY ĐỊNH VỀ BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "NỘI QUY BẢO MẬT",
    )

    document = sample_letter(Letter(subject=subject, kind=kind, body=body * 3))

    assert degree(document) is NONE


def test_a_bold_word_that_is_drawn_after_the_sentence_stays_in_it() -> None:
    """Some programs draw all words of one font first; the page looks the same."""
    sentence = "Dau         len tai lieu"
    document = marked(letter(), sentence, (90, 600), size=10)

    # "Dau" takes 19.5 pt, nine blanks 22.5 pt: the word fills them but for a blank at each side.
    assert degree(marked(document, "MẬT", (112.0, 600), size=10)) is NONE


def test_a_mark_that_is_stamped_over_a_sentence_is_found() -> None:
    document = marked(letter(), "Kinh gui cac so ban nganh", (90, 600))

    assert degree(marked(document, "TUYỆT MẬT", (120.3, 600.5))) is not NONE


def test_a_mark_beside_another_column_is_found() -> None:
    document = marked(letter(), "Lam Giang, ngay 5 thang 3", (320, 600))

    assert degree(marked(document, "T Ố I  M Ậ T", (90, 600))) is TOI_MAT


def test_a_letter_spaced_heading_about_secrets_is_no_mark() -> None:
    """Ten points between letters leave 22 between words."""
    text = "BÍ MẬT"
    font = lettered(text)
    line = f"BT /X0 14 Tf 10 Tc 90 600 Td <{''.join(f'{code:02X}' for code in _codes(text))}> Tj ET"

    assert degree(letter_with(letter(), line.encode(), font=font)) is NONE


def _codes(text: str) -> list[int]:
    letters = sorted({*text} - {" "})
    return [32 if one == " " else 33 + letters.index(one) for one in text]


def test_three_degrees_side_by_side_are_the_head_of_a_table() -> None:
    document = letter()
    for text, x in (("MẬT", 90), ("TỐI MẬT", 200), ("TUYỆT MẬT", 350)):
        document = marked(document, text, (x, 600))

    assert degree(document) is NONE
    assert degree(marked(document, "MẬT", (90, 500))) is MAT


def test_of_two_marks_the_higher_counts() -> None:
    assert degree(marked(marked(letter(), "TUYỆT MẬT"), "MẬT", (300, 600))) is TUYET_MAT


def test_invisible_text_over_a_scan_is_searched() -> None:
    font = lettered("MẬT")
    line = b"BT 3 Tr /X0 14 Tf 90 600 Td <212322> Tj ET"
    assert sorted("MẬT") == ["M", "T", "Ậ"]

    assert degree(letter_with(letter(), line, font=font)) is MAT


@pytest.mark.parametrize(
    ("font", "expected"),
    [("/.VnTimeH", TOI_MAT), ("/ABCDEF+.VnArialH", TOI_MAT), ("/VnTimeH,Bold", TOI_MAT), ("/.VnTime", NONE)],
)
def test_small_letters_of_a_font_of_capitals_are_a_mark(font: str, expected: Secrecy) -> None:
    assert degree(marked(letter(), "tèi mËt", name=font)) is expected


def test_a_mark_in_nested_form_objects_is_found() -> None:
    assert degree(nested(letter(), "TỐI MẬT")) is TOI_MAT


@pytest.mark.parametrize(
    ("kind", "appearance"), [("/Stamp", True), ("/FreeText", True), ("/FreeText", False), ("/Widget", True)]
)
def test_a_mark_in_a_comment_or_field_is_found(kind: str, appearance: bool) -> None:
    assert degree(commented(letter(), "TUYỆT MẬT", kind, appearance=appearance)) is TUYET_MAT


@pytest.mark.parametrize("kind", ["/Stamp", "/FreeText"])
def test_a_hidden_comment_marks_nothing(kind: str) -> None:
    assert degree(commented(letter(), "TUYỆT MẬT", kind, flags=2)) is NONE


def test_a_mark_on_the_second_page_marks_nothing() -> None:
    with pikepdf.open(BytesIO(letter())) as pdf, pikepdf.open(BytesIO(marked(letter(), "MẬT"))) as other:
        pdf.pages.append(other.pages[0])
        stream = BytesIO()
        pdf.save(stream)

    assert degree(stream.getvalue()) is NONE


def test_a_path_is_looked_at_as_its_bytes_are(tmp_path: Path) -> None:
    path = tmp_path / "công văn số 7.pdf"
    path.write_bytes(marked(letter(), "MẬT"))

    assert look_at_first_page(path) == look_at_first_page(path.read_bytes())
    assert look_at_first_page(path).degree is MAT


def test_a_page_without_text_says_so() -> None:
    with pikepdf.open(BytesIO(sample_pdf())) as pdf:
        pdf.pages[0].Contents = pdf.make_stream(b"0 0 100 100 re f")
        stream = BytesIO()
        pdf.save(stream)

    page = look_at_first_page(stream.getvalue())

    assert (page.degree, page.has_text) == (NONE, False)


def test_a_page_with_too_much_text_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "MAX_LETTERS", 100)

    page = look_at_first_page(marked(letter(), "MẬT"))

    assert (page.degree, page.is_whole) == (NONE, False)


def test_a_page_of_countless_pieces_is_given_up_in_time() -> None:
    """PDFium takes minutes to put 150,000 text objects on one line in order."""
    line = b"".join(b"BT /F0 1 Tf 1 0 0 1 %d.%d 400 Tm <0024> Tj ET\n" % (one % 600, one) for one in range(150_000))
    document = letter_with(letter(), line)

    started = time.process_time()
    page = look_at_first_page(document)

    assert not page.is_whole
    assert time.process_time() - started < 20


def test_a_word_without_end_is_read_in_time() -> None:
    line = b"BT /F0 0.01 Tf 20 20 Td <" + b"0024" * 30_000 + b"> Tj ET "
    document = letter_with(letter(), line * 6)

    started = time.process_time()
    look_at_first_page(document)

    assert time.process_time() - started < 20


@pytest.mark.parametrize("password", ["", "x"])
def test_only_what_opens_without_a_password_is_searched(password: str) -> None:
    with pikepdf.open(BytesIO(marked(letter(), "MẬT"))) as pdf:
        stream = BytesIO()
        pdf.save(stream, encryption=pikepdf.Encryption(owner="owner", user=password))

    if password:
        with pytest.raises(EncryptedError):
            look_at_first_page(stream.getvalue())
    else:
        assert degree(stream.getvalue()) is MAT


@pytest.mark.parametrize("document", [b"", b"%PDF-1.7", b"%PDF-1.7 letter", b"PK\x03\x04", b"\x00" * 100])
def test_what_is_no_pdf_is_refused(document: bytes) -> None:
    with pytest.raises(NotPdfError):
        look_at_first_page(document)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotPdfError):
        look_at_first_page(tmp_path / "no.pdf")
