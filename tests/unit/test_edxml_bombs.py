"""Messages made to exhaust whoever reads them: refused, or read with the bad part refused, in bounded memory."""

from __future__ import annotations

import base64
import io
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from edxml_fixtures import packed

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system tells no peak memory")

GOOD = packed(("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 body")).envelope
MB = 1 << 20
PROBE = """
import sys
from pathlib import Path
from edocs.errors import MalformedEnvelopeError
from edocs.exchange import unpacking

def peak():  # not getrusage: a process inherits that of its parent
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024

def said(path):
    try:
        with unpacking(path) as work:
            return " ".join(sorted({fault.rule for fault in work.unpacked.all_faults})) or "read"
    except MalformedEnvelopeError:
        return "refused"

said(Path(sys.argv[1]))
before = peak()
answer = said(Path(sys.argv[2]))
print(answer, peak() - before, sep=";")
"""


def probed(path: Path, tmp_path: Path) -> tuple[str, int]:
    """What becomes of a message, and by how many MB that lets memory grow."""
    good = tmp_path / "good.edxml"
    good.write_bytes(GOOD)
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(good), str(path)], check=True, capture_output=True, text=True
    )
    answer, growth = done.stdout.strip().split(";")
    return answer, int(growth)


def inside(mark: bytes, filling: Iterator[bytes] | bytes) -> Iterator[bytes]:
    """The good message with something before its ``mark``."""
    head, found, rest = GOOD.partition(mark)
    assert found
    yield head
    yield from [filling] if isinstance(filling, bytes) else filling
    yield found + rest


def much(piece: bytes, megabytes: int) -> Iterator[bytes]:
    block = piece * (MB // len(piece))
    return (block for _ in range(megabytes))


def attribute() -> Iterator[bytes]:
    yield b'<x a="'
    yield from much(b"a", 200)
    yield b'"/>'


def comment() -> Iterator[bytes]:
    yield b"<!--"
    yield from much(b"c", 200)
    yield b"-->"


SUBJECT, HEADER, CONTENT = b"</edXML:Subject>", b"</edXML:MessageHeader>", b"</edXML:ContentTransferEncoded>"
REFUSED: dict[str, Callable[[], Iterator[bytes]]] = {
    "entities that grow": lambda: iter(
        [
            b'<!DOCTYPE edXML [<!ENTITY a "aaaaaaaaaa">',
            *(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20)),
            b"]>",
            GOOD.replace(b"</edXML:Subject>", b"&u;</edXML:Subject>").partition(b"?>")[2],
        ]
    ),
    "a document type from elsewhere": lambda: iter([b'<!DOCTYPE edXML SYSTEM "file:///etc/passwd">', GOOD[39:]]),
    "deep nesting": lambda: inside(HEADER, b"<x>" * 100_000 + b"</x>" * 100_000),
    "nesting up to the limit of marks": lambda: inside(HEADER, b"<x>" * 90_000 + b"</x>" * 90_000),
    "many elements": lambda: inside(HEADER, b"<x/>" * 250_000),
    "many attributes": lambda: inside(HEADER, b"<x " + b" ".join(b'a%d=""' % n for n in range(250_000)) + b"/>"),
    "many prefixes": lambda: inside(
        HEADER, b"<x " + b" ".join(b'xmlns:p%d="u"' % n for n in range(100)) + b">" + b"<x/>" * 50_000 + b"</x>"
    ),
    "a huge attribute": lambda: inside(HEADER, attribute()),
    "an attribute above the limit of texts": lambda: inside(HEADER, b'<x a="' + b"a" * 2 * MB + b'"/>'),
    "a huge text": lambda: inside(SUBJECT, much(b"a ", 200)),
    "a text above the limit of texts": lambda: inside(SUBJECT, b"a" * 2 * MB),
    "a huge text that looks like base64": lambda: inside(SUBJECT, b"<Content>" + b"a" * 100 * MB + b"</Content>"),
    "a huge comment": lambda: inside(HEADER, comment()),
    "huge white space": lambda: inside(HEADER, much(b" ", 200)),
    "huge junk": lambda: iter([b"a" * 200 * MB, GOOD]),
    "base64 as references": lambda: inside(CONTENT, much(b"&#65;", 100)),
    "many contents in one attachment": lambda: inside(
        b"</Attachment>", b"<edXML:ContentTransferEncoded xmlns:edXML='x'/>" + b"<ContentTransferEncoded/>" * 90_000
    ),
    "the same long content again and again": lambda: inside(
        b"</Attachment>", (b"<ContentTransferEncoded>" + b"a" * MB + b"</ContentTransferEncoded>") * 50
    ),
    "many attachments": lambda: inside(b"</AttachmentEncoded>", b"<Attachment/>" * 90_000),
}
MOST_MB = 48
"""MB. What the outline may hold (8 MB) costs its bytes, and its tree once or twice."""


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_bounded_memory(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.edxml"
    with path.open("wb") as file:
        file.writelines(REFUSED[name]())

    answer, growth = probed(path, tmp_path)

    assert (answer, growth < MOST_MB) == ("refused", True), growth


def carried(name: str, data: bytes) -> bytes:
    """A message with a file that no honest sender would attach."""
    start, end = GOOD.index(b'QCVN_102_2016">', GOOD.index(b"ContentTransferEncoded")) + 15, GOOD.index(CONTENT)
    return GOOD[:start].replace(b"a.doc", name.encode()) + base64.b64encode(data) + GOOD[end:]


def archive(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method, compresslevel=9) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return target.getvalue()


def lying() -> bytes:
    """An entry of 100 MB that says it has 100 bytes."""
    data = archive({"1.pdf": bytes(100 * MB)})
    size = struct.pack("<I", 100 * MB)
    return data.replace(size, struct.pack("<I", 100))


def directory() -> bytes:
    """A directory that says it has 2 GB."""
    data = bytearray(archive({"1.pdf": b"%PDF-"}))
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<I", 2_000_000_000)
    return bytes(data)


ZIPS: dict[str, tuple[Callable[[], bytes], str]] = {
    "an entry of zeros": (lambda: archive({"1.pdf": bytes(200 * MB)}), "edxml.attachment.limit"),
    "an entry of zeros by bzip2": (
        lambda: archive({"1.pdf": bytes(200 * MB)}, zipfile.ZIP_BZIP2),
        "edxml.attachment.limit",
    ),
    "an entry by bzip2": (lambda: archive({"1.pdf": bytes(900_000)}, zipfile.ZIP_BZIP2), "edxml.attachment.zip"),
    "an entry by LZMA": (lambda: archive({"1.pdf": bytes(900_000)}, zipfile.ZIP_LZMA), "edxml.attachment.zip"),
    "an entry that lies about its size": (lying, "edxml.attachment.zip"),
    "many entries": (lambda: archive({str(n): b"" for n in range(60_000)}), "edxml.attachment.zip"),
    "a directory that lies about its size": (directory, "edxml.attachment.zip"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_an_archive_is_a_fault_in_bounded_memory(name: str, tmp_path: Path) -> None:
    make, fault = ZIPS[name]
    path = tmp_path / "bomb.edxml"
    path.write_bytes(carried("a.pdf", make()))

    answer, growth = probed(path, tmp_path)

    assert (answer, growth < 32) == (fault, True), growth
