"""Many files, one key: what becomes of each, and that none spoils another."""

from __future__ import annotations

import pickle
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from edocs.batch import BatchOptions, SigningJob, SigningRecord, sign_pdfs
from edocs.connect import SignerRecipe
from edocs.engines.local import LocalEngine
from edocs.errors import (
    CertificateRefusedError,
    NotPdfError,
    OutputError,
    SignatureValueError,
    UnavailableError,
    UsageError,
)
from edocs.model import Level, Role, SignatureSpec, TrustStore, Verdict
from edocs.ports import Signer
from edocs.testing import Pki, sample_pdf
from edocs.verify import verify_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
SPEC = SignatureSpec(role=Role.PERSONAL)
OPTIONS = BatchOptions(clock=lambda: NOW)

OpenKey = Callable[[str], Signer]


class Recorder:
    """A signer in front of another, as a remote service would be: it states how many it takes at once."""

    def __init__(self, inner: Signer, multisign: int) -> None:
        self.inner, self.multisign = inner, multisign
        self.calls: list[int] = []
        self.shown = inner.certificate

    @property
    def certificate(self) -> x509.Certificate:
        return self.shown

    @property
    def chain(self) -> Sequence[x509.Certificate]:
        return self.inner.chain

    @property
    def algorithm(self) -> object:
        return self.inner.algorithm

    def sign(self, data: bytes, digest: str) -> bytes:
        return self.sign_many([data], digest)[0]

    def sign_many(self, items: Sequence[bytes], digest: str) -> Sequence[bytes]:
        self.calls.append(len(items))
        return [self.inner.sign(item, digest) for item in items]


@pytest.fixture
def files(tmp_path: Path) -> list[SigningJob]:
    """Five letters, the third of which is no PDF."""
    jobs = []
    for number in range(5):
        source = tmp_path / f"{number}.pdf"
        source.write_bytes(sample_pdf() if number != 2 else b"none")
        jobs.append(SigningJob(source=source, target=tmp_path / f"{number}.signed.pdf"))
    return jobs


@pytest.fixture
def recipe(pki: Pki) -> SignerRecipe:
    return SignerRecipe(str(pki.p12("leader")), lambda _: pki.passphrase)


def numbers(records: Sequence[SigningRecord]) -> list[int]:
    return [int(record.source.stem) for record in records]


def failed(records: Sequence[SigningRecord]) -> list[int]:
    return [int(record.source.stem) for record in records if record.failure]


def test_a_file_that_fails_is_a_record_and_spoils_no_other(
    files: list[SigningJob], open_key: OpenKey, trust: TrustStore
) -> None:
    records = list(sign_pdfs(files, open_key("leader"), SPEC, OPTIONS))

    assert (numbers(records), failed(records)) == ([0, 1, 2, 3, 4], [2])
    assert isinstance(records[2].failure, NotPdfError)
    assert [job.target.exists() for job in files] == [True, True, False, True, True]
    verdicts = {verify_pdf(job.target.read_bytes(), trust).verdict for job in files if job.target.exists()}
    assert verdicts == {Verdict.TOTAL_PASSED}


def test_other_programs_accept_every_output(
    files: list[SigningJob], open_key: OpenKey, witness: Callable[[str], str]
) -> None:
    list(sign_pdfs(files, open_key("leader"), SPEC, OPTIONS))

    for job in files:
        if job.target.exists():
            shown = subprocess.run(
                [witness("pdfsig"), "-nocert", job.target], capture_output=True, text=True, check=False
            ).stdout
            assert "Signature is Valid" in shown
            assert "Total document signed" in shown


def test_stop_begins_no_file_after_a_failure(files: list[SigningJob], open_key: OpenKey) -> None:
    records = list(sign_pdfs(files, open_key("leader"), SPEC, replace(OPTIONS, stop_on_error=True)))

    assert (numbers(records), failed(records)) == ([0, 1, 2], [2])
    assert not files[3].target.exists()


def test_stop_finishes_what_a_remote_signer_has_been_given(files: list[SigningJob], open_key: OpenKey) -> None:
    signer = Recorder(open_key("leader"), multisign=10)

    records = list(sign_pdfs(files, signer, SPEC, replace(OPTIONS, stop_on_error=True)))

    assert sorted(numbers(records)) == [0, 1, 2]
    assert files[1].target.exists()


