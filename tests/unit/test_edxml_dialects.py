"""What each known producer sends is read, and every rule that was needed is noted. All names are invented."""

from __future__ import annotations

import base64
import json
from datetime import date, datetime
from pathlib import Path

import pytest
from edxml_fixtures import SAMPLES, packed

from edocs._edxml import dialects
from edocs._edxml.writer import write_document, write_status
from edocs.errors import MalformedEnvelopeError
from edocs.exchange import inspect_message, unpack
from edocs.model import (
    HANOI,
    BusinessKind,
    DocumentMessage,
    Envelope,
    EnvelopeSignature,
    MessageKind,
    OrganId,
    OtherMessage,
    Priority,
    StatusMessage,
)

NS = dialects.QCVN
PDF = b"%PDF-1.7 lam giang"
B64 = base64.b64encode(PDF).decode()
EXPECTED = Path(__file__).parents[1] / "vectors" / "edxml" / "notices.json"

PARTIES = (
    "<From><OrganId>000.00.00.H99</OrganId><OrganName>UBND tỉnh Lam Giang</OrganName></From>"
    "<To><OrganId>H99.13</OrganId><OrganName>Sở Nội vụ</OrganName></To>"
)
REST = (
    "<Code><CodeNumber>07</CodeNumber><CodeNotation>UBND-VP</CodeNotation></Code>"
    "<PromulgationInfo><Place>Lam Giang</Place><PromulgationDate>05/03/2026</PromulgationDate></PromulgationInfo>"
    "<DocumentType><Type>18</Type><TypeName>Công văn</TypeName></DocumentType><Subject>V/v thử</Subject>"
    "<SignerInfo><FullName>Nguyễn Văn An</FullName></SignerInfo>"
    "<OtherInfo><Priority>5</Priority><SphereOfPromulgation>A</SphereOfPromulgation><TyperNotation>B</TyperNotation>"
    "<PromulgationAmount>1</PromulgationAmount><PageAmount>1</PageAmount><Direction>false</Direction></OtherInfo>"
    "<SteeringType>0</SteeringType><DocumentId>7</DocumentId>"
)


def rules(read: Envelope) -> list[tuple[str, str]]:
    return [(notice.rule.removeprefix("edxml."), notice.params["path"]) for notice in read.notices]


def document(data: str | bytes) -> tuple[DocumentMessage, list[tuple[str, str]]]:
    read = inspect_message(data.encode() if isinstance(data, str) else data)
    assert isinstance(read.message, DocumentMessage)
    return read.message, rules(read)


def faults(data: str | bytes) -> list[str]:
    return [one.rule for one in unpack(data.encode() if isinstance(data, str) else data).all_faults]


def changed(*changes: tuple[str, str]) -> str:
    text = packed(("a.pdf", PDF)).envelope.decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def test_lang_son_is_read() -> None:
    data = changed(
        (
            "<edXML:Reference>",
            '<edXML:Reference xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="cid:1" '
            'xlink:role="XLinkRole" xlink:type="simple">',
        ),
        ("<ContentId>cid:1</ContentId>", "<ContentId>1</ContentId>"),
        (
            "<edXML:TraceHeaderList>",
            '<edXML:TraceHeaderList id="x" version="1.0" mustUnderstand="1" '
            'actor="http://schemas.xmlsoap.org/soap/actor/next">',
        ),
        ("</edXML:edXMLHeader>", "<edXML:DigitalSignature/></edXML:edXMLHeader>"),
        ("<edXML:Position>Chủ tịch</edXML:Position>", "<edXML:Position>N/A</edXML:Position>"),
    )

    message, found = document(data)

    assert found == [
        ("value.nothing", "MessageHeader/SignerInfo/Position"),
        ("content_id.prefix", "AttachmentEncoded/Attachment"),
    ]
    assert message.signer.position == ""
    assert inspect_message(data.encode()).signature is EnvelopeSignature.EMPTY
    assert faults(data) == []


