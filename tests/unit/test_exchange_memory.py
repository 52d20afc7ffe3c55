"""Memory does not grow with the attachments: measured in a process of its own, packing, inspecting and unpacking."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from edxml_fixtures import META

from edocs.testing import Pki

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system tells no peak memory")

LARGE_MB, SMALL_MB = 96, 1
MOST_MB, GROWTH_MB = 64, 12
PROGRAM = """
import sys
from datetime import datetime, UTC
from pathlib import Path

act, folder, key, passphrase = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]
now = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
if act in ("pack", "detached"):
    from edocs.connect import open_signer
    from edocs.exchange import pack_file, read_meta
    from edocs.model import OutgoingFile
    from edocs.sealing import prepare_seal

    seal = prepare_seal(open_signer(f"pkcs12:{key}", lambda _: passphrase), now=now, is_detached=act == "detached")
    document = read_meta((folder / "meta.toml").read_bytes())
    files = [OutgoingFile(name="a.doc", path=folder / "a.doc")]
    packed = pack_file(document, files, folder / f"{act}.edxml", seal=seal, now=now)
    (folder / "beside.xml").write_bytes(packed.detached or b"")
elif act == "inspect":
    from edocs.exchange import inspect_message

    assert inspect_message(folder / "pack.edxml").signature == "intact"
else:
    from edocs.exchange import unpacking

    beside = (folder / "beside.xml").read_bytes() if act == "apart" else None
    source = folder / ("detached.edxml" if act == "apart" else "pack.edxml")
    with unpacking(source, folder / act, detached=beside) as work:
        assert work.unpacked.envelope.signature == "intact"
        assert work.unpacked.all_faults == ()
        work.keep()
# Not getrusage: a process inherits that of its parent.
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
ACTS = ("pack", "inspect", "unpack", "detached", "apart")


def peaks(folder: Path, megabytes: int, pki: Pki) -> dict[str, int]:
    folder.mkdir()
    (folder / "meta.toml").write_text(META, encoding="utf-8")
    with (folder / "a.doc").open("wb") as file:
        file.writelines(b"\xd0\xcf\x11\xe0" + bytes([number]) * ((1 << 20) - 4) for number in range(megabytes))
    found = {}
    for act in ACTS:
        command = [sys.executable, "-c", PROGRAM, act, str(folder), str(pki.p12("seal")), pki.passphrase]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found[act] = int(done.stdout) // 1024
    assert (folder / "unpack" / "a.doc").read_bytes() == (folder / "a.doc").read_bytes()
    return found


def test_memory_does_not_grow_with_the_attachments(tmp_path: Path, pki: Pki) -> None:
    small, large = peaks(tmp_path / "small", SMALL_MB, pki), peaks(tmp_path / "large", LARGE_MB, pki)

    assert {act: (large[act] <= MOST_MB, large[act] - small[act] <= GROWTH_MB) for act in ACTS} == dict.fromkeys(
        ACTS, (True, True)
    ), (small, large)
