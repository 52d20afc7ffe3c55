"""Signing PDFs of 80 and 300 KB at B-B, RSA-2048, one process, bytes to bytes: edocs beside pyHanko's default.

Run ``python benchmarks/signing.py``. All sign the same document in turns, so that a busy machine slows all of them;
medians. pdfsignerpy (file to file, memory disk where there is one) joins in where it is installed. Below: the share of
the bare key operation, file to file with sync.
"""

from __future__ import annotations

import gc
import importlib
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pyhanko.version
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

from edocs._files import write_file
from edocs.connect import open_signer
from edocs.model import Box, Role, SignatureSpec, Stamp
from edocs.sign import sign_pdf
from edocs.testing import PASSPHRASE, sample_pdf, sample_seal_png

ROUNDS = 20
_ROW_S = 0.03
SIZES_BYTES = (80_000, 300_000)
KEY = Path(__file__).parents[1] / "certs" / "test" / "p12" / "seal.p12"
# What is asked for: (of what, over what, at least how many times).
TARGETS = (("edocs, invisible", "pyHanko default", 60.0), ("edocs, invisible", "pdfsignerpy", 2.5))
RATES = {"edocs, invisible": 800.0, "edocs, visible seal": 500.0}

Run = Callable[[], object]


def main() -> None:
    print(machine())
    for size in SIZES_BYTES:
        _compare(size)


def _compare(size: int) -> None:
    document = sample_pdf(size)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as memory:
        runs = _runs(document, Path(memory))
        times = measure(runs, ROUNDS)
    medians = {name: statistics.median(found) for name, found in times.items()}
    print(f"\ndocument {len(document):,} bytes, RSA-2048, PAdES B-B; {ROUNDS} rounds in turns, medians")
    for name, median in medians.items():
        target = f"  (target {RATES[name]:.0f}: {_met(1 / median >= RATES[name])})" if name in RATES else ""
        fastest = min(times[name]) * 1000
        print(f"{name:28} {median * 1000:8.2f} ms {1 / median:7.0f} a second; fastest {fastest:.2f} ms{target}")
    for ours, theirs, least in TARGETS:
        if theirs in medians:
            ratio = medians[theirs] / medians[ours]
            print(f"{ours} / {theirs}: {ratio:.1f} times (target {least:g}: {_met(ratio >= least)})")
    print(f"share of the bare key operation: {medians['RSA-2048 alone'] / medians['edocs, invisible']:.0%}")


def _runs(document: bytes, memory: Path) -> dict[str, Run]:
    signer = open_signer(str(KEY), lambda _: PASSPHRASE)
    plain = SignatureSpec(role=Role.ORGANISATION)
    box = Box(page=1, left_mm=120, top_mm=200, width_mm=36, height_mm=36)
    seal = SignatureSpec(role=Role.ORGANISATION, stamp=Stamp(box=box, image_png=sample_seal_png("UBND tỉnh Lam Giang")))
    theirs = signers.SimpleSigner.load_pkcs12_data(KEY.read_bytes(), other_certs=[], passphrase=PASSPHRASE.encode())
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature1", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    source, target = memory / "in.pdf", memory / "out.pdf"
    source.write_bytes(document)
    on_disk = Path(tempfile.gettempdir()) / f"edocs-benchmark-{os.getpid()}.pdf"
    runs: dict[str, Run] = {
        "edocs, invisible": lambda: sign_pdf(document, signer, plain),
        "edocs, visible seal": lambda: sign_pdf(document, signer, seal),
        "edocs, file to file, synced": lambda: _to_file(lambda: sign_pdf(source.read_bytes(), signer, plain), on_disk),
        "RSA-2048 alone": lambda: signer.sign(document[:100], "sha256"),
        "pyHanko default": lambda: signers.sign_pdf(
            IncrementalPdfFileWriter(BytesIO(document)), metadata, signer=theirs
        ),
    }
    try:
        other = importlib.import_module("pdfsigner")
    except ImportError:
        return runs
    runs["pdfsignerpy"] = lambda: other.sign_pdf(str(source), str(target), str(KEY), PASSPHRASE)
    return runs


def _to_file(sign: Callable[[], bytes], path: Path) -> None:
    try:
        write_file(path, sign())
    finally:
        path.unlink(missing_ok=True)


def measure(runs: dict[str, Run], rounds: int) -> dict[str, list[float]]:
    """Seconds of each run. In every round each has its turn: as many in a row as take about 30 ms, as in a batch.

    The first round, and the first of a row, are not counted: what ran before has emptied the processor's caches.
    """
    times: dict[str, list[float]] = {name: [] for name in runs}
    rows = {name: max(1, round(_ROW_S / min(_seconds(run) for _ in range(3)))) for name, run in runs.items()}
    gc.collect()
    for number in range(rounds + 1):
        for name, run in runs.items():
            run()
            found = [_seconds(run) for _ in range(rows[name])]
            times[name] += found if number else []
    return times


def _seconds(run: Run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _met(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def machine() -> str:
    """Processor, cores, load and versions."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    versions = f"Python {platform.python_version()}, pyHanko {pyhanko.version.__version__}"
    return f"{model}, {os.cpu_count()} cores{load}; {platform.system()}, {versions}"


if __name__ == "__main__":
    main()
