"""Verifying one and two signatures at 80 KB, warm, and two at 104 MB: edocs beside pyHanko.

Run ``python benchmarks/verifying.py``; it prints the tables of ``docs/benchmarks.md``. ``verify_pdf`` and pyHanko's
``validate_pdf_signature`` have the same anchors, intermediates and revocation lists, and have to find every signature
valid with its revocation checked. pyHanko gets a fresh ``ValidationContext`` for each signature, as its documentation
has it. For memory each verifies in a process of its own, from the file.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

from asn1crypto import crl, pem, x509

from edocs.connect import open_signer
from edocs.model import Role, SignatureSpec, TrustStore, Verdict
from edocs.sign import sign_pdf
from edocs.testing import PASSPHRASE, sample_pdf
from edocs.verify import load_trust, verify_pdf

PKI = Path(__file__).parents[1] / "certs" / "test"
SIGNERS = (("leader", Role.PERSONAL), ("seal", Role.ORGANISATION))
ROUNDS, LARGE_MB = 40, 104


def main() -> None:
    if len(sys.argv) > 2:
        _alone(sys.argv[1], Path(sys.argv[2]))
        return
    print("## Verifying · Xác thực\n\n`python benchmarks/verifying.py`: bytes of 80 KB, warm process, median of")
    print(
        f"{ROUNDS} turns; revocation checked from lists in both.\n\n"
        "| | edocs | pyHanko | ratio of medians |\n|---|---|---|---|"
    )
    trust = load_trust([PKI / "roots", PKI / "intermediates", PKI / "crl"])
    for count in (1, 2):
        document = signed(sample_pdf(80_000), count)
        ours, theirs = _compare(lambda d=document: by_edocs(d, trust), lambda d=document, n=count: by_pyhanko(d, n))
        name = "1 signature" if count == 1 else f"{count} signatures"
        print(f"| {name} | {ours * 1000:.1f} ms | {theirs * 1000:.1f} ms | {theirs / ours:.2f} times |")
    _memory()


def signed(document: bytes, count: int) -> bytes:
    """``document`` with that many signatures, approval signatures all."""
    for name, role in SIGNERS[:count]:
        signer = open_signer(f"pkcs12:{PKI / 'p12' / name}.p12", lambda _: PASSPHRASE)
        document = sign_pdf(document, signer, SignatureSpec(role=role))
    return document


def by_edocs(document: bytes | Path, trust: TrustStore) -> None:
    report = verify_pdf(document, trust)
    assert report.verdict is Verdict.TOTAL_PASSED, report.reasons


def by_pyhanko(document: bytes | Path, count: int) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    stream = BytesIO(document) if isinstance(document, bytes) else document.open("rb")
    with stream:
        found = PdfFileReader(stream).embedded_signatures
        assert len(found) == count
        for signature in found:
            context = ValidationContext(
                trust_roots=_certificates("roots"),
                other_certs=_certificates("intermediates"),
                crls=[crl.CertificateList.load(data) for data in _ders("crl")],
                revocation_mode="hard-fail",
                allow_fetching=False,
            )
            status = validate_pdf_signature(signature, context)
            assert status.bottom_line, status.pretty_print_details()


def _certificates(folder: str) -> list[x509.Certificate]:
    return [x509.Certificate.load(data) for data in _ders(folder)]


def _ders(folder: str, known: dict[str, list[bytes]] = {}) -> list[bytes]:  # noqa: B006 - read once
    if folder not in known:
        files = sorted(path for path in (PKI / folder).iterdir() if path.is_file())
        raw = [path.read_bytes() for path in files]
        known[folder] = [pem.unarmor(data)[2] if pem.detect(data) else data for data in raw]
    return known[folder]


def _compare(ours: Callable[[], None], theirs: Callable[[], None]) -> Sequence[float]:
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 3):
        for run, found in zip((ours, theirs), times, strict=True):
            start = time.perf_counter()
            run()
            if number >= 3:
                found.append(time.perf_counter() - start)
    return [statistics.median(found) for found in times]


def _memory() -> None:
    filler = b"\n%d 0 obj\n<< /Length %d >>\nstream\n"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.pdf"
        path.write_bytes(signed(_large(filler), 2))
        size = path.stat().st_size / 1e6
        print(
            f"\nTwo signatures, {size:.0f} MB, from the file, in a process of its own:\n\n"
            "| | time | peak memory |\n|---|---|---|"
        )
        for who in ("edocs", "pyHanko"):
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, __file__, who, str(path)], capture_output=True, text=True, check=True, env=os.environ
            )
            print(f"| {who} | {time.perf_counter() - start:.1f} s | {int(done.stdout) / 1024:.0f} MB |")


def _large(filler: bytes) -> bytes:
    """A letter with an object of random bytes, as a scan has."""
    head = sample_pdf()
    number = head.count(b" 0 obj") + 1
    trailer = head[head.rindex(b"trailer") : head.rindex(b"startxref")]
    trailer = trailer.replace(b"/Size %d" % number, b"/Size %d" % (number + 1))
    previous = int(head[head.rindex(b"startxref") + 9 :].split()[0])
    data = filler % (number, LARGE_MB * 1_000_000) + os.urandom(1_000_000) * LARGE_MB + b"\nendstream\nendobj\n"
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(head) + 1)
    end = b"startxref\n%d\n%%%%EOF\n" % (len(head) + len(data))
    return head + data + table + trailer.replace(b"<<", b"<< /Prev %d" % previous, 1) + end


def _alone(who: str, path: Path) -> None:
    """Verify ``path`` and print the process's peak memory in KB."""
    if who == "edocs":
        by_edocs(path, load_trust([PKI / "roots", PKI / "intermediates", PKI / "crl"]))
    else:
        by_pyhanko(path, 2)
    print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main()
