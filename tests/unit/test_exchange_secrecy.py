"""No state secret is packed (Decision 28/2018/QĐ-TTg, article 1.2), unless a decision to declassify is on record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from edxml_fixtures import META, NOW, meta
from marked_pages import marked, paragraph, word_document

from edocs._edxml import word_lines
from edocs._edxml.secrecy import search_marks
from edocs.errors import StateSecretError, UnreadableError, UsageError
from edocs.exchange import draft_errors, pack, read_manifest, read_meta, unpack
from edocs.model import Declassification, OutgoingFile, Reason, Secrecy
from edocs.testing import sample_pdf

RECORD = Declassification(
    decision="45/QĐ-UBND", on=date(2026, 3, 2), agency="Ủy ban nhân dân tỉnh Lam Giang", signer="Nguyễn Văn An"
)
TABLE = """
[declassification]
decision = "45/QĐ-UBND"
date = 2026-03-02
agency = "Ủy ban nhân dân tỉnh Lam Giang"
signer = "Nguyễn Văn An"
"""
OPEN = OutgoingFile(name="công văn.pdf", data=sample_pdf())
MARKED = OutgoingFile(name="phụ lục.pdf", data=marked(sample_pdf(), "TỐI MẬT"))


def rules(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.rule for reason in reasons]


def degree_of_word(document: bytes) -> Secrecy:
    ((_, degree),) = search_marks([("a.docx", document)]).marked or (("", Secrecy.NONE),)
    return degree


@pytest.mark.parametrize("files", [[MARKED], [OPEN, MARKED]], ids=["main document", "attachment"])
def test_a_marked_file_is_never_packed(files: list[OutgoingFile]) -> None:
    with pytest.raises(StateSecretError, match=r"phụ lục\.pdf is marked TỐI MẬT") as caught:
        pack(meta(), files, now=NOW)

    assert caught.value.exit_code == 6


def test_the_bytes_decide_what_is_searched_not_the_name() -> None:
    with pytest.raises(StateSecretError):
        pack(meta(), [replace(MARKED, name="phụ lục.txt")], now=NOW)


def test_files_without_a_mark_are_packed_without_a_notice() -> None:
    result = pack(meta(), [OPEN], now=NOW)

    assert result.notices == ()
    assert "declassification" not in result.manifest.as_dict()


def test_a_recorded_declassification_lets_a_marked_file_pass_and_says_so() -> None:
    document = read_meta((META + TABLE).encode())

    result = pack(document, [OPEN, MARKED], now=NOW)

    assert document.declassification == RECORD
    assert rules(result.notices) == ["edxml.secrecy.declassified"]
    assert "phụ lục.pdf is marked TỐI MẬT" in result.notices[0].text("en")
    assert "45/QĐ-UBND, 2026-03-02" in result.notices[0].text("en")
    assert read_manifest(json.dumps(result.manifest.as_dict()).encode()) == result.manifest
    assert result.manifest.declassification == RECORD


def test_who_receives_it_is_told_of_the_record() -> None:
    result = pack(read_meta((META + TABLE).encode()), [MARKED], now=NOW)

    opened = unpack(result.envelope, result.manifest)

    assert opened.all_faults == ()
    assert rules(opened.notices) == ["edxml.manifest.declassified"]
    assert "45/QĐ-UBND" in opened.notices[0].text("vi")


@pytest.mark.parametrize("key", ["decision", "date", "agency", "signer"])
def test_an_incomplete_record_is_none(key: str) -> None:
    table = "\n".join(line for line in TABLE.splitlines() if not line.startswith(key))

    with pytest.raises(UsageError, match=rf"declassification\.{key}"):
        read_meta((META + table).encode())


@pytest.mark.parametrize("key", ["decision", "date", "agency", "signer"])
def test_a_manifest_with_an_incomplete_record_is_not_read(key: str) -> None:
    manifest = pack(read_meta((META + TABLE).encode()), [MARKED], now=NOW).manifest.as_dict()
    values = json.loads(json.dumps(manifest))

    for wrong in (None, "", " ", 5, [], "2026-02-30" if key == "date" else {}):
        values["declassification"][key] = wrong
        with pytest.raises(UnreadableError):
            read_manifest(json.dumps(values).encode())
    del values["declassification"][key]
    with pytest.raises(UnreadableError):
        read_manifest(json.dumps(values).encode())


def test_a_decision_that_is_still_to_come_declassifies_nothing() -> None:
    tomorrow = replace(RECORD, on=NOW.date() + timedelta(days=1))

    with pytest.raises(UsageError, match="still to come"):
        pack(replace(meta(), declassification=tomorrow), [MARKED], now=NOW)
    assert pack(replace(meta(), declassification=replace(RECORD, on=NOW.date())), [MARKED], now=NOW).notices


def test_no_record_overrides_the_degree_in_the_description() -> None:
    text = META.replace("number = 7", 'number = 7\nsecrecy = "Mật"') + TABLE

    with pytest.raises(StateSecretError, match="secrecy MẬT"):
        pack(read_meta(text.encode()), [OPEN], now=NOW)


def test_a_check_names_every_mark_with_everything_else() -> None:
    text = META.replace("number = 7", 'number = 7\nsecrecy = "Mật"').replace("copies = 2\n", "")
    files = [MARKED, replace(MARKED, name="b.pdf"), OutgoingFile(name="c.pdf", data=b"")]

    found = draft_errors(text.encode(), files)

    assert [type(error) for error in found] == [UsageError, UsageError, StateSecretError, StateSecretError]
    assert "document.copies" in str(found[0])
    assert "b.pdf" in str(found[3])
    assert draft_errors((META + TABLE).encode(), [MARKED]) == ()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"%PDF-1.7 letter", "it cannot be read"),
        (MARKED.data[:900], "it cannot be read"),
        (b"", "it cannot be read"),
    ],
)
def test_a_broken_pdf_is_a_notice(data: bytes, why: str) -> None:
    (notice,) = search_marks([("a.pdf", data)]).unsearched

    assert notice.rule == "edxml.secrecy.unsearched"
    assert why in notice.text("en")


def test_an_encrypted_pdf_is_packed_with_a_notice() -> None:
    with pikepdf.open(BytesIO(MARKED.data)) as pdf:
        stream = BytesIO()
        pdf.save(stream, encryption=pikepdf.Encryption(owner="owner", user="user"))

    result = pack(meta(), [OutgoingFile(name="a.pdf", data=stream.getvalue())], now=NOW)

    assert [notice.text("vi") for notice in result.notices] == ["a.pdf: chưa tìm được dấu chỉ độ mật: tệp đã mã hóa"]


def test_a_scan_is_packed_with_a_notice() -> None:
    with pikepdf.open(BytesIO(sample_pdf())) as pdf:
        pdf.pages[0].Contents = pdf.make_stream(b"0 0 100 100 re f")
        stream = BytesIO()
        pdf.save(stream)

    result = pack(meta(), [OutgoingFile(name="a.pdf", data=stream.getvalue())], now=NOW)

    assert "has no text" in result.notices[0].text("en")


@pytest.mark.parametrize("cut", range(0, 6000, 611))
def test_a_truncated_pdf_never_stops_packing(cut: int) -> None:
    file = OutgoingFile(name="a.pdf", data=sample_pdf()[: cut + 9])

    assert len(pack(meta(), [file], now=NOW).notices) <= 1


def test_a_path_is_searched_as_its_bytes_are(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(MARKED.data)
    word = tmp_path / "a.docx"
    word.write_bytes(word_document(paragraph("MẬT")))

    found = search_marks([("a.pdf", path), ("a.docx", word), ("b.pdf", tmp_path / "b.pdf")])

    assert found.marked == (("a.pdf", Secrecy.SECRET), ("a.docx", Secrecy.CONFIDENTIAL))
    assert rules(found.unsearched) == ["edxml.secrecy.unsearched"]


@pytest.mark.parametrize(
    "body",
    [
        paragraph("TUYỆT MẬT"),
        paragraph("TUYỆT ", "M", "ẬT"),
        paragraph("Số: 7/UBND-VP") + paragraph("TUYỆT MẬT"),
        paragraph("Tuyệt mật", properties="<w:caps/>"),
        paragraph("Độ mật: Tuyệt mật"),
        f"<w:p><w:r><w:t>Số: 7</w:t><w:txbxContent>{paragraph('TUYỆT MẬT')}</w:txbxContent></w:r></w:p>",
        '<w:p><w:r><w:t>TUYỆT MẬT</w:t><w:tab/><w:t xml:space="preserve"> Lam Giang, ngày 5</w:t></w:r></w:p>',
        "<w:p><w:r><w:t>Số: 7</w:t><w:br/><w:t>TUY&#x1EC6;T M&#7852;T</w:t></w:r></w:p>",
        f"<w:tbl><w:tr><w:tc>{paragraph('Số: 7')}{paragraph('TUYỆT MẬT')}</w:tc></w:tr></w:tbl>",
    ],
)
def test_a_mark_in_a_word_document_is_found(body: str) -> None:
    assert degree_of_word(word_document(body)) is Secrecy.TOP_SECRET


def test_a_mark_in_the_header_of_a_word_document_is_found() -> None:
    assert degree_of_word(word_document(paragraph("Số: 7"), header2=paragraph("MẬT"))) is Secrecy.CONFIDENTIAL


@pytest.mark.parametrize(
    "body",
    [
        paragraph("Dấu ", "MẬT", " được đóng lên tài liệu"),
        paragraph("BẢO VỆ BÍ ", "MẬT"),
        paragraph("Mật"),
        paragraph("Mật", properties='<w:caps w:val="0"/>'),
        paragraph("Bí ", properties="<w:caps/>") + paragraph("Mật"),
        paragraph("Đề nghị các cơ quan thực hiện. " * 200) + paragraph("MẬT"),
    ],
)
def test_a_word_document_about_secrets_is_none(body: str) -> None:
    assert degree_of_word(word_document(body)) is Secrecy.NONE


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", word_document(paragraph("MẬT"))[:-30], b"no ZIP"])
def test_a_broken_word_document_is_a_notice(data: bytes) -> None:
    assert rules(search_marks([("a.docx", data)]).unsearched) == ["edxml.secrecy.unsearched"]


def test_a_word_document_that_unpacks_to_too_much_is_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_lines, "MAX_PART_BYTES", 1000)

    found = search_marks([("a.docx", word_document("<w:p/>" * 1000))])

    assert rules(found.unsearched) == ["edxml.secrecy.unsearched"]


@pytest.mark.parametrize("name", ["a.xlsx", "a.zip", "a.csv", "a.doc"])
def test_of_other_files_nothing_is_said(name: str) -> None:
    found = search_marks([(name, b"PK\x03\x04 sheet"), (name, b"1;2")])

    assert (found.marked, found.unsearched) == ((), ())
