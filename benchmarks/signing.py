"""B-B invisible signing of 80 KB PDFs, RSA-2048, one process, bytes to bytes: edocs against pyHanko's default.

Run ``python benchmarks/signing.py``. Both sign the same document in turns, so that a busy machine slows both; medians.
"""

from __future__ import annotations

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pyhanko.version
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

from edocs.connect import open_signer
from edocs.model import Role, SignatureSpec
from edocs.sign import sign_pdf
from edocs.testing import PASSPHRASE, sample_pdf

ROUNDS = 60
SIZE_BYTES = 80_000
TARGET = 5.0


def main() -> None:
    key = Path(__file__).parents[1] / "certs" / "test" / "p12" / "leader.p12"
    document = sample_pdf(SIZE_BYTES)
    ours = _edocs(key, document)
    theirs = _pyhanko(key, document)
    for warm in (ours, theirs):
        warm()
    times = {ours: [], theirs: []}
    gc.collect()
    for _ in range(ROUNDS):
        for run in (ours, theirs):
            start = time.perf_counter()
            run()
            times[run].append((time.perf_counter() - start) * 1000)
    fast, slow = statistics.median(times[ours]), statistics.median(times[theirs])
    print(_machine())
    print(f"document {len(document):,} bytes, RSA-2048, PAdES B-B, invisible; {ROUNDS} rounds in turns, medians")
    print(f"edocs sign_pdf                       {fast:8.2f} ms   {1000 / fast:7.0f} a second")
    print(f"pyHanko {pyhanko.version.__version__} SimpleSigner default   {slow:8.2f} ms   {1000 / slow:7.0f} a second")
    print(f"ratio {slow / fast:.1f} (target: at least {TARGET:.0f}): {'met' if slow / fast >= TARGET else 'MISSED'}")


def _edocs(key: Path, document: bytes) -> Callable[[], bytes]:
    signer = open_signer(str(key), lambda _: PASSPHRASE)
    spec = SignatureSpec(role=Role.PERSONAL)
    return lambda: sign_pdf(document, signer, spec)


def _pyhanko(key: Path, document: bytes) -> Callable[[], bytes]:
    signer = signers.SimpleSigner.load_pkcs12_data(key.read_bytes(), other_certs=[], passphrase=PASSPHRASE.encode())
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature1", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    return lambda: signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(document)), metadata, signer=signer).getvalue()


def _machine() -> str:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} cores{load}; {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
