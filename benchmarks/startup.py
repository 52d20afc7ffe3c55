"""Cold starts, each a whole process: ``edocs --help``, and ``edocs verify`` of one file beside importing its peer.

    python benchmarks/startup.py [RUNS]

The commands take turns, so that a change in the machine's speed meets them all alike; medians and the median ratio of
the pairs are printed.
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from edocs.connect import open_signer
from edocs.model import Role, SignatureSpec
from edocs.sign import sign_pdf
from edocs.testing import sample_pdf

PKI = Path(__file__).parents[1] / "certs" / "test"
PASSPHRASE = (PKI / "passphrase.txt").read_text(encoding="utf-8").strip()


def signed_file(folder: Path) -> Path:
    signer = open_signer(f"pkcs12:{PKI / 'p12' / 'leader.p12'}", lambda _name: PASSPHRASE)
    path = folder / "signed.pdf"
    path.write_bytes(sign_pdf(sample_pdf(80_000), signer, SignatureSpec(role=Role.PERSONAL)))
    return path


def wall_ms(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        edocs = [sys.executable, "-m", "edocs.cli"]
        trust = [part for name in ("roots", "intermediates", "crl") for part in ("--trust", str(PKI / name))]
        commands = {
            "python -c 'pass'": [sys.executable, "-c", "pass"],
            "edocs --help": [*edocs, "--help"],
            "import pyhanko.sign.validation": [sys.executable, "-c", "import pyhanko.sign.validation"],
            "edocs verify": [*edocs, "verify", str(signed_file(Path(folder))), *trust],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(runs + 1):
            for name, command in commands.items():
                elapsed = wall_ms(command)
                if turn:  # the first turn only warms the file cache
                    times[name].append(elapsed)
    print(f"{platform.machine()}, Python {platform.python_version()}, {runs} turns; milliseconds of wall time")
    for name, values in times.items():
        print(f"{name:32} median {statistics.median(values):7.1f}   min {min(values):7.1f}   max {max(values):7.1f}")
    peer, own = times["import pyhanko.sign.validation"], times["edocs verify"]
    allowed = [1.2 * value + 100 for value in peer]
    over = statistics.median(mine - bar for mine, bar in zip(own, allowed, strict=True))
    print(f"edocs verify / import: {statistics.median(a / b for a, b in zip(own, peer, strict=True)):.2f}")
    print(f"edocs verify against 1.2 x import + 100 ms: {over:+.1f} ms (negative: under the bar)")


if __name__ == "__main__":
    main()
