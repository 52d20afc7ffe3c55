"""A message that is read as a stream says what it says when it is read whole, whatever it is.

Whole means: nothing is left out of its outline, so that the parser sees the message itself.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import pytest
from edxml_fixtures import NOW, packed
from envelope_forging import QCVN
from hypothesis import event, given, settings
from hypothesis import strategies as st
from lxml import etree

from edocs._edxml.landing import Memory
from edocs._edxml.opening import Intake, open_attachments
from edocs._edxml.outline import Outline, outline_of
from edocs._edxml.reader import read_message, whole_envelope
from edocs._edxml.source import Beside, Source
from edocs.errors import MalformedEnvelopeError
from edocs.model import DocumentMessage, Envelope, UnpackedFile
from edocs.model.message_limits import IN_MEMORY
from edocs.ports import Signer
from edocs.sealing import sign_apart, sign_message

WHOLE = 1 << 40
PIECES = st.sampled_from([1, 2, 3, 4, 5, 7, 8, 16, 31, 64, 200])
Read = tuple[Envelope, list[tuple[UnpackedFile, bytes]]] | type[MalformedEnvelopeError]


def read(data: bytes, piece_bytes: int, detached: bytes | None = None) -> Read:
    with Beside() as beside:
        intake = Intake(Memory(), IN_MEMORY, beside)
        try:
            envelope, outline = read_message(
                Source(io.BytesIO(data)), detached, IN_MEMORY, intake.attach, piece_bytes=piece_bytes
            )
        except MalformedEnvelopeError:
            return MalformedEnvelopeError
        if piece_bytes != WHOLE:
            event("left out: " + ("something" if outline.runs else "nothing"))
        attachments = envelope.message.attachments if isinstance(envelope.message, DocumentMessage) else ()
        files = [
            (file, b"" if file.faults else stream.getvalue())
            for file, stream in open_attachments(attachments, None, intake)
            if isinstance(stream, io.BytesIO)
        ]
        assert len(files) == len(attachments)
        return whole_envelope(envelope, outline), files


def must_be_the_same(data: bytes, piece_bytes: int, detached: bytes | None = None) -> None:
    assert read(data, piece_bytes, detached) == read(data, WHOLE, detached)


FILES = (
    ("báo cáo.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 body" * 20),
    ("a.pdf", bytes(range(256)) * 3),
    ("b.txt", b"x"),
)


@pytest.fixture(scope="module")
def messages(open_key: Callable[[str], Signer]) -> list[bytes]:
    plain = packed(*FILES).envelope
    pdf = base64.b64encode(FILES[1][1])
    go_vn = (
        b'<EdXMLEnvelope xmlns="http://www.go.vn/eDoc"><MessageHeader><Subject>s</Subject></MessageHeader><edXMLManifest>'
        b"<Attachment><FileName>a.pdf</FileName><FileType>pdf</FileType><Content>\n"
        + pdf
        + b"\n</Content></Attachment>"
        b"</edXMLManifest></EdXMLEnvelope>"
    )
    old = (
        b'<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Header><MessageHeader '
        b'xmlns="http://www.e-doc.vn/Schema/"><Subject>s</Subject></MessageHeader></Header><Body><AllDocument '
        b'xmlns="http://www.e-doc.vn/Schema/"><Document><Attach><Attachment><name>a.pdf</name><value>'
        + pdf
        + b"</value>"
        b"</Attachment></Attach></Document></AllDocument></Body></Envelope>"
    )
    lines = base64.encodebytes(FILES[1][1]).replace(b"\n", b"\r\n")
    mime = (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"\r\n\r\n'
        b"--B\r\nContent-Type: text/xml\r\n\r\n"
        + old
        + b"\r\n--B\r\nContent-Type: application/pdf\r\nContent-ID: <1>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + lines
        + b"\r\n--B\r\nContent-Type: application/pdf\r\nContent-ID: <2>\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        + FILES[1][1]
        + b"\r\n--B--\r\n"
    )
    return [plain, sign_message(plain, open_key("seal-p256"), now=NOW), go_vn, old, mime]


ENCODED = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
PLACE = b"<Content>@</Content>"
AROUND = st.sampled_from(
    [
        PLACE,
        b"<edXML:ContentTransferEncoded>@</edXML:ContentTransferEncoded>",
        b"<ContentTransferEncoded a='>'>@</ContentTransferEncoded>",
        b"<value>@</value>",
        b"<contentTRANSFERencoded\n>@</contentTRANSFERencoded>",
        b"<edXML:ContentTransferEncoded><![CDATA[@]]></edXML:ContentTransferEncoded>",
        b"<edXML:ContentTransferEncoded>\r\n<![CDATA[@]]>\r\n</edXML:ContentTransferEncoded>",
        b"<edXML:ContentTransferEncoded><![CDATA[<Content>@]]></edXML:ContentTransferEncoded>",
        b"<edXML:ContentTransferEncoded><!--<Content>@<Content>@</Content>-->@</edXML:ContentTransferEncoded>",
        b"<edXML:ContentTransferEncoded><?x <Content>@?>@</edXML:ContentTransferEncoded>",
        b"<edXML:ContentTransferEncoded>@<x/>@</edXML:ContentTransferEncoded>",
        b"<edXML:ContentTransferEncoded/>@",
        b"<edXML:ContentTransferEncoded><Content>@</Content></edXML:ContentTransferEncoded>",
        b"<edXML:ContentTransferEncoded>@</edXML:ContentTransferEncoded>"
        b"<edXML:ContentTransferEncoded>@</edXML:ContentTransferEncoded>",
        b"<edXML:ContentTransferEncoded>@</edXML:ContentTransferEncoded>"
        b"<edXML:ContentTransferEncoded>\n@ </edXML:ContentTransferEncoded>",
        b"<!-- <!-- <Content>@</Content> --> --><edXML:ContentTransferEncoded>@</edXML:ContentTransferEncoded>",
        b"<!-- > <Content>@</Content><edXML:ContentTransferEncoded>@<",
        b"<AttachmentName><Content>@</Content></AttachmentName>",
        b"<AttachmentName><![CDATA[<Content>@]]></AttachmentName>",
        b"<edXML:Content>@</edXML:Content>",
        b'<x a="<Content>@</Content>"/>',
        b"@",
    ]
)
PART = st.sampled_from(
    [
        ENCODED,
        ENCODED[:20],
        ENCODED * 3,
        ENCODED[:-4] * 9,
        b"\n".join([ENCODED[:16]] * 7),
        b"\r\n".join([ENCODED[:16]] * 7),
        b"\r".join([ENCODED[:16]] * 7),
        b" \t\r\n\r\r\n",
        b"<!-- c -->",
        b"<?p i?>",
        b"<![CDATA[QUJD]]>",
        b"&#65;",
        b"&#xD;\n",
        b"&amp;",
        b"=",
        b"_0_",
        b"!",
        "đ".encode(),
        b"",
    ]
)


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    around = draw(AROUND)
    return b"".join(
        piece + (b"".join(draw(st.lists(PART, max_size=4))) if index < around.count(b"@") else b"")
        for index, piece in enumerate(around.split(b"@"))
    )


@given(data=st.data(), content=contents(), piece=PIECES)
@settings(max_examples=max(400, settings().max_examples))
def test_whatever_stands_in_an_attachment(
    data: st.DataObject, content: bytes, piece: int, messages: list[bytes]
) -> None:
    message = data.draw(st.sampled_from(messages))
    mark = data.draw(st.sampled_from([b"</Attachment>", b"</edXML:Subject>", b"</edXML:MessageHeader>", b"<", b"</"]))
    at = message.rfind(mark) if data.draw(st.booleans()) else message.find(mark)

    must_be_the_same(message[: max(at, 0)] + content + message[max(at, 0) :], piece)


@given(data=st.data(), piece=PIECES)
def test_changed_bytes(data: st.DataObject, piece: int, messages: list[bytes]) -> None:
    changed = bytearray(data.draw(st.sampled_from(messages)))
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(changed) - 1))
        changed[place] = data.draw(st.integers(0, 255) | st.sampled_from(b"<>/&;=\"' \r\n:-!?[]"))

    must_be_the_same(bytes(changed), piece)


@given(data=st.data(), piece=PIECES)
def test_moved_pieces(data: st.DataObject, piece: int, messages: list[bytes]) -> None:
    message = data.draw(st.sampled_from(messages))
    start = data.draw(st.integers(0, len(message)))
    end = data.draw(st.integers(start, min(len(message), start + 900)))
    place = data.draw(st.integers(0, len(message)))

    must_be_the_same(message[:place] + message[start:end] + message[place:], piece)
    must_be_the_same(message[:start] + message[end:], piece)


@given(data=st.data(), piece=PIECES)
def test_moved_elements(data: st.DataObject, piece: int, messages: list[bytes]) -> None:
    root = etree.fromstring(messages[1])
    for _ in range(data.draw(st.integers(1, 4))):
        everything = list(root.iter(etree.Element))
        one, other = data.draw(st.sampled_from(everything)), data.draw(st.sampled_from(everything))
        act = data.draw(st.sampled_from(["copy", "remove", "rename", "content", "text"]))
        if act == "copy":
            other.insert(data.draw(st.integers(0, len(other))), etree.fromstring(etree.tostring(one, with_tail=False)))
        elif act == "remove" and one is not root:
            one.getparent().remove(one)
        elif act == "rename":
            one.tag = other.tag
        elif act == "content":
            one.tag = f"{QCVN}ContentTransferEncoded"
        else:
            one.text = other.text

    must_be_the_same(etree.tostring(root), piece)


@given(data=st.data(), piece=PIECES)
def test_a_signature_beside_the_message(
    data: st.DataObject, piece: int, messages: list[bytes], open_key: Callable[[str], Signer]
) -> None:
    apart = sign_apart(messages[0], open_key("seal-p256"), now=NOW)
    changed = bytearray(messages[0])
    for _ in range(data.draw(st.integers(0, 1))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))

    must_be_the_same(bytes(changed), piece, apart)


@given(data=st.binary(max_size=200) | st.lists(PART | AROUND, max_size=12).map(b"".join), piece=PIECES)
def test_what_is_left_out_is_put_back(data: bytes, piece: int) -> None:
    """And nothing else: the outline with its texts is the message, byte for byte but for the ends of its lines."""
    outline: Outline = outline_of(Source(io.BytesIO(data)), 1 << 20, piece)

    made = b"".join(outline.blocks_of(outline.data))

    assert made.replace(b"\r\n", b"\n").replace(b"\r", b"\n") == data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
