"""Envelopes with attachments of 1 MB to 1 GB: signed while packed, and verified while unpacked; who else can.

Run ``python benchmarks/envelopes.py [MB ...]``; it prints the table of ``docs/edxml.md``. Every turn is a process of
its own, file to file, outputs synced; imports and keys are not timed, memory is the process's peak. With ``--first``
the timed part runs before the other work of a machine that is shared, where the system allows that. All sign the same
envelope with RSA-2048 and SHA-256 over exclusive canonical XML by ``Id``, and all verify the one that edocs wrote.
The floor is what nobody can do without, in memory: SHA-256 and base64 of the whole attachment by the standard library.
"""

from __future__ import annotations

import base64
import hashlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

PKI = Path(__file__).parents[1] / "certs" / "test"
KEY, CERTIFICATE = PKI / "keys" / "seal.key.pem", PKI / "certs" / "seal.pem"
QCVN, DS = "http://www.mic.gov.vn/TBT/QCVN_102_2016", "http://www.w3.org/2000/09/xmldsig#"
PARTS = ("MessageHeader", "Bussiness", "edXMLBody", "AttachmentEncoded")
NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
FIRST = "EDOCS_BENCHMARK_FIRST"
SIZES_MB, STATUSES = (1, 10, 100, 1000), 10_000
PROGRAMS = ("floor", "edocs", "python-xmlsec", "signxml", "xmlsec1")
HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # of a Word document: no PDF, which another process would verify
META = """
from = { id = "000.00.00.H99", name = "Ủy ban nhân dân tỉnh Lam Giang" }
to = [{ id = "H99.13", name = "Sở Nội vụ tỉnh Lam Giang" }]
[document]
number = 7
notation = "UBND-VP"
date = 2026-03-05
place = "Lam Giang"
type = "Công văn"
subject = "V/v gửi, nhận văn bản điện tử"
sphere = "Hành chính"
typist = "NVA"
copies = 2
pages = 3
[signer]
name = "Nguyễn Văn An"
[business]
kind = "new"
"""


def main() -> None:
    if len(sys.argv) == 5 and sys.argv[1] == "turn":
        print(*_turn(sys.argv[2], sys.argv[3], Path(sys.argv[4])))
        return
    if "--first" in sys.argv:
        os.environ[FIRST] = "1"
    sizes = [int(item) for item in sys.argv[1:] if item != "--first"] or SIZES_MB
    print("| | MB | pack and sign | peak memory | of the floor | verify and unpack | peak memory | of the floor |")
    print("|---|---|---|---|---|---|---|---|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            _compare(size, Path(folder))
    print(f"\n{STATUSES} statuses read and validated: {_statuses():.0f}/s on one core")


def _compare(size: int, folder: Path) -> None:
    with (folder / "a.doc").open("wb") as file:
        file.write(HEAD)
        for _ in range(size):
            file.write(os.urandom(1_000_000))
    rounds = 5 if size <= 100 else 3
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    failed: dict[tuple[str, str], str] = {}
    for number in range(rounds):
        for program in PROGRAMS:
            for act in ("pack", "verify"):
                if (program, act) in failed or (number and program not in ("floor", "edocs") and size >= 100):
                    continue  # minutes, and gigabytes: once is enough to see it
                outcome = _ask(program, act, folder)
                if isinstance(outcome, str):
                    failed[program, act] = outcome
                else:
                    found.setdefault((program, act), []).append(outcome)
    for program in PROGRAMS:
        cells = []
        for act in ("pack", "verify"):
            if (program, act) in failed:
                cells += [f"fails: {failed[program, act]}", "", ""]
                continue
            seconds = statistics.median(item[0] for item in found[program, act])
            fastest = min(item[0] for item in found[program, act])
            least = [turn[0] for turn in found["floor", act]]
            ratios = f"{statistics.median(least) / seconds:.0%} ({min(least) / fastest:.0%})"
            peak = max(item[1] for item in found[program, act])
            cells += [f"{size / seconds:.0f} ({size / fastest:.0f}) MB/s", f"{peak:.0f} MB", ratios]
        print(f"| {program} | {size} | {' | '.join(cells)} |", flush=True)


def _ask(program: str, act: str, folder: Path) -> tuple[float, float] | str:
    """Seconds and MB of one turn; a line of its error where it fails."""
    command = [sys.executable, __file__, "turn", program, act, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1800)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["killed"])[-1].replace("|", " ")[:90]
    seconds, peak = done.stdout.split()
    return float(seconds), float(peak)


