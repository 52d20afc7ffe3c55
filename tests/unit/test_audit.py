"""Auditing folders: what is found, that nothing ends the stream, and that engines agree."""

from __future__ import annotations

import io
import json
import os
import pickle
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.fields import SigSeedSubFilter
from pypdf import PdfWriter

from edocs.audit import audit_pdfs, find_pdfs
from edocs.engines.local import LocalEngine
from edocs.engines.serial import SerialEngine
from edocs.model import AuditRecord, Limits, Loss, TrustStore, Verdict
from edocs.verify import load_trust

PKI = Path(__file__).parents[2] / "certs" / "test"
T = TypeVar("T")
R = TypeVar("R")


def blank() -> bytes:
    writer, stream = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(stream)
    return stream.getvalue()


def signed_by(name: str, document: bytes) -> bytes:
    """Signed by pyHanko itself: the audit is not judged by our own signing."""
    signer = SimpleSigner.load_pkcs12(PKI / "p12" / f"{name}.p12", passphrase=b"edocs-test")
    metadata = PdfSignatureMetadata(field_name=name, subfilter=SigSeedSubFilter.PADES)
    return sign_pdf(IncrementalPdfFileWriter(io.BytesIO(document)), metadata, signer=signer).getvalue()


@pytest.fixture(scope="module")
def documents() -> dict[str, tuple[bytes, Verdict]]:
    approved = signed_by("leader", blank())
    return {
        "đã ký.pdf": (approved, Verdict.TOTAL_PASSED),
        "đã ban hành.PDF": (signed_by("seal", approved), Verdict.TOTAL_PASSED),
        "bị sửa.pdf": (approved.replace(b"842", b"843", 1), Verdict.TOTAL_FAILED),
        "gốc lạ.pdf": (signed_by("unknown-root", blank()), Verdict.INDETERMINATE),
        "chưa ký.Pdf": (blank(), Verdict.NOT_SIGNED),
        "rỗng.pdf": (b"", Verdict.UNREADABLE),
        "cụt.pdf": (blank()[:200], Verdict.UNREADABLE),
        "không phải PDF.pdf": ("Đây là văn bản thường.".encode(), Verdict.UNREADABLE),
    }


