"""The formal report: laid out as Decree 30 wants it, its figures those of the counts, ready to be signed."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from register_province import fill_province
from register_samples import NOW
from test_report_comparisons import PERIOD, WANTED

from edocs._pdf.sheet import bind
from edocs.errors import UnreadableError
from edocs.model import (
    HANOI,
    Agency,
    AgencyLevel,
    DocumentCode,
    Facet,
    Indicator,
    LegalEffect,
    Query,
    Role,
    Share,
    SignatureSpec,
    Stamp,
    TrustStore,
    Verdict,
)
from edocs.model.agency_tree import make_tree
from edocs.model.change import change_between
from edocs.model.directory import read_directory
from edocs.model.dispatch import Dispatch
from edocs.model.indicator_reading import built_in
from edocs.model.letterhead import Letterhead, default_letterhead, letterhead_of, read_letterhead
from edocs.model.regrouping import Bodies
from edocs.ports import Signer
from edocs.registry import Registry
from edocs.reports.as_indicators import defined_terms
from edocs.reports.as_pdf import report_pdf
from edocs.reports.as_table import section_cells
from edocs.reports.comparisons import ChangeLine
from edocs.reports.figures import Report, RowKind
from edocs.reports.pdf_pages import TEXT, Column, Pages, TableRow, wrap
from edocs.reports.pdf_words import change_lines, period_words
from edocs.reports.regrouping_words import regrouping_lines
from edocs.reports.wording import number_text, percent_text
from edocs.sign import approve_pdf, issue_pdf
from edocs.testing import sample_seal_png, sample_signature_png
from edocs.verify import verify_pdf

BY = ((Facet.LEVEL,), (Facet.LEVEL, Facet.AGENCY))
HEAD = replace(
    letterhead_of(Agency(id="H99", name="Ủy ban nhân dân tỉnh Lam Giang", level=AgencyLevel.PROVINCE)),
    to=("Văn phòng Chính phủ",),
    signer="Nguyễn Văn An",
    copies=("Thường trực Tỉnh ủy (b/c)", "Cổng TTĐT tỉnh"),
    filed="VT, KSTT",
)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with Registry.open(tmp_path_factory.mktemp("register") / "tỉnh.db") as opened:
        fill_province(opened)
        yield opened


@pytest.fixture(scope="module")
def report(registry: Registry) -> Report:
    return registry.report(PERIOD, BY, comparing=WANTED, listed=0)


@pytest.fixture(scope="module")
def paper(report: Report) -> bytes:
    return report_pdf(report, HEAD)


def pages_of(document: bytes) -> list[str]:
    """The text of each page, lines joined: what is set in two lines is read as one."""
    pages = pypdfium2.PdfDocument(document)
    return [re.sub(r"\s+", " ", page.get_textpage().get_text_range()).replace("\u00a0", " ") for page in pages]


def test_text_states_the_totals_with_their_counts(paper: bytes, report: Report) -> None:
    text = " ".join(pages_of(paper)[:3])

    base = number_text(report.total.base, "vi")
    assert f"số văn bản thuộc diện ký số là {base} văn bản" in text
    for indicator in Indicator:
        share = report.total.share(indicator)
        percent = percent_text(share, "vi").replace("\u00a0", " ")
        assert f"{number_text(share.numerator, 'vi')}/{base} văn bản, đạt {percent}" in text
    assert report.extent.sha256 in text.replace(" ", "")
    assert report.rule in text


def test_annex_has_every_unit_with_its_figures(paper: bytes, report: Report) -> None:
    text = " ".join(page for page in pages_of(paper) if page)
    annex = text[text.index("KẾT QUẢ KÝ SỐ VĂN BẢN ĐI THEO TỪNG ĐƠN VỊ") :]

    section = report.sections[1]
    assert len(section.groups) == 13
    for row in section.rows:
        counts = row.counts
        figures = [counts.documents, counts.secrets, counts.documents - counts.base - counts.secrets, counts.base]
        numbers = [number_text(figure, "vi") for figure in figures]
        for indicator in Indicator:
            share = counts.share(indicator)
            percent = "–" if share.percent is None else str(share.percent).replace(".", ",")
            numbers += [number_text(share.numerator, "vi"), percent]
        assert " ".join(numbers) in annex
        if row.kind is RowKind.GROUP:
            assert row.group[1] in annex


def test_indicators_and_buckets_have_the_order_and_the_words_of_the_table(paper: bytes, report: Report) -> None:
    head = section_cells(report.sections[1], report, "vi").head
    text = " ".join(" ".join(pages_of(paper)).split())
    annex = text[text.index("KẾT QUẢ KÝ SỐ VĂN BẢN ĐI THEO TỪNG ĐƠN VỊ") :]

    assert head[4:6] == ("Ký số cá nhân", "Ký số cơ quan")
    assert annex.index("Ký số cá nhân") < annex.index("Ký số cơ quan")
    assert text.index("2. Văn bản có chữ ký số hợp lệ của người có thẩm quyền") < text.index("3. Văn bản có chữ ký số")
    for bucket in ("không hợp lệ", "chưa đủ căn cứ", "chưa ký số", "chưa xác thực"):
        assert f"văn bản {bucket}" in text or f"văn bản có chữ ký số {bucket}" in text
    assert "xác minh" not in text


def test_heading_is_that_of_the_decree(paper: bytes) -> None:
    first = pages_of(paper)[0]

    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN",
        "TỈNH LAM GIANG",
        "BÁO CÁO",
        "Kết quả ký số văn bản đi từ tháng 01 năm 2026 đến tháng 5 năm 2026",
        "Kính gửi: Văn phòng Chính phủ.",
    ):
        assert part in first


def test_pages_of_each_part_are_numbered_from_the_second_on(paper: bytes) -> None:
    numbers = []
    for page in pypdfium2.PdfDocument(paper):
        width, height = page.get_size()
        text = page.get_textpage().get_text_bounded(
            left=width / 2 - 20, right=width / 2 + 20, bottom=height - 45, top=height
        )
        numbers.append(text.strip())

    text = pages_of(paper)
    starts = [place for place, page in enumerate(text) if page.lstrip().startswith("Phụ lục")]
    assert len(starts) == 3
    for start, end in zip([0, *starts], [*starts, len(text)], strict=True):
        assert numbers[start:end] == ["", *(str(number) for number in range(2, end - start + 1))]


def test_margins_are_those_of_the_decree(paper: bytes) -> None:
    """Annex I.I.3: top and bottom 20 to 25 mm, left 30 to 35, right 15 to 20; the page number alone stands above."""
    millimetre = 72 / 25.4
    for page in pypdfium2.PdfDocument(paper):
        width, height = page.get_size()
        text = page.get_textpage()
        for index in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(index, loose=True)
            if right - left < 0.01 or top > height - 19 * millimetre:
                continue
            assert left >= 29.9 * millimetre
            assert right <= width - 14.9 * millimetre
            assert bottom >= 18.5 * millimetre


def test_fonts_are_embedded_and_the_same_report_has_the_same_bytes(paper: bytes, report: Report) -> None:
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for page in pypdf.PdfReader(io.BytesIO(paper)).pages
        for font in page["/Resources"]["/Font"].values()
    ]

    assert fonts
    assert all("/FontFile2" in font for font in fonts)
    assert report_pdf(report, HEAD) == paper


def test_report_is_approved_issued_and_verified(
    paper: bytes, open_key: Callable[[str], Signer], trust: TrustStore
) -> None:
    """The blanks for number and date, and the room for signature and seal, are found by the text alone."""
    stamp = Stamp(image_png=sample_signature_png("Nguyễn Văn An"))
    approved = approve_pdf(
        paper,
        open_key("leader"),
        SignatureSpec(role=Role.PERSONAL, stamp=stamp),
        now=datetime(2026, 3, 5, 7, tzinfo=UTC),
    )
    spec = SignatureSpec(
        role=Role.ORGANISATION,
        code=DocumentCode(number=7, issued_on=datetime(2026, 3, 5, tzinfo=HANOI)),
        stamp=Stamp(image_png=sample_seal_png("Ủy ban nhân dân tỉnh Lam Giang")),
    )
    issued = issue_pdf(approved, open_key("seal"), spec, now=datetime(2026, 3, 5, 8, tzinfo=UTC))

    verdict = verify_pdf(issued, trust)

    assert (verdict.verdict, verdict.legal_effect) == (Verdict.TOTAL_PASSED, LegalEffect.ORIGINAL)
    assert [signature.role for signature in verdict.signatures] == [Role.PERSONAL, Role.ORGANISATION]
    fields = pypdf.PdfReader(io.BytesIO(issued)).get_fields() or {}
    assert fields["edocs.number"]["/V"] == "07"
    assert fields["edocs.date"]["/V"] == "ngày 05 tháng 3 năm 2026"
    signed = next(place for place, page in enumerate(pages_of(paper)) if "Nơi nhận:" in page)
    pages = pypdf.PdfReader(io.BytesIO(issued)).pages
    kinds = [annotation.get_object()["/FT"] for annotation in pages[signed].get("/Annots", [])]
    assert kinds.count("/Sig") == 2
    assert len(pages) > signed + 1


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 6, 1), date(2026, 6, 30), "tháng 6 năm 2026"),
        (date(2026, 1, 1), date(2026, 1, 31), "tháng 01 năm 2026"),
        (date(2026, 4, 1), date(2026, 6, 30), "quý II năm 2026"),
        (date(2026, 10, 1), date(2026, 12, 31), "quý IV năm 2026"),
        (date(2026, 2, 1), date(2026, 4, 30), "từ tháng 02 năm 2026 đến tháng 4 năm 2026"),
        (date(2026, 1, 1), date(2026, 6, 30), "6 tháng đầu năm 2026"),
        (date(2026, 7, 1), date(2026, 12, 31), "6 tháng cuối năm 2026"),
        (date(2026, 1, 1), date(2026, 9, 30), "9 tháng đầu năm 2026"),
        (date(2025, 1, 1), date(2025, 12, 31), "năm 2025"),
        (date(2026, 6, 2), date(2026, 6, 30), "từ ngày 02/06/2026 đến ngày 30/06/2026"),
        (None, date(2026, 6, 30), "tính đến ngày 30/06/2026"),
        (None, None, "tính đến 09 giờ 00 phút ngày 01/07/2026"),
    ],
)
def test_period_is_named_as_people_name_it(report: Report, first: date | None, last: date | None, words: str) -> None:
    assert period_words(replace(report, issued_from=first, issued_to=last)) == words


def test_register_without_documents_makes_a_report(tmp_path: Path) -> None:
    with Registry.open(tmp_path / "rỗng.db") as registry:
        report = registry.report(Query(), BY)

    text = " ".join(pages_of(report_pdf(report, default_letterhead(report.agencies))))

    assert "không có văn bản thuộc diện ký số" in text
    assert not re.search(r"\d,\d\d %", text)


def test_letterhead_follows_from_the_names_of_agencies() -> None:
    commune = Agency(id="H99.51", name="Ủy ban nhân dân xã An Lạc", level=AgencyLevel.COMMUNE)
    department = Agency(id="H99.11", name="Sở Khoa học và Công nghệ tỉnh Lam Giang", level=AgencyLevel.PROVINCE)
    province = Agency(id="H99.99", name="Ủy ban nhân dân tỉnh Lam Giang", level=AgencyLevel.PROVINCE)

    assert default_letterhead({item.id: item for item in (commune, department, province)}).agency == province.name
    assert default_letterhead({commune.id: commune}).place == "An Lạc"
    made = letterhead_of(department)
    assert (made.symbol, made.position, made.place) == ("BC-SKHVCN", "GIÁM ĐỐC", "Lam Giang")


COMMITTEE = ("BC-UBND", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")
COUNCIL = ("BC-HĐND", "TM. HỘI ĐỒNG NHÂN DÂN", "CHỦ TỊCH")
OFFICE = ("BC-VPUBND", "", "CHÁNH VĂN PHÒNG")


@pytest.mark.parametrize(
    ("name", "agency", "said"),
    [
        ("UBND tỉnh Lam Giang", "Ủy ban nhân dân tỉnh Lam Giang", (*COMMITTEE, "Lam Giang")),
        ("Uỷ ban nhân dân xã An Lạc", "Ủy ban nhân dân xã An Lạc", (*COMMITTEE, "An Lạc")),
        ("U.B.N.D. P. Bến Lam", "Ủy ban nhân dân phường Bến Lam", (*COMMITTEE, "Bến Lam")),
        ("ubnd TP. Lam Giang", "Ủy ban nhân dân thành phố Lam Giang", (*COMMITTEE, "Lam Giang")),
        ("HĐND tỉnh Lam Giang", "Hội đồng nhân dân tỉnh Lam Giang", (*COUNCIL, "Lam Giang")),
        ("VP UBND tỉnh Lam Giang", "Văn phòng Ủy ban nhân dân tỉnh Lam Giang", (*OFFICE, "Lam Giang")),
        ("BQL khu kinh tế", "Ban Quản lý khu kinh tế", ("BC-BQLKKT", "", "TRƯỞNG BAN", "")),
        ("VPĐK Lam Giang", "VPĐK Lam Giang", ("BC-VLG", "", "THỦ TRƯỞNG", "")),
    ],
)  # fmt: skip
def test_letterhead_understands_how_offices_abbreviate_their_names(
    name: str, agency: str, said: tuple[str, ...]
) -> None:
    made = letterhead_of(Agency(id="H99", name=name, level=AgencyLevel.PROVINCE))

    assert made.agency == agency
    assert (made.symbol, made.authority, made.position, made.place) == said


def test_committee_goes_before_its_departments_however_it_is_written() -> None:
    department = Agency(id="H99.01", name="Sở Nội vụ", level=AgencyLevel.PROVINCE)
    committee = Agency(id="H99.99", name="UBND tỉnh Lam Giang", level=AgencyLevel.PROVINCE)

    assert default_letterhead({one.id: one for one in (department, committee)}).symbol == "BC-UBND"


def test_letterhead_is_read_from_toml() -> None:
    text = 'superior = "UBND tỉnh Lam Giang"\nto = ["Bộ Nội vụ", "Bộ Khoa học và Công nghệ"]\nsigner = "Trần  Thị Bình"'

    found = read_letterhead(text.encode(), HEAD)

    to = ("Bộ Nội vụ", "Bộ Khoa học và Công nghệ")
    assert found == replace(HEAD, superior="UBND tỉnh Lam Giang", to=to, signer="Trần Thị Bình")


@pytest.mark.parametrize(
    "text", ["signr = 1", "signer = 1", "to = 'một'", "to = [1]", "= 1", "schema = 'x'", f"place = '{'a' * 301}'"]
)
def test_letterhead_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_letterhead(text.encode(), HEAD)


def test_names_of_any_length_stay_within_the_margins(report: Report) -> None:
    long = "Ban Quản lý dự án đầu tư xây dựng các công trình giao thông và nông nghiệp " * 3
    agencies = {id: replace(agency, name=f"{long}{id}") for id, agency in report.agencies.items()}
    head = Letterhead(
        agency=long, superior=long, place="Lam Giang", symbol="BC-BQLDA", to=(long, long), signer="Lê Văn Dũng"
    )

    paper = report_pdf(replace(report, agencies=agencies), head)

    for page in pypdfium2.PdfDocument(paper):
        width, height = page.get_size()
        text = page.get_textpage()
        for left, bottom, right, top in map(text.get_charbox, range(text.count_chars())):
            assert left >= 0 and right <= width - 40, text.get_text_range()[:200]
            assert bottom >= 0 and top <= height


def test_units_show_how_documents_were_sent_where_that_is_known(tmp_path: Path) -> None:
    with Registry.open(tmp_path / "sổ.db") as registry:
        fill_province(registry)
        keys = [entry.document.key for entry in registry.find(Query(agency="H99.11"))][:5]
        for place, key in enumerate(keys):
            dispatch = Dispatch(sent_at=NOW, receivers=("H99",), is_with_paper=place < 2, deadline=NOW)
            registry.send(key, dispatch, who="văn thư", now=NOW)
        report = registry.report(Query(), BY, listed=0)

    text = " ".join(pages_of(report_pdf(report, HEAD)))

    counts = next(row.counts for row in report.sections[1].groups if row.group[1] == "H99.11")
    assert (counts.sent_electronic, counts.sent_with_paper) == (3, 2)
    assert "Gửi kèm giấy" in text
    both = counts.both
    rest = (both.invalid, both.indeterminate + both.not_checked, both.unsigned, 3, 2, counts.is_on_time)
    percent = str(counts.share(Indicator.BOTH).percent).replace(".", ",")
    assert f"{both.valid} {percent} {' '.join(map(str, rest))}" in text


def test_digest_that_fits_on_a_line_is_not_broken() -> None:
    digest = "0123456789bd0123" * 4

    lines = wrap(f"Mã băm SHA-256: {digest}", TEXT, 165.0, 12.7)

    assert [line.text for line in lines] == ["Mã băm SHA-256:", digest]


def test_word_longer_than_its_line_is_cut_and_nothing_is_put_between() -> None:
    word = "bi" * 150

    lines = wrap(word, TEXT, 100.0, 12.7)

    assert "".join(line.text for line in lines) == word


def test_figure_of_a_province_stands_on_one_line_of_its_cell() -> None:
    columns = [Column(name="Đơn vị", width_mm=60, is_text=True), Column(name="VB", width_mm=12)]
    pages = Pages(is_landscape=True)

    pages.table(columns, [TableRow(cells=("Cộng cấp tỉnh", "1.142.096"), is_sum=True)], 9)

    assert "1.142.096" in pages_of(bind(pages.sheets, "Bảng"))[0]


def test_bodies_that_stayed_are_counted_in_the_text_and_listed_in_the_annex(registry: Registry) -> None:
    tree = make_tree(read_directory("code,name,level\nZ9,Cơ quan khác,tỉnh\n".encode()))
    report = registry.report(PERIOD, BY, listed=0, bodies=Bodies(tree=tree, on=date(2026, 7, 1)))
    kept = report.regrouping.kept if report.regrouping else ()
    total = number_text(sum(one.counts.documents for one in kept), "vi")

    pages = pages_of(report_pdf(report, HEAD))

    text = " ".join(pages)
    assert len(kept) > 4
    assert f"{len(kept)} cơ quan với {total} văn bản không quy đổi được" in text
    assert text.count("không có trong danh mục") == len(kept)


def test_annex_of_indicators_has_its_title_once(registry: Registry) -> None:
    pages = pages_of(report_pdf(registry.report(PERIOD, BY, definitions=built_in(), listed=0), HEAD))

    assert " ".join(pages).upper().count("BẢNG CHỈ SỐ") == 1


def test_page_of_the_signature_begins_with_a_whole_paragraph(report: Report) -> None:
    """Whatever the length of the text before it: the last sentence has the paragraph before it on its page."""
    for lines in range(24):
        longer = replace(HEAD, to=tuple(f"Cơ quan {number}" for number in range(lines)))
        pages = [page for page in pages_of(report_pdf(report, longer)) if page]
        [signed] = [page for page in pages if "Nơi nhận:" in page]

        assert "Số liệu chi tiết theo từng đơn vị" in signed
        assert "Mã băm SHA-256 của tập sự kiện" in signed


def test_share_that_did_not_change_is_stated_once(report: Report) -> None:
    share = Share(45, 49)
    change = change_between({"H99": share}, {"H99": share})
    line = ChangeLine(level=None, indicator=Indicator.BOTH, change=change)
    assert report.comparisons is not None
    same = [line, *(replace(line, indicator=one) for one in (Indicator.PERSONAL, Indicator.ORGANISATION))]

    said = list(change_lines(replace(report.comparisons, changes=tuple(same)), report.census))

    for text in said[:3]:
        assert "không đổi" in text
        assert text.count("91,84") == 1


def test_no_figure_of_the_report_is_defined_twice_or_by_a_file(registry: Registry) -> None:
    report = registry.report(PERIOD, BY, definitions=built_in(), listed=0)
    terms = [name for name, _ in defined_terms(report.indicators, "vi")]

    assert len({name.partition(" · ")[0] for name in terms}) == len(terms)
    assert {"I1", "I2", "I3", "I4", "units"} <= {name.partition(" · ")[0] for name in terms}
    assert ".md" not in " ".join(pages_of(report_pdf(report, HEAD)))


def test_bodies_of_the_past_are_counted_where_there_are_any(registry: Registry) -> None:
    tree = make_tree(read_directory(b"code,name,level\nH99,UBND,province\n"))

    found = registry.report(PERIOD, BY, listed=0, bodies=Bodies(tree=tree, on=date(2026, 6, 30)))

    assert "0 cơ quan" not in next(iter(regrouping_lines(found, "vi")))
