"""Corrections, files that go with documents, batches and odd words: nothing is lost, moved or counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from register_samples import (
    AGENCY,
    COMMUNE,
    FAILED,
    NOW,
    issued,
    make_document,
    make_report,
    signature,
)

from edocs.errors import DuplicateError, OutputError, RefusedError, UsageError
from edocs.model import (
    HANOI,
    Counts,
    Document,
    Exclusion,
    Indicator,
    Query,
    Secrecy,
    Standing,
    Submission,
    read_facts,
)
from edocs.model.dispatch import Dispatch
from edocs.model.merkle import consistency_proof, inclusion_proof, node_of, root
from edocs.model.profile import Fact
from edocs.registry import Outcome, Registry
from edocs.stores import checking, tree, writing
from edocs.stores.sqlite import open_sqlite

DOCUMENT = make_document(7)
SECRET = make_document(7, secrecy=Secrecy.SECRET)
FILE = "ab" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Sổ.db"


@pytest.fixture
def registry(path: Path) -> Iterator[Registry]:
    with Registry.open(path) as opened:
        opened.register(DOCUMENT, issued(DOCUMENT), who="văn thư", now=NOW)
        yield opened
        assert opened.check() == ()


def counts(registry: Registry) -> Counts:
    [tally] = registry.tally()
    return tally.counts


def facts_of(file: str, *signatures: Any) -> Any:
    return read_facts(make_report(replace(DOCUMENT, file_sha256=file), *signatures).as_dict())


# Secrecy and exclusions


def test_exclusion_by_choice_survives_a_degree_of_secrecy_given_by_mistake(registry: Registry) -> None:
    registry.exclude(DOCUMENT.key, Exclusion.PERSONNEL, who="x", now=NOW)

    registry.correct(DOCUMENT.key, SECRET, who="x", now=NOW)
    between = counts(registry).excluded
    registry.correct(SECRET.key, DOCUMENT, who="x", now=NOW)

    assert between == {Exclusion.SECRET: 1}
    assert counts(registry).excluded == {Exclusion.PERSONNEL: 1}


def test_state_secret_is_not_excluded_for_another_reason(registry: Registry) -> None:
    registry.correct(DOCUMENT.key, SECRET, who="x", now=NOW)

    with pytest.raises(UsageError, match="state secret"):
        registry.exclude(SECRET.key, Exclusion.PERSONNEL, who="x", now=NOW)

    assert counts(registry).excluded == {Exclusion.SECRET: 1}


def test_degree_that_is_corrected_to_another_is_counted_as_that(registry: Registry) -> None:
    registry.correct(DOCUMENT.key, SECRET, who="x", now=NOW)
    registry.correct(SECRET.key, replace(SECRET, secrecy=Secrecy.TOP_SECRET), who="x", now=NOW)

    assert counts(registry).excluded == {Exclusion.TOP_SECRET: 1}


def test_corrections_of_two_clerks_at_once_lose_nothing(registry: Registry) -> None:
    registry.correct(DOCUMENT.key, lambda present: replace(present, subject="Mới"), who="x", now=NOW)
    registry.correct(DOCUMENT.key, lambda present: replace(present, type="BC"), who="y", now=NOW)

    [entry] = registry.find()
    assert (entry.document.subject, entry.document.type) == ("Mới", "BC")


# The file that was registered was the wrong one

RIGHT = make_document(7, content="đã ký")
DRAFT = make_document(8, content="dự thảo")


def test_right_file_takes_the_place_of_the_wrong_one_and_history_keeps_both(registry: Registry) -> None:
    draft = replace(DRAFT, appendices=(FILE,))
    registry.register(draft, make_report(draft), who="văn thư", now=NOW)
    registry.recall(draft.key, reason="sai", who="văn thư", now=NOW)
    later = NOW + timedelta(days=1)

    key = registry.correct(draft.key, lambda known: known, issued(RIGHT), note="nhầm tệp", who="văn thư", now=later)

    entry = registry.entries([key])[key]
    assert (key, entry.document.file_sha256, entry.document.appendices) == (draft.key, RIGHT.file_sha256, (FILE,))
    assert entry.standing(Indicator.BOTH) is Standing.VALID
    assert {Fact.RECALLED, Fact.SIGNED} <= entry.profile.facts
    events = [item.event for item in registry.history(key)]
    assert [one.kind.value for one in events] == ["registered", "verified", "recalled", "corrected", "verified"]
    assert [events[0].evidence, events[3].evidence] == [DRAFT.file_sha256, RIGHT.file_sha256]
    [then] = registry.tally(Query(as_of=NOW))
    assert (then.counts.both.valid, then.counts.both.unsigned) == (1, 1)
    assert counts(registry).both.valid == 2


def test_signatures_of_the_wrong_file_count_no_more(registry: Registry) -> None:
    registry.correct(DOCUMENT.key, lambda known: known, make_report(RIGHT), who="văn thư", now=NOW)

    [entry] = registry.find()
    assert (counts(registry).both.unsigned, counts(registry).both.attempted) == (1, 0)
    assert (entry.profile.facts, entry.profile.attempted) == (frozenset(), frozenset())


def test_right_file_is_known_from_then_on_and_the_wrong_one_is_not(registry: Registry) -> None:
    registry.correct(DOCUMENT.key, lambda known: known, issued(RIGHT), who="văn thư", now=NOW)

    assert registry.register(RIGHT, issued(RIGHT), who="văn thư", now=NOW).outcome is Outcome.UNCHANGED
    assert list(registry.store.keys_of_file(RIGHT.file_sha256, RIGHT.issued_on)) == [DOCUMENT.key]
    assert list(registry.store.keys_of_file(DOCUMENT.file_sha256, DOCUMENT.issued_on)) == []
    with pytest.raises(DuplicateError) as refused:
        registry.register(DOCUMENT, issued(DOCUMENT), who="văn thư", now=NOW)
    assert f"edocs amend correct {DOCUMENT.key} --file PDF" in refused.value.hint("en")


def test_file_number_and_agency_are_put_right_at_once(registry: Registry) -> None:
    right = make_document(12, COMMUNE)

    key = registry.correct(DOCUMENT.key, right, issued(right), who="văn thư", now=NOW)

    assert (key, registry.entries([key])[key].document) == (right.key, right)
    assert registry.moved_to(DOCUMENT.key) == key


def test_line_of_an_old_book_gets_its_file_by_a_correction_too(registry: Registry) -> None:
    old = replace(DRAFT, file_sha256="", type="QĐ")
    registry.register_many([Submission(document=old, is_imported=True)], who="văn thư", now=NOW)

    registry.correct(old.key, replace(old, type="CV"), issued(DRAFT), who="văn thư", now=NOW)

    assert counts(registry).both.valid == 2


@pytest.mark.parametrize("digest", [DOCUMENT.file_sha256, FILE, ""])
def test_file_that_is_registered_with_the_document_is_no_correction(digest: str, path: Path) -> None:
    with Registry.open(path) as registry:
        document = replace(DOCUMENT, appendices=(FILE,))
        registry.register(document, who="văn thư", now=NOW)

        with pytest.raises(UsageError, match="already"):
            report = issued(replace(document, file_sha256=digest))
            registry.correct(document.key, document, report, who="văn thư", now=NOW)

        assert registry.extent().events == 1


def test_correction_of_the_file_survives_copies_and_being_made_anew(registry: Registry, path: Path) -> None:
    registry.correct(DOCUMENT.key, lambda known: known, issued(RIGHT), who="văn thư", now=NOW)
    before = list(registry.find())

    registry.store.rebuild()
    with Registry(open_sqlite(path.with_name("bản sao.db"))) as copy:
        registry.store.copy_into(copy.store)  # type: ignore[attr-defined]
        assert copy.check() == ()
        assert list(copy.find()) == before

    assert list(registry.find()) == before


# Files


def test_verification_of_a_new_file_is_none_of_the_main_file(registry: Registry) -> None:
    document = replace(DOCUMENT, appendices=(FILE,))
    submission = Submission(document=document, appendices=(facts_of(FILE, signature(AGENCY, FAILED)),))

    [done] = registry.register_many([submission], who="x", now=NOW)

    assert isinstance(done.failure, RefusedError)
    assert (counts(registry).both.valid, counts(registry).appendices.invalid) == (1, 0)


def test_verification_of_an_appendix_is_not_that_of_an_imported_document(registry: Registry) -> None:
    imported = replace(make_document(8), file_sha256="")
    document = replace(make_document(8), appendices=(FILE,))
    facts = read_facts(issued(document).as_dict())
    registry.register_many([Submission(document=imported, is_imported=True)], who="x", now=NOW)

    [done] = registry.register_many(
        [Submission(document=document, facts=facts, appendices=(facts_of(FILE, signature(AGENCY, FAILED)),))],
        who="x",
        now=NOW,
    )

    assert isinstance(done.failure, RefusedError)
    assert counts(registry).both.not_checked == 1
    again = registry.register_many([Submission(document=document, facts=facts)], who="x", now=NOW)
    assert (again[0].outcome, counts(registry).both.valid) == (Outcome.VERIFIED, 2)


def test_main_file_that_goes_with_itself_is_the_main_file(registry: Registry) -> None:
    document = make_document(8)
    document = replace(document, appendices=(document.file_sha256,))

    registry.register(document, issued(document), who="x", now=NOW)

    assert counts(registry).both.valid == 2


def test_appendices_are_verified_after_a_correction_too(registry: Registry) -> None:
    document = replace(make_document(8), appendices=(FILE,))
    moved = replace(document, agency=COMMUNE)
    registry.register(document, who="x", now=NOW)
    registry.correct(document.key, moved, who="x", now=NOW)

    registry.register_many(
        [Submission(document=moved, appendices=(facts_of(FILE, signature(AGENCY)),))], who="x", now=NOW
    )

    [tally] = registry.tally(Query(agency=COMMUNE.id))
    assert (tally.counts.appendices.valid, tally.counts.documents) == (1, 1)


# Batches


def test_keys_that_move_after_many_documents_do_not_lose_the_others(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    documents = [make_document(number) for number in range(10, 60)]
    for document in documents:
        registry.register(document, who="x", now=NOW)
    registry.correct(documents[0].key, make_document(900), who="x", now=NOW)
    registry.correct(documents[1].key, make_document(901), who="x", now=NOW)
    monkeypatch.setattr(writing, "_MOST_SEEN", 20)
    monkeypatch.setattr(writing, "_CHUNK", 30)

    with Registry(open_sqlite(tmp_path / "bản sao.db")) as copy:
        registry.store.copy_into(copy.store)  # type: ignore[attr-defined]
        assert list(copy.find()) == list(registry.find())


@pytest.mark.parametrize("width", [2, 4])
def test_tiles_are_those_of_the_tree_at_every_size(width: int, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles of two or four leaves: hundreds of events cross as many levels as billions do of those of 256."""
    monkeypatch.setattr(tree, "_WIDTH", width)
    monkeypatch.setattr(tree, "_BITS", width.bit_length() - 1)
    monkeypatch.setattr(checking, "_WIDTH", width)
    chance, leaves, numbers = Random(width), list[bytes](), iter(range(1, 10_000))
    with Registry.open(path) as registry:
        while len(leaves) < 70:
            documents = [make_document(next(numbers)) for _ in range(chance.choice([1, 1, 2, 3, 5, 16]))]
            registry.register_many([Submission(document=one) for one in documents], who="x", now=NOW)
            leaves = [item.leaf for item in registry.store.events()]
            with registry.store.tree() as (size, node):
                known = node_of(leaves)
                for part in range(size + 1):
                    assert root(part, node) == root(part, known)
                    if part:
                        assert consistency_proof(part, size, node) == consistency_proof(part, size, known)
                        assert inclusion_proof(part - 1, size, node) == inclusion_proof(part - 1, size, known)
            assert registry.check() == ()
        registry.store.rebuild()
        assert registry.check() == ()


