"""Signed messages that were rearranged: none of them may be read as if its signer had signed what is read."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from edxml_fixtures import NOW, meta, packed
from envelope_forging import DS, QCVN, Element, Forge, add, part, signature
from lxml import etree

from edocs.errors import MalformedEnvelopeError
from edocs.exchange import inspect_message, pack
from edocs.model import BusinessKind, DocumentMessage, Envelope, EnvelopeSignature, OutgoingFile
from edocs.ports import Signer
from edocs.sealing import sign_message
from edocs.testing import Pki

Change = Callable[[Element], object]


@pytest.fixture(scope="module")
def signed(open_key: Callable[[str], Signer]) -> bytes:
    return sign_message(packed().envelope, open_key("seal"), now=NOW)


@pytest.fixture(scope="module")
def other(open_key: Callable[[str], Signer]) -> bytes:
    """Another message of the same signer: a recall."""
    document = meta(('kind = "new"', 'kind = "recall"'), ("number = 7", "number = 8"))
    files = [OutgoingFile(name="khác.doc", data=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 other")]
    return sign_message(pack(document, files, now=NOW).envelope, open_key("seal"), now=NOW)


@pytest.fixture(scope="module")
def forge(pki: Pki) -> Forge:
    return Forge(pki.key("seal"))


def rules(envelope: Envelope) -> list[str]:
    assert envelope.check is not None
    return sorted({finding.rule for finding in envelope.check.findings})


def fake(root: Element, name: str, **attributes: str) -> Element:
    """A part like the signed one, with other words in it and without its Id."""
    made = copy.deepcopy(part(root, name))
    made.attrib.pop("Id", None)
    made.attrib.update(attributes)
    for element in made.iter(f"{QCVN}Subject", f"{QCVN}BussinessDocType"):
        element.text = "1"
    return made


def replaced(root: Element, name: str, **attributes: str) -> Element:
    """Put a fake in the place of a part, and hand out the signed one."""
    real = part(root, name)
    made = fake(root, name, **attributes)
    made.tail, real.tail = real.tail, None
    real.getparent().replace(real, made)
    return real


def wrapper(parent: Element) -> Element:
    return add(parent, f"{QCVN}Wrapper")


def inside_the_fake(root: Element, name: str) -> None:
    real = replaced(root, name)
    part(root, name).append(real)


def renamed(root: Element, name: str) -> None:
    """The signed part stays in its place under another name, before a fake."""
    real = part(root, name)
    real.addprevious(fake(root, name))
    real.tag = f"{QCVN}Extension"


def bare(root: Element) -> None:
    root.tag = f"{QCVN}EdXML"


def copied_signature(root: Element) -> None:
    block = signature(root)
    again = copy.deepcopy(block)
    for element in again.iter():
        element.attrib.pop("Id", None)
    block.getparent().append(again)


def moved_signature(root: Element, name: str) -> None:
    (root if name == "edXML" else part(root, name)).append(signature(root))


PARTS = ("MessageHeader", "Bussiness", "edXMLBody", "AttachmentEncoded")
ATTACKS: dict[str, tuple[Change, set[str]]] = {}
for _name in PARTS:
    ATTACKS |= {
        f"{_name}: moved under the root with its Id, a fake without one in its place": (
            lambda root, n=_name: wrapper(root).append(replaced(root, n)),
            {"envelope.not_signed", "envelope.reference"},
        ),
        f"{_name}: moved under the header, a fake with another Id in its place": (
            lambda root, n=_name: wrapper(part(root, "edXMLHeader")).append(replaced(root, n, Id="mine")),
            {"envelope.not_signed", "envelope.reference"},
        ),
        f"{_name}: moved, a fake with the same Id in its place": (
            lambda root, n=_name: wrapper(root).append(replaced(root, n, Id=part(root, n).get("Id"))),
            {"envelope.ambiguous"},
        ),
        f"{_name}: moved, a fake with the Id in lower case in its place": (
            lambda root, n=_name: wrapper(root).append(replaced(root, n, id=part(root, n).get("Id"))),
            {"envelope.ambiguous"},
        ),
        f"{_name}: moved, a fake with the Id of XML in its place": (
            lambda root, n=_name: wrapper(root).append(
                replaced(root, n, **{"{http://www.w3.org/XML/1998/namespace}id": part(root, n).get("Id")})
            ),
            {"envelope.ambiguous"},
        ),
        f"{_name}: moved, a fake with the Id in a foreign namespace in its place": (
            lambda root, n=_name: wrapper(root).append(replaced(root, n, **{"{urn:other}ID": part(root, n).get("Id")})),
            {"envelope.ambiguous"},
        ),
        f"{_name}: moved into the fake that replaces it": (
            lambda root, n=_name: inside_the_fake(root, n),
            {"envelope.not_signed", "envelope.reference"},
        ),
        f"{_name}: moved into the Object of the signature": (
            lambda root, n=_name: signature(root).find(f"{DS}Object").append(replaced(root, n)),
            {"envelope.form"},
        ),
        f"{_name}: moved into an Object of its own": (
            lambda root, n=_name: add(signature(root), f"{DS}Object").append(replaced(root, n)),
            {"envelope.form"},
        ),
        f"{_name}: a fake before it": (
            lambda root, n=_name: part(root, n).addprevious(fake(root, n)),
            {"envelope.repeated"},
        ),
        f"{_name}: a fake behind it": (
            lambda root, n=_name: part(root, n).addnext(fake(root, n)),
            {"envelope.repeated"},
        ),
        f"{_name}: called otherwise, a fake before it": (
            lambda root, n=_name: renamed(root, n),
            {"envelope.not_signed", "envelope.reference"},
        ),
        f"{_name}: its Id with a space before it": (
            lambda root, n=_name: part(root, n).set("Id", f" {part(root, n).get('Id')}"),
            {"envelope.not_signed", "envelope.reference"},
        ),
        f"{_name}: an attribute more": (lambda root, n=_name: part(root, n).set("x", "1"), {"envelope.changed"}),
        f"{_name}: white space more": (
            lambda root, n=_name: setattr(part(root, n), "text", " \n"),
            {"envelope.changed"},
        ),
        f"{_name}: a processing instruction in it": (
            lambda root, n=_name: part(root, n).insert(0, etree.ProcessingInstruction("x", "y")),
            {"envelope.changed"},
        ),
    }
for _name in ("Bussiness", "edXMLBody", "AttachmentEncoded"):
    ATTACKS |= {
        f"{_name}: taken away": (
            lambda root, n=_name: part(root, n).getparent().remove(part(root, n)),
            {"envelope.reference"},
        )
    }
ATTACKS |= {
    "two headers": (
        lambda root: part(root, "edXMLHeader").addnext(etree.Element(f"{QCVN}edXMLHeader")),
        {"envelope.repeated"},
    ),
    "two envelopes": (
        lambda root: part(root, "edXMLEnvelope").addnext(etree.Element(f"{QCVN}edXMLEnvelope")),
        {"envelope.repeated"},
    ),
    "two lists of traces": (
        lambda root: part(root, "TraceHeaderList").addnext(etree.Element(f"{QCVN}TraceHeaderList")),
        {"envelope.repeated"},
    ),
    "another root": (bare, {"envelope.ambiguous"}),
    "the signature twice": (copied_signature, {"envelope.ambiguous"}),
    "a placeholder beside the signature": (
        lambda root: add(add(part(root, "edXMLHeader"), f"{QCVN}Signature"), f"{QCVN}SignatureValue", "QUJD"),
        {"envelope.ambiguous"},
    ),
    "a signature within the signature": (
        lambda root: add(signature(root).find(f"{DS}Object"), f"{DS}Signature"),
        {"envelope.ambiguous"},
    ),
    "the signature under the root": (lambda root: moved_signature(root, "edXML"), {"envelope.ambiguous"}),
    "the signature in the envelope": (lambda root: moved_signature(root, "edXMLEnvelope"), {"envelope.ambiguous"}),
    "the signature in what it signs": (lambda root: moved_signature(root, "MessageHeader"), {"envelope.ambiguous"}),
    "Bussiness outside of the traces": (
        lambda root: part(root, "edXMLHeader").append(part(root, "Bussiness")),
        {"envelope.reference"},
    ),
    "attachments inside the envelope": (
        lambda root: part(root, "edXMLEnvelope").append(part(root, "AttachmentEncoded")),
        {"envelope.reference"},
    ),
    "two parts exchange their Ids": (
        lambda root: (
            part(root, "MessageHeader").set("Id", "edocs-body"),
            part(root, "edXMLBody").set("Id", "edocs-header"),
        ),
        {"envelope.changed"},
    ),
    "an Id of the signature on another element": (
        lambda root: part(root, "TraceHeader").set("Id", "edocs-properties"),
        {"envelope.ambiguous"},
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_rearranged_message_is_refused(name: str, signed: bytes, forge: Forge) -> None:
    change, expected = ATTACKS[name]

    assert refusal(forge.change(signed, change)) in (expected, UNREAD if "envelope.repeated" in expected else expected)


UNREAD = {"unread"}
"""The reader refuses the message altogether, signed or not, because it is ambiguous to everybody."""


def refusal(data: bytes) -> set[str]:
    try:
        envelope = inspect_message(data)
    except MalformedEnvelopeError:
        return UNREAD
    assert envelope.signature is EnvelopeSignature.BROKEN
    return set(rules(envelope))


@pytest.mark.parametrize("name", [*PARTS])
def test_a_part_of_another_message_is_refused(name: str, signed: bytes, other: bytes, forge: Forge) -> None:
    theirs = part(etree.fromstring(other), name)

    def swap(root: Element) -> None:
        part(root, name).getparent().replace(part(root, name), theirs)

    assert rules(inspect_message(forge.change(signed, swap))) == ["envelope.changed"]


def test_the_signature_of_another_message_is_refused(signed: bytes, other: bytes, forge: Forge) -> None:
    theirs = signature(etree.fromstring(other))

    def swap(root: Element) -> None:
        signature(root).getparent().replace(signature(root), theirs)

    assert rules(inspect_message(forge.change(signed, swap))) == ["envelope.changed"]


@pytest.mark.parametrize("name", ["Bussiness", "edXMLBody", "AttachmentEncoded"])
def test_a_part_that_the_signer_did_not_have_is_refused(
    name: str, signed: bytes, forge: Forge, open_key: Callable[[str], Signer]
) -> None:
    """Added to a signed message without it, such as attachments to a status, or a recall to a document."""
    root = etree.fromstring(packed().envelope)
    part(root, name).getparent().remove(part(root, name))
    without = sign_message(etree.tostring(root), open_key("seal"), now=NOW)
    mine = part(etree.fromstring(packed().envelope), name)

    def put(tree: Element) -> None:
        {
            "Bussiness": lambda: part(tree, "TraceHeaderList"),
            "edXMLBody": lambda: part(tree, "edXMLEnvelope"),
            "AttachmentEncoded": lambda: tree,
        }[name]().append(mine)

    assert inspect_message(without).signature is EnvelopeSignature.INTACT
    assert rules(inspect_message(forge.change(without, put))) == ["envelope.not_signed"]


@pytest.mark.parametrize("where", ["TraceHeaderList", "edXMLHeader", "edXMLEnvelope"])
@pytest.mark.parametrize("spelling", ["Business", "BussinessExtra", "Status"])
def test_what_stands_unsigned_beside_the_signed_parts_is_not_read(
    where: str, spelling: str, signed: bytes, forge: Forge
) -> None:
    """A part in a spelling of some dialect, which a tolerant reader would take for the real one."""

    def put(root: Element) -> None:
        mine = copy.deepcopy(part(root, "Bussiness"))
        mine.attrib.pop("Id")
        mine.tag = f"{QCVN}{spelling}"
        mine.find(f"{QCVN}BussinessDocType").text = "1"
        part(root, where).insert(0, mine)

    envelope = inspect_message(forge.change(signed, put))

    assert envelope.signature is EnvelopeSignature.INTACT
    assert isinstance(envelope.message, DocumentMessage)
    assert envelope.message.business is not None
    assert envelope.message.business.kind is BusinessKind.NEW
    assert envelope.message == document(signed)


def document(data: bytes) -> DocumentMessage:
    message = inspect_message(data).message
    assert isinstance(message, DocumentMessage)
    return message


SAME = {
    "a comment in a text": (b"V/v g", b"V/v <!-- x -->g"),
    "a comment that closes and opens": (b"<edXML:Subject>V/v", b"<edXML:Subject><!----><!-- -->V/v"),
    "a CDATA section": (b"<edXML:Paper>0<", b"<edXML:Paper><![CDATA[0]]><"),
    "a character reference": (b"<edXML:Paper>0<", b"<edXML:Paper>&#48;<"),
    "single quotes": (b'Id="edocs-header"', b"Id='edocs-header'"),
    "an attribute with references": (b'Id="edocs-header"', b'Id="edocs-&#104;eader"'),
    "space within a tag": (b"<edXML:Paper>", b"<edXML:Paper >"),
    "a declaration that is not used": (b"<edXML:Paper>", b'<edXML:Paper xmlns:x="urn:x">'),
    "a declaration that says what is so already": (
        b"<edXML:Paper>",
        b'<edXML:Paper xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016">',
    ),
    "an instruction outside of what is signed": (b"<edXML:edXMLEnvelope", b"<?x y?><edXML:edXMLEnvelope"),
    "carriage returns of another system between the parts": (b"<edXML:edXMLHeader>\n", b"<edXML:edXMLHeader>\r\n"),
}


@pytest.mark.parametrize("name", SAME)
def test_another_spelling_of_the_same_canonical_form_is_read_as_it_was_signed(name: str, signed: bytes) -> None:
    """Canonical XML does not tell them apart; read up to a comment, a text would be another one than was signed."""
    old, new = SAME[name]
    assert old in signed

    envelope = inspect_message(signed.replace(old, new, 1))

    assert envelope.signature is EnvelopeSignature.INTACT
    assert envelope.message == document(signed)


CHANGED = {
    "a prefix bound to another namespace": (
        b"<edXML:Paper>0</edXML:Paper>",
        b'<edXML:Paper xmlns:edXML="urn:x">0</edXML:Paper>',
    ),
    "another prefix for the same namespace": (
        b"<edXML:Paper>0</edXML:Paper>",
        b'<e:Paper xmlns:e="http://www.mic.gov.vn/TBT/QCVN_102_2016">0</e:Paper>',
    ),
    "no prefix for the same namespace": (b"<edXML:Paper>0</edXML:Paper>", b"<Paper>0</Paper>"),
    "another case": (b"<edXML:Paper>0</edXML:Paper>", b"<edXML:paper>0</edXML:paper>"),
    "a letter composed otherwise": ("gửi".encode(), "gư\u0309i".encode()),
    "an invisible letter": (b"<edXML:Paper>0", "<edXML:Paper>\u200b0".encode()),
    "a carriage return that stays one": (b"<edXML:Paper>0", b"<edXML:Paper>&#13;0"),
    "the language of a text": (b"<edXML:Paper>", b'<edXML:Paper xml:lang="vi">'),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_however_small_is_found(name: str, signed: bytes) -> None:
    old, new = CHANGED[name]
    assert old in signed

    assert rules(inspect_message(signed.replace(old, new, 1))) == ["envelope.changed"]


@pytest.mark.parametrize(
    "prolog",
    [
        b'<!DOCTYPE edXML [<!ENTITY zero "0">]>',
        b"<!DOCTYPE edXML [<!ATTLIST x Id ID #IMPLIED>]>",
        b'<!DOCTYPE edXML SYSTEM "http://localhost/x.dtd">',
    ],
)
def test_a_document_type_is_refused_unread(prolog: bytes, signed: bytes) -> None:
    """It could declare entities, default attributes, and which attributes are Ids."""
    head, mark, rest = signed.partition(b"?>")

    with pytest.raises(MalformedEnvelopeError):
        inspect_message(head + mark + prolog + rest)
