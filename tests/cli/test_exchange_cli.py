"""``edocs pack``, ``unpack`` and ``inspect`` as a clerk runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from edxml_fixtures import META, SAMPLES
from hostile import HOSTILE
from marked_pages import marked

from edocs.cli.main import _run
from edocs.testing import Pki, sample_pdf

Sign = Callable[..., bytes]


@pytest.fixture(scope="module")
def original(foreign_sign: Sign) -> bytes:
    return foreign_sign(foreign_sign(sample_pdf(), "leader", "Person"), "seal", "Agency")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, original: bytes) -> Path:
    """A folder with a description, a signed letter and an annex; it is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C")
    Path("meta.toml").write_text(META, encoding="utf-8")
    Path("công văn.pdf").write_bytes(original)
    Path("bảng.csv").write_bytes(b"1;2\n")
    return tmp_path


@pytest.fixture
def message(desk: Path) -> Path:
    assert _run(["pack", "meta.toml", "công văn.pdf", "bảng.csv", "-o", "out.edxml", "--quiet"]) == 0
    return desk / "out.edxml"


def trusted(pki: Pki) -> list[str]:
    return [part for path in (pki.roots, pki.intermediates, pki.crls) for part in ("--trust", str(path))]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_packed_files_are_unpacked_whole_and_judged(
    message: Path, pki: Pki, capsys: pytest.CaptureFixture[str]
) -> None:
    code = _run(["unpack", "out.edxml", "-o", "in", *trusted(pki), "--json"])

    out, err = capsys.readouterr()
    report = json.loads(out.splitlines()[-1])
    assert code == 0
    assert Path("in/công văn.pdf").read_bytes() == Path("công văn.pdf").read_bytes()
    assert Path("in/bảng.csv").read_bytes() == b"1;2\n"
    assert names(Path("in")) == {"công văn.pdf", "bảng.csv"}
    assert (report["legal_effect"], report["comparison"]) == ("original", "equal")
    assert report["written"] == {name: str(Path("in", name)) for name in ("công văn.pdf", "bảng.csv")}
    assert "edXML document message" in err