def test_cut_off_between_tiles_of_a_clock_set_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "_WIDTH", 4)
    monkeypatch.setattr(tree, "_BITS", 2)
    minutes = [1, 2, 9, 3, 4, 5, 5, 9, 9, 2, 10, 10, 11, 1, 12, 3]
    with Registry.open(path) as registry:
        for number, minute in enumerate(minutes, 1):
            registry.register(make_document(number), who="x", now=NOW + timedelta(minutes=minute))
        for moment in range(14):
            expected = next((place for place, minute in enumerate(minutes) if minute > moment), len(minutes))
            assert registry.extent(NOW + timedelta(minutes=moment)).events == expected


# Words that are none


@pytest.mark.parametrize("text", ["\udcff", "a\x00b", "a\nb", "\u202e"])
def test_unprintable_words_never_break_the_log(text: str, registry: Registry) -> None:
    registry.exclude(DOCUMENT.key, Exclusion.PERSONNEL, note=text, who=text, now=NOW)
    registry.include(DOCUMENT.key, note=text, who=text, now=NOW)
    registry.correct(DOCUMENT.key, replace(DOCUMENT, type="BC"), note=text, who=text, now=NOW)
    registry.recall(DOCUMENT.key, reason=text, who=text, now=NOW)
    registry.send(DOCUMENT.key, Dispatch(sent_at=NOW, receivers=(text,)), who=text, now=NOW)
    registry.import_directory("code,name\nH01,Xã\n".encode(), who=text, now=NOW)

    assert counts(registry).is_recalled == 1
    assert len(list(registry.history(DOCUMENT.key))) == 7


