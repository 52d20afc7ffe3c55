"""Messages in files: what the forms for files make and find is what those for bytes do, and nothing is left behind."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from edxml_fixtures import NOW, meta
from servers.tsa import Authority
from test_edxml_signing import xmlsec
from test_edxml_timestamps import Stamper

from edocs.errors import MalformedEnvelopeError, OutputError, UnreadableError, UsageError
from edocs.exchange import inspect_message, pack, pack_file, unpack, unpacking
from edocs.model import (
    DocumentMessage,
    EnvelopeSignature,
    EnvelopeSpec,
    LegalEffect,
    Level,
    MessageLimits,
    OutgoingFile,
    TrustStore,
    Verdict,
    VerificationOptions,
)
from edocs.office import open_file, open_message
from edocs.ports import Evidence, Signer
from edocs.sealing import prepare_seal, sign_apart, sign_message
from edocs.supervised import SupervisedVerifier
from edocs.testing import Pki, sample_pdf

OpenKey = Callable[[str], Signer]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DATA = {
    "báo cáo.doc": OLE + os.urandom(2_500_001),
    "số liệu.xlsx.bin": os.urandom(900_000),
    "ghi chú.txt": b"Lam Giang",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files, as whoever packs them has them."""
    made = tmp_path_factory.mktemp("đi")
    for name, data in DATA.items():
        (made / name).write_bytes(data)
    return made


def in_memory() -> list[OutgoingFile]:
    return [OutgoingFile(name=name, data=data) for name, data in DATA.items()]


def on_disk(folder: Path) -> list[OutgoingFile]:
    return [OutgoingFile(name=name, path=folder / name) for name in DATA]


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_message_of_files_is_that_of_bytes(folder: Path, tmp_path: Path) -> None:
    expected = pack(meta(), in_memory(), now=NOW)

    packed = pack_file(meta(), on_disk(folder), tmp_path / "m.edxml", now=NOW)

    assert (tmp_path / "m.edxml").read_bytes() == expected.envelope
    assert packed.manifest == expected.manifest
    assert left(tmp_path) == ["m.edxml"]


@pytest.mark.parametrize("name", ["seal", "seal-3072"])
def test_what_is_signed_on_the_way_is_what_is_signed_afterwards(
    name: str, folder: Path, tmp_path: Path, open_key: OpenKey
) -> None:
    """RSA by PKCS#1 v1.5 gives one value for one message."""
    expected = sign_message(pack(meta(), in_memory(), now=NOW).envelope, open_key(name), now=NOW)

    packed = pack_file(meta(), on_disk(folder), tmp_path / "m", seal=prepare_seal(open_key(name), now=NOW), now=NOW)

    assert (tmp_path / "m").read_bytes() == expected
    assert packed.manifest.envelope_size_bytes == len(expected)
    assert inspect_message(expected).sha256 == packed.manifest.envelope_sha256


def test_a_signature_beside_a_file_is_that_beside_bytes(folder: Path, tmp_path: Path, open_key: OpenKey) -> None:
    plain = pack(meta(), in_memory(), now=NOW).envelope
    seal = prepare_seal(open_key("seal"), now=NOW, is_detached=True)

    packed = pack_file(meta(), on_disk(folder), tmp_path / "m", seal=seal, now=NOW)

    assert (tmp_path / "m").read_bytes() == plain
    assert packed.detached == sign_apart(plain, open_key("seal"), now=NOW)
    assert inspect_message(tmp_path / "m", packed.detached).signature is EnvelopeSignature.INTACT


@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
def test_an_independent_program_verifies_what_is_signed_on_the_way(
    level: Level, folder: Path, tmp_path: Path, pki: Pki, open_key: OpenKey, witness: Callable[[str], str]
) -> None:
    means = Evidence(timestamper=Stamper(Authority.of(pki, "tsa"), NOW + timedelta(minutes=1)))
    seal = prepare_seal(open_key("seal-p256"), EnvelopeSpec(level=level), now=NOW, evidence=means)

    pack_file(meta(), on_disk(folder), tmp_path / "m.edxml", seal=seal, now=NOW)

    said = xmlsec(witness("xmlsec1"), tmp_path / "m.edxml", pki)
    assert (said.returncode, "References (ok/all): 5/5" in said.stdout + said.stderr) == (0, True), said.stderr
    assert ((tmp_path / "m.edxml").read_bytes().count(b"EncapsulatedTimeStamp>") == 2) is (level is Level.B_T)
    assert unpack((tmp_path / "m.edxml").read_bytes()).envelope.signature is EnvelopeSignature.INTACT


