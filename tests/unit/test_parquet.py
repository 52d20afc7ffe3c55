"""Documents as Parquet: another program counts from them what the register counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from register_samples import (
    AGENCY,
    COMMUNE,
    DISTRICT,
    FAILED,
    NOW,
    OPEN,
    PERSON,
    PROVINCE,
    issued,
    make_document,
    make_report,
    signature,
)
from typed_commands import run

from edocs.model import (
    HANOI,
    Exclusion,
    Facet,
    Indicator,
    Secrecy,
    Standing,
    Submission,
    VerificationReport,
    read_facts,
)
from edocs.registry import Registry
from edocs.reports.as_parquet import MANIFEST


def _submission(number: int) -> Submission:
    document = make_document(
        number,
        (PROVINCE, DISTRICT, COMMUNE)[number % 3],
        issued_on=datetime(2026, 3, 1, tzinfo=HANOI) + timedelta(days=2 * number - 1),
        kind=("CV", "Quyết định")[number % 2],
        secrecy=Secrecy.SECRET if number % 13 == 0 else Secrecy.NONE,
    )
    reports: tuple[VerificationReport | None, ...] = (
        None,
        issued(document),
        make_report(document, signature(PERSON)),
        make_report(document, signature(PERSON, FAILED), signature(AGENCY)),
        make_report(document, signature(PERSON, OPEN), signature(AGENCY)),
        make_report(document),
    )
    report = reports[number % 6]
    return Submission(document=document, facts=None if report is None else read_facts(report.as_dict()))


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Sixty documents of three agencies and four months, in every standing; some secret, some excluded."""
    path = tmp_path / "Sổ.db"
    with Registry.open(path) as registry:
        handed_in = [_submission(number) for number in range(1, 61)]
        registry.register_many(handed_in[:30], who="văn thư", now=NOW + timedelta(minutes=30))
        registry.register_many(handed_in[30:], who="văn thư", now=NOW + timedelta(minutes=60))
        for one in handed_in[9::10]:
            registry.exclude(one.document.key, Exclusion.PERSONNEL, who="văn thư", now=NOW + timedelta(minutes=70))
    return path


@pytest.fixture
def folder(register: Path, tmp_path: Path) -> Path:
    output = tmp_path / "Dữ liệu"
    run("export", "--register", register, "-o", output)
    return output


