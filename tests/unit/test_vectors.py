"""The files of ``tests/vectors``: nothing manipulated passes, nothing lawful is refused."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from vectors.build import Vectors
from vectors.page import FAMILIES, counts_table, vectors_page
from vectors.registry import VECTORS, Effect, Outcome, Vector
from vectors.witness import calls_all_valid, pdfsig, qpdf_check, see

from edocs.model import Policy, TimeSource, TrustStore, Verdict, VerificationOptions, VerificationReport
from edocs.verify import verify_pdf

MANIPULATED = [vector for vector in VECTORS.values() if not vector.is_lawful]
REPEATED = ("between", "within")
"""The same changes as in family ``after``, elsewhere in the file."""
LAWFUL = [vector for vector in VECTORS.values() if vector.is_lawful]
ALLOWED = {
    Outcome.FAILED: {Verdict.TOTAL_FAILED},
    Outcome.REFUSED: {Verdict.TOTAL_FAILED, Verdict.INDETERMINATE, Verdict.UNREADABLE},
    Outcome.UNCLEAR: {Verdict.INDETERMINATE},
    Outcome.NOT_SIGNED: {Verdict.NOT_SIGNED},
    Outcome.TIME_UNPROVEN: {Verdict.TOTAL_PASSED},
}


def cases(vectors: Iterable[Vector]) -> list[object]:
    return [pytest.param(vector, id=vector.name) for vector in vectors]


def manipulated(policy: Policy, *without: str) -> list[Vector]:
    return [vector for vector in MANIPULATED if policy in vector.policies and vector.family not in without]


def judge(vectors: Vectors, vector: Vector, trust: TrustStore, policy: Policy) -> VerificationReport:
    options = VerificationOptions(policy=policy, password=vector.password or None)
    return verify_pdf(vectors.document(vector.name), trust, options)


def told(report: VerificationReport) -> str:
    own = [f"{item.rule}: {item.text('en')}" for item in report.reasons]
    theirs = [f"{s.field}: {item.rule}: {item.text('en')}" for s in report.signatures for item in s.reasons]
    return "; ".join([report.verdict.value, *own, *theirs])


def rules(report: VerificationReport) -> set[str]:
    own = {item.rule for item in (*report.reasons, *report.notices)}
    return own | {item.rule for signature in report.signatures for item in (*signature.reasons, *signature.notices)}


@pytest.mark.parametrize("vector", cases(manipulated(Policy.AS_DOCMDP)))
def test_a_manipulated_file_does_not_pass_where_the_document_decides(
    vectors: Vectors, trust: TrustStore, vector: Vector
) -> None:
    judge_manipulated(vectors, trust, vector, Policy.AS_DOCMDP)


@pytest.mark.parametrize("vector", cases(manipulated(Policy.DECREE_30, *REPEATED)))
def test_a_manipulated_file_does_not_pass_by_default(vectors: Vectors, trust: TrustStore, vector: Vector) -> None:
    judge_manipulated(vectors, trust, vector, Policy.DECREE_30)


def judge_manipulated(vectors: Vectors, trust: TrustStore, vector: Vector, policy: Policy) -> None:
    report = judge(vectors, vector, trust, policy)

    assert report.verdict in ALLOWED[vector.outcome], told(report)
    assert not vector.rules or any(rule.startswith(vector.rules) for rule in rules(report)), told(report)
    if vector.outcome is Outcome.TIME_UNPROVEN:
        assert {signature.time_source for signature in report.signatures} == {TimeSource.CLAIMED}


@pytest.mark.parametrize("vector", cases(LAWFUL))
def test_a_lawful_file_passes_under_the_policy_that_allows_it(
    vectors: Vectors, trust: TrustStore, vector: Vector
) -> None:
    report = judge(vectors, vector, trust, vector.policy)

    assert report.verdict is Verdict.TOTAL_PASSED, told(report)


@pytest.mark.parametrize("vector", [vector for vector in LAWFUL if vector.refused_under], ids=lambda it: it.name)
def test_what_one_policy_allows_a_stricter_one_refuses(vectors: Vectors, trust: TrustStore, vector: Vector) -> None:
    for policy in vector.refused_under:
        assert judge(vectors, vector, trust, policy).verdict is not Verdict.TOTAL_PASSED, policy


@pytest.mark.parametrize(
    "vector", [vector for vector in MANIPULATED if vector.effect is not Effect.INVISIBLE], ids=lambda it: it.name
)
def test_a_manipulation_really_changes_what_a_reader_gets(
    vectors: Vectors, vector: Vector, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    before = see(vectors.bench.base(vector.signed))
    after = see(vectors.document(vector.name))

    assert before is not None
    assert after is not None
    if vector.effect is Effect.SHOWN:
        assert before.pictures != after.pictures
    else:
        assert (before.pictures, before.texts) != (after.pictures, after.texts)
        assert before.texts != after.texts


def test_there_are_as_many_classes_as_promised() -> None:
    own = [vector for vector in MANIPULATED if vector.family not in REPEATED]

    assert len(own) >= 60
    assert len(LAWFUL) >= 40


def test_a_lawful_file_is_sound_for_qpdf(vectors: Vectors, witness: Callable[[str], str], tmp_path: Path) -> None:
    program, path, found = witness("qpdf"), tmp_path / "vector.pdf", {}
    for vector in LAWFUL:
        path.write_bytes(vectors.document(vector.name))
        code, output = qpdf_check(path, program, vector.password)
        if code:
            found[vector.name] = output

    assert found == {}


def test_most_manipulated_files_are_valid_for_a_verifier_that_looks_at_the_signed_bytes_alone(
    vectors: Vectors, witness: Callable[[str], str], tmp_path: Path
) -> None:
    """What the vectors are worth: poppler's pdfsig reports the signatures and not what came after them."""
    program, path = witness("pdfsig"), tmp_path / "vector.pdf"
    shown = [vector for vector in MANIPULATED if vector.effect is Effect.SHOWN and vector.family == "after"]
    valid = []
    for vector in shown:
        path.write_bytes(vectors.document(vector.name))
        valid += [vector.name] if calls_all_valid(pdfsig(path, program)) else []

    assert len(valid) > len(shown) // 2


def test_the_page_of_vectors_is_the_table_of_vectors() -> None:
    page = Path(__file__).parents[2] / "docs" / "vectors.md"

    assert page.read_text(encoding="utf-8") == vectors_page()
    assert counts_table() in (page.parent / "verification.md").read_text(encoding="utf-8")
    assert {vector.family for vector in VECTORS.values()} == {*FAMILIES, *REPEATED}
