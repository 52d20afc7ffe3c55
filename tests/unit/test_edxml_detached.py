"""A signature beside a message: the message stays as it is, and what is read of it is what was signed."""

from __future__ import annotations

import copy
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from edxml_fixtures import NOW, packed
from envelope_forging import DS, Element, Forge, add, part

from edocs.exchange import inspect_message, unpack
from edocs.model import Envelope, EnvelopeSignature, TrustStore, Verdict, VerificationOptions
from edocs.office import open_message
from edocs.ports import Signer
from edocs.sealing import sign_apart, sign_message
from edocs.testing import Pki

OpenKey = Callable[[str], Signer]
APART = "{urn:edocs:envelope-signature:1}"


@pytest.fixture(scope="module")
def plain() -> bytes:
    return packed().envelope


@pytest.fixture(scope="module")
def apart(plain: bytes, open_key: OpenKey) -> bytes:
    return sign_apart(plain, open_key("seal"), now=NOW)


@pytest.fixture(scope="module")
def forge(pki: Pki) -> Forge:
    return Forge(pki.key("seal"))


def rules(envelope: Envelope) -> list[str]:
    assert envelope.signature is EnvelopeSignature.BROKEN
    assert envelope.check is not None
    return sorted({finding.rule for finding in envelope.check.findings})


def test_the_signature_beside_a_message_is_judged_like_one_within(
    plain: bytes, apart: bytes, trust: TrustStore
) -> None:
    opened = open_message(plain, trust=trust, options=VerificationOptions(at=NOW), detached=apart)

    assert opened.unpacked.envelope.signature is EnvelopeSignature.INTACT
    assert opened.signature is not None
    assert opened.signature.verdict is Verdict.TOTAL_PASSED
    assert opened.unpacked.envelope.message == inspect_message(plain).message


@pytest.mark.parametrize("name", ["seal", "seal-p256"])
def test_an_independent_program_verifies_it(
    name: str, plain: bytes, open_key: OpenKey, witness: Callable[[str], str], pki: Pki, tmp_path: Path
) -> None:
    path = tmp_path / "m.edxml.xades.xml"
    path.write_bytes(sign_apart(plain, open_key(name), now=NOW))
    ids = ["--id-attr:Id", f"{APART[1:-1]}:Parts"]
    ids += ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
    key = ["--pubkey-cert-pem", str(pki.pem(name))]

    said = subprocess.run([witness("xmlsec1"), "--verify", *ids, *key, str(path)], check=False, capture_output=True)

    assert said.returncode == 0, said.stderr


def test_traces_may_be_added_on_the_way(plain: bytes, apart: bytes) -> None:
    hop = b"<edXML:TraceHeader><edXML:Timestamp>2026/03/06 07:00:00</edXML:Timestamp></edXML:TraceHeader>"

    envelope = inspect_message(plain.replace(b"<edXML:Bussiness", hop + b"<edXML:Bussiness", 1), apart)

    assert envelope.signature is EnvelopeSignature.INTACT


def test_a_placeholder_within_hides_nothing(plain: bytes, apart: bytes) -> None:
    """The SDK of an exchange may add its constant; the file beside the message still speaks."""
    block = b"<Signature><SignatureValue>QUJD</SignatureValue></Signature></edXML:edXMLHeader>"

    envelope = inspect_message(plain.replace(b"</edXML:edXMLHeader>", block), apart)

    assert envelope.signature is EnvelopeSignature.INTACT


def test_a_signature_within_goes_before_one_beside(plain: bytes, apart: bytes, open_key: OpenKey) -> None:
    signed = sign_message(plain, open_key("seal"), now=NOW)

    broken = inspect_message(signed.replace(b"<edXML:Paper>0<", b"<edXML:Paper>1<"), apart)

    assert rules(broken) == ["envelope.changed"]


