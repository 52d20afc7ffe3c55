"""Files that are made to take time, memory or life: verification answers each, with a verdict and never with a pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hostile import HOSTILE

from edocs.model import Limits, TrustStore, Verdict
from edocs.supervised import SupervisedVerifier
from edocs.testing import sample_pdf

COSTLY = {
    "bomb_in_a_later_appearance",
    "bomb_in_a_later_page",
    "chain_of_references",
    "long_list_in_the_security_store",
    "many_annotations_later",
    "many_fields",
    "many_lists_in_the_security_store",
    "many_objects_later",
    "many_signatures_of_their_own",
    "objects_that_almost_end",
}
"""Those over which a limit may be reached. All others are answered by a rule about what they are."""
HARMLESS = {
    "bomb_in_the_security_store",  # evidence that is none is passed over
    "comments_within_comments",  # objects that nothing refers to show nothing
    "long_list_in_the_security_store",
    "many_objects_later",
    "revisions_with_changes",
}
"""Those that change nothing which a reader sees or gets."""


@pytest.fixture(scope="module")
def signed(foreign_sign: Callable[..., bytes]) -> bytes:
    return foreign_sign(sample_pdf(), "leader", "Person")


@pytest.fixture(scope="module")
def hasty(trust: TrustStore) -> Iterator[SupervisedVerifier]:
    with SupervisedVerifier(trust, Limits(seconds=0.5)) as verifier:
        yield verifier


@pytest.fixture(scope="module")
def patient(trust: TrustStore) -> Iterator[SupervisedVerifier]:
    """What is answered by a rule is answered by it on the slowest machine too."""
    with SupervisedVerifier(trust, Limits(seconds=60)) as verifier:
        yield verifier


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_has_a_verdict(
    hasty: SupervisedVerifier, patient: SupervisedVerifier, signed: bytes, name: str
) -> None:
    report = (hasty if name in COSTLY else patient).verify(HOSTILE[name](signed))

    rules = {why.rule for why in report.reasons}
    assert name in HARMLESS or report.verdict is not Verdict.TOTAL_PASSED
    assert name in COSTLY or not any(rule.startswith("limit.") for rule in rules), rules
    assert report.as_dict("vi")["verdict"] == report.verdict.value


def test_the_file_after_all_of_them_is_judged(
    hasty: SupervisedVerifier, patient: SupervisedVerifier, signed: bytes
) -> None:
    assert [verifier.verify(signed).verdict for verifier in (hasty, patient)] == [Verdict.TOTAL_PASSED] * 2
