"""Attachments as senders really send them."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest
from edxml_fixtures import packed

from edocs._edxml.attachments import Decoded, judge_wire, unwrap
from edocs._edxml.attachments import sniff as sniff_landed
from edocs._edxml.landing import Landed, Landing, Memory
from edocs._edxml.opening import Intake
from edocs._edxml.source import Beside
from edocs.exchange import inspect_message
from edocs.model import DocumentMessage, FileKind, MessageLimits

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256))


def archive(*entries: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries:
            made.writestr(name, data)
    return target.getvalue()


def encode(name: str, data: bytes) -> tuple[str, str]:
    message = inspect_message(packed((name, data)).envelope).message
    assert isinstance(message, DocumentMessage)
    return message.attachments[0].content_type, message.attachments[0].encoded


def decode(name: str, text: str) -> Decoded:
    with Beside() as beside:
        return judge_wire(name, *Intake(Memory(), MessageLimits(), beside).wire(text))


def opened(name: str, data: bytes) -> Decoded:
    with Beside() as beside:
        return unwrap(name, decode(name, base64.b64encode(data).decode()), Memory(), MessageLimits(), beside)


def bytes_of(landed: Landed | None) -> bytes:
    if landed is None:
        return b""
    with landed.store.open(landed.file) as stream:
        return stream.read()


def content(decoded: Decoded) -> bytes:
    return bytes_of(decoded.content)


def sniff(data: bytes) -> FileKind:
    with Beside() as beside:
        landing = Landing(Memory(), 1 << 20)
        landing.write(data, beside)
        return sniff_landed(landing.finish(beside))


def rules(decoded: Decoded) -> list[str]:
    return [one.rule for one in (*decoded.faults, *decoded.notices)]


OOXML = archive(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"))


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.pdf", "application/pdf"),
        ("a.SIGNED.PDF", "application/pdf"),
        ("a.doc", "application/doc"),
        ("a.docx", "application/docx"),
        ("a.zip", "application/zip"),
    ],
)
def test_types_that_the_sdk_sends_raw_are_sent_raw(name: str, content_type: str) -> None:
    declared, encoded = encode(name, PDF)

    assert declared == content_type
    assert base64.b64decode(encoded) == PDF


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.txt", "không đuôi", "a.odt", "a.đuôi"])
def test_all_other_types_travel_in_a_zip_of_one_entry(name: str) -> None:
    """The SDK's reader unzips what says application/zip and is not called .zip; its list has xslx for xlsx."""
    declared, encoded = encode(name, PDF)

    with zipfile.ZipFile(io.BytesIO(base64.b64decode(encoded))) as made:
        entries = made.infolist()
        inside = made.read(entries[0])
    assert declared == "application/zip"
    assert len(entries) == 1
    assert entries[0].filename.isascii()
    assert inside == PDF


def test_zip_around_a_pdf_is_taken_off_whatever_was_declared() -> None:
    decoded = opened("a.pdf", archive(("874e.pdf", PDF)))

    assert (content(decoded), decoded.kind, rules(decoded)) == (PDF, FileKind.PDF, [])
    assert bytes_of(decoded.wire) != content(decoded)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("hồ sơ.zip", archive(("a.pdf", PDF)), id="called zip"),
        pytest.param("a.docx", OOXML, id="office format"),
        pytest.param("a.odt", archive(("mimetype", b"application/vnd.oasis")), id="open document"),
        pytest.param("a.pdf", PDF, id="no zip"),
    ],
)
def test_what_is_the_file_itself_is_not_unwrapped(name: str, data: bytes) -> None:
    decoded = opened(name, data)

    assert (content(decoded), rules(decoded)) == (data, [])


def test_office_format_inside_the_sdks_zip_is_taken_out() -> None:
    decoded = opened("a.xlsx", archive(("1.xlsx", OOXML)))

    assert (content(decoded), decoded.kind) == (OOXML, FileKind.OOXML)


def test_several_entries_are_kept_and_noted() -> None:
    data = archive(("a.pdf", PDF), ("b.pdf", PDF))

    decoded = opened("a.pdf", data)

    assert (content(decoded), rules(decoded)) == (data, ["edxml.attachment.kind"])


def test_entry_of_another_type_is_taken_out_and_noted() -> None:
    decoded = opened("a.doc", archive(("uuid.edxml", b"<a/>")))

    assert content(decoded) == b"<a/>"
    assert rules(decoded) == ["edxml.attachment.inner_name", "edxml.attachment.kind"]


@pytest.mark.parametrize("text", ["QUJD!", "QUJ", "QUJD=", "QUJDé", "QU=JD", "-_-_"])
def test_damaged_base64_is_a_fault(text: str) -> None:
    decoded = decode("a.pdf", text)

    assert (content(decoded), rules(decoded)) == (b"", ["edxml.attachment.base64"])


def test_white_space_in_base64_is_no_damage() -> None:
    assert content(decode("a.bin", " QU\r\n\tJD\n")) == b"ABC"


def test_attachment_without_content_is_a_fault() -> None:
    assert rules(decode("a.pdf", " ")) == ["edxml.attachment.empty"]


def test_binary_that_went_through_text_is_named_as_lost() -> None:
    damaged = PDF.decode("utf-8", errors="replace").encode()

    assert rules(opened("a.pdf", damaged)) == ["edxml.attachment.text_corrupted"]
    assert rules(opened("a.pdf", archive(("1.pdf", damaged)))) == ["edxml.attachment.text_corrupted"]


def test_replacement_characters_in_a_text_are_its_own() -> None:
    assert rules(opened("a.txt", "a\ufffdb".encode())) == []


def test_replacement_characters_among_other_binary_bytes_are_no_damage() -> None:
    assert rules(opened("a.pdf", PDF + b"\xef\xbf\xbd")) == []


def test_zip_bomb_is_a_fault_and_is_not_unpacked() -> None:
    decoded = opened("a.pdf", archive(("1.pdf", bytes(50_000_000))))

    assert (content(decoded), rules(decoded)) == (b"", ["edxml.attachment.limit"])


def damaged_zip() -> bytes:
    data = bytearray(archive(("1.pdf", PDF * 20)))
    data[60] ^= 0xFF
    return bytes(data)


def encrypted_zip() -> bytes:
    data = bytearray(archive(("1.pdf", PDF)))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(damaged_zip(), id="checksum"),
        pytest.param(encrypted_zip(), id="encrypted"),
        pytest.param(archive(("1.pdf", PDF))[:60], id="truncated"),
        pytest.param(archive(("1.pdf", PDF)).replace(b"1.pdf", b"2.pdf", 1), id="two names for one entry"),
    ],
)
def test_zip_that_cannot_be_opened_is_a_fault(data: bytes) -> None:
    assert rules(opened("a.pdf", data)) == ["edxml.attachment.zip"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF, FileKind.PDF),
        (b"\n\n" + PDF, FileKind.PDF),
        (OOXML, FileKind.OOXML),
        (archive(("mimetype", b"x")), FileKind.ODF),
        (archive(("a", b"x")), FileKind.ZIP),
        (b"PK\x03\x04 and nothing more", FileKind.ZIP),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind.OLE),
        (b"", FileKind.OTHER),
    ],
)
def test_kind_is_told_by_the_bytes(data: bytes, kind: FileKind) -> None:
    assert sniff(data) is kind


def test_name_that_promises_a_pdf_is_noted_where_there_is_none() -> None:
    assert rules(opened("a.pdf", b"hello")) == ["edxml.attachment.kind"]


def test_pdf_under_another_name_is_noted() -> None:
    assert rules(opened("a.doc", PDF)) == ["edxml.attachment.kind"]