CHANGES = {
    "the metadata": (b"<edXML:Paper>0<", b"<edXML:Paper>1<", "envelope.changed"),
    "the attachment": (b"0M8R4KGx", b"0M8R4KGy", "envelope.changed"),
    "an Id on a part": (b"<edXML:MessageHeader>", b'<edXML:MessageHeader Id="x">', "envelope.changed"),
    "the body": (b"<edXML:edXMLBody>", b"<edXML:edXMLBody> ", "envelope.changed"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_message_is_refused(name: str, plain: bytes, apart: bytes) -> None:
    old, new, rule = CHANGES[name]
    assert old in plain

    opened = unpack(plain.replace(old, new, 1), detached=apart)

    assert rules(opened.envelope) == [rule]
    assert opened.faults


def test_a_part_that_was_taken_away_is_missed(plain: bytes, apart: bytes, forge: Forge) -> None:
    without = forge.change(plain, lambda root: part(root, "TraceHeaderList").remove(part(root, "Bussiness")))

    assert rules(inspect_message(without, apart)) == ["envelope.reference"]


def test_a_part_twice_is_refused(plain: bytes, apart: bytes, forge: Forge) -> None:
    twice = forge.change(
        plain, lambda root: part(root, "TraceHeaderList").append(copy.deepcopy(part(root, "Bussiness")))
    )

    assert rules(inspect_message(twice, apart)) == ["envelope.repeated"]


def listing(root: Element) -> Element:
    return root.find(f"{APART}Parts")


FORGED: dict[str, tuple[Callable[[Element], object], str]] = {
    "another digest in the list": (lambda root: setattr(listing(root)[0], "text", "QUJD"), "envelope.changed"),
    "another name in the list": (lambda root: listing(root)[0].set("Name", "Other"), "envelope.changed"),
    "a part less in the list": (lambda root: listing(root).remove(listing(root)[0]), "envelope.changed"),
    "a part twice in the list": (lambda root: listing(root).append(copy.deepcopy(listing(root)[0])), "envelope.form"),
    "an element more in the list": (lambda root: add(listing(root), "{urn:x}y"), "envelope.form"),
    "SHA-1 in the list": (
        lambda root: listing(root)[0].set("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1"),
        "envelope.form",
    ),
    "two lists": (lambda root: root.insert(0, copy.deepcopy(listing(root))), "envelope.form"),
    "a list without an Id": (lambda root: listing(root).attrib.pop("Id"), "envelope.form"),
    "a list with another Id": (lambda root: listing(root).set("Id", "x"), "envelope.form"),
    "the Id of the list twice": (lambda root: listing(root)[0].set("id", "edocs-parts"), "envelope.ambiguous"),
    "no signature": (lambda root: root.remove(root.find(f"{DS}Signature")), "envelope.form"),
    "two signatures": (lambda root: root.append(copy.deepcopy(root.find(f"{DS}Signature"))), "envelope.form"),
    "the list within the signature": (lambda root: root.find(f"{DS}Signature").append(listing(root)), "envelope.form"),
    "another root": (lambda root: setattr(root, "tag", f"{APART}Other"), "envelope.form"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_file_beside_the_message_is_refused(name: str, plain: bytes, apart: bytes, forge: Forge) -> None:
    change, rule = FORGED[name]

    assert rules(inspect_message(plain, forge.change(apart, change))) == [rule]


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"<a/>", b"<!DOCTYPE a><a/>", b"<a>", b"\xff\xfe", b"<a>" + b" " * 1_048_576 + b"</a>"],
    ids=["empty", "text", "another", "document type", "cut", "not UTF-8", "large"],
)
def test_what_cannot_be_read_beside_a_message_is_no_signature_and_no_silence(data: bytes, plain: bytes) -> None:
    assert rules(inspect_message(plain, data)) == ["envelope.form"]


def test_the_file_of_another_message_is_refused(apart: bytes) -> None:
    other = packed(("khác.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 other")).envelope

    assert rules(inspect_message(other, apart)) == ["envelope.changed"]
