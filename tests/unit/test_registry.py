"""The register's rules: counted once, never overwritten, explainable afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from register_samples import (
    AGENCY,
    COMMUNE,
    FAILED,
    NOW,
    PERSON,
    PROVINCE,
    issued,
    make_document,
    make_report,
    signature,
)

from edocs.errors import DuplicateError, OutputError, RefusedError, StoreError, UnreadableError, UsageError
from edocs.model import (
    HANOI,
    Agency,
    AgencyLevel,
    Document,
    DocumentCode,
    EventKind,
    Exclusion,
    Facet,
    Indicator,
    Query,
    Secrecy,
    Standing,
    Submission,
    read_agencies,
    read_facts,
    read_submission,
)
from edocs.office import register_pdf
from edocs.registry import Outcome, Registry


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Sổ đăng ký.db"


@pytest.fixture
def registry(path: Path) -> Iterator[Registry]:
    with Registry.open(path) as opened:
        yield opened


def put(registry: Registry, document: Document, *, minutes: int = 0) -> Outcome:
    return registry.register(document, issued(document), who="văn thư", now=NOW + timedelta(minutes=minutes)).outcome


def run_sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


# Counted once


def test_same_document_again_changes_nothing(registry: Registry) -> None:
    document = make_document(1)

    outcomes = [put(registry, document), put(registry, document, minutes=5)]

    assert outcomes == [Outcome.NEW, Outcome.UNCHANGED]
    assert len(list(registry.history(document.key))) == 2


def test_new_verification_of_the_same_document_is_added_and_counts(registry: Registry) -> None:
    document = make_document(1)
    put(registry, document)

    registration = registry.register(
        document, make_report(document, signature(PERSON, FAILED)), who="kiểm tra", now=NOW + timedelta(days=1)
    )

    [tally] = registry.tally()
    assert registration.outcome is Outcome.VERIFIED
    assert (tally.counts.documents, tally.counts.both.valid, tally.counts.personal.invalid) == (1, 0, 1)
    kinds = [logged.event.kind for logged in registry.history(document.key)]
    assert kinds == [EventKind.REGISTERED, EventKind.VERIFIED, EventKind.VERIFIED]


def test_latest_verification_is_the_last_in_the_log_though_the_clock_was_set_back(registry: Registry) -> None:
    document = make_document(1)
    put(registry, document)

    registry.register(document, make_report(document), who="kiểm tra", now=NOW - timedelta(days=1))

    [entry] = registry.find()
    assert entry.standing(Indicator.BOTH) is Standing.UNSIGNED


def test_wording_and_path_of_a_verification_are_no_news() -> None:
    report = issued(make_document(1))

    digests = {
        read_facts(report.as_dict("vi")).digest,
        read_facts(replace(report, path="đã ký.pdf").as_dict("en")).digest,
    }

    assert len(digests) == 1


def test_number_taken_by_another_file_is_refused_and_named(registry: Registry) -> None:
    put(registry, make_document(7, subject="Báo cáo quý I"))

    with pytest.raises(DuplicateError, match=r"07/UBND-VP of 2026.*Báo cáo quý I"):
        put(registry, make_document(7, content="another file"))

    assert len(list(registry.find())) == 1


@pytest.mark.parametrize(
    "other",
    [
        make_document(7, COMMUNE),
        make_document(7, issued_on=datetime(2025, 12, 31, tzinfo=HANOI)),
        make_document(7, symbol="BC-UBND"),
        make_document(8),
        make_document(7, secrecy=Secrecy.SECRET),
    ],
    ids=["agency", "year", "symbol", "number", "secret book"],
)
def test_same_number_in_another_book_is_free(registry: Registry, other: Document) -> None:
    """Decree 30, article 15: numbers restart each year; secret documents have a series of their own."""
    put(registry, make_document(7))

    assert put(registry, other) is Outcome.NEW


def test_book_is_that_of_the_date_in_vietnam() -> None:
    new_year = datetime(2025, 12, 31, 17, 0, tzinfo=UTC)

    assert make_document(1, issued_on=new_year).key.year == 2026


def test_many_documents_keep_the_good_ones_and_report_the_others(registry: Registry) -> None:
    first, second = make_document(1), make_document(2)
    submissions = [
        Submission(document=first),
        Submission(document=make_document(1, content="another")),
        Submission(document=second, facts=read_facts(issued(first).as_dict())),
        Submission(document=second),
        Submission(document=replace(make_document(3), file_sha256="")),
    ]

    done = registry.register_many(submissions, who="văn thư", now=NOW)

    assert [item.outcome for item in done] == [
        Outcome.NEW, Outcome.REFUSED, Outcome.REFUSED, Outcome.NEW, Outcome.REFUSED,
    ]  # fmt: skip
    assert isinstance(done[1].failure, DuplicateError)
    assert [entry.document.code.number for entry in registry.find()] == [1, 2]


def test_verification_of_another_file_is_refused(registry: Registry) -> None:
    with pytest.raises(RefusedError):
        registry.register(make_document(1), issued(make_document(2)), who="văn thư", now=NOW)

    assert list(registry.find()) == []


def test_time_without_a_zone_is_refused(registry: Registry) -> None:
    with pytest.raises(UsageError):
        registry.register(make_document(1), who="văn thư", now=datetime(2026, 3, 5))  # noqa: DTZ001


@pytest.mark.parametrize("kind", ["CÔNG VĂN", "Cong van", "cong  van", "công văn", "CV"])
def test_type_is_known_by_its_name_however_it_is_typed(kind: str, tmp_path: Path) -> None:
    with Registry.open(tmp_path / "sổ.db") as registry:
        registry.register(make_document(1, kind=kind), who="x", now=NOW)

        assert [entry.document.type for entry in registry.find(Query(type=kind))] == ["CV"]


# Excluded, corrected


@pytest.mark.parametrize("secrecy", [Secrecy.CONFIDENTIAL, Secrecy.SECRET, Secrecy.TOP_SECRET])
def test_state_secret_is_counted_as_excluded_and_in_no_share(registry: Registry, secrecy: Secrecy) -> None:
    put(registry, make_document(1, secrecy=secrecy))
    put(registry, make_document(2))

    [tally] = registry.tally()

    assert tally.counts.documents == 2
    assert tally.counts.excluded == {Exclusion(secrecy.value): 1}
    assert tally.counts.secrets == 1
    assert tally.counts.share(Indicator.BOTH).denominator == 1
    assert tally.counts.both.valid == 1


def test_subject_of_a_state_secret_is_not_kept(registry: Registry, path: Path) -> None:
    put(registry, make_document(1, subject="Kế hoạch diễn tập", secrecy=Secrecy.CONFIDENTIAL))
    registry.close()

    assert "diễn tập".encode() not in b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_excluded_document_leaves_the_denominator_with_its_reason(registry: Registry) -> None:
    document = make_document(1)
    put(registry, document)

    registry.exclude(document.key, Exclusion.PERSONNEL, note="bổ nhiệm", who="văn thư", now=NOW)

    [tally] = registry.tally()
    assert (tally.counts.base, tally.counts.excluded) == (0, {Exclusion.PERSONNEL: 1})
    assert tally.counts.share(Indicator.BOTH).percent is None


def test_secrecy_is_no_reason_to_exclude_afterwards(registry: Registry) -> None:
    document = make_document(1)
    put(registry, document)

    with pytest.raises(UsageError):
        registry.exclude(document.key, Exclusion.SECRET, who="văn thư", now=NOW)


def test_correction_changes_the_count_and_keeps_what_was_said_before(registry: Registry) -> None:
    document = make_document(1, kind="Công văn")
    put(registry, document)

    registry.correct(document.key, replace(document, type="Báo cáo"), who="văn thư", now=NOW)

    assert [tally.group for tally in registry.tally(by=[Facet.TYPE])] == [("BC",)]
    first, *_, last = registry.history(document.key)
    assert ('"type":"CV"' in first.event.payload, '"type":"BC"' in last.event.payload) == (True, True)


def test_excluding_what_is_not_registered_is_refused(registry: Registry) -> None:
    with pytest.raises(UsageError):
        registry.exclude(make_document(1).key, Exclusion.OTHER, who="văn thư", now=NOW)


# The log


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET payload = '{}' WHERE id = 1",
        "DELETE FROM event WHERE id = 2",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE id = 1",
        "INSERT INTO event SELECT id + 7, at, who, kind, document, subject, evidence, payload, leaf FROM event "
        "WHERE id = 1",
    ],
    ids=["update", "delete", "replace", "gap"],
)
def test_events_cannot_be_changed_in_sql(registry: Registry, path: Path, statement: str) -> None:
    put(registry, make_document(1))

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        run_sql(path, statement)

    assert registry.check() == ()


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE event SET payload = replace(payload, 'Về', 'Vê') WHERE id = 1", "event 1 is not"),
        ("UPDATE event SET at = '2020-01-01T00:00:00.000000+07:00' WHERE id = 2", "event 2 is not"),
        ("UPDATE event SET evidence = '' WHERE id = 3", "event 3 is not"),
        ("DELETE FROM event WHERE id = 2", "event 2 is missing"),
        ("UPDATE document SET exclusion = 'other'", "state of"),
        ("DELETE FROM document", "state of"),
        (
            "INSERT INTO document SELECT 99, key || 'x', agency, agency_name, level, number, symbol, issued_on, month, "
            "type, subject, secrecy, file_sha256, search_text, exclusion, is_open, profile, verification_sha256, "
            "verified_at, registered_at, last_event, life FROM document WHERE id = 1",
            "state of",
        ),
        ("UPDATE cell SET n = 3", "the counts of"),
        ("DELETE FROM tally", "the counts of"),
        ("UPDATE tally SET both_valid = 1", "the counts of"),
        ("UPDATE agency SET name = 'Sở X'", "the names of"),
    ],
)
def test_change_behind_the_triggers_is_found(registry: Registry, path: Path, statement: str, found: str) -> None:
    put(registry, make_document(1))
    put(registry, make_document(2))
    run_sql(path, "DROP TRIGGER event_no_update", "DROP TRIGGER event_no_delete", statement)

    findings = registry.check()

    assert findings[0].text().startswith(found)


def test_agencies_are_compared_letter_by_letter() -> None:
    """Old and new codes of one body are two keys: Decision 20/2020 gives no way to convert them."""
    old, new = "000.00.13.H53", "H53.13"

    keys = {make_document(1, replace(PROVINCE, id=id)).key for id in (old, new)}

    assert len(keys) == 2


# Opening


def test_newer_version_is_refused_and_not_touched(registry: Registry, path: Path) -> None:
    put(registry, make_document(1))
    registry.close()
    run_sql(path, "PRAGMA journal_mode = DELETE", "UPDATE register SET schema_version = 99")
    before = path.read_bytes()

    for read_only in (False, True):
        with pytest.raises(StoreError, match="version 99"):
            Registry.open(path, read_only=read_only)

    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("content", [b"%PDF-1.7 no database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_file_that_is_no_register_is_refused_and_not_touched(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(StoreError):
        Registry.open(path)

    assert path.read_bytes() == content


def test_database_of_another_program_is_refused_and_not_touched(path: Path) -> None:
    run_sql(path, "CREATE TABLE event (id INTEGER)")
    before = path.read_bytes()

    with pytest.raises(StoreError, match="not a register"):
        Registry.open(path)

    assert path.read_bytes() == before


def test_reading_a_register_that_is_not_there_makes_none(path: Path) -> None:
    with pytest.raises(StoreError, match="no register"):
        Registry.open(path, read_only=True)

    assert not path.exists()


def test_folder_that_is_not_there_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises((OutputError, StoreError)):
        Registry.open(tmp_path / "không có" / "sổ.db")


def test_register_opened_for_reading_is_not_written(registry: Registry, path: Path) -> None:
    put(registry, make_document(1))

    with Registry.open(path, read_only=True) as reader, pytest.raises(StoreError, match="reading only"):
        put(reader, make_document(2))


def test_reading_leaves_no_files_beside_the_register(registry: Registry, path: Path) -> None:
    put(registry, make_document(1))
    registry.close()

    with Registry.open(path, read_only=True) as reader:
        list(reader.find())

    assert [file.name for file in path.parent.iterdir()] == [path.name]


# What is handed in


def test_secrecy_that_is_not_understood_is_refused() -> None:
    line = {"agency": "H99", "agency_name": "Sở", "level": "tỉnh", "number": 1, "symbol": "SNV", "date": "2026-03-05"}

    with pytest.raises(UsageError, match="secrecy"):
        read_submission({**line, "type": "CV", "sha256": "0" * 64, "secrecy": "tuyệt-mật"}, {})


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"number": "7"}, UsageError),
        ({"number": True}, UsageError),
        ({"number": 0}, UsageError),
        ({"date": "2026-02-30"}, UsageError),
        ({"date": None}, UsageError),
        ({"level": "ấp"}, UsageError),
        ({"symbol": " "}, UsageError),
        ({"sha256": "0"}, UsageError),
        ({"agency": "có dấu cách"}, UsageError),
        ({"trich_yeu": "…"}, UsageError),
        ({"verification": "TOTAL_PASSED"}, UnreadableError),
        ({"verification": {"schema": "edocs.verification/9"}}, UnreadableError),
        ({"verification": {"schema": "edocs.verification/1", "verdict": "FINE"}}, UnreadableError),
        ({"verification": {"schema": "edocs.verification/1", "verdict": "TOTAL_PASSED", "signatures": [7]}},
         UnreadableError),
    ],
)  # fmt: skip
def test_line_that_cannot_be_meant_is_refused(changed: dict[str, object], expected: type[Exception]) -> None:
    line: dict[str, object] = {
        "agency": "H99", "agency_name": "Sở Nội vụ", "level": "cấp tỉnh", "number": 7, "symbol": "SNV-VP",
        "date": "05/03/2026", "type": "Công văn", "sha256": "0" * 64,
    }  # fmt: skip
    assert read_submission(line, {}).document.code_text == "07/SNV-VP"

    with pytest.raises(expected):
        read_submission({**line, **changed}, {})


def test_directory_of_agencies_is_tidied() -> None:
    data = "\ufeffid,name,level\r\n H99.01 ,Sở\u00a0\u200bNội  vụ,Tỉnh\r\n".encode()

    assert read_agencies(data) == {"H99.01": Agency(id="H99.01", name="Sở Nội vụ", level=AgencyLevel.PROVINCE)}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"id,name\nH99,x\n",
        b"id,name,level\nH99,x,tinh\n",
        b"id,name,level\nH99\n",
        b"id,name,level\nH99,x,province\nH99,y,province\n",
        b"\xff\xfe",
    ],
)
def test_directory_that_is_none_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_agencies(data)


# Verified and registered at once


def test_pdf_that_is_none_is_registered_as_undecided(registry: Registry) -> None:
    code = DocumentCode(number=1, symbol="UBND-VP", issued_on=NOW)
    document = Document(agency=PROVINCE, code=code, type="CV")

    registration, report = register_pdf(registry, document, b"no PDF", who="văn thư", now=NOW)

    assert registration.document.file_sha256 == report.sha256
    [tally] = registry.tally()
    assert tally.counts.both.indeterminate == 1


def test_pdf_of_another_digest_is_refused(registry: Registry) -> None:
    with pytest.raises(RefusedError):
        register_pdf(registry, make_document(1), b"no PDF", who="văn thư", now=NOW)

    assert list(registry.find(Query())) == []


def test_agency_seal_before_the_person_is_no_pair_in_order(registry: Registry) -> None:
    document = make_document(1)
    registry.register(document, make_report(document, signature(AGENCY), signature(PERSON)), who="x", now=NOW)

    [entry] = registry.find()

    assert [entry.standing(indicator) for indicator in Indicator] == [
        Standing.VALID, Standing.VALID, Standing.INVALID,
    ]  # fmt: skip


def test_writers_at_once_lose_nothing(path: Path) -> None:
    """Eight clerks open a register that is not there yet, and each enters documents one by one."""

    def enter(clerk: int) -> None:
        with Registry.open(path) as registry:
            for number in range(10):
                put(registry, make_document(1 + clerk * 10 + number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(enter, range(8)))

    with Registry.open(path, read_only=True) as registry:
        [tally] = registry.tally()
        assert (tally.counts.documents, tally.counts.both.valid, registry.check()) == (80, 80, ())
