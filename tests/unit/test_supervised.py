"""Verification in a worker that can be killed: every file has its verdict, whatever the one before it did."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from edocs.connect import TrustRecipe
from edocs.errors import UnreadableError, UsageError
from edocs.model import Limits, TrustStore, Verdict, VerificationOptions, VerificationReport
from edocs.supervised import SupervisedVerifier
from edocs.testing import Pki, sample_pdf
from edocs.verify import verify_pdf


@pytest.fixture(scope="module")
def signed(foreign_sign: Callable[..., bytes]) -> bytes:
    return foreign_sign(sample_pdf(), "leader", "Person")


def rules(report: VerificationReport) -> list[str]:
    return [why.rule for why in report.reasons]


def test_a_worker_finds_what_this_process_finds(signed: bytes, trust: TrustStore, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(signed)

    with SupervisedVerifier(trust) as verifier:
        reports = [verifier.verify(signed), verifier.verify(path), verifier.verify(b"")]

    assert reports == [verify_pdf(signed, trust), verify_pdf(path, trust), verify_pdf(b"", trust)]
    assert reports[0].verdict is Verdict.TOTAL_PASSED


def test_trust_is_loaded_in_the_worker(signed: bytes, pki: Pki) -> None:
    recipe = TrustRecipe(paths=(pki.roots, pki.intermediates, pki.crls))

    with SupervisedVerifier(recipe) as verifier:
        assert verifier.verify(signed).verdict is Verdict.TOTAL_PASSED


def test_trust_that_cannot_be_loaded_is_said_before_any_file(tmp_path: Path) -> None:
    verifier = SupervisedVerifier(TrustRecipe(paths=(tmp_path / "không có.pem",)))

    with pytest.raises((UsageError, UnreadableError), match=r"không có\.pem"):
        verifier.__enter__()


def test_each_call_has_its_options(signed: bytes, trust: TrustStore) -> None:
    with SupervisedVerifier(trust) as verifier:
        strict = verifier.verify(signed, VerificationOptions(require_revocation=True))

    assert strict == verify_pdf(signed, trust, VerificationOptions(require_revocation=True))


def test_a_limit_of_time_is_told_with_its_figure(signed: bytes, trust: TrustStore) -> None:
    with SupervisedVerifier(trust, Limits(seconds=1e-9, waiting_s=0)) as verifier:
        report = verifier.verify(sample_pdf(30_000_000))

    assert (report.verdict, rules(report)) == (Verdict.INDETERMINATE, ["limit.time"])
    assert "1e-09 s" in report.reasons[0].text()


def test_what_does_not_fit_is_given_up_unread(tmp_path: Path) -> None:
    with SupervisedVerifier(limits=Limits(memory_bytes=1 << 20)) as verifier:
        report = verifier.verify(bytes(2 << 20))

    assert (report.verdict, rules(report)) == (Verdict.INDETERMINATE, ["limit.size"])


def test_a_missing_file_is_an_error_and_not_the_end(signed: bytes, trust: TrustStore, tmp_path: Path) -> None:
    with SupervisedVerifier(trust) as verifier:
        with pytest.raises(UnreadableError, match="file not found"):
            verifier.verify(tmp_path / "không có.pdf")

        assert verifier.verify(signed).verdict is Verdict.TOTAL_PASSED


@dataclass(frozen=True)
class Deadly:
    """A trust store that does to its worker, each time it is asked, what the next file in a folder is called after."""

    trust: TrustStore
    marks: Path

    def __call__(self) -> TrustStore:
        return replace(self.trust, pins=_DeadlyPins(self.marks))  # type: ignore[arg-type]


class _DeadlyPins(dict[str, object]):
    def __init__(self, marks: Path) -> None:
        super().__init__()
        self.marks = marks

    def get(self, key: object, default: object = None) -> object:
        for mark in sorted(self.marks.iterdir()):
            mark.unlink()
            if mark.suffix == ".killed":
                os._exit(139)
            held = []
            while mark.suffix == ".hoards":
                held.append(b"x" * (1 << 20))
            pow(3, 1 << 40)
        return default


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        (["1.killed"], []),
        (["1.killed", "2.killed"], ["limit.crashed"]),
        (["1.hoards"], ["limit.memory"]),
        (["1.killed", "2.hoards"], ["limit.memory"]),
        (["1.computes"], ["limit.time"]),
    ],
)
def test_what_befalls_a_worker_costs_one_verdict_at_most(
    signed: bytes, trust: TrustStore, tmp_path: Path, marks: list[str], expected: list[str]
) -> None:
    for mark in marks:
        (tmp_path / mark).touch()

    with SupervisedVerifier(Deadly(trust, tmp_path), Limits(seconds=1, memory_bytes=100 << 20)) as verifier:
        first, second = verifier.verify(signed), verifier.verify(signed)

    assert rules(first) == expected
    assert first.verdict is (Verdict.INDETERMINATE if expected else Verdict.TOTAL_PASSED)
    assert (second.verdict, second.sha256) == (Verdict.TOTAL_PASSED, first.sha256)


def test_memory_that_an_earlier_file_left_behind_is_not_held_against_a_file(
    signed: bytes, trust: TrustStore, tmp_path: Path
) -> None:
    """The first file is judged and the worker killed over the second: a fresh one judges that."""
    with SupervisedVerifier(Deadly(trust, tmp_path), Limits(seconds=60, memory_bytes=100 << 20)) as verifier:
        first = verifier.verify(signed)
        (tmp_path / "1.hoards").touch()
        second = verifier.verify(signed)

    assert (first.verdict, second.verdict) == (Verdict.TOTAL_PASSED, Verdict.TOTAL_PASSED)


def test_a_report_of_a_limit_crosses_processes_whole() -> None:
    with SupervisedVerifier(limits=Limits(memory_bytes=1)) as verifier:
        report = verifier.verify(b"%PDF")

    assert pickle.loads(pickle.dumps(report)) == report
    assert report.as_dict("vi")["verdict"] == "INDETERMINATE"


class GrowingPath(type(Path())):  # type: ignore[misc]
    """A file that somebody else writes to while it is being read."""

    def open(self, *arguments: object, **keywords: object) -> object:
        stream = super().open(*arguments, **keywords)
        with Path(self).open("ab") as other:
            os.fstat(other.fileno())

        class Stream:
            def __enter__(self) -> Stream:
                return self

            def __exit__(self, *_: object) -> None:
                stream.close()

            def fileno(self) -> int:
                return int(stream.fileno())

            def read(stream_self) -> bytes:
                data = stream.read()
                with Path(str(self)).open("ab") as writer:
                    writer.write(b"more")
                return bytes(data)

        return Stream()


def test_a_file_that_changes_while_it_is_read_is_unreadable(signed: bytes, trust: TrustStore, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(signed)

    with pytest.raises(UnreadableError, match="changed while it was read") as caught:
        verify_pdf(GrowingPath(tmp_path / "a.pdf"), trust)

    assert caught.value.exit_code == 4
