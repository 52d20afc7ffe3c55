"""No random change made without an accepted key passes that changes what is drawn, what is copied, or who signed."""

from __future__ import annotations

import logging
import os

import pytest
from vectors.bench import Bench
from vectors.build import MODULES
from vectors.edits import EDITS
from vectors.pdf import update
from vectors.soak import Oracle, run

from edocs.verify import verify_pdf

COUNT = 20_000 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else 300
FIRST = 10**6
"""A range of seeds of its own: the long run begins at 0."""


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    assert MODULES
    return Oracle(Bench())


@pytest.mark.timeout(3600)
def test_what_passes_after_a_random_change_is_what_was_signed(oracle: Oracle, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)

    outcomes = list(run(oracle, range(FIRST, FIRST + COUNT)))

    assert [(seed, found.kind, found.how) for seed, found in outcomes if found.is_violation] == []
    assert {found.kind for _, found in outcomes} >= {"refused", "passed"}


def test_the_oracle_tells_a_pass_that_would_be_wrong(oracle: Oracle) -> None:
    """As a verifier would err that looks at the signed bytes alone: the report of the signed file for another."""
    subject = next(item for item in oracle.subjects if item.name == "two-signatures")
    forged = update(subject.document, EDITS["page-content"].apply)
    report = verify_pdf(subject.document, oracle.trust)

    assert oracle.compare(report, subject.document) == "passed"
    assert oracle.compare(report, forged) == "passed, and looks otherwise"