@pytest.mark.parametrize(("multisign", "calls"), [(1, [1, 1, 1, 1]), (3, [3, 1]), (100, [4])])
def test_a_remote_signer_is_asked_for_as_many_as_it_states(
    files: list[SigningJob], open_key: OpenKey, *, multisign: int, calls: list[int]
) -> None:
    signer = Recorder(open_key("leader"), multisign)

    records = list(sign_pdfs(files, signer, SPEC, OPTIONS))

    assert (signer.calls, failed(records)) == (calls, [2])


def test_values_in_the_wrong_order_are_never_embedded(files: list[SigningJob], open_key: OpenKey) -> None:
    signer = Recorder(open_key("leader"), multisign=2)
    good = signer.sign_many
    signer.sign_many = lambda items, digest: list(reversed(good(items, digest)))  # type: ignore[method-assign]

    records = list(sign_pdfs(files[:2], signer, SPEC, OPTIONS))

    assert {type(record.failure) for record in records} == {SignatureValueError}
    assert not files[0].target.exists()


def test_a_signer_that_returns_too_few_values_fails_its_files_only(files: list[SigningJob], open_key: OpenKey) -> None:
    signer = Recorder(open_key("leader"), multisign=2)
    good = signer.sign_many
    signer.sign_many = lambda items, digest: good(items, digest)[: 2 - (len(signer.calls) == 1)]  # type: ignore[method-assign]

    records = list(sign_pdfs([files[0], files[1], files[3], files[4]], signer, SPEC, OPTIONS))

    assert failed(records) == [0, 1]


def test_a_certificate_that_changes_in_the_middle_is_refused(files: list[SigningJob], open_key: OpenKey) -> None:
    signer = Recorder(open_key("leader"), multisign=1)
    records = sign_pdfs(files, signer, SPEC, OPTIONS)
    first = next(records)

    signer.inner, signer.shown = open_key("seal"), open_key("seal").certificate
    rest = list(records)

    assert first.failure is None
    assert [type(record.failure) for record in rest] == [
        CertificateRefusedError,
        NotPdfError,
        CertificateRefusedError,
        CertificateRefusedError,
    ]
    assert not files[1].target.exists()


def test_a_source_is_never_its_own_target(files: list[SigningJob], open_key: OpenKey) -> None:
    before = files[0].source.read_bytes()

    (record,) = sign_pdfs([SigningJob(source=files[0].source, target=files[0].source)], open_key("leader"), SPEC)

    assert record.failure is not None
    assert files[0].source.read_bytes() == before


def resumed(files: Sequence[SigningJob], signer: Signer, spec: SignatureSpec = SPEC) -> list[int]:
    """Which of ``files`` a resumed batch skips."""
    records = sign_pdfs(files, signer, spec, replace(OPTIONS, resume=True, force=True))
    return [int(record.source.stem) for record in records if record.is_skipped]


@pytest.mark.parametrize("key", ["leader", "leader-p256", "seal-3072"])
def test_resuming_skips_what_is_signed(files: list[SigningJob], open_key: OpenKey, key: str) -> None:
    list(sign_pdfs(files[:2], open_key(key), SPEC, OPTIONS))
    before = files[0].target.read_bytes()

    assert resumed(files, open_key(key)) == [0, 1]
    assert files[0].target.read_bytes() == before
    assert files[4].target.exists()


def test_resuming_signs_again_what_is_not_this_signature(files: list[SigningJob], open_key: OpenKey) -> None:
    one, other, third, last = files[0], files[1], files[3], files[4]
    list(sign_pdfs([one, third], open_key("leader"), SPEC, OPTIONS))
    list(sign_pdfs([other], open_key("seal"), SPEC, OPTIONS))
    changed = bytearray(one.target.read_bytes())
    changed[-200] ^= 1
    one.target.write_bytes(changed)
    third.source.write_bytes(third.source.read_bytes() + b"%\n")
    last.target.write_bytes(last.source.read_bytes())

    assert resumed([one, other, third, last], open_key("leader")) == []
    assert resumed([one, other, third, last], open_key("leader")) == [0, 1, 3, 4]