def _turn(program: str, act: str, folder: Path) -> tuple[float, float]:
    task = TASKS[program, act](folder)
    if os.environ.get(FIRST):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    start = time.perf_counter()
    task()
    seconds = time.perf_counter() - start
    who = resource.RUSAGE_CHILDREN if program == "xmlsec1" else resource.RUSAGE_SELF
    return seconds, resource.getrusage(who).ru_maxrss / 1000


def _floor_pack(folder: Path) -> Callable[[], object]:
    data = (folder / "a.doc").read_bytes()
    return lambda: (hashlib.sha256(data).digest(), base64.b64encode(data))


def _floor_verify(folder: Path) -> Callable[[], object]:
    data = base64.b64encode((folder / "a.doc").read_bytes())
    return lambda: hashlib.sha256(base64.b64decode(data)).digest()


def _edocs_pack(folder: Path) -> Callable[[], object]:
    from edocs.connect import open_signer
    from edocs.exchange import pack_file, read_meta
    from edocs.model import OutgoingFile
    from edocs.sealing import prepare_seal

    document, passphrase = read_meta(META.encode()), (PKI / "passphrase.txt").read_text().strip()
    signer = open_signer(f"pkcs12:{PKI / 'p12' / 'seal.p12'}", lambda _: passphrase)
    files = [OutgoingFile(name="a.doc", path=folder / "a.doc")]
    return lambda: pack_file(document, files, folder / "m.edxml", seal=prepare_seal(signer, now=NOW), now=NOW)


def _edocs_verify(folder: Path) -> Callable[[], object]:
    from edocs.exchange import unpacking

    def unpack() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as target, unpacking(folder / "m.edxml", Path(target)) as work:
            assert work.unpacked.envelope.signature == "intact"
            assert work.unpacked.all_faults == ()
            work.keep()

    return unpack


def _tree() -> etree._Element:
    """The envelope that edocs would write, its signature still to be made."""
    from lxml import etree

    from edocs.exchange import pack, read_meta
    from edocs.model import OutgoingFile

    root = etree.fromstring(pack(read_meta(META.encode()), [OutgoingFile(name="a.doc", data=HEAD)], now=NOW).envelope)
    for name in PARTS:
        root.find(f".//{{{QCVN}}}{name}").set("Id", f"edocs-{name}")
    return root


def _attach(root: etree._Element, folder: Path) -> None:
    data = (folder / "a.doc").read_bytes()
    hashlib.sha256(data).digest()  # a manifest needs it
    root.find(f".//{{{QCVN}}}ContentTransferEncoded").text = base64.b64encode(data).decode()


def _unpack(root: etree._Element, folder: Path) -> None:
    data = base64.b64decode(root.findtext(f".//{{{QCVN}}}ContentTransferEncoded"))
    hashlib.sha256(data).digest()
    _write(folder / "out.doc", data)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _parse(path: Path) -> etree._Element:
    from lxml import etree

    return etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False, huge_tree=True))


def _template(root: etree._Element) -> etree._Element:
    import xmlsec

    c14n = xmlsec.constants.TransformExclC14N
    signature = xmlsec.template.create(root, c14n, xmlsec.constants.TransformRsaSha256, ns="ds")
    for name in PARTS:
        reference = xmlsec.template.add_reference(signature, xmlsec.constants.TransformSha256, uri=f"#edocs-{name}")
        xmlsec.template.add_transform(reference, c14n)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    root.find(f".//{{{QCVN}}}edXMLHeader").append(signature)
    return signature


def _xmlsec_pack(folder: Path) -> Callable[[], object]:
    import xmlsec
    from lxml import etree

    key = xmlsec.Key.from_file(str(KEY), xmlsec.constants.KeyDataFormatPem)
    key.load_cert_from_file(str(CERTIFICATE), xmlsec.constants.KeyDataFormatPem)
    root = _tree()

    def pack() -> None:
        _attach(root, folder)
        signature = _template(root)
        xmlsec.tree.add_ids(root, ["Id"])
        context = xmlsec.SignatureContext()
        context.key = key
        context.sign(signature)
        _write(folder / "other.edxml", etree.tostring(root, encoding="UTF-8", xml_declaration=True))

    return pack


def _xmlsec_verify(folder: Path) -> Callable[[], object]:
    import xmlsec

    key = xmlsec.Key.from_file(str(CERTIFICATE), xmlsec.constants.KeyDataFormatCertPem)

    def verify() -> None:
        root = _parse(folder / "m.edxml")
        xmlsec.tree.add_ids(root, ["Id"])
        context = xmlsec.SignatureContext()
        context.key = key
        context.verify(root.find(f".//{{{DS}}}Signature"))
        _unpack(root, folder)

    return verify


