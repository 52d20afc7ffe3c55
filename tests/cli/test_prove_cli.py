"""``edocs prove``, ``fsck`` and ``backup`` as an IT officer and an auditor run them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from register_samples import NOW, issued, make_document
from servers.postgres import PostgresServer
from typed_commands import code, run

from edocs.cli import proving
from edocs.connect import open_register
from edocs.model import Submission, read_facts
from edocs.registry import Registry
from edocs.testing import Pki

KEY = str(make_document(3).key)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "Sổ 2026.db"
    with Registry.open(path) as registry:
        documents = [make_document(number) for number in range(1, 20)]
        submissions = [Submission(document=one, facts=read_facts(issued(one).as_dict())) for one in documents]
        registry.register_many(submissions, who="văn thư", now=NOW)
    return path


@pytest.fixture
def signed(register: Path, pki: Pki, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint that the agency signed."""
    monkeypatch.setenv("KEY", pki.passphrase)
    path = register.with_name("điểm chốt.json")
    done = run("prove", "--register", register, "--signer", pki.p12("seal"), "--secrets", "env:KEY", "-o", path)
    assert code(done) == 0
    return path


def test_signed_checkpoint_is_checked_with_the_roots_alone(signed: Path, pki: Pki) -> None:
    result = run("prove", signed, "--trust", pki.roots, "--trust", pki.intermediates, "--trust", pki.crls)

    assert code(result) == 0
    assert "38 events" in result.output
    assert "valid" in result.output


def test_checkpoint_of_an_unknown_signer_is_not_enough(signed: Path, pki: Pki) -> None:
    assert code(run("prove", signed, "--trust", pki.roots / "national-root.pem")) == 3


def test_signer_of_a_checkpoint_is_judged_by_the_managed_store_where_there_is_one(
    register: Path, signed: Path, pki: Pki, monkeypatch: pytest.MonkeyPatch
) -> None:
    checking = ("fsck", "--register", register, "--checkpoint", signed)
    unknown = [run("prove", signed), run(*checking)]
    monkeypatch.setenv("EDOCS_TRUST", str(pki.roots))
    known = [run("prove", signed), run(*checking)]

    assert [code(one) for one in unknown] == [0, 0]
    assert all("no trust anchors were given" in one.output for one in unknown)
    assert [code(one) for one in known] == [0, 0]
    assert not any("no trust anchors were given" in one.output for one in known)


def test_changed_checkpoint_fails(signed: Path) -> None:
    signed.write_text(signed.read_text(encoding="utf-8").replace('"size": 38', '"size": 37'), encoding="utf-8")

    assert code(run("prove", signed)) == 1


def test_inclusion_of_a_document_is_proved_and_checked(register: Path, signed: Path) -> None:
    proof = register.with_name("bằng chứng.json")

    made = run("prove", "--register", register, "--document", KEY, "--checkpoint", signed, "-o", proof)
    checked = run("prove", proof, "--json")

    assert (code(made), code(checked)) == (0, 0)
    assert json.loads(checked.stdout)["holds"] is True
    proof.write_text(proof.read_text(encoding="utf-8").replace("Về việc", "Vê việc"), encoding="utf-8")
    changed = run("prove", proof)
    assert (code(changed), "NOT in the log: events 5" in changed.output) == (1, True)


def test_growth_is_proved_and_checked(register: Path, signed: Path) -> None:
    with Registry.open(register) as registry:
        registry.register(make_document(99), who="văn thư", now=NOW + timedelta(days=1))
    proof = register.with_name("chỉ ghi thêm.json")

    made = run("prove", "--register", register, "--since", signed, "-o", proof)
    checked = run("prove", proof)

    assert (code(made), code(checked)) == (0, 0)
    assert "from 38 to 39 events" in checked.output


@pytest.mark.parametrize(
    "arguments",
    [(), ("--document", KEY), ("--register", "x.db"), ("x.json", "--register", "x.db", "-o", "y.json")],
)
def test_nothing_to_prove_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    assert run("prove", *arguments).return_value == 2


def test_whole_register_passes_fsck(register: Path, signed: Path) -> None:
    result = run("fsck", "--register", register, "--checkpoint", signed, "--json")

    said = json.loads(result.stdout)
    assert (code(result), said["events"], said["faults"], said["notices"]) == (0, 38, [], [])
    assert said["root_sha256"] == json.loads(signed.read_text(encoding="utf-8"))["root_sha256"]


def change(register: Path, *statements: str) -> None:
    with closing(sqlite3.connect(register)) as connection:
        for statement in ("DROP TRIGGER event_no_update", "DROP TRIGGER event_no_delete", *statements):
            connection.execute(statement)
        connection.commit()