def test_bkav_is_read() -> None:
    data = changed(
        ("Bussiness>", "Business>"),
        ("BussinessDocType", "BusinessDocType"),
        ("BussinessDocReason", "BusinessDocReason"),
        ("2026/03/05</edXML:PromulgationDate>", "05/03/2026</edXML:PromulgationDate>"),
        ("<edXML:Priority>0<", "<edXML:Priority>5<"),
        ("<edXML:TypeDetail>0<", "<edXML:TypeDetail>-1<"),
        ("ContentId>cid:1<", "ContentId>cid:cid:1<"),
    )

    message, found = document(data)

    assert {rule for rule, _ in found} == {"element.spelling", "value.spelling", "content_id.prefix"}
    assert ("element.spelling", "TraceHeaderList/Bussiness/BusinessDocType") in found
    assert message.promulgation.on == date(2026, 3, 5)
    assert message.other.priority is Priority.NORMAL
    assert message.document_type.detail == "0"
    assert message.business is not None
    assert (message.business.kind, message.business.reason) == (BusinessKind.NEW, "Văn bản điện tử mới")
    assert faults(data) == []


def test_bkav_status_element_is_a_status_message() -> None:
    data = (
        f'<edXML xmlns="{NS}"><edXMLEnvelope><edXMLHeader><Status><From><OrganId>H99.13</OrganId></From>'
        "<ResponseFor><OrganId>H99</OrganId></ResponseFor><StatusCode>3</StatusCode><Description>Đã nhận</Description>"
        "<Timestamp>06/03/2026 08:00:00</Timestamp></Status></edXMLHeader></edXMLEnvelope></edXML>"
    )

    read = inspect_message(data.encode())

    assert isinstance(read.message, StatusMessage)
    assert (read.message.code, read.message.at) == ("03", datetime(2026, 3, 6, 8, tzinfo=HANOI))
    assert rules(read) == [
        ("element.spelling", "Status"),
        ("value.spelling", "MessageHeader/StatusCode"),
        ("value.spelling", "MessageHeader/Timestamp"),
    ]


def test_quirks_of_the_sdk_are_read() -> None:
    data = changed(
        ("<edXML:SteeringType>", "<edXML:ResponseFor/><edXML:SteeringType>"),
        (
            "<edXML:OrganId>000.00.00.H99</edXML:OrganId>\n          <edXML:Timestamp>",
            "<edXML:OrganId>null</edXML:OrganId><edXML:Timestamp>",
        ),
        (
            "</edXML:TraceHeaderList>",
            "<edXML:TraceHeader><edXML:Timestamp>2026/03/05 17:00:00</edXML:Timestamp></edXML:TraceHeader>"
            "</edXML:TraceHeaderList>",
        ),
    )

    message, found = document(data)

    assert found == [
        ("element.empty", "MessageHeader/ResponseFor"),
        ("value.nothing", "TraceHeaderList/TraceHeader[1]/OrganId"),
        ("element.missing", "TraceHeaderList/TraceHeader[2]/OrganId"),
    ]
    assert [trace.organ_id for trace in message.traces] == [OrganId(value="")] * 2
    assert message.responses == ()


def test_application_and_tasks_of_the_sdk_survive_writing() -> None:
    extra = (
        "<edXML:ResponseForTask><edXML:TaskCode>T-1</edXML:TaskCode><edXML:TaskCode>T-2</edXML:TaskCode>"
        "</edXML:ResponseForTask><edXML:ApplicationType>MCDT_DT</edXML:ApplicationType>"
    )
    message, found = document(changed(("<edXML:ToPlaces>", f"{extra}<edXML:ToPlaces>")))

    again, _ = document(write_document(message))

    assert found == []
    assert (message.task_codes, message.application_type) == (("T-1", "T-2"), "MCDT_DT")
    assert again == message


@pytest.mark.parametrize(
    "document_id",
    ["18661", "6f0e1f52-7a43-4a53-9d0b-8a1f7f1f0a11", "H99-2026-15", "000.00.00.H99,2014/02/30,07/UBND-VP"],
)
def test_a_document_id_is_opaque(document_id: str) -> None:
    data = changed(
        ("<edXML:DocumentId>000.00.00.H99,2026/03/05,07/UBND-VP<", f"<edXML:DocumentId>{document_id}<"),
    )

    message, found = document(data)

    assert (message.document_id, found) == (document_id, [])


def test_business_before_the_traces_is_read() -> None:
    text = changed()
    start, end = text.index("<edXML:Bussiness>"), text.index("</edXML:Bussiness>") + len("</edXML:Bussiness>")
    business = text[start:end]
    data = text.replace(business, "").replace("<edXML:TraceHeaderList>", f"<edXML:TraceHeaderList>{business}")

    assert document(data) == document(text)


@pytest.mark.parametrize(
    ("junk", "rule"),
    [
        ("1212", "xml.junk"),
        ("\n\n ", "xml.junk"),
        ("\ufeff12", "xml.junk"),
        ("\ufeff", ""),
    ],
)
def test_something_before_the_declaration_is_left_out(junk: str, rule: str) -> None:
    _, found = document(junk + changed())

    assert [one for one, _ in found] == ([rule] if rule else [])


