"""Lines of old books in the register: without a file, counted as not checked, and verified when the file turns up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from register_samples import NOW, issued, make_document

from edocs.errors import DuplicateError, UsageError
from edocs.model import Indicator, Standing, Submission, read_facts
from edocs.registry import Outcome, Registration, Registry

SEEN = make_document(7)
LINE = replace(SEEN, file_sha256="")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(tmp_path / "sổ.db") as opened:
        yield opened


def enter(registry: Registry, *submissions: Submission) -> list[Registration]:
    return list(registry.register_many(submissions, who="văn thư", now=NOW))


def imported(document: object = LINE) -> Submission:
    return Submission(document=document, is_imported=True)  # type: ignore[arg-type]


def test_an_imported_line_needs_no_digest_and_is_not_checked(registry: Registry) -> None:
    [done] = enter(registry, imported())

    [entry] = registry.find()
    assert done.outcome is Outcome.NEW
    assert {entry.standing(indicator) for indicator in Indicator} == {Standing.NOT_CHECKED}
    assert registry.check() == ()


def test_anything_else_needs_one(registry: Registry) -> None:
    [done] = enter(registry, Submission(document=LINE))

    assert isinstance(done.failure, UsageError)


def test_the_same_line_again_changes_nothing(registry: Registry) -> None:
    done = enter(registry, imported(), imported())

    assert [item.outcome for item in (*done, *enter(registry, imported()))] == ["new", "unchanged", "unchanged"]


def test_another_line_with_the_number_is_refused_naming_the_first(registry: Registry) -> None:
    enter(registry, imported())

    [done] = enter(registry, imported(replace(LINE, subject="Việc khác")))

    assert isinstance(done.failure, DuplicateError)
    assert LINE.subject in done.failure.message()


def test_the_file_that_turns_up_is_verified_as_the_imported_document(registry: Registry) -> None:
    enter(registry, imported())

    typed_again = replace(SEEN, subject="V/v chữ ký số")
    done = registry.register(typed_again, issued(typed_again), who="văn thư", now=NOW)

    [entry] = registry.find()
    assert done.outcome is Outcome.VERIFIED
    assert (entry.document.file_sha256, entry.document.subject) == (SEEN.file_sha256, LINE.subject)
    assert entry.standing(Indicator.BOTH) is Standing.VALID
    assert registry.check() == ()


def test_after_that_another_file_is_refused(registry: Registry) -> None:
    enter(registry, imported())
    registry.register(SEEN, issued(SEEN), who="văn thư", now=NOW)

    other = make_document(7, content="another")
    with pytest.raises(DuplicateError):
        registry.register(other, issued(other), who="văn thư", now=NOW)


def test_a_file_without_a_verification_is_not_passed_over(registry: Registry) -> None:
    enter(registry, imported())

    [done] = enter(registry, Submission(document=SEEN))

    assert isinstance(done.failure, UsageError)


def test_a_file_of_another_day_is_another_document(registry: Registry) -> None:
    enter(registry, imported())

    other = make_document(7, issued_on=NOW)
    with pytest.raises(DuplicateError):
        registry.register(other, issued(other), who="văn thư", now=NOW)


def test_an_imported_line_does_not_hide_a_known_file(registry: Registry) -> None:
    """In one batch: the file, the book's line for it, then another file under the number."""
    other = make_document(7, content="another")
    facts, others = read_facts(issued(SEEN).as_dict()), read_facts(issued(other).as_dict())

    done = enter(
        registry,
        Submission(document=SEEN, facts=facts),
        imported(),
        Submission(document=other, facts=others),
    )

    assert [item.outcome for item in done] == ["new", "unchanged", "refused"]


def test_a_snapshot_says_which_events_it_is_of(registry: Registry) -> None:
    enter(registry, imported())

    with registry.snapshot() as extent:
        entries = registry.entries([LINE.key])

    assert (extent.events, list(entries)) == (1, [LINE.key])