@pytest.mark.parametrize("evidence", ["x", "a\nb", "AB" * 32, "0" * 65])
def test_evidence_that_is_no_digest_is_refused(evidence: str, registry: Registry) -> None:
    with pytest.raises(UsageError, match="SHA-256"):
        registry.recall(DOCUMENT.key, reason="x", evidence=evidence, who="x", now=NOW)


@pytest.mark.parametrize(
    "query", [Query(number=10**30), Query(number=-(10**30)), Query(symbol="\udcff"), Query(agency="a\udcff\x00")]
)
def test_question_for_what_cannot_be_finds_nothing(query: Query, registry: Registry) -> None:
    assert list(registry.find(query)) == []
    assert [tally.counts.documents for tally in registry.tally(query)] == [0]


@pytest.mark.parametrize("text", ["H99:2026:open:7:\udcff", "H99:2026:open:7:a\x00b"])
def test_key_of_unprintable_words_is_none(text: str) -> None:
    from edocs.model import DocumentKey

    with pytest.raises(UsageError, match="no key"):
        DocumentKey.parse(text)


@pytest.mark.parametrize("field", ["symbol", "type"])
def test_endless_word_is_refused_before_a_database_does(field: str) -> None:
    endless = "".join(Random(1).choices("ABCDEFGH", k=5000))

    with pytest.raises(UsageError, match="too long"):
        make_document(1, **{"kind" if field == "type" else field: endless})


