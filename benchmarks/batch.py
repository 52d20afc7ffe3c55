"""Batches: two processes against one, timestamps against a slow authority, the memory that a large file takes.

Run ``python benchmarks/batch.py``; ``signing.py`` runs it as well. It prints a table. The authority is a process of
its own on the loopback interface, which answers after 150 ms; its tokens are pyHanko's.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from edocs.batch import BatchOptions, SigningJob, sign_pdfs
from edocs.connect import SignerRecipe, open_timestamper
from edocs.engines.local import LocalEngine
from edocs.model import Level, Role, SignatureSpec
from edocs.ports import Evidence, Signer
from edocs.sign import sign_pdf
from edocs.testing import PASSPHRASE, sample_pdf

CERTS = Path(__file__).parents[1] / "certs" / "test"
KEY = CERTS / "p12" / "seal.p12"
SPEC = SignatureSpec(role=Role.ORGANISATION)
FILES, WARM, TURNS, OFTEN = 1500, 200, 3, 100
STAMPED, LATENCY_S, LARGE_MB = 50, 0.150, 300


def main() -> None:
    print("`python benchmarks/batch.py`: file to file.\n\n| | | asked for |\n|---|---|---|")
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        _processes(Path(folder))
        _timestamps(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        _memory(Path(folder))


def _jobs(folder: Path, count: int) -> list[SigningJob]:
    document = sample_pdf(80_000)
    source = folder / "in.pdf"
    source.write_bytes(document)
    return [SigningJob(source=source, target=folder / f"{number}.out.pdf") for number in range(count)]


def _processes(folder: Path) -> None:
    recipe = SignerRecipe(str(KEY), lambda _: PASSPHRASE)
    signer = recipe()
    rates: dict[int, list[float]] = {1: [], 2: []}
    bare: dict[int, list[float]] = {1: [], 2: []}
    openssl: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(TURNS):
        for workers in (1, 2):
            rates[workers].append(_batch_rate(folder, signer, recipe, workers))
            bare[workers].append(_bare_rate(workers))
            openssl[workers].append(openssl_rate(workers))
    one, two = statistics.median(rates[1]), statistics.median(rates[2])
    gain = statistics.median(b / a for a, b in zip(rates[1], rates[2], strict=True))
    print(f"| two processes against one, {FILES} files of 80 KB | {one:.0f}/s → {two:.0f}/s, {gain:.2f} times | 1.7 |")
    for name, found in (("the key operation alone", bare), ("`openssl speed -multi 2`", openssl)):
        if all(found[1]):
            most = statistics.median(b / a for a, b in zip(found[1], found[2], strict=True))
            print(f"| {name}, in the same minutes | {most:.2f} times: edocs has {gain / most:.0%} of it | |")


def _batch_rate(folder: Path, signer: Signer, recipe: SignerRecipe, workers: int) -> float:
    """Files a second, from when every process has started."""
    options = BatchOptions(engine=LocalEngine(workers), reopen=recipe, force=True)
    records = sign_pdfs(_jobs(folder, FILES + WARM), signer, SPEC, options)
    for _ in range(WARM):
        assert next(records).failure is None
    start = time.perf_counter()
    done = sum(record.failure is None for record in records)
    return done / (time.perf_counter() - start)


def _bare_rate(workers: int) -> float:
    done = LocalEngine(workers).map(_sign_often, range(40))
    next(done)
    start = time.perf_counter()
    return len(list(done)) * OFTEN / (time.perf_counter() - start)


def openssl_rate(processes: int = 1) -> float:
    """RSA-2048 signatures a second, as ``openssl speed`` has it; 0 where there is none."""
    program = shutil.which("openssl")
    if program is None:
        return 0.0
    several = ["-multi", str(processes)] if processes > 1 else []
    done = subprocess.run(
        [program, "speed", "-mr", "-seconds", "1", *several, "rsa2048"], capture_output=True, text=True, check=False
    )
    found = re.findall(r"^\+F2:\d+:2048:([\d.]+):", done.stdout, re.MULTILINE)
    value = float(found[-1]) if found else 0.0
    return 1 / value if 0 < value < 1 else value  # some versions state seconds


@lru_cache
def _key() -> Signer:
    return SignerRecipe(str(KEY), lambda _: PASSPHRASE)()


def _sign_often(number: int) -> int:
    for _ in range(OFTEN):
        _key().sign(b"x", "sha256")
    return number


def _timestamps(folder: Path) -> None:
    signer = SignerRecipe(str(KEY), lambda _: PASSPHRASE)()
    spec = SignatureSpec(role=Role.ORGANISATION, level=Level.B_T)
    with _authority() as url:
        evidence = Evidence(timestamper=open_timestamper([url], lambda _: ""))
        document = sample_pdf(80_000)
        sign_pdf(document, signer, spec, evidence=evidence)
        start = time.perf_counter()
        for _ in range(STAMPED):
            sign_pdf(document, signer, spec, evidence=evidence)
        one_by_one = time.perf_counter() - start
        jobs = _jobs(folder, STAMPED)
        start = time.perf_counter()
        records: Sequence[object] = [
            record.failure for record in sign_pdfs(jobs, signer, spec, BatchOptions(evidence=evidence, force=True))
        ]
        together = time.perf_counter() - start
        assert records == [None] * STAMPED
    print(f"| B-T, {STAMPED} files, an authority that answers after {LATENCY_S * 1000:.0f} ms ", end="")
    print(f"| {one_by_one:.2f} s one by one, {together:.2f} s as a batch, {one_by_one / together:.1f} times | 5 |")


def _memory(folder: Path) -> None:
    source = folder / "large.pdf"
    _write_large(source)
    script = (
        "import sys\nfrom edocs.cli.main import _run\ncode = _run(sys.argv[1:])\n"
        "status = open('/proc/self/status').read()\nprint(status.partition('VmHWM:')[2].split()[0])\nsys.exit(code)"
    )
    asked = ["sign", source, "--signer", KEY, "--role", "organisation", "--secrets", "env:KEY", "--quiet", "--json"]
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, asked)],
        env={**os.environ, "KEY": PASSPHRASE},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.perf_counter() - start
    peak = int(done.stdout.split()[-1]) / 1024
    print(f"| {LARGE_MB} MB, `edocs sign`, synced | {seconds:.1f} s, peak memory {peak:.0f} MB | below 150 MB |")


def _write_large(path: Path) -> None:
    head = sample_pdf()
    number = head.count(b" 0 obj") + 1
    trailer = head[head.rindex(b"trailer") : head.rindex(b"startxref")].replace(
        b"/Size %d" % number, b"/Size %d" % (number + 1)
    )
    previous = int(head[head.rindex(b"startxref") + 9 :].split()[0])
    with path.open("wb") as out:
        out.write(head)
        start = out.tell()
        out.write(b"%d 0 obj\n<< /Length %d >>\nstream\n" % (number, LARGE_MB << 20))
        piece = os.urandom(1 << 20)
        for _ in range(LARGE_MB):
            out.write(piece)
        out.write(b"\nendstream\nendobj\n")
        table = out.tell()
        out.write(b"xref\n%d 1\n%010d 00000 n \n" % (number, start))
        out.write(trailer.replace(b"<<", b"<< /Prev %d" % previous, 1))
        out.write(b"startxref\n%d\n%%%%EOF\n" % table)


@contextmanager
def _authority() -> Iterator[str]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/"
    finally:
        process.terminate()
        process.join()


def _serve(link: Connection) -> None:
    from asn1crypto import pem, tsp, x509
    from cryptography.hazmat.primitives import serialization
    from pyhanko.keys import load_private_key_from_pemder
    from pyhanko.sign.timestamps import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    # The authority is not what is measured: pyHanko would load and check its key anew for each token.
    serialization.load_der_private_key = lru_cache(serialization.load_der_private_key)

    def certificate(folder: str, name: str) -> x509.Certificate:
        return x509.Certificate.load(pem.unarmor((CERTS / folder / f"{name}.pem").read_bytes())[2])

    store = SimpleCertificateStore()
    store.register(certificate("intermediates", "official-ca"))
    key = load_private_key_from_pemder(str(CERTS / "keys" / "tsa.key.pem"), passphrase=None)

    class Handler(BaseHTTPRequestHandler):
        wbufsize = -1
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            query = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(LATENCY_S)
            stamper = DummyTimeStamper(
                certificate("certs", "tsa"), key, certs_to_embed=store, fixed_dt=datetime.now(UTC)
            )
            body = stamper.request_tsa_response(query).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    link.send(server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