@pytest.mark.parametrize("junk", ["<", "1" * 300, "\x00", "1<2"])
def test_more_than_a_slip_before_the_declaration_is_refused(junk: str) -> None:
    with pytest.raises(MalformedEnvelopeError):
        inspect_message((junk + changed()).encode())


def test_a_known_prefix_that_nobody_declared_is_read() -> None:
    data = changed(("<edXML:Reference>", '<edXML:Reference xlink:href="cid:1">'))

    _, found = document(data)

    assert found == [("xml.prefix", "xlink:")]


def test_the_prefix_of_edxml_itself_may_be_undeclared() -> None:
    data = changed((f' xmlns:edXML="{NS}"', ""))

    message, found = document(data)

    assert (found, message.subject) == ([("xml.prefix", "edXML:")], "V/v gửi, nhận văn bản điện tử")


def test_a_prefix_that_could_mean_anything_is_refused() -> None:
    with pytest.raises(MalformedEnvelopeError, match="does not parse"):
        inspect_message(changed(("<edXML:SteeringType>", "<x:Extra/><edXML:SteeringType>")).encode())


@pytest.mark.parametrize("comment", ["<!-- <a> <!-- b --> c -->", "<!-- <a><!-- b --></a> -->", "<!-- <!-- --> -->"])
def test_nested_comments_are_left_out(comment: str) -> None:
    data = changed(("<edXML:Subject>", f"{comment}<edXML:Subject>"))

    message, found = document(data)

    assert (found, message.subject) == ([("xml.comment", "<!--")], "V/v gửi, nhận văn bản điện tử")


@pytest.mark.parametrize(
    "comment",
    [
        "<!-- <!-- -->",
        "<!-- -- > <edXML:Content>giả</edXML:Content> -->",
        "<!-- <!-- --> <edXML:Content>giả</edXML:Content> -->",
        "<!-- -- --> -->",
        "<!-- a -- --><![CDATA[<!--]]>",
    ],
)
def test_comments_with_two_readings_are_refused(comment: str) -> None:
    with pytest.raises(MalformedEnvelopeError, match="does not parse"):
        inspect_message(changed(("<edXML:Subject>", f"{comment}<edXML:Subject>")).encode())


def test_a_document_type_that_a_comment_hid_is_refused() -> None:
    data = f"<!-- <!-- --> --><!DOCTYPE edXML [<!ENTITY a 'b'>]>{changed().split('?>', 1)[1]}"

    with pytest.raises(MalformedEnvelopeError, match=r"document type|does not parse"):
        inspect_message(data.encode())


@pytest.mark.parametrize("name", ["edXMLEnvelope", "EdXMLEnvelope"])
@pytest.mark.parametrize("space", [NS, "http://www.go.vn/eDoc", "http://www.e-doc.vn/Schema/"])
def test_envelopes_without_a_root_are_read_in_any_known_namespace(name: str, space: str) -> None:
    data = (
        f'<{name} xmlns="{space}"><edXMLHeader><MessageHeader>{PARTIES}{REST}</MessageHeader></edXMLHeader>'
        "<edXMLBody><edXMLManifest><Reference><ContentId>cid:1</ContentId><AttachmentName>a.pdf</AttachmentName>"
        "</Reference></edXMLManifest></edXMLBody><AttachmentEncoded><Attachment><ContentId>cid:1</ContentId>"
        f"<AttachmentName>a.pdf</AttachmentName><ContentTransferEncoded>{B64}</ContentTransferEncoded></Attachment>"
        f"</AttachmentEncoded></{name}>"
    )

    message, found = document(data)

    assert message.sender.name == "UBND tỉnh Lam Giang"
    assert ("root.spelling", name) in found
    assert ("element.namespace" in dict(found)) is (space != NS)
    assert faults(data) == []