@pytest.mark.parametrize("resume", [False, True])
def test_what_another_has_signed_is_not_written_over(files: list[SigningJob], open_key: OpenKey, resume: bool) -> None:
    """The target may be an issued original, and its number is taken."""
    list(sign_pdfs(files[:1], open_key("seal"), SPEC, OPTIONS))
    before = files[0].target.read_bytes()

    (refused,) = sign_pdfs(files[:1], open_key("leader"), SPEC, replace(OPTIONS, resume=resume))
    kept = files[0].target.read_bytes()
    (forced,) = sign_pdfs(files[:1], open_key("leader"), SPEC, replace(OPTIONS, force=True))

    assert isinstance(refused.failure, OutputError)
    assert kept == before
    assert forced.failure is None
    assert files[0].target.read_bytes() != before


def test_resuming_at_a_higher_level_takes_no_lower_one(files: list[SigningJob], open_key: OpenKey) -> None:
    list(sign_pdfs(files[:1], open_key("leader"), SPEC, OPTIONS))

    with_time = replace(SPEC, level=Level.B_T)

    assert resumed(files[:1], open_key("leader"), with_time) == []


def test_two_processes_sign_what_one_would(
    files: list[SigningJob], pki: Pki, recipe: SignerRecipe, trust: TrustStore
) -> None:
    engine = LocalEngine(2)

    records = list(sign_pdfs(files, recipe(), SPEC, BatchOptions(engine=engine, reopen=recipe)))

    assert (sorted(numbers(records)), failed(records)) == ([0, 1, 2, 3, 4], [2])
    assert verify_pdf(files[4].target.read_bytes(), trust).verdict is Verdict.TOTAL_PASSED


def test_a_process_that_finds_another_certificate_signs_nothing(
    files: list[SigningJob], pki: Pki, tmp_path: Path
) -> None:
    key = tmp_path / "key.p12"
    key.write_bytes(pki.p12("leader").read_bytes())
    recipe = SignerRecipe(str(key), lambda _: pki.passphrase)
    signer = recipe()
    key.write_bytes(pki.p12("seal").read_bytes())

    records = list(sign_pdfs(files[:2], signer, SPEC, BatchOptions(engine=LocalEngine(2), reopen=recipe)))

    assert {type(record.failure) for record in records} == {CertificateRefusedError}
    assert not files[0].target.exists()


def test_a_recipe_answers_for_the_person_once(pki: Pki) -> None:
    asked = []

    def answer(name: str) -> str:
        asked.append(name)
        return pki.passphrase

    recipe = SignerRecipe(str(pki.p12("leader")), answer)
    recipe()
    again = pickle.loads(pickle.dumps(recipe))

    assert again().certificate == recipe().certificate
    assert asked == ["passphrase of leader.p12"]
    assert pki.passphrase not in repr(again) + repr(recipe)


def test_a_key_outside_files_is_not_sent_to_processes(files: list[SigningJob], open_key: OpenKey) -> None:
    recipe = SignerRecipe("pkcs11:token=x", lambda _: "")

    with pytest.raises(UsageError):
        list(sign_pdfs(files, open_key("leader"), SPEC, BatchOptions(engine=LocalEngine(2), reopen=recipe)))


def test_processes_and_services_are_not_mixed(files: list[SigningJob], open_key: OpenKey, recipe: SignerRecipe) -> None:
    with pytest.raises(UsageError):
        sign_pdfs(
            files,
            open_key("leader"),
            replace(SPEC, level=Level.B_T),
            BatchOptions(engine=LocalEngine(2), reopen=recipe),
        )


def test_a_signer_that_is_gone_is_said_for_each_file(files: list[SigningJob], open_key: OpenKey) -> None:
    signer = Recorder(open_key("leader"), multisign=2)

    def gone(items: Sequence[bytes], digest: str) -> Sequence[bytes]:
        raise UnavailableError("token not found: slot 2")

    signer.sign_many = gone  # type: ignore[method-assign]
    records = list(sign_pdfs(files, signer, SPEC, OPTIONS))

    assert [type(record.failure) for record in records].count(UnavailableError) == 4
    assert not any(job.target.exists() for job in files)
