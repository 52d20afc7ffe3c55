"""Verifying one and two signatures at 80 KB, warm, and two at 104 MB: edocs beside pyHanko.

Run ``python benchmarks/verifying.py``; it prints the tables of ``docs/benchmarks.md``. ``verify_pdf`` and pyHanko's
``validate_pdf_signature`` have the same anchors, intermediates and revocation lists, and have to find every signature
valid with its revocation checked. Each has a process of its own, because edocs puts faster functions into pyHanko's
place; they take turns, so that both meet the same load. pyHanko gets certificates and lists that are parsed already,
and a fresh ``ValidationContext`` for each signature, as its documentation has it. Every turn is another document of the
same signers, as in a batch, so that nothing helps that is kept of one document. Times are of the processor.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from asn1crypto import crl, x509

PKI = Path(__file__).parents[1] / "certs" / "test"
SIGNERS = (("leader", "personal"), ("seal", "organisation"))
ROUNDS, WARM, DOCUMENTS, LARGE_MB = 40, 5, 15, 104
PROGRAMS = ("edocs", "pyHanko")


def main() -> None:
    if len(sys.argv) > 1:
        _serve(sys.argv[1])
        return
    print("## Verifying · Xác thực\n\n`python benchmarks/verifying.py`: 80 KB, revocation checked from lists in both.")
    print(f"Processor time of {ROUNDS} turns in warm processes, each turn another document; pyHanko with its own")
    print("functions, not with those that edocs puts in their place.\n")
    print("| | edocs, median (fastest) | pyHanko | ratio of medians | of fastest |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for count in (1, 2):
            paths = [
                _write(Path(folder) / f"{count}-{number}.pdf", _sample(number), count) for number in range(DOCUMENTS)
            ]
            ours, theirs = (_Times(*found) for found in _take_turns(paths))
            name = "1 signature" if count == 1 else f"{count} signatures"
            ratios = f"{theirs.median / ours.median:.1f} times | {theirs.fastest / ours.fastest:.1f} times"
            print(f"| {name} | {ours} | {theirs} | {ratios} |", flush=True)
        path = _write(Path(folder) / "large.pdf", _large(), 2)
        print(f"\nTwo signatures, {path.stat().st_size / 1e6:.0f} MB, from the file, in a process of its own:\n")
        print("| | processor time | of it verifying | peak memory |\n|---|---|---|---|")
        for program in PROGRAMS:
            taken, spent, peak = _alone(program, path)
            print(f"| {program} | {spent:.2f} s | {taken:.2f} s | {peak:.0f} MB |")


class _Times:
    """Seconds of turns, printed in milliseconds."""

    def __init__(self, *found: float) -> None:
        self.median, self.fastest = statistics.median(found), min(found)

    def __str__(self) -> str:
        return f"{self.median * 1000:.1f} ({self.fastest * 1000:.1f}) ms"


def _take_turns(paths: Sequence[Path]) -> tuple[list[float], list[float]]:
    workers = [_start(program) for program in PROGRAMS]
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(WARM + ROUNDS):
        for worker, times in zip(workers, found, strict=True):
            taken = _ask(worker, paths[number % len(paths)])
            if number >= WARM:
                times.append(taken)
    for worker in workers:
        worker.communicate()
    return found


def _alone(program: str, path: Path) -> tuple[float, float, float]:
    """Seconds of one verification, seconds of its whole process, and the most memory that it had, in MB."""
    worker = _start(program)
    taken = _ask(worker, path)
    spent, peak = (float(item) for item in worker.communicate()[0].split())
    return taken, spent, peak


def _start(program: str) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, program]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ)


def _ask(worker: subprocess.Popen[str], path: Path) -> float:
    ask, answer = _pipes(worker)
    ask.write(f"{path}\n")
    ask.flush()
    return float(answer.readline())


def _pipes(worker: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert worker.stdin is not None
    assert worker.stdout is not None
    return worker.stdin, worker.stdout


def _serve(program: str) -> None:
    """Verify what is asked for, then print the processor time of this process and its peak memory."""
    verify = _by_edocs() if program == "edocs" else _by_pyhanko()
    for line in sys.stdin:
        start = time.process_time()
        verify(Path(line.rstrip("\n")))
        print(time.process_time() - start, flush=True)
    peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    print(time.process_time(), int(peak) * 1024 / 1e6)


def _by_edocs() -> Callable[[Path], None]:
    from edocs.model import Verdict
    from edocs.verify import load_trust, verify_pdf

    trust = load_trust([PKI / "roots", PKI / "intermediates", PKI / "crl"])

    def verify(path: Path) -> None:
        report = verify_pdf(path, trust)
        assert report.verdict is Verdict.TOTAL_PASSED, report.reasons

    return verify


def _by_pyhanko() -> Callable[[Path], None]:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    def verify(path: Path) -> None:
        with path.open("rb") as stream:
            found = PdfFileReader(stream).embedded_signatures
            assert found
            for signature in found:
                context = ValidationContext(
                    trust_roots=_certificates("roots"),
                    other_certs=_certificates("intermediates"),
                    crls=_lists(),
                    revocation_mode="hard-fail",
                    allow_fetching=False,
                )
                status = validate_pdf_signature(signature, context)
                assert status.bottom_line, status.pretty_print_details()

    return verify


@cache
def _certificates(folder: str) -> list[x509.Certificate]:
    from asn1crypto import x509

    return [x509.Certificate.load(data) for data in _ders(folder)]


@cache
def _lists() -> list[crl.CertificateList]:
    from asn1crypto import crl

    return [crl.CertificateList.load(data) for data in _ders("crl")]


def _ders(folder: str) -> list[bytes]:
    from asn1crypto import pem

    files = sorted(path for path in (PKI / folder).iterdir() if path.is_file())
    raw = [path.read_bytes() for path in files]
    return [pem.unarmor(data)[2] if pem.detect(data) else data for data in raw]


def _write(path: Path, document: bytes, count: int) -> Path:
    """``document`` at ``path`` with that many signatures, approval signatures all."""
    from edocs.connect import open_signer
    from edocs.model import Role, SignatureSpec
    from edocs.sign import sign_pdf
    from edocs.testing import PASSPHRASE

    for name, role in SIGNERS[:count]:
        signer = open_signer(f"pkcs12:{PKI / 'p12' / name}.p12", lambda _: PASSPHRASE)
        document = sign_pdf(document, signer, SignatureSpec(role=Role(role)))
    path.write_bytes(document)
    return path


def _sample(number: int) -> bytes:
    from edocs.testing import sample_pdf

    return sample_pdf(80_000 + number)


def _large() -> bytes:
    """A letter with an object of random bytes, as a scan has."""
    from edocs.testing import sample_pdf

    head = sample_pdf()
    number = head.count(b" 0 obj") + 1
    trailer = head[head.rindex(b"trailer") : head.rindex(b"startxref")]
    trailer = trailer.replace(b"/Size %d" % number, b"/Size %d" % (number + 1))
    previous = int(head[head.rindex(b"startxref") + 9 :].split()[0])
    filler = b"\n%d 0 obj\n<< /Length %d >>\nstream\n" % (number, LARGE_MB * 1_000_000)
    data = filler + os.urandom(1_000_000) * LARGE_MB + b"\nendstream\nendobj\n"
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(head) + 1)
    end = b"startxref\n%d\n%%%%EOF\n" % (len(head) + len(data))
    return head + data + table + trailer.replace(b"<<", b"<< /Prev %d" % previous, 1) + end


if __name__ == "__main__":
    main()
