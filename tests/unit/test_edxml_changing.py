"""A file that is written to while it is read: what is taken out of it is never something else than was digested."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import pytest
from edxml_fixtures import NOW, packed

from edocs._edxml.landing import Memory
from edocs._edxml.opening import Intake, open_attachments
from edocs._edxml.reader import read_message
from edocs._edxml.source import Beside, Source
from edocs.errors import UnreadableError
from edocs.model import DocumentMessage, EnvelopeSignature, MessageLimits
from edocs.ports import Signer
from edocs.sealing import sign_message

DATA = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"what was signed " * 5000
OTHER = DATA.replace(b"signed", b"forged")


class Fickle(io.BytesIO):
    """A message whose attachment is another one from the ``turn``-th reading of its middle on."""

    def __init__(self, data: bytes, turn: int) -> None:
        super().__init__(data)
        self._middle = data.index(base64.b64encode(DATA)[:200]) + 50_000
        self._turn = turn

    def read(self, size: int | None = -1, /) -> bytes:
        start = self.tell()
        data = super().read(size)
        if start <= self._middle < start + len(data):
            self._turn -= 1
        if self._turn < 0:
            here = self.getvalue().replace(base64.b64encode(DATA)[:60_000], base64.b64encode(OTHER)[:60_000])
            return here[start : start + len(data)]
        return data


@pytest.fixture(scope="module")
def signed(open_key: Callable[[str], Signer]) -> bytes:
    return sign_message(packed(("a.doc", DATA)).envelope, open_key("seal-p256"), now=NOW)


def read(stream: io.BytesIO) -> tuple[EnvelopeSignature, bytes]:
    with Beside() as beside:
        intake = Intake(Memory(), MessageLimits(), beside)
        envelope, _ = read_message(Source(stream), None, MessageLimits(), intake.attach)
        assert isinstance(envelope.message, DocumentMessage)
        ((file, content),) = open_attachments(envelope.message.attachments, None, intake)
    assert isinstance(content, io.BytesIO)
    return envelope.signature, b"" if file.faults else content.getvalue()


@pytest.mark.parametrize("turn", range(5))
def test_what_is_unpacked_is_what_was_digested(turn: int, signed: bytes) -> None:
    kind, data = read(Fickle(signed, turn))

    assert kind is EnvelopeSignature.BROKEN or data == DATA


@pytest.mark.parametrize("turn", range(5))
def test_what_a_comment_interrupts_is_what_was_digested_too(turn: int, signed: bytes) -> None:
    """It is put back into the text, in another reading than the one for the digest."""
    encoded = base64.b64encode(DATA)
    message = signed.replace(encoded, encoded[:-8] + b"<!-- -->" + encoded[-8:])

    try:
        kind, data = read(Fickle(message, turn))
    except UnreadableError:
        return
    assert kind is EnvelopeSignature.BROKEN or data == DATA