@pytest.fixture(scope="module")
def folder(documents: dict[str, tuple[bytes, Verdict]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 files in 25 folders, and others that are no concern of an audit."""
    top = tmp_path_factory.mktemp("văn bản")
    for number in range(25):
        below = top / f"tháng {number // 5}" / f"sổ {number}"
        below.mkdir(parents=True)
        (below / "ghi chú.txt").write_text("not audited", encoding="utf-8")
        for name, (data, _) in documents.items():
            (below / name).write_bytes(data)
    return top


@pytest.fixture(scope="module")
def trust() -> TrustStore:
    return load_trust([PKI / "roots", PKI / "intermediates", PKI / "crl"])


def lines(records: Iterable[AuditRecord]) -> list[str]:
    return sorted(json.dumps(record.as_dict(), ensure_ascii=False) for record in records)


def test_a_pool_finds_in_200_files_what_one_process_finds(folder: Path, trust: TrustStore) -> None:
    one = lines(audit_pdfs([folder], trust, engine=SerialEngine()))

    many = lines(audit_pdfs([folder], trust, engine=LocalEngine(2)))

    assert len(one) == 200
    assert many == one


def test_each_kind_of_file_has_its_verdict(
    folder: Path, trust: TrustStore, documents: dict[str, tuple[bytes, Verdict]]
) -> None:
    records = audit_pdfs([folder / "tháng 0" / "sổ 0"], trust)

    found = {Path(record.path).name: record.verdict for record in records}

    assert found == {name: verdict for name, (_, verdict) in documents.items()}


def test_a_record_says_which_bytes_it_is_about(folder: Path, documents: dict[str, tuple[bytes, Verdict]]) -> None:
    import hashlib

    for record in audit_pdfs([folder / "tháng 0" / "sổ 0"]):
        data, _ = documents[Path(record.path).name]
        assert (record.sha256, record.size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))
        assert record.seconds > 0


def test_a_record_crosses_processes_whole(folder: Path, trust: TrustStore) -> None:
    records = list(audit_pdfs([folder / "tháng 0" / "sổ 0"], trust))

    assert pickle.loads(pickle.dumps(records)) == records


def test_without_anchors_nothing_passes(folder: Path) -> None:
    assert Verdict.TOTAL_PASSED not in {record.verdict for record in audit_pdfs([folder / "tháng 0"])}


def test_the_stream_is_lazy(folder: Path) -> None:
    drawn: list[Path] = []

    def paths() -> Iterator[Path]:
        for path in sorted(folder.rglob("rỗng.pdf")):
            drawn.append(path)
            yield path

    next(iter(audit_pdfs(paths())))

    assert len(drawn) == 1


@dataclass(frozen=True)
class DeadlyTask:
    """Kills the process that it is given a certain file in."""

    task: Callable[[Path], AuditRecord]

    def __call__(self, path: Path) -> AuditRecord:
        if path.name == "chưa ký.Pdf":
            os._exit(139)
        return self.task(path)


class DeadlyEngine:
    def map(
        self, task: Callable[[T], R], items: Iterable[T], lost: Callable[[T, Loss], R] | None = None
    ) -> Iterator[R]:
        return LocalEngine(2).map(DeadlyTask(task), items, lost)  # type: ignore[arg-type, return-value]


def test_a_file_that_kills_its_process_is_a_line_and_the_rest_is_judged(folder: Path, trust: TrustStore) -> None:
    records = list(audit_pdfs([folder / "tháng 0" / "sổ 0", folder / "tháng 1" / "sổ 5"], trust, engine=DeadlyEngine()))

    reports = [record.report for record in records if record.report is not None]
    dead = [report for report in reports if "limit.crashed" in {why.rule for why in report.reasons}]
    assert Counter(Path(record.path).name for record in dead) == {"chưa ký.Pdf": 2}
    assert {record.verdict for record in dead} == {Verdict.INDETERMINATE}
    assert all(record.sha256 for record in dead)
    assert len(records) == 16


def test_a_defect_costs_one_line(folder: Path) -> None:
    """A store that is none breaks the promise of the types: what follows is a line for each file, not a traceback."""
    broken: TrustStore = object()  # type: ignore[assignment]

    records = {Path(record.path).name: record for record in audit_pdfs([folder / "tháng 0" / "sổ 0"], broken)}

    failure = records["đã ký.pdf"].failure
    assert failure is not None
    assert failure.rule == "audit.defect"
    assert records["chưa ký.Pdf"].verdict is Verdict.NOT_SIGNED


def test_a_path_that_is_not_there_is_a_line(tmp_path: Path) -> None:
    (record,) = audit_pdfs([tmp_path / "không có.pdf"])

    assert record.verdict is Verdict.UNREADABLE
    assert record.as_dict()["schema"] == "edocs.verification/1"
    assert "file not found" in str(record.as_dict()["reasons"])


def test_a_name_with_a_nul_is_a_line() -> None:
    (record,) = audit_pdfs([Path("a\0b.pdf")])

    assert record.verdict is Verdict.UNREADABLE


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_named_pipe_is_a_line_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")

    (record,) = audit_pdfs([tmp_path])

    assert record.failure is not None
    assert record.failure.message == "not an ordinary file: {path}"


def link(place: Path, target: str, *, is_folder: bool = False) -> None:
    try:
        place.symlink_to(target, target_is_directory=is_folder)
    except OSError:
        pytest.skip("this system does not let us make symbolic links")


def test_links_that_go_round_are_entered_once(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.pdf").touch()
    link(tmp_path / "a" / "b" / "up", "../..", is_folder=True)
    link(tmp_path / "a" / "again", "b", is_folder=True)

    found = list(find_pdfs([tmp_path]))

    assert len(found) == 1
    assert found[0].name == "x.pdf"


def test_a_link_to_itself_is_a_line(tmp_path: Path) -> None:
    link(tmp_path / "self.pdf", "self.pdf")

    (record,) = audit_pdfs([tmp_path])

    assert record.verdict is Verdict.UNREADABLE


def test_a_folder_given_twice_is_searched_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.pdf").touch()

    assert len(list(find_pdfs([tmp_path, tmp_path / "a", tmp_path]))) == 1


def test_a_file_that_is_named_is_taken_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "văn bản").write_bytes(blank())

    (record,) = audit_pdfs([tmp_path / "văn bản"])

    assert record.verdict is Verdict.NOT_SIGNED


def test_a_file_larger_than_the_memory_is_given_up_unread(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(blank() + bytes(2 << 20))

    (record,) = audit_pdfs([tmp_path], engine=LocalEngine(1, Limits(memory_bytes=1 << 20)))

    assert record.verdict is Verdict.INDETERMINATE
    assert record.report is not None
    assert [why.rule for why in record.report.reasons] == ["limit.size"]


def test_a_file_is_given_out_once_however_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    named, other = tmp_path / "a" / "x.pdf", tmp_path / "a" / "y.pdf"
    named.touch()
    other.touch()
    again: list[Path] = []

    found = list(find_pdfs([named, tmp_path / "a", tmp_path / "a" / ".." / "a" / "x.pdf", other], again.append))

    assert found == [named, other]
    assert [path.name for path in again] == ["x.pdf", "y.pdf"]


def test_a_missing_file_of_a_folder_that_was_searched_is_still_given_out(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").touch()

    found = list(find_pdfs([tmp_path, tmp_path / "không có.pdf"]))

    assert [path.name for path in found] == ["x.pdf", "không có.pdf"]


def test_files_come_in_order_of_name(tmp_path: Path) -> None:
    for name in ("b.pdf", "a.pdf", "c/a.pdf", "b/z.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    found = [path.relative_to(tmp_path).as_posix() for path in find_pdfs([tmp_path])]

    assert found == ["a.pdf", "b.pdf", "b/z.pdf", "c/a.pdf"]
