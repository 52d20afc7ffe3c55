"""Reading edXML: what is refused, what is tolerated and noted, and that nothing of it is believed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from edxml_fixtures import SAMPLES, packed

from edocs._edxml.parsing import LIMITS
from edocs.errors import MalformedEnvelopeError
from edocs.exchange import inspect_message
from edocs.model import (
    HANOI,
    BusinessKind,
    DocumentMessage,
    Envelope,
    EnvelopeSignature,
    MessageKind,
    StatusMessage,
)

NS = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


@pytest.fixture(scope="module")
def envelope() -> bytes:
    return packed().envelope


def rules(read: Envelope) -> list[tuple[str, str]]:
    return [(notice.rule, notice.params["path"]) for notice in read.notices]


def document(read: Envelope) -> DocumentMessage:
    assert isinstance(read.message, DocumentMessage)
    return read.message


def status(inner: str) -> bytes:
    return (
        f'<edXML xmlns="{NS}"><edXMLEnvelope><edXMLHeader><MessageHeader>{inner}'
        f"</MessageHeader></edXMLHeader></edXMLEnvelope></edXML>"
    ).encode()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"\xef\xbb\xbf \n", "is empty", id="only a byte order mark"),
        pytest.param(b"%PDF-1.7", "does not parse", id="not XML"),
        pytest.param(b"<edXML>", "does not parse", id="truncated"),
        pytest.param(b"<!-- <edXML/>", "does not parse", id="comment without an end"),
        pytest.param(b'<!DOCTYPE edXML><edXML xmlns="x"/>', "document type", id="document type"),
        pytest.param(
            b"<!-- --><?x y?> \n<!DOCTYPE edXML><edXML/>", "document type", id="document type after a comment"
        ),
        pytest.param(b"\xef\xbb\xbf<!DOCTYPE edXML><edXML/>", "document type", id="after a mark"),
        pytest.param('<?xml version="1.0"?><!DOCTYPE a><a/>'.encode("utf-16"), "UTF-8", id="UTF-16"),
        pytest.param(b'<?xml version="1.0" encoding="windows-1258"?><a/>', "UTF-8", id="other encoding"),
        pytest.param(b"<a>\xff\xfe</a>", "does not parse", id="not UTF-8 inside"),
        pytest.param(b"<edXML>&nothing;</edXML>", "does not parse", id="entity that nobody declared"),
        pytest.param(b"<a>" * (LIMITS.depth + 1) + b"</a>" * (LIMITS.depth + 1), "nested deeper", id="too deep"),
        pytest.param(b"<a>" * 100_000, "does not parse", id="deep beyond the parser"),
        pytest.param(b"<a>" + b"<b/>" * LIMITS.marks + b"</a>", "more than 200000", id="too wide"),
        pytest.param(b"<a " + b"b='' " * (LIMITS.marks + 1) + b"/>", "more than 200000", id="too many attributes"),
        pytest.param(b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "not an edXML", id="other XML"),
        pytest.param(f'<edXML xmlns="{NS}"/>'.encode(), "no edXMLEnvelope", id="no envelope"),
        pytest.param(b"<edXML><edXMLEnvelope/></edXML>", "not an edXML", id="no namespace"),
    ],
)
def test_what_is_no_safe_edxml_is_refused_as_unreadable(data: bytes, why: str) -> None:
    with pytest.raises(MalformedEnvelopeError, match=why) as caught:
        inspect_message(data)

    assert caught.value.exit_code == 4
    assert caught.value.message("vi") != caught.value.message("en")


def test_entity_never_reads_a_file(tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden", encoding="utf-8")
    data = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a>&x;</a>'.encode()

    with pytest.raises(MalformedEnvelopeError) as caught:
        inspect_message(data)

    assert "document type" in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("name", ["edXMLEnvelope", "edXMLHeader", "MessageHeader", "TraceHeaderList", "edXMLBody"])
def test_two_of_what_there_is_one_of_are_refused(envelope: bytes, name: str) -> None:
    """A gateway that reads the first and a receiver that reads the last would see two different documents."""
    start, end = f"<edXML:{name}".encode(), f"</edXML:{name}>".encode()
    part = envelope[envelope.index(start) : envelope.index(end) + len(end)]
    doubled = envelope.replace(part, part * 2)

    with pytest.raises(MalformedEnvelopeError, match="ambiguous"):
        inspect_message(doubled)


def test_second_block_of_attachments_is_refused(envelope: bytes) -> None:
    doubled = envelope.replace(b"</edXML>", b"<AttachmentEncoded/></edXML>")

    with pytest.raises(MalformedEnvelopeError, match="ambiguous"):
        inspect_message(doubled)


def test_a_message_that_edocs_wrote_is_read_without_notices(envelope: bytes) -> None:
    read = inspect_message(envelope)

    assert read.notices == ()
    assert read.kind is MessageKind.DOCUMENT
    assert read.signature is EnvelopeSignature.ABSENT


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "<edXML:Subject>V/v gửi, nhận văn bản điện tử</edXML:Subject>",
            "",
            ("edxml.element.missing", "MessageHeader/Subject"),
            id="missing",
        ),
        pytest.param(
            "<edXML:SteeringType>",
            "<edXML:ResponseFor/><edXML:SteeringType>",
            ("edxml.element.empty", "MessageHeader/ResponseFor"),
            id="empty answer",
        ),
        pytest.param(
            ">2026/03/05</edXML:PromulgationDate>",
            ">2014/02/30</edXML:PromulgationDate>",
            ("edxml.value.unreadable", "MessageHeader/PromulgationInfo/PromulgationDate"),
            id="a day that never was",
        ),
        pytest.param(
            "<edXML:Priority>0<",
            "<edXML:Priority>5<",
            ("edxml.value.spelling", "MessageHeader/OtherInfo/Priority"),
            id="a priority of another table",
        ),
        pytest.param(
            "<edXML:OrganId>000.00.00.H99</edXML:OrganId>\n          <edXML:Timestamp>",
            "<edXML:OrganId>null</edXML:OrganId><edXML:Timestamp>",
            ("edxml.value.nothing", "TraceHeaderList/TraceHeader/OrganId"),
            id="the text null",
        ),
        pytest.param(
            ">H99.13<",
            ">000.1137.H53<",
            ("edxml.organ_id.syntax", "MessageHeader/To/OrganId"),
            id="a code of no form",
        ),
        pytest.param(
            "<edXML:SteeringType>",
            "<edXML:ReplyFors/><edXML:SteeringType>",
            ("edxml.element.unread", "MessageHeader/ReplyFors"),
            id="an extension",
        ),
        pytest.param(
            "<edXML:SteeringType>",
            "<edXML:Subject>V/v gửi, nhận văn bản điện tử</edXML:Subject><edXML:SteeringType>",
            ("edxml.element.repeated", "MessageHeader/Subject"),
            id="repeated",
        ),
        pytest.param("<edXML xmlns=", "<EdXML xmlns=", ("edxml.root.spelling", "EdXML"), id="root with a capital"),
    ],
)
def test_what_is_tolerated_is_noted_with_its_path(
    envelope: bytes, old: str, new: str, expected: tuple[str, str]
) -> None:
    text = envelope.decode()
    assert old in text
    changed = text.replace(old, new, 1)
    if new.startswith("<EdXML"):
        changed = changed.replace("</edXML>", "</EdXML>")

    read = inspect_message(changed.encode())

    assert rules(read) == [expected]
    assert read.notices[0].text("vi") != read.notices[0].text("en")


@pytest.mark.parametrize("place", ["<edXML:SteeringType>", "<edXML:FullName>", "<edXML:ContentType>", "<ContentType>"])
def test_of_two_different_values_neither_is_taken(envelope: bytes, place: str) -> None:
    """A gateway that reads the first and a receiver that reads the last would see two different documents."""
    end = place.replace("<", "</")
    changed = envelope.replace(place.encode(), f"{place}khac{end}{place}".encode(), 1)

    with pytest.raises(MalformedEnvelopeError, match="ambiguous"):
        inspect_message(changed)


def test_minimal_document_is_read_with_a_notice_for_each_missing_part() -> None:
    data = status("<From><OrganId>H99</OrganId></From><To><OrganId>H98</OrganId></To><Subject>a</Subject>")

    read = inspect_message(data)

    message = document(read)
    assert (message.sender.id.value, message.subject, message.promulgation.on) == ("H99", "a", None)
    assert ("edxml.element.missing", "MessageHeader/Code") in rules(read)
    assert ("edxml.element.missing", "AttachmentEncoded") in rules(read)


def test_elements_of_a_foreign_namespace_are_not_taken_for_edxml() -> None:
    data = status('<From><OrganId>H99</OrganId></From><Subject xmlns="urn:x">giả</Subject>')

    read = inspect_message(data)

    assert document(read).subject == ""
    assert ("edxml.element.unread", "MessageHeader/{urn:x}Subject") in rules(read)


def test_status_message_is_told_apart() -> None:
    data = status(
        "<From><OrganId>H99.13</OrganId></From><ResponseFor><OrganId>H99</OrganId><Code>07/UBND-VP</Code>"
        "<PromulgationDate>2026/03/05</PromulgationDate><DocumentId>7</DocumentId></ResponseFor>"
        "<StatusCode>15</StatusCode><Description>Đồng ý</Description><Timestamp>2026/03/06 08:00:00</Timestamp>"
    )

    message = inspect_message(data).message

    assert isinstance(message, StatusMessage)
    assert (message.code, message.description) == ("15", "Đồng ý")
    assert message.at == datetime(2026, 3, 6, 8, tzinfo=HANOI)
    assert message.response_for.on == date(2026, 3, 5)
    assert message.staff is None


def test_another_use_of_the_namespace_is_no_document() -> None:
    data = f'<edXML xmlns="{NS}"><edXMLEnvelope><AVReport/></edXMLEnvelope></edXML>'.encode()

    read = inspect_message(data)

    assert read.kind is MessageKind.OTHER
    assert read.message.elements == ("AVReport",)


XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("", EnvelopeSignature.ABSENT),
        ("<edXML:DigitalSignature/>", EnvelopeSignature.EMPTY),
        ("<Signature><SignatureValue>QUJD</SignatureValue></Signature>", EnvelopeSignature.PLACEHOLDER),
        (
            f'<s:Signature xmlns:s="{XMLDSIG}"><s:SignatureValue>'
            "GbVb8n9+qFxz466Ag0sbp\nVdLPs2R0+9JBekp</s:SignatureValue></s:Signature>",
            EnvelopeSignature.PLACEHOLDER,
        ),
        (f'<s:Signature xmlns:s="{XMLDSIG}"><s:SignedInfo/></s:Signature>', EnvelopeSignature.PLACEHOLDER),
        (
            f'<Signature xmlns:s="{XMLDSIG}"><s:SignatureValue>QUJD</s:SignatureValue></Signature>',
            EnvelopeSignature.PLACEHOLDER,
        ),
        (
            f'<s:Signature xmlns:s="{XMLDSIG}"><s:SignatureValue>QUJD</s:SignatureValue></s:Signature>',
            EnvelopeSignature.BROKEN,
        ),
    ],
)
def test_signature_block_is_classified_by_what_it_is(envelope: bytes, block: str, expected: EnvelopeSignature) -> None:
    data = envelope.replace(b"</edXML:edXMLHeader>", f"{block}</edXML:edXMLHeader>".encode())

    read = inspect_message(data)

    assert read.signature is expected


def test_attachment_larger_than_the_parsers_own_limit_is_read() -> None:
    """libxml2 by itself refuses a text of 10 MB, which is an attachment of 7.5."""
    data = packed(("lớn.pdf", b"%PDF-" + bytes(9_000_000))).envelope

    assert len(document(inspect_message(data)).attachments[0].encoded) > 10_000_000


def _sample(name: str) -> Envelope:
    path = SAMPLES / f"{name}.edxml"
    if not path.exists():
        pytest.skip("the official examples are not part of the project")
    return inspect_message(path.read_bytes())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("edoc_new", BusinessKind.NEW),
        ("edoc_revocation", BusinessKind.RECALL),
        ("edoc_update", BusinessKind.UPDATE),
        ("edoc_replacement", BusinessKind.REPLACEMENT),
    ],
)
def test_official_document_is_read_whole(name: str, kind: BusinessKind) -> None:
    read = _sample(name)

    message = document(read)
    assert rules(read) == [("edxml.document_type.code", "MessageHeader/DocumentType/Type")]
    assert read.signature is EnvelopeSignature.PLACEHOLDER
    assert message.business is not None
    assert message.business.kind is kind
    assert message.promulgation.on == (date(2019, 1, 16) if kind is BusinessKind.NEW else date(2018, 9, 28))
    assert (len(message.attachments), len(read.references)) == (1, 1)
    checks: dict[BusinessKind, Callable[[], bool]] = {
        BusinessKind.NEW: lambda: message.responses == (),
        BusinessKind.RECALL: lambda: message.responses[0].code == "267/VPCP-TTĐT",
        BusinessKind.UPDATE: lambda: [one.kind for one in message.business.update.receivers] == ["0", "1"],
        BusinessKind.REPLACEMENT: lambda: [len(one.organ_ids) for one in message.business.replacements] == [2, 2],
    }
    assert checks[kind]()


@pytest.mark.parametrize("code", ["01", "02", "03", "04", "05", "06", "13", "15", "16"])
def test_official_status_is_read_whole(code: str) -> None:
    read = _sample(f"status_{code}")

    assert isinstance(read.message, StatusMessage)
    assert read.notices == ()
    assert read.message.code == code
    assert read.message.at == datetime(2015, 9, 20, 11, 8, 36, tzinfo=HANOI)
    assert read.message.description