def test_envelope_of_go_vn_is_read() -> None:
    data = (
        f'<EdXMLEnvelope xmlns="http://www.go.vn/eDoc"><MessageHeader>{PARTIES}'
        "<Code><CodeNumber>07</CodeNumber><CodeNotation>UBND-VP</CodeNotation></Code>"
        "<PromulgationInfo><Promulgator>An</Promulgator><PromulgationDate>2026-03-05</PromulgationDate>"
        "</PromulgationInfo><DocumentType>Công văn</DocumentType><Subject>V/v thử</Subject>"
        "<SignerInfo><Signer>Nguyễn Văn An</Signer><Position>N/A</Position></SignerInfo>"
        "<OtherInfo><PageAmount>2</PageAmount><Appendix>Phụ lục</Appendix></OtherInfo><DocumentId>u-1</DocumentId>"
        "<TraceHeaderList><TraceHeader><Time>2026-03-05T16:30:00+07:00</Time><Path><From>H99</From><To>H99.13</To>"
        "</Path></TraceHeader></TraceHeaderList></MessageHeader>"
        f"<Manifest><Attachment><Content>{B64}</Content><FileName>a.pdf</FileName><FileType>application/pdf</FileType>"
        "</Attachment></Manifest></EdXMLEnvelope>"
    )

    message, found = document(data)

    assert message.document_type.name == "Công văn"
    assert message.signer.full_name == "Nguyễn Văn An"
    assert message.promulgation.on == date(2026, 3, 5)
    assert message.other.appendixes == ("Phụ lục",)
    assert [(str(trace.organ_id), trace.at) for trace in message.traces] == [
        ("H99", datetime(2026, 3, 5, 16, 30, tzinfo=HANOI))
    ]
    assert [one.name for one in message.attachments] == ["a.pdf"]
    assert ("element.unread", "MessageHeader/PromulgationInfo/{http://www.go.vn/eDoc}Promulgator") in found
    assert ("element.place", "MessageHeader/TraceHeaderList") in found
    assert faults(data) == []
    assert unpack(data.encode()).files[0].data == PDF


SOAP_2014 = (
    '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:edXML="http://www.e-doc.vn/Schema/"><SOAP-ENV:Header>'
    '<edXML:MessageHeader xmlns="http://www.e-doc.vn/Schema/">{parties}{rest}</edXML:MessageHeader>'
    '<edXML:TraceHeaderList edXML:id="i" edXML:version="1.0" SOAP-ENV:mustUnderstand="1"><edXML:TraceHeader>'
    "<edXML:OrganId>000.00.00.H99</edXML:OrganId><edXML:Timestamp>05/03/2026 16:30:00</edXML:Timestamp>"
    "</edXML:TraceHeader></edXML:TraceHeaderList></SOAP-ENV:Header><SOAP-ENV:Body>"
    '<edXML:Manifest edXML:version="1.0"><edXML:Reference xlink:href="cid:tep-1" xlink:type="simple">'
    "<edXML:AttachmentName>công văn.pdf</edXML:AttachmentName></edXML:Reference></edXML:Manifest>"
    "{more}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
)


def mime(boundary: bytes = b"Ranh-gioi", encoding: bytes = b"binary", payload: bytes = PDF) -> bytes:
    soap = SOAP_2014.format(parties=PARTIES, rest=REST, more="").encode()
    return (
        b"--" + boundary + b"\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        b"Content-ID: <Start>\r\n\r\n" + soap + b"\r\n--" + boundary + b"\r\nContent-Type: application/pdf\r\n"
        b"Content-Transfer-Encoding: " + encoding + b"\r\nContent-ID: <tep-1>\r\n\r\n" + payload + b"\r\n--"
        + boundary + b"--\r\n"
    )  # fmt: skip


MIME_HEADER = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="Ranh-gioi"; type="text/xml"\r\n\r\n'


@pytest.mark.parametrize("header", [b"", MIME_HEADER, b"\r\n"])
def test_the_form_of_2014_is_read_with_its_mime_parts(header: bytes) -> None:
    data = header + mime()

    message, found = document(data)

    assert message.promulgation.on == date(2026, 3, 5)
    assert message.traces[0].at == datetime(2026, 3, 5, 16, 30, tzinfo=HANOI)
    assert {rule for rule, _ in found} >= {"form.mime", "root.spelling", "element.namespace", "content_id.link"}
    assert faults(data) == []
    (file,) = unpack(data).files
    assert (file.name, file.data) == ("công văn.pdf", PDF)


@pytest.mark.parametrize(
    ("encoding", "payload"),
    [
        (b"base64", base64.encodebytes(PDF)),
        (b"quoted-printable", PDF.replace(b" ", b"=20")),
        (b"binary", b"%PDF-1.7\r\n\x00\xff\r\n--Ranh-gio\r\n\n\r"),
    ],
)
def test_a_mime_attachment_comes_out_byte_for_byte(encoding: bytes, payload: bytes) -> None:
    (file,) = unpack(mime(encoding=encoding, payload=payload)).files

    assert file.data == (payload if encoding == b"binary" else PDF)


