"""The signature of a message: made, verified by a stranger's program, and judged like that of a PDF."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from edxml_fixtures import NOW, packed
from lxml import etree

from edocs.connect import open_signer
from edocs.errors import CertificateRefusedError, SignatureValueError, UsageError
from edocs.exchange import inspect_message, unpack
from edocs.model import EnvelopeSignature, EnvelopeSpec, Level, Role, TrustStore, Verdict, VerificationOptions
from edocs.office import open_message
from edocs.ports import Signer
from edocs.sealing import judge_signature, sign_message
from edocs.testing import Pki
from edocs.verify import load_trust

OpenKey = Callable[[str], Signer]
NS = "{http://www.mic.gov.vn/TBT/QCVN_102_2016}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
SIGNED = ("MessageHeader", "Bussiness", "edXMLBody", "AttachmentEncoded")


@pytest.fixture(scope="module")
def plain() -> bytes:
    return packed(("báo cáo.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 body"), ("ảnh.png", b"\x89PNG....")).envelope


@pytest.fixture(scope="module")
def signed(plain: bytes, open_key: OpenKey) -> bytes:
    return sign_message(plain, open_key("seal"), now=NOW)


@pytest.fixture(scope="module")
def status() -> bytes:
    return (
        f'<edXML xmlns="{NS[1:-1]}"><edXML:edXMLEnvelope xmlns:edXML="{NS[1:-1]}"><edXML:edXMLHeader>'
        "<edXML:MessageHeader><edXML:From><edXML:OrganId>H99.13</edXML:OrganId></edXML:From><edXML:ResponseFor>"
        "<edXML:OrganId>000.00.00.H99</edXML:OrganId></edXML:ResponseFor><edXML:StatusCode>03</edXML:StatusCode>"
        "<edXML:Description>Đã tiếp nhận</edXML:Description><edXML:Timestamp>2026/03/06 08:00:00</edXML:Timestamp>"
        "</edXML:MessageHeader></edXML:edXMLHeader></edXML:edXMLEnvelope></edXML>"
    ).encode()


def xmlsec(program: str, message: Path, pki: Pki) -> subprocess.CompletedProcess[str]:
    ids = [f"--id-attr:Id={NS[1:-1]}:{name}" for name in SIGNED]
    arguments = [part for item in ids for part in item.split("=", 1)]
    properties = ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
    anchors = [part for path in pki.roots.glob("*.pem") for part in ("--trusted-pem", str(path))]
    between = [part for path in pki.intermediates.glob("*.pem") for part in ("--untrusted-pem", str(path))]
    time = ["--verification-gmt-time", "2026-03-05 09:30:00"]
    return subprocess.run(
        [program, "--verify", *time, *anchors, *between, *arguments, *properties, str(message)],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", ["seal", "seal-p256", "seal-3072"])
def test_an_independent_program_verifies_what_we_sign(
    name: str, plain: bytes, open_key: OpenKey, witness: Callable[[str], str], pki: Pki, tmp_path: Path
) -> None:
    message = tmp_path / "m.edxml"
    message.write_bytes(sign_message(plain, open_key(name), now=NOW))

    said = xmlsec(witness("xmlsec1"), message, pki)

    assert (said.returncode, "References (ok/all): 5/5" in said.stdout + said.stderr) == (0, True), said.stderr


def test_an_independent_program_refuses_what_was_changed(
    signed: bytes, witness: Callable[[str], str], pki: Pki, tmp_path: Path
) -> None:
    message = tmp_path / "m.edxml"
    message.write_bytes(signed.replace(b"<edXML:Paper>0<", b"<edXML:Paper>1<"))

    assert xmlsec(witness("xmlsec1"), message, pki).returncode != 0


def test_the_signature_stands_behind_the_traces_and_nothing_else_differs(plain: bytes, signed: bytes) -> None:
    tree = etree.fromstring(signed)
    block = tree.find(f".//{DS}Signature")
    before, header = block.getprevious(), block.getparent()

    header.remove(block)
    for name in SIGNED:
        del tree.find(f".//{NS}{name}").attrib["Id"]

    assert (before.tag, header.tag) == (f"{NS}TraceHeaderList", f"{NS}edXMLHeader")
    assert etree.tostring(tree, method="c14n") == etree.tostring(etree.fromstring(plain), method="c14n")


def test_a_signed_message_is_read_as_the_unsigned_one_is(plain: bytes, signed: bytes) -> None:
    before, after = inspect_message(plain), inspect_message(signed)

    assert after.signature is EnvelopeSignature.INTACT
    assert (after.message, after.references, after.notices) == (before.message, before.references, before.notices)


@pytest.mark.parametrize("name", ["seal", "seal-p256"])
def test_a_trusted_signer_passes_in_its_role(name: str, plain: bytes, open_key: OpenKey, trust: TrustStore) -> None:
    envelope = inspect_message(sign_message(plain, open_key(name), now=NOW))

    report = judge_signature(envelope, trust, VerificationOptions(at=NOW))

    assert report is not None
    assert (report.verdict, report.reasons) == (Verdict.TOTAL_PASSED, ())
    assert (report.role, report.level, report.signed_at, report.integrity) == (
        Role.ORGANISATION,
        Level.B_B,
        NOW,
        True,
    )


def test_rsa_pss_is_made_and_verified(plain: bytes, pki: Pki, trust: TrustStore) -> None:
    signer = open_signer(f"pkcs12:{pki.p12('seal')}?padding=pss", lambda _: pki.passphrase)

    message = sign_message(plain, signer, now=NOW)

    report = judge_signature(inspect_message(message), trust, VerificationOptions(at=NOW))
    assert b"sha256-rsa-MGF1" in message
    assert report is not None
    assert report.verdict is Verdict.TOTAL_PASSED


def test_without_anchors_a_signature_is_intact_and_nobodys(signed: bytes) -> None:
    report = judge_signature(inspect_message(signed))

    assert report is not None
    assert (report.verdict, report.integrity) == (Verdict.INDETERMINATE, True)
    assert [reason.rule for reason in report.reasons] == ["trust.no_anchors"]


def test_a_signer_of_an_unknown_root_does_not_pass(signed: bytes, pki: Pki) -> None:
    stranger = load_trust([pki.pem("national-root")])

    report = judge_signature(inspect_message(signed), stranger, VerificationOptions(at=NOW))

    assert report is not None
    assert (report.verdict, [reason.rule for reason in report.reasons]) == (Verdict.INDETERMINATE, ["trust.no_path"])


def test_the_role_that_is_claimed_counts_where_the_certificate_says_nothing(
    plain: bytes, open_key: OpenKey, trust: TrustStore
) -> None:
    message = sign_message(plain, open_key("seal-plain"), EnvelopeSpec(role=Role.ORGANISATION), now=NOW)

    report = judge_signature(inspect_message(message), trust, VerificationOptions(at=NOW))

    assert report is not None
    assert (report.role, report.role_rule) == (Role.ORGANISATION, "claimed_role")


def test_a_status_is_signed_like_a_document(status: bytes, open_key: OpenKey, trust: TrustStore) -> None:
    message = sign_message(status, open_key("seal"), now=NOW)

    opened = open_message(message, trust=trust, options=VerificationOptions(at=NOW))

    assert opened.unpacked.envelope.signature is EnvelopeSignature.INTACT
    assert opened.signature is not None
    assert opened.signature.verdict is Verdict.TOTAL_PASSED


def test_traces_may_be_added_on_the_way(signed: bytes, trust: TrustStore) -> None:
    hop = (
        b"<edXML:TraceHeader><edXML:OrganId>H99</edXML:OrganId>"
        b"<edXML:Timestamp>2026/03/06 07:00:00</edXML:Timestamp></edXML:TraceHeader>"
    )

    envelope = inspect_message(signed.replace(b"<edXML:Bussiness", hop + b"<edXML:Bussiness", 1))

    assert envelope.signature is EnvelopeSignature.INTACT
    assert len(envelope.message.traces) == 2


@pytest.mark.parametrize("name", ["expired", "not-yet-valid", "wrong-usage", "rsa1024"])
def test_a_certificate_that_may_not_sign_is_refused_before_signing(name: str, plain: bytes, open_key: OpenKey) -> None:
    with pytest.raises(CertificateRefusedError):
        sign_message(plain, open_key(name), now=NOW)


class _Liar:
    """A signer that answers with another value."""

    def __init__(self, honest: Signer) -> None:
        self.certificate, self.chain, self.algorithm = honest.certificate, honest.chain, honest.algorithm
        self._honest = honest

    def sign(self, data: bytes, digest: str) -> bytes:
        return self._honest.sign(data + b" ", digest)

    def sign_many(self, items: list[bytes], digest: str) -> list[bytes]:
        return [self.sign(item, digest) for item in items]


@pytest.mark.parametrize("name", ["seal", "seal-p256"])
def test_a_value_that_is_not_the_keys_is_never_embedded(name: str, plain: bytes, open_key: OpenKey) -> None:
    with pytest.raises(SignatureValueError):
        sign_message(plain, _Liar(open_key(name)), now=NOW)


def test_a_message_is_not_signed_twice(signed: bytes, open_key: OpenKey) -> None:
    with pytest.raises(UsageError):
        sign_message(signed, open_key("seal"), now=NOW)


@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_higher_levels_are_refused(level: Level, plain: bytes, open_key: OpenKey) -> None:
    with pytest.raises(UsageError):
        sign_message(plain, open_key("seal"), EnvelopeSpec(level=level), now=NOW)


@pytest.mark.parametrize(
    ("block", "rule"),
    [
        (b"", "envelope.absent"),
        (b"<edXML:DigitalSignature/>", "envelope.empty"),
        (b"<Signature><SignatureValue>QUJD</SignatureValue></Signature>", "envelope.placeholder"),
    ],
)
def test_a_message_without_a_real_signature_says_what_that_means(plain: bytes, block: bytes, rule: str) -> None:
    opened = open_message(plain.replace(b"</edXML:edXMLHeader>", block + b"</edXML:edXMLHeader>"))

    assert opened.signature is None
    assert rule in [notice.rule for notice in opened.unpacked.notices]
    assert opened.unpacked.all_faults == ()


def test_a_broken_signature_is_a_fault_of_the_message(signed: bytes) -> None:
    opened = unpack(signed.replace(b"<edXML:Paper>0<", b"<edXML:Paper>1<"))

    assert opened.envelope.signature is EnvelopeSignature.BROKEN
    assert [(fault.rule, fault.params["part"]) for fault in opened.faults] == [("envelope.changed", "Bussiness")]


def test_the_signing_time_is_that_of_vietnam(signed: bytes) -> None:
    assert NOW.astimezone(UTC) == datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
    assert b"<xades:SigningTime>2026-03-05T16:30:00+07:00</xades:SigningTime>" in signed


def template(signed: bytes, method: str = "", digest: str = "") -> bytes:
    """What another program needs to sign in our form: the whole signature without its values."""
    root = etree.fromstring(signed)
    block = root.find(f".//{DS}Signature")
    for reference in block.iter(f"{DS}Reference"):
        reference.find(f"{DS}DigestValue").text = None
        if digest:
            reference.find(f"{DS}DigestMethod").set("Algorithm", digest)
    block.find(f"{DS}SignatureValue").text = None
    if method:
        block.find(f"{DS}SignedInfo/{DS}SignatureMethod").set("Algorithm", method)
    data = block.find(f"{DS}KeyInfo/{DS}X509Data")
    for item in list(data):
        data.remove(item)
    return etree.tostring(root)


def signed_elsewhere(program: str, unsigned: bytes, pki: Pki, name: str, folder: Path) -> bytes:
    (folder / "template.xml").write_bytes(unsigned)
    ids = [part for item in SIGNED for part in ("--id-attr:Id", f"{NS[1:-1]}:{item}")]
    properties = ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
    key = f"{pki.key(name)},{pki.pem(name)}"
    out = folder / "signed.xml"
    files = ["--output", str(out), str(folder / "template.xml")]
    subprocess.run([program, "--sign", "--privkey-pem", key, *ids, *properties, *files], check=True)
    return out.read_bytes()


@pytest.mark.parametrize("name", ["seal", "seal-p256"])
def test_what_an_independent_program_signs_passes(
    name: str,
    plain: bytes,
    open_key: OpenKey,
    witness: Callable[[str], str],
    pki: Pki,
    trust: TrustStore,
    tmp_path: Path,
) -> None:
    unsigned = template(sign_message(plain, open_key(name), now=NOW))

    data = signed_elsewhere(witness("xmlsec1"), unsigned, pki, name, tmp_path)

    report = judge_signature(inspect_message(data), trust, VerificationOptions(at=NOW))
    assert report is not None
    assert (report.verdict, report.role) == (Verdict.TOTAL_PASSED, Role.ORGANISATION)


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", ""),
        ("", "http://www.w3.org/2000/09/xmldsig#sha1"),
        ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#sha1"),
    ],
)
def test_what_an_independent_program_signs_with_sha1_is_weak(
    method: str, digest: str, signed: bytes, witness: Callable[[str], str], pki: Pki, trust: TrustStore, tmp_path: Path
) -> None:
    data = signed_elsewhere(witness("xmlsec1"), template(signed, method, digest), pki, "seal", tmp_path)

    envelope = inspect_message(data)
    report = judge_signature(envelope, trust, VerificationOptions(at=NOW))

    assert envelope.signature is EnvelopeSignature.WEAK
    assert report is not None
    assert [reason.rule for reason in report.reasons] == ["algorithm.weak"]
