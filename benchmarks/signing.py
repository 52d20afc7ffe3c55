"""The figures of ``docs/benchmarks.md`` for signing, printed as the tables that stand there.

Run ``python benchmarks/signing.py``: two minutes on a machine with nothing else to do. All sign the same document in
turns, so that a busy machine slows all of them; medians. pdfsignerpy (``edocs[bench]``) joins in where it is installed.
``openssl speed`` runs in between, and says what the machine's RSA can do at that moment. ``batch.py`` runs last.
"""

from __future__ import annotations

import gc
import importlib
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from io import BytesIO
from pathlib import Path

import batch
from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key
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
OURS, SEAL, DEFAULT = "edocs, invisible", "edocs, visible seal", "pyHanko, default"
OPENING = "edocs, file to file, opens its key in each call"
KEY_ALONE = "the key operation alone"
RATES = {OURS: 800, SEAL: 500}

Run = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Medians over all turns, in seconds."""

    wall: float
    fastest: float
    cpu: float


def main() -> None:
    print(f"{machine()}\n\n## Signing · Ký số\n")
    print(
        "`python benchmarks/signing.py`: PAdES B-B, RSA-2048, one process, bytes to bytes unless said otherwise. Each"
    )
    print(f"has its turn in each of {ROUNDS} rounds, as many in a row as take 30 ms: median, rate; the fastest, and")
    print("the median of the process's own CPU time, in ms.\n")
    found, speeds = [], []
    for size in SIZES_BYTES:
        found.append(_compare(size))
        speeds.append(batch.openssl_rate())
    print("| | " + " | ".join(f"{size // 1000} KB" for size in SIZES_BYTES) + " |\n|---|" + "---|" * len(SIZES_BYTES))
    for name in found[0]:
        print(f"| {name} | " + " | ".join(_cell(timings[name]) for timings in found) + " |")
    _row("`openssl speed rsa2048`", [f"{rate:.0f}/s" if rate else "not at hand" for rate in speeds])
    for theirs, least in ((DEFAULT, "at least 60"), (_starting(found[0], "pdfsignerpy"), "at least 2.5")):
        if theirs:
            ratios = [timings[theirs].wall / timings[OURS].wall for timings in found]
            _row(f"**{OURS}, against {theirs}** ({least})", [f"{ratio:.1f} times" for ratio in ratios])
    if theirs := _starting(found[0], "pdfsignerpy"):
        ratios = [timings[theirs].wall / timings[OPENING].wall for timings in found]
        _row(f"{OPENING}, against {theirs}", [f"{ratio:.1f} times" for ratio in ratios])
    _row("share of the key operation", [f"{timings[KEY_ALONE].wall / timings[OURS].wall:.0%}" for timings in found])
    if all(speeds):
        shares = [1 / timings[OURS].wall / rate for timings, rate in zip(found, speeds, strict=True)]
        _row("**share of the `openssl speed` rate**", [f"{share:.0%}" for share in shares])
    for name, rate in RATES.items():
        _row(f"{name}: {rate}/s", ["reached" if 1 / timings[name].wall >= rate else "MISSED" for timings in found])
    print("\n## Batches · Ký hàng loạt\n")
    batch.main()


def _row(name: str, cells: Sequence[str]) -> None:
    print(f"| {name} | " + " | ".join(cells) + " |")


def _cell(timing: Timing) -> str:
    rest = f"fastest {timing.fastest * 1000:.3g}, CPU {timing.cpu * 1000:.3g}"
    return f"{timing.wall * 1000:.3g} ms, {1 / timing.wall:.0f}/s ({rest})"


def _starting(names: dict[str, Timing], start: str) -> str:
    return next((name for name in names if name.startswith(start)), "")


def _compare(size: int) -> dict[str, Timing]:
    document = sample_pdf(size)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as memory:
        return measure(_runs(document, Path(memory)) | _peers(document, Path(memory)), ROUNDS)


def _runs(document: bytes, memory: Path) -> dict[str, Run]:
    signer = open_signer(str(KEY), lambda _: PASSPHRASE)
    plain = SignatureSpec(role=Role.ORGANISATION)
    box = Box(page=1, left_mm=120, top_mm=200, width_mm=36, height_mm=36)
    seal = SignatureSpec(role=Role.ORGANISATION, stamp=Stamp(box=box, image_png=sample_seal_png("UBND tỉnh Lam Giang")))
    source, target = memory / "in.pdf", memory / "ours.pdf"
    source.write_bytes(document)
    on_disk = Path(tempfile.gettempdir()) / f"edocs-benchmark-{os.getpid()}.pdf"
    return {
        OURS: lambda: sign_pdf(document, signer, plain),
        SEAL: lambda: sign_pdf(document, signer, seal),
        "edocs, file to file, synced": lambda: _to_file(lambda: sign_pdf(source.read_bytes(), signer, plain), on_disk),
        OPENING: lambda: target.write_bytes(
            sign_pdf(source.read_bytes(), open_signer(str(KEY), lambda _: PASSPHRASE), plain)
        ),
        KEY_ALONE: lambda: signer.sign(document[:100], "sha256"),
    }


def _peers(document: bytes, memory: Path) -> dict[str, Run]:
    theirs = signers.SimpleSigner.load_pkcs12_data(KEY.read_bytes(), other_certs=[], passphrase=PASSPHRASE.encode())
    assert theirs is not None
    cached = _CachedKey(theirs.signing_cert, theirs.signing_key, theirs.cert_registry)
    asked = signers.PdfSignatureMetadata(
        field_name="Signature1", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    runs: dict[str, Run] = {
        DEFAULT: lambda: signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(document)), asked, signer=theirs),
        "pyHanko, key kept parsed": lambda: signers.sign_pdf(
            IncrementalPdfFileWriter(BytesIO(document)), asked, signer=cached
        ),
    }
    source, target = memory / "in.pdf", memory / "theirs.pdf"
    try:
        rust = importlib.import_module("pdfsigner")
    except ImportError:
        return runs
    else:
        runs[f"pdfsignerpy {metadata.version('pdfsignerpy')}, file to file, opens its key in each call"] = lambda: (
            rust.sign_pdf(str(source), str(target), str(KEY), PASSPHRASE)
        )
    return runs


class _CachedKey(signers.SimpleSigner):
    """pyHanko's signer as it would be if it parsed its key once."""

    def __init__(self, certificate: object, key: PrivateKeyInfo, registry: object) -> None:
        super().__init__(signing_cert=certificate, signing_key=key, cert_registry=registry)
        self._parsed = load_der_private_key(key.dump(), None)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        assert isinstance(self._parsed, rsa.RSAPrivateKey)
        return self._parsed.sign(data, padding.PKCS1v15(), hashes.SHA256())