def test_damaged_base64_in_a_mime_part_is_a_fault_of_that_attachment() -> None:
    assert faults(mime(encoding=b"base64", payload=b"QUJ*")) == ["edxml.attachment.base64"]


def test_a_mime_part_that_is_not_listed_is_an_orphan() -> None:
    data = mime().replace(b"<tep-1>", b"<tep-2>")

    assert faults(data) == ["edxml.reference.orphan", "edxml.attachment.orphan"]


@pytest.mark.parametrize(
    "data",
    [
        mime()[:-20],
        mime().replace(b"text/xml; charset=utf-8", b"image/png"),
        mime() + mime(),
        MIME_HEADER.replace(b'boundary="Ranh-gioi"; ', b"") + mime(),
        b"--Ranh-gioi\r\n",
        b"--Ranh-gioi\r\n\r\n--Ranh-gioi--",
        MIME_HEADER + mime().replace(b"application/pdf", b"multipart/mixed; boundary=b"),
        MIME_HEADER,
        b"--a\r\nContent-Type: text/xml\r\n\r\n" + packed().envelope + b"\r\n--a--\r\n",
    ],
)
def test_damaged_mime_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedEnvelopeError) as caught:
        inspect_message(data)

    assert caught.value.message("vi") != caught.value.message("en")


def test_the_form_of_512_is_read() -> None:
    more = (
        '<edXML:AllDocument><edXML:Document><edXML:Attach><edXML:Attachment Content-Type="application/pdf" '
        f'Content-Transfer-Encoding="base64"><name xmlns="">công văn.pdf</name><value xmlns="">{B64}</value>'
        "</edXML:Attachment></edXML:Attach></edXML:Document></edXML:AllDocument>"
    )
    soap = SOAP_2014.format(parties=PARTIES, rest=REST, more=more).replace(' xlink:href="cid:tep-1"', "")

    message, found = document(soap)

    assert [one.name for one in message.attachments] == ["công văn.pdf"]
    assert ("element.place", "edXMLBody/AllDocument/Document/Attach/Attachment") in found
    assert [path for rule, path in found if rule == "content_id.missing"] == [
        "edXMLBody/edXMLManifest/Reference",
        "AttachmentEncoded/Attachment",
    ]
    assert faults(soap) == []


def test_an_antivirus_report_is_no_document() -> None:
    data = (
        f'<edXMLEnvelope xmlns:edXML="{NS}"><edXML:edXMLHeader><edXML:MessageHeader><edXML:From>'
        "<edXML:OrganId>H99</edXML:OrganId></edXML:From><Subject>Báo cáo</Subject></edXML:MessageHeader>"
        '</edXML:edXMLHeader><edXML:edXMLBody><AVReport name="x"><Datetime>1</Datetime></AVReport></edXML:edXMLBody>'
        "</edXMLEnvelope>"
    )

    read = inspect_message(data.encode())

    assert read.kind is MessageKind.OTHER
    assert read.message == OtherMessage(elements=("AVReport",))


@pytest.mark.parametrize("name", ["subject", "SUBJECT", "Messageheader", "attachmentencoded"])
def test_capitals_do_not_matter(name: str) -> None:
    meant = next(one for one in ("Subject", "MessageHeader", "AttachmentEncoded") if one.lower() == name.lower())
    plain, _ = document(changed())

    message, found = document(changed((f"{meant}>", f"{name}>")))

    assert message == plain
    assert [rule for rule, _ in found] == ["element.spelling"]


@pytest.mark.parametrize(
    ("extra", "name"),
    [
        ("<edXML:subject>khác</edXML:subject>", "Subject"),
        ('<Subject xmlns="">khác</Subject>', "Subject"),
        ('<Subject xmlns="http://www.go.vn/eDoc">khác</Subject>', "Subject"),
    ],
)
def test_another_spelling_does_not_smuggle_in_a_second_value(extra: str, name: str) -> None:
    with pytest.raises(MalformedEnvelopeError, match=f"ambiguous.*{name}"):
        inspect_message(changed(("<edXML:SteeringType>", f"{extra}<edXML:SteeringType>")).encode())


def test_a_second_transaction_under_another_spelling_is_refused() -> None:
    recall = (
        "<edXML:Business><edXML:BusinessDocType>1</edXML:BusinessDocType><edXML:Paper>0</edXML:Paper></edXML:Business>"
    )

    with pytest.raises(MalformedEnvelopeError, match="ambiguous"):
        inspect_message(changed(("</edXML:TraceHeaderList>", f"{recall}</edXML:TraceHeaderList>")).encode())


