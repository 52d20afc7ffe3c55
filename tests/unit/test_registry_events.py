"""What happens to a document after it was registered: counted once all the same, and explainable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from register_samples import (
    AGENCY,
    COMMUNE,
    DISTRICT,
    FAILED,
    NOW,
    PERSON,
    PROVINCE,
    issued,
    make_document,
    signature,
)

from edocs.errors import DuplicateError, RefusedError, UnreadableError, UsageError
from edocs.model import (
    HANOI,
    Counts,
    DocumentCode,
    EventKind,
    Exclusion,
    Facet,
    Fact,
    Indicator,
    Query,
    Secrecy,
    Sending,
    Share,
    SignatureFacts,
    Standing,
    Submission,
    Verdict,
    VerificationReport,
    read_facts,
)
from edocs.model.dispatch import Dispatch, ReceivedStatus, sending_deadline
from edocs.registry import Outcome, Registry

DOCUMENT = make_document(7)
SENT = Dispatch(sent_at=NOW, receivers=("H99.13", "000.00.31.H99"), deadline=NOW + timedelta(hours=1))


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(tmp_path / "sổ.db") as opened:
        opened.register(DOCUMENT, issued(DOCUMENT), who="văn thư", now=NOW)
        yield opened
        assert opened.check() == ()


def counts(registry: Registry, query: Query | None = None) -> Counts:
    [tally] = registry.tally(query)
    return tally.counts


def only(registry: Registry) -> object:
    [entry] = registry.find()
    return entry


# Sent, answered


def test_sent_again_and_to_more_agencies_is_one_document(registry: Registry) -> None:
    for sending in (SENT, SENT, replace(SENT, receivers=("H01",), sent_at=NOW + timedelta(days=9))):
        registry.send(DOCUMENT.key, sending, who="văn thư", now=NOW + timedelta(days=9))

    [entry] = registry.find()
    found = counts(registry)
    assert (found.documents, found.sent, found.sent_electronic, found.is_on_time) == (1, 1, 1, 1)
    assert entry.life["receivers"] == ["000.00.31.H99", "H01", "H99.13"]
    assert entry.profile.sending is Sending.ELECTRONIC


def test_first_sending_decides_whether_it_was_in_time(registry: Registry) -> None:
    late = replace(SENT, sent_at=NOW + timedelta(hours=2))
    registry.send(DOCUMENT.key, late, who="văn thư", now=NOW + timedelta(hours=2))
    registry.send(DOCUMENT.key, SENT, who="văn thư", now=NOW)

    assert (counts(registry).sent, counts(registry).is_on_time) == (1, 0)


def test_paper_once_is_paper(registry: Registry) -> None:
    registry.send(DOCUMENT.key, SENT, who="văn thư", now=NOW)
    registry.send(DOCUMENT.key, replace(SENT, is_with_paper=True), who="văn thư", now=NOW)
    registry.send(DOCUMENT.key, SENT, who="văn thư", now=NOW)

    assert (counts(registry).sent_electronic, counts(registry).sent_with_paper) == (0, 1)


def test_statuses_in_any_order_leave_the_latest_that_was_stated(registry: Registry) -> None:
    for code, hours in (("03", 2), ("01", 1), ("01", 1)):
        status = ReceivedStatus(receiver="H99.13", code=code, stated_at=NOW + timedelta(hours=hours))
        registry.receive_status(DOCUMENT.key, status, who="hệ thống", now=NOW + timedelta(hours=3))

    [entry] = registry.find()
    assert entry.life["statuses"]["H99.13"][0] == "03"
    assert counts(registry).documents == 1


@pytest.mark.parametrize(
    ("issued_on", "expected"),
    [
        (date(2026, 3, 5), datetime(2026, 3, 6, 12, tzinfo=HANOI)),
        (date(2026, 3, 6), datetime(2026, 3, 9, 12, tzinfo=HANOI)),
        (date(2026, 3, 7), datetime(2026, 3, 9, 12, tzinfo=HANOI)),
        (date(2026, 4, 29), datetime(2026, 5, 4, 12, tzinfo=HANOI)),
    ],
)
def test_deadline_is_noon_of_the_next_working_day(issued_on: date, expected: datetime) -> None:
    """Decision 28/2018, article 6.2."""
    assert sending_deadline(issued_on, [date(2026, 4, 30), date(2026, 5, 1)]) == expected


# Issued, recalled, superseded, excluded and back


def test_recalled_and_superseded_documents_stay_in_every_count(registry: Registry) -> None:
    other = make_document(8)
    registry.register(other, issued(other), who="văn thư", now=NOW)

    registry.issue(DOCUMENT.key, issued_at=NOW, who="văn thư", now=NOW)
    registry.supersede(DOCUMENT.key, other.key, who="văn thư", now=NOW)
    registry.recall(DOCUMENT.key, reason="sai nội dung", who="văn thư", now=NOW)

    found = counts(registry)
    assert (found.documents, found.base, found.both.valid) == (2, 2, 2)
    assert (found.is_issued, found.is_recalled, found.is_superseded) == (1, 1, 1)
    entry = next(iter(registry.find(Query(number=7))))
    assert {Fact.ISSUED, Fact.RECALLED, Fact.SUPERSEDED} <= entry.profile.facts
    assert entry.life["superseded_by"] == str(other.key)


def test_exclusion_is_undone_with_what_was_found_before(registry: Registry) -> None:
    registry.exclude(DOCUMENT.key, Exclusion.PERSONNEL, who="văn thư", now=NOW)
    excluded = counts(registry)

    registry.include(DOCUMENT.key, note="nhầm", who="văn thư", now=NOW)

    assert (excluded.base, excluded.both.valid) == (0, 0)
    assert (counts(registry).base, counts(registry).both.valid, counts(registry).excluded) == (1, 1, {})


def test_state_secret_is_never_taken_back_in(registry: Registry) -> None:
    secret = make_document(1, secrecy=Secrecy.SECRET)
    registry.register(secret, who="văn thư", now=NOW)

    with pytest.raises(UsageError):
        registry.include(secret.key, who="văn thư", now=NOW)


# Corrections


def test_document_moved_to_another_agency_moves_its_figures_and_both_are_explained(registry: Registry) -> None:
    before = NOW + timedelta(minutes=1)
    moved = replace(DOCUMENT, agency=COMMUNE)

    registry.correct(DOCUMENT.key, moved, note="nhập nhầm cơ quan", who="văn thư", now=NOW + timedelta(hours=1))

    now = {tally.group: tally.counts.both.valid for tally in registry.tally(by=[Facet.AGENCY, Facet.LEVEL])}
    then = {tally.group: tally.counts.both.valid for tally in registry.tally(Query(as_of=before), [Facet.AGENCY])}
    assert (now, then) == ({(COMMUNE.id, "commune"): 1}, {(PROVINCE.id,): 1})
    kinds = [item.event.kind for item in registry.history(moved.key)]
    assert kinds == [EventKind.REGISTERED, EventKind.VERIFIED, EventKind.CORRECTED]
    assert list(registry.history(DOCUMENT.key)) == []


def test_correction_is_corrected_and_the_number_is_free_again(registry: Registry) -> None:
    ninth = replace(DOCUMENT, code=replace(DOCUMENT.code, number=9))
    registry.correct(DOCUMENT.key, ninth, who="văn thư", now=NOW)
    seventh = make_document(7, subject="văn bản khác", content="khác")
    assert registry.register(seventh, who="văn thư", now=NOW).outcome is Outcome.NEW

    with pytest.raises(DuplicateError, match=":7:"):
        registry.correct(ninth.key, DOCUMENT, who="văn thư", now=NOW)
    registry.correct(ninth.key, replace(DOCUMENT, code=replace(DOCUMENT.code, number=10)), who="văn thư", now=NOW)

    assert sorted(entry.document.code.number for entry in registry.find()) == [7, 10]
    assert counts(registry).documents == 2


def test_corrected_date_moves_the_month_and_the_book(registry: Registry) -> None:
    code = DocumentCode(number=7, symbol="UBND-VP", issued_on=datetime(2025, 12, 31, tzinfo=HANOI))

    registry.correct(DOCUMENT.key, replace(DOCUMENT, code=code), who="văn thư", now=NOW)

    assert [tally.group for tally in registry.tally(by=[Facet.MONTH])] == [("2025-12",)]
    assert [entry.document.key.year for entry in registry.find()] == [2025]


def test_document_that_turns_out_secret_leaves_the_denominator(registry: Registry) -> None:
    secret = replace(DOCUMENT, secrecy=Secrecy.CONFIDENTIAL)

    registry.correct(DOCUMENT.key, secret, who="văn thư", now=NOW)

    assert counts(registry).excluded == {Exclusion.CONFIDENTIAL: 1}
    assert registry.history(secret.key)


def test_correcting_what_is_not_registered_is_refused(registry: Registry) -> None:
    with pytest.raises(UsageError, match="not registered"):
        registry.correct(make_document(99).key, make_document(99), who="x", now=NOW)


# Files that go with a document (I4)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


FILES = tuple(map(digest, ("phụ lục 1", "phụ lục 2", "phụ lục 3", "phụ lục 4")))


def found_in(file: str, *roles: object) -> SignatureFacts:
    verdict = Verdict.TOTAL_PASSED if roles else Verdict.NOT_SIGNED
    signatures = tuple(signature(role) for role in roles)  # type: ignore[arg-type]
    return read_facts(VerificationReport(verdict=verdict, signatures=signatures, sha256=file).as_dict())


def test_files_that_go_with_a_document_are_counted_as_files(registry: Registry) -> None:
    document = replace(make_document(8), appendices=FILES)
    failed = VerificationReport(verdict=FAILED, signatures=(signature(AGENCY, FAILED),), sha256=FILES[2])
    submission = Submission(
        document=document,
        facts=read_facts(issued(document).as_dict()),
        appendices=(found_in(FILES[0], AGENCY), found_in(FILES[1]), read_facts(failed.as_dict())),
    )

    registry.register_many([submission], who="văn thư", now=NOW)

    files = counts(registry).appendices
    assert (files.valid, files.unsigned, files.invalid, files.not_checked, files.attempted) == (1, 1, 1, 1, 2)
    assert counts(registry).appendix_share == Share(1, 4)
    assert counts(registry).documents == 2


def test_files_verified_later_and_again_are_counted_once(registry: Registry) -> None:
    document = replace(make_document(8), appendices=FILES[:2])
    first = Submission(document=document, facts=None, appendices=(found_in(FILES[0]),))
    second = replace(first, appendices=(found_in(FILES[0], AGENCY), found_in(FILES[1], PERSON)))

    outcomes = [
        registry.register_many([one], who="văn thư", now=NOW)[0].outcome for one in (first, first, second, second)
    ]

    files = counts(registry).appendices
    assert outcomes == [Outcome.NEW, Outcome.UNCHANGED, Outcome.VERIFIED, Outcome.UNCHANGED]
    assert (files.valid, files.unsigned, files.attempted) == (1, 1, 1)


def test_files_that_were_left_out_are_added_by_a_correction(registry: Registry) -> None:
    document = replace(make_document(8), appendices=FILES[:1])
    submission = Submission(document=document, facts=None, appendices=(found_in(FILES[0]),))
    registry.register_many([submission], who="văn thư", now=NOW)
    sealed = VerificationReport(verdict=Verdict.TOTAL_PASSED, signatures=(signature(AGENCY),), sha256=FILES[1])
    bare = VerificationReport(verdict=Verdict.NOT_SIGNED, sha256=FILES[2])
    later = NOW + timedelta(days=1)

    registry.correct(document.key, lambda known: known, None, [sealed, bare], who="văn thư", now=later)

    files = counts(registry).appendices
    assert (files.valid, files.unsigned, files.attempted) == (1, 2, 1)
    assert set(registry.entries([document.key])[document.key].document.appendices) == set(FILES[:3])
    again = replace(submission, document=replace(document, appendices=FILES[:3]))
    assert registry.register_many([again], who="văn thư", now=later)[0].outcome is Outcome.UNCHANGED
    [then] = registry.tally(Query(as_of=NOW))
    assert then.counts.appendices.unsigned == 1
    assert registry.check() == ()


@pytest.mark.parametrize("twice", [FILES[0], FILES[1], make_document(8).file_sha256])
def test_file_that_the_document_has_already_is_not_added(twice: str, registry: Registry) -> None:
    document = replace(make_document(8), appendices=FILES[:1])
    registry.register(document, who="văn thư", now=NOW)
    size = registry.extent().events
    added = [VerificationReport(verdict=Verdict.NOT_SIGNED, sha256=file) for file in (FILES[1], twice)]

    with pytest.raises(UsageError, match="already"):
        registry.correct(document.key, lambda known: known, None, added, who="văn thư", now=NOW)

    assert registry.extent().events == size


def test_verification_of_a_file_that_does_not_belong_is_refused(registry: Registry) -> None:
    submission = Submission(document=make_document(8), appendices=(found_in(FILES[0], AGENCY),))

    [done] = registry.register_many([submission], who="văn thư", now=NOW)

    assert isinstance(done.failure, RefusedError)
    assert counts(registry).documents == 1


# Profiles


def test_profiles_add_up_to_the_counts(registry: Registry) -> None:
    for number in range(20, 40):
        document = make_document(number, DISTRICT if number % 3 else PROVINCE)
        registry.register(document, issued(document) if number % 2 else None, who="x", now=NOW)

    groups: dict[tuple[str, ...], int] = {}
    for group, profile, count in registry.profiles(by=[Facet.AGENCY]):
        groups[group] = groups.get(group, 0) + count * (profile.standing(Indicator.BOTH) is Standing.VALID)

    assert groups == {tally.group: tally.counts.both.valid for tally in registry.tally(by=[Facet.AGENCY])}


def test_tally_is_a_flat_row_for_data_frames(registry: Registry) -> None:
    [row] = (tally.as_row() for tally in registry.tally(by=[Facet.AGENCY, Facet.MONTH]))

    expected = {"agency": PROVINCE.id, "month": "2026-03", "documents": 1, "base": 1, "both_valid": 1}
    assert expected.items() <= row.items()


# A directory of agencies in the register

DIRECTORY = (
    "code,name,valid_from,valid_to,became\nH99.31.21,Xã An Lạc,,2025-06-30,H99.50\nH99.50,Xã An Bình,2025-07-01,,\n"
)


def test_directory_is_kept_with_its_moment_and_the_latest_counts(registry: Registry) -> None:
    first, second = DIRECTORY.encode(), DIRECTORY.replace("An Bình", "An Hòa").encode()

    news = [
        registry.import_directory(data, who="văn thư", now=NOW + timedelta(minutes=place))
        for place, data in enumerate((first, first, second), 1)
    ]

    then, now = registry.directory(NOW + timedelta(minutes=2)), registry.directory()
    assert news == [True, False, True]
    assert then is not None and now is not None
    assert [then.entries[1].name, now.entries[1].name] == ["Xã An Bình", "Xã An Hòa"]
    assert registry.directory(NOW) is None


def test_directory_changes_no_figure(registry: Registry) -> None:
    before = list(registry.tally(by=[Facet.AGENCY]))

    registry.import_directory(DIRECTORY.encode(), who="văn thư", now=NOW)

    assert list(registry.tally(by=[Facet.AGENCY])) == before


def test_file_that_is_no_directory_is_not_entered(registry: Registry) -> None:
    with pytest.raises(UnreadableError):
        registry.import_directory(b"%PDF-1.7", who="văn thư", now=NOW)

    assert registry.directory() is None