def test_broken_log_names_the_first_bad_event(register: Path) -> None:
    change(register, "UPDATE event SET payload = replace(payload, 'CV', 'QĐ') WHERE id >= 7 AND kind = 'registered'")

    result = run("fsck", "--register", register)

    assert (code(result), "event 7 is not what was logged" in result.stdout) == (1, True)


def test_counts_that_were_changed_are_found_and_made_anew(register: Path) -> None:
    change(register, "UPDATE tally SET both_valid = both_valid + 7")

    found = run("fsck", "--register", register)
    mended = run("fsck", "--register", register, "--rebuild")

    assert (code(found), "the counts of" in found.stdout) == (1, True)
    assert code(mended) == 0


def test_end_that_was_cut_off_is_found_with_a_checkpoint_alone(register: Path, signed: Path) -> None:
    change(register, "DELETE FROM event WHERE id > 30")
    assert code(run("fsck", "--register", register, "--rebuild")) == 0

    result = run("fsck", "--register", register, "--checkpoint", signed)

    assert (code(result), "cut or rolled back: 30 events" in result.stdout) == (1, True)


def test_clock_that_was_set_back_is_noticed(register: Path) -> None:
    with Registry.open(register) as registry:
        registry.register(make_document(99), who="văn thư", now=NOW - timedelta(days=1))

    result = run("fsck", "--register", register)

    assert (code(result), "a clock was set back" in result.stderr) == (0, True)


def test_backup_of_a_register_in_use_has_the_same_root(register: Path) -> None:
    copy = register.with_name("sao lưu.db")

    with Registry.open(register) as in_use:
        next(in_use.find())
        done = run("backup", register, copy, "--json")

    assert (code(done), code(run("fsck", "--register", copy))) == (0, 0)
    with Registry.open(register, read_only=True) as one, Registry.open(copy, read_only=True) as other:
        assert one.extent() == other.extent()
        assert list(one.find()) == list(other.find())
        assert list(one.tally()) == list(other.tally())
        assert one.store.origin == other.store.origin
    assert {path.name for path in register.parent.iterdir()} == {register.name, copy.name}


def test_backup_writes_over_nothing(register: Path) -> None:
    assert run("backup", register, register).return_value == 7


def test_backups_to_one_name_at_once_do_not_mix(register: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy, codes = register.with_name("sao lưu.db"), list[object]()

    def told(console: object) -> Callable[[int], None]:
        monkeypatch.setattr(proving, "_told", lambda _: lambda count: None)
        return lambda count: codes.append(code(run("backup", register, copy)))

    monkeypatch.setattr(proving, "_told", told)
    outer = run("backup", register, copy)

    assert (outer.return_value, codes) == (7, [0])
    assert code(run("fsck", "--register", copy)) == 0
    assert {path.name for path in register.parent.iterdir()} == {register.name, copy.name}


def test_backup_whose_end_is_not_in_its_file_yet_is_none(register: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a full disk: SQLite could not take its log into the file when it was closed."""
    copy, readers = register.with_name("sao lưu.db"), list[sqlite3.Connection]()

    def opened(uri: str, *rest: object, **options: object) -> object:
        store = open_register(uri, *rest, **options)  # type: ignore[arg-type]
        if uri.endswith(".part"):
            readers.append(sqlite3.connect(uri))
            readers[-1].execute("BEGIN")
            readers[-1].execute("SELECT * FROM register").fetchall()
        return store

    monkeypatch.setattr(proving, "open_register", opened)
    result = run("backup", register, copy)
    readers[0].close()

    assert (result.return_value, copy.exists()) == (7, False)


def test_backup_of_a_broken_register_is_none(register: Path) -> None:
    change(register, "UPDATE event SET who = 'x' WHERE id = 9")
    copy = register.with_name("sao lưu.db")

    result = run("backup", register, copy)

    assert result.return_value == 5
    assert {path.name for path in register.parent.iterdir()} == {register.name}


def test_register_goes_to_postgres_and_back(register: Path, postgres: PostgresServer) -> None:
    address, again = postgres.new_database(), register.with_name("phục hồi.db")

    codes = [code(run("backup", register, address)), code(run("backup", address, again))]

    assert codes == [0, 0]
    with Registry.open(register, read_only=True) as one, Registry.open(again, read_only=True) as other:
        assert one.extent() == other.extent()
    assert code(run("fsck", "--register", address)) == 0
    shown = run("report", "--register", address, "--json")
    assert json.loads(shown.stdout)["total"]["documents"] == 19
    assert run("backup", register, address).return_value == 7  # it has events already


def test_password_in_an_address_is_refused() -> None:
    assert run("fsck", "--register", "postgresql://postgres:secret@127.0.0.1:1/x").return_value == 2


def test_server_that_does_not_answer_is_unavailable() -> None:
    assert run("fsck", "--register", "postgresql://postgres@127.0.0.1:1/x").return_value == 5
