"""The door of exchange: what is packed comes out again, and what does not is named."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from edxml_fixtures import META, NOW, meta, packed

from edocs.errors import (
    AttachmentMismatchError,
    MalformedEnvelopeError,
    StateSecretError,
    UnreadableError,
    UsageError,
)
from edocs.exchange import inspect_message, pack, read_manifest, read_meta, unpack
from edocs.model import (
    Comparison,
    DocumentMessage,
    Manifest,
    OrganId,
    OrganIdSyntax,
    OutgoingFile,
    Packed,
    Priority,
    Reason,
    Secrecy,
    Unpacked,
)

FILES = (("công văn.pdf", b"%PDF-1.7 letter"), ("bảng.xlsx", b"PK\x03\x04 sheet"), ("a.csv", b"1;2"))


def rules(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.rule for reason in reasons]


def stored(manifest: Manifest) -> Manifest:
    """The manifest as it is after it was written and read."""
    return read_manifest(json.dumps(manifest.as_dict()).encode())


def tampered(result: Packed, old: bytes, new: bytes) -> bytes:
    assert old in result.envelope
    return result.envelope.replace(old, new)


def test_what_was_packed_is_unpacked_byte_for_byte() -> None:
    result = packed(*FILES)

    opened = unpack(result.envelope, stored(result.manifest))

    assert [(file.name, file.data) for file in opened.files] == list(FILES)
    assert opened.comparison is Comparison.EQUAL
    assert opened.all_faults == opened.notices == ()
    opened.require()


def test_without_a_manifest_nothing_is_said_to_be_equal() -> None:
    opened = unpack(packed(*FILES).envelope)

    assert opened.comparison is Comparison.NOT_COMPARED
    assert {file.comparison for file in opened.files} == {Comparison.NOT_COMPARED}


def test_a_manifest_of_another_document_is_a_fault() -> None:
    result = packed(*FILES)

    opened = unpack(result.envelope, replace(result.manifest, document_id="H99,2026/03/05,08/UBND-VP"))

    assert rules(opened.faults) == ["edxml.manifest.document"]
    assert "H99,2026/03/05,08/UBND-VP" in opened.faults[0].text("vi")


def test_a_result_has_no_truth_value() -> None:
    with pytest.raises(TypeError):
        bool(unpack(packed().envelope))


def test_one_changed_byte_of_an_attachment_is_named_and_spoils_no_other() -> None:
    result = packed(("a.doc", b"AAAAAA"), ("b.doc", b"BBBBBB"))

    opened = unpack(tampered(result, b"QUFBQUFB", b"QUFBQUFC"), result.manifest)

    assert [rules(file.faults) for file in opened.files] == [["edxml.manifest.digest"], []]
    assert [file.comparison for file in opened.files] == [Comparison.DIFFERENT, Comparison.EQUAL]
    assert opened.comparison is Comparison.DIFFERENT
    with pytest.raises(AttachmentMismatchError, match=r"a\.doc") as caught:
        opened.require()
    assert caught.value.exit_code == 1


def test_two_attachments_that_changed_places_are_both_named() -> None:
    result = packed(("a.doc", b"AAAAAA"), ("b.doc", b"BBBBBB"))
    swapped = tampered(result, b"QUFBQUFB", b"?").replace(b"QkJCQkJC", b"QUFBQUFB").replace(b"?<", b"QkJCQkJC<")

    opened = unpack(swapped, result.manifest)

    assert [rules(file.faults) for file in opened.files] == [["edxml.manifest.digest"]] * 2


def test_attachment_under_another_name_is_not_the_one_packed() -> None:
    result = packed(("a.doc", b"AAAAAA"))

    opened = unpack(tampered(result, b"Name>a.doc<", b"Name>b.doc<"), result.manifest)

    assert rules(opened.files[0].faults) == ["edxml.manifest.name"]


def test_attachment_that_the_manifest_does_not_know_is_a_fault() -> None:
    result = packed(("a.doc", b"AAAAAA"), ("b.doc", b"BBBBBB"))
    manifest = replace(result.manifest, attachments=result.manifest.attachments[:1])

    opened = unpack(result.envelope, manifest)

    assert [rules(file.faults) for file in opened.files] == [[], ["edxml.manifest.unexpected"]]
    assert opened.comparison is Comparison.DIFFERENT


def test_attachment_that_is_gone_is_named() -> None:
    result = packed(("a.doc", b"AAAAAA"), ("b.doc", b"BBBBBB"))
    start, end = result.envelope.rindex(b"    <Attachment>"), result.envelope.index(b"  </AttachmentEncoded>")

    opened = unpack(result.envelope[:start] + result.envelope[end:], result.manifest)

    assert rules(opened.faults) == ["edxml.reference.orphan", "edxml.manifest.missing"]
    assert {fault.params["name"] for fault in opened.faults} == {"b.doc"}


def test_message_with_all_attachments_gone_is_not_equal() -> None:
    result = packed(("a.doc", b"AAAAAA"))
    start, end = result.envelope.index(b"  <AttachmentEncoded>"), result.envelope.rindex(b"</edXML>")

    opened = unpack(result.envelope[:start] + result.envelope[end:], result.manifest)

    assert opened.comparison is Comparison.DIFFERENT
    assert rules(opened.faults) == ["edxml.reference.orphan", "edxml.manifest.missing"]


def test_attachment_that_the_envelope_does_not_list_is_a_fault() -> None:
    result = packed(("a.doc", b"AAAAAA"))

    opened = unpack(tampered(result, b"<edXML:ContentId>cid:1<", b"<edXML:ContentId>cid:9<"))

    assert rules(opened.faults) == ["edxml.reference.orphan", "edxml.attachment.orphan"]


def test_content_id_that_stands_for_two_attachments_is_a_fault() -> None:
    result = packed(("a.doc", b"AAAAAA"), ("b.doc", b"BBBBBB"))

    opened = unpack(tampered(result, b"cid:2<", b"cid:1<"))

    assert rules(opened.faults) == ["edxml.reference.repeated"]


@pytest.mark.parametrize("written", [b"<ContentId>1<", b"<ContentId>cid:cid:1<", b"<ContentId> CID:1 <"])
def test_content_ids_match_whatever_became_of_cid(written: bytes) -> None:
    result = packed(("a.doc", b"AAAAAA"))

    opened = unpack(tampered(result, b"<ContentId>cid:1<", written), result.manifest)

    assert (opened.all_faults, opened.comparison) == ((), Comparison.EQUAL)


def test_trace_added_on_the_way_is_noted_and_no_fault() -> None:
    result = packed(("a.doc", b"AAAAAA"))
    end = b"</edXML:TraceHeader>"
    hop = b"<edXML:TraceHeader><edXML:Timestamp>2026/03/05 17:00:00</edXML:Timestamp></edXML:TraceHeader>"

    opened = unpack(tampered(result, end, end + hop), result.manifest)

    assert (opened.all_faults, opened.comparison) == ((), Comparison.EQUAL)
    assert rules(opened.notices) == ["edxml.manifest.envelope"]


def test_envelopes_other_name_for_an_attachment_is_noted() -> None:
    result = packed(("a.doc", b"AAAAAA"))

    opened = unpack(tampered(result, b"<edXML:AttachmentName>a.doc<", b"<edXML:AttachmentName>b.doc<"))

    assert (rules(opened.faults), rules(opened.notices)) == ([], ["edxml.reference.name"])


def test_names_of_attachments_are_made_safe_and_unique() -> None:
    result = packed(("a.doc", b"AAAAAA"), ("b.doc", b"BBBBBB"))
    renamed = tampered(result, b"Name>a.doc<", b"Name>../../x/nul.doc<").replace(b"Name>b.doc<", b"Name>_NUL.doc<")

    opened = unpack(renamed)

    assert [file.name for file in opened.files] == ["_nul.doc", "_NUL (2).doc"]
    assert [file.declared_name for file in opened.files] == ["../../x/nul.doc", "_NUL.doc"]
    assert [rules(file.notices)[0] for file in opened.files] == ["edxml.attachment.name"] * 2


def test_file_that_is_itself_a_zip_of_one_entry_comes_out_whole() -> None:
    """Only the manifest can tell the sender's own ZIP from the one that the SDK puts around a file."""
    inner = packed(("a.csv", b"1;2"))
    wire = unpack(inner.envelope).files[0].wire_sha256
    zipped = next(iter(_wire_of(inner)))
    result = packed(("a.doc", zipped))

    opened = unpack(result.envelope, result.manifest)

    assert opened.files[0].data == zipped
    assert opened.files[0].sha256 == wire
    assert opened.all_faults == ()


