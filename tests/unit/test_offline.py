"""Without leave, verification reaches for no network, no other file and no program, whatever the bytes ask for."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import HOSTILE, form, stream, update, with_catalogue
from vectors.build import Vectors
from vectors.registry import VECTORS

from edocs.model import Verdict
from edocs.testing import Pki, sample_pdf

LARGE = 600_000
"""Octets. Hostile files of more differ from smaller ones in their length alone, and take long."""
URL = b"http://127.0.0.1:9/x"
# An audit hook cannot be taken off again: whatever touches the system is seen, in C libraries that use Python's own
# sockets and files as well.
WATCHER = """
import json, sys
from pathlib import Path
from edocs.verify import load_trust, verify_pdf

folder, roots, intermediates, crls = map(Path, sys.argv[1:])
trust = load_trust([roots, intermediates, crls])
documents = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
for data in list(documents.values())[:40]:
    verify_pdf(data, trust)  # whatever is opened once is open now
seen = []
places = tuple(path for path in sys.path if path)

def watch(event, arguments):
    if event == "os.listdir" and str(arguments[0]).startswith(places):
        return  # an import that comes late looks for its module
    if event.split(".")[0] in {"socket", "subprocess", "os", "urllib", "http", "ftplib", "ctypes", "shutil"}:
        seen.append([event, repr(arguments)[:200]])
    if event == "open" and not str(arguments[0]).endswith((".py", ".pyc")):  # what is imported late
        seen.append([event, str(arguments[0])])

sys.addaudithook(watch)
verdicts = {name: verify_pdf(data, trust).verdict.value for name, data in documents.items()}
print(json.dumps({"seen": list(seen), "verdicts": verdicts}))
"""


def reaching(signed: bytes) -> dict[str, bytes]:
    """Documents that ask a reader to fetch something."""
    outside = b"<</Type/Filespec/FS/URL/F(%s)>>" % URL
    away = {
        "stream": b"<</Length 0/F %s/FFilter/FlateDecode>>stream\n\nendstream" % outside,
        "file": b"<</Length 0/F(/etc/passwd)>>stream\n\nendstream",
        "reference": b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Ref<</F %s/Page 0>>>>" % outside,
        "action": b"<</S/URI/URI(%s)>>" % URL,
        "submit": b"<</S/SubmitForm/F %s>>" % outside,
        "launch": b"<</S/Launch/F(/bin/true)/Win<</F(calc.exe)>>>>",
        "xfa": stream(b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><!DOCTYPE x SYSTEM "%s"></xdp:xdp>' % URL),
    }
    found = {}
    for name, body in away.items():
        entries = b"/OpenAction 90 0 R/Names<</EmbeddedFiles<</Names[(a) 90 0 R]>>>>"
        found[f"later-{name}.pdf"] = with_catalogue(signed, entries, {90: body})
        found[f"unsigned-{name}.pdf"] = form(
            b"4 0 R", {4: b"<</T(a)/FT/Sig/V 90 0 R>>", 90: body}, b"/OpenAction 90 0 R"
        )
        found[f"unreferenced-{name}.pdf"] = update(signed, {90: body})
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, foreign_sign: Callable[..., bytes]) -> Path:
    """Honest and dishonest files; the certificates of the test PKI name services over HTTP."""
    folder = tmp_path_factory.mktemp("reaching")
    one = foreign_sign(sample_pdf(), "leader", "Person")
    documents = {"one.pdf": one, "two.pdf": foreign_sign(one, "seal", "Agency"), **reaching(one)}
    for name, data in documents.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def specimens(tmp_path_factory: pytest.TempPathFactory, vectors: Vectors, foreign_sign: Callable[..., bytes]) -> Path:
    """Every file that the other tests have: manipulated, lawful, hostile."""
    folder = tmp_path_factory.mktemp("specimens")
    one = foreign_sign(sample_pdf(), "leader", "Person")
    for name in VECTORS:
        (folder / f"{name}.pdf").write_bytes(vectors.document(name))
    for name, build in HOSTILE.items():
        data = build(one)
        if len(data) < LARGE:
            (folder / f"hostile-{name}.pdf").write_bytes(data)
    return folder


def test_nothing_is_fetched_opened_or_started(folder: Path, pki: Pki) -> None:
    command = [sys.executable, "-c", textwrap.dedent(WATCHER), folder, pki.roots, pki.intermediates, pki.crls]

    done = subprocess.run([str(part) for part in command], capture_output=True, encoding="utf-8", check=False)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["seen"] == []
    assert found["verdicts"]["two.pdf"] == "TOTAL_PASSED"
    assert len(found["verdicts"]) == len(list(folder.iterdir()))


@pytest.mark.timeout(600)  # some seven hundred files, on a machine that may be busy
def test_no_specimen_reaches_out(specimens: Path, pki: Pki) -> None:
    command = [sys.executable, "-c", WATCHER, specimens, pki.roots, pki.intermediates, pki.crls]

    done = subprocess.run([str(part) for part in command], capture_output=True, encoding="utf-8", check=False)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["seen"] == []
    assert len(found["verdicts"]) > len(VECTORS)
    assert set(found["verdicts"].values()) == {verdict.value for verdict in Verdict}


def test_the_watcher_sees_a_socket(tmp_path: Path, pki: Pki) -> None:
    """So that the test above can fail."""
    program = WATCHER.replace("verdicts = {", "__import__('socket').socket()\nverdicts = {")
    command = [sys.executable, "-c", program, tmp_path, pki.roots, pki.intermediates, pki.crls]

    done = subprocess.run([str(part) for part in command], capture_output=True, encoding="utf-8", check=False)

    assert "socket.__new__" in done.stdout, done.stderr
