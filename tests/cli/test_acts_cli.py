"""``edocs appendix``, ``copy``, ``arrive`` and previews as a person types them: outputs, exit codes, nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from acts import png, scan, widget

from edocs.cli.main import _run
from edocs.model import LegalEffect, TrustStore, Verdict
from edocs.testing import Pki, sample_letter, sample_pdf, sample_seal_png, sample_signature_png
from edocs.verify import verify_pdf


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


Edocs = Callable[..., Done]


@pytest.fixture
def edocs(pki: Pki, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Edocs:
    monkeypatch.setenv("KEY", pki.passphrase)

    def run(*arguments: object, lang: str = "en") -> Done:
        code = _run([*map(str, arguments), "--lang", lang, "--secrets", "env:KEY"])
        seen = capsys.readouterr()
        return Done(code, seen.out, seen.err)

    return run


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clerk's folder."""
    (tmp_path / "công văn.pdf").write_bytes(sample_letter())
    for name in ("phụ lục 1.pdf", "phụ lục 2.pdf"):
        (tmp_path / name).write_bytes(sample_pdf())
    (tmp_path / "quét.pdf").write_bytes(scan())
    (tmp_path / "ký.png").write_bytes(sample_signature_png("Nguyễn Văn An"))
    (tmp_path / "dấu.png").write_bytes(sample_seal_png("Ủy ban nhân dân tỉnh Lam Giang"))
    (tmp_path / "đen.png").write_bytes(png(ink=(0, 0, 0)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def leader(pki: Pki) -> list[str]:
    return ["--signer", str(pki.p12("leader"))]


@pytest.fixture
def seal(pki: Pki) -> list[str]:
    return ["--signer", str(pki.p12("seal"))]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def verdict(name: str, trust: TrustStore) -> Verdict:
    return verify_pdf(Path(name).read_bytes(), trust).verdict


def test_approve_and_issue_need_no_places(
    edocs: Edocs, desk: Path, leader: list[str], seal: list[str], trust: TrustStore
) -> None:
    approved = edocs("approve", "công văn.pdf", *leader, "--image", "ký.png", "-o", "duyệt.pdf")
    issued = edocs("issue", "duyệt.pdf", "--number", 7, *seal, "--image", "dấu.png", "-o", "07.pdf")

    assert (approved.code, issued.code) == (0, 0)
    report = verify_pdf((desk / "07.pdf").read_bytes(), trust)
    assert (report.verdict, report.legal_effect) == (Verdict.TOTAL_PASSED, LegalEffect.ORIGINAL)


def test_issue_takes_a_document_signed_elsewhere(
    edocs: Edocs, desk: Path, leader: list[str], seal: list[str], trust: TrustStore
) -> None:
    edocs("sign", "công văn.pdf", *leader, "--role", "personal", "--image", "ký.png", "-o", "đã ký.pdf")

    done = edocs("issue", "đã ký.pdf", "--number", 7, *seal, "--image", "dấu.png", "--json", "-o", "07.pdf")

    assert (done.code, done.lines[0]["field"]) == (0, "edocs-seal")
    report = verify_pdf((desk / "07.pdf").read_bytes(), trust)
    assert (report.verdict, len(report.signatures)) == (Verdict.TOTAL_PASSED, 4)


def test_appendices_are_signed_with_one_key(edocs: Edocs, desk: Path, seal: list[str], trust: TrustStore) -> None:
    done = edocs("appendix", "phụ lục 1.pdf", "phụ lục 2.pdf", "--code", "7/UBND-VP", *seal, "--json")

    assert done.code == 0
    assert [line["field"] for line in done.lines] == ["edocs-appendix"] * 2
    assert [verdict(f"phụ lục {n}.appendix.pdf", trust) for n in (1, 2)] == [Verdict.TOTAL_PASSED] * 2


@pytest.mark.parametrize("code", ["7", "UBND-VP", "/UBND-VP", "x/UBND", ""])
def test_a_code_is_number_and_symbol(edocs: Edocs, desk: Path, seal: list[str], code: str) -> None:
    before = names(desk)

    done = edocs("appendix", "phụ lục 1.pdf", "--code", code, *seal)

    assert (done.code, names(desk)) == (2, before)
    assert "not a number and symbol" in done.err


def test_a_copy_is_signed_in_its_agencys_name(edocs: Edocs, desk: Path, seal: list[str], trust: TrustStore) -> None:
    done = edocs("copy", "quét.pdf", "--form", "sao-y", "--source", "paper", *seal, "--agency", "Sở Nội vụ")

    assert (done.code, verdict("quét.copy.pdf", trust)) == (0, Verdict.TOTAL_PASSED)
    assert widget((desk / "quét.copy.pdf").read_bytes(), "edocs-copy").look.count("Tj") == 3


@pytest.mark.parametrize(
    ("form", "source", "words"),
    [
        ("sao-y", "electronic", "không sao y từ văn bản điện tử sang văn bản điện tử"),
        ("sao-y", "copy", "sao từ bản sao y là sao lục"),
        ("sao-luc", "paper", "sao lục được thực hiện từ bản sao y"),
        ("trich-sao", "copy", "trích sao từ bản gốc"),
    ],
)
def test_a_copy_that_the_decree_does_not_know_is_refused_in_vietnamese(
    edocs: Edocs, desk: Path, seal: list[str], form: str, source: str, words: str
) -> None:
    before = names(desk)

    done = edocs("copy", "quét.pdf", "--form", form, "--source", source, *seal, lang="vi")

    assert (done.code, names(desk)) == (6, before)
    assert words in done.err


def test_what_is_no_scan_can_be_copied_knowingly(edocs: Edocs, desk: Path, seal: list[str]) -> None:
    how = ("--form", "sao-y", "--source", "paper", *seal)

    assert edocs("copy", "phụ lục 1.pdf", *how).code == 6
    assert edocs("copy", "phụ lục 1.pdf", *how, "--any-scan").code == 0


def test_arrive_writes_a_sheet_and_leaves_the_document(edocs: Edocs, desk: Path, pki: Pki, issued: bytes) -> None:
    (desk / "đến.pdf").write_bytes(issued)
    trust = [part for folder in (pki.roots, pki.intermediates, pki.crls) for part in ("--trust", folder)]

    done = edocs(
        *("arrive", "đến.pdf", "--number", 12, "--agency", "Sở Nội vụ", "--at", "2026-03-06T08:15:00+07:00"),
        *("--forward-to", "Văn phòng", *trust, "--json"),
    )

    (line,) = done.lines
    assert done.code == 0
    assert (line["schema"], line["number"], line["verdict"]) == ("edocs.arrival/1", 12, "TOTAL_PASSED")
    assert (line["arrived_at"], line["forwarded_to"]) == ("2026-03-06T08:15:00+07:00", "Văn phòng")
    assert (desk / "đến.pdf").read_bytes() == issued
    assert (desk / "đến.arrival.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(("content", "code"), [(sample_pdf(), 3), (b"no PDF", 4)])
def test_arrive_ends_as_verify_does(edocs: Edocs, desk: Path, content: bytes, code: int) -> None:
    (desk / "đến.pdf").write_bytes(content)

    done = edocs("arrive", "đến.pdf", "--number", 12, "--agency", "Sở Nội vụ")

    assert done.code == code
    assert (desk / "đến.arrival.pdf").exists()


def test_a_sheet_is_never_written_over_the_document(edocs: Edocs, desk: Path) -> None:
    before = (desk / "quét.pdf").read_bytes()

    done = edocs("arrive", "quét.pdf", "--number", 1, "--agency", "Sở Nội vụ", "-o", "quét.pdf")

    assert (done.code, (desk / "quét.pdf").read_bytes()) == (7, before)


@pytest.mark.parametrize(
    "command",
    [
        ["approve", "công văn.pdf", "--image", "ký.png"],
        ["sign", "công văn.pdf", "--role", "personal", "--image", "ký.png"],
        ["appendix", "phụ lục 1.pdf", "--code", "7/UBND-VP"],
        ["copy", "quét.pdf", "--form", "sao-y", "--source", "paper"],
    ],
    ids=lambda command: command[0],
)
def test_a_preview_writes_a_picture_and_nothing_else(
    edocs: Edocs, desk: Path, leader: list[str], seal: list[str], command: list[str]
) -> None:
    before = names(desk)
    signer = leader if command[0] in ("approve", "sign") else seal

    done = edocs(*command, *signer, "--preview", "xem.png")

    assert done.code == 0
    assert names(desk) == before | {"xem.png"}
    assert (desk / "xem.png").read_bytes().startswith(b"\x89PNG")


def test_a_preview_is_of_one_file_and_never_over_it(edocs: Edocs, desk: Path, seal: list[str]) -> None:
    before = (desk / "phụ lục 1.pdf").read_bytes()
    how = ("--code", "7/UBND-VP", *seal)

    two = edocs("appendix", "phụ lục 1.pdf", "phụ lục 2.pdf", *how, "--preview", "xem.png")
    over = edocs("appendix", "phụ lục 1.pdf", *how, "--preview", "phụ lục 1.pdf")

    assert (two.code, over.code) == (2, 7)
    assert (desk / "phụ lục 1.pdf").read_bytes() == before
    assert not (desk / "xem.png").exists()


def test_a_wrong_image_is_refused_or_taken_knowingly(edocs: Edocs, desk: Path, leader: list[str]) -> None:
    how = ("approve", "công văn.pdf", *leader, "--image", "đen.png")

    refused, taken = edocs(*how, lang="vi"), edocs(*how, "--any-image")

    assert (refused.code, taken.code) == (6, 0)
    assert "hình ảnh chữ ký không có màu xanh (nét mực xanh: 0 %)" in refused.err


def test_the_seals_size_and_the_times_form_are_options(
    edocs: Edocs, desk: Path, leader: list[str], seal: list[str]
) -> None:
    edocs("approve", "công văn.pdf", *leader, "--image", "ký.png", "--seal-mm", 40, "-o", "a.pdf")
    edocs("appendix", "phụ lục 1.pdf", "--code", "7/UBND-VP", *seal, "--time-form", "dotted", "-o", "b.pdf")

    assert widget((desk / "a.pdf").read_bytes(), "edocs.seal").width == pytest.approx(40, abs=0.01)
    dotted = widget((desk / "b.pdf").read_bytes(), "edocs-appendix").look
    assert " +07:00".encode("utf-16-be").hex() in dotted