def _to_file(sign: Callable[[], bytes], path: Path) -> None:
    try:
        write_file(path, sign())
    finally:
        path.unlink(missing_ok=True)


def measure(runs: dict[str, Run], rounds: int) -> dict[str, Timing]:
    """What each run takes. In every round each has its turn: as many in a row as take about 30 ms, as in a batch.

    The first round, and the first of a row, are not counted: what ran before has emptied the processor's caches.
    """
    wall: dict[str, list[float]] = {name: [] for name in runs}
    cpu: dict[str, list[float]] = {name: [] for name in runs}
    rows = {name: max(1, round(_ROW_S / min(_seconds(run) for _ in range(3)))) for name, run in runs.items()}
    gc.collect()
    for number in range(rounds + 1):
        for name, run in runs.items():
            run()
            start = time.process_time()
            found = [_seconds(run) for _ in range(rows[name])]
            used = (time.process_time() - start) / rows[name]
            if number:
                wall[name] += found
                cpu[name].append(used)
    return {
        name: Timing(wall=statistics.median(wall[name]), fastest=min(wall[name]), cpu=statistics.median(cpu[name]))
        for name in runs
    }


def _seconds(run: Run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def machine() -> str:
    """Date, processor, cores, load and versions."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("pyHanko", "cryptography"))
    system = f"{platform.system()}, Python {platform.python_version()}, {versions}"
    return f"{date.today().isoformat()}: {model}, {os.cpu_count()} cores{load}; {system}."  # noqa: DTZ011 - of a table


if __name__ == "__main__":
    main()
