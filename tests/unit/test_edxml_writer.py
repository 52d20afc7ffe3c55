"""Writing edXML: the order and the prefixes of the official SDK."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from edxml_fixtures import META, NOW, SAMPLES, meta, packed
from lxml import etree

from edocs._edxml.writer import build_document, serialize, signature_slot
from edocs.errors import UsageError
from edocs.exchange import inspect_message, pack, read_meta
from edocs.model import DocumentMessage, OutgoingDocument, OutgoingFile

# Qualified names in the order of the official example of a new document, less its signature block, which is never
# written. Spelled by hand: the writer's own table must not be its witness.
PREFIXED = """
edXMLEnvelope edXMLHeader MessageHeader
From OrganId OrganizationInCharge OrganName OrganAdd Email Telephone Fax Website
To OrganId OrganizationInCharge OrganName OrganAdd Email Telephone Fax Website
DocumentId Code CodeNumber CodeNotation PromulgationInfo Place PromulgationDate DocumentType Type TypeDetail TypeName
Subject Content SignerInfo Competence Position FullName DueDate OtherInfo Priority SphereOfPromulgation TyperNotation
PromulgationAmount PageAmount Direction Appendixes Appendix SteeringType ToPlaces Place Place
TraceHeaderList TraceHeader OrganId Timestamp
Bussiness DocumentId BussinessDocType BussinessDocReason Paper StaffInfo Department Staff Email Mobile
edXMLBody edXMLManifest Reference ContentId ContentType Description AttachmentName
"""
UNPREFIXED = "AttachmentEncoded Attachment ContentId AttachmentName Description ContentType"
SKELETON = [
    "edXML",
    *(f"edXML:{name}" for name in PREFIXED.split()),
    *UNPREFIXED.split(),
    "edXML:ContentTransferEncoded",
]


def names(envelope: bytes) -> list[str]:
    """Start tags as they are spelled, prefixes and all."""
    text = re.sub(r"<Signature>.*?</Signature>", "", envelope.decode(), flags=re.DOTALL)
    return re.findall(r"<([A-Za-z:]+)[ />]", text)


def full_meta() -> OutgoingDocument:
    contact = META[META.index("in_charge") : META.index("[[to]]")]
    return meta(('name = "Sở Nội vụ tỉnh Lam Giang"\n', f'name = "Sở Nội vụ tỉnh Lam Giang"\n{contact}'))


def test_elements_stand_in_the_order_and_with_the_prefixes_of_the_sdk() -> None:
    file = OutgoingFile(name="a.pdf", data=b"%PDF-1.7")

    envelope = pack(full_meta(), [file], now=NOW).envelope

    assert names(envelope) == SKELETON


def test_the_skeleton_is_that_of_the_official_example() -> None:
    path = SAMPLES / "edoc_new.edxml"
    if not path.exists():
        pytest.skip("the official examples are not part of the project")

    assert names(path.read_bytes()) == SKELETON


@pytest.mark.parametrize(
    ("business", "expected"),
    [
        (
            'kind = "update"\nreason = "Cập nhật"\n[business.update]\ncontent = true\nreceivers_changed = true\n'
            'receivers = [{ id = "H99.14", kind = 0 }, { id = "H99.15", kind = 1 }]\n',
            "BussinessDocumentInfo DocumentInfo DocumentReceiver ReceiverList "
            "Receiver OrganId ReceiverType Receiver OrganId ReceiverType",
        ),
        (
            'kind = "replacement"\nreason = "Thay thế"\n[[business.replaces]]\ndocument_id = "5"\n'
            'organs = ["H99.14", "H99.15"]\n',
            "ReplacementInfoList ReplacementInfo DocumentId OrganIdList OrganId OrganId",
        ),
    ],
)
def test_update_and_replacement_are_written_as_the_sdk_does(business: str, expected: str) -> None:
    text = META[: META.index("[business]")] + "[business]\n" + business
    document = read_meta(text.encode())

    envelope = pack(document, [OutgoingFile(name="a.pdf", data=b"%PDF-1.7")], now=NOW).envelope

    written = [name.removeprefix("edXML:") for name in names(envelope)]
    start = written.index("Paper") + 1
    assert written[start : written.index("StaffInfo")] == expected.split()


def test_answer_is_written_between_other_information_and_steering() -> None:
    answer = '[[response_for]]\nid = "H99.13"\ncode = "5/SNV-VP"\ndate = 2026-03-01\ndocument_id = "5"\n\n[signer]'
    document = meta(("[signer]", answer))

    envelope = pack(document, [OutgoingFile(name="a.pdf", data=b"%PDF-1.7")], now=NOW).envelope

    written = [name.removeprefix("edXML:") for name in names(envelope)]
    start = written.index("Appendix") + 1
    expected = "ResponseFor OrganId Code DocumentId PromulgationDate SteeringType"
    assert written[start : start + 6] == expected.split()


def test_namespaces_are_declared_where_the_sdk_declares_them() -> None:
    text = packed().envelope.decode()

    namespace = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    assert f'<edXML xmlns="{namespace}">' in text
    assert f'<edXML:edXMLEnvelope xmlns:edXML="{namespace}">' in text
    assert f'<edXML:ContentTransferEncoded xmlns:edXML="{namespace}">' in text
    assert text.count("xmlns") == 3
    assert '<edXML:edXMLManifest version="1.0">' in text


def test_content_ids_carry_cid_and_base64_stands_on_one_line() -> None:
    text = packed(("a.pdf", b"%PDF-" + bytes(range(256)) * 40)).envelope.decode()

    assert text.count("ContentId>cid:1<") == 2
    line = next(line for line in text.splitlines() if "ContentTransferEncoded" in line)
    assert line.strip().endswith("</edXML:ContentTransferEncoded>")


def test_no_signature_block_is_written() -> None:
    assert b"Signature" not in packed().envelope


def test_signed_elements_get_their_ids_and_the_signature_its_place_behind_the_traces() -> None:
    message = inspect_message(packed().envelope).message
    assert isinstance(message, DocumentMessage)

    root = build_document(message, {"MessageHeader": "h", "AttachmentEncoded": "a"})

    header, index = signature_slot(root)
    assert [(etree.QName(one).localname, one.get("Id")) for one in root.iter("*") if one.attrib.get("Id")] == [
        ("MessageHeader", "h"),
        ("AttachmentEncoded", "a"),
    ]
    assert [etree.QName(one).localname for one in header][index - 1] == "TraceHeaderList"
    assert serialize(build_document(message)) == packed().envelope


def test_same_message_gives_the_same_bytes() -> None:
    files = (("a.pdf", b"%PDF-1.7"), ("b.csv", b"1;2"))

    assert packed(*files) == packed(*files)


def test_everything_that_is_missing_is_named_at_once() -> None:
    document = full_meta()
    message = replace(
        document.message,
        subject="",
        receivers=(),
        other=replace(document.message.other, pages=None),
        promulgation=replace(document.message.promulgation, on=None),
    )

    with pytest.raises(UsageError) as caught:
        pack(replace(document, message=message), [OutgoingFile(name="a.pdf", data=b"x")], now=NOW)

    assert caught.value.params["missing"].split(", ") == [
        "MessageHeader/To",
        "MessageHeader/PromulgationInfo/PromulgationDate",
        "MessageHeader/Subject",
        "MessageHeader/OtherInfo/PageAmount",
    ]


@pytest.mark.parametrize("text", ["a\x00b", "a\x08b", "a\ud800b", "a\ufffeb"])
def test_text_that_xml_cannot_hold_is_refused_by_name(text: str) -> None:
    document = full_meta()
    message = replace(document.message, subject=text)

    with pytest.raises(UsageError) as caught:
        pack(replace(document, message=message), [OutgoingFile(name="a.pdf", data=b"x")], now=NOW)

    assert caught.value.params["unwritable"] == "MessageHeader/Subject"


@pytest.mark.parametrize("text", ["null", "N/A", " null"])
def test_text_that_receivers_take_for_nothing_is_refused_by_name(text: str) -> None:
    document = full_meta()
    message = replace(document.message, signer=replace(document.message.signer, full_name=text))

    with pytest.raises(UsageError) as caught:
        pack(replace(document, message=message), [OutgoingFile(name="a.pdf", data=b"x")], now=NOW)

    assert caught.value.params["misread"] == f"MessageHeader/SignerInfo/FullName = {text}"