def test_we_accept_in_a_file_what_an_independent_program_signed(
    folder: Path, tmp_path: Path, pki: Pki, open_key: OpenKey, witness: Callable[[str], str]
) -> None:
    """Its own base64 lines, declarations and canonical form; the values of ours are emptied and made by it."""
    ours = tmp_path / "ours.edxml"
    pack_file(meta(), on_disk(folder), ours, seal=prepare_seal(open_key("seal"), now=NOW), now=NOW)
    emptied = tmp_path / "template.xml"
    head, value, rest = ours.read_bytes().partition(b"<ds:SignatureValue")
    emptied.write_bytes(head + value + rest[: rest.index(b">") + 1] + rest[rest.index(b"</ds:SignatureValue>") :])
    ids = [
        part
        for name in ("MessageHeader", "Bussiness", "edXMLBody", "AttachmentEncoded")
        for part in ("--id-attr:Id", f"http://www.mic.gov.vn/TBT/QCVN_102_2016:{name}")
    ]
    ids += ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
    theirs = tmp_path / "theirs.edxml"
    command = [witness("xmlsec1"), "--sign", *ids, "--privkey-pem", str(pki.key("seal")), "--output", str(theirs)]

    done = subprocess.run([*command, str(emptied)], check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert inspect_message(theirs).signature is EnvelopeSignature.INTACT
    with unpacking(theirs, tmp_path / "out") as work:
        assert work.unpacked.envelope.signature is EnvelopeSignature.INTACT
        assert [(tmp_path / "out" / file.name).read_bytes() for file in work.keep().files] == [*DATA.values()]


@pytest.fixture(scope="module")
def message(folder: Path, tmp_path_factory: pytest.TempPathFactory, open_key: OpenKey) -> Path:
    path = tmp_path_factory.mktemp("đến") / "m.edxml"
    pack_file(meta(), on_disk(folder), path, seal=prepare_seal(open_key("seal"), now=NOW), now=NOW)
    return path


def test_files_have_names_only_when_they_are_kept(message: Path, tmp_path: Path) -> None:
    out = tmp_path / "hồ sơ" / "đến"

    with unpacking(message, out) as work:
        assert [name for name in left(out) if not name.startswith(".edocs.")] == []
        assert {file.path and file.path.parent for file in work.unpacked.files} == {out}
        kept = work.keep()

    assert left(out) == sorted(DATA)
    assert [file.path for file in kept.files] == [out / name for name in DATA]
    assert {name: (out / name).read_bytes() for name in DATA} == DATA


def test_nothing_is_left_of_files_that_are_not_kept(message: Path, tmp_path: Path) -> None:
    with unpacking(message, tmp_path / "a" / "b") as work:
        assert work.unpacked.all_faults == ()

    assert left(tmp_path) == []


def test_nothing_is_left_of_a_message_whose_signature_is_broken(message: Path, tmp_path: Path) -> None:
    broken = tmp_path / "m.edxml"
    broken.write_bytes(message.read_bytes().replace(b">2</edXML:PromulgationAmount>", b">3</edXML:PromulgationAmount>"))

    opened = open_file(broken, tmp_path / "out")

    assert opened.signature is not None
    assert opened.signature.verdict is Verdict.TOTAL_FAILED
    assert [file.path for file in opened.unpacked.files] == [None, None, None]
    assert left(tmp_path) == ["m.edxml"]


def test_files_of_a_broken_message_are_kept_by_nobody(message: Path, tmp_path: Path) -> None:
    broken = tmp_path / "m.edxml"
    broken.write_bytes(message.read_bytes().replace(b">2</edXML:PromulgationAmount>", b">3</edXML:PromulgationAmount>"))

    with unpacking(broken, tmp_path / "out") as work:
        kept = work.keep()

    assert [file.path for file in kept.files] == [None, None, None]
    assert left(tmp_path) == ["m.edxml"]


def test_more_files_than_a_reader_takes_are_refused(tmp_path: Path) -> None:
    files = [OutgoingFile(name=f"{number}.doc", data=b"x") for number in range(1001)]

    with pytest.raises(UsageError, match="1000"):
        pack_file(meta(), files, tmp_path / "m.edxml", now=NOW)

    assert left(tmp_path) == []


@pytest.mark.parametrize("place", [0.3, 0.6, 0.999])
def test_one_other_letter_of_an_attachment_breaks_the_signature(place: float, message: Path, tmp_path: Path) -> None:
    data = bytearray(message.read_bytes())
    start, end = data.index(b"ContentTransferEncoded "), data.index(b"</edXML:ContentTransferEncoded>")
    at = start + int((end - start) * place)
    data[at] = ord("A") if data[at] != ord("A") else ord("B")
    (tmp_path / "m.edxml").write_bytes(data)

    envelope = inspect_message(tmp_path / "m.edxml")

    assert envelope.check is not None
    assert [(one.rule, one.params["part"]) for one in envelope.check.findings] == [
        ("envelope.changed", "AttachmentEncoded")
    ]


def test_another_file_of_the_same_name_stops_everything(message: Path, tmp_path: Path) -> None:
    (tmp_path / "ghi chú.txt").write_text("của người khác")

    with pytest.raises(OutputError, match="another file"), unpacking(message, tmp_path) as work:
        work.keep()

    assert left(tmp_path) == ["ghi chú.txt"]
    assert (tmp_path / "ghi chú.txt").read_text() == "của người khác"


def test_the_same_file_is_left_as_it_is(message: Path, tmp_path: Path) -> None:
    (tmp_path / "ghi chú.txt").write_bytes(DATA["ghi chú.txt"])
    os.utime(tmp_path / "ghi chú.txt", (1, 1))

    with unpacking(message, tmp_path) as work:
        work.keep()

    assert (tmp_path / "ghi chú.txt").stat().st_mtime == 1
    assert left(tmp_path) == sorted(DATA)


def test_a_link_is_never_followed_to_write(message: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "ghi chú.txt").symlink_to(tmp_path / "outside.txt")

    with pytest.raises(OutputError), unpacking(message, tmp_path / "out") as work:
        work.keep()

    assert left(tmp_path) == ["out"]


def test_files_without_a_folder_are_only_looked_at(message: Path) -> None:
    with unpacking(message) as work:
        paths = [file.path for file in work.unpacked.files]
        assert [path is not None and path.read_bytes() for path in paths] == [*DATA.values()]
        with pytest.raises(UsageError):
            work.keep()

    assert [path is not None and path.exists() for path in paths] == [False, False, False]


def test_a_file_and_its_bytes_are_opened_alike(message: Path, tmp_path: Path, trust: TrustStore) -> None:
    options = VerificationOptions(at=NOW)
    of_bytes = open_message(message.read_bytes(), trust=trust, options=options)

    of_file = open_file(message, tmp_path, trust=trust, options=options)

    assert of_file.signature == of_bytes.signature
    assert of_file.as_dict() == of_bytes.as_dict()


def test_a_signature_is_judged_in_the_worker_as_it_is_here(message: Path, trust: TrustStore) -> None:
    options = VerificationOptions(at=NOW)
    expected = open_message(message.read_bytes(), trust=trust, options=options).signature

    with SupervisedVerifier(trust) as worker:
        opened = open_file(message, options=options, judge=worker.judge)

    assert opened.signature == expected
    assert expected is not None
    assert expected.verdict is Verdict.TOTAL_PASSED


def test_pdfs_are_given_to_the_verifier_as_files(issued: bytes, tmp_path: Path, trust: TrustStore) -> None:
    files = [OutgoingFile(name="công văn.pdf", data=issued)]
    pack_file(meta(), files, tmp_path / "m.edxml", now=NOW)

    with SupervisedVerifier(trust) as worker:
        opened = open_file(tmp_path / "m.edxml", tmp_path / "out", verify=worker.verify)

    (report,) = opened.reports
    assert report is not None
    assert (report.verdict, report.path) == (Verdict.TOTAL_PASSED, str(tmp_path / "out" / "công văn.pdf"))


LIMITS = {
    "the message": (MessageLimits(message_bytes=1_000_000), "larger than 1000000 bytes"),
    "its text": (MessageLimits(text_bytes=1000), "more than 1000 bytes of text"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_message_beyond_its_limits_is_refused(name: str, message: Path) -> None:
    limits, why = LIMITS[name]

    with pytest.raises(MalformedEnvelopeError, match=why):
        inspect_message(message, limits=limits)


@pytest.mark.parametrize("limits", [MessageLimits(file_bytes=1_000_000), MessageLimits(total_bytes=2_600_000)])
def test_an_attachment_beyond_its_limit_is_a_fault(limits: MessageLimits, message: Path, tmp_path: Path) -> None:
    opened = open_file(message, tmp_path / "out", limits=limits)

    faulty = [file for file in opened.unpacked.files if file.faults]
    assert faulty
    assert {fault.rule for file in faulty for fault in file.faults} == {"edxml.attachment.limit"}
    assert left(tmp_path / "out") == sorted(set(DATA) - {file.name for file in faulty})


def test_a_large_message_is_noted_when_it_is_packed(folder: Path, tmp_path: Path) -> None:
    limits = MessageLimits(notice_bytes=1_000_000)

    packed = pack_file(meta(), on_disk(folder), tmp_path / "m.edxml", now=NOW, limits=limits)

    assert [one.rule for one in packed.notices] == ["edxml.message.size"]


def test_a_message_that_is_written_to_while_it_is_read_is_refused(message: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.edxml"
    path.write_bytes(message.read_bytes())

    def touch(_count: int) -> None:
        os.utime(path, (1, 1))

    with pytest.raises(UnreadableError, match="changed"), unpacking(path, tmp_path / "out", on_read=touch):
        pass

    assert left(tmp_path) == ["m.edxml"]


def test_an_output_that_is_one_of_the_files_is_refused(folder: Path) -> None:
    target = folder / "báo cáo.doc"

    with pytest.raises(OutputError):
        pack_file(meta(), on_disk(folder), target, now=NOW)

    assert target.read_bytes() == DATA[target.name]


def test_whoever_waits_is_told_how_much_was_read(folder: Path, message: Path, tmp_path: Path) -> None:
    packed: list[int] = []
    read: list[int] = []

    pack_file(meta(), on_disk(folder), tmp_path / "m.edxml", now=NOW, on_read=packed.append)
    with unpacking(message, on_read=read.append):
        pass

    assert sum(packed) >= sum(map(len, DATA.values()))
    assert sum(read) >= 2 * sum(map(len, DATA.values()))


NAMES = [
    "../../etc/passwd.txt",
    "C:\\Windows\\a.txt",
    "nul.txt",
    "a.txt",
    "A.TXT",
    "x" * 300 + ".txt",
    "\u202etxt.exe",
    "…/",
]


def test_nothing_is_written_outside_of_the_folder_whatever_the_names_say(tmp_path: Path) -> None:
    files = [OutgoingFile(name=f"{number}.txt", data=b"%d" % number) for number in range(len(NAMES))]
    data = pack(meta(), files, now=NOW).envelope.decode()
    for number, name in enumerate(NAMES):
        data = data.replace(f"AttachmentName>{number}.txt<", f"AttachmentName>{name}<")
    (tmp_path / "m.edxml").write_text(data, encoding="utf-8")

    opened = open_file(tmp_path / "m.edxml", tmp_path / "out")

    assert left(tmp_path) == ["m.edxml", "out"]
    assert left(tmp_path / "out") == sorted(file.name for file in opened.unpacked.files)
    assert [(tmp_path / "out" / file.name).read_bytes() for file in opened.unpacked.files] == [
        file.data for file in files
    ]
    for file, name in zip(opened.unpacked.files, NAMES, strict=True):
        notes = [one for one in file.notices if one.rule == "edxml.attachment.name"]
        assert file.declared_name == name
        assert [(one.params["name"], one.params["declared"]) for one in notes] == (
            [] if file.name == name else [(file.name, name[:80])]
        )
    assert len({file.name.casefold() for file in opened.unpacked.files}) == len(NAMES)
    assert max(len(file.name.encode()) for file in opened.unpacked.files) <= 220


def test_paper_that_follows_does_not_make_an_unsigned_pdf_an_original(tmp_path: Path, trust: TrustStore) -> None:
    files = [OutgoingFile(name="công văn.pdf", data=sample_pdf())]
    document = meta(('kind = "new"', 'kind = "new"\npaper = true'))
    pack_file(document, files, tmp_path / "m.edxml", now=NOW)

    opened = open_file(tmp_path / "m.edxml", trust=trust)

    message = opened.unpacked.envelope.message
    assert isinstance(message, DocumentMessage)
    assert message.business is not None
    assert (message.business.paper, opened.legal_effect) == (True, LegalEffect.REFERENCE_ONLY)