def _wire_of(result: Packed) -> list[bytes]:
    import base64

    message = inspect_message(result.envelope).message
    assert isinstance(message, DocumentMessage)
    return [base64.b64decode(one.encoded) for one in message.attachments]


def test_status_message_has_nothing_to_unpack() -> None:
    ns = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
    data = (
        f'<edXML xmlns="{ns}"><edXMLEnvelope><edXMLHeader><MessageHeader><StatusCode>01</StatusCode>'
        "</MessageHeader></edXMLHeader></edXMLEnvelope></edXML>"
    ).encode()

    assert unpack(data).files == ()


def test_unpacking_what_is_no_message_is_unreadable() -> None:
    with pytest.raises(MalformedEnvelopeError):
        unpack(b"<a/>")


@pytest.mark.parametrize("word", ["Mật", "tối mật", "TUYỆT MẬT", "confidential", "top_secret"])
def test_state_secret_is_never_packed(word: str) -> None:
    document = meta(("number = 7", f'number = 7\nsecrecy = "{word}"'))

    with pytest.raises(StateSecretError) as caught:
        pack(document, [OutgoingFile(name="a.pdf", data=b"x")], now=NOW)

    assert caught.value.exit_code == 6
    assert document.secrecy is not Secrecy.NONE


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "no file"),
        ([("a.pdf", b"")], "empty"),
        ([("a.pdf", b"x"), ("A.PDF", b"y")], "same name"),
        ([("a/b.pdf", b"x")], "cannot be used"),
        ([("nul.pdf", b"x")], "cannot be used"),
        ([("a:b.pdf", b"x")], "cannot be used"),
        ([("", b"x")], "cannot be used"),
        ([("a\udc80.pdf", b"x")], "cannot be used"),
    ],
)
def test_files_that_could_not_be_unpacked_as_they_are_are_refused(files: list[tuple[str, bytes]], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        pack(meta(), [OutgoingFile(name=name, data=data) for name, data in files], now=NOW)


def test_trace_of_the_sender_has_the_time_of_vietnam() -> None:
    moment = datetime(2026, 3, 5, 9, 30, 15, 999, tzinfo=UTC)

    result = pack(meta(), [OutgoingFile(name="a.doc", data=b"x")], now=moment)

    assert b"<edXML:Timestamp>2026/03/05 16:30:15</edXML:Timestamp>" in result.envelope
    assert result.manifest.as_dict()["packed_at"] == "2026-03-05T16:30:15+07:00"


def test_a_time_without_a_zone_is_a_usage_error() -> None:
    naive = datetime(2026, 3, 5)  # noqa: DTZ001 - the case

    with pytest.raises(UsageError, match="no time zone"):
        pack(meta(), [OutgoingFile(name="a.doc", data=b"x")], now=naive)


def test_document_id_is_made_of_sender_date_and_code() -> None:
    assert meta().message.document_id == "000.00.00.H99,2026/03/05,07/UBND-VP"


def test_meta_may_name_urgency_by_word_or_number() -> None:
    by_word = meta(("number = 7", 'number = 7\npriority = "express"'))
    by_number = meta(("number = 7", "number = 7\npriority = 3"))

    assert by_word.message.other.priority is by_number.message.other.priority is Priority.EXPRESS


def test_every_problem_of_the_meta_file_is_named_at_once() -> None:
    text = META.replace('name = "Nguyễn Văn An"', "").replace("2026-03-05", '"05/03/2026"').replace("copies = 2", "")
    text = text.replace("pages = 3", "pages = -1\nsubjct = 1").replace("H99.13", "hình như").replace('"new"', "7")

    with pytest.raises(UsageError) as caught:
        read_meta(text.encode())

    params = caught.value.params
    assert params["missing"] == "signer.name, document.copies"
    assert params["invalid"].split(", ") == [
        "to[1].id = 'hình như'",
        "business.kind = '7'",
        "document.date = '05/03/2026'",
        "document.pages = '-1'",
    ]
    assert params["unknown"] == "document.subjct"


@pytest.mark.parametrize("number", [0, -7])
def test_a_number_below_one_is_refused(number: int) -> None:
    """Decree 30, article 15.1: numbers begin at 1."""
    with pytest.raises(UsageError) as caught:
        meta(("number = 7", f"number = {number}"))

    assert caught.value.params["invalid"] == f"document.number = '{number}'"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(
            "from = 1\nto = 2\ndocument = 3\nsigner = 4\nbusiness = 5\nstaff = 6\nresponse_for = 7", id="scalars"
        ),
        pytest.param("to = [1, [2], {}]\n[document]\npriority = []\nsecrecy = 1\nappendixes = [1]", id="lists"),
        pytest.param("a = [", id="not TOML"),
        pytest.param("[document]\nnumber = true\ncopies = 1e9\ndate = 2026-03-05T00:00:00", id="other types"),
    ],
)
def test_meta_file_of_any_shape_is_refused_with_reasons(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_meta(text.encode())

    assert caught.value.message("vi") != caught.value.message("en")


def test_meta_file_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(UsageError, match="UTF-8"):
        read_meta(META.encode("utf-16"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"schema": "edocs.manifest/2"}',
        b'{"schema": "edocs.manifest/1", "attachments": 1}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_manifest_that_is_none_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_manifest(data)

    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("code", "syntax"),
    [
        ("000.00.13.H53", OrganIdSyntax.QCVN_102),
        ("H53.13", OrganIdSyntax.QD_20),
        ("H53", OrganIdSyntax.QD_20),
        ("H37.DN.001", OrganIdSyntax.QD_20),
        ("H53." + "1" * 31, OrganIdSyntax.QD_20),
        ("H53." + "1" * 32, OrganIdSyntax.UNKNOWN),
        ("Z01ABC", OrganIdSyntax.QD_20_OTHER),
        ("Z00ABC", OrganIdSyntax.UNKNOWN),
        ("0101234567", OrganIdSyntax.ENTERPRISE),
        ("0101234567-001", OrganIdSyntax.ENTERPRISE),
        ("28.22.H17", OrganIdSyntax.SHORT),
        ("000.1137.H53", OrganIdSyntax.UNKNOWN),
        ("h53.13", OrganIdSyntax.UNKNOWN),
        ("٠٠٠.٠٠.٠٠.H53", OrganIdSyntax.UNKNOWN),
        ("H53.13\n", OrganIdSyntax.UNKNOWN),
        ("", OrganIdSyntax.UNKNOWN),
    ],
)
def test_syntax_of_agency_codes_is_recognised(code: str, syntax: OrganIdSyntax) -> None:
    assert OrganId(value=code).syntax is syntax


def test_unpacked_value_is_made_of_plain_data() -> None:
    opened = unpack(packed().envelope)

    assert isinstance(opened, Unpacked)
    assert "body" not in repr(opened)