def _signxml_pack(folder: Path) -> Callable[[], object]:
    import signxml
    from lxml import etree

    root = _tree()
    signer = signxml.XMLSigner(
        method=signxml.methods.detached, c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"
    )

    def pack() -> None:
        _attach(root, folder)
        signature = signer.sign(
            root,
            key=KEY.read_bytes(),
            cert=CERTIFICATE.read_text(),
            reference_uri=[f"edocs-{name}" for name in PARTS],
            id_attribute="Id",
        )
        root.find(f".//{{{QCVN}}}edXMLHeader").append(signature)
        _write(folder / "other.edxml", etree.tostring(root, encoding="UTF-8", xml_declaration=True))

    return pack


def _signxml_verify(folder: Path) -> Callable[[], object]:
    import signxml

    config = signxml.SignatureConfiguration(require_x509=True, expect_references=5, location=".//")

    def verify() -> None:
        data = (folder / "m.edxml").read_bytes()
        found = signxml.XMLVerifier().verify(
            data, x509_cert=CERTIFICATE.read_text(), id_attribute="Id", expect_config=config
        )
        _unpack(next(one.signed_xml for one in found if b"AttachmentEncoded" in one.signed_data[:200]), folder)

    return verify


def _command(*arguments: str) -> Callable[[], object]:
    ids = [item for name in PARTS for item in ("--id-attr:Id", f"{QCVN}:{name}")]
    ids += ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
    command = ["xmlsec1", arguments[0], *ids, *arguments[1:]]

    def run() -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(next((line for line in done.stderr.splitlines() if line.strip()), "xmlsec1 fails"))

    return run


def _xmlsec1_template(folder: Path) -> Callable[[], object]:
    from lxml import etree

    root = _tree()
    _attach(root, folder)
    _template(root)
    _write(folder / "template.xml", etree.tostring(root, encoding="UTF-8", xml_declaration=True))
    return lambda: None


def _xmlsec1_pack(folder: Path) -> Callable[[], object]:
    # In a process of its own: xmlsec1 would inherit the peak of this one.
    subprocess.run(
        [sys.executable, __file__, "turn", "xmlsec1", "template", str(folder)], check=True, stdout=subprocess.DEVNULL
    )
    template, output = folder / "template.xml", folder / "other.edxml"
    return _command("--sign", "--privkey-pem", f"{KEY},{CERTIFICATE}", "--output", str(output), str(template))


def _xmlsec1_verify(folder: Path) -> Callable[[], object]:
    return _command("--verify", "--pubkey-cert-pem", str(CERTIFICATE), str(folder / "m.edxml"))


def _statuses() -> float:
    """How many a second are read, and found to be whole statuses, in this process."""
    from edocs.exchange import inspect_message, pack_status
    from edocs.model import HANOI, Organ, OrganId, ResponseFor, Staff, StatusMessage, require_status

    messages = [
        pack_status(
            StatusMessage(
                sender=Organ(id=OrganId(value="H99.13"), name="Sở Nội vụ tỉnh Lam Giang"),
                response_for=ResponseFor(
                    organ_id=OrganId(value="000.00.00.H99"),
                    code=f"{number}/UBND-VP",
                    document_id=f"H99,2026/03/05,{number}",
                ),
                staff=Staff(department="Văn phòng", name="Trần Thị Bình", email="binh@lamgiang.example"),
                code="03",
                description="Văn thư - Phòng Văn thư - Lưu trữ: Tiếp nhận văn bản điện tử",
                at=NOW.astimezone(HANOI),
            )
        )
        for number in range(STATUSES)
    ]
    start = time.process_time()
    for data in messages:
        read = inspect_message(data)
        assert isinstance(read.message, StatusMessage)
        assert not read.notices
        require_status(read.message.code)
    return STATUSES / (time.process_time() - start)


TASKS = {
    ("floor", "pack"): _floor_pack,
    ("floor", "verify"): _floor_verify,
    ("edocs", "pack"): _edocs_pack,
    ("edocs", "verify"): _edocs_verify,
    ("python-xmlsec", "pack"): _xmlsec_pack,
    ("python-xmlsec", "verify"): _xmlsec_verify,
    ("signxml", "pack"): _signxml_pack,
    ("signxml", "verify"): _signxml_verify,
    ("xmlsec1", "template"): _xmlsec1_template,
    ("xmlsec1", "pack"): _xmlsec1_pack,
    ("xmlsec1", "verify"): _xmlsec1_verify,
}

if __name__ == "__main__":
    main()