@pytest.fixture
def ask(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        pattern = f"{folder.as_posix()}/*/*.parquet"
        connection.execute(
            f"create view documents as select * from read_parquet('{pattern}', hive_partitioning = true)"
        )
        yield connection


@pytest.mark.parametrize("by", [[], [Facet.MONTH], [Facet.LEVEL, Facet.MONTH], [Facet.AGENCY, Facet.TYPE], list(Facet)])
def test_duckdb_counts_what_the_register_counts(
    by: Sequence[Facet], register: Path, ask: duckdb.DuckDBPyConnection
) -> None:
    with Registry.open(register, read_only=True) as registry:
        counted = {tally.group: tally.counts for tally in registry.tally(by=by)}
    names = [facet.value for facet in by]
    standings = [f"{indicator.value}_standing = '{standing.value}'" for indicator in Indicator for standing in Standing]
    wanted = [*standings, *(f"{indicator.value}_attempted" for indicator in Indicator), "is_signed", "is_trusted"]
    columns = [*names, "count(*)", "count(exclusion)", "count(*) filter (is_secret)"]
    columns += [f"count(*) filter (exclusion is null and {condition})" for condition in wanted]

    rows = ask.execute(f"select {', '.join(columns)} from documents" + (" group by all" if by else ""))

    found = {tuple(map(str, row[: len(by)])): row[len(by) :] for row in rows.fetchall()}
    expected = {
        group: (
            counts.documents,
            counts.documents - counts.base,
            counts.secrets,
            *(counts.buckets(indicator)[standing] for indicator in Indicator for standing in Standing),
            *(counts.buckets(indicator).attempted for indicator in Indicator),
            counts.has_signature,
            counts.is_trusted,
        )
        for group, counts in counted.items()
    }
    assert found == expected


def test_columns_have_types_that_other_programs_know(ask: duckdb.DuckDBPyConnection) -> None:
    kinds = {name: kind for name, kind, *_ in ask.execute("describe documents").fetchall()}

    assert {kinds[name] for name in ("agency", "type", "both_standing", "month", "subject")} == {"VARCHAR"}
    assert [kinds[name] for name in ("issued_on", "is_secret", "registered_at", "number", "last_event")] == [
        "DATE", "BOOLEAN", "TIMESTAMP WITH TIME ZONE", "INTEGER", "BIGINT",
    ]  # fmt: skip


def test_a_row_says_what_the_register_says_of_the_document(register: Path, ask: duckdb.DuckDBPyConnection) -> None:
    with Registry.open(register, read_only=True) as registry:
        entries = list(registry.find())

    rows = ask.execute(
        "select key, issued_on, subject, secrecy, file_sha256, verification_sha256, exclusion, registered_event, month"
        " from documents order by issued_on, registered_event"
    ).fetchall()

    assert rows == [
        (
            str(entry.document.key),
            entry.document.issued_on,
            entry.document.subject,
            entry.document.secrecy.value,
            entry.document.file_sha256,
            entry.findings.digest if entry.findings else None,
            entry.exclusion.value if entry.exclusion else None,
            entry.registered_event,
            f"{entry.document.issued_on:%Y-%m}",
        )
        for entry in entries
    ]


def test_every_file_says_of_which_events_it_is(register: Path, folder: Path, ask: duckdb.DuckDBPyConnection) -> None:
    with Registry.open(register, read_only=True) as registry, registry.snapshot() as extent:
        pass
    pattern = f"{folder.as_posix()}/*/*.parquet"

    said = ask.execute(
        f"select distinct decode(key), decode(value) from parquet_kv_metadata('{pattern}')"
        " where decode(key) like 'edocs.%'"
    ).fetchall()

    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert dict(said) == {
        "edocs.schema": "edocs.documents/1",
        "edocs.rule": "edocs.standing/1",
        "edocs.events": str(extent.events),
        "edocs.events_sha256": extent.sha256,
        "edocs.cut_off": extent.latest.isoformat() if extent.latest else "",
    }
    assert (manifest["events_sha256"], manifest["documents"]) == (extent.sha256, 60)
    assert sum(month["documents"] for month in manifest["months"]) == 60


def test_same_events_same_bytes(register: Path, folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"

    run("export", "--register", register, "-o", again)

    def contents(top: Path) -> dict[str, bytes]:
        return {file.relative_to(top).as_posix(): file.read_bytes() for file in top.rglob("*") if file.is_file()}

    assert contents(again) == contents(folder)
    assert len(contents(folder)) == 5


def test_a_period_an_agency_and_a_cut_off_choose_what_is_written(register: Path, tmp_path: Path) -> None:
    result = run(
        "export", "--register", register, "-o", tmp_path / "a", "--from", "2026-04", "--to", "2026-04",
        "--agency", COMMUNE.id, "--at", (NOW + timedelta(minutes=30, seconds=30)).isoformat(), "--json",
    )  # fmt: skip

    with Registry.open(register, read_only=True) as registry:
        expected = [
            entry.document.key
            for entry in registry.find()
            if entry.document.issued_on.month == 4
            and entry.document.agency == COMMUNE
            and entry.document.code.number <= 30
        ]
    [line] = [json.loads(line) for line in result.stdout.splitlines()]
    assert (line["schema"], line["month"], line["documents"]) == ("edocs.export/1", "2026-04", len(expected))
    assert expected


def test_row_groups_bound_what_is_held(register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edocs.reports.as_parquet._ROWS", 4)

    run("export", "--register", register, "-o", tmp_path / "a")

    with duckdb.connect() as connection:
        path = (tmp_path / "a" / "month=2026-04" / "documents.parquet").as_posix()
        counts = connection.execute(
            f"select distinct row_group_num_rows from parquet_metadata('{path}') order by 1"
        ).fetchall()
    assert max(counts) == (4,)


def test_a_folder_that_is_no_export_is_never_replaced(register: Path, tmp_path: Path) -> None:
    other = tmp_path / "của người khác"
    other.mkdir()
    (other / "thư.txt").write_text("x", encoding="utf-8")

    assert run("export", "--register", register, "-o", other, "--force").return_value == 7
    assert [path.name for path in other.iterdir()] == ["thư.txt"]


def test_an_export_is_replaced_only_when_asked(register: Path, folder: Path) -> None:
    with Registry.open(register) as registry:
        registry.register(make_document(99, issued_on=datetime(2025, 1, 5, tzinfo=HANOI)), who="x", now=NOW)

    assert run("export", "--register", register, "-o", folder).return_value == 7
    assert not (folder / "month=2025-01").exists()
    assert run("export", "--register", register, "-o", folder, "--force").return_value == 0
    assert (folder / "month=2025-01").exists()
    assert [path.name for path in folder.parent.iterdir() if path.name.endswith(".part")] == []


def test_an_export_that_fails_leaves_nothing(register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("edocs.reports.as_parquet._write_manifest", fail)

    assert run("export", "--register", register, "-o", tmp_path / "a").return_value == 7
    assert [path.name for path in tmp_path.iterdir()] == [register.name]


def test_an_export_that_cannot_take_its_name_leaves_the_one_before(
    register: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(path.name for path in folder.iterdir())
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise PermissionError(13, "in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)

    assert run("export", "--register", register, "-o", folder, "--force").return_value == 7
    assert sorted(path.name for path in folder.iterdir()) == before


def test_an_empty_register_makes_an_empty_export(tmp_path: Path) -> None:
    Registry.open(tmp_path / "sổ.db").close()

    assert run("export", "--register", tmp_path / "sổ.db", "-o", tmp_path / "a").return_value == 0
    assert [path.name for path in (tmp_path / "a").iterdir()] == [MANIFEST]


def test_counts_load_into_pandas_in_one_line(register: Path) -> None:
    import pandas

    with Registry.open(register, read_only=True) as registry:
        frame = pandas.DataFrame(tally.as_row() for tally in registry.tally(by=[Facet.LEVEL, Facet.MONTH]))
        [whole] = registry.tally()

    sums = frame.drop(columns=["level", "month"]).sum().to_dict()
    assert sums == {name: value for name, value in whole.as_row().items() if name not in ("level", "month")}
    assert frame["month"].str.len().unique().tolist() == [7]
