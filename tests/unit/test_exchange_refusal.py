"""What is wrong with a message becomes the reason of a status 02; what merely cannot be judged does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from edxml_fixtures import NOW, meta, packed

from edocs.cli.main import _run
from edocs.exchange import inspect_message, pack
from edocs.model import (
    STATUSES,
    DocumentMessage,
    OutgoingFile,
    StatusMessage,
    StatusSpec,
    TrustStore,
    VerificationOptions,
    refusal_reasons,
    refusal_text,
    status_for,
)
from edocs.office import open_message
from edocs.ports import Signer
from edocs.sealing import sign_message
from edocs.testing import sample_pdf


def test_a_whole_message_gives_no_reason(original: bytes, trust: TrustStore) -> None:
    opened = open_message(packed(("công văn.pdf", original), ("a.doc", b"x")).envelope, trust=trust)

    assert (refusal_reasons(opened), refusal_text(opened)) == ((), "")


@pytest.fixture
def original(issued: bytes) -> bytes:
    return issued


def test_neither_an_unsigned_pdf_nor_missing_trust_is_a_reason(original: bytes) -> None:
    opened = open_message(packed(("a.pdf", sample_pdf()), ("b.pdf", original)).envelope)

    assert refusal_reasons(opened) == ()


def test_each_fault_is_a_reason_with_the_name_of_its_file(original: bytes, trust: TrustStore) -> None:
    changed = bytearray(original)
    changed[changed.index(b"/MediaBox") + 12] ^= 1
    envelope = packed(("công văn.pdf", bytes(changed)), ("b.txt", b"x"), ("hỏng.pdf", b"no PDF")).envelope
    envelope = envelope.replace(b"<edXML:ContentId>cid:2<", b"<edXML:ContentId>cid:9<")

    found = refusal_reasons(open_message(envelope, trust=trust))

    rules = [(one.name, one.reason.rule) for one in found]
    assert ("", "edxml.reference.orphan") in rules
    assert ("", "edxml.attachment.orphan") in rules
    assert {name for name, _ in rules} == {"", "công văn.pdf", "hỏng.pdf"}


def test_a_broken_signature_of_the_message_is_a_reason(open_key: Callable[[str], Signer], trust: TrustStore) -> None:
    signed = sign_message(packed().envelope, open_key("seal"), now=NOW)
    broken = signed.replace(b">2</edXML:PromulgationAmount>", b">3</edXML:PromulgationAmount>")

    opened = open_message(broken, trust=trust, options=VerificationOptions(at=NOW))

    assert [(one.name, one.reason.rule) for one in refusal_reasons(opened)] == [("", "envelope.changed")]


def test_the_text_fits_a_status(trust: TrustStore) -> None:
    files = [OutgoingFile(name=f"tệp số {number}.pdf", data=b"no PDF") for number in range(60)]
    envelope = pack(meta(), files, now=NOW).envelope
    opened = open_message(envelope, trust=trust)
    text = refusal_text(opened, "vi")

    message = opened.unpacked.envelope.message
    assert isinstance(message, DocumentMessage)
    status = status_for(message, StatusSpec(code="02", at=NOW, reason=text))

    assert len(text) < 1200
    assert "(+" in text
    assert text in status.description


def test_a_refusal_on_the_command_line_says_what_was_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    envelope = packed(("a.txt", b"Lam Giang"), ("b.csv", b"1;2")).envelope
    (tmp_path / "in.edxml").write_bytes(envelope.replace(b"<edXML:ContentId>cid:2<", b"<edXML:ContentId>cid:9<"))

    code = _run(["status", str(tmp_path / "in.edxml"), "--code", "02", "-o", str(tmp_path / "out.edxml")])

    message = inspect_message(tmp_path / "out.edxml").message
    assert code == 0, capsys.readouterr().err
    assert isinstance(message, StatusMessage)
    assert message.description == (
        f"{STATUSES['02'].description}. Lý do: b.csv: có trong danh mục nhưng không có trong gói tin; "
        "b.csv: có trong gói tin nhưng không có trong danh mục"
    )


def test_a_refusal_of_a_message_without_a_fault_needs_a_reason(tmp_path: Path) -> None:
    (tmp_path / "in.edxml").write_bytes(packed().envelope)

    assert _run(["status", str(tmp_path / "in.edxml"), "--code", "02", "-o", str(tmp_path / "out.edxml")]) == 2