def test_a_pdf_in_a_message_that_takes_too_much_is_given_up(
    desk: Path, pki: Pki, original: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("phụ lục.pdf").write_bytes(HOSTILE["many_annotations_later"](original))
    assert _run(["pack", "meta.toml", "công văn.pdf", "phụ lục.pdf", "-o", "out.edxml", "--quiet"]) == 0

    code = _run(["inspect", "out.edxml", *trusted(pki), "--max-seconds", "0.3", "--json"])

    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    found = {file["name"]: file["verification"] for file in report["files"]}
    assert code == 3
    assert found["công văn.pdf"]["verdict"] == "TOTAL_PASSED"
    assert [why["rule"] for why in found["phụ lục.pdf"]["reasons"]] == ["limit.time"]


def test_the_manifest_stands_beside_the_message(message: Path) -> None:
    manifest = json.loads(Path("out.edxml.sha256.json").read_text(encoding="utf-8"))

    assert manifest["schema"] == "edocs.manifest/1"
    assert [one["name"] for one in manifest["attachments"]] == ["công văn.pdf", "bảng.csv"]
    assert manifest["envelope"]["size_bytes"] == message.stat().st_size


def test_the_whole_way_works_in_processes_of_its_own(desk: Path) -> None:
    environment = {**os.environ, "LC_ALL": "vi_VN.UTF-8", "PYTHONWARNINGS": "error"}

    def edocs(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "edocs.cli", *arguments],
            cwd=desk,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    packing = edocs("pack", "meta.toml", "công văn.pdf", "-o", "gói.edxml")
    unpacking = edocs("unpack", "gói.edxml", "-o", "đến")

    assert (packing.returncode, packing.stderr) == (0, "")
    assert packing.stdout.startswith("đã đóng gói: gói.edxml: 1 tệp")
    assert (unpacking.returncode, unpacking.stderr) == (0, "")
    assert "đúng với bản kê mã băm" in unpacking.stdout
    assert names(desk / "đến") == {"công văn.pdf"}


def test_inspect_shows_a_clerk_what_counts(message: Path, pki: Pki, capsys: pytest.CaptureFixture[str]) -> None:
    code = _run(["inspect", "out.edxml", *trusted(pki), "--lang", "vi"])

    text = capsys.readouterr().out
    assert code == 0
    for expected in (
        "Ủy ban nhân dân tỉnh Lam Giang",
        "07/UBND-VP",
        "05/03/2026, Lam Giang",
        "V/v gửi, nhận văn bản điện tử",
        "HỢP LỆ",
        "giá trị pháp lý: có giá trị như bản gốc",
        "chữ ký số gói tin         không có",
    ):
        assert expected in text
    assert names(Path()) == {"meta.toml", "công văn.pdf", "bảng.csv", "out.edxml", "out.edxml.sha256.json"}


def test_attachment_that_was_changed_is_named_not_written_and_ends_in_1(
    message: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = "bảng.csv"
    manifest = Path("out.edxml.sha256.json")
    value = json.loads(manifest.read_text(encoding="utf-8"))
    value["attachments"][1]["sha256"] = "0" * 64
    manifest.write_text(json.dumps(value), encoding="utf-8")

    code = _run(["unpack", "out.edxml", "-o", "in"])

    text = capsys.readouterr().out
    assert code == 1
    assert f"FAULT: {entry}: the bytes are not those that were packed [edxml.manifest.digest]" in text
    assert "NOT written" in text
    assert names(Path("in")) == {"công văn.pdf"}


def test_message_without_its_manifest_says_that_nothing_was_compared(
    message: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("out.edxml.sha256.json").unlink()

    code = _run(["unpack", "out.edxml", "-o", "in"])

    assert code == 0
    assert "not compared: no manifest" in capsys.readouterr().out


def test_manifest_that_cannot_be_read_ends_in_4_and_writes_nothing(message: Path) -> None:
    Path("out.edxml.sha256.json").write_text("{", encoding="utf-8")

    assert _run(["unpack", "out.edxml", "-o", "in"]) == 4
    assert not Path("in").exists()


@pytest.mark.parametrize("command", [["inspect"], ["unpack", "-o", "in"]])
@pytest.mark.parametrize("data", [b"", b"<a", b'<!DOCTYPE a><edXML xmlns="x"/>', b"<edXML>&x;</edXML>", b"<html/>"])
def test_what_is_no_message_ends_in_4_without_a_traceback(
    desk: Path, capsys: pytest.CaptureFixture[str], command: list[str], data: bytes
) -> None:
    Path("bad.edxml").write_bytes(data)

    code = _run([*command, "bad.edxml"])

    out, err = capsys.readouterr()
    assert code == 4
    assert out == ""
    assert err.startswith("edocs: ")
    assert not Path("in").exists()


def test_missing_input_ends_in_4(desk: Path) -> None:
    assert _run(["inspect", "nothing.edxml"]) == 4
    assert _run(["unpack", "nothing.edxml", "-o", "in"]) == 4
    assert _run(["pack", "meta.toml", "nothing.pdf", "-o", "out.edxml"]) == 4
    assert not Path("out.edxml").exists()


def test_state_secret_ends_in_6_and_writes_nothing(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("meta.toml").write_text(META.replace("number = 7", 'number = 7\nsecrecy = "Mật"'), encoding="utf-8")

    code = _run(["pack", "meta.toml", "công văn.pdf", "-o", "out.edxml", "--lang", "vi"])

    assert code == 6
    assert "không trao đổi văn bản mật qua mạng" in capsys.readouterr().err
    assert not Path("out.edxml").exists()


@pytest.mark.parametrize("arguments", [["-o", "out.edxml"], ["--check"]])
def test_a_marked_file_ends_in_6_and_writes_nothing(
    desk: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    Path("phụ lục.pdf").write_bytes(marked(sample_pdf(), "TUYỆT MẬT"))
    before = names(desk)

    code = _run(["pack", "meta.toml", "công văn.pdf", "phụ lục.pdf", *arguments, "--lang", "vi"])

    assert code == 6
    assert "phụ lục.pdf có dấu TUYỆT MẬT" in capsys.readouterr().err
    assert names(desk) == before


def test_a_declassified_file_is_packed_and_the_decision_named(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("phụ lục.pdf").write_bytes(marked(sample_pdf(), "MẬT"))
    record = '[declassification]\ndecision = "45/QĐ-UBND"\ndate = 2026-03-02\nagency = "UBND tỉnh"\nsigner = "An"\n'
    Path("meta.toml").write_text(META + record, encoding="utf-8")

    code = _run(["pack", "meta.toml", "phụ lục.pdf", "-o", "out.edxml", "--lang", "vi"])

    assert code == 0
    assert "lưu ý: phụ lục.pdf có dấu MẬT; được đóng gói vì đã giải mật: 45/QĐ-UBND" in capsys.readouterr().out
    manifest = json.loads(Path("out.edxml.sha256.json").read_text(encoding="utf-8"))
    assert manifest["declassification"]["date"] == "2026-03-02"
    assert _run(["unpack", "out.edxml", "-o", "in", "--quiet"]) == 0


def test_what_could_not_be_searched_is_a_notice_in_json_too(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("b.pdf").write_bytes(b"%PDF-1.7 broken")

    code = _run(["pack", "meta.toml", "b.pdf", "-o", "out.edxml", "--json"])

    (notice,) = json.loads(capsys.readouterr().out)["notices"]
    assert code == 0
    assert notice["rule"] == "edxml.secrecy.unsearched"


def test_faulty_description_ends_in_2_with_every_fault(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("meta.toml").write_text(META.replace("subject", "subjct").replace("number = 7", ""), encoding="utf-8")

    code = _run(["pack", "meta.toml", "công văn.pdf", "-o", "out.edxml"])

    error = capsys.readouterr().err
    assert code == 2
    assert "missing: document.number, document.subject" in error
    assert "unknown: document.subjct" in error


@pytest.mark.parametrize("output", ["meta.toml", "công văn.pdf", "./bảng.csv"])
def test_output_that_is_an_input_ends_in_7_and_leaves_it_whole(desk: Path, output: str) -> None:
    before = Path(output).read_bytes()

    assert _run(["pack", "meta.toml", "công văn.pdf", "bảng.csv", "-o", output]) == 7
    assert Path(output).read_bytes() == before
    assert names(desk) == {"meta.toml", "công văn.pdf", "bảng.csv"}


def test_manifest_that_would_take_the_place_of_an_input_ends_in_7(desk: Path) -> None:
    annex = Path("out.edxml.sha256.json")
    annex.write_bytes(b"an annex with an unlucky name")

    assert _run(["pack", "meta.toml", "công văn.pdf", str(annex), "-o", "out.edxml"]) == 7
    assert annex.read_bytes() == b"an annex with an unlucky name"
    assert not Path("out.edxml").exists()


def test_output_in_a_missing_folder_ends_in_7(desk: Path) -> None:
    assert _run(["pack", "meta.toml", "công văn.pdf", "-o", "nowhere/out.edxml"]) == 7


def test_another_file_of_the_same_name_is_never_written_over(message: Path) -> None:
    Path("in").mkdir()
    Path("in/bảng.csv").write_bytes(b"mine")

    assert _run(["unpack", "out.edxml", "-o", "in"]) == 7
    assert Path("in/bảng.csv").read_bytes() == b"mine"
    assert names(Path("in")) == {"bảng.csv"}


def test_unpacking_twice_into_one_folder_is_no_conflict(message: Path) -> None:
    assert _run(["unpack", "out.edxml", "-o", "in"]) == 0
    assert _run(["unpack", "out.edxml", "-o", "in"]) == 0


def test_link_in_the_folder_is_not_followed(message: Path, tmp_path: Path) -> None:
    Path("in").mkdir()
    target = tmp_path / "elsewhere.csv"
    try:
        Path("in/bảng.csv").symlink_to(target)
    except OSError:
        pytest.skip("this system lets no user make links")

    assert _run(["unpack", "out.edxml", "-o", "in"]) == 7
    assert not target.exists()


def test_folder_that_is_a_file_ends_in_7(message: Path) -> None:
    assert _run(["unpack", "out.edxml", "-o", "bảng.csv"]) == 7
    assert Path("bảng.csv").read_bytes() == b"1;2\n"


def test_message_without_files_makes_no_folder(desk: Path) -> None:
    ns = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
    Path("status.edxml").write_text(
        f'<edXML xmlns="{ns}"><edXMLEnvelope><edXMLHeader><MessageHeader><StatusCode>01</StatusCode>'
        "</MessageHeader></edXMLHeader></edXMLEnvelope></edXML>",
        encoding="utf-8",
    )

    assert _run(["unpack", "status.edxml", "-o", "in"]) == 0
    assert not Path("in").exists()


def test_attachment_that_would_leave_the_folder_stays_in_it(message: Path) -> None:
    text = message.read_text(encoding="utf-8").replace("Name>bảng.csv<", "Name>../../thoát.csv<")
    message.write_text(text, encoding="utf-8")
    Path("out.edxml.sha256.json").unlink()

    assert _run(["unpack", "out.edxml", "-o", "in/sâu"]) == 0
    assert names(Path("in/sâu")) == {"công văn.pdf", "thoát.csv"}
    assert names(Path("in")) == {"sâu"}


def test_signature_that_fails_ends_in_1_even_without_trust(desk: Path, original: bytes) -> None:
    changed = bytearray(original)
    changed[changed.index(b"/MediaBox") + 1] ^= 0x20
    Path("công văn.pdf").write_bytes(bytes(changed))
    assert _run(["pack", "meta.toml", "công văn.pdf", "-o", "out.edxml"]) == 0

    assert _run(["inspect", "out.edxml"]) == 1


def test_unsigned_letter_ends_in_3_only_where_trust_was_given(desk: Path, pki: Pki) -> None:
    Path("công văn.pdf").write_bytes(sample_pdf())
    assert _run(["pack", "meta.toml", "công văn.pdf", "-o", "out.edxml"]) == 0

    assert _run(["inspect", "out.edxml"]) == 0
    assert _run(["inspect", "out.edxml", *trusted(pki)]) == 3


def test_of_several_messages_a_bad_one_does_not_hide_the_others(
    message: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.edxml").write_bytes(b"<a")

    code = _run(["inspect", "bad.edxml", "out.edxml", "--json"])

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 4
    assert [line["schema"] for line in lines] == ["edocs.error/1", "edocs.message/1"]


def test_letters_of_a_stranger_cannot_move_the_cursor(message: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = message.read_text(encoding="utf-8").replace("Chủ tịch", "\u009b2J\u202eGiám đốc&#10;số giả: 1")
    message.write_text(text, encoding="utf-8")

    _run(["inspect", "out.edxml"])

    shown = capsys.readouterr().out
    assert "Giám đốc số giả" in shown
    assert not {"\u009b", "\u202e"} & set(shown)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_official_example_can_be_inspected(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    if not SAMPLES.exists():
        pytest.skip("the official examples are not part of the project")
    paths = sorted(map(str, SAMPLES.glob("*.edxml")))

    code = _run(["inspect", *paths, "--lang", lang])

    assert code == 0
    assert len(paths) == capsys.readouterr().out.count("SHA-256") - 4


def seal_uri(pki: Pki) -> str:
    return f"pem:{pki.pem('seal')}?key={pki.key('seal')}"


def test_a_signed_message_passes_and_a_changed_one_is_refused(
    desk: Path, pki: Pki, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(["pack", "meta.toml", "bảng.csv", "-o", "s.edxml", "--signer", seal_uri(pki)]) == 0
    code = _run(["inspect", "s.edxml", *trusted(pki), "--json"])
    passed = json.loads(capsys.readouterr().out.splitlines()[-1])
    data = Path("s.edxml").read_bytes()
    Path("s.edxml").write_bytes(data.replace(b"<edXML:Paper>0<", b"<edXML:Paper>1<"))

    refused = _run(["unpack", "s.edxml", "-o", "in"])

    assert (code, passed["signature"]) == (0, "intact")
    assert passed["signature_verification"]["verdict"] == "TOTAL_PASSED"
    assert refused == 1
    assert not Path("in").exists()
    shown = capsys.readouterr().out
    assert "BROKEN" in shown
    assert "changed since" not in shown


def test_options_of_a_signature_without_a_key_are_refused(desk: Path) -> None:
    assert _run(["pack", "meta.toml", "bảng.csv", "-o", "s.edxml", "--level", "B-T"]) == 2
    assert not Path("s.edxml").exists()


def test_a_signature_beside_a_message_is_found_and_a_stale_one_refused(
    desk: Path, pki: Pki, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = ["pack", "meta.toml", "bảng.csv", "-o", "d.edxml"]
    assert _run([*pack, "--signer", seal_uri(pki), "--detached"]) == 0
    assert b"Signature" not in Path("d.edxml").read_bytes()
    code = _run(["inspect", "d.edxml", *trusted(pki), "--json"])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])

    Path("bảng.csv").write_bytes(b"3;4\n")
    assert _run([*pack, "--force"]) == 0

    assert (code, found["signature"], found["signature_verification"]["verdict"]) == (0, "intact", "TOTAL_PASSED")
    assert _run(["inspect", "d.edxml"]) == 1


def test_a_status_is_signed_like_a_document(message: Path, pki: Pki, capsys: pytest.CaptureFixture[str]) -> None:
    answer = ["status", str(message), "--code", "03", "-o", "st.edxml", "--signer", seal_uri(pki)]

    assert _run(answer) == 0

    assert _run(["inspect", "st.edxml", *trusted(pki), "--json"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (found["kind"], found["signature"]) == ("status", "intact")