TODAY = datetime(2026, 6, 30, 17, 30, tzinfo=UTC)
"""1 July in Vietnam, 30 June in Greenwich."""


def dated(day: int, number: int = 9) -> Document:
    return make_document(number, issued_on=datetime(2026, 7, day, tzinfo=HANOI))


def test_date_of_issue_after_today_in_vietnam_is_refused(registry: Registry) -> None:
    with pytest.raises(RefusedError, match="02/07/2026 is later than today"):
        registry.register(dated(2), who="văn thư", now=TODAY)

    assert registry.register(dated(1), who="văn thư", now=TODAY).outcome is Outcome.NEW


def test_line_of_a_day_to_come_costs_itself_alone(registry: Registry) -> None:
    lines = [Submission(document=dated(2, 10)), Submission(document=dated(1, 11))]

    done = registry.register_many(lines, who="văn thư", now=TODAY)

    assert [one.outcome for one in done] == [Outcome.REFUSED, Outcome.NEW]
    assert done[0].failure is not None
    assert (done[0].failure.exit_code, done[0].failure.params["rule"]) == (6, "import.future")


def test_correction_to_a_day_to_come_is_refused(registry: Registry) -> None:
    with pytest.raises(RefusedError, match="is later than today"):
        registry.correct(DOCUMENT.key, dated(2), who="văn thư", now=TODAY)

    assert registry.correct(DOCUMENT.key, dated(1), who="văn thư", now=TODAY) == dated(1).key


def test_document_that_stands_under_a_day_to_come_can_be_corrected_and_verified(registry: Registry) -> None:
    """A register from before this rule, or from a clock that went wrong: nothing in it is stuck."""
    document = dated(2)
    registry.register(document, who="văn thư", now=TODAY + timedelta(days=1))

    again = registry.register(document, issued(document), who="văn thư", now=TODAY)
    key = registry.correct(document.key, replace(document, subject="khác"), who="văn thư", now=TODAY)

    assert (again.outcome, key) == (Outcome.VERIFIED, document.key)


def test_copy_into_a_register_with_events_is_an_output_error(registry: Registry, tmp_path: Path) -> None:
    """As over a file that exists: the two must not be told apart by the kind of place."""
    with Registry.open(tmp_path / "khác.db") as other:
        other.register(dated(1), who="văn thư", now=TODAY)
        before = other.extent()

        with pytest.raises(OutputError, match="another register stands there"):
            registry.store.copy_into(other.store)  # type: ignore[attr-defined]

        assert other.extent() == before