@pytest.mark.parametrize(
    ("code", "name", "noted"),
    [
        ("1", "Công văn", True),
        ("1", "Báo cáo", True),
        ("1", "Thông tư", True),
        ("18", "Công văn", False),
        ("2", "Quyết định", False),
        ("8", "Quyết định", False),
        ("2", "Quyết định (cá biệt)", False),
        ("99", "Công văn", False),
        ("CV", "Công văn", False),
    ],
)
def test_a_type_code_that_contradicts_the_name_is_noted(code: str, name: str, noted: bool) -> None:
    data = changed(
        ("<edXML:Type>18<", f"<edXML:Type>{code}<"), ("<edXML:TypeName>Công văn<", f"<edXML:TypeName>{name}<")
    )

    message, found = document(data)

    assert (message.document_type.code, message.document_type.name) == (code, name)
    assert ("document_type.code" in dict(found)) is noted


def test_errors_of_the_exchange_are_read() -> None:
    errors = (
        "<edXML:ErrorList><edXML:Error><edXML:Code>22</edXML:Code> <edXML:Text>sai\nđịnh dạng</edXML:Text>"
        "</edXML:Error></edXML:ErrorList>"
    )
    read = inspect_message(changed(("</edXML:edXMLHeader>", f"{errors}</edXML:edXMLHeader>")).encode())

    assert (read.errors, read.notices) == (("22 sai định dạng",), ())


def test_attributes_that_nobody_knows_are_noted() -> None:
    _, found = document(changed(("<edXML:Subject>", '<edXML:Subject lang="vi">')))

    assert found == [("attribute.unread", "MessageHeader/Subject")]


def test_link_and_content_id_that_differ_are_noted() -> None:
    data = changed(
        ("<edXML:Reference>", '<edXML:Reference xmlns:x="http://www.w3.org/1999/xlink" x:href="cid:2">'),
    )

    assert document(data)[1] == [("content_id.differs", "edXMLBody/edXMLManifest/Reference")]
    assert faults(data) == []


def test_notices_are_bounded() -> None:
    data = changed(("<edXML:SteeringType>", "".join(f"<X{n}/>" for n in range(5000)) + "<edXML:SteeringType>"))

    _, found = document(data)

    assert len(found) == 201
    assert found[-1][0] == "notices.more"


def test_every_rule_of_the_tables_names_a_known_producer() -> None:
    tables = (
        dialects.ROOTS,
        dialects.SPACES,
        dialects.SPELLINGS,
        dialects.LEAVES,
        dialects.MOVES,
        dialects.VALUES,
        dialects.NOTHING,
        dialects.PREFIXES,
    )

    assert {rule.dialect for table in tables for rule in table} <= set(dialects.DIALECTS)


@pytest.mark.parametrize("rule", dialects.VALUES, ids=lambda rule: f"{rule.names[0]} {rule.example}")
def test_every_value_rule_applies_to_its_example(rule: dialects.Value) -> None:
    import re

    from edocs._edxml.notices import Notices
    from edocs._edxml.spellings import plain_text

    notices = Notices()

    for name in rule.names:
        text = plain_text(name, rule.example, name, notices)
        assert text != rule.example
        assert text == re.fullmatch(rule.pattern, rule.example).expand(rule.meant)
    assert len(notices.found) == len(rule.names)


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.edxml")) or ["none"])
def test_official_samples_have_the_notices_that_were_reviewed(name: str) -> None:
    path = SAMPLES / f"{name}.edxml"
    if not path.exists():
        pytest.skip("the official examples are not part of the project")
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))

    opened = unpack(path.read_bytes())

    notices = [*opened.envelope.notices, *opened.notices, *(one for file in opened.files for one in file.notices)]
    assert [notice.text("en") for notice in notices] == expected[name]["notices"]
    assert [fault.text("en") for fault in opened.all_faults] == expected[name]["faults"]
    assert opened.envelope.signature.value == expected[name]["signature"]


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.edxml")) or ["none"])
def test_official_samples_are_the_same_after_reading_and_writing(name: str) -> None:
    path = SAMPLES / f"{name}.edxml"
    if not path.exists():
        pytest.skip("the official examples are not part of the project")
    message = inspect_message(path.read_bytes()).message

    match message:
        case DocumentMessage():
            again = write_document(message)
        case StatusMessage():
            again = write_status(message)
    assert inspect_message(again).message == message
