"""What the command line makes of messages from the wild: repaired 0, mismatched 1, not to be read 4."""

from __future__ import annotations

from pathlib import Path

import pytest
from edxml_fixtures import packed
from hypothesis import given, settings
from hypothesis import strategies as st

from edocs.cli.main import _run
from edocs.errors import MalformedEnvelopeError
from edocs.exchange import unpack

GOOD = packed(("a.txt", b"Lam Giang"), ("b.csv", b"1;2")).envelope.decode()
ORPHAN = GOOD.replace("<edXML:ContentId>cid:2<", "<edXML:ContentId>cid:3<")
DOUBLE = GOOD.replace("<ContentId>cid:2<", "<ContentId>cid:1<")


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        pytest.param(("1212" + GOOD).encode(), 0, "edxml.xml.junk", id="junk"),
        pytest.param(b"\xef\xbb\xbf" + GOOD.encode(), 0, "", id="byte order mark"),
        pytest.param(
            GOOD.replace("<edXML:Reference>", '<edXML:Reference xlink:href="cid:1">', 1).encode(),
            0,
            "edxml.xml.prefix",
            id="undeclared prefix",
        ),
        pytest.param(GOOD.replace(">0</edXML:Priority>", ">5</edXML:Priority>").encode(), 0, "value.spelling", id="5"),
        pytest.param(ORPHAN.encode(), 1, "edxml.attachment.orphan", id="orphans"),
        pytest.param(DOUBLE.encode(), 1, "edxml.reference.repeated", id="repeated content id"),
        pytest.param(GOOD.replace("Encoded xmlns", "Encoded x='*' xmlns").encode()[:-200], 4, "", id="truncated"),
        pytest.param(GOOD.replace("UTF-8", "UTF-16", 1).encode("utf-16"), 4, "UTF-8", id="UTF-16"),
        pytest.param(GOOD.encode("utf-16-le"), 4, "UTF-8", id="UTF-16 without a mark"),
        pytest.param(
            GOOD.replace("UTF-8", "windows-1258", 1).encode("cp1258", "ignore"), 4, "UTF-8", id="windows-1258"
        ),
        pytest.param(GOOD.encode("cp1258", "ignore"), 4, "", id="windows-1258 that says UTF-8"),
        pytest.param(GOOD.replace("edXML:Subject", "la:Subject").encode(), 4, "", id="unknown prefix"),
        pytest.param(b"", 4, "", id="empty"),
    ],
)
def test_exit_codes_say_what_a_script_must_know(
    tmp_path: Path, data: bytes, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "in.edxml"
    path.write_bytes(data)

    assert _run(["inspect", str(path), "--lang", "en"]) == code
    captured = capsys.readouterr()
    assert said in captured.out + captured.err


def test_every_orphan_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "in.edxml"
    path.write_text(ORPHAN, encoding="utf-8")

    _run(["inspect", str(path), "--lang", "en"])

    out = capsys.readouterr().out
    assert ("edxml.reference.orphan" in out, "edxml.attachment.orphan" in out) == (True, True)


@given(st.integers(0, len(GOOD.encode()) * 8 - 1))
@settings(max_examples=300, deadline=None)
def test_one_flipped_bit_is_refused_or_read_as_some_message(bit: int) -> None:
    data = bytearray(GOOD.encode())
    data[bit // 8] ^= 1 << bit % 8

    try:
        opened = unpack(bytes(data))
    except MalformedEnvelopeError as error:
        assert error.exit_code == 4
        return
    assert opened.envelope.sha256


@given(st.integers(0, len(GOOD.encode()) - 9))
@settings(max_examples=100, deadline=None)
def test_a_truncated_message_is_refused(length: int) -> None:
    with pytest.raises(MalformedEnvelopeError):
        unpack(GOOD.encode()[:length])
